//! Debian and its kin: packages, and dpkg's database of installed ones.
//!
//! Whose distribution a package is of stands in `etc/os-release`, not here, so there is no namespace. Lists of files are left as
//! they are: they may say `/lib/…` where `/lib` has become a link to `/usr/lib`, and know nothing of diversions.

use std::collections::HashSet;

use super::fields::{self, Paragraph};
use super::place::Place;
use super::records::Records;
use super::{MAX_LIST, MAX_METADATA, MAX_TEXT_DATABASE, Owns, Reader, Unread, package, text};
use crate::detect::Source;
use crate::model::Package;

/// `control` in `control.tar` in a package.
pub(super) struct Control;

impl Reader for Control {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.inside() == "control"
            && place.container().is_some_and(|tar| {
                tar.inside().starts_with("control.tar")
                    && tar.in_archive(&[".deb", ".udeb", ".ddeb"])
            })
    }

    fn read(
        &self,
        _place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        let package = fields::paragraphs(&text).next().and_then(stated);
        records.itself(package, Owns::Container(2));
        Ok(())
    }
}

/// `status`; and `status.d`, where images without a package manager keep one file a package.
pub(super) struct Status;

impl Reader for Status {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.before(STATUS).is_some() || lone(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        if let Some(root) = lone(place) {
            let text = text(bytes, MAX_METADATA)?;
            let package = fields::paragraphs(&text).next().and_then(stated);
            if let Some(package) = package {
                records.installed(root, &key(place.name()), package)?;
            }
        } else if let Some(root) = place.before(STATUS) {
            let text = text(bytes, MAX_TEXT_DATABASE)?;
            for entry in fields::paragraphs(&text).filter(is_installed) {
                if let Some(package) = stated(entry) {
                    records.installed(root, &key(&list_name(&entry, &package)), package)?;
                }
            }
        }
        Ok(())
    }
}

/// `info/<package>.list`; and `status.d/<package>.md5sums`.
pub(super) struct FileList;

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
        let Some(root) = listed(place) else {
            return Ok(());
        };
        let key = key(place.stem());
        if place.ends_in(&[".md5sums"]) {
            let paths = text.lines().filter_map(|line| line.split_once("  "));
            let paths = paths.map(|(_, path)| path.trim_start_matches("./").to_owned());
            records.files(root, &key, paths)
        } else {
            records.files(root, &key, without_folders(&text))
        }
    }
}

const STATUS: &str = "var/lib/dpkg/status";

/// The root of a file in `status.d` that describes a package.
fn lone<'a>(place: &Place<'a>) -> Option<&'a str> {
    let root = place.folder().strip_suffix("var/lib/dpkg/status.d/")?;
    let is_root = root.is_empty() || root.ends_with('/');
    (is_root && !place.ends_in(&[".md5sums"])).then_some(root)
}

/// The root of a list of a package's files.
fn listed<'a>(place: &Place<'a>) -> Option<&'a str> {
    let folder = if place.ends_in(&[".list"]) {
        "var/lib/dpkg/info/"
    } else if place.ends_in(&[".md5sums"]) {
        "var/lib/dpkg/status.d/"
    } else {
        return None;
    };
    let root = place.folder().strip_suffix(folder)?;
    (root.is_empty() || root.ends_with('/')).then_some(root)
}

fn key(list_name: &str) -> String {
    format!("dpkg:{list_name}")
}

/// Under which name dpkg keeps the list of a package's files: several architectures of one package can be installed only if it says
/// so, and then the architecture is part of the name.
fn list_name(entry: &Paragraph<'_>, package: &Package) -> String {
    match (&package.arch, entry.get("Multi-Arch")) {
        (Some(arch), Some("same")) => format!("{}:{arch}", package.name),
        _ => package.name.clone(),
    }
}

/// Whether `Status`, which is what is wanted, an error flag and what is, says that the package is there.
fn is_installed(entry: &Paragraph<'_>) -> bool {
    matches!(
        entry
            .get("Status")
            .and_then(|status| status.split_whitespace().nth(2)),
        // Waiting for another package's trigger is installed, with work to do.
        Some("installed" | "triggers-pending" | "triggers-awaited")
    )
}

/// The package that a paragraph describes.
fn stated(entry: Paragraph<'_>) -> Option<Package> {
    let name = entry.get("Package")?;
    let named = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let version = entry.get("Version")?;
    package("deb", None, name, Some(version), entry.get("Architecture")).filter(|_| named)
}

/// The paths of a list without the folders on the way to them, which belong to everybody.
fn without_folders(text: &str) -> impl Iterator<Item = String> {
    let folders: HashSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix('/'))
        .filter_map(|path| path.rsplit_once('/').map(|(folder, _)| folder))
        .collect();
    let paths = text.lines().filter_map(|line| line.strip_prefix('/'));
    paths
        .filter(move |path| *path != "." && !folders.contains(path))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look, survives};

    const CONTROL: &str = "Package: openssl\nVersion: 1:3.0.15-1~deb12u1\nArchitecture: amd64\nMaintainer: Debian OpenSSL Team <x@alioth-lists.debian.net>\nDescription: toolkit\n cryptographic utility\n .\n Package: no\n";

    #[test]
    fn a_package_is_two_archives_out() {
        let expected = ["pkg:deb/openssl@1:3.0.15-1~deb12u1?arch=amd64 owns container 2 at 100"];
        assert_eq!(brief("a/x.deb!/control.tar.xz!/control", CONTROL), expected);
        assert_eq!(
            brief("x.udeb!/control.tar.gz!/./control", CONTROL),
            expected
        );
    }

    #[test]
    fn a_control_file_elsewhere_is_none() {
        for path in [
            "debian/control",
            "x.deb!/data.tar.xz!/control",
            "control.tar.xz!/control",
            "x.ipk!/control.tar.gz!/control",
            "x.deb!/control.tar.xz!/sub/control",
        ] {
            assert_eq!(look(path, CONTROL.as_bytes()).0, [], "{path}");
        }
    }

    #[test]
    fn the_database_lists_what_is_installed_and_nothing_else() {
        let status = "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 3.0.15-1\n\nPackage: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\nPackage: half\nStatus: install reinstreq half-installed\nArchitecture: all\nVersion: 1\n\nPackage: adduser\nStatus: install ok triggers-pending\nArchitecture: all\nMulti-Arch: foreign\nVersion: 3.134\n";
        assert_eq!(
            brief("i.tar!/l!/var/lib/dpkg/status", status),
            [
                "pkg:deb/libssl3@3.0.15-1?arch=amd64 is dpkg:libssl3:amd64 in [i.tar!/l!/]",
                "pkg:deb/adduser@3.134?arch=all is dpkg:adduser in [i.tar!/l!/]",
            ]
        );
    }

    #[test]
    fn a_list_has_the_files_and_not_the_folders() {
        let list = "/.\n/usr\n/usr/lib\n/usr/lib/libssl.so.3\n/lib/x86_64-linux-gnu/a b\n/usr/share/empty\n";
        assert_eq!(
            brief("rootfs/var/lib/dpkg/info/libssl3:amd64.list", list),
            [
                "dpkg:libssl3:amd64 in [rootfs/] has usr/lib/libssl.so.3 lib/x86_64-linux-gnu/a b usr/share/empty"
            ]
        );
    }

    #[test]
    fn images_without_a_package_manager_have_a_file_a_package() {
        assert_eq!(
            brief("var/lib/dpkg/status.d/openssl", CONTROL),
            ["pkg:deb/openssl@1:3.0.15-1~deb12u1?arch=amd64 is dpkg:openssl in []"]
        );
        assert_eq!(
            brief(
                "var/lib/dpkg/status.d/openssl.md5sums",
                "0123456789abcdef  usr/bin/openssl\n0123456789abcdef  ./etc/ssl/openssl.cnf\n"
            ),
            ["dpkg:openssl in [] has usr/bin/openssl etc/ssl/openssl.cnf"]
        );
    }

    #[test]
    fn damage_does_no_harm() {
        survives("x.deb!/control.tar.xz!/control", CONTROL.as_bytes());
        survives(
            "var/lib/dpkg/status",
            b"Package: a\nStatus: install ok installed\nVersion: 1\n\n",
        );
        survives("var/lib/dpkg/info/a.list", b"/.\n/usr\n/usr/a\n");
    }
}
