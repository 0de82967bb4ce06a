//! Statements: which arms and loops they open, and what an `isinstance` tells.

use tree_sitter::Node;

use super::definitions::{annotation, class, decorated, function};
use super::expressions::expr;
use super::field;
use super::names::{Names, assign, bind_pattern, import, import_from, others_names};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, ScopeKind};
use crate::detect::source::lower::{Builder, named};

pub(super) fn block(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    for child in named(node) {
        visit(b, names, child)
    }
}

/// A statement, or an expression whose value nobody takes.
pub(super) fn visit(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    b.deeper((), |b| match node.kind() {
        "comment"
        | "pass_statement"
        | "break_statement"
        | "continue_statement"
        | "future_import_statement" => {}
        "import_statement" => import(b, names, node),
        "import_from_statement" => import_from(b, names, node),
        "block" | "expression_statement" | "finally_clause" => block(b, names, node),
        "function_definition" => function(b, names, node, &[]),
        "class_definition" => class(b, names, node),
        "decorated_definition" => decorated(b, names, node),
        "if_statement" => if_statement(b, names, node),
        "for_statement" | "while_statement" => loop_statement(b, names, node),
        "try_statement" => try_statement(b, names, node),
        "match_statement" => match_statement(b, names, node),
        "with_item" => with_item(b, names, node),
        "assert_statement" => {
            block(b, names, node);
            if let Some(condition) = node.named_child(0) {
                narrow_from_here(b, names, condition, false, node.end_byte())
            }
        }
        "return_statement" => {
            if let Some(value) = node.named_child(0) {
                let value = expr(b, names, value);
                b.returns(value);
            }
        }
        "global_statement" | "nonlocal_statement" => others_names(b, names, node),
        "type_alias_statement" => {
            if let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) {
                let value = annotation(b, names, right);
                let name = b.text(left);
                assign(b, names, &name, node, value, None);
            }
        }
        _ => {
            expr(b, names, node);
        }
    });
}

pub(super) fn if_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let clauses: Vec<Node<'_>> = std::iter::once(node)
        .chain(
            named(node)
                .into_iter()
                .filter(|n| n.kind().ends_with("_clause")),
        )
        .collect();
    let exhaustive = clauses.last().is_some_and(|c| c.kind() == "else_clause");
    let group = b.group();
    for clause in clauses {
        let condition = field(clause, "condition");
        if let Some(condition) = condition {
            expr(b, names, condition);
        }
        b.within(ScopeKind::Arm { group, exhaustive }, |b| {
            if let Some(condition) = condition {
                narrow_arm(b, names, condition)
            }
            if let Some(body) = field(clause, "consequence").or_else(|| field(clause, "body")) {
                block(b, names, body)
            }
        });
    }
    let leaves = field(node, "consequence").is_some_and(leaves);
    if let Some(condition) = field(node, "condition").filter(|_| leaves && !exhaustive) {
        narrow_from_here(b, names, condition, true, node.end_byte());
    }
}

/// Whether a block ends by leaving the function or the loop's turn.
fn leaves(block: Node<'_>) -> bool {
    named(block).last().is_some_and(|last| {
        matches!(
            last.kind(),
            "raise_statement" | "return_statement" | "continue_statement"
        )
    })
}

/// `isinstance(name, Type)`, the first of an `and`, or its negation: the name's node and the type's.
fn instance_test<'t>(
    b: &Builder<'_>,
    names: &Names,
    condition: Node<'t>,
    negated: bool,
) -> Option<(Node<'t>, Node<'t>)> {
    match condition.kind() {
        "parenthesized_expression" => instance_test(b, names, condition.named_child(0)?, negated),
        "not_operator" if negated => instance_test(b, names, field(condition, "argument")?, false),
        "boolean_operator" if !negated && field(condition, "operator")?.kind() == "and" => {
            instance_test(b, names, field(condition, "left")?, false)
        }
        "call" if !negated => {
            let arguments = field(condition, "arguments")?;
            let (name, ty) = (arguments.named_child(0)?, arguments.named_child(1)?);
            let is_class = ty.kind() == "attribute"
                || (ty.kind() == "identifier" && b.text(ty).starts_with(char::is_uppercase));
            let is_test = b.text(field(condition, "function")?) == "isinstance"
                && names.is_builtin("isinstance");
            (is_test && is_class && name.kind() == "identifier").then_some((name, ty))
        }
        _ => None,
    }
}

/// Inside the arm that an `isinstance` guards, the name has that type.
fn narrow_arm(b: &mut Builder<'_>, names: &mut Names, condition: Node<'_>) {
    let Some((name, ty)) = instance_test(b, names, condition, false) else {
        return;
    };
    let text = b.text(name);
    if names.is_receiver(&text) {
        return;
    }
    let (value, ty) = (b.name(name), expr(b, names, ty));
    let binding = b.bind(
        text,
        condition.end_byte(),
        Some(value),
        BindingKind::Declare,
    );
    binding.ty = Some(ty);
    binding.private = true;
}

/// After `assert isinstance(…)` or `if not isinstance(…): raise`, too.
pub(super) fn narrow_from_here(
    b: &mut Builder<'_>,
    names: &mut Names,
    condition: Node<'_>,
    negated: bool,
    at: usize,
) {
    let Some((name, ty)) = instance_test(b, names, condition, negated) else {
        return;
    };
    let text = b.text(name);
    if names.is_receiver(&text) {
        return;
    }
    let (value, ty) = (b.name(name), expr(b, names, ty));
    let binding = b.bind(text, at, Some(value), BindingKind::Assign);
    binding.ty = Some(ty);
    binding.private = true;
}

pub(super) fn loop_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let over = field(node, "right")
        .or_else(|| field(node, "condition"))
        .map(|n| expr(b, names, n));
    b.within(ScopeKind::Loop, |b| {
        if let (Some(left), Some(over)) = (field(node, "left"), over) {
            bind_elements(b, names, left, over, left)
        }
        if let Some(body) = field(node, "body") {
            block(b, names, body)
        }
    });
    if let Some(otherwise) = field(node, "alternative").and_then(|n| field(n, "body")) {
        b.within(ScopeKind::Block, |b| block(b, names, otherwise));
    }
}

/// The variables of a `for`: of `enumerate(x)` the second is the element.
pub(super) fn bind_elements(
    b: &mut Builder<'_>,
    names: &mut Names,
    left: Node<'_>,
    over: ExprId,
    statement: Node<'_>,
) {
    let enumerated = match &b.facts.exprs[over].kind {
        ExprKind::Call { callee, args, .. } if !args.is_empty() => {
            matches!(&b.facts.exprs[*callee].kind, ExprKind::Name(n) if n == "enumerate")
                .then(|| args[0].value)
        }
        _ => None,
    };
    let span = left.byte_range();
    let element = b.expr(ExprKind::Element(enumerated.unwrap_or(over)), span.clone());
    let value = if enumerated.is_some() {
        let count = b.other("count", left);
        b.expr(ExprKind::List(vec![count, element]), span)
    } else {
        element
    };
    bind_pattern(b, names, left, value, None, statement);
}

/// Either the body (with its `else`) runs to its end or a handler does.
pub(super) fn try_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let group = b.group();
    let arm = ScopeKind::Arm {
        group,
        exhaustive: true,
    };
    let clauses = named(node);
    b.within(arm, |b| {
        if let Some(body) = field(node, "body") {
            block(b, names, body)
        }
        for clause in clauses.iter().filter(|c| c.kind() == "else_clause") {
            block(b, names, *clause)
        }
    });
    for clause in &clauses {
        match clause.kind() {
            "except_clause" | "except_group_clause" => b.within(arm, |b| {
                for child in named(*clause) {
                    if child.kind() == "as_pattern" {
                        as_pattern(b, names, child, "exception")
                    } else {
                        visit(b, names, child)
                    }
                }
            }),
            "finally_clause" => block(b, names, *clause),
            "else_clause" | "block" | "comment" => {}
            _ => visit(b, names, *clause),
        }
    }
}

/// `expression as name`, where the name holds something other than the expression.
pub(super) fn as_pattern(
    b: &mut Builder<'_>,
    names: &mut Names,
    node: Node<'_>,
    what: &'static str,
) {
    let children = named(node);
    if let Some(first) = children.first() {
        expr(b, names, *first);
    }
    if let Some(target) = field(node, "alias").and_then(|a| a.named_child(0)) {
        let value = b.other(what, target);
        bind_pattern(b, names, target, value, None, node);
    }
}

/// `with x as y`: what a context manager gives is, in the libraries at hand, the thing itself.
pub(super) fn with_item(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let Some(item) = field(node, "value") else {
        return;
    };
    if item.kind() != "as_pattern" {
        expr(b, names, item);
        return;
    }
    let Some(first) = item.named_child(0) else {
        return;
    };
    let value = expr(b, names, first);
    if let Some(target) = field(item, "alias").and_then(|a| a.named_child(0)) {
        bind_pattern(b, names, target, value, None, node)
    }
}

pub(super) fn match_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let cases: Vec<Node<'_>> = field(node, "body")
        .map(named)
        .unwrap_or_default()
        .into_iter()
        .filter(|n| n.kind() == "case_clause")
        .collect();
    for child in named(node).into_iter().filter(|n| n.kind() != "block") {
        expr(b, names, child);
    }
    let catches_all = |case: &Node<'_>| {
        case.named_child(0)
            .is_some_and(|p| p.kind() == "case_pattern" && b.text(p) == "_")
            && field(*case, "guard").is_none()
    };
    let exhaustive = cases.last().is_some_and(catches_all);
    let group = b.group();
    for case in cases {
        b.within(ScopeKind::Arm { group, exhaustive }, |b| {
            for child in named(case) {
                match child.kind() {
                    "case_pattern" => capture(b, names, child),
                    _ => visit(b, names, child),
                }
            }
        });
    }
}

/// The names that a `case` pattern gives to parts of the subject: a lone name without dots.
fn capture(b: &mut Builder<'_>, names: &mut Names, pattern: Node<'_>) {
    b.deeper((), |b| {
        for child in named(pattern) {
            let text = b.text(child);
            let captures = matches!(child.kind(), "dotted_name" | "identifier")
                && !text.contains('.')
                && !matches!(pattern.kind(), "class_pattern" | "keyword_pattern");
            if captures && text != "_" {
                let value = b.other("matched", child);
                assign(b, names, &text, child, Some(value), None);
            } else {
                capture(b, names, child);
            }
        }
    });
}
