//! Expressions: literals, operators, fields, struct expressions and assignments.

use std::ops::Range;

use tree_sitter::Node;

use super::{Lowering, NEVER, code};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key};
use crate::detect::source::lower::{MAX_DEPTH, integer, operator, unescape};

/// Fewest small integers that make a list literal a byte string rather than a list of numbers.
const MIN_BYTE_LIST: usize = 8;

impl Lowering<'_> {
    /// Lowers an expression, and everything in it.
    pub(super) fn expr(&mut self, node: Node<'_>) -> ExprId {
        if self.depth >= MAX_DEPTH {
            self.b.facts.too_deep = true;
            return self.b.other("nesting", node);
        }
        self.depth += 1;
        let id = self.expr_here(node);
        self.depth -= 1;
        id
    }

    pub(super) fn expr_here(&mut self, node: Node<'_>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "identifier" | "scoped_identifier" | "generic_function" | "self" | "crate"
            | "super" => self.path(node),
            "string_literal" => self.string(node),
            "raw_string_literal" => self.raw_string(node),
            "integer_literal" => match integer(&self.b.text(node)) {
                Some(value) => self.b.expr(ExprKind::Int(value), span),
                None => self.b.other("number", node),
            },
            "boolean_literal" => {
                let value = self.b.text(node) == "true";
                self.b.expr(ExprKind::Bool(value), span)
            }
            "call_expression" => self.call(node),
            "macro_invocation" => self.macro_call(node),
            "field_expression" => self.field_of(node),
            "index_expression" => match code(node)[..] {
                [of, key] => {
                    let (of, key) = (self.expr(of), self.expr(key));
                    self.b.expr(ExprKind::Index { of, key }, span)
                }
                _ => self.unknown("expression", node),
            },
            "struct_expression" => self.struct_expression(node),
            "array_expression" => self.array(node),
            "tuple_expression" => {
                let items = code(node)
                    .into_iter()
                    .filter(|n| n.kind() != "attribute_item")
                    .map(|item| self.expr(item))
                    .collect();
                self.b.expr(ExprKind::List(items), span)
            }
            "binary_expression" => self.binary(node),
            "unary_expression" => self.unary(node),
            "parenthesized_expression"
            | "reference_expression"
            | "try_expression"
            | "await_expression"
            | "type_cast_expression" => {
                let inner = node.child_by_field_name("value").or_else(|| {
                    code(node)
                        .into_iter()
                        .find(|n| n.kind() != "mutable_specifier")
                });
                match inner {
                    Some(inner) => self.expr(inner),
                    None => self.unknown("expression", node),
                }
            }
            "block" => self.block(node),
            "unsafe_block" | "async_block" | "const_block" | "try_block" | "gen_block" => {
                match code(node).into_iter().find(|inner| inner.kind() == "block") {
                    Some(block) => self.block(block),
                    None => self.unknown("block", node),
                }
            }
            "if_expression" => self.conditional(node),
            "match_expression" => self.matching(node),
            "while_expression" | "loop_expression" | "for_expression" => self.repetition(node),
            "closure_expression" => self.closure(node, None),
            "assignment_expression" => self.assignment(node),
            "compound_assignment_expr" => self.compound_assignment(node),
            "return_expression" => {
                if let Some(value) = code(node).first().map(|value| self.expr(*value)) {
                    self.returns(value);
                }
                self.b.other(NEVER, node)
            }
            "break_expression" | "continue_expression" => self.unknown(NEVER, node),
            "label" | "lifetime" | "metavariable" => self.b.other("expression", node),
            "token_tree" => {
                self.token_args(node);
                self.b.other("tokens", node)
            }
            kind if kind.ends_with("_type") || kind == "type_identifier" => self.ty(node),
            _ => self.unknown("expression", node),
        }
    }

    /// What this lowering gives no meaning to: everything inside is lowered all the same.
    pub(super) fn unknown(&mut self, what: &'static str, node: Node<'_>) -> ExprId {
        for inner in code(node) {
            self.deeper(None, |l| l.statement(inner));
        }
        self.b.other(what, node)
    }

    pub(super) fn is_never(&self, value: ExprId) -> bool {
        matches!(self.b.facts.exprs[value].kind, ExprKind::Other(NEVER))
    }

    /// One of several values; those that are never reached do not count.
    pub(super) fn one_of(&mut self, values: Vec<ExprId>, span: Range<usize>) -> ExprId {
        let values: Vec<ExprId> = values
            .into_iter()
            .filter(|value| !self.is_never(*value))
            .collect();
        match values[..] {
            [] => self.b.expr(ExprKind::Other(NEVER), span),
            [only] => only,
            _ => self.b.expr(ExprKind::OneOf(values), span),
        }
    }

    /// A length that is written as a number, or as a constant seen before.
    pub(super) fn length(&self, node: Node<'_>) -> Option<u64> {
        let text = self.b.text(node);
        let value = integer(&text).or_else(|| {
            let facts = &self.b.facts;
            let constant = facts
                .bindings
                .iter()
                .rev()
                .take(MAX_DEPTH)
                .find(|binding| binding.constant && binding.name == text)?;
            match facts.exprs[constant.value?].kind {
                ExprKind::Int(value) => Some(value),
                _ => None,
            }
        });
        value.and_then(|value| u64::try_from(value).ok())
    }

    pub(super) fn string(&mut self, node: Node<'_>) -> ExprId {
        self.b.note_embedded(node.byte_range());
        let text = self.b.text(node);
        let body = text
            .find('"')
            .map(|start| &text[start + 1..])
            .unwrap_or_default();
        let body = unescape(body.strip_suffix('"').unwrap_or(body));
        if text.starts_with('b') {
            let length = body.chars().count() as u64;
            return self.b.expr(ExprKind::Bytes(length), node.byte_range());
        }
        self.b.expr(ExprKind::Str(body), node.byte_range())
    }

    pub(super) fn raw_string(&mut self, node: Node<'_>) -> ExprId {
        self.b.note_embedded(node.byte_range());
        let text = self.b.text(node);
        let body = text
            .find('"')
            .map(|start| text[start + 1..].trim_end_matches('#'))
            .unwrap_or_default();
        let body = body.strip_suffix('"').unwrap_or(body);
        let kind = if text.starts_with('b') {
            ExprKind::Bytes(body.len() as u64)
        } else {
            ExprKind::Str(body.to_owned())
        };
        self.b.expr(kind, node.byte_range())
    }

    /// `[a, b]`, and `[0u8; 32]`, whose length matters.
    pub(super) fn array(&mut self, node: Node<'_>) -> ExprId {
        let length = node.child_by_field_name("length");
        let elements: Vec<Node<'_>> = code(node)
            .into_iter()
            .filter(|n| n.kind() != "attribute_item" && Some(*n) != length)
            .collect();
        let items: Vec<ExprId> = elements.iter().map(|item| self.expr(*item)).collect();
        let byte = |l: &Self, item: &ExprId| {
            let expr = &l.b.facts.exprs[*item];
            let small = matches!(expr.kind, ExprKind::Int(0..=255));
            let text = &l.b.text[expr.span.clone()];
            small && (text.ends_with(b"u8") || !text.iter().any(|c| matches!(c, b'u' | b'i')))
        };
        if let Some(length) = length {
            self.expr(length);
            return match self.length(length) {
                Some(length) if items.first().is_some_and(|item| byte(self, item)) => {
                    self.b.expr(ExprKind::Bytes(length), node.byte_range())
                }
                _ => self.b.expr(ExprKind::Other("array"), node.byte_range()),
            };
        }
        let typed = items.first().is_some_and(|item| {
            self.b.text[self.b.facts.exprs[*item].span.clone()].ends_with(b"u8")
        });
        if (typed || items.len() >= MIN_BYTE_LIST) && items.iter().all(|item| byte(self, item)) {
            return self
                .b
                .expr(ExprKind::Bytes(items.len() as u64), node.byte_range());
        }
        self.b.expr(ExprKind::List(items), node.byte_range())
    }

    pub(super) fn binary(&mut self, node: Node<'_>) -> ExprId {
        let sides = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        );
        let (Some(left), Some(right)) = sides else {
            return self.unknown("expression", node);
        };
        let op = node
            .child_by_field_name("operator")
            .map(|op| self.b.text(op))
            .unwrap_or_default();
        let (left, right) = (self.expr(left), self.expr(right));
        self.b.expr(
            ExprKind::Binary {
                op: operator(&op),
                left,
                right,
            },
            node.byte_range(),
        )
    }

    pub(super) fn unary(&mut self, node: Node<'_>) -> ExprId {
        let Some(inner) = code(node).first().map(|inner| self.expr(*inner)) else {
            return self.b.other("expression", node);
        };
        match (
            self.b.text[node.start_byte()],
            &self.b.facts.exprs[inner].kind,
        ) {
            (b'*', _) => inner,
            (b'-', ExprKind::Int(value)) => {
                let value = -*value;
                self.b.expr(ExprKind::Int(value), node.byte_range())
            }
            _ => self.b.other("expression", node),
        }
    }

    pub(super) fn assignment(&mut self, node: Node<'_>) -> ExprId {
        let sides = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        );
        let (Some(left), Some(right)) = sides else {
            return self.unknown("expression", node);
        };
        let value = self.expr(right);
        self.assign(left, value, BindingKind::Assign, node)
    }

    pub(super) fn compound_assignment(&mut self, node: Node<'_>) -> ExprId {
        let sides = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        );
        let (Some(left), Some(right)) = sides else {
            return self.unknown("expression", node);
        };
        let op = node
            .child_by_field_name("operator")
            .map(|op| self.b.text(op))
            .unwrap_or_default();
        let (before, change) = (self.expr(left), self.expr(right));
        let op = operator(op.trim_end_matches('='));
        let value = self.b.expr(
            ExprKind::Binary {
                op,
                left: before,
                right: change,
            },
            node.byte_range(),
        );
        self.assign(left, value, BindingKind::Change, node)
    }

    pub(super) fn assign(
        &mut self,
        left: Node<'_>,
        value: ExprId,
        kind: BindingKind,
        whole: Node<'_>,
    ) -> ExprId {
        let at = whole.end_byte();
        match left.kind() {
            "identifier" => {
                let name = self.ident(left);
                self.b.bind(name, at, Some(value), kind).private = true;
            }
            // `*x = v`: what `x` refers to is no longer what it was.
            "unary_expression" | "parenthesized_expression" => {
                if let Some(inner) = code(left).first() {
                    return self
                        .deeper(None, |l| {
                            Some(l.assign(*inner, value, BindingKind::Change, whole))
                        })
                        .unwrap_or(value);
                }
            }
            "tuple_expression" => {
                for (index, part) in code(left).into_iter().enumerate() {
                    let item = self
                        .b
                        .expr(ExprKind::Item { of: value, index }, part.byte_range());
                    self.deeper((), |l| {
                        l.assign(part, item, kind, whole);
                    });
                }
            }
            "field_expression" => {
                let of_self = left
                    .child_by_field_name("value")
                    .is_some_and(|of| of.kind() == "self");
                let class = self.b.facts.class_around(self.b.scope).filter(|_| of_self);
                if let (Some(class), Some(field)) = (class, left.child_by_field_name("field")) {
                    let name = self.ident(field);
                    self.assign_field(class, &name, value, at);
                } else {
                    let target = self.field_of(left);
                    return self
                        .b
                        .expr(ExprKind::Assign { target, value }, whole.byte_range());
                }
            }
            "index_expression" => {
                let target = self.expr(left);
                return self
                    .b
                    .expr(ExprKind::Assign { target, value }, whole.byte_range());
            }
            _ => {
                self.expr(left);
            }
        }
        self.b.other("assignment", whole)
    }

    /// `of.name`; `of.0` is a part of a tuple, or the field of that name of `self`.
    pub(super) fn field_of(&mut self, node: Node<'_>) -> ExprId {
        let parts = (
            node.child_by_field_name("value"),
            node.child_by_field_name("field"),
        );
        let (Some(value), Some(field)) = parts else {
            return self.unknown("expression", node);
        };
        let of = self.expr(value);
        match self.b.text(field).parse() {
            Ok(index) if value.kind() != "self" => {
                self.b.expr(ExprKind::Item { of, index }, node.byte_range())
            }
            _ => self.member(of, field),
        }
    }

    pub(super) fn struct_expression(&mut self, node: Node<'_>) -> ExprId {
        let name = node.child_by_field_name("name");
        let class = name.and_then(|name| self.type_named(&self.b.text(name)));
        let ty = name.map(|name| self.path(name));
        let mut fields = Vec::new();
        for field in node
            .child_by_field_name("body")
            .map(code)
            .unwrap_or_default()
        {
            let inner = code(field);
            let name = field
                .child_by_field_name("field")
                .or_else(|| inner.iter().copied().find(|n| n.kind() == "identifier"));
            let value = field.child_by_field_name("value").or_else(|| {
                inner
                    .iter()
                    .copied()
                    .rfind(|n| n.kind() != "attribute_item")
            });
            let Some(value) = value.map(|value| self.expr(value)) else {
                continue;
            };
            let key = name
                .filter(|_| field.kind() != "base_field_initializer")
                .map(|name| self.ident(name));
            if let (Some(class), Some(key)) = (class, &key) {
                self.assign_field(class, key, value, field.end_byte());
            }
            fields.push((key.map(Key::Name), value));
        }
        self.b
            .expr(ExprKind::Object { ty, fields }, node.byte_range())
    }
}
