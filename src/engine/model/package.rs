//! What ships a place: the package it belongs to, and the layer of an image that brought it.

use std::ops::Deref;
use std::sync::Arc;

use packageurl::PackageUrl;
use serde::{Deserialize, Serialize};

use super::interned::{self, Static};

/// A package with a name of its own, as its own metadata states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Package {
    /// The type of its package URL: `deb`, `rpm`, `apk`, `alpm`, `maven`, `npm`, `pypi`, `gem`, `cargo`, `nuget`, `conda`,
    /// `vscode-extension`, `docker`.
    #[serde(deserialize_with = "interned::one")]
    pub kind: Static,
    /// What stands before the name: a Maven group, an npm scope, a distribution. Levels are separated by `/`.
    pub namespace: Option<String>,
    /// The name, as package URLs of the type spell it.
    pub name: String,
    /// The version; with epoch and release where the ecosystem has them.
    pub version: Option<String>,
    /// The architecture, where the ecosystem tells it.
    pub arch: Option<String>,
}

impl Package {
    /// The package URL; none where the ecosystem knows a package only by more than is known here: an artifact of Maven without its
    /// group. A distribution's package without the distribution is named without it.
    pub fn purl(&self) -> Option<String> {
        if self.kind == "maven" && self.namespace.is_none() {
            return None;
        }
        let mut purl = PackageUrl::new(self.kind, self.name.as_str()).ok()?;
        if let Some(namespace) = &self.namespace {
            purl.with_namespace(namespace.as_str()).ok()?;
        }
        let mut version = self.version.as_deref();
        // An epoch is not part of the version of an rpm there, and is for all others
        // (<https://github.com/package-url/purl-spec/blob/main/types/rpm-definition.json>).
        if let ("rpm", Some((epoch, rest))) = (self.kind, version.and_then(|v| v.split_once(':'))) {
            purl.add_qualifier("epoch", epoch).ok()?;
            version = Some(rest);
        }
        if let Some(version) = version {
            purl.with_version(version).ok()?;
        }
        if let Some(arch) = &self.arch {
            let key = match self.kind {
                "gem" => "platform",
                "conda" => "subdir",
                _ => "arch",
            };
            purl.add_qualifier(key, arch.as_str()).ok()?;
        }
        purl.validate().ok()?;
        Some(purl.to_string())
    }
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Layer {
    /// The digest by which the image's documents name it, `sha256:…`; the name of the file where they do not.
    pub digest: String,
    /// The instruction that made it (`created_by` of the image's history), where the history tells.
    pub instruction: Option<String>,
}

/// What ships a place. Ordered so that places can be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// The packages that it lies in, the innermost first: a jar's own, then the Debian package that the jar came with.
    pub packages: Vec<Arc<Package>>,
    /// The layer that brought the file.
    pub layer: Option<Arc<Layer>>,
}

/// What ships a place, for all places that it ships. Most places are shipped by nothing that is known, and that takes no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedProvenance(Option<Arc<Provenance>>);

impl From<Provenance> for SharedProvenance {
    fn from(provenance: Provenance) -> Self {
        Self((provenance != NOTHING).then(|| Arc::new(provenance)))
    }
}

/// Nothing is known.
static NOTHING: Provenance = Provenance {
    packages: Vec::new(),
    layer: None,
};

impl Deref for SharedProvenance {
    type Target = Provenance;

    fn deref(&self) -> &Provenance {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(kind: &'static str, namespace: Option<&str>, name: &str, version: &str) -> Package {
        Package {
            kind,
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            version: Some(version.to_owned()),
            arch: None,
        }
    }

    #[test]
    fn a_package_url_is_spelled_as_its_type_wants() {
        let purl = |package: Package| package.purl().unwrap();
        assert_eq!(
            purl(package("npm", Some("@noble"), "curves", "1.9.4")),
            "pkg:npm/%40noble/curves@1.9.4"
        );
        assert_eq!(
            purl(package(
                "maven",
                Some("org.bouncycastle"),
                "bcprov-jdk18on",
                "1.78"
            )),
            "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78"
        );
        assert_eq!(
            purl(package("deb", None, "libstdc++6", "12.2.0-14")),
            "pkg:deb/libstdc%2B%2B6@12.2.0-14"
        );
    }

    #[test]
    fn an_epoch_is_a_qualifier_of_rpm_and_part_of_the_version_elsewhere() {
        let arch = |kind, version| {
            let mut package = package(kind, None, "openssl", version);
            package.arch = Some("x86_64".to_owned());
            package.purl().unwrap()
        };
        assert_eq!(
            arch("rpm", "1:3.0.7-27.el9"),
            "pkg:rpm/openssl@3.0.7-27.el9?arch=x86_64&epoch=1"
        );
        assert_eq!(
            arch("rpm", "3.0.7-27.el9"),
            "pkg:rpm/openssl@3.0.7-27.el9?arch=x86_64"
        );
        assert_eq!(
            arch("deb", "1:3.0.7-1"),
            "pkg:deb/openssl@1:3.0.7-1?arch=x86_64"
        );
    }

    #[test]
    fn an_artifact_without_its_group_has_no_package_url() {
        assert_eq!(package("maven", None, "guava", "31.1").purl(), None);
    }
}
