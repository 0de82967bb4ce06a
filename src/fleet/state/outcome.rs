//! What came out of a task, to be carried from one database to another: how shards that have none tell.

use serde::{Deserialize, Serialize};

use super::plan::body;
use super::tasks::{FAILED, hold, keep_result, settle};
use super::{Error, Result, State, class_of, stored, with, within};
use crate::fleet::failure::Failure;
use crate::fleet::state::Finished;
use crate::fleet::task::Task;

/// A task that has come to its end, with its parts where it was split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The task.
    pub task: Task,
    /// How often somebody began with it.
    pub attempts: u32,
    /// When it came to its end, in seconds since 1970.
    pub finished_at: i64,
    /// What came out of it; of one that was split, of each part.
    pub parts: Vec<Part>,
}

/// What came out of a part, or of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The entries that belong to it; none: all.
    pub entries: Vec<String>,
    /// What came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Finished>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl State {
    /// The tasks of a whole that wait: it, or its parts.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn waiting(&self, whole: &str) -> Result<Vec<String>> {
        let select =
            "SELECT id FROM tasks WHERE (id = $1 OR parent = $1) AND state = 'waiting' ORDER BY id";
        Ok(with!(self, pool => sqlx::query_scalar(select).bind(whole).fetch_all(pool).await?))
    }

    /// What came out of a task. `None` where it has not come to its end.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn outcome(&self, whole: &str) -> Result<Option<Outcome>> {
        type Row = (
            String,
            Option<String>,
            String,
            String,
            i64,
            Option<String>,
            Option<String>,
            Option<i64>,
            Option<String>,
        );
        let select = "SELECT id, parent, body, state, attempts, class, reason, finished_at, result FROM tasks WHERE id = $1 OR parent = $1 ORDER BY id";
        let rows: Vec<Row> =
            with!(self, pool => sqlx::query_as(select).bind(whole).fetch_all(pool).await?);
        if rows.iter().any(|row| row.3 == "waiting") {
            return Ok(None);
        }
        let (mut root, mut parts) = (None, Vec::new());
        for (id, parent, body, state, attempts, class, reason, finished_at, result) in rows {
            let task: Task = serde_json::from_str(&body)
                .map_err(|error| Error::Content(format!("the task {id}: {error}")))?;
            let finished = match result {
                Some(key) => self.result(&key).await?,
                None => None,
            };
            let failure = (state == "failed").then(|| Failure {
                class: class_of(class.as_deref()),
                reason: reason.unwrap_or_default(),
                retry_after: None,
            });
            if finished.is_some() || failure.is_some() {
                parts.push(Part {
                    entries: task.entries.clone(),
                    finished,
                    failure,
                });
            }
            if parent.is_none() {
                root = Some((task, attempts, finished_at));
            }
        }
        Ok(root.map(|(task, attempts, finished_at)| {
            // A whole that was split is told by its parts.
            let split = parts.iter().any(|part| !part.entries.is_empty());
            if split {
                parts.retain(|part| !part.entries.is_empty())
            }
            Outcome {
                task,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
                finished_at: finished_at.unwrap_or(0),
                parts,
            }
        }))
    }

    /// Takes over what came out of a task elsewhere. It has been planned here; done twice, it counts once.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn adopt(&self, outcome: &Outcome) -> Result<()> {
        let (whole, repository) = (outcome.task.id(), outcome.task.repository.id());
        let mine = "UPDATE tasks SET state = $1, class = $2, reason = $3, result = $4, attempts = $5, finished_at = $6, finished_run = (SELECT MAX(number) FROM runs) WHERE id = $7 AND state = 'waiting'";
        let split =
            "UPDATE tasks SET state = 'split', attempts = $1 WHERE id = $2 AND state = 'waiting'";
        let part = "INSERT INTO tasks (id, repository, parent, body, state, attempts, class, reason, planned_run, finished_run, finished_at, result) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, (SELECT MAX(number) FROM runs), (SELECT MAX(number) FROM runs), $8, $9) ON CONFLICT (id) DO NOTHING";
        let now = outcome.finished_at;
        let is_split = outcome.parts.iter().any(|part| !part.entries.is_empty());
        within!(self, transaction => {
            hold!(transaction, &repository);
            if is_split {
                sqlx::query(split)
                    .bind(i64::from(outcome.attempts))
                    .bind(&whole)
                    .execute(&mut *transaction)
                    .await?;
            }
            for one in &outcome.parts {
                if let Some(finished) = &one.finished {
                    keep_result!(transaction, outcome.task, finished, &repository, now);
                }
                let state = if one.finished.is_some() { "done" } else { "failed" };
                let class = one.failure.as_ref().map(|failure| failure.class.name());
                let reason = one.failure.as_ref().map(|failure| failure.reason.as_str());
                let key = one.finished.as_ref().map(|finished| finished.key.as_str());
                if is_split {
                    let task = Task {
                        entries: one.entries.clone(),
                        ..outcome.task.clone()
                    };
                    sqlx::query(part)
                        .bind(task.id())
                        .bind(&repository)
                        .bind(&whole)
                        .bind(body(&task))
                        .bind(state)
                        .bind(class)
                        .bind(reason)
                        .bind(now)
                        .bind(key)
                        .execute(&mut *transaction)
                        .await?;
                } else {
                    sqlx::query(mine)
                        .bind(state)
                        .bind(class)
                        .bind(reason)
                        .bind(key)
                        .bind(i64::from(outcome.attempts))
                        .bind(now)
                        .bind(&whole)
                        .execute(&mut *transaction)
                        .await?;
                }
            }
            if outcome.parts.iter().any(|part| part.failure.is_some()) {
                sqlx::query(FAILED).bind(&repository).execute(&mut *transaction).await?;
            }
            settle!(transaction, &whole, &repository, now);
        });
        Ok(())
    }
}
