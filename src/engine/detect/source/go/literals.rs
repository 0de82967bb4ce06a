//! Composite literals: structs, lists, maps and bytes.

use std::ops::Range;
use std::rc::Rc;

use tree_sitter::Node;

use super::declarations::{MAX_REPEATED, fields};
use super::expressions::text_literal;
use super::types::{is_named_type, strip, type_name};
use super::{File, part};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key};
use crate::detect::source::lower::{Builder, named};

impl<'t> File<'t> {
    /// `T{…}`, or the `{…}` inside one whose type is the element type of the outer.
    pub(super) fn composite(
        &self,
        b: &mut Builder<'_>,
        ty: Option<Node<'t>>,
        body: Node<'t>,
        span: Range<usize>,
    ) -> ExprId {
        b.deeper(None, |b| Some(self.composite_here(b, ty, body, span)))
            .unwrap_or_else(|| b.other("nested too deep", body))
    }

    fn composite_here(
        &self,
        b: &mut Builder<'_>,
        ty: Option<Node<'t>>,
        body: Node<'t>,
        span: Range<usize>,
    ) -> ExprId {
        let shape = ty.map(|ty| self.underlying(b, ty));
        let kind = shape.map_or("", |shape| shape.kind());
        let is_list = matches!(
            kind,
            "slice_type" | "array_type" | "implicit_length_array_type"
        );
        let inner = shape.and_then(|shape| {
            part(
                shape,
                if kind == "map_type" {
                    "value"
                } else {
                    "element"
                },
            )
        });
        let keys = shape.and_then(|shape| part(shape, "key"));
        let mut fields = Vec::new();
        let mut keyed = false;
        for element in named(body)
            .into_iter()
            .filter(|element| element.kind() != "comment")
        {
            let value = if element.kind() == "keyed_element" {
                keyed = true;
                part(element, "value")
            } else {
                Some(element)
            };
            let key = part(element, "key")
                .and_then(element_value)
                .map(|key| self.key(b, key, is_list || kind == "map_type", keys));
            let value = match value.and_then(element_value) {
                Some(value) if value.kind() == "literal_value" => {
                    self.composite(b, inner, value, value.byte_range())
                }
                Some(value) => self.expr(b, value),
                None => self.unknown(b, element),
            };
            fields.push((key, value));
        }
        if is_list && !keyed {
            let length = shape
                .and_then(|shape| self.byte_array(b, shape))
                .unwrap_or(fields.len() as u64);
            let values = fields.into_iter().map(|(_, value)| value).collect();
            let bytes = shape.is_some_and(|shape| self.holds_bytes(b, shape));
            return b.expr(
                if bytes {
                    ExprKind::Bytes(length)
                } else {
                    ExprKind::List(values)
                },
                span,
            );
        }
        if kind == "struct_type" && !keyed {
            let names = shape
                .map(|shape| self.positions(b, shape))
                .unwrap_or_default();
            for ((key, _), name) in fields.iter_mut().zip(names.iter()) {
                *key = Some(Key::Name(name.clone()));
            }
        } else if !keyed && !fields.is_empty() {
            // Without the declaration, a positional struct and a list look the same.
            return b.expr(
                ExprKind::List(fields.into_iter().map(|(_, value)| value).collect()),
                span,
            );
        }
        fields.retain(|(key, _)| key.is_some());
        let own = ty
            .and_then(|ty| type_name(b, ty))
            .and_then(|name| self.classes.get(&name))
            .filter(|_| ty.is_some_and(|ty| strip(ty).kind() != "qualified_type"));
        if let Some(&class) = own {
            self.set_fields(b, class, &fields, span.end);
        }
        let ty = if is_list || matches!(kind, "map_type") {
            None
        } else {
            ty.filter(|ty| is_named_type(*ty) && ty.byte_range().len() <= MAX_REPEATED)
                .map(|ty| self.ty(b, ty))
        };
        b.expr(ExprKind::Object { ty, fields }, span)
    }

    /// The names of a struct's fields in their order; a table asks for each of its rows.
    fn positions(&self, b: &Builder<'_>, shape: Node<'t>) -> Rc<[String]> {
        let mut known = self.positions.borrow_mut();
        known
            .entry(shape.id())
            .or_insert_with(|| field_names(b, shape).into())
            .clone()
    }

    /// What a literal of a type of this file says is a value of the type's field.
    pub(super) fn set_fields(
        &self,
        b: &mut Builder<'_>,
        class: usize,
        fields: &[(Option<Key>, ExprId)],
        at: usize,
    ) {
        let scope = b.facts.classes[class].scope;
        for (key, value) in fields {
            if let Some(Key::Name(name)) = key {
                b.bind_in(scope, name.clone(), at, Some(*value), BindingKind::Field);
            }
        }
    }

    /// A bare name is a field of a struct, and an expression in a map or list.
    pub(super) fn key(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        computed: bool,
        ty: Option<Node<'t>>,
    ) -> Key {
        match node.kind() {
            "identifier" if !computed => Key::Name(b.text(node)),
            "interpreted_string_literal" | "raw_string_literal" => {
                Key::Name(text_literal(b, node).unwrap_or_default())
            }
            "literal_value" => Key::Expr(self.composite(b, ty, node, node.byte_range())),
            _ => Key::Expr(self.expr(b, node)),
        }
    }
}

fn field_names(b: &Builder<'_>, ty: Node<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for field in fields(ty) {
        let mut cursor = field.walk();
        let before = names.len();
        names.extend(
            field
                .children_by_field_name("name", &mut cursor)
                .filter(Node::is_named)
                .map(|name| b.text(name)),
        );
        if names.len() == before {
            names.push(
                part(field, "type")
                    .and_then(|ty| type_name(b, ty))
                    .unwrap_or_default(),
            );
        }
    }
    names
}

/// What a literal element holds.
pub(super) fn element_value(element: Node<'_>) -> Option<Node<'_>> {
    if element.kind() == "literal_element" {
        element.named_child(0)
    } else {
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts, values};

    #[test]
    fn a_table_of_structs_keeps_its_field_names() {
        let facts = facts(
            "package p\nvar table = []struct {\n\tname string\n\tbits int\n}{{\"a\", 1024}, {name: \"b\", bits: 2048}}\nvar byName = map[string]elliptic.Curve{\"P-256\": elliptic.P256()}\n",
        );
        assert_eq!(
            values(&facts, "table"),
            ["[{name: \"a\", bits: 1024}, {name: \"b\", bits: 2048}]"]
        );
        assert_eq!(values(&facts, "byName"), ["{P-256: elliptic.P256()}"]);
    }

    #[test]
    fn a_composite_literal_names_its_type_behind_a_pointer() {
        let facts = facts(
            "package p\nvar c = &tls.Config{MinVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.X25519}}\n",
        );
        assert_eq!(
            values(&facts, "c"),
            ["tls.Config{MinVersion: tls.VersionTLS12, CurvePreferences: [tls.X25519]}"]
        );
    }
}
