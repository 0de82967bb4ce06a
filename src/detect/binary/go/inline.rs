//! Which function was inlined into which: the trees that the runtime unwinds a stack with, since Go 1.20.
//!
//! Where they lie is said only through relocations in some programs; it is where all of them fit.
//!
//! Layout: `runtime.inlinedCall`, `runtime.pcvalue` and `internal/abi.FUNCDATA_InlTree` of the Go sources.

use std::ops::Range;

use super::table::{Function, Layout, Table};

/// Bytes of the fixed part of a function's description.
const DESCRIPTION: usize = 44;
/// Bytes of a call in a tree.
pub(super) const CALL: usize = 16;
/// Which of a function's values is the number of the inlined call (`PCDATA_InlTreeIndex`), which of its data the tree (`FUNCDATA_InlTree`).
const INDEX: usize = 2;
const TREE: usize = 3;
/// Pieces of a function with different inlined calls, at most.
const MAX_PIECES: usize = 1 << 16;
/// Trees that have to fit.
const SAMPLED: usize = 48;

/// An inlined call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inlined {
    /// Where the name of what was inlined begins.
    pub(super) name: usize,
    /// The number of the call into which it was inlined; `None` for the function itself.
    pub(super) into: Option<usize>,
    /// Where in the file it stands.
    pub(super) at: usize,
}

/// The trees of a table's functions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trees {
    /// What the place of a tree is counted from.
    base: usize,
}

/// What was inlined where in one function.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) calls: Vec<Inlined>,
    /// Ends of pieces of code, from the function's entry, and the innermost call that they belong to.
    pieces: Vec<(u64, Option<usize>)>,
}

impl Tree {
    /// The innermost call at a distance from the function's entry.
    pub(super) fn at(&self, distance: u64) -> Option<usize> {
        let index = self.pieces.partition_point(|(end, _)| *end <= distance);
        self.pieces.get(index)?.1
    }

    /// The first piece of code whose innermost call it is.
    pub(super) fn range(&self, call: usize) -> Option<Range<u64>> {
        let index = self.pieces.iter().position(|(_, c)| *c == Some(call))?;
        let before = index
            .checked_sub(1)
            .and_then(|before| self.pieces.get(before));
        Some(before.map_or(0, |(end, _)| *end)..self.pieces.get(index)?.0)
    }
}

impl Trees {
    pub(super) fn find(table: &Table<'_>) -> Option<Self> {
        if table.layout != Layout::Go1_20 {
            return None;
        }
        // Evenly among all, so that a guess that fits some fits all.
        let with: Vec<u64> = table
            .functions
            .iter()
            .filter_map(|f| offset(table, f))
            .collect();
        let stride = (with.len() / SAMPLED).max(1);
        let sample: Vec<u64> = with.into_iter().step_by(stride).take(SAMPLED).collect();
        let first = usize::try_from(*sample.first()?).ok()?;
        if sample.len() < 4 {
            return None;
        }
        let bytes = table.bytes();
        (0..bytes.len().saturating_sub(CALL))
            .step_by(4)
            .find_map(|at| {
                is_call(table, at)?;
                let base = at.checked_sub(first)?;
                let fits = sample.iter().all(|offset| {
                    let at = usize::try_from(*offset)
                        .ok()
                        .and_then(|o| base.checked_add(o));
                    at.and_then(|at| is_call(table, at)).is_some()
                });
                fits.then_some(Self { base })
            })
    }

    /// What was inlined into a function.
    pub(super) fn of(self, table: &Table<'_>, function: &Function) -> Option<Tree> {
        let start = self
            .base
            .checked_add(usize::try_from(offset(table, function)?).ok()?)?;
        let pieces = pieces(table, function)?;
        let last = pieces.iter().filter_map(|(_, index)| *index).max()?;
        let mut tree = Tree {
            calls: Vec::new(),
            pieces,
        };
        for index in 0..=last {
            let at = start.checked_add(index.checked_mul(CALL)?)?;
            let name = is_call(table, at)?;
            let parent = table.word(at + 8, 4)?;
            let into = tree.at(parent).filter(|into| *into != index);
            tree.calls.push(Inlined { name, into, at });
        }
        Some(tree)
    }
}

/// Where the name of what was inlined begins, if there is such a call.
fn is_call(table: &Table<'_>, at: usize) -> Option<usize> {
    // The kind of function, padding, the name, where in the caller, the line.
    let head = table.bytes().get(at..at.checked_add(CALL)?)?;
    if head[0] > 40 || head[1..4] != [0, 0, 0] {
        return None;
    }
    let name = table.word(at + 4, 4)?;
    let name = table.name_of(name).filter(|_| name != 0)?;
    table.bytes().get(name).filter(|byte| **byte != 0)?;
    Some(name)
}

/// Where a function's tree is, counted from the first.
fn offset(table: &Table<'_>, function: &Function) -> Option<u64> {
    let counts = table
        .bytes()
        .get(function.about..function.about.checked_add(DESCRIPTION)?)?;
    if usize::from(counts[DESCRIPTION - 1]) <= TREE {
        return None;
    }
    let values = usize::try_from(table.word(function.about + 28, 4)?).ok()?;
    let at = function
        .about
        .checked_add(DESCRIPTION)?
        .checked_add(values.checked_add(TREE)?.checked_mul(4)?)?;
    table
        .word(at, 4)
        .filter(|offset| *offset != u64::from(u32::MAX))
}

/// The innermost inlined call, by code.
fn pieces(table: &Table<'_>, function: &Function) -> Option<Vec<(u64, Option<usize>)>> {
    if table.word(function.about + 28, 4)? <= INDEX as u64 {
        return None;
    }
    let offset = table.word(function.about + DESCRIPTION + INDEX * 4, 4)?;
    if offset == 0 {
        return None;
    }
    let mut at = table
        .values
        .start
        .checked_add(usize::try_from(offset).ok()?)?;
    let mut number = || {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = *table
                .bytes()
                .get(at)
                .filter(|_| table.values.contains(&at))?;
            at += 1;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
            if shift > 35 {
                return None;
            }
        }
    };
    let (mut value, mut end) = (-1_i64, 0_u64);
    let mut pieces = Vec::new();
    loop {
        let change = number()?;
        if change == 0 && !pieces.is_empty() {
            return Some(pieces);
        }
        // Zigzag, as for signed numbers of protocol buffers.
        value += (change >> 1) as i64 ^ -((change & 1) as i64);
        end += number()? * u64::from(table.quantum);
        if pieces.len() >= MAX_PIECES {
            return None;
        }
        pieces.push((end, usize::try_from(value).ok()));
    }
}
