//! Password-based encryption and MACs: PBES1, PBES2, PBMAC1 (RFC 8018, RFC 9579), scrypt (RFC 7914), the schemes of PKCS #12 (RFC 7292
//! appendix C) and those of Java, as the algorithms that they are made of. `open` undoes them where a password fits.

mod cipher;
pub(super) mod open;

use super::algorithm;
use super::der::{Node, tag};
use super::seen::Seen;
use crate::knowledge::catalog::Catalog;
use crate::model::{Asset, AssetKind, Facet, Facets, Operation, Origin, Value, Why};

pub(super) const PBES2: &str = "1.2.840.113549.1.5.13";
pub(super) const PBMAC1: &str = "1.2.840.113549.1.5.14";
pub(super) const PBKDF2: &str = "1.2.840.113549.1.5.12";
pub(super) const SCRYPT: &str = "1.3.6.1.4.1.11591.4.11";
/// The key protector of JCEKS.
pub(super) const JCEKS_PROTECTOR: &str = "1.3.6.1.4.1.42.2.19.1";
/// DES-EDE3-CBC, DES-CBC, RC2-CBC.
pub(super) const TRIPLE_DES_CBC: &str = "1.2.840.113549.3.7";
pub(super) const DES_CBC: &str = "1.3.14.3.2.7";
pub(super) const RC2_CBC: &str = "1.2.840.113549.3.2";

/// A scheme whose one OID says derivation, digest and cipher; its parameters are salt and iterations.
pub(super) struct Fixed {
    oid: &'static str,
    kdf: &'static str,
    pub(super) digest: &'static str,
    pub(super) cipher: &'static str,
    pub(super) key_bits: u64,
}

const fn fixed(
    oid: &'static str,
    kdf: &'static str,
    digest: &'static str,
    cipher: &'static str,
    key_bits: u64,
) -> Fixed {
    Fixed {
        oid,
        kdf,
        digest,
        cipher,
        key_bits,
    }
}

/// RFC 8018 appendix A.3, RFC 7292 appendix C, and those that Bouncy Castle made after the latter.
#[rustfmt::skip]
static FIXED: &[Fixed] = &[
    fixed("1.2.840.113549.1.5.1", "PBKDF1", "MD2", "DES", 56),
    fixed("1.2.840.113549.1.5.3", "PBKDF1", "MD5", "DES", 56),
    fixed("1.2.840.113549.1.5.4", "PBKDF1", "MD2", "RC2", 64),
    fixed("1.2.840.113549.1.5.6", "PBKDF1", "MD5", "RC2", 64),
    fixed("1.2.840.113549.1.5.10", "PBKDF1", "SHA-1", "DES", 56),
    fixed("1.2.840.113549.1.5.11", "PBKDF1", "SHA-1", "RC2", 64),
    fixed("1.2.840.113549.1.12.1.1", "PKCS12-KDF", "SHA-1", "RC4", 128),
    fixed("1.2.840.113549.1.12.1.2", "PKCS12-KDF", "SHA-1", "RC4", 40),
    fixed("1.2.840.113549.1.12.1.3", "PKCS12-KDF", "SHA-1", "3DES", 168),
    fixed("1.2.840.113549.1.12.1.4", "PKCS12-KDF", "SHA-1", "3DES", 112),
    fixed("1.2.840.113549.1.12.1.5", "PKCS12-KDF", "SHA-1", "RC2", 128),
    fixed("1.2.840.113549.1.12.1.6", "PKCS12-KDF", "SHA-1", "RC2", 40),
    fixed("1.3.6.1.4.1.22554.1.1.2.1.2", "PKCS12-KDF", "SHA-1", "AES", 128),
    fixed("1.3.6.1.4.1.22554.1.1.2.1.22", "PKCS12-KDF", "SHA-1", "AES", 192),
    fixed("1.3.6.1.4.1.22554.1.1.2.1.42", "PKCS12-KDF", "SHA-1", "AES", 256),
    fixed("1.3.6.1.4.1.22554.1.2.1.2.1.2", "PKCS12-KDF", "SHA-256", "AES", 128),
    fixed("1.3.6.1.4.1.22554.1.2.1.2.1.22", "PKCS12-KDF", "SHA-256", "AES", 192),
    fixed("1.3.6.1.4.1.22554.1.2.1.2.1.42", "PKCS12-KDF", "SHA-256", "AES", 256),
    fixed(JCEKS_PROTECTOR, "JCEKS-KDF", "MD5", "3DES", 168),
];

impl Fixed {
    pub(super) fn of(oid: &str) -> Option<&'static Self> {
        FIXED.iter().find(|scheme| scheme.oid == oid)
    }

    /// Whether its key comes from the derivation of PKCS #12.
    pub(super) fn is_pkcs12(&self) -> bool {
        self.kdf == "PKCS12-KDF"
    }
}

/// Adds what an AlgorithmIdentifier of a password-based scheme is made of, a KDF and a cipher or MAC, at the place that is stood at. Their
/// numbers, for what is protected so to refer to.
pub(super) fn scheme(identifier: &Node<'_>, seen: &mut Seen<'_>) -> Vec<usize> {
    parts(identifier, seen.catalog())
        .into_iter()
        .map(|(facets, operation)| add(facets, operation, "object/pbe", seen))
        .collect()
}

/// Adds an algorithm in use.
pub(super) fn add(
    facets: Facets,
    operation: Operation,
    entry: &'static str,
    seen: &mut Seen<'_>,
) -> usize {
    seen.add(
        Asset {
            facets,
            operations: [operation].into(),
            ..Asset::new(AssetKind::Algorithm)
        },
        entry,
    )
}

/// Adds the derivation of PKCS #12 and the HMAC that it gives a key to (RFC 7292 §4).
pub(super) fn pkcs12_mac(
    digest: Value,
    salt: u64,
    iterations: Value,
    seen: &mut Seen<'_>,
) -> Vec<usize> {
    let kdf = Facets::from([
        (Facet::Algorithm, Value::name("PKCS12-KDF", Origin::Literal)),
        (Facet::Digest, digest.clone()),
        (Facet::SaltBits, Value::number(salt * 8, Origin::Literal)),
        (Facet::Iterations, iterations),
    ]);
    let mac = Facets::from([
        (Facet::Algorithm, Value::name("HMAC", Origin::Literal)),
        (Facet::Digest, digest),
    ]);
    vec![
        add(kdf, Operation::Derive, "object/pbe", seen),
        add(mac, Operation::Mac, "object/pbe", seen),
    ]
}

type Part = (Facets, Operation);

/// The algorithms that a scheme is made of.
fn parts(identifier: &Node<'_>, catalog: &Catalog) -> Vec<Part> {
    let mut fields = identifier.children();
    let Some(oid) = fields.next().and_then(|node| node.oid()) else {
        return Vec::new();
    };
    let parameters = fields.next();
    let both = parameters.map(|node| (node.child(0), node.child(1)));
    match (oid.as_str(), both) {
        (PBES2, Some((Some(kdf), Some(scheme)))) => {
            let key = cipher(&scheme, catalog);
            vec![
                (derivation(&kdf, catalog), Operation::Derive),
                (key, Operation::Encrypt),
            ]
        }
        (PBMAC1, Some((Some(kdf), Some(scheme)))) => {
            let mac = scheme.child(0).and_then(|node| node.oid());
            let mac = mac.map_or_else(Facets::new, |oid| algorithm::of_oid(&oid, catalog));
            vec![
                (derivation(&kdf, catalog), Operation::Derive),
                (mac, Operation::Mac),
            ]
        }
        (PBKDF2 | SCRYPT, _) => vec![(derivation(identifier, catalog), Operation::Derive)],
        _ => match Fixed::of(&oid) {
            Some(scheme) => of_fixed(scheme, parameters),
            None => vec![(algorithm::of_oid(&oid, catalog), Operation::Encrypt)],
        },
    }
}

fn of_fixed(scheme: &Fixed, parameters: Option<Node<'_>>) -> Vec<Part> {
    let mut kdf = Facets::from([
        (Facet::Algorithm, Value::name(scheme.kdf, Origin::Literal)),
        (Facet::Digest, Value::name(scheme.digest, Origin::Literal)),
    ]);
    let field = |n| parameters.as_ref().and_then(|node| node.child(n));
    kdf.insert(Facet::SaltBits, salt(field(0)));
    kdf.insert(Facet::Iterations, iterations(field(1)));
    let mut cipher = Facets::from([
        (
            Facet::Algorithm,
            Value::name(scheme.cipher, Origin::Literal),
        ),
        (
            Facet::KeyBits,
            Value::number(scheme.key_bits, Origin::Literal),
        ),
    ]);
    if scheme.cipher != "RC4" {
        cipher.insert(Facet::Mode, Value::name("CBC", Origin::Literal));
    }
    vec![(kdf, Operation::Derive), (cipher, Operation::Encrypt)]
}

fn salt(node: Option<Node<'_>>) -> Value {
    match node {
        Some(salt) if salt.is(tag::OCTET_STRING) => {
            Value::number(salt.body.len() as u64 * 8, Origin::Literal)
        }
        _ => Value::unknown(Why::new("damaged", "salt")),
    }
}

/// How often a derivation iterates.
pub(super) fn iterations(node: Option<Node<'_>>) -> Value {
    match node.as_ref().and_then(Node::small) {
        Some(number) => Value::number(number, Origin::Literal),
        None => Value::unknown(Why::new("damaged", "iterations")),
    }
}

/// PBKDF2 and scrypt with their parameters (RFC 8018 appendix A.2, RFC 7914 §7); others by their OID.
pub(super) fn derivation(identifier: &Node<'_>, catalog: &Catalog) -> Facets {
    let Some(oid) = identifier.child(0).and_then(|node| node.oid()) else {
        return Facets::from([(Facet::Algorithm, Value::unknown(Why::new("damaged", "KDF")))]);
    };
    let mut facets = algorithm::of_oid(&oid, catalog);
    let Some(parameters) = identifier.child(1) else {
        return facets;
    };
    match oid.as_str() {
        PBKDF2 => {
            facets.insert(Facet::SaltBits, salt(parameters.child(0)));
            facets.insert(Facet::Iterations, iterations(parameters.child(1)));
            let rest = || parameters.children().skip(2);
            length(rest().next(), &mut facets);
            facets.insert(
                Facet::Digest,
                match rest().find(algorithm::is_identifier) {
                    Some(prf) => digest_of(&prf, catalog),
                    // RFC 8018 appendix A.2: algid-hmacWithSHA1.
                    None => Value::name("SHA-1", Origin::Default),
                },
            );
        }
        SCRYPT => {
            facets.insert(Facet::SaltBits, salt(parameters.child(0)));
            length(parameters.child(4), &mut facets);
        }
        _ => {}
    }
    facets
}

fn length(node: Option<Node<'_>>, facets: &mut Facets) {
    if let Some(bytes) = node.as_ref().and_then(Node::small).filter(|n| *n < 1 << 16) {
        facets.insert(Facet::KeyBits, Value::number(bytes * 8, Origin::Literal));
    }
}

/// The digest of a PRF.
fn digest_of(prf: &Node<'_>, catalog: &Catalog) -> Value {
    let oid = prf.child(0).and_then(|node| node.oid()).unwrap_or_default();
    algorithm::of_oid(&oid, catalog)
        .remove(&Facet::Digest)
        .unwrap_or_else(|| algorithm::unknown(&oid))
}

/// A cipher with what its parameters say: of RC2 the effective bits (RFC 2268 §6), of GCM and CCM the length of the tag (RFC 5084 §3).
pub(super) fn cipher(identifier: &Node<'_>, catalog: &Catalog) -> Facets {
    let Some(oid) = identifier.child(0).and_then(|node| node.oid()) else {
        return Facets::from([(
            Facet::Algorithm,
            Value::unknown(Why::new("damaged", "cipher")),
        )]);
    };
    let mut facets = algorithm::of_oid(&oid, catalog);
    let parameters = identifier.child(1);
    match oid.as_str() {
        RC2_CBC => {
            facets.insert(
                Facet::KeyBits,
                match parameters.and_then(effective_bits) {
                    Some(bits) => Value::number(bits, Origin::Literal),
                    None => Value::unknown(Why::new("damaged", "effective key bits")),
                },
            );
        }
        TRIPLE_DES_CBC => {
            facets.insert(Facet::KeyBits, Value::number(168, Origin::Implied));
        }
        _ => {}
    }
    let mode = facets.get(&Facet::Mode).and_then(Value::single_name);
    if matches!(mode, Some("GCM" | "CCM"))
        && let Some(parameters) = parameters.filter(|node| node.is(tag::SEQUENCE))
    {
        let length = parameters.child(1).as_ref().and_then(Node::small);
        facets.insert(
            Facet::TagBits,
            match length {
                Some(bytes) if bytes <= 32 => Value::number(bytes * 8, Origin::Literal),
                Some(_) => Value::unknown(Why::new("damaged", "tag length")),
                None => Value::number(96, Origin::Default),
            },
        );
    }
    facets
}

/// The version of RC2's parameters stands for effective bits; from 256 on it is they.
pub(super) fn effective_bits(parameters: Node<'_>) -> Option<u64> {
    let Some(version) = parameters.child(0).as_ref().and_then(Node::small) else {
        // RFC 2268 §6: an IV alone means 32.
        return parameters.is(tag::OCTET_STRING).then_some(32);
    };
    match version {
        160 => Some(40),
        120 => Some(64),
        58 => Some(128),
        256..=1024 => Some(version),
        _ => None,
    }
}
