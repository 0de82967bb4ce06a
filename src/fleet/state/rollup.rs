//! Judgements are kept: a row for each asset of a repository, its totals, since when an asset is there, and where the organisation stood
//! after each run.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sqlx::QueryBuilder;

use super::{Result, State, stored, with, within};
use crate::fleet::rollup::{Judged, JudgedAsset};

/// Rows of one statement.
const ROWS: usize = 500;

/// By which policies, settings and day something is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// blake3 of all of it, 32 hexadecimal digits.
    pub id: String,
    /// The day.
    pub day: Date,
    /// The policies: id, title.
    pub policies: Vec<(String, String)>,
    /// The year from which on a quantum computer is expected.
    pub quantum_year: i16,
}

/// A repository whose current results are not judged in a standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its id.
    pub repository: String,
    /// Its name.
    pub name: String,
    /// The content keys of its current results, sorted.
    pub keys: Vec<String>,
}

impl Pending {
    /// The keys as one text, by which it is known what was judged.
    fn results(&self) -> String {
        self.keys.join(" ")
    }
}

impl State {
    /// Makes a standing known. Where it is `the` standing, it is what the views show from the next [`State::stand`] on.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn know(&self, standing: &Standing) -> Result<()> {
        let insert = "INSERT INTO standings (id, day, policies, quantum_year, is_standing) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (id) DO NOTHING";
        let policies = serde_json::to_string(&standing.policies).unwrap_or_default();
        with!(self, pool => {
            sqlx::query(insert)
                .bind(&standing.id)
                .bind(standing.day.to_string())
                .bind(policies)
                .bind(i64::from(standing.quantum_year))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// The repositories that have results which are not judged in a standing, by name. Those that the settings leave out, or that are gone,
    /// are not among them: what was judged of them is forgotten.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn pending(&self, standing: &Standing) -> Result<Vec<Pending>> {
        let judged = "SELECT repository, results FROM judged WHERE standing = $1";
        let judged: Vec<(String, String)> =
            with!(self, pool => sqlx::query_as(judged).bind(&standing.id).fetch_all(pool).await?);
        let mut judged: BTreeMap<String, String> = judged.into_iter().collect();
        let mut pending = self.with_results().await?;
        pending.retain(|one| {
            let before = judged.remove(&one.repository);
            before.is_none_or(|results| results != one.results())
        });
        // What is left has no results any more, or is gone.
        let gone: Vec<String> = judged.into_keys().collect();
        if !gone.is_empty() {
            self.forget(standing, &gone).await?
        }
        Ok(pending)
    }

    /// The repositories that have results, by name; those that the settings leave out, or that are gone, are not among them.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn with_results(&self) -> Result<Vec<Pending>> {
        let select = "SELECT repositories.id, repositories.name, current_results.key FROM repositories JOIN current_results ON current_results.repository = repositories.id WHERE repositories.gone_run IS NULL AND repositories.left_out IS NULL ORDER BY repositories.name, current_results.key";
        let rows: Vec<(String, String, String)> =
            with!(self, pool => sqlx::query_as(select).fetch_all(pool).await?);
        let mut all: Vec<Pending> = Vec::new();
        for (repository, name, key) in rows {
            match all.last_mut().filter(|last| last.repository == repository) {
                Some(last) => last.keys.push(key),
                None => all.push(Pending {
                    repository,
                    name,
                    keys: vec![key],
                }),
            }
        }
        Ok(all)
    }

    /// Removes what was judged of repositories.
    async fn forget(&self, standing: &Standing, repositories: &[String]) -> Result<()> {
        within!(self, transaction => {
            for ids in repositories.chunks(ROWS) {
                for table in ["assets", "judged"] {
                    let mut delete = QueryBuilder::new("DELETE FROM ");
                    delete.push(table).push(" WHERE standing = ").push_bind(&standing.id).push(" AND repository IN (");
                    let mut list = delete.separated(", ");
                    for id in ids {
                        list.push_bind(id);
                    }
                    delete.push(")");
                    delete.build().execute(&mut *transaction).await?;
                }
            }
        });
        Ok(())
    }

    /// Keeps judgements of repositories.
    ///
    /// # Errors
    /// When the database does not do it; then nothing of them is kept.
    pub async fn keep(&self, standing: &Standing, judged: &[(Pending, Judged)]) -> Result<()> {
        let flag = i64::from;
        let assets: Vec<(&str, &JudgedAsset)> = judged
            .iter()
            .flat_map(|(of, judged)| {
                let assets = judged.assets.iter();
                assets.map(|asset| (of.repository.as_str(), asset))
            })
            .collect();
        within!(self, transaction => {
            for of in judged.chunks(ROWS) {
                let mut delete = QueryBuilder::new("DELETE FROM assets WHERE standing = ");
                delete.push_bind(&standing.id).push(" AND repository IN (");
                let mut list = delete.separated(", ");
                for (of, _) in of {
                    list.push_bind(&of.repository);
                }
                delete.push(")");
                delete.build().execute(&mut *transaction).await?;
                let mut insert = QueryBuilder::new("INSERT INTO judged (standing, repository, results, assets, places, p0, p1, p2, p3, p4, broken, ready, files, gaps) ");
                insert.push_values(of, |mut row, (of, judged)| {
                    let totals = &judged.totals;
                    row.push_bind(&standing.id)
                        .push_bind(&of.repository)
                        .push_bind(of.results())
                        .push_bind(stored(totals.assets))
                        .push_bind(stored(totals.places));
                    for assets in totals.by_band {
                        row.push_bind(stored(assets));
                    }
                    row.push_bind(stored(totals.broken))
                        .push_bind(stored(totals.ready))
                        .push_bind(stored(totals.files))
                        .push_bind(stored(totals.gaps));
                });
                insert.push(" ON CONFLICT (standing, repository) DO UPDATE SET results = excluded.results, assets = excluded.assets, places = excluded.places, p0 = excluded.p0, p1 = excluded.p1, p2 = excluded.p2, p3 = excluded.p3, p4 = excluded.p4, broken = excluded.broken, ready = excluded.ready, files = excluded.files, gaps = excluded.gaps");
                insert.build().execute(&mut *transaction).await?;
            }
            for assets in assets.chunks(ROWS) {
                let mut insert = QueryBuilder::new("INSERT INTO assets (standing, repository, asset, name, kind, algorithm, seen, band, list, class, broken, ready, is_private, public_key, last_day, policy, not_after, outlives, places, place) ");
                insert.push_values(assets, |mut row, (repository, asset)| {
                    let due = asset.last_day.as_ref();
                    row.push_bind(&standing.id)
                        .push_bind(*repository)
                        .push_bind(&asset.id)
                        .push_bind(&asset.name)
                        .push_bind(asset.kind)
                        .push_bind(asset.algorithm.as_deref())
                        .push_bind(asset.seen)
                        .push_bind(i64::from(asset.band))
                        .push_bind(asset.list)
                        .push_bind(asset.class)
                        .push_bind(flag(asset.broken))
                        .push_bind(flag(asset.ready))
                        .push_bind(flag(asset.is_private))
                        .push_bind(asset.public_key.as_deref())
                        .push_bind(due.map(|(day, _)| day.as_str()))
                        .push_bind(due.map(|(_, policy)| policy.as_str()))
                        .push_bind(asset.not_after.as_deref())
                        .push_bind(asset.outlives.as_deref())
                        .push_bind(stored(asset.places))
                        .push_bind(&asset.place);
                });
                insert.push(" ON CONFLICT (standing, repository, asset) DO NOTHING");
                // A statement of so many rows has megabytes once it is prepared: only the one of full length is kept for the next time.
                let is_full = assets.len() == ROWS;
                insert.build().persistent(is_full).execute(&mut *transaction).await?;
            }
        });
        Ok(())
    }

    /// Makes a standing the one that the views show, and nothing else: for a copy.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn show(&self, standing: &Standing) -> Result<()> {
        let update = "UPDATE standings SET is_standing = CASE WHEN id = $1 THEN 1 ELSE 0 END";
        with!(self, pool => {
            sqlx::query(update).bind(&standing.id).execute(pool).await?;
        });
        Ok(())
    }

    /// Makes a standing the one that the views show, and says since which run each asset is there and which are gone; the run's point of the
    /// trend is made of it. To be called when nothing is pending. Done twice, it counts once.
    ///
    /// # Errors
    /// When the database does not do it; then nothing changes.
    pub async fn stand(&self, standing: &Standing, run: i64) -> Result<()> {
        let steps: &[(&'static str, bool)] = &[
            (
                "UPDATE standings SET is_standing = CASE WHEN id = $1 THEN 1 ELSE 0 END",
                false,
            ),
            // Others were asked for by somebody, or are of an earlier day.
            ("DELETE FROM assets WHERE standing <> $1", false),
            ("DELETE FROM judged WHERE standing <> $1", false),
            ("DELETE FROM standings WHERE id <> $1", false),
            // What is there: known since this run, or again after it was gone.
            (
                "INSERT INTO spans (repository, asset, name, kind, band, class, places, place, first_run) SELECT repository, asset, name, kind, band, class, places, place, $2 FROM assets WHERE standing = $1 ON CONFLICT (repository, asset) DO UPDATE SET name = excluded.name, band = excluded.band, class = excluded.class, places = excluded.places, place = excluded.place, first_run = CASE WHEN spans.gone_run IS NULL THEN spans.first_run ELSE excluded.first_run END, gone_run = NULL",
                true,
            ),
            // What is not there any more, in repositories that were looked at; of one that is gone, everything.
            (
                "UPDATE spans SET gone_run = $2 WHERE gone_run IS NULL AND NOT EXISTS (SELECT 1 FROM assets WHERE assets.standing = $1 AND assets.repository = spans.repository AND assets.asset = spans.asset)",
                true,
            ),
            ("DELETE FROM points WHERE run = $2 AND $1 = $1", true),
            (
                "INSERT INTO points (run, day, repositories, assets, places, p0, p1, p2, p3, p4, broken, ready) SELECT $2, standings.day, COUNT(judged.repository), CAST(COALESCE(SUM(judged.assets), 0) AS BIGINT), CAST(COALESCE(SUM(judged.places), 0) AS BIGINT), CAST(COALESCE(SUM(judged.p0), 0) AS BIGINT), CAST(COALESCE(SUM(judged.p1), 0) AS BIGINT), CAST(COALESCE(SUM(judged.p2), 0) AS BIGINT), CAST(COALESCE(SUM(judged.p3), 0) AS BIGINT), CAST(COALESCE(SUM(judged.p4), 0) AS BIGINT), CAST(COALESCE(SUM(judged.broken), 0) AS BIGINT), CAST(COALESCE(SUM(judged.ready), 0) AS BIGINT) FROM standings LEFT JOIN judged ON judged.standing = standings.id WHERE standings.id = $1 GROUP BY standings.day",
                true,
            ),
        ];
        within!(self, transaction => {
            for (step, takes_run) in steps {
                let query = sqlx::query(*step).bind(&standing.id);
                let query = if *takes_run { query.bind(run) } else { query };
                query.execute(&mut *transaction).await?;
            }
        });
        Ok(())
    }
}
