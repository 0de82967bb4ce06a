//! A method's instructions, one after the other, as what they do to a frame.

use super::bytes::Bytes;
use super::class::{ClassFile, Code};
use super::instructions::{length, ways, written};
use super::pool::Loaded;
use crate::detect::binary::java::{
    Block, Callee, Constant, Flow, Frame, Lowering, Slot, result_of,
};
use crate::detect::facts::{ExprId, Op};

/// Blocks of one method: the largest real ones (parsers' tables) have some thousands.
const MAX_BLOCKS: usize = 20_000;
/// What a stack may hold; class files have at most 65,535, and compilers write some dozens.
const MAX_STACK: usize = 4096;

/// Goes through the code of a method; says why it could not, where it could not.
pub(super) fn lower(
    file: &ClassFile<'_>,
    bytes: &[u8],
    class: usize,
    method: usize,
    code: &Code,
    l: &mut Lowering<'_>,
) -> Result<(), &'static str> {
    if l.is_full() {
        return Err("a limit was reached");
    }
    let instructions = bytes.get(code.range.clone()).unwrap_or_default();
    let start = code.range.start;
    let entry = l.method(class, method, start..start);
    let (blocks, mut writes) = blocks(instructions, code, l)?;
    let mut frame = Frame::default();
    for slot in entry {
        frame.locals.push(Some(slot.id));
        if slot.wide {
            frame.locals.push(None);
        }
    }
    for (place, count) in writes.iter_mut().enumerate() {
        let given = frame.locals.get(place).copied().flatten();
        *count += u32::from(given.is_some());
    }
    // A local that no instruction writes need not be there.
    frame
        .locals
        .resize(frame.locals.len().max(writes.len().min(code.locals)), None);
    l.work(frame.locals.len());
    let mut flow = Flow::new(&blocks, frame, writes);
    for block in flow.order() {
        if l.is_full() {
            return Err("a limit was reached");
        }
        let Some(Block {
            start: from, end, ..
        }) = blocks.get(block)
        else {
            continue;
        };
        let mut run = Run {
            file,
            code: instructions,
            frame: flow.enter(block, l),
            l,
        };
        flow.may_throw(block, &run.frame, run.l);
        let mut at = *from;
        while at < *end
            && !run.l.is_full()
            && let Some(length) = length(instructions, at)
        {
            run.l.at = start + at..start + at + length;
            let changed = run.step(at).unwrap_or_default();
            if changed {
                flow.may_throw(block, &run.frame, run.l);
            }
            run.frame.stack.truncate(MAX_STACK);
            at += length;
        }
        let Run { frame, .. } = run;
        flow.leave(block, &frame, l);
    }
    flow.finish(l);
    Ok(())
}

/// The blocks of the code, and how often it writes each local.
fn blocks(
    code: &[u8],
    method: &Code,
    l: &mut Lowering<'_>,
) -> Result<(Vec<Block>, Vec<u32>), &'static str> {
    let mut leads = vec![false; code.len() + 1];
    let mut is_instruction = vec![false; code.len() + 1];
    let mut writes: Vec<u32> = Vec::new();
    let mut at = 0;
    while at < code.len() {
        // Bytes that are no instructions end what can be read of the method.
        let Some(length) = length(code, at) else {
            break;
        };
        is_instruction[at] = true;
        let ways = ways(code, at, length);
        for to in &ways.jumps {
            leads[*to] = true;
        }
        if ways.ends {
            leads[at + length] = true;
        }
        if let Some((place, _)) = written(code, at).filter(|(place, _)| *place < method.locals) {
            writes.resize(writes.len().max(place + 1), 0);
            writes[place] += 1;
        }
        at += length;
    }
    let end = at;
    for (from, to, handler) in &method.guards {
        for place in [from, to, handler] {
            if let Some(leads) = leads.get_mut(*place) {
                *leads = true;
            }
        }
    }
    if let Some(first) = leads.first_mut() {
        *first = true;
    }
    let starts: Vec<usize> = (0..end)
        .filter(|at| leads[*at] && is_instruction[*at])
        .collect();
    if starts.len() > MAX_BLOCKS {
        return Err("too many blocks");
    }
    let block_at = |place: usize| starts.binary_search(&place).ok();
    let mut blocks: Vec<Block> = Vec::with_capacity(starts.len());
    for (index, from) in starts.iter().enumerate() {
        let to = starts.get(index + 1).copied().unwrap_or(end);
        let mut block = Block {
            start: *from,
            end: to,
            ..Block::default()
        };
        let mut at = *from;
        let mut last = ways(code, at, 0);
        while at < to
            && let Some(length) = length(code, at)
        {
            last = ways(code, at, length);
            at += length;
        }
        block
            .next
            .extend(last.jumps.iter().filter_map(|to| block_at(*to)));
        if last.falls_through {
            block.next.extend(block_at(to));
        }
        block.next.sort_unstable();
        block.next.dedup();
        blocks.push(block);
    }
    for (from, to, handler) in &method.guards {
        let Some(handler) = block_at(*handler) else {
            continue;
        };
        let first = starts.partition_point(|start| start < from);
        let last = starts.partition_point(|start| start < to);
        l.work(last.saturating_sub(first));
        if l.is_full() {
            return Err("a limit was reached");
        }
        for block in blocks.get_mut(first..last).into_iter().flatten() {
            if block.handlers.len() < MAX_GUARDS && !block.handlers.contains(&handler) {
                block.handlers.push(handler);
            }
        }
    }
    Ok((blocks, writes))
}

/// Handlers of one block that are kept; the table has the innermost first.
const MAX_GUARDS: usize = 16;

/// A block that is gone through.
struct Run<'r, 'c, 'k> {
    file: &'r ClassFile<'c>,
    code: &'r [u8],
    frame: Frame,
    l: &'r mut Lowering<'k>,
}

impl Run<'_, '_, '_> {
    fn push(&mut self, id: ExprId) {
        self.frame.stack.push(Slot { id, wide: false });
    }

    fn push_wide(&mut self, id: ExprId) {
        self.frame.stack.push(Slot { id, wide: true });
    }

    fn push_as(&mut self, id: ExprId, wide: bool) {
        self.frame.stack.push(Slot { id, wide });
    }

    fn pop_slot(&mut self) -> Slot {
        match self.frame.stack.pop() {
            Some(slot) => slot,
            None => Slot {
                id: self.l.unknown("expression"),
                wide: false,
            },
        }
    }

    fn pop(&mut self) -> ExprId {
        self.pop_slot().id
    }

    fn drop(&mut self, count: usize) {
        let left = self.frame.stack.len().saturating_sub(count);
        self.frame.stack.truncate(left);
    }

    /// Drops some values and leaves one of which nothing is known.
    fn unknown(&mut self, dropped: usize, wide: bool) {
        self.drop(dropped);
        let id = self.l.unknown("expression");
        self.push_as(id, wide);
    }

    fn load(&mut self, place: usize, wide: bool) {
        let id = match self.frame.locals.get(place).copied().flatten() {
            Some(id) => id,
            None => self.l.unknown("expression"),
        };
        self.push_as(id, wide);
    }

    /// Gives a local a value; a value of two places takes the next local along.
    fn store(&mut self, place: usize, id: ExprId, wide: bool) {
        if let Some(local) = self.frame.locals.get_mut(place) {
            *local = Some(id);
        }
        if wide && let Some(next) = self.frame.locals.get_mut(place + 1) {
            *next = None;
        }
    }

    fn binary(&mut self, op: Op, wide: bool) {
        let (right, left) = (self.pop(), self.pop());
        let id = self.l.binary(op, left, right);
        self.push_as(id, wide);
    }

    /// Copies the upper values of the stack below others; counts are in places, of which wide values take two.
    fn duplicate(&mut self, copied: usize, below: usize) {
        let take = |run: &mut Self, places: usize| {
            let mut taken = Vec::new();
            let mut left = places;
            while left > 0 && !run.frame.stack.is_empty() {
                let slot = run.pop_slot();
                left = left.saturating_sub(1 + usize::from(slot.wide));
                taken.push(slot);
            }
            taken.reverse();
            taken
        };
        let upper = take(self, copied);
        let lower = take(self, below);
        let stack = &mut self.frame.stack;
        stack.extend(&upper);
        stack.extend(&lower);
        stack.extend(&upper);
    }

    /// What an instruction does. Whether it changed a local; nothing where it could not be read.
    fn step(&mut self, at: usize) -> Option<bool> {
        let b = Bytes(self.code);
        let op = b.u1(at)?;
        match op {
            0x00 | 0xa7 | 0xc8 | 0xb1 => {}
            0x01 => self.constant(&Constant::Null, false),
            0x02..=0x08 => self.constant(&Constant::Int(i128::from(op) - 3), false),
            0x09 | 0x0a => self.constant(&Constant::Int(i128::from(op) - 9), true),
            0x0b..=0x0d => self.constant(&Constant::Other, false),
            0x0e | 0x0f => self.constant(&Constant::Other, true),
            0x10 => self.constant(&Constant::Int(b.u1(at + 1)?.cast_signed().into()), false),
            0x11 => self.constant(&Constant::Int(b.u2(at + 1)?.cast_signed().into()), false),
            0x12 => self.load_constant(b.u1(at + 1)?.into(), false),
            0x13 => self.load_constant(b.u2(at + 1)?, false),
            0x14 => self.load_constant(b.u2(at + 1)?, true),
            0x15..=0x19 => self.load(b.u1(at + 1)?.into(), matches!(op, 0x16 | 0x18)),
            0x1a..=0x2d => {
                let kind = (op - 0x1a) / 4;
                self.load(usize::from((op - 0x1a) % 4), matches!(kind, 1 | 3));
            }
            0x2e..=0x35 => {
                let (index, array) = (self.pop(), self.pop());
                let id = self.l.element(array, index);
                self.push_as(id, matches!(op, 0x2f | 0x31));
            }
            0x36..=0x4e => return self.store_to(at),
            0x4f..=0x56 => {
                let (value, index, array) = (self.pop(), self.pop(), self.pop());
                self.l.put_element(array, index, value);
            }
            0x57 => self.drop(1),
            0x58 => {
                let wide = self.pop_slot().wide;
                self.drop(usize::from(!wide));
            }
            0x59 => self.duplicate(1, 0),
            0x5a => self.duplicate(1, 1),
            0x5b => self.duplicate(1, 2),
            0x5c => self.duplicate(2, 0),
            0x5d => self.duplicate(2, 1),
            0x5e => self.duplicate(2, 2),
            0x5f => {
                let (one, other) = (self.pop_slot(), self.pop_slot());
                self.frame.stack.extend([one, other]);
            }
            0x60..=0x83 if !(0x74..=0x77).contains(&op) => {
                let wide = match op {
                    0x78..=0x83 => op % 2 == 1,
                    _ => matches!((op - 0x60) % 4, 1 | 3),
                };
                self.binary(operator(op), wide);
            }
            0x74 | 0x75 => {
                let slot = self.pop_slot();
                let id = self.l.negated(slot.id);
                self.push_as(id, slot.wide);
            }
            0x76 => self.unknown(1, false),
            0x77 => self.unknown(1, true),
            0x84 => {
                let by = b.u1(at + 2)?.cast_signed().into();
                return self.increment(b.u1(at + 1)?.into(), by);
            }
            // Whole numbers stay what they are.
            0x85 => {
                let id = self.pop();
                self.push_wide(id);
            }
            0x88 | 0x91..=0x93 => {
                let id = self.pop();
                self.push(id);
            }
            0x86 | 0x89 | 0x8b | 0x8e | 0x90 => self.unknown(1, false),
            0x87 | 0x8a | 0x8c | 0x8d | 0x8f => self.unknown(1, true),
            0x94..=0x98 => self.unknown(2, false),
            0x99..=0x9e | 0xaa | 0xab | 0xc2 | 0xc3 | 0xc6 | 0xc7 => self.drop(1),
            0x9f..=0xa6 => self.drop(2),
            // The address that a subroutine comes back to.
            0xa8 | 0xc9 => self.unknown(0, false),
            0xac..=0xb0 => {
                let value = self.pop();
                self.l.returns(value);
            }
            0xb2..=0xb5 => self.field(op, b.u2(at + 1)?),
            0xb6..=0xb9 => return self.invoke(op, b.u2(at + 1)?),
            0xba => self.invoke_dynamic(b.u2(at + 1)?),
            0xbb => {
                let id = self.l.new_object(self.file.pool.class(b.u2(at + 1)?)?);
                self.push(id);
            }
            0xbc => {
                let length = self.pop();
                let id = self.l.new_array(primitive(b.u1(at + 1)?), length);
                self.push(id);
            }
            0xbd => {
                let length = self.pop();
                let class = self.file.pool.class(b.u2(at + 1)?).unwrap_or_default();
                let id = self.l.new_array(&descriptor_of(class), length);
                self.push(id);
            }
            0xc0 => {
                let value = self.pop();
                let class = self.file.pool.class(b.u2(at + 1)?).unwrap_or_default();
                let id = self.l.cast(value, class);
                self.push(id);
            }
            0xbe | 0xc1 => self.unknown(1, false),
            0xc4 => match b.u1(at + 1)? {
                load @ 0x15..=0x19 => {
                    self.load(b.u2(at + 2)?.into(), matches!(load, 0x16 | 0x18));
                }
                0x84 => {
                    let by = b.u2(at + 4)?.cast_signed().into();
                    return self.increment(b.u2(at + 2)?.into(), by);
                }
                _ => return self.store_to(at),
            },
            0xc5 => self.unknown(b.u1(at + 3)?.into(), false),
            // An exception ends the block, a subroutine its own.
            _ => {}
        }
        Some(false)
    }

    fn store_to(&mut self, at: usize) -> Option<bool> {
        let (place, wide) = written(self.code, at)?;
        let id = self.pop();
        self.store(place, id, wide);
        Some(true)
    }

    fn increment(&mut self, place: usize, by: i128) -> Option<bool> {
        let old = self.frame.locals.get(place).copied().flatten()?;
        let by = self.l.int(by);
        let id = self.l.binary(Op::Add, old, by);
        self.store(place, id, false);
        Some(true)
    }

    fn constant(&mut self, constant: &Constant, wide: bool) {
        let id = self.l.constant(constant);
        self.push_as(id, wide);
    }

    fn load_constant(&mut self, index: u16, wide: bool) {
        let id = match self.file.pool.loaded(index) {
            Loaded::Int(number) => self.l.int(number.into()),
            Loaded::Text(text) => self.l.constant(&Constant::Text(text.into_owned())),
            Loaded::Class(class) => self.l.class_literal(class),
            Loaded::Other => self.l.unknown("number"),
        };
        self.push_as(id, wide);
    }

    fn field(&mut self, op: u8, index: u16) {
        let is_static = matches!(op, 0xb2 | 0xb3);
        let value = matches!(op, 0xb3 | 0xb5).then(|| self.pop());
        let of = (!is_static).then(|| self.pop());
        let field = self.file.pool.member(index);
        match (value, field) {
            (Some(value), Some(field)) => {
                self.l
                    .put_field(of, field.class, field.name, field.descriptor, value);
            }
            (None, Some(field)) => {
                let id = self.l.get_field(of, field.class, field.name);
                self.push_as(id, matches!(field.descriptor, "J" | "D"));
            }
            (Some(_), None) => {}
            (None, None) => self.unknown(0, false),
        }
    }

    fn arguments(&mut self, descriptor: &str) -> Vec<ExprId> {
        let count = crate::detect::binary::java::parameter_widths(descriptor).len();
        let mut args: Vec<ExprId> = (0..count).map(|_| self.pop()).collect();
        args.reverse();
        args
    }

    fn invoke(&mut self, op: u8, index: u16) -> Option<bool> {
        let method = self.file.pool.member(index)?;
        let args = self.arguments(method.descriptor);
        let receiver = (op != 0xb8).then(|| self.pop());
        let callee = Callee {
            class: method.class,
            name: method.name,
            descriptor: method.descriptor,
            special: op == 0xb7,
        };
        let invoked = self.l.invoke(callee, receiver, args);
        if let Some(change) = invoked.change {
            self.frame.replace(change);
        }
        self.frame.stack.extend(invoked.value);
        Some(invoked.change.is_some())
    }

    /// Texts that are put together (`makeConcatWithConstants`), lambdas, and whatever else is made when it is first run.
    fn invoke_dynamic(&mut self, index: u16) {
        let Some((bootstrap, name, descriptor)) = self.file.pool.dynamic(index) else {
            return self.unknown(0, false);
        };
        let taken = self.arguments(descriptor);
        let made = self.file.bootstraps.get(usize::from(bootstrap));
        let constants = made.map_or(&[][..], |(_, constants)| constants);
        let id = if name == "makeConcatWithConstants" {
            self.concat(constants, taken)
        } else if name == "makeConcat" {
            self.l.concat(taken)
        } else if let Some((kind, method)) =
            constants.get(1).and_then(|i| self.file.pool.handle(*i))
        {
            let callee = Callee {
                class: method.class,
                name: method.name,
                descriptor: method.descriptor,
                special: false,
            };
            // REF_invokeStatic (JVMS §4.4.8)
            self.l.lambda(callee, kind == 6, taken)
        } else {
            self.l.unknown("expression")
        };
        let result = result_of(descriptor);
        if result != "V" {
            self.push_as(id, matches!(result, "J" | "D"));
        }
    }

    /// A recipe: 1 stands for the next argument, 2 for the next constant (`StringConcatFactory` in the JDK's documentation).
    fn concat(&mut self, constants: &[u16], taken: Vec<ExprId>) -> ExprId {
        let mut constants = constants.iter();
        let recipe = constants.next().map(|index| self.file.pool.loaded(*index));
        let Some(Loaded::Text(recipe)) = recipe else {
            return self.l.unknown("expression");
        };
        let mut taken = taken.into_iter();
        let mut parts = Vec::new();
        let mut text = String::new();
        for c in recipe.chars() {
            if !matches!(c, '\u{1}' | '\u{2}') {
                text.push(c);
                continue;
            }
            if !text.is_empty() {
                parts.push(self.l.constant(&Constant::Text(std::mem::take(&mut text))));
            }
            let part = match c {
                '\u{1}' => taken.next(),
                _ => constants
                    .next()
                    .map(|index| match self.file.pool.loaded(*index) {
                        Loaded::Text(text) => self.l.constant(&Constant::Text(text.into_owned())),
                        Loaded::Int(number) => self.l.int(number.into()),
                        _ => self.l.unknown("expression"),
                    }),
            };
            parts.push(part.unwrap_or_else(|| self.l.unknown("expression")));
        }
        if !text.is_empty() {
            parts.push(self.l.constant(&Constant::Text(text)));
        }
        self.l.concat(parts)
    }
}

/// The operator of an arithmetic instruction.
fn operator(op: u8) -> Op {
    match op {
        0x60 | 0x61 => Op::Add,
        0x64 | 0x65 => Op::Sub,
        0x68 | 0x69 => Op::Mul,
        0x6c | 0x6d => Op::Div,
        0x70 | 0x71 => Op::Rem,
        0x78 | 0x79 => Op::Shl,
        0x7a..=0x7d => Op::Shr,
        0x7e | 0x7f => Op::And,
        0x80 | 0x81 => Op::Or,
        _ => Op::Other,
    }
}

/// The types that `newarray` names by numbers (JVMS table 6.5.newarray-A).
fn primitive(code: u8) -> &'static str {
    match code {
        4 => "Z",
        5 => "C",
        6 => "F",
        7 => "D",
        8 => "B",
        9 => "S",
        10 => "I",
        _ => "J",
    }
}

/// A class's descriptor; arrays are named by theirs already.
fn descriptor_of(class: &str) -> String {
    if class.starts_with('[') {
        class.to_owned()
    } else {
        format!("L{class};")
    }
}
