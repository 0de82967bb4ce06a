//! The order in which a method's blocks are gone through, and what is known where their ways meet.
//!
//! Every block is gone through once, after all blocks that lead to it but for those that loop back. Where ways meet, places that
//! hold different values hold one of them; at the head of a loop, places that are written more than once hold one of the values
//! that come in or back. What an exception handler finds is what any point of the guarded code may have left.

use std::ops::Range;

use super::{Frame, Lowering, Slot};
use crate::detect::facts::ExprId;

/// Handlers of one block that are followed, the innermost first: programs nest a few.
const MAX_HANDLERS: usize = 16;

/// Instructions that run one after the other.
#[derive(Debug, Default)]
pub(in crate::detect::binary) struct Block {
    /// The first instruction's place in the code.
    pub(in crate::detect::binary) start: usize,
    /// One past the last instruction's.
    pub(in crate::detect::binary) end: usize,
    /// The blocks that may follow.
    pub(in crate::detect::binary) next: Vec<usize>,
    /// The blocks that catch what is thrown in it.
    pub(in crate::detect::binary) handlers: Vec<usize>,
}

/// A method's way through its blocks.
pub(in crate::detect::binary) struct Flow<'b> {
    blocks: &'b [Block],
    /// Each block's place in the order; `usize::MAX` for blocks that nothing leads to.
    place: Vec<usize>,
    order: Vec<usize>,
    incoming: Vec<Option<Frame>>,
    /// Whether some way leads back to the block.
    is_loop: Vec<bool>,
    /// The values of places at the heads of loops: place in the frame, expression.
    loops: Vec<(usize, ExprId)>,
    /// Which of them are at the head of each block.
    heads: Vec<Range<usize>>,
    /// How often each place is written in the method.
    writes: Vec<u32>,
}

impl<'b> Flow<'b> {
    /// Orders the blocks; the first is the entry. `writes` says how often the code writes each local.
    pub(in crate::detect::binary) fn new(
        blocks: &'b [Block],
        entry: Frame,
        writes: Vec<u32>,
    ) -> Self {
        let mut flow = Self {
            blocks,
            place: vec![usize::MAX; blocks.len()],
            order: Vec::with_capacity(blocks.len()),
            incoming: blocks.iter().map(|_| None).collect(),
            is_loop: vec![false; blocks.len()],
            loops: Vec::new(),
            heads: vec![0..0; blocks.len()],
            writes,
        };
        if let Some(first) = flow.incoming.first_mut() {
            *first = Some(entry);
            flow.sort();
        }
        flow
    }

    /// Reverse postorder, without recursion.
    fn sort(&mut self) {
        let following = |block: usize| {
            let block = self.blocks.get(block);
            let next = block.map_or(&[][..], |b| &b.next);
            let handlers = block.map_or(&[][..], |b| &b.handlers);
            handlers.iter().take(MAX_HANDLERS).chain(next)
        };
        let mut seen = vec![false; self.blocks.len()];
        let mut done = Vec::with_capacity(self.blocks.len());
        let mut stack = vec![(0, following(0))];
        seen[0] = true;
        while let Some((block, ways)) = stack.last_mut() {
            match ways.next() {
                Some(&to) => {
                    if seen.get(to) == Some(&false) {
                        seen[to] = true;
                        stack.push((to, following(to)));
                    }
                }
                None => {
                    done.push(*block);
                    stack.pop();
                }
            }
        }
        done.reverse();
        for (place, block) in done.iter().enumerate() {
            self.place[*block] = place;
        }
        for block in &done {
            for &to in following(*block) {
                if self
                    .place
                    .get(to)
                    .is_some_and(|at| *at <= self.place[*block])
                {
                    self.is_loop[to] = true;
                }
            }
        }
        self.order = done;
    }

    /// The blocks in order.
    pub(in crate::detect::binary) fn order(&self) -> Vec<usize> {
        self.order.clone()
    }

    /// What is known where a block begins.
    pub(in crate::detect::binary) fn enter(&mut self, block: usize, l: &mut Lowering<'_>) -> Frame {
        let mut frame = self
            .incoming
            .get_mut(block)
            .and_then(Option::take)
            .unwrap_or_default();
        if self.is_loop.get(block) == Some(&true) {
            let first = self.loops.len();
            for (place, value) in frame.locals.iter_mut().enumerate() {
                let changes = self.writes.get(place).is_some_and(|writes| *writes > 1);
                if let Some(id) = value.filter(|_| changes) {
                    let either = l.head_of_loop(id);
                    self.loops.push((place, either));
                    *value = Some(either);
                }
            }
            if let Some(head) = self.heads.get_mut(block) {
                *head = first..self.loops.len()
            }
        }
        frame
    }

    /// Hands what is known at the end of a block on to those that follow.
    pub(in crate::detect::binary) fn leave(
        &mut self,
        block: usize,
        frame: &Frame,
        l: &mut Lowering<'_>,
    ) {
        let Some(known) = self.blocks.get(block) else {
            return;
        };
        for &to in &known.next {
            self.hand_on(block, to, frame, l);
        }
    }

    /// Hands what is known at some point of a block on to its handlers.
    pub(in crate::detect::binary) fn may_throw(
        &mut self,
        block: usize,
        frame: &Frame,
        l: &mut Lowering<'_>,
    ) {
        let handlers = self.blocks.get(block).map_or(&[][..], |b| &b.handlers);
        if handlers.is_empty() {
            return;
        }
        let thrown = Frame {
            locals: frame.locals.clone(),
            stack: vec![Slot {
                id: l.unknown("exception"),
                wide: false,
            }],
        };
        for &to in handlers.iter().take(MAX_HANDLERS) {
            self.hand_on(block, to, &thrown, l);
        }
    }

    fn hand_on(&mut self, from: usize, to: usize, frame: &Frame, l: &mut Lowering<'_>) {
        l.work(frame.locals.len() + frame.stack.len() + 1);
        let (Some(&here), Some(&there)) = (self.place.get(from), self.place.get(to)) else {
            return;
        };
        if there <= here {
            l.work(self.loops.len());
            let head = self.heads.get(to).cloned().unwrap_or_default();
            for &(place, either) in self.loops.get(head).unwrap_or_default() {
                if let Some(Some(id)) = frame.locals.get(place) {
                    l.may_be(either, *id);
                }
            }
            return;
        }
        let Some(incoming) = self.incoming.get_mut(to) else {
            return;
        };
        let Some(present) = incoming else {
            *incoming = Some(frame.clone());
            return;
        };
        for (place, value) in present.locals.iter_mut().enumerate() {
            *value = match (*value, frame.locals.get(place).copied().flatten()) {
                (Some(one), Some(other)) => Some(l.either(one, other)),
                // What only one way gives a value to cannot be read afterwards.
                _ => None,
            };
        }
        present.stack.truncate(frame.stack.len());
        for (one, other) in present.stack.iter_mut().zip(&frame.stack) {
            one.id = l.either(one.id, other.id);
        }
    }

    /// After the last block: what the heads of loops hold, without going round in circles.
    pub(in crate::detect::binary) fn finish(self, l: &mut Lowering<'_>) {
        for (_, either) in self.loops {
            l.settle(either);
        }
    }
}
