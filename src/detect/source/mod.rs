//! Source code: a literal prefilter decides what is parsed, a language lowers it to facts, the matcher finds assets in them.

pub(crate) mod lower;

mod c;
mod go;
mod java;
mod javascript;
mod python;
mod rust;

use tree_sitter::Tree;

use super::facts::Facts;

/// A programming language: which files are its own, how they are parsed, and how a tree becomes facts.
pub trait Language: Sync {
    /// The name, as reports write it.
    fn name(&self) -> &'static str;
    /// The folders of `rules/` that apply to it.
    fn rule_folders(&self) -> &'static [&'static str];
    /// File name extensions in lower case, without the dot.
    fn extensions(&self) -> &'static [&'static str];
    /// The grammar.
    fn grammar(&self) -> tree_sitter::Language;
    /// What starts a comment that goes to the end of the line; marks in examples stand in those.
    fn line_comment(&self) -> &'static str;
    /// What the tree says. `text` may hold bytes that are not UTF-8: offsets must stay true.
    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts;
}

/// Every language; the first whose extensions match takes a file.
pub static LANGUAGES: &[&dyn Language] = &[
    &c::C,
    &c::Cpp,
    &go::Go,
    &java::Java,
    &javascript::JavaScript,
    &javascript::TypeScript,
    &javascript::Tsx,
    &python::Python,
    &rust::Rust,
];
