//! SubjectPublicKeyInfo (RFC 5280 §4.1): the one form in which every public key is told from every other. Keys that other formats write
//! differently are written in it here, so that all places of a key have one fingerprint.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::der::{
    Node, append_unsigned, begin, bit_length, length_of_unsigned, length_with_header, tag, write,
    write_oid, write_unsigned,
};
use super::{algorithm, derive, explicit};
use crate::knowledge::catalog::{Catalog, OidMeaning};
use crate::model::object::{Half, Key, KeyId};
use crate::model::{Asset, AssetKind, Facet, Facets, Fingerprint, Object, Origin, Value, Why};

/// rsaEncryption (RFC 3279 §2.3.1).
pub(super) const RSA: &str = "1.2.840.113549.1.1.1";
/// id-RSASSA-PSS (RFC 4055 §3.1).
pub(super) const RSA_PSS: &str = "1.2.840.113549.1.1.10";
/// id-dsa.
pub(super) const DSA: &str = "1.2.840.10040.4.1";
/// id-ecPublicKey (RFC 5480).
pub(super) const EC: &str = "1.2.840.10045.2.1";
/// dhpublicnumber (X9.42).
pub(super) const DH_X942: &str = "1.2.840.10046.2.1";
/// dhKeyAgreement (PKCS #3).
pub(super) const DH_PKCS3: &str = "1.2.840.113549.1.3.1";
/// NULL.
const NULL: [u8; 2] = [0x05, 0x00];

/// rsaEncryption with its NULL, as an AlgorithmIdentifier (RFC 3279 §2.3.1).
const RSA_IDENTIFIER: [u8; 15] = *b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// A public key: what it is, and its fingerprint.
pub(super) struct PublicKey {
    pub(super) facets: Facets,
    pub(super) fingerprint: Fingerprint,
}

impl PublicKey {
    /// The asset that a place shows of it.
    pub(super) fn asset(self, half: Half, form: &'static str) -> Asset {
        key(self.facets, KeyId::Spki(self.fingerprint), half, form)
    }
}

/// SHA-256.
pub(super) fn fingerprint(bytes: &[u8]) -> Fingerprint {
    Fingerprint(Sha256::digest(bytes).into())
}

/// A key asset.
pub(super) fn key(facets: Facets, id: KeyId, half: Half, form: &'static str) -> Asset {
    let key = Key {
        id,
        halves: [half].into(),
        forms: [form].into(),
        labels: Default::default(),
    };
    Asset {
        facets,
        object: Some(std::sync::Arc::new(Object::Key(key))),
        ..Asset::new(AssetKind::Key)
    }
}

/// Reads a SubjectPublicKeyInfo; `None` where the bytes are none.
pub(super) fn read(der: &[u8], catalog: &Catalog) -> Option<PublicKey> {
    let (whole, _) = Node::first(der)?;
    let mut parts = whole.children();
    let identifier = parts.next().filter(algorithm::is_identifier)?;
    let bits = parts.next()?.bits()?;
    if parts.next().is_some() || !whole.is(tag::SEQUENCE) {
        return None;
    }
    if identifier.whole == RSA_IDENTIFIER
        && let Some((n, e)) = rsa_numbers(bits)
    {
        return Some(PublicKey {
            facets: of_rsa_size(bit_length(n)),
            fingerprint: fingerprint(&rsa(n, e)),
        });
    }
    let mut fields = identifier.children();
    let oid = fields.next()?.oid()?;
    let parameters = fields.next();
    let mut facets = of_key(&oid, parameters, catalog);
    let canonical = match facets.get(&Facet::Algorithm).and_then(Value::single_name) {
        Some("RSA" | "RSASSA-PSS" | "RSAES-OAEP") => of_rsa(bits, &mut facets),
        Some("DSA" | "DH") => {
            of_finite_field(parameters, catalog, &mut facets);
            None
        }
        _ if is_ec(&oid) => {
            let curve = facets.get(&Facet::Curve).and_then(Value::single_name);
            curve
                .and_then(|name| catalog.curve(name))
                .and_then(|curve| {
                    let point = derive::uncompressed(&curve.name, bits);
                    ec(curve.oids.first()?, point.as_deref().unwrap_or(bits))
                })
        }
        // Parameters must be absent (RFC 8410 §3, RFC 9881 §2); NULL is a common mistake.
        _ if parameters.is_some_and(|p| p.whole == NULL) => raw(&oid, bits),
        _ => None,
    };
    let fingerprint = fingerprint(canonical.as_deref().unwrap_or(whole.whole));
    Some(PublicKey {
        facets,
        fingerprint,
    })
}

/// Size and canonical form of an RSA key. A key that is bound to PSS or OAEP has the fingerprint of the same key without the bond.
fn of_rsa(bits: &[u8], facets: &mut Facets) -> Option<Vec<u8>> {
    let Some((n, e)) = rsa_numbers(bits) else {
        let why = Why::new("damaged", "modulus");
        facets.insert(Facet::KeyBits, Value::unknown(why));
        return None;
    };
    let size = Value::number(bit_length(n), Origin::Literal);
    facets.insert(Facet::KeyBits, size);
    Some(rsa(n, e))
}

/// What is said of an RSA key of some size. Nearly all keys are of a few sizes, and share it.
fn of_rsa_size(bits: u64) -> Facets {
    static USUAL: LazyLock<[(u64, Facets); 4]> =
        LazyLock::new(|| [2048, 4096, 3072, 1024].map(|bits| (bits, said(bits))));
    fn said(bits: u64) -> Facets {
        let mut facets = named("RSA");
        facets.insert(Facet::KeyBits, Value::number(bits, Origin::Literal));
        facets
    }
    match USUAL.iter().find(|(usual, _)| *usual == bits) {
        Some((_, facets)) => facets.clone(),
        None => said(bits),
    }
}

/// What the parameters of DSA and DH keys say: the size of the prime, and the group where it has a name.
pub(super) fn of_finite_field(
    parameters: Option<Node<'_>>,
    catalog: &Catalog,
    facets: &mut Facets,
) {
    let prime = parameters.and_then(|p| p.child(0));
    let Some(prime) = prime.as_ref().and_then(Node::magnitude) else {
        let why = Why::new("inherited", "parameters");
        facets.insert(Facet::KeyBits, Value::unknown(why));
        return;
    };
    let size = Value::number(bit_length(prime), Origin::Literal);
    facets.insert(Facet::KeyBits, size);
    if let Some(group) = explicit::group(prime, catalog) {
        facets.insert(Facet::Group, Value::name(group, Origin::Literal));
    }
}

/// Keys on curves of Weierstrass form; those of `id-ecDH` and `id-ecMQV` (RFC 5480 §2.1.2) may only agree, and are the same keys.
fn is_ec(oid: &str) -> bool {
    matches!(oid, EC | "1.3.132.1.12" | "1.3.132.1.13")
}

/// The encoding of id-ecPublicKey.
pub(super) fn oid_of_ec() -> Vec<u8> {
    write_oid(EC).unwrap_or_default()
}

/// What algorithm identifier and parameters say of a key.
pub(super) fn of_key(oid: &str, parameters: Option<Node<'_>>, catalog: &Catalog) -> Facets {
    match oid {
        _ if is_ec(oid) => {
            let curve = parameters.map_or_else(
                || Value::unknown(Why::new("inherited", "parameters")),
                |parameters| curve(&parameters, catalog),
            );
            // SM2 has the identifier of any elliptic-curve key; its curve is used for nothing else (GB/T 32918).
            let name = curve
                .single_name()
                .and_then(|name| catalog.curve(name)?.key.clone())
                .unwrap_or_else(|| "EC".to_owned());
            Facets::from([
                (Facet::Algorithm, Value::name(name, Origin::Literal)),
                (Facet::Curve, curve),
            ])
        }
        RSA => named("RSA"),
        DSA => named("DSA"),
        DH_X942 | DH_PKCS3 => named("DH"),
        // A key that may only sign with PSS, and with these parameters only where it has any (RFC 4055 §3.1).
        RSA_PSS => {
            let mut facets = named("RSASSA-PSS");
            if parameters.is_some() {
                algorithm::pss(parameters, catalog, &mut facets)
            }
            facets
        }
        _ => {
            let mut facets = algorithm::of_oid(oid, catalog);
            if let Some(named) = parameters.and_then(|p| curve_in(&p, catalog)) {
                facets.insert(Facet::Curve, Value::name(named, Origin::Literal));
            }
            facets
        }
    }
}

/// The curve that the parameters of a national standard name: the OID alone, or first in a SEQUENCE (RFC 4491 §2.3, RFC 9215, DSTU 4145).
fn curve_in<'c>(parameters: &Node<'_>, catalog: &'c Catalog) -> Option<&'c str> {
    let oid = parameters.oid().or_else(|| {
        parameters
            .child(0)
            .filter(|_| parameters.is(tag::SEQUENCE))?
            .oid()
    })?;
    match catalog.by_oid(&oid)? {
        OidMeaning::Curve(name) => Some(name),
        OidMeaning::Algorithm(..) => None,
    }
}

fn named(name: &str) -> Facets {
    Facets::from([(Facet::Algorithm, Value::name(name, Origin::Literal))])
}

/// The curve that ECParameters name.
pub(super) fn curve(parameters: &Node<'_>, catalog: &Catalog) -> Value {
    if let Some(oid) = parameters.oid() {
        return match catalog.by_oid(&oid) {
            Some(OidMeaning::Curve(name)) => Value::name(name, Origin::Literal),
            _ => algorithm::unknown(&oid),
        };
    }
    if parameters.is(tag::SEQUENCE) {
        return match explicit::curve(parameters, catalog) {
            Some(name) => Value::name(name, Origin::Literal),
            None => Value::unknown(Why::new("explicit", "curve parameters")),
        };
    }
    Value::unknown(Why::new("inherited", "parameters"))
}

/// Modulus and exponent of an RSAPublicKey (RFC 8017 appendix A.1.1).
pub(super) fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = Node::first(der)?;
    let mut numbers = sequence.children();
    let n = numbers.next()?.magnitude()?;
    let e = numbers.next()?.magnitude()?;
    (sequence.is(tag::SEQUENCE) && !n.is_empty()).then_some((n, e))
}

fn info(identifier: &[u8], key: &[u8]) -> Vec<u8> {
    let mut bits = vec![0];
    bits.extend_from_slice(key);
    let body = [write(0x30, identifier), write(0x03, &bits)].concat();
    write(0x30, &body)
}

/// Of modulus and exponent, given without a sign.
pub(super) fn rsa(n: &[u8], e: &[u8]) -> Vec<u8> {
    let numbers = length_of_unsigned(n) + length_of_unsigned(e);
    let bits = 1 + length_with_header(numbers);
    let body = RSA_IDENTIFIER.len() + length_with_header(bits);
    let mut out = Vec::with_capacity(length_with_header(body));
    begin(0x30, body, &mut out);
    out.extend_from_slice(&RSA_IDENTIFIER);
    begin(0x03, bits, &mut out);
    out.push(0);
    begin(0x30, numbers, &mut out);
    append_unsigned(n, &mut out);
    append_unsigned(e, &mut out);
    out
}

/// Of a point on a named curve, encoded as SEC 1 §2.3.3 has it.
pub(super) fn ec(curve_oid: &str, point: &[u8]) -> Option<Vec<u8>> {
    let identifier = [write_oid(EC)?, write_oid(curve_oid)?].concat();
    Some(info(&identifier, point))
}

/// Of a key that is a string of bytes and has no parameters: Ed25519, X448 (RFC 8410), ML-DSA, ML-KEM, SLH-DSA.
pub(super) fn raw(oid: &str, key: &[u8]) -> Option<Vec<u8>> {
    Some(info(&write_oid(oid)?, key))
}

/// Of DSA numbers, given without a sign.
pub(super) fn dsa(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Vec<u8> {
    let parameters = [write_unsigned(p), write_unsigned(q), write_unsigned(g)].concat();
    let identifier = [write_oid(DSA).unwrap_or_default(), write(0x30, &parameters)].concat();
    info(&identifier, &write_unsigned(y))
}
