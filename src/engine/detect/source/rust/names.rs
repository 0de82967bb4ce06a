//! Paths and types, as names; wrappers are left out.

use tree_sitter::Node;

use super::{Lowering, code};
use crate::detect::facts::{ExprId, ExprKind};

/// Types that stand for the first of their type arguments.
const WRAPPER_TYPES: &[&str] = &[
    "Arc",
    "Box",
    "Cell",
    "Cow",
    "Lazy",
    "LazyCell",
    "LazyLock",
    "MaybeUninit",
    "Mutex",
    "MutexGuard",
    "OnceCell",
    "OnceLock",
    "Option",
    "Pin",
    "Rc",
    "RefCell",
    "Result",
    "RwLock",
    "Zeroizing",
];

impl Lowering<'_> {
    /// A name or path, with or without type arguments.
    pub(super) fn path(&mut self, node: Node<'_>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "self" => self.b.expr(ExprKind::This, span),
            "crate" | "super" => self.b.expr(ExprKind::Path("crate".to_owned()), span),
            "identifier" | "type_identifier" | "primitive_type" | "field_identifier" => {
                match self.ident(node) {
                    name if name == "Self" => self.b.expr(ExprKind::This, span),
                    name => self.name_expr(name, node),
                }
            }
            "scoped_identifier" | "scoped_type_identifier" => {
                let Some(name) = node.child_by_field_name("name") else {
                    return self.unknown("path", node);
                };
                match node.child_by_field_name("path") {
                    // `::rsa` is the crate, whatever this module calls `rsa`.
                    None => {
                        let path = self.ident(name);
                        self.b.expr(ExprKind::Path(path), span)
                    }
                    // Both are the modules of this very file.
                    Some(path)
                        if path.kind() == "self" || path.kind() == "super" && self.modules > 0 =>
                    {
                        let name_text = self.ident(name);
                        self.name_expr(name_text, name)
                    }
                    Some(path) => {
                        let of = self.deeper(None, |l| Some(l.path(path)));
                        let Some(of) = of else {
                            return self.b.other("nesting", node);
                        };
                        let member = self.member(of, name);
                        if path.kind() == "identifier" {
                            self.roots.push((of, member));
                        }
                        member
                    }
                }
            }
            "generic_function" | "generic_type" | "generic_type_with_turbofish" => {
                let of = node
                    .child_by_field_name("function")
                    .or_else(|| node.child_by_field_name("type"));
                let Some(of) = of else {
                    return self.unknown("path", node);
                };
                let of = if of.kind() == "field_expression" {
                    self.field_of(of)
                } else {
                    self.deeper(None, |l| Some(l.path(of)))
                        .unwrap_or_else(|| self.b.other("nesting", node))
                };
                let types = self.type_arguments(node);
                self.b.expr(ExprKind::Generic { of, types }, span)
            }
            "bracketed_type" => match code(node).first() {
                Some(ty) => self.ty(*ty),
                None => self.b.other("type", node),
            },
            _ => self.unknown("path", node),
        }
    }

    pub(super) fn type_arguments(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let list = node
            .child_by_field_name("type_arguments")
            .map(code)
            .unwrap_or_default();
        let mut types = Vec::new();
        for argument in list {
            match argument.kind() {
                "lifetime" | "type_binding" => {}
                kind if kind.ends_with("literal") || kind == "block" => {
                    types.push(self.expr(argument))
                }
                _ => types.push(self.ty(argument)),
            }
        }
        types
    }

    /// A type, as names; wrappers are left out.
    pub(super) fn ty(&mut self, node: Node<'_>) -> ExprId {
        let otherwise = None;
        self.deeper(otherwise, |l| Some(l.ty_here(node)))
            .unwrap_or_else(|| self.b.other("nesting", node))
    }

    pub(super) fn ty_here(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "type_identifier"
            | "scoped_type_identifier"
            | "identifier"
            | "scoped_identifier"
            | "primitive_type" => self.path(node),
            "generic_type" | "generic_type_with_turbofish" => {
                let name = node
                    .child_by_field_name("type")
                    .and_then(|ty| self.segments(ty).pop())
                    .unwrap_or_default();
                let held = code(node)
                    .into_iter()
                    .find(|n| n.kind() == "type_arguments")
                    .and_then(|list| code(list).into_iter().find(|n| n.kind() != "lifetime"));
                match held {
                    Some(held) if WRAPPER_TYPES.contains(&name.as_str()) => self.ty(held),
                    _ => self.path(node),
                }
            }
            "reference_type" | "pointer_type" | "qualified_type" => {
                match node.child_by_field_name("type") {
                    Some(inner) => self.ty(inner),
                    None => self.b.other("type", node),
                }
            }
            "dynamic_type" | "abstract_type" => match node.child_by_field_name("trait") {
                Some(inner) => self.ty(inner),
                None => self.b.other("type", node),
            },
            "bounded_type" | "bracketed_type" => {
                match code(node).into_iter().find(|n| n.kind() != "lifetime") {
                    Some(inner) => self.ty(inner),
                    None => self.b.other("type", node),
                }
            }
            "tuple_type" => {
                let items = code(node).into_iter().map(|item| self.ty(item)).collect();
                self.b.expr(ExprKind::List(items), node.byte_range())
            }
            "array_type" => {
                let element = node
                    .child_by_field_name("element")
                    .map(|element| self.b.text(element));
                let length = node
                    .child_by_field_name("length")
                    .and_then(|length| self.length(length));
                match (element.as_deref(), length) {
                    (Some("u8"), Some(length)) => {
                        self.b.expr(ExprKind::Bytes(length), node.byte_range())
                    }
                    _ => self.b.other("array", node),
                }
            }
            _ => self.b.other("type", node),
        }
    }
}
