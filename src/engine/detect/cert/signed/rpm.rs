//! Signatures of RPM packages: in the header that stands before the one that describes the package
//! (<https://rpm-software-management.github.io/rpm/manual/format_v4.html>), and those of single files, which the kernel checks (IMA).

use std::collections::BTreeSet;

use super::module::old_digest;
use super::{add, base64, unknown};
use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Form, openpgp};
use crate::model::{Artifact, Facet, Origin, SkipReason, Value};

const ENTRY: &str = "object/rpm";
/// What stands before the header.
const LEAD: u64 = 96;
/// The start of a header: its magic number, and how much there is of it.
const START: u64 = 16;
const HEADER: [u8; 4] = [0x8e, 0xad, 0xe8, 0x01];
/// An entry of the table.
const TAG: usize = 16;
/// Entries; there are some ten.
const MAX_TAGS: usize = 1000;
/// Bytes of the header: a signature for each of a hundred thousand files.
const MAX_BYTES: usize = 64 << 20;
/// Signatures over single files that are read.
const MAX_FILES: usize = 200_000;

/// A package.
pub(in crate::detect::cert) struct Rpm;

impl Form for Rpm {
    fn is(&self, _artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        head.starts_with(&[0xed, 0xab, 0xee, 0xdb])
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let sizes = match bytes.read_at(LEAD..LEAD + START) {
            Ok(start) => sizes(start),
            Err(_) => None,
        };
        let Some((table, data)) = sizes else {
            seen.stand_in_file(0..LEAD);
            seen.skip(SkipReason::Damaged, "no header of signatures");
            return true;
        };
        let from = LEAD + START;
        let to = from + (table + data) as u64;
        match bytes.read_at(from..to) {
            Ok(header) if header.len() == table + data => {
                let (table, data) = header.split_at(table);
                signatures(table, data, from + table.len() as u64, seen)
            }
            Ok(_) => {
                seen.stand_in_file(from..to);
                seen.skip(
                    SkipReason::Damaged,
                    "the header of signatures is broken off",
                )
            }
            Err((reason, detail)) => seen.skip(reason, detail),
        }
        true
    }
}

fn sizes(start: &[u8]) -> Option<(usize, usize)> {
    let number = |at: usize| {
        let word = start.get(at..at + 4)?.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(*word)).ok()
    };
    let (tags, bytes) = (number(8)?, number(12)?);
    (start.starts_with(&HEADER) && tags <= MAX_TAGS && bytes <= MAX_BYTES)
        .then_some((tags * TAG, bytes))
}

fn signatures(table: &[u8], data: &[u8], at: u64, seen: &mut Seen<'_>) {
    let (entries, _) = table.as_chunks::<TAG>();
    // Values do not lie in each other, but where an array of texts ends, only its reader knows.
    let mut left = data.len().saturating_mul(4);
    for entry in entries {
        let (words, _) = entry.as_chunks::<4>();
        let word = |at: usize| words.get(at).map_or(0, |word| u32::from_be_bytes(*word));
        let start = usize::try_from(word(2)).unwrap_or(usize::MAX);
        let count = usize::try_from(word(3)).unwrap_or(usize::MAX);
        let value = data.get(start..).unwrap_or_default();
        let length = match word(1) {
            7 => count.min(value.len()),
            _ => value.len(),
        };
        if !matches!(word(0), 267 | 268 | 274 | 278 | 1002 | 1005 | 1006) {
            continue;
        }
        let Some(after) = left.checked_sub(length) else {
            seen.stand_in_file(at..at + data.len() as u64);
            seen.skip(SkipReason::Damaged, "signatures that lie in each other");
            return;
        };
        left = after;
        match word(0) {
            // DSA and RSA over the header; PGP, GPG and PGP 5 over all.
            267 | 268 | 1002 | 1005 | 1006 if word(1) == 7 => {
                let value = value.get(..count);
                packets(value, at + start as u64, seen);
            }
            // Of version 6: any number of them, in base64.
            278 if word(1) == 8 => {
                for text in texts(value, count.min(MAX_TAGS)) {
                    let packet = base64(text, 1 << 20);
                    packets(packet.as_deref(), at + start as u64, seen);
                }
            }
            274 if word(1) == 8 => {
                seen.stand_in_file(at + start as u64..at + data.len() as u64);
                files(texts(value, count.min(MAX_FILES)), seen)
            }
            _ => {}
        }
    }
}

fn packets(bytes: Option<&[u8]>, at: u64, seen: &mut Seen<'_>) {
    let bytes = bytes.unwrap_or_default();
    seen.stand_in_file(at..at + bytes.len() as u64);
    if !openpgp::read(bytes, "rpm", seen) {
        seen.skip(SkipReason::Damaged, "a signature that is no OpenPGP")
    }
}

/// Texts that end in zero.
fn texts(mut value: &[u8], count: usize) -> impl Iterator<Item = &str> {
    let texts = std::iter::from_fn(move || {
        let end = memchr::memchr(0, value)?;
        let text = value.get(..end)?;
        value = value.get(end + 1..)?;
        Some(str::from_utf8(text).unwrap_or_default())
    });
    texts.take(count)
}

/// Signatures over single files: those of one key and digest are one (`struct signature_v2_hdr`, `security/integrity/integrity.h`).
fn files<'t>(signatures: impl Iterator<Item = &'t str>, seen: &mut Seen<'_>) {
    let mut kinds = BTreeSet::new();
    for text in signatures {
        let Ok(bytes) = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()) else {
            continue;
        };
        let [3, 2, digest, a, b, c, d, ..] = bytes.as_slice() else {
            continue;
        };
        kinds.insert((*digest, format!("{a:02x}{b:02x}{c:02x}{d:02x}")));
    }
    for (digest, key_id) in kinds {
        // RSA or an elliptic curve: only the key tells.
        let mut facets = unknown("key", "of the signer");
        let digest = match old_digest(digest) {
            Some(name) => Value::name(name, Origin::Literal),
            None => Value::unknown(crate::model::Why::new("ima", format!("digest {digest}"))),
        };
        facets.insert(Facet::Digest, digest);
        add(facets, Some(&format!("key {key_id}")), "IMA", ENTRY, seen);
    }
}
