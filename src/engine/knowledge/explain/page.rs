//! The form of a page: headed paragraphs and small tables.

use std::fmt::Write as _;

/// Columns of a page.
pub(super) const WIDTH: usize = 80;
/// Tables with longer left columns have their right one below.
const LEFT: usize = 30;

/// Headed paragraphs and small tables.
pub(super) struct Page {
    /// All of it.
    pub(super) text: String,
}

impl Page {
    /// An empty one with a title.
    pub(super) fn new(title: &str) -> Self {
        Self {
            text: format!("{title}\n{}\n", "=".repeat(title.chars().count())),
        }
    }

    /// A heading and paragraphs, one for each line.
    pub(super) fn section(&mut self, heading: &str, text: &str) {
        self.heading(heading);
        for line in text.lines() {
            wrap(line, "  ", "  ", &mut self.text)
        }
    }

    /// A heading and rows of two columns; nothing where there are no rows.
    pub(super) fn table(&mut self, heading: &str, rows: &[(String, String)]) {
        if rows.is_empty() {
            return;
        }
        self.heading(heading);
        let widths = rows.iter().map(|(left, _)| left.chars().count());
        let width = widths.filter(|width| *width <= LEFT).max().unwrap_or(2);
        let indent = " ".repeat(width + 4);
        for (left, right) in rows {
            if left.chars().count() > width {
                let _ = writeln!(self.text, "  {left}");
                wrap(right, &indent, &indent, &mut self.text)
            } else {
                wrap(
                    right,
                    &format!("  {left:width$}  "),
                    &indent,
                    &mut self.text,
                )
            }
        }
    }

    fn heading(&mut self, heading: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "\n{heading}");
    }
}

/// Words in lines of at most `WIDTH` columns, the first after `first` and the others after `rest`.
fn wrap(text: &str, first: &str, rest: &str, to: &mut String) {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            to.push_str(line.trim_end());
            to.push('\n');
            line = rest.to_owned();
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    to.push_str(line.trim_end());
    to.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_column_stays_a_column() {
        let mut page = Page::new("T");
        let long = "word ".repeat(20);
        page.table("Rows", &[("left".to_owned(), long)]);
        let text = page.text;
        let lines: Vec<&str> = text.lines().skip(4).collect();
        assert!(lines[0].starts_with("  left  word"), "{text}");
        assert!(lines[1].starts_with("        word"), "{text}");
        assert!(lines.iter().all(|line| line.len() <= WIDTH), "{text}");
    }
}
