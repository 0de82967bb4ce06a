//! The rules of a run: the finding classes that occur, with what GitHub shows of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::shape::{Configuration, Help, Rule, RuleProperties, Text};
use super::words::{level, markdown, pascal, plain, severity};
use crate::inventory::{Band, Class};
use crate::model::{Confidence, FindingClass};
use crate::output::band_name;
use crate::output::findings::{Finding, weakness};

/// Most replacements that a rule's help names.
const MAX_REPLACEMENTS: usize = 5;
/// Most policies.
const MAX_POLICIES: usize = 20;

/// What the findings of a class have in common.
struct Gathered {
    band: Band,
    is_broken: bool,
    confidences: BTreeMap<Confidence, usize>,
    replacements: BTreeSet<String>,
    deadlines: BTreeMap<Arc<str>, Date>,
}

/// The rules of findings, in the order of the documentation, and the number of each by its class.
pub(super) fn rules(findings: &[Finding<'_>]) -> (Vec<Rule>, BTreeMap<FindingClass, usize>) {
    let mut gathered: BTreeMap<FindingClass, Gathered> = BTreeMap::new();
    for finding in findings {
        let judged = finding.row.judged;
        let class = gathered
            .entry(judged.finding_class)
            .or_insert_with(|| Gathered {
                band: judged.band,
                is_broken: false,
                confidences: BTreeMap::new(),
                replacements: BTreeSet::new(),
                deadlines: BTreeMap::new(),
            });
        class.band = class.band.min(judged.band);
        class.is_broken |= matches!(
            judged.class,
            Class::KeyEstablishment | Class::Signature | Class::QuantumBroken
        );
        *class
            .confidences
            .entry(finding.occurrence.confidence)
            .or_default() += 1;
        class.replacements.extend(judged.replacement());
        for verdict in &finding.row.assessment.verdicts {
            if let Some((_, day)) = verdict.ends.first() {
                let first = class.deadlines.entry(verdict.cited.clone()).or_insert(*day);
                *first = (*first).min(*day)
            }
        }
    }
    let numbers = gathered.keys().copied().zip(0..).collect();
    let rules = gathered
        .iter()
        .map(|(class, gathered)| rule(*class, gathered));
    (rules.collect(), numbers)
}

fn rule(class: FindingClass, gathered: &Gathered) -> Rule {
    let mut tags: Vec<String> = vec!["security".into(), "cryptography".into()];
    if gathered.is_broken {
        tags.push("post-quantum".into())
    }
    if let Some(cwe) = weakness(class) {
        tags.push(format!("external/cwe/cwe-{cwe}"))
    }
    Rule {
        id: class.name(),
        name: pascal(class.name()),
        short_description: Text::of(format!("{}.", class.title())),
        full_description: Text::of(class.means()),
        help: help(class, gathered),
        default_configuration: Configuration {
            level: level(gathered.band),
        },
        properties: RuleProperties {
            tags,
            precision: precision(gathered),
            security_severity: severity(gathered.band),
            priority: band_name(gathered.band),
        },
    }
}

/// That of most of its findings; of two as frequent, the lower.
fn precision(gathered: &Gathered) -> &'static str {
    let most = gathered.confidences.values().max().copied();
    let mut of_most = gathered.confidences.iter();
    let most = of_most.find(|(_, number)| Some(**number) == most);
    match most {
        Some((Confidence::High, _)) => "high",
        Some((Confidence::Medium, _)) => "medium",
        Some((Confidence::Low, _)) | None => "low",
    }
}

fn help(class: FindingClass, gathered: &Gathered) -> Help {
    let explain = format!("pqscan explain {}", class.name());
    let mut text = class.means().to_owned();
    let mut page = format!("{}\n", class.means());
    let replacements: Vec<&String> = gathered.replacements.iter().collect();
    if !replacements.is_empty() {
        let shown = &replacements[..replacements.len().min(MAX_REPLACEMENTS)];
        let more = match replacements.len() - shown.len() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let all = |f: fn(&str) -> String| -> String {
            let shown: Vec<String> = shown.iter().map(|text| f(text)).collect();
            format!("{}{more}", shown.join("; "))
        };
        text += &format!("\n\nWhat replaces it here: {}.", all(plain));
        page += &format!("\n**What replaces it here:** {}.\n", all(markdown));
    }
    if !gathered.deadlines.is_empty() {
        let all = |f: fn(&str) -> String| -> String {
            let deadlines = gathered.deadlines.iter().take(MAX_POLICIES);
            let deadlines = deadlines.map(|(cited, day)| format!("{}: {day}", f(cited)));
            deadlines.collect::<Vec<_>>().join("; ")
        };
        let heading = "Last day before a chosen policy ends something of it";
        text += &format!("\n\n{heading}: {}.", all(plain));
        page += &format!("\n**{heading}:** {}.\n", all(markdown));
    }
    text += &format!("\n\nMore, offline: {explain}");
    page += &format!("\nMore, offline: `{explain}`\n");
    Help {
        text,
        markdown: page,
    }
}
