//! Rust: how its syntax tree becomes facts.

use tree_sitter::Tree;

use super::Language;
use super::lower::Builder;
use crate::detect::facts::Facts;

/// Rust.
pub(super) struct Rust;

impl Language for Rust {
    fn name(&self) -> &'static str {
        "Rust"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["rust"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rs"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_rust::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}
