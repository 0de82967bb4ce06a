//! Variables, patterns and functions: how names come to their values.

use tree_sitter::Node;

use super::super::lower::{Builder, named};
use super::classes::type_name;
use super::expressions::{expression, property};
use super::statements::{statement, statements};
use super::{first, parts};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Param, ScopeId, ScopeKind};

/// How a pattern's names come to their values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Let,
    Const,
    /// Belongs to the function, wherever in it the word stands.
    Var,
    Assign,
}

pub(super) fn declaration(b: &mut Builder<'_>, node: Node<'_>) {
    let how = match (node.kind(), node.child(0).map(|k| k.kind())) {
        ("variable_declaration", _) => How::Var,
        (_, Some("let")) => How::Let,
        _ => How::Const,
    };
    for declarator in named(node) {
        let Some(name) = declarator.child_by_field_name("name") else {
            statement(b, declarator);
            continue;
        };
        let ty = declarator
            .child_by_field_name("type")
            .and_then(|t| type_name(b, t));
        let called = if name.kind() == "identifier" {
            b.text(name)
        } else {
            String::new()
        };
        let value = declarator
            .child_by_field_name("value")
            .map(|v| initial(b, v, &called, true));
        if name.kind() == "identifier" {
            bind(b, &called, declarator.end_byte(), value, ty, how);
        } else {
            pattern(b, name, value, declarator.end_byte(), how);
        }
    }
}

/// A value given to a name: a function takes the name, as the language has it.
pub(super) fn initial(b: &mut Builder<'_>, node: Node<'_>, name: &str, private: bool) -> ExprId {
    if !is_function(node) {
        return expression(b, node);
    }
    let index = function(b, node, name, &[]);
    b.facts.functions[index].private = private;
    b.expr(ExprKind::Function(index), node.byte_range())
}

pub(super) fn bind(
    b: &mut Builder<'_>,
    name: &str,
    at: usize,
    value: Option<ExprId>,
    ty: Option<ExprId>,
    how: How,
) {
    let here = b.facts.scopes[b.scope].kind;
    let binding = match (here, how) {
        (ScopeKind::Class(_), _) => b.bind(name, at, value, BindingKind::Field),
        (_, How::Assign) => b.bind(name, at, value, BindingKind::Assign),
        (ScopeKind::Module | ScopeKind::Function(_), _) | (_, How::Let | How::Const) => {
            b.bind(name, at, value, BindingKind::Declare)
        }
        (_, How::Var) => {
            let home = function_scope(b);
            b.bind_in(home, name, at, None, BindingKind::Declare)
                .private = true;
            b.bind(name, at, value, BindingKind::Assign)
        }
    };
    // Importers see a module's variables but cannot assign them; a namespace's members can be.
    binding.private = binding.kind != BindingKind::Field;
    binding.constant = how == How::Const;
    binding.ty = ty;
}

/// The innermost function's scope, or the module.
pub(super) fn function_scope(b: &Builder<'_>) -> ScopeId {
    b.facts
        .outwards(b.scope)
        .find(|s| {
            matches!(
                b.facts.scopes[*s].kind,
                ScopeKind::Function(_) | ScopeKind::Class(_)
            )
        })
        .unwrap_or(0)
}

/// Gives the parts of a value to the names of a pattern; also a plain assignment's left side.
pub(super) fn pattern(
    b: &mut Builder<'_>,
    node: Node<'_>,
    value: Option<ExprId>,
    at: usize,
    how: How,
) {
    b.deeper((), |b| match node.kind() {
        "identifier" | "shorthand_property_identifier_pattern" | "undefined" => {
            let name = b.text(node);
            bind(b, &name, at, value, None, how);
        }
        "object_pattern" => {
            for part in named(node) {
                object_part(b, part, value, at, how)
            }
        }
        "array_pattern" => array_parts(b, node, value, at, how),
        "assignment_pattern" | "object_assignment_pattern" => with_default(b, node, value, at, how),
        "rest_pattern"
        | "non_null_expression"
        | "parenthesized_expression"
        | "as_expression"
        | "satisfies_expression" => {
            if let Some(inner) = first(node) {
                pattern(b, inner, value, at, how)
            }
        }
        _ => {
            let target = expression(b, node);
            if let Some(value) = value {
                store(b, target, value, node, at, BindingKind::Field)
            }
        }
    });
}

pub(super) fn object_part(
    b: &mut Builder<'_>,
    part: Node<'_>,
    value: Option<ExprId>,
    at: usize,
    how: How,
) {
    match part.kind() {
        "pair_pattern" => {
            let Some(key) = part.child_by_field_name("key") else {
                return;
            };
            let of = value.map(|of| property(b, of, key));
            if let Some(inner) = part.child_by_field_name("value") {
                pattern(b, inner, of, at, how)
            }
        }
        "shorthand_property_identifier_pattern" => {
            let of = value.map(|of| b.member(of, part));
            pattern(b, part, of, at, how);
        }
        "object_assignment_pattern" => {
            let of = value
                .zip(part.child_by_field_name("left"))
                .map(|(of, left)| b.member(of, left));
            with_default(b, part, of, at, how);
        }
        _ => pattern(b, part, value, at, how),
    }
}

pub(super) fn array_parts(
    b: &mut Builder<'_>,
    node: Node<'_>,
    value: Option<ExprId>,
    at: usize,
    how: How,
) {
    let mut index = 0;
    let mut cursor = node.walk();
    let children: Vec<_> = node.children(&mut cursor).collect();
    for part in children {
        match part.kind() {
            "," => index += 1,
            "[" | "]" | "comment" => {}
            "rest_pattern" => {
                let rest = b.other("rest", part);
                pattern(b, part, Some(rest), at, how);
            }
            _ => {
                let item = value.map(|of| b.expr(ExprKind::Item { of, index }, part.byte_range()));
                pattern(b, part, item, at, how);
            }
        }
    }
}

pub(super) fn with_default(
    b: &mut Builder<'_>,
    node: Node<'_>,
    value: Option<ExprId>,
    at: usize,
    how: How,
) {
    let default = node.child_by_field_name("right").map(|n| expression(b, n));
    let either: Vec<ExprId> = value.into_iter().chain(default).collect();
    let value = if either.len() == 2 {
        Some(b.expr(ExprKind::OneOf(either), node.byte_range()))
    } else {
        either.first().copied()
    };
    if let Some(left) = node.child_by_field_name("left") {
        pattern(b, left, value, at, how)
    }
}

/// Writes to a member: a field of the class around when it is `this.x`, else an assignment.
pub(super) fn store(
    b: &mut Builder<'_>,
    target: ExprId,
    value: ExprId,
    node: Node<'_>,
    at: usize,
    kind: BindingKind,
) {
    if let ExprKind::Member { of, name } = &b.facts.exprs[target].kind
        && matches!(b.facts.exprs[*of].kind, ExprKind::This)
        && let Some(class) = b.facts.class_around(b.scope)
    {
        let (name, scope) = (name.clone(), b.facts.classes[class].scope);
        let hidden = name.starts_with(['#', '_']);
        b.bind_in(scope, name, at, Some(value), kind).private = hidden;
        return;
    }
    b.expr(ExprKind::Assign { target, value }, node.start_byte()..at);
}

pub(super) fn is_function(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "arrow_function" | "function_expression" | "generator_function"
    )
}

pub(super) fn function_declaration(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name").map(|n| b.text(n)) else {
        return;
    };
    let index = function(b, node, &name, &[]);
    b.facts.functions[index].private = true;
    let value = b.expr(ExprKind::Function(index), node.byte_range());
    // Hoisted: it holds from the beginning of its scope.
    bind(b, &name, 0, Some(value), None, How::Let);
}

/// Lowers a function; `given` is what its parameters are known to be called with, `None` for those that are not.
pub(super) fn function(
    b: &mut Builder<'_>,
    node: Node<'_>,
    name: &str,
    given: &[Option<ExprId>],
) -> usize {
    let (params, patterns) = parameters(b, node);
    let result = node
        .child_by_field_name("return_type")
        .and_then(|t| type_name(b, t));
    let names: Vec<String> = params.iter().map(|p| p.name.clone()).collect();
    let code = node.child_by_field_name("body");
    let at = code.map_or_else(|| node.end_byte(), |c| c.start_byte());
    let index = b.function(name, params, at, |b, _| {
        for (name, value) in names.iter().zip(given) {
            if value.is_some() {
                bind(b, name, at, *value, None, How::Let)
            }
        }
        for (index, parts) in patterns {
            let whole = b.expr(ExprKind::Name(names[index].clone()), parts.byte_range());
            pattern(b, parts, Some(whole), at, How::Let);
        }
        match code {
            Some(block) if block.kind() == "statement_block" => statements(b, block),
            Some(value) => {
                let value = expression(b, value);
                b.returns(value);
            }
            None => {}
        }
    });
    b.facts.functions[index].result = result;
    index
}

/// The parameters, and those of them that are patterns. A pattern's parameter is called by the pattern's own text.
pub(super) fn parameters<'t>(
    b: &mut Builder<'_>,
    node: Node<'t>,
) -> (Vec<Param>, Vec<(usize, Node<'t>)>) {
    let nodes = match (
        node.child_by_field_name("parameters"),
        node.child_by_field_name("parameter"),
    ) {
        (Some(list), _) => parts(list),
        (None, single) => single.into_iter().collect(),
    };
    let (mut params, mut patterns) = (Vec::new(), Vec::new());
    for node in nodes {
        for decorator in named(node).into_iter().filter(|n| n.kind() == "decorator") {
            statement(b, decorator)
        }
        let mut inner = node.child_by_field_name("pattern").unwrap_or(node);
        let ty = node
            .child_by_field_name("type")
            .and_then(|t| type_name(b, t));
        let mut default = node.child_by_field_name("value");
        if inner.kind() == "assignment_pattern" {
            default = inner.child_by_field_name("right");
            inner = inner.child_by_field_name("left").unwrap_or(inner);
        }
        let rest = inner.kind() == "rest_pattern";
        if rest {
            inner = first(inner).unwrap_or(inner)
        }
        let name = match inner.kind() {
            "this" => continue, // TypeScript's annotation of `this` is not a parameter
            "identifier" => b.text(inner),
            _ => {
                patterns.push((params.len(), inner));
                Some(b.text(inner))
                    .filter(|text| text.len() <= 40)
                    .unwrap_or_else(|| format!("{{…}}{}", params.len()))
            }
        };
        let default = default.map(|d| expression(b, d));
        params.push(Param {
            name,
            ty,
            default,
            rest,
        });
    }
    (params, patterns)
}
