//! The columns: one list for writing, reading, the schema and the documentation.

use std::sync::Arc;

/// What a column holds, as Parquet has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 (`BYTE_ARRAY`, `STRING`).
    Text,
    /// A whole number of 32 bits (`INT32`).
    Integer,
    /// A whole number of 64 bits (`INT64`).
    Long,
    /// A moment in UTC, in milliseconds since 1970 (`INT64`, `TIMESTAMP(MILLIS, true)`).
    Time,
}

impl Kind {
    /// As SQL has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR",
            Self::Integer => "INTEGER",
            Self::Long => "BIGINT",
            Self::Time => "TIMESTAMP",
        }
    }
}

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Text(&'a Arc<str>),
    Integer(i32),
    Long(i64),
    Null,
}

/// A value that was read.
#[derive(Debug, Clone)]
pub(super) enum Read {
    Text(Arc<str>),
    Integer(i32),
    Long(i64),
}

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

/// The last second that a certificate can be valid: 99991231235959Z (RFC 5280 section 4.1.2.5).
const LAST_SECOND: i64 = 253_402_300_799;
/// 0000-01-01T00:00:00Z: no certificate can say anything earlier.
const FIRST_SECOND: i64 = -62_167_219_200;

impl Moment {
    /// Of seconds since 1970; `i64::MAX` is without end, which a certificate says with the last second of the year 9999.
    pub(super) fn of(seconds: i64) -> Option<Self> {
        match seconds {
            i64::MAX => Some(Self(LAST_SECOND * 1000)),
            FIRST_SECOND..=LAST_SECOND => Some(Self(seconds * 1000)),
            _ => None,
        }
    }
}

/// What may be a field of a row.
pub(super) trait Field {
    const KIND: Kind;
    const REQUIRED: bool;

    fn cell(&self) -> Cell<'_>;

    /// Takes over what was read, where it fits.
    fn set(&mut self, read: Read);
}

impl Field for Arc<str> {
    const KIND: Kind = Kind::Text;
    const REQUIRED: bool = true;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }

    fn set(&mut self, read: Read) {
        if let Read::Text(text) = read {
            *self = text
        }
    }
}

impl Field for Option<Arc<str>> {
    const KIND: Kind = Kind::Text;
    const REQUIRED: bool = false;

    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, Cell::Text)
    }

    fn set(&mut self, read: Read) {
        if let Read::Text(text) = read {
            *self = Some(text)
        }
    }
}

impl Field for Option<i32> {
    const KIND: Kind = Kind::Integer;
    const REQUIRED: bool = false;

    fn cell(&self) -> Cell<'_> {
        self.map_or(Cell::Null, Cell::Integer)
    }

    fn set(&mut self, read: Read) {
        if let Read::Integer(number) = read {
            *self = Some(number)
        }
    }
}

impl Field for Option<i64> {
    const KIND: Kind = Kind::Long;
    const REQUIRED: bool = false;

    fn cell(&self) -> Cell<'_> {
        self.map_or(Cell::Null, Cell::Long)
    }

    fn set(&mut self, read: Read) {
        if let Read::Long(number) = read {
            *self = Some(number)
        }
    }
}

impl Field for Option<Moment> {
    const KIND: Kind = Kind::Time;
    const REQUIRED: bool = false;

    fn cell(&self) -> Cell<'_> {
        self.map_or(Cell::Null, |moment| Cell::Long(moment.0))
    }

    fn set(&mut self, read: Read) {
        if let Read::Long(number) = read {
            *self = Some(Moment(number))
        }
    }
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// What queries call it: no word that SQL keeps for itself.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether every row has it.
    pub is_required: bool,
    /// What it says, for people.
    pub says: &'static str,
    pub(super) cell: for<'a> fn(&'a Row) -> Cell<'a>,
    pub(super) set: fn(&mut Row, Read),
}

macro_rules! columns {
    ($($(#[doc = $says:literal])+ $name:ident: $type:ty,)+) => {
        /// An asset at a place.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Row {
            $($(#[doc = $says])+ pub $name: $type,)+
        }

        impl Row {
            /// A row that says nothing.
            pub(super) fn empty(none: &Arc<str>) -> Self {
                Self { $($name: <$type as Empty>::empty(none),)+ }
            }
        }

        /// Every column, in its order. More may follow these in later versions.
        pub const COLUMNS: &[Column] = &[$(Column {
            name: stringify!($name),
            kind: <$type as Field>::KIND,
            is_required: <$type as Field>::REQUIRED,
            says: concat!($($says),+).trim_ascii(),
            cell: |row| row.$name.cell(),
            set: |row, read| row.$name.set(read),
        },)+];
    };
}

/// The value of a field that says nothing.
trait Empty {
    fn empty(none: &Arc<str>) -> Self;
}

impl Empty for Arc<str> {
    fn empty(none: &Arc<str>) -> Self {
        none.clone()
    }
}

impl<T> Empty for Option<T> {
    fn empty(_: &Arc<str>) -> Self {
        None
    }
}

columns! {
    /// the content key: same repository, tree, part of it, engine, rules and settings
    key: Arc<str>,
    /// the repository's id: 32 hexadecimal digits, the first half of the blake3 of its name
    repository_id: Arc<str>,
    /// its name: `github.com/example/shop`
    repository: Arc<str>,
    /// the organisation, group or project that owns it at the forge
    owner: Option<Arc<str>>,
    /// the commit that was scanned; where a later commit has the same tree, still the first
    commit_id: Option<Arc<str>>,
    /// the version of pqscan
    engine: Arc<str>,
    /// the blake3 of its rules
    rules: Arc<str>,
    /// the asset: the same in every run and repository
    asset_id: Arc<str>,
    /// its name, for people: `RSA-2048 key`
    asset: Arc<str>,
    /// `algorithm`, `key`, `certificate`, `request`, `crl`, `keystore`, `signature`, `ciphertext`, `protocol`, `mention`
    kind: Arc<str>,
    /// `used`, `provided`, `mentioned`; `implied`: no place shows it, and the place is that of what implies it
    seen: Arc<str>,
    /// the algorithm, by its name in the catalogue; several that are possible have a bar between them
    algorithm: Option<Arc<str>>,
    /// its family in the CycloneDX registry
    family: Option<Arc<str>>,
    /// what kind of algorithm it is: `signature`, `ae`, `hash`
    primitive: Option<Arc<str>>,
    /// the length of the key, where it is exactly one
    key_bits: Option<i32>,
    /// the elliptic curve
    curve: Option<Arc<str>>,
    /// the group of a key exchange: `ffdhe2048`
    dh_group: Option<Arc<str>>,
    /// the parameter set, as CycloneDX wants it: a length, or the set's name
    parameter_set: Option<Arc<str>>,
    /// the mode of a block cipher: `GCM`
    cipher_mode: Option<Arc<str>>,
    /// the padding: `OAEP`
    padding: Option<Arc<str>>,
    /// the digest in it: `SHA-256`
    digest: Option<Arc<str>>,
    /// the protocol: `TLS`
    protocol: Option<Arc<str>>,
    /// the lowest version of it that is allowed
    min_version: Option<Arc<str>>,
    /// the highest
    max_version: Option<Arc<str>>,
    /// the parameters that are not wholly known, with spaces between: `key_bits`
    unresolved: Option<Arc<str>>,
    /// the object identifier, where the parameters tell one
    oid: Option<Arc<str>>,
    /// bits of security against a classical computer
    classical_bits: Option<i32>,
    /// the NIST category, 1 to 5; 0 where a quantum computer breaks it
    nist_level: Option<i32>,
    /// what this place does with it, with spaces between: `keygen sign`
    operations: Option<Arc<str>>,
    /// what this place shows, in one line: kind, algorithm, parameters, operations
    brief: Arc<str>,
    /// the file, from the root of the repository; `!/` stands between an archive and what lies in it
    path: Arc<str>,
    /// from 1; none where the file has no lines
    line: Option<i32>,
    /// from 1, in characters; likewise
    col: Option<i32>,
    /// the offset in the file at which it begins
    byte_offset: Option<i64>,
    /// the function around it
    in_function: Option<Arc<str>>,
    /// the name that is called
    symbol: Option<Arc<str>>,
    /// `production`, `generated`, `vendored`, `example`, `documentation`, `test`
    context: Arc<str>,
    /// the language of the library through which it was seen; `object` where it lies there itself
    language: Arc<str>,
    /// that library, as `language/library`
    library: Arc<str>,
    /// the rule entry that saw it
    detected_by: Arc<str>,
    /// `material`, `calls`, `implements`, `mentions`
    tier: Arc<str>,
    /// how the place was read: `source code`, `encoding`, `imports`
    technique: Arc<str>,
    /// how sure that is: `high`, `medium`, `low`
    confidence: Arc<str>,
    /// the innermost package that the place lies in, as a package URL where one is known
    package: Option<Arc<str>>,
    /// the digest of the layer of an image that brought it
    layer: Option<Arc<str>>,
    /// the form of a certificate, key, keystore, signature or ciphertext: `X.509`, `PKCS#8`
    form: Option<Arc<str>>,
    /// its SHA-256: of a certificate that of its encoding, of a key that of its SubjectPublicKeyInfo
    sha256: Option<Arc<str>>,
    /// what places show of a key, with `; ` between: `public`, `private`, `private, encrypted`, `secret`
    key_halves: Option<Arc<str>>,
    /// who a certificate or request is about
    subject: Option<Arc<str>>,
    /// who signed a certificate or revocation list
    issuer: Option<Arc<str>>,
    /// `root`, `CA`, `leaf`
    certificate_role: Option<Arc<str>>,
    /// from when a certificate is valid
    not_before: Option<Moment>,
    /// until when; the last second of the year 9999 where it never ends
    not_after: Option<Moment>,
}
