//! What the reader of a format says of an object file, whatever the format.

use std::ops::Range;

use crate::model::binary::Role;

/// How a name stands in an object file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Side {
    /// Comes from elsewhere: the code refers to it.
    Imported,
    /// Is here for others.
    Exported,
    /// Is here, and not for others: a function of a program that kept its table of symbols.
    Inside,
    /// Is named only: a stub for the linker, with the code in another file.
    Named,
}

/// A name in a table of symbols.
pub(super) struct Symbol<'n> {
    /// As the table has it.
    pub(super) name: &'n [u8],
    pub(super) side: Side,
    /// The library that it is to come from, where the format says so.
    pub(super) from: Option<&'n str>,
    /// Where the name stands in the whole file.
    pub(super) at: Range<u64>,
}

/// Who is told of each symbol.
pub(super) trait Symbols {
    /// One symbol.
    fn see(&mut self, symbol: Symbol<'_>);
}

/// An object file without its symbols.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) role: Role,
    /// One, or several in a universal binary.
    pub(super) architectures: Vec<&'static str>,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) build_id: Option<String>,
    pub(super) needs: Vec<String>,
    pub(super) search_paths: Vec<String>,
    /// Signatures over it, in the whole file.
    pub(super) signatures: Vec<Range<u64>>,
    /// Where texts of the program lie, in the whole file.
    pub(super) texts: Vec<Range<u64>>,
    /// Algorithms that it registers under a name, with where the name stands: those of a kernel module.
    pub(super) registers: Vec<(String, Range<u64>)>,
    /// What could not be read.
    pub(super) gaps: Vec<String>,
    looked_at: usize,
}

/// Libraries, search paths and other lists: no real file has a tenth.
const MAX_LISTED: usize = 4096;
/// Entries of all lists that are looked at, those that are there already among them.
const MAX_LOOKED_AT: usize = 16 * MAX_LISTED;
/// Damage that is told; a hostile file has it everywhere.
const MAX_GAPS: usize = 8;

impl Described {
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            architectures: Vec::new(),
            name: None,
            version: None,
            build_id: None,
            needs: Vec::new(),
            search_paths: Vec::new(),
            signatures: Vec::new(),
            texts: Vec::new(),
            registers: Vec::new(),
            gaps: Vec::new(),
            looked_at: 0,
        }
    }

    /// Notes a library that it needs.
    pub(super) fn needs(&mut self, library: impl Into<String>) {
        self.looked_at += 1;
        if self.looked_at <= MAX_LOOKED_AT {
            list(&mut self.needs, library.into())
        }
    }

    /// Notes where it wants libraries looked for.
    pub(super) fn searches(&mut self, path: impl Into<String>) {
        self.looked_at += 1;
        if self.looked_at <= MAX_LOOKED_AT {
            list(&mut self.search_paths, path.into())
        }
    }

    /// Takes in what another part of the same file says: the same program for another processor.
    pub(super) fn join(&mut self, other: Self) {
        for architecture in other.architectures {
            if !self.architectures.contains(&architecture) {
                self.architectures.push(architecture)
            }
        }
        other.needs.into_iter().for_each(|name| self.needs(name));
        let paths = other.search_paths.into_iter();
        paths.for_each(|path| self.searches(path));
        self.signatures.extend(other.signatures);
        self.texts.extend(other.texts);
        other.gaps.into_iter().for_each(|gap| self.gap(gap));
    }

    /// Notes something that could not be read.
    pub(super) fn gap(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.gaps.len() < MAX_GAPS && !self.gaps.contains(&what) {
            self.gaps.push(what)
        }
    }
}

fn list(list: &mut Vec<String>, text: String) {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if !text.is_empty() && list.len() < MAX_LISTED && !list.contains(&text) {
        list.push(text)
    }
}
