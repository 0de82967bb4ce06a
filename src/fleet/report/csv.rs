//! Each list as a table: commas, `\r\n`, headings, and no text that a spreadsheet takes for a formula (`output::csv` says how). Columns
//! have the names of those of the SQL views.

use std::io;

use super::{Form, Options};
use crate::fleet::organisation::{AssetRow, Organisation, Totals};
use crate::output::band_name;
use crate::output::csv::{Table, cell};

/// A list as a table: its form's name, the endings that mean it, its headings, and its rows.
pub struct Csv {
    name: &'static str,
    aliases: &'static [&'static str],
    headings: &'static [&'static str],
    rows: fn(&Organisation, &mut Rows<'_>) -> io::Result<()>,
}

impl std::fmt::Debug for Csv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Csv").field(&self.name).finish()
    }
}

impl Form for Csv {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn write(
        &self,
        organisation: &Organisation,
        _options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        let mut rows = Rows(Table::new(to));
        rows.0.row(self.headings)?;
        (self.rows)(organisation, &mut rows)?;
        rows.0.end()
    }
}

/// What rows go to.
struct Rows<'a>(Table<&'a mut dyn io::Write>);

impl Rows<'_> {
    fn row(&mut self, cells: impl IntoIterator<Item = Value>) -> io::Result<()> {
        self.0.row(cells.into_iter().map(|Value(text)| text))
    }
}

/// What a cell holds, as it is written.
struct Value(String);

fn text(text: &str) -> Value {
    Value(cell(text))
}

/// A number or a day of ours: never a formula.
fn plain(value: impl ToString) -> Value {
    Value(value.to_string())
}

/// `assets, places, p0, p1, p2, p3, p4, broken, ready`.
fn totals(totals: &Totals) -> impl Iterator<Item = Value> + use<> {
    let numbers = [totals.assets, totals.places].into_iter();
    let numbers = numbers.chain(totals.by_band);
    numbers.chain([totals.broken, totals.ready]).map(plain)
}

const ASSETS: &[&str] = &[
    "repository",
    "id",
    "name",
    "kind",
    "band",
    "class",
    "places",
    "place",
];

fn asset(row: &AssetRow) -> [Value; 8] {
    [
        text(&row.repository),
        text(&row.id),
        text(&row.name),
        text(&row.kind),
        text(band_name(row.band)),
        text(&row.class),
        plain(row.places),
        text(&row.place),
    ]
}

/// A row for each repository.
pub const REPOSITORIES: Csv = Csv {
    name: "csv",
    aliases: &["csv-repositories", ".csv"],
    headings: &[
        "name",
        "owner",
        "assets",
        "places",
        "p0",
        "p1",
        "p2",
        "p3",
        "p4",
        "broken",
        "ready",
        "commit",
        "scanned_on",
        "is_stale",
        "gaps",
    ],
    rows: |organisation, rows| {
        for row in &organisation.repositories.rows {
            let names = [text(&row.name), text(&row.owner)].into_iter();
            rows.row(names.chain(totals(&row.totals)).chain([
                text(&row.commit),
                plain(row.scanned_on),
                plain(row.is_stale),
                plain(row.gaps),
            ]))?
        }
        Ok(())
    },
};

/// A row for each owner.
pub const OWNERS: Csv = Csv {
    name: "csv-owners",
    aliases: &[],
    headings: &[
        "owner",
        "repositories",
        "assets",
        "places",
        "p0",
        "p1",
        "p2",
        "p3",
        "p4",
        "broken",
        "ready",
    ],
    rows: |organisation, rows| {
        for row in &organisation.owners.rows {
            let first = [text(&row.owner), plain(row.repositories)].into_iter();
            rows.row(first.chain(totals(&row.totals)))?
        }
        Ok(())
    },
};

/// A row for each cell of the heat map that has something.
pub const HEAT: Csv = Csv {
    name: "csv-heat",
    aliases: &[],
    headings: &["repository", "algorithm", "band", "places"],
    rows: |organisation, rows| {
        let heat = &organisation.heat;
        for (repository, cells) in &heat.rows {
            for (algorithm, cell) in heat.algorithms.iter().zip(cells) {
                let Some(cell) = cell else { continue };
                rows.row([
                    text(repository),
                    text(algorithm),
                    text(band_name(cell.band)),
                    plain(cell.places),
                ])?
            }
        }
        Ok(())
    },
};

/// A row for each run.
pub const TREND: Csv = Csv {
    name: "csv-trend",
    aliases: &[],
    headings: &[
        "run",
        "day",
        "repositories",
        "assets",
        "places",
        "p0",
        "p1",
        "p2",
        "p3",
        "p4",
        "broken",
        "ready",
    ],
    rows: |organisation, rows| {
        for point in &organisation.trend {
            let first = [
                plain(point.run),
                plain(point.day),
                plain(point.repositories),
            ];
            rows.row(first.into_iter().chain(totals(&point.totals)))?
        }
        Ok(())
    },
};

/// A row for each deadline.
pub const DEADLINES: Csv = Csv {
    name: "csv-deadlines",
    aliases: &[],
    headings: &["day", "policy", "open", "repositories"],
    rows: |organisation, rows| {
        for deadline in &organisation.deadlines {
            rows.row([
                plain(deadline.day),
                text(&deadline.policy),
                plain(deadline.open),
                plain(deadline.repositories),
            ])?
        }
        Ok(())
    },
};

/// A row for each asset that is new since the run before.
pub const NEW: Csv = Csv {
    name: "csv-new",
    aliases: &[],
    headings: ASSETS,
    rows: |organisation, rows| {
        let mut assets = organisation.new.rows.iter();
        assets.try_for_each(|row| rows.row(asset(row)))
    },
};

/// A row for each asset that is gone since the run before.
pub const GONE: Csv = Csv {
    name: "csv-gone",
    aliases: &[],
    headings: ASSETS,
    rows: |organisation, rows| {
        let mut assets = organisation.gone.rows.iter();
        assets.try_for_each(|row| rows.row(asset(row)))
    },
};

/// A row for each certificate that outlives a deadline.
pub const CERTIFICATES: Csv = Csv {
    name: "csv-certificates",
    aliases: &[],
    headings: &[
        "repository",
        "id",
        "name",
        "kind",
        "band",
        "class",
        "places",
        "place",
        "not_after",
        "deadline",
    ],
    rows: |organisation, rows| {
        for row in &organisation.certificates.rows {
            let days = [plain(row.not_after), plain(row.deadline)];
            rows.row(asset(&row.asset).into_iter().chain(days))?
        }
        Ok(())
    },
};

/// A row for each key and repository that it is in, as far as these are named.
pub const SHARED_KEYS: Csv = Csv {
    name: "csv-shared-keys",
    aliases: &[],
    headings: &[
        "id",
        "name",
        "band",
        "is_private",
        "repositories",
        "repository",
    ],
    rows: |organisation, rows| {
        for key in &organisation.shared_keys.rows {
            let none = [String::new()];
            let named = match &key.repositories.rows[..] {
                [] => &none[..],
                named => named,
            };
            for repository in named {
                rows.row([
                    text(&key.id),
                    text(&key.name),
                    text(band_name(key.band)),
                    plain(key.is_private),
                    plain(key.repositories.of),
                    text(repository),
                ])?
            }
        }
        Ok(())
    },
};

/// A row for each repository whose head could not be scanned.
pub const FAILURES: Csv = Csv {
    name: "csv-failures",
    aliases: &[],
    headings: &[
        "repository",
        "class",
        "reason",
        "attempts",
        "since_run",
        "has_older",
    ],
    rows: |organisation, rows| {
        for row in &organisation.failures.rows {
            rows.row([
                text(&row.repository),
                text(row.class.name()),
                text(&row.reason),
                plain(row.attempts),
                plain(row.since_run),
                plain(row.has_older),
            ])?
        }
        Ok(())
    },
};
