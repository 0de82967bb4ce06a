//! minisign and signify: Ed25519 keys and signatures in files of two lines (minisign(1), signify(1) of OpenBSD).

use std::sync::Arc;

use super::seen::Seen;
use super::spki::{self, fingerprint, key};
use super::{Anchor, parts};
use crate::model::object::{Half, KeyId, Signature};
use crate::model::{Asset, AssetKind, Facet, Object, Operation};

/// Bytes of a key's number.
const NUMBER: usize = 8;

/// The anchor.
pub(super) struct Minisign;

impl Anchor for Minisign {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[b"untrusted comment:"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let (comment, next) = parts::line(text, at);
        let (line, after) = parts::line(text, next);
        let line = line.trim_ascii();
        if line.len() < 56 || line.len() > 300 {
            return None;
        }
        let bytes = parts::base64(line)?;
        seen.stand(text, at..after);
        seen.show(comment);
        match bytes.get(..2)? {
            b"Ed" | b"ED" => {}
            _ => return None,
        }
        match bytes.len() {
            42 => public(&bytes, seen)?,
            74 => signature(&bytes, seen),
            104 => signify_secret(&bytes, seen)?,
            158 => minisign_secret(&bytes, seen)?,
            _ => return None,
        }
        Some(after)
    }
}

/// A key's number as minisign shows it.
fn number(bytes: &[u8]) -> String {
    let number = bytes.iter().rev().copied().collect::<Vec<u8>>();
    data_encoding::HEXUPPER.encode(&number)
}

fn ed25519(public: &[u8], half: Half, number: &str, seen: &Seen<'_>) -> Option<Asset> {
    let key = spki::read(&spki::raw("1.3.101.112", public)?, seen.catalog())?;
    Some(parts::labelled(key.asset(half, "minisign"), number))
}

fn public(bytes: &[u8], seen: &mut Seen<'_>) -> Option<()> {
    let number = number(bytes.get(2..2 + NUMBER)?);
    let asset = ed25519(bytes.get(2 + NUMBER..)?, Half::Public, &number, seen)?;
    seen.add(asset, "object/minisign");
    Some(())
}

fn signature(bytes: &[u8], seen: &mut Seen<'_>) {
    let catalog = seen.catalog();
    let mut facets = parts::named("Ed25519", catalog);
    // `ED`: the digest of the file is signed in place of the file.
    if bytes.starts_with(b"ED") {
        facets = parts::with_name(facets, Facet::Digest, "BLAKE2b-512")
    }
    let signer = bytes.get(2..2 + NUMBER).map(number);
    seen.add(
        Asset {
            facets,
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Signature(Signature {
                form: "minisign",
                signer,
            }))),
            ..Asset::new(AssetKind::Signature)
        },
        "object/minisign",
    );
}

/// `Ed`, `BK`, rounds, 16 bytes of salt, 8 of checksum, the number, 64 of the key whose second half is public.
fn signify_secret(bytes: &[u8], seen: &mut Seen<'_>) -> Option<()> {
    (bytes.get(2..4)? == b"BK").then_some(())?;
    let rounds = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
    let number = number(bytes.get(32..40)?);
    if rounds == 0 {
        let asset = ed25519(bytes.get(72..104)?, Half::Private, &number, seen)?;
        seen.add(asset, "object/minisign");
        return Some(());
    }
    let catalog = seen.catalog();
    let mut kdf = parts::named("bcrypt-pbkdf", catalog);
    kdf = parts::with(kdf, Facet::SaltBits, 128);
    kdf = parts::with(kdf, Facet::Iterations, u64::from(rounds));
    locked(bytes, &number, kdf, seen);
    Some(())
}

/// `Ed`, `Sc` or nothing, `B2`, 32 bytes of salt, both limits of scrypt, then the number, the key and the checksum, encrypted or not.
fn minisign_secret(bytes: &[u8], seen: &mut Seen<'_>) -> Option<()> {
    match bytes.get(2..4)? {
        [0, 0] => {
            let number = number(bytes.get(54..62)?);
            let asset = ed25519(bytes.get(94..126)?, Half::Private, &number, seen)?;
            seen.add(asset, "object/minisign");
        }
        b"Sc" => {
            let catalog = seen.catalog();
            let kdf = parts::with(parts::named("scrypt", catalog), Facet::SaltBits, 256);
            locked(bytes, "", kdf, seen);
        }
        _ => return None,
    }
    Some(())
}

/// A key that is hidden by what a KDF makes of a password.
fn locked(bytes: &[u8], number: &str, kdf: crate::model::Facets, seen: &mut Seen<'_>) {
    let facets = parts::named("Ed25519", seen.catalog());
    let id = KeyId::Itself(fingerprint(bytes), "public half is encrypted too");
    let asset = key(facets, id, Half::EncryptedPrivate, "minisign");
    let own = seen.add(parts::labelled(asset, number), "object/minisign");
    let kdf = seen.add(parts::algorithm(kdf), "object/minisign");
    seen.uses(own, kdf);
}
