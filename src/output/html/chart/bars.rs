//! Horizontal stacked bars.

use super::svg::{Anchor, Svg};
use super::{Bar, THINNEST, count, fit, linked, room_of, share, told};
use crate::output::fit::grouped;

/// Most bars drawn; the rest is counted in words.
const MAX_ROWS: usize = 40;

/// Horizontal stacked bars with their numbers, and a legend where there are several series. The first [`MAX_ROWS`] are drawn.
pub(crate) fn bars(id: &str, title: &str, desc: &str, series: &[&str], bars: &[Bar]) -> String {
    let shown = &bars[..bars.len().min(MAX_ROWS)];
    let most = shown.iter().map(Bar::total).max().unwrap_or(0);
    let mut svg = Svg::new(id, shown.iter().any(|bar| linked(&bar.href)));
    let mut y = svg.legend(series, 0);
    for bar in shown {
        let total = bar.total();
        svg.open(&bar.href, &told(bar, series), y, 34);
        let number = grouped(total);
        let room = 46_usize.saturating_sub(number.len());
        svg.text("label", Anchor::Start(0.0), y + 13, &fit(&bar.label, room));
        svg.text("num", Anchor::End(100.0), y + 13, &number);
        let mut x = 0.0;
        for (part, width) in widths(bar, most) {
            svg.part(part.0, (x, width), y + 18, 13);
            let digits = grouped(part.1);
            if part.1 != total && room_of(&digits) < width {
                svg.text("num halo", Anchor::Middle(x + width / 2.0), y + 29, &digits);
            }
            x += width;
        }
        svg.close(&bar.href);
        y += 36;
    }
    let rest = &bars[shown.len()..];
    if !rest.is_empty() {
        let sum = rest.iter().map(Bar::total).fold(0, u64::saturating_add);
        let more = grouped(count(rest.len()));
        svg.text("label", Anchor::Start(0.0), y + 13, &format!("{more} more"));
        svg.text("num", Anchor::End(100.0), y + 13, &grouped(sum));
        y += 18;
    }
    svg.finish(title, desc, y)
}

/// How wide each part of a bar is, in per cent; none where there is nothing. Never more than all.
fn widths(bar: &Bar, most: u64) -> Vec<((usize, u64), f64)> {
    let parts = bar.parts.iter().filter(|part| part.1 > 0);
    let mut widths: Vec<_> = parts
        .map(|part| (*part, (share(part.1, most) * 100.0).max(THINNEST)))
        .collect();
    let sum: f64 = widths.iter().map(|(_, width)| width).sum();
    if sum > 100.0 {
        for (_, width) in &mut widths {
            *width *= 100.0 / sum;
        }
    }
    widths
}
