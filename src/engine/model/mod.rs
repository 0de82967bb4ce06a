//! Floor 0, the vocabulary: facets, assets, findings, artifacts. Pure data: no I/O, no other floor, no output shapes.

pub mod artifact;
pub mod asset;
pub mod binary;
pub mod coverage;
pub mod facets;
pub mod finding;
pub mod finding_class;
pub mod interned;
pub mod migration;
pub mod object;
pub mod package;
pub mod pattern;
pub mod words;

pub use artifact::{Artifact, ArtifactKind, Context, Location, Skip, SkipReason};
pub use asset::{Asset, AssetKind, Confidence, Operation};
pub use binary::Binary;
pub use coverage::{ByProject, Coverage, Found, InlineWaiver, NotRead, Part, Since, Subject};
pub use facets::{Facet, Facets, Origin, Scalar, Value, Why};
pub use finding::{Evidence, Finding, Technique, Tier};
pub use finding_class::FindingClass;
pub use object::{Fingerprint, Object};
pub use package::{Layer, Package, Provenance, SharedProvenance};
pub use words::Words;
