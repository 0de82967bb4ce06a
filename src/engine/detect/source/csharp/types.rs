//! Types as names. What a type is, the resolver finds out.

use tree_sitter::Node;

use super::{Lowering, compact, parts};
use crate::detect::facts::{ExprId, ExprKind};

/// Views of bytes, which an API takes wherever it takes an array of them.
const BYTE_VIEWS: [&str; 8] = [
    "Span<byte>",
    "ReadOnlySpan<byte>",
    "Memory<byte>",
    "ReadOnlyMemory<byte>",
    "System.Span<byte>",
    "System.ReadOnlySpan<byte>",
    "System.Memory<byte>",
    "System.ReadOnlyMemory<byte>",
];

impl<'t> Lowering<'_, 't> {
    /// A declared type as names; `var` says nothing. Arrays and the language's own types are named as they are written: `byte[]`.
    pub(super) fn ty(&mut self, node: Node<'t>) -> Option<ExprId> {
        match node.kind() {
            "implicit_type" => None,
            "nullable_type" | "ref_type" | "scoped_type" => {
                let inner = node.child_by_field_name("type")?;
                self.deeper(None, |l| l.ty(inner))
            }
            "identifier" => Some(self.b.name(node)),
            "qualified_name" | "alias_qualified_name" => Some(self.dotted(node)),
            "generic_name" => self.deeper(None, |l| Some(l.generic(node))),
            _ => {
                let text = compact(&self.b.text(node)).replace('?', "");
                Some(self.b.expr(ExprKind::Path(text), node.byte_range()))
            }
        }
    }

    /// `Name<T>`.
    pub(super) fn generic(&mut self, node: Node<'t>) -> ExprId {
        let text = compact(&self.b.text(node));
        if BYTE_VIEWS.contains(&text.as_str()) {
            return self
                .b
                .expr(ExprKind::Path("byte[]".to_owned()), node.byte_range());
        }
        let parts = parts(node);
        let Some(name) = parts.first() else {
            return self.b.other("type", node);
        };
        let of = self.b.name(*name);
        let arguments: Vec<Node<'t>> = parts
            .iter()
            .filter(|part| part.kind() == "type_argument_list")
            .flat_map(|list| self::parts(*list))
            .collect();
        let types = arguments.into_iter().filter_map(|ty| self.ty(ty)).collect();
        self.b
            .expr(ExprKind::Generic { of, types }, node.byte_range())
    }

    /// A dotted name as a name and its members, `global::` left out; type arguments in the middle of it too.
    pub(super) fn dotted(&mut self, node: Node<'t>) -> ExprId {
        let text = compact(&self.b.text(node)).replace("::", ".");
        if BYTE_VIEWS.contains(&text.as_str()) {
            return self
                .b
                .expr(ExprKind::Path("byte[]".to_owned()), node.byte_range());
        }
        let plain = text.split('<').next().unwrap_or_default();
        let qualified = plain.strip_prefix("global.");
        let parts: Vec<&str> = qualified
            .unwrap_or(plain)
            .split('.')
            .filter(|part| !part.is_empty())
            .collect();
        if qualified.is_some() {
            return self
                .b
                .expr(ExprKind::Path(parts.join(".")), node.byte_range());
        }
        match self.b.path(&parts, node.byte_range()) {
            Some(path) => path,
            None => self.b.other("name", node),
        }
    }

    pub(super) fn is_bytes(&self, ty: Node<'t>) -> bool {
        let text = compact(&self.b.text(ty)).replace('?', "");
        text == "byte[]" || BYTE_VIEWS.contains(&text.as_str())
    }
}
