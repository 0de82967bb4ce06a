//! A key with its user ids and subkeys (RFC 9580 §10.1): told together, since what the key is called stands behind it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::key::KeyPacket;
use super::packet::{Packet, tag};
use super::protection::Protection;
use super::signature::Signature;
use super::{ENTRY, add_signature};
use crate::detect::cert::seen::Seen;
use crate::model::object::{Half, Key, KeyId};
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation, SkipReason, Value, Words};

/// Subkeys of a key that are told.
const MAX_KEYS: usize = 10_000;
/// Signatures of a key over itself that are told.
const MAX_SIGNATURES: usize = 1_000;
/// User ids that are kept.
const MAX_USER_IDS: usize = 20;
/// Characters of a user id that are kept.
const MAX_USER_ID: usize = 200;

/// A key and what follows it.
#[derive(Default)]
pub(super) struct KeyBlock {
    keys: Vec<Found>,
    user_ids: BTreeSet<String>,
    /// The fingerprint and the identifier of the primary key.
    primary: [Option<String>; 2],
    /// What the primary key signed of itself: its user ids and subkeys.
    own: Vec<Own>,
}

/// A signature of a key over itself.
struct Own {
    facets: Facets,
    signer: Option<String>,
    place: Option<Range<u64>>,
}

/// A key or subkey.
struct Found {
    facets: Facets,
    id: KeyId,
    name: Option<String>,
    protection: Option<Protection>,
    flags: Option<u8>,
    place: Option<Range<u64>>,
}

impl KeyBlock {
    /// Notes a key or subkey.
    pub(super) fn key(
        &mut self,
        packet: &Packet<'_>,
        place: Option<Range<u64>>,
        seen: &mut Seen<'_>,
    ) {
        let is_secret = matches!(packet.tag, tag::SECRET_KEY | tag::SECRET_SUBKEY);
        match KeyPacket::read(&packet.body, is_secret) {
            Some(key) if self.keys.len() < MAX_KEYS => {
                let (facets, id) = key.facets(seen.catalog());
                if matches!(packet.tag, tag::PUBLIC_KEY | tag::SECRET_KEY) {
                    self.primary = [key.name(), key.key_id()]
                }
                self.keys.push(Found {
                    facets,
                    id,
                    name: key.name(),
                    protection: key.protection,
                    flags: None,
                    place,
                })
            }
            Some(_) => {}
            None => {
                if let Some(place) = place {
                    seen.stand_in_file(place)
                }
                seen.skip(SkipReason::Damaged, "an OpenPGP key that cannot be read")
            }
        }
    }

    /// Notes a user id.
    pub(super) fn user_id(&mut self, body: &[u8]) {
        if self.user_ids.len() >= MAX_USER_IDS {
            return;
        }
        let start = body.get(..4 * MAX_USER_ID).unwrap_or(body);
        let text: String = String::from_utf8_lossy(start)
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_USER_ID)
            .collect();
        if !text.trim().is_empty() {
            self.user_ids.insert(text.trim().to_owned());
        }
    }

    /// Notes a signature over the last key or its user ids. Those of others, of which a keyring has a hundred thousand, say nothing of it.
    pub(super) fn signature(
        &mut self,
        signature: Signature<'_>,
        place: Option<Range<u64>>,
        seen: &Seen<'_>,
    ) {
        if let Some(key) = self.keys.last_mut()
            && key.flags.is_none()
        {
            key.flags = signature.key_flags
        }
        let is_own = signature.signer.is_some() && self.primary.contains(&signature.signer);
        if is_own && signature.is_over_key() && self.own.len() < MAX_SIGNATURES {
            self.own.push(Own {
                facets: signature.facets(seen.catalog()),
                signer: signature.signer,
                place,
            })
        }
    }

    /// Adds all of it; `false` where there is nothing.
    pub(super) fn add(self, seen: &mut Seen<'_>) -> bool {
        let any = !self.keys.is_empty();
        let mut primary = None;
        for key in self.keys {
            if let Some(place) = key.place.clone() {
                seen.stand_in_file(place)
            }
            let half = match &key.protection {
                None | Some(Protection::Elsewhere) => Half::Public,
                Some(Protection::None) => Half::Private,
                Some(Protection::Password { .. }) => Half::EncryptedPrivate,
            };
            let mut labels = self.user_ids.clone();
            labels.extend(key.name);
            let operations = operations(key.flags, &key.facets);
            let own = seen.add(
                Asset {
                    facets: key.facets,
                    operations,
                    object: Some(Arc::new(Object::Key(Key {
                        id: key.id,
                        halves: [half].into(),
                        forms: ["OpenPGP"].into(),
                        labels,
                    }))),
                    ..Asset::new(AssetKind::Key)
                },
                ENTRY,
            );
            primary = primary.or(Some(own));
            if let Some(protection) = &key.protection {
                for used in protection.add(seen) {
                    seen.uses(own, used)
                }
            }
        }
        for signature in self.own {
            if let Some(place) = signature.place {
                seen.stand_in_file(place)
            }
            let own = add_signature(signature.facets, signature.signer, "OpenPGP", seen);
            if let Some(primary) = primary {
                seen.uses(own, primary)
            }
        }
        any
    }
}

/// What the key may do, where its flags say one kind of thing only (RFC 9580 §5.2.3.29).
fn operations(flags: Option<u8>, facets: &Facets) -> Words<Operation> {
    let Some(flags) = flags else {
        return Words::new();
    };
    let algorithm = facets.get(&Facet::Algorithm).and_then(Value::single_name);
    match (flags & 0x23 != 0, flags & 0x0c != 0) {
        (true, false) => [Operation::Verify].into(),
        (false, true) => match algorithm {
            Some("RSA" | "ElGamal") => [Operation::Encrypt].into(),
            Some("EC" | "X25519" | "X448") => [Operation::Agree].into(),
            Some(_) => [Operation::Encapsulate].into(),
            None => Words::new(),
        },
        _ => Words::new(),
    }
}
