//! The part of a project that a place is in: what one team changes at a time.
//!
//! Where a package ends is not known, so a part is what conventions say: what stands before `src`, else the first two folders; an archive
//! that was not taken apart by hand is one part, and what a package brought is that package's.

use crate::inventory::packages;
use crate::model::{Package, Provenance};

/// Types of packages that an operating system's distribution brings.
const SYSTEMS: [&str; 4] = ["deb", "rpm", "apk", "alpm"];
/// Folders that tell a part from the others, where nothing better does.
const DEPTH: usize = 2;

/// A part of what was scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// A folder; the whole project where it is empty.
    Folder(String),
    /// An archive or image.
    Archive(String),
    /// A package that somebody made for a language, by its id without a version.
    Package(String),
    /// What a distribution brings, by the type of its packages.
    System(&'static str),
}

impl Part {
    /// The part that a place is in.
    pub(super) fn of(path: &str, provenance: &Provenance) -> Self {
        let of_path = || match path.split_once("!/") {
            Some((outer, _)) => Self::Archive(outer.to_owned()),
            None => Self::Folder(folder(path)),
        };
        Self::of_packages(provenance).unwrap_or_else(of_path)
    }

    /// The part that a place is in, where others made it.
    pub(super) fn of_packages(provenance: &Provenance) -> Option<Self> {
        let packages = &provenance.packages;
        let system = |package: &&std::sync::Arc<Package>| SYSTEMS.contains(&package.kind);
        if let Some(package) = packages.iter().find(system) {
            return Some(Self::System(package.kind));
        }
        let bare = Package {
            version: None,
            arch: None,
            ..(**packages.first()?).clone()
        };
        Some(Self::Package(packages::id(&bare)))
    }

    /// Its words in an id.
    pub(super) fn words(&self) -> [&str; 2] {
        match self {
            Self::Folder(name) => ["folder", name],
            Self::Archive(name) => ["archive", name],
            Self::Package(name) => ["package", name],
            Self::System(name) => ["system", name],
        }
    }
}

fn folder(path: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    let end = match folders.iter().position(|folder| *folder == "src") {
        // Everything of a project of one part: `src/main/java/org/…`.
        Some(0) if matches!(folders.get(1), Some(&"main" | &"test")) => 0,
        Some(0) | None => DEPTH.min(folders.len()),
        Some(at) => at,
    };
    folders[..end].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_one_team_changes_at_a_time() {
        let of = |path: &str| Part::of(path, &Provenance::default());
        let folder = |name: &str| Part::Folder(name.to_owned());
        assert_eq!(of("main.go"), folder(""));
        assert_eq!(of("src/main/java/org/a/A.java"), folder(""));
        assert_eq!(
            of("auth/realm/token/src/main/java/A.java"),
            folder("auth/realm/token")
        );
        assert_eq!(
            of("services/payments/lib/a.py"),
            folder("services/payments")
        );
        assert_eq!(of("src/wrap/aes.rs"), folder("src/wrap"));
        assert_eq!(of("ca/client.go"), folder("ca"));
        let archive = Part::Archive("dist/app.war".to_owned());
        assert_eq!(of("dist/app.war!/WEB-INF/lib/a.jar!/A.class"), archive);
    }

    #[test]
    fn what_a_distribution_brings_is_one_part() {
        let package = |kind, name: &str| {
            std::sync::Arc::new(Package {
                kind,
                namespace: None,
                name: name.to_owned(),
                version: Some("1.0".to_owned()),
                arch: None,
            })
        };
        let of = |packages| {
            let provenance = Provenance {
                packages,
                layer: None,
            };
            Part::of("image.tar!/usr/bin/a", &provenance)
        };
        let npm = package("npm", "elliptic");
        assert_eq!(
            of(vec![npm.clone()]),
            Part::Package("pkg:npm/elliptic".to_owned())
        );
        assert_eq!(
            of(vec![npm, package("deb", "node-elliptic")]),
            Part::System("deb")
        );
    }
}
