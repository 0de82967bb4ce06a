//! What form an artifact has, from its first bytes. Names are not trusted: a jar is a zip, and so is an installer with an archive behind it.

use super::stream::Compression;
use super::{Broken, Members, ReadSeek};
use super::{ar, cpio, rpm, sevenz, squashfs, tar, zip};

/// A form that holds other artifacts.
pub(super) struct Form {
    /// The word in outputs.
    pub(super) name: &'static str,
    is: fn(&[u8]) -> bool,
    pub(super) reads: Reads,
}

/// How a form is read.
#[derive(Clone, Copy)]
pub(super) enum Reads {
    /// One compressed stream of anything.
    Stream(Compression),
    /// Members one after the other.
    Forward(fn(&mut dyn std::io::Read, &mut dyn Members) -> Result<(), Broken>),
    /// Members by a directory, back and forth.
    Random(fn(&mut dyn ReadSeek, &mut dyn Members) -> Result<(), Broken>),
    /// Not by this version.
    Not,
}

/// Every form; the first that fits counts.
pub(super) static FORMS: &[Form] = &[
    Form {
        name: "zip",
        is: |head| zip::MAGIC.iter().any(|magic| head.starts_with(magic)),
        reads: Reads::Random(zip::read),
    },
    Form {
        name: "gzip",
        is: |head| head.starts_with(&[0x1f, 0x8b, 8]) && head.get(3).is_some_and(|f| f & 0xe0 == 0),
        reads: Reads::Stream(Compression::Gzip),
    },
    Form {
        name: "xz",
        is: |head| head.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]),
        reads: Reads::Stream(Compression::Xz),
    },
    Form {
        name: "zstd",
        is: |head| {
            head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
                || (head.get(1..4) == Some(&[0x2a, 0x4d, 0x18]) && head[0] & 0xf0 == 0x50)
        },
        reads: Reads::Stream(Compression::Zstd),
    },
    Form {
        name: "bzip2",
        is: |head| {
            head.starts_with(b"BZh")
                && head
                    .get(3)
                    .is_some_and(|level| matches!(level, b'1'..=b'9'))
                && (head[4..].starts_with(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
                    || head[4..].starts_with(&[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]))
        },
        reads: Reads::Stream(Compression::Bzip2),
    },
    Form {
        name: "lz4",
        is: |head| head.starts_with(&[0x04, 0x22, 0x4d, 0x18]),
        reads: Reads::Stream(Compression::Lz4),
    },
    Form {
        name: "lzip",
        is: |head| head.starts_with(b"LZIP\x01"),
        reads: Reads::Stream(Compression::Lzip),
    },
    Form {
        name: "lzma",
        is: is_lzma,
        reads: Reads::Stream(Compression::Lzma),
    },
    Form {
        name: "7z",
        is: |head| head.starts_with(sevenz::MAGIC),
        reads: Reads::Random(sevenz::read),
    },
    Form {
        name: "ar",
        is: |head| head.starts_with(ar::MAGIC),
        reads: Reads::Forward(ar::read),
    },
    Form {
        name: "cpio",
        is: cpio::is_header,
        reads: Reads::Forward(cpio::read),
    },
    Form {
        name: "rpm",
        is: |head| head.starts_with(rpm::MAGIC),
        reads: Reads::Forward(rpm::read),
    },
    Form {
        name: "squashfs",
        is: |head| head.starts_with(squashfs::MAGIC) && head.get(28..32) == Some(&[4, 0, 0, 0]),
        reads: Reads::Random(squashfs::read),
    },
    Form {
        name: "tar",
        is: tar::is_header,
        reads: Reads::Forward(tar::read),
    },
    Form {
        name: "volume of a split zip",
        is: |head| head.starts_with(b"PK\x07\x08PK\x03\x04") || head.starts_with(b"PK00PK\x03\x04"),
        reads: Reads::Not,
    },
    Form {
        name: "thin ar",
        is: |head| head.starts_with(ar::THIN),
        reads: Reads::Not,
    },
    Form {
        name: "rar",
        is: |head| head.starts_with(b"Rar!\x1a\x07"),
        reads: Reads::Not,
    },
    Form {
        name: "cab",
        is: |head| head.starts_with(b"MSCF\0\0\0\0"),
        reads: Reads::Not,
    },
    Form {
        name: "xar",
        is: |head| head.starts_with(b"xar!"),
        reads: Reads::Not,
    },
    Form {
        name: "compress (.Z)",
        is: |head| head.starts_with(&[0x1f, 0x9d]) && head.get(2).is_some_and(|b| b & 0x60 == 0),
        reads: Reads::Not,
    },
    Form {
        name: "squashfs before 4.0",
        is: |head| head.starts_with(b"sqsh") || head.starts_with(b"qshs"),
        reads: Reads::Not,
    },
];

/// The form of what begins with these bytes.
pub(super) fn form(head: &[u8]) -> Option<&'static Form> {
    FORMS.iter().find(|form| (form.is)(head))
}

/// Zip, for what only ends in one.
pub(super) fn zip() -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == "zip")
}

/// An `.lzma` file has no magic number: the usual properties, a dictionary of 2^n or 2^n + 2^(n-1) bytes, and a length that is unknown
/// or below 256 GiB. Those are the conditions under which `xz` takes it for one.
fn is_lzma(head: &[u8]) -> bool {
    let (Some(dictionary), Some(length)) = (head.get(1..5), head.get(5..13)) else {
        return false;
    };
    let mut bytes = [0; 4];
    bytes.copy_from_slice(dictionary);
    let dictionary = u32::from_le_bytes(bytes);
    let mut bytes = [0; 8];
    bytes.copy_from_slice(length);
    let length = u64::from_le_bytes(bytes);
    let usual = dictionary == u32::MAX
        || dictionary.is_power_of_two()
        || (dictionary / 3).is_power_of_two() && dictionary.is_multiple_of(3);
    head[0] == 0x5d
        && usual
        && dictionary >= 4096
        && (length == u64::MAX || length < 1 << 38)
        && head.get(13) == Some(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(head: &[u8]) -> Option<&'static str> {
        form(head).map(|form| form.name)
    }

    #[test]
    fn forms_are_known_by_their_first_bytes() {
        assert_eq!(name(b"PK\x03\x04rest"), Some("zip"));
        assert_eq!(name(&[0x1f, 0x8b, 8, 0, 0]), Some("gzip"));
        assert_eq!(name(&[0x28, 0xb5, 0x2f, 0xfd, 4]), Some("zstd"));
        assert_eq!(name(b"BZh91AY&SY"), Some("bzip2"));
        assert_eq!(name(b"!<arch>\ndebian-binary"), Some("ar"));
        let alone = [
            0x5d, 0, 0, 0x80, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0,
        ];
        assert_eq!(name(&alone), Some("lzma"));
    }

    #[test]
    fn text_and_short_files_have_no_form() {
        for head in [
            &b""[..],
            b"B",
            b"BZh",
            b"]",
            b"import ssl\n",
            b"PK",
            &[0; 600],
        ] {
            assert_eq!(name(head), None, "{head:?}");
        }
    }
}
