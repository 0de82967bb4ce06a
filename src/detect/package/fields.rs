//! Paragraphs of `Key: value` lines, as Debian's control files, Python's metadata and manifests of jars have them.

/// One paragraph: its keys and the first lines of their values.
#[derive(Debug, Default)]
pub(super) struct Paragraph<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Paragraph<'a> {
    /// The value of a key, whatever its case; the first where a key stands twice.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(k, _)| k.eq_ignore_ascii_case(key))
            .map(|(_, value)| *value)
    }
}

/// The paragraphs of a text, which empty lines part. Continued lines are left out: no name or version has any.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = Paragraph<'_>> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let mut paragraph = Paragraph::default();
        loop {
            match lines.next() {
                None if paragraph.0.is_empty() => return None,
                None => return Some(paragraph),
                Some(line) if line.trim().is_empty() => {
                    if !paragraph.0.is_empty() {
                        return Some(paragraph);
                    }
                }
                Some(line) if line.starts_with([' ', '\t']) => {}
                Some(line) => {
                    if let Some((key, value)) = line.split_once(':') {
                        paragraph.0.push((key.trim_end(), value.trim()));
                    }
                }
            }
        }
    })
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
