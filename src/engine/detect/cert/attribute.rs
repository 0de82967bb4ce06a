//! Attribute certificates (RFC 5755): what somebody may do, signed, without a key.

use std::sync::Arc;

use super::crl::seconds;
use super::der::{Node, tag};
use super::request::{name_of, signed};
use super::seen::Seen;
use super::{algorithm, spki};
use crate::model::object::{Certificate, Name};
use crate::model::{Asset, AssetKind, Object, Operation};

/// Reads one; `false` where the bytes are none.
pub(super) fn read(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some((whole, _)) = Node::first(der) else {
        return false;
    };
    let Some((content, identifier)) = signed(&whole) else {
        return false;
    };
    let Some(certificate) = certificate(&whole, &content) else {
        return false;
    };
    seen.add(
        Asset {
            facets: algorithm::signature(&identifier, seen.catalog()),
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Certificate(Box::new(certificate)))),
            ..Asset::new(AssetKind::Certificate)
        },
        "object/x509-attribute",
    );
    true
}

/// AttributeCertificateInfo: version 1, holder, issuer, signature, serial number, validity.
fn certificate(whole: &Node<'_>, content: &Node<'_>) -> Option<Certificate> {
    let mut fields = content.children();
    fields.next()?.small().filter(|version| *version == 1)?;
    let holder = fields.next().filter(|node| node.is(tag::SEQUENCE))?;
    let issuer = fields.next().filter(|node| node.is_context(0))?;
    fields.next().filter(algorithm::is_identifier)?;
    let serial = fields.next().filter(|node| node.is(tag::INTEGER))?;
    let validity = fields.next().filter(|node| node.is(tag::SEQUENCE))?;
    let serial = data_encoding::HEXLOWER.encode(serial.body.get(..64).unwrap_or(serial.body));
    Some(Certificate {
        subject: directory_name(&holder, 0).unwrap_or_default(),
        issuer: directory_name(&issuer, 0).unwrap_or_default(),
        serial: serial.trim_start_matches('0').to_owned(),
        not_before: validity.child(0).as_ref().and_then(seconds),
        not_after: validity.child(1).as_ref().and_then(seconds),
        notes: vec!["attribute certificate: it has no key".to_owned()],
        ..Certificate::new(
            "X.509 attribute certificate",
            spki::fingerprint(whole.whole),
        )
    })
}

/// The first directoryName `[4]` of GeneralNames, which stand one to three elements deep here.
fn directory_name(node: &Node<'_>, depth: usize) -> Option<Name> {
    if depth > 3 {
        return None;
    }
    node.children().take(16).find_map(|child| {
        if child.is_context(4) {
            return Some(name_of(&child.child(0)?));
        }
        (child.is(tag::SEQUENCE) || child.is_context(0) || child.is_context(1))
            .then(|| directory_name(&child, depth + 1))
            .flatten()
    })
}
