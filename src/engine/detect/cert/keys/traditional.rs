//! The PEM of PKCS #1, SEC 1 and DSA keys with the encryption of RFC 1421 as OpenSSL does it: `DEK-Info` names the cipher, and the key comes
//! from the password by EVP_BytesToKey with MD5, one round and the first eight bytes of the IV as its salt (PEM_read(3)).

use crate::detect::cert::der::{Node, tag};
use crate::detect::cert::encoded;
use crate::detect::cert::passwords::{self, Candidates};
use crate::detect::cert::pbe::open::{self, Failure};
use crate::detect::cert::pem::Block;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::spki;
use crate::knowledge::spelling::spelling;
use crate::model::object::{Half, KeyId};
use crate::model::{Asset, AssetKind, Facet, Facets, Operation, Origin, SkipReason, Value, Why};

/// A block with one of the three labels, encrypted or not.
pub(in crate::detect::cert) fn read(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    let Some(dek) = block.header("DEK-Info") else {
        let encrypted = block
            .header("Proc-Type")
            .is_some_and(|header| header.contains("ENCRYPTED"));
        if encrypted {
            seen.skip(SkipReason::Encrypted, "DEK-Info is missing");
            add(block, seen);
            return true;
        }
        return encoded::read(&block.bytes, seen);
    };
    let (cipher, iv) = dek.split_once(',').unwrap_or((dek, ""));
    let (cipher, iv) = (cipher.trim().to_ascii_uppercase(), iv.trim());
    let iv = data_encoding::HEXLOWER_PERMISSIVE
        .decode(iv.as_bytes())
        .unwrap_or_default();
    let key = match open(block, &cipher, &iv, seen) {
        Ok(key) => key,
        Err(failure) => {
            passwords::tell(failure, "a private key", seen);
            add(block, seen)
        }
    };
    let salt = iv.len().min(8) as u64 * 8;
    let cipher = seen.add(cipher_of(&cipher, seen), "object/pem");
    let derivation = seen.add(derivation(salt), "object/pem");
    seen.uses(key, cipher);
    seen.uses(key, derivation);
    true
}

/// Tries the passwords, and reads the key if one fits.
fn open(block: &Block<'_>, cipher: &str, iv: &[u8], seen: &mut Seen<'_>) -> Result<usize, Failure> {
    let candidates = Candidates::all(seen);
    let (_, plain) = passwords::first(&candidates, |password| {
        let plain = open::decrypt_pem(cipher, iv, &block.bytes, password, &mut seen.work)?;
        match Node::only(&plain) {
            Some(node) if node.is(tag::SEQUENCE) => Ok(plain),
            _ => Err(Failure::Wrong),
        }
    })?;
    let read = |key: &Node<'_>, seen: &mut Seen<'_>| {
        let found = match block.label {
            "EC PRIVATE KEY" => super::sec1(key, seen),
            _ => super::numbers(key, seen),
        };
        found.then(|| seen.count().saturating_sub(1))
    };
    super::behind(&plain, read, seen).ok_or(Failure::Wrong)
}

/// The key: its kind is what the label says.
fn add(block: &Block<'_>, seen: &mut Seen<'_>) -> usize {
    let (algorithm, form) = match block.label {
        "RSA PRIVATE KEY" => ("RSA", "PKCS#1"),
        "EC PRIVATE KEY" => ("EC", "SEC1"),
        _ => ("DSA", "DSA"),
    };
    let hidden = if algorithm == "EC" {
        Facet::Curve
    } else {
        Facet::KeyBits
    };
    let facets = Facets::from([
        (Facet::Algorithm, Value::name(algorithm, Origin::Literal)),
        (hidden, Value::unknown(Why::new("encrypted", ""))),
    ]);
    let id = KeyId::Itself(spki::fingerprint(&block.bytes), "the key is encrypted");
    let asset = spki::key(facets, id, Half::EncryptedPrivate, form);
    seen.add(asset, "object/pem")
}

fn cipher_of(name: &str, seen: &Seen<'_>) -> Asset {
    let unknown = || {
        let shown: String = name.chars().take(40).collect();
        Facets::from([(
            Facet::Algorithm,
            Value::unknown(Why::new("unrecognised", shown)),
        )])
    };
    let facets = spelling("openssl")
        .and_then(|spelling| spelling.read(name, Facet::Algorithm, seen.catalog()))
        .map(|reading| reading.facets)
        .filter(|facets| facets.contains_key(&Facet::Algorithm));
    Asset {
        facets: facets.unwrap_or_else(unknown),
        operations: [Operation::Encrypt].into(),
        ..Asset::new(AssetKind::Algorithm)
    }
}

fn derivation(salt_bits: u64) -> Asset {
    let mut facets = Facets::from([
        (
            Facet::Algorithm,
            Value::name("EVP_BytesToKey", Origin::Implied),
        ),
        (Facet::Digest, Value::name("MD5", Origin::Implied)),
        (Facet::Iterations, Value::number(1, Origin::Implied)),
    ]);
    if salt_bits > 0 {
        facets.insert(Facet::SaltBits, Value::number(salt_bits, Origin::Literal));
    }
    Asset {
        facets,
        operations: [Operation::Derive].into(),
        ..Asset::new(AssetKind::Algorithm)
    }
}
