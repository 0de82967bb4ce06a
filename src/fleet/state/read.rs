//! What the database is asked: by `fleet query`, with any statement that reads, and by reports.

use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _, ValueRef as _};

use super::{Pool, Result, State};

/// An answer: names of columns, and rows of texts; a value that is not there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there were more rows than were asked for.
    pub is_cut: bool,
}

impl Table {
    /// A row as a JSON object; what is not there is null.
    pub fn object(&self, row: &[Option<String>]) -> serde_json::Value {
        let values = row.iter().map(|value| value.clone().into());
        serde_json::Value::Object(self.columns.iter().cloned().zip(values).collect())
    }
}

impl State {
    /// Asks a statement that reads. The engine itself refuses to write: SQLite by a connection that only reads (but for a database in memory, which is the program's own), PostgreSQL
    /// by a transaction that only reads.
    ///
    /// # Errors
    /// When the engine does not understand it, or it writes.
    pub async fn ask(&self, sql: &str, most: usize) -> Result<Table> {
        use futures_util::TryStreamExt as _;
        macro_rules! table {
            ($rows:expr, $value:expr) => {{
                let mut table = Table::default();
                let mut rows = $rows;
                while let Some(row) = rows.try_next().await? {
                    if table.columns.is_empty() {
                        table.columns = row.columns().iter().map(|c| c.name().to_owned()).collect();
                    }
                    if table.rows.len() == most {
                        table.is_cut = true;
                        break;
                    }
                    let values = (0..row.columns().len()).map(|index| $value(&row, index));
                    table.rows.push(values.collect::<Result<_>>()?);
                }
                table
            }};
        }
        match &self.pool {
            Pool::Sqlite(pool) => {
                use sqlx::ConnectOptions as _;
                let options = pool.connect_options();
                // Another connection to one in memory would see another database.
                let file = options.get_filename().to_string_lossy();
                if file == ":memory:" || file.starts_with("file:sqlx-in-memory-") {
                    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch(pool);
                    return Ok(table!(rows, sqlite_value));
                }
                let options = (*options).clone().read_only(true).create_if_missing(false);
                let mut connection = options.connect().await?;
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch(&mut connection);
                Ok(table!(rows, sqlite_value))
            }
            #[cfg(feature = "fleet-shared")]
            Pool::Postgres(pool) => {
                let mut transaction = pool.begin_with("BEGIN READ ONLY").await?;
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch(&mut *transaction);
                let table = table!(rows, postgres_value);
                transaction.rollback().await?;
                Ok(table)
            }
        }
    }
}

/// A value as text.
fn sqlite_value(row: &sqlx::sqlite::SqliteRow, index: usize) -> Result<Option<String>> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(None);
    }
    let kind = value.type_info().name().to_owned();
    Ok(Some(match kind.as_str() {
        "INTEGER" | "INT4" | "INT8" | "BOOLEAN" => row.try_get::<i64, _>(index)?.to_string(),
        "REAL" => row.try_get::<f64, _>(index)?.to_string(),
        "BLOB" => data_encoding::HEXLOWER.encode(row.try_get::<&[u8], _>(index)?),
        _ => row.try_get::<String, _>(index)?,
    }))
}

/// A value as text.
#[cfg(feature = "fleet-shared")]
fn postgres_value(row: &sqlx::postgres::PgRow, index: usize) -> Result<Option<String>> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(None);
    }
    let kind = value.type_info().name().to_owned();
    Ok(Some(match kind.as_str() {
        "INT2" => row.try_get::<i16, _>(index)?.to_string(),
        "INT4" => row.try_get::<i32, _>(index)?.to_string(),
        "INT8" => row.try_get::<i64, _>(index)?.to_string(),
        "FLOAT4" => row.try_get::<f32, _>(index)?.to_string(),
        "FLOAT8" => row.try_get::<f64, _>(index)?.to_string(),
        "BOOL" => i64::from(row.try_get::<bool, _>(index)?).to_string(),
        "TEXT" | "VARCHAR" | "BPCHAR" | "NAME" | "UNKNOWN" => row.try_get::<String, _>(index)?,
        other => {
            return Err(super::Error::Content(format!(
                "a column of type {other}: cast it to TEXT or BIGINT"
            )));
        }
    }))
}
