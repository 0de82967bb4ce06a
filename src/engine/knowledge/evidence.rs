//! How sure the tables are of what they say: policies, and what versions of libraries have.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a fact came into a table.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize,
)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The document itself was read: an authority's text, a project's own notes, documentation or source.
    #[default]
    Primary,
    /// What quotes it was read.
    SecondHand,
    /// Nothing that should know was read, or sources contradict each other. No advice rests on it.
    Unconfirmed,
}

impl Evidence {
    /// Every degree.
    pub const ALL: &[Self] = &[Self::Primary, Self::SecondHand, Self::Unconfirmed];

    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::SecondHand => "second-hand",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}
