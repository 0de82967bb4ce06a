//! Functions, methods, types, constants and variables.

use std::ops::Range;

use tree_sitter::Node;

use super::types::type_name;
use super::{File, part};
use crate::detect::facts::{Binding, BindingKind, ExprId, ExprKind, Param};
use crate::detect::source::lower::{Builder, named};

/// What the language repeats (a constant's expression for each name below it that has none, the element type of a list for each
/// element) is lowered again only if it is short, so that the work stays linear.
pub(super) const MAX_REPEATED: usize = 256;

impl<'t> File<'t> {
    pub(super) fn function_declaration(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let Some(name) = part(node, "name").map(|name| b.text(name)) else {
            return self.children(b, node);
        };
        let function = self.function(b, node, &name, None);
        let value = b.expr(ExprKind::Function(function), node.byte_range());
        let at = if b.scope == 0 { 0 } else { node.end_byte() };
        let binding = b.bind(name.clone(), at, Some(value), BindingKind::Declare);
        binding.constant = true;
    }

    pub(super) fn method(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let name = part(node, "name").map(|name| b.text(name));
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
    pub(super) fn function(
        &self,
        b: &mut Builder<'_>,
        node: Node<'t>,
        name: &str,
        this: Option<&str>,
    ) -> usize {
        let params = self.params(b, part(node, "parameters"));
        let result = part(node, "result");
        let results = self.params(b, result.filter(|result| result.kind() == "parameter_list"));
        let result_type = match result {
            Some(list) if list.kind() == "parameter_list" => {
                let types = results.iter().filter_map(|result| result.ty).collect();
                Some(b.expr(ExprKind::List(types), list.byte_range()))
            }
            other => other.map(|ty| self.ty(b, ty)),
        };
        let body = part(node, "body");
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

    pub(super) fn params(&self, b: &mut Builder<'_>, list: Option<Node<'t>>) -> Vec<Param> {
        let mut params = Vec::new();
        for declaration in list.map(named).unwrap_or_default() {
            let Some(ty) = part(declaration, "type") else {
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

    pub(super) fn type_spec(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let (Some(name), Some(ty)) = (part(node, "name"), part(node, "type")) else {
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
            let Some(declared) = part(field, "type") else {
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

    pub(super) fn type_alias(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let (Some(name), Some(ty)) = (part(node, "name"), part(node, "type")) else {
            return self.children(b, node);
        };
        let name = b.text(name);
        let value = self.ty(b, ty);
        let at = if b.scope == 0 { 0 } else { node.end_byte() };
        let binding = b.bind(name.clone(), at, Some(value), BindingKind::Declare);
        binding.constant = true;
    }

    /// A constant without a value has the expression of the one above it, with the next `iota`.
    pub(super) fn constants(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let before = self.iota.get();
        let mut repeated: (Option<Node<'t>>, Option<Node<'t>>) = (None, None);
        for (index, spec) in named(node)
            .into_iter()
            .filter(|spec| spec.kind() == "const_spec")
            .enumerate()
        {
            self.iota.set(index as i128);
            let mut values = part(spec, "value");
            if values.is_some() {
                repeated = (values, part(spec, "type"));
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

    pub(super) fn variables(&self, b: &mut Builder<'_>, node: Node<'t>) {
        let declared = part(node, "type");
        let ty = declared.map(|ty| self.ty(b, ty));
        let mut cursor = node.walk();
        let names: Vec<Node<'t>> = node
            .children_by_field_name("name", &mut cursor)
            .filter(Node::is_named)
            .collect();
        let values = match part(node, "value") {
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
    pub(super) fn declare<'b>(
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
    pub(super) fn zero(
        &self,
        b: &mut Builder<'_>,
        ty: Node<'t>,
    ) -> Option<(ExprId, Option<ExprId>)> {
        let length = self.byte_array(b, ty)?;
        Some((b.expr(ExprKind::Bytes(length), ty.byte_range()), None))
    }
}

/// Makes the class of a type and binds its name.
pub(super) fn declare_class(b: &mut Builder<'_>, name: &str, span: Range<usize>) -> usize {
    let class = b.class(name, |_, _| {});
    let value = b.expr(ExprKind::Class(class), span);
    let binding = b.bind(name, 0, Some(value), BindingKind::Declare);
    binding.constant = true;
    class
}

/// A method's receiver: its name (empty if it has none) and its type's name.
pub(super) fn receiver(b: &Builder<'_>, method: Node<'_>) -> Option<(String, String)> {
    let declaration = named(part(method, "receiver")?)
        .into_iter()
        .find(|node| node.kind() == "parameter_declaration")?;
    let name = part(declaration, "name")
        .map(|name| b.text(name))
        .unwrap_or_default();
    Some((name, type_name(b, part(declaration, "type")?)?))
}

/// The field declarations of a struct type.
pub(super) fn fields(ty: Node<'_>) -> Vec<Node<'_>> {
    named(ty)
        .into_iter()
        .filter(|list| list.kind() == "field_declaration_list")
        .flat_map(named)
        .filter(|field| field.kind() == "field_declaration")
        .collect()
}

/// Whether `go test` runs it.
pub(super) fn is_test(b: &Builder<'_>, function: usize, name: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::super::tests::{facts, values};

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
    fn test_functions_are_marked() {
        let facts = facts("package p\nfunc TestSign(t *testing.T) {}\nfunc Testify(x int) {}\n");
        assert_eq!(facts.tests.len(), 1);
    }
}
