//! Encrypted messages (RFC 9580 §5.1, §5.3, §5.7, §5.13; the AEAD packet of LibrePGP): for which keys, with which cipher.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::packet::{Packet, Reader, tag};
use super::protection::S2k;
use super::{ENTRY, names};
use crate::detect::cert::seen::Seen;
use crate::model::object::Ciphertext;
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation, Value, Why};

/// Different ways to a session key that are told of one message.
const MAX_WAYS: usize = 32;

/// The packets before an encrypted one: ways to its key.
#[derive(Default)]
pub(super) struct Ways {
    recipients: u32,
    ways: BTreeSet<Facets>,
    /// The cipher of the content where a password is the only way and its packet says so.
    cipher: Option<u8>,
}

impl Ways {
    pub(super) const fn is_empty(&self) -> bool {
        self.recipients == 0
    }

    /// Notes a packet that holds the session key.
    pub(super) fn note(&mut self, packet: &Packet<'_>, seen: &Seen<'_>) -> bool {
        let catalog = seen.catalog();
        let ways = if packet.tag == tag::PKESK {
            let Some(algorithm) = for_key(&packet.body) else {
                return false;
            };
            vec![names::encrypting(algorithm, catalog)]
        } else {
            let Some(password) = WithPassword::read(&packet.body) else {
                return false;
            };
            if password.is_session_key {
                self.cipher = Some(password.cipher)
            }
            let mut ways: Vec<Facets> = password.s2k.facets(catalog).into_iter().collect();
            if !password.is_session_key {
                ways.push(names::cipher(password.cipher, password.aead))
            }
            ways
        };
        self.recipients = self.recipients.saturating_add(1);
        for way in ways {
            if self.ways.len() < MAX_WAYS {
                self.ways.insert(way);
            }
        }
        true
    }

    /// Adds the message.
    pub(super) fn add(
        mut self,
        content: Option<&Packet<'_>>,
        form: &'static str,
        seen: &mut Seen<'_>,
    ) {
        let unknown = |why: Why| Facets::from([(Facet::Algorithm, Value::unknown(why))]);
        let inside = |aead| match self.cipher {
            Some(cipher) => names::cipher(cipher, aead),
            None => unknown(Why::new("encrypted", "session key")),
        };
        let facets = match content {
            Some(packet) => match (packet.tag, &*packet.body) {
                (tag::PROTECTED, [2, cipher, aead, ..]) | (tag::AEAD, [1, cipher, aead, ..]) => {
                    names::cipher(*cipher, Some(*aead))
                }
                (tag::PROTECTED, [1, ..]) | (tag::ENCRYPTED, _) => inside(None),
                (_, [version, ..]) => unknown(Why::new("openpgp", format!("version {version}"))),
                _ => unknown(Why::new("damaged", "")),
            },
            None => inside(None),
        };
        let object = Object::Ciphertext(Ciphertext {
            form,
            recipients: self.recipients,
        });
        // Where the cipher is in the open, it is one of the algorithms.
        let is_known = |cipher: &Value| !cipher.is_unknown();
        if facets.get(&Facet::Algorithm).is_some_and(is_known) {
            self.ways.insert(facets.clone());
        }
        let own = seen.add(
            Asset {
                facets,
                operations: [Operation::Encrypt].into(),
                object: Some(Arc::new(object)),
                ..Asset::new(AssetKind::Ciphertext)
            },
            ENTRY,
        );
        for facets in self.ways {
            let operation = match facets.get(&Facet::Algorithm).and_then(Value::single_name) {
                Some("OpenPGP-S2K" | "Argon2id") => Operation::Derive,
                _ => Operation::Encrypt,
            };
            let way = names::add(facets, operation, seen);
            seen.uses(own, way);
        }
    }
}

/// The algorithm for whose key a session key is encrypted.
pub(super) fn for_key(body: &[u8]) -> Option<u8> {
    let mut reader = Reader::of(body);
    match reader.byte()? {
        2 | 3 => {
            reader.take(8)?;
        }
        6 => {
            reader.counted(1)?;
        }
        _ => return None,
    }
    reader.byte()
}

/// Whether it is so much like a session key for a key that it is none by accident.
pub(super) fn is_sane_for_key(body: &[u8]) -> bool {
    let mut reader = Reader::of(body);
    let version = reader.byte();
    let head = match version {
        Some(3) => reader.take(8),
        Some(6) => reader
            .counted(1)
            .filter(|id| matches!(id.len(), 0 | 21 | 33)),
        _ => None,
    };
    let Some(algorithm) = head.and_then(|_| reader.byte()) else {
        return false;
    };
    let mut mpi = || reader.mpi().is_some_and(|number| !number.is_empty());
    match algorithm {
        1 | 2 => mpi() && reader.is_empty(),
        16 | 20 => mpi() && mpi() && reader.is_empty(),
        18 => mpi() && reader.counted(1).is_some() && reader.is_empty(),
        25 => wraps(reader.rest(), 32),
        26 => wraps(reader.rest(), 56),
        35 => wraps(reader.rest(), 32 + 1088),
        36 => wraps(reader.rest(), 56 + 1568),
        _ => false,
    }
}

/// Whether a wrapped key fills what stands behind an ephemeral key or a ciphertext of so many bytes.
fn wraps(bytes: &[u8], length: usize) -> bool {
    match bytes.get(length..) {
        Some([size, wrapped @ ..]) => usize::from(*size) == wrapped.len() && wrapped.len() > 16,
        _ => false,
    }
}

/// A session key behind a password, or a password that is the way to it.
struct WithPassword {
    cipher: u8,
    aead: Option<u8>,
    s2k: S2k,
    /// What comes of the password is the session key itself.
    is_session_key: bool,
}

impl WithPassword {
    fn read(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::of(body);
        let version = reader.byte()?;
        if version == 6 {
            reader.byte()?;
        }
        let cipher = reader.byte()?;
        let aead = match version {
            4 => None,
            5 | 6 => Some(reader.byte()?),
            _ => return None,
        };
        if version == 6 {
            reader.byte()?;
        }
        let s2k = S2k::read(&mut reader)?;
        Some(Self {
            cipher,
            aead,
            is_session_key: version == 4 && reader.is_empty(),
            s2k,
        })
    }
}

/// Whether it is so much like a password's packet that it is none by accident.
pub(super) fn is_sane_with_password(body: &[u8]) -> bool {
    WithPassword::read(body).is_some_and(|password| {
        names::is_cipher(password.cipher)
            && password.s2k.is_known()
            && password.aead.is_none_or(|aead| matches!(aead, 1..=3))
    }) && body.len() < 256
}

/// Whether it is so much like encrypted content of the new kind that it is none by accident. The old kind says nothing but its version.
pub(super) fn is_sane_content(tag: u8, body: &[u8]) -> bool {
    match (tag, body) {
        (tag::PROTECTED, [2, cipher, aead, chunk, rest @ ..]) => {
            names::is_cipher(*cipher)
                && matches!(aead, 1..=3)
                && *chunk <= 16
                && rest.len() > 32 + 16
        }
        (tag::AEAD, [1, cipher, aead, chunk, rest @ ..]) => {
            names::is_cipher(*cipher) && matches!(aead, 1..=2) && *chunk <= 56 && rest.len() > 31
        }
        _ => false,
    }
}
