//! Rust: how its syntax tree becomes facts.
//!
//! Names keep what `use` trees say of them; `crate::`, `self::` and `super::` are the project's own and never another crate's.
//! Wrappers that hand on what they hold (`?`, `.unwrap()`, `Some(x)`, `Arc::new(x)`, `Result<T, E>`) are left out, so that
//! values and types flow through. A macro is not expanded: its arguments are parsed with the same grammar where they are
//! expressions or statements, and read token by token where they are not, so that no call in them is lost. Not here:
//! trait resolution, inference of types, attributes other than those that mark tests.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tree_sitter::{Node, Parser, Tree};

use super::Language;
use super::lower::{Builder, MAX_DEPTH, integer, named, operator, unescape};
use crate::detect::facts::{
    Arg, BindingKind, ExprId, ExprKind, Facts, Key, Param, ScopeId, ScopeKind,
};

/// Macros inside macros that are parsed; each level reads its tokens once more.
const MAX_MACRO_DEPTH: usize = 8;

/// Bytes of a macro's arguments that are parsed; what is larger is read token by token.
const MAX_MACRO_BYTES: usize = 64 * 1024;

/// Fewest small integers that make a list literal a byte string rather than a list of numbers.
const MIN_BYTE_LIST: usize = 8;

/// The word for expressions after which nothing follows: `return`, `panic!`, `Err(…)`. They are nobody's value.
const NEVER: &str = "never";

/// Methods without arguments that hand on their receiver, as far as values and types go.
const SAME_METHODS: &[&str] = &[
    "as_bytes",
    "as_deref",
    "as_mut",
    "as_ref",
    "as_slice",
    "as_str",
    "borrow",
    "borrow_mut",
    "by_ref",
    "clone",
    "cloned",
    "copied",
    "deref",
    "peekable",
    "rev",
    "into",
    "into_inner",
    "into_iter",
    "iter",
    "iter_mut",
    "lock",
    "ok",
    "parse",
    "read",
    "take",
    "to_owned",
    "to_string",
    "to_vec",
    "try_into",
    "unwrap",
    "unwrap_or_default",
    "write",
];

/// Methods whose argument tells about the failure only, or about which of several elements.
const SAME_UNLESS_FAILED: &[&str] = &[
    "filter",
    "inspect",
    "skip",
    "step_by",
    "context",
    "expect",
    "map_err",
    "ok_or",
    "ok_or_else",
    "with_context",
    "wrap_err",
];

/// Methods that give the receiver's value or else the argument's.
const THIS_OR_THAT: &[&str] = &[
    "get_or_insert_with",
    "or",
    "or_else",
    "unwrap_or",
    "unwrap_or_else",
];

/// Methods that pass what the receiver holds to their argument and give its result.
const PASSED_ON: &[&str] = &["and_then", "map"];

/// Methods that give a collection's elements one by one.
const ITERATORS: &[&str] = &["chunks", "drain", "into_iter", "iter", "iter_mut", "values"];

/// Constructors that hand on what they hold, by the last two parts of their path.
const WRAPPERS: &[&str] = &[
    "Ok",
    "Some",
    "Arc::from",
    "Arc::new",
    "Box::from",
    "Box::new",
    "Box::pin",
    "Cell::new",
    "Cow::Borrowed",
    "Cow::Owned",
    "Cow::from",
    "Lazy::new",
    "LazyCell::new",
    "LazyLock::new",
    "Mutex::new",
    "NonZero::new",
    "NonZeroU32::new",
    "NonZeroU32::new_unchecked",
    "NonZeroUsize::new",
    "OnceCell::from",
    "Option::Some",
    "Pin::new",
    "Poll::Ready",
    "Rc::from",
    "Rc::new",
    "RefCell::new",
    "Result::Ok",
    "RwLock::new",
    "String::from",
    "Vec::from",
    "Zeroizing::new",
];

/// Types that stand for the first of their type arguments.
const WRAPPER_TYPES: &[&str] = &[
    "Arc",
    "Box",
    "Cell",
    "Cow",
    "Lazy",
    "LazyCell",
    "LazyLock",
    "MaybeUninit",
    "Mutex",
    "MutexGuard",
    "OnceCell",
    "OnceLock",
    "Option",
    "Pin",
    "Rc",
    "RefCell",
    "Result",
    "RwLock",
    "Zeroizing",
];

/// Attributes that make a function a test.
const TEST_ATTRIBUTES: &[&str] = &[
    "bench",
    "proptest",
    "quickcheck",
    "rstest",
    "test",
    "test_case",
];

/// Rust.
pub(super) struct Rust;

impl Language for Rust {
    fn name(&self) -> &'static str {
        "Rust"
    }

    fn rule_folders(&self) -> &'static [&'static str] {
        &["rust"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rs"]
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_rust::LANGUAGE.into()
    }

    fn line_comment(&self) -> &'static str {
        "//"
    }

    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts {
        let root = tree.root_node();
        let mut lowering = Lowering::new(text);
        lowering.statements(root);
        lowering.qualify_imports();
        lowering.qualify_roots();
        lowering.b.facts.errors = syntax_errors(root);
        lowering.b.facts
    }
}

/// The walk over one file.
struct Lowering<'t> {
    b: Builder<'t>,
    depth: usize,
    macro_depth: usize,
    /// Inline `mod name { … }` around the present place.
    modules: usize,
    /// Inside `impl Trait for` or `trait`: methods without `pub` are no less public.
    of_trait: bool,
    /// Types declared in this file, by scope and name.
    types: HashMap<(ScopeId, String), usize>,
    /// Fields that only this file can assign, by class and name.
    private_fields: HashSet<(usize, String)>,
    /// Imports that start with `::`, by index.
    absolute: HashSet<usize>,
    /// First names of paths, which are modules, crates and types, never variables; and the name after each.
    roots: Vec<(ExprId, ExprId)>,
    /// Inline modules' scopes, by the scope they are declared in and their name.
    inline: HashMap<(ScopeId, String), ScopeId>,
    /// What a variant holds, by enum and name.
    payloads: HashMap<(usize, String), Vec<ExprId>>,
    /// The declared types of fields, by struct and name.
    field_types: HashMap<(usize, String), ExprId>,
}

impl<'t> Lowering<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            b: Builder::new(text),
            depth: 0,
            macro_depth: 0,
            modules: 0,
            of_trait: false,
            types: HashMap::new(),
            private_fields: HashSet::new(),
            absolute: HashSet::new(),
            roots: Vec::new(),
            inline: HashMap::new(),
            payloads: HashMap::new(),
            field_types: HashMap::new(),
        }
    }

    /// Runs `visit` in `scope` and returns to the present one.
    fn inside<T>(&mut self, scope: ScopeId, visit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.b.scope, scope);
        let result = visit(self);
        self.b.scope = outer;
        result
    }

    /// Runs `visit` in a new scope.
    fn within<T>(&mut self, kind: ScopeKind, visit: impl FnOnce(&mut Self) -> T) -> T {
        let scope = self.b.open(kind);
        self.inside(scope, visit)
    }

    /// Runs `visit` one level deeper, or gives up with `otherwise` at the limit.
    fn deeper<T>(&mut self, otherwise: T, visit: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            self.b.facts.too_deep = true;
            return otherwise;
        }
        self.depth += 1;
        let result = visit(self);
        self.depth -= 1;
        result
    }

    /// An identifier's text; `r#type` is `type`.
    fn ident(&self, node: Node<'_>) -> String {
        let text = self.b.text(node);
        text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
    }

    fn name_expr(&mut self, name: String, node: Node<'_>) -> ExprId {
        self.b.expr(ExprKind::Name(name), node.byte_range())
    }

    fn member(&mut self, of: ExprId, name: Node<'_>) -> ExprId {
        let start = self.b.facts.exprs[of].span.start.min(name.start_byte());
        let text = self.ident(name);
        self.b
            .expr(ExprKind::Member { of, name: text }, start..name.end_byte())
    }

    // Items and statements.

    /// Lowers statements in the present scope; gives the value of the last one if it is an expression without `;`.
    fn statements(&mut self, parent: Node<'_>) -> Option<ExprId> {
        let nodes = code(parent);
        for node in &nodes {
            if let "struct_item" | "enum_item" | "union_item" | "trait_item" = node.kind() {
                self.declare_type(*node);
            }
        }
        let mut attributes = Vec::new();
        let mut tail = None;
        for node in nodes {
            match node.kind() {
                "attribute_item" => {
                    attributes.push(node);
                    continue;
                }
                "inner_attribute_item" if self.marks_test(node) => {
                    self.b.facts.tests.push(parent.byte_range())
                }
                _ => {}
            }
            let attributes = std::mem::take(&mut attributes);
            if attributes.iter().any(|a| self.never_compiled(*a)) {
                continue;
            }
            if let Some(first) = attributes
                .first()
                .filter(|_| attributes.iter().any(|a| self.marks_test(*a)))
            {
                self.b.facts.tests.push(first.start_byte()..node.end_byte());
            }
            tail = self.deeper(None, |l| l.statement(node));
        }
        tail
    }

    /// Lowers one statement; gives its value if it is an expression without `;`.
    fn statement(&mut self, node: Node<'_>) -> Option<ExprId> {
        match node.kind() {
            "use_declaration" => {
                if let Some(argument) = node.child_by_field_name("argument") {
                    self.uses(argument, &[]);
                }
            }
            "extern_crate_declaration" => self.extern_crate(node),
            "mod_item" => self.module(node),
            "struct_item" | "union_item" => self.fields(node),
            "enum_item" => self.variants(node),
            "trait_item" | "impl_item" => self.implementation(node),
            "function_item" | "function_signature_item" => self.function(node),
            "const_item" | "static_item" => self.constant(node),
            "type_item" | "associated_type" => self.type_alias(node),
            "let_declaration" => self.declaration(node),
            "macro_definition" => self.macro_definition(node),
            "foreign_mod_item" => {
                node.child_by_field_name("body")
                    .map(|body| self.statements(body));
            }
            "expression_statement" => {
                let value = code(node).first().map(|inner| self.expr(*inner));
                let ended = node
                    .child(node.child_count().saturating_sub(1) as u32)
                    .is_some_and(|last| last.kind() == ";");
                return value.filter(|_| !ended);
            }
            "ERROR" => {
                self.statements(node);
            }
            "empty_statement" | "inner_attribute_item" | "shebang" => {}
            _ => return Some(self.expr(node)),
        }
        None
    }

    /// A `use` tree: one import for each name it brings in.
    fn uses(&mut self, node: Node<'_>, prefix: &[String]) {
        let joined = |l: &Self, path: Option<Node<'_>>| {
            let mut parts = prefix.to_vec();
            parts.extend(path.into_iter().flat_map(|p| l.segments(p)));
            parts
        };
        match node.kind() {
            "use_list" => {
                for part in code(node) {
                    self.deeper((), |l| l.uses(part, prefix));
                }
            }
            "scoped_use_list" => {
                let prefix = joined(self, node.child_by_field_name("path"));
                if let Some(list) = node.child_by_field_name("list") {
                    self.deeper((), |l| l.uses(list, &prefix));
                }
            }
            "use_as_clause" => {
                let alias = node
                    .child_by_field_name("alias")
                    .map(|alias| self.ident(alias));
                let path = joined(self, node.child_by_field_name("path"));
                if let Some(alias) = alias.filter(|a| a != "_") {
                    self.import(Some(&alias), path, node);
                }
            }
            "use_wildcard" => {
                let path = joined(self, code(node).first().copied());
                self.import(None, path, node);
            }
            _ => {
                let path = joined(self, Some(node));
                let local = path.iter().rev().find(|part| *part != "self").cloned();
                if let Some(local) = local {
                    self.import(Some(&local), path, node);
                }
            }
        }
    }

    /// The parts of a path; the first is empty if it starts with `::`.
    fn segments(&self, node: Node<'_>) -> Vec<String> {
        let text: String = self
            .b
            .text(node)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        text.split("::")
            .map(|s| s.strip_prefix("r#").unwrap_or(s).to_owned())
            .collect()
    }

    /// Brings `path` in as `local`. Names of a module around this one in the same file need no import: the scopes have them.
    fn import(&mut self, local: Option<&str>, path: Vec<String>, node: Node<'_>) {
        let mut parts: &[String] = &path;
        if let Some((last, before)) = parts.split_last()
            && last == "self"
            && !before.is_empty()
        {
            parts = before;
        }
        if let Some((first, rest)) = parts.split_first()
            && first.is_empty()
        {
            self.absolute.insert(self.b.facts.imports.len());
            parts = rest;
        }
        let Some(first) = parts.first() else { return };
        let supers = parts.iter().take_while(|part| *part == "super").count();
        if supers > 0 && supers <= self.modules && parts.len() <= supers + 1 {
            if let (Some(local), Some(name)) = (local, parts.get(supers))
                && local != name
            {
                let value = self.name_expr(name.clone(), node);
                self.b
                    .bind(local, node.end_byte(), Some(value), BindingKind::Declare)
                    .constant = true;
            }
            return;
        }
        let own = ["crate", "self", "super"].contains(&first.as_str());
        let rest = parts
            .iter()
            .skip_while(|part| ["crate", "self", "super"].contains(&part.as_str()));
        let named: Vec<&str> = own
            .then_some("crate")
            .into_iter()
            .chain(rest.map(String::as_str))
            .collect();
        self.b.import(local, named.join("."));
    }

    fn extern_crate(&mut self, node: Node<'_>) {
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.ident(name))
        else {
            return;
        };
        let local = node
            .child_by_field_name("alias")
            .map(|alias| self.ident(alias))
            .unwrap_or_else(|| name.clone());
        if local != "_" && name != "self" {
            self.b.import(Some(&local), name);
        }
    }

    /// `mod name;` and `mod name { … }`: the name is the project's own from here on.
    fn module(&mut self, node: Node<'_>) {
        let Some(name) = node
            .child_by_field_name("name")
            .map(|name| self.ident(name))
        else {
            return;
        };
        self.b.import(Some(&name), format!("crate.{name}"));
        if let Some(body) = node.child_by_field_name("body") {
            self.modules += 1;
            let of_trait = std::mem::replace(&mut self.of_trait, false);
            let scope = self.b.open(ScopeKind::Block);
            self.inline.insert((self.b.scope, name), scope);
            self.inside(scope, |l| l.statements(body));
            self.of_trait = of_trait;
            self.modules -= 1;
        }
    }

    /// Imports may start at a name that another import brings in (`use ring::digest; use digest::Context;`).
    fn qualify_imports(&mut self) {
        let facts = &mut self.b.facts;
        let known: HashMap<(ScopeId, String), String> = facts
            .imports
            .iter()
            .filter_map(|i| Some(((i.scope, i.local.clone()?), i.path.clone())))
            .collect();
        for index in (0..facts.imports.len()).filter(|index| !self.absolute.contains(index)) {
            let (first, rest) = match facts.imports[index].path.split_once('.') {
                Some((first, rest)) => (first.to_owned(), format!(".{rest}")),
                None => (facts.imports[index].path.clone(), String::new()),
            };
            let scope = facts.imports[index].scope;
            let outer = facts
                .outwards(scope)
                .find_map(|s| known.get(&(s, first.clone())));
            let own = facts
                .outwards(scope)
                .any(|s| self.types.contains_key(&(s, first.clone())));
            // `use pbkdf2::{pbkdf2, pbkdf2_hmac}`: the first name is the crate's, whatever else is called so.
            let outer = outer.filter(|path| path.split('.').next() != Some(&first));
            if let Some(outer) = outer {
                facts.imports[index].path = format!("{outer}{rest}");
            } else if own {
                facts.imports[index].path = format!("crate.{first}{rest}");
            }
        }
    }

    /// `digest::digest(…)` means the module, also where a variable is called `digest`.
    fn qualify_roots(&mut self) {
        let facts = &mut self.b.facts;
        let mut known: HashMap<(ScopeId, &str), Vec<&str>> = HashMap::new();
        for import in &facts.imports {
            let local = import.local.as_deref().unwrap_or("*");
            known
                .entry((import.scope, local))
                .or_default()
                .push(&import.path);
        }
        let bound: HashSet<(ScopeId, &str)> = facts
            .bindings
            .iter()
            .filter(|_| !self.inline.is_empty())
            .map(|binding| (binding.scope, binding.name.as_str()))
            .collect();
        let mut paths = Vec::new();
        let mut inside = Vec::new();
        for (root, member) in &self.roots {
            let ExprKind::Name(name) = &facts.exprs[*root].kind else {
                continue;
            };
            let module = facts
                .outwards(facts.exprs[*root].scope)
                .find_map(|scope| self.inline.get(&(scope, name.clone())));
            if let (Some(module), ExprKind::Member { name, .. }) =
                (module, &facts.exprs[*member].kind)
                && bound.contains(&(*module, name.as_str()))
            {
                inside.push((*member, *module, name.clone()));
                continue;
            }
            // A type may have a name of its own in this file; a module or crate has none but an import's.
            if starts_upper(name) {
                continue;
            }
            let of = |local| {
                facts
                    .outwards(facts.exprs[*root].scope)
                    .find_map(|scope| known.get(&(scope, local)))
            };
            match of(name).map(Vec::as_slice) {
                Some([path]) => paths.push((*root, (*path).to_owned())),
                None if of("*").is_none() => paths.push((*root, name.clone())),
                _ => {}
            }
        }
        for (root, path) in paths {
            facts.exprs[root].kind = ExprKind::Path(path);
        }
        // What a module of this very file declares is looked up from inside it.
        for (member, module, name) in inside {
            facts.exprs[member].kind = ExprKind::Name(name);
            facts.exprs[member].scope = module;
        }
    }

    /// Makes a type's name known before anything that uses it: Rust's items have no order.
    fn declare_type(&mut self, node: Node<'_>) {
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

    fn new_class(&mut self, name: &str) -> usize {
        self.b.class(name, |_, _| {})
    }

    /// The type of that name that this file declares, if it does.
    fn type_named(&self, name: &str) -> Option<usize> {
        let facts = &self.b.facts;
        if name == "Self" {
            return facts.class_around(self.b.scope);
        }
        facts
            .outwards(self.b.scope)
            .find_map(|scope| self.types.get(&(scope, name.to_owned())).copied())
    }

    /// Runs `visit` in a class's scope.
    fn in_class(&mut self, class: usize, visit: impl FnOnce(&mut Self)) {
        let scope = self.b.facts.classes[class].scope;
        self.inside(scope, visit);
    }

    /// The fields of a struct or union.
    fn fields(&mut self, node: Node<'_>) {
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

    fn field(&mut self, class: usize, name: String, ty: Option<Node<'_>>, public: bool, at: usize) {
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
    fn assign_field(&mut self, class: usize, name: &str, value: ExprId, at: usize) {
        let declared = self.field_types.get(&(class, name.to_owned())).copied();
        self.typed(value, declared);
        let scope = self.b.facts.classes[class].scope;
        let private = self.private_fields.contains(&(class, name.to_owned()));
        self.b
            .bind_in(scope, name, at, Some(value), BindingKind::Field)
            .private = private;
    }

    fn variants(&mut self, node: Node<'_>) {
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
                let types = types.map(|ty| l.ty(ty)).collect();
                l.payloads.insert((class, name.clone()), types);
                l.b.bind(name, variant.end_byte(), value, BindingKind::Field)
                    .constant = true;
            }
        });
    }

    /// `impl T`, `impl Trait for T` and `trait T`: functions and constants of the type.
    fn implementation(&mut self, node: Node<'_>) {
        let of = node
            .child_by_field_name("type")
            .or_else(|| node.child_by_field_name("name"));
        let Some(of) = of else { return };
        let name = self.segments(base_type(of)).pop().unwrap_or_default();
        let mut bases = Vec::new();
        let class = self.type_named(&name).unwrap_or_else(|| {
            bases.push(self.ty(of));
            self.new_class(&name)
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
    fn item_kind(&self) -> BindingKind {
        match self.b.facts.scopes[self.b.scope].kind {
            ScopeKind::Class(_) => BindingKind::Field,
            _ => BindingKind::Declare,
        }
    }

    fn function(&mut self, node: Node<'_>) {
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
    fn params<'n>(&mut self, list: Option<Node<'n>>) -> (Vec<Param>, Vec<(String, Node<'n>)>) {
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
    fn body(&mut self, function: usize, patterns: &[(String, Node<'_>)], body: Node<'_>) {
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
    fn returns(&mut self, value: ExprId) {
        if !self.is_never(value) {
            self.b.returns(value);
        }
    }

    fn constant(&mut self, node: Node<'_>) {
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

    fn type_alias(&mut self, node: Node<'_>) {
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

    /// `let mac: Hmac<Sha256> = Hmac::new(key)`: the type arguments that are declared are those of the call.
    fn typed(&mut self, value: ExprId, ty: Option<ExprId>) {
        let exprs = &self.b.facts.exprs;
        let last = |id: ExprId| match &exprs[id].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
            _ => None,
        };
        if let Some(ty) = ty
            && let ExprKind::Generic { of: declared, .. } = exprs[ty].kind
            && let ExprKind::Call { callee, .. } = exprs[value].kind
            && let ExprKind::Member { of, name } = &exprs[callee].kind
            && last(*of).is_some_and(|name| last(declared) == Some(name))
        {
            let name = name.clone();
            self.b.facts.exprs[callee].kind = ExprKind::Member { of: ty, name };
        }
    }

    fn declaration(&mut self, node: Node<'_>) {
        let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
        let value = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        if let Some(value) = value {
            self.typed(value, ty);
        }
        if let Some(otherwise) = node.child_by_field_name("alternative") {
            let group = self.b.group();
            self.within(
                ScopeKind::Arm {
                    group,
                    exhaustive: false,
                },
                |l| l.statements(otherwise),
            );
        }
        let Some(pattern) = node.child_by_field_name("pattern") else {
            return;
        };
        match simple_binding(pattern) {
            Some(name) => {
                let text = self.ident(name);
                let constant = value.is_some() && !is_mutable(node) && !is_mutable(pattern);
                let binding = self
                    .b
                    .bind(text, node.end_byte(), value, BindingKind::Declare);
                binding.ty = ty;
                binding.constant = constant;
                binding.private = true;
            }
            None => self.pattern(pattern, value, node.end_byte()),
        }
    }

    /// Binds the names in a pattern to the parts of `value` that they match.
    fn pattern(&mut self, node: Node<'_>, value: Option<ExprId>, at: usize) {
        self.deeper((), |l| l.pattern_here(node, value, at));
    }

    fn pattern_here(&mut self, node: Node<'_>, value: Option<ExprId>, at: usize) {
        let part =
            |l: &mut Self, kind: fn(ExprId, usize) -> ExprKind, index: usize, of: Node<'_>| {
                value.map(|value| l.b.expr(kind(value, index), of.byte_range()))
            };
        match node.kind() {
            "identifier" | "shorthand_field_identifier" => {
                let name = self.ident(node);
                // `None`, `MAX_SIZE`: a constant or variant to compare with, not a new name.
                if !starts_upper(&name) {
                    self.b.bind(name, at, value, BindingKind::Declare).private = true;
                }
            }
            "mut_pattern" | "ref_pattern" | "reference_pattern" | "captured_pattern"
            | "or_pattern" => {
                for inner in code(node) {
                    self.pattern(inner, value, at);
                }
            }
            "tuple_pattern" => {
                for (index, inner) in code(node).into_iter().enumerate() {
                    let item = part(self, |of, index| ExprKind::Item { of, index }, index, inner);
                    self.pattern(inner, item, at);
                }
            }
            "slice_pattern" => {
                for inner in code(node) {
                    let element = part(self, |of, _| ExprKind::Element(of), 0, inner);
                    self.pattern(inner, element, at);
                }
            }
            "tuple_struct_pattern" => {
                let ty = node.child_by_field_name("type");
                let mut path = ty.map(|ty| self.segments(ty)).unwrap_or_default();
                let name = path.pop().unwrap_or_default();
                let class = path.pop().and_then(|of| self.type_named(&of));
                let inner = code(node).into_iter().filter(|inner| Some(*inner) != ty);
                for (index, inner) in inner.enumerate() {
                    let held = match name.as_str() {
                        "Some" | "Ok" => value,
                        "Err" => None,
                        _ => part(
                            self,
                            |of, index| ExprKind::Member {
                                of,
                                name: index.to_string(),
                            },
                            index,
                            inner,
                        ),
                    };
                    let before = self.b.facts.bindings.len();
                    self.pattern(inner, held, at);
                    let types = class.and_then(|class| self.payloads.get(&(class, name.clone())));
                    let ty = types.and_then(|types| types.get(index)).copied();
                    if let [binding] = &mut self.b.facts.bindings[before..] {
                        binding.ty = ty;
                    }
                }
            }
            "struct_pattern" => {
                for field in code(node) {
                    let Some(name) = field.child_by_field_name("name") else {
                        continue;
                    };
                    let text = self.ident(name);
                    let held = value.map(|of| {
                        self.b
                            .expr(ExprKind::Member { of, name: text }, name.byte_range())
                    });
                    self.pattern(
                        field.child_by_field_name("pattern").unwrap_or(name),
                        held,
                        at,
                    );
                }
            }
            _ => {}
        }
    }

    // Expressions.

    /// Lowers an expression, and everything in it.
    fn expr(&mut self, node: Node<'_>) -> ExprId {
        if self.depth >= MAX_DEPTH {
            self.b.facts.too_deep = true;
            return self.b.other("nesting", node);
        }
        self.depth += 1;
        let id = self.expr_here(node);
        self.depth -= 1;
        id
    }

    fn expr_here(&mut self, node: Node<'_>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "identifier" | "scoped_identifier" | "generic_function" | "self" | "crate"
            | "super" => self.path(node),
            "string_literal" => self.string(node),
            "raw_string_literal" => self.raw_string(node),
            "integer_literal" => match integer(&self.b.text(node)) {
                Some(value) => self.b.expr(ExprKind::Int(value), span),
                None => self.b.other("number", node),
            },
            "boolean_literal" => {
                let value = self.b.text(node) == "true";
                self.b.expr(ExprKind::Bool(value), span)
            }
            "call_expression" => self.call(node),
            "macro_invocation" => self.macro_call(node),
            "field_expression" => self.field_of(node),
            "index_expression" => match code(node)[..] {
                [of, key] => {
                    let (of, key) = (self.expr(of), self.expr(key));
                    self.b.expr(ExprKind::Index { of, key }, span)
                }
                _ => self.unknown("expression", node),
            },
            "struct_expression" => self.struct_expression(node),
            "array_expression" => self.array(node),
            "tuple_expression" => {
                let items = code(node)
                    .into_iter()
                    .filter(|n| n.kind() != "attribute_item")
                    .map(|item| self.expr(item))
                    .collect();
                self.b.expr(ExprKind::List(items), span)
            }
            "binary_expression" => self.binary(node),
            "unary_expression" => self.unary(node),
            "parenthesized_expression"
            | "reference_expression"
            | "try_expression"
            | "await_expression"
            | "type_cast_expression" => {
                let inner = node.child_by_field_name("value").or_else(|| {
                    code(node)
                        .into_iter()
                        .find(|n| n.kind() != "mutable_specifier")
                });
                match inner {
                    Some(inner) => self.expr(inner),
                    None => self.unknown("expression", node),
                }
            }
            "block" => self.block(node),
            "unsafe_block" | "async_block" | "const_block" | "try_block" | "gen_block" => {
                match code(node).into_iter().find(|inner| inner.kind() == "block") {
                    Some(block) => self.block(block),
                    None => self.unknown("block", node),
                }
            }
            "if_expression" => self.conditional(node),
            "match_expression" => self.matching(node),
            "while_expression" | "loop_expression" | "for_expression" => self.repetition(node),
            "closure_expression" => self.closure(node, None),
            "assignment_expression" => self.assignment(node),
            "compound_assignment_expr" => self.compound_assignment(node),
            "return_expression" => {
                if let Some(value) = code(node).first().map(|value| self.expr(*value)) {
                    self.returns(value);
                }
                self.b.other(NEVER, node)
            }
            "break_expression" | "continue_expression" => self.unknown(NEVER, node),
            "label" | "lifetime" | "metavariable" => self.b.other("expression", node),
            "token_tree" => {
                self.token_args(node);
                self.b.other("tokens", node)
            }
            kind if kind.ends_with("_type") || kind == "type_identifier" => self.ty(node),
            _ => self.unknown("expression", node),
        }
    }

    /// What this lowering gives no meaning to: everything inside is lowered all the same.
    fn unknown(&mut self, what: &'static str, node: Node<'_>) -> ExprId {
        for inner in code(node) {
            self.deeper(None, |l| l.statement(inner));
        }
        self.b.other(what, node)
    }

    fn is_never(&self, value: ExprId) -> bool {
        matches!(self.b.facts.exprs[value].kind, ExprKind::Other(NEVER))
    }

    /// One of several values; those that are never reached do not count.
    fn one_of(&mut self, values: Vec<ExprId>, span: Range<usize>) -> ExprId {
        let values: Vec<ExprId> = values
            .into_iter()
            .filter(|value| !self.is_never(*value))
            .collect();
        match values[..] {
            [] => self.b.expr(ExprKind::Other(NEVER), span),
            [only] => only,
            _ => self.b.expr(ExprKind::OneOf(values), span),
        }
    }

    /// A name or path, with or without type arguments.
    fn path(&mut self, node: Node<'_>) -> ExprId {
        let span = node.byte_range();
        match node.kind() {
            "self" => self.b.expr(ExprKind::This, span),
            "crate" | "super" => self.b.expr(ExprKind::Path("crate".to_owned()), span),
            "identifier" | "type_identifier" | "primitive_type" | "field_identifier" => {
                match self.ident(node) {
                    name if name == "Self" => self.b.expr(ExprKind::This, span),
                    name => self.name_expr(name, node),
                }
            }
            "scoped_identifier" | "scoped_type_identifier" => {
                let Some(name) = node.child_by_field_name("name") else {
                    return self.unknown("path", node);
                };
                match node.child_by_field_name("path") {
                    // `::rsa` is the crate, whatever this module calls `rsa`.
                    None => {
                        let path = self.ident(name);
                        self.b.expr(ExprKind::Path(path), span)
                    }
                    // Both are the modules of this very file.
                    Some(path)
                        if path.kind() == "self" || path.kind() == "super" && self.modules > 0 =>
                    {
                        let name_text = self.ident(name);
                        self.name_expr(name_text, name)
                    }
                    Some(path) => {
                        let of = self.deeper(None, |l| Some(l.path(path)));
                        let Some(of) = of else {
                            return self.b.other("nesting", node);
                        };
                        let member = self.member(of, name);
                        if path.kind() == "identifier" {
                            self.roots.push((of, member));
                        }
                        member
                    }
                }
            }
            "generic_function" | "generic_type" | "generic_type_with_turbofish" => {
                let of = node
                    .child_by_field_name("function")
                    .or_else(|| node.child_by_field_name("type"));
                let Some(of) = of else {
                    return self.unknown("path", node);
                };
                let of = if of.kind() == "field_expression" {
                    self.field_of(of)
                } else {
                    self.deeper(None, |l| Some(l.path(of)))
                        .unwrap_or_else(|| self.b.other("nesting", node))
                };
                let types = self.type_arguments(node);
                self.b.expr(ExprKind::Generic { of, types }, span)
            }
            "bracketed_type" => match code(node).first() {
                Some(ty) => self.ty(*ty),
                None => self.b.other("type", node),
            },
            _ => self.unknown("path", node),
        }
    }

    fn type_arguments(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let list = node
            .child_by_field_name("type_arguments")
            .map(code)
            .unwrap_or_default();
        let mut types = Vec::new();
        for argument in list {
            match argument.kind() {
                "lifetime" | "type_binding" => {}
                kind if kind.ends_with("literal") || kind == "block" => {
                    types.push(self.expr(argument))
                }
                _ => types.push(self.ty(argument)),
            }
        }
        types
    }

    /// A type, as names; wrappers are left out.
    fn ty(&mut self, node: Node<'_>) -> ExprId {
        let otherwise = None;
        self.deeper(otherwise, |l| Some(l.ty_here(node)))
            .unwrap_or_else(|| self.b.other("nesting", node))
    }

    fn ty_here(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "type_identifier"
            | "scoped_type_identifier"
            | "identifier"
            | "scoped_identifier"
            | "primitive_type" => self.path(node),
            "generic_type" | "generic_type_with_turbofish" => {
                let name = node
                    .child_by_field_name("type")
                    .and_then(|ty| self.segments(ty).pop())
                    .unwrap_or_default();
                let held = code(node)
                    .into_iter()
                    .find(|n| n.kind() == "type_arguments")
                    .and_then(|list| code(list).into_iter().find(|n| n.kind() != "lifetime"));
                match held {
                    Some(held) if WRAPPER_TYPES.contains(&name.as_str()) => self.ty(held),
                    _ => self.path(node),
                }
            }
            "reference_type" | "pointer_type" | "qualified_type" => {
                match node.child_by_field_name("type") {
                    Some(inner) => self.ty(inner),
                    None => self.b.other("type", node),
                }
            }
            "dynamic_type" | "abstract_type" => match node.child_by_field_name("trait") {
                Some(inner) => self.ty(inner),
                None => self.b.other("type", node),
            },
            "bounded_type" | "bracketed_type" => {
                match code(node).into_iter().find(|n| n.kind() != "lifetime") {
                    Some(inner) => self.ty(inner),
                    None => self.b.other("type", node),
                }
            }
            "tuple_type" => {
                let items = code(node).into_iter().map(|item| self.ty(item)).collect();
                self.b.expr(ExprKind::List(items), node.byte_range())
            }
            "array_type" => {
                let element = node
                    .child_by_field_name("element")
                    .map(|element| self.b.text(element));
                let length = node
                    .child_by_field_name("length")
                    .and_then(|length| self.length(length));
                match (element.as_deref(), length) {
                    (Some("u8"), Some(length)) => {
                        self.b.expr(ExprKind::Bytes(length), node.byte_range())
                    }
                    _ => self.b.other("array", node),
                }
            }
            _ => self.b.other("type", node),
        }
    }

    /// A length that is written as a number, or as a constant seen before.
    fn length(&self, node: Node<'_>) -> Option<u64> {
        let text = self.b.text(node);
        let value = integer(&text).or_else(|| {
            let facts = &self.b.facts;
            let constant = facts
                .bindings
                .iter()
                .rev()
                .take(MAX_DEPTH)
                .find(|binding| binding.constant && binding.name == text)?;
            match facts.exprs[constant.value?].kind {
                ExprKind::Int(value) => Some(value),
                _ => None,
            }
        });
        value.and_then(|value| u64::try_from(value).ok())
    }

    fn string(&mut self, node: Node<'_>) -> ExprId {
        self.b.note_embedded(node.byte_range());
        let text = self.b.text(node);
        let body = text
            .find('"')
            .map(|start| &text[start + 1..])
            .unwrap_or_default();
        let body = unescape(body.strip_suffix('"').unwrap_or(body));
        if text.starts_with('b') {
            let length = body.chars().count() as u64;
            return self.b.expr(ExprKind::Bytes(length), node.byte_range());
        }
        self.b.expr(ExprKind::Str(body), node.byte_range())
    }

    fn raw_string(&mut self, node: Node<'_>) -> ExprId {
        self.b.note_embedded(node.byte_range());
        let text = self.b.text(node);
        let body = text
            .find('"')
            .map(|start| text[start + 1..].trim_end_matches('#'))
            .unwrap_or_default();
        let body = body.strip_suffix('"').unwrap_or(body);
        let kind = if text.starts_with('b') {
            ExprKind::Bytes(body.len() as u64)
        } else {
            ExprKind::Str(body.to_owned())
        };
        self.b.expr(kind, node.byte_range())
    }

    /// `[a, b]`, and `[0u8; 32]`, whose length matters.
    fn array(&mut self, node: Node<'_>) -> ExprId {
        let length = node.child_by_field_name("length");
        let elements: Vec<Node<'_>> = code(node)
            .into_iter()
            .filter(|n| n.kind() != "attribute_item" && Some(*n) != length)
            .collect();
        let items: Vec<ExprId> = elements.iter().map(|item| self.expr(*item)).collect();
        let byte = |l: &Self, item: &ExprId| {
            let expr = &l.b.facts.exprs[*item];
            let small = matches!(expr.kind, ExprKind::Int(0..=255));
            let text = &l.b.text[expr.span.clone()];
            small && (text.ends_with(b"u8") || !text.iter().any(|c| matches!(c, b'u' | b'i')))
        };
        if let Some(length) = length {
            self.expr(length);
            return match self.length(length) {
                Some(length) if items.first().is_some_and(|item| byte(self, item)) => {
                    self.b.expr(ExprKind::Bytes(length), node.byte_range())
                }
                _ => self.b.expr(ExprKind::Other("array"), node.byte_range()),
            };
        }
        let typed = items.first().is_some_and(|item| {
            self.b.text[self.b.facts.exprs[*item].span.clone()].ends_with(b"u8")
        });
        if (typed || items.len() >= MIN_BYTE_LIST) && items.iter().all(|item| byte(self, item)) {
            return self
                .b
                .expr(ExprKind::Bytes(items.len() as u64), node.byte_range());
        }
        self.b.expr(ExprKind::List(items), node.byte_range())
    }

    fn binary(&mut self, node: Node<'_>) -> ExprId {
        let sides = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        );
        let (Some(left), Some(right)) = sides else {
            return self.unknown("expression", node);
        };
        let op = node
            .child_by_field_name("operator")
            .map(|op| self.b.text(op))
            .unwrap_or_default();
        let (left, right) = (self.expr(left), self.expr(right));
        self.b.expr(
            ExprKind::Binary {
                op: operator(&op),
                left,
                right,
            },
            node.byte_range(),
        )
    }

    fn unary(&mut self, node: Node<'_>) -> ExprId {
        let Some(inner) = code(node).first().map(|inner| self.expr(*inner)) else {
            return self.b.other("expression", node);
        };
        match (
            self.b.text[node.start_byte()],
            &self.b.facts.exprs[inner].kind,
        ) {
            (b'*', _) => inner,
            (b'-', ExprKind::Int(value)) => {
                let value = -*value;
                self.b.expr(ExprKind::Int(value), node.byte_range())
            }
            _ => self.b.other("expression", node),
        }
    }

    fn block(&mut self, node: Node<'_>) -> ExprId {
        let value = self.within(ScopeKind::Block, |l| l.statements(node));
        value.unwrap_or_else(|| self.no_value(node))
    }

    /// The value of a block without one: nothing, or never if it leaves by its last statement.
    fn no_value(&mut self, block: Node<'_>) -> ExprId {
        let last = code(block)
            .into_iter()
            .last()
            .and_then(|last| last.named_child(0));
        let leaves = last.is_some_and(|last| {
            matches!(
                last.kind(),
                "return_expression" | "break_expression" | "continue_expression"
            )
        });
        self.b.other(if leaves { NEVER } else { "nothing" }, block)
    }

    fn conditional(&mut self, node: Node<'_>) -> ExprId {
        let group = self.b.group();
        let exhaustive = always_taken(node);
        let mut values = Vec::new();
        let mut next = Some(node);
        while let Some(branch) = next.take() {
            if branch.kind() != "if_expression" {
                values.push(self.within(ScopeKind::Arm { group, exhaustive }, |l| l.block(branch)));
                break;
            }
            let condition = branch.child_by_field_name("condition");
            let chain = condition.is_some_and(|c| c.kind() == "let_chain");
            let bound = condition.filter(|_| !chain).and_then(|c| self.condition(c));
            let consequence = branch.child_by_field_name("consequence");
            let value = self.within(ScopeKind::Arm { group, exhaustive }, |l| {
                if let Some((pattern, value)) = bound {
                    l.pattern(pattern, Some(value), pattern.end_byte());
                }
                if let Some(chain) = condition.filter(|_| chain) {
                    l.let_chain(chain);
                }
                consequence.map(|block| l.block(block))
            });
            values.extend(value);
            next = branch
                .child_by_field_name("alternative")
                .and_then(|alternative| code(alternative).first().copied());
        }
        if exhaustive {
            self.one_of(values, node.byte_range())
        } else {
            self.b.other("nothing", node)
        }
    }

    /// A condition; gives the pattern and value of `let pattern = value`.
    fn condition<'n>(&mut self, node: Node<'n>) -> Option<(Node<'n>, ExprId)> {
        if node.kind() != "let_condition" {
            self.expr(node);
            return None;
        }
        let value = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        Some((node.child_by_field_name("pattern")?, value?))
    }

    /// `let a = x && let b = y`: each name holds in what follows.
    fn let_chain(&mut self, node: Node<'_>) {
        for part in code(node) {
            if let Some((pattern, value)) = self.condition(part) {
                self.pattern(pattern, Some(value), pattern.end_byte());
            }
        }
    }

    fn matching(&mut self, node: Node<'_>) -> ExprId {
        let subject = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        let group = self.b.group();
        let mut values = Vec::new();
        let mut compiled = true;
        for arm in node
            .child_by_field_name("body")
            .map(code)
            .unwrap_or_default()
        {
            if arm.kind() != "match_arm" {
                compiled = !(arm.kind() == "attribute_item" && self.never_compiled(arm));
                continue;
            }
            if !std::mem::replace(&mut compiled, true) {
                continue;
            }
            let value = self.within(
                ScopeKind::Arm {
                    group,
                    exhaustive: true,
                },
                |l| {
                    if let Some(pattern) = arm.child_by_field_name("pattern") {
                        let guard = pattern.child_by_field_name("condition");
                        for alternative in code(pattern).into_iter().filter(|n| Some(*n) != guard) {
                            l.pattern(alternative, subject, alternative.end_byte());
                        }
                        match guard {
                            Some(guard) if guard.kind() == "let_chain" => l.let_chain(guard),
                            Some(guard) => {
                                if let Some((pattern, value)) = l.condition(guard) {
                                    l.pattern(pattern, Some(value), pattern.end_byte());
                                }
                            }
                            None => {}
                        }
                    }
                    arm.child_by_field_name("value").map(|value| l.expr(value))
                },
            );
            values.extend(value);
        }
        self.one_of(values, node.byte_range())
    }

    fn repetition(&mut self, node: Node<'_>) -> ExprId {
        let over = node
            .child_by_field_name("value")
            .map(|value| self.expr(value));
        let pattern = node.child_by_field_name("pattern");
        let condition = node.child_by_field_name("condition");
        self.within(ScopeKind::Loop, |l| {
            if let (Some(pattern), Some(over)) = (pattern, over) {
                let (pattern, over) = l.without_index(pattern, over);
                let element = l.b.expr(ExprKind::Element(over), pattern.byte_range());
                l.pattern(pattern, Some(element), pattern.end_byte());
            }
            match condition {
                Some(chain) if chain.kind() == "let_chain" => l.let_chain(chain),
                Some(condition) => {
                    if let Some((pattern, value)) = l.condition(condition) {
                        l.pattern(pattern, Some(value), pattern.end_byte());
                    }
                }
                None => {}
            }
            node.child_by_field_name("body")
                .map(|body| l.statements(body))
        });
        self.b.other("loop", node)
    }

    /// `for (i, x) in list.enumerate()` without the counting: `x` and `list`.
    fn without_index<'n>(&self, pattern: Node<'n>, over: ExprId) -> (Node<'n>, ExprId) {
        let exprs = &self.b.facts.exprs;
        if let ExprKind::Call { callee, .. } = exprs[over].kind
            && let ExprKind::Member { of, name } = &exprs[callee].kind
            && name == "enumerate"
            && let ("tuple_pattern", [_, item]) = (pattern.kind(), &code(pattern)[..])
        {
            return (*item, *of);
        }
        (pattern, over)
    }

    /// A closure. With `incoming`, its first parameter is known: what `map` and `and_then` pass on.
    fn closure(&mut self, node: Node<'_>, incoming: Option<ExprId>) -> ExprId {
        let list = node.child_by_field_name("parameters");
        let (params, patterns) = if incoming.is_some() {
            (Vec::new(), Vec::new())
        } else {
            self.params(list)
        };
        let result = node
            .child_by_field_name("return_type")
            .map(|ty| self.ty(ty));
        let index = self.b.function("", params, node.start_byte(), |_, _| {});
        self.b.facts.functions[index].result = result;
        self.b.facts.functions[index].private = true;
        if let Some(incoming) = incoming {
            let scope = self.b.facts.functions[index].scope;
            let first = list.and_then(|list| code(list).first().copied());
            let pattern = first.map(|first| first.child_by_field_name("pattern").unwrap_or(first));
            self.inside(scope, |l| {
                pattern.map(|pattern| l.pattern(pattern, Some(incoming), pattern.end_byte()))
            });
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.body(index, &patterns, body);
        }
        self.b.expr(ExprKind::Function(index), node.byte_range())
    }

    fn assignment(&mut self, node: Node<'_>) -> ExprId {
        let sides = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        );
        let (Some(left), Some(right)) = sides else {
            return self.unknown("expression", node);
        };
        let value = self.expr(right);
        self.assign(left, value, BindingKind::Assign, node)
    }

    fn compound_assignment(&mut self, node: Node<'_>) -> ExprId {
        let sides = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        );
        let (Some(left), Some(right)) = sides else {
            return self.unknown("expression", node);
        };
        let op = node
            .child_by_field_name("operator")
            .map(|op| self.b.text(op))
            .unwrap_or_default();
        let (before, change) = (self.expr(left), self.expr(right));
        let op = operator(op.trim_end_matches('='));
        let value = self.b.expr(
            ExprKind::Binary {
                op,
                left: before,
                right: change,
            },
            node.byte_range(),
        );
        self.assign(left, value, BindingKind::Change, node)
    }

    fn assign(
        &mut self,
        left: Node<'_>,
        value: ExprId,
        kind: BindingKind,
        whole: Node<'_>,
    ) -> ExprId {
        let at = whole.end_byte();
        match left.kind() {
            "identifier" => {
                let name = self.ident(left);
                self.b.bind(name, at, Some(value), kind).private = true;
            }
            // `*x = v`: what `x` refers to is no longer what it was.
            "unary_expression" | "parenthesized_expression" => {
                if let Some(inner) = code(left).first() {
                    return self
                        .deeper(None, |l| {
                            Some(l.assign(*inner, value, BindingKind::Change, whole))
                        })
                        .unwrap_or(value);
                }
            }
            "tuple_expression" => {
                for (index, part) in code(left).into_iter().enumerate() {
                    let item = self
                        .b
                        .expr(ExprKind::Item { of: value, index }, part.byte_range());
                    self.deeper((), |l| {
                        l.assign(part, item, kind, whole);
                    });
                }
            }
            "field_expression" => {
                let of_self = left
                    .child_by_field_name("value")
                    .is_some_and(|of| of.kind() == "self");
                let class = self.b.facts.class_around(self.b.scope).filter(|_| of_self);
                if let (Some(class), Some(field)) = (class, left.child_by_field_name("field")) {
                    let name = self.ident(field);
                    self.assign_field(class, &name, value, at);
                } else {
                    let target = self.field_of(left);
                    return self
                        .b
                        .expr(ExprKind::Assign { target, value }, whole.byte_range());
                }
            }
            "index_expression" => {
                let target = self.expr(left);
                return self
                    .b
                    .expr(ExprKind::Assign { target, value }, whole.byte_range());
            }
            _ => {
                self.expr(left);
            }
        }
        self.b.other("assignment", whole)
    }

    /// `of.name`; `of.0` is a part of a tuple, or the field of that name of `self`.
    fn field_of(&mut self, node: Node<'_>) -> ExprId {
        let parts = (
            node.child_by_field_name("value"),
            node.child_by_field_name("field"),
        );
        let (Some(value), Some(field)) = parts else {
            return self.unknown("expression", node);
        };
        let of = self.expr(value);
        match self.b.text(field).parse() {
            Ok(index) if value.kind() != "self" => {
                self.b.expr(ExprKind::Item { of, index }, node.byte_range())
            }
            _ => self.member(of, field),
        }
    }

    fn struct_expression(&mut self, node: Node<'_>) -> ExprId {
        let name = node.child_by_field_name("name");
        let class = name.and_then(|name| self.type_named(&self.b.text(name)));
        let ty = name.map(|name| self.path(name));
        let mut fields = Vec::new();
        for field in node
            .child_by_field_name("body")
            .map(code)
            .unwrap_or_default()
        {
            let inner = code(field);
            let name = field
                .child_by_field_name("field")
                .or_else(|| inner.iter().copied().find(|n| n.kind() == "identifier"));
            let value = field.child_by_field_name("value").or_else(|| {
                inner
                    .iter()
                    .copied()
                    .rfind(|n| n.kind() != "attribute_item")
            });
            let Some(value) = value.map(|value| self.expr(value)) else {
                continue;
            };
            let key = name
                .filter(|_| field.kind() != "base_field_initializer")
                .map(|name| self.ident(name));
            if let (Some(class), Some(key)) = (class, &key) {
                self.assign_field(class, key, value, field.end_byte());
            }
            fields.push((key.map(Key::Name), value));
        }
        self.b
            .expr(ExprKind::Object { ty, fields }, node.byte_range())
    }

    fn call(&mut self, node: Node<'_>) -> ExprId {
        let Some(function) = node.child_by_field_name("function") else {
            return self.unknown("call", node);
        };
        let args: Vec<Node<'_>> = node
            .child_by_field_name("arguments")
            .map(code)
            .unwrap_or_default();
        let args: Vec<Node<'_>> = args
            .into_iter()
            .filter(|n| n.kind() != "attribute_item")
            .collect();
        let method = match function.kind() {
            "generic_function" => function.child_by_field_name("function"),
            _ => Some(function),
        };
        if let Some(method) = method.filter(|method| method.kind() == "field_expression") {
            let types = self.type_arguments(function);
            return self.method_call(node, method, types, &args);
        }
        let parts = match function.kind() {
            "identifier" | "scoped_identifier" => self.segments(function),
            _ => Vec::new(),
        };
        let last = parts.last().cloned().unwrap_or_default();
        let values: Vec<ExprId> = args.iter().map(|arg| self.expr(*arg)).collect();
        let tail = parts[parts.len().saturating_sub(2)..].join("::");
        if let ([value], true) = (&values[..], WRAPPERS.contains(&tail.as_str())) {
            return self.result_of(*value);
        }
        if last == "Err" {
            return self.b.other(NEVER, node);
        }
        if let Some(class) = self.type_named(&tail) {
            for (index, value) in values.iter().enumerate() {
                self.assign_field(class, &index.to_string(), *value, node.end_byte());
            }
        }
        let callee = self.path_or_expr(function);
        // `(|| …)()` is written for the sake of `?`.
        if let (ExprKind::Function(_), []) = (&self.b.facts.exprs[callee].kind, &values[..]) {
            return self.result_of(callee);
        }
        let args = values.into_iter().map(Builder::arg).collect();
        self.b.expr(
            ExprKind::Call {
                callee,
                args,
                construct: starts_upper(&last),
            },
            node.byte_range(),
        )
    }

    fn path_or_expr(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "identifier" | "scoped_identifier" | "generic_function" => self.path(node),
            _ => self.expr(node),
        }
    }

    /// What a closure gives when it is called; any other value itself.
    fn result_of(&mut self, value: ExprId) -> ExprId {
        let ExprKind::Function(index) = self.b.facts.exprs[value].kind else {
            return value;
        };
        let returns = self.b.facts.functions[index].returns.clone();
        let span = self.b.facts.exprs[value].span.clone();
        self.one_of(returns, span)
    }

    fn method_call(
        &mut self,
        node: Node<'_>,
        function: Node<'_>,
        types: Vec<ExprId>,
        args: &[Node<'_>],
    ) -> ExprId {
        let parts = (
            function.child_by_field_name("value"),
            function.child_by_field_name("field"),
        );
        let (Some(of), Some(name)) = parts else {
            return self.unknown("call", node);
        };
        let receiver = self.expr(of);
        let method = self.ident(name);
        let method = method.as_str();
        if let [arg] = args {
            if PASSED_ON.contains(&method) {
                return self.passed_on(node, of, receiver, *arg);
            }
            if SAME_UNLESS_FAILED.contains(&method) {
                self.expr(*arg);
                return receiver;
            }
            if THIS_OR_THAT.contains(&method) {
                let other = self.expr(*arg);
                let other = self.result_of(other);
                return self.one_of(vec![receiver, other], node.byte_range());
            }
        }
        if args.is_empty() && SAME_METHODS.contains(&method) {
            return receiver;
        }
        let each = self.is_iterator(of);
        let mut callee = self.member(receiver, name);
        if !types.is_empty() {
            let span = function.byte_range();
            callee = self.b.expr(ExprKind::Generic { of: callee, types }, span);
        }
        let mut values = Vec::new();
        for arg in args {
            let incoming = (each && arg.kind() == "closure_expression")
                .then(|| self.b.expr(ExprKind::Element(receiver), arg.byte_range()));
            let value = match incoming {
                Some(_) => self.closure(*arg, incoming),
                None => self.expr(*arg),
            };
            values.push(Builder::arg(value));
        }
        self.b.expr(
            ExprKind::Call {
                callee,
                args: values,
                construct: false,
            },
            node.byte_range(),
        )
    }

    /// `x.map(f)` and `x.and_then(f)`: `f` is called with what `x` holds.
    fn passed_on(
        &mut self,
        node: Node<'_>,
        of: Node<'_>,
        receiver: ExprId,
        function: Node<'_>,
    ) -> ExprId {
        let each = self.is_iterator(of);
        let incoming = if each {
            self.b.expr(ExprKind::Element(receiver), of.byte_range())
        } else {
            receiver
        };
        let result = match function.kind() {
            "closure_expression" => {
                let closure = self.closure(function, Some(incoming));
                self.result_of(closure)
            }
            _ => {
                let text = self.b.text(function);
                if WRAPPERS.contains(&text.as_str()) {
                    incoming
                } else {
                    let construct = starts_upper(text.rsplit("::").next().unwrap_or_default());
                    let callee = self.path_or_expr(function);
                    self.b.expr(
                        ExprKind::Call {
                            callee,
                            args: vec![Builder::arg(incoming)],
                            construct,
                        },
                        function.byte_range(),
                    )
                }
            }
        };
        if each {
            self.b.expr(ExprKind::List(vec![result]), node.byte_range())
        } else {
            result
        }
    }

    /// Whether the expression is written as an iterator over a collection.
    fn is_iterator(&self, node: Node<'_>) -> bool {
        let method = node
            .child_by_field_name("function")
            .and_then(|function| function.child_by_field_name("field"));
        node.kind() == "call_expression"
            && method.is_some_and(|method| ITERATORS.contains(&self.b.text(method).as_str()))
    }

    // Macros.

    fn macro_call(&mut self, node: Node<'_>) -> ExprId {
        let name = node
            .child_by_field_name("macro")
            .map(|name| self.segments(name))
            .unwrap_or_default();
        let tokens = code(node)
            .into_iter()
            .find(|inner| inner.kind() == "token_tree");
        let args = tokens
            .map(|tokens| self.token_args(tokens))
            .unwrap_or_default();
        let span = node.byte_range();
        let values: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
        match name.last().map(String::as_str).unwrap_or_default() {
            "vec" | "smallvec" => match values[..] {
                // `vec![0u8; 32]` is read as an array already.
                [only]
                    if matches!(
                        self.b.facts.exprs[only].kind,
                        ExprKind::Bytes(_) | ExprKind::Other("array")
                    ) =>
                {
                    only
                }
                _ => self.b.expr(ExprKind::List(values), span),
            },
            "format" | "format_args" | "formatcp" => self.format(&args, span),
            "concat" | "concatcp" => self.b.expr(ExprKind::Concat(values), span),
            "hex" => match values.first().map(|first| &self.b.facts.exprs[*first].kind) {
                Some(ExprKind::Str(digits)) => {
                    let digits = digits.chars().filter(char::is_ascii_hexdigit).count() as u64;
                    self.b.expr(ExprKind::Bytes(digits / 2), span)
                }
                _ => self.b.other("bytes", node),
            },
            "dbg" => values
                .last()
                .copied()
                .unwrap_or_else(|| self.b.other("nothing", node)),
            "panic" | "unreachable" | "todo" | "unimplemented" | "bail" => {
                self.b.other(NEVER, node)
            }
            "" => self.b.other("macro", node),
            _ => {
                let mut path = name;
                if let Some(last) = path.last_mut() {
                    last.push('!');
                }
                let callee = self.b.expr(
                    ExprKind::Path(path.join(".")),
                    span.start..tokens.map_or(span.end, |t| t.start_byte()),
                );
                self.b.expr(
                    ExprKind::Call {
                        callee,
                        args,
                        construct: false,
                    },
                    span,
                )
            }
        }
    }

    /// `format!("{}-{size}", name)`: the text with what stands in its braces.
    fn format(&mut self, args: &[Arg], span: Range<usize>) -> ExprId {
        let template = args
            .first()
            .map(|first| self.b.facts.exprs[first.value].kind.clone());
        let Some(ExprKind::Str(template)) = template else {
            return self.b.expr(ExprKind::Other("text"), span);
        };
        let mut positional = args[1..].iter().filter(|arg| arg.name.is_none());
        let mut parts = Vec::new();
        let mut rest = template.replace("{{", "\u{1}").replace("}}", "\u{2}");
        let literal = |l: &mut Self, text: &str, parts: &mut Vec<ExprId>| {
            let text = text.replace('\u{1}', "{").replace('\u{2}', "}");
            if !text.is_empty() {
                parts.push(l.b.expr(ExprKind::Str(text), span.clone()));
            }
        };
        while let Some((before, after)) = rest.split_once('{') {
            literal(self, before, &mut parts);
            let (hole, after) = after.split_once('}').unwrap_or((after, ""));
            let hole = hole.split(':').next().unwrap_or_default();
            let by_index = hole
                .parse::<usize>()
                .ok()
                .and_then(|index| args.get(index + 1))
                .map(|arg| arg.value);
            let by_name = args
                .iter()
                .find(|arg| arg.name.as_deref() == Some(hole))
                .map(|arg| arg.value);
            let value = if hole.is_empty() {
                positional.next().map(|arg| arg.value)
            } else {
                by_index.or(by_name)
            };
            parts.push(
                value.unwrap_or_else(|| self.b.expr(ExprKind::Name(hole.to_owned()), span.clone())),
            );
            rest = after.to_owned();
        }
        literal(self, &rest, &mut parts);
        self.b.expr(ExprKind::Concat(parts), span)
    }

    /// What macros of this file expand to; their parameters are unknown.
    fn macro_definition(&mut self, node: Node<'_>) {
        for rule in code(node)
            .into_iter()
            .filter(|inner| inner.kind() == "macro_rule")
        {
            if let Some(right) = rule.child_by_field_name("right") {
                self.within(ScopeKind::Block, |l| l.token_args(right));
            }
        }
    }

    /// The arguments in a macro's token tree: expressions if they parse as such, else what the single tokens say.
    /// Braces hold statements, which are lowered in the present scope (`lazy_static!`, `thread_local!`, `cfg_if!`).
    fn token_args(&mut self, tokens: Node<'_>) -> Vec<Arg> {
        self.deeper(Vec::new(), |l| {
            l.macro_depth += 1;
            let parsed = l.reparse(tokens);
            let args = match parsed
                .as_ref()
                .and_then(|tree| code(tree.root_node()).first().copied())
            {
                Some(statement) => l.parsed_args(statement),
                None => l
                    .loose_tokens(tokens)
                    .into_iter()
                    .map(Builder::arg)
                    .collect(),
            };
            l.macro_depth -= 1;
            args
        })
    }

    fn parsed_args(&mut self, statement: Node<'_>) -> Vec<Arg> {
        let whole = match statement.kind() {
            "expression_statement" => code(statement).first().copied().unwrap_or(statement),
            _ => statement,
        };
        match whole.kind() {
            "parenthesized_expression" | "tuple_expression" => code(whole)
                .into_iter()
                .map(|arg| self.macro_arg(arg))
                .collect(),
            "array_expression" if whole.child_by_field_name("length").is_none() => {
                // A long `vec!` of numbers is a list of bytes, as in an array.
                let value = self.array(whole);
                match self.b.facts.exprs[value].kind.clone() {
                    ExprKind::List(items) => items.into_iter().map(Builder::arg).collect(),
                    _ => vec![Builder::arg(value)],
                }
            }
            "block" => self
                .statements(whole)
                .map(Builder::arg)
                .into_iter()
                .collect(),
            "unit_expression" => Vec::new(),
            _ => vec![Builder::arg(self.expr(whole))],
        }
    }

    /// An argument; `name = value` is a named one.
    fn macro_arg(&mut self, node: Node<'_>) -> Arg {
        let left = node
            .child_by_field_name("left")
            .filter(|left| node.kind() == "assignment_expression" && left.kind() == "identifier");
        match (left, node.child_by_field_name("right")) {
            (Some(name), Some(value)) => Arg {
                name: Some(self.ident(name)),
                value: self.expr(value),
                spread: false,
            },
            _ => Builder::arg(self.expr(node)),
        }
    }

    /// The token tree parsed on its own, with its offsets in the file; `None` if it is no expression, array or block.
    fn reparse(&self, tokens: Node<'_>) -> Option<Tree> {
        let range = tokens.byte_range();
        if self.macro_depth > MAX_MACRO_DEPTH || range.len() > MAX_MACRO_BYTES {
            return None;
        }
        let mut text = self.b.text[range.clone()].to_vec();
        blank_static_ref(&mut text);
        text.push(b';');
        let (start_point, mut end_point) = (tokens.start_position(), tokens.end_position());
        end_point.column += 1;
        let included = tree_sitter::Range {
            start_byte: range.start,
            end_byte: range.end + 1,
            start_point,
            end_point,
        };
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_rust::LANGUAGE.into())
            .ok()?;
        parser.set_included_ranges(&[included]).ok()?;
        let mut read = |at: usize, _| {
            at.checked_sub(range.start)
                .and_then(|at| text.get(at..))
                .unwrap_or_default()
        };
        let tree = parser.parse_with_options(&mut read, None, None)?;
        (!tree.root_node().has_error()).then_some(tree)
    }

    /// Paths, literals, members and calls in tokens that are no expression as a whole.
    fn loose_tokens(&mut self, tokens: Node<'_>) -> Vec<ExprId> {
        let mut cursor = tokens.walk();
        let children: Vec<Node<'_>> = tokens.children(&mut cursor).collect();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(token) = children.get(at).copied() {
            at += 1;
            let next = children.get(at).copied();
            match token.kind() {
                "identifier" | "crate" | "self" | "super"
                    if next.is_some_and(|n| n.kind() == "!")
                        && children
                            .get(at + 1)
                            .is_some_and(|n| n.kind() == "token_tree") =>
                {
                    found.extend(
                        self.token_args(children[at + 1])
                            .into_iter()
                            .map(|arg| arg.value),
                    );
                    at += 2;
                }
                "identifier" | "crate" | "self" | "super" => {
                    let (value, used) = self.loose_path(token, &children[at..]);
                    found.push(value);
                    at += used;
                }
                "token_tree" => {
                    found.extend(self.token_args(token).into_iter().map(|arg| arg.value))
                }
                kind if kind.ends_with("_literal") => found.push(self.expr(token)),
                _ => {}
            }
        }
        found
    }

    /// A path, call or chain of calls that starts at `first`; also how many of the tokens after it belong to it.
    fn loose_path(&mut self, first: Node<'_>, rest: &[Node<'_>]) -> (ExprId, usize) {
        let mut value = self.path(first);
        let mut used = 0;
        loop {
            match rest[used..] {
                [sign, name, ..]
                    if matches!(sign.kind(), "::" | ".") && name.kind() == "identifier" =>
                {
                    value = self.member(value, name);
                    used += 2;
                }
                [args, ..]
                    if args.kind() == "token_tree" && self.b.text[args.start_byte()] == b'(' =>
                {
                    let callee = value;
                    let args_at = args.end_byte();
                    let args = self.token_args(args);
                    let start = self.b.facts.exprs[callee].span.start;
                    value = self.b.expr(
                        ExprKind::Call {
                            callee,
                            args,
                            construct: false,
                        },
                        start..args_at,
                    );
                    used += 1;
                }
                _ => return (value, used),
            }
        }
    }

    // Attributes.

    /// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
    fn marks_test(&self, attribute: Node<'_>) -> bool {
        let text: String = self
            .b
            .text(attribute)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let text = text.trim_start_matches(['#', '!', '[']);
        let name = text.split(['(', ']', '=']).next().unwrap_or_default();
        if name == "cfg" {
            let words = text.replace("not(test)", "");
            return words
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == "test");
        }
        TEST_ATTRIBUTES.contains(&name.rsplit("::").next().unwrap_or_default())
    }

    /// `#[cfg(any())]`, Rust's `#if 0`.
    fn never_compiled(&self, attribute: Node<'_>) -> bool {
        let text: String = self
            .b
            .text(attribute)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        text == "#[cfg(any())]" || text == "#[cfg(false)]"
    }
}

/// The named children that are code: no comments, no labels.
fn code<'n>(node: Node<'n>) -> Vec<Node<'n>> {
    named(node)
        .into_iter()
        .filter(|n| !matches!(n.kind(), "line_comment" | "block_comment" | "label"))
        .collect()
}

/// `pub` in any form.
fn is_public(node: Node<'_>) -> bool {
    named(node)
        .iter()
        .any(|n| n.kind() == "visibility_modifier")
}

fn is_mutable(node: Node<'_>) -> bool {
    named(node).iter().any(|n| n.kind() == "mutable_specifier")
}

fn starts_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The identifier of a pattern that is nothing but a new name.
fn simple_binding(pattern: Node<'_>) -> Option<Node<'_>> {
    match pattern.kind() {
        "identifier" => Some(pattern),
        "mut_pattern" | "ref_pattern" => {
            code(pattern).into_iter().find(|n| n.kind() == "identifier")
        }
        _ => None,
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

/// Whether a chain of `if` ends with a plain `else`.
fn always_taken(node: Node<'_>) -> bool {
    let mut branch = node;
    while branch.kind() == "if_expression" {
        let next = branch
            .child_by_field_name("alternative")
            .and_then(|alternative| code(alternative).first().copied());
        match next {
            Some(next) => branch = next,
            None => return false,
        }
    }
    true
}

/// `lazy_static!` writes `static ref NAME`; without the `ref` it is a static like any other.
fn blank_static_ref(text: &mut [u8]) {
    let found: Vec<usize> = memchr::memmem::find_iter(text, b"static ref ")
        .map(|at| at + b"static ".len())
        .collect();
    for at in found {
        text[at..at + 3].fill(b' ');
    }
}

/// Errors in the tree, found without visiting what is well-formed.
fn syntax_errors(root: Node<'_>) -> usize {
    let mut errors = 0;
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        errors += usize::from(node.is_error() || node.is_missing());
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return errors;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn lowered(code: &str) -> Facts {
        let mut parser = Parser::new();
        parser.set_language(&Rust.grammar()).unwrap();
        Rust.lower(&parser.parse(code, None).unwrap(), code.as_bytes())
    }

    /// An expression on one line: calls as `callee(args)`, members with `.`.
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
            ExprKind::Bytes(length) => format!("bytes[{length}]"),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Path(path) => format!("/{path}"),
            ExprKind::This => "self".into(),
            ExprKind::Member { of, name } => format!("{}.{name}", show(facts, *of)),
            ExprKind::Generic { of, types } => format!("{}<{}>", show(facts, *of), list(types)),
            ExprKind::Call { callee, args, .. } => {
                format!(
                    "{}({})",
                    show(facts, *callee),
                    list(&args.iter().map(|a| a.value).collect::<Vec<_>>())
                )
            }
            ExprKind::List(items) => format!("[{}]", list(items)),
            ExprKind::OneOf(items) => format!("one of {}", list(items)),
            ExprKind::Concat(items) => format!("concat {}", list(items)),
            ExprKind::Item { of, index } => format!("{}#{index}", show(facts, *of)),
            ExprKind::Element(of) => format!("each {}", show(facts, *of)),
            ExprKind::Binary { op, left, right } => {
                format!("{op:?} {} {}", show(facts, *left), show(facts, *right))
            }
            ExprKind::Object { ty, fields } => {
                let fields = fields.iter().map(|(key, value)| match key {
                    Some(Key::Name(name)) => format!("{name}: {}", show(facts, *value)),
                    _ => format!("..{}", show(facts, *value)),
                });
                format!(
                    "{} {{{}}}",
                    ty.map(|ty| show(facts, ty)).unwrap_or_default(),
                    fields.collect::<Vec<_>>().join(", ")
                )
            }
            ExprKind::Assign { target, value } => {
                format!("{} = {}", show(facts, *target), show(facts, *value))
            }
            other => format!("{other:?}"),
        }
    }

    fn calls(facts: &Facts) -> Vec<String> {
        let calls = (0..facts.exprs.len())
            .filter(|id| matches!(facts.exprs[*id].kind, ExprKind::Call { .. }));
        calls.map(|id| show(facts, id)).collect()
    }

    fn bound(facts: &Facts, name: &str) -> Vec<String> {
        let values = facts
            .bindings
            .iter()
            .filter(|b| b.name == name)
            .filter_map(|b| b.value);
        values.map(|id| show(facts, id)).collect()
    }

    fn imports(facts: &Facts) -> Vec<String> {
        facts
            .imports
            .iter()
            .map(|i| format!("{} = {}", i.local.as_deref().unwrap_or("*"), i.path))
            .collect()
    }

    #[test]
    fn use_trees_bring_in_every_name() {
        let facts = lowered(
            "use ring::{self, digest as d, signature::{Ed25519KeyPair, *}};\npub use ::rsa::RsaPrivateKey as Key;\n\
             use d::Context;\nuse crate::keys::Store;\nuse sha2::Digest as _;\nmod rsa;\nextern crate openssl as ssl;",
        );
        let expected = [
            "ring = ring",
            "d = ring.digest",
            "Ed25519KeyPair = ring.signature.Ed25519KeyPair",
            "* = ring.signature",
            "Key = rsa.RsaPrivateKey",
            "Context = ring.digest.Context",
            "Store = crate.keys.Store",
            "rsa = crate.rsa",
            "ssl = openssl",
        ];
        assert_eq!(imports(&facts), expected);
    }

    #[test]
    fn names_of_the_outer_module_are_reached_from_the_inner_one() {
        let facts = lowered(
            "fn make() {}\nmod tests { use super::*; use super::make as build; fn t() { super::make(); build(); } }",
        );
        assert_eq!(imports(&facts), ["tests = crate.tests"]);
        assert_eq!(bound(&facts, "build"), ["make"]);
        assert_eq!(calls(&facts), ["make()", "build()"]);
    }

    #[test]
    fn a_variable_does_not_hide_a_module_of_its_name() {
        let facts = lowered(
            "use ring::digest;\nfn f() { let digest = digest::digest(&digest::SHA256, b); digest::digest(&digest::SHA1, b); }",
        );
        let expected = "/ring.digest.digest(/ring.digest.SHA256, b)";
        assert_eq!(bound(&facts, "digest"), [expected]);
        assert_eq!(calls(&facts).len(), 2);
    }

    #[test]
    fn a_module_of_the_file_is_looked_into() {
        let facts = lowered(
            "mod keys { pub fn make(bits: u32) {} }\nfn f() { keys::make(2048); keys::gone(); }",
        );
        assert_eq!(calls(&facts), ["make(2048)", "/crate.keys.gone()"]);
    }

    #[test]
    fn declared_types_complete_the_call() {
        let facts = lowered(
            "struct S { mac: Hmac<Sha256> }\nimpl S { fn new(k: &[u8]) -> Self { Self { mac: Hmac::new(k) } } }\n\
             fn f() -> Result<SigningKey<Sha512>, E> { let x: Oaep<Sha1> = Oaep::new()?; Ok(SigningKey::new(k)) }",
        );
        let expected = [
            "Hmac<Sha256>.new(k)",
            "Oaep<Sha1>.new()",
            "SigningKey<Sha512>.new(k)",
        ];
        assert_eq!(calls(&facts), expected);
    }

    #[test]
    fn what_a_variant_holds_has_its_type() {
        let facts = lowered(
            "enum Key { Rsa(RsaPrivateKey), None }\nfn f(k: Key) { match k { Key::Rsa(rsa) => g(rsa), Key::None => {} } }",
        );
        let ty = facts
            .bindings
            .iter()
            .find(|b| b.name == "rsa")
            .unwrap()
            .ty
            .unwrap();
        assert_eq!(show(&facts, ty), "RsaPrivateKey");
    }

    #[test]
    fn wrappers_are_transparent() {
        let facts = lowered(
            "async fn f() { let k = Arc::new(Some(rsa::RsaPrivateKey::new(&mut rng, 2048 as usize)?.clone())); \
             let b = std::env::var(\"BITS\").unwrap_or_else(|_| \"3072\".to_string()); \
             let p = Rsa::generate(2048).and_then(PKey::from_rsa).await.expect(\"no key\"); }",
        );
        assert_eq!(bound(&facts, "k"), ["/rsa.RsaPrivateKey.new(rng, 2048)"]);
        assert_eq!(
            bound(&facts, "b"),
            ["one of /std.env.var(\"BITS\"), \"3072\""]
        );
        assert_eq!(bound(&facts, "p"), ["PKey.from_rsa(Rsa.generate(2048))"]);
    }

    #[test]
    fn type_arguments_are_kept() {
        let facts = lowered(
            "type HmacSha256 = Hmac<Sha256>;\nfn f() { Hmac::<Sha256>::new_from_slice(k); Oaep::new::<Sha256>(); \
             <HmacSha256 as Mac>::new_from_slice(k); let k: Result<Arc<Key<Aes256>>, E> = g(); }",
        );
        assert_eq!(bound(&facts, "HmacSha256"), ["Hmac<Sha256>"]);
        assert_eq!(
            calls(&facts),
            [
                "Hmac<Sha256>.new_from_slice(k)",
                "Oaep.new<Sha256>()",
                "HmacSha256.new_from_slice(k)",
                "g()"
            ]
        );
        let ty = facts
            .bindings
            .iter()
            .find(|b| b.name == "k")
            .unwrap()
            .ty
            .unwrap();
        assert_eq!(show(&facts, ty), "Key<Aes256>");
    }

    #[test]
    fn branches_are_alternatives_and_errors_are_none() {
        let facts = lowered(
            "fn bits(kind: &str) -> Result<usize, E> { match kind { \"old\" => Ok(1024), \"new\" if x => Ok(3072), _ => Err(E) } }\n\
             fn g() { let n = if a { 1 } else if let Some(v) = b { v } else { return }; }",
        );
        assert_eq!(
            show(&facts, facts.functions[0].returns[0]),
            "one of 1024, 3072"
        );
        assert_eq!(facts.functions[0].returns.len(), 1);
        assert_eq!(bound(&facts, "n"), ["one of 1, v"]);
        assert_eq!(bound(&facts, "v"), ["b"]);
    }

    #[test]
    fn fields_get_their_values_from_struct_expressions() {
        let facts = lowered(
            "struct Keys { bits: usize, pub name: String }\nimpl Keys { const MAX: usize = 4096;\n\
             fn new(bits: usize) -> Self { Self { bits, name: \"a\".into() } }\nfn set(&mut self) { self.bits = Self::MAX; } }\n\
             impl Default for Keys { fn default() -> Self { Keys { bits: 2048, ..other() } } }",
        );
        assert_eq!(facts.classes.len(), 1);
        assert_eq!(bound(&facts, "bits"), ["bits", "self.MAX", "2048"]);
        assert_eq!(bound(&facts, "name"), ["\"a\""]);
        assert_eq!(calls(&facts), ["other()"]);
        let private = |name: &str| {
            facts
                .bindings
                .iter()
                .filter(|b| b.name == name && b.kind == BindingKind::Field)
                .all(|b| b.private)
        };
        assert!(private("bits") && !private("name"));
    }

    #[test]
    fn patterns_take_values_apart() {
        let facts = lowered(
            "fn f() { let (sk, Pair { public, .. }) = make(); for k in keys.iter() { use_it(k); } if let Some(x) = y {} }",
        );
        assert_eq!(bound(&facts, "sk"), ["make()#0"]);
        assert_eq!(bound(&facts, "public"), ["make()#1.public"]);
        assert_eq!(bound(&facts, "k"), ["each keys"]);
        assert_eq!(bound(&facts, "x"), ["y"]);
    }

    #[test]
    fn no_call_in_a_macro_is_lost() {
        let facts = lowered(
            "lazy_static! { static ref KEY: RsaPrivateKey = RsaPrivateKey::new(&mut rng, 2048).unwrap(); }\n\
             fn f() { println!(\"{}\", hex::encode(Sha256::digest(b))); let v = vec![Nid::X9_62_PRIME256V1, nid()]; \
             tokio::select! { k = rsa::generate(1024) => {} } let n = format!(\"{}-{bits}\", \"RSA\"); assert!(verify(k)); \
             let z = [0u8; 32]; let h = hex!(\"00 11\"); }",
        );
        assert_eq!(bound(&facts, "KEY"), ["RsaPrivateKey.new(rng, 2048)"]);
        assert_eq!(bound(&facts, "v"), ["[Nid.X9_62_PRIME256V1, nid()]"]);
        assert_eq!(bound(&facts, "n"), ["concat \"RSA\", \"-\", bits"]);
        assert_eq!(
            (bound(&facts, "z"), bound(&facts, "h")),
            (vec!["bytes[32]".into()], vec!["bytes[2]".into()])
        );
        for call in ["Sha256.digest(b)", "rsa.generate(1024)", "verify(k)"] {
            assert!(
                calls(&facts).contains(&call.to_owned()),
                "{call} in {:?}",
                calls(&facts)
            );
        }
    }

    #[test]
    fn spans_in_macros_are_those_of_the_file() {
        let code = "fn f() { assert!(ok, \"{}\", make(1)); }";
        let facts = lowered(code);
        let call = facts
            .exprs
            .iter()
            .rfind(|e| matches!(&e.kind, ExprKind::Call { args, .. } if args.len() == 1))
            .unwrap();
        assert_eq!(&code[call.span.clone()], "make(1)");
    }

    #[test]
    fn tests_are_known_as_such_and_dead_code_is_silent() {
        let code = "#[cfg(test)]\nmod tests {}\n#[tokio::test]\nasync fn t() {}\n#[cfg(not(test))]\nfn p() {}\n#[cfg(any())]\nfn dead() { gone(); }";
        let facts = lowered(code);
        let texts: Vec<&str> = facts
            .tests
            .iter()
            .map(|range| &code[range.clone()])
            .collect();
        assert_eq!(
            texts,
            [
                "#[cfg(test)]\nmod tests {}",
                "#[tokio::test]\nasync fn t() {}"
            ]
        );
        assert_eq!(calls(&facts).len(), 0);
    }

    #[test]
    fn hostile_nesting_is_cut_off_and_said() {
        let deep = 50_000;
        for (open, close) in [
            ("(", ")"),
            ("vec![", "]"),
            ("{", "}"),
            ("a::<", ">"),
            ("!", ""),
            ("f(|| ", ")"),
            ("x!{", "}"),
        ] {
            let code = format!(
                "fn f() {{ let a = {}1{}; }}",
                open.repeat(deep),
                close.repeat(deep)
            );
            lowered(&code);
        }
        assert!(
            lowered(&format!(
                "fn f() {{ {}1{}; }}",
                "(".repeat(deep),
                ")".repeat(deep)
            ))
            .too_deep
        );
        lowered(&format!("fn f() {{ a{}; }}", ".b()".repeat(deep)));
        lowered(&format!("use {}a;", "a::".repeat(deep)));
        lowered(&format!(
            "use {}a{};",
            "a::{".repeat(deep),
            "}".repeat(deep)
        ));
    }

    #[test]
    fn what_stands_around_a_syntax_error_is_read() {
        let facts = lowered("fn f() { good(1); let x = ; also(2); }\nfn g() { more(3) }");
        assert!(facts.errors > 0);
        for call in ["good(1)", "also(2)", "more(3)"] {
            assert!(
                calls(&facts).contains(&call.to_owned()),
                "{call} in {:?}",
                calls(&facts)
            );
        }
    }
}
