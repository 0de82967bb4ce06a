//! Expressions: names, operators, assignments, conditions, lambdas. Calls stand in `calls`, texts in `literals`.

use tree_sitter::Node;

use super::{Lowering, compact, has_token, part, parts};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Op, Param, ScopeId};
use crate::detect::source::lower::operator;

/// A `+` chain this long is a text put together, not arithmetic; it is kept flat.
const LONG_CHAIN: usize = 8;

impl<'t> Lowering<'_, 't> {
    pub(super) fn expression(&mut self, node: Node<'t>) -> ExprId {
        let known = self.deeper(None, |l| Some(l.expression_here(node)));
        known.unwrap_or_else(|| self.b.other("nested too deep", node))
    }

    fn expression_here(&mut self, node: Node<'t>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "identifier" => self.b.name(node),
            "this" => self.b.expr(ExprKind::This, span),
            "base" => self.b.expr(ExprKind::Super, span),
            "boolean_literal" => {
                let truth = self.b.text(node) == "true";
                self.b.expr(ExprKind::Bool(truth), span)
            }
            "null_literal" => self.b.expr(ExprKind::Null, span),
            "integer_literal" => self.number(node),
            "string_literal"
            | "verbatim_string_literal"
            | "raw_string_literal"
            | "character_literal" => self.text_literal(node),
            "interpolated_string_expression" => self.interpolated(node),
            "qualified_name"
            | "alias_qualified_name"
            | "generic_name"
            | "predefined_type"
            | "array_type"
            | "nullable_type" => self.ty(node).unwrap_or_else(|| self.b.other("type", node)),
            "parenthesized_expression"
            | "await_expression"
            | "checked_expression"
            | "ref_expression"
            | "argument" => self
                .last(node)
                .unwrap_or_else(|| self.b.other("expression", node)),
            "cast_expression" => match node.child_by_field_name("value") {
                Some(value) => self.expression(value),
                None => self.b.other("expression", node),
            },
            "as_expression" => match node.child_by_field_name("left") {
                Some(value) => self.expression(value),
                None => self.b.other("expression", node),
            },
            "invocation_expression" | "member_access_expression" => self.chain(node),
            "conditional_access_expression" => self.conditional_access(node),
            "member_binding_expression" => match self.state.asked.last().copied() {
                Some(of) => self.member_of(node, of),
                None => self.b.other("expression", node),
            },
            "object_creation_expression" => self.creation(node),
            "implicit_object_creation_expression" => self.made(node, None),
            "anonymous_object_creation_expression" | "tuple_expression" => self.tuple(node),
            "with_expression" => self.with(node),
            "array_creation_expression" | "stackalloc_expression" => self.array_creation(node),
            "implicit_array_creation_expression" | "implicit_stackalloc_expression" => {
                match part(node, "initializer_expression") {
                    Some(list) => self.array(list, false),
                    None => self.b.other("expression", node),
                }
            }
            "initializer_expression" | "collection_expression" => self.array(node, false),
            "element_access_expression" => self.index(node),
            "assignment_expression" => self.assignment(node),
            "postfix_unary_expression" => self.postfix(node),
            "prefix_unary_expression" => self.prefix(node),
            "binary_expression" => self.binary(node),
            "conditional_expression" => self.conditional_value(node),
            "switch_expression" => self.switch_value(node),
            "is_pattern_expression" => self.is_pattern(node),
            "lambda_expression" | "anonymous_method_expression" => self.lambda(node),
            "declaration_expression" => self.declared_here(node),
            "default_expression" => self.b.expr(ExprKind::Null, span),
            "throw_expression" => {
                self.statements(node);
                self.b.expr(ExprKind::Null, span)
            }
            "typeof_expression" | "sizeof_expression" => self.b.other("type", node),
            _ => {
                self.statements(node);
                self.b.other("expression", node)
            }
        }
    }

    /// `a?.B()`, `a?[i]`.
    fn conditional_access(&mut self, node: Node<'t>) -> ExprId {
        let Some(condition) = node.child_by_field_name("condition") else {
            return self.b.other("expression", node);
        };
        let of = self.expression(condition);
        let access = parts(node).into_iter().rfind(|part| *part != condition);
        let Some(access) = access else { return of };
        self.state.asked.push(of);
        let value = self.expression(access);
        self.state.asked.pop();
        value
    }

    /// `(a, b)`, `new { a, b }`.
    fn tuple(&mut self, node: Node<'t>) -> ExprId {
        let items: Vec<ExprId> = parts(node)
            .into_iter()
            .map(|item| self.expression(item))
            .collect();
        self.b.expr(ExprKind::List(items), node.byte_range())
    }

    /// `x with { A = y }`: what it is made of, and what is different.
    fn with(&mut self, node: Node<'t>) -> ExprId {
        for initializer in parts(node) {
            if initializer.kind() == "with_initializer"
                && let Some(value) = parts(initializer).pop()
            {
                self.expression(value);
            }
        }
        match parts(node).first() {
            Some(first) => self.expression(*first),
            None => self.b.other("expression", node),
        }
    }

    fn index(&mut self, node: Node<'t>) -> ExprId {
        let (Some(of), Some(subscript)) = (
            node.child_by_field_name("expression"),
            node.child_by_field_name("subscript"),
        ) else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        let of = self.expression(of);
        let keys = self.arguments(subscript);
        match &keys[..] {
            [key] => self
                .b
                .expr(ExprKind::Index { of, key: key.value }, node.byte_range()),
            _ => self.b.other("expression", node),
        }
    }

    fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        let token = node
            .child_by_field_name("operator")
            .map(|op| self.b.text(op))
            .unwrap_or_default();
        if left.kind() == "tuple_expression" {
            return self.deconstruction(left, right, node);
        }
        let target = if left.kind() == "identifier" {
            None
        } else {
            Some(self.expression(left))
        };
        let mut value = self.expression(right);
        let changes = !matches!(token.as_str(), "=" | "??=");
        if changes {
            let old = target.unwrap_or_else(|| self.b.name(left));
            let op = operator(token.trim_end_matches('='));
            value = self.b.expr(
                ExprKind::Binary {
                    op,
                    left: old,
                    right: value,
                },
                node.byte_range(),
            );
        }
        match target {
            None => {
                let name = self.b.text(left);
                self.assign_name(name, value, changes, node)
            }
            Some(target) => match self.own_field(target) {
                Some((scope, name)) => {
                    self.b.bind_in(
                        scope,
                        name,
                        node.end_byte(),
                        Some(value),
                        BindingKind::Field,
                    );
                }
                None => {
                    self.b
                        .expr(ExprKind::Assign { target, value }, node.byte_range());
                }
            },
        }
        value
    }

    /// `x = …`: where the class declares it, a field of it; a property of a base class that the rules may know is one as well.
    fn assign_name(&mut self, name: String, value: ExprId, changes: bool, node: Node<'t>) {
        let kind = if changes {
            BindingKind::Change
        } else {
            BindingKind::Assign
        };
        self.b
            .bind(name, node.end_byte(), Some(value), kind)
            .private = true;
    }

    /// `(a, b) = (x, y)`.
    fn deconstruction(&mut self, left: Node<'t>, right: Node<'t>, node: Node<'t>) -> ExprId {
        let of = self.expression(right);
        for (index, argument) in parts(left).into_iter().enumerate() {
            let Some(target) = parts(argument).pop() else {
                continue;
            };
            let item = self.b.expr(ExprKind::Item { of, index }, node.byte_range());
            match target.kind() {
                "identifier" => {
                    let name = self.b.text(target);
                    self.assign_name(name, item, false, node)
                }
                "declaration_expression" => {
                    if let Some(name) = target.child_by_field_name("name") {
                        let ty = target.child_by_field_name("type");
                        self.declare_typed(Some(name), ty, Some(item));
                    }
                }
                _ => {
                    let target = self.expression(target);
                    self.b.expr(
                        ExprKind::Assign {
                            target,
                            value: item,
                        },
                        node.byte_range(),
                    );
                }
            }
        }
        of
    }

    /// `this.x`: the class's scope and the field's name.
    fn own_field(&self, target: ExprId) -> Option<(ScopeId, String)> {
        let ExprKind::Member { of, name } = &self.b.facts.exprs[target].kind else {
            return None;
        };
        let ExprKind::This = self.b.facts.exprs[*of].kind else {
            return None;
        };
        let class = self.b.facts.class_around(self.b.scope)?;
        Some((self.b.facts.classes[class].scope, name.clone()))
    }

    /// `i++`: the old value no longer holds. `x!` is `x`.
    fn postfix(&mut self, node: Node<'t>) -> ExprId {
        let Some(operand) = parts(node).into_iter().next() else {
            return self.b.other("expression", node);
        };
        let inner = self.expression(operand);
        if !has_token(node, "++") && !has_token(node, "--") {
            return inner;
        }
        self.stepped(operand, node)
    }

    fn stepped(&mut self, operand: Node<'t>, node: Node<'t>) -> ExprId {
        let value = self.b.other("expression", node);
        if operand.kind() == "identifier" {
            let name = self.b.text(operand);
            self.assign_name(name, value, true, node)
        }
        value
    }

    fn prefix(&mut self, node: Node<'t>) -> ExprId {
        let Some(operand) = parts(node).into_iter().next() else {
            return self.b.other("expression", node);
        };
        let inner = self.expression(operand);
        if has_token(node, "++") || has_token(node, "--") {
            return self.stepped(operand, node);
        }
        match self.b.facts.exprs[inner].kind {
            ExprKind::Int(value) if has_token(node, "-") => {
                self.b.expr(ExprKind::Int(-value), node.byte_range())
            }
            _ if has_token(node, "+") || has_token(node, "^") => inner,
            _ => self.b.other("expression", node),
        }
    }

    /// Left-associative chains are walked from the left without recursion: long texts are put together with `+`.
    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let mut chain = Vec::new();
        let mut next = node;
        while next.kind() == "binary_expression" {
            chain.push(next);
            let Some(left) = next.child_by_field_name("left") else {
                break;
            };
            next = left;
        }
        let mut operands = vec![self.expression(next)];
        for link in chain.iter().rev() {
            operands.push(match link.child_by_field_name("right") {
                Some(right) => self.expression(right),
                None => self.b.other("expression", *link),
            });
        }
        let token = |link: &Node<'t>| {
            link.child_by_field_name("operator")
                .map(|op| op.kind())
                .unwrap_or_default()
        };
        let all = |sign: &str| chain.iter().all(|link| token(link) == sign);
        let is_text = |id: &ExprId| matches!(self.b.facts.exprs[*id].kind, ExprKind::Str(_));
        let span = node.byte_range();
        if chain.len() >= LONG_CHAIN && all("+") && operands.iter().any(is_text) {
            return self.b.expr(ExprKind::Concat(operands), span);
        }
        if all("|") && self.are_flags(&operands) {
            return self.b.expr(ExprKind::List(operands), span);
        }
        let mut operands = operands.into_iter();
        let Some(mut left) = operands.next() else {
            return self.b.other("expression", node);
        };
        for (link, right) in chain.iter().rev().zip(operands) {
            let kind = match token(link) {
                "??" => ExprKind::OneOf(vec![left, right]),
                sign => ExprKind::Binary {
                    op: if chain.is_empty() {
                        Op::Other
                    } else {
                        operator(sign)
                    },
                    left,
                    right,
                },
            };
            left = self.b.expr(kind, link.byte_range());
        }
        left
    }

    /// `SslProtocols.Tls12 | SslProtocols.Tls13`: members of one type joined are a set of them.
    fn are_flags(&self, operands: &[ExprId]) -> bool {
        let of = |id: &ExprId| match &self.b.facts.exprs[*id].kind {
            ExprKind::Member { of, .. } => self.last_word(*of),
            _ => None,
        };
        let Some(first) = operands.first().and_then(of) else {
            return false;
        };
        first.starts_with(char::is_uppercase) && operands.iter().all(|id| of(id) == Some(first))
    }

    fn last_word(&self, id: ExprId) -> Option<&str> {
        match &self.b.facts.exprs[id].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
            _ => None,
        }
    }

    fn conditional_value(&mut self, node: Node<'t>) -> ExprId {
        let mut values = Vec::new();
        for field in ["condition", "consequence", "alternative"] {
            if let Some(part) = node.child_by_field_name(field) {
                let value = self.expression(part);
                if field != "condition" {
                    values.push(value);
                }
            }
        }
        self.b.expr(ExprKind::OneOf(values), node.byte_range())
    }

    /// `x is T t`: from here on `t` is `x` with that type.
    fn is_pattern(&mut self, node: Node<'t>) -> ExprId {
        let value = node
            .child_by_field_name("expression")
            .map(|of| self.expression(of));
        if let Some(pattern) = node.child_by_field_name("pattern") {
            if pattern.kind() == "declaration_pattern" {
                self.declare_typed(
                    pattern.child_by_field_name("name"),
                    pattern.child_by_field_name("type"),
                    value,
                );
            } else {
                self.patterns(pattern);
            }
        }
        self.b.other("expression", node)
    }

    /// `out var x`: a name that the call fills.
    fn declared_here(&mut self, node: Node<'t>) -> ExprId {
        let name = node.child_by_field_name("name");
        self.declare_typed(name, node.child_by_field_name("type"), None);
        match name {
            Some(name) => self.b.name(name),
            None => self.b.other("expression", node),
        }
    }

    fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let params = match node.child_by_field_name("parameters") {
            Some(one) if matches!(one.kind(), "identifier" | "implicit_parameter") => {
                vec![Param {
                    name: compact(&self.b.text(one)),
                    ty: None,
                    default: None,
                    rest: false,
                }]
            }
            Some(list) => self.params(list),
            None => Vec::new(),
        };
        let body = node
            .child_by_field_name("body")
            .or_else(|| part(node, "block"));
        let Some(body) = body else {
            return self.b.other("expression", node);
        };
        let function = self.function("", params, body.start_byte(), None, |l| l.body(body));
        self.b.facts.functions[function].private = true;
        self.b.expr(ExprKind::Function(function), node.byte_range())
    }
}
