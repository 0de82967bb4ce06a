//! Deadlines and targets, as the authorities that set them have written them: `rules/policy/*.toml`.
//!
//! A policy is data with a date and a source. Whether it binds anybody is not decided here: no file shows who owns a system.

mod lint;

use jiff::civil::Date;
use serde::Deserialize;

use super::catalog::Catalog;
use super::embedded::RULE_FILES;
use crate::model::migration::{Criticality, Purpose, Track};

pub use lint::lint;

/// The policy of those who choose none.
pub const DEFAULT: &str = "nist-ir8547";
/// After so many days, somebody should look again whether a policy still says what its file says.
pub const STALE_DAYS: i32 = 180;

/// What one authority asks for, and by when.
#[derive(Debug, Clone, Deserialize)]
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
    pub date: Date,
    /// Where in the document the deadlines stand.
    pub section: String,
    /// How much it binds whom it addresses.
    pub binding: Binding,
    /// How sure the file is of what the document says.
    pub evidence: Evidence,
    /// Whom it addresses.
    pub scope: String,
    /// Where it stands: addresses, or the document and page that quote it.
    pub source: Vec<String>,
    /// When somebody last looked whether it still says this.
    pub last_verified: Date,
    /// The key algorithms it speaks of, each with all its cases; empty where it speaks of whatever a quantum computer breaks.
    #[serde(default)]
    pub covers: Vec<String>,
    /// What it says of hybrids.
    pub hybrids: Hybrids,
    /// Its deadlines; at least one.
    #[serde(default, rename = "deadline")]
    pub deadlines: Vec<Deadline>,
    /// What it allows by name.
    #[serde(default)]
    pub allowed: Allowed,
    /// What it wants in the place of what a quantum computer breaks.
    #[serde(default, rename = "target")]
    pub targets: Vec<Target>,
}

/// How much a policy binds whom it addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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

/// How sure a file is of what a document says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The document itself was read.
    Primary,
    /// What quotes it was read.
    SecondHand,
    /// Nothing that quotes it was read, or sources contradict each other.
    Unconfirmed,
}

/// What a deadline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// From then on it is tolerated, at one's own risk.
    Deprecated,
    /// From then on it is not allowed.
    Disallowed,
}

/// A deadline.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// What it is about.
    pub concerns: Vec<Concern>,
    /// What it ends.
    pub ends: Ends,
    /// The last day on which what it ends is still so.
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

/// What a policy says of hybrids of classical and post-quantum algorithms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hybrids {
    /// In a word.
    pub position: Position,
    /// In a sentence.
    pub words: String,
}

/// A position on hybrids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the positions are the words themselves")]
pub enum Position {
    Required,
    Recommended,
    Allowed,
    Discouraged,
    Silent,
}

/// What a policy allows by name; a list that is empty says nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Allowed {
    /// For key establishment.
    pub kem: Vec<String>,
    /// For signatures.
    pub signature: Vec<String>,
    /// For signatures on software and firmware, where they are others.
    pub firmware: Vec<String>,
    /// Symmetric ciphers, with their key size: `AES-256`.
    pub cipher: Vec<String>,
    /// Hashes.
    pub hash: Vec<String>,
}

/// What takes the place of what a quantum computer breaks.
#[derive(Debug, Clone, Deserialize)]
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
    #[error("{file}: {source}")]
    Shape {
        /// Its name.
        file: String,
        /// Line, column and what was expected.
        source: Box<toml::de::Error>,
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
        toml::from_str(text).map_err(|source| PolicyError::Shape {
            file: file.to_owned(),
            source: Box::new(source),
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

    /// Whether it has not been looked at for so long that it may have changed.
    pub fn is_stale(&self, today: Date) -> bool {
        self.last_verified
            .until(today)
            .is_ok_and(|span| span.get_days() > STALE_DAYS)
    }
}

impl Binding {
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

impl Ends {
    /// What becomes of it, in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deprecated => "deprecated",
            Self::Disallowed => "disallowed",
        }
    }
}

impl Evidence {
    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::SecondHand => "second-hand",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn nist() -> Policy {
        let policies = Policy::embedded().unwrap();
        policies.into_iter().find(|p| p.id == DEFAULT).unwrap()
    }

    #[test]
    fn the_built_in_policies_have_no_mistakes() {
        let catalog = Catalog::embedded().unwrap();
        let policies = Policy::embedded().unwrap();
        assert!(policies.iter().any(|policy| policy.id == DEFAULT));
        for policy in policies {
            assert_eq!(lint(&policy, &catalog), Vec::<String>::new());
        }
    }

    #[test]
    fn low_strengths_are_deprecated_first() {
        let day = |ends, bits| {
            nist()
                .deadline(ends, Track::Authenticity, Purpose::Signature, bits, None)
                .map(|deadline| deadline.last_day)
        };
        assert_eq!(day(Ends::Deprecated, Some(112)), Some(date(2030, 12, 31)));
        assert_eq!(day(Ends::Deprecated, Some(128)), None);
        assert_eq!(day(Ends::Deprecated, None), None);
        assert_eq!(day(Ends::Disallowed, None), Some(date(2035, 12, 31)));
    }

    #[test]
    fn a_policy_gets_old() {
        let policy = nist();
        assert!(!policy.is_stale(policy.last_verified));
        let later = policy
            .last_verified
            .checked_add(jiff::Span::new().days(181));
        assert!(policy.is_stale(later.unwrap()));
    }

    #[test]
    fn a_policy_speaks_of_what_it_covers_only() {
        let catalog = Catalog::embedded().unwrap();
        for name in ["RSA", "RSASSA-PSS", "ECDSA", "X25519", "Ed448", "FFDH"] {
            assert!(nist().speaks_of(name, &catalog), "{name}");
        }
        for name in ["ElGamal", "SM2", "BLS"] {
            assert!(!nist().speaks_of(name, &catalog), "{name}");
        }
    }
}
