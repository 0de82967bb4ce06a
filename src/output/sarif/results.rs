//! The results of a run: one for each finding.

use std::collections::BTreeMap;

use super::places::{Artifacts, at, is_far, outer, shown};
use super::shape::{
    CodeFlow, Deadline, Location, LogicalLocation, Outcome, OutcomeProperties, PhysicalLocation,
    Region, Step, Suppression, Text, ThreadFlow,
};
use super::words::{level, plain, rank};
use crate::inventory::waiver::{Entry, Place};
use crate::inventory::{Judgement, Occurrence};
use crate::model::{self, Context, FindingClass};
use crate::output::findings::Finding;
use crate::output::fit::harmless;
use crate::output::{band_name, class_name};

/// The name of our fingerprint among others; the number is that of how it is made (§3.5.4.2).
const FINGERPRINT: &str = "pqscan/v1";
/// Most places of a thread: GitHub shows no more, and refuses ten times as many.
const MAX_STEPS: usize = 1_000;

pub(super) fn result<'a>(
    finding: &Finding<'a>,
    rule_index: &BTreeMap<FindingClass, usize>,
    artifacts: &mut Artifacts,
) -> Outcome<'a> {
    let (judged, occurrence) = (finding.row.judged, finding.occurrence);
    let class = judged.finding_class;
    let is_inside = outer(&occurrence.location.path).is_some();
    let mut place = artifacts.openable(&occurrence.location, &occurrence.text);
    let mut related = Vec::new();
    if is_inside {
        related.push(artifacts.exact(&occurrence.location, &occurrence.text))
    }
    if let Some(function) = &occurrence.function {
        place.logical_locations.push(LogicalLocation {
            fully_qualified_name: harmless(function),
            kind: "function",
        })
    }
    let far = is_far(&occurrence.location).then_some(occurrence.location.span.start);
    Outcome {
        rule_id: class.name(),
        rule_index: rule_index.get(&class).copied().unwrap_or_default(),
        level: level(judged.band),
        message: Text::of(message(finding, is_inside)),
        locations: [place],
        related_locations: related,
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint.to_string())]),
        code_flows: code_flow(occurrence, artifacts).into_iter().collect(),
        suppressions: finding.accepted.map(suppression).into_iter().collect(),
        rank: rank(judged.band),
        properties: OutcomeProperties {
            priority: band_name(judged.band),
            class: class_name(judged.class),
            asset: &finding.row.asset.id,
            confidence: occurrence.confidence.name(),
            context: occurrence.context.name(),
            technique: occurrence.technique.name(),
            detected_by: harmless(&occurrence.entry),
            score: judged.score.as_deref().map(|score| score.points),
            deadline: deadline(judged),
            byte_offset: far,
        },
    }
}

/// What is there, why that matters, and what replaces it.
fn message(finding: &Finding<'_>, is_inside: bool) -> String {
    let (judged, asset) = (finding.row.judged, finding.row.asset);
    let mut text = format!("{}: {}", plain(&asset.name), plain(&judged.reason));
    match (judged.replacement(), &judged.note) {
        (Some(replacement), Some(note)) => {
            text += &format!(
                " Replace it with {} ({}).",
                plain(&replacement),
                plain(note)
            )
        }
        (Some(replacement), None) => text += &format!(" Replace it with {}.", plain(&replacement)),
        (None, Some(note)) => text += &format!(" Until something replaces it: {}.", plain(note)),
        (None, None) => {}
    }
    if is_inside {
        text += &format!(" It is in {}.", shown(&finding.occurrence.location))
    }
    if let Some(role) = aside(finding) {
        text += &format!(" This place is {role}.")
    }
    text
}

/// What a place is where others of the asset are in what runs; where none is, the reason may say so already.
fn aside(finding: &Finding<'_>) -> Option<&'static str> {
    if finding.row.judged.reason.contains(" Seen only in ") {
        return None;
    }
    match finding.occurrence.context {
        Context::Production => None,
        Context::Generated => Some("in generated code"),
        Context::Vendored => Some("in a copy of another project"),
        Context::Example => Some("in an example"),
        Context::Documentation => Some("in documentation"),
        Context::Test => Some("in test code"),
    }
}

fn deadline(judged: &Judgement) -> Option<Deadline> {
    let due = judged.score.as_deref()?.deadline.as_ref()?;
    Some(Deadline {
        policy: harmless(&due.policy),
        last_day: due.last_day.to_string(),
    })
}

/// From where its values were told to where it was seen.
fn code_flow(occurrence: &Occurrence, artifacts: &mut Artifacts) -> Option<CodeFlow> {
    let elsewhere = |evidence: &&model::Evidence| evidence.location != occurrence.location;
    let told: Vec<&model::Evidence> = occurrence.evidence.iter().filter(elsewhere).collect();
    if told.is_empty() {
        return None;
    }
    let shown = told.len().min(MAX_STEPS - 1);
    let mut locations: Vec<Step> = Vec::with_capacity(shown + 1);
    for evidence in &told[..shown] {
        let message = format!("Told here, by {}", plain(api(&evidence.entry)));
        locations.push(step(artifacts.exact(&evidence.location, ""), message))
    }
    let more = match told.len() - shown {
        0 => String::new(),
        more => format!("; {more} more places tell something"),
    };
    let message = format!("Seen here, by {}{more}", plain(api(&occurrence.entry)));
    let place = artifacts.exact(&occurrence.location, &occurrence.text);
    locations.push(step(place, message));
    Some(CodeFlow {
        thread_flows: [ThreadFlow { locations }],
    })
}

fn step(mut location: Location, message: String) -> Step {
    location.message = Some(Text::of(message));
    Step { location }
}

/// `javax.crypto.Cipher.init` of `java/jca#javax.crypto.Cipher.init`.
fn api(entry: &str) -> &str {
    entry.split_once('#').map_or(entry, |(_, api)| api)
}

/// Somebody accepts it: what they say, who they are, until when.
fn suppression(entry: &Entry) -> Suppression {
    let waiver = &entry.waiver;
    let owner = entry.owner.as_deref().unwrap_or("an unknown owner");
    let until = waiver.until.map(|day| format!(" until {day}"));
    let ticket = waiver.written.ticket.as_deref();
    let ticket = ticket.map(|ticket| format!(", {ticket}"));
    let justification = format!(
        "{} (accepted by {owner}{}{}, {})",
        waiver.reason(),
        until.unwrap_or_default(),
        ticket.unwrap_or_default(),
        waiver.place.id()
    );
    let (kind, location) = match &waiver.place {
        Place::Settings { .. } => ("external", None),
        Place::Comment { path, line, .. } => ("inSource", Some(comment(path, *line))),
    };
    Suppression {
        kind,
        status: "accepted",
        justification: plain(&justification),
        location,
    }
}

fn comment(path: &str, line: u32) -> Location {
    let line = i32::try_from(line).is_ok().then_some(line.max(1));
    Location {
        physical_location: PhysicalLocation {
            artifact_location: at(path),
            region: line.map(|line| Region {
                start_line: Some(line),
                ..Region::default()
            }),
        },
        logical_locations: Vec::new(),
        message: None,
    }
}
