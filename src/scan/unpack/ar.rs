//! ar, and with it `.deb` and static libraries: GNU and BSD names.
//!
//! Read here and not by the crate `ar`, which reserves what a header states before it reads a byte of it: a 60-byte file can ask for
//! 9 GB, and a process that is refused them is aborted.

use std::io::{Read, Take};

use super::{Broken, Members, discard, read_up_to};
use crate::model::SkipReason;

/// What an archive begins with.
pub(super) const MAGIC: &[u8] = b"!<arch>\n";
/// A thin archive only names its members.
pub(super) const THIN: &[u8] = b"!<thin>\n";
const HEADER: usize = 60;
/// A table of long names, at most; that of a library with 100,000 objects has 3 MB.
const MAX_NAMES: u64 = 16 << 20;
/// A BSD name stands before the member's bytes.
const MAX_NAME: u64 = 4096;

/// Reads every member.
pub(super) fn read(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    let mut magic = [0; 8];
    if read_up_to(input, &mut magic)? < magic.len() || magic != MAGIC {
        return Err(Broken::new("no ar archive"));
    }
    let mut names = Vec::new();
    loop {
        let mut header = [0; HEADER];
        let read = read_up_to(input, &mut header)?;
        if read == 0 || (read == 1 && header[0] == b'\n') {
            return Ok(());
        }
        if read < HEADER || &header[58..] != b"`\n" {
            return Err(Broken::new("no header where one is due"));
        }
        let Some(size) = number(&header[48..58]) else {
            return Err(Broken::new("a size that is no number"));
        };
        let field = header[..16].trim_ascii_end();
        let mut data = input.take(size);
        match field {
            b"/" | b"/SYM64/" | b"__.SYMDEF" | b"__.SYMDEF SORTED" => {}
            b"//" => {
                if size > MAX_NAMES {
                    return Err(Broken::new("a table of names of an absurd size"));
                }
                data.read_to_end(&mut names)?;
            }
            _ => {
                let name = match name(field, &names, &mut data)? {
                    Some(name) => name,
                    None => {
                        members.note(
                            SkipReason::Damaged,
                            "a name longer than the member, or outside the table of names",
                        );
                        field.to_vec()
                    }
                };
                if !name.starts_with(b"__.SYMDEF")
                    && members.file(&name, None, &mut data).is_break()
                {
                    return Ok(());
                }
            }
        }
        let rest = data.limit();
        if discard(input, rest)? < rest {
            return Err(Broken::new("truncated"));
        }
        // The padding of the last member may be left out.
        discard(input, size % 2)?;
    }
}

/// The name of a member; `None` where it is longer than the member or lies outside the table of names.
fn name<R: Read>(
    field: &[u8],
    names: &[u8],
    data: &mut Take<R>,
) -> Result<Option<Vec<u8>>, Broken> {
    if let Some(length) = field.strip_prefix(b"#1/") {
        let Some(length) = number(length).filter(|length| *length <= data.limit().min(MAX_NAME))
        else {
            return Ok(None);
        };
        let mut name = Vec::new();
        data.by_ref().take(length).read_to_end(&mut name)?;
        let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
        name.truncate(end);
        return Ok(Some(name));
    }
    if let Some(at) = field.strip_prefix(b"/").and_then(number) {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at..));
        return Ok(name.filter(|name| !name.is_empty()).map(|name| {
            let end = name.iter().position(|b| matches!(b, b'\n' | 0));
            let name = &name[..end.unwrap_or(name.len())];
            name.strip_suffix(b"/").unwrap_or(name).to_vec()
        }));
    }
    Ok(Some(field.strip_suffix(b"/").unwrap_or(field).to_vec()))
}

fn number(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}
