//! The layout of the metadata tables (ECMA-335 §II.22, §II.24.2.6): how wide each column is, and where a row stands.

use super::bytes::{slice, u8_at, u16_at, u32_at, u64_at};

pub(super) const TYPE_REF: usize = 0x01;
pub(super) const TYPE_DEF: usize = 0x02;
pub(super) const FIELD: usize = 0x04;
pub(super) const METHOD: usize = 0x06;
pub(super) const PARAM: usize = 0x08;
pub(super) const MEMBER_REF: usize = 0x0a;
pub(super) const STAND_ALONE_SIG: usize = 0x11;
pub(super) const TYPE_SPEC: usize = 0x1b;
pub(super) const ASSEMBLY: usize = 0x20;
pub(super) const NESTED_CLASS: usize = 0x29;
pub(super) const METHOD_SPEC: usize = 0x2b;

/// A column.
#[derive(Clone, Copy)]
enum Column {
    /// A number of so many bytes.
    Fixed(usize),
    /// Into `#Strings`.
    Text,
    /// Into `#GUID`.
    Guid,
    /// Into `#Blob`.
    Blob,
    /// A row of a table.
    Row(usize),
    /// A row of one of several tables, and which in the lower bits.
    Coded(&'static [usize], u32),
}

use Column::{Blob, Coded, Fixed, Guid, Row, Text};

/// A table that may stand nowhere in a coded index.
const NONE: usize = 63;
const TYPE_DEF_OR_REF: Column = Coded(&[0x02, 0x01, 0x1b], 2);
const HAS_CONSTANT: Column = Coded(&[0x04, 0x08, 0x17], 2);
const HAS_ATTRIBUTE: Column = Coded(
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00, 0x0e, 0x17, 0x14, 0x11, 0x1a, 0x1b, 0x20,
        0x23, 0x26, 0x27, 0x28, 0x2a, 0x2c, 0x2b,
    ],
    5,
);
const HAS_MARSHAL: Column = Coded(&[0x04, 0x08], 1);
const HAS_SECURITY: Column = Coded(&[0x02, 0x06, 0x20], 2);
const MEMBER_PARENT: Column = Coded(&[0x02, 0x01, 0x1a, 0x06, 0x1b], 3);
const HAS_SEMANTICS: Column = Coded(&[0x14, 0x17], 1);
const METHOD_DEF_OR_REF: Column = Coded(&[0x06, 0x0a], 1);
const FORWARDED: Column = Coded(&[0x04, 0x06], 1);
const IMPLEMENTATION: Column = Coded(&[0x26, 0x23, 0x27], 2);
const ATTRIBUTE_TYPE: Column = Coded(&[NONE, NONE, 0x06, 0x0a, NONE], 3);
const SCOPE: Column = Coded(&[0x00, 0x1a, 0x23, 0x01], 2);
const TYPE_OR_METHOD: Column = Coded(&[0x02, 0x06], 1);

/// The columns of every table, by its number.
static SCHEMA: [&[Column]; 0x2d] = [
    &[Fixed(2), Text, Guid, Guid, Guid], // Module
    &[SCOPE, Text, Text],                // TypeRef
    &[Fixed(4), Text, Text, TYPE_DEF_OR_REF, Row(0x04), Row(0x06)], // TypeDef
    &[Row(0x04)],                        // FieldPtr
    &[Fixed(2), Text, Blob],             // Field
    &[Row(0x06)],                        // MethodPtr
    &[Fixed(4), Fixed(2), Fixed(2), Text, Blob, Row(0x08)], // MethodDef
    &[Row(0x08)],                        // ParamPtr
    &[Fixed(2), Fixed(2), Text],         // Param
    &[Row(0x02), TYPE_DEF_OR_REF],       // InterfaceImpl
    &[MEMBER_PARENT, Text, Blob],        // MemberRef
    &[Fixed(2), HAS_CONSTANT, Blob],     // Constant
    &[HAS_ATTRIBUTE, ATTRIBUTE_TYPE, Blob], // CustomAttribute
    &[HAS_MARSHAL, Blob],                // FieldMarshal
    &[Fixed(2), HAS_SECURITY, Blob],     // DeclSecurity
    &[Fixed(2), Fixed(4), Row(0x02)],    // ClassLayout
    &[Fixed(4), Row(0x04)],              // FieldLayout
    &[Blob],                             // StandAloneSig
    &[Row(0x02), Row(0x14)],             // EventMap
    &[Row(0x14)],                        // EventPtr
    &[Fixed(2), Text, TYPE_DEF_OR_REF],  // Event
    &[Row(0x02), Row(0x17)],             // PropertyMap
    &[Row(0x17)],                        // PropertyPtr
    &[Fixed(2), Text, Blob],             // Property
    &[Fixed(2), Row(0x06), HAS_SEMANTICS], // MethodSemantics
    &[Row(0x02), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF], // MethodImpl
    &[Text],                             // ModuleRef
    &[Blob],                             // TypeSpec
    &[Fixed(2), FORWARDED, Text, Row(0x1a)], // ImplMap
    &[Fixed(4), Row(0x04)],              // FieldRVA
    &[Fixed(4), Fixed(4)],               // EncLog
    &[Fixed(4)],                         // EncMap
    &[
        Fixed(4),
        Fixed(2),
        Fixed(2),
        Fixed(2),
        Fixed(2),
        Fixed(4),
        Blob,
        Text,
        Text,
    ], // Assembly
    &[Fixed(4)],                         // AssemblyProcessor
    &[Fixed(4), Fixed(4), Fixed(4)],     // AssemblyOS
    &[
        Fixed(2),
        Fixed(2),
        Fixed(2),
        Fixed(2),
        Fixed(4),
        Blob,
        Text,
        Text,
        Blob,
    ], // AssemblyRef
    &[Fixed(4), Row(0x23)],              // AssemblyRefProcessor
    &[Fixed(4), Fixed(4), Fixed(4), Row(0x23)], // AssemblyRefOS
    &[Fixed(4), Text, Blob],             // File
    &[Fixed(4), Fixed(4), Text, Text, IMPLEMENTATION], // ExportedType
    &[Fixed(4), Fixed(4), Text, IMPLEMENTATION], // ManifestResource
    &[Row(0x02), Row(0x02)],             // NestedClass
    &[Fixed(2), Fixed(2), TYPE_OR_METHOD, Text], // GenericParam
    &[METHOD_DEF_OR_REF, Blob],          // MethodSpec
    &[Row(0x2a), TYPE_DEF_OR_REF],       // GenericParamConstraint
];

/// One table of a file.
#[derive(Clone, Default)]
struct Table {
    rows: u32,
    at: usize,
    width: usize,
    /// Where each column begins, and how wide it is.
    columns: Vec<(usize, usize)>,
}

/// The tables of a file.
pub(super) struct Tables<'a> {
    stream: &'a [u8],
    tables: Vec<Table>,
}

impl<'a> Tables<'a> {
    /// Reads the header of `#~`.
    pub(super) fn read(stream: &'a [u8]) -> Option<Self> {
        let heaps = u8_at(stream, 6)?;
        let valid = u64_at(stream, 8)?;
        let mut at = 24;
        let mut rows = [0_u32; 64];
        for (number, count) in rows.iter_mut().enumerate() {
            if valid >> number & 1 == 1 {
                *count = u32_at(stream, at)?;
                at += 4;
            }
        }
        // Edit-and-continue leaves an extra number.
        if heaps & 0x40 != 0 {
            at += 4;
        }
        // What follows a table that is not known cannot be found.
        if valid >> SCHEMA.len() != 0 && rows.iter().skip(SCHEMA.len()).any(|count| *count > 0) {
            return None;
        }
        let width = |column: &Column| match column {
            Fixed(bytes) => *bytes,
            Text => 2 + 2 * usize::from(heaps & 1 != 0),
            Guid => 2 + 2 * usize::from(heaps & 2 != 0),
            Blob => 2 + 2 * usize::from(heaps & 4 != 0),
            Row(table) => 2 + 2 * usize::from(rows.get(*table).is_some_and(|r| *r > 0xffff)),
            Coded(tables, bits) => {
                let most = tables.iter().filter_map(|t| rows.get(*t)).max();
                2 + 2 * usize::from(most.is_some_and(|r| *r > 0xffff >> bits))
            }
        };
        let mut tables = Vec::with_capacity(SCHEMA.len());
        for (number, schema) in SCHEMA.iter().enumerate() {
            let mut columns = Vec::with_capacity(schema.len());
            let mut begin = 0;
            for column in *schema {
                let bytes = width(column);
                columns.push((begin, bytes));
                begin += bytes;
            }
            let count = rows.get(number).copied().unwrap_or(0);
            tables.push(Table {
                rows: count,
                at,
                width: begin,
                columns,
            });
            at = at.checked_add(begin.checked_mul(count as usize)?)?;
        }
        // Rows that the file does not hold are none.
        (at <= stream.len()).then_some(Self { stream, tables })
    }

    /// How many rows a table has.
    pub(super) fn rows(&self, table: usize) -> u32 {
        self.tables.get(table).map_or(0, |t| t.rows)
    }

    /// A cell, by row (from 1) and column (from 0).
    pub(super) fn cell(&self, table: usize, row: u32, column: usize) -> Option<u32> {
        let table = self.tables.get(table)?;
        if row == 0 || row > table.rows {
            return None;
        }
        let (begin, bytes) = *table.columns.get(column)?;
        let at = table
            .at
            .checked_add((row as usize - 1).checked_mul(table.width)?)?
            .checked_add(begin)?;
        match bytes {
            2 => u16_at(self.stream, at).map(u32::from),
            _ => u32_at(slice(self.stream, at, 4)?, 0),
        }
    }

    /// What a coded cell points at: table and row.
    pub(super) fn coded(&self, table: usize, row: u32, column: usize) -> Option<(usize, u32)> {
        let Coded(tables, bits) = SCHEMA.get(table)?.get(column)? else {
            return None;
        };
        let value = self.cell(table, row, column)?;
        decode(tables, *bits, value)
    }
}

fn decode(tables: &[usize], bits: u32, value: u32) -> Option<(usize, u32)> {
    let table = *tables.get((value & ((1 << bits) - 1)) as usize)?;
    (table != NONE).then_some((table, value >> bits))
}

/// What a `TypeDefOrRef` number in a signature points at.
pub(super) fn type_def_or_ref(value: u32) -> Option<(usize, u32)> {
    decode(&[TYPE_DEF, TYPE_REF, TYPE_SPEC], 2, value)
}
