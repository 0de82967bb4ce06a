//! Where things are, as SARIF says it: URIs below the scanned root, artifacts inside artifacts, and regions.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::shape::{
    Artifact, ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region, Text,
};
use super::words::plain;
use crate::model;
use crate::output::fit::harmless;

/// What every URI is relative to: the name that GitHub and the tools of SARIF know for the root of the source.
pub(super) const ROOT: &str = "%SRCROOT%";
/// Consumers read lines and offsets as 32 bits with a sign; one that is larger would make them refuse the whole document.
const MAX_NUMBER: u64 = i32::MAX as u64;
/// What stands between an artifact and what lies inside it.
const INSIDE: &str = "!/";

/// The artifacts of a run, each once.
#[derive(Default)]
pub(super) struct Artifacts {
    pub(super) list: Vec<Artifact>,
    numbers: HashMap<String, usize>,
}

impl Artifacts {
    /// The place by itself: for a member of an archive, the member. What is too far into a file stands at its beginning.
    pub(super) fn exact(&mut self, location: &model::Location, text: &str) -> Location {
        let region = region(location, text).unwrap_or_else(beginning);
        self.location(&location.path, region)
    }

    /// The place as somebody can open it who has no archiver: for a member of an archive, the archive's beginning.
    pub(super) fn openable(&mut self, location: &model::Location, text: &str) -> Location {
        match outer(&location.path) {
            None => self.exact(location, text),
            Some(archive) => {
                let mut place = self.location(archive, beginning());
                let member = LogicalLocation {
                    fully_qualified_name: harmless(&location.path),
                    kind: "resource",
                };
                place.logical_locations.push(member);
                place
            }
        }
    }

    fn location(&mut self, path: &str, region: Region) -> Location {
        let index = self.number(path);
        Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri(path),
                    uri_base_id: ROOT,
                    index: Some(index),
                },
                region: Some(region),
            },
            logical_locations: Vec::new(),
            message: None,
        }
    }

    /// The number of an artifact; those around it get theirs before it.
    fn number(&mut self, path: &str) -> usize {
        let mut parent = None;
        let ends = path.match_indices(INSIDE).map(|(at, _)| at);
        for end in ends.filter(|end| *end > 0).chain([path.len()]) {
            let path = &path[..end];
            // Two paths of hostile names can be written as one.
            let uri = uri(path);
            let number = self.numbers.get(&uri).copied();
            let number = number.unwrap_or_else(|| {
                self.list.push(Artifact {
                    location: at(path),
                    parent_index: parent,
                    roles: ["analysisTarget"],
                });
                self.numbers.insert(uri, self.list.len() - 1);
                self.list.len() - 1
            });
            parent = Some(number)
        }
        parent.unwrap_or_default()
    }
}

/// A path without a number.
pub(super) fn at(path: &str) -> ArtifactLocation {
    ArtifactLocation {
        uri: uri(path),
        uri_base_id: ROOT,
        index: None,
    }
}

/// The outermost archive that a place lies in.
pub(super) fn outer(path: &str) -> Option<&str> {
    let (archive, _) = path.split_once(INSIDE)?;
    (!archive.is_empty()).then_some(archive)
}

/// A path as a relative reference (RFC 3986 §4.2), whatever stands in it.
///
/// What lies inside of an archive keeps the `!/` of our paths, which the `jar:` scheme writes so too. §3.24.2 of the standard wants the path
/// within the archive alone, beginning with a slash: consumers take that for a file of the root, and its validator for a mistake.
pub(super) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for (number, part) in path.split('/').enumerate() {
        if number == 1 && uri.is_empty() {
            // An absolute path stays a name below the root.
            uri.push_str("%2F")
        } else if number > 0 {
            uri.push('/')
        }
        // Names of members can be these; whoever resolves the reference must not climb.
        if matches!(part, "." | "..") {
            uri.push_str(&part.replace('.', "%252E"));
            continue;
        }
        for byte in part.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(byte)),
                b'-' | b'.' | b'_' | b'~' | b'!' | b'+' | b',' | b'=' | b'@' => {
                    uri.push(char::from(byte))
                }
                _ => {
                    let _ = write!(uri, "%{byte:02X}");
                }
            }
        }
    }
    if uri.is_empty() {
        uri.push_str("%2F")
    }
    uri
}

/// The region of a place: from its first character on in a file with lines, bytes in another. None where it is too far into a file.
///
/// The report knows where a place begins by line and column and where it ends by bytes. `endColumn` is there where the line's text leaves
/// no doubt about it; else the region reaches to the end of the line, which is what its absence means (§3.30.8).
fn region(location: &model::Location, text: &str) -> Option<Region> {
    let length = location.span.end.saturating_sub(location.span.start);
    if location.line == 0 {
        let (offset, length) = (number(location.span.start)?, number(length)?);
        return Some(Region {
            byte_offset: Some(offset),
            byte_length: Some(length),
            ..Region::default()
        });
    }
    let line = number(location.line.into())?;
    let column = number(location.column.into())?.max(1);
    Some(Region {
        start_line: Some(line),
        start_column: Some(column),
        end_line: Some(line),
        end_column: end_column(column, length, text),
        snippet: (!text.is_empty()).then(|| Text::of(harmless(text))),
        ..Region::default()
    })
}

/// Whether a place is too far into its file for a region.
pub(super) fn is_far(location: &model::Location) -> bool {
    region(location, "").is_none()
}

/// Where a file begins, in a file that may have no lines: the region of what has no other.
fn beginning() -> Region {
    Region {
        byte_offset: Some(0),
        byte_length: Some(0),
        ..Region::default()
    }
}

/// One past the last column.
///
/// `text` is part of the line, without the white space around it. Where it is ASCII, and even without what stood before it long enough
/// for the place to end in it, the place ends on this line and has as many characters as bytes.
fn end_column(column: u32, length: u64, text: &str) -> Option<u32> {
    let end = u64::from(column) + length;
    let fits = text.is_ascii() && length > 0 && end - 1 <= text.len() as u64;
    fits.then(|| number(end)).flatten()
}

fn number(number: u64) -> Option<u32> {
    (number <= MAX_NUMBER).then(|| u32::try_from(number).ok())?
}

/// `a.jar!/Keys.class at byte 12`, for messages.
pub(super) fn shown(location: &model::Location) -> String {
    let path = plain(&location.path);
    match (location.line, location.span.start) {
        (0, 0) => path,
        (0, start) => format!("{path} at byte {start}"),
        (line, _) => format!("{path}, line {line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::artifact::Range64;

    #[test]
    fn whatever_stands_in_a_path_stays_a_name_below_the_root() {
        assert_eq!(uri("src/a b.rs"), "src/a%20b.rs");
        assert_eq!(uri("c:/x?y#z"), "c%3A/x%3Fy%23z");
        assert_eq!(uri("/etc/passwd"), "%2Fetc/passwd");
        assert_eq!(uri("//host/x"), "%2F/host/x");
        assert_eq!(uri("a.zip!/../../x"), "a.zip!/%252E%252E/%252E%252E/x");
        assert_eq!(uri("é\u{202e}\n"), "%C3%A9%E2%80%AE%0A");
        assert_eq!(uri("100%/\\"), "100%25/%5C");
        assert_eq!(uri(""), "%2F");
    }

    #[test]
    fn an_artifact_is_listed_once_and_after_what_it_lies_in() {
        let mut artifacts = Artifacts::default();
        assert_eq!(artifacts.number("a.war!/b.jar!/K.class"), 2);
        assert_eq!(artifacts.number("a.war!/b.jar!/L.class"), 3);
        assert_eq!(artifacts.number("a.war"), 0);
        let parents: Vec<_> = artifacts.list.iter().map(|a| a.parent_index).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(1)]);
    }

    fn place(line: u32, column: u32, span: std::ops::Range<u64>) -> model::Location {
        model::Location {
            path: "a".into(),
            line,
            column,
            span: Range64 {
                start: span.start,
                end: span.end,
            },
        }
    }

    #[test]
    fn a_region_ends_where_it_surely_does() {
        // `md5(x) + md5(y)`, not indented: the first call.
        let region = region(&place(3, 1, 20..26), "md5(x) + md5(y)").expect("it is near");
        assert_eq!((region.start_line, region.start_column), (Some(3), Some(1)));
        assert_eq!((region.end_line, region.end_column), (Some(3), Some(7)));
        // Indented by an unknown number of columns: it may end beyond the text that is known.
        assert_eq!(end_column(9, 7, "x = f(y)"), None);
        // Bytes are not characters.
        assert_eq!(end_column(1, 4, "été()"), None);
        // It goes on below.
        assert_eq!(end_column(1, 80, "f("), None);
    }

    #[test]
    fn a_file_without_lines_has_bytes_and_none_that_consumers_cannot_hold() {
        let near = region(&place(0, 0, 4096..4112), "AES T-table").expect("it is near");
        assert_eq!((near.byte_offset, near.byte_length), (Some(4096), Some(16)));
        assert!(near.start_line.is_none() && near.snippet.is_none());
        assert!(region(&place(0, 0, 1 << 31..(1 << 31) + 1), "").is_none());
        assert!(region(&place(u32::MAX, 1, 0..1), "").is_none());
    }
}
