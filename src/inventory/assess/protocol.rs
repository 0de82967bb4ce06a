//! Protocols: forbidden versions, weak suites, and whether the key exchange on offer is post-quantum.

use std::collections::BTreeSet;

use super::algorithm::facet_names;
use super::broken::{Use, deadline, scored, target};
use super::weak::LEAST_BITS;
use super::{Judgements, View, limits, score};
use crate::inventory::{Band, Class, Judgement};
use crate::knowledge::catalog::{Catalog, Group, Quantum};
use crate::knowledge::spelling::spelling;
use crate::model::migration::{Purpose, Track};
use crate::model::{Asset, Facet, FindingClass};

/// What its key exchange means; and the first of these that applies: a forbidden version, a broken suite, a weak group, a weak signature.
pub(super) fn judge(view: View<'_>) -> Judgements {
    let (asset, catalog) = (view.asset, view.catalog);
    let weak = forbidden_version(asset, catalog)
        .or_else(|| weak_suite(asset))
        .or_else(|| weak_group(asset, catalog))
        .or_else(|| weak_signature(asset));
    Judgements {
        quantum: key_exchange(view).unwrap_or_else(|| without_key_exchange(view)),
        weak: weak.into_iter().collect(),
        lifetime: None,
    }
}

fn forbidden_version(asset: &Asset, catalog: &Catalog) -> Option<Judgement> {
    let allowed = [Facet::Protocol, Facet::MinVersion, Facet::MaxVersion]
        .into_iter()
        .flat_map(|facet| facet_names(asset, facet));
    let version = allowed
        .filter_map(|name| catalog.protocol(name))
        .find(|p| p.weak.is_some())?;
    let why = version.weak.as_deref().unwrap_or_default();
    let replacement = match version.of.as_deref() {
        Some("TLS") => Some("TLS1.3"),
        Some("DTLS") => Some("DTLS1.3"),
        Some("IKE") => Some("IKEv2"),
        _ => None,
    };
    let allows = format!("it allows {}, {why}", version.name);
    let judged = weak_offer(FindingClass::WeakProtocol, &allows);
    Some(judged.replaced_by(replacement.map(str::to_owned)))
}

/// Words of cipher suites and SSH ciphers that are broken, in capitals.
static WEAK_WORDS: &[&str] = &[
    "NULL",
    "ANULL",
    "ENULL",
    "NONE",
    "RC4",
    "ARCFOUR",
    "ARCFOUR128",
    "ARCFOUR256",
    "EXPORT",
    "EXPORT40",
    "EXP",
    "LOW",
    "DES",
    "DES40",
    "3DES",
    "MD5",
    "ANON",
    "ADH",
    "AECDH",
    "IDEA",
    "RC2",
    "BLOWFISH",
    "CAST128",
];

fn weak_suite(asset: &Asset) -> Option<Judgement> {
    let broken = |word: &str| WEAK_WORDS.contains(&word.to_ascii_uppercase().as_str());
    // `!RC4` and `-RC4` take away.
    let suite = facet_names(asset, Facet::CipherSuites)
        .find(|suite| !suite.starts_with(['!', '-']) && suite.split(['_', '-', '+']).any(broken))?;
    Some(weak_offer(
        FindingClass::WeakCipherSuite,
        &format!("it offers {suite}"),
    ))
}

/// Signatures over SHA-1 on offer: RFC 9155 takes them out of TLS 1.2, RFC 8332 replaces `ssh-rsa`; DSA's keys are short.
fn weak_signature(asset: &Asset) -> Option<Judgement> {
    let of_tls =
        facet_names(asset, Facet::SignatureSchemes).find(|scheme| scheme.ends_with("sha1"));
    let of_ssh = || {
        facet_names(asset, Facet::HostKeys)
            .find(|name| name.starts_with("ssh-rsa") || name.starts_with("ssh-dss"))
    };
    let offered = of_tls.or_else(of_ssh)?;
    Some(weak_offer(
        FindingClass::WeakSignatureScheme,
        &format!("it accepts {offered}, a signature over SHA-1"),
    ))
}

fn weak_group(asset: &Asset, catalog: &Catalog) -> Option<Judgement> {
    let strength = |group: &Group| {
        group
            .bits
            .or_else(|| catalog.curve(group.curve.as_deref()?)?.bits)
    };
    let of_tls = facet_names(asset, Facet::Groups)
        .filter_map(|name| Some((name, strength(catalog.group(name)?)?)));
    let of_ssh = facet_names(asset, Facet::Kex).filter_map(|name| {
        let reading = spelling("ssh")?.read(name, Facet::Algorithm, catalog)?;
        let group = catalog.group(reading.facets.get(&Facet::Group)?.single_name()?)?;
        Some((name, strength(group)?))
    });
    let (name, bits) = of_tls.chain(of_ssh).find(|(_, bits)| *bits < LEAST_BITS)?;
    let why = format!(
        "it offers {name} with {bits} bits of strength, under the {LEAST_BITS} that NIST asks for since 2014 (SP 800-131A r2)"
    );
    Some(weak_offer(FindingClass::WeakKeyExchange, &why))
}

fn weak_offer(finding_class: FindingClass, why: &str) -> Judgement {
    let reason = format!("Weak already: {why}.");
    Judgement::new(Class::Weak, Band::P1, finding_class, reason)
}

fn key_exchange(view: View<'_>) -> Option<Judgement> {
    let (asset, catalog) = (view.asset, view.catalog);
    let groups = facet_names(asset, Facet::Groups)
        .filter_map(|name| catalog.algorithm(&catalog.group(name)?.algorithm));
    let methods = facet_names(asset, Facet::Kex).filter_map(|name| {
        let reading = spelling("ssh")?.read(name, Facet::Algorithm, catalog)?;
        catalog.algorithm(reading.facets.get(&Facet::Algorithm)?.single_name()?)
    });
    let in_order: Vec<(&str, Quantum)> = groups
        .chain(methods)
        .map(|a| (a.name.as_str(), a.quantum))
        .collect();
    let is_safe = |q: Quantum| matches!(q, Quantum::PostQuantum | Quantum::Hybrid);
    let prefers_safe = in_order.first().is_some_and(|(_, q)| is_safe(*q));
    let offered: BTreeSet<(&str, Quantum)> = in_order.into_iter().collect();
    // No version before TLS 1.3 can use it.
    let safe = offered.iter().find(|(_, q)| is_safe(*q) && !is_old(view));
    let classical = offered.iter().find(|(_, q)| *q == Quantum::Shor);
    match (safe, classical) {
        (Some((name, _)), None) => Some(Judgement::new(
            Class::PostQuantum,
            Band::P4,
            FindingClass::PostQuantum,
            format!("It offers post-quantum key exchange ({name}) and no other."),
        )),
        (Some((name, _)), Some((fallback, _))) => {
            let mut limits = view.limits.to_vec();
            limits.extend(prefers_safe.then(limits::fallback));
            let view = View {
                limits: &limits,
                ..view
            };
            let reason = format!(
                "It offers post-quantum key exchange ({name}) and still accepts {fallback}; a session that falls back can be recorded today and decrypted with a quantum computer."
            );
            let mut judged = classical_exchange(FindingClass::ClassicalFallback, reason, view);
            judged.note = Some("alone, once every peer has it".to_owned());
            Some(judged.replaced_by([(*name).to_owned()]))
        }
        (None, Some((name, _))) => {
            let reason = format!(
                "Its key exchange ({name}) is broken by a quantum computer: sessions recorded today can be decrypted then."
            );
            Some(classical_exchange(
                FindingClass::ClassicalProtocol,
                reason,
                view,
            ))
        }
        (None, None) => None,
    }
}

/// TLS 1.2 at most, as far as its versions show.
fn is_old(view: View<'_>) -> bool {
    view.observed.purpose == Some(Purpose::OldTls)
}

fn without_key_exchange(view: View<'_>) -> Judgement {
    let asset = view.asset;
    let class = FindingClass::ClassicalProtocol;
    if is_old(view) {
        let reason = "TLS 1.2 and below have no post-quantum key exchange: sessions recorded today can be decrypted with a quantum computer.";
        return classical_exchange(class, reason.to_owned(), view);
    }
    if facet_names(asset, Facet::Protocol).any(|name| name == "WireGuard") {
        let reason = "Its key exchange (X25519) is broken by a quantum computer: sessions recorded today can be decrypted then.";
        return classical_exchange(class, reason.to_owned(), view);
    }
    let (replacement, note) = protocol_replacement(view);
    let judged = Judgement::new(
        Class::Unresolved,
        Band::P3,
        FindingClass::UnresolvedProtocol,
        "Its key exchange does not stand in the code: the library's or platform's default decides whether it is post-quantum.",
    );
    Judgement { note, ..judged }.replaced_by(replacement)
}

/// A protocol whose sessions a quantum computer reads.
fn classical_exchange(finding_class: FindingClass, reason: String, view: View<'_>) -> Judgement {
    let score = scored(Use::Agreement, "ECDH", None, view);
    let deadline = deadline(&score, None, view);
    let (replacement, note) = protocol_replacement(view);
    Judgement {
        class: Class::KeyEstablishment,
        band: score::band(score.points),
        finding_class,
        reason: format!("{reason}{deadline}"),
        replacement,
        note,
        score: Some(Box::new(score)),
    }
}

/// What the policies want for the protocol, and what has to be known of that; else the exact identifier of its own hybrid.
fn protocol_replacement(view: View<'_>) -> (Vec<String>, Option<String>) {
    let purpose = view.observed.purpose;
    if let Some(target) = purpose.and_then(|p| target(p, Track::Confidentiality, view)) {
        return target;
    }
    let protocol =
        facet_names(view.asset, Facet::Protocol).find_map(|name| view.catalog.protocol(name));
    let family = protocol.map(|p| p.of.as_deref().unwrap_or(&p.name));
    let (name, note) = match family {
        Some("SSH") => ("mlkem768x25519-sha256", None),
        Some("TLS" | "DTLS" | "QUIC") => ("X25519MLKEM768", Some("TLS 1.3 only")),
        Some("IKE") => (
            "ML-KEM-768",
            Some("as an additional key exchange (RFC 9370)"),
        ),
        _ => return (Vec::new(), None),
    };
    (vec![name.to_owned()], note.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assess_these, list, name, protocol_judged, protocol_weakness, seen};
    use super::*;
    use crate::model::{AssetKind, Context};

    #[test]
    fn protocols() {
        use Facet::{CipherSuites, Groups, Kex, MaxVersion, MinVersion, Protocol};
        assert_eq!(
            protocol_judged(&[(Protocol, name("TLS")), (MinVersion, name("TLS1.0"))]),
            (Class::Weak, Band::P1, "weak-protocol")
        );
        assert_eq!(
            protocol_judged(&[
                (Protocol, name("TLS")),
                (CipherSuites, list(&["TLS_RSA_WITH_RC4_128_SHA"]))
            ]),
            (Class::Weak, Band::P1, "weak-cipher-suite")
        );
        assert_eq!(
            protocol_judged(&[
                (Protocol, name("TLS")),
                (CipherSuites, list(&["HIGH", "!RC4"]))
            ]),
            (Class::Unresolved, Band::P3, "unresolved-protocol")
        );
        assert_eq!(
            protocol_judged(&[
                (Protocol, name("TLS")),
                (Groups, list(&["X25519", "secp256r1"]))
            ]),
            (Class::KeyEstablishment, Band::P1, "classical-protocol")
        );
        assert_eq!(
            protocol_judged(&[
                (Protocol, name("TLS")),
                (Groups, list(&["X25519MLKEM768", "X25519"]))
            ]),
            (Class::KeyEstablishment, Band::P2, "classical-fallback")
        );
        assert_eq!(
            protocol_judged(&[(Protocol, name("TLS")), (Groups, list(&["X25519MLKEM768"]))]),
            (Class::PostQuantum, Band::P4, "post-quantum")
        );
        assert_eq!(
            protocol_judged(&[(Protocol, name("TLS")), (MaxVersion, name("TLS1.2"))]),
            (Class::KeyEstablishment, Band::P1, "classical-protocol")
        );
        for older in ["SSL3.0", "TLS1.0", "TLS1.1"] {
            let facets = [(Protocol, name("TLS")), (MaxVersion, name(older))];
            let asset = seen(AssetKind::Protocol, &facets, &[], Context::Production);
            let found = assess_these(vec![asset]).remove(0);
            let quantum = found.on(Class::KeyEstablishment);
            let quantum = quantum.map(|judged| judged.finding_class);
            assert_eq!(quantum, Some(FindingClass::ClassicalProtocol), "{older}");
        }
        // No version before 1.3 can use what the groups offer.
        assert_eq!(
            protocol_judged(&[
                (Protocol, name("TLS")),
                (MaxVersion, name("TLS1.2")),
                (Groups, list(&["X25519MLKEM768"]))
            ]),
            (Class::KeyEstablishment, Band::P1, "classical-protocol")
        );
        assert_eq!(
            protocol_judged(&[(Protocol, name("SSH")), (Kex, list(&["curve25519-sha256"]))]),
            (Class::KeyEstablishment, Band::P1, "classical-protocol")
        );
        assert_eq!(
            protocol_judged(&[(Protocol, name("TLS"))]),
            (Class::Unresolved, Band::P3, "unresolved-protocol")
        );
    }

    #[test]
    fn weak_offers_of_ssh_and_tls() {
        use Facet::{CipherSuites, Groups, HostKeys, Kex, Protocol, SignatureSchemes};
        let ssh = |facet, names: &[&str]| {
            protocol_weakness(&[(Protocol, name("SSH")), (facet, list(names))])
        };
        assert_eq!(
            ssh(CipherSuites, &["aes256-ctr", "3des-cbc"]),
            Some("weak-cipher-suite")
        );
        assert_eq!(
            ssh(Kex, &["curve25519-sha256", "diffie-hellman-group1-sha1"]),
            Some("weak-key-exchange")
        );
        assert_eq!(
            ssh(HostKeys, &["ssh-ed25519", "ssh-rsa"]),
            Some("weak-signature-scheme")
        );
        assert_eq!(ssh(HostKeys, &["rsa-sha2-512"]), None);
        let tls = |facet, names: &[&str]| {
            protocol_weakness(&[(Protocol, name("TLS")), (facet, list(names))])
        };
        assert_eq!(
            tls(Groups, &["X25519", "secp192r1"]),
            Some("weak-key-exchange")
        );
        assert_eq!(
            tls(SignatureSchemes, &["rsa_pkcs1_sha1"]),
            Some("weak-signature-scheme")
        );
        assert_eq!(tls(CipherSuites, &["TLS_AES_128_GCM_SHA256"]), None);
    }
}
