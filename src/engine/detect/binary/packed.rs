//! Files whose code or contents lie inside in a form that is not read: packed, encrypted, or bundled behind a starter. Nothing is
//! unpacked here; that something was left unread is said, so that nobody takes silence for absence.
//!
//! A packer is known by what it itself leaves for its own starter to find. One that leaves nothing is known by code that is as random
//! as only packed or encrypted bytes are, in a file that links nothing.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::kind::Kind;
use super::seen::Seen;
use super::{Technique, WINDOW};
use crate::detect::Source;
use crate::model::SkipReason;

/// Bytes at the beginning that hold the headers.
const HEAD: u64 = 4096;
/// Bytes at the end in which a trailer is searched: a signature of the file may follow it.
const TAIL: u64 = 64 << 10;
/// Bytes of a section whose randomness is measured: its middle.
const SAMPLE: u64 = 256 << 10;
/// Smaller sections say nothing: a short table is as random.
const SMALLEST_SAMPLE: u64 = 16 << 10;
/// Bits a byte. Machine code has about 6, tables in it up to 7; what deflate and its kin write has over 7.9.
const RANDOM: f64 = 7.85;
/// Headers of a file that are looked at: no linker writes as many.
const MAX_HEADERS: u16 = 256;

/// What packers call their sections in programs of Windows.
static SECTIONS: &[(&str, &str)] = &[
    ("UPX0", "UPX"),
    ("UPX1", "UPX"),
    (".aspack", "ASPack"),
    (".ASPack", "ASPack"),
    (".MPRESS1", "MPRESS"),
    (".themida", "Themida"),
    (".winlice", "WinLicense"),
    (".vmp0", "VMProtect"),
    (".vmp1", "VMProtect"),
    (".enigma1", "Enigma Protector"),
    (".petite", "Petite"),
    ("PEC2", "PECompact"),
    ("PEC2TO", "PECompact"),
    ("PEC2MO", "PECompact"),
    (".nsp0", "NsPack"),
    ("nsp0", "NsPack"),
    (".RLPack", "RLPack"),
    ("FSG!", "FSG"),
    ("kkrunchy", "kkrunchy"),
];

/// What starters search for in their own file, wherever it stands.
static MARKS: &[(&[u8], &str)] = &[
    // The first header (Source/exehead/fileform.h of NSIS)
    (b"\xef\xbe\xad\xdeNullsoftInst", "NSIS installer"),
    // The table of offsets (Projects/Src/Setup.LoaderOffsetTable of Inno Setup)
    (b"rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a", "Inno Setup installer"),
    // Single executable applications of Node.js: the last digit is set when something was put in.
    (
        b"NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1",
        "Node.js single executable application",
    ),
];

/// The technique.
pub(super) struct Packed;

impl Technique for Packed {
    fn name(&self) -> &'static str {
        "packers"
    }

    fn reads(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Elf | Kind::Pe | Kind::MachO)
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let told = match seen.kind {
            Kind::Elf => elf(bytes)?,
            Kind::Pe => pe(bytes)?,
            Kind::MachO => mach_o(bytes)?,
            _ => None,
        };
        let told = match told {
            Some(told) => Some(told),
            None => bundled(bytes)?,
        };
        if let Some(told) = told {
            seen.skip(SkipReason::Packed, told)
        }
        Ok(())
    }
}

type Told = Result<Option<String>, (SkipReason, String)>;

/// Numbers of a header, at untrusted places.
struct Header<'b> {
    bytes: &'b [u8],
    big: bool,
}

impl Header<'_> {
    fn bytes<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        let at = usize::try_from(at).ok()?;
        let end = at.checked_add(N)?;
        self.bytes.get(at..end)?.try_into().ok()
    }

    fn u16(&self, at: u64) -> Option<u16> {
        let bytes = self.bytes(at)?;
        Some(match self.big {
            true => u16::from_be_bytes(bytes),
            false => u16::from_le_bytes(bytes),
        })
    }

    fn u32(&self, at: u64) -> Option<u32> {
        let bytes = self.bytes(at)?;
        Some(match self.big {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        })
    }

    fn u64(&self, at: u64) -> Option<u64> {
        let bytes = self.bytes(at)?;
        Some(match self.big {
            true => u64::from_be_bytes(bytes),
            false => u64::from_le_bytes(bytes),
        })
    }

    /// A number of the width of an address.
    fn word(&self, at: u64, wide: bool) -> Option<u64> {
        match wide {
            true => self.u64(at),
            false => self.u32(at).map(u64::from),
        }
    }
}

/// An ELF file: UPX's own header stands after the program headers and at the end; its code has no dynamic section left.
fn elf(bytes: &mut dyn Source) -> Told {
    let head = bytes.read_at(0..HEAD)?.to_vec();
    // AppImages are known by what stands in the padding of the identification (AppImage specification, "Type 2 image format").
    if matches!(head.get(8..11), Some([b'A', b'I', 1 | 2])) {
        return Ok(Some("AppImage: its file system is not read".to_owned()));
    }
    let code = elf_code(&head);
    let headers_end = code.as_ref().map_or(0, |code| code.headers_end);
    let after = head.get(headers_end..).unwrap_or_default();
    let upx = memchr::memmem::find(after.get(..64).unwrap_or(after), b"UPX!");
    if upx.is_some() {
        return Ok(Some("UPX".to_owned()));
    }
    match code {
        Some(code) if !code.dynamic => random(bytes, &code.executable),
        _ => Ok(None),
    }
}

struct ElfCode {
    /// Where the program headers end.
    headers_end: usize,
    /// Whether it is linked with others when it starts.
    dynamic: bool,
    /// Byte ranges that are run.
    executable: Vec<(u64, u64)>,
}

/// The program headers (System V gABI, chapter 5).
fn elf_code(head: &[u8]) -> Option<ElfCode> {
    let wide = head.get(4) == Some(&2);
    let header = Header {
        bytes: head,
        big: head.get(5) == Some(&2),
    };
    let table = header.word(if wide { 32 } else { 28 }, wide)?;
    let size = header.u16(if wide { 54 } else { 42 })?;
    let count = header.u16(if wide { 56 } else { 44 })?;
    let mut code = ElfCode {
        headers_end: 0,
        dynamic: false,
        executable: Vec::new(),
    };
    for index in 0..count.min(MAX_HEADERS) {
        let Some(at) = table.checked_add(u64::from(index) * u64::from(size)) else {
            break;
        };
        let Some(kind) = header.u32(at) else { break };
        let (flags, offset, length) = match wide {
            true => (at + 4, at + 8, at + 32),
            false => (at + 24, at + 4, at + 16),
        };
        // PT_DYNAMIC, PT_LOAD with PF_X
        code.dynamic |= kind == 2;
        if kind == 1 && header.u32(flags).is_some_and(|flags| flags & 1 != 0) {
            let offset = header.word(offset, wide)?;
            let length = header.word(length, wide)?;
            code.executable.push((offset, length))
        }
        code.headers_end = usize::try_from(at + u64::from(size)).ok()?;
    }
    Some(code)
}

/// A program or library of Windows: packers name their sections.
fn pe(bytes: &mut dyn Source) -> Told {
    let head = bytes.read_at(0..HEAD)?.to_vec();
    let header = Header {
        bytes: &head,
        big: false,
    };
    let Some(start) = header.u32(0x3c).map(u64::from) else {
        return Ok(None);
    };
    if header.bytes(start) != Some(*b"PE\0\0") {
        return Ok(None);
    }
    let (Some(count), Some(optional)) = (header.u16(start + 6), header.u16(start + 20)) else {
        return Ok(None);
    };
    // An assembly of .NET has its resources, packed pictures among them, in the section of its code.
    let wide = header.u16(start + 24) == Some(0x20b);
    let directories = start + 24 + if wide { 112 } else { 96 };
    let managed = header.u32(directories + 14 * 8).is_some_and(|at| at != 0)
        && u64::from(optional) >= directories - start - 24 + 15 * 8;
    let mut executable = Vec::new();
    for index in 0..count.min(MAX_HEADERS) {
        let at = start + 24 + u64::from(optional) + u64::from(index) * 40;
        let Some(name) = header.bytes::<8>(at) else {
            break;
        };
        let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
        let name = name.get(..end).unwrap_or_default();
        if let Some((_, packer)) = SECTIONS.iter().find(|(n, _)| n.as_bytes() == name) {
            return Ok(Some((*packer).to_owned()));
        }
        let (length, offset) = (header.u32(at + 16), header.u32(at + 20));
        // IMAGE_SCN_MEM_EXECUTE
        let runs = header.u32(at + 36).is_some_and(|f| f & 0x2000_0000 != 0);
        if let (true, Some(length), Some(offset)) = (runs, length, offset) {
            executable.push((u64::from(offset), u64::from(length)))
        }
    }
    match managed {
        true => Ok(None),
        false => random(bytes, &executable),
    }
}

/// A Mach-O file: what Apple sells is encrypted but for its headers (`LC_ENCRYPTION_INFO`, mach-o/loader.h).
fn mach_o(bytes: &mut dyn Source) -> Told {
    let head = bytes.read_at(0..HEAD * 8)?;
    let Some(magic) = head.first_chunk::<4>() else {
        return Ok(None);
    };
    let magic = u32::from_be_bytes(*magic);
    let header = Header {
        bytes: head,
        big: matches!(magic, 0xfeed_face | 0xfeed_facf),
    };
    let wide = matches!(magic, 0xfeed_facf | 0xcffa_edfe);
    let count = header.u32(16).unwrap_or(0);
    let mut at = if wide { 32 } else { 28 };
    for _ in 0..count.min(u32::from(MAX_HEADERS)) {
        let (Some(command), Some(size)) = (header.u32(at), header.u32(at + 4)) else {
            break;
        };
        if matches!(command, 0x21 | 0x2c) && header.u32(at + 16).is_some_and(|id| id != 0) {
            return Ok(Some("encrypted by FairPlay".to_owned()));
        }
        if size < 8 {
            break;
        }
        at += u64::from(size);
    }
    let after = usize::try_from(at).unwrap_or(usize::MAX);
    let after = head.get(after..).unwrap_or_default();
    let upx = memchr::memmem::find(after.get(..64).unwrap_or(after), b"UPX!");
    Ok(upx.map(|_| "UPX".to_owned()))
}

/// Code that is as random as no machine code is.
fn random(bytes: &mut dyn Source, sections: &[(u64, u64)]) -> Told {
    let Some((offset, length)) = sections.iter().max_by_key(|(_, length)| *length) else {
        return Ok(None);
    };
    let length = (*length).min(bytes.len().saturating_sub(*offset));
    if length < SMALLEST_SAMPLE {
        return Ok(None);
    }
    let from = offset.saturating_add(length.saturating_sub(SAMPLE) / 2);
    let sample = bytes.read_at(from..from.saturating_add(length.min(SAMPLE)))?;
    let entropy = entropy(sample);
    Ok((entropy >= RANDOM).then(|| format!("its code has {entropy:.2} bits of entropy a byte")))
}

/// Shannon's entropy of the bytes, in bits a byte.
fn entropy(sample: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in sample {
        counts[usize::from(*byte)] += 1
    }
    let total = sample.len() as f64;
    let share = |count: &u32| f64::from(*count) / total;
    let terms = counts.iter().filter(|count| **count > 0).map(share);
    -terms.map(|p| p * p.log2()).sum::<f64>()
}

/// Programs and their files behind a starter.
fn bundled(bytes: &mut dyn Source) -> Told {
    let length = bytes.len();
    if let Some(told) = trailer(bytes)? {
        return Ok(Some(told.to_owned()));
    }
    let Some(search) = search() else {
        return Ok(None);
    };
    let mut from = 0_u64;
    while from < length {
        let start = from.saturating_sub(8);
        let window = bytes.read_at(start..from.saturating_add(WINDOW + 64))?;
        let hit = search
            .find_iter(window)
            .find_map(|hit| MARKS.get(hit.pattern().as_usize()).map(|(_, name)| *name));
        if let Some(name) = hit {
            return Ok(Some(name.to_owned()));
        }
        from += WINDOW;
    }
    Ok(None)
}

/// What starters look for at the end of their own file.
fn trailer(bytes: &mut dyn Source) -> Result<Option<&'static str>, (SkipReason, String)> {
    let length = bytes.len();
    let tail = bytes.read_at(length.saturating_sub(TAIL)..length)?;
    // The cookie: its magic number, lengths, Python's version, the name of its library (bootloader/src/pyi_archive.h).
    let cookie = memchr::memmem::rfind(tail, b"MEI\x0c\x0b\x0a\x0b\x0e");
    let cookie = cookie.and_then(|at| tail.get(at..)?.first_chunk::<88>());
    if cookie.is_some_and(|cookie| memchr::memmem::find(cookie, b"python").is_some()) {
        return Ok(Some("PyInstaller"));
    }
    if tail.ends_with(b"\n---- Bun! ----\n") {
        return Ok(Some("Bun single-file executable"));
    }
    let end = tail.get(tail.len().saturating_sub(64)..).unwrap_or(tail);
    if memchr::memmem::find(end, b"<nexe~~sentinel>").is_some() {
        return Ok(Some("nexe"));
    }
    // The payload, behind it its length in eight bytes; it begins with KA and how it is packed (OnefileBootstrap.c of Nuitka).
    let Some(payload) = tail.last_chunk::<8>() else {
        return Ok(None);
    };
    let from = length
        .checked_sub(8)
        .and_then(|end| end.checked_sub(u64::from_le_bytes(*payload)));
    if let Some(from) = from
        && from > 0
        && matches!(bytes.read_at(from..from + 3)?, [b'K', b'A', b'X' | b'Y'])
    {
        return Ok(Some("Nuitka onefile"));
    }
    Ok(None)
}

fn search() -> Option<&'static AhoCorasick> {
    static SEARCH: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    SEARCH
        .get_or_init(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(MARKS.iter().map(|(mark, _)| mark))
                .ok()
        })
        .as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that look random: multiples of a constant that shares nothing with 2^64.
    fn noise(length: u64) -> Vec<u8> {
        let byte = |at: u64| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 37) as u8;
        (0..length).map(byte).collect()
    }

    fn elf_file(kinds: &[u32], body: &[u8]) -> Vec<u8> {
        let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        file.resize(64, 0);
        file[32] = 64;
        file[54] = 56;
        file[56] = kinds.len() as u8;
        let offset = 64 + 56 * kinds.len() as u64;
        for kind in kinds {
            file.extend(kind.to_le_bytes());
            file.extend(5_u32.to_le_bytes());
            for number in [offset, 0, 0, body.len() as u64, body.len() as u64, 1] {
                file.extend(number.to_le_bytes())
            }
        }
        file.extend(body);
        file
    }

    fn told(kind: fn(&mut dyn Source) -> Told, file: &[u8]) -> Option<String> {
        let mut bytes = file;
        let told = kind(&mut bytes).unwrap();
        told.or_else(|| bundled(&mut bytes).unwrap())
    }

    fn pe_file(section: &[u8; 8], body: &[u8]) -> Vec<u8> {
        let mut file = b"MZ".to_vec();
        file.resize(0x40, 0);
        file[0x3c] = 0x40;
        file.extend(b"PE\0\0\x64\x86\x01\0");
        file.resize(0x40 + 24, 0);
        file[0x40 + 20] = 0xf0;
        file.extend([0x0b, 2]);
        file.resize(0x40 + 24 + 0xf0, 0);
        file.extend(section);
        for number in [0, 0, body.len() as u32, 512, 0, 0, 0, 0x6000_0020_u32] {
            file.extend(number.to_le_bytes())
        }
        file.resize(512, 0);
        file.extend(body);
        file
    }

    #[test]
    fn a_packer_is_known_by_its_header() {
        let mut body = b"\0\0\0\0UPX!\x0e\x16".to_vec();
        body.extend(noise(64));
        assert_eq!(told(elf, &elf_file(&[1], &body)).as_deref(), Some("UPX"));
        assert_eq!(
            told(pe, &pe_file(b"UPX1\0\0\0\0", b"")).as_deref(),
            Some("UPX")
        );
        assert_eq!(
            told(pe, &pe_file(b".vmp0\0\0\0", b"")).as_deref(),
            Some("VMProtect")
        );
        // The packer itself has the text too, and elsewhere.
        let mut body = vec![0x90; 4096];
        body.extend(b"UPX!");
        assert_eq!(told(elf, &elf_file(&[1], &body)), None);
    }

    #[test]
    fn code_as_random_as_no_code_is_a_gap() {
        let random = noise(100_000);
        let text = "its code has 8.00 bits of entropy a byte";
        assert_eq!(told(elf, &elf_file(&[1], &random)).as_deref(), Some(text));
        assert_eq!(told(elf, &elf_file(&[1, 2], &random)), None, "it links");
        assert_eq!(told(elf, &elf_file(&[1], &random[..1000])), None);
        let told_pe = told(pe, &pe_file(b".text\0\0\0", &random));
        assert_eq!(told_pe.as_deref(), Some(text));
        let code: Vec<u8> = random.iter().map(|byte| byte & 0x3f).collect();
        assert_eq!(told(elf, &elf_file(&[1], &code)), None);
    }

    #[test]
    fn an_assembly_may_hold_packed_resources() {
        let mut file = pe_file(b".text\0\0\0", &noise(100_000));
        file[0x40 + 24 + 112 + 14 * 8] = 8;
        assert_eq!(told(pe, &file), None);
    }

    #[test]
    fn a_starter_with_something_behind_it_is_a_gap() {
        let mut file = elf_file(&[1, 2], &[0x90; 3000]);
        file.extend(b"MEI\x0c\x0b\x0a\x0b\x0e");
        file.resize(file.len() + 16, 1);
        file.extend(b"libpython3.11.so.1.0");
        file.resize(file.len() + 60, 0);
        assert_eq!(told(elf, &file).as_deref(), Some("PyInstaller"));

        let mut file = elf_file(&[1, 2], &[0x90; 3000]);
        file.extend(b"KAY....");
        file.extend(7_u64.to_le_bytes());
        assert_eq!(told(elf, &file).as_deref(), Some("Nuitka onefile"));

        let mut file = elf_file(&[1, 2], &[0x90; 3000]);
        file[8..11].copy_from_slice(b"AI\x02");
        assert!(told(elf, &file).is_some());
    }

    #[test]
    fn what_is_sold_encrypted_is_a_gap() {
        let mut file = vec![0xcf, 0xfa, 0xed, 0xfe];
        file.resize(16, 0);
        file.extend([1, 0, 0, 0]);
        file.resize(32, 0);
        for number in [0x2c_u32, 24, 0, 0x4000, 1, 0] {
            file.extend(number.to_le_bytes())
        }
        assert_eq!(
            told(mach_o, &file).as_deref(),
            Some("encrypted by FairPlay")
        );
        file[48] = 0;
        assert_eq!(told(mach_o, &file), None);
    }

    #[test]
    fn a_cut_or_lying_header_is_survived() {
        let mut file = elf_file(&[1, 1], &noise(20_000));
        file[32..40].fill(0xff);
        assert_eq!(told(elf, &file), None);
        let mut file = pe_file(b".text\0\0\0", &noise(20_000));
        file[0x3c..0x40].fill(0xff);
        assert_eq!(told(pe, &file), None);
        for length in 0..200 {
            let _ = told(pe, &pe_file(b".text\0\0\0", b"")[..length]);
            let _ = told(elf, &elf_file(&[1], b"")[..length.min(120)]);
            let _ = told(mach_o, &noise(length as u64));
        }
    }
}
