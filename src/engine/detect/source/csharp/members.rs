//! Members: methods, constructors, properties.

use std::ops::Range;

use tree_sitter::Node;

use super::{Lowering, part, parts};
use crate::detect::facts::{BindingKind, ExprKind, Param};

impl<'t> Lowering<'_, 't> {
    pub(super) fn method(&mut self, node: Node<'t>) {
        let private = self.modifiers(node).private;
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.b.text(name))
        else {
            if let Some(body) = node.child_by_field_name("body") {
                self.statement(body)
            }
            return;
        };
        if self.is_test(node) {
            self.b.facts.tests.push(node.byte_range());
        }
        let result = node
            .child_by_field_name("returns")
            .or_else(|| node.child_by_field_name("type"));
        let ty = result.and_then(|ty| self.ty(ty));
        let params = node
            .child_by_field_name("parameters")
            .map(|list| self.params(list))
            .unwrap_or_default();
        let body = node.child_by_field_name("body");
        let at = body.unwrap_or(node).start_byte();
        let function = self.function(&name, params, at, result, |l| {
            if let Some(body) = body {
                l.body(body);
            }
        });
        let known = &mut self.b.facts.functions[function];
        known.result = ty;
        known.private = private;
        self.bind_function(&name, function, node.byte_range(), private);
    }

    /// A method's name holds in its whole class, a local function's in its whole block.
    fn bind_function(&mut self, name: &str, function: usize, span: Range<usize>, private: bool) {
        let in_class = self.b.facts.functions[function].class.is_some();
        let value = self.b.expr(ExprKind::Function(function), span);
        let kind = if in_class {
            BindingKind::Field
        } else {
            BindingKind::Declare
        };
        let binding = self.b.bind(name, 0, Some(value), kind);
        binding.constant = true;
        binding.private = private;
    }

    pub(super) fn constructor(&mut self, node: Node<'t>) {
        let private = self.modifiers(node).private;
        let params = node
            .child_by_field_name("parameters")
            .map(|list| self.params(list))
            .unwrap_or_default();
        let body = node.child_by_field_name("body");
        let chained = part(node, "constructor_initializer");
        let at = body.unwrap_or(node).start_byte();
        let function = self.function("<init>", params, at, None, |l| {
            if let Some(chained) = chained {
                l.constructor_chain(chained)
            }
            if let Some(body) = body {
                l.body(body);
            }
        });
        self.b.facts.functions[function].private = private;
    }

    /// `: this(…)`, `: base(…)`.
    fn constructor_chain(&mut self, node: Node<'t>) {
        let kind = if super::has_token(node, "this") {
            ExprKind::This
        } else {
            ExprKind::Super
        };
        let callee = self.b.expr(kind, node.start_byte()..node.start_byte());
        let args = part(node, "argument_list")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        );
    }

    /// A property: a field where it is stored, a call of what computes it where it is not.
    pub(super) fn property(&mut self, node: Node<'t>) {
        let modifiers = self.modifiers(node);
        let ty = node.child_by_field_name("type");
        let declared = ty.and_then(|ty| self.ty(ty));
        let name = node.child_by_field_name("name");
        let name = name.map_or_else(|| "this[]".to_owned(), |name| self.b.text(name));
        let value = node.child_by_field_name("value");
        let mut computed = value.filter(|value| value.kind() == "arrow_expression_clause");
        let initial = value.filter(|value| value.kind() != "arrow_expression_clause");
        let mut settable = false;
        for accessor in node
            .child_by_field_name("accessors")
            .map(parts)
            .unwrap_or_default()
        {
            let word = accessor.child_by_field_name("name");
            let gets = word.is_some_and(|word| self.b.text(word) == "get");
            let opened = !parts(accessor).iter().any(|p| p.kind() == "modifier");
            settable |= !gets && opened;
            let Some(body) = accessor.child_by_field_name("body") else {
                continue;
            };
            if gets {
                computed = Some(body)
            } else {
                self.setter(&name, body, declared)
            }
        }
        let mut initial = initial.map(|initial| self.initial(initial, ty));
        if let Some(body) = computed {
            let getter = format!("get_{name}");
            let function =
                self.function(&getter, Vec::new(), body.start_byte(), ty, |l| l.body(body));
            self.b.facts.functions[function].result = declared;
            self.bind_function(&getter, function, node.byte_range(), true);
            let span = body.start_byte()..body.start_byte();
            let callee = self.b.expr(ExprKind::Name(getter), span.clone());
            initial = Some(self.b.expr(
                ExprKind::Call {
                    callee,
                    args: Vec::new(),
                    construct: false,
                },
                span,
            ));
        }
        let binding = self
            .b
            .bind(name, node.end_byte(), initial, BindingKind::Field);
        binding.ty = declared;
        binding.constant = computed.is_some();
        binding.private = modifiers.private || !settable;
    }

    fn setter(&mut self, name: &str, body: Node<'t>, ty: Option<crate::detect::facts::ExprId>) {
        let value = Param {
            name: "value".to_owned(),
            ty,
            default: None,
            rest: false,
        };
        let setter = format!("set_{name}");
        self.function(&setter, vec![value], body.start_byte(), None, |l| {
            l.body(body)
        });
    }
}
