//! JKS and JCEKS, the keystores of Java (OpenJDK, sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore). Certificates,
//! aliases and dates lie open; a private key is encrypted, and is the key of the first certificate of its chain. Secret keys are serialised
//! Java objects: they are seen, and never made into objects.

use sha1::{Digest as _, Sha1};

use super::der::Node;
use super::passwords::{self, Candidates, Fitting};
use super::pbe::open::{Failure, Password};
use super::seen::Seen;
use super::spki::{self, fingerprint};
use super::{Form, algorithm, pbe, whole, x509};
use crate::detect::Source;
use crate::model::object::{Half, Key, KeyId, Keystore, Opened};
use crate::model::{Artifact, Asset, AssetKind, Facet, Facets, Object, SkipReason, Value, Why};

mod secret;

/// Of JKS and JCEKS.
const MAGIC: [([u8; 4], &str); 2] = [
    ([0xfe, 0xed, 0xfe, 0xed], "JKS"),
    ([0xce, 0xce, 0xce, 0xce], "JCEKS"),
];
/// What the digest at the end is salted with.
const SALT: &[u8] = b"Mighty Aphrodite";
/// SHA-1.
const DIGEST: usize = 20;
/// Entries of one store, at most.
const MAX_ENTRIES: u32 = 1_000_000;
/// Certificates of one chain, at most.
const MAX_CHAIN: u32 = 1000;
const ENTRY: &str = "object/jks";

/// The form.
pub(super) struct Jks;

impl Form for Jks {
    fn is(&self, _artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        form(head).is_some()
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        seen.stand_in_file(0..all.len() as u64);
        store(all, seen)
    }
}

fn form(head: &[u8]) -> Option<&'static str> {
    let (magic, name) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic))?;
    matches!(head.get(magic.len()..8), Some([0, 0, 0, 1 | 2])).then_some(*name)
}

/// Reads a store; `false` where the bytes are none.
pub(super) fn store(bytes: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some(name) = form(bytes) else {
        return false;
    };
    let mut store = Store {
        form: name,
        fields: Fields { rest: bytes },
        version: 0,
        entries: 0,
        secrets: 0,
        used: Vec::new(),
        fitting: None,
    };
    let fitting = fitting(bytes, seen);
    store.fitting = fitting.as_ref().ok().copied();
    let whole = store.read(seen);
    if whole.is_none() {
        seen.skip(
            SkipReason::Damaged,
            format!("{name} ends in the middle of an entry"),
        )
    }
    let opened = match (whole, fitting) {
        // The digest is gone, by which a password is told.
        (None, _) => Opened::Locked,
        (Some(()), _) if store.secrets == 0 => Opened::Open,
        (Some(()), Ok(fitting)) => fitting.opened,
        (Some(()), Err(failure)) => {
            passwords::tell(failure, "the integrity of the keystore", seen);
            Opened::Locked
        }
    };
    let object = Keystore {
        form: name,
        fingerprint: fingerprint(bytes),
        opened,
        entries: store.entries,
    };
    let own = seen.add(
        Asset {
            object: Some(std::sync::Arc::new(Object::Keystore(object))),
            ..Asset::new(AssetKind::Keystore)
        },
        ENTRY,
    );
    for used in store.used {
        seen.uses(own, used)
    }
    true
}

/// The password that fits: the digest at the end begins with it.
fn fitting<'p>(bytes: &[u8], seen: &mut Seen<'p>) -> Result<Fitting<'p>, Failure> {
    let (data, digest) = bytes.split_last_chunk::<DIGEST>().ok_or(Failure::Wrong)?;
    let candidates = Candidates::all(seen);
    let result = passwords::first(&candidates, |password| {
        seen.work.spend(data.len() as u64 / 64)?;
        let Password::Text(password) = password else {
            return Err(Failure::Wrong);
        };
        let utf16 = password.encode_utf16().flat_map(u16::to_be_bytes);
        let mut sha1 = Sha1::new();
        sha1.update(utf16.collect::<Vec<_>>());
        sha1.update(SALT);
        sha1.update(data);
        (sha1.finalize()[..] == digest[..])
            .then_some(())
            .ok_or(Failure::Wrong)
    });
    result.map(|(fitting, ())| fitting)
}

struct Store<'a, 'p> {
    form: &'static str,
    fields: Fields<'a>,
    version: u32,
    entries: u32,
    /// Keys that are behind the password.
    secrets: u32,
    used: Vec<usize>,
    /// The password of the store, which is mostly that of its keys.
    fitting: Option<Fitting<'p>>,
}

impl<'a> Store<'a, '_> {
    /// Reads all entries; `None` where the bytes end too early, with what came before them read.
    fn read(&mut self, seen: &mut Seen<'_>) -> Option<()> {
        self.fields.take(4)?;
        self.version = self.fields.u32()?;
        let count = self.fields.u32()?;
        for _ in 0..count.min(MAX_ENTRIES) {
            let tag = self.fields.u32()?;
            let alias = self.fields.utf()?;
            // When it was put in, in milliseconds.
            self.fields.take(8)?;
            match tag {
                1 => self.private_key(&alias, seen)?,
                2 => {
                    let certificate = self.certificate()?;
                    self.add_certificate(certificate, &alias, seen);
                }
                3 => self.secret_key(&alias, seen)?,
                _ => return None,
            }
            self.entries += 1;
        }
        Some(())
    }

    fn certificate(&mut self) -> Option<&'a [u8]> {
        if self.version == 2 {
            self.fields.utf()?;
        }
        let length = self.fields.u32()?;
        self.fields.take(usize::try_from(length).ok()?)
    }

    fn add_certificate(&mut self, der: &[u8], alias: &str, seen: &mut Seen<'_>) -> Option<usize> {
        let own = x509::read(der, seen);
        match own {
            Some(own) => {
                self.used.push(own);
                seen.label_key_of(own, alias);
            }
            None => seen.skip(
                SkipReason::Damaged,
                format!("a certificate of the {}", self.form),
            ),
        }
        own
    }

    fn private_key(&mut self, alias: &str, seen: &mut Seen<'_>) -> Option<()> {
        let length = self.fields.u32()?;
        let encrypted = self.fields.take(usize::try_from(length).ok()?)?;
        self.secrets += 1;
        let scheme = self.scheme(encrypted, seen);
        let count = self.fields.u32()?;
        let mut first = None;
        let mut whole = Some(());
        for n in 0..count.min(MAX_CHAIN) {
            let Some(der) = self.certificate() else {
                whole = None;
                break;
            };
            let alias = if n == 0 { alias } else { "" };
            let own = self.add_certificate(der, alias, seen);
            if n == 0 {
                first = own
            }
        }
        let own = sealed(first, encrypted, self.form, seen);
        seen.label(own, alias);
        for part in scheme {
            seen.uses(own, part)
        }
        self.used.push(own);
        whole
    }

    /// What an EncryptedPrivateKeyInfo is encrypted with: the protector of JKS has no parameters, a salt of 20 bytes before the ciphertext,
    /// and one SHA-1 a block.
    fn scheme(&self, encrypted: &[u8], seen: &mut Seen<'_>) -> Vec<usize> {
        let identifier = Node::first(encrypted)
            .and_then(|(info, _)| info.child(0))
            .filter(algorithm::is_identifier);
        let Some(identifier) = identifier else {
            seen.skip(
                SkipReason::Damaged,
                format!("a private key of the {}", self.form),
            );
            return Vec::new();
        };
        pbe::scheme(&identifier, seen)
    }

    /// A serialised object has no length before it: it ends where the next entry begins, or the digest.
    fn secret_key(&mut self, alias: &str, seen: &mut Seen<'_>) -> Option<()> {
        let rest = self.fields.rest;
        let end = (1..rest.len())
            .find(|at| rest.get(*at..).is_some_and(begins_entry))
            .or_else(|| rest.len().checked_sub(DIGEST))?;
        let object = self.fields.take(end)?;
        self.secrets += 1;
        let sealed = secret::Sealed::of(object);
        let password = self.fitting.map(|fitting| fitting.password);
        let facets = password
            .and_then(|password| secret::opened(&sealed, password, seen))
            .unwrap_or_else(|| {
                let encrypted = Value::unknown(Why::new("encrypted", ""));
                Facets::from([(Facet::Algorithm, encrypted)])
            });
        let id = KeyId::Itself(fingerprint(object), "a secret key has no public half");
        let own = seen.add(
            spki::key(facets, id, Half::EncryptedSecret, self.form),
            ENTRY,
        );
        seen.label(own, alias);
        for part in sealed.scheme(seen) {
            seen.uses(own, part)
        }
        self.used.push(own);
        Some(())
    }
}

/// The encrypted private half of a certificate's key, or of one that is not known.
pub(super) fn sealed(
    certificate: Option<usize>,
    encrypted: &[u8],
    form: &'static str,
    seen: &mut Seen<'_>,
) -> usize {
    let key = certificate.and_then(|own| seen.asset(seen.key_of(own)?));
    let known = key.and_then(|asset| match asset.object.as_deref() {
        Some(Object::Key(Key { id, .. })) => Some((asset.facets.clone(), *id)),
        _ => None,
    });
    let (facets, id) = known.unwrap_or_else(|| {
        let unknown = Value::unknown(Why::new("encrypted", ""));
        let id = KeyId::Itself(fingerprint(encrypted), "the key is encrypted");
        (Facets::from([(Facet::Algorithm, unknown)]), id)
    });
    seen.add(spki::key(facets, id, Half::EncryptedPrivate, form), ENTRY)
}

/// Whether an entry begins here: a tag, an alias, and a date of this century or the last decade of the one before.
fn begins_entry(bytes: &[u8]) -> bool {
    if !matches!(bytes, [0, 0, 0, 1..=3, ..]) {
        return false;
    }
    let mut fields = Fields { rest: bytes };
    let read = |fields: &mut Fields<'_>| {
        fields.u32()?;
        let alias = fields.take(2)?.first_chunk::<2>().copied()?;
        fields.take(u16::from_be_bytes(alias).into())?;
        fields.take(8)?.first_chunk::<8>().copied()
    };
    let date = read(&mut fields).map(u64::from_be_bytes);
    date.is_some_and(|date| (631_152_000_000..4_102_444_800_000).contains(&date))
}

/// Reads the fields of java.io.DataInput.
pub(super) struct Fields<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.take(4)?
            .first_chunk::<4>()
            .map(|four| u32::from_be_bytes(*four))
    }

    /// A string with its length before it. Java's own UTF-8 differs from the world's for zero and beyond the basic plane only.
    pub(super) fn utf(&mut self) -> Option<String> {
        let length = self.take(2)?.first_chunk::<2>()?;
        let bytes = self.take(usize::from(u16::from_be_bytes(*length)))?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
