//! The load commands.

use goblin::mach::load_command::{
    LC_CODE_SIGNATURE, LC_ID_DYLIB, LC_LAZY_LOAD_DYLIB, LC_LOAD_DYLIB, LC_LOAD_UPWARD_DYLIB,
    LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB, LC_RPATH, LC_SEGMENT, LC_SEGMENT_64, LC_SYMTAB, LC_UUID,
};

use super::super::bytes::{Bytes, field, hexadecimal};
use super::super::described::Described;

/// Load commands: a few dozen, one for each library.
const MAX_COMMANDS: u64 = 8192;
/// All load commands together.
const MAX_SIZE: u64 = 4 << 20;
/// Types of section: texts that end with a zero byte, and what has no type.
const TEXTS: u64 = 2;
const REGULAR: u64 = 0;
/// Attributes of a section that holds code.
const CODE: u64 = 0x8000_0400;

/// What else than descriptions they say.
#[derive(Default)]
pub(super) struct Said {
    /// Place and number of the symbols; place and size of their names.
    pub(super) symbols: Option<((u64, u64), (u64, u64))>,
    /// The libraries, as symbols count them from one on.
    pub(super) libraries: Vec<String>,
}

pub(super) fn read(
    bytes: &mut Bytes<'_>,
    start: u64,
    size: u64,
    count: u64,
    described: &mut Described,
) -> Said {
    let mut said = Said::default();
    let (table, is_whole) = bytes.table(start, size.min(MAX_SIZE));
    if !is_whole {
        described.gap("the load commands are cut off")
    }
    let little = bytes.little;
    let mut rest = table.as_slice();
    for _ in 0..count.min(MAX_COMMANDS) {
        let Some(length) =
            field(rest, 4, 4, little).and_then(|length| usize::try_from(length).ok())
        else {
            break;
        };
        let Some(command) = rest.get(..length).filter(|_| length >= 8) else {
            described.gap("a load command that does not fit");
            break;
        };
        command_of(command, bytes, &mut said, described);
        rest = rest.get(length..).unwrap_or_default()
    }
    said
}

fn command_of(command: &[u8], bytes: &Bytes<'_>, said: &mut Said, described: &mut Described) {
    let little = bytes.little;
    let word = |at| field(command, at, 4, little);
    let text = || {
        let rest = command.get(usize::try_from(word(8)?).ok()?..)?;
        let end = memchr::memchr(0, rest).unwrap_or(rest.len());
        Some(String::from_utf8_lossy(rest.get(..end)?).into_owned())
    };
    let Some(kind) = word(0) else { return };
    match u32::try_from(kind).unwrap_or(0) {
        LC_SYMTAB => {
            let (at, count) = (word(8).unwrap_or(0), word(12).unwrap_or(0));
            let names = (word(16).unwrap_or(0), word(20).unwrap_or(0));
            said.symbols = Some(((at, count), names))
        }
        LC_LOAD_DYLIB | LC_LOAD_WEAK_DYLIB | LC_REEXPORT_DYLIB | LC_LAZY_LOAD_DYLIB
        | LC_LOAD_UPWARD_DYLIB => {
            let library = text().unwrap_or_default();
            described.needs(library.as_str());
            said.libraries.push(library)
        }
        LC_ID_DYLIB => {
            described.name = text().filter(|name| !name.is_empty());
            // `-current_version`, which linkers set to zero where nobody says it.
            let version = word(16).filter(|version| *version != 0);
            described.version = version.map(|version| {
                let (a, b, c) = (version >> 16, version >> 8 & 0xff, version & 0xff);
                format!("{a}.{b}.{c}")
            })
        }
        LC_RPATH => {
            if let Some(path) = text() {
                described.searches(path)
            }
        }
        LC_UUID => described.build_id = command.get(8..24).map(hexadecimal),
        LC_CODE_SIGNATURE => {
            if let (Some(at), Some(size)) = (word(8), word(12))
                && size > 0
                && at < bytes.len()
            {
                let end = at.saturating_add(size).min(bytes.len());
                described
                    .signatures
                    .push(bytes.in_file(at)..bytes.in_file(end))
            }
        }
        LC_SEGMENT_64 => sections(command, (72, 64, 80), (40, 8, 48, 64), bytes, described),
        LC_SEGMENT => sections(command, (56, 48, 68), (36, 4, 40, 56), bytes, described),
        _ => {}
    }
}

/// Notes the sections of a segment that hold texts. The first triple is where they begin, where their number stands and how long each is;
/// the second is size (place and width), place in the file, and type.
fn sections(
    command: &[u8],
    (start, count, record): (usize, usize, usize),
    (size, width, offset, kind): (usize, usize, usize, usize),
    bytes: &Bytes<'_>,
    described: &mut Described,
) {
    let little = bytes.little;
    let count = field(command, count, 4, little).unwrap_or(0);
    let sections = command.get(start..).unwrap_or_default();
    for section in sections
        .chunks_exact(record)
        .take(usize::try_from(count).unwrap_or(0))
    {
        let of = |at, size| field(section, at, size, little).unwrap_or(0);
        let kind = of(kind, 4);
        let is_text = kind & 0xff == TEXTS || kind & 0xff == REGULAR && kind & CODE == 0;
        let (at, size) = (of(offset, 4), of(size, width));
        if is_text && at > 0 && size > 0 {
            described
                .texts
                .push(bytes.in_file(at)..bytes.in_file(at.saturating_add(size)))
        }
    }
}
