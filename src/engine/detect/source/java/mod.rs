//! Java: how its syntax tree becomes facts.
//!
//! One pass over the tree; every expression is reached, also inside statements and declarations this file does not know.
//! What is said here follows from the language alone: which names a class, an import or a record brings, which arm of a
//! `switch` always runs. It does not know any library, except the few of `java.lang` and `java.util` that are Java's way of
//! writing a list or a text (`List.of(…)`, `String.join(…)`, `"…".getBytes()`).

mod calls;
mod declarations;
mod expressions;
mod statements;
mod types;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, compact, errors, named};
use crate::detect::facts::{ExprId, Facts, Param, ScopeKind};

/// Java.
pub(super) struct Java;

impl Language for Java {
    fn name(&self) -> &'static str {
        "Java"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_java::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let mut b = Builder::new(text);
        b.facts.implicit_this = true;
        b.facts.errors = errors(tree.root_node());
        for name in JAVA_LANG {
            b.import(Some(name), format!("java.lang.{name}"));
        }
        let mut lowering = Lowering {
            b: &mut b,
            yields: &mut Vec::new(),
        };
        for node in parts(tree.root_node()) {
            lowering.statement(node);
        }
        b.facts
    }
}

/// What every file imports without saying so, as far as values pass through it.
const JAVA_LANG: [&str; 7] = [
    "Boolean", "Integer", "Long", "Math", "Object", "String", "System",
];

/// The walk: the facts so far, and the values of the `yield`s of each `switch` expression around.
struct Lowering<'b, 't> {
    b: &'b mut Builder<'t>,
    yields: &'b mut Vec<Vec<ExprId>>,
}

impl<'t> Lowering<'_, 't> {
    fn deeper<T>(&mut self, otherwise: T, visit: impl FnOnce(&mut Lowering<'_, 't>) -> T) -> T {
        let Lowering { b, yields } = self;
        b.deeper(otherwise, |b| visit(&mut Lowering { b, yields }))
    }

    fn within<T>(&mut self, kind: ScopeKind, visit: impl FnOnce(&mut Lowering<'_, 't>) -> T) -> T {
        let Lowering { b, yields } = self;
        b.within(kind, |b| visit(&mut Lowering { b, yields }))
    }

    fn function(
        &mut self,
        name: &str,
        params: Vec<Param>,
        at: usize,
        body: impl FnOnce(&mut Lowering<'_, 't>, usize),
    ) -> usize {
        let Lowering { b, yields } = self;
        b.function(name, params, at, |b, index| {
            body(&mut Lowering { b, yields }, index)
        })
    }
}

/// The node's named children without comments.
fn parts<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    named(node)
        .into_iter()
        .filter(|child| !child.is_extra())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::facts::ExprKind;

    pub(super) fn facts(text: &str) -> Facts {
        crate::detect::source::facts_of(&Java, text)
    }

    /// An expression in a short form that shows its structure.
    pub(super) fn show(facts: &Facts, id: ExprId) -> String {
        let list = |ids: &[ExprId]| {
            ids.iter()
                .map(|id| show(facts, *id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &facts.exprs[id].kind {
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Bytes(length) => format!("bytes({length})"),
            ExprKind::Null => "null".to_owned(),
            ExprKind::Name(name) => name.clone(),
            ExprKind::This => "this".to_owned(),
            ExprKind::Super => "super".to_owned(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
            ExprKind::Call {
                callee,
                args,
                construct,
            } => {
                let args: Vec<_> = args
                    .iter()
                    .map(|a| {
                        format!(
                            "{}{}",
                            a.name.as_ref().map(|n| format!("{n}=")).unwrap_or_default(),
                            show(facts, a.value)
                        )
                    })
                    .collect();
                format!(
                    "{}{}({})",
                    if *construct { "new " } else { "" },
                    show(facts, *callee),
                    args.join(", ")
                )
            }
            ExprKind::Binary { op, left, right } => {
                format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
            }
            ExprKind::List(items) => format!("[{}]", list(items)),
            ExprKind::Concat(items) => format!("concat({})", list(items)),
            ExprKind::OneOf(items) => format!("oneof({})", list(items)),
            ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), list(types)),
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            ExprKind::Element(of) => format!("each({})", show(facts, *of)),
            ExprKind::Function(index) => format!("fn {}", facts.functions[*index].name),
            ExprKind::Class(index) => format!("class {}", facts.classes[*index].name),
            other => format!("{other:?}"),
        }
    }

    pub(super) fn calls(facts: &Facts) -> Vec<String> {
        let is_call = |id: &ExprId| matches!(facts.exprs[*id].kind, ExprKind::Call { .. });
        (0..facts.exprs.len())
            .filter(is_call)
            .map(|id| show(facts, id))
            .collect()
    }

    pub(super) fn value(facts: &Facts, name: &str) -> String {
        let binding = facts
            .bindings
            .iter()
            .rfind(|b| b.name == name)
            .expect("bound");
        binding
            .value
            .map(|value| show(facts, value))
            .unwrap_or_default()
    }

    pub(super) fn in_method(body: &str) -> Facts {
        facts(&format!("class C {{ void m() {{ {body} }} }}"))
    }

    #[test]
    fn what_stands_around_an_error_is_still_read() {
        let facts = facts("class C { void m() { f(1); int = ; g(2); } }");
        assert!(facts.errors > 0);
        assert!(
            calls(&facts).contains(&"f(1)".to_owned())
                && calls(&facts).contains(&"g(2)".to_owned())
        );
    }

    #[test]
    fn endless_chains_and_nesting_stay_off_the_stack() {
        let chain = format!("x{};", ".a()".repeat(5_000));
        let made = in_method(&chain)
            .exprs
            .into_iter()
            .filter(|e| matches!(e.kind, ExprKind::Call { .. }));
        assert_eq!(made.count(), 5_000);
        let text = format!("String s = \"a\"{};", " + \"b\"".repeat(5_000));
        assert!(!in_method(&text).too_deep);
        let nested = format!("{}1{};", "f(".repeat(5_000), ")".repeat(5_000));
        assert!(in_method(&nested).too_deep);
    }
}
