//! Statements: which arms exclude each other, what repeats, what is imported. Declarations stand in `declarations`.

use tree_sitter::Node;

use super::{Lowering, compact, parts};
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
            "package_declaration" | "module_declaration" | "switch_label" => self.patterns(node),
            "import_declaration" => self.import(node),
            "class_declaration"
            | "interface_declaration"
            | "enum_declaration"
            | "record_declaration"
            | "annotation_type_declaration" => {
                self.declare_class(node);
            }
            "method_declaration" | "annotation_type_element_declaration" => self.method(node),
            "constructor_declaration" => self.constructor(node),
            "field_declaration" | "constant_declaration" | "local_variable_declaration" => {
                self.variables(node)
            }
            "enum_constant" => self.enum_constant(node),
            "block" | "static_initializer" | "synchronized_statement" => {
                self.within(ScopeKind::Block, |l| l.statements(node))
            }
            "if_statement" => self.conditional(node),
            "switch_expression" => {
                self.switch(node, false);
            }
            "try_statement" | "try_with_resources_statement" => self.attempt(node),
            "for_statement" | "while_statement" | "do_statement" => self.iteration(node),
            "enhanced_for_statement" => self.for_each(node),
            "return_statement" => {
                if let Some(value) = self.first(node) {
                    self.b.returns(value);
                }
            }
            "yield_statement" => {
                if let Some(value) = self.first(node)
                    && let Some(values) = self.yields.last_mut()
                {
                    values.push(value);
                }
            }
            "labeled_statement" => {
                if let Some(inner) = parts(node).into_iter().nth(1) {
                    self.statement(inner);
                }
            }
            "expression_statement" => {
                self.first(node);
            }
            "explicit_constructor_invocation" => self.constructor_chain(node),
            "annotation" => {
                self.annotation(node);
            }
            _ => {
                self.expression(node);
            }
        }
    }

    /// The node's first part, as an expression.
    pub(super) fn first(&mut self, node: Node<'t>) -> Option<ExprId> {
        let inner = parts(node).into_iter().next()?;
        Some(self.expression(inner))
    }

    /// `import a.b.C;`, `import a.b.*;`, `import static a.b.C.D;`: a static import names a member just as its path does.
    pub(super) fn import(&mut self, node: Node<'t>) {
        let parts = parts(node);
        let Some(path) = parts.first().map(|path| compact(&self.b.text(*path))) else {
            return;
        };
        if parts.iter().any(|part| part.kind() == "asterisk") {
            self.b.import(None, path);
        } else {
            let local = path.rsplit('.').next().unwrap_or_default().to_owned();
            self.b.import(Some(&local), path);
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

    /// `switch`, old and new; as an expression it is one of the values of its arms, and one of them always runs.
    pub(super) fn switch(&mut self, node: Node<'t>, is_value: bool) -> ExprId {
        if let Some(condition) = node.child_by_field_name("condition") {
            self.expression(condition);
        }
        let arms = node
            .child_by_field_name("body")
            .map(parts)
            .unwrap_or_default();
        let exhaustive = is_value || arms.iter().any(|arm| has_default(*arm));
        self.yields.push(Vec::new());
        self.arms(&arms, exhaustive, |l, arm| {
            if arm.kind() != "switch_rule" {
                return l.statements(arm);
            }
            for part in parts(arm) {
                match part.kind() {
                    "expression_statement" => {
                        if let (Some(value), Some(values)) = (l.first(part), l.yields.last_mut()) {
                            values.push(value);
                        }
                    }
                    _ => l.statement(part),
                }
            }
        });
        let values = self.yields.pop().unwrap_or_default();
        self.b.expr(ExprKind::OneOf(values), node.byte_range())
    }

    /// `try`: where every `catch` leaves, what follows knows that the body ran; else it ran, or one of the handlers did.
    fn attempt(&mut self, node: Node<'t>) {
        self.within(ScopeKind::Block, |l| {
            let parts = parts(node);
            let (handlers, others): (Vec<_>, Vec<_>) = parts
                .into_iter()
                .partition(|part| part.kind() == "catch_clause");
            let (finally, before): (Vec<_>, Vec<_>) = others
                .into_iter()
                .partition(|part| part.kind() == "finally_clause");
            let (body, resources): (Vec<_>, Vec<_>) =
                before.into_iter().partition(|part| part.kind() == "block");
            for part in resources {
                l.statements(part);
            }
            let arms: Vec<_> = body.into_iter().chain(handlers).collect();
            l.arms(&arms, true, |l, arm| {
                if arm.kind() == "catch_clause" {
                    l.handler(arm)
                } else {
                    l.statements(arm)
                }
            });
            for part in finally {
                l.statements(part);
            }
        });
    }

    fn handler(&mut self, node: Node<'t>) {
        for part in parts(node) {
            if part.kind() == "catch_formal_parameter" {
                let ty = parts(part)
                    .into_iter()
                    .find(|p| p.kind() == "catch_type")
                    .and_then(|types| parts(types).into_iter().next());
                self.declare_typed(part.child_by_field_name("name"), ty, None);
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
            .child_by_field_name("value")
            .map(|value| self.expression(value));
        self.within(ScopeKind::Loop, |l| {
            let element = value.map(|of| l.b.expr(ExprKind::Element(of), node.byte_range()));
            l.declare_typed(
                node.child_by_field_name("name"),
                node.child_by_field_name("type"),
                element,
            );
            if let Some(body) = node.child_by_field_name("body") {
                l.statement(body);
            }
        });
    }

    /// A local with a type: a loop's variable, a handler's exception, a resource, a pattern's name.
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

    /// The names that patterns below a `case` or `instanceof` declare, and guards; labels themselves compare, they use nothing.
    pub(super) fn patterns(&mut self, node: Node<'t>) {
        for part in parts(node) {
            match part.kind() {
                "type_pattern" | "record_pattern_component" => {
                    let parts = parts(part);
                    if let [ty, name] = parts[..] {
                        self.declare_typed(Some(name), Some(ty), None);
                    }
                }
                "guard" => self.statements(part),
                "pattern" | "record_pattern" | "record_pattern_body" => {
                    self.deeper((), |l| l.patterns(part))
                }
                _ => {}
            }
        }
    }
}

/// Whether an arm of a `switch` is the default one.
fn has_default(arm: Node<'_>) -> bool {
    parts(arm)
        .into_iter()
        .filter(|part| part.kind() == "switch_label")
        .any(|label| {
            let mut cursor = label.walk();
            label
                .children(&mut cursor)
                .any(|child| child.kind() == "default")
        })
}

/// Whether a statement never reaches the one after the statement it is an arm of.
fn leaves(arm: Node<'_>) -> bool {
    let mut node = arm;
    loop {
        match node.kind() {
            "return_statement" | "throw_statement" | "continue_statement" => return true,
            "block" | "catch_clause" | "switch_rule" | "switch_block_statement_group" => {
                match parts(node).pop() {
                    Some(last) => node = last,
                    None => return false,
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::JAVA_LANG;
    use super::super::tests::{facts, in_method, value};
    use super::*;

    #[test]
    fn every_kind_of_import_is_told() {
        let facts =
            facts("import a.b.C; import a.b.*; import static a.b.C.D; import static a.b.C.*;");
        let imports: Vec<_> = facts
            .imports
            .iter()
            .skip(JAVA_LANG.len())
            .map(|i| (i.local.as_deref(), i.path.as_str()))
            .collect();
        assert_eq!(
            imports,
            [
                (Some("C"), "a.b.C"),
                (None, "a.b"),
                (Some("D"), "a.b.C.D"),
                (None, "a.b.C")
            ]
        );
    }

    #[test]
    fn arms_are_grouped_and_one_always_runs_with_else_or_default() {
        let arms = |body: &str| {
            let facts = in_method(body);
            let arms = facts.scopes.iter().filter_map(|s| match s.kind {
                ScopeKind::Arm { group, exhaustive } => Some((group, exhaustive)),
                _ => None,
            });
            arms.collect::<Vec<_>>()
        };
        assert_eq!(
            arms("if (a) x = 1; else if (b) x = 2; else x = 3;"),
            [(1, true), (1, true), (1, true)]
        );
        assert_eq!(arms("if (a) x = 1;"), [(1, false)]);
        assert_eq!(
            arms("if (a) x = 1; else throw e();"),
            [(1, true), (2, false)]
        );
        assert_eq!(
            arms("switch (a) { case 1: x = 1; break; default: x = 2; }"),
            [(1, true), (1, true)]
        );
        assert_eq!(
            arms("switch (a) { case 1 -> x = 1; case 2 -> x = 2; }"),
            [(1, false), (1, false)]
        );
        assert_eq!(
            arms("try { x = f(); } catch (E e) { x = g(); }"),
            [(1, true), (1, true)]
        );
    }

    #[test]
    fn a_switch_expression_is_one_of_its_values() {
        let facts = in_method(
            "String s = switch (k) { case 1 -> \"RSA\"; case 2 -> { log(); yield \"EC\"; } default -> throw e(); };",
        );
        assert_eq!(value(&facts, "s"), "oneof(\"RSA\", \"EC\")");
    }
}
