//! The database's views become an [`Organisation`].

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Error, Result, Standing, State, class_of, number, with};
use crate::fleet::organisation::{
    AssetRow, Cell, CertificateRow, Coverage, Deadline, FailureRow, Heat, Listed, Organisation,
    OwnerRow, Point, RepositoryRow, SharedKey, Totals,
};
use crate::fleet::store::current;
use crate::inventory::Band;
use crate::output::band_of;

/// Columns of the heat map.
const ALGORITHMS: i64 = 12;
/// Rows of it.
const HEAT: i64 = 40;
/// Repositories that are named for a shared key.
const SHARED: i64 = 20;

fn day(text: &str) -> Result<Date> {
    let date = text.get(..10).unwrap_or(text);
    date.parse()
        .map_err(|_| Error::Content(format!("a day `{text}`")))
}

fn band(text: &str) -> Result<Band> {
    band_of(text).ok_or_else(|| Error::Content(format!("a band `{text}`")))
}

/// assets, places, p0 to p4, broken, ready
type TotalsRow = (i64, i64, i64, i64, i64, i64, i64, i64, i64);

fn totals(row: TotalsRow) -> Totals {
    Totals {
        assets: number(row.0),
        places: number(row.1),
        by_band: [row.2, row.3, row.4, row.5, row.6].map(number),
        broken: number(row.7),
        ready: number(row.8),
    }
}

/// The columns of [`TotalsRow`], added up.
const SUMS: &str = "CAST(COALESCE(SUM(assets), 0) AS BIGINT), CAST(COALESCE(SUM(places), 0) AS BIGINT), CAST(COALESCE(SUM(p0), 0) AS BIGINT), CAST(COALESCE(SUM(p1), 0) AS BIGINT), CAST(COALESCE(SUM(p2), 0) AS BIGINT), CAST(COALESCE(SUM(p3), 0) AS BIGINT), CAST(COALESCE(SUM(p4), 0) AS BIGINT), CAST(COALESCE(SUM(broken), 0) AS BIGINT), CAST(COALESCE(SUM(ready), 0) AS BIGINT)";

/// Rows of a statement, on either engine.
macro_rules! rows {
    ($state:expr, $sql:expr $(, $value:expr)*) => {
        with!($state, pool => sqlx::query_as(sqlx::AssertSqlSafe($sql.to_owned()))$(.bind($value))*.fetch_all(pool).await?)
    };
}

impl State {
    /// What is current, for the store.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn current(&self) -> Result<Vec<current::Entry>> {
        type Row = (String, String, String, String, Option<String>, Option<i64>);
        let select = "SELECT repositories.name, current_results.key, repositories.id, repositories.owner, repositories.scanned_commit, repositories.scanned_at FROM current_results JOIN repositories ON repositories.id = current_results.repository WHERE repositories.gone_run IS NULL AND repositories.left_out IS NULL ORDER BY repositories.name, current_results.key";
        let rows: Vec<Row> = rows!(self, select);
        let entries = rows.into_iter();
        Ok(entries
            .map(
                |(repository, key, repository_id, owner, commit, scanned_at)| current::Entry {
                    repository,
                    key,
                    repository_id,
                    owner,
                    commit: commit.unwrap_or_default(),
                    scanned_at: scanned_at.unwrap_or(0),
                },
            )
            .collect())
    }

    /// The standing that the views show, where something was ever judged.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn standing(&self) -> Result<Option<Standing>> {
        type Row = (String, String, String, i64);
        let select = "SELECT id, day, policies, quantum_year FROM standings WHERE is_standing = 1";
        let rows: Vec<Row> = rows!(self, select);
        let Some((id, on, policies, quantum_year)) = rows.into_iter().next() else {
            return Ok(None);
        };
        Ok(Some(Standing {
            id,
            day: day(&on)?,
            policies: serde_json::from_str(&policies)
                .map_err(|error| Error::Content(format!("policies: {error}")))?,
            quantum_year: i16::try_from(quantum_year)
                .map_err(|_| Error::Content("a year".to_owned()))?,
        }))
    }

    /// Where the organisation stands, with so many rows of each list.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn organisation(&self, name: &str, most: u32) -> Result<Organisation> {
        let mut organisation = Organisation {
            name: name.to_owned(),
            ..Organisation::default()
        };
        if let Some(standing) = self.standing().await? {
            organisation.as_of = standing.day;
            organisation.policies = standing.policies;
            organisation.quantum_year = standing.quantum_year;
        }
        let last: Vec<(i64, String, String)> = rows!(
            self,
            "SELECT number, version, rules FROM runs ORDER BY number DESC LIMIT 1"
        );
        let Some((run, version, rules)) = last.into_iter().next() else {
            return Ok(organisation);
        };
        organisation.engine = version;
        organisation.rules = rules;
        let most = i64::from(most);
        organisation.coverage = self.coverage().await?;
        let sums =
            format!("SELECT {SUMS} FROM v_repositories WHERE state NOT IN ('gone', 'left out')");
        let sums: Vec<TotalsRow> = rows!(self, sums);
        organisation.totals = sums.into_iter().next().map(totals).unwrap_or_default();
        organisation.repositories = self.top_repositories(most).await?;
        organisation.owners = self.top_owners(most).await?;
        organisation.heat = self.heat().await?;
        organisation.trend = self.trend().await?;
        organisation.deadlines = self.deadlines().await?;
        organisation.new = self
            .changed("first_run", "spans.gone_run IS NULL", run, most)
            .await?;
        organisation.gone = self
            .changed("gone_run", "spans.gone_run IS NOT NULL", run, most)
            .await?;
        organisation.certificates = self.certificates(most).await?;
        organisation.shared_keys = self.shared_keys(most).await?;
        organisation.failures = self.failures(most).await?;
        Ok(organisation)
    }

    async fn count(&self, from: &str) -> Result<u64> {
        let rows: Vec<(i64,)> = rows!(self, format!("SELECT COUNT(*) FROM {from}"));
        Ok(rows.first().map_or(0, |(rows,)| number(*rows)))
    }

    async fn coverage(&self) -> Result<Coverage> {
        type Row = (i64, i64, i64, i64, i64, i64, i64, i64, i64);
        let rows: Vec<Row> = rows!(
            self,
            "SELECT repositories, scanned, unchanged, stale, failed, left_out, waiting, files, gaps FROM v_coverage"
        );
        let row = rows.into_iter().next().unwrap_or_default();
        Ok(Coverage {
            repositories: number(row.0),
            scanned: number(row.1),
            unchanged: number(row.2),
            stale: number(row.3),
            failed: number(row.4),
            left_out: number(row.5),
            waiting: number(row.6),
            files: number(row.7),
            gaps: number(row.8),
        })
    }

    async fn top_repositories(&self, most: i64) -> Result<Listed<RepositoryRow>> {
        type Row = (
            String,
            String,
            i64,
            Option<String>,
            Option<String>,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
        );
        let from =
            "v_repositories WHERE scanned_commit IS NOT NULL AND state NOT IN ('gone', 'left out')";
        let sql = format!(
            "SELECT name, owner, is_stale, scanned_commit, scanned_on, gaps, assets, places, p0, p1, p2, p3, p4, broken, ready FROM {from} ORDER BY p0 DESC, p1 DESC, p2 DESC, p3 DESC, p4 DESC, name LIMIT $1"
        );
        let rows: Vec<Row> = rows!(self, sql, most);
        let rows = rows.into_iter().map(|row| {
            Ok(RepositoryRow {
                name: row.0,
                owner: row.1,
                is_stale: row.2 > 0,
                commit: row.3.unwrap_or_default(),
                scanned_on: row.4.as_deref().map(day).transpose()?.unwrap_or_default(),
                gaps: number(row.5),
                totals: totals((
                    row.6, row.7, row.8, row.9, row.10, row.11, row.12, row.13, row.14,
                )),
            })
        });
        Ok(Listed {
            rows: rows.collect::<Result<_>>()?,
            of: self.count(from).await?,
        })
    }

    async fn top_owners(&self, most: i64) -> Result<Listed<OwnerRow>> {
        type Row = (String, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);
        let from = "FROM v_repositories WHERE scanned_commit IS NOT NULL AND state NOT IN ('gone', 'left out')";
        let sql = format!(
            "SELECT owner, COUNT(*), {SUMS} {from} GROUP BY owner ORDER BY SUM(p0) DESC, SUM(p1) DESC, SUM(p2) DESC, SUM(p3) DESC, SUM(p4) DESC, owner LIMIT $1"
        );
        let rows: Vec<Row> = rows!(self, sql, most);
        let rows = rows.into_iter().map(|row| OwnerRow {
            owner: row.0,
            repositories: number(row.1),
            totals: totals((
                row.2, row.3, row.4, row.5, row.6, row.7, row.8, row.9, row.10,
            )),
        });
        Ok(Listed {
            rows: rows.collect(),
            of: self
                .count(&format!("(SELECT DISTINCT owner {from}) AS owners"))
                .await?,
        })
    }

    async fn heat(&self) -> Result<Heat> {
        type CellRow = (String, String, String, i64);
        let broken =
            "v_assets WHERE algorithm IS NOT NULL AND (broken = 1 OR ready = 1 OR list = 'weak')";
        let columns = format!(
            "SELECT algorithm FROM {broken} GROUP BY algorithm ORDER BY COUNT(DISTINCT repository) DESC, algorithm LIMIT {ALGORITHMS}"
        );
        let columns: Vec<(String,)> = rows!(self, columns);
        let algorithms: Vec<String> = columns.into_iter().map(|(name,)| name).collect();
        let top = format!(
            "SELECT v_repositories.name FROM v_repositories WHERE state NOT IN ('gone', 'left out') AND name IN (SELECT repository FROM {broken}) ORDER BY p0 DESC, p1 DESC, p2 DESC, p3 DESC, p4 DESC, name LIMIT {HEAT}"
        );
        let names: Vec<(String,)> = rows!(self, top);
        let cells = format!(
            "SELECT repository, algorithm, MIN(band), CAST(SUM(places) AS BIGINT) FROM {broken} AND repository IN (SELECT name FROM ({top}) AS top) GROUP BY repository, algorithm"
        );
        let cells: Vec<CellRow> = rows!(self, cells);
        let mut by: BTreeMap<(String, String), Cell> = BTreeMap::new();
        for (repository, algorithm, most, places) in cells {
            let cell = Cell {
                band: band(&most)?,
                places: number(places),
            };
            by.insert((repository, algorithm), cell);
        }
        let rows = names.into_iter().map(|(name,)| {
            let cells = algorithms.iter();
            let cells = cells.map(|algorithm| by.get(&(name.clone(), algorithm.clone())).copied());
            let cells = cells.collect();
            (name, cells)
        });
        Ok(Heat {
            rows: rows.collect(),
            algorithms_of: self
                .count(&format!(
                    "(SELECT DISTINCT algorithm FROM {broken}) AS algorithms"
                ))
                .await?,
            rows_of: self
                .count(&format!(
                    "(SELECT DISTINCT repository FROM {broken}) AS named"
                ))
                .await?,
            algorithms,
        })
    }

    async fn trend(&self) -> Result<Vec<Point>> {
        type Row = (
            i64,
            String,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
        );
        let rows: Vec<Row> = rows!(
            self,
            "SELECT run, day, repositories, assets, places, p0, p1, p2, p3, p4, broken, ready FROM v_trend ORDER BY run"
        );
        let points = rows.into_iter().map(|row| {
            Ok(Point {
                run: row.0,
                day: day(&row.1)?,
                repositories: number(row.2),
                totals: totals((
                    row.3, row.4, row.5, row.6, row.7, row.8, row.9, row.10, row.11,
                )),
            })
        });
        points.collect()
    }

    async fn deadlines(&self) -> Result<Vec<Deadline>> {
        let rows: Vec<(String, String, i64, i64)> = rows!(
            self,
            "SELECT day, policy, open, repositories FROM v_deadlines ORDER BY day, policy"
        );
        let deadlines = rows.into_iter().map(|(on, policy, open, repositories)| {
            Ok(Deadline {
                day: day(&on)?,
                policy,
                open: number(open),
                repositories: number(repositories),
            })
        });
        deadlines.collect()
    }

    /// What came or went in a run.
    async fn changed(
        &self,
        column: &str,
        state: &str,
        run: i64,
        most: i64,
    ) -> Result<Listed<AssetRow>> {
        type Row = (String, String, String, String, String, String, i64, String);
        let from = format!(
            "FROM spans JOIN repositories ON repositories.id = spans.repository WHERE spans.{column} = {run} AND {state}"
        );
        let sql = format!(
            "SELECT repositories.name, spans.asset, spans.name, spans.kind, 'P' || CAST(spans.band AS TEXT), spans.class, spans.places, spans.place {from} ORDER BY spans.band, repositories.name, spans.name, spans.asset LIMIT $1"
        );
        let rows: Vec<Row> = rows!(self, sql, most);
        let rows = rows.into_iter().map(asset_row);
        Ok(Listed {
            rows: rows.collect::<Result<_>>()?,
            of: self
                .count(&format!("(SELECT 1 AS one {from}) AS rows_of_it"))
                .await?,
        })
    }

    async fn certificates(&self, most: i64) -> Result<Listed<CertificateRow>> {
        type Row = (
            String,
            String,
            String,
            String,
            String,
            String,
            i64,
            String,
            String,
            String,
        );
        let from = "v_certificates WHERE not_after IS NOT NULL";
        let sql = format!(
            "SELECT repository, id, name, kind, band, class, places, place, not_after, deadline FROM {from} ORDER BY band, not_after DESC, repository, id LIMIT $1"
        );
        let rows: Vec<Row> = rows!(self, sql, most);
        let rows = rows.into_iter().map(|row| {
            let (not_after, deadline) = (day(&row.8)?, day(&row.9)?);
            let asset = asset_row((row.0, row.1, row.2, row.3, row.4, row.5, row.6, row.7))?;
            Ok(CertificateRow {
                asset,
                not_after,
                deadline,
            })
        });
        Ok(Listed {
            rows: rows.collect::<Result<_>>()?,
            of: self.count(from).await?,
        })
    }

    async fn shared_keys(&self, most: i64) -> Result<Listed<SharedKey>> {
        type Row = (String, Option<String>, String, i64, i64);
        let sql = "SELECT id, name, band, is_private, repositories FROM v_shared_keys ORDER BY is_private DESC, band, repositories DESC, id LIMIT $1";
        let rows: Vec<Row> = rows!(self, sql, most);
        let mut keys = Vec::with_capacity(rows.len());
        for (id, name, most, is_private, repositories) in rows {
            let names: Vec<(String,)> = rows!(
                self,
                "SELECT DISTINCT repository FROM v_assets WHERE public_key = $1 ORDER BY repository LIMIT $2",
                &id,
                SHARED
            );
            keys.push(SharedKey {
                name: name.unwrap_or_else(|| "key of a certificate".to_owned()),
                id,
                band: band(&most)?,
                is_private: is_private > 0,
                repositories: Listed {
                    rows: names.into_iter().map(|(name,)| name).collect(),
                    of: number(repositories),
                },
            });
        }
        Ok(Listed {
            rows: keys,
            of: self.count("v_shared_keys").await?,
        })
    }

    async fn failures(&self, most: i64) -> Result<Listed<FailureRow>> {
        type Row = (String, Option<String>, Option<String>, i64, i64, i64);
        let sql = "SELECT repository, class, reason, attempts, since_run, has_older FROM v_failures ORDER BY since_run, repository, reason LIMIT $1";
        let rows: Vec<Row> = rows!(self, sql, most);
        let rows = rows.into_iter().map(|row| FailureRow {
            repository: row.0,
            class: class_of(row.1.as_deref()),
            reason: row.2.unwrap_or_default(),
            attempts: u32::try_from(row.3).unwrap_or(u32::MAX),
            since_run: row.4,
            has_older: row.5 > 0,
        });
        Ok(Listed {
            rows: rows.collect(),
            of: self.count("v_failures").await?,
        })
    }
}

fn asset_row(
    row: (String, String, String, String, String, String, i64, String),
) -> Result<AssetRow> {
    Ok(AssetRow {
        repository: row.0,
        id: row.1,
        name: row.2,
        kind: row.3,
        band: band(&row.4)?,
        class: row.5,
        places: number(row.6),
        place: row.7,
    })
}
