//! JavaScript, TypeScript, JSX and TSX: how their syntax trees become facts.
//!
//! One pass reaches every expression. Modules become paths wherever they are named (`import`, `require`, `import()`), promises and
//! `await` are transparent, callbacks know what they are called with where the call says so (`then`, `forEach`, `(err, key) =>`).
//! Deliberately not done: prototypes (`F.prototype.m = …` stays a plain assignment), bundlers' module tables, types beyond names.

mod calls;
mod classes;
mod declarations;
mod expressions;
mod modules;
mod statements;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, errors, named};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Facts};
use statements::statements;

/// JavaScript.
pub(in crate::detect::source) struct JavaScript;

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

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        lower(tree, text)
    }
}

/// TypeScript.
pub(in crate::detect::source) struct TypeScript;

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

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        lower(tree, text)
    }
}

/// TSX.
pub(in crate::detect::source) struct Tsx;

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

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        lower(tree, text)
    }
}

fn lower(tree: &Tree, text: &[u8]) -> Facts {
    let mut b = Builder::new(text);
    b.facts.free_prefix = "globalThis.";
    let root = tree.root_node();
    b.facts.errors = errors(root);
    statements(&mut b, root);
    name_the_global_object(&mut b.facts);
    open_what_escapes(&mut b.facts);
    b.facts
}

/// `window`, `self` and `global` mean `globalThis` unless the file gives those names to something else (`const self = this`).
/// A parameter called `window` or `global` is the usual wrapper around a script and still means it.
fn name_the_global_object(facts: &mut Facts) {
    let wrapper = |name: &str, kind| {
        matches!(kind, BindingKind::Param(_)) && matches!(name, "window" | "global")
    };
    let bound: HashSet<&str> = facts
        .bindings
        .iter()
        .filter(|x| !wrapper(&x.name, x.kind))
        .map(|x| x.name.as_str())
        .chain(facts.imports.iter().filter_map(|i| i.local.as_deref()))
        .collect();
    for expr in &mut facts.exprs {
        if let ExprKind::Name(name) = &expr.kind
            && matches!(name.as_str(), "globalThis" | "window" | "self" | "global")
            && !bound.contains(name.as_str())
        {
            expr.kind = ExprKind::Path("globalThis".to_owned());
        }
    }
}

/// A function is the file's own only while its name is used for nothing but calls: once exported, stored or passed on, others
/// may call it. In a script without modules the top-level names are everybody's.
fn open_what_escapes(facts: &mut Facts) {
    let script = facts.imports.is_empty()
        && !facts
            .exprs
            .iter()
            .any(|e| matches!(e.kind, ExprKind::Path(_)));
    let callees: HashSet<ExprId> = facts
        .exprs
        .iter()
        .filter_map(|e| match e.kind {
            ExprKind::Call { callee, .. } => Some(callee),
            _ => None,
        })
        .collect();
    let escaped: HashSet<&str> = facts
        .exprs
        .iter()
        .enumerate()
        .filter(|(id, _)| !callees.contains(id))
        .filter_map(|(_, e)| match &e.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    for function in &mut facts.functions {
        let global = script && facts.scopes[function.scope].parent == Some(0);
        function.private &= !global && !escaped.contains(function.name.as_str());
    }
}

/// Nodes whose parts are visited by name; all others visit whatever they hold.
const PARTS_BY_NAME: &[&str] = &[
    "if_statement",
    "switch_statement",
    "try_statement",
    "for_statement",
    "for_in_statement",
    "return_statement",
    "function_declaration",
    "generator_function_declaration",
    "class_declaration",
    "abstract_class_declaration",
    "enum_declaration",
    "class",
    "arrow_function",
    "function_expression",
    "generator_function",
    "new_expression",
    "ternary_expression",
    "assignment_expression",
    "unary_expression",
    "augmented_assignment_expression",
    "update_expression",
    "member_expression",
    "subscript_expression",
    "call_expression",
    "binary_expression",
];

/// What can be read inside a syntax error that stands among a node's named parts.
fn inside_errors(b: &mut Builder<'_>, node: Node<'_>) {
    if !node.has_error() || !PARTS_BY_NAME.contains(&node.kind()) {
        return;
    }
    for child in named(node).into_iter().filter(Node::is_error) {
        statements(b, child)
    }
}

/// The first part that is no comment.
fn first(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|n| !n.is_extra())
}

/// The parts that are no comments.
fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|n| !n.is_extra())
        .collect()
}
