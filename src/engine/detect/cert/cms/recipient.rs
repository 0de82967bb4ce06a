//! Who can read an envelope, and how each gets the content's key (RFC 5652 §6.2, RFC 5753, RFC 8418, RFC 9629).

use std::collections::BTreeSet;

use super::ENTRY;
use crate::detect::cert::der::Node;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{algorithm, pbe, spki};
use crate::knowledge::catalog::Catalog;
use crate::model::{Facet, Facets, Operation, Origin, Value, Why};

const OAEP: &str = "1.2.840.113549.1.1.7";
/// id-alg-PWRI-KEK (RFC 3211), whose parameters are the cipher.
const PWRI_KEK: &str = "1.2.840.113549.1.9.16.3.9";
/// id-ori-kem (RFC 9629).
const KEM_RECIPIENT: &str = "1.2.840.113549.1.9.16.13.3";
/// Recipients whose algorithms are looked at; there are few ways for however many.
const MAX_RECIPIENTS: usize = 100_000;

/// How a key is agreed on: the agreement, the derivation behind it, and its digest.
struct Agreement {
    oid: &'static str,
    agreement: &'static str,
    kdf: &'static str,
    digest: &'static str,
}

const fn agreement(
    oid: &'static str,
    agreement: &'static str,
    kdf: &'static str,
    digest: &'static str,
) -> Agreement {
    Agreement {
        oid,
        agreement,
        kdf,
        digest,
    }
}

/// RFC 5753 §7.1.4 (standard and cofactor Diffie-Hellman, MQV), RFC 8418 §2, RFC 3370 §4.1.
#[rustfmt::skip]
static AGREEMENTS: &[Agreement] = &[
    agreement("1.3.133.16.840.63.0.2", "ECDH", "X963KDF", "SHA-1"),
    agreement("1.3.132.1.11.0", "ECDH", "X963KDF", "SHA-224"),
    agreement("1.3.132.1.11.1", "ECDH", "X963KDF", "SHA-256"),
    agreement("1.3.132.1.11.2", "ECDH", "X963KDF", "SHA-384"),
    agreement("1.3.132.1.11.3", "ECDH", "X963KDF", "SHA-512"),
    agreement("1.3.133.16.840.63.0.3", "ECDH", "X963KDF", "SHA-1"),
    agreement("1.3.132.1.14.0", "ECDH", "X963KDF", "SHA-224"),
    agreement("1.3.132.1.14.1", "ECDH", "X963KDF", "SHA-256"),
    agreement("1.3.132.1.14.2", "ECDH", "X963KDF", "SHA-384"),
    agreement("1.3.132.1.14.3", "ECDH", "X963KDF", "SHA-512"),
    agreement("1.3.133.16.840.63.0.16", "ECMQV", "X963KDF", "SHA-1"),
    agreement("1.3.132.1.15.0", "ECMQV", "X963KDF", "SHA-224"),
    agreement("1.3.132.1.15.1", "ECMQV", "X963KDF", "SHA-256"),
    agreement("1.3.132.1.15.2", "ECMQV", "X963KDF", "SHA-384"),
    agreement("1.3.132.1.15.3", "ECMQV", "X963KDF", "SHA-512"),
    agreement("1.2.840.113549.1.9.16.3.19", "ECDH", "HKDF", "SHA-256"),
    agreement("1.2.840.113549.1.9.16.3.20", "ECDH", "HKDF", "SHA-384"),
    agreement("1.2.840.113549.1.9.16.3.21", "ECDH", "HKDF", "SHA-512"),
    agreement("1.2.840.113549.1.9.16.3.5", "DH", "X942KDF", "SHA-1"),
    agreement("1.2.840.113549.1.9.16.3.10", "DH", "X942KDF", "SHA-1"),
];

/// Reads RecipientInfos: how many there are, and the findings of how they get the key, each way once.
pub(super) fn read_all(set: &Node<'_>, seen: &mut Seen<'_>) -> (u32, Vec<usize>) {
    let mut ways = BTreeSet::new();
    let mut count = 0_u32;
    for recipient in set.children().take(MAX_RECIPIENTS) {
        let (number, found) = ways_of(&recipient, seen.catalog());
        count = count.saturating_add(number);
        ways.extend(found);
    }
    let used = ways
        .into_iter()
        .map(|(facets, operation)| pbe::add(facets, operation, ENTRY, seen))
        .collect();
    (count, used)
}

type Way = (Facets, Operation);

fn ways_of(recipient: &Node<'_>, catalog: &Catalog) -> (u32, Vec<Way>) {
    let identifiers = || recipient.children().filter(algorithm::is_identifier);
    let wrapped = |node: Option<Node<'_>>| {
        node.map(|identifier| (wrap(&identifier, catalog), Operation::Wrap))
    };
    if recipient.is_context(1) {
        return agree(recipient, catalog);
    }
    if recipient.is_context(2) {
        // The key identifier is a SEQUENCE too, and begins with an octet string.
        return (1, wrapped(identifiers().next()).into_iter().collect());
    }
    if recipient.is_context(3) {
        let kdf = recipient
            .children()
            .find(|node| node.is_context(0))
            .map(|kdf| (pbe::derivation(&kdf, catalog), Operation::Derive));
        let cipher = wrapped(identifiers().next());
        return (1, kdf.into_iter().chain(cipher).collect());
    }
    if recipient.is_context(4) {
        return (1, other(recipient, catalog));
    }
    // KeyTransRecipientInfo: version, rid, keyEncryptionAlgorithm; a rid begins with a name.
    let transport = recipient
        .child(2)
        .filter(algorithm::is_identifier)
        .map(|identifier| (transport(&identifier, catalog), Operation::Wrap));
    (1, transport.into_iter().collect())
}

/// How a key is encrypted for a public key: RSA with one padding or the other, or what the OID says.
fn transport(identifier: &Node<'_>, catalog: &Catalog) -> Facets {
    let oid = identifier
        .child(0)
        .and_then(|node| node.oid())
        .unwrap_or_default();
    if oid == spki::RSA {
        // The identifier of any RSA key says here how it is used (RFC 8017 §7.2, RFC 3370 §4.2.1).
        return Facets::from([
            (
                Facet::Algorithm,
                Value::name("RSAES-PKCS1", Origin::Literal),
            ),
            (Facet::Padding, Value::name("PKCS1v15", Origin::Implied)),
        ]);
    }
    let mut facets = algorithm::of_oid(&oid, catalog);
    if oid == OAEP {
        // RSAES-OAEP-params (RFC 4055 §4.1) has the fields of PSS, but for the third.
        algorithm::pss(identifier.child(1), catalog, &mut facets);
        facets.remove(&Facet::SaltBits);
    }
    facets
}

/// KeyAgreeRecipientInfo: version, originator, ukm, keyEncryptionAlgorithm, the encrypted keys.
fn agree(recipient: &Node<'_>, catalog: &Catalog) -> (u32, Vec<Way>) {
    let Some(identifier) = recipient.children().find(algorithm::is_identifier) else {
        return (1, Vec::new());
    };
    let keys = recipient.children().last();
    let number = keys.map_or(1, |keys| {
        keys.children().take(MAX_RECIPIENTS).count().max(1)
    });
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let oid = identifier
        .child(0)
        .and_then(|node| node.oid())
        .unwrap_or_default();
    let Some(agreement) = AGREEMENTS.iter().find(|known| known.oid == oid) else {
        return (
            number,
            vec![(algorithm::of_oid(&oid, catalog), Operation::Agree)],
        );
    };
    let named = |name: &str| Value::name(name, Origin::Literal);
    let kdf = Facets::from([
        (Facet::Algorithm, named(agreement.kdf)),
        (Facet::Digest, named(agreement.digest)),
    ]);
    let mut ways = vec![
        (agreed(agreement, recipient, catalog), Operation::Agree),
        (kdf, Operation::Derive),
    ];
    if let Some(inner) = identifier.child(1).filter(algorithm::is_identifier) {
        ways.push((wrap(&inner, catalog), Operation::Wrap))
    }
    (number, ways)
}

/// The agreement, with the curve that the originator's key says.
fn agreed(agreement: &Agreement, recipient: &Node<'_>, catalog: &Catalog) -> Facets {
    let key = recipient
        .children()
        .find(|node| node.is_context(0))
        .and_then(|originator| originator.child(0))
        .filter(|key| key.is_context(1))
        .and_then(|key| key.child(0));
    let oid = key.and_then(|identifier| identifier.child(0)?.oid());
    let mut facets = Facets::from([(
        Facet::Algorithm,
        Value::name(agreement.agreement, Origin::Literal),
    )]);
    match oid {
        Some(oid) if oid == spki::EC => {
            let parameters = key.and_then(|identifier| identifier.child(1));
            let mut of_key = spki::of_key(&oid, parameters, catalog);
            if let Some(curve) = of_key.remove(&Facet::Curve) {
                facets.insert(Facet::Curve, curve);
            }
        }
        // X25519 and X448 have OIDs of their own; so does whatever else agrees this way.
        Some(oid) if agreement.agreement == "ECDH" => return algorithm::of_oid(&oid, catalog),
        _ if agreement.agreement != "DH" => {
            let curve = Value::unknown(Why::new("inherited", "parameters"));
            facets.insert(Facet::Curve, curve);
        }
        _ => {}
    }
    facets
}

/// A cipher that wraps the content's key; with a password it stands in the parameters (RFC 3211).
fn wrap(identifier: &Node<'_>, catalog: &Catalog) -> Facets {
    let oid = identifier.child(0).and_then(|node| node.oid());
    match (oid.as_deref(), identifier.child(1)) {
        (Some(PWRI_KEK), Some(inner)) if algorithm::is_identifier(&inner) => {
            pbe::cipher(&inner, catalog)
        }
        _ => pbe::cipher(identifier, catalog),
    }
}

/// OtherRecipientInfo; of those known, KEMRecipientInfo: version, rid, kem, kemct, kdf, kekLength, ukm, wrap, encryptedKey.
fn other(recipient: &Node<'_>, catalog: &Catalog) -> Vec<Way> {
    let oid = recipient
        .child(0)
        .and_then(|node| node.oid())
        .unwrap_or_default();
    let info = recipient.child(1);
    let (KEM_RECIPIENT, Some(info)) = (oid.as_str(), info) else {
        let unknown = Facets::from([(Facet::Algorithm, algorithm::unknown(&oid))]);
        return vec![(unknown, Operation::Wrap)];
    };
    // The rid may be a name and a number, which is no identifier.
    let mut identifiers = info.children().filter(algorithm::is_identifier);
    let mut ways = Vec::new();
    if let Some(kem) = identifiers.next().and_then(|kem| kem.child(0)?.oid()) {
        ways.push((algorithm::of_oid(&kem, catalog), Operation::Encapsulate))
    }
    if let Some(kdf) = identifiers.next() {
        ways.push((pbe::derivation(&kdf, catalog), Operation::Derive))
    }
    if let Some(identifier) = identifiers.next() {
        ways.push((wrap(&identifier, catalog), Operation::Wrap))
    }
    ways
}
