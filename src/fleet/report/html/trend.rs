//! How it went: assets by priority after each run.

use askama::Template;

use crate::fleet::organisation::{Organisation, Point};
use crate::fleet::report::figures::{capped, urgent};
use crate::output::fit::grouped;
use crate::output::html::chart::{Bar, columns};

/// Most runs shown: of more, runs at even distances, and the last always. What there was is not added up.
const MAX_POINTS: usize = 60;
/// What columns are made of.
const SERIES: [&str; 4] = ["P0", "P1", "P2", "P3"];

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="trend">
<h2 id="trend-h">Trend <span class="n">{{ size }}</span></h2>
{% if let Some(empty) = empty %}<p>{{ empty }}</p>{% endif %}
{%- if let Some(capped) = capped %}<p class="warn">{{ capped }}</p>{% endif %}
{%- if let Some(chart) = chart %}<figure class="figure">{{ chart|safe }}<figcaption class="soft">Assets with something to do, by priority, after each run. More repositories with a result mean more assets: the table has both.</figcaption></figure>{% endif %}
{%- if !rows.is_empty() %}
<details><summary>The numbers</summary>
<div class="scroll" tabindex="0" role="group" aria-labelledby="trend-h">
<table class="wide"><thead><tr><th scope="col">Day<th scope="col" class="r">Run<th scope="col" class="r">Repositories<th scope="col" class="r">P0<th scope="col" class="r">P1<th scope="col" class="r">P2<th scope="col" class="r">P3<th scope="col" class="r">P4<th scope="col" class="r">Broken<th scope="col" class="r">Ready<th scope="col" class="r">Assets</thead><tbody>
{%- for (day, numbers) in rows %}
<tr><th scope=row>{{ day }}{% for number in numbers %}<td class=r>{{ number }}{% endfor %}
{%- endfor %}</tbody></table></div></details>
{%- endif %}
</section>"##
)]
pub(super) struct Trend {
    size: String,
    empty: Option<&'static str>,
    capped: Option<String>,
    /// Made by `chart`, which escapes.
    chart: Option<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Trend {
    pub(super) fn of(organisation: &Organisation) -> Self {
        let all = &organisation.trend;
        let each = all.len().div_ceil(MAX_POINTS).max(1);
        let mut shown: Vec<&Point> = all.iter().rev().step_by(each).collect();
        shown.reverse();
        let capped = capped(shown.len(), all.len() as u64).map(|capped| {
            format!("Shown: {capped} runs, at even distances; the CSV form csv-trend has all.")
        });
        // Names of columns have little room: the month and day, or over more than a year the month alone. The table has whole days.
        let days = shown.first().zip(shown.last());
        let days = days.map(|(first, last)| last.day.duration_since(first.day));
        let is_long = days.is_some_and(|all| all.as_hours() > 24 * 365);
        let form = if is_long { "%Y-%m" } else { "%m-%d" };
        let bars: Vec<Bar> = shown.iter().map(|point| bar(point, form)).collect();
        let desc = match (shown.first(), shown.last()) {
            (Some(first), Some(last)) => format!(
                "From {} on {} to {} on {}.",
                grouped(urgent(&first.totals.by_band)),
                first.day,
                grouped(urgent(&last.totals.by_band)),
                last.day
            ),
            _ => String::new(),
        };
        Self {
            size: match all.len() {
                1 => "1 run".to_owned(),
                number => format!("{} runs", grouped(number as u64)),
            },
            empty: match all.len() {
                0 => Some("No run has finished yet: there is no trend."),
                1 => Some("There was one run only: a trend shows from the second on."),
                _ => None,
            },
            capped,
            chart: (all.len() > 1).then(|| {
                columns(
                    "trend-chart",
                    "Assets by priority after each run",
                    &desc,
                    &SERIES,
                    &bars,
                )
            }),
            rows: shown.iter().map(|point| row(point)).collect(),
        }
    }
}

fn bar(point: &Point, form: &str) -> Bar {
    let bands = point.totals.by_band.iter().take(SERIES.len());
    Bar {
        label: point.day.strftime(form).to_string(),
        parts: bands.copied().enumerate().collect(),
        href: None,
    }
}

fn row(point: &Point) -> (String, Vec<String>) {
    let totals = &point.totals;
    let mut numbers = vec![point.run.to_string(), grouped(point.repositories)];
    numbers.extend(totals.by_band.map(grouped));
    let rest = [totals.broken, totals.ready, totals.assets];
    numbers.extend(rest.map(grouped));
    (point.day.to_string(), numbers)
}
