//! Signed software: where in archives, packages, modules, messages and envelopes the signatures are, and what they say of themselves. What
//! is inside, CMS, OpenPGP or a certificate, goes through its own reader.

mod apk;
mod authenticode;
mod dsse;
mod efi;
mod in_toto;
mod jar;
mod json;
mod macho;
mod mime;
mod module;
mod rpm;
mod sigstore;
mod zip;

use std::sync::Arc;

use super::seen::Seen;
use crate::model::object::Signature;
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation, Origin, Value, Why};

pub(super) use self::apk::Idsig;
pub(super) use self::authenticode::Authenticode;
pub(super) use self::efi::Authenticated;
pub(super) use self::jar::Jar;
pub(super) use self::json::Json;
pub(super) use self::macho::CodeSignature;
pub(super) use self::mime::Mime;
pub(super) use self::module::Module;
pub(super) use self::rpm::Rpm;
pub(super) use self::zip::Zip;

/// Characters of what a signature says about its signer.
const MAX_SIGNER: usize = 200;

/// Adds a signature.
fn add(
    facets: Facets,
    signer: Option<&str>,
    form: &'static str,
    entry: &'static str,
    seen: &mut Seen<'_>,
) -> usize {
    let signer = signer.map(|signer| {
        let plain = signer.chars().filter(|c| !c.is_control());
        plain.take(MAX_SIGNER).collect::<String>()
    });
    let signer = signer.filter(|signer| !signer.is_empty());
    let asset = Asset {
        facets,
        operations: [Operation::Verify].into(),
        object: Some(Arc::new(Object::Signature(Signature { form, signer }))),
        ..Asset::new(AssetKind::Signature)
    };
    seen.add(asset, entry)
}

/// An algorithm, with what its name implies.
fn algorithm(name: &str, seen: &Seen<'_>) -> Facets {
    let mut facets = Facets::from([(Facet::Algorithm, Value::name(name, Origin::Literal))]);
    for (facet, text) in seen.catalog().implied(name) {
        facets.insert(*facet, Value::name(text, Origin::Implied));
    }
    facets
}

/// An algorithm and its digest.
fn with_digest(name: &str, digest: &str, seen: &Seen<'_>) -> Facets {
    let mut facets = algorithm(name, seen);
    facets.insert(Facet::Digest, Value::name(digest, Origin::Literal));
    facets
}

/// An algorithm that is not known.
fn unknown(kind: &'static str, detail: impl Into<String>) -> Facets {
    let why = Why::new(kind, detail);
    Facets::from([(Facet::Algorithm, Value::unknown(why))])
}

/// What a key signs with, as far as its kind tells: a signature that says nothing of its own algorithm is by the key of its certificate.
fn by_key(key: &Facets, seen: &Seen<'_>) -> Facets {
    let name = |facet| key.get(&facet).and_then(Value::single_name);
    match name(Facet::Algorithm) {
        Some("EC") => algorithm("ECDSA", seen),
        Some("RSA") => {
            let mut value = Value::name("RSASSA-PKCS1", Origin::Implied);
            value.union(Value::name("RSASSA-PSS", Origin::Implied));
            Facets::from([(Facet::Algorithm, value)])
        }
        Some(name) => algorithm(name, seen),
        None => unknown("key", "of the signer"),
    }
}

/// Base64 with or without padding and line ends, of this many bytes at most.
fn base64(text: &str, most: usize) -> Option<Vec<u8>> {
    if text.len() > most / 3 * 4 + 1024 {
        return None;
    }
    let plain: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => byte,
        })
        .collect();
    data_encoding::BASE64_NOPAD.decode(&plain).ok()
}

#[cfg(test)]
mod tests;
