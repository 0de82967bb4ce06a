//! What stands around the lines of a PEM block where people have put it into something else: escapes of string literals, JSON, XML and URLs,
//! quotes, the signs of comments and of diffs; and the headers before its content (RFC 1421 §4.4, RFC 4716 §3.3).

use super::parts;

/// Longest beginning of a line that is repeated before every line of a block.
const MAX_PREFIX: usize = 12;

/// The lines of a block without what stands around them: escapes become line ends, quotes and the beginnings of comments go.
pub(super) fn unwrapped(text: &[u8], at: usize, content: &[u8]) -> Vec<u8> {
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
    let before = text.get(line..at).unwrap_or_default().trim_ascii();
    // `# > -----BEGIN`, and `//! let key = "-----BEGIN`.
    let signs = |prefix: &&[u8]| {
        let plain = |byte: &u8| byte.is_ascii_punctuation() || *byte == b' ';
        !prefix.is_empty() && prefix.len() <= MAX_PREFIX && prefix.iter().all(plain)
    };
    let first = before.split(u8::is_ascii_whitespace).next();
    let Some(prefix) = Some(before).filter(signs).or(first.filter(signs)) else {
        return plain;
    };
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
        // The blank that pages and manuals indent with.
        Some(0xc2) if rest.get(1) == Some(&0xa0) => (b' ', 2),
        Some(b'%') => match number(rest.get(1..3).unwrap_or_default(), 16) {
            Some(value) => (value, 3),
            None => (b'%', 1),
        },
        Some(b'<')
            if rest.len() > 4
                && rest
                    .get(..3)
                    .is_some_and(|tag| tag.eq_ignore_ascii_case(b"<br")) =>
        {
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
                // A literal that ends its line itself is followed by no empty one, which would end the headers.
                if inside.last() != Some(&b'\n') {
                    inside.push(b'\n')
                }
            }
            (Some(_), byte) => inside.push(*byte),
        }
    }
    inside
}

/// Whether an indented line may go on with a header: an empty one ends the headers, also where all of the block is indented, and a line of
/// base64 is content.
fn is_folded(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_content = line.len() >= 40 && line.iter().all(|b| parts::is_base64(*b) || *b == b'=');
    !line.is_empty() && !is_content && memchr::memchr(b':', line).is_none()
}

/// The first line.
fn headline(text: &[u8]) -> &[u8] {
    &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())]
}

/// Takes the headers off: lines with a colon before an empty line, or before the first line without one.
pub(super) fn headers(lines: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut rest = lines.trim_ascii_start();
    // In a field of Debian's control files an empty line is a dot.
    if let Some(after) = rest.strip_prefix(b".\n") {
        rest = after;
    }
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
        // RFC 4716 §3.3: a header goes on after a backslash; RFC 822: in lines that begin with a blank, where it does not itself.
        let folds = line.starts_with(|c: char| c.is_ascii_alphabetic());
        while folds && after.starts_with(b" ") && is_folded(headline(after)) {
            value.push_str(String::from_utf8_lossy(headline(after)).trim_end());
            after = after.get(headline(after).len() + 1..).unwrap_or_default();
        }
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
