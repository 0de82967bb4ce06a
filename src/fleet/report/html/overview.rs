//! The first screen: how much is covered, how much is broken, how much is ready, the next deadline, and what changed.

use askama::Template;

use crate::fleet::organisation::Organisation;
use crate::fleet::report::figures::{
    a_month, change, covered, current, in_scope, next_deadline, overdue, parts, policy, readiness,
    repositories, sentence, signed,
};
use crate::output::fit::{counted, cut, grouped};
use crate::output::html::sheet::{clean, named};

/// Digits of hashes that people compare by eye.
const DIGITS: usize = 12;
/// Most columns of a policy's title.
const MAX_TITLE: usize = 60;
/// Most policies named.
const MAX_POLICIES: usize = 6;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<header>
<div class="top"><h1>Post-quantum readiness: {{ name }}</h1><button type="button" id="theme" hidden>Dark</button></div>
<dl class="facts">
{%- for (what, said) in facts %}<div><dt>{{ what }}<dd>{{ said }}</div>{% endfor -%}
</dl>
<p class="lead">{{ sentence }}</p>
<ul class="tiles">
{%- for tile in tiles %}
<li><h2>{{ tile.title }}</h2>{% for big in tile.bigs %}<a class="big{% if let Some(class) = big.class %} {{ class }}{% endif %}" href="{{ big.link }}"><b>{{ big.said }}</b> <span>{{ big.words }}</span></a>{% endfor %}
{%- for (text, link) in tile.parts %}<p>{% if let Some(link) = link %}<a href="{{ link }}">{{ text }}</a>{% else %}{{ text }}{% endif %}</p>{% endfor %}</li>
{%- endfor %}
</ul>
</header>"##
)]
pub(super) struct Overview {
    name: String,
    facts: Vec<(&'static str, String)>,
    sentence: String,
    tiles: [Tile; 5],
}

struct Tile {
    title: &'static str,
    bigs: Vec<Big>,
    parts: Vec<(String, Option<&'static str>)>,
}

struct Big {
    said: String,
    words: String,
    class: Option<&'static str>,
    link: &'static str,
}

fn big(said: String, words: impl Into<String>, link: &'static str) -> Big {
    Big {
        said,
        words: words.into(),
        class: None,
        link,
    }
}

impl Overview {
    pub(super) fn of(organisation: &Organisation) -> Self {
        Self {
            name: named(&organisation.name),
            facts: facts(organisation),
            sentence: sentence(organisation),
            tiles: [
                coverage(organisation),
                broken(organisation),
                ready(organisation),
                deadline(organisation),
                changed(organisation),
            ],
        }
    }
}

fn facts(organisation: &Organisation) -> Vec<(&'static str, String)> {
    let digits = |text: &str| clean(text).chars().take(DIGITS).collect::<String>();
    let policies = organisation.policies.iter();
    let mut policies: Vec<String> = policies
        .take(MAX_POLICIES)
        .map(|(_, title)| cut(&clean(title), MAX_TITLE))
        .collect();
    let more = organisation.policies.len().saturating_sub(MAX_POLICIES);
    if more > 0 {
        policies.push(format!("{more} more"))
    }
    let policies = match policies.len() {
        0 => "none".to_owned(),
        _ => policies.join(", "),
    };
    let mut facts = vec![("As of", organisation.as_of.to_string())];
    if let Some(last) = organisation.trend.last() {
        facts.push(("Last run", format!("{} on {}", last.run, last.day)))
    }
    facts.push(("Tool", format!("pqscan {}", named(&organisation.engine))));
    facts.push(("Rules", digits(&organisation.rules)));
    facts.push(("Policies", policies));
    facts
}

fn coverage(organisation: &Organisation) -> Tile {
    let coverage = &organisation.coverage;
    let said = match covered(coverage) {
        Some(percent) => format!("{percent}%"),
        None => "–".to_owned(),
    };
    let words = format!(
        "{} of {}",
        grouped(current(coverage)),
        repositories(in_scope(coverage))
    );
    let parts = parts(coverage).into_iter().filter_map(|part| {
        let (key, _, number) = part;
        let link = match key {
            "failed" | "stale" => "#failures",
            _ => "#coverage",
        };
        let said = match key {
            // What failed is always there.
            "failed" => "failed, never scanned",
            "stale" => "with old numbers",
            "waiting" => "waiting",
            "left_out" => "left out",
            _ => return None,
        };
        let shown = key == "failed" || number > 0;
        shown.then(|| (format!("{} {said}", grouped(number)), Some(link)))
    });
    Tile {
        title: "Covered",
        bigs: vec![big(said, words, "#coverage")],
        parts: parts.collect(),
    }
}

fn broken(organisation: &Organisation) -> Tile {
    let totals = &organisation.totals;
    let [p0, p1, ..] = totals.by_band;
    Tile {
        title: "Broken by a quantum computer",
        bigs: vec![big(
            grouped(totals.broken),
            format!("of {}", counted(totals.assets, "asset")),
            "#repositories",
        )],
        parts: vec![(
            format!(
                "Most urgent of all assets: {} P0, {} P1",
                grouped(p0),
                grouped(p1)
            ),
            Some("#repositories"),
        )],
    }
}

fn ready(organisation: &Organisation) -> Tile {
    let totals = &organisation.totals;
    Tile {
        title: "Ready",
        bigs: vec![big(
            grouped(totals.ready),
            "post-quantum or hybrid",
            "#repositories",
        )],
        parts: vec![(
            match readiness(totals) {
                Some(percent) => format!("{percent}% of what needs a post-quantum answer has one"),
                None => "nothing that needs a post-quantum answer was found".to_owned(),
            },
            None,
        )],
    }
}

fn deadline(organisation: &Organisation) -> Tile {
    let mut parts = Vec::new();
    let bigs = match next_deadline(organisation) {
        None => {
            parts.push((
                "no chosen policy has a deadline ahead".to_owned(),
                Some("#deadlines"),
            ));
            Vec::new()
        }
        Some(next) => {
            let open = match next.open {
                0 => "nothing is open for it".to_owned(),
                open => format!(
                    "{} open in {}",
                    counted(open, "asset"),
                    repositories(next.repositories)
                ),
            };
            parts.push((open, Some("#deadlines")));
            if next.open > 0
                && let Some(month) = a_month(organisation, next)
            {
                parts.push((
                    format!("{} to change each month until then", grouped(month)),
                    None,
                ))
            }
            let title = cut(&policy(organisation, &next.policy), MAX_TITLE);
            vec![big(next.day.to_string(), title, "#deadlines")]
        }
    };
    let late = overdue(organisation).count();
    if late > 0 {
        let late = counted(late as u64, "deadline");
        parts.push((
            format!("{late} over, with something open"),
            Some("#deadlines"),
        ))
    }
    Tile {
        title: "Next deadline",
        bigs,
        parts,
    }
}

fn changed(organisation: &Organisation) -> Tile {
    let title = "Since the run before";
    let Some(change) = change(organisation) else {
        let said = match organisation.trend.len() {
            0 => "No run has finished yet.",
            _ => "There was one run only: what changed is known from the second on.",
        };
        return Tile {
            title,
            bigs: Vec::new(),
            parts: vec![(said.to_owned(), None)],
        };
    };
    let number = |number: u64, words: &str, link| Big {
        // None is no alarm.
        class: (number == 0).then_some("zero"),
        ..big(grouped(number), words, link)
    };
    Tile {
        title,
        bigs: vec![
            number(organisation.new.of, "new", "#new"),
            number(organisation.gone.of, "gone", "#gone"),
        ],
        parts: vec![
            (
                format!(
                    "{} broken, {} ready",
                    signed(change.broken),
                    signed(change.ready)
                ),
                Some("#trend"),
            ),
            (
                format!("since run {} of {}", change.since.run, change.since.day),
                None,
            ),
        ],
    }
}
