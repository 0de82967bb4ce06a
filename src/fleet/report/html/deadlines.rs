//! By when: what is open for each deadline, and where one has to be so that nothing is at the end.

use askama::Template;
use jiff::civil::Date;

use crate::fleet::organisation::Organisation;
use crate::fleet::report::figures::{a_month, days_left, policy};
use crate::output::fit::{cut, grouped};
use crate::output::html::chart::{Course, burn_down};
use crate::output::html::sheet::clean;

/// Most columns of a policy's title.
const MAX_TITLE: usize = 80;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="deadlines">
<h2 id="deadlines-h">Deadlines</h2>
{% if rows.is_empty() %}<p>The policies that count have no deadlines.</p>{% else -%}
{% if let Some(chart) = chart %}<figure class="figure">{{ chart|safe }}<figcaption class="soft">The solid line is what was measured: assets that a quantum computer breaks, after each run. Each broken line goes from what is open today for a deadline to nothing on its day: where one has to be, and no forecast. Not everything that is broken is open for each deadline.</figcaption></figure>{% endif %}
<div class="scroll" tabindex="0" role="group" aria-labelledby="deadlines-h">
<table class="wide"><thead><tr><th scope="col">Not allowed from<th scope="col">Policy<th scope="col" class="r">Assets open<th scope="col" class="r">In repositories<th scope="col" class="r">Days left<th scope="col" class="r">To change each month</thead><tbody>
{%- for row in rows %}
<tr><th scope="row" class="day">{{ row.day }}<td>{{ row.policy }}<td class="r">{{ row.open }}<td class="r">{{ row.repositories }}<td class="r">{% if row.is_over %}<b class="P0">over</b>{% else %}{{ row.days }}{% endif %}<td class="r">{{ row.month }}
{%- endfor %}</tbody></table></div>
<p class="soft">To change each month is what is open, spread evenly over the months that are left.</p>
{%- endif %}
</section>"##
)]
pub(super) struct Deadlines {
    /// Made by `chart`, which escapes.
    chart: Option<String>,
    rows: Vec<RowView>,
}

struct RowView {
    day: String,
    policy: String,
    open: String,
    repositories: String,
    days: String,
    is_over: bool,
    month: String,
}

impl Deadlines {
    pub(super) fn of(organisation: &Organisation) -> Self {
        let deadlines = organisation.deadlines.iter();
        let rows = deadlines.map(|deadline| {
            let days = days_left(organisation, deadline);
            RowView {
                day: deadline.day.to_string(),
                policy: cut(&policy(organisation, &deadline.policy), MAX_TITLE),
                open: grouped(deadline.open),
                repositories: grouped(deadline.repositories),
                days: grouped(days.unsigned_abs()),
                is_over: days <= 0,
                month: match (deadline.open, a_month(organisation, deadline)) {
                    (1.., Some(number)) => grouped(number),
                    _ => String::new(),
                },
            }
        });
        Self {
            rows: rows.collect(),
            chart: chart(organisation),
        }
    }
}

fn chart(organisation: &Organisation) -> Option<String> {
    let open = organisation.deadlines.iter().filter(|d| d.open > 0);
    let courses: Vec<Course> = open
        .filter(|deadline| deadline.day > organisation.as_of)
        .map(|deadline| Course {
            label: format!(
                "{} by {}, {}",
                grouped(deadline.open),
                deadline.day,
                cut(&clean(&deadline.policy), 20),
            ),
            left: deadline.open,
            until: year_of(deadline.day),
        })
        .collect();
    if courses.is_empty() {
        return None;
    }
    let past: Vec<(f64, u64)> = organisation
        .trend
        .iter()
        .map(|point| (year_of(point.day), point.totals.broken))
        .collect();
    Some(burn_down(
        "burn-down",
        "What is open, and the deadlines",
        "Assets that a quantum computer breaks after each run, and lines from what is open today to nothing at each deadline.",
        year_of(organisation.as_of),
        &past,
        &courses,
    ))
}

/// A day as a year with its fraction.
pub(super) fn year_of(day: Date) -> f64 {
    let of_year = f64::from(day.day_of_year() - 1) / f64::from(day.days_in_year());
    f64::from(day.year()) + of_year
}
