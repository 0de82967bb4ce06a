//! The identifier by which a debugger finds the symbols of a build: the GUID of its PDB.

use super::super::bytes::{Bytes, field, hexadecimal};
use super::{DEBUG, Image};

/// Entries of the debug directory.
const MAX_ENTRIES: u64 = 32;
/// IMAGE_DEBUG_TYPE_CODEVIEW.
const CODEVIEW: u64 = 2;

pub(super) fn pdb(bytes: &mut Bytes<'_>, image: &Image) -> Option<String> {
    let (address, size) = image.directory(DEBUG);
    if address == 0 {
        return None;
    }
    let at = image.in_file(address)?;
    for number in 0..(size / 28).min(MAX_ENTRIES) {
        let record = bytes.exact(at + number * 28, 28)?.to_vec();
        let of = |at| field(&record, at, 4, true).unwrap_or(0);
        if of(12) != CODEVIEW {
            continue;
        }
        let record = bytes.exact(of(24), 20)?;
        if record.starts_with(b"RSDS") {
            // The first three numbers of a GUID are written with the lowest byte first.
            let [a, b, c, d, e, f, g, h, rest @ ..] = record.last_chunk::<16>()?;
            let numbers = [*d, *c, *b, *a, *f, *e, *h, *g];
            return Some(hexadecimal(&[&numbers[..], &rest[..]].concat()));
        }
    }
    None
}
