//! What Shor's algorithm breaks: what it protects, how soon that matters, and what replaces it.

use super::algorithm::{facet_names, numbers, replacement};
use super::{View, score, terms};
use crate::inventory::{Class, Due, Judgement, Need, Score};
use crate::knowledge::catalog::{Algorithm, Catalog, Primitive};
use crate::knowledge::policy::{Ends, Listed, Permit, Policy, Target, year};
use crate::model::migration::{Criticality, Purpose, Track};
use crate::model::{Asset, AssetKind, Facet, FindingClass, Operation};

/// What it does, as far as the asset shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Encryption and key transport: what is kept or recorded is read later.
    Transport,
    /// Key agreement.
    Agreement,
    Authenticity,
    Unseen,
}

fn use_of(algorithm: &Algorithm, view: View<'_>) -> Use {
    let operations = &view.asset.operations;
    let does = |wanted: &[Operation]| wanted.iter().any(|o| operations.contains(o));
    let signs = matches!(
        view.observed.purpose,
        Some(
            Purpose::SshKey
                | Purpose::DnsSec
                | Purpose::CertificationAuthority
                | Purpose::CodeSigning
        )
    );
    let said = view.said.purpose.and_then(of_purpose);
    match algorithm.primitive {
        Primitive::Signature => Use::Authenticity,
        Primitive::KeyAgree => Use::Agreement,
        Primitive::Pke | Primitive::Kem => Use::Transport,
        _ if algorithm.name == "DH" => Use::Agreement,
        _ if does(&[
            Operation::Encrypt,
            Operation::Decrypt,
            Operation::Wrap,
            Operation::Unwrap,
            Operation::Encapsulate,
            Operation::Decapsulate,
        ]) =>
        {
            Use::Transport
        }
        _ if does(&[Operation::Agree]) => Use::Agreement,
        _ if said == Some(Use::Transport) => Use::Transport,
        _ if said == Some(Use::Agreement) => Use::Agreement,
        _ if signs
            || said == Some(Use::Authenticity)
            || does(&[Operation::Sign, Operation::Verify])
            || view.asset.kind == AssetKind::Certificate =>
        {
            Use::Authenticity
        }
        _ => Use::Unseen,
    }
}

/// What is done for a purpose; OpenPGP does both.
fn of_purpose(purpose: Purpose) -> Option<Use> {
    Some(match purpose {
        Purpose::OpenPgp => return None,
        Purpose::KeyTransport | Purpose::CmsEncryption | Purpose::JsonEncryption => Use::Transport,
        purpose if purpose.concerns(Track::Authenticity) => Use::Authenticity,
        _ => Use::Agreement,
    })
}

/// Shor's algorithm breaks it.
pub(super) fn judge(algorithm: &Algorithm, view: View<'_>) -> Judgement {
    let bits = least_bits(algorithm, view.asset, view.catalog);
    let used = use_of(algorithm, view);
    let (class, why) = match used {
        Use::Transport => (
            Class::KeyEstablishment,
            "What it encrypts can be recorded or copied today and decrypted with a quantum computer (Shor's algorithm).",
        ),
        Use::Agreement => (
            Class::KeyEstablishment,
            "Sessions recorded today can be decrypted with a quantum computer (Shor's algorithm).",
        ),
        Use::Authenticity => (
            Class::Signature,
            "A quantum computer can forge its signatures (Shor's algorithm); signatures checked before then stay true.",
        ),
        Use::Unseen if view.asset.kind == AssetKind::Mention => (
            Class::QuantumBroken,
            "A quantum computer breaks it (Shor's algorithm).",
        ),
        Use::Unseen => (
            Class::QuantumBroken,
            "A quantum computer breaks it (Shor's algorithm); its use was not seen here.",
        ),
    };
    let scored = scored(used, &algorithm.name, bits, view);
    let deadline = deadline(&scored, bits, view);
    let (replacement, note) = replacement_of(algorithm, used, &scored, view);
    Judgement {
        class,
        band: score::band(scored.points),
        finding_class: broken_class(algorithm, used),
        reason: format!("{why}{deadline}"),
        replacement,
        note,
        score: Some(Box::new(scored)),
    }
}

/// The score of a use. What is of unseen use is scored as a signature, the less urgent of the two: that it keeps secrets would be a guess.
pub(super) fn scored(used: Use, algorithm: &str, bits: Option<u32>, view: View<'_>) -> Score {
    let (track, usual) = match used {
        Use::Transport => (Track::Confidentiality, Purpose::KeyTransport),
        Use::Agreement => (Track::Confidentiality, Purpose::KeyAgreement),
        Use::Authenticity | Use::Unseen => (Track::Authenticity, Purpose::Signature),
    };
    let inputs = terms::inputs(track, usual, view.observed, view.said, view.limits.to_vec());
    let purpose = inputs.purpose.value;
    let due = |criticality| due(algorithm, track, purpose, bits, criticality, view);
    let mut score = score::score(&inputs, &due, view.planning);
    if used == Use::Unseen {
        let secret = scored(Use::Transport, algorithm, bits, view);
        let signature = (score::band(score.points), "signature".into());
        let secret = (score::band(secret.points), "key-transport".into());
        if signature.0 != secret.0 {
            let what = "purpose";
            let (least, most) = if signature.0 > secret.0 {
                (signature, secret)
            } else {
                (secret, signature)
            };
            score.needs_context.insert(0, Need { what, least, most })
        }
    }
    score
}

/// The strictest deadline of the chosen policies.
fn due(
    algorithm: &str,
    track: Track,
    purpose: Purpose,
    bits: Option<u32>,
    criticality: Option<Criticality>,
    view: View<'_>,
) -> Option<Due> {
    let policies = view.planning.policies.iter();
    policies
        .filter(|policy| policy.speaks_of(algorithm, view.catalog))
        .filter_map(|policy| {
            let found = policy.deadline(Ends::Disallowed, track, purpose, bits, criticality)?;
            Some((found.last_day, policy))
        })
        .min_by_key(|(day, _)| *day)
        .map(|(last_day, policy)| Due {
            policy: policy.id.as_str().into(),
            cited: policy.cited().into(),
            last_day,
        })
}

/// ` NIST IR 8547 (draft) deprecates this strength after 2030 and disallows it after 2035.`
pub(super) fn deadline(score: &Score, bits: Option<u32>, view: View<'_>) -> String {
    let Some(due) = &score.deadline else {
        return String::new();
    };
    let policies = view.planning.policies.iter();
    let mut policies = policies.filter(|policy| policy.id == *due.policy);
    let Some(policy) = policies.next() else {
        return String::new();
    };
    let (track, purpose) = (score.track, score.purpose.value);
    let deprecated = policy
        .deadline(
            Ends::Deprecated,
            track,
            purpose,
            bits,
            view.said.criticality,
        )
        .filter(|deadline| deadline.last_day < due.last_day);
    let deprecates = deprecated
        .map(|deadline| match deadline.up_to_bits {
            Some(_) => format!(
                "deprecates this strength after {} and ",
                year(deadline.last_day)
            ),
            None => format!("deprecates it after {} and ", year(deadline.last_day)),
        })
        .unwrap_or_default();
    format!(" {} {deprecates}{}.", due.cited, policy.end(due.last_day))
}

/// What the chosen policies want for a purpose, and what has to be known of that: of what any of them names, the first policy's first, what
/// all of them would have. Where nothing is, what the first wants: what each wants is said with its verdict.
pub(super) fn target(
    purpose: Purpose,
    track: Track,
    view: View<'_>,
) -> Option<(Vec<String>, Option<String>)> {
    let policies = view.planning.policies.iter();
    let targets: Vec<(&Policy, &Target)> = policies
        .filter_map(|policy| Some((policy, policy.target(purpose)?)))
        .collect();
    let (_, first) = targets.first()?;
    let (list, signs) = match track {
        Track::Confidentiality => (Listed::Kem, false),
        Track::Authenticity => (Listed::Signature, true),
    };
    // Some formats both keep secrets and sign.
    let fits = |name: &str| match view.catalog.algorithm(name) {
        Some(_) => view.catalog.signs(name) == signs,
        None => true,
    };
    let would_have = |policy: &Policy, target: &Target, name: &String| {
        let permit = || policy.permits(list, name, Some(purpose), view.catalog);
        target.names.is_empty()
            || target.names.contains(name)
            || matches!(permit(), Permit::Allowed | Permit::Until(_))
    };
    let mut common: Vec<String> = Vec::new();
    let mut note = None;
    for (_, target) in &targets {
        for name in target.names.iter().filter(|name| fits(name)) {
            if !common.contains(name) && targets.iter().all(|(p, t)| would_have(p, t, name)) {
                if common.is_empty() {
                    note = target.note.clone()
                }
                common.push(name.clone())
            }
        }
    }
    if common.is_empty() {
        let names = first.names.iter().filter(|name| fits(name));
        return Some((names.cloned().collect(), first.note.clone()));
    }
    Some((common, note))
}

/// What replaces it, and what has to be known of that.
fn replacement_of(
    algorithm: &Algorithm,
    used: Use,
    score: &Score,
    view: View<'_>,
) -> (Vec<String>, Option<String>) {
    if used != Use::Unseen
        && let Some(target) = target(score.purpose.value, score.track, view)
    {
        return target;
    }
    let names = match used {
        // A key whose use is known needs the replacement of that use only.
        Use::Authenticity if algorithm.primitive == Primitive::Unknown => {
            vec!["ML-DSA-65".to_owned()]
        }
        Use::Transport | Use::Agreement if algorithm.primitive == Primitive::Unknown => {
            vec!["ML-KEM-768".to_owned()]
        }
        _ => replacement(algorithm),
    };
    (names, None)
}

fn broken_class(algorithm: &Algorithm, used: Use) -> FindingClass {
    let root = algorithm.uses.as_deref().unwrap_or(&algorithm.name);
    let family = algorithm.family.as_deref().unwrap_or_default();
    match used {
        Use::Unseen => FindingClass::QuantumBrokenKey,
        Use::Authenticity if root == "RSA" => FindingClass::RsaSignature,
        Use::Authenticity if root == "EC" => FindingClass::EcdsaSignature,
        Use::Authenticity if family == "EdDSA" => FindingClass::EddsaSignature,
        Use::Authenticity if root == "DSA" => FindingClass::DsaSignature,
        Use::Authenticity => FindingClass::ClassicalSignature,
        _ if root == "RSA" => FindingClass::RsaKeyTransport,
        _ if family == "ECDH" || (root == "EC" && used == Use::Agreement) => {
            FindingClass::EcdhKeyAgreement
        }
        _ if root == "DH" => FindingClass::DhKeyAgreement,
        _ => FindingClass::ClassicalKeyEstablishment,
    }
}

/// The strength of the weakest that the asset may be, as far as its alternatives are known.
pub(super) fn least_bits(algorithm: &Algorithm, asset: &Asset, catalog: &Catalog) -> Option<u32> {
    if algorithm.bits.is_some() {
        return algorithm.bits;
    }
    let curves = facet_names(asset, Facet::Curve).filter_map(|name| catalog.curve(name)?.bits);
    let groups = facet_names(asset, Facet::Group).filter_map(|name| catalog.group(name)?.bits);
    let sizes = asset
        .facets
        .get(&Facet::KeyBits)
        .into_iter()
        .flat_map(numbers)
        .filter_map(|size| {
            algorithm
                .strength
                .range(..=size)
                .next_back()
                .map(|(_, bits)| *bits)
        });
    curves.chain(groups).chain(sizes).min()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assess, bits, judged, name, seen};
    use super::*;
    use crate::inventory::Band;
    use crate::model::Context;

    #[test]
    fn what_keeps_secrets_comes_before_what_signs() {
        use Facet::{Algorithm, Curve, KeyBits};
        assert_eq!(
            judged(
                &[(Algorithm, name("RSAES-OAEP")), (KeyBits, bits(4096))],
                &[Operation::Encrypt]
            ),
            (Class::KeyEstablishment, Band::P0, "rsa-key-transport")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("ECDH")), (Curve, name("P-256"))],
                &[Operation::Agree]
            ),
            (Class::KeyEstablishment, Band::P1, "ecdh-key-agreement")
        );
        assert_eq!(
            judged(&[(Algorithm, name("X25519"))], &[Operation::Keygen]),
            (Class::KeyEstablishment, Band::P1, "ecdh-key-agreement")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("ECDSA")), (Curve, name("P-256"))],
                &[Operation::Sign]
            ),
            (Class::Signature, Band::P2, "ecdsa-signature")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("RSASSA-PSS")), (KeyBits, bits(2048))],
                &[Operation::Sign]
            ),
            (Class::Signature, Band::P2, "rsa-signature")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("RSA")), (KeyBits, bits(3072))],
                &[Operation::Keygen]
            ),
            (Class::QuantumBroken, Band::P2, "quantum-broken-key")
        );
        assert_eq!(
            judged(
                &[(Algorithm, name("RSA")), (KeyBits, bits(3072))],
                &[Operation::Keygen, Operation::Unwrap]
            ),
            (Class::KeyEstablishment, Band::P0, "rsa-key-transport")
        );
    }

    #[test]
    fn a_draft_is_called_a_draft() {
        let found = assess(seen(
            AssetKind::Algorithm,
            &[
                (Facet::Algorithm, name("RSASSA-PSS")),
                (Facet::KeyBits, bits(2048)),
            ],
            &[Operation::Sign],
            Context::Production,
        ));
        assert!(found.reason.ends_with("NIST IR 8547 (draft) deprecates this strength after 2030 and disallows it after 2035."), "{}", found.reason);
        assert_eq!(found.replacement, ["ML-DSA-65", "SLH-DSA"]);
    }

    #[test]
    fn a_composition_is_judged_by_the_part_that_the_code_names() {
        use Facet::{Algorithm, Curve, Group};
        assert_eq!(
            judged(&[(Algorithm, name("HPKE")), (Curve, name("P-256"))], &[]),
            (
                Class::KeyEstablishment,
                Band::P0,
                "classical-key-establishment"
            )
        );
        assert_eq!(
            judged(&[(Algorithm, name("HPKE")), (Group, name("X-Wing"))], &[]),
            (Class::PostQuantum, Band::P4, "post-quantum")
        );
        assert_eq!(
            judged(&[(Algorithm, name("HPKE"))], &[]),
            (Class::Unresolved, Band::P2, "unresolved-algorithm")
        );
    }
}
