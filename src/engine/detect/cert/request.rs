//! Certification requests (PKCS #10, RFC 2986) and the signed public keys of browsers (SPKAC).

use std::sync::Arc;

use x509_parser::asn1_rs::FromDer;
use x509_parser::x509::X509Name;

use super::der::{Node, tag};
use super::seen::Seen;
use super::spki::{self, fingerprint};
use super::{algorithm, x509};
use crate::model::object::{Half, Name, Request, Signature};
use crate::model::{Asset, AssetKind, Object, Operation, SkipReason};

/// Reads a request; `false` where the bytes are none.
pub(super) fn read(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some((whole, _)) = Node::first(der) else {
        return false;
    };
    let Some((content, identifier)) = signed(&whole) else {
        return false;
    };
    request(&whole, &content, &identifier, seen) || spkac(&content, &identifier, seen)
}

/// What is signed and how: the frame that requests share with certificates and lists.
pub(super) fn signed<'a>(whole: &Node<'a>) -> Option<(Node<'a>, Node<'a>)> {
    let mut parts = whole.is(tag::SEQUENCE).then(|| whole.children())?;
    let content = parts.next().filter(|part| part.is(tag::SEQUENCE))?;
    let identifier = parts.next().filter(algorithm::is_identifier)?;
    parts.next().filter(|part| part.is(tag::BIT_STRING))?;
    Some((content, identifier))
}

/// A distinguished name; an empty one where the library does not take it.
pub(super) fn name_of(node: &Node<'_>) -> Name {
    match X509Name::from_der(node.whole) {
        Ok((_, name)) => x509::name(&name),
        Err(_) => {
            let mut id = [0; 16];
            for (to, from) in id.iter_mut().zip(fingerprint(node.whole).0) {
                *to = from
            }
            Name {
                text: String::new(),
                id,
            }
        }
    }
}

/// CertificationRequestInfo: version 0, subject, key, attributes.
fn request(
    whole: &Node<'_>,
    content: &Node<'_>,
    identifier: &Node<'_>,
    seen: &mut Seen<'_>,
) -> bool {
    let mut fields = content.children();
    let shape = (fields.next(), fields.next(), fields.next());
    let (Some(version), Some(subject), Some(info)) = shape else {
        return false;
    };
    let key_shape = info.is(tag::SEQUENCE)
        && info
            .child(0)
            .is_some_and(|first| algorithm::is_identifier(&first))
        && info.child(1).is_some_and(|bits| bits.is(tag::BIT_STRING));
    if version.small().is_none() || !subject.is(tag::SEQUENCE) || !key_shape {
        return false;
    }
    let key = spki::read(info.whole, seen.catalog());
    if key.is_none() {
        seen.skip(
            SkipReason::Damaged,
            "the public key of the request cannot be read",
        )
    }
    let request = Request {
        fingerprint: fingerprint(whole.whole),
        subject: name_of(&subject),
        key: key.as_ref().map(|key| key.fingerprint),
    };
    let own = seen.add(
        Asset {
            facets: algorithm::signature(identifier, seen.catalog()),
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Request(request))),
            ..Asset::new(AssetKind::Request)
        },
        "object/pkcs10",
    );
    if let Some(key) = key {
        let key = seen.add(key.asset(Half::Public, "PKCS#10"), "object/pkcs10");
        seen.uses(own, key);
    }
    true
}

/// PublicKeyAndChallenge: a key and an IA5String.
fn spkac(content: &Node<'_>, identifier: &Node<'_>, seen: &mut Seen<'_>) -> bool {
    const IA5_STRING: u32 = 22;
    let mut fields = content.children();
    let (Some(info), Some(challenge)) = (fields.next(), fields.next()) else {
        return false;
    };
    if fields.next().is_some() || !challenge.is(IA5_STRING) {
        return false;
    }
    let Some(key) = spki::read(info.whole, seen.catalog()) else {
        return false;
    };
    let signature = Signature {
        form: "SPKAC",
        signer: Some(format!("key {}", key.fingerprint)),
    };
    let own = seen.add(
        Asset {
            facets: algorithm::signature(identifier, seen.catalog()),
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Signature(signature))),
            ..Asset::new(AssetKind::Signature)
        },
        "object/spkac",
    );
    let key = seen.add(key.asset(Half::Public, "SPKAC"), "object/spkac");
    seen.uses(own, key);
    true
}
