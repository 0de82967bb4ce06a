//! What each instruction does to the stack and to names.

use super::flow::Instruction;
use super::lower::{Imported, Lowering, Slot};
use super::marshal::{Code, Id};
use super::names::Place;
use super::opcodes::Does;
use crate::detect::facts::{ExprId, ExprKind, Op};

/// Places of one stack: Python's compiler keeps below a few hundred.
pub(super) const MAX_STACK: usize = 1000;
/// Values that one instruction puts on the stack or takes together.
pub(super) const MAX_TOGETHER: usize = 1000;
/// Elements of one list or dictionary that are kept.
pub(super) const MAX_ELEMENTS: usize = 2000;

impl Lowering<'_> {
    pub(super) fn push(&mut self, slot: Slot) {
        if self.stack.len() >= MAX_STACK {
            self.exhausted = true;
            self.stack.clear();
        }
        self.stack.push(slot)
    }

    pub(super) fn push_expr(&mut self, id: ExprId) {
        self.push(Slot::Expr(id))
    }

    /// The top of the stack; what is missing is unknown.
    pub(super) fn pop(&mut self) -> Slot {
        self.stack.pop().unwrap_or(Slot::Unknown)
    }

    pub(super) fn pop_expr(&mut self) -> ExprId {
        let slot = self.pop();
        self.expr(slot)
    }

    /// The topmost places, the lowest first.
    pub(super) fn pop_many(&mut self, count: usize) -> Vec<Slot> {
        let count = count.min(MAX_TOGETHER);
        let mut slots: Vec<Slot> = (0..count).map(|_| self.pop()).collect();
        slots.reverse();
        slots
    }

    fn name_of(&self, id: Id, index: usize) -> String {
        let code = self.objects.code(id);
        let name = code.and_then(|code| Some(self.objects.name(*code.names.get(index)?)));
        name.unwrap_or_default().to_owned()
    }

    fn variable(&self, id: Id, index: usize) -> String {
        let code = self.objects.code(id);
        let name = code.and_then(|code| Some(self.objects.name(*code.variables.get(index)?)));
        name.unwrap_or_default().to_owned()
    }

    /// A variable that closures share, and whether it is a function's around.
    fn shared(&self, id: Id, index: usize) -> (String, bool) {
        let Some(code) = self.objects.code(id) else {
            return (String::new(), false);
        };
        let names = |code: &Code| match self.minor {
            11.. => code.variables.get(index).copied(),
            _ => code.shared.get(index).copied(),
        };
        let name = names(code).map(|name| self.objects.name(name));
        let foreign = code.foreign.get(index).copied().unwrap_or(false);
        (name.unwrap_or_default().to_owned(), foreign)
    }

    fn load(&mut self, name: String) {
        let frame = self.frames.last();
        if name == ".0"
            && let Some(Place::Comprehension(over)) = frame.map(|frame| frame.place)
        {
            return self.push_expr(over);
        }
        let kind = match self.is_receiver(&name) {
            true => ExprKind::This,
            false => ExprKind::Name(name),
        };
        let id = self.add(kind);
        self.push_expr(id)
    }

    fn load_name(&mut self, name: String) {
        let id = self.add(ExprKind::Name(name));
        self.push_expr(id)
    }

    /// `of.name`; the `.value` of an enum's member is the member's value.
    pub(super) fn attribute(&mut self, of: Slot, name: String) -> ExprId {
        let of = self.expr(of);
        if name == "value"
            && let ExprKind::Member { of: class, .. } = self.kind(of)
            && let ExprKind::Name(class) = self.kind(*class)
            && self.enum_names.contains(class)
        {
            return of;
        }
        self.add(ExprKind::Member { of, name })
    }

    /// `of[key]`. `environ[key]` is said as the call that it is, so that a rule can name it.
    fn item(&mut self, of: Slot, key: Slot) -> ExprId {
        let of = self.expr(of);
        if key == Slot::Slice {
            return self.other("expression");
        }
        let key = self.expr(key);
        let is_environ = matches!(self.kind(of), ExprKind::Name(n) | ExprKind::Member { name: n, .. } if n == "environ");
        if !is_environ {
            return self.add(ExprKind::Index { of, key });
        }
        let callee = self.add(ExprKind::Member {
            of,
            name: "__getitem__".to_owned(),
        });
        self.add(ExprKind::Call {
            callee,
            args: vec![super::names::arg(key)],
            construct: false,
        })
    }

    /// Gives a name what was taken from the stack.
    fn store(&mut self, name: String, value: Slot) {
        match value {
            Slot::Saved => {}
            Slot::Module(index) => self.store_import(&name, index),
            Slot::Function(index) => {
                let expr = self.function(index);
                let decorators = self.pending.get(index).map(|p| p.decorators.as_slice());
                let is = |word: &str| {
                    let mut all = decorators.unwrap_or_default().iter();
                    all.any(|d| d == word || d.ends_with(&format!(".{word}")))
                };
                if !is("setter") && !is("deleter") && !is("overload") {
                    self.assign(&name, expr)
                }
            }
            // What every class has.
            _ if self.is_class_matter(&name) => {}
            _ => {
                let expr = self.expr(value);
                self.assign(&name, expr)
            }
        }
    }

    fn is_class_matter(&self, name: &str) -> bool {
        let in_class = matches!(self.frames.last().map(|f| f.place), Some(Place::Class(_)));
        let known = [
            "__module__",
            "__qualname__",
            "__firstlineno__",
            "__static_attributes__",
            "__classcell__",
            "__classdictcell__",
            "__doc__",
        ];
        in_class && known.contains(&name)
    }

    fn at_depth(&self, depth: usize) -> Option<Slot> {
        let index = self.stack.len().checked_sub(depth)?;
        self.stack.get(index).copied()
    }

    fn binary(&mut self, op: Op, change: bool) {
        let (right, left) = (self.pop(), self.pop());
        let (left, right) = (self.expr(left), self.expr(right));
        let id = self.combined(op, left, right);
        if change {
            self.changed.insert(id);
        }
        self.push_expr(id)
    }

    fn rotate(&mut self, count: usize) {
        while self.stack.len() < count && count <= MAX_TOGETHER {
            self.stack.insert(0, Slot::Unknown)
        }
        if count > 1
            && let Some(start) = self.stack.len().checked_sub(count)
        {
            self.stack[start..].rotate_right(1)
        }
    }

    fn copy(&mut self, depth: usize) {
        let slot = self.at_depth(depth).unwrap_or(Slot::Unknown);
        self.push(slot)
    }

    fn put_returned(&mut self, slot: Slot) {
        if matches!(slot, Slot::Const(_)) {
            let id = self.expr(slot);
            if matches!(self.kind(id), ExprKind::Null) {
                return;
            }
        }
        let place = self.frames.last().map(|frame| frame.place);
        if place == Some(Place::Annotations) {
            self.annotated = Some(slot);
            return;
        }
        if let Some(Place::Function(index)) = place {
            let value = self.expr(slot);
            if let Some(function) = self.facts.functions.get_mut(index) {
                function.returns.push(value)
            }
        }
    }

    /// Runs an instruction of a code object; the stack where it jumps, if that is another than where it does not.
    #[expect(clippy::too_many_lines, reason = "one list of instructions")]
    pub(super) fn run(&mut self, id: Id, instruction: Instruction) -> Option<Vec<Slot>> {
        let arg = usize::try_from(instruction.arg).unwrap_or(usize::MAX);
        match instruction.does {
            Does::Nop | Does::ExtendedArg | Does::Jump(_) => {}
            Does::Effect(u8::MAX, _) => self.stack.clear(),
            Does::Effect(taken, put) => {
                for _ in 0..taken {
                    self.pop();
                }
                for _ in 0..put {
                    self.push(Slot::Unknown)
                }
            }
            Does::Not => match self.pop() {
                Slot::Test(index) if index < self.tests.len() => {
                    let mut test = self.tests[index].clone();
                    test.negated = !test.negated;
                    self.tests.push(test);
                    self.push(Slot::Test(self.tests.len() - 1))
                }
                _ => self.push(Slot::Unknown),
            },
            Does::Raise => self.stack.clear(),
            Does::Return => {
                let value = self.pop();
                self.put_returned(value)
            }
            Does::ReturnConst => {
                let value = self.const_slot(id, arg);
                self.put_returned(value)
            }
            Does::BuildClass => self.push(Slot::BuildClass),
            Does::Const => {
                let value = self.const_slot(id, arg);
                self.push(value)
            }
            Does::SmallInt => {
                let value = self.add(ExprKind::Int(i128::from(instruction.arg)));
                self.push_expr(value)
            }
            Does::Name => {
                let name = self.name_of(id, arg);
                self.load_name(name)
            }
            Does::Global => {
                let (index, null) = match self.minor {
                    11.. => (arg >> 1, arg & 1 == 1),
                    _ => (arg, false),
                };
                if null && self.minor < 13 {
                    self.push(Slot::Null)
                }
                let name = self.name_of(id, index);
                self.load_name(name);
                if null && self.minor >= 13 {
                    self.push(Slot::Null)
                }
            }
            Does::Variable => {
                let name = self.variable(id, arg);
                self.load(name)
            }
            Does::TwoVariables => {
                for index in [arg >> 4, arg & 15] {
                    let name = self.variable(id, index);
                    self.load(name)
                }
            }
            Does::Save => self.push(Slot::Saved),
            Does::Shared => {
                let (name, _) = self.shared(id, arg);
                self.load(name)
            }
            // The dictionary of the class is looked into first.
            Does::NameOfClass => {
                self.pop();
                let name = self.name_of(id, arg);
                self.load_name(name)
            }
            Does::SharedOfClass => {
                self.pop();
                let (name, _) = self.shared(id, arg);
                self.load(name)
            }
            Does::StoreName => {
                let (name, value) = (self.name_of(id, arg), self.pop());
                self.store(name, value)
            }
            Does::StoreGlobal => {
                let (name, value) = (self.name_of(id, arg), self.pop());
                let value = self.expr(value);
                self.assign_global(&name, value)
            }
            Does::StoreVariable => {
                let (name, value) = (self.variable(id, arg), self.pop());
                self.store(name, value)
            }
            Does::StoreShared => {
                let ((name, foreign), value) = (self.shared(id, arg), self.pop());
                if foreign {
                    self.foreign(&name)
                }
                self.store(name, value)
            }
            Does::StoreLoad => {
                let (name, value) = (self.variable(id, arg >> 4), self.pop());
                self.store(name, value);
                let name = self.variable(id, arg & 15);
                self.load(name)
            }
            Does::StoreStore => {
                for index in [arg >> 4, arg & 15] {
                    let (name, value) = (self.variable(id, index), self.pop());
                    self.store(name, value)
                }
            }
            Does::StoreAttribute => {
                let (of, value) = (self.pop_expr(), self.pop_expr());
                let name = self.name_of(id, arg);
                self.assign_member(of, &name, value)
            }
            Does::StoreItem => self.store_item(),
            Does::Attribute => {
                let (index, method) = match self.minor {
                    12.. => (arg >> 1, arg & 1 == 1),
                    _ => (arg, false),
                };
                let of = self.pop();
                let name = self.name_of(id, index);
                self.push_method(of, name, method)
            }
            Does::Method => {
                let of = self.pop();
                let name = self.name_of(id, arg);
                self.push_method(of, name, true)
            }
            Does::SuperAttribute => {
                self.pop_many(3);
                let name = self.name_of(id, arg >> 2);
                let of = self.add(ExprKind::Super);
                self.push_method(Slot::Expr(of), name, arg & 1 == 1)
            }
            Does::Special => {
                let of = self.pop_expr();
                // Numbers 0 and 2 are those of entering.
                let enters = matches!(arg, 0 | 2);
                self.push(if enters {
                    Slot::Enter(of)
                } else {
                    Slot::Unknown
                });
                self.push(Slot::Null)
            }
            Does::Null => self.push(Slot::Null),
            Does::CallPlain => self.call_plain(arg, None),
            Does::CallPlainNamed | Does::CallNamed => {
                let names = self.pop();
                let names = match names {
                    Slot::Const(names) => self.texts(names),
                    _ => Vec::new(),
                };
                match instruction.does {
                    Does::CallPlainNamed => self.call_plain(arg, Some(names)),
                    _ => self.call_method(arg, Some(names)),
                }
            }
            Does::CallMethod => self.call_method(arg, None),
            Does::Call => {
                let names = self.argument_names.take();
                let names = names.map(|names| self.texts(names));
                self.call_method(arg, names)
            }
            Does::ArgumentNames => {
                let constant = self.objects.code(id).and_then(|c| c.constants.get(arg));
                self.argument_names = constant.copied()
            }
            Does::CallSpread => self.call_spread(arg),
            Does::Intrinsic => {
                if arg == 2 {
                    self.import_star();
                    self.push(Slot::Unknown)
                }
                // Anything else but a conversion to a tuple or a sign gives something new.
                else if !matches!(arg, 5 | 6) {
                    self.pop();
                    self.push(Slot::Unknown)
                }
            }
            Does::MakeFunction => self.make_function(arg),
            Does::FunctionAttribute => self.function_attribute(arg),
            Does::Import => {
                let (from, level) = (self.pop(), self.pop_expr());
                let level = match self.kind(level) {
                    ExprKind::Int(level) => usize::try_from(*level).unwrap_or(0).min(16),
                    _ => 0,
                };
                let from = self.expr(from);
                let path = ".".repeat(level) + &self.name_of(id, arg);
                self.imported.push(Imported {
                    path,
                    taken: false,
                    from: !matches!(self.kind(from), ExprKind::Null),
                    gone: None,
                });
                self.push(Slot::Module(self.imported.len() - 1))
            }
            Does::ImportFrom => {
                let name = self.name_of(id, arg);
                self.import_from(&name)
            }
            Does::ImportStar => self.import_star(),
            Does::List => {
                let slots = self.pop_many(arg);
                let list = self.list_of(slots);
                self.push(list)
            }
            Does::Map => {
                let slots = self.pop_many(arg.saturating_mul(2));
                let mut fields = Vec::new();
                for pair in slots.chunks_exact(2) {
                    let key = self.key(pair[0]);
                    fields.push((Some(key), self.expr(pair[1])))
                }
                let map = self.map_of(fields);
                self.push(map)
            }
            Does::MapOfNames => {
                let names = match self.pop() {
                    Slot::Const(id) => self.objects.list(id).unwrap_or_default(),
                    _ => &[],
                };
                let names = names.get(..arg).unwrap_or(names).to_vec();
                let values = self.pop_many(arg);
                let mut fields = Vec::new();
                for (name, value) in names.into_iter().zip(values) {
                    let key = self.key(Slot::Const(name));
                    fields.push((Some(key), self.expr(value)))
                }
                let map = self.map_of(fields);
                self.push(map)
            }
            Does::Text => {
                let parts = self.pop_many(arg);
                let parts = parts.into_iter().map(|part| self.expr(part)).collect();
                let text = self.concatenated(parts);
                self.push_expr(text)
            }
            Does::Slice => {
                self.pop_many(arg);
                self.push(Slot::Slice)
            }
            Does::JoinLists => self.join(arg, false),
            Does::JoinMaps => self.join(arg, true),
            Does::Append => {
                let value = self.pop_expr();
                if let Some(Slot::List(list)) = self.at_depth(arg)
                    && let Some(listing) = self.listings.get_mut(list)
                {
                    listing.said = None;
                    // Beside its elements only a comprehension has something on the stack.
                    match arg == 1 && listing.items.len() < MAX_ELEMENTS {
                        true => listing.items.push((value, false)),
                        false => listing.open = true,
                    }
                }
            }
            Does::AppendPair => {
                let (value, key) = (self.pop_expr(), self.pop());
                let key = self.key(key);
                if let Some(Slot::Map(map)) = self.at_depth(arg)
                    && let Some(mapping) = self.mappings.get_mut(map)
                    && mapping.fields.len() < MAX_ELEMENTS
                {
                    mapping.said = None;
                    match arg {
                        1 => mapping.fields.push((Some(key), value)),
                        _ => mapping.fields.push((None, 0)),
                    }
                }
            }
            Does::Extend => {
                let with = self.pop();
                if let Some(Slot::List(list)) = self.at_depth(arg) {
                    self.extend(list, with)
                }
            }
            Does::ExtendMap => {
                let with = self.pop();
                if let Some(Slot::Map(map)) = self.at_depth(arg) {
                    self.extend_map(map, with)
                }
            }
            Does::FormatValue => {
                if arg & 4 != 0 {
                    self.pop();
                }
            }
            Does::FormatWith => {
                self.pop();
            }
            Does::Interpolation => {
                self.pop_many(if arg & 1 == 1 { 3 } else { 2 });
                self.push(Slot::Unknown)
            }
            Does::Unpack => self.unpack(arg, None),
            Does::UnpackRest => self.unpack(arg & 0xff, Some((arg >> 8).saturating_add(1))),
            Does::BinaryOp => match arg {
                26 => {
                    let (key, of) = (self.pop(), self.pop());
                    let id = self.item(of, key);
                    self.push_expr(id)
                }
                _ => {
                    let op = match arg % 13 {
                        0 => Op::Add,
                        1 => Op::And,
                        2 | 11 => Op::Div,
                        3 => Op::Shl,
                        5 => Op::Mul,
                        6 => Op::Rem,
                        7 => Op::Or,
                        9 => Op::Shr,
                        10 => Op::Sub,
                        _ => Op::Other,
                    };
                    self.binary(op, arg >= 13)
                }
            },
            Does::Binary(op) => self.binary(op, false),
            Does::Change(op) => self.binary(op, true),
            Does::Item => {
                let (key, of) = (self.pop(), self.pop());
                let id = self.item(of, key);
                self.push_expr(id)
            }
            Does::Rotate(count) => self.rotate(usize::from(count)),
            Does::RotateBy => self.rotate(arg),
            Does::Copy(depth) => self.copy(usize::from(depth)),
            Does::CopyTwo => {
                self.copy(2);
                self.copy(2)
            }
            Does::CopyAt => self.copy(arg),
            Does::Swap => {
                let top = self.stack.len().checked_sub(1);
                let other = self.stack.len().checked_sub(arg);
                match (top, other) {
                    (Some(top), Some(other)) if other <= top => self.stack.swap(top, other),
                    _ => self.stack.clear(),
                }
            }
            Does::JumpIf(..) => {
                self.pop();
            }
            // The value stays where it jumps.
            Does::JumpOrPop => {
                let jumped = self.stack.clone();
                self.pop();
                return Some(jumped);
            }
            Does::JumpIfNoMatch => {
                self.pop_many(2);
            }
            Does::ForIter => {
                let over = self.stack.last().copied().unwrap_or(Slot::Unknown);
                let mut jumped = self.stack.clone();
                match self.minor {
                    // The end of the loop takes away what is left since 3.12.
                    12.. => jumped.push(Slot::Unknown),
                    _ => {
                        jumped.pop();
                    }
                }
                let over = self.expr(over);
                let element = self.element(over);
                self.push_expr(element);
                return Some(jumped);
            }
            Does::EndFor => {
                self.pop();
                if self.minor < 13 {
                    self.pop();
                }
            }
            // Waiting is transparent: what is waited for is the value.
            Does::Send => {
                self.pop();
                let mut jumped = self.stack.clone();
                if self.minor >= 12 {
                    jumped.extend(self.stack.last().copied())
                }
                self.push(Slot::Unknown);
                return Some(jumped);
            }
            Does::EndSend => {
                let value = self.pop();
                self.pop();
                self.push(value)
            }
            Does::YieldFrom => {
                self.pop();
            }
            Does::EndAsyncFor => {
                self.pop_many(if self.minor < 11 { 7 } else { 2 });
            }
            Does::PopExcept => {
                self.pop_many(if self.minor < 11 { 3 } else { 1 });
            }
            Does::Handler => {
                let mut jumped = self.stack.clone();
                jumped.extend([Slot::Unknown; 6]);
                return Some(jumped);
            }
            Does::With => {
                let context = self.pop_expr();
                self.push(Slot::Unknown);
                let mut jumped = self.stack.clone();
                jumped.extend([Slot::Unknown; 6]);
                self.push_expr(context);
                return Some(jumped);
            }
            Does::BeforeWith => {
                let context = self.pop_expr();
                self.push(Slot::Unknown);
                self.push_expr(context)
            }
            Does::CallFinally => {
                let mut jumped = self.stack.clone();
                jumped.extend([Slot::Unknown; 6]);
                return Some(jumped);
            }
            Does::MatchKeys => {
                self.push(Slot::Unknown);
                if self.minor == 10 {
                    self.push(Slot::Unknown)
                }
            }
            Does::MatchClass => {
                self.pop_many(3);
                self.push(Slot::Unknown);
                if self.minor == 10 {
                    self.push(Slot::Unknown)
                }
            }
        }
        None
    }

    fn const_slot(&self, id: Id, index: usize) -> Slot {
        let code = self.objects.code(id);
        match code.and_then(|code| code.constants.get(index)) {
            Some(constant) => Slot::Const(*constant),
            None => Slot::Unknown,
        }
    }

    fn push_method(&mut self, of: Slot, name: String, method: bool) {
        // `TO_BOOL` and its kin leave tests; a test has no attributes.
        let id = self.attribute(of, name);
        if method {
            self.push(Slot::Null)
        }
        self.push_expr(id)
    }

    /// `of[key] = value`; `__annotations__[name] = type` declares.
    fn store_item(&mut self) {
        let (key, of, value) = (self.pop(), self.pop_expr(), self.pop());
        let declares = matches!(self.kind(of), ExprKind::Name(n) if n == "__annotations__");
        if declares && let Some(name) = self.text(key).map(str::to_owned) {
            let ty = self.expr(value);
            if let Some(ty) = self.annotation(ty, 0) {
                self.annotate(&name, ty)
            }
            return;
        }
        let (key, value) = (self.expr(key), self.expr(value));
        let target = self.add(ExprKind::Index { of, key });
        self.add(ExprKind::Assign { target, value });
    }
}
