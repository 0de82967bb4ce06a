//! Keys in ASN.1: PKCS #8 and OneAsymmetricKey (RFC 5958), EncryptedPrivateKeyInfo, PKCS #1 (RFC 8017), ECPrivateKey (RFC 5915), the DSA
//! key of OpenSSL, SubjectPublicKeyInfo; parameters alone; and the key files of TPMs.
//!
//! Private values are looked at for the public half only.

pub(super) mod parameters;
#[cfg(test)]
mod tests;
mod tpm;
pub(super) mod traditional;

use super::der::{Node, bit_length, tag, write, write_oid};
use super::passwords::{self, Candidates};
use super::pbe::open::Failure;
use super::pem::Block;
use super::seen::Seen;
use super::{derive, pbe, spki};
use crate::knowledge::catalog::Catalog;
use crate::model::object::{Half, KeyId};
use crate::model::{Asset, Facet, Facets, Value, Why};

/// The reason of a key whose private half is in sight and that no crate can derive the public half of.
const NOT_DERIVED: &str = "public half not derived";

/// Reads a key of any of the forms, told by its shape; `false` where it is none.
pub(super) fn read(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some((whole, _)) = Node::first(der) else {
        return false;
    };
    if !whole.is(tag::SEQUENCE) {
        return false;
    }
    let mut parts = whole.children();
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else {
        return false;
    };
    if first.is(tag::OID) {
        return tpm::read(&whole, seen);
    }
    if super::algorithm::is_identifier(&first) && parts.next().is_none() {
        return (second.is(tag::BIT_STRING) && public(&whole, seen))
            || (is_encryption(&first) && encrypted(&whole, seen));
    }
    if !first.is(tag::INTEGER) {
        return false;
    }
    if super::algorithm::is_identifier(&second) {
        return private(&whole, "PKCS#8", seen).is_some();
    }
    if second.is(tag::OCTET_STRING) {
        return sec1(&whole, seen);
    }
    numbers(&whole, seen)
}

/// Keys and parameters that are nothing but numbers.
fn numbers(whole: &Node<'_>, seen: &mut Seen<'_>) -> bool {
    // Behind the ninth, a key of more than two primes has a list of the others.
    let numbers: Option<Vec<&[u8]>> = whole.children().take(9).map(|n| n.unsigned()).collect();
    let Some(numbers) = numbers else { return false };
    match *numbers {
        // RSAPrivateKey: version, n, e and six more.
        [[] | [1], _, _, _, _, _, _, _, _, ..] => rsa_private(whole, seen),
        [[], p, q, g, y, x] if looks_like_dsa(p, q) && x.len() <= q.len() => {
            dsa_private([p, q, g, y], seen)
        }
        [n, e] if is_modulus(n) && is_exponent(e) => rsa_public(n, e, seen),
        [p, g, ref rest @ ..] if rest.len() <= 1 && is_modulus(p) => {
            parameters::untold(whole, p, g, rest.first().copied(), seen)
        }
        _ => false,
    }
}

fn is_modulus(n: &[u8]) -> bool {
    bit_length(n) >= 500 && n.last().is_some_and(|last| last % 2 == 1)
}

/// The exponents that are in use; another number beside a large one may be a generator.
fn is_exponent(e: &[u8]) -> bool {
    matches!(e, [1, 0, 1] | [3] | [17] | [35] | [37] | [1, 1])
}

fn looks_like_dsa(p: &[u8], q: &[u8]) -> bool {
    is_modulus(p) && matches!(bit_length(q), 160 | 224 | 256)
}

/// SubjectPublicKeyInfo.
fn public(whole: &Node<'_>, seen: &mut Seen<'_>) -> bool {
    let Some(key) = spki::read(whole.whole, seen.catalog()) else {
        return false;
    };
    seen.add(key.asset(Half::Public, "SPKI"), "object/spki");
    true
}

/// OneAsymmetricKey, of which PrivateKeyInfo is the first version; the number of its finding.
pub(super) fn private(whole: &Node<'_>, form: &'static str, seen: &mut Seen<'_>) -> Option<usize> {
    let mut parts = whole.children();
    parts.next()?.small().filter(|version| *version <= 2)?;
    let identifier = parts.next().filter(super::algorithm::is_identifier)?;
    let key = parts.next().filter(|key| key.is(tag::OCTET_STRING))?;
    // publicKey [1] IMPLICIT BIT STRING.
    let beside = parts
        .find(|field| field.is_context(1))
        .and_then(|field| field.body.split_first())
        .map(|(_, bits)| bits)
        .filter(|bits| !bits.is_empty());
    Some(add_private(
        &identifier,
        &key.octets()?,
        beside,
        (form, "object/pkcs8"),
        seen,
    ))
}

/// Adds the key that an AlgorithmIdentifier and a private value make.
fn add_private(
    identifier: &Node<'_>,
    private: &[u8],
    beside: Option<&[u8]>,
    (form, entry): (&'static str, &'static str),
    seen: &mut Seen<'_>,
) -> usize {
    let known = derive::public(identifier, private, beside, seen)
        .and_then(|info| spki::read(&info, seen.catalog()));
    let asset = match known {
        Some(mut key) => {
            // A key that is bound to PSS says so; its numbers are those of any RSA key.
            let oid = identifier.child(0).and_then(|oid| oid.oid());
            if oid.as_deref() == Some(spki::RSA_PSS) {
                let bound = spki::of_key(spki::RSA_PSS, identifier.child(1), seen.catalog());
                key.facets.extend(bound)
            }
            key.asset(Half::Private, form)
        }
        None => alone(identifier, form, seen),
    };
    seen.add(asset, entry)
}

/// A private key of which nothing public is known but its kind: the place tells it from others.
fn alone(identifier: &Node<'_>, form: &'static str, seen: &Seen<'_>) -> Asset {
    let oid = identifier.child(0).and_then(|oid| oid.oid());
    let parameters = identifier.child(1);
    let mut facets = spki::of_key(&oid.unwrap_or_default(), parameters, seen.catalog());
    match facets.get(&Facet::Algorithm).and_then(Value::single_name) {
        Some("DSA" | "DH") => spki::of_finite_field(parameters, seen.catalog(), &mut facets),
        Some("RSA") => {
            facets.insert(
                Facet::KeyBits,
                Value::unknown(Why::new("damaged", "modulus")),
            );
        }
        _ => {}
    }
    let place = seen.place();
    let mut text = identifier.whole.to_vec();
    text.extend_from_slice(format!("{}:{}", place.path, place.span.start).as_bytes());
    let id = KeyId::Itself(spki::fingerprint(&text), NOT_DERIVED);
    spki::key(facets, id, Half::Private, form)
}

/// RSAPrivateKey.
fn rsa_private(whole: &Node<'_>, seen: &mut Seen<'_>) -> bool {
    let Some((n, e)) = derive::rsa_numbers(whole.whole) else {
        return false;
    };
    let Some(key) = spki::read(&spki::rsa(n, e), seen.catalog()) else {
        return false;
    };
    seen.add(key.asset(Half::Private, "PKCS#1"), "object/pkcs1");
    true
}

/// RSAPublicKey.
fn rsa_public(n: &[u8], e: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some(key) = spki::read(&spki::rsa(n, e), seen.catalog()) else {
        return false;
    };
    seen.add(key.asset(Half::Public, "PKCS#1"), "object/pkcs1");
    true
}

/// A block whose label says that it is an RSAPublicKey: any exponent is believed.
pub(super) fn rsa_public_block(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    match spki::rsa_numbers(&block.bytes) {
        Some((n, e)) => rsa_public(n, e, seen),
        None => super::encoded::read(&block.bytes, seen),
    }
}

/// DSAPrivateKey as OpenSSL has always written it: 0, p, q, g, y, x.
fn dsa_private([p, q, g, y]: [&[u8]; 4], seen: &mut Seen<'_>) -> bool {
    let Some(key) = spki::read(&spki::dsa(p, q, g, y), seen.catalog()) else {
        return false;
    };
    seen.add(key.asset(Half::Private, "DSA"), "object/dsa");
    true
}

/// ECPrivateKey. Where it names no curve itself, the parameters right before it do.
fn sec1(whole: &Node<'_>, seen: &mut Seen<'_>) -> bool {
    let version = whole.child(0).and_then(|version| version.small());
    let bytes = whole.child(1).map_or(0, |key| key.body.len());
    let plain = whole
        .children()
        .skip(2)
        .all(|field| field.is_context(0) || field.is_context(1));
    if version != Some(1) || !(8..=128).contains(&bytes) || !plain {
        return false;
    }
    let beside = seen
        .supersede(parameters::EC)
        .and_then(|asset| oid_of_curve(&asset, seen.catalog()));
    let parameters = match derive::inner_parameters(whole) {
        Some(parameters) => parameters.whole.to_vec(),
        None => beside.unwrap_or_default(),
    };
    let body = [spki::oid_of_ec(), parameters];
    let identifier = write(0x30, &body.concat());
    let Some(identifier) = Node::only(&identifier) else {
        return false;
    };
    add_private(
        &identifier,
        whole.whole,
        None,
        ("SEC1", "object/sec1"),
        seen,
    );
    true
}

/// The encoding of the OID of an asset's curve.
fn oid_of_curve(asset: &Asset, catalog: &Catalog) -> Option<Vec<u8>> {
    let curve = asset.facets.get(&Facet::Curve)?.single_name()?;
    write_oid(catalog.curve(curve)?.oids.first()?)
}

/// Whether an AlgorithmIdentifier before an OCTET STRING is one of encryption: a DigestInfo (RFC 8017 §9.2) has the same shape.
fn is_encryption(identifier: &Node<'_>) -> bool {
    let oid = identifier.child(0).and_then(|oid| oid.oid());
    oid.is_some_and(|oid| {
        // PKCS #5, PKCS #12, and the protector of Java's first keystore.
        oid.starts_with("1.2.840.113549.1.5.")
            || oid.starts_with("1.2.840.113549.1.12.1.")
            || oid.starts_with("1.3.6.1.4.1.42.2.17.1.")
    })
}

/// EncryptedPrivateKeyInfo. Where no password fits, which key it is stays unknown, how it is protected does not.
fn encrypted(whole: &Node<'_>, seen: &mut Seen<'_>) -> bool {
    let (Some(identifier), Some(content)) = (whole.child(0), whole.child(1)) else {
        return false;
    };
    if !super::algorithm::is_identifier(&identifier) || !content.is(tag::OCTET_STRING) {
        return false;
    }
    let candidates = Candidates::all(seen);
    let opened = match content.octets() {
        Some(content) => passwords::decrypt(&identifier, &content, &candidates, seen),
        None => Err(Failure::Unsupported),
    };
    // What is in it is a key, or it was not the password: no further envelope is opened.
    let found =
        opened.map(|(_, plain)| behind(&plain, |key, seen| private(key, "PKCS#8", seen), seen));
    let key = match found {
        Ok(Some(key)) => key,
        Ok(None) => locked(whole, seen),
        Err(failure) => {
            passwords::tell(failure, "a private key", seen);
            locked(whole, seen)
        }
    };
    for part in pbe::scheme(&identifier, seen) {
        seen.uses(key, part);
    }
    true
}

/// Reads what was behind a password.
fn behind(
    plain: &[u8],
    read: impl FnOnce(&Node<'_>, &mut Seen<'_>) -> Option<usize>,
    seen: &mut Seen<'_>,
) -> Option<usize> {
    let (key, _) = Node::first(plain)?;
    let before = seen.behind_password;
    seen.behind_password = true;
    let found = read(&key, seen);
    seen.behind_password = before;
    found
}

/// A key that stayed closed is told by its encrypted bytes.
fn locked(whole: &Node<'_>, seen: &mut Seen<'_>) -> usize {
    let facets = Facets::from([(Facet::Algorithm, Value::unknown(Why::new("encrypted", "")))]);
    let id = KeyId::Itself(spki::fingerprint(whole.whole), "the key is encrypted");
    let asset = spki::key(facets, id, Half::EncryptedPrivate, "PKCS#8");
    seen.add(asset, "object/pkcs8")
}

/// A block whose label says that it is one: its scheme may be any.
pub(super) fn encrypted_block(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    Node::first(&block.bytes).is_some_and(|(whole, _)| encrypted(&whole, seen))
        || super::encoded::read(&block.bytes, seen)
}
