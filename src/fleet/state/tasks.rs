//! A task from the moment when somebody begins with it to the one when it counts.

use serde::{Deserialize, Serialize};

use super::plan::body;
use super::{Error, Result, State, number, stored, with, within};
use crate::fleet::failure::{Class, Failure};
use crate::fleet::queue::Push as _;
use crate::fleet::task::Task;

/// A task that somebody begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// It.
    pub task: Task,
    /// How often somebody has begun with it, this time included.
    pub attempts: u32,
}

/// What came out of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// Its content key.
    pub key: String,
    /// The commit.
    pub commit: String,
    /// Its tree.
    pub tree: String,
    /// Files that were seen.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that could not be read, or not wholly.
    pub gaps: u64,
    /// Places that show something.
    pub places: u64,
}

/// How far a run has come, in tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// That wait, or that somebody is at.
    pub waiting: u64,
    /// That came to their end in the run.
    pub done: u64,
    /// That failed in the run.
    pub failed: u64,
}

/// Keeps others from changing a repository's tasks until the transaction ends. Whoever changes tasks and repositories takes the repository
/// first, as planning does: two parts that end at the same moment would each take the other for waiting, and two who take them in different
/// orders would wait for each other. (SQLite has no `FOR UPDATE`, and one writer.)
macro_rules! hold {
    ($transaction:expr, $repository:expr) => {
        sqlx::query("UPDATE repositories SET id = id WHERE id = $1")
            .bind($repository)
            .execute(&mut *$transaction)
            .await?
    };
}

/// Once no part of a task waits: what came out of it takes the place of what was current of the repository, unless the head has moved on or
/// nothing came out.
macro_rules! settle {
    ($transaction:expr, $whole:expr, $repository:expr, $now:expr) => {{
        let open = "SELECT COUNT(*) FROM tasks WHERE parent = $1 AND state = 'waiting'";
        let open: i64 = sqlx::query_scalar(open)
            .bind($whole)
            .fetch_one(&mut *$transaction)
            .await?;
        if open == 0 {
            // Of a task that was split: done where any part is.
            let parts = "UPDATE tasks SET state = CASE WHEN EXISTS (SELECT 1 FROM tasks AS part WHERE part.parent = $1 AND part.state = 'done') THEN 'done' ELSE 'failed' END, finished_at = $2, finished_run = (SELECT MAX(number) FROM runs) WHERE id = $1 AND state = 'split'";
            sqlx::query(parts)
                .bind($whole)
                .bind($now)
                .execute(&mut *$transaction)
                .await?;
            // Not as EXISTS: SQLite 3.51 answers that wrongly where OR stands in it.
            let counts = "SELECT COUNT(*) FROM repositories WHERE id = $1 AND task = $2 AND (SELECT COUNT(*) FROM tasks WHERE (tasks.id = $2 OR tasks.parent = $2) AND tasks.result IS NOT NULL) > 0";
            let counts: i64 = sqlx::query_scalar(counts)
                .bind($repository)
                .bind($whole)
                .fetch_one(&mut *$transaction)
                .await?;
            if counts > 0 {
                sqlx::query("DELETE FROM current_results WHERE repository = $1")
                    .bind($repository)
                    .execute(&mut *$transaction)
                    .await?;
                let current = "INSERT INTO current_results (repository, key) SELECT DISTINCT $1, result FROM tasks WHERE (id = $2 OR parent = $2) AND result IS NOT NULL";
                sqlx::query(current)
                    .bind($repository)
                    .bind($whole)
                    .execute(&mut *$transaction)
                    .await?;
                let scanned = "UPDATE repositories SET scanned_at = $3, scanned_on = (SELECT day FROM runs ORDER BY number DESC LIMIT 1), failed_since = CASE WHEN (SELECT COUNT(*) FROM tasks WHERE parent = $2 AND state = 'failed') > 0 THEN failed_since ELSE NULL END, scanned_commit = (SELECT MAX(results.commit_id) FROM results JOIN current_results ON results.key = current_results.key WHERE current_results.repository = $1) WHERE id = $1 AND task = $2";
                sqlx::query(scanned)
                    .bind($repository)
                    .bind($whole)
                    .bind($now)
                    .execute(&mut *$transaction)
                    .await?;
            }
        }
    }};
}

/// Keeps what came out of a task, once.
macro_rules! keep_result {
    ($transaction:expr, $task:expr, $finished:expr, $repository:expr, $now:expr) => {{
        let insert = "INSERT INTO results (key, repository, commit_id, tree, version, rules, settings, made_at, files, bytes, gaps, places) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (key) DO NOTHING";
        sqlx::query(insert)
            .bind(&$finished.key)
            .bind($repository)
            .bind(&$finished.commit)
            .bind(&$finished.tree)
            .bind(&$task.engine.version)
            .bind(&$task.engine.rules)
            .bind(&$task.engine.settings)
            .bind($now)
            .bind(stored($finished.files))
            .bind(stored($finished.bytes))
            .bind(stored($finished.gaps))
            .bind(stored($finished.places))
            .execute(&mut *$transaction)
            .await?;
    }};
}

pub(super) use {hold, keep_result, settle};

/// Says since when a repository fails.
pub(super) const FAILED: &str = "UPDATE repositories SET failed_since = COALESCE(failed_since, (SELECT MAX(number) FROM runs)) WHERE id = $1";

impl State {
    /// Begins with a task. `None` where nothing is to be done: it has come to its end, or its repository has moved on.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn start(&self, id: &str) -> Result<Option<Started>> {
        let begin = "UPDATE tasks SET attempts = attempts + 1 WHERE id = $1 AND state = 'waiting' RETURNING body, attempts";
        let row: Option<(String, i64)> =
            with!(self, pool => sqlx::query_as(begin).bind(id).fetch_optional(pool).await?);
        row.map(|(body, attempts)| {
            let task = serde_json::from_str(&body)
                .map_err(|error| Error::Content(format!("the task {id}: {error}")))?;
            Ok(Started {
                task,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            })
        })
        .transpose()
    }

    /// What came out under a content key before.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn result(&self, key: &str) -> Result<Option<Finished>> {
        type Row = (String, String, i64, i64, i64, i64);
        let select =
            "SELECT commit_id, tree, files, bytes, gaps, places FROM results WHERE key = $1";
        let row: Option<Row> =
            with!(self, pool => sqlx::query_as(select).bind(key).fetch_optional(pool).await?);
        Ok(
            row.map(|(commit, tree, files, bytes, gaps, places)| Finished {
                key: key.to_owned(),
                commit,
                tree,
                files: number(files),
                bytes: number(bytes),
                gaps: number(gaps),
                places: number(places),
            }),
        )
    }

    /// Gives a task back that was begun with and not looked at: the worker was asked to stop.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn put_back(&self, id: &str) -> Result<()> {
        let update = "UPDATE tasks SET attempts = attempts - 1 WHERE id = $1 AND state = 'waiting'";
        within!(self, transaction => {
            let back = sqlx::query(update).bind(id).execute(&mut *transaction).await?;
            if back.rows_affected() > 0 {
                transaction.push(&[id], None).await?
            }
        });
        Ok(())
    }

    /// Writes down what came out of a task, or that it came out before (`finished` as it was then is kept). Done twice, it counts once.
    ///
    /// # Errors
    /// When the database does not do it; then nothing of it counts.
    pub async fn finish(&self, id: &str, task: &Task, finished: &Finished, now: i64) -> Result<()> {
        let repository = task.repository.id();
        let done = "UPDATE tasks SET state = 'done', result = $1, class = NULL, reason = NULL, finished_at = $2, finished_run = (SELECT MAX(number) FROM runs) WHERE id = $3 AND state = 'waiting' RETURNING parent";
        within!(self, transaction => {
            hold!(transaction, &repository);
            keep_result!(transaction, task, finished, &repository, now);
            let parent: Option<(Option<String>,)> = sqlx::query_as(done)
                .bind(&finished.key)
                .bind(now)
                .bind(id)
                .fetch_optional(&mut *transaction)
                .await?;
            match parent {
                // Somebody else was faster.
                None => {}
                Some((parent,)) => settle!(transaction, parent.as_deref().unwrap_or(id), &repository, now),
            }
        });
        Ok(())
    }

    /// Writes down that a task failed: it waits for another attempt after `again` seconds, or is given up.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn fail(
        &self,
        id: &str,
        task: &Task,
        failure: &Failure,
        again: Option<u64>,
        now: i64,
    ) -> Result<()> {
        let repository = task.repository.id();
        let wait = "UPDATE tasks SET class = $1, reason = $2 WHERE id = $3 AND state = 'waiting' RETURNING parent";
        let give_up = "UPDATE tasks SET class = $1, reason = $2, state = 'failed', finished_at = $4, finished_run = (SELECT MAX(number) FROM runs) WHERE id = $3 AND state = 'waiting' RETURNING parent";
        within!(self, transaction => {
            hold!(transaction, &repository);
            let update = sqlx::query_as(if again.is_some() { wait } else { give_up })
                .bind(failure.class.name())
                .bind(&failure.reason)
                .bind(id);
            let update = if again.is_some() { update } else { update.bind(now) };
            let parent: Option<(Option<String>,)> = update.fetch_optional(&mut *transaction).await?;
            if parent.is_some() && again.is_none() {
                sqlx::query(FAILED).bind(&repository).execute(&mut *transaction).await?;
            }
            match (parent, again) {
                (None, _) => {}
                (Some(_), Some(_)) => transaction.push(&[id], again).await?,
                (Some((Some(parent),)), None) => settle!(transaction, &parent, &repository, now),
                (Some((None,)), None) => {}
            }
        });
        Ok(())
    }

    /// Puts two parts in the place of a task that its content makes fail.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn split(
        &self,
        id: &str,
        task: &Task,
        halves: &[Vec<String>; 2],
        failure: &Failure,
    ) -> Result<()> {
        let repository = task.repository.id();
        let parts = halves.each_ref().map(|entries| Task {
            entries: entries.clone(),
            ..task.clone()
        });
        let away = "UPDATE tasks SET state = 'split', class = $1, reason = $2 WHERE id = $3 AND state = 'waiting' RETURNING COALESCE(parent, id), planned_run";
        let insert = "INSERT INTO tasks (id, repository, parent, body, state, attempts, planned_run) VALUES ($1, $2, $3, $4, 'waiting', 0, $5) ON CONFLICT (id) DO NOTHING";
        within!(self, transaction => {
            hold!(transaction, &repository);
            let whole: Option<(String, i64)> = sqlx::query_as(away)
                .bind(failure.class.name())
                .bind(&failure.reason)
                .bind(id)
                .fetch_optional(&mut *transaction)
                .await?;
            if let Some((whole, run)) = whole {
                let mut ids = Vec::with_capacity(parts.len());
                for part in &parts {
                    let id = part.id();
                    sqlx::query(insert)
                        .bind(&id)
                        .bind(&repository)
                        .bind(&whole)
                        .bind(body(part))
                        .bind(run)
                        .execute(&mut *transaction)
                        .await?;
                    ids.push(id);
                }
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                transaction.push(&ids, None).await?;
            }
        });
        Ok(())
    }

    /// Whether any task waits. Asked often, so it reads one entry of an index.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn is_waiting(&self) -> Result<bool> {
        let select = "SELECT id FROM tasks WHERE state = 'waiting' LIMIT 1";
        let one: Option<String> =
            with!(self, pool => sqlx::query_scalar(select).fetch_optional(pool).await?);
        Ok(one.is_some())
    }

    /// How far the run has come. It reads all tasks: not to be asked many times a second.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn progress(&self, run: i64) -> Result<Progress> {
        let select = "SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state = 'done' AND finished_run = $1 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state = 'failed' AND finished_run = $1 THEN 1 ELSE 0 END), 0) FROM tasks WHERE state IN ('waiting', 'done', 'failed')";
        let (waiting, done, failed): (i64, i64, i64) =
            with!(self, pool => sqlx::query_as(select).bind(run).fetch_one(pool).await?);
        Ok(Progress {
            waiting: number(waiting),
            done: number(done),
            failed: number(failed),
        })
    }

    /// Queues again what waits although nobody has it: an acknowledgement that came too early would lose it otherwise. To be called only
    /// where nobody works. Gives how many.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn queue_again(&self) -> Result<u64> {
        let select = "SELECT id FROM tasks WHERE state = 'waiting'";
        let number = within!(self, transaction => {
            let ids: Vec<String> = sqlx::query_scalar(select).fetch_all(&mut *transaction).await?;
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            transaction.push(&ids, None).await?;
            ids.len()
        });
        Ok(number as u64)
    }
}

impl State {
    /// Forgets results that are not current and were made before a moment. Gives how many.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn forget_results(&self, before: i64) -> Result<u64> {
        let old = "DELETE FROM results WHERE made_at < $1 AND NOT EXISTS (SELECT 1 FROM current_results WHERE current_results.key = results.key)";
        // Their tasks go with them: should that head come back, it is scanned again.
        let tasks = "DELETE FROM tasks WHERE finished_at < $1 AND NOT EXISTS (SELECT 1 FROM repositories WHERE repositories.task = tasks.id) AND NOT EXISTS (SELECT 1 FROM repositories WHERE repositories.task = tasks.parent)";
        let forgotten = within!(self, transaction => {
            sqlx::query(tasks).bind(before).execute(&mut *transaction).await?;
            sqlx::query(old).bind(before).execute(&mut *transaction).await?.rows_affected()
        });
        Ok(forgotten)
    }

    /// The content keys that are kept.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn kept_keys(&self) -> Result<std::collections::BTreeSet<String>> {
        let select = "SELECT key FROM results";
        let keys: Vec<String> =
            with!(self, pool => sqlx::query_scalar(select).fetch_all(pool).await?);
        Ok(keys.into_iter().collect())
    }
}

/// What the failure of a task leads to, by its class and by how often it was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fleet) enum Next {
    /// Tried again after so many seconds.
    Again(u64),
    /// Split in halves, where it can be.
    Split,
    /// Given up.
    GiveUp,
}

/// Attempts at most: the queue's own number does not stop what kills its worker.
pub(in crate::fleet) const ATTEMPTS: u32 = 4;

impl Next {
    /// After a failure.
    pub(in crate::fleet) fn after(failure: &Failure, attempts: u32) -> Self {
        match failure.class {
            Class::Transient if attempts < ATTEMPTS => {
                // 10 s, 40 s, 160 s; what the other side asks for counts, within an hour.
                let pause = 10_u64 << (2 * attempts.saturating_sub(1)).min(10);
                Self::Again(failure.retry_after.unwrap_or(pause).min(3_600))
            }
            Class::Poison => Self::Split,
            Class::Transient | Class::Permanent => Self::GiveUp,
        }
    }
}
