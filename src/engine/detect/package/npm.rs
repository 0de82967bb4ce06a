//! npm: the `package.json` of a tarball and of everything in a `node_modules`; and extensions of editors, which have one too.
//!
//! Any other `package.json` is a project's own, or a marker for loaders inside a package.

use serde_json::Value;

use super::place::Place;
use super::records::Records;
use super::{MAX_METADATA, Owns, Reader, Unread, json, package};
use crate::detect::Source;

/// `package.json` of a package.
pub(super) struct PackageJson;

impl Reader for PackageJson {
    fn concerns(&self, place: &Place<'_>) -> bool {
        is_tarball(place) || is_in_top_folder(place) || is_in_node_modules(place)
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let json: Value = json(bytes, MAX_METADATA)?;
        let text = |key: &str| json.get(key).and_then(|value| value.as_str());
        // What nobody may publish is no package of the registry.
        let private = json
            .get("private")
            .is_some_and(|p| p.as_bool() != Some(false));
        let Some((scope, name)) = text("name").and_then(scoped).filter(|_| !private) else {
            return Ok(());
        };
        let owns = if is_in_node_modules(place) {
            Owns::Folder(place.folder().into())
        } else if is_tarball(place) || is_named(place, scope, name, text("version")) {
            Owns::Container(1)
        } else {
            return Ok(());
        };
        records.itself(package("npm", scope, name, text("version"), None), owns);
        Ok(())
    }
}

/// `package.json` of an extension for VS Code and its kin, at `extension/` in the archive.
pub(super) struct EditorExtension;

impl Reader for EditorExtension {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.inside() == "extension/package.json" && place.in_archive(&[".vsix"])
    }

    fn read(
        &self,
        _place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let json: Value = json(bytes, MAX_METADATA)?;
        let text = |key: &str| json.get(key).and_then(|value| value.as_str());
        if let (Some(publisher), Some(name), Some(version)) =
            (text("publisher"), text("name"), text("version"))
        {
            let package = package(
                "vscode-extension",
                Some(publisher),
                name,
                Some(version),
                None,
            );
            records.itself(package, Owns::Container(1));
        }
        Ok(())
    }
}

fn is_tarball(place: &Place<'_>) -> bool {
    place.inside() == "package/package.json" && place.in_archive(&[".tgz", ".tar.gz"])
}

/// In a tarball whose top folder has another name, as npm allows (`@types/node` has `node`): the sources of a project look the same.
fn is_in_top_folder(place: &Place<'_>) -> bool {
    place.name() == "package.json" && place.folders().count() == 1 && place.in_archive(&[".tgz"])
}

/// Whether the tarball has the name under which npm gives it out: `<name>-<version>.tgz`, with the scope before it or without.
fn is_named(place: &Place<'_>, scope: Option<&str>, name: &str, version: Option<&str>) -> bool {
    let (Some(tarball), Some(version)) = (place.container(), version) else {
        return false;
    };
    let own = format!("{name}-{version}");
    let scope = scope.map_or("", |scope| scope.trim_start_matches('@'));
    tarball.stem() == own || tarball.stem() == format!("{scope}-{own}")
}

/// Directly in a package's folder: `node_modules/<name>/`, `node_modules/@<scope>/<name>/`.
fn is_in_node_modules(place: &Place<'_>) -> bool {
    if place.name() != "package.json" {
        return false;
    }
    let mut folders = place.folders();
    let package = folders.next().unwrap_or_default();
    let mut above = folders.next();
    if above.is_some_and(|folder| folder.starts_with('@')) {
        above = folders.next();
    }
    above == Some("node_modules") && !package.starts_with('@')
}

/// A name in its parts: `@scope/name`.
fn scoped(name: &str) -> Option<(Option<&str>, &str)> {
    let (scope, name) = match name.split_once('/') {
        Some((scope, name)) => (Some(scope), name),
        None => (None, name),
    };
    let scope_is_one = scope.is_none_or(|scope| scope.len() > 1 && scope.starts_with('@'));
    let name_is_one = !name.is_empty() && !name.contains('/') && !name.starts_with(['@', '.']);
    (scope_is_one && name_is_one).then_some((scope, name))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look, survives};

    const PLAIN: &str = r#"{"name": "elliptic", "version": "6.6.1", "main": "lib/elliptic.js"}"#;
    const SCOPED: &str = "\u{feff}{\"version\": \"1.9.4\", \"name\": \"@noble/curves\"}";

    #[test]
    fn a_tarball_is_its_own() {
        assert_eq!(
            brief("npm/elliptic-6.6.1.tgz!/package/package.json", PLAIN),
            ["pkg:npm/elliptic@6.6.1 owns container 1 at 100"]
        );
    }

    #[test]
    fn a_tarball_with_another_top_folder_is_believed_under_its_own_name() {
        let of = |tarball: &str| brief(&format!("{tarball}!/top/package.json"), SCOPED).len();
        assert_eq!(of("curves-1.9.4.tgz"), 1);
        assert_eq!(of("noble-curves-1.9.4.tgz"), 1);
        assert_eq!(of("sources.tgz"), 0);
        assert_eq!(of("curves-1.9.4.zip"), 0);
    }

    #[test]
    fn a_package_in_node_modules_owns_its_folder() {
        assert_eq!(
            brief("i.tar!/l!/app/node_modules/elliptic/package.json", PLAIN),
            ["pkg:npm/elliptic@6.6.1 owns folder i.tar!/l!/app/node_modules/elliptic/ at 100"]
        );
        assert_eq!(
            brief("node_modules/@noble/curves/package.json", SCOPED),
            ["pkg:npm/%40noble/curves@1.9.4 owns folder node_modules/@noble/curves/ at 100"]
        );
        assert_eq!(
            brief(
                "node_modules/.pnpm/elliptic@6.6.1/node_modules/elliptic/package.json",
                PLAIN
            )
            .len(),
            1
        );
    }

    #[test]
    fn other_package_json_files_are_no_packages() {
        for path in [
            "package.json",
            "package/package.json",
            "src.zip!/package/package.json",
            "node_modules/package.json",
            "node_modules/@noble/package.json",
            "node_modules/elliptic/dist/package.json",
            "node_modules/elliptic/test/fixtures/package.json",
        ] {
            assert_eq!(look(path, PLAIN.as_bytes()).0, [], "{path}");
        }
    }

    #[test]
    fn private_and_nameless_packages_are_none() {
        for json in [
            r#"{"name": "a", "version": "1.0.0", "private": true}"#,
            r#"{"version": "1.0.0"}"#,
            r#"{"name": "", "version": "1.0.0"}"#,
            r#"{"name": "a/b", "version": "1.0.0"}"#,
            r#"{"name": "@a", "version": "1.0.0"}"#,
            r#"{"name": "@a/b/c", "version": "1.0.0"}"#,
            r#"{"name": ["a"], "version": "1.0.0"}"#,
            r#"[]"#,
        ] {
            assert_eq!(
                brief("node_modules/a/package.json", json),
                Vec::<String>::new(),
                "{json}"
            );
        }
    }

    #[test]
    fn an_extension_of_an_editor_has_a_publisher() {
        let json = r#"{"name": "rust-analyzer", "publisher": "rust-lang", "version": "0.3.1"}"#;
        assert_eq!(
            brief("ra.vsix!/extension/package.json", json),
            ["pkg:vscode-extension/rust-lang/rust-analyzer@0.3.1 owns container 1 at 100"]
        );
    }

    #[test]
    fn deep_nesting_and_damage_do_no_harm() {
        let (records, skips) = look("node_modules/a/package.json", &b"[".repeat(100_000));
        assert_eq!((records.len(), skips.len()), (0, 1));
        survives("node_modules/@noble/curves/package.json", SCOPED.as_bytes());
    }
}
