//! The way through the instructions of one code object: basic blocks, in an order in which what may come before stands before, and which
//! block has always run where another runs (dominators).
//!
//! An exception leaves a block in its midst: what a protected block did says nothing to its handler, so the handler follows from what
//! stood before the block, too.

use std::collections::HashSet;
use std::ops::Range;

use super::machine::MAX_STACK;
use super::marshal::Code;
use super::opcodes::{Does, Way};

/// Instructions of one code object; a generated table of the largest modules has some ten thousand.
const MAX_INSTRUCTIONS: usize = 200_000;
/// Blocks of one code object whose order and dominators are looked for.
const MAX_BLOCKS: usize = 20_000;
/// Exceptions of one code object that are followed.
const MAX_RAISED: usize = 500_000;

/// An instruction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instruction {
    /// Where it begins in the code, its prefixes included.
    pub(super) at: usize,
    pub(super) does: Does,
    pub(super) arg: u32,
    /// The instruction that it may jump to.
    pub(super) target: Option<usize>,
}

/// How a block is reached from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// From its end, without a jump.
    Next,
    /// By the jump at its end.
    Jump,
    /// By an exception: how much of the stack stays, and how much is put on it.
    Raise(usize, usize),
}

/// A block.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) instructions: Range<usize>,
    pub(super) before: Vec<(usize, Edge)>,
    after: Vec<(usize, Edge)>,
    /// Its place in the order; none if nothing leads to it.
    position: Option<usize>,
    /// The block that has always run before, nearest first; the first block has none.
    pub(super) dominator: Option<usize>,
    /// Whether jumps lead back to it from blocks that it dominates.
    pub(super) is_loop: bool,
    /// The loops that it stands in, by their first blocks.
    pub(super) loops: Vec<usize>,
}

/// The blocks of one code object.
pub(super) struct Flow {
    pub(super) instructions: Vec<Instruction>,
    pub(super) blocks: Vec<Block>,
    /// The blocks that can be reached, in order.
    pub(super) order: Vec<usize>,
}

/// The blocks; `None` where the code is too large or its numbers are none, or more than the steps that are `left` are needed.
pub(super) fn flow(
    bytes: &[u8],
    code: &Code,
    minor: u8,
    table: &[Option<Does>; 256],
    left: &mut usize,
) -> Option<Flow> {
    let raw = bytes.get(code.instructions.clone())?;
    spend(left, raw.len().saturating_add(code.handlers.len()))?;
    let instructions = decode(raw, minor, table)?;
    let handlers = match minor {
        11.. => handlers(bytes.get(code.handlers.clone())?, &instructions),
        _ => Vec::new(),
    };
    let mut flow = Flow {
        blocks: blocks(&instructions, &handlers)?,
        instructions,
        order: Vec::new(),
    };
    flow.connect(&handlers, left)?;
    flow.sort();
    flow.dominate(left)?;
    flow.find_loops(left)?;
    Some(flow)
}

fn spend(left: &mut usize, steps: usize) -> Option<()> {
    *left = left.checked_sub(steps)?;
    Some(())
}

/// A range of protected instructions.
struct Protected {
    range: Range<usize>,
    handler: usize,
    depth: usize,
    pushed: usize,
}

fn decode(raw: &[u8], minor: u8, table: &[Option<Does>; 256]) -> Option<Vec<Instruction>> {
    let units = raw.len() / 2;
    if units > MAX_INSTRUCTIONS {
        return None;
    }
    let mut instructions: Vec<Instruction> = Vec::with_capacity(units);
    // The instruction that begins at or after each unit.
    let mut starts = Vec::with_capacity(units + 1);
    let mut prefix = 0_u32;
    let mut begin = None;
    for (unit, pair) in raw.chunks_exact(2).enumerate() {
        starts.push(instructions.len());
        // Unknown numbers are no reason to stop: nothing is known after them.
        let does = table[usize::from(pair[0])].unwrap_or(Does::Effect(u8::MAX, 0));
        let arg = prefix | u32::from(pair[1]);
        let at = *begin.get_or_insert(unit * 2);
        if does == Does::ExtendedArg {
            prefix = arg << 8;
            continue;
        }
        (prefix, begin) = (0, None);
        // Caches stand behind instructions since 3.11.
        if minor >= 11 && pair[0] == 0 {
            continue;
        }
        instructions.push(Instruction {
            at,
            does,
            arg,
            target: None,
        })
    }
    starts.push(instructions.len());
    let count = instructions.len();
    for index in 0..count {
        let here = instructions[index];
        // A jump counts from the instruction after it, or in 3.8 to 3.10 from there as well: there are no caches.
        let next = match instructions.get(index + 1) {
            Some(next) => next.at / 2,
            None => units,
        };
        let arg = usize::try_from(here.arg).ok()?;
        let arg = if minor < 10 { arg / 2 } else { arg };
        let way = match here.does {
            Does::Jump(way) | Does::JumpIf(_, way) => way,
            Does::JumpOrPop | Does::JumpIfNoMatch => Way::To,
            Does::ForIter | Does::Send | Does::Handler | Does::With | Does::CallFinally => {
                Way::Ahead
            }
            _ => continue,
        };
        let unit = match way {
            Way::To if minor <= 10 => Some(arg),
            Way::To | Way::Ahead => next.checked_add(arg),
            Way::Back => next.checked_sub(arg),
        };
        instructions[index].target = unit.and_then(|unit| starts.get(unit).copied());
    }
    Some(instructions)
}

/// The exception table (`Objects/exception_handling_notes.txt`): start, length and target in instructions, depth and a flag, in numbers of
/// six bits a byte.
fn handlers(table: &[u8], instructions: &[Instruction]) -> Vec<Protected> {
    let mut found = Vec::new();
    let mut rest = table.iter();
    let mut number = || {
        let mut value = 0_usize;
        loop {
            let byte = rest.next()?;
            value = value.checked_shl(6)? | usize::from(byte & 63);
            if byte & 64 == 0 {
                return Some(value);
            }
        }
    };
    let index = |unit: usize| instructions.partition_point(|i| i.at / 2 < unit);
    while let (Some(start), Some(length), Some(target), Some(depth)) =
        (number(), number(), number(), number())
    {
        let range = index(start)..index(start.saturating_add(length));
        let handler = index(target);
        // A stack of that depth would be made as high.
        if range.is_empty() || handler >= instructions.len() || depth >> 1 > MAX_STACK {
            continue;
        }
        found.push(Protected {
            range,
            handler,
            depth: depth >> 1,
            pushed: 1 + (depth & 1),
        })
    }
    found
}

fn ends(does: Does) -> bool {
    matches!(
        does,
        Does::Jump(_)
            | Does::JumpIf(..)
            | Does::JumpOrPop
            | Does::JumpIfNoMatch
            | Does::ForIter
            | Does::Send
            | Does::Handler
            | Does::With
            | Does::CallFinally
            | Does::Raise
            | Does::Return
            | Does::ReturnConst
    )
}

fn blocks(instructions: &[Instruction], handlers: &[Protected]) -> Option<Vec<Block>> {
    let count = instructions.len();
    let mut leads = vec![false; count + 1];
    leads[0] = true;
    for (index, instruction) in instructions.iter().enumerate() {
        if ends(instruction.does) {
            leads[index + 1] = true
        }
        if let Some(lead) = instruction.target.and_then(|target| leads.get_mut(target)) {
            *lead = true
        }
    }
    for protected in handlers {
        for index in [
            protected.range.start,
            protected.range.end,
            protected.handler,
        ] {
            if let Some(lead) = leads.get_mut(index) {
                *lead = true
            }
        }
    }
    let mut blocks = Vec::new();
    let mut start = 0;
    for (index, leads) in leads.iter().enumerate().skip(1) {
        if *leads || index == count {
            blocks.push(Block {
                instructions: start..index,
                ..Block::default()
            });
            start = index;
        }
    }
    (blocks.len() <= MAX_BLOCKS && !blocks.is_empty()).then_some(blocks)
}

impl Flow {
    fn block_at(&self, instruction: usize) -> Option<usize> {
        let index = self
            .blocks
            .partition_point(|b| b.instructions.start < instruction);
        (self.blocks.get(index)?.instructions.start == instruction).then_some(index)
    }

    fn connect(&mut self, handlers: &[Protected], left: &mut usize) -> Option<()> {
        let mut edges = Vec::new();
        for (index, block) in self.blocks.iter().enumerate() {
            let last = self
                .instructions
                .get(block.instructions.end.checked_sub(1)?)?;
            if let Some(target) = last.target.and_then(|target| self.block_at(target)) {
                edges.push((index, target, Edge::Jump))
            }
            let stops = matches!(
                last.does,
                Does::Jump(_) | Does::Raise | Does::Return | Does::ReturnConst
            );
            if !stops && index + 1 < self.blocks.len() {
                edges.push((index, index + 1, Edge::Next))
            }
        }
        for (from, to, edge) in edges {
            self.link(from, to, edge)
        }
        let mut raised = Vec::new();
        for protected in handlers {
            let before = raised.len();
            let handler = self.block_at(protected.handler)?;
            let edge = Edge::Raise(protected.depth, protected.pushed);
            let first = self.block_at(protected.range.start)?;
            for (before, _) in &self.blocks[first].before {
                raised.push((*before, handler, edge))
            }
            let inside = self.blocks[first..]
                .iter()
                .take_while(|b| b.instructions.start < protected.range.end);
            for offset in 0..inside.count() {
                raised.push((first + offset, handler, edge))
            }
            spend(left, raised.len() - before)?;
            if raised.len() > MAX_RAISED {
                return None;
            }
        }
        // Ranges of a hostile table lie over each other. A handler begins at one depth of the stack.
        let mut once = HashSet::new();
        for (from, to, edge) in raised {
            if once.insert((from, to)) {
                self.link(from, to, edge)
            }
        }
        Some(())
    }

    fn link(&mut self, from: usize, to: usize, edge: Edge) {
        self.blocks[from].after.push((to, edge));
        self.blocks[to].before.push((from, edge));
    }

    /// Reverse postorder: handlers and jumps are gone into first, so that they end up last.
    fn sort(&mut self) {
        let rank = |edge: &Edge| match edge {
            Edge::Jump => 0,
            Edge::Raise(..) => 1,
            Edge::Next => 2,
        };
        for block in &mut self.blocks {
            block.after.sort_by_key(|(_, edge)| rank(edge))
        }
        let mut done = vec![false; self.blocks.len()];
        let mut stack = vec![(0, 0)];
        done[0] = true;
        while let Some((block, next)) = stack.pop() {
            match self.blocks[block].after.get(next) {
                Some((to, _)) => {
                    stack.push((block, next + 1));
                    if !std::mem::replace(&mut done[*to], true) {
                        stack.push((*to, 0))
                    }
                }
                None => self.order.push(block),
            }
        }
        self.order.reverse();
        for (position, block) in self.order.iter().enumerate() {
            self.blocks[*block].position = Some(position)
        }
    }

    /// Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm.
    fn dominate(&mut self, left: &mut usize) -> Option<()> {
        let rank: Vec<Option<usize>> = self.blocks.iter().map(|b| b.position).collect();
        let mut dominators: Vec<Option<usize>> = vec![None; self.blocks.len()];
        dominators[0] = Some(0);
        loop {
            let mut changed = false;
            for &block in self.order.iter().skip(1) {
                let mut new: Option<usize> = None;
                spend(left, self.blocks[block].before.len())?;
                for (before, _) in &self.blocks[block].before {
                    if dominators[*before].is_none() {
                        continue;
                    }
                    let (mut one, mut other) = (new.unwrap_or(*before), *before);
                    while one != other {
                        spend(left, 1)?;
                        if rank[one] > rank[other] {
                            one = dominators[one]?
                        } else {
                            other = dominators[other]?
                        }
                    }
                    new = Some(one);
                }
                if new.is_some() && dominators[block] != new {
                    dominators[block] = new;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        for &block in self.order.iter().skip(1) {
            self.blocks[block].dominator = dominators[block]
        }
        Some(())
    }

    /// Whether one block has always run where the other runs.
    fn dominates(&self, one: usize, other: usize, left: &mut usize) -> Option<bool> {
        let mut block = Some(other);
        while let Some(here) = block {
            if here == one {
                return Some(true);
            }
            spend(left, 1)?;
            block = self.blocks[here].dominator
        }
        Some(false)
    }

    fn find_loops(&mut self, left: &mut usize) -> Option<()> {
        for head in self.order.clone() {
            let mut back = Vec::new();
            for (from, _) in &self.blocks[head].before {
                if self.blocks[*from].position >= self.blocks[head].position
                    && self.dominates(head, *from, left)?
                {
                    back.push(*from)
                }
            }
            if back.is_empty() {
                continue;
            }
            self.blocks[head].is_loop = true;
            let mut inside = vec![head];
            let mut queue = back;
            while let Some(block) = queue.pop() {
                spend(left, inside.len())?;
                if !inside.contains(&block) {
                    inside.push(block);
                    queue.extend(self.blocks[block].before.iter().map(|(from, _)| *from))
                }
            }
            for block in inside {
                self.blocks[block].loops.push(head)
            }
        }
        Some(())
    }

    /// The block that only this one leads to, by such an edge.
    pub(super) fn only_after(&self, block: usize, edge: Edge) -> Option<usize> {
        let mut after = self.blocks[block].after.iter();
        let (to, _) = after.find(|(_, e)| *e == edge)?;
        let own = self.blocks[*to]
            .before
            .iter()
            .all(|(from, _)| *from == block);
        own.then_some(*to)
    }

    /// The block that a block always goes on to, if it goes on: the other way only raises, as after a guard or an assertion.
    pub(super) fn goes_on(&self, block: usize) -> Option<usize> {
        let dead_end = |arm: usize| self.blocks[arm].after.is_empty() && self.raises(arm);
        match self.arms(block)? {
            [one, other] if dead_end(other) => Some(one),
            [other, one] if dead_end(other) => Some(one),
            _ => None,
        }
    }

    fn raises(&self, block: usize) -> bool {
        let last = self.blocks[block].instructions.end.checked_sub(1);
        let last = last.and_then(|last| self.instructions.get(last));
        last.is_some_and(|last| last.does == Does::Raise)
    }

    /// The two blocks that one of always runs after a block: those of a test.
    pub(super) fn arms(&self, block: usize) -> Option<[usize; 2]> {
        // They are in order: the jump first, then exceptions.
        let after = &self.blocks[block].after;
        let ((one, Edge::Jump), (other, Edge::Next)) = (after.first()?, after.last()?) else {
            return None;
        };
        let own = |arm: usize| {
            self.blocks[arm]
                .before
                .iter()
                .all(|(from, _)| *from == block)
        };
        (one != other && own(*one) && own(*other)).then_some([*one, *other])
    }
}
