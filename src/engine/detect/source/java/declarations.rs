//! Declarations: variables, classes, records, enums, methods, constructors, annotations.

use std::ops::Range;

use tree_sitter::Node;

use super::{Lowering, parts};
use crate::detect::facts::{Arg, BindingKind, ExprId, ExprKind, Param, ScopeKind};

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

impl<'t> Lowering<'_, 't> {
    /// Fields and locals.
    pub(super) fn variables(&mut self, node: Node<'t>) {
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

    pub(super) fn declare_class(&mut self, node: Node<'t>) {
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
    pub(super) fn class(&mut self, name: &str, node: Node<'t>) -> usize {
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
    pub(super) fn enum_constant(&mut self, node: Node<'t>) {
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

    pub(super) fn method(&mut self, node: Node<'t>) {
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

    pub(super) fn constructor(&mut self, node: Node<'t>) {
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
    pub(super) fn constructor_chain(&mut self, node: Node<'t>) {
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

    pub(super) fn params(&mut self, node: Node<'t>) -> Vec<Param> {
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
    pub(super) fn annotation(&mut self, node: Node<'t>) -> ExprId {
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
}

/// What a declaration's modifiers say.
#[derive(Default)]
struct Modifiers {
    private: bool,
    constant: bool,
}

#[cfg(test)]
mod tests {
    use super::super::tests::{calls, facts, show, value};
    use super::*;

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
    fn test_methods_mark_their_class_as_test_code() {
        let facts =
            facts("class T { @Test void a() {} @Value(\"${x}\") String v; @A(b = 1) void c() {} }");
        assert_eq!(facts.tests.len(), 2);
        assert_eq!(calls(&facts), ["new Value(\"${x}\")", "new A(b=1)"]);
    }
}
