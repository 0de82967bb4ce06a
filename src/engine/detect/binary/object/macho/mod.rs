//! Programs, libraries and objects of Apple's systems (`<mach-o/loader.h>`, `<mach-o/fat.h>`): one file for one processor, or several in one.

mod commands;
mod table;

use super::bytes::Bytes;
use super::described::{Described, Symbols};
use crate::model::binary::Role;

/// Processors of one file: Apple's own libraries had five.
const MAX_PARTS: u64 = 32;

/// Where the parts of a file for several processors are, in the whole file.
///
/// # Errors
/// When there are none.
pub(super) fn parts(bytes: &mut Bytes<'_>) -> Result<Vec<(u64, u64)>, String> {
    bytes.little = false;
    let is_64 = bytes.number(0, 4) == Some(0xcafe_babf);
    let count = bytes.number(4, 4).unwrap_or(0);
    let record = if is_64 { 32 } else { 20 };
    let mut parts = Vec::new();
    for number in 0..count.min(MAX_PARTS) {
        let at = 8 + number * record;
        let (offset, size) = if is_64 {
            (bytes.number(at + 8, 8), bytes.number(at + 16, 8))
        } else {
            (bytes.number(at + 8, 4), bytes.number(at + 12, 4))
        };
        let (Some(offset), Some(size)) = (offset, size) else {
            break;
        };
        if !parts.contains(&(offset, size)) {
            parts.push((offset, size))
        }
    }
    if parts.is_empty() {
        return Err("a universal binary without parts".to_owned());
    }
    Ok(parts)
}

/// Reads a Mach-O file.
///
/// # Errors
/// When its header makes no sense.
pub(super) fn read(bytes: &mut Bytes<'_>, symbols: &mut dyn Symbols) -> Result<Described, String> {
    bytes.little = false;
    let (is_64, little) = match bytes.number(0, 4) {
        Some(0xfeed_face) => (false, false),
        Some(0xfeed_facf) => (true, false),
        Some(0xcefa_edfe) => (false, true),
        Some(0xcffa_edfe) => (true, true),
        _ => return Err("no Mach-O".to_owned()),
    };
    bytes.little = little;
    let mut word = |at| bytes.number(at, 4).ok_or("the header is cut off");
    let (machine, kind, count, size, flags) =
        (word(4)?, word(12)?, word(16)?, word(20)?, word(24)?);
    let role = match kind {
        // MH_OBJECT; MH_DSYM holds what a debugger wants to know.
        1 | 10 => Role::Object,
        // MH_DYLIB, MH_DYLINKER, MH_BUNDLE, MH_DYLIB_STUB.
        6..=9 => Role::Library,
        11 => Role::KernelModule,
        4 => return Err("the memory of a process, not a program".to_owned()),
        _ => Role::Program,
    };
    let mut described = Described::new(role);
    described.architectures.extend(architecture(machine));
    let start = if is_64 { 32 } else { 28 };
    let said = commands::read(bytes, start, size, count, &mut described);
    /// MH_TWOLEVEL: each symbol says from which library it is.
    const HAS_SOURCES: u64 = 0x80;
    if let Some((symbols_at, strings_at)) = said.symbols {
        let table = table::Table {
            symbols: symbols_at,
            strings: strings_at,
            is_64,
            libraries: if flags & HAS_SOURCES != 0 {
                said.libraries
            } else {
                Vec::new()
            },
        };
        table.read(bytes, symbols, &mut described)
    }
    Ok(described)
}

fn architecture(machine: u64) -> Option<&'static str> {
    Some(match machine {
        0x07 => "x86",
        0x0100_0007 => "x86-64",
        0x0c => "arm",
        0x0100_000c => "aarch64",
        0x0200_000c => "aarch64-32",
        0x12 => "ppc",
        0x0100_0012 => "ppc64",
        _ => return None,
    })
}
