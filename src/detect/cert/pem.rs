//! PEM (RFC 7468, RFC 1421, the armour of OpenPGP and of SSH), found as people have it: in the middle of a text, indented, behind comment
//! signs, in one line with `\n` in it, as string literals line by line, in XML, and base64-encoded once more in a Kubernetes Secret.

use std::ops::Range;

use super::seen::Seen;
use super::{Anchor, encoded, openpgp};
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
];

/// The anchor.
pub(super) struct Pem;

impl Anchor for Pem {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[b"---- BEGIN ", b"-----BEGIN "]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let found = find(text, at)?;
        seen.stand(text, at..found.end);
        seen.show(&text[at..found.content.start]);
        if !found.closed && !looks_real(&text[found.content.clone()]) {
            return None;
        }
        if !found.closed {
            seen.skip(
                SkipReason::Damaged,
                format!("{} without its end", found.label),
            )
        }
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

/// Where the parts of a block are.
struct Found<'t> {
    label: &'t str,
    content: Range<usize>,
    end: usize,
    /// Whether it has its end line.
    closed: bool,
}

fn find(text: &[u8], at: usize) -> Option<Found<'_>> {
    let begin = memchr::memmem::find(&text[at..text.len().min(at + 16)], b"BEGIN ")? + at;
    let dashes = &text[at..begin];
    let from = begin + 6;
    let line = &text[from..text.len().min(from + MAX_LABEL + 8)];
    let stop = line.iter().position(|byte| *byte == b'-')?;
    let label = std::str::from_utf8(&line[..stop]).ok()?.trim_end();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '#' | '.' | '/');
    if label.is_empty() || label.len() > MAX_LABEL || !label.chars().all(plain) {
        return None;
    }
    let closing = line[stop..]
        .iter()
        .take_while(|byte| **byte == b'-')
        .count();
    if closing < 4 {
        return None;
    }
    let content = from + stop + closing;
    let ending: &[u8] = if dashes.ends_with(b" ") {
        b"---- END "
    } else {
        b"-----END "
    };
    let starting: &[u8] = if dashes.ends_with(b" ") {
        b"---- BEGIN "
    } else {
        b"-----BEGIN "
    };
    let end = memchr::memmem::find(&text[content..], ending).map(|end| content + end);
    let next = memchr::memmem::find(&text[content..end.unwrap_or(text.len())], starting)
        .map(|next| content + next);
    Some(match (end, next) {
        (Some(end), None) => {
            let label_end = end + ending.len();
            let rest = &text[label_end..text.len().min(label_end + MAX_LABEL + 8)];
            let close = rest
                .iter()
                .position(|byte| *byte == b'-')
                .map_or(0, |dash| {
                    dash + rest[dash..]
                        .iter()
                        .take_while(|byte| **byte == b'-')
                        .count()
                        .min(5)
                });
            Found {
                label,
                content: content..end,
                end: label_end + close,
                closed: true,
            }
        }
        (_, next) => {
            // Without an end of its own, it ends where its base64 does.
            let limit = next.unwrap_or(text.len());
            let length = text[content..limit]
                .iter()
                .take_while(|byte| is_base64(**byte) || byte.is_ascii_whitespace())
                .count();
            Found {
                label,
                content: content..content + length,
                end: content + length,
                closed: false,
            }
        }
    })
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
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
fn decode<'t>(text: &'t [u8], at: usize, found: &Found<'t>) -> Result<Block<'t>, Undecoded> {
    let content = &text[found.content.clone()];
    let lines = unwrapped(text, at, content);
    let (headers, body) = headers(&lines);
    let mut base64 = Vec::with_capacity(body.len());
    let mut junk = 0;
    for (n, byte) in body.iter().enumerate() {
        match byte {
            b'=' => {
                // Padding, or the checksum line of OpenPGP: the content ends here.
                let starts_line = body[..n].last().is_none_or(|before| *before == b'\n');
                if !starts_line || !base64.is_empty() {
                    break;
                }
            }
            byte if is_base64(*byte) => base64.push(*byte),
            byte if byte.is_ascii_whitespace() => {}
            _ => junk += 1,
        }
    }
    if junk > 0 {
        return Err(if base64.len() < MIN_REAL * 2 || junk * 4 > base64.len() {
            Undecoded::Placeholder
        } else {
            Undecoded::Damaged
        });
    }
    let whole = base64.len() - usize::from(base64.len() % 4 == 1);
    let bytes = LENIENT
        .decode(&base64[..whole])
        .map_err(|_| Undecoded::Damaged)?;
    if bytes.is_empty() {
        return Err(Undecoded::Placeholder);
    }
    Ok(Block {
        label: found.label,
        headers,
        bytes,
    })
}

/// Base64 whose last bits need not be zero, and that needs no padding.
static LENIENT: std::sync::LazyLock<data_encoding::Encoding> = std::sync::LazyLock::new(|| {
    let mut specification = data_encoding::BASE64_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification
        .encoding()
        .unwrap_or(data_encoding::BASE64_NOPAD)
});

/// The lines of a block without what stands around them: escapes become line ends, quotes and the beginnings of comments go.
fn unwrapped(text: &[u8], at: usize, content: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some((byte, after)) = rest.split_first() {
        let (put, length) = match byte {
            b'\\' => {
                let slashes = rest.iter().take_while(|b| **b == b'\\').count();
                match rest.get(slashes) {
                    Some(b'n' | b'r') => (b'\n', slashes + 1),
                    Some(b't') => (b' ', slashes + 1),
                    Some(b'/') => (b'/', slashes + 1),
                    // A line that goes on in the next.
                    Some(b'\n' | b'\r') | None => (b'\n', slashes),
                    Some(b'u') if rest[slashes..].starts_with(b"u000") => (b'\n', slashes + 5),
                    Some(_) => (b'\\', 1),
                }
            }
            b'&' if rest.starts_with(b"&#") => {
                let length = rest.iter().take(8).position(|b| *b == b';');
                (b'\n', length.map_or(1, |end| end + 1))
            }
            b'%' if rest.starts_with(b"%0A")
                || rest.starts_with(b"%0D")
                || rest.starts_with(b"%0a")
                || rest.starts_with(b"%0d") =>
            {
                (b'\n', 3)
            }
            b'%' if rest.starts_with(b"%2B") || rest.starts_with(b"%2b") => (b'+', 3),
            b'%' if rest.starts_with(b"%2F") || rest.starts_with(b"%2f") => (b'/', 3),
            b'%' if rest.starts_with(b"%3D") || rest.starts_with(b"%3d") => (b'=', 3),
            byte => (*byte, 1),
        };
        plain.push(put);
        rest = if length == 1 { after } else { &rest[length..] };
    }
    let first = plain.iter().find(|byte| !byte.is_ascii_whitespace());
    if let Some(b'"' | b'\'' | b'`') = first {
        return quoted(&plain);
    }
    let line = memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
    let prefix = text[line..at].trim_ascii();
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
