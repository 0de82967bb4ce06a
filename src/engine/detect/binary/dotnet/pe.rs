//! As much of a PE file as leads to its CLI header (ECMA-335 §II.25).

use super::bytes::{range, slice, u16_at, u32_at};
use std::ops::Range;

/// Sections of a PE file, at most; the format allows 96.
const MAX_SECTIONS: u16 = 96;
/// The data directory of the CLI header.
const CLI: usize = 14;

/// A section: where it is loaded, and where it stands in the file.
struct Section {
    address: u32,
    size: u32,
    at: u32,
}

/// A PE file with a CLI header.
pub(super) struct Image<'a> {
    pub(super) bytes: &'a [u8],
    sections: Vec<Section>,
    /// The metadata, as a range of the file.
    pub(super) metadata: Range<usize>,
}

impl<'a> Image<'a> {
    /// Reads the headers; `Ok(None)` for a PE file without managed code.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Option<Self>> {
        let pe = u32_at(bytes, 0x3c)? as usize;
        if slice(bytes, pe, 4)? != b"PE\0\0" {
            return Some(None);
        }
        let coff = pe.checked_add(4)?;
        let count = u16_at(bytes, coff.checked_add(2)?)?.min(MAX_SECTIONS);
        let optional = coff.checked_add(20)?;
        let optional_size = usize::from(u16_at(bytes, coff.checked_add(16)?)?);
        let directories = match u16_at(bytes, optional)? {
            0x10b => 96,
            0x20b => 112,
            _ => return Some(None),
        };
        let directory = optional.checked_add(directories + CLI * 8)?;
        if directories + CLI * 8 + 8 > optional_size {
            return Some(None);
        }
        let cli = u32_at(bytes, directory)?;
        if cli == 0 {
            return Some(None);
        }
        let table = optional.checked_add(optional_size)?;
        let sections = (0..usize::from(count))
            .map_while(|index| {
                let header = slice(bytes, table.checked_add(index * 40)?, 40)?;
                Some(Section {
                    address: u32_at(header, 12)?,
                    size: u32_at(header, 8)?.max(u32_at(header, 16)?),
                    at: u32_at(header, 20)?,
                })
            })
            .collect();
        let mut image = Self {
            bytes,
            sections,
            metadata: 0..0,
        };
        let header = image.offset(cli)?;
        let at = image.offset(u32_at(bytes, header.checked_add(8)?)?)?;
        let size = u32_at(bytes, header.checked_add(12)?)?;
        image.metadata = range(u32::try_from(at).ok()?, size)?;
        bytes.get(image.metadata.clone())?;
        Some(Some(image))
    }

    /// Where in the file an address is.
    pub(super) fn offset(&self, address: u32) -> Option<usize> {
        let section = self.sections.iter().find(|section| {
            address
                .checked_sub(section.address)
                .is_some_and(|into| into < section.size)
        })?;
        let at = section.at.checked_add(address - section.address)? as usize;
        (at < self.bytes.len()).then_some(at)
    }
}
