//! What the judgement rests on: policies, dates, and what is taken for granted.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(test)]
use super::closed;
use crate::inventory::Report;
use crate::inventory::assumptions::{Assumption, assumptions};
use crate::knowledge::policy::Policy;

/// What the judgement rests on.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanningOut<'a> {
    /// The day that it was made for.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    today: String,
    /// The year from which on a quantum computer is expected: a date to plan with.
    quantum_year: i16,
    /// The chosen policies.
    policies: Vec<PolicyOut<'a>>,
    /// What is taken for granted, or said by the user.
    assumptions: Vec<AssumptionOut>,
}

/// A chosen policy.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PolicyOut<'a> {
    /// Its id; `pqscan explain` tells of it.
    id: &'a str,
    /// How a sentence cites it.
    title: &'a str,
    /// The document's own title.
    document: &'a str,
    /// The document's version or edition.
    version: &'a str,
    /// The document's day.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    date: String,
    #[cfg_attr(test, schemars(with = "closed::BindingOfPolicy"))]
    binding: &'static str,
    #[cfg_attr(test, schemars(with = "closed::EvidenceOfPolicy"))]
    evidence: &'static str,
    /// Whom it addresses.
    scope: &'a str,
    /// Where it stands.
    source: &'a [String],
    /// When somebody last looked whether it still says this.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    last_verified: String,
    /// Not looked at for so long that it may have changed.
    stale: bool,
}

/// Something that was taken for granted, or said.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct AssumptionOut {
    /// What it is about: a key of the settings, or a term of the score.
    what: &'static str,
    /// In a sentence without a full stop.
    words: String,
    #[cfg_attr(test, schemars(with = "closed::SourceOfTerm"))]
    source: &'static str,
    /// Absent where it holds of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    assets: Option<usize>,
}

pub(super) fn planning(report: &Report) -> PlanningOut<'_> {
    let planning = &report.planning;
    let assessments = report.assessment.iter().map(AsRef::as_ref);
    PlanningOut {
        today: planning.today.to_string(),
        quantum_year: planning.quantum_year,
        policies: planning
            .policies
            .iter()
            .map(|one| policy(one, planning.today_is_now && one.is_stale(planning.today)))
            .collect(),
        assumptions: assumptions(planning, assessments)
            .into_iter()
            .map(assumption)
            .collect(),
    }
}

fn policy(policy: &Policy, stale: bool) -> PolicyOut<'_> {
    PolicyOut {
        id: &policy.id,
        title: &policy.title,
        document: &policy.document,
        version: &policy.version,
        date: policy.date.to_string(),
        binding: policy.binding.name(),
        evidence: policy.evidence.name(),
        scope: &policy.scope,
        source: &policy.source,
        last_verified: policy.last_verified.to_string(),
        stale,
    }
}

fn assumption(assumption: Assumption) -> AssumptionOut {
    AssumptionOut {
        what: assumption.what,
        words: assumption.words,
        source: assumption.source.name(),
        assets: assumption.assets,
    }
}
