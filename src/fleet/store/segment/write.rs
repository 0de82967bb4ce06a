//! Rows become Parquet.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{
    EnabledStatistics, WriterProperties, WriterPropertiesPtr, WriterVersion,
};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::columns::{COLUMNS, Cell, Kind, Row};
use super::{GROUP, NotRead, SCHEMA};

/// How hard zstd tries.
const LEVEL: i32 = 6;

/// Writes rows, as many as there are: no more than a group of them is in memory, and what was written.
pub(in crate::fleet::store) struct Writer {
    file: SerializedFileWriter<Vec<u8>>,
    group: Vec<Row>,
    rows: u64,
}

impl Writer {
    pub(in crate::fleet::store) fn new() -> Result<Self, NotRead> {
        let file = SerializedFileWriter::new(Vec::new(), schema()?, properties()?)?;
        Ok(Self {
            file,
            group: Vec::new(),
            rows: 0,
        })
    }

    pub(in crate::fleet::store) fn push(&mut self, row: Row) -> Result<(), NotRead> {
        self.group.push(row);
        self.rows += 1;
        if self.group.len() >= GROUP {
            self.flush()?
        }
        Ok(())
    }

    /// How many rows there are.
    pub(in crate::fleet::store) fn rows(&self) -> u64 {
        self.rows
    }

    /// How large it is, without the rows of the last group.
    pub(in crate::fleet::store) fn bytes(&self) -> usize {
        self.file.bytes_written()
    }

    fn flush(&mut self) -> Result<(), NotRead> {
        if self.group.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for column in COLUMNS {
            let Some(mut to) = group.next_column()? else {
                return Err(NotRead::new("the schema has too few columns"));
            };
            let cells = self.group.iter().map(|row| (column.cell)(row));
            let levels = match column.is_required {
                true => None,
                false => Some(
                    cells
                        .clone()
                        .map(|c| i16::from(c != Cell::Null))
                        .collect::<Vec<i16>>(),
                ),
            };
            write(&mut to, column.kind, cells, levels.as_deref())?;
            to.close()?
        }
        group.close()?;
        self.group.clear();
        Ok(())
    }

    pub(in crate::fleet::store) fn finish(mut self) -> Result<Vec<u8>, NotRead> {
        self.flush()?;
        Ok(self.file.into_inner()?)
    }
}

fn write<'a>(
    to: &mut SerializedColumnWriter<'_>,
    kind: Kind,
    cells: impl Iterator<Item = Cell<'a>>,
    levels: Option<&[i16]>,
) -> Result<(), NotRead> {
    match kind {
        Kind::Text => {
            let mut last: Option<(&Arc<str>, ByteArray)> = None;
            let texts = cells.filter_map(|cell| {
                let Cell::Text(text) = cell else { return None };
                // Neighbours mostly are the same.
                let bytes = match &last {
                    Some((before, bytes)) if Arc::ptr_eq(before, text) => bytes.clone(),
                    _ => ByteArray::from(&**text),
                };
                last = Some((text, bytes.clone()));
                Some(bytes)
            });
            let values: Vec<ByteArray> = texts.collect();
            to.typed::<ByteArrayType>()
                .write_batch(&values, levels, None)?
        }
        Kind::Integer => {
            let numbers = cells.filter_map(|cell| match cell {
                Cell::Integer(number) => Some(number),
                _ => None,
            });
            let values: Vec<i32> = numbers.collect();
            to.typed::<Int32Type>().write_batch(&values, levels, None)?
        }
        Kind::Long | Kind::Time => {
            let numbers = cells.filter_map(|cell| match cell {
                Cell::Long(number) => Some(number),
                _ => None,
            });
            let values: Vec<i64> = numbers.collect();
            to.typed::<Int64Type>().write_batch(&values, levels, None)?
        }
    };
    Ok(())
}

/// The schema: flat, in the order of [`COLUMNS`].
pub(super) fn schema() -> Result<TypePtr, NotRead> {
    let fields = COLUMNS.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT32, None),
            Kind::Long => (Physical::INT64, None),
            Kind::Time => (
                Physical::INT64,
                Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
            ),
        };
        let repetition = match column.is_required {
            true => Repetition::REQUIRED,
            false => Repetition::OPTIONAL,
        };
        let field = Type::primitive_type_builder(column.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()?;
        Ok(Arc::new(field))
    });
    let fields = fields.collect::<Result<Vec<_>, NotRead>>()?;
    let schema = Type::group_type_builder("finding").with_fields(fields);
    Ok(Arc::new(schema.build()?))
}

fn properties() -> Result<WriterPropertiesPtr, NotRead> {
    let number = KeyValue::new("pqscan.schema".to_owned(), SCHEMA.to_string());
    Ok(Arc::new(
        WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_1_0)
            // In the form that readers take apart to find out which errors a writer has.
            .set_created_by(format!("pqscan version {SCHEMA}.0.0 (build fleet)"))
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
            .set_dictionary_enabled(true)
            .set_dictionary_page_size_limit(1 << 20)
            .set_data_page_size_limit(1 << 20)
            .set_data_page_row_count_limit(20_000)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_statistics_truncate_length(Some(64))
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(vec![number]))
            .build(),
    ))
}
