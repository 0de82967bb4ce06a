//! The plan: every work item, in the order in which to do them.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::assessment::{DueOut, NeedOut, due, need};
use super::assets::{LocationOut, location_out};
#[cfg(test)]
use super::closed;
use super::texts;
use crate::inventory::plan::WorkItem;
use crate::output::band_name;

/// A work item: what one change would fix.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkItemOut<'a> {
    /// Stable.
    id: &'a str,
    #[cfg_attr(test, schemars(with = "closed::KindOfItem"))]
    kind: &'static str,
    #[cfg_attr(test, schemars(with = "closed::ListOfPlan"))]
    list: &'static str,
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
    /// In a few words.
    title: &'a str,
    /// What it mends.
    #[cfg_attr(test, schemars(with = "Vec<closed::FindingClassName>"))]
    finding_classes: Vec<&'static str>,
    /// Who owns the files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owners: Vec<&'a str>,
    /// Years.
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<f64>,
    /// Years left before one has to begin; negative where it is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    slack: Option<f64>,
    /// The strictest of what it fixes.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<DueOut<'a>>,
    /// What takes its place, the most frequent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<&'a str>,
    /// What has to be known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<&'a str>,
    /// What only a person knows and its priority depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_context: Vec<NeedOut<'a>>,
    /// Ids of items that come before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    after: Vec<&'a str>,
    /// Ids of items that wait for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unblocks: Vec<&'a str>,
    /// Ids of the assets that it is about.
    assets: Vec<&'a str>,
    /// How many files.
    files: usize,
    /// Its places, each once.
    places: Vec<LocationOut<'a>>,
}

pub(super) fn work_item(item: &WorkItem) -> WorkItemOut<'_> {
    WorkItemOut {
        id: &item.id,
        kind: item.kind.name(),
        list: item.list.name(),
        priority: band_name(item.band),
        title: &item.title,
        finding_classes: item.classes.iter().map(|class| class.name()).collect(),
        owners: item.owners.iter().map(String::as_str).collect(),
        effort: item.effort.map(|years| years.in_years()),
        slack: item.slack.map(|years| years.in_years()),
        deadline: item.deadline.as_ref().map(due),
        targets: item.targets.iter().map(String::as_str).collect(),
        notes: item.notes.iter().map(String::as_str).collect(),
        needs_context: item.needs_context.iter().map(need).collect(),
        after: texts(&item.after),
        unblocks: texts(&item.unblocks),
        assets: texts(&item.assets),
        files: item.files,
        places: item.places.iter().map(location_out).collect(),
    }
}
