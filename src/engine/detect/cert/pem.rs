//! PEM (RFC 7468, RFC 1421, the armour of OpenPGP and of SSH), found as people have it: in the middle of a text, indented, behind comment
//! signs, in one line with `\n` in it, as string literals line by line, in XML, and base64-encoded once more in a Kubernetes Secret.

use std::borrow::Cow;
use std::ops::Range;

use super::seen::Seen;
use super::wrapping::{headers, unwrapped};
use super::{Anchor, age, encoded, keys, openpgp, parts, ssh};
use crate::model::SkipReason;

/// Longest label: `BEGIN` and what stands before the dashes.
const MAX_LABEL: usize = 64;
/// Fewer bytes are an example of how a block looks, and nothing to report where they cannot be read.
const MIN_REAL: usize = 48;

/// A block between its two lines.
pub(super) struct Block<'t> {
    /// What stands behind `BEGIN`.
    pub(super) label: &'t str,
    /// `name: value` lines before the content.
    pub(super) headers: Vec<(String, String)>,
    /// The content.
    pub(super) bytes: Vec<u8>,
}

impl Block<'_> {
    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Reads what a block of some label holds; `false` where it is not what the label says.
type Reader = fn(&Block<'_>, &mut Seen<'_>) -> bool;

/// Labels whose content is no DER, by their beginning or end; every other holds DER that tells itself what it is.
static READERS: &[(&str, Reader)] = &[
    ("RSA PRIVATE KEY", keys::traditional::read),
    ("EC PRIVATE KEY", keys::traditional::read),
    ("DSA PRIVATE KEY", keys::traditional::read),
    ("ENCRYPTED PRIVATE KEY", keys::encrypted_block),
    ("RSA PUBLIC KEY", keys::rsa_public_block),
    ("DH PARAMETERS", keys::parameters::dh_block),
    ("X9.42 DH PARAMETERS", keys::parameters::dh_block),
    ("DSA PARAMETERS", keys::parameters::dsa_block),
    ("EC PARAMETERS", keys::parameters::ec_block),
    ("PGP PUBLIC KEY BLOCK", openpgp::armoured),
    ("PGP PRIVATE KEY BLOCK", openpgp::armoured),
    ("PGP SIGNATURE", openpgp::armoured),
    ("PGP SECRET KEY BLOCK", openpgp::armoured),
    ("PGP MESSAGE", openpgp::armoured),
    ("PGP ARMORED FILE", openpgp::armoured),
    ("OPENSSH PRIVATE KEY", ssh::private),
    ("SSH SIGNATURE", ssh::signature),
    ("SSH2 PUBLIC KEY", ssh::ssh2_public),
    ("SSH2 ENCRYPTED PRIVATE KEY", ssh::ssh2_private),
    ("AGE ENCRYPTED FILE", age::armoured),
];

/// The anchor.
pub(super) struct Pem;

impl Anchor for Pem {
    fn patterns(&self) -> &'static [&'static [u8]] {
        // What follows may be a blank, or how URLs and forms write one.
        &[b"---- BEGIN ", b"-----BEGIN"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let found = find(text, at)?;
        let content = text.get(found.content.clone())?;
        if found.ending == Ending::None && !looks_real(content) {
            return None;
        }
        seen.stand(text, at..found.end);
        // Whoever searches reports for private keys should not find the line that announces one.
        if found.label.contains("PRIVATE") || found.label.contains("SECRET") {
            seen.show(format!("BEGIN {}", found.label).as_bytes());
        } else {
            seen.show(text.get(at..found.content.start)?);
        }
        let block = match decode(text, at, &found) {
            Ok(block) => block,
            // Source code names both lines, far from each other: what is between them is searched.
            Err(Undecoded::Placeholder) => return Some(found.content.start),
            Err(Undecoded::Damaged) => {
                damaged(&found.label, "is not base64", seen);
                return Some(found.end);
            }
        };
        match found.ending {
            Ending::Own => {}
            Ending::None => damaged(&found.label, "has no end", seen),
            Ending::Other if block.bytes.len() < MIN_REAL => {}
            Ending::Other => damaged(&found.label, "ends as something else", seen),
        }
        read_block(&block, seen);
        Some(found.end)
    }

    fn is_whole(&self, text: &[u8], at: usize) -> bool {
        // The line that it should end with, and the end of that line.
        find(text, at)
            .is_some_and(|found| found.ending == Ending::Own && found.end + MAX_LABEL < text.len())
    }
}

/// Reads a block, and tells where that is not possible.
fn read_block(block: &Block<'_>, seen: &mut Seen<'_>) {
    let reader = READERS
        .iter()
        .find(|(label, _)| block.label == *label)
        .map(|(_, reader)| reader);
    let read = match reader {
        Some(reader) => reader(block, seen),
        None => encoded::read(&block.bytes, seen),
    };
    if !read && block.bytes.len() >= MIN_REAL {
        damaged(block.label, "cannot be read", seen)
    }
}

/// Words in the labels of what this scanner looks for; others put anything between such lines.
static KINDS: &[&str] = &[
    "AGE",
    "ATTRIBUTE",
    "CERT",
    "CMS",
    "CRL",
    "KEY",
    "MESSAGE",
    "PARAMETERS",
    "PGP",
    "PKCS",
    "REQUEST",
    "SIGN",
];

/// Says that a block is not as it should be.
fn damaged(label: &str, what: &str, seen: &mut Seen<'_>) {
    if KINDS.iter().any(|kind| label.contains(kind)) && !label.starts_with("SSL SESSION") {
        seen.skip(SkipReason::Damaged, format!("{label} {what}"))
    }
}

/// How a block ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// With the line that it should have.
    Own,
    /// With the line of another label.
    Other,
    /// With nothing.
    None,
}

/// Where the parts of a block are.
struct Found<'t> {
    label: Cow<'t, str>,
    content: Range<usize>,
    end: usize,
    ending: Ending,
}

fn find(text: &[u8], at: usize) -> Option<Found<'_>> {
    let ahead = text.get(at..text.len().min(at + 16))?;
    let begin = ahead.windows(5).position(|word| word == b"BEGIN")?;
    // Four dashes and a blank: RFC 4716.
    let dashes: &[u8] = if ahead.get(..begin)?.ends_with(b" ") {
        b"---- "
    } else {
        b"-----"
    };
    let (label, content) = label(text, at + begin + 5)?;
    let mut from = content;
    loop {
        // Dashes that neither end it nor begin another are passed over, all of them at once.
        let rest = text.get(from..)?;
        let next = memchr::memchr_iter(b'-', rest).find(|at| rest[*at..].starts_with(dashes));
        let Some(next) = next.map(|next| from + next) else {
            return Some(unclosed(text, label, content, text.len()));
        };
        let run = text.get(next..)?.iter().take_while(|b| **b == b'-').count();
        let word = next + run.max(dashes.len());
        let word = if dashes.ends_with(b" ") {
            next + 5
        } else {
            word
        };
        let rest = text.get(word..)?;
        if rest.starts_with(b"BEGIN") {
            return Some(unclosed(text, label, content, next));
        }
        if rest.starts_with(b"END") {
            let named = self::label(text, word + 3);
            let own = named.as_ref().is_some_and(|(named, _)| *named == label);
            return Some(Found {
                content: content..next.max(content),
                end: named.map_or(word + 3, |(_, end)| end),
                ending: if own { Ending::Own } else { Ending::Other },
                label,
            });
        }
        from = word;
    }
}

/// The label behind `BEGIN` or `END`, and where the dashes that close it end.
fn label(text: &[u8], at: usize) -> Option<(Cow<'_, str>, usize)> {
    let line = text.get(at..text.len().min(at + MAX_LABEL * 3))?;
    let stop = line.iter().position(|byte| *byte == b'-')?;
    // URLs write blanks as `%20`, forms as `+`.
    let mut label = Cow::Borrowed(std::str::from_utf8(line.get(..stop)?).ok()?);
    if label.contains(['%', '+']) {
        label = label.replace("%20", " ").replace('+', " ").into()
    }
    let inner = match label {
        Cow::Borrowed(label) => Cow::Borrowed(label.strip_prefix(' ')?.trim_end()),
        Cow::Owned(label) => Cow::Owned(label.strip_prefix(' ')?.trim_end().to_owned()),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '#' | '.' | '/');
    if inner.is_empty() || inner.len() > MAX_LABEL || !inner.chars().all(plain) {
        return None;
    }
    let closing = line.get(stop..)?.iter().take_while(|b| **b == b'-').count();
    (closing >= 4).then(|| (inner, at + stop + closing.min(5)))
}

/// A block without an end of its own ends where its base64 does.
fn unclosed<'t>(text: &'t [u8], label: Cow<'t, str>, content: usize, limit: usize) -> Found<'t> {
    let length = text
        .get(content..limit)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| parts::is_base64(**byte) || **byte == b'=' || byte.is_ascii_whitespace())
        .count();
    Found {
        label,
        content: content..content + length,
        end: content + length,
        ending: Ending::None,
    }
}

/// Whether what follows an opening line without a closing one is more than a mention of such lines.
fn looks_real(content: &[u8]) -> bool {
    content
        .split(|byte| byte.is_ascii_whitespace())
        .filter(|word| word.len() >= 40)
        .take(2)
        .count()
        == 2
}

enum Undecoded {
    /// An example of how a block looks.
    Placeholder,
    Damaged,
}

/// Takes the content out of whatever surrounds its lines.
fn decode<'f>(text: &[u8], at: usize, found: &'f Found<'_>) -> Result<Block<'f>, Undecoded> {
    let content = text.get(found.content.clone()).unwrap_or_default();
    if let Some(bytes) = plain(text, at, content) {
        return Ok(Block {
            label: &found.label,
            headers: Vec::new(),
            bytes,
        });
    }
    let lines = unwrapped(text, at, content);
    let (headers, body) = headers(&lines);
    let mut base64 = Vec::with_capacity(body.len());
    let mut junk = 0;
    for (n, byte) in body.iter().enumerate() {
        match byte {
            b'=' => {
                // Padding, or the checksum line of OpenPGP: the content ends here.
                let starts_line = n
                    .checked_sub(1)
                    .and_then(|n| body.get(n))
                    .is_none_or(|before| *before == b'\n');
                if !starts_line || !base64.is_empty() {
                    break;
                }
            }
            byte if parts::is_base64(*byte) => base64.push(*byte),
            byte if byte.is_ascii_whitespace() => {}
            _ => junk += 1,
        }
    }
    if is_example(body, &base64) || is_prose(body) {
        return Err(Undecoded::Placeholder);
    }
    if junk > 0 {
        return Err(if base64.len() < MIN_REAL * 2 || junk * 4 > base64.len() {
            Undecoded::Placeholder
        } else {
            Undecoded::Damaged
        });
    }
    base64.truncate(base64.len() - usize::from(base64.len() % 4 == 1));
    let bytes = parts::LENIENT
        .decode(&base64)
        .map_err(|_| Undecoded::Damaged)?;
    if bytes.is_empty() {
        return Err(Undecoded::Placeholder);
    }
    Ok(Block {
        label: &found.label,
        headers,
        bytes,
    })
}

/// The content of a block as RFC 7468 writes it: lines of base64 and nothing else, as nearly all are. Short ones may be examples, and are
/// looked at more closely.
fn plain(text: &[u8], at: usize, content: &[u8]) -> Option<Vec<u8>> {
    let before = text.get(at.saturating_sub(64)..at)?;
    let indented = before
        .iter()
        .rev()
        .find(|byte| !matches!(byte, b' ' | b'\t'));
    (at == 0 || indented == Some(&b'\n')).then_some(())?;
    let mut bytes = Vec::with_capacity(content.len() / 4 * 3);
    let mut gathered = [0; 1024];
    let mut held = 0;
    let mut letters = 0;
    let mut padded = false;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', content).chain([content.len()]) {
        let line = content.get(start..end)?.trim_ascii();
        start = end + 1;
        if line.is_empty() {
            continue;
        }
        // A line is whole groups of letters, but for the last.
        if padded || letters % 4 != 0 {
            return None;
        }
        let own = line.strip_suffix(b"=").unwrap_or(line);
        let own = own.strip_suffix(b"=").unwrap_or(own);
        padded = own.len() < line.len();
        letters += own.len();
        // To decode many lines at once takes half as long as one by one.
        if own.len() > gathered.len() - held {
            decode_plain(&gathered[..held], &mut bytes)?;
            held = 0;
        }
        match gathered.get_mut(held..held + own.len()) {
            Some(room) => {
                room.copy_from_slice(own);
                held += own.len();
            }
            None => decode_plain(own, &mut bytes)?,
        }
    }
    decode_plain(&gathered[..held], &mut bytes)?;
    let first = content.iter().filter(|byte| parts::is_base64(**byte));
    (letters >= 4 * MIN_REAL && !has_few_letters(first.take(2 * MIN_REAL))).then_some(bytes)
}

/// Decodes whole groups of letters, or the last, behind what is there.
fn decode_plain(letters: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let before = bytes.len();
    bytes.resize(before + parts::LENIENT.decode_len(letters.len()).ok()?, 0);
    parts::LENIENT
        .decode_mut(letters, &mut bytes[before..])
        .ok()
        .map(|_| ())
}

/// Whether the content only shows how a block looks: dots where the rest would be, or the same few letters again and again.
fn is_example(body: &[u8], base64: &[u8]) -> bool {
    let dots = [b"...".as_slice(), b"\xe2\x80\xa6", b"[snip", b"<snip"]
        .iter()
        .any(|dots| memchr::memmem::find(body, dots).is_some());
    dots || has_few_letters(base64.iter())
}

/// Whether there are fewer than six different letters.
fn has_few_letters<'l>(mut letters: impl Iterator<Item = &'l u8>) -> bool {
    let mut seen: [Option<u8>; 6] = [None; 6];
    !letters.any(|letter| {
        let free = seen
            .iter()
            .position(|known| known.is_none_or(|known| known == *letter));
        if let Some(free) = free {
            seen[free] = Some(*letter)
        }
        seen[5].is_some()
    })
}

/// Whether the content is words: lines of base64 are long, but for the last.
fn is_prose(body: &[u8]) -> bool {
    let words = body
        .split(|byte| byte.is_ascii_whitespace())
        .filter(|word| !word.is_empty());
    let (mut short, mut long) = (0, 0);
    for word in words.take(100) {
        if word.len() < 16 {
            short += 1
        } else {
            long += 1
        }
    }
    short > 3 + long
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives};

    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBLDCB36ADAgECAhRYy9pgmx4gAOYg/I0S3uZAPja/TjAFBgMrZXAwDDEKMAgG
A1UEAwwBdDAeFw0yNjExMjkxOTQ0MTNaFw0zNjExMjYxOTQ0MTNaMAwxCjAIBgNV
BAMMAXQwKjAFBgMrZXADIQBx4MA8jTrKtSIrUZ35CFQDSZUuhe9PsZxTipImgO97
X6NTMFEwHQYDVR0OBBYEFAXtN0ciILKDh+grBA9QR7l3MdZHMB8GA1UdIwQYMBaA
FAXtN0ciILKDh+grBA9QR7l3MdZHMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA
7Sf+zzORIXqerIA5+tGy/Fz1LbqbAFsCGVlyXqLDf2NKsgmOrWbgGoSVfvee1Vlo
mBr/4wPnGLPgbXB/p5wWDQ==
-----END CERTIFICATE-----
";

    /// The lines at which the certificate was seen, and skips.
    fn places(text: &[u8]) -> Vec<String> {
        seen("x", text)
            .into_iter()
            .filter(|line| !line.contains(": key "))
            .map(
                |line| match line.split_once(": certificate algorithm=Ed25519 58cb") {
                    Some((line, _)) => line.to_owned(),
                    None => line,
                },
            )
            .collect()
    }

    fn lines(before: &str, joint: &str, after: &str) -> String {
        let lines: Vec<&str> = CERTIFICATE.lines().collect();
        format!("a\n{before}{}{after}b\n", lines.join(joint))
    }

    #[test]
    fn as_literals_of_source_code() {
        for (before, joint, after) in [
            ("x = \"", "\\n\" +\n  \"", "\\n\";\n"),
            ("x = \"", "\\r\\n\"\n  \"", "\\r\\n\";\n"),
            ("x = `", "\n", "`\n"),
            ("x = \"", "\\n\\\n", "\\n\"\n"),
            ("x = ['", "',\n '", "'].join('\\n')\n"),
            ("X=\"", "\\n", "\"\n"),
            ("{\"a\": \"{\\\"b\\\": \\\"", "\\\\n", "\\\"}\"}\n"),
            ("a: |\n    ", "\n    ", "\n"),
            ("<a>", "&#xD;\n", "</a>\n"),
            ("<a>", "&#10;", "</a>\n"),
            ("<p>", "<br/>", "</p>\n"),
            ("# ", "\n# ", "\n"),
            ("// ", "\n// ", "\n"),
            (" * ", "\n * ", "\n"),
            ("> ", "\n> ", "\n"),
            ("//! let pem = \"", "\n//! ", "\";\n"),
            ("# key: ", "\n#    ", "\n"),
            ("  | \u{a0}", "\n  | \u{a0}", "\n"),
            ("+", "\n+", "\n"),
            ("-", "\n-", "\n"),
        ] {
            let found = places(lines(before, joint, after).as_bytes());
            let line = if before.contains('\n') { "3" } else { "2" };
            assert_eq!(found, [line], "{before:?} {joint:?}");
        }
    }

    #[test]
    fn between_the_names_of_both_lines_other_things_are_found() {
        let text = "a = \"-----BEGIN CERTIFICATE-----\";
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7WJYrL
b = \"-----END CERTIFICATE-----\";
";
        assert_eq!(
            seen("x", text.as_bytes()),
            ["2: key algorithm=Ed25519 (public) 8774c6bd8fdc"]
        );
    }

    #[test]
    fn headers_in_literals_of_source_code() {
        let headed =
            CERTIFICATE.replacen("CERTIFICATE-----\n", "CERTIFICATE-----\nComment: a\n\n", 1);
        for joint in [
            "\\n\" +\n  \"",
            "\\r\\n\" \\\n  \"",
            "\\n\"\n\"",
            "\\n\\\n    ",
            "\n    ",
        ] {
            let text = format!("a\nx = \"{}\";\n", headed.trim_end().replace('\n', joint));
            assert_eq!(places(text.as_bytes()), ["2"], "{text}");
        }
    }

    #[test]
    fn letters_that_json_and_urls_escape() {
        let json = CERTIFICATE
            .replace('\n', "\\n")
            .replace('/', "\\/")
            .replace('+', "\\u002b");
        assert_eq!(places(format!("{{\"a\": \"{json}\"}}").as_bytes()), ["1"]);
        let url = CERTIFICATE
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('\n', "%0A");
        let form = url.replace(' ', "+");
        assert_eq!(places(format!("a={form}&b=c").as_bytes()), ["1"]);
        let url = url.replace(' ', "%20");
        assert_eq!(places(format!("a={url}&b=c").as_bytes()), ["1"]);
    }

    #[test]
    fn lines_are_true_in_every_encoding() {
        let text = format!("a\r\n{}", CERTIFICATE.replace('\n', "\r\n"));
        assert_eq!(places(text.as_bytes()), ["2"]);
        assert_eq!(places(format!("\u{feff}{CERTIFICATE}").as_bytes()), ["1"]);
        let units = || text.encode_utf16();
        let little: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(units())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(places(&little), ["2"]);
        let big: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(units())
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(places(&big), ["2"]);
        assert_eq!(places(CERTIFICATE.replace('\n', "\r").as_bytes()), ["1"]);
    }

    #[test]
    fn a_damaged_block_says_so_and_its_neighbours_are_read() {
        let junk = "A1b2c3d4e5".repeat(20);
        let text = format!(
            "{CERTIFICATE}-----BEGIN CERTIFICATE-----\n{junk}\n-----END CERTIFICATE-----\n{CERTIFICATE}"
        );
        assert_eq!(
            places(text.as_bytes()),
            [
                "1",
                "13",
                "skip damaged: line 10: CERTIFICATE cannot be read"
            ]
        );
        let open = CERTIFICATE.replace("-----END CERTIFICATE-----\n", "");
        assert_eq!(
            places(format!("{open}{CERTIFICATE}").as_bytes()),
            ["1", "9", "skip damaged: line 1: CERTIFICATE has no end"]
        );
        let other = CERTIFICATE.replace("END CERTIFICATE", "END FOO");
        assert_eq!(
            places(format!("{other}{CERTIFICATE}").as_bytes()),
            [
                "1",
                "10",
                "skip damaged: line 1: CERTIFICATE ends as something else"
            ]
        );
        let nested = format!("-----BEGIN FOO-----\n{CERTIFICATE}-----END FOO-----\n");
        assert_eq!(places(nested.as_bytes()), ["2"]);
    }

    #[test]
    fn examples_are_no_keys() {
        for content in [
            "...",
            "<base64>",
            "xxxx",
            &"x".repeat(80),
            "MIIDdzCCAl+gAwIBAgIE...",
            "YOUR_KEY_HERE",
            "last line must not be empty",
        ] {
            for label in [
                "CERTIFICATE",
                "OPENSSH PRIVATE KEY",
                "PRIVATE KEY",
                "PGP MESSAGE",
            ] {
                let text = format!("-----BEGIN {label}-----\n{content}\n-----END {label}-----\n");
                assert_eq!(places(text.as_bytes()), Vec::<String>::new(), "{text}");
            }
        }
        assert!(
            places(
                b"between -----BEGIN X----- and -----END X-----, or ssh-rsa AAAAB3NzaC1yc2E... me"
            )
            .is_empty()
        );
    }

    #[test]
    fn time_grows_with_the_text_and_no_faster() {
        for text in [
            b"-----BEGIN CERTIFICATE-----\n".repeat(100_000),
            b"-----BEGIN A----------END A-----".repeat(50_000),
            b"-".repeat(10_000_000),
            [b"-----BEGIN A-----\n".to_vec(), b"-----\n".repeat(500_000)].concat(),
            b" AAAAB3NzaC1yc2EA".repeat(100_000),
            b"\nMIIf/zCCHfugAwIBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".repeat(50_000),
            b"LS0tLS1CRUdJTi ".repeat(100_000),
            b"{\"a\":[{\"kty\":\"RSA\",".repeat(50_000),
            b" DNSKEY 257 3 13 (".repeat(100_000),
            b"mac: ENC[AES256_GCM,,type:str]\n".repeat(50_000),
            b"PuTTY-User-Key-File-2: ssh-rsa\n".repeat(50_000),
            b"age-encryption.org/v1\n-> a\n".repeat(50_000),
            b"untrusted comment: ".repeat(50_000),
            b"[Peer]".repeat(50_000),
            // Each line is full of beginnings, and each beginning is read on from for many lines.
            [b"a: ".to_vec(), b"[Peer]".repeat(2000), b"\n".to_vec()]
                .concat()
                .repeat(50),
            [
                b"a: ".to_vec(),
                b"PuTTY-User-Key-File-2: a ".repeat(600),
                b"\n".to_vec(),
            ]
            .concat()
            .repeat(200),
            [
                b"a: ".to_vec(),
                b"Private-key-format: v1 ".repeat(600),
                b"\n".to_vec(),
            ]
            .concat()
            .repeat(200),
            b";x DNSKEY (;\n".repeat(200_000),
            // What ends later begins before.
            [
                b"\n".repeat(1 << 20),
                b"{\"b\":{\"kty\":\"oct\",\"k\":\"YQ\"},\"kty\":\"oct\",\"k\":\"YQ\"}".repeat(3000),
            ]
            .concat(),
        ] {
            let began = std::time::Instant::now();
            seen("x", &text);
            let start = String::from_utf8_lossy(&text[..text.len().min(40)]);
            assert!(began.elapsed().as_secs() < 20, "{start:?}");
        }
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", CERTIFICATE.as_bytes());
    }
}
