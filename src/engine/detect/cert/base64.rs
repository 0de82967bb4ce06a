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

/// What DER in base64 begins with, if it has 256 bytes to 64 KiB; then what stands close to the beginning of smaller keys: elliptic curves
/// (their OID in two of the three ways that it falls on letters), Ed25519 and X25519, RSA of 1024 and 512 bits.
static DER: &[&[u8]] = &[
    b"MII",
    b"YHKoZIzj0C",
    b"GByqGSM49",
    b"wBQYDK2V",
    b"MIGfMA0GCSq",
    b"MIGeMA0GCSq",
    b"MFwwDQYJKoZI",
];
/// Letters before those.
const MAX_BEFORE: usize = 24;

/// The anchor.
pub(super) struct Base64;

static PATTERNS: std::sync::LazyLock<Vec<&'static [u8]>> =
    std::sync::LazyLock::new(|| CONTENTS.iter().chain(DER).copied().collect());

impl Anchor for Base64 {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &PATTERNS
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let found = text.get(at..)?;
        let start = start(text, at)?;
        if let Some(rest) = text.get(start..)
            && rest.first() == Some(&b'M')
            && DER.iter().any(|pattern| found.starts_with(pattern))
        {
            return der(text, start, seen);
        }
        // In the middle of base64 it is chance.
        (start == at).then_some(())?;
        let rest = found;
        let pattern = CONTENTS.iter().find(|content| rest.starts_with(content))?;
        let (base64, end) = gather(text, at, MAX_BASE64, pattern);
        let bytes = parts::base64(&base64)?;
        seen.stand(text, at..end);
        decoded(&bytes, seen).then_some(end)
    }
}

/// Where the base64 around a byte begins, close before it; an `n` there may be the end of `\n`.
fn start(text: &[u8], at: usize) -> Option<usize> {
    let from = at.saturating_sub(MAX_BEFORE + 1);
    let before = text.get(from..at)?;
    let length = before
        .iter()
        .rev()
        .take_while(|byte| parts::is_base64(**byte))
        .count();
    (length <= MAX_BEFORE).then_some(())?;
    let start = at - length;
    let slash = start.checked_sub(1).and_then(|before| text.get(before)) == Some(&b'\\');
    let escape = slash && matches!(text.get(start), Some(b'n' | b'r' | b't'));
    Some(if escape && start < at {
        start + 1
    } else {
        start
    })
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
        [0x30, length @ 0..=0x7f, ..] => 2 + usize::from(*length),
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
        // .NET writes `+` so in JSON.
        if rest.starts_with(b"\\u002B") || rest.starts_with(b"\\u002b") {
            if base64.len() >= most {
                break;
            }
            base64.push(b'+');
            from += run + 6;
            end = from;
            continue;
        }
        let gap = gap(rest);
        let next = rest.get(gap..).unwrap_or_default();
        let more = next.first().is_some_and(|byte| parts::is_base64(*byte));
        if base64.len() >= most || !more || next.starts_with(start) || gap == 0 || is_name(next) {
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

/// Whether a line begins with the name of something else, `users:`.
fn is_name(line: &[u8]) -> bool {
    let letters = line.iter().take(64);
    let length = letters.take_while(|byte| parts::is_base64(**byte)).count();
    line.get(length) == Some(&b':')
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
                let length = rest
                    .get(at..)
                    .and_then(|rest| rest.iter().take(7).position(|b| *b == b';'));
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

#[cfg(test)]
mod tests {
    use super::super::parts::tests::seen;

    const DER: &str = "MIIBLDCB36ADAgECAhRYy9pgmx4gAOYg/I0S3uZAPja/TjAFBgMrZXAwDDEKMAgGA1UEAwwBdDAeFw0yNjExMjkxOTQ0MTNaFw0zNjExMjYxOTQ0MTNaMAwxCjAIBgNVBAMMAXQwKjAFBgMrZXADIQBx4MA8jTrKtSIrUZ35CFQDSZUuhe9PsZxTipImgO97X6NTMFEwHQYDVR0OBBYEFAXtN0ciILKDh+grBA9QR7l3MdZHMB8GA1UdIwQYMBaAFAXtN0ciILKDh+grBA9QR7l3MdZHMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA7Sf+zzORIXqerIA5+tGy/Fz1LbqbAFsCGVlyXqLDf2NKsgmOrWbgGoSVfvee1VlomBr/4wPnGLPgbXB/p5wWDQ==";

    fn places(text: &str) -> Vec<String> {
        seen("x", text.as_bytes())
            .into_iter()
            .map(|line| line.chars().take(25).collect())
            .collect()
    }

    /// Lines of that many letters.
    fn wrapped(text: &str, width: usize, joint: &str) -> String {
        let lines: Vec<&str> = (0..text.len())
            .step_by(width)
            .map(|at| &text[at..text.len().min(at + width)])
            .collect();
        lines.join(joint)
    }

    #[test]
    fn der_in_xml_json_and_source() {
        for (before, joint, after) in [
            ("<X509Certificate>", "", "</X509Certificate>"),
            ("<X509Certificate>", "&#13;\n", "</X509Certificate>"),
            ("<X509Certificate>\n", "\n", "\n</X509Certificate>"),
            ("{\"x5c\": [\"", "\\n", "\"]}"),
            ("x = \"", "\" +\n \"", "\";"),
        ] {
            let text = format!("{before}{}{after}", wrapped(DER, 64, joint));
            let line = if before.ends_with('\n') { 2 } else { 1 };
            let expected = [
                format!("{line}: certificate algorithm"),
                format!("{line}: key algorithm=Ed25519 "),
            ];
            let found = places(&text);
            assert_eq!(found.len(), 2, "{text}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(&expected), "{found} {text}")
            }
        }
        assert_eq!(places(&format!("{DER}\n{DER}\n")).len(), 4);
        let escaped = DER.replace('/', "\\/").replace('+', "\\u002B");
        assert_eq!(places(&format!("\"{escaped}\"")).len(), 2);
        // One letter less, or more, is something else.
        assert!(places(&DER[..DER.len() - 1].replace("DQ=", "")).is_empty());
        assert!(places(&format!("x{DER}")).is_empty());
    }

    #[test]
    fn contents_that_are_files_of_their_own() {
        let pem = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            wrapped(DER, 64, "\n")
        );
        let once = data_encoding::BASE64.encode(pem.as_bytes());
        let found = places(&format!("data:\n  tls.crt: {once}\n"));
        assert_eq!(
            found,
            ["2: certificate algorithm=", "2: key algorithm=Ed25519 "]
        );
        let found = places(&format!(
            "data:\n  tls.crt: |\n    {}\n",
            wrapped(&once, 76, "\n    ")
        ));
        assert_eq!(
            found,
            ["3: certificate algorithm=", "3: key algorithm=Ed25519 "]
        );
        assert!(places("data: LS0tLS1CRUdJTi\n").is_empty());
    }
}
