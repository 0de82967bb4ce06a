//! The plan: every work item, in the order in which to do them.

use serde::Serialize;

use super::assessment::{DueOut, NeedOut, due, need};
use super::{LocationOut, location_out, texts};
use crate::inventory::plan::WorkItem;
use crate::output::band_name;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkItemOut<'a> {
    id: &'a str,
    kind: &'static str,
    list: &'static str,
    priority: &'static str,
    title: &'a str,
    finding_classes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owners: Vec<&'a str>,
    /// Years.
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slack: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<DueOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_context: Vec<NeedOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    after: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unblocks: Vec<&'a str>,
    assets: Vec<&'a str>,
    files: usize,
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
