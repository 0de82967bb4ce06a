//! Classes, enums, namespaces, and types as far as they are names.

use tree_sitter::Node;

use super::super::lower::{Builder, named};
use super::calls::returned;
use super::declarations::{How, bind, function, initial};
use super::expressions::{expression, property_name};
use super::statements::{body, statement};
use super::{first, parts};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, ScopeKind};

pub(super) fn class_declaration(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name").map(|n| b.text(n)) else {
        return;
    };
    let index = class(b, node, &name);
    bind_type(b, &name, index, node);
}

/// A class holds inside its own body already.
pub(super) fn bind_type(b: &mut Builder<'_>, name: &str, index: usize, node: Node<'_>) {
    let value = b.expr(ExprKind::Class(index), node.byte_range());
    bind(b, name, node.start_byte(), Some(value), None, How::Const);
}

pub(super) fn class(b: &mut Builder<'_>, node: Node<'_>, name: &str) -> usize {
    let mut bases = Vec::new();
    for child in named(node) {
        match child.kind() {
            "decorator" => statement(b, child),
            "class_heritage" => {
                for clause in named(child) {
                    base(b, clause, &mut bases)
                }
            }
            _ => {}
        }
    }
    let members = node
        .child_by_field_name("body")
        .map(named)
        .unwrap_or_default();
    let index = b.class(name, |b, _| {
        for node in members {
            member(b, node)
        }
    });
    b.facts.classes[index].bases = bases;
    index
}

pub(super) fn base(b: &mut Builder<'_>, clause: Node<'_>, bases: &mut Vec<ExprId>) {
    match clause.kind() {
        "extends_clause" => bases.extend(
            clause
                .child_by_field_name("value")
                .map(|n| expression(b, n)),
        ),
        "implements_clause" => {
            for ty in named(clause) {
                bases.extend(type_name(b, ty))
            }
        }
        _ => bases.push(expression(b, clause)),
    }
}

pub(super) fn member(b: &mut Builder<'_>, node: Node<'_>) {
    b.deeper((), |b| match node.kind() {
        "method_definition" => method(b, node),
        "public_field_definition" | "field_definition" => field(b, node),
        "class_static_block" => b.within(ScopeKind::Block, |b| {
            body(b, node.child_by_field_name("body"))
        }),
        "method_signature" | "abstract_method_signature" | "index_signature" => {}
        _ => statement(b, node),
    });
}

pub(super) fn field(b: &mut Builder<'_>, node: Node<'_>) {
    decorators(b, node);
    let Some(key) = node
        .child_by_field_name("name")
        .or_else(|| node.child_by_field_name("property"))
    else {
        return;
    };
    let name = property_name(b, key);
    let ty = node
        .child_by_field_name("type")
        .and_then(|t| type_name(b, t));
    let private = is_private(b, node, key);
    let value = node
        .child_by_field_name("value")
        .map(|v| initial(b, v, name.as_deref().unwrap_or_default(), private));
    let Some(name) = name else { return };
    let constant = has_word(node, "readonly") || is_in_capitals(&name);
    let binding = b.bind(name, node.end_byte(), value, BindingKind::Field);
    (binding.ty, binding.constant, binding.private) = (ty, constant, private);
}

pub(super) fn method(b: &mut Builder<'_>, node: Node<'_>) {
    decorators(b, node);
    let Some(key) = node.child_by_field_name("name") else {
        return;
    };
    let Some(name) = property_name(b, key) else {
        function(b, node, "", &[]);
        return;
    };
    let private = is_private(b, node, key);
    let constructor = name == "constructor";
    let index = function(b, node, if constructor { "<init>" } else { &name }, &[]);
    b.facts.functions[index].private = private;
    if constructor {
        return parameter_properties(b, node, index);
    }
    if has_word(node, "set") {
        return;
    }
    let value = if has_word(node, "get") {
        returned(b, index, node)
    } else {
        Some(b.expr(ExprKind::Function(index), node.byte_range()))
    };
    let binding = b.bind(name, node.end_byte(), value, BindingKind::Field);
    (binding.constant, binding.private) = (true, private);
}

/// TypeScript's `constructor(private readonly bits: number)` declares fields.
pub(super) fn parameter_properties(b: &mut Builder<'_>, node: Node<'_>, function: usize) {
    for parameter in node
        .child_by_field_name("parameters")
        .map(named)
        .unwrap_or_default()
    {
        let declares =
            has_word(parameter, "accessibility_modifier") || has_word(parameter, "readonly");
        let Some(name) = parameter
            .child_by_field_name("pattern")
            .filter(|_| declares)
        else {
            continue;
        };
        let ty = parameter
            .child_by_field_name("type")
            .and_then(|t| type_name(b, t));
        let outer = std::mem::replace(&mut b.scope, b.facts.functions[function].scope);
        let value = b.name(name);
        b.scope = outer;
        let private = is_private(b, parameter, name);
        let name = b.text(name);
        let binding = b.bind(name, parameter.end_byte(), Some(value), BindingKind::Field);
        (binding.ty, binding.constant, binding.private) =
            (ty, has_word(parameter, "readonly"), private);
    }
}

pub(super) fn decorators(b: &mut Builder<'_>, node: Node<'_>) {
    for decorator in named(node).into_iter().filter(|n| n.kind() == "decorator") {
        statement(b, decorator)
    }
}

/// `#x`, TypeScript's `private x`, and `_x`, which is how it was written before there were those.
pub(super) fn is_private(b: &Builder<'_>, node: Node<'_>, name: Node<'_>) -> bool {
    matches!(b.text.get(name.start_byte()), Some(b'#' | b'_'))
        || named(node)
            .into_iter()
            .any(|n| n.kind() == "accessibility_modifier" && &b.text[n.byte_range()] == b"private")
}

/// `KEY_BITS` is a constant by its name.
fn is_in_capitals(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_uppercase()) && !name.chars().any(|c| c.is_ascii_lowercase())
}

pub(super) fn has_word(node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == word)
}

pub(super) fn enumeration(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name").map(|n| b.text(n)) else {
        return;
    };
    let members = node
        .child_by_field_name("body")
        .map(parts)
        .unwrap_or_default();
    let index = b.class(&name, |b, _| {
        let mut next = Some(0);
        for member in members {
            let value = match member.child_by_field_name("value") {
                Some(value) => Some(expression(b, value)),
                None => next.map(|n| b.expr(ExprKind::Int(n), member.byte_range())),
            };
            next = value.and_then(|v| {
                if let ExprKind::Int(n) = b.facts.exprs[v].kind {
                    n.checked_add(1)
                } else {
                    None
                }
            });
            if let Some(name) =
                property_name(b, member.child_by_field_name("name").unwrap_or(member))
            {
                b.bind(name, member.end_byte(), value, BindingKind::Field)
                    .constant = true;
            }
        }
    });
    bind_type(b, &name, index, node);
}

/// A namespace's declarations are reached through its name, as a class's static fields are.
pub(super) fn namespace(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name").map(|n| b.text(n)) else {
        return;
    };
    let index = b.class(&name, |b, _| body(b, node.child_by_field_name("body")));
    bind_type(b, &name, index, node);
}

/// A type as names. What can be absent or arrives later is the type itself: `T | null`, `Promise<T>`, `Readonly<T>`.
pub(super) fn type_name(b: &mut Builder<'_>, node: Node<'_>) -> Option<ExprId> {
    b.deeper(None, |b| match node.kind() {
        "type_annotation" | "readonly_type" | "parenthesized_type" => type_name(b, first(node)?),
        "type_identifier" | "predefined_type" | "nested_type_identifier" => qualified(b, node),
        "array_type" => {
            let element = type_name(b, first(node)?)?;
            let of = b.expr(ExprKind::Name("Array".to_owned()), node.byte_range());
            Some(b.expr(
                ExprKind::Generic {
                    of,
                    types: vec![element],
                },
                node.byte_range(),
            ))
        }
        "generic_type" => {
            let name = node.child_by_field_name("name")?;
            let arguments = node
                .child_by_field_name("type_arguments")
                .map(named)
                .unwrap_or_default();
            if matches!(
                b.text(name).as_str(),
                "Promise" | "Readonly" | "Required" | "Partial" | "Awaited" | "NonNullable"
            ) {
                return type_name(b, *arguments.first()?);
            }
            let of = qualified(b, name)?;
            let types = arguments
                .into_iter()
                .filter_map(|t| type_name(b, t))
                .collect();
            Some(b.expr(ExprKind::Generic { of, types }, node.byte_range()))
        }
        "union_type" => {
            let present: Vec<_> = named(node)
                .into_iter()
                .filter(|n| !matches!(&b.text[n.byte_range()], b"null" | b"undefined"))
                .collect();
            if let [only] = present[..] {
                type_name(b, only)
            } else {
                None
            }
        }
        _ => None,
    })
}

/// A dotted name of the type grammar.
pub(super) fn qualified(b: &mut Builder<'_>, node: Node<'_>) -> Option<ExprId> {
    let text = b.text(node);
    let parts: Vec<&str> = text.split('.').map(str::trim).collect();
    b.path(&parts, node.byte_range())
}
