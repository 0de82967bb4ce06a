//! Judges each asset: which lists it belongs on, how urgent it is, why, and what replaces it.
//!
//! The facts come from the catalogue, the deadlines from the chosen policies, what only people know from [`Planning`]; nothing here
//! changes the inventory. What a quantum computer breaks is scored (`score`, `terms`), on two lists that are never added up. What is weak
//! already is a list of its own with fixed bands (`weak`). How sure the engine is never changes a band.

mod algorithm;
mod broken;
pub(super) mod limits;
mod object;
mod observed;
mod protocol;
mod score;
mod terms;
mod users;
mod verdict;
mod weak;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;
use smallvec::{SmallVec, smallvec};

use self::limits::Cap;
pub(super) use self::limits::aside;
use self::object::Aspect;
use self::observed::{Observations, Surroundings};
use self::terms::Observed;
use self::users::Users;
use self::weak::Exposed;
use super::planning::{Planning, Said};
use crate::inventory::alike::{Alike, Sort};
use crate::inventory::{
    Assessment, Band, Class, Inventory, InventoryAsset, Judgement, Library, Limit,
};
use crate::knowledge::catalog::Catalog;
use crate::model::{Asset, AssetKind, FindingClass, Operation, Subject};

/// Everything that a judgement needs beside the inventory.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What is known of algorithms.
    pub catalog: &'a Catalog,
    /// What people decided.
    pub planning: &'a Planning,
    /// The libraries through which something was seen.
    pub libraries: &'a std::collections::BTreeMap<String, Library>,
    /// The time of the report, in seconds since 1970; `None` leaves what depends on the second out.
    pub now: Option<i64>,
    /// What was scanned: what lies in a repository has been copied.
    pub subject: &'a Subject,
}

/// Judges every asset, in the inventory's order.
pub fn assess_all(inventory: &Inventory, given: Given<'_>) -> Vec<Arc<Assessment>> {
    let users = Users::of(inventory);
    let surroundings = Surroundings::of(inventory, given);
    // A hundred thousand keys and certificates are judged alike in all but a few ways.
    let mut alike = Alike::default();
    let mut known: HashMap<Judged, Arc<Assessment>, RandomState> = HashMap::default();
    let one = |(number, asset): (usize, &InventoryAsset)| {
        let sort = alike.sort(&asset.asset);
        let all = Judged::of(asset, sort, surroundings.observed(number), &users, given);
        let judged = known.entry(all);
        let judged = judged.or_insert_with_key(|all| Arc::new(all.judge(&asset.asset, given)));
        judged.clone()
    };
    inventory.assets.iter().enumerate().map(one).collect()
}

/// Everything of an asset that its judgement rests on.
#[derive(PartialEq, Eq, Hash)]
struct Judged {
    /// Its kind, parameters and operations.
    sort: Sort,
    /// What others do with it.
    uses: BTreeSet<Operation>,
    /// What it is beside its parameters.
    aspect: Option<Aspect>,
    /// What the files show of it; of what is only implied, of each asset that implies it. Sorted, each once.
    observed: Observations,
    /// What the user says of its places. Sorted, each once.
    said: SmallVec<[Said; 1]>,
    /// A private key in plain sight.
    exposed: Option<Exposed>,
    is_provided: bool,
    cap: Option<Cap>,
}

impl Judged {
    fn of(
        asset: &InventoryAsset,
        sort: Sort,
        observed: Observations,
        users: &Users<'_>,
        given: Given<'_>,
    ) -> Self {
        let object = asset.asset.object.as_deref();
        let aspect = object.and_then(|object| Aspect::of(object, given.now));
        let uses = match aspect {
            Some(_) => BTreeSet::new(),
            None => users.operations(asset, given.catalog),
        };
        Self {
            sort,
            uses,
            aspect,
            observed,
            said: said(asset, given.planning),
            exposed: Exposed::of(asset, given.subject),
            is_provided: asset.is_provided(),
            cap: Cap::of(asset),
        }
    }

    /// Of all that it may be, by its places, the gravest.
    fn judge(&self, asset: &Asset, given: Given<'_>) -> Assessment {
        let mut used = asset.clone();
        used.operations.extend(&self.uses);
        let all = self
            .observed
            .iter()
            .flat_map(|observed| self.said.iter().map(move |said| (observed, said)));
        let gravity = |assessment: &Assessment| {
            let points = assessment.score().map(|score| score.points);
            (assessment.band(), std::cmp::Reverse(points))
        };
        all.map(|(observed, said)| self.judge_as(&used, observed, said, given))
            .min_by_key(gravity)
            .unwrap_or_else(|| self.judge_as(&used, &Observed::default(), &Said::default(), given))
    }

    fn judge_as(
        &self,
        used: &Asset,
        observed: &Observed,
        said: &Said,
        given: Given<'_>,
    ) -> Assessment {
        let mut limits = Vec::new();
        limits.extend(self.cap.as_ref().map(Cap::limit));
        limits.extend(self.is_provided.then(limits::provided));
        let view = View {
            asset: used,
            observed,
            said,
            limits: &limits,
            catalog: given.catalog,
            planning: given.planning,
        };
        let mut found = match self.aspect {
            Some(aspect) => aspect.judge(view),
            None => judged(view),
        };
        found.weak.extend(self.exposed.map(Exposed::judge));
        let mut assessment = found.assessment();
        assessment.change(|judgement| {
            if self.is_provided {
                provided(judgement)
            }
            if let Some(cap) = &self.cap {
                cap.hold(judgement)
            }
        });
        assessment.verdicts = verdict::verdicts(view, &assessment);
        if let Some(mut judgement) = verdict::not_allowed(&assessment) {
            if let Some(cap) = &self.cap {
                cap.hold(&mut judgement)
            }
            assessment.add(judgement)
        }
        assessment
    }
}

/// What the user says of the places of an asset, those in tests and the like left out where there are others.
fn said(asset: &InventoryAsset, planning: &Planning) -> SmallVec<[Said; 1]> {
    if !planning.depends_on_path() {
        return smallvec![planning.everywhere.clone()];
    }
    let all_aside = asset.occurrences.iter().all(|o| aside(o.context));
    let places = asset.occurrences.iter();
    places
        .filter(|o| all_aside || !aside(o.context))
        .map(|occurrence| planning.said(&occurrence.location.path))
        .collect::<BTreeSet<Said>>()
        .into_iter()
        .collect()
}

/// An asset, and what is known of it where it stands.
#[derive(Clone, Copy)]
struct View<'a> {
    asset: &'a Asset,
    observed: &'a Observed,
    said: &'a Said,
    limits: &'a [Limit],
    catalog: &'a Catalog,
    planning: &'a Planning,
}

/// What was found of one asset.
struct Judgements {
    /// What a quantum computer means for it.
    quantum: Judgement,
    /// What is weak about it already.
    weak: Vec<Judgement>,
    lifetime: Option<crate::inventory::Lifetime>,
}

impl Judgements {
    fn quantum(judgement: Judgement) -> Self {
        Self {
            quantum: judgement,
            weak: Vec::new(),
            lifetime: None,
        }
    }

    /// What is weak and calms nobody otherwise is only weak.
    fn assessment(self) -> Assessment {
        let calm = matches!(self.quantum.class, Class::Fine | Class::PostQuantum);
        let mut weak = self.weak.into_iter();
        let mut assessment = match weak.next() {
            Some(first) if calm => Assessment::new(first, weak),
            first => Assessment::new(self.quantum, first.into_iter().chain(weak)),
        };
        assessment.lifetime = self.lifetime;
        assessment
    }
}

/// What is there and was not seen to be used: to be known, and nothing to be done about by itself.
fn provided(judged: &mut Judgement) {
    judged.finding_class = match judged.class {
        Class::KeyEstablishment | Class::Signature | Class::QuantumBroken | Class::Unresolved => {
            FindingClass::QuantumBrokenCapability
        }
        Class::Weak => FindingClass::WeakCapability,
        Class::PostQuantum | Class::Fine | Class::Provided | Class::NotAllowed => return,
    };
    judged.class = Class::Provided;
    judged.band = judged.band.max(Band::P3);
    judged
        .reason
        .push_str(" It is an implementation, for whoever uses it.");
}

fn judged(view: View<'_>) -> Judgements {
    if view.asset.kind == AssetKind::Protocol {
        protocol::judge(view)
    } else {
        algorithm::worst(view)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::inventory::{Known, Occurrence};
    use crate::model::artifact::Range64;
    use crate::model::{
        Confidence, Context, Facet, Location, Origin, Scalar, Technique, Value, Why,
    };

    pub(super) fn catalog() -> Catalog {
        Catalog::embedded().expect("the embedded catalogue loads")
    }

    pub(super) fn planning() -> Planning {
        let policies = crate::knowledge::policy::Policy::embedded().expect("they load");
        Planning::usual(&policies, Some(1_795_392_000))
    }

    /// Judges the assets of an inventory, on 2026-11-23.
    pub(super) fn assess_these(assets: Vec<InventoryAsset>) -> Vec<Arc<Assessment>> {
        let given = Given {
            catalog: &catalog(),
            planning: &planning(),
            libraries: &Default::default(),
            now: None,
            subject: &Default::default(),
        };
        assess_all(&Inventory { assets }, given)
    }

    /// Judges one asset by itself.
    pub(super) fn assess(asset: InventoryAsset) -> Judgement {
        assess_these(vec![asset])[0].main().clone()
    }

    pub(super) fn seen(
        kind: AssetKind,
        facets: &[(Facet, Value)],
        operations: &[Operation],
        context: Context,
    ) -> InventoryAsset {
        let asset = Asset {
            kind,
            facets: facets.iter().cloned().collect(),
            operations: operations.iter().copied().collect(),
            object: None,
        };
        let occurrence = Occurrence {
            location: Location {
                path: Arc::from("a.go"),
                line: 1,
                column: 1,
                span: Range64 { start: 0, end: 1 },
            },
            text: Arc::default(),
            library: "go/crypto".into(),
            entry: "go/crypto#x".into(),
            symbol: "x".into(),
            function: None,
            technique: Technique::SourceCode,
            confidence: Confidence::High,
            context,
            evidence: Vec::new(),
            provenance: Default::default(),
            asset: Arc::new(asset.clone()),
        };
        InventoryAsset {
            id: "id".into(),
            name: "name".into(),
            asset: Arc::new(asset),
            occurrences: smallvec![Arc::new(occurrence)],
            depends_on: SmallVec::new(),
            implied_by: Vec::new(),
            algorithm: None,
            subject_key: None,
            issuer: None,
            suites: Vec::new(),
            known: Arc::new(Known::default()),
        }
    }

    pub(super) fn name(text: &str) -> Value {
        Value::name(text, Origin::Literal)
    }

    pub(super) fn bits(number: u64) -> Value {
        Value::number(number, Origin::Literal)
    }

    pub(super) fn list(names: &[&str]) -> Value {
        Value::known(
            Scalar::List(names.iter().map(|n| (*n).to_owned()).collect()),
            Origin::Literal,
        )
    }

    /// Class, band and finding class of an algorithm in production code.
    pub(super) fn judged(
        facets: &[(Facet, Value)],
        operations: &[Operation],
    ) -> (Class, Band, &'static str) {
        let found = assess(seen(
            AssetKind::Algorithm,
            facets,
            operations,
            Context::Production,
        ));
        (found.class, found.band, found.finding_class.name())
    }

    /// What is judged first of an algorithm with these parameters.
    pub(super) fn weak_judgement(facets: &[(Facet, Value)]) -> Judgement {
        assess(seen(AssetKind::Algorithm, facets, &[], Context::Production))
    }

    /// The finding class on the list of what is weak already.
    pub(super) fn protocol_weakness(facets: &[(Facet, Value)]) -> Option<&'static str> {
        let asset = seen(AssetKind::Protocol, facets, &[], Context::Production);
        let found = assess_these(vec![asset]).remove(0);
        found
            .on(Class::Weak)
            .map(|judged| judged.finding_class.name())
    }

    pub(super) fn protocol_judged(facets: &[(Facet, Value)]) -> (Class, Band, &'static str) {
        let found = assess(seen(AssetKind::Protocol, facets, &[], Context::Production));
        (found.class, found.band, found.finding_class.name())
    }

    #[test]
    fn what_uses_a_key_says_what_it_is_for() {
        let mut key = seen(
            AssetKind::Key,
            &[
                (Facet::Algorithm, name("RSA")),
                (Facet::KeyBits, bits(3072)),
            ],
            &[Operation::Keygen],
            Context::Production,
        );
        key.id = "key".into();
        let mut cipher = seen(
            AssetKind::Algorithm,
            &[(Facet::Algorithm, name("RSAES-OAEP"))],
            &[Operation::Decrypt],
            Context::Production,
        );
        cipher.depends_on = smallvec!["key".into()];
        let found = assess_these(vec![key, cipher]);
        assert_eq!(
            (found[0].main().class, found[0].band()),
            (Class::KeyEstablishment, Band::P0)
        );
        assert_eq!(found[0].main().replacement, ["ML-KEM-768"]);
    }

    #[test]
    fn a_size_that_another_possible_algorithm_has_is_not_short() {
        let short = |algorithms: [&str; 2], size| {
            let mut either = name(algorithms[0]);
            either.union(name(algorithms[1]));
            let key = [(Facet::Algorithm, either), (Facet::KeyBits, bits(size))];
            weak_judgement(&key).finding_class == FindingClass::ShortKey
        };
        assert!(!short(["EC", "RSA"], 256));
        assert!(!short(["AES", "RSA"], 256));
        assert!(short(["EC", "RSA"], 1024));
        assert!(short(["DSA", "RSA"], 1024));
        assert!(!short(["EC", "RSA"], 2048));
    }

    #[test]
    fn the_worst_of_several_possibilities_counts() {
        let mut either = name("AES");
        either.union(name("DES"));
        assert_eq!(
            judged(&[(Facet::Algorithm, either)], &[]),
            (Class::Weak, Band::P1, "weak-cipher")
        );
        let mut size = bits(1024);
        size.union(bits(4096));
        assert_eq!(
            judged(
                &[(Facet::Algorithm, name("RSA")), (Facet::KeyBits, size)],
                &[]
            )
            .2,
            "short-key"
        );
    }

    #[test]
    fn post_quantum_and_what_came_before_its_standard() {
        assert_eq!(
            judged(&[(Facet::Algorithm, name("ML-KEM-768"))], &[]),
            (Class::PostQuantum, Band::P4, "post-quantum")
        );
        assert_eq!(
            judged(&[(Facet::Algorithm, name("X-Wing"))], &[]),
            (Class::PostQuantum, Band::P4, "post-quantum")
        );
        assert_eq!(
            judged(&[(Facet::Algorithm, name("Kyber768"))], &[]),
            (Class::PostQuantum, Band::P3, "pre-standard-post-quantum")
        );
        assert_eq!(
            judged(&[(Facet::Algorithm, name("SIKE"))], &[]),
            (Class::Weak, Band::P1, "weak-algorithm")
        );
    }

    #[test]
    fn what_is_not_in_the_code_is_said_with_its_reason() {
        let unknown = Value::unknown(Why::new("parameter", "alg"));
        let found = assess(seen(
            AssetKind::Algorithm,
            &[(Facet::Algorithm, unknown)],
            &[Operation::Sign],
            Context::Production,
        ));
        assert_eq!((found.class, found.band), (Class::Unresolved, Band::P2));
        assert!(
            found.reason.contains("the parameter `alg`"),
            "{}",
            found.reason
        );
    }

    #[test]
    fn tests_and_mentions_are_at_most_p3() {
        let facets = [(Facet::Algorithm, name("RSAES-OAEP"))];
        let test = assess(seen(
            AssetKind::Algorithm,
            &facets,
            &[Operation::Encrypt],
            Context::Test,
        ));
        assert_eq!((test.class, test.band), (Class::KeyEstablishment, Band::P3));
        assert!(
            test.reason.ends_with("Seen only in test code."),
            "{}",
            test.reason
        );
        let mention = assess(seen(AssetKind::Mention, &facets, &[], Context::Production));
        assert_eq!(mention.band, Band::P3);
    }

    #[test]
    fn every_algorithm_has_a_reason_in_sentences() {
        let catalog = catalog();
        for algorithm in catalog.algorithms() {
            let facets = [(Facet::Algorithm, name(&algorithm.name))];
            let found = assess(seen(
                AssetKind::Algorithm,
                &facets,
                &[],
                Context::Production,
            ));
            assert!(
                found.reason.ends_with('.'),
                "{}: {}",
                algorithm.name,
                found.reason
            );
        }
    }
}
