//! Expressions.

use tree_sitter::Node;

use super::{Lowering, child, children};
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Key, Op, Param};
use crate::detect::source::lower::{Builder, integer, operator, unescape};

/// Functions and casts that hand on their argument as it is.
const TRANSPARENT: &[&str] = &[
    "static_cast",
    "const_cast",
    "reinterpret_cast",
    "dynamic_cast",
    "std::move",
    "std::forward",
    "std::string",
    "std::as_const",
    "__builtin_expect",
    "likely",
    "unlikely",
    "string",
    "_T",
    "TEXT",
];
/// Methods without arguments that give what the object holds.
const UNWRAPPING: &[&str] = &["get", "c_str", "data", "value", "release"];
/// The types that hold bytes rather than characters.
const BYTE_TYPES: &[&str] = &[
    "unsigned char",
    "uint8_t",
    "u8",
    "byte",
    "std::byte",
    "BYTE",
    "UCHAR",
    "guchar",
    "CK_BYTE",
    "u_char",
    "word8",
];

pub(super) fn is_byte_type(text: &str) -> bool {
    BYTE_TYPES.contains(&text)
}

/// `std::unique_ptr<T>` is called `unique_ptr`.
pub(super) fn last_name(text: &str) -> &str {
    let plain = text.split('<').next().unwrap_or(text).trim();
    plain.rsplit("::").next().unwrap_or(plain).trim()
}

impl Lowering<'_> {
    /// Any expression; what is not known is searched for what is.
    pub(super) fn expression(&mut self, node: Node<'_>) -> ExprId {
        let id = self.deeper(None, |s| Some(s.expression_here(node)));
        id.unwrap_or_else(|| self.b.other("expression", node))
    }

    fn expression_here(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "identifier"
            | "type_identifier"
            | "field_identifier"
            | "namespace_identifier"
            | "primitive_type" => self.b.name(node),
            "number_literal" => self.number(node),
            "char_literal" => self.b.other("character", node),
            "string_literal" | "raw_string_literal" => self.string(node),
            "concatenated_string" => self.concatenated(node),
            "true" | "false" => self
                .b
                .expr(ExprKind::Bool(node.kind() == "true"), node.byte_range()),
            "null" => self.b.expr(ExprKind::Null, node.byte_range()),
            "this" => self.b.expr(ExprKind::This, node.byte_range()),
            "parenthesized_expression"
            | "extension_expression"
            | "user_defined_literal"
            | "parameter_pack_expansion"
            | "co_await_expression" => self.inner(node),
            "cast_expression" => self.field_or_other(node, "value"),
            "pointer_expression" => self.field_or_other(node, "argument"),
            "unary_expression" => self.unary(node),
            "binary_expression" => self.binary(node),
            "comma_expression" => self.comma(node),
            "assignment_expression" => self.assignment(node),
            "update_expression" => self.update(node),
            "conditional_expression" => self.choice(node),
            "call_expression" => self.call(node),
            "field_expression" => self.field(node),
            "qualified_identifier" => self.qualified(node),
            "subscript_expression" => self.subscript(node),
            "template_type" | "template_function" | "template_method" => self.generic(node),
            "sizeof_expression" => self.size_of(node),
            "initializer_list" => self.braces(node, None),
            "compound_literal_expression" => self.compound_literal(node),
            "lambda_expression" => self.lambda(node),
            "new_expression" => self.new_object(node),
            "type_descriptor" => self
                .type_name(node)
                .unwrap_or_else(|| self.b.other("type", node)),
            "subscript_argument_list" => self.inner(node),
            _ => {
                self.statements(node);
                self.b.other("expression", node)
            }
        }
    }

    /// The last of the inner expressions; the others are lowered as well.
    fn inner(&mut self, node: Node<'_>) -> ExprId {
        let ids: Vec<ExprId> = children(node)
            .into_iter()
            .map(|n| self.expression(n))
            .collect();
        ids.last()
            .copied()
            .unwrap_or_else(|| self.b.other("expression", node))
    }

    fn field_or_other(&mut self, node: Node<'_>, field: &str) -> ExprId {
        match node.child_by_field_name(field) {
            Some(inner) => self.expression(inner),
            None => self.b.other("expression", node),
        }
    }

    fn number(&mut self, node: Node<'_>) -> ExprId {
        let kind = integer(&self.b.text(node)).map_or(ExprKind::Other("number"), ExprKind::Int);
        self.b.expr(kind, node.byte_range())
    }

    /// `"text"` with any prefix (`L`, `u8`), or `R"x(text)x"`.
    fn string(&mut self, node: Node<'_>) -> ExprId {
        self.b.note_embedded(node.byte_range());
        let text = self.b.text(node);
        let content = if node.kind() == "raw_string_literal" {
            let start = text.find('(').map_or(text.len(), |i| i + 1);
            let end = text.rfind(')').unwrap_or(text.len()).max(start);
            text[start..end].to_owned()
        } else {
            let start = text.find('"').map_or(text.len(), |i| i + 1);
            let end = text.rfind('"').unwrap_or(text.len()).max(start);
            unescape(&text[start..end])
        };
        self.b.expr(ExprKind::Str(content), node.byte_range())
    }

    /// `"a" NAME "b"`: one text where all parts are literals.
    fn concatenated(&mut self, node: Node<'_>) -> ExprId {
        let parts: Vec<ExprId> = children(node)
            .into_iter()
            .map(|n| self.expression(n))
            .collect();
        let texts: Option<String> = parts
            .iter()
            .map(|&id| match &self.b.facts.exprs[id].kind {
                ExprKind::Str(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let kind = match texts {
            Some(text) => {
                // A PEM block is usually written line by line: none of its lines is shown.
                let before = self.b.facts.embedded.len();
                self.b
                    .facts
                    .embedded
                    .retain(|range| range.start < node.start_byte());
                if self.b.facts.embedded.len() < before {
                    self.b.note_embedded(node.byte_range());
                }
                ExprKind::Str(text)
            }
            None => ExprKind::Concat(parts),
        };
        self.b.expr(kind, node.byte_range())
    }

    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let inner = self.field_or_other(node, "argument");
        let operator = node
            .child_by_field_name("operator")
            .map(|o| self.b.text(o))
            .unwrap_or_default();
        match (operator.as_str(), &self.b.facts.exprs[inner].kind) {
            ("-", &ExprKind::Int(number)) => self.b.expr(ExprKind::Int(-number), node.byte_range()),
            ("+", _) => inner,
            _ => self.b.other("expression", node),
        }
    }

    /// Chains such as `a() && b() && …` lean to the left and may be long: they are followed in a loop.
    fn binary(&mut self, node: Node<'_>) -> ExprId {
        let mut chain = Vec::new();
        let mut first = node;
        while first.kind() == "binary_expression" {
            chain.push(first);
            let Some(left) = first.child_by_field_name("left") else {
                break;
            };
            first = left;
        }
        let mut left = if first.kind() == "binary_expression" {
            self.b.other("expression", first)
        } else {
            self.expression(first)
        };
        for node in chain.into_iter().rev() {
            let op = node
                .child_by_field_name("operator")
                .map_or(Op::Other, |o| operator(&self.b.text(o)));
            let right = self.field_or_other(node, "right");
            if is_cast(node) {
                left = right;
                continue;
            }
            left = self
                .b
                .expr(ExprKind::Binary { op, left, right }, node.byte_range());
        }
        left
    }

    fn comma(&mut self, node: Node<'_>) -> ExprId {
        let mut parts = Vec::new();
        let mut next = node;
        while next.kind() == "comma_expression" {
            parts.extend(next.child_by_field_name("left"));
            let Some(right) = next.child_by_field_name("right") else {
                break;
            };
            next = right;
        }
        for part in parts {
            self.expression(part);
        }
        if next.kind() == "comma_expression" {
            self.b.other("expression", next)
        } else {
            self.expression(next)
        }
    }

    fn assignment(&mut self, node: Node<'_>) -> ExprId {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return self.inner(node);
        };
        let value = self.expression(right);
        let plain = node
            .child_by_field_name("operator")
            .is_none_or(|o| self.b.text(o) == "=");
        let target = pointee(left);
        let at = node.end_byte();
        match target.kind() {
            "identifier" => {
                let kind = if plain {
                    BindingKind::Assign
                } else {
                    BindingKind::Change
                };
                let name = self.b.text(target);
                self.b.bind(name, at, Some(value), kind);
            }
            _ => match (
                self.own_field(target),
                self.b.facts.class_around(self.b.scope),
            ) {
                (Some(name), Some(class)) => {
                    let scope = self.b.facts.classes[class].scope;
                    self.b
                        .bind_in(scope, name, at, Some(value), BindingKind::Field);
                }
                _ => self.assign_to(target, value, node),
            },
        }
        value
    }

    fn assign_to(&mut self, target: Node<'_>, value: ExprId, node: Node<'_>) {
        let target = self.expression(target);
        if matches!(
            self.b.facts.exprs[target].kind,
            ExprKind::Member { .. } | ExprKind::Index { .. }
        ) {
            self.b
                .expr(ExprKind::Assign { target, value }, node.byte_range());
        }
    }

    /// The name in `this->name`.
    fn own_field(&self, node: Node<'_>) -> Option<String> {
        node.child_by_field_name("argument")
            .filter(|a| a.kind() == "this")?;
        node.child_by_field_name("field").map(|f| self.b.text(f))
    }

    /// `x++`
    fn update(&mut self, node: Node<'_>) -> ExprId {
        let Some(argument) = node.child_by_field_name("argument") else {
            return self.b.other("expression", node);
        };
        let id = self.expression(argument);
        if argument.kind() == "identifier" {
            let name = self.b.text(argument);
            self.b
                .bind(name, node.end_byte(), None, BindingKind::Change);
        }
        id
    }

    /// `a ? b : c`, and GNU's `a ?: c`.
    fn choice(&mut self, node: Node<'_>) -> ExprId {
        let condition = node
            .child_by_field_name("condition")
            .map(|c| self.expression(c));
        let first = match node.child_by_field_name("consequence") {
            Some(value) => Some(self.expression(value)),
            None => condition,
        };
        let second = node
            .child_by_field_name("alternative")
            .map(|v| self.expression(v));
        self.b.expr(
            ExprKind::OneOf(first.into_iter().chain(second).collect()),
            node.byte_range(),
        )
    }

    fn call(&mut self, node: Node<'_>) -> ExprId {
        let Some(function) = node.child_by_field_name("function") else {
            return self.inner(node);
        };
        let arguments = node.child_by_field_name("arguments");
        let arg_nodes = arguments.map(children).unwrap_or_default();
        if arg_nodes.is_empty()
            && let Some(held) = self.unwrapped(function)
        {
            return self.expression(held);
        }
        let name = self.b.text(function);
        if is_transparent(&name)
            && let Some(first) = arg_nodes.first()
        {
            return self.expression(*first);
        }
        let made = self.owned_type(function);
        let callee = match made {
            Some(ty) => self
                .type_name(ty)
                .unwrap_or_else(|| self.b.other("type", ty)),
            None => self.expression(function),
        };
        let args: Vec<ExprId> = arg_nodes.iter().map(|a| self.expression(*a)).collect();
        let call = match made {
            Some(_) => self.construct(callee, args, node),
            None => self.b.expr(
                ExprKind::Call {
                    callee,
                    args: args.into_iter().map(Builder::arg).collect(),
                    construct: false,
                },
                node.byte_range(),
            ),
        };
        for argument in arg_nodes {
            self.note_out(argument, node.end_byte());
        }
        call
    }

    /// A number or pointer whose address is given to a call may come back changed. Where a rule knows what the call puts
    /// there, that goes before.
    fn note_out(&mut self, argument: Node<'_>, at: usize) {
        let Some(name) = self.addressed(argument).map(|n| self.b.text(n)) else {
            return;
        };
        if self.changeable.contains(&name) {
            self.b.bind(name, at, None, BindingKind::Change);
        }
    }

    /// The name in `&name`, `(T *)&name`.
    fn addressed<'n>(&self, argument: Node<'n>) -> Option<Node<'n>> {
        let inner = match argument.kind() {
            "cast_expression" => argument.child_by_field_name("value")?,
            "binary_expression" if is_cast(argument) => argument.child_by_field_name("right")?,
            _ => argument,
        };
        let operator = inner.child_by_field_name("operator");
        let name = match inner.kind() {
            "identifier" if inner != argument && argument.kind() == "binary_expression" => inner,
            "pointer_expression" if operator.is_some_and(|o| self.b.text(o) == "&") => {
                inner.child_by_field_name("argument")?
            }
            _ => return None,
        };
        (name.kind() == "identifier").then_some(name)
    }

    /// What `x.get()`, `x.c_str()` hand out: `x`.
    fn unwrapped<'n>(&self, function: Node<'n>) -> Option<Node<'n>> {
        let field = function
            .child_by_field_name("field")
            .filter(|_| function.kind() == "field_expression")?;
        let name = self.b.text(field);
        UNWRAPPING
            .contains(&name.as_str())
            .then(|| function.child_by_field_name("argument"))
            .flatten()
    }

    /// The `T` of `std::make_unique<T>(…)`: what is made is a `T`.
    fn owned_type<'n>(&self, function: Node<'n>) -> Option<Node<'n>> {
        let template = if function.kind() == "qualified_identifier" {
            function.child_by_field_name("name")?
        } else {
            function
        };
        let name = self.b.text(
            template
                .child_by_field_name("name")
                .filter(|_| template.kind() == "template_function")?,
        );
        let makes = matches!(name.as_str(), "make_unique" | "make_shared");
        template
            .child_by_field_name("arguments")
            .filter(|_| makes)
            .and_then(|types| children(types).into_iter().next())
    }

    pub(super) fn construct(
        &mut self,
        callee: ExprId,
        args: Vec<ExprId>,
        node: Node<'_>,
    ) -> ExprId {
        let args = args.into_iter().map(Builder::arg).collect();
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: true,
            },
            node.byte_range(),
        )
    }

    fn field(&mut self, node: Node<'_>) -> ExprId {
        let of = self.field_or_other(node, "argument");
        match node.child_by_field_name("field") {
            Some(name)
                if matches!(
                    name.kind(),
                    "template_method" | "dependent_name" | "qualified_identifier"
                ) =>
            {
                let last = last_name(&self.b.text(name)).to_owned();
                self.b
                    .expr(ExprKind::Member { of, name: last }, node.byte_range())
            }
            Some(name) => self.b.member(of, name),
            None => of,
        }
    }

    /// `a::b::c`; a leading `::` says only that the name is global.
    fn qualified(&mut self, node: Node<'_>) -> ExprId {
        let mut of = None;
        let mut next = node;
        while next.kind() == "qualified_identifier" {
            if let Some(scope) = next.child_by_field_name("scope") {
                of = Some(self.below(of, scope));
            }
            let Some(name) = next.child_by_field_name("name") else {
                break;
            };
            next = name;
        }
        if next.kind() == "qualified_identifier" {
            self.b.other("expression", node)
        } else {
            self.below(of, next)
        }
    }

    /// One more part of a qualified name.
    fn below(&mut self, of: Option<ExprId>, part: Node<'_>) -> ExprId {
        let named = part
            .child_by_field_name("name")
            .filter(|_| part.kind().starts_with("template_"));
        let Some(of) = of else {
            return self.expression(part);
        };
        match named {
            Some(name) => {
                let path = self.b.member(of, name);
                self.with_types(path, part)
            }
            None => self.b.member(of, part),
        }
    }

    /// `T<A, B>`
    fn generic(&mut self, node: Node<'_>) -> ExprId {
        let Some(name) = node.child_by_field_name("name") else {
            return self.inner(node);
        };
        let of = self.expression(name);
        self.with_types(of, node)
    }

    fn with_types(&mut self, of: ExprId, node: Node<'_>) -> ExprId {
        let arguments = node
            .child_by_field_name("arguments")
            .map(children)
            .unwrap_or_default();
        let types = arguments.into_iter().map(|t| self.expression(t)).collect();
        let start = self.b.facts.exprs[of].span.start;
        self.b
            .expr(ExprKind::Generic { of, types }, start..node.end_byte())
    }

    fn subscript(&mut self, node: Node<'_>) -> ExprId {
        let of = self.field_or_other(node, "argument");
        let key = node
            .child_by_field_name("index")
            .or_else(|| node.child_by_field_name("indices"));
        match key {
            Some(key) => {
                let key = self.expression(key);
                self.b.expr(ExprKind::Index { of, key }, node.byte_range())
            }
            None => of,
        }
    }

    /// `sizeof key` of an array of bytes whose length is written.
    fn size_of(&mut self, node: Node<'_>) -> ExprId {
        let text = self.b.text(node);
        let name = text
            .trim_start_matches("sizeof")
            .trim_matches(['(', ')', ' ']);
        match self.sizes.get(name) {
            Some(&Some(length)) => self
                .b
                .expr(ExprKind::Int(i128::from(length)), node.byte_range()),
            _ => self.b.other("sizeof", node),
        }
    }

    /// `{ .field = value, … }` is an object, `{ a, b }` a list.
    fn braces(&mut self, node: Node<'_>, ty: Option<ExprId>) -> ExprId {
        let (mut fields, mut items) = (Vec::new(), Vec::new());
        for part in children(node) {
            match part
                .child_by_field_name("value")
                .filter(|_| part.kind() == "initializer_pair")
            {
                Some(value) => {
                    let id = self.expression(value);
                    match child(part, "field_designator") {
                        Some(designator) => {
                            fields.push((Some(Key::Name(self.designated(designator))), id))
                        }
                        None => items.push(id),
                    }
                }
                None if part.kind().starts_with("preproc") => self.statement(part),
                None => items.push(self.expression(part)),
            }
        }
        self.drop_terminator(&mut items);
        let kind = if fields.is_empty() {
            ExprKind::List(items)
        } else {
            ExprKind::Object { ty, fields }
        };
        self.b.expr(kind, node.byte_range())
    }

    /// A list of names in C ends with `0` or `NULL`, which is none of them.
    fn drop_terminator(&self, items: &mut Vec<ExprId>) {
        let kind = |id: ExprId| &self.b.facts.exprs[id].kind;
        let ends = items
            .last()
            .is_some_and(|&id| matches!(kind(id), ExprKind::Int(0) | ExprKind::Null));
        let named = |id: &ExprId| matches!(kind(*id), ExprKind::Name(_) | ExprKind::Str(_));
        if ends && items.len() > 1 && items[..items.len() - 1].iter().all(named) {
            items.pop();
        }
    }

    fn designated(&self, designator: Node<'_>) -> String {
        child(designator, "field_identifier")
            .map(|n| self.b.text(n))
            .unwrap_or_default()
    }

    fn compound_literal(&mut self, node: Node<'_>) -> ExprId {
        let type_node = node.child_by_field_name("type");
        let ty = type_node.and_then(|t| self.type_name(t));
        let Some(value) = node.child_by_field_name("value") else {
            return self.b.other("expression", node);
        };
        // In C++ `T{a, b}` is a constructor's call; in C `(T){…}` is a struct or an array.
        let called = node.child(0).is_some_and(|first| first.kind() != "(");
        let id = self.braces(value, ty);
        match (called, ty, &self.b.facts.exprs[id].kind) {
            (true, Some(callee), ExprKind::List(items)) => {
                let items = items.clone();
                self.construct(callee, items, node)
            }
            _ => id,
        }
    }

    /// An array of bytes: only its length matters, unless it is an object identifier, which is a name.
    pub(super) fn bytes(&mut self, value: Node<'_>, declared: Option<u64>) -> ExprId {
        if value.kind() != "initializer_list" {
            return self.expression(value);
        }
        let parts = children(value);
        let bytes: Vec<Option<u8>> = parts
            .iter()
            .map(|p| integer(&self.b.text(*p)).and_then(|n| u8::try_from(n).ok()))
            .collect();
        if bytes.iter().any(Option::is_none) {
            for part in parts {
                self.expression(part);
            }
        }
        let known: Option<Vec<u8>> = bytes.iter().copied().collect();
        let kind = match known.as_deref().and_then(object_identifier) {
            Some(oid) => ExprKind::Str(oid),
            None => ExprKind::Bytes(declared.unwrap_or(bytes.len() as u64)),
        };
        self.b.expr(kind, value.byte_range())
    }

    fn lambda(&mut self, node: Node<'_>) -> ExprId {
        let params: Vec<Param> = node
            .child_by_field_name("declarator")
            .map(|d| self.parameters(d, node))
            .unwrap_or_default();
        if let Some(captures) = node.child_by_field_name("captures") {
            self.statements(captures);
        }
        let index = self.b.function("", params, node.start_byte(), |_, _| {});
        self.b.facts.functions[index].private = true;
        if let Some(body) = node.child_by_field_name("body") {
            self.within(self.b.facts.functions[index].scope, |s| s.statements(body));
        }
        self.b.expr(ExprKind::Function(index), node.byte_range())
    }

    fn new_object(&mut self, node: Node<'_>) -> ExprId {
        let ty = node
            .child_by_field_name("type")
            .and_then(|t| self.type_name(t));
        let args: Vec<ExprId> = node
            .child_by_field_name("arguments")
            .map(children)
            .unwrap_or_default()
            .into_iter()
            .map(|a| self.expression(a))
            .collect();
        match ty {
            Some(callee) if node.child_by_field_name("declarator").is_none() => {
                self.construct(callee, args, node)
            }
            _ => self.b.other("expression", node),
        }
    }
}

/// `(PBYTE)&x` is a cast that the grammar takes for `PBYTE & x`: written without a space, as nobody writes the operator.
fn is_cast(node: Node<'_>) -> bool {
    let (Some(left), Some(operator), Some(right)) = (
        node.child_by_field_name("left"),
        node.child_by_field_name("operator"),
        node.child_by_field_name("right"),
    ) else {
        return false;
    };
    let bare = left.kind() == "parenthesized_expression"
        && left.named_child_count() == 1
        && left
            .named_child(0)
            .is_some_and(|n| n.kind() == "identifier");
    bare && matches!(operator.kind(), "&" | "*")
        && left.end_byte() == operator.start_byte()
        && operator.end_byte() == right.start_byte()
}

/// What `*x`, `(x)` assign to: `x`.
fn pointee(node: Node<'_>) -> Node<'_> {
    let mut next = node;
    loop {
        let inner = match next.kind() {
            "pointer_expression" => next.child_by_field_name("argument"),
            "parenthesized_expression" => children(next).pop(),
            _ => None,
        };
        let Some(inner) = inner else { return next };
        next = inner;
    }
}

/// Whether a call of that name hands on its argument; type arguments do not matter.
fn is_transparent(name: &str) -> bool {
    TRANSPARENT.contains(&name.split('<').next().unwrap_or(name).trim())
}

/// The dotted form of a DER object identifier that fills the whole array.
fn object_identifier(bytes: &[u8]) -> Option<String> {
    let (&[tag, length], body) = bytes.split_first_chunk::<2>()?;
    if tag != 0x06
        || usize::from(length) != body.len()
        || body.len() < 3
        || body.last()? & 0x80 != 0
    {
        return None;
    }
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc = 0_u64;
    for byte in body {
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let first = (*arcs.first()? / 40).min(2);
    let mut text = format!("{first}.{}", arcs[0] - first * 40);
    for arc in &arcs[1..] {
        text.push_str(&format!(".{arc}"));
    }
    Some(text)
}
