//! Bundles of Sigstore (<https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto>), and what cosign wrote before
//! there were bundles: a signature with the certificate of its key, its entries in transparency logs, and timestamps.

use serde_json::Value;

use super::json::{Places, list, text};
use super::{add, base64, by_key, dsse, unknown};
use crate::detect::cert::der::Node;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{cms, spki, x509};
use crate::model::{Facet, Facets, Origin, SkipReason, Value as Known, Why};

const ENTRY: &str = "object/sigstore";
/// Bytes of a certificate or timestamp.
const MAX_DER: usize = 1 << 20;
/// Certificates, log entries, timestamps of one bundle.
const MAX_PARTS: usize = 100;

/// Reads a bundle.
pub(super) fn bundle(value: &Value, places: &mut Places<'_>, seen: &mut Seen<'_>) -> bool {
    let Some(material) = value.get("verificationMaterial") else {
        return false;
    };
    if value.get("messageSignature").is_none() && value.get("dsseEnvelope").is_none() {
        return false;
    }
    let mut certificates = Vec::new();
    let mut key = None;
    let single = text(material, &["certificate", "rawBytes"]);
    let chain = list(material, &["x509CertificateChain", "certificates"])
        .iter()
        .map(|certificate| text(certificate, &["rawBytes"]));
    for encoded in single.into_iter().map(Some).chain(chain).take(MAX_PARTS) {
        let der = encoded.and_then(|encoded| base64(encoded, MAX_DER));
        places.stand(encoded, seen);
        match der.and_then(|der| Some((x509::read(&der, seen)?, der))) {
            Some((number, der)) => {
                // The first is that of the signer.
                if certificates.is_empty() {
                    key = key_of(&der, seen)
                }
                certificates.push(number);
            }
            None => seen.skip(SkipReason::Damaged, "a certificate of a Sigstore bundle"),
        }
    }
    let hint = text(material, &["publicKey", "hint"]);
    let mut own = Vec::new();
    if let Some(signature) = value.get("messageSignature") {
        places.stand(text(signature, &["signature"]), seen);
        own.push(message(signature, key.as_ref(), hint, seen))
    }
    if let Some(envelope) = value.get("dsseEnvelope") {
        own.extend(dsse::signatures(envelope, key.as_ref(), places, seen))
    }
    for signature in own {
        if let Some(signer) = certificates.first() {
            seen.uses(signature, *signer)
        }
    }
    for entry in list(material, &["tlogEntries"]).iter().take(MAX_PARTS) {
        if let Some(id) = text(entry, &["logId", "keyId"]) {
            places.stand(Some(id), seen);
            log(id, seen)
        }
    }
    let times = list(
        material,
        &["timestampVerificationData", "rfc3161Timestamps"],
    );
    for time in times.iter().take(MAX_PARTS) {
        let encoded = text(time, &["signedTimestamp"]);
        let der = encoded.and_then(|encoded| base64(encoded, MAX_DER));
        places.stand(encoded, seen);
        timestamp(der.as_deref(), seen)
    }
    true
}

/// Reads what cosign wrote before there were bundles. The certificate in it is PEM in base64.
pub(super) fn cosign(value: &Value, places: &mut Places<'_>, seen: &mut Seen<'_>) -> bool {
    let signature = text(value, &["base64Signature"]);
    if signature.is_none() {
        return false;
    }
    places.stand(text(value, &["cert"]), seen);
    let pem = text(value, &["cert"]).and_then(|encoded| base64(encoded, MAX_DER));
    let der = pem.and_then(|pem| {
        let pem = String::from_utf8(pem).ok()?;
        let (_, body) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
        let (body, _) = body.split_once("-----END")?;
        base64(body, MAX_DER)
    });
    let certificate = der.as_ref().and_then(|der| x509::read(der, seen));
    let key = der.as_ref().and_then(|der| key_of(der, seen));
    let facets = match &key {
        Some(key) => by_key(key, seen),
        None => unknown("unsaid", "the bundle names no algorithm"),
    };
    places.stand(signature, seen);
    let own = add(facets, None, "Sigstore", ENTRY, seen);
    if let Some(certificate) = certificate {
        seen.uses(own, certificate)
    }
    if let Some(id) = text(value, &["rekorBundle", "Payload", "logID"]) {
        places.stand(Some(id), seen);
        add(
            unknown("unsaid", "the log's key"),
            Some(&format!("log {id}")),
            "transparency log",
            ENTRY,
            seen,
        );
    }
    true
}

fn message(
    signature: &Value,
    key: Option<&Facets>,
    hint: Option<&str>,
    seen: &mut Seen<'_>,
) -> usize {
    let mut facets = match key {
        Some(key) => by_key(key, seen),
        None => unknown("key", "of the signer"),
    };
    if let Some(name) = text(signature, &["messageDigest", "algorithm"]) {
        let digest = match name {
            "SHA2_256" => Known::name("SHA-256", Origin::Literal),
            "SHA2_384" => Known::name("SHA-384", Origin::Literal),
            "SHA2_512" => Known::name("SHA-512", Origin::Literal),
            "SHA3_256" => Known::name("SHA3-256", Origin::Literal),
            "SHA3_384" => Known::name("SHA3-384", Origin::Literal),
            other => {
                let other: String = other.chars().take(40).collect();
                Known::unknown(Why::new("sigstore", format!("digest {other}")))
            }
        };
        facets.insert(Facet::Digest, digest);
    }
    add(facets, hint, "Sigstore", ENTRY, seen)
}

/// The key that a certificate is about.
fn key_of(der: &[u8], seen: &Seen<'_>) -> Option<Facets> {
    let (whole, _) = Node::first(der)?;
    let signed = whole.child(0)?;
    let info = signed
        .children()
        .find_map(|part| spki::read(part.whole, seen.catalog()))?;
    Some(info.facets)
}

/// The promise of a log, which signs it. Its identifier is the SHA-256 of its key's SubjectPublicKeyInfo.
fn log(id: &str, seen: &mut Seen<'_>) {
    let id = match base64(id, 1000) {
        Some(id) if id.len() == 32 => format!("key {}", data_encoding::HEXLOWER.encode(&id)),
        _ => format!("log {id}"),
    };
    add(
        unknown("unsaid", "the log's key"),
        Some(&id),
        "transparency log",
        ENTRY,
        seen,
    );
}

/// TimeStampResp (RFC 3161 §2.4.2).
fn timestamp(der: Option<&[u8]>, seen: &mut Seen<'_>) {
    let token = der
        .and_then(Node::only)
        .and_then(|response| response.child(1));
    let read = token.and_then(|token| cms::read(token.whole, "timestamp", seen));
    if read.is_none() {
        seen.skip(SkipReason::Damaged, "a timestamp of a Sigstore bundle")
    }
}
