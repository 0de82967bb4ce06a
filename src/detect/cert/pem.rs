//! PEM (RFC 7468, RFC 1421, the armour of OpenPGP and of SSH), found as people have it: in the middle of a text, indented, behind comment
//! signs, in one line with `\n` in it, as string literals line by line, in XML, and base64-encoded once more in a Kubernetes Secret.

use std::ops::Range;

use super::seen::Seen;
use super::{Anchor, age, encoded, openpgp, parts, ssh};
use crate::model::SkipReason;

/// Longest label: `BEGIN` and what stands before the dashes.
const MAX_LABEL: usize = 64;
/// Longest beginning of a line that is repeated before every line of a block.
const MAX_PREFIX: usize = 12;
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
    ("PGP PUBLIC KEY BLOCK", openpgp::armoured),
    ("PGP PRIVATE KEY BLOCK", openpgp::armoured),
    ("PGP SIGNATURE", openpgp::armoured),
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
        // The last two are those of URLs and of forms.
        &[
            b"---- BEGIN ",
            b"-----BEGIN ",
            b"-----BEGIN%20",
            b"-----BEGIN+",
        ]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let found = find(text, at)?;
        let content = text.get(found.content.clone())?;
        if found.ending == Ending::None && !looks_real(content) {
            return None;
        }
        seen.stand(text, at..found.end);
        seen.show(text.get(at..found.content.start)?);
        let block = match decode(text, at, &found) {
            Ok(block) => block,
            Err(Undecoded::Placeholder) => return Some(found.end),
            Err(Undecoded::Damaged) => {
                seen.skip(
                    SkipReason::Damaged,
                    format!("{} is not base64", found.label),
                );
                return Some(found.end);
            }
        };
        match found.ending {
            Ending::Own => {}
            Ending::None => seen.skip(
                SkipReason::Damaged,
                format!("{} without its end", found.label),
            ),
            Ending::Other if block.bytes.len() < MIN_REAL => {}
            Ending::Other => seen.skip(
                SkipReason::Damaged,
                format!("{} ends as something else", found.label),
            ),
        }
        read_block(&block, seen);
        Some(found.end)
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
        seen.skip(
            SkipReason::Damaged,
            format!("the content of {} cannot be read", block.label),
        )
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
struct Found {
    label: String,
    content: Range<usize>,
    end: usize,
    ending: Ending,
}

fn find(text: &[u8], at: usize) -> Option<Found> {
    let ahead = text.get(at..text.len().min(at + 16))?;
    let begin = memchr::memmem::find(ahead, b"BEGIN")?;
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
        let next = memchr::memmem::find(text.get(from..)?, dashes);
        let Some(next) = next.map(|next| from + next) else {
            return Some(unclosed(text, label, content, text.len()));
        };
        let run = text.get(next..)?.iter().take_while(|b| **b == b'-').count();
        let word = next + run.max(dashes.len());
        let word = if dashes.ends_with(b" ") { next + 5 } else { word };
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
fn label(text: &[u8], at: usize) -> Option<(String, usize)> {
    let line = text.get(at..text.len().min(at + MAX_LABEL * 3))?;
    let stop = line.iter().position(|byte| *byte == b'-')?;
    // URLs write blanks as `%20`, forms as `+`.
    let label = std::str::from_utf8(line.get(..stop)?).ok()?;
    let label = label.replace("%20", " ").replace('+', " ");
    let inner = label.strip_prefix(' ')?.trim_end();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '#' | '.' | '/');
    if inner.is_empty() || inner.len() > MAX_LABEL || !inner.chars().all(plain) {
        return None;
    }
    let closing = line.get(stop..)?.iter().take_while(|b| **b == b'-').count();
    (closing >= 4).then(|| (inner.to_owned(), at + stop + closing.min(5)))
}

/// A block without an end of its own ends where its base64 does.
fn unclosed(text: &[u8], label: String, content: usize, limit: usize) -> Found {
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
fn decode<'f>(text: &[u8], at: usize, found: &'f Found) -> Result<Block<'f>, Undecoded> {
    let content = text.get(found.content.clone()).unwrap_or_default();
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
    if is_example(body, &base64) {
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

/// Whether the content only shows how a block looks: dots where the rest would be, or the same few letters again and again.
fn is_example(body: &[u8], base64: &[u8]) -> bool {
    let dots = [b"...".as_slice(), b"\xe2\x80\xa6", b"[snip", b"<snip"]
        .iter()
        .any(|dots| memchr::memmem::find(body, dots).is_some());
    let mut letters = [false; 256];
    for byte in base64 {
        letters[usize::from(*byte)] = true;
    }
    dots || letters.iter().filter(|seen| **seen).count() < 6
}

/// The lines of a block without what stands around them: escapes become line ends, quotes and the beginnings of comments go.
fn unwrapped(text: &[u8], at: usize, content: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(content.len());
    let mut rest = content;
    let mut returned = false;
    while !rest.is_empty() {
        let (put, length) = escape(rest);
        rest = rest.get(length.max(1)..).unwrap_or_default();
        // CR LF is one end of a line, and so is CR alone.
        match put {
            b'\n' if returned => returned = false,
            b'\r' => {
                plain.push(b'\n');
                returned = true;
            }
            put => {
                plain.push(put);
                returned = false;
            }
        }
    }
    let first = plain.iter().find(|byte| !byte.is_ascii_whitespace());
    if let Some(b'"' | b'\'' | b'`') = first {
        return quoted(&plain);
    }
    let Some(line) = parts::line_start(text, at, MAX_PREFIX * 4) else {
        return plain;
    };
    let prefix = text.get(line..at).unwrap_or_default().trim_ascii();
    let repeated = !prefix.is_empty()
        && prefix.len() <= MAX_PREFIX
        && prefix
            .iter()
            .all(|byte| byte.is_ascii_punctuation() || *byte == b' ');
    if !repeated {
        return plain;
    }
    let mut stripped = Vec::with_capacity(plain.len());
    for line in plain.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_start();
        stripped.extend_from_slice(line.strip_prefix(prefix).unwrap_or(line));
        stripped.push(b'\n');
    }
    stripped
}

/// The byte that some text begins with, and how long it is written: in string literals and JSON (`\n`, `\\r`, `\/`, `\u002b`), in XML
/// (`&#10;`, `&#x2B;`), in URLs (`%0A`), and where a page has `<br>`.
fn escape(rest: &[u8]) -> (u8, usize) {
    match rest.first() {
        Some(b'\\') => {
            let slashes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
            let after = rest.get(slashes..).unwrap_or_default();
            match after.first() {
                Some(b'n') => (b'\n', slashes + 1),
                Some(b'r') => (b'\r', slashes + 1),
                Some(b't') => (b' ', slashes + 1),
                Some(b'/') => (b'/', slashes + 1),
                // A line that goes on in the next.
                Some(b'\n' | b'\r') | None => (b' ', slashes),
                Some(b'u') => match number(after.get(1..5).unwrap_or_default(), 16) {
                    Some(byte) => (byte, slashes + 5),
                    None => (b'\\', 1),
                },
                // The quote that ends a string in a string.
                Some(quote @ (b'"' | b'\'')) => (*quote, slashes + 1),
                Some(_) => (b'\\', 1),
            }
        }
        Some(b'&') if rest.starts_with(b"&#") => {
            let end = rest.iter().take(10).position(|b| *b == b';').unwrap_or(0);
            let digits = rest.get(2..end.max(2)).unwrap_or_default();
            let value = match digits.strip_prefix(b"x").or(digits.strip_prefix(b"X")) {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            };
            value.map_or((b'&', 1), |value| (value, end + 1))
        }
        Some(b'%') => {
            match number(rest.get(1..3).unwrap_or_default(), 16) {
                Some(value) => (value, 3),
                None => (b'%', 1),
            }
        }
        Some(b'<') if rest.len() > 4 && rest.get(..3).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<br")) => {
            let end = rest.iter().take(8).position(|b| *b == b'>');
            end.map_or((b'<', 1), |end| (b'\n', end + 1))
        }
        Some(byte) => (*byte, 1),
        None => (b' ', 1),
    }
}

/// A byte that is written in digits.
fn number(digits: &[u8], radix: u32) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    let number = u32::from_str_radix(digits, radix).ok()?;
    u8::try_from(number).ok()
}

/// What stands between quotes, after the first one has closed: `"…\n" + "…\n"`.
fn quoted(plain: &[u8]) -> Vec<u8> {
    let mut inside = Vec::with_capacity(plain.len());
    let mut open: Option<u8> = None;
    let mut closed_first = false;
    for byte in plain {
        match (open, byte) {
            (None, b'"' | b'\'' | b'`') if closed_first => open = Some(*byte),
            // The quote that closes the line of BEGIN.
            (None, b'"' | b'\'' | b'`') => closed_first = true,
            (None, _) => {}
            (Some(quote), byte) if quote == *byte => {
                open = None;
                inside.push(b'\n');
            }
            (Some(_), byte) => inside.push(*byte),
        }
    }
    inside
}

/// Takes the headers off: lines with a colon before an empty line, or before the first line without one.
fn headers(lines: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut rest = lines.trim_ascii_start();
    while let Some(colon) = memchr::memchr(b':', rest) {
        let line_end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if colon > line_end || headers.len() > 32 {
            break;
        }
        let line = String::from_utf8_lossy(&rest[..line_end]);
        let mut after = &rest[(line_end + 1).min(rest.len())..];
        let mut value = line[line.find(':').map_or(0, |colon| colon + 1)..]
            .trim()
            .to_owned();
        // RFC 4716 §3.3: a header goes on after a backslash; RFC 1421: in lines that begin with a blank.
        while value.ends_with('\\') {
            value.pop();
            let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
            value.push_str(String::from_utf8_lossy(&after[..end]).trim());
            after = &after[(end + 1).min(after.len())..];
        }
        headers.push((line[..line.find(':').unwrap_or(0)].trim().to_owned(), value));
        rest = after;
    }
    (headers, rest)
}
