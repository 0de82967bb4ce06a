//! Authenticode: the certificate table of a program or library of Windows or UEFI (Microsoft, "PE Format": The Attribute Certificate
//! Table). What else the file holds is searched for like in any other.

use super::super::Form;
use crate::detect::Source;
use crate::detect::cert::cms;
use crate::detect::cert::seen::Seen;
use crate::model::{Artifact, SkipReason};

/// A table of more bytes is none: those with several signatures and timestamps have some 20 kB.
const MAX_TABLE: u64 = 16 << 20;
/// Entries of a table.
const MAX_ENTRIES: usize = 64;
/// The directory of certificates, the fifth, and where directories begin in both sorts of optional header.
const DIRECTORY: u64 = 4;
const DIRECTORIES: [(u16, u64); 2] = [(0x10b, 96), (0x20b, 112)];
/// WIN_CERT_TYPE_PKCS_SIGNED_DATA, and the types of UEFI, which an anchor finds.
const SIGNED_DATA: u16 = 2;
const UEFI: [u16; 2] = [0x0ef0, 0x0ef1];

/// A PE file.
pub(in crate::detect::cert) struct Authenticode;

impl Form for Authenticode {
    fn is(&self, _artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        head.starts_with(b"MZ")
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        if let Some((at, size)) = place(bytes) {
            table(bytes, at, size, seen)
        }
        false
    }
}

/// Where the table is, if there is one.
fn place(bytes: &mut dyn Source) -> Option<(u64, u64)> {
    let header = u64::from(word(bytes, 0x3c)?);
    if bytes.read_at(header..header + 4).ok()? != b"PE\0\0" {
        return None;
    }
    let optional = header + 24;
    let kind = word(bytes, optional)? as u16;
    let (_, directories) = DIRECTORIES.iter().find(|(known, _)| *known == kind)?;
    let count = word(bytes, optional + directories - 4)?;
    let entry = optional + directories + DIRECTORY * 8;
    let (at, size) = (word(bytes, entry)?, word(bytes, entry + 4)?);
    (u64::from(count) > DIRECTORY && at > 0 && size > 0).then_some((at.into(), size.into()))
}

fn table(bytes: &mut dyn Source, at: u64, size: u64, seen: &mut Seen<'_>) {
    seen.stand_in_file(at..at + size);
    if at + size > bytes.len() {
        seen.skip(SkipReason::Damaged, "the certificate table is cut off");
        return;
    }
    if size > MAX_TABLE {
        seen.skip(
            SkipReason::Budget,
            format!("a certificate table of {size} bytes"),
        );
        return;
    }
    let table = match bytes.read_at(at..at + size) {
        Ok(table) => table,
        Err((reason, detail)) => return seen.skip(reason, detail),
    };
    let mut start = 0;
    for _ in 0..MAX_ENTRIES {
        let Some(entry) = table.get(start..).filter(|rest| rest.len() >= 8) else {
            return;
        };
        let [a, b, c, d, _, _, e, f, ..] = *entry else {
            return;
        };
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let kind = u16::from_le_bytes([e, f]);
        let Some(content) = entry.get(8..length) else {
            // Zeros fill up the table.
            if length != 0 {
                seen.skip(
                    SkipReason::Damaged,
                    "a certificate that does not fit its table",
                )
            }
            return;
        };
        let from = at + start as u64;
        seen.stand_in_file(from + 8..from + length as u64);
        match kind {
            SIGNED_DATA => {
                if cms::read(content, "Authenticode", seen).is_some() {
                    seen.has_read(from..from + length as u64)
                } else {
                    seen.skip(
                        SkipReason::Damaged,
                        "a signature of a program that is no CMS",
                    )
                }
            }
            kind if UEFI.contains(&kind) => {}
            kind => seen.skip(
                SkipReason::Unsupported,
                format!("a certificate of the type {kind} in the table of a program"),
            ),
        }
        // Each begins at a multiple of eight.
        let Some(next) = length.checked_next_multiple_of(8) else {
            return;
        };
        start += next
    }
}

fn word(bytes: &mut dyn Source, at: u64) -> Option<u32> {
    let word = bytes.read_at(at..at.checked_add(4)?).ok()?;
    Some(u32::from_le_bytes(*word.first_chunk::<4>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PE file of nothing but headers, and a table of certificates at its end.
    fn program(table: &[u8]) -> Vec<u8> {
        let mut file = vec![0; 0x200];
        file[..2].copy_from_slice(b"MZ");
        file[0x3c] = 0x40;
        file[0x40..0x44].copy_from_slice(b"PE\0\0");
        let optional = 0x40 + 24;
        file[optional..optional + 2].copy_from_slice(&0x20b_u16.to_le_bytes());
        file[optional + 108] = 16;
        let entry = optional + 112 + 32;
        file[entry..entry + 4].copy_from_slice(&0x200_u32.to_le_bytes());
        file[entry + 4..entry + 8].copy_from_slice(&(table.len() as u32).to_le_bytes());
        file.extend(table);
        file
    }

    #[test]
    fn the_table_is_found_where_the_header_says() {
        let file = program(&[1; 16]);
        assert_eq!(place(&mut file.as_slice()), Some((0x200, 16)));
        assert_eq!(place(&mut &file[..0x90]), None);
        assert_eq!(place(&mut &b"MZ"[..]), None);
        assert_eq!(place(&mut program(&[]).as_slice()), None);
    }
}
