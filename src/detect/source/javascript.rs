//! JavaScript: how its syntax tree becomes facts.

use tree_sitter::Tree;

use super::Language;
use super::lower::Builder;
use crate::detect::facts::Facts;

/// JavaScript.
pub(super) struct JavaScript;

impl Language for JavaScript {
    fn name(&self) -> &'static str {
        "JavaScript"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["javascript"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["js", "mjs", "cjs", "jsx"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_javascript::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}

/// TypeScript.
pub(super) struct TypeScript;

impl Language for TypeScript {
    fn name(&self) -> &'static str {
        "TypeScript"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["javascript"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["ts", "mts", "cts"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}

/// TSX.
pub(super) struct Tsx;

impl Language for Tsx {
    fn name(&self) -> &'static str {
        "TSX"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["javascript"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["tsx"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_typescript::LANGUAGE_TSX.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}
