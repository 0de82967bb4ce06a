//! Every vector was made by openssl 3.0 or 4.0 with throw-away keys, and the fingerprints are those of
//! `openssl pkey -pubout -outform DER | sha256sum` unless a test says otherwise.

mod vectors;

use std::sync::{Arc, LazyLock};

use data_encoding::BASE64;

use self::vectors as v;
use crate::detect::cert::Material;
use crate::detect::cert::der::{Node, write, write_oid, write_unsigned};
use crate::detect::{Detection, Detector, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::object::KeyId;
use crate::model::{Artifact, Context, Object};

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the embedded knowledge loads"));

fn detect(bytes: &[u8]) -> Detection {
    let passwords = Passwords::default();
    let means = Means {
        known: &KNOWN,
        passwords: &passwords,
    };
    let artifact = Artifact::file(Arc::<str>::from("file"), Context::Production);
    Material.detect(&artifact, &mut &bytes[..], &means)
}

/// A line for each finding: kind, facets, what it is, and what it uses; then one for each skip.
fn lines(bytes: &[u8]) -> Vec<String> {
    let detection = detect(bytes);
    let findings = detection.findings.iter().map(|finding| {
        let object = finding.asset.object.as_deref().map(|object| match object {
            Object::Key(key) => {
                let half: Vec<_> = key.halves.iter().map(|half| half.name()).collect();
                let id = match key.id {
                    KeyId::Spki(fingerprint) => fingerprint.to_string()[..16].to_owned(),
                    KeyId::Itself(_, why) => format!("({why})"),
                };
                format!(" {}: {} {id}", object.form(), half.join("+"))
            }
            Object::Request(request) => format!(" {}", request.subject.text),
            Object::Crl(crl) => format!(
                " {} {:?}..{:?} {}",
                crl.issuer.text, crl.this_update, crl.next_update, crl.entries
            ),
            Object::Certificate(certificate) => format!(
                " {}: {} by {} #{} {:?}..{:?}",
                certificate.form,
                certificate.subject.text,
                certificate.issuer.text,
                certificate.serial,
                certificate.not_before,
                certificate.not_after
            ),
            other => format!(" {}", other.form()),
        });
        let uses = match &finding.uses[..] {
            [] => String::new(),
            uses => format!(" -> {uses:?}"),
        };
        format!("{}{}{uses}", finding.asset, object.unwrap_or_default())
    });
    let skips = detection
        .skips
        .iter()
        .map(|skip| format!("skip {:?}: {}", skip.reason, skip.detail));
    findings.chain(skips).collect()
}

/// The lines of what base64 holds.
fn told(base64: &str) -> Vec<String> {
    lines(&decoded(base64))
}

fn decoded(base64: &str) -> Vec<u8> {
    BASE64
        .decode(base64.as_bytes())
        .expect("vectors are base64")
}

fn block(label: &str, base64: &str) -> Vec<String> {
    let text = format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n");
    lines(text.as_bytes())
}

#[test]
fn every_form_of_a_key_on_p_256_is_one_key() {
    let key =
        |form: &str, half: &str| format!("key EC curve=P-256 {form}: {half} 385be96b83b4f7ad");
    assert_eq!(told(v::P256_NO_PUBLIC), [key("PKCS#8", "private")]);
    assert_eq!(told(v::P256_SEC1), [key("SEC1", "private")]);
    assert_eq!(told(v::P256_COMPRESSED), [key("SPKI", "public")]);
    assert_eq!(told(v::P256_EXPLICIT), [key("SPKI", "public")]);
}

#[test]
fn public_halves_are_derived_on_the_curves_that_there_are_crates_for() {
    let key = |curve: &str, id: &str| format!("key EC curve={curve} PKCS#8: private {id}");
    assert_eq!(told(v::P384_NO_PUBLIC), [key("P-384", "84d4327821817499")]);
    assert_eq!(told(v::P521_NO_PUBLIC), [key("P-521", "3aa5a57434e3417a")]);
    assert_eq!(
        told(v::K256_NO_PUBLIC),
        [key("secp256k1", "6ed28a6866b424c4")]
    );
    assert_eq!(
        told(v::BRAINPOOL),
        [key("brainpoolP256r1", "9f6b42009d4a37ff")]
    );
    assert_eq!(
        told(v::BRAINPOOL_NO_PUBLIC),
        [key("brainpoolP256r1", "(public half not derived)")]
    );
}

#[test]
fn a_key_without_its_public_half_is_told_by_its_place_alone() {
    let id = |bytes: &[u8]| {
        let detection = detect(bytes);
        detection.findings[0]
            .asset
            .object
            .as_deref()
            .map(Object::identity)
    };
    let key = decoded(v::BRAINPOOL_NO_PUBLIC);
    let mut other = key.clone();
    let last = other.len() - 1;
    other[last] ^= 1;
    assert_eq!(id(&key), id(&other), "no digest of a private value");
}

#[test]
fn public_halves_of_montgomery_and_edwards_keys_are_derived() {
    let key = |name: &str, id: &str| vec![format!("key {name} PKCS#8: private {id}")];
    assert_eq!(told(v::ED25519), key("Ed25519", "915f0e4f4aee6c35"));
    assert_eq!(told(v::X25519), key("X25519", "d038498fb78c63c1"));
    assert_eq!(told(v::ED448), key("Ed448", "38adb2bef8b181f8"));
    assert_eq!(told(v::X448), key("X448", "d7c28496893c3a7a"));
}

#[test]
fn public_halves_in_finite_fields_are_computed() {
    assert_eq!(
        told(v::DSA),
        ["key DSA key_bits=1024 PKCS#8: private 21d666c07a6463f1"]
    );
    assert_eq!(
        told(v::DH),
        ["key DH group=ffdhe2048 key_bits=2048 PKCS#8: private d3a8446b74219ece"]
    );
    assert_eq!(
        told(v::DHX),
        ["key DH group=modp22 key_bits=1024 PKCS#8: private 1e251b4c5c6b637f"]
    );
}

#[test]
fn rsa_keys_say_their_modulus() {
    assert_eq!(
        told(v::RSA_PKCS1),
        ["key RSA key_bits=512 PKCS#1: private edd1ed171d39ba04"]
    );
}

#[test]
fn a_modulus_of_millions_of_bits_is_measured_and_nothing_more() {
    let mut modulus = vec![0xff; 8 << 20];
    modulus[0] = 0x7f;
    let key = write(
        0x30,
        &[write_unsigned(&modulus), write_unsigned(&[1, 0, 1])].concat(),
    );
    let line = lines(&key).concat();
    assert!(
        line.starts_with("key RSA key_bits=67108863 PKCS#1: public"),
        "{line}"
    );
}

/// Wraps what a private key of an algorithm holds.
fn pkcs8(oid: &str, private: &[u8]) -> Vec<u8> {
    let body = [
        write_unsigned(&[]),
        write(0x30, &write_oid(oid).expect("an OID")),
        write(0x04, private),
    ];
    write(0x30, &body.concat())
}

/// The content of the OCTET STRING.
fn private_of(base64: &str) -> Vec<u8> {
    let der = decoded(base64);
    let node = Node::only(&der).expect("DER");
    node.child(2).expect("a key").body.to_vec()
}

#[test]
#[allow(deprecated, reason = "the expanded form is what is read")]
fn ml_dsa_keys_are_one_key_in_every_encoding() {
    const OID: &str = "2.16.840.1.101.3.4.3.17";
    let expected = ["key ML-DSA-44 PKCS#8: private 71c328191003f506"];
    assert_eq!(told(v::ML_DSA_SEED), expected);
    let seed = private_of(v::ML_DSA_SEED)[2..].to_vec();
    let key = ml_dsa::SigningKey::<ml_dsa::MlDsa44>::from_seed(
        &ml_dsa::Seed::try_from(&seed[..]).expect("32 bytes"),
    );
    let expanded = key.expanded_key().to_expanded().to_vec();
    let both = write(0x30, &[write(0x04, &seed), write(0x04, &expanded)].concat());
    assert_eq!(lines(&pkcs8(OID, &both)), expected);
    assert_eq!(lines(&pkcs8(OID, &write(0x04, &expanded))), expected);
    assert_eq!(lines(&pkcs8(OID, &expanded)), expected);
    assert_eq!(lines(&pkcs8(OID, &seed)), expected);
    // A coefficient that no key has: the crate would panic.
    let mut bad = expanded.clone();
    bad[128] = 0xff;
    assert_eq!(
        lines(&pkcs8(OID, &write(0x04, &bad))),
        ["key ML-DSA-44 PKCS#8: private (public half not derived)"]
    );
}

#[test]
#[allow(deprecated, reason = "the expanded form is what is read")]
fn ml_kem_keys_are_one_key_in_every_encoding() {
    use ml_kem::ExpandedKeyEncoding as _;
    const OID: &str = "2.16.840.1.101.3.4.4.1";
    let expected = ["key ML-KEM-512 PKCS#8: private 878e0bb298edfd50"];
    assert_eq!(told(v::ML_KEM_SEED), expected);
    let seed = private_of(v::ML_KEM_SEED)[2..].to_vec();
    let key = ml_kem::DecapsulationKey512::from_seed(
        ml_kem::Seed::try_from(&seed[..]).expect("64 bytes"),
    );
    let expanded = key.to_expanded_bytes().to_vec();
    let both = write(0x30, &[write(0x04, &seed), write(0x04, &expanded)].concat());
    assert_eq!(lines(&pkcs8(OID, &both)), expected);
    assert_eq!(lines(&pkcs8(OID, &write(0x04, &expanded))), expected);
}

#[test]
fn the_public_half_of_slh_dsa_is_its_second_half() {
    assert_eq!(
        told(v::SLH_DSA),
        ["key SLH-DSA-SHA2-128s PKCS#8: private 7eff474c51c5ebe1"]
    );
}

#[test]
fn explicit_parameters_are_the_curve_that_they_are() {
    let parameters = |base64| block("EC PARAMETERS", base64);
    assert_eq!(parameters(v::SECT233K1), ["algorithm EC curve=K-233"]);
    assert_eq!(parameters(v::C2TNB191V1), ["algorithm EC curve=c2tnb191v1"]);
    assert_eq!(parameters(v::SECP112R1), ["algorithm EC curve=secp112r1"]);
    // Another base point makes another curve.
    let mut other = decoded(v::SECP112R1);
    let place = other.len() - 40;
    other[place] ^= 1;
    assert_eq!(
        parameters(&BASE64.encode(&other)),
        ["algorithm EC curve=?explicit(curve parameters)"]
    );
}

#[test]
fn an_encrypted_key_is_told_by_its_bytes() {
    let line = told(v::ENCRYPTED);
    assert!(
        line[0].starts_with(
            "key algorithm=?encrypted PKCS#8: private, encrypted (the key is encrypted) -> [1, 2]"
        ),
        "{line:?}"
    );
}

#[test]
fn dek_info_names_the_cipher() {
    assert_eq!(
        lines(v::DEK.as_bytes()),
        [
            "key EC curve=?encrypted SEC1: private, encrypted (the key is encrypted) -> [1, 2]",
            "algorithm AES key_bits=256 mode=CBC op=encrypt",
            "algorithm EVP_BytesToKey digest=MD5 iterations=1 op=derive salt_bits=64",
            "skip Encrypted: line 1: a private key: no password fits",
        ]
    );
}

#[test]
fn a_key_behind_a_password_that_everybody_tries_is_the_key_that_it_is() {
    let dek = lines(v::DEK_COMMON.as_bytes());
    let encrypted = told(v::ENCRYPTED_COMMON);
    assert_eq!(
        dek[0],
        "key EC curve=P-256 SEC1: private, encrypted 385be96b83b4f7ad -> [1, 2]"
    );
    assert_eq!(
        encrypted[0],
        "key EC curve=P-256 PKCS#8: private, encrypted 385be96b83b4f7ad -> [1, 2]"
    );
    assert_eq!((dek.len(), encrypted.len()), (3, 3));
}

#[test]
fn parameters_before_a_key_belong_to_it() {
    // The private value alone, and the OID of P-256.
    let key = private_of(v::P256_NO_PUBLIC);
    let text = format!(
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n\
         -----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n",
        BASE64.encode(&key)
    );
    assert_eq!(
        lines(text.as_bytes()),
        ["key EC curve=P-256 SEC1: private 385be96b83b4f7ad"]
    );
}

#[test]
fn a_digest_or_a_signature_is_no_key() {
    // DigestInfo of SHA-256, and r and s of ECDSA.
    let digest = [
        write(0x30, &write_oid("2.16.840.1.101.3.4.2.1").expect("an OID")),
        write(0x04, &[7; 32]),
    ];
    let signature = [write_unsigned(&[0x7f; 66]), write_unsigned(&[0x55; 66])];
    for parts in [digest, signature] {
        assert_eq!(lines(&write(0x30, &parts.concat())), [""; 0]);
    }
}

#[test]
fn a_request_asks_for_a_key() {
    assert_eq!(
        told(v::REQUEST),
        [
            "request ECDSA digest=SHA-256 op=verify CN=request.example,O=Example,C=DE -> [1]",
            "key EC curve=P-256 PKCS#10: public 385be96b83b4f7ad",
        ]
    );
}

#[test]
fn a_revocation_list_counts_its_entries() {
    assert_eq!(
        told(v::CRL),
        ["crl ECDSA digest=SHA-256 op=verify CN=List CA Some(1767225600)..Some(1769904000) 2"]
    );
}

#[test]
fn an_attribute_certificate_has_no_key() {
    assert_eq!(
        told(v::ATTRIBUTE),
        [
            "certificate ECDSA digest=SHA-256 op=verify X.509 attribute certificate: CN=Holder by CN=Authority #10203 Some(1767225600)..Some(1798761600)"
        ]
    );
}

#[test]
fn a_key_of_a_tpm_shows_its_public_half() {
    let text = block("TSS2 PRIVATE KEY", v::TSS2);
    assert_eq!(text.len(), 1);
    assert!(
        text[0].starts_with("key EC curve=P-256 TSS2: private, encrypted "),
        "{text:?}"
    );
    assert!(!text[0].contains('('), "{text:?}");
}

#[test]
fn every_group_and_curve_with_a_digest_has_one_of_its_own() {
    let known = &*KNOWN;
    let curves = known.catalog.curves().filter_map(|c| c.domain.as_deref());
    let groups = known.catalog.groups().filter_map(|g| g.prime.as_deref());
    let mut digests: Vec<&str> = curves.chain(groups).collect();
    let count = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(count, digests.len());
    assert!(digests.iter().all(|digest| digest.len() == 64));
}

/// RFC 7919 appendix A and RFC 3526: `2^b - 2^(b-64) + (floor(2^(b-130) * c) + x) * 2^64 - 1` for e and pi.
#[test]
fn the_primes_of_the_catalogue_are_those_of_the_formulas() {
    use num_bigint::BigUint;
    let one = || BigUint::from(1u8);
    // e = 1 + 1/1! + 1/2! + …, with 64 bits to spare.
    let e = |bits: u64| {
        let (mut sum, mut term, mut n) = (BigUint::from(0u8), one() << (bits + 64), 1u32);
        while term != BigUint::from(0u8) {
            sum += &term;
            term /= n;
            n += 1;
        }
        sum >> 64
    };
    // pi = 16 arctan(1/5) - 4 arctan(1/239) (Machin).
    let pi = |bits: u64| {
        let arctan = |x: u32| {
            let mut term = (one() << (bits + 64)) / x;
            let (mut plus, mut minus, mut n) = (BigUint::from(0u8), BigUint::from(0u8), 1u32);
            while term != BigUint::from(0u8) {
                if n % 4 == 1 {
                    plus += &term / n;
                } else {
                    minus += &term / n;
                }
                term /= x * x;
                n += 2;
            }
            plus - minus
        };
        (arctan(5) * 16u8 - arctan(239) * 4u8) >> 64
    };
    let known = &*KNOWN;
    let cases: [(&str, u64, BigUint, u32); 7] = [
        ("modp1", 768, pi(638), 149_686),
        ("modp2", 1024, pi(894), 129_093),
        ("modp5", 1536, pi(1406), 741_804),
        ("modp14", 2048, pi(1918), 124_476),
        ("modp15", 3072, pi(2942), 1_690_314),
        ("ffdhe2048", 2048, e(1918), 560_316),
        ("ffdhe3072", 3072, e(2942), 2_625_351),
    ];
    for (name, bits, constant, offset) in cases {
        let prime: BigUint =
            (one() << bits) - (one() << (bits - 64)) + ((constant + offset) << 64) - one();
        let found = super::super::explicit::group(&prime.to_bytes_be(), &known.catalog);
        assert_eq!(found, Some(name));
    }
}

#[test]
fn what_is_cut_or_changed_is_survived() {
    let samples = [
        v::P256_EXPLICIT,
        v::ED448,
        v::DSA,
        v::ENCRYPTED,
        v::REQUEST,
        v::CRL,
        v::ATTRIBUTE,
        v::TSS2,
        v::SECT233K1,
        v::RSA_PKCS1,
    ];
    for sample in samples {
        let bytes = decoded(sample);
        for at in 0..bytes.len() {
            detect(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= if at % 2 == 0 { 0x81 } else { 0xff };
            detect(&changed);
        }
    }
}
