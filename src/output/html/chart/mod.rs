//! Numbers and years become inline SVG: stacked bars, a timeline, a histogram. Knows no report and no script.
//!
//! Lengths across are per cent of the chart's width and text keeps its size, so a chart is as readable at the width of a phone
//! as at that of a desk or a page: a `viewBox` would shrink the letters with the chart. What room a text needs is reckoned for
//! the narrowest of them. Colours are classes ([`CSS`]); each series has a pattern too, and every number is written.
//!
//! A chart without links is an image with a title and a description (`role="img"`); what an image holds cannot be reached, so
//! one with links is a group.

mod bars;
#[cfg(feature = "fleet")]
mod burn_down;
mod columns;
mod svg;
#[cfg(test)]
mod tests;
mod timeline;

use std::fmt::Write as _;

pub(crate) use self::bars::bars;
#[cfg(feature = "fleet")]
pub(crate) use self::burn_down::{Course, burn_down};
pub(crate) use self::columns::columns;
pub(crate) use self::timeline::{Deadline, Lasts, Span, timeline};
use crate::output::fit::{columns as width_of, cut, grouped, harmless};

/// The rules for the classes used here. They take the page's background from `--bg`.
pub(crate) const CSS: &str = include_str!("chart.css");

/// Per cent of the width that a column of text takes, at most: letters of 12 px in a chart of 340 px.
const TEXT: f64 = 2.2;
/// The thinnest a part is drawn, in per cent: what is there can be seen.
const THINNEST: f64 = 0.5;

/// A bar, or a column of a histogram.
pub(crate) struct Bar {
    pub(crate) label: String,
    /// What it is made of: the number of the series (from 0) and how many.
    pub(crate) parts: Vec<(usize, u64)>,
    /// Where a click leads: `#…`, a place in the same page. Anything else is no link.
    pub(crate) href: Option<String>,
}

impl Bar {
    fn total(&self) -> u64 {
        let counts = self.parts.iter().map(|(_, count)| *count);
        counts.fold(0, u64::saturating_add)
    }
}

/// What a bar says to the pointer that rests on it, and to a reader of the screen.
fn told(bar: &Bar, series: &[&str]) -> String {
    let total = grouped(bar.total());
    let mut told = format!("{}: {total}", fit(&bar.label, 200));
    if series.len() > 1 {
        let parts: Vec<String> = bar
            .parts
            .iter()
            .filter(|part| part.1 > 0)
            .filter_map(|(n, count)| {
                let name = series.get(*n)?;
                Some(format!("{} {}", fit(name, 40), grouped(*count)))
            })
            .collect();
        if !parts.is_empty() {
            let _ = write!(told, " ({})", parts.join(", "));
        }
    }
    told
}

/// Whether it leads anywhere: to a place in the page.
fn linked(href: &Option<String>) -> bool {
    href.as_ref().is_some_and(|href| href.starts_with('#'))
}

/// The room that a text needs at most, in per cent, with a little space after it.
fn room_of(text: &str) -> f64 {
    real(width_of(text)) * TEXT + 1.0
}

/// Harmless and no wider than `max` columns.
fn fit(text: &str, max: usize) -> String {
    // Names can be of any length: what is far beyond the cut is not looked at.
    let near: String = text.chars().take(max.saturating_mul(8)).collect();
    cut(&harmless(&near), max)
}

fn per_cent(x: f64) -> String {
    let x = if x.is_finite() {
        x.clamp(0.0, 100.0)
    } else {
        0.0
    };
    let text = format!("{x:.2}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn share(part: u64, most: u64) -> f64 {
    if most == 0 {
        0.0
    } else {
        part as f64 / most as f64
    }
}

fn real(number: usize) -> f64 {
    number as f64
}

fn count(number: usize) -> u64 {
    number as u64
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
