//! The page: its head, its sections in their order, and the script.

use std::io;

use askama::Template;

use super::appendix::Appendix;
use super::coverage::Coverage;
use super::deadlines::Deadlines;
use super::heat::HeatMap;
use super::lists;
use super::overview::Overview;
use super::table::Table;
use super::trend::Trend;
use crate::fleet::organisation::Organisation;
use crate::output::html::page::{BEGIN, Head, SCREEN};

const OWN_STYLE: &str = include_str!("organisation.css");
const OWN_SCRIPT: &str = include_str!("organisation.js");

/// `script` is ours.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{{ head|safe -}}
<body>
<a class="skip" href="#main">Skip to the sections</a>
{{ overview|safe }}
<nav aria-label="Sections"><ul>
{%- for (id, words) in sections %}<li><a href="#{{ id }}">{{ words }}</a></li>{% endfor -%}
</ul></nav>
<main id="main" tabindex="-1">
<noscript><p class="warn">The script of this page does not run: search, filters and sorting are not there. Everything else is.</p></noscript>
{{ coverage|safe }}
{{ deadlines|safe }}
{{ trend|safe }}
{% for table in first %}{{ table|safe }}
{% endfor -%}
{{ heat|safe }}
{% for table in then %}{{ table|safe }}
{% endfor -%}
{{ appendix|safe }}
</main>
<footer><p>Written by pqscan {{ version }}. This page loads nothing and sends nothing.</p></footer>
<script>{{ script|safe }}</script>
</body>
</html>
"##
)]
struct Page<'a> {
    head: Head,
    version: &'static str,
    script: String,
    overview: Overview,
    sections: [(&'static str, &'static str); 12],
    coverage: Coverage,
    deadlines: Deadlines,
    trend: Trend,
    first: [Table<'a>; 2],
    heat: HeatMap<'a>,
    then: [Table<'a>; 5],
    appendix: Appendix,
}

/// The sections, for the row of links.
const SECTIONS: [(&str, &str); 12] = [
    ("coverage", "What was looked at"),
    ("deadlines", "Deadlines"),
    ("trend", "Trend"),
    ("repositories", "Repositories"),
    ("owners", "Owners"),
    ("heat", "Heat map"),
    ("new", "New"),
    ("gone", "Gone"),
    ("certificates", "Certificates"),
    ("shared-keys", "Shared keys"),
    ("failures", "Failures"),
    ("appendix", "Appendix"),
];

/// Writes the page of an organisation.
pub(super) fn write(organisation: &Organisation, to: &mut dyn io::Write) -> io::Result<()> {
    let script = [BEGIN, OWN_SCRIPT, SCREEN, "})();\n"].concat();
    let known = lists::known(organisation);
    let page = Page {
        head: Head::of(&organisation.name, OWN_STYLE, &script),
        version: env!("CARGO_PKG_VERSION"),
        script,
        overview: Overview::of(organisation),
        sections: SECTIONS,
        coverage: Coverage::of(organisation),
        deadlines: Deadlines::of(organisation),
        trend: Trend::of(organisation),
        first: [
            lists::repositories(organisation),
            lists::owners(organisation),
        ],
        heat: HeatMap::of(organisation, &known),
        then: [
            lists::new(organisation, &known),
            lists::gone(organisation, &known),
            lists::certificates(organisation, &known),
            lists::shared_keys(organisation, &known),
            lists::failures(organisation, &known),
        ],
        appendix: Appendix::of(organisation),
    };
    page.write_into(to)
}
