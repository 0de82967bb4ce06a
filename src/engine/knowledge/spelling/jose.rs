//! JOSE: the `alg`, `enc` and `crv` values of RFC 7518 and its successors (`RS256`, `ECDH-ES+A256KW`, `A256GCM`, `P-256`).
//!
//! Values are told apart by their exact letters, as the RFC asks.

use crate::knowledge::catalog::{Catalog, MAX_NAME};
use crate::model::Facet;

use super::{Reading, Spelling, items, listed, name, word};

/// The spelling `jose`.
pub struct Jose;

impl Spelling for Jose {
    fn name(&self) -> &'static str {
        "jose"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if role.is_list() {
            return listed(self, text, role, catalog);
        }
        if text.len() > MAX_NAME {
            return None;
        }
        match role {
            Facet::Algorithm => algorithm(text.trim(), catalog),
            Facet::Digest => {
                let digest = algorithm(text.trim(), catalog)
                    .and_then(|r| r.name_of(Facet::Digest).map(str::to_owned));
                digest
                    .map(|digest| Reading::of(role, digest))
                    .or_else(|| word(text, role, catalog))
            }
            _ => word(text, role, catalog),
        }
    }

    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String> {
        items(text, &[',', ' '])
            .map(|item| {
                catalog
                    .canonical(role, item)
                    .unwrap_or_else(|| item.to_owned())
            })
            .collect()
    }
}

fn algorithm(text: &str, catalog: &Catalog) -> Option<Reading> {
    let of = |name| Reading::algorithm(name, catalog);
    let digested = |name, digest: &str| of(name).with(Facet::Digest, digest);
    let ecdsa = |digest: &str, curve: &str| digested("ECDSA", digest).with(Facet::Curve, curve);
    let aes = |bits, mode: &str| {
        of("AES")
            .with_number(Facet::KeyBits, bits)
            .with(Facet::Mode, mode)
    };
    Some(match text {
        "HS256" => digested("HMAC", "SHA-256"),
        "HS384" => digested("HMAC", "SHA-384"),
        "HS512" => digested("HMAC", "SHA-512"),
        "RS1" => digested("RSASSA-PKCS1", "SHA-1"),
        "RS256" => digested("RSASSA-PKCS1", "SHA-256"),
        "RS384" => digested("RSASSA-PKCS1", "SHA-384"),
        "RS512" => digested("RSASSA-PKCS1", "SHA-512"),
        "PS256" => digested("RSASSA-PSS", "SHA-256"),
        "PS384" => digested("RSASSA-PSS", "SHA-384"),
        "PS512" => digested("RSASSA-PSS", "SHA-512"),
        // RFC 9864 names the same again, fully specified.
        "ES256" | "ESP256" => ecdsa("SHA-256", "P-256"),
        "ES384" | "ESP384" => ecdsa("SHA-384", "P-384"),
        "ES512" | "ESP512" => ecdsa("SHA-512", "P-521"),
        "ES256K" => ecdsa("SHA-256", "secp256k1"),
        "ESB256" => ecdsa("SHA-256", "brainpoolP256r1"),
        "ESB320" => ecdsa("SHA-384", "brainpoolP320r1"),
        "ESB384" => ecdsa("SHA-384", "brainpoolP384r1"),
        "ESB512" => ecdsa("SHA-512", "brainpoolP512r1"),
        "EdDSA" => of("EdDSA"),
        "Ed25519" => of("Ed25519"),
        "Ed448" => of("Ed448"),
        "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87" => of(text),
        "RSA1_5" => of("RSAES-PKCS1"),
        "RSA-OAEP" => digested("RSAES-OAEP", "SHA-1"),
        "RSA-OAEP-256" => digested("RSAES-OAEP", "SHA-256"),
        "RSA-OAEP-384" => digested("RSAES-OAEP", "SHA-384"),
        "RSA-OAEP-512" => digested("RSAES-OAEP", "SHA-512"),
        "ECDH-ES" | "ECDH-ES+A128KW" | "ECDH-ES+A192KW" | "ECDH-ES+A256KW" | "ECDH-1PU"
        | "ECDH-1PU+A128KW" | "ECDH-1PU+A192KW" | "ECDH-1PU+A256KW" => of("ECDH"),
        "A128KW" => aes(128, "KW"),
        "A192KW" => aes(192, "KW"),
        "A256KW" => aes(256, "KW"),
        "A128GCM" | "A128GCMKW" => aes(128, "GCM"),
        "A192GCM" | "A192GCMKW" => aes(192, "GCM"),
        "A256GCM" | "A256GCMKW" => aes(256, "GCM"),
        // The key of RFC 7518 §5.2 is a MAC key and an AES key together; the size is that of AES.
        "A128CBC-HS256" => digested("AES-CBC-HMAC", "SHA-256").with_number(Facet::KeyBits, 128),
        "A192CBC-HS384" => digested("AES-CBC-HMAC", "SHA-384").with_number(Facet::KeyBits, 192),
        "A256CBC-HS512" => digested("AES-CBC-HMAC", "SHA-512").with_number(Facet::KeyBits, 256),
        "C20P" | "C20PKW" => of("ChaCha20-Poly1305"),
        "XC20P" | "XC20PKW" => of("XChaCha20-Poly1305"),
        "PBES2-HS256+A128KW" => digested("PBES2", "SHA-256").with_number(Facet::KeyBits, 128),
        "PBES2-HS384+A192KW" => digested("PBES2", "SHA-384").with_number(Facet::KeyBits, 192),
        "PBES2-HS512+A256KW" => digested("PBES2", "SHA-512").with_number(Facet::KeyBits, 256),
        // Key types and curves, where a library asks for them in place of an algorithm.
        "RSA" | "EC" | "X25519" | "X448" | "P-256" | "P-384" | "P-521" | "secp256k1" => {
            name::algorithm(text, catalog)?
        }
        "none" => of("JOSE-none"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn signatures_encryption_and_content() {
        let catalog = catalog();
        let read = |text| shown(Jose.read(text, Facet::Algorithm, &catalog));
        assert_eq!(read("ES256"), "algorithm=ECDSA curve=P-256 digest=SHA-256");
        assert_eq!(
            read("RS256"),
            "algorithm=RSASSA-PKCS1 digest=SHA-256 padding=PKCS1v15"
        );
        assert_eq!(
            read("PS512"),
            "algorithm=RSASSA-PSS digest=SHA-512 padding=PSS"
        );
        assert_eq!(read("EdDSA"), "algorithm=EdDSA");
        assert_eq!(read("ML-DSA-65"), "algorithm=ML-DSA-65");
        assert_eq!(read("HS256"), "algorithm=HMAC digest=SHA-256");
        assert_eq!(
            read("RSA-OAEP-256"),
            "algorithm=RSAES-OAEP digest=SHA-256 padding=OAEP"
        );
        assert_eq!(read("ECDH-ES+A256KW"), "algorithm=ECDH");
        assert_eq!(read("A256GCM"), "algorithm=AES mode=GCM key_bits=256");
        assert_eq!(
            read("A256CBC-HS512"),
            "algorithm=AES-CBC-HMAC digest=SHA-512 mode=CBC key_bits=256"
        );
        assert_eq!(read("none"), "algorithm=JOSE-none");
        assert_eq!(read("dir"), "-");
        assert_eq!(read("rs256"), "-");
        assert_eq!(
            shown(Jose.read("P-256", Facet::Curve, &catalog)),
            "curve=P-256"
        );
    }
}
