//! Protocols: forbidden versions, weak suites, and whether the key exchange on offer is post-quantum.

use std::collections::BTreeSet;

use super::broken::{Track, deadline};
use super::facet_names;
use super::weak::LEAST_BITS;
use crate::inventory::{Assessment, Band, Class};
use crate::knowledge::catalog::{Catalog, Group, Quantum};
use crate::knowledge::spelling::spelling;
use crate::model::{Asset, Facet, Value};

/// The first of these that applies: a forbidden version, a broken suite, the key exchange, its absence.
pub(super) fn judge(asset: &Asset, catalog: &Catalog) -> Assessment {
    forbidden_version(asset, catalog)
        .or_else(|| weak_suite(asset))
        .or_else(|| weak_group(asset, catalog))
        .or_else(|| weak_signature(asset))
        .or_else(|| key_exchange(asset, catalog))
        .unwrap_or_else(|| without_key_exchange(asset, catalog))
}

fn forbidden_version(asset: &Asset, catalog: &Catalog) -> Option<Assessment> {
    let allowed = [Facet::Protocol, Facet::MinVersion, Facet::MaxVersion]
        .into_iter()
        .flat_map(|facet| facet_names(asset, facet));
    let version = allowed
        .filter_map(|name| catalog.protocol(name))
        .find(|p| p.weak.is_some())?;
    let why = version.weak.as_deref().unwrap_or_default();
    Some(Assessment {
        class: Class::Weak,
        band: Band::P1,
        reason: format!("Weak already: it allows {}, {why}.", version.name),
        replacement: match version.of.as_deref() {
            Some("TLS") => Some("TLS1.3".to_owned()),
            Some("DTLS") => Some("DTLS1.3".to_owned()),
            Some("IKE") => Some("IKEv2".to_owned()),
            _ => None,
        },
        finding_class: "weak-protocol",
        lifetime: None,
    })
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

fn weak_suite(asset: &Asset) -> Option<Assessment> {
    let broken = |word: &str| WEAK_WORDS.contains(&word.to_ascii_uppercase().as_str());
    // `!RC4` and `-RC4` take away.
    let suite = facet_names(asset, Facet::CipherSuites)
        .find(|suite| !suite.starts_with(['!', '-']) && suite.split(['_', '-', '+']).any(broken))?;
    Some(weak_offer(
        "weak-cipher-suite",
        &format!("it offers {suite}"),
    ))
}

/// Signatures over SHA-1 on offer: RFC 9155 takes them out of TLS 1.2, RFC 8332 replaces `ssh-rsa`; DSA's keys are short.
fn weak_signature(asset: &Asset) -> Option<Assessment> {
    let of_tls =
        facet_names(asset, Facet::SignatureSchemes).find(|scheme| scheme.ends_with("sha1"));
    let of_ssh = || {
        facet_names(asset, Facet::HostKeys)
            .find(|name| name.starts_with("ssh-rsa") || name.starts_with("ssh-dss"))
    };
    let offered = of_tls.or_else(of_ssh)?;
    Some(weak_offer(
        "weak-signature-scheme",
        &format!("it accepts {offered}, a signature over SHA-1"),
    ))
}

fn weak_group(asset: &Asset, catalog: &Catalog) -> Option<Assessment> {
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
    Some(weak_offer("weak-key-exchange", &why))
}

fn weak_offer(finding_class: &'static str, why: &str) -> Assessment {
    Assessment {
        class: Class::Weak,
        band: Band::P1,
        reason: format!("Weak already: {why}."),
        replacement: None,
        finding_class,
        lifetime: None,
    }
}

fn key_exchange(asset: &Asset, catalog: &Catalog) -> Option<Assessment> {
    let groups = facet_names(asset, Facet::Groups)
        .filter_map(|name| catalog.algorithm(&catalog.group(name)?.algorithm));
    let methods = facet_names(asset, Facet::Kex).filter_map(|name| {
        let reading = spelling("ssh")?.read(name, Facet::Algorithm, catalog)?;
        catalog.algorithm(reading.facets.get(&Facet::Algorithm)?.single_name()?)
    });
    let offered: BTreeSet<(&str, Quantum)> = groups
        .chain(methods)
        .map(|a| (a.name.as_str(), a.quantum))
        .collect();
    let safe = offered
        .iter()
        .find(|(_, q)| matches!(q, Quantum::PostQuantum | Quantum::Hybrid));
    let classical = offered.iter().find(|(_, q)| *q == Quantum::Shor);
    match (safe, classical) {
        (Some((name, _)), None) => Some(Assessment {
            class: Class::PostQuantum,
            band: Band::P4,
            reason: format!("It offers post-quantum key exchange ({name}) and no other."),
            replacement: None,
            finding_class: "post-quantum",
            lifetime: None,
        }),
        (Some((name, _)), Some((fallback, _))) => Some(Assessment {
            class: Class::KeyEstablishment,
            band: Band::P2,
            reason: format!(
                "It offers post-quantum key exchange ({name}) and still accepts {fallback}; a session that falls back can be recorded today and decrypted with a quantum computer."
            ),
            replacement: Some((*name).to_owned()),
            finding_class: "classical-fallback",
            lifetime: None,
        }),
        (None, Some((name, _))) => Some(classical_protocol(
            format!(
                "Its key exchange ({name}) is broken by a quantum computer: sessions recorded today can be decrypted then."
            ),
            asset,
            catalog,
        )),
        (None, None) => None,
    }
}

fn without_key_exchange(asset: &Asset, catalog: &Catalog) -> Assessment {
    let old = |name: &str| matches!(name, "TLS1.2" | "DTLS1.2");
    let highest = asset
        .facets
        .get(&Facet::MaxVersion)
        .or_else(|| asset.facets.get(&Facet::Protocol));
    if highest.and_then(Value::single_name).is_some_and(old) {
        return classical_protocol("TLS 1.2 has no post-quantum key exchange: sessions recorded today can be decrypted with a quantum computer.".to_owned(), asset, catalog);
    }
    if facet_names(asset, Facet::Protocol).any(|name| name == "WireGuard") {
        return classical_protocol("Its key exchange (X25519) is broken by a quantum computer: sessions recorded today can be decrypted then.".to_owned(), asset, catalog);
    }
    Assessment {
        class: Class::Unresolved,
        band: Band::P3,
        reason: "Its key exchange does not stand in the code: the library's or platform's default decides whether it is post-quantum.".to_owned(),
        replacement: protocol_replacement(asset, catalog),
        finding_class: "unresolved-protocol",
        lifetime: None,
    }
}

fn classical_protocol(reason: String, asset: &Asset, catalog: &Catalog) -> Assessment {
    Assessment {
        class: Class::KeyEstablishment,
        band: Band::P1,
        reason: format!("{reason}{}", exchange_deadline(catalog)),
        replacement: protocol_replacement(asset, catalog),
        finding_class: "classical-protocol",
        lifetime: None,
    }
}

fn exchange_deadline(catalog: &Catalog) -> String {
    catalog
        .algorithm("ECDH")
        .map(|exchange| deadline(exchange, Track::Agreement, None, catalog))
        .unwrap_or_default()
}

/// The exact identifier of the protocol's own hybrid.
fn protocol_replacement(asset: &Asset, catalog: &Catalog) -> Option<String> {
    let protocol = facet_names(asset, Facet::Protocol).find_map(|name| catalog.protocol(name));
    let family = protocol.map(|p| p.of.as_deref().unwrap_or(&p.name));
    match family {
        Some("SSH") => Some("mlkem768x25519-sha256".to_owned()),
        Some("TLS" | "DTLS" | "QUIC") => Some("X25519MLKEM768 (TLS 1.3)".to_owned()),
        Some("IKE") => Some("ML-KEM-768 as additional key exchange (RFC 9370)".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{list, name, protocol_judged};
    use super::*;

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
            protocol_judged(&[(Protocol, name("SSH")), (facet, list(names))]).2
        };
        assert_eq!(
            ssh(CipherSuites, &["aes256-ctr", "3des-cbc"]),
            "weak-cipher-suite"
        );
        assert_eq!(
            ssh(Kex, &["curve25519-sha256", "diffie-hellman-group1-sha1"]),
            "weak-key-exchange"
        );
        assert_eq!(
            ssh(HostKeys, &["ssh-ed25519", "ssh-rsa"]),
            "weak-signature-scheme"
        );
        assert_eq!(ssh(HostKeys, &["rsa-sha2-512"]), "unresolved-protocol");
        let tls = |facet, names: &[&str]| {
            protocol_judged(&[(Protocol, name("TLS")), (facet, list(names))]).2
        };
        assert_eq!(tls(Groups, &["X25519", "secp192r1"]), "weak-key-exchange");
        assert_eq!(
            tls(SignatureSchemes, &["rsa_pkcs1_sha1"]),
            "weak-signature-scheme"
        );
        assert_eq!(
            tls(CipherSuites, &["TLS_AES_128_GCM_SHA256"]),
            "unresolved-protocol"
        );
    }
}
