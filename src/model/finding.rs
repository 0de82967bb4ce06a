//! A finding: an asset seen at a place, by an entry, with its evidence.

use std::sync::Arc;

use super::artifact::{Context, Location};
use super::asset::{Asset, Confidence};
use super::package::Provenance;

/// Another place that told something about the asset: where a generator was given its size, where a cipher was initialised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Where.
    pub location: Location,
    /// The rule entry that saw it, `java/jca#java.security.KeyPairGenerator.initialize`.
    pub entry: String,
}

/// An asset seen at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was seen.
    pub asset: Asset,
    /// Where.
    pub location: Location,
    /// The text of that line, trimmed, secrets replaced.
    pub text: Arc<str>,
    /// The library, as `language/library`.
    pub library: Arc<str>,
    /// The rule entry that saw it: `language/library#api`, without parameters.
    pub entry: Arc<str>,
    /// The name called, as the rule writes it.
    pub symbol: Arc<str>,
    /// The function it stands in, if any.
    pub function: Option<Arc<str>>,
    /// How sure the engine is.
    pub confidence: Confidence,
    /// Production, test, vendored …
    pub context: Context,
    /// Where else something was learnt about it.
    pub evidence: Vec<Evidence>,
    /// Indices of findings of the same artifact that this one uses: the key of a signature.
    pub uses: Vec<usize>,
    /// What ships the place, where anything tells. Known only when all of a scan is.
    pub provenance: Arc<Provenance>,
}
