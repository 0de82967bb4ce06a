//! minisign and signify: Ed25519 keys and signatures in files of two lines (minisign(1), signify(1) of OpenBSD).

use std::sync::Arc;

use super::seen::Seen;
use super::spki::{self, fingerprint, key};
use super::{Anchor, parts};
use crate::model::object::{Half, KeyId, Signature};
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation};

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
        // Their public keys and signatures are alike but for what minisign writes around them.
        let ours = memchr::memmem::find(comment, b"minisign").is_some()
            || text.get(after..)?.starts_with(b"trusted comment:");
        let form = if ours { "minisign" } else { "signify" };
        match bytes.len() {
            42 => public(&bytes, form, seen)?,
            74 => signature(&bytes, form, seen),
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

fn ed25519(
    public: &[u8],
    half: Half,
    number: &str,
    form: &'static str,
    seen: &Seen<'_>,
) -> Option<Asset> {
    let key = spki::read(&spki::raw("1.3.101.112", public)?, seen.catalog())?;
    Some(parts::labelled(key.asset(half, form), number))
}

fn public(bytes: &[u8], form: &'static str, seen: &mut Seen<'_>) -> Option<()> {
    let number = number(bytes.get(2..2 + NUMBER)?);
    let asset = ed25519(bytes.get(2 + NUMBER..)?, Half::Public, &number, form, seen)?;
    seen.add(asset, "object/minisign");
    Some(())
}

fn signature(bytes: &[u8], form: &'static str, seen: &mut Seen<'_>) {
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
            object: Some(Arc::new(Object::Signature(Signature { form, signer }))),
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
        let asset = ed25519(bytes.get(72..104)?, Half::Private, &number, "signify", seen)?;
        seen.add(asset, "object/minisign");
        return Some(());
    }
    let catalog = seen.catalog();
    let mut kdf = parts::named("bcrypt-pbkdf", catalog);
    kdf = parts::with(kdf, Facet::SaltBits, 128);
    kdf = parts::with(kdf, Facet::Iterations, u64::from(rounds));
    locked(bytes, &number, "signify", kdf, seen);
    Some(())
}

/// `Ed`, `Sc` or nothing, `B2`, 32 bytes of salt, both limits of scrypt, then the number, the key and the checksum, encrypted or not.
fn minisign_secret(bytes: &[u8], seen: &mut Seen<'_>) -> Option<()> {
    match bytes.get(2..4)? {
        [0, 0] => {
            let number = number(bytes.get(54..62)?);
            let asset = ed25519(
                bytes.get(94..126)?,
                Half::Private,
                &number,
                "minisign",
                seen,
            )?;
            seen.add(asset, "object/minisign");
        }
        b"Sc" => {
            let catalog = seen.catalog();
            let kdf = parts::with(parts::named("scrypt", catalog), Facet::SaltBits, 256);
            locked(bytes, "", "minisign", kdf, seen);
        }
        _ => return None,
    }
    Some(())
}

/// A key that is hidden by what a KDF makes of a password.
fn locked(bytes: &[u8], number: &str, form: &'static str, kdf: Facets, seen: &mut Seen<'_>) {
    let facets = parts::named("Ed25519", seen.catalog());
    let id = KeyId::Itself(fingerprint(bytes), "public half is encrypted too");
    let asset = key(facets, id, Half::EncryptedPrivate, form);
    let own = seen.add(parts::labelled(asset, number), "object/minisign");
    let kdf = seen.add(parts::algorithm(kdf), "object/minisign");
    seen.uses(own, kdf);
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives};

    #[test]
    fn keys_of_both_programs() {
        assert_eq!(
            seen(
                "m.pub",
                "untrusted comment: minisign public key 2EB7FD3E8E686664
RWRkZmiOPv23LgbFv+Kg3MXcsJMIDVnUKBQi9ca8hKiR5A7T+BmbZg8M
"
                .as_bytes()
            ),
            [r#"1: key algorithm=Ed25519 (public) "2EB7FD3E8E686664" a24f6fd5e871"#,]
        );
        assert_eq!(
            seen("m.sec", "untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAZGZojj79ty6NoCpC2LmW/WaL7FTyliEkrtwkgNwinfn4N1R68WIsugbFv+Kg3MXcsJMIDVnUKBQi9ca8hKiR5A7T+BmbZg8MAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
".as_bytes()),
            [
                r#"1: key algorithm=Ed25519 (private) "2EB7FD3E8E686664" a24f6fd5e871"#,
            ]
        );
        assert_eq!(
            seen(
                "s.pub",
                "untrusted comment: test public key
RWRoH2Ips45tGsE10HpuSuTlMCFlsGLG8AxWStfEn2hyguzwDqc872H+
"
                .as_bytes()
            ),
            [r#"1: key algorithm=Ed25519 (public) "1A6D8EB329621F68" b6e7ca94378d"#,]
        );
        assert_eq!(
            seen("s.sec", "untrusted comment: test secret key
RWRCSwAAAACRYxkhhwyQ58/rtJj3wKSqNthfZ+p94P1oH2Ips45tGhoTXkYytnlJRWUOUqPaOx0lDX+Rt5nOLmKUG6OQ8YZ2wTXQem5K5OUwIWWwYsbwDFZK18SfaHKC7PAOpzzvYf4=
".as_bytes()),
            [
                r#"1: key algorithm=Ed25519 (private) "1A6D8EB329621F68" b6e7ca94378d"#,
            ]
        );
    }

    #[test]
    fn signatures_of_both_programs() {
        assert_eq!(
            seen(
                "msg.minisig",
                "untrusted comment: signature from minisign secret key
RURkZmiOPv23LnaBqC/brjofPNRyqmNFshzU2awGBUgdYpjhb5giCVzYZlxcoMiC4G7Xf2PtrkBQCb4nk1TnigXx9FkZiYf5Ugk=
trusted comment: timestamp:1795981377	file:msg	hashed
vd43j1aR7ib7TJcZ8BYosM5E7Ma/TJ0dCraBKtbOiIvAj82pWAQs6aXUPMIYh0HE4uUCtfYJM4scKm9+feEFAA==
"
                .as_bytes()
            ),
            ["1: signature algorithm=Ed25519 digest=BLAKE2b-512 minisign by 2EB7FD3E8E686664",]
        );
        assert_eq!(
            seen(
                "s.sig",
                "untrusted comment: verify with s.pub
RWRoH2Ips45tGtN0VDbPhg7R8Qwl0tWmXkOFZElq+G/ewtKzcuNFmKj0kBB9in1el85WOutbrfL/YmUkvxv4n81HLr+A+NSwTQ0=
"
                .as_bytes()
            ),
            ["1: signature algorithm=Ed25519 signify by 1A6D8EB329621F68",]
        );
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", &data_encoding::BASE64.decode(b"dW50cnVzdGVkIGNvbW1lbnQ6IHRlc3Qgc2VjcmV0IGtleQpSV1JDU3dBQUFBQ1JZeGtoaHd5UTU4L3J0Smozd0tTcU50aGZaK3A5NFAxb0gySXBzNDV0R2hvVFhrWXl0bmxKUldVT1VxUGFPeDBsRFgrUnQ1bk9MbUtVRzZPUThZWjJ3VFhRZW01SzVPVXdJV1d3WXNid0RGWksxOFNmYUhLQzdQQU9wenp2WWY0PQo=").expect("base64"));
        survives("x", &data_encoding::BASE64.decode(b"dW50cnVzdGVkIGNvbW1lbnQ6IG1pbmlzaWduIGVuY3J5cHRlZCBzZWNyZXQga2V5ClJXUUFBRUl5QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQVpHWm9qajc5dHk2Tm9DcEMyTG1XL1dhTDdGVHlsaUVrcnR3a2dOd2luZm40TjFSNjhXSXN1Z2JGditLZzNNWGNzSk1JRFZuVUtCUWk5Y2E4aEtpUjVBN1QrQm1iWmc4TUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9Cg==").expect("base64"));
    }
}
