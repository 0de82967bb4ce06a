//! Keys tell their uses algorithm, curve and size; a use gets its own name, kind and operation.

use super::merge::merge;
use crate::detect::facts::resolve::Resolver;
use crate::knowledge::Knowledge;
use crate::knowledge::catalog::Primitive;
use crate::model::{Asset, AssetKind, Facet, Facets, Operation, Origin, Scalar, Value};
use std::collections::BTreeMap;

impl<'a> Resolver<'a> {
    /// What a key tells of its use. A secret that was derived or agreed is bytes of some length; an EC key is none of an RSA signature.
    pub(super) fn key_facets(&self, key: usize, user: usize) -> &'static [Facet] {
        const BYTES: [Operation; 8] = [
            Operation::Derive,
            Operation::Agree,
            Operation::Digest,
            Operation::Mac,
            Operation::Decrypt,
            Operation::Unwrap,
            Operation::Encapsulate,
            Operation::Decapsulate,
        ];
        let (key, user) = (&self.seen[key].asset, &self.seen[user].asset);
        if key.kind == AssetKind::Algorithm && BYTES.iter().any(|o| key.operations.contains(o)) {
            return if key.operations.contains(&Operation::Derive) {
                &[Facet::KeyBits]
            } else {
                &[]
            };
        }
        if key
            .algorithm()
            .zip(user.algorithm())
            .is_some_and(|(made, use_of)| !self.fits(made, use_of))
        {
            return &[];
        }
        const KEY: [Facet; 5] = [
            Facet::Algorithm,
            Facet::Curve,
            Facet::Group,
            Facet::KeyBits,
            Facet::Digest,
        ];
        // The digest that a certificate was signed with is no property of the key in it.
        let own_digest = key.kind == AssetKind::Key;
        if own_digest { &KEY } else { &KEY[..4] }
    }

    /// Whether a key of one algorithm can be used for another: an asymmetric use takes its own kind of key only.
    pub(super) fn fits(&self, made: &str, use_of: &str) -> bool {
        let catalog = &self.known.catalog;
        let Some(algorithm) = catalog.algorithm(use_of) else {
            return true;
        };
        let wanted = match (&algorithm.uses, algorithm.primitive) {
            (Some(uses), _) => uses,
            (
                None,
                Primitive::Signature
                | Primitive::KeyAgree
                | Primitive::Pke
                | Primitive::Kem
                | Primitive::Unknown,
            ) => use_of,
            _ => return true,
        };
        [wanted, use_of]
            .iter()
            .any(|w| made == *w || catalog.specialises(made, w) || catalog.specialises(w, made))
    }

    /// Lets the key's algorithm, curve and size flow into what uses it, and names the use.
    pub(super) fn flow_keys(&mut self, index: usize, done: &mut BTreeMap<usize, ()>, depth: usize) {
        if done.insert(index, ()).is_some() || depth > 32 {
            return;
        }
        let keys: Vec<usize> = self.seen[index].keys.iter().copied().collect();
        let mut flowing = Facets::new();
        for key in keys {
            self.flow_keys(key, done, depth + 1);
            for facet in self.key_facets(key, index) {
                let Some(value) = self.seen[key].asset.facets.get(facet) else {
                    continue;
                };
                match flowing.get_mut(facet) {
                    Some(present) => present.union(value.clone()),
                    None => {
                        flowing.insert(*facet, value.clone());
                    }
                }
            }
        }
        if let Some(why) = &self.seen[index].open_key {
            for value in flowing.values_mut() {
                value.open = true;
                value.why.get_or_insert_with(|| why.clone());
            }
        }
        for setting in self.seen[index].settings.clone() {
            self.flow_keys(setting, done, depth + 1);
            let facets = self.seen[setting].asset.facets.clone();
            merge(&mut self.seen[index].asset.facets, facets, self.known);
        }
        let catalog = &self.known.catalog;
        let why = self.seen[index].why.take();
        let asset = &mut self.seen[index].asset;
        for (facet, value) in flowing {
            match asset.facets.get(&facet) {
                None => {
                    asset.facets.insert(facet, value);
                }
                Some(own) if own.is_unknown() && !value.is_unknown() => {
                    asset.facets.insert(facet, value);
                }
                Some(own) if facet == Facet::Algorithm => {
                    let narrower = own
                        .single_name()
                        .zip(value.single_name())
                        .is_some_and(|(own, key)| catalog.specialises(key, own));
                    if narrower {
                        asset.facets.insert(facet, value);
                    }
                }
                Some(_) => {}
            }
        }
        if matches!(asset.kind, AssetKind::Algorithm | AssetKind::Key)
            && let Some(why) = why
        {
            asset
                .facets
                .get_or_insert_with(Facet::Algorithm, || Value::unknown(why));
        }
        name_the_use(asset, self.known);
    }
}

/// `RSA` with sign and PSS is `RSASSA-PSS`; what a use implies is added.
pub(super) fn name_the_use(asset: &mut Asset, known: &Knowledge) {
    name_the_kind(asset, known);
    let Some(value) = asset.facets.get(&Facet::Algorithm) else {
        return;
    };
    let open = value.open;
    let why = value.why.clone();
    let padding = asset
        .facets
        .get(&Facet::Padding)
        .and_then(|p| p.single_name())
        .map(str::to_owned);
    let scalars: BTreeMap<Scalar, Origin> = value
        .scalars
        .iter()
        .map(|(scalar, origin)| {
            let Scalar::Name(name) = scalar else {
                return (scalar.clone(), *origin);
            };
            let other = match asset.kind {
                AssetKind::Algorithm => known
                    .catalog
                    .use_of(name, &asset.operations, padding.as_deref())
                    .or_else(|| agreement_of(name, asset, known)),
                // `importKey({ name: "RSA-OAEP" })` brings an RSA key.
                AssetKind::Key => known
                    .catalog
                    .algorithm(name)
                    .and_then(|a| a.uses.as_deref()),
                _ => None,
            };
            (Scalar::Name(other.unwrap_or(name).to_owned()), *origin)
        })
        .collect();
    asset
        .facets
        .insert(Facet::Algorithm, Value { scalars, open, why });
    name_the_operation(asset, known);
    // An algorithm of one size has no size to be unknown.
    let sized = asset.algorithm().is_none_or(|name| {
        known
            .catalog
            .algorithm(name)
            .is_none_or(|a| !a.sizes.is_empty() || !a.strength.is_empty())
    });
    if !sized
        && asset
            .facets
            .get(&Facet::KeyBits)
            .is_some_and(Value::is_unknown)
    {
        asset.facets.remove(&Facet::KeyBits);
    }
    if asset.kind != AssetKind::Algorithm {
        return;
    }
    let Some(name) = asset.algorithm().map(str::to_owned) else {
        return;
    };
    for (facet, implied) in known.catalog.implied(&name) {
        asset
            .facets
            .get_or_insert_with(*facet, || Value::name(implied.clone(), Origin::Implied));
    }
}

/// Generic interfaces call a KDF's context a key, and a key generator an algorithm: the kind is what is really there.
pub(super) fn name_the_kind(asset: &mut Asset, known: &Knowledge) {
    let of_keys = |o: &Operation| matches!(o, Operation::Keygen | Operation::Import);
    match asset.kind {
        AssetKind::Algorithm
            if !asset.operations.is_empty() && asset.operations.iter().all(of_keys) =>
        {
            asset.kind = AssetKind::Key
        }
        AssetKind::Key if !asset.operations.iter().any(of_keys) => {
            let primitive = asset
                .algorithm()
                .and_then(|name| known.catalog.algorithm(name))
                .map(|a| a.primitive);
            if matches!(
                primitive,
                Some(Primitive::Kdf | Primitive::Mac | Primitive::Hash)
            ) {
                asset.kind = AssetKind::Algorithm
            }
        }
        _ => {}
    }
}

/// What "deriving" with a key of a key agreement is: `EVP_PKEY_derive` serves ECDH and HKDF.
pub(super) fn agreement_of<'k>(key: &str, asset: &Asset, known: &'k Knowledge) -> Option<&'k str> {
    if !asset.operations.contains(&Operation::Derive) {
        return None;
    }
    known.catalog.use_of(key, &[Operation::Agree].into(), None)
}

/// Generic interfaces "sign" with a MAC and "derive" with a key agreement: the operation is the primitive's own.
pub(super) fn name_the_operation(asset: &mut Asset, known: &Knowledge) {
    let Some(primitive) = asset
        .algorithm()
        .and_then(|name| known.catalog.algorithm(name))
        .map(|a| a.primitive)
    else {
        return;
    };
    let (generic, own): (&[Operation], Operation) = match primitive {
        Primitive::Mac => (&[Operation::Sign, Operation::Verify], Operation::Mac),
        Primitive::KeyAgree => (&[Operation::Derive], Operation::Agree),
        Primitive::Kdf => (&[Operation::Agree], Operation::Derive),
        _ => return,
    };
    if asset.kind != AssetKind::Algorithm {
        return;
    }
    let before = asset.operations.len();
    asset.operations.retain(|o| !generic.contains(o));
    if asset.operations.len() < before {
        asset.operations.insert(own);
    }
}
