//! What libraries, platforms and programs have against quantum computers, by version: which algorithms, and whether they use them without
//! being told to.
//!
//! The facts stand in `rules/catalog/libraries.toml`, each with its source. What a scan found is not known here, and what somebody should do
//! is `advice`.

use std::cmp::Ordering;
use std::str::FromStr;

use packageurl::PackageUrl;
use serde::Deserialize;

use super::version::compare;
use super::{Catalog, Primitive};

pub use crate::knowledge::evidence::Evidence;

/// What a library can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Keys are encapsulated and decapsulated.
    Kem,
    /// Signatures are made and checked.
    Signature,
    /// Signatures are checked and not made.
    Verify,
    /// TLS 1.3 can agree on keys so, when told to.
    TlsHybrid,
    /// TLS 1.3 offers to, without being told.
    TlsHybridDefault,
    /// SSH can agree on keys so, when told to.
    SshHybrid,
    /// SSH offers to, without being told.
    SshHybridDefault,
    /// IKEv2 can agree on keys so.
    Ike,
    /// OpenPGP messages and keys.
    Openpgp,
    /// Certificates with such keys and signatures.
    X509,
}

/// What came with one version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Has {
    /// The first version that has it.
    pub since: String,
    /// The first later version that has it no more, or the end of the line of versions that is meant.
    pub until: Option<String>,
    /// The day of the first version, or its month.
    pub released: Option<String>,
    /// What for.
    pub capability: Vec<Capability>,
    /// Catalogue names.
    #[serde(default)]
    pub algorithms: Vec<String>,
    /// The key exchanges of TLS or SSH, as the protocol names them.
    #[serde(default)]
    pub exchanges: Vec<String>,
    /// What must be so beside the version; follows "where".
    pub needs: Option<String>,
    /// How that is known.
    #[serde(default)]
    pub evidence: Evidence,
    /// Where it is said.
    pub source: Vec<String>,
}

/// A library, a platform or a program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// As its project spells it.
    #[serde(skip)]
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it has, in the order of versions.
    #[serde(default)]
    pub has: Vec<Has>,
    /// The newest version that was looked at, or the month in which somebody looked.
    pub looked_at: String,
    /// What was looked for up to that version and is not there. What is neither here nor in a step is not known.
    #[serde(default)]
    pub lacks: Vec<Capability>,
    /// The rule files that are its models: `python/pyca-cryptography`.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Its packages, as package URLs without versions.
    #[serde(default)]
    pub packages: Vec<String>,
    /// The library that decides what this one can do.
    pub rests_on: Option<String>,
    /// Which to look at, where this one has nothing.
    #[serde(default)]
    pub instead: Vec<String>,
    /// What else there is to know, as sentences.
    pub note: Option<String>,
    /// Where the rest of it is said: that it has nothing, what it rests on.
    #[serde(default)]
    pub source: Vec<String>,
}

impl Has {
    /// Whether that version has it; `None` where it cannot be compared.
    pub fn covers(&self, version: &str) -> Option<bool> {
        let begun = compare(version, &self.since)? != Ordering::Less;
        let over = match &self.until {
            Some(until) => compare(version, until)? != Ordering::Less,
            None => false,
        };
        Some(begun && !over)
    }
}

impl Library {
    /// What that version has. `None` where it cannot be compared with every version in the table.
    pub fn at(&self, version: &str) -> Option<Vec<&Has>> {
        let mut found = Vec::new();
        for has in &self.has {
            if has.covers(version)? {
                found.push(has)
            }
        }
        Some(found)
    }

    /// Where what is asked for came: the first that is still there in the newest version, else the first at all.
    pub fn first_with(&self, is_wanted: impl Fn(&Has) -> bool) -> Option<&Has> {
        let wanted = || self.has.iter().filter(|has| is_wanted(has));
        wanted()
            .find(|has| has.until.is_none())
            .or_else(|| wanted().next())
    }
}

impl Catalog {
    /// The library of that name or alias; case, `-`, `_`, blanks, `/` and `.` do not matter.
    pub fn library(&self, name: &str) -> Option<&Library> {
        self.libraries.get(name)
    }

    /// The library that a rule file is a model of, by the file's id: `python/pyca-cryptography`.
    pub fn library_of_rules(&self, id: &str) -> Option<&Library> {
        self.libraries.entries.get(self.library_rules.get(id)?)
    }

    /// The library that a package is, by its package URL; version, qualifiers and subpath do not matter, and of the packages of
    /// distributions neither does which distribution it is.
    pub fn library_of_package(&self, purl: &str) -> Option<&Library> {
        let key = package_key(purl)?;
        self.libraries.entries.get(self.library_packages.get(&key)?)
    }

    /// Every library, by name.
    pub fn libraries(&self) -> impl Iterator<Item = &Library> {
        self.libraries.entries.values()
    }

    /// The post-quantum algorithms that a version of a library certainly has, in the order in which they came: none of them in a version
    /// from before the first. `None` where the library is not known, the version cannot be compared or is newer than what was looked at, or
    /// it depends on more than the version.
    pub fn post_quantum(&self, library: &str, version: &str) -> Option<Vec<String>> {
        let library = self.library(library)?;
        let now = library.at(version)?;
        let counts = |has: &&Has| {
            has.evidence != Evidence::Unconfirmed
                && has.capability.iter().any(|c| *c != Capability::Verify)
        };
        let certain: Vec<&Has> = now
            .iter()
            .copied()
            .filter(|has| counts(has) && has.needs.is_none())
            .collect();
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &String| {
            if !names.contains(name) {
                names.push(name.clone())
            }
        };
        certain
            .iter()
            .flat_map(|has| &has.algorithms)
            .for_each(&mut add);
        if certain.iter().all(|has| has.algorithms.is_empty()) {
            certain
                .iter()
                .flat_map(|has| &has.exchanges)
                .for_each(&mut add);
        }
        if !names.is_empty() {
            return Some(names);
        }
        if now.iter().copied().any(|has| counts(&has)) {
            // Some builds have it.
            return None;
        }
        let comes_later = library
            .has
            .iter()
            .any(|has| counts(&has) && compare(version, &has.since) == Some(Ordering::Less));
        let was_looked_at =
            !library.lacks.is_empty() && compare(version, &library.looked_at)? != Ordering::Greater;
        (comes_later || was_looked_at).then_some(names)
    }

    /// Whether an algorithm signs: on its own, or as a hybrid of which a part does.
    pub fn signs(&self, name: &str) -> bool {
        self.algorithm(name).is_some_and(|algorithm| {
            algorithm.primitive == Primitive::Signature
                || algorithm.parts.iter().any(|part| {
                    self.algorithm(part)
                        .is_some_and(|part| part.primitive == Primitive::Signature)
                })
        })
    }
}

/// The types whose namespace is a distribution.
const DISTRIBUTIONS: [&str; 4] = ["deb", "rpm", "apk", "alpm"];

/// What of a package URL says which package it is; `None` where it is none.
pub(super) fn package_key(purl: &str) -> Option<String> {
    let purl = PackageUrl::from_str(purl).ok()?;
    let namespace = match purl.namespace() {
        Some(namespace) if !DISTRIBUTIONS.contains(&purl.ty()) => namespace,
        _ => "",
    };
    let key = format!("{}:{namespace}/{}", purl.ty(), purl.name());
    // Names of NuGet differ in more than case.
    Some(if purl.ty() == "nuget" {
        key.to_ascii_lowercase()
    } else {
        key
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        Catalog::embedded().expect("the embedded catalogue loads")
    }

    #[test]
    fn a_version_tells_what_it_has() {
        let catalog = catalog();
        let has = |library, version| {
            let algorithms = catalog.post_quantum(library, version)?;
            Some(algorithms.join(" "))
        };
        for version in ["3.5.0", "3.6.1", "4.0"] {
            assert_eq!(
                has("OpenSSL", version).as_deref(),
                Some("ML-KEM ML-DSA SLH-DSA"),
                "{version}"
            );
        }
        assert_eq!(has("OpenSSL", "3.0.19").as_deref(), Some(""));
        assert_eq!(has("OpenSSL", "1.1.1w").as_deref(), Some(""));
        assert_eq!(has("OpenSSL", "unknown"), None);
        assert_eq!(
            has("OpenSSH", "10.0p2").as_deref(),
            Some("sntrup761x25519-sha512 mlkem768x25519-sha256")
        );
        assert_eq!(
            has("OpenSSH", "9.2p1").as_deref(),
            Some("sntrup761x25519-sha512")
        );
        assert_eq!(has("OpenSSH", "7.4p1").as_deref(), Some(""));
        assert_eq!(has("Nobody's", "1.0"), None);
    }

    #[test]
    fn what_depends_on_the_build_is_not_said_to_be_there_nor_to_lack() {
        let catalog = catalog();
        assert_eq!(catalog.post_quantum("GnuTLS", "3.8.13"), None);
        assert_eq!(catalog.post_quantum("GnuTLS", "3.7.9"), Some(Vec::new()));
        assert_eq!(catalog.post_quantum("nginx", "1.28.0"), None);
    }

    #[test]
    fn a_lack_is_said_of_what_was_looked_at_only() {
        let catalog = catalog();
        assert_eq!(catalog.post_quantum("Mbed TLS", "3.6.2"), Some(Vec::new()));
        assert_eq!(catalog.post_quantum("Mbed TLS", "9.0.0"), None);
    }

    #[test]
    fn each_line_of_versions_has_its_own_beginning() {
        let catalog = catalog();
        let jdk = catalog.library("OpenJDK").expect("it is there");
        let kem = |version| {
            let steps = jdk.at(version).expect("it compares");
            steps
                .iter()
                .any(|has| has.capability.contains(&Capability::Kem))
        };
        for version in ["24", "25.0.1", "17.0.21", "21.0.13", "27"] {
            assert!(kem(version), "{version}");
        }
        for version in ["1.8.0_402", "11.0.29", "17.0.15", "21.0.5", "22", "23.0.2"] {
            assert!(!kem(version), "{version}");
        }
        assert!(jdk.at("24-ea").is_none());
    }

    #[test]
    fn a_library_is_found_by_its_rules_and_its_packages() {
        let catalog = catalog();
        let name = |library: Option<&Library>| library.map(|library| library.name.clone());
        let of_rules = |id| name(catalog.library_of_rules(id)).unwrap_or_default();
        let of_package = |purl| name(catalog.library_of_package(purl)).unwrap_or_default();
        assert_eq!(of_rules("python/pyca-cryptography"), "pyca/cryptography");
        assert_eq!(of_rules("java/jca"), "OpenJDK");
        assert_eq!(of_rules("java/nobody"), "");
        assert_eq!(
            of_package("pkg:pypi/cryptography@46.0.3"),
            "pyca/cryptography"
        );
        assert_eq!(
            of_package("pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78.1?type=jar"),
            "Bouncy Castle for Java"
        );
        assert_eq!(
            of_package("pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64"),
            "OpenSSL"
        );
        assert_eq!(
            of_package("pkg:rpm/redhat/openssl-libs@3.0.7-27.el9"),
            "OpenSSL"
        );
        assert_eq!(
            of_package("pkg:golang/golang.org/x/crypto@v0.37.0#ssh"),
            "golang.org/x/crypto"
        );
        assert_eq!(
            of_package("pkg:nuget/bouncycastle.cryptography@2.4.0"),
            "Bouncy Castle for C#"
        );
        assert_eq!(
            of_package("pkg:npm/%40noble/post-quantum@0.5.2"),
            "noble-post-quantum"
        );
        // Another's package of the same name.
        assert_eq!(of_package("pkg:npm/%40somebody/rustls@1.0.0"), "");
        assert_eq!(of_package("pkg:maven/com.example/jsch@0.1.55"), "");
        assert_eq!(of_package("no package URL"), "");
    }
}
