//! What was looked at and what was not, and what the judgement takes for granted.

use std::collections::BTreeMap;

use askama::Template;

use super::sheet::{Sheet, clean, marked, named, path};
use crate::inventory::Source;
use crate::inventory::assumptions::assumptions;
use crate::output::fit::{counted, cut, grouped};

/// Most files named of those that were not read; how many there are is said.
const MAX_SKIPS: usize = 1_000;
/// Most assets named.
const MAX_NAMED: usize = 50;
/// Most columns of why one was not read.
const MAX_DETAIL: usize = 200;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="coverage">
<h2 id="coverage-h">What was looked at</h2>
<ul>{% for text in read %}<li>{{ text }}</li>{% endfor %}</ul>
{% for gaps in skips -%}
<h3>{{ gaps.title }} <span class="n">{{ gaps.size }}</span></h3>
{%- if gaps.reasons.is_empty() %}<p>None.</p>{% else %}
<ul>{% for (reason, number) in gaps.reasons %}<li>{{ reason }}: {{ number }}</li>{% endfor %}</ul>
<details><summary>Which</summary><ul class="paths">{% for (path, reason) in gaps.files %}<li>{{ path }}: {{ reason|safe }}</li>{% endfor %}</ul>{% if gaps.more > 0 %}<p>And {{ gaps.more }} more; the JSON form has them.</p>{% endif %}</details>
{%- endif %}
{% endfor -%}
{% if !project.is_empty() -%}
<h3>By the project's own settings</h3>
<ul>{% for text in project %}<li>{{ text }}</li>{% endfor %}{% for (name, anchor) in lowered %}<li>{% if let Some(anchor) = anchor %}<a href="#r{{ anchor }}">{{ name }}</a>{% else %}{{ name }}{% endif %}</li>{% endfor %}</ul>
{%- endif %}
</section>
<section id="assumptions">
<h2 id="assumptions-h">What is assumed, and what was said</h2>
{% if assumed.is_empty() %}<p>Nothing that a priority here rests on.</p>{% else -%}
<div class="scroll" tabindex="0" role="group" aria-labelledby="assumptions-h">
<table><thead><tr><th scope="col">About<th scope="col">What<th scope="col">Who says it<th scope="col" class="r">Assets whose priority rests on it</thead><tbody>
{%- for row in assumed %}
<tr><th scope="row">{{ row.what }}<td>{{ row.words }}<td>{{ row.source }}<td class="r">{{ row.assets }}
{%- endfor %}</tbody></table></div>
<p>Settings, flags and <code>[[context]]</code> in <code>pqscan.toml</code> say it better.</p>
{%- endif %}
</section>"##
)]
pub(super) struct Coverage {
    read: Vec<String>,
    skips: Vec<Skips>,
    project: Vec<String>,
    lowered: Vec<(String, Option<usize>)>,
    assumed: Vec<Assumed>,
}

struct Skips {
    title: &'static str,
    size: String,
    reasons: Vec<(&'static str, String)>,
    /// The second is made by `marked`, which escapes.
    files: Vec<(String, String)>,
    more: usize,
}

struct Assumed {
    what: &'static str,
    words: String,
    source: &'static str,
    assets: String,
}

impl Coverage {
    pub(super) fn of(sheet: &Sheet<'_>) -> Self {
        let report = sheet.report;
        let lowered = report.lowered.iter().take(MAX_NAMED).filter_map(|number| {
            let asset = report.inventory.assets.get(*number)?;
            Some((named(&asset.name), sheet.anchor(*number)))
        });
        let assessments = report.assessment.iter().map(AsRef::as_ref);
        let assumed = assumptions(&report.planning, assessments).into_iter();
        let assumed = assumed.map(|assumption| Assumed {
            what: assumption.what,
            words: clean(&assumption.words),
            source: match assumption.source {
                Source::Default => "nobody: assumed",
                Source::User => "the user",
                Source::Observed => "the files",
            },
            assets: match assumption.assets {
                Some(number) => grouped(number as u64),
                None => "all with a score".to_owned(),
            },
        });
        Self {
            read: read(sheet),
            skips: vec![
                skips(sheet, true, "Not read, or not wholly"),
                skips(sheet, false, "Read in part, or no file"),
            ],
            project: project(sheet),
            lowered: lowered.collect(),
            assumed: assumed.collect(),
        }
    }
}

fn read(sheet: &Sheet<'_>) -> Vec<String> {
    let coverage = &sheet.report.coverage;
    let mut read = vec![format!(
        "{} seen, {} searched for anything known, {} parsed, {} of no form that this version reads",
        counted(coverage.files_seen, "file"),
        grouped(coverage.files_searched),
        grouped(coverage.files_parsed),
        grouped(coverage.files_other),
    )];
    let listed = |numbers: &BTreeMap<&'static str, u64>| {
        let parts = numbers
            .iter()
            .map(|(name, number)| format!("{name} {}", grouped(*number)));
        parts.collect::<Vec<_>>().join(", ")
    };
    if coverage.archives > 0 {
        read.push(format!(
            "{} opened, with {}: {}",
            counted(coverage.archives, "archive"),
            counted(coverage.members, "member"),
            listed(&coverage.by_form)
        ))
    }
    if !coverage.by_language.is_empty() {
        read.push(format!(
            "Parsed by language: {}",
            listed(&coverage.by_language)
        ))
    }
    let binaries = sheet.report.binaries.len();
    if binaries > 0 {
        let binaries = grouped(binaries as u64);
        read.push(format!(
            "Executables and libraries with cryptography in them or within their reach: {binaries}"
        ))
    }
    read
}

fn skips(sheet: &Sheet<'_>, gap: bool, title: &'static str) -> Skips {
    let skips = sheet.report.coverage.skips.iter();
    let skips: Vec<_> = skips.filter(|skip| skip.reason.is_gap() == gap).collect();
    let not_read = sheet
        .report
        .coverage
        .not_read(|reason| reason.is_gap() == gap);
    let files = skips.iter().take(MAX_SKIPS).map(|skip| {
        let detail = match &*skip.detail {
            "" => String::new(),
            detail => format!(" ({})", cut(&clean(detail), MAX_DETAIL)),
        };
        (
            path(&skip.path),
            marked(&format!("{}{detail}", skip.reason.name())),
        )
    });
    Skips {
        title,
        size: counted(not_read.files, "file"),
        reasons: not_read
            .by_reason
            .into_iter()
            .map(|(reason, n)| (reason, grouped(n)))
            .collect(),
        files: files.collect(),
        more: skips.len().saturating_sub(MAX_SKIPS),
    }
}

/// What the scanned project itself has left out or changed.
fn project(sheet: &Sheet<'_>) -> Vec<String> {
    let by_project = &sheet.report.coverage.by_project;
    let mut said = Vec::new();
    if by_project.is_ignored {
        said.push("They were left aside, as the user asked.".to_owned())
    }
    if !by_project.keys.is_empty() {
        said.push(format!(
            "Keys that leave something out, or can: {}. {} left out by them.",
            by_project.keys.join(", "),
            counted(by_project.left_out, "file")
        ))
    }
    if !sheet.report.lowered.is_empty() {
        said.push(format!(
            "{} would be P0 without them:",
            counted(sheet.report.lowered.len() as u64, "asset")
        ))
    }
    said
}
