//! Findings of all artifacts become assets: the same asset seen at ten places is one asset with ten occurrences.
//!
//! Two findings show the same asset when kind and parameters are equal, the reasons of unknown parameters included; operations, places
//! and the way a value was found are not part of what an asset is. The identity is written in a versioned canonical form, and the
//! id is its hash behind a readable prefix, so that ids are the same in every run, on every machine and in any order of findings.
//! This module knows nothing of what the parameters mean; how assets relate is in `relate`.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::alike::OfSort;
use super::draft::{Draft, Drafts, Number, Numbers};
use super::{Inventory, InventoryAsset, Known, Suite, chain, name, relate};
use crate::knowledge::catalog::Catalog;
use crate::model::Finding;

/// Bytes of the hash in an id: 40 bits behind a readable name. Where two assets still meet, the second takes the whole hash.
const ID_BYTES: usize = 5;

/// Folds findings into the inventory. Each group holds the findings of one artifact, which `Finding::uses` counts in.
pub fn merge(groups: Vec<Vec<Finding>>, catalog: &Catalog) -> Inventory {
    let mut drafts = Drafts::of(groups);
    chain::link(&mut drafts);
    relate::relate(&mut drafts, catalog);
    finish(drafts, catalog)
}

fn finish(drafts: Drafts, catalog: &Catalog) -> Inventory {
    let mut names = names(&drafts);
    let ids = Ids::of(&drafts, &names);
    make_unique(&mut names, &drafts);
    let mut known: OfSort<Arc<Known>> = OfSort::default();
    let mut drafts = drafts.finish();
    let assets = ids.order.iter().filter_map(|number| {
        let (draft, occurrences) = drafts.take(*number)?;
        Some(InventoryAsset {
            id: ids.of_one(*number),
            name: std::mem::take(&mut names[number.index()]),
            depends_on: ids.of_all(draft.depends_on),
            implied_by: if draft.seen {
                Vec::new()
            } else {
                ids.of_all(draft.referred_by.into()).into_vec()
            },
            algorithm: draft.algorithm.map(|number| ids.of_one(number)),
            subject_key: draft.subject_key.map(|number| ids.of_one(number)),
            issuer: draft.issuer.map(|number| ids.of_one(number)),
            suites: draft
                .suites
                .into_iter()
                .map(|(name, members)| Suite {
                    name,
                    algorithms: ids.of_all(members.into()).into_vec(),
                })
                .collect(),
            known: known.get_or(draft.sort, || {
                Arc::new(relate::known(&draft.asset, catalog))
            }),
            occurrences,
            asset: draft.asset,
        })
    });
    Inventory {
        assets: assets.collect(),
    }
}

/// What each draft is called.
fn names(drafts: &Drafts) -> Vec<Arc<str>> {
    let mut algorithms: OfSort<Arc<str>> = OfSort::default();
    let mut name = String::new();
    drafts
        .iter()
        .map(|(_, draft)| {
            let Some(object) = &draft.asset.object else {
                return name::of(&draft.asset).into();
            };
            let algorithm = algorithms.get_or(draft.sort, || {
                name::of_algorithm(&draft.asset.facets).into()
            });
            name.clear();
            name::of_object(object, &algorithm, &draft.identity, &mut name);
            name.as_str().into()
        })
        .collect()
}

/// Makes names of which none is there twice: consumers merge components of equal group, name and version.
fn make_unique(names: &mut [Arc<str>], drafts: &Drafts) {
    // Sums of names take a while; who chooses names does not know this run's way to make them.
    let mut first: HashMap<&str, usize, foldhash::quality::RandomState> =
        HashMap::with_capacity_and_hasher(names.len(), Default::default());
    let mut several = vec![false; names.len()];
    for (at, name) in names.iter().enumerate() {
        let before = *first.entry(name).or_insert(at);
        if before != at {
            (several[before], several[at]) = (true, true)
        }
    }
    drop(first);
    for (number, draft) in drafts.iter() {
        if several[number.index()] {
            let name = &mut names[number.index()];
            let hash = data_encoding::HEXLOWER.encode(&draft.identity.head::<ID_BYTES>());
            *name = format!("{name} [{hash}]").into();
        }
    }
}

/// The ids of drafts.
struct Ids {
    all: Vec<Arc<str>>,
    /// Numbers by id, and of each draft its place there.
    order: Vec<Number>,
    ranks: Vec<u32>,
}

impl Ids {
    /// `crypto/key/rsa-2048-key-9f3ac1…` for each draft.
    fn of(drafts: &Drafts, names: &[Arc<str>]) -> Self {
        let mut id = String::new();
        let one = |(number, draft): (Number, &Draft)| {
            id.clear();
            id.extend(["crypto/", draft.asset.kind.name(), "/"]);
            push_slug(&names[number.index()], &mut id);
            id.push('-');
            data_encoding::HEXLOWER.encode_append(&draft.identity.head::<ID_BYTES>(), &mut id);
            Arc::from(id.as_str())
        };
        let mut all: Vec<Arc<str>> = drafts.iter().map(one).collect();
        // Ids can only meet where the beginnings of the hashes do, and those stand side by side.
        let order = drafts.by_identity();
        let head = |head: u64| head >> (u64::BITS as usize - 8 * ID_BYTES);
        for alike in order.chunk_by(|(a, _), (b, _)| head(*a) == head(*b)) {
            for (at, (_, number)) in alike.iter().enumerate() {
                let own = all[number.index()].clone();
                let mut before = alike[..at].iter();
                if before.any(|(_, other)| all[other.index()] == own) {
                    let stem = &own[..own.len() - 2 * ID_BYTES];
                    all[number.index()] = [stem, &drafts[*number].identity.hex()].concat().into()
                }
            }
        }
        let mut order: Vec<Number> = drafts.numbers().collect();
        sort_by_id(&mut order, 0, &all);
        let mut ranks = vec![0; all.len()];
        for (rank, number) in (0..).zip(&order) {
            ranks[number.index()] = rank
        }
        Self { all, order, ranks }
    }

    /// The id of a draft.
    fn of_one(&self, number: Number) -> Arc<str> {
        self.all[number.index()].clone()
    }

    /// Each once, sorted.
    fn of_all(&self, mut numbers: Numbers) -> SmallVec<[Arc<str>; 2]> {
        numbers.sort_unstable_by_key(|number| self.ranks[number.index()]);
        numbers.dedup();
        numbers
            .into_iter()
            .map(|number| self.of_one(number))
            .collect()
    }
}

/// So few are compared whole.
const FEW: usize = 16;

/// Sorts numbers of drafts by their ids, which have `common` bytes in common. Ids of one kind begin alike: what decides is mostly in the few
/// bytes after that, and to have these at hand saves going to each id again and again.
fn sort_by_id(numbers: &mut [Number], common: usize, ids: &[Arc<str>]) {
    let id = |number: &Number| ids[number.index()].as_bytes();
    let (Some(first), true) = (numbers.first().map(id), numbers.len() > FEW) else {
        numbers.sort_unstable_by(|a, b| id(a).cmp(id(b)));
        return;
    };
    let common = numbers.iter().fold(first.len(), |most, number| {
        let both = id(number).iter().zip(first).take(most).skip(common);
        common + both.take_while(|(a, b)| a == b).count()
    });
    let key = |number: &Number| {
        let next = id(number).get(common..).unwrap_or_default();
        let bytes: [u8; 8] = std::array::from_fn(|n| next.get(n).copied().unwrap_or_default());
        u64::from_be_bytes(bytes)
    };
    let mut keyed: Vec<(u64, Number)> = numbers.iter().map(|n| (key(n), *n)).collect();
    keyed.sort_unstable_by_key(|(key, _)| *key);
    for (number, (_, sorted)) in numbers.iter_mut().zip(&keyed) {
        *number = *sorted
    }
    let mut rest = numbers;
    for alike in keyed.chunk_by(|(a, _), (b, _)| a == b) {
        let (these, after) = rest.split_at_mut(alike.len());
        // No two ids are the same, so one of them goes on.
        if these.len() > 1 {
            sort_by_id(these, common + 8, ids)
        }
        rest = after;
    }
}

/// Lower-case letters and digits with single hyphens between, of a length that a line can hold.
fn push_slug(name: &str, out: &mut String) {
    const MAX: usize = 40;
    let start = out.len();
    for c in name.chars() {
        if out.len() - start >= MAX {
            break;
        }
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if out.len() > start && !out.ends_with('-') {
            out.push('-');
        }
    }
    if out.len() > start && out.ends_with('-') {
        out.pop();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::artifact::Range64;
    use crate::model::{
        Asset, AssetKind, Confidence, Context, Facet, Location, Operation, Origin, Scalar,
        Technique, Value, Why,
    };

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
            text: "call()".into(),
            library: "java/jca".into(),
            entry: "java/jca#call".into(),
            symbol: "call".into(),
            function: None,
            technique: Technique::SourceCode,
            confidence: Confidence::High,
            context: Context::Production,
            evidence: Vec::new(),
            uses: Vec::new(),
            provenance: Default::default(),
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
            .find(|asset| *asset.name == *name)
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
            [Operation::Keygen, Operation::Import].into()
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
            .map(|a| &*a.name)
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
            &*named(&inventory, "RSA-2048 key").id,
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
        assert_eq!(key.algorithm.as_deref(), Some(&*algorithm.id));
        assert_eq!(
            key.depends_on.as_slice(),
            std::slice::from_ref(&algorithm.id)
        );
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
        assert_eq!(signature.depends_on.to_vec(), expected);
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
        let names: BTreeSet<&str> = inventory.assets.iter().map(|asset| &*asset.name).collect();
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
    fn ids_are_sorted_however_alike_they_begin() {
        let keys = (0..2000).map(|n| {
            let size = if n % 3 == 0 {
                n
            } else {
                1_000_000_000_000 + n * 7
            };
            finding(rsa_key(bits(size, Origin::Literal), &[]), "a.java", 1)
        });
        let mentions = (0..200).map(|n| {
            let name = name(&"x".repeat(1 + n % 50));
            let facets = [
                (Facet::Algorithm, name),
                (Facet::KeyBits, bits(n as u64, Origin::Literal)),
            ];
            finding(asset(AssetKind::Mention, &facets, &[]), "b.java", 1)
        });
        let inventory = merge(vec![keys.chain(mentions).collect()], &catalog());
        assert!(inventory.assets.len() > 4000);
        assert!(inventory.assets.is_sorted_by(|a, b| a.id < b.id));
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
        let names: BTreeSet<&str> = inventory.assets.iter().map(|asset| &*asset.name).collect();
        assert_eq!(names.len(), inventory.assets.len());
        assert_eq!(inventory.assets.len(), 2 * details.len());
        assert!(
            names
                .iter()
                .all(|name| !name.contains('@') && name.chars().count() < 120),
            "{names:?}"
        );
        let ids: BTreeSet<&str> = inventory.assets.iter().map(|asset| &*asset.id).collect();
        assert_eq!(ids.len(), inventory.assets.len());
    }
}
