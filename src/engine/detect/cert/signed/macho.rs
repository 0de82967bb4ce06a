//! Code signatures of Apple's systems: what LC_CODE_SIGNATURE leads to (`<Kernel/kern/cs_blobs.h>`), of each part of a universal binary.
//! What else the file holds is searched for like in any other.

use std::ops::Range;

use super::super::Form;
use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{cms, pbe};
use crate::model::{Artifact, Facet, Facets, Operation, Origin, SkipReason, Value};

const ENTRY: &str = "object/code-signature";
/// Processors of one file.
const MAX_PARTS: u32 = 32;
/// Load commands: a few dozen.
const MAX_COMMANDS: u32 = 8192;
/// Load commands together.
const MAX_HEADER: u64 = 1 << 20;
/// Parts of a signature: some ten.
const MAX_BLOBS: u32 = 64;
/// A CMS with its timestamp has some 9 kB.
const MAX_CMS: u64 = 4 << 20;

const LC_CODE_SIGNATURE: u32 = 0x1d;
/// CSMAGIC_EMBEDDED_SIGNATURE, CSMAGIC_CODEDIRECTORY, CSMAGIC_BLOBWRAPPER.
const SUPER_BLOB: u32 = 0xfade_0cc0;
const DIRECTORY: u32 = 0xfade_0c02;
const WRAPPER: u32 = 0xfade_0b01;

/// A Mach-O file.
pub(in crate::detect::cert) struct CodeSignature;

impl Form for CodeSignature {
    fn is(&self, _artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        let magic = head.first_chunk::<4>().copied().map(u32::from_be_bytes);
        match magic {
            Some(0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe | 0xcafe_babf) => true,
            // A class of Java begins alike, with a version of 45 and more.
            Some(0xcafe_babe) => matches!(head.get(4..8), Some([0, 0, 0, 1..40])),
            _ => false,
        }
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        for part in parts(bytes) {
            if let Some(signature) = place(bytes, &part) {
                self::signature(bytes, signature, seen)
            }
        }
        false
    }
}

fn parts(bytes: &mut dyn Source) -> Vec<Range<u64>> {
    let length = bytes.len();
    let is_64 = match number(bytes, 0, true) {
        Some(0xcafe_babe) => false,
        Some(0xcafe_babf) => true,
        _ => return std::iter::once(0..length).collect(),
    };
    let count = number(bytes, 4, true).unwrap_or(0).min(MAX_PARTS);
    let part = |number: u32| {
        let mut word = |at: u64| {
            self::number(
                bytes,
                8 + u64::from(number) * if is_64 { 32 } else { 20 } + at,
                true,
            )
            .map(u64::from)
        };
        let (at, size) = if is_64 {
            (word(8)? << 32 | word(12)?, word(16)? << 32 | word(20)?)
        } else {
            (word(8)?, word(12)?)
        };
        Some(at.min(length)..at.saturating_add(size).min(length))
    };
    (0..count).map_while(part).collect()
}

/// Where the signature of a part is.
fn place(bytes: &mut dyn Source, part: &Range<u64>) -> Option<Range<u64>> {
    let (header, is_big) = match number(bytes, part.start, true)? {
        0xfeed_face => (28, true),
        0xfeed_facf => (32, true),
        0xcefa_edfe => (28, false),
        0xcffa_edfe => (32, false),
        _ => return None,
    };
    let count = number(bytes, part.start + 16, is_big)?;
    let size = u64::from(number(bytes, part.start + 20, is_big)?).min(MAX_HEADER);
    let start = part.start + header;
    let mut commands = bytes.read_at(start..start + size).ok()?;
    let field = |command: &[u8], at: usize| {
        let bytes = *command.get(at..)?.first_chunk::<4>()?;
        Some(if is_big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    };
    for _ in 0..count.min(MAX_COMMANDS) {
        let length = field(commands, 4)? as usize;
        if field(commands, 0)? == LC_CODE_SIGNATURE {
            let at = part.start + u64::from(field(commands, 8)?);
            let end = at + u64::from(field(commands, 12)?);
            return (at < end).then_some(at..end);
        }
        commands = commands.get(length.max(8)..)?
    }
    None
}

fn signature(bytes: &mut dyn Source, place: Range<u64>, seen: &mut Seen<'_>) {
    seen.stand_in_file(place.clone());
    if place.end > bytes.len() {
        seen.skip(SkipReason::Damaged, "the code signature is cut off");
        return;
    }
    if number(bytes, place.start, true) != Some(SUPER_BLOB) {
        seen.skip(SkipReason::Damaged, "a code signature of no known form");
        return;
    }
    let count = number(bytes, place.start + 8, true).unwrap_or(0);
    let mut digests = Vec::new();
    let mut signatures = Vec::new();
    for entry in 0..u64::from(count.min(MAX_BLOBS)) {
        let Some(offset) = number(bytes, place.start + 16 + entry * 8, true) else {
            break;
        };
        let at = place.start + u64::from(offset);
        let (Some(magic), Some(length)) = (number(bytes, at, true), number(bytes, at + 4, true))
        else {
            break;
        };
        let end = (at + u64::from(length)).min(place.end);
        match magic {
            DIRECTORY => digests.extend(digest(bytes, at)),
            // One that is only a header is that of code that nobody signed: the digests are there all the same (ad hoc).
            WRAPPER if end > at + 8 => signatures.push(at + 8..end),
            _ => {}
        }
    }
    for signature in signatures {
        cms(bytes, signature, &digests, seen)
    }
}

/// The digest that a directory lists the pages of the code with.
fn digest(bytes: &mut dyn Source, directory: u64) -> Option<&'static str> {
    let kind = *bytes
        .read_at(directory + 37..directory + 38)
        .ok()?
        .first()?;
    Some(match kind {
        1 => "SHA-1",
        // The second is cut to 20 bytes.
        2 | 3 => "SHA-256",
        4 => "SHA-384",
        5 => "SHA-512",
        _ => return None,
    })
}

fn cms(bytes: &mut dyn Source, place: Range<u64>, digests: &[&'static str], seen: &mut Seen<'_>) {
    seen.stand_in_file(place.clone());
    if place.end - place.start > MAX_CMS {
        seen.skip(SkipReason::Budget, "a code signature of an absurd size");
        return;
    }
    let content = match bytes.read_at(place.clone()) {
        Ok(content) => content,
        Err((reason, detail)) => return seen.skip(reason, detail),
    };
    let Some(own) = cms::read(content, "Mach-O code signature", seen) else {
        seen.skip(SkipReason::Damaged, "a code signature that is no CMS");
        return;
    };
    seen.has_read(place);
    for name in digests {
        let facets = Facets::from([(Facet::Algorithm, Value::name(*name, Origin::Literal))]);
        let digest = pbe::add(facets, Operation::Digest, ENTRY, seen);
        seen.uses(own, digest)
    }
}

fn number(bytes: &mut dyn Source, at: u64, is_big: bool) -> Option<u32> {
    let word = *bytes.read_at(at..at.checked_add(4)?).ok()?.first_chunk()?;
    Some(if is_big {
        u32::from_be_bytes(word)
    } else {
        u32::from_le_bytes(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_no_code_signature() {
        let artifact = Artifact::file("a", crate::model::artifact::Context::Production);
        let is = |head: &[u8]| CodeSignature.is(&artifact, head, 100);
        assert!(is(b"\xca\xfe\xba\xbe\0\0\0\x02"));
        assert!(!is(b"\xca\xfe\xba\xbe\0\0\0\x34"));
        assert!(is(b"\xcf\xfa\xed\xfe\x0c\0\0\x01"));
    }

    #[test]
    fn a_signature_is_found_where_the_command_says() {
        let mut file = b"\xcf\xfa\xed\xfe".to_vec();
        file.resize(32, 0);
        file[16] = 2;
        file[20] = 32;
        file.extend([0x1b, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.extend([0x1d, 0, 0, 0, 16, 0, 0, 0, 64, 0, 0, 0, 9, 0, 0, 0]);
        assert_eq!(place(&mut file.as_slice(), &(0..64)), Some(64..73));
        assert_eq!(place(&mut &file[..50], &(0..50)), None);
    }
}
