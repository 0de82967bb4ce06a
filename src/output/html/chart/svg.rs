//! A chart in the making: texts, lines and parts with their patterns and links, and the picture around them.

use std::fmt::Write as _;

use super::{escaped, fit, linked, per_cent, room_of};

/// Where a text stands, in per cent.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start(f64),
    Middle(f64),
    End(f64),
}

/// Centred, but where that would leave the chart.
pub(super) fn within(middle: f64, text: &str) -> Anchor {
    let half = room_of(text) / 2.0;
    if middle < half {
        Anchor::Start(0.0)
    } else if middle + half > 100.0 {
        Anchor::End(100.0)
    } else {
        Anchor::Middle(middle)
    }
}

/// A chart in the making. Across: per cent. Down: pixels.
pub(super) struct Svg {
    id: String,
    links: bool,
    body: String,
    /// Patterns in use, by the number of the series.
    patterns: [bool; PATTERNS.len()],
    /// One colour needs no pattern to be told from others.
    plain: bool,
}

/// What lies over the colour of each series, in a tile of 8 by 8; the first is plain.
const PATTERNS: [&str; 8] = [
    "",
    "M0 8L8 0M-2 2L2 -2M6 10L10 6",
    "M2 2h1M6 6h1",
    "M0 0L8 8M-2 6L2 10M6 -2L10 2",
    "M0 4h8",
    "M4 0v8",
    "M0 0L8 8M0 8L8 0",
    "M0 4h8M4 0v8",
];

impl Svg {
    pub(super) fn new(id: &str, links: bool) -> Self {
        let fine = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        Self {
            id: id.chars().filter(fine).collect(),
            links,
            body: String::new(),
            patterns: [false; PATTERNS.len()],
            plain: true,
        }
    }

    pub(super) fn finish(self, title: &str, desc: &str, height: u64) -> String {
        let Self {
            id,
            links,
            mut body,
            patterns,
            ..
        } = self;
        let height = if body.is_empty() {
            body.push_str("<text class=\"soft\" x=\"0\" y=\"14\">Nothing to show.</text>");
            24
        } else {
            height
        };
        let mut defs = String::new();
        for (n, path) in PATTERNS.iter().enumerate() {
            if patterns.get(n) == Some(&true) {
                let _ = write!(
                    defs,
                    "<pattern id=\"{id}-p{n}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path class=\"mark\" d=\"{path}\"/></pattern>"
                );
            }
        }
        if !defs.is_empty() {
            defs = format!("<defs>{defs}</defs>");
        }
        let role = if links { "group" } else { "img" };
        let (title, desc) = (escaped(&fit(title, 200)), escaped(&fit(desc, 2000)));
        format!(
            "<svg class=\"chart\" role=\"{role}\" aria-labelledby=\"{id}-t {id}-d\" width=\"100%\" height=\"{height}\" xmlns=\"http://www.w3.org/2000/svg\"><title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{desc}</desc>{defs}{body}</svg>"
        )
    }

    pub(super) fn text(&mut self, class: &str, anchor: Anchor, y: u64, text: &str) {
        let (anchor, x) = match anchor {
            Anchor::Start(x) => ("", x),
            Anchor::Middle(x) => (" text-anchor=\"middle\"", x),
            Anchor::End(x) => (" text-anchor=\"end\"", x),
        };
        let (x, text) = (per_cent(x), escaped(text));
        let _ = write!(
            self.body,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}>{text}</text>"
        );
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, u64), to: (f64, u64)) {
        let (x1, x2) = (per_cent(from.0), per_cent(to.0));
        let (y1, y2) = (from.1, to.1);
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        );
    }

    /// A small mark at a point.
    #[cfg(feature = "fleet")]
    pub(super) fn dot(&mut self, class: &str, x: f64, y: u64) {
        let x = per_cent(x);
        let _ = write!(
            self.body,
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>"
        );
    }

    /// `x`: from where, and how wide.
    pub(super) fn rect(&mut self, attributes: &str, x: (f64, f64), y: u64, height: u64) {
        let (from, width) = (x.0.clamp(0.0, 100.0), x.1.clamp(0.0, 100.0));
        let width = per_cent(width.min(100.0 - from));
        let from = per_cent(from);
        let _ = write!(
            self.body,
            "<rect {attributes} x=\"{from}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }

    /// A rectangle in the colour and the pattern of a series.
    pub(super) fn part(&mut self, series: usize, x: (f64, f64), y: u64, height: u64) {
        let n = series % PATTERNS.len();
        self.rect(&format!("class=\"part s{n}\""), x, y, height);
        if n > 0 && !self.plain {
            self.pattern(n, x, y, height);
        }
    }

    /// A rectangle with the pattern that says late.
    pub(super) fn hatched(&mut self, class: &str, x: (f64, f64), y: u64, height: u64) {
        self.rect(&format!("class=\"part {class}\""), x, y, height);
        self.pattern(1, x, y, height);
    }

    pub(super) fn pattern(&mut self, n: usize, x: (f64, f64), y: u64, height: u64) {
        if let Some(used) = self.patterns.get_mut(n) {
            *used = true;
        }
        let fill = format!("fill=\"url(#{}-p{n})\"", self.id);
        self.rect(&fill, x, y, height);
    }

    pub(super) fn open(&mut self, href: &Option<String>, told: &str, y: u64, height: u64) {
        self.open_at(href, told, (0.0, 100.0), y, height);
    }

    /// Begins what a click on any of its parts leads away from, with a word for the pointer that rests on it.
    pub(super) fn open_at(
        &mut self,
        href: &Option<String>,
        told: &str,
        x: (f64, f64),
        y: u64,
        height: u64,
    ) {
        match href {
            Some(to) if linked(href) => {
                let _ = write!(self.body, "<a href=\"{}\">", escaped(to));
            }
            _ => self.body.push_str("<g>"),
        }
        let _ = write!(self.body, "<title>{}</title>", escaped(told));
        self.rect("class=\"hit\"", x, y, height);
    }

    pub(super) fn close(&mut self, href: &Option<String>) {
        self.body
            .push_str(if linked(href) { "</a>" } else { "</g>" });
    }

    /// Names for colours, from `y` down. Returns where it ends.
    pub(super) fn legend(&mut self, series: &[&str], mut y: u64) -> u64 {
        if series.len() < 2 {
            return y;
        }
        self.plain = false;
        let mut x = 0.0;
        for (n, name) in series.iter().enumerate() {
            let name = fit(name, 40);
            let width = 6.0 + room_of(&name);
            if x > 0.0 && x + width > 100.0 {
                x = 0.0;
                y += 18;
            }
            self.part(n, (x, 4.0), y + 2, 11);
            self.text("soft", Anchor::Start(x + 5.0), y + 12, &name);
            x += width;
        }
        y + 24
    }
}
