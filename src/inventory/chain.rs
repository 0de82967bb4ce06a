//! Who signed whom: certificates and revocation lists find their issuer among the certificates of the scan.
//!
//! By names and key identifiers, as a path is built before anything is verified (RFC 5280 §4.2.1.1); signatures are not checked. Where two
//! different keys could be the issuer's, none is said to be.

use std::collections::BTreeMap;

use super::draft::{Draft, Drafts, Number};
use super::identity::Identity;
use crate::model::object::{Certificate, Key, KeyId, Name};
use crate::model::{Asset, AssetKind, Fingerprint, Object};

/// Certificates of one key that are said to be an issuer, at most: a CA that was renewed has several.
const MAX_ISSUERS: usize = 4;

/// Certificates of one name that are compared. Among more, no one can tell which is the issuer; and looking at all of them for each of
/// their kind takes hours where there are very many.
const MAX_CANDIDATES: usize = 64;

/// A name, and the identifier of a key where there is one.
type NameAndKey<'d> = ([u8; 16], Option<&'d [u8]>);

/// Certificates that may be issuers.
#[derive(Default)]
struct Issuers<'d> {
    all: BTreeMap<[u8; 16], Vec<Candidate>>,
    /// By the identifier of the key, those without one under `None`.
    by_key: BTreeMap<NameAndKey<'d>, Vec<Candidate>>,
}

#[derive(Clone, Copy)]
struct Candidate {
    number: Number,
    key: Option<Fingerprint>,
}

impl<'d> Issuers<'d> {
    fn add(&mut self, number: Number, certificate: &'d Certificate) {
        let name = certificate.subject.id;
        let candidate = Candidate {
            number,
            key: certificate.key,
        };
        let key_id = certificate.key_id.as_deref();
        for list in [
            self.all.entry(name).or_default(),
            self.by_key.entry((name, key_id)).or_default(),
        ] {
            // One too many tells that there are too many.
            if list.len() <= MAX_CANDIDATES {
                list.push(candidate)
            }
        }
    }

    /// The certificates that may have signed something that names its issuer, and maybe the issuer's key; none where there are too many.
    fn of(&self, issuer: &Name, key_id: Option<&[u8]>) -> Vec<Candidate> {
        let lists = match key_id {
            None => [self.all.get(&issuer.id), None],
            id => [
                self.by_key.get(&(issuer.id, id)),
                self.by_key.get(&(issuer.id, None)),
            ],
        };
        let mut found: Vec<_> = lists.into_iter().flatten().flatten().copied().collect();
        if found.len() > MAX_CANDIDATES {
            found.clear()
        }
        found
    }
}

/// Ties certificates to their keys and issuers.
pub(super) fn link(drafts: &mut Drafts) {
    let issuers = issuers(drafts);
    let keys: Vec<(Number, Number)> = drafts
        .iter()
        .filter_map(|(own, draft)| Some((own, key(draft, drafts)?)))
        .collect();
    for (own, key) in keys {
        drafts[own].subject_key = Some(key)
    }
    for (own, issuers) in issuers {
        if let [only] = &issuers[..] {
            drafts[own].issuer = Some(*only)
        }
        drafts[own].depends_on.extend(issuers);
    }
}

/// The certificates that may have signed each certificate or revocation list, where they are of one key.
fn issuers(drafts: &Drafts) -> Vec<(Number, Vec<Number>)> {
    let mut issuers = Issuers::default();
    for (number, draft) in drafts.iter() {
        if let Some(certificate) = certificate(draft)
            && certificate.ca != Some(false)
        {
            issuers.add(number, certificate)
        }
    }
    let mut found = Vec::new();
    for (own, draft) in drafts.iter() {
        let Some((issuer, key_id)) = issued_by(draft) else {
            continue;
        };
        let mut candidates = issuers.of(issuer, key_id);
        candidates.retain(|candidate| candidate.number != own);
        let key = candidates.first().and_then(|candidate| candidate.key);
        if key.is_some() && candidates.iter().all(|candidate| candidate.key == key) {
            candidates.sort_by_key(|candidate| drafts[candidate.number].identity);
            candidates.truncate(MAX_ISSUERS);
            let list = candidates
                .into_iter()
                .map(|candidate| candidate.number)
                .collect();
            found.push((own, list));
        }
    }
    found
}

/// The key that a certificate or request is about.
fn key(draft: &Draft, drafts: &Drafts) -> Option<Number> {
    let fingerprint = match draft.asset.object.as_deref()? {
        Object::Certificate(certificate) => certificate.key?,
        Object::Request(request) => request.key?,
        _ => return None,
    };
    // It was seen where the certificate was, but for odd cases.
    let is_it = |number: &Number| match drafts[*number].asset.object.as_deref() {
        Some(Object::Key(key)) => key.id == KeyId::Spki(fingerprint),
        _ => false,
    };
    let used = draft.depends_on.iter().copied().find(is_it);
    used.or_else(|| drafts.number(&key_identity(fingerprint)))
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
    Identity::of(&Asset {
        object: Some(std::sync::Arc::new(Object::Key(key))),
        ..Asset::new(AssetKind::Key)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Adds a certificate: its number, its name and that of its issuer, the identifiers of both keys, and its key.
    fn add(drafts: &mut Drafts, number: u32, names: [u8; 2], ids: [Option<u32>; 2], key: u32) {
        let fingerprint = |number: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            Fingerprint(bytes)
        };
        let name = |id: u8| Name {
            text: String::new(),
            id: [id; 16],
        };
        let [own, issuer] = ids.map(|id| id.map(|id| id.to_be_bytes().as_slice().into()));
        let asset = Asset {
            object: Some(Arc::new(Object::Certificate(Box::new(Certificate {
                form: "X.509",
                fingerprint: fingerprint(number),
                subject: name(names[0]),
                issuer: name(names[1]),
                serial: String::new(),
                not_before: None,
                not_after: None,
                key: Some(fingerprint(key)),
                ca: None,
                path_length: None,
                key_usage: Default::default(),
                extended_key_usage: Default::default(),
                alternative_names: Default::default(),
                alternative_name_count: 0,
                key_id: own,
                issuer_key_id: issuer,
                notes: Vec::new(),
            })))),
            ..Asset::new(AssetKind::Certificate)
        };
        drafts.refer(asset);
    }

    /// How many issuers each certificate has.
    fn issuers(mut drafts: Drafts) -> Vec<usize> {
        link(&mut drafts);
        let number = |draft: &Draft| match draft.asset.object.as_deref() {
            Some(Object::Certificate(certificate)) => certificate.fingerprint,
            _ => Fingerprint([0; 32]),
        };
        let mut all: Vec<&Draft> = drafts.iter().map(|(_, draft)| draft).collect();
        all.sort_by_key(|draft| number(draft));
        all.iter().map(|draft| draft.depends_on.len()).collect()
    }

    #[test]
    fn an_issuer_is_known_by_name_and_key() {
        let mut drafts = Drafts::default();
        add(&mut drafts, 1, [1, 1], [Some(7), None], 100);
        add(&mut drafts, 2, [1, 1], [Some(8), None], 200);
        // By the identifier; by name alone it may be either.
        add(&mut drafts, 3, [2, 1], [None, Some(7)], 300);
        add(&mut drafts, 4, [3, 1], [None, None], 400);
        // Renewed: two certificates of one key.
        add(&mut drafts, 5, [4, 4], [Some(9), None], 500);
        add(&mut drafts, 6, [4, 4], [None, None], 500);
        add(&mut drafts, 7, [5, 4], [None, Some(9)], 600);
        assert_eq!(issuers(drafts), [0, 0, 1, 0, 0, 0, 2]);
    }

    #[test]
    fn very_many_of_one_name_are_not_compared_with_each_other() {
        let mut drafts = Drafts::default();
        for number in 0..40_000 {
            let ids = [Some(number), Some(number + 100_000)];
            add(&mut drafts, number, [1, 1], ids, number);
        }
        let began = std::time::Instant::now();
        assert!(issuers(drafts).iter().all(|count| *count == 0));
        assert!(began.elapsed().as_secs() < 10);
    }
}
