//! Files that SOPS encrypted (YAML, JSON, .env, INI): values in AES-GCM, whose key is encrypted for recipients that the file lists.

use std::sync::Arc;

use super::seen::Seen;
use super::{Anchor, parts};
use crate::model::object::Ciphertext;
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation};

/// Bytes of the list of recipients on either side of the MAC.
const MAX_LIST: usize = 64 << 10;

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
        &[b" fp: ", b"\"fp\": \"", b"\"fp\":\"", b"__fp=", b"__fp  ", b"__fp ="],
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
        &[
            b"mac: ENC[AES256_GCM,",
            b"\"mac\": \"ENC[AES256_GCM,",
            b"\"mac\":\"ENC[AES256_GCM,",
            b"sops_mac=ENC[AES256_GCM,",
            b"mac = ENC[AES256_GCM,",
            b"mac                = ENC[AES256_GCM,",
        ]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let (line, _) = parts::line(text, at);
        let line = line.get(..line.len().min(1000))?;
        memchr::memmem::find(line, b",type:str]")?;
        let from = at.saturating_sub(MAX_LIST);
        let before = text.get(from..at)?;
        let start = from + memchr::memmem::rfind(before, b"sops").unwrap_or(0);
        // Formats sort the list by name or not: recipients stand before or behind.
        let start = if text.get(at..)?.starts_with(b"sops_mac") || before.ends_with(b"\n") {
            from
        } else {
            start
        };
        let list = text.get(start..text.len().min(at + MAX_LIST))?;
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
        Some(at + 4)
    }
}
