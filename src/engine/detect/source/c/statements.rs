//! Statements: blocks, branches and loops become scopes.

use tree_sitter::Node;

use super::{Lowering, child, children};
use crate::detect::facts::{BindingKind, ExprKind, ScopeKind};

/// Functions that do not come back.
const EXITS: &[&str] = &[
    "exit", "_exit", "abort", "err", "errx", "die", "fatal", "panic",
];

impl Lowering<'_> {
    /// Anything that can stand between two semicolons or braces. What is not known is searched for what is.
    pub(super) fn statement(&mut self, node: Node<'_>) {
        self.deeper((), |s| s.statement_here(node));
    }

    pub(super) fn statements(&mut self, node: Node<'_>) {
        for part in children(node) {
            self.statement(part);
        }
    }

    fn statement_here(&mut self, node: Node<'_>) {
        match node.kind() {
            "preproc_include" => self.include(node),
            "preproc_def" => self.define(node),
            "preproc_function_def" => self.define_function(node),
            "preproc_call" => self.directive(node),
            "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_elifdef"
            | "preproc_else" => self.conditional(node),
            "declaration" | "field_declaration" => self.declaration(node),
            "function_definition" => self.function_definition(node),
            "type_definition" | "alias_declaration" => self.type_alias(node),
            "struct_specifier" | "union_specifier" | "class_specifier" | "enum_specifier" => {
                self.type_name(node);
            }
            "namespace_definition" => self.namespace(node),
            "namespace_alias_definition" => self.namespace_alias(node),
            "using_declaration" => self.using(node),
            "access_specifier" => self.hidden = self.b.text(node) == "private",
            "compound_statement" => {
                let scope = self.b.open(ScopeKind::Block);
                self.within(scope, |s| s.statements(node));
            }
            "if_statement" => self.branch(node),
            "switch_statement" => self.switch(node),
            "for_statement" | "while_statement" | "do_statement" => self.repeat(node),
            "for_range_loop" => self.for_each(node),
            "try_statement" | "seh_try_statement" => self.attempt(node),
            "return_statement" | "co_return_statement" => {
                if let Some(value) = children(node).into_iter().next() {
                    let id = self.expression(value);
                    self.b.returns(id);
                }
            }
            // Names that are no expressions, and templates' parameters.
            "attribute_specifier"
            | "attribute_declaration"
            | "storage_class_specifier"
            | "type_qualifier"
            | "template_parameter_list"
            | "goto_statement"
            | "ms_declspec_modifier"
            | "static_assert_declaration" => {}
            "labeled_statement" => {
                for part in children(node)
                    .into_iter()
                    .filter(|n| n.kind() != "statement_identifier")
                {
                    self.statement(part);
                }
            }
            _ if is_container(node.kind()) || node.is_error() => self.statements(node),
            _ => {
                self.expression(node);
            }
        }
    }

    /// An `if` with all its `else if`s: arms of one group.
    fn branch(&mut self, node: Node<'_>) {
        let group = self.b.group();
        let mut arms = Vec::new();
        let mut next = Some(node);
        let mut exhaustive = false;
        while let Some(node) = next.take() {
            arms.push((
                node.child_by_field_name("condition"),
                node.child_by_field_name("consequence"),
            ));
            let otherwise = node
                .child_by_field_name("alternative")
                .and_then(|e| children(e).into_iter().next());
            match otherwise {
                Some(inner) if inner.kind() == "if_statement" => next = Some(inner),
                Some(last) => {
                    exhaustive = true;
                    arms.push((None, Some(last)));
                }
                None => {}
            }
        }
        for (condition, body) in arms {
            if let Some(condition) = condition {
                self.statement(condition);
            }
            if let Some(body) = body {
                self.arm(&[body], group, exhaustive);
            }
        }
    }

    /// One arm. One that leaves (returns, jumps, throws) says nothing of what holds after the statement, so it is kept out of
    /// the group: `if (rsa) bits = 2048; else return -1;` leaves `bits` at 2048.
    fn arm(&mut self, body: &[Node<'_>], group: usize, exhaustive: bool) {
        let kind = match body.last() {
            Some(last) if self.leaves(*last) => ScopeKind::Arm {
                group: self.b.group(),
                exhaustive: false,
            },
            _ => ScopeKind::Arm { group, exhaustive },
        };
        let scope = self.b.open(kind);
        self.within(scope, |s| {
            for part in body {
                if part.kind() == "compound_statement" {
                    s.statements(*part)
                } else {
                    s.statement(*part)
                }
            }
        });
    }

    /// Whether control never passes the end of that statement.
    fn leaves(&self, node: Node<'_>) -> bool {
        let mut last = node;
        while last.kind() == "compound_statement" {
            let Some(inner) = children(last).pop() else {
                return false;
            };
            last = inner;
        }
        match last.kind() {
            "return_statement"
            | "co_return_statement"
            | "goto_statement"
            | "continue_statement"
            | "throw_statement" => true,
            "expression_statement" => {
                child(last, "throw_statement").is_some()
                    || child(last, "call_expression")
                        .and_then(|call| call.child_by_field_name("function"))
                        .is_some_and(|callee| EXITS.contains(&self.b.text(callee).as_str()))
            }
            _ => false,
        }
    }

    /// A `switch`: each labelled stretch is an arm. One that falls through is an arm as well, so what follows is "one of".
    fn switch(&mut self, node: Node<'_>) {
        if let Some(condition) = node.child_by_field_name("condition") {
            self.statement(condition);
        }
        let Some(body) = node.child_by_field_name("body") else {
            return;
        };
        let mut cases = Vec::new();
        let mut open: Vec<Node<'_>> = children(body).into_iter().rev().collect();
        while let Some(part) = open.pop() {
            if part.kind().starts_with("preproc_if") {
                open.extend(
                    self.branches(part)
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>()
                        .into_iter()
                        .rev(),
                );
            } else {
                cases.push(part);
            }
        }
        let exhaustive = cases
            .iter()
            .any(|c| c.kind() == "case_statement" && c.child_by_field_name("value").is_none());
        let group = self.b.group();
        for case in cases {
            if case.kind() != "case_statement" {
                self.statement(case);
                continue;
            }
            let label = case.child_by_field_name("value");
            if let Some(label) = label {
                self.expression(label);
            }
            let mut body: Vec<Node<'_>> = children(case)
                .into_iter()
                .filter(|n| Some(*n) != label)
                .collect();
            if body.last().is_some_and(|n| n.kind() == "break_statement") {
                body.pop();
            }
            if !body.is_empty() {
                self.arm(&body, group, exhaustive);
            }
        }
    }

    /// `for`, `while`, `do`. `do … while (0)` is how macros write a block.
    fn repeat(&mut self, node: Node<'_>) {
        let condition = node.child_by_field_name("condition");
        let once = node.kind() == "do_statement"
            && condition
                .is_some_and(|c| matches!(self.b.text(c).as_str(), "(0)" | "(false)" | "( 0 )"));
        let scope = self.b.open(ScopeKind::Block);
        self.within(scope, |s| {
            if let Some(first) = node.child_by_field_name("initializer") {
                s.statement(first);
            }
            let inner = s.b.open(if once {
                ScopeKind::Block
            } else {
                ScopeKind::Loop
            });
            s.within(inner, |s| {
                for field in ["condition", "body", "update"] {
                    if let Some(part) = node.child_by_field_name(field) {
                        s.statement(part);
                    }
                }
            });
        });
    }

    /// `for (auto x : list)`.
    fn for_each(&mut self, node: Node<'_>) {
        let scope = self.b.open(ScopeKind::Loop);
        self.within(scope, |s| {
            if let Some(first) = node.child_by_field_name("initializer") {
                s.statement(first);
            }
            if let (Some(list), Some(declarator)) = (
                node.child_by_field_name("right"),
                node.child_by_field_name("declarator"),
            ) {
                let list = s.expression(list);
                let element = s.b.expr(ExprKind::Element(list), declarator.byte_range());
                let ty = node
                    .child_by_field_name("type")
                    .and_then(|t| s.type_name(t));
                s.bind_declarator(declarator, Some(element), ty, BindingKind::Declare);
            }
            if let Some(body) = node.child_by_field_name("body") {
                s.statement(body);
            }
        });
    }

    /// `try`: the body runs as far as it comes, a handler perhaps.
    fn attempt(&mut self, node: Node<'_>) {
        for part in children(node) {
            match part.kind() {
                "catch_clause" | "seh_except_clause" => {
                    let group = self.b.group();
                    let body: Vec<Node<'_>> =
                        part.child_by_field_name("body").into_iter().collect();
                    self.arm(&body, group, false);
                }
                "seh_finally_clause" => self.statements(part),
                _ => self.statement(part),
            }
        }
    }
}

/// What only holds other statements, and no scope of its own.
fn is_container(kind: &str) -> bool {
    matches!(
        kind,
        "translation_unit"
            | "declaration_list"
            | "linkage_specification"
            | "template_declaration"
            | "template_instantiation"
            | "expression_statement"
            | "condition_clause"
            | "init_statement"
            | "else_clause"
            | "attributed_statement"
            | "friend_declaration"
            | "case_statement"
            | "field_declaration_list"
            | "seh_finally_clause"
    )
}
