//! Expressions other than calls and texts.

use tree_sitter::Node;

use super::calls::call;
use super::definitions::{annotation, function_body, parameters};
use super::field;
use super::names::{Names, assign, bind_pattern, set_field};
use super::statements::{as_pattern, bind_elements, block, visit};
use super::texts::{percent_format, string};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key, Op, ScopeKind};
use crate::detect::source::lower::{Builder, integer, named, operator};

pub(super) fn expr(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    b.deeper(None, |b| known(b, names, node))
        .unwrap_or_else(|| b.other("expression", node))
}

/// The expression, unless it is of no kind that carries a value; what stands in it is lowered either way.
pub(super) fn known(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let span = node.byte_range();
    let kind = match node.kind() {
        "string" | "concatenated_string" => {
            b.note_embedded(span);
            return Some(string(b, names, node));
        }
        "integer" => integer(&b.text(node)).map(ExprKind::Int)?,
        "true" | "false" => ExprKind::Bool(node.kind() == "true"),
        "none" => ExprKind::Null,
        "identifier" if names.is_receiver(&b.text(node)) => ExprKind::This,
        "identifier" => return Some(b.name(node)),
        "dotted_name" => {
            let text = b.text(node);
            let parts: Vec<&str> = text.split('.').collect();
            return b.path(&parts, span);
        }
        "attribute" => return attribute(b, names, node),
        "subscript" => return subscript(b, names, node),
        "call" => return call(b, names, node),
        "parenthesized_expression" | "await" => return Some(expr(b, names, node.named_child(0)?)),
        "list" | "tuple" | "set" | "expression_list" => return list(b, names, node),
        "dictionary" => return Some(dictionary(b, names, node)),
        "binary_operator" => return Some(binary(b, names, node)),
        "boolean_operator" => {
            let sides = [field(node, "left"), field(node, "right")];
            ExprKind::OneOf(
                sides
                    .into_iter()
                    .flatten()
                    .map(|side| expr(b, names, side))
                    .collect(),
            )
        }
        "conditional_expression" => {
            let parts: Vec<ExprId> = named(node)
                .into_iter()
                .map(|part| expr(b, names, part))
                .collect();
            let [value, _, other] = parts.as_slice() else {
                return None;
            };
            ExprKind::OneOf(vec![*value, *other])
        }
        "unary_operator" => {
            let inner = expr(b, names, field(node, "argument")?);
            match b.facts.exprs[inner].kind {
                ExprKind::Int(value) if field(node, "operator")?.kind() == "-" => {
                    ExprKind::Int(value.saturating_neg())
                }
                _ => return None,
            }
        }
        "assignment" => return assignment(b, names, node),
        "augmented_assignment" => return augmented(b, names, node),
        "named_expression" => {
            let value = expr(b, names, field(node, "value")?);
            bind_pattern(b, names, field(node, "name")?, value, None, node);
            return Some(value);
        }
        "lambda" => {
            let params = field(node, "parameters")
                .map(|p| parameters(b, names, p))
                .unwrap_or_default();
            ExprKind::Function(function_body(
                b,
                names,
                "",
                params,
                None,
                node,
                |b, names| {
                    if let Some(body) = field(node, "body") {
                        let value = expr(b, names, body);
                        b.returns(value);
                    }
                },
            ))
        }
        "list_comprehension"
        | "set_comprehension"
        | "dictionary_comprehension"
        | "generator_expression" => {
            comprehension(b, names, node);
            return None;
        }
        "as_pattern" => {
            as_pattern(b, names, node, "exception");
            return None;
        }
        "type" => return annotation(b, names, node),
        "keyword_argument" => return Some(expr(b, names, field(node, "value")?)),
        _ => {
            block(b, names, node);
            return None;
        }
    };
    Some(b.expr(kind, span))
}

/// `of.name`; the `.value` of an enum's member is the member's value.
pub(super) fn attribute(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let of = expr(b, names, field(node, "object")?);
    let name = field(node, "attribute")?;
    if b.text(name) == "value"
        && let ExprKind::Member { of: class, .. } = b.facts.exprs[of].kind
        && let ExprKind::Name(class) = &b.facts.exprs[class].kind
        && names.enums.contains(class)
    {
        return Some(of);
    }
    Some(b.member(of, name))
}

/// `of[key]`. `environ[key]` is said as the call that it is, so that a rule can name it.
pub(super) fn subscript(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let of = expr(b, names, field(node, "value")?);
    let mut cursor = node.walk();
    let keys: Vec<ExprId> = node
        .children_by_field_name("subscript", &mut cursor)
        .map(|key| expr(b, names, key))
        .collect();
    // Part of something is not one of its elements, and its length is not the whole's.
    if field(node, "subscript").is_some_and(|key| key.kind() == "slice") {
        return None;
    }
    let span = node.byte_range();
    let key = match keys.as_slice() {
        [key] => *key,
        _ => b.expr(ExprKind::List(keys), span.clone()),
    };
    let is_environ = matches!(&b.facts.exprs[of].kind, ExprKind::Name(n) | ExprKind::Member { name: n, .. } if n == "environ");
    if !is_environ {
        return Some(b.expr(ExprKind::Index { of, key }, span));
    }
    let callee = b.expr(
        ExprKind::Member {
            of,
            name: "__getitem__".to_owned(),
        },
        span.clone(),
    );
    Some(b.expr(
        ExprKind::Call {
            callee,
            args: vec![Builder::arg(key)],
            construct: false,
        },
        span,
    ))
}

/// `None` where something of unknown length is unpacked into it.
pub(super) fn list(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let mut items = Vec::new();
    let mut known = true;
    for child in named(node).into_iter().filter(|n| n.kind() != "comment") {
        let inner = if child.kind() == "list_splat" {
            child.named_child(0)
        } else {
            None
        };
        let item = expr(b, names, inner.unwrap_or(child));
        match (&b.facts.exprs[item].kind, inner) {
            (ExprKind::List(spread), Some(_)) => items.extend(spread.clone()),
            (_, Some(_)) => known = false,
            _ => items.push(item),
        }
    }
    known.then(|| b.expr(ExprKind::List(items), node.byte_range()))
}

fn dictionary(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    let mut fields = Vec::new();
    for child in named(node) {
        match (child.kind(), field(child, "key"), field(child, "value")) {
            ("pair", Some(key), Some(value)) => {
                let key = expr(b, names, key);
                let key = match &b.facts.exprs[key].kind {
                    ExprKind::Str(text) => Key::Name(text.clone()),
                    _ => Key::Expr(key),
                };
                fields.push((Some(key), expr(b, names, value)));
            }
            ("dictionary_splat", ..) => {
                if let Some(inner) = child.named_child(0) {
                    fields.push((None, expr(b, names, inner)))
                }
            }
            _ => visit(b, names, child),
        }
    }
    b.expr(ExprKind::Object { ty: None, fields }, node.byte_range())
}

/// The clauses bind names of their own. How many elements come out is not known, so the value is none of the kinds.
fn comprehension(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    b.within(ScopeKind::Loop, |b| {
        let own = names.here().own.clone();
        for clause in named(node)
            .into_iter()
            .filter(|n| matches!(n.kind(), "for_in_clause" | "if_clause"))
        {
            match (field(clause, "left"), field(clause, "right")) {
                (Some(left), Some(right)) => {
                    let over = expr(b, names, right);
                    bind_elements(b, names, left, over, left);
                }
                _ => block(b, names, clause),
            }
        }
        if let Some(body) = field(node, "body") {
            if body.kind() == "pair" {
                block(b, names, body)
            } else {
                expr(b, names, body);
            }
        }
        names.here().own = own;
    });
}

/// The type that `cast(Type, value)` claims.
fn cast_type(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let arguments = field(node, "arguments").filter(|_| is_cast(b, node))?;
    annotation(b, names, arguments.named_child(0)?)
}

pub(super) fn is_cast(b: &Builder<'_>, node: Node<'_>) -> bool {
    node.kind() == "call"
        && field(node, "function")
            .is_some_and(|f| matches!(b.text(f).as_str(), "cast" | "typing.cast" | "t.cast"))
        && field(node, "arguments").is_some_and(|a| named(a).len() == 2)
}

fn assignment(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let ty = field(node, "type").and_then(|ty| annotation(b, names, ty));
    let ty = ty.or_else(|| field(node, "right").and_then(|right| cast_type(b, names, right)));
    let left = field(node, "left")?;
    if let Some(right) = field(node, "right") {
        let value = expr(b, names, right);
        bind_pattern(b, names, left, value, ty, node);
        return Some(value);
    }
    if left.kind() == "identifier" {
        let name = b.text(left);
        assign(b, names, &name, node, None, ty);
    }
    None
}

fn augmented(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let (left, right) = (field(node, "left")?, expr(b, names, field(node, "right")?));
    let op = b.text(field(node, "operator")?);
    let target = expr(b, names, left);
    let value = b.expr(
        ExprKind::Binary {
            op: operator(op.trim_end_matches('=')),
            left: target,
            right,
        },
        node.byte_range(),
    );
    if left.kind() == "identifier" {
        let name = b.text(left);
        b.bind(name, node.end_byte(), Some(value), BindingKind::Change)
            .private = true;
    } else {
        set_field(b, names, target, value, node);
        b.expr(ExprKind::Assign { target, value }, node.byte_range());
    }
    Some(value)
}

/// A chain of operators leans to the left and may be long: it is followed in a loop.
fn binary(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    let mut chain = vec![node];
    let mut first = field(node, "left");
    while let Some(next) = first.filter(|n| n.kind() == "binary_operator") {
        chain.push(next);
        first = field(next, "left");
    }
    let mut left = match first {
        Some(first) => expr(b, names, first),
        None => b.other("expression", node),
    };
    for part in chain.into_iter().rev() {
        let Some(right) = field(part, "right") else {
            continue;
        };
        let right = expr(b, names, right);
        let op = field(part, "operator").map_or(Op::Other, |op| operator(op.kind()));
        let span = part.byte_range();
        let kind = match (&b.facts.exprs[left].kind, op, &b.facts.exprs[right].kind) {
            (ExprKind::Str(template), Op::Rem, values) => {
                let values = if let ExprKind::List(items) = values {
                    items.clone()
                } else {
                    vec![right]
                };
                percent_format(b, &template.clone(), &values, part)
            }
            (ExprKind::Bytes(length), Op::Mul, ExprKind::Int(times)) => repeated(*length, *times),
            (ExprKind::Int(times), Op::Mul, ExprKind::Bytes(length)) => repeated(*length, *times),
            (ExprKind::Str(one), Op::Add, ExprKind::Str(other)) => {
                ExprKind::Str(format!("{one}{other}"))
            }
            (ExprKind::Bytes(one), Op::Add, ExprKind::Bytes(other)) => {
                ExprKind::Bytes(one.saturating_add(*other))
            }
            (ExprKind::Int(base), Op::Other, ExprKind::Int(power)) => {
                let power = u32::try_from(*power)
                    .ok()
                    .filter(|_| field(part, "operator").is_some_and(|op| op.kind() == "**"));
                power
                    .and_then(|power| base.checked_pow(power))
                    .map_or(ExprKind::Other("expression"), ExprKind::Int)
            }
            _ => ExprKind::Binary { op, left, right },
        };
        left = b.expr(kind, span);
    }
    left
}

pub(super) fn repeated(length: u64, times: i128) -> ExprKind {
    let times = u64::try_from(times.max(0)).unwrap_or(u64::MAX);
    ExprKind::Bytes(length.saturating_mul(times))
}
