//! What a PE file offers under a name.

use super::super::bytes::{Bytes, field, number};
use super::super::described::{Described, Side, Symbol, Symbols};
use super::{EXPORTS, Image};
use crate::model::binary::Role;

/// Names of one library, which has at most as many functions: their numbers have two bytes.
const MAX_NAMES: u64 = 64 << 10;

pub(super) fn read(
    bytes: &mut Bytes<'_>,
    image: &Image,
    symbols: &mut dyn Symbols,
    described: &mut Described,
) {
    let (address, size) = image.directory(EXPORTS);
    if address > 0 && size > 0 && names(bytes, image, address, symbols, described).is_none() {
        described.gap("the table of exports leads out of the file")
    }
}

fn names(
    bytes: &mut Bytes<'_>,
    image: &Image,
    address: u64,
    symbols: &mut dyn Symbols,
    described: &mut Described,
) -> Option<()> {
    let record = bytes.exact(image.in_file(address)?, 40)?.to_vec();
    let of = |at| field(&record, at, 4, true).unwrap_or(0);
    let name = image.in_file(of(12)).and_then(|at| bytes.text(at));
    if described.name.is_none() {
        described.name = name.filter(|name| !name.is_empty())
    }
    let count = of(24).min(MAX_NAMES);
    if count == 0 {
        return Some(());
    }
    let (table, is_whole) = bytes.table(image.in_file(of(32))?, count * 4);
    let side = match described.role {
        Role::Library => Side::Exported,
        _ => Side::Inside,
    };
    for entry in table.chunks_exact(4) {
        let at = image.in_file(number(entry, true))?;
        let name = bytes.name(at)?;
        let start = bytes.in_file(at);
        symbols.see(Symbol {
            name: &name,
            side,
            from: None,
            at: start..start + name.len() as u64,
        })
    }
    is_whole.then_some(())
}
