//! A list as a table: its heading with how many there are, what it means, a chart where it has one, and its rows.

use std::borrow::Cow;

use askama::Template;

use super::MAX_ROWS;
use crate::fleet::organisation::Listed;
use crate::fleet::report::figures::capped;
use crate::inventory::Band;
use crate::output::band_name;
use crate::output::fit::{cut, grouped, harmless};

/// Most columns of a text in a cell.
const MAX_TEXT: usize = 160;
/// Likewise, of what is not broken into lines.
const MAX_SHORT: usize = 24;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="{{ id }}"{% if !rows.is_empty() %} class="list"{% endif %}>
<h2 id="{{ id }}-h">{{ title }} <span class="n">{{ size }}</span></h2>
{% if let Some(empty) = empty %}<p>{{ empty }}</p>{% else -%}
<p>{{ means }}</p>
{% if let Some(capped) = capped %}<p class="warn">{{ capped }}</p>{% endif %}
{%- if let Some(chart) = chart %}<figure class="figure">{{ chart|safe }}{% if let Some(caption) = caption %}<figcaption class="soft">{{ caption }}</figcaption>{% endif %}</figure>{% endif %}
{%- if !rows.is_empty() %}
<div class="filters" hidden></div>
<p class="shown" role="status" aria-live="polite" hidden></p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="{{ id }}-h">
<table class="wide"><thead><tr>{% for column in columns %}<th scope="col"{% if column.is_number %} class="r"{% endif %}{% if column.is_choice %} data-choice{% endif %}>{{ column.title }}{% endfor %}</thead><tbody>
{%- for row in rows %}
<tr{% if has_ids %} id=r{{ loop.index0 }}{% endif %}>
{%- for cell in row %}{% match cell %}{% when Cell::Text with (text) %}<td>{{ text }}{% when Cell::Name with (text) %}<th scope=row>{{ text }}{% when Cell::Number with (number) %}<td class=r>{{ number }}{% when Cell::Short with (text) %}<td class=day>{{ text }}{% when Cell::Band with (band) %}<td class={{ band }}>{{ band }}{% when Cell::Link with (text, row) %}<td><a href=#r{{ row }}>{{ text }}</a>{% endmatch %}{% endfor %}
{%- endfor %}</tbody></table></div>
{%- endif %}
{%- endif %}
</section>"##
)]
pub(super) struct Table<'a> {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    size: String,
    means: &'static str,
    /// What it means that there is nothing.
    empty: Option<String>,
    capped: Option<String>,
    /// Made by `chart`, which escapes.
    pub(super) chart: Option<String>,
    pub(super) caption: Option<&'static str>,
    columns: &'static [Column],
    /// Whether other lists lead to its rows.
    has_ids: bool,
    rows: Vec<Vec<Cell<'a>>>,
}

/// A column of a table.
pub(super) struct Column {
    title: &'static str,
    is_number: bool,
    /// Whether it has few values, of which one can be chosen.
    is_choice: bool,
}

/// A column of words.
pub(super) const fn words(title: &'static str) -> Column {
    Column {
        title,
        is_number: false,
        is_choice: false,
    }
}

/// A column of few words.
pub(super) const fn choice(title: &'static str) -> Column {
    Column {
        title,
        is_number: false,
        is_choice: true,
    }
}

/// A column of numbers.
pub(super) const fn numbers(title: &'static str) -> Column {
    Column {
        title,
        is_number: true,
        is_choice: false,
    }
}

/// A cell, as it is shown.
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    /// What the row is about.
    Name(String),
    Number(String),
    /// What is not broken into lines: days, hashes, words.
    Short(String),
    Band(&'static str),
    /// A repository, and the number of its row in the list of these.
    Link(String, usize),
}

/// Text from outside: harmless, and cut.
pub(super) fn fit(text: &str) -> String {
    // Texts can be of any length: what is far beyond the cut is not looked at.
    let near: String = text.chars().take(MAX_TEXT * 4).collect();
    cut(&harmless(&near), MAX_TEXT)
}

pub(super) fn text<'a>(text: &str) -> Cell<'a> {
    Cell::Text(fit(text).into())
}

/// Text from outside that stays on one line.
pub(super) fn short<'a>(text: &str) -> Cell<'a> {
    Cell::Short(cut(&fit(text), MAX_SHORT))
}

pub(super) fn number<'a>(number: u64) -> Cell<'a> {
    Cell::Number(grouped(number))
}

pub(super) fn band<'a>(band: Band) -> Cell<'a> {
    Cell::Band(band_name(band))
}

/// What a list is called, and what it says where it has something and where it has nothing.
pub(super) struct About {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) means: &'static str,
    /// Its things in the plural, and which come first.
    pub(super) things: &'static str,
    pub(super) columns: &'static [Column],
    pub(super) empty: String,
}

impl<'a> Table<'a> {
    /// Of a list, of which at most [`MAX_ROWS`] are written.
    pub(super) fn of<T>(
        about: About,
        listed: &'a Listed<T>,
        row: impl Fn(&'a T) -> Vec<Cell<'a>>,
    ) -> Self {
        let rows: Vec<_> = listed.rows.iter().take(MAX_ROWS).map(row).collect();
        let of = listed.of.max(listed.rows.len() as u64);
        let capped = capped(rows.len(), of).map(|capped| {
            format!(
                "This page has {capped} {}; totals count all. The CSV and JSON forms have the others.",
                about.things
            )
        });
        Self {
            id: about.id,
            title: about.title,
            size: grouped(of),
            means: about.means,
            empty: (of == 0).then_some(about.empty),
            capped,
            chart: None,
            caption: None,
            columns: about.columns,
            has_ids: about.id == "repositories",
            rows,
        }
    }
}
