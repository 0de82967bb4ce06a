//! The metadata of an assembly: its heaps and tables, and the names of what tokens stand for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::bytes::{compressed, slice, u16_at, u32_at};
use super::signature::Type;
use super::tables::{self, Tables};

/// Streams of a metadata root, at most; real ones have five.
const MAX_STREAMS: u16 = 64;
/// Bytes of one name that are read, and of a type's whole name; compilers take no more than 1,023, and no real one has a third of it.
const MAX_NAME: usize = 512;
/// Bytes of a text that is read: names of algorithms and lists of them are shorter. PEM blocks are found without this.
const MAX_TEXT: usize = 1024;
/// Bytes of a signature that is read; real ones have fewer than a hundred.
const MAX_SIGNATURE: usize = 512;
/// Bytes of a signature of locals that is read.
pub(super) const MAX_LOCALS: usize = 8 << 10;
/// Types in types that are followed to a name.
const MAX_NESTED: usize = 16;

/// A token: table and row.
pub(super) type Token = (usize, u32);

/// A method as its caller names it.
#[derive(Debug, Clone)]
pub(super) struct Method {
    /// The type it belongs to; its definition, where this assembly has it.
    pub(super) owner: Rc<str>,
    pub(super) owner_def: Option<u32>,
    pub(super) name: Rc<str>,
    /// Where its signature stands in `#Blob`.
    pub(super) signature: u32,
}

/// The metadata.
pub(super) struct Metadata<'a> {
    pub(super) strings: &'a [u8],
    texts: &'a [u8],
    blobs: &'a [u8],
    pub(super) tables: Tables<'a>,
    /// The type around each nested one.
    enclosing: HashMap<u32, u32>,
    names: RefCell<HashMap<Token, Rc<str>>>,
}

impl<'a> Metadata<'a> {
    /// Reads the root and the headers of its streams.
    pub(super) fn read(root: &'a [u8]) -> Option<Self> {
        if slice(root, 0, 4)? != b"BSJB" {
            return None;
        }
        let version = u32_at(root, 12)? as usize;
        let mut at = version.checked_add(18)?;
        let count = u16_at(root, at)?.min(MAX_STREAMS);
        at += 2;
        let empty: &[u8] = &[];
        let (mut strings, mut texts, mut blobs, mut rows) = (empty, empty, empty, None);
        for _ in 0..count {
            let stream = slice(
                root,
                u32_at(root, at)? as usize,
                u32_at(root, at + 4)? as usize,
            );
            at += 8;
            let name = root.get(at..)?;
            let length = name.iter().take(32).position(|byte| *byte == 0)?;
            at += (length + 4) & !3;
            let Some(stream) = stream else { continue };
            match name.get(..length)? {
                b"#Strings" => strings = stream,
                b"#US" => texts = stream,
                b"#Blob" => blobs = stream,
                b"#~" | b"#-" => rows = Some(stream),
                _ => {}
            }
        }
        let tables = Tables::read(rows?)?;
        let enclosing = (1..=tables.rows(tables::NESTED_CLASS))
            .filter_map(|row| {
                Some((
                    tables.cell(tables::NESTED_CLASS, row, 0)?,
                    tables.cell(tables::NESTED_CLASS, row, 1)?,
                ))
            })
            .collect();
        Some(Self {
            strings,
            texts,
            blobs,
            tables,
            enclosing,
            names: RefCell::default(),
        })
    }

    /// A name in `#Strings`.
    fn string(&self, at: u32) -> &'a str {
        let rest = self.strings.get(at as usize..).unwrap_or_default();
        let end = rest.iter().take(MAX_NAME).position(|byte| *byte == 0);
        let name = rest.get(..end.unwrap_or(0)).unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }

    /// The name in a column of a row.
    pub(super) fn name(&self, table: usize, row: u32, column: usize) -> &'a str {
        match self.tables.cell(table, row, column) {
            Some(at) => self.string(at),
            None => "",
        }
    }

    /// A signature in `#Blob`.
    pub(super) fn signature(&self, at: u32) -> Option<&'a [u8]> {
        self.blob(at).filter(|blob| blob.len() <= MAX_SIGNATURE)
    }

    /// Bytes in `#Blob`.
    pub(super) fn blob(&self, at: u32) -> Option<&'a [u8]> {
        let (length, width) = compressed(self.blobs, at as usize)?;
        slice(
            self.blobs,
            (at as usize).checked_add(width)?,
            length as usize,
        )
    }

    /// A text in `#US`, if it is short enough; what is not UTF-16 is replaced.
    pub(super) fn text(&self, at: u32) -> Option<String> {
        let (length, width) = compressed(self.texts, at as usize)?;
        let bytes = slice(
            self.texts,
            (at as usize).checked_add(width)?,
            length as usize,
        )?;
        if bytes.len() > MAX_TEXT {
            return None;
        }
        let units = bytes.as_chunks::<2>().0.iter();
        let units: Vec<u16> = units.map(|pair| u16::from_le_bytes(*pair)).collect();
        Some(String::from_utf16_lossy(&units))
    }

    /// The rows of another table that belong to a row: fields and methods of a type, parameters of a method.
    fn owned(&self, table: usize, row: u32, column: usize, of: usize) -> Range<u32> {
        let first = self.tables.cell(table, row, column);
        let next = self.tables.cell(table, row.saturating_add(1), column);
        let end = self.tables.rows(of).saturating_add(1);
        let first = first.unwrap_or(end).clamp(1, end);
        first..next.unwrap_or(end).clamp(first, end)
    }

    pub(super) fn fields(&self, ty: u32) -> Range<u32> {
        self.owned(tables::TYPE_DEF, ty, 4, tables::FIELD)
    }

    pub(super) fn methods(&self, ty: u32) -> Range<u32> {
        self.owned(tables::TYPE_DEF, ty, 5, tables::METHOD)
    }

    pub(super) fn params(&self, method: u32) -> Range<u32> {
        self.owned(tables::METHOD, method, 5, tables::PARAM)
    }

    /// The type around all those that a type is nested in.
    pub(super) fn outermost(&self, ty: u32) -> u32 {
        let mut ty = ty;
        for _ in 0..MAX_NESTED {
            match self.enclosing.get(&ty) {
                Some(around) => ty = *around,
                None => break,
            }
        }
        ty
    }

    /// The qualified name of a type, nested ones below those around them, without the number of its type parameters.
    pub(super) fn type_name(&self, token: Token) -> Rc<str> {
        if let Some(name) = self.names.borrow().get(&token) {
            return name.clone();
        }
        let mut name = self.find_type_name(token, 0);
        if name.len() > MAX_NAME {
            name.clear()
        }
        let name: Rc<str> = name.into();
        self.names.borrow_mut().insert(token, name.clone());
        name
    }

    fn find_type_name(&self, (table, row): Token, depth: usize) -> String {
        let (name, space, around) = match table {
            tables::TYPE_DEF => (
                self.name(table, row, 1),
                self.name(table, row, 2),
                self.enclosing.get(&row).map(|r| (tables::TYPE_DEF, *r)),
            ),
            tables::TYPE_REF => (
                self.name(table, row, 1),
                self.name(table, row, 2),
                self.tables
                    .coded(table, row, 0)
                    .filter(|(table, _)| *table == tables::TYPE_REF),
            ),
            // What a specification describes is itself no specification (ECMA-335 §II.23.2.14): it could lead to itself.
            _ => match self.type_spec(row).filter(|ty| !ty.is_specified()) {
                Some(ty) => return ty.name(self).to_string(),
                None => return String::new(),
            },
        };
        let plain = name.split('`').next().unwrap_or_default();
        match around {
            Some(around) if depth < MAX_NESTED => {
                format!("{}.{plain}", self.find_type_name(around, depth + 1))
            }
            _ if space.is_empty() => plain.to_owned(),
            _ => format!("{space}.{plain}"),
        }
    }

    /// The type that a `TypeSpec` row describes.
    pub(super) fn type_spec(&self, row: u32) -> Option<Type> {
        let blob = self.signature(self.tables.cell(tables::TYPE_SPEC, row, 0)?)?;
        Type::read(blob, &mut 0, 0)
    }

    /// The row of the type's definition, if this assembly has it.
    pub(super) fn type_def(&self, (table, row): Token) -> Option<u32> {
        match table {
            tables::TYPE_DEF => Some(row),
            tables::TYPE_SPEC => match self.type_spec(row)? {
                Type::Named((tables::TYPE_DEF, row)) => Some(row),
                Type::Generic((tables::TYPE_DEF, row), _) => Some(row),
                _ => None,
            },
            _ => None,
        }
    }

    /// The type that defines each method and field, by row.
    pub(super) fn owners(&self, rows: impl Fn(u32) -> Range<u32>) -> Vec<(u32, u32)> {
        (1..=self.tables.rows(tables::TYPE_DEF))
            .map(|ty| (rows(ty), ty))
            .filter(|(range, _)| !range.is_empty())
            .map(|(range, ty)| (range.start, ty))
            .collect()
    }

    /// What a call names, through instantiations of generic methods.
    pub(super) fn method(&self, token: Token, owners: &[(u32, u32)]) -> Option<Method> {
        let (table, row) = match token {
            (tables::METHOD_SPEC, row) => self.tables.coded(tables::METHOD_SPEC, row, 0)?,
            other => other,
        };
        match table {
            tables::METHOD => {
                let owner = owner(owners, row)?;
                Some(Method {
                    owner: self.type_name((tables::TYPE_DEF, owner)),
                    owner_def: Some(owner),
                    name: self.name(table, row, 3).into(),
                    signature: self.tables.cell(table, row, 4)?,
                })
            }
            tables::MEMBER_REF => {
                let parent = self.tables.coded(table, row, 0)?;
                let name: Rc<str> = self.name(table, row, 1).into();
                let signature = self.tables.cell(table, row, 2)?;
                if parent.0 == tables::METHOD {
                    return self.method(parent, owners);
                }
                let owner_def = self.type_def(parent);
                Some(Method {
                    owner: self.type_name(parent),
                    owner_def,
                    name,
                    signature,
                })
            }
            _ => None,
        }
    }

    /// The type and the name of a field, and the definition of the type where this assembly has it.
    pub(super) fn field(&self, (table, row): Token, owners: &[(u32, u32)]) -> Option<Method> {
        match table {
            tables::FIELD => {
                let owner = owner(owners, row)?;
                Some(Method {
                    owner: self.type_name((tables::TYPE_DEF, owner)),
                    owner_def: Some(owner),
                    name: self.name(table, row, 1).into(),
                    signature: self.tables.cell(table, row, 2)?,
                })
            }
            tables::MEMBER_REF => {
                let parent = self.tables.coded(table, row, 0)?;
                Some(Method {
                    owner: self.type_name(parent),
                    owner_def: self.type_def(parent),
                    name: self.name(table, row, 1).into(),
                    signature: self.tables.cell(table, row, 2)?,
                })
            }
            _ => None,
        }
    }

    /// The assembly's name and version.
    pub(super) fn assembly(&self) -> Option<(&'a str, String)> {
        let part = |column| self.tables.cell(tables::ASSEMBLY, 1, column);
        let name = self.name(tables::ASSEMBLY, 1, 7);
        let low = |value: u32| value & 0xffff;
        // Four columns of two bytes each follow one of four.
        let version = [part(1)?, part(2)?, part(3)?, part(4)?].map(|n| low(n).to_string());
        (!name.is_empty()).then(|| (name, version.join(".")))
    }
}

/// The type whose rows, beginning where each type's begin, hold a row.
fn owner(owners: &[(u32, u32)], row: u32) -> Option<u32> {
    let index = owners.partition_point(|(first, _)| *first <= row);
    owners.get(index.checked_sub(1)?).map(|(_, ty)| *ty)
}
