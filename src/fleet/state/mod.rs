//! What the fleet remembers, in SQLite on one machine or in PostgreSQL for many: repositories, runs, tasks, which results are current, and
//! roll-ups of their assets.
//!
//! Every statement is written once for both engines: numbers are `BIGINT`, texts `TEXT`, places of values `$1`. Whoever writes does so in one
//! transaction, together with the queue: a task is never planned without being queued, and never finished twice.

mod copy;
mod organisation;
mod outcome;
mod plan;
mod read;
mod rollup;
pub(in crate::fleet) mod schema;
mod tasks;
mod ticks;

pub use self::outcome::{Outcome, Part};
pub use self::plan::{Planned, Run};
pub use self::read::Table;
pub use self::rollup::{Pending, Standing};
pub(in crate::fleet) use self::tasks::Next;
pub use self::tasks::{Finished, Progress, Started};
pub use self::ticks::Tick;

use sqlx::SqlitePool;
#[cfg(feature = "fleet-shared")]
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
#[cfg(feature = "fleet-shared")]
use sqlx::{PgConnection, PgPool};
use std::path::Path;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use crate::fleet::failure::Class;

/// For how long the database may be away while work goes on.
const AWAY: Duration = Duration::from_secs(180);
/// For how long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked again for tables that somebody else makes, and how long between.
const AGAIN: u32 = 10;
const PAUSE: Duration = Duration::from_millis(200);
/// Connections at once: a worker's handlers, its queue, and the planner.
const CONNECTIONS: u32 = 8;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine says so.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables cannot be brought up to this version.
    #[error("the database's tables: {0}")]
    Schema(sqlx::migrate::MigrateError),
    /// The tables are those of a version to come.
    #[error("a newer version of pqscan has changed the database: this one cannot use it any more")]
    Newer,
    /// The queue.
    #[error("the queue: {0}")]
    Queue(String),
    /// What it holds is not what this program wrote.
    #[error("the database holds what this version does not understand: {0}")]
    Content(String),
    /// A URL of no engine that this program has.
    #[error("{0}")]
    Url(String),
}

impl Error {
    /// Whether the same may be done a little later: the database begins anew or is full of connections, somebody else held what was needed.
    pub fn may_pass(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| match &*code {
                // SQLite's result codes: BUSY and LOCKED, with BUSY_RECOVERY, LOCKED_SHAREDCACHE, BUSY_SNAPSHOT and BUSY_TIMEOUT.
                "5" | "6" | "261" | "262" | "517" | "773" => true,
                // PostgreSQL's SQLSTATE classes (appendix A of its manual): connection exception, rolled back (deadlock, serialization),
                // insufficient resources, operator intervention; and an object that others keep.
                code => {
                    code.len() == 5
                        && (["08", "40", "53", "57"].contains(&&code[..2]) || code == "55P03")
                }
            }),
            _ => false,
        }
    }
}

/// Does what the database may refuse for a while, until [`AWAY`] is over.
pub(in crate::fleet) async fn patiently<T, F>(what: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let began = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        match what().await {
            Err(error) if error.may_pass() && began.elapsed() < AWAY => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
            done => return done,
        }
    }
}

/// What came of it.
pub type Result<T> = std::result::Result<T, Error>;

/// The database.
#[derive(Debug, Clone)]
pub struct State {
    pub(in crate::fleet) pool: Pool,
}

/// Connections to one of the engines.
#[derive(Debug, Clone)]
pub(in crate::fleet) enum Pool {
    Sqlite(SqlitePool),
    #[cfg(feature = "fleet-shared")]
    Postgres(PgPool),
}

/// Does the same on either engine: `with!(state, pool => expression)`.
macro_rules! with {
    ($state:expr, $pool:ident => $body:expr) => {
        match &$state.pool {
            crate::fleet::state::Pool::Sqlite($pool) => $body,
            #[cfg(feature = "fleet-shared")]
            crate::fleet::state::Pool::Postgres($pool) => $body,
        }
    };
}

/// Does the same on either engine, all of it or nothing: `within!(state, transaction => expression)`. SQLite takes its lock for writing at
/// once: one that is taken later fails where another writer came between.
macro_rules! within {
    ($state:expr, $transaction:ident => $body:expr) => {
        match &$state.pool {
            crate::fleet::state::Pool::Sqlite(pool) => {
                let mut $transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                let value = $body;
                $transaction.commit().await?;
                value
            }
            #[cfg(feature = "fleet-shared")]
            crate::fleet::state::Pool::Postgres(pool) => {
                let mut $transaction = pool.begin().await?;
                let value = $body;
                $transaction.commit().await?;
                value
            }
        }
    };
}

pub(in crate::fleet) use {with, within};

/// A number as the database keeps it.
fn stored(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A number of the database.
fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// The class of a failure that the database names.
fn class_of(name: Option<&str>) -> Class {
    name.and_then(Class::from_name).unwrap_or(Class::Permanent)
}

impl State {
    /// Opens a database, makes it where it is none yet, and brings its tables up to this version.
    ///
    /// `url` is the path of a SQLite file (`sqlite:` may stand before it), or `postgres://…` with the feature `fleet-shared`. What is
    /// missing of a PostgreSQL URL is taken from the variables that libpq knows (`PGPASSWORD`, `PGPASSFILE` …).
    ///
    /// # Errors
    /// When it cannot be reached, or a newer version of this program has changed it.
    pub async fn open(url: &str) -> Result<Self> {
        let state = Self {
            pool: Pool::open(url).await?,
        };
        // SQLite knows no lock over several steps: of two processes that make its tables at once, one fails, and finds them when it looks again.
        let mut attempts = 0;
        loop {
            match state.set_up().await {
                Err(Error::Schema(_) | Error::Database(_)) if attempts < AGAIN => {
                    attempts += 1;
                    tokio::time::sleep(PAUSE).await
                }
                done => return done.map(|()| state),
            }
        }
    }

    /// Makes the tables, or brings them up to this version.
    async fn set_up(&self) -> Result<()> {
        schema::migrate(self).await?;
        crate::fleet::queue::set_up(self).await
    }

    /// One that is gone when the program ends, for what is reported without a database.
    ///
    /// # Errors
    /// When SQLite cannot.
    pub async fn in_memory() -> Result<Self> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")?;
        // Another connection would see another database.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        let state = Self {
            pool: Pool::Sqlite(pool),
        };
        state.set_up().await?;
        Ok(state)
    }

    /// Whether it is a file of this machine.
    fn is_embedded(&self) -> bool {
        matches!(self.pool, Pool::Sqlite(_))
    }
}

impl Pool {
    async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::postgres(url).await;
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
            .unwrap_or(url);
        if path.contains("://") {
            // It may hold a password, so it is not shown.
            return Err(Error::Url(
                "the database is a path or begins with sqlite: or postgres://".to_owned(),
            ));
        }
        let options = SqliteConnectOptions::new()
            .filename(Path::new(path))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(PATIENCE);
        let pools = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE);
        // Of several who make a database at once, one turns its log on, and SQLite does not let the others wait: they are told that it is locked.
        let pool = patiently(async || Ok(pools.clone().connect_with(options.clone()).await?));
        Ok(Self::Sqlite(pool.await?))
    }

    #[cfg(feature = "fleet-shared")]
    async fn postgres(url: &str) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            // Asks the same of the network as the test that it takes the place of.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(is_in_no_transaction(connection)))
            .connect(url)
            .await?;
        Ok(Self::Postgres(pool))
    }

    #[cfg(not(feature = "fleet-shared"))]
    #[allow(
        clippy::unused_async,
        reason = "the same shape with and without the feature"
    )]
    async fn postgres(_url: &str) -> Result<Self> {
        Err(Error::Url(
            "this program was built without PostgreSQL: build it with --features fleet-shared"
                .to_owned(),
        ))
    }
}

/// Whether a connection that comes from the pool is there, and in no transaction; otherwise another one takes its place.
///
/// Whoever is given up while it begins a transaction (a worker of the queue is, when it stops) leaves it open: sqlx 0.9.0 does not roll it
/// back (<https://github.com/transact-rs/sqlx/issues/4393>). What the next one writes would be seen by nobody, and gone with the connection.
#[cfg(feature = "fleet-shared")]
async fn is_in_no_transaction(connection: &mut PgConnection) -> sqlx::Result<bool> {
    use sqlx::Row as _;
    // The same in the first command of a transaction, and only there (PostgreSQL's documentation, 9.9.5). Not prepared: then there is one
    // message, and one moment.
    let sql = "SELECT statement_timestamp() = transaction_timestamp()";
    let row = sqlx::raw_sql(sql).fetch_one(connection).await?;
    row.try_get(0)
}

#[cfg(test)]
mod tests;
