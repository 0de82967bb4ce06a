//! Deadlines, and what lasts until before or after them.

use std::fmt::Write as _;

use super::svg::{Anchor, Svg, within};
use super::{TEXT, THINNEST, count, fit, linked, room_of};
use crate::output::fit::{columns as width_of, counted, grouped};

/// Most spans drawn: a timeline and its heading have to fit on a page of A4, since a picture is not broken there.
const MAX_SPANS: usize = 30;
/// Most lines of deadlines.
pub(super) const MAX_DEADLINES: usize = 24;
/// Columns of a span's name and of when it ends on a phone, and of its name at a desk.
const NARROW: usize = 44;
const WIDE: usize = 90;
/// Years before today that a timeline reaches back, at most.
const YEARS_BACK: f64 = 2.0;
/// Years a timeline goes on after the last deadline, at most.
const YEARS_ON: f64 = 3.0;

/// A vertical line.
pub(crate) struct Deadline {
    /// With its fraction: the end of 2030 is 2031.0, or a little less.
    pub(crate) year: f64,
    pub(crate) label: String,
}

/// What a span is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Lasts {
    /// How long something is valid.
    Valid,
    /// How long there is to begin something, and the year until which; that is before the span's end where it is past.
    Begin(f64),
}

impl Lasts {
    /// The class of a bar that is not late, and what the legend says of it.
    const fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid => ("ok", "certificate"),
            Self::Begin(_) => ("begin", "work item"),
        }
    }
}

/// How long something lasts: a certificate, or the slack of a work item.
pub(crate) struct Span {
    pub(crate) label: String,
    /// None: from before the chart begins.
    pub(crate) from: Option<f64>,
    pub(crate) until: f64,
    /// Past a deadline.
    pub(crate) late: bool,
    pub(crate) lasts: Lasts,
    /// Where a click leads, as with [`super::Bar::href`].
    pub(crate) href: Option<String>,
}

/// Vertical lines for today and the deadlines, and a row for each span: its name, the year it ends, and a bar. Of more than
/// [`MAX_SPANS`] spans the late ones are drawn first, in the order given, and the description says how many there are. What has
/// no year that is a number is left out, which the description says too.
pub(crate) fn timeline(
    id: &str,
    title: &str,
    desc: &str,
    today: f64,
    deadlines: &[Deadline],
    spans: &[Span],
) -> String {
    let mut desc = desc.to_owned();
    let mut known: Vec<&Span> = spans.iter().filter(|span| span.until.is_finite()).collect();
    known.sort_by_key(|span| !span.late);
    let all = known.len();
    known.truncate(MAX_SPANS);
    if all > known.len() {
        let (shown, all) = (known.len(), grouped(count(all)));
        let _ = write!(desc, " The {shown} most telling of {all} are shown.");
    }
    if spans.len() > all {
        let _ = write!(
            desc,
            " Without a year, and left out: {}.",
            counted(count(spans.len() - all), "row")
        );
    }
    let mut svg = Svg::new(id, known.iter().any(|span| linked(&span.href)));
    let Some(window) = Window::of(today, deadlines, &known) else {
        return svg.finish(title, &desc, 0);
    };
    let lines = window.lines(today, deadlines);
    let marked = lines.iter().filter(|line| line.class == "deadline").count();
    if marked < deadlines.len() {
        let all = deadlines.len();
        let _ = write!(
            desc,
            " {marked} of {} have a line.",
            counted(count(all), "deadline")
        );
    }

    let labels = lines.iter().map(|line| line.row + 1).max().unwrap_or(0);
    let axis = count(labels) * 16 + 20;
    let end = axis + count(known.len()) * 26 + 6;
    for year in window.ticks() {
        let x = window.at(f64::from(year));
        svg.line("grid", (x, axis), (x, end));
    }
    svg.line("axis", (0.0, axis), (100.0, axis));
    // Bars before lines, so that one sees what crosses a deadline; names after them, so that one can read them.
    let rows = || known.iter().zip((axis + 4..).step_by(26));
    for (span, y) in rows() {
        svg.span_bar(&window, span, y);
    }
    for line in &lines {
        let from = count(line.row) * 16 + 3;
        svg.line(line.class, (line.x, from), (line.x, end));
    }
    for line in &lines {
        let y = count(line.row) * 16 + 13;
        let class = format!("{} halo", line.class);
        svg.text(&class, line.anchor, y, &line.label);
    }
    for year in window.ticks() {
        let (x, label) = (window.at(f64::from(year)), year.to_string());
        if matches!(within(x, &label), Anchor::Middle(_)) {
            svg.text("num halo", Anchor::Middle(x), axis - 5, &label);
        }
    }
    for (span, y) in rows() {
        svg.span_name(span, y);
    }
    let mut bottom = end;
    let in_time = known.iter().filter(|span| !span.late);
    let mut legend: Vec<(&str, &str)> = in_time.map(|span| span.lasts.kind()).collect();
    legend.sort_unstable();
    legend.dedup();
    if known.iter().any(|span| span.late) {
        legend.push(("late", "late"))
    }
    let mut x = 0.0;
    for (class, words) in &legend {
        svg.text("label", Anchor::Start(x + 6.0), end + 15, words);
        match *class {
            "late" => svg.hatched(class, (x, 4.5), end + 5, 10),
            class => svg.rect(&format!("class=\"part {class}\""), (x, 4.5), end + 5, 10),
        }
        x += 8.0 + room_of(words);
    }
    if !legend.is_empty() {
        bottom += 22;
    }
    svg.finish(title, &desc, bottom)
}

/// The years that a timeline shows.
pub(super) struct Window {
    from: f64,
    until: f64,
}

/// A line of a timeline with its name.
pub(super) struct Line {
    pub(super) class: &'static str,
    pub(super) x: f64,
    pub(super) anchor: Anchor,
    pub(super) label: String,
    /// The row of names that has room for it.
    pub(super) row: usize,
}

impl Window {
    /// All deadlines within a generation, and as much of the spans as is near them; none where no year is known.
    pub(super) fn of(today: f64, deadlines: &[Deadline], spans: &[&Span]) -> Option<Self> {
        let years = deadlines.iter().map(|deadline| deadline.year);
        let known = years.filter(|year| year.is_finite());
        let ends = spans.iter().map(|span| span.until);
        let base = if today.is_finite() {
            today
        } else {
            known.clone().chain(ends.clone()).next()?
        };
        // Years with four digits, as everywhere.
        let base = base.clamp(1000.0, 9900.0);
        let near = known.filter(|year| (base - 30.0..=base + 60.0).contains(year));
        let first = near.clone().fold(base, f64::min);
        let last = near.fold(base, f64::max);
        let begins = spans.iter().filter_map(|span| span.from);
        let from = begins
            .chain(ends.clone())
            .filter(|year| year.is_finite())
            .fold(first, f64::min)
            .max(first - YEARS_BACK);
        let until = ends.fold(last, f64::max).min(last + YEARS_ON);
        Some(Self {
            from: from.floor(),
            until: (until + 0.5).ceil(),
        })
    }

    /// The whole years around two, of four digits and a century at most.
    #[cfg(feature = "fleet")]
    pub(super) fn spanning(from: f64, until: f64) -> Self {
        let from = from.clamp(1000.0, 9900.0).floor();
        Self {
            from,
            until: until.clamp(from + 1.0, from + 100.0).ceil(),
        }
    }

    /// Where a year is, in per cent; what is outside is at the edge.
    pub(super) fn at(&self, year: f64) -> f64 {
        ((year - self.from) / (self.until - self.from) * 100.0).clamp(0.0, 100.0)
    }

    /// The years to name on the axis: as many as have room on a phone.
    pub(super) fn ticks(&self) -> impl Iterator<Item = i32> + use<> {
        let (from, until) = (shown_year(self.from), shown_year(self.until));
        let step = [1, 2, 5, 10]
            .into_iter()
            .find(|step| (until - from) / step <= 9)
            .unwrap_or(20);
        (from..=until).filter(move |year| year % step == 0)
    }

    /// Today and the deadlines that are in the window, the first first; each name in the first row that has room for it.
    pub(super) fn lines(&self, today: f64, deadlines: &[Deadline]) -> Vec<Line> {
        let mut marks: Vec<(f64, &'static str, &str)> = deadlines
            .iter()
            .filter(|d| (self.from..=self.until).contains(&d.year))
            .map(|d| (d.year, "deadline", d.label.as_str()))
            .collect();
        marks.sort_by(|a, b| a.0.total_cmp(&b.0));
        marks.truncate(MAX_DEADLINES);
        if (self.from..=self.until).contains(&today) {
            marks.insert(0, (today, "today", "today"));
        }
        let mut rows: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut lines = Vec::new();
        for (year, class, label) in marks {
            let x = self.at(year);
            // On the side that has more room, if one has not enough.
            let after = (100.0 - x - 1.0).max(0.0);
            let most = (after.max(x - 1.0) / TEXT).floor().clamp(4.0, 100.0);
            let label = fit(label, most as usize);
            let room = room_of(&label) + 1.0;
            let (anchor, from) = if room <= after {
                (Anchor::Start(x + 1.0), x)
            } else {
                (Anchor::End(x - 1.0), (x - room).max(0.0))
            };
            let until = from + room;
            let free = |row: &Vec<(f64, f64)>| row.iter().all(|r| until <= r.0 || r.1 <= from);
            let row = rows.iter().position(free).unwrap_or_else(|| {
                rows.push(Vec::new());
                rows.len() - 1
            });
            if let Some(taken) = rows.get_mut(row) {
                taken.push((from, until));
            }
            lines.push(Line {
                class,
                x,
                anchor,
                label,
                row,
            });
        }
        lines
    }
}

/// A year as it is written, of four digits.
fn shown_year(year: f64) -> i32 {
    // The cast saturates; what is no number is 0, and callers have none.
    (year.floor() as i32).clamp(0, 9999)
}

impl Svg {
    /// The bar of a row of a timeline.
    fn span_bar(&mut self, window: &Window, span: &Span, y: u64) {
        let from = span.from.filter(|year| year.is_finite());
        let from = from.map_or(0.0, |year| window.at(year));
        let until = window.at(span.until);
        let (from, until) = (from.min(until), until.max(from));
        // What ends before the chart begins is a mark at its edge.
        let from = from.min(100.0 - THINNEST);
        let x = (from, (until - from).max(THINNEST));
        if span.late {
            self.hatched("late", x, y + 17, 7);
        } else {
            let (class, _) = span.lasts.kind();
            self.rect(&format!("class=\"part {class}\""), x, y + 17, 7);
        }
    }

    /// What a row of a timeline says, and where it leads.
    fn span_name(&mut self, span: &Span, y: u64) {
        let end = match span.lasts {
            Lasts::Valid => format!("valid to {}", shown_year(span.until)),
            Lasts::Begin(year) => format!("begin by {}", shown_year(year)),
        };
        let end = format!("{end}{}", if span.late { ", late" } else { "" });
        let told = format!("{}: {end}", fit(&span.label, 200));
        self.open(&span.href, &told, y, 25);
        let narrow = NARROW.saturating_sub(width_of(&end));
        let (short, long) = (fit(&span.label, narrow), fit(&span.label, WIDE));
        if short == long {
            self.text("label halo", Anchor::Start(0.0), y + 13, &short);
        } else {
            self.text("label halo narrow", Anchor::Start(0.0), y + 13, &short);
            self.text("label halo wide", Anchor::Start(0.0), y + 13, &long);
        }
        self.text("num halo", Anchor::End(100.0), y + 13, &end);
        self.close(&span.href);
    }
}
