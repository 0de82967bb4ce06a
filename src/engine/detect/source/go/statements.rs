//! Statements: assignments, branches, loops, returns. What is not known here is read as an expression.

use tree_sitter::Node;

use super::types::strip;
use super::{File, part};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Op, ScopeKind};
use crate::detect::source::lower::{Builder, named, operator};

impl<'t> File<'t> {
    /// Lowers anything that may stand where a statement may; what it does not know it reads as an expression.
    pub(super) fn statement(&self, b: &mut Builder<'_>, node: Node<'t>) {
        b.deeper((), |b| match node.kind() {
            "comment"
            | "package_clause"
            | "empty_statement"
            | "break_statement"
            | "continue_statement"
            | "goto_statement"
            | "fallthrough_statement"
            | "label_name" => {}
            "import_spec" => self.import(b, node),
            "function_declaration" => self.function_declaration(b, node),
            "method_declaration" => self.method(b, node),
            "type_spec" => self.type_spec(b, node),
            "type_alias" => self.type_alias(b, node),
            "const_declaration" => self.constants(b, node),
            "var_spec" => self.variables(b, node),
            "short_var_declaration" => self.assignment(b, node, BindingKind::Declare),
            "assignment_statement" => self.assignment(b, node, BindingKind::Assign),
            "inc_statement" | "dec_statement" => self.step(b, node),
            "return_statement" => self.return_statement(b, node),
            "block" => b.within(ScopeKind::Block, |b| self.children(b, node)),
            "if_statement" => b.within(ScopeKind::Block, |b| self.if_statement(b, node)),
            "for_statement" => b.within(ScopeKind::Loop, |b| self.children(b, node)),
            "range_clause" => self.range_clause(b, node),
            "expression_switch_statement" | "select_statement" => {
                b.within(ScopeKind::Block, |b| self.switch(b, node))
            }
            "type_switch_statement" => b.within(ScopeKind::Block, |b| self.type_switch(b, node)),
            "receive_statement" => self.receive(b, node),
            "import_declaration"
            | "import_spec_list"
            | "type_declaration"
            | "var_declaration"
            | "var_spec_list"
            | "statement_list"
            | "expression_statement"
            | "expression_list"
            | "labeled_statement"
            | "go_statement"
            | "defer_statement"
            | "send_statement"
            | "for_clause"
            | "ERROR" => self.children(b, node),
            _ => {
                self.expr(b, node);
            }
        });
    }

    pub(super) fn children(&self, b: &mut Builder<'_>, node: Node<'t>) {
        for child in named(node) {
            self.statement(b, child);
        }
    }

    /// The values of `wanted` names, each with the type that an assertion gives it.
    pub(super) fn values(
        &self,
        b: &mut Builder<'_>,
        right: &[Node<'t>],
        wanted: usize,
    ) -> Vec<Option<(ExprId, Option<ExprId>)>> {
        let [only] = right else {
            return (0..wanted)
                .map(|i| right.get(i).map(|&node| self.value(b, node)))
                .collect();
        };
        let (value, ty) = self.value(b, *only);
        if wanted == 1 || strip(*only).kind() != "call_expression" {
            // `v, ok := m[k]`: the first is the value.
            return (0..wanted)
                .map(|i| (i == 0).then_some((value, ty)))
                .collect();
        }
        (0..wanted)
            .map(|index| {
                Some((
                    b.expr(ExprKind::Item { of: value, index }, only.byte_range()),
                    None,
                ))
            })
            .collect()
    }

    pub(super) fn value(&self, b: &mut Builder<'_>, node: Node<'t>) -> (ExprId, Option<ExprId>) {
        let value = self.expr(b, node);
        let node = strip(node);
        let asserted = part(node, "type").filter(|_| node.kind() == "type_assertion_expression");
        (value, asserted.map(|ty| self.ty(b, ty)))
    }

    pub(super) fn assignment(&self, b: &mut Builder<'_>, node: Node<'t>, kind: BindingKind) {
        let (Some(left), Some(right)) = (part(node, "left"), part(node, "right")) else {
            return self.children(b, node);
        };
        let (left, right) = (named(left), named(right));
        let token = part(node, "operator")
            .map(|operator| b.text(operator))
            .unwrap_or_default();
        if let (Some(op), [target], [value]) = (
            token.strip_suffix('=').filter(|op| !op.is_empty()),
            &left[..],
            &right[..],
        ) {
            let old = self.expr(b, *target);
            let by = self.expr(b, *value);
            let value = b.expr(
                ExprKind::Binary {
                    op: operator(op),
                    left: old,
                    right: by,
                },
                node.byte_range(),
            );
            return self.assign(
                b,
                *target,
                Some((value, None)),
                node.end_byte(),
                BindingKind::Change,
            );
        }
        let values = self.values(b, &right, left.len());
        for (target, value) in left.into_iter().zip(values) {
            self.assign(b, target, value, node.end_byte(), kind);
        }
    }

    pub(super) fn assign(
        &self,
        b: &mut Builder<'_>,
        target: Node<'t>,
        value: Option<(ExprId, Option<ExprId>)>,
        at: usize,
        kind: BindingKind,
    ) {
        let target = strip(target);
        let (value, ty) = value.unzip();
        if target.kind() == "identifier" {
            let name = b.text(target);
            if name != "_" {
                let binding = b.bind(name, at, value, kind);
                binding.ty = ty.flatten();
                binding.private = true;
            }
            return;
        }
        let span = target.start_byte()..at;
        let id = self.expr(b, target);
        let Some(value) = value else { return };
        if let ExprKind::Member { of, name } = &b.facts.exprs[id].kind {
            let (of, name) = (*of, name.clone());
            self.assign_field(b, of, name, value, at);
        }
        b.expr(ExprKind::Assign { target: id, value }, span);
    }

    /// What a method assigns to a field of its receiver is a value of that field.
    pub(super) fn assign_field(
        &self,
        b: &mut Builder<'_>,
        of: ExprId,
        field: String,
        value: ExprId,
        at: usize,
    ) {
        let receiver = self.receiver.borrow();
        let (Some((this, class)), ExprKind::Name(name)) =
            (receiver.as_ref(), &b.facts.exprs[of].kind)
        else {
            return;
        };
        if this == name {
            let scope = b.facts.classes[*class].scope;
            b.bind_in(scope, field, at, Some(value), BindingKind::Field);
        }
    }

    pub(super) fn step(&self, b: &mut Builder<'_>, node: Node<'t>) {
        for target in named(node) {
            let value = self.expr(b, target);
            let one = b.expr(ExprKind::Int(1), node.byte_range());
            let op = if node.kind() == "inc_statement" {
                Op::Add
            } else {
                Op::Sub
            };
            let value = b.expr(
                ExprKind::Binary {
                    op,
                    left: value,
                    right: one,
                },
                node.byte_range(),
            );
            self.assign(
                b,
                target,
                Some((value, None)),
                node.end_byte(),
                BindingKind::Change,
            );
        }
    }

    /// Several results are returned as a list; a bare `return` returns the named results.
    pub(super) fn return_statement(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let mut values: Vec<ExprId> = named(node)
            .into_iter()
            .flat_map(named_values)
            .map(|value| self.expr(b, value))
            .collect();
        if values.is_empty() {
            let names = self.results.borrow();
            values = names
                .iter()
                .map(|name| b.expr(ExprKind::Name(name.clone()), node.byte_range()))
                .collect();
        }
        match values[..] {
            [] => {}
            [value] => b.returns(value),
            _ => {
                let list = b.expr(ExprKind::List(values), node.byte_range());
                b.returns(list);
            }
        }
    }

    /// `else if` is an arm that holds another `if`.
    pub(super) fn if_statement(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let alternative = part(node, "alternative");
        let arm = ScopeKind::Arm {
            group: b.group(),
            exhaustive: alternative.is_some(),
        };
        for child in named(node) {
            if Some(child) == alternative || Some(child) == part(node, "consequence") {
                b.within(arm, |b| match child.kind() {
                    "block" => self.children(b, child),
                    _ => self.statement(b, child),
                });
            } else {
                self.statement(b, child);
            }
        }
    }

    pub(super) fn switch(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let children = named(node);
        // One arm of a `select` always runs: without a default it waits.
        let exhaustive = node.kind() == "select_statement"
            || children.iter().any(|child| child.kind() == "default_case");
        let arm = ScopeKind::Arm {
            group: b.group(),
            exhaustive,
        };
        for child in children {
            match child.kind() {
                "expression_case" | "default_case" | "communication_case" => {
                    b.within(arm, |b| self.children(b, child))
                }
                _ => self.statement(b, child),
            }
        }
    }

    /// In an arm of one type, the name has that type.
    pub(super) fn type_switch(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let children = named(node);
        let alias = part(node, "alias");
        let operand = part(node, "value");
        let exhaustive = children.iter().any(|child| child.kind() == "default_case");
        let arm = ScopeKind::Arm {
            group: b.group(),
            exhaustive,
        };
        let mut value = None;
        for child in children {
            if Some(child) == operand {
                value = Some(self.expr(b, child));
            } else if matches!(child.kind(), "type_case" | "default_case") {
                b.within(arm, |b| {
                    let mut cursor = child.walk();
                    let types: Vec<Node<'t>> = child
                        .children_by_field_name("type", &mut cursor)
                        .filter(Node::is_named)
                        .collect();
                    let ty = if let [ty] = types[..] {
                        Some(self.ty(b, ty))
                    } else {
                        None
                    };
                    for name in alias.map(named).unwrap_or_default() {
                        self.declare(b, name, child.start_byte(), value, ty);
                    }
                    let after = types.last().map_or(0, Node::end_byte);
                    for statement in named(child)
                        .into_iter()
                        .filter(|statement| statement.start_byte() >= after)
                    {
                        self.statement(b, statement);
                    }
                });
            } else if Some(child) != alias {
                self.statement(b, child);
            }
        }
    }

    pub(super) fn range_clause(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(right) = part(node, "right") else {
            return self.children(b, node);
        };
        let of = self.expr(b, right);
        let kind = if has_token(node, ":=") {
            BindingKind::Declare
        } else {
            BindingKind::Assign
        };
        for (index, target) in part(node, "left")
            .map(named)
            .unwrap_or_default()
            .into_iter()
            .enumerate()
        {
            let value = if index == 1 {
                b.expr(ExprKind::Element(of), right.byte_range())
            } else {
                b.other("key of a range", target)
            };
            self.assign(b, target, Some((value, None)), node.end_byte(), kind);
        }
    }

    pub(super) fn receive(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(right) = part(node, "right") else {
            return self.children(b, node);
        };
        let value = self.expr(b, right);
        let kind = if has_token(node, ":=") {
            BindingKind::Declare
        } else {
            BindingKind::Assign
        };
        if let Some(target) = part(node, "left")
            .map(named)
            .unwrap_or_default()
            .into_iter()
            .next()
        {
            self.assign(b, target, Some((value, None)), node.end_byte(), kind);
        }
    }
}

/// The expressions of an expression list, or the node itself.
pub(super) fn named_values(node: Node<'_>) -> Vec<Node<'_>> {
    if node.kind() == "expression_list" {
        named(node)
    } else {
        vec![node]
    }
}

pub(super) fn has_token(node: Node<'_>, token: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| child.kind() == token)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts, values};
    use super::*;

    #[test]
    fn several_results_are_items_of_one_call() {
        let facts = facts(
            "package p\nfunc f() {\n\tpub, priv, err := ed25519.GenerateKey(nil)\n\tk, ok := priv.(ed25519.PrivateKey)\n}\n",
        );
        assert_eq!(values(&facts, "priv"), ["ed25519.GenerateKey(nil)#1"]);
        assert_eq!(values(&facts, "k"), ["priv: ed25519.PrivateKey"]);
        assert_eq!(values(&facts, "ok"), [""]);
    }

    #[test]
    fn arms_are_exhaustive_only_with_an_else_or_a_default() {
        let arms = |code: &str| -> Vec<bool> {
            let facts = facts(&format!("package p\nfunc f() {{\n{code}\n}}\n"));
            let exhaustive = |kind| {
                if let ScopeKind::Arm { exhaustive, .. } = kind {
                    Some(exhaustive)
                } else {
                    None
                }
            };
            facts
                .scopes
                .iter()
                .filter_map(|scope| exhaustive(scope.kind))
                .collect()
        };
        assert_eq!(arms("if a { b() }"), [false]);
        assert_eq!(arms("if a { b() } else { c() }"), [true, true]);
        assert_eq!(arms("if a { b() } else if c { d() }"), [true, true, false]);
        assert_eq!(
            arms("switch a { case 1: b(); case 2: c() }"),
            [false, false]
        );
        assert_eq!(arms("switch { case a: b(); default: c() }"), [true, true]);
    }

    #[test]
    fn a_type_switch_gives_each_arm_its_type() {
        let facts = facts(
            "package p\nfunc f(key any) {\n\tswitch k := key.(type) {\n\tcase *rsa.PrivateKey:\n\t\tk.Sign()\n\tcase ed25519.PrivateKey, *ecdsa.PrivateKey:\n\t\tk.Sign()\n\t}\n}\n",
        );
        assert_eq!(values(&facts, "k"), ["key: rsa.PrivateKey", "key"]);
    }
}
