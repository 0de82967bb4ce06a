//! What the judgement takes for granted because nobody said otherwise, and what somebody did say: always listed, so that a reader sees
//! what a priority hangs on.

use super::planning::Planning;
use super::{Assessment, Score, Source, Term};
use crate::model::migration::Track;

/// Something that was taken for granted, or said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// What it is about: the key of the settings, or the term of the score.
    pub what: &'static str,
    /// In a sentence without a full stop.
    pub words: String,
    /// Who says so.
    pub source: Source,
    /// How many assets' priorities rest on it; `None` where it holds of all.
    pub assets: Option<usize>,
}

/// Everything that the judgements of a report rest on.
pub fn assumptions<'a>(
    planning: &Planning,
    assessments: impl Iterator<Item = &'a Assessment>,
) -> Vec<Assumption> {
    let scores: Vec<&Score> = assessments.filter_map(Assessment::score).collect();
    let mut list = Vec::new();
    if !scores.is_empty() {
        list.push(Assumption {
            what: "quantum-year",
            words: format!(
                "a quantum computer from {} on: a date to plan with, no forecast",
                planning.quantum_year
            ),
            source: if planning.quantum_year_chosen {
                Source::User
            } else {
                Source::Default
            },
            assets: None,
        });
    }
    if !planning.today_is_now {
        list.push(Assumption {
            what: "today",
            words: format!(
                "judged as of {}, when the policies were last looked at, since the time is left out",
                planning.today
            ),
            source: Source::Default,
            assets: None,
        });
    }
    for (what, words, is_default) in TERMS {
        let number = scores.iter().filter(|score| is_default(score)).count();
        if number > 0 {
            list.push(Assumption {
                what,
                words: (*words).to_owned(),
                source: Source::Default,
                assets: Some(number),
            })
        }
    }
    let said = scores.iter().filter(|score| is_any_said(score)).count();
    if said > 0 {
        list.push(Assumption {
            what: "context",
            words: "something was said of them by settings or flags".to_owned(),
            source: Source::User,
            assets: Some(said),
        })
    }
    list
}

/// The terms that somebody could know better, and what is assumed where nobody says.
type Assumed = (&'static str, &'static str, fn(&Score) -> bool);
static TERMS: &[Assumed] = &[
    (
        "shelf-life",
        "what is encrypted stays secret for 5 years",
        |score| score.track == Track::Confidentiality && is_default(&score.lifetime),
    ),
    (
        "verification-life",
        "whatever verifies signatures can be updated",
        |score| score.track == Track::Authenticity && is_default(&score.lifetime),
    ),
    (
        "criticality",
        "neither much nor little depends on the system",
        |score| is_default(&score.criticality),
    ),
    (
        "exposure",
        "it crosses or lies in networks that others may listen to",
        |score| is_default(&score.exposure),
    ),
    (
        "effort",
        "the change takes as long as such changes do",
        |score| is_default(&score.effort),
    ),
    ("purpose", "what it is used for is not special", |score| {
        is_default(&score.purpose)
    }),
];

fn is_default<T>(term: &Term<T>) -> bool {
    term.source == Source::Default
}

fn is_any_said(score: &Score) -> bool {
    [
        score.lifetime.source,
        score.criticality.source,
        score.exposure.source,
        score.effort.source,
        score.purpose.source,
    ]
    .contains(&Source::User)
}
