//! Package metadata: what a package says of itself, and what a database of installed packages says of the files it brought.
//!
//! A file is claimed by its path, never by its content alone: each ecosystem fixes where its metadata lies, and the same words
//! elsewhere are somebody's test data. What the file does not say with certainty is left out, since a wrong package is worse than
//! none. Nothing is executed and nothing is asked of a registry; which place a package owns is decided where all records are known
//! (`scan::owners`). Not here: dependencies, versions that others ask for, signatures.

mod alpm;
mod apk;
mod cargo;
mod conda;
mod dpkg;
mod fields;
mod gem;
mod java;
mod npm;
mod nuget;
mod os_release;
mod place;
mod python;
mod records;
pub mod rpm;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::place::Place;
use self::records::Records;
use super::{Detection, Detector, Means, Source};
use crate::model::{Artifact, Package, SkipReason};

/// What one file says of packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// A package's own metadata, which ships with it.
    Itself {
        /// The package.
        package: Package,
        /// What belongs to it.
        owns: Owns,
        /// Where one container has several, the highest rank counts; where different packages share it, none is certain: an archive
        /// that others were merged into carries the metadata of each.
        rank: u8,
    },
    /// An entry of a database of installed packages.
    Installed {
        /// The root of the file system that the database describes: what stands before the database's own path; empty, or ends in `/`.
        root: Arc<str>,
        /// What ties the entry to its `Files`, unique in the root: the database's kind and its own key (`dpkg:openssl:amd64`).
        key: String,
        /// The package.
        package: Package,
    },
    /// The distribution of a root file system, which its installed packages are of.
    System {
        /// As for `Installed`.
        root: Arc<str>,
        /// Its identifier: `debian`, `rhel`, `alpine`.
        distribution: String,
    },
    /// Files that an installed package brought.
    Files {
        /// As for `Installed`.
        root: Arc<str>,
        /// As for `Installed`.
        key: String,
        /// Paths below the root, without a leading `/`.
        files: Vec<String>,
    },
}

impl Record {
    /// What it takes in memory, roughly.
    pub fn size(&self) -> u64 {
        let own = match self {
            Self::Itself { .. } | Self::Installed { .. } | Self::System { .. } => 512,
            Self::Files { files, .. } => {
                let paths: usize = files.iter().map(|path| path.len() + 48).sum();
                paths + 64
            }
        };
        own as u64
    }

    /// Gives other beginnings to the paths in it; `None` leaves one as it is.
    pub fn rename(&mut self, renamed: impl Fn(&Arc<str>) -> Option<Arc<str>>) {
        let path = match self {
            Self::Itself {
                owns: Owns::Folder(path),
                ..
            } => path,
            Self::Installed { root, .. } | Self::Files { root, .. } | Self::System { root, .. } => {
                root
            }
            Self::Itself { .. } => return,
        };
        if let Some(other) = renamed(path) {
            *path = other
        }
    }
}

/// What belongs to a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owns {
    /// All of an archive: 1 is the one that holds the metadata as a member, 2 the one around it (`control` in `control.tar` in a `.deb`).
    Container(usize),
    /// All below a folder, given as the beginning of paths: empty, or ends in `/`.
    Folder(Arc<str>),
}

/// Metadata of one package.
const MAX_METADATA: u64 = 1 << 20;
/// Lists of one package's files; that of Google's command line tools has 4 MB.
const MAX_LIST: u64 = 16 << 20;
/// Databases of a whole system in binary form.
const MAX_DATABASE: u64 = 256 << 20;
/// Databases of a whole system in text form; Debian's takes 1 kB a package.
const MAX_TEXT_DATABASE: u64 = 64 << 20;
/// Names and versions; npm allows 214 characters.
const MAX_WORD: usize = 256;

/// Why a file, or the rest of it, was not read.
type Unread = (SkipReason, String);

/// Reads one kind of metadata.
trait Reader: Sync {
    /// Whether a file at this place is of the kind.
    fn concerns(&self, place: &Place<'_>) -> bool;
    /// Adds what the file says. What was added before an error stays.
    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread>;
}

/// Every kind of metadata.
static READERS: &[&dyn Reader] = &[
    &os_release::OsRelease,
    &java::PomProperties,
    &java::Manifest,
    &python::Metadata,
    &python::FileList,
    &npm::PackageJson,
    &npm::EditorExtension,
    &dpkg::Control,
    &dpkg::Status,
    &dpkg::FileList,
    &apk::Installed,
    &apk::PackageInfo,
    &alpm::Description,
    &alpm::FileList,
    &alpm::PackageInfo,
    &rpm::Database,
    &gem::Metadata,
    &gem::Specification,
    &cargo::CrateManifest,
    &nuget::Specification,
    &conda::Index,
    &conda::Installed,
];

/// The detector for package metadata.
pub struct Packages;

impl Detector for Packages {
    fn claims(&self, artifact: &Artifact, _head: &[u8]) -> bool {
        let place = Place::of(&artifact.path);
        READERS.iter().any(|reader| reader.concerns(&place))
    }

    fn looks_for_cryptography(&self) -> bool {
        false
    }

    fn detect(&self, artifact: &Artifact, bytes: &mut dyn Source, _means: &Means<'_>) -> Detection {
        let mut detection = Detection::default();
        let mut records = Records::of(bytes.len());
        let place = Place::of(&artifact.path);
        for reader in READERS.iter().filter(|reader| reader.concerns(&place)) {
            if let Err((reason, detail)) = reader.read(&place, bytes, &mut records) {
                detection.skip(&artifact.path, reason, detail);
            }
        }
        detection.packages = records.into_list();
        detection
    }
}

/// All bytes of a file that is small enough.
fn whole(bytes: &mut dyn Source, limit: u64) -> Result<&[u8], Unread> {
    let length = bytes.len();
    if length > limit {
        return Err((SkipReason::TooLargeToParse, format!("{length} bytes")));
    }
    bytes.read_at(0..length)
}

/// All text of a file that is small enough. Bytes that are no UTF-8 become a character that [`package`] accepts in no name.
fn text(bytes: &mut dyn Source, limit: u64) -> Result<String, Unread> {
    let bytes = whole(bytes, limit)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// What is wanted of a JSON file that is small enough.
fn json<T: DeserializeOwned>(bytes: &mut dyn Source, limit: u64) -> Result<T, Unread> {
    serde_json::from_str(&text(bytes, limit)?)
        .map_err(|error| (SkipReason::PartlyParsed, error.to_string()))
}

/// A package, if its parts can be such.
fn package(
    kind: &'static str,
    namespace: Option<&str>,
    name: &str,
    version: Option<&str>,
    arch: Option<&str>,
) -> Option<Package> {
    let well_formed = [namespace, Some(name), version, arch]
        .into_iter()
        .flatten()
        .all(is_word);
    well_formed.then(|| Package {
        kind,
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
        version: version.map(str::to_owned),
        arch: arch.map(str::to_owned),
    })
}

/// Whether a text can be a name or a version in any ecosystem. Templates that nobody filled in (`${project.version}`) cannot, nor can
/// what a person would not see or would see in another order.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.chars().take(MAX_WORD + 1).count() <= MAX_WORD
        && !text.chars().any(|c| {
            c.is_control()
                || c.is_whitespace()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
                || matches!(
                    c,
                    char::REPLACEMENT_CHARACTER | '$' | '{' | '}' | '<' | '>' | '"' | '\\'
                )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Context;

    /// What the readers say of a file at a path.
    pub(super) fn look(path: &str, mut bytes: &[u8]) -> (Vec<Record>, Vec<Unread>) {
        let place = Place::of(path);
        let mut records = Records::of(bytes.len() as u64);
        let mut skips = Vec::new();
        for reader in READERS.iter().filter(|reader| reader.concerns(&place)) {
            skips.extend(reader.read(&place, &mut bytes, &mut records).err());
        }
        (records.into_list(), skips)
    }

    /// The one-line form of records: what owns or lists what.
    pub(super) fn brief(path: &str, bytes: impl AsRef<[u8]>) -> Vec<String> {
        let (records, skips) = look(path, bytes.as_ref());
        assert_eq!(skips, [], "{path}");
        records.iter().map(line).collect()
    }

    fn line(record: &Record) -> String {
        match record {
            Record::Itself {
                package,
                owns,
                rank,
            } => {
                let owns = match owns {
                    Owns::Container(levels) => format!("container {levels}"),
                    Owns::Folder(folder) => format!("folder {folder}"),
                };
                format!("{} owns {owns} at {rank}", named(package))
            }
            Record::Installed { root, key, package } => {
                format!("{} is {key} in [{root}]", named(package))
            }
            Record::Files { root, key, files } => {
                format!("{key} in [{root}] has {}", files.join(" "))
            }
            Record::System { root, distribution } => format!("[{root}] is of {distribution}"),
        }
    }

    fn named(package: &Package) -> String {
        package
            .purl()
            .unwrap_or_else(|| format!("{} {:?}", package.name, package.version))
    }

    /// A reader survives its input cut at every place, and every single byte of it damaged.
    pub(super) fn survives(path: &str, bytes: &[u8]) {
        assert_ne!(look(path, bytes).0, [], "{path} is read when whole");
        for end in 0..bytes.len() {
            look(path, &bytes[..end]);
        }
        let mut damaged = bytes.to_vec();
        for at in 0..bytes.len() {
            for value in [0x00, 0x7f, 0xff, bytes[at] ^ 0x01, b'"', b'\n'] {
                damaged[at] = value;
                look(path, &damaged);
            }
            damaged[at] = bytes[at];
        }
    }

    #[test]
    fn a_file_is_claimed_by_its_path_alone() {
        let claims =
            |path: &str| Packages.claims(&Artifact::file(path, Context::Production), b"PK");
        assert!(claims("a.jar!/META-INF/MANIFEST.MF"));
        assert!(claims("var/lib/dpkg/status"));
        assert!(claims("image.tar!/sha256:12!/lib/apk/db/installed"));
        assert!(!claims("META-INF/MANIFEST.MF"));
        assert!(!claims("docs/status"));
        assert!(!claims("package.json"));
        assert!(!claims("control"));
        assert!(!claims(""));
    }

    #[test]
    fn names_that_cannot_be_make_no_record() {
        let named = |name: &str| package("npm", None, name, Some("1.0"), None).is_some();
        assert!(named("left-pad"));
        assert!(!named(""));
        assert!(!named("a b"));
        assert!(!named("a\u{1b}[31m"));
        assert!(!named("a\u{202e}b"));
        assert!(!named("${artifactId}"));
        assert!(named(&"x".repeat(MAX_WORD)));
        assert!(!named(&"x".repeat(MAX_WORD + 1)));
        assert!(package("npm", None, "a", Some(""), None).is_none());
    }

    #[test]
    fn what_is_too_large_is_skipped_and_said() {
        let (records, skips) = look(
            "node_modules/a/package.json",
            &vec![b' '; usize::try_from(MAX_METADATA).unwrap() + 1],
        );
        assert_eq!(records, []);
        assert_eq!(skips[0].0, SkipReason::TooLargeToParse);
    }
}
