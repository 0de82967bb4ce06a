//! Types as names. What a type is, the resolver finds out.

use tree_sitter::Node;

use super::{Lowering, compact, parts};
use crate::detect::facts::{ExprId, ExprKind};

impl<'t> Lowering<'_, 't> {
    /// A declared type as names; `var` says nothing. Arrays are named as they are written: `byte[]`.
    pub(super) fn ty(&mut self, node: Node<'t>) -> Option<ExprId> {
        let text = self.b.text(node);
        match node.kind() {
            "type_identifier" | "identifier" if text == "var" => None,
            "generic_type" => self.deeper(None, |l| l.generic(node)),
            "annotated_type" => {
                let inner = parts(node).into_iter().next_back()?;
                self.deeper(None, |l| l.ty(inner))
            }
            "scoped_type_identifier" | "scoped_identifier" => Some(self.dotted(node)),
            // Primitive types and arrays are called by no import's name.
            "type_identifier" | "identifier" => Some(self.b.name(node)),
            _ => Some(
                self.b
                    .expr(ExprKind::Path(compact(&text)), node.byte_range()),
            ),
        }
    }

    fn generic(&mut self, node: Node<'t>) -> Option<ExprId> {
        let parts = parts(node);
        let of = self.ty(*parts.first()?)?;
        let arguments: Vec<Node<'t>> = parts
            .iter()
            .filter(|part| part.kind() == "type_arguments")
            .flat_map(|list| self::parts(*list))
            .collect();
        let types = arguments
            .into_iter()
            .filter(|ty| ty.kind() != "wildcard")
            .filter_map(|ty| self.ty(ty))
            .collect();
        Some(
            self.b
                .expr(ExprKind::Generic { of, types }, node.byte_range()),
        )
    }

    /// A dotted name as a name and its members; type arguments in the middle of it are left out.
    pub(super) fn dotted(&mut self, node: Node<'t>) -> ExprId {
        let text = compact(&self.b.text(node));
        let plain = text.split('<').next().unwrap_or_default();
        let parts: Vec<&str> = plain.split('.').filter(|part| !part.is_empty()).collect();
        match self.b.path(&parts, node.byte_range()) {
            Some(path) => path,
            None => self.b.other("name", node),
        }
    }

    pub(super) fn is_bytes(&self, ty: Node<'t>, declarator: Node<'t>) -> bool {
        let text = compact(&self.b.text(ty));
        text == "byte[]"
            || (text == "byte" && declarator.child_by_field_name("dimensions").is_some())
    }
}
