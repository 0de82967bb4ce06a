//! Java: how its syntax tree becomes facts.

use tree_sitter::Tree;

use super::Language;
use super::lower::Builder;
use crate::detect::facts::Facts;

/// Java.
pub(super) struct Java;

impl Language for Java {
    fn name(&self) -> &'static str {
        "Java"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_java::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}
