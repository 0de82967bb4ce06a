//! Examples and their marks: what the code in a rule file must show, line by line. Running them needs the scanner
//! (`scan::snippet`), so this module only reads and compares.

use std::collections::BTreeMap;

/// The marks of an example's code.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// What must be found, by line (first is 1), in the form of `brief()`.
    pub expected: BTreeMap<u32, Vec<String>>,
    /// What is not found today and should be, by line.
    pub gaps: BTreeMap<u32, Vec<String>>,
}

impl Marks {
    /// Reads the marks; `comment` starts a comment that goes to the end of the line (`//`, `#`).
    pub fn read(code: &str, comment: &str) -> Self {
        let mark = format!("{comment}~");
        let mut marks = Self::default();
        let mut waiting: Vec<String> = Vec::new();
        for (number, line) in (1..).zip(code.lines()) {
            match line.split_once(&mark) {
                Some((_, gap)) if gap.starts_with('?') => waiting.extend(split(&gap[1..])),
                found => {
                    if let Some((_, text)) = found {
                        marks
                            .expected
                            .entry(number)
                            .or_default()
                            .extend(split(text))
                    }
                    if !line.trim().is_empty() && !waiting.is_empty() {
                        marks.gaps.entry(number).or_default().append(&mut waiting)
                    }
                }
            }
        }
        marks
    }

    /// Every way in which what was found differs from the marks; empty where nothing does.
    pub fn compare(&self, found: &BTreeMap<u32, Vec<String>>) -> Vec<String> {
        let mut differences = Vec::new();
        let lines: std::collections::BTreeSet<u32> = self
            .expected
            .keys()
            .chain(found.keys())
            .chain(self.gaps.keys())
            .copied()
            .collect();
        for line in lines {
            let mut expected = self.expected.get(&line).cloned().unwrap_or_default();
            let gaps = self.gaps.get(&line).cloned().unwrap_or_default();
            let mut extra = Vec::new();
            for one in found.get(&line).into_iter().flatten() {
                if let Some(at) = expected.iter().position(|e| e == one) {
                    expected.remove(at);
                } else if gaps.contains(one) {
                    differences.push(format!(
                        "line {line}: the known gap is closed, promote its mark: {one}"
                    ));
                } else {
                    extra.push(one.clone());
                }
            }
            differences.extend(
                expected
                    .into_iter()
                    .map(|e| format!("line {line}: missing  {e}")),
            );
            differences.extend(
                extra
                    .into_iter()
                    .map(|e| format!("line {line}: found    {e}")),
            );
        }
        differences
    }
}

fn split(text: &str) -> Vec<String> {
    text.split(" ; ")
        .map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|one| !one.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_on_their_line_and_gaps_before_it() {
        let marks = Marks::read("a  //~ key RSA ;  key EC\n//~? key DSA\n\nb\n", "//");
        assert_eq!(marks.expected[&1], ["key RSA", "key EC"]);
        assert_eq!(marks.gaps[&4], ["key DSA"]);
    }

    #[test]
    fn missing_extra_and_closed_gaps_are_told_apart() {
        let marks = Marks::read("a  //~ key RSA\n//~? key DSA\nb\n", "//");
        let found = BTreeMap::from([
            (1, vec!["key EC".to_owned()]),
            (3, vec!["key DSA".to_owned()]),
        ]);
        let differences = marks.compare(&found);
        assert_eq!(differences.len(), 3);
        assert!(
            differences[0].contains("missing")
                && differences[1].contains("found")
                && differences[2].contains("promote")
        );
    }
}
