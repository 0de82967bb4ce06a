//! What a program asks Windows for: algorithms and forms of keys of CNG, and the provider of TLS.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::pieces;
use crate::detect::Source;
use crate::detect::binary::seen::{Seen, Sighting};
use crate::knowledge::catalog::fold;
use crate::model::{
    Asset, AssetKind, Confidence, Facet, Facets, Origin, SkipReason, Technique, Value,
};

/// The functions of Windows that take an identifier: of an algorithm, of the form of a key, of a provider of protocols.
pub(super) const ASKING: &[&str] = &[
    "BCryptOpenAlgorithmProvider",
    "NCryptCreatePersistedKey",
    "BCryptImportKeyPair",
    "NCryptImportKey",
    "AcquireCredentialsHandleW",
    "AcquireCredentialsHandleA",
];
/// The forms of keys (`bcrypt.h`: `BCRYPT_RSAPUBLIC_BLOB` and so on).
static FORMS: &[(&str, &str)] = &[
    ("RSAPUBLICBLOB", "RSA"),
    ("RSAPRIVATEBLOB", "RSA"),
    ("RSAFULLPRIVATEBLOB", "RSA"),
    ("ECCPUBLICBLOB", "EC"),
    ("ECCPRIVATEBLOB", "EC"),
    ("DHPUBLICBLOB", "DH"),
    ("DHPRIVATEBLOB", "DH"),
    ("DSAPUBLICBLOB", "DSA"),
    ("DSAPRIVATEBLOB", "DSA"),
];
/// `UNISP_NAME` of `schannel.h`: the provider of TLS.
const SCHANNEL: &str = "Microsoft Unified Security Protocol Provider";
/// Texts in UTF-16 that are an identifier and nothing else, in a program that imports a function which takes such: what it asks for is among
/// them. How headers call the algorithms is in the rules (`BCRYPT_ECDSA_P256_ALGORITHM`); the text is the middle of that name, give or take a
/// `-`.
pub(super) fn read(
    bytes: &mut dyn Source,
    places: &[Range<u64>],
    asking: &[&'static str],
    seen: &mut Seen<'_>,
) -> Result<(), (SkipReason, String)> {
    let imports = |wanted: &[&str]| asking.iter().copied().find(|name| wanted.contains(name));
    let for_algorithms = imports(&ASKING[..2]);
    let for_forms = imports(&ASKING[2..4]);
    let for_protocols = imports(&ASKING[4..]);
    let mut known: HashMap<String, (&str, &str, Asset)> = HashMap::new();
    if let Some(asking) = for_algorithms {
        for (name, symbol) in seen.known.rules.all_symbols() {
            let middle = name.strip_prefix("BCRYPT_");
            if let Some(middle) = middle.and_then(|name| name.strip_suffix("_ALGORITHM")) {
                known.insert(fold(middle), (asking, name, algorithm(&symbol.is)));
            }
        }
    }
    if let Some(asking) = for_forms {
        for (text, of) in FORMS {
            let mut asset = Asset::new(AssetKind::Key);
            let value = Value::name(*of, Origin::Literal);
            asset.facets.insert(Facet::Algorithm, value);
            known.insert(fold(text), (asking, asking, asset));
        }
    }
    let mut found: BTreeMap<String, Range<u64>> = BTreeMap::new();
    let provider: Vec<u8> = SCHANNEL.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut protocols = None;
    pieces(bytes, places, |piece, at| {
        for (text, span) in wide_texts(piece) {
            if known.contains_key(&fold(&text)) {
                let span = at + span.start as u64..at + span.end as u64;
                found.entry(text).or_insert(span);
            }
        }
        if for_protocols.is_some() && protocols.is_none() {
            protocols = [provider.as_slice(), SCHANNEL.as_bytes()]
                .into_iter()
                .find_map(|name| {
                    let start = at + memchr::memmem::find(piece, name)? as u64;
                    Some(start..start + name.len() as u64)
                })
        }
    })?;
    let mut add = |text: String, span, asking: &str, name: &str, asset| {
        seen.add(Sighting {
            asset,
            technique: Technique::Imports,
            confidence: Confidence::Medium,
            at: span,
            library: "c/windows-cng".to_owned(),
            entry: format!("c/windows-cng#{name}"),
            text: format!("\"{text}\" in a program that imports {asking}"),
            symbol: text,
            function: None,
        });
    };
    for (text, span) in found {
        if let Some((asking, name, asset)) = known.get(&fold(&text)) {
            add(text, span, asking, name, asset.clone())
        }
    }
    if let (Some(span), Some(asking)) = (protocols, for_protocols) {
        let mut asset = Asset::new(AssetKind::Protocol);
        let value = Value::name("TLS", Origin::Literal);
        asset.facets.insert(Facet::Protocol, value);
        add(SCHANNEL.to_owned(), span, asking, asking, asset)
    }
    Ok(())
}

/// The algorithm that a symbol denotes, a digest where it is one.
fn algorithm(denoted: &Facets) -> Asset {
    let mut facets = denoted.clone();
    if !facets.contains_key(&Facet::Algorithm)
        && let Some(digest) = facets.remove(&Facet::Digest)
    {
        facets.insert(Facet::Algorithm, digest);
    }
    Asset {
        facets,
        ..Asset::new(AssetKind::Algorithm)
    }
}

/// Texts of two bytes a sign that consist of what identifiers do, and stand between zeros.
fn wide_texts(piece: &[u8]) -> Vec<(String, Range<usize>)> {
    const LONGEST: usize = 32;
    let is_sign = |unit: &[u8]| matches!(unit, [sign, 0] if sign.is_ascii_uppercase() || sign.is_ascii_digit() || matches!(sign, b'_' | b'-'));
    let is_wide = |unit: &[u8]| matches!(unit, [0x20..0x7f, 0]);
    let mut texts = Vec::new();
    let mut start = None;
    let mut before: [&[u8]; 2] = [&[0, 0]; 2];
    for (number, unit) in piece.chunks_exact(2).enumerate() {
        if is_sign(unit) {
            // The end of a text of one byte a sign looks like a sign of two.
            let [second, first] = before;
            let is_start = !is_wide(first) || !is_wide(second) && second != [0, 0];
            if start.is_none() && is_start {
                start = Some(number)
            }
        } else if let Some(from) = start.take()
            && unit == [0, 0]
            && (2..=LONGEST).contains(&(number - from))
        {
            let span = from * 2..number * 2;
            let text = piece.get(span.clone()).unwrap_or_default();
            let text = text.iter().step_by(2).map(|byte| char::from(*byte));
            texts.push((text.collect(), span))
        }
        before = [before[1], unit]
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_stands_alone() {
        let wide =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        // The last text of one byte a sign ends in the middle of two.
        let mut tail = b"\0\0text".to_vec();
        tail.push(0);
        tail.insert(0, 0);
        tail.extend(wide("AES\0"));
        assert_eq!(wide_texts(&tail)[0].0, "AES");
        let piece = wide("\0RSA\0my RSA\0ECDSA_P256\0RSA key\0\0ML-KEM\0DH");
        let texts: Vec<String> = wide_texts(&piece)
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts, ["RSA", "ECDSA_P256", "ML-KEM"]);
        let (_, span) = &wide_texts(&piece)[0];
        assert_eq!(piece[span.clone()], wide("RSA"));
    }
}
