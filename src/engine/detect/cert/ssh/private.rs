//! Private keys of OpenSSH (PROTOCOL.key), whose public halves stand in the open, and those of the first protocol of SSH.

use super::super::parts;
use super::super::pem::Block;
use super::super::seen::Seen;
use super::super::spki;
use super::{Wire, is_none, public};
use crate::model::object::Half;
use crate::model::{Facet, SkipReason};

/// What the content of `OPENSSH PRIVATE KEY` begins with.
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// What a private key of SSH 1 begins with.
const MAGIC_1: &[u8] = b"SSH PRIVATE KEY FILE FORMAT 1.1\n\0";
/// Keys in one file; OpenSSH itself takes one.
const MAX_KEYS: u32 = 64;

/// Reads a block of the label `OPENSSH PRIVATE KEY`.
pub(in crate::detect::cert) fn read(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    parse(&block.bytes, seen).is_some()
}

fn parse(bytes: &[u8], seen: &mut Seen<'_>) -> Option<()> {
    let mut wire = Wire(bytes.strip_prefix(MAGIC)?);
    let cipher = wire.text()?;
    let kdf = wire.text()?;
    let mut options = Wire(wire.string()?);
    let count = wire.u32()?;
    let encrypted = cipher != "none";
    let half = if encrypted {
        Half::EncryptedPrivate
    } else {
        Half::Private
    };
    let mut protection = Vec::new();
    let mut keys = Vec::new();
    for _ in 0..count.min(MAX_KEYS) {
        let Some(blob) = wire.string() else { break };
        let Some((name, key)) = public(blob, seen.catalog()) else {
            seen.skip(SkipReason::Damaged, "a public key cannot be read");
            continue;
        };
        keys.push((name, key));
    }
    if count > MAX_KEYS {
        seen.skip(
            SkipReason::Budget,
            format!("{count} keys in one block, {MAX_KEYS} of them read"),
        )
    }
    let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    let comments = match wire.string() {
        Some(private) if !encrypted => comments(private, &names),
        Some(_) => Vec::new(),
        None => {
            seen.skip(SkipReason::Damaged, "the private half is cut off");
            Vec::new()
        }
    };
    if encrypted {
        protection = self::protection(cipher, kdf, &mut options, seen)
    }
    (!keys.is_empty()).then_some(())?;
    for (n, (_, key)) in keys.into_iter().enumerate() {
        let asset = key.asset(half, "OpenSSH");
        let label = comments.get(n).map_or("", String::as_str);
        let key = seen.add(parts::labelled(asset, label), "object/openssh");
        for part in &protection {
            seen.uses(key, *part)
        }
    }
    Some(())
}

/// The KDF and the cipher.
fn protection(cipher: &str, kdf: &str, options: &mut Wire<'_>, seen: &mut Seen<'_>) -> Vec<usize> {
    let catalog = seen.catalog();
    let facets = match kdf {
        "bcrypt" => {
            let mut facets = parts::named("bcrypt-pbkdf", catalog);
            if let (Some(salt), Some(rounds)) = (options.string(), options.u32()) {
                facets = parts::with(facets, Facet::SaltBits, salt.len() as u64 * 8);
                facets = parts::with(facets, Facet::Iterations, u64::from(rounds));
            }
            facets
        }
        other => parts::unnamed(other),
    };
    let kdf = seen.add(parts::algorithm(facets), "object/openssh");
    let cipher = parts::spelled("ssh", cipher, catalog);
    vec![kdf, seen.add(parts::algorithm(cipher), "object/openssh")]
}

/// The comments behind the private numbers, which are passed over.
fn comments(private: &[u8], names: &[&str]) -> Vec<String> {
    let mut comments = Vec::new();
    let mut wire = Wire(private);
    if wire.u32() != wire.u32() {
        return comments;
    }
    for name in names {
        let fields = match *name {
            "ssh-rsa" => 6,
            "ssh-dss" => 5,
            "ssh-ed25519" => 2,
            "ssh-ed448" => 2,
            name if name.starts_with("ecdsa-sha2-") => 3,
            _ => break,
        };
        let comment = (wire.string() == Some(name.as_bytes())
            && (0..fields).all(|_| wire.string().is_some()))
        .then(|| wire.string())
        .flatten();
        let Some(comment) = comment else { break };
        comments.push(String::from_utf8_lossy(comment).into_owned());
    }
    comments
}

/// Reads a private key of SSH 1: RSA, whose public half is in the open.
pub(in crate::detect::cert) fn version1(bytes: &[u8], seen: &mut Seen<'_>) -> Option<()> {
    let mut wire = Wire(bytes.strip_prefix(MAGIC_1)?);
    let cipher = *wire.take(1)?.first()?;
    wire.u32()?;
    wire.u32()?;
    let n = number(&mut wire)?;
    let e = number(&mut wire)?;
    let comment = String::from_utf8_lossy(wire.string()?).into_owned();
    let key = spki::read(&spki::rsa(n, e), seen.catalog())?;
    let half = if cipher == 0 {
        Half::Private
    } else {
        Half::EncryptedPrivate
    };
    let own = seen.add(
        parts::labelled(key.asset(half, "SSH 1"), &comment),
        "object/openssh",
    );
    let facets = match cipher {
        0 => return Some(()),
        1 => parts::named("IDEA", seen.catalog()),
        2 => parts::named("DES", seen.catalog()),
        3 => parts::named("3DES", seen.catalog()),
        6 => parts::named("Blowfish", seen.catalog()),
        other => parts::unnamed(&format!("cipher {other}")),
    };
    let known = !is_none(&facets);
    let facets = if known {
        parts::with_name(facets, Facet::Mode, "CBC")
    } else {
        facets
    };
    let cipher = seen.add(parts::algorithm(facets), "object/openssh");
    seen.uses(own, cipher);
    // The key is the MD5 of the password (OpenSSH 7.5, cipher.c, cipher_set_key_string).
    let digest = parts::algorithm(parts::named("MD5", seen.catalog()));
    let digest = seen.add(digest, "object/openssh");
    seen.uses(own, digest);
    Some(())
}

/// A number of SSH 1: its bits in two bytes, then its bytes.
fn number<'a>(wire: &mut Wire<'a>) -> Option<&'a [u8]> {
    let bits = u16::from_be_bytes(wire.take(2)?.try_into().ok()?);
    wire.take(usize::from(bits).div_ceil(8))
}
