//! A first judgement of each asset: which list it belongs on, how urgent it is, why, and what replaces it.
//!
//! The facts come from the catalogue, the deadlines from `rules/policy/`; nothing here changes the inventory. The bands are
//! those of the table below. They are a first sorting by what the code shows; the model that weighs how long data must stay
//! secret, how long a change takes and what an owner says of the system needs answers that no code holds, and comes on top.
//!
//! | what | band | because |
//! |---|---|---|
//! | encryption or key transport that Shor's algorithm breaks | P0 | what is recorded or stored today is read then |
//! | key agreement that it breaks, and protocols that offer nothing else | P1 | likewise, session by session |
//! | a protocol that offers a hybrid and still accepts the rest | P2 | half done |
//! | signatures that it breaks, up to 112 bits of strength | P1 | deprecated five years before the rest |
//! | signatures that it breaks, stronger or of unknown size | P2 | forged from then on, not before |
//! | a key that it breaks, of unseen use | P2 | P0 or P1 if it turns out to keep secrets |
//! | weak already: keys under 112 bits, MD5 or SHA-1 in signatures | P0 | no quantum computer needed |
//! | weak already: broken ciphers, forbidden protocol versions, RSA without padding | P1 | likewise |
//! | weak already: ECB, weak password derivation, predictable generators | P2 | depends on what they protect |
//! | weak already: MD5 or SHA-1 as a plain hash, HMAC with MD5 | P3 | often no security rests on it; no forgery is known |
//! | the algorithm is not in the code, and a public key is at work | P2 | somebody must look |
//! | the algorithm is not in the code, otherwise | P3 | likewise |
//! | a pre-standard post-quantum algorithm | P3 | not compatible with the standard |
//! | post-quantum, hybrid or symmetric and sound | P4 | nothing to do |
//!
//! | implemented in a library, no use seen | P4 | whoever uses it is judged where the use is |
//! | built into a program, no use seen | P3 | the program alone can use it, and may not |
//!
//! Caps: seen only in tests, examples, documentation or copies of others' code, or only named: at most P3. Only implied by
//! another asset: at most P1. How sure the engine is never changes a band.

mod broken;
mod object;
mod protocol;
mod weak;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use self::object::Aspect;
use crate::inventory::alike::{Alike, Sort};
use crate::inventory::binaries::Component;
use crate::inventory::{Assessment, Band, Class, Inventory, InventoryAsset};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive, Quantum};
use crate::model::binary::Role;
use crate::model::{Asset, AssetKind, Context, Facet, Operation, Scalar, Value};

/// Every finding class and its title, for those who list them.
pub static FINDING_CLASSES: &[(&str, &str)] = &[
    (
        "rsa-key-transport",
        "RSA encryption or key transport, broken by a quantum computer",
    ),
    (
        "ecdh-key-agreement",
        "Elliptic-curve key agreement, broken by a quantum computer",
    ),
    (
        "dh-key-agreement",
        "Finite-field key agreement, broken by a quantum computer",
    ),
    (
        "classical-key-establishment",
        "Key establishment or encryption, broken by a quantum computer",
    ),
    (
        "classical-protocol",
        "A protocol without post-quantum key exchange",
    ),
    (
        "classical-fallback",
        "A protocol with post-quantum key exchange that accepts classical key exchange too",
    ),
    (
        "rsa-signature",
        "RSA signature, broken by a quantum computer",
    ),
    (
        "ecdsa-signature",
        "ECDSA signature, broken by a quantum computer",
    ),
    (
        "eddsa-signature",
        "EdDSA signature, broken by a quantum computer",
    ),
    (
        "dsa-signature",
        "DSA signature, broken by a quantum computer",
    ),
    (
        "classical-signature",
        "Signature, broken by a quantum computer",
    ),
    (
        "quantum-broken-key",
        "Public-key cryptography of unseen use, broken by a quantum computer",
    ),
    ("short-key", "A key too short for today's computers"),
    ("weak-signature-digest", "A signature over a broken hash"),
    ("weak-hash", "A broken hash"),
    ("weak-mac", "A MAC on a broken hash"),
    ("weak-cipher", "A broken cipher"),
    (
        "weak-mode",
        "A cipher mode that shows its plaintext's patterns",
    ),
    ("weak-padding", "RSA without padding"),
    (
        "weak-password-hash",
        "Password hashing or derivation that is searched quickly",
    ),
    ("weak-random", "A random generator that can be predicted"),
    ("weak-protocol", "A forbidden protocol version"),
    ("weak-cipher-suite", "A broken cipher suite is offered"),
    (
        "weak-key-exchange",
        "A key exchange too weak for today's computers is offered",
    ),
    (
        "weak-signature-scheme",
        "Signatures over a broken hash are accepted",
    ),
    ("weak-algorithm", "A broken algorithm"),
    ("unresolved-algorithm", "The algorithm is not in the code"),
    ("locked-keystore", "A keystore that could not be opened"),
    (
        "unresolved-protocol",
        "The protocol's key exchange is not in the code",
    ),
    ("post-quantum", "Post-quantum or hybrid cryptography"),
    (
        "pre-standard-post-quantum",
        "Post-quantum cryptography from before its standard",
    ),
    (
        "quantum-broken-capability",
        "An implementation of public-key cryptography that a quantum computer breaks; no use seen",
    ),
    (
        "weak-capability",
        "An implementation of something weak; no use seen",
    ),
    ("not-affected", "Not affected by quantum computers"),
];

/// Judges every asset, in the inventory's order, at a time in seconds since 1970. What uses a key says what the key is for; which
/// programs there are says what only they can use.
pub fn assess_all(
    inventory: &Inventory,
    binaries: &[Component],
    catalog: &Catalog,
    now: Option<i64>,
) -> Vec<Arc<Assessment>> {
    let users = Users::of(inventory);
    let programs = binaries.iter().filter(|c| c.binary.role == Role::Program);
    let built_in: BTreeSet<&str> = programs
        .flat_map(|component| &component.provides)
        .map(|id| &**id)
        .collect();
    // A hundred thousand keys and certificates are judged alike in all but a few ways.
    let mut alike = Alike::default();
    let mut known: HashMap<Judged, Arc<Assessment>> = HashMap::new();
    let one = |asset: &InventoryAsset| {
        let sort = alike.sort(&asset.asset);
        let all = Judged::of(asset, sort, &users, &built_in, catalog, now);
        let judged = known.entry(all);
        let judged = judged.or_insert_with_key(|all| Arc::new(all.judge(&asset.asset, catalog)));
        judged.clone()
    };
    inventory.assets.iter().map(one).collect()
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
    /// Where it is only provided: whether a program alone has it.
    provided: Option<bool>,
    cap: Option<Cap>,
}

impl Judged {
    fn of(
        asset: &InventoryAsset,
        sort: Sort,
        users: &Users<'_>,
        built_in: &BTreeSet<&str>,
        catalog: &Catalog,
        now: Option<i64>,
    ) -> Self {
        let aspect = asset
            .asset
            .object
            .as_deref()
            .and_then(|o| Aspect::of(o, now));
        let uses = match aspect {
            Some(_) => BTreeSet::new(),
            None => users.operations(asset, catalog, USER_HOPS),
        };
        Self {
            sort,
            uses,
            aspect,
            provided: asset.is_provided().then(|| built_in.contains(&*asset.id)),
            cap: Cap::of(asset),
        }
    }

    fn judge(&self, asset: &Asset, catalog: &Catalog) -> Assessment {
        let judged = match self.aspect {
            Some(aspect) => aspect.judge(asset, catalog),
            None if self.uses.iter().all(|o| asset.operations.contains(o)) => {
                judged(asset, catalog)
            }
            None => {
                let mut used = asset.clone();
                used.operations.extend(&self.uses);
                judged(&used, catalog)
            }
        };
        let judged = match self.provided {
            Some(built_in) => provided(judged, built_in),
            None => judged,
        };
        capped(judged, self.cap.as_ref())
    }
}

/// Judges one asset by itself.
pub fn assess(asset: &InventoryAsset, catalog: &Catalog) -> Assessment {
    capped(judged(&asset.asset, catalog), Cap::of(asset).as_ref())
}

/// What is there and was not seen to be used: to be known, and nothing to be done about by itself.
fn provided(mut judged: Assessment, built_in: bool) -> Assessment {
    judged.finding_class = match judged.class {
        Class::KeyEstablishment | Class::Signature | Class::QuantumBroken | Class::Unresolved => {
            "quantum-broken-capability"
        }
        Class::Weak => "weak-capability",
        Class::PostQuantum | Class::Fine | Class::Provided => return judged,
    };
    judged.class = Class::Provided;
    let (least, why) = if built_in {
        (
            Band::P3,
            " Built into a program: whether it uses it was not seen.",
        )
    } else {
        (
            Band::P4,
            " Implemented by a library, for whoever uses it: no use was seen.",
        )
    };
    judged.band = judged.band.max(least);
    judged.reason.push_str(why);
    judged
}

fn judged(asset: &Asset, catalog: &Catalog) -> Assessment {
    if asset.kind == AssetKind::Protocol {
        protocol::judge(asset, catalog)
    } else {
        worst(asset, catalog)
    }
}

/// From an algorithm over a key to what the key is used for.
const USER_HOPS: usize = 2;

/// Which assets of the code depend on an asset. What an object says of its key's use is said at the key.
struct Users<'a>(BTreeMap<&'a str, Vec<&'a InventoryAsset>>);

impl<'a> Users<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let mut users: BTreeMap<&str, Vec<&InventoryAsset>> = BTreeMap::new();
        let in_code = |asset: &&InventoryAsset| asset.asset.object.is_none();
        for asset in inventory.assets.iter().filter(in_code) {
            for id in &asset.depends_on {
                users.entry(id).or_default().push(asset)
            }
        }
        Self(users)
    }

    /// What others do with a key, or with the key of an algorithm that says no use.
    fn operations(
        &self,
        asset: &InventoryAsset,
        catalog: &Catalog,
        hops: usize,
    ) -> BTreeSet<Operation> {
        let Some(users) = self.0.get(&*asset.id).filter(|_| hops > 0) else {
            return BTreeSet::new();
        };
        let useless = asset
            .asset
            .algorithm()
            .and_then(|name| catalog.algorithm(name))
            .is_some_and(|a| a.primitive == Primitive::Unknown);
        if !useless {
            return BTreeSet::new();
        }
        let mut operations = BTreeSet::new();
        for user in users {
            match user
                .asset
                .algorithm()
                .and_then(|name| catalog.algorithm(name))
                .map(|a| a.primitive)
            {
                Some(Primitive::Signature) => {
                    operations.insert(Operation::Sign);
                }
                Some(Primitive::KeyAgree) => {
                    operations.insert(Operation::Agree);
                }
                Some(Primitive::Pke | Primitive::Kem) => {
                    operations.insert(Operation::Encrypt);
                }
                _ => operations.extend(&user.asset.operations),
            }
            operations.extend(self.operations(user, catalog, hops - 1));
        }
        operations
    }
}

/// Each algorithm that the asset may be, judged; the most urgent stands for it.
fn worst(asset: &Asset, catalog: &Catalog) -> Assessment {
    let Some(value) = asset.facets.get(&Facet::Algorithm) else {
        return without_algorithm(asset, catalog);
    };
    let judged =
        possible_algorithms(asset, catalog).map(|algorithm| judge(algorithm, asset, catalog));
    match judged.min_by_key(|a| (a.band, a.class)) {
        Some(found) => found,
        None => unresolved(asset, value),
    }
}

/// Every algorithm that the asset may be.
fn possible_algorithms<'a>(
    asset: &'a Asset,
    catalog: &'a Catalog,
) -> impl Iterator<Item = &'a Algorithm> {
    facet_names(asset, Facet::Algorithm).filter_map(|name| catalog.algorithm(name))
}

/// A mention of a digest, a group or a curve by itself.
fn without_algorithm(asset: &Asset, catalog: &Catalog) -> Assessment {
    let named = |facet| asset.facets.get(&facet).into_iter().flat_map(names);
    let digests = named(Facet::Digest).filter_map(|name| catalog.digest(name));
    let groups =
        named(Facet::Group).filter_map(|name| catalog.algorithm(&catalog.group(name)?.algorithm));
    let curves = named(Facet::Curve).filter_map(|_| catalog.algorithm("EC"));
    digests
        .chain(groups)
        .chain(curves)
        .map(|algorithm| judge(algorithm, asset, catalog))
        .min_by_key(|a| (a.band, a.class))
        .unwrap_or_else(|| unresolved(asset, &Value::default()))
}

fn judge(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Assessment {
    if let Some(weak) = weak::weakness(algorithm, asset, catalog) {
        return weak;
    }
    match algorithm.quantum {
        Quantum::Shor => broken::judge(algorithm, asset, catalog),
        Quantum::PostQuantum | Quantum::Hybrid => post_quantum(algorithm),
        Quantum::Fine => Assessment {
            class: Class::Fine,
            band: Band::P4,
            reason: fine(algorithm),
            replacement: None,
            finding_class: "not-affected",
            lifetime: None,
        },
        Quantum::Unknown => composed(algorithm, asset, catalog),
    }
}

/// HPKE and the like: judged by the curve or group that the code names, otherwise not settled.
fn composed(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Assessment {
    if facet_names(asset, Facet::Curve).next().is_some() {
        return broken::judge(algorithm, asset, catalog);
    }
    let of_group = facet_names(asset, Facet::Group)
        .find_map(|name| catalog.algorithm(&catalog.group(name)?.algorithm));
    match of_group.map(|found| (found, found.quantum)) {
        Some((_, Quantum::Shor)) => broken::judge(algorithm, asset, catalog),
        Some((found, Quantum::PostQuantum | Quantum::Hybrid)) => post_quantum(found),
        _ => Assessment {
            class: Class::Unresolved,
            band: Band::P2,
            reason: format!("{}; the code does not show which.", algorithm.what),
            replacement: replacement(algorithm),
            finding_class: "unresolved-algorithm",
            lifetime: None,
        },
    }
}

fn fine(algorithm: &Algorithm) -> String {
    match algorithm.primitive {
        Primitive::Hash | Primitive::Xof => {
            "No quantum computer known of breaks it: finding collisions stays out of reach."
                .to_owned()
        }
        _ => {
            "No quantum computer known of breaks it: searching its keys gets easier on paper only."
                .to_owned()
        }
    }
}

fn post_quantum(algorithm: &Algorithm) -> Assessment {
    if algorithm.replacement.is_empty() {
        let reason = match algorithm.quantum {
            Quantum::Hybrid => "Holds while either of its parts does, and one is post-quantum.",
            _ => "Made to withstand quantum computers.",
        };
        return Assessment {
            class: Class::PostQuantum,
            band: Band::P4,
            reason: reason.to_owned(),
            replacement: None,
            finding_class: "post-quantum",
            lifetime: None,
        };
    }
    Assessment {
        class: Class::PostQuantum,
        band: Band::P3,
        reason: format!(
            "{}. It withstands quantum computers as far as anybody knows, and is not the standard.",
            algorithm.what
        ),
        replacement: replacement(algorithm),
        finding_class: "pre-standard-post-quantum",
        lifetime: None,
    }
}

fn unresolved(asset: &Asset, value: &Value) -> Assessment {
    let public_key = asset.kind == AssetKind::Certificate
        || asset.operations.iter().any(|operation| {
            matches!(
                operation,
                Operation::Sign
                    | Operation::Verify
                    | Operation::Agree
                    | Operation::Encapsulate
                    | Operation::Decapsulate
            )
        });
    let why = value
        .why
        .as_ref()
        .map(|why| reason_in_words(why.kind, &why.detail))
        .unwrap_or_default();
    Assessment {
        class: Class::Unresolved,
        band: if public_key { Band::P2 } else { Band::P3 },
        reason: format!(
            "Which algorithm this is does not stand in the code{why}; somebody must look."
        ),
        replacement: None,
        finding_class: "unresolved-algorithm",
        lifetime: None,
    }
}

fn reason_in_words(kind: &str, detail: &str) -> String {
    match kind {
        "parameter" => format!(": it comes through the parameter `{detail}`"),
        "env" => format!(": it comes from the environment variable `{detail}`"),
        "config" => format!(": it comes from the configuration `{detail}`"),
        "call" => format!(": it comes from a call of `{detail}`"),
        "field" => format!(": it comes from the field `{detail}`"),
        "name" => format!(": nothing in the file says what `{detail}` is"),
        "binary" => format!(": machine code gives it to `{detail}`"),
        "oid" => format!(": the catalogue does not know the OID {detail}"),
        "unrecognised" => format!(": the catalogue does not know `{detail}`"),
        _ => String::new(),
    }
}

/// Why an asset is less urgent than what it is.
#[derive(PartialEq, Eq, Hash)]
enum Cap {
    Named,
    /// Seen only in tests and the like.
    Aside(BTreeSet<Context>),
    Implied,
}

impl Cap {
    fn of(asset: &InventoryAsset) -> Option<Self> {
        let aside = |context| {
            matches!(
                context,
                Context::Test | Context::Example | Context::Documentation | Context::Vendored
            )
        };
        let contexts = || asset.occurrences.iter().map(|o| o.context);
        if asset.asset.kind == AssetKind::Mention {
            Some(Self::Named)
        } else if !asset.occurrences.is_empty() && contexts().all(aside) {
            Some(Self::Aside(contexts().collect()))
        } else if !asset.implied_by.is_empty() {
            Some(Self::Implied)
        } else {
            None
        }
    }
}

fn capped(mut judged: Assessment, cap: Option<&Cap>) -> Assessment {
    let Some(cap) = cap else { return judged };
    let (least, why) = match cap {
        Cap::Named => (Band::P3, " Only named: no use of it was seen.".to_owned()),
        Cap::Aside(contexts) => {
            let names: Vec<&str> = contexts.iter().map(|context| context.name()).collect();
            let why = format!(" Seen only in {} code.", names.join(" and "));
            (Band::P3, why)
        }
        Cap::Implied => {
            let why = " Not called by itself: another asset brings it.";
            (Band::P1, why.to_owned())
        }
    };
    if judged.band < least {
        judged.band = least;
        judged.reason.push_str(&why);
    }
    judged
}

fn replacement(algorithm: &Algorithm) -> Option<String> {
    (!algorithm.replacement.is_empty()).then(|| algorithm.replacement.join(" or "))
}

fn facet_names(asset: &Asset, facet: Facet) -> impl Iterator<Item = &str> {
    asset.facets.get(&facet).into_iter().flat_map(names)
}

/// Every name among a value's alternatives, those in lists included.
fn names(value: &Value) -> impl Iterator<Item = &str> {
    value.scalars.keys().flat_map(|scalar| match scalar {
        Scalar::Name(name) => std::slice::from_ref(name).iter().map(String::as_str),
        Scalar::List(names) => names.iter().map(String::as_str),
        Scalar::Number(_) => <&[String]>::default().iter().map(String::as_str),
    })
}

fn numbers(value: &Value) -> impl Iterator<Item = u64> {
    value.scalars.keys().filter_map(|scalar| match scalar {
        Scalar::Number(number) => Some(*number),
        Scalar::Name(_) | Scalar::List(_) => None,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::inventory::{Known, Occurrence};
    use crate::model::artifact::Range64;
    use crate::model::{Confidence, Location, Origin, Technique, Why};

    pub(super) fn catalog() -> Catalog {
        Catalog::embedded().expect("the embedded catalogue loads")
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
            occurrences: vec![Arc::new(occurrence)],
            depends_on: Vec::new(),
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
        let found = assess(
            &seen(
                AssetKind::Algorithm,
                facets,
                operations,
                Context::Production,
            ),
            &catalog(),
        );
        (found.class, found.band, found.finding_class)
    }

    pub(super) fn protocol_judged(facets: &[(Facet, Value)]) -> (Class, Band, &'static str) {
        let found = assess(
            &seen(AssetKind::Protocol, facets, &[], Context::Production),
            &catalog(),
        );
        (found.class, found.band, found.finding_class)
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
        cipher.depends_on = vec!["key".into()];
        let found = assess_all(
            &Inventory {
                assets: vec![key, cipher],
            },
            &[],
            &catalog(),
            None,
        );
        assert_eq!(
            (found[0].class, found[0].band),
            (Class::KeyEstablishment, Band::P0)
        );
        assert_eq!(found[0].replacement.as_deref(), Some("ML-KEM-768"));
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
        let found = assess(
            &seen(
                AssetKind::Algorithm,
                &[(Facet::Algorithm, unknown)],
                &[Operation::Sign],
                Context::Production,
            ),
            &catalog(),
        );
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
        let test = assess(
            &seen(
                AssetKind::Algorithm,
                &facets,
                &[Operation::Encrypt],
                Context::Test,
            ),
            &catalog(),
        );
        assert_eq!((test.class, test.band), (Class::KeyEstablishment, Band::P3));
        assert!(
            test.reason.ends_with("Seen only in test code."),
            "{}",
            test.reason
        );
        let mention = assess(
            &seen(AssetKind::Mention, &facets, &[], Context::Production),
            &catalog(),
        );
        assert_eq!(mention.band, Band::P3);
    }

    #[test]
    fn every_algorithm_gets_a_listed_finding_class() {
        let catalog = catalog();
        for algorithm in catalog.algorithms() {
            let found = judge(algorithm, &Asset::new(AssetKind::Algorithm), &catalog);
            assert!(
                FINDING_CLASSES
                    .iter()
                    .any(|(class, _)| *class == found.finding_class),
                "{}",
                found.finding_class
            );
            assert!(
                found.reason.ends_with('.'),
                "{}: {}",
                algorithm.name,
                found.reason
            );
        }
    }
}
