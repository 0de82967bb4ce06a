//! What a reader has to know to check the page: the method, the policies with their sources, what the words mean, and how to make it again.

use std::collections::BTreeSet;

use askama::Template;

use super::lists::means;
use super::overview::date;
use super::sheet::{Sheet, clean};
use crate::model::FindingClass;
use crate::output::words::CLASSES;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="appendix">
<h2 id="appendix-h">Appendix</h2>
<h3 id="method">Method</h3>
<p>Source code, settings, certificates, keys and binaries were read without running anything and without a network. An <b>asset</b> is one distinct algorithm, key, certificate or protocol with its parameters; its <b>places</b> are where it was seen. What the files do not tell is called unknown and never guessed.</p>
<p>What a quantum computer breaks has a score: time (60 points: how much is left to begin, against the earlier of the policies' deadline and the day when a quantum computer is expected less the time for which secrets must keep), exposure, role and criticality; then floors and caps. Each term says who says it: the files, you, or an assumption. What is weak already has fixed priorities.</p>
<h3 id="bands">Priorities</h3>
<dl class="words"><dt>P0<dd>75 points and more: it should have begun. Also keys, signatures and private keys that are broken or open today.<dt>P1<dd>55 points and more. Also broken ciphers and protocol versions.<dt>P2<dd>35 points and more.<dt>P3<dd>15 points and more.<dt>P4<dd>Nothing to do.</dl>
<h3 id="lists">Lists</h3>
<dl class="words">{% for (words, text) in lists %}<dt>{{ words }}<dd>{{ text }}{% endfor %}</dl>
<h3 id="classes">Finding classes</h3>
<dl class="words">{% for class in classes %}<dt id="class-{{ class.name() }}">{{ class.name() }}<dd>{{ class.title() }}. {{ class.means() }}{% endfor %}</dl>
<h3 id="policies">Policies</h3>
<p>A policy is applied because somebody chose it; whether it binds does not stand in any file.</p>
{% for policy in policies -%}
<h4 id="policy-{{ policy.id }}">{{ policy.title }}</h4>
<dl class="facts">{% for (what, said) in policy.facts %}<div><dt>{{ what }}<dd>{{ said }}</div>{% endfor %}</dl>
{% endfor -%}
<h3 id="reproduce">How to make it again</h3>
<dl class="facts">{% for (what, said) in hashes %}<div><dt>{{ what }}<dd><code>{{ said }}</code></div>{% endfor %}</dl>
<p>At the same commit, with the same version, rules and settings: <code>{{ command }}</code>. {{ epoch }}</p>
</section>"##
)]
pub(super) struct Appendix {
    lists: Vec<(&'static str, &'static str)>,
    classes: Vec<FindingClass>,
    policies: Vec<PolicyView>,
    hashes: Vec<(&'static str, String)>,
    command: String,
    epoch: String,
}

struct PolicyView {
    id: String,
    title: String,
    facts: Vec<(&'static str, String)>,
}

impl Appendix {
    pub(super) fn of(sheet: &Sheet<'_>) -> Self {
        let report = sheet.report;
        let planning = &report.planning;
        let rows = sheet.all().iter();
        let seen: BTreeSet<FindingClass> = rows.map(|row| row.judged.finding_class).collect();
        let classes = FindingClass::ALL.iter().copied();
        let policies = planning.policies.iter().map(|policy| {
            let mut facts = vec![
                (
                    "Document",
                    format!("{}, {}", policy.document, policy.version),
                ),
                ("Date", policy.date.to_string()),
                ("Binding", policy.binding.name().to_owned()),
                ("Evidence", policy.evidence.name().to_owned()),
                ("Scope", policy.scope.clone()),
                ("Stands in", policy.section.clone()),
                (
                    "Hybrids",
                    format!(
                        "{}: {}",
                        policy.hybrids.position.name(),
                        policy.hybrids.words
                    ),
                ),
                ("Last looked at", policy.last_verified.to_string()),
            ];
            if planning.today_is_now && policy.is_stale(planning.today) {
                facts.push((
                    "Note",
                    "not looked at for long: it may have changed since".to_owned(),
                ))
            }
            facts.extend(
                policy
                    .source
                    .iter()
                    .map(|source| ("Source", source.clone())),
            );
            PolicyView {
                id: clean(&policy.id),
                title: clean(&policy.cited()),
                facts: facts
                    .into_iter()
                    .map(|(what, said)| (what, clean(&said)))
                    .collect(),
            }
        });
        let mut hashes = vec![
            ("Tool", format!("pqscan {}", env!("CARGO_PKG_VERSION"))),
            ("Rules (BLAKE3)", clean(&report.rules_hash)),
            ("Date", date(sheet)),
            ("Judged as of", planning.today.to_string()),
            ("Quantum computer from", planning.quantum_year.to_string()),
        ];
        if let Some(commit) = &report.subject.commit {
            hashes.push(("Commit", clean(commit)))
        }
        if let Some(remote) = &report.subject.remote {
            hashes.push(("Remote", clean(remote)))
        }
        let ids: Vec<String> = planning
            .policies
            .iter()
            .map(|policy| clean(&policy.id))
            .collect();
        Self {
            lists: CLASSES
                .iter()
                .map(|(class, words)| (*words, means(*class)))
                .collect(),
            classes: classes.filter(|class| seen.contains(class)).collect(),
            policies: policies.collect(),
            hashes,
            command: format!("pqscan scan . --policy {} -o report.html", ids.join(",")),
            epoch: match report.timestamp {
                Some(seconds) => format!("SOURCE_DATE_EPOCH={seconds} gives the same bytes."),
                None => "--reproducible gives the same bytes.".to_owned(),
            },
        }
    }
}
