//! Certificate revocation lists (RFC 5280 §5). They are walked, not loaded: the largest have millions of entries.

use std::sync::Arc;

use x509_parser::asn1_rs::FromDer;
use x509_parser::time::ASN1Time;

use super::der::{Node, tag};
use super::request::{name_of, signed};
use super::seen::Seen;
use super::{algorithm, spki};
use crate::model::object::Crl;
use crate::model::{Asset, AssetKind, Object, Operation, SkipReason};

/// UTCTime and GeneralizedTime.
const TIMES: [u32; 2] = [23, 24];

/// Reads a list; `false` where the bytes are none.
pub(super) fn read(der: &[u8], seen: &mut Seen<'_>) -> bool {
    let Some((whole, _)) = Node::first(der) else {
        return false;
    };
    let Some((content, identifier)) = signed(&whole) else {
        return false;
    };
    let mut fields = content.children().peekable();
    fields.next_if(|field| field.is(tag::INTEGER));
    // The signature algorithm once more, the issuer, and a time: no other signed structure goes on so.
    let shape = (fields.next(), fields.next(), fields.next());
    let (Some(inner), Some(issuer), Some(this_update)) = shape else {
        return false;
    };
    if !algorithm::is_identifier(&inner) || !issuer.is(tag::SEQUENCE) || !is_time(&this_update) {
        return false;
    }
    let next_update = fields.next_if(is_time);
    let revoked = fields.next_if(|field| field.is(tag::SEQUENCE));
    let crl = Crl {
        fingerprint: spki::fingerprint(whole.whole),
        issuer: name_of(&issuer),
        this_update: seconds(&this_update),
        next_update: next_update.as_ref().and_then(seconds),
        entries: revoked.map_or(0, |list| list.children().count() as u64),
    };
    if crl.this_update.is_none() || (next_update.is_some() && crl.next_update.is_none()) {
        seen.skip(
            SkipReason::Damaged,
            "a time of the revocation list cannot be read",
        )
    }
    seen.add(
        Asset {
            facets: algorithm::signature(&identifier, seen.catalog()),
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Crl(crl))),
            ..Asset::new(AssetKind::Crl)
        },
        "object/crl",
    );
    true
}

fn is_time(node: &Node<'_>) -> bool {
    TIMES.into_iter().any(|tag| node.is(tag))
}

/// Seconds since 1970.
pub(super) fn seconds(node: &Node<'_>) -> Option<i64> {
    let (_, time) = ASN1Time::from_der(node.whole).ok()?;
    Some(time.timestamp())
}
