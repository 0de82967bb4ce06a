//! Certificates of OpenSSH (PROTOCOL.certkeys).

use std::sync::Arc;

use super::super::parts::{self, clean};
use super::super::seen::Seen;
use super::super::spki::fingerprint;
use super::{CERTIFICATE, SshKey, Wire, fields, public, shown_fingerprint, signature_facets};
use crate::model::object::{Certificate, Half, Name};
use crate::model::{Asset, AssetKind, Facets, Object, Operation};

/// Principals that are kept.
const MAX_NAMES: usize = 20;

/// Reads a certificate, its key and the key that signed it; `false` where the bytes are none.
pub(super) fn read(blob: &[u8], label: &str, seen: &mut Seen<'_>) -> bool {
    let Some((facets, certificate, key, signer)) = parse(blob, seen) else {
        return false;
    };
    let own = seen.add(
        Asset {
            facets,
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Certificate(Box::new(certificate)))),
            ..Asset::new(AssetKind::Certificate)
        },
        "object/openssh",
    );
    if let Some(key) = key {
        let asset = parts::labelled(key.asset(Half::Public, "OpenSSH"), label);
        let key = seen.add(asset, "object/openssh");
        seen.uses(own, key);
    }
    if let Some(signer) = signer {
        let mut asset = signer.asset(Half::Public, "OpenSSH");
        asset.operations = [Operation::Verify].into();
        seen.add(asset, "object/openssh");
    }
    true
}

type Parts = (Facets, Certificate, Option<SshKey>, Option<SshKey>);

fn parse(blob: &[u8], seen: &Seen<'_>) -> Option<Parts> {
    let catalog = seen.catalog();
    let mut wire = Wire(blob);
    let name = wire.text()?.strip_suffix(CERTIFICATE)?;
    // `sk-ssh-ed25519-cert-v01@openssh.com` certifies `sk-ssh-ed25519@openssh.com`.
    let _nonce = wire.string()?;
    let key = fields(name, &mut wire, catalog)?;
    let serial = wire.u64()?;
    let kind = wire.u32()?;
    let key_id = clean(&String::from_utf8_lossy(wire.string()?));
    let mut names = Wire(wire.string()?);
    let (after, before) = (wire.u64()?, wire.u64()?);
    let _critical = wire.string()?;
    let _extensions = wire.string()?;
    let _reserved = wire.string()?;
    let signer_blob = wire.string()?;
    let mut signature = Wire(wire.string()?);
    let mut principals = Vec::new();
    let mut count: u32 = 0;
    while let Some(principal) = names.string() {
        count = count.saturating_add(1);
        if principals.len() < MAX_NAMES {
            principals.push(format!(
                "principal:{}",
                clean(&String::from_utf8_lossy(principal))
            ))
        }
    }
    let mut notes = Vec::new();
    if !wire.0.is_empty() {
        notes.push("bytes after the signature".to_owned())
    }
    let issuer = fingerprint(signer_blob);
    let mut id = [0; 16];
    id.copy_from_slice(&issuer.0[..16]);
    let mut subject_id = [0; 16];
    subject_id.copy_from_slice(&fingerprint(key_id.as_bytes()).0[..16]);
    let certificate = Certificate {
        subject: Name {
            text: key_id,
            id: subject_id,
        },
        issuer: Name {
            text: shown_fingerprint(signer_blob),
            id,
        },
        serial: format!("{serial:x}"),
        not_before: (after != 0).then(|| i64::try_from(after).unwrap_or(i64::MAX)),
        not_after: Some(i64::try_from(before).unwrap_or(i64::MAX)),
        key: key.spki(),
        extended_key_usage: [match kind {
            1 => "SSH user".into(),
            2 => "SSH host".into(),
            other => format!("SSH type {other}").into(),
        }]
        .into_iter()
        .collect(),
        alternative_names: principals.into(),
        alternative_name_count: count,
        notes,
        ..Certificate::new("OpenSSH", fingerprint(blob))
    };
    let facets = signature_facets(signature.text()?, catalog);
    let signer = public(signer_blob, catalog).map(|(_, key)| key);
    Some((facets, certificate, Some(key), signer))
}
