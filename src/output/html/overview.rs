//! The first screen: what was scanned, where it stands, what is most urgent, by when, and how much is not known.

use askama::Template;

use super::forge::Forge;
use super::sheet::{Sheet, clean, marked, named};
use crate::inventory::{Band, Class, Due};
use crate::model::SkipReason;
use crate::output::fit::{counted, cut, grouped};
use crate::output::words::BANDS;
use crate::output::{band_name, class_name, rfc3339};

/// Work items on the first screen.
const MAX_FIRST: usize = 3;
/// Most columns of a work item's title there.
const MAX_TITLE: usize = 180;
/// Digits of hashes that people compare by eye.
const DIGITS: usize = 12;

/// The lists of what a quantum computer breaks.
const BROKEN: [Class; 3] = [
    Class::KeyEstablishment,
    Class::Signature,
    Class::QuantumBroken,
];

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<header>
<div class="top"><h1>Post-quantum readiness: {{ name }}</h1><button type="button" id="theme" hidden>Dark</button></div>
<dl class="facts">
{%- for (what, said, link) in facts %}<div><dt>{{ what }}<dd>{% if let Some(link) = link %}<a href="{{ link }}"{% if !link.starts_with('#') %} rel="noreferrer"{% endif %}>{{ said }}</a>{% else %}{{ said }}{% endif %}</div>{% endfor -%}
</dl>
<p class="lead">{{ sentence }}</p>
<ul class="tiles">
{%- for tile in tiles %}
<li><h2>{{ tile.title }}</h2>{% for number in tile.numbers %}<a class="big{% if let Some(class) = number.class %} {{ class }}{% endif %}" href="{{ number.link }}"><b>{{ number.number }}</b> <span>{{ number.words }}</span></a>{% endfor %}
{%- for part in tile.parts %}<p>{% if let Some(link) = part.link %}<a href="{{ link }}">{{ part.text }}</a>{% else %}{{ part.text }}{% endif %}</p>{% endfor %}</li>
{%- endfor %}
</ul>
{% if !first.is_empty() -%}
<div class="first"><h2>What to do first</h2><ol>
{%- for item in first %}<li><span class="band {{ item.band }}">{{ item.band }}</span> <a href="#{{ item.id }}">{{ item.title|safe }}</a>{% if let Some(due) = item.due %} <span class="soft">by {{ due }}</span>{% endif %}</li>{% endfor -%}
</ol>
{%- if more > 0 %}<p><a href="#plan">All {{ items }}, in their order</a></p>{% endif %}</div>
{%- endif %}
</header>"##
)]
pub(super) struct Overview {
    name: String,
    facts: Vec<(&'static str, String, Option<String>)>,
    sentence: String,
    tiles: Vec<Tile>,
    first: Vec<First>,
    more: usize,
    items: String,
}

struct Tile {
    title: &'static str,
    numbers: Vec<Number>,
    parts: Vec<Part>,
}

struct Number {
    number: String,
    words: String,
    class: Option<&'static str>,
    link: String,
}

struct Part {
    text: String,
    link: Option<String>,
}

struct First {
    band: &'static str,
    id: String,
    /// Made by `marked`, which escapes.
    title: String,
    due: Option<String>,
}

impl Overview {
    pub(super) fn of(sheet: &Sheet<'_>, forge: Option<&Forge>) -> Self {
        let report = sheet.report;
        let plan = &report.plan;
        let first = plan.iter().take(MAX_FIRST).map(|item| First {
            band: band_name(item.band),
            id: clean(&item.id),
            title: marked(&cut(&clean(&item.title), MAX_TITLE)),
            due: item.deadline.as_ref().map(|due| due.last_day.to_string()),
        });
        Self {
            name: named(&report.subject.name),
            facts: facts(sheet, forge),
            sentence: sentence(sheet),
            tiles: tiles(sheet),
            first: first.collect(),
            more: plan.len().saturating_sub(MAX_FIRST),
            items: counted(plan.len() as u64, "work item"),
        }
    }
}

/// The day of the report; that of the judgement where the time is left out.
pub(super) fn date(sheet: &Sheet<'_>) -> String {
    let written = sheet.report.timestamp.and_then(rfc3339);
    match written {
        Some(time) => time.split('T').next().unwrap_or_default().to_owned(),
        None => format!("left out; judged as of {}", sheet.report.planning.today),
    }
}

fn facts(sheet: &Sheet<'_>, forge: Option<&Forge>) -> Vec<(&'static str, String, Option<String>)> {
    let report = sheet.report;
    let digits = |text: &str| clean(text).chars().take(DIGITS).collect::<String>();
    let mut facts = vec![("Date", date(sheet), None)];
    if let Some(commit) = &report.subject.commit {
        facts.push((
            "Commit",
            digits(commit),
            forge.map(|forge| forge.commit.clone()),
        ))
    }
    if let Some(since) = &report.subject.since {
        let files = counted(since.files, "file");
        let said = format!("what changed since {}: {files}", named(&since.rev));
        facts.push(("Only", said, None))
    }
    let tool = format!("pqscan {}", env!("CARGO_PKG_VERSION"));
    facts.push(("Tool", tool, None));
    facts.push((
        "Rules",
        digits(&report.rules_hash),
        Some("#reproduce".to_owned()),
    ));
    let policies = report
        .planning
        .policies
        .iter()
        .map(|policy| clean(&policy.cited()));
    let policies: Vec<String> = policies.collect();
    facts.push((
        "Policies",
        policies.join(", "),
        Some("#policies".to_owned()),
    ));
    let read = format!(
        "{} searched, {} parsed",
        counted(report.coverage.files_searched, "file"),
        grouped(report.coverage.files_parsed)
    );
    facts.push(("Read", read, Some("#coverage".to_owned())));
    facts
}

/// The first day after which a policy ends something of what was found.
fn next_due<'a>(sheet: &Sheet<'a>, wanted: impl Fn(Band) -> bool) -> Option<&'a Due> {
    let rows = sheet.all().iter().filter(|row| wanted(row.judged.band));
    let scores = rows.filter_map(|row| row.judged.score.as_deref());
    scores
        .filter_map(|score| score.deadline.as_ref())
        .min_by_key(|due| due.last_day)
}

/// Where it stands, in plain words.
fn sentence(sheet: &Sheet<'_>) -> String {
    let totals = &sheet.totals;
    let read = &sheet.report.coverage;
    if totals.assets == 0 {
        return format!(
            "No cryptography was found in the {} that {} searched.",
            counted(read.files_searched, "file"),
            if read.files_searched == 1 {
                "was"
            } else {
                "were"
            }
        );
    }
    let urgent = sheet.count(|class, band| BROKEN.contains(&class) && band == Band::P0);
    let mut said = match totals.broken {
        0 => format!(
            "A quantum computer breaks none of the {} that were found.",
            counted(totals.assets as u64, "asset")
        ),
        broken => {
            let broken = counted(broken as u64, "asset");
            match urgent {
                0 => format!("A quantum computer breaks {broken}, none of them P0"),
                urgent => format!(
                    "{} of {broken} that a quantum computer breaks {} P0",
                    grouped(urgent as u64),
                    if urgent == 1 { "is" } else { "are" }
                ),
            }
        }
    };
    if totals.broken > 0 {
        match next_due(sheet, |_| true) {
            Some(due) => said.push_str(&format!(
                "; the earliest deadline is {}, {}.",
                due.last_day,
                clean(&due.cited)
            )),
            None => said.push_str("; no chosen policy has a deadline for them."),
        }
    }
    let weak = sheet.count(|class, _| class == Class::Weak);
    if weak > 0 {
        // The number of P0 beside it counts these too.
        let urgent = match sheet.count(|class, band| class == Class::Weak && band == Band::P0) {
            0 => String::new(),
            1 if weak == 1 => ", and P0".to_owned(),
            urgent => format!(", {} of them P0", grouped(urgent as u64)),
        };
        said.push_str(&format!(
            " {} {} weak already, whatever the computer{urgent}.",
            counted(weak as u64, "asset"),
            if weak == 1 { "is" } else { "are" }
        ))
    }
    if totals.unresolved > 0 {
        said.push_str(&format!(
            " Of {} the algorithm is not in what was read.",
            counted(totals.unresolved as u64, "asset")
        ))
    }
    said
}

fn link(classes: &[Class]) -> String {
    let names: Vec<&str> = classes.iter().map(|class| class_name(*class)).collect();
    format!("#list={}", names.join(","))
}

fn tiles(sheet: &Sheet<'_>) -> Vec<Tile> {
    let totals = &sheet.totals;
    let of = |class: Class| sheet.count(|is, _| is == class);
    let part = |number: usize, words: &str, classes: &[Class]| Part {
        text: format!("{} {words}", grouped(number as u64)),
        link: (number > 0).then(|| link(classes)),
    };
    let mut broken = vec![
        part(
            of(Class::KeyEstablishment),
            "keep secrets: recorded today, read later",
            &[Class::KeyEstablishment],
        ),
        part(
            of(Class::Signature),
            "sign: forged from then on",
            &[Class::Signature],
        ),
    ];
    let unseen = of(Class::QuantumBroken);
    if unseen > 0 {
        broken.push(part(
            unseen,
            "whose use was not seen",
            &[Class::QuantumBroken],
        ))
    }
    let by_band = |band: Band| {
        let number = totals.by_band.get(&band).copied().unwrap_or_default();
        Number {
            number: grouped(number as u64),
            words: band_name(band).to_owned(),
            // None is no alarm.
            class: Some(if number > 0 { band_name(band) } else { "zero" }),
            link: format!("#urgency={}", band_name(band)),
        }
    };
    let due = next_due(sheet, |band| band <= Band::P1);
    let mut urgent = vec![match due {
        Some(due) => Part {
            text: format!("next deadline {}, {}", due.last_day, clean(&due.cited)),
            link: Some("#deadlines".to_owned()),
        },
        None => Part {
            text: "no deadline among them".to_owned(),
            link: None,
        },
    }];
    let weak = of(Class::Weak);
    urgent.push(part(weak, "weak already, of any priority", &[Class::Weak]));
    let readiness = match totals.readiness() {
        Some(percent) => format!("{percent}% of what needs a post-quantum answer has one"),
        None => "nothing that needs a post-quantum answer".to_owned(),
    };
    let gaps = sheet.report.coverage.not_read(SkipReason::is_gap).files;
    vec![
        Tile {
            title: "Broken by a quantum computer",
            numbers: vec![Number {
                number: grouped(totals.broken as u64),
                words: format!("of {}", counted(totals.assets as u64, "asset")),
                class: None,
                link: link(&BROKEN),
            }],
            parts: broken,
        },
        Tile {
            title: "Most urgent",
            numbers: vec![by_band(BANDS[0]), by_band(BANDS[1])],
            parts: urgent,
        },
        Tile {
            title: "Ready",
            numbers: vec![Number {
                number: grouped(totals.ready as u64),
                words: "post-quantum or hybrid".to_owned(),
                class: None,
                link: link(&[Class::PostQuantum]),
            }],
            parts: vec![Part {
                text: readiness,
                link: None,
            }],
        },
        Tile {
            title: "Not known",
            numbers: vec![Number {
                number: grouped(totals.unresolved as u64),
                words: "unresolved".to_owned(),
                class: None,
                link: link(&[Class::Unresolved]),
            }],
            parts: vec![Part {
                text: format!("{} not, or not wholly, read", counted(gaps, "file")),
                link: Some("#coverage".to_owned()),
            }],
        },
    ]
}
