//! Types, functions and constants, and the fields that struct expressions give values to.

use tree_sitter::Node;

use super::patterns::simple_binding;
use super::{Lowering, code, is_mutable, is_public};
use crate::detect::facts::{BindingKind, Class, ExprId, ExprKind, Param, ScopeKind};

impl Lowering<'_> {
    /// Makes a type's name known before anything that uses it: Rust's items have no order.
    pub(super) fn declare_type(&mut self, node: Node<'_>) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let text = self.ident(name);
        let key = (self.b.scope, text.clone());
        if self.types.contains_key(&key) {
            return;
        }
        let index = self.new_class(&text);
        self.types.insert(key, index);
        let value = self.b.expr(ExprKind::Class(index), name.byte_range());
        let private = !is_public(node);
        let binding = self
            .b
            .bind(text, name.end_byte(), Some(value), BindingKind::Declare);
        binding.constant = true;
        binding.private = private;
    }

    pub(super) fn new_class(&mut self, name: &str) -> usize {
        let index = self.b.facts.classes.len();
        let scope = self.b.open(ScopeKind::Class(index));
        let name = name.to_owned();
        let bases = Vec::new();
        self.b.facts.classes.push(Class { name, scope, bases });
        index
    }

    /// The type of that name that this file declares, if it does.
    pub(super) fn type_named(&self, name: &str) -> Option<usize> {
        let facts = &self.b.facts;
        if name == "Self" {
            return facts.class_around(self.b.scope);
        }
        facts
            .outwards(self.b.scope)
            .find_map(|scope| self.types.get(&(scope, name.to_owned())).copied())
    }

    /// Runs `visit` in a class's scope.
    pub(super) fn in_class(&mut self, class: usize, visit: impl FnOnce(&mut Self)) {
        let scope = self.b.facts.classes[class].scope;
        self.inside(scope, visit);
    }

    /// The fields of a struct or union.
    pub(super) fn fields(&mut self, node: Node<'_>) {
        let Some(class) = node
            .child_by_field_name("name")
            .and_then(|name| self.type_named(&self.ident(name)))
        else {
            return;
        };
        let Some(body) = node.child_by_field_name("body") else {
            return;
        };
        self.in_class(class, |l| {
            let mut index = 0;
            let mut public = false;
            for field in code(body) {
                match field.kind() {
                    "field_declaration" => {
                        let Some(name) =
                            field.child_by_field_name("name").map(|name| l.ident(name))
                        else {
                            continue;
                        };
                        let ty = field.child_by_field_name("type");
                        l.field(class, name, ty, is_public(field), field.end_byte());
                    }
                    "visibility_modifier" => public = true,
                    "attribute_item" => {}
                    _ => {
                        l.field(
                            class,
                            index.to_string(),
                            Some(field),
                            std::mem::take(&mut public),
                            field.end_byte(),
                        );
                        index += 1;
                    }
                }
            }
        });
    }

    pub(super) fn field(
        &mut self,
        class: usize,
        name: String,
        ty: Option<Node<'_>>,
        public: bool,
        at: usize,
    ) {
        let ty = ty.map(|ty| self.ty(ty));
        if !public {
            self.private_fields.insert((class, name.clone()));
        }
        if let Some(ty) = ty {
            self.field_types.insert((class, name.clone()), ty);
        }
        let binding = self.b.bind(name, at, None, BindingKind::Field);
        binding.ty = ty;
        binding.private = !public;
    }

    /// Gives a field a value from a struct expression or an assignment through `self`.
    pub(super) fn assign_field(&mut self, class: usize, name: &str, value: ExprId, at: usize) {
        let declared = self.field_types.get(&(class, name.to_owned())).copied();
        self.typed(value, declared);
        let scope = self.b.facts.classes[class].scope;
        let private = self.private_fields.contains(&(class, name.to_owned()));
        self.b
            .bind_in(scope, name, at, Some(value), BindingKind::Field)
            .private = private;
    }

    pub(super) fn variants(&mut self, node: Node<'_>) {
        let Some(class) = node
            .child_by_field_name("name")
            .and_then(|name| self.type_named(&self.ident(name)))
        else {
            return;
        };
        let Some(body) = node.child_by_field_name("body") else {
            return;
        };
        self.in_class(class, |l| {
            for variant in code(body) {
                let Some(name) = variant
                    .child_by_field_name("name")
                    .map(|name| l.ident(name))
                else {
                    continue;
                };
                let value = variant
                    .child_by_field_name("value")
                    .map(|value| l.expr(value));
                let held = variant
                    .child_by_field_name("body")
                    .filter(|body| body.kind() == "ordered_field_declaration_list");
                let types = held
                    .map(code)
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|n| !matches!(n.kind(), "visibility_modifier" | "attribute_item"));
                let types: Vec<ExprId> = types.map(|ty| l.ty(ty)).collect();
                for (index, ty) in types.iter().enumerate() {
                    let field = format!("{name}.{index}");
                    l.b.bind(field, variant.end_byte(), None, BindingKind::Field)
                        .ty = Some(*ty);
                }
                l.payloads.insert((class, name.clone()), types);
                l.b.bind(name, variant.end_byte(), value, BindingKind::Field)
                    .constant = true;
            }
        });
    }

    /// `impl T`, `impl Trait for T` and `trait T`: functions and constants of the type.
    pub(super) fn implementation(&mut self, node: Node<'_>) {
        let of = node
            .child_by_field_name("type")
            .or_else(|| node.child_by_field_name("name"));
        let Some(of) = of else { return };
        let name = self.segments(base_type(of)).pop().unwrap_or_default();
        let mut bases = Vec::new();
        let class = self.type_named(&name).unwrap_or_else(|| {
            bases.push(self.ty(of));
            let key = (self.b.scope, name.clone());
            let known = self.foreign.get(&key).copied();
            let class = known.unwrap_or_else(|| self.new_class(&name));
            self.foreign.insert(key, class);
            class
        });
        let of_trait = node.child_by_field_name("trait");
        bases.extend(of_trait.map(|of_trait| self.ty(of_trait)));
        self.b.facts.classes[class].bases.extend(bases);
        let outer = std::mem::replace(
            &mut self.of_trait,
            of_trait.is_some() || node.kind() == "trait_item",
        );
        if let Some(body) = node.child_by_field_name("body") {
            self.in_class(class, |l| {
                l.statements(body);
            });
        }
        self.of_trait = outer;
    }

    /// What a named thing of a class is, and of anything else.
    pub(super) fn item_kind(&self) -> BindingKind {
        match self.b.facts.scopes[self.b.scope].kind {
            ScopeKind::Class(_) => BindingKind::Field,
            _ => BindingKind::Declare,
        }
    }

    pub(super) fn function(&mut self, node: Node<'_>) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let private = !is_public(node) && !self.of_trait;
        let text = self.ident(name);
        let (params, patterns) = self.params(node.child_by_field_name("parameters"));
        let result = node
            .child_by_field_name("return_type")
            .map(|ty| self.ty(ty));
        let index = self
            .b
            .function(text.clone(), params, node.start_byte(), |_, _| {});
        self.b.facts.functions[index].private = private;
        self.b.facts.functions[index].result = result;
        let value = self.b.expr(ExprKind::Function(index), name.byte_range());
        let kind = self.item_kind();
        let binding = self.b.bind(text, node.end_byte(), Some(value), kind);
        binding.constant = true;
        binding.private = private;
        if let Some(body) = node.child_by_field_name("body") {
            let outer = std::mem::replace(&mut self.of_trait, false);
            self.body(index, &patterns, body);
            self.of_trait = outer;
        }
    }

    /// The parameters, and those that are patterns: (the name that stands for the parameter, the pattern).
    pub(super) fn params<'n>(
        &mut self,
        list: Option<Node<'n>>,
    ) -> (Vec<Param>, Vec<(String, Node<'n>)>) {
        let mut params = Vec::new();
        let mut patterns = Vec::new();
        for node in list.map(code).unwrap_or_default() {
            if let "self_parameter" | "attribute_item" = node.kind() {
                continue;
            }
            let pattern = node.child_by_field_name("pattern").unwrap_or(node);
            if pattern.kind() == "self" {
                continue;
            }
            let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
            let simple = simple_binding(pattern).map(|name| self.ident(name));
            let name = simple.unwrap_or_else(|| {
                let stand_in = format!("#{}", params.len());
                patterns.push((stand_in.clone(), pattern));
                stand_in
            });
            params.push(Param {
                name,
                ty,
                default: None,
                rest: node.kind() == "variadic_parameter",
            });
        }
        (params, patterns)
    }

    /// A function's body, in its scope; what it ends with is returned.
    pub(super) fn body(
        &mut self,
        function: usize,
        patterns: &[(String, Node<'_>)],
        body: Node<'_>,
    ) {
        let scope = self.b.facts.functions[function].scope;
        self.inside(scope, |l| {
            for (stand_in, pattern) in patterns {
                let value = l.name_expr(stand_in.clone(), *pattern);
                l.pattern(*pattern, Some(value), pattern.end_byte());
            }
            let value = if body.kind() == "block" {
                l.statements(body)
            } else {
                Some(l.expr(body))
            };
            if let Some(value) = value {
                l.typed(value, l.b.facts.functions[function].result);
                l.returns(value);
            }
        });
    }

    /// Adds what the innermost function returns; an error is no value of it.
    pub(super) fn returns(&mut self, value: ExprId) {
        if !self.is_never(value) {
            self.b.returns(value);
        }
    }

    pub(super) fn constant(&mut self, node: Node<'_>) {
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.ident(name))
        else {
            return;
        };
        let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
        let value = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        let kind = self.item_kind();
        let private = !is_public(node) && !self.of_trait;
        let binding = self.b.bind(name, node.end_byte(), value, kind);
        binding.ty = ty;
        binding.constant = !is_mutable(node);
        binding.private = private;
    }

    pub(super) fn type_alias(&mut self, node: Node<'_>) {
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.ident(name))
        else {
            return;
        };
        let Some(value) = node.child_by_field_name("type").map(|ty| self.ty(ty)) else {
            return;
        };
        let kind = self.item_kind();
        let private = !is_public(node) && !self.of_trait;
        let binding = self.b.bind(name, node.end_byte(), Some(value), kind);
        binding.constant = true;
        binding.private = private;
    }
}

/// The type that an `impl` is for, without its arguments and references.
fn base_type(node: Node<'_>) -> Node<'_> {
    let mut ty = node;
    while let "generic_type" | "reference_type" = ty.kind() {
        match ty.child_by_field_name("type") {
            Some(inner) => ty = inner,
            None => break,
        }
    }
    ty
}
