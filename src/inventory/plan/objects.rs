//! Certificates, keys and what is signed: what changes together when one of them does.
//!
//! A certification authority is its key, whatever certificates it has; a key that certificates are about changes with them; certificates of
//! one issuer are issued again by one hand. Authorities that others run are told from one's own by what lies beside them: neither their
//! private key nor anything that they issued, and several in one file. Certificates that signed themselves and lie there too are theirs.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::Given;
use super::change::{Issuer, What};
use super::component::Part;
use crate::inventory::assess::aside;
use crate::inventory::{InventoryAsset, Judgement, Occurrence};
use crate::model::Object;
use crate::model::migration::Purpose;
use crate::model::object::{Certificate, Half};

/// From so many authorities of others on, a file is a trust store.
const TRUST_STORE: usize = 4;

type Id = Arc<str>;

/// A certificate as an asset and as what it says.
type Certified<'a> = (&'a InventoryAsset, &'a Certificate);

/// What belongs to what. Authorities are named by the ids of their keys.
pub(super) struct Objects<'a> {
    /// The authority that a certificate is of, by the certificate's id.
    authorities: HashMap<&'a str, &'a Id>,
    /// What the certificates about a key are part of, by the key's id.
    certified: HashMap<&'a str, What, RandomState>,
    /// The first file of the trust stores that an authority is in.
    stores: HashMap<&'a str, Id>,
    /// Which authority issued which other.
    pub(super) chains: BTreeSet<(&'a Id, &'a Id)>,
    /// Keys whose private half lies in the scan.
    private: HashSet<&'a str>,
}

impl<'a> Objects<'a> {
    pub(super) fn of(given: Given<'a>) -> Self {
        let assets = &given.inventory.assets;
        let certificates: Vec<Certified<'_>> = assets
            .iter()
            .filter_map(|asset| Some((asset, certificate(asset)?)))
            .collect();
        let issuers: HashSet<&str> = certificates
            .iter()
            .filter_map(|(asset, _)| asset.issuer.as_deref())
            .collect();
        let is_authority = |asset: &InventoryAsset, certificate: &Certificate| {
            certificate.ca == Some(true) || issuers.contains(&*asset.id)
        };
        let mut objects = Self {
            authorities: certificates
                .iter()
                .filter(|(asset, certificate)| is_authority(asset, certificate))
                .map(|(asset, _)| (&*asset.id, asset.subject_key.as_ref().unwrap_or(&asset.id)))
                .collect(),
            certified: HashMap::with_capacity_and_hasher(
                certificates.len(),
                RandomState::default(),
            ),
            stores: HashMap::new(),
            chains: BTreeSet::new(),
            private: assets
                .iter()
                .filter(|a| has_private(a))
                .map(|a| &*a.id)
                .collect(),
        };
        objects.chains = certificates
            .iter()
            .filter_map(|(asset, _)| {
                let issued = *objects.authorities.get(&*asset.id)?;
                let issuer = *objects.authorities.get(asset.issuer.as_deref()?)?;
                (issuer != issued).then_some((issuer, issued))
            })
            .collect();
        objects.stores = objects.trust_stores(&certificates);
        for (asset, found) in certificates {
            let Some(key) = asset.subject_key.as_deref() else {
                continue;
            };
            let what = objects.certificate(asset, found);
            // An authority before what it issued to itself, then in the order of changes.
            match objects.certified.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(what);
                }
                Entry::Occupied(mut known) if rank(&what) < rank(known.get()) => {
                    known.insert(what);
                }
                Entry::Occupied(_) => {}
            }
        }
        objects
    }

    /// What changes together with an object that is in use, and judged so.
    pub(super) fn what(&self, asset: &'a InventoryAsset, judged: &Judgement) -> What {
        let part = || first(asset).map_or(Part::Folder(String::new()), part_of);
        // A key that is for certificates, or for nothing that was seen, is a key as others.
        let purpose = judged.score.as_deref().map(|score| score.purpose.value);
        let purpose = match purpose {
            None | Some(Purpose::LeafCertificate | Purpose::Signature) => "",
            Some(purpose) => purpose.name(),
        };
        let certified = |key: &str| self.certified.get(key).cloned();
        let what = match asset.asset.object.as_deref() {
            Some(Object::Certificate(found)) => self.certificate(asset, found),
            Some(Object::Key(_)) => {
                certified(&asset.id).unwrap_or_else(|| What::Keys(part(), purpose))
            }
            Some(Object::Request(_)) => {
                let of_key = asset.subject_key.as_deref().and_then(certified);
                of_key.unwrap_or_else(|| What::Keys(part(), purpose))
            }
            Some(Object::Crl(crl)) => self
                .authority(asset.issuer.as_deref())
                .unwrap_or(What::Issued(Issuer::Named(crl.issuer.id))),
            Some(Object::Signature(signature)) => What::Signatures(signature.form),
            Some(Object::Keystore(_)) | Some(Object::Ciphertext(_)) | None => What::Keystores,
        };
        // Who makes the package makes these too.
        let package = match &what {
            What::Keys(..) | What::SelfSigned(_) | What::Signatures(_) => package_of(asset),
            What::Issued(Issuer::Named(_)) => package_of(asset),
            _ => None,
        };
        package.map_or(what, What::Dependency)
    }

    /// What the certificates about a key are part of.
    pub(super) fn certified(&self, key: &str) -> Option<&What> {
        self.certified.get(key)
    }

    fn certificate(&self, asset: &InventoryAsset, certificate: &Certificate) -> What {
        if let Some(what) = self.authority(Some(&asset.id)) {
            return what;
        }
        let key = asset.subject_key.as_deref();
        let store = key.and_then(|key| self.stores.get(key));
        if let Some(first) = store.filter(|_| certificate.is_self_signed()) {
            return What::TrustStore(first.clone());
        }
        if certificate.is_self_signed() {
            return What::SelfSigned(first(asset).map_or(Part::Folder(String::new()), part_of));
        }
        let known = asset
            .issuer
            .as_deref()
            .and_then(|id| self.authorities.get(id));
        What::Issued(match known {
            Some(key) => Issuer::Known((*key).clone()),
            None => Issuer::Named(certificate.issuer.id),
        })
    }

    /// The authority that a certificate is of.
    fn authority(&self, certificate: Option<&str>) -> Option<What> {
        let key = *self.authorities.get(certificate?)?;
        Some(match self.stores.get(&**key) {
            Some(first) => What::TrustStore(first.clone()),
            None => What::Authority(key.clone()),
        })
    }

    /// The trust stores: files with several authorities of others; those that share one are one, by the first of their paths.
    fn trust_stores(&self, certificates: &[Certified<'a>]) -> HashMap<&'a str, Id> {
        // Who issued something other than authorities.
        let issued = certificates.iter().filter_map(|(asset, _)| {
            let issuer = self.authorities.get(asset.issuer.as_deref()?)?;
            (!self.authorities.contains_key(&*asset.id)).then_some(&***issuer)
        });
        let active: HashSet<&str> = issued.collect();
        let mut files: BTreeMap<&Id, BTreeSet<&'a Id>> = BTreeMap::new();
        for (asset, certificate) in certificates {
            // One that signed itself is there to be trusted, where its private key is not.
            let own = || {
                let key = asset.subject_key.as_ref();
                key.filter(|_| certificate.is_self_signed())
            };
            let Some(key) = self.authorities.get(&*asset.id).copied().or_else(own) else {
                continue;
            };
            if active.contains(&**key) || self.private.contains(&**key) {
                continue;
            }
            for occurrence in asset.occurrences.iter().filter(|o| !aside(o.context)) {
                files
                    .entry(&occurrence.location.path)
                    .or_default()
                    .insert(key);
            }
        }
        files.retain(|_, keys| keys.len() >= TRUST_STORE);
        joined(&files)
    }
}

/// The first path of all that share a key, directly or through others, by key.
fn joined<'a>(files: &BTreeMap<&Id, BTreeSet<&'a Id>>) -> HashMap<&'a str, Id> {
    let mut holders: BTreeMap<&Id, Vec<&Id>> = BTreeMap::new();
    for (path, keys) in files {
        for key in keys {
            holders.entry(key).or_default().push(path)
        }
    }
    let mut found: HashMap<&'a str, Id> = HashMap::new();
    let mut seen: BTreeSet<&Id> = BTreeSet::new();
    for first in files.keys() {
        let mut open = vec![*first];
        while let Some(path) = open.pop() {
            if !seen.insert(path) {
                continue;
            }
            for key in files.get(path).into_iter().flatten() {
                if found.insert(key, (*first).clone()).is_none() {
                    open.extend(holders.get(key).into_iter().flatten())
                }
            }
        }
    }
    found
}

/// What a key that is in several goes with.
fn rank(what: &What) -> (bool, &What) {
    (
        !matches!(what, What::Authority(_) | What::TrustStore(_)),
        what,
    )
}

fn certificate(asset: &InventoryAsset) -> Option<&Certificate> {
    match asset.asset.object.as_deref()? {
        Object::Certificate(certificate) => Some(certificate),
        _ => None,
    }
}

fn has_private(asset: &InventoryAsset) -> bool {
    match asset.asset.object.as_deref() {
        Some(Object::Key(key)) => {
            key.halves.contains(&Half::Private) || key.halves.contains(&Half::EncryptedPrivate)
        }
        _ => false,
    }
}

/// The first place of those that count most.
pub(super) fn first(asset: &InventoryAsset) -> Option<&Occurrence> {
    let places = asset.occurrences.iter().map(Arc::as_ref);
    places.min_by_key(|o: &&Occurrence| (aside(o.context), &o.location))
}

/// The package, or the packages of a system, that brought an asset.
fn package_of(asset: &InventoryAsset) -> Option<Part> {
    Part::of_packages(&first(asset)?.provenance)
}

pub(super) fn part_of(occurrence: &Occurrence) -> Part {
    Part::of(&occurrence.location.path, &occurrence.provenance)
}
