//! Arch and its kin: packages, and pacman's database of installed ones (`libalpm`).

use super::apk::info;
use super::place::Place;
use super::records::Records;
use super::{MAX_LIST, MAX_METADATA, Owns, Reader, Unread, package, text};
use crate::detect::Source;

/// `desc` of an installed package.
pub(super) struct Description;

impl Reader for Description {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.name() == "desc" && entry(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        let value = |key| section(&text, key).next();
        if let (Some((root, key)), Some(name), Some(version)) =
            (entry(place), value("%NAME%"), value("%VERSION%"))
        {
            let package = package("alpm", None, name, Some(version), value("%ARCH%"));
            if let Some(package) = package {
                records.installed(root, &key, package)?;
            }
        }
        Ok(())
    }
}

/// `files` of an installed package.
pub(super) struct FileList;

impl Reader for FileList {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.name() == "files" && entry(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_LIST)?;
        if let Some((root, key)) = entry(place) {
            let paths = section(&text, "%FILES%")
                .filter(|path| !path.ends_with('/'))
                .map(str::to_owned);
            records.files(root, &key, paths)?;
        }
        Ok(())
    }
}

/// `.PKGINFO` at the root of a package.
pub(super) struct PackageInfo;

impl Reader for PackageInfo {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.inside() == ".PKGINFO"
            && place
                .container()
                .is_some_and(|archive| archive.name().contains(".pkg.tar"))
    }

    fn read(
        &self,
        _place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        let value = |key| info(&text, key);
        if let (Some(name), Some(version)) = (value("pkgname"), value("pkgver")) {
            let package = package("alpm", None, name, Some(version), value("arch"));
            records.itself(package, Owns::Container(1));
        }
        Ok(())
    }
}

/// Root and key of an entry of the database: `var/lib/pacman/local/<name>-<version>/`.
fn entry<'a>(place: &Place<'a>) -> Option<(&'a str, String)> {
    let folder = place.folders().next()?;
    let root = place
        .folder()
        .strip_suffix('/')?
        .strip_suffix(folder)?
        .strip_suffix("var/lib/pacman/local/")?;
    let is_root = root.is_empty() || root.ends_with('/');
    is_root.then(|| (root, format!("alpm:{folder}")))
}

/// The lines below a heading, up to the next empty one.
fn section<'a>(text: &'a str, heading: &str) -> impl Iterator<Item = &'a str> {
    text.lines()
        .skip_while(move |line| *line != heading)
        .skip(1)
        .take_while(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look, survives};

    const DESC: &str = "%NAME%\nopenssl\n\n%VERSION%\n3.4.0-1\n\n%DESC%\n%VERSION%\n9\n\n%ARCH%\nx86_64\n\n%REASON%\n1\n";
    const FILES: &str = "%FILES%\netc/\netc/ssl/openssl.cnf\nusr/\nusr/bin/openssl\n\n%BACKUP%\netc/ssl/openssl.cnf\t0123\n";

    #[test]
    fn an_installed_package_has_its_files() {
        let at = "image/var/lib/pacman/local/openssl-3.4.0-1";
        assert_eq!(
            brief(&format!("{at}/desc"), DESC),
            ["pkg:alpm/openssl@3.4.0-1?arch=x86_64 is alpm:openssl-3.4.0-1 in [image/]"]
        );
        assert_eq!(
            brief(&format!("{at}/files"), FILES),
            ["alpm:openssl-3.4.0-1 in [image/] has etc/ssl/openssl.cnf usr/bin/openssl"]
        );
        assert_eq!(look("local/openssl-3.4.0-1/desc", DESC.as_bytes()).0, []);
    }

    #[test]
    fn a_package_is_its_own() {
        assert_eq!(
            brief(
                "zlib-1:1.3.1-2-x86_64.pkg.tar.zst!/.PKGINFO",
                "pkgname = zlib\npkgbase = zlib\npkgver = 1:1.3.1-2\narch = x86_64\n"
            ),
            ["pkg:alpm/zlib@1:1.3.1-2?arch=x86_64 owns container 1 at 100"]
        );
    }

    #[test]
    fn damage_does_no_harm() {
        survives("var/lib/pacman/local/a-1-1/desc", DESC.as_bytes());
        survives("var/lib/pacman/local/a-1-1/files", FILES.as_bytes());
    }
}
