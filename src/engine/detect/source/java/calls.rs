//! Calls, constructors and the member accesses between them; and the calls of the standard library that are Java's way of
//! writing a value.

use tree_sitter::Node;

use super::{Lowering, parts};
use crate::detect::facts::{Arg, ExprId, ExprKind, Key};
use crate::detect::source::lower::Builder;

/// Arguments of `getBytes` that name a charset; a `ResultSet` has a `getBytes` too, whose argument names a column.
const CHARSETS: [&str; 5] = ["UTF_8", "UTF8", "UTF_16", "US_ASCII", "ISO_8859_1"];

/// What `Outer.this` is lowered to.
const OUTER_THIS: &str = "outer instance";

impl<'t> Lowering<'_, 't> {
    /// `a.b().c.d()`: from the left, without recursion, since builders chain without end.
    pub(super) fn chain(&mut self, node: Node<'t>) -> ExprId {
        let mut links = vec![node];
        let mut base = node.child_by_field_name("object");
        while let Some(object) =
            base.filter(|object| matches!(object.kind(), "method_invocation" | "field_access"))
        {
            links.push(object);
            base = object.child_by_field_name("object");
        }
        let mut of = base.map(|base| self.expression(base));
        for link in links.into_iter().rev() {
            of = Some(if link.kind() == "field_access" {
                self.field_access(link, of)
            } else {
                self.invocation(link, of)
            });
        }
        of.unwrap_or_else(|| self.b.other("expression", node))
    }

    fn field_access(&mut self, node: Node<'t>, of: Option<ExprId>) -> ExprId {
        let Some(field) = node.child_by_field_name("field") else {
            return self.b.other("expression", node);
        };
        match of {
            // `Outer.this` is the instance around; its members are found by looking outwards.
            _ if field.kind() == "this" => self.b.other(OUTER_THIS, node),
            Some(of) if !self.is_outer(of) => self.b.member(of, field),
            _ => self.b.name(field),
        }
    }

    fn is_outer(&self, expr: ExprId) -> bool {
        matches!(self.b.facts.exprs[expr].kind, ExprKind::Other(OUTER_THIS))
    }

    fn invocation(&mut self, node: Node<'t>, of: Option<ExprId>) -> ExprId {
        let Some(name) = node.child_by_field_name("name") else {
            return self.b.other("expression", node);
        };
        let on_super = parts(node).iter().any(|part| part.kind() == "super");
        let method = self.b.text(name);
        let list = node.child_by_field_name("arguments");
        let args = list.map(|list| self.arguments(list)).unwrap_or_default();
        if let Some(of) = of
            && let Some(same) = self.wrapper(of, &method, &args, list, node)
        {
            return same;
        }
        let callee = match of {
            _ if on_super => {
                let of = self
                    .b
                    .expr(ExprKind::Super, node.start_byte()..name.start_byte());
                self.b.member(of, name)
            }
            Some(of) if !self.is_outer(of) => self.b.member(of, name),
            _ => self.b.name(name),
        };
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: false,
            },
            node.byte_range(),
        )
    }

    /// Calls of the standard library that are Java's way of writing a value: what the value is, if this is one.
    fn wrapper(
        &mut self,
        of: ExprId,
        method: &str,
        args: &[Arg],
        list: Option<Node<'t>>,
        node: Node<'t>,
    ) -> Option<ExprId> {
        match (method, args) {
            ("clone" | "toCharArray" | "getBytes", []) => return Some(of),
            ("getBytes", [_]) if list.is_some_and(|list| names_charset(&self.b.text(list))) => {
                return Some(of);
            }
            ("orElse", [other]) => {
                let either = ExprKind::OneOf(vec![of, other.value]);
                return Some(self.b.expr(either, node.byte_range()));
            }
            _ => {}
        }
        let ExprKind::Name(class) = &self.b.facts.exprs[of].kind else {
            return None;
        };
        let kind = match (class.as_str(), method, args) {
            ("List" | "Set" | "Stream" | "ImmutableList" | "ImmutableSet" | "EnumSet", "of", _)
            | ("Arrays", "asList", _)
            | ("Collections", "singletonList" | "singleton", [_]) => {
                ExprKind::List(args.iter().map(|arg| arg.value).collect())
            }
            ("Map" | "ImmutableMap", "of", _) if args.len().is_multiple_of(2) => {
                let fields = args
                    .chunks_exact(2)
                    .map(|pair| (self.key(pair[0].value), pair[1].value));
                ExprKind::Object {
                    ty: None,
                    fields: fields.collect(),
                }
            }
            ("Collections", "unmodifiableList" | "unmodifiableSet", [inner])
            | ("List" | "Set", "copyOf", [inner])
            | ("Objects", "requireNonNull", [inner, ..])
            | ("Optional", "of" | "ofNullable", [inner])
            | ("Integer", "parseInt" | "valueOf", [inner])
            | ("Long", "parseLong" | "valueOf", [inner]) => return Some(inner.value),
            // With one text the call may be the overload for a collection, whose elements are not at hand.
            ("String", "join", [separator, first, rest @ ..]) if !rest.is_empty() => {
                let rest = rest.iter().flat_map(|arg| [separator.value, arg.value]);
                ExprKind::Concat(std::iter::once(first.value).chain(rest).collect())
            }
            _ => return None,
        };
        Some(self.b.expr(kind, node.byte_range()))
    }

    fn key(&self, expr: ExprId) -> Option<Key> {
        Some(match &self.b.facts.exprs[expr].kind {
            ExprKind::Str(text) => Key::Name(text.clone()),
            _ => Key::Expr(expr),
        })
    }

    pub(super) fn arguments(&mut self, list: Node<'t>) -> Vec<Arg> {
        parts(list)
            .into_iter()
            .map(|value| Builder::arg(self.expression(value)))
            .collect()
    }

    /// `new T(…)`, with or without a body.
    pub(super) fn creation(&mut self, node: Node<'t>) -> ExprId {
        let Some(ty) = node.child_by_field_name("type") else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        if let Some(outer) = parts(node)
            .into_iter()
            .next()
            .filter(|first| first.end_byte() <= ty.start_byte())
        {
            self.expression(outer);
        }
        let callee = self.ty(ty).unwrap_or_else(|| self.b.other("type", ty));
        let args = node
            .child_by_field_name("arguments")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        if parts(node).iter().any(|part| part.kind() == "class_body") {
            self.class("", node);
        }
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }
}

/// Whether an argument list is just a charset.
fn names_charset(arguments: &str) -> bool {
    let text = arguments.to_ascii_uppercase().replace('-', "_");
    CHARSETS.iter().any(|charset| text.contains(charset)) || text.contains("CHARSET")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{calls, in_method};

    #[test]
    fn no_call_is_lost_in_builders_lambdas_and_anonymous_classes() {
        let facts = in_method(
            "a.b(() -> c(1)).d(x -> { e(x); }).f(new T() { void g() { h(this::i, K::new); } });",
        );
        for call in [
            "c(1)",
            "e(x)",
            "new T()",
            "h(this.i, Other(\"method reference\"))",
        ] {
            assert!(
                calls(&facts).iter().any(|c| c == call),
                "{call} in {:?}",
                calls(&facts)
            );
        }
    }
}
