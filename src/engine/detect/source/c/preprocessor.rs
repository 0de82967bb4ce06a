//! Directives: includes, macros as names and functions, and the branches of `#if`.
//!
//! Nothing is expanded, and no condition is evaluated but a literal `0` or `1`.

use std::ops::Range;

use tree_sitter::{Node, Parser, Point, Tree};

use super::{Lowering, children};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Param, ScopeKind};

/// The longest macro body that is parsed; longer ones are tables or generated code, and only their name is kept.
const MAX_MACRO: usize = 8 * 1024;

/// Parses the bodies of macros, which the grammar leaves as plain text.
pub(super) struct MacroParser {
    parser: Option<Parser>,
    /// The file with the surroundings of macro bodies overwritten, so that each body is a whole sentence of the
    /// language while its offsets stay true.
    copy: Vec<u8>,
}

/// What is put around a body to make it a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// `int x=` body `;`
    Value,
    /// `{` body `}`
    Statements,
}

impl MacroParser {
    pub(super) fn new(grammar: &tree_sitter::Language) -> Self {
        let mut parser = Parser::new();
        let usable = parser.set_language(grammar).is_ok();
        Self {
            parser: usable.then_some(parser),
            copy: Vec::new(),
        }
    }

    fn parse(&mut self, text: &[u8], body: Range<usize>, frame: Frame) -> Option<Tree> {
        let (before, after): (&[u8], u8) = match frame {
            Frame::Value => (b"int x=", b';'),
            Frame::Statements => (b"{", b'}'),
        };
        let parser = self.parser.as_mut()?;
        if self.copy.is_empty() {
            self.copy = text.to_vec();
        }
        // `#define N ` is longer than any frame, so this overwrites nothing but the directive itself.
        let start = body.start.checked_sub(before.len())?;
        self.copy
            .get_mut(start..body.start)?
            .copy_from_slice(before);
        let mut end = body.end;
        if let Some(byte) = self.copy.get_mut(end) {
            *byte = after;
            end += 1;
        }
        let nowhere = Point::new(0, 0); // rows and columns are never asked of these trees
        let range = tree_sitter::Range {
            start_byte: start,
            end_byte: end,
            start_point: nowhere,
            end_point: Point::new(0, end - start),
        };
        parser.set_included_ranges(&[range]).ok()?;
        parser.parse(&self.copy, None)
    }
}

impl Lowering<'_> {
    /// The header's name keeps its brackets: it brings names in, but stands before none of them.
    pub(super) fn include(&mut self, node: Node<'_>) {
        let Some(path) = node.child_by_field_name("path") else {
            return;
        };
        let text = self.b.text(path);
        let header = text.trim_matches(['<', '>', '"', ' ']);
        if !header.is_empty() {
            self.b.import(None, format!("<{header}>"));
        }
    }

    /// `#define NAME value` is a constant. Without a value it says nothing that a call could use.
    pub(super) fn define(&mut self, node: Node<'_>) {
        let (Some(name), Some(value)) = (
            node.child_by_field_name("name"),
            node.child_by_field_name("value"),
        ) else {
            return;
        };
        let Some(body) = self.macro_body(value) else {
            return;
        };
        let tree = self.macros.parse(self.b.text, body.clone(), Frame::Value);
        let id = match tree
            .as_ref()
            .and_then(|tree| framed_value(tree.root_node()))
        {
            Some(value) if !value.has_error() => self.expression(value),
            _ => self.b.expr(ExprKind::Other("macro"), body),
        };
        self.bind_macro(self.b.text(name), node.end_byte(), Some(id));
    }

    /// `#define NAME(a, b) body` is a function that returns its body, or runs it where it is statements.
    pub(super) fn define_function(&mut self, node: Node<'_>) {
        let (Some(name), Some(value)) = (
            node.child_by_field_name("name"),
            node.child_by_field_name("value"),
        ) else {
            return;
        };
        let Some(body) = self.macro_body(value) else {
            return;
        };
        let frame = self.frame(&body);
        let Some(tree) = self.macros.parse(self.b.text, body, frame) else {
            return;
        };
        let name = self.b.text(name);
        let params: Vec<Param> = node
            .child_by_field_name("parameters")
            .map(children)
            .unwrap_or_default()
            .into_iter()
            .map(|p| Param {
                name: self.b.text(p),
                ty: None,
                default: None,
                rest: false,
            })
            .collect();
        let index = self
            .b
            .function(name.clone(), params, node.start_byte(), |_, _| {});
        self.b.facts.functions[index].private = !self.header;
        self.within(
            self.b.facts.functions[index].scope,
            |s| match framed_value(tree.root_node()) {
                Some(value) if frame == Frame::Value => {
                    let id = s.expression(value);
                    s.b.returns(id);
                }
                _ => s.statements(tree.root_node()),
            },
        );
        let id = self.b.expr(ExprKind::Function(index), node.byte_range());
        self.bind_macro(name, node.end_byte(), Some(id));
    }

    /// `#undef NAME`: from here on its value is not known.
    pub(super) fn directive(&mut self, node: Node<'_>) {
        let (Some(directive), Some(argument)) = (
            node.child_by_field_name("directive"),
            node.child_by_field_name("argument"),
        ) else {
            return;
        };
        if self.b.text(argument).trim() == "once" {
            self.header = true;
        }
        if self.b.text(directive).ends_with("undef") {
            let name = self.b.text(argument);
            self.bind_macro(name.trim().to_owned(), node.end_byte(), None);
        }
    }

    /// Macros know no blocks: one that is defined inside a function holds after it.
    fn bind_macro(&mut self, name: String, at: usize, value: Option<ExprId>) {
        let kind = self.declared_kind();
        let scope = if self.in_function() { 0 } else { self.b.scope };
        self.b.bind_in(scope, name, at, value, kind).constant = true;
    }

    /// The bytes of a macro's value without a comment that ends it; `None` if empty or too long.
    fn macro_body(&self, value: Node<'_>) -> Option<Range<usize>> {
        let text = &self.b.text[value.byte_range()];
        let length = text[..comment_start(text)].trim_ascii_end().len();
        (1..=MAX_MACRO)
            .contains(&length)
            .then(|| value.start_byte()..value.start_byte() + length)
    }

    fn frame(&self, body: &Range<usize>) -> Frame {
        let text = &self.b.text[body.clone()];
        let runs = text.contains(&b';') || text.starts_with(b"{") || text.starts_with(b"do");
        if runs {
            Frame::Statements
        } else {
            Frame::Value
        }
    }

    /// `#if`, `#ifdef` and their kin: one arm each, in which names outlive the arm.
    pub(super) fn conditional(&mut self, node: Node<'_>) {
        let branches = self.branches(node);
        let guard = branches
            .first()
            .is_some_and(|branch| self.is_guard(node, branch));
        self.header |= guard;
        if guard || self.in_class_body() {
            for part in branches.into_iter().flatten() {
                self.statement(part);
            }
            return;
        }
        let (group, exhaustive) = (self.b.group(), has_else(node));
        for branch in branches {
            let scope = self.b.open(ScopeKind::Arm { group, exhaustive });
            self.within(scope, |s| {
                s.conditional = true;
                for part in branch {
                    s.statement(part);
                }
            });
        }
    }

    /// What stands in each branch that could be compiled: not that of `#if 0`, nor what follows `#if 1`.
    pub(super) fn branches<'n>(&self, node: Node<'n>) -> Vec<Vec<Node<'n>>> {
        let mut branches = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next {
            let condition = node
                .child_by_field_name("condition")
                .or_else(|| node.child_by_field_name("name"));
            let alternative = node.child_by_field_name("alternative");
            let parts = children(node)
                .into_iter()
                .filter(|n| Some(*n) != condition && Some(*n) != alternative)
                .collect();
            let literal = condition.map(|c| self.b.text(c));
            if literal.as_deref() != Some("0") {
                branches.push(parts);
            }
            next = alternative.filter(|_| literal.as_deref() != Some("1"));
        }
        branches
    }

    /// `#ifndef X` / `#define X` without a value: the file is read once, and that is all it says.
    fn is_guard(&self, node: Node<'_>, branch: &[Node<'_>]) -> bool {
        let (Some(name), Some(first)) = (node.child_by_field_name("name"), branch.first()) else {
            return false;
        };
        first.kind() == "preproc_def"
            && first.child_by_field_name("value").is_none()
            && first
                .child_by_field_name("name")
                .is_some_and(|defined| self.b.text(defined) == self.b.text(name))
    }

    /// How a declaration binds here: inside a branch of `#if` it is seen outside the branch as well.
    pub(super) fn declared_kind(&self) -> BindingKind {
        if self.conditional {
            BindingKind::Assign
        } else {
            BindingKind::Declare
        }
    }
}

/// Whether one of the branches is always compiled.
fn has_else(node: Node<'_>) -> bool {
    let mut last = node;
    while let Some(next) = last.child_by_field_name("alternative") {
        last = next;
    }
    last.kind() == "preproc_else"
}

/// The value in `int x=value;`.
fn framed_value(root: Node<'_>) -> Option<Node<'_>> {
    let declaration = root.named_child(0).filter(|n| n.kind() == "declaration")?;
    declaration
        .child_by_field_name("declarator")?
        .child_by_field_name("value")
}

/// Where a `//` comment starts in a macro's value, or its end; text in quotes may hold slashes.
fn comment_start(text: &[u8]) -> usize {
    let mut quote = None;
    let mut i = 0;
    while i < text.len() {
        match (text[i], quote) {
            (b'\\', _) => i += 1,
            (b'/', None) if text.get(i + 1) == Some(&b'/') => return i,
            (c @ (b'"' | b'\''), None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            _ => {}
        }
        i += 1;
    }
    text.len()
}
