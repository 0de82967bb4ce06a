//! Rust: how its syntax tree becomes facts.
//!
//! Names keep what `use` trees say of them; `crate::`, `self::` and `super::` are the project's own and never another crate's.
//! Wrappers that hand on what they hold (`?`, `.unwrap()`, `Some(x)`, `Arc::new(x)`, `Result<T, E>`) are left out, so that
//! values and types flow through. A macro is not expanded: its arguments are parsed with the same grammar where they are
//! expressions or statements, and read token by token where they are not, so that no call in them is lost. Not here:
//! trait resolution, inference of types beyond what a declaration says, attributes other than those that mark tests.

mod calls;
mod control;
mod expressions;
mod imports;
mod items;
mod macros;
mod names;
mod patterns;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, MAX_DEPTH, errors, named};
use crate::detect::facts::{ExprId, ExprKind, Facts, ScopeId, ScopeKind};

/// The word for expressions after which nothing follows: `return`, `panic!`, `Err(…)`. They are nobody's value.
const NEVER: &str = "never";

/// Macros that do not come back.
const LEAVING: &[&str] = &["panic", "unreachable", "todo", "unimplemented", "bail"];

/// Attributes that make a function a test.
const TEST_ATTRIBUTES: &[&str] = &[
    "bench",
    "proptest",
    "quickcheck",
    "rstest",
    "test",
    "test_case",
];

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

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let root = tree.root_node();
        let mut lowering = Lowering::new(text);
        lowering.statements(root);
        lowering.qualify_imports();
        lowering.qualify_roots();
        lowering.b.facts.errors = errors(root);
        lowering.b.facts
    }
}

/// The walk over one file.
struct Lowering<'t> {
    b: Builder<'t>,
    depth: usize,
    macro_depth: usize,
    /// Inline `mod name { … }` around the present place.
    modules: usize,
    /// Inside `impl Trait for` or `trait`: methods without `pub` are no less public.
    of_trait: bool,
    /// Types declared in this file, by scope and name.
    types: HashMap<(ScopeId, String), usize>,
    /// Types of elsewhere that this file implements something for, by scope and name.
    foreign: HashMap<(ScopeId, String), usize>,
    /// Fields that only this file can assign, by class and name.
    private_fields: HashSet<(usize, String)>,
    /// Imports that start with `::`, by index.
    absolute: HashSet<usize>,
    /// First names of paths, which are modules, crates and types, never variables; and the name after each.
    roots: Vec<(ExprId, ExprId)>,
    /// Inline modules' scopes, by the scope they are declared in and their name.
    inline: HashMap<(ScopeId, String), ScopeId>,
    /// What a variant holds, by enum and name.
    payloads: HashMap<(usize, String), Vec<ExprId>>,
    /// The declared types of fields, by struct and name.
    field_types: HashMap<(usize, String), ExprId>,
}

impl<'t> Lowering<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            b: Builder::new(text),
            depth: 0,
            macro_depth: 0,
            modules: 0,
            of_trait: false,
            types: HashMap::new(),
            foreign: HashMap::new(),
            private_fields: HashSet::new(),
            absolute: HashSet::new(),
            roots: Vec::new(),
            inline: HashMap::new(),
            payloads: HashMap::new(),
            field_types: HashMap::new(),
        }
    }

    /// Runs `visit` in `scope` and returns to the present one.
    fn inside<T>(&mut self, scope: ScopeId, visit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.b.scope, scope);
        let result = visit(self);
        self.b.scope = outer;
        result
    }

    /// Runs `visit` in a new scope.
    fn within<T>(&mut self, kind: ScopeKind, visit: impl FnOnce(&mut Self) -> T) -> T {
        let scope = self.b.open(kind);
        self.inside(scope, visit)
    }

    /// Runs `visit` one level deeper, or gives up with `otherwise` at the limit.
    fn deeper<T>(&mut self, otherwise: T, visit: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            self.b.facts.too_deep = true;
            return otherwise;
        }
        self.depth += 1;
        let result = visit(self);
        self.depth -= 1;
        result
    }

    /// An identifier's text; `r#type` is `type`.
    fn ident(&self, node: Node<'_>) -> String {
        let text = self.b.text(node);
        text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
    }

    fn name_expr(&mut self, name: String, node: Node<'_>) -> ExprId {
        self.b.expr(ExprKind::Name(name), node.byte_range())
    }

    fn member(&mut self, of: ExprId, name: Node<'_>) -> ExprId {
        let start = self.b.facts.exprs[of].span.start.min(name.start_byte());
        let text = self.ident(name);
        self.b
            .expr(ExprKind::Member { of, name: text }, start..name.end_byte())
    }

    /// Lowers statements in the present scope; gives the value of the last one if it is an expression without `;`.
    fn statements(&mut self, parent: Node<'_>) -> Option<ExprId> {
        let nodes = code(parent);
        for node in &nodes {
            if let "struct_item" | "enum_item" | "union_item" | "trait_item" = node.kind() {
                self.declare_type(*node);
            }
        }
        let mut attributes = Vec::new();
        let mut tail = None;
        for node in nodes {
            match node.kind() {
                "attribute_item" => {
                    attributes.push(node);
                    continue;
                }
                "inner_attribute_item" if self.marks_test(node) => {
                    self.b.facts.tests.push(parent.byte_range())
                }
                _ => {}
            }
            let attributes = std::mem::take(&mut attributes);
            if attributes.iter().any(|a| self.never_compiled(*a)) {
                continue;
            }
            if let Some(first) = attributes
                .first()
                .filter(|_| attributes.iter().any(|a| self.marks_test(*a)))
            {
                self.b.facts.tests.push(first.start_byte()..node.end_byte());
            }
            tail = self.deeper(None, |l| l.statement(node));
        }
        tail
    }

    /// Lowers one statement; gives its value if it is an expression without `;`.
    fn statement(&mut self, node: Node<'_>) -> Option<ExprId> {
        match node.kind() {
            "use_declaration" => {
                if let Some(argument) = node.child_by_field_name("argument") {
                    self.uses(argument, &[]);
                }
            }
            "extern_crate_declaration" => self.extern_crate(node),
            "mod_item" => self.module(node),
            "struct_item" | "union_item" => self.fields(node),
            "enum_item" => self.variants(node),
            "trait_item" | "impl_item" => self.implementation(node),
            "function_item" | "function_signature_item" => self.function(node),
            "const_item" | "static_item" => self.constant(node),
            "type_item" | "associated_type" => self.type_alias(node),
            "let_declaration" => self.declaration(node),
            "macro_definition" => self.macro_definition(node),
            "foreign_mod_item" => {
                node.child_by_field_name("body")
                    .map(|body| self.statements(body));
            }
            "expression_statement" => {
                let value = code(node).first().map(|inner| self.expr(*inner));
                let ended = node
                    .child(node.child_count().saturating_sub(1))
                    .is_some_and(|last| last.kind() == ";");
                return value.filter(|_| !ended);
            }
            "ERROR" => {
                self.statements(node);
            }
            "empty_statement" | "inner_attribute_item" | "shebang" => {}
            _ => return Some(self.expr(node)),
        }
        None
    }

    /// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
    fn marks_test(&self, attribute: Node<'_>) -> bool {
        let text: String = self
            .b
            .text(attribute)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let text = text.trim_start_matches(['#', '!', '[']);
        let name = text.split(['(', ']', '=']).next().unwrap_or_default();
        if name == "cfg" {
            let words = text.replace("not(test)", "");
            return words
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == "test");
        }
        TEST_ATTRIBUTES.contains(&name.rsplit("::").next().unwrap_or_default())
    }

    /// `#[cfg(any())]`, Rust's `#if 0`.
    fn never_compiled(&self, attribute: Node<'_>) -> bool {
        let text: String = self
            .b
            .text(attribute)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        text == "#[cfg(any())]" || text == "#[cfg(false)]"
    }
}

/// The named children that are code: no comments, no labels.
fn code<'n>(node: Node<'n>) -> Vec<Node<'n>> {
    named(node)
        .into_iter()
        .filter(|n| !matches!(n.kind(), "line_comment" | "block_comment" | "label"))
        .collect()
}

/// `pub` in any form.
fn is_public(node: Node<'_>) -> bool {
    named(node)
        .iter()
        .any(|n| n.kind() == "visibility_modifier")
}

fn is_mutable(node: Node<'_>) -> bool {
    named(node).iter().any(|n| n.kind() == "mutable_specifier")
}

fn starts_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}
