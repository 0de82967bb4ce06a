//! What an asset is that was read from its own encoding: the `object` of an asset.

use std::borrow::Cow;
use std::collections::BTreeSet;

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(test)]
use super::closed;
use crate::model::Object;
use crate::model::object::KeyId;
use crate::output::rfc3339;

/// Fields that an object has; which ones depends on the asset's kind.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct ObjectOut<'a> {
    /// Its encoding: `X.509`, `PKCS#12`, `PKCS#8` …
    format: &'static str,
    /// Of the whole encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Sha256>"))]
    sha256: Option<String>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    /// Its serial number, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    /// When it begins to be valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Time>"))]
    not_before: Option<String>,
    /// When it ends to be valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Time>"))]
    not_after: Option<String>,
    /// Whether it may sign others.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<bool>,
    /// How many certification authorities may stand below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::RoleOfCertificate>"))]
    role: Option<&'static str>,
    /// Whether it signed itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    self_signed: Option<bool>,
    /// What its key may be used for (RFC 5280 §4.2.1.3).
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    key_usage: &'a [&'static str],
    /// Likewise (RFC 5280 §4.2.1.12).
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    extended_key_usage: &'a [Cow<'static, str>],
    /// The first of the names that it is for.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    alternative_names: &'a [String],
    /// How many names it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    alternative_name_count: Option<u32>,
    /// Its subject key identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// Its authority key identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_key_id: Option<String>,
    /// What is odd about it.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    /// When a revocation list was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Time>"))]
    this_update: Option<String>,
    /// When the next is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Time>"))]
    next_update: Option<String>,
    /// How many entries a revocation list or keystore has.
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u64>,
    /// Of a key's SubjectPublicKeyInfo in DER.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::Sha256>"))]
    spki_sha256: Option<String>,
    /// Why a key's SubjectPublicKeyInfo is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_half: Option<&'static str>,
    /// What of a key lies there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Vec<closed::HalfOfKey>"))]
    halves: Vec<&'static str>,
    /// The formats that a key is written in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    formats: Vec<&'static str>,
    /// What a key is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a BTreeSet<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<closed::OpenedStore>"))]
    opened: Option<&'static str>,
    /// Who signed, as a signature says.
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<&'a str>,
    /// How many can decrypt a ciphertext.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipients: Option<u32>,
}

pub(super) fn object(object: &Object) -> ObjectOut<'_> {
    let format = object.form();
    let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect();
    match object {
        Object::Certificate(certificate) => ObjectOut {
            format,
            sha256: Some(certificate.fingerprint.to_string()),
            subject: Some(&certificate.subject.text),
            issuer: Some(&certificate.issuer.text),
            serial: Some(&certificate.serial),
            not_before: certificate.not_before.and_then(rfc3339),
            not_after: certificate.not_after.and_then(rfc3339),
            ca: certificate.ca,
            path_length: certificate.path_length,
            role: certificate.role(),
            self_signed: Some(certificate.is_self_signed()),
            key_usage: &certificate.key_usage,
            extended_key_usage: &certificate.extended_key_usage,
            alternative_names: &certificate.alternative_names,
            alternative_name_count: (certificate.alternative_name_count > 0)
                .then_some(certificate.alternative_name_count),
            key_id: certificate.key_id.as_deref().map(hex),
            issuer_key_id: certificate.issuer_key_id.as_deref().map(hex),
            notes: &certificate.notes,
            ..ObjectOut::default()
        },
        Object::Request(request) => ObjectOut {
            format,
            sha256: Some(request.fingerprint.to_string()),
            subject: Some(&request.subject.text),
            ..ObjectOut::default()
        },
        Object::Crl(crl) => ObjectOut {
            format,
            sha256: Some(crl.fingerprint.to_string()),
            issuer: Some(&crl.issuer.text),
            this_update: crl.this_update.and_then(rfc3339),
            next_update: crl.next_update.and_then(rfc3339),
            entries: Some(crl.entries),
            ..ObjectOut::default()
        },
        Object::Key(key) => {
            let (spki, itself, public_half) = match key.id {
                KeyId::Spki(fingerprint) => (Some(fingerprint), None, None),
                KeyId::Itself(fingerprint, reason) => (None, Some(fingerprint), Some(reason)),
            };
            ObjectOut {
                format,
                sha256: itself.map(|fingerprint| fingerprint.to_string()),
                spki_sha256: spki.map(|fingerprint| fingerprint.to_string()),
                public_half,
                halves: key.halves.iter().map(|half| half.name()).collect(),
                formats: key.forms.iter().copied().collect(),
                labels: (!key.labels.is_empty()).then_some(&key.labels),
                ..ObjectOut::default()
            }
        }
        Object::Keystore(store) => ObjectOut {
            format,
            sha256: Some(store.fingerprint.to_string()),
            opened: Some(store.opened.name()),
            entries: Some(u64::from(store.entries)),
            ..ObjectOut::default()
        },
        Object::Signature(signature) => ObjectOut {
            format,
            signer: signature.signer.as_deref(),
            ..ObjectOut::default()
        },
        Object::Ciphertext(ciphertext) => ObjectOut {
            format,
            recipients: Some(ciphertext.recipients),
            ..ObjectOut::default()
        },
    }
}
