//! Comments that accept what was found: `pqscan: accept CLASS until DATE because …`. They are collected here as text, with the line that
//! each is about; what they say is read in `inventory::waiver`.
//!
//! A comment counts if it begins with these words, after one of the signs that begin comments in what this version reads. No grammar is
//! asked: a text constant of that shape counts too, and whoever can write one can write a comment. Members of archives are not searched:
//! what was delivered with a project does not speak for it.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};

use crate::detect::Source;
use crate::model::InlineWaiver;

use super::look::Looked;

/// Larger files are not searched for comments; nobody writes them by hand.
const MAX_FILE: u64 = 16 << 20;
/// Comments kept of one file, and of a scan.
const MAX_OF_A_FILE: usize = 100;
const MAX_OF_A_SCAN: usize = 10_000;
/// Bytes kept of what a comment says.
const MAX_TEXT: usize = 600;
/// Lines of a comment below the first, at most, that are passed over to find what it is about.
const MAX_LINES: usize = 20;

const NAME: &[u8] = b"pqscan:";
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(NAME));

/// What begins a comment, or a further line of one; longer before those that they end in.
const SIGNS: &[&[u8]] = &[
    b"<!--", b"//!", b"///", b"//", b"/**", b"/*!", b"/*", b"--", b"#", b";", b"%", b"*",
];

/// Adds what the comments of a file accept.
pub(super) fn collect(source: &mut dyn Source, head: &[u8], looked: &mut Looked) {
    if source.len() > MAX_FILE || memchr(0, head).is_some() {
        return;
    }
    let length = source.len();
    // What cannot be read was told by whoever looked at it.
    let Ok(text) = source.read_at(0..length) else {
        return;
    };
    for comment in Comments::of(text) {
        if looked.accepted.len() == MAX_OF_A_FILE {
            looked.comments_beyond += 1;
            continue;
        }
        looked.accepted.push(InlineWaiver {
            path: looked.path.clone(),
            line: comment.line,
            covers: comment.covers,
            text: comment.text.into(),
        });
    }
}

/// Sorts what was collected and keeps as many as there is room for; how many were too many.
pub(super) fn keep(accepted: &mut Vec<InlineWaiver>) -> u64 {
    accepted.sort();
    let beyond = accepted.len().saturating_sub(MAX_OF_A_SCAN);
    accepted.truncate(MAX_OF_A_SCAN);
    beyond as u64
}

struct Comment {
    line: u32,
    covers: u32,
    text: String,
}

/// The comments of a text, front to back. Every byte is looked at a bounded number of times.
struct Comments<'t> {
    text: &'t [u8],
    /// Where to go on.
    at: usize,
    /// The line that `at` is in, from 1, and where it begins.
    line: u32,
    begin: usize,
    /// The last line with something that looked like a comment and was none.
    rejected: u32,
}

impl<'t> Comments<'t> {
    fn of(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            begin: 0,
            rejected: 0,
        }
    }

    fn go_to(&mut self, to: usize) {
        for newline in memchr_iter(b'\n', &self.text[self.at..to]) {
            self.line = self.line.saturating_add(1);
            self.begin = self.at + newline + 1;
        }
        self.at = to;
    }

    /// Whether a sign begins a comment: a star does at the beginning of a line only.
    fn is_sign(&self, sign: &[u8], before: &[u8]) -> bool {
        let before = before.strip_suffix(sign).unwrap_or(before);
        sign != b"*" || (self.rejected != self.line && before.trim_ascii().is_empty())
    }

    /// The line that a comment is about: its own, where code stands before it, and else the one below it and below what belongs to it.
    fn covers(&self, sign: &[u8], before: &[u8], end: usize) -> u32 {
        // A byte order mark is no code.
        let before = before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before);
        if !before.trim_ascii().is_empty() {
            return self.line;
        }
        let further: &[u8] = match sign {
            b"/**" | b"/*!" | b"/*" => b"*",
            sign => sign,
        };
        let mut covers = self.line.saturating_add(1);
        let mut rest = self.text.get(end + 1..).unwrap_or_default();
        for _ in 0..MAX_LINES {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            // A line of code is told by its first bytes.
            let line = rest[..end.min(MAX_TEXT)].trim_ascii_start();
            if !line.starts_with(further) {
                break;
            }
            covers = covers.saturating_add(1);
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        covers
    }
}

impl Iterator for Comments<'_> {
    type Item = Comment;

    fn next(&mut self) -> Option<Comment> {
        loop {
            let found = self.at + FINDER.find(&self.text[self.at..])?;
            self.go_to(found);
            let after = found + NAME.len();
            let before = self.text[self.begin..found].trim_ascii_end();
            let sign = SIGNS.iter().copied().find(|sign| before.ends_with(sign));
            // Nothing is looked for along a line before it is known to be a comment: there may be a million on it that are none.
            let comment = sign.filter(|sign| self.is_sign(sign, before));
            let comment = comment.and_then(|sign| Some((sign, said(&self.text[after..])?)));
            let Some((sign, said)) = comment else {
                self.rejected = self.line;
                self.at = after;
                continue;
            };
            let before = before.strip_suffix(sign).unwrap_or(before);
            let rest = &self.text[after..];
            let end = after + memchr(b'\n', rest).unwrap_or(rest.len());
            let comment = Comment {
                line: self.line,
                covers: self.covers(sign, before, end),
                text: shortened(said),
            };
            // One a line: what follows is its reason.
            self.at = end;
            return Some(comment);
        }
    }
}

/// What stands after `accept`, to the end of the line.
fn said(after: &[u8]) -> Option<&[u8]> {
    let blanks = after.iter().take_while(|b| matches!(b, b' ' | b'\t'));
    let rest = after[blanks.count()..].strip_prefix(b"accept")?;
    let is_whole = rest.first().is_none_or(u8::is_ascii_whitespace);
    is_whole.then(|| &rest[..memchr(b'\n', rest).unwrap_or(rest.len())])
}

fn shortened(said: &[u8]) -> String {
    let cut = &said[..said.len().min(MAX_TEXT)];
    let mut text = String::from_utf8_lossy(cut).trim().to_owned();
    if said.len() > MAX_TEXT {
        text.push('…')
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, line that it is about, and text of each comment.
    fn read(text: &str) -> Vec<(u32, u32, String)> {
        Comments::of(text.as_bytes())
            .map(|c| (c.line, c.covers, c.text))
            .collect()
    }

    #[test]
    fn a_comment_beside_code_is_about_its_line_and_one_by_itself_about_the_next() {
        let one = |text: &str| {
            let found = read(text);
            assert_eq!(found.len(), 1, "{text}");
            (found[0].0, found[0].1)
        };
        assert_eq!(one("a()  # pqscan: accept weak-hash\nb()\n"), (1, 1));
        assert_eq!(one("x\n  // pqscan: accept weak-hash\nb()\n"), (2, 3));
        assert_eq!(one("/* pqscan: accept weak-hash */\nb();"), (1, 2));
        assert_eq!(one("/**\n * pqscan: accept weak-hash\n */\nb();"), (2, 4));
        assert_eq!(one("<!-- pqscan: accept weak-hash -->\n<b>"), (1, 2));
        assert_eq!(one("-- pqscan:accept weak-hash\nb"), (1, 2));
        assert_eq!(one("; pqscan: accept weak-hash"), (1, 2));
        assert_eq!(one("\u{feff}# pqscan: accept weak-hash\r\nb()"), (1, 2));
        // The reason goes on below.
        assert_eq!(one("# pqscan: accept a because\n# of b\nc()"), (1, 3));
    }

    #[test]
    fn several_above_a_line_are_about_it() {
        let found = read("// pqscan: accept a\n// pqscan: accept b\nc();\n");
        let lines: Vec<_> = found.iter().map(|c| (c.0, c.1)).collect();
        assert_eq!(lines, [(1, 3), (2, 3)]);
    }

    #[test]
    fn only_comments_that_begin_so_count() {
        for text in [
            "log(\"pqscan: accept weak-hash\")",
            "pqscan: accept weak-hash",
            "# see pqscan: accept weak-hash",
            "# pqscan: accepted",
            "# pqscan: scan",
            "a * pqscan: accept weak-hash",
        ] {
            assert!(read(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_line_of_nothing_else_costs_no_more_than_its_length() {
        for part in [
            "pqscan: accept ",
            "# pqscan: accepted ",
            "a * pqscan: accept ",
        ] {
            assert!(read(&part.repeat(400_000)).is_empty());
        }
        let blank = format!("{}* pqscan: no ", " ".repeat(1 << 20));
        assert!(read(&format!("{blank}{}", "* pqscan: accept ".repeat(100_000))).is_empty());
        let hostile = "pqscan: accept ".repeat(400_000);
        let hostile = format!("{}# {hostile}", " ".repeat(4 << 20));
        let found = read(&hostile);
        assert_eq!(found.len(), 1);
        assert!(found[0].2.len() <= MAX_TEXT + 3);
    }
}
