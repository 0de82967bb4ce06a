//! Public keys of SSH in lines: `id_….pub`, `authorized_keys` with options, `known_hosts` with hosts in plain sight or hashed, and wherever
//! else people paste them (sshd(8), sections AUTHORIZED_KEYS and SSH_KNOWN_HOSTS).
//!
//! What is looked for is how the base64 of a key begins: behind the length of the name of its type, the first letters of the name.

use super::super::seen::Seen;
use super::super::{Anchor, parts};
use super::{CERTIFICATE, Wire, certificate, is_known, public};
use crate::model::SkipReason;
use crate::model::object::Half;

/// Bytes of the line before a key that are looked at: options may hold a command.
const MAX_BEFORE: usize = 2048;
/// The longest key in base64: McEliece has more than a million bytes, but nobody has it in a line.
const MAX_KEY: usize = 256 << 10;
/// From here on, a key whose end is missing was one.
const MIN_REAL: usize = 200;

/// The anchor.
pub(in crate::detect::cert) struct Lines;

impl Anchor for Lines {
    fn patterns(&self) -> &'static [&'static [u8]] {
        // `ssh-` and `ecdsa-sha2-` behind `AAAA` and the length, in base64; and with `sk-` between.
        &[b"NzaC1", b"VjZHNhLXNoYTIt", b"NrLWVjZHNh"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let at = [6, 10]
            .iter()
            .filter_map(|before| at.checked_sub(*before))
            .find(|at| text.get(*at..).is_some_and(|t| t.starts_with(b"AAAA")))?;
        if at > 0 && parts::is_base64(*text.get(at - 1)?) {
            return None;
        }
        let (base64, end) = gather(text, at)?;
        let before = before(text, at);
        let blob = parts::base64(&base64);
        let name = blob.as_deref().and_then(|blob| Wire(blob).text())?;
        if !name.is_ascii() || name.len() < 6 {
            return None;
        }
        let (rest, _) = parts::line(text.get(..text.len().min(end + 200))?, end);
        let comment = comment(rest);
        let trimmed = before.text.trim_ascii_end();
        let written = trimmed.ends_with(name.as_bytes());
        let from = if written {
            at - (before.text.len() - (trimmed.len() - name.len()))
        } else {
            at
        };
        seen.stand(text, from..end);
        seen.show(text.get(from..(at + 24).min(end))?);
        let blob = blob.as_deref()?;
        let labels = hosts(&before, name, seen).unwrap_or_default();
        let label = if written { comment.as_str() } else { "" };
        if name.ends_with(CERTIFICATE) {
            if certificate::read(blob, label, seen) {
                return Some(end);
            }
        } else if (written || is_known(name))
            && let Some((_, key)) = public(blob, seen.catalog())
        {
            let mut asset = parts::labelled(key.asset(Half::Public, "OpenSSH"), label);
            for host in labels {
                asset = parts::labelled(asset, &host)
            }
            seen.add(asset, "object/openssh");
            return Some(end);
        }
        // Examples are cut off early, and say so by dots.
        if written && base64.len() >= MIN_REAL && !text.get(end..)?.starts_with(b"..") {
            seen.skip(SkipReason::Damaged, format!("{name} key cannot be read"));
        }
        None
    }
}

/// The base64 from `at` on; where a string literal ends and the next begins at once, it goes on there.
fn gather(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut base64 = Vec::new();
    let mut at = at;
    loop {
        let rest = text.get(at..)?;
        let run = rest
            .iter()
            .take_while(|byte| parts::is_base64(**byte))
            .count();
        base64.extend_from_slice(&rest[..run]);
        at += run;
        if base64.len() > MAX_KEY {
            return None;
        }
        let rest = &rest[run..];
        let Some(quote @ (b'"' | b'\'')) = rest.first() else {
            break;
        };
        let between = rest[1..]
            .iter()
            .take(200)
            .take_while(|b| b.is_ascii_whitespace() || matches!(b, b'+' | b'.' | b'\\'))
            .count();
        let next = 1 + between;
        let goes_on = rest.get(next) == Some(quote)
            && rest.get(next + 1).is_some_and(|b| parts::is_base64(*b))
            && !rest[next + 1..].starts_with(b"AAAA");
        if !goes_on {
            break;
        }
        at += next + 1;
    }
    let padding = text.get(at..)?.iter().take(2).take_while(|b| **b == b'=');
    at += padding.count();
    Some((base64, at))
}

/// What stands before a key in its line.
struct Before<'t> {
    text: &'t [u8],
    /// Whether that is all of the line before it.
    whole: bool,
}

fn before(text: &[u8], at: usize) -> Before<'_> {
    let start = parts::line_start(text, at, MAX_BEFORE);
    let from = start.unwrap_or_else(|| at.saturating_sub(MAX_BEFORE));
    Before {
        text: text.get(from..at).unwrap_or_default(),
        whole: start.is_some(),
    }
}

/// What stands behind a key, up to where the line or the text that it is in ends.
fn comment(rest: &[u8]) -> String {
    let Some(rest) = rest.strip_prefix(b" ").or(rest.strip_prefix(b"\t")) else {
        return String::new();
    };
    // In a command, what follows is another command, an option or a variable, and may be a password.
    let end = rest
        .iter()
        .position(|byte| b"\"'`\\<>,;|&$(){}=\0".contains(byte))
        .unwrap_or(rest.len());
    let words = rest[..end].split(|byte| byte.is_ascii_whitespace());
    let mut words: Vec<&[u8]> = words
        .filter(|word| !word.is_empty())
        .take_while(|word| !word.starts_with(b"-"))
        .collect();
    if rest.get(end) == Some(&b'=') {
        words.pop();
    }
    String::from_utf8_lossy(&words.join(&b' ')).into_owned()
}

/// The hosts of a line of `known_hosts` that are not hashed; `None` where it is no such line.
fn hosts(before: &Before<'_>, name: &str, seen: &Seen<'_>) -> Option<Vec<String>> {
    let text = before
        .whole
        .then(|| std::str::from_utf8(before.text).ok())??;
    let text = text.trim().strip_suffix(name)?.trim_end();
    let (marked, text) = match text
        .strip_prefix("@cert-authority")
        .or(text.strip_prefix("@revoked"))
    {
        Some(rest) => (true, rest.trim()),
        None => (false, text),
    };
    if text.is_empty() || text.starts_with("|1|") || text.contains(char::is_whitespace) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]*?!,%".contains(c);
    let named = seen
        .artifact
        .path
        .rsplit('/')
        .next()?
        .contains("known_hosts");
    // Without mark or file name, only what is surely a host: `example.org`, `[example.org]:22`.
    let sure = text.contains('.') && !text.ends_with([':', '.']) || text.starts_with('[');
    (text.chars().all(plain) && (marked || named || sure))
        .then(|| text.split(',').take(8).map(str::to_owned).collect())
}
