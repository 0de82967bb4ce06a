//! What the loader is told (gABI, "Dynamic Section"), and from which library each symbol comes (LSB, "Symbol Versioning").

use std::collections::HashMap;

use goblin::elf::dynamic::{
    DF_1_PIE, DT_FLAGS_1, DT_HASH, DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ,
    DT_STRTAB, DT_SYMTAB,
};

use super::super::bytes::{Bytes, number};
use super::super::described::Described;
use super::table::Table;
use super::{Header, Section, Segment};

/// Entries of the dynamic section: libraries that need thousands of others do not exist.
const MAX_ENTRIES: usize = 8192;
/// Versions that symbols come with: of each library a few dozen.
const MAX_VERSIONS: usize = 4096;

/// What the dynamic section says.
#[derive(Default)]
pub(super) struct Dynamic {
    pub(super) soname: Option<String>,
    needed: Vec<String>,
    paths: Vec<String>,
    flags: u64,
    symbols: Option<u64>,
    strings: Option<u64>,
    strings_size: u64,
    count: Option<u64>,
}

pub(super) fn read(
    bytes: &mut Bytes<'_>,
    header: &Header,
    segments: &[Segment],
    sections: &[Section],
) -> Dynamic {
    let mut dynamic = Dynamic::default();
    let Some((offset, size)) = super::dynamic_part(segments, sections) else {
        return dynamic;
    };
    let word = if header.is_64 { 8 } else { 4 };
    let (table, _) = bytes.table(offset, size.min((MAX_ENTRIES * 2 * word) as u64));
    let little = bytes.little;
    let entries: Vec<(u64, u64)> = table
        .chunks_exact(2 * word)
        .map(|entry| {
            let (tag, value) = entry.split_at(word);
            (number(tag, little), number(value, little))
        })
        .take_while(|(tag, _)| *tag != DT_NULL)
        .collect();
    let first = |wanted| {
        let found = entries.iter().find(|(tag, _)| *tag == wanted);
        found.map(|(_, value)| *value)
    };
    let place = |address: Option<u64>| super::in_file(segments, address?);
    dynamic.flags = first(DT_FLAGS_1).unwrap_or(0);
    dynamic.symbols = place(first(DT_SYMTAB));
    // A file of which only sections are left has its names there.
    let of_sections = || {
        let section = sections.iter().find(|section| section.offset == offset)?;
        let strings = sections.get(usize::try_from(section.link).ok()?)?;
        Some((strings.offset, strings.size))
    };
    let strings = place(first(DT_STRTAB))
        .map(|at| (at, first(DT_STRSZ).unwrap_or(0)))
        .or_else(of_sections);
    let Some((strings, strings_size)) = strings else {
        return dynamic;
    };
    (dynamic.strings, dynamic.strings_size) = (Some(strings), strings_size);
    // The second number of the old table of hashes is that of the symbols.
    dynamic.count = place(first(DT_HASH)).and_then(|at| bytes.number(at.checked_add(4)?, 4));
    let mut text = |offset: u64| {
        let at = strings.checked_add(offset)?;
        (offset < strings_size).then(|| bytes.text(at)).flatten()
    };
    for (tag, value) in &entries {
        match *tag {
            DT_NEEDED => dynamic.needed.extend(text(*value)),
            DT_SONAME => dynamic.soname = text(*value).filter(|name| !name.is_empty()),
            DT_RPATH | DT_RUNPATH => dynamic.paths.extend(text(*value)),
            _ => {}
        }
    }
    dynamic
}

impl Dynamic {
    /// Whether the linker says that it is a program.
    pub(super) fn is_program(&self) -> bool {
        self.flags & DF_1_PIE != 0
    }

    pub(super) fn tell(self, described: &mut Described) {
        for library in self.needed {
            described.needs(library)
        }
        for path in self.paths.iter().flat_map(|paths| paths.split(':')) {
            described.searches(path)
        }
        if described.name.is_none() {
            described.name = self.soname
        }
    }

    /// The table of symbols of a file without sections. Where nothing says how long it is, it ends where the names begin: linkers write
    /// them behind it.
    pub(super) fn table(&self, is_64: bool) -> Option<Table> {
        let (symbols, strings) = (self.symbols?, self.strings?);
        let record = if is_64 { 24 } else { 16 };
        let size = match self.count {
            Some(count) => count.checked_mul(record)?,
            None => strings.checked_sub(symbols)?,
        };
        Some(Table {
            offset: symbols,
            size,
            strings: (strings, self.strings_size),
            is_64,
            is_dynamic: true,
        })
    }
}

/// The libraries that symbols come from, by the number of the symbol.
#[derive(Default)]
pub(super) struct Sources {
    /// The number of each symbol's version.
    versions: Vec<u8>,
    little: bool,
    libraries: HashMap<u64, String>,
}

/// Reads which library each symbol comes from.
pub(super) fn sources(bytes: &mut Bytes<'_>, sections: &[Section]) -> Sources {
    let (Some(versions), Some(needed)) = super::versions(sections) else {
        return Sources::default();
    };
    let Some(names) = sections.get(usize::try_from(needed.link).unwrap_or(usize::MAX)) else {
        return Sources::default();
    };
    let names_at = names.offset;
    let mut libraries = HashMap::new();
    let mut entries = 0;
    let mut at = needed.offset;
    for _ in 0..MAX_VERSIONS {
        let read =
            |bytes: &mut Bytes<'_>, place: u64, size| bytes.number(at.checked_add(place)?, size);
        let (Some(count), Some(file), Some(first), Some(next)) = (
            read(bytes, 2, 2),
            read(bytes, 4, 4),
            read(bytes, 8, 4),
            read(bytes, 12, 4),
        ) else {
            break;
        };
        let Some(library) = bytes.text(names_at.saturating_add(file)) else {
            break;
        };
        let mut version = at.saturating_add(first);
        for _ in 0..count {
            let number = bytes.number(version.saturating_add(6), 2);
            let (Some(number), true) = (number, entries < MAX_VERSIONS) else {
                break;
            };
            entries += 1;
            libraries
                .entry(number & 0x7fff)
                .or_insert_with(|| library.clone());
            match bytes.number(version.saturating_add(12), 4) {
                Some(next) if next > 0 => version = version.saturating_add(next),
                _ => break,
            }
        }
        if next == 0 {
            break;
        }
        at = at.saturating_add(next)
    }
    Sources {
        versions: bytes.table(versions.offset, versions.size).0,
        little: bytes.little,
        libraries,
    }
}

impl Sources {
    /// The library of a symbol of the loader's table.
    pub(super) fn of(&self, symbol: u64, is_dynamic: bool) -> Option<&str> {
        if !is_dynamic || self.libraries.is_empty() {
            return None;
        }
        let at = usize::try_from(symbol).ok()?.checked_mul(2)?;
        let version = self.versions.get(at..at.checked_add(2)?)?;
        // The first two mean that there is none.
        let version = number(version, self.little) & 0x7fff;
        let found = self.libraries.get(&version).filter(|_| version > 1);
        found.map(String::as_str)
    }
}
