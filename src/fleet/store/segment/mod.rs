//! A segment: the findings of one content key as Parquet, an asset at a place in each row. Facts alone: no priority, deadline or policy is in
//! it, since those are of the day of the report.
//!
//! [`COLUMNS`] is the schema; columns are added at the end and never change their meaning. The line of code that a place shows is not in it
//! (it is in the JSON result): tables are given to more people than code is.
//!
//! The same report gives the same bytes: rows are sorted by place, what wrote the file is told by a number that changes with the schema alone,
//! and every setting of the writer is said here. Format: Apache Parquet 2, version 1 pages, dictionaries, zstd.

mod columns;
mod pages;
mod read;
mod rows;
mod write;

pub use self::columns::{COLUMNS, Column, Kind, Moment, Row};
pub use self::read::{Limits, Reader, read};
pub use self::rows::{Whose, of};
pub(super) use self::write::Writer;

/// The number of the schema: it grows where columns are added.
pub const SCHEMA: u32 = 1;

/// Most rows of a row group: what is in memory at once, and what readers share between threads.
const GROUP: usize = 64 << 10;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotRead(String);

impl NotRead {
    pub(super) fn new(why: impl AsRef<str>) -> Self {
        Self(super::plain(why.as_ref()))
    }
}

impl From<parquet::errors::ParquetError> for NotRead {
    fn from(error: parquet::errors::ParquetError) -> Self {
        Self::new(error.to_string())
    }
}
