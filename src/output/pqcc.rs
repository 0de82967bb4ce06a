//! The inventory as the workbook of the Post-Quantum Cryptography Coalition (PQCC) has it: one row an asset, eighteen columns, as CSV to paste
//! or import. What a scan cannot know (people, vendors, what is planned) stays empty; nothing is guessed.

use std::io;

use super::csv::{Table, cell};
use super::fit::counted;
use super::rows::{Row, first, rows};
use super::words::{CLASSES, at};
use super::{Format, Options, band_name, rfc3339};
use crate::inventory::{Judgement, Report};

/// The workbook's headings, in its order.
const HEADINGS: [&str; 18] = [
    "Entry ID",
    "Asset/System Short Name/ID",
    "Asset/System Type",
    "POC Name (Internal)",
    "POC Email",
    "POC Phone",
    "POC Org/Sub-Org(s)",
    "External Vendor Org",
    "External Vendor POC Name",
    "Vendor POC Email",
    "Asset PQC Needs",
    "PQC Status Notes",
    "Planned Disposition",
    "Disposition Date",
    "Asset Priority",
    "Asset Priority Notes",
    "Additional Notes",
    "Last Updated (Date)",
];

/// `--format pqcc`.
#[derive(Debug)]
pub struct Pqcc;

impl Format for Pqcc {
    fn name(&self) -> &'static str {
        "pqcc"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut table = Table::new(to);
        table.row(HEADINGS)?;
        let updated = report.timestamp.and_then(rfc3339).unwrap_or_default();
        let day = updated.split('T').next().unwrap_or_default();
        for row in rows(report).iter().filter(|row| row.is_main()) {
            table.row(cells(report, row, day).map(|text| cell(&text)))?
        }
        table.end()
    }
}

fn cells(report: &Report, row: &Row<'_>, day: &str) -> [String; 18] {
    let asset = row.asset;
    let people = Contacts::of(report, row);
    let judgements = row.assessment.judgements();
    let accepted = accepted(report, row);
    let (disposition, until) = accepted.unwrap_or_default();
    let kind = match asset.known.primitive {
        Some(primitive) if primitive != "unknown" => {
            format!("{}: {primitive}", asset.asset.kind.name())
        }
        _ => asset.asset.kind.name().to_owned(),
    };
    [
        asset.id.to_string(),
        format!("{}: {}", report.subject.name, asset.name),
        kind,
        people.names.join("; "),
        people.mails.join("; "),
        String::new(),
        people.teams.join("; "),
        String::new(),
        String::new(),
        String::new(),
        needs(judgements),
        status(judgements),
        disposition,
        until,
        band_name(row.assessment.band()).to_owned(),
        priority(judgements),
        places(row),
        day.to_owned(),
    ]
}

/// Who owns the files, by the form in which CODEOWNERS and settings name somebody: a mail address, a team (`@org/team`), or a name.
#[derive(Default)]
struct Contacts {
    names: Vec<String>,
    mails: Vec<String>,
    teams: Vec<String>,
}

impl Contacts {
    fn of(report: &Report, row: &Row<'_>) -> Self {
        let mut contacts = Self::default();
        let occurrences = &row.asset.occurrences;
        // Places are in the order of paths.
        for places in occurrences.chunk_by(|a, b| a.location.path == b.location.path) {
            for owner in report.planning.owners(&places[0].location.path) {
                let kind = match owner.split_once('@') {
                    Some(("", rest)) if rest.contains('/') => &mut contacts.teams,
                    Some((before, host)) if !before.is_empty() && host.contains('.') => {
                        &mut contacts.mails
                    }
                    _ => &mut contacts.names,
                };
                if !kind.contains(owner) {
                    kind.push(owner.clone())
                }
            }
        }
        contacts
    }
}

/// What takes its place, for each use. What one of several things would do for is not said where one of fewer of them is asked for as well.
fn needs(judgements: &[Judgement]) -> String {
    let all = judgements.iter().map(|judged| &judged.replacement[..]);
    let all: Vec<&[String]> = all.filter(|need| !need.is_empty()).collect();
    let is_part = |one: &[String], of: &[String]| one.iter().all(|name| of.contains(name));
    let is_said = |number: usize, need: &[String]| {
        let mut others = all.iter().enumerate();
        others.any(|(other, fewer)| {
            other != number && is_part(fewer, need) && (other < number || !is_part(need, fewer))
        })
    };
    let needs = all.iter().enumerate();
    let needs = needs.filter(|(number, need)| !is_said(*number, need));
    let needs: Vec<String> = needs.map(|(_, need)| need.join(" or ")).collect();
    needs.join("; ")
}

/// On which lists it is, and why.
fn status(judgements: &[Judgement]) -> String {
    let notes = judgements.iter().map(|judged| {
        let list = CLASSES.iter().find(|(class, _)| *class == judged.class);
        let list = list.map_or("", |(_, words)| words);
        let class = judged.finding_class.name();
        // Some reasons begin with the list.
        let reason = judged.reason.strip_prefix(list);
        let reason = reason.and_then(|rest| rest.strip_prefix(": "));
        format!("{list}; {class}: {}", reason.unwrap_or(&judged.reason))
    });
    notes.collect::<Vec<_>>().join(" ")
}

/// What is planned is known of a risk that somebody accepts, and until when; of nothing else.
fn accepted(report: &Report, row: &Row<'_>) -> Option<(String, String)> {
    let class = row.judged.finding_class;
    let accepted = report.waivers.accepted(row.number, class)?;
    let entries = accepted.entries().into_iter();
    let entries = entries.filter_map(|entry| report.waivers.entries.get(entry));
    let by: Vec<String> = entries
        .map(|entry| {
            let owner = entry.owner.as_deref().unwrap_or("an unknown owner");
            format!("{owner} ({})", entry.waiver.place.id())
        })
        .collect();
    let places = match accepted.wholly {
        true => String::new(),
        false => format!(" at {} of {} places", accepted.places(), accepted.by.len()),
    };
    let words = format!("Risk accepted{places} by {}", by.join(", "));
    Some((words, accepted.until.to_string()))
}

/// Of each judgement its priority, the score, the deadline, and what only a person knows and it depends on.
fn priority(judgements: &[Judgement]) -> String {
    let notes = judgements.iter().map(|judged| {
        let mut note = format!(
            "{}: {}",
            band_name(judged.band),
            judged.finding_class.name()
        );
        let Some(score) = judged.score.as_deref() else {
            return note;
        };
        note += &format!(", score {} of 100", score.points);
        if let Some(due) = &score.deadline {
            note += &format!(", until {}, {}", due.last_day, due.cited)
        }
        let needs = score.needs_context.iter().map(|need| need.what);
        let needs: Vec<&str> = needs.collect();
        if !needs.is_empty() {
            note += &format!(", depends on {}", needs.join(" and "))
        }
        note
    });
    notes.collect::<Vec<_>>().join("; ")
}

/// How many places there are, and which is to be looked at first.
fn places(row: &Row<'_>) -> String {
    let number = counted(row.asset.occurrences.len() as u64, "place");
    match first(row.asset) {
        Some(place) => format!("{number}; first: {}", at(&place.location)),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Band, Class};
    use crate::model::FindingClass;

    fn judged(class: Class, reason: &str, instead: &[&str]) -> Judgement {
        let finding_class = match class {
            Class::Weak => FindingClass::ShortKey,
            _ => FindingClass::RsaSignature,
        };
        Judgement::new(class, Band::P0, finding_class, reason)
            .replaced_by(instead.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn nothing_is_needed_twice() {
        let needed = |needs: &[&[&str]]| {
            let judgements = needs.iter().map(|need| judged(Class::Weak, "", need));
            super::needs(&judgements.collect::<Vec<_>>())
        };
        let (a, either) = (&["ML-DSA-65"][..], &["ML-DSA-65", "SLH-DSA"][..]);
        assert_eq!(needed(&[a, either]), "ML-DSA-65");
        assert_eq!(needed(&[either, a]), "ML-DSA-65");
        assert_eq!(needed(&[either, either]), "ML-DSA-65 or SLH-DSA");
        let other = &["ML-KEM-768"][..];
        assert_eq!(needed(&[other, &[], a]), "ML-KEM-768; ML-DSA-65");
        assert_eq!(needed(&[&[]]), "");
    }

    #[test]
    fn a_list_is_named_once() {
        let weak = judged(Class::Weak, "Weak already: too short.", &[]);
        let signs = judged(Class::Signature, "Shor breaks it.", &[]);
        assert_eq!(
            status(&[weak, signs]),
            "Weak already; short-key: too short. \
             Quantum-broken signatures (forged from then on); rsa-signature: Shor breaks it."
        );
    }

    #[test]
    fn each_priority_says_what_it_is_of() {
        let weak = judged(Class::Weak, "", &[]);
        let signs = judged(Class::Signature, "", &[]);
        assert_eq!(priority(&[weak, signs]), "P0: short-key; P0: rsa-signature");
    }
}
