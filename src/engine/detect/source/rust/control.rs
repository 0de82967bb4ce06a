//! Blocks, branches, loops and closures, with the values they give.

use tree_sitter::Node;

use super::{LEAVING, Lowering, NEVER, code};
use crate::detect::facts::{ExprId, ExprKind, ScopeKind};

impl Lowering<'_> {
    pub(super) fn block(&mut self, node: Node<'_>) -> ExprId {
        let value = self.within(ScopeKind::Block, |l| l.statements(node));
        value.unwrap_or_else(|| self.no_value(node))
    }

    /// The value of a block without one: nothing, or never if it leaves by its last statement.
    pub(super) fn no_value(&mut self, block: Node<'_>) -> ExprId {
        let last = code(block)
            .into_iter()
            .last()
            .and_then(|last| last.named_child(0));
        let leaves = last.is_some_and(|last| match last.kind() {
            "return_expression" | "break_expression" | "continue_expression" => true,
            "macro_invocation" => last
                .child_by_field_name("macro")
                .and_then(|name| self.segments(name).pop())
                .is_some_and(|name| LEAVING.contains(&name.as_str())),
            _ => false,
        });
        self.b.other(if leaves { NEVER } else { "nothing" }, block)
    }

    pub(super) fn conditional(&mut self, node: Node<'_>) -> ExprId {
        let group = self.b.group();
        let exhaustive = always_taken(node);
        let mut values = Vec::new();
        let mut next = Some(node);
        while let Some(branch) = next.take() {
            if branch.kind() != "if_expression" {
                values.push(self.within(ScopeKind::Arm { group, exhaustive }, |l| l.block(branch)));
                break;
            }
            let condition = branch.child_by_field_name("condition");
            let chain = condition.is_some_and(|c| c.kind() == "let_chain");
            let bound = condition.filter(|_| !chain).and_then(|c| self.condition(c));
            let consequence = branch.child_by_field_name("consequence");
            let value = self.within(ScopeKind::Arm { group, exhaustive }, |l| {
                if let Some((pattern, value)) = bound {
                    l.pattern(pattern, Some(value), pattern.end_byte());
                }
                if let Some(chain) = condition.filter(|_| chain) {
                    l.let_chain(chain);
                }
                consequence.map(|block| l.block(block))
            });
            values.extend(value);
            next = branch
                .child_by_field_name("alternative")
                .and_then(|alternative| code(alternative).first().copied());
        }
        if exhaustive {
            self.one_of(values, node.byte_range())
        } else {
            self.b.other("nothing", node)
        }
    }

    /// A condition; gives the pattern and value of `let pattern = value`.
    pub(super) fn condition<'n>(&mut self, node: Node<'n>) -> Option<(Node<'n>, ExprId)> {
        if node.kind() != "let_condition" {
            self.expr(node);
            return None;
        }
        let value = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        Some((node.child_by_field_name("pattern")?, value?))
    }

    /// `let a = x && let b = y`: each name holds in what follows.
    pub(super) fn let_chain(&mut self, node: Node<'_>) {
        for part in code(node) {
            if let Some((pattern, value)) = self.condition(part) {
                self.pattern(pattern, Some(value), pattern.end_byte());
            }
        }
    }

    pub(super) fn matching(&mut self, node: Node<'_>) -> ExprId {
        let subject = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        let group = self.b.group();
        let mut values = Vec::new();
        let mut compiled = true;
        for arm in node
            .child_by_field_name("body")
            .map(code)
            .unwrap_or_default()
        {
            if arm.kind() != "match_arm" {
                compiled = !(arm.kind() == "attribute_item" && self.never_compiled(arm));
                continue;
            }
            if !std::mem::replace(&mut compiled, true) {
                continue;
            }
            let value = self.within(
                ScopeKind::Arm {
                    group,
                    exhaustive: true,
                },
                |l| {
                    if let Some(pattern) = arm.child_by_field_name("pattern") {
                        let guard = pattern.child_by_field_name("condition");
                        for alternative in code(pattern).into_iter().filter(|n| Some(*n) != guard) {
                            l.pattern(alternative, subject, alternative.end_byte());
                        }
                        match guard {
                            Some(guard) if guard.kind() == "let_chain" => l.let_chain(guard),
                            Some(guard) => {
                                if let Some((pattern, value)) = l.condition(guard) {
                                    l.pattern(pattern, Some(value), pattern.end_byte());
                                }
                            }
                            None => {}
                        }
                    }
                    arm.child_by_field_name("value").map(|value| l.expr(value))
                },
            );
            values.extend(value);
        }
        self.one_of(values, node.byte_range())
    }

    pub(super) fn repetition(&mut self, node: Node<'_>) -> ExprId {
        let over = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        let pattern = node.child_by_field_name("pattern");
        let condition = node.child_by_field_name("condition");
        self.within(ScopeKind::Loop, |l| {
            if let (Some(pattern), Some(over)) = (pattern, over) {
                let (pattern, over) = l.without_index(pattern, over);
                let element = l.b.expr(ExprKind::Element(over), pattern.byte_range());
                l.pattern(pattern, Some(element), pattern.end_byte());
            }
            match condition {
                Some(chain) if chain.kind() == "let_chain" => l.let_chain(chain),
                Some(condition) => {
                    if let Some((pattern, value)) = l.condition(condition) {
                        l.pattern(pattern, Some(value), pattern.end_byte());
                    }
                }
                None => {}
            }
            node.child_by_field_name("body")
                .map(|body| l.statements(body))
        });
        self.b.other("loop", node)
    }

    /// `for (i, x) in list.enumerate()` without the counting: `x` and `list`.
    pub(super) fn without_index<'n>(&self, pattern: Node<'n>, over: ExprId) -> (Node<'n>, ExprId) {
        let exprs = &self.b.facts.exprs;
        if let ExprKind::Call { callee, .. } = exprs[over].kind
            && let ExprKind::Member { of, name } = &exprs[callee].kind
            && name == "enumerate"
            && let ("tuple_pattern", [_, item]) = (pattern.kind(), &code(pattern)[..])
        {
            return (*item, *of);
        }
        (pattern, over)
    }

    /// A closure. With `incoming`, its first parameter is known: what `map` and `and_then` pass on.
    pub(super) fn closure(&mut self, node: Node<'_>, incoming: Option<ExprId>) -> ExprId {
        let list = node.child_by_field_name("parameters");
        let (params, patterns) = if incoming.is_some() {
            (Vec::new(), Vec::new())
        } else {
            self.params(list)
        };
        let result = node
            .child_by_field_name("return_type")
            .map(|ty| self.ty(ty));
        let index = self.b.function("", params, node.start_byte(), |_, _| {});
        self.b.facts.functions[index].result = result;
        self.b.facts.functions[index].private = true;
        if let Some(incoming) = incoming {
            let scope = self.b.facts.functions[index].scope;
            let first = list.and_then(|list| code(list).first().copied());
            let pattern = first.map(|first| first.child_by_field_name("pattern").unwrap_or(first));
            self.inside(scope, |l| {
                pattern.map(|pattern| l.pattern(pattern, Some(incoming), pattern.end_byte()))
            });
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.body(index, &patterns, body);
        }
        self.b.expr(ExprKind::Function(index), node.byte_range())
    }
}

/// Whether a chain of `if` ends with a plain `else`.
fn always_taken(node: Node<'_>) -> bool {
    let mut branch = node;
    while branch.kind() == "if_expression" {
        let next = branch
            .child_by_field_name("alternative")
            .and_then(|alternative| code(alternative).first().copied());
        match next {
            Some(next) => branch = next,
            None => return false,
        }
    }
    true
}
