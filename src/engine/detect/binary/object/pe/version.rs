//! The version resource (Microsoft, "VS_VERSIONINFO"): what a file says that it is.

use super::super::bytes::{Bytes, field};
use super::{Image, RESOURCES};

/// RT_VERSION.
const KIND: u64 = 16;
/// A version resource has some 1 kB.
const MAX_SIZE: u64 = 64 << 10;
/// Entries of one directory.
const MAX_ENTRIES: u64 = 4096;
/// Before the numbers.
const SIGNATURE: [u8; 4] = 0xfeef_04bd_u32.to_le_bytes();

/// What it says.
pub(super) struct Version {
    pub(super) file: Option<String>,
    pub(super) name: Option<String>,
}

pub(super) fn read(bytes: &mut Bytes<'_>, image: &Image) -> Option<Version> {
    let (address, _) = image.directory(RESOURCES);
    let base = image.in_file(address).filter(|_| address > 0)?;
    // Three levels: kind, name, language.
    let names = below(bytes, base, 0, Some(KIND))?;
    let languages = below(bytes, base, names, None)?;
    let leaf = below(bytes, base, languages, None)?;
    let place = bytes.number(base.checked_add(leaf)?, 4)?;
    let size = bytes.number(base.checked_add(leaf)?.checked_add(4)?, 4)?;
    let (resource, _) = bytes.table(image.in_file(place)?, size.min(MAX_SIZE));
    let said = |key| text(&resource, key);
    Some(Version {
        file: said("FileVersion")
            .or_else(|| said("ProductVersion"))
            .or_else(|| numbers(&resource)),
        name: said("OriginalFilename").or_else(|| said("InternalName")),
    })
}

/// What an entry of a directory of resources leads to, the first or the one with that number.
fn below(bytes: &mut Bytes<'_>, base: u64, directory: u64, wanted: Option<u64>) -> Option<u64> {
    let at = base.checked_add(directory)?;
    let count = bytes.number(at.checked_add(12)?, 2)? + bytes.number(at.checked_add(14)?, 2)?;
    for number in 0..count.min(MAX_ENTRIES) {
        let entry = at.checked_add(16 + number * 8)?;
        let name = bytes.number(entry, 4)?;
        if wanted.is_none_or(|wanted| wanted == name) {
            return Some(bytes.number(entry + 4, 4)? & 0x7fff_ffff);
        }
    }
    None
}

/// A text of the resource: the key in UTF-16, and behind it, from the next multiple of four on, the value.
fn text(resource: &[u8], key: &str) -> Option<String> {
    let wide: Vec<u8> = key
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect();
    let at = memchr::memmem::find(resource, &wide)?;
    let start = at.checked_add(wide.len())?.checked_next_multiple_of(4)?;
    let units = resource.get(start..)?.chunks_exact(2);
    let units = units.map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let value: Vec<u16> = units.take_while(|unit| *unit != 0).take(200).collect();
    let value = String::from_utf16_lossy(&value);
    let value = value.trim();
    let is_shown = !value.is_empty() && !value.chars().any(char::is_control);
    is_shown.then(|| value.to_owned())
}

fn numbers(resource: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(resource, &SIGNATURE)?;
    let of = |place| field(resource, at.checked_add(place)?, 2, true);
    let version = [of(10)?, of(8)?, of(14)?, of(12)?];
    let shown = version.map(|number| number.to_string()).join(".");
    version.iter().any(|number| *number > 0).then_some(shown)
}
