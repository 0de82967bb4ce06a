//! JavaScript, TypeScript, JSX and TSX: how their syntax trees become facts.
//!
//! One pass reaches every expression. Modules become paths wherever they are named (`import`, `require`, `import()`), promises and
//! `await` are transparent, callbacks know what they are called with where the call says so (`then`, `forEach`, `(err, key) =>`).
//! Deliberately not done: prototypes (`F.prototype.m = …` stays a plain assignment), bundlers' module tables, types beyond names.

use std::collections::HashSet;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, integer, named, operator, unescape};
use crate::detect::facts::{
    Arg, BindingKind, ExprId, ExprKind, Facts, Key, Op, Param, ScopeId, ScopeKind,
};

/// JavaScript.
pub(super) struct JavaScript;

impl Language for JavaScript {
    fn name(&self) -> &'static str {
        "JavaScript"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["javascript"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["js", "mjs", "cjs", "jsx"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_javascript::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        lower(tree, text)
    }
}

/// TypeScript.
pub(super) struct TypeScript;

impl Language for TypeScript {
    fn name(&self) -> &'static str {
        "TypeScript"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["javascript"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["ts", "mts", "cts"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        lower(tree, text)
    }
}

/// TSX.
pub(super) struct Tsx;

impl Language for Tsx {
    fn name(&self) -> &'static str {
        "TSX"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["javascript"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["tsx"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_typescript::LANGUAGE_TSX.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        lower(tree, text)
    }
}

/// How a pattern's names come to their values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Let,
    Const,
    /// Belongs to the function, wherever in it the word stands.
    Var,
    Assign,
}

fn lower(tree: &Tree, text: &[u8]) -> Facts {
    let mut b = Builder::new(text);
    b.facts.free_prefix = "globalThis.";
    let root = tree.root_node();
    b.facts.errors = errors(root);
    statements(&mut b, root);
    name_the_global_object(&mut b.facts);
    open_what_escapes(&mut b.facts);
    b.facts
}

/// Counts syntax errors, looking only where the tree says that there are some.
fn errors(root: Node<'_>) -> usize {
    let (mut count, mut open) = (0, vec![root]);
    while let Some(node) = open.pop() {
        count += usize::from(node.is_error() || node.is_missing());
        let mut cursor = node.walk();
        open.extend(node.children(&mut cursor).filter(|child| child.has_error()));
    }
    count
}

/// `window`, `self` and `global` mean `globalThis` unless the file gives those names to something else (`const self = this`).
/// A parameter called `window` or `global` is the usual wrapper around a script and still means it.
fn name_the_global_object(facts: &mut Facts) {
    let wrapper = |name: &str, kind| {
        matches!(kind, BindingKind::Param(_)) && matches!(name, "window" | "global")
    };
    let bound: HashSet<&str> = facts
        .bindings
        .iter()
        .filter(|x| !wrapper(&x.name, x.kind))
        .map(|x| x.name.as_str())
        .chain(facts.imports.iter().filter_map(|i| i.local.as_deref()))
        .collect();
    for expr in &mut facts.exprs {
        if let ExprKind::Name(name) = &expr.kind
            && matches!(name.as_str(), "globalThis" | "window" | "self" | "global")
            && !bound.contains(name.as_str())
        {
            expr.kind = ExprKind::Path("globalThis".to_owned());
        }
    }
}

/// A function is the file's own only while its name is used for nothing but calls: once exported, stored or passed on, others
/// may call it. In a script without modules the top-level names are everybody's.
fn open_what_escapes(facts: &mut Facts) {
    let script = facts.imports.is_empty()
        && !facts
            .exprs
            .iter()
            .any(|e| matches!(e.kind, ExprKind::Path(_)));
    let callees: HashSet<ExprId> = facts
        .exprs
        .iter()
        .filter_map(|e| match e.kind {
            ExprKind::Call { callee, .. } => Some(callee),
            _ => None,
        })
        .collect();
    let escaped: HashSet<&str> = facts
        .exprs
        .iter()
        .enumerate()
        .filter(|(id, _)| !callees.contains(id))
        .filter_map(|(_, e)| match &e.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    for function in &mut facts.functions {
        let global = script && facts.scopes[function.scope].parent == Some(0);
        function.private &= !global && !escaped.contains(function.name.as_str());
    }
}

// Statements.

fn statements(b: &mut Builder<'_>, block: Node<'_>) {
    for child in named(block) {
        statement(b, child)
    }
}

fn statement(b: &mut Builder<'_>, node: Node<'_>) {
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
fn body(b: &mut Builder<'_>, node: Option<Node<'_>>) {
    match node {
        Some(block) if block.kind() == "statement_block" => statements(b, block),
        Some(other) => statement(b, other),
        None => {}
    }
}

fn branches(b: &mut Builder<'_>, node: Node<'_>) {
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

fn switch(b: &mut Builder<'_>, node: Node<'_>) {
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

fn attempt(b: &mut Builder<'_>, node: Node<'_>) {
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

fn for_loop(b: &mut Builder<'_>, node: Node<'_>) {
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

fn for_each(b: &mut Builder<'_>, node: Node<'_>) {
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

// Modules.

fn import(b: &mut Builder<'_>, node: Node<'_>) {
    let source = node
        .child_by_field_name("source")
        .map(|s| module_path(&string(b, s)));
    for clause in named(node) {
        match (clause.kind(), &source) {
            ("import_require_clause", _) => {
                let module = clause
                    .child_by_field_name("source")
                    .map(|s| module_path(&string(b, s)));
                let local = named(clause)
                    .into_iter()
                    .find(|n| n.kind() == "identifier")
                    .map(|n| b.text(n));
                if let (Some(module), Some(local)) = (module, local) {
                    b.import(Some(&local), module)
                }
            }
            ("import_clause", Some(module)) => {
                for part in named(clause) {
                    import_part(b, part, module)
                }
            }
            _ => {}
        }
    }
}

fn import_part(b: &mut Builder<'_>, part: Node<'_>, module: &str) {
    match part.kind() {
        "identifier" => {
            let local = b.text(part);
            b.import(Some(&local), module);
        }
        "namespace_import" => {
            for name in named(part) {
                import_part(b, name, module)
            }
        }
        "named_imports" => specifiers(b, part, module),
        _ => {}
    }
}

/// `{ a, b as c, default as d }` of an import or of a re-export.
fn specifiers(b: &mut Builder<'_>, clause: Node<'_>, module: &str) {
    for specifier in named(clause) {
        let Some(name) = specifier.child_by_field_name("name").map(|n| plain(b, n)) else {
            continue;
        };
        let local = specifier
            .child_by_field_name("alias")
            .map_or_else(|| name.clone(), |n| plain(b, n));
        let path = if name == "default" {
            module.to_owned()
        } else {
            format!("{module}.{name}")
        };
        b.import(Some(&local), path);
    }
}

/// TypeScript's `import key = crypto.KeyObject`.
fn import_alias(b: &mut Builder<'_>, node: Node<'_>) {
    let parts = named(node);
    if let [name, value, ..] = parts[..] {
        let value = qualified(b, value);
        pattern(b, name, value, node.end_byte(), How::Const);
    }
}

fn export(b: &mut Builder<'_>, node: Node<'_>) {
    if let Some(source) = node.child_by_field_name("source") {
        let module = module_path(&string(b, source));
        for part in named(node) {
            match part.kind() {
                "export_clause" => specifiers(b, part, &module),
                "namespace_export" => {
                    import_part(b, named(part).first().copied().unwrap_or(part), &module)
                }
                _ => {}
            }
        }
        return;
    }
    for child in named(node) {
        if child.kind() == "export_clause" {
            for name in named(child)
                .into_iter()
                .filter_map(|s| s.child_by_field_name("name"))
            {
                b.name(name);
            }
        } else {
            statement(b, child);
            mention_declared(b, child);
        }
    }
}

/// An exported function is used by others: its name stands outside a call (see [`open_what_escapes`]).
fn mention_declared(b: &mut Builder<'_>, declaration: Node<'_>) {
    if let Some(name) = declaration.child_by_field_name("name") {
        b.name(name);
    }
    for declarator in named(declaration)
        .into_iter()
        .filter(|n| n.kind() == "variable_declarator")
    {
        mention_declared(b, declarator);
    }
}

/// The module named by `require('m')`, `require(`m`)` or `import('m')`.
fn required(b: &Builder<'_>, call: Node<'_>) -> Option<String> {
    let function = call.child_by_field_name("function")?;
    let loads = match function.kind() {
        "import" => true,
        "identifier" => &b.text[function.byte_range()] == b"require",
        _ => false,
    };
    let name = first(call.child_by_field_name("arguments").filter(|_| loads)?)?;
    let literal = name.kind() == "string"
        || name.kind() == "template_string"
            && !named(name)
                .iter()
                .any(|n| n.kind() == "template_substitution");
    literal.then(|| module_path(&string(b, name)))
}

/// A module as rules name it: no `node:` or `npm:`, no version, no file ending below a package (`@noble/hashes/sha2.js`).
fn module_path(specifier: &str) -> String {
    let name = ["node:", "npm:", "jsr:"]
        .iter()
        .find_map(|scheme| specifier.strip_prefix(scheme))
        .unwrap_or(specifier);
    let package = if name.starts_with('@') { 2 } else { 1 };
    let mut parts: Vec<&str> = name.split('/').collect();
    if name.len() < specifier.len()
        && let Some(last) = parts.get_mut(package - 1)
    {
        *last = last
            .get(1..)
            .and_then(|rest| rest.find('@'))
            .map_or(*last, |at| &last[..at + 1]);
    }
    if !name.starts_with('.')
        && parts.len() > package
        && let Some(last) = parts.last_mut()
    {
        *last = [".js", ".mjs", ".cjs"]
            .iter()
            .find_map(|ending| last.strip_suffix(ending))
            .unwrap_or(last);
    }
    parts.join("/")
}

// Declarations.

fn declaration(b: &mut Builder<'_>, node: Node<'_>) {
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
fn initial(b: &mut Builder<'_>, node: Node<'_>, name: &str, private: bool) -> ExprId {
    if !is_function(node) {
        return expression(b, node);
    }
    let index = function(b, node, name, &[]);
    b.facts.functions[index].private = private;
    b.expr(ExprKind::Function(index), node.byte_range())
}

fn bind(
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
fn function_scope(b: &Builder<'_>) -> ScopeId {
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
fn pattern(b: &mut Builder<'_>, node: Node<'_>, value: Option<ExprId>, at: usize, how: How) {
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

fn object_part(b: &mut Builder<'_>, part: Node<'_>, value: Option<ExprId>, at: usize, how: How) {
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

fn array_parts(b: &mut Builder<'_>, node: Node<'_>, value: Option<ExprId>, at: usize, how: How) {
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

fn with_default(b: &mut Builder<'_>, node: Node<'_>, value: Option<ExprId>, at: usize, how: How) {
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
fn store(
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
        let hidden = name.starts_with('#');
        b.bind_in(scope, name, at, Some(value), kind).private = hidden;
        return;
    }
    b.expr(ExprKind::Assign { target, value }, node.start_byte()..at);
}

fn is_function(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "arrow_function" | "function_expression" | "generator_function"
    )
}

fn function_declaration(b: &mut Builder<'_>, node: Node<'_>) {
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
fn function(b: &mut Builder<'_>, node: Node<'_>, name: &str, given: &[Option<ExprId>]) -> usize {
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
fn parameters<'t>(b: &mut Builder<'_>, node: Node<'t>) -> (Vec<Param>, Vec<(usize, Node<'t>)>) {
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

// Classes.

fn class_declaration(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name").map(|n| b.text(n)) else {
        return;
    };
    let index = class(b, node, &name);
    bind_type(b, &name, index, node);
}

/// A class holds inside its own body already.
fn bind_type(b: &mut Builder<'_>, name: &str, index: usize, node: Node<'_>) {
    let value = b.expr(ExprKind::Class(index), node.byte_range());
    bind(b, name, node.start_byte(), Some(value), None, How::Const);
}

fn class(b: &mut Builder<'_>, node: Node<'_>, name: &str) -> usize {
    let mut bases = Vec::new();
    for child in named(node) {
        match child.kind() {
            "decorator" => statement(b, child),
            "class_heritage" => {
                for clause in named(child) {
                    base(b, clause, &mut bases)
                }
            }
            _ => {}
        }
    }
    let members = node
        .child_by_field_name("body")
        .map(named)
        .unwrap_or_default();
    let index = b.class(name, |b, _| {
        for node in members {
            member(b, node)
        }
    });
    b.facts.classes[index].bases = bases;
    index
}

fn base(b: &mut Builder<'_>, clause: Node<'_>, bases: &mut Vec<ExprId>) {
    match clause.kind() {
        "extends_clause" => bases.extend(
            clause
                .child_by_field_name("value")
                .map(|n| expression(b, n)),
        ),
        "implements_clause" => {
            for ty in named(clause) {
                bases.extend(type_name(b, ty))
            }
        }
        _ => bases.push(expression(b, clause)),
    }
}

fn member(b: &mut Builder<'_>, node: Node<'_>) {
    b.deeper((), |b| match node.kind() {
        "method_definition" => method(b, node),
        "public_field_definition" | "field_definition" => field(b, node),
        "class_static_block" => b.within(ScopeKind::Block, |b| {
            body(b, node.child_by_field_name("body"))
        }),
        "method_signature" | "abstract_method_signature" | "index_signature" => {}
        _ => statement(b, node),
    });
}

fn field(b: &mut Builder<'_>, node: Node<'_>) {
    decorators(b, node);
    let Some(key) = node
        .child_by_field_name("name")
        .or_else(|| node.child_by_field_name("property"))
    else {
        return;
    };
    let name = property_name(b, key);
    let ty = node
        .child_by_field_name("type")
        .and_then(|t| type_name(b, t));
    let private = is_private(b, node, key);
    let value = node
        .child_by_field_name("value")
        .map(|v| initial(b, v, name.as_deref().unwrap_or_default(), private));
    let Some(name) = name else { return };
    let constant = has_word(node, "readonly");
    let binding = b.bind(name, node.end_byte(), value, BindingKind::Field);
    (binding.ty, binding.constant, binding.private) = (ty, constant, private);
}

fn method(b: &mut Builder<'_>, node: Node<'_>) {
    decorators(b, node);
    let Some(key) = node.child_by_field_name("name") else {
        return;
    };
    let Some(name) = property_name(b, key) else {
        function(b, node, "", &[]);
        return;
    };
    let private = is_private(b, node, key);
    let constructor = name == "constructor";
    let index = function(b, node, if constructor { "<init>" } else { &name }, &[]);
    b.facts.functions[index].private = private;
    if constructor {
        return parameter_properties(b, node, index);
    }
    if has_word(node, "set") {
        return;
    }
    let value = if has_word(node, "get") {
        returned(b, index, node)
    } else {
        Some(b.expr(ExprKind::Function(index), node.byte_range()))
    };
    let binding = b.bind(name, node.end_byte(), value, BindingKind::Field);
    (binding.constant, binding.private) = (true, private);
}

/// TypeScript's `constructor(private readonly bits: number)` declares fields.
fn parameter_properties(b: &mut Builder<'_>, node: Node<'_>, function: usize) {
    for parameter in node
        .child_by_field_name("parameters")
        .map(named)
        .unwrap_or_default()
    {
        let declares =
            has_word(parameter, "accessibility_modifier") || has_word(parameter, "readonly");
        let Some(name) = parameter
            .child_by_field_name("pattern")
            .filter(|_| declares)
        else {
            continue;
        };
        let ty = parameter
            .child_by_field_name("type")
            .and_then(|t| type_name(b, t));
        let outer = std::mem::replace(&mut b.scope, b.facts.functions[function].scope);
        let value = b.name(name);
        b.scope = outer;
        let private = is_private(b, parameter, name);
        let name = b.text(name);
        let binding = b.bind(name, parameter.end_byte(), Some(value), BindingKind::Field);
        (binding.ty, binding.constant, binding.private) =
            (ty, has_word(parameter, "readonly"), private);
    }
}

fn decorators(b: &mut Builder<'_>, node: Node<'_>) {
    for decorator in named(node).into_iter().filter(|n| n.kind() == "decorator") {
        statement(b, decorator)
    }
}

fn is_private(b: &Builder<'_>, node: Node<'_>, name: Node<'_>) -> bool {
    name.kind() == "private_property_identifier"
        || named(node)
            .into_iter()
            .any(|n| n.kind() == "accessibility_modifier" && &b.text[n.byte_range()] == b"private")
}

fn has_word(node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == word)
}

fn enumeration(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name").map(|n| b.text(n)) else {
        return;
    };
    let members = node
        .child_by_field_name("body")
        .map(parts)
        .unwrap_or_default();
    let index = b.class(&name, |b, _| {
        let mut next = Some(0);
        for member in members {
            let value = match member.child_by_field_name("value") {
                Some(value) => Some(expression(b, value)),
                None => next.map(|n| b.expr(ExprKind::Int(n), member.byte_range())),
            };
            next = value.and_then(|v| {
                if let ExprKind::Int(n) = b.facts.exprs[v].kind {
                    n.checked_add(1)
                } else {
                    None
                }
            });
            if let Some(name) =
                property_name(b, member.child_by_field_name("name").unwrap_or(member))
            {
                b.bind(name, member.end_byte(), value, BindingKind::Field)
                    .constant = true;
            }
        }
    });
    bind_type(b, &name, index, node);
}

/// A namespace's declarations are reached through its name, as a class's static fields are.
fn namespace(b: &mut Builder<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name").map(|n| b.text(n)) else {
        return;
    };
    let index = b.class(&name, |b, _| body(b, node.child_by_field_name("body")));
    bind_type(b, &name, index, node);
}

/// A type as names. What can be absent or arrives later is the type itself: `T | null`, `Promise<T>`, `Readonly<T>`.
fn type_name(b: &mut Builder<'_>, node: Node<'_>) -> Option<ExprId> {
    b.deeper(None, |b| match node.kind() {
        "type_annotation" | "readonly_type" | "parenthesized_type" => type_name(b, first(node)?),
        "type_identifier" | "predefined_type" | "nested_type_identifier" => qualified(b, node),
        "array_type" => {
            let element = type_name(b, first(node)?)?;
            let of = b.expr(ExprKind::Name("Array".to_owned()), node.byte_range());
            Some(b.expr(
                ExprKind::Generic {
                    of,
                    types: vec![element],
                },
                node.byte_range(),
            ))
        }
        "generic_type" => {
            let name = node.child_by_field_name("name")?;
            let arguments = node
                .child_by_field_name("type_arguments")
                .map(named)
                .unwrap_or_default();
            if matches!(
                b.text(name).as_str(),
                "Promise" | "Readonly" | "Required" | "Partial" | "Awaited" | "NonNullable"
            ) {
                return type_name(b, *arguments.first()?);
            }
            let of = qualified(b, name)?;
            let types = arguments
                .into_iter()
                .filter_map(|t| type_name(b, t))
                .collect();
            Some(b.expr(ExprKind::Generic { of, types }, node.byte_range()))
        }
        "union_type" => {
            let present: Vec<_> = named(node)
                .into_iter()
                .filter(|n| !matches!(&b.text[n.byte_range()], b"null" | b"undefined"))
                .collect();
            if let [only] = present[..] {
                type_name(b, only)
            } else {
                None
            }
        }
        _ => None,
    })
}

/// A dotted name of the type grammar.
fn qualified(b: &mut Builder<'_>, node: Node<'_>) -> Option<ExprId> {
    let text = b.text(node);
    let parts: Vec<&str> = text.split('.').map(str::trim).collect();
    b.path(&parts, node.byte_range())
}

// Expressions.

/// Lowers an expression. Chains (`a.b().c()`, `a + b + c`) are long where nesting is not, so they are followed in a loop.
fn expression(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let lowered = b.deeper(None, |b| {
        let (mut spine, mut start) = (Vec::new(), node);
        while let Some(inner) = leftmost(b, start) {
            spine.push(start);
            start = inner;
        }
        let mut value = operand(b, start);
        inside_errors(b, start);
        while let Some(outer) = spine.pop() {
            value = onto(b, outer, value);
            inside_errors(b, outer);
        }
        Some(value)
    });
    lowered.unwrap_or_else(|| b.other("too deep", node))
}

/// The operand that an expression begins with, where it continues one.
fn leftmost<'t>(b: &Builder<'_>, node: Node<'t>) -> Option<Node<'t>> {
    match node.kind() {
        "member_expression" | "subscript_expression" => node.child_by_field_name("object"),
        "call_expression" if required(b, node).is_none() => node.child_by_field_name("function"),
        "binary_expression" => node.child_by_field_name("left"),
        "parenthesized_expression"
        | "await_expression"
        | "non_null_expression"
        | "as_expression"
        | "satisfies_expression" => first(node),
        _ => None,
    }
}

/// Applies what `node` does to the value of its leftmost operand.
fn onto(b: &mut Builder<'_>, node: Node<'_>, value: ExprId) -> ExprId {
    match node.kind() {
        "member_expression" => node
            .child_by_field_name("property")
            .map_or(value, |name| property(b, value, name)),
        "subscript_expression" => node
            .child_by_field_name("index")
            .map_or(value, |key| property(b, value, key)),
        "call_expression" => call(b, node, value),
        "binary_expression" => binary(b, node, value),
        _ => value, // parentheses, `await`, `!`, `as`, `satisfies`
    }
}

fn operand(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let span = node.byte_range();
    let kind = match node.kind() {
        "identifier" | "shorthand_property_identifier" => return b.name(node),
        "this" => ExprKind::This,
        "super" => ExprKind::Super,
        "null" | "undefined" => ExprKind::Null,
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        "number" => number(&b.text(node)).map_or(ExprKind::Other("number"), ExprKind::Int),
        "string" => {
            b.note_embedded(span.clone());
            ExprKind::Str(string(b, node))
        }
        "template_string" => return template(b, node),
        "array" => ExprKind::List(
            parts(node)
                .into_iter()
                .map(|n| argument(b, n).value)
                .collect(),
        ),
        "object" => return object(b, node),
        "arrow_function" | "function_expression" | "generator_function" => {
            ExprKind::Function(function(b, node, "", &[]))
        }
        "class" => {
            let name = node
                .child_by_field_name("name")
                .map_or_else(|| format!("class@{}", span.start), |n| b.text(n));
            ExprKind::Class(class(b, node, &name))
        }
        "call_expression" => required(b, node).map_or(ExprKind::Other("call"), ExprKind::Path),
        "new_expression" => return construct(b, node),
        "ternary_expression" => return ternary(b, node),
        "assignment_expression" => return assignment(b, node),
        "augmented_assignment_expression" => return augmented(b, node),
        "update_expression" => return update(b, node),
        "unary_expression" => return unary(b, node),
        "internal_module" => {
            namespace(b, node);
            ExprKind::Other("namespace")
        }
        "meta_property" if b.text(node).starts_with("import") => {
            ExprKind::Path("import.meta".to_owned())
        }
        // `co`, sagas and compiled `async` functions get the result of what they yield.
        "sequence_expression"
        | "yield_expression"
        | "type_assertion"
        | "instantiation_expression"
        | "expression_statement" => {
            let values: Vec<ExprId> = parts(node)
                .into_iter()
                .filter(|n| n.kind() != "type_arguments")
                .map(|n| expression(b, n))
                .collect();
            if let Some(last) = values.last() {
                return *last;
            }
            ExprKind::Null
        }
        _ => {
            // Whatever it is, what stands in it is reached.
            statements(b, node);
            ExprKind::Other("expression")
        }
    };
    b.expr(kind, span)
}

/// Nodes whose parts are visited by name; all others visit whatever they hold.
const PARTS_BY_NAME: &[&str] = &[
    "if_statement",
    "switch_statement",
    "try_statement",
    "for_statement",
    "for_in_statement",
    "return_statement",
    "function_declaration",
    "generator_function_declaration",
    "class_declaration",
    "abstract_class_declaration",
    "enum_declaration",
    "class",
    "arrow_function",
    "function_expression",
    "generator_function",
    "new_expression",
    "ternary_expression",
    "assignment_expression",
    "unary_expression",
    "augmented_assignment_expression",
    "update_expression",
    "member_expression",
    "subscript_expression",
    "call_expression",
    "binary_expression",
];

/// What can be read inside a syntax error that stands among a node's named parts.
fn inside_errors(b: &mut Builder<'_>, node: Node<'_>) {
    if !node.has_error() || !PARTS_BY_NAME.contains(&node.kind()) {
        return;
    }
    for child in named(node).into_iter().filter(Node::is_error) {
        statements(b, child)
    }
}

/// The first part that is no comment.
fn first(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|n| !n.is_extra())
}

/// The parts that are no comments.
fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|n| !n.is_extra())
        .collect()
}

/// `of.key`, `of['key']`, or `of[key]`. A module's default export is the module.
fn property(b: &mut Builder<'_>, of: ExprId, key: Node<'_>) -> ExprId {
    let literal = match key.kind() {
        "property_identifier"
        | "private_property_identifier"
        | "string"
        | "computed_property_name" => property_name(b, key),
        _ => None,
    };
    let span = b.facts.exprs[of].span.start.min(key.start_byte())..key.end_byte();
    match literal {
        Some(name) if name == "default" => of,
        Some(name) => b.expr(ExprKind::Member { of, name }, span),
        None => {
            let key = expression(
                b,
                if key.kind() == "computed_property_name" {
                    first(key).unwrap_or(key)
                } else {
                    key
                },
            );
            b.expr(ExprKind::Index { of, key }, span)
        }
    }
}

/// The name that a property is written with; `None` where it is computed.
fn property_name(b: &Builder<'_>, key: Node<'_>) -> Option<String> {
    match key.kind() {
        "computed_property_name" => first(key)
            .filter(|inner| inner.kind() == "string")
            .map(|inner| string(b, inner)),
        _ => Some(plain(b, key)),
    }
}

/// A name or a string that stands for a name.
fn plain(b: &Builder<'_>, node: Node<'_>) -> String {
    if node.kind() == "string" {
        string(b, node)
    } else {
        b.text(node)
    }
}

/// A literal's content: what stands between the quotes, unescaped.
fn string(b: &Builder<'_>, node: Node<'_>) -> String {
    let text = b.text(node);
    unescape(
        text.get(1..text.len().saturating_sub(1))
            .unwrap_or_default(),
    )
}

/// A number that is an integer, also where it is written as `1e5` or `2048.0`.
fn number(text: &str) -> Option<i128> {
    integer(text).or_else(|| {
        let value: f64 = text.replace('_', "").parse().ok()?;
        // Beyond 2^53 a double no longer says which integer was meant.
        (value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0).then_some(value as i128)
    })
}

fn template(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    b.note_embedded(node.byte_range());
    let mut pieces = Vec::new();
    let mut start = node.start_byte() + 1;
    let mut text = |b: &mut Builder<'_>, pieces: &mut Vec<ExprId>, end: usize, next: usize| {
        let range = start..end.max(start);
        if !range.is_empty() {
            let raw = String::from_utf8_lossy(&b.text[range.clone()]).into_owned();
            pieces.push(b.expr(ExprKind::Str(unescape(&raw)), range));
        }
        start = next;
    };
    for hole in named(node)
        .into_iter()
        .filter(|n| n.kind() == "template_substitution")
    {
        text(b, &mut pieces, hole.start_byte(), hole.end_byte());
        pieces.extend(parts(hole).into_iter().map(|n| expression(b, n)));
    }
    text(b, &mut pieces, node.end_byte().saturating_sub(1), 0);
    match pieces[..] {
        [] => b.expr(ExprKind::Str(String::new()), node.byte_range()),
        [only] if matches!(b.facts.exprs[only].kind, ExprKind::Str(_)) => only,
        _ => b.expr(ExprKind::Concat(pieces), node.byte_range()),
    }
}

fn object(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let mut fields = Vec::new();
    for entry in parts(node).into_iter() {
        match entry.kind() {
            "pair" => {
                let (Some(key), Some(value)) = (
                    entry.child_by_field_name("key"),
                    entry.child_by_field_name("value"),
                ) else {
                    continue;
                };
                let key = object_key(b, key);
                let value = expression(b, value);
                fields.push((Some(key), value));
            }
            "shorthand_property_identifier" => {
                let value = b.name(entry);
                fields.push((Some(Key::Name(b.text(entry))), value));
            }
            "method_definition" => {
                let Some(key) = entry.child_by_field_name("name") else {
                    continue;
                };
                let key = object_key(b, key);
                let index = function(b, entry, "", &[]);
                let got = if has_word(entry, "get") {
                    returned(b, index, entry)
                } else {
                    None
                };
                let value =
                    got.unwrap_or_else(|| b.expr(ExprKind::Function(index), entry.byte_range()));
                if !has_word(entry, "set") {
                    fields.push((Some(key), value))
                }
            }
            "spread_element" => fields.push((None, argument(b, entry).value)),
            _ => statement(b, entry),
        }
    }
    b.expr(ExprKind::Object { ty: None, fields }, node.byte_range())
}

fn object_key(b: &mut Builder<'_>, key: Node<'_>) -> Key {
    match (property_name(b, key), first(key)) {
        (Some(name), _) => Key::Name(name),
        (None, Some(inner)) => Key::Expr(expression(b, inner)),
        (None, None) => Key::Expr(b.other("expression", key)),
    }
}

fn binary(b: &mut Builder<'_>, node: Node<'_>, left: ExprId) -> ExprId {
    let token = node
        .child_by_field_name("operator")
        .map_or("", |o| o.kind());
    let Some(right) = node.child_by_field_name("right").map(|n| expression(b, n)) else {
        return left;
    };
    match token {
        "||" | "??" => either(b, vec![left, right], node),
        // Where the result is used as a value, it is the right side's.
        "&&" => right,
        _ => b.expr(
            ExprKind::Binary {
                op: operator(token),
                left,
                right,
            },
            node.byte_range(),
        ),
    }
}

/// One of several; those that are choices themselves are opened.
fn either(b: &mut Builder<'_>, values: Vec<ExprId>, node: Node<'_>) -> ExprId {
    let mut all = Vec::new();
    for value in values {
        match &b.facts.exprs[value].kind {
            ExprKind::OneOf(inner) if b.facts.exprs[value].span.start >= node.start_byte() => {
                all.extend_from_slice(inner)
            }
            _ => all.push(value),
        }
    }
    b.expr(ExprKind::OneOf(all), node.byte_range())
}

fn ternary(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let mut values = Vec::new();
    let mut next = Some(node);
    while let Some(choice) = next.take() {
        for part in ["condition", "consequence"] {
            let Some(part_node) = choice.child_by_field_name(part) else {
                continue;
            };
            let value = expression(b, part_node);
            if part == "consequence" {
                values.push(value)
            }
        }
        match choice.child_by_field_name("alternative") {
            Some(chained) if chained.kind() == "ternary_expression" => next = Some(chained),
            Some(last) => values.push(expression(b, last)),
            None => {}
        }
    }
    b.expr(ExprKind::OneOf(values), node.byte_range())
}

fn assignment(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let (Some(left), Some(right)) = (
        node.child_by_field_name("left"),
        node.child_by_field_name("right"),
    ) else {
        return b.other("assignment", node);
    };
    let name = if left.kind() == "identifier" {
        b.text(left)
    } else {
        String::new()
    };
    let value = initial(b, right, &name, !name.is_empty());
    pattern(b, left, Some(value), node.end_byte(), How::Assign);
    value
}

fn augmented(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let (Some(left), Some(right)) = (
        node.child_by_field_name("left"),
        node.child_by_field_name("right"),
    ) else {
        return b.other("assignment", node);
    };
    let target = expression(b, left);
    let value = expression(b, right);
    let token = node
        .child_by_field_name("operator")
        .map_or("", |o| o.kind())
        .trim_end_matches('=');
    let kind = match token {
        "||" | "??" | "&&" => ExprKind::OneOf(vec![target, value]),
        _ => ExprKind::Binary {
            op: operator(token),
            left: target,
            right: value,
        },
    };
    let value = b.expr(kind, node.byte_range());
    change(b, target, value, node);
    value
}

fn update(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let Some(target) = node
        .child_by_field_name("argument")
        .map(|n| expression(b, n))
    else {
        return b.other("expression", node);
    };
    let value = b.expr(
        ExprKind::Binary {
            op: Op::Other,
            left: target,
            right: target,
        },
        node.byte_range(),
    );
    change(b, target, value, node);
    value
}

fn change(b: &mut Builder<'_>, target: ExprId, value: ExprId, node: Node<'_>) {
    match &b.facts.exprs[target].kind {
        ExprKind::Name(name) => {
            let name = name.clone();
            b.bind(name, node.end_byte(), Some(value), BindingKind::Change)
                .private = true;
        }
        _ => store(b, target, value, node, node.end_byte(), BindingKind::Change),
    }
}

fn unary(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let Some(inner) = node
        .child_by_field_name("argument")
        .map(|n| expression(b, n))
    else {
        return b.other("expression", node);
    };
    let kind = match (
        node.child_by_field_name("operator")
            .map_or("", |o| o.kind()),
        &b.facts.exprs[inner].kind,
    ) {
        ("-", ExprKind::Int(n)) => n
            .checked_neg()
            .map_or(ExprKind::Other("number"), ExprKind::Int),
        ("+", _) => return inner,
        ("void", _) => ExprKind::Null,
        ("!", ExprKind::Int(n)) => ExprKind::Bool(*n == 0), // minifiers write `!0` for `true`
        _ => ExprKind::Other("expression"),
    };
    b.expr(kind, node.byte_range())
}

// Calls.

fn argument(b: &mut Builder<'_>, node: Node<'_>) -> Arg {
    if node.kind() != "spread_element" {
        return Builder::arg(expression(b, node));
    }
    let value = match first(node) {
        Some(inner) => expression(b, inner),
        None => b.other("expression", node),
    };
    Arg {
        name: None,
        value,
        spread: true,
    }
}

fn call(b: &mut Builder<'_>, node: Node<'_>, callee: ExprId) -> ExprId {
    let list = node.child_by_field_name("arguments");
    let nodes: Vec<_> = match list {
        Some(text) if text.kind() == "template_string" => vec![text],
        Some(list) => parts(list),
        None => Vec::new(),
    };
    note_test(b, node, callee, &nodes);
    let (call, args) = invoke(b, node, callee, &nodes, false);
    outcome(b, node, callee, call, &args)
}

/// Makes the call. Functions written as arguments run after it has begun, so they are lowered once it stands.
fn invoke(
    b: &mut Builder<'_>,
    node: Node<'_>,
    callee: ExprId,
    nodes: &[Node<'_>],
    construct: bool,
) -> (ExprId, Vec<Arg>) {
    let mut args: Vec<Arg> = nodes
        .iter()
        .map(|n| {
            if is_function(*n) {
                Builder::arg(callee)
            } else {
                argument(b, *n)
            }
        })
        .collect();
    let id = b.expr(
        ExprKind::Call {
            callee,
            args: Vec::new(),
            construct,
        },
        node.byte_range(),
    );
    for (i, node) in nodes.iter().enumerate().filter(|(_, n)| is_function(**n)) {
        let given = if construct {
            Vec::new()
        } else {
            given(b, id, callee, *node, &args, i)
        };
        let index = function(b, *node, "", &given);
        args[i].value = b.expr(ExprKind::Function(index), node.byte_range());
    }
    if let ExprKind::Call { args: slot, .. } = &mut b.facts.exprs[id].kind {
        slot.clone_from(&args)
    }
    (id, args)
}

/// What a call is known to hand to the function that is its `i`-th argument.
fn given(
    b: &mut Builder<'_>,
    call: ExprId,
    callee: ExprId,
    function: Node<'_>,
    args: &[Arg],
    i: usize,
) -> Vec<Option<ExprId>> {
    let span = function.byte_range();
    match called(b, callee) {
        (Some("then"), Some(of)) if i == 0 => vec![Some(of)],
        (Some("forEach" | "map" | "flatMap" | "filter" | "find" | "some" | "every"), Some(of))
            if i == 0 =>
        {
            vec![Some(b.expr(ExprKind::Element(of), span))]
        }
        // AMD: the functions' parameters are the modules of the list.
        (Some("define" | "require"), None) => {
            let names = args[..i].iter().rev().find_map(|a| {
                if let ExprKind::List(names) = &b.facts.exprs[a.value].kind {
                    Some(names.clone())
                } else {
                    None
                }
            });
            names
                .unwrap_or_default()
                .into_iter()
                .map(|name| {
                    let ExprKind::Str(module) = &b.facts.exprs[name].kind else {
                        return None;
                    };
                    let path = module_path(module);
                    Some(b.expr(ExprKind::Path(path), span.clone()))
                })
                .collect()
        }
        _ if i + 1 == args.len() => results(b, call, function),
        _ => Vec::new(),
    }
}

/// `(err, key) => …` gets the call's result; with several results, each in its place.
fn results(b: &mut Builder<'_>, call: ExprId, function: Node<'_>) -> Vec<Option<ExprId>> {
    let names: Vec<String> = function
        .child_by_field_name("parameters")
        .map(named)
        .unwrap_or_default()
        .into_iter()
        .map(|n| b.text(n.child_by_field_name("pattern").unwrap_or(n)))
        .collect();
    if !names
        .first()
        .is_some_and(|n| matches!(n.trim_start_matches('_'), "err" | "error" | "er" | "e" | ""))
    {
        return Vec::new();
    }
    let several = names.len() > 2;
    let mut all = vec![None];
    for index in 0..names.len() - 1 {
        all.push(Some(if several {
            b.expr(ExprKind::Item { of: call, index }, function.byte_range())
        } else {
            call
        }));
    }
    all
}

/// The last name of what is called, and what it is called on.
fn called<'b>(b: &'b Builder<'_>, callee: ExprId) -> (Option<&'b str>, Option<ExprId>) {
    match &b.facts.exprs[callee].kind {
        ExprKind::Name(name) => (Some(name), None),
        ExprKind::Member { of, name } => (Some(name), Some(*of)),
        _ => (None, None),
    }
}

/// What a call's value is, where the language's own functions hand a value on.
fn outcome(
    b: &mut Builder<'_>,
    node: Node<'_>,
    callee: ExprId,
    call: ExprId,
    args: &[Arg],
) -> ExprId {
    let (name, of) = called(b, callee);
    let on = |word: &str| {
        of.is_some_and(|of| matches!(&b.facts.exprs[of].kind, ExprKind::Name(name) if name == word))
    };
    let first = args.first().filter(|a| !a.spread).map(|a| a.value);
    match (name.unwrap_or_default(), of, first) {
        (
            "promisify"
            | "__importDefault"
            | "__importStar"
            | "__toESM"
            | "_interopRequireDefault"
            | "_interopRequireWildcard",
            _,
            Some(value),
        ) => value,
        ("parseInt" | "Number" | "String" | "BigInt", None, Some(value)) => value,
        ("freeze" | "seal", _, Some(value)) if on("Object") => value,
        ("all" | "resolve", _, Some(value)) if on("Promise") => value,
        ("assign", _, Some(_)) if on("Object") => {
            let fields = args.iter().map(|a| (None, a.value)).collect();
            b.expr(ExprKind::Object { ty: None, fields }, node.byte_range())
        }
        ("alloc" | "allocUnsafe" | "from", _, Some(_)) if on("Buffer") || on("Uint8Array") => {
            bytes(b, node, args).unwrap_or(call)
        }
        ("bind", Some(of), _) if args.len() <= 1 => of,
        ("call", Some(of), Some(_)) => {
            let args = args[1..].to_vec();
            b.expr(
                ExprKind::Call {
                    callee: of,
                    args,
                    construct: false,
                },
                node.byte_range(),
            )
        }
        ("apply", Some(of), Some(_)) if args.len() == 2 => {
            let args = vec![Arg {
                name: None,
                value: args[1].value,
                spread: true,
            }];
            b.expr(
                ExprKind::Call {
                    callee: of,
                    args,
                    construct: false,
                },
                node.byte_range(),
            )
        }
        ("then", Some(_), Some(value)) => match b.facts.exprs[value].kind {
            ExprKind::Function(index) => returned(b, index, node).unwrap_or(call),
            _ => call,
        },
        ("catch" | "finally", Some(of), _) => of,
        _ => call,
    }
}

/// What a function gives back, as one value.
fn returned(b: &mut Builder<'_>, function: usize, node: Node<'_>) -> Option<ExprId> {
    match b.facts.functions[function].returns[..] {
        [] => None,
        [only] => Some(only),
        _ => {
            let all = b.facts.functions[function].returns.clone();
            Some(b.expr(ExprKind::OneOf(all), node.byte_range()))
        }
    }
}

fn construct(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let Some(class) = node.child_by_field_name("constructor") else {
        return b.other("expression", node);
    };
    let callee = expression(b, class);
    let nodes: Vec<_> = node
        .child_by_field_name("arguments")
        .map(parts)
        .unwrap_or_default();
    let before = b.facts.exprs.len();
    let (id, args) = invoke(b, node, callee, &nodes, true);
    match called(b, callee) {
        (Some("Promise"), None) => resolved(b, node, &args, before).unwrap_or(id),
        (Some("Uint8Array"), None) => bytes(b, node, &args).unwrap_or(id),
        _ => id,
    }
}

/// The value of `new Promise((resolve) => …)`: what `resolve` is called with.
fn resolved(b: &mut Builder<'_>, node: Node<'_>, args: &[Arg], since: usize) -> Option<ExprId> {
    let ExprKind::Function(index) = b.facts.exprs[args.first()?.value].kind else {
        return None;
    };
    let resolve = &b.facts.functions[index].params.first()?.name;
    let values: Vec<ExprId> = b.facts.exprs[since..].iter().filter_map(|e| match &e.kind {
        ExprKind::Call { callee, args, .. } if matches!(&b.facts.exprs[*callee].kind, ExprKind::Name(name) if name == resolve) => args.first().map(|a| a.value),
        _ => None,
    }).collect();
    match values[..] {
        [] => None,
        [only] => Some(only),
        _ => Some(b.expr(ExprKind::OneOf(values), node.byte_range())),
    }
}

/// Bytes whose number the code says: `Buffer.alloc(16)`, `new Uint8Array([1, 2])`, `Buffer.from('00ff', 'hex')`.
fn bytes(b: &mut Builder<'_>, node: Node<'_>, args: &[Arg]) -> Option<ExprId> {
    let kind = |arg: &Arg| &b.facts.exprs[arg.value].kind;
    let length = match (kind(args.first()?), args.get(1).map(kind)) {
        (ExprKind::Int(n), _) => u64::try_from(*n).ok()?,
        (ExprKind::List(items), None)
            if items
                .iter()
                .all(|i| matches!(b.facts.exprs[*i].kind, ExprKind::Int(_))) =>
        {
            items.len() as u64
        }
        (ExprKind::Str(text), Some(ExprKind::Str(encoding))) => match encoding.as_str() {
            "hex" => text.len() as u64 / 2,
            "base64" | "base64url" => text.trim_end_matches('=').len() as u64 * 3 / 4,
            "utf8" | "utf-8" | "ascii" | "latin1" | "binary" => text.len() as u64,
            _ => return None,
        },
        (ExprKind::Str(text), None) => text.len() as u64,
        _ => return None,
    };
    Some(b.expr(ExprKind::Bytes(length), node.byte_range()))
}

/// `describe('…', () => …)`, `it`, `test`, `Deno.test`: the whole call is test code.
fn note_test(b: &mut Builder<'_>, node: Node<'_>, callee: ExprId, args: &[Node<'_>]) {
    let names_and_runs = args
        .first()
        .is_some_and(|n| matches!(n.kind(), "string" | "template_string"))
        && args.iter().any(|n| is_function(*n));
    if !names_and_runs {
        return;
    }
    let runner = match &b.facts.exprs[callee].kind {
        ExprKind::Member { of, name } => match &b.facts.exprs[*of].kind {
            ExprKind::Name(of)
                if matches!(name.as_str(), "only" | "skip" | "concurrent" | "test") =>
            {
                of
            }
            _ => return,
        },
        ExprKind::Name(name) => name,
        _ => return,
    };
    let known = matches!(
        runner.as_str(),
        "describe" | "it" | "test" | "suite" | "specify" | "context" | "Deno"
    );
    let inside = b
        .facts
        .tests
        .last()
        .is_some_and(|t| t.end >= node.end_byte());
    if known && !inside {
        b.facts.tests.push(node.byte_range())
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, JavaScript, Language, Tsx, TypeScript};
    use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key};

    fn facts(language: &dyn Language, code: &str) -> Facts {
        let mut parser = tree_sitter::Parser::new();
        parser
            .set_language(&language.grammar())
            .expect("the grammar loads");
        let tree = parser.parse(code, None).expect("no time limit is set");
        language.lower(&tree, code.as_bytes())
    }

    /// An expression in short: names as they are, everything else in a form of its own.
    fn show(f: &Facts, id: ExprId) -> String {
        let list = |ids: &[ExprId]| {
            ids.iter()
                .map(|i| show(f, *i))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &f.exprs[id].kind {
            ExprKind::Str(text) => format!("'{text}'"),
            ExprKind::Int(number) => number.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Bytes(length) => format!("bytes({length})"),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Path(path) => format!("<{path}>"),
            ExprKind::This => "this".into(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(f, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(f, *of), show(f, *key)),
            ExprKind::Generic { of, types } => format!("{}<{}>", show(f, *of), list(types)),
            ExprKind::Call {
                callee,
                args,
                construct,
            } => {
                let args: Vec<String> = args
                    .iter()
                    .map(|a| format!("{}{}", if a.spread { "..." } else { "" }, show(f, a.value)))
                    .collect();
                format!(
                    "{}{}({})",
                    if *construct { "new " } else { "" },
                    show(f, *callee),
                    args.join(", ")
                )
            }
            ExprKind::Object { fields, .. } => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| match key {
                        Some(Key::Name(name)) => format!("{name}: {}", show(f, *value)),
                        Some(Key::Expr(key)) => format!("[{}]: {}", show(f, *key), show(f, *value)),
                        None => format!("...{}", show(f, *value)),
                    })
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            ExprKind::List(items) => format!("[{}]", list(items)),
            ExprKind::Binary { op, left, right } => {
                format!("({} {op:?} {})", show(f, *left), show(f, *right))
            }
            ExprKind::Concat(parts) => format!("concat({})", list(parts)),
            ExprKind::OneOf(values) => format!("oneof({})", list(values)),
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(f, *target), show(f, *value))
            }
            ExprKind::Item { of, index } => format!("{}#{index}", show(f, *of)),
            ExprKind::Element(of) => format!("each({})", show(f, *of)),
            ExprKind::Function(index) => format!("fn {}", f.functions[*index].name),
            ExprKind::Class(index) => format!("class {}", f.classes[*index].name),
            ExprKind::Null => "null".into(),
            ExprKind::Super => "super".into(),
            ExprKind::Other(what) => format!("<{what}>"),
        }
    }

    /// The last value given to a name, in short.
    fn value(f: &Facts, name: &str) -> String {
        let binding = f
            .bindings
            .iter()
            .rev()
            .find(|b| b.name == name && b.value.is_some());
        binding
            .and_then(|b| b.value)
            .map_or_else(|| "nothing".into(), |v| show(f, v))
    }

    fn calls(f: &Facts) -> Vec<String> {
        (0..f.exprs.len())
            .filter(|i| matches!(f.exprs[*i].kind, ExprKind::Call { .. }))
            .map(|i| show(f, i))
            .collect()
    }

    fn js(code: &str) -> Facts {
        facts(&JavaScript, code)
    }

    fn ts(code: &str) -> Facts {
        facts(&TypeScript, code)
    }

    #[test]
    fn every_way_to_import_gives_the_module_path() {
        let f = js(
            "import c, { sign as s, default as d } from 'node:crypto'; import * as n from '@noble/curves/p256.js'; import './x.js'; export { hash } from 'npm:jose@5/jwt';",
        );
        let imports: Vec<_> = f
            .imports
            .iter()
            .map(|i| format!("{}={}", i.local.as_deref().unwrap_or("*"), i.path))
            .collect();
        assert_eq!(
            imports,
            [
                "c=crypto",
                "s=crypto.sign",
                "d=crypto",
                "n=@noble/curves/p256",
                "hash=jose/jwt.hash"
            ]
        );
        let f = ts("import c = require('crypto'); import K = c.KeyObject;");
        assert_eq!(
            (f.imports[0].path.as_str(), value(&f, "K").as_str()),
            ("crypto", "c.KeyObject")
        );
    }

    #[test]
    fn require_and_dynamic_import_are_paths_wherever_they_occur() {
        let f = js(
            "const { a: b, c = 1 } = require('node:crypto'); const d = (await import(/* chunk */ 'jose')).default; import('m').then(({ k }) => k(1));",
        );
        assert_eq!(value(&f, "b"), "<crypto>.a");
        assert_eq!(value(&f, "c"), "oneof(<crypto>.c, 1)");
        assert_eq!(value(&f, "d"), "<jose>");
        assert_eq!(value(&f, "{ k }"), "<m>");
        let f = js(
            "const crypto_1 = __importDefault(require('crypto')); (0, crypto_1.default.createHash)('md5');",
        );
        assert_eq!(
            calls(&f).last().map(String::as_str),
            Some("crypto_1.createHash('md5')")
        );
    }

    #[test]
    fn the_global_object_has_one_name_unless_it_is_something_else() {
        assert_eq!(
            calls(&js("window.crypto.subtle.digest('SHA-256', x)")),
            ["<globalThis>.crypto.subtle.digest('SHA-256', x)"]
        );
        assert_eq!(
            calls(&js("const self = this; self.crypto.sign(x)")),
            ["self.crypto.sign(x)"]
        );
    }

    #[test]
    fn callbacks_get_what_the_call_hands_them() {
        let f = js(
            "generateKeyPair('rsa', {}, (err, pub, key) => use(key)); pbkdf2(p, (err, bits) => 0); ['md5'].forEach(alg => hash(alg));",
        );
        assert_eq!(value(&f, "key"), "generateKeyPair('rsa', {}, fn )#1");
        assert_eq!(value(&f, "bits"), "pbkdf2(p, fn )");
        assert_eq!(value(&f, "alg"), "each(['md5'])");
    }

    #[test]
    fn promises_are_their_values() {
        let f = js(
            "const k = gen().then(p => p.privateKey).catch(e => 0); const [a, b] = await Promise.all([x(), y()]); const p = new Promise((ok, no) => g((err, v) => ok(v)));",
        );
        assert_eq!(value(&f, "k"), "p.privateKey");
        assert_eq!(value(&f, "b"), "[x(), y()]#1");
        assert_eq!(value(&f, "p"), "v");
        assert_eq!(
            value(&js("const g = util.promisify(crypto.generateKeyPair)"), "g"),
            "crypto.generateKeyPair"
        );
    }

    #[test]
    fn options_keep_their_shape() {
        let f = js(
            "const o = { ...base, 'a': 1, b, [k]: -7, c: x ?? y || 'z', d: t ? 1 : u ? 2 : 3, e: `A${n}` }; const q = o['a'];",
        );
        assert_eq!(
            value(&f, "o"),
            "{...base, a: 1, b: b, [k]: -7, c: oneof(x, y, 'z'), d: oneof(1, 2, 3), e: concat('A', n)}"
        );
        assert_eq!(value(&f, "q"), "o.a");
        assert_eq!(
            value(&js("const a = Object.assign({}, x, { y: 1e5 })"), "a"),
            "{...{}, ...x, ...{y: 100000}}"
        );
    }

    #[test]
    fn fields_come_from_declarations_constructors_and_parameters() {
        let f = ts(
            "class A extends B implements C { static readonly X = 'x'; #k?: KeyObject | null; constructor(private readonly bits: number) { super(); this.alg = 'y'; } get mode(): string { return 'gcm'; } private run() {} }",
        );
        let field = |name: &str| {
            f.bindings
                .iter()
                .find(|b| b.name == name && b.kind == BindingKind::Field)
                .expect(name)
        };
        assert!(field("X").constant && !field("X").private);
        assert!(field("#k").private && field("bits").private && field("bits").constant);
        assert_eq!(show(&f, field("#k").ty.expect("declared")), "KeyObject");
        assert_eq!(
            (value(&f, "alg").as_str(), value(&f, "mode").as_str()),
            ("'y'", "'gcm'")
        );
        assert_eq!(f.functions[0].name, "<init>");
        assert_eq!(f.classes[0].bases.len(), 2);
    }

    #[test]
    fn enums_and_namespaces_are_classes_with_constants() {
        let f = ts("enum Alg { A = -7, B, C = 'c' } namespace N { export const bits = 2048; }");
        assert_eq!(
            [
                value(&f, "A"),
                value(&f, "B"),
                value(&f, "C"),
                value(&f, "bits")
            ],
            ["-7", "-6", "'c'", "2048"]
        );
        assert_eq!(value(&f, "N"), "class N");
    }

    #[test]
    fn arms_of_one_statement_share_a_group() {
        use crate::detect::facts::ScopeKind;
        let arms = |code: &str| {
            js(code)
                .scopes
                .iter()
                .filter_map(|s| match s.kind {
                    ScopeKind::Arm { group, exhaustive } => Some((group, exhaustive)),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            arms("if (a) b(); else if (c) d(); else e();"),
            [(1, true); 3]
        );
        assert_eq!(
            arms("if (a) b(); switch (x) { case 1: y(); case 2: z() }"),
            [(1, false), (2, false), (2, false)]
        );
    }

    #[test]
    fn a_var_belongs_to_its_function() {
        let f = js("function g() { if (x) { var a = 1; } return a; }");
        let kinds: Vec<_> = f
            .bindings
            .iter()
            .filter(|b| b.name == "a")
            .map(|b| (b.scope, b.kind))
            .collect();
        assert_eq!(kinds[0], (1, BindingKind::Declare));
        assert_eq!(kinds[1].1, BindingKind::Assign);
    }

    #[test]
    fn only_what_never_leaves_the_file_is_private() {
        let f = js(
            "import x from 'x'; function own(a) {} own(1); export function open() {} function given() {} on(given); const late = () => 1; late();",
        );
        let private: Vec<_> = f
            .functions
            .iter()
            .filter(|f| f.private)
            .map(|f| f.name.as_str())
            .collect();
        assert_eq!(private, ["own", "late"]);
        assert!(!js("function everybodys(a) {}").functions[0].private);
    }

    #[test]
    fn bytes_are_counted_and_not_kept() {
        let f = js(
            "const a = Buffer.from('00112233', 'hex'), b = new Uint8Array(32), c = Buffer.alloc(16);",
        );
        assert_eq!(
            [value(&f, "a"), value(&f, "b"), value(&f, "c")],
            ["bytes(4)", "bytes(32)", "bytes(16)"]
        );
    }

    #[test]
    fn no_call_is_lost_in_jsx_decorators_errors_or_odd_statements() {
        let f = facts(
            &Tsx,
            "@D(a()) class X { @P() y = b(); static { c(); } } const v = <T x={d()} {...e()}>{f() && <U/>}</T>; lbl: for (;;) { throw g() } with (h()) {} if (i(] j()) { k() }",
        );
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "k"] {
            assert!(
                calls(&f).contains(&format!("{name}()")),
                "{name} in {:?}",
                calls(&f)
            );
        }
        assert!(f.errors > 0);
    }

    #[test]
    fn test_code_and_embedded_keys_are_noted() {
        let f = js(
            "describe('x', () => { it('y', () => {}) }); const k = '-----BEGIN PUBLIC KEY-----';",
        );
        assert_eq!((f.tests.len(), f.embedded.len()), (1, 1));
    }

    #[test]
    fn deep_nesting_gives_up_and_long_chains_do_not() {
        assert!(
            js(&"[".repeat(5000)).too_deep
                || js(&format!("x = {}1{}", "[".repeat(5000), "]".repeat(5000))).too_deep
        );
        let f = js(&format!("x = a{}", ".b()".repeat(2000)));
        assert!(!f.too_deep);
        assert!(!js(&format!("x = 'a'{}", " + 'b'".repeat(2000))).too_deep);
    }
}
