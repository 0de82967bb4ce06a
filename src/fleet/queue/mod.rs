//! Who works on what: apalis, over the tables of either engine. The rest of the fleet sees four things of it: [`set_up`], [`Push`],
//! [`work`] and [`clear`].
//!
//! The queue is taken for one that delivers *at least* once and may lose an acknowledgement: what a task is and whether it has come to its
//! end is in the fleet's own tables, and a delivery of what is done does nothing. Deliveries are put in the same transaction as the tasks
//! that they are of. Attempts are counted in those tables too, since the queue's number does not stop a task that kills its worker. A worker
//! takes one delivery at a time for each of its hands: what it takes ahead waits for nobody else when it dies.
//!
//! apalis gives a worker up at the first error of its database, with everything that it awaits. So work goes on by itself, and another
//! worker takes the place of the one that was given up, until the database has been away for too long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use apalis::layers::WorkerBuilderExt as _;
use apalis::prelude::{Data, TaskBuilder, WorkerBuilder};
use apalis_sqlite::SqliteStorage;
use futures_util::future::BoxFuture;
use tokio::sync::{Semaphore, watch};

use super::state::{Error, Pool, Result, State, schema};

/// The queue's name.
const QUEUE: &str = "fleet";
/// How often a worker says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// After so many times without, others take what it had. Not left to apalis: it takes 2 with SQLite and 10 with PostgreSQL.
const MISSED: usize = 3;
/// For how long a worker does without its database.
const AWAY: Duration = Duration::from_secs(180);
/// Pauses before a worker looks again whether its database is there.
const PAUSE: Duration = Duration::from_secs(2);

/// What does the work: given the id of a task, it comes back when that task needs nobody any more, or when the database did not take what
/// came of it: then the task is delivered again.
pub(super) type Hand = Arc<dyn Fn(String) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// What SQLite holds the table of deliveries for: rows, then rows of one value of the index's first column, of its first two, and so on
/// (<https://www.sqlite.org/fileformat2.html#stat1tab>). Knowing nothing, it takes an id for no rarer than a status or a worker, and reads all
/// that wait whenever one is taken: 20 ms of 100,000.
const STATISTICS: &str = "\
    ANALYZE Jobs;
    DELETE FROM sqlite_stat1;
    INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
        ('Jobs', 'sqlite_autoindex_Jobs_1', '1000000 1'),
        ('Jobs', 'LIdx', '1000000 10000'),
        ('Jobs', 'idx_jobs_status_run_at', '1000000 1000 100');";

/// Makes the queue's own tables.
pub(super) async fn set_up(state: &State) -> Result<()> {
    let steps = match &state.pool {
        // Its own `setup` also turns off what makes commits last.
        Pool::Sqlite(_) => SqliteStorage::<()>::migrations(),
        #[cfg(feature = "fleet-shared")]
        Pool::Postgres(_) => apalis_postgres::PostgresStorage::<()>::migrations(),
    };
    schema::run(state, &steps).await?;
    match &state.pool {
        Pool::Sqlite(pool) => tell_statistics(pool).await,
        // It gathers them by itself.
        #[cfg(feature = "fleet-shared")]
        Pool::Postgres(_) => Ok(()),
    }
}

/// Tells SQLite what it is to expect, unless it has statistics already.
async fn tell_statistics(pool: &sqlx::SqlitePool) -> Result<()> {
    let select = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'";
    let has_some: i64 = sqlx::query_scalar(select).fetch_one(pool).await?;
    if has_some > 0 {
        return Ok(());
    }
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::raw_sql(STATISTICS).execute(&mut *transaction).await?;
    transaction.commit().await?;
    // They are read when a connection reads the schema.
    sqlx::raw_sql("ANALYZE sqlite_schema").execute(pool).await?;
    Ok(())
}

/// Puts deliveries of tasks into the queue, within a transaction.
pub(super) trait Push {
    /// At once, or after so many seconds.
    async fn push(&mut self, ids: &[&str], after: Option<u64>) -> Result<()>;
}

/// A delivery.
fn delivery(id: &str, after: Option<u64>) -> Result<apalis::prelude::Task<Vec<u8>>> {
    let body = serde_json::to_vec(id).map_err(|error| Error::Queue(error.to_string()))?;
    let task = TaskBuilder::new(body).max_attempts(1_000);
    Ok(match after {
        Some(seconds) => task.run_in_seconds(seconds).build(),
        None => task.build(),
    })
}

impl Push for sqlx::SqliteConnection {
    async fn push(&mut self, ids: &[&str], after: Option<u64>) -> Result<()> {
        let tasks = ids.iter().map(|id| delivery(id, after));
        let tasks: Vec<_> = tasks.collect::<Result<_>>()?;
        apalis_sqlite::queries::push_tasks(self, QUEUE, &tasks)
            .await
            .map_err(|error| match error {
                apalis_sqlite::Error::Database(error) => Error::Database(error),
                error => Error::Queue(error.to_string()),
            })
    }
}

#[cfg(feature = "fleet-shared")]
impl Push for sqlx::PgConnection {
    async fn push(&mut self, ids: &[&str], after: Option<u64>) -> Result<()> {
        for ids in ids.chunks(10_000) {
            let tasks = ids.iter().map(|id| delivery(id, after));
            let tasks: Vec<_> = tasks.collect::<Result<_>>()?;
            apalis_postgres::queries::push_tasks(self, QUEUE, tasks)
                .await
                .map_err(|error| match error {
                    apalis_postgres::Error::Database(error) => Error::Database(error),
                    error => Error::Queue(error.to_string()),
                })?;
        }
        Ok(())
    }
}

/// Works until `stop` comes, with so many hands at once: what they are at then is brought to its end.
///
/// `name` gives one that no worker ever had, living or dead: whoever has a name may acknowledge what it has.
///
/// # Errors
/// When the database is away for longer than [`AWAY`]. What the hands are at then goes on.
pub(super) async fn work(
    state: &State,
    name: &(dyn Fn() -> String + Sync),
    hands: usize,
    hand: Hand,
    stop: impl Future<Output = ()> + Send,
) -> Result<()> {
    // Workers come and go, hands stay.
    let free = Arc::new(Semaphore::new(hands));
    let hand: Hand = {
        let free = Arc::clone(&free);
        Arc::new(move |id| {
            let (hand, free) = (Arc::clone(&hand), Arc::clone(&free));
            // By itself: whoever awaits it may be given up.
            let done = tokio::spawn(async move {
                match free.acquire_owned().await {
                    Ok(_one) => hand(id).await,
                    Err(_) => Ok(()),
                }
            });
            Box::pin(async move {
                done.await
                    .unwrap_or_else(|error| Err(Error::Queue(error.to_string())))
            })
        })
    };
    let (ask, asked) = watch::channel(false);
    let serve = async {
        let mut away_since: Option<Instant> = None;
        loop {
            let began = Instant::now();
            let served = serve(state, &name(), hands, Arc::clone(&hand), asked.clone()).await;
            let Err(error) = served else {
                return Ok(());
            };
            if *asked.borrow() {
                // What it has is delivered again, to whoever works next.
                return Ok(());
            }
            if began.elapsed() > HEARTBEAT * 2 {
                away_since = None
            }
            if away_since.get_or_insert(began).elapsed() > AWAY {
                return Err(error);
            }
            let _ = tokio::time::timeout(PAUSE, is_asked(asked.clone())).await;
        }
    };
    let stop = async {
        stop.await;
        let _ = ask.send(true);
    };
    let served = tokio::join!(
        async {
            let served = serve.await;
            // Nobody has to be asked any more.
            let _ = ask.send(true);
            served
        },
        async {
            tokio::select! {
                () = stop => {}
                () = is_asked(asked.clone()) => {}
            }
        },
    );
    served.0?;
    // Those whose worker was given up.
    let all = u32::try_from(hands).unwrap_or(u32::MAX);
    let _ = free.acquire_many(all).await;
    Ok(())
}

/// Comes when work is to stop.
async fn is_asked(mut asked: watch::Receiver<bool>) {
    // Whoever could ask is gone: nobody waits for it either.
    let _ = asked.wait_for(|asked| *asked).await;
}

/// One worker, until it is asked to stop or its database fails.
async fn serve(
    state: &State,
    name: &str,
    hands: usize,
    hand: Hand,
    asked: watch::Receiver<bool>,
) -> Result<()> {
    async fn deliver(id: String, hand: Data<Hand>) -> Result<()> {
        hand(id).await
    }
    let stop = async {
        is_asked(asked).await;
        Ok::<(), std::io::Error>(())
    };
    let ended = match &state.pool {
        Pool::Sqlite(pool) => {
            let config = apalis_sqlite::Config::default()
                .queue(QUEUE)
                .batch_size(1)
                .heartbeat_interval(HEARTBEAT)
                .missed_heartbeats(MISSED);
            WorkerBuilder::new(name)
                .backend(SqliteStorage::<String>::new(pool).with_config(config))
                .data(hand)
                .concurrency(hands)
                .build(deliver)
                .run_until(stop)
                .await
        }
        #[cfg(feature = "fleet-shared")]
        Pool::Postgres(pool) => {
            let config = apalis_postgres::Config::default()
                .queue(QUEUE)
                .batch_size(1)
                .heartbeat_interval(HEARTBEAT)
                .missed_heartbeats(MISSED);
            WorkerBuilder::new(name)
                .backend(apalis_postgres::PostgresStorage::<String>::new(pool).with_config(config))
                .data(hand)
                .concurrency(hands)
                .build(deliver)
                .run_until(stop)
                .await
        }
    };
    ended.map_err(|error| Error::Queue(error.to_string()))
}

/// How many deliveries are on their way, or with somebody.
pub(super) async fn on_its_way(state: &State) -> Result<u64> {
    let number: i64 = match &state.pool {
        Pool::Sqlite(pool) => {
            let select = "SELECT COUNT(*) FROM Jobs WHERE job_type = $1 AND status NOT IN ('Done', 'Killed') AND NOT (status = 'Failed' AND attempts >= max_attempts)";
            sqlx::query_scalar(select)
                .bind(QUEUE)
                .fetch_one(pool)
                .await?
        }
        #[cfg(feature = "fleet-shared")]
        Pool::Postgres(pool) => {
            let select = "SELECT COUNT(*) FROM apalis.jobs WHERE job_type = $1 AND status NOT IN ('Done', 'Killed') AND NOT (status = 'Failed' AND attempts >= max_attempts)";
            sqlx::query_scalar(select)
                .bind(QUEUE)
                .fetch_one(pool)
                .await?
        }
    };
    Ok(u64::try_from(number).unwrap_or(0))
}

/// Removes deliveries that have come to their end, which the queue keeps otherwise, and workers that were not seen for a day and have
/// nothing.
pub(super) async fn clear(state: &State) -> Result<()> {
    match &state.pool {
        Pool::Sqlite(pool) => {
            let jobs = "DELETE FROM Jobs WHERE job_type = $1 AND (status IN ('Done', 'Killed') OR (status = 'Failed' AND attempts >= max_attempts))";
            sqlx::query(jobs).bind(QUEUE).execute(pool).await?;
            let workers = "DELETE FROM Workers WHERE worker_type = $1 AND last_seen < CAST(strftime('%s', 'now') AS INTEGER) - 86400 AND NOT EXISTS (SELECT 1 FROM Jobs WHERE Jobs.lock_by = Workers.id)";
            sqlx::query(workers).bind(QUEUE).execute(pool).await?;
        }
        #[cfg(feature = "fleet-shared")]
        Pool::Postgres(pool) => {
            let jobs = "DELETE FROM apalis.jobs WHERE job_type = $1 AND (status IN ('Done', 'Killed') OR (status = 'Failed' AND attempts >= max_attempts))";
            sqlx::query(jobs).bind(QUEUE).execute(pool).await?;
            let workers = "DELETE FROM apalis.workers WHERE worker_type = $1 AND last_seen < NOW() - INTERVAL '1 day' AND NOT EXISTS (SELECT 1 FROM apalis.jobs WHERE jobs.lock_by = workers.id)";
            sqlx::query(workers).bind(QUEUE).execute(pool).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_delivery_is_taken_and_acknowledged_by_its_id() {
        let state = State::in_memory().await.unwrap();
        // As apalis takes and acknowledges (its queries `task/lock` and `task/ack`).
        let lock = "EXPLAIN QUERY PLAN UPDATE Jobs SET status = 'Running' WHERE id IN (SELECT value FROM json_each($1)) AND (status = 'Queued' OR status = 'Pending' OR (status = 'Failed' AND attempts < max_attempts))";
        let ack = "EXPLAIN QUERY PLAN WITH j AS (SELECT value ->> 'task_id' AS task_id FROM json_each($1)) UPDATE Jobs SET status = 'Done' FROM j WHERE Jobs.id = j.task_id AND Jobs.lock_by = $2";
        for sql in [lock, ack] {
            let plan = state.ask(sql, usize::MAX).await.unwrap();
            let detail = plan
                .columns
                .iter()
                .position(|name| name == "detail")
                .unwrap();
            let steps: Vec<_> = plan
                .rows
                .iter()
                .filter_map(|row| row[detail].as_deref())
                .collect();
            let by_id = |step: &&str| step.starts_with("SEARCH Jobs") && step.ends_with("(id=?)");
            assert!(steps.iter().any(by_id), "{steps:?}");
        }
    }
}
