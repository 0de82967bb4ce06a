//! Secret keys of JCEKS: a javax.crypto.SealedObject in Java's serialisation (Java Object Serialization Specification §6). Nothing is made
//! into an object: byte arrays and strings are looked for where the protocol has them.

use crate::detect::cert::der::{Node, tag, write, write_oid};
use crate::detect::cert::pbe::{self, open};
use crate::detect::cert::seen::Seen;
use crate::model::{Facet, Facets, Origin, Value, Why};

/// STREAM_MAGIC and STREAM_VERSION.
const MAGIC: &[u8] = &[0xac, 0xed, 0, 5];
/// The class description of byte arrays, from its TC_CLASSDESC to its TC_NULL.
const BYTES: &[u8] = b"r\x00\x02[B\xac\xf3\x17\xf8\x06\x08T\xe0\x02\x00\x00xp";
/// Arrays and strings of one object that are looked at.
const MAX_PARTS: usize = 64;

/// How a key is sealed.
pub(super) struct Sealed<'a> {
    /// The identifier of the scheme with its parameters, in DER.
    identifier: Option<Vec<u8>>,
    arrays: Vec<&'a [u8]>,
}

impl<'a> Sealed<'a> {
    pub(super) fn of(object: &'a [u8]) -> Self {
        let arrays = byte_arrays(object);
        let named = memchr::memmem::find(object, b"PBEWithMD5AndTripleDES").is_some();
        // PBEParameter: salt and iterations.
        let parameters = arrays.iter().copied().find(|array| {
            Node::only(array).is_some_and(|node| {
                node.is(tag::SEQUENCE) && node.child(1).is_some_and(|n| n.small().is_some())
            })
        });
        let identifier = named.then(|| {
            let oid = write_oid(pbe::JCEKS_PROTECTOR).unwrap_or_default();
            write(0x30, &[&oid, parameters.unwrap_or_default()].concat())
        });
        Self { identifier, arrays }
    }

    /// Adds what it is sealed with.
    pub(super) fn scheme(&self, seen: &mut Seen<'_>) -> Vec<usize> {
        match self.identifier.as_deref().and_then(Node::only) {
            Some(identifier) => pbe::scheme(&identifier, seen),
            None => Vec::new(),
        }
    }
}

/// What kind of key it is, and its size, where the password fits.
pub(super) fn opened(
    sealed: &Sealed<'_>,
    password: open::Password<'_>,
    seen: &mut Seen<'_>,
) -> Option<Facets> {
    let identifier = Node::only(sealed.identifier.as_deref()?)?;
    let whole_blocks = |array: &&&[u8]| !array.is_empty() && array.len().is_multiple_of(8);
    let plain = sealed
        .arrays
        .iter()
        .filter(whole_blocks)
        .find_map(|array| {
            let plain = open::decrypt(&identifier, array, password, &mut seen.work).ok()?;
            plain.starts_with(MAGIC).then_some(plain)
        })?;
    facets(&plain, seen)
}

/// Of a javax.crypto.spec.SecretKeySpec or java.security.KeyRep: one string names the algorithm, the array is the key.
fn facets(plain: &[u8], seen: &Seen<'_>) -> Option<Facets> {
    let catalog = seen.catalog();
    let mut facets =
        strings(plain)
            .into_iter()
            .find_map(|name| match name.strip_prefix("Hmac") {
                Some(digest) => Some(Facets::from([
                    (Facet::Algorithm, Value::name("HMAC", Origin::Literal)),
                    (
                        Facet::Digest,
                        match catalog.digest(digest) {
                            Some(digest) => Value::name(&digest.name, Origin::Literal),
                            None => Value::unknown(Why::new("name", digest)),
                        },
                    ),
                ])),
                None => catalog.algorithm(name).map(|algorithm| {
                    let name = Value::name(&algorithm.name, Origin::Literal);
                    Facets::from([(Facet::Algorithm, name)])
                }),
            })?;
    let key = byte_arrays(plain).into_iter().next_back()?;
    let bits = Value::number(key.len() as u64 * 8, Origin::Literal);
    facets.insert(Facet::KeyBits, bits);
    Some(facets)
}

/// Byte arrays: TC_ARRAY, the description of the class or a reference to it, the length, the bytes.
fn byte_arrays(stream: &[u8]) -> Vec<&[u8]> {
    let after = |at: usize| -> Option<&[u8]> {
        let rest = stream.get(at + 1..)?;
        let rest = match rest.strip_prefix(BYTES) {
            Some(rest) => rest,
            None => rest.strip_prefix(b"q\x00\x7e")?.get(2..)?,
        };
        let (length, rest) = rest.split_first_chunk::<4>()?;
        rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
    };
    memchr::memchr_iter(b'u', stream)
        .filter_map(after)
        .take(MAX_PARTS)
        .collect()
}

/// Strings that are values, not the names of classes: TC_STRING, the length, the text.
fn strings(stream: &[u8]) -> Vec<&str> {
    let after = |at: usize| -> Option<&str> {
        let (length, rest) = stream.get(at + 1..)?.split_first_chunk::<2>()?;
        let length = u16::from_be_bytes(*length);
        let text = rest.get(..usize::from(length).min(64))?;
        let text = std::str::from_utf8(text).ok()?;
        let named = text.len() == usize::from(length) && text.len() > 2;
        (named && !text.starts_with(['L', '[']) && text.is_ascii()).then_some(text)
    };
    memchr::memchr_iter(b't', stream)
        .filter_map(after)
        .take(MAX_PARTS)
        .collect()
}
