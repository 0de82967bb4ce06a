//! Variables: locals, fields and parameters.

use tree_sitter::Node;

use super::{Lowering, parts};
use crate::detect::facts::{BindingKind, ExprId, Param};

/// What a declaration's modifiers say.
#[derive(Default, Clone, Copy)]
pub(super) struct Modifiers {
    /// Only the class itself can assign it.
    pub(super) private: bool,
    /// `const`, `readonly`.
    pub(super) constant: bool,
}

impl<'t> Lowering<'_, 't> {
    pub(super) fn modifiers(&self, node: Node<'t>) -> Modifiers {
        let words: Vec<String> = parts(node)
            .into_iter()
            .filter(|part| part.kind() == "modifier")
            .map(|part| self.b.text(part))
            .collect();
        let says = |word: &str| words.iter().any(|w| w == word);
        // A member is private where nothing else is said.
        let opened = ["public", "internal", "protected"].iter().any(|w| says(w));
        Modifiers {
            private: !opened,
            constant: says("const") || says("readonly"),
        }
    }

    pub(super) fn field(&mut self, node: Node<'t>) {
        let modifiers = self.modifiers(node);
        for declaration in parts(node) {
            if declaration.kind() == "variable_declaration" {
                self.declare(declaration, BindingKind::Field, modifiers)
            }
        }
    }

    /// `T x = …;`, `using var x = …;`, `const T x = …;`.
    pub(super) fn local(&mut self, node: Node<'t>) {
        let constant = self.modifiers(node).constant;
        for declaration in parts(node) {
            if declaration.kind() == "variable_declaration" {
                self.variables(declaration, constant)
            }
        }
    }

    pub(super) fn variables(&mut self, node: Node<'t>, constant: bool) {
        let modifiers = Modifiers {
            private: true,
            constant,
        };
        self.declare(node, BindingKind::Declare, modifiers)
    }

    fn declare(&mut self, node: Node<'t>, kind: BindingKind, modifiers: Modifiers) {
        let ty = node.child_by_field_name("type");
        let declared = ty.and_then(|ty| self.ty(ty));
        for declarator in parts(node)
            .into_iter()
            .filter(|part| part.kind() == "variable_declarator")
        {
            let name = declarator.child_by_field_name("name");
            let value = parts(declarator).into_iter().rfind(|part| {
                Some(*part) != name
                    && !matches!(part.kind(), "bracketed_argument_list" | "tuple_pattern")
            });
            let id = value.map(|value| self.initial(value, ty));
            let Some(name) = name else {
                self.tuple_names(declarator, id);
                continue;
            };
            let cast = value.filter(|_| declared.is_none());
            let cast = cast.and_then(|value| self.cast_type(value));
            let text = self.b.text(name);
            let binding = self.b.bind(text, declarator.end_byte(), id, kind);
            binding.ty = declared.or(cast);
            binding.constant = modifiers.constant;
            binding.private = modifiers.private;
        }
    }

    /// `var (a, b) = …`.
    fn tuple_names(&mut self, declarator: Node<'t>, value: Option<ExprId>) {
        let names = parts(declarator)
            .into_iter()
            .find(|part| part.kind() == "tuple_pattern")
            .map(parts)
            .unwrap_or_default();
        for (index, name) in names.into_iter().enumerate() {
            let item = value.map(|of| {
                self.b.expr(
                    crate::detect::facts::ExprKind::Item { of, index },
                    name.byte_range(),
                )
            });
            if name.kind() == "identifier" {
                self.declare_typed(Some(name), None, item)
            }
        }
    }

    /// An initial value: an expression; `{…}` and `[…]` of a declared array; `new(…)` of the declared type.
    pub(super) fn initial(&mut self, node: Node<'t>, ty: Option<Node<'t>>) -> ExprId {
        match node.kind() {
            "initializer_expression" | "collection_expression" => {
                let of_bytes = ty.is_some_and(|ty| self.is_bytes(ty));
                self.array(node, of_bytes)
            }
            "implicit_object_creation_expression" => self.made(node, ty),
            _ => self.expression(node),
        }
    }

    /// `(T)x`, `x as T`: what a `var` is then.
    fn cast_type(&mut self, value: Node<'t>) -> Option<ExprId> {
        let ty = match value.kind() {
            "cast_expression" => value.child_by_field_name("type"),
            "as_expression" => value.child_by_field_name("right"),
            _ => None,
        }?;
        self.ty(ty)
    }

    pub(super) fn params(&mut self, node: Node<'t>) -> Vec<Param> {
        let mut params = Vec::new();
        for part in parts(node) {
            if part.kind() != "parameter" {
                continue;
            }
            let (name, ty) = (
                part.child_by_field_name("name"),
                part.child_by_field_name("type"),
            );
            let default = parts(part)
                .into_iter()
                .rfind(|p| {
                    Some(*p) != name
                        && Some(*p) != ty
                        && !matches!(p.kind(), "modifier" | "attribute_list")
                })
                .map(|default| self.expression(default));
            let Some(name) = name.map(|name| self.b.text(name)) else {
                continue;
            };
            let ty = ty.and_then(|ty| self.ty(ty));
            params.push(Param {
                name,
                ty,
                default,
                rest: false,
            });
        }
        // `params T[] rest` stands in the list itself.
        if let (Some(name), Some(ty)) = (
            node.child_by_field_name("name"),
            node.child_by_field_name("type"),
        ) && node.kind() == "parameter_list"
        {
            let name = self.b.text(name);
            let ty = self.ty(ty);
            params.push(Param {
                name,
                ty,
                default: None,
                rest: true,
            });
        }
        params
    }
}
