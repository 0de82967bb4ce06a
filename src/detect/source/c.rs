//! C: how its syntax tree becomes facts.

use tree_sitter::Tree;

use super::Language;
use super::lower::Builder;
use crate::detect::facts::Facts;

/// C.
pub(super) struct C;

impl Language for C {
    fn name(&self) -> &'static str {
        "C"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["c"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["c", "h"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_c::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}

/// C++.
pub(super) struct Cpp;

impl Language for Cpp {
    fn name(&self) -> &'static str {
        "C++"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["c"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["cc", "cpp", "cxx", "c++", "hpp", "hh", "hxx", "h++", "inl", "ipp"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_cpp::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, _tree: &Tree, text: &[u8]) -> Facts {
        Builder::new(text).facts
    }
}
