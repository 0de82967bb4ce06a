//! The table of functions that the Go runtime needs to walk a stack: it survives stripping, and names every function and every function
//! that was inlined. All layouts since Go 1.2, either byte order, wherever in the file it lies. What the names mean is not known here.
//!
//! Layout: `runtime.pcHeader`, `runtime._func` and `runtime.functab` of the Go sources; <https://go.dev/s/go12symtab>.

use std::ops::Range;

use memchr::{memchr, memmem};

/// More functions than any program has: Kubernetes has a tenth of it.
const MAX_FUNCTIONS: usize = 2_000_000;
/// Places that look like the beginning of a table and are read as one, at most.
const MAX_TRIED: usize = 64;
/// Tables in one file, at most: one a processor in a universal binary.
const MAX_TABLES: usize = 8;
/// Names of one table, those of inlined functions among them, at most.
const MAX_NAMES: usize = 1_000_000;
/// Generic types make long names; beyond this, it is none.
const MAX_NAME: usize = 4096;

/// Versions of the layout, by the last byte of the magic number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    Go1_2,
    Go1_16,
    Go1_18,
    Go1_20,
}

impl Layout {
    const fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            0xfb => Self::Go1_2,
            0xfa => Self::Go1_16,
            0xf0 => Self::Go1_18,
            0xf1 => Self::Go1_20,
            _ => return None,
        })
    }
}

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Function {
    /// Where its code begins, counted from where all code begins; before Go 1.18, its address.
    pub(super) entry: u64,
    /// Where in the file it is described.
    pub(super) about: usize,
    /// Where in the file its name begins.
    pub(super) name: usize,
}

/// One table.
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    little: bool,
    pub(super) layout: Layout,
    /// The least distance of two instructions.
    pub(super) quantum: u8,
    /// Where in the file the names lie.
    pub(super) names: Range<usize>,
    /// Where in the file the values by program counter lie; empty before Go 1.16.
    pub(super) values: Range<usize>,
    /// By entry.
    pub(super) functions: Vec<Function>,
    /// Where the code of the last function ends, counted like entries.
    pub(super) end: u64,
}

/// The tables in a file.
pub(super) fn find(bytes: &[u8]) -> Vec<Table<'_>> {
    let little = memmem::find_iter(bytes, b"\xff\xff\xff\0\0").filter_map(|at| at.checked_sub(1));
    let big = memmem::find_iter(bytes, b"\xff\xff\xff").filter(|at| {
        bytes
            .get(at + 3..at + 6)
            .is_some_and(|b| Layout::of(b[0]).is_some() && b[1..] == [0, 0])
    });
    let mut tables = Vec::new();
    let mut tried = 0;
    // Tables are read in the order of the file, so that the same file gives the same findings.
    let mut starts: Vec<(usize, bool)> = little
        .map(|at| (at, true))
        .chain(big.map(|at| (at, false)))
        .filter(|(at, little)| has_header(bytes, *at, *little))
        .take(MAX_TRIED)
        .collect();
    starts.sort_unstable();
    for (at, little) in starts {
        tried += 1;
        if let Some(table) = Table::read(bytes, at, little) {
            tables.push(table)
        }
        if tables.len() >= MAX_TABLES || tried >= MAX_TRIED {
            break;
        }
    }
    tables
}

fn has_header(bytes: &[u8], at: usize, little: bool) -> bool {
    let Some(head) = bytes.get(at..at + 8) else {
        return false;
    };
    Layout::of(if little { head[0] } else { head[3] }).is_some()
        && head[4..6] == [0, 0]
        && matches!(head[6], 1 | 2 | 4)
        && matches!(head[7], 4 | 8)
}

impl<'a> Table<'a> {
    fn read(bytes: &'a [u8], at: usize, little: bool) -> Option<Self> {
        let head = bytes.get(at..at + 8)?;
        let layout = Layout::of(if little { head[0] } else { head[3] })?;
        let (quantum, width) = (head[6], usize::from(head[7]));
        let mut table = Self {
            bytes,
            little,
            layout,
            quantum,
            names: 0..0,
            values: 0..0,
            functions: Vec::new(),
            end: 0,
        };
        let number = |index: usize| table.word(at + 8 + index * width, width);
        let offset = |index: usize| {
            let to = at.checked_add(usize::try_from(number(index)?).ok()?)?;
            (to < bytes.len()).then_some(to)
        };
        let count = usize::try_from(number(0)?).ok()?;
        let (names, values, functions) = match layout {
            Layout::Go1_2 => (at..bytes.len(), 0..0, at + 8 + width),
            Layout::Go1_16 => (offset(2)?..offset(3)?, offset(5)?..offset(6)?, offset(6)?),
            Layout::Go1_18 | Layout::Go1_20 => {
                (offset(3)?..offset(4)?, offset(6)?..offset(7)?, offset(7)?)
            }
        };
        // Where functions are described, is counted from here.
        let base = if layout == Layout::Go1_2 {
            at
        } else {
            functions
        };
        if names.start >= names.end || values.start > values.end {
            return None;
        }
        let step = if layout >= Layout::Go1_18 { 4 } else { width };
        let room = bytes.len().saturating_sub(functions) / (2 * step);
        if count == 0 || count > room || count > MAX_FUNCTIONS {
            return None;
        }
        (table.names, table.values) = (names, values);
        table.functions = Vec::with_capacity(count);
        for index in 0..count {
            let place = functions + index * 2 * step;
            let entry = table.word(place, step)?;
            let about = base.checked_add(usize::try_from(table.word(place + step, step)?).ok()?)?;
            let name = table.word(
                about.checked_add(if layout >= Layout::Go1_18 { 4 } else { width })?,
                4,
            )?;
            // They are sorted; what is not is no table.
            if table
                .functions
                .last()
                .is_some_and(|last| last.entry > entry)
            {
                return None;
            }
            let name = table.names.start.checked_add(usize::try_from(name).ok()?)?;
            if name >= table.names.end {
                return None;
            }
            table.functions.push(Function { entry, about, name });
        }
        table.end = table.word(functions + count * 2 * step, step)?;
        let first = table.functions.first()?;
        table.name_at(first.name)?;
        (table.end >= first.entry).then_some(table)
    }

    /// The name that begins at a place in the file.
    pub(super) fn name_at(&self, at: usize) -> Option<&'a str> {
        if !self.names.contains(&at) {
            return None;
        }
        let rest = self.bytes.get(at..self.names.end.min(at + MAX_NAME))?;
        let name = std::str::from_utf8(rest.get(..memchr(0, rest)?)?).ok()?;
        (!name.is_empty()).then_some(name)
    }

    /// Every name with its place in the file, those of inlined functions among them; before Go 1.16, where names lie among all else, those
    /// of the functions.
    pub(super) fn all_names(&self) -> Vec<usize> {
        let mut places = Vec::new();
        if self.layout == Layout::Go1_2 {
            places.extend(self.functions.iter().map(|function| function.name));
            places.sort_unstable();
            places.dedup();
            return places;
        }
        let mut at = self.names.start;
        while places.len() < MAX_NAMES
            && let Some(rest) = self.bytes.get(at..self.names.end)
            && let Some(length) = memchr(0, rest)
        {
            if length > 0 {
                places.push(at)
            }
            at += length + 1
        }
        places
    }

    /// Where a name that a number counts from the first begins, if one begins there.
    pub(super) fn name_of(&self, offset: u64) -> Option<usize> {
        let at = self
            .names
            .start
            .checked_add(usize::try_from(offset).ok()?)?;
        let begins = at == self.names.start || self.bytes.get(at.checked_sub(1)?) == Some(&0);
        (self.names.contains(&at) && begins).then_some(at)
    }

    /// The function whose code is at a distance from the beginning of all code, and its number.
    pub(super) fn function_at(&self, distance: u64) -> Option<usize> {
        let behind = self.functions.partition_point(|f| f.entry <= distance);
        (distance < self.end).then(|| behind.checked_sub(1))?
    }

    /// A number of four or eight bytes.
    pub(super) fn word(&self, at: usize, width: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let mut number = 0;
        for index in 0..width {
            let byte = bytes[if self.little {
                width - 1 - index
            } else {
                index
            }];
            number = number << 8 | u64::from(byte)
        }
        Some(number)
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}
