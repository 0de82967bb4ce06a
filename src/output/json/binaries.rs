//! What the JSON result says of executables and libraries.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(test)]
use super::closed;
use super::texts;
use crate::inventory::binaries::Component;
use crate::model::binary::Part;

/// An executable or library with cryptography in it or within its reach.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct BinaryOut<'a> {
    /// Its path.
    path: &'a str,
    /// `ELF`, `PE`, `Mach-O` …
    format: &'static str,
    #[cfg_attr(test, schemars(with = "closed::RoleOfBinary"))]
    role: &'static str,
    /// What it is built for.
    architectures: &'a [&'static str],
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// Its version, as it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    /// Its build id.
    #[serde(skip_serializing_if = "Option::is_none")]
    build_id: Option<&'a str>,
    /// Of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Sha256>"))]
    sha256: Option<String>,
    #[cfg_attr(test, schemars(with = "closed::ContextOfPlace"))]
    context: &'static str,
    /// As the binary names them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    needs: &'a [String],
    /// Paths in this scan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_paths: Vec<&'a str>,
    /// Paths from what it needs to what holds public-key cryptography, where it holds none itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    through: Vec<&'a str>,
    /// Libraries that were built into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartOut<'a>>,
    /// Ids of assets that it uses.
    uses: Vec<&'a str>,
    /// Ids of assets that it holds an implementation of.
    provides: Vec<&'a str>,
}

/// A library that was built into a binary.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PartOut<'a> {
    /// As its project spells it.
    name: &'a str,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    /// Its package URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    /// What told it: `version banner` …
    told_by: &'static str,
    /// The byte of the binary where that stands.
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
