//! Calls, conversions, and the built-in functions that say something of a value.

use tree_sitter::Node;

use super::expressions::text_literal;
use super::{File, part};
use crate::detect::facts::{Arg, ExprId, ExprKind};
use crate::detect::source::lower::{Builder, named};

impl<'t> File<'t> {
    pub(super) fn call(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let (Some(function), Some(list)) = (part(node, "function"), part(node, "arguments")) else {
            return self.unknown(b, node);
        };
        let arguments = named(list);
        if let [value] = arguments[..]
            && is_pointer_conversion(function)
        {
            return self.expr(b, value);
        }
        if function.kind() == "identifier"
            && let Some(id) = self.builtin(b, node, &b.text(function), &arguments)
        {
            return id;
        }
        if let [format, values @ ..] = &arguments[..]
            && self.is_sprintf(b, function)
            && let Some(format) = text_literal(b, *format)
        {
            return self.formatted(b, node, &format, values);
        }
        let mut callee = self.expr(b, function);
        if let Some(types) = part(node, "type_arguments") {
            let types = named(types).into_iter().map(|ty| self.ty(b, ty)).collect();
            callee = b.expr(
                ExprKind::Generic { of: callee, types },
                function.byte_range(),
            );
        }
        let args = arguments
            .into_iter()
            .map(|argument| self.argument(b, argument))
            .collect();
        b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: false,
            },
            node.byte_range(),
        )
    }

    pub(super) fn argument(&self, b: &mut Builder<'_>, node: Node<'t>) -> Arg {
        if node.kind() == "variadic_argument"
            && let [value] = named(node)[..]
        {
            return Arg {
                name: None,
                value: self.expr(b, value),
                spread: true,
            };
        }
        Builder::arg(self.expr(b, node))
    }

    /// The built-in functions that say something of a value, and conversions: to a built-in type, or to a type of this file.
    pub(super) fn builtin(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        name: &str,
        arguments: &[Node<'t>],
    ) -> Option<ExprId> {
        match (name, arguments) {
            ("new", [ty]) => Some(match self.byte_array(b, *ty) {
                Some(length) => b.expr(ExprKind::Bytes(length), node.byte_range()),
                None => {
                    let ty = Some(self.ty(b, *ty));
                    b.expr(
                        ExprKind::Object {
                            ty,
                            fields: Vec::new(),
                        },
                        node.byte_range(),
                    )
                }
            }),
            ("make", [ty, _, ..]) if ty.kind() == "slice_type" && self.holds_bytes(b, *ty) => {
                let ids: Vec<ExprId> = arguments[1..]
                    .iter()
                    .map(|argument| self.expr(b, *argument))
                    .collect();
                let ExprKind::Int(length) = b.facts.exprs[*ids.first()?].kind else {
                    return Some(self.made(b, node, ids));
                };
                Some(b.expr(
                    ExprKind::Bytes(u64::try_from(length).ok()?),
                    node.byte_range(),
                ))
            }
            // A list inside a list counts as its elements.
            ("append", [_, _, ..]) => {
                let values = arguments
                    .iter()
                    .map(|argument| self.argument(b, *argument).value)
                    .collect();
                Some(b.expr(ExprKind::List(values), node.byte_range()))
            }
            (_, [value])
                if value.kind() != "variadic_argument"
                    && (is_basic_type(name) || self.types.contains_key(name)) =>
            {
                Some(self.expr(b, *value))
            }
            _ => None,
        }
    }

    /// `make([]byte, n)` with a length that is not written there: a call of the type `byte[]`, as in the other languages.
    pub(super) fn made(&self, b: &mut Builder<'_>, node: Node<'t>, lengths: Vec<ExprId>) -> ExprId {
        let callee = b.expr(ExprKind::Name("byte[]".to_owned()), node.byte_range());
        let args = lengths.into_iter().map(Builder::arg).collect();
        b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }

    pub(super) fn is_sprintf(&self, b: &Builder<'_>, function: Node<'t>) -> bool {
        function.kind() == "selector_expression"
            && b.text[function.byte_range()] == *b"fmt.Sprintf"
            && self.has_fmt.get()
    }

    /// `%s`, `%d` and `%v` write their argument as it is; what any other verb writes is not known.
    pub(super) fn formatted(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        format: &str,
        values: &[Node<'t>],
    ) -> ExprId {
        let span = node.byte_range();
        let mut values = values
            .iter()
            .map(|value| self.argument(b, *value).value)
            .collect::<Vec<_>>()
            .into_iter();
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = format.chars();
        while let Some(c) = rest.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            let verb = rest
                .find(|c| c.is_ascii_alphabetic() || *c == '%')
                .unwrap_or('%');
            if verb == '%' {
                text.push('%');
                continue;
            }
            parts.push(b.expr(ExprKind::Str(std::mem::take(&mut text)), span.clone()));
            let value = values.next().filter(|_| matches!(verb, 's' | 'd' | 'v'));
            parts.push(value.unwrap_or_else(|| b.other("formatted value", node)));
        }
        parts.push(b.expr(ExprKind::Str(text), span.clone()));
        b.expr(ExprKind::Concat(parts), span)
    }
}

/// A conversion to one of these keeps what a rule looks at.
pub(super) fn is_basic_type(name: &str) -> bool {
    matches!(
        name,
        "string"
            | "int"
            | "int8"
            | "int16"
            | "int32"
            | "int64"
            | "uint"
            | "uint8"
            | "uint16"
            | "uint32"
            | "uint64"
            | "byte"
            | "rune"
            | "uintptr"
            | "any"
    )
}

/// `(*T)(x)`: the parentheses tell it from a call. A function behind a pointer is not called so in practice.
pub(super) fn is_pointer_conversion(function: Node<'_>) -> bool {
    function.kind() == "parenthesized_expression"
        && function
            .named_child(0)
            .and_then(|inner| inner.child(0))
            .is_some_and(|token| token.kind() == "*")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts, values};

    #[test]
    fn conversions_are_what_they_convert() {
        let facts = facts(
            "package p\ntype Name string\nfunc f(k *key) {\n\ta := (*rsa.PublicKey)(k)\n\tb := Name(\"x\")\n\tc := uint16(7)\n\td := (f)(1)\n}\n",
        );
        let values = |name| values(&facts, name).join("|");
        assert_eq!(
            ["a", "b", "c", "d"].map(values),
            ["k", "\"x\"", "7", "f(1)"]
        );
    }

    #[test]
    fn an_appended_list_holds_the_old_one_and_the_new_elements() {
        let facts =
            facts("package p\nfunc f(old []string) {\n\ta := append(old, \"x\", \"y\")\n}\n");
        assert_eq!(values(&facts, "a"), ["[old, \"x\", \"y\"]"]);
    }

    #[test]
    fn byte_arrays_have_a_length() {
        let facts = facts(
            "package p\nfunc f(n int) {\n\tvar a [32]byte\n\tb := make([]byte, 16)\n\tc := []byte{1, 2, 3}\n\td := new([24]byte)\n\te := a[:]\n\tg := a[:8]\n\th := make([]byte, n)\n\ti := []byte(\"text\")\n}\n",
        );
        let values = |name| values(&facts, name).join("|");
        assert_eq!(
            ["a", "b", "c", "d", "e"].map(values),
            [
                "bytes(32): []byte<byte>",
                "bytes(16)",
                "bytes(3)",
                "bytes(24)",
                "a"
            ]
        );
        assert_eq!(
            ["g", "h", "i"].map(values),
            ["bytes(8)", "byte[](n)", "\"text\""]
        );
    }
}
