//! The accepted-risk register, and what is accepted of an asset.

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(test)]
use super::closed;
use crate::inventory::Report;
use crate::inventory::waiver::{Accepted, Entry, Place, Register};
use crate::model::FindingClass;
use crate::output::band_name;

/// A waiver: what is accepted, by whom, why, until when.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct WaiverOut<'a> {
    /// Where it stands: `pqscan.toml#2`, `src/wrap.py:88`.
    id: String,
    #[cfg_attr(test, schemars(with = "closed::Author"))]
    by: &'static str,
    #[cfg_attr(test, schemars(with = "closed::StateOfWaiver"))]
    state: &'static str,
    #[serde(flatten)]
    place: PlaceOut<'a>,
    /// Judgements that it is about, by fingerprint.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fingerprint: &'a [String],
    /// Finding classes that it is about.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    class: &'a [String],
    /// Patterns of paths that it is about.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    paths: &'a [String],
    /// Assets that it is about, by id or name.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    asset: &'a [String],
    /// Why.
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    /// Absent where nobody is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Day>"))]
    until: Option<String>,
    /// Where it is dealt with.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
    /// Why a malformed one does not count.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'a [String],
    /// What it accepts, or did before it expired.
    accepts: AcceptsOut<'a>,
}

/// Where a waiver stands: in settings, by its number there, or in a comment.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
enum PlaceOut<'a> {
    Settings { file: &'a str, number: usize },
    Comment { path: &'a str, line: u32 },
}

/// What a waiver is about, whether it counts or has expired.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AcceptsOut<'a> {
    /// Ids of assets, without those that are only implied.
    assets: Vec<&'a str>,
    /// How many places.
    places: usize,
    /// Of how many assets other places are not accepted.
    partly: usize,
    /// Assets by priority.
    #[cfg_attr(test, schemars(with = "BTreeMap<closed::Priority, usize>"))]
    by_priority: BTreeMap<&'static str, usize>,
}

/// What is accepted of an asset for a finding class.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct AcceptedOut {
    #[cfg_attr(test, schemars(with = "closed::FindingClassName"))]
    finding_class: &'static str,
    /// Whether every place is accepted.
    wholly: bool,
    /// How many places are.
    places: usize,
    /// Until when: the first of the waivers.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    until: String,
    /// Ids of the waivers.
    waivers: Vec<String>,
}

pub(super) fn waivers(register: &Register) -> Vec<WaiverOut<'_>> {
    register.entries.iter().map(waiver).collect()
}

fn waiver(entry: &Entry) -> WaiverOut<'_> {
    let waiver = &entry.waiver;
    let written = &waiver.written;
    WaiverOut {
        id: waiver.place.id(),
        by: waiver.by.name(),
        state: entry.state.name(),
        place: match &waiver.place {
            Place::Settings { file, number } => PlaceOut::Settings {
                file,
                number: *number,
            },
            Place::Comment { path, line, .. } => PlaceOut::Comment { path, line: *line },
        },
        fingerprint: &written.fingerprints,
        class: &written.classes,
        paths: &written.paths,
        asset: &written.assets,
        reason: waiver.reason(),
        owner: entry.owner.as_deref(),
        until: waiver.until.map(|day| day.to_string()),
        ticket: written.ticket.as_deref(),
        problems: &waiver.problems,
        accepts: AcceptsOut {
            assets: entry.assets.iter().map(|id| &**id).collect(),
            places: entry.places,
            partly: entry.partly,
            by_priority: entry
                .by_band
                .iter()
                .map(|(band, number)| (band_name(*band), *number))
                .collect(),
        },
    }
}

/// What is accepted of the asset with that number.
pub(super) fn accepted(report: &Report, asset: usize) -> Vec<AcceptedOut> {
    let register = &report.waivers;
    let accepted = register.of_asset(asset);
    accepted
        .map(|(class, accepted)| AcceptedOut {
            finding_class: class.name(),
            wholly: accepted.wholly,
            places: accepted.places(),
            until: accepted.until.to_string(),
            waivers: ids(register, accepted),
        })
        .collect()
}

fn ids(register: &Register, accepted: &Accepted) -> Vec<String> {
    let entries = accepted.entries().into_iter();
    entries
        .filter_map(|entry| register.entries.get(entry))
        .map(|entry| entry.waiver.place.id())
        .collect()
}

/// Who accepts what at a place of an asset: waivers by finding class.
pub(super) fn at(report: &Report, asset: usize, place: usize) -> BTreeMap<&'static str, String> {
    let by = |(class, accepted): (FindingClass, &Accepted)| {
        let entry = report.waivers.of_place(accepted, place)?;
        Some((class.name(), entry.waiver.place.id()))
    };
    report.waivers.of_asset(asset).filter_map(by).collect()
}
