//! The lists: repositories, owners, what is new and gone, certificates, keys, failures.

use std::collections::HashMap;

use super::table::{
    About, Cell, Column, Table, band, choice, fit, number, numbers, short, text, words,
};
use super::{MAX_ROWS, deadlines::year_of};
use crate::fleet::organisation::{AssetRow, Organisation, Totals};
use crate::fleet::report::figures;
use crate::output::fit::{cut_front, grouped};
use crate::output::html::chart::{Bar, Deadline, Lasts, Span, bars, timeline};

/// Bars of a chart above a table.
const MAX_BARS: usize = 12;
/// Most columns of a bar's name.
const MAX_LABEL: usize = 36;
/// Certificates in the chart: the first of the list.
const MAX_SPANS: usize = 16;
/// Repositories named with a key.
const MAX_NAMED: usize = 3;
/// Digits of commits that people compare by eye.
const DIGITS: usize = 12;
/// What bars are made of.
const SERIES: [&str; 4] = ["P0", "P1", "P2", "P3"];

/// The row of each repository that the page has, by name.
pub(super) type Known<'a> = HashMap<&'a str, usize>;

/// The rows of repositories that the page has.
pub(super) fn known(organisation: &Organisation) -> Known<'_> {
    let rows = organisation.repositories.rows.iter().take(MAX_ROWS);
    rows.enumerate()
        .map(|(number, row)| (&*row.name, number))
        .collect()
}

/// A repository, which leads to its row where the page has one.
pub(super) fn repository<'a>(name: &str, known: &Known<'_>) -> Cell<'a> {
    match known.get(name) {
        Some(row) => Cell::Link(fit(name), *row),
        None => text(name),
    }
}

/// What a list says where nothing was scanned, else what it means that it is empty.
fn unless_scanned(organisation: &Organisation, empty: &str) -> String {
    match figures::known(&organisation.coverage) {
        0 => "Nothing has been scanned yet.".to_owned(),
        _ => empty.to_owned(),
    }
}

fn by_band<'a>(totals: &Totals) -> impl Iterator<Item = Cell<'a>> + use<'a> {
    let [p0, p1, p2, p3, _] = totals.by_band;
    let numbers = [p0, p1, p2, p3, totals.broken, totals.ready, totals.assets];
    numbers.into_iter().map(number)
}

/// A bar of what is to be done, and where it leads.
fn bar(name: &str, totals: &Totals, href: Option<String>) -> Bar {
    let bands = totals.by_band.iter().take(SERIES.len());
    Bar {
        label: match name {
            "" => "no owner".to_owned(),
            // The end of a name tells more than the host that all have.
            name => cut_front(&fit(name), MAX_LABEL),
        },
        parts: bands.copied().enumerate().collect(),
        href,
    }
}

/// The section of repositories.
pub(super) fn repositories(organisation: &Organisation) -> Table<'_> {
    const COLUMNS: &[Column] = &[
        words("Repository"),
        choice("Owner"),
        numbers("P0"),
        numbers("P1"),
        numbers("P2"),
        numbers("P3"),
        numbers("Broken"),
        numbers("Ready"),
        numbers("Assets"),
        numbers("Not read"),
        words("Commit"),
        words("Scanned"),
        choice("State"),
    ];
    let listed = &organisation.repositories;
    let about = About {
        id: "repositories",
        title: "Repositories",
        means: "The most urgent first. P0 to P3 are assets by the most urgent of their priorities; broken are those that a quantum computer breaks, ready those that are post-quantum or hybrid. Not read are files that could not be read, or not wholly.",
        things: "repositories, the most urgent",
        columns: COLUMNS,
        empty: "No repository has a result yet.".to_owned(),
    };
    let mut table = Table::of(about, listed, |row| {
        let mut cells = vec![Cell::Name(fit(&row.name)), text(&row.owner)];
        cells.extend(by_band(&row.totals));
        let commit: String = row.commit.chars().take(DIGITS).collect();
        cells.push(number(row.gaps));
        cells.push(short(&commit));
        cells.push(Cell::Short(row.scanned_on.to_string()));
        let state = if row.is_stale { "old" } else { "current" };
        cells.push(Cell::Text(state.into()));
        cells
    });
    let first = listed.rows.iter().take(MAX_BARS).enumerate();
    let shown: Vec<Bar> = first
        .map(|(n, row)| bar(&row.name, &row.totals, Some(format!("#r{n}"))))
        .collect();
    table.chart = chart(
        "repositories-chart",
        "The most urgent repositories",
        &shown,
        listed.of,
    );
    table
}

/// Bars, where there is something to compare.
fn chart(id: &str, title: &str, shown: &[Bar], of: u64) -> Option<String> {
    if shown.len() < 2 {
        return None;
    }
    let capped = figures::capped(shown.len(), of);
    let capped = capped.map_or("all".to_owned(), |capped| capped);
    let desc = format!("Assets of P0 to P3, that is, those with something to do, in {capped}.");
    Some(bars(id, title, &desc, &SERIES, shown))
}

/// The section of owners.
pub(super) fn owners(organisation: &Organisation) -> Table<'_> {
    const COLUMNS: &[Column] = &[
        words("Owner"),
        numbers("Repositories"),
        numbers("P0"),
        numbers("P1"),
        numbers("P2"),
        numbers("P3"),
        numbers("Broken"),
        numbers("Ready"),
        numbers("Assets"),
    ];
    let listed = &organisation.owners;
    let about = About {
        id: "owners",
        title: "Owners",
        means: "All repositories of an owner that have a result: the organisation, group, workspace or project at the forge.",
        things: "owners, the most urgent",
        columns: COLUMNS,
        empty: unless_scanned(organisation, "No owner is known."),
    };
    let mut table = Table::of(about, listed, |row| {
        let name = match &*row.owner {
            "" => "(no owner)".to_owned(),
            owner => fit(owner),
        };
        let mut cells = vec![Cell::Name(name), number(row.repositories)];
        cells.extend(by_band(&row.totals));
        cells
    });
    let first = listed.rows.iter().take(MAX_BARS);
    let shown: Vec<Bar> = first
        .map(|row| bar(&row.owner, &row.totals, None))
        .collect();
    table.chart = chart("owners-chart", "The most urgent owners", &shown, listed.of);
    table
}

const ASSETS: &[Column] = &[
    choice("Priority"),
    words("Asset"),
    choice("Kind"),
    choice("Finding class"),
    words("Repository"),
    words("First place"),
    numbers("Places"),
];

fn asset<'a>(row: &AssetRow, known: &Known<'_>) -> Vec<Cell<'a>> {
    vec![
        band(row.band),
        text(&row.name),
        short(&row.kind),
        text(&row.class),
        repository(&row.repository, known),
        text(&row.place),
        number(row.places),
    ]
}

/// What a list of changes says where it has nothing.
fn unchanged(organisation: &Organisation, what: &str) -> String {
    match &organisation.trend[..] {
        [] => "No run has finished yet.".to_owned(),
        [_] => {
            "There was one run only: what is new, and what is gone, is known from the second on."
                .to_owned()
        }
        [.., before, _] => format!(
            "Nothing is {what} since run {} of {}.",
            before.run, before.day
        ),
    }
}

/// The section of what is new.
pub(super) fn new<'a>(organisation: &'a Organisation, known: &Known<'a>) -> Table<'a> {
    let about = About {
        id: "new",
        title: "New since the run before",
        means: "Assets that the last run found in a repository and the run before did not; the most urgent first.",
        things: "new assets, the most urgent",
        columns: ASSETS,
        empty: unchanged(organisation, "new"),
    };
    Table::of(about, &organisation.new, |row| asset(row, known))
}

/// The section of what is gone.
pub(super) fn gone<'a>(organisation: &'a Organisation, known: &Known<'a>) -> Table<'a> {
    let about = About {
        id: "gone",
        title: "Gone since the run before",
        means: "Assets that the run before found in a repository and the last run did not. What could not be scanned is not gone: it keeps its older result.",
        things: "assets that are gone, the most urgent",
        columns: ASSETS,
        empty: unchanged(organisation, "gone"),
    };
    Table::of(about, &organisation.gone, |row| asset(row, known))
}

/// The section of certificates.
pub(super) fn certificates<'a>(organisation: &'a Organisation, known: &Known<'a>) -> Table<'a> {
    const COLUMNS: &[Column] = &[
        choice("Priority"),
        words("Certificate"),
        words("Valid until"),
        choice("Deadline"),
        words("Repository"),
        words("First place"),
        numbers("Places"),
    ];
    let listed = &organisation.certificates;
    let about = About {
        id: "certificates",
        title: "Certificates that outlive a deadline",
        means: "They are valid beyond the day from which on a policy that counts does not allow them; the most urgent first.",
        things: "certificates, the most urgent",
        columns: COLUMNS,
        empty: unless_scanned(
            organisation,
            "No certificate is valid beyond a deadline that counts for it.",
        ),
    };
    let mut table = Table::of(about, listed, |row| {
        vec![
            band(row.asset.band),
            text(&row.asset.name),
            Cell::Short(row.not_after.to_string()),
            Cell::Short(row.deadline.to_string()),
            repository(&row.asset.repository, known),
            text(&row.asset.place),
            number(row.asset.places),
        ]
    });
    if !listed.rows.is_empty() {
        let first = &listed.rows[..listed.rows.len().min(MAX_SPANS)];
        let mut days: Vec<_> = first.iter().map(|row| row.deadline).collect();
        days.sort_unstable();
        days.dedup();
        let days: Vec<Deadline> = days
            .into_iter()
            .map(|day| Deadline {
                year: year_of(day),
                label: day.to_string(),
            })
            .collect();
        let spans: Vec<Span> = first
            .iter()
            .map(|row| Span {
                label: format!(
                    "{}, in {}",
                    fit(&row.asset.name),
                    fit(&row.asset.repository)
                ),
                from: None,
                until: year_of(row.not_after),
                late: true,
                lasts: Lasts::Valid,
                href: None,
            })
            .collect();
        let capped = figures::capped(first.len(), listed.of);
        let desc = format!(
            "Until when {} are valid, against the deadlines that count for them.",
            capped.map_or("all certificates of the list".to_owned(), |c| format!(
                "{c} certificates"
            ))
        );
        table.chart = Some(timeline(
            "certificates-chart",
            "Certificates against deadlines",
            &desc,
            year_of(organisation.as_of),
            &days,
            &spans,
        ));
        table.caption = Some(
            "A bar ends on the day until which the certificate is valid; the broken lines are the deadlines.",
        );
    }
    table
}

/// The section of keys in several repositories.
pub(super) fn shared_keys<'a>(organisation: &'a Organisation, known: &Known<'a>) -> Table<'a> {
    const COLUMNS: &[Column] = &[
        choice("Priority"),
        words("Key"),
        choice("Private half"),
        numbers("Repositories"),
        words("The first of them"),
        words("And"),
    ];
    let about = About {
        id: "shared-keys",
        title: "The same key in several repositories",
        means: "Recognised by the fingerprint of the public half; those in most repositories first. Who changes one has to change it everywhere.",
        things: "keys, those in most repositories",
        columns: COLUMNS,
        empty: unless_scanned(organisation, "No key is in more than one repository."),
    };
    Table::of(about, &organisation.shared_keys, |key| {
        let names = &key.repositories;
        let first = names.rows.first().map(|name| repository(name, known));
        let others = names.rows.iter().skip(1).take(MAX_NAMED - 1);
        let mut others: Vec<String> = others.map(|name| fit(name)).collect();
        let shown = (others.len() + usize::from(first.is_some())) as u64;
        let more = names.of.saturating_sub(shown);
        if more > 0 {
            others.push(format!("{} more", grouped(more)))
        }
        vec![
            band(key.band),
            text(&key.name),
            Cell::Text(
                if key.is_private {
                    "lies there"
                } else {
                    "not seen"
                }
                .into(),
            ),
            number(names.of),
            first.unwrap_or(Cell::Text("".into())),
            Cell::Text(others.join(", ").into()),
        ]
    })
}

/// The section of failures.
pub(super) fn failures<'a>(organisation: &'a Organisation, known: &Known<'a>) -> Table<'a> {
    const COLUMNS: &[Column] = &[
        words("Repository"),
        choice("Class"),
        words("What happened"),
        numbers("Attempts"),
        numbers("Since run"),
        choice("Older result"),
    ];
    let about = About {
        id: "failures",
        title: "Failures",
        means: "Repositories whose head could not be scanned, the longest ago first. Transient (network, rate limits) is tried again by itself; permanent (gone, empty, not allowed) is tried with the next run; of poison the scan itself crashed or ran out of memory or time. Where an older result stands in, it counts in all numbers, and is old.",
        things: "failures, the longest ago",
        columns: COLUMNS,
        empty: match figures::known(&organisation.coverage) {
            0 => "Nothing has failed so far; nothing has been scanned yet.".to_owned(),
            _ => "Nothing failed.".to_owned(),
        },
    };
    Table::of(about, &organisation.failures, |row| {
        vec![
            repository(&row.repository, known),
            Cell::Text(row.class.name().into()),
            text(&row.reason),
            number(u64::from(row.attempts)),
            Cell::Number(row.since_run.to_string()),
            Cell::Text(if row.has_older { "stands in" } else { "none" }.into()),
        ]
    })
}
