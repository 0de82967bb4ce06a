//! What an asset is that was read from its own encoding: the `object` of an asset.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::Object;
use crate::model::object::KeyId;
use crate::output::rfc3339;

/// Fields that an object has; which ones depends on the asset's kind.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ObjectOut<'a> {
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_signed: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    key_usage: &'a [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    extended_key_usage: &'a [Cow<'static, str>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    alternative_names: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    alternative_name_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_key_id: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    this_update: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_update: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spki_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_half: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    halves: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    formats: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a BTreeSet<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<&'a str>,
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
