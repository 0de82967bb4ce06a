//! How the private half of a key, or a message, is protected by a password: string-to-key specifiers (RFC 9580 §3.7).

use super::names;
use super::packet::Reader;
use crate::knowledge::catalog::Catalog;
use crate::model::{Facet, Facets, Operation, Origin, Value};

use crate::detect::cert::seen::Seen;

/// How a password becomes a key.
pub(super) enum S2k {
    /// A digest, run over as many bytes of salt and password as it says; 0 where it is run once.
    Digest {
        digest: u8,
        is_salted: bool,
        count: u64,
    },
    /// Argon2id with this many passes.
    Argon2 { passes: u8 },
    /// GnuPG: there is no private half here, or it is in a smart card.
    Elsewhere,
    /// A number that is not known; how long it is, is not known either.
    Unknown(u8),
}

impl S2k {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(match reader.byte()? {
            0 => Self::Digest {
                digest: reader.byte()?,
                is_salted: false,
                count: 0,
            },
            kind @ (1 | 3) => {
                let digest = reader.byte()?;
                reader.take(8)?;
                let count = if kind == 3 { count(reader.byte()?) } else { 0 };
                Self::Digest {
                    digest,
                    is_salted: true,
                    count,
                }
            }
            4 => {
                reader.take(16)?;
                let passes = reader.byte()?;
                reader.take(2)?;
                Self::Argon2 { passes }
            }
            101 => {
                let is_gnu = reader.take(4)?.ends_with(b"GNU");
                match reader.byte()? {
                    1 | 2 if is_gnu => Self::Elsewhere,
                    _ => Self::Unknown(101),
                }
            }
            other => Self::Unknown(other),
        })
    }

    /// Whether it is one that is known, with a digest that is known.
    pub(super) const fn is_known(&self) -> bool {
        match self {
            Self::Digest { digest, .. } => names::is_digest(*digest),
            Self::Argon2 { .. } | Self::Elsewhere => true,
            Self::Unknown(_) => false,
        }
    }

    /// The key derivation as an algorithm; `None` where nothing is derived.
    pub(super) fn facets(&self, catalog: &Catalog) -> Option<Facets> {
        let mut facets;
        match self {
            Self::Digest {
                digest,
                is_salted,
                count,
            } => {
                facets = names::algorithm("OpenPGP-S2K", catalog);
                facets.insert(Facet::Digest, names::digest(*digest));
                let salt = if *is_salted { 64 } else { 0 };
                facets.insert(Facet::SaltBits, Value::number(salt, Origin::Literal));
                // Bytes that are hashed, as the standard counts; those without a count hash the password once.
                if *count > 0 {
                    facets.insert(Facet::Iterations, Value::number(*count, Origin::Literal));
                }
            }
            Self::Argon2 { passes } => {
                facets = names::algorithm("Argon2id", catalog);
                facets.insert(Facet::SaltBits, Value::number(128, Origin::Literal));
                let passes = Value::number(u64::from(*passes), Origin::Literal);
                facets.insert(Facet::Iterations, passes);
            }
            Self::Elsewhere => return None,
            Self::Unknown(number) => {
                facets = Facets::from([(
                    Facet::Algorithm,
                    names::unknown("string-to-key specifier", *number),
                )])
            }
        }
        Some(facets)
    }
}

/// RFC 9580 §3.7.1.3.
fn count(coded: u8) -> u64 {
    (16 + u64::from(coded & 15)) << ((coded >> 4) + 6)
}

/// What stands behind the public half in a secret-key packet.
pub(super) enum Protection {
    /// Nothing: whoever reads the file has the key.
    None,
    /// The private half is not here.
    Elsewhere,
    /// Behind a password.
    Password {
        s2k: S2k,
        cipher: u8,
        aead: Option<u8>,
    },
}

impl Protection {
    /// Reads what a packet of some version says (RFC 9580 §5.5.3). The private half itself is not looked at.
    pub(super) fn read(version: u8, bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::of(bytes);
        let usage = reader.byte()?;
        if usage == 0 {
            return Some(Self::None);
        }
        if version >= 5 {
            reader.byte()?;
        }
        if !(253..=255).contains(&usage) {
            // The number of a cipher, whose key is the MD5 of the password.
            let s2k = S2k::Digest {
                digest: 1,
                is_salted: false,
                count: 0,
            };
            return Some(Self::Password {
                s2k,
                cipher: usage,
                aead: None,
            });
        }
        let cipher = reader.byte()?;
        let aead = match usage {
            253 => Some(reader.byte()?),
            _ => None,
        };
        if version >= 6 && usage != 255 {
            reader.byte()?;
        }
        Some(match S2k::read(&mut reader)? {
            S2k::Elsewhere => Self::Elsewhere,
            s2k => Self::Password { s2k, cipher, aead },
        })
    }

    /// Whether all of it is known.
    pub(super) const fn is_known(&self) -> bool {
        match self {
            Self::None | Self::Elsewhere => true,
            Self::Password { s2k, cipher, .. } => s2k.is_known() && names::is_cipher(*cipher),
        }
    }

    /// Whether the key comes of the password alone.
    pub(super) const fn is_old(&self) -> bool {
        match self {
            Self::None | Self::Elsewhere => false,
            Self::Password { s2k, .. } => matches!(
                s2k,
                S2k::Digest {
                    is_salted: false,
                    ..
                }
            ),
        }
    }

    /// Adds its algorithms.
    pub(super) fn add(&self, seen: &mut Seen<'_>) -> Vec<usize> {
        let Self::Password { s2k, cipher, aead } = self else {
            return Vec::new();
        };
        let mut added = Vec::new();
        if let Some(facets) = s2k.facets(seen.catalog()) {
            added.push(names::add(facets, Operation::Derive, seen))
        }
        let cipher = names::cipher(*cipher, *aead);
        added.push(names::add(cipher, Operation::Decrypt, seen));
        added
    }
}
