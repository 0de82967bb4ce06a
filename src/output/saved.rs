//! Saved inventories are read: our own JSON result, and CBOMs of any tool.
//!
//! Documents may come from strangers: nothing in them can make the reader panic, recurse without end, or take more memory than a small
//! multiple of their size. What is wrong with one is said with its line; its texts are never printed as they are.

use crate::inventory::snapshot::Snapshot;
use crate::output::fit::harmless;
use serde::Deserialize;

pub use super::json::found::{Kept, keep};
use super::lenient::Plain;

/// Larger documents are not read: a result of a million places is smaller.
pub const MAX_BYTES: u64 = 2 << 30;
/// Most characters of a message of the parser, which may quote the document.
const MAX_MESSAGE: usize = 200;

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// Not JSON, or not as the format wants it.
    #[error("{0}")]
    Json(String),
    /// JSON, and neither a result nor a CBOM.
    #[error(
        "neither a result of pqscan (`-o json=FILE`) nor a CBOM in CycloneDX JSON (`-o cbom.json`, or another tool's)"
    )]
    Unknown,
    /// A result of another version of the schema.
    #[error("a result of the schema `{0}`, which this version does not read")]
    Schema(String),
    /// A result that does not keep what the scan brought.
    #[error(
        "a result without `found`, which this version needs to render it again: scan again with `-o json=FILE`"
    )]
    Bare,
    /// A result that keeps it in another way.
    #[error("a result whose `found` another version of pqscan wrote")]
    Found,
    /// Rows that name what is not there.
    #[error("a result whose `found` names what it does not have")]
    Numbers,
    /// Rows that name long texts more often than the rows of any scan.
    #[error("a result whose `found` names long texts more often than any scan does")]
    Named,
    /// A CBOM where only a result will do.
    #[error("a CBOM, and no result of pqscan (`-o json=FILE`)")]
    Cbom,
    /// The difference of two inventories, which is none itself.
    #[error("a difference of two inventories, and no inventory")]
    Difference,
}

impl From<serde_json::Error> for NotRead {
    fn from(error: serde_json::Error) -> Self {
        let message = error.to_string();
        Self::Json(if error.is_data() {
            shown(&message)
        } else {
            format!("not JSON: {}", shown(&message))
        })
    }
}

fn shown(text: &str) -> String {
    harmless(text).chars().take(MAX_MESSAGE).collect()
}

/// What tells the format of a document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(default, borrow)]
    schema: Plain<'a>,
    #[serde(default, borrow)]
    bom_format: Plain<'a>,
}

/// Reads a saved result to be rendered again.
///
/// # Errors
/// When it is none, or no whole one.
pub fn read_result(document: &[u8]) -> Result<Kept, NotRead> {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    let head: Head<'_> = serde_json::from_slice(document)?;
    if head.bom_format.text().as_deref() == Some("CycloneDX") {
        return Err(NotRead::Cbom);
    }
    match head.schema.text().as_deref() {
        Some(super::json::SCHEMA) => super::json::found::read(document),
        other => Err(not_read(other)),
    }
}

/// What a document is of which this is the schema.
fn not_read(schema: Option<&str>) -> NotRead {
    match schema {
        Some(other) if other.starts_with("pqscan/result/") => NotRead::Schema(shown(other)),
        Some(other) if other.starts_with("pqscan/diff/") => NotRead::Difference,
        _ => NotRead::Unknown,
    }
}

/// Reads a saved inventory of any form.
///
/// # Errors
/// When it is none, or no whole one.
pub fn read(document: &[u8]) -> Result<Snapshot, NotRead> {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    let head: Head<'_> = serde_json::from_slice(document)?;
    let schema = head.schema.text();
    if head.bom_format.text().as_deref() == Some("CycloneDX") {
        return Ok(super::cyclonedx::read::read(document)?);
    }
    match schema.as_deref() {
        Some(super::json::SCHEMA) => Ok(super::json::read::read(document)?),
        other => Err(not_read(other)),
    }
}
