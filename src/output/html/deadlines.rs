//! By when: the deadlines of the chosen policies, against certificates and the time that is left to begin.

use std::collections::BTreeSet;

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::chart::{self, Deadline, Lasts, Span};
use super::data::due_value;
use super::sheet::{Sheet, clean, named};
use crate::inventory::planning::Years;
use crate::inventory::{Assessment, Due};
use crate::knowledge::policy::{Ends, Policy, year};
use crate::model::Object;
use crate::output::fit::{cut, grouped};

/// Work items in the chart: the first that have to be begun by some day.
const MAX_ITEMS: usize = 12;
/// Certificates in the chart: those that outlive a deadline first, and authorities before what they signed.
const MAX_CERTIFICATES: usize = 16;
/// Years that something is shown to be late, at most.
const YEARS_LATE: f64 = 2.0;
/// Most columns of a label in the chart.
const MAX_LABEL: usize = 60;

/// What the bars of the chart mean.
const CAPTION: &str = "A bar of a work item goes from today to the last day on which to begin, so that it is done in time; where that day is past, the bar goes from it (from two years ago at most) to today and is late. A bar of a certificate is the time for which it is valid; it is late where that goes beyond a deadline. The broken lines are the days after which a chosen policy deprecates or disallows something.";

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="deadlines">
<h2 id="deadlines-h">Deadlines</h2>
{% if let Some(chart) = chart %}<figure class="figure">{{ chart|safe }}<figcaption class="soft">{{ caption }}</figcaption></figure>{% endif %}
{% if rows.is_empty() %}<p>The chosen policies have no dates.</p>{% else -%}
<div class="scroll" tabindex="0" role="group" aria-labelledby="deadlines-h">
<table class="wide"><thead><tr><th scope="col">Last day<th scope="col">Policy<th scope="col">What it says<th scope="col" class="r">Assets that it is the earliest for</thead><tbody>
{%- for row in rows %}
<tr><td class="day">{{ row.day }}{% if row.over %} <small>over</small>{% endif %}<td class="day"><a href="#policy-{{ row.id }}">{{ row.policy }}</a><td>{{ row.words }}<td class="r">{% if let Some(link) = row.link %}<a href="#{{ link }}">{{ row.number }}</a>{% else %}<span class="soft">{{ row.number }}</span>{% endif %}
{%- endfor %}</tbody></table></div>
<p class="soft">Each asset counts at the earliest day after which it is disallowed.{% if deprecates %} A deprecation is no such day: what is deprecated may be used on, at one's own risk.{% endif %} A day to begin comes before a deadline: the plan and each finding say how much time is left.</p>
{%- endif %}
</section>"##
)]
pub(super) struct Deadlines {
    /// Made by `chart`, which escapes.
    chart: Option<String>,
    caption: &'static str,
    /// Whether one of the days only deprecates something.
    deprecates: bool,
    rows: Vec<RowView>,
}

struct RowView {
    day: String,
    over: bool,
    id: String,
    policy: String,
    words: String,
    number: String,
    link: Option<String>,
}

impl Deadlines {
    pub(super) fn of(sheet: &Sheet<'_>) -> Self {
        let planning = &sheet.report.planning;
        let mut rows: Vec<(jiff::civil::Date, RowView)> = Vec::new();
        let mut lines = Vec::new();
        let mut deprecates = false;
        for policy in &planning.policies {
            for (day, words) in dates(policy) {
                let (number, link) = match &words {
                    Words::Ends(Ends::Disallowed, _) => {
                        let (number, link) = assets_due(sheet, policy, day);
                        (Some(number), link)
                    }
                    Words::Ends(Ends::Deprecated, _) => {
                        deprecates = true;
                        (None, None)
                    }
                    Words::Milestone(_) => (None, None),
                };
                let words = match words {
                    Words::Ends(_, words) => {
                        lines.push(Deadline {
                            // What is allowed on the last day ends with it.
                            year: Years::at(day).in_years() + 1.0 / 366.0,
                            label: format!("{}: {}", year(day), clean(&policy.title)),
                        });
                        words
                    }
                    Words::Milestone(words) => format!("{words} (ends nothing that is in use)"),
                };
                rows.push((
                    day,
                    RowView {
                        day: day.to_string(),
                        over: day < planning.today,
                        id: clean(&policy.id),
                        policy: clean(&policy.cited()),
                        words: clean(&words),
                        number: number.map(|n| grouped(n as u64)).unwrap_or_default(),
                        link,
                    },
                ));
            }
        }
        rows.sort_by_key(|(day, _)| *day);
        lines.dedup_by(|a, b| a.label == b.label);
        let spans = spans(sheet);
        let chart = (!lines.is_empty() || !spans.is_empty()).then(|| {
            chart::timeline(
                "timeline",
                "Deadlines, certificates and time left to begin",
                "Up to 16 certificates, those that outlive a deadline first, and the first 12 work items. What the bars mean stands below.",
                Years::at(planning.today).in_years(),
                &lines,
                &spans,
            )
        });
        Self {
            chart,
            caption: CAPTION,
            deprecates,
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        }
    }
}

enum Words {
    Ends(Ends, String),
    Milestone(String),
}

/// The dates of a policy, each day with what it ends.
fn dates(policy: &Policy) -> Vec<(jiff::civil::Date, Words)> {
    let deadlines = policy.deadlines.iter().map(|deadline| {
        let concerns: Vec<&str> = deadline.concerns.iter().map(|c| c.name()).collect();
        let mut words = format!("{} {} after it", concerns.join(", "), deadline.ends.name());
        if let Some(bits) = deadline.up_to_bits {
            words.push_str(&format!(", up to {bits} bits of strength"))
        }
        if let Some(criticality) = deadline.criticality {
            words.push_str(&format!(
                ", for systems of {} criticality",
                criticality.name()
            ))
        }
        if let Some(case) = &deadline.case {
            words.push_str(&format!(" ({case})"))
        }
        (deadline.last_day, Words::Ends(deadline.ends, words))
    });
    let milestones = policy.milestones.iter();
    let milestones = milestones.map(|m| (m.day, Words::Milestone(m.words.clone())));
    deadlines.chain(milestones).collect()
}

/// How many assets have their earliest deadline on that day of that policy, and where they are.
fn assets_due(
    sheet: &Sheet<'_>,
    policy: &Policy,
    day: jiff::civil::Date,
) -> (usize, Option<String>) {
    let is_it = |due: &&Due| due.last_day == day && *due.policy == *policy.id;
    let due = sheet.all().iter().filter_map(|row| {
        let score = row.judged.score.as_deref()?;
        let due = score.deadline.as_ref().filter(is_it)?;
        Some((row.number, due))
    });
    let mut link = None;
    let assets: BTreeSet<usize> = due
        .map(|(number, due)| {
            link.get_or_insert_with(|| format!("due={}", due_value(due).replace(' ', "+")));
            number
        })
        .collect();
    (assets.len(), link)
}

/// Certificates with what they live beyond, and the work items that have to be begun.
fn spans(sheet: &Sheet<'_>) -> Vec<Span> {
    let today = Years::at(sheet.report.planning.today);
    let mut certificates: Vec<(bool, bool, Span)> = sheet
        .assets()
        .filter_map(|(number, asset, assessment)| {
            let Some(Object::Certificate(certificate)) = asset.asset.object.as_deref() else {
                return None;
            };
            if is_over(assessment) {
                return None;
            }
            let lifetime = assessment.lifetime.as_ref();
            let late = lifetime.is_some_and(|lifetime| !lifetime.outlives.is_empty());
            let span = Span {
                label: cut(&named(&asset.name), MAX_LABEL),
                from: certificate.not_before.and_then(at),
                until: certificate.not_after.and_then(at)?,
                late,
                lasts: Lasts::Valid,
                href: sheet.anchor(number).map(|anchor| format!("#r{anchor}")),
            };
            Some((!late, certificate.ca != Some(true), span))
        })
        .collect();
    // Those that act first; the table of certificates has the others.
    certificates.sort_by_key(|(in_time, leaf, _)| (*in_time, *leaf));
    certificates.truncate(MAX_CERTIFICATES);
    let certificates = certificates.into_iter().map(|(.., span)| span);
    let items = sheet.report.plan.iter();
    let items = items.filter_map(|item| Some((item, item.slack?)));
    let items = items.take(MAX_ITEMS).map(|(item, slack)| {
        let today = today.in_years();
        // What should have begun is late since then.
        let begin = today + slack.in_years();
        Span {
            label: cut(&clean(&item.title), MAX_LABEL),
            from: Some(today.min(begin).max(today - YEARS_LATE)),
            until: today.max(begin),
            late: begin < today,
            lasts: Lasts::Begin(begin),
            href: Some(format!("#{}", clean(&item.id))),
        }
    });
    items.chain(certificates).collect()
}

fn is_over(assessment: &Assessment) -> bool {
    let lifetime = assessment.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.state == Some("expired"))
}

/// A point of time in years; the end of time is the last year that four digits can write.
pub(super) fn at(seconds: i64) -> Option<f64> {
    if seconds == i64::MAX {
        return Some(9999.99);
    }
    let time = Timestamp::from_second(seconds).ok()?;
    Some(Years::at(TimeZone::UTC.to_datetime(time).date()).in_years())
}
