//! A table of symbols (gABI, "Symbol Table"), gone through in pieces.

use super::super::bytes::{Bytes, field, name_in};
use super::super::described::{Described, Side, Symbol, Symbols};
use super::dynamic::Sources;
use crate::model::binary::Role;

/// Bytes of records that are read at a time.
const PIECE: u64 = 192 << 10;
/// Symbols of one table: programs of browsers have some millions.
const MAX_SYMBOLS: u64 = 16 << 20;

/// Kinds of symbols that name no code and no data.
const STT_SECTION: u64 = 3;
const STT_FILE: u64 = 4;

/// Where a table is.
pub(super) struct Table {
    pub(super) offset: u64,
    pub(super) size: u64,
    /// Where its names are, and how many bytes.
    pub(super) strings: (u64, u64),
    pub(super) is_64: bool,
    /// Whether it is the table that the loader uses.
    pub(super) is_dynamic: bool,
}

impl Table {
    /// Tells every symbol.
    pub(super) fn read(
        &self,
        bytes: &mut Bytes<'_>,
        sources: &Sources,
        symbols: &mut dyn Symbols,
        described: &mut Described,
    ) {
        let (names, is_whole) = bytes.table(self.strings.0, self.strings.1);
        if !is_whole && self.size > 0 {
            described.gap("the names of symbols are cut off")
        }
        let record = if self.is_64 { 24 } else { 16 };
        let names_at = bytes.in_file(self.strings.0);
        let little = bytes.little;
        let size = self.size.min(MAX_SYMBOLS * record);
        let (mut at, mut number) = (0, 0);
        while at + record <= size {
            let from = self.offset.saturating_add(at);
            let piece = bytes.some(from, (size - at).min(PIECE / record * record));
            let whole = piece.len() as u64 / record;
            if whole == 0 {
                described.gap("a table of symbols is cut off");
                return;
            }
            for entry in piece.chunks_exact(record as usize) {
                self.tell(
                    entry,
                    little,
                    &names,
                    names_at,
                    sources.of(number, self.is_dynamic),
                    symbols,
                    described.role,
                );
                number += 1
            }
            at += whole * record
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one symbol and what it is read with"
    )]
    fn tell(
        &self,
        entry: &[u8],
        little: bool,
        names: &[u8],
        names_at: u64,
        from: Option<&str>,
        symbols: &mut dyn Symbols,
        role: Role,
    ) {
        let at = |wide: (usize, usize), narrow: (usize, usize)| {
            super::of_class(entry, self.is_64, little, wide, narrow)
        };
        let info = at((4, 1), (12, 1));
        let (bind, kind) = (info >> 4, info & 15);
        let offset = field(entry, 0, 4, little).unwrap_or(0);
        if offset == 0 || kind == STT_SECTION || kind == STT_FILE {
            return;
        }
        let Some(name) = name_in(names, offset).filter(|name| !name.is_empty()) else {
            return;
        };
        let is_defined = at((6, 2), (14, 2)) != 0;
        // Hidden and internal are for nobody outside.
        let is_visible = matches!(at((5, 1), (13, 1)) & 3, 0 | 3) && bind != 0;
        let is_offered = match role {
            // What a program lets its plugins see is no library.
            Role::Program | Role::Blob => false,
            Role::Object => is_visible,
            // A kernel exports by sections of its own; what else is global is for the linker.
            Role::KernelModule => is_visible,
            Role::Library => is_visible && self.is_dynamic,
        };
        let side = match (is_defined, is_offered) {
            (false, _) => Side::Imported,
            (true, true) => Side::Exported,
            (true, false) => Side::Inside,
        };
        let start = names_at.saturating_add(offset);
        symbols.see(Symbol {
            name,
            side,
            from,
            at: start..start.saturating_add(name.len() as u64),
        })
    }
}
