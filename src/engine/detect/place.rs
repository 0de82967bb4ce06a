//! Byte offsets become places that a person can open, and lines that may be shown.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Artifact, Location};

/// Longer lines are cut around the place: minified code has lines of megabytes.
const MAX_SHOWN: usize = 160;

/// The lines of an artifact, and where they stand in the file that a person opens.
pub struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
    path: Arc<str>,
    lines_before: u32,
    offset: usize,
    /// The last column that was counted: the line's start, the byte, and its column. Findings come in order, and a line
    /// of minified code has megabytes.
    counted: Cell<(usize, usize, usize)>,
}

impl<'t> Lines<'t> {
    /// Finds the lines.
    pub fn new(text: &'t [u8], artifact: &Artifact) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1))
            .collect();
        let (path, lines_before) = artifact
            .host
            .clone()
            .unwrap_or_else(|| (artifact.path.clone(), 0));
        let offset = if artifact.host.is_some() {
            artifact.offset
        } else {
            0
        };
        Self {
            text,
            starts,
            path,
            lines_before,
            offset,
            counted: Cell::new((0, 0, 1)),
        }
    }

    /// The place of a byte range.
    pub fn location(&self, span: Range<usize>) -> Location {
        let (line, start) = self.line_of(span.start);
        let column = self.column(start, span.start.min(self.text.len()));
        let span = span.start + self.offset..span.end + self.offset;
        Location {
            path: self.path.clone(),
            line: to_u32(line + 1).saturating_add(self.lines_before),
            column: to_u32(column),
            span: span.into(),
        }
    }

    /// The column of a byte, in characters from 1.
    fn column(&self, start: usize, at: usize) -> usize {
        let (line, byte, column) = self.counted.get();
        let (from, before) = if line == start && byte <= at && byte >= start {
            (byte, column)
        } else {
            (start, 1)
        };
        let column = before
            + self.text[from..at]
                .iter()
                .filter(|b| (**b & 0xc0) != 0x80)
                .count();
        self.counted.set((start, at, column));
        column
    }

    fn line_of(&self, at: usize) -> (usize, usize) {
        let line = self
            .starts
            .partition_point(|start| *start <= at)
            .saturating_sub(1);
        (line, self.starts[line])
    }

    /// The text of the line that holds a byte, trimmed and cut, without the secrets.
    pub fn shown(&self, at: usize, secrets: &[Range<usize>]) -> String {
        let (line, start) = self.line_of(at);
        let end = self
            .starts
            .get(line + 1)
            .map_or(self.text.len(), |next| next - 1);
        let from = if at.saturating_sub(start) > MAX_SHOWN / 2 && end - start > MAX_SHOWN {
            at - MAX_SHOWN / 4
        } else {
            start
        };
        let to = end.min(from + MAX_SHOWN);
        let mut shown = String::new();
        let mut next = from;
        let mut hidden: Vec<&Range<usize>> = secrets
            .iter()
            .filter(|s| s.start < to && s.end > from)
            .collect();
        hidden.sort_by_key(|s| s.start);
        for secret in hidden {
            if secret.start > next {
                shown.push_str(&String::from_utf8_lossy(&self.text[next..secret.start]))
            }
            if secret.end > next {
                shown.push_str("\"…\"");
                next = secret.end;
            }
        }
        if next < to {
            shown.push_str(&String::from_utf8_lossy(&self.text[next..to]))
        }
        shown
            .trim()
            .chars()
            .filter(|c| !c.is_control() || *c == '\t')
            .collect()
    }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
