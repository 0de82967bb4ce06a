//! The judgement of an asset: lists, priorities with every term, what policies say.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(test)]
use super::closed;
use crate::inventory::{Assessment, Due, Judgement, Need, Outlives, Score, Term, Verdict};
use crate::output::{band_name, class_name};

/// The most urgent judgement in its fields, and the others.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct AssessmentOut<'a> {
    #[serde(flatten)]
    main: JudgementOut<'a>,
    /// Its judgements on other lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<JudgementOut<'a>>,
    /// What each chosen policy says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<VerdictOut<'a>>,
    /// Where a certificate stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::StateInTime>"))]
    state: Option<&'static str>,
    /// Deadlines that a certificate reaches beyond.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outlives: Vec<OutlivesOut<'a>>,
}

/// A judgement.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct JudgementOut<'a> {
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
    #[cfg_attr(test, schemars(with = "closed::Class"))]
    class: &'static str,
    #[cfg_attr(test, schemars(with = "closed::FindingClassName"))]
    finding_class: &'static str,
    /// Why, in a sentence.
    reason: &'a str,
    /// What takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<String>,
    /// What has to be known of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// What the priority is made of, where a quantum computer breaks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<ScoreOut<'a>>,
}

/// What a priority is made of: docs/priorities.md.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ScoreOut<'a> {
    #[cfg_attr(test, schemars(with = "closed::TrackName"))]
    track: &'static str,
    /// 0 to 100.
    #[cfg_attr(test, schemars(range(max = 100)))]
    points: u8,
    /// What it is used for.
    #[cfg_attr(test, schemars(with = "TermOut<'a, closed::Purpose>"))]
    purpose: TermOut<'a, &'static str>,
    /// Years for which what it protects must hold.
    lifetime: TermOut<'a, f64>,
    /// Years that the change takes.
    effort: TermOut<'a, f64>,
    /// The deadline that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<DueOut<'a>>,
    /// Years from now until it has to be done.
    need_by: f64,
    /// Years left before one has to begin; negative where it is late.
    slack: f64,
    /// Points for time.
    urgency: f64,
    /// Points for who can reach it.
    exposure: TermOut<'a, u8>,
    /// Points for what depends on it.
    role: TermOut<'a, u8>,
    /// Points for how much depends on the system.
    criticality: TermOut<'a, u8>,
    /// Floors and caps that changed the points.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<LimitOut<'a>>,
    /// The priority if a quantum computer comes earlier or later.
    at: Vec<AtOut>,
    /// What only a person knows and the priority depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_context: Vec<NeedOut<'a>>,
}

/// A term of a score.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[cfg_attr(test, schemars(rename = "TermOf_{T}"))]
struct TermOut<'a, T> {
    /// Its value.
    value: T,
    #[cfg_attr(test, schemars(with = "closed::SourceOfTerm"))]
    source: &'static str,
    /// Why it has this value.
    because: &'a str,
}

/// A deadline.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct DueOut<'a> {
    /// The policy's id.
    policy: &'a str,
    /// The last day that it leaves.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    last_day: String,
}

/// A floor or a cap of points.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct LimitOut<'a> {
    /// A floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<u8>,
    /// A cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<u8>,
    /// Why.
    because: &'a str,
}

/// The priority if a quantum computer comes in another year.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AtOut {
    /// The year.
    quantum_year: i16,
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
}

/// What only a person knows and a priority depends on.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct NeedOut<'a> {
    /// The key of the settings that answers it.
    what: &'static str,
    /// The least urgent answer.
    least: BoundOut<'a>,
    /// The most urgent answer.
    most: BoundOut<'a>,
}

/// An answer.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct BoundOut<'a> {
    /// The answer.
    value: &'a str,
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
}

/// What a policy says of an asset.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct VerdictOut<'a> {
    /// Its id.
    policy: &'a str,
    #[cfg_attr(test, schemars(with = "closed::BindingOfPolicy"))]
    binding: &'static str,
    /// What it ends of the asset.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ends: Vec<EndOut>,
    /// An earlier day that would hold of a critical system.
    #[serde(skip_serializing_if = "Option::is_none")]
    if_critical: Option<IfCriticalOut>,
    /// What of the asset is not among what it allows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_allowed: Vec<&'a str>,
    /// What it wants instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<&'a str>,
    /// What has to be known of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

/// What a policy ends.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct EndOut {
    #[cfg_attr(test, schemars(with = "closed::EndOfUse"))]
    becomes: &'static str,
    /// The last day on which it is still so.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    last_day: String,
}

/// What would hold of a critical system.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct IfCriticalOut {
    #[cfg_attr(test, schemars(with = "closed::Criticality"))]
    criticality: &'static str,
    /// The last day.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    last_day: String,
}

/// A deadline that a certificate reaches beyond.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct OutlivesOut<'a> {
    /// The policy, as a sentence cites it.
    policy: &'a str,
    /// The last year that it leaves.
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
