//! Floor 3: findings become assets. One asset for each distinct thing *with its parameters*, its places, how assets relate,
//! and what a quantum computer means for them.

mod alike;
pub mod assess;
mod assessment;
pub mod assumptions;
pub mod binaries;
mod chain;
pub mod combine;
pub mod diff;
mod draft;
pub mod fingerprint;
pub mod gate;
mod identity;
pub mod merge;
mod name;
mod offer;
pub mod packages;
pub mod places;
pub mod plan;
pub mod planning;
mod relate;
pub mod snapshot;
pub mod waiver;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use smallvec::SmallVec;

pub use self::assessment::{
    Assessment, Band, Class, Due, Judgement, Lifetime, Limit, Need, Outlives, Score, Source, Term,
    Verdict,
};
use self::plan::WorkItem;
use self::planning::Planning;
use crate::knowledge::Knowledge;
use crate::knowledge::rules::file::Speaks;
use crate::model::{
    Asset, AssetKind, Confidence, Context, Coverage, Evidence, Facet, Found, Location,
    SharedProvenance, Subject, Technique, Tier, Value,
};

/// The inventory: facts only. Judgement is in [`Assessment`].
#[derive(Debug, Default)]
pub struct Inventory {
    /// The assets, by id.
    pub assets: Vec<InventoryAsset>,
}

/// The places of an asset. Of very many assets each has one, which needs no memory of its own.
pub type Places = SmallVec<[Arc<Occurrence>; 1]>;

/// One distinct asset and every place that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryAsset {
    /// Stable: derived from the asset's identity (kind, facets; not its places or operations), the same in every run and under reordering.
    pub id: Arc<str>,
    /// Unique in the inventory and readable: `RSA-2048 key`, `AES-256-GCM`, `ECDSA-P-256-SHA-256`.
    pub name: Arc<str>,
    /// Identity, and the operations of all its places together.
    pub asset: Arc<Asset>,
    /// Its places, sorted.
    pub occurrences: Places,
    /// Ids of assets that this one depends on (a key on its algorithm, a signature on its digest and key); sorted.
    pub depends_on: SmallVec<[Arc<str>; 2]>,
    /// Ids of the assets that made this one necessary where no place shows it by itself: the algorithm of a key, the digest
    /// of a signature. Its occurrences are then theirs. Empty for what was seen.
    pub implied_by: Vec<Arc<str>>,
    /// Id of the algorithm of a key, or that a certificate is signed with.
    pub algorithm: Option<Arc<str>>,
    /// Id of the key that a certificate or request is about.
    pub subject_key: Option<Arc<str>>,
    /// Id of the certificate that signed this certificate or revocation list, where the scan has exactly one that can have.
    pub issuer: Option<Arc<str>>,
    /// What each cipher suite of a protocol is made of, in the order of the code; only suites that the catalogue can take apart.
    pub suites: Vec<Suite>,
    /// What the catalogue says of it.
    pub known: Arc<Known>,
}

impl InventoryAsset {
    /// Whether its use was seen: neither only named, nor only implied by another asset, nor only there for others to use.
    pub fn is_used(&self) -> bool {
        self.asset.kind != AssetKind::Mention && self.implied_by.is_empty() && !self.is_provided()
    }

    /// Whether all that was seen of it is code that others could use.
    pub fn is_provided(&self) -> bool {
        let mut tiers = self.occurrences.iter().map(|o| o.tier());
        self.implied_by.is_empty() && tiers.all(|tier| tier == Tier::Implements)
    }

    /// How it came into the inventory: `used`, `provided`, `mentioned` or `implied`.
    pub fn seen(&self) -> &'static str {
        if !self.implied_by.is_empty() {
            "implied"
        } else if self.asset.kind == AssetKind::Mention {
            "mentioned"
        } else if self.is_provided() {
            "provided"
        } else {
            "used"
        }
    }

    /// The facets whose value is not, or not wholly, known.
    pub fn unresolved(&self) -> impl Iterator<Item = (Facet, &Value)> {
        self.asset
            .facets
            .iter()
            .filter(|(_, value)| value.open)
            .map(|(facet, value)| (*facet, value))
    }

    /// How sure the engine is, at the place where it is surest.
    pub fn confidence(&self) -> Confidence {
        self.occurrences
            .iter()
            .map(|o| o.confidence)
            .max()
            .unwrap_or(Confidence::Low)
    }
}

/// A cipher suite and the assets that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// The suite, as the code or its standard spells it.
    pub name: String,
    /// Ids of algorithm assets, sorted.
    pub algorithms: Vec<Arc<str>>,
}

/// What the catalogue says of an algorithm with exactly these parameters. What depends on a parameter that the code does not
/// show is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What kind of algorithm it is, in the words of the catalogue; `None` where the algorithm itself is not known.
    pub primitive: Option<&'static str>,
    /// Whether its key is shared by both sides; `None` where the algorithm is not known or has no key.
    pub symmetric: Option<bool>,
    /// Its family in the CycloneDX cryptography registry.
    pub family: Option<String>,
    /// Its object identifier, dotted.
    pub oid: Option<String>,
    /// Bits of security against a classical computer.
    pub classical_bits: Option<u32>,
    /// The NIST category, 1 to 5; 0 where a quantum computer breaks it.
    pub nist_level: Option<u8>,
    /// The parameter set, as the CycloneDX guide wants it: key length, digest length, or the set's name.
    pub parameter_set: Option<String>,
    /// The curve in the spelling of the CycloneDX registry: `nist/P-256`.
    pub registry_curve: Option<String>,
}

/// One place that shows an asset. Ordered by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Where.
    pub location: Location,
    /// The line's text, trimmed, secrets replaced.
    pub text: Arc<str>,
    /// `language/library`.
    pub library: Arc<str>,
    /// The rule entry that saw it.
    pub entry: Arc<str>,
    /// The name called.
    pub symbol: Arc<str>,
    /// The function it stands in.
    pub function: Option<Arc<str>>,
    /// How the place was read.
    pub technique: Technique,
    /// How sure the engine is.
    pub confidence: Confidence,
    /// Production, test, vendored …
    pub context: Context,
    /// Where else something was learnt.
    pub evidence: Vec<Evidence>,
    /// What ships the place.
    pub provenance: SharedProvenance,
    /// The asset as this place shows it: its own operations, and where each value came from here. For an implied asset, the
    /// asset that implies it.
    pub asset: Arc<Asset>,
}

impl Occurrence {
    /// What kind of thing the place shows of the asset.
    pub fn tier(&self) -> Tier {
        match self.asset.kind {
            AssetKind::Mention => Tier::Mentions,
            _ => self.technique.tier(),
        }
    }
}

/// A library through which something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Library {
    /// For people.
    pub title: String,
    /// The package that brings it, as a purl without version.
    pub package: Option<String>,
    /// What it is for, where that decides what takes the place of what it does.
    pub speaks: Option<Speaks>,
}

/// Everything an output may need.
#[derive(Debug, Default)]
pub struct Report {
    /// What was scanned.
    pub subject: Subject,
    /// The facts.
    pub inventory: Inventory,
    /// The judgement, one an asset, in the inventory's order.
    pub assessment: Vec<Arc<Assessment>>,
    /// What was looked at.
    pub coverage: Coverage,
    /// The packages that places lie in, by id.
    pub packages: Vec<packages::Shipped>,
    /// The executables and libraries with cryptography in them or within their reach, by path.
    pub binaries: Vec<binaries::Component>,
    /// The libraries through which something was seen, by `language/library`.
    pub libraries: BTreeMap<String, Library>,
    /// blake3 of the rules in use, hexadecimal.
    pub rules_hash: String,
    /// Seconds since 1970 for the outputs; `None` leaves the time out.
    pub timestamp: Option<i64>,
    /// What people decided before it was judged.
    pub planning: Planning,
    /// Who accepts which of the judgements.
    pub waivers: waiver::Register,
    /// The assets, by number, that would be most urgent but for what the scanned project says of itself in its settings.
    pub lowered: Vec<usize>,
    /// What to do about it: every work item, in the order in which to do them.
    pub plan: Vec<WorkItem>,
    /// What the scan itself brought, as the result keeps it to be rendered again; only where a result is written.
    pub found: Option<Box<str>>,
}

/// Folds what a scan found into a report, judged as where nobody decides anything.
pub fn report(found: Found, known: &Knowledge, timestamp: Option<i64>) -> Report {
    let planning = Planning::usual(&known.policies, timestamp);
    report_by(found, known, timestamp, planning)
}

/// Folds what a scan found into a report: the facts, and what they mean by what people decided.
pub fn report_by(
    found: Found,
    known: &Knowledge,
    timestamp: Option<i64>,
    planning: Planning,
) -> Report {
    let now = Rules {
        hash: known.hash.clone(),
        libraries: BTreeMap::new(),
    };
    report_of(found, known, now, timestamp, planning)
}

/// The rules by which something was found.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// blake3 of them, hexadecimal.
    pub hash: String,
    /// The libraries that they name and this program may not: those of a user's own rules.
    pub libraries: BTreeMap<String, Library>,
}

/// Folds what was found, by whatever rules, into a report.
pub fn report_of(
    mut found: Found,
    known: &Knowledge,
    rules: Rules,
    timestamp: Option<i64>,
    planning: Planning,
) -> Report {
    binaries::settle(&mut found.findings);
    let inventory = merge::merge(found.findings, &known.catalog);
    let binaries = binaries::components(found.binaries, &inventory, &known.catalog);
    let libraries = libraries(&inventory, known, rules.libraries);
    let given = assess::Given {
        catalog: &known.catalog,
        planning: &planning,
        libraries: &libraries,
        now: timestamp,
        subject: &found.subject,
    };
    let assessment = assess::assess_all(&inventory, given);
    let lowered = lowered(&inventory, &assessment, given);
    let ground = waiver::Ground {
        inventory: &inventory,
        assessments: &assessment,
        planning: &planning,
    };
    let waivers = waiver::register(&ground, &found.accepted);
    let packages = packages::packages(&inventory);
    let plan = plan::plan(plan::Given {
        inventory: &inventory,
        assessment: &assessment,
        binaries: &binaries,
        packages: &packages,
        libraries: &libraries,
        planning: &planning,
        catalog: &known.catalog,
    });
    Report {
        subject: found.subject,
        libraries,
        packages,
        plan,
        binaries,
        inventory,
        assessment,
        coverage: found.coverage,
        rules_hash: rules.hash,
        timestamp,
        planning,
        waivers,
        lowered,
        found: None,
    }
}

/// The assets, by number, that are less than most urgent only by what the scanned project says of itself.
fn lowered(
    inventory: &Inventory,
    assessment: &[Arc<Assessment>],
    given: assess::Given<'_>,
) -> Vec<usize> {
    let Some(planning) = given.planning.without_project.as_deref() else {
        return Vec::new();
    };
    let without = assess::assess_all(inventory, assess::Given { planning, ..given });
    let assets = inventory.assets.iter().zip(assessment).zip(without);
    assets
        .enumerate()
        .filter(|(_, ((asset, is), was))| {
            asset.implied_by.is_empty() && was.band() == Band::P0 && is.band() > Band::P0
        })
        .map(|(number, _)| number)
        .collect()
}

fn libraries(
    inventory: &Inventory,
    known: &Knowledge,
    others: BTreeMap<String, Library>,
) -> BTreeMap<String, Library> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut last = None;
    // What is implied has the places of what was seen.
    let seen_itself = |asset: &&InventoryAsset| asset.implied_by.is_empty();
    let assets = inventory.assets.iter().filter(seen_itself);
    for occurrence in assets.flat_map(|asset| &asset.occurrences) {
        // Nearly all are of the one before.
        if last.replace(&*occurrence.library) != Some(&*occurrence.library) {
            seen.insert(&occurrence.library);
        }
    }
    let own = known.rules.libraries.iter().map(|library| {
        let speaks = library.speaks;
        let (title, package) = (library.title.clone(), library.package.clone());
        (
            library.id.clone(),
            Library {
                title,
                package,
                speaks,
            },
        )
    });
    others
        .into_iter()
        .chain(own)
        .filter(|(id, _)| seen.contains(id.as_str()))
        .collect()
}
