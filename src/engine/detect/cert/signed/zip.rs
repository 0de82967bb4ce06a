//! What signs a zip as a whole: the signing block of Android packages, which stands before the directory, and the CMS in the comment of an
//! Android update. Read from the end of the file, a few ranges of it.

use super::apk;
use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Form, cms};
use crate::model::{Artifact, SkipReason};

/// The end of the directory, with the longest comment.
const MAX_END: u64 = 22 + 0xffff;
/// The signing block before the directory is no larger.
const MAX_BLOCK: u64 = 16 << 20;
const MAGIC: &[u8] = b"APK Sig Block 42";

/// A zip.
pub(in crate::detect::cert) struct Zip;

impl Form for Zip {
    fn is(&self, _artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        head.starts_with(b"PK\x03\x04")
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        // What the members are is another matter, whether it is signed or not.
        let before = seen.count();
        let length = bytes.len();
        let from = length.saturating_sub(MAX_END);
        let Ok(tail) = bytes.read_at(from..length) else {
            return false;
        };
        let Some(end) = memchr::memmem::rfind(tail, b"PK\x05\x06") else {
            return false;
        };
        let Some(directory) = tail.get(end + 16..end + 20).and_then(little) else {
            return false;
        };
        if let Some(comment) = tail.get(end + 22..) {
            update(comment, from + end as u64 + 22, seen)
        }
        block(bytes, directory, seen);
        seen.count() > before
    }
}

fn little(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| {
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    })
}

/// Reads the signing block that ends where the directory begins
/// (<https://source.android.com/docs/security/features/apksigning/v2>).
fn block(bytes: &mut dyn Source, directory: u64, seen: &mut Seen<'_>) {
    let Some(footer) = directory.checked_sub(24) else {
        return;
    };
    let size = match bytes.read_at(footer..directory) {
        Ok(footer) if footer.get(8..) == Some(MAGIC) => footer.get(..8).and_then(little),
        _ => return,
    };
    let start = size.and_then(|size| {
        (24..=MAX_BLOCK)
            .contains(&size)
            .then(|| directory.checked_sub(size))
            .flatten()
    });
    let Some(start) = start else {
        seen.stand_in_file(footer..directory);
        seen.skip(
            SkipReason::Damaged,
            "an APK signing block of an absurd size",
        );
        return;
    };
    match bytes.read_at(start..footer) {
        Ok(pairs) => apk::pairs(pairs, start, seen),
        Err((reason, detail)) => seen.skip(reason, detail),
    }
}

/// Reads the signature of a whole update, which stands at the end of the comment: six bytes of footer say where it begins
/// (`verifier.cpp` of Android's recovery).
fn update(comment: &[u8], at: u64, seen: &mut Seen<'_>) {
    let Some((before, [a, b, 0xff, 0xff, c, d])) = comment.split_last_chunk::<6>() else {
        return;
    };
    let start = usize::from(u16::from_le_bytes([*a, *b]));
    let size = usize::from(u16::from_le_bytes([*c, *d]));
    if size != comment.len() || start < 6 || start > size {
        return;
    }
    let from = size - start;
    let Some(signature) = before.get(from..) else {
        return;
    };
    seen.stand_in_file(at + from as u64..at + size as u64 - 6);
    if cms::read(signature, "Android OTA", seen).is_none() && signature.first() == Some(&0x30) {
        seen.skip(
            SkipReason::Damaged,
            "the signature of an Android update cannot be read",
        )
    }
}
