//! The accepted-risk register: every waiver, with what it accepts, who says so, why and until when.

use askama::Template;

use super::sheet::{Sheet, clean};
use crate::inventory::waiver::{Entry, State, accepted_by_project};
use crate::output::band_name;
use crate::output::fit::{counted, cut, grouped};

/// Most waivers on the page: those that need something come first.
const MAX_WAIVERS: usize = 200;
/// Most assets named.
const MAX_NAMED: usize = 50;
/// Most columns of what a waiver is about, and of its reason.
const MAX_ABOUT: usize = 200;
const MAX_REASON: usize = 400;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="accepted">
<h2 id="accepted-h">Accepted risks <span class="n">{{ size }}</span></h2>
{% if entries.is_empty() %}<p>Nobody accepts anything of this by a waiver.</p>{% else -%}
<p>A waiver changes no priority and hides nothing.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="accepted-h">
<table class="wide"><thead><tr><th scope="col">State<th scope="col">Accepts<th scope="col">Until<th scope="col">Owner<th scope="col">Reason<th scope="col">Written in</thead><tbody>
{%- for entry in entries %}
<tr><th scope="row">{{ entry.state }}<td>{{ entry.about }}<small>{{ entry.size }}</small><td>{{ entry.until }}<td>{{ entry.owner }}<td>{{ entry.reason }}<td>{{ entry.place }} <small>by the {{ entry.by }}</small>
{%- endfor %}</tbody></table></div>
{%- if more > 0 %}<p>And {{ more }} more; the JSON form has them.</p>{% endif %}
{%- endif %}
{%- for text in warnings %}<p class="warn">{{ text }}</p>{% endfor %}
{%- if !urgent.is_empty() %}<ul>{% for (name, anchor) in urgent %}<li>{% if let Some(anchor) = anchor %}<a href="#r{{ anchor }}">{{ name }}</a>{% else %}{{ name }}{% endif %}</li>{% endfor %}</ul>{% endif %}
</section>"##
)]
pub(super) struct Accepted {
    size: String,
    entries: Vec<EntryView>,
    more: usize,
    warnings: Vec<String>,
    urgent: Vec<(String, Option<usize>)>,
}

struct EntryView {
    state: &'static str,
    about: String,
    size: String,
    until: String,
    owner: String,
    reason: String,
    place: String,
    by: &'static str,
}

impl Accepted {
    pub(super) fn of(sheet: &Sheet<'_>) -> Self {
        let register = &sheet.report.waivers;
        let mut entries: Vec<&Entry> = register.entries.iter().collect();
        entries.sort_by_key(|entry| entry.state);
        let mut warnings = Vec::new();
        if register.is_full {
            warnings.push(
                "The waivers are about more places than are kept: the rest is not accepted."
                    .to_owned(),
            )
        }
        let beyond = sheet.report.coverage.by_project.comments_beyond;
        if beyond > 0 {
            let more = counted(beyond, "comment");
            warnings.push(format!("{more} beyond what is kept accept nothing."))
        }
        let by_project = accepted_by_project(sheet.report);
        if by_project.assets > 0 {
            warnings.push(format!("{by_project}."))
        }
        let urgent = by_project
            .most_urgent
            .iter()
            .take(MAX_NAMED)
            .filter_map(|number| {
                let asset = sheet.report.inventory.assets.get(*number)?;
                Some((super::sheet::named(&asset.name), sheet.anchor(*number)))
            });
        Self {
            size: grouped(entries.len() as u64),
            more: entries.len().saturating_sub(MAX_WAIVERS),
            entries: entries
                .iter()
                .take(MAX_WAIVERS)
                .map(|entry| view(entry))
                .collect(),
            warnings,
            urgent: urgent.collect(),
        }
    }
}

fn view(entry: &Entry) -> EntryView {
    let waiver = &entry.waiver;
    let bands = entry.by_band.iter();
    let bands: Vec<String> = bands
        .map(|(band, number)| format!("{} {}", grouped(*number as u64), band_name(*band)))
        .collect();
    let mut size = match entry.assets.len() {
        0 => "nothing that was found".to_owned(),
        assets => format!(
            "{} ({}) in {}",
            counted(assets as u64, "asset"),
            bands.join(", "),
            counted(entry.places as u64, "place")
        ),
    };
    if entry.partly > 0 {
        size.push_str(&format!(
            ", {} of them in part only",
            grouped(entry.partly as u64)
        ))
    }
    let mut reason = waiver.reason().to_owned();
    if entry.state == State::Malformed {
        reason = format!("Does not count: {}. {reason}", waiver.problems.join("; "))
    }
    if let Some(ticket) = &waiver.written.ticket {
        reason.push_str(&format!(" ({ticket})"))
    }
    EntryView {
        state: entry.state.name(),
        about: cut(&clean(&waiver.about()), MAX_ABOUT),
        size,
        until: waiver.until.map(|day| day.to_string()).unwrap_or_default(),
        owner: clean(entry.owner.as_deref().unwrap_or("not known")),
        reason: cut(&clean(&reason), MAX_REASON),
        place: cut(&clean(&waiver.place.id()), MAX_ABOUT),
        by: waiver.by.name(),
    }
}
