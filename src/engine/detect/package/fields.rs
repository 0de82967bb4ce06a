//! Paragraphs of `Key: value` lines, as Debian's control files, Python's metadata and manifests of jars have them.

/// One paragraph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paragraph<'a>(&'a str);

impl<'a> Paragraph<'a> {
    /// The first line of a key's value, whatever the key's case; of the first where a key stands twice. Continued lines are left
    /// out: no name or version has any.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.lines()
            .find(|(k, _)| k.trim_end().eq_ignore_ascii_case(key))
            .map(|(_, value)| value.trim())
    }

    /// Its lines, keys and values.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.0
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':'))
    }
}

/// The paragraphs of a text, which empty lines part.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = Paragraph<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (line, after) = first_line(rest)?;
            if !line.trim().is_empty() {
                break;
            }
            rest = after;
        }
        let start = rest;
        while let Some((line, after)) = first_line(rest)
            && !line.trim().is_empty()
        {
            rest = after;
        }
        Some(Paragraph(&start[..start.len() - rest.len()]))
    })
}

fn first_line(text: &str) -> Option<(&str, &str)> {
    let end = memchr::memchr(b'\n', text.as_bytes()).map_or(text.len(), |at| at + 1);
    (!text.is_empty()).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continued_lines_are_no_keys_and_the_first_of_two_counts() {
        let text =
            "Package: a\r\nDescription: one\r\n Package: b\r\nPACKAGE: c\r\n\r\n\r\nPackage: d";
        let names: Vec<_> = paragraphs(text).map(|p| p.get("Package")).collect();
        assert_eq!(names, [Some("a"), Some("d")]);
    }

    #[test]
    fn a_text_without_keys_has_no_paragraph() {
        assert_eq!(paragraphs("").count(), 0);
        assert_eq!(paragraphs("\n \n\n").count(), 0);
    }
}
