//! What policies allow by name, and whether a name is among it.

use jiff::civil::Date;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Policy;
use crate::knowledge::catalog::Catalog;
use crate::model::migration::Purpose;

/// What a policy allows by name; a list that is empty says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Allowed {
    /// For key establishment.
    pub kem: Vec<String>,
    /// For signatures.
    pub signature: Vec<String>,
    /// For signatures on software and firmware, beside those for signatures.
    pub firmware: Vec<String>,
    /// Symmetric ciphers, with their key size: `AES-256`.
    pub cipher: Vec<String>,
    /// Hashes.
    pub hash: Vec<String>,
}

/// What a policy allows until a day, beside what it allows for good.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(from = "UntilTable", into = "UntilTable")]
pub struct AllowedUntil {
    /// The last day on which it is allowed.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub last_day: Date,
    /// What.
    pub what: Allowed,
}

/// As the file has it, flat. (`serde` cannot refuse unknown keys of what it flattens.)
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "schema",
    schemars(description = "What is allowed until a day, beside what is allowed for good.")
)]
struct UntilTable {
    /// The last day on which it is allowed.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    last_day: Date,
    /// For key establishment.
    #[serde(default)]
    kem: Vec<String>,
    /// For signatures.
    #[serde(default)]
    signature: Vec<String>,
    /// For signatures on software and firmware.
    #[serde(default)]
    firmware: Vec<String>,
    /// Symmetric ciphers, with their key size.
    #[serde(default)]
    cipher: Vec<String>,
    /// Hashes.
    #[serde(default)]
    hash: Vec<String>,
}

impl From<UntilTable> for AllowedUntil {
    fn from(table: UntilTable) -> Self {
        Self {
            last_day: table.last_day,
            what: Allowed {
                kem: table.kem,
                signature: table.signature,
                firmware: table.firmware,
                cipher: table.cipher,
                hash: table.hash,
            },
        }
    }
}

impl From<AllowedUntil> for UntilTable {
    fn from(until: AllowedUntil) -> Self {
        Self {
            last_day: until.last_day,
            kem: until.what.kem,
            signature: until.what.signature,
            firmware: until.what.firmware,
            cipher: until.what.cipher,
            hash: until.what.hash,
        }
    }
}

/// One of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// For key establishment.
    Kem,
    /// For signatures.
    Signature,
    /// For signatures on software and firmware.
    Firmware,
    /// Symmetric ciphers.
    Cipher,
    /// Hashes.
    Hash,
}

impl Listed {
    /// Every list, in the order of the file.
    pub const ALL: &[Self] = &[
        Self::Kem,
        Self::Signature,
        Self::Firmware,
        Self::Cipher,
        Self::Hash,
    ];

    /// The key in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kem => "kem",
            Self::Signature => "signature",
            Self::Firmware => "firmware",
            Self::Cipher => "cipher",
            Self::Hash => "hash",
        }
    }
}

/// What a policy's lists say of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Nothing: it has no such list, or the name leaves open which of the listed it is.
    Unsaid,
    /// It is listed.
    Allowed,
    /// It is listed up to a day.
    Until(Date),
    /// Others are listed.
    No,
}

impl Allowed {
    /// A list.
    pub fn list(&self, list: Listed) -> &[String] {
        match list {
            Listed::Kem => &self.kem,
            Listed::Signature => &self.signature,
            Listed::Firmware => &self.firmware,
            Listed::Cipher => &self.cipher,
            Listed::Hash => &self.hash,
        }
    }

    fn has(&self, list: Listed, name: &str, catalog: &Catalog) -> bool {
        self.list(list)
            .iter()
            .any(|listed| listed == name || catalog.specialises(name, listed))
    }
}

impl Policy {
    /// What it says of an algorithm, by its catalogue name (ciphers with their key size), that is used for a purpose, where that is known.
    pub fn permits(
        &self,
        list: Listed,
        name: &str,
        purpose: Option<Purpose>,
        catalog: &Catalog,
    ) -> Permit {
        if self.allowed.list(list).is_empty() {
            return Permit::Unsaid;
        }
        if self.allowed.has(list, name, catalog) {
            return Permit::Allowed;
        }
        if list == Listed::Signature && self.allowed.has(Listed::Firmware, name, catalog) {
            return match purpose {
                Some(Purpose::CodeSigning | Purpose::FirmwareSigning) => Permit::Allowed,
                None | Some(Purpose::Signature) => Permit::Unsaid,
                Some(_) => Permit::No,
            };
        }
        let until = self.allowed_until.iter();
        let until = until.filter(|until| until.what.has(list, name, catalog));
        if let Some(last_day) = until.map(|until| until.last_day).max() {
            return Permit::Until(last_day);
        }
        let ever = self.allowed_until.iter().map(|until| &until.what);
        let is_wider = ever
            .chain([&self.allowed])
            .flat_map(|allowed| allowed.list(list))
            .any(|listed| catalog.specialises(listed, name));
        if is_wider { Permit::Unsaid } else { Permit::No }
    }
}
