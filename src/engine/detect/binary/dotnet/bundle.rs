//! Single-file programs: a native host with assemblies behind it, and a manifest that says where each stands
//! (github.com/dotnet/runtime, `Microsoft.NET.HostModel/Bundle`, `designs/accepted/2020/single-file/bundler.md`).

use super::bytes::{slice, u8_at, u32_at, u64_at};
use super::look_into;
use crate::detect::Source;
use crate::detect::binary::seen::Seen;
use crate::detect::binary::whole;
use crate::model::SkipReason;

/// What stands in every host, after the place of the manifest: SHA-256 of `.net core bundle`.
const MARKER: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
    0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];
/// Bytes from the front that are searched for it: hosts with the whole runtime in them have some 15 MiB.
const MAX_HOST: u64 = 24 << 20;
/// Bytes that are searched at once.
const WINDOW: u64 = 1 << 20;
/// Files of one bundle that are read; a program with all of its framework has some 200.
const MAX_FILES: u32 = 10_000;
/// The kind of a file that is an assembly.
const ASSEMBLY: u8 = 1;

/// Looks for a bundle, and into its assemblies.
pub(super) fn look(
    bytes: &mut dyn Source,
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    let Some(at) = manifest(bytes)? else {
        return Ok(());
    };
    let bytes = whole(bytes)?;
    let Some(files) = usize::try_from(at).ok().and_then(|at| files(bytes, at)) else {
        return Err((SkipReason::Damaged, "bundle".to_owned()));
    };
    let (mut packed, mut unread) = (0, Vec::new());
    // Assemblies stand one after another: together they are no longer than the file.
    let mut left = bytes.len();
    for file in files {
        if file.packed {
            packed += 1;
            continue;
        }
        left = left.saturating_sub(file.size);
        let assembly = slice(bytes, file.at, file.size).filter(|_| left > 0);
        let looked = match assembly {
            Some(assembly) => look_into(assembly, file.at, seen),
            None => Err((SkipReason::Damaged, "bundle".to_owned())),
        };
        if looked.is_err() {
            unread.push(file.name)
        }
    }
    if packed > 0 {
        seen.skip(
            SkipReason::Unsupported,
            format!(".NET: {packed} compressed assemblies of a single-file program"),
        )
    }
    if let Some(first) = unread.first() {
        seen.skip(
            SkipReason::Damaged,
            format!(
                ".NET: {} assemblies of a single-file program, {first} first",
                unread.len()
            ),
        )
    }
    Ok(())
}

/// Where the manifest is, if the file is a bundle; a host without one says 0.
fn manifest(bytes: &mut dyn Source) -> Result<Option<u64>, (SkipReason, String)> {
    let finder = memchr::memmem::Finder::new(&MARKER);
    let end = bytes.len().min(MAX_HOST);
    let overlap = MARKER.len() as u64 + 8;
    let mut from = 0;
    while from < end {
        let window = bytes.read_at(from..(from + WINDOW + overlap).min(end))?;
        let place = finder.find(window).and_then(|at| at.checked_sub(8));
        if let Some(place) = place {
            return Ok(u64_at(window, place).filter(|at| *at != 0));
        }
        from += WINDOW;
    }
    Ok(None)
}

struct File {
    at: usize,
    size: usize,
    packed: bool,
    name: String,
}

fn files(bytes: &[u8], at: usize) -> Option<Vec<File>> {
    let major = u32_at(bytes, at)?;
    let count = u32_at(bytes, at.checked_add(8)?)?.min(MAX_FILES);
    let mut at = at.checked_add(12)?;
    text(bytes, &mut at)?;
    if major >= 2 {
        at = at.checked_add(40)?;
    }
    let mut files = Vec::new();
    for _ in 0..count {
        let place = u64_at(bytes, at)?;
        let size = u64_at(bytes, at + 8)?;
        at += 16;
        let mut packed = 0;
        if major >= 6 {
            packed = u64_at(bytes, at)?;
            at += 8;
        }
        let kind = u8_at(bytes, at)?;
        at += 1;
        let name = text(bytes, &mut at)?;
        if kind == ASSEMBLY {
            files.push(File {
                at: usize::try_from(place).ok()?,
                size: usize::try_from(size).ok()?,
                packed: packed != 0,
                name,
            })
        }
    }
    Some(files)
}

/// A text after its length in groups of seven bits (`BinaryWriter.Write(string)`).
fn text(bytes: &[u8], at: &mut usize) -> Option<String> {
    let mut length = 0_usize;
    for shift in [0, 7, 14] {
        let byte = u8_at(bytes, *at)?;
        *at += 1;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let text = slice(bytes, *at, length)?;
            *at += length;
            return Some(String::from_utf8_lossy(text).into_owned());
        }
    }
    None
}
