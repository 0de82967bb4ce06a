//! A copy that is gone when the program ends, for a report that judges by something else than the runs did: nothing of it must stay.

use sqlx::QueryBuilder;

use super::{Result, State, with};

/// What a report is made of, but for judgements.
const TABLES: &[&str] = &[
    "repositories",
    "runs",
    "tasks",
    "results",
    "current_results",
    "spans",
    "points",
];
/// Values of one statement, at most: SQLite takes 32,766.
const VALUES: usize = 16_000;

impl State {
    /// Copies what is remembered, without judgements and without the queue.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn copy(&self) -> Result<Self> {
        let copy = Self::in_memory().await?;
        for table in TABLES {
            let all = self
                .ask(&format!("SELECT * FROM {table}"), usize::MAX)
                .await?;
            if all.columns.is_empty() {
                continue;
            }
            let into = format!("INSERT INTO {table} ({}) ", all.columns.join(", "));
            for rows in all.rows.chunks((VALUES / all.columns.len()).max(1)) {
                // Columns of numbers make numbers of the texts.
                with!(copy, pool => {
                    let mut insert = QueryBuilder::new(into.as_str());
                    insert.push_values(rows, |mut row, values| {
                        for value in values {
                            row.push_bind(value.as_deref());
                        }
                    });
                    insert.build().execute(pool).await?;
                });
            }
        }
        Ok(copy)
    }
}
