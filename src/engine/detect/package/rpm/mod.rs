//! Rpm: packages, and the databases of installed ones.
//!
//! A package's header stands before its payload in one stream, so whoever unpacks the payload reads both ([`open`]).
//!
//! The databases hold one header a package in one of three containers, each read here by its own few lines: SQLite (`sqlite`), rpm's
//! own (`ndb`), and Berkeley DB (`bdb`), which RHEL up to 8 has. No index is used, only the headers themselves.

mod bdb;
mod header;
mod ndb;
mod sqlite;

use std::io::Read;
use std::ops::ControlFlow;

use self::header::{Header, Tag};
use super::place::Place;
use super::records::Records;
use super::{MAX_DATABASE, Reader, Unread};
use crate::detect::Source;
use crate::model::{Package, SkipReason};

/// What stands before the payload of an `.rpm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The package; none where its header names none.
    pub package: Option<Package>,
    /// Where the payload begins in the file.
    pub payload_at: u64,
    /// How the payload is compressed: `gzip`, `bzip2`, `xz`, `lzma`, `zstd`, `none`.
    pub compressor: String,
    /// What the payload is: `cpio`; in rpm 6, also `cpio` without names.
    pub format: String,
}

/// Reads what stands before the payload of an `.rpm`, and not one byte of the payload.
///
/// # Errors
/// When it is no `.rpm`, ends too early or has a header of absurd size: the reason, and what was wrong.
pub fn open(from: &mut dyn Read) -> Result<Opened, (SkipReason, String)> {
    let mut from = Counted { from, at: 0 };
    let lead = from.take_exactly(LEAD)?;
    if !lead.starts_with(&LEAD_MAGIC) {
        return Err(broken("no rpm"));
    }
    let signature = header(&mut from)?.len();
    from.take_exactly(signature.next_multiple_of(8) - signature)?;
    let blob = header(&mut from)?;
    let header = Header::of(&blob).ok_or_else(|| broken("a header that contradicts itself"))?;
    let text = |tag, otherwise: &str| header.text(tag).unwrap_or(otherwise).to_owned();
    Ok(Opened {
        package: header.package(),
        payload_at: from.at,
        // What rpm takes for granted where a header does not say.
        compressor: text(Tag::PayloadCompressor, "gzip"),
        format: text(Tag::PayloadFormat, "cpio"),
    })
}

/// The lead, of which nothing but the magic number means anything any more.
const LEAD: usize = 96;
const LEAD_MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];
const HEADER_MAGIC: [u8; 4] = [0x8e, 0xad, 0xe8, 0x01];

/// A header of a file, without the magic number that databases leave out: as [`Header::of`] takes it.
fn header(from: &mut Counted<'_>) -> Result<Vec<u8>, Unread> {
    let magic = from.take_exactly(8)?;
    if !magic.starts_with(&HEADER_MAGIC) {
        return Err(broken("no header where one should be"));
    }
    let mut header = from.take_exactly(8)?;
    let start = header.first_chunk::<8>().copied().unwrap_or_default();
    let (table, data) = header::sizes(start).ok_or_else(|| broken("a header of absurd size"))?;
    header.extend(from.take_exactly(table + data)?);
    Ok(header)
}

fn broken(what: &str) -> Unread {
    (SkipReason::PartlyParsed, what.to_owned())
}

/// A stream, and how much of it was read.
struct Counted<'a> {
    from: &'a mut dyn Read,
    at: u64,
}

impl Counted<'_> {
    /// The next bytes, all of them. Memory follows what is there, not what was asked for.
    fn take_exactly(&mut self, count: usize) -> Result<Vec<u8>, Unread> {
        let mut bytes = Vec::new();
        (&mut *self.from)
            .take(count as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| (SkipReason::Unreadable, error.to_string()))?;
        self.at += bytes.len() as u64;
        if bytes.len() < count {
            return Err(broken("ends inside its headers"));
        }
        Ok(bytes)
    }
}

/// A database of installed packages.
pub(super) struct Database;

/// Where databases lie: today's place, and that of image builders and of distributions whose `/var` is not the system's.
const FOLDERS: &[&str] = &["var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"];

/// Hands on each blob of a database with its key there, until told to stop.
type Each =
    fn(&mut dyn Source, &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), Unread>;

/// The containers, by file name.
const CONTAINERS: &[(&str, Each)] = &[
    ("rpmdb.sqlite", sqlite::each),
    ("Packages.db", ndb::each),
    ("Packages", bdb::each),
];

impl Reader for Database {
    fn concerns(&self, place: &Place<'_>) -> bool {
        CONTAINERS.iter().any(|(name, _)| *name == place.name()) && root(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let length = bytes.len();
        if length > MAX_DATABASE {
            return Err((SkipReason::TooLargeToParse, format!("{length} bytes")));
        }
        let (Some(root), Some((_, each))) = (
            root(place),
            CONTAINERS.iter().find(|(name, _)| *name == place.name()),
        ) else {
            return Ok(());
        };
        let mut spent = Ok(());
        each(bytes, &mut |number, blob| {
            if let Some(header) = Header::of(blob)
                && let Some(package) = header.package()
            {
                let key = format!("rpm:{number}");
                spent = records
                    .installed(root, &key, package)
                    .and_then(|()| records.files(root, &key, header.files()));
            }
            match spent {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        spent
    }
}

fn root<'a>(place: &Place<'a>) -> Option<&'a str> {
    let root = FOLDERS
        .iter()
        .find_map(|folder| place.folder().strip_suffix(folder))?;
    (root.is_empty() || root.ends_with('/')).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look};
    use super::*;

    const RPM: &[u8] = include_bytes!("testdata/demo.rpm");
    const DATABASES: &[(&str, &[u8])] = &[
        (
            "usr/lib/sysimage/rpm/rpmdb.sqlite",
            include_bytes!("testdata/rpmdb.sqlite"),
        ),
        (
            "usr/lib/sysimage/rpm/Packages.db",
            include_bytes!("testdata/Packages.db"),
        ),
        ("var/lib/rpm/Packages", include_bytes!("testdata/Packages")),
        (
            "var/lib/rpm/Packages",
            include_bytes!("testdata/Packages.big-endian"),
        ),
    ];

    #[test]
    fn reading_stops_exactly_at_the_payload() {
        let mut rest = RPM;
        let opened = open(&mut rest).unwrap();
        assert_eq!(
            opened.package.and_then(|package| package.purl()).as_deref(),
            Some("pkg:rpm/demo@1.2-3.el9?arch=x86_64&epoch=1")
        );
        assert_eq!(
            (opened.compressor.as_str(), opened.format.as_str()),
            ("gzip", "cpio")
        );
        assert_eq!(opened.payload_at as usize, RPM.len() - rest.len());
        assert!(rest.starts_with(&[0x1f, 0x8b]), "what gzip begins with");
    }

    #[test]
    fn every_container_holds_the_same() {
        let libs: Vec<String> = (1..10)
            .map(|n| format!("usr/lib64/libdemo.so.{n}"))
            .collect();
        for (path, bytes) in DATABASES {
            let mut lines = brief(&format!("i.tar!/{path}"), bytes);
            lines.sort();
            assert_eq!(
                lines,
                [
                    "pkg:rpm/demo-doc@1.2-3.el9?arch=noarch&epoch=1 is rpm:1 in [i.tar!/]"
                        .to_owned(),
                    "pkg:rpm/demo-libs@1.2-3.el9?arch=x86_64&epoch=1 is rpm:2 in [i.tar!/]"
                        .to_owned(),
                    "pkg:rpm/demo@1.2-3.el9?arch=x86_64&epoch=1 is rpm:3 in [i.tar!/]".to_owned(),
                    "rpm:1 in [i.tar!/] has usr/share/doc/demo/README".to_owned(),
                    format!("rpm:2 in [i.tar!/] has {}", libs.join(" ")),
                    "rpm:3 in [i.tar!/] has usr/bin/demo".to_owned(),
                ],
                "{path}"
            );
        }
    }

    #[test]
    fn a_database_lies_in_its_folder() {
        let (_, bytes) = DATABASES[0];
        for path in [
            "rpmdb.sqlite",
            "rpm/rpmdb.sqlite",
            "myvar/lib/rpm/rpmdb.sqlite",
        ] {
            assert_eq!(look(path, bytes).0, [], "{path}");
        }
        assert_eq!(look("rootfs/var/lib/rpm/rpmdb.sqlite", bytes).0.len(), 6);
    }

    #[test]
    fn what_was_read_before_the_damage_stays() {
        let (path, bytes) = DATABASES[0];
        let (records, skips) = look(path, &bytes[..bytes.len() - 512]);
        assert!(!records.is_empty());
        assert_eq!(skips.len(), 1);
    }

    #[test]
    fn another_format_under_the_name_is_said() {
        for (path, _) in DATABASES {
            assert_eq!(look(path, b"#!/bin/sh\n").1[0].0, SkipReason::PartlyParsed);
        }
    }

    #[test]
    fn damage_does_no_harm() {
        for end in 0..RPM.len() {
            let _ = open(&mut &RPM[..end]);
        }
        let mut damaged = RPM.to_vec();
        for at in 0..RPM.len() {
            damaged[at] = if at % 2 == 0 { 0xff } else { RPM[at] ^ 0x01 };
            let _ = open(&mut damaged.as_slice());
            damaged[at] = RPM[at];
        }
        for &(path, bytes) in DATABASES {
            for end in (0..bytes.len()).step_by(61) {
                look(path, &bytes[..end]);
            }
            let mut damaged = bytes.to_vec();
            for at in 0..bytes.len() {
                damaged[at] = if at % 2 == 0 { 0xff } else { bytes[at] ^ 0x01 };
                look(path, &damaged);
                damaged[at] = bytes[at];
            }
        }
    }

    #[test]
    fn huge_sizes_cost_nothing() {
        let mut rpm = RPM[..96].to_vec();
        rpm.extend(HEADER_MAGIC);
        rpm.extend([0; 4]);
        let with = |tags: u32, data: u32| {
            let mut rpm = rpm.clone();
            rpm.extend(tags.to_be_bytes());
            rpm.extend(data.to_be_bytes());
            open(&mut rpm.as_slice()).unwrap_err().1
        };
        assert_eq!(with(u32::MAX, u32::MAX), "a header of absurd size");
        assert_eq!(
            with(header::MAX_TAGS, header::MAX_BYTES),
            "ends inside its headers"
        );
    }
}
