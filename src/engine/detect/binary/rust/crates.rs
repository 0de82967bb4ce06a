//! What is known of crates: which of them rules are about, what C library is inside one, and which algorithm one is all about.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::knowledge::Knowledge;
use crate::knowledge::catalog::Quantum;
use crate::knowledge::rules::entry::{Entry, EntryKind, Role};
use crate::model::{Asset, AssetKind, Facet, Scalar, Value};

/// Crates that bring a C library along, and the library: each says so in its own manifest (`links`, and the sources in the package).
static BUNDLED: &[(&str, &str)] = &[
    ("aws-lc-fips-sys", "AWS-LC"),
    ("aws-lc-sys", "AWS-LC"),
    ("boring-sys", "BoringSSL"),
    ("botan-src", "Botan"),
    ("libsodium-sys", "libsodium"),
    ("libsodium-sys-stable", "libsodium"),
    ("mbedtls-sys-auto", "Mbed TLS"),
    ("openssl-src", "OpenSSL"),
    ("oqs-sys", "liboqs"),
    ("secp256k1-sys", "libsecp256k1"),
    ("wolfcrypt-rs", "wolfSSL"),
    ("wolfssl-sys", "wolfSSL"),
];

/// Crates that only bind to a C library, or stand between others and one that is known.
static RELATED: &[&str] = &[
    "openssl-sys",
    "nettle-sys",
    "botan-sys",
    "rustls-webpki",
    "webpki",
];

/// Crates by their names in code, with the rule libraries about them.
pub(super) struct Crates<'k> {
    known: &'k Knowledge,
    libraries: BTreeMap<Cow<'k, str>, usize>,
}

impl<'k> Crates<'k> {
    pub(super) fn of(known: &'k Knowledge) -> Self {
        let mut libraries = BTreeMap::new();
        for (index, library) in known.rules.libraries.iter().enumerate() {
            if library.language != "rust" || known.rules.is_supporting(index) {
                continue;
            }
            let package = library
                .package
                .as_deref()
                .and_then(|p| p.strip_prefix("pkg:cargo/"));
            let anchored = library
                .anchors
                .iter()
                .filter_map(|anchor| anchor.strip_suffix("::"));
            for name in package.into_iter().chain(anchored) {
                libraries.entry(in_code(name)).or_insert(index);
            }
        }
        Self { known, libraries }
    }

    /// Whether anything is to be said of it.
    pub(super) fn knows(&self, name: &str) -> bool {
        bundled(name).is_some()
            || RELATED.contains(&name)
            || self.libraries.contains_key(&in_code(name))
    }

    /// The algorithm, and nothing else than it, that the crate is for, or the curve that all of its algorithms are on, by what the rules
    /// say of each of its functions; the library that they are in.
    pub(super) fn purpose(&self, name: &str) -> Option<(Asset, &'k str)> {
        let name = in_code(name);
        let library = *self.libraries.get(&name)?;
        let mut algorithms = BTreeSet::new();
        let mut curves = BTreeSet::new();
        let entries = self.known.rules.entries.iter().filter(|entry| {
            entry.library == library
                && entry
                    .path
                    .strip_prefix(&*name)
                    .is_some_and(|rest| rest.starts_with('.'))
        });
        for entry in entries {
            match said(entry) {
                Said::Nothing => {}
                Said::One(algorithm, curve) => {
                    algorithms.insert(self.family(algorithm)?);
                    curves.insert(curve);
                }
                Said::Anything => return None,
            }
        }
        let curve = match (curves.pop_first(), curves.pop_first()) {
            (Some(only), None) => only,
            _ => None,
        };
        let algorithm = match (algorithms.pop_first(), algorithms.pop_first(), curve) {
            (Some(only), None, _) => only,
            // Several algorithms on one curve: what they have in common.
            (Some(_), Some(_), Some(curve)) => {
                let key = self.known.catalog.curve(curve)?.key.as_deref();
                key.unwrap_or("EC").to_owned()
            }
            _ => return None,
        };
        let quantum = self.known.catalog.algorithm(&algorithm)?.quantum;
        if !matches!(
            quantum,
            Quantum::Shor | Quantum::PostQuantum | Quantum::Hybrid
        ) {
            return None;
        }
        let mut asset = Asset::new(AssetKind::Algorithm);
        let implied = crate::model::Origin::Implied;
        asset
            .facets
            .insert(Facet::Algorithm, Value::name(algorithm, implied));
        if let Some(curve) = curve {
            asset
                .facets
                .insert(Facet::Curve, Value::name(curve, implied));
        }
        let library = self.known.rules.libraries.get(library)?;
        Some((asset, library.id.as_str()))
    }

    /// The key that an algorithm is a use of, and of a parameter set the algorithm that has it.
    fn family(&self, name: &str) -> Option<String> {
        let algorithm = self.known.catalog.algorithm(name)?;
        if let Some(key) = &algorithm.uses {
            return Some(key.clone());
        }
        match algorithm.specialises.as_slice() {
            // `ML-KEM-768` of `ML-KEM`; what a name is a case of without having its name, such as X25519 of XDH, is more than it.
            [wider] if name.starts_with(wider.as_str()) => Some(wider.clone()),
            _ => Some(algorithm.name.clone()),
        }
    }
}

/// What one entry says of the algorithm.
enum Said<'e> {
    /// It is about something else.
    Nothing,
    One(&'e str, Option<&'e str>),
    /// An argument decides.
    Anything,
}

fn said(entry: &Entry) -> Said<'_> {
    if !matches!(
        entry.kind,
        EntryKind::Asset(AssetKind::Algorithm | AssetKind::Key)
    ) {
        return Said::Nothing;
    }
    let name = |facet| entry.is.get(&facet).and_then(Value::single_name);
    match name(Facet::Algorithm) {
        Some(algorithm) => Said::One(algorithm, name(Facet::Curve)),
        None => {
            let told = |role: &Role| {
                matches!(
                    role,
                    Role::Facet(Facet::Algorithm) | Role::Parameters | Role::Key
                )
            };
            let several = entry.is.get(&Facet::Algorithm).is_some_and(|value| {
                value
                    .scalars
                    .keys()
                    .any(|scalar| matches!(scalar, Scalar::Name(_)))
            });
            // A type argument names one of the crate's own parameter sets, and those have entries.
            let args = entry
                .args
                .iter()
                .filter(|arg| !entry.types.contains(&arg.param));
            let roles: Vec<Role> = args.flat_map(|arg| arg.roles.iter().copied()).collect();
            // A key that is given has been made by a function that says what it is.
            let given = roles.contains(&Role::Key);
            let decides = roles.iter().any(told);
            if several || decides && !given {
                Said::Anything
            } else {
                Said::Nothing
            }
        }
    }
}

/// The C library that a crate brings along, by its name.
pub(super) fn bundled(name: &str) -> Option<&'static str> {
    BUNDLED
        .iter()
        .find(|(krate, _)| *krate == name)
        .map(|(_, library)| *library)
}

/// The version of that library, where the crate's own version says it behind a plus: `300.5.4+3.5.4`. Elsewhere it is only the crate's.
pub(super) fn bundled_version(version: &str) -> Option<&str> {
    let (_, built) = version.split_once('+')?;
    let numbers = built.split('.').count() >= 3 && built.starts_with(|c: char| c.is_ascii_digit());
    numbers.then_some(built)
}

/// A crate's name in code.
fn in_code(name: &str) -> Cow<'_, str> {
    if name.contains('-') {
        Cow::Owned(name.replace('-', "_"))
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose(known: &Knowledge, name: &str) -> Option<String> {
        Crates::of(known)
            .purpose(name)
            .map(|(asset, _)| asset.brief())
    }

    #[test]
    fn a_crate_for_one_algorithm_says_it_and_no_other_does() {
        let known = Knowledge::load(&[]).unwrap();
        for (name, says) in [
            ("rsa", "algorithm RSA"),
            ("x25519-dalek", "algorithm X25519"),
            ("ed25519-dalek", "algorithm Ed25519"),
            ("p256", "algorithm EC curve=P-256"),
            ("k256", "algorithm EC curve=secp256k1"),
            ("dsa", "algorithm DSA"),
            ("ml-kem", "algorithm ML-KEM"),
        ] {
            assert_eq!(purpose(&known, name).as_deref(), Some(says), "{name}")
        }
        for name in [
            "ring",
            "aws-lc-rs",
            "openssl",
            "rustls",
            "sha2",
            "aes",
            "serde",
            "jsonwebtoken",
        ] {
            assert_eq!(purpose(&known, name), None, "{name}")
        }
    }

    #[test]
    fn crates_of_no_rule_are_not_known() {
        let known = Knowledge::load(&[]).unwrap();
        let crates = Crates::of(&known);
        for name in [
            "ring",
            "ed25519-dalek",
            "ed25519_dalek",
            "openssl-src",
            "sha2",
            "rustls",
        ] {
            assert!(crates.knows(name), "{name}")
        }
        for name in ["serde", "std", "tokio", "rand"] {
            assert!(!crates.knows(name), "{name}")
        }
    }

    #[test]
    fn the_version_of_what_is_bundled_is_only_said_where_it_is_written() {
        assert_eq!(bundled_version("300.5.4+3.5.4"), Some("3.5.4"));
        assert_eq!(bundled_version("0.30.0"), None);
        assert_eq!(bundled_version("1.0.0+build"), None);
    }
}
