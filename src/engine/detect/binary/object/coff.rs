//! Object files of Windows (Microsoft, "PE Format": COFF), those with more sections than the old header can count, and the stubs of which
//! import libraries consist; and the table of symbols that such objects, and some programs, have.

use goblin::pe::header::COFF_MACHINE_X86;

use super::bytes::{Bytes, field, name_in};
use super::described::{Described, Side, Symbol, Symbols};
use super::pe;
use crate::model::binary::Role;

/// Symbols of one table.
const MAX_SYMBOLS: u64 = 4 << 20;
/// Storage classes: external, and external where nothing else has the name.
const EXTERNAL: u64 = 2;
const WEAK: u64 = 105;
const STATIC: u64 = 3;
/// A type of symbol: a function.
const FUNCTION: u64 = 0x20;

/// Reads an object file or a stub.
///
/// # Errors
/// When its header makes no sense.
pub(super) fn read(bytes: &mut Bytes<'_>, symbols: &mut dyn Symbols) -> Result<Described, String> {
    bytes.little = true;
    let head = bytes.some(0, 56).to_vec();
    let of = |at, size| field(&head, at, size, true).unwrap_or(0);
    let mut described = Described::new(Role::Object);
    // IMPORT_OBJECT_HEADER, and the class that is anonymous because its identifier says what it is.
    let is_anonymous = of(0, 4) == 0xffff_0000;
    let machine = if is_anonymous { of(6, 2) } else { of(0, 2) };
    described.architectures.extend(pe::architecture(machine));
    let has_underscore = machine == u64::from(COFF_MACHINE_X86);
    if is_anonymous && of(4, 2) == 0 {
        stub(bytes, has_underscore, symbols, &mut described);
        return Ok(described);
    }
    if is_anonymous && of(4, 2) == 1 {
        return Err("an object file whose code is not generated yet".to_owned());
    }
    let (offset, count) = if is_anonymous {
        (of(48, 4), of(52, 4))
    } else {
        (of(8, 4), of(12, 4))
    };
    let table = Table {
        offset,
        count,
        is_big: is_anonymous,
        has_underscore,
    };
    table.read(bytes, symbols, &mut described);
    Ok(described)
}

/// Two names: the function's and the library's.
fn stub(
    bytes: &mut Bytes<'_>,
    has_underscore: bool,
    symbols: &mut dyn Symbols,
    described: &mut Described,
) {
    const HEADER: u64 = 20;
    let Some(name) = bytes.name(HEADER) else {
        described.gap("a stub without a name");
        return;
    };
    let library = bytes.text(HEADER + name.len() as u64 + 1);
    if let Some(library) = &library {
        described.needs(library.as_str())
    }
    let start = bytes.in_file(HEADER);
    symbols.see(Symbol {
        name: plain(&name, has_underscore),
        side: Side::Named,
        from: library.as_deref(),
        at: start..start + name.len() as u64,
    })
}

/// A table of symbols.
pub(super) struct Table {
    pub(super) offset: u64,
    pub(super) count: u64,
    /// Whether sections have numbers of four bytes.
    pub(super) is_big: bool,
    /// Whether compilers put a sign before every name of C.
    pub(super) has_underscore: bool,
}

impl Table {
    pub(super) fn read(
        &self,
        bytes: &mut Bytes<'_>,
        symbols: &mut dyn Symbols,
        described: &mut Described,
    ) {
        if self.offset == 0 || self.count == 0 {
            return;
        }
        let record: u64 = if self.is_big { 20 } else { 18 };
        let count = self.count.min(MAX_SYMBOLS);
        let (table, is_whole) = bytes.table(self.offset, count * record);
        if !is_whole {
            described.gap("the table of symbols is cut off")
        }
        // The names stand behind the symbols; their length counts itself.
        let names_at = self.offset + self.count * record;
        let length = bytes.number(names_at, 4).unwrap_or(0);
        let names = bytes.table(names_at, length).0;
        let mut extra = 0;
        for (number, entry) in table.chunks_exact(record as usize).enumerate() {
            if extra > 0 {
                extra -= 1;
                continue;
            }
            let at = self.offset + number as u64 * record;
            extra = field(entry, record as usize - 1, 1, true).unwrap_or(0);
            if let Some((name, place)) = name(entry, at, &names, names_at) {
                let start = bytes.in_file(place);
                if let Some(side) = self.side(entry, described.role) {
                    symbols.see(Symbol {
                        name: plain(name, self.has_underscore),
                        side,
                        from: None,
                        at: start..start + name.len() as u64,
                    })
                }
            }
        }
    }

    fn side(&self, entry: &[u8], role: Role) -> Option<Side> {
        let (section_size, rest) = if self.is_big { (4, 16) } else { (2, 14) };
        let section = field(entry, 12, section_size, true)?;
        let kind = field(entry, rest, 2, true)?;
        let class = field(entry, rest + 2, 1, true)?;
        let value = field(entry, 8, 4, true)?;
        match (class, section) {
            // With a size it is data that the linker makes room for.
            (EXTERNAL | WEAK, 0) if value == 0 => Some(Side::Imported),
            (EXTERNAL | WEAK, _) if role == Role::Object => Some(Side::Exported),
            (EXTERNAL | WEAK, _) => Some(Side::Inside),
            (STATIC, _) if kind == FUNCTION && section > 0 => Some(Side::Inside),
            _ => None,
        }
    }
}

/// A name of up to eight bytes stands in the symbol, a longer one in the table of names; with its place.
fn name<'n>(entry: &'n [u8], at: u64, names: &'n [u8], names_at: u64) -> Option<(&'n [u8], u64)> {
    let own = entry.get(..8)?;
    if own.starts_with(&[0; 4]) {
        let offset = field(own, 4, 4, true)?;
        let name = name_in(names, offset).filter(|_| offset >= 4)?;
        return Some((name, names_at.saturating_add(offset)));
    }
    let length = own.iter().position(|byte| *byte == 0).unwrap_or(8);
    Some((own.get(..length)?, at))
}

fn plain(name: &[u8], has_underscore: bool) -> &[u8] {
    // The pointer that a call into a library goes through is the same name once more.
    let name = name.strip_prefix(b"__imp_").unwrap_or(name);
    match name.strip_prefix(b"_") {
        Some(rest) if has_underscore => rest,
        _ => name,
    }
}
