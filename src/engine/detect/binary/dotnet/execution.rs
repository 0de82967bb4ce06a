//! A method's code, executed with expressions instead of values: once from front to back.
//!
//! Where branches meet, a variable is one of what the ways there left in it; at the head of a loop it may also be something that the loop
//! will put there, which is unknown. An exception handler knows of what the guarded code assigns no more than that it might have.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::code::{Body, Instruction, Instructions, Operand};
use super::enums;
use super::metadata::Method;
use super::signature::{Signature, Type};
use super::tables;
use super::unit::{MAX_EXPRESSIONS, Unit, plain_field, token};
use crate::detect::facts::build::Builder;
use crate::detect::facts::{BindingKind, ExprId, ExprKind, Op};

/// Variables of one method that are followed; real ones have fewer than a hundred.
const MAX_VARIABLES: usize = 256;
/// Values that one variable may have where ways meet.
const MAX_MET: usize = 16;
/// Values on the stack that are followed.
const MAX_STACK: usize = 256;
/// Merges of states in one method; a `switch` of thousands of arms over hundreds of variables is generated code.
const MAX_MERGES: usize = 400_000;

/// A value on the stack, and the variable whose address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) value: ExprId,
    pub(super) variable: Option<usize>,
}

/// What is known at a place.
#[derive(Debug, Clone, Default)]
struct State {
    stack: Vec<Slot>,
    variables: Vec<ExprId>,
}

impl State {
    fn size(&self) -> usize {
        self.stack.len() + self.variables.len() + 1
    }
}

/// The execution of one method.
pub(super) struct Execution<'x, 'u, 'a> {
    pub(super) unit: &'x Unit<'u, 'a>,
    pub(super) b: &'x mut Builder<'static>,
    /// Where the code begins in the file under scan.
    base: usize,
    /// The instruction at hand, in the file under scan.
    pub(super) span: Range<usize>,
    state: State,
    locals: usize,
    types: Vec<Type>,
    unknown: Option<ExprId>,
    temporaries: usize,
}

impl<'x, 'u, 'a> Execution<'x, 'u, 'a> {
    /// Executes a body in the scope of its function.
    pub(super) fn run(
        unit: &'x Unit<'u, 'a>,
        b: &'x mut Builder<'static>,
        body: &Body<'a>,
        signature: &Signature,
    ) {
        let base = unit.assembly.base + body.at;
        let types = unit.assembly.locals(body);
        let mut execution = Self {
            unit,
            b,
            base,
            span: base..base,
            state: State::default(),
            locals: 0,
            types,
            unknown: None,
            temporaries: 0,
        };
        execution.begin(signature);
        execution.go(body, signature);
    }

    /// Arguments come first among the variables, the instance before them; then locals, which begin as nothing.
    fn begin(&mut self, signature: &Signature) {
        if signature.instance {
            let this = self.add(ExprKind::This);
            self.state.variables.push(this);
        }
        let function = self.b.facts.function_around(self.b.scope);
        let names: Vec<String> = function
            .and_then(|index| self.b.facts.functions.get(index))
            .map(|f| f.params.iter().map(|param| param.name.clone()).collect())
            .unwrap_or_default();
        for name in names {
            let value = self.add(ExprKind::Name(name));
            self.state.variables.push(value);
        }
        self.locals = self.state.variables.len();
        let nothing = self.add(ExprKind::Null);
        let all = self.locals.saturating_add(self.types.len());
        self.state.variables.resize(all, nothing);
        self.state.variables.truncate(MAX_VARIABLES);
    }

    fn go(&mut self, body: &Body<'_>, signature: &Signature) {
        let assembly = self.unit.assembly;
        let asks = |raw: u32| {
            let callee = assembly.callee(raw);
            callee.is_some_and(|callee| callee.1.instance && callee.1.params.is_empty())
        };
        let flow = Flow::of(body, self.locals, asks);
        let mut waiting: HashMap<usize, State> = HashMap::new();
        let mut reached = true;
        let mut merges = 0;
        for instruction in Instructions::of(body.code) {
            self.span = self.base + instruction.at..self.base + instruction.end;
            if merges > MAX_MERGES || self.b.facts.exprs.len() > MAX_EXPRESSIONS {
                self.b.facts.too_deep = true;
                return;
            }
            if flow.leaders.contains(&instruction.at) {
                merges += self.state.size();
                if let Some(other) = waiting.remove(&instruction.at) {
                    if reached {
                        self.meet(other)
                    } else {
                        self.state = other
                    }
                } else if !reached {
                    // Only what comes later leads here: a loop whose test stands at its end.
                    self.state.stack.clear()
                }
                reached = true;
                if let Some(assigned) = flow.loops.get(&instruction.at) {
                    self.doubt(assigned)
                }
                if let Some((catches, assigned)) = flow.handlers.get(&instruction.at) {
                    self.doubt(assigned);
                    self.state.stack.clear();
                    if *catches {
                        self.push_kind(ExprKind::Other("exception"))
                    }
                }
            }
            self.step(&instruction, signature);
            if let Operand::Targets(targets) = &instruction.operand {
                if matches!(instruction.op, 0xdd | 0xde) {
                    self.state.stack.clear()
                }
                for target in targets.iter().filter(|target| **target >= instruction.end) {
                    merges += self.state.size();
                    if merges > MAX_MERGES {
                        break;
                    }
                    self.wait(&mut waiting, *target)
                }
            }
            // `br`, `leave`, `ret`, `throw`, `rethrow`, `endfinally`, `jmp`: nothing falls through.
            if matches!(
                instruction.op,
                0x2b | 0x38 | 0xdd | 0xde | 0x2a | 0x7a | 0xfe1a | 0xdc | 0x27
            ) {
                reached = false
            }
        }
    }

    fn wait(&mut self, waiting: &mut HashMap<usize, State>, target: usize) {
        match waiting.remove(&target) {
            None => {
                waiting.insert(target, self.state.clone());
            }
            Some(other) => {
                let own = std::mem::replace(&mut self.state, other);
                self.meet(own.clone());
                let met = std::mem::replace(&mut self.state, own);
                waiting.insert(target, met);
            }
        }
    }

    /// Each variable is what this way or the other left in it.
    fn meet(&mut self, other: State) {
        for index in 0..self.state.variables.len().min(other.variables.len()) {
            let (one, two) = (self.state.variables[index], other.variables[index]);
            self.state.variables[index] = self.either(one, two);
        }
        if self.state.stack.len() == other.stack.len() {
            for index in 0..other.stack.len() {
                let (one, two) = (self.state.stack[index], other.stack[index]);
                self.state.stack[index] = Slot {
                    value: self.either(one.value, two.value),
                    variable: one.variable.filter(|_| one.variable == two.variable),
                };
            }
        }
    }

    fn either(&mut self, one: ExprId, two: ExprId) -> ExprId {
        if one == two {
            return one;
        }
        let alternatives = |id: ExprId| match &self.b.facts.exprs[id].kind {
            ExprKind::OneOf(all) => all.clone(),
            _ => vec![id],
        };
        let mut all = alternatives(one);
        for id in alternatives(two) {
            if !all.contains(&id) {
                all.push(id)
            }
        }
        if all.len() > MAX_MET {
            return self.unknown();
        }
        if all == alternatives(one) {
            return one;
        }
        self.add(ExprKind::OneOf(all))
    }

    /// These variables may hold something else by now.
    fn doubt(&mut self, variables: &BTreeSet<usize>) {
        for index in variables {
            if let Some(value) = self.state.variables.get(*index).copied() {
                let unknown = self.unknown();
                let value = self.either(value, unknown);
                self.set(*index, value)
            }
        }
    }

    pub(super) fn add(&mut self, kind: ExprKind) -> ExprId {
        let span = self.span.clone();
        self.b.expr(kind, span)
    }

    pub(super) fn unknown(&mut self) -> ExprId {
        if let Some(known) = self.unknown {
            return known;
        }
        let unknown = self.add(ExprKind::Other("expression"));
        self.unknown = Some(unknown);
        unknown
    }

    pub(super) fn push(&mut self, value: ExprId) {
        self.push_slot(Slot {
            value,
            variable: None,
        })
    }

    fn push_slot(&mut self, slot: Slot) {
        if self.state.stack.len() < MAX_STACK {
            self.state.stack.push(slot)
        }
    }

    pub(super) fn push_kind(&mut self, kind: ExprKind) {
        let value = self.add(kind);
        self.push(value)
    }

    pub(super) fn pop_slot(&mut self) -> Slot {
        match self.state.stack.pop() {
            Some(slot) => slot,
            None => Slot {
                value: self.unknown(),
                variable: None,
            },
        }
    }

    pub(super) fn pop(&mut self) -> ExprId {
        self.pop_slot().value
    }

    pub(super) fn set(&mut self, variable: usize, value: ExprId) {
        if let Some(known) = self.state.variables.get_mut(variable) {
            *known = value
        }
    }

    fn variable(&mut self, index: usize, address: bool) {
        let value = match self.state.variables.get(index) {
            Some(value) => *value,
            None => self.unknown(),
        };
        self.push_slot(Slot {
            value,
            variable: address.then_some(index),
        })
    }

    fn store(&mut self, index: usize) {
        let value = self.pop();
        let ty = index
            .checked_sub(self.locals)
            .and_then(|n| self.types.get(n));
        let value = match ty.cloned() {
            Some(ty) => self.as_declared(value, &ty),
            None => value,
        };
        self.set(index, value)
    }

    /// The variable that a load or store names, and whether it is stored; by the instruction's own number.
    fn local_of(&self, instruction: &Instruction) -> Option<(usize, Access)> {
        let number = match instruction.operand {
            Operand::Number(number) => usize::try_from(number).ok(),
            _ => None,
        };
        access(instruction.op, number, self.locals)
    }

    fn step(&mut self, instruction: &Instruction, signature: &Signature) {
        if let Some((index, access)) = self.local_of(instruction) {
            match access {
                Access::Load => self.variable(index, false),
                Access::Address => self.variable(index, true),
                Access::Store => self.store(index),
            }
            return;
        }
        let raw = match instruction.operand {
            Operand::Token(raw) => raw,
            _ => 0,
        };
        match instruction.op {
            0x14 => self.push_kind(ExprKind::Null),
            0x15..=0x1e => self.push_kind(ExprKind::Int(i128::from(instruction.op) - 0x16)),
            0x1f..=0x21 => {
                let number = match instruction.operand {
                    Operand::Number(number) => number,
                    _ => 0,
                };
                self.push_kind(ExprKind::Int(number.into()))
            }
            0x22 | 0x23 => self.push_kind(ExprKind::Other("number")),
            0x25 => {
                let slot = self.pop_slot();
                self.push_slot(slot);
                self.push_slot(slot);
            }
            // pop, branches on one value, throw, endfilter, switch
            0x26 | 0x2c | 0x2d | 0x39 | 0x3a | 0x7a | 0xfe11 | 0x45 => {
                self.pop();
            }
            // branches on two values
            0x2e..=0x37 | 0x3b..=0x44 => {
                self.pop();
                self.pop();
            }
            0x28 | 0x6f => self.call(raw),
            0x73 => self.construct(raw),
            0x29 => self.call_pointer(raw),
            0x2a if !signature.result.is_void() => {
                let value = self.pop();
                let value = self.as_declared(value, &signature.result);
                self.b.returns(value);
            }
            0x58..=0x66 | 0xd6..=0xdb | 0xfe01..=0xfe05 => self.arithmetic(instruction.op),
            // stores through an address
            0x51..=0x57 | 0xdf | 0x81 | 0x70 => {
                let value = self.pop();
                if let Some(variable) = self.pop_slot().variable {
                    self.set(variable, value)
                }
            }
            0x72 => {
                let text = self.unit.assembly.metadata.text(raw & 0x00ff_ffff);
                match text {
                    Some(text) => self.push_kind(ExprKind::Str(text)),
                    None => self.push_kind(ExprKind::Other("text")),
                }
            }
            // casts
            0x74 | 0x75 | 0xa5 => {
                let value = self.pop();
                let (metadata, token) = (&self.unit.assembly.metadata, token(raw));
                let ty = match token.0 {
                    tables::TYPE_SPEC => metadata.type_spec(token.1),
                    _ => Some(Type::Named(token)),
                };
                let value = match ty {
                    Some(ty) => self.typed(value, &ty),
                    None => value,
                };
                self.push(value)
            }
            0x7b | 0x7c => self.load_field(raw),
            0x7d => self.store_field(raw),
            0x7e | 0x7f => self.load_static(raw),
            0x80 => self.store_static(raw),
            0x8d => self.new_array(raw),
            0x8e => {
                self.pop();
                self.push_kind(ExprKind::Other("length"))
            }
            0x8f | 0x90..=0x9a | 0xa3 => {
                let key = self.pop();
                let of = self.pop();
                self.push_kind(ExprKind::Index { of, key })
            }
            0x9b..=0xa2 | 0xa4 => self.store_element(),
            0xd0 => self.push_kind(ExprKind::Other("type")),
            0xfe06 => self.function(raw),
            0xfe07 => {
                self.pop();
                self.function(raw)
            }
            0xfe0f => {
                self.pop();
                self.push_kind(ExprKind::Other("memory"))
            }
            0xfe15 => {
                let slot = self.pop_slot();
                if let Some(variable) = slot.variable {
                    let callee = self.unit.type_expr(self.b, token(raw), self.span.start);
                    let made = self.add(ExprKind::Call {
                        callee,
                        args: Vec::new(),
                        construct: true,
                    });
                    self.set(variable, made)
                }
            }
            0xfe17 | 0xfe18 => {
                for _ in 0..3 {
                    self.pop();
                }
            }
            0xfe00 | 0xfe1c => self.push_kind(ExprKind::Other("expression")),
            // Conversions, boxing and loads through an address leave the value; everything else leaves the stack.
            _ => {}
        }
    }

    fn arithmetic(&mut self, op: u16) {
        // neg, not
        if matches!(op, 0x65 | 0x66) {
            let value = self.pop();
            let kind = match self.b.facts.exprs[value].kind {
                ExprKind::Int(number) if op == 0x65 => ExprKind::Int(-number),
                _ => ExprKind::Other("expression"),
            };
            return self.push_kind(kind);
        }
        let right = self.pop();
        let left = self.pop();
        let op = match op {
            0x58 | 0xd6 | 0xd7 => Op::Add,
            0x59 | 0xda | 0xdb => Op::Sub,
            0x5a | 0xd8 | 0xd9 => Op::Mul,
            0x5b | 0x5c => Op::Div,
            0x5d | 0x5e => Op::Rem,
            0x5f => Op::And,
            0x60 => Op::Or,
            0x62 => Op::Shl,
            0x63 | 0x64 => Op::Shr,
            // Comparisons make no alternatives of what they compare.
            _ => return self.push_kind(ExprKind::Other("expression")),
        };
        self.push_kind(ExprKind::Binary { op, left, right })
    }

    fn function(&mut self, raw: u32) {
        let Some(method) = self.unit.assembly.method(raw) else {
            return self.push_kind(ExprKind::Other("function"));
        };
        let of = self.owner(&method);
        self.push_kind(ExprKind::Member {
            of,
            name: method.name.to_string(),
        })
    }

    fn load_field(&mut self, raw: u32) {
        let of = self.pop();
        let Some(field) = self.unit.assembly.field(raw) else {
            return self.push_kind(ExprKind::Other("field"));
        };
        self.push_kind(ExprKind::Member {
            of,
            name: plain_field(&field.name).to_owned(),
        })
    }

    /// A value as the type of the field that it is given to.
    fn as_field(&mut self, value: ExprId, field: &Method) -> ExprId {
        let blob = self.unit.assembly.metadata.signature(field.signature);
        match blob.and_then(Signature::field) {
            Some(ty) => self.as_declared(value, &ty),
            None => value,
        }
    }

    fn store_field(&mut self, raw: u32) {
        let value = self.pop();
        let of = self.pop();
        let Some(field) = self.unit.assembly.field(raw) else {
            return;
        };
        let value = self.as_field(value, &field);
        self.assign(of, plain_field(&field.name), value)
    }

    /// `of.name = value`; of the instance itself it is the class's own field.
    pub(super) fn assign(&mut self, of: ExprId, name: &str, value: ExprId) {
        let class = self.b.facts.class_around(self.b.scope);
        let class = class.and_then(|class| self.b.facts.classes.get(class));
        match (&self.b.facts.exprs[of].kind, class) {
            (ExprKind::This, Some(class)) => {
                let (scope, at) = (class.scope, self.span.end);
                self.b
                    .bind_in(scope, name, at, Some(value), BindingKind::Field);
            }
            _ => {
                let target = self.add(ExprKind::Member {
                    of,
                    name: name.to_owned(),
                });
                self.add(ExprKind::Assign { target, value });
            }
        }
    }

    fn load_static(&mut self, raw: u32) {
        let Some(field) = self.unit.assembly.field(raw) else {
            return self.push_kind(ExprKind::Other("field"));
        };
        let of = self.owner(&field);
        self.push_kind(ExprKind::Member {
            of,
            name: plain_field(&field.name).to_owned(),
        })
    }

    fn store_static(&mut self, raw: u32) {
        let value = self.pop();
        let Some(field) = self.unit.assembly.field(raw) else {
            return;
        };
        let value = self.as_field(value, &field);
        let name = plain_field(&field.name);
        let class = field.owner_def.and_then(|ty| self.unit.classes.get(&ty));
        match class.and_then(|class| self.b.facts.classes.get(*class)) {
            Some(class) => {
                let (scope, at) = (class.scope, self.span.end);
                self.b
                    .bind_in(scope, name, at, Some(value), BindingKind::Field);
            }
            None => {
                let of = self.owner(&field);
                self.assign(of, name, value)
            }
        }
    }

    fn new_array(&mut self, raw: u32) {
        let size = self.pop();
        let element = self.unit.assembly.metadata.type_name(token(raw));
        let kind = match (&*element, &self.b.facts.exprs[size].kind) {
            ("System.Byte", ExprKind::Int(length)) => {
                ExprKind::Bytes(u64::try_from(*length).unwrap_or(0))
            }
            ("System.Byte", _) => {
                let callee = self.add(ExprKind::Path("byte[]".to_owned()));
                ExprKind::Call {
                    callee,
                    args: vec![Builder::arg(size)],
                    construct: true,
                }
            }
            _ => ExprKind::List(Vec::new()),
        };
        self.push_kind(kind)
    }

    /// Arrays and collections are filled after they are made: what is put in belongs to the literal.
    fn store_element(&mut self) {
        let value = self.pop();
        self.pop();
        let of = self.pop();
        self.put_in(of, value)
    }

    pub(super) fn put_in(&mut self, of: ExprId, value: ExprId) {
        if let Some(expr) = self.b.facts.exprs.get_mut(of)
            && let ExprKind::List(items) = &mut expr.kind
            && value != of
        {
            items.push(value)
        }
    }

    /// A value of a declared type: numbers are truths, or members of enums.
    pub(super) fn as_declared(&mut self, value: ExprId, ty: &Type) -> ExprId {
        let boolean = *ty == Type::Plain("bool");
        let name = match ty {
            Type::Named(_) | Type::Generic(..) => ty.name(&self.unit.assembly.metadata),
            _ => "".into(),
        };
        if !boolean && !enums::is_known(&name) {
            return value;
        }
        // Other values may be large.
        let kind = match &self.b.facts.exprs[value].kind {
            kind @ (ExprKind::Int(_) | ExprKind::OneOf(_)) => kind.clone(),
            _ => return value,
        };
        match kind {
            ExprKind::Int(number) if boolean => self.add(ExprKind::Bool(number != 0)),
            ExprKind::Int(number) => {
                let number = i64::try_from(number).unwrap_or(-1);
                let Some(members) = enums::members(&name, number) else {
                    return value;
                };
                let mut paths: Vec<ExprId> = members
                    .into_iter()
                    .map(|member| self.add(ExprKind::Path(format!("{name}.{member}"))))
                    .collect();
                match (paths.len(), paths.pop()) {
                    (1, Some(only)) => only,
                    (_, last) => {
                        paths.extend(last);
                        self.add(ExprKind::List(paths))
                    }
                }
            }
            ExprKind::OneOf(all) => {
                let all = all.into_iter().take(MAX_MET);
                let all = all
                    .map(|one| match self.b.facts.exprs[one].kind {
                        ExprKind::Int(_) => self.as_declared(one, ty),
                        _ => one,
                    })
                    .collect();
                self.add(ExprKind::OneOf(all))
            }
            _ => value,
        }
    }

    /// A value that is known to be of a type, where the rules know the type.
    pub(super) fn typed(&mut self, value: ExprId, ty: &Type) -> ExprId {
        match ty {
            Type::Named(_) | Type::Generic(..) => {
                let name = ty.name(&self.unit.assembly.metadata);
                if self.unit.assembly.rules.knows_type(&name) {
                    self.declared(value, ty)
                } else {
                    value
                }
            }
            _ => value,
        }
    }

    /// A value of a type that is written where it is used. What is plain to see needs no type.
    pub(super) fn declared(&mut self, value: ExprId, ty: &Type) -> ExprId {
        let seen = !matches!(
            self.b.facts.exprs[value].kind,
            ExprKind::Name(_)
                | ExprKind::Member { .. }
                | ExprKind::Index { .. }
                | ExprKind::Call { .. }
                | ExprKind::Element(_)
                | ExprKind::Other(_)
                | ExprKind::OneOf(_)
        );
        let name = ty.name(&self.unit.assembly.metadata);
        if seen || name.is_empty() || enums::is_known(&name) {
            return value;
        }
        self.temporaries += 1;
        let temporary = format!("${}.{}", self.base, self.temporaries);
        let ty = self.add(ExprKind::Path(name.to_string()));
        let at = self.span.start;
        let binding = self
            .b
            .bind(temporary.clone(), at, Some(value), BindingKind::Declare);
        binding.ty = Some(ty);
        binding.private = true;
        self.add(ExprKind::Name(temporary))
    }
}

/// What an instruction does with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Load,
    Address,
    Store,
}

/// The variable that an instruction names: arguments first, then locals.
fn access(op: u16, number: Option<usize>, locals: usize) -> Option<(usize, Access)> {
    let local = |n: usize| locals.saturating_add(n);
    Some(match op {
        0x02..=0x05 => (usize::from(op) - 0x02, Access::Load),
        0x06..=0x09 => (local(usize::from(op) - 0x06), Access::Load),
        0x0a..=0x0d => (local(usize::from(op) - 0x0a), Access::Store),
        0x0e | 0xfe09 => (number?, Access::Load),
        0x0f | 0xfe0a => (number?, Access::Address),
        0x10 | 0xfe0b => (number?, Access::Store),
        0x11 | 0xfe0c => (local(number?), Access::Load),
        0x12 | 0xfe0d => (local(number?), Access::Address),
        0x13 | 0xfe0e => (local(number?), Access::Store),
        _ => return None,
    })
}

/// Where ways meet in a method, seen before it is executed.
struct Flow {
    /// Offsets that something else than the instruction before leads to.
    leaders: BTreeSet<usize>,
    /// Heads of loops, and the variables that the loop assigns.
    loops: BTreeMap<usize, BTreeSet<usize>>,
    /// Heads of handlers: whether an exception is on the stack, and the variables that the guarded code assigns.
    handlers: BTreeMap<usize, (bool, BTreeSet<usize>)>,
}

impl Flow {
    /// `asks` tells whether a method takes nothing but the instance: its address then stands before the call.
    fn of(body: &Body<'_>, locals: usize, asks: impl Fn(u32) -> bool) -> Self {
        let mut leaders = BTreeSet::new();
        let mut back: BTreeMap<usize, usize> = BTreeMap::new();
        let mut assigned: Vec<(usize, usize)> = Vec::new();
        let mut instructions = Instructions::of(body.code).peekable();
        while let Some(instruction) = instructions.next() {
            let number = match &instruction.operand {
                Operand::Targets(targets) => {
                    for target in targets {
                        leaders.insert(*target);
                        if *target <= instruction.at {
                            let end = back.entry(*target).or_default();
                            *end = (*end).max(instruction.end);
                        }
                    }
                    None
                }
                Operand::Number(number) => usize::try_from(*number).ok(),
                _ => None,
            };
            let Some((index, access)) = access(instruction.op, number, locals) else {
                continue;
            };
            // A variable whose address is taken may be assigned through it, unless it is only asked for something.
            let asked = || match instructions.peek() {
                Some(Instruction {
                    op: 0x28 | 0x6f,
                    operand: Operand::Token(raw),
                    ..
                }) => asks(*raw),
                Some(next) => matches!(next.op, 0x7b | 0xfe16),
                None => false,
            };
            match access {
                Access::Load => {}
                Access::Store => assigned.push((instruction.at, index)),
                Access::Address => {
                    let mut asked = asked;
                    if !asked() {
                        assigned.push((instruction.at, index))
                    }
                }
            }
        }
        let within = |range: Range<usize>| {
            let begin = assigned.partition_point(|(at, _)| *at < range.start);
            let end = assigned.partition_point(|(at, _)| *at < range.end);
            let some = assigned.get(begin..end.max(begin)).unwrap_or_default();
            some.iter()
                .map(|(_, index)| *index)
                .take(MAX_VARIABLES)
                .collect::<BTreeSet<usize>>()
        };
        let loops = back
            .iter()
            .take(MAX_LOOPS)
            .map(|(head, end)| (*head, within(*head..*end)))
            .collect();
        let mut handlers = BTreeMap::new();
        for clause in &body.clauses {
            let variables = within(clause.guarded.clone());
            leaders.insert(clause.handler);
            leaders.extend(clause.filter);
            if let Some(filter) = clause.filter {
                handlers.insert(filter, (true, variables.clone()));
            }
            let catches = clause.catches;
            handlers.insert(clause.handler, (catches, variables));
        }
        Self {
            leaders,
            loops,
            handlers,
        }
    }
}

/// Loops of one method that are followed.
const MAX_LOOPS: usize = 512;
