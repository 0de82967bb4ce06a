//! Java: how its syntax tree becomes facts.
//!
//! One pass over the tree; every expression is reached, also inside statements and declarations this file does not know.
//! What is said here follows from the language alone: which names a class, an import or a record brings, which arm of a
//! `switch` always runs. It does not know any library, except the few of `java.lang` and `java.util` that are Java's way of
//! writing a list or a text (`List.of(…)`, `String.format(…)`, `"…".getBytes()`).

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::Language;
use super::lower::{Builder, integer, named, operator, unescape};
use crate::detect::facts::{
    Arg, BindingKind, ExprId, ExprKind, Facts, Op, Param, ScopeId, ScopeKind,
};

/// Java.
pub(super) struct Java;

impl Language for Java {
    fn name(&self) -> &'static str {
        "Java"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_java::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let mut b = Builder::new(text);
        b.facts.implicit_this = true;
        b.facts.errors = errors(tree);
        b.facts.implicit_this = true;
        for name in JAVA_LANG {
            b.import(Some(name), format!("java.lang.{name}"));
        }
        let mut lowering = Lowering {
            b: &mut b,
            yields: &mut Vec::new(),
        };
        for node in parts(tree.root_node()) {
            lowering.statement(node);
        }
        b.facts
    }
}

/// What every file imports without saying so, as far as values pass through it.
const JAVA_LANG: [&str; 7] = [
    "Boolean", "Integer", "Long", "Math", "Object", "String", "System",
];

/// Annotations that make a method test code (JUnit 4 and 5, TestNG).
const TEST_ANNOTATIONS: [&str; 16] = [
    "Test",
    "ParameterizedTest",
    "RepeatedTest",
    "TestFactory",
    "TestTemplate",
    "Theory",
    "Before",
    "BeforeEach",
    "BeforeAll",
    "BeforeClass",
    "BeforeMethod",
    "After",
    "AfterEach",
    "AfterAll",
    "AfterClass",
    "AfterMethod",
];

/// Arguments of `getBytes` that name a charset; a `ResultSet` has a `getBytes` too, whose argument names a column.
const CHARSETS: [&str; 5] = ["UTF_8", "UTF8", "UTF_16", "US_ASCII", "ISO_8859_1"];

/// A `+` chain this long is a text put together, not arithmetic; it is kept flat.
const LONG_CHAIN: usize = 8;

/// The walk: the facts so far, and the values of the `yield`s of each `switch` expression around.
struct Lowering<'b, 't> {
    b: &'b mut Builder<'t>,
    yields: &'b mut Vec<Vec<ExprId>>,
}

impl<'t> Lowering<'_, 't> {
    fn deeper<T>(&mut self, otherwise: T, visit: impl FnOnce(&mut Lowering<'_, 't>) -> T) -> T {
        let Lowering { b, yields } = self;
        b.deeper(otherwise, |b| visit(&mut Lowering { b, yields }))
    }

    fn within<T>(&mut self, kind: ScopeKind, visit: impl FnOnce(&mut Lowering<'_, 't>) -> T) -> T {
        let Lowering { b, yields } = self;
        b.within(kind, |b| visit(&mut Lowering { b, yields }))
    }

    fn function(
        &mut self,
        name: &str,
        params: Vec<Param>,
        at: usize,
        body: impl FnOnce(&mut Lowering<'_, 't>, usize),
    ) -> usize {
        let Lowering { b, yields } = self;
        b.function(name, params, at, |b, index| {
            body(&mut Lowering { b, yields }, index)
        })
    }

    // --- statements ---------------------------------------------------------------------------------------------------

    /// Lowers a statement, a declaration, or anything that stands where one may stand.
    fn statement(&mut self, node: Node<'t>) {
        self.deeper((), |l| l.statement_here(node));
    }

    fn statements(&mut self, node: Node<'t>) {
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
    fn first(&mut self, node: Node<'t>) -> Option<ExprId> {
        let inner = parts(node).into_iter().next()?;
        Some(self.expression(inner))
    }

    /// `import a.b.C;`, `import a.b.*;`, `import static a.b.C.D;`: a static import names a member just as its path does.
    fn import(&mut self, node: Node<'t>) {
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

    /// Fields and locals.
    fn variables(&mut self, node: Node<'t>) {
        let in_class = matches!(self.b.facts.scopes[self.b.scope].kind, ScopeKind::Class(_));
        let modifiers = self.modifiers(node);
        let interface = node.kind() == "constant_declaration";
        let kind = if in_class {
            BindingKind::Field
        } else {
            BindingKind::Declare
        };
        let ty = node.child_by_field_name("type");
        let declared = ty.and_then(|ty| self.ty(ty));
        for declarator in parts(node)
            .into_iter()
            .filter(|part| part.kind() == "variable_declarator")
        {
            let Some(name) = declarator.child_by_field_name("name") else {
                continue;
            };
            let of_bytes = ty.is_some_and(|ty| self.is_bytes(ty, declarator));
            let value = declarator
                .child_by_field_name("value")
                .map(|value| self.initial(value, of_bytes));
            let text = self.b.text(name);
            let array = declarator.child_by_field_name("dimensions").is_some();
            let binding = self.b.bind(text, declarator.end_byte(), value, kind);
            binding.ty = if array { None } else { declared };
            binding.constant = interface || modifiers.constant;
            binding.private = !in_class || modifiers.private;
        }
    }

    /// An initial value: an expression, or `{…}` of a declared array.
    fn initial(&mut self, node: Node<'t>, of_bytes: bool) -> ExprId {
        if node.kind() == "array_initializer" {
            self.array(node, of_bytes)
        } else {
            self.expression(node)
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
    fn switch(&mut self, node: Node<'t>, is_value: bool) -> ExprId {
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
    fn declare_typed(
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
    fn patterns(&mut self, node: Node<'t>) {
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

    // --- declarations -------------------------------------------------------------------------------------------------

    fn declare_class(&mut self, node: Node<'t>) {
        let modifiers = self.modifiers(node);
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.b.text(name))
        else {
            return;
        };
        let class = self.class(&name, node);
        let value = self.b.expr(ExprKind::Class(class), node.byte_range());
        // A class holds in its whole scope, above its declaration too.
        let binding = self.b.bind(name, 0, Some(value), BindingKind::Declare);
        binding.constant = true;
        binding.private = modifiers.private;
    }

    /// A class and its body; of an anonymous class `node` is the `new` expression.
    fn class(&mut self, name: &str, node: Node<'t>) -> usize {
        let bases = self.bases(node);
        let body = node.child_by_field_name("body").or_else(|| {
            parts(node)
                .into_iter()
                .find(|part| part.kind() == "class_body")
        });
        let record = node
            .child_by_field_name("parameters")
            .filter(|_| node.kind() == "record_declaration");
        let Lowering { b, yields } = self;
        b.class(name, |b, index| {
            b.facts.classes[index].bases = bases;
            let mut l = Lowering { b, yields };
            if let Some(parameters) = record {
                l.record(parameters, body);
            }
            for member in body.map(parts).unwrap_or_default() {
                match member.kind() {
                    "enum_body_declarations" => l.statements(member),
                    "compact_constructor_declaration" => {}
                    _ => l.statement(member),
                }
            }
            if let Some(body) = body
                && parts(body).into_iter().any(|member| l.is_test(member))
            {
                l.b.facts.tests.push(node.byte_range());
            }
        })
    }

    /// What a class extends and implements.
    fn bases(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let mut types = Vec::new();
        if node.kind() == "object_creation_expression" {
            types.extend(node.child_by_field_name("type"));
        }
        for part in parts(node) {
            match part.kind() {
                "superclass" => types.extend(parts(part)),
                "super_interfaces" | "extends_interfaces" => {
                    types.extend(parts(part).into_iter().flat_map(parts))
                }
                _ => {}
            }
        }
        types.into_iter().filter_map(|ty| self.ty(ty)).collect()
    }

    /// A record's components: final fields, the constructor that fills them, and a method of the same name for each.
    fn record(&mut self, parameters: Node<'t>, body: Option<Node<'t>>) {
        let params = self.params(parameters);
        let class_scope = self.b.scope;
        let members = body.map(parts).unwrap_or_default();
        let declares = |l: &Self, kind: &str, name: &str| {
            members.iter().any(|m| {
                m.kind() == kind
                    && m.child_by_field_name("name")
                        .is_some_and(|n| l.b.text(n) == name)
            })
        };
        let compact = members
            .iter()
            .find(|member| member.kind() == "compact_constructor_declaration")
            .and_then(|c| c.child_by_field_name("body"));
        let at = parameters.end_byte();
        let span = parameters.byte_range();
        self.function("<init>", params.clone(), at, |l, _| {
            if let Some(body) = compact {
                l.statements(body);
            }
            for param in &params {
                let value =
                    l.b.expr(ExprKind::Name(param.name.clone()), span.end..span.end);
                let binding = l.b.bind_in(
                    class_scope,
                    param.name.clone(),
                    at,
                    Some(value),
                    BindingKind::Field,
                );
                binding.ty = param.ty;
                binding.constant = true;
                binding.private = true;
            }
        });
        for param in params {
            if declares(self, "method_declaration", &param.name) {
                continue;
            }
            let function = self.function(&param.name, Vec::new(), at, |l, _| {
                let this = l.b.expr(ExprKind::This, span.clone());
                let value = l.b.expr(
                    ExprKind::Member {
                        of: this,
                        name: param.name.clone(),
                    },
                    span.clone(),
                );
                l.b.returns(value);
            });
            self.b.facts.functions[function].result = param.ty;
            self.bind_method(&param.name, function, span.clone(), false);
        }
    }

    /// A constant of an enum: an instance made with the constant's arguments; with a body, of a class of its own.
    fn enum_constant(&mut self, node: Node<'t>) {
        self.modifiers(node);
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let enclosing = self
            .b
            .facts
            .class_around(self.b.scope)
            .map(|class| self.b.facts.classes[class].name.clone())
            .unwrap_or_default();
        let text = self.b.text(name);
        let ty = self.b.expr(ExprKind::Name(enclosing), name.byte_range());
        let args = node
            .child_by_field_name("arguments")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        if node.child_by_field_name("body").is_some() {
            let class = self.class("", node);
            self.b.facts.classes[class].bases.push(ty);
        }
        let value = self.b.expr(
            ExprKind::Call {
                callee: ty,
                args,
                construct: true,
            },
            node.byte_range(),
        );
        let binding = self
            .b
            .bind(text, node.end_byte(), Some(value), BindingKind::Field);
        binding.ty = Some(ty);
        binding.constant = true;
    }

    fn method(&mut self, node: Node<'t>) {
        let modifiers = self.modifiers(node);
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.b.text(name))
        else {
            return;
        };
        if self.is_test(node) {
            self.b.facts.tests.push(node.byte_range());
        }
        let result = node.child_by_field_name("type").and_then(|ty| self.ty(ty));
        let params = node
            .child_by_field_name("parameters")
            .map(|list| self.params(list))
            .unwrap_or_default();
        let default = node
            .child_by_field_name("value")
            .map(|value| self.expression(value));
        let body = node.child_by_field_name("body");
        let at = body.unwrap_or(node).start_byte();
        let function = self.function(&name, params, at, |l, _| {
            if let Some(body) = body {
                l.statements(body);
            }
        });
        let known = &mut self.b.facts.functions[function];
        known.result = result;
        known.private = modifiers.private;
        known.returns.extend(default);
        self.bind_method(&name, function, node.byte_range(), modifiers.private);
    }

    /// A method's name holds in its whole class.
    fn bind_method(&mut self, name: &str, function: usize, span: Range<usize>, private: bool) {
        let value = self.b.expr(ExprKind::Function(function), span);
        let binding = self.b.bind(name, 0, Some(value), BindingKind::Field);
        binding.constant = true;
        binding.private = private;
    }

    fn constructor(&mut self, node: Node<'t>) {
        let modifiers = self.modifiers(node);
        let params = node
            .child_by_field_name("parameters")
            .map(|list| self.params(list))
            .unwrap_or_default();
        let body = node.child_by_field_name("body");
        let at = body.unwrap_or(node).start_byte();
        let function = self.function("<init>", params, at, |l, _| {
            if let Some(body) = body {
                l.statements(body);
            }
        });
        // An enum's constructor is private without saying so.
        let of_enum = node
            .parent()
            .is_some_and(|body| body.kind() == "enum_body_declarations");
        self.b.facts.functions[function].private = modifiers.private || of_enum;
    }

    /// `this(…);`, `super(…);`.
    fn constructor_chain(&mut self, node: Node<'t>) {
        let Some(constructor) = node.child_by_field_name("constructor") else {
            return;
        };
        let kind = if constructor.kind() == "super" {
            ExprKind::Super
        } else {
            ExprKind::This
        };
        let callee = self.b.expr(kind, constructor.byte_range());
        let args = node
            .child_by_field_name("arguments")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        );
    }

    fn params(&mut self, node: Node<'t>) -> Vec<Param> {
        let mut params = Vec::new();
        for part in parts(node) {
            self.modifiers(part);
            let (name, ty, rest) = match part.kind() {
                "formal_parameter" => (
                    part.child_by_field_name("name"),
                    part.child_by_field_name("type"),
                    false,
                ),
                "spread_parameter" => {
                    let inner = parts(part);
                    let name = inner
                        .iter()
                        .find(|n| n.kind() == "variable_declarator")
                        .and_then(|n| n.child_by_field_name("name"));
                    (name, None, true)
                }
                "identifier" => (Some(part), None, false),
                _ => continue,
            };
            let Some(name) = name.map(|name| self.b.text(name)) else {
                continue;
            };
            let ty = ty.and_then(|ty| self.ty(ty));
            params.push(Param {
                name,
                ty,
                default: None,
                rest,
            });
        }
        params
    }

    /// Reads the modifiers of a declaration and lowers its annotations.
    fn modifiers(&mut self, node: Node<'t>) -> Modifiers {
        let mut found = Modifiers::default();
        let mut cursor = node.walk();
        let Some(modifiers) = node
            .children(&mut cursor)
            .find(|child| child.kind() == "modifiers")
        else {
            return found;
        };
        let mut cursor = modifiers.walk();
        for modifier in modifiers.children(&mut cursor) {
            match modifier.kind() {
                "private" => found.private = true,
                "final" => found.constant = true,
                "annotation" => {
                    self.annotation(modifier);
                }
                _ => {}
            }
        }
        found
    }

    /// `@Name(key = value)`: a call of the annotation's type.
    fn annotation(&mut self, node: Node<'t>) -> ExprId {
        let Some(name) = node.child_by_field_name("name") else {
            return self.b.other("annotation", node);
        };
        let mut args = Vec::new();
        for part in node
            .child_by_field_name("arguments")
            .map(parts)
            .unwrap_or_default()
        {
            let key = part
                .child_by_field_name("key")
                .filter(|_| part.kind() == "element_value_pair");
            let value = key
                .and_then(|_| part.child_by_field_name("value"))
                .unwrap_or(part);
            let value = self.expression(value);
            args.push(Arg {
                name: key.map(|key| self.b.text(key)),
                value,
                spread: false,
            });
        }
        let callee = self.dotted(name);
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }

    /// Whether a member is a test's method.
    fn is_test(&self, node: Node<'t>) -> bool {
        node.kind() == "method_declaration"
            && parts(node)
                .into_iter()
                .filter(|part| part.kind() == "modifiers")
                .flat_map(parts)
                .any(|annotation| {
                    annotation.child_by_field_name("name").is_some_and(|name| {
                        let name = self.b.text(name);
                        TEST_ANNOTATIONS.contains(&name.rsplit('.').next().unwrap_or_default())
                    })
                })
    }

    // --- types --------------------------------------------------------------------------------------------------------

    /// A declared type as names; `var` says nothing. Arrays are named as they are written: `byte[]`.
    fn ty(&mut self, node: Node<'t>) -> Option<ExprId> {
        let text = self.b.text(node);
        match node.kind() {
            "type_identifier" | "identifier" if text == "var" => None,
            "generic_type" => self.deeper(None, |l| l.generic(node)),
            "annotated_type" => {
                let inner = parts(node).into_iter().next_back()?;
                self.deeper(None, |l| l.ty(inner))
            }
            "scoped_type_identifier" | "scoped_identifier" => Some(self.dotted(node)),
            // Primitive types and arrays are called by no import's name.
            "type_identifier" | "identifier" => Some(self.b.name(node)),
            _ => Some(
                self.b
                    .expr(ExprKind::Path(compact(&text)), node.byte_range()),
            ),
        }
    }

    fn generic(&mut self, node: Node<'t>) -> Option<ExprId> {
        let parts = parts(node);
        let of = self.ty(*parts.first()?)?;
        let arguments: Vec<Node<'t>> = parts
            .iter()
            .filter(|part| part.kind() == "type_arguments")
            .flat_map(|list| self::parts(*list))
            .collect();
        let types = arguments
            .into_iter()
            .filter(|ty| ty.kind() != "wildcard")
            .filter_map(|ty| self.ty(ty))
            .collect();
        Some(
            self.b
                .expr(ExprKind::Generic { of, types }, node.byte_range()),
        )
    }

    /// A dotted name as a name and its members; type arguments in the middle of it are left out.
    fn dotted(&mut self, node: Node<'t>) -> ExprId {
        let text = compact(&self.b.text(node));
        let plain = text.split('<').next().unwrap_or_default();
        let parts: Vec<&str> = plain.split('.').filter(|part| !part.is_empty()).collect();
        match self.b.path(&parts, node.byte_range()) {
            Some(path) => path,
            None => self.b.other("name", node),
        }
    }

    fn is_bytes(&self, ty: Node<'t>, declarator: Node<'t>) -> bool {
        let text = compact(&self.b.text(ty));
        text == "byte[]"
            || (text == "byte" && declarator.child_by_field_name("dimensions").is_some())
    }

    // --- expressions --------------------------------------------------------------------------------------------------

    fn expression(&mut self, node: Node<'t>) -> ExprId {
        let known = self.deeper(None, |l| Some(l.expression_here(node)));
        known.unwrap_or_else(|| self.b.other("nested too deep", node))
    }

    fn expression_here(&mut self, node: Node<'t>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "identifier" | "type_identifier" => self.b.name(node),
            "this" => self.b.expr(ExprKind::This, span),
            "super" => self.b.expr(ExprKind::Super, span),
            "true" | "false" => self.b.expr(ExprKind::Bool(node.kind() == "true"), span),
            "null_literal" => self.b.expr(ExprKind::Null, span),
            "decimal_integer_literal"
            | "hex_integer_literal"
            | "octal_integer_literal"
            | "binary_integer_literal" => {
                let kind =
                    integer(&self.b.text(node)).map_or(ExprKind::Other("number"), ExprKind::Int);
                self.b.expr(kind, span)
            }
            "string_literal" | "character_literal" => self.text_literal(node),
            "scoped_identifier" | "scoped_type_identifier" => self.dotted(node),
            "generic_type" => self.ty(node).unwrap_or_else(|| self.b.other("type", node)),
            "parenthesized_expression" => self
                .first(node)
                .unwrap_or_else(|| self.b.other("expression", node)),
            "cast_expression" => match node.child_by_field_name("value") {
                Some(value) => self.expression(value),
                None => self.b.other("expression", node),
            },
            "method_invocation" | "field_access" => self.chain(node),
            "object_creation_expression" => self.creation(node),
            "array_creation_expression" => self.array_creation(node),
            "array_initializer" | "element_value_array_initializer" => self.array(node, false),
            "array_access" => self.index(node),
            "assignment_expression" => self.assignment(node),
            "update_expression" => self.update(node),
            "unary_expression" => self.unary(node),
            "binary_expression" => self.binary(node),
            "ternary_expression" => self.ternary(node),
            "switch_expression" => self.switch(node, true),
            "instanceof_expression" => self.instance_of(node),
            "lambda_expression" => self.lambda(node),
            "method_reference" => self.method_reference(node),
            "class_literal" => {
                let of = self.first_type(node);
                self.b.expr(
                    ExprKind::Member {
                        of,
                        name: "class".to_owned(),
                    },
                    span,
                )
            }
            "annotation" => self.annotation(node),
            "resource" => self.resource(node),
            _ => {
                self.statements(node);
                self.b.other("expression", node)
            }
        }
    }

    fn first_type(&mut self, node: Node<'t>) -> ExprId {
        let ty = parts(node).into_iter().next().and_then(|ty| self.ty(ty));
        ty.unwrap_or_else(|| self.b.other("type", node))
    }

    /// A string, text block or character.
    fn text_literal(&mut self, node: Node<'t>) -> ExprId {
        let text = self.b.text(node);
        self.b.note_embedded(node.byte_range());
        let interpolated: Vec<Node<'t>> = parts(node)
            .into_iter()
            .filter(|part| part.kind() == "string_interpolation")
            .collect();
        if !interpolated.is_empty() {
            for part in interpolated {
                self.statements(part);
            }
            return self.b.other("template", node);
        }
        let content = match text.strip_prefix("\"\"\"") {
            Some(block) => text_block(block.strip_suffix("\"\"\"").unwrap_or(block)),
            None => text
                .get(1..text.len().saturating_sub(1))
                .unwrap_or_default()
                .to_owned(),
        };
        self.b
            .expr(ExprKind::Str(unescape(&content)), node.byte_range())
    }

    /// `a.b().c.d()`: from the left, without recursion, since builders chain without end.
    fn chain(&mut self, node: Node<'t>) -> ExprId {
        let mut links = vec![node];
        let mut base = node.child_by_field_name("object");
        while let Some(object) =
            base.filter(|object| matches!(object.kind(), "method_invocation" | "field_access"))
        {
            links.push(object);
            base = object.child_by_field_name("object");
        }
        let mut of = base.map(|base| self.expression(base));
        for link in links.into_iter().rev() {
            of = Some(if link.kind() == "field_access" {
                self.field_access(link, of)
            } else {
                self.invocation(link, of)
            });
        }
        of.unwrap_or_else(|| self.b.other("expression", node))
    }

    fn field_access(&mut self, node: Node<'t>, of: Option<ExprId>) -> ExprId {
        let Some(field) = node.child_by_field_name("field") else {
            return self.b.other("expression", node);
        };
        match of {
            // `Outer.this` is the instance around; its members are found by looking outwards.
            _ if field.kind() == "this" => self.b.other(OUTER_THIS, node),
            Some(of) if !self.is_outer(of) => self.b.member(of, field),
            _ => self.b.name(field),
        }
    }

    fn is_outer(&self, expr: ExprId) -> bool {
        matches!(self.b.facts.exprs[expr].kind, ExprKind::Other(OUTER_THIS))
    }

    fn invocation(&mut self, node: Node<'t>, of: Option<ExprId>) -> ExprId {
        let Some(name) = node.child_by_field_name("name") else {
            return self.b.other("expression", node);
        };
        let on_super = parts(node).iter().any(|part| part.kind() == "super");
        let method = self.b.text(name);
        let list = node.child_by_field_name("arguments");
        let args = list.map(|list| self.arguments(list)).unwrap_or_default();
        if let Some(of) = of
            && let Some(same) = self.wrapper(of, &method, &args, list, node)
        {
            return same;
        }
        let callee = match of {
            _ if on_super => {
                let of = self
                    .b
                    .expr(ExprKind::Super, node.start_byte()..name.start_byte());
                self.b.member(of, name)
            }
            Some(of) if !self.is_outer(of) => self.b.member(of, name),
            _ => self.b.name(name),
        };
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: false,
            },
            node.byte_range(),
        )
    }

    /// Calls of the standard library that are Java's way of writing a value: what the value is, if this is one.
    fn wrapper(
        &mut self,
        of: ExprId,
        method: &str,
        args: &[Arg],
        list: Option<Node<'t>>,
        node: Node<'t>,
    ) -> Option<ExprId> {
        match (method, args) {
            ("clone" | "toCharArray" | "getBytes", []) => return Some(of),
            ("getBytes", [_]) if list.is_some_and(|list| names_charset(&self.b.text(list))) => {
                return Some(of);
            }
            ("orElse", [other]) => {
                let either = ExprKind::OneOf(vec![of, other.value]);
                return Some(self.b.expr(either, node.byte_range()));
            }
            _ => {}
        }
        let ExprKind::Name(class) = &self.b.facts.exprs[of].kind else {
            return None;
        };
        let kind = match (class.as_str(), method, args) {
            ("List" | "Set" | "Stream" | "ImmutableList" | "ImmutableSet" | "EnumSet", "of", _)
            | ("Arrays", "asList", _)
            | ("Collections", "singletonList" | "singleton", [_]) => {
                ExprKind::List(args.iter().map(|arg| arg.value).collect())
            }
            ("Collections", "unmodifiableList" | "unmodifiableSet", [inner])
            | ("List" | "Set", "copyOf", [inner])
            | ("Objects", "requireNonNull", [inner, ..])
            | ("Optional", "of" | "ofNullable", [inner])
            | ("Integer", "parseInt" | "valueOf", [inner])
            | ("Long", "parseLong" | "valueOf", [inner]) => return Some(inner.value),
            // With one text the call may be the overload for a collection, whose elements are not at hand.
            ("String", "join", [separator, first, rest @ ..]) if !rest.is_empty() => {
                let rest = rest.iter().flat_map(|arg| [separator.value, arg.value]);
                ExprKind::Concat(std::iter::once(first.value).chain(rest).collect())
            }
            _ => return None,
        };
        Some(self.b.expr(kind, node.byte_range()))
    }

    fn arguments(&mut self, list: Node<'t>) -> Vec<Arg> {
        parts(list)
            .into_iter()
            .map(|value| Builder::arg(self.expression(value)))
            .collect()
    }

    /// `new T(…)`, with or without a body.
    fn creation(&mut self, node: Node<'t>) -> ExprId {
        let Some(ty) = node.child_by_field_name("type") else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        if let Some(outer) = parts(node)
            .into_iter()
            .next()
            .filter(|first| first.end_byte() <= ty.start_byte())
        {
            self.expression(outer);
        }
        let callee = self.ty(ty).unwrap_or_else(|| self.b.other("type", ty));
        let args = node
            .child_by_field_name("arguments")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        if parts(node).iter().any(|part| part.kind() == "class_body") {
            self.class("", node);
        }
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }

    /// `new byte[16]`, `new String[] {…}`; a size that is not a literal makes it a call of the array's type.
    fn array_creation(&mut self, node: Node<'t>) -> ExprId {
        let element = node
            .child_by_field_name("type")
            .map(|ty| compact(&self.b.text(ty)))
            .unwrap_or_default();
        if let Some(value) = node.child_by_field_name("value") {
            return self.array(value, element == "byte");
        }
        let sizes: Vec<Node<'t>> = parts(node)
            .into_iter()
            .filter(|part| part.kind() == "dimensions_expr")
            .collect();
        let args: Vec<Arg> = sizes
            .into_iter()
            .filter_map(|size| self.first(size))
            .map(Builder::arg)
            .collect();
        if let ([size], "byte") = (&args[..], element.as_str())
            && let Some(length) = self.constant(size.value)
        {
            return self.b.expr(ExprKind::Bytes(length), node.byte_range());
        }
        let callee = self
            .b
            .expr(ExprKind::Name(format!("{element}[]")), node.byte_range());
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }

    /// The value of literals and of one operation on them (`new byte[256 / 8]`).
    fn constant(&self, expr: ExprId) -> Option<u64> {
        let literal = |expr: ExprId| match self.b.facts.exprs[expr].kind {
            ExprKind::Int(value) => u64::try_from(value).ok(),
            _ => None,
        };
        match self.b.facts.exprs[expr].kind {
            ExprKind::Binary {
                op: Op::Div,
                left,
                right,
            } => literal(left)?.checked_div(literal(right)?),
            ExprKind::Binary {
                op: Op::Mul,
                left,
                right,
            } => literal(left)?.checked_mul(literal(right)?),
            _ => literal(expr),
        }
    }

    /// `{a, b}`: a list, or so many bytes.
    fn array(&mut self, node: Node<'t>, of_bytes: bool) -> ExprId {
        let items: Vec<ExprId> = parts(node)
            .into_iter()
            .map(|item| self.expression(item))
            .collect();
        let kind = if of_bytes {
            ExprKind::Bytes(items.len() as u64)
        } else {
            ExprKind::List(items)
        };
        self.b.expr(kind, node.byte_range())
    }

    fn index(&mut self, node: Node<'t>) -> ExprId {
        let (Some(of), Some(key)) = (
            node.child_by_field_name("array"),
            node.child_by_field_name("index"),
        ) else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        let (of, key) = (self.expression(of), self.expression(key));
        self.b.expr(ExprKind::Index { of, key }, node.byte_range())
    }

    fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        let token = node
            .child_by_field_name("operator")
            .map(|op| self.b.text(op))
            .unwrap_or_default();
        let target = if left.kind() == "identifier" {
            None
        } else {
            Some(self.expression(left))
        };
        let mut value = self.expression(right);
        let changes = token != "=";
        if changes {
            let old = target.unwrap_or_else(|| self.b.name(left));
            let op = operator(token.trim_end_matches('='));
            value = self.b.expr(
                ExprKind::Binary {
                    op,
                    left: old,
                    right: value,
                },
                node.byte_range(),
            );
        }
        match target {
            None => {
                let kind = if changes {
                    BindingKind::Change
                } else {
                    BindingKind::Assign
                };
                let name = self.b.text(left);
                self.b
                    .bind(name, node.end_byte(), Some(value), kind)
                    .private = true;
            }
            Some(target) => match self.own_field(target) {
                Some((scope, name)) => {
                    self.b.bind_in(
                        scope,
                        name,
                        node.end_byte(),
                        Some(value),
                        BindingKind::Field,
                    );
                }
                None => {
                    self.b
                        .expr(ExprKind::Assign { target, value }, node.byte_range());
                }
            },
        }
        value
    }

    /// `this.x`: the class's scope and the field's name.
    fn own_field(&self, target: ExprId) -> Option<(ScopeId, String)> {
        let ExprKind::Member { of, name } = &self.b.facts.exprs[target].kind else {
            return None;
        };
        let ExprKind::This = self.b.facts.exprs[*of].kind else {
            return None;
        };
        let class = self.b.facts.class_around(self.b.scope)?;
        Some((self.b.facts.classes[class].scope, name.clone()))
    }

    /// `i++`: the old value no longer holds.
    fn update(&mut self, node: Node<'t>) -> ExprId {
        let operand = parts(node).into_iter().next();
        self.statements(node);
        let value = self.b.other("expression", node);
        if let Some(name) = operand.filter(|operand| operand.kind() == "identifier") {
            let text = self.b.text(name);
            self.b
                .bind(text, node.end_byte(), Some(value), BindingKind::Change)
                .private = true;
        }
        value
    }

    fn unary(&mut self, node: Node<'t>) -> ExprId {
        let Some(operand) = node.child_by_field_name("operand") else {
            return self.b.other("expression", node);
        };
        let inner = self.expression(operand);
        match (
            node.child_by_field_name("operator").map(|op| op.kind()),
            &self.b.facts.exprs[inner].kind,
        ) {
            (Some("-"), ExprKind::Int(value)) => {
                let value = -*value;
                self.b.expr(ExprKind::Int(value), node.byte_range())
            }
            (Some("+"), _) => inner,
            _ => self.b.other("expression", node),
        }
    }

    /// Left-associative chains are walked from the left without recursion: long texts are put together with `+`.
    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let mut chain = Vec::new();
        let mut next = node;
        while next.kind() == "binary_expression" {
            chain.push(next);
            let Some(left) = next.child_by_field_name("left") else {
                break;
            };
            next = left;
        }
        let mut operands = vec![self.expression(next)];
        for link in chain.iter().rev() {
            operands.push(match link.child_by_field_name("right") {
                Some(right) => self.expression(right),
                None => self.b.other("expression", *link),
            });
        }
        let token = |link: &Node<'t>| {
            link.child_by_field_name("operator")
                .map(|op| op.kind())
                .unwrap_or_default()
        };
        let is_text = |id: &ExprId| matches!(self.b.facts.exprs[*id].kind, ExprKind::Str(_));
        if chain.len() >= LONG_CHAIN
            && chain.iter().all(|link| token(link) == "+")
            && operands.iter().any(is_text)
        {
            return self.b.expr(ExprKind::Concat(operands), node.byte_range());
        }
        let mut operands = operands.into_iter();
        let Some(mut left) = operands.next() else {
            return self.b.other("expression", node);
        };
        for (link, right) in chain.iter().rev().zip(operands) {
            left = self.b.expr(
                ExprKind::Binary {
                    op: operator(token(link)),
                    left,
                    right,
                },
                link.byte_range(),
            );
        }
        left
    }

    fn ternary(&mut self, node: Node<'t>) -> ExprId {
        let mut values = Vec::new();
        for field in ["condition", "consequence", "alternative"] {
            if let Some(part) = node.child_by_field_name(field) {
                let value = self.expression(part);
                if field != "condition" {
                    values.push(value);
                }
            }
        }
        self.b.expr(ExprKind::OneOf(values), node.byte_range())
    }

    /// `x instanceof T t`: from here on `t` is `x` with that type.
    fn instance_of(&mut self, node: Node<'t>) -> ExprId {
        let value = node
            .child_by_field_name("left")
            .map(|left| self.expression(left));
        if let Some(name) = node.child_by_field_name("name") {
            self.declare_typed(Some(name), node.child_by_field_name("right"), value);
        }
        if let Some(pattern) = node.child_by_field_name("pattern") {
            self.patterns(pattern);
        }
        self.b.other("expression", node)
    }

    fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let params = match node.child_by_field_name("parameters") {
            Some(one) if one.kind() == "identifier" => {
                vec![Param {
                    name: self.b.text(one),
                    ty: None,
                    default: None,
                    rest: false,
                }]
            }
            Some(list) => self.params(list),
            None => Vec::new(),
        };
        let Some(body) = node.child_by_field_name("body") else {
            return self.b.other("expression", node);
        };
        let function = self.function("", params, body.start_byte(), |l, _| {
            if body.kind() == "block" {
                l.statements(body);
            } else {
                let value = l.expression(body);
                l.b.returns(value);
            }
        });
        self.b.facts.functions[function].private = true;
        self.b.expr(ExprKind::Function(function), node.byte_range())
    }

    /// `T::name` names a method without calling it.
    fn method_reference(&mut self, node: Node<'t>) -> ExprId {
        let parts = parts(node);
        let Some(first) = parts.first() else {
            return self.b.other("method reference", node);
        };
        let of = self.expression(*first);
        match parts
            .last()
            .filter(|last| last.kind() == "identifier" && parts.len() > 1)
        {
            Some(name) => self.b.member(of, *name),
            None => self.b.other("method reference", node),
        }
    }

    /// `try (T t = …)`.
    fn resource(&mut self, node: Node<'t>) -> ExprId {
        let Some(value) = node.child_by_field_name("value") else {
            self.statements(node);
            return self.b.other("expression", node);
        };
        let value = self.expression(value);
        self.declare_typed(
            node.child_by_field_name("name"),
            node.child_by_field_name("type"),
            Some(value),
        );
        value
    }
}

/// What a declaration's modifiers say.
#[derive(Default)]
struct Modifiers {
    private: bool,
    constant: bool,
}

/// What `Outer.this` is lowered to.
const OUTER_THIS: &str = "outer instance";

/// The node's named children without comments.
fn parts<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    named(node)
        .into_iter()
        .filter(|child| !child.is_extra())
        .collect()
}

/// A dotted name without the blanks and line breaks that may stand in it.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether an argument list is just a charset.
fn names_charset(arguments: &str) -> bool {
    let text = arguments.to_ascii_uppercase().replace('-', "_");
    CHARSETS.iter().any(|charset| text.contains(charset)) || text.contains("CHARSET")
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

/// A text block's content: after the first line break, without the indentation that all lines share.
fn text_block(body: &str) -> String {
    let body = body.split_once('\n').map_or(body, |(_, rest)| rest);
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let last = body.lines().count().saturating_sub(1);
    let shared = body
        .lines()
        .enumerate()
        .filter(|(i, line)| *i == last || !line.trim().is_empty())
        .map(|(_, line)| indent(line))
        .min();
    let lines: Vec<&str> = body
        .split('\n')
        .map(|line| {
            line.get(shared.unwrap_or(0)..)
                .unwrap_or_default()
                .trim_end()
        })
        .collect();
    lines.join("\n")
}

/// How many places of the tree the parser could not read.
fn errors(tree: &Tree) -> usize {
    if !tree.root_node().has_error() {
        return 0;
    }
    let mut count = 0;
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            count += 1;
        }
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

    fn facts(text: &str) -> Facts {
        let mut parser = tree_sitter::Parser::new();
        parser
            .set_language(&Java.grammar())
            .expect("the grammar fits the library");
        let tree = parser.parse(text, None).expect("no limit is set");
        Java.lower(&tree, text.as_bytes())
    }

    /// An expression in a short form that shows its structure.
    fn show(facts: &Facts, id: ExprId) -> String {
        let list = |ids: &[ExprId]| {
            ids.iter()
                .map(|id| show(facts, *id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match &facts.exprs[id].kind {
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Bytes(length) => format!("bytes({length})"),
            ExprKind::Null => "null".to_owned(),
            ExprKind::Name(name) => name.clone(),
            ExprKind::This => "this".to_owned(),
            ExprKind::Super => "super".to_owned(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Index { of, key } => format!("{}[{}]", show(facts, *of), show(facts, *key)),
            ExprKind::Call {
                callee,
                args,
                construct,
            } => {
                let args: Vec<_> = args
                    .iter()
                    .map(|a| {
                        format!(
                            "{}{}",
                            a.name.as_ref().map(|n| format!("{n}=")).unwrap_or_default(),
                            show(facts, a.value)
                        )
                    })
                    .collect();
                format!(
                    "{}{}({})",
                    if *construct { "new " } else { "" },
                    show(facts, *callee),
                    args.join(", ")
                )
            }
            ExprKind::Binary { op, left, right } => {
                format!("({} {op:?} {})", show(facts, *left), show(facts, *right))
            }
            ExprKind::List(items) => format!("[{}]", list(items)),
            ExprKind::Concat(items) => format!("concat({})", list(items)),
            ExprKind::OneOf(items) => format!("oneof({})", list(items)),
            ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), list(types)),
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            ExprKind::Element(of) => format!("each({})", show(facts, *of)),
            ExprKind::Function(index) => format!("fn {}", facts.functions[*index].name),
            ExprKind::Class(index) => format!("class {}", facts.classes[*index].name),
            other => format!("{other:?}"),
        }
    }

    fn calls(facts: &Facts) -> Vec<String> {
        let is_call = |id: &ExprId| matches!(facts.exprs[*id].kind, ExprKind::Call { .. });
        (0..facts.exprs.len())
            .filter(is_call)
            .map(|id| show(facts, id))
            .collect()
    }

    fn value(facts: &Facts, name: &str) -> String {
        let binding = facts
            .bindings
            .iter()
            .rfind(|b| b.name == name)
            .expect("bound");
        binding
            .value
            .map(|value| show(facts, value))
            .unwrap_or_default()
    }

    fn in_method(body: &str) -> Facts {
        facts(&format!("class C {{ void m() {{ {body} }} }}"))
    }

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
    fn fields_keep_type_constness_and_privacy() {
        let facts = facts(
            "class C { private static final int BITS = 1024 * 2; String mode = \"CBC\"; byte[] iv = {1, 2, 3}; }",
        );
        assert_eq!(value(&facts, "BITS"), "(1024 Mul 2)");
        assert_eq!(value(&facts, "iv"), "bytes(3)");
        let told: Vec<_> = facts
            .bindings
            .iter()
            .map(|b| (b.name.as_str(), b.kind, b.constant, b.private))
            .collect();
        assert_eq!(told[0], ("BITS", BindingKind::Field, true, true));
        assert_eq!(told[1], ("mode", BindingKind::Field, false, false));
    }

    #[test]
    fn an_assignment_through_this_is_a_field_of_the_class() {
        let facts = facts(
            "class C { private final String alg; C(String alg) { this.alg = alg; } C() { this(\"RSA\"); } }",
        );
        let binding = facts
            .bindings
            .iter()
            .rfind(|b| b.name == "alg" && b.kind == BindingKind::Field)
            .expect("bound");
        assert_eq!(binding.scope, facts.classes[0].scope);
        assert_eq!(
            facts
                .functions
                .iter()
                .map(|f| f.name.as_str())
                .collect::<Vec<_>>(),
            ["<init>", "<init>"]
        );
        assert_eq!(calls(&facts), ["new this(\"RSA\")"]);
    }

    #[test]
    fn enum_constants_are_made_with_their_arguments() {
        let facts = facts(
            "enum Alg { RSA(\"RSA\", 2048), EC { String n() { return \"EC\"; } }; private final String n; Alg(String n, int b) { this.n = n; } }",
        );
        assert_eq!(value(&facts, "RSA"), "new Alg(\"RSA\", 2048)");
        assert!(
            facts
                .bindings
                .iter()
                .find(|b| b.name == "RSA")
                .expect("bound")
                .constant
        );
    }

    #[test]
    fn a_record_has_fields_a_constructor_and_accessors() {
        let facts = facts(
            "record Spec(String alg, int bits) { Spec { if (bits < 1) throw new IllegalArgumentException(); } }",
        );
        let names: Vec<_> = facts.functions.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["<init>", "alg", "bits"]);
        assert_eq!(calls(&facts), ["new IllegalArgumentException()"]);
        assert_eq!(show(&facts, facts.functions[1].returns[0]), "this.alg");
    }

    #[test]
    fn no_call_is_lost_in_builders_lambdas_and_anonymous_classes() {
        let facts = in_method(
            "a.b(() -> c(1)).d(x -> { e(x); }).f(new T() { void g() { h(this::i, K::new); } });",
        );
        for call in [
            "c(1)",
            "e(x)",
            "new T()",
            "h(this.i, Other(\"method reference\"))",
        ] {
            assert!(
                calls(&facts).iter().any(|c| c == call),
                "{call} in {:?}",
                calls(&facts)
            );
        }
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

    #[test]
    fn texts_are_put_together() {
        let joined = in_method("String s = String.join(\"/\", a, \"GCM\");");
        assert_eq!(value(&joined, "s"), "concat(a, \"/\", \"GCM\")");
        assert_eq!(
            value(&in_method("String s = a + \"/CBC\";"), "s"),
            "(a Add \"/CBC\")"
        );
        assert_eq!(
            value(
                &in_method("String s = \"\"\"\n    a\n      b\n    \"\"\";"),
                "s"
            ),
            "\"a\\n  b\\n\""
        );
    }

    #[test]
    fn arrays_of_bytes_have_a_length_where_it_is_written() {
        assert_eq!(
            value(&in_method("byte[] k = new byte[256 / 8];"), "k"),
            "bytes(32)"
        );
        assert_eq!(
            value(&in_method("byte[] k = new byte[N];"), "k"),
            "new byte[](N)"
        );
        assert_eq!(
            value(&in_method("String[] p = new String[] {\"TLSv1.2\"};"), "p"),
            "[\"TLSv1.2\"]"
        );
        assert_eq!(
            value(
                &in_method("byte[] k = \"abc\".getBytes(StandardCharsets.UTF_8);"),
                "k"
            ),
            "\"abc\""
        );
        assert_eq!(
            value(&in_method("byte[] k = rows.getBytes(\"key\");"), "k"),
            "rows.getBytes(\"key\")"
        );
    }

    #[test]
    fn test_methods_mark_their_class_as_test_code() {
        let facts =
            facts("class T { @Test void a() {} @Value(\"${x}\") String v; @A(b = 1) void c() {} }");
        assert_eq!(facts.tests.len(), 2);
        assert_eq!(calls(&facts), ["new Value(\"${x}\")", "new A(b=1)"]);
    }

    #[test]
    fn what_stands_around_an_error_is_still_read() {
        let facts = facts("class C { void m() { f(1); int = ; g(2); } }");
        assert!(facts.errors > 0);
        assert!(
            calls(&facts).contains(&"f(1)".to_owned())
                && calls(&facts).contains(&"g(2)".to_owned())
        );
    }

    #[test]
    fn endless_chains_and_nesting_stay_off_the_stack() {
        let chain = format!("x{};", ".a()".repeat(5_000));
        let made = in_method(&chain)
            .exprs
            .into_iter()
            .filter(|e| matches!(e.kind, ExprKind::Call { .. }));
        assert_eq!(made.count(), 5_000);
        let text = format!("String s = \"a\"{};", " + \"b\"".repeat(5_000));
        assert!(!in_method(&text).too_deep);
        let nested = format!("{}1{};", "f(".repeat(5_000), ")".repeat(5_000));
        assert!(in_method(&nested).too_deep);
    }
}
