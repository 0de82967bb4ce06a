//! Types that a file declares: classes, structs, interfaces, records, enums.

use tree_sitter::Node;

use super::{Lowering, part, parts};
use crate::detect::facts::{BindingKind, ExprId, ExprKind};

/// Attributes that make a method test code (xUnit, NUnit, MSTest).
const TEST_ATTRIBUTES: [&str; 14] = [
    "Fact",
    "Theory",
    "Test",
    "TestCase",
    "TestCaseSource",
    "TestFixture",
    "SetUp",
    "TearDown",
    "OneTimeSetUp",
    "OneTimeTearDown",
    "TestMethod",
    "DataTestMethod",
    "TestInitialize",
    "TestClass",
];

impl<'t> Lowering<'_, 't> {
    pub(super) fn declare_class(&mut self, node: Node<'t>) {
        let private = self.modifiers(node).private;
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
        binding.private = private;
    }

    fn class(&mut self, name: &str, node: Node<'t>) -> usize {
        let bases = self.bases(node);
        let body = node.child_by_field_name("body");
        let primary = part(node, "parameter_list");
        let Lowering { b, state } = self;
        b.class(name, |b, index| {
            b.facts.classes[index].bases.extend(bases);
            let mut l = Lowering { b, state };
            if let Some(parameters) = primary {
                l.primary(parameters, node);
            }
            for member in body.map(parts).unwrap_or_default() {
                l.statement(member);
            }
            let members = body.map(parts).unwrap_or_default();
            if l.is_test(node) || members.into_iter().any(|member| l.is_test(member)) {
                l.b.facts.tests.push(node.byte_range());
            }
        })
    }

    /// What a type extends and implements; of an enum what it is stored as, which is no base.
    fn bases(&mut self, node: Node<'t>) -> Vec<ExprId> {
        if node.kind() == "enum_declaration" {
            return Vec::new();
        }
        let list = part(node, "base_list").map(parts).unwrap_or_default();
        list.into_iter()
            .filter(|base| base.kind() != "argument_list")
            .filter_map(|base| match base.kind() {
                "primary_constructor_base_type" => {
                    let ty = base.child_by_field_name("type")?;
                    self.ty(ty)
                }
                _ => self.ty(base),
            })
            .collect()
    }

    /// A primary constructor's parameters: held as fields; what it passes to the base's constructor is a call of it.
    fn primary(&mut self, parameters: Node<'t>, node: Node<'t>) {
        let params = self.params(parameters);
        let class_scope = self.b.scope;
        let at = parameters.end_byte();
        let given = part(node, "base_list").and_then(|list| {
            part(list, "argument_list").or_else(|| {
                part(list, "primary_constructor_base_type").and_then(|b| part(b, "argument_list"))
            })
        });
        self.function("<init>", params.clone(), at, None, |l| {
            for param in &params {
                let value = l.b.expr(ExprKind::Name(param.name.clone()), at..at);
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
            if let Some(given) = given {
                let callee =
                    l.b.expr(ExprKind::Super, given.start_byte()..given.start_byte());
                let args = l.arguments(given);
                l.b.expr(
                    ExprKind::Call {
                        callee,
                        args,
                        construct: true,
                    },
                    given.byte_range(),
                );
            }
        });
    }

    /// A constant of an enum: its number, where one is written.
    pub(super) fn enum_member(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let value = match node.child_by_field_name("value") {
            Some(value) => self.expression(value),
            None => self.b.other("constant", node),
        };
        let name = self.b.text(name);
        let binding = self
            .b
            .bind(name, node.end_byte(), Some(value), BindingKind::Field);
        binding.constant = true;
    }

    /// Whether a declaration has an attribute of a test framework.
    pub(super) fn is_test(&self, node: Node<'t>) -> bool {
        parts(node)
            .into_iter()
            .filter(|part| part.kind() == "attribute_list")
            .flat_map(parts)
            .any(|attribute| {
                attribute.child_by_field_name("name").is_some_and(|name| {
                    let name = self.b.text(name);
                    TEST_ATTRIBUTES.contains(&name.rsplit('.').next().unwrap_or_default())
                })
            })
    }
}
