//! GitLab's SAST report, schema 15.1.4 of its security report schemas; `docs/sarif.md` says what is in it and what is not.
//!
//! A vulnerability is a judgement of an asset at a place where something has to be done, as in SARIF. GitLab has no word for a risk that
//! somebody accepts, so what is accepted is left out, and counted in the messages.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use uuid::{Uuid, uuid};

use super::findings::{Finding, Findings, weakness};
use super::fit::{counted, cut, grouped, harmless};
use super::sarif::words::escaped;
use super::{Format, Options, band_name, class_name, stream};
use crate::inventory::{Band, Report};

const VERSION: &str = "15.1.4";
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.1.4/dist/sast-report-format.json";
/// What identifiers of vulnerabilities are made from, so that they are those of nothing else.
const NAMESPACE: Uuid = uuid!("6b1f7a52-5a0c-4a52-9f0e-2f6a1d6f8c3e");
/// The longest name and the longest solution that the schema allows, in characters.
const MAX_NAME: usize = 255;
const MAX_SOLUTION: usize = 7_000;
/// Most messages of what was not read; the number is always said.
const MAX_SKIPS: usize = 100;
/// The times are required. A report without one says the beginning of the era, and a message says that it did not happen then.
const NO_TIME: &str = "1970-01-01T00:00:00";

/// `--format gitlab`.
#[derive(Debug)]
pub struct GitLab;

impl Format for GitLab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn write(&self, report: &Report, _options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        stream::compact(to, &document(report))?;
        writeln!(to)
    }
}

#[derive(Serialize)]
struct Document {
    version: &'static str,
    schema: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Scanner,
    scanner: Scanner,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Scanner {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    category: &'static str,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    scanner: Named,
    location: Location,
    identifiers: Vec<Identifier>,
    details: BTreeMap<&'static str, Detail>,
}

#[derive(Serialize)]
struct Named {
    id: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Location {
    file: String,
    /// Absent where the file has no lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Text with a heading.
#[derive(Serialize)]
struct Detail {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

fn document(report: &Report) -> Document {
    let findings = Findings::of(report, usize::MAX);
    let open = findings.list.iter().filter(|f| f.accepted.is_none());
    let vulnerabilities: Vec<Vulnerability> = open.map(vulnerability).collect();
    let time = report.timestamp.and_then(|seconds| {
        let time = jiff::Timestamp::from_second(seconds).ok()?;
        Some(time.strftime("%Y-%m-%dT%H:%M:%S").to_string())
    });
    let messages = messages(report, &findings, vulnerabilities.len(), time.is_some());
    let time = time.unwrap_or_else(|| NO_TIME.to_owned());
    Document {
        version: VERSION,
        schema: SCHEMA,
        scan: Scan {
            analyzer: scanner(),
            scanner: scanner(),
            kind: "sast",
            start_time: time.clone(),
            end_time: time,
            status: "success",
            messages,
        },
        vulnerabilities,
    }
}

fn scanner() -> Scanner {
    Scanner {
        id: "pqscan",
        name: "pqscan",
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: "pqscan" },
    }
}

fn vulnerability(finding: &Finding<'_>) -> Vulnerability {
    let (judged, occurrence) = (finding.row.judged, finding.occurrence);
    let class = judged.finding_class;
    let place = &occurrence.location;
    // Objects have one fingerprint for all of their places, and a key can be seen twice at one: by itself, and in its certificate.
    let told_by = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}",
        finding.fingerprint,
        place.path,
        place.line,
        place.span.start,
        place.span.end,
        occurrence.entry,
        occurrence.asset.brief()
    );
    let solution = match (judged.replacement(), &judged.note) {
        (Some(replacement), Some(note)) => Some(format!("{replacement} ({note})")),
        (Some(replacement), None) => Some(replacement),
        (None, note) => note.clone(),
    };
    let mut details = BTreeMap::new();
    let mut detail = |key, name, value: String| {
        details.insert(
            key,
            Detail {
                name,
                kind: "text",
                value,
            },
        );
    };
    detail("priority", "Priority", band_name(judged.band).to_owned());
    detail("list", "List", class_name(judged.class).to_owned());
    detail(
        "confidence",
        "Confidence",
        occurrence.confidence.name().to_owned(),
    );
    detail("context", "Context", occurrence.context.name().to_owned());
    if let Some(due) = judged.score.as_deref().and_then(|s| s.deadline.as_ref()) {
        let value = format!("{}, {}", due.last_day, harmless(&due.cited));
        detail("deadline", "Last day", value)
    }
    if place.line == 0 && place.span.start > 0 {
        detail("byte", "Byte", place.span.start.to_string())
    }
    Vulnerability {
        id: Uuid::new_v5(&NAMESPACE, told_by.as_bytes()).to_string(),
        category: "sast",
        name: cut(class.title(), MAX_NAME),
        description: format!(
            "{}: {}\n\n{}",
            marked(&finding.row.asset.name),
            marked(&judged.reason),
            class.means()
        ),
        severity: severity(judged.band),
        solution: solution.map(|text| cut(&marked(&text), MAX_SOLUTION)),
        scanner: Named {
            id: "pqscan",
            name: "pqscan",
        },
        location: Location {
            file: harmless(&place.path),
            start_line: (place.line > 0).then_some(place.line),
            end_line: (place.line > 0).then_some(place.line),
            method: occurrence.function.as_deref().map(harmless),
        },
        identifiers: identifiers(finding),
        details,
    }
}

/// The first is what GitLab tracks a vulnerability by.
fn identifiers(finding: &Finding<'_>) -> Vec<Identifier> {
    let class = finding.row.judged.finding_class;
    let mut identifiers = vec![Identifier {
        kind: "pqscan_finding_class",
        name: format!("pqscan {}", class.name()),
        value: class.name().to_owned(),
        url: None,
    }];
    if let Some(number) = weakness(class) {
        identifiers.push(Identifier {
            kind: "cwe",
            name: format!("CWE-{number}"),
            value: number.to_string(),
            url: Some(format!(
                "https://cwe.mitre.org/data/definitions/{number}.html"
            )),
        })
    }
    identifiers
}

/// Text for GitLab's Markdown, in which an at sign calls somebody, escaped or not.
fn marked(text: &str) -> String {
    escaped(text).replace("\\@", "(at)")
}

const fn severity(band: Band) -> &'static str {
    match band {
        Band::P0 => "Critical",
        Band::P1 => "High",
        Band::P2 => "Medium",
        Band::P3 => "Low",
        Band::P4 => "Info",
    }
}

fn messages(
    report: &Report,
    findings: &Findings<'_>,
    written: usize,
    has_time: bool,
) -> Vec<Message> {
    let accepted = findings.needed - written;
    let mut messages = vec![Message {
        level: "info",
        value: format!(
            "{} in {}: {} need something and are written, {} are accepted by waivers and left out, {} need nothing where they are and are left out.",
            counted(findings.totals.findings as u64, "finding"),
            counted(findings.totals.assets as u64, "asset"),
            grouped(written as u64),
            grouped(accepted as u64),
            grouped(findings.settled() as u64),
        ),
    }];
    if !has_time {
        messages.push(Message {
            level: "info",
            value: "The time was left out; the times in this report mean nothing.".to_owned(),
        })
    }
    let skips = &report.coverage.skips;
    for skip in skips.iter().take(MAX_SKIPS) {
        let detail = match &*skip.detail {
            "" => String::new(),
            detail => format!(" ({})", harmless(detail)),
        };
        messages.push(Message {
            level: if skip.reason.is_gap() { "warn" } else { "info" },
            value: format!(
                "Not wholly read: {}: {}{detail}",
                harmless(&skip.path),
                skip.reason.name()
            ),
        })
    }
    if skips.len() > MAX_SKIPS {
        let number = |skips: &[crate::model::Skip]| skips.iter().map(|s| s.number).sum::<u64>();
        messages.push(Message {
            level: "warn",
            value: format!(
                "Not wholly read: {} more, of {} in all",
                grouped(number(&skips[MAX_SKIPS..])),
                grouped(number(skips))
            ),
        })
    }
    messages
}
