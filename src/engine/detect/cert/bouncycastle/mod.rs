//! The keystores of Bouncy Castle (its BcFKSKeyStoreSpi and BcKeyStoreSpi): BCFKS, in `fks`; BKS, whose aliases, certificates and unsealed
//! keys lie open; UBER, which is encrypted as a whole.

use super::jks::{self, Fields};
use super::passwords::{self, Candidates};
use super::pbe::{self, open};
use super::seen::Seen;
use super::spki::{self, fingerprint};
use super::{Form, encoded, whole, x509};
use crate::detect::Source;
use crate::model::object::{Half, KeyId, Keystore, Opened};
use crate::model::{
    Artifact, Asset, AssetKind, Facet, Facets, Object, Operation, Origin, SkipReason, Value, Why,
};

mod fks;

pub(super) use self::fks::bcfks;

const ENTRY: &str = "object/bouncycastle";
/// Bytes of salt that BKS and UBER are written with.
const SALT: usize = 20;
/// Version, length of the salt, salt, iterations.
const HEADER: usize = 12 + SALT;
/// HMAC with SHA-1.
const MAC: usize = 20;
/// Entries of one store, and certificates of one chain, at most.
const MAX_ENTRIES: u32 = 1_000_000;
const MAX_CHAIN: u32 = 1000;

fn add(
    bytes: &[u8],
    form: &'static str,
    opened: Opened,
    entries: u32,
    used: &[usize],
    seen: &mut Seen<'_>,
) {
    let object = Keystore {
        form,
        fingerprint: fingerprint(bytes),
        opened,
        entries,
    };
    let own = seen.add(
        Asset {
            object: Some(std::sync::Arc::new(Object::Keystore(object))),
            ..Asset::new(AssetKind::Keystore)
        },
        ENTRY,
    );
    for used in used {
        seen.uses(own, *used)
    }
}

/// BKS and UBER.
pub(super) struct Bks;

impl Form for Bks {
    fn is(&self, _artifact: &Artifact, head: &[u8], length: u64) -> bool {
        header(head).is_some() && (is_bks(head) || is_uber(head, length))
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        seen.stand_in_file(0..all.len() as u64);
        if is_bks(all) {
            bks(all, seen)
        } else {
            uber(all, seen)
        }
        true
    }
}

/// Version, salt and iterations. Both kinds are written with 1024 to 2047 of the latter.
fn header(head: &[u8]) -> Option<(u32, &[u8], u32)> {
    let mut fields = Fields { rest: head };
    let version = fields.u32().filter(|version| (1..=2).contains(version))?;
    let length = fields.u32().filter(|length| *length == SALT as u32)?;
    let salt = fields.take(length as usize)?;
    let iterations = fields.u32().filter(|n| (1024..2048).contains(n))?;
    Some((version, salt, iterations))
}

/// Whether the first entry of a BKS follows: its kind and an alias in text, or the end of the list.
fn is_bks(head: &[u8]) -> bool {
    let Some(mut fields) = head.get(HEADER..).map(|rest| Fields { rest }) else {
        return false;
    };
    match fields.take(1) {
        Some([0]) => fields.rest.len() == MAC,
        Some([1..=4]) => {
            fields.utf().is_some_and(|alias| {
                alias.len() < 1000 && !alias.contains(char::REPLACEMENT_CHARACTER)
            }) && fields.take(2) == Some(&[0, 0])
        }
        _ => false,
    }
}

/// Twofish in CBC follows, in whole blocks.
fn is_uber(_head: &[u8], length: u64) -> bool {
    let body = length.saturating_sub(HEADER as u64);
    body >= 32 && body.is_multiple_of(16)
}

fn uber(bytes: &[u8], seen: &mut Seen<'_>) {
    let mut used = Vec::new();
    if let Some((_, salt, iterations)) = header(bytes) {
        used.push(derivation(salt, iterations, seen));
        let cipher = Facets::from([
            (Facet::Algorithm, Value::name("Twofish", Origin::Implied)),
            (Facet::KeyBits, Value::number(256, Origin::Implied)),
            (Facet::Mode, Value::name("CBC", Origin::Implied)),
        ]);
        used.push(pbe::add(cipher, Operation::Encrypt, ENTRY, seen));
    }
    add(bytes, "UBER", Opened::Locked, 0, &used, seen);
    seen.skip(SkipReason::Encrypted, "the entries of the UBER");
}

fn derivation(salt: &[u8], iterations: u32, seen: &mut Seen<'_>) -> usize {
    let facets = Facets::from([
        (Facet::Algorithm, Value::name("PKCS12-KDF", Origin::Implied)),
        (Facet::Digest, Value::name("SHA-1", Origin::Implied)),
        (
            Facet::SaltBits,
            Value::number(salt.len() as u64 * 8, Origin::Literal),
        ),
        (
            Facet::Iterations,
            Value::number(iterations.into(), Origin::Literal),
        ),
    ]);
    pbe::add(facets, Operation::Derive, ENTRY, seen)
}

fn bks(bytes: &[u8], seen: &mut Seen<'_>) {
    let mut store = Store {
        fields: Fields {
            rest: bytes.get(HEADER..).unwrap_or_default(),
        },
        entries: 0,
        sealed: 0,
        used: Vec::new(),
    };
    let whole = store.read(seen);
    if whole.is_none() {
        seen.skip(
            SkipReason::Damaged,
            "the BKS ends in the middle of an entry",
        )
    }
    let mut opened = Opened::Locked;
    if let Some((version, salt, iterations)) = header(bytes) {
        let mac = Value::name("SHA-1", Origin::Implied);
        let count = Value::number(iterations.into(), Origin::Literal);
        let made = pbe::pkcs12_mac(mac, salt.len() as u64, count, seen);
        store.used.extend(made);
        opened = integrity(
            bytes,
            version,
            salt,
            iterations,
            store.sealed,
            whole.is_some(),
            seen,
        );
    }
    add(bytes, "BKS", opened, store.entries, &store.used, seen);
}

/// Which password the MAC is right with. Version 1 keys it with 16 bits, so that any password may seem to fit; it is not asked.
fn integrity(
    bytes: &[u8],
    version: u32,
    salt: &[u8],
    iterations: u32,
    sealed: u32,
    whole: bool,
    seen: &mut Seen<'_>,
) -> Opened {
    if sealed == 0 {
        return Opened::Open;
    }
    let body = bytes
        .get(HEADER..)
        .and_then(|body| body.split_last_chunk::<MAC>());
    let (Some((content, value)), 2, true) = (body, version, whole) else {
        return Opened::Locked;
    };
    let mac = open::Mac {
        digest: "SHA-1",
        value,
        salt,
        iterations: iterations.into(),
        pbmac1: None,
    };
    match passwords::of_mac(&mac, content, &Candidates::all(seen), seen) {
        Ok(fitting) => fitting.opened,
        Err(failure) => {
            passwords::tell(failure, "the integrity of the keystore", seen);
            Opened::Locked
        }
    }
}

struct Store<'a> {
    fields: Fields<'a>,
    entries: u32,
    /// Entries that are encrypted.
    sealed: u32,
    used: Vec<usize>,
}

impl<'a> Store<'a> {
    /// Reads all entries; `None` where the bytes end too early.
    fn read(&mut self, seen: &mut Seen<'_>) -> Option<()> {
        while self.entries < MAX_ENTRIES {
            let kind = *self.fields.take(1)?.first()?;
            if kind == 0 {
                return Some(());
            }
            let alias = self.fields.utf()?;
            self.fields.take(8)?;
            let first = self.chain(&alias, seen)?;
            match kind {
                1 => {
                    let der = self.certificate()?;
                    self.add_certificate(der, &alias, seen);
                }
                2 => self.key(&alias, seen)?,
                3 | 4 => self.sealed(first, &alias, seen)?,
                _ => return None,
            }
            self.entries += 1;
        }
        Some(())
    }

    /// The certificates of a key; the finding of the first.
    fn chain(&mut self, alias: &str, seen: &mut Seen<'_>) -> Option<Option<usize>> {
        let mut first = None;
        for n in 0..self.fields.u32()?.min(MAX_CHAIN) {
            let der = self.certificate()?;
            let own = self.add_certificate(der, if n == 0 { alias } else { "" }, seen);
            if n == 0 {
                first = own
            }
        }
        Some(first)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.fields.u32()?;
        self.fields.take(usize::try_from(length).ok()?)
    }

    fn certificate(&mut self) -> Option<&'a [u8]> {
        self.fields.utf()?;
        self.bytes()
    }

    fn add_certificate(&mut self, der: &[u8], alias: &str, seen: &mut Seen<'_>) -> Option<usize> {
        let own = x509::read(der, seen);
        match own {
            Some(own) => {
                self.used.push(own);
                seen.label_key_of(own, alias);
            }
            None => seen.skip(SkipReason::Damaged, "a certificate of the BKS"),
        }
        own
    }

    /// A key that is not sealed: which half, the names of format and algorithm, the encoding.
    fn key(&mut self, alias: &str, seen: &mut Seen<'_>) -> Option<()> {
        let kind = *self.fields.take(1)?.first()?;
        self.fields.utf()?;
        let name = self.fields.utf()?;
        let encoding = self.bytes()?;
        let before = seen.count();
        if kind < 2 && encoded::read(encoding, seen) {
            seen.label(before, alias);
            self.used.push(before);
            return Some(());
        }
        let algorithm = match seen.catalog().algorithm(&name) {
            Some(algorithm) => Value::name(&algorithm.name, Origin::Literal),
            None => Value::unknown(Why::new("name", name)),
        };
        let mut facets = Facets::from([(Facet::Algorithm, algorithm)]);
        let half = match kind {
            0 => Half::Private,
            1 => Half::Public,
            _ => Half::Secret,
        };
        if half == Half::Secret {
            let bits = Value::number(encoding.len() as u64 * 8, Origin::Literal);
            facets.insert(Facet::KeyBits, bits);
        }
        let id = match half {
            Half::Public => fingerprint(encoding),
            // The value is in plain sight: its place and name tell it.
            _ => seen.place_of(&[alias.as_bytes()]),
        };
        let id = KeyId::Itself(id, "a key of a kind that is not read");
        let own = seen.add(spki::key(facets, id, half, "BKS"), ENTRY);
        seen.label(own, alias);
        self.used.push(own);
        Some(())
    }

    /// A key behind a password: salt, iterations, ciphertext of 3DES.
    fn sealed(&mut self, first: Option<usize>, alias: &str, seen: &mut Seen<'_>) -> Option<()> {
        let blob = self.bytes()?;
        self.sealed += 1;
        let mut fields = Fields { rest: blob };
        let salt = fields
            .u32()
            .and_then(|length| fields.take(usize::try_from(length).ok()?));
        let own = jks::sealed(first, blob, "BKS", seen);
        seen.label(own, alias);
        if let (Some(salt), Some(iterations)) = (salt, fields.u32()) {
            let kdf = derivation(salt, iterations, seen);
            let cipher = Facets::from([
                (Facet::Algorithm, Value::name("3DES", Origin::Implied)),
                (Facet::KeyBits, Value::number(168, Origin::Implied)),
                (Facet::Mode, Value::name("CBC", Origin::Implied)),
            ]);
            let cipher = pbe::add(cipher, Operation::Encrypt, ENTRY, seen);
            seen.uses(own, kdf);
            seen.uses(own, cipher);
        }
        self.used.push(own);
        Some(())
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
