//! How many assets are on each list, by priority. Lists are never added up.

use askama::Template;

use super::sheet::Sheet;
use crate::output::band_name;
use crate::output::fit::grouped;
use crate::output::words::BANDS;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="standing">
<h2 id="standing-h">Lists and priorities</h2>
<p>Assets on each list, by priority: <a href="#bands">P0 is the most urgent, P4 needs nothing</a>. An asset can be on two lists, so lists are never added up.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="standing-h">
<table class="numbers"><thead><tr><th scope="col">List{% for band in bands %}<th scope="col" class="r {{ band }}">{{ band }}{% endfor %}<th scope="col" class="r">Assets</thead><tbody>
{%- for row in rows %}
<tr><th scope="row"><a href="#{{ row.link }}">{{ row.words }}</a>
{%- for (number, link) in row.cells %}<td class="r">{% if let Some(link) = link %}<a href="#{{ link }}">{{ number }}</a>{% else %}<span class="soft">0</span>{% endif %}{% endfor %}<td class="r"><a href="#{{ row.link }}">{{ row.all }}</a>
{%- endfor %}</tbody></table></div>
</section>"##
)]
pub(super) struct Matrix {
    bands: Vec<&'static str>,
    rows: Vec<RowView>,
}

struct RowView {
    words: &'static str,
    link: String,
    cells: Vec<(String, Option<String>)>,
    all: String,
}

impl Matrix {
    pub(super) fn of(sheet: &Sheet<'_>) -> Self {
        let rows = sheet.lists.iter().map(|list| RowView {
            words: list.words,
            link: list.link(),
            cells: BANDS
                .iter()
                .map(|band| {
                    let number = sheet.count(|class, is| class == list.class && is == *band);
                    let link = (number > 0).then(|| list.link_to(*band));
                    (grouped(number as u64), link)
                })
                .collect(),
            all: grouped(list.assets() as u64),
        });
        Self {
            bands: BANDS.iter().map(|band| band_name(*band)).collect(),
            rows: rows.collect(),
        }
    }
}
