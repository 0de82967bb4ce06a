//! Calls of functions and methods; those that only hand on what they are given are left out.

use tree_sitter::Node;

use super::{Lowering, NEVER, code, starts_upper};
use crate::detect::facts::{ExprId, ExprKind};
use crate::detect::source::lower::Builder;

/// Methods without arguments that hand on their receiver, as far as values and types go.
const SAME_METHODS: &[&str] = &[
    "as_bytes",
    "as_deref",
    "as_mut",
    "as_ref",
    "as_slice",
    "as_str",
    "borrow",
    "borrow_mut",
    "by_ref",
    "clone",
    "cloned",
    "copied",
    "deref",
    "peekable",
    "rev",
    "into",
    "into_inner",
    "into_iter",
    "iter",
    "iter_mut",
    "lock",
    "ok",
    "parse",
    "read",
    "take",
    "to_owned",
    "to_string",
    "to_vec",
    "try_into",
    "unwrap",
    "unwrap_or_default",
    "write",
];

/// Methods whose argument tells about the failure only, or about which of several elements.
const SAME_UNLESS_FAILED: &[&str] = &[
    "filter",
    "inspect",
    "skip",
    "step_by",
    "context",
    "expect",
    "map_err",
    "ok_or",
    "ok_or_else",
    "with_context",
    "wrap_err",
];

/// Methods that give the receiver's value or else the argument's.
const THIS_OR_THAT: &[&str] = &[
    "get_or_insert_with",
    "or",
    "or_else",
    "unwrap_or",
    "unwrap_or_else",
];

/// Methods that pass what the receiver holds to their argument and give its result.
const PASSED_ON: &[&str] = &["and_then", "map"];

/// Methods that give a collection's elements one by one.
const ITERATORS: &[&str] = &["chunks", "drain", "into_iter", "iter", "iter_mut", "values"];

/// Constructors that hand on what they hold, by the last two parts of their path.
const WRAPPERS: &[&str] = &[
    "Ok",
    "Some",
    "Arc::from",
    "Arc::new",
    "Box::from",
    "Box::new",
    "Box::pin",
    "Cell::new",
    "Cow::Borrowed",
    "Cow::Owned",
    "Cow::from",
    "Lazy::new",
    "LazyCell::new",
    "LazyLock::new",
    "Mutex::new",
    "NonZero::new",
    "NonZeroU32::new",
    "NonZeroU32::new_unchecked",
    "NonZeroUsize::new",
    "OnceCell::from",
    "Option::Some",
    "Pin::new",
    "Poll::Ready",
    "Rc::from",
    "Rc::new",
    "RefCell::new",
    "Result::Ok",
    "RwLock::new",
    "String::from",
    "Vec::from",
    "Zeroizing::new",
];

impl Lowering<'_> {
    pub(super) fn call(&mut self, node: Node<'_>) -> ExprId {
        let Some(function) = node.child_by_field_name("function") else {
            return self.unknown("call", node);
        };
        let args: Vec<Node<'_>> = node
            .child_by_field_name("arguments")
            .map(code)
            .unwrap_or_default();
        let args: Vec<Node<'_>> = args
            .into_iter()
            .filter(|n| n.kind() != "attribute_item")
            .collect();
        let method = match function.kind() {
            "generic_function" => function.child_by_field_name("function"),
            _ => Some(function),
        };
        if let Some(method) = method.filter(|method| method.kind() == "field_expression") {
            let types = self.type_arguments(function);
            return self.method_call(node, method, types, &args);
        }
        let parts = match function.kind() {
            "identifier" | "scoped_identifier" => self.segments(function),
            _ => Vec::new(),
        };
        let last = parts.last().cloned().unwrap_or_default();
        let values: Vec<ExprId> = args.iter().map(|arg| self.expr(*arg)).collect();
        let tail = parts[parts.len().saturating_sub(2)..].join("::");
        if let ([value], true) = (&values[..], WRAPPERS.contains(&tail.as_str())) {
            return self.result_of(*value);
        }
        if last == "Err" {
            return self.b.other(NEVER, node);
        }
        if let Some(class) = self.type_named(&tail) {
            for (index, value) in values.iter().enumerate() {
                self.assign_field(class, &index.to_string(), *value, node.end_byte());
            }
        }
        let callee = self.path_or_expr(function);
        // `(|| …)()` is written for the sake of `?`.
        if let (ExprKind::Function(_), []) = (&self.b.facts.exprs[callee].kind, &values[..]) {
            return self.result_of(callee);
        }
        let args = values.into_iter().map(Builder::arg).collect();
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: starts_upper(&last),
            },
            node.byte_range(),
        )
    }

    pub(super) fn path_or_expr(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "identifier" | "scoped_identifier" | "generic_function" => self.path(node),
            _ => self.expr(node),
        }
    }

    /// What a closure gives when it is called; any other value itself.
    pub(super) fn result_of(&mut self, value: ExprId) -> ExprId {
        let ExprKind::Function(index) = self.b.facts.exprs[value].kind else {
            return value;
        };
        let returns = self.b.facts.functions[index].returns.clone();
        let span = self.b.facts.exprs[value].span.clone();
        self.one_of(returns, span)
    }

    pub(super) fn method_call(
        &mut self,
        node: Node<'_>,
        function: Node<'_>,
        types: Vec<ExprId>,
        args: &[Node<'_>],
    ) -> ExprId {
        let parts = (
            function.child_by_field_name("value"),
            function.child_by_field_name("field"),
        );
        let (Some(of), Some(name)) = parts else {
            return self.unknown("call", node);
        };
        let receiver = self.expr(of);
        let method = self.ident(name);
        let method = method.as_str();
        if let [arg] = args {
            if PASSED_ON.contains(&method) {
                return self.passed_on(node, of, receiver, *arg);
            }
            if SAME_UNLESS_FAILED.contains(&method) {
                self.expr(*arg);
                return receiver;
            }
            if THIS_OR_THAT.contains(&method) {
                let other = self.expr(*arg);
                let other = self.result_of(other);
                return self.one_of(vec![receiver, other], node.byte_range());
            }
        }
        if args.is_empty() && SAME_METHODS.contains(&method) {
            return receiver;
        }
        let each = self.is_iterator(of);
        let mut callee = self.member(receiver, name);
        if !types.is_empty() {
            let span = function.byte_range();
            callee = self.b.expr(ExprKind::Generic { of: callee, types }, span);
        }
        let mut values = Vec::new();
        for arg in args {
            let incoming = (each && arg.kind() == "closure_expression")
                .then(|| self.b.expr(ExprKind::Element(receiver), arg.byte_range()));
            let value = match incoming {
                Some(_) => self.closure(*arg, incoming),
                None => self.expr(*arg),
            };
            values.push(Builder::arg(value));
        }
        self.b.expr(
            ExprKind::Call {
                callee,
                args: values,
                construct: false,
            },
            node.byte_range(),
        )
    }

    /// `x.map(f)` and `x.and_then(f)`: `f` is called with what `x` holds.
    pub(super) fn passed_on(
        &mut self,
        node: Node<'_>,
        of: Node<'_>,
        receiver: ExprId,
        function: Node<'_>,
    ) -> ExprId {
        let each = self.is_iterator(of);
        let incoming = if each {
            self.b.expr(ExprKind::Element(receiver), of.byte_range())
        } else {
            receiver
        };
        let result = match function.kind() {
            "closure_expression" => {
                let closure = self.closure(function, Some(incoming));
                self.result_of(closure)
            }
            _ => {
                let text = self.b.text(function);
                if WRAPPERS.contains(&text.as_str()) {
                    incoming
                } else {
                    let construct = starts_upper(text.rsplit("::").next().unwrap_or_default());
                    let callee = self.path_or_expr(function);
                    self.b.expr(
                        ExprKind::Call {
                            callee,
                            args: vec![Builder::arg(incoming)],
                            construct,
                        },
                        function.byte_range(),
                    )
                }
            }
        };
        if each {
            self.b.expr(ExprKind::List(vec![result]), node.byte_range())
        } else {
            result
        }
    }

    /// Whether the expression is written as an iterator over a collection.
    pub(super) fn is_iterator(&self, node: Node<'_>) -> bool {
        let method = node
            .child_by_field_name("function")
            .and_then(|function| function.child_by_field_name("field"));
        node.kind() == "call_expression"
            && method.is_some_and(|method| ITERATORS.contains(&self.b.text(method).as_str()))
    }
}
