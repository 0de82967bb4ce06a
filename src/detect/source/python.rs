//! Python: how its syntax tree becomes facts.
//!
//! A name assigned in a function is the function's own unless `global` or `nonlocal` says otherwise; arms and loops
//! give no scope to names; class bodies do, but only to themselves. What Python writes as a call of a builtin
//! (`dict(a=1)`, `getattr(m, "x")`, `"a".join(…)`, `int(x)`) is said as what it means. Generators' values, metaclasses and
//! `exec` are not followed.

use std::collections::HashSet;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, integer, named, operator, unescape};
use crate::detect::facts::{
    Arg, BindingKind, ExprId, ExprKind, Facts, Key, Op, Param, ScopeId, ScopeKind,
};

/// Python.
pub(super) struct Python;

impl Language for Python {
    fn name(&self) -> &'static str {
        "Python"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["python"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["py", "pyi", "pyw"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_python::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "#"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let mut builder = Builder::new(text);
        let mut names = Names {
            frames: vec![Frame::new(0, Place::Module)],
            enums: HashSet::new(),
        };
        block(&mut builder, &mut names, tree.root_node());
        builder.facts.errors = errors(tree);
        mark_constants(&mut builder.facts, &names);
        builder.facts
    }
}

/// What a frame of names belongs to.
#[derive(PartialEq)]
enum Place {
    Module,
    Class,
    Function,
}

/// One of Python's own scopes: arms and loops are none.
struct Frame {
    scope: ScopeId,
    place: Place,
    /// The first parameter of a method.
    receiver: Option<String>,
    /// Names bound here so far.
    own: HashSet<String>,
    /// Names that `global` or `nonlocal` says are others'.
    others: HashSet<String>,
}

impl Frame {
    fn new(scope: ScopeId, place: Place) -> Self {
        Self {
            scope,
            place,
            receiver: None,
            own: HashSet::new(),
            others: HashSet::new(),
        }
    }
}

/// The names in reach.
struct Names {
    /// The module's first, the innermost last.
    frames: Vec<Frame>,
    /// Classes of this file that derive from `Enum`: their members' `.value` is what was assigned.
    enums: HashSet<String>,
}

impl Names {
    fn here(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Whether a name is the instance or class that the method around is called on.
    fn is_receiver(&self, name: &str) -> bool {
        for frame in self
            .frames
            .iter()
            .rev()
            .filter(|f| f.place == Place::Function)
        {
            if frame.receiver.as_deref() == Some(name) {
                return true;
            }
            if frame.own.contains(name) {
                return false;
            }
        }
        false
    }

    /// Whether nothing in the file gives the name another meaning than Python's own.
    fn is_builtin(&self, name: &str) -> bool {
        !self
            .frames
            .iter()
            .any(|f| f.place != Place::Class && f.own.contains(name))
    }

    /// The scope of the class around.
    fn class(&self) -> Option<ScopeId> {
        self.frames
            .iter()
            .rev()
            .find(|f| f.place == Place::Class)
            .map(|f| f.scope)
    }
}

/// A module's name that is assigned once is taken as a constant: Python has no word for it.
fn mark_constants(facts: &mut Facts, names: &Names) {
    let is_module = |facts: &Facts, scope| {
        facts.function_around(scope).is_none() && facts.class_around(scope).is_none()
    };
    let mut once: HashSet<String> = HashSet::new();
    let mut again: HashSet<String> = names.frames[0].others.clone();
    for binding in &facts.bindings {
        if binding.value.is_some()
            && is_module(facts, binding.scope)
            && !once.insert(binding.name.clone())
        {
            again.insert(binding.name.clone());
        }
    }
    for i in 0..facts.bindings.len() {
        if is_module(facts, facts.bindings[i].scope) {
            facts.bindings[i].private = true;
            facts.bindings[i].constant = !again.contains(&facts.bindings[i].name);
        }
    }
}

/// Python has no word for private or constant either, but everyone writes them so: `_name`, `NAME`.
fn is_private(name: &str) -> bool {
    name.starts_with('_') && !name.starts_with("__")
}

fn is_constant(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && !name.contains(char::is_lowercase)
}

fn errors(tree: &Tree) -> usize {
    if !tree.root_node().has_error() {
        return 0;
    }
    let mut cursor = tree.walk();
    let mut count = 0;
    loop {
        count += usize::from(cursor.node().is_error() || cursor.node().is_missing());
        if cursor.node().has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return count;
            }
        }
    }
}

fn block(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    for child in named(node) {
        visit(b, names, child)
    }
}

/// A statement, or an expression whose value nobody takes.
fn visit(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
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

fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

// Names.

/// `import a.b` binds `a`; `import a.b as c` binds `c` to all of it.
fn import(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    for child in named(node) {
        if child.kind() == "aliased_import" {
            if let (Some(name), Some(alias)) = (field(child, "name"), field(child, "alias")) {
                let (path, alias) = (b.text(name), b.text(alias));
                bring(b, names, Some(&alias), path);
            }
        } else {
            let path = b.text(child);
            let first = path.split('.').next().unwrap_or_default().to_owned();
            bring(b, names, Some(&first), first.clone());
        }
    }
}

/// `from a.b import c as d`. A relative module keeps its dots: `.keys.load` is nobody's library.
fn import_from(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let Some(module) = field(node, "module_name") else {
        return;
    };
    let module_text = b.text(module);
    let join = |name: &str| {
        if module_text.ends_with('.') {
            format!("{module_text}{name}")
        } else {
            format!("{module_text}.{name}")
        }
    };
    for child in named(node) {
        match child.kind() {
            "wildcard_import" => bring(b, names, None, module_text.clone()),
            "aliased_import" => {
                if let (Some(name), Some(alias)) = (field(child, "name"), field(child, "alias")) {
                    let (path, alias) = (join(&b.text(name)), b.text(alias));
                    bring(b, names, Some(&alias), path);
                }
            }
            _ if child == module => {}
            _ => {
                let name = b.text(child);
                bring(b, names, Some(&name), join(&name));
            }
        }
    }
}

/// An import holds in all of the function, class or module, in whichever arm it stands (`try: import … except ImportError`).
fn bring(b: &mut Builder<'_>, names: &mut Names, local: Option<&str>, path: String) {
    let here = names.here();
    here.own.extend(local.map(str::to_owned));
    let scope = std::mem::replace(&mut b.scope, here.scope);
    b.import(local, path);
    b.scope = scope;
}

fn others_names(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    for child in named(node) {
        let name = b.text(child);
        if node.kind() == "global_statement" {
            // A function may be the first to give the module's name a value.
            if names.frames[0].own.insert(name.clone()) {
                b.bind_in(0, name.clone(), 0, None, BindingKind::Declare);
            }
            names.frames[0].others.insert(name.clone());
        }
        names.here().others.insert(name);
    }
}

/// Gives a name a value from the end of `statement` on.
fn assign(
    b: &mut Builder<'_>,
    names: &mut Names,
    name: &str,
    statement: Node<'_>,
    value: Option<ExprId>,
    ty: Option<ExprId>,
) {
    let (at, scope) = (statement.end_byte(), b.scope);
    let frame = names.here();
    if frame.place == Place::Class {
        frame.own.insert(name.to_owned());
        let binding = b.bind_in(frame.scope, name, at, value, BindingKind::Field);
        binding.ty = ty;
        (binding.private, binding.constant) = (is_private(name), is_constant(name));
        return;
    }
    let known = frame.others.contains(name) || !frame.own.insert(name.to_owned());
    if !known && scope != frame.scope {
        b.bind_in(
            frame.scope,
            name,
            statement.start_byte(),
            None,
            BindingKind::Declare,
        )
        .private = true;
    }
    let kind = if known || scope != frame.scope {
        BindingKind::Assign
    } else {
        BindingKind::Declare
    };
    let binding = b.bind(name, at, value, kind);
    binding.ty = ty;
    binding.private = true;
}

/// Gives a value to whatever stands left of a `=`, after `as` or between `for` and `in`.
fn bind_pattern(
    b: &mut Builder<'_>,
    names: &mut Names,
    pattern: Node<'_>,
    value: ExprId,
    ty: Option<ExprId>,
    statement: Node<'_>,
) {
    b.deeper((), |b| match pattern.kind() {
        "identifier" => {
            let name = b.text(pattern);
            assign(b, names, &name, statement, Some(value), ty);
        }
        "attribute" | "subscript" => {
            let target = expr(b, names, pattern);
            set_field(b, names, target, value, statement);
            b.expr(ExprKind::Assign { target, value }, statement.byte_range());
        }
        "list_splat_pattern" | "list_splat" => {
            for child in named(pattern) {
                let rest = b.other("unpacked", child);
                bind_pattern(b, names, child, rest, None, statement);
            }
        }
        _ => {
            let parts = named(pattern);
            let items = match &b.facts.exprs[value].kind {
                ExprKind::List(items) if items.len() == parts.len() => items.clone(),
                _ => Vec::new(),
            };
            let single = parts.len() == 1
                && pattern.kind() != "pattern_list"
                && pattern.kind() != "list_pattern"
                && !b.text(pattern).contains(',');
            let mut after_splat = false;
            for (index, part) in parts.into_iter().enumerate() {
                after_splat |= part.kind() == "list_splat_pattern";
                let item = match items.get(index) {
                    _ if single => value,
                    _ if after_splat => b.other("unpacked", part),
                    Some(item) => *item,
                    None => b.expr(ExprKind::Item { of: value, index }, part.byte_range()),
                };
                bind_pattern(b, names, part, item, None, statement);
            }
        }
    });
}

/// `self.x = value` is the class's field.
fn set_field(
    b: &mut Builder<'_>,
    names: &Names,
    target: ExprId,
    value: ExprId,
    statement: Node<'_>,
) {
    let ExprKind::Member { of, name } = &b.facts.exprs[target].kind else {
        return;
    };
    if !matches!(b.facts.exprs[*of].kind, ExprKind::This) {
        return;
    }
    let name = name.clone();
    if let Some(class) = names.class() {
        let private = is_private(&name);
        let binding = b.bind_in(
            class,
            name,
            statement.end_byte(),
            Some(value),
            BindingKind::Field,
        );
        binding.private = private;
    }
}

// Statements.

fn if_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
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
fn narrow_from_here(
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

fn loop_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
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
fn bind_elements(
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
fn try_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
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
fn as_pattern(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>, what: &'static str) {
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
fn with_item(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
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

fn match_statement(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
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

// Functions and classes.

fn decorated(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let mut decorators = Vec::new();
    for decorator in named(node).into_iter().filter(|n| n.kind() == "decorator") {
        block(b, names, decorator);
        decorators.push(b.text(decorator).trim_start_matches('@').trim().to_owned());
    }
    let Some(definition) = field(node, "definition") else {
        return;
    };
    if definition.kind() == "class_definition" {
        class(b, names, definition);
    } else {
        function(b, names, definition, &decorators);
    }
}

fn function(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>, decorators: &[String]) {
    let name = field(node, "name").map(|n| b.text(n)).unwrap_or_default();
    let is_method = names.here().place == Place::Class;
    let is = |word: &str| {
        decorators
            .iter()
            .any(|d| d == word || d.ends_with(&format!(".{word}")))
    };
    let mut params = field(node, "parameters")
        .map(|p| parameters(b, names, p))
        .unwrap_or_default();
    let result = field(node, "return_type").and_then(|ty| annotation(b, names, ty));
    let receiver = (is_method && !is("staticmethod") && params.first().is_some_and(|p| !p.rest))
        .then(|| params.remove(0).name);
    if name.starts_with("test_") || is("fixture") {
        b.facts.tests.push(node.byte_range())
    }

    let name = if is_method && name == "__init__" {
        "<init>".to_owned()
    } else {
        name
    };
    let body = field(node, "body");
    let index = function_body(b, names, &name, params, receiver, node, |b, names| {
        if let Some(body) = body {
            block(b, names, body)
        }
    });
    let function = &mut b.facts.functions[index];
    function.result = result;
    function.private = is_private(&name);
    let mut value = b.expr(ExprKind::Function(index), node.byte_range());
    if is_method && (is("property") || is("cached_property")) {
        value = b.expr(
            ExprKind::Call {
                callee: value,
                args: Vec::new(),
                construct: false,
            },
            node.byte_range(),
        );
    }
    if !is("setter") && !is("deleter") && !is("overload") {
        assign(b, names, &name, node, Some(value), None)
    }
}

/// Opens the function and the frame of its names.
fn function_body<'t>(
    b: &mut Builder<'t>,
    names: &mut Names,
    name: &str,
    params: Vec<Param>,
    receiver: Option<String>,
    node: Node<'_>,
    body: impl FnOnce(&mut Builder<'t>, &mut Names),
) -> usize {
    let own = params.iter().map(|p| p.name.clone()).collect();
    b.function(name, params, node.start_byte(), |b, _| {
        names.frames.push(Frame {
            receiver,
            own,
            ..Frame::new(b.scope, Place::Function)
        });
        body(b, names);
        names.frames.pop();
    })
}

fn parameters(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for child in named(node) {
        let name = match child.kind() {
            "keyword_separator" | "positional_separator" | "comment" => continue,
            "typed_parameter" => child.named_child(0),
            _ => field(child, "name").or(Some(child)),
        };
        let Some(name) = name else { continue };
        let rest = name.kind().ends_with("splat_pattern");
        let ty = field(child, "type").and_then(|ty| annotation(b, names, ty));
        let default = field(child, "value").map(|value| expr(b, names, value));
        params.push(Param {
            name: b.text(name).trim_start_matches('*').to_owned(),
            ty: ty.filter(|_| !rest),
            default,
            rest,
        });
    }
    params
}

fn class(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    let name = field(node, "name").map(|n| b.text(n)).unwrap_or_default();
    let superclasses = field(node, "superclasses")
        .map(|n| arguments(b, names, n))
        .unwrap_or_default();
    let bases: Vec<ExprId> = superclasses
        .into_iter()
        .filter(|a| a.name.is_none())
        .map(|a| a.value)
        .collect();
    let is_enum = bases.iter().any(|base| match &b.facts.exprs[*base].kind {
        ExprKind::Name(base) | ExprKind::Member { name: base, .. } => {
            base.ends_with("Enum") || base.ends_with("Flag")
        }
        _ => false,
    });
    if is_enum {
        names.enums.insert(name.clone());
    }
    if name.starts_with("Test") {
        b.facts.tests.push(node.byte_range())
    }
    let index = b.class(&name, |b, index| {
        b.facts.classes[index].bases = bases;
        names.frames.push(Frame::new(b.scope, Place::Class));
        let first = b.facts.bindings.len();
        if let Some(body) = field(node, "body") {
            block(b, names, body)
        }
        names.frames.pop();
        let scope = b.scope;
        for binding in b.facts.bindings[first..]
            .iter_mut()
            .filter(|binding| binding.scope == scope)
        {
            binding.constant |= is_enum;
        }
    });
    let value = b.expr(ExprKind::Class(index), node.byte_range());
    assign(b, names, &name, node, Some(value), None);
}

/// A type as names; `Optional[T]`, `T | None` and the like are `T`. What is one of several types is not said.
fn annotation(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    b.deeper(None, |b| match node.kind() {
        "identifier" | "attribute" => Some(expr(b, names, node)),
        "string" => {
            let text = b.text(node);
            let text = text.trim_matches(['"', '\'']);
            let parts: Vec<&str> = text.split('.').collect();
            let is_path = parts
                .iter()
                .all(|p| !p.is_empty() && p.chars().all(|c| c == '_' || c.is_alphanumeric()));
            if is_path {
                b.path(&parts, node.byte_range())
            } else {
                None
            }
        }
        "union_type" | "binary_operator" => {
            let types: Vec<Node<'_>> = named(node)
                .into_iter()
                .filter(|n| b.text(*n) != "None")
                .collect();
            let [one] = types.as_slice() else { return None };
            annotation(b, names, *one)
        }
        "generic_type" | "subscript" => {
            let children = named(node);
            let (of, args) = children.split_first()?;
            let args: Vec<Node<'_>> = args
                .iter()
                .flat_map(|a| {
                    if a.kind() == "type_parameter" {
                        named(*a)
                    } else {
                        vec![*a]
                    }
                })
                .collect();
            let of_text = b.text(*of);
            match of_text.rsplit('.').next().unwrap_or_default() {
                "Optional" | "Annotated" | "Final" | "ClassVar" => {
                    annotation(b, names, *args.first()?)
                }
                "Union" | "Type" | "type" | "Literal" => None,
                _ => {
                    let of = expr(b, names, *of);
                    let types = args
                        .into_iter()
                        .filter_map(|a| annotation(b, names, a))
                        .collect();
                    Some(b.expr(ExprKind::Generic { of, types }, node.byte_range()))
                }
            }
        }
        "type" => annotation(b, names, node.named_child(0)?),
        _ => None,
    })
}

// Expressions.

fn expr(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    b.deeper(None, |b| known(b, names, node))
        .unwrap_or_else(|| b.other("expression", node))
}

/// The expression, unless it is of no kind that carries a value; what stands in it is lowered either way.
fn known(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let span = node.byte_range();
    let kind = match node.kind() {
        "string" | "concatenated_string" => {
            b.note_embedded(span);
            return Some(string(b, names, node));
        }
        "integer" => integer(&b.text(node)).map(ExprKind::Int)?,
        "true" | "false" => ExprKind::Bool(node.kind() == "true"),
        "none" => ExprKind::Null,
        "identifier" if names.is_receiver(&b.text(node)) => ExprKind::This,
        "identifier" => return Some(b.name(node)),
        "dotted_name" => {
            let text = b.text(node);
            let parts: Vec<&str> = text.split('.').collect();
            return b.path(&parts, span);
        }
        "attribute" => return attribute(b, names, node),
        "subscript" => return subscript(b, names, node),
        "call" => return call(b, names, node),
        "parenthesized_expression" | "await" => return Some(expr(b, names, node.named_child(0)?)),
        "list" | "tuple" | "set" | "expression_list" => return list(b, names, node),
        "dictionary" => return Some(dictionary(b, names, node)),
        "binary_operator" => return Some(binary(b, names, node)),
        "boolean_operator" => {
            let sides = [field(node, "left"), field(node, "right")];
            ExprKind::OneOf(
                sides
                    .into_iter()
                    .flatten()
                    .map(|side| expr(b, names, side))
                    .collect(),
            )
        }
        "conditional_expression" => {
            let parts: Vec<ExprId> = named(node)
                .into_iter()
                .map(|part| expr(b, names, part))
                .collect();
            let [value, _, other] = parts.as_slice() else {
                return None;
            };
            ExprKind::OneOf(vec![*value, *other])
        }
        "unary_operator" => {
            let inner = expr(b, names, field(node, "argument")?);
            match b.facts.exprs[inner].kind {
                ExprKind::Int(value) if field(node, "operator")?.kind() == "-" => {
                    ExprKind::Int(value.saturating_neg())
                }
                _ => return None,
            }
        }
        "assignment" => return assignment(b, names, node),
        "augmented_assignment" => return augmented(b, names, node),
        "named_expression" => {
            let value = expr(b, names, field(node, "value")?);
            bind_pattern(b, names, field(node, "name")?, value, None, node);
            return Some(value);
        }
        "lambda" => {
            let params = field(node, "parameters")
                .map(|p| parameters(b, names, p))
                .unwrap_or_default();
            ExprKind::Function(function_body(
                b,
                names,
                "",
                params,
                None,
                node,
                |b, names| {
                    if let Some(body) = field(node, "body") {
                        let value = expr(b, names, body);
                        b.returns(value);
                    }
                },
            ))
        }
        "list_comprehension"
        | "set_comprehension"
        | "dictionary_comprehension"
        | "generator_expression" => {
            comprehension(b, names, node);
            return None;
        }
        "as_pattern" => {
            as_pattern(b, names, node, "exception");
            return None;
        }
        "type" => return annotation(b, names, node),
        "keyword_argument" => return Some(expr(b, names, field(node, "value")?)),
        _ => {
            block(b, names, node);
            return None;
        }
    };
    Some(b.expr(kind, span))
}

/// `of.name`; the `.value` of an enum's member is the member's value.
fn attribute(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let of = expr(b, names, field(node, "object")?);
    let name = field(node, "attribute")?;
    if b.text(name) == "value"
        && let ExprKind::Member { of: class, .. } = b.facts.exprs[of].kind
        && let ExprKind::Name(class) = &b.facts.exprs[class].kind
        && names.enums.contains(class)
    {
        return Some(of);
    }
    Some(b.member(of, name))
}

/// `of[key]`. `environ[key]` is said as the call that it is, so that a rule can name it.
fn subscript(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let of = expr(b, names, field(node, "value")?);
    let mut cursor = node.walk();
    let keys: Vec<ExprId> = node
        .children_by_field_name("subscript", &mut cursor)
        .map(|key| expr(b, names, key))
        .collect();
    // Part of something is not one of its elements, and its length is not the whole's.
    if field(node, "subscript").is_some_and(|key| key.kind() == "slice") {
        return None;
    }
    let span = node.byte_range();
    let key = match keys.as_slice() {
        [key] => *key,
        _ => b.expr(ExprKind::List(keys), span.clone()),
    };
    let is_environ = matches!(&b.facts.exprs[of].kind, ExprKind::Name(n) | ExprKind::Member { name: n, .. } if n == "environ");
    if !is_environ {
        return Some(b.expr(ExprKind::Index { of, key }, span));
    }
    let callee = b.expr(
        ExprKind::Member {
            of,
            name: "__getitem__".to_owned(),
        },
        span.clone(),
    );
    Some(b.expr(
        ExprKind::Call {
            callee,
            args: vec![Builder::arg(key)],
            construct: false,
        },
        span,
    ))
}

/// `None` where something of unknown length is unpacked into it.
fn list(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let mut items = Vec::new();
    let mut known = true;
    for child in named(node).into_iter().filter(|n| n.kind() != "comment") {
        let inner = if child.kind() == "list_splat" {
            child.named_child(0)
        } else {
            None
        };
        let item = expr(b, names, inner.unwrap_or(child));
        match (&b.facts.exprs[item].kind, inner) {
            (ExprKind::List(spread), Some(_)) => items.extend(spread.clone()),
            (_, Some(_)) => known = false,
            _ => items.push(item),
        }
    }
    known.then(|| b.expr(ExprKind::List(items), node.byte_range()))
}

fn dictionary(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    let mut fields = Vec::new();
    for child in named(node) {
        match (child.kind(), field(child, "key"), field(child, "value")) {
            ("pair", Some(key), Some(value)) => {
                let key = expr(b, names, key);
                let key = match &b.facts.exprs[key].kind {
                    ExprKind::Str(text) => Key::Name(text.clone()),
                    _ => Key::Expr(key),
                };
                fields.push((Some(key), expr(b, names, value)));
            }
            ("dictionary_splat", ..) => {
                if let Some(inner) = child.named_child(0) {
                    fields.push((None, expr(b, names, inner)))
                }
            }
            _ => visit(b, names, child),
        }
    }
    b.expr(ExprKind::Object { ty: None, fields }, node.byte_range())
}

/// The clauses bind names of their own. How many elements come out is not known, so the value is none of the kinds.
fn comprehension(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) {
    b.within(ScopeKind::Loop, |b| {
        let own = names.here().own.clone();
        for clause in named(node)
            .into_iter()
            .filter(|n| matches!(n.kind(), "for_in_clause" | "if_clause"))
        {
            match (field(clause, "left"), field(clause, "right")) {
                (Some(left), Some(right)) => {
                    let over = expr(b, names, right);
                    bind_elements(b, names, left, over, left);
                }
                _ => block(b, names, clause),
            }
        }
        if let Some(body) = field(node, "body") {
            if body.kind() == "pair" {
                block(b, names, body)
            } else {
                expr(b, names, body);
            }
        }
        names.here().own = own;
    });
}

/// The type that `cast(Type, value)` claims.
fn cast_type(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let arguments = field(node, "arguments").filter(|_| is_cast(b, node))?;
    annotation(b, names, arguments.named_child(0)?)
}

fn is_cast(b: &Builder<'_>, node: Node<'_>) -> bool {
    node.kind() == "call"
        && field(node, "function")
            .is_some_and(|f| matches!(b.text(f).as_str(), "cast" | "typing.cast" | "t.cast"))
        && field(node, "arguments").is_some_and(|a| named(a).len() == 2)
}

fn assignment(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let ty = field(node, "type").and_then(|ty| annotation(b, names, ty));
    let ty = ty.or_else(|| field(node, "right").and_then(|right| cast_type(b, names, right)));
    let left = field(node, "left")?;
    if let Some(right) = field(node, "right") {
        let value = expr(b, names, right);
        bind_pattern(b, names, left, value, ty, node);
        return Some(value);
    }
    if left.kind() == "identifier" {
        let name = b.text(left);
        assign(b, names, &name, node, None, ty);
    }
    None
}

fn augmented(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let (left, right) = (field(node, "left")?, expr(b, names, field(node, "right")?));
    let op = b.text(field(node, "operator")?);
    let target = expr(b, names, left);
    let value = b.expr(
        ExprKind::Binary {
            op: operator(op.trim_end_matches('=')),
            left: target,
            right,
        },
        node.byte_range(),
    );
    if left.kind() == "identifier" {
        let name = b.text(left);
        b.bind(name, node.end_byte(), Some(value), BindingKind::Change)
            .private = true;
    } else {
        set_field(b, names, target, value, node);
        b.expr(ExprKind::Assign { target, value }, node.byte_range());
    }
    Some(value)
}

/// A chain of operators leans to the left and may be long: it is followed in a loop.
fn binary(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    let mut chain = vec![node];
    let mut first = field(node, "left");
    while let Some(next) = first.filter(|n| n.kind() == "binary_operator") {
        chain.push(next);
        first = field(next, "left");
    }
    let mut left = match first {
        Some(first) => expr(b, names, first),
        None => b.other("expression", node),
    };
    for part in chain.into_iter().rev() {
        let Some(right) = field(part, "right") else {
            continue;
        };
        let right = expr(b, names, right);
        let op = field(part, "operator").map_or(Op::Other, |op| operator(op.kind()));
        let span = part.byte_range();
        let kind = match (&b.facts.exprs[left].kind, op, &b.facts.exprs[right].kind) {
            (ExprKind::Str(template), Op::Rem, values) => {
                let values = if let ExprKind::List(items) = values {
                    items.clone()
                } else {
                    vec![right]
                };
                percent_format(b, &template.clone(), &values, part)
            }
            (ExprKind::Bytes(length), Op::Mul, ExprKind::Int(times)) => repeated(*length, *times),
            (ExprKind::Int(times), Op::Mul, ExprKind::Bytes(length)) => repeated(*length, *times),
            (ExprKind::Str(one), Op::Add, ExprKind::Str(other)) => {
                ExprKind::Str(format!("{one}{other}"))
            }
            (ExprKind::Bytes(one), Op::Add, ExprKind::Bytes(other)) => {
                ExprKind::Bytes(one.saturating_add(*other))
            }
            (ExprKind::Int(base), Op::Other, ExprKind::Int(power)) => {
                let power = u32::try_from(*power)
                    .ok()
                    .filter(|_| field(part, "operator").is_some_and(|op| op.kind() == "**"));
                power
                    .and_then(|power| base.checked_pow(power))
                    .map_or(ExprKind::Other("expression"), ExprKind::Int)
            }
            _ => ExprKind::Binary { op, left, right },
        };
        left = b.expr(kind, span);
    }
    left
}

fn repeated(length: u64, times: i128) -> ExprKind {
    let times = u64::try_from(times.max(0)).unwrap_or(u64::MAX);
    ExprKind::Bytes(length.saturating_mul(times))
}

// Calls.

fn call(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Option<ExprId> {
    let (function, arguments_node) = (field(node, "function")?, field(node, "arguments")?);
    let span = node.byte_range();
    let args = arguments(b, names, arguments_node);
    if is_cast(b, node)
        && let [_, value] = args.as_slice()
    {
        return Some(value.value);
    }
    if function.kind() == "identifier" {
        let name = b.text(function);
        if names.is_builtin(&name)
            && let Some(meaning) = builtin(b, &name, &args, node)
        {
            return Some(meaning);
        }
    }
    if function.kind() == "attribute" {
        let (object, name) = (
            field(function, "object")?,
            b.text(field(function, "attribute")?),
        );
        if name == "__init__" && b.text(object).starts_with("super(") {
            let callee = b.expr(ExprKind::Super, object.byte_range());
            return Some(b.expr(
                ExprKind::Call {
                    callee,
                    args,
                    construct: true,
                },
                span,
            ));
        }
        if matches!(
            name.as_str(),
            "format" | "join" | "encode" | "decode" | "fromhex" | "import_module"
        ) {
            let of = expr(b, names, object);
            if let Some(meaning) = method(b, of, &name, &args, node) {
                return Some(meaning);
            }
            let callee = b.member(of, field(function, "attribute")?);
            return Some(b.expr(
                ExprKind::Call {
                    callee,
                    args,
                    construct: false,
                },
                span,
            ));
        }
    }
    let callee = expr(b, names, function);
    Some(b.expr(
        ExprKind::Call {
            callee,
            args,
            construct: false,
        },
        span,
    ))
}

fn arguments(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> Vec<Arg> {
    if node.kind() == "generator_expression" {
        return vec![Builder::arg(expr(b, names, node))];
    }
    let mut args = Vec::new();
    for child in named(node) {
        match child.kind() {
            "comment" => {}
            "keyword_argument" => {
                let name = field(child, "name").map(|n| b.text(n));
                if let Some(value) = field(child, "value") {
                    args.push(Arg {
                        name,
                        value: expr(b, names, value),
                        spread: false,
                    })
                }
            }
            "list_splat" | "dictionary_splat" => {
                let Some(inner) = child.named_child(0) else {
                    continue;
                };
                let value = expr(b, names, inner);
                spread(b, value, &mut args);
            }
            _ => args.push(Builder::arg(expr(b, names, child))),
        }
    }
    args
}

/// `*[a, b]` and `**{"a": b}` are the arguments themselves.
fn spread(b: &Builder<'_>, value: ExprId, args: &mut Vec<Arg>) {
    match &b.facts.exprs[value].kind {
        ExprKind::List(items) => args.extend(items.iter().map(|item| Builder::arg(*item))),
        ExprKind::Object { fields, .. } => {
            args.extend(fields.iter().map(|(key, value)| match key {
                Some(Key::Name(name)) => Arg {
                    name: Some(name.clone()),
                    value: *value,
                    spread: false,
                },
                _ => Arg {
                    name: None,
                    value: *value,
                    spread: true,
                },
            }))
        }
        _ => args.push(Arg {
            name: None,
            value,
            spread: true,
        }),
    }
}

/// What a call of one of Python's own functions means, where that is more than a call.
fn builtin(b: &mut Builder<'_>, name: &str, args: &[Arg], node: Node<'_>) -> Option<ExprId> {
    let span = node.byte_range();
    let plain = args.iter().all(|a| a.name.is_none() && !a.spread);
    let kind = |id: ExprId, b: &Builder<'_>| b.facts.exprs[id].kind.clone();
    match (name, args) {
        ("super", _) => Some(b.expr(ExprKind::Super, span)),
        ("dict", _) => {
            let fields = args
                .iter()
                .map(|a| (a.name.clone().map(Key::Name), a.value))
                .collect();
            Some(b.expr(ExprKind::Object { ty: None, fields }, span))
        }
        ("bytes" | "bytearray", [size]) if plain => match kind(size.value, b) {
            ExprKind::Int(size) => Some(b.expr(repeated(1, size), span)),
            ExprKind::List(items) => Some(b.expr(ExprKind::Bytes(items.len() as u64), span)),
            _ => Some(size.value),
        },
        ("bytes", [text, _]) if plain => Some(text.value),
        ("int", [text]) if plain => match kind(text.value, b) {
            ExprKind::Str(text) => {
                let value = integer(text.trim());
                Some(b.expr(value.map_or(ExprKind::Other("number"), ExprKind::Int), span))
            }
            _ => Some(text.value),
        },
        ("str" | "list" | "tuple" | "set" | "frozenset", [inner]) if plain => Some(inner.value),
        ("getattr", [of, key, ..]) if plain => match kind(key.value, b) {
            ExprKind::Str(name) => Some(b.expr(ExprKind::Member { of: of.value, name }, span)),
            _ => Some(b.expr(
                ExprKind::Index {
                    of: of.value,
                    key: key.value,
                },
                span,
            )),
        },
        ("__import__", [module, ..]) => match kind(module.value, b) {
            ExprKind::Str(path) => Some(b.expr(
                ExprKind::Path(path.split('.').next().unwrap_or_default().to_owned()),
                span,
            )),
            _ => None,
        },
        _ => None,
    }
}

/// What a call of a method of texts and bytes means.
fn method(
    b: &mut Builder<'_>,
    of: ExprId,
    name: &str,
    args: &[Arg],
    node: Node<'_>,
) -> Option<ExprId> {
    let span = node.byte_range();
    let first = args.first().map(|a| b.facts.exprs[a.value].kind.clone());
    match (name, b.facts.exprs[of].kind.clone(), first) {
        ("format", ExprKind::Str(template), _) => {
            let kind = brace_format(b, &template, args, node);
            Some(b.expr(kind, span))
        }
        ("join", ExprKind::Str(between), Some(first)) => {
            joined(b, &between, args[0].value, &first, node)
        }
        ("encode", ExprKind::Str(text), _) => {
            Some(b.expr(ExprKind::Bytes(text.len() as u64), span))
        }
        // The charset, if it is named at all, is a literal; `jwt.encode(payload, key)` has more to say.
        ("encode" | "decode", _, None | Some(ExprKind::Str(_)))
            if args.len() < 2 && args.iter().all(|a| a.name.is_none()) =>
        {
            Some(of)
        }
        ("fromhex", ExprKind::Name(class), Some(ExprKind::Str(hex)))
            if class == "bytes" || class == "bytearray" =>
        {
            let digits = hex.chars().filter(char::is_ascii_hexdigit).count() as u64;
            Some(b.expr(ExprKind::Bytes(digits / 2), span))
        }
        ("import_module", _, Some(ExprKind::Str(path))) => Some(b.expr(ExprKind::Path(path), span)),
        _ => None,
    }
}

/// `":".join(names)` as a list of names stays that list: every role that takes the text takes the list.
fn joined(
    b: &mut Builder<'_>,
    between: &str,
    list: ExprId,
    kind: &ExprKind,
    node: Node<'_>,
) -> Option<ExprId> {
    if matches!(between, ":" | ",") {
        return Some(list);
    }
    let ExprKind::List(items) = kind else {
        return None;
    };
    let mut parts = Vec::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 && !between.is_empty() {
            parts.push(b.expr(ExprKind::Str(between.to_owned()), node.byte_range()))
        }
        parts.push(*item);
    }
    Some(b.expr(ExprKind::Concat(parts), node.byte_range()))
}

// Texts.

/// A text, its parts, or the length of a byte string.
fn string(b: &mut Builder<'_>, names: &mut Names, node: Node<'_>) -> ExprId {
    if node.kind() == "concatenated_string" {
        let parts: Vec<ExprId> = named(node)
            .into_iter()
            .filter(|n| n.kind() == "string")
            .map(|part| string(b, names, part))
            .collect();
        return concatenated(b, parts, node);
    }
    let prefix = node
        .child(0)
        .map(|start| b.text(start).to_ascii_lowercase())
        .unwrap_or_default();
    let mut parts = Vec::new();
    for child in named(node) {
        match child.kind() {
            "string_content" => {
                let body = b.text(child);
                let text = if prefix.contains('r') {
                    body
                } else {
                    unescape(&body)
                };
                let text = if prefix.contains('f') {
                    text.replace("{{", "{").replace("}}", "}")
                } else {
                    text
                };
                let kind = if prefix.contains('b') {
                    ExprKind::Bytes(text.chars().count() as u64)
                } else {
                    ExprKind::Str(text)
                };
                parts.push(b.expr(kind, child.byte_range()));
            }
            "interpolation" => {
                let value = field(child, "expression").map(|value| expr(b, names, value));
                for other in named(child)
                    .into_iter()
                    .filter(|n| n.kind() == "format_specifier")
                {
                    block(b, names, other)
                }
                parts.extend(value);
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return b.expr(
            if prefix.contains('b') {
                ExprKind::Bytes(0)
            } else {
                ExprKind::Str(String::new())
            },
            node.byte_range(),
        );
    }
    concatenated(b, parts, node)
}

fn concatenated(b: &mut Builder<'_>, parts: Vec<ExprId>, node: Node<'_>) -> ExprId {
    let mut text = Some(String::new());
    let mut length = Some(0u64);
    for part in &parts {
        match &b.facts.exprs[*part].kind {
            ExprKind::Str(more) => {
                if let Some(text) = &mut text {
                    text.push_str(more)
                }
                length = None;
            }
            ExprKind::Bytes(more) => {
                length = length.map(|length| length.saturating_add(*more));
                text = None;
            }
            _ => (text, length) = (None, None),
        }
    }
    let kind = match (text, length) {
        (Some(text), None) => ExprKind::Str(text),
        (None, Some(length)) => ExprKind::Bytes(length),
        _ => ExprKind::Concat(parts),
    };
    b.expr(kind, node.byte_range())
}

/// `"…{}…{name}".format(…)`; a slot with an attribute or an index in it is not read.
fn brace_format(b: &mut Builder<'_>, template: &str, args: &[Arg], node: Node<'_>) -> ExprKind {
    let mut parts = Vec::new();
    let mut next = 0;
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        text_part(b, &mut parts, &rest[..open], node);
        rest = &rest[open + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            text_part(b, &mut parts, "{", node);
            rest = after;
            continue;
        }
        let Some(close) = rest.find('}') else { break };
        let slot = rest[..close].split([':', '!']).next().unwrap_or_default();
        rest = &rest[close + 1..];
        let value = if slot.is_empty() {
            next += 1;
            args.get(next - 1).filter(|a| a.name.is_none() && !a.spread)
        } else if let Ok(index) = slot.parse::<usize>() {
            args.get(index).filter(|a| a.name.is_none() && !a.spread)
        } else {
            args.iter().find(|a| a.name.as_deref() == Some(slot))
        };
        parts.push(match value {
            Some(arg) => arg.value,
            None => b.other("expression", node),
        });
    }
    text_part(b, &mut parts, rest, node);
    ExprKind::Concat(parts)
}

/// `"…%s…" % values`.
fn percent_format(
    b: &mut Builder<'_>,
    template: &str,
    values: &[ExprId],
    node: Node<'_>,
) -> ExprKind {
    let mut parts = Vec::new();
    let mut values = values.iter();
    let mut rest = template;
    while let Some(percent) = rest.find('%') {
        text_part(b, &mut parts, &rest[..percent], node);
        rest = &rest[percent + 1..];
        let end = rest
            .find(|c: char| c.is_ascii_alphabetic() || c == '%' || c == '(')
            .unwrap_or(rest.len());
        let conversion = rest[end..].chars().next();
        rest = rest.get(end + 1..).unwrap_or_default();
        parts.push(match conversion {
            Some('%') => b.expr(ExprKind::Str("%".to_owned()), node.byte_range()),
            Some('s' | 'd' | 'i' | 'r') => values
                .next()
                .copied()
                .unwrap_or_else(|| b.other("expression", node)),
            // `%(name)s` takes from a dict, `%x` writes otherwise than names are written.
            _ => return ExprKind::Other("expression"),
        });
    }
    text_part(b, &mut parts, rest, node);
    ExprKind::Concat(parts)
}

fn text_part(b: &mut Builder<'_>, parts: &mut Vec<ExprId>, text: &str, node: Node<'_>) {
    if !text.is_empty() {
        parts.push(b.expr(ExprKind::Str(text.to_owned()), node.byte_range()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(code: &str) -> Facts {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&Python.grammar()).unwrap();
        let tree = parser.parse(code, None).unwrap();
        Python.lower(&tree, code.as_bytes())
    }

    /// An expression as text, for assertions.
    fn show(facts: &Facts, id: ExprId) -> String {
        let all = |ids: &[ExprId]| {
            ids.iter()
                .map(|id| show(facts, *id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &facts.exprs[id].kind {
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Bytes(length) => format!("bytes({length})"),
            ExprKind::Null => "None".to_owned(),
            ExprKind::Name(name) | ExprKind::Path(name) => name.clone(),
            ExprKind::This => "self".to_owned(),
            ExprKind::Super => "super".to_owned(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
            ExprKind::Call { callee, args, .. } => {
                let args: Vec<String> = args
                    .iter()
                    .map(|arg| {
                        let name = arg
                            .name
                            .as_ref()
                            .map(|n| format!("{n}="))
                            .unwrap_or_default();
                        format!(
                            "{}{name}{}",
                            if arg.spread { "*" } else { "" },
                            show(facts, arg.value)
                        )
                    })
                    .collect();
                format!("{}({})", show(facts, *callee), args.join(", "))
            }
            ExprKind::List(items) => format!("[{}]", all(items)),
            ExprKind::OneOf(items) => format!("one of [{}]", all(items)),
            ExprKind::Concat(items) => format!("concat [{}]", all(items)),
            ExprKind::Binary { op, left, right } => {
                format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
            }
            ExprKind::Item { of, index } => format!("{}#{index}", show(facts, *of)),
            ExprKind::Element(of) => format!("element of {}", show(facts, *of)),
            ExprKind::Object { fields, .. } => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| match key {
                        Some(Key::Name(name)) => format!("{name}: {}", show(facts, *value)),
                        Some(Key::Expr(key)) => {
                            format!("[{}]: {}", show(facts, *key), show(facts, *value))
                        }
                        None => format!("..{}", show(facts, *value)),
                    })
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            other => format!("{other:?}"),
        }
    }

    fn value(facts: &Facts, name: &str) -> Vec<String> {
        facts
            .bindings
            .iter()
            .filter(|b| b.name == name)
            .filter_map(|b| b.value)
            .map(|id| show(facts, id))
            .collect()
    }

    fn calls(facts: &Facts) -> Vec<String> {
        (0..facts.exprs.len())
            .filter(|id| matches!(facts.exprs[*id].kind, ExprKind::Call { .. }))
            .map(|id| show(facts, id))
            .collect()
    }

    fn imports(facts: &Facts) -> Vec<(Option<&str>, &str)> {
        facts
            .imports
            .iter()
            .map(|i| (i.local.as_deref(), i.path.as_str()))
            .collect()
    }

    #[test]
    fn every_form_of_import_gives_a_full_path() {
        let facts = lower(
            "import a.b.c\nimport a.b as x\nfrom p.q import r, s as t\nfrom m import *\nfrom .keys import load\nfrom . import rsa\n",
        );
        assert_eq!(
            imports(&facts),
            [
                (Some("a"), "a"),
                (Some("x"), "a.b"),
                (Some("r"), "p.q.r"),
                (Some("t"), "p.q.s"),
                (None, "m"),
                (Some("load"), ".keys.load"),
                (Some("rsa"), ".rsa"),
            ]
        );
    }

    #[test]
    fn an_import_in_an_arm_holds_in_the_whole_module() {
        let facts = lower("try:\n    from A import X\nexcept ImportError:\n    from B import X\n");
        assert!(facts.imports.iter().all(|i| i.scope == 0));
        assert_eq!(imports(&facts), [(Some("X"), "A.X"), (Some("X"), "B.X")]);
    }

    #[test]
    fn keyword_spread_and_nested_calls_are_all_reached() {
        let facts = lower(
            "f(1, *rest, key_size=g(2048), **{'a': 3}, **opts)\nif h(): pass\nraise E(k())\n",
        );
        assert_eq!(
            calls(&facts),
            [
                "g(2048)",
                "f(1, *rest, key_size=g(2048), a=3, *opts)",
                "h()",
                "k()",
                "E(k())"
            ]
        );
    }

    #[test]
    fn the_receiver_is_no_parameter_and_its_attributes_are_fields() {
        let facts = lower(
            "class K:\n    bits = 2048\n    def __init__(self, size, curve='P-256'):\n        self.size = size\n    @staticmethod\n    def make(n): return n\n",
        );
        let init = &facts.functions[0];
        assert_eq!(init.name, "<init>");
        assert_eq!(
            init.params
                .iter()
                .map(|p| p.name.as_str())
                .collect::<Vec<_>>(),
            ["size", "curve"]
        );
        assert_eq!(facts.functions[1].params.len(), 1);
        let field = facts
            .bindings
            .iter()
            .find(|b| b.name == "size" && b.kind == BindingKind::Field)
            .unwrap();
        assert_eq!(field.scope, facts.classes[0].scope);
        assert_eq!(value(&facts, "bits"), ["2048"]);
    }

    #[test]
    fn a_property_is_the_call_of_its_function() {
        let facts = lower(
            "class K:\n    @property\n    def key(self): return f()\n    @key.setter\n    def key(self, v): pass\n",
        );
        assert_eq!(value(&facts, "key"), ["Function(0)()"]);
    }

    #[test]
    fn texts_are_put_together() {
        let facts = lower(
            "a = 'x' \"y\"\nb = f'rsa-{n}'\nc = '{}-{k}'.format(1, k=2)\nd = '%s/%d' % (p, 3)\ne = b'ab\\x00' * 4\ng = ':'.join([u, v])\nh = bytes(16)\ni = 'é'.encode()\n",
        );
        assert_eq!(value(&facts, "a"), ["\"xy\""]);
        assert_eq!(value(&facts, "b"), ["concat [\"rsa-\", n]"]);
        assert_eq!(value(&facts, "c"), ["concat [1, \"-\", 2]"]);
        assert_eq!(value(&facts, "d"), ["concat [p, \"/\", 3]"]);
        assert_eq!(value(&facts, "e"), ["bytes(12)"]);
        assert_eq!(value(&facts, "g"), ["[u, v]"]);
        assert_eq!(value(&facts, "h"), ["bytes(16)"]);
        assert_eq!(value(&facts, "i"), ["bytes(2)"]);
    }

    #[test]
    fn unpacking_gives_each_name_its_part() {
        let facts = lower(
            "a, b = f()\nc, d = 1, 2\n(e, *g) = xs\nfor i, v in enumerate(ys): pass\nx = y = 3\n",
        );
        assert_eq!(value(&facts, "b"), ["f()#1"]);
        assert_eq!(value(&facts, "d"), ["2"]);
        assert_eq!(value(&facts, "e"), ["xs#0"]);
        assert_eq!(value(&facts, "v"), ["element of ys"]);
        assert_eq!(
            (value(&facts, "x"), value(&facts, "y")),
            (vec!["3".to_owned()], vec!["3".to_owned()])
        );
    }

    #[test]
    fn arms_are_grouped_and_only_an_else_makes_them_exhaustive() {
        let facts =
            lower("if a:\n    x = 1\nelif b:\n    x = 2\nelse:\n    x = 3\nif c:\n    y = 1\n");
        let arms: Vec<(usize, bool)> = facts
            .scopes
            .iter()
            .filter_map(|s| match s.kind {
                ScopeKind::Arm { group, exhaustive } => Some((group, exhaustive)),
                _ => None,
            })
            .collect();
        assert_eq!(arms, [(1, true), (1, true), (1, true), (2, false)]);
    }

    #[test]
    fn a_local_of_the_modules_name_is_the_functions_own() {
        let facts =
            lower("bits = 1024\ndef f(c):\n    if c:\n        bits = 2048\n    return bits\n");
        let function = facts.functions[0].scope;
        assert!(
            facts
                .bindings
                .iter()
                .any(|b| b.name == "bits" && b.scope == function && b.kind == BindingKind::Declare)
        );
        assert!(
            facts
                .bindings
                .iter()
                .any(|b| b.name == "bits" && b.scope == 0 && b.constant)
        );
    }

    #[test]
    fn builtins_say_what_they_mean_unless_shadowed() {
        let facts = lower(
            "a = int('2048')\nb = getattr(m, 'x')\nc = dict(k=1)\nd = __import__('hashlib')\ne = os.environ['K']\nimport x as dict\nf = dict(k=1)\n",
        );
        assert_eq!(value(&facts, "a"), ["2048"]);
        assert_eq!(value(&facts, "b"), ["m.x"]);
        assert_eq!(value(&facts, "c"), ["{k: 1}"]);
        assert_eq!(value(&facts, "d"), ["hashlib"]);
        assert_eq!(value(&facts, "e"), ["os.environ.__getitem__(\"K\")"]);
        assert_eq!(value(&facts, "f"), ["dict(k=1)"]);
    }

    #[test]
    fn isinstance_gives_a_type() {
        let facts = lower(
            "def f(key):\n    if isinstance(key, rsa.RSAPrivateKey):\n        key.sign()\n    if not isinstance(key, EC):\n        raise E\n    key.x()\n",
        );
        let types: Vec<String> = facts
            .bindings
            .iter()
            .filter(|b| b.name == "key")
            .filter_map(|b| b.ty)
            .map(|ty| show(&facts, ty))
            .collect();
        assert_eq!(types, ["rsa.RSAPrivateKey", "EC"]);
    }

    #[test]
    fn an_enums_value_is_the_member() {
        let facts = lower("class A(str, Enum):\n    RS = 'RS256'\nx = A.RS.value\n");
        assert_eq!(value(&facts, "x"), ["A.RS"]);
        assert!(facts.bindings.iter().any(|b| b.name == "RS" && b.constant));
    }

    #[test]
    fn a_slice_is_no_element_and_a_cast_is_its_value_with_a_type() {
        let facts = lower("a = key[:32]\nb = cast('rsa.RSAPrivateKey', k())\nc: int\n");
        assert!(value(&facts, "a")[0].starts_with("Other"));
        assert_eq!(value(&facts, "b"), ["k()"]);
        let binding = facts.bindings.iter().find(|x| x.name == "b").unwrap();
        assert_eq!(show(&facts, binding.ty.unwrap()), "rsa.RSAPrivateKey");
        assert!(
            facts
                .bindings
                .iter()
                .any(|x| x.name == "c" && x.ty.is_some())
        );
    }

    #[test]
    fn broken_code_keeps_what_can_be_read() {
        let facts = lower("def f(:\n    k = g(1)\nx = h(2\n");
        assert!(facts.errors > 0);
        assert!(calls(&facts).iter().any(|c| c == "g(1)"));
    }

    #[test]
    fn deep_nesting_is_cut_and_said() {
        let facts = lower(&format!("x = {}1{}\n", "(".repeat(5000), ")".repeat(5000)));
        assert!(facts.too_deep);
        let long = lower(&format!("x = {}f()\n", "a + ".repeat(5000)));
        assert!(!long.too_deep);
        assert_eq!(calls(&long).len(), 1);
    }

    #[test]
    fn pem_blocks_in_texts_are_handed_on() {
        let facts = lower("k = '''-----BEGIN PUBLIC KEY-----\nAA==\n'''\n");
        assert_eq!(facts.embedded.len(), 1);
    }
}
