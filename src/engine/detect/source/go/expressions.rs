//! Expressions but calls and composite literals.

use tree_sitter::Node;

use super::types::is_type;
use super::{File, part};
use crate::detect::facts::{ExprId, ExprKind};
use crate::detect::source::lower::{Builder, integer, named, operator, unescape};

impl<'t> File<'t> {
    pub(super) fn expr(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        b.deeper(None, |b| Some(self.expr_here(b, node)))
            .unwrap_or_else(|| b.other("nested too deep", node))
    }

    pub(super) fn expr_here(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "identifier" | "field_identifier" | "package_identifier" => b.name(node),
            "interpreted_string_literal" | "raw_string_literal" => {
                b.note_embedded(span.clone());
                let text = text_literal(b, node).unwrap_or_default();
                b.expr(ExprKind::Str(text), span)
            }
            "int_literal" => match integer(&b.text(node)) {
                Some(value) => b.expr(ExprKind::Int(value), span),
                None => b.other("number", node),
            },
            "float_literal" | "imaginary_literal" | "rune_literal" => b.other("number", node),
            "iota" => b.expr(ExprKind::Int(self.iota.get()), span),
            "nil" => b.expr(ExprKind::Null, span),
            "true" => b.expr(ExprKind::Bool(true), span),
            "false" => b.expr(ExprKind::Bool(false), span),
            "parenthesized_expression" => match named(node)[..] {
                [inner] => self.expr(b, inner),
                _ => self.unknown(b, node),
            },
            "unary_expression" => self.unary(b, node),
            "binary_expression" => self.binary(b, node),
            "selector_expression" => self.selector(b, node),
            "index_expression" => self.index(b, node),
            "slice_expression" => self.slice(b, node),
            "call_expression" => self.call(b, node),
            // What is asserted or converted is the value; a declaration takes the asserted type.
            "type_assertion_expression" | "type_conversion_expression" => {
                match part(node, "operand") {
                    Some(operand) => self.expr(b, operand),
                    None => self.unknown(b, node),
                }
            }
            "composite_literal" => match (part(node, "type"), part(node, "body")) {
                (Some(ty), Some(body)) => self.composite(b, Some(ty), body, span),
                _ => self.unknown(b, node),
            },
            "literal_value" => self.composite(b, None, node, span),
            "func_literal" => {
                let function = self.function(b, node, "", None);
                b.expr(ExprKind::Function(function), span)
            }
            kind if is_type(kind) => self.ty(b, node),
            _ => self.unknown(b, node),
        }
    }

    /// Reads what is inside, whatever it is.
    pub(super) fn unknown(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        self.children(b, node);
        b.other("expression", node)
    }

    pub(super) fn unary(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let Some(operand) = part(node, "operand") else {
            return self.unknown(b, node);
        };
        let token = part(node, "operator")
            .map(|operator| b.text(operator))
            .unwrap_or_default();
        let inner = self.expr(b, operand);
        match (token.as_str(), &b.facts.exprs[inner].kind) {
            ("&" | "*" | "+", _) => inner,
            ("-", ExprKind::Int(value)) => {
                let value = value.checked_neg().unwrap_or(*value);
                b.expr(ExprKind::Int(value), node.byte_range())
            }
            ("<-", _) => b.other("received value", node),
            _ => b.other("expression", node),
        }
    }

    /// A chain of operators leans to the left and may be long (texts joined by `+`), so it is followed in a loop.
    pub(super) fn binary(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let mut chain = Vec::new();
        let mut first = node;
        while first.kind() == "binary_expression"
            && let (Some(left), Some(op), Some(right)) = (
                part(first, "left"),
                part(first, "operator"),
                part(first, "right"),
            )
        {
            chain.push((operator(&b.text(op)), right));
            first = left;
        }
        if chain.is_empty() {
            return self.unknown(b, node);
        }
        let mut left = self.expr(b, first);
        for (op, right) in chain.into_iter().rev() {
            let span = node.start_byte()..right.end_byte();
            let right = self.expr(b, right);
            left = b.expr(ExprKind::Binary { op, left, right }, span);
        }
        left
    }

    pub(super) fn selector(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        match (part(node, "operand"), part(node, "field")) {
            (Some(operand), Some(field)) => {
                let of = self.expr(b, operand);
                b.member(of, field)
            }
            _ => self.unknown(b, node),
        }
    }

    pub(super) fn index(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        match (part(node, "operand"), part(node, "index")) {
            (Some(operand), Some(index)) => {
                let of = self.expr(b, operand);
                let key = self.expr(b, index);
                b.expr(ExprKind::Index { of, key }, node.byte_range())
            }
            _ => self.unknown(b, node),
        }
    }

    /// `x[:]` is `x`; literal bounds give a length.
    pub(super) fn slice(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let Some(operand) = part(node, "operand") else {
            return self.unknown(b, node);
        };
        let whole = self.expr(b, operand);
        let bounds = ["start", "end", "capacity"]
            .map(|bound| part(node, bound).map(|bound| self.expr(b, bound)));
        let number = |bound: ExprId| match b.facts.exprs[bound].kind {
            ExprKind::Int(value) => u64::try_from(value).ok(),
            _ => None,
        };
        match bounds {
            [None, None, None] => whole,
            [start, Some(end), _] => match (start.map_or(Some(0), number), number(end)) {
                (Some(start), Some(end)) if start <= end => {
                    b.expr(ExprKind::Bytes(end - start), node.byte_range())
                }
                _ => b.other("slice", node),
            },
            _ => b.other("slice", node),
        }
    }
}

/// A string literal's text.
pub(super) fn text_literal(b: &Builder<'_>, node: Node<'_>) -> Option<String> {
    let text = b.text(node);
    match node.kind() {
        "raw_string_literal" => Some(text.trim_matches('`').replace('\r', "")),
        "interpreted_string_literal" => {
            let body = text.strip_prefix('"').unwrap_or(&text);
            Some(unescape(body.strip_suffix('"').unwrap_or(body)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts, values};

    #[test]
    fn texts_are_put_together() {
        let facts = facts(
            "package p\nimport \"fmt\"\nfunc f(n int) {\n\ta := \"RS\" + \"256\"\n\tb := fmt.Sprintf(\"ES%d%%\", n)\n\tc := `raw\\n`\n}\n",
        );
        assert_eq!(values(&facts, "a"), ["(\"RS\" Add \"256\")"]);
        assert_eq!(values(&facts, "b"), ["concat(\"ES\", n, \"%\")"]);
        assert_eq!(values(&facts, "c"), ["\"raw\\\\n\""]);
    }
}
