//! Findings of all artifacts become assets: the same asset seen at ten places is one asset with ten occurrences.
//!
//! Two findings show the same asset when kind and parameters are equal, the reasons of unknown parameters included; operations, places
//! and the way a value was found are not part of what an asset is. The identity is written in a versioned canonical form, and the
//! id is its hash behind a readable prefix, so that ids are the same in every run, on every machine and in any order of findings.
//! This module knows nothing of what the parameters mean; how assets relate is in `relate`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::{Inventory, InventoryAsset, Known, Occurrence, Suite, chain, name, relate};
use crate::knowledge::catalog::Catalog;
use crate::model::{Asset, Facet, Finding, Scalar, Value};

/// Hexadecimal digits of the hash in an id: 40 bits behind a readable name. Where two assets still meet, the second takes the whole hash.
const ID_DIGITS: usize = 10;

/// Folds findings into the inventory. Each group holds the findings of one artifact, which `Finding::uses` counts in.
pub fn merge(groups: Vec<Vec<Finding>>, catalog: &Catalog) -> Inventory {
    let mut drafts = Drafts::default();
    for group in groups {
        drafts.add(group);
    }
    for draft in drafts.0.values_mut() {
        draft.occurrences.sort();
        draft.occurrences.dedup();
        draft.occurrences.shrink_to_fit();
    }
    chain::link(&mut drafts);
    relate::relate(&mut drafts, catalog);
    drafts.finish(catalog)
}

/// What makes an asset that asset: the BLAKE3 hash of its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity([u8; 32]);

impl Identity {
    /// In hexadecimal.
    pub(super) fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// An asset on its way into the inventory.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) asset: Arc<Asset>,
    /// Sorted and without doubles only when all findings are in.
    pub(super) occurrences: Vec<Occurrence>,
    pub(super) depends_on: BTreeSet<Identity>,
    /// Who refers to it; counts only where it was not seen itself.
    pub(super) referred_by: BTreeSet<Identity>,
    pub(super) seen: bool,
    /// The algorithm of a key or certificate.
    pub(super) algorithm: Option<Identity>,
    /// The key that a certificate is about, and the certificate that signed it.
    pub(super) subject_key: Option<Identity>,
    pub(super) issuer: Option<Identity>,
    /// What each cipher suite is made of.
    pub(super) suites: Vec<(String, BTreeSet<Identity>)>,
}

impl Draft {
    /// An asset without a place.
    pub(super) fn new(asset: Arc<Asset>) -> Self {
        Self {
            asset,
            occurrences: Vec::new(),
            depends_on: BTreeSet::new(),
            referred_by: BTreeSet::new(),
            seen: false,
            algorithm: None,
            subject_key: None,
            issuer: None,
            suites: Vec::new(),
        }
    }
}

/// Every asset so far, by identity.
#[derive(Debug, Default)]
pub(super) struct Drafts(pub(super) BTreeMap<Identity, Draft>);

impl Drafts {
    fn add(&mut self, group: Vec<Finding>) {
        let identities: Vec<Identity> = group
            .iter()
            .map(|finding| identity(&finding.asset))
            .collect();
        for (index, finding) in group.into_iter().enumerate() {
            let own = &identities[index];
            let used: Vec<Identity> = finding
                .uses
                .iter()
                .filter_map(|&other| identities.get(other))
                .filter(|other| *other != own)
                .cloned()
                .collect();
            let occurrence = occurrence(finding);
            let draft = self
                .0
                .entry(*own)
                .or_insert_with(|| Draft::new(occurrence.asset.clone()));
            draft.seen = true;
            // The place and the asset share what they say alike: most assets have one place.
            if draft.asset != occurrence.asset {
                absorb(Arc::make_mut(&mut draft.asset), &occurrence.asset)
            }
            draft.depends_on.extend(used);
            draft.occurrences.push(occurrence);
        }
    }

    fn finish(mut self, catalog: &Catalog) -> Inventory {
        let names: BTreeMap<Identity, String> = self
            .0
            .iter()
            .map(|(identity, draft)| (*identity, name::of(&draft.asset)))
            .collect();
        let ids = ids(&self.0, &names);
        let mut names = unique(names);
        let mut known = Facts::default();
        let to_ids = |identities: &BTreeSet<Identity>| {
            let mut found: Vec<String> = identities
                .iter()
                .filter_map(|identity| ids.get(identity))
                .cloned()
                .collect();
            found.sort();
            found
        };
        let to_id =
            |identity: Option<Identity>| identity.and_then(|identity| ids.get(&identity).cloned());
        let mut assets: Vec<InventoryAsset> = Vec::with_capacity(self.0.len());
        for (identity, draft) in std::mem::take(&mut self.0) {
            let implied_by = if draft.seen {
                Vec::new()
            } else {
                to_ids(&draft.referred_by)
            };
            assets.push(InventoryAsset {
                id: ids[&identity].clone(),
                name: names.remove(&identity).unwrap_or_default(),
                depends_on: to_ids(&draft.depends_on),
                implied_by,
                algorithm: to_id(draft.algorithm),
                subject_key: to_id(draft.subject_key),
                issuer: to_id(draft.issuer),
                suites: draft
                    .suites
                    .into_iter()
                    .map(|(name, members)| Suite {
                        name,
                        algorithms: to_ids(&members),
                    })
                    .collect(),
                known: known.of(&draft.asset, catalog),
                occurrences: draft.occurrences,
                asset: draft.asset,
            });
        }
        assets.sort_by(|a, b| a.id.cmp(&b.id));
        Inventory { assets }
    }
}

fn occurrence(finding: Finding) -> Occurrence {
    let mut evidence = finding.evidence;
    evidence.sort();
    evidence.dedup();
    Occurrence {
        location: finding.location,
        text: finding.text,
        library: finding.library,
        entry: finding.entry,
        symbol: finding.symbol,
        function: finding.function,
        confidence: finding.confidence,
        context: finding.context,
        evidence,
        provenance: finding.provenance,
        asset: Arc::new(finding.asset),
    }
}

/// Adds what another place of the same asset shows: its operations, and the nearest origin of each value.
fn absorb(asset: &mut Asset, other: &Asset) {
    asset.operations.extend(other.operations.iter().copied());
    if asset.facets != other.facets {
        for (facet, value) in &other.facets {
            let own = asset.facets.get_or_insert_with(*facet, Value::default);
            own.union(value.clone());
        }
    }
    if let (Some(own), Some(other)) = (&mut asset.object, &other.object)
        && own != other
    {
        Arc::make_mut(own).absorb(other)
    }
}

/// The canonical form of what makes an asset that asset. Any change of this text changes every id: raise the version then.
///
/// An object that was read from its own encoding is told by its fingerprint. Facets stand in the order of their names and scalars in the order of their encoding, both independent of how the enums are declared;
/// every text carries its length, so that no content can imitate the form.
pub(super) fn identity(asset: &Asset) -> Identity {
    Identity(*blake3::hash(canonical(asset).as_bytes()).as_bytes())
}

fn canonical(asset: &Asset) -> String {
    let mut out = format!("pqscan-asset/1\n{}\n", asset.kind.name());
    if let Some(object) = &asset.object {
        let _ = writeln!(out, "object={}", text(&object.identity()));
        if object.says_all() {
            return out;
        }
    }
    let mut facets: Vec<(&Facet, &Value)> = asset.facets.iter().collect();
    facets.sort_by_key(|(facet, _)| facet.name());
    for (facet, value) in facets {
        let mut scalars: Vec<String> = value.scalars.keys().map(encode).collect();
        scalars.sort();
        let _ = write!(out, "{}={}", facet.name(), scalars.join("|"));
        if value.open {
            out.push('+')
        }
        if let Some(why) = &value.why {
            let _ = write!(out, "?{}{}", text(why.kind), text(&why.detail));
        }
        out.push('\n');
    }
    out
}

fn encode(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Number(number) => format!("n{number};"),
        Scalar::Name(name) => format!("s{}", text(name)),
        Scalar::List(names) => {
            let items: String = names.iter().map(|name| text(name)).collect();
            format!("l{};{items}", names.len())
        }
    }
}

fn text(text: &str) -> String {
    format!("{}:{text}", text.len())
}

/// `crypto/key/rsa-2048-key-9f3ac1…` for each identity.
fn ids(
    drafts: &BTreeMap<Identity, Draft>,
    names: &BTreeMap<Identity, String>,
) -> BTreeMap<Identity, String> {
    let mut taken: HashSet<String> = HashSet::new();
    drafts
        .iter()
        .map(|(identity, draft)| {
            let hash = identity.hex();
            let stem = format!(
                "crypto/{}/{}",
                draft.asset.kind.name(),
                slug(&names[identity])
            );
            let short = format!("{stem}-{}", &hash[..ID_DIGITS]);
            let id = if taken.contains(&short) {
                format!("{stem}-{hash}")
            } else {
                short
            };
            taken.insert(id.clone());
            (*identity, id)
        })
        .collect()
}

/// Names of which none is there twice: consumers merge components of equal group, name and version.
fn unique(mut names: BTreeMap<Identity, String>) -> BTreeMap<Identity, String> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for name in names.values() {
        *count.entry(name).or_default() += 1
    }
    let several: HashSet<String> = names
        .values()
        .filter(|name| count[name.as_str()] > 1)
        .cloned()
        .collect();
    for (identity, name) in &mut names {
        if several.contains(name) {
            let _ = write!(name, " [{}]", &identity.hex()[..ID_DIGITS]);
        }
    }
    names
}

/// What the catalogue says, looked up once for each set of parameters: a hundred thousand keys are of a few kinds.
#[derive(Default)]
struct Facts(HashMap<u64, Vec<(Arc<Asset>, Known)>>);

impl Facts {
    fn of(&mut self, asset: &Arc<Asset>, catalog: &Catalog) -> Known {
        let mut hasher = DefaultHasher::new();
        (asset.kind, &asset.facets, &asset.operations).hash(&mut hasher);
        let alike = self.0.entry(hasher.finish()).or_default();
        let same = |other: &Asset| {
            other.kind == asset.kind
                && other.facets == asset.facets
                && other.operations == asset.operations
        };
        if let Some((_, known)) = alike.iter().find(|(other, _)| same(other)) {
            return known.clone();
        }
        let known = relate::known(asset, catalog);
        alike.push((asset.clone(), known.clone()));
        known
    }
}

/// Lower-case letters and digits with single hyphens between, of a length that a line can hold.
fn slug(name: &str) -> String {
    const MAX: usize = 40;
    let mut out = String::new();
    for c in name.chars() {
        if out.len() >= MAX {
            break;
        }
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::artifact::Range64;
    use crate::model::{AssetKind, Confidence, Context, Location, Operation, Origin, Why};

    fn asset(kind: AssetKind, facets: &[(Facet, Value)], operations: &[Operation]) -> Asset {
        Asset {
            kind,
            facets: facets.iter().cloned().collect(),
            operations: operations.iter().copied().collect(),
            object: None,
        }
    }

    fn finding(asset: Asset, path: &str, line: u32) -> Finding {
        Finding {
            asset,
            location: Location {
                path: path.into(),
                line,
                column: 5,
                span: Range64 {
                    start: u64::from(line) * 10,
                    end: u64::from(line) * 10 + 4,
                },
            },
            text: "call()".to_owned(),
            library: "java/jca".to_owned(),
            entry: "java/jca#call".to_owned(),
            symbol: "call".to_owned(),
            function: None,
            confidence: Confidence::High,
            context: Context::Production,
            evidence: Vec::new(),
            uses: Vec::new(),
            provenance: Arc::default(),
        }
    }

    fn name(text: &str) -> Value {
        Value::name(text, Origin::Literal)
    }

    fn bits(number: u64, origin: Origin) -> Value {
        Value::number(number, origin)
    }

    fn rsa_key(size: Value, operations: &[Operation]) -> Asset {
        asset(
            AssetKind::Key,
            &[(Facet::Algorithm, name("RSA")), (Facet::KeyBits, size)],
            operations,
        )
    }

    fn catalog() -> Catalog {
        Catalog::embedded().expect("the catalogue loads")
    }

    fn named<'a>(inventory: &'a Inventory, name: &str) -> &'a InventoryAsset {
        inventory
            .assets
            .iter()
            .find(|asset| asset.name == name)
            .unwrap_or_else(|| {
                panic!(
                    "no {name} in {:?}",
                    inventory
                        .assets
                        .iter()
                        .map(|asset| &asset.name)
                        .collect::<Vec<_>>()
                )
            })
    }

    #[test]
    fn the_same_asset_at_two_places_is_one_asset_with_the_operations_of_both() {
        let a = rsa_key(bits(2048, Origin::Default), &[Operation::Keygen]);
        let b = rsa_key(bits(2048, Origin::Literal), &[Operation::Import]);
        let inventory = merge(
            vec![vec![finding(a, "a.java", 1)], vec![finding(b, "b.java", 2)]],
            &catalog(),
        );
        let key = named(&inventory, "RSA-2048 key");
        assert_eq!(key.occurrences.len(), 2);
        assert_eq!(
            key.asset.operations,
            BTreeSet::from([Operation::Keygen, Operation::Import])
        );
        assert_eq!(
            key.asset.facets[&Facet::KeyBits],
            bits(2048, Origin::Literal),
            "the nearest origin is kept"
        );
        assert_eq!(
            key.occurrences[0].asset.facets[&Facet::KeyBits],
            bits(2048, Origin::Default),
            "the place keeps its own"
        );
    }

    #[test]
    fn another_size_or_another_reason_for_an_unknown_size_is_another_asset() {
        let sizes = [
            bits(2048, Origin::Literal),
            bits(4096, Origin::Literal),
            Value::unknown(Why::new("parameter", "bits")),
            Value::unknown(Why::new("env", "BITS")),
        ];
        let group = sizes
            .into_iter()
            .enumerate()
            .map(|(n, size)| finding(rsa_key(size, &[]), "a.java", n as u32 + 1))
            .collect();
        let inventory = merge(vec![group], &catalog());
        let keys: BTreeSet<&str> = inventory
            .assets
            .iter()
            .filter(|a| a.asset.kind == AssetKind::Key)
            .map(|a| a.name.as_str())
            .collect();
        assert_eq!(
            keys,
            BTreeSet::from([
                "RSA-2048 key",
                "RSA-4096 key",
                "RSA (key bits unknown, env BITS) key",
                "RSA (key bits unknown, parameter bits) key",
            ])
        );
    }

    #[test]
    fn ids_do_not_depend_on_order_places_or_operations() {
        let here = finding(
            rsa_key(bits(2048, Origin::Literal), &[Operation::Keygen]),
            "a.java",
            1,
        );
        let there = finding(
            rsa_key(bits(2048, Origin::Caller), &[Operation::Import]),
            "z.java",
            9,
        );
        let other = finding(
            asset(
                AssetKind::Algorithm,
                &[(Facet::Algorithm, name("SHA-256"))],
                &[Operation::Digest],
            ),
            "b.java",
            3,
        );
        let one = merge(
            [&here, &other, &there]
                .map(|finding| vec![finding.clone()])
                .to_vec(),
            &catalog(),
        );
        let two = merge(vec![vec![there], vec![here], vec![other]], &catalog());
        assert_eq!(one.assets, two.assets);
    }

    /// The ids of today are those of tomorrow: whoever changes the canonical form raises its version and this test.
    #[test]
    fn an_id_is_the_same_in_every_version() {
        let inventory = merge(
            vec![vec![finding(
                rsa_key(bits(2048, Origin::Literal), &[]),
                "a.java",
                1,
            )]],
            &catalog(),
        );
        assert_eq!(
            named(&inventory, "RSA-2048 key").id,
            "crypto/key/rsa-2048-key-2118bf8eca"
        );
    }

    #[test]
    fn a_key_refers_to_its_algorithm_which_says_that_nobody_saw_it() {
        let inventory = merge(
            vec![vec![finding(
                rsa_key(bits(2048, Origin::Literal), &[Operation::Keygen]),
                "a.java",
                1,
            )]],
            &catalog(),
        );
        let (key, algorithm) = (
            named(&inventory, "RSA-2048 key"),
            named(&inventory, "RSA-2048"),
        );
        assert_eq!(key.algorithm.as_deref(), Some(algorithm.id.as_str()));
        assert_eq!(key.depends_on, std::slice::from_ref(&algorithm.id));
        assert_eq!(algorithm.implied_by, std::slice::from_ref(&key.id));
        assert_eq!(algorithm.occurrences, key.occurrences);
        assert!(algorithm.asset.operations.is_empty());
        assert_eq!(algorithm.known.nist_level, Some(0));
        assert_eq!(algorithm.known.classical_bits, Some(112));
    }

    #[test]
    fn a_signature_depends_on_the_key_it_uses_and_on_its_digest() {
        let key = finding(
            rsa_key(bits(2048, Origin::Literal), &[Operation::Keygen]),
            "a.java",
            1,
        );
        let mut signature = finding(
            asset(
                AssetKind::Algorithm,
                &[
                    (Facet::Algorithm, name("RSASSA-PSS")),
                    (Facet::Digest, name("SHA-256")),
                    (Facet::KeyBits, bits(2048, Origin::Implied)),
                ],
                &[Operation::Sign],
            ),
            "a.java",
            2,
        );
        signature.uses = vec![0, 99];
        let inventory = merge(vec![vec![key, signature]], &catalog());
        let signature = named(&inventory, "RSASSA-PSS-SHA-256-2048");
        let mut expected = vec![
            named(&inventory, "RSA-2048 key").id.clone(),
            named(&inventory, "SHA-256").id.clone(),
        ];
        expected.sort();
        assert_eq!(signature.depends_on, expected);
    }

    #[test]
    fn what_is_implied_through_something_implied_has_the_places_of_what_was_seen() {
        let key = finding(
            asset(
                AssetKind::Key,
                &[(Facet::Algorithm, name("X25519MLKEM768"))],
                &[Operation::Keygen],
            ),
            "a.go",
            1,
        );
        let inventory = merge(vec![vec![key]], &catalog());
        let kem = named(&inventory, "ML-KEM-768");
        assert_eq!(
            kem.occurrences,
            named(&inventory, "X25519MLKEM768 key").occurrences
        );
        assert_eq!(
            kem.implied_by,
            [named(&inventory, "X25519MLKEM768").id.clone()]
        );
        assert_eq!(
            named(&inventory, "X25519MLKEM768").known.nist_level,
            Some(3)
        );
    }

    #[test]
    fn a_protocol_depends_on_what_its_suites_and_groups_name() {
        let list = |names: &[&str]| {
            Value::known(
                Scalar::List(names.iter().map(ToString::to_string).collect()),
                Origin::Literal,
            )
        };
        let tls = finding(
            asset(
                AssetKind::Protocol,
                &[
                    (Facet::Protocol, name("TLS")),
                    (Facet::MinVersion, name("TLS1.2")),
                    (
                        Facet::CipherSuites,
                        list(&[
                            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                            "TLS_RSA_WITH_AES_256_CBC_SHA",
                        ]),
                    ),
                    (Facet::Groups, list(&["X25519MLKEM768", "secp256r1"])),
                ],
                &[Operation::Handshake],
            ),
            "a.go",
            1,
        );
        let inventory = merge(vec![vec![tls]], &catalog());
        let names: BTreeSet<&str> = inventory
            .assets
            .iter()
            .map(|asset| asset.name.as_str())
            .collect();
        for name in [
            "AES-128-GCM",
            "AES-256-CBC",
            "ECDH",
            "RSA",
            "RSAES-PKCS1",
            "SHA-1",
            "SHA-256",
            "X25519MLKEM768",
            "ECDH-P-256",
        ] {
            assert!(names.contains(name), "{name} in {names:?}");
        }
        let tls = inventory
            .assets
            .iter()
            .find(|asset| asset.asset.kind == AssetKind::Protocol)
            .expect("it was found");
        assert_eq!(tls.suites.len(), 2);
        assert!(tls.suites.iter().all(|suite| {
            suite
                .algorithms
                .iter()
                .all(|id| tls.depends_on.contains(id))
        }));
    }

    #[test]
    fn names_are_unique_whatever_the_code_holds() {
        let long = "x".repeat(400);
        let details = [
            "a@b",
            "a_b",
            "a\u{202e}b",
            &long,
            &format!("{long}y"),
            "a (b)",
            "a _b_",
        ];
        let group = details
            .iter()
            .enumerate()
            .map(|(n, detail)| {
                finding(
                    rsa_key(Value::unknown(Why::new("name", *detail)), &[]),
                    "a.java",
                    n as u32 + 1,
                )
            })
            .collect();
        let inventory = merge(vec![group], &catalog());
        let names: BTreeSet<&str> = inventory
            .assets
            .iter()
            .map(|asset| asset.name.as_str())
            .collect();
        assert_eq!(names.len(), inventory.assets.len());
        assert_eq!(inventory.assets.len(), 2 * details.len());
        assert!(
            names
                .iter()
                .all(|name| !name.contains('@') && name.chars().count() < 120),
            "{names:?}"
        );
        let ids: BTreeSet<&str> = inventory
            .assets
            .iter()
            .map(|asset| asset.id.as_str())
            .collect();
        assert_eq!(ids.len(), inventory.assets.len());
    }

    #[test]
    fn no_content_can_imitate_the_canonical_form() {
        let a = asset(
            AssetKind::Key,
            &[(Facet::Algorithm, name("RSA\nkey_bits=n2048;"))],
            &[],
        );
        let b = rsa_key(bits(2048, Origin::Literal), &[]);
        assert_ne!(identity(&a), identity(&b));
    }
}
