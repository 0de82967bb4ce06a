//! Keytabs of Kerberos (MIT Kerberos, "Keytab file format"; the numbers of RFC 3961, RFC 3962, RFC 4757, RFC 6803, RFC 8009), and the one
//! private key that is a file of its own in binary, that of SSH 1.

use std::fmt::Write as _;
use std::sync::Arc;

use super::seen::Seen;
use super::spki::{fingerprint, key};
use super::ssh::{self, Wire};
use super::{Form, parts, whole};
use crate::detect::Source;
use crate::knowledge::catalog::Catalog;
use crate::model::object::{Half, KeyId, Keystore, Opened};
use crate::model::{Artifact, Asset, AssetKind, Facet, Facets, Object, SkipReason};

/// Entries that are read.
const MAX_ENTRIES: usize = 100_000;

/// A keytab.
pub(super) struct Keytab;

struct Entry {
    principal: String,
    version: u32,
    kind: u16,
    bytes: usize,
}

impl Form for Keytab {
    fn is(&self, artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        let Some(rest) = head.strip_prefix(b"\x05\x02") else {
            return false;
        };
        // Two bytes are little; the name has to say it, or the first entry to make sense.
        if artifact.extension() == "keytab" && rest.len() > 4 {
            return true;
        }
        let mut wire = Wire(rest);
        let length = wire.u32().unwrap_or(0);
        let record = wire
            .0
            .get(..wire.0.len().min(usize::try_from(length).unwrap_or(0)));
        (20..4096).contains(&length) && record.is_some_and(|record| entry(record).is_some())
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        seen.stand_in_file(0..all.len() as u64);
        let mut wire = Wire(all.get(2..).unwrap_or_default());
        let mut entries = Vec::new();
        let mut damaged = false;
        while let Some(length) = wire.u32() {
            if length == 0 || entries.len() >= MAX_ENTRIES {
                break;
            }
            // A hole that an entry left is as long as the number below zero says.
            let hole = length & 0x8000_0000 != 0;
            let length = if hole { length.wrapping_neg() } else { length };
            let Some(record) = usize::try_from(length).ok().and_then(|n| wire.take(n)) else {
                damaged = true;
                break;
            };
            if hole {
                continue;
            }
            match entry(record) {
                Some(entry) => entries.push(entry),
                None => damaged = true,
            }
        }
        // A digest of the file is one of the keys in it, by which who guesses a password sees that he is right.
        let mut told = format!("{}\n", seen.artifact.path);
        for entry in &entries {
            let _ = writeln!(told, "{} {} {}", entry.principal, entry.version, entry.kind);
        }
        let own = seen.add(
            Asset {
                object: Some(Arc::new(Object::Keystore(Keystore {
                    form: "keytab",
                    fingerprint: fingerprint(told.as_bytes()),
                    opened: Opened::Open,
                    entries: u32::try_from(entries.len()).unwrap_or(u32::MAX),
                }))),
                ..Asset::new(AssetKind::Keystore)
            },
            "object/keytab",
        );
        for entry in entries {
            let (name, facets) = encryption(entry.kind, entry.bytes, seen.catalog());
            let what = format!("{}\n{}\n{}", entry.principal, entry.version, entry.kind);
            let id = KeyId::Itself(fingerprint(what.as_bytes()), "a secret in plain sight");
            let asset = key(facets, id, Half::Secret, "keytab");
            let label = format!("{} {name}", entry.principal);
            let entry = seen.add(parts::labelled(asset, &label), "object/keytab");
            seen.uses(own, entry)
        }
        if damaged {
            seen.skip(SkipReason::Damaged, "entries of the keytab")
        }
        true
    }
}

fn short<'a>(wire: &mut Wire<'a>) -> Option<&'a [u8]> {
    let length = u16::from_be_bytes(wire.take(2)?.try_into().ok()?);
    wire.take(usize::from(length))
}

/// One entry: realm, components, kind of name, time, version, key.
fn entry(record: &[u8]) -> Option<Entry> {
    let mut wire = Wire(record);
    let count = u16::from_be_bytes(wire.take(2)?.try_into().ok()?);
    (1..=16).contains(&count).then_some(())?;
    let text = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        (!text.is_empty() && !text.contains(char::is_control)).then(|| text.to_owned())
    };
    let realm = text(short(&mut wire)?)?;
    let mut names = Vec::new();
    for _ in 0..count {
        names.push(text(short(&mut wire)?)?)
    }
    wire.u32()?;
    wire.u32()?;
    let version = u32::from(*wire.take(1)?.first()?);
    let kind = u16::from_be_bytes(wire.take(2)?.try_into().ok()?);
    let bytes = short(&mut wire)?.len();
    let version = wire.u32().filter(|v| *v != 0).unwrap_or(version);
    Some(Entry {
        principal: format!("{}@{realm}", names.join("/")),
        version,
        kind,
        bytes,
    })
}

/// What an encryption type is called, and the cipher that its key is of.
fn encryption(kind: u16, bytes: usize, catalog: &Catalog) -> (String, Facets) {
    let (name, cipher, mode, bits) = match kind {
        1 => ("des-cbc-crc", "DES", "CBC", 0),
        2 => ("des-cbc-md4", "DES", "CBC", 0),
        3 => ("des-cbc-md5", "DES", "CBC", 0),
        16 => ("des3-cbc-sha1", "3DES", "CBC", 0),
        17 => ("aes128-cts-hmac-sha1-96", "AES", "CTS", 128),
        18 => ("aes256-cts-hmac-sha1-96", "AES", "CTS", 256),
        19 => ("aes128-cts-hmac-sha256-128", "AES", "CTS", 128),
        20 => ("aes256-cts-hmac-sha384-192", "AES", "CTS", 256),
        23 => ("arcfour-hmac", "RC4", "", 128),
        24 => ("arcfour-hmac-exp", "RC4", "", 128),
        25 => ("camellia128-cts-cmac", "Camellia", "CTS", 128),
        26 => ("camellia256-cts-cmac", "Camellia", "CTS", 256),
        other => {
            let name = format!("enctype {other}");
            let facets = parts::unnamed(&name);
            let facets = parts::with(facets, Facet::KeyBits, bytes as u64 * 8);
            return (name, facets);
        }
    };
    let mut facets = parts::named(cipher, catalog);
    if !mode.is_empty() {
        facets = parts::with_name(facets, Facet::Mode, mode)
    }
    if bits > 0 {
        facets = parts::with(facets, Facet::KeyBits, bits)
    }
    (name.to_owned(), facets)
}

/// A private key of SSH 1.
pub(super) struct Ssh1;

impl Form for Ssh1 {
    fn is(&self, _artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        head.starts_with(b"SSH PRIVATE KEY FILE FORMAT 1.1\n\0")
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        seen.stand_in_file(0..all.len() as u64);
        if ssh::version1(all, seen).is_none() {
            seen.skip(SkipReason::Damaged, "SSH 1 private key")
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives, told};
    use super::fingerprint;

    #[test]
    fn every_entry_with_its_encryption_type() {
        assert_eq!(
            seen("e_krb5.keytab", &data_encoding::BASE64.decode(b"BQIAAABVAAIAC0VYQU1QTEUuT1JHAARob3N0AA1hLmV4YW1wbGUub3JnAAAAAWVT8QADABIAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2trAAAAA/////gAAAAAAAAAAAAAADUAAQALRVhBTVBMRS5PUkcAA2JvYgAAAAFlU/EAAwAXABBra2tra2tra2tra2tra2trAAAAAwAAADUAAQALRVhBTVBMRS5PUkcAA2JvYgAAAAFlU/EAAwBjABBra2tra2tra2tra2tra2trAAAAAw==").expect("base64")),
            [
                "0: keystore keytab with 3 uses 3",
                r#"0: key algorithm=AES mode=CTS key_bits=256 (secret) "host/a.example.org@EXAMPLE.ORG aes256-cts-hmac-sha1-96" [a secret in plain sight]"#,
                r#"0: key algorithm=RC4 key_bits=128 (secret) "bob@EXAMPLE.ORG arcfour-hmac" [a secret in plain sight]"#,
                r#"0: key algorithm=?name(enctype 99) key_bits=128 (secret) "bob@EXAMPLE.ORG enctype 99" [a secret in plain sight]"#,
            ]
        );
    }

    /// A digest of keys in plain sight would tell who guesses a password that he is right.
    #[test]
    fn a_keytab_is_told_by_what_its_entries_are_called() {
        let bytes = data_encoding::BASE64.decode(b"BQIAAABVAAIAC0VYQU1QTEUuT1JHAARob3N0AA1hLmV4YW1wbGUub3JnAAAAAWVT8QADABIAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2trAAAAAw==").expect("base64");
        let told = told("a.keytab", &bytes);
        assert!(told.contains("Keystore"), "{told}");
        assert!(!told.contains(&fingerprint(&bytes).to_string()));
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", &data_encoding::BASE64.decode(b"BQIAAABVAAIAC0VYQU1QTEUuT1JHAARob3N0AA1hLmV4YW1wbGUub3JnAAAAAWVT8QADABIAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2trAAAAA/////gAAAAAAAAAAAAAADUAAQALRVhBTVBMRS5PUkcAA2JvYgAAAAFlU/EAAwAXABBra2tra2tra2tra2tra2trAAAAAwAAADUAAQALRVhBTVBMRS5PUkcAA2JvYgAAAAFlU/EAAwBjABBra2tra2tra2tra2tra2trAAAAAw==").expect("base64"));
    }
}
