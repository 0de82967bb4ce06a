//! Text made fit for a terminal: harmless, cut, wrapped, grouped. Knows no report.

use crate::output::deceives;

/// Without what would control the terminal, give orders to a CI service that reads the log, or deceive the eye. As many characters as before.
pub(crate) fn harmless(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| {
            if c == '\t' {
                ' '
            } else if deceives(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    if text.contains("##") || text.contains("::") {
        without_orders(&text)
    } else {
        text
    }
}

/// What GitHub's runner takes for an order where `::` begins a line (`ActionCommand` and the extensions in `actions/runner`).
const ORDERS: &[&str] = &[
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// Without what CI services take for orders in a log: `##[…]` (GitHub) and `##vso[…]` (Azure Pipelines) anywhere in a line, `##teamcity[…]`,
/// and `::set-output …` where a word, and so perhaps a line, begins.
fn without_orders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        let is_order = match c {
            '#' => {
                before == '#' && {
                    let word = after.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                    word.starts_with('[')
                }
            }
            ':' if before.is_whitespace() => after.strip_prefix(':').is_some_and(|after| {
                let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', ':']);
                let mut orders = ORDERS.iter();
                orders.any(|order| after.strip_prefix(order).is_some_and(ends))
            }),
            _ => false,
        };
        out.push(if is_order { '\u{fffd}' } else { c });
        before = c;
    }
    out
}

/// Of at most `max` characters, the last of them `…` where something was cut. Where bytes count, not columns: marks that combine take none
/// of these.
pub(crate) fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some(_) => {
            let kept = text.chars().take(max.saturating_sub(1));
            kept.chain(['…']).collect()
        }
    }
}

/// Columns a text takes: two for the scripts that terminals draw wide, none for marks that combine.
pub(crate) fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '\u{0300}'..='\u{036f}' | '\u{fe00}'..='\u{fe0f}' => 0,
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1faff}'
            | '\u{20000}'..='\u{3fffd}' => 2,
            _ => 1,
        })
        .sum()
}

/// Cut to a number of columns, with `…` where something was cut.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if columns(text) <= max {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > max {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Cut to a number of columns from the front, with `…` where something was cut: of a path the end says more.
pub(crate) fn cut_front(text: &str, max: usize) -> String {
    if columns(text) <= max {
        return text.to_owned();
    }
    let mut used = 1;
    let mut from = text.len();
    for (at, c) in text.char_indices().rev() {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > max {
            break;
        }
        from = at;
    }
    format!("…{}", &text[from..])
}

/// Lines of at most `max` columns, broken at spaces where there are any.
pub(crate) fn wrapped(text: &str, max: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let word = cut(word, max.max(1));
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            *line = word;
        } else if columns(line) + 1 + columns(&word) <= max {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

/// `6,477`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',')
        }
        out.push(digit);
    }
    out
}

pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        grouped(number),
        if number == 1 { "" } else { "s" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_code_cannot_control_the_terminal() {
        assert_eq!(
            harmless("a\u{1b}[31m\tb\u{202e}c\r\n"),
            "a\u{fffd}[31m b\u{fffd}c\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn text_of_the_code_gives_no_orders_to_ci() {
        assert_eq!(
            harmless("a ##[add-mask]b ##vso[task.x]c"),
            "a #\u{fffd}[add-mask]b #\u{fffd}vso[task.x]c"
        );
        assert_eq!(
            harmless("::set-output name=a::b"),
            "\u{fffd}:set-output name=a::b"
        );
        assert_eq!(harmless("x ::error::y"), "x \u{fffd}:error::y");
        // What is code stays as it is.
        for code in ["std::error::Error", "::std::fs", "## [x]", "a ## b", "#[x]"] {
            assert_eq!(harmless(code), code);
        }
    }

    #[test]
    fn what_takes_no_columns_is_shortened_too() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcd", 3), "ab…");
        assert_eq!(shortened(&"\u{300}".repeat(9), 3), "\u{300}\u{300}…");
    }

    #[test]
    fn lines_are_cut_and_wrapped_by_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut_front("src/keys.py", 11), "src/keys.py");
        assert_eq!(cut_front("src/keys.py", 8), "…keys.py");
        assert_eq!(cut_front("漢字漢字", 6), "…漢字");
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("immeasurable", 5), ["imme…"]);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(6477), "6,477");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "file"), "1 file");
    }
}
