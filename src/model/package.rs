//! What ships a place: the package it belongs to, and the layer of an image that brought it.

use std::sync::Arc;

/// A package with a name of its own, as its own metadata states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Package {
    /// The type of its package URL: `deb`, `rpm`, `apk`, `alpm`, `maven`, `npm`, `pypi`, `gem`, `cargo`, `nuget`, `conda`, `oci`.
    pub kind: &'static str,
    /// What stands before the name: a Maven group, an npm scope, a distribution. Levels are separated by `/`.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version; with epoch and release where the ecosystem has them.
    pub version: Option<String>,
    /// The architecture, where the ecosystem tells it.
    pub arch: Option<String>,
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layer {
    /// The digest by which the image's manifest names it, `sha256:…`; not computed.
    pub digest: String,
    /// The instruction that made it (`created_by` of the image's history), where the history tells.
    pub instruction: Option<String>,
}

/// What ships a place. Ordered so that places can be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provenance {
    /// The packages that it lies in, the innermost first: a jar's own, then the Debian package that the jar came with.
    pub packages: Vec<Arc<Package>>,
    /// The layer that brought the file.
    pub layer: Option<Arc<Layer>>,
}
