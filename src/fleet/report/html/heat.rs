//! The heat map: repository × algorithm. Each cell says its priority and how many places there are; the colour repeats it.

use askama::Template;

use super::lists::{Known, repository};
use super::table::Cell;
use crate::fleet::organisation::Organisation;
use crate::fleet::report::figures::capped;
use crate::output::band_name;
use crate::output::fit::{cut, grouped, harmless};

/// Most rows and columns: more is no picture.
const MAX_ROWS: usize = 200;
const MAX_COLUMNS: usize = 24;
/// Most columns of an algorithm's name.
const MAX_NAME: usize = 28;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="heat">
<h2 id="heat-h">Heat map</h2>
{% if rows.is_empty() %}<p>{{ empty }}</p>{% else -%}
<p>The most urgent priority of an algorithm in a repository, and in how many places it is. An empty cell: nothing of it was found there. The most urgent repositories are the rows, the most frequent algorithms the columns.</p>
{% for said in capped %}<p class="warn">{{ said }}</p>{% endfor %}
<div class="scroll" tabindex="0" role="group" aria-labelledby="heat-h">
<table class="heat numbers"><thead><tr><th scope="col">Repository{% for name in algorithms %}<th scope="col">{{ name }}{% endfor %}</thead><tbody>
{%- for (name, cells) in rows %}
<tr><th scope=row>{% match name %}{% when Cell::Link with (text, row) %}<a href=#r{{ row }}>{{ text }}</a>{% when Cell::Text with (text) %}{{ text }}{% else %}{% endmatch %}
{%- for cell in cells %}{% if let Some((band, places)) = cell %}<td class={{ band }}>{{ band }} <i>{{ places }}</i>{% else %}<td>{% endif %}{% endfor %}
{%- endfor %}</tbody></table></div>
{%- endif %}
</section>"##
)]
pub(super) struct HeatMap<'a> {
    empty: &'static str,
    capped: Vec<String>,
    algorithms: Vec<String>,
    rows: Vec<Row<'a>>,
}

/// A repository, and of each column the priority and the places.
type Row<'a> = (Cell<'a>, Vec<Option<(&'static str, String)>>);

impl<'a> HeatMap<'a> {
    pub(super) fn of(organisation: &'a Organisation, known: &Known<'a>) -> Self {
        let heat = &organisation.heat;
        let algorithms = heat.algorithms.iter().take(MAX_COLUMNS);
        let algorithms: Vec<String> = algorithms
            .map(|name| cut(&harmless(name), MAX_NAME))
            .collect();
        let shown = heat.rows.iter().take(MAX_ROWS);
        let rows: Vec<Row<'a>> = shown
            .map(|(name, cells)| {
                let cells = (0..algorithms.len()).map(|n| cells.get(n).copied().flatten());
                let cells = cells.map(|cell| cell.map(|c| (band_name(c.band), grouped(c.places))));
                (repository(name, known), cells.collect())
            })
            .collect();
        let mut said = Vec::new();
        let of = heat.rows_of.max(heat.rows.len() as u64);
        if let Some(capped) = capped(rows.len(), of) {
            said.push(format!("Rows: {capped} repositories, the most urgent."))
        }
        let of = heat.algorithms_of.max(heat.algorithms.len() as u64);
        if let Some(capped) = capped(algorithms.len(), of) {
            said.push(format!("Columns: {capped} algorithms, the most frequent."))
        }
        Self {
            empty: "No algorithm was found in any repository with a result.",
            capped: said,
            algorithms,
            rows,
        }
    }
}
