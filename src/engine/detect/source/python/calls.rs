//! Calls, and what those of Python's own functions and methods mean.

use tree_sitter::Node;

use super::expressions::{expr, is_cast, repeated};
use super::field;
use super::names::Names;
use super::texts::brace_format;
use crate::detect::facts::{Arg, ExprId, ExprKind, Key};
use crate::detect::source::lower::{Builder, integer, named};

pub(super) fn call(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let (function, arguments_node) = (field(node, "function")?, field(node, "arguments")?);
    let span = node.byte_range();
    let args = arguments(b, names, arguments_node);
    if is_cast(b, node)
        && let [_, value] = args.as_slice()
    {
        return Some(value.value);
    }
    if function.kind() == "identifier" {
        let name = b.text(function);
        if names.is_builtin(&name)
            && let Some(meaning) = builtin(b, &name, &args, node)
        {
            return Some(meaning);
        }
    }
    if function.kind() == "attribute" {
        let (object, name) = (
            field(function, "object")?,
            b.text(field(function, "attribute")?),
        );
        if name == "__init__" && b.text(object).starts_with("super(") {
            let callee = b.expr(ExprKind::Super, object.byte_range());
            return Some(b.expr(
                ExprKind::Call {
                    callee,
                    args,
                    construct: true,
                },
                span,
            ));
        }
        if matches!(
            name.as_str(),
            "format" | "join" | "encode" | "decode" | "fromhex" | "import_module"
        ) {
            let of = expr(b, names, object);
            if let Some(meaning) = method(b, of, &name, &args, node) {
                return Some(meaning);
            }
            let callee = b.member(of, field(function, "attribute")?);
            return Some(b.expr(
                ExprKind::Call {
                    callee,
                    args,
                    construct: false,
                },
                span,
            ));
        }
    }
    let callee = expr(b, names, function);
    Some(b.expr(
        ExprKind::Call {
            callee,
            args,
            construct: false,
        },
        span,
    ))
}

pub(super) fn arguments(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Vec<Arg> {
    if node.kind() == "generator_expression" {
        return vec![Builder::arg(expr(b, names, node))];
    }
    let mut args = Vec::new();
    for child in named(node) {
        match child.kind() {
            "comment" => {}
            "keyword_argument" => {
                let name = field(child, "name").map(|n| b.text(n));
                if let Some(value) = field(child, "value") {
                    args.push(Arg {
                        name,
                        value: expr(b, names, value),
                        spread: false,
                    })
                }
            }
            "list_splat" | "dictionary_splat" => {
                let Some(inner) = child.named_child(0) else {
                    continue;
                };
                let value = expr(b, names, inner);
                spread(b, value, &mut args);
            }
            _ => args.push(Builder::arg(expr(b, names, child))),
        }
    }
    args
}

/// `*[a, b]` and `**{"a": b}` are the arguments themselves.
pub(super) fn spread(b: &Builder<'_>, value: ExprId, args: &mut Vec<Arg>) {
    match &b.facts.exprs[value].kind {
        ExprKind::List(items) => args.extend(items.iter().map(|item| Builder::arg(*item))),
        ExprKind::Object { fields, .. } => {
            args.extend(fields.iter().map(|(key, value)| match key {
                Some(Key::Name(name)) => Arg {
                    name: Some(name.clone()),
                    value: *value,
                    spread: false,
                },
                _ => Arg {
                    name: None,
                    value: *value,
                    spread: true,
                },
            }))
        }
        _ => args.push(Arg {
            name: None,
            value,
            spread: true,
        }),
    }
}

/// What a call of one of Python's own functions means, where that is more than a call.
pub(super) fn builtin(
    b: &mut Builder<'_>,
    name: &str,
    args: &[Arg],
    node: Node<'_>,
) -> Option<ExprId> {
    let span = node.byte_range();
    let plain = args.iter().all(|a| a.name.is_none() && !a.spread);
    let kind = |id: ExprId, b: &Builder<'_>| b.facts.exprs[id].kind.clone();
    match (name, args) {
        ("super", _) => Some(b.expr(ExprKind::Super, span)),
        ("dict", _) => {
            let fields = args
                .iter()
                .map(|a| (a.name.clone().map(Key::Name), a.value))
                .collect();
            Some(b.expr(ExprKind::Object { ty: None, fields }, span))
        }
        ("bytes" | "bytearray", [size]) if plain => match kind(size.value, b) {
            ExprKind::Int(size) => Some(b.expr(repeated(1, size), span)),
            ExprKind::List(items) => Some(b.expr(ExprKind::Bytes(items.len() as u64), span)),
            _ => Some(size.value),
        },
        ("bytes", [text, _]) if plain => Some(text.value),
        ("int", [text]) if plain => match kind(text.value, b) {
            ExprKind::Str(text) => {
                let value = integer(text.trim());
                Some(b.expr(value.map_or(ExprKind::Other("number"), ExprKind::Int), span))
            }
            _ => Some(text.value),
        },
        ("str" | "list" | "tuple" | "set" | "frozenset", [inner]) if plain => Some(inner.value),
        ("getattr", [of, key, ..]) if plain => match kind(key.value, b) {
            ExprKind::Str(name) => Some(b.expr(ExprKind::Member { of: of.value, name }, span)),
            _ => Some(b.expr(
                ExprKind::Index {
                    of: of.value,
                    key: key.value,
                },
                span,
            )),
        },
        ("__import__", [module, ..]) => match kind(module.value, b) {
            ExprKind::Str(path) => Some(b.expr(
                ExprKind::Path(path.split('.').next().unwrap_or_default().to_owned()),
                span,
            )),
            _ => None,
        },
        _ => None,
    }
}

/// What a call of a method of texts and bytes means.
pub(super) fn method(
    b: &mut Builder<'_>,
    of: ExprId,
    name: &str,
    args: &[Arg],
    node: Node<'_>,
) -> Option<ExprId> {
    let span = node.byte_range();
    let first = args.first().map(|a| b.facts.exprs[a.value].kind.clone());
    match (name, b.facts.exprs[of].kind.clone(), first) {
        ("format", ExprKind::Str(template), _) => {
            let kind = brace_format(b, &template, args, node);
            Some(b.expr(kind, span))
        }
        ("join", ExprKind::Str(between), Some(first)) => {
            joined(b, &between, args[0].value, &first, node)
        }
        ("encode", ExprKind::Str(text), _) => {
            Some(b.expr(ExprKind::Bytes(text.len() as u64), span))
        }
        // The charset, if it is named at all, is a literal; `jwt.encode(payload, key)` has more to say.
        ("encode" | "decode", _, None | Some(ExprKind::Str(_)))
            if args.len() < 2 && args.iter().all(|a| a.name.is_none()) =>
        {
            Some(of)
        }
        ("fromhex", ExprKind::Name(class), Some(ExprKind::Str(hex)))
            if class == "bytes" || class == "bytearray" =>
        {
            let digits = hex.chars().filter(char::is_ascii_hexdigit).count() as u64;
            Some(b.expr(ExprKind::Bytes(digits / 2), span))
        }
        ("import_module", _, Some(ExprKind::Str(path))) => Some(b.expr(ExprKind::Path(path), span)),
        _ => None,
    }
}

/// `":".join(names)` as a list of names stays that list: every role that takes the text takes the list.
fn joined(
    b: &mut Builder<'_>,
    between: &str,
    list: ExprId,
    kind: &ExprKind,
    node: Node<'_>,
) -> Option<ExprId> {
    if matches!(between, ":" | ",") {
        return Some(list);
    }
    let ExprKind::List(items) = kind else {
        return None;
    };
    let mut parts = Vec::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 && !between.is_empty() {
            parts.push(b.expr(ExprKind::Str(between.to_owned()), node.byte_range()))
        }
        parts.push(*item);
    }
    Some(b.expr(ExprKind::Concat(parts), node.byte_range()))
}
