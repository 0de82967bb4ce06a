//! Names, aliases, OIDs: the facts about algorithms, curves and digests, read from `rules/catalog/`.

/// The catalogue.
#[derive(Debug, Default)]
pub struct Catalog {}
