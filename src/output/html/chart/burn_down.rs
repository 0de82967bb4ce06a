//! What is left to do over time, and the lines that would bring it to nothing by a day.

use std::fmt::Write as _;

use super::svg::{Anchor, Svg, within};
use super::timeline::{Deadline, Window};
use super::{count, real, share};
use crate::output::fit::{counted, grouped};

/// The height of the plot, in pixels.
const TALL: u64 = 150;
/// Most points of the past: of more, each how-manieth is drawn, and the last always.
const MAX_POINTS: usize = 120;
/// Most lines towards a day.
const MAX_COURSES: usize = 8;

/// What is left today, and the day by which it is to be nothing.
pub(crate) struct Course {
    pub(crate) label: String,
    pub(crate) left: u64,
    /// With its fraction, as [`Deadline::year`].
    pub(crate) until: f64,
}

/// A line through what was counted at each time, and from today's numbers a broken line to zero for each course: where one has to be, no
/// forecast. What has no year that is a number is left out.
pub(crate) fn burn_down(
    id: &str,
    title: &str,
    desc: &str,
    today: f64,
    past: &[(f64, u64)],
    courses: &[Course],
) -> String {
    let mut desc = desc.to_owned();
    let known = past.iter().filter(|point| point.0.is_finite());
    let mut past: Vec<(f64, u64)> = known.copied().collect();
    past.sort_by(|a, b| a.0.total_cmp(&b.0));
    if past.len() > MAX_POINTS {
        let each = past.len().div_ceil(MAX_POINTS);
        let _ = write!(
            desc,
            " Of {} of the past, each {each}th is drawn.",
            counted(count(past.len()), "point")
        );
        past = past
            .iter()
            .rev()
            .step_by(each)
            .rev()
            .copied()
            .collect::<Vec<_>>();
    }
    let ahead = |course: &&Course| course.until.is_finite() && course.until > today;
    let all: Vec<&Course> = courses.iter().filter(ahead).collect();
    let courses = &all[..all.len().min(MAX_COURSES)];
    if courses.len() < all.len() {
        let _ = write!(
            desc,
            " {} of {} have a line.",
            courses.len(),
            counted(count(all.len()), "deadline")
        );
    }
    let mut svg = Svg::new(id, false);
    let years = || {
        let past = past.iter().map(|point| point.0);
        past.chain(courses.iter().map(|course| course.until))
    };
    if years().next().is_none() || !today.is_finite() {
        return svg.finish(title, &desc, 0);
    }
    let window = Window::spanning(
        years().fold(today, f64::min),
        years().fold(today, f64::max) + 0.25,
    );
    let counts = past.iter().map(|point| point.1);
    let counts = counts.chain(courses.iter().map(|course| course.left));
    let most = counts.max().unwrap_or(0);
    let deadlines: Vec<Deadline> = courses
        .iter()
        .map(|course| Deadline {
            year: course.until,
            label: course.label.clone(),
        })
        .collect();
    let lines = window.lines(today, &deadlines);
    let labels = lines.iter().map(|line| line.row + 1).max().unwrap_or(0);
    let top = count(labels) * 16 + 20;
    let base = top + TALL;
    let height = |number: u64| base - (share(number, most) * real(TALL as usize)).round() as u64;
    for year in window.ticks() {
        let (x, label) = (window.at(f64::from(year)), year.to_string());
        svg.line("grid", (x, top), (x, base));
        if matches!(within(x, &label), Anchor::Middle(_)) {
            svg.text("label", Anchor::Middle(x), base + 15, &label);
        }
    }
    svg.line("grid", (0.0, top), (100.0, top));
    svg.line("axis", (0.0, base), (100.0, base));
    for line in &lines {
        svg.line(
            line.class,
            (line.x, count(line.row) * 16 + 3),
            (line.x, base),
        );
    }
    for course in courses {
        let from = (window.at(today), height(course.left));
        svg.line("course", from, (window.at(course.until), base));
    }
    for pair in past.windows(2) {
        if let [a, b] = pair {
            svg.line(
                "past",
                (window.at(a.0), height(a.1)),
                (window.at(b.0), height(b.1)),
            );
        }
    }
    for point in &past {
        svg.dot("past", window.at(point.0), height(point.1));
    }
    for line in &lines {
        let class = format!("{} halo", line.class);
        svg.text(&class, line.anchor, count(line.row) * 16 + 13, &line.label);
    }
    svg.text("num halo", Anchor::Start(0.0), top + 12, &grouped(most));
    svg.finish(title, &desc, base + 22)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(left: u64, until: f64) -> Course {
        Course {
            label: "policy".to_owned(),
            left,
            until,
        }
    }

    #[test]
    fn a_line_goes_from_what_is_left_to_nothing_at_the_deadline() {
        let past = [(2026.0, 100), (2026.5, 80)];
        let svg = burn_down("b", "t", "d", 2026.5, &past, &[course(40, 2031.0)]);
        // From 2026 to 2032 (whole years): 2026.5 is at 8.33 %, 2031 at 83.33 %; 80 of 100 are 120 px of 150, 40 are 60.
        // Both names stand in one row: the plot goes from 36 px (16 and 20) down to 186.
        assert!(
            svg.contains(
                "<line class=\"course\" x1=\"8.33%\" y1=\"126\" x2=\"83.33%\" y2=\"186\"/>"
            ),
            "{svg}"
        );
        assert!(
            svg.contains("<line class=\"past\" x1=\"0%\" y1=\"36\" x2=\"8.33%\" y2=\"66\"/>"),
            "{svg}"
        );
        assert_eq!(svg.matches("<circle").count(), 2);
    }

    #[test]
    fn odd_years_and_numbers_do_no_harm() {
        let odd = [f64::NAN, f64::INFINITY, -1e300, 0.0, 9999.9, 1e300];
        for today in odd {
            for at in odd {
                let past = [(at, u64::MAX), (today, 0)];
                let svg = burn_down("b", "t", "d", today, &past, &[course(u64::MAX, at)]);
                assert!(
                    svg.ends_with("</svg>") && !svg.contains("NaN") && !svg.contains("inf"),
                    "{svg}"
                );
            }
        }
    }

    #[test]
    fn of_many_points_the_last_is_there() {
        let past: Vec<(f64, u64)> = (0..1000)
            .map(|n| (2020.0 + f64::from(n) / 400.0, 7))
            .collect();
        let svg = burn_down("b", "t", "d.", 2026.0, &past, &[]);
        assert!(
            svg.contains("d. Of 1,000 points of the past, each 9th is drawn."),
            "{svg}"
        );
        assert!(svg.matches("<circle").count() <= MAX_POINTS);
    }
}
