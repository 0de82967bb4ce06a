//! The signature that is appended to a kernel module, a kernel or firmware (`include/linux/module_signature.h`): CMS, twelve bytes about it,
//! and a line.

use super::{add, unknown, with_digest};
use crate::detect::cert::der::Node;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Anchor, cms};
use crate::model::SkipReason;

const ENTRY: &str = "object/module-signature";
/// What is between the signature and the line.
const ABOUT: usize = 12;
/// A signature of more bytes is none.
const MAX_SIGNATURE: usize = 1 << 20;
/// The kinds of signature: the one that modules had before Linux 4.3, and CMS.
const OLD: u8 = 1;
const CMS: u8 = 2;

/// The line at the end.
pub(in crate::detect::cert) struct Module;

impl Anchor for Module {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[b"~Module signature appended~\n"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        // Kernels and tools hold the line as a constant: only behind a signature it is one.
        let about = text.get(..at)?.last_chunk::<ABOUT>()?;
        let [algorithm, digest, kind, signer, key_id, 0, 0, 0, size @ ..] = about else {
            return None;
        };
        let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
        let end = at - ABOUT;
        let start = end.checked_sub(size).filter(|_| size <= MAX_SIGNATURE);
        if size == 0 {
            return None;
        }
        let done = at + self.patterns().first().map_or(0, |line| line.len());
        let Some(signature) = start.and_then(|start| text.get(start..end)) else {
            // A CMS says all of itself, so that the other fields are zero.
            if *kind == CMS && [algorithm, digest, signer, key_id] == [&0; 4] {
                seen.stand(text, at..done);
                seen.skip(
                    SkipReason::Damaged,
                    "an appended signature without its beginning",
                )
            }
            return None;
        };
        match *kind {
            CMS => {
                Node::of_said_length(signature).filter(|(_, rest)| rest.is_empty())?;
                seen.stand(text, end - size..end);
                if cms::read(signature, "kernel module", seen).is_none() {
                    seen.skip(SkipReason::Damaged, "an appended signature that is no CMS")
                }
                Some(done)
            }
            OLD => {
                let ids = usize::from(*signer) + usize::from(*key_id);
                let names = text.get((end - size).checked_sub(ids)?..end - size)?;
                let name = names.get(..usize::from(*signer))?;
                if name.is_empty() || !name.iter().all(|byte| (0x20..0x7f).contains(byte)) {
                    return None;
                }
                seen.stand(text, end - size..end);
                let facets = match (*algorithm, old_digest(*digest)) {
                    (1, Some(digest)) => with_digest("RSASSA-PKCS1", digest, seen),
                    (0, Some(digest)) => with_digest("DSA", digest, seen),
                    _ => unknown("module", format!("algorithm {algorithm}, digest {digest}")),
                };
                let name = String::from_utf8_lossy(name);
                add(facets, Some(&name), "kernel module", ENTRY, seen);
                Some(done)
            }
            _ => None,
        }
    }
}

/// `enum hash_algo` (`include/uapi/linux/hash_info.h`).
pub(super) fn old_digest(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "MD4",
        1 => "MD5",
        2 => "SHA-1",
        3 => "RIPEMD-160",
        4 => "SHA-256",
        5 => "SHA-384",
        6 => "SHA-512",
        7 => "SHA-224",
        8 => "RIPEMD-128",
        9 => "RIPEMD-256",
        10 => "RIPEMD-320",
        11 => "Whirlpool",
        17 => "SM3",
        18 => "Streebog-256",
        19 => "Streebog-512",
        20 => "SHA3-256",
        21 => "SHA3-384",
        22 => "SHA3-512",
        _ => return None,
    })
}
