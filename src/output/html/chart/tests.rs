//! What charts hold to, whatever they are given.

use super::svg::Anchor;
use super::timeline::{Line, MAX_DEADLINES, Window};
use super::*;

fn bar(label: &str, parts: &[(usize, u64)], href: Option<&str>) -> Bar {
    Bar {
        label: label.to_owned(),
        parts: parts.to_vec(),
        href: href.map(str::to_owned),
    }
}

fn span(label: &str, from: Option<f64>, until: f64, late: bool) -> Span {
    Span {
        label: label.to_owned(),
        from,
        until,
        late,
        lasts: Lasts::Valid,
        href: None,
    }
}

fn deadline(year: f64, label: &str) -> Deadline {
    Deadline {
        year,
        label: label.to_owned(),
    }
}

/// Well-formed, nothing outside of the chart's edges, nothing that is no number. Returns its texts.
fn checked(svg: &str) -> Vec<String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut texts = Vec::new();
    let mut height = 0.0;
    let mut text = String::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let get = |key: &str| {
                    let found = tag.try_get_attribute(key).expect("attributes");
                    found.map(|a| a.value.into_owned())
                };
                let number = |key: &str| {
                    let text = get(key)?;
                    let number: f64 = text.trim_end_matches('%').parse().expect("a number");
                    assert!(number.is_finite() && number >= 0.0, "{key}={text} in {svg}");
                    Some(number)
                };
                if name == "svg" {
                    height = number("height").expect("a height");
                }
                if matches!(name.as_str(), "rect" | "text" | "line") {
                    let x = number("x").unwrap_or(0.0);
                    let wide = number("width").unwrap_or(0.0);
                    assert!(x + wide <= 100.01, "{name} at {x} of {wide}: {svg}");
                    let y = number("y").unwrap_or(0.0);
                    let tall = number("height").unwrap_or(0.0);
                    assert!(y + tall <= height, "{name} at {y} of {tall}: {svg}");
                    for end in ["x1", "x2"] {
                        assert!(number(end).unwrap_or(0.0) <= 100.0, "{svg}");
                    }
                    for end in ["y1", "y2"] {
                        assert!(number(end).unwrap_or(0.0) <= height, "{svg}");
                    }
                }
                if name == "text" {
                    text.clear();
                }
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(part) => {
                text.push_str(&format!("&{};", &*part));
            }
            Event::End(tag) if tag.name().as_ref() == "text" => {
                texts.push(std::mem::take(&mut text));
            }
            _ => {}
        }
    }
    texts
}

#[test]
fn bars_have_their_names_numbers_and_links() {
    let svg = bars(
        "b",
        "Algorithms",
        "How many assets each has.",
        &["P0", "P1"],
        &[
            bar("RSA", &[(0, 1000), (1, 500)], Some("#q=RSA")),
            bar("ECDSA", &[(1, 3)], None),
        ],
    );
    let texts = checked(&svg);
    assert_eq!(
        texts,
        ["P0", "P1", "RSA", "1,500", "1,000", "500", "ECDSA", "3"]
    );
    assert!(svg.contains("<title id=\"b-t\">Algorithms</title>"));
    assert!(svg.contains("<title>RSA: 1,500 (P0 1,000, P1 500)</title>"));
    assert!(svg.contains("<a href=\"#q=RSA\">"));
    assert!(svg.contains("role=\"group\""));
}

#[test]
fn a_chart_without_links_is_an_image() {
    let svg = bars("b", "t", "d", &["all"], &[bar("RSA", &[(0, 1)], None)]);
    assert!(svg.contains("role=\"img\" aria-labelledby=\"b-t b-d\""));
    assert!(!svg.contains("<a "));
}

#[test]
fn links_lead_nowhere_but_into_the_page() {
    for href in ["javascript:alert(1)", "https://example.org/", "", " #x"] {
        let svg = bars("b", "t", "d", &[], &[bar("a", &[(0, 1)], Some(href))]);
        assert!(!svg.contains("<a "), "{href}");
    }
}

#[test]
fn what_is_under_scan_stays_text() {
    let evil = "</text><script>\"'&\u{202e}\u{1b}[31m\n";
    let svg = bars(
        "b\" onload=\"x",
        evil,
        evil,
        &[evil, "b"],
        &[bar(evil, &[(0, 1), (1, 1)], Some("#\"><script>"))],
    ) + &columns(
        "c",
        evil,
        evil,
        &[evil, evil],
        &[bar(evil, &[(0, 1)], None)],
    ) + &timeline(
        "t",
        evil,
        evil,
        2026.9,
        &[deadline(2030.0, evil)],
        &[span(evil, None, 2031.0, true)],
    );
    for part in svg.split_inclusive("</svg>") {
        checked(part);
    }
    for bad in ["<script", "\u{202e}", "\u{1b}", "\n", "onload=\""] {
        assert!(!svg.contains(bad), "{bad:?}");
    }
    assert!(svg.contains("&lt;script&gt;"));
}

#[test]
fn what_is_gigantic_is_cut() {
    let long = "W".repeat(5_000_000);
    let svg = bars(
        "b",
        &long,
        &long,
        &[&long, &long],
        &[bar(&long, &[(0, 1)], None)],
    );
    assert!(svg.len() < 10_000, "{}", svg.len());
    checked(&svg);
}

#[test]
fn nothing_is_said_to_be_nothing() {
    for svg in [
        bars("b", "t", "d", &["a"], &[]),
        columns("c", "t", "d", &["a"], &[]),
        timeline("t", "t", "d", f64::NAN, &[], &[]),
    ] {
        assert_eq!(checked(&svg), ["Nothing to show."]);
    }
}

#[test]
fn zeroes_and_what_overflows_are_drawn_within_the_edges() {
    let odd = [
        bar("none", &[], None),
        bar("zero", &[(0, 0), (1, 0)], None),
        bar("one", &[(0, 1)], None),
        bar("most", &[(0, u64::MAX), (1, u64::MAX), (99, 1)], None),
        bar("many", &(0..200).map(|n| (n, 1)).collect::<Vec<_>>(), None),
    ];
    for some in 1..=odd.len() {
        checked(&bars("b", "t", "d", &["a", "b"], &odd[..some]));
        checked(&columns("c", "t", "d", &["a", "b"], &odd[..some]));
    }
}

#[test]
fn of_too_many_bars_the_rest_is_counted() {
    let many: Vec<Bar> = (0..10_000)
        .map(|n| bar(&n.to_string(), &[(0, 2)], Some("#x")))
        .collect();
    let texts = checked(&bars("b", "t", "d", &["a"], &many));
    let end = &texts[texts.len() - 2..];
    assert_eq!(end, ["9,960 more", "19,920"]);
    assert_eq!(texts.len(), 82);
}

#[test]
fn of_too_many_columns_neighbours_are_added_up() {
    let many: Vec<Bar> = (0..10_000)
        .map(|n| bar(&n.to_string(), &[(n % 2, 1)], Some("#x")))
        .collect();
    let svg = columns("c", "t", "d", &["a", "b"], &many);
    checked(&svg);
    assert!(svg.contains("Each column stands for 167 neighbours."));
    assert!(svg.contains("<title>0–166: 167 (a 84, b 83)</title>"));
    // 60 columns, and the last is what is left: 10,000 - 59 × 167.
    assert_eq!(svg.matches("class=\"hit\"").count(), 60);
    assert!(svg.contains("<title>9853–9999: 147 (a 73, b 74)</title>"));
}

#[test]
fn columns_have_as_many_labels_as_fit_on_a_phone() {
    let years: Vec<Bar> = (2020..2038)
        .map(|year| bar(&year.to_string(), &[(0, year - 2000)], None))
        .collect();
    let texts = checked(&columns("c", "t", "d", &["expire"], &years));
    // 18 columns of 5.6 % each; a year takes 9.8 %, a number of two digits 5.4 %.
    assert_eq!(texts[..4], ["20", "2020", "21", "22"]);
    assert!(!texts.contains(&"2021".to_owned()));
}

#[test]
fn a_timeline_shows_what_is_late_and_when() {
    let svg = timeline(
        "t",
        "Deadlines",
        "Certificates against deadlines.",
        2026.9,
        &[
            deadline(2031.0, "key establishment"),
            deadline(2036.0, "all"),
        ],
        &[
            span("a.example.org", Some(2026.0), 2027.5, false),
            span("Example CA", Some(2006.0), 2046.2, true),
        ],
    );
    let texts = checked(&svg);
    for text in [
        "today",
        "key establishment",
        "all",
        "valid to 2027",
        "valid to 2046, late",
        "certificate",
        "late",
    ] {
        assert!(texts.contains(&text.to_owned()), "{text}: {texts:?}");
    }
    let late = texts.iter().position(|t| t == "Example CA");
    assert!(late < texts.iter().position(|t| t == "a.example.org"));
    // From 2024 (today and two years) until 2039 (the last deadline and three years).
    assert!(texts.contains(&"2026".to_owned()) && texts.contains(&"2038".to_owned()));
    assert_eq!(svg.matches("<line class=\"deadline\"").count(), 2);
    assert_eq!(svg.matches("<line class=\"today\"").count(), 1);
}

#[test]
fn a_work_item_says_when_to_begin_and_not_where_its_bar_ends() {
    let item = |begin: f64, until: f64| Span {
        from: Some(begin.max(2024.9)),
        lasts: Lasts::Begin(begin),
        ..span("Replace RSA", None, until, begin < 2026.9)
    };
    let items = [item(2007.5, 2026.9), item(2029.2, 2029.2)];
    let svg = timeline("t", "t", "d", 2026.9, &[deadline(2036.0, "all")], &items);
    let texts = checked(&svg);
    for text in ["begin by 2007, late", "begin by 2029", "work item", "late"] {
        assert!(texts.contains(&text.to_owned()), "{text}: {texts:?}");
    }
    assert!(!texts.contains(&"certificate".to_owned()));
}

#[test]
fn years_that_no_chart_can_hold_do_no_harm() {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1e300,
        0.0,
        1950.0,
        9999.99,
        1e300,
    ];
    for today in odd {
        for from in odd {
            for until in odd {
                let svg = timeline(
                    "t",
                    "t",
                    "d",
                    today,
                    &[deadline(from, "x"), deadline(until, "y")],
                    &[
                        span("s", Some(from), until, true),
                        span("t", None, until, false),
                    ],
                );
                checked(&svg);
                assert_eq!(
                    svg.contains("Without a year, and left out: 2 rows."),
                    !until.is_finite()
                );
            }
        }
    }
}

#[test]
fn of_too_many_spans_the_late_ones_are_shown_and_the_rest_is_said() {
    let many: Vec<Span> = (0..10_000)
        .map(|n| span(&format!("n{n}"), None, 2030.0, n >= 9_990))
        .collect();
    let svg = timeline("t", "t", "d.", 2026.0, &[], &many);
    let texts = checked(&svg);
    assert!(svg.contains("d. The 30 most telling of 10,000 are shown."));
    assert_eq!(svg.matches("class=\"hit\"").count(), 30);
    let at = |name: &str| texts.iter().position(|t| t == name);
    assert!(at("n9990") < at("n0") && at("n9999").is_some() && at("n20").is_none());
}

#[test]
fn names_of_deadlines_do_not_lie_on_each_other() {
    let near: Vec<Deadline> = (0..30)
        .map(|n| deadline(2030.0 + f64::from(n) / 10.0, "a deadline with a name"))
        .collect();
    let window = Window::of(2026.0, &near, &[]).expect("years");
    let lines = window.lines(2026.0, &near);
    assert_eq!(lines.len(), MAX_DEADLINES + 1);
    for (n, a) in lines.iter().enumerate() {
        for b in &lines[n + 1..] {
            let taken = |line: &Line| {
                let room = real(width_of(&line.label)) * TEXT;
                match line.anchor {
                    Anchor::Start(x) => (x, x + room),
                    Anchor::Middle(x) => (x - room / 2.0, x + room / 2.0),
                    Anchor::End(x) => (x - room, x),
                }
            };
            let (a_at, b_at) = (taken(a), taken(b));
            assert!(a.row != b.row || a_at.1 <= b_at.0 || b_at.1 <= a_at.0);
        }
    }
    let svg = timeline("t", "t", "d.", 2026.0, &near, &[]);
    assert!(svg.contains("24 of 30 deadlines have a line."));
    checked(&svg);
}

#[test]
fn every_class_of_a_colour_has_a_rule() {
    for class in [
        "s0", "s7", "late", "ok", "begin", "today", "deadline", "part", "halo", "mark",
    ] {
        assert!(CSS.contains(&format!(".{class}")), "{class}");
    }
}
