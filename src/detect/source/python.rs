//! Python: how its syntax tree becomes facts.

use tree_sitter::Tree;

use super::Language;
use super::lower::Builder;
use crate::detect::facts::Facts;

/// Python.
pub(super) struct Python;

impl Language for Python {
    fn name(&self) -> &'static str {
        "Python"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["python"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["py", "pyi", "pyw"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_python::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "#"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}
