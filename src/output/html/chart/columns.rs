//! A histogram.

use std::fmt::Write as _;

use super::svg::{Anchor, Svg, within};
use super::{Bar, fit, linked, real, room_of, share, told};
use crate::output::fit::grouped;

/// Most columns drawn; of more, neighbours are added up.
const MAX_COLUMNS: usize = 60;
/// The height of the tallest column, in pixels.
const TALL: u64 = 140;

/// A histogram: columns in the order given, their numbers above them where there is room. Of more than [`MAX_COLUMNS`],
/// neighbours are added up and lead nowhere.
pub(crate) fn columns(
    id: &str,
    title: &str,
    desc: &str,
    series: &[&str],
    columns: &[Bar],
) -> String {
    let each = columns.len().div_ceil(MAX_COLUMNS).max(1);
    let merged: Vec<Bar>;
    let mut desc = desc.to_owned();
    let shown = if each == 1 {
        columns
    } else {
        merged = columns.chunks(each).map(sum_of).collect();
        let _ = write!(desc, " Each column stands for {each} neighbours.");
        &merged
    };
    let most = shown.iter().map(Bar::total).max().unwrap_or(0);
    let mut svg = Svg::new(id, shown.iter().any(|bar| linked(&bar.href)));
    let top = svg.legend(series, 0) + 16;
    let base = top + TALL;
    let slot = 100.0 / real(shown.len().max(1));
    let labels: Vec<String> = shown.iter().map(|bar| fit(&bar.label, 16)).collect();
    let widest = labels.iter().map(|l| room_of(l)).fold(0.0, f64::max);
    let every = every(widest, slot);
    let numbers = shown.iter().map(|bar| room_of(&grouped(bar.total())));
    let numbered = numbers.fold(0.0, f64::max) <= slot;
    if !shown.is_empty() {
        if !numbered {
            // Where columns are too thin for their numbers, the scale is said once.
            svg.line("grid", (0.0, top), (100.0, top));
            svg.text("num soft", Anchor::Start(0.0), top - 4, &grouped(most));
        }
        svg.line("axis", (0.0, base), (100.0, base));
    }
    for (n, bar) in shown.iter().enumerate() {
        let x = slot * real(n);
        svg.open_at(
            &bar.href,
            &told(bar, series),
            (x, slot),
            top - 16,
            TALL + 34,
        );
        let mut y = base;
        for (index, height) in heights(bar, most) {
            y -= height;
            svg.part(index, (x + slot * 0.1, slot * 0.8), y, height);
        }
        let middle = x + slot / 2.0;
        if numbered {
            let number = grouped(bar.total());
            svg.text("num halo", Anchor::Middle(middle), y - 4, &number);
        }
        if n.is_multiple_of(every)
            && let Some(label) = labels.get(n)
        {
            svg.text("label", within(middle, label), base + 15, label);
        }
        svg.close(&bar.href);
    }
    svg.finish(title, &desc, if shown.is_empty() { 0 } else { base + 22 })
}

/// How tall each part of a column is, in pixels; none where there is nothing. Never more than [`TALL`].
fn heights(bar: &Bar, most: u64) -> Vec<(usize, u64)> {
    let mut left = TALL;
    let mut heights = Vec::new();
    for (index, count) in bar.parts.iter().filter(|part| part.1 > 0) {
        let height = (share(*count, most) * real(TALL as usize)).round() as u64;
        let height = height.max(2).min(left);
        left -= height;
        if height > 0 {
            heights.push((*index, height));
        }
    }
    heights
}

/// Neighbours as one column.
fn sum_of(columns: &[Bar]) -> Bar {
    let mut parts: Vec<(usize, u64)> = Vec::new();
    for (index, count) in columns.iter().flat_map(|bar| &bar.parts) {
        match parts.iter_mut().find(|part| part.0 == *index) {
            Some(part) => part.1 = part.1.saturating_add(*count),
            None => parts.push((*index, *count)),
        }
    }
    parts.sort_unstable();
    let label = match (columns.first(), columns.last()) {
        (Some(first), Some(last)) if columns.len() > 1 => {
            format!("{}–{}", fit(&first.label, 80), fit(&last.label, 80))
        }
        (Some(only), _) => only.label.clone(),
        _ => String::new(),
    };
    Bar {
        label,
        parts,
        href: None,
    }
}

/// Each how-manieth label has room.
fn every(widest: f64, slot: f64) -> usize {
    ((widest / slot).ceil() as usize).max(1)
}
