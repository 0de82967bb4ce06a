//! `TSS2 PRIVATE KEY`: TPMKey (draft-bottomley-tpm2-keys) around a TPM2B_PUBLIC and a TPM2B_PRIVATE of the TPM 2.0 Library, Part 2. The
//! private half is wrapped by the TPM; the public half is in plain sight.

use crate::detect::cert::der::{Node, tag};
use crate::detect::cert::seen::Seen;
use crate::detect::cert::spki;
use crate::model::object::{Half, KeyId};
use crate::model::{Facet, Facets, SkipReason, Value, Why};

/// The arc of the three kinds of TPMKey: loadable, importable, sealed data.
const KINDS: &str = "2.23.133.10.1.";
const SEALED: &str = "2.23.133.10.1.5";
const TPM_ALG_NULL: u16 = 0x10;

/// Reads a TPMKey; `false` where it is none.
pub(super) fn read(whole: &Node<'_>, seen: &mut Seen<'_>) -> bool {
    let kind = whole.child(0).and_then(|kind| kind.oid());
    let Some(kind) = kind.filter(|kind| kind.starts_with(KINDS)) else {
        return false;
    };
    let mut strings = whole
        .children()
        .filter(|field| field.is(tag::OCTET_STRING))
        .filter_map(|field| field.octets());
    let (Some(public), Some(_)) = (strings.next(), strings.next()) else {
        seen.skip(SkipReason::Damaged, "TPM key without its two halves");
        return true;
    };
    let half = if kind == SEALED {
        Half::EncryptedSecret
    } else {
        Half::EncryptedPrivate
    };
    let key = spki_of(&public).and_then(|info| spki::read(&info, seen.catalog()));
    let asset = match key {
        Some(key) => key.asset(half, "TSS2"),
        None => {
            let why = if kind == SEALED { "sealed" } else { "tpm" };
            let facets = Facets::from([(Facet::Algorithm, Value::unknown(Why::new(why, "")))]);
            let id = KeyId::Itself(spki::fingerprint(&public), "public area of the TPM");
            spki::key(facets, id, half, "TSS2")
        }
    };
    seen.add(asset, "object/tss2");
    true
}

/// Reads big-endian fields one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A length and as many bytes.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// An algorithm, with so many further fields of two bytes where it is one.
    fn scheme(&mut self, further: impl Fn(u16) -> usize) -> Option<u16> {
        let algorithm = self.u16()?;
        if algorithm != TPM_ALG_NULL {
            self.take(2 * further(algorithm))?;
        }
        Some(algorithm)
    }
}

/// The SubjectPublicKeyInfo of a TPM2B_PUBLIC.
fn spki_of(public: &[u8]) -> Option<Vec<u8>> {
    let area = Fields(public).sized()?;
    let mut fields = Fields(area);
    let algorithm = fields.u16()?;
    let _name_algorithm = fields.u16()?;
    let _attributes = fields.u32()?;
    let _policy = fields.sized()?;
    // TPMT_SYM_DEF_OBJECT: key size and mode.
    let symmetric = |_| 2;
    match algorithm {
        // TPM_ALG_RSA.
        0x0001 => {
            fields.scheme(symmetric)?;
            // RSAES has no digest.
            fields.scheme(|scheme| usize::from(scheme != 0x0015))?;
            let _bits = fields.u16()?;
            let exponent = match fields.u32()? {
                0 => 65537,
                exponent => exponent,
            };
            let modulus = fields.sized().filter(|modulus| !modulus.is_empty())?;
            Some(spki::rsa(modulus, &exponent.to_be_bytes()))
        }
        // TPM_ALG_ECC.
        0x0023 => {
            fields.scheme(symmetric)?;
            // ECDAA has a counter behind its digest.
            fields.scheme(|scheme| if scheme == 0x001a { 2 } else { 1 })?;
            let (oid, length) = curve(fields.u16()?)?;
            fields.scheme(|_| 1)?;
            let mut point = vec![4];
            for _ in 0..2 {
                let coordinate = fields.sized()?;
                let missing = length.checked_sub(coordinate.len())?;
                point.extend(std::iter::repeat_n(0, missing));
                point.extend_from_slice(coordinate);
            }
            spki::ec(oid, &point)
        }
        _ => None,
    }
}

/// TPM_ECC_CURVE: the OID, and the bytes of a coordinate.
fn curve(id: u16) -> Option<(&'static str, usize)> {
    Some(match id {
        0x0001 => ("1.2.840.10045.3.1.1", 24),
        0x0002 => ("1.3.132.0.33", 28),
        0x0003 => ("1.2.840.10045.3.1.7", 32),
        0x0004 => ("1.3.132.0.34", 48),
        0x0005 => ("1.3.132.0.35", 66),
        0x0020 => ("1.2.156.10197.1.301", 32),
        _ => return None,
    })
}
