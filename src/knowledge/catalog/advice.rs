//! What to tell somebody who needs post-quantum cryptography from a library: that their version has it, from which on it has, or that none
//! does.
//!
//! One sentence, with its sources. Whether anybody has to do anything, and by when, is not said here.

use std::cmp::Ordering;

use super::Catalog;
use super::libraries::{Capability, Evidence, Has, Library};
use super::version::compare;

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

/// The longest version that a sentence repeats.
const MAX_SHOWN: usize = 40;

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
            Some(asked.lacks(version))
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

/// A question with the part of the table that answers it; there is at least one step.
struct Asked<'a> {
    catalog: &'a Catalog,
    library: &'a Library,
    wanted: Wanted,
    steps: Vec<&'a Has>,
}

impl Asked<'_> {
    fn has(&self, version: &str, now: &[&Has]) -> Advice {
        let exchange = matches!(self.wanted, Wanted::TlsHybrid | Wanted::SshHybrid);
        let by_default = exchange && now.iter().any(|has| has.is_default());
        // What is certain, if anything is; of key exchanges what needs no configuration, if anything does not.
        let certain = now.iter().any(|has| has.needs.is_none());
        let used: Vec<&Has> = now
            .iter()
            .copied()
            .filter(|has| (!certain || has.needs.is_none()) && (!by_default || has.is_default()))
            .collect();
        let used = if used.is_empty() { now.to_vec() } else { used };
        let mut names: Vec<&str> = Vec::new();
        for name in used
            .iter()
            .flat_map(|has| has.names(self.wanted, self.catalog))
        {
            if !names.contains(&name) {
                names.push(name)
            }
        }
        let (who, names) = (
            format!("{} {}", self.library.name, shown(version)),
            list(&names),
        );
        let place = used.iter().find_map(|has| has.needs.as_deref());
        let mut sentence = match (exchange, by_default) {
            (false, _) => format!("{who} has {names}{}", where_(place)),
            (true, true) => format!("{who} offers {names} by default{}", where_(place)),
            (true, false) => format!("{who} can use {names} when told to{}", where_(place)),
        };
        if exchange && !by_default {
            let later = self.steps.iter().find(|has| {
                has.is_default() && compare(version, &has.since) == Some(Ordering::Less)
            });
            if let Some(later) = later {
                sentence += &format!("; {} on by default", from(later))
            }
        }
        self.advice(
            place.is_none().then_some(true),
            by_default,
            used.first().map(|has| has.since.clone()),
            &sentence,
            &used,
        )
    }

    fn lacks(&self, version: &str) -> Advice {
        let later: Vec<&Has> = self
            .steps
            .iter()
            .copied()
            .filter(|has| compare(version, &has.since) == Some(Ordering::Less))
            .collect();
        let who = format!("{} {}", self.library.name, shown(version));
        let Some(next) = later.first() else {
            // It was there once.
            let gone = self.steps.last().and_then(|has| has.until.as_deref());
            let sentence = format!(
                "{who} has no {}; it was taken out in {}",
                self.wanted.words(),
                gone.unwrap_or_default()
            );
            return self.advice(Some(false), false, None, &sentence, &self.steps);
        };
        let mut used = vec![*next];
        let mut sentence = format!("{who} has none; {}", self.coming(next));
        if next.until.is_some()
            && let Some(all) = later.iter().find(|has| has.until.is_none())
        {
            sentence += &format!(", and in every version from {} on", all.since);
            used.push(all)
        }
        self.advice(
            Some(false),
            next.is_default(),
            Some(next.since.clone()),
            &sentence,
            &used,
        )
    }

    fn unknown(&self, why: &str) -> Advice {
        let first = self
            .library
            .first_with(|has| self.steps.iter().any(|step| std::ptr::eq(*step, has)));
        // There is a step, so there is a first.
        let first = first.unwrap_or(self.steps[0]);
        let mut used = vec![first];
        let mut sentence = self.coming(first);
        let lines: Vec<&str> = self
            .steps
            .iter()
            .filter(|has| {
                has.until.is_some()
                    && !std::ptr::eq(**has, first)
                    && has.capability == first.capability
                    && has.algorithms == first.algorithms
                    && has.exchanges == first.exchanges
            })
            .map(|has| {
                used.push(has);
                has.since.as_str()
            })
            .collect();
        if !lines.is_empty() {
            sentence += &format!(" and from {} on in their lines", list(&lines))
        }
        self.advice(
            None,
            first.is_default(),
            Some(first.since.clone()),
            &format!("{sentence}; {why}"),
            &used,
        )
    }

    /// "ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08)".
    fn coming(&self, has: &Has) -> String {
        let (library, names) = (&self.library.name, has.names(self.wanted, self.catalog));
        let released = has
            .released
            .as_deref()
            .map(|day| format!(" ({day})"))
            .unwrap_or_default();
        let (from, place) = (from(has), where_(has.needs.as_deref()));
        match self.wanted {
            Wanted::TlsHybrid | Wanted::SshHybrid if has.is_default() => format!(
                "{library} offers {} by default {from} on{released}{place}",
                list(&names)
            ),
            Wanted::TlsHybrid | Wanted::SshHybrid => format!(
                "{library} can use {} {from} on{released}, when told to{place}",
                list(&names)
            ),
            _ => {
                let verb = if names.len() == 1 { "is" } else { "are" };
                format!(
                    "{} {verb} in {library} {from} on{released}{place}",
                    list(&names)
                )
            }
        }
    }

    fn advice(
        &self,
        has: Option<bool>,
        by_default: bool,
        since: Option<String>,
        sentence: &str,
        used: &[&Has],
    ) -> Advice {
        let evidence = used
            .iter()
            .map(|has| has.evidence)
            .max()
            .unwrap_or_default();
        let told = match evidence {
            Evidence::Primary => "",
            _ => " (second-hand)",
        };
        let mut source: Vec<String> = Vec::new();
        for text in used.iter().flat_map(|has| &has.source) {
            if !source.contains(text) {
                source.push(text.clone())
            }
        }
        Advice {
            library: self.library.name.clone(),
            has,
            by_default,
            since,
            sentence: format!("{sentence}{told}."),
            evidence,
            source,
        }
    }
}

fn from(has: &Has) -> String {
    format!("from {}", has.since)
}

fn where_(needs: Option<&str>) -> String {
    needs
        .map(|needs| format!(", where {needs}"))
        .unwrap_or_default()
}

/// A stranger's version, fit for a sentence.
fn shown(version: &str) -> String {
    version
        .trim()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || ".-+~_:".contains(*c))
        .take(MAX_SHOWN)
        .collect()
}

/// "A, B and C".
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(library: &str, version: Option<&str>, wanted: Wanted) -> Option<Advice> {
        let catalog = Catalog::embedded().expect("the embedded catalogue loads");
        let library = catalog
            .library(library)
            .or_else(|| catalog.library_of_rules(library))?;
        catalog.advice(library, version, wanted)
    }

    fn sentence(library: &str, version: Option<&str>, wanted: Wanted) -> String {
        advice(library, version, wanted)
            .map(|advice| advice.sentence)
            .unwrap_or_default()
    }

    #[test]
    fn a_version_before_the_first_is_told_the_first() {
        let found = advice("OpenSSL", Some("1.1.1w"), Wanted::Kem).unwrap();
        assert_eq!(found.has, Some(false));
        assert_eq!(found.since.as_deref(), Some("3.5.0"));
        assert_eq!(
            found.sentence,
            "OpenSSL 1.1.1w has none; ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08)."
        );
        assert!(!found.source.is_empty());
        assert_eq!(
            sentence("OpenSSL", Some("3.0.19"), Wanted::TlsHybrid),
            "OpenSSL 3.0.19 has none; OpenSSL offers X25519MLKEM768 by default from 3.5.0 on (2025-04-08)."
        );
    }

    #[test]
    fn a_version_that_has_it_is_told_so() {
        let found = advice("Go", Some("go1.24.4"), Wanted::TlsHybrid).unwrap();
        assert_eq!((found.has, found.by_default), (Some(true), true));
        assert_eq!(
            found.sentence,
            "Go go1.24.4 offers X25519MLKEM768 by default."
        );
        assert_eq!(
            sentence("OpenSSL", Some("3.5.4"), Wanted::Signature),
            "OpenSSL 3.5.4 has ML-DSA and SLH-DSA."
        );
    }

    #[test]
    fn what_needs_configuration_says_so_and_when_it_needs_none() {
        let found = advice("NSS", Some("3.110"), Wanted::TlsHybrid).unwrap();
        assert_eq!((found.has, found.by_default), (Some(true), false));
        assert_eq!(
            found.sentence,
            "NSS 3.110 can use X25519MLKEM768 when told to; from 3.118 on by default."
        );
    }

    #[test]
    fn an_unseen_version_is_told_from_which_on() {
        let found = advice("OpenSSL", None, Wanted::Kem).unwrap();
        assert_eq!((found.has, found.since.as_deref()), (None, Some("3.5.0")));
        assert_eq!(
            found.sentence,
            "ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08); which version this is was not seen."
        );
        assert_eq!(
            sentence("OpenSSL", Some("3.5.0-beta1"), Wanted::Kem),
            "ML-KEM is in OpenSSL from 3.5.0 on (2025-04-08); version 3.5.0-beta1 was seen and cannot be compared."
        );
    }

    #[test]
    fn lines_of_versions_are_told_apart_and_hearsay_is_called_so() {
        let found = advice("OpenJDK", Some("17.0.10"), Wanted::Kem).unwrap();
        assert_eq!(found.since.as_deref(), Some("17.0.21"));
        assert_eq!(found.evidence, Evidence::SecondHand);
        assert_eq!(
            found.sentence,
            "OpenJDK 17.0.10 has none; ML-KEM is in OpenJDK from 17.0.21 on (2026-10), and in every version from 24 on (second-hand)."
        );
        assert_eq!(
            sentence("OpenJDK", Some("25"), Wanted::TlsHybrid),
            "OpenJDK 25 has none; OpenJDK offers X25519MLKEM768 by default from 27 on (2026-09)."
        );
    }

    #[test]
    fn what_depends_on_the_build_is_neither_had_nor_lacked() {
        let found = advice("GnuTLS", Some("3.8.10"), Wanted::TlsHybrid).unwrap();
        assert_eq!(found.has, None);
        assert!(
            found.sentence.contains("where it is built with leancrypto"),
            "{}",
            found.sentence
        );
    }

    #[test]
    fn a_library_that_rests_on_another_is_told_about_that_one() {
        let found = advice("nginx", Some("1.28.0"), Wanted::TlsHybrid).unwrap();
        assert_eq!((found.library.as_str(), found.has), ("nginx", None));
        assert_eq!(found.since.as_deref(), Some("3.5.0"));
        assert_eq!(
            found.sentence,
            "nginx has what the OpenSSL has that it runs with: OpenSSL offers X25519MLKEM768 by default from 3.5.0 on (2025-04-08); which version this is was not seen."
        );
    }

    #[test]
    fn a_library_without_any_is_told_another() {
        let found = advice("ring", Some("0.17.14"), Wanted::Kem).unwrap();
        assert_eq!((found.has, found.since), (Some(false), None));
        assert_eq!(
            found.sentence,
            "No post-quantum key encapsulation is known in ring, up to 0.17.14; aws-lc-rs has ML-KEM from 1.10.0 on."
        );
    }

    #[test]
    fn a_question_that_does_not_fit_has_no_answer() {
        assert_eq!(advice("OpenSSH", Some("9.9p1"), Wanted::Kem), None);
        assert_eq!(advice("libsodium", None, Wanted::TlsHybrid), None);
        // Somebody looked for signatures there, and for a KEM of its own in nobody's TLS.
        assert!(advice("libsodium", None, Wanted::Signature).is_some());
        assert_eq!(advice("GnuTLS", None, Wanted::Kem), None);
    }

    #[test]
    fn of_several_to_look_at_instead_the_one_that_has_it_is_told() {
        assert_eq!(
            sentence("rust/rsa", None, Wanted::Signature),
            "No post-quantum signatures are known in RustCrypto and dalek, RSA and curves, up to 2026-07; RustCrypto ml-dsa has ML-DSA from 0.0.4 on."
        );
        assert_eq!(
            sentence("PyNaCl", Some("1.5.0"), Wanted::Kem),
            "No post-quantum key encapsulation is known in PyNaCl, up to 1.6.2; pyca/cryptography has ML-KEM from 48.0.0 on, where it is built with \
             OpenSSL 3.5 or later, as the wheels of PyPI are."
        );
    }

    #[test]
    fn a_strangers_version_is_fit_for_a_sentence() {
        let evil = format!("1.1.1\u{1b}[31m\n{}", "x".repeat(60));
        let text = sentence("OpenSSL", Some(&evil), Wanted::Kem);
        assert!(!text.contains(['\u{1b}', '\n']), "{text}");
        assert!(text.len() < 200, "{text}");
    }

    #[test]
    fn every_library_answers_every_question_or_says_that_it_does_not_fit() {
        let catalog = Catalog::embedded().expect("the embedded catalogue loads");
        for library in catalog.libraries() {
            for wanted in [
                Wanted::Kem,
                Wanted::Signature,
                Wanted::TlsHybrid,
                Wanted::SshHybrid,
                Wanted::Ike,
                Wanted::Openpgp,
                Wanted::X509,
            ] {
                for version in [None, Some("0.0.1"), Some("9999"), Some("odd")] {
                    let Some(advice) = catalog.advice(library, version, wanted) else {
                        continue;
                    };
                    let sentence = &advice.sentence;
                    assert!(sentence.ends_with('.'), "{sentence}");
                    assert!(!sentence.contains("  "), "{sentence}");
                    assert!(!advice.source.is_empty(), "{sentence}");
                }
            }
        }
    }
}
