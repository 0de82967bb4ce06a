//! Text made fit for a terminal: harmless, cut, wrapped, grouped. Knows no report.

use crate::output::deceives;

/// Without what would control the terminal or deceive the eye.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\t' {
                ' '
            } else if deceives(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// Columns a text takes: two for the scripts that terminals draw wide, none for marks that combine.
pub(super) fn columns(text: &str) -> usize {
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

/// Lines of at most `max` columns, broken at spaces where there are any.
pub(super) fn wrapped(text: &str, max: usize) -> Vec<String> {
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
pub(super) fn grouped(number: u64) -> String {
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

pub(super) fn counted(number: u64, noun: &str) -> String {
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
    fn lines_are_cut_and_wrapped_by_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
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
