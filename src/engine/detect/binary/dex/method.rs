//! A method's instructions, one after the other, as what they do to the registers.

use super::class::Code;
use super::debug;
use super::file::{Bytes, Dex};
use super::instructions::Instructions;
use crate::detect::binary::java::{
    Block, Callee, Constant, Flow, Frame, Lowering, Slot, parameter_widths,
};
use crate::detect::facts::{ExprId, Op};

/// Blocks of one method: the largest real ones (parsers' tables) have some thousands.
const MAX_BLOCKS: usize = 20_000;
/// Handlers of one block that are kept; the list has the innermost first.
const MAX_HANDLERS: usize = 16;
/// Handlers of one guarded piece of code; programs have a few.
const MAX_CATCHES: u32 = 64;

/// From which unit of the code on which line of the source.
pub(super) fn lines(dex: &Dex<'_>, code: &Code) -> Vec<(usize, u32)> {
    debug::lines(dex, code.debug, code.units)
}

/// Goes through the code of a method; says why it could not, where it could not.
pub(super) fn lower(
    dex: &Dex<'_>,
    class: usize,
    method: usize,
    code: &Code,
    l: &mut Lowering<'_>,
) -> Result<(), &'static str> {
    if l.is_full() {
        return Err("a limit was reached");
    }
    let instructions = Instructions(code.bytes(dex));
    let start = code.instructions;
    let entry = l.method(class, method, start..start);
    let (blocks, mut writes) = blocks(dex, instructions, code, l)?;
    let mut frame = Frame::default();
    // Registers that no instruction writes and no argument is in need not be there.
    let needed = writes.len().max(code.registers);
    frame.locals.resize(needed.min(code.registers), None);
    let mut register = code.registers.saturating_sub(code.arguments);
    for slot in entry {
        if let Some(place) = frame.locals.get_mut(register) {
            *place = Some(slot.id);
        }
        if let Some(count) = writes.get_mut(register) {
            *count += 1;
        }
        register += 1 + usize::from(slot.wide);
    }
    l.work(frame.locals.len());
    let mut flow = Flow::new(&blocks, frame, writes);
    for block in flow.order() {
        if l.is_full() {
            return Err("a limit was reached");
        }
        let Some(Block {
            start: from,
            end,
            handlers,
            ..
        }) = blocks.get(block)
        else {
            continue;
        };
        let mut run = Run {
            dex,
            code: instructions,
            frame: flow.enter(block, l),
            l,
        };
        flow.may_throw(block, &run.frame, run.l);
        let mut at = *from;
        while at < *end
            && !run.l.is_full()
            && let Some(length) = instructions.length(at)
        {
            run.l.at = start + 2 * at..start + 2 * (at + length);
            run.step(at);
            if !handlers.is_empty() && instructions.written(at).is_some() {
                flow.may_throw(block, &run.frame, run.l);
            }
            at += length;
        }
        let Run { frame, .. } = run;
        flow.leave(block, &frame, l);
    }
    flow.finish(l);
    Ok(())
}

/// The blocks of the code, and how often it writes each register.
fn blocks(
    dex: &Dex<'_>,
    code: Instructions<'_>,
    method: &Code,
    l: &mut Lowering<'_>,
) -> Result<(Vec<Block>, Vec<u32>), &'static str> {
    let mut leads = vec![false; code.len() + 1];
    let mut is_instruction = vec![false; code.len() + 1];
    let mut writes: Vec<u32> = Vec::new();
    let mut at = 0;
    while let Some(length) = code.length(at) {
        if !code.is_table(at) {
            is_instruction[at] = true;
            let ways = code.ways(at);
            // Switches of a hostile file share a table.
            l.work(ways.jumps.len());
            if l.is_full() {
                return Err("a limit was reached");
            }
            for to in &ways.jumps {
                leads[*to] = true;
            }
            if ways.ends {
                leads[at + length] = true;
            }
            let written = code.written(at).filter(|(r, _)| *r < method.registers);
            if let Some((register, _)) = written {
                writes.resize(writes.len().max(register + 1), 0);
                writes[register] += 1;
            }
        }
        at += length;
    }
    let end = at;
    let guards = guards(dex, method);
    l.work(
        guards
            .iter()
            .map(|(_, _, handlers)| 1 + handlers.len())
            .sum(),
    );
    for (from, to, handlers) in &guards {
        for place in [from, to].into_iter().chain(handlers) {
            if let Some(leads) = leads.get_mut(*place) {
                *leads = true;
            }
        }
    }
    leads[0] = true;
    let starts: Vec<usize> = (0..end)
        .filter(|at| leads[*at] && is_instruction[*at])
        .collect();
    if starts.len() > MAX_BLOCKS {
        return Err("too many blocks");
    }
    let block_at = |place: usize| starts.binary_search(&place).ok();
    let mut blocks: Vec<Block> = Vec::with_capacity(starts.len());
    for (index, from) in starts.iter().enumerate() {
        let next = starts.get(index + 1).copied().unwrap_or(end);
        let mut block = Block {
            start: *from,
            ..Block::default()
        };
        let mut at = *from;
        let mut ways = code.ways(at);
        while at < next
            && let Some(length) = code.length(at)
            && !code.is_table(at)
        {
            ways = code.ways(at);
            at += length;
        }
        block.end = at;
        block
            .next
            .extend(ways.jumps.iter().filter_map(|to| block_at(*to)));
        if ways.falls_through {
            block.next.extend(block_at(at));
        }
        block.next.sort_unstable();
        block.next.dedup();
        blocks.push(block);
    }
    for (from, to, handlers) in &guards {
        let first = starts.partition_point(|start| start < from);
        let last = starts.partition_point(|start| start < to);
        l.work(last.saturating_sub(first).saturating_mul(handlers.len()));
        if l.is_full() {
            return Err("a limit was reached");
        }
        for block in blocks.get_mut(first..last).into_iter().flatten() {
            for handler in handlers.iter().filter_map(|place| block_at(*place)) {
                if block.handlers.len() < MAX_HANDLERS && !block.handlers.contains(&handler) {
                    block.handlers.push(handler);
                }
            }
        }
    }
    Ok((blocks, writes))
}

/// Guarded code: from, to, and where its handlers are (`try_item`, `encoded_catch_handler`).
fn guards(dex: &Dex<'_>, method: &Code) -> Vec<(usize, usize, Vec<usize>)> {
    // The list stands at a multiple of four bytes.
    let at = method.instructions + 2 * method.units + 2 * (method.units % 2);
    let list = at + 8 * method.tries;
    let one = |index: usize| {
        let at = at + 8 * index;
        let from = dex.bytes.place(at)?;
        let to = from.checked_add(dex.bytes.u2(at + 4)?.into())?;
        let mut at = list.checked_add(dex.bytes.u2(at + 6)?.into())?;
        let count = dex.bytes.sleb(&mut at)?;
        let mut handlers = Vec::new();
        for _ in 0..count.unsigned_abs().min(MAX_CATCHES) {
            dex.bytes.uleb(&mut at)?;
            handlers.extend(usize::try_from(dex.bytes.uleb(&mut at)?).ok());
        }
        if count <= 0 {
            handlers.extend(usize::try_from(dex.bytes.uleb(&mut at)?).ok());
        }
        Some((from, to, handlers))
    };
    (0..method.tries).map_while(one).collect()
}

/// A block that is gone through.
struct Run<'r, 'd, 'k> {
    dex: &'r Dex<'d>,
    code: Instructions<'r>,
    frame: Frame,
    /// What the last call gave back lies on the frame's stack.
    l: &'r mut Lowering<'k>,
}

impl Run<'_, '_, '_> {
    fn get(&mut self, register: usize) -> ExprId {
        match self.frame.locals.get(register).copied().flatten() {
            Some(id) => id,
            None => self.l.unknown("expression"),
        }
    }

    fn set(&mut self, register: usize, id: ExprId, wide: bool) {
        if let Some(place) = self.frame.locals.get_mut(register) {
            *place = Some(id);
        }
        if wide && let Some(next) = self.frame.locals.get_mut(register + 1) {
            *next = None;
        }
    }

    /// What an instruction does; nothing where it cannot be read.
    fn step(&mut self, at: usize) -> Option<()> {
        let first = self.code.unit(at)?.to_le_bytes();
        let (op, high) = (first[0], first[1]);
        let (a, b) = (usize::from(high & 0x0f), usize::from(high >> 4));
        let aa = usize::from(high);
        let code = self.code;
        let unit = |offset: usize| code.unit(at + offset);
        let written = self.code.written(at);
        match op {
            0x01 | 0x04 | 0x07 => self.copy(a, b, op == 0x04),
            0x02 | 0x05 | 0x08 => self.copy(aa, unit(1)?.into(), op == 0x05),
            0x03 | 0x06 | 0x09 => self.copy(unit(1)?.into(), unit(2)?.into(), op == 0x06),
            0x0a..=0x0c => {
                let id = match self.frame.stack.pop() {
                    Some(slot) => slot.id,
                    None => self.l.unknown("expression"),
                };
                self.set(aa, id, op == 0x0b);
            }
            0x0f..=0x11 => {
                let value = self.get(aa);
                self.l.returns(value);
            }
            // Four bits with a sign.
            0x12 => self.number(a, i64::from(high.cast_signed() >> 4), false),
            0x13 | 0x16 => self.number(aa, unit(1)?.cast_signed().into(), op == 0x16),
            0x14 | 0x17 => {
                let number = self.code.double(at + 1)?.cast_signed();
                self.number(aa, number.into(), op == 0x17);
            }
            0x15 => self.number(
                aa,
                i64::from(i32::from(unit(1)?.cast_signed()) << 16),
                false,
            ),
            0x18 => {
                let number = Bytes(self.code.0).0.get(2 * at + 2..2 * at + 10)?;
                self.number(aa, i64::from_le_bytes(number.try_into().ok()?), true);
            }
            0x19 => self.number(aa, i64::from(unit(1)?.cast_signed()) << 48, true),
            0x1a | 0x1b => {
                let index = if op == 0x1a {
                    usize::from(unit(1)?)
                } else {
                    usize::try_from(self.code.double(at + 1)?).ok()?
                };
                let constant = self.dex.text(index).map_or(Constant::Other, Constant::Text);
                let id = self.l.constant(&constant);
                self.set(aa, id, false);
            }
            0x1c => {
                let class = self.dex.class_name(unit(1)?.into()).unwrap_or_default();
                let id = self.l.class_literal(class);
                self.set(aa, id, false);
            }
            0x1f => {
                let class = self.dex.class_name(unit(1)?.into()).unwrap_or_default();
                let value = self.get(aa);
                let id = self.l.cast(value, class);
                self.set(aa, id, false);
            }
            0x22 => {
                let id = self.l.new_object(self.dex.class_name(unit(1)?.into())?);
                self.set(aa, id, false);
            }
            0x23 => {
                let length = self.get(b);
                let array = self.dex.descriptor(unit(1)?.into()).unwrap_or_default();
                let id = self
                    .l
                    .new_array(array.strip_prefix('[').unwrap_or(array), length);
                self.set(a, id, false);
            }
            0x24 | 0x25 => {
                let items = self.arguments(at, op == 0x25)?;
                let items = items
                    .into_iter()
                    .map(|register| self.get(register))
                    .collect();
                let array = self.dex.descriptor(unit(1)?.into()).unwrap_or_default();
                let id = self
                    .l
                    .array_of(array.strip_prefix('[').unwrap_or(array), items);
                self.frame.stack = vec![Slot { id, wide: false }];
            }
            0x44..=0x4a => {
                let [array, index] = unit(1)?.to_le_bytes().map(|r| self.get(r.into()));
                let id = self.l.element(array, index);
                self.set(aa, id, op == 0x45);
            }
            0x4b..=0x51 => {
                let [array, index] = unit(1)?.to_le_bytes().map(|r| self.get(r.into()));
                let value = self.get(aa);
                self.l.put_element(array, index, value);
            }
            0x52..=0x58 | 0x60..=0x66 => {
                let of = (op < 0x60).then(|| self.get(b));
                let (register, wide) = written?;
                let id = match self.dex.field(unit(1)?.into()) {
                    Some(field) => self.l.get_field(of, &field.class, &field.name),
                    None => self.l.unknown("expression"),
                };
                self.set(register, id, wide);
            }
            0x59..=0x5f | 0x67..=0x6d => {
                let of = (op < 0x60).then(|| self.get(b));
                let value = self.get(if op < 0x60 { a } else { aa });
                let field = self.dex.field(unit(1)?.into())?;
                self.l
                    .put_field(of, &field.class, &field.name, &field.descriptor, value);
            }
            0x6e..=0x72 | 0x74..=0x78 => self.invoke(at, op)?,
            0xfa..=0xfd => {
                let id = self.l.unknown("expression");
                self.frame.stack = vec![Slot { id, wide: false }];
            }
            0x7b | 0x7d => {
                let value = self.get(b);
                let id = self.l.negated(value);
                self.set(a, id, op == 0x7d);
            }
            // Whole numbers stay what they are.
            0x81 | 0x84 | 0x8d..=0x8f => self.copy(a, b, op == 0x81),
            0x90..=0xa5 => {
                let [left, right] = unit(1)?.to_le_bytes().map(|r| self.get(r.into()));
                self.binary(aa, op - 0x90, left, right, op >= 0x9b);
            }
            0xb0..=0xc5 => {
                let (left, right) = (self.get(a), self.get(b));
                self.binary(a, op - 0xb0, left, right, op >= 0xbb);
            }
            0xd0..=0xd7 => {
                let (left, right) = (self.get(b), self.l.int(unit(1)?.cast_signed().into()));
                self.with_literal(a, op - 0xd0, left, right);
            }
            0xd8..=0xe2 => {
                let [register, literal] = unit(1)?.to_le_bytes();
                let left = self.get(register.into());
                let right = self.l.int(literal.cast_signed().into());
                self.with_literal(aa, op - 0xd8, left, right);
            }
            _ => {
                if let Some((register, wide)) = written {
                    let id = self.l.unknown("expression");
                    self.set(register, id, wide);
                }
            }
        }
        Some(())
    }

    fn copy(&mut self, to: usize, from: usize, wide: bool) {
        let id = self.get(from);
        self.set(to, id, wide);
    }

    fn number(&mut self, register: usize, number: i64, wide: bool) {
        let id = self.l.int(number.into());
        self.set(register, id, wide);
    }

    fn binary(&mut self, to: usize, op: u8, left: ExprId, right: ExprId, wide: bool) {
        let op = match op % 11 {
            0 => Op::Add,
            1 => Op::Sub,
            2 => Op::Mul,
            3 => Op::Div,
            4 => Op::Rem,
            5 => Op::And,
            6 => Op::Or,
            8 => Op::Shl,
            9 | 10 => Op::Shr,
            _ => Op::Other,
        };
        let id = self.l.binary(op, left, right);
        self.set(to, id, wide);
    }

    /// Arithmetic with a literal: the second is subtracted from the literal, the last three shift.
    fn with_literal(&mut self, to: usize, op: u8, left: ExprId, right: ExprId) {
        let (op, left, right) = match op {
            0 => (Op::Add, left, right),
            1 => (Op::Sub, right, left),
            2 => (Op::Mul, left, right),
            3 => (Op::Div, left, right),
            4 => (Op::Rem, left, right),
            5 => (Op::And, left, right),
            6 => (Op::Or, left, right),
            8 => (Op::Shl, left, right),
            9 | 10 => (Op::Shr, left, right),
            _ => (Op::Other, left, right),
        };
        let id = self.l.binary(op, left, right);
        self.set(to, id, false);
    }

    /// The registers of a call's or an array's arguments.
    fn arguments(&self, at: usize, is_range: bool) -> Option<Vec<usize>> {
        let high = self.code.unit(at)?.to_le_bytes()[1];
        let list = usize::from(self.code.unit(at + 2)?);
        if is_range {
            return Some((list..list + usize::from(high)).collect());
        }
        let count = usize::from(high >> 4).min(5);
        let last = usize::from(high & 0x0f);
        let registers = (0..4).map(|i| (list >> (4 * i)) & 0x0f).chain([last]);
        Some(registers.take(count).collect())
    }

    fn invoke(&mut self, at: usize, op: u8) -> Option<()> {
        let is_range = op >= 0x74;
        let kind = if is_range { op - 0x74 } else { op - 0x6e };
        let mut registers = self.arguments(at, is_range)?.into_iter();
        let method = self.dex.method(self.code.unit(at + 1)?.into())?;
        // 0 virtual, 1 of the superclass, 2 direct, 3 static, 4 of an interface
        let receiver = match kind {
            3 => None,
            _ => Some(registers.next()?),
        };
        let receiver = receiver.map(|register| self.get(register));
        let mut args = Vec::new();
        for wide in parameter_widths(&method.descriptor) {
            let Some(register) = registers.next() else {
                break;
            };
            args.push(self.get(register));
            if wide {
                registers.next();
            }
        }
        let callee = Callee {
            class: &method.class,
            name: &method.name,
            descriptor: &method.descriptor,
            special: matches!(kind, 1 | 2),
        };
        let invoked = self.l.invoke(callee, receiver, args);
        if let Some(change) = invoked.change {
            self.frame.replace(change);
        }
        self.frame.stack = invoked.value.into_iter().collect();
        Some(())
    }
}
