//! The header of an rpm: a table of tags and the bytes that they point into
//! (<https://rpm-software-management.github.io/rpm/manual/format_header.html>).
//!
//! Read by hand, for two reasons: a database holds bare headers, which the crates for `.rpm` files do not read; and every count
//! and offset in here is an attacker's, so nothing is allocated for what a number claims, only for bytes that are there.

use crate::detect::package::package;
use crate::detect::package::records::MAX_PATH;
use crate::model::Package;

/// Rpm's own limit.
pub(super) const MAX_TAGS: u32 = 0xffff;
/// A quarter of what rpm allows, and enough for a million files.
pub(super) const MAX_BYTES: u32 = 64 << 20;
/// As many folders as files.
const MAX_FOLDERS: usize = 1 << 20;
/// An entry of the table.
const ENTRY: usize = 16;

/// The tags that are read, by rpm's numbers (`rpmtag.h`).
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    /// The name.
    Name = 1000,
    /// The version.
    Version = 1001,
    /// The release.
    Release = 1002,
    /// The epoch, a number.
    Epoch = 1003,
    /// The architecture.
    Arch = 1022,
    /// Whole paths, in packages of the last century.
    OldFileNames = 1027,
    /// A byte a file, in databases only.
    FileStates = 1029,
    /// A number of 16 bits a file.
    FileModes = 1030,
    /// What a binary package was built from; source packages have none.
    SourceRpm = 1044,
    /// A number a file: which of the folders.
    DirIndexes = 1116,
    /// A name a file.
    BaseNames = 1117,
    /// The folders.
    DirNames = 1118,
    /// The format of the payload.
    PayloadFormat = 1124,
    /// How the payload is compressed.
    PayloadCompressor = 1125,
}

/// A header, borrowed from its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    table: &'a [u8],
    data: &'a [u8],
}

/// A value's type, by rpm's numbers.
const CHAR: u32 = 1;
const INT16: u32 = 3;
const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;

/// The sizes that a header begins with: how many entries its table has and how many bytes follow the table.
pub(super) fn sizes(start: [u8; 8]) -> Option<(usize, usize)> {
    let [a, b, c, d, e, f, g, h] = start;
    let tags = u32::from_be_bytes([a, b, c, d]);
    let bytes = u32::from_be_bytes([e, f, g, h]);
    if tags > MAX_TAGS || bytes > MAX_BYTES {
        return None;
    }
    Some((
        usize::try_from(tags).ok()? * ENTRY,
        usize::try_from(bytes).ok()?,
    ))
}

impl<'a> Header<'a> {
    /// A header as databases hold it: the sizes, the table, the data.
    pub(super) fn of(blob: &'a [u8]) -> Option<Self> {
        let (start, rest) = blob.split_first_chunk::<8>()?;
        let (table, data) = sizes(*start)?;
        Some(Self {
            table: rest.get(..table)?,
            data: rest.get(table..)?.get(..data)?,
        })
    }

    /// The package that the header describes. `gpg-pubkey`, under which rpm keeps the keys that it trusts, is none.
    pub(super) fn package(&self) -> Option<Package> {
        let name = self.text(Tag::Name).filter(|name| *name != "gpg-pubkey")?;
        let mut version = format!("{}-{}", self.text(Tag::Version)?, self.text(Tag::Release)?);
        if let Some(epoch) = self.numbers(Tag::Epoch).next() {
            version = format!("{epoch}:{version}");
        }
        let arch = match self.text(Tag::SourceRpm) {
            Some(_) => self.text(Tag::Arch)?,
            None => "src",
        };
        package("rpm", None, name, Some(&version), Some(arch))
    }

    /// The files, without folders and without those that another package's replaced or that were never written.
    pub(super) fn files(&self) -> impl Iterator<Item = String> + use<'a> {
        let folders: Vec<&str> = self.texts(Tag::DirNames).take(MAX_FOLDERS).collect();
        let states = self.value(Tag::FileStates, CHAR).unwrap_or_default();
        let modes = self.value(Tag::FileModes, INT16).unwrap_or_default();
        let there = |at: usize| states.get(at).is_none_or(|state| *state == 0);
        let is_folder = |at: usize| modes.get(2 * at).is_some_and(|mode| mode & 0xf0 == 0x40);
        let indexes = self.numbers(Tag::DirIndexes);
        let named = self.texts(Tag::BaseNames).zip(indexes);
        let named = named.map(move |(name, folder)| {
            let folder = usize::try_from(folder).ok()?;
            Some((*folders.get(folder)?, name))
        });
        let whole = self.texts(Tag::OldFileNames).map(|path| Some(("", path)));
        let files = named.chain(whole).enumerate();
        files.filter_map(move |(at, parts)| {
            let (folder, name) = parts.filter(|_| there(at) && !is_folder(at))?;
            // A long folder named once can be asked for often.
            let path = (folder.len() + name.len() <= MAX_PATH).then(|| [folder, name].concat())?;
            Some(path.trim_start_matches('/').to_owned())
        })
    }

    /// A text.
    pub(super) fn text(&self, tag: Tag) -> Option<&'a str> {
        let value = self
            .value(tag, STRING)
            .or_else(|| self.value(tag, I18N_STRING))?;
        let end = memchr::memchr(0, value)?;
        str::from_utf8(&value[..end]).ok()
    }

    /// A list of texts. One that is no UTF-8 is empty: the others keep their places.
    fn texts(&self, tag: Tag) -> impl Iterator<Item = &'a str> + use<'a> {
        let (mut value, count) = self.find(tag, STRING_ARRAY).unwrap_or_default();
        let texts = std::iter::from_fn(move || {
            let end = memchr::memchr(0, value)?;
            let text = str::from_utf8(&value[..end]).unwrap_or_default();
            value = &value[end + 1..];
            Some(text)
        });
        texts.take(count)
    }

    /// A list of numbers.
    fn numbers(&self, tag: Tag) -> impl Iterator<Item = u32> + use<'a> {
        let value = self.value(tag, INT32).unwrap_or_default();
        value
            .as_chunks::<4>()
            .0
            .iter()
            .map(|number| u32::from_be_bytes(*number))
    }

    /// The bytes of a value whose elements have a fixed size, or from where a text begins.
    fn value(&self, tag: Tag, kind: u32) -> Option<&'a [u8]> {
        let (value, count) = self.find(tag, kind)?;
        let size = match kind {
            CHAR => 1,
            INT16 => 2,
            INT32 => 4,
            _ => return Some(value),
        };
        value.get(..count.checked_mul(size)?)
    }

    /// From where a value of this type begins, and how many elements it has.
    fn find(&self, tag: Tag, kind: u32) -> Option<(&'a [u8], usize)> {
        let (entries, _) = self.table.as_chunks::<ENTRY>();
        entries.iter().find_map(|entry| {
            let (words, _) = entry.as_chunks::<4>();
            let word = |at: usize| words.get(at).map(|word| u32::from_be_bytes(*word));
            if word(0)? != tag as u32 || word(1)? != kind {
                return None;
            }
            let start = usize::try_from(word(2)?).ok()?;
            Some((self.data.get(start..)?, usize::try_from(word(3)?).ok()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of these values: tag, type, count, bytes.
    fn header(values: &[(Tag, u32, u32, &[u8])]) -> Vec<u8> {
        let mut table = Vec::new();
        let mut data = Vec::new();
        for (tag, kind, count, bytes) in values {
            for word in [*tag as u32, *kind, data.len() as u32, *count] {
                table.extend(word.to_be_bytes());
            }
            data.extend_from_slice(bytes);
        }
        let mut header = (values.len() as u32).to_be_bytes().to_vec();
        header.extend((data.len() as u32).to_be_bytes());
        header.extend(table);
        header.extend(data);
        header
    }

    fn named<'a>(name: &'a [u8], more: &[(Tag, u32, u32, &'a [u8])]) -> Option<Package> {
        let mut values: Vec<(Tag, u32, u32, &[u8])> = vec![
            (Tag::Name, STRING, 1, name),
            (Tag::Version, STRING, 1, b"1.0\0"),
            (Tag::Release, STRING, 1, b"2\0"),
            (Tag::Arch, STRING, 1, b"x86_64\0"),
        ];
        values.extend_from_slice(more);
        Header::of(&header(&values))?.package()
    }

    #[test]
    fn a_source_package_has_no_architecture_of_its_own() {
        let purl = |package: Option<Package>| package.and_then(|package| package.purl());
        assert_eq!(
            purl(named(b"a\0", &[])).as_deref(),
            Some("pkg:rpm/a@1.0-2?arch=src")
        );
        let source: (Tag, u32, u32, &[u8]) = (Tag::SourceRpm, STRING, 1, b"a-1.0-2.src.rpm\0");
        assert_eq!(
            purl(named(b"a\0", &[source])).as_deref(),
            Some("pkg:rpm/a@1.0-2?arch=x86_64")
        );
        let epoch: (Tag, u32, u32, &[u8]) = (Tag::Epoch, INT32, 1, &[0, 0, 0, 7]);
        assert_eq!(
            purl(named(b"a\0", &[source, epoch])).as_deref(),
            Some("pkg:rpm/a@1.0-2?arch=x86_64&epoch=7")
        );
    }

    #[test]
    fn a_trusted_key_is_no_package() {
        assert_eq!(named(b"gpg-pubkey\0", &[]), None);
    }

    #[test]
    fn a_text_ends_inside_the_data() {
        let values: &[(Tag, u32, u32, &[u8])] = &[(Tag::Name, STRING, 1, b"unended")];
        let blob = header(values);
        assert_eq!(
            Header::of(&blob).and_then(|header| header.text(Tag::Name)),
            None
        );
    }

    #[test]
    fn files_of_others_and_folders_are_left_out() {
        let values: &[(Tag, u32, u32, &[u8])] = &[
            (Tag::BaseNames, STRING_ARRAY, 5, b"bin\0a\0b\0c\0d\0"),
            (Tag::DirNames, STRING_ARRAY, 2, b"/usr/\0/usr/bin/\0"),
            (
                Tag::DirIndexes,
                INT32,
                5,
                &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9],
            ),
            (Tag::FileStates, CHAR, 5, &[0, 0, 1, 2, 0]),
            (
                Tag::FileModes,
                INT16,
                5,
                &[0x41, 0xed, 0x81, 0xed, 0x81, 0xed, 0x81, 0xed, 0x81, 0xed],
            ),
        ];
        let blob = header(values);
        let files: Vec<_> = Header::of(&blob).unwrap().files().collect();
        assert_eq!(files, ["usr/bin/a"]);
    }

    #[test]
    fn a_long_folder_costs_nothing_however_often_it_is_used() {
        let folder = [vec![b'/'; MAX_PATH + 1], vec![0]].concat();
        let names = b"a\0".repeat(5000);
        let indexes = vec![0; 4 * 5000];
        let values: &[(Tag, u32, u32, &[u8])] = &[
            (Tag::BaseNames, STRING_ARRAY, u32::MAX, &names),
            (Tag::DirNames, STRING_ARRAY, u32::MAX, &folder),
            (Tag::DirIndexes, INT32, 5000, &indexes),
        ];
        let blob = header(values);
        assert_eq!(Header::of(&blob).unwrap().files().count(), 0);
    }

    #[test]
    fn counts_and_offsets_beyond_the_data_are_none() {
        let values: &[(Tag, u32, u32, &[u8])] = &[(Tag::Epoch, INT32, u32::MAX, &[0; 8])];
        let mut blob = header(values);
        assert_eq!(Header::of(&blob).unwrap().numbers(Tag::Epoch).count(), 0);
        blob[16..20].fill(0xff);
        assert_eq!(Header::of(&blob).unwrap().numbers(Tag::Epoch).count(), 0);
        blob[0..4].fill(0xff);
        assert!(Header::of(&blob).is_none());
    }
}
