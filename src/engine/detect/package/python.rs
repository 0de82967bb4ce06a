//! Python: wheels, eggs, source distributions, and what is installed beside them.
//!
//! An installed distribution is told by its `.dist-info` or `.egg-info` folder and owns what that folder's list of files names:
//! `RECORD` (PEP 376, PEP 627) or `installed-files.txt` (setuptools). `top_level.txt` is not taken for such a list, since several
//! distributions share one namespace package. Distributions of Debian and others have no list; there the system's own database
//! knows the files. A `<name>.egg-info` in a working copy describes the project around it and is left alone.

use super::place::Place;
use super::records::Records;
use super::{MAX_LIST, MAX_METADATA, Owns, Reader, Unread, fields, package, text};
use crate::detect::Source;
use crate::model::Package;

/// `METADATA` and `PKG-INFO`.
pub(super) struct Metadata;

/// `RECORD` and `installed-files.txt` of an installed distribution.
pub(super) struct FileList;

/// Where metadata lies.
enum Lies<'a> {
    /// At the root of a wheel, or of an egg that is an archive.
    Archive,
    /// In an egg that is a folder.
    Egg(&'a str),
    /// In a source distribution; its top folder.
    Source(&'a str),
    /// Installed: the folder that modules are imported from, and the name of the entry there.
    Installed(&'a str, &'a str),
}

impl Reader for Metadata {
    fn concerns(&self, place: &Place<'_>) -> bool {
        lies(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        let Some(package) = distribution(&text) else {
            return Ok(());
        };
        match lies(place) {
            Some(Lies::Archive) => records.itself(Some(package), Owns::Container(1)),
            Some(Lies::Egg(folder)) => {
                records.itself(Some(package), Owns::Folder(folder.into()));
            }
            Some(Lies::Source(folder)) => {
                let version = package.version.as_deref().unwrap_or_default();
                let named = folder
                    .strip_suffix(version)
                    .and_then(|name| name.strip_suffix('-'));
                if named.is_some_and(|name| normal(name) == package.name) {
                    records.itself(Some(package), Owns::Container(1));
                }
            }
            Some(Lies::Installed(root, entry)) => {
                records.installed(root, &key(entry), package)?;
            }
            None => {}
        }
        Ok(())
    }
}

impl Reader for FileList {
    fn concerns(&self, place: &Place<'_>) -> bool {
        listed(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_LIST)?;
        let Some((root, entry)) = listed(place) else {
            return Ok(());
        };
        let key = key(entry);
        if place.name() == "RECORD" {
            let paths = text.lines().filter_map(|line| below(&first_column(line)));
            records.files(root, &key, paths)
        } else {
            // Relative to the `.egg-info` folder itself.
            let paths = text
                .lines()
                .filter_map(|line| below(&format!("{entry}/{line}")));
            records.files(root, &key, paths)
        }
    }
}

/// Where metadata of a distribution lies, if it is any.
fn lies<'a>(place: &Place<'a>) -> Option<Lies<'a>> {
    let inside = place.inside();
    let entry = place.folders().next();
    match (place.name(), entry) {
        ("METADATA", Some(entry)) if entry.ends_with(".dist-info") => {
            if place.in_archive(&[".whl"]) && inside.len() == entry.len() + "/METADATA".len() {
                return Some(Lies::Archive);
            }
            Some(Lies::Installed(beside(place, entry)?, entry))
        }
        ("PKG-INFO", Some("EGG-INFO")) => {
            if inside == "EGG-INFO/PKG-INFO" && place.in_archive(&[".egg"]) {
                return Some(Lies::Archive);
            }
            let folder = place.before("EGG-INFO/PKG-INFO")?;
            folder.ends_with(".egg/").then_some(Lies::Egg(folder))
        }
        ("PKG-INFO", Some(entry)) if entry.ends_with(".egg-info") => {
            let root = beside(place, entry)?;
            is_installed_egg(root, entry).then_some(Lies::Installed(root, entry))
        }
        ("PKG-INFO", Some(folder)) => {
            let top =
                place.container().is_some() && inside.len() == folder.len() + "/PKG-INFO".len();
            top.then_some(Lies::Source(folder))
        }
        (entry, _) if place.ends_in(&[".egg-info"]) => {
            let root = place.folder();
            is_installed_egg(root, entry).then_some(Lies::Installed(root, entry))
        }
        _ => None,
    }
}

/// Where the files of a list lie, and whose they are.
fn listed<'a>(place: &Place<'a>) -> Option<(&'a str, &'a str)> {
    let name = place.name();
    if !matches!(name, "RECORD" | "installed-files.txt") {
        return None;
    }
    let entry = place.folders().next()?;
    let root = beside(place, entry)?;
    let concerned = match name {
        // A wheel is its own, all of it.
        "RECORD" => {
            entry.ends_with(".dist-info")
                && !(place.in_archive(&[".whl"])
                    && place.inside().len() == entry.len() + "/RECORD".len())
        }
        _ => entry.ends_with(".egg-info") && is_installed_egg(root, entry),
    };
    concerned.then_some((root, entry))
}

/// The path up to the folder that the metadata lies in.
fn beside<'a>(place: &Place<'a>, entry: &str) -> Option<&'a str> {
    place.folder().strip_suffix('/')?.strip_suffix(entry)
}

/// Whether somebody installed this: setuptools then writes the version and Python's into the name.
fn is_installed_egg(root: &str, entry: &str) -> bool {
    let versioned = entry
        .split_once('-')
        .is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
    versioned || root.ends_with("site-packages/") || root.ends_with("dist-packages/")
}

fn key(entry: &str) -> String {
    format!("pypi:{entry}")
}

/// What the metadata says: `Name` and `Version` of its only paragraph of keys.
fn distribution(text: &str) -> Option<Package> {
    let fields = fields::paragraphs(text).next()?;
    let name = fields.get("Name")?;
    let named = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let version = fields.get("Version")?;
    package("pypi", None, &normal(name), Some(version), None).filter(|_| named)
}

/// One spelling of a name (PEP 503), which is also the one in package URLs.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        let c = match c {
            '.' | '_' | '-' => '-',
            c => c.to_ascii_lowercase(),
        };
        if c != '-' || !normal.ends_with('-') {
            normal.push(c);
        }
    }
    normal
}

/// The first column of a line of CSV.
fn first_column(line: &str) -> String {
    let Some(quoted) = line.strip_prefix('"') else {
        return line.split(',').next().unwrap_or_default().to_owned();
    };
    let mut column = String::new();
    let mut rest = quoted.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '"' && rest.next_if_eq(&'"').is_none() {
            break;
        }
        column.push(c);
    }
    column
}

/// A relative path without `.` and `..`; none if it is absolute or leaves the folder.
fn below(path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, survives};
    use super::*;

    const METADATA: &str = "Metadata-Version: 2.1\nName: PyYAML\nVersion: 6.0.1\nSummary: YAML\nDescription-Content-Type: text/plain\n\nName: not this\nVersion: 9\n";

    #[test]
    fn a_wheel_is_its_own_and_what_it_bundles_is_installed_in_it() {
        assert_eq!(
            brief(
                "d/PyYAML-6.0.1-cp311.whl!/PyYAML-6.0.1.dist-info/METADATA",
                METADATA
            ),
            ["pkg:pypi/pyyaml@6.0.1 owns container 1 at 100"]
        );
        assert_eq!(
            brief("x.whl!/x/_vendor/PyYAML-6.0.1.dist-info/METADATA", METADATA),
            ["pkg:pypi/pyyaml@6.0.1 is pypi:PyYAML-6.0.1.dist-info in [x.whl!/x/_vendor/]"]
        );
        let nothing = Vec::<String>::new();
        assert_eq!(brief("x.whl!/x-1.dist-info/RECORD", "x/a.py,,\n"), nothing);
    }

    #[test]
    fn an_installed_distribution_owns_what_its_record_lists() {
        let at = "l.tar!/usr/lib/python3/site-packages/PyYAML-6.0.1.dist-info";
        let entry = "pypi:PyYAML-6.0.1.dist-info in [l.tar!/usr/lib/python3/site-packages/]";
        assert_eq!(
            brief(&format!("{at}/METADATA"), METADATA),
            [format!("pkg:pypi/pyyaml@6.0.1 is {entry}")]
        );
        let record = "../../../bin/yaml,sha256=x,1\n/etc/x,,\n\"yaml/a,\"\"b\"\".py\",sha256=x,2\nyaml/__init__.py,sha256=y,3\nPyYAML-6.0.1.dist-info/RECORD,,\n";
        assert_eq!(
            brief(&format!("{at}/RECORD"), record),
            [format!(
                "{entry} has yaml/a,\"b\".py yaml/__init__.py PyYAML-6.0.1.dist-info/RECORD"
            )]
        );
    }

    #[test]
    fn a_layer_of_libraries_is_no_wheel() {
        assert_eq!(
            brief("layer.zip!/PyYAML-6.0.1.dist-info/METADATA", METADATA),
            ["pkg:pypi/pyyaml@6.0.1 is pypi:PyYAML-6.0.1.dist-info in [layer.zip!/]"]
        );
    }

    #[test]
    fn an_egg_is_an_archive_or_a_folder() {
        assert_eq!(
            brief("PyYAML-6.0.1-py3.8.egg!/EGG-INFO/PKG-INFO", METADATA),
            ["pkg:pypi/pyyaml@6.0.1 owns container 1 at 100"]
        );
        assert_eq!(
            brief("lib/PyYAML-6.0.1-py3.8.egg/EGG-INFO/PKG-INFO", METADATA),
            ["pkg:pypi/pyyaml@6.0.1 owns folder lib/PyYAML-6.0.1-py3.8.egg/ at 100"]
        );
    }

    #[test]
    fn an_egg_info_is_a_file_or_a_folder() {
        assert_eq!(
            brief("dist-packages/PyYAML-6.0.1.egg-info", METADATA),
            ["pkg:pypi/pyyaml@6.0.1 is pypi:PyYAML-6.0.1.egg-info in [dist-packages/]"]
        );
        let at = "site-packages/PyYAML-6.0.1-py2.7.egg-info";
        let entry = "pypi:PyYAML-6.0.1-py2.7.egg-info in [site-packages/]";
        assert_eq!(
            brief(&format!("{at}/PKG-INFO"), METADATA),
            [format!("pkg:pypi/pyyaml@6.0.1 is {entry}")]
        );
        assert_eq!(
            brief(
                &format!("{at}/installed-files.txt"),
                "../yaml/__init__.py\nPKG-INFO\n../../../bin/x\n"
            ),
            [format!(
                "{entry} has yaml/__init__.py PyYAML-6.0.1-py2.7.egg-info/PKG-INFO"
            )]
        );
    }

    #[test]
    fn a_working_copy_is_not_installed() {
        let nothing = Vec::<String>::new();
        assert_eq!(brief("src/PyYAML.egg-info/PKG-INFO", METADATA), nothing);
        assert_eq!(brief("project/PKG-INFO", METADATA), nothing);
    }

    #[test]
    fn a_source_distribution_is_named_by_its_folder() {
        assert_eq!(
            brief("PyYAML-6.0.1.tar.gz!/PyYAML-6.0.1/PKG-INFO", METADATA),
            ["pkg:pypi/pyyaml@6.0.1 owns container 1 at 100"]
        );
        let nothing = Vec::<String>::new();
        assert_eq!(brief("a.tar.gz!/other-1.0/PKG-INFO", METADATA), nothing);
        assert_eq!(
            brief("a.tar.gz!/x/PyYAML-6.0.1/PKG-INFO", METADATA),
            nothing
        );
    }

    #[test]
    fn names_have_one_spelling() {
        assert_eq!(normal("Zope.Interface"), "zope-interface");
        assert_eq!(normal("a-_.B"), "a-b");
        assert!(distribution("Name: a b\nVersion: 1\n").is_none());
        assert!(distribution("Name: a\n").is_none());
    }

    #[test]
    fn damage_does_no_harm() {
        survives("x.whl!/x-1.dist-info/METADATA", METADATA.as_bytes());
        survives("x-1.dist-info/RECORD", b"\"a\"\"b\",x\nc/../d,,\n");
    }
}
