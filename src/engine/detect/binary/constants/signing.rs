//! What goes before a digest in an RSA signature of PKCS #1 v1.5 (RFC 8017 §9.2): the beginning of a DigestInfo.
//!
//! The same bytes begin a time stamp's imprint and what Authenticode signs, each with its digest behind them: one alone is not certain, a table
//! of them is.

use super::known::{Collection, Parameter, Subject};
use super::layout::{Laid, Layout};

/// Digest, the body of its object identifier, and its length (RFC 8017 §9.2 note 1; for SHA-3 the arc of NIST; RIPEMD-160 from TeleTrusT).
static DIGESTS: &[(&str, &[u8], u8)] = &[
    ("MD5", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5], 16),
    ("SHA-1", &[0x2b, 0x0e, 3, 2, 0x1a], 20),
    ("RIPEMD-160", &[0x2b, 0x24, 3, 2, 1], 20),
    ("SHA-224", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4], 28),
    ("SHA-256", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], 32),
    ("SHA-384", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2], 48),
    ("SHA-512", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3], 64),
    ("SHA-512/224", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 5], 28),
    ("SHA-512/256", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 6], 32),
    ("SHA3-224", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 7], 28),
    ("SHA3-256", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 8], 32),
    ("SHA3-384", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 9], 48),
    ("SHA3-512", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 10], 64),
];

/// The algorithm that the subjects here are.
pub(super) const ALGORITHM: &str = "RSASSA-PKCS1";

/// Adds a subject for each digest.
pub(super) fn collect(collection: &mut Collection) {
    for (digest, oid, length) in DIGESTS {
        let subject = collection.subject(Subject {
            algorithms: vec![ALGORITHM.to_owned()],
            parameter: Parameter::Digest((*digest).to_owned()),
            // Neighbours make it certain, not other constants of the same digest.
            enough: usize::MAX,
            note: "",
        });
        let name = format!("DigestInfo of {digest}");
        let constant = collection.constant(&name, &[subject]);
        for null in [true, false] {
            let bytes = beginning(oid, *length, null);
            let layout = Layout::Encoding;
            collection.pattern(constant, Laid { bytes, layout });
        }
    }
}

/// SEQUENCE { SEQUENCE { OID, NULL? }, OCTET STRING of that length.
fn beginning(oid: &[u8], length: u8, null: bool) -> Vec<u8> {
    let null: &[u8] = if null { &[5, 0] } else { &[] };
    let short = |bytes: usize| u8::try_from(bytes).unwrap_or(u8::MAX);
    let algorithm = 2 + oid.len() + null.len();
    let mut bytes = vec![0x30, short(algorithm + 4) + length, 0x30, short(algorithm)];
    bytes.extend([6, short(oid.len())]);
    bytes.extend(oid);
    bytes.extend(null);
    bytes.extend([4, length]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8017 §9.2 note 1.
    #[test]
    fn beginnings_are_those_of_the_standard() {
        let begins = |digest: &str| {
            let (_, oid, length) = DIGESTS.iter().find(|d| d.0 == digest).expect(digest);
            beginning(oid, *length, true)
        };
        assert_eq!(
            begins("SHA-256"),
            [
                0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20
            ]
        );
        assert_eq!(
            begins("SHA-1"),
            [
                0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x14
            ]
        );
        assert_eq!(
            begins("MD5"),
            [
                0x30, 0x20, 0x30, 0x0c, 6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5, 5, 0, 4,
                0x10
            ]
        );
    }
}
