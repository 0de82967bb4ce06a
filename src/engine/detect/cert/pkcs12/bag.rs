//! The bags of PKCS #12 (RFC 7292 §4.2): keys, certificates, revocation lists, secrets.

use std::collections::BTreeMap;

use super::{ENTRY, Opening};
use crate::detect::cert::der::{Node, tag};
use crate::detect::cert::passwords::{self, Candidates};
use crate::detect::cert::seen::Seen;
use crate::detect::cert::spki::{self, fingerprint};
use crate::detect::cert::{algorithm, encoded, pbe, x509};
use crate::model::object::{Half, KeyId};
use crate::model::{Facet, Facets, Object, Origin, SkipReason, Value, Why};

const KEY: &str = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY: &str = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE: &str = "1.2.840.113549.1.12.10.1.3";
const CRL: &str = "1.2.840.113549.1.12.10.1.4";
const SECRET: &str = "1.2.840.113549.1.12.10.1.5";
const SAFE_CONTENTS: &str = "1.2.840.113549.1.12.10.1.6";
const X509_CERTIFICATE: &str = "1.2.840.113549.1.9.22.1";
const X509_CRL: &str = "1.2.840.113549.1.9.23.1";
const FRIENDLY_NAME: &str = "1.2.840.113549.1.9.20";
const LOCAL_KEY_ID: &str = "1.2.840.113549.1.9.21";
/// SafeContents in SafeContents, at most.
const MAX_DEPTH: usize = 8;
/// Bags of one store, at most.
const MAX_BAGS: usize = 100_000;

/// One bag.
pub(super) struct Bag<'a> {
    kind: String,
    value: Node<'a>,
    label: String,
    /// What says which certificate belongs to which key.
    local_key_id: Option<Vec<u8>>,
    /// Whether it was behind the password.
    sealed: bool,
}

/// The bags of SafeContents, with those of SafeContents in them.
pub(super) fn of_contents(bytes: &[u8], sealed: bool) -> Vec<Bag<'_>> {
    let mut bags = Vec::new();
    if let Some((sequence, _)) = Node::first(bytes) {
        gather(&sequence, sealed, 0, &mut bags)
    }
    bags
}

fn gather<'a>(sequence: &Node<'a>, sealed: bool, depth: usize, bags: &mut Vec<Bag<'a>>) {
    for bag in sequence.children() {
        if bags.len() >= MAX_BAGS {
            return;
        }
        let mut fields = bag.children();
        let kind = fields.next().and_then(|node| node.oid());
        let value = fields.next().and_then(|explicit| explicit.child(0));
        let (Some(kind), Some(value)) = (kind, value) else {
            continue;
        };
        if kind == SAFE_CONTENTS {
            if depth < MAX_DEPTH {
                gather(&value, sealed, depth + 1, bags)
            }
            continue;
        }
        let mut found = Bag {
            kind,
            value,
            label: String::new(),
            local_key_id: None,
            sealed,
        };
        for attribute in fields.next().iter().flat_map(Node::children) {
            let value = attribute.child(1).and_then(|set| set.child(0));
            let kind = attribute.child(0).and_then(|node| node.oid());
            match (kind.as_deref(), value) {
                (Some(FRIENDLY_NAME), Some(name)) => found.label = bmp(name.body),
                (Some(LOCAL_KEY_ID), Some(id)) => found.local_key_id = id.octets(),
                _ => {}
            }
        }
        bags.push(found);
    }
}

/// BMPString.
fn bmp(bytes: &[u8]) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().take(512).map(|pair| u16::from_be_bytes(*pair));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Reads all bags, certificates first; the findings that stand for them.
pub(super) fn read_all(
    bags: &[Bag<'_>],
    opening: &mut Opening,
    candidates: &Candidates<'_>,
    seen: &mut Seen<'_>,
) -> Vec<usize> {
    let mut entries = Vec::new();
    // By local key id, the finding of a certificate's key.
    let mut keys: BTreeMap<&[u8], usize> = BTreeMap::new();
    for bag in bags.iter().filter(|bag| bag.kind == CERTIFICATE) {
        if let Some(own) = certificate(bag, seen) {
            entries.push(own);
            seen.label_key_of(own, &bag.label);
            if let Some((id, key)) = bag.local_key_id.as_deref().zip(seen.key_of(own)) {
                keys.entry(id).or_insert(key);
            }
        }
    }
    for bag in bags {
        let of_certificate = || {
            let id = bag.local_key_id.as_deref()?;
            keys.get(id).copied()
        };
        match bag.kind.as_str() {
            CERTIFICATE => {}
            KEY => entries.push(key(bag, of_certificate(), seen)),
            SHROUDED_KEY => {
                entries.push(shrouded(bag, of_certificate(), opening, candidates, seen))
            }
            CRL => {
                let before = seen.count();
                let inner = typed(&bag.value, X509_CRL);
                if inner.is_some_and(|crl| is_list(&crl) && encoded::read(&crl, seen)) {
                    entries.push(before)
                } else {
                    seen.skip(SkipReason::Unsupported, "a revocation list of the PKCS#12")
                }
            }
            SECRET => entries.push(secret(bag, opening, candidates, seen)),
            kind => seen.skip(SkipReason::Unsupported, format!("a bag of type {kind}")),
        }
    }
    entries
}

/// What a typed bag holds: an OID that says the type, and an octet string behind `[0]`.
fn typed(value: &Node<'_>, wanted: &str) -> Option<Vec<u8>> {
    let kind = value.child(0)?.oid()?;
    (kind == wanted).then(|| value.child(1)?.child(0)?.octets())?
}

fn certificate(bag: &Bag<'_>, seen: &mut Seen<'_>) -> Option<usize> {
    let own = typed(&bag.value, X509_CERTIFICATE).and_then(|der| x509::read(&der, seen));
    if own.is_none() {
        seen.skip(SkipReason::Damaged, "a certificate of the PKCS#12")
    }
    own
}

/// A PrivateKeyInfo, in the open or in contents that were.
fn key(bag: &Bag<'_>, of_certificate: Option<usize>, seen: &mut Seen<'_>) -> usize {
    let before = seen.behind_password;
    seen.behind_password = before || bag.sealed;
    let own = private(bag.value.whole, of_certificate, bag, seen);
    seen.behind_password = before;
    own
}

/// An EncryptedPrivateKeyInfo.
fn shrouded(
    bag: &Bag<'_>,
    of_certificate: Option<usize>,
    opening: &mut Opening,
    candidates: &Candidates<'_>,
    seen: &mut Seen<'_>,
) -> usize {
    let identifier = bag.value.child(0).filter(algorithm::is_identifier);
    let ciphertext = bag.value.child(1).and_then(|node| node.octets());
    let (Some(identifier), Some(ciphertext)) = (identifier, ciphertext) else {
        seen.skip(SkipReason::Damaged, "a private key of the PKCS#12");
        return sealed(bag, of_certificate, Half::EncryptedPrivate, seen);
    };
    let scheme = pbe::scheme(&identifier, seen);
    let result = passwords::decrypt(&identifier, &ciphertext, candidates, seen);
    let own = match opening.note(result, "a private key", seen) {
        Some(plain) => {
            let before = seen.behind_password;
            seen.behind_password = true;
            let own = private(&plain, of_certificate, bag, seen);
            seen.behind_password = before;
            own
        }
        None => sealed(bag, of_certificate, Half::EncryptedPrivate, seen),
    };
    for part in scheme {
        seen.uses(own, part)
    }
    own
}

/// Whether it has the shape of one: version, algorithm, key. A store in a bag of a store in a bag … has not.
fn is_private_key_info(der: &[u8]) -> bool {
    let fields = Node::first(der).map(|(info, _)| (info.child(0), info.child(1), info.child(2)));
    let Some((Some(version), Some(identifier), Some(key))) = fields else {
        return false;
    };
    version.small().is_some() && algorithm::is_identifier(&identifier) && key.is(tag::OCTET_STRING)
}

/// Whether it has the shape of a CertificateList.
fn is_list(der: &[u8]) -> bool {
    let fields = Node::first(der).map(|(list, _)| (list.child(1), list.child(2)));
    let Some((Some(identifier), Some(signature))) = fields else {
        return false;
    };
    algorithm::is_identifier(&identifier) && signature.is(tag::BIT_STRING)
}

/// Reads a PrivateKeyInfo.
fn private(der: &[u8], of_certificate: Option<usize>, bag: &Bag<'_>, seen: &mut Seen<'_>) -> usize {
    let before = seen.count();
    if is_private_key_info(der) && encoded::read(der, seen) {
        let is_key = |n: &usize| {
            let object = seen.asset(*n).and_then(|asset| asset.object.as_deref());
            matches!(object, Some(Object::Key(_)))
        };
        let own = (before..seen.count()).find(is_key).unwrap_or(before);
        seen.label(own, &bag.label);
        return own;
    }
    if of_certificate.is_some() {
        return sealed(bag, of_certificate, Half::Private, seen);
    }
    let identifier = Node::first(der).and_then(|(info, _)| info.child(1));
    let oid = identifier
        .and_then(|node| node.child(0)?.oid())
        .unwrap_or_default();
    let parameters = identifier.and_then(|node| node.child(1));
    let facets = spki::of_key(&oid, parameters, seen.catalog());
    // Of what surrounds the key: nothing of its value.
    let around = [
        oid.as_bytes(),
        bag.label.as_bytes(),
        bag.local_key_id.as_deref().unwrap_or_default(),
    ];
    let id = KeyId::Itself(
        seen.place_of(&around),
        "a private key of a kind that is not read",
    );
    let own = seen.add(spki::key(facets, id, Half::Private, "PKCS#12"), ENTRY);
    seen.label(own, &bag.label);
    own
}

/// A key whose private half is not read: that of its certificate, or one that stands alone.
fn sealed(bag: &Bag<'_>, of_certificate: Option<usize>, half: Half, seen: &mut Seen<'_>) -> usize {
    let known = of_certificate
        .and_then(|key| seen.asset(key))
        .and_then(|asset| match asset.object.as_deref() {
            Some(Object::Key(key)) => Some((asset.facets.clone(), key.id)),
            _ => None,
        });
    let (facets, id) = known.unwrap_or_else(|| {
        let encrypted = Value::unknown(Why::new("encrypted", ""));
        let id = KeyId::Itself(fingerprint(bag.value.whole), "the key is encrypted");
        (Facets::from([(Facet::Algorithm, encrypted)]), id)
    });
    let own = seen.add(spki::key(facets, id, half, "PKCS#12"), ENTRY);
    seen.label(own, &bag.label);
    own
}

/// A secret: Java has secret keys in such bags, as an EncryptedPrivateKeyInfo that holds one.
fn secret(
    bag: &Bag<'_>,
    opening: &mut Opening,
    candidates: &Candidates<'_>,
    seen: &mut Seen<'_>,
) -> usize {
    let mut facets = Facets::from([(Facet::Algorithm, Value::unknown(Why::new("encrypted", "")))]);
    let mut scheme = Vec::new();
    let inner = typed(&bag.value, SHROUDED_KEY);
    let info = inner.as_deref().and_then(Node::only);
    if let Some(identifier) = info
        .and_then(|info| info.child(0))
        .filter(algorithm::is_identifier)
        && let Some(ciphertext) = info.and_then(|info| info.child(1)?.octets())
    {
        scheme = pbe::scheme(&identifier, seen);
        let result = passwords::decrypt(&identifier, &ciphertext, candidates, seen);
        if let Some(plain) = opening.note(result, "a secret key", seen)
            && let Some(found) = secret_facets(&plain, seen)
        {
            facets = found
        }
    } else {
        let what = Value::unknown(Why::new("unrecognised", "secret"));
        facets.insert(Facet::Algorithm, what);
    }
    let half = if bag.sealed || inner.is_some() {
        Half::EncryptedSecret
    } else {
        Half::Secret
    };
    // In the open, the value itself is the secret: its place and name tell it then.
    let told = match (half, &inner) {
        (Half::EncryptedSecret, Some(encrypted)) => fingerprint(encrypted),
        _ => seen.place_of(&[bag.label.as_bytes()]),
    };
    let id = KeyId::Itself(told, "a secret key has no public half");
    let own = seen.add(spki::key(facets, id, half, "PKCS#12"), ENTRY);
    seen.label(own, &bag.label);
    for part in scheme {
        seen.uses(own, part)
    }
    own
}

/// What kind of secret key a PrivateKeyInfo of Java's holds, and its size.
fn secret_facets(plain: &[u8], seen: &Seen<'_>) -> Option<Facets> {
    let (info, _) = Node::first(plain)?;
    let oid = info.child(1)?.child(0)?.oid()?;
    let key = info.child(2)?.octets()?;
    let mut facets = match oid.as_str() {
        // Java names AES by the arc of its OIDs.
        "2.16.840.1.101.3.4.1" => {
            Facets::from([(Facet::Algorithm, Value::name("AES", Origin::Literal))])
        }
        oid => algorithm::of_oid(oid, seen.catalog()),
    };
    // A key is of no mode.
    facets.remove(&Facet::Mode);
    let bits = Value::number(key.len() as u64 * 8, Origin::Literal);
    facets.insert(Facet::KeyBits, bits);
    Some(facets)
}
