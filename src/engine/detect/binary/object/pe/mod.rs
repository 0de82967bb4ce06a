//! Programs, libraries and drivers of Windows and UEFI (Microsoft, "PE Format"): headers, the directories of what is imported and exported,
//! the version resource, and where the certificate table is.

mod debug;
mod exports;
mod imports;
mod version;

use goblin::pe::header::{
    COFF_MACHINE_ARM, COFF_MACHINE_ARM64, COFF_MACHINE_ARMNT, COFF_MACHINE_IA64,
    COFF_MACHINE_RISCV32, COFF_MACHINE_RISCV64, COFF_MACHINE_X86, COFF_MACHINE_X86_64,
};

use super::bytes::{Bytes, field};
use super::coff;
use super::described::{Described, Symbols};
use crate::model::binary::Role;

/// Sections: 96 are allowed by Windows, other loaders take more.
const MAX_SECTIONS: u64 = 4096;
/// Directories of the optional header.
const DIRECTORIES: u64 = 16;

const EXPORTS: usize = 0;
const IMPORTS: usize = 1;
const RESOURCES: usize = 2;
const CERTIFICATES: usize = 4;
const DEBUG: usize = 6;
const DELAYED: usize = 13;

/// IMAGE_FILE_DLL.
const IS_LIBRARY: u64 = 0x2000;
/// IMAGE_SUBSYSTEM_NATIVE: drivers, and a few programs that run before Windows does.
const NATIVE: u64 = 1;
/// Contains code, contains initialised data.
const SECTION_CODE: u64 = 0x20;
const SECTION_DATA: u64 = 0x40;

/// A section as it is loaded and as it lies in the file.
struct Section {
    address: u64,
    size: u64,
    offset: u64,
    kind: u64,
}

/// What is needed to find things in the file.
struct Image {
    is_64: bool,
    base: u64,
    sections: Vec<Section>,
    /// Address and size of each directory.
    directories: Vec<(u64, u64)>,
}

/// Reads a PE file.
///
/// # Errors
/// When it is a program of DOS, or its headers make no sense.
pub(super) fn read(bytes: &mut Bytes<'_>, symbols: &mut dyn Symbols) -> Result<Described, String> {
    bytes.little = true;
    let at = bytes.number(0x3c, 4).ok_or("no header")?;
    match bytes.exact(at, 4) {
        Some(b"PE\0\0") => {}
        _ => return Err("a program of DOS or of 16-bit Windows".to_owned()),
    }
    let coff_at = at + 4;
    let head = bytes.exact(coff_at, 20).ok_or("the header is cut off")?;
    let head = head.to_vec();
    let of = |at, size| field(&head, at, size, true).unwrap_or(0);
    let (machine, sections, optional) = (of(0, 2), of(2, 2), of(16, 2));
    let characteristics = of(18, 2);
    let optional_at = coff_at + 20;
    let (subsystem, image) = image(bytes, optional_at, optional, sections)
        .ok_or("an optional header that makes no sense")?;
    let role = match (characteristics & IS_LIBRARY != 0, subsystem) {
        (true, _) => Role::Library,
        (false, NATIVE) => Role::KernelModule,
        _ => Role::Program,
    };
    let mut described = Described::new(role);
    described.architectures.extend(architecture(machine));
    let (at, size) = image.directory(CERTIFICATES);
    if at > 0 && size > 0 && at < bytes.len() {
        // The one directory that gives a place in the file.
        let end = at.saturating_add(size).min(bytes.len());
        described
            .signatures
            .push(bytes.in_file(at)..bytes.in_file(end))
    }
    described.texts = image.texts(bytes);
    described.build_id = debug::pdb(bytes, &image);
    if let Some(version) = version::read(bytes, &image) {
        described.version = version.file;
        described.name = version.name
    }
    imports::read(bytes, &image, symbols, &mut described);
    exports::read(bytes, &image, symbols, &mut described);
    // MinGW leaves the symbols of the linker in, unless told not to.
    let table = coff::Table {
        offset: of(8, 4),
        count: of(12, 4),
        is_big: false,
        has_underscore: machine == u64::from(COFF_MACHINE_X86),
    };
    table.read(bytes, symbols, &mut described);
    Ok(described)
}

fn image(bytes: &mut Bytes<'_>, at: u64, size: u64, sections: u64) -> Option<(u64, Image)> {
    let optional = bytes.exact(at, usize::try_from(size).ok()?)?.to_vec();
    let of = |at, size| field(&optional, at, size, true);
    let (is_64, base, directories) = match of(0, 2)? {
        0x10b => (false, of(28, 4)?, 92),
        0x20b => (true, of(24, 8)?, 108),
        _ => return None,
    };
    let count = of(directories, 4).unwrap_or(0).min(DIRECTORIES) as usize;
    let directory = |number| {
        let at = directories + 4 + number * 8;
        Some((of(at, 4)?, of(at + 4, 4)?))
    };
    let directories = (0..count).map_while(directory).collect();
    let (table, _) = bytes.table(at + size, sections.min(MAX_SECTIONS) * 40);
    let section = |record: &[u8]| {
        let of = |at| field(record, at, 4, true).unwrap_or(0);
        let (loaded, stored) = (of(8), of(16));
        Section {
            address: of(12),
            // Old linkers leave the first out.
            size: if loaded == 0 {
                stored
            } else {
                loaded.min(stored)
            },
            offset: of(20),
            kind: of(36),
        }
    };
    let image = Image {
        is_64,
        base,
        sections: table.chunks_exact(40).map(section).collect(),
        directories,
    };
    Some((of(68, 2)?, image))
}

impl Image {
    fn directory(&self, number: usize) -> (u64, u64) {
        self.directories.get(number).copied().unwrap_or((0, 0))
    }

    /// Where a loaded address is in the file.
    fn in_file(&self, address: u64) -> Option<u64> {
        let holds = |section: &&Section| {
            address
                .checked_sub(section.address)
                .is_some_and(|inside| inside < section.size)
        };
        match self.sections.iter().find(holds) {
            Some(section) => Some(section.offset + (address - section.address)),
            // The headers are loaded as they lie.
            None => {
                let first = self.sections.iter().map(|section| section.address).min();
                (address > 0 && address < first.unwrap_or(0x1000)).then_some(address)
            }
        }
    }

    fn texts(&self, bytes: &Bytes<'_>) -> Vec<std::ops::Range<u64>> {
        let is_data = |section: &&Section| {
            section.kind & SECTION_DATA != 0 && section.kind & SECTION_CODE == 0
        };
        let place = |section: &Section| {
            bytes.in_file(section.offset)..bytes.in_file(section.offset + section.size)
        };
        self.sections.iter().filter(is_data).map(place).collect()
    }
}

/// What a machine number of PE and COFF stands for.
pub(super) fn architecture(machine: u64) -> Option<&'static str> {
    Some(match u16::try_from(machine).ok()? {
        COFF_MACHINE_X86 => "x86",
        COFF_MACHINE_X86_64 => "x86-64",
        COFF_MACHINE_ARM | COFF_MACHINE_ARMNT => "arm",
        // ARM64EC and ARM64X are made to be mixed with code for x86-64.
        COFF_MACHINE_ARM64 | 0xa641 | 0xa64e => "aarch64",
        COFF_MACHINE_RISCV32 => "riscv32",
        COFF_MACHINE_RISCV64 => "riscv64",
        COFF_MACHINE_IA64 => "ia64",
        0x6232 | 0x6264 => "loongarch",
        _ => return None,
    })
}
