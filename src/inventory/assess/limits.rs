//! Why an asset is less urgent, or more, than what it is: where it was seen, and whether anything uses it.

use std::collections::BTreeSet;

use crate::inventory::{Band, InventoryAsset, Judgement, Limit};
use crate::model::{AssetKind, Context, FindingClass};

/// What nobody runs.
const MOST_ASIDE: u8 = 29;
/// What is there and not seen to be used.
const MOST_PROVIDED: u8 = 34;
/// What another asset brings.
const MOST_IMPLIED: u8 = 74;
/// What offers better and accepts the rest.
const MOST_FALLBACK: u8 = 49;
/// A trust anchor that lives on after the deadline.
const LEAST_OUTLIVING_ANCHOR: u8 = 70;

/// Whether a place is not part of what runs.
pub(in crate::inventory) fn aside(context: Context) -> bool {
    matches!(
        context,
        Context::Test | Context::Example | Context::Documentation | Context::Vendored
    )
}

/// A cap from the places of an asset.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Cap {
    Named,
    /// Seen only in tests and the like.
    Aside(BTreeSet<Context>),
    Implied,
}

impl Cap {
    pub(super) fn of(asset: &InventoryAsset) -> Option<Self> {
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

    /// For what is scored.
    pub(super) fn limit(&self) -> Limit {
        match self {
            Self::Named => at_most(MOST_ASIDE, "only named: no use of it was seen"),
            Self::Aside(_) => at_most(MOST_ASIDE, "seen only beside what runs"),
            Self::Implied => at_most(MOST_IMPLIED, "not called by itself"),
        }
    }

    /// For every judgement: its band, and the sentence that says why.
    pub(super) fn hold(&self, judged: &mut Judgement) {
        if judged.finding_class == FindingClass::PrivateKeyInRepository {
            // Where it lies is what it is judged by.
            return;
        }
        let (least, why) = match self {
            Self::Named => (Band::P3, " Only named: no use of it was seen.".to_owned()),
            Self::Aside(contexts) => {
                let names: Vec<&str> = contexts.iter().map(|context| context.name()).collect();
                let why = format!(" Seen only in {} code.", names.join(" and "));
                (Band::P3, why)
            }
            Self::Implied => {
                let why = " Not called by itself: another asset brings it.";
                (Band::P1, why.to_owned())
            }
        };
        let limited = |score: &crate::inventory::Score| score.limits.iter().any(|l| !l.floor);
        if judged.band < least || judged.score.as_deref().is_some_and(limited) {
            judged.band = judged.band.max(least);
            judged.reason.push_str(&why);
        }
    }
}

/// What is provided for others.
pub(super) fn provided() -> Limit {
    at_most(MOST_PROVIDED, "an implementation of which no use was seen")
}

/// What falls back to classical key exchange.
pub(super) fn fallback() -> Limit {
    at_most(MOST_FALLBACK, "it offers post-quantum key exchange first")
}

/// What is over already, or has not begun.
pub(super) fn past(because: &'static str) -> Limit {
    at_most(MOST_ASIDE, because)
}

/// A trust anchor that is valid beyond the deadline.
pub(super) fn outliving_anchor() -> Limit {
    Limit {
        points: LEAST_OUTLIVING_ANCHOR,
        floor: true,
        because: "a trust anchor that is valid beyond the deadline".into(),
    }
}

fn at_most(points: u8, because: &'static str) -> Limit {
    Limit {
        points,
        floor: false,
        because: because.into(),
    }
}
