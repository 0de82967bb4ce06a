//! The Java Cryptography Architecture: `AES/GCM/NoPadding`, `SHA256withRSA`, `PBKDF2WithHmacSHA256`, `HmacSHA256`.
//!
//! Names after the "Java Security Standard Algorithm Names" and what Bouncy Castle adds. Two spellings: `jca` says what the
//! name says, wherever it stands; `jca-cipher` is for `Cipher.getInstance` alone, where a name without mode and padding
//! gets the SunJCE provider's defaults: ECB and PKCS5Padding for block ciphers, PKCS1Padding for RSA ("JDK Providers
//! Documentation", SunJCE; `javax.crypto.Cipher`).

use crate::knowledge::catalog::{Catalog, MAX_NAME, Primitive};
use crate::model::{Facet, Origin, Value, Why};

use super::name::{self, settle};
use super::{Reading, Spelling, items, listed, word};

/// The spelling `jca`.
pub struct Jca;

/// The spelling `jca-cipher`.
pub struct Cipher;

impl Spelling for Jca {
    fn name(&self) -> &'static str {
        "jca"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if text.len() > MAX_NAME && !role.is_list() {
            return None;
        }
        if role.is_list() {
            return listed(self, text, role, catalog);
        }
        word(text, role, catalog)
            .or_else(|| {
                (role == Facet::Algorithm)
                    .then(|| algorithm(text.trim(), catalog))
                    .flatten()
            })
            .or_else(|| name::read(text, role, catalog))
    }

    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String> {
        items(text, &[',', ':'])
            .map(|item| {
                catalog
                    .canonical(role, item)
                    .unwrap_or_else(|| item.to_owned())
            })
            .collect()
    }
}

impl Spelling for Cipher {
    fn name(&self) -> &'static str {
        "jca-cipher"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        let reading = Jca.read(text, role, catalog)?;
        if role != Facet::Algorithm
            || reading.facets.contains_key(&Facet::Mode)
            || reading.facets.contains_key(&Facet::Padding)
        {
            return Some(reading);
        }
        let found = catalog.algorithm(reading.name_of(Facet::Algorithm)?)?;
        Some(match found.primitive {
            Primitive::BlockCipher => reading
                .with_default(Facet::Mode, "ECB")
                .with_default(Facet::Padding, "PKCS7"),
            _ if found.name == "RSA" => reading.with_default(Facet::Padding, "PKCS1v15"),
            _ => reading,
        })
    }

    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String> {
        Jca.list(text, role, catalog)
    }
}

fn algorithm(text: &str, catalog: &Catalog) -> Option<Reading> {
    if let Some(found) = catalog.algorithm(text) {
        return Some(Reading::algorithm(&found.name, catalog));
    }
    signature(text, catalog)
        .or_else(|| password_based(text, catalog))
        .or_else(|| transformation(text, catalog))
        .or_else(|| wrapping(text))
        .or_else(|| name::algorithm(text, catalog))
}

/// `<digest>with<algorithm>`, with what providers put behind it.
fn signature(text: &str, catalog: &Catalog) -> Option<Reading> {
    let (digest, rest) = split_ignoring_case(text, "with")?;
    let digest = if digest.eq_ignore_ascii_case("none") {
        None
    } else {
        Some(catalog.digest(digest)?)
    };
    let rest = strip_ignoring_case(rest, "inP1363Format").unwrap_or(rest);
    let (rest, pss) =
        match strip_ignoring_case(rest, "andMGF1").or_else(|| strip_ignoring_case(rest, "/PSS")) {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
    let rest = rest
        .get(.."PLAIN-".len())
        .filter(|p| p.eq_ignore_ascii_case("PLAIN-"))
        .map_or(rest, |p| &rest[p.len()..]);
    let rest = rest
        .get(.."CVC-".len())
        .filter(|p| p.eq_ignore_ascii_case("CVC-"))
        .map_or(rest, |p| &rest[p.len()..]);
    let found = catalog.algorithm(rest)?;
    let of_use = match found.name.as_str() {
        "RSA" if pss => "RSASSA-PSS",
        // What RSA does to a digest that another place made is the old padding too.
        "RSA" => "RSASSA-PKCS1",
        "EC" => "ECDSA",
        "SM2" => "SM2-DSA",
        other => other,
    };
    let mut reading = Reading::algorithm(of_use, catalog);
    if let Some(digest) = digest {
        reading = reading.with(Facet::Digest, &digest.name)
    }
    if pss {
        reading = reading.with(Facet::Mgf, "MGF1")
    }
    Some(reading)
}

/// `PBKDF2WithHmacSHA256`, `PBEWithMD5AndDES`, `PBEWithHmacSHA256AndAES_128`.
fn password_based(text: &str, catalog: &Catalog) -> Option<Reading> {
    let (scheme, rest) = split_ignoring_case(text, "with")?;
    let (prf, cipher) =
        split_ignoring_case(rest, "and").map_or((rest, None), |(prf, cipher)| (prf, Some(cipher)));
    let (digest, keyed) = match prf.get(..4) {
        Some(hmac) if hmac.eq_ignore_ascii_case("Hmac") => (catalog.digest(&prf[4..])?, true),
        _ => (catalog.digest(prf)?, false),
    };
    let name = if scheme.eq_ignore_ascii_case("PBKDF2") {
        "PBKDF2"
    } else if scheme.eq_ignore_ascii_case("PBE") {
        if keyed { "PBES2" } else { "PBES1" }
    } else {
        return None;
    };
    let reading = Reading::algorithm(name, catalog).with(Facet::Digest, &digest.name);
    let size = cipher
        .and_then(|cipher| name::algorithm(cipher, catalog))
        .and_then(|cipher| cipher.facets.get(&Facet::KeyBits)?.single_number());
    Some(match size {
        Some(bits) => reading.with_number(Facet::KeyBits, bits),
        None => reading,
    })
}

/// `algorithm/mode/padding`. What is not understood beside an algorithm that is, stays unknown with its text.
fn transformation(text: &str, catalog: &Catalog) -> Option<Reading> {
    let (first, rest) = text.split_once('/')?;
    let mut reading = name::algorithm(first, catalog)?;
    let found = catalog.algorithm(reading.name_of(Facet::Algorithm)?)?;
    let block = found.primitive == Primitive::BlockCipher;
    let encrypts = matches!(
        found.primitive,
        Primitive::StreamCipher | Primitive::Ae | Primitive::Pke | Primitive::Unknown
    );
    if !block && !encrypts {
        return None;
    }
    let (mode, padding) = rest
        .split_once('/')
        .map_or((rest, None), |(mode, padding)| (mode, Some(padding)));
    // RSA has no modes: JCA's "ECB" there says nothing.
    if block {
        reading.facets.insert(
            Facet::Mode,
            looked_up(mode, catalog.mode(mode).map(|m| m.name.as_str())),
        );
    }
    if let Some(padding) = padding {
        reading = padded(reading, padding, block, catalog)
    }
    Some(settle(reading, catalog))
}

fn padded(reading: Reading, text: &str, block: bool, catalog: &Catalog) -> Reading {
    let oaep = strip_prefix_ignoring_case(text, "OAEPWith").and_then(|rest| {
        let (digest, mgf) = split_ignoring_case(rest, "And")?;
        let mgf = strip_ignoring_case(mgf, "Padding").unwrap_or(mgf);
        Some((catalog.digest(digest)?, catalog.mgf(mgf)?))
    });
    if let Some((digest, mgf)) = oaep {
        return reading
            .with(Facet::Padding, "OAEP")
            .with(Facet::Digest, &digest.name)
            .with(Facet::Mgf, &mgf.name);
    }
    let name = catalog.padding(text).map(|p| p.name.as_str());
    let name = if !block && name == Some("none") {
        Some("raw")
    } else {
        name
    };
    let mut reading = reading;
    reading.facets.insert(Facet::Padding, looked_up(text, name));
    reading
}

/// `AESWrap`, `AESWrapPad_256`, `DESedeWrap`.
fn wrapping(text: &str) -> Option<Reading> {
    let (name, size) = text
        .split_once('_')
        .map_or((text, None), |(name, size)| (name, Some(size)));
    let (algorithm, mode) = if name.eq_ignore_ascii_case("AESWrap") {
        ("AES", "KW")
    } else if name.eq_ignore_ascii_case("AESWrapPad") {
        ("AES", "KWP")
    } else if name.eq_ignore_ascii_case("DESedeWrap") {
        ("3DES", "KW")
    } else {
        return None;
    };
    let reading = Reading::of(Facet::Algorithm, algorithm).with(Facet::Mode, mode);
    Some(match size {
        Some(size) => reading.with_number(
            Facet::KeyBits,
            size.parse()
                .ok()
                .filter(|bits| matches!(bits, 128 | 192 | 256))?,
        ),
        None => reading,
    })
}

fn looked_up(text: &str, name: Option<&str>) -> Value {
    match name {
        Some(name) => Value::name(name, Origin::Literal),
        None => Value::unknown(Why::new(
            "unrecognised",
            text.chars().take(32).collect::<String>(),
        )),
    }
}

/// The two sides of the first `middle`, if neither is empty.
fn split_ignoring_case<'a>(text: &'a str, middle: &str) -> Option<(&'a str, &'a str)> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find(&middle.to_ascii_lowercase())?;
    let (before, after) = (&text[..at], &text[at + middle.len()..]);
    (!before.is_empty() && !after.is_empty()).then_some((before, after))
}

fn strip_ignoring_case<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(end.len())?;
    text.get(at..)
        .filter(|tail| tail.eq_ignore_ascii_case(end))
        .map(|_| &text[..at])
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.get(..start.len())
        .filter(|head| head.eq_ignore_ascii_case(start))
        .map(|_| &text[start.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn transformations() {
        let catalog = catalog();
        let read = |text| shown(Jca.read(text, Facet::Algorithm, &catalog));
        assert_eq!(
            read("AES/GCM/NoPadding"),
            "algorithm=AES mode=GCM padding=none"
        );
        assert_eq!(
            read("aes/cbc/pkcs5padding"),
            "algorithm=AES mode=CBC padding=PKCS7"
        );
        assert_eq!(
            read("AES_256/GCM/NoPadding"),
            "algorithm=AES mode=GCM padding=none key_bits=256"
        );
        assert_eq!(
            read("DESede/CBC/PKCS5Padding"),
            "algorithm=3DES mode=CBC padding=PKCS7"
        );
        assert_eq!(
            read("AES/FOO/NoPadding"),
            "algorithm=AES mode=?unrecognised(FOO) padding=none"
        );
        assert_eq!(
            read("RSA/ECB/PKCS1Padding"),
            "algorithm=RSA padding=PKCS1v15"
        );
        assert_eq!(
            read("RSA/ECB/OAEPWithSHA-256AndMGF1Padding"),
            "algorithm=RSAES-OAEP digest=SHA-256 mgf=MGF1 padding=OAEP"
        );
        assert_eq!(read("RSA/None/NoPadding"), "algorithm=RSA padding=raw");
        assert_eq!(read("ChaCha20-Poly1305"), "algorithm=ChaCha20-Poly1305");
        assert_eq!(read("AESWrap_128"), "algorithm=AES mode=KW key_bits=128");
        assert_eq!(read("ECIES"), "algorithm=ECIES");
    }

    #[test]
    fn a_cipher_without_mode_has_the_providers_default() {
        let catalog = catalog();
        let cipher = |text| shown(Cipher.read(text, Facet::Algorithm, &catalog));
        assert_eq!(
            cipher("AES"),
            "algorithm=AES mode=ECB@default padding=PKCS7@default"
        );
        assert_eq!(cipher("RSA"), "algorithm=RSA padding=PKCS1v15@default");
        assert_eq!(
            cipher("AES/GCM/NoPadding"),
            "algorithm=AES mode=GCM padding=none"
        );
        assert_eq!(cipher("ChaCha20"), "algorithm=ChaCha20");
        assert_eq!(
            shown(Jca.read("AES", Facet::Algorithm, &catalog)),
            "algorithm=AES"
        );
    }

    #[test]
    fn signatures() {
        let catalog = catalog();
        let read = |text| shown(Jca.read(text, Facet::Algorithm, &catalog));
        assert_eq!(
            read("SHA256withRSA"),
            "algorithm=RSASSA-PKCS1 digest=SHA-256 padding=PKCS1v15"
        );
        assert_eq!(
            read("SHA256WITHRSAENCRYPTION"),
            "algorithm=RSASSA-PKCS1 digest=SHA-256 padding=PKCS1v15"
        );
        assert_eq!(
            read("SHA512/256withRSA"),
            "algorithm=RSASSA-PKCS1 digest=SHA-512/256 padding=PKCS1v15"
        );
        assert_eq!(
            read("NONEwithRSA"),
            "algorithm=RSASSA-PKCS1 padding=PKCS1v15"
        );
        assert_eq!(
            read("SHA256withRSAandMGF1"),
            "algorithm=RSASSA-PSS digest=SHA-256 mgf=MGF1 padding=PSS"
        );
        assert_eq!(read("RSASSA-PSS"), "algorithm=RSASSA-PSS padding=PSS");
        assert_eq!(read("SHA256withECDSA"), "algorithm=ECDSA digest=SHA-256");
        assert_eq!(
            read("SHA3-256withECDSAinP1363Format"),
            "algorithm=ECDSA digest=SHA3-256"
        );
        assert_eq!(
            read("SHA256withPLAIN-ECDSA"),
            "algorithm=ECDSA digest=SHA-256"
        );
        assert_eq!(read("SHA1withDSA"), "algorithm=DSA digest=SHA-1");
        assert_eq!(read("Ed25519"), "algorithm=Ed25519");
        assert_eq!(read("ML-DSA-65"), "algorithm=ML-DSA-65");
        assert_eq!(read("SM3withSM2"), "algorithm=SM2-DSA digest=SM3");
    }

    #[test]
    fn macs_digests_and_passwords() {
        let catalog = catalog();
        let read = |text| shown(Jca.read(text, Facet::Algorithm, &catalog));
        assert_eq!(read("HmacSHA256"), "algorithm=HMAC digest=SHA-256");
        assert_eq!(read("HmacSHA512/256"), "algorithm=HMAC digest=SHA-512/256");
        assert_eq!(
            read("PBKDF2WithHmacSHA256"),
            "algorithm=PBKDF2 digest=SHA-256"
        );
        assert_eq!(read("PBEWithMD5AndDES"), "algorithm=PBES1 digest=MD5");
        assert_eq!(
            read("PBEWithHmacSHA256AndAES_128"),
            "algorithm=PBES2 digest=SHA-256 key_bits=128"
        );
        assert_eq!(read("SHA-512/256"), "algorithm=SHA-512/256");
        assert_eq!(read("MD5"), "algorithm=MD5");
        assert_eq!(read("DiffieHellman"), "algorithm=DH");
        assert_eq!(read("XDH"), "algorithm=XDH");
        assert_eq!(read("unknown"), "-");
        assert_eq!(
            shown(Jca.read("TLSv1.2", Facet::Protocol, &catalog)),
            "protocol=TLS1.2"
        );
        assert_eq!(
            shown(Jca.read("secp256r1", Facet::Curve, &catalog)),
            "curve=P-256"
        );
    }
}
