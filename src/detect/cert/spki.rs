//! SubjectPublicKeyInfo (RFC 5280 §4.1): the one form in which every public key is told from every other. Keys that other formats write
//! differently are written in it here, so that all places of a key have one fingerprint.

use sha2::{Digest as _, Sha256};

use super::algorithm;
use super::der::{Node, bit_length, tag, write, write_oid, write_unsigned};
use crate::knowledge::catalog::{Catalog, OidMeaning};
use crate::model::object::{Half, Key, KeyId};
use crate::model::{Asset, AssetKind, Facet, Facets, Fingerprint, Object, Origin, Value, Why};

/// rsaEncryption (RFC 3279 §2.3.1).
pub(super) const RSA: &str = "1.2.840.113549.1.1.1";
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
    let mut fields = identifier.children();
    let oid = fields.next()?.oid()?;
    let parameters = fields.next();
    let mut facets = of_key(&oid, parameters, catalog);
    let mut canonical = None;
    match oid.as_str() {
        RSA | "1.2.840.113549.1.1.10" | "1.2.840.113549.1.1.7" => {
            if let Some((n, e)) = rsa_numbers(bits) {
                facets.insert(
                    Facet::KeyBits,
                    Value::number(bit_length(n), Origin::Literal),
                );
                // RSA is RSA: a key that PSS is asked of is the same key.
                canonical = Some(rsa(n, e));
            } else {
                facets.insert(
                    Facet::KeyBits,
                    Value::unknown(Why::new("damaged", "modulus")),
                );
            }
        }
        DSA | DH_X942 | DH_PKCS3 => {
            let prime = parameters.and_then(|p| p.child(0));
            let size = match prime.as_ref().and_then(Node::unsigned) {
                Some(prime) => Value::number(bit_length(prime), Origin::Literal),
                None => Value::unknown(Why::new("inherited", "parameters")),
            };
            facets.insert(Facet::KeyBits, size);
        }
        EC => {
            let curve = facets.get(&Facet::Curve).and_then(Value::single_name);
            // Explicit parameters of a named curve are that curve.
            canonical = curve
                .filter(|_| parameters.is_some_and(|p| p.is(tag::SEQUENCE)))
                .and_then(|name| catalog.curve(name)?.oids.first())
                .and_then(|oid| ec(oid, bits));
        }
        _ => {}
    }
    let fingerprint = fingerprint(canonical.as_deref().unwrap_or(whole.whole));
    Some(PublicKey {
        facets,
        fingerprint,
    })
}

/// What algorithm identifier and parameters say of a key.
pub(super) fn of_key(oid: &str, parameters: Option<Node<'_>>, catalog: &Catalog) -> Facets {
    match oid {
        EC | "1.3.132.1.12" | "1.3.132.1.13" => {
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
        // The key is RSA; that it may only sign with PSS, or only transport with OAEP, is what it is for.
        "1.2.840.113549.1.1.10" | "1.2.840.113549.1.1.7" => named("RSA"),
        _ => algorithm::of_oid(oid, catalog),
    }
}

fn named(name: &str) -> Facets {
    Facets::from([(Facet::Algorithm, Value::name(name, Origin::Literal))])
}

/// The curve that ECParameters name.
fn curve(parameters: &Node<'_>, catalog: &Catalog) -> Value {
    if let Some(oid) = parameters.oid() {
        return match catalog.by_oid(&oid) {
            Some(OidMeaning::Curve(name)) => Value::name(name, Origin::Literal),
            _ => algorithm::unknown(&oid),
        };
    }
    if parameters.is(tag::SEQUENCE) {
        return Value::unknown(Why::new("explicit", "curve parameters"));
    }
    Value::unknown(Why::new("inherited", "parameters"))
}

/// Modulus and exponent of an RSAPublicKey (RFC 8017 appendix A.1.1).
pub(super) fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = Node::first(der)?;
    let mut numbers = sequence.children();
    let n = numbers.next()?.unsigned()?;
    let e = numbers.next()?.unsigned()?;
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
    let identifier = [write_oid(RSA).unwrap_or_default(), NULL.to_vec()].concat();
    let key = write(0x30, &[write_unsigned(n), write_unsigned(e)].concat());
    info(&identifier, &key)
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
