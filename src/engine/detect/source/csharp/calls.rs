//! Calls, constructors, object initialisers and the member accesses between them; and the calls of `System` that are C#'s way of
//! writing a value.

use tree_sitter::Node;

use super::{Lowering, part, parts};
use crate::detect::facts::{Arg, ExprId, ExprKind, Key};
use crate::detect::source::lower::Builder;

impl<'t> Lowering<'_, 't> {
    /// `a.B().C.D()`: from the left, without recursion, since builders chain without end.
    pub(super) fn chain(&mut self, node: Node<'t>) -> ExprId {
        let mut links = Vec::new();
        let mut base = node;
        loop {
            let inner = match base.kind() {
                "invocation_expression" => base.child_by_field_name("function"),
                "member_access_expression" => base.child_by_field_name("expression"),
                _ => None,
            };
            let Some(inner) = inner else { break };
            links.push(base);
            base = inner;
        }
        let mut of = match base.kind() {
            "generic_name" => self.generic(base),
            "base" => self.b.expr(ExprKind::Super, base.byte_range()),
            "predefined_type" | "alias_qualified_name" | "qualified_name" => {
                self.ty(base).unwrap_or_else(|| self.b.other("type", base))
            }
            "invocation_expression" | "member_access_expression" => {
                self.b.other("expression", base)
            }
            _ => self.expression(base),
        };
        for link in links.into_iter().rev() {
            of = if link.kind() == "member_access_expression" {
                self.member_of(link, of)
            } else {
                self.invocation(link, of)
            };
        }
        of
    }

    /// `.Name` of what stands before it; a method's type arguments are kept.
    pub(super) fn member_of(&mut self, node: Node<'t>, of: ExprId) -> ExprId {
        let Some(name) = node.child_by_field_name("name") else {
            return self.b.other("expression", node);
        };
        if name.kind() != "generic_name" {
            return self.b.member(of, name);
        }
        let parts = parts(name);
        let Some(plain) = parts.first() else {
            return self.b.other("expression", node);
        };
        let of = self.b.member(of, *plain);
        let list = part(name, "type_argument_list").map(self::parts);
        let types: Vec<ExprId> = list
            .unwrap_or_default()
            .into_iter()
            .filter_map(|ty| self.ty(ty))
            .collect();
        self.b
            .expr(ExprKind::Generic { of, types }, node.byte_range())
    }

    fn invocation(&mut self, node: Node<'t>, callee: ExprId) -> ExprId {
        let list = node.child_by_field_name("arguments");
        if let ExprKind::Name(name) = &self.b.facts.exprs[callee].kind
            && name == "nameof"
        {
            let text = list.map(|list| self.b.text(list)).unwrap_or_default();
            let last = text.trim_matches(['(', ')']).rsplit('.').next();
            let last = last.unwrap_or_default().trim().to_owned();
            return self.b.expr(ExprKind::Str(last), node.byte_range());
        }
        let args = list.map(|list| self.arguments(list)).unwrap_or_default();
        if let Some(same) = self.wrapper(callee, &args, node) {
            return same;
        }
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: false,
            },
            node.byte_range(),
        )
    }

    /// Calls of `System` that are C#'s way of writing a value: what the value is, if this is one.
    fn wrapper(&mut self, callee: ExprId, args: &[Arg], node: Node<'t>) -> Option<ExprId> {
        let ExprKind::Member { of, name } = &self.b.facts.exprs[callee].kind else {
            return None;
        };
        let (of, method) = (*of, name.as_str());
        match (method, args) {
            ("ToArray" | "ToList" | "AsSpan" | "AsMemory" | "ToCharArray" | "Clone", [])
            | ("ConfigureAwait", [_]) => return Some(of),
            ("GetBytes", [text]) if self.is_encoding(of) => return Some(text.value),
            _ => {}
        }
        let class = match &self.b.facts.exprs[of].kind {
            ExprKind::Name(class) | ExprKind::Path(class) => class.rsplit('.').next(),
            ExprKind::Member { name, .. } => Some(name.as_str()),
            _ => None,
        }?;
        let kind = match (class, method, args) {
            ("String" | "string", "Concat", [_, _, ..]) => {
                ExprKind::Concat(args.iter().map(|arg| arg.value).collect())
            }
            ("Convert", "ToInt32" | "ToInt64", [inner, ..])
            | ("Int32" | "int", "Parse", [inner, ..]) => return Some(inner.value),
            _ => return None,
        };
        Some(self.b.expr(kind, node.byte_range()))
    }

    /// `Encoding.UTF8` and its kin.
    fn is_encoding(&self, of: ExprId) -> bool {
        let ExprKind::Member { of, .. } = &self.b.facts.exprs[of].kind else {
            return false;
        };
        match &self.b.facts.exprs[*of].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => name == "Encoding",
            _ => false,
        }
    }

    pub(super) fn arguments(&mut self, list: Node<'t>) -> Vec<Arg> {
        let mut args = Vec::new();
        for argument in parts(list) {
            if argument.kind() != "argument" {
                args.push(Builder::arg(self.expression(argument)));
                continue;
            }
            let name = argument.child_by_field_name("name");
            let value = parts(argument)
                .into_iter()
                .rfind(|part| Some(*part) != name);
            let value = match value {
                Some(value) => self.expression(value),
                None => self.b.other("argument", argument),
            };
            args.push(Arg {
                name: name.map(|name| self.b.text(name)),
                value,
                spread: false,
            });
        }
        args
    }

    /// `new T(…) { A = x }`.
    pub(super) fn creation(&mut self, node: Node<'t>) -> ExprId {
        let Some(ty) = node.child_by_field_name("type") else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        self.made(node, Some(ty))
    }

    /// `new T(…)`, or `new(…)` of a type that the place asks for.
    pub(super) fn made(&mut self, node: Node<'t>, ty: Option<Node<'t>>) -> ExprId {
        let callee = ty
            .and_then(|ty| self.ty(ty))
            .unwrap_or_else(|| self.b.other("type", node));
        let list = node
            .child_by_field_name("arguments")
            .or_else(|| part(node, "argument_list"));
        let args = list.map(|list| self.arguments(list)).unwrap_or_default();
        let initializer = node
            .child_by_field_name("initializer")
            .or_else(|| part(node, "initializer_expression"));
        if let Some(initializer) = initializer
            && args.is_empty()
            && let Some(literal) = self.collection(initializer)
        {
            return literal;
        }
        // The call ends where its initialiser begins, so that what the initialiser assigns comes after it.
        let end = initializer.map_or(node.end_byte(), |i| i.start_byte());
        let made = self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.start_byte()..end,
        );
        if let Some(initializer) = initializer {
            self.initialise(made, initializer)
        }
        made
    }

    /// `{ A = x, B = { C = y } }` after `new`: assignments to members of what was made.
    pub(super) fn initialise(&mut self, made: ExprId, node: Node<'t>) {
        for item in parts(node) {
            let (Some(left), Some(right)) = (
                item.child_by_field_name("left"),
                item.child_by_field_name("right"),
            ) else {
                self.expression(item);
                continue;
            };
            if item.kind() != "assignment_expression" || left.kind() != "identifier" {
                self.expression(right);
                continue;
            }
            let target = self.b.expr(
                ExprKind::Member {
                    of: made,
                    name: String::from_utf8_lossy(&self.b.text[left.byte_range()]).into_owned(),
                },
                left.byte_range(),
            );
            if right.kind() == "initializer_expression" {
                let holds_members = parts(right)
                    .iter()
                    .any(|part| part.kind() == "assignment_expression");
                if holds_members {
                    self.deeper((), |l| l.initialise(target, right));
                    continue;
                }
                let value = self.array(right, false);
                self.b
                    .expr(ExprKind::Assign { target, value }, item.byte_range());
                continue;
            }
            let value = self.expression(right);
            self.b
                .expr(ExprKind::Assign { target, value }, item.byte_range());
        }
    }

    /// `new List<T> { a, b }` is a list, `new Dictionary<…> { { "k", v }, ["k"] = v }` a table; `None` for an object's initialiser.
    fn collection(&mut self, node: Node<'t>) -> Option<ExprId> {
        let items = parts(node);
        let first = items.first()?;
        let keyed = |item: &Node<'t>| {
            let left = item.child_by_field_name("left");
            item.kind() == "initializer_expression" && parts(*item).len() == 2
                || left.is_some_and(|left| left.kind() != "identifier")
        };
        let named = |item: &Node<'t>| item.kind() == "assignment_expression" && !keyed(item);
        if named(first) {
            return None;
        }
        if !items.iter().all(keyed) {
            return Some(self.array(node, false));
        }
        let mut fields = Vec::new();
        for item in items {
            let (key, value) = match item.child_by_field_name("left") {
                Some(left) => (parts(left).pop(), item.child_by_field_name("right")),
                None => {
                    let pair = parts(item);
                    (pair.first().copied(), pair.last().copied())
                }
            };
            let (Some(mut key), Some(value)) = (key, value) else {
                continue;
            };
            while matches!(key.kind(), "argument" | "bracketed_argument_list") {
                match parts(key).pop() {
                    Some(inner) => key = inner,
                    None => break,
                }
            }
            let (key, value) = (self.expression(key), self.expression(value));
            let key = match &self.b.facts.exprs[key].kind {
                ExprKind::Str(text) => Key::Name(text.clone()),
                _ => Key::Expr(key),
            };
            fields.push((Some(key), value));
        }
        Some(
            self.b
                .expr(ExprKind::Object { ty: None, fields }, node.byte_range()),
        )
    }
}
