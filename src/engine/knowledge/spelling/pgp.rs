//! OpenPGP's names, as GnuPG (`rsa4096`, `cv25519`), openpgp.js (`curve25519Legacy`) and the RFC (`SHA256`, `TripleDES`) write them.

use crate::knowledge::catalog::{Catalog, MAX_NAME, fold};
use crate::model::Facet;

use super::{Reading, Spelling, items, listed, name, word};

/// The spelling `pgp`.
pub struct Pgp;

impl Spelling for Pgp {
    fn name(&self) -> &'static str {
        "pgp"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if role.is_list() {
            return listed(self, text, role, catalog);
        }
        if text.len() > MAX_NAME {
            return None;
        }
        let folded = fold(text);
        // openpgp.js marks the encodings of before RFC 9580.
        let bare = folded.strip_suffix("legacy").unwrap_or(&folded);
        if role != Facet::Algorithm {
            return word(bare, role, catalog);
        }
        let bare = bare
            .strip_prefix("elg")
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            .map_or_else(|| bare.to_owned(), |size| format!("elgamal{size}"));
        let bare = match bare.as_str() {
            // RFC 9580 §9.1: the names carry what the key may do.
            "rsaencryptsign" | "rsaencryptorsign" | "rsas" | "rsae" | "rsaencrypt" | "rsasign" => {
                "rsa"
            }
            "elgamalencrypt" => "elgamal",
            "plaintext" | "uncompressed" => return None,
            other => other,
        };
        name::algorithm(bare, catalog)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn names() {
        let catalog = catalog();
        let read = |text| shown(Pgp.read(text, Facet::Algorithm, &catalog));
        assert_eq!(read("rsa4096"), "algorithm=RSA key_bits=4096");
        assert_eq!(read("RSA_ENCRYPT_SIGN"), "algorithm=RSA");
        assert_eq!(read("elg2048"), "algorithm=ElGamal key_bits=2048");
        assert_eq!(read("cv25519"), "algorithm=X25519");
        assert_eq!(read("ed25519Legacy"), "algorithm=Ed25519");
        assert_eq!(read("AES256"), "algorithm=AES key_bits=256");
        assert_eq!(read("TRIPLEDES"), "algorithm=3DES");
        assert_eq!(
            read("brainpoolP384r1"),
            "algorithm=EC curve=brainpoolP384r1"
        );
        assert_eq!(
            shown(Pgp.read("SHA512", Facet::Digest, &catalog)),
            "digest=SHA-512"
        );
        assert_eq!(
            shown(Pgp.read("curve25519Legacy", Facet::Curve, &catalog)),
            "curve=Curve25519"
        );
        assert_eq!(
            shown(Pgp.read("nistP256", Facet::Curve, &catalog)),
            "curve=P-256"
        );
    }
}
