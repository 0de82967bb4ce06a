//! What the JSON result says of executables and libraries.

use serde::Serialize;

use super::texts;
use crate::inventory::binaries::Component;
use crate::model::binary::Part;

/// An executable or library with cryptography in it or within its reach.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BinaryOut<'a> {
    path: &'a str,
    format: &'static str,
    role: &'static str,
    architectures: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    context: &'static str,
    /// As the binary names them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    needs: &'a [String],
    /// Paths in this scan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_paths: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    through: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartOut<'a>>,
    uses: Vec<&'a str>,
    provides: Vec<&'a str>,
}

/// A library that was built into a binary.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartOut<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    told_by: &'static str,
    at: u64,
    /// Absent where it is not known what the version has.
    #[serde(skip_serializing_if = "Option::is_none")]
    post_quantum: Option<&'a [String]>,
}

pub(super) fn binary(component: &Component) -> BinaryOut<'_> {
    let binary = &component.binary;
    BinaryOut {
        path: &binary.path,
        format: binary.format,
        role: binary.role.name(),
        architectures: &binary.architectures,
        name: binary.name.as_deref(),
        version: binary.version.as_deref(),
        build_id: binary.build_id.as_deref(),
        sha256: binary.sha256.map(|digest| digest.to_string()),
        context: binary.context.name(),
        needs: &binary.needs,
        needs_paths: texts(&component.needs),
        through: texts(&component.through),
        parts: binary
            .parts
            .iter()
            .zip(&component.could)
            .map(|(part, could)| part_out(part, could.as_deref()))
            .collect(),
        uses: texts(&component.uses),
        provides: texts(&component.provides),
    }
}

fn part_out<'a>(part: &'a Part, post_quantum: Option<&'a [String]>) -> PartOut<'a> {
    PartOut {
        name: &part.name,
        version: part.version.as_deref(),
        purl: part.purl.as_deref(),
        told_by: part.told_by,
        at: part.at,
        post_quantum,
    }
}
