//! OpenSSL's names of ciphers, digests, keys and curves (`aes-256-gcm`, `RSA-SHA256`, `prime256v1`), and its cipher lists.
//!
//! In a cipher list, suites are turned into the registry's names; keywords (`HIGH`, `!aNULL`, `@SECLEVEL=1`) stay as written.

use crate::knowledge::catalog::{Catalog, MAX_NAME, Primitive, fold};
use crate::model::Facet;

use super::{Reading, Spelling, items, listed, name, tls, word};

/// The spelling `openssl`.
pub struct OpenSsl;

/// The spelling `openssl-cipher-list`.
pub struct CipherList;

impl Spelling for OpenSsl {
    fn name(&self) -> &'static str {
        "openssl"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if role.is_list() {
            return listed(self, text, role, catalog);
        }
        if text.len() > MAX_NAME {
            return None;
        }
        if role != Facet::Algorithm {
            return word(text, role, catalog).or_else(|| name::read(text, role, catalog));
        }
        let text = text.trim();
        let reading = cipher_and_mac(text, catalog)
            .or_else(|| name::algorithm(text, catalog))
            .or_else(|| name::algorithm(text.strip_prefix("id-")?, catalog))?;
        Some(short_form(text, reading, catalog))
    }

    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String> {
        match role {
            Facet::CipherSuites => CipherList.list(text, role, catalog),
            _ => tls::Tls.list(text, role, catalog),
        }
    }
}

impl Spelling for CipherList {
    fn name(&self) -> &'static str {
        "openssl-cipher-list"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if role.is_list() {
            listed(self, text, role, catalog)
        } else {
            None
        }
    }

    fn list(&self, text: &str, _role: Facet, _catalog: &Catalog) -> Vec<String> {
        items(text, &[':', ',', ' ', ';', '\n'])
            .map(|item| tls::suite(item).unwrap_or_else(|| item.to_owned()))
            .collect()
    }
}

/// `aes-256-cbc-hmac-sha1`: a cipher with its MAC built in.
fn cipher_and_mac(text: &str, catalog: &Catalog) -> Option<Reading> {
    let folded = fold(text);
    let (cipher, digest) = folded.split_once("hmac")?;
    if cipher.is_empty() {
        return None;
    }
    let cipher = name::algorithm(cipher, catalog)?;
    let digest = catalog.digest(digest)?;
    let block = catalog
        .algorithm(cipher.name_of(Facet::Algorithm)?)?
        .primitive
        == Primitive::BlockCipher;
    block.then(|| {
        cipher
            .with(Facet::Mac, "HMAC")
            .with(Facet::Digest, &digest.name)
    })
}

/// `aes256` and `des3` are OpenSSL's short forms of the cipher in CBC mode, `des-ede3` of that in ECB mode
/// (openssl-enc(1), EVP_des_ede3_ecb(3)).
fn short_form(text: &str, reading: Reading, catalog: &Catalog) -> Reading {
    if reading.facets.contains_key(&Facet::Mode) {
        return reading;
    }
    let Some(found) = reading
        .name_of(Facet::Algorithm)
        .and_then(|name| catalog.algorithm(name))
    else {
        return reading;
    };
    if found.primitive != Primitive::BlockCipher {
        return reading;
    }
    match fold(text).as_str() {
        "aes128" | "aes192" | "aes256" | "camellia128" | "camellia192" | "camellia256"
        | "aria128" | "aria192" | "aria256" | "des" | "des3" | "bf" | "blowfish" | "cast"
        | "idea" | "rc2" | "seed" | "sm4" | "rc5" => reading.with(Facet::Mode, "CBC"),
        "desede3" | "desede" => reading.with(Facet::Mode, "ECB"),
        _ => reading,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn ciphers() {
        let catalog = catalog();
        let read = |text| shown(OpenSsl.read(text, Facet::Algorithm, &catalog));
        assert_eq!(read("aes-256-gcm"), "algorithm=AES mode=GCM key_bits=256");
        assert_eq!(read("id-aes256-GCM"), "algorithm=AES mode=GCM key_bits=256");
        assert_eq!(read("AES-128-CBC"), "algorithm=AES mode=CBC key_bits=128");
        assert_eq!(read("aes256"), "algorithm=AES mode=CBC key_bits=256");
        assert_eq!(read("aes-128-cfb8"), "algorithm=AES mode=CFB key_bits=128");
        assert_eq!(read("aes-256-xts"), "algorithm=AES mode=XTS key_bits=256");
        assert_eq!(
            read("aes-256-cbc-hmac-sha256"),
            "algorithm=AES digest=SHA-256 mode=CBC mac=HMAC key_bits=256"
        );
        assert_eq!(read("id-aes128-wrap"), "algorithm=AES mode=KW key_bits=128");
        assert_eq!(read("des-ede3-cbc"), "algorithm=3DES mode=CBC");
        assert_eq!(read("des3"), "algorithm=3DES mode=CBC");
        assert_eq!(read("des-ede3"), "algorithm=3DES mode=ECB");
        assert_eq!(read("des-cbc"), "algorithm=DES mode=CBC");
        assert_eq!(read("bf-cbc"), "algorithm=Blowfish mode=CBC");
        assert_eq!(read("rc4"), "algorithm=RC4");
        assert_eq!(read("chacha20-poly1305"), "algorithm=ChaCha20-Poly1305");
        assert_eq!(
            read("camellia-256-cbc"),
            "algorithm=Camellia mode=CBC key_bits=256"
        );
        assert_eq!(read("sm4-gcm"), "algorithm=SM4 mode=GCM");
        assert_eq!(read("aes-256-siv"), "algorithm=AES mode=SIV key_bits=256");
        assert_eq!(
            read("aes-256-gcm-siv"),
            "algorithm=AES mode=GCM-SIV key_bits=256"
        );
    }

    #[test]
    fn digests_keys_and_curves() {
        let catalog = catalog();
        let read = |text, role| shown(OpenSsl.read(text, role, &catalog));
        assert_eq!(read("sha256", Facet::Digest), "digest=SHA-256");
        assert_eq!(read("RSA-SHA256", Facet::Digest), "digest=SHA-256");
        assert_eq!(
            read("RSA-SHA256", Facet::Algorithm),
            "algorithm=RSASSA-PKCS1 digest=SHA-256 padding=PKCS1v15"
        );
        assert_eq!(read("sha512-256", Facet::Digest), "digest=SHA-512/256");
        assert_eq!(read("sha3-512", Facet::Digest), "digest=SHA3-512");
        assert_eq!(read("rmd160", Facet::Digest), "digest=RIPEMD-160");
        assert_eq!(read("md5-sha1", Facet::Digest), "digest=MD5-SHA1");
        assert_eq!(read("blake2b512", Facet::Digest), "digest=BLAKE2b-512");
        assert_eq!(
            read("RSA-PSS", Facet::Algorithm),
            "algorithm=RSASSA-PSS padding=PSS"
        );
        assert_eq!(read("ED25519", Facet::Algorithm), "algorithm=Ed25519");
        assert_eq!(read("mlkem768", Facet::Algorithm), "algorithm=ML-KEM-768");
        assert_eq!(read("prime256v1", Facet::Curve), "curve=P-256");
        assert_eq!(read("secp384r1", Facet::Curve), "curve=P-384");
        assert_eq!(read("ffdhe3072", Facet::Curve), "group=ffdhe3072");
        assert_eq!(read("prime256v1", Facet::Groups), "groups=secp256r1");
        assert_eq!(
            read("X25519MLKEM768:X25519", Facet::Groups),
            "groups=X25519MLKEM768,X25519"
        );
    }

    #[test]
    fn cipher_lists_keep_their_order_and_keywords() {
        let catalog = catalog();
        let list = CipherList.list(
            "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:!aNULL:HIGH:@SECLEVEL=1",
            Facet::CipherSuites,
            &catalog,
        );
        assert_eq!(
            list,
            [
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_RSA_WITH_AES_256_CBC_SHA",
                "!aNULL",
                "HIGH",
                "@SECLEVEL=1"
            ]
        );
    }
}
