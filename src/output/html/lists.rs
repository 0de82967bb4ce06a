//! The lists: every row, under what all of its group say.

use askama::Template;

use super::facets::{Facts, KINDS};
use super::files::{Files, shortly};
use super::sheet::{Entry, Group, List, Sheet, clean, marked, named};
use crate::inventory::{Class, Occurrence};
use crate::model::Context;
use crate::output::fit::{counted, cut, grouped};
use crate::output::words::unknown;
use crate::output::{band_name, class_name};
use std::collections::BTreeMap;

/// Most places that a row shows; the script shows the others.
pub(super) const MAX_PLACES: usize = 3;
/// Most characters of a waiver's reason.
const MAX_REASON: usize = 300;
/// Most owners in a row.
const MAX_OWNERS: usize = 3;
/// Most columns of what is not known of an asset.
const MAX_UNKNOWN: usize = 200;
/// Most parameters that a row calls unknown.
const MAX_UNKNOWNS: usize = 4;

/// The section.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="findings" tabindex="-1">
<h2 id="findings-h">Findings</h2>
<p>{{ said }} Rows with the same priority, reason and remedy stand together under one heading.</p>
{% if let Some(capped) = capped %}<p class="warn">{{ capped }}</p>{% endif %}
<div id="filters" hidden></div>
<p id="shown" role="status" aria-live="polite" hidden></p>
{% for list in lists -%}
<section class="list" id="{{ list.link }}">
<h3 id="h-{{ list.class }}">{{ list.words }} <span class="n">{{ list.assets }}</span></h3>
<p>{{ list.means }}</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="h-{{ list.class }}">
<table class="rows"><thead><tr><th scope="col" data-k="band">Priority<th scope="col" data-k="name">Asset<th scope="col" data-k="place">Where<th scope="col" data-k="n" class="r">Places<th scope="col" data-k="due">Deadline{% if has_owners %}<th scope="col" data-k="owner">Owner{% endif %}</thead>
{%- for group in list.groups %}
<tbody{% if let Some(link) = group.link %} id="{{ link }}"{% endif %}><tr class="why"><td colspan="{{ columns }}"><h4><span class="band {{ group.band }}">{{ group.band }}</span> <a href="#class-{{ group.class }}">{{ group.title }}</a> <span class="n">{{ group.size }}</span></h4><p>{{ group.reason|safe }}
{%- if let Some(text) = group.replacement %}<p><b>Do:</b> {{ text|safe }}{% endif %}
{%- if let Some(text) = group.note %}<p><b>Note:</b> {{ text|safe }}{% endif %}
{%- if let Some(text) = group.due %}<p><b>By:</b> {{ text }}{% endif %}
{%- for text in group.needs %}<p><b>Depends on:</b> {{ text }}{% endfor %}
{%- for row in group.rows %}
<tr id="{{ row.id }}"><td id=r{{ row.anchor }}>{{ group.band }}<td>{{ row.name }}
{%- for text in row.says %}<small>{{ text|safe }}</small>{% endfor %}<td>
{%- for (text, link) in row.places %}{% if !loop.first %}<br>{% endif %}{% if let Some(link) = link %}<a href=#{{ link }}>{{ text }}</a>{% else %}{{ text }}{% endif %}{% endfor %}<td>{{ row.count }}<td>{{ group.day }}{% if has_owners %}<td>{{ row.owner }}{% endif %}
{%- endfor %}
{%- endfor %}
</table></div></section>
{% endfor -%}
</section>"##
)]
pub(super) struct Lists {
    said: String,
    capped: Option<String>,
    /// Whether anybody is known to own anything: else there is no column for it.
    has_owners: bool,
    columns: usize,
    lists: Vec<ListView>,
}

struct ListView {
    link: String,
    class: &'static str,
    words: &'static str,
    assets: String,
    means: &'static str,
    groups: Vec<GroupView>,
}

struct GroupView {
    /// Where it is the first of its priority: what links to that end in.
    link: Option<String>,
    band: &'static str,
    class: &'static str,
    title: &'static str,
    size: String,
    /// Made by `marked`, which escapes, as are the next two.
    reason: String,
    replacement: Option<String>,
    note: Option<String>,
    due: Option<String>,
    day: String,
    needs: Vec<String>,
    rows: Vec<RowView>,
}

struct RowView {
    id: String,
    anchor: usize,
    name: String,
    /// Made by `marked`, which escapes.
    says: Vec<String>,
    places: Vec<(String, Option<String>)>,
    count: String,
    owner: String,
}

impl Lists {
    pub(super) fn of(sheet: &Sheet<'_>, files: &Files<'_>, facts: &BTreeMap<usize, Facts>) -> Self {
        let totals = &sheet.totals;
        let said = format!(
            "{} in {}. An asset on two lists has a row on each: {} in all.",
            counted(totals.assets as u64, "asset"),
            counted(totals.places as u64, "place"),
            counted(totals.judgements as u64, "row"),
        );
        let is_capped = sheet.rows < totals.judgements || sheet.places_shown < totals.places;
        let capped = is_capped.then(|| {
            format!(
                "This page has {} of {} and {} of {}, the most urgent; the numbers above count all. --max-findings sets how many are written, and the JSON form has everything.",
                grouped(sheet.rows as u64),
                counted(totals.judgements as u64, "row"),
                grouped(sheet.places_shown as u64),
                counted(totals.places as u64, "place"),
            )
        });
        let lists = sheet.lists.iter().map(|list| ListView {
            link: list.link(),
            class: class_name(list.class),
            words: list.words,
            assets: counted(list.assets() as u64, "asset"),
            means: means(list.class),
            groups: groups(list, sheet, files, facts),
        });
        let has_owners = facts.values().any(|facts| !owner(Some(facts)).is_empty());
        Self {
            said,
            capped,
            has_owners,
            columns: if has_owners { 6 } else { 5 },
            lists: lists.collect(),
        }
    }
}

/// What a list means, in a sentence or two.
pub(super) const fn means(class: Class) -> &'static str {
    match class {
        Class::KeyEstablishment => {
            "Confidentiality. Who records this traffic or copies this data today reads it once there is a quantum computer, so the time that counts began already."
        }
        Class::Signature => {
            "Authenticity. From the day of a quantum computer on, signatures and certificates of these can be forged; what was checked before stays true."
        }
        Class::QuantumBroken => {
            "A quantum computer breaks these. Whether they keep secrets (urgent now) or sign (urgent later) does not stand in what was read."
        }
        Class::Weak => "Today's computers break these. No date makes it better.",
        Class::Unresolved => {
            "Which algorithm runs does not stand in what was read: it comes from a parameter, a setting or another program. Each says where to look."
        }
        Class::Provided => {
            "Implementations that others could use. Whoever uses one is judged where the use is."
        }
        Class::NotAllowed => {
            "No quantum computer known of breaks these; a chosen policy lists other algorithms or parameter sets."
        }
        Class::PostQuantum => "Made to withstand quantum computers, alone or in a hybrid.",
        Class::Fine => {
            "Symmetric cryptography and hashes of enough strength, and containers whose content is judged by itself."
        }
    }
}

fn groups(
    list: &List<'_>,
    sheet: &Sheet<'_>,
    files: &Files<'_>,
    facts: &BTreeMap<usize, Facts>,
) -> Vec<GroupView> {
    let mut last = None;
    let groups = list.groups.iter();
    groups
        .map(|group| {
            let first = last.replace(group.band) != Some(group.band);
            let judged = group.judged;
            let rows = group.entries.iter();
            GroupView {
                link: first.then(|| list.link_to(group.band)),
                band: band_name(group.band),
                class: judged.finding_class.name(),
                title: judged.finding_class.title(),
                size: grouped(group.size as u64),
                reason: marked(&clean(&judged.reason)),
                replacement: judged.replacement().map(|text| marked(&clean(&text))),
                note: judged.note.as_deref().map(|text| marked(&clean(text))),
                due: group
                    .due
                    .map(|due| format!("{}, {}", due.last_day, clean(&due.cited))),
                day: group
                    .due
                    .map(|due| due.last_day.to_string())
                    .unwrap_or_default(),
                needs: needs(group),
                rows: rows.map(|entry| row(entry, sheet, files, facts)).collect(),
            }
        })
        .collect()
}

/// What only a person knows and the priorities of a group depend on, where that is the same for all of it.
fn needs(group: &Group<'_>) -> Vec<String> {
    let of = |entry: &Entry<'_>| {
        let score = entry.row.judged.score.as_deref();
        score
            .map(|score| score.needs_context.clone())
            .unwrap_or_default()
    };
    let mut entries = group.entries.iter();
    let Some(first) = entries.next().map(of) else {
        return Vec::new();
    };
    if !entries.all(|entry| of(entry) == first) {
        return Vec::new();
    }
    let need = |need: &crate::inventory::Need| {
        clean(&format!(
            "{}, which only you know: {} if {}, {} if {}",
            need.what.replace('-', " "),
            band_name(need.least.0),
            need.least.1,
            band_name(need.most.0),
            need.most.1
        ))
    };
    first.iter().map(need).collect()
}

fn row(
    entry: &Entry<'_>,
    sheet: &Sheet<'_>,
    files: &Files<'_>,
    facts: &BTreeMap<usize, Facts>,
) -> RowView {
    let (number, asset) = (entry.row.number, entry.row.asset);
    let places = sheet
        .places
        .get(&number)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let shown = places.iter().take(MAX_PLACES);
    let view = |occurrence: &&Occurrence| {
        let location = &occurrence.location;
        (shortly(location), files.anchor(location))
    };
    RowView {
        id: entry.id(),
        anchor: entry.anchor,
        name: named(&asset.name),
        says: says(entry, sheet, places.first().copied())
            .iter()
            .map(|text| marked(text))
            .collect(),
        places: shown.map(view).collect(),
        count: grouped(asset.occurrences.len() as u64),
        owner: owner(facts.get(&number)),
    }
}

/// What has to be known of a row beside its name: what is unknown, who accepts it, that it is no part of what runs.
fn says(entry: &Entry<'_>, sheet: &Sheet<'_>, first: Option<&Occurrence>) -> Vec<String> {
    let asset = entry.row.asset;
    // Elsewhere the name says it in fewer words.
    let most = match entry.row.judged.class {
        Class::Unresolved => MAX_UNKNOWNS,
        _ => 0,
    };
    let unknowns = asset.unresolved().take(most);
    let unknowns = unknowns.map(|(facet, value)| clean(&unknown(facet, value)));
    let mut says: Vec<String> = unknowns.map(|text| cut(&text, MAX_UNKNOWN)).collect();
    match first.map(|place| place.context) {
        None | Some(Context::Production) => {}
        Some(context) => says.push(format!("only in: {}", context.name())),
    }
    if asset.seen() == "mentioned" {
        says.push("only named; no use seen".to_owned())
    }
    let waivers = &sheet.report.waivers;
    if let Some(accepted) = waivers.accepted(entry.row.number, entry.row.judged.finding_class) {
        let by = accepted.entries().into_iter().next();
        let by = by.and_then(|by| waivers.entries.get(by));
        let how_far = match accepted.wholly {
            true => String::new(),
            false => format!(" in {} of {} places", accepted.places(), accepted.by.len()),
        };
        let by = by.map(|by| {
            let owner = by.owner.as_deref().unwrap_or("an unknown owner");
            format!(" by {owner}: {}", by.waiver.reason())
        });
        let text = format!(
            "accepted until {}{how_far}{}",
            accepted.until,
            by.unwrap_or_default()
        );
        says.push(cut(&clean(&text), MAX_REASON))
    }
    says
}

fn owner(facts: Option<&Facts>) -> String {
    let at = KINDS.iter().position(|kind| kind.key == "owner");
    let owners = facts.zip(at).map(|(facts, at)| &facts.values[at]);
    let Some(owners) = owners else {
        return String::new();
    };
    let shown: Vec<&str> = owners.iter().take(MAX_OWNERS).map(String::as_str).collect();
    match owners.len().saturating_sub(MAX_OWNERS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
