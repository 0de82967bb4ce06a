//! Keys and subkeys (RFC 9580 §5.5): versions 2 to 6.

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::names;
use super::packet::Reader;
use super::protection::Protection;
use crate::detect::cert::der::{Node, bit_length, write};
use crate::detect::cert::spki::{self, PublicKey, fingerprint};
use crate::knowledge::catalog::{Catalog, OidMeaning};
use crate::model::object::KeyId;
use crate::model::{Facet, Facets, Origin, Value, Why};

/// GnuPG's identifier of Ed25519, and the curve below X25519 as OpenPGP names it.
const ED25519_OLD: &str = "1.3.6.1.4.1.11591.15.1";
const CURVE25519_OLD: &str = "1.3.6.1.4.1.3029.1.5.1";
const ED25519: &str = "1.3.101.112";
const ED448: &str = "1.3.101.113";
const X25519: &str = "1.3.101.110";
const X448: &str = "1.3.101.111";

/// The packet of a key.
pub(super) struct KeyPacket<'a> {
    pub(super) version: u8,
    pub(super) algorithm: u8,
    /// From the version to the end of the public half.
    public: &'a [u8],
    /// The numbers of the public half; what stands in their place where the algorithm is not known.
    material: &'a [u8],
    numbers: Numbers<'a>,
    /// Nothing follows the public half.
    is_whole: bool,
    /// Of a secret key.
    pub(super) protection: Option<Protection>,
}

/// The public half.
enum Numbers<'a> {
    Rsa {
        n: &'a [u8],
        e: &'a [u8],
    },
    Dsa {
        p: &'a [u8],
        q: &'a [u8],
        g: &'a [u8],
        y: &'a [u8],
    },
    ElGamal {
        p: &'a [u8],
    },
    Curve {
        oid: String,
        point: &'a [u8],
    },
    /// A string of bytes of a fixed length, with its identifier.
    Raw {
        oid: &'static str,
        key: &'a [u8],
    },
    /// Of RFC 9980.
    PostQuantum {
        name: &'static str,
    },
    Unknown,
}

impl<'a> KeyPacket<'a> {
    /// Reads the body of a packet; `None` where it is not one of a key.
    pub(super) fn read(body: &'a [u8], is_secret: bool) -> Option<Self> {
        let mut reader = Reader::of(body);
        let version = reader.byte().filter(|version| (2..=6).contains(version))?;
        reader.take(if version < 4 { 6 } else { 4 })?;
        let algorithm = reader.byte()?;
        let stated = match version {
            5 | 6 => Some(reader.number(4)?),
            _ => None,
        };
        let start = body.len() - reader.rest().len();
        let mut numbers = Numbers::read(algorithm, &mut reader)?;
        if matches!(numbers, Numbers::Unknown) {
            // Where the public half ends is only known where its length is stated.
            let length = match (stated, is_secret) {
                (Some(length), _) => length,
                (None, true) => 0,
                (None, false) => reader.rest().len(),
            };
            reader.take(length)?;
        }
        let mut end = body.len() - reader.rest().len();
        if let Some(length) = stated.filter(|length| *length != end - start) {
            // Its length contradicts its numbers: it is told by its bytes, none of which may be private.
            if is_secret {
                return None;
            }
            numbers = Numbers::Unknown;
            end = start.checked_add(length).filter(|end| *end <= body.len())?;
        }
        let secret = body.get(end..)?;
        Some(Self {
            version,
            algorithm,
            public: body.get(..end)?,
            material: body.get(start..end)?,
            numbers,
            is_whole: secret.is_empty(),
            protection: match is_secret {
                // Behind an unknown public half, nothing is known of the private one.
                true if end == start => Some(Protection::None),
                true => Protection::read(version, secret),
                false => None,
            },
        })
    }

    /// Whether it is so much like a key that it is none by accident.
    pub(super) fn is_sane(&self, catalog: &Catalog) -> bool {
        // A key that others hang on can sign, and a public one ends where its numbers do.
        let can_sign = !matches!(self.algorithm, 16 | 18 | 25 | 26 | 35 | 36);
        if !can_sign || self.protection.is_none() && !self.is_whole {
            return false;
        }
        // Keys before version 4 are RSA; what is younger than salts is protected with one.
        let is_old = self.protection.as_ref().is_some_and(Protection::is_old);
        if self.version < 4 && self.algorithm > 3 || is_old && self.algorithm > 17 {
            return false;
        }
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        match &self.numbers {
            Numbers::Rsa { n, e } => is_odd(n) && n.len() >= 48 && is_odd(e) && e.len() <= n.len(),
            Numbers::Dsa { p, q, .. } => is_odd(p) && p.len() >= 48 && is_odd(q),
            Numbers::ElGamal { p } => is_odd(p) && p.len() >= 48,
            Numbers::Curve { oid, point } => {
                catalog.by_oid(oid).is_some() && point.len() >= 20 && point.len() <= 150
            }
            Numbers::Raw { .. } | Numbers::PostQuantum { .. } => self.public.len() > 36,
            Numbers::Unknown => false,
        }
    }

    /// The fingerprint by which OpenPGP knows it (RFC 9580 §5.5.4); older keys have none that anybody should use.
    pub(super) fn name(&self) -> Option<String> {
        let length = u32::try_from(self.public.len()).ok()?.to_be_bytes();
        let digest = match self.version {
            4 => {
                let mut digest = Sha1::new();
                digest.update([0x99]);
                digest.update(&length[2..]);
                digest.update(self.public);
                digest.finalize().to_vec()
            }
            5 | 6 => {
                let mut digest = Sha256::new();
                digest.update([0x95 + self.version]);
                digest.update(length);
                digest.update(self.public);
                digest.finalize().to_vec()
            }
            _ => return None,
        };
        Some(data_encoding::HEXUPPER.encode(&digest))
    }

    /// The identifier that signatures name, a part of the fingerprint (RFC 9580 §5.5.4); before version 4, of the modulus.
    pub(super) fn key_id(&self) -> Option<String> {
        let name = self.name();
        match (self.version, &self.numbers) {
            (4, _) => name?.get(24..).map(str::to_owned),
            (5 | 6, _) => name?.get(..16).map(str::to_owned),
            (_, Numbers::Rsa { n, .. }) => {
                Some(data_encoding::HEXUPPER.encode(n.last_chunk::<8>()?))
            }
            _ => None,
        }
    }

    /// What it is, and what tells it from others.
    pub(super) fn facets(&self, catalog: &Catalog) -> (Facets, KeyId) {
        if let Some(key) = self.spki(catalog) {
            return (key.facets, KeyId::Spki(key.fingerprint));
        }
        let (facets, why) = match &self.numbers {
            Numbers::ElGamal { p } => {
                let mut facets = names::algorithm("ElGamal", catalog);
                let bits = Value::number(bit_length(p), Origin::Literal);
                facets.insert(Facet::KeyBits, bits);
                (facets, "ElGamal keys have no SubjectPublicKeyInfo")
            }
            Numbers::PostQuantum { name } => (
                names::algorithm(name, catalog),
                "hybrid keys of OpenPGP have no SubjectPublicKeyInfo",
            ),
            Numbers::Curve { oid, .. } => {
                let mut facets = names::algorithm("EC", catalog);
                let curve = match catalog.by_oid(oid) {
                    Some(OidMeaning::Curve(name)) => Value::name(name, Origin::Literal),
                    _ => Value::unknown(Why::new("oid", oid.as_str())),
                };
                facets.insert(Facet::Curve, curve);
                (facets, "a curve that is not known")
            }
            _ => {
                let unknown = names::unknown("public-key algorithm", self.algorithm);
                (
                    Facets::from([(Facet::Algorithm, unknown)]),
                    "an algorithm that is not known",
                )
            }
        };
        // Without numbers of which it is known that they are public: version, time and algorithm.
        let public = match self.material {
            [] => self.public,
            material => material,
        };
        (facets, KeyId::Itself(fingerprint(public), why))
    }

    fn spki(&self, catalog: &Catalog) -> Option<PublicKey> {
        let raw = |oid, key: &[u8], length| (key.len() == length).then(|| spki::raw(oid, key))?;
        let info = match &self.numbers {
            Numbers::Rsa { n, e } => spki::rsa(n, e),
            Numbers::Dsa { p, q, g, y } => spki::dsa(p, q, g, y),
            Numbers::Raw { oid, key } => spki::raw(oid, key)?,
            Numbers::PostQuantum { name } => {
                let oids = &catalog.algorithm(name)?.oids;
                spki::raw(&oids.first()?.oid, self.material)?
            }
            Numbers::Curve { oid, point } => {
                // 0x40 says that the point is in the curve's own form (RFC 9580 §11.2.2).
                let own = |length| match point {
                    [0x40, own @ ..] if own.len() == length => own,
                    _ => point,
                };
                match oid.as_str() {
                    ED25519_OLD | ED25519 => raw(ED25519, own(32), 32)?,
                    CURVE25519_OLD | X25519 => raw(X25519, own(32), 32)?,
                    ED448 => raw(ED448, own(57), 57)?,
                    X448 => raw(X448, own(56), 56)?,
                    _ => spki::ec(oid, point)?,
                }
            }
            Numbers::ElGamal { .. } | Numbers::Unknown => return None,
        };
        spki::read(&info, catalog)
    }
}

impl<'a> Numbers<'a> {
    fn read(algorithm: u8, reader: &mut Reader<'a>) -> Option<Self> {
        Some(match algorithm {
            1..=3 => Self::Rsa {
                n: reader.mpi()?,
                e: reader.mpi()?,
            },
            16 | 20 => {
                let p = reader.mpi()?;
                reader.mpi()?;
                reader.mpi()?;
                Self::ElGamal { p }
            }
            17 => Self::Dsa {
                p: reader.mpi()?,
                q: reader.mpi()?,
                g: reader.mpi()?,
                y: reader.mpi()?,
            },
            18 | 19 | 22 => {
                let oid = oid(reader.counted(1)?)?;
                let point = reader.mpi()?;
                if algorithm == 18 {
                    // Digest and cipher of the key derivation.
                    reader.counted(1)?;
                }
                Self::Curve { oid, point }
            }
            25 => Self::raw(X25519, 32, reader)?,
            26 => Self::raw(X448, 56, reader)?,
            27 => Self::raw(ED25519, 32, reader)?,
            28 => Self::raw(ED448, 57, reader)?,
            _ => match names::post_quantum(algorithm) {
                Some((name, length)) => {
                    reader.take(length)?;
                    Self::PostQuantum { name }
                }
                None => Self::Unknown,
            },
        })
    }

    fn raw(oid: &'static str, length: usize, reader: &mut Reader<'a>) -> Option<Self> {
        let key = reader.take(length)?;
        Some(Self::Raw { oid, key })
    }
}

/// An OID whose tag and length are left out.
fn oid(body: &[u8]) -> Option<String> {
    Node::only(&write(0x06, body))?.oid()
}
