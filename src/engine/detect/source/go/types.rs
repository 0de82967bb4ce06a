//! Types as names, and what stands behind them.

use tree_sitter::Node;

use super::{File, part};
use crate::detect::facts::{ExprId, ExprKind};
use crate::detect::source::lower::{Builder, integer, named};

/// Type names that stand for another are followed this far.
const MAX_ALIASES: usize = 8;

impl<'t> File<'t> {
    /// A type as names. Pointers are what they point at; lists, maps and channels are generics.
    pub(super) fn ty(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        b.deeper(None, |b| Some(self.ty_here(b, node)))
            .unwrap_or_else(|| b.other("nested too deep", node))
    }

    pub(super) fn ty_here(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "type_identifier" | "identifier" => b.name(node),
            "qualified_type" => match (part(node, "package"), part(node, "name")) {
                (Some(package), Some(name)) => {
                    let package = b.name(package);
                    b.member(package, name)
                }
                _ => b.other("type", node),
            },
            "pointer_type" | "parenthesized_type" | "negated_type" | "type_elem"
            | "type_constraint" => match named(node)[..] {
                [inner] => self.ty(b, inner),
                _ => b.other("type", node),
            },
            "generic_type" => match (part(node, "type"), part(node, "type_arguments")) {
                (Some(of), Some(types)) => {
                    let of = self.ty(b, of);
                    let types = named(types).into_iter().map(|ty| self.ty(b, ty)).collect();
                    b.expr(ExprKind::Generic { of, types }, span)
                }
                _ => b.other("type", node),
            },
            "slice_type"
            | "array_type"
            | "implicit_length_array_type"
            | "map_type"
            | "channel_type" => {
                if let Some(length) = part(node, "length") {
                    self.expr(b, length);
                }
                let types = ["key", "value", "element"]
                    .into_iter()
                    .filter_map(|field| part(node, field))
                    .map(|ty| self.ty(b, ty))
                    .collect();
                let element = part(node, "element").map(|ty| b.text(ty));
                let word = match (node.kind(), element.as_deref()) {
                    ("map_type", _) => "map",
                    ("channel_type", _) => "chan",
                    (_, Some("byte" | "uint8")) => "[]byte",
                    (_, Some("string")) => "[]string",
                    _ => "list",
                };
                let of = b.expr(ExprKind::Path(word.to_owned()), span.clone());
                b.expr(ExprKind::Generic { of, types }, span)
            }
            _ => b.other("type", node),
        }
    }

    /// The type behind pointers and behind names of this file.
    pub(super) fn underlying(&self, b: &Builder<'_>, ty: Node<'t>) -> Node<'t> {
        let mut ty = strip(ty);
        for _ in 0..MAX_ALIASES {
            if ty.kind() != "type_identifier" {
                break;
            }
            let Some(&behind) = self.types.get(&b.text(ty)) else {
                break;
            };
            ty = strip(behind);
        }
        ty
    }

    /// Whether a list's elements are bytes.
    pub(super) fn holds_bytes(&self, b: &Builder<'_>, list: Node<'t>) -> bool {
        part(list, "element")
            .is_some_and(|element| matches!(&b.text[element.byte_range()], b"byte" | b"uint8"))
    }

    /// The length of `[32]byte`.
    pub(super) fn byte_array(&self, b: &Builder<'_>, ty: Node<'t>) -> Option<u64> {
        let ty = self.underlying(b, ty);
        let length = part(ty, "length").filter(|_| self.holds_bytes(b, ty))?;
        integer(&b.text(length)).and_then(|length| u64::try_from(length).ok())
    }
}

/// The last name of a type: what an embedded field is called.
pub(super) fn type_name(b: &Builder<'_>, ty: Node<'_>) -> Option<String> {
    let ty = strip(ty);
    match ty.kind() {
        "type_identifier" => Some(b.text(ty)),
        "qualified_type" => part(ty, "name").map(|name| b.text(name)),
        "generic_type" => part(ty, "type").map(|of| b.text(part(of, "name").unwrap_or(of))),
        _ => None,
    }
}

/// What stands inside parentheses and behind pointers, of an expression or a type.
pub(super) fn strip(mut node: Node<'_>) -> Node<'_> {
    loop {
        let inner = match node.kind() {
            "parenthesized_expression" | "parenthesized_type" | "pointer_type" => {
                node.named_child(0)
            }
            "unary_expression"
                if matches!(node.child(0).map(|token| token.kind()), Some("*" | "&")) =>
            {
                part(node, "operand")
            }
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => return node,
        }
    }
}

pub(super) fn is_type(kind: &str) -> bool {
    matches!(
        kind,
        "type_identifier"
            | "qualified_type"
            | "pointer_type"
            | "parenthesized_type"
            | "negated_type"
            | "type_elem"
            | "type_constraint"
            | "generic_type"
            | "slice_type"
            | "array_type"
            | "implicit_length_array_type"
            | "map_type"
            | "channel_type"
    )
}

pub(super) fn is_named_type(ty: Node<'_>) -> bool {
    matches!(
        strip(ty).kind(),
        "type_identifier" | "qualified_type" | "generic_type"
    )
}
