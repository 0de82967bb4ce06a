//! Parquet becomes rows: bounded, since a store may hold what somebody else put there.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::columns::{COLUMNS, Column, Kind, Read, Row};
use super::{NotRead, pages};

/// How much of a file is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of the file.
    pub rows: u64,
    /// Rows of a row group, which are in memory at once.
    pub group: u64,
    /// Bytes that a row group unpacks to.
    pub unpacked: u64,
}

impl Default for Limits {
    /// For a file of ours: a billion rows, a million (some 800 MB of memory) in a group, of 1 GiB.
    fn default() -> Self {
        Self {
            rows: 1 << 30,
            group: 1 << 20,
            unpacked: 1 << 30,
        }
    }
}

/// Most bytes of the footer: a part of 10 million rows has some 2 MB. Of its lists the library reserves as many entries as they claim to have, up
/// to one a byte.
const MAX_FOOTER: u32 = 8 << 20;

/// A file that is read row group by row group.
pub struct Reader {
    bytes: Bytes,
    file: SerializedFileReader<Bytes>,
    /// For each of our columns its number in the file.
    columns: Vec<Option<usize>>,
    limits: Limits,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Every row of a segment with no more than a million.
///
/// # Errors
/// When it is no segment, or larger.
pub fn read(bytes: impl Into<Bytes>) -> Result<Vec<Row>, NotRead> {
    let default = Limits::default();
    let reader = Reader::new(
        bytes.into(),
        Limits {
            rows: default.group,
            ..default
        },
    )?;
    let mut rows = Vec::new();
    for group in 0..reader.groups() {
        rows.append(&mut reader.group(group)?)
    }
    Ok(rows)
}

/// What a panic of the library is: it is made for files that are as they should be.
fn fenced<T>(read: impl FnOnce() -> Result<T, NotRead>) -> Result<T, NotRead> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(NotRead::new("the reader gave up on it")))
}

impl Reader {
    /// Opens a file.
    ///
    /// # Errors
    /// When it is no Parquet, does not have our columns, or is larger than the limits.
    pub fn new(bytes: Bytes, limits: Limits) -> Result<Self, NotRead> {
        fenced(|| Self::open(bytes, limits))
    }

    fn open(bytes: Bytes, limits: Limits) -> Result<Self, NotRead> {
        let footer = bytes.len().checked_sub(8).and_then(|at| {
            let length = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_le_bytes(length))
        });
        if footer.is_none_or(|length| length > MAX_FOOTER) {
            return Err(NotRead::new("no Parquet, or one with too long a footer"));
        }
        let file = SerializedFileReader::new(bytes.clone())?;
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for (number, column) in schema.columns().iter().enumerate() {
            if column.max_rep_level() == 0 && column.path().parts().len() == 1 {
                numbers.insert(column.name(), number);
            }
        }
        let columns = COLUMNS.iter().map(|column| {
            let Some(number) = numbers.get(column.name).copied() else {
                // A later version added it.
                return match column.is_required {
                    true => Err(NotRead::new(format!("no column `{}`", column.name))),
                    false => Ok(None),
                };
            };
            let is = schema.column(number);
            let physical = match column.kind {
                Kind::Text => Physical::BYTE_ARRAY,
                Kind::Integer => Physical::INT32,
                Kind::Long | Kind::Time => Physical::INT64,
            };
            let level = i16::from(!column.is_required);
            if is.physical_type() != physical || is.max_def_level() != level {
                let name = column.name;
                return Err(NotRead::new(format!(
                    "the column `{name}` is of another type"
                )));
            }
            Ok(Some(number))
        });
        let columns = columns.collect::<Result<Vec<_>, NotRead>>()?;
        let reader = Self {
            bytes,
            file,
            columns,
            limits,
        };
        let mut rows = 0_u64;
        for group in reader.file.metadata().row_groups() {
            let own = u64::try_from(group.num_rows())
                .map_err(|_| NotRead::new("a negative number of rows"))?;
            if own > limits.group {
                return Err(NotRead::new("too many rows in a row group"));
            }
            rows = rows.saturating_add(own);
        }
        if rows > limits.rows {
            return Err(NotRead::new("too many rows"));
        }
        Ok(reader)
    }

    /// How many row groups there are.
    pub fn groups(&self) -> usize {
        self.file.metadata().num_row_groups()
    }

    /// How many rows a row group has; 0 where there is none.
    pub fn rows_of(&self, group: usize) -> u64 {
        let groups = self.file.metadata().row_groups();
        let rows = groups.get(group).map(RowGroupMetaData::num_rows);
        rows.and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0)
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        (0..self.groups()).map(|group| self.rows_of(group)).sum()
    }

    /// The rows of a row group.
    ///
    /// # Errors
    /// When it is damaged, or unpacks to more than the limits.
    pub fn group(&self, number: usize) -> Result<Vec<Row>, NotRead> {
        fenced(|| self.rows_in(number))
    }

    fn rows_in(&self, number: usize) -> Result<Vec<Row>, NotRead> {
        if number >= self.groups() {
            return Err(NotRead::new("no such row group"));
        }
        let metadata = self.file.metadata().row_group(number);
        let count = self.rows_of(number);
        let mut unpacked = 0;
        let ours = || COLUMNS.iter().zip(&self.columns);
        for (column, at) in ours() {
            let Some(at) = *at else { continue };
            unpacked += self.check(metadata.column(at), count, column.kind)?;
            if unpacked > self.limits.unpacked {
                return Err(NotRead::new("a row group unpacks to too much"));
            }
        }
        let count = usize::try_from(count).map_err(|_| NotRead::new("too many rows"))?;
        let none: Arc<str> = "".into();
        let mut rows = vec![Row::empty(&none); count];
        let group = self.file.get_row_group(number)?;
        for (column, at) in ours() {
            let Some(at) = *at else { continue };
            fill(column, group.get_column_reader(at)?, &mut rows)?
        }
        Ok(rows)
    }

    /// Looks at the pages of a column before anything of it is unpacked.
    fn check(&self, column: &ColumnChunkMetaData, rows: u64, kind: Kind) -> Result<u64, NotRead> {
        let start = column
            .dictionary_page_offset()
            .unwrap_or(column.data_page_offset());
        let range = usize::try_from(start)
            .ok()
            .zip(usize::try_from(column.compressed_size()).ok());
        let chunk =
            range.and_then(|(start, length)| self.bytes.get(start..start.checked_add(length)?));
        let chunk = chunk.ok_or_else(|| NotRead::new("a column lies outside of the file"))?;
        if !matches!(
            column.compression(),
            Compression::ZSTD(_) | Compression::UNCOMPRESSED
        ) {
            return Err(NotRead::new("a column that is packed in another way"));
        }
        if u64::try_from(column.num_values()) != Ok(rows) {
            return Err(NotRead::new("a column with more or fewer values than rows"));
        }
        let width = match kind {
            Kind::Text | Kind::Integer => 4,
            Kind::Long | Kind::Time => 8,
        };
        pages::check(chunk, rows, width).map_err(NotRead::new)
    }
}

/// The values of a column in its rows.
fn fill(column: &Column, reader: ColumnReader, rows: &mut [Row]) -> Result<(), NotRead> {
    let mut levels = Vec::new();
    let count = rows.len();
    let wrong = || NotRead::new(format!("the column `{}` is damaged", column.name));
    macro_rules! values {
        ($reader:expr) => {{
            let mut values = Vec::new();
            let mut reader = $reader;
            let wanted = (!column.is_required).then_some(&mut levels);
            let (records, _, _) = reader.read_records(count, wanted, None, &mut values)?;
            if records != count {
                return Err(wrong());
            }
            values
        }};
    }
    let values: Box<dyn Iterator<Item = Result<Read, NotRead>>> = match reader {
        ColumnReader::ByteArrayColumnReader(reader) => {
            let values = values!(reader);
            let mut known: HashMap<Bytes, Arc<str>> = HashMap::new();
            Box::new(values.into_iter().map(move |value| {
                let bytes: &[u8] = value.data();
                if let Some(text) = known.get(bytes) {
                    return Ok(Read::Text(text.clone()));
                }
                let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
                let text: Arc<str> = text.into();
                known.insert(Bytes::copy_from_slice(bytes), text.clone());
                Ok(Read::Text(text))
            }))
        }
        ColumnReader::Int32ColumnReader(reader) => {
            let values = values!(reader);
            Box::new(values.into_iter().map(|number| Ok(Read::Integer(number))))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            let values = values!(reader);
            Box::new(values.into_iter().map(|number| Ok(Read::Long(number))))
        }
        _ => return Err(wrong()),
    };
    let mut values = values;
    for (number, row) in rows.iter_mut().enumerate() {
        let is_there = column.is_required || levels.get(number).copied() == Some(1);
        if is_there {
            let value = values.next().ok_or_else(wrong)??;
            (column.set)(row, value)
        }
    }
    Ok(())
}
