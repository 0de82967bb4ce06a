//! What a run has to say beside its results: what is not among them, and what was not read.

use super::places::at;
use super::shape::{Location, Notification, PhysicalLocation, Text};
use super::words::plain;
use crate::inventory::Report;
use crate::inventory::waiver::accepted_by_project;
use crate::output::findings::Findings;
use crate::output::fit::{counted, grouped};
use crate::output::words::lowered;

/// Most places named that were not, or not wholly, read; their number is always said.
const MAX_SKIPS: usize = 100;

/// Why a run has fewer results than there are findings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// As many as the user wants.
    Asked,
    /// As many as GitHub takes by size.
    Size,
}

pub(super) fn notes(report: &Report, findings: &Findings<'_>, bound: Bound) -> Vec<Notification> {
    let mut notes = vec![note("note", totals(findings))];
    if findings.dropped() > 0 {
        let why = match bound {
            Bound::Asked => "the number of results that was asked for (--sarif-max)",
            Bound::Size => "the size that code scanning takes (10 MB, compressed)",
        };
        let text = format!(
            "{} of {} that need something are not among the results, because of {why}: the least urgent, after each asset's first place.",
            grouped(findings.dropped() as u64),
            counted(findings.needed as u64, "finding"),
        );
        notes.push(note("warning", text))
    }
    by_project(report, &mut notes);
    skips(report, &mut notes);
    notes
}

fn totals(findings: &Findings<'_>) -> String {
    let accepted = findings.list.iter().filter(|f| f.accepted.is_some());
    format!(
        "{} in {}: {}, of these {} accepted by waivers; {} left out because nothing has to be done where they are (post-quantum, not affected, or only there for others to use).",
        counted(findings.totals.findings as u64, "finding"),
        counted(findings.totals.assets as u64, "asset"),
        counted(findings.list.len() as u64, "result"),
        grouped(accepted.count() as u64),
        grouped(findings.settled() as u64),
    )
}

/// What the scanned project itself changed: whoever wrote it may not be whom the reader trusts.
fn by_project(report: &Report, notes: &mut Vec<Notification>) {
    let by_project = &report.coverage.by_project;
    if by_project.left_out > 0 {
        let text = format!(
            "The project's own settings ({}) leave out {}.",
            by_project.keys.join(", "),
            counted(by_project.left_out, "file")
        );
        notes.push(note("note", text))
    }
    if !report.lowered.is_empty() {
        let text = lowered(report.lowered.len());
        notes.push(note("warning", format!("{text}.")))
    }
    let accepted = accepted_by_project(report);
    if accepted.assets > 0 {
        let level = if accepted.most_urgent.is_empty() {
            "note"
        } else {
            "warning"
        };
        notes.push(note(level, format!("{accepted}.")))
    }
    let expired = report.waivers.expired().count();
    if expired > 0 {
        let text = format!(
            "{} expired, and suppress nothing.",
            counted(expired as u64, "waiver")
        );
        notes.push(note("warning", text))
    }
}

fn skips(report: &Report, notes: &mut Vec<Notification>) {
    let skips = &report.coverage.skips;
    let number = |skips: &[crate::model::Skip]| skips.iter().map(|skip| skip.number).sum::<u64>();
    for skip in skips.iter().take(MAX_SKIPS) {
        let detail = match &*skip.detail {
            "" => String::new(),
            detail => format!(" ({})", plain(detail)),
        };
        let level = if skip.reason.is_gap() {
            "warning"
        } else {
            "note"
        };
        let text = format!(
            "Not wholly read: {}: {}{detail}.",
            plain(&skip.path),
            skip.reason.name()
        );
        notes.push(Notification {
            locations: vec![Location {
                physical_location: PhysicalLocation {
                    artifact_location: at(&skip.path),
                    region: None,
                },
                logical_locations: Vec::new(),
                message: None,
            }],
            ..note(level, text)
        })
    }
    if skips.len() > MAX_SKIPS {
        let text = format!(
            "Not wholly read: {} more, of {} in all.",
            grouped(number(&skips[MAX_SKIPS..])),
            grouped(number(skips))
        );
        notes.push(note("warning", text))
    }
}

fn note(level: &'static str, text: String) -> Notification {
    Notification {
        level,
        message: Text::of(text),
        locations: Vec::new(),
    }
}
