//! S/MIME (RFC 8551): parts of messages that are a CMS in base64.

use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Anchor, cms};
use crate::model::SkipReason;

use super::base64;

/// The header of a part is no longer.
const MAX_HEADER: usize = 8 << 10;
/// A CMS of more bytes is not read.
const MAX_CMS: usize = 12 << 20;

/// The type of a part.
pub(in crate::detect::cert) struct Mime;

impl Anchor for Mime {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[
            b"application/pkcs7-mime",
            b"application/x-pkcs7-mime",
            b"application/pkcs7-signature",
            b"application/x-pkcs7-signature",
        ]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let before = text.get(at.saturating_sub(MAX_HEADER)..at)?;
        let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
        let line = line.trim_ascii().to_ascii_lowercase();
        // The type may stand in the line after the name of the header.
        let is_folded = line.is_empty()
            && before
                .trim_ascii_end()
                .to_ascii_lowercase()
                .ends_with(b"content-type:");
        if line != b"content-type:" && !is_folded {
            return None;
        }
        let header_start = blank_before(before).map_or(0, |blank| at - before.len() + blank);
        let after = text.get(at..)?;
        let (header, body) = blank(after.get(..after.len().min(MAX_HEADER))?)?;
        let header_text = text.get(header_start..at + header)?.to_ascii_lowercase();
        memchr::memmem::find(&header_text, b"base64")?;
        let content = after.get(body..)?;
        let length = content
            .split_inclusive(|byte| *byte == b'\n')
            .take_while(|line| is_base64(line))
            .map(<[u8]>::len)
            .sum();
        let encoded = std::str::from_utf8(content.get(..length)?).ok()?;
        let der = base64(encoded, MAX_CMS)?;
        if der.first() != Some(&0x30) || der.len() < 48 {
            return None;
        }
        let end = at + body + length;
        seen.stand(text, at..end);
        seen.show(after.get(..header)?.split(|byte| *byte == b'\n').next()?);
        if cms::read(&der, "S/MIME", seen).is_none() {
            seen.skip(SkipReason::Damaged, "an S/MIME part that is no CMS")
        }
        Some(end)
    }
}

/// Where the first empty line begins and ends.
fn blank(text: &[u8]) -> Option<(usize, usize)> {
    let unix = memchr::memmem::find(text, b"\n\n").map(|at| (at, at + 2));
    let dos = memchr::memmem::find(text, b"\r\n\r\n").map(|at| (at, at + 4));
    match (unix, dos) {
        (Some(unix), Some(dos)) => Some(if unix.0 < dos.0 { unix } else { dos }),
        (unix, dos) => unix.or(dos),
    }
}

/// Where the last empty line ends.
fn blank_before(text: &[u8]) -> Option<usize> {
    let unix = memchr::memmem::rfind(text, b"\n\n").map(|at| at + 2);
    let dos = memchr::memmem::rfind(text, b"\r\n\r\n").map(|at| at + 4);
    unix.max(dos)
}

fn is_base64(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    !line.is_empty()
        && line.len() <= 1000
        && line
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}
