//! The tables, and how those of an older version become those of this one.

use std::time::Duration;

#[cfg(feature = "fleet-shared")]
use sqlx::AssertSqlSafe;
#[cfg(feature = "fleet-shared")]
use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migrator};

use super::{Error, Pool, Result, State};

/// How often it is begun again where another process does the same: SQLite has no lock for it.
const TIMES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Brings the tables up to this version. A step that has been released is never changed: what changes is a new step.
pub(super) async fn migrate(state: &State) -> Result<()> {
    let mut steps = sqlx::migrate!("src/fleet/state/migrations");
    #[cfg(feature = "fleet-shared")]
    if !state.is_embedded() {
        steps = by_bytes(&steps);
    }
    // The queue keeps a list of its own.
    steps.dangerous_set_table_name("fleet_schema");
    run(state, &steps).await
}

/// The same steps, with columns that PostgreSQL sorts as SQLite does, by bytes. It sorts as the language of the database does otherwise, and
/// the same fleet would have another report.
#[cfg(feature = "fleet-shared")]
fn by_bytes(steps: &Migrator) -> Migrator {
    let steps = steps.iter().map(|step| {
        let mut step = step.clone();
        let lines = step.sql.as_str().lines().map(|line| {
            let kind = line.split_whitespace().nth(1);
            match kind.map(|kind| kind.trim_end_matches(',')) {
                Some("TEXT") => line.replacen("TEXT", "TEXT COLLATE \"C\"", 1),
                _ => line.to_owned(),
            }
        });
        let sql = lines.collect::<Vec<_>>().join("\n");
        step.sql = AssertSqlSafe(sql).into_sql_str();
        step
    });
    Migrator::with_migrations(steps.collect())
}

/// Takes the steps that have not been taken.
pub(in crate::fleet) async fn run(state: &State, steps: &Migrator) -> Result<()> {
    let mut times = 0;
    loop {
        let taken = match &state.pool {
            Pool::Sqlite(pool) => steps.run(pool).await,
            #[cfg(feature = "fleet-shared")]
            Pool::Postgres(pool) => steps.run(pool).await,
        };
        times += 1;
        match taken {
            Ok(()) => return Ok(()),
            Err(MigrateError::VersionMissing(_)) => return Err(Error::Newer),
            // A step is taken wholly or not at all: whoever was slower sees it done.
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..))
                if times < TIMES && state.is_embedded() =>
            {
                tokio::time::sleep(PAUSE).await
            }
            Err(error) => return Err(Error::Schema(error)),
        }
    }
}
