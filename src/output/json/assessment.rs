//! The judgement of an asset: lists, priorities with every term, what policies say.

use serde::Serialize;

use crate::inventory::{Assessment, Due, Judgement, Need, Outlives, Score, Term, Verdict};
use crate::output::{band_name, class_name};

/// The most urgent judgement in its fields, and the others.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssessmentOut<'a> {
    #[serde(flatten)]
    main: JudgementOut<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<JudgementOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<VerdictOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outlives: Vec<OutlivesOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JudgementOut<'a> {
    priority: &'static str,
    class: &'static str,
    finding_class: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<ScoreOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScoreOut<'a> {
    track: &'static str,
    points: u8,
    purpose: TermOut<'a, &'static str>,
    lifetime: TermOut<'a, f64>,
    effort: TermOut<'a, f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<DueOut<'a>>,
    need_by: f64,
    slack: f64,
    urgency: f64,
    exposure: TermOut<'a, u8>,
    role: TermOut<'a, u8>,
    criticality: TermOut<'a, u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<LimitOut<'a>>,
    at: Vec<AtOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_context: Vec<NeedOut<'a>>,
}

#[derive(Serialize)]
struct TermOut<'a, T> {
    value: T,
    source: &'static str,
    because: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DueOut<'a> {
    policy: &'a str,
    last_day: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LimitOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<u8>,
    because: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AtOut {
    quantum_year: i16,
    priority: &'static str,
}

#[derive(Serialize)]
pub(super) struct NeedOut<'a> {
    what: &'static str,
    least: BoundOut<'a>,
    most: BoundOut<'a>,
}

#[derive(Serialize)]
struct BoundOut<'a> {
    value: &'a str,
    priority: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VerdictOut<'a> {
    policy: &'a str,
    binding: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ends: Vec<EndOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_critical: Option<IfCriticalOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_allowed: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndOut {
    becomes: &'static str,
    last_day: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IfCriticalOut {
    criticality: &'static str,
    last_day: String,
}

/// A deadline that a certificate reaches beyond.
#[derive(Serialize)]
struct OutlivesOut<'a> {
    policy: &'a str,
    year: u16,
    /// Absent where the certificate never ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<i64>,
}

pub(super) fn assessment(assessment: &Assessment) -> AssessmentOut<'_> {
    let lifetime = assessment.lifetime.as_ref();
    let also = assessment.judgements().iter().skip(1);
    AssessmentOut {
        main: judgement(assessment.main()),
        also: also.map(judgement).collect(),
        policies: assessment.verdicts.iter().map(verdict).collect(),
        state: lifetime.and_then(|lifetime| lifetime.state),
        outlives: lifetime
            .iter()
            .flat_map(|lifetime| &lifetime.outlives)
            .map(outlives)
            .collect(),
    }
}

fn judgement(judgement: &Judgement) -> JudgementOut<'_> {
    JudgementOut {
        priority: band_name(judgement.band),
        class: class_name(judgement.class),
        finding_class: judgement.finding_class.name(),
        reason: &judgement.reason,
        replacement: judgement.replacement(),
        note: judgement.note.as_deref(),
        score: judgement.score.as_deref().map(score),
    }
}

fn score(score: &Score) -> ScoreOut<'_> {
    ScoreOut {
        track: score.track.name(),
        points: score.points,
        purpose: term(&score.purpose, |purpose| purpose.name()),
        lifetime: term(&score.lifetime, |years| years.in_years()),
        effort: term(&score.effort, |years| years.in_years()),
        deadline: score.deadline.as_ref().map(due),
        need_by: score.need_by.in_years(),
        slack: score.slack.in_years(),
        urgency: f64::from(score.urgency) / 100.0,
        exposure: term(&score.exposure, |points| points),
        role: term(&score.role, |points| points),
        criticality: term(&score.criticality, |points| points),
        limits: score
            .limits
            .iter()
            .map(|limit| LimitOut {
                at_least: limit.floor.then_some(limit.points),
                at_most: (!limit.floor).then_some(limit.points),
                because: &limit.because,
            })
            .collect(),
        at: score
            .at
            .iter()
            .map(|(year, band)| AtOut {
                quantum_year: *year,
                priority: band_name(*band),
            })
            .collect(),
        needs_context: score.needs_context.iter().map(need).collect(),
    }
}

pub(super) fn due(due: &Due) -> DueOut<'_> {
    DueOut {
        policy: &due.policy,
        last_day: due.last_day.to_string(),
    }
}

fn term<'a, T: Copy, U>(term: &'a Term<T>, shown: impl Fn(T) -> U) -> TermOut<'a, U> {
    TermOut {
        value: shown(term.value),
        source: term.source.name(),
        because: &term.because,
    }
}

pub(super) fn need(need: &Need) -> NeedOut<'_> {
    NeedOut {
        what: need.what,
        least: BoundOut {
            value: &need.least.1,
            priority: band_name(need.least.0),
        },
        most: BoundOut {
            value: &need.most.1,
            priority: band_name(need.most.0),
        },
    }
}

fn verdict(verdict: &Verdict) -> VerdictOut<'_> {
    VerdictOut {
        policy: &verdict.policy,
        binding: verdict.binding.name(),
        ends: verdict
            .ends
            .iter()
            .map(|(ends, day)| EndOut {
                becomes: ends.name(),
                last_day: day.to_string(),
            })
            .collect(),
        if_critical: verdict.if_critical.map(|(criticality, day)| IfCriticalOut {
            criticality: criticality.name(),
            last_day: day.to_string(),
        }),
        not_allowed: verdict.not_allowed.iter().map(String::as_str).collect(),
        targets: verdict.targets.iter().map(String::as_str).collect(),
        note: verdict.note.as_deref(),
    }
}

fn outlives(outlives: &Outlives) -> OutlivesOut<'_> {
    OutlivesOut {
        policy: &outlives.policy,
        year: outlives.year,
        days: outlives.days,
    }
}
