//! Programs in Rust: which crates for cryptography are compiled in, by the list of `cargo auditable` and by the paths of source files.
//!
//! A crate that is listed or named is a part of the binary, with its version. That it does one algorithm and nothing else is a reason to say
//! that this algorithm is implemented in there; who calls it, is not seen.

mod audit;
mod crates;
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use memchr::memmem;

use self::crates::{Crates, bundled, bundled_version};
use super::kind::Kind;
use super::seen::{Seen, Sighting};
use super::{Technique, whole};
use crate::detect::Source;
use crate::model::binary::Part;
use crate::model::{Confidence, Package, SkipReason};

/// Crates with versions that paths name, at most: the largest programs have a thousand.
const MAX_CRATES: usize = 20_000;

/// The technique.
pub(super) struct Rust;

impl Technique for Rust {
    fn name(&self) -> &'static str {
        "Rust"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind.is_native() || kind == Kind::Wasm
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let bytes = whole(bytes)?;
        let mut named: BTreeMap<(&str, Option<&str>), Range<usize>> = BTreeMap::new();
        paths::each(bytes, |c| {
            if named.len() < MAX_CRATES {
                named.entry((c.name, c.version)).or_insert(c.at);
            }
        });
        let section = memmem::find(bytes, audit::SECTION.as_bytes());
        if named.is_empty() && section.is_none() {
            return Ok(());
        }
        let crates = Crates::of(seen.known);
        let listed = match section {
            Some(_) => audit::read(bytes),
            None => Ok(Vec::new()),
        };
        let at = section.unwrap_or_default();
        for package in listed.iter().flatten() {
            add(
                &package.name,
                Some(&package.version),
                "cargo-auditable",
                at,
                &crates,
                seen,
            )
        }
        let by_list: BTreeSet<&str> = listed.iter().flatten().map(|p| p.name.as_str()).collect();
        let mut told = BTreeSet::new();
        for ((name, version), at) in &named {
            // A list is more exact than a path that has no version.
            let known = by_list.contains(*name);
            if !known || version.is_some() {
                add(
                    name,
                    *version,
                    "path of a source file",
                    at.start,
                    &crates,
                    seen,
                )
            }
            if told.insert(*name) {
                implements(name, at, bytes, &crates, seen)
            }
        }
        listed.map(|_| ()).map_err(|why| (SkipReason::Damaged, why))
    }
}

/// Adds a crate as a part, and what it brings along.
fn add(
    name: &str,
    version: Option<&str>,
    told_by: &'static str,
    at: usize,
    crates: &Crates<'_>,
    seen: &mut Seen<'_>,
) {
    if !crates.knows(name) {
        return;
    }
    let package = Package {
        kind: "cargo",
        namespace: None,
        name: name.to_owned(),
        version: version.map(str::to_owned),
        arch: None,
    };
    seen.part(Part {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        purl: package.purl(),
        told_by,
        at: at as u64,
    });
    if let Some(library) = bundled(name) {
        seen.part(Part {
            name: library.to_owned(),
            version: version.and_then(bundled_version).map(str::to_owned),
            purl: None,
            told_by,
            at: at as u64,
        });
    }
}

/// Says what algorithm a crate is about whose code is there.
fn implements(
    name: &str,
    at: &Range<usize>,
    bytes: &[u8],
    crates: &Crates<'_>,
    seen: &mut Seen<'_>,
) {
    let Some((asset, library)) = crates.purpose(name) else {
        return;
    };
    let path = bytes.get(at.clone()).map(String::from_utf8_lossy);
    seen.add(Sighting {
        asset,
        technique: crate::model::Technique::SourcePaths,
        confidence: Confidence::Medium,
        at: at.start as u64..at.end as u64,
        library: library.to_owned(),
        entry: "binary/rust".to_owned(),
        symbol: name.to_owned(),
        text: format!("source files of {name}: {}", path.unwrap_or_default()),
        function: None,
    });
}

#[cfg(test)]
mod tests {
    use crate::detect::binary::Binaries;
    use crate::detect::{Detection, Detector, Means, Passwords};
    use crate::knowledge::Knowledge;
    use crate::model::{Artifact, Confidence, Context, Tier};

    fn look(text: &[u8]) -> Detection {
        let known = Knowledge::load(&[]).unwrap();
        // A WebAssembly module that has nothing but the text, in a section of its own named `x`.
        let size = u8::try_from(text.len() + 2).unwrap();
        let mut bytes = b"\0asm\x01\0\0\0\0".to_vec();
        bytes.extend([size | 0x80, size >> 7, 1, b'x']);
        bytes.extend(text);
        let artifact = Artifact::file("a.wasm", Context::Production);
        let means = Means {
            known: &known,
            passwords: &Passwords::default(),
        };
        Binaries.detect(&artifact, &mut bytes.as_slice(), &means)
    }

    fn parts(detection: &Detection) -> Vec<(String, Option<String>)> {
        let parts = detection.binary.iter().flat_map(|binary| &binary.parts);
        parts
            .map(|part| (part.name.clone(), part.version.clone()))
            .collect()
    }

    #[test]
    fn a_crate_of_one_purpose_is_a_part_and_an_implementation() {
        let found = look(b"x/registry/src/index-1/ed25519-dalek-2.1.1/src/signing.rs\0");
        assert_eq!(
            parts(&found),
            [("ed25519-dalek".to_owned(), Some("2.1.1".to_owned()))]
        );
        let finding = found
            .findings
            .iter()
            .find(|f| &*f.entry == "binary/rust")
            .unwrap();
        assert_eq!(finding.asset.brief(), "algorithm Ed25519");
        assert_eq!(finding.confidence, Confidence::Medium);
        assert_eq!(finding.technique.tier(), Tier::Implements);
    }

    #[test]
    fn a_crate_of_many_purposes_is_a_part_only() {
        let found = look(b"/registry/src/index-1/ring-0.17.14/src/aead.rs\0/registry/src/index-1/serde-1.0.0/src/de.rs\0");
        assert_eq!(
            parts(&found),
            [("ring".to_owned(), Some("0.17.14".to_owned()))]
        );
        assert!(found.findings.is_empty());
    }

    #[test]
    fn a_library_in_a_crate_has_its_own_version() {
        let found = look(b"/registry/src/index-1/openssl-src-300.5.4+3.5.4/src/lib.rs\0");
        assert!(parts(&found).contains(&("OpenSSL".to_owned(), Some("3.5.4".to_owned()))));
    }

    #[test]
    fn a_word_that_is_no_list_does_no_harm() {
        assert!(look(b"\0.dep-v0\0").findings.is_empty());
    }
}
