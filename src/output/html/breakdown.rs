//! Assets by algorithm, key, language, library, folder and owner, each with the list that they are on.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use super::chart::{self, Bar};
use super::facets::{Facts, KINDS};
use super::sheet::Sheet;
use crate::inventory::Class;
use crate::output::class_name;
use crate::output::fit::grouped;

/// Rows of a table at most; how many more there are is said.
const MAX_ROWS: usize = 200;
/// Bars of a chart.
const MAX_BARS: usize = 12;

/// The columns: lists, and what they are called in short.
const SERIES: [(&[Class], &str); 7] = [
    (&[Class::KeyEstablishment], "secrets"),
    (&[Class::Signature], "signatures"),
    (&[Class::QuantumBroken], "use not seen"),
    (&[Class::Weak], "weak already"),
    (&[Class::PostQuantum], "post-quantum"),
    (&[Class::Unresolved], "unresolved"),
    (&[Class::Provided, Class::NotAllowed, Class::Fine], "other"),
];

/// By what, the words for it, and what has to be known of it.
const TABLES: [(&str, &str, &str); 8] = [
    ("algorithm", "By algorithm", ""),
    (
        "size",
        "Public keys by algorithm and size",
        "What is not public-key cryptography has no row.",
    ),
    ("kind", "By kind of asset", ""),
    ("language", "By language", ""),
    (
        "library",
        "By library",
        "The library through which an asset was seen.",
    ),
    ("folder", "By folder", ""),
    (
        "context",
        "By context",
        "Whether it is part of what runs, or of tests, examples or copies of others' code.",
    ),
    ("owner", "By owner", "As CODEOWNERS and settings say."),
];

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="breakdown">
<h2 id="breakdown-h">Where it is</h2>
<p>Charts count each asset once, by the most urgent of its lists; tables count it on each. One that is in two languages or folders is in the row of each, so rows do not add up.{% if is_capped %} Both count everything; what a link leads to is what of it has a row on this page.{% endif %}</p>
<div class="two">
{%- for table in tables %}
<section><h3 id="by-{{ table.key }}">{{ table.title }} <span class="n">{{ table.size }}{% if table.rows.len() > 1 %}, those with most that is broken or weak first{% endif %}</span></h3>
{% if !table.note.is_empty() %}<p class="soft">{{ table.note }}</p>{% endif %}
<div class="figure">{{ table.chart|safe }}</div>
<details><summary>The numbers: {{ table.title }}</summary><div class="scroll" tabindex="0" role="group" aria-label="The numbers: {{ table.title }}">
<table class="numbers"><thead><tr><th scope="col">{{ table.head }}{% for words in table.series %}<th scope="col" class="r">{{ words }}{% endfor %}<th scope="col" class="r">Assets</thead><tbody>
{%- for row in table.rows %}
<tr><th scope="row">{{ row.label }}{% for (number, link) in row.cells %}<td class="r">{% if let Some(link) = link %}<a href="#{{ link }}">{{ number }}</a>{% else %}<span class="soft">0</span>{% endif %}{% endfor %}<td class="r"><a href="#{{ row.link }}">{{ row.all }}</a>
{%- endfor %}</tbody></table></div>{% if let Some(more) = table.more %}<p>{{ more }}</p>{% endif %}</details></section>
{%- endfor %}
</div>
</section>"##
)]
pub(super) struct Breakdown {
    is_capped: bool,
    tables: Vec<TableView>,
}

struct TableView {
    key: &'static str,
    title: &'static str,
    note: &'static str,
    head: &'static str,
    size: String,
    /// Made by `chart`, which escapes.
    chart: String,
    series: Vec<&'static str>,
    rows: Vec<RowView>,
    more: Option<String>,
}

struct RowView {
    label: String,
    link: String,
    cells: Vec<(String, Option<String>)>,
    all: String,
}

/// Of one value: the assets on the lists of each series, and all; and each once, by the most urgent of its lists.
#[derive(Default)]
struct Counts {
    series: [BTreeSet<usize>; SERIES.len()],
    all: BTreeSet<usize>,
    once: [u64; SERIES.len()],
}

impl Counts {
    /// What a quantum computer or today's breaks: what tables are sorted by.
    fn bad(&self) -> usize {
        self.series[..4].iter().map(BTreeSet::len).sum()
    }
}

impl Breakdown {
    pub(super) fn of(sheet: &Sheet<'_>, facts: &BTreeMap<usize, Facts>) -> Self {
        let tables = TABLES.iter().filter_map(|(key, title, note)| {
            let kind = KINDS.iter().position(|kind| kind.key == *key)?;
            table(sheet, facts, kind, title, note)
        });
        Self {
            is_capped: sheet.rows < sheet.all().len(),
            tables: tables.collect(),
        }
    }
}

fn table(
    sheet: &Sheet<'_>,
    facts: &BTreeMap<usize, Facts>,
    kind: usize,
    title: &'static str,
    note: &'static str,
) -> Option<TableView> {
    let (key, head) = (KINDS[kind].key, KINDS[kind].label);
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    for row in sheet.all() {
        let number = row.number;
        let values = facts.get(&number).map(|facts| &facts.values[kind]);
        for value in values.into_iter().flatten() {
            let counts = counts.entry(value).or_default();
            counts.all.insert(number);
            for (at, (classes, _)) in SERIES.iter().enumerate() {
                if classes.contains(&row.judged.class) {
                    counts.series[at].insert(number);
                    counts.once[at] += u64::from(row.is_main());
                }
            }
        }
    }
    if counts.is_empty() {
        return None;
    }
    let size = grouped(counts.len() as u64);
    let mut rows: Vec<(&str, Counts)> = counts.into_iter().collect();
    rows.sort_by(|(a, x), (b, y)| {
        (y.bad(), y.all.len())
            .cmp(&(x.bad(), x.all.len()))
            .then_with(|| a.cmp(b))
    });
    let used: Vec<usize> = (0..SERIES.len())
        .filter(|at| {
            rows.iter()
                .any(|(_, counts)| !counts.series[*at].is_empty())
        })
        .collect();
    let link = |value: &str, at: Option<usize>| {
        let list = at.map(|at| {
            let names: Vec<&str> = SERIES[at]
                .0
                .iter()
                .map(|class| class_name(*class))
                .collect();
            format!("&list={}", names.join(","))
        });
        format!("{key}={}{}", encoded(value), list.unwrap_or_default())
    };
    let bars: Vec<Bar> = rows
        .iter()
        .take(MAX_BARS)
        .map(|(value, counts)| Bar {
            label: (*value).to_owned(),
            parts: used
                .iter()
                .map(|at| (*at, counts.once[*at]))
                .filter(|(_, number)| *number > 0)
                .collect(),
            href: Some(format!("#{}", link(value, None))),
        })
        .collect();
    let series: Vec<&str> = SERIES.iter().map(|(_, words)| *words).collect();
    let desc = match rows.len() > MAX_BARS {
        true => format!(
            "Each asset once, by the most urgent of its lists. The first {MAX_BARS} of {size}; the table below has the numbers."
        ),
        false => {
            "Each asset once, by the most urgent of its lists. The table below has the numbers."
                .to_owned()
        }
    };
    let chart = chart::bars(&format!("by-{key}-chart"), title, &desc, &series, &bars);
    let more = rows.len().saturating_sub(MAX_ROWS);
    let views = rows.iter().take(MAX_ROWS).map(|(value, counts)| RowView {
        label: (*value).to_owned(),
        link: link(value, None),
        cells: used
            .iter()
            .map(|at| {
                let number = counts.series[*at].len();
                (
                    grouped(number as u64),
                    (number > 0).then(|| link(value, Some(*at))),
                )
            })
            .collect(),
        all: grouped(counts.all.len() as u64),
    });
    Some(TableView {
        key,
        title,
        note,
        head,
        size,
        chart,
        series: used.iter().map(|at| SERIES[*at].1).collect(),
        rows: views.collect(),
        more: (more > 0).then(|| format!("And {} more, with fewer.", grouped(more as u64))),
    })
}

/// A value in a link, as the script reads it: everything that has a meaning there is written as bytes.
pub(super) fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
