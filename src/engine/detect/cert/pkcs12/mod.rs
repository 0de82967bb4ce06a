//! PKCS #12 (RFC 7292, with PBMAC1 of RFC 9579), in DER and BER: what protects the store, and with a password that fits what is in it.

mod bag;

use self::bag::Bag;
use super::der::{self, Node, tag};
use super::passwords::{self, Candidates, Fitting};
use super::pbe::open::{self, Failure, Mac};
use super::seen::Seen;
use super::spki::fingerprint;
use super::{Form, algorithm, cms, pbe, whole};
use crate::detect::Source;
use crate::model::object::{Keystore, Opened};
use crate::model::{Artifact, Asset, AssetKind, Object, Origin, SkipReason, Value};

/// Content types of RFC 5652 and PKCS #7.
const DATA: &str = "1.2.840.113549.1.7.1";
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const ENVELOPED_DATA: &str = "1.2.840.113549.1.7.3";
const ENCRYPTED_DATA: &str = "1.2.840.113549.1.7.6";
/// Contents of one store, at most; tools write two.
const MAX_CONTENTS: usize = 10_000;
const ENTRY: &str = "object/pkcs12";

/// Reads a PFX; `false` where the bytes are none.
pub(super) fn pfx(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some(parts) = Parts::of(der) else {
        return false;
    };
    read(der, &parts, seen);
    true
}

/// The fields of a PFX.
struct Parts<'a> {
    content_type: String,
    /// What the authenticated safe's ContentInfo holds.
    content: Node<'a>,
    safe: Node<'a>,
    mac: Option<Node<'a>>,
}

impl<'a> Parts<'a> {
    fn of(der: &'a [u8]) -> Option<Self> {
        let (whole, _) = Node::first(der)?;
        let mut fields = whole.children();
        if !whole.is(tag::SEQUENCE) || fields.next()?.small()? != 3 {
            return None;
        }
        let safe = fields.next().filter(|node| node.is(tag::SEQUENCE))?;
        let content_type = safe.child(0)?.oid()?;
        let content = safe.child(1).filter(|node| node.is_context(0))?.child(0)?;
        matches!(content_type.as_str(), DATA | SIGNED_DATA).then(|| Self {
            content_type,
            content,
            safe,
            mac: fields.next().filter(|node| node.is(tag::SEQUENCE)),
        })
    }

    /// The bytes of the AuthenticatedSafe, which the MAC is over.
    fn safes(&self) -> Option<Vec<u8>> {
        if self.content_type == DATA {
            return self.content.octets();
        }
        // SignedData: version, digestAlgorithms, encapContentInfo.
        self.content.child(2)?.child(1)?.child(0)?.octets()
    }
}

fn read(der: &[u8], parts: &Parts<'_>, seen: &mut Seen<'_>) {
    let mut store = Store {
        candidates: Candidates::all(seen),
        opening: Opening::default(),
        used: Vec::new(),
    };
    let safes = parts.safes().unwrap_or_default();
    if parts.content_type == SIGNED_DATA {
        store
            .used
            .extend(cms::read(parts.safe.whole, "PKCS#12", seen));
    }
    if let Some(mac) = parts.mac {
        store.integrity(&mac, &safes, seen)
    }
    let contents = store.contents(&safes, seen);
    let bags: Vec<Bag<'_>> = contents
        .iter()
        .flat_map(|content| bag::of_contents(&content.bytes, content.sealed))
        .collect();
    let entries = u32::try_from(bags.len()).unwrap_or(u32::MAX);
    store.used.extend(bag::read_all(
        &bags,
        &mut store.opening,
        &store.candidates,
        seen,
    ));
    let own = add(der, store.opening.opened(), entries, seen);
    for used in store.used {
        seen.uses(own, used)
    }
}

fn add(der: &[u8], opened: Opened, entries: u32, seen: &mut Seen<'_>) -> usize {
    let object = Keystore {
        form: "PKCS#12",
        fingerprint: fingerprint(der),
        opened,
        entries,
    };
    seen.add(
        Asset {
            object: Some(std::sync::Arc::new(Object::Keystore(object))),
            ..Asset::new(AssetKind::Keystore)
        },
        ENTRY,
    )
}

/// What came of trying passwords.
#[derive(Default)]
struct Opening {
    /// How the first part opened that did.
    by: Option<Opened>,
    /// Whether some part is encrypted, and whether one stayed so.
    encrypted: bool,
    decrypted: bool,
}

impl Opening {
    fn opened(&self) -> Opened {
        match (self.encrypted, self.decrypted, self.by) {
            (false, _, _) => Opened::Open,
            (true, true, Some(by)) => by,
            _ => Opened::Locked,
        }
    }

    /// Notes how a part opened, and tells where it did not.
    fn note<T>(
        &mut self,
        result: Result<(Fitting<'_>, T), Failure>,
        what: &str,
        seen: &mut Seen<'_>,
    ) -> Option<T> {
        self.encrypted = true;
        match result {
            Ok((fitting, value)) => {
                self.decrypted = true;
                self.by.get_or_insert(fitting.opened);
                Some(value)
            }
            Err(failure) => {
                passwords::tell(failure, what, seen);
                None
            }
        }
    }
}

struct Store<'p> {
    /// The password that fits first, then the others.
    candidates: Candidates<'p>,
    opening: Opening,
    used: Vec<usize>,
}

/// Bytes of SafeContents.
struct Content {
    bytes: Vec<u8>,
    sealed: bool,
}

impl Store<'_> {
    /// Adds what the MAC is made of, and asks it which password fits.
    fn integrity(&mut self, data: &Node<'_>, safes: &[u8], seen: &mut Seen<'_>) {
        let (info, salt) = (data.child(0), data.child(1));
        let (Some(identifier), Some(value)) = (
            info.and_then(|info| info.child(0)),
            info.and_then(|info| info.child(1)?.octets()),
        ) else {
            seen.skip(SkipReason::Damaged, "the MAC of the PKCS#12");
            return;
        };
        let pbmac1 = open::pbmac1(&identifier);
        let salt = salt.map(|salt| salt.body).unwrap_or_default();
        let iterations = data.child(2);
        let digest = identifier
            .child(0)
            .and_then(|node| node.oid())
            .unwrap_or_default();
        let digest = algorithm::digest(&digest, seen.catalog());
        if pbmac1.is_some() {
            self.used.extend(pbe::scheme(&identifier, seen))
        } else {
            let iterations = match iterations {
                Some(_) => pbe::iterations(iterations),
                None => Value::number(1, Origin::Default),
            };
            let made = pbe::pkcs12_mac(digest.clone(), salt.len() as u64, iterations, seen);
            self.used.extend(made)
        }
        let mac = Mac {
            digest: digest.single_name().unwrap_or_default(),
            value: &value,
            salt,
            iterations: iterations
                .as_ref()
                .map_or(Some(1), Node::small)
                .unwrap_or(u64::MAX),
            pbmac1,
        };
        // How the store was opened is not told yet: nothing in it may be encrypted at all.
        match passwords::of_mac(&mac, safes, &self.candidates, seen) {
            Ok(fitting) => self.candidates.prefer(fitting),
            // What does not fit the MAC does not fit what the MAC is over; passwords of parts may differ all the same, but none does in
            // practice, and each costs as much again.
            Err(failure @ (Failure::Wrong | Failure::WorkLimit)) => self.candidates.close(failure),
            Err(Failure::Unsupported) => {}
        }
    }

    /// The SafeContents, decrypted where a password fits.
    fn contents(&mut self, safes: &[u8], seen: &mut Seen<'_>) -> Vec<Content> {
        let Some((sequence, _)) = Node::first(safes).filter(|(node, _)| node.is(tag::SEQUENCE))
        else {
            seen.skip(SkipReason::Damaged, "the contents of the PKCS#12");
            return Vec::new();
        };
        let mut contents = Vec::new();
        for info in sequence.children().take(MAX_CONTENTS) {
            let Some(kind) = info.child(0).and_then(|node| node.oid()) else {
                continue;
            };
            let content = info.child(1).and_then(|explicit| explicit.child(0));
            match (kind.as_str(), content) {
                (DATA, Some(content)) => contents.extend(content.octets().map(|bytes| Content {
                    bytes,
                    sealed: false,
                })),
                (ENCRYPTED_DATA, Some(content)) => contents.extend(self.decrypted(&content, seen)),
                (ENVELOPED_DATA, Some(_)) => {
                    self.opening.encrypted = true;
                    self.used.extend(cms::read(info.whole, "PKCS#12", seen))
                }
                (kind, _) => seen.skip(
                    SkipReason::Unsupported,
                    format!("content of type {kind} in the PKCS#12"),
                ),
            }
        }
        contents
    }

    fn decrypted(&mut self, data: &Node<'_>, seen: &mut Seen<'_>) -> Option<Content> {
        let info = data.child(1)?;
        let identifier = info.child(1).filter(algorithm::is_identifier)?;
        let ciphertext = info.child(2)?.octets()?;
        self.used.extend(pbe::scheme(&identifier, seen));
        let result = passwords::decrypt(&identifier, &ciphertext, &self.candidates, seen);
        if let Ok((fitting, _)) = &result {
            self.candidates.prefer(*fitting)
        }
        let bytes = self.opening.note(result, "PKCS#12 contents", seen)?;
        Some(Content {
            bytes,
            sealed: true,
        })
    }
}

/// A file that begins as a PFX and ends too early.
pub(super) struct Cut;

impl Form for Cut {
    fn is(&self, _artifact: &Artifact, head: &[u8], length: u64) -> bool {
        let Some((declared, rest)) = der::declared(head) else {
            return false;
        };
        let data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
        declared > length
            && rest.starts_with(&[0x02, 0x01, 0x03, 0x30])
            && memchr::memmem::find(rest.get(4..28).unwrap_or_default(), data).is_some()
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let length = bytes.len();
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        seen.stand_in_file(0..length);
        add(all, Opened::Locked, 0, seen);
        seen.skip(SkipReason::Damaged, "the PKCS#12 ends too early");
        // What lies open in it is searched for.
        false
    }
}

#[cfg(test)]
pub(super) mod tests;
#[cfg(test)]
mod vectors;
