//! Statements: which code always runs, which is one arm of several, which repeats.

use tree_sitter::Node;

use super::super::lower::{Builder, named};
use super::classes::{class_declaration, enumeration, namespace};
use super::declarations::{How, declaration, function_declaration, pattern};
use super::expressions::expression;
use super::modules::{export, import, import_alias};
use super::{first, inside_errors};
use crate::detect::facts::{ExprKind, ScopeKind};

pub(super) fn statements(b: &mut Builder<'_>, block: Node<'_>) {
    for child in named(block) {
        statement(b, child)
    }
}

pub(super) fn statement(b: &mut Builder<'_>, node: Node<'_>) {
    b.deeper((), |b| match node.kind() {
        "import_statement" => import(b, node),
        "import_alias" => import_alias(b, node),
        "export_statement" => export(b, node),
        "lexical_declaration" | "variable_declaration" | "using_declaration" => {
            declaration(b, node)
        }
        "function_declaration" | "generator_function_declaration" => function_declaration(b, node),
        "class_declaration" | "abstract_class_declaration" => class_declaration(b, node),
        "enum_declaration" => enumeration(b, node),
        "internal_module" | "module" => namespace(b, node),
        "statement_block" => b.within(ScopeKind::Block, |b| statements(b, node)),
        "if_statement" => branches(b, node),
        "switch_statement" => switch(b, node),
        "try_statement" => attempt(b, node),
        "for_statement" => for_loop(b, node),
        "for_in_statement" => for_each(b, node),
        "while_statement" | "do_statement" => b.within(ScopeKind::Loop, |b| statements(b, node)),
        "return_statement" => {
            if let Some(value) = first(node) {
                let value = expression(b, value);
                b.returns(value);
            }
        }
        // Types have no effect; `declare` names what exists elsewhere, so the name stays free.
        "interface_declaration"
        | "type_alias_declaration"
        | "ambient_declaration"
        | "function_signature" => {}
        "comment" | "html_comment" | "hash_bang_line" | "type_annotation" | "type_arguments"
        | "type_parameters" => {}
        _ => {
            expression(b, node);
        }
    });
    // Expressions have looked into their own.
    if node.kind().ends_with("_statement") || node.kind().ends_with("_declaration") {
        inside_errors(b, node)
    }
}

/// A statement that is its own scope already (an arm, a loop): braces open no second one.
pub(super) fn body(b: &mut Builder<'_>, node: Option<Node<'_>>) {
    match node {
        Some(block) if block.kind() == "statement_block" => statements(b, block),
        Some(other) => statement(b, other),
        None => {}
    }
}

pub(super) fn branches(b: &mut Builder<'_>, node: Node<'_>) {
    let mut arms = Vec::new();
    let (mut next, mut otherwise) = (Some(node), None);
    while let Some(branch) = next.take() {
        arms.push((
            branch.child_by_field_name("condition"),
            branch.child_by_field_name("consequence"),
        ));
        if let Some(alternative) = branch.child_by_field_name("alternative") {
            match first(alternative) {
                Some(chained) if chained.kind() == "if_statement" => next = Some(chained),
                other => otherwise = other,
            }
        }
    }
    let kind = ScopeKind::Arm {
        group: b.group(),
        exhaustive: otherwise.is_some(),
    };
    for (condition, consequence) in arms {
        if let Some(condition) = condition {
            expression(b, condition);
        }
        b.within(kind, |b| body(b, consequence));
    }
    if otherwise.is_some() {
        b.within(kind, |b| body(b, otherwise))
    }
}

pub(super) fn switch(b: &mut Builder<'_>, node: Node<'_>) {
    if let Some(value) = node.child_by_field_name("value") {
        expression(b, value);
    }
    let cases = node
        .child_by_field_name("body")
        .map(named)
        .unwrap_or_default();
    let exhaustive = cases.iter().any(|case| case.kind() == "switch_default");
    let kind = ScopeKind::Arm {
        group: b.group(),
        exhaustive,
    };
    for case in cases {
        let value = case.child_by_field_name("value");
        if let Some(value) = value {
            expression(b, value);
        }
        b.within(kind, |b| {
            named(case)
                .into_iter()
                .filter(|n| Some(*n) != value)
                .for_each(|n| statement(b, n))
        });
    }
}

pub(super) fn attempt(b: &mut Builder<'_>, node: Node<'_>) {
    let handler = node.child_by_field_name("handler");
    let kind = ScopeKind::Arm {
        group: b.group(),
        exhaustive: true,
    };
    b.within(
        if handler.is_some() {
            kind
        } else {
            ScopeKind::Block
        },
        |b| body(b, node.child_by_field_name("body")),
    );
    if let Some(handler) = handler {
        b.within(kind, |b| {
            if let Some(parameter) = handler.child_by_field_name("parameter") {
                let error = b.other("error", parameter);
                pattern(b, parameter, Some(error), parameter.end_byte(), How::Let);
            }
            body(b, handler.child_by_field_name("body"));
        });
    }
    if let Some(last) = node.child_by_field_name("finalizer") {
        b.within(ScopeKind::Block, |b| {
            body(b, last.child_by_field_name("body"))
        });
    }
}

pub(super) fn for_loop(b: &mut Builder<'_>, node: Node<'_>) {
    b.within(ScopeKind::Block, |b| {
        if let Some(first) = node.child_by_field_name("initializer") {
            statement(b, first)
        }
        b.within(ScopeKind::Loop, |b| {
            let mut cursor = node.walk();
            let conditions: Vec<_> = node
                .children_by_field_name("condition", &mut cursor)
                .collect();
            for condition in conditions {
                statement(b, condition)
            }
            body(b, node.child_by_field_name("body"));
            if let Some(step) = node.child_by_field_name("increment") {
                expression(b, step);
            }
        });
    });
}

pub(super) fn for_each(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(collection) = node.child_by_field_name("right") else {
        return;
    };
    let of = expression(b, collection);
    let over_values = node
        .child_by_field_name("operator")
        .is_some_and(|o| o.kind() == "of");
    let element = if over_values {
        ExprKind::Element(of)
    } else {
        ExprKind::Other("key")
    };
    let how = match node.child_by_field_name("kind").map(|k| k.kind()) {
        None => How::Assign,
        Some("var") => How::Var,
        Some("const") => How::Const,
        Some(_) => How::Let,
    };
    b.within(ScopeKind::Loop, |b| {
        if let Some(left) = node.child_by_field_name("left") {
            let element = b.expr(element, collection.byte_range());
            pattern(b, left, Some(element), collection.end_byte(), how);
        }
        body(b, node.child_by_field_name("body"));
    });
}
