//! `pqscan check`: a scan, then gates. What a gate counts is `inventory::gate`'s; here it is asked for and told.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::args::{CheckArgs, Verbosity};
use super::diff::inventory;
use super::{Outcome, counted, scan};
use crate::inventory::gate::{self, Gate, Standing};
use crate::inventory::planning::Planning;
use crate::inventory::snapshot::Snapshot;
use crate::inventory::waiver::{Entry, State, accepted_by_project};
use crate::inventory::{Report, diff};
use crate::knowledge::Knowledge;
use crate::model::FindingClass;
use crate::output::fit::{cut, harmless};
use crate::output::words::lowered;

/// Reasons named of one gate, at most.
const MAX_REASONS: usize = 5;
/// Columns of what somebody wrote, at most.
const MAX_WORDS: usize = 80;
/// Waivers named, at most.
const MAX_WAIVERS: usize = 20;

/// What a report is held against.
pub(super) struct Gates {
    gates: Vec<Gate>,
    /// Whether GitHub Actions runs it and is told.
    pub(super) annotates: bool,
    baseline: Option<Snapshot>,
}

/// Scans and judges.
pub(super) fn run(args: &CheckArgs, verbosity: Verbosity) -> Result<Outcome> {
    scan::run(&args.scan, Some(&Gates::of(args)?), verbosity)
}

impl Gates {
    fn of(args: &CheckArgs) -> Result<Self> {
        let mut gates: Vec<Gate> = Vec::new();
        for gate in &args.fail_on {
            if !gates.contains(gate) {
                gates.push(gate.clone())
            }
        }
        if gates.contains(&Gate::New) && args.baseline.is_none() {
            bail!("`--fail-on new` needs `--baseline FILE`: a saved result to be new against")
        }
        let read = |path: &Path| inventory(path).context("the baseline cannot be used");
        let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        Ok(Self {
            gates,
            annotates: in_actions && !args.no_annotations,
            baseline: args.baseline.as_deref().map(read).transpose()?,
        })
    }

    /// Adds the policies that gates name to those that were chosen.
    pub(super) fn choose(&self, planning: &mut Planning, known: &Knowledge) -> Result<()> {
        for gate in &self.gates {
            let Gate::Policy(id) = gate else { continue };
            let is_it = |policy: &&crate::knowledge::policy::Policy| *policy.id == **id;
            if planning.policies.iter().any(|policy| is_it(&policy)) {
                continue;
            }
            let Some(policy) = known.policies.iter().find(is_it) else {
                let ids: Vec<&str> = known.policies.iter().map(|p| p.id.as_str()).collect();
                bail!("no policy `{}`; there are {}", harmless(id), ids.join(", "))
            };
            planning.policies.push(policy.clone())
        }
        Ok(())
    }

    /// Whether every gate passes, and why not.
    pub(super) fn pass(&self, report: &Report, verbosity: Verbosity) -> bool {
        let new = self.baseline.as_ref().map(|saved| New::of(report, saved));
        let is_new = new.as_ref().map(|new| {
            move |asset: usize, place: usize, class: FindingClass| new.has(asset, place, class)
        });
        let is_new = is_new.as_ref().map(|is_new| is_new as gate::IsNew<'_>);
        let gates = self.gates.iter();
        let standings: Vec<Standing> = gates
            .map(|gate| gate::standing(report, gate, is_new))
            .collect();
        let expired: Vec<&Entry> = report.waivers.expired().collect();
        let failed = standings.iter().any(Standing::fails) || !expired.is_empty();
        if verbosity > Verbosity::Quiet {
            if failed {
                anstream::eprintln!("pqscan: the gate failed")
            }
            for standing in &standings {
                if let Some(line) = told(standing, report) {
                    anstream::eprintln!("  {line}")
                }
            }
            for entry in expired.iter().take(MAX_WAIVERS) {
                anstream::eprintln!("  {}", expiry(entry))
            }
            if expired.len() > MAX_WAIVERS {
                anstream::eprintln!(
                    "  and {} more",
                    counted(expired.len() - MAX_WAIVERS, "expired waiver")
                )
            }
            if let Some(line) = idle(report) {
                anstream::eprintln!("  {line}")
            }
            if !report.lowered.is_empty() {
                anstream::eprintln!("  {}", lowered(report.lowered.len()))
            }
            let by_project = accepted_by_project(report);
            if by_project.assets > 0 {
                anstream::eprintln!("  {by_project}")
            }
        }
        !failed
    }
}

/// What is new against a baseline, by asset and class.
struct New(HashMap<(usize, FindingClass), Vec<usize>>);

impl New {
    fn of(report: &Report, saved: &Snapshot) -> Self {
        let new = diff::baseline::new_findings(report, saved).into_iter();
        let class = |found: &diff::baseline::NewFinding| {
            let judgements = report.assessment.get(found.asset)?.judgements();
            Some(judgements.get(found.judgement)?.finding_class)
        };
        Self(
            new.filter_map(|found| Some(((found.asset, class(&found)?), found.places)))
                .collect(),
        )
    }

    fn has(&self, asset: usize, place: usize, class: FindingClass) -> bool {
        // Places are in their order.
        let places = self.0.get(&(asset, class));
        places.is_some_and(|places| places.binary_search(&place).is_ok())
    }
}

/// `gate P1: 3 assets (2 rsa-key-transport, 1 short-key); first: src/wrap.rs:88:18`.
fn told(standing: &Standing, report: &Report) -> Option<String> {
    let gate = harmless(&standing.gate.to_string());
    let mut asides = Vec::new();
    if standing.gate.is_mandate() && standing.accepted > 0 {
        asides.push(format!(
            "{} by waivers, which do not count here",
            counted_as(standing.accepted, "is accepted", "are accepted")
        ))
    } else if standing.accepted > 0 {
        asides.push(format!("{} more accepted by waivers", standing.accepted))
    }
    if standing.known > 0 {
        asides.push(format!("{} more in the baseline", standing.known))
    }
    if !standing.fails() {
        // What passes has nothing to tell but what kept it from failing.
        return (!asides.is_empty()).then(|| format!("gate {gate}: passed; {}", asides.join("; ")));
    }
    let reasons = standing.reasons.iter();
    let mut named: Vec<String> = reasons
        .take(MAX_REASONS)
        .map(|(class, number)| format!("{number} {}", class.name()))
        .collect();
    let rest = standing.reasons.iter().skip(MAX_REASONS);
    let rest: usize = rest.map(|(_, number)| number).sum();
    if rest > 0 {
        named.push(format!("{rest} others"))
    }
    let mut line = format!("gate {gate}: {}", counted(standing.assets, "asset"));
    if standing.only_implied {
        line += ", implied by others"
    }
    line += &format!(" ({})", named.join(", "));
    for aside in asides {
        line += &format!("; {aside}")
    }
    if let Some(first) = &standing.first {
        let place = crate::output::words::place(report, first);
        line += &format!("; first: {place}")
    }
    Some(line)
}

/// `waiver expired on 2026-06-30: pqscan.toml#2 (weak-hash in legacy), 3 assets, @team`.
fn expiry(entry: &Entry) -> String {
    let day = entry.waiver.until.map(|day| day.to_string());
    let owner = entry.owner.as_deref().unwrap_or("owner unknown");
    let line = format!(
        "waiver expired on {}: {} ({}), {}, {}",
        day.unwrap_or_default(),
        entry.waiver.place.id(),
        cut(&entry.waiver.about(), MAX_WORDS),
        counted(entry.assets.len(), "asset"),
        cut(owner, MAX_WORDS),
    );
    harmless(&line)
}

/// `waivers: 1 unmatched, 2 malformed; see Accepted risks`: those that do nothing and want tidying up.
fn idle(report: &Report) -> Option<String> {
    let number = |state: State| {
        let entries = report.waivers.entries.iter();
        entries.filter(|entry| entry.state == state).count()
    };
    let named: Vec<String> = [State::Unmatched, State::Malformed]
        .into_iter()
        .filter(|state| number(*state) > 0)
        .map(|state| format!("{} {}", number(state), state.name()))
        .collect();
    (!named.is_empty()).then(|| format!("waivers: {}; see Accepted risks", named.join(", ")))
}

fn counted_as(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
