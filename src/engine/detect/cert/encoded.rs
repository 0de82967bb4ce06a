//! DER of whatever kind: what it is shows in its first elements.

use super::der::Node;
use super::seen::Seen;
use super::{Form, attribute, bouncycastle, cms, crl, keys, pkcs12, request, whole, x509};
use crate::detect::Source;
use crate::model::{Artifact, SkipReason};

/// Everything that is written in DER. Each looks at the shape first, so that trying them costs little.
static READERS: &[fn(&[u8], &mut Seen<'_>) -> bool] = &[
    x509::certificate,
    keys::read,
    request::read,
    crl::read,
    attribute::read,
    pkcs12::pfx,
    cms::content_info,
    cms::timestamp_response,
    bouncycastle::bcfks,
];

/// Reads one object; `false` where it is of no known kind.
pub(super) fn read(der: &[u8], seen: &mut Seen<'_>) -> bool {
    READERS.iter().any(|reader| reader(der, seen))
}

/// What files in DER are called. Of a file with such a name even a part is read.
const NAMES: [&str; 14] = [
    "der", "cer", "crt", "cert", "crl", "csr", "p7b", "p7c", "p7m", "p7s", "p12", "pfx", "p8",
    "spc",
];

/// A file that is one object in DER, or several in a row.
pub(super) struct Der;

impl Form for Der {
    fn is(&self, artifact: &Artifact, head: &[u8], length: u64) -> bool {
        let named = || NAMES.contains(&&*artifact.extension());
        if matches!(head, [0x30, 0x80..=0x84, ..]) && named() {
            return true;
        }
        // A SEQUENCE that ends where the file does; what follows it may be padding, or another.
        match head {
            [0x30, 0x80, next, ..] => *next == 0x06 || *next == 0x02,
            [0x30, 0x82, high, low, ..] => {
                let end = 4 + u64::from(u16::from_be_bytes([*high, *low]));
                end <= length
            }
            [0x30, 0x83, a, b, c, ..] => {
                let end = 5 + u64::from(u32::from_be_bytes([0, *a, *b, *c]));
                end <= length
            }
            [0x30, 0x84, a, b, c, d, ..] => {
                let end = 6 + u64::from(u32::from_be_bytes([*a, *b, *c, *d]));
                end <= length
            }
            [0x30, 0x81, size, ..] => 3 + u64::from(*size) <= length,
            [0x30, size @ 8..=0x7f, ..] => 2 + u64::from(*size) == length,
            _ => false,
        }
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        let mut rest = all;
        let mut any = false;
        while let Some((object, after)) = Node::first(rest) {
            let from = (all.len() - rest.len()) as u64;
            seen.stand_in_file(from..from + object.whole.len() as u64);
            if !read(object.whole, seen) {
                break;
            }
            any = true;
            rest = after;
        }
        if !any && NAMES.contains(&&*seen.artifact.extension()) {
            seen.stand_in_file(0..all.len() as u64);
            // A certificate is read as far as it goes; of anything else nothing is certain without its end.
            if !x509::certificate(all, seen) {
                match Node::first(all) {
                    Some(_) => seen.skip(SkipReason::Unsupported, "DER of another kind"),
                    None => seen.skip(SkipReason::Damaged, "DER that is cut off, or none"),
                }
            }
            return true;
        }
        if any && !rest.is_empty() && rest.iter().any(|byte| *byte != 0) {
            seen.skip(
                SkipReason::TrailingData,
                format!("{} bytes after the last object", rest.len()),
            )
        }
        any
    }
}
