//! Files that SOPS encrypted (YAML, JSON, .env, INI): values in AES-GCM, whose key is encrypted for recipients that the file lists.

use std::sync::Arc;

use super::seen::Seen;
use super::{Anchor, parts};
use crate::model::object::Ciphertext;
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation};

/// Bytes of the list of recipients on either side of the MAC.
const MAX_LIST: usize = 64 << 10;

/// How an encrypted value begins.
const VALUE: &[u8] = b"ENC[AES256_GCM";

/// By what a recipient is recognised in the list, in all four formats, and by which algorithm it gets the key.
static RECIPIENTS: &[(&[&[u8]], &str)] = &[
    (
        &[
            b"recipient: age1",
            b"\"recipient\": \"age1",
            b"\"recipient\":\"age1",
            b"recipient=age1",
            b"recipient = age1",
        ],
        "age-X25519",
    ),
    (
        &[
            b" fp: ",
            b"\"fp\": \"",
            b"\"fp\":\"",
            b"__fp=",
            b"__fp  ",
            b"__fp =",
        ],
        "OpenPGP",
    ),
    (&[b"arn:aws:kms:"], "AWS KMS"),
    (&[b"/cryptoKeys/"], "Google Cloud KMS"),
    (&[b"vault.azure.net"], "Azure Key Vault"),
    (&[b"vault_address"], "HashiCorp Vault"),
];

/// The anchor: the MAC over all values, which a file has once.
pub(super) struct Sops;

impl Anchor for Sops {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[VALUE]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        // `mac: `, `"mac": "`, `sops_mac=`, `mac   = `: what stands before it in its line.
        let before = text.get(at.saturating_sub(32)..at)?;
        let name = before
            .iter()
            .rev()
            .position(|byte| !matches!(byte, b' ' | b'"' | b':' | b'='))?;
        before
            .get(..before.len() - name)?
            .ends_with(b"mac")
            .then_some(())?;
        let (line, _) = parts::line(text, at);
        let line = line.get(..line.len().min(1000))?;
        memchr::memmem::find(line, b",type:str]")?;
        // Values stand before and behind; the list has no other.
        let from = at.saturating_sub(MAX_LIST);
        let before = text.get(from..at)?;
        let start = from + memchr::memmem::rfind(before, VALUE).unwrap_or(0);
        let behind = at + line.len();
        let rest = text.get(behind..text.len().min(behind + MAX_LIST))?;
        let end = behind + memchr::memmem::find(rest, VALUE).unwrap_or(rest.len());
        let list = text.get(start..end)?;
        memchr::memmem::find(list, b"lastmodified")?;
        seen.stand(text, at..at + line.len());
        seen.show(b"sops");
        let catalog = seen.catalog();
        let mut recipients = 0_u32;
        let mut ways: Vec<Facets> = Vec::new();
        for (marks, name) in RECIPIENTS {
            let count: usize = marks
                .iter()
                .map(|mark| memchr::memmem::find_iter(list, mark).count())
                .sum();
            if count > 0 {
                recipients = recipients.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
                ways.push(match catalog.algorithm(name) {
                    Some(found) => parts::named(&found.name, catalog),
                    // Which algorithm that key is of is known there.
                    None => parts::unnamed(name),
                })
            }
        }
        let aes = parts::with(parts::named("AES", catalog), Facet::KeyBits, 256);
        ways.push(parts::with_name(aes, Facet::Mode, "GCM"));
        let own = seen.add(
            Asset {
                operations: [Operation::Decrypt].into(),
                object: Some(Arc::new(Object::Ciphertext(Ciphertext {
                    form: "SOPS",
                    recipients,
                }))),
                ..Asset::new(AssetKind::Ciphertext)
            },
            "object/sops",
        );
        for facets in ways {
            let way = seen.add(parts::algorithm(facets), "object/sops");
            seen.uses(own, way)
        }
        Some(at + VALUE.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::seen;

    #[test]
    fn recipients_of_a_yaml() {
        assert_eq!(
            seen(
                "e_sops.yaml",
                r#"password: ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=,type:str]
sops:
    age:
        - recipient: age1wcjp44yy233awrq9g0h0a77az5u6kjqmwhyhjgt3g2aa29gazezs83ytz4
          enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBNakI0RXFWa285K1lZTmZk
            YklWUWh6YnZLTExVdmdzNytNZHp4L0o2cmx3CnlwaU5Dcm1HMzVweHFhYlpqRDh4
            MGVvaDZUWTdrM0R4aHI0Y21JU0FjVEkKLT4gc3NoLWVkMjU1MTkgRWo5VUd3IDcr
            Z3I1RUxxSXU3NTdDNWJrb3FubnpLWnZpLzUyQU9ZRit0d2N5V2pxWEUKbFNPcU16
            eFRCdkN3UlY4Q216UlJKVVlya0d0U3RGSXpxL0ZmUzMyNFhwawotLS0gWHM2QWZz
            UGl6QkY2b29LbVJIZ20rcnI4OHo5cUllWWJ6Vk5QZExhcUVBSQqN8G4H2Iw9y9qB
            6spBz3W6tCHi3CVIhSXdK3KAaI5KFrtmRQ==
            -----END AGE ENCRYPTED FILE-----
    lastmodified: "2026-01-01T00:00:00Z"
    mac: ENC[AES256_GCM,data:xx==,iv:YY=,tag:A=,type:str]
    pgp:
        - created_at: "2026-01-01T00:00:00Z"
          fp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4
    unencrypted_suffix: _unencrypted
    version: 3.9.0
"#
                .as_bytes()
            ),
            [
                r#"4: key algorithm=X25519 (public) "age1wcjp44yy233awrq9g0h0a77az5u6kjqmwhyhjgt3g2aa29gazezs83ytz4" 3ed431b48e6c"#,
                "6: ciphertext age for 2 uses 3",
                "6: algorithm algorithm=age-X25519",
                "6: algorithm algorithm=X25519",
                "6: algorithm algorithm=ChaCha20-Poly1305",
                "16: ciphertext SOPS for 2 uses 3",
                "16: algorithm algorithm=age-X25519",
                "16: algorithm algorithm=?name(OpenPGP)",
                "16: algorithm algorithm=AES mode=GCM key_bits=256",
            ]
        );
    }

    #[test]
    fn in_json_env_and_ini() {
        let value = "ENC[AES256_GCM,data:xx==,iv:YY=,tag:A=,type:str]";
        for text in [
            format!(
                "{{\"a\": \"{value}\", \"sops\": {{\"kms\": [{{\"arn\": \"arn:aws:kms:x\"}}], \"lastmodified\": \"x\", \"mac\": \"{value}\"}}}}"
            ),
            format!(
                "a={value}\nsops_kms__list_0__map_arn=arn:aws:kms:x\nsops_lastmodified=x\nsops_mac={value}\n"
            ),
            format!(
                "[a]\na = {value}\n[sops]\nkms__list_0__map_arn = arn:aws:kms:x\nlastmodified = x\nmac                = {value}\n"
            ),
        ] {
            let found: Vec<String> = seen("x", text.as_bytes())
                .into_iter()
                .map(|line| line.split_once(' ').map_or("", |(_, rest)| rest).to_owned())
                .collect();
            assert_eq!(
                found,
                [
                    "ciphertext SOPS for 1 uses 2",
                    "algorithm algorithm=?name(AWS KMS)",
                    "algorithm algorithm=AES mode=GCM key_bits=256"
                ],
                "{text}"
            );
        }
        assert!(seen("x", format!("mac: {value}\n").as_bytes()).is_empty());
    }
}
