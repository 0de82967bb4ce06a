//! Expressions: one pass reaches every one of them.

use tree_sitter::Node;

use super::super::lower::{Builder, integer, named, operator, unescape};
use super::calls::{argument, call, construct, returned};
use super::classes::{class, has_word, namespace};
use super::declarations::{How, function, initial, pattern, store};
use super::modules::required;
use super::statements::{statement, statements};
use super::{first, inside_errors, parts};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key, Op};

/// Lowers an expression. Chains (`a.b().c()`, `a + b + c`) are long where nesting is not, so they are followed in a loop.
pub(super) fn expression(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let lowered = b.deeper(None, |b| {
        let (mut spine, mut start) = (Vec::new(), node);
        while let Some(inner) = leftmost(b, start) {
            spine.push(start);
            start = inner;
        }
        let mut value = operand(b, start);
        inside_errors(b, start);
        while let Some(outer) = spine.pop() {
            value = onto(b, outer, value);
            inside_errors(b, outer);
        }
        Some(value)
    });
    lowered.unwrap_or_else(|| b.other("too deep", node))
}

/// The operand that an expression begins with, where it continues one.
pub(super) fn leftmost<'t>(b: &Builder<'_>, node: Node<'t>) -> Option<Node<'t>> {
    match node.kind() {
        "member_expression" | "subscript_expression" => node.child_by_field_name("object"),
        "call_expression" if required(b, node).is_none() => node.child_by_field_name("function"),
        "binary_expression" => node.child_by_field_name("left"),
        "parenthesized_expression"
        | "await_expression"
        | "non_null_expression"
        | "as_expression"
        | "satisfies_expression" => first(node),
        _ => None,
    }
}

/// Applies what `node` does to the value of its leftmost operand.
pub(super) fn onto(b: &mut Builder<'_>, node: Node<'_>, value: ExprId) -> ExprId {
    match node.kind() {
        "member_expression" => node
            .child_by_field_name("property")
            .map_or(value, |name| property(b, value, name)),
        "subscript_expression" => node
            .child_by_field_name("index")
            .map_or(value, |key| property(b, value, key)),
        "call_expression" => call(b, node, value),
        "binary_expression" => binary(b, node, value),
        _ => value, // parentheses, `await`, `!`, `as`, `satisfies`
    }
}

pub(super) fn operand(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let span = node.byte_range();
    let kind = match node.kind() {
        "identifier" | "shorthand_property_identifier" => return b.name(node),
        "this" => ExprKind::This,
        "super" => ExprKind::Super,
        "null" | "undefined" => ExprKind::Null,
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        "number" => number(&b.text(node)).map_or(ExprKind::Other("number"), ExprKind::Int),
        "string" => {
            b.note_embedded(span.clone());
            ExprKind::Str(string(b, node))
        }
        "template_string" => return template(b, node),
        "array" => ExprKind::List(
            parts(node)
                .into_iter()
                .map(|n| argument(b, n).value)
                .collect(),
        ),
        "object" => return object(b, node),
        "arrow_function" | "function_expression" | "generator_function" => {
            ExprKind::Function(function(b, node, "", &[]))
        }
        "class" => {
            let name = node
                .child_by_field_name("name")
                .map_or_else(|| format!("class@{}", span.start), |n| b.text(n));
            ExprKind::Class(class(b, node, &name))
        }
        "call_expression" => required(b, node).map_or(ExprKind::Other("call"), ExprKind::Path),
        "new_expression" => return construct(b, node),
        "ternary_expression" => return ternary(b, node),
        "assignment_expression" => return assignment(b, node),
        "augmented_assignment_expression" => return augmented(b, node),
        "update_expression" => return update(b, node),
        "unary_expression" => return unary(b, node),
        "internal_module" => {
            namespace(b, node);
            ExprKind::Other("namespace")
        }
        "meta_property" if b.text(node).starts_with("import") => {
            ExprKind::Path("import.meta".to_owned())
        }
        // `co`, sagas and compiled `async` functions get the result of what they yield.
        "sequence_expression"
        | "yield_expression"
        | "type_assertion"
        | "instantiation_expression"
        | "expression_statement" => {
            let values: Vec<ExprId> = parts(node)
                .into_iter()
                .filter(|n| n.kind() != "type_arguments")
                .map(|n| expression(b, n))
                .collect();
            if let Some(last) = values.last() {
                return *last;
            }
            ExprKind::Null
        }
        _ => {
            // Whatever it is, what stands in it is reached.
            statements(b, node);
            ExprKind::Other("expression")
        }
    };
    b.expr(kind, span)
}

/// `of.key`, `of['key']`, or `of[key]`. A module's default export is the module.
pub(super) fn property(b: &mut Builder<'_>, of: ExprId, key: Node<'_>) -> ExprId {
    let literal = match key.kind() {
        "property_identifier"
        | "private_property_identifier"
        | "string"
        | "computed_property_name" => property_name(b, key),
        _ => None,
    };
    let span = b.facts.exprs[of].span.start.min(key.start_byte())..key.end_byte();
    match literal {
        Some(name) if name == "default" => of,
        Some(name) => b.expr(ExprKind::Member { of, name }, span),
        None => {
            let key = expression(
                b,
                if key.kind() == "computed_property_name" {
                    first(key).unwrap_or(key)
                } else {
                    key
                },
            );
            b.expr(ExprKind::Index { of, key }, span)
        }
    }
}

/// The name that a property is written with; `None` where it is computed.
pub(super) fn property_name(b: &Builder<'_>, key: Node<'_>) -> Option<String> {
    match key.kind() {
        "computed_property_name" => first(key)
            .filter(|inner| inner.kind() == "string")
            .map(|inner| string(b, inner)),
        _ => Some(plain(b, key)),
    }
}

/// A name or a string that stands for a name.
pub(super) fn plain(b: &Builder<'_>, node: Node<'_>) -> String {
    if node.kind() == "string" {
        string(b, node)
    } else {
        b.text(node)
    }
}

/// A literal's content: what stands between the quotes, unescaped.
pub(super) fn string(b: &Builder<'_>, node: Node<'_>) -> String {
    let text = b.text(node);
    unescape(
        text.get(1..text.len().saturating_sub(1))
            .unwrap_or_default(),
    )
}

/// A number that is an integer, also where it is written as `1e5` or `2048.0`.
pub(super) fn number(text: &str) -> Option<i128> {
    integer(text).or_else(|| {
        let value: f64 = text.replace('_', "").parse().ok()?;
        // Beyond 2^53 a double no longer says which integer was meant.
        (value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0).then_some(value as i128)
    })
}

pub(super) fn template(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    b.note_embedded(node.byte_range());
    let mut pieces = Vec::new();
    let mut start = node.start_byte() + 1;
    let mut text = |b: &mut Builder<'_>, pieces: &mut Vec<ExprId>, end: usize, next: usize| {
        let range = start..end.max(start);
        if !range.is_empty() {
            let raw = String::from_utf8_lossy(&b.text[range.clone()]).into_owned();
            pieces.push(b.expr(ExprKind::Str(unescape(&raw)), range));
        }
        start = next;
    };
    for hole in named(node)
        .into_iter()
        .filter(|n| n.kind() == "template_substitution")
    {
        text(b, &mut pieces, hole.start_byte(), hole.end_byte());
        pieces.extend(parts(hole).into_iter().map(|n| expression(b, n)));
    }
    text(b, &mut pieces, node.end_byte().saturating_sub(1), 0);
    match pieces[..] {
        [] => b.expr(ExprKind::Str(String::new()), node.byte_range()),
        [only] if matches!(b.facts.exprs[only].kind, ExprKind::Str(_)) => only,
        _ => b.expr(ExprKind::Concat(pieces), node.byte_range()),
    }
}

pub(super) fn object(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let mut fields = Vec::new();
    for entry in parts(node).into_iter() {
        match entry.kind() {
            "pair" => {
                let (Some(key), Some(value)) = (
                    entry.child_by_field_name("key"),
                    entry.child_by_field_name("value"),
                ) else {
                    continue;
                };
                let key = object_key(b, key);
                let value = expression(b, value);
                fields.push((Some(key), value));
            }
            "shorthand_property_identifier" => {
                let value = b.name(entry);
                fields.push((Some(Key::Name(b.text(entry))), value));
            }
            "method_definition" => {
                let Some(key) = entry.child_by_field_name("name") else {
                    continue;
                };
                let key = object_key(b, key);
                let index = function(b, entry, "", &[]);
                let got = if has_word(entry, "get") {
                    returned(b, index, entry)
                } else {
                    None
                };
                let value =
                    got.unwrap_or_else(|| b.expr(ExprKind::Function(index), entry.byte_range()));
                if !has_word(entry, "set") {
                    fields.push((Some(key), value))
                }
            }
            "spread_element" => fields.push((None, argument(b, entry).value)),
            _ => statement(b, entry),
        }
    }
    b.expr(ExprKind::Object { ty: None, fields }, node.byte_range())
}

pub(super) fn object_key(b: &mut Builder<'_>, key: Node<'_>) -> Key {
    match (property_name(b, key), first(key)) {
        (Some(name), _) => Key::Name(name),
        (None, Some(inner)) => Key::Expr(expression(b, inner)),
        (None, None) => Key::Expr(b.other("expression", key)),
    }
}

pub(super) fn binary(b: &mut Builder<'_>, node: Node<'_>, left: ExprId) -> ExprId {
    let token = node
        .child_by_field_name("operator")
        .map_or("", |o| o.kind());
    let Some(right) = node.child_by_field_name("right").map(|n| expression(b, n)) else {
        return left;
    };
    match token {
        "||" | "??" => either(b, vec![left, right], node),
        // Where the result is used as a value, it is the right side's.
        "&&" => right,
        _ => b.expr(
            ExprKind::Binary {
                op: operator(token),
                left,
                right,
            },
            node.byte_range(),
        ),
    }
}

/// One of several; those that are choices themselves are opened.
pub(super) fn either(b: &mut Builder<'_>, values: Vec<ExprId>, node: Node<'_>) -> ExprId {
    let mut all = Vec::new();
    for value in values {
        match &b.facts.exprs[value].kind {
            ExprKind::OneOf(inner) if b.facts.exprs[value].span.start >= node.start_byte() => {
                all.extend_from_slice(inner)
            }
            _ => all.push(value),
        }
    }
    b.expr(ExprKind::OneOf(all), node.byte_range())
}

pub(super) fn ternary(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let mut values = Vec::new();
    let mut next = Some(node);
    while let Some(choice) = next.take() {
        for part in ["condition", "consequence"] {
            let Some(part_node) = choice.child_by_field_name(part) else {
                continue;
            };
            let value = expression(b, part_node);
            if part == "consequence" {
                values.push(value)
            }
        }
        match choice.child_by_field_name("alternative") {
            Some(chained) if chained.kind() == "ternary_expression" => next = Some(chained),
            Some(last) => values.push(expression(b, last)),
            None => {}
        }
    }
    b.expr(ExprKind::OneOf(values), node.byte_range())
}

pub(super) fn assignment(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let (Some(left), Some(right)) = (
        node.child_by_field_name("left"),
        node.child_by_field_name("right"),
    ) else {
        return b.other("assignment", node);
    };
    let name = if left.kind() == "identifier" {
        b.text(left)
    } else {
        String::new()
    };
    let value = initial(b, right, &name, !name.is_empty());
    pattern(b, left, Some(value), node.end_byte(), How::Assign);
    value
}

pub(super) fn augmented(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let (Some(left), Some(right)) = (
        node.child_by_field_name("left"),
        node.child_by_field_name("right"),
    ) else {
        return b.other("assignment", node);
    };
    let target = expression(b, left);
    let value = expression(b, right);
    let token = node
        .child_by_field_name("operator")
        .map_or("", |o| o.kind())
        .trim_end_matches('=');
    let kind = match token {
        "||" | "??" | "&&" => ExprKind::OneOf(vec![target, value]),
        _ => ExprKind::Binary {
            op: operator(token),
            left: target,
            right: value,
        },
    };
    let value = b.expr(kind, node.byte_range());
    change(b, target, value, node);
    value
}

pub(super) fn update(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let Some(target) = node
        .child_by_field_name("argument")
        .map(|n| expression(b, n))
    else {
        return b.other("expression", node);
    };
    let value = b.expr(
        ExprKind::Binary {
            op: Op::Other,
            left: target,
            right: target,
        },
        node.byte_range(),
    );
    change(b, target, value, node);
    value
}

pub(super) fn change(b: &mut Builder<'_>, target: ExprId, value: ExprId, node: Node<'_>) {
    match &b.facts.exprs[target].kind {
        ExprKind::Name(name) => {
            let name = name.clone();
            b.bind(name, node.end_byte(), Some(value), BindingKind::Change)
                .private = true;
        }
        _ => store(b, target, value, node, node.end_byte(), BindingKind::Change),
    }
}

pub(super) fn unary(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let Some(inner) = node
        .child_by_field_name("argument")
        .map(|n| expression(b, n))
    else {
        return b.other("expression", node);
    };
    let kind = match (
        node.child_by_field_name("operator")
            .map_or("", |o| o.kind()),
        &b.facts.exprs[inner].kind,
    ) {
        ("-", ExprKind::Int(n)) => n
            .checked_neg()
            .map_or(ExprKind::Other("number"), ExprKind::Int),
        ("+", _) => return inner,
        ("void", _) => ExprKind::Null,
        ("!", ExprKind::Int(n)) => ExprKind::Bool(*n == 0), // minifiers write `!0` for `true`
        _ => ExprKind::Other("expression"),
    };
    b.expr(kind, node.byte_range())
}
