//! The table of symbols (`<mach-o/nlist.h>`). The dynamic linker has tables of its own, but needs this one too, so that it is in every file.

use super::super::bytes::{Bytes, field, name_in};
use super::super::described::{Described, Side, Symbol, Symbols};
use crate::model::binary::Role;

/// Bytes of records that are read at a time.
const PIECE: u64 = 192 << 10;
/// Symbols of one table.
const MAX_SYMBOLS: u64 = 16 << 20;
/// Parts of the type: for debuggers; for this file only; for others; the kind, and the kind of what is not here.
const STAB: u64 = 0xe0;
const PRIVATE: u64 = 0x10;
const EXTERNAL: u64 = 0x01;
const KIND: u64 = 0x0e;
const UNDEFINED: u64 = 0;

/// Where it is.
pub(super) struct Table {
    /// Place, and number of symbols.
    pub(super) symbols: (u64, u64),
    /// Place and size of the names.
    pub(super) strings: (u64, u64),
    pub(super) is_64: bool,
    /// The libraries that symbols name by number.
    pub(super) libraries: Vec<String>,
}

impl Table {
    pub(super) fn read(
        &self,
        bytes: &mut Bytes<'_>,
        symbols: &mut dyn Symbols,
        described: &mut Described,
    ) {
        let (names, is_whole) = bytes.table(self.strings.0, self.strings.1);
        if !is_whole {
            described.gap("the names of symbols are cut off")
        }
        let names_at = bytes.in_file(self.strings.0);
        let record: u64 = if self.is_64 { 16 } else { 12 };
        let size = self.symbols.1.min(MAX_SYMBOLS) * record;
        let little = bytes.little;
        let mut at = 0;
        while at + record <= size {
            let from = self.symbols.0.saturating_add(at);
            let piece = bytes.some(from, (size - at).min(PIECE / record * record));
            let whole = piece.len() as u64 / record;
            if whole == 0 {
                described.gap("the table of symbols is cut off");
                return;
            }
            for entry in piece.chunks_exact(record as usize) {
                let offset = field(entry, 0, 4, little).unwrap_or(0);
                let name = name_in(&names, offset).filter(|name| !name.is_empty());
                let told = name.zip(self.side(entry, little, described.role));
                if let Some((name, (side, from))) = told {
                    let start = names_at.saturating_add(offset);
                    symbols.see(Symbol {
                        // Compilers put a sign before every name of C.
                        name: name.strip_prefix(b"_").unwrap_or(name),
                        side,
                        from,
                        at: start..start.saturating_add(name.len() as u64),
                    })
                }
            }
            at += whole * record
        }
    }

    fn side(&self, entry: &[u8], little: bool, role: Role) -> Option<(Side, Option<&str>)> {
        let kind = field(entry, 4, 1, little)?;
        let about = field(entry, 6, 2, little)?;
        let value = field(entry, 8, if self.is_64 { 8 } else { 4 }, little)?;
        if kind & STAB != 0 {
            return None;
        }
        if kind & KIND == UNDEFINED {
            // With a value it is data that the linker makes room for.
            let number = usize::try_from(about >> 8).ok()?;
            let from = number
                .checked_sub(1)
                .and_then(|at| self.libraries.get(at))
                .map(String::as_str);
            return (kind & EXTERNAL != 0 && value == 0).then_some((Side::Imported, from));
        }
        let is_offered = kind & EXTERNAL != 0
            && kind & PRIVATE == 0
            && matches!(role, Role::Library | Role::Object | Role::KernelModule);
        let side = if is_offered {
            Side::Exported
        } else {
            Side::Inside
        };
        Some((side, None))
    }
}
