//! SARIF 2.1.0, as GitHub code scanning takes it; `docs/sarif.md` says what is in it and what is not.
//!
//! A result is a judgement of an asset at a place where something has to be done; its rule is the finding class.

mod notes;
mod places;
mod results;
mod rules;
mod shape;
pub(super) mod words;

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use self::notes::Bound;
use self::places::{Artifacts, ROOT};
use self::shape::{
    AutomationDetails, Base, Driver, DriverProperties, Invocation, Log, Run, RunProperties, Text,
    Tool, UriBase, VersionControl,
};
use super::findings::Findings;
use super::fit::harmless;
use super::{Format, Options, band_name, rfc3339};
use crate::inventory::Report;

/// Where the schema is found; a name that GitHub, editors and validators know.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The largest upload that GitHub takes, compressed; its documentation says 10 MB.
const MAX_PACKED: usize = 10_000_000;
/// The number of results that GitHub shows of a run, the most severe; it refuses runs with more than five times as many.
pub const MAX_RESULTS: usize = 5_000;

/// `--format sarif`.
#[derive(Debug)]
pub struct Sarif;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".sarif", ".sarif.json"]
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let (mut most, mut bound) = (options.sarif_max, Bound::Asked);
        loop {
            let findings = Findings::of(report, most);
            let mut document = serde_json::to_vec(&log(report, &findings, bound))?;
            document.push(b'\n');
            if findings.list.is_empty() || packed(&document)? <= MAX_PACKED {
                return to.write_all(&document);
            }
            (most, bound) = (findings.list.len() / 2, Bound::Size);
        }
    }
}

/// The number of bytes after compression; not computed where it cannot matter.
fn packed(document: &[u8]) -> io::Result<usize> {
    if document.len() <= MAX_PACKED {
        return Ok(document.len());
    }
    let mut encoder = GzEncoder::new(Counter(0), Compression::default());
    encoder.write_all(document)?;
    Ok(encoder.finish()?.0)
}

/// Takes bytes and keeps their number.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn log<'a>(report: &'a Report, findings: &Findings<'a>, bound: Bound) -> Log<'a> {
    let (rules, numbers) = rules::rules(&findings.list);
    let mut artifacts = Artifacts::default();
    let results = findings.list.iter();
    let results = results.map(|finding| results::result(finding, &numbers, &mut artifacts));
    let results: Vec<_> = results.collect();
    let version_control = version_control(report);
    let commit = report.subject.commit.as_deref().map(harmless);
    let by_band = findings.totals.by_band.iter();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "pqscan",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: home(),
                rules,
                properties: DriverProperties {
                    rules_hash: &report.rules_hash,
                },
            },
        },
        automation_details: AutomationDetails {
            id: format!("pqscan/{}/", category(&report.subject.name)),
        },
        properties: RunProperties {
            commit: commit.filter(|_| version_control.is_none()),
            assets: findings.totals.assets,
            places: findings.totals.places,
            findings: findings.totals.findings,
            results: results.len(),
            left_out: findings.settled(),
            dropped: findings.dropped(),
            assets_by_priority: by_band.map(|(band, n)| (band_name(*band), *n)).collect(),
        },
        version_control_provenance: version_control,
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            UriBase {
                description: Text::of("What was scanned, or the folder above all of it."),
            },
        )]),
        column_kind: "unicodeCodePoints",
        redaction_tokens: ["\"…\""],
        invocations: [Invocation {
            execution_successful: true,
            start_time_utc: report.timestamp.and_then(rfc3339),
            tool_execution_notifications: notes::notes(report, findings, bound),
        }],
        artifacts: artifacts.list,
        results,
    };
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    }
}

/// The project's home page, where its manifest names one.
fn home() -> Option<&'static str> {
    let home = env!("CARGO_PKG_HOMEPAGE");
    (!home.is_empty()).then_some(home)
}

/// The subject's name as a part of an identifier, of which slashes make the parts (§3.5.4).
fn category(name: &str) -> String {
    const MOST: usize = 100;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name = name.chars().take(MOST);
    let name: String = name.map(|c| if allowed(c) { c } else { '-' }).collect();
    if name.is_empty() {
        "scan".to_owned()
    } else {
        name
    }
}

/// The commit and where it is from, where that is an address that anybody can follow.
fn version_control(report: &Report) -> Option<[VersionControl<'_>; 1]> {
    let remote = report.subject.remote.as_deref()?;
    is_plain_address(remote).then_some([VersionControl {
        repository_uri: remote,
        revision_id: harmless(report.subject.commit.as_deref()?),
        mapped_to: Base { uri_base_id: ROOT },
    }])
}

/// Whether a text is an address of the web without anything unusual in it: consumers give a document up for one that they cannot parse.
fn is_plain_address(text: &str) -> bool {
    const MOST: usize = 1000;
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = host.split_once(':').unwrap_or((host, "443"));
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let in_path = |c: char| c.is_ascii_alphanumeric() || "-._~/+=".contains(c);
    text.len() <= MOST
        && host.split('.').all(label)
        && port.chars().all(|c| c.is_ascii_digit())
        && port.parse::<u16>().is_ok()
        && path.chars().all(in_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_address_is_said_to_be_the_repository() {
        assert!(is_plain_address("https://example.org/a/b.git"));
        assert!(is_plain_address("https://git.example.org:8443/~a/b"));
        for odd in [
            "git@example.org:a/b.git",
            "ssh://example.org/a",
            "http://example.org/a",
            "https://user@example.org/a",
            "https://example.org:99999/a",
            "https://example.org:/a",
            "https://-example.org/a",
            "https://example..org/a",
            "https:///a",
            "https://example.org/a b",
            "https://example.org/<script>",
        ] {
            assert!(!is_plain_address(odd), "{odd}");
        }
    }

    #[test]
    fn a_category_is_one_part_of_an_identifier() {
        assert_eq!(category("payments"), "payments");
        assert_eq!(category("a/b c\u{202e}"), "a-b-c-");
        assert_eq!(category(""), "scan");
    }
}
