//! The Web Cryptography API's names (W3C, and "Modern Algorithms in the Web Cryptography API" of the WICG).
//!
//! Algorithm names are compared without regard to case, as the standard has it.

use crate::knowledge::catalog::{Catalog, MAX_NAME, fold};
use crate::model::Facet;

use super::{Reading, Spelling, items, listed, word};

/// The spelling `webcrypto`.
pub struct WebCrypto;

impl Spelling for WebCrypto {
    fn name(&self) -> &'static str {
        "webcrypto"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if role.is_list() {
            return listed(self, text, role, catalog);
        }
        if text.len() > MAX_NAME {
            return None;
        }
        if role != Facet::Algorithm {
            return word(text, role, catalog);
        }
        algorithm(text.trim(), catalog)
    }

    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String> {
        items(text, &[','])
            .map(|item| {
                catalog
                    .canonical(role, item)
                    .unwrap_or_else(|| item.to_owned())
            })
            .collect()
    }
}

fn algorithm(text: &str, catalog: &Catalog) -> Option<Reading> {
    let aes = |mode| Reading::of(Facet::Algorithm, "AES").with(Facet::Mode, mode);
    Some(match text.to_ascii_lowercase().as_str() {
        "aes-cbc" => aes("CBC").with(Facet::Padding, "PKCS7"),
        "aes-ctr" => aes("CTR"),
        "aes-gcm" => aes("GCM"),
        "aes-kw" => aes("KW"),
        "aes-ocb" => aes("OCB"),
        "x25519" | "x448" | "ed25519" | "ed448" | "ecdsa" | "ecdh" | "hmac" | "hkdf" | "pbkdf2"
        | "rsassa-pkcs1-v1_5" | "rsa-pss" | "rsa-oaep" | "sha-1" | "sha-256" | "sha-384"
        | "sha-512" | "sha3-256" | "sha3-384" | "sha3-512" | "chacha20-poly1305" | "cshake128"
        | "cshake256" | "kmac128" | "kmac256" | "turboshake128" | "turboshake256" | "kt128"
        | "kt256" | "argon2d" | "argon2i" | "argon2id" => {
            Reading::algorithm(&catalog.algorithm(text)?.name, catalog)
        }
        // Dropped from the standard, still in old code.
        "rsaes-pkcs1-v1_5" | "dh" => Reading::algorithm(&catalog.algorithm(text)?.name, catalog),
        _ => {
            let folded = fold(text);
            let post_quantum = ["mlkem", "mldsa", "slhdsa"]
                .iter()
                .any(|family| folded.starts_with(family));
            return post_quantum
                .then(|| catalog.algorithm(text))
                .flatten()
                .map(|a| Reading::algorithm(&a.name, catalog));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn names() {
        let catalog = catalog();
        let read = |text| shown(WebCrypto.read(text, Facet::Algorithm, &catalog));
        assert_eq!(
            read("RSASSA-PKCS1-v1_5"),
            "algorithm=RSASSA-PKCS1 padding=PKCS1v15"
        );
        assert_eq!(read("RSA-OAEP"), "algorithm=RSAES-OAEP padding=OAEP");
        assert_eq!(read("RSA-PSS"), "algorithm=RSASSA-PSS padding=PSS");
        assert_eq!(read("ECDSA"), "algorithm=ECDSA");
        assert_eq!(read("AES-GCM"), "algorithm=AES mode=GCM");
        assert_eq!(read("AES-CBC"), "algorithm=AES mode=CBC padding=PKCS7");
        assert_eq!(read("HMAC"), "algorithm=HMAC");
        assert_eq!(read("ML-KEM-768"), "algorithm=ML-KEM-768");
        assert_eq!(read("RSA"), "-");
        assert_eq!(
            shown(WebCrypto.read("SHA-256", Facet::Digest, &catalog)),
            "digest=SHA-256"
        );
        assert_eq!(
            shown(WebCrypto.read("P-256", Facet::Curve, &catalog)),
            "curve=P-256"
        );
    }
}
