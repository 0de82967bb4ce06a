//! TLS: cipher suites, groups, signature schemes and versions, by the names of the IANA registries; other stacks' names are
//! turned into those.

use crate::knowledge::catalog::{Catalog, MAX_NAME, fold};
use crate::model::Facet;

use super::{Reading, Spelling, items, listed, name, word};

/// The spelling `tls`.
pub struct Tls;

impl Spelling for Tls {
    fn name(&self) -> &'static str {
        "tls"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if role.is_list() {
            return listed(self, text, role, catalog);
        }
        if role != Facet::Algorithm {
            return word(text, role, catalog);
        }
        scheme(text)
            .and_then(|scheme| scheme_facets(&scheme, catalog))
            .or_else(|| name::algorithm(text, catalog))
    }

    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String> {
        items(text, &[':', ',', ';', ' ', '\n'])
            .map(|item| {
                // OpenSSL marks a group that may be missing with `?` and a key share to send with `*`.
                let bare = item.trim_start_matches(['?', '*']);
                let found = match role {
                    Facet::CipherSuites => suite(bare),
                    Facet::Groups => group(bare, catalog),
                    Facet::SignatureSchemes => scheme(bare),
                    _ => catalog.canonical(role, bare),
                };
                found.unwrap_or_else(|| item.to_owned())
            })
            .collect()
    }
}

/// The registry's name of a group.
pub(in crate::knowledge) fn group(text: &str, catalog: &Catalog) -> Option<String> {
    catalog.group(text.trim()).map(|group| group.name.clone())
}

/// The registry's name of a cipher suite; OpenSSL's, Java's `SSL_…` and rustls's `TLS13_…` are turned into it.
pub(in crate::knowledge) fn suite(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > MAX_NAME || !text.is_ascii() {
        return None;
    }
    let upper = text.to_ascii_uppercase();
    let rest = ["TLS13_", "TLS_", "SSL_"]
        .iter()
        .find_map(|prefix| upper.strip_prefix(prefix));
    let Some(rest) = rest else {
        return openssl_suite(&upper);
    };
    if let Some((exchange, cipher)) = rest.split_once("_WITH_") {
        let sound = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        return (sound(exchange) && sound(cipher)).then(|| format!("TLS_{rest}"));
    }
    TLS13_SUITES.contains(&rest).then(|| format!("TLS_{rest}"))
}

/// After `TLS_`: the suites of RFC 8446 Appendix B.4, RFC 8998 and RFC 9367, and the two signalling values.
static TLS13_SUITES: &[&str] = &[
    "AES_128_GCM_SHA256",
    "AES_256_GCM_SHA384",
    "CHACHA20_POLY1305_SHA256",
    "AES_128_CCM_SHA256",
    "AES_128_CCM_8_SHA256",
    "SM4_GCM_SM3",
    "SM4_CCM_SM3",
    "AEGIS_256_SHA512",
    "AEGIS_128L_SHA256",
    "SHA256_SHA256",
    "SHA384_SHA384",
    "EMPTY_RENEGOTIATION_INFO_SCSV",
    "FALLBACK_SCSV",
    "GOSTR341112_256_WITH_KUZNYECHIK_MGM_L",
    "GOSTR341112_256_WITH_MAGMA_MGM_L",
];

/// OpenSSL's names follow a pattern (openssl-ciphers(1)): key exchange and authentication, cipher, digest; RSA key
/// transport is not named, CBC is not named, and suites that authenticate by themselves end in a digest for their PRF.
fn openssl_suite(upper: &str) -> Option<String> {
    let exchanges = [
        ("ECDHE-ECDSA-", "ECDHE_ECDSA"),
        ("ECDHE-RSA-", "ECDHE_RSA"),
        ("ECDHE-PSK-", "ECDHE_PSK"),
        ("ECDH-ECDSA-", "ECDH_ECDSA"),
        ("ECDH-RSA-", "ECDH_RSA"),
        ("AECDH-", "ECDH_anon"),
        ("DHE-RSA-", "DHE_RSA"),
        ("EDH-RSA-", "DHE_RSA"),
        ("DHE-DSS-", "DHE_DSS"),
        ("EDH-DSS-", "DHE_DSS"),
        ("DHE-PSK-", "DHE_PSK"),
        ("DH-RSA-", "DH_RSA"),
        ("DH-DSS-", "DH_DSS"),
        ("ADH-", "DH_anon"),
        // ECDHE-ARIA128-GCM-SHA256 leaves its signature out of the pattern.
        ("ECDHE-", "ECDHE_RSA"),
        ("RSA-PSK-", "RSA_PSK"),
        ("SRP-RSA-", "SRP_SHA_RSA"),
        ("SRP-DSS-", "SRP_SHA_DSS"),
        ("SRP-", "SRP_SHA"),
        ("PSK-", "PSK"),
    ];
    let (exchange, rest) = exchanges
        .iter()
        .find_map(|(prefix, name)| Some((*name, upper.strip_prefix(prefix)?)))
        .unwrap_or(("RSA", upper));
    let cipher = openssl_bulk(rest)?;
    Some(format!("TLS_{exchange}_WITH_{cipher}"))
}

fn openssl_bulk(rest: &str) -> Option<String> {
    let fixed = match rest {
        "CHACHA20-POLY1305" => Some("CHACHA20_POLY1305_SHA256"),
        "DES-CBC3-SHA" | "3DES-EDE-CBC-SHA" => Some("3DES_EDE_CBC_SHA"),
        "DES-CBC-SHA" => Some("DES_CBC_SHA"),
        "RC4-SHA" => Some("RC4_128_SHA"),
        "RC4-MD5" => Some("RC4_128_MD5"),
        "IDEA-CBC-SHA" => Some("IDEA_CBC_SHA"),
        "SEED-SHA" => Some("SEED_CBC_SHA"),
        "NULL-SHA" => Some("NULL_SHA"),
        "NULL-SHA256" => Some("NULL_SHA256"),
        "NULL-SHA384" => Some("NULL_SHA384"),
        "NULL-MD5" => Some("NULL_MD5"),
        _ => None,
    };
    if let Some(fixed) = fixed {
        return Some(fixed.to_owned());
    }
    let (cipher, rest) = ["AES", "CAMELLIA", "ARIA"]
        .iter()
        .find_map(|cipher| Some((*cipher, rest.strip_prefix(cipher)?)))?;
    let (size, rest) = ["128", "256"]
        .iter()
        .find_map(|size| Some((*size, rest.strip_prefix(size)?)))?;
    let tail = match rest {
        "-SHA" => "CBC_SHA",
        "-SHA256" | "-CBC-SHA256" => "CBC_SHA256",
        "-SHA384" | "-CBC-SHA384" => "CBC_SHA384",
        "-CBC-SHA" => "CBC_SHA",
        "-GCM-SHA256" => "GCM_SHA256",
        "-GCM-SHA384" => "GCM_SHA384",
        "-CCM" => "CCM",
        "-CCM8" => "CCM_8",
        _ => return None,
    };
    Some(format!("{cipher}_{size}_{tail}"))
}

/// The registry's name of a signature scheme; Go's, rustls's and OpenSSL's are turned into it.
pub(in crate::knowledge) fn scheme(text: &str) -> Option<String> {
    if text.len() > MAX_NAME {
        return None;
    }
    let folded = fold(&text.replace('+', ""));
    SCHEMES
        .iter()
        .find(|(name, others, ..)| fold(name) == folded || others.contains(&folded.as_str()))
        .map(|(name, ..)| (*name).to_owned())
}

fn scheme_facets(name: &str, catalog: &Catalog) -> Option<Reading> {
    let (_, _, algorithm, digest, curve) = SCHEMES.iter().find(|(scheme, ..)| *scheme == name)?;
    let mut reading = Reading::algorithm(algorithm, catalog);
    if let Some(digest) = digest {
        reading = reading.with(Facet::Digest, *digest)
    }
    if let Some(curve) = curve {
        reading = reading.with(Facet::Curve, *curve)
    }
    Some(reading)
}

/// A scheme's registry name, others' folded names of it, algorithm, digest, curve.
type Scheme = (
    &'static str,
    &'static [&'static str],
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

/// IANA "TLS SignatureScheme" (RFC 8446 §4.2.3, RFC 8734, RFC 8998, draft-ietf-tls-mldsa).
static SCHEMES: &[Scheme] = &[
    (
        "rsa_pkcs1_sha1",
        &["pkcs1withsha1", "rsasha1"],
        "RSASSA-PKCS1",
        Some("SHA-1"),
        None,
    ),
    (
        "rsa_pkcs1_sha224",
        &["rsasha224"],
        "RSASSA-PKCS1",
        Some("SHA-224"),
        None,
    ),
    (
        "rsa_pkcs1_sha256",
        &["pkcs1withsha256", "rsasha256"],
        "RSASSA-PKCS1",
        Some("SHA-256"),
        None,
    ),
    (
        "rsa_pkcs1_sha384",
        &["pkcs1withsha384", "rsasha384"],
        "RSASSA-PKCS1",
        Some("SHA-384"),
        None,
    ),
    (
        "rsa_pkcs1_sha512",
        &["pkcs1withsha512", "rsasha512"],
        "RSASSA-PKCS1",
        Some("SHA-512"),
        None,
    ),
    (
        "rsa_pss_rsae_sha256",
        &["psswithsha256", "rsapsssha256", "rsapsssha256"],
        "RSASSA-PSS",
        Some("SHA-256"),
        None,
    ),
    (
        "rsa_pss_rsae_sha384",
        &["psswithsha384", "rsapsssha384"],
        "RSASSA-PSS",
        Some("SHA-384"),
        None,
    ),
    (
        "rsa_pss_rsae_sha512",
        &["psswithsha512", "rsapsssha512"],
        "RSASSA-PSS",
        Some("SHA-512"),
        None,
    ),
    (
        "rsa_pss_pss_sha256",
        &[],
        "RSASSA-PSS",
        Some("SHA-256"),
        None,
    ),
    (
        "rsa_pss_pss_sha384",
        &[],
        "RSASSA-PSS",
        Some("SHA-384"),
        None,
    ),
    (
        "rsa_pss_pss_sha512",
        &[],
        "RSASSA-PSS",
        Some("SHA-512"),
        None,
    ),
    (
        "ecdsa_sha1",
        &["ecdsawithsha1", "ecdsasha1legacy"],
        "ECDSA",
        Some("SHA-1"),
        None,
    ),
    (
        "ecdsa_secp256r1_sha256",
        &[
            "ecdsawithp256andsha256",
            "ecdsanistp256sha256",
            "ecdsasha256",
        ],
        "ECDSA",
        Some("SHA-256"),
        Some("P-256"),
    ),
    (
        "ecdsa_secp384r1_sha384",
        &[
            "ecdsawithp384andsha384",
            "ecdsanistp384sha384",
            "ecdsasha384",
        ],
        "ECDSA",
        Some("SHA-384"),
        Some("P-384"),
    ),
    (
        "ecdsa_secp521r1_sha512",
        &[
            "ecdsawithp521andsha512",
            "ecdsanistp521sha512",
            "ecdsasha512",
        ],
        "ECDSA",
        Some("SHA-512"),
        Some("P-521"),
    ),
    (
        "ecdsa_brainpoolP256r1tls13_sha256",
        &[],
        "ECDSA",
        Some("SHA-256"),
        Some("brainpoolP256r1"),
    ),
    (
        "ecdsa_brainpoolP384r1tls13_sha384",
        &[],
        "ECDSA",
        Some("SHA-384"),
        Some("brainpoolP384r1"),
    ),
    (
        "ecdsa_brainpoolP512r1tls13_sha512",
        &[],
        "ECDSA",
        Some("SHA-512"),
        Some("brainpoolP512r1"),
    ),
    ("ed25519", &[], "Ed25519", None, None),
    ("ed448", &[], "Ed448", None, None),
    ("sm2sig_sm3", &[], "SM2-DSA", Some("SM3"), None),
    ("dsa_sha1", &["dsasha1"], "DSA", Some("SHA-1"), None),
    ("mldsa44", &["mldsa44"], "ML-DSA-44", None, None),
    ("mldsa65", &["mldsa65"], "ML-DSA-65", None, None),
    ("mldsa87", &["mldsa87"], "ML-DSA-87", None, None),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn suites_have_the_registrys_names() {
        let suite = |text| suite(text).unwrap_or_default();
        assert_eq!(suite("TLS_AES_128_GCM_SHA256"), "TLS_AES_128_GCM_SHA256");
        assert_eq!(suite("TLS13_AES_256_GCM_SHA384"), "TLS_AES_256_GCM_SHA384");
        assert_eq!(
            suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
        );
        assert_eq!(
            suite("SSL_RSA_WITH_3DES_EDE_CBC_SHA"),
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA"
        );
        assert_eq!(
            suite("ECDHE-ECDSA-CHACHA20-POLY1305"),
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
        );
        assert_eq!(suite("DES-CBC3-SHA"), "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
        assert_eq!(
            suite("ECDHE-RSA-AES256-SHA384"),
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
        );
        assert_eq!(suite("AES128-CCM8"), "TLS_RSA_WITH_AES_128_CCM_8");
        assert_eq!(suite("RC4-MD5"), "TLS_RSA_WITH_RC4_128_MD5");
        assert_eq!(suite("HIGH"), "");
        assert_eq!(suite("TLS_NOTHING"), "");
    }

    #[test]
    fn groups_schemes_and_versions() {
        let catalog = catalog();
        let list = |text, role| Tls.list(text, role, &catalog).join(" ");
        assert_eq!(
            list("X25519MLKEM768:?x25519:P-256:unheard-of", Facet::Groups),
            "X25519MLKEM768 X25519 secp256r1 unheard-of"
        );
        assert_eq!(list("ffdhe2048", Facet::Groups), "ffdhe2048");
        assert_eq!(
            list(
                "rsa_pss_rsae_sha256:ECDSA+SHA256:PKCS1WithSHA1",
                Facet::SignatureSchemes
            ),
            "rsa_pss_rsae_sha256 ecdsa_secp256r1_sha256 rsa_pkcs1_sha1"
        );
        let read = |text, role| shown(Tls.read(text, role, &catalog));
        assert_eq!(read("TLSv1.2", Facet::MinVersion), "min_version=TLS1.2");
        assert_eq!(
            read("TLS1_3_VERSION", Facet::MaxVersion),
            "max_version=TLS1.3"
        );
        assert_eq!(read("TLSv1", Facet::Protocol), "protocol=TLS1.0");
        assert_eq!(read("SSLv23_method", Facet::Protocol), "protocol=TLS");
        assert_eq!(
            read("rsa_pss_pss_sha384", Facet::Algorithm),
            "algorithm=RSASSA-PSS digest=SHA-384 padding=PSS"
        );
        assert_eq!(
            read("TLS_AES_128_GCM_SHA256", Facet::CipherSuites),
            "cipher_suites=TLS_AES_128_GCM_SHA256"
        );
    }
}
