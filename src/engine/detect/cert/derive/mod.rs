//! The public half of a private key: read where its encoding holds it, computed where a crate can. What comes out is a
//! SubjectPublicKeyInfo; the private value goes nowhere else.

mod post_quantum;

use num_bigint::BigUint;

use super::der::{Node, bit_length, tag, write, write_unsigned};
use super::seen::Seen;
use super::spki;
use crate::knowledge::catalog::{Catalog, OidMeaning};

/// Larger numbers are not computed with.
const MAX_BITS: u64 = 8192;

/// The SubjectPublicKeyInfo of what PKCS #8 holds: its AlgorithmIdentifier, the content of `privateKey`, and the public key beside it if
/// there is one (RFC 5958). `None` where no way leads to it.
pub(super) fn public(
    identifier: &Node<'_>,
    private: &[u8],
    beside: Option<&[u8]>,
    seen: &mut Seen<'_>,
) -> Option<Vec<u8>> {
    let oid = identifier.child(0)?.oid()?;
    let parameters = identifier.child(1);
    let catalog = seen.catalog();
    if let Some(bits) = beside {
        return Some(info(identifier.body, bits));
    }
    match oid.as_str() {
        spki::RSA | "1.2.840.113549.1.1.10" | "1.2.840.113549.1.1.7" => {
            let (n, e) = rsa_numbers(private)?;
            Some(spki::rsa(n, e))
        }
        spki::EC | "1.3.132.1.12" | "1.3.132.1.13" => {
            let (key, _) = Node::first(private)?;
            let parameters = parameters.or_else(|| inner_parameters(&key))?;
            let name = curve_name(&parameters, catalog);
            let point = match inner_point(&key) {
                Some(point) => point.to_vec(),
                None if seen.spend(1000) => ec_point(name?, &key.child(1)?.octets()?)?,
                None => return None,
            };
            let identifier = [spki::oid_of_ec(), parameters.whole.to_vec()].concat();
            Some(info(&identifier, &point))
        }
        spki::DSA | spki::DH_X942 | spki::DH_PKCS3 => {
            let parameters = parameters?;
            let p = parameters.child(0)?.unsigned()?;
            // DSA has q between.
            let g = parameters.child(if oid == spki::DSA { 2 } else { 1 })?;
            let (x, _) = Node::first(private)?;
            let y = power(g.unsigned()?, x.unsigned()?, p, seen)?;
            Some(info(identifier.body, &write_unsigned(&y)))
        }
        _ => {
            if !seen.spend(500) {
                return None;
            }
            let public = edwards(&oid, private).or_else(|| {
                let name = match catalog.by_oid(&oid)? {
                    OidMeaning::Algorithm(name, _) => name,
                    OidMeaning::Curve(_) => return None,
                };
                post_quantum::public(name, private)
            })?;
            spki::raw(&oid, &public)
        }
    }
}

fn info(identifier: &[u8], key: &[u8]) -> Vec<u8> {
    let bits = [&[0], key].concat();
    write(
        0x30,
        &[write(0x30, identifier), write(0x03, &bits)].concat(),
    )
}

/// Modulus and exponent of an RSAPrivateKey (RFC 8017 appendix A.1.2).
pub(super) fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, _) = Node::first(der)?;
    let mut numbers = key.is(tag::SEQUENCE).then(|| key.children())?;
    numbers.next()?.small().filter(|version| *version <= 1)?;
    let n = numbers.next()?.unsigned()?;
    let e = numbers.next()?.unsigned()?;
    (!n.is_empty()).then_some((n, e))
}

/// The parameters that an ECPrivateKey (RFC 5915) names itself.
pub(super) fn inner_parameters<'a>(key: &Node<'a>) -> Option<Node<'a>> {
    key.children()
        .skip(2)
        .find(|field| field.is_context(0))?
        .child(0)
}

/// The public key in it.
fn inner_point<'a>(key: &Node<'a>) -> Option<&'a [u8]> {
    let field = key.children().skip(2).find(|field| field.is_context(1))?;
    field.child(0)?.bits().filter(|point| point.len() > 1)
}

fn curve_name<'c>(parameters: &Node<'_>, catalog: &'c Catalog) -> Option<&'c str> {
    match parameters.oid() {
        Some(oid) => match catalog.by_oid(&oid)? {
            OidMeaning::Curve(name) => Some(name),
            OidMeaning::Algorithm(..) => None,
        },
        None => super::explicit::curve(parameters, catalog),
    }
}

/// A number without leading zeros, at some length.
fn padded(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = number.get(zeros..)?;
    let mut bytes = vec![0; length.checked_sub(number.len())?];
    bytes.extend_from_slice(number);
    Some(bytes)
}

macro_rules! point_of {
    ($curve:ident, $length:literal, $private:expr) => {{
        use $curve::elliptic_curve::sec1::ToSec1Point as _;
        let bytes = padded($private, $length)?;
        let secret = $curve::SecretKey::from_slice(&bytes).ok()?;
        Some(secret.public_key().to_sec1_point(false).as_bytes().to_vec())
    }};
}

macro_rules! uncompressed {
    ($curve:ident, $point:expr) => {{
        use $curve::elliptic_curve::sec1::ToSec1Point as _;
        let key = $curve::PublicKey::from_sec1_bytes($point).ok()?;
        Some(key.to_sec1_point(false).as_bytes().to_vec())
    }};
}

/// The public point, uncompressed, on the curves that there are crates for.
fn ec_point(curve: &str, private: &[u8]) -> Option<Vec<u8>> {
    match curve {
        "P-256" => point_of!(p256, 32, private),
        "P-384" => point_of!(p384, 48, private),
        "P-521" => point_of!(p521, 66, private),
        "secp256k1" => point_of!(k256, 32, private),
        _ => None,
    }
}

/// A point in the form that everybody writes it in; `None` where that is not known.
pub(super) fn uncompressed(curve: &str, point: &[u8]) -> Option<Vec<u8>> {
    match point.first()? {
        4 => Some(point.to_vec()),
        // The hybrid form: both coordinates, and a sign that they make unneeded.
        6 | 7 => Some([&[4], point.get(1..)?].concat()),
        2 | 3 => match curve {
            "P-256" => uncompressed!(p256, point),
            "P-384" => uncompressed!(p384, point),
            "P-521" => uncompressed!(p521, point),
            "secp256k1" => uncompressed!(k256, point),
            _ => None,
        },
        _ => None,
    }
}

/// Ed25519, X25519, Ed448 and X448 (RFC 8410): an OCTET STRING in the OCTET STRING, or, against the RFC, the bytes alone.
fn edwards(oid: &str, private: &[u8]) -> Option<Vec<u8>> {
    let inner = Node::only(private).filter(|node| node.is(tag::OCTET_STRING));
    let bytes = inner.map_or(private, |node| node.body);
    match oid {
        "1.3.101.110" => {
            let secret = x25519_dalek::StaticSecret::from(<[u8; 32]>::try_from(bytes).ok()?);
            Some(x25519_dalek::PublicKey::from(&secret).as_bytes().to_vec())
        }
        "1.3.101.111" => {
            let secret = x448::StaticSecret::from(<[u8; 56]>::try_from(bytes).ok()?);
            Some(x448::PublicKey::from(&secret).as_bytes().to_vec())
        }
        "1.3.101.112" => {
            let key = ed25519_dalek::SigningKey::from_bytes(&<[u8; 32]>::try_from(bytes).ok()?);
            Some(key.verifying_key().to_bytes().to_vec())
        }
        "1.3.101.113" => {
            let key = ed448_goldilocks::SigningKey::try_from(bytes).ok()?;
            Some(key.verifying_key().to_bytes().to_vec())
        }
        _ => None,
    }
}

/// `g` to the `x` modulo `p`, if that is no work for hours.
pub(super) fn power(g: &[u8], x: &[u8], p: &[u8], seen: &mut Seen<'_>) -> Option<Vec<u8>> {
    let bits = bit_length(p);
    let even = p.last().is_none_or(|last| last % 2 == 0);
    if bits > MAX_BITS || bit_length(x) > bits || g.len() > p.len() || even || bits < 2 {
        return None;
    }
    // A squaring of 2048 bits takes some two microseconds; the cost of one grows with the square of the size.
    let squaring = (bits * bits) >> 11;
    if !seen.spend(1 + squaring * bit_length(x) / 1000) {
        return None;
    }
    let [g, x, p] = [g, x, p].map(BigUint::from_bytes_be);
    Some(g.modpow(&x, &p).to_bytes_be())
}
