//! JSON that is written while it is made: a document of any size takes the memory of its largest part.
//!
//! `serde_json` hands every brace, quote and indent to the writer by itself. Behind a pointer to whatever a caller has, each would be a call;
//! so they are gathered first. All documents go through one kind of serializer, so that their types are compiled for one.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Bytes that are gathered before they are handed on.
const BUFFER: usize = 1 << 16;

/// A list whose items are made when they are written, each time anew.
pub(crate) struct Each<Items>(pub(crate) Items);

impl<Items, List> Serialize for Each<Items>
where
    Items: Fn() -> List,
    List: IntoIterator<Item: Serialize>,
{
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq((self.0)())
    }
}

/// Writes a document on lines of their own, each level two spaces further in, as `serde_json::to_writer_pretty` does, and a line feed.
pub(crate) fn pretty(to: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    write(to, document, Layout::new(true), b"\n")
}

/// Writes a document without any space between its parts, as `serde_json::to_writer` does.
pub(crate) fn compact(to: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    write(to, document, Layout::new(false), b"")
}

fn write(
    to: &mut dyn Write,
    document: &impl Serialize,
    layout: Layout,
    end: &[u8],
) -> io::Result<()> {
    let mut to = BufWriter::with_capacity(BUFFER, to);
    document.serialize(&mut Serializer::with_formatter(&mut to, layout))?;
    to.write_all(end)?;
    to.flush()
}

/// Where the serializer is in the document.
struct Layout {
    /// Whether parts stand on lines of their own.
    has_lines: bool,
    depth: usize,
    /// Whether what was opened last holds something already.
    has_value: bool,
}

impl Layout {
    const fn new(has_lines: bool) -> Self {
        Self {
            has_lines,
            depth: 0,
            has_value: false,
        }
    }

    fn open<W: ?Sized + Write>(&mut self, to: &mut W, bracket: u8) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        to.write_all(&[bracket])
    }

    fn close<W: ?Sized + Write>(&mut self, to: &mut W, bracket: u8) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(to)?
        }
        to.write_all(&[bracket])
    }

    fn next<W: ?Sized + Write>(&self, to: &mut W, first: bool) -> io::Result<()> {
        if !first {
            to.write_all(b",")?
        }
        self.line(to)
    }

    /// The end of a line, and the indent of the next, mostly in one go.
    fn line<W: ?Sized + Write>(&self, to: &mut W) -> io::Result<()> {
        const LINE: &[u8; 41] = b"\n                                        ";
        if !self.has_lines {
            return Ok(());
        }
        let (mut from, mut left) = (0, 2 * self.depth);
        loop {
            let now = left.min(LINE.len() - 1);
            to.write_all(&LINE[from..=now])?;
            left -= now;
            if left == 0 {
                return Ok(());
            }
            from = 1;
        }
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.open(to, b'[')
    }

    fn end_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.close(to, b']')
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.next(to, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _to: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.open(to, b'{')
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.close(to, b'}')
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.next(to, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(if self.has_lines { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _to: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_layouts_are_those_of_the_library() {
        let mut deep = json!([{}, [], "é\n\u{1}\"", -1.5, null]);
        for level in 0..50 {
            deep = json!({ "a": [], "b": [level, deep], "c": {} })
        }
        for document in [json!({}), json!([]), json!("text"), json!([[[]]]), deep] {
            let (mut lines, mut line) = (Vec::new(), Vec::new());
            pretty(&mut lines, &document).expect("written");
            compact(&mut line, &document).expect("written");
            let theirs = serde_json::to_vec_pretty(&document).expect("JSON");
            assert_eq!(lines, [&*theirs, b"\n"].concat());
            assert_eq!(line, serde_json::to_vec(&document).expect("JSON"));
        }
    }

    #[test]
    fn what_cannot_be_written_is_said() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for text in ["short", &"long".repeat(BUFFER)] {
            let error = pretty(&mut Full, &json!([text])).expect_err("it is full");
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
    }
}
