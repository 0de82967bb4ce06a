//! `SSH2 PUBLIC KEY` (RFC 4716) and the `SSH2 ENCRYPTED PRIVATE KEY` of ssh.com, which is also what an unencrypted one is called.

use super::super::pem::Block;
use super::super::seen::Seen;
use super::super::spki::{self, fingerprint, key};
use super::super::{parts, spki::PublicKey};
use super::{CERTIFICATE, Wire, certificate};
use crate::knowledge::catalog::Catalog;
use crate::model::object::{Half, KeyId};
use crate::model::{Facet, SkipReason};

/// What a private key of ssh.com begins with.
const MAGIC: u32 = 0x3f6f_f9eb;

/// Reads a public key.
pub(in crate::detect::cert) fn public(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    let comment = block
        .header("Comment")
        .or(block.header("Subject"))
        .unwrap_or_default()
        .trim_matches('"');
    let name = Wire(&block.bytes).text();
    if name.is_some_and(|name| name.ends_with(CERTIFICATE)) {
        return certificate::read(&block.bytes, comment, seen);
    }
    let Some((_, key)) = super::public(&block.bytes, seen.catalog()) else {
        return false;
    };
    let asset = parts::labelled(key.asset(Half::Public, "RFC 4716"), comment);
    seen.add(asset, "object/openssh");
    true
}

/// Reads a private key.
pub(in crate::detect::cert) fn private(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    parse(block, seen).is_some()
}

fn parse(block: &Block<'_>, seen: &mut Seen<'_>) -> Option<()> {
    let mut wire = Wire(&block.bytes);
    (wire.u32()? == MAGIC).then_some(())?;
    wire.u32()?;
    let kind = wire.text()?;
    let cipher = wire.text()?;
    let content = wire.string()?;
    let comment = block.header("Comment").unwrap_or_default();
    let comment = comment.trim_matches('"');
    let catalog = seen.catalog();
    let name = if kind.starts_with("if-modn") {
        "RSA"
    } else if kind.starts_with("dl-modp{sign{dsa") {
        "DSA"
    } else {
        ""
    };
    if cipher == "none"
        && let Some(key) = numbers(name, content, catalog)
    {
        let asset = key.asset(Half::Private, "ssh.com");
        seen.add(parts::labelled(asset, comment), "object/openssh");
        return Some(());
    }
    let facets = if name.is_empty() {
        parts::unnamed(kind)
    } else {
        parts::named(name, catalog)
    };
    if cipher == "none" {
        let place = format!("{}\n{comment}\n{kind}", seen.artifact.path);
        let id = KeyId::Itself(fingerprint(place.as_bytes()), "numbers of the key not read");
        let asset = key(facets, id, Half::Private, "ssh.com");
        seen.add(parts::labelled(asset, comment), "object/openssh");
        return Some(());
    }
    let id = KeyId::Itself(fingerprint(content), "public half is encrypted too");
    let asset = key(facets, id, Half::EncryptedPrivate, "ssh.com");
    let own = seen.add(parts::labelled(asset, comment), "object/openssh");
    // The key of the cipher is made of MD5 digests of the password (PuTTY, import.c).
    for facets in [
        parts::named("MD5", catalog),
        parts::spelled("ssh", cipher, catalog),
    ] {
        let part = seen.add(parts::algorithm(facets), "object/openssh");
        seen.uses(own, part);
    }
    seen.skip(SkipReason::Encrypted, "the key and its public half");
    Some(())
}

/// The public half of a key that is not encrypted: the numbers have their bits before them.
fn numbers(name: &str, content: &[u8], catalog: &Catalog) -> Option<PublicKey> {
    let mut wire = Wire(content);
    let mut wire = Wire(wire.string()?);
    let mut number = || {
        let bits = usize::try_from(wire.u32()?).ok()?;
        wire.take(bits.div_ceil(8))
    };
    let spki = match name {
        "RSA" => {
            let e = number()?;
            number()?;
            let n = number()?;
            spki::rsa(n, e)
        }
        "DSA" => {
            // Whether parameters of a known group follow, as a number of no bits.
            number()?;
            let (p, g, q, y) = (number()?, number()?, number()?, number()?);
            spki::dsa(p, q, g, y)
        }
        _ => return None,
    };
    let key = spki::read(&spki, catalog)?;
    key.facets.contains_key(&Facet::KeyBits).then_some(key)
}
