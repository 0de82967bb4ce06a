//! Any catalogue name or alias, and several of them run together: `AES_256_GCM`, `RSA-PSS-SHA256`, `P-256`.
//!
//! A compound is read only if every part of it is understood; otherwise it is no name.

use crate::knowledge::catalog::{Algorithm, Catalog, MAX_NAME, Primitive, Quantum, fold};
use crate::model::{Facet, Origin, Value};

use super::{Reading, Spelling, items, listed, ssh, tls, word};

/// The most parts that follow an algorithm in one compound.
const MAX_PARTS: usize = 5;

/// The spelling `name`.
pub struct Name;

impl Spelling for Name {
    fn name(&self) -> &'static str {
        "name"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        read(text, role, catalog)
    }

    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String> {
        items(text, &[':', ',', ';'])
            .map(|item| {
                catalog
                    .canonical(role, item)
                    .unwrap_or_else(|| item.to_owned())
            })
            .collect()
    }
}

/// See [`Catalog::reading`].
pub(in crate::knowledge) fn read(text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
    if role == Facet::Algorithm {
        return algorithm(text, catalog);
    }
    if role.is_list() {
        return match role {
            Facet::Kex | Facet::HostKeys => listed(&ssh::Ssh, text, role, catalog),
            Facet::CipherSuites | Facet::Groups | Facet::SignatureSchemes => {
                listed(&tls::Tls, text, role, catalog)
            }
            _ => None,
        };
    }
    word(text, role, catalog).or_else(|| within(text, role, catalog))
}

/// An algorithm, with whatever else the text says.
pub(super) fn algorithm(text: &str, catalog: &Catalog) -> Option<Reading> {
    if text.len() > MAX_NAME {
        return None;
    }
    let folded = fold(text);
    if folded.is_empty() || !folded.is_ascii() {
        return catalog
            .algorithm(text)
            .map(|a| Reading::algorithm(&a.name, catalog));
    }
    if let Some(found) = catalog.algorithm(&folded) {
        return Some(Reading::algorithm(&found.name, catalog));
    }
    named_alone(&folded, catalog)
        .or_else(|| compound(&folded, catalog))
        .or_else(|| digest_with(&folded, catalog))
        .or_else(|| {
            catalog
                .by_prefix(&folded)
                .map(|a| Reading::algorithm(&a.name, catalog))
        })
}

/// A curve or a group, where an algorithm is asked for, is a key on it.
fn named_alone(folded: &str, catalog: &Catalog) -> Option<Reading> {
    if let Some(curve) = catalog.curve(folded) {
        return Some(match &curve.key {
            Some(key) => Reading::algorithm(key, catalog),
            None => Reading::of(Facet::Algorithm, "EC").with(Facet::Curve, &curve.name),
        });
    }
    let group = catalog
        .group(folded)
        .filter(|group| group.algorithm == "FFDH")?;
    Some(Reading::of(Facet::Algorithm, "DH").with(Facet::Group, &group.name))
}

/// `aes256gcm`: an algorithm first, the longest that leaves something readable.
fn compound(folded: &str, catalog: &Catalog) -> Option<Reading> {
    (1..folded.len())
        .rev()
        .find_map(|end| {
            let found = catalog.algorithm(&folded[..end])?;
            parts(
                &folded[end..],
                found,
                Reading::of(Facet::Algorithm, &found.name),
                MAX_PARTS,
                catalog,
            )
        })
        .map(|reading| settle(reading, catalog))
}

/// `sha256withrsaencryption`: the digest first.
fn digest_with(folded: &str, catalog: &Catalog) -> Option<Reading> {
    let (digest, rest) = folded.split_once("with")?;
    let digest = catalog.digest(digest)?;
    let rest = algorithm_of_signature(rest, catalog)?;
    Some(settle(rest.with(Facet::Digest, &digest.name), catalog))
}

fn algorithm_of_signature(folded: &str, catalog: &Catalog) -> Option<Reading> {
    let bare = folded
        .strip_suffix("andmgf1")
        .map(|rest| (rest, true))
        .unwrap_or((folded, false));
    let found = catalog.algorithm(bare.0)?;
    if bare.1 && found.name == "RSA" {
        return Some(Reading::algorithm("RSASSA-PSS", catalog).with(Facet::Mgf, "MGF1"));
    }
    Some(Reading::of(Facet::Algorithm, &found.name))
}

/// What follows the algorithm: a size, a mode, a padding, a digest, a curve, in any order, each at most once.
fn parts(
    rest: &str,
    of: &Algorithm,
    reading: Reading,
    left: usize,
    catalog: &Catalog,
) -> Option<Reading> {
    let rest = ["with", "and"]
        .iter()
        .find_map(|joint| rest.strip_prefix(joint))
        .unwrap_or(rest);
    // Derivations run HMAC unless they say otherwise, so its name adds nothing to that of the digest.
    let rest = if of.primitive == Primitive::Kdf {
        rest.strip_prefix("hmac").unwrap_or(rest)
    } else {
        rest
    };
    if rest.is_empty() {
        return Some(reading);
    }
    if left == 0 {
        return None;
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let size = rest[..digits]
        .parse()
        .ok()
        .filter(|bits| of.sizes.contains(bits));
    if let Some(bits) = size.filter(|_| !reading.facets.contains_key(&Facet::KeyBits)) {
        let sized = reading.clone().with_number(Facet::KeyBits, bits);
        if let Some(found) = parts(&rest[digits..], of, sized, left - 1, catalog) {
            return Some(found);
        }
    }
    (1..=rest.len()).rev().find_map(|end| {
        let (facet, name) = part(&rest[..end], of, catalog)?;
        if reading.facets.contains_key(&facet) {
            return None;
        }
        parts(
            &rest[end..],
            of,
            reading.clone().with(facet, name),
            left - 1,
            catalog,
        )
    })
}

/// One part that makes sense beside the algorithm.
fn part<'a>(text: &str, of: &Algorithm, catalog: &'a Catalog) -> Option<(Facet, &'a str)> {
    let block = of.primitive == Primitive::BlockCipher;
    let public_key = of.quantum != Quantum::Fine;
    let derives = matches!(of.primitive, Primitive::Kdf | Primitive::Other);
    let on_curve = matches!(of.name.as_str(), "EC" | "ECDSA" | "ECDH" | "ECIES" | "BLS");
    let mode = || {
        catalog
            .mode(text)
            .filter(|_| block)
            .map(|found| (Facet::Mode, &found.name))
    };
    let padding = || {
        catalog
            .padding(text)
            .filter(|_| block || public_key)
            .map(|found| (Facet::Padding, &found.name))
    };
    let digest = || {
        catalog
            .digest(text)
            .map(|found| (Facet::Digest, &found.name))
    };
    let mac = || {
        catalog
            .algorithm(text)
            .filter(|found| derives && found.primitive == Primitive::Mac)
            .map(|found| (Facet::Mac, &found.name))
    };
    let curve = || {
        catalog
            .curve(text)
            .filter(|_| on_curve)
            .map(|found| (Facet::Curve, &found.name))
    };
    mode()
        .or_else(padding)
        .or_else(digest)
        .or_else(mac)
        .or_else(curve)
        .map(|(facet, name)| (facet, name.as_str()))
}

/// RSA with a padding or a digest beside it is a use of RSA: a digest by itself is said of signatures only, and since
/// PKCS #1 v2.2 their old padding is the one that nobody names.
pub(super) fn settle(mut reading: Reading, catalog: &Catalog) -> Reading {
    if reading.name_of(Facet::Algorithm) == Some("RSA") {
        let digest = reading.facets.contains_key(&Facet::Digest);
        let of_use = match reading.name_of(Facet::Padding) {
            Some("PSS") => Some("RSASSA-PSS"),
            Some("OAEP") => Some("RSAES-OAEP"),
            Some("PKCS1v15") | None if digest => Some("RSASSA-PKCS1"),
            _ => None,
        };
        if let Some(name) = of_use {
            reading
                .facets
                .insert(Facet::Algorithm, Value::name(name, Origin::Literal));
        }
    }
    if let Some(name) = reading.name_of(Facet::Algorithm).map(str::to_owned) {
        reading = reading.implied(&name, catalog)
    }
    reading
}

/// A facet that a compound says on the way: the digest of `HMAC-SHA256`, the mode of `AES-128-CBC`.
fn within(text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
    let reading = algorithm(text, catalog)?;
    let lead = match role {
        Facet::Mac | Facet::Kdf => {
            let name = reading.name_of(Facet::Algorithm)?;
            let name = catalog.canonical(role, name)?;
            let mut facets = reading.facets;
            facets.remove(&Facet::Algorithm);
            facets.insert(role, Value::name(name, Origin::Literal));
            return Some(Reading {
                facets,
                operations: Vec::new(),
            });
        }
        Facet::Digest | Facet::MgfDigest => Facet::Digest,
        Facet::Mode => Facet::Mode,
        _ => return None,
    };
    Some(Reading::of(role, reading.name_of(lead)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn names_run_together_are_taken_apart() {
        let catalog = catalog();
        let read = |text| shown(read(text, Facet::Algorithm, &catalog));
        assert_eq!(read("AES_256_GCM"), "algorithm=AES mode=GCM key_bits=256");
        assert_eq!(read("aes256gcm"), "algorithm=AES mode=GCM key_bits=256");
        assert_eq!(read("AES128"), "algorithm=AES key_bits=128");
        assert_eq!(read("RSA-2048"), "algorithm=RSA key_bits=2048");
        assert_eq!(read("P-256"), "algorithm=EC curve=P-256");
        assert_eq!(read("curve25519"), "algorithm=X25519");
        assert_eq!(read("HMAC-SHA-256"), "algorithm=HMAC digest=SHA-256");
        assert_eq!(
            read("sha256WithRSAEncryption"),
            "algorithm=RSASSA-PKCS1 digest=SHA-256 padding=PKCS1v15"
        );
        assert_eq!(
            read("RSA_PSS_SHA256"),
            "algorithm=RSASSA-PSS digest=SHA-256 padding=PSS"
        );
        assert_eq!(
            read("RSA_PKCS1_SHA384"),
            "algorithm=RSASSA-PKCS1 digest=SHA-384 padding=PKCS1v15"
        );
        assert_eq!(read("RSA_PKCS1"), "algorithm=RSA padding=PKCS1v15");
        assert_eq!(read("ecdsa-with-SHA512"), "algorithm=ECDSA digest=SHA-512");
        assert_eq!(
            read("ECDSA_P256_SHA256"),
            "algorithm=ECDSA curve=P-256 digest=SHA-256"
        );
        assert_eq!(
            read("PBKDF2-HMAC-SHA256"),
            "algorithm=PBKDF2 digest=SHA-256"
        );
        assert_eq!(read("ML-KEM-768"), "algorithm=ML-KEM-768");
        assert_eq!(read("Kyber768"), "algorithm=Kyber768");
        assert_eq!(read("XMSS-SHA2_10_256"), "algorithm=XMSS");
        assert_eq!(read("XMSSMT-SHAKE_20/2_256"), "algorithm=XMSSMT");
        assert_eq!(read("LMS_SHA256_H10_W4_H5_W8"), "algorithm=LMS");
        assert_eq!(
            read("SLH_DSA_PURE_SHA2_128S"),
            "algorithm=SLH-DSA-SHA2-128s"
        );
        assert_eq!(read("AES-257"), "-");
        assert_eq!(read("my cipher"), "-");
        assert_eq!(read(""), "-");
    }

    #[test]
    fn the_role_decides_the_facet() {
        let catalog = catalog();
        assert_eq!(
            shown(read("SHA256", Facet::Digest, &catalog)),
            "digest=SHA-256"
        );
        assert_eq!(
            shown(read("SHA256", Facet::Algorithm, &catalog)),
            "algorithm=SHA-256"
        );
        assert_eq!(shown(read("AES", Facet::Digest, &catalog)), "-");
        assert_eq!(shown(read("cbc", Facet::Mode, &catalog)), "mode=CBC");
        assert_eq!(
            shown(read("NoPadding", Facet::Padding, &catalog)),
            "padding=none"
        );
        assert_eq!(
            shown(read("Ed25519", Facet::Curve, &catalog)),
            "algorithm=Ed25519"
        );
        assert_eq!(
            shown(read("Curve25519", Facet::Curve, &catalog)),
            "curve=Curve25519"
        );
        assert_eq!(
            shown(read("Ristretto255", Facet::Algorithm, &catalog)),
            "algorithm=EC curve=Ristretto255"
        );
        assert_eq!(
            shown(read("2048", Facet::KeyBits, &catalog)),
            "key_bits=2048"
        );
        assert_eq!(
            shown(read("hmac-sha1", Facet::Mac, &catalog)),
            "digest=SHA-1 mac=HMAC"
        );
        assert_eq!(
            shown(read("TLSv1_2", Facet::MinVersion, &catalog)),
            "min_version=TLS1.2"
        );
    }
}
