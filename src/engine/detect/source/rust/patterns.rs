//! `let`, and the patterns that take values apart.

use tree_sitter::Node;

use super::{Lowering, code, is_mutable, starts_upper};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, ScopeKind};

impl Lowering<'_> {
    /// `let mac: Hmac<Sha256> = Hmac::new(key)`: the type arguments that are declared are those of the call.
    pub(super) fn typed(&mut self, value: ExprId, ty: Option<ExprId>) {
        let exprs = &self.b.facts.exprs;
        let last = |id: ExprId| match &exprs[id].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
            _ => None,
        };
        if let Some(ty) = ty
            && let ExprKind::Generic { of: declared, .. } = exprs[ty].kind
            && let ExprKind::Call { callee, .. } = exprs[value].kind
            && let ExprKind::Member { of, name } = &exprs[callee].kind
            && last(*of).is_some_and(|name| last(declared) == Some(name))
        {
            let name = name.clone();
            self.b.facts.exprs[callee].kind = ExprKind::Member { of: ty, name };
        }
    }

    pub(super) fn declaration(&mut self, node: Node<'_>) {
        let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
        let value = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        if let Some(value) = value {
            self.typed(value, ty);
        }
        if let Some(otherwise) = node.child_by_field_name("alternative") {
            let group = self.b.group();
            self.within(
                ScopeKind::Arm {
                    group,
                    exhaustive: false,
                },
                |l| l.statements(otherwise),
            );
        }
        let Some(pattern) = node.child_by_field_name("pattern") else {
            return;
        };
        match simple_binding(pattern) {
            Some(name) => {
                let text = self.ident(name);
                let constant = value.is_some() && !is_mutable(node) && !is_mutable(pattern);
                let binding = self
                    .b
                    .bind(text, node.end_byte(), value, BindingKind::Declare);
                binding.ty = ty;
                binding.constant = constant;
                binding.private = true;
            }
            None => self.pattern(pattern, value, node.end_byte()),
        }
    }

    /// Binds the names in a pattern to the parts of `value` that they match.
    pub(super) fn pattern(&mut self, node: Node<'_>, value: Option<ExprId>, at: usize) {
        self.deeper((), |l| l.pattern_here(node, value, at));
    }

    pub(super) fn pattern_here(&mut self, node: Node<'_>, value: Option<ExprId>, at: usize) {
        let part =
            |l: &mut Self, kind: fn(ExprId, usize) -> ExprKind, index: usize, of: Node<'_>| {
                value.map(|value| l.b.expr(kind(value, index), of.byte_range()))
            };
        match node.kind() {
            "identifier" | "shorthand_field_identifier" => {
                let name = self.ident(node);
                // `None`, `MAX_SIZE`: a constant or variant to compare with, not a new name.
                if !starts_upper(&name) {
                    self.b.bind(name, at, value, BindingKind::Declare).private = true;
                }
            }
            "mut_pattern" | "ref_pattern" | "reference_pattern" | "captured_pattern"
            | "or_pattern" => {
                for inner in code(node) {
                    self.pattern(inner, value, at);
                }
            }
            "tuple_pattern" => {
                for (index, inner) in code(node).into_iter().enumerate() {
                    let item = part(self, |of, index| ExprKind::Item { of, index }, index, inner);
                    self.pattern(inner, item, at);
                }
            }
            "slice_pattern" => {
                for inner in code(node) {
                    let element = part(self, |of, _| ExprKind::Element(of), 0, inner);
                    self.pattern(inner, element, at);
                }
            }
            "tuple_struct_pattern" => {
                let ty = node.child_by_field_name("type");
                let mut path = ty.map(|ty| self.segments(ty)).unwrap_or_default();
                let name = path.pop().unwrap_or_default();
                let class = path.pop().and_then(|of| self.type_named(&of));
                let inner = code(node).into_iter().filter(|inner| Some(*inner) != ty);
                for (index, inner) in inner.enumerate() {
                    let held = match name.as_str() {
                        "Some" | "Ok" => value,
                        "Err" => None,
                        _ => part(
                            self,
                            |of, index| ExprKind::Member {
                                of,
                                name: index.to_string(),
                            },
                            index,
                            inner,
                        ),
                    };
                    let before = self.b.facts.bindings.len();
                    self.pattern(inner, held, at);
                    let types = class.and_then(|class| self.payloads.get(&(class, name.clone())));
                    let ty = types.and_then(|types| types.get(index)).copied();
                    if let [binding] = &mut self.b.facts.bindings[before..] {
                        binding.ty = ty;
                    }
                }
            }
            "struct_pattern" => {
                for field in code(node) {
                    let Some(name) = field.child_by_field_name("name") else {
                        continue;
                    };
                    let text = self.ident(name);
                    let held = value.map(|of| {
                        self.b
                            .expr(ExprKind::Member { of, name: text }, name.byte_range())
                    });
                    self.pattern(
                        field.child_by_field_name("pattern").unwrap_or(name),
                        held,
                        at,
                    );
                }
            }
            _ => {}
        }
    }
}

/// The identifier of a pattern that is nothing but a new name.
pub(super) fn simple_binding(pattern: Node<'_>) -> Option<Node<'_>> {
    match pattern.kind() {
        "identifier" => Some(pattern),
        "mut_pattern" | "ref_pattern" => {
            code(pattern).into_iter().find(|n| n.kind() == "identifier")
        }
        _ => None,
    }
}
