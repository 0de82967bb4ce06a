//! Gates: what makes `check` fail. A gate counts assets and says why; how that is told is up to whoever asks.
//!
//! Waivers take away what they accept, but for a mandate (`policy:…`): what a policy asks for, a project cannot waive. With a baseline only
//! places count that were not in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::waiver::counts;
use super::{Assessment, Band, InventoryAsset, Judgement, Occurrence, Report};
use crate::model::{FindingClass, Location};

/// What fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// This priority, or a more urgent one.
    Band(Band),
    /// Whatever needs something and was not there before.
    New,
    /// What a policy will not have stay.
    Policy(Arc<str>),
    /// A finding class, of whatever priority.
    Class(FindingClass),
}

impl Gate {
    /// Whether waivers do not count for it.
    pub const fn is_mandate(&self) -> bool {
        matches!(self, Self::Policy(_))
    }

    /// The judgements for which it fails an asset if one of its places counts, the most urgent first.
    fn judgements<'a>(&self, assessment: &'a Assessment) -> Vec<&'a Judgement> {
        let judgements = assessment.judgements().iter();
        match self {
            Self::Band(band) => judgements.filter(|j| j.band <= *band).collect(),
            Self::New => judgements.filter(|j| j.band < Band::P4).collect(),
            Self::Class(class) => judgements.filter(|j| j.finding_class == *class).collect(),
            Self::Policy(policy) => {
                let mut verdicts = assessment.verdicts.iter();
                if !verdicts.any(|v| v.policy == *policy && v.objects()) {
                    return Vec::new();
                }
                // What the policy ends is what is scored; what it does not allow, the asset as a whole.
                let scored = judgements.clone().find(|j| j.score.is_some());
                vec![scored.unwrap_or_else(|| assessment.main())]
            }
        }
    }
}

/// As it is asked for: `P1`, `new`, `policy:cnsa2`, `weak-hash`.
impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Band(band) => write!(f, "{band:?}"),
            Self::New => f.write_str("new"),
            Self::Policy(policy) => write!(f, "policy:{policy}"),
            Self::Class(class) => f.write_str(class.name()),
        }
    }
}

/// Whether a place (by asset, number among its places, and class) was not there before.
pub type IsNew<'a> = &'a dyn Fn(usize, usize, FindingClass) -> bool;

/// How a gate stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The gate.
    pub gate: Gate,
    /// How many assets fail it.
    pub assets: usize,
    /// How many for which class, the most first.
    pub reasons: Vec<(FindingClass, usize)>,
    /// How many would fail it but for waivers; of a mandate, how many that fail are accepted by waivers.
    pub accepted: usize,
    /// How many would fail it but for the baseline.
    pub known: usize,
    /// The place to look at first.
    pub first: Option<Location>,
    /// Whether nothing fails it but what is only implied by something else.
    pub only_implied: bool,
}

impl Standing {
    /// Whether the gate fails.
    pub const fn fails(&self) -> bool {
        self.assets > 0
    }
}

/// How a gate stands. Without a baseline everything counts.
pub fn standing(report: &Report, gate: &Gate, is_new: Option<IsNew<'_>>) -> Standing {
    // What the report shows, so that its numbers and these agree; what is only implied fails the gate too.
    let shown = count(report, gate, is_new, |asset| asset.implied_by.is_empty());
    if shown.fails() {
        return shown;
    }
    let implied = count(report, gate, is_new, |asset| !asset.implied_by.is_empty());
    Standing {
        accepted: shown.accepted,
        known: shown.known,
        only_implied: implied.fails(),
        ..implied
    }
}

/// What became of one asset at a gate.
enum Result<'a> {
    /// The gate is not about it.
    Passes,
    /// It was there before.
    Known,
    /// A waiver accepts it.
    Accepted,
    /// It fails for this judgement; whether a waiver accepts it all the same, and where to look.
    Fails(&'a Judgement, bool, &'a Occurrence),
}

fn count(
    report: &Report,
    gate: &Gate,
    is_new: Option<IsNew<'_>>,
    is_meant: impl Fn(&InventoryAsset) -> bool,
) -> Standing {
    let mut standing = Standing {
        gate: gate.clone(),
        assets: 0,
        reasons: Vec::new(),
        accepted: 0,
        known: 0,
        first: None,
        only_implied: false,
    };
    let mut reasons: BTreeMap<FindingClass, usize> = BTreeMap::new();
    let mut first: Option<(Band, &Occurrence)> = None;
    let assets = report.inventory.assets.iter().zip(&report.assessment);
    for (number, (asset, assessment)) in assets.enumerate() {
        if !is_meant(asset) {
            continue;
        }
        match result(report, gate, is_new, (number, asset), assessment) {
            Result::Passes => {}
            Result::Known => standing.known += 1,
            Result::Accepted => standing.accepted += 1,
            Result::Fails(judgement, accepted, place) => {
                standing.assets += 1;
                standing.accepted += usize::from(accepted);
                *reasons.entry(judgement.finding_class).or_default() += 1;
                let rank = |(band, o): (Band, &Occurrence)| (band, o.context, o.location.clone());
                let own = (judgement.band, place);
                if first.is_none_or(|other| rank(own) < rank(other)) {
                    first = Some(own)
                }
            }
        }
    }
    standing.first = first.map(|(_, place)| place.location.clone());
    standing.reasons = reasons.into_iter().collect();
    standing
        .reasons
        .sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    standing
}

fn result<'a>(
    report: &Report,
    gate: &Gate,
    is_new: Option<IsNew<'_>>,
    (number, asset): (usize, &'a InventoryAsset),
    assessment: &'a Assessment,
) -> Result<'a> {
    let counts = counts(asset);
    let mut result = Result::Passes;
    for judgement in gate.judgements(assessment) {
        let class = judgement.finding_class;
        let places = asset.occurrences.iter().map(AsRef::as_ref).enumerate();
        let mut new = places
            .filter(|(_, occurrence)| counts(occurrence))
            .filter(|(place, _)| is_new.is_none_or(|is_new| is_new(number, *place, class)))
            .peekable();
        if new.peek().is_none() {
            // An asset without any place is nothing that was there before.
            if is_new.is_some() && matches!(result, Result::Passes) {
                result = Result::Known
            }
            continue;
        }
        let accepts = |place: usize| report.waivers.accepts(number, class, place);
        let new: Vec<(usize, &Occurrence)> = new.collect();
        let live = new.iter().filter(|(place, _)| !accepts(*place));
        let first = |places: &mut dyn Iterator<Item = &(usize, &'a Occurrence)>| {
            places
                .map(|(_, occurrence)| *occurrence)
                .min_by_key(|o| (o.context, &o.location))
        };
        if let Some(place) = first(&mut live.into_iter()) {
            return Result::Fails(judgement, false, place);
        }
        if gate.is_mandate()
            && let Some(place) = first(&mut new.iter())
        {
            return Result::Fails(judgement, true, place);
        }
        result = Result::Accepted;
    }
    result
}
