//! Where the terms of a score come from: what the files show, what the user says, and else what is usual. Each says which.
//!
//! The weights are those of the priority model in `docs/priorities.md`.

use std::borrow::Cow;

use super::score::{Inputs, reach};
use crate::inventory::planning::{SHELF_LIFE, Said, Years};
use crate::inventory::{Limit, Source, Term};
use crate::knowledge::rules::file::Speaks;
use crate::model::migration::{Exposure, Purpose, Track};

/// What the files show of an asset beside its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Observed {
    /// What it is used for, where its form or its protocol says.
    pub(super) purpose: Option<Purpose>,
    /// What the library that uses it is for.
    pub(super) speaks: Option<Speaks>,
    /// It is a certificate that signs itself and others, or the key of one.
    pub(super) is_root: bool,
    /// It wraps other keys.
    pub(super) wraps: bool,
    /// It says which key exchanges it offers.
    pub(super) lists_exchanges: bool,
    /// How much longer the certificate is valid.
    pub(super) valid_for: Option<Years>,
    /// It is a file by itself: nothing has to be compiled to replace it.
    pub(super) is_object: bool,
}

/// The inputs of a score.
pub(super) fn inputs(
    track: Track,
    usual_purpose: Purpose,
    observed: &Observed,
    said: &Said,
    limits: Vec<Limit>,
) -> Inputs {
    let purpose = purpose(track, usual_purpose, observed, said);
    Inputs {
        track,
        lifetime: lifetime(track, purpose.value, observed, said),
        effort: effort(purpose.value, observed, said),
        exposure: exposure(purpose.value, said),
        role: role(&purpose, observed),
        criticality: match said.criticality {
            Some(criticality) => user(Some(criticality)),
            None => usual(None, "nobody said how much depends on the system"),
        },
        purpose,
        limits,
    }
}

fn user<T>(value: T) -> Term<T> {
    term(value, Source::User, "set by the user")
}

fn seen<T>(value: T, because: impl Into<Cow<'static, str>>) -> Term<T> {
    term(value, Source::Observed, because)
}

fn usual<T>(value: T, because: impl Into<Cow<'static, str>>) -> Term<T> {
    term(value, Source::Default, because)
}

fn term<T>(value: T, source: Source, because: impl Into<Cow<'static, str>>) -> Term<T> {
    Term {
        value,
        source,
        because: because.into(),
    }
}

/// What it is used for: as the user says, as its form shows, as the library that uses it is for. What the user says of a place is said of
/// all that is there, and a certificate of its key: what signs has nothing to do with what keeps secrets.
fn purpose(
    track: Track,
    usual_purpose: Purpose,
    observed: &Observed,
    said: &Said,
) -> Term<Purpose> {
    let concerned = |purpose: &Purpose| purpose.concerns(track);
    if let Some(purpose) = said.purpose.filter(concerned) {
        return user(purpose);
    }
    if let Some(purpose) = observed.purpose.filter(concerned) {
        return seen(purpose, "its form shows it");
    }
    let secret = track == Track::Confidentiality;
    let spoken = observed.speaks.and_then(|speaks| {
        Some(match speaks {
            Speaks::Jose if secret => Purpose::JsonEncryption,
            Speaks::Jose => Purpose::JsonSignature,
            Speaks::Cms if secret => Purpose::CmsEncryption,
            Speaks::Cms => Purpose::CmsSignature,
            Speaks::OpenPgp => Purpose::OpenPgp,
            Speaks::Ssh if secret => Purpose::SshKeyExchange,
            Speaks::Ssh => Purpose::SshKey,
            Speaks::Hardware => return None,
        })
    });
    match spoken {
        Some(purpose) => seen(purpose, "the library that uses it is for that"),
        None => usual(usual_purpose, "no form or protocol was seen"),
    }
}

fn lifetime(track: Track, purpose: Purpose, observed: &Observed, said: &Said) -> Term<Years> {
    match track {
        Track::Confidentiality => match said.shelf_life {
            Some(life) => user(life),
            None => usual(SHELF_LIFE, "nobody said for how long it must stay secret"),
        },
        Track::Authenticity => match (said.verification_life, observed.valid_for) {
            (Some(life), _) => user(life),
            (None, Some(left)) if purpose != Purpose::CertificationAuthority => {
                seen(left, "so long the certificate is still valid")
            }
            _ => usual(Years::default(), "whatever verifies it can be updated"),
        },
    }
}

fn effort(purpose: Purpose, observed: &Observed, said: &Said) -> Term<Years> {
    if let Some(effort) = said.effort {
        return user(effort);
    }
    if observed.speaks == Some(Speaks::Hardware) {
        return usual(Years::whole(5), "keys in hardware change with the hardware");
    }
    let (hundredths, because) = match purpose {
        Purpose::TlsKeyExchange if observed.lists_exchanges => (25, "a list of groups is changed"),
        Purpose::TlsKeyExchange | Purpose::OldTls | Purpose::IkeKeyExchange => {
            (100, "a library or a platform is upgraded")
        }
        Purpose::SshKeyExchange | Purpose::SshKey => (25, "a setting and a program are changed"),
        Purpose::KeyTransport | Purpose::CmsEncryption => {
            (300, "what is stored has to be encrypted again")
        }
        Purpose::JsonEncryption | Purpose::JsonSignature | Purpose::CmsSignature => {
            (200, "a format that others read changes")
        }
        Purpose::OpenPgp | Purpose::DnsSec => (200, "a format that others read changes"),
        Purpose::CertificationAuthority => {
            (400, "a hierarchy of certificates and its trust change")
        }
        Purpose::LeafCertificate => (100, "the certificate is issued again"),
        Purpose::CodeSigning => (200, "whoever verifies has to learn the algorithm first"),
        Purpose::FirmwareSigning => (500, "the verifier is in hardware"),
        Purpose::KeyAgreement | Purpose::Signature if observed.is_object => {
            (100, "a key is replaced")
        }
        Purpose::KeyAgreement | Purpose::Signature => (200, "the algorithm is written into code"),
    };
    usual(Years::hundredths(hundredths), because)
}

fn exposure(purpose: Purpose, said: &Said) -> Term<u8> {
    if let Some(exposure) = said.exposure {
        return user(reach(exposure));
    }
    match purpose {
        Purpose::KeyTransport | Purpose::CmsEncryption | Purpose::OpenPgp => usual(
            reach(Exposure::AtRest),
            "what is encrypted to a key is stored or sent, where is not known",
        ),
        _ => usual(
            reach(Exposure::Internal),
            "over which networks it goes is not known",
        ),
    }
}

fn role(purpose: &Term<Purpose>, observed: &Observed) -> Term<u8> {
    let mut role = role_of(purpose.value, observed);
    if role.source == Source::Observed && purpose.source == Source::User {
        role.source = Source::User
    }
    role
}

fn role_of(purpose: Purpose, observed: &Observed) -> Term<u8> {
    match purpose {
        Purpose::CertificationAuthority if observed.is_root => {
            seen(15, "a trust anchor: everything below rests on it")
        }
        Purpose::CertificationAuthority => seen(12, "a certification authority"),
        Purpose::FirmwareSigning => seen(15, "what starts a machine rests on it"),
        Purpose::CodeSigning => seen(12, "what runs on others' machines rests on it"),
        _ if observed.wraps => seen(12, "it encrypts other keys"),
        Purpose::KeyTransport | Purpose::CmsEncryption | Purpose::OpenPgp => usual(
            12,
            "what a public key encrypts is nearly always another key",
        ),
        Purpose::JsonSignature => seen(8, "it issues or accepts tokens"),
        Purpose::LeafCertificate => seen(2, "a single server, client or person"),
        Purpose::SshKey if observed.valid_for.is_some() => {
            seen(2, "a certificate of a single host or user")
        }
        Purpose::SshKeyExchange
        | Purpose::TlsKeyExchange
        | Purpose::OldTls
        | Purpose::IkeKeyExchange => seen(6, "the sessions of a server or client"),
        _ => usual(6, "what rests on it was not seen"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::migration::Criticality;

    fn of(track: Track, observed: Observed, said: Said) -> Inputs {
        inputs(track, Purpose::Signature, &observed, &said, Vec::new())
    }

    #[test]
    fn what_the_user_says_comes_before_what_is_seen_and_what_is_usual() {
        let observed = Observed {
            purpose: Some(Purpose::LeafCertificate),
            valid_for: Some(Years::hundredths(25)),
            ..Observed::default()
        };
        let inputs = of(Track::Authenticity, observed.clone(), Said::default());
        assert_eq!(inputs.lifetime.source, Source::Observed);
        assert_eq!(
            (inputs.role.value, inputs.effort.value),
            (2, Years::whole(1))
        );
        let said = Said {
            verification_life: Some(Years::whole(15)),
            effort: Some(Years::whole(3)),
            exposure: Some(Exposure::Internet),
            criticality: Some(Criticality::High),
            purpose: Some(Purpose::FirmwareSigning),
            ..Said::default()
        };
        let inputs = of(Track::Authenticity, observed, said);
        assert_eq!(inputs.lifetime, user(Years::whole(15)));
        assert_eq!(inputs.effort, user(Years::whole(3)));
        assert_eq!(inputs.exposure.value, 15);
        assert_eq!(inputs.role.value, 15);
        assert_eq!(inputs.criticality.value, Some(Criticality::High));
    }

    #[test]
    fn the_library_tells_what_an_algorithm_is_for() {
        let observed = Observed {
            speaks: Some(Speaks::Jose),
            ..Observed::default()
        };
        let purpose = |track| purpose(track, Purpose::Signature, &observed, &Said::default()).value;
        assert_eq!(purpose(Track::Authenticity), Purpose::JsonSignature);
        assert_eq!(purpose(Track::Confidentiality), Purpose::JsonEncryption);
    }

    #[test]
    fn what_signs_is_not_what_keeps_secrets() {
        let key_of_leaf = Observed {
            purpose: Some(Purpose::LeafCertificate),
            ..Observed::default()
        };
        let firmware = Said {
            purpose: Some(Purpose::FirmwareSigning),
            ..Said::default()
        };
        let purpose =
            |track, said: &Said| purpose(track, Purpose::KeyTransport, &key_of_leaf, said).value;
        assert_eq!(
            purpose(Track::Confidentiality, &Said::default()),
            Purpose::KeyTransport
        );
        assert_eq!(
            purpose(Track::Confidentiality, &firmware),
            Purpose::KeyTransport
        );
        assert_eq!(
            purpose(Track::Authenticity, &firmware),
            Purpose::FirmwareSigning
        );
    }

    #[test]
    fn a_certificate_of_ssh_is_about_a_single_host_or_user() {
        let observed = Observed {
            purpose: Some(Purpose::SshKey),
            valid_for: Some(Years::whole(9_000)),
            ..Observed::default()
        };
        assert_eq!(
            of(Track::Authenticity, observed, Said::default())
                .role
                .value,
            2
        );
    }
}
