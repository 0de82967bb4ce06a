//! DNSSEC: the records DNSKEY, CDNSKEY and KEY with public keys and RRSIG with signatures (RFC 4034, and the registry "DNS Security Algorithm
//! Numbers") in zone files, and the private keys of BIND.

use std::sync::Arc;

use super::seen::Seen;
use super::spki::{self, PublicKey, fingerprint, key};
use super::{Anchor, parts};
use crate::knowledge::catalog::Catalog;
use crate::model::object::{Half, KeyId, Signature};
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation, SkipReason};

/// Bytes of a record: keys of RSA have two thousand, those of post-quantum experiments more.
const MAX_RECORD: usize = 32 << 10;
/// Bytes of its line before the type.
const MAX_BEFORE: usize = 300;

/// How signatures of an algorithm number are made: mnemonic, signature algorithm, digest.
const ALGORITHMS: &[(u8, &str, &str, &str)] = &[
    (1, "RSAMD5", "RSASSA-PKCS1", "MD5"),
    (3, "DSA", "DSA", "SHA-1"),
    (5, "RSASHA1", "RSASSA-PKCS1", "SHA-1"),
    (6, "NSEC3DSA", "DSA", "SHA-1"),
    (7, "NSEC3RSASHA1", "RSASSA-PKCS1", "SHA-1"),
    (8, "RSASHA256", "RSASSA-PKCS1", "SHA-256"),
    (10, "RSASHA512", "RSASSA-PKCS1", "SHA-512"),
    (13, "ECDSAP256SHA256", "ECDSA", "SHA-256"),
    (14, "ECDSAP384SHA384", "ECDSA", "SHA-384"),
    (15, "ED25519", "Ed25519", ""),
    (16, "ED448", "Ed448", ""),
    (17, "SM2SM3", "SM2-DSA", "SM3"),
];

/// The number that a field names, in digits or by its mnemonic.
fn number_of(field: &str) -> Option<u8> {
    field.parse().ok().or_else(|| {
        ALGORITHMS
            .iter()
            .find(|(_, mnemonic, ..)| field.eq_ignore_ascii_case(mnemonic))
            .map(|(number, ..)| *number)
    })
}

fn signature_facets(number: u8, catalog: &Catalog) -> Facets {
    let Some((_, _, name, digest)) = ALGORITHMS.iter().find(|(n, ..)| *n == number) else {
        return parts::unnamed(&format!("DNSSEC algorithm {number}"));
    };
    let mut facets = parts::named(name, catalog);
    if !digest.is_empty() {
        facets = parts::with_name(facets, Facet::Digest, digest)
    }
    match number {
        13 => parts::with_name(facets, Facet::Curve, "P-256"),
        14 => parts::with_name(facets, Facet::Curve, "P-384"),
        _ => facets,
    }
}

/// The public key of a record (RFC 3110, RFC 2536, RFC 6605, RFC 8080, RFC 9563).
fn public(number: u8, bytes: &[u8], catalog: &Catalog) -> Option<PublicKey> {
    let point = |curve: &str, size: usize| {
        let oid = catalog.curve(curve)?.oids.first()?;
        (bytes.len() == 2 * size).then(|| spki::ec(oid, &[&[4], bytes].concat()))?
    };
    let info = match number {
        1 | 5 | 7 | 8 | 10 => {
            let (length, rest) = match bytes {
                [0, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
                [length, rest @ ..] => (usize::from(*length), rest),
                [] => return None,
            };
            let (e, n) = rest.split_at_checked(length)?;
            (n.len() >= 32 && !e.is_empty()).then(|| spki::rsa(n, e))
        }
        3 | 6 => {
            let (size, rest) = bytes.split_first()?;
            let size = 64 + 8 * usize::from(*size);
            let (q, rest) = rest.split_at_checked(20)?;
            let (p, rest) = rest.split_at_checked(size)?;
            let (g, y) = rest.split_at_checked(size)?;
            Some(spki::dsa(p, q, g, y))
        }
        13 => point("P-256", 32),
        14 => point("P-384", 48),
        17 => point("SM2", 32),
        15 if bytes.len() == 32 => spki::raw("1.3.101.112", bytes),
        16 if bytes.len() == 57 => spki::raw("1.3.101.113", bytes),
        _ => None,
    }?;
    spki::read(&info, catalog)
}

/// The records of zone files.
pub(super) struct Records;

impl Anchor for Records {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[b"DNSKEY", b"RRSIG", b"IN KEY ", b"IN\tKEY\t"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        // `CDNSKEY` says which key the parent should vouch for.
        let start = parts::line_start(text, at, MAX_BEFORE)?;
        let before = std::str::from_utf8(text.get(start..at)?).ok()?;
        let sound = before.strip_suffix('C').unwrap_or(before);
        // In a comment there is no record; to read on from there would be to read the same again and again.
        let clean = (sound.is_empty() || sound.ends_with([' ', '\t'])) && !sound.contains(';');
        clean.then_some(())?;
        let (owner, start) = owner(sound).map_or(("", start), |(owner, at)| (owner, start + at));
        let rest = text.get(at..text.len().min(at + MAX_RECORD))?;
        let kind = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let signature = rest.starts_with(b"RRSIG");
        let kind = if rest.starts_with(b"IN") { 6 } else { kind };
        matches!(rest.get(kind)?, b' ' | b'\t').then_some(())?;
        let (fields, length) = fields(rest.get(kind..)?)?;
        let end = at + kind + length;
        let field = |n: usize| fields.get(n).map_or("", String::as_str);
        if signature {
            // Type covered, algorithm, labels, TTL, end, beginning, key tag, signer, signature.
            let number = number_of(field(1))?;
            let _: u8 = field(2).parse().ok()?;
            let tag: u16 = field(6).parse().ok()?;
            let signer = field(7);
            (fields.len() > 8 && signer.ends_with('.')).then_some(())?;
            seen.stand(text, start..end);
            seen.show(text.get(start..at + 5)?);
            sign(number, tag, signer, seen);
            return Some(end);
        }
        let flags: u16 = field(0).parse().ok()?;
        let protocol: u8 = field(1).parse().ok()?;
        let number = number_of(field(2))?;
        let base64 = fields.get(3..)?.concat();
        let bytes = parts::base64(base64.as_bytes()).filter(|bytes| !bytes.is_empty())?;
        (protocol == 3).then_some(())?;
        seen.stand(text, start..end);
        seen.show(text.get(start..at + kind)?);
        let asset = match public(number, &bytes, seen.catalog()) {
            Some(key) => key.asset(Half::Public, "DNSSEC"),
            // Deletes the keys at the parent (RFC 8078 §4).
            None if number == 0 => return Some(end),
            None if ALGORITHMS.iter().any(|(n, ..)| *n == number) => {
                if bytes.len() >= 32 {
                    seen.skip(SkipReason::Damaged, format!("key of algorithm {number}"))
                }
                return None;
            }
            None => {
                let id = KeyId::Itself(fingerprint(&bytes), "encoding of the key type not known");
                let facets = parts::unnamed(&format!("DNSSEC algorithm {number}"));
                key(facets, id, Half::Public, "DNSSEC")
            }
        };
        let role = if flags & 1 == 1 { " (KSK)" } else { "" };
        let mut asset = parts::labelled(asset, &format!("{owner}{role}"));
        asset.operations = [Operation::Verify].into();
        seen.add(asset, "object/dnssec");
        Some(end)
    }
}

/// The name that a record is of, and where it stands: before the time to live and the class. Nothing before it belongs to the record, and
/// a record without a name is of the one before it.
fn owner(before: &str) -> Option<(&str, usize)> {
    let parameter = |word: &&str| {
        let time = word.starts_with(|first: char| first.is_ascii_digit());
        *word == "IN" || time && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let owner = before
        .split_ascii_whitespace()
        .rev()
        .find(|word| !parameter(word))?;
    Some((owner, before.rfind(owner)?))
}

fn sign(number: u8, tag: u16, signer: &str, seen: &mut Seen<'_>) {
    let facets = signature_facets(number, seen.catalog());
    seen.add(
        Asset {
            facets,
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Signature(Signature {
                form: "DNSSEC",
                signer: Some(format!("{} key {tag}", parts::clean(signer))),
            }))),
            ..Asset::new(AssetKind::Signature)
        },
        "object/dnssec",
    );
}

/// The fields of a record up to the end of its line, or of its parentheses, without comments; and how long that is.
fn fields(text: &[u8]) -> Option<(Vec<String>, usize)> {
    let mut fields = Vec::new();
    let mut word = String::new();
    let mut deep = false;
    let mut comment = false;
    for (n, byte) in text.iter().enumerate() {
        let blank = byte.is_ascii_whitespace() || matches!(byte, b'(' | b')' | b';');
        if blank && !word.is_empty() {
            // The next record: parentheses that nobody closed. First, it is the type that a signature covers.
            if !fields.is_empty() && matches!(word.as_str(), "DNSKEY" | "CDNSKEY" | "RRSIG" | "IN")
            {
                return None;
            }
            fields.push(std::mem::take(&mut word))
        }
        match byte {
            b'\n' if !deep => return Some((fields, n)),
            b'\n' => comment = false,
            _ if comment => {}
            b';' => comment = true,
            b'(' => deep = true,
            b')' => deep = false,
            byte if !blank && byte.is_ascii_graphic() => word.push(char::from(*byte)),
            _ if blank => {}
            _ => return None,
        }
    }
    if !word.is_empty() {
        fields.push(word)
    }
    (!deep).then_some((fields, text.len()))
}

/// What the first line of a private key begins with.
const PRIVATE: &[u8] = b"Private-key-format: v";

/// Private keys of BIND.
pub(super) struct Private;

impl Anchor for Private {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[PRIVATE]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        // `v1.3`; who speaks of such files writes on.
        let begins_line = at.checked_sub(1).and_then(|before| text.get(before));
        let (title, mut next) = parts::line(text, at);
        let version = title.get(PRIVATE.len()..)?.trim_ascii();
        let plain = version.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        if !matches!(begins_line, None | Some(b'\n' | b'\r')) || version.is_empty() || !plain {
            return None;
        }
        let mut number = None;
        let mut values: Vec<(String, Vec<u8>)> = Vec::new();
        for _ in 0..40 {
            let (line, after) = parts::line(text, next);
            let line = std::str::from_utf8(line.get(..line.len().min(16 << 10))?).ok()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name == "Private-key-format" {
                break;
            }
            next = after;
            if name == "Algorithm" {
                number = Some(number_of(value.split_ascii_whitespace().next()?)?);
            } else if let Some(bytes) = parts::base64(value.trim().as_bytes()) {
                values.push((name.to_ascii_lowercase(), bytes));
            }
            if next >= text.len() {
                break;
            }
        }
        let number = number?;
        // RSA has eight values, DSA five; whatever there is, one has the bytes of a key.
        values.iter().find(|(_, bytes)| bytes.len() >= 16)?;
        seen.stand(text, at..next);
        seen.show(b"Private-key-format");
        let value = |wanted: &str| {
            values
                .iter()
                .find(|(name, _)| name.starts_with(wanted))
                .map(|(_, bytes)| bytes.as_slice())
        };
        let derived = seen.spend(500).then(|| derive(number, &value)).flatten();
        let known = derived.and_then(|info| spki::read(&info, seen.catalog()));
        // `Kexample.org.+013+12345.private`.
        let file = seen.artifact.path.rsplit('/').next().unwrap_or_default();
        let owner = file
            .strip_prefix('K')
            .and_then(|name| name.split_once('+'))
            .map_or("", |(owner, _)| owner);
        let asset = match known {
            Some(key) => key.asset(Half::Private, "DNSSEC"),
            None => {
                // Keys of HMAC for TSIG (157, 161 to 165) stand in such files too.
                let hmac = match number {
                    157 => "MD5",
                    161 => "SHA-1",
                    162 => "SHA-224",
                    163 => "SHA-256",
                    164 => "SHA-384",
                    165 => "SHA-512",
                    _ => "",
                };
                let place = format!("{}\n{at}", seen.artifact.path);
                if hmac.is_empty() {
                    let facets = private_facets(number, seen.catalog());
                    let why = "public half not derived";
                    let id = KeyId::Itself(fingerprint(place.as_bytes()), why);
                    key(facets, id, Half::Private, "DNSSEC")
                } else {
                    let facets = parts::named("HMAC", seen.catalog());
                    let mut facets = parts::with_name(facets, Facet::Digest, hmac);
                    if let Some(secret) = value("key") {
                        facets = parts::with(facets, Facet::KeyBits, secret.len() as u64 * 8)
                    }
                    parts::secret(facets, &place, "DNSSEC")
                }
            }
        };
        seen.add(parts::labelled(asset, owner), "object/dnssec");
        Some(next)
    }
}

fn private_facets(number: u8, catalog: &Catalog) -> Facets {
    match number {
        13 => parts::with_name(parts::named("EC", catalog), Facet::Curve, "P-256"),
        14 => parts::with_name(parts::named("EC", catalog), Facet::Curve, "P-384"),
        1 | 5 | 7 | 8 | 10 => parts::named("RSA", catalog),
        3 | 6 => parts::named("DSA", catalog),
        15 => parts::named("Ed25519", catalog),
        16 => parts::named("Ed448", catalog),
        17 => parts::named("SM2", catalog),
        _ => parts::unnamed(&format!("DNSSEC algorithm {number}")),
    }
}

/// The public half, which stands beside the private one in RSA and DSA, and follows from it on curves.
fn derive<'v>(number: u8, value: &dyn Fn(&str) -> Option<&'v [u8]>) -> Option<Vec<u8>> {
    match number {
        1 | 5 | 7 | 8 | 10 => Some(spki::rsa(value("modulus")?, value("publicexponent")?)),
        3 | 6 => Some(spki::dsa(
            value("prime")?,
            value("subprime")?,
            value("base")?,
            value("public_value")?,
        )),
        13 => {
            let secret = p256::SecretKey::from_slice(value("privatekey")?).ok()?;
            let point = secret.public_key().to_sec1_bytes();
            spki::ec("1.2.840.10045.3.1.7", &point)
        }
        14 => {
            let secret = p384::SecretKey::from_slice(value("privatekey")?).ok()?;
            let point = secret.public_key().to_sec1_bytes();
            spki::ec("1.3.132.0.34", &point)
        }
        15 => {
            let seed: &[u8; 32] = value("privatekey")?.try_into().ok()?;
            let secret = ed25519_dalek::SigningKey::from_bytes(seed);
            spki::raw("1.3.101.112", secret.verifying_key().as_bytes())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives};

    #[test]
    fn records_in_a_zone() {
        assert_eq!(
            seen(
                "e_zone",
                "$ORIGIN example.org.
example.org. 3600 IN DNSKEY 257 3 13 (
   EgVX3UiEpQ752D15XLOghn1tcxo6j4lun2/LiNEP4Oyz ; first
   DsZ0TAKB8ILwOc9Noyyu1kfz5SbhlQ0kPymNvhfo1g== ) ; KSK
example.org. 3600 IN CDNSKEY 0 3 0 AA==
example.org. 3600 IN RRSIG SOA 13 2 3600 20300101000000 20200101000000 23273 example.org. AAAA
   ; the DNSKEY record, an RRSIG record too
"
                .as_bytes()
            ),
            [
                r#"2: key algorithm=EC curve=P-256 (public) "example.org. (KSK)" 2a36fe905515"#,
                "6: signature algorithm=ECDSA curve=P-256 digest=SHA-256 DNSSEC by example.org. key 23273",
            ]
        );
    }

    #[test]
    fn the_owner_stands_before_time_and_class() {
        const KEY: &str = "DNSKEY 256 3 15 yKeupNkWykxSLe+2VofsycLfrFSNo5W+IMJl9Ysxr F8=";
        for (before, owner) in [
            ("example.org. IN ", r#""example.org." "#),
            ("1.0.10.in-addr.arpa. 1h IN ", r#""1.0.10.in-addr.arpa." "#),
            ("not told, anchor example.org. ", r#""example.org." "#),
            ("   3600 IN ", ""),
        ] {
            let lines = seen("x", format!("{before}{KEY}").as_bytes());
            let line = format!("1: key algorithm=Ed25519 (public) {owner}63a91df7f633");
            assert_eq!(lines, [line], "{before}");
        }
    }

    #[test]
    fn private_keys_are_the_keys_of_their_records() {
        assert_eq!(
            seen(
                "Kexample.org.+013+23273.private",
                "Private-key-format: v1.3
Algorithm: 13 (ECDSAP256SHA256)
PrivateKey: eheCzZgF1XOX9Sk3MDtxUuzx+TDP6T+qnHa8E88tw0s=
Created: 20261129194257
Publish: 20261129194257
Activate: 20261129194257
"
                .as_bytes()
            ),
            [r#"1: key algorithm=EC curve=P-256 (private) "example.org." 2a36fe905515"#,]
        );
        assert_eq!(
            seen(
                "Kexample.org.+015+05057.private",
                "Private-key-format: v1.3
Algorithm: 15 (ED25519)
PrivateKey: DhOK5E3NPRksZuUbksoJzJp/6bxBWF1ZsbPPcBfyFJ4=
Created: 20261129194257
Publish: 20261129194257
Activate: 20261129194257
"
                .as_bytes()
            ),
            [r#"1: key algorithm=Ed25519 (private) "example.org." 52dcf5b24276"#,]
        );
        assert_eq!(
            seen(
                "Kexample.org.+015+05057.key",
                "; This is a zone-signing key, keyid 5057, for example.org.
; Created: 20261129194257 (Sun Nov 29 19:42:57 2026)
; Publish: 20261129194257 (Sun Nov 29 19:42:57 2026)
; Activate: 20261129194257 (Sun Nov 29 19:42:57 2026)
example.org. IN DNSKEY 256 3 15 fDAXIw+rhNkEHC8TGPX8XzwDADtF2/VQNhG3obkBgTY=
"
                .as_bytes()
            ),
            [r#"5: key algorithm=Ed25519 (public) "example.org." 52dcf5b24276"#,]
        );
    }

    #[test]
    fn who_speaks_of_private_keys_has_none() {
        for text in [
            "printf(\"Private-key-format: v%d.%d\\n\", MAJOR, MINOR);\n",
            "Private-key-format: v1.3\n",
            "see Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: eheCzZgF1XOX9Sk3MDtxUuzx+TDP6T+qnHa8E88tw0s=\n",
            "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: ...\n",
        ] {
            assert!(seen("a.c", text.as_bytes()).is_empty(), "{text}")
        }
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", &data_encoding::BASE64.decode(b"JE9SSUdJTiBleGFtcGxlLm9yZy4KZXhhbXBsZS5vcmcuIDM2MDAgSU4gRE5TS0VZIDI1NyAzIDEzICgKICAgRWdWWDNVaUVwUTc1MkQxNVhMT2dobjF0Y3hvNmo0bHVuMi9MaU5FUDRPeXogOyBmaXJzdAogICBEc1owVEFLQjhJTHdPYzlOb3l5dTFrZno1U2JobFEwa1B5bU52aGZvMWc9PSApIDsgS1NLCmV4YW1wbGUub3JnLiAzNjAwIElOIENETlNLRVkgMCAzIDAgQUE9PQpleGFtcGxlLm9yZy4gMzYwMCBJTiBSUlNJRyBTT0EgMTMgMiAzNjAwIDIwMzAwMTAxMDAwMDAwIDIwMjAwMTAxMDAwMDAwIDIzMjczIGV4YW1wbGUub3JnLiBBQUFBCiAgIDsgdGhlIEROU0tFWSByZWNvcmQsIGFuIFJSU0lHIHJlY29yZCB0b28K").expect("base64"));
    }
}
