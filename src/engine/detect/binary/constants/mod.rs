//! Constants: curves, groups, tables and texts among the bytes of a binary, which show that an algorithm is built in even where nothing
//! else is left of its names.
//!
//! Needs no format: it works on firmware as on libraries. What it finds is that code or data of an algorithm is there, not that anything
//! uses it; which operations there are is left to the techniques that read names. RSA has no constant but what goes before a digest, X25519
//! none that its Edwards form does not bring along.

mod ciphers;
mod curves;
mod digests;
mod edwards;
mod field;
mod groups;
mod known;
mod lattices;
mod layout;
mod search;
mod signing;
mod verdict;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use self::known::{KNOWN, Known, Parameter, Subject};
use self::layout::Layout;
use self::verdict::{Hit, Hits, Verdict, verdicts};
use super::kind::Kind;
use super::seen::{Seen, Sighting};
use super::{Technique, WINDOW};
use crate::detect::{Detection, Means, Source};
use crate::model::binary::Role;
use crate::model::facets::{Facet, Origin, Scalar, Value};
use crate::model::{Artifact, Asset, AssetKind, Confidence, SkipReason, Technique as How};

/// Bytes between the DigestInfos of a table, at most: they are some twenty long each, and may be padded or stand beside their names.
const TABLE: u64 = 512;

/// What begins a Java runtime's image of its classes, in either order (`jdk/internal/jimage/ImageHeader`): of no format that is parsed here, but
/// code all the same.
const CLASSES: [[u8; 4]; 2] = [[0xda, 0xda, 0xfe, 0xca], [0xca, 0xfe, 0xda, 0xda]];

/// The technique.
pub(super) struct Constants;

impl Technique for Constants {
    fn name(&self) -> &'static str {
        "constants"
    }

    fn reads(&self, _: Kind) -> bool {
        true
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let code = seen.kind != Kind::Raw
            || bytes
                .read_at(0..4)
                .is_ok_and(|head| CLASSES.iter().any(|class| class == head));
        let (hits, failed) = hits(bytes, &KNOWN, &seen.signatures);
        tell(&KNOWN, hits, code, seen);
        failed.map_or(Ok(()), Err)
    }
}

/// What constants bring by themselves, for those that measure and try them.
pub fn constants_alone(
    artifact: &Artifact,
    bytes: &mut dyn Source,
    means: &Means<'_>,
) -> Detection {
    let kind = bytes.read_at(0..4096).ok().and_then(Kind::of);
    let Some(kind) = kind else {
        return Detection::default();
    };
    let mut seen = Seen::new(artifact, means, kind);
    if let Err((reason, detail)) = Constants.look(bytes, &mut seen) {
        seen.skip(reason, detail)
    }
    seen.finish()
}

/// Every constant that is there, and what kept from reading on.
fn hits(
    bytes: &mut dyn Source,
    known: &Known,
    signatures: &[Range<u64>],
) -> (Hits, Option<(SkipReason, String)>) {
    let mut hits = Hits::new();
    let overlap = known.search.longest().saturating_sub(1) as u64;
    let mut at = 0;
    while at < bytes.len() {
        let window = match bytes.read_at(at..at.saturating_add(WINDOW + overlap)) {
            Ok(window) => window,
            Err(failed) => return (hits, Some(failed)),
        };
        if window.is_empty() {
            break;
        }
        known.search.find(window, &mut |pattern, begin| {
            let (Some(origin), Some(found)) =
                (known.origin(pattern), known.search.pattern(pattern))
            else {
                return;
            };
            let begin = at + begin as u64;
            let place = begin..begin + found.bytes.len() as u64;
            let signed = |area: &Range<u64>| area.start < place.end && place.start < area.end;
            if signatures.iter().any(signed) {
                return;
            }
            let hit = hits.entry(origin.constant).or_insert_with(|| Hit {
                at: place.clone(),
                layouts: BTreeSet::new(),
            });
            hit.layouts.insert(origin.layout);
            if place.start < hit.at.start {
                hit.at = place
            }
        });
        at += WINDOW;
    }
    (hits, None)
}

/// Says what the constants prove: `code` is whether the file is known to be some.
fn tell(known: &Known, hits: Hits, code: bool, seen: &mut Seen<'_>) {
    let (digest_infos, others): (Hits, Hits) = hits.into_iter().partition(|(constant, _)| {
        let constant = known.constants.get(*constant);
        let subject = constant.and_then(|c| known.subjects.get(*c.subjects.first()?));
        subject.is_some_and(|s| matches!(s.parameter, Parameter::Digest(_)))
    });
    for verdict in verdicts(&others, &known.constants, &known.together) {
        let mut confidence = confidence(known, &verdict, &others, code);
        if seen.runtime.is_some() {
            // The self tests of the language's library bring curves and lattices that no code of the program may use.
            confidence = confidence.min(Confidence::Medium)
        }
        sight(known, &verdict, &others, confidence, seen)
    }
    let runs = seen.kind.is_native() || seen.kind == Kind::Wasm;
    if runs {
        // Hashes have their own beginning and those of their kin in their objects (libgcrypt's sha256.o); who signs is another object.
        let is_object = seen.binary.as_ref().is_some_and(|b| b.role == Role::Object);
        for verdict in verdicts(&digest_infos, &known.constants, &[]) {
            let confidence = if !is_object && is_in_table(&verdict, &digest_infos) {
                Confidence::High
            } else {
                Confidence::Medium
            };
            sight(known, &verdict, &digest_infos, confidence, seen)
        }
    }
}

/// Whether the beginning of another DigestInfo is near. One may be a time stamp's, or what a signature signs.
fn is_in_table(verdict: &Verdict, hits: &Hits) -> bool {
    let own = verdict.constants.iter().filter_map(|c| hits.get(c));
    own.map(|hit| hit.at.start).any(|here| {
        let others = hits.iter().filter(|(c, _)| !verdict.constants.contains(c));
        others
            .map(|(_, hit)| hit.at.start)
            .any(|there| here.abs_diff(there) <= TABLE)
    })
}

fn confidence(known: &Known, verdict: &Verdict, hits: &Hits, code: bool) -> Confidence {
    let subjects = verdict
        .subjects
        .iter()
        .filter_map(|s| known.subjects.get(*s));
    let enough = subjects.map(|subject| subject.enough).max().unwrap_or(1);
    let mut seen = verdict.constants.iter().filter_map(|c| hits.get(c));
    // A document that names a curve's numbers is no implementation, and bytes of no format may be one.
    let document = !code && seen.all(|hit| hit.layouts.iter().all(|l| l.is_text()));
    if verdict.constants.len() >= enough && !document {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

fn sight(
    known: &Known,
    verdict: &Verdict,
    hits: &Hits,
    confidence: Confidence,
    seen: &mut Seen<'_>,
) {
    let subjects = verdict
        .subjects
        .iter()
        .filter_map(|s| known.subjects.get(*s));
    let subjects: Vec<&Subject> = subjects.collect();
    let found = verdict.constants.iter().filter_map(|c| hits.get(c));
    let Some(at) = found
        .clone()
        .map(|hit| hit.at.clone())
        .min_by_key(|at| at.start)
    else {
        return;
    };
    let names: BTreeSet<&str> = verdict
        .constants
        .iter()
        .filter_map(|c| Some(known.constants.get(*c)?.name.as_str()))
        .collect();
    let names = names.into_iter().collect::<Vec<&str>>().join(", ");
    let layouts: BTreeSet<Layout> = found.flat_map(|hit| hit.layouts.iter().copied()).collect();
    let layouts: Vec<&str> = layouts.into_iter().map(Layout::name).collect();
    let subject = subjects
        .iter()
        .map(|s| s.words())
        .collect::<Vec<String>>()
        .join(" or ");
    let mut text = format!("{subject}: {names}; {}", layouts.join(", "));
    for subject in &subjects {
        if !subject.note.is_empty() {
            text.push_str("; ");
            text.push_str(subject.note)
        }
    }
    seen.add(Sighting {
        asset: asset(&subjects),
        technique: How::Constants,
        confidence,
        at,
        library: String::new(),
        entry: "binary/constants".to_owned(),
        symbol: names,
        text,
        function: None,
    });
}

fn asset(subjects: &[&Subject]) -> Asset {
    let mut values: BTreeMap<Facet, BTreeSet<&String>> = BTreeMap::new();
    for subject in subjects {
        values
            .entry(Facet::Algorithm)
            .or_default()
            .extend(&subject.algorithms);
        match &subject.parameter {
            Parameter::None => {}
            Parameter::Curve(names) => values.entry(Facet::Curve).or_default().extend(names),
            Parameter::Group(names) => values.entry(Facet::Group).or_default().extend(names),
            Parameter::Digest(name) => {
                values.entry(Facet::Digest).or_default().insert(name);
            }
        }
    }
    let mut asset = Asset::new(AssetKind::Algorithm);
    for (facet, names) in values {
        let scalars = names
            .into_iter()
            .map(|name| (Scalar::Name(name.clone()), Origin::Literal));
        asset.facets.insert(
            facet,
            Value {
                scalars: scalars.collect(),
                open: false,
                why: None,
            },
        );
    }
    asset
}

impl Subject {
    /// The words for it in what a person is shown.
    fn words(&self) -> String {
        match &self.parameter {
            Parameter::Curve(names) | Parameter::Group(names) => names.join(" or "),
            Parameter::Digest(name) => format!("{} with {name}", self.algorithms.join(" or ")),
            Parameter::None => self.algorithms.join(" or "),
        }
    }
}
