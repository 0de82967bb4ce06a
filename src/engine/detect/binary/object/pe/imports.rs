//! What a PE file takes from libraries, when it is loaded and when it first needs it.

use super::super::bytes::{Bytes, field};
use super::super::described::{Described, Side, Symbol, Symbols};
use super::{DELAYED, IMPORTS, Image};

/// Libraries of one file.
const MAX_LIBRARIES: u64 = 4096;
/// Functions from one library.
const MAX_FUNCTIONS: u64 = 64 << 10;
/// Functions of all libraries: those of a hostile file share a table.
const MAX_ALL: u64 = 256 << 10;

pub(super) fn read(
    bytes: &mut Bytes<'_>,
    image: &Image,
    symbols: &mut dyn Symbols,
    described: &mut Described,
) {
    let mut left = MAX_ALL;
    if directory(bytes, image, IMPORTS, &mut left, symbols, described).is_none() {
        described.gap("the table of imports is cut off")
    }
    if directory(bytes, image, DELAYED, &mut left, symbols, described).is_none() {
        described.gap("the table of delayed imports is cut off")
    }
}

fn directory(
    bytes: &mut Bytes<'_>,
    image: &Image,
    directory: usize,
    left: &mut u64,
    symbols: &mut dyn Symbols,
    described: &mut Described,
) -> Option<()> {
    let (address, size) = image.directory(directory);
    if address == 0 || size == 0 {
        return Some(());
    }
    let at = image.in_file(address)?;
    let is_delayed = directory == DELAYED;
    let length: usize = if is_delayed { 32 } else { 20 };
    for number in 0..MAX_LIBRARIES {
        let record = bytes.exact(at + number * length as u64, length)?.to_vec();
        let of = |at| field(&record, at, 4, true).unwrap_or(0);
        let (name, names, addresses) = if is_delayed {
            // Before Visual C++ 7 the fields were addresses of memory.
            let base = if of(0) & 1 == 0 { image.base } else { 0 };
            let relative = |at| of(at).saturating_sub(base);
            (relative(4), relative(16), relative(12))
        } else {
            (of(12), of(0), of(16))
        };
        if name == 0 {
            return Some(());
        }
        let Some(library) = image.in_file(name).and_then(|at| bytes.text(at)) else {
            described.gap("an import without the name of its library");
            continue;
        };
        described.needs(library.as_str());
        // Old linkers write only the table that is overwritten by the loader.
        let table = if names == 0 { addresses } else { names };
        if functions(bytes, image, table, &library, left, symbols).is_none() {
            described.gap("a table of imports leads out of the file")
        }
        if *left == 0 {
            described.gap("there are more imports than are read");
            return Some(());
        }
    }
    Some(())
}

fn functions(
    bytes: &mut Bytes<'_>,
    image: &Image,
    table: u64,
    library: &str,
    left: &mut u64,
    symbols: &mut dyn Symbols,
) -> Option<()> {
    let width = if image.is_64 { 8 } else { 4 };
    let by_number = 1u64 << (8 * width - 1);
    let at = image.in_file(table)?;
    // The names lie elsewhere: first all places, then all names.
    let mut places = Vec::new();
    for number in 0..MAX_FUNCTIONS.min(*left) {
        *left -= 1;
        match bytes.number(at + number * width as u64, width)? {
            0 => break,
            entry if entry & by_number != 0 => {}
            entry => places.push(entry & 0x7fff_ffff),
        }
    }
    for place in places {
        let at = image.in_file(place)?.checked_add(2)?;
        let name = bytes.name(at)?;
        let start = bytes.in_file(at);
        symbols.see(Symbol {
            name: &name,
            side: Side::Imported,
            from: Some(library),
            at: start..start + name.len() as u64,
        })
    }
    Some(())
}
