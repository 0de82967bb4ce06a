//! Certificates, keys and what else lies in files as an object: the fields that CycloneDX has for them, and properties for the rest.

use std::sync::Arc;

use super::clean;
use super::component::{Kinds, MAX_TEXT};
use super::shape::{
    CertificateProperties, Extension, Hash, MaterialProperties, Related, SecuredBy, State,
};
use crate::inventory::{Assessment, InventoryAsset};
use crate::model::object::{Certificate, Half, Key, KeyId};
use crate::model::{AssetKind, Facet, Fingerprint, Object, Operation, Value};
use crate::output::{SpecVersion, rfc3339};

/// A certificate: in full where it was read; of one that source code makes or uses, only how it is signed. A key that the code uses may be the
/// issuer's or the subject's, so it is named as a key and never as the subject's public key.
pub(super) fn certificate(
    asset: &InventoryAsset,
    assessment: Option<&Assessment>,
    kinds: &Kinds<'_>,
    version: SpecVersion,
) -> CertificateProperties {
    let read = match asset.asset.object.as_deref() {
        Some(Object::Certificate(certificate)) => Some(certificate),
        _ => None,
    };
    let is_1_7 = version >= SpecVersion::V1_7;
    let keys = asset
        .depends_on
        .iter()
        .filter(|id| asset.subject_key.is_none() && is_kind(kinds, id, AssetKind::Key))
        .map(|id| ("key", id));
    let refs = asset
        .algorithm
        .iter()
        .map(|id| ("algorithm", id))
        .chain(asset.subject_key.iter().map(|id| ("publicKey", id)))
        .chain(asset.issuer.iter().map(|id| ("issuer", id)))
        .chain(keys);
    CertificateProperties {
        serial_number: read
            .filter(|_| is_1_7)
            .map(|certificate| certificate.serial.clone()),
        subject_name: read.and_then(|certificate| text(&certificate.subject.text)),
        issuer_name: read.and_then(|certificate| text(&certificate.issuer.text)),
        not_valid_before: read.and_then(|certificate| rfc3339(certificate.not_before?)),
        not_valid_after: read.and_then(|certificate| rfc3339(certificate.not_after?)),
        signature_algorithm_ref: asset.algorithm.as_deref().map(str::to_owned),
        subject_public_key_ref: asset.subject_key.as_deref().map(str::to_owned),
        certificate_format: read.map(|certificate| certificate.form),
        fingerprint: read
            .filter(|_| is_1_7)
            .map(|certificate| sha_256(certificate.fingerprint)),
        certificate_state: read
            .filter(|_| is_1_7)
            .and_then(|certificate| state(certificate, assessment))
            .into_iter()
            .collect(),
        certificate_extensions: read
            .filter(|_| is_1_7)
            .map(|certificate| extensions(certificate))
            .unwrap_or_default(),
        related_cryptographic_assets: related(version, refs),
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| clean(text, 2 * MAX_TEXT))
}

fn is_kind(kinds: &Kinds<'_>, id: &str, kind: AssetKind) -> bool {
    kinds.get(id) == Some(&kind)
}

fn sha_256(fingerprint: Fingerprint) -> Hash {
    Hash {
        alg: "SHA-256",
        content: fingerprint.to_string(),
    }
}

/// The states of the standard are those of NIST SP 800-57: a certificate that ran out is deactivated.
fn state(certificate: &Certificate, assessment: Option<&Assessment>) -> Option<State> {
    let state = assessment?.lifetime.as_ref()?.state?;
    Some(match state {
        "expired" => State {
            state: "deactivated",
            reason: certificate
                .not_after
                .and_then(rfc3339)
                .map(|end| format!("expired {end}")),
        },
        "not yet valid" => State {
            state: "pre-activation",
            reason: None,
        },
        _ => State {
            state: "active",
            reason: None,
        },
    })
}

fn extensions(certificate: &Certificate) -> Vec<Extension> {
    let mut found = Vec::new();
    let mut say = |common_extension_name, common_extension_value: String| {
        found.push(Extension {
            common_extension_name,
            common_extension_value,
        })
    };
    if let Some(ca) = certificate.ca {
        let length = certificate
            .path_length
            .map(|length| format!(", pathLenConstraint={length}"))
            .unwrap_or_default();
        say("basicConstraints", format!("cA={ca}{length}"));
    }
    if !certificate.key_usage.is_empty() {
        say("keyUsage", certificate.key_usage.join(", "))
    }
    if !certificate.extended_key_usage.is_empty() {
        say(
            "extendedKeyUsage",
            certificate.extended_key_usage.join(", "),
        )
    }
    if !certificate.alternative_names.is_empty() {
        let left_out = (certificate.alternative_name_count as usize)
            .saturating_sub(certificate.alternative_names.len());
        let mut names: Vec<String> = certificate
            .alternative_names
            .iter()
            .map(|name| clean(name, MAX_TEXT))
            .collect();
        if left_out > 0 {
            names.push(format!("and {left_out} more"))
        }
        say("subjectAlternativeName", names.join(", "));
    }
    let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(id) = &certificate.key_id {
        say("subjectKeyIdentifier", hex(id))
    }
    if let Some(id) = &certificate.issuer_key_id {
        say("authorityKeyIdentifier", hex(id))
    }
    found
}

/// Keys, and the objects that CycloneDX has no type of its own for.
pub(super) fn material(
    asset: &InventoryAsset,
    kinds: &Kinds<'_>,
    version: SpecVersion,
) -> MaterialProperties {
    let is_1_7 = version >= SpecVersion::V1_7;
    let object = asset.asset.object.as_deref();
    let fingerprint = match object {
        Some(Object::Key(key)) => match key.id {
            KeyId::Spki(fingerprint) | KeyId::Itself(fingerprint, _) => Some(fingerprint),
        },
        Some(Object::Request(request)) => Some(request.fingerprint),
        Some(Object::Crl(crl)) => Some(crl.fingerprint),
        Some(Object::Keystore(store)) => Some(store.fingerprint),
        _ => None,
    };
    let refs = asset
        .algorithm
        .iter()
        .map(|id| ("algorithm", id))
        .chain(asset.subject_key.iter().map(|id| ("publicKey", id)))
        .chain(asset.issuer.iter().map(|id| ("issuer", id)))
        .chain(
            asset
                .depends_on
                .iter()
                .filter(|id| object.is_some() && is_kind(kinds, id, AssetKind::Certificate))
                .map(|id| ("certificate", id)),
        );
    MaterialProperties {
        kind: match object {
            Some(Object::Key(key)) => half_type(key),
            Some(Object::Signature(_)) => "signature",
            Some(Object::Ciphertext(_)) => "ciphertext",
            Some(_) => "other",
            None => key_type(asset),
        },
        algorithm_ref: asset.algorithm.as_deref().map(str::to_owned),
        size: asset
            .asset
            .facets
            .get(&Facet::KeyBits)
            .and_then(Value::single_number),
        format: object.map(|object| match object {
            Object::Key(key) => key.forms.iter().copied().collect::<Vec<_>>().join(", "),
            other => other.form().to_owned(),
        }),
        secured_by: object.and_then(|object| secured(asset, object, kinds)),
        fingerprint: fingerprint.filter(|_| is_1_7).map(sha_256),
        related_cryptographic_assets: related(version, refs),
    }
}

/// What a key is behind. The algorithm is named where there is one only.
fn secured(asset: &InventoryAsset, object: &Object, kinds: &Kinds<'_>) -> Option<SecuredBy> {
    let Object::Key(key) = object else {
        return None;
    };
    let sealed = |half: &Half| matches!(half, Half::EncryptedPrivate | Half::EncryptedSecret);
    let open = |half: &Half| matches!(half, Half::Private | Half::Secret);
    if !key.halves.iter().any(sealed) || key.halves.iter().any(open) {
        return None;
    }
    let mut ciphers = asset.depends_on.iter().filter(|id| {
        is_kind(kinds, id, AssetKind::Algorithm) && asset.algorithm.as_ref() != Some(*id)
    });
    let only = ciphers.next().filter(|_| ciphers.next().is_none());
    Some(SecuredBy {
        mechanism: "encryption",
        algorithm_ref: only.map(ToString::to_string),
    })
}

fn half_type(key: &Key) -> &'static str {
    let has = |halves: &[Half]| halves.iter().any(|half| key.halves.contains(half));
    if has(&[Half::Private, Half::EncryptedPrivate]) {
        "private-key"
    } else if has(&[Half::Secret, Half::EncryptedSecret]) {
        "secret-key"
    } else {
        "public-key"
    }
}

/// Which half of a key the code handles, as far as its operations tell; `key` where they do not.
fn key_type(asset: &InventoryAsset) -> &'static str {
    use Operation::{
        Agree, Decapsulate, Decrypt, Encapsulate, Encrypt, Keygen, Sign, Unwrap, Verify, Wrap,
    };
    match asset.known.symmetric {
        Some(true) => return "secret-key",
        None => return "key",
        Some(false) => {}
    }
    let done = |operations: &[Operation]| {
        operations
            .iter()
            .any(|operation| asset.asset.operations.contains(operation))
    };
    if done(&[Keygen, Sign, Decrypt, Unwrap, Agree, Decapsulate]) {
        "private-key"
    } else if done(&[Verify, Encrypt, Wrap, Encapsulate]) {
        "public-key"
    } else {
        "key"
    }
}

/// The references of 1.7; 1.6 has only those that 1.7 deprecates, and consumers still read, so that 1.7 gets both.
pub(super) fn related<'a>(
    version: SpecVersion,
    refs: impl Iterator<Item = (&'static str, &'a Arc<str>)>,
) -> Vec<Related> {
    if version < SpecVersion::V1_7 {
        return Vec::new();
    }
    refs.map(|(kind, reference)| Related {
        kind,
        reference: reference.to_string(),
    })
    .collect()
}

/// What no field holds: the fingerprints with their meaning, what places show of a key, how a keystore was read, deadlines.
pub(super) fn properties(
    asset: &InventoryAsset,
    assessment: Option<&Assessment>,
    say: &mut impl FnMut(&str, String),
) {
    let Some(object) = asset.asset.object.as_deref() else {
        return;
    };
    let mut say = |name: &str, value: String| say(name, clean(&value, 2 * MAX_TEXT));
    say("format", object.form().to_owned());
    match object {
        Object::Certificate(certificate) => {
            say(
                "certificate:fingerprint:sha256:der",
                certificate.fingerprint.to_string(),
            );
            say("certificate:serial", certificate.serial.clone());
            if let Some(role) = certificate.role() {
                say("certificate:role", role.to_owned())
            }
            if certificate.is_self_signed() {
                say("certificate:selfSigned", "true".to_owned())
            }
            for note in &certificate.notes {
                say("note", note.clone())
            }
        }
        Object::Request(request) => {
            say("request:subject", request.subject.text.clone());
            say("fingerprint:sha256", request.fingerprint.to_string());
        }
        Object::Crl(crl) => {
            say("crl:issuer", crl.issuer.text.clone());
            say("crl:entries", crl.entries.to_string());
            if let Some(time) = crl.this_update.and_then(rfc3339) {
                say("crl:thisUpdate", time)
            }
            if let Some(time) = crl.next_update.and_then(rfc3339) {
                say("crl:nextUpdate", time)
            }
        }
        Object::Key(key) => {
            match key.id {
                KeyId::Spki(fingerprint) => {
                    say("key:fingerprint:sha256:spki", fingerprint.to_string())
                }
                KeyId::Itself(fingerprint, reason) => {
                    say("key:fingerprint:sha256", fingerprint.to_string());
                    say("key:publicHalf", format!("not known: {reason}"));
                }
            }
            for half in &key.halves {
                say("key:half", half.name().to_owned())
            }
            for form in &key.forms {
                say("key:format", (*form).to_owned())
            }
            for label in &key.labels {
                say("key:label", label.clone())
            }
        }
        Object::Keystore(store) => {
            say("keystore:opened", store.opened.name().to_owned());
            say("keystore:entries", store.entries.to_string());
            say("fingerprint:sha256", store.fingerprint.to_string());
        }
        Object::Signature(signature) => {
            if let Some(signer) = &signature.signer {
                say("signature:signer", signer.clone())
            }
        }
        Object::Ciphertext(ciphertext) => {
            say("ciphertext:recipients", ciphertext.recipients.to_string())
        }
    }
    let lifetime = assessment.and_then(|assessment| assessment.lifetime.as_ref());
    if let Some(lifetime) = lifetime {
        if let Some(state) = lifetime.state {
            say("certificate:state", state.to_owned())
        }
        for outlives in &lifetime.outlives {
            let by = outlives
                .days
                .map_or_else(|| "for ever".to_owned(), |days| format!("by {days} days"));
            say(
                "certificate:outlives",
                format!("{} {} {by}", outlives.policy, outlives.year),
            );
        }
    }
}
