//! Which content keys are current, as Parquet beside the findings: for who reads the store without the database. Written anew after each run, at
//! once; the database is what it is made from.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::{Error, Result, Store, layout};

/// A content key that is current. A repository that is scanned in parts has several.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The repository's name.
    pub repository: String,
    /// The content key.
    pub key: String,
    /// The repository's id.
    pub repository_id: String,
    /// Who owns it; empty where nobody does.
    pub owner: String,
    /// The commit that it is current for; empty where there is none.
    pub commit: String,
    /// When that was scanned, or seen to be the same, in seconds since 1970.
    pub scanned_at: i64,
}

/// The columns: name, what it says.
pub const COLUMNS: &[(&str, &str)] = &[
    ("key", "the content key"),
    ("repository_id", "the repository's id"),
    ("repository", "its name"),
    ("owner", "who owns it; empty where nobody does"),
    (
        "commit_id",
        "the commit that the key is current for; empty where there is none",
    ),
    (
        "scanned_at",
        "when that was scanned, or seen to be the same",
    ),
];

/// Rows of a row group.
const GROUP: usize = 1 << 17;

/// Says in the store which keys are current, in the place of what was said before.
///
/// # Errors
/// When it cannot be written.
pub async fn put(store: &Store, entries: &[Entry]) -> Result<()> {
    let bytes = write(entries).map_err(|error| Error::Damaged {
        path: layout::CURRENT.to_owned(),
        why: error.to_string(),
    })?;
    store.replace(layout::CURRENT, bytes).await
}

fn write(entries: &[Entry]) -> std::result::Result<Vec<u8>, ParquetError> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort();
    let fields = COLUMNS.iter().map(|(name, _)| {
        let (physical, logical) = match *name {
            "scanned_at" => (
                Physical::INT64,
                LogicalType::timestamp(true, TimeUnit::MILLIS),
            ),
            _ => (Physical::BYTE_ARRAY, LogicalType::String),
        };
        let field = Type::primitive_type_builder(name, physical)
            .with_logical_type(Some(logical))
            .with_repetition(Repetition::REQUIRED);
        field.build().map(Arc::new)
    });
    let fields = fields.collect::<std::result::Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("current").with_fields(fields);
    let properties = WriterProperties::builder()
        .set_created_by("pqscan version 1.0.0 (build fleet)".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(6)?));
    let (schema, properties) = (Arc::new(schema.build()?), Arc::new(properties.build()));
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties)?;
    for chunk in sorted.chunks(GROUP) {
        let mut group = file.next_row_group()?;
        let texts: [fn(&Entry) -> &str; 5] = [
            |entry| &entry.key,
            |entry| &entry.repository_id,
            |entry| &entry.repository,
            |entry| &entry.owner,
            |entry| &entry.commit,
        ];
        for text in texts {
            let values: Vec<ByteArray> = chunk.iter().map(|e| ByteArray::from(text(e))).collect();
            if let Some(mut column) = group.next_column()? {
                let to = column.typed::<ByteArrayType>();
                to.write_batch(&values, None, None)?;
                column.close()?
            }
        }
        let values: Vec<i64> = chunk
            .iter()
            .map(|e| e.scanned_at.saturating_mul(1000))
            .collect();
        if let Some(mut column) = group.next_column()? {
            column
                .typed::<Int64Type>()
                .write_batch(&values, None, None)?;
            column.close()?
        }
        group.close()?;
    }
    file.into_inner()
}
