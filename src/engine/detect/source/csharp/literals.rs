//! Texts, numbers and arrays.

use tree_sitter::Node;

use super::{Lowering, compact, part, parts};
use crate::detect::facts::{ExprId, ExprKind};
use crate::detect::source::lower::{Builder, integer, unescape};

impl<'t> Lowering<'_, 't> {
    pub(super) fn number(&mut self, node: Node<'t>) -> ExprId {
        let kind = integer_of(&self.b.text(node)).map_or(ExprKind::Other("number"), ExprKind::Int);
        self.b.expr(kind, node.byte_range())
    }

    /// A string or character in any of its ways to be written.
    pub(super) fn text_literal(&mut self, node: Node<'t>) -> ExprId {
        self.b.note_embedded(node.byte_range());
        let text = self.b.text(node);
        let text = text.strip_suffix("u8").unwrap_or(&text);
        let content = match node.kind() {
            "raw_string_literal" => raw(text),
            "verbatim_string_literal" => text
                .trim_start_matches('@')
                .trim_matches('"')
                .replace("\"\"", "\""),
            _ => unescape(
                text.get(1..text.len().saturating_sub(1))
                    .unwrap_or_default(),
            ),
        };
        self.b.expr(ExprKind::Str(content), node.byte_range())
    }

    /// `$"…{x}…"`.
    pub(super) fn interpolated(&mut self, node: Node<'t>) -> ExprId {
        self.b.note_embedded(node.byte_range());
        let mut texts = Vec::new();
        for piece in parts(node) {
            match piece.kind() {
                "interpolation" => {
                    let inner = parts(piece)
                        .into_iter()
                        .find(|p| !p.kind().starts_with("interpolation"));
                    if let Some(inner) = inner {
                        texts.push(self.expression(inner))
                    }
                }
                "string_content" | "string_literal_content" | "escape_sequence" => {
                    let text = unescape(&self.b.text(piece));
                    texts.push(self.b.expr(ExprKind::Str(text), piece.byte_range()));
                }
                _ => {}
            }
        }
        self.b.expr(ExprKind::Concat(texts), node.byte_range())
    }

    /// `new byte[16]`, `new string[] {…}`, `stackalloc byte[16]`; a size that is not a literal makes it a call of the array's type.
    pub(super) fn array_creation(&mut self, node: Node<'t>) -> ExprId {
        let ty = node.child_by_field_name("type");
        let element = ty
            .and_then(|ty| ty.child_by_field_name("type"))
            .map(|ty| compact(&self.b.text(ty)))
            .unwrap_or_default();
        if let Some(list) = part(node, "initializer_expression") {
            return self.array(list, element == "byte");
        }
        let sizes: Vec<Node<'t>> = ty
            .and_then(|ty| ty.child_by_field_name("rank"))
            .map(parts)
            .unwrap_or_default();
        let sizes: Vec<ExprId> = sizes
            .into_iter()
            .map(|size| self.expression(size))
            .collect();
        if let ([size], "byte") = (&sizes[..], element.as_str())
            && let Some(length) = self.b.constant(*size)
        {
            return self.b.expr(ExprKind::Bytes(length), node.byte_range());
        }
        let callee = self
            .b
            .expr(ExprKind::Name(format!("{element}[]")), node.byte_range());
        self.b.expr(
            ExprKind::Call {
                callee,
                args: sizes.into_iter().map(Builder::arg).collect(),
                construct: true,
            },
            node.byte_range(),
        )
    }

    /// `{a, b}`, `[a, b]`: a list, or so many bytes. A dictionary's initialiser is a table.
    pub(super) fn array(&mut self, node: Node<'t>, of_bytes: bool) -> ExprId {
        let items: Vec<ExprId> = parts(node)
            .into_iter()
            .filter_map(|item| match item.kind() {
                "collection_element" | "expression_element" | "spread_element" => {
                    let inner = innermost(item)?;
                    Some(self.expression(inner))
                }
                _ => Some(self.expression(item)),
            })
            .collect();
        let kind = if of_bytes {
            ExprKind::Bytes(items.len() as u64)
        } else {
            ExprKind::List(items)
        };
        self.b.expr(kind, node.byte_range())
    }
}

/// The expression inside an element of `[…]`.
fn innermost(node: Node<'_>) -> Option<Node<'_>> {
    let mut node = node;
    while matches!(
        node.kind(),
        "collection_element" | "expression_element" | "spread_element"
    ) {
        node = parts(node).into_iter().next()?;
    }
    Some(node)
}

/// C# has no octal numbers: a leading zero says nothing.
fn integer_of(text: &str) -> Option<i128> {
    let digits = text.trim_start_matches('0');
    if digits.starts_with(|c: char| c.is_ascii_digit()) {
        return integer(digits);
    }
    integer(text)
}

/// `"""…"""`: what stands between the quotes, without the indentation of the last line.
fn raw(text: &str) -> String {
    let body = text.trim_matches('"');
    let Some((_, rest)) = body.split_once('\n') else {
        return body.to_owned();
    };
    let Some((rest, indent)) = rest.rsplit_once('\n') else {
        return String::new();
    };
    let lines: Vec<&str> = rest
        .lines()
        .map(|line| line.strip_prefix(indent).unwrap_or(line))
        .collect();
    lines.join("\n")
}
