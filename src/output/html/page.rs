//! The page: its head, its sections in their order, the data and the script.

use std::io;

use askama::Template;
use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};

use super::accepted::Accepted;
use super::appendix::Appendix;
use super::breakdown::Breakdown;
use super::coverage::Coverage;
use super::deadlines::Deadlines;
use super::facets::facts;
use super::files::{self, Files};
use super::forge::Forge;
use super::lists::Lists;
use super::matrix::Matrix;
use super::objects::Objects;
use super::overview::Overview;
use super::sheet::{Sheet, named};
use super::work::Work;
use crate::inventory::Report;
use crate::output::Options;

/// The look of a page, but for its charts.
pub(crate) const STYLE: &str = include_str!("style.css");
/// What each script begins with: the ways to find and to make elements.
#[cfg(feature = "fleet")]
pub(crate) const BEGIN: &str = include_str!("begin.js");
/// What every page does: paper shows what is folded, and colours are light or dark.
#[cfg(feature = "fleet")]
pub(crate) const SCREEN: &str = include_str!("screen.js");
const SCRIPT: &str = concat!(
    include_str!("begin.js"),
    include_str!("script.js"),
    include_str!("screen.js"),
    include_str!("end.js"),
);

/// What a page begins with: it may load nothing, and run one script. `style` is ours.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{{ hash }}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="pqscan {{ version }}">
<title>Post-quantum readiness: {{ name }}</title>
<style>{{ style|safe }}</style>
</head>
"##
)]
pub(crate) struct Head {
    hash: String,
    version: &'static str,
    name: String,
    style: String,
}

impl Head {
    /// Of a page about what has that name, with these styles beside those of all pages, and this script.
    pub(crate) fn of(name: &str, styles: &str, script: &str) -> Self {
        Self {
            hash: BASE64.encode(&Sha256::digest(script.as_bytes())),
            version: env!("CARGO_PKG_VERSION"),
            name: named(name),
            style: [STYLE, super::chart::CSS, styles].concat(),
        }
    }
}

/// `script` is ours, and `data` is made inert by `data`.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{{ head|safe -}}
<body>
<a class="skip" href="#findings">Skip to the findings</a>
{{ overview|safe }}
<nav aria-label="Sections"><ul>
{%- for (id, words) in sections %}<li><a href="#{{ id }}">{{ words }}</a></li>{% endfor -%}
</ul></nav>
<main id="main" tabindex="-1">
<noscript><p class="warn">The script of this page does not run: search, filters and sorting are not there, and links to filtered lists lead to the list. Everything else is.</p></noscript>
{{ matrix|safe }}
{{ deadlines|safe }}
{{ lists|safe }}
{{ breakdown|safe }}
{{ objects|safe }}
{{ work|safe }}
{{ accepted|safe }}
{{ coverage|safe }}
{{ files|safe }}
{{ appendix|safe }}
</main>
<footer><p>Written by pqscan {{ version }}. This page loads nothing and sends nothing.</p></footer>
<script type="application/json" id="data">{{ data|safe }}</script>
<script>{{ script|safe }}</script>
</body>
</html>
"##
)]
struct Page {
    head: Head,
    version: &'static str,
    script: &'static str,
    data: String,
    overview: Overview,
    sections: Vec<(&'static str, &'static str)>,
    matrix: Matrix,
    deadlines: Deadlines,
    lists: Lists,
    breakdown: Breakdown,
    objects: Objects,
    work: Work,
    accepted: Accepted,
    coverage: Coverage,
    files: files::Section,
    appendix: Appendix,
}

/// The sections, for the row of links.
const SECTIONS: [(&str, &str); 10] = [
    ("standing", "Lists and priorities"),
    ("deadlines", "Deadlines"),
    ("findings", "Findings"),
    ("breakdown", "Where it is"),
    ("objects", "Certificates and keys"),
    ("plan", "Work items"),
    ("accepted", "Accepted risks"),
    ("coverage", "What was looked at"),
    ("files", "Files"),
    ("appendix", "Appendix"),
];

/// Writes the page of a report.
pub(super) fn write(report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
    let sheet = Sheet::of(report, options.max_findings);
    let files = Files::of(&sheet);
    let facts = facts(&sheet);
    let subject = &report.subject;
    let forge = subject.remote.as_deref().zip(subject.commit.as_deref());
    let forge = forge.and_then(|(remote, commit)| Forge::of(remote, commit));
    let page = Page {
        head: Head::of(&subject.name, "", SCRIPT),
        version: env!("CARGO_PKG_VERSION"),
        script: SCRIPT,
        data: super::data::data(&sheet, &files, &facts, forge.as_ref())?,
        overview: Overview::of(&sheet, forge.as_ref()),
        sections: SECTIONS.to_vec(),
        matrix: Matrix::of(&sheet),
        deadlines: Deadlines::of(&sheet),
        lists: Lists::of(&sheet, &files, &facts),
        breakdown: Breakdown::of(&sheet, &facts),
        objects: Objects::of(&sheet, &facts),
        work: Work::of(&sheet, &files),
        accepted: Accepted::of(&sheet),
        coverage: Coverage::of(&sheet),
        files: files::Section::of(&files, forge.as_ref()),
        appendix: Appendix::of(&sheet),
    };
    page.write_into(to)
}
