//! Domain parameters that are written out instead of named (X9.62, SEC 1 appendix C.2, RFC 3279 §2.3.5; RFC 3526, RFC 7919 and RFC 5114
//! for finite fields), recognised as the curve or group that they are.

use super::der::{Node, tag};
use super::spki;
use crate::knowledge::catalog::Catalog;

/// prime-field and characteristic-two-field.
const PRIME_FIELD: &str = "1.2.840.10045.1.1";
const BINARY_FIELD: &str = "1.2.840.10045.1.2";
/// Binary fields are larger than this only in jest.
const MAX_DEGREE: u64 = 2048;

/// The curve that SpecifiedECDomain describes, by catalogue name. All of it is compared: with another base point it is another curve, which
/// is how a forged key passes for a known one (CVE-2020-0601).
pub(super) fn curve<'c>(parameters: &Node<'_>, catalog: &'c Catalog) -> Option<&'c str> {
    let mut parts = parameters
        .is(tag::SEQUENCE)
        .then(|| parameters.children())?;
    parts.next()?.small()?;
    let field = field(&parts.next()?)?;
    let curve = parts.next()?;
    let base = base_x(&parts.next()?.octets()?)?;
    let order = parts.next()?.unsigned()?;
    let mut text = Vec::new();
    let [a, b] = [curve.child(0)?.octets()?, curve.child(1)?.octets()?];
    for number in [&field, &a, &b, order, &base] {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = number.get(zeros..)?;
        text.extend_from_slice(&u16::try_from(number.len()).ok()?.to_be_bytes());
        text.extend_from_slice(number);
    }
    let digest = spki::fingerprint(&text).to_string();
    Some(&catalog.curve_of_domain(&digest)?.name)
}

/// The prime of a field, or the polynomial of a binary one as a number.
fn field(id: &Node<'_>) -> Option<Vec<u8>> {
    let kind = id.child(0)?.oid()?;
    let parameters = id.child(1)?;
    match kind.as_str() {
        PRIME_FIELD => Some(parameters.unsigned()?.to_vec()),
        BINARY_FIELD => {
            let degree = parameters.child(0)?.small()?;
            let middle = parameters.child(2)?;
            let mut exponents = vec![0, degree];
            // A trinomial has one term between, a pentanomial three.
            if middle.is(tag::SEQUENCE) {
                exponents.extend(middle.children().take(4).filter_map(|term| term.small()))
            } else {
                exponents.push(middle.small()?)
            }
            polynomial(degree, &exponents)
        }
        _ => None,
    }
}

fn polynomial(degree: u64, exponents: &[u64]) -> Option<Vec<u8>> {
    if degree > MAX_DEGREE {
        return None;
    }
    let length = usize::try_from(degree / 8 + 1).ok()?;
    let mut bytes = vec![0u8; length];
    for exponent in exponents {
        let from_end = usize::try_from(exponent / 8).ok()?;
        let place = length.checked_sub(from_end + 1)?;
        *bytes.get_mut(place)? |= 1 << (exponent % 8);
    }
    Some(bytes)
}

/// The first coordinate of a point, compressed or not (SEC 1 §2.3.3, and the hybrid form of X9.62).
fn base_x(point: &[u8]) -> Option<Vec<u8>> {
    let (form, coordinates) = point.split_first()?;
    Some(match form {
        2 | 3 => coordinates.to_vec(),
        4 | 6 | 7 => coordinates.get(..coordinates.len() / 2)?.to_vec(),
        _ => return None,
    })
}

/// The group that a prime belongs to, by catalogue name.
pub(super) fn group<'c>(prime: &[u8], catalog: &'c Catalog) -> Option<&'c str> {
    // The largest that has a name has 8192 bits.
    if prime.len() > 1024 {
        return None;
    }
    let digest = spki::fingerprint(prime).to_string();
    Some(&catalog.group_of_prime(&digest)?.name)
}
