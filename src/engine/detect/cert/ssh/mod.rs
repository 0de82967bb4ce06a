//! SSH keys: the encoding of RFC 4251 §5 and the public keys of RFC 4253 §6.6, RFC 5656, RFC 8709 and OpenSSH's PROTOCOL.u2f. Private keys,
//! lines with public keys and certificates have files of their own.

mod certificate;
mod lines;
mod private;
mod signature;
mod ssh2;

pub(super) use lines::Lines;
pub(super) use private::{read as private, version1};
pub(super) use signature::read as signature;
pub(super) use ssh2::{private as ssh2_private, public as ssh2_public};

use super::spki::{self, PublicKey, fingerprint, key};
use super::{algorithm, parts};
use crate::knowledge::catalog::{Catalog, Primitive};
use crate::model::object::{Half, KeyId};
use crate::model::{Asset, Facet, Facets, Value};

/// How OpenSSH calls a certificate of a key type.
const CERTIFICATE: &str = "-cert-v01@openssh.com";

/// Bytes in the encoding of RFC 4251 §5, read front to back.
#[derive(Clone, Copy)]
pub(super) struct Wire<'a>(pub(super) &'a [u8]);

impl<'a> Wire<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(usize::try_from(length).ok()?)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }

    /// A number that is not negative, without leading zeros.
    pub(super) fn unsigned(&mut self) -> Option<&'a [u8]> {
        let bytes = self.string()?;
        if bytes.first().is_some_and(|first| first & 0x80 != 0) {
            return None;
        }
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.get(zeros..)
    }
}

/// A public key: what it is, and what tells it from others.
pub(super) struct SshKey {
    facets: Facets,
    id: KeyId,
    /// Whether the private half is in a security key.
    hardware: bool,
}

impl SshKey {
    fn known(key: PublicKey) -> Self {
        Self {
            facets: key.facets,
            id: KeyId::Spki(key.fingerprint),
            hardware: false,
        }
    }

    pub(super) fn asset(self, half: Half, form: &'static str) -> Asset {
        // What stands in the file of a security key is a handle that only the device opens.
        let half = match half {
            Half::Private if self.hardware => Half::EncryptedPrivate,
            half => half,
        };
        key(self.facets, self.id, half, form)
    }

    fn spki(&self) -> Option<crate::model::Fingerprint> {
        match self.id {
            KeyId::Spki(fingerprint) => Some(fingerprint),
            KeyId::Itself(..) => None,
        }
    }
}

/// Whether a text may be the name of a key type.
fn is_name(name: &str) -> bool {
    (4..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'@' | b'_' | b'+'))
}

/// Reads a public key that is all of some bytes: its type and the key. A type that is not known is a key by its name.
pub(super) fn public<'b>(blob: &'b [u8], catalog: &Catalog) -> Option<(&'b str, SshKey)> {
    let mut wire = Wire(blob);
    let name = wire.text().filter(|name| is_name(name))?;
    let key = match fields(name, &mut wire, catalog) {
        Some(key) if wire.0.is_empty() => key,
        _ if is_known(name) => return None,
        _ => other(name, blob, catalog)?,
    };
    Some((name, key))
}

/// Whether this reader knows how a key of the type is encoded.
fn is_known(name: &str) -> bool {
    let bare = name.strip_prefix("sk-").unwrap_or(name);
    matches!(
        bare,
        "ssh-rsa" | "ssh-dss" | "ssh-ed25519" | "ssh-ed448" | "ssh-ed25519@openssh.com"
    ) || bare.starts_with("ecdsa-sha2-")
}

/// Reads what stands behind the name of a key type, in a key and in a certificate.
fn fields(name: &str, wire: &mut Wire<'_>, catalog: &Catalog) -> Option<SshKey> {
    let bare = name.strip_prefix("sk-").unwrap_or(name);
    let bare = bare.strip_suffix("@openssh.com").unwrap_or(bare);
    let spki = match bare {
        "ssh-rsa" => {
            let e = wire.unsigned()?;
            let n = wire.unsigned().filter(|n| !n.is_empty())?;
            spki::rsa(n, e)
        }
        "ssh-dss" => {
            let (p, q) = (wire.unsigned()?, wire.unsigned()?);
            let (g, y) = (wire.unsigned()?, wire.unsigned()?);
            spki::dsa(p, q, g, y)
        }
        "ssh-ed25519" => spki::raw("1.3.101.112", wire.string().filter(|k| k.len() == 32)?)?,
        "ssh-ed448" => spki::raw("1.3.101.113", wire.string().filter(|k| k.len() == 57)?)?,
        _ => {
            let curve = bare.strip_prefix("ecdsa-sha2-")?;
            (wire.text()? == curve).then_some(())?;
            let point = wire.string().filter(|point| point.len() > 1)?;
            // RFC 5656 §6.1: curves without a short name are named by their OID.
            let oid = match catalog.curve(curve) {
                Some(curve) => curve.oids.first()?.clone(),
                None => curve.to_owned(),
            };
            spki::ec(&oid, point)?
        }
    };
    let mut key = SshKey::known(spki::read(&spki, catalog)?);
    if name.starts_with("sk-") {
        wire.string()?;
        key.hardware = true;
    }
    Some(key)
}

/// A key of a type that no standard has: the experiments of OpenSSH and of Open Quantum Safe, `ssh-mldsa-65`, `ssh-falcon512`.
fn other(name: &str, blob: &[u8], catalog: &Catalog) -> Option<SshKey> {
    let whole = catalog.algorithm(name);
    let bare = name.split('@').next()?.strip_prefix("ssh-");
    let found = whole
        .or_else(|| catalog.algorithm(bare?))
        .filter(|found| matches!(found.primitive, Primitive::Signature | Primitive::Combiner));
    let id = KeyId::Itself(fingerprint(blob), "encoding of the key type not known");
    let Some(found) = found else {
        return Some(SshKey {
            facets: parts::unnamed(name),
            id,
            hardware: false,
        });
    };
    // Those of Open Quantum Safe hold the key as the standard has it.
    let mut wire = Wire(blob);
    wire.string()?;
    let raw = wire.string().filter(|_| wire.0.is_empty());
    let standard = raw.and_then(|raw| {
        let size = match found.name.as_str() {
            "ML-DSA-44" => 1312,
            "ML-DSA-65" => 1952,
            "ML-DSA-87" => 2592,
            _ => return None,
        };
        let oid = &found.oids.first()?.oid;
        let info = (raw.len() == size).then(|| spki::raw(oid, raw))??;
        spki::read(&info, catalog)
    });
    Some(match standard {
        Some(key) => SshKey::known(key),
        None => SshKey {
            facets: parts::named(&found.name, catalog),
            id,
            hardware: false,
        },
    })
}

/// How a signature of some name is made (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8332).
fn signature_facets(name: &str, catalog: &Catalog) -> Facets {
    let bare = name.strip_prefix("sk-").unwrap_or(name);
    let bare = bare.split('@').next().unwrap_or(bare);
    match bare {
        "ssh-rsa" => parts::with_name(
            parts::named("RSASSA-PKCS1", catalog),
            Facet::Digest,
            "SHA-1",
        ),
        "ssh-dss" => parts::with_name(parts::named("DSA", catalog), Facet::Digest, "SHA-1"),
        _ => {
            let Some(curve) = bare.strip_prefix("ecdsa-sha2-") else {
                return parts::spelled("ssh", name, catalog);
            };
            let mut facets = parts::named("ECDSA", catalog);
            match catalog.curve(curve) {
                Some(curve) => {
                    // RFC 5656 §6.2.1 ties the digest to the curve's size.
                    let digest = match curve.field {
                        0..=256 => "SHA-256",
                        257..=384 => "SHA-384",
                        _ => "SHA-512",
                    };
                    facets = parts::with_name(facets, Facet::Curve, &curve.name);
                    facets = parts::with_name(facets, Facet::Digest, digest);
                }
                None => {
                    facets.insert(Facet::Curve, algorithm::unknown(curve));
                }
            }
            facets
        }
    }
}

/// The fingerprint that OpenSSH shows of a key.
fn shown_fingerprint(blob: &[u8]) -> String {
    format!(
        "SHA256:{}",
        data_encoding::BASE64_NOPAD.encode(&fingerprint(blob).0)
    )
}

/// The value of a facet that a cipher's name leaves open is left out.
fn is_none(facets: &Facets) -> bool {
    facets.get(&Facet::Algorithm).is_none_or(Value::is_unknown)
}

#[cfg(test)]
mod tests;
