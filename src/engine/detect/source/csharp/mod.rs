//! C#: how its syntax tree becomes facts.
//!
//! One pass over the tree; every expression is reached, also inside statements and declarations this file does not know.
//! What is said here follows from the language alone: which names a `using`, a namespace or a record brings, what an object
//! initialiser assigns, which arm of a `switch` always runs. It does not know any library, except the few of `System` that are
//! C#'s way of writing a value (`Encoding.UTF8.GetBytes("…")`, `string.Concat(…)`).

mod calls;
mod classes;
mod declarations;
mod expressions;
mod literals;
mod members;
mod statements;
mod types;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, compact, errors, named};
use crate::detect::facts::{ExprId, Facts, Param, ScopeKind};

/// C#.
pub(super) struct CSharp;

impl Language for CSharp {
    fn name(&self) -> &'static str {
        "C#"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["csharp"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["cs", "csx"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_c_sharp::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let mut b = Builder::new(text);
        b.facts.implicit_this = true;
        b.facts.errors = errors(tree.root_node());
        for namespace in IMPLICIT_USINGS {
            b.import(None, *namespace);
        }
        let mut lowering = Lowering {
            b: &mut b,
            state: &mut State::default(),
        };
        for node in parts(tree.root_node()) {
            lowering.statement(node);
        }
        b.facts
    }
}

/// Namespaces that projects import without saying so, as far as cryptography passes through them
/// (learn.microsoft.com/dotnet/core/project-sdk/overview#implicit-using-directives).
const IMPLICIT_USINGS: &[&str] = &["System", "System.Net.Http"];

/// What the walk remembers beside the facts.
#[derive(Default)]
struct State<'t> {
    /// What each `?.` around is asked of.
    asked: Vec<ExprId>,
    /// The declared result of each function around.
    results: Vec<Option<Node<'t>>>,
}

/// The walk.
struct Lowering<'b, 't> {
    b: &'b mut Builder<'t>,
    state: &'b mut State<'t>,
}

impl<'t> Lowering<'_, 't> {
    fn deeper<T>(&mut self, otherwise: T, visit: impl FnOnce(&mut Lowering<'_, 't>) -> T) -> T {
        let Lowering { b, state } = self;
        b.deeper(otherwise, |b| visit(&mut Lowering { b, state }))
    }

    fn within<T>(&mut self, kind: ScopeKind, visit: impl FnOnce(&mut Lowering<'_, 't>) -> T) -> T {
        let Lowering { b, state } = self;
        b.within(kind, |b| visit(&mut Lowering { b, state }))
    }

    fn function(
        &mut self,
        name: &str,
        params: Vec<Param>,
        at: usize,
        result: Option<Node<'t>>,
        body: impl FnOnce(&mut Lowering<'_, 't>),
    ) -> usize {
        let Lowering { b, state } = self;
        state.results.push(result);
        let function = b.function(name, params, at, |b, _| body(&mut Lowering { b, state }));
        state.results.pop();
        function
    }
}

/// The node's named children without comments and directives that say nothing.
fn parts<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    named(node)
        .into_iter()
        .filter(|child| !child.is_extra())
        .collect()
}

/// The part of a kind.
fn part<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    parts(node).into_iter().find(|part| part.kind() == kind)
}

/// Whether a node has a token among its children: `static`, `global`.
fn has_token(node: Node<'_>, token: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| child.kind() == token)
}

#[cfg(test)]
mod tests;
