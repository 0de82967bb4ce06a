//! Deadlines, as the authorities that set them have written them: `rules/policy/*.toml`.
//!
//! A policy is data with a date and a source. Whether it binds anybody is not decided here.

use serde::Deserialize;

/// One authority's deadlines.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Kebab-case, the file's name.
    pub id: String,
    /// How a sentence cites it.
    pub title: String,
    /// The document and its date.
    pub document: String,
    /// Not final: whoever cites it must say so.
    pub draft: bool,
    /// Whom it addresses.
    pub scope: String,
    /// Where it stands.
    pub source: String,
    /// When somebody last looked whether it still says this; a day, `2026-09-27`.
    pub last_verified: String,
    /// The algorithms it speaks of, each with all its cases.
    pub covers: Vec<String>,
    /// For what protects confidentiality.
    #[serde(rename = "key-establishment")]
    pub key_establishment: Deadlines,
    /// For what protects authenticity.
    pub signature: Deadlines,
}

/// The deadlines of one track.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    /// The last year in which it is allowed.
    pub disallowed_after: u16,
    /// The last year in which it is more than tolerated, where its strength is low.
    pub deprecated_after: Option<Deprecated>,
}

/// A deadline for low strengths.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecated {
    /// The year.
    pub year: u16,
    /// The strength in bits up to which it holds.
    pub up_to_bits: u32,
}

impl Policy {
    /// `NIST IR 8547 (draft)`.
    pub fn cited(&self) -> String {
        if self.draft {
            format!("{} (draft)", self.title)
        } else {
            self.title.clone()
        }
    }
}

impl Deadlines {
    /// The year after which this strength is deprecated, before it is disallowed.
    pub fn deprecation(&self, bits: Option<u32>) -> Option<u16> {
        let deprecated = self.deprecated_after?;
        bits.is_some_and(|bits| bits <= deprecated.up_to_bits)
            .then_some(deprecated.year)
    }
}
