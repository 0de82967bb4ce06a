//! What stands in one source file, most of the time: a type and those nested in it, lowered to facts together.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::code::{Body, Instructions, Operand};
use super::execution::Execution;
use super::metadata::{MAX_LOCALS, Metadata, Method, Token};
use super::pe::Image;
use super::signature::{Signature, Type};
use super::tables;
use crate::detect::facts::build::Builder;
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Facts, Param};
use crate::knowledge::rules::Rules;

/// What is lowered of one unit: bytes of code, and some for each parameter; the largest types of real libraries have half of it.
pub(super) const MAX_UNIT: usize = 512 << 10;
/// Types of one unit that are lowered.
const MAX_TYPES: usize = 2_000;
/// Methods of one unit that are lowered.
const MAX_METHODS: usize = 10_000;
/// Fields of one unit that are lowered: classes of resources' numbers have some ten thousand.
const MAX_FIELDS: usize = 100_000;
/// What lowering a field costs, in bytes.
const FIELD_COST: usize = 8;
/// What looking at a method costs beside its code, in bytes: its row has 14 at least, and types of a hostile file share their rows.
const METHOD_COST: usize = 8;
/// Expressions of one unit, after which the rest of its code is left out.
pub(super) const MAX_EXPRESSIONS: usize = 1_000_000;
/// How often the bytes of a file may be gone through as code: methods of a hostile one share theirs.
const MAX_PASSES: usize = 8;

/// An assembly, ready to be looked into.
pub(super) struct Assembly<'a> {
    pub(super) image: Image<'a>,
    pub(super) metadata: Metadata<'a>,
    pub(super) rules: &'a Rules,
    /// Where in the file the assembly begins.
    pub(super) base: usize,
    method_owners: Vec<(u32, u32)>,
    field_owners: Vec<(u32, u32)>,
    callees: RefCell<HashMap<u32, Option<Rc<Callee>>>>,
    /// Bytes of code that may still be gone through.
    left: Cell<usize>,
}

/// A method and its signature.
pub(super) type Callee = (Method, Signature);

/// The token in an instruction.
pub(super) fn token(raw: u32) -> Token {
    ((raw >> 24) as usize, raw & 0x00ff_ffff)
}

impl<'a> Assembly<'a> {
    pub(super) fn new(
        image: Image<'a>,
        metadata: Metadata<'a>,
        rules: &'a Rules,
        base: usize,
    ) -> Self {
        let method_owners = metadata.owners(|ty| metadata.methods(ty));
        let field_owners = metadata.owners(|ty| metadata.fields(ty));
        let left = Cell::new(image.bytes.len().saturating_mul(MAX_PASSES));
        Self {
            image,
            metadata,
            rules,
            base,
            method_owners,
            field_owners,
            callees: RefCell::default(),
            left,
        }
    }

    pub(super) fn method(&self, raw: u32) -> Option<Method> {
        self.metadata.method(token(raw), &self.method_owners)
    }

    /// The method that a token names, with its signature.
    pub(super) fn callee(&self, raw: u32) -> Option<Rc<Callee>> {
        if let Some(known) = self.callees.borrow().get(&raw) {
            return known.clone();
        }
        let found = self.method(raw).and_then(|method| {
            let signature = self.signature(method.signature)?;
            Some(Rc::new((method, signature)))
        });
        self.callees.borrow_mut().insert(raw, found.clone());
        found
    }

    /// Whether more code was there than is gone through.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    fn spend(&self, bytes: usize) -> Option<()> {
        let left = self.left.get();
        self.left.set(left.saturating_sub(bytes));
        (left > bytes).then_some(())
    }

    pub(super) fn field(&self, raw: u32) -> Option<Method> {
        self.metadata.field(token(raw), &self.field_owners)
    }

    pub(super) fn body(&self, method: u32) -> Option<Body<'a>> {
        self.spend(METHOD_COST)?;
        let address = self.metadata.tables.cell(tables::METHOD, method, 0)?;
        if address == 0 {
            return None;
        }
        let body = Body::read(self.image.bytes, self.image.offset(address)?)?;
        self.spend(body.code.len() + body.clauses.len() * 16)?;
        Some(body)
    }

    /// The types of a body's locals.
    pub(super) fn locals(&self, body: &Body<'_>) -> Vec<Type> {
        if body.locals == 0 {
            return Vec::new();
        }
        let row = token(body.locals).1;
        let at = self.metadata.tables.cell(tables::STAND_ALONE_SIG, row, 0);
        let blob = at.and_then(|at| self.metadata.blob(at));
        let blob = blob.filter(|blob| blob.len() <= MAX_LOCALS);
        let types = blob.and_then(|blob| {
            self.spend(blob.len())?;
            Signature::locals(blob)
        });
        types.unwrap_or_default()
    }

    pub(super) fn signature(&self, at: u32) -> Option<Signature> {
        Signature::of(self.metadata.signature(at)?)
    }

    /// The units that call or name something the rules know: types with those nested in them.
    pub(super) fn units(&self) -> Vec<Vec<u32>> {
        let mut known = HashMap::new();
        let mut units: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut index: HashMap<u32, usize> = HashMap::new();
        for ty in 1..=self.metadata.tables.rows(tables::TYPE_DEF) {
            let outermost = self.metadata.outermost(ty);
            let unit = *index.entry(outermost).or_insert_with(|| {
                units.push((outermost, Vec::new()));
                units.len() - 1
            });
            if let Some((_, types)) = units.get_mut(unit) {
                types.push(ty)
            }
        }
        units
            .into_iter()
            .map(|(_, types)| types)
            .filter(|types| types.iter().any(|ty| self.is_of_interest(*ty, &mut known)))
            .collect()
    }

    fn is_of_interest(&self, ty: u32, known: &mut HashMap<u32, bool>) -> bool {
        let mut methods = self
            .metadata
            .methods(ty)
            .take_while(|_| !self.is_exhausted());
        methods.any(|method| {
            self.body(method).is_some_and(|body| {
                Instructions::of(body.code).any(|instruction| match instruction.operand {
                    Operand::Token(raw)
                        if matches!(instruction.op, 0x28 | 0x6f | 0x73 | 0x7e | 0x7f) =>
                    {
                        *known.entry(raw).or_insert_with(|| self.is_known(raw))
                    }
                    _ => false,
                })
            })
        })
    }

    /// Whether the rules know what a token names.
    fn is_known(&self, raw: u32) -> bool {
        let field = matches!(token(raw).0, tables::FIELD);
        let member = if field {
            self.field(raw)
        } else {
            self.method(raw).or_else(|| self.field(raw))
        };
        let Some(member) = member else { return false };
        let name = match &*member.name {
            ".ctor" => return self.names(&member.owner) || self.rules.knows_type(&member.owner),
            other => other.strip_prefix("get_").unwrap_or(other),
        };
        self.rules.knows_type(&member.owner) || self.names(&format!("{}.{name}", member.owner))
    }

    fn names(&self, path: &str) -> bool {
        self.rules.named(path).next().is_some() || !self.rules.symbols(path).is_empty()
    }

    /// The facts of a unit; `None` where it has more than is lowered.
    pub(super) fn lower(&self, types: &[u32]) -> Option<Facts> {
        let methods = || types.iter().flat_map(|ty| self.metadata.methods(*ty));
        if types.len() > MAX_TYPES || methods().take(MAX_METHODS + 1).count() > MAX_METHODS {
            return None;
        }
        let fields: usize = types.iter().map(|ty| self.metadata.fields(*ty).len()).sum();
        if fields > MAX_FIELDS {
            return None;
        }
        self.spend(fields * FIELD_COST)?;
        let mut size = 0;
        for method in methods() {
            let code = self.body(method).map_or(0, |body| body.code.len());
            let at = self.metadata.tables.cell(tables::METHOD, method, 4);
            let signature = at.and_then(|at| self.metadata.signature(at));
            size += code + signature.map_or(0, |blob| blob.len() * 8);
            if size > MAX_UNIT {
                return None;
            }
        }
        let mut b = Builder::new(b"");
        let mut classes = HashMap::new();
        for ty in types {
            let name = self.metadata.type_name((tables::TYPE_DEF, *ty));
            let class = b.class(&name, |_, _| {});
            classes.insert(*ty, class);
            let value = b.expr(ExprKind::Class(class), 0..0);
            let binding = b.bind(&*name, 0, Some(value), BindingKind::Declare);
            binding.constant = true;
            binding.private = true;
        }
        let unit = Unit {
            assembly: self,
            classes,
        };
        for ty in types {
            unit.class(&mut b, *ty)
        }
        Some(b.facts)
    }
}

/// The types that are lowered together, by their rows, and their numbers among the facts' classes.
pub(super) struct Unit<'u, 'a> {
    pub(super) assembly: &'u Assembly<'a>,
    pub(super) classes: HashMap<u32, usize>,
}

impl Unit<'_, '_> {
    fn class(&self, b: &mut Builder<'static>, ty: u32) {
        let metadata = &self.assembly.metadata;
        let Some(class) = self.classes.get(&ty).copied() else {
            return;
        };
        if let Some(base) = metadata.tables.coded(tables::TYPE_DEF, ty, 3)
            && base.1 != 0
        {
            let base = self.type_expr(b, base, 0);
            if let Some(known) = b.facts.classes.get_mut(class) {
                known.bases.push(base)
            }
        }
        let outer = b.scope;
        if let Some(known) = b.facts.classes.get(class) {
            b.scope = known.scope
        }
        // What a compiler makes for a lambda or an iterator is open to the assembly, and nobody else can name it.
        let made = metadata.name(tables::TYPE_DEF, ty, 1).starts_with('<');
        for field in metadata.fields(ty) {
            self.declare_field(b, field, made)
        }
        let stored: HashSet<&str> = metadata
            .fields(ty)
            .map(|field| plain_field(metadata.name(tables::FIELD, field, 1)))
            .collect();
        for method in metadata.methods(ty) {
            if b.facts.exprs.len() > MAX_EXPRESSIONS {
                b.facts.too_deep = true;
                break;
            }
            self.method(b, method, &stored)
        }
        b.scope = outer;
    }

    fn declare_field(&self, b: &mut Builder<'static>, field: u32, made: bool) {
        let metadata = &self.assembly.metadata;
        let flags = metadata.tables.cell(tables::FIELD, field, 0).unwrap_or(0);
        let name = plain_field(metadata.name(tables::FIELD, field, 1));
        let blob = metadata.tables.cell(tables::FIELD, field, 2);
        let ty = blob.and_then(|at| Signature::field(metadata.signature(at)?));
        let ty = ty.and_then(|ty| self.named_type(b, &ty, 0));
        let binding = b.bind(name, 0, None, BindingKind::Field);
        binding.ty = ty;
        // Attributes of fields: private is 1; read-only is 0x20, a constant 0x40 (§II.23.1.5).
        binding.private = made || flags & 7 <= 1;
        binding.constant = flags & 0x60 != 0;
    }

    fn method(&self, b: &mut Builder<'static>, method: u32, stored: &HashSet<&str>) {
        let metadata = &self.assembly.metadata;
        let raw = metadata.name(tables::METHOD, method, 3);
        let name = match raw {
            ".ctor" => "<init>",
            other => other,
        };
        let flags = metadata.tables.cell(tables::METHOD, method, 2).unwrap_or(0);
        let signature = metadata
            .tables
            .cell(tables::METHOD, method, 4)
            .and_then(|at| self.assembly.signature(at));
        let (Some(signature), Some(body)) = (signature, self.assembly.body(method)) else {
            return;
        };
        let at = self.assembly.base + body.at;
        let names = self.param_names(method, signature.params.len());
        let params: Vec<Param> = names
            .into_iter()
            .zip(&signature.params)
            .map(|(name, ty)| Param {
                name,
                ty: self.named_type(b, ty, at),
                default: None,
                rest: false,
            })
            .collect();
        let result = self.named_type(b, &signature.result, at);
        let function = b.function(name, params, at, |b, _| {
            Execution::run(self, b, &body, &signature)
        });
        if let Some(known) = b.facts.functions.get_mut(function) {
            known.result = result;
            // Lambdas and local functions are visible in the assembly, and nobody else can call them.
            known.private = flags & 7 <= 1 || raw.starts_with('<');
        }
        if name == "<init>" || name == ".cctor" {
            return;
        }
        let value = b.expr(ExprKind::Function(function), at..at);
        let binding = b.bind(name, 0, Some(value), BindingKind::Field);
        binding.constant = true;
        binding.private = flags & 7 <= 1;
        if let Some(property) = name.strip_prefix("get_")
            && signature.params.is_empty()
            && !stored.contains(property)
        {
            self.computed(b, property, name, at)
        }
    }

    /// A property that is not just stored: what its getter gives.
    fn computed(&self, b: &mut Builder<'static>, property: &str, getter: &str, at: usize) {
        let of = b.expr(ExprKind::This, at..at);
        let callee = ExprKind::Member {
            of,
            name: getter.to_owned(),
        };
        let callee = b.expr(callee, at..at);
        let call = ExprKind::Call {
            callee,
            args: Vec::new(),
            construct: false,
        };
        let value = b.expr(call, at..at);
        let binding = b.bind(property, at, Some(value), BindingKind::Field);
        binding.constant = true;
    }

    fn param_names(&self, method: u32, count: usize) -> Vec<String> {
        let metadata = &self.assembly.metadata;
        let mut names: Vec<String> = (1..=count).map(|n| format!("argument {n}")).collect();
        // The result may have a row, too.
        for row in metadata.params(method).take(count + 1) {
            let place = metadata.tables.cell(tables::PARAM, row, 1);
            let place = place.and_then(|n| (n as usize).checked_sub(1));
            let name = metadata.name(tables::PARAM, row, 2);
            if let Some(known) = place.and_then(|place| names.get_mut(place))
                && !name.is_empty()
            {
                name.clone_into(known)
            }
        }
        names
    }

    /// A type as a name that the resolver looks up: a class of this unit by its name, any other by its path.
    pub(super) fn type_expr(&self, b: &mut Builder<'static>, token: Token, at: usize) -> ExprId {
        let metadata = &self.assembly.metadata;
        let name = metadata.type_name(token).to_string();
        let here = metadata
            .type_def(token)
            .is_some_and(|ty| self.classes.contains_key(&ty));
        b.expr(
            if here {
                ExprKind::Name(name)
            } else {
                ExprKind::Path(name)
            },
            at..at,
        )
    }

    /// A declared type; `None` where it has no name.
    pub(super) fn named_type(
        &self,
        b: &mut Builder<'static>,
        ty: &Type,
        at: usize,
    ) -> Option<ExprId> {
        match ty {
            Type::Named(token) | Type::Generic(token, _)
                if ty.name(&self.assembly.metadata) == self.assembly.metadata.type_name(*token) =>
            {
                Some(self.type_expr(b, *token, at))
            }
            Type::ByRef(inner) => self.named_type(b, inner, at),
            Type::Other => None,
            _ => {
                let name = ty.name(&self.assembly.metadata).to_string();
                (!name.is_empty() && !ty.is_void()).then(|| b.expr(ExprKind::Path(name), at..at))
            }
        }
    }
}

/// A field's name; of one that stores a property, the property's: `<Size>k__BackingField`.
pub(super) fn plain_field(name: &str) -> &str {
    name.strip_prefix('<')
        .and_then(|rest| rest.strip_suffix(">k__BackingField"))
        .unwrap_or(name)
}
