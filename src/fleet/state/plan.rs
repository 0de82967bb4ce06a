//! Runs begin and end, and what targets found becomes tasks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use sqlx::QueryBuilder;

use super::{Error, Result, State, stored, with, within};
use crate::fleet::failure::Class;
use crate::fleet::queue::Push as _;
use crate::fleet::repository::Repository;
use crate::fleet::task::{Engine, Task};

/// Rows of one statement: SQLite takes 32,766 values in it, PostgreSQL 65,535.
const ROWS: usize = 1_000;

/// A run: what was planned together, on one day, by one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number, from 1.
    pub number: i64,
    /// Its day, by which it is judged.
    pub day: Date,
    /// Whether an earlier process began it and did not come to its end.
    pub is_resumed: bool,
}

/// What planning came to, in repositories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planned {
    /// That targets named.
    pub repositories: u64,
    /// Whose head is to be scanned.
    pub new: u64,
    /// Whose head waits already.
    pub waiting: u64,
    /// Whose head has been scanned.
    pub unchanged: u64,
    /// Whose head cannot be scanned: it crashed the scan before.
    pub poison: u64,
    /// That the settings leave out.
    pub left_out: u64,
    /// That were there before and are not any more.
    pub gone: u64,
}

impl State {
    /// Begins a run, or goes on with the one that did not come to its end.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn begin_run(&self, engine: &Engine, day: Date, now: i64) -> Result<Run> {
        type Last = (i64, Option<i64>, String, String, String, String);
        let last = "SELECT number, finished_at, day, version, rules, settings FROM runs ORDER BY number DESC LIMIT 1";
        // Another planner may begin one at the same moment: then it is that one.
        let number = loop {
            let number = within!(self, transaction => {
            let last: Option<Last> = sqlx::query_as(last).fetch_optional(&mut *transaction).await?;
            let open = last.as_ref().filter(|(_, finished, began, version, rules, settings)| {
                let same = *version == engine.version && *rules == engine.rules && *settings == engine.settings;
                finished.is_none() && *began == day.to_string() && same
            });
            if let Some((number, ..)) = open {
                Some((*number, true))
            } else {
                let number = last.map_or(1, |(number, ..)| number + 1);
                let insert = "INSERT INTO runs (number, started_at, day, version, rules, settings) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (number) DO NOTHING";
                let inserted = sqlx::query(insert)
                    .bind(number)
                    .bind(now)
                    .bind(day.to_string())
                    .bind(&engine.version)
                    .bind(&engine.rules)
                    .bind(&engine.settings)
                    .execute(&mut *transaction)
                    .await?;
                (inserted.rows_affected() > 0).then_some((number, false))
            }
            });
            if let Some(number) = number {
                break number;
            }
        };
        Ok(Run {
            number: number.0,
            day,
            is_resumed: number.1,
        })
    }

    /// Ends a run.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn finish_run(&self, run: &Run, now: i64) -> Result<()> {
        let update = "UPDATE runs SET finished_at = $1 WHERE number = $2 AND finished_at IS NULL";
        with!(self, pool => {
            sqlx::query(update).bind(now).bind(run.number).execute(pool).await?;
        });
        Ok(())
    }

    /// The last run, where there is one: its number, and whether it has come to its end.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn last_run(&self) -> Result<Option<(Run, bool)>> {
        let select = "SELECT number, day, finished_at FROM runs ORDER BY number DESC LIMIT 1";
        let row: Option<(i64, String, Option<i64>)> =
            with!(self, pool => sqlx::query_as(select).fetch_optional(pool).await?);
        row.map(|(number, day, finished)| {
            let day = day
                .parse()
                .map_err(|_| Error::Content(format!("a run on the day {day}")))?;
            let run = Run {
                number,
                day,
                is_resumed: false,
            };
            Ok((run, finished.is_some()))
        })
        .transpose()
    }

    /// Writes down what targets found and plans what has to be scanned. What has been scanned by this engine is not planned again; what
    /// waited for an older head is dropped. `left_out` says of a repository why the settings leave it out. Where `is_whole` is false, a
    /// target did not answer, and nothing is taken for gone.
    ///
    /// # Errors
    /// When the database does not do it; then nothing is planned.
    pub async fn plan(
        &self,
        run: &Run,
        found: &[Repository],
        left_out: &[(Repository, String)],
        engine: &Engine,
        is_whole: bool,
    ) -> Result<Planned> {
        type Known = (String, String, Option<String>);
        let tasks: Vec<(String, Task)> = found
            .iter()
            .map(|repository| {
                let task = Task::whole(repository.clone(), engine.clone());
                (task.id(), task)
            })
            .collect();
        let rows = left_out
            .iter()
            .map(|(repository, why)| (repository, Some(why.as_str()), None))
            .chain(
                tasks
                    .iter()
                    .map(|(id, task)| (&task.repository, None, Some(id.as_str()))),
            );
        // One row for each, and in the same order for all planners: PostgreSQL takes no row twice in a statement, and two that take the same
        // rows in different orders wait for each other.
        let rows: BTreeMap<String, (&Repository, Option<&str>, Option<&str>)> =
            rows.map(|row| (row.0.id(), row)).collect();
        let rows: Vec<_> = rows.into_iter().collect();
        let mut planned = Planned {
            repositories: (found.len() + left_out.len()) as u64,
            left_out: left_out.len() as u64,
            ..Planned::default()
        };
        let known = "SELECT id, state, class FROM tasks WHERE parent IS NULL";
        let known: Vec<Known> = with!(self, pool => sqlx::query_as(known).fetch_all(pool).await?);
        let known: HashMap<String, (String, Option<String>)> = known
            .into_iter()
            .map(|(id, state, class)| (id, (state, class)))
            .collect();
        let (mut fresh, mut again) = (Vec::new(), Vec::new());
        let mut met = BTreeSet::new();
        for (id, task) in &tasks {
            if !met.insert(id) {
                continue;
            }
            match known
                .get(id)
                .map(|(state, class)| (state.as_str(), class.as_deref()))
            {
                None => fresh.push((id, task)),
                // Where nothing tells the head (artefacts, or a host that did not answer), only its files say whether they are the same.
                Some(("done", _)) if task.repository.commit.is_none() => again.push(id),
                Some(("done", _)) => planned.unchanged += 1,
                Some(("failed", Some(class))) if class == Class::Poison.name() => {
                    planned.poison += 1
                }
                Some(("failed" | "dropped", _)) => again.push(id),
                Some(_) => planned.waiting += 1,
            }
        }
        let (gone, queued) = within!(self, transaction => {
            let mut queued: Vec<String> = Vec::new();
            for rows in rows.chunks(ROWS) {
                let mut insert = QueryBuilder::new("INSERT INTO repositories (id, name, url, origin, owner, branch, head, archived, fork, kilobytes, left_out, task, first_run, last_run) ");
                insert.push_values(rows, |mut row, (id, (repository, left_out, task))| {
                    row.push_bind(id)
                        .push_bind(&repository.name)
                        .push_bind(&repository.url)
                        .push_bind(repository.origin.name())
                        .push_bind(&repository.owner)
                        .push_bind(repository.branch.as_deref())
                        .push_bind(repository.commit.as_deref())
                        .push_bind(i64::from(repository.archived))
                        .push_bind(i64::from(repository.fork))
                        .push_bind(repository.kilobytes.map(stored))
                        .push_bind(*left_out)
                        .push_bind(*task)
                        .push_bind(run.number)
                        .push_bind(run.number);
                });
                insert.push(" ON CONFLICT (id) DO UPDATE SET url = excluded.url, owner = excluded.owner, branch = excluded.branch, head = excluded.head, archived = excluded.archived, fork = excluded.fork, kilobytes = excluded.kilobytes, left_out = excluded.left_out, task = excluded.task, last_run = excluded.last_run, gone_run = NULL");
                insert.build().execute(&mut *transaction).await?;
            }
            for rows in fresh.chunks(ROWS) {
                let mut insert = QueryBuilder::new("INSERT INTO tasks (id, repository, body, state, attempts, planned_run) ");
                insert.push_values(rows, |mut row, (id, task)| {
                    row.push_bind(*id)
                        .push_bind(task.repository.id())
                        .push_bind(body(task))
                        .push_bind("waiting")
                        .push_bind(0_i64)
                        .push_bind(run.number);
                });
                // Another planner may have been faster: then it is queued already.
                insert.push(" ON CONFLICT (id) DO NOTHING RETURNING id");
                queued.extend(insert.build_query_scalar::<String>().fetch_all(&mut *transaction).await?);
            }
            for ids in again.chunks(ROWS) {
                // Parts are those of what it held before.
                let mut delete = QueryBuilder::new("DELETE FROM tasks WHERE parent IN (");
                let mut list = delete.separated(", ");
                for id in ids {
                    list.push_bind(*id);
                }
                delete.push(")");
                delete.build().execute(&mut *transaction).await?;
                let mut update = QueryBuilder::new("UPDATE tasks SET state = 'waiting', attempts = 0, class = NULL, reason = NULL, result = NULL, planned_run = ");
                update.push_bind(run.number).push(" WHERE state IN ('done', 'failed', 'dropped') AND id IN (");
                let mut list = update.separated(", ");
                for id in ids {
                    list.push_bind(*id);
                }
                update.push(") RETURNING id");
                queued.extend(update.build_query_scalar::<String>().fetch_all(&mut *transaction).await?);
            }
            // An answer has no order of its own.
            queued.sort();
            let ids: Vec<&str> = queued.iter().map(String::as_str).collect();
            transaction.push(&ids, None).await?;
            let drop = "UPDATE tasks SET state = 'dropped', finished_run = $1 WHERE state = 'waiting' AND parent IS NULL AND NOT EXISTS (SELECT 1 FROM repositories WHERE repositories.task = tasks.id)";
            sqlx::query(drop).bind(run.number).execute(&mut *transaction).await?;
            let gone = if is_whole {
                let gone = "UPDATE repositories SET gone_run = $1 WHERE last_run < $1 AND gone_run IS NULL";
                sqlx::query(gone).bind(run.number).execute(&mut *transaction).await?.rows_affected()
            } else {
                0
            };
            (gone, queued.len())
        });
        planned.new = queued as u64;
        planned.waiting += (fresh.len() + again.len()).saturating_sub(queued) as u64;
        planned.gone = gone;
        Ok(planned)
    }
}

/// A task as the database keeps it.
pub(super) fn body(task: &Task) -> String {
    serde_json::to_string(task).unwrap_or_default()
}
