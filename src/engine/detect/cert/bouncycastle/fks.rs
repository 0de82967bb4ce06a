//! BCFKS, Bouncy Castle's keystore for FIPS (org.bouncycastle.asn1.bc): an ObjectStore of encrypted data and a MAC over it.

use super::{ENTRY, add};
use crate::detect::cert::der::{Node, tag};
use crate::detect::cert::passwords::{self, Candidates, Fitting};
use crate::detect::cert::pbe::open::{self, Failure, Password};
use crate::detect::cert::seen::Seen;
use crate::detect::cert::spki::{self, fingerprint};
use crate::detect::cert::{algorithm, jks, pbe, x509};
use crate::model::object::{Half, KeyId, Opened};
use crate::model::{Facet, Facets, Operation, SkipReason, Value, Why};

/// Entries of one store, at most.
const MAX_ENTRIES: usize = 1_000_000;

/// Reads one; `false` where the bytes are none.
pub(in crate::detect::cert) fn bcfks(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some((data, cipher, check)) = object_store(der) else {
        return false;
    };
    let mut used = pbe::scheme(&cipher, seen);
    if let (Some(mac), Some(kdf)) = (check.child(0), check.child(1)) {
        let facets = pbe::derivation(&kdf, seen.catalog());
        used.push(pbe::add(facets, Operation::Derive, ENTRY, seen));
        let oid = mac.child(0).and_then(|node| node.oid());
        let facets = algorithm::of_oid(&oid.unwrap_or_default(), seen.catalog());
        used.push(pbe::add(facets, Operation::Mac, ENTRY, seen));
    }
    let (opened, entries) = match decrypted(&cipher, &data, seen) {
        Ok((fitting, plain)) => {
            let before = used.len();
            entries(&plain, &mut used, seen);
            (fitting.opened, used.len() - before)
        }
        Err(failure) => {
            passwords::tell(failure, "the entries of the BCFKS", seen);
            (Opened::Locked, 0)
        }
    };
    let entries = u32::try_from(entries).unwrap_or(u32::MAX);
    add(der, "BCFKS", opened, entries, &used, seen);
    true
}

/// The encrypted data, how it is encrypted, and the check of the integrity.
fn object_store(der: &[u8]) -> Option<(Node<'_>, Node<'_>, Node<'_>)> {
    let (whole, _) = Node::first(der)?;
    let (data, check) = (whole.child(0)?, whole.child(1)?);
    let cipher = data.child(0).filter(algorithm::is_identifier)?;
    let data = data.child(1)?;
    let shaped = whole.is(tag::SEQUENCE)
        && whole.child(2).is_none()
        && data.is(tag::OCTET_STRING)
        && cipher.child(0)?.oid()? == pbe::PBES2
        && algorithm::is_identifier(&check.child(0)?)
        && algorithm::is_identifier(&check.child(1)?)
        && check.child(2)?.is(tag::OCTET_STRING);
    shaped.then_some((data, cipher, check))
}

fn decrypted<'p>(
    cipher: &Node<'_>,
    data: &Node<'_>,
    seen: &mut Seen<'p>,
) -> Result<(Fitting<'p>, Vec<u8>), Failure> {
    let candidates = Candidates::all(seen);
    passwords::first(&candidates, |password| {
        let Password::Text(text) = password else {
            return Err(Failure::Wrong);
        };
        let password = Password::For(text, "STORE_ENCRYPTION");
        let plain = open::decrypt(cipher, data.body, password, &mut seen.work)?;
        match Node::first(&plain) {
            Some((node, [])) if node.is(tag::SEQUENCE) => Ok(plain),
            _ => Err(Failure::Wrong),
        }
    })
}

/// ObjectStoreData: version, integrityAlgorithm, two dates, the entries.
fn entries(plain: &[u8], used: &mut Vec<usize>, seen: &mut Seen<'_>) {
    let list = Node::first(plain).and_then(|(store, _)| store.child(4));
    for entry in list.iter().flat_map(Node::children).take(MAX_ENTRIES) {
        // ObjectData: type, identifier, two dates, data.
        let (kind, name, data) = (entry.child(0), entry.child(1), entry.child(4));
        let (Some(kind), Some(data)) = (kind.and_then(|kind| kind.small()), data) else {
            seen.skip(SkipReason::Damaged, "an entry of the BCFKS");
            continue;
        };
        let name = name.map(|name| name.body).unwrap_or_default();
        let name = String::from_utf8_lossy(name.get(..256).unwrap_or(name));
        let own = match kind {
            0 => x509::read(data.body, seen).inspect(|own| seen.label_key_of(*own, &name)),
            1 | 3 => private_key(&data, &name, seen),
            2 | 4 => Some(secret_key(&data, &name, seen)),
            _ => None,
        };
        match own {
            Some(own) => used.push(own),
            None => seen.skip(SkipReason::Damaged, "an entry of the BCFKS"),
        }
    }
}

/// EncryptedPrivateKeyData: an EncryptedPrivateKeyInfo, and the chain, whose first certificate is of the key.
fn private_key(data: &Node<'_>, name: &str, seen: &mut Seen<'_>) -> Option<usize> {
    let data = Node::only(data.body)?;
    let encrypted = data.child(0)?;
    let mut first = None;
    for certificate in data.child(1).iter().flat_map(Node::children) {
        let own = x509::read(certificate.whole, seen);
        first = first.or(own);
    }
    let scheme = scheme(&encrypted, seen);
    let own = jks::sealed(first, encrypted.whole, "BCFKS", seen);
    seen.label(own, name);
    for part in scheme.into_iter().chain(first) {
        seen.uses(own, part)
    }
    Some(own)
}

/// EncryptedSecretKeyData: how it is encrypted, and the ciphertext.
fn secret_key(data: &Node<'_>, name: &str, seen: &mut Seen<'_>) -> usize {
    let scheme = Node::only(data.body).map_or_else(Vec::new, |data| scheme(&data, seen));
    let encrypted = Value::unknown(Why::new("encrypted", ""));
    let facets = Facets::from([(Facet::Algorithm, encrypted)]);
    let id = KeyId::Itself(fingerprint(data.body), "a secret key has no public half");
    let own = seen.add(spki::key(facets, id, Half::EncryptedSecret, "BCFKS"), ENTRY);
    seen.label(own, name);
    for part in scheme {
        seen.uses(own, part)
    }
    own
}

fn scheme(encrypted: &Node<'_>, seen: &mut Seen<'_>) -> Vec<usize> {
    match encrypted.child(0).filter(algorithm::is_identifier) {
        Some(identifier) => pbe::scheme(&identifier, seen),
        None => Vec::new(),
    }
}
