//! What the judgement rests on: policies, dates, and what is taken for granted.

use serde::Serialize;

use crate::inventory::Report;
use crate::inventory::assumptions::{Assumption, assumptions};
use crate::knowledge::policy::Policy;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanningOut<'a> {
    today: String,
    quantum_year: i16,
    policies: Vec<PolicyOut<'a>>,
    assumptions: Vec<AssumptionOut>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyOut<'a> {
    id: &'a str,
    title: &'a str,
    document: &'a str,
    version: &'a str,
    date: String,
    binding: &'static str,
    evidence: &'static str,
    scope: &'a str,
    source: &'a [String],
    last_verified: String,
    /// Not looked at for so long that it may have changed.
    stale: bool,
}

#[derive(Serialize)]
struct AssumptionOut {
    what: &'static str,
    words: String,
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
