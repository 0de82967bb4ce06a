//! Base64 in the middle of other things: the PEM of a Kubernetes Secret, the DER of SAML and of `x5c`, a keystore in a YAML.
//!
//! What is looked for is how the base64 of such things begins. DER says itself how long it is, and nothing is taken for DER whose base64 is
//! not exactly as long.

use super::der::Node;
use super::seen::Seen;
use super::{Anchor, decoded, encoded, parts};

/// Base64 of one object, at most: a window holds no more.
const MAX_BASE64: usize = 12 << 20;

/// Beginnings of base64 whose content is searched like a file.
static CONTENTS: &[&[u8]] = &[
    // `-----BEGIN `, `---- BEGIN `.
    b"LS0tLS1CRUdJTi",
    b"LS0tLSBCRUdJTi",
    // JKS and JCEKS, version 2.
    b"/u3+7QAAAAI",
    b"zs7OzgAAAAI",
    // `ssh-rsa AAAA`, `ssh-ed25519 AAAA`, `ecdsa-sha2-nistp`.
    b"c3NoLXJzYSBBQUFB",
    b"c3NoLWVkMjU1MTkgQUFBQ",
    b"ZWNkc2Etc2hhMi1uaXN0c",
    // `{"kty":`, `{"keys":[`.
    b"eyJrdHkiOi",
    b"eyJrZXlzIjpb",
    // `PuTTY-User-Key-File`, `AGE-SECRET-KEY-1`, `[Interface]`.
    b"UHVUVFktVXNlci1LZXkt",
    b"QUdFLVNFQ1JFVC1LRVkt",
    b"W0ludGVyZmFjZV0",
];

/// Beginnings of DER in base64, the first for everything of 256 bytes to 64 KiB. Those below are small keys: elliptic curves, Ed25519,
/// X25519, RSA of 1024 bits.
static DER: &[&[u8]] = &[
    b"MII",
    b"MFkwEwYHKoZIzj0CAQ",
    b"MFYwEAYHKoZIzj0CAQ",
    b"MHYwEAYHKoZIzj0CAQ",
    b"MIGbMBAGByqGSM49AgEG",
    b"MEECAQAwEwYHKoZIzj0C",
    b"MIGHAgEAMBMGByqGSM49",
    b"MIGTAgEAMBMGByqGSM49",
    b"MIG2AgEAMBAGByqGSM49",
    b"MIGEAgEAMBAGByqGSM49",
    b"MIHuAgEAMBAGByqGSM49",
    b"MCowBQYDK2Vw",
    b"MCowBQYDK2Vu",
    b"MC4CAQAwBQYDK2Vw",
    b"MC4CAQAwBQYDK2Vu",
    b"MIGfMA0GCSqGSIb3DQEB",
    b"MIGeMA0GCSqGSIb3DQEB",
    b"MFwwDQYJKoZIhvcNAQEB",
];

/// The anchor.
pub(super) struct Base64;

static PATTERNS: std::sync::LazyLock<Vec<&'static [u8]>> =
    std::sync::LazyLock::new(|| CONTENTS.iter().chain(DER).copied().collect());

impl Anchor for Base64 {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &PATTERNS
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        // In the middle of base64 it is chance. An `n` may be the end of `\n`.
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let escaped = at >= 2 && matches!(text.get(at - 2..at), Some(b"\\n" | b"\\r" | b"\\t"));
        if !escaped && before.is_some_and(|byte| parts::is_base64(*byte)) {
            return None;
        }
        let rest = text.get(at..)?;
        if rest.first() == Some(&b'M') {
            return der(text, at, seen);
        }
        let pattern = CONTENTS.iter().find(|content| rest.starts_with(content))?;
        let (base64, end) = gather(text, at, MAX_BASE64, pattern);
        let bytes = parts::base64(&base64)?;
        seen.stand(text, at..end);
        decoded(&bytes, seen).then_some(end)
    }
}

/// Reads base64 that should be one element of DER.
fn der(text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
    let head = parts::base64(text.get(at..at + 8)?)?;
    let length = match head.as_slice() {
        // What a certificate, a key or a keystore begins with: SEQUENCE, INTEGER, OBJECT IDENTIFIER.
        [0x30, 0x82, high, low, 0x30 | 0x02 | 0x06, ..] => {
            4 + usize::from(u16::from_be_bytes([*high, *low]))
        }
        [0x30, 0x81, length, ..] => 3 + usize::from(*length),
        [0x30, length @ 0..0x80, ..] => 2 + usize::from(*length),
        _ => return None,
    };
    let wanted = (length * 4).div_ceil(3);
    let (base64, end) = gather(text, at, wanted + 1, b"MII");
    if base64.len() != wanted {
        return None;
    }
    let bytes = parts::base64(&base64)?;
    Node::only(&bytes)?;
    seen.stand(text, at..end);
    seen.hold(|seen| encoded::read(&bytes, seen))?
        .then_some(end)
}

/// The base64 from `at` on, up to so many letters, without the ends of lines in it: those of texts, of strings (`\n`), of XML (`&#13;`) and
/// of literals that go on in the next. Where a line begins as such things begin, that is the next one. Then its end, with its padding.
fn gather(text: &[u8], at: usize, most: usize, start: &[u8]) -> (Vec<u8>, usize) {
    let mut base64 = Vec::new();
    let mut end = at;
    let mut from = at;
    loop {
        let rest = text.get(from..).unwrap_or_default();
        let run = rest
            .iter()
            .take(most - base64.len())
            .take_while(|byte| parts::is_base64(**byte))
            .count();
        base64.extend_from_slice(rest.get(..run).unwrap_or_default());
        if run > 0 {
            end = from + run;
        }
        let rest = rest.get(run..).unwrap_or_default();
        let gap = gap(rest);
        let next = rest.get(gap..).unwrap_or_default();
        let more = next.first().is_some_and(|byte| parts::is_base64(*byte));
        if base64.len() >= most || !more || next.starts_with(start) || gap == 0 {
            break;
        }
        from += run + gap;
    }
    let padding = text
        .get(end..)
        .unwrap_or_default()
        .iter()
        .take(2)
        .take_while(|byte| **byte == b'=');
    (base64, end + padding.count())
}

/// How long what stands between two lines of base64 is; 0 where it is something else.
fn gap(rest: &[u8]) -> usize {
    let mut at = 0;
    let mut quotes = 0;
    let mut broken = false;
    while at < 256 {
        let Some(byte) = rest.get(at) else { break };
        match byte {
            b'\n' | b'\r' => broken = true,
            b' ' | b'\t' => {}
            b'\\' => match rest.get(at + 1) {
                Some(b'n' | b'r') => {
                    broken = true;
                    at += 1
                }
                // `\/` is a letter of base64 in JSON.
                Some(b'/') if at == 0 => return 1,
                _ => {}
            },
            b'&' if rest.get(at + 1) == Some(&b'#') => {
                let length = rest.get(at..).and_then(|rest| rest.iter().take(7).position(|b| *b == b';'));
                let Some(length) = length else { return 0 };
                broken = true;
                at += length
            }
            b'"' | b'\'' | b'`' => quotes += 1,
            b'+' | b'.' if quotes == 1 => broken = true,
            _ => break,
        }
        at += 1;
    }
    // A literal ends and the next begins, or a line ends.
    let sound = broken && (quotes == 0 || quotes == 2);
    if sound { at } else { 0 }
}
