//! The plan: what one change would fix, in the order in which to do it.

use std::collections::BTreeMap;

use askama::Template;

use super::files::{Files, place};
use super::sheet::{Sheet, clean, marked};
use crate::inventory::plan::WorkItem;
use crate::inventory::planning::Years;
use crate::output::band_name;
use crate::output::fit::{counted, cut, grouped};

/// Most items on the page.
const MAX_ITEMS: usize = 200;
/// Most places and other items named in one.
const MAX_NAMED: usize = 3;
/// Most columns of a title or note.
const MAX_TEXT: usize = 400;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="plan">
<h2 id="plan-h">Work items <span class="n">{{ size }}</span></h2>
{% if items.is_empty() %}<p>Nothing in what was read has to be done.</p>{% else -%}
<p>Each is what one change would fix; they stand in the order in which to do them.</p>
<ol class="items">
{%- for item in items %}
<li id="{{ item.id }}"><h3><span class="band {{ item.band }}">{{ item.band }}</span> {{ item.title|safe }}</h3>
<p class="soft">{{ item.facts }} · <a href="#work={{ item.id }}">{{ item.assets }}</a> · <code>{{ item.id }}</code></p>
{%- for note in item.notes %}<p>{{ note|safe }}</p>{% endfor %}
{%- if !item.around.is_empty() %}<p>{% for (words, links) in item.around %}{{ words }}{% for (number, id) in links %} <a href="#{{ id }}">{{ number }}</a>{% endfor %}{% if !loop.last %}; {% endif %}{% endfor %}</p>{% endif %}
{%- if !item.places.is_empty() %}<p>{% for (text, link) in item.places %}{% if !loop.first %}, {% endif %}{% if let Some(link) = link %}<a href="#{{ link }}">{{ text }}</a>{% else %}{{ text }}{% endif %}{% endfor %}{% if let Some(more) = item.more %} and {{ more }} more{% endif %}</p>{% endif %}
{%- endfor %}
</ol>
{%- if let Some(more) = more %}<p>{{ more }}</p>{% endif %}
{%- endif %}
</section>"##
)]
pub(super) struct Work {
    size: String,
    items: Vec<ItemView>,
    more: Option<String>,
}

/// Numbers of other items, with their ids.
type Links = Vec<(usize, String)>;

struct ItemView {
    id: String,
    band: &'static str,
    /// Made by `marked`, which escapes, as are the notes.
    title: String,
    facts: String,
    assets: String,
    notes: Vec<String>,
    around: Vec<(&'static str, Links)>,
    places: Vec<(String, Option<String>)>,
    more: Option<String>,
}

impl Work {
    pub(super) fn of(sheet: &Sheet<'_>, files: &Files<'_>) -> Self {
        let plan = &sheet.report.plan;
        let ids = plan.iter().take(MAX_ITEMS).map(|item| &*item.id);
        let numbers: BTreeMap<&str, usize> = ids.zip(1..).collect();
        let items = plan.iter().take(MAX_ITEMS);
        let more = plan.len().saturating_sub(MAX_ITEMS);
        Self {
            size: grouped(plan.len() as u64),
            items: items.map(|item| view(item, files, &numbers)).collect(),
            more: (more > 0).then(|| {
                format!(
                    "And {} more, which are less urgent: pqscan plan --all lists them.",
                    grouped(more as u64)
                )
            }),
        }
    }
}

fn view(item: &WorkItem, files: &Files<'_>, numbers: &BTreeMap<&str, usize>) -> ItemView {
    let around = [
        ("After item", &item.after),
        ("Lets begin item", &item.unblocks),
    ];
    let around = around.into_iter().filter_map(|(words, ids)| {
        let known = ids
            .iter()
            .filter_map(|id| Some((*numbers.get(&**id)?, clean(id))));
        let known: Links = known.take(MAX_NAMED).collect();
        (!known.is_empty()).then_some((words, known))
    });
    let places = item.places.iter().take(MAX_NAMED);
    let more = item.places.len().saturating_sub(MAX_NAMED);
    let needs = item.needs_context.iter().map(|need| {
        format!(
            "Depends on {}, which only you know: {} if {}, {} if {}.",
            need.what.replace('-', " "),
            band_name(need.least.0),
            need.least.1,
            band_name(need.most.0),
            need.most.1
        )
    });
    let notes = needs.chain(item.notes.iter().cloned());
    ItemView {
        id: clean(&item.id),
        band: band_name(item.band),
        title: marked(&cut(&clean(&item.title), MAX_TEXT)),
        facts: facts(item).join(" · "),
        assets: counted(item.assets.len() as u64, "asset"),
        notes: notes
            .map(|note| marked(&cut(&clean(&note), MAX_TEXT)))
            .collect(),
        around: around.collect(),
        places: places.map(|at| (place(at), files.anchor(at))).collect(),
        more: (more > 0).then(|| grouped(more as u64)),
    }
}

fn facts(item: &WorkItem) -> Vec<String> {
    let mut facts = vec![item.list.name().to_owned()];
    if !item.targets.is_empty() {
        facts.push(cut(
            &clean(&format!("to {}", item.targets.join(" or "))),
            MAX_TEXT,
        ))
    }
    if let Some(effort) = item.effort {
        facts.push(format!("takes {}", years(effort)))
    }
    if let Some(slack) = item.slack {
        facts.push(match slack < Years::default() {
            true => format!("should have begun {} ago", years(Years::default() - slack)),
            false => format!("{} left to begin", years(slack)),
        })
    }
    if let Some(due) = &item.deadline {
        facts.push(format!("by {}, {}", due.last_day, clean(&due.cited)))
    }
    if !item.owners.is_empty() {
        let owners = item.owners.iter().take(MAX_NAMED).map(|owner| clean(owner));
        let owners: Vec<String> = owners.collect();
        let more = item.owners.len().saturating_sub(MAX_NAMED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        facts.push(format!("{}{more}", owners.join(", ")))
    }
    facts
}

fn years(span: Years) -> String {
    match span.in_hundredths() {
        100 => "1 year".to_owned(),
        _ => format!("{span} years"),
    }
}
