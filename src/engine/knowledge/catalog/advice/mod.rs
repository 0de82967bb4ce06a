//! What to tell somebody who needs post-quantum cryptography from a library: that their version has it, from which on it has, or that none
//! does.
//!
//! One sentence, with its sources. Whether anybody has to do anything, and by when, is not said here.

mod answer;

use super::Catalog;
use super::libraries::{Capability, Evidence, Has, Library};
use answer::{Asked, shown, where_};

pub(super) use answer::list;

/// What is needed of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// A key encapsulation mechanism.
    Kem,
    /// Signatures, made and checked.
    Signature,
    /// A hybrid key exchange in TLS 1.3.
    TlsHybrid,
    /// A hybrid key exchange in SSH.
    SshHybrid,
    /// A key exchange in IKEv2.
    Ike,
    /// OpenPGP.
    Openpgp,
    /// Certificates.
    X509,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The library's name.
    pub library: String,
    /// Whether the version has it; `None` where the version is not known, cannot be compared, or it depends on more than the version.
    pub has: Option<bool>,
    /// Whether it is used without anybody configuring it.
    pub by_default: bool,
    /// The version from which on it is there; none where no version has it.
    pub since: Option<String>,
    /// All of it in words, with a full stop.
    pub sentence: String,
    /// How it is known: the weakest of what was used.
    pub evidence: Evidence,
    /// Where it is said.
    pub source: Vec<String>,
}

/// Libraries that rest on libraries that rest on libraries: more are a mistake in the table.
const MAX_CHAIN: usize = 4;

impl Wanted {
    /// Whether that is such a capability.
    fn is(self, capability: Capability) -> bool {
        match self {
            Self::Kem => capability == Capability::Kem,
            Self::Signature => capability == Capability::Signature,
            Self::TlsHybrid => matches!(
                capability,
                Capability::TlsHybrid | Capability::TlsHybridDefault
            ),
            Self::SshHybrid => matches!(
                capability,
                Capability::SshHybrid | Capability::SshHybridDefault
            ),
            Self::Ike => capability == Capability::Ike,
            Self::Openpgp => capability == Capability::Openpgp,
            Self::X509 => capability == Capability::X509,
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Signature | Self::X509 => "are",
            _ => "is",
        }
    }

    /// What a library has that has it, in words.
    fn words(self) -> &'static str {
        match self {
            Self::Kem => "post-quantum key encapsulation",
            Self::Signature => "post-quantum signatures",
            Self::TlsHybrid => "hybrid key exchange in TLS",
            Self::SshHybrid => "hybrid key exchange in SSH",
            Self::Ike => "post-quantum key exchange in IKEv2",
            Self::Openpgp => "post-quantum OpenPGP",
            Self::X509 => "post-quantum certificates",
        }
    }
}

impl Has {
    /// Whether it serves what is wanted.
    pub fn offers(&self, wanted: Wanted) -> bool {
        self.capability.iter().any(|c| wanted.is(*c))
    }

    /// Whether the key exchange is used without being configured.
    fn is_default(&self) -> bool {
        self.capability.iter().any(|c| {
            matches!(
                c,
                Capability::TlsHybridDefault | Capability::SshHybridDefault
            )
        })
    }

    /// Its names that serve what is wanted.
    pub(super) fn names<'a>(&'a self, wanted: Wanted, catalog: &Catalog) -> Vec<&'a str> {
        let all = |list: &'a [String]| list.iter().map(String::as_str);
        match wanted {
            Wanted::TlsHybrid | Wanted::SshHybrid => all(&self.exchanges).collect(),
            Wanted::Kem => all(&self.algorithms)
                .filter(|a| !catalog.signs(a))
                .collect(),
            Wanted::Signature => all(&self.algorithms).filter(|a| catalog.signs(a)).collect(),
            Wanted::Ike | Wanted::Openpgp | Wanted::X509 => all(&self.algorithms).collect(),
        }
    }
}

impl Catalog {
    /// What a library has of what is wanted, at that version or from which on. `None` where the table does not say: which TLS a library of
    /// algorithms does, or which KEM an SSH server has.
    pub fn advice(
        &self,
        library: &Library,
        version: Option<&str>,
        wanted: Wanted,
    ) -> Option<Advice> {
        self.advise(library, version, wanted, MAX_CHAIN)
    }

    fn advise(
        &self,
        library: &Library,
        version: Option<&str>,
        wanted: Wanted,
        chain: usize,
    ) -> Option<Advice> {
        let steps: Vec<&Has> = library
            .has
            .iter()
            .filter(|has| has.offers(wanted) && has.evidence != Evidence::Unconfirmed)
            .collect();
        if steps.is_empty() {
            return self.without_steps(library, wanted, chain);
        }
        let asked = Asked {
            catalog: self,
            library,
            wanted,
            steps,
        };
        let Some(version) = version else {
            return Some(asked.unknown("which version this is was not seen"));
        };
        let covered: Option<Vec<bool>> =
            asked.steps.iter().map(|has| has.covers(version)).collect();
        let Some(covered) = covered else {
            let why = format!("version {} was seen and cannot be compared", shown(version));
            return Some(asked.unknown(&why));
        };
        let now: Vec<&Has> = asked
            .steps
            .iter()
            .zip(&covered)
            .filter(|(_, covered)| **covered)
            .map(|(has, _)| *has)
            .collect();
        if now.is_empty() {
            let is_said = |has: &&Has| {
                has.evidence == Evidence::Unconfirmed
                    && has.offers(wanted)
                    && has.covers(version) == Some(true)
            };
            match library.has.iter().find(is_said) {
                Some(has) => Some(asked.doubtful(version, has)),
                None => Some(asked.lacks(version)),
            }
        } else {
            Some(asked.has(version, &now))
        }
    }

    /// For a library that has nothing of the kind itself.
    fn without_steps(&self, library: &Library, wanted: Wanted, chain: usize) -> Option<Advice> {
        let chain = chain.checked_sub(1)?;
        if let Some(base) = library
            .rests_on
            .as_deref()
            .and_then(|name| self.library(name))
        {
            let below = self.advise(base, None, wanted, chain)?;
            let mut source = library.source.clone();
            source.extend(below.source);
            return Some(Advice {
                library: library.name.clone(),
                has: None,
                sentence: format!(
                    "{} has what the {} has that it runs with: {}",
                    library.name, base.name, below.sentence
                ),
                source,
                ..below
            });
        }
        if !library.lacks.iter().any(|c| wanted.is(*c)) {
            return None;
        }
        let mut sentence = format!(
            "No {} {} known in {}, up to {}",
            wanted.words(),
            wanted.verb(),
            library.name,
            library.looked_at
        );
        let mut source = library.source.clone();
        let better = library
            .instead
            .iter()
            .filter_map(|name| self.library(name))
            .find_map(|other| Some((other, other.first_with(|has| has.offers(wanted))?)));
        if let Some((other, step)) = better {
            let names = list(&step.names(wanted, self));
            sentence += &format!("; {} has {names} from {} on", other.name, step.since);
            sentence += &where_(step.needs.as_deref());
            source.extend(step.source.iter().cloned());
        }
        Some(Advice {
            library: library.name.clone(),
            has: Some(false),
            by_default: false,
            since: None,
            sentence: sentence + ".",
            evidence: Evidence::Primary,
            source,
        })
    }
}

#[cfg(test)]
mod tests;
