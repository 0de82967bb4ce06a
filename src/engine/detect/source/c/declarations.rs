//! Declarations: variables, functions, types, namespaces.

use tree_sitter::Node;

use super::expressions::{is_byte_type, last_name};
use super::{Lowering, child, children};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Param};
use crate::detect::source::lower::Builder;

/// Types whose braces hold elements, not a constructor's arguments.
const COLLECTIONS: &[&str] = &[
    "vector",
    "array",
    "list",
    "set",
    "initializer_list",
    "deque",
    "unordered_set",
];
/// Types that own what they are made from: the variable stands for the thing owned.
const OWNERS: &[&str] = &[
    "unique_ptr",
    "shared_ptr",
    "auto_ptr",
    "string",
    "string_view",
    "wstring",
    "optional",
    "QString",
    "QByteArray",
];
/// Macros of test frameworks that look like functions.
const TEST_MACROS: &[&str] = &[
    "TEST",
    "TEST_F",
    "TEST_P",
    "TYPED_TEST",
    "TEST_CASE",
    "BOOST_AUTO_TEST_CASE",
    "START_TEST",
];

/// What a declarator says besides the name.
struct Declarator<'n> {
    name: Node<'n>,
    /// `name(params)`, unless it is a pointer to a function.
    function: Option<Node<'n>>,
    /// `*name`.
    pointer: bool,
    /// `name[size]`.
    array: Option<Node<'n>>,
}

/// Looks through pointers, arrays, references and parentheses to the name.
fn declarator(node: Node<'_>) -> Option<Declarator<'_>> {
    let (mut function, mut pointer, mut array) = (None, false, None);
    let mut next = node;
    loop {
        let kind = next.kind();
        match kind {
            "identifier"
            | "field_identifier"
            | "type_identifier"
            | "qualified_identifier"
            | "destructor_name"
            | "operator_name"
            | "template_function"
            | "operator_cast"
            | "primitive_type" => {
                return Some(Declarator {
                    name: next,
                    function,
                    pointer,
                    array,
                });
            }
            "pointer_declarator" | "pointer_type_declarator" => pointer = true,
            "array_declarator" => array = Some(next),
            // `int (*f)(int)` is a variable: inside the parentheses stands a pointer.
            "parenthesized_declarator" => {
                if child(next, "pointer_declarator").is_some() {
                    function = None;
                }
            }
            "function_declarator" => function = Some(next),
            "init_declarator"
            | "reference_declarator"
            | "attributed_declarator"
            | "bitfield_clause"
            | "variadic_declarator" => {}
            _ => return None,
        }
        next = next.child_by_field_name("declarator").or_else(|| {
            children(next)
                .into_iter()
                .find(|n| n.kind().ends_with("declarator") || n.kind().ends_with("identifier"))
        })?;
    }
}

impl Lowering<'_> {
    /// A declaration of variables or fields. Prototypes declare nothing that has a value.
    pub(super) fn declaration(&mut self, node: Node<'_>) {
        let type_node = node.child_by_field_name("type");
        let ty = type_node.and_then(|t| self.type_name(t));
        let quals = self.qualifiers(node);
        let mut cursor = node.walk();
        let declarators: Vec<Node<'_>> = node
            .children_by_field_name("declarator", &mut cursor)
            .collect();
        for (i, part) in declarators.iter().enumerate() {
            // A field's `= value` stands beside the declarator.
            let beside = node
                .child_by_field_name("default_value")
                .or_else(|| node.child_by_field_name("value"));
            let value_node = part
                .child_by_field_name("value")
                .or(beside.filter(|_| i + 1 == declarators.len()));
            self.declare(*part, type_node, ty, value_node, &quals);
        }
        for stray in children(node).into_iter().filter(Node::is_error) {
            self.statements(stray);
        }
    }

    fn declare(
        &mut self,
        part: Node<'_>,
        type_node: Option<Node<'_>>,
        ty: Option<ExprId>,
        value_node: Option<Node<'_>>,
        quals: &Qualifiers,
    ) {
        let Some(found) = declarator(part) else {
            if part.kind() == "structured_binding_declarator"
                || child(part, "structured_binding_declarator").is_some()
            {
                return self.unpack(part, value_node);
            }
            return self.statements(part);
        };
        let value = match (value_node, found.function) {
            (Some(value), _) if is_zeroes(value) => self.uninitialised(type_node, &found),
            (Some(value), _) => Some(self.initial_value(value, type_node, ty, &found)),
            (None, Some(function)) => match self.constructed(function, ty, &found) {
                Some(value) => Some(value),
                None => return, // a prototype
            },
            (None, None) => self.uninitialised(type_node, &found),
        };
        let kind = if self.in_class_body() {
            BindingKind::Field
        } else {
            self.declared_kind()
        };
        if self.in_function() {
            self.note_changeable(type_node, &found);
        }
        let private = quals.fixed || self.hidden || self.in_function();
        let binding = self.bind_declarator(part, value, ty, kind);
        if let Some(index) = binding {
            self.b.facts.bindings[index].constant =
                quals.constant && !found.pointer || quals.constexpr;
            self.b.facts.bindings[index].private = private;
        }
    }

    /// Binds the name in a declarator; gives the binding's index.
    pub(super) fn bind_declarator(
        &mut self,
        part: Node<'_>,
        value: Option<ExprId>,
        ty: Option<ExprId>,
        kind: BindingKind,
    ) -> Option<usize> {
        let found = declarator(part)?;
        let name = self.b.text(found.name);
        self.b.bind(name, part.end_byte(), value, kind).ty = ty;
        Some(self.b.facts.bindings.len() - 1)
    }

    /// `auto [a, b] = pair;`
    fn unpack(&mut self, part: Node<'_>, value_node: Option<Node<'_>>) {
        let value = value_node.map(|v| self.expression(v));
        let names = child(part, "structured_binding_declarator").unwrap_or(part);
        for (index, name) in children(names).into_iter().enumerate() {
            let item = value.map(|of| self.b.expr(ExprKind::Item { of, index }, name.byte_range()));
            let text = self.b.text(name);
            self.b
                .bind(text, part.end_byte(), item, BindingKind::Declare)
                .private = true;
        }
    }

    /// What `T x = v`, `T x(v)` and `T x{v}` give to `x`.
    fn initial_value(
        &mut self,
        value: Node<'_>,
        type_node: Option<Node<'_>>,
        ty: Option<ExprId>,
        found: &Declarator<'_>,
    ) -> ExprId {
        let type_text = type_node.map(|t| self.b.text(t)).unwrap_or_default();
        if found.array.is_some() && is_byte_type(&type_text) {
            return self.byte_array(value, found);
        }
        let braces = value.kind() == "initializer_list";
        let assigned = value.prev_sibling().is_some_and(|n| n.kind() == "=");
        let arguments = value.kind() == "argument_list" || braces && !assigned;
        if !arguments {
            let id = self.expression(value);
            if let (true, ExprKind::Object { ty: object, .. }) =
                (found.array.is_none(), &mut self.b.facts.exprs[id].kind)
            {
                *object = ty;
            }
            return id;
        }
        let args: Vec<_> = children(value)
            .into_iter()
            .map(|a| self.expression(a))
            .collect();
        let class = last_name(&type_text);
        if braces && (COLLECTIONS.contains(&class) || is_c_struct(class)) {
            return self.b.expr(ExprKind::List(args), value.byte_range());
        }
        let owns = self.owns(class);
        match (args.first(), ty) {
            (Some(&first), Some(_)) if owns => first,
            (_, Some(callee)) if is_class_type(type_node) => self.construct(callee, args, value),
            (Some(&first), _) => first,
            _ => self.b.other("expression", value),
        }
    }

    /// `T x(a, b);` in a function looks like a prototype to the grammar; where all "parameters" are bare names, it is a
    /// constructor's call.
    fn constructed(
        &mut self,
        function: Node<'_>,
        ty: Option<ExprId>,
        found: &Declarator<'_>,
    ) -> Option<ExprId> {
        let callee = ty.filter(|_| self.in_function() && !found.pointer)?;
        let params = children(function.child_by_field_name("parameters")?);
        if params.is_empty() || !params.iter().all(|p| is_argument(*p)) {
            return None;
        }
        let args: Vec<_> = params.iter().filter_map(|p| self.argument(*p)).collect();
        let class = match &self.b.facts.exprs[callee].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => name.clone(),
            ExprKind::Generic { of, .. } => self.named_as(*of),
            _ => String::new(),
        };
        if self.owns(&class) {
            return args.first().copied();
        }
        Some(self.construct(callee, args, function))
    }

    /// What a "parameter" says if it is an argument: `name`, `name()`, `name(a, b)`.
    fn argument(&mut self, param: Node<'_>) -> Option<ExprId> {
        self.deeper(None, |s| {
            let name = param.child_by_field_name("type")?;
            let value = match s.b.text(name).as_str() {
                "nullptr" | "NULL" => s.b.expr(ExprKind::Null, name.byte_range()),
                _ => s.type_name(name)?,
            };
            let Some(called) = param.child_by_field_name("declarator") else {
                return Some(value);
            };
            let given = children(called.child_by_field_name("parameters")?);
            let args: Vec<_> = given.into_iter().filter_map(|a| s.argument(a)).collect();
            let kind = ExprKind::Call {
                callee: value,
                args: args.into_iter().map(Builder::arg).collect(),
                construct: false,
            };
            Some(s.b.expr(kind, param.byte_range()))
        })
    }

    /// Whether a type stands for the thing it is made from: a smart pointer, or what is named like one (`KeyPtr`).
    fn owns(&self, class: &str) -> bool {
        OWNERS.contains(&class)
            || self.owners.contains(class)
            || class.ends_with("Ptr")
            || class.ends_with("_ptr")
    }

    fn named_as(&self, id: ExprId) -> String {
        match &self.b.facts.exprs[id].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => name.clone(),
            _ => String::new(),
        }
    }

    /// `unsigned char key[32];` holds 32 bytes whatever they are; `T x;` in C++ calls a constructor that no rule asks for.
    fn uninitialised(
        &mut self,
        type_node: Option<Node<'_>>,
        found: &Declarator<'_>,
    ) -> Option<ExprId> {
        let array = found.array?;
        let type_text = self.b.text(type_node?);
        if !is_byte_type(&type_text) || found.pointer {
            return None;
        }
        let length = self.array_length(array)?;
        self.note_size(found.name, length);
        Some(self.b.expr(ExprKind::Bytes(length), array.byte_range()))
    }

    /// The length of `name[32]`, where it is written as a number.
    pub(super) fn array_length(&mut self, array: Node<'_>) -> Option<u64> {
        let size = array.child_by_field_name("size")?;
        let id = self.expression(size);
        match self.b.facts.exprs[id].kind {
            ExprKind::Int(length) => u64::try_from(length).ok(),
            _ => None,
        }
    }

    fn byte_array(&mut self, value: Node<'_>, found: &Declarator<'_>) -> ExprId {
        let declared = found.array.and_then(|a| self.array_length(a));
        let id = self.bytes(value, declared);
        if let ExprKind::Bytes(length) = self.b.facts.exprs[id].kind {
            self.note_size(found.name, length);
        }
        id
    }

    fn note_size(&mut self, name: Node<'_>, length: u64) {
        let name = self.b.text(name);
        let known = self.sizes.entry(name).or_insert(Some(length));
        if *known != Some(length) {
            *known = None;
        }
    }

    fn note_changeable(&mut self, type_node: Option<Node<'_>>, found: &Declarator<'_>) {
        let plain = found.array.is_none() && found.function.is_none();
        let number = type_node.is_some_and(|t| {
            let text = self.b.text(t);
            matches!(t.kind(), "primitive_type" | "sized_type_specifier")
                || text.ends_with("_t") && (text.starts_with("int") || text.starts_with("uint"))
        });
        let name = self.b.text(found.name);
        if plain && (number || found.pointer) {
            self.changeable.insert(name)
        } else {
            self.changeable.remove(&name)
        };
    }

    /// A function, a method, a constructor; also outside its class (`void Keys::make()`).
    pub(super) fn function_definition(&mut self, node: Node<'_>) {
        let found = node.child_by_field_name("declarator").and_then(declarator);
        let Some((found, function)) = found.and_then(|f| f.function.map(|function| (f, function)))
        else {
            return self.statements(node);
        };
        let result = node
            .child_by_field_name("type")
            .and_then(|t| self.type_name(t));
        let quals = self.qualifiers(node);
        let full = self.b.text(found.name);
        let (owner, name) = match full.rsplit_once("::") {
            Some((owner, name)) => (Some(last_name(owner).to_owned()), name.trim().to_owned()),
            None => (None, full),
        };
        match owner {
            Some(owner) if !self.in_class_body() => {
                let class = self.b.class(&owner, |_, _| {});
                let scope = self.b.facts.classes[class].scope;
                self.within(scope, |s| {
                    s.define_here(node, function, name, result, &quals)
                });
            }
            _ => self.define_here(node, function, name, result, &quals),
        }
    }

    fn define_here(
        &mut self,
        node: Node<'_>,
        function: Node<'_>,
        name: String,
        result: Option<ExprId>,
        quals: &Qualifiers,
    ) {
        let class = self
            .in_class_body()
            .then(|| self.b.facts.class_around(self.b.scope))
            .flatten();
        let constructor = class.is_some_and(|c| self.b.facts.classes[c].name == name);
        let called = if constructor {
            "<init>".to_owned()
        } else {
            name.clone()
        };
        let params = self.parameters(function, node);
        let at = function.end_byte();
        let index = self.b.function(called, params, at, |_, _| {});
        self.b.facts.functions[index].private = (quals.fixed && class.is_none()) || self.hidden;
        self.b.facts.functions[index].result = result;
        if !constructor {
            let kind = if class.is_some() {
                BindingKind::Field
            } else {
                self.declared_kind()
            };
            let id = self
                .b
                .expr(ExprKind::Function(index), function.byte_range());
            let binding = self.b.bind(name.clone(), at, Some(id), kind);
            binding.constant = true;
        }
        if name.starts_with("test_") || TEST_MACROS.contains(&name.as_str()) {
            self.b.facts.tests.push(node.byte_range());
        }
        let hidden = std::mem::replace(&mut self.hidden, false);
        self.within(self.b.facts.functions[index].scope, |s| {
            for part in children(node) {
                match part.kind() {
                    "field_initializer_list" => s.initialise_fields(part),
                    "compound_statement" => s.statements(part),
                    "try_statement" => s.statement(part),
                    _ if part.is_error() => s.statements(part),
                    _ => {}
                }
            }
        });
        self.hidden = hidden;
    }

    pub(super) fn parameters(&mut self, function: Node<'_>, definition: Node<'_>) -> Vec<Param> {
        let Some(list) = function.child_by_field_name("parameters") else {
            return Vec::new();
        };
        // The types of K&R parameters stand between the parentheses and the body.
        let types: Vec<Node<'_>> = children(definition)
            .into_iter()
            .filter(|n| n.kind() == "declaration")
            .collect();
        children(list)
            .into_iter()
            .filter_map(|p| self.parameter(p, &types))
            .collect()
    }

    fn parameter(&mut self, node: Node<'_>, types: &[Node<'_>]) -> Option<Param> {
        let mut param = Param {
            name: String::new(),
            ty: None,
            default: None,
            rest: node.kind().starts_with("variadic"),
        };
        if node.kind() == "identifier" {
            param.name = self.b.text(node);
            let declared = types.iter().find(|d| {
                let mut cursor = d.walk();
                d.children_by_field_name("declarator", &mut cursor)
                    .any(|d| declarator(d).is_some_and(|f| self.b.text(f.name) == param.name))
            });
            param.ty = declared
                .and_then(|d| d.child_by_field_name("type"))
                .and_then(|t| self.type_name(t));
            return Some(param);
        }
        let named = node.child_by_field_name("declarator");
        let type_node = node.child_by_field_name("type");
        if named.is_none() && type_node.is_some_and(|t| self.b.text(t) == "void") {
            return None; // `f(void)`
        }
        param.ty = type_node.and_then(|t| self.type_name(t));
        param.name = named
            .and_then(declarator)
            .map(|f| self.b.text(f.name))
            .unwrap_or_default();
        param.default = node
            .child_by_field_name("default_value")
            .map(|v| self.expression(v));
        Some(param)
    }

    /// `: key_(rng, 2048), bits_{n}` of a constructor.
    fn initialise_fields(&mut self, list: Node<'_>) {
        for field in children(list) {
            let parts = children(field);
            let (Some(name), Some(given)) = (parts.first(), parts.get(1)) else {
                continue;
            };
            let args: Vec<_> = children(*given)
                .into_iter()
                .map(|a| self.expression(a))
                .collect();
            let name = self.b.text(*name);
            let Some(class) = self.b.facts.class_around(self.b.scope) else {
                continue;
            };
            let scope = self.b.facts.classes[class].scope;
            let ty = self
                .b
                .facts
                .bindings
                .iter()
                .rev()
                .find(|b| b.scope == scope && b.name == name)
                .and_then(|b| b.ty);
            let value = match ty {
                Some(ty)
                    if args.len() != 1
                        || matches!(
                            self.b.facts.exprs[ty].kind,
                            ExprKind::Member { .. } | ExprKind::Generic { .. }
                        ) =>
                {
                    Some(self.construct(ty, args, *given))
                }
                _ => args.first().copied(),
            };
            self.b
                .bind_in(scope, name, field.end_byte(), value, BindingKind::Field)
                .private = true;
        }
    }

    /// A type as names, where it is more than `auto`; a body in it is lowered.
    pub(super) fn type_name(&mut self, node: Node<'_>) -> Option<ExprId> {
        match node.kind() {
            "struct_specifier" | "union_specifier" | "class_specifier" => self.class(node),
            "enum_specifier" => self.enumeration(node),
            "primitive_type"
            | "sized_type_specifier"
            | "type_identifier"
            | "namespace_identifier"
            | "identifier" => Some(self.b.name(node)),
            "qualified_identifier" | "template_type" | "template_function" => {
                Some(self.expression(node))
            }
            "type_descriptor" | "macro_type_specifier" => node
                .child_by_field_name("type")
                .and_then(|t| self.type_name(t)),
            "dependent_type" => children(node)
                .into_iter()
                .next()
                .and_then(|t| self.type_name(t)),
            "placeholder_type_specifier" | "auto" => None,
            "decltype" => {
                self.statements(node);
                None
            }
            _ => {
                self.statements(node);
                None
            }
        }
    }

    fn class(&mut self, node: Node<'_>) -> Option<ExprId> {
        let name_node = node.child_by_field_name("name");
        let alias = node
            .parent()
            .filter(|p| p.kind() == "type_definition")
            .and_then(|p| p.child_by_field_name("declarator"));
        let name = name_node
            .or(alias)
            .map(|n| self.b.text(n))
            .unwrap_or_default();
        if let Some(body) = node.child_by_field_name("body") {
            let index = self.b.class(last_name(&name), |_, _| {});
            let bases = child(node, "base_class_clause")
                .map(children)
                .unwrap_or_default();
            let bases: Vec<ExprId> = bases
                .into_iter()
                .filter(|b| b.kind() != "access_specifier")
                .filter_map(|b| self.type_name(b))
                .collect();
            self.b.facts.classes[index].bases.extend(bases);
            let hidden = std::mem::replace(&mut self.hidden, node.kind() == "class_specifier");
            self.within(self.b.facts.classes[index].scope, |s| s.statement(body));
            self.hidden = hidden;
            if !name.is_empty() {
                let id = self.b.expr(ExprKind::Class(index), node.byte_range());
                let kind = self.declared_kind();
                self.b.bind(name, node.end_byte(), Some(id), kind).constant = true;
            }
        }
        name_node.and_then(|n| self.type_name(n))
    }

    /// An enum's constants. Those of a plain enum are names like any other; those of `enum class` stand below its name.
    fn enumeration(&mut self, node: Node<'_>) -> Option<ExprId> {
        let name_node = node.child_by_field_name("name");
        let mut cursor = node.walk();
        let scoped = node
            .children(&mut cursor)
            .any(|n| matches!(n.kind(), "class" | "struct"));
        if let Some(body) = node.child_by_field_name("body") {
            match name_node {
                Some(name) if scoped => {
                    let name = self.b.text(name);
                    let index = self.b.class(&name, |_, _| {});
                    self.within(self.b.facts.classes[index].scope, |s| {
                        s.enumerators(body, BindingKind::Field)
                    });
                    let id = self.b.expr(ExprKind::Class(index), node.byte_range());
                    self.b
                        .bind(name, node.end_byte(), Some(id), BindingKind::Declare)
                        .constant = true;
                }
                _ => {
                    let kind = if self.in_class_body() {
                        BindingKind::Field
                    } else {
                        self.declared_kind()
                    };
                    self.enumerators(body, kind);
                }
            }
        }
        name_node.and_then(|n| self.type_name(n))
    }

    fn enumerators(&mut self, body: Node<'_>, kind: BindingKind) {
        let mut previous = Some(-1);
        for part in children(body) {
            let Some(name) = part
                .child_by_field_name("name")
                .filter(|_| part.kind() == "enumerator")
            else {
                if part.kind().starts_with("preproc_if") {
                    self.enumerators(part, kind);
                    previous = None;
                }
                continue;
            };
            let value = match part.child_by_field_name("value") {
                Some(value) => Some(self.expression(value)),
                None => {
                    previous.map(|p: i128| self.b.expr(ExprKind::Int(p + 1), part.byte_range()))
                }
            };
            previous = value.and_then(|id| match self.b.facts.exprs[id].kind {
                ExprKind::Int(number) if number < i128::from(i64::MAX) => Some(number),
                _ => None,
            });
            let name = self.b.text(name);
            self.b.bind(name, part.end_byte(), value, kind).constant = true;
        }
    }

    /// `typedef T name;`, `using name = T;`
    pub(super) fn type_alias(&mut self, node: Node<'_>) {
        let Some(type_node) = node.child_by_field_name("type") else {
            return;
        };
        let ty = self.type_name(type_node);
        let text = self.b.text(type_node);
        let alias = node.child_by_field_name("name").or_else(|| {
            node.child_by_field_name("declarator")
                .and_then(declarator)
                .map(|f| f.name)
        });
        let (Some(alias), Some(ty)) = (alias, ty) else {
            return;
        };
        let alias = self.b.text(alias);
        if OWNERS.contains(&last_name(&text)) {
            self.owners.insert(alias.clone());
        }
        if self.named_as(ty) != alias {
            let kind = self.declared_kind();
            self.b.bind(alias, node.end_byte(), Some(ty), kind).constant = true;
        }
    }

    /// A namespace adds no scope: what it declares is found under the bare name from all of the file.
    pub(super) fn namespace(&mut self, node: Node<'_>) {
        let unnamed = node.child_by_field_name("name").is_none();
        let hidden = self.hidden;
        self.hidden |= unnamed;
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(body);
        }
        self.hidden = hidden;
    }

    pub(super) fn namespace_alias(&mut self, node: Node<'_>) {
        let parts = children(node);
        if let [name, path] = parts.as_slice() {
            let (name, path) = (self.b.text(*name), self.b.text(*path).replace("::", "."));
            self.b.import(Some(&name), path);
        }
    }

    /// `using namespace X;` or `using X::y;`
    pub(super) fn using(&mut self, node: Node<'_>) {
        let Some(path) = children(node).into_iter().next() else {
            return;
        };
        let mut cursor = node.walk();
        let all = node.children(&mut cursor).any(|n| n.kind() == "namespace");
        let path = self.b.text(path).replace("::", ".");
        let path = path.trim_start_matches('.');
        let local = path.rsplit('.').next().filter(|_| !all);
        self.b.import(local, path);
    }

    fn qualifiers(&self, node: Node<'_>) -> Qualifiers {
        let words: Vec<String> = children(node)
            .into_iter()
            .filter(|n| matches!(n.kind(), "type_qualifier" | "storage_class_specifier"))
            .map(|n| self.b.text(n))
            .collect();
        let has = |word: &str| words.iter().any(|w| w == word);
        Qualifiers {
            constant: has("const") || has("constexpr"),
            constexpr: has("constexpr"),
            fixed: has("static"),
        }
    }
}

/// The words before a declaration that matter here.
struct Qualifiers {
    constant: bool,
    constexpr: bool,
    /// `static`.
    fixed: bool,
}

/// Whether what the grammar took for a parameter may be an argument: a bare name, or a name called with such.
fn is_argument(param: Node<'_>) -> bool {
    let mut open = vec![param];
    while let Some(param) = open.pop() {
        let named = param
            .child_by_field_name("type")
            .is_some_and(|t| matches!(t.kind(), "type_identifier" | "qualified_identifier"));
        if param.kind() != "parameter_declaration" || !named {
            return false;
        }
        match param.child_by_field_name("declarator") {
            None => {}
            Some(called) if called.kind() == "abstract_function_declarator" => {
                open.extend(
                    called
                        .child_by_field_name("parameters")
                        .map(children)
                        .unwrap_or_default(),
                );
            }
            Some(_) => return false,
        }
    }
    true
}

/// `= { 0 }`, `= { NULL }`, `= {}`: the variable is only made, its content comes later.
fn is_zeroes(value: Node<'_>) -> bool {
    value.kind() == "initializer_list"
        && value.prev_sibling().is_some_and(|n| n.kind() == "=")
        && children(value).len() < 2
        && children(value).iter().all(|v| {
            v.kind() == "null" || v.kind() == "number_literal" && v.byte_range().len() == 1
        })
}

/// `CK_MECHANISM`, `some_struct_t`: a struct of a C library has no constructor, its braces hold its fields.
fn is_c_struct(name: &str) -> bool {
    let upper = name.contains('_') && !name.contains(|c: char| c.is_ascii_lowercase());
    upper || name.ends_with("_t")
}

/// Whether a value in parentheses or braces after a variable of that type goes to a constructor.
fn is_class_type(node: Option<Node<'_>>) -> bool {
    node.is_some_and(|n| {
        matches!(
            n.kind(),
            "type_identifier"
                | "qualified_identifier"
                | "template_type"
                | "struct_specifier"
                | "class_specifier"
        )
    })
}
