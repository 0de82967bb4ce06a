//! What a protocol's settings offer: the algorithms that its cipher suites, groups, signature schemes and key exchange methods name.
//!
//! A part of a name that the catalogue does not know is left out, never guessed.

use std::collections::BTreeSet;

use crate::knowledge::catalog::Catalog;
use crate::knowledge::spelling::{self, Reading};
use crate::model::{Asset, AssetKind, Facet, Facets, Origin, Scalar, Value};

/// Facets of an algorithm that a name in an offer may say.
const SAID: [Facet; 8] = [
    Facet::Algorithm,
    Facet::Curve,
    Facet::Group,
    Facet::Digest,
    Facet::Mode,
    Facet::Padding,
    Facet::KeyBits,
    Facet::Mac,
];

/// The algorithms of groups, schemes and SSH methods, of every alternative.
pub(super) fn algorithms(asset: &Asset, catalog: &Catalog) -> BTreeSet<Asset> {
    let mut found = BTreeSet::new();
    for (facet, spelling) in [
        (Facet::Groups, "tls"),
        (Facet::SignatureSchemes, "tls"),
        (Facet::Kex, "ssh"),
        (Facet::HostKeys, "ssh"),
    ] {
        for name in names(asset, facet) {
            let of_group = if facet == Facet::Groups {
                group(name, catalog)
            } else {
                None
            };
            found.extend(of_group.or_else(|| read(name, spelling, catalog)));
        }
    }
    found
}

/// The cipher suites of every alternative that can be taken apart, with the algorithms that each names.
pub(super) fn suites(asset: &Asset, catalog: &Catalog) -> Vec<(String, BTreeSet<Asset>)> {
    let mut found: Vec<(String, BTreeSet<Asset>)> = Vec::new();
    for name in names(asset, Facet::CipherSuites) {
        if found.iter().any(|(known, _)| known == name) {
            continue;
        }
        // In SSH, what stands for a suite is a cipher or a MAC.
        let mut parts = suite(name, catalog);
        if parts.is_empty() {
            parts.extend(read(name, "ssh", catalog))
        }
        if !parts.is_empty() {
            found.push((name.to_owned(), parts))
        }
    }
    found
}

/// The names of a facet, one or a list, of every alternative.
fn names(asset: &Asset, facet: Facet) -> impl Iterator<Item = &str> {
    asset
        .facets
        .get(&facet)
        .into_iter()
        .flat_map(|value| value.scalars.keys())
        .flat_map(|scalar| match scalar {
            Scalar::Name(name) => std::slice::from_ref(name),
            Scalar::List(names) => names.as_slice(),
            Scalar::Number(_) => &[],
        })
        .map(String::as_str)
}

fn group(name: &str, catalog: &Catalog) -> Option<Asset> {
    let group = catalog.group(name)?;
    let mut asset = algorithm(&group.algorithm, catalog);
    // X25519 says its curve itself; ECDH does not.
    let own = catalog
        .algorithm(&group.algorithm)
        .and_then(|algorithm| algorithm.curve.as_ref());
    match &group.curve {
        Some(curve) if own.is_none() => {
            asset.facets.insert(Facet::Curve, implied(curve));
        }
        None if group.size.is_some() => {
            asset.facets.insert(Facet::Group, implied(&group.name));
        }
        _ => {}
    }
    Some(asset)
}

fn read(name: &str, spelling: &str, catalog: &Catalog) -> Option<Asset> {
    from_reading(spelling::spelling(spelling)?.read(name, Facet::Algorithm, catalog)?)
}

/// A suite by its IANA name: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`, or `TLS_AES_128_GCM_SHA256` in TLS 1.3.
fn suite(name: &str, catalog: &Catalog) -> BTreeSet<Asset> {
    let mut found = BTreeSet::new();
    let Some(rest) = name
        .strip_prefix("TLS_")
        .or_else(|| name.strip_prefix("SSL_"))
    else {
        return found;
    };
    let cipher = match rest.split_once("_WITH_") {
        Some((exchange, cipher)) => {
            found.extend(
                exchanged(exchange)
                    .into_iter()
                    .map(|name| algorithm(name, catalog)),
            );
            cipher
        }
        None => rest,
    };
    // What follows the cipher is the digest of its MAC or of the key schedule; the CCM suites of TLS 1.2 leave it out.
    let (cipher, digest) = match cipher.rsplit_once('_') {
        Some((cipher, last)) if catalog.digest(digest_name(last)).is_some() => {
            (cipher, Some(digest_name(last)))
        }
        _ => (cipher, None),
    };
    found.extend(
        catalog
            .reading(Facet::Algorithm, cipher)
            .and_then(from_reading),
    );
    if let Some(digest) = digest.and_then(|digest| catalog.digest(digest)) {
        found.insert(algorithm(&digest.name, catalog));
    }
    found
}

/// `SHA` is SHA-1 in the names of suites.
fn digest_name(word: &str) -> &str {
    if word == "SHA" { "SHA-1" } else { word }
}

/// Key exchange and authentication before `_WITH_`. RSA alone transports the key with PKCS #1 v1.5 (RFC 5246 §7.4.7.1); behind another
/// exchange it signs, with a padding that the suite does not say.
fn exchanged(words: &str) -> Vec<&'static str> {
    words
        .split('_')
        .enumerate()
        .filter_map(|(n, word)| match word {
            "ECDHE" | "ECDH" => Some("ECDH"),
            "DHE" | "DH" => Some("FFDH"),
            "RSA" if n == 0 => Some("RSAES-PKCS1"),
            "RSA" => Some("RSA"),
            "ECDSA" => Some("ECDSA"),
            "DSS" => Some("DSA"),
            "SRP" => Some("SRP"),
            _ => None,
        })
        .collect()
}

fn from_reading(reading: Reading) -> Option<Asset> {
    let facets: Facets = reading
        .facets
        .into_iter()
        .filter(|(facet, _)| SAID.contains(facet))
        .collect();
    facets.contains_key(&Facet::Algorithm).then(|| Asset {
        facets,
        ..Asset::new(AssetKind::Algorithm)
    })
}

/// An algorithm with the facets that come with its name.
fn algorithm(name: &str, catalog: &Catalog) -> Asset {
    let mut asset = Asset::new(AssetKind::Algorithm);
    asset.facets.insert(Facet::Algorithm, implied(name));
    for (facet, value) in catalog.implied(name) {
        if !facet.is_number() && !facet.is_list() {
            asset.facets.insert(*facet, implied(value));
        }
    }
    asset
}

fn implied(name: &str) -> Value {
    Value::name(name, Origin::Implied)
}
