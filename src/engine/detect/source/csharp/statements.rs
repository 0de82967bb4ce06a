//! Statements: which arms exclude each other, what repeats, what is brought in. Declarations stand in `declarations`.

use tree_sitter::Node;

use super::{Lowering, compact, has_token, parts};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, ScopeKind};

impl<'t> Lowering<'_, 't> {
    /// Lowers a statement, a declaration, or anything that stands where one may stand.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        self.deeper((), |l| l.statement_here(node));
    }

    pub(super) fn statements(&mut self, node: Node<'t>) {
        for part in parts(node) {
            self.statement(part);
        }
    }

    fn statement_here(&mut self, node: Node<'t>) {
        match node.kind() {
            "using_directive" => self.using(node),
            "namespace_declaration" => self.within(ScopeKind::Block, |l| {
                l.namespace(node);
                if let Some(body) = node.child_by_field_name("body") {
                    l.statements(body)
                }
            }),
            "file_scoped_namespace_declaration" => self.namespace(node),
            "class_declaration"
            | "struct_declaration"
            | "interface_declaration"
            | "record_declaration"
            | "enum_declaration" => self.declare_class(node),
            "enum_member_declaration" => self.enum_member(node),
            "method_declaration" | "local_function_statement" | "operator_declaration" => {
                self.method(node)
            }
            "constructor_declaration" => self.constructor(node),
            "property_declaration" | "indexer_declaration" => self.property(node),
            "field_declaration" | "event_field_declaration" => self.field(node),
            "local_declaration_statement" => self.local(node),
            "variable_declaration" => self.variables(node, false),
            "block" => self.within(ScopeKind::Block, |l| l.statements(node)),
            "using_statement" | "fixed_statement" | "lock_statement" => {
                self.within(ScopeKind::Block, |l| l.statements(node))
            }
            "if_statement" => self.conditional(node),
            "switch_statement" => self.switch(node),
            "try_statement" => self.attempt(node),
            "for_statement" | "while_statement" | "do_statement" => self.iteration(node),
            "foreach_statement" => self.for_each(node),
            "return_statement" => {
                if let Some(value) = self.returned(node) {
                    self.b.returns(value);
                }
            }
            "arrow_expression_clause" => self.body(node),
            "labeled_statement" => {
                if let Some(inner) = parts(node).into_iter().nth(1) {
                    self.statement(inner);
                }
            }
            "expression_statement" | "global_statement" => {
                self.last(node);
            }
            "preproc_if" => self.preprocessor(node),
            // Attributes say how code is treated, not what it does.
            "attribute_list"
            | "global_attribute"
            | "delegate_declaration"
            | "extern_alias_directive"
            | "modifier"
            | "type_parameter_constraints_clause"
            | "type_parameter_list" => {}
            kind if kind.starts_with("preproc_") => {}
            _ => {
                self.expression(node);
            }
        }
    }

    /// The node's last part, as an expression or a statement.
    pub(super) fn last(&mut self, node: Node<'t>) -> Option<ExprId> {
        let inner = parts(node).pop()?;
        if inner.kind().ends_with("_statement") || inner.kind() == "block" {
            self.statement(inner);
            return None;
        }
        Some(self.expression(inner))
    }

    /// What a function returns: `new(…)` is of its declared type.
    fn returned(&mut self, node: Node<'t>) -> Option<ExprId> {
        let inner = parts(node).pop()?;
        Some(self.result(inner))
    }

    fn result(&mut self, node: Node<'t>) -> ExprId {
        if node.kind() == "implicit_object_creation_expression" {
            let ty = self.state.results.last().copied().flatten();
            return self.made(node, ty);
        }
        self.expression(node)
    }

    /// A function's body: a block, `=> x`, or a lambda's expression.
    pub(super) fn body(&mut self, body: Node<'t>) {
        match body.kind() {
            "block" => self.statements(body),
            "arrow_expression_clause" => {
                if let Some(inner) = parts(body).pop() {
                    let value = self.result(inner);
                    self.b.returns(value);
                }
            }
            _ => {
                let value = self.result(body);
                self.b.returns(value);
            }
        }
    }

    /// `using A.B;`, `using X = A.B.C;`, `using static A.B.C;`: a static one brings in what stands below the type.
    fn using(&mut self, node: Node<'t>) {
        let alias = node.child_by_field_name("name");
        let path = parts(node).into_iter().rfind(|part| Some(*part) != alias);
        let Some(path) = path.map(|path| compact(&self.b.text(path))) else {
            return;
        };
        let path = path.replace("::", ".");
        let path = path.strip_prefix("global.").unwrap_or(&path);
        let plain = path.split('<').next().unwrap_or_default();
        match alias.map(|alias| self.b.text(alias)) {
            Some(alias) => self.b.import(Some(&alias), plain),
            None => self.b.import(None, plain),
        }
    }

    /// Names of the namespace around, and of those around that, need no `using`.
    fn namespace(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let path = compact(&self.b.text(name));
        for (end, _) in path.match_indices('.').chain([(path.len(), "")]) {
            if let Some(around) = path.get(..end) {
                self.b.import(None, around)
            }
        }
    }

    /// `#if … #elif … #else`: in a function arms of which one is compiled; around declarations all of them are read.
    fn preprocessor(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut next = Some(node);
        let mut exhaustive = false;
        while let Some(arm) = next {
            exhaustive = arm.kind() == "preproc_else";
            arms.push(arm);
            next = arm.child_by_field_name("alternative");
        }
        let in_function = self.b.facts.function_around(self.b.scope).is_some();
        let group = self.b.group();
        for arm in arms {
            let condition = arm.child_by_field_name("condition");
            let inner: Vec<Node<'t>> = parts(arm)
                .into_iter()
                .filter(|part| {
                    Some(*part) != condition
                        && !matches!(part.kind(), "preproc_elif" | "preproc_else")
                })
                .collect();
            let visit = |l: &mut Lowering<'_, 't>| inner.iter().for_each(|part| l.statement(*part));
            if in_function {
                self.within(ScopeKind::Arm { group, exhaustive }, visit)
            } else {
                let Lowering { b, state } = self;
                visit(&mut Lowering { b, state })
            }
        }
    }

    /// `if … else if … else …` as one group of arms, however long the chain.
    fn conditional(&mut self, node: Node<'t>) {
        let mut arms = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next {
            if node.kind() != "if_statement" {
                arms.push(node);
                break;
            }
            if let Some(condition) = node.child_by_field_name("condition") {
                self.expression(condition);
            }
            arms.extend(node.child_by_field_name("consequence"));
            next = node.child_by_field_name("alternative");
        }
        let exhaustive = next.is_some();
        self.arms(&arms, exhaustive, |l, arm| l.statement(arm));
    }

    /// Lowers arms of one statement. An arm that always leaves (returns, throws) never reaches what follows, so it does not
    /// count among those of which one always runs.
    fn arms(
        &mut self,
        arms: &[Node<'t>],
        exhaustive: bool,
        visit: impl Fn(&mut Lowering<'_, 't>, Node<'t>),
    ) {
        let (staying, leaving) = (self.b.group(), self.b.group());
        for arm in arms {
            let kind = if leaves(*arm) {
                ScopeKind::Arm {
                    group: leaving,
                    exhaustive: false,
                }
            } else {
                ScopeKind::Arm {
                    group: staying,
                    exhaustive,
                }
            };
            self.within(kind, |l| visit(l, *arm));
        }
    }

    fn switch(&mut self, node: Node<'t>) {
        if let Some(value) = node.child_by_field_name("value") {
            self.expression(value);
        }
        let arms = node
            .child_by_field_name("body")
            .map(parts)
            .unwrap_or_default();
        let exhaustive = arms.iter().any(|arm| has_token(*arm, "default"));
        self.arms(&arms, exhaustive, |l, arm| l.section(arm));
    }

    /// A `case` and what it runs: its label compares, it uses nothing.
    fn section(&mut self, node: Node<'t>) {
        let mut after_colon = false;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor).collect::<Vec<_>>() {
            match child.kind() {
                ":" => after_colon = true,
                "case" | "default" => after_colon = false,
                _ if !child.is_named() || child.is_extra() => {}
                "when_clause" => self.statements(child),
                _ if after_colon => self.statement(child),
                _ => self.patterns(child),
            }
        }
    }

    /// `x switch { p => v, … }` is one of its values, and one of them always runs.
    pub(super) fn switch_value(&mut self, node: Node<'t>) -> ExprId {
        let mut values = Vec::new();
        for part in parts(node) {
            if part.kind() != "switch_expression_arm" {
                self.expression(part);
                continue;
            }
            let inner = parts(part);
            let Some((value, before)) = inner.split_last() else {
                continue;
            };
            for pattern in before {
                self.patterns(*pattern)
            }
            let id = self.expression(*value);
            if value.kind() != "throw_expression" {
                values.push(id)
            }
        }
        self.b.expr(ExprKind::OneOf(values), node.byte_range())
    }

    /// `try`: where every `catch` leaves, what follows knows that the body ran; else it ran, or one of the handlers did.
    fn attempt(&mut self, node: Node<'t>) {
        self.within(ScopeKind::Block, |l| {
            let (finally, arms): (Vec<_>, Vec<_>) = parts(node)
                .into_iter()
                .partition(|part| part.kind() == "finally_clause");
            l.arms(&arms, true, |l, arm| match arm.kind() {
                "catch_clause" => l.handler(arm),
                _ => l.statements(arm),
            });
            for part in finally {
                l.statements(part);
            }
        });
    }

    fn handler(&mut self, node: Node<'t>) {
        for part in parts(node) {
            if part.kind() == "catch_declaration" {
                self.declare_typed(
                    part.child_by_field_name("name"),
                    part.child_by_field_name("type"),
                    None,
                );
            } else {
                self.statement(part);
            }
        }
    }

    /// `for (;;)`, `while`, `do`: what stands before the body belongs to a block around it.
    fn iteration(&mut self, node: Node<'t>) {
        self.within(ScopeKind::Block, |l| {
            let body = node.child_by_field_name("body");
            for part in parts(node).into_iter().filter(|part| Some(*part) != body) {
                l.statement(part);
            }
            if let Some(body) = body {
                l.within(ScopeKind::Loop, |l| l.statement(body));
            }
        });
    }

    fn for_each(&mut self, node: Node<'t>) {
        let value = node
            .child_by_field_name("right")
            .map(|value| self.expression(value));
        self.within(ScopeKind::Loop, |l| {
            let element = value.map(|of| l.b.expr(ExprKind::Element(of), node.byte_range()));
            let left = node.child_by_field_name("left");
            if left.is_some_and(|left| left.kind() == "identifier") {
                l.declare_typed(left, node.child_by_field_name("type"), element);
            }
            if let Some(body) = node.child_by_field_name("body") {
                l.statement(body);
            }
        });
    }

    /// A local with a type: a loop's variable, a handler's exception, a pattern's name.
    pub(super) fn declare_typed(
        &mut self,
        name: Option<Node<'t>>,
        ty: Option<Node<'t>>,
        value: Option<ExprId>,
    ) {
        let Some(name) = name else { return };
        let ty = ty.and_then(|ty| self.ty(ty));
        let text = self.b.text(name);
        let binding = self
            .b
            .bind(text, name.end_byte(), value, BindingKind::Declare);
        binding.ty = ty;
        binding.private = true;
    }

    /// The names that patterns declare, and guards; what a pattern compares with is used by nothing.
    pub(super) fn patterns(&mut self, node: Node<'t>) {
        match node.kind() {
            "declaration_pattern" | "recursive_pattern" => {
                self.declare_typed(
                    node.child_by_field_name("name"),
                    node.child_by_field_name("type"),
                    None,
                );
            }
            "var_pattern" => self.declare_typed(node.child_by_field_name("name"), None, None),
            "when_clause" => return self.statements(node),
            "constant_pattern" | "relational_pattern" | "type_pattern" => return,
            _ => {}
        }
        for inner in parts(node) {
            if inner.kind().ends_with("pattern") || inner.kind().ends_with("pattern_clause") {
                self.deeper((), |l| l.patterns(inner))
            }
        }
    }
}

/// Whether a statement never reaches the one after the statement it is an arm of.
fn leaves(arm: Node<'_>) -> bool {
    let mut node = arm;
    loop {
        match node.kind() {
            "return_statement" | "throw_statement" | "continue_statement" => return true,
            "block" | "catch_clause" | "switch_section" => match parts(node).pop() {
                Some(last) => node = last,
                None => return false,
            },
            _ => return false,
        }
    }
}
