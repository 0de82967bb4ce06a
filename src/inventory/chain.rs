//! Who signed whom: certificates and revocation lists find their issuer among the certificates of the scan.
//!
//! By names and key identifiers, as a path is built before anything is verified (RFC 5280 §4.2.1.1); signatures are not checked. Where two
//! different keys could be the issuer's, none is said to be.

use std::collections::BTreeMap;

use super::merge::{Draft, Drafts, Identity, identity};
use crate::model::object::{Certificate, Key, KeyId, Name};
use crate::model::{Asset, AssetKind, Fingerprint, Object};

/// Certificates of one key that are said to be an issuer, at most: a CA that was renewed has several.
const MAX_ISSUERS: usize = 4;

/// A certificate that may have signed another: which it is, the identifier of its key, and the key.
type Candidate = (Identity, Option<Box<[u8]>>, Option<Fingerprint>);

/// Ties certificates to their keys and issuers.
pub(super) fn link(drafts: &mut Drafts) {
    let mut issuers: BTreeMap<[u8; 16], Vec<Candidate>> = BTreeMap::new();
    for (identity, draft) in &drafts.0 {
        if let Some(certificate) = certificate(draft)
            && certificate.ca != Some(false)
        {
            issuers.entry(certificate.subject.id).or_default().push((
                identity.clone(),
                certificate.key_id.clone(),
                certificate.key,
            ));
        }
    }
    let mut found: Vec<(Identity, Vec<Identity>)> = Vec::new();
    for (own, draft) in &drafts.0 {
        let Some((issuer, key_id)) = issued_by(draft) else {
            continue;
        };
        let mut candidates: Vec<_> = issuers
            .get(&issuer.id)
            .into_iter()
            .flatten()
            .filter(|(identity, id, _)| {
                identity != own
                    && match (id, key_id) {
                        (Some(has), Some(wanted)) => **has == *wanted,
                        _ => true,
                    }
            })
            .collect();
        candidates.dedup_by(|a, b| a.0 == b.0);
        let key = candidates.first().and_then(|(_, _, key)| *key);
        if key.is_some() && candidates.iter().all(|(_, _, other)| *other == key) {
            candidates.truncate(MAX_ISSUERS);
            let list = candidates
                .into_iter()
                .map(|(id, _, _)| id.clone())
                .collect();
            found.push((own.clone(), list));
        }
    }
    for (own, issuers) in found {
        if let Some(draft) = drafts.0.get_mut(&own) {
            if let [only] = &issuers[..] {
                draft.issuer = Some(only.clone())
            }
            draft.depends_on.extend(issuers);
        }
    }
    for draft in drafts.0.values_mut() {
        let key = match draft.asset.object.as_deref() {
            Some(Object::Certificate(certificate)) => certificate.key,
            Some(Object::Request(request)) => request.key,
            _ => None,
        };
        draft.subject_key = key.map(key_identity);
    }
}

fn certificate(draft: &Draft) -> Option<&Certificate> {
    match draft.asset.object.as_deref()? {
        Object::Certificate(certificate) if certificate.form == "X.509" => Some(certificate),
        _ => None,
    }
}

/// The issuer that an object names, where that is another than itself, and the identifier of the issuer's key.
fn issued_by(draft: &Draft) -> Option<(&Name, Option<&[u8]>)> {
    match draft.asset.object.as_deref()? {
        Object::Certificate(certificate)
            if certificate.form == "X.509" && !certificate.is_self_signed() =>
        {
            Some((&certificate.issuer, certificate.issuer_key_id.as_deref()))
        }
        Object::Crl(crl) => Some((&crl.issuer, None)),
        _ => None,
    }
}

/// The identity of the key with a fingerprint.
fn key_identity(fingerprint: Fingerprint) -> Identity {
    let key = Key {
        id: KeyId::Spki(fingerprint),
        halves: Default::default(),
        forms: Default::default(),
        labels: Default::default(),
    };
    identity(&Asset {
        object: Some(std::sync::Arc::new(Object::Key(key))),
        ..Asset::new(AssetKind::Key)
    })
}
