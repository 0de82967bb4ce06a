//! CMS and PKCS #7 (RFC 5652, RFC 2315, and the Chinese GM/T 0010), in DER and BER: signatures, bundles of certificates, encrypted content.

mod enveloped;
mod recipient;
mod signed;

use super::Form;
use super::algorithm;
use super::der::{self, Node, tag};
use super::pbe;
use super::seen::Seen;
use crate::detect::Source;
use crate::model::object::Ciphertext;
use crate::model::{Artifact, Asset, AssetKind, Object, Operation, SkipReason};

/// A timestamp in a signature in a signature …, at most.
const MAX_DEPTH: usize = 6;
const ENTRY: &str = "object/cms";

/// What a ContentInfo holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Data,
    Signed,
    Enveloped,
    SignedAndEnveloped,
    Digested,
    Encrypted,
    Authenticated,
    AuthEnveloped,
    Compressed,
}

#[rustfmt::skip]
static CONTENTS: &[(&str, Content)] = &[
    ("1.2.840.113549.1.7.1", Content::Data),
    ("1.2.840.113549.1.7.2", Content::Signed),
    ("1.2.840.113549.1.7.3", Content::Enveloped),
    ("1.2.840.113549.1.7.4", Content::SignedAndEnveloped),
    ("1.2.840.113549.1.7.5", Content::Digested),
    ("1.2.840.113549.1.7.6", Content::Encrypted),
    ("1.2.840.113549.1.9.16.1.2", Content::Authenticated),
    ("1.2.840.113549.1.9.16.1.9", Content::Compressed),
    ("1.2.840.113549.1.9.16.1.23", Content::AuthEnveloped),
    // GM/T 0010, with SM2.
    ("1.2.156.10197.6.1.4.2.1", Content::Data),
    ("1.2.156.10197.6.1.4.2.2", Content::Signed),
    ("1.2.156.10197.6.1.4.2.3", Content::Enveloped),
    ("1.2.156.10197.6.1.4.2.4", Content::SignedAndEnveloped),
    ("1.2.156.10197.6.1.4.2.5", Content::Encrypted),
];

impl Content {
    fn of(oid: &str) -> Option<Self> {
        let found = CONTENTS.iter().find(|(known, _)| *known == oid);
        found.map(|(_, content)| *content)
    }
}

/// Reads a ContentInfo, DER or BER, with everything in it. `form` says what the CMS is part of (`CMS`, `JAR`, `kernel module`). The number
/// of the finding that stands for the whole; `None` where the bytes are none.
pub(super) fn read(der: &[u8], form: &'static str, seen: &mut Seen<'_>) -> Option<usize> {
    read_at(der, form, 0, seen)
}

/// Reads a ContentInfo that is an object of its own; `false` where the bytes are none.
pub(super) fn content_info(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let before = seen.count();
    match shape(der) {
        // Nothing is done to plain data.
        Some((Content::Data, _)) => false,
        // Which says by itself that it is not read.
        Some((Content::Compressed, _)) => {
            read(der, "CMS", seen);
            true
        }
        Some(_) => read(der, "CMS", seen).is_some() || seen.count() > before || told(seen),
        None => false,
    }
}

fn told(seen: &mut Seen<'_>) -> bool {
    seen.skip(SkipReason::Damaged, "a CMS without anything in it");
    true
}

/// Reads a TimeStampResp (RFC 3161 §2.4.2): a status and a signature.
pub(super) fn timestamp_response(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let token = Node::first(der)
        .filter(|(whole, _)| whole.is(tag::SEQUENCE))
        .and_then(|(whole, _)| {
            let status = whole.child(0).filter(|status| status.is(tag::SEQUENCE))?;
            status.child(0)?.small()?;
            whole.child(1)
        });
    token.is_some_and(|token| read(token.whole, "CMS", seen).is_some())
}

/// The kind of a ContentInfo, and its content.
fn shape(der: &[u8]) -> Option<(Content, Node<'_>)> {
    let (whole, _) = Node::first(der)?;
    if !whole.is(tag::SEQUENCE) {
        return None;
    }
    let kind = Content::of(&whole.child(0)?.oid()?)?;
    let content = whole.child(1).filter(|node| node.is_context(0))?.child(0)?;
    Some((kind, content))
}

fn read_at(der: &[u8], form: &'static str, depth: usize, seen: &mut Seen<'_>) -> Option<usize> {
    let (kind, content) = shape(der)?;
    if depth > MAX_DEPTH {
        seen.skip(SkipReason::TooDeep, "signatures in signatures");
        return None;
    }
    match kind {
        Content::Data => None,
        Content::Signed => signed::read(&content, form, depth, seen),
        Content::SignedAndEnveloped => {
            let signature = signed::read(&content, form, depth, seen);
            enveloped::read(&content, form, seen).or(signature)
        }
        Content::Enveloped | Content::AuthEnveloped => enveloped::read(&content, form, seen),
        Content::Authenticated => authenticated(&content, seen),
        Content::Encrypted => encrypted(&content, form, seen),
        Content::Digested => digested(&content, seen),
        Content::Compressed => {
            seen.skip(SkipReason::Unsupported, "compressed CMS");
            None
        }
    }
}

/// EncryptedData: version and encryptedContentInfo. The key comes from elsewhere, or from a password.
fn encrypted(data: &Node<'_>, form: &'static str, seen: &mut Seen<'_>) -> Option<usize> {
    let identifier = data.child(1)?.child(1).filter(algorithm::is_identifier)?;
    let used = content_cipher(&identifier, seen);
    Some(ciphertext(form, 0, used, seen))
}

/// How content is encrypted: with a cipher, or in old stores with a scheme for passwords.
fn content_cipher(identifier: &Node<'_>, seen: &mut Seen<'_>) -> Vec<usize> {
    let oid = identifier.child(0).and_then(|node| node.oid());
    let by_password = oid.is_some_and(|oid| oid == pbe::PBES2 || pbe::Fixed::of(&oid).is_some());
    if by_password {
        return pbe::scheme(identifier, seen);
    }
    let facets = pbe::cipher(identifier, seen.catalog());
    vec![pbe::add(facets, Operation::Encrypt, ENTRY, seen)]
}

fn ciphertext(form: &'static str, recipients: u32, used: Vec<usize>, seen: &mut Seen<'_>) -> usize {
    let own = seen.add(
        Asset {
            object: Some(std::sync::Arc::new(Object::Ciphertext(Ciphertext {
                form,
                recipients,
            }))),
            ..Asset::new(AssetKind::Ciphertext)
        },
        ENTRY,
    );
    for used in used {
        seen.uses(own, used)
    }
    own
}

/// DigestedData: version, digestAlgorithm, …
fn digested(data: &Node<'_>, seen: &mut Seen<'_>) -> Option<usize> {
    let identifier = data.child(1).filter(algorithm::is_identifier)?;
    let facets = algorithm::of_oid(&identifier.child(0)?.oid()?, seen.catalog());
    Some(pbe::add(facets, Operation::Digest, ENTRY, seen))
}

/// AuthenticatedData: the MAC, keyed for recipients.
fn authenticated(data: &Node<'_>, seen: &mut Seen<'_>) -> Option<usize> {
    let recipients = data.children().skip(1).find(|node| node.is(tag::SET))?;
    let identifier = data.children().skip(2).find(algorithm::is_identifier)?;
    let facets = algorithm::of_oid(&identifier.child(0)?.oid()?, seen.catalog());
    let own = pbe::add(facets, Operation::Mac, ENTRY, seen);
    let (_, used) = recipient::read_all(&recipients, seen);
    for used in used {
        seen.uses(own, used)
    }
    Some(own)
}

/// A file that begins as a ContentInfo and ends too early. Its certificates are searched for like those in any other file.
pub(super) struct Cut;

impl Form for Cut {
    fn is(&self, _artifact: &Artifact, head: &[u8], length: u64) -> bool {
        let Some((declared, rest)) = der::declared(head) else {
            return false;
        };
        let kind = Node::first(rest).and_then(|(oid, after)| {
            let kind = Content::of(&oid.oid()?)?;
            (after.first() == Some(&0xa0)).then_some(kind)
        });
        declared > length && !matches!(kind, None | Some(Content::Data))
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        seen.stand_in_file(0..bytes.len());
        seen.skip(SkipReason::Damaged, "the CMS ends too early");
        false
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
