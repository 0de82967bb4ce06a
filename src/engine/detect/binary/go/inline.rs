//! Which function was inlined into which: the trees that the runtime unwinds a stack with, since Go 1.18.
//!
//! Where they lie is said only through relocations in some programs; it is where all of them fit.
//!
//! Layout: `runtime.inlinedCall`, `runtime.pcvalue` and `internal/abi.FUNCDATA_InlTree` of the Go sources.

use std::ops::Range;

use super::table::{Function, Layout, Table};

/// How many bytes things have, and where in them others stand.
struct Sizes {
    /// The fixed part of a function's description.
    description: usize,
    /// A call in a tree.
    call: usize,
    /// In a call, the kind of function, what else is zero, the name, where in the caller.
    kind: usize,
    zero: Range<usize>,
    name: usize,
    place: usize,
}

/// Since Go 1.20; until then, a call said its parent, and the file and line of its place.
static SINCE_1_20: Sizes = Sizes {
    description: 44,
    call: 16,
    kind: 0,
    zero: 1..4,
    name: 4,
    place: 8,
};
static UNTIL_1_19: Sizes = Sizes {
    description: 40,
    call: 20,
    kind: 2,
    zero: 3..4,
    name: 12,
    place: 16,
};

const fn sizes(layout: Layout) -> Option<&'static Sizes> {
    match layout {
        Layout::Go1_20 => Some(&SINCE_1_20),
        Layout::Go1_18 => Some(&UNTIL_1_19),
        Layout::Go1_2 | Layout::Go1_16 => None,
    }
}

/// Which of a function's values is the number of the inlined call (`PCDATA_InlTreeIndex`), which of its data the tree (`FUNCDATA_InlTree`).
const INDEX: usize = 2;
const TREE: usize = 3;
/// Pieces of a function with different inlined calls, at most.
const MAX_PIECES: usize = 1 << 16;
/// Trees that have to fit.
const SAMPLED: usize = 48;

/// An inlined call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inlined {
    /// Where the name of what was inlined begins.
    pub(super) name: usize,
    /// The number of the call into which it was inlined; `None` for the function itself.
    pub(super) into: Option<usize>,
    /// Where in the file the tree says it.
    pub(super) said: Range<usize>,
}

/// The trees of a table's functions.
#[derive(Clone, Copy)]
pub(super) struct Trees {
    /// What the place of a tree is counted from.
    base: usize,
    sizes: &'static Sizes,
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

    /// What it costs to look for a piece.
    pub(super) fn cost(&self) -> usize {
        self.calls.len() + self.pieces.len() / 64
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
        let sizes = sizes(table.layout)?;
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
        // They are near the table: first behind its beginning, then before it.
        let length = table.bytes().len().saturating_sub(sizes.call);
        let (start, middle) = (table.names.start & !3, (table.names.start / 2) & !3);
        let places = (start..length).step_by(4);
        let places = places
            .chain((middle..start).step_by(4))
            .chain((0..middle).step_by(4));
        places.into_iter().find_map(|at| {
            call(table, sizes, at)?;
            let base = at.checked_sub(first)?;
            let fits = sample.iter().all(|offset| {
                let at = usize::try_from(*offset)
                    .ok()
                    .and_then(|o| base.checked_add(o));
                at.and_then(|at| call(table, sizes, at)).is_some()
            });
            fits.then_some(Self { base, sizes })
        })
    }

    /// What was inlined into a function, as far as there is work left.
    pub(super) fn of(
        self,
        table: &Table<'_>,
        function: &Function,
        left: &mut usize,
    ) -> Option<Tree> {
        let start = self
            .base
            .checked_add(usize::try_from(offset(table, function)?).ok()?)?;
        let pieces = pieces(table, function, left)?;
        let last = pieces.iter().filter_map(|(_, index)| *index).max()?;
        // Functions of a damaged table may all have the same tree, and a large one.
        *left = left.checked_sub(last)?;
        let mut tree = Tree {
            calls: Vec::new(),
            pieces,
        };
        for index in 0..=last {
            let at = start.checked_add(index.checked_mul(self.sizes.call)?)?;
            let name = call(table, self.sizes, at)?;
            let parent = table.word(at + self.sizes.place, 4)?;
            let into = tree.at(parent).filter(|into| *into != index);
            let said = at..at + self.sizes.call;
            tree.calls.push(Inlined { name, into, said });
        }
        Some(tree)
    }
}

/// Where the name of what was inlined begins, if there is such a call.
fn call(table: &Table<'_>, sizes: &Sizes, at: usize) -> Option<usize> {
    let said = table.bytes().get(at..at.checked_add(sizes.call)?)?;
    // The runtime tells some twenty kinds of functions apart.
    if *said.get(sizes.kind)? > 40 || said.get(sizes.zero.clone())?.iter().any(|b| *b != 0) {
        return None;
    }
    let name = table.word(at + sizes.name, 4)?;
    let name = table.name_of(name).filter(|_| name != 0)?;
    table.bytes().get(name).filter(|byte| **byte != 0)?;
    Some(name)
}

/// Where a function's tree is, counted from the first.
fn offset(table: &Table<'_>, function: &Function) -> Option<u64> {
    let description = sizes(table.layout)?.description;
    let said = table
        .bytes()
        .get(function.about..function.about.checked_add(description)?)?;
    if usize::from(*said.last()?) <= TREE {
        return None;
    }
    let values = usize::try_from(table.word(function.about + 28, 4)?).ok()?;
    let at = function
        .about
        .checked_add(description)?
        .checked_add(values.checked_add(TREE)?.checked_mul(4)?)?;
    table
        .word(at, 4)
        .filter(|offset| *offset != u64::from(u32::MAX))
}

/// The innermost inlined call, by code.
fn pieces(
    table: &Table<'_>,
    function: &Function,
    left: &mut usize,
) -> Option<Vec<(u64, Option<usize>)>> {
    if table.word(function.about + 28, 4)? <= INDEX as u64 {
        return None;
    }
    let description = sizes(table.layout)?.description;
    let offset = table.word(function.about + description + INDEX * 4, 4)?;
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
        *left = left.checked_sub(1)?;
        if pieces.len() >= MAX_PIECES {
            return None;
        }
        pieces.push((end, usize::try_from(value).ok()));
    }
}
