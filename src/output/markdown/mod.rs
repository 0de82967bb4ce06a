//! Markdown, for pull requests, job summaries, tickets and pages: how text of strangers is written in it, and the documents.
//!
//! Nothing from the tree under scan is markup, HTML, a link, a mention of somebody or a reference to an issue: it stands in code spans, where
//! none of these are read, and lines in it end nothing. What we say in between is `prose`, of which every word that is more than a word is
//! set in a code span too. The rules are those of CommonMark 0.31, of GitHub Flavored Markdown 0.29 (tables, autolinks), and of what GitHub and
//! GitLab make of text afterwards (mentions, references, emoji), which leave code alone.

pub(super) mod diff;
pub mod plan;
pub mod summary;

use super::fit::harmless;

/// A code span. Its fence is longer than any run of backticks in it (CommonMark 0.31 §6.1).
pub(crate) fn code(text: &str) -> String {
    let text = harmless(text);
    if text.is_empty() {
        return String::new();
    }
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A space on each side is not shown; without one a backtick at the edge would belong to the fence.
    if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// A code span in a cell of a table, where a bar ends the cell in code as well unless a backslash stands before it (GFM 0.29 §4.10). A
/// backslash of the text's own before a bar would take that away: a space parts them.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in code(text).chars() {
        if c == '|' {
            out.push_str(if before == '\\' { " \\" } else { "\\" })
        }
        out.push(c);
        before = c;
    }
    out
}

/// Words in which names of strangers may stand: what is no plain word is set in a code span, and code spans that are there stay. One line;
/// white space is one space.
pub(crate) fn prose(text: &str) -> String {
    set(text, true, code)
}

/// Such words in a cell of a table.
pub(crate) fn prose_cell(text: &str) -> String {
    set(text, false, cell)
}

fn set(text: &str, begins_line: bool, span: fn(&str) -> String) -> String {
    let text = harmless(text);
    let mut parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // A span that does not close is none.
        parts = vec![&text];
    }
    let mut out = String::new();
    let mut push = |piece: String, mut apart: bool| {
        // Two fences that touch would be one.
        apart |= out.ends_with('`') && piece.starts_with('`');
        if apart && !out.is_empty() {
            out.push(' ')
        }
        out.push_str(&piece)
    };
    let mut apart = false;
    let mut first = begins_line;
    for (number, part) in parts.iter().enumerate() {
        if number % 2 == 1 {
            push(span(part), apart);
            (apart, first) = (false, false);
            continue;
        }
        apart |= part.starts_with(char::is_whitespace);
        for word in part.split_whitespace() {
            let plain = is_plain(word, first);
            push(
                if plain {
                    word.to_owned()
                } else {
                    in_span(word, span)
                },
                apart,
            );
            (apart, first) = (true, false);
        }
        apart = part.ends_with(char::is_whitespace);
    }
    out
}

/// A word in a code span, without the punctuation around it; quotation marks of which the span takes the place are not shown.
fn in_span(word: &str, span: fn(&str) -> String) -> String {
    let bare = word.trim_start_matches(['(', '\'']);
    let (before, bare) = word.split_at(word.len() - bare.len());
    let mut kept = bare;
    while let Some(c) = kept.chars().next_back() {
        let is_after = match c {
            // What the word itself opens is closed in it: `f()`.
            ')' => kept.matches('(').count() < kept.matches(')').count(),
            // `:tada:` is one word. Two colons are no punctuation, and could be an order to who reads the log.
            ':' => !kept.starts_with(':') && !word.contains("::"),
            c => matches!(c, ',' | ';' | '.' | '\'' | '…'),
        };
        if !is_after {
            break;
        }
        kept = &kept[..kept.len() - c.len_utf8()];
    }
    let (bare, after) = bare.split_at(kept.len());
    if bare.is_empty() {
        return span(word);
    }
    let unquoted = before.strip_suffix('\'').zip(after.strip_prefix('\''));
    let (before, after) = unquoted.unwrap_or((before, after));
    format!("{before}{}{after}", span(bare))
}

/// Fewest hexadecimal digits that GitHub takes for a commit.
const COMMIT: usize = 7;
/// Names of algorithms that look like one; none is written with a capital.
const NO_COMMITS: &[&str] = &["Ed25519"];

/// Whether nobody takes a word for anything but a word; at the beginning of a line `-`, `1.` and the like begin a list.
fn is_plain(word: &str, first: bool) -> bool {
    let bare = word.trim_matches(['(', ')', ',', ';', '.', '\'', '…', ':']);
    if first && !word.starts_with(|c: char| c.is_alphabetic() || c == '(') {
        return false;
    }
    if bare.is_empty() {
        return true;
    }
    let lower = bare.to_ascii_lowercase();
    let is_commit = bare.len() >= COMMIT
        && bare.chars().all(|c| c.is_ascii_hexdigit())
        && !NO_COMMITS.contains(&bare);
    let joins = |c: char| matches!(c, '-' | '.' | ',' | '\'' | '/' | '’' | '–');
    !is_commit
        && !lower.contains("www.")
        && !lower.starts_with("gh-")
        // `:tada:` is a picture; a colon behind a word is none.
        && !word.starts_with(':')
        && !word.contains("::")
        && bare.chars().all(|c| c.is_alphanumeric() || joins(c))
        && bare.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_code_span() {
        assert_eq!(code("a@b <img> [x](y)"), "`a@b <img> [x](y)`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a\n\n# b"), "`a\u{fffd}\u{fffd}# b`");
        assert_eq!(code(""), "");
    }

    #[test]
    fn no_text_leaves_its_cell() {
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(cell("a\\|b"), "`a\\ \\|b`");
        assert_eq!(cell("a\\\\|b||"), "`a\\\\ \\|b\\|\\|`");
        assert_eq!(cell("a` | b"), "``a` \\| b``");
    }

    #[test]
    fn words_are_words_and_all_else_is_code() {
        assert_eq!(
            prose("Replace RSA-2048 key transport (4 places, 2 files)"),
            "Replace RSA-2048 key transport (4 places, 2 files)"
        );
        assert_eq!(prose("by @example/team"), "by `@example/team`");
        assert_eq!(
            prose("see #12, org/repo#3 and GH-4"),
            "see `#12`, `org/repo#3` and `GH-4`"
        );
        assert_eq!(prose("at https://example.org"), "at `https://example.org`");
        assert_eq!(prose("at www.example.org"), "at `www.example.org`");
        assert_eq!(prose("to a@example.org"), "to `a@example.org`");
        assert_eq!(
            prose("a <b>bold</b> *one* :tada: ![i](u)"),
            "a `<b>bold</b>` `*one*` `:tada:` `![i](u)`"
        );
        assert_eq!(prose("in 1a2b3c4d5e"), "in `1a2b3c4d5e`");
        assert_eq!(prose("- item"), "`-` item");
        assert_eq!(prose("1. item\n# head"), "`1`. `item\u{fffd}#` head");
        assert_eq!(prose("a\t b   c"), "a b c");
        assert_eq!(prose_cell("a|b or c"), "`a\\|b` or c");
        assert_eq!(
            prose("in a_b(), (c_d()), [e](f)"),
            "in `a_b()`, (`c_d()`), `[e](f)`"
        );
    }

    #[test]
    fn punctuation_is_no_code() {
        assert_eq!(
            prose("Replace Ed25519, EVP_BytesToKey, and (a_b): 'curve_class'."),
            "Replace Ed25519, `EVP_BytesToKey`, and (`a_b`): `curve_class`."
        );
        assert_eq!(prose("ed25519, 1234567."), "`ed25519`, `1234567`.");
        assert_eq!(prose("a 'b_c d_e' <x>)"), "a '`b_c` `d_e`' `<x>`)");
        assert_eq!(prose("... a"), "`...` a");
        assert_eq!(prose("at a_b::, b"), "at `a_b::`, b");
        assert_eq!(prose_cell("x ('a|b')"), "x (`a\\|b`)");
    }

    #[test]
    fn spans_that_are_there_stay() {
        assert_eq!(
            prose("set `jdk.tls.namedGroups` (in `a b`), then"),
            "set `jdk.tls.namedGroups` (in `a b`), then"
        );
        assert_eq!(prose("a_b`c_d`e_f"), "`a_b` `c_d` `e_f`");
        // One that does not close is none.
        assert_eq!(prose("a `b @c"), "a `` `b `` `@c`");
    }
}
