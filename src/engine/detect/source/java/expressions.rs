//! Expressions: literals, arrays, operators, assignments, lambdas. Calls stand in `calls`.

use tree_sitter::Node;

use super::{Lowering, compact, parts};
use crate::detect::facts::{Arg, BindingKind, ExprId, ExprKind, Param, ScopeId};
use crate::detect::source::lower::{Builder, integer, operator, unescape};

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
            "identifier" | "type_identifier" => self.b.name(node),
            "this" => self.b.expr(ExprKind::This, span),
            "super" => self.b.expr(ExprKind::Super, span),
            "true" | "false" => self.b.expr(ExprKind::Bool(node.kind() == "true"), span),
            "null_literal" => self.b.expr(ExprKind::Null, span),
            "decimal_integer_literal"
            | "hex_integer_literal"
            | "octal_integer_literal"
            | "binary_integer_literal" => {
                let kind =
                    integer(&self.b.text(node)).map_or(ExprKind::Other("number"), ExprKind::Int);
                self.b.expr(kind, span)
            }
            "string_literal" | "character_literal" => self.text_literal(node),
            "scoped_identifier" | "scoped_type_identifier" => self.dotted(node),
            "generic_type" => self.ty(node).unwrap_or_else(|| self.b.other("type", node)),
            "parenthesized_expression" => self
                .first(node)
                .unwrap_or_else(|| self.b.other("expression", node)),
            "cast_expression" => match node.child_by_field_name("value") {
                Some(value) => self.expression(value),
                None => self.b.other("expression", node),
            },
            "method_invocation" | "field_access" => self.chain(node),
            "object_creation_expression" => self.creation(node),
            "array_creation_expression" => self.array_creation(node),
            "array_initializer" | "element_value_array_initializer" => self.array(node, false),
            "array_access" => self.index(node),
            "assignment_expression" => self.assignment(node),
            "update_expression" => self.update(node),
            "unary_expression" => self.unary(node),
            "binary_expression" => self.binary(node),
            "ternary_expression" => self.ternary(node),
            "switch_expression" => self.switch(node, true),
            "instanceof_expression" => self.instance_of(node),
            "lambda_expression" => self.lambda(node),
            "method_reference" => self.method_reference(node),
            "class_literal" => {
                let of = self.first_type(node);
                self.b.expr(
                    ExprKind::Member {
                        of,
                        name: "class".to_owned(),
                    },
                    span,
                )
            }
            "annotation" => self.annotation(node),
            "resource" => self.resource(node),
            _ => {
                self.statements(node);
                self.b.other("expression", node)
            }
        }
    }

    fn first_type(&mut self, node: Node<'t>) -> ExprId {
        let ty = parts(node).into_iter().next().and_then(|ty| self.ty(ty));
        ty.unwrap_or_else(|| self.b.other("type", node))
    }

    /// A string, text block or character.
    fn text_literal(&mut self, node: Node<'t>) -> ExprId {
        let text = self.b.text(node);
        self.b.note_embedded(node.byte_range());
        let interpolated: Vec<Node<'t>> = parts(node)
            .into_iter()
            .filter(|part| part.kind() == "string_interpolation")
            .collect();
        if !interpolated.is_empty() {
            for part in interpolated {
                self.statements(part);
            }
            return self.b.other("template", node);
        }
        let content = match text.strip_prefix("\"\"\"") {
            Some(block) => text_block(block.strip_suffix("\"\"\"").unwrap_or(block)),
            None => text
                .get(1..text.len().saturating_sub(1))
                .unwrap_or_default()
                .to_owned(),
        };
        self.b
            .expr(ExprKind::Str(unescape(&content)), node.byte_range())
    }

    /// `new byte[16]`, `new String[] {…}`; a size that is not a literal makes it a call of the array's type.
    fn array_creation(&mut self, node: Node<'t>) -> ExprId {
        let element = node
            .child_by_field_name("type")
            .map(|ty| compact(&self.b.text(ty)))
            .unwrap_or_default();
        if let Some(value) = node.child_by_field_name("value") {
            return self.array(value, element == "byte");
        }
        let sizes: Vec<Node<'t>> = parts(node)
            .into_iter()
            .filter(|part| part.kind() == "dimensions_expr")
            .collect();
        let args: Vec<Arg> = sizes
            .into_iter()
            .filter_map(|size| self.first(size))
            .map(Builder::arg)
            .collect();
        if let ([size], "byte") = (&args[..], element.as_str())
            && let Some(length) = self.b.constant(size.value)
        {
            return self.b.expr(ExprKind::Bytes(length), node.byte_range());
        }
        let callee = self
            .b
            .expr(ExprKind::Name(format!("{element}[]")), node.byte_range());
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }

    /// `{a, b}`: a list, or so many bytes.
    pub(super) fn array(&mut self, node: Node<'t>, of_bytes: bool) -> ExprId {
        let items: Vec<ExprId> = parts(node)
            .into_iter()
            .map(|item| self.expression(item))
            .collect();
        let kind = if of_bytes {
            ExprKind::Bytes(items.len() as u64)
        } else {
            ExprKind::List(items)
        };
        self.b.expr(kind, node.byte_range())
    }

    fn index(&mut self, node: Node<'t>) -> ExprId {
        let (Some(of), Some(key)) = (
            node.child_by_field_name("array"),
            node.child_by_field_name("index"),
        ) else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        let (of, key) = (self.expression(of), self.expression(key));
        self.b.expr(ExprKind::Index { of, key }, node.byte_range())
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
        let target = if left.kind() == "identifier" {
            None
        } else {
            Some(self.expression(left))
        };
        let mut value = self.expression(right);
        let changes = token != "=";
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
                let kind = if changes {
                    BindingKind::Change
                } else {
                    BindingKind::Assign
                };
                let name = self.b.text(left);
                self.b
                    .bind(name, node.end_byte(), Some(value), kind)
                    .private = true;
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

    /// `i++`: the old value no longer holds.
    fn update(&mut self, node: Node<'t>) -> ExprId {
        let operand = parts(node).into_iter().next();
        self.statements(node);
        let value = self.b.other("expression", node);
        if let Some(name) = operand.filter(|operand| operand.kind() == "identifier") {
            let text = self.b.text(name);
            self.b
                .bind(text, node.end_byte(), Some(value), BindingKind::Change)
                .private = true;
        }
        value
    }

    fn unary(&mut self, node: Node<'t>) -> ExprId {
        let Some(operand) = node.child_by_field_name("operand") else {
            return self.b.other("expression", node);
        };
        let inner = self.expression(operand);
        match (
            node.child_by_field_name("operator").map(|op| op.kind()),
            &self.b.facts.exprs[inner].kind,
        ) {
            (Some("-"), ExprKind::Int(value)) => {
                let value = -*value;
                self.b.expr(ExprKind::Int(value), node.byte_range())
            }
            (Some("+"), _) => inner,
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
        let is_text = |id: &ExprId| matches!(self.b.facts.exprs[*id].kind, ExprKind::Str(_));
        if chain.len() >= LONG_CHAIN
            && chain.iter().all(|link| token(link) == "+")
            && operands.iter().any(is_text)
        {
            return self.b.expr(ExprKind::Concat(operands), node.byte_range());
        }
        let mut operands = operands.into_iter();
        let Some(mut left) = operands.next() else {
            return self.b.other("expression", node);
        };
        for (link, right) in chain.iter().rev().zip(operands) {
            left = self.b.expr(
                ExprKind::Binary {
                    op: operator(token(link)),
                    left,
                    right,
                },
                link.byte_range(),
            );
        }
        left
    }

    fn ternary(&mut self, node: Node<'t>) -> ExprId {
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

    /// `x instanceof T t`: from here on `t` is `x` with that type.
    fn instance_of(&mut self, node: Node<'t>) -> ExprId {
        let value = node
            .child_by_field_name("left")
            .map(|left| self.expression(left));
        if let Some(name) = node.child_by_field_name("name") {
            self.declare_typed(Some(name), node.child_by_field_name("right"), value);
        }
        if let Some(pattern) = node.child_by_field_name("pattern") {
            self.patterns(pattern);
        }
        self.b.other("expression", node)
    }

    fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let params = match node.child_by_field_name("parameters") {
            Some(one) if one.kind() == "identifier" => {
                vec![Param {
                    name: self.b.text(one),
                    ty: None,
                    default: None,
                    rest: false,
                }]
            }
            Some(list) => self.params(list),
            None => Vec::new(),
        };
        let Some(body) = node.child_by_field_name("body") else {
            return self.b.other("expression", node);
        };
        let function = self.function("", params, body.start_byte(), |l, _| {
            if body.kind() == "block" {
                l.statements(body);
            } else {
                let value = l.expression(body);
                l.b.returns(value);
            }
        });
        self.b.facts.functions[function].private = true;
        self.b.expr(ExprKind::Function(function), node.byte_range())
    }

    /// `T::name` names a method without calling it.
    fn method_reference(&mut self, node: Node<'t>) -> ExprId {
        let parts = parts(node);
        let Some(first) = parts.first() else {
            return self.b.other("method reference", node);
        };
        let of = self.expression(*first);
        match parts
            .last()
            .filter(|last| last.kind() == "identifier" && parts.len() > 1)
        {
            Some(name) => self.b.member(of, *name),
            None => self.b.other("method reference", node),
        }
    }

    /// `try (T t = …)`.
    fn resource(&mut self, node: Node<'t>) -> ExprId {
        let Some(value) = node.child_by_field_name("value") else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        let value = self.expression(value);
        self.declare_typed(
            node.child_by_field_name("name"),
            node.child_by_field_name("type"),
            Some(value),
        );
        value
    }
}

/// A text block's content: after the first line break, without the indentation that all lines share.
fn text_block(body: &str) -> String {
    let body = body.split_once('\n').map_or(body, |(_, rest)| rest);
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let last = body.lines().count().saturating_sub(1);
    let shared = body
        .lines()
        .enumerate()
        .filter(|(i, line)| *i == last || !line.trim().is_empty())
        .map(|(_, line)| indent(line))
        .min();
    let lines: Vec<&str> = body
        .split('\n')
        .map(|line| {
            line.get(shared.unwrap_or(0)..)
                .unwrap_or_default()
                .trim_end()
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_method, value};

    #[test]
    fn texts_are_put_together() {
        let joined = in_method("String s = String.join(\"/\", a, \"GCM\");");
        assert_eq!(value(&joined, "s"), "concat(a, \"/\", \"GCM\")");
        assert_eq!(
            value(&in_method("String s = a + \"/CBC\";"), "s"),
            "(a Add \"/CBC\")"
        );
        assert_eq!(
            value(
                &in_method("String s = \"\"\"\n    a\n      b\n    \"\"\";"),
                "s"
            ),
            "\"a\\n  b\\n\""
        );
    }

    #[test]
    fn arrays_of_bytes_have_a_length_where_it_is_written() {
        assert_eq!(
            value(&in_method("byte[] k = new byte[256 / 8];"), "k"),
            "bytes(32)"
        );
        assert_eq!(
            value(&in_method("byte[] k = new byte[N];"), "k"),
            "new byte[](N)"
        );
        assert_eq!(
            value(&in_method("String[] p = new String[] {\"TLSv1.2\"};"), "p"),
            "[\"TLSv1.2\"]"
        );
        assert_eq!(
            value(
                &in_method("byte[] k = \"abc\".getBytes(StandardCharsets.UTF_8);"),
                "k"
            ),
            "\"abc\""
        );
        assert_eq!(
            value(&in_method("byte[] k = rows.getBytes(\"key\");"), "k"),
            "rows.getBytes(\"key\")"
        );
    }
}
