//! Functions, classes and the types that annotations name.

use tree_sitter::Node;

use super::calls::arguments;
use super::expressions::expr;
use super::field;
use super::names::{Frame, Names, Place, assign, is_private};
use super::statements::block;
use crate::detect::facts::{ExprId, ExprKind, Param};
use crate::detect::source::lower::{Builder, named};

pub(super) fn decorated(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let mut decorators = Vec::new();
    for decorator in named(node).into_iter().filter(|n| n.kind() == "decorator") {
        block(b, names, decorator);
        decorators.push(b.text(decorator).trim_start_matches('@').trim().to_owned());
    }
    let Some(definition) = field(node, "definition") else {
        return;
    };
    if definition.kind() == "class_definition" {
        class(b, names, definition);
    } else {
        function(b, names, definition, &decorators);
    }
}

pub(super) fn function(
    b: &mut Builder<'_>,
    names: &mut Names,
    node: Node<'_>,
    decorators: &[String],
) {
    let name = field(node, "name").map(|n| b.text(n)).unwrap_or_default();
    let is_method = names.here().place == Place::Class;
    let is = |word: &str| {
        decorators
            .iter()
            .any(|d| d == word || d.ends_with(&format!(".{word}")))
    };
    let mut params = field(node, "parameters")
        .map(|p| parameters(b, names, p))
        .unwrap_or_default();
    let result = field(node, "return_type").and_then(|ty| annotation(b, names, ty));
    let receiver = (is_method && !is("staticmethod") && params.first().is_some_and(|p| !p.rest))
        .then(|| params.remove(0).name);
    if name.starts_with("test_") || is("fixture") {
        b.facts.tests.push(node.byte_range())
    }

    let name = if is_method && name == "__init__" {
        "<init>".to_owned()
    } else {
        name
    };
    let body = field(node, "body");
    let index = function_body(b, names, &name, params, receiver, node, |b, names| {
        if let Some(body) = body {
            block(b, names, body)
        }
    });
    let function = &mut b.facts.functions[index];
    function.result = result;
    function.private = is_private(&name);
    let mut value = b.expr(ExprKind::Function(index), node.byte_range());
    if is_method && (is("property") || is("cached_property")) {
        value = b.expr(
            ExprKind::Call {
                callee: value,
                args: Vec::new(),
                construct: false,
            },
            node.byte_range(),
        );
    }
    if !is("setter") && !is("deleter") && !is("overload") {
        assign(b, names, &name, node, Some(value), None)
    }
}

/// Opens the function and the frame of its names.
pub(super) fn function_body<'t>(
    b: &mut Builder<'t>,
    names: &mut Names,
    name: &str,
    params: Vec<Param>,
    receiver: Option<String>,
    node: Node<'_>,
    body: impl FnOnce(&mut Builder<'t>, &mut Names),
) -> usize {
    let own = params.iter().map(|p| p.name.clone()).collect();
    b.function(name, params, node.start_byte(), |b, _| {
        names.frames.push(Frame {
            receiver,
            own,
            ..Frame::new(b.scope, Place::Function)
        });
        body(b, names);
        names.frames.pop();
    })
}

pub(super) fn parameters(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for child in named(node) {
        let name = match child.kind() {
            "keyword_separator" | "positional_separator" | "comment" => continue,
            "typed_parameter" => child.named_child(0),
            _ => field(child, "name").or(Some(child)),
        };
        let Some(name) = name else { continue };
        let rest = name.kind().ends_with("splat_pattern");
        let ty = field(child, "type").and_then(|ty| annotation(b, names, ty));
        let default = field(child, "value").map(|value| expr(b, names, value));
        params.push(Param {
            name: b.text(name).trim_start_matches('*').to_owned(),
            ty: ty.filter(|_| !rest),
            default,
            rest,
        });
    }
    params
}

pub(super) fn class(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let name = field(node, "name").map(|n| b.text(n)).unwrap_or_default();
    let superclasses = field(node, "superclasses")
        .map(|n| arguments(b, names, n))
        .unwrap_or_default();
    let bases: Vec<ExprId> = superclasses
        .into_iter()
        .filter(|a| a.name.is_none())
        .map(|a| a.value)
        .collect();
    let is_enum = bases.iter().any(|base| match &b.facts.exprs[*base].kind {
        ExprKind::Name(base) | ExprKind::Member { name: base, .. } => {
            base.ends_with("Enum") || base.ends_with("Flag")
        }
        _ => false,
    });
    if is_enum {
        names.enums.insert(name.clone());
    }
    if name.starts_with("Test") {
        b.facts.tests.push(node.byte_range())
    }
    let index = b.class(&name, |b, index| {
        b.facts.classes[index].bases = bases;
        names.frames.push(Frame::new(b.scope, Place::Class));
        let first = b.facts.bindings.len();
        if let Some(body) = field(node, "body") {
            block(b, names, body)
        }
        names.frames.pop();
        let scope = b.scope;
        for binding in b.facts.bindings[first..]
            .iter_mut()
            .filter(|binding| binding.scope == scope)
        {
            binding.constant |= is_enum;
        }
    });
    let value = b.expr(ExprKind::Class(index), node.byte_range());
    assign(b, names, &name, node, Some(value), None);
}

/// A type as names; `Optional[T]`, `T | None` and the like are `T`. What is one of several types is not said.
pub(super) fn annotation(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    b.deeper(None, |b| match node.kind() {
        "identifier" | "attribute" => Some(expr(b, names, node)),
        "string" => {
            let text = b.text(node);
            let text = text.trim_matches(['"', '\'']);
            let parts: Vec<&str> = text.split('.').collect();
            let is_path = parts
                .iter()
                .all(|p| !p.is_empty() && p.chars().all(|c| c == '_' || c.is_alphanumeric()));
            if is_path {
                b.path(&parts, node.byte_range())
            } else {
                None
            }
        }
        "union_type" | "binary_operator" => {
            let types: Vec<Node<'_>> = named(node)
                .into_iter()
                .filter(|n| b.text(*n) != "None")
                .collect();
            let [one] = types.as_slice() else { return None };
            annotation(b, names, *one)
        }
        "generic_type" | "subscript" => {
            let children = named(node);
            let (of, args) = children.split_first()?;
            let args: Vec<Node<'_>> = args
                .iter()
                .flat_map(|a| {
                    if a.kind() == "type_parameter" {
                        named(*a)
                    } else {
                        vec![*a]
                    }
                })
                .collect();
            let of_text = b.text(*of);
            match of_text.rsplit('.').next().unwrap_or_default() {
                "Optional" | "Annotated" | "Final" | "ClassVar" => {
                    annotation(b, names, *args.first()?)
                }
                "Union" | "Type" | "type" | "Literal" => None,
                _ => {
                    let of = expr(b, names, *of);
                    let types = args
                        .into_iter()
                        .filter_map(|a| annotation(b, names, a))
                        .collect();
                    Some(b.expr(ExprKind::Generic { of, types }, node.byte_range()))
                }
            }
        }
        "type" => annotation(b, names, node.named_child(0)?),
        _ => None,
    })
}
