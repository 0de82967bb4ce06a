//! Accepted risks as properties: CycloneDX has no register of its own for assets.

use super::clean;
use super::shape::Property;
use crate::inventory::Report;
use crate::inventory::waiver::Entry;

/// Most characters of what somebody wrote.
const MAX_TEXT: usize = 400;
/// Most waivers written out; their true number is always said.
const MAX_WAIVERS: usize = 1_000;

/// What is accepted of the asset with that number, a property for each class and waiver.
pub(super) fn of_asset(report: &Report, asset: usize) -> Vec<Property> {
    let register = &report.waivers;
    let mut properties = Vec::new();
    for (class, accepted) in register.of_asset(asset) {
        let class = class.name();
        let extent = match accepted.wholly {
            true => "wholly".to_owned(),
            false => format!("{} of {} places", accepted.places(), accepted.by.len()),
        };
        let entries = accepted.entries().into_iter();
        for entry in entries.filter_map(|entry| register.entries.get(entry)) {
            properties.push(Property::new(
                "pqscan:accepted",
                format!("{class} {extent}, {}", terms(entry)),
            ))
        }
    }
    properties
}

/// Every waiver of the report.
pub(super) fn register(report: &Report, say: &mut impl FnMut(&str, String)) {
    let register = &report.waivers;
    let by_project = &report.coverage.by_project;
    if !by_project.keys.is_empty() {
        say("coverage:projectSettings", by_project.keys.join(","));
        say("coverage:leftOutByProject", by_project.left_out.to_string());
        if !report.lowered.is_empty() {
            say(
                "coverage:loweredByProject",
                report.lowered.len().to_string(),
            )
        }
    }
    if by_project.is_ignored {
        say("coverage:projectSettings", "ignored".to_owned())
    }
    if register.entries.is_empty() {
        return;
    }
    say("waivers", register.entries.len().to_string());
    for entry in register.entries.iter().take(MAX_WAIVERS) {
        let problems = match entry.waiver.problems.join("; ") {
            problems if problems.is_empty() => problems,
            problems => format!(" ({})", clean(&problems, MAX_TEXT)),
        };
        say(
            "waiver",
            format!(
                "{}{problems}: {}, {} assets, {} places, {}",
                entry.state.name(),
                clean(&entry.waiver.about(), MAX_TEXT),
                entry.assets.len(),
                entry.places,
                terms(entry)
            ),
        )
    }
}

/// `until 2027-06-30 by @team (pqscan.toml#1, SEC-12): because …`.
fn terms(entry: &Entry) -> String {
    let waiver = &entry.waiver;
    let until = waiver.until.map(|day| day.to_string());
    let ticket = match &waiver.written.ticket {
        Some(ticket) => format!(", {}", clean(ticket, MAX_TEXT)),
        None => String::new(),
    };
    format!(
        "until {} by {} ({}{ticket}): {}",
        until.as_deref().unwrap_or("no day"),
        clean(entry.owner.as_deref().unwrap_or("unknown"), MAX_TEXT),
        clean(&waiver.place.id(), usize::MAX),
        clean(waiver.reason(), MAX_TEXT)
    )
}
