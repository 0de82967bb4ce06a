//! What kind of binary something is, from its first bytes. Names are not trusted: a plugin has any extension.

use memchr::memchr;

/// The kinds of files that the techniques tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An ELF file of any sort.
    Elf,
    /// A program or library of Windows or UEFI, .NET assemblies among them: it begins with a DOS header.
    Pe,
    /// An object file of Windows (COFF).
    Coff,
    /// A Mach-O file for one processor.
    MachO,
    /// Mach-O files for several processors in one.
    Fat,
    /// A WebAssembly module.
    Wasm,
    /// A Java class.
    Class,
    /// Android's bytecode.
    Dex,
    /// Python's bytecode.
    Pyc,
    /// Bytes of no known format that are not text.
    Raw,
}

impl Kind {
    /// The word for the format in outputs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Elf => "ELF",
            Self::Pe => "PE",
            Self::Coff => "COFF",
            Self::MachO => "Mach-O",
            Self::Fat => "Mach-O universal",
            Self::Wasm => "WebAssembly",
            Self::Class => "Java class",
            Self::Dex => "Dalvik",
            Self::Pyc => "Python bytecode",
            Self::Raw => "raw",
        }
    }

    /// Whether it holds machine code of a known format.
    pub(super) const fn is_native(self) -> bool {
        matches!(
            self,
            Self::Elf | Self::Pe | Self::Coff | Self::MachO | Self::Fat
        )
    }

    /// The kind of what begins with these bytes; `None` for text.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let first: [u8; 4] = head.get(..4)?.try_into().ok()?;
        let number = u32::from_be_bytes(first);
        Some(match number {
            0x7f45_4c46 => Self::Elf,
            0x0061_736d => Self::Wasm,
            0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe => Self::MachO,
            0xcafe_babf => Self::Fat,
            // A class and a universal binary begin alike. What follows is a class's version, 45 and more, or the number of processors.
            0xcafe_babe => match head.get(4..8).map(|b| [b[0], b[1], b[2], b[3]]) {
                Some(next) if u32::from_be_bytes(next) < 40 => Self::Fat,
                _ => Self::Class,
            },
            0x6465_780a if head.get(7) == Some(&0) => Self::Dex,
            _ if head.starts_with(b"MZ") => Self::Pe,
            _ if is_pyc(head) => Self::Pyc,
            _ if is_coff(head) => Self::Coff,
            _ if is_text(head) => return None,
            _ => Self::Raw,
        })
    }
}

/// Since Python 1.5 a magic number of two bytes followed by `\r\n`; then, since 3.7, flags of which two bits are defined (PEP 552), and
/// before that a time.
fn is_pyc(head: &[u8]) -> bool {
    head.len() >= 16
        && head.get(2..4) == Some(b"\r\n")
        && head.get(..2) != Some(b"\r\n")
        && head.get(..16).is_some_and(|start| start.contains(&0))
}

/// A COFF header has no magic number: a processor, a few sections, and for object files neither an optional header nor odd flags
/// (PE format, "COFF File Header").
///
/// An anonymous object begins with a processor that is none and a number of sections that cannot be; behind a version follows the processor:
/// a stub of an import library, or an object with many sections.
fn is_coff(head: &[u8]) -> bool {
    let word = |at: usize| {
        head.get(at..at + 2)
            .map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    };
    let is_processor = |at| matches!(word(at), Some(0x014c | 0x8664 | 0xaa64 | 0x01c4 | 0xa641));
    if (word(0), word(2)) == (Some(0), Some(0xffff)) {
        return matches!(word(4), Some(0..=2)) && is_processor(6);
    }
    let processor = is_processor(0);
    processor
        && matches!(word(2), Some(1..=4096))
        && word(16) == Some(0)
        && head.get(20..28).is_some_and(|name| {
            name.iter()
                .all(|byte| *byte == 0 || byte.is_ascii_graphic())
                && name.first().is_some_and(|byte| *byte != 0)
        })
}

/// Text of any encoding has no zero bytes, but for UTF-16 and UTF-32, which begin with a mark or have every other byte zero.
fn is_text(head: &[u8]) -> bool {
    let marked = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    if marked || memchr(0, head).is_none() {
        return true;
    }
    let zeros = |odd: usize| {
        let every_other = head.iter().skip(odd).step_by(2);
        every_other.clone().filter(|byte| **byte == 0).count() * 10 > every_other.count() * 9
    };
    zeros(0) != zeros(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_no_universal_binary() {
        assert_eq!(
            Kind::of(&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61]),
            Some(Kind::Class)
        );
        assert_eq!(
            Kind::of(&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2]),
            Some(Kind::Fat)
        );
    }

    #[test]
    fn text_is_nobodys_binary() {
        assert_eq!(Kind::of(b"#include <openssl/evp.h>\n"), None);
        assert_eq!(Kind::of(b"\xff\xfeh\0e\0l\0l\0o\0"), None);
        let wide: Vec<u8> = "key size"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(Kind::of(&wide), None);
        assert_eq!(Kind::of(&[1, 2, 3, 0, 5, 6, 7, 8]), Some(Kind::Raw));
        assert_eq!(Kind::of(b""), None);
    }

    #[test]
    fn an_object_file_of_windows_is_known_by_its_header() {
        let mut head = vec![0x64, 0x86, 3, 0];
        head.extend([0; 16]);
        head.extend(b".text\0\0\0");
        assert_eq!(Kind::of(&head), Some(Kind::Coff));
        head[20] = 0;
        assert_eq!(Kind::of(&head), Some(Kind::Raw));
        let stub = b"\0\0\xff\xff\0\0\x64\x86\0\0\0\0RSA_new\0";
        assert_eq!(Kind::of(stub), Some(Kind::Coff));
    }
}
