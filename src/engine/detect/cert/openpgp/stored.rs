//! Private keys as GnuPG's agent keeps them (`private-keys-v1.d/*.key`, `agent/keyformat.txt` in GnuPG): S-expressions whose public numbers
//! are in the open, also where the private ones are behind a password.

use std::sync::Arc;

use super::{ENTRY, names};
use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::spki::{self, PublicKey, fingerprint};
use crate::detect::cert::{Form, der};
use crate::model::object::{Half, Key, KeyId};
use crate::model::{
    Artifact, Asset, AssetKind, Facet, Facets, Object, Operation, Origin, SkipReason, Value, Why,
};

/// A key of more bytes is none.
const MAX_FILE: u64 = 1 << 20;
/// Lists in lists.
const MAX_DEPTH: usize = 12;
/// Elements in all.
const MAX_ELEMENTS: usize = 500;

/// A private key of GnuPG's agent.
pub(in crate::detect::cert) struct StoredKey;

impl Form for StoredKey {
    fn is(&self, _artifact: &Artifact, head: &[u8], length: u64) -> bool {
        length <= MAX_FILE && kind(head).is_some()
            || length <= MAX_FILE
                && memchr::memchr(b':', head).is_some()
                && memchr::memmem::find(head, b"Key: (").is_some_and(|at| {
                    (at == 0 || head.get(at - 1) == Some(&b'\n'))
                        && memchr::memmem::find(head, b"private-key").is_some()
                })
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let length = bytes.len();
        let Ok(all) = bytes.read_at(0..length) else {
            return false;
        };
        let text = match memchr::memmem::find(all, b"Key: (") {
            Some(at) if kind(all).is_none() => &all[at + 5..],
            _ => all,
        };
        seen.stand_in_file(0..length);
        if !read(text, seen) {
            seen.skip(SkipReason::Damaged, "a stored key that cannot be read")
        }
        true
    }
}

/// Reads a key at the place that is stood at; `false` where it is none.
pub(super) fn read(text: &[u8], seen: &mut Seen<'_>) -> bool {
    let mut parser = Parser {
        bytes: text,
        left: MAX_ELEMENTS,
    };
    let whole = parser.element(0);
    whole.and_then(|whole| add(&whole, seen)).is_some()
}

/// What a canonical expression is, from its beginning.
fn kind(head: &[u8]) -> Option<()> {
    [
        &b"(11:private-key("[..],
        b"(21:protected-private-key(",
        b"(20:shadowed-private-key(",
    ]
    .iter()
    .any(|start| head.starts_with(start))
    .then_some(())
}

enum Element<'a> {
    Atom(std::borrow::Cow<'a, [u8]>),
    List(Vec<Self>),
}

impl<'a> Element<'a> {
    fn atom(&self) -> Option<&[u8]> {
        match self {
            Self::Atom(bytes) => Some(bytes),
            Self::List(_) => None,
        }
    }

    fn list(&self) -> &[Self] {
        match self {
            Self::Atom(_) => &[],
            Self::List(list) => list,
        }
    }

    /// The first list in this one that begins with a word.
    fn named(&self, word: &[u8]) -> Option<&Self> {
        self.list().iter().find(|element| element.is(word))
    }

    fn is(&self, word: &[u8]) -> bool {
        self.list().first().and_then(Element::atom) == Some(word)
    }

    fn value(&self, word: &[u8]) -> Option<&[u8]> {
        self.named(word)?.list().get(1)?.atom()
    }

    /// A number without leading zeros.
    fn number(&self, word: &[u8]) -> Option<&[u8]> {
        let number = self.value(word)?;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        number.get(zeros..)
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    left: usize,
}

impl<'a> Parser<'a> {
    fn element(&mut self, depth: usize) -> Option<Element<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.bytes = self.bytes.trim_ascii_start();
        match self.bytes.first()? {
            b'(' if depth < MAX_DEPTH => {
                self.bytes = self.bytes.get(1..)?;
                let mut list = Vec::new();
                loop {
                    self.bytes = self.bytes.trim_ascii_start();
                    if let Some(rest) = self.bytes.strip_prefix(b")") {
                        self.bytes = rest;
                        return Some(Element::List(list));
                    }
                    list.push(self.element(depth + 1)?)
                }
            }
            b'#' => {
                let end = self.bytes.iter().skip(1).position(|byte| *byte == b'#')? + 1;
                let digits: Vec<u8> = self
                    .bytes
                    .get(1..end)?
                    .iter()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .copied()
                    .collect();
                self.bytes = self.bytes.get(end + 1..)?;
                let number = data_encoding::HEXUPPER_PERMISSIVE.decode(&digits).ok()?;
                Some(Element::Atom(number.into()))
            }
            b'"' => {
                let end = self.bytes.iter().skip(1).position(|byte| *byte == b'"')? + 1;
                let text = self.bytes.get(1..end)?;
                self.bytes = self.bytes.get(end + 1..)?;
                Some(Element::Atom(text.into()))
            }
            byte if byte.is_ascii_digit() => {
                let colon = self.bytes.iter().take(8).position(|byte| *byte == b':');
                match colon {
                    Some(colon) => {
                        let digits = std::str::from_utf8(self.bytes.get(..colon)?).ok()?;
                        let length: usize = digits.parse().ok()?;
                        let rest = self.bytes.get(colon + 1..)?;
                        let (atom, rest) = rest.split_at_checked(length)?;
                        self.bytes = rest;
                        Some(Element::Atom(atom.into()))
                    }
                    None => self.word(),
                }
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Element<'a>> {
        let length = self
            .bytes
            .iter()
            .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'(' | b')'))
            .count();
        let (word, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        (!word.is_empty()).then(|| Element::Atom(word.into()))
    }
}

fn add(whole: &Element<'_>, seen: &mut Seen<'_>) -> Option<()> {
    let kind = whole.list().first()?.atom()?;
    let half = match kind {
        b"private-key" => Half::Private,
        b"protected-private-key" => Half::EncryptedPrivate,
        b"shadowed-private-key" => Half::Public,
        _ => return None,
    };
    let parts = whole.list().get(1)?;
    let algorithm = parts.list().first()?.atom()?;
    let (facets, id) = match public(algorithm, parts, seen) {
        Some(key) => (key.facets, KeyId::Spki(key.fingerprint)),
        None => without_info(algorithm, parts)?,
    };
    let key = Key {
        id,
        halves: [half].into(),
        forms: ["GnuPG agent"].into(),
        labels: Default::default(),
    };
    let own = seen.add(
        Asset {
            facets,
            object: Some(Arc::new(Object::Key(key))),
            ..Asset::new(AssetKind::Key)
        },
        ENTRY,
    );
    if let Some(protected) = parts.named(b"protected") {
        for (facets, operation) in protection(protected, seen) {
            let used = names::add(facets, operation, seen);
            seen.uses(own, used)
        }
    }
    Some(())
}

/// The public half as a SubjectPublicKeyInfo.
fn public(algorithm: &[u8], parts: &Element<'_>, seen: &Seen<'_>) -> Option<PublicKey> {
    let info = match algorithm {
        b"rsa" | b"openpgp-rsa" => spki::rsa(parts.number(b"n")?, parts.number(b"e")?),
        b"dsa" | b"openpgp-dsa" => spki::dsa(
            parts.number(b"p")?,
            parts.number(b"q")?,
            parts.number(b"g")?,
            parts.number(b"y")?,
        ),
        b"ecc" | b"ecdsa" | b"ecdh" | b"openpgp-ecdsa" | b"openpgp-ecdh" => {
            let curve = std::str::from_utf8(parts.value(b"curve")?).ok()?;
            let point = parts.value(b"q")?;
            let own = point.strip_prefix(&[0x40]).unwrap_or(point);
            match (curve, own.len()) {
                ("Ed25519", 32) => spki::raw("1.3.101.112", own)?,
                ("Curve25519", 32) => spki::raw("1.3.101.110", own)?,
                ("Ed448", 57) => spki::raw("1.3.101.113", point)?,
                ("X448", 56) => spki::raw("1.3.101.111", own)?,
                _ => spki::ec(seen.catalog().curve(curve)?.oids.first()?, point)?,
            }
        }
        _ => return None,
    };
    spki::read(&info, seen.catalog())
}

/// A key without a SubjectPublicKeyInfo: ElGamal, and what is not known, of which no number is known to be public.
fn without_info(algorithm: &[u8], parts: &Element<'_>) -> Option<(Facets, KeyId)> {
    if matches!(algorithm, b"elg" | b"openpgp-elg" | b"openpgp-elg-sig") {
        let p = parts.number(b"p")?;
        let numbers = [p, parts.number(b"g")?, parts.number(b"y")?];
        // As OpenPGP writes them, so that both places show one key.
        let mut material = Vec::new();
        for number in numbers {
            let bits = u16::try_from(der::bit_length(number)).ok()?;
            material.extend_from_slice(&bits.to_be_bytes());
            material.extend_from_slice(number);
        }
        let facets = Facets::from([
            (Facet::Algorithm, Value::name("ElGamal", Origin::Literal)),
            (
                Facet::KeyBits,
                Value::number(der::bit_length(p), Origin::Literal),
            ),
        ]);
        let id = KeyId::Itself(
            fingerprint(&material),
            "ElGamal keys have no SubjectPublicKeyInfo",
        );
        return Some((facets, id));
    }
    let name: String = String::from_utf8_lossy(algorithm)
        .chars()
        .take(40)
        .collect();
    let curve = parts.value(b"curve").unwrap_or_default();
    let unknown = Value::unknown(Why::new("gnupg", name));
    let point = parts.value(b"q").unwrap_or_default();
    let id = fingerprint(&[algorithm, curve, point].concat());
    Some((
        Facets::from([(Facet::Algorithm, unknown)]),
        KeyId::Itself(id, "an algorithm or curve that is not known"),
    ))
}

/// `(protected openpgp-s2k3-ocb-aes ((sha1 salt count) nonce) …)`.
fn protection(protected: &Element<'_>, seen: &Seen<'_>) -> Vec<(Facets, Operation)> {
    let mode = protected.list().get(1).and_then(Element::atom);
    let (mode, how) = match mode {
        Some(b"openpgp-s2k3-ocb-aes") => (mode, "OCB"),
        Some(b"openpgp-s2k3-sha1-aes-cbc") => (mode, "CBC"),
        _ => (mode, ""),
    };
    if how.is_empty() {
        let name: String = String::from_utf8_lossy(mode.unwrap_or_default())
            .chars()
            .take(40)
            .collect();
        let unknown = Value::unknown(Why::new("gnupg", name));
        return vec![(
            Facets::from([(Facet::Algorithm, unknown)]),
            Operation::Decrypt,
        )];
    }
    let mut kdf = names::algorithm("OpenPGP-S2K", seen.catalog());
    kdf.insert(Facet::Digest, Value::name("SHA-1", Origin::Literal));
    kdf.insert(Facet::SaltBits, Value::number(64, Origin::Literal));
    let count = protected.list().get(2).and_then(|parameters| {
        let count = parameters.list().first()?.list().get(2)?.atom()?;
        std::str::from_utf8(count).ok()?.parse().ok()
    });
    if let Some(count) = count {
        kdf.insert(Facet::Iterations, Value::number(count, Origin::Literal));
    }
    let cipher = Facets::from([
        (Facet::Algorithm, Value::name("AES", Origin::Literal)),
        (Facet::KeyBits, Value::number(128, Origin::Implied)),
        (Facet::Mode, Value::name(how, Origin::Literal)),
    ]);
    vec![(kdf, Operation::Derive), (cipher, Operation::Decrypt)]
}
