//! Conda: packages, and the record of what is installed in an environment.

use serde::Deserialize;

use super::place::Place;
use super::records::Records;
use super::{MAX_LIST, MAX_METADATA, Owns, Reader, Unread, json, package};
use crate::detect::Source;
use crate::model::Package;

/// `info/index.json` of a package: of a `.tar.bz2`, or of the `info-….tar.zst` in a `.conda`.
pub(super) struct Index;

impl Reader for Index {
    fn concerns(&self, place: &Place<'_>) -> bool {
        levels(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let json: Stated = json(bytes, MAX_METADATA)?;
        if let Some(levels) = levels(place) {
            records.itself(stated(&json), Owns::Container(levels));
        }
        Ok(())
    }
}

/// `conda-meta/<name>-<version>-<build>.json` of an environment, which lists the files below it.
pub(super) struct Installed;

impl Reader for Installed {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.ends_in(&[".json"]) && place.folders().next() == Some("conda-meta")
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let json: Stated = json(bytes, MAX_LIST)?;
        if let (Some(root), Some(package)) =
            (place.folder().strip_suffix("conda-meta/"), stated(&json))
        {
            let key = format!("conda:{}", place.stem());
            let below =
                |path: &String| !path.starts_with('/') && !path.split('/').any(|part| part == "..");
            records.installed(root, &key, package)?;
            records.files(root, &key, json.files.into_iter().filter(below))?;
        }
        Ok(())
    }
}

/// What is read of an index. Every index has a build string and number, which tells it from other JSON.
#[derive(Deserialize)]
struct Stated {
    name: String,
    version: String,
    #[serde(rename = "build")]
    _build: String,
    #[serde(rename = "build_number")]
    _build_number: u64,
    subdir: Option<String>,
    #[serde(default)]
    files: Vec<String>,
}

/// How many archives out the package is.
fn levels(place: &Place<'_>) -> Option<usize> {
    if place.inside() != "info/index.json" {
        return None;
    }
    let tar = place.container()?;
    if tar.inside().starts_with("info-") && tar.in_archive(&[".conda"]) {
        return Some(2);
    }
    tar.ends_in(&[".tar.bz2"]).then_some(1)
}

/// The package that an index states.
fn stated(json: &Stated) -> Option<Package> {
    package(
        "conda",
        None,
        &json.name,
        Some(&json.version),
        json.subdir.as_deref(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look, survives};

    const INDEX: &str = r#"{"arch": "x86_64", "build": "h5eee18b_0", "build_number": 0, "depends": ["libgcc-ng"], "name": "openssl", "subdir": "linux-64", "version": "3.0.15", "files": ["bin/openssl", "lib/libssl.so.3", "/etc/x", "../y"]}"#;

    #[test]
    fn a_package_is_one_or_two_archives_out() {
        assert_eq!(
            brief("openssl-3.0.15-h5eee18b_0.tar.bz2!/info/index.json", INDEX),
            ["pkg:conda/openssl@3.0.15?subdir=linux-64 owns container 1 at 100"]
        );
        let name = "openssl-3.0.15-h5eee18b_0";
        assert_eq!(
            brief(
                &format!("{name}.conda!/info-{name}.tar.zst!/info/index.json"),
                INDEX
            ),
            ["pkg:conda/openssl@3.0.15?subdir=linux-64 owns container 2 at 100"]
        );
        assert_eq!(look("info/index.json", INDEX.as_bytes()).0, []);
    }

    #[test]
    fn an_environment_lists_its_packages_files() {
        assert_eq!(
            brief("opt/conda/conda-meta/openssl-3.0.15-h5eee18b_0.json", INDEX),
            [
                "pkg:conda/openssl@3.0.15?subdir=linux-64 is conda:openssl-3.0.15-h5eee18b_0 in [opt/conda/]",
                "conda:openssl-3.0.15-h5eee18b_0 in [opt/conda/] has bin/openssl lib/libssl.so.3",
            ]
        );
    }

    #[test]
    fn other_json_is_no_package() {
        let json = r#"{"name": "a", "version": "1"}"#;
        assert_eq!(look("conda-meta/state.json", json.as_bytes()).0, []);
        assert_eq!(look("a.tar.bz2!/info/index.json", json.as_bytes()).0, []);
    }

    #[test]
    fn damage_does_no_harm() {
        survives(
            "conda-meta/openssl-3.0.15-h5eee18b_0.json",
            INDEX.as_bytes(),
        );
    }
}
