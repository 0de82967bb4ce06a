//! Deadlines and targets, as the authorities that set them have written them: `rules/policy/*.toml`.
//!
//! A policy is data with a date and a source. Whether it binds anybody is not decided here: no file shows who owns a system.

mod allowed;
mod lint;
#[cfg(test)]
mod lint_tests;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalog::Catalog;
use super::embedded::RULE_FILES;
use crate::model::migration::{Criticality, Purpose, Track};

pub use super::evidence::Evidence;
pub use allowed::{Allowed, AllowedUntil, Listed, Permit};
pub use lint::{lint, lint_embedded, lint_file};

/// The policy of those who choose none.
pub const DEFAULT: &str = "nist-ir8547";
/// After so many days, somebody should look again whether a policy still says what its file says.
pub const STALE_DAYS: i32 = 180;

/// What one authority asks for, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The number of the form that the file is written in: 1.
    pub schema: u32,
    /// Kebab-case, the file's name.
    pub id: String,
    /// How a sentence cites it.
    pub title: String,
    /// The document's own title.
    pub document: String,
    /// The document's version or edition.
    pub version: String,
    /// The document's day.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub date: Date,
    /// Where in the document the deadlines stand.
    pub section: String,
    /// How much it binds whom it addresses.
    pub binding: Binding,
    /// How sure the file is of what the document says.
    pub evidence: Evidence,
    /// What it asks for where a deadline ends something.
    #[serde(default)]
    pub asks: Asks,
    /// Whom it addresses.
    pub scope: String,
    /// Where it stands: addresses, or the document and page that quote it.
    pub source: Vec<String>,
    /// When somebody last looked whether it still says this.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub last_verified: Date,
    /// The key algorithms it speaks of, each with all its cases; empty where it speaks of whatever a quantum computer breaks.
    #[serde(default)]
    pub covers: Vec<String>,
    /// What it says of hybrids.
    pub hybrids: Hybrids,
    /// Its deadlines. None where no day ends what is in use; then it has milestones.
    #[serde(default, rename = "deadline")]
    pub deadlines: Vec<Deadline>,
    /// Its other dates, in order.
    #[serde(default, rename = "milestone")]
    pub milestones: Vec<Milestone>,
    /// What it allows by name.
    #[serde(default)]
    pub allowed: Allowed,
    /// What it allows for some time yet.
    #[serde(default)]
    pub allowed_until: Vec<AllowedUntil>,
    /// What it wants in the place of what a quantum computer breaks.
    #[serde(default, rename = "target")]
    pub targets: Vec<Target>,
}

/// How much a policy binds whom it addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    /// Those in its scope must.
    Binding,
    /// Those in its scope should.
    Guideline,
    /// Not final.
    Draft,
    /// Somebody wants it to become binding.
    Proposed,
}

/// What a policy asks for where a deadline ends something: how a sentence says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// That it end: the document says that it is not allowed, or not approved, from then on.
    #[default]
    End,
    /// That it be replaced by then: the document gives a day for the migration, and forbids nothing.
    Replacement,
}

/// What a deadline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    /// Key agreement, key transport, encryption to a public key.
    KeyEstablishment,
    /// Signatures and certificates.
    Signature,
    /// Signatures on software and firmware, where they have a date of their own.
    FirmwareSigning,
}

/// What a deadline ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// From then on it is tolerated, at one's own risk.
    Deprecated,
    /// From then on it is not allowed.
    Disallowed,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// What it is about.
    pub concerns: Vec<Concern>,
    /// What it ends.
    pub ends: Ends,
    /// The last day on which what it ends is still so.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub last_day: Date,
    /// The strength in bits up to which it holds; any where it does not say.
    pub up_to_bits: Option<u32>,
    /// Of which systems it holds; any where it does not say. No file shows it: the user has to.
    pub criticality: Option<Criticality>,
    /// Which case this is, in the document's own terms, for people.
    #[serde(default)]
    pub case: Option<String>,
    /// Where it stands, if not where the policy's `section` says.
    #[serde(default)]
    pub section: Option<String>,
    /// How sure the file is of it, if not as of the rest.
    #[serde(default)]
    pub evidence: Option<Evidence>,
}

/// A date of a policy that ends nothing which is in use: a gate for what is bought, a plan that is due. For people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// The day.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date")))]
    pub day: Date,
    /// What is so from then on, or done by then.
    pub words: String,
    /// Where it stands, if not where the policy's `section` says.
    #[serde(default)]
    pub section: Option<String>,
    /// How sure the file is of it, if not as of the rest.
    #[serde(default)]
    pub evidence: Option<Evidence>,
}

/// What a policy says of hybrids of classical and post-quantum algorithms.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hybrids {
    /// In a word.
    pub position: Position,
    /// In a sentence.
    pub words: String,
}

/// A position on hybrids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the positions are the words themselves")]
pub enum Position {
    Required,
    Recommended,
    Allowed,
    Discouraged,
    Silent,
}

/// What takes the place of what a quantum computer breaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Of what.
    #[serde(rename = "for")]
    pub purposes: Vec<Purpose>,
    /// Catalogue names or exact protocol identifiers, the preferred first. Empty where there is no standard to migrate to yet.
    #[serde(rename = "use")]
    pub names: Vec<String>,
    /// What has to be known beside it; where `use` is empty, what to do until then.
    #[serde(default)]
    pub note: Option<String>,
    /// Where that is said.
    pub source: String,
    /// How sure the file is of it, if not as of the rest.
    #[serde(default)]
    pub evidence: Option<Evidence>,
}

/// Why a policy file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It has not the shape of a policy file.
    #[error("{file}: {wrong}")]
    Shape {
        /// Its name.
        file: String,
        /// Line, column and what was expected.
        wrong: Box<toml::de::Error>,
    },
    /// It has mistakes.
    #[error("{file}: {}", mistakes.join("; "))]
    Mistakes {
        /// Its name.
        file: String,
        /// What they are; at least one.
        mistakes: Vec<String>,
    },
}

impl Policy {
    /// The policies inside the binary, by id.
    ///
    /// # Errors
    /// When one of them is no policy; a test makes sure that none is.
    pub fn embedded() -> Result<Vec<Self>, PolicyError> {
        RULE_FILES
            .iter()
            .filter(|(path, _)| path.starts_with("policy/"))
            .map(|(path, text)| Self::parse(path, text))
            .collect()
    }

    /// A user's own, from the text of a file.
    ///
    /// # Errors
    /// When it is no policy, or has mistakes.
    pub fn own(file: &str, text: &str, catalog: &Catalog) -> Result<Self, PolicyError> {
        let policy = Self::parse(file, text)?;
        let mistakes = lint(&policy, catalog);
        if mistakes.is_empty() {
            Ok(policy)
        } else {
            let file = file.to_owned();
            Err(PolicyError::Mistakes { file, mistakes })
        }
    }

    fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        toml::from_str(text).map_err(|wrong| PolicyError::Shape {
            file: file.to_owned(),
            wrong: Box::new(wrong),
        })
    }

    /// `NIST IR 8547 (draft)`.
    pub fn cited(&self) -> String {
        match self.binding {
            Binding::Draft => format!("{} (draft)", self.title),
            Binding::Proposed => format!("{} (proposed)", self.title),
            Binding::Binding | Binding::Guideline => self.title.clone(),
        }
    }

    /// Whether it speaks of an algorithm that a quantum computer breaks.
    pub fn speaks_of(&self, algorithm: &str, catalog: &Catalog) -> bool {
        let covered = |wide: &String| wide == algorithm || catalog.specialises(algorithm, wide);
        self.covers.is_empty() || self.covers.iter().any(covered)
    }

    /// The deadline of a kind that holds for a use: the earliest of those for this strength (where it is known) and this criticality (where
    /// it is not known, only those that ask for none). Signatures on code have their own where the policy has one for them.
    pub fn deadline(
        &self,
        ends: Ends,
        track: Track,
        purpose: Purpose,
        bits: Option<u32>,
        criticality: Option<Criticality>,
    ) -> Option<&Deadline> {
        let of = |concern| {
            let deadlines = self.deadlines.iter().filter(move |deadline| {
                deadline.ends == ends
                    && deadline.concerns.contains(&concern)
                    && deadline
                        .up_to_bits
                        .is_none_or(|most| bits.is_some_and(|bits| bits <= most))
                    && deadline
                        .criticality
                        .is_none_or(|wanted| criticality.is_some_and(|is| is >= wanted))
            });
            deadlines.min_by_key(|deadline| deadline.last_day)
        };
        match (track, purpose) {
            (Track::Confidentiality, _) => of(Concern::KeyEstablishment),
            (_, Purpose::CodeSigning | Purpose::FirmwareSigning) => {
                of(Concern::FirmwareSigning).or_else(|| of(Concern::Signature))
            }
            _ => of(Concern::Signature),
        }
    }

    /// What it wants for a purpose.
    pub fn target(&self, purpose: Purpose) -> Option<&Target> {
        self.targets
            .iter()
            .find(|target| target.purposes.contains(&purpose))
    }

    /// What it says of what ends on a day, for a sentence that begins with its name: `disallows it after 2035`.
    pub fn end(&self, last_day: Date) -> String {
        match self.asks {
            Asks::End => format!("disallows it after {}", year(last_day)),
            Asks::Replacement if is_last_of_year(last_day) => {
                format!("asks for its replacement by the end of {}", last_day.year())
            }
            Asks::Replacement => format!("asks for its replacement by {last_day}"),
        }
    }

    /// The deadline or, where none is left, the milestone that comes next.
    pub fn next_day(&self, today: Date) -> Option<Date> {
        let next = |days: &mut dyn Iterator<Item = Date>| days.filter(|day| *day >= today).min();
        next(&mut self.deadlines.iter().map(|deadline| deadline.last_day))
            .or_else(|| next(&mut self.milestones.iter().map(|milestone| milestone.day)))
    }

    /// Days since somebody looked at it.
    pub fn age(&self, today: Date) -> i32 {
        self.last_verified
            .until(today)
            .map_or(0, |span| span.get_days())
    }

    /// Whether it has not been looked at for so long that it may have changed.
    pub fn is_stale(&self, today: Date) -> bool {
        self.age(today) > STALE_DAYS
    }
}

/// `2030` for the last day of a year, else the day.
pub fn year(last_day: Date) -> String {
    if is_last_of_year(last_day) {
        last_day.year().to_string()
    } else {
        last_day.to_string()
    }
}

fn is_last_of_year(day: Date) -> bool {
    (day.month(), day.day()) == (12, 31)
}

impl Binding {
    /// Every degree.
    pub const ALL: &[Self] = &[Self::Binding, Self::Guideline, Self::Draft, Self::Proposed];

    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Binding => "binding",
            Self::Guideline => "guideline",
            Self::Draft => "draft",
            Self::Proposed => "proposed",
        }
    }
}

impl Concern {
    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyEstablishment => "key establishment",
            Self::Signature => "signatures",
            Self::FirmwareSigning => "signatures on software and firmware",
        }
    }
}

impl Position {
    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Recommended => "recommended",
            Self::Allowed => "allowed",
            Self::Discouraged => "discouraged",
            Self::Silent => "not spoken of",
        }
    }
}

impl Ends {
    /// Both.
    pub const ALL: &[Self] = &[Self::Deprecated, Self::Disallowed];

    /// What becomes of it, in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deprecated => "deprecated",
            Self::Disallowed => "disallowed",
        }
    }
}
