//! ELF (System V gABI, "Object Files"; the LSB for what GNU added): programs, libraries, objects and kernel modules of any processor and
//! byte order. Headers and tables are read by range, so that size does not matter.

mod dynamic;
mod module;
mod notes;
mod table;

use std::ops::Range;

use goblin::elf::header::{
    EI_CLASS, EI_DATA, EM_68K, EM_386, EM_AARCH64, EM_ARM, EM_AVR, EM_BPF, EM_IA_64, EM_MIPS,
    EM_MSP430, EM_PARISC, EM_PPC, EM_PPC64, EM_RISCV, EM_S390, EM_SH, EM_SPARC, EM_SPARC32PLUS,
    EM_SPARCV9, EM_TRICORE, EM_X86_64, EM_XTENSA, ET_CORE, ET_DYN, ET_REL,
};
use goblin::elf::program_header::{PF_X, PT_DYNAMIC, PT_INTERP, PT_LOAD, PT_NOTE};
use goblin::elf::section_header::{
    SHF_ALLOC, SHF_EXECINSTR, SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_VERNEED, SHT_GNU_VERSYM, SHT_NOBITS,
    SHT_NOTE, SHT_PROGBITS, SHT_SYMTAB,
};

use super::bytes::{Bytes, field, name_in};
use super::described::{Described, Symbols};
use crate::model::binary::Role;

/// Program headers: linkers write a dozen.
const MAX_SEGMENTS: u64 = 4096;
/// Sections: one for each function of a large object.
const MAX_SECTIONS: u64 = 1 << 20;
/// Tables of symbols of one kind: there is one, or in objects for several processors a few.
const MAX_TABLES: usize = 16;

/// EM_LOONGARCH.
const EM_LOONGARCH: u16 = 258;

/// A part of the file that is loaded or means something to the loader.
struct Segment {
    kind: u32,
    flags: u32,
    offset: u64,
    address: u64,
    size: u64,
}

/// A part of the file that means something to the linker.
struct Section {
    name: u64,
    kind: u32,
    flags: u64,
    offset: u64,
    size: u64,
    /// The section of the names that this one refers to.
    link: u64,
}

/// What the header says.
struct Header {
    is_64: bool,
    kind: u16,
    machine: u16,
    segments: (u64, u64, u64),
    sections: (u64, u64, u64),
    names: u64,
}

/// Reads an ELF file.
///
/// # Errors
/// When its header makes no sense.
pub(super) fn read(bytes: &mut Bytes<'_>, symbols: &mut dyn Symbols) -> Result<Described, String> {
    let header = header(bytes).ok_or("an ELF header that makes no sense")?;
    let segments = segments(bytes, &header);
    let mut gaps = Vec::new();
    let sections = sections(bytes, &header, &mut gaps);
    let names = sections
        .get(usize::try_from(section_of_names(&header, &sections)).unwrap_or(usize::MAX))
        .map(|section| bytes.table(section.offset, section.size).0)
        .unwrap_or_default();
    let named = |wanted: &[u8]| {
        let is = |section: &&Section| name_in(&names, section.name) == Some(wanted);
        sections.iter().find(is)
    };
    let dynamic = dynamic::read(bytes, &header, &segments, &sections);
    let modinfo = named(b".modinfo");
    let is_module = modinfo.is_some() && named(b".gnu.linkonce.this_module").is_some();
    let role = match header.kind {
        ET_REL if is_module => Role::KernelModule,
        ET_REL => Role::Object,
        ET_DYN if !is_program(&segments, &dynamic) => Role::Library,
        ET_CORE => return Err("the memory of a process, not a program".to_owned()),
        _ => Role::Program,
    };
    let mut described = Described::new(role);
    described
        .architectures
        .extend(architecture(&header, bytes.little));
    gaps.into_iter().for_each(|gap| described.gap(gap));
    let notes = sections.iter().filter(|s| s.kind == SHT_NOTE);
    let notes = notes.map(|s| (s.offset, s.size));
    let loaded = segments.iter().filter(|s| s.kind == PT_NOTE);
    let loaded = loaded.map(|s| (s.offset, s.size));
    described.build_id = notes::build_id(bytes, loaded.chain(notes));
    if let Some(modinfo) = modinfo.filter(|_| is_module) {
        module::read(bytes, modinfo, &mut described)
    }
    module::signature(bytes, &mut described);
    let sources = dynamic::sources(bytes, &sections);
    let mut has_dynamic = false;
    for kind in [SHT_DYNSYM, SHT_SYMTAB] {
        let tables = sections.iter().filter(|s| s.kind == kind);
        if tables.clone().count() > MAX_TABLES {
            described.gap("there are more tables of symbols than are read")
        }
        for section in tables.take(MAX_TABLES) {
            let Some(strings) = sections.get(usize::try_from(section.link).unwrap_or(usize::MAX))
            else {
                described.gap("a table of symbols without names");
                continue;
            };
            has_dynamic |= kind == SHT_DYNSYM;
            let table = table::Table {
                offset: section.offset,
                size: section.size,
                strings: (strings.offset, strings.size),
                is_64: header.is_64,
                is_dynamic: kind == SHT_DYNSYM,
            };
            table.read(bytes, &sources, symbols, &mut described)
        }
    }
    if !has_dynamic && let Some(table) = dynamic.table(header.is_64) {
        table.read(bytes, &sources, symbols, &mut described)
    }
    described.texts = texts(bytes, &segments, &sections);
    dynamic.tell(&mut described);
    Ok(described)
}

fn header(bytes: &mut Bytes<'_>) -> Option<Header> {
    let head = bytes.some(0, 64).to_vec();
    let is_64 = match head.get(EI_CLASS)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let little = match head.get(EI_DATA)? {
        1 => true,
        2 => false,
        _ => return None,
    };
    bytes.little = little;
    let at = |at, size| field(&head, at, size, little);
    let short = |place| at(place, 2).map(|number| number as u16);
    let (word, segments, sections, sizes) = if is_64 {
        (8, 32, 40, 54)
    } else {
        (4, 28, 32, 42)
    };
    Some(Header {
        is_64,
        kind: short(16)?,
        machine: short(18)?,
        segments: (at(segments, word)?, at(sizes, 2)?, at(sizes + 2, 2)?),
        sections: (at(sections, word)?, at(sizes + 4, 2)?, at(sizes + 6, 2)?),
        names: at(sizes + 8, 2)?,
    })
}

/// A number of a record, which has its place by the file's class.
fn of_class(
    record: &[u8],
    is_64: bool,
    little: bool,
    wide: (usize, usize),
    narrow: (usize, usize),
) -> u64 {
    let (at, size) = if is_64 { wide } else { narrow };
    field(record, at, size, little).unwrap_or(0)
}

fn segments(bytes: &mut Bytes<'_>, header: &Header) -> Vec<Segment> {
    let (offset, size, count) = header.segments;
    let least = if header.is_64 { 56 } else { 32 };
    if offset == 0 || size < least {
        return Vec::new();
    }
    let (table, _) = bytes.table(offset, size * count.min(MAX_SEGMENTS));
    let of = |record: &[u8]| {
        let at = |wide, narrow| of_class(record, header.is_64, bytes.little, wide, narrow);
        Segment {
            kind: at((0, 4), (0, 4)) as u32,
            flags: at((4, 4), (24, 4)) as u32,
            offset: at((8, 8), (4, 4)),
            address: at((16, 8), (8, 4)),
            size: at((32, 8), (16, 4)),
        }
    };
    table.chunks_exact(size as usize).map(of).collect()
}

fn sections(bytes: &mut Bytes<'_>, header: &Header, gaps: &mut Vec<String>) -> Vec<Section> {
    let (offset, size, mut count) = header.sections;
    let least = if header.is_64 { 64 } else { 40 };
    if offset == 0 || size < least {
        return Vec::new();
    }
    let little = bytes.little;
    let is_64 = header.is_64;
    let of = |record: &[u8]| {
        let at = |wide, narrow| of_class(record, is_64, little, wide, narrow);
        let kind = at((4, 4), (4, 4)) as u32;
        let size = at((32, 8), (20, 4));
        Section {
            name: at((0, 4), (0, 4)),
            kind,
            flags: at((8, 8), (8, 4)),
            offset: at((24, 8), (16, 4)),
            // Separate files for debuggers keep the headers of what they left out.
            size: if kind == SHT_NOBITS { 0 } else { size },
            link: at((40, 4), (24, 4)),
        }
    };
    if count == 0 {
        // More than fit into the field: the first section has the number as its size.
        let Some(first) = bytes.exact(offset, size as usize) else {
            return Vec::new();
        };
        count = of(first).size
    }
    let (table, is_whole) = bytes.table(offset, size.saturating_mul(count.min(MAX_SECTIONS)));
    if !is_whole || count > MAX_SECTIONS {
        gaps.push("the table of sections is cut off".to_owned())
    }
    table.chunks_exact(size as usize).map(of).collect()
}

/// The section with the names of sections.
fn section_of_names(header: &Header, sections: &[Section]) -> u64 {
    const IN_FIRST: u64 = 0xffff;
    match sections.first() {
        Some(first) if header.names == IN_FIRST => first.link,
        _ => header.names,
    }
}

/// Position-independent programs are shared objects to ELF. The linker marks them; older ones only say what loads them, as do libraries
/// that can be started, but those have a name.
fn is_program(segments: &[Segment], dynamic: &dynamic::Dynamic) -> bool {
    let has_loader = segments.iter().any(|segment| segment.kind == PT_INTERP);
    dynamic.is_program() || has_loader && dynamic.soname.is_none()
}

/// Where an address of the loaded program is in the file.
fn in_file(segments: &[Segment], address: u64) -> Option<u64> {
    let holds = |segment: &&Segment| {
        segment.kind == PT_LOAD
            && address
                .checked_sub(segment.address)
                .is_some_and(|inside| inside < segment.size)
    };
    let segment = segments.iter().find(holds)?;
    segment.offset.checked_add(address - segment.address)
}

/// Where constant texts lie: what is loaded and neither code nor only for the loader; without sections, everything that is loaded and no
/// code.
fn texts(bytes: &Bytes<'_>, segments: &[Segment], sections: &[Section]) -> Vec<Range<u64>> {
    let is_data = |section: &&Section| {
        let flags = section.flags & u64::from(SHF_ALLOC | SHF_EXECINSTR);
        section.kind == SHT_PROGBITS && flags == u64::from(SHF_ALLOC)
    };
    let mut places: Vec<(u64, u64)> = sections
        .iter()
        .filter(is_data)
        .map(|section| (section.offset, section.size))
        .collect();
    if sections.is_empty() {
        let is_data = |segment: &&Segment| segment.kind == PT_LOAD && segment.flags & PF_X == 0;
        let data = segments.iter().filter(is_data);
        places.extend(data.map(|segment| (segment.offset, segment.size)))
    }
    places
        .into_iter()
        .map(|(at, size)| bytes.in_file(at)..bytes.in_file(at.saturating_add(size)))
        .collect()
}

fn dynamic_part(segments: &[Segment], sections: &[Section]) -> Option<(u64, u64)> {
    let segment = segments.iter().find(|segment| segment.kind == PT_DYNAMIC);
    let section = sections.iter().find(|section| section.kind == SHT_DYNAMIC);
    segment
        .map(|segment| (segment.offset, segment.size))
        .or(section.map(|section| (section.offset, section.size)))
}

fn versions<'s>(sections: &'s [Section]) -> (Option<&'s Section>, Option<&'s Section>) {
    let of = |kind| move |section: &&'s Section| section.kind == kind;
    (
        sections.iter().find(of(SHT_GNU_VERSYM)),
        sections.iter().find(of(SHT_GNU_VERNEED)),
    )
}

fn architecture(header: &Header, little: bool) -> Option<&'static str> {
    Some(match header.machine {
        EM_386 => "x86",
        // With 32-bit pointers it is the same processor.
        EM_X86_64 => "x86-64",
        EM_ARM if little => "arm",
        EM_ARM => "armeb",
        EM_AARCH64 if little => "aarch64",
        EM_AARCH64 => "aarch64be",
        EM_S390 if header.is_64 => "s390x",
        EM_S390 => "s390",
        EM_PPC64 if little => "ppc64le",
        EM_PPC64 => "ppc64",
        EM_PPC => "ppc",
        EM_RISCV if header.is_64 => "riscv64",
        EM_RISCV => "riscv32",
        EM_MIPS => match (header.is_64, little) {
            (true, true) => "mips64el",
            (true, false) => "mips64",
            (false, true) => "mipsel",
            (false, false) => "mips",
        },
        EM_LOONGARCH => "loongarch",
        EM_SPARC | EM_SPARC32PLUS => "sparc",
        EM_SPARCV9 => "sparc64",
        EM_PARISC => "parisc",
        EM_IA_64 => "ia64",
        0x9026 => "alpha",
        EM_68K => "m68k",
        EM_SH => "sh",
        EM_BPF => "bpf",
        EM_AVR => "avr",
        EM_MSP430 => "msp430",
        EM_XTENSA => "xtensa",
        EM_TRICORE => "tricore",
        _ => return None,
    })
}
