//! Go: how its syntax tree becomes facts.
//!
//! One pass over the tree, after a look at the file's type declarations (a method may stand before its type). It knows the
//! language and its built-in functions, and of the standard library only `fmt.Sprintf`, which writes texts. It does not follow
//! packages: a name of another file of the package stays a name that nothing binds.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, integer, named, operator, unescape};
use crate::detect::facts::{
    Arg, Binding, BindingKind, ExprId, ExprKind, Facts, Key, Op, Param, ScopeKind,
};

/// Go.
pub(super) struct Go;

impl Language for Go {
    fn name(&self) -> &'static str {
        "Go"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["go"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["go"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_go::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let root = tree.root_node();
        let mut b = Builder::new(text);
        let file = File::new(&mut b, root);
        for node in named(root) {
            file.statement(&mut b, node);
        }
        file.import_by_package_name(&mut b);
        if root.has_error() {
            b.facts.errors = count_errors(root);
        }
        b.facts
    }
}

/// A constant's expression is repeated for each name below it that has none; longer ones are not, so that the work stays linear.
const MAX_REPEATED: usize = 256;

/// Type names that stand for another are followed this far.
const MAX_ALIASES: usize = 8;

/// What must be known of the whole file, and of the place in it.
struct File<'t> {
    /// The file's own types: what stands behind the name.
    types: BTreeMap<String, Node<'t>>,
    /// The classes made for them and for the receivers of methods.
    classes: BTreeMap<String, usize>,
    /// Names that unaliased imports probably have, where the path's end is no identifier.
    guessed: RefCell<Vec<(String, String)>>,
    /// The value of `iota`.
    iota: Cell<i128>,
    /// The receiver's name and class inside a method.
    receiver: RefCell<Option<(String, usize)>>,
    /// The named results of the function that is being read.
    results: RefCell<Vec<String>>,
}

impl<'t> File<'t> {
    fn new(b: &mut Builder<'_>, root: Node<'t>) -> Self {
        let mut types = BTreeMap::new();
        let mut classes = BTreeMap::new();
        for node in named(root) {
            match node.kind() {
                "type_declaration" => {
                    for spec in named(node) {
                        let (Some(name), Some(ty)) = (
                            spec.child_by_field_name("name"),
                            spec.child_by_field_name("type"),
                        ) else {
                            continue;
                        };
                        let name = b.text(name);
                        if spec.kind() == "type_spec" {
                            classes
                                .insert(name.clone(), declare_class(b, &name, spec.byte_range()));
                        }
                        types.insert(name, ty);
                    }
                }
                "method_declaration" => {
                    if let Some((_, ty)) = receiver(b, node)
                        && !classes.contains_key(&ty)
                    {
                        let class = declare_class(b, &ty, node.byte_range());
                        classes.insert(ty, class);
                    }
                }
                _ => {}
            }
        }
        Self {
            types,
            classes,
            guessed: RefCell::default(),
            iota: Cell::new(0),
            receiver: RefCell::default(),
            results: RefCell::default(),
        }
    }

    /// Lowers anything that may stand where a statement may; what it does not know it reads as an expression.
    fn statement(&self, b: &mut Builder<'_>, node: Node<'t>) {
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

    fn children(&self, b: &mut Builder<'_>, node: Node<'t>) {
        for child in named(node) {
            self.statement(b, child);
        }
    }

    // Imports

    fn import(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(path) = node
            .child_by_field_name("path")
            .and_then(|path| text_literal(b, path))
        else {
            return;
        };
        let (path, segment) = import_path(&path);
        match node.child_by_field_name("name") {
            Some(name) if name.kind() == "dot" => b.import(None, path),
            Some(name) if name.kind() == "blank_identifier" => {}
            Some(name) => {
                let name = b.text(name);
                b.import(Some(&name), path);
            }
            None if is_identifier(&segment) => b.import(Some(&segment), path),
            None => self.guessed.borrow_mut().extend(
                package_names(&segment)
                    .into_iter()
                    .map(|name| (name, path.clone())),
            ),
        }
    }

    /// Names guessed from paths give way to names that are written.
    fn import_by_package_name(&self, b: &mut Builder<'_>) {
        let written: BTreeSet<String> = b
            .facts
            .imports
            .iter()
            .filter_map(|import| import.local.clone())
            .collect();
        for (name, path) in self.guessed.take() {
            if !written.contains(&name) {
                b.import(Some(&name), path);
            }
        }
    }

    // Declarations

    fn function_declaration(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name").map(|name| b.text(name)) else {
            return self.children(b, node);
        };
        let function = self.function(b, node, &name, None);
        let value = b.expr(ExprKind::Function(function), node.byte_range());
        let at = if b.scope == 0 { 0 } else { node.end_byte() };
        let binding = b.bind(name.clone(), at, Some(value), BindingKind::Declare);
        binding.constant = true;
    }

    fn method(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let name = node.child_by_field_name("name").map(|name| b.text(name));
        let Some((name, (this, ty))) = name.zip(receiver(b, node)) else {
            return self.children(b, node);
        };
        let outer = b.scope;
        if let Some(&class) = self.classes.get(&ty) {
            b.scope = b.facts.classes[class].scope;
        }
        let class = b.facts.class_around(b.scope);
        let before = self
            .receiver
            .replace(class.map(|class| (this.clone(), class)));
        let function = self.function(b, node, &name, Some(&this));
        self.receiver.replace(before);
        let value = b.expr(ExprKind::Function(function), node.byte_range());
        let binding = b.bind(name.clone(), 0, Some(value), BindingKind::Field);
        binding.constant = true;
        b.scope = outer;
    }

    /// A function, method or literal: its parameters, receiver, results and body.
    fn function(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        name: &str,
        this: Option<&str>,
    ) -> usize {
        let params = self.params(b, node.child_by_field_name("parameters"));
        let result = node.child_by_field_name("result");
        let results = self.params(b, result.filter(|result| result.kind() == "parameter_list"));
        let result_type = match result {
            Some(list) if list.kind() == "parameter_list" => {
                let types = results.iter().filter_map(|result| result.ty).collect();
                Some(b.expr(ExprKind::List(types), list.byte_range()))
            }
            other => other.map(|ty| self.ty(b, ty)),
        };
        let body = node.child_by_field_name("body");
        let at = body.map_or(node.end_byte(), |body| body.start_byte());
        let names: Vec<String> = results
            .iter()
            .map(|result| result.name.clone())
            .filter(|name| !name.is_empty())
            .collect();
        let before = self.results.replace(names);
        let index = b.function(name, params, at, |b, index| {
            b.facts.functions[index].private = name.is_empty();
            b.facts.functions[index].result = result_type;
            if let Some(this) = this {
                let value = b.expr(ExprKind::This, node.byte_range());
                b.bind(this, at, Some(value), BindingKind::Declare).private = true;
            }
            for result in results.iter().filter(|result| !result.name.is_empty()) {
                let binding = b.bind(result.name.clone(), at, None, BindingKind::Declare);
                binding.ty = result.ty;
                binding.private = true;
            }
            if let Some(body) = body {
                self.children(b, body);
            }
        });
        self.results.replace(before);
        if is_test(b, index, name) {
            b.facts.tests.push(node.byte_range());
        }
        index
    }

    fn params(&self, b: &mut Builder<'_>, list: Option<Node<'t>>) -> Vec<Param> {
        let mut params = Vec::new();
        for declaration in list.map(named).unwrap_or_default() {
            let Some(ty) = declaration.child_by_field_name("type") else {
                continue;
            };
            let ty = Some(self.ty(b, ty));
            let rest = declaration.kind() == "variadic_parameter_declaration";
            let mut cursor = declaration.walk();
            let mut names: Vec<String> = declaration
                .children_by_field_name("name", &mut cursor)
                .filter(Node::is_named)
                .map(|name| b.text(name))
                .collect();
            if names.is_empty() {
                names.push(String::new());
            }
            params.extend(names.into_iter().map(|name| Param {
                name,
                ty,
                default: None,
                rest,
            }));
        }
        params
    }

    fn type_spec(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let (Some(name), Some(ty)) = (
            node.child_by_field_name("name"),
            node.child_by_field_name("type"),
        ) else {
            return self.children(b, node);
        };
        let name = b.text(name);
        let known = self.classes.get(&name).filter(|_| b.scope == 0);
        let class = known
            .copied()
            .unwrap_or_else(|| declare_class(b, &name, node.byte_range()));
        if ty.kind() != "struct_type" {
            self.ty(b, ty);
            return;
        }
        for field in fields(ty) {
            let Some(declared) = field.child_by_field_name("type") else {
                continue;
            };
            let ty = self.ty(b, declared);
            let mut cursor = field.walk();
            let mut names: Vec<String> = field
                .children_by_field_name("name", &mut cursor)
                .filter(Node::is_named)
                .map(|name| b.text(name))
                .collect();
            if names.is_empty() {
                b.facts.classes[class].bases.push(ty);
                names.extend(type_name(b, declared));
            }
            let scope = b.facts.classes[class].scope;
            let zero = self.zero(b, declared).map(|(value, _)| value);
            for name in names {
                let binding = b.bind_in(scope, name, field.end_byte(), zero, BindingKind::Field);
                binding.ty = Some(ty);
            }
        }
    }

    fn type_alias(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let (Some(name), Some(ty)) = (
            node.child_by_field_name("name"),
            node.child_by_field_name("type"),
        ) else {
            return self.children(b, node);
        };
        let name = b.text(name);
        let value = self.ty(b, ty);
        let at = if b.scope == 0 { 0 } else { node.end_byte() };
        let binding = b.bind(name.clone(), at, Some(value), BindingKind::Declare);
        binding.constant = true;
    }

    /// A constant without a value has the expression of the one above it, with the next `iota`.
    fn constants(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let before = self.iota.get();
        let mut repeated: (Option<Node<'t>>, Option<Node<'t>>) = (None, None);
        for (index, spec) in named(node)
            .into_iter()
            .filter(|spec| spec.kind() == "const_spec")
            .enumerate()
        {
            self.iota.set(index as i128);
            let mut values = spec.child_by_field_name("value");
            if values.is_some() {
                repeated = (values, spec.child_by_field_name("type"));
            } else {
                values = repeated
                    .0
                    .filter(|values| values.byte_range().len() <= MAX_REPEATED);
            }
            let ty = repeated
                .1
                .filter(|ty| ty.byte_range().len() <= MAX_REPEATED)
                .map(|ty| self.ty(b, ty));
            let mut cursor = spec.walk();
            let names: Vec<Node<'t>> = spec
                .children_by_field_name("name", &mut cursor)
                .filter(Node::is_named)
                .collect();
            let values: Vec<ExprId> = values
                .map(named)
                .unwrap_or_default()
                .into_iter()
                .map(|value| self.expr(b, value))
                .collect();
            for (i, name) in names.into_iter().enumerate() {
                self.declare(b, name, spec.end_byte(), values.get(i).copied(), ty)
                    .constant = true;
            }
        }
        self.iota.set(before);
    }

    fn variables(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let declared = node.child_by_field_name("type");
        let ty = declared.map(|ty| self.ty(b, ty));
        let mut cursor = node.walk();
        let names: Vec<Node<'t>> = node
            .children_by_field_name("name", &mut cursor)
            .filter(Node::is_named)
            .collect();
        let values = match node.child_by_field_name("value") {
            Some(values) => self.values(b, &named(values), names.len()),
            None => vec![declared.and_then(|ty| self.zero(b, ty)); names.len()],
        };
        for (name, (value, asserted)) in names
            .into_iter()
            .zip(values.into_iter().map(|value| value.unzip()))
        {
            self.declare(b, name, node.end_byte(), value, ty.or(asserted.flatten()));
        }
    }

    /// Declares a package's or a function's name.
    fn declare<'b>(
        &self,
        b: &'b mut Builder<'_>,
        name: Node<'t>,
        at: usize,
        value: Option<ExprId>,
        ty: Option<ExprId>,
    ) -> &'b mut Binding {
        let name = b.text(name);
        let local = b.scope != 0;
        let binding = b.bind(
            name,
            if local { at } else { 0 },
            value,
            BindingKind::Declare,
        );
        binding.ty = ty;
        // The package's other files may assign its variables.
        binding.private = local;
        binding
    }

    /// What a variable declared without a value holds, where that says something: an array of bytes.
    fn zero(&self, b: &mut Builder<'_>, ty: Node<'t>) -> Option<(ExprId, Option<ExprId>)> {
        let length = self.byte_array(b, ty)?;
        Some((b.expr(ExprKind::Bytes(length), ty.byte_range()), None))
    }

    // Statements

    /// The values of `wanted` names, each with the type that an assertion gives it.
    fn values(
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

    fn value(&self, b: &mut Builder<'_>, node: Node<'t>) -> (ExprId, Option<ExprId>) {
        let value = self.expr(b, node);
        let node = strip(node);
        let asserted = node
            .child_by_field_name("type")
            .filter(|_| node.kind() == "type_assertion_expression");
        (value, asserted.map(|ty| self.ty(b, ty)))
    }

    fn assignment(&self, b: &mut Builder<'_>, node: Node<'t>, kind: BindingKind) {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return self.children(b, node);
        };
        let (left, right) = (named(left), named(right));
        let token = node
            .child_by_field_name("operator")
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

    fn assign(
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
    fn assign_field(
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

    fn step(&self, b: &mut Builder<'_>, node: Node<'t>) {
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
    fn return_statement(&self, b: &mut Builder<'_>, node: Node<'t>) {
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
    fn if_statement(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let alternative = node.child_by_field_name("alternative");
        let arm = ScopeKind::Arm {
            group: b.group(),
            exhaustive: alternative.is_some(),
        };
        for child in named(node) {
            if Some(child) == alternative || Some(child) == node.child_by_field_name("consequence")
            {
                b.within(arm, |b| match child.kind() {
                    "block" => self.children(b, child),
                    _ => self.statement(b, child),
                });
            } else {
                self.statement(b, child);
            }
        }
    }

    fn switch(&self, b: &mut Builder<'_>, node: Node<'t>) {
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
    fn type_switch(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let children = named(node);
        let alias = node.child_by_field_name("alias");
        let operand = node.child_by_field_name("value");
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
                    for statement in named(child)
                        .into_iter()
                        .filter(|statement| !types.contains(statement))
                    {
                        self.statement(b, statement);
                    }
                });
            } else if Some(child) != alias {
                self.statement(b, child);
            }
        }
    }

    fn range_clause(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(right) = node.child_by_field_name("right") else {
            return self.children(b, node);
        };
        let of = self.expr(b, right);
        let kind = if has_token(node, ":=") {
            BindingKind::Declare
        } else {
            BindingKind::Assign
        };
        for (index, target) in node
            .child_by_field_name("left")
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

    fn receive(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(right) = node.child_by_field_name("right") else {
            return self.children(b, node);
        };
        let value = self.expr(b, right);
        let kind = if has_token(node, ":=") {
            BindingKind::Declare
        } else {
            BindingKind::Assign
        };
        if let Some(target) = node
            .child_by_field_name("left")
            .map(named)
            .unwrap_or_default()
            .into_iter()
            .next()
        {
            self.assign(b, target, Some((value, None)), node.end_byte(), kind);
        }
    }

    // Expressions

    fn expr(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        b.deeper(None, |b| Some(self.expr_here(b, node)))
            .unwrap_or_else(|| b.other("nested too deep", node))
    }

    fn expr_here(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "identifier" | "field_identifier" | "package_identifier" => b.name(node),
            "interpreted_string_literal" | "raw_string_literal" => {
                b.note_embedded(span.clone());
                let text = text_literal(b, node).unwrap_or_default();
                b.expr(ExprKind::Str(text), span)
            }
            "int_literal" => match integer(&b.text(node)) {
                Some(value) => b.expr(ExprKind::Int(value), span),
                None => b.other("number", node),
            },
            "float_literal" | "imaginary_literal" | "rune_literal" => b.other("number", node),
            "iota" => b.expr(ExprKind::Int(self.iota.get()), span),
            "nil" => b.expr(ExprKind::Null, span),
            "true" => b.expr(ExprKind::Bool(true), span),
            "false" => b.expr(ExprKind::Bool(false), span),
            "parenthesized_expression" => match named(node)[..] {
                [inner] => self.expr(b, inner),
                _ => self.unknown(b, node),
            },
            "unary_expression" => self.unary(b, node),
            "binary_expression" => self.binary(b, node),
            "selector_expression" => self.selector(b, node),
            "index_expression" => self.index(b, node),
            "slice_expression" => self.slice(b, node),
            "call_expression" => self.call(b, node),
            // What is asserted or converted is the value; a declaration takes the asserted type.
            "type_assertion_expression" | "type_conversion_expression" => {
                match node.child_by_field_name("operand") {
                    Some(operand) => self.expr(b, operand),
                    None => self.unknown(b, node),
                }
            }
            "composite_literal" => match (
                node.child_by_field_name("type"),
                node.child_by_field_name("body"),
            ) {
                (Some(ty), Some(body)) => self.composite(b, Some(ty), body, span),
                _ => self.unknown(b, node),
            },
            "literal_value" => self.composite(b, None, node, span),
            "func_literal" => {
                let function = self.function(b, node, "", None);
                b.expr(ExprKind::Function(function), span)
            }
            kind if is_type(kind) => self.ty(b, node),
            _ => self.unknown(b, node),
        }
    }

    /// Reads what is inside, whatever it is.
    fn unknown(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        self.children(b, node);
        b.other("expression", node)
    }

    fn unary(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let Some(operand) = node.child_by_field_name("operand") else {
            return self.unknown(b, node);
        };
        let token = node
            .child_by_field_name("operator")
            .map(|operator| b.text(operator))
            .unwrap_or_default();
        let inner = self.expr(b, operand);
        match (token.as_str(), &b.facts.exprs[inner].kind) {
            ("&" | "*" | "+", _) => inner,
            ("-", ExprKind::Int(value)) => {
                let value = value.checked_neg().unwrap_or(*value);
                b.expr(ExprKind::Int(value), node.byte_range())
            }
            ("<-", _) => b.other("received value", node),
            _ => b.other("expression", node),
        }
    }

    /// A chain of operators leans to the left and may be long (texts joined by `+`), so it is followed in a loop.
    fn binary(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let mut chain = Vec::new();
        let mut first = node;
        while first.kind() == "binary_expression"
            && let (Some(left), Some(op), Some(right)) = (
                first.child_by_field_name("left"),
                first.child_by_field_name("operator"),
                first.child_by_field_name("right"),
            )
        {
            chain.push((operator(&b.text(op)), right));
            first = left;
        }
        if chain.is_empty() {
            return self.unknown(b, node);
        }
        let mut left = self.expr(b, first);
        for (op, right) in chain.into_iter().rev() {
            let span = node.start_byte()..right.end_byte();
            let right = self.expr(b, right);
            left = b.expr(ExprKind::Binary { op, left, right }, span);
        }
        left
    }

    fn selector(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        match (
            node.child_by_field_name("operand"),
            node.child_by_field_name("field"),
        ) {
            (Some(operand), Some(field)) => {
                let of = self.expr(b, operand);
                b.member(of, field)
            }
            _ => self.unknown(b, node),
        }
    }

    fn index(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        match (
            node.child_by_field_name("operand"),
            node.child_by_field_name("index"),
        ) {
            (Some(operand), Some(index)) => {
                let of = self.expr(b, operand);
                let key = self.expr(b, index);
                b.expr(ExprKind::Index { of, key }, node.byte_range())
            }
            _ => self.unknown(b, node),
        }
    }

    /// `x[:]` is `x`; literal bounds give a length.
    fn slice(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let Some(operand) = node.child_by_field_name("operand") else {
            return self.unknown(b, node);
        };
        let whole = self.expr(b, operand);
        let bounds = ["start", "end", "capacity"].map(|bound| {
            node.child_by_field_name(bound)
                .map(|bound| self.expr(b, bound))
        });
        let number = |bound: ExprId| match b.facts.exprs[bound].kind {
            ExprKind::Int(value) => u64::try_from(value).ok(),
            _ => None,
        };
        match bounds {
            [None, None, None] => whole,
            [start, Some(end), _] => match (start.map_or(Some(0), number), number(end)) {
                (Some(start), Some(end)) if start <= end => {
                    b.expr(ExprKind::Bytes(end - start), node.byte_range())
                }
                _ => b.other("slice", node),
            },
            _ => b.other("slice", node),
        }
    }

    fn call(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let (Some(function), Some(list)) = (
            node.child_by_field_name("function"),
            node.child_by_field_name("arguments"),
        ) else {
            return self.unknown(b, node);
        };
        let arguments = named(list);
        if let [value] = arguments[..]
            && is_pointer_conversion(function)
        {
            return self.expr(b, value);
        }
        if function.kind() == "identifier"
            && let Some(id) = self.builtin(b, node, &b.text(function), &arguments)
        {
            return id;
        }
        if let [format, values @ ..] = &arguments[..]
            && self.is_sprintf(b, function)
            && let Some(format) = text_literal(b, *format)
        {
            return self.formatted(b, node, &format, values);
        }
        let mut callee = self.expr(b, function);
        if let Some(types) = node.child_by_field_name("type_arguments") {
            let types = named(types).into_iter().map(|ty| self.ty(b, ty)).collect();
            callee = b.expr(
                ExprKind::Generic { of: callee, types },
                function.byte_range(),
            );
        }
        let args = arguments
            .into_iter()
            .map(|argument| self.argument(b, argument))
            .collect();
        b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: false,
            },
            node.byte_range(),
        )
    }

    fn argument(&self, b: &mut Builder<'_>, node: Node<'t>) -> Arg {
        if node.kind() == "variadic_argument"
            && let [value] = named(node)[..]
        {
            return Arg {
                name: None,
                value: self.expr(b, value),
                spread: true,
            };
        }
        Builder::arg(self.expr(b, node))
    }

    /// The built-in functions that say something of a value, and conversions: to a built-in type, or to a type of this file.
    fn builtin(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        name: &str,
        arguments: &[Node<'t>],
    ) -> Option<ExprId> {
        match (name, arguments) {
            ("new", [ty]) => Some(match self.byte_array(b, *ty) {
                Some(length) => b.expr(ExprKind::Bytes(length), node.byte_range()),
                None => {
                    let ty = Some(self.ty(b, *ty));
                    b.expr(
                        ExprKind::Object {
                            ty,
                            fields: Vec::new(),
                        },
                        node.byte_range(),
                    )
                }
            }),
            ("make", [ty, _, ..]) if ty.kind() == "slice_type" && self.holds_bytes(b, *ty) => {
                let ids: Vec<ExprId> = arguments[1..]
                    .iter()
                    .map(|argument| self.expr(b, *argument))
                    .collect();
                let ExprKind::Int(length) = b.facts.exprs[*ids.first()?].kind else {
                    return Some(self.made(b, node, ids));
                };
                Some(b.expr(
                    ExprKind::Bytes(u64::try_from(length).ok()?),
                    node.byte_range(),
                ))
            }
            (_, [value])
                if value.kind() != "variadic_argument"
                    && (is_basic_type(name) || self.types.contains_key(name)) =>
            {
                Some(self.expr(b, *value))
            }
            _ => None,
        }
    }

    /// `make([]byte, n)` with a length that is not written there: a call of the type `byte[]`, as in the other languages.
    fn made(&self, b: &mut Builder<'_>, node: Node<'t>, lengths: Vec<ExprId>) -> ExprId {
        let callee = b.expr(ExprKind::Name("byte[]".to_owned()), node.byte_range());
        let args = lengths.into_iter().map(Builder::arg).collect();
        b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }

    fn is_sprintf(&self, b: &Builder<'_>, function: Node<'t>) -> bool {
        function.kind() == "selector_expression"
            && b.text[function.byte_range()] == *b"fmt.Sprintf"
            && b.facts
                .imports
                .iter()
                .any(|import| import.path == "fmt" && import.local.as_deref() == Some("fmt"))
    }

    /// `%s`, `%d` and `%v` write their argument as it is; what any other verb writes is not known.
    fn formatted(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        format: &str,
        values: &[Node<'t>],
    ) -> ExprId {
        let span = node.byte_range();
        let mut values = values
            .iter()
            .map(|value| self.argument(b, *value).value)
            .collect::<Vec<_>>()
            .into_iter();
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = format.chars();
        while let Some(c) = rest.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            let verb = rest
                .find(|c| c.is_ascii_alphabetic() || *c == '%')
                .unwrap_or('%');
            if verb == '%' {
                text.push('%');
                continue;
            }
            parts.push(b.expr(ExprKind::Str(std::mem::take(&mut text)), span.clone()));
            let value = values.next().filter(|_| matches!(verb, 's' | 'd' | 'v'));
            parts.push(value.unwrap_or_else(|| b.other("formatted value", node)));
        }
        parts.push(b.expr(ExprKind::Str(text), span.clone()));
        b.expr(ExprKind::Concat(parts), span)
    }

    // Composite literals

    /// `T{…}`, or the `{…}` inside one whose type is the element type of the outer.
    fn composite(
        &self,
        b: &mut Builder<'_>,
        ty: Option<Node<'t>>,
        body: Node<'t>,
        span: Range<usize>,
    ) -> ExprId {
        let shape = ty.map(|ty| self.underlying(b, ty));
        let kind = shape.map_or("", |shape| shape.kind());
        let is_list = matches!(
            kind,
            "slice_type" | "array_type" | "implicit_length_array_type"
        );
        let inner = shape.and_then(|shape| {
            shape.child_by_field_name(if kind == "map_type" {
                "value"
            } else {
                "element"
            })
        });
        let keys = shape.and_then(|shape| shape.child_by_field_name("key"));
        let mut fields = Vec::new();
        let mut keyed = false;
        for element in named(body)
            .into_iter()
            .filter(|element| element.kind() != "comment")
        {
            let value = if element.kind() == "keyed_element" {
                keyed = true;
                element.child_by_field_name("value")
            } else {
                Some(element)
            };
            let key = element
                .child_by_field_name("key")
                .and_then(element_value)
                .map(|key| self.key(b, key, is_list || kind == "map_type", keys));
            let value = match value.and_then(element_value) {
                Some(value) if value.kind() == "literal_value" => {
                    self.composite(b, inner, value, value.byte_range())
                }
                Some(value) => self.expr(b, value),
                None => self.unknown(b, element),
            };
            fields.push((key, value));
        }
        if is_list && !keyed {
            let length = shape
                .and_then(|shape| self.byte_array(b, shape))
                .unwrap_or(fields.len() as u64);
            let values = fields.into_iter().map(|(_, value)| value).collect();
            let bytes = shape.is_some_and(|shape| self.holds_bytes(b, shape));
            return b.expr(
                if bytes {
                    ExprKind::Bytes(length)
                } else {
                    ExprKind::List(values)
                },
                span,
            );
        }
        if kind == "struct_type" && !keyed {
            let names = shape.map(|shape| field_names(b, shape)).unwrap_or_default();
            for ((key, _), name) in fields.iter_mut().zip(names) {
                *key = Some(Key::Name(name));
            }
        } else if !keyed && !fields.is_empty() {
            // Without the declaration, a positional struct and a list look the same.
            return b.expr(
                ExprKind::List(fields.into_iter().map(|(_, value)| value).collect()),
                span,
            );
        }
        fields.retain(|(key, _)| key.is_some());
        let own = ty
            .and_then(|ty| type_name(b, ty))
            .and_then(|name| self.classes.get(&name))
            .filter(|_| ty.is_some_and(|ty| strip(ty).kind() != "qualified_type"));
        if let Some(&class) = own {
            self.set_fields(b, class, &fields, span.end);
        }
        let ty = if is_list || matches!(kind, "map_type") {
            None
        } else {
            ty.filter(|ty| is_named_type(*ty)).map(|ty| self.ty(b, ty))
        };
        b.expr(ExprKind::Object { ty, fields }, span)
    }

    /// What a literal of a type of this file says is a value of the type's field.
    fn set_fields(
        &self,
        b: &mut Builder<'_>,
        class: usize,
        fields: &[(Option<Key>, ExprId)],
        at: usize,
    ) {
        let scope = b.facts.classes[class].scope;
        for (key, value) in fields {
            if let Some(Key::Name(name)) = key {
                b.bind_in(scope, name.clone(), at, Some(*value), BindingKind::Field);
            }
        }
    }

    /// A bare name is a field of a struct, and an expression in a map or list.
    fn key(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        computed: bool,
        ty: Option<Node<'t>>,
    ) -> Key {
        match node.kind() {
            "identifier" if !computed => Key::Name(b.text(node)),
            "interpreted_string_literal" | "raw_string_literal" => {
                Key::Name(text_literal(b, node).unwrap_or_default())
            }
            "literal_value" => Key::Expr(self.composite(b, ty, node, node.byte_range())),
            _ => Key::Expr(self.expr(b, node)),
        }
    }

    // Types

    /// A type as names. Pointers are what they point at; lists, maps and channels are generics.
    fn ty(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        b.deeper(None, |b| Some(self.ty_here(b, node)))
            .unwrap_or_else(|| b.other("nested too deep", node))
    }

    fn ty_here(&self, b: &mut Builder<'_>, node: Node<'t>) -> ExprId {
        let span = node.byte_range();
        let part = |field| node.child_by_field_name(field);
        match node.kind() {
            "type_identifier" | "identifier" => b.name(node),
            "qualified_type" => match (part("package"), part("name")) {
                (Some(package), Some(name)) => {
                    let package = b.name(package);
                    b.member(package, name)
                }
                _ => b.other("type", node),
            },
            "pointer_type" | "parenthesized_type" | "negated_type" | "type_elem"
            | "type_constraint" => match named(node)[..] {
                [inner] => self.ty(b, inner),
                _ => b.other("type", node),
            },
            "generic_type" => match (part("type"), part("type_arguments")) {
                (Some(of), Some(types)) => {
                    let of = self.ty(b, of);
                    let types = named(types).into_iter().map(|ty| self.ty(b, ty)).collect();
                    b.expr(ExprKind::Generic { of, types }, span)
                }
                _ => b.other("type", node),
            },
            "slice_type"
            | "array_type"
            | "implicit_length_array_type"
            | "map_type"
            | "channel_type" => {
                if let Some(length) = part("length") {
                    self.expr(b, length);
                }
                let types = ["key", "value", "element"]
                    .into_iter()
                    .filter_map(part)
                    .map(|ty| self.ty(b, ty))
                    .collect();
                let element = part("element").map(|ty| b.text(ty));
                let word = match (node.kind(), element.as_deref()) {
                    ("map_type", _) => "map",
                    ("channel_type", _) => "chan",
                    (_, Some("byte" | "uint8")) => "[]byte",
                    (_, Some("string")) => "[]string",
                    _ => "list",
                };
                let of = b.expr(ExprKind::Path(word.to_owned()), span.clone());
                b.expr(ExprKind::Generic { of, types }, span)
            }
            _ => b.other("type", node),
        }
    }

    /// The type behind pointers and behind names of this file.
    fn underlying(&self, b: &Builder<'_>, ty: Node<'t>) -> Node<'t> {
        let mut ty = strip(ty);
        for _ in 0..MAX_ALIASES {
            let Some(&behind) = self
                .types
                .get(&b.text(ty))
                .filter(|_| ty.kind() == "type_identifier")
            else {
                break;
            };
            ty = strip(behind);
        }
        ty
    }

    /// Whether a list's elements are bytes.
    fn holds_bytes(&self, b: &Builder<'_>, list: Node<'t>) -> bool {
        list.child_by_field_name("element")
            .is_some_and(|element| matches!(&b.text[element.byte_range()], b"byte" | b"uint8"))
    }

    /// The length of `[32]byte`.
    fn byte_array(&self, b: &Builder<'_>, ty: Node<'t>) -> Option<u64> {
        let ty = self.underlying(b, ty);
        let length = ty
            .child_by_field_name("length")
            .filter(|_| self.holds_bytes(b, ty))?;
        integer(&b.text(length)).and_then(|length| u64::try_from(length).ok())
    }
}

/// An import's path without its major version, and the segment that its package is probably named after.
fn import_path(path: &str) -> (String, String) {
    let is_major = |segment: &str| {
        segment
            .strip_prefix('v')
            .is_some_and(|n| n.parse::<u32>().is_ok_and(|n| n > 1))
    };
    let kept: Vec<&str> = path
        .split('/')
        .enumerate()
        .filter(|(i, segment)| *i == 0 || !is_major(segment))
        .map(|(_, segment)| segment)
        .collect();
    (
        kept.join("/"),
        kept.last().copied().unwrap_or_default().to_owned(),
    )
}

/// The names a package is likely to have when its path ends in something that is no identifier: `go-jose.v2` is `jose`.
fn package_names(segment: &str) -> Vec<String> {
    let stem = match segment.rsplit_once('.') {
        Some((stem, version)) if version.starts_with('v') || version == "go" => stem,
        _ => segment,
    };
    let bare = stem
        .strip_prefix("go-")
        .or_else(|| stem.strip_prefix("go."))
        .unwrap_or(stem);
    let bare = bare
        .strip_suffix("-go")
        .or_else(|| bare.strip_suffix(".go"))
        .unwrap_or(bare);
    let last = bare.rsplit(['-', '.']).next().unwrap_or(bare);
    let first = bare.split(['-', '.']).next().unwrap_or(bare);
    let names = BTreeSet::from([
        bare.to_owned(),
        bare.replace(['-', '.'], ""),
        bare.replace(['-', '.'], "_"),
        last.to_owned(),
        first.to_owned(),
    ]);
    names
        .into_iter()
        .filter(|name| is_identifier(name))
        .collect()
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c.is_alphanumeric())
}

/// Makes the class of a type and binds its name.
fn declare_class(b: &mut Builder<'_>, name: &str, span: Range<usize>) -> usize {
    let class = b.class(name, |_, _| {});
    let value = b.expr(ExprKind::Class(class), span);
    let binding = b.bind(name, 0, Some(value), BindingKind::Declare);
    binding.constant = true;
    class
}

/// A method's receiver: its name (empty if it has none) and its type's name.
fn receiver(b: &Builder<'_>, method: Node<'_>) -> Option<(String, String)> {
    let declaration = named(method.child_by_field_name("receiver")?)
        .into_iter()
        .find(|node| node.kind() == "parameter_declaration")?;
    let name = declaration
        .child_by_field_name("name")
        .map(|name| b.text(name))
        .unwrap_or_default();
    Some((
        name,
        type_name(b, declaration.child_by_field_name("type")?)?,
    ))
}

/// The last name of a type: what an embedded field is called.
fn type_name(b: &Builder<'_>, ty: Node<'_>) -> Option<String> {
    let ty = strip(ty);
    match ty.kind() {
        "type_identifier" => Some(b.text(ty)),
        "qualified_type" => ty.child_by_field_name("name").map(|name| b.text(name)),
        "generic_type" => ty
            .child_by_field_name("type")
            .map(|of| b.text(of.child_by_field_name("name").unwrap_or(of))),
        _ => None,
    }
}

/// What stands inside parentheses and behind pointers, of an expression or a type.
fn strip(mut node: Node<'_>) -> Node<'_> {
    loop {
        let inner = match node.kind() {
            "parenthesized_expression" | "parenthesized_type" | "pointer_type" => {
                node.named_child(0)
            }
            "unary_expression"
                if matches!(node.child(0).map(|token| token.kind()), Some("*" | "&")) =>
            {
                node.child_by_field_name("operand")
            }
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => return node,
        }
    }
}

/// The field declarations of a struct type.
fn fields(ty: Node<'_>) -> Vec<Node<'_>> {
    named(ty)
        .into_iter()
        .filter(|list| list.kind() == "field_declaration_list")
        .flat_map(named)
        .filter(|field| field.kind() == "field_declaration")
        .collect()
}

/// The names of a struct's fields in their order.
fn field_names(b: &Builder<'_>, ty: Node<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for field in fields(ty) {
        let mut cursor = field.walk();
        let before = names.len();
        names.extend(
            field
                .children_by_field_name("name", &mut cursor)
                .filter(Node::is_named)
                .map(|name| b.text(name)),
        );
        if names.len() == before {
            names.push(
                field
                    .child_by_field_name("type")
                    .and_then(|ty| type_name(b, ty))
                    .unwrap_or_default(),
            );
        }
    }
    names
}

fn is_type(kind: &str) -> bool {
    matches!(
        kind,
        "type_identifier"
            | "qualified_type"
            | "pointer_type"
            | "parenthesized_type"
            | "negated_type"
            | "type_elem"
            | "type_constraint"
            | "generic_type"
            | "slice_type"
            | "array_type"
            | "implicit_length_array_type"
            | "map_type"
            | "channel_type"
    )
}

fn is_named_type(ty: Node<'_>) -> bool {
    matches!(
        strip(ty).kind(),
        "type_identifier" | "qualified_type" | "generic_type"
    )
}

/// A conversion to one of these keeps what a rule looks at.
fn is_basic_type(name: &str) -> bool {
    matches!(
        name,
        "string"
            | "int"
            | "int8"
            | "int16"
            | "int32"
            | "int64"
            | "uint"
            | "uint8"
            | "uint16"
            | "uint32"
            | "uint64"
            | "byte"
            | "rune"
            | "uintptr"
            | "any"
    )
}

/// `(*T)(x)`: the parentheses tell it from a call. A function behind a pointer is not called so in practice.
fn is_pointer_conversion(function: Node<'_>) -> bool {
    function.kind() == "parenthesized_expression"
        && function
            .named_child(0)
            .and_then(|inner| inner.child(0))
            .is_some_and(|token| token.kind() == "*")
}

/// Whether `go test` runs it.
fn is_test(b: &Builder<'_>, function: usize, name: &str) -> bool {
    let function = &b.facts.functions[function];
    let takes_testing = function.params.first().and_then(|param| param.ty).is_some_and(|ty| {
        matches!(&b.facts.exprs[ty].kind, ExprKind::Member { of, .. } if matches!(&b.facts.exprs[*of].kind, ExprKind::Name(package) if package == "testing"))
    });
    takes_testing
        && function.class.is_none()
        && ["Test", "Benchmark", "Fuzz"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// The expressions of an expression list, or the node itself.
fn named_values(node: Node<'_>) -> Vec<Node<'_>> {
    if node.kind() == "expression_list" {
        named(node)
    } else {
        vec![node]
    }
}

/// What a literal element holds.
fn element_value(element: Node<'_>) -> Option<Node<'_>> {
    if element.kind() == "literal_element" {
        element.named_child(0)
    } else {
        Some(element)
    }
}

fn has_token(node: Node<'_>, token: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| child.kind() == token)
}

/// A string literal's text.
fn text_literal(b: &Builder<'_>, node: Node<'_>) -> Option<String> {
    let text = b.text(node);
    match node.kind() {
        "raw_string_literal" => Some(text.trim_matches('`').replace('\r', "")),
        "interpreted_string_literal" => {
            let body = text.strip_prefix('"').unwrap_or(&text);
            Some(unescape(body.strip_suffix('"').unwrap_or(body)))
        }
        _ => None,
    }
}

fn count_errors(root: Node<'_>) -> usize {
    let mut cursor = root.walk();
    let mut count = 0;
    loop {
        let node = cursor.node();
        count += usize::from(node.is_error() || node.is_missing());
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(code: &str) -> Facts {
        let mut parser = tree_sitter::Parser::new();
        parser
            .set_language(&Go.grammar())
            .expect("the grammar is of this library's version");
        let tree = parser.parse(code, None).expect("no limit is set");
        Go.lower(&tree, code.as_bytes())
    }

    /// Writes an expression so that a person can compare it.
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
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "nil".to_owned(),
            ExprKind::Bytes(length) => format!("bytes({length})"),
            ExprKind::Name(name) | ExprKind::Path(name) => name.clone(),
            ExprKind::This => "this".to_owned(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
            ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), all(types)),
            ExprKind::Call { callee, args, .. } => {
                let args: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
                format!("{}({})", show(facts, *callee), all(&args))
            }
            ExprKind::Object { ty, fields } => {
                let fields = fields.iter().map(|(key, value)| match key {
                    Some(Key::Name(name)) => format!("{name}: {}", show(facts, *value)),
                    Some(Key::Expr(key)) => {
                        format!("[{}]: {}", show(facts, *key), show(facts, *value))
                    }
                    None => show(facts, *value),
                });
                let fields = fields.collect::<Vec<_>>().join(", ");
                format!(
                    "{}{{{fields}}}",
                    ty.map(|ty| show(facts, ty)).unwrap_or_default()
                )
            }
            ExprKind::List(values) => format!("[{}]", all(values)),
            ExprKind::Concat(parts) => format!("concat({})", all(parts)),
            ExprKind::Binary { op, left, right } => {
                format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
            }
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            ExprKind::Item { of, index } => format!("{}#{index}", show(facts, *of)),
            ExprKind::Element(of) => format!("each {}", show(facts, *of)),
            ExprKind::Function(_) => "func".to_owned(),
            ExprKind::Class(_) => "type".to_owned(),
            other => format!("{other:?}"),
        }
    }

    /// Every value that the file gives to a name, with the type after a colon.
    fn values(facts: &Facts, name: &str) -> Vec<String> {
        let with_type = |binding: &Binding| {
            let value = binding
                .value
                .map(|value| show(facts, value))
                .unwrap_or_default();
            binding
                .ty
                .map_or(value.clone(), |ty| format!("{value}: {}", show(facts, ty)))
        };
        facts
            .bindings
            .iter()
            .filter(|binding| binding.name == name)
            .map(with_type)
            .collect()
    }

    fn imports(code: &str) -> Vec<(Option<String>, String)> {
        facts(code)
            .imports
            .into_iter()
            .map(|import| (import.local, import.path))
            .collect()
    }

    #[test]
    fn an_import_is_known_by_its_package_name() {
        let some = |local: &str, path: &str| (Some(local.to_owned()), path.to_owned());
        assert_eq!(
            imports(
                "package p\nimport (\n\t\"crypto/rsa\"\n\tec \"crypto/ecdsa\"\n\t. \"crypto/tls\"\n\t_ \"crypto/md5\"\n)\n"
            ),
            [
                some("rsa", "crypto/rsa"),
                some("ec", "crypto/ecdsa"),
                (None, "crypto/tls".to_owned())
            ]
        );
        assert_eq!(
            imports("package p\nimport \"github.com/golang-jwt/jwt/v5\"\n"),
            [some("jwt", "github.com/golang-jwt/jwt")]
        );
        assert_eq!(
            imports("package p\nimport \"github.com/lestrrat-go/jwx/v2/jwa\"\n"),
            [some("jwa", "github.com/lestrrat-go/jwx/jwa")]
        );
        assert!(
            imports("package p\nimport \"gopkg.in/square/go-jose.v2\"\n")
                .contains(&some("jose", "gopkg.in/square/go-jose.v2"))
        );
    }

    #[test]
    fn a_guessed_package_name_gives_way_to_a_written_one() {
        let found = imports("package p\nimport (\n\t\"example.com/go-rsa\"\n\t\"crypto/rsa\"\n)\n");
        assert!(found.contains(&(Some("rsa".to_owned()), "crypto/rsa".to_owned())));
        assert!(!found.contains(&(Some("rsa".to_owned()), "example.com/go-rsa".to_owned())));
    }

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
    fn iota_counts_and_repeats_its_expression() {
        let facts = facts(
            "package p\ntype Kind int\nconst (\n\tA Kind = iota + 1\n\tB\n\t_\n\tC\n)\nconst Bits = 1 << 11\n",
        );
        assert_eq!(values(&facts, "B"), ["(1 Add 1): Kind"]);
        assert_eq!(values(&facts, "C"), ["(3 Add 1): Kind"]);
        assert_eq!(values(&facts, "Bits"), ["(1 Shl 11)"]);
        assert!(
            facts
                .bindings
                .iter()
                .filter(|binding| binding.name == "C")
                .all(|binding| binding.constant)
        );
    }

    #[test]
    fn a_table_of_structs_keeps_its_field_names() {
        let facts = facts(
            "package p\nvar table = []struct {\n\tname string\n\tbits int\n}{{\"a\", 1024}, {name: \"b\", bits: 2048}}\nvar byName = map[string]elliptic.Curve{\"P-256\": elliptic.P256()}\n",
        );
        assert_eq!(
            values(&facts, "table"),
            ["[{name: \"a\", bits: 1024}, {name: \"b\", bits: 2048}]"]
        );
        assert_eq!(values(&facts, "byName"), ["{P-256: elliptic.P256()}"]);
    }

    #[test]
    fn a_composite_literal_names_its_type_behind_a_pointer() {
        let facts = facts(
            "package p\nvar c = &tls.Config{MinVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.X25519}}\n",
        );
        assert_eq!(
            values(&facts, "c"),
            ["tls.Config{MinVersion: tls.VersionTLS12, CurvePreferences: [tls.X25519]}"]
        );
    }

    #[test]
    fn a_field_has_the_values_of_literals_and_of_methods() {
        let facts = facts(
            "package p\nfunc New() *Maker { return &Maker{bits: 2048} }\nfunc (m *Maker) Strong() { m.bits = 4096 }\ntype Maker struct {\n\tbits int\n\tkey *rsa.PrivateKey\n}\n",
        );
        assert_eq!(values(&facts, "bits"), ["2048", "4096", ": int"]);
        assert_eq!(values(&facts, "key"), [": rsa.PrivateKey"]);
        assert_eq!(values(&facts, "m"), ["this"]);
        let strong = facts
            .functions
            .iter()
            .find(|function| function.name == "Strong")
            .expect("it is declared");
        assert_eq!(strong.class, Some(0));
    }

    #[test]
    fn byte_arrays_have_a_length() {
        let facts = facts(
            "package p\nfunc f(n int) {\n\tvar a [32]byte\n\tb := make([]byte, 16)\n\tc := []byte{1, 2, 3}\n\td := new([24]byte)\n\te := a[:]\n\tg := a[:8]\n\th := make([]byte, n)\n\ti := []byte(\"text\")\n}\n",
        );
        let values = |name| values(&facts, name).join("|");
        assert_eq!(
            ["a", "b", "c", "d", "e"].map(values),
            [
                "bytes(32): []byte<byte>",
                "bytes(16)",
                "bytes(3)",
                "bytes(24)",
                "a"
            ]
        );
        assert_eq!(
            ["g", "h", "i"].map(values),
            ["bytes(8)", "byte[](n)", "\"text\""]
        );
    }

    #[test]
    fn conversions_are_what_they_convert() {
        let facts = facts(
            "package p\ntype Name string\nfunc f(k *key) {\n\ta := (*rsa.PublicKey)(k)\n\tb := Name(\"x\")\n\tc := uint16(7)\n\td := (f)(1)\n}\n",
        );
        let values = |name| values(&facts, name).join("|");
        assert_eq!(
            ["a", "b", "c", "d"].map(values),
            ["k", "\"x\"", "7", "f(1)"]
        );
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

    #[test]
    fn texts_are_put_together() {
        let facts = facts(
            "package p\nimport \"fmt\"\nfunc f(n int) {\n\ta := \"RS\" + \"256\"\n\tb := fmt.Sprintf(\"ES%d%%\", n)\n\tc := `raw\\n`\n}\n",
        );
        assert_eq!(values(&facts, "a"), ["(\"RS\" Add \"256\")"]);
        assert_eq!(values(&facts, "b"), ["concat(\"ES\", n, \"%\")"]);
        assert_eq!(values(&facts, "c"), ["\"raw\\\\n\""]);
    }

    #[test]
    fn no_call_is_lost() {
        let code = "package p\nvar a = []func(){func() { call() }}\nfunc f() (x int, err error) {\n\tdefer call()\n\tgo func() { call() }()\n\tfor i := call(); call(); i++ { ch <- call() }\n\tselect {\n\tcase v := <-call():\n\t\tcall(v)\n\t}\nagain:\n\tm[call()] = call()\n\tx.y.z = T{call(): {call()}}\n\tif v := call(); v[call():] == nil { return }\n\tgoto again\n}\n";
        let facts = facts(code);
        let calls = facts.exprs.iter().filter(|expr| matches!(&expr.kind, ExprKind::Call { callee, .. } if show(&facts, *callee) == "call")).count();
        assert_eq!(calls, code.matches("call(").count());
        assert_eq!(facts.errors, 0);
    }

    #[test]
    fn what_surrounds_an_error_is_read() {
        let facts =
            facts("package p\nfunc f() {\n\tx := := 3\n\tk := rsa.GenerateKey(nil, 2048)\n}\n");
        assert!(facts.errors > 0);
        assert_eq!(values(&facts, "k"), ["rsa.GenerateKey(nil, 2048)"]);
    }

    #[test]
    fn deep_nesting_is_given_up() {
        let facts = facts(&format!(
            "package p\nvar x = {}1{}\n",
            "f(".repeat(5_000),
            ")".repeat(5_000)
        ));
        assert!(facts.too_deep);
    }

    #[test]
    fn test_functions_are_marked() {
        let facts = facts("package p\nfunc TestSign(t *testing.T) {}\nfunc Testify(x int) {}\n");
        assert_eq!(facts.tests.len(), 1);
    }
}
