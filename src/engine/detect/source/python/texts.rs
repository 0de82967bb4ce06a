//! Texts: literals, f-strings, and what `format` and `%` put together.

use tree_sitter::Node;

use super::expressions::expr;
use super::field;
use super::names::Names;
use super::statements::block;
use crate::detect::facts::{Arg, ExprId, ExprKind};
use crate::detect::source::lower::{Builder, named, unescape};

/// A text, its parts, or the length of a byte string.
pub(super) fn string(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    if node.kind() == "concatenated_string" {
        let parts: Vec<ExprId> = named(node)
            .into_iter()
            .filter(|n| n.kind() == "string")
            .map(|part| string(b, names, part))
            .collect();
        return concatenated(b, parts, node);
    }
    let prefix = node
        .child(0)
        .map(|start| b.text(start).to_ascii_lowercase())
        .unwrap_or_default();
    let mut parts = Vec::new();
    for child in named(node) {
        match child.kind() {
            "string_content" => {
                let body = b.text(child);
                let text = if prefix.contains('r') {
                    body
                } else {
                    unescape(&body)
                };
                let text = if prefix.contains('f') {
                    text.replace("{{", "{").replace("}}", "}")
                } else {
                    text
                };
                let kind = if prefix.contains('b') {
                    ExprKind::Bytes(text.chars().count() as u64)
                } else {
                    ExprKind::Str(text)
                };
                parts.push(b.expr(kind, child.byte_range()));
            }
            "interpolation" => {
                let value = field(child, "expression").map(|value| expr(b, names, value));
                for other in named(child)
                    .into_iter()
                    .filter(|n| n.kind() == "format_specifier")
                {
                    block(b, names, other)
                }
                parts.extend(value);
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return b.expr(
            if prefix.contains('b') {
                ExprKind::Bytes(0)
            } else {
                ExprKind::Str(String::new())
            },
            node.byte_range(),
        );
    }
    concatenated(b, parts, node)
}

fn concatenated(b: &mut Builder<'_>, parts: Vec<ExprId>, node: Node<'_>) -> ExprId {
    let mut text = Some(String::new());
    let mut length = Some(0u64);
    for part in &parts {
        match &b.facts.exprs[*part].kind {
            ExprKind::Str(more) => {
                if let Some(text) = &mut text {
                    text.push_str(more)
                }
                length = None;
            }
            ExprKind::Bytes(more) => {
                length = length.map(|length| length.saturating_add(*more));
                text = None;
            }
            _ => (text, length) = (None, None),
        }
    }
    let kind = match (text, length) {
        (Some(text), None) => ExprKind::Str(text),
        (None, Some(length)) => ExprKind::Bytes(length),
        _ => ExprKind::Concat(parts),
    };
    b.expr(kind, node.byte_range())
}

/// `"…{}…{name}".format(…)`; a slot with an attribute or an index in it is not read.
pub(super) fn brace_format(
    b: &mut Builder<'_>,
    template: &str,
    args: &[Arg],
    node: Node<'_>,
) -> ExprKind {
    let mut parts = Vec::new();
    let mut next = 0;
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        text_part(b, &mut parts, &rest[..open], node);
        rest = &rest[open + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            text_part(b, &mut parts, "{", node);
            rest = after;
            continue;
        }
        let Some(close) = rest.find('}') else { break };
        let slot = rest[..close].split([':', '!']).next().unwrap_or_default();
        rest = &rest[close + 1..];
        let value = if slot.is_empty() {
            next += 1;
            args.get(next - 1).filter(|a| a.name.is_none() && !a.spread)
        } else if let Ok(index) = slot.parse::<usize>() {
            args.get(index).filter(|a| a.name.is_none() && !a.spread)
        } else {
            args.iter().find(|a| a.name.as_deref() == Some(slot))
        };
        parts.push(match value {
            Some(arg) => arg.value,
            None => b.other("expression", node),
        });
    }
    text_part(b, &mut parts, rest, node);
    ExprKind::Concat(parts)
}

/// `"…%s…" % values`.
pub(super) fn percent_format(
    b: &mut Builder<'_>,
    template: &str,
    values: &[ExprId],
    node: Node<'_>,
) -> ExprKind {
    let mut parts = Vec::new();
    let mut values = values.iter();
    let mut rest = template;
    while let Some(percent) = rest.find('%') {
        text_part(b, &mut parts, &rest[..percent], node);
        rest = &rest[percent + 1..];
        let end = rest
            .find(|c: char| c.is_ascii_alphabetic() || c == '%' || c == '(')
            .unwrap_or(rest.len());
        let conversion = rest[end..].chars().next();
        rest = rest.get(end + 1..).unwrap_or_default();
        parts.push(match conversion {
            Some('%') => b.expr(ExprKind::Str("%".to_owned()), node.byte_range()),
            Some('s' | 'd' | 'i' | 'r') => values
                .next()
                .copied()
                .unwrap_or_else(|| b.other("expression", node)),
            // `%(name)s` takes from a dict, `%x` writes otherwise than names are written.
            _ => return ExprKind::Other("expression"),
        });
    }
    text_part(b, &mut parts, rest, node);
    ExprKind::Concat(parts)
}

fn text_part(b: &mut Builder<'_>, parts: &mut Vec<ExprId>, text: &str, node: Node<'_>) {
    if !text.is_empty() {
        parts.push(b.expr(ExprKind::Str(text.to_owned()), node.byte_range()))
    }
}
