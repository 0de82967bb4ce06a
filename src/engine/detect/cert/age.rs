//! age (age-encryption.org/v1, C2SP age.md and age-plugin.md): identities, recipients, and the headers of encrypted files.

use std::sync::Arc;

use super::pem::Block;
use super::seen::Seen;
use super::spki::{self, fingerprint, key};
use super::{Anchor, parts};
use crate::model::object::{Ciphertext, Half, KeyId};
use crate::model::{Asset, AssetKind, Facet, Facets, Object, Operation, SkipReason};

/// The first line of an encrypted file.
const VERSION: &[u8] = b"age-encryption.org/v1\n";
/// The letters of Bech32 (BIP 173).
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Letters of a recipient, at most: hybrid ones have some two thousand.
const MAX_LETTERS: usize = 4096;
/// Recipients of a file that are read.
const MAX_STANZAS: usize = 1000;

/// The anchor.
pub(super) struct Age;

impl Anchor for Age {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[
            b"AGE-SECRET-KEY-",
            b"AGE-PLUGIN-",
            b"age1",
            b"age-encryption.org/v1\n",
        ]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let rest = text.get(at..)?;
        if rest.starts_with(VERSION) {
            // In a text that speaks of it, no stanza follows; and none of them holds another file.
            let start = parts::line_start(text, at, 64)?;
            if text.get(start..at)?.starts_with(b"->") {
                return None;
            }
            let (stanzas, length) = header(rest)?;
            seen.stand(text, at..at + length);
            encrypted(&stanzas, seen);
            return Some(at + length);
        }
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let escaped = at >= 2 && text.get(at - 2) == Some(&b'\\');
        if !escaped && before.is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        let length = rest
            .iter()
            .take(MAX_LETTERS)
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
            .count();
        let word = std::str::from_utf8(rest.get(..length)?).ok()?;
        let end = at + length;
        let (prefix, bytes) = bech32(word)?;
        seen.stand(text, at..end);
        let asset = match prefix.as_str() {
            "age" => recipient(bytes.as_slice().try_into().ok()?, Half::Public, seen)?,
            "age1pq" => hybrid(&bytes, seen)?,
            "age-secret-key-" => {
                let secret: [u8; 32] = bytes.try_into().ok()?;
                let secret = x25519_dalek::StaticSecret::from(secret);
                let public = x25519_dalek::PublicKey::from(&secret).to_bytes();
                recipient(public, Half::Private, seen)?
            }
            "age-secret-key-pq-" => {
                let place = format!("{}\n{at}", seen.artifact.path);
                let id = KeyId::Itself(fingerprint(place.as_bytes()), "public half not derived");
                let facets = parts::named("X-Wing", seen.catalog());
                key(facets, id, Half::Private, "age")
            }
            plugin => {
                // Whose key is in a device or a service; the plugin alone knows what it is.
                let name = plugin
                    .strip_prefix("age-plugin-")
                    .or(plugin.strip_prefix("age1"))?
                    .trim_end_matches('-');
                let place = format!("{}\n{at}", seen.artifact.path);
                // An identity is a handle, or the key itself: its bytes are nobody's business.
                let (half, told) = if word.starts_with("AGE") {
                    (Half::EncryptedPrivate, fingerprint(place.as_bytes()))
                } else {
                    (Half::Public, fingerprint(&bytes))
                };
                let id = KeyId::Itself(told, "only the plugin can read it");
                key(
                    parts::unnamed(&format!("age plugin {name}")),
                    id,
                    half,
                    "age",
                )
            }
        };
        seen.show(word.get(..word.rfind('1').unwrap_or(0))?.as_bytes());
        let shown = matches!(prefix.as_str(), "age" | "age1pq");
        let label = if shown {
            word.get(..word.len().min(62))?
        } else {
            ""
        };
        seen.add(parts::labelled(asset, label), "object/age");
        Some(end)
    }
}

fn recipient(public: [u8; 32], half: Half, seen: &Seen<'_>) -> Option<Asset> {
    let key = spki::read(&spki::raw("1.3.101.110", &public)?, seen.catalog())?;
    Some(key.asset(half, "age"))
}

/// ML-KEM-768 and X25519 as X-Wing combines them.
fn hybrid(public: &[u8], seen: &Seen<'_>) -> Option<Asset> {
    let oid = &seen.catalog().algorithm("X-Wing")?.oids.first()?.oid;
    let info = (public.len() == 1184 + 32).then(|| spki::raw(oid, public))??;
    Some(spki::read(&info, seen.catalog())?.asset(Half::Public, "age"))
}

/// What stands before the last `1`, in lower case, and the bytes behind it; `None` where the checksum is wrong.
fn bech32(word: &str) -> Option<(String, Vec<u8>)> {
    let mixed = word.bytes().any(|b| b.is_ascii_lowercase())
        && word.bytes().any(|b| b.is_ascii_uppercase());
    if mixed {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let (prefix, data) = word.rsplit_once('1')?;
    let values: Vec<u8> = data
        .bytes()
        .map(|byte| BECH32.iter().position(|letter| *letter == byte))
        .map(|value| u8::try_from(value?).ok())
        .collect::<Option<_>>()?;
    if prefix.is_empty() || values.len() < 6 {
        return None;
    }
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let all = high.chain([0]).chain(low).chain(values.iter().copied());
    let checksum = all.fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let sum = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        [
            0x3b6a_57b2,
            0x2650_8e6d,
            0x1ea1_19fa,
            0x3d42_33dd,
            0x2a14_62b3,
        ]
        .iter()
        .enumerate()
        .filter(|(bit, _)| top >> bit & 1 == 1)
        .fold(sum, |sum, (_, generator): (usize, &u32)| sum ^ generator)
    });
    if checksum != 1 {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0);
    for value in values.get(..values.len() - 6)? {
        buffer = (buffer << 5 | u32::from(*value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    Some((prefix.to_owned(), bytes))
}

/// The words of the stanzas of a header, and how long it is.
fn header(text: &[u8]) -> Option<(Vec<Vec<String>>, usize)> {
    let mut stanzas: Vec<Vec<String>> = Vec::new();
    let mut at = VERSION.len();
    loop {
        let (line, next) = parts::line(text, at);
        if line.starts_with(b"---") {
            return (!stanzas.is_empty()).then_some((stanzas, next));
        }
        match line.strip_prefix(b"-> ") {
            Some(arguments) => {
                let arguments = std::str::from_utf8(arguments.get(..arguments.len().min(4096))?);
                let words = arguments.ok()?.split(' ').map(str::to_owned);
                stanzas.push(words.take(8).collect());
            }
            None if stanzas.is_empty() || line.len() > 64 => return None,
            None if !line.iter().all(|byte| parts::is_base64(*byte)) => return None,
            None => {}
        }
        if next >= text.len() || stanzas.len() > MAX_STANZAS {
            return (!stanzas.is_empty()).then_some((stanzas, next.min(text.len())));
        }
        at = next;
    }
}

/// Reads a block of the label `AGE ENCRYPTED FILE`.
pub(super) fn armoured(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    if !block.bytes.starts_with(VERSION) {
        return false;
    }
    match header(&block.bytes) {
        Some((stanzas, _)) => encrypted(&stanzas, seen),
        None => seen.skip(SkipReason::Damaged, "age header"),
    }
    true
}

/// An encrypted file, the ways in which its key is encrypted for its recipients, and how its content is.
fn encrypted(stanzas: &[Vec<String>], seen: &mut Seen<'_>) {
    let catalog = seen.catalog();
    let mut recipients = 0_u32;
    let mut ways: Vec<Facets> = Vec::new();
    for stanza in stanzas {
        let kind = stanza.first().map_or("", String::as_str);
        // Stanzas that only keep readers from being picky.
        if kind.ends_with("-grease") {
            continue;
        }
        recipients = recipients.saturating_add(1);
        let way = match kind {
            "X25519" => parts::named("age-X25519", catalog),
            "scrypt" => {
                let mut facets = parts::named("scrypt", catalog);
                let salt = stanza
                    .get(1)
                    .and_then(|salt| parts::base64(salt.as_bytes()));
                if let Some(salt) = salt {
                    facets = parts::with(facets, Facet::SaltBits, salt.len() as u64 * 8)
                }
                let work = stanza.get(2).and_then(|work| work.parse::<u32>().ok());
                if let Some(cost) = work.and_then(|work| 1_u64.checked_shl(work)) {
                    facets = parts::with(facets, Facet::Iterations, cost)
                }
                facets
            }
            "ssh-rsa" => {
                let facets = parts::named("RSAES-OAEP", catalog);
                parts::with_name(facets, Facet::Digest, "SHA-256")
            }
            "ssh-ed25519" => parts::named("X25519", catalog),
            "mlkem768x25519" => parts::named("X-Wing", catalog),
            // Keys in security keys and TPMs, of the plugins yubikey and se; and the tags of age 1.3.
            "piv-p256" | "p256tag" => {
                parts::with_name(parts::named("ECDH", catalog), Facet::Curve, "P-256")
            }
            "mlkem768p256tag" => parts::named("MLKEM768-P256", catalog),
            other => parts::unnamed(other),
        };
        if !ways.contains(&way) {
            ways.push(way)
        }
    }
    ways.push(parts::named("ChaCha20-Poly1305", catalog));
    let own = seen.add(
        Asset {
            facets: Facets::new(),
            operations: [Operation::Decrypt].into(),
            object: Some(Arc::new(Object::Ciphertext(Ciphertext {
                form: "age",
                recipients,
            }))),
            ..Asset::new(AssetKind::Ciphertext)
        },
        "object/age",
    );
    for facets in ways {
        let way = seen.add(parts::algorithm(facets), "object/age");
        seen.uses(own, way)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives, told};
    use super::fingerprint;

    #[test]
    fn an_identity_is_the_key_of_its_recipient() {
        assert_eq!(
            seen(
                "age.txt",
                "# created: 2026-11-29T19:42:57Z
# public key: age1wcjp44yy233awrq9g0h0a77az5u6kjqmwhyhjgt3g2aa29gazezs83ytz4
AGE-SECRET-KEY-1G5EE92M5ANXK3NLC2SPZEELYF855SK67N463G0H06SNPQKVUZC2SQYSFNU
"
                .as_bytes()
            ),
            [
                r#"2: key algorithm=X25519 (public) "age1wcjp44yy233awrq9g0h0a77az5u6kjqmwhyhjgt3g2aa29gazezs83ytz4" 3ed431b48e6c"#,
                "3: key algorithm=X25519 (private) 3ed431b48e6c",
            ]
        );
    }

    /// Some plugins have the key itself in the identity, unencrypted.
    #[test]
    fn an_identity_of_a_plugin_is_told_by_its_place() {
        let identity = "AGE-PLUGIN-PQ-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0S0C7SXR";
        let secret: Vec<u8> = (0..32).collect();
        let told = told("x", identity.as_bytes());
        assert!(told.contains("age plugin pq"), "{told}");
        assert!(!told.contains(&fingerprint(&secret).to_string()));
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", &data_encoding::BASE64.decode(b"IyBjcmVhdGVkOiAyMDI2LTExLTI5VDE5OjQyOjU3WgojIHB1YmxpYyBrZXk6IGFnZTF3Y2pwNDR5eTIzM2F3cnE5ZzBoMGE3N2F6NXU2a2pxbXdoeWhqZ3QzZzJhYTI5Z2F6ZXpzODN5dHo0CkFHRS1TRUNSRVQtS0VZLTFHNUVFOTJNNUFOWEszTkxDMlNQWkVFTFlGODU1U0s2N040NjNHMEgwNlNOUFFLVlVaQzJTUVlTRk5VCg==").expect("base64"));
        survives("x", &data_encoding::BASE64.decode(b"cGFzc3dvcmQ6IEVOQ1tBRVMyNTZfR0NNLGRhdGE6cDY3M3c9PSxpdjpZWT0sYWFkOlVRPSx0YWc6QT0sdHlwZTpzdHJdCnNvcHM6CiAgICBhZ2U6CiAgICAgICAgLSByZWNpcGllbnQ6IGFnZTF3Y2pwNDR5eTIzM2F3cnE5ZzBoMGE3N2F6NXU2a2pxbXdoeWhqZ3QzZzJhYTI5Z2F6ZXpzODN5dHo0CiAgICAgICAgICBlbmM6IHwKICAgICAgICAgICAgLS0tLS1CRUdJTiBBR0UgRU5DUllQVEVEIEZJTEUtLS0tLQogICAgICAgICAgICBZV2RsTFdWdVkzSjVjSFJwYjI0dWIzSm5MM1l4Q2kwK0lGZ3lOVFV4T1NCTmFrSTBSWEZXYTI4NUsxbFpUbVprCiAgICAgICAgICAgIFlrbFdVV2g2WW5aTFRFeFZkbWR6Tnl0TlpIcDRMMG8yY214M0NubHdhVTVEY20xSE16VndlSEZoWWxwcVJEaDQKICAgICAgICAgICAgTUdWdmFEWlVXVGRyTTBSNGFISTBZMjFKVTBGalZFa0tMVDRnYzNOb0xXVmtNalUxTVRrZ1JXbzVWVWQzSURjcgogICAgICAgICAgICBaM0kxUlV4eFNYVTNOVGRETldKcmIzRnVibnBMV25acEx6VXlRVTlaUml0MGQyTjVWMnB4V0VVS2JGTlBjVTE2CiAgICAgICAgICAgIGVGUkNka04zVWxZNFEyMTZVbEpLVlZseWEwZDBVM1JHU1hweEwwWm1Vek15TkZod2F3b3RMUzBnV0hNMlFXWnoKICAgICAgICAgICAgVUdsNlFrWTJiMjlMYlZKSVoyMHJjbkk0T0hvNWNVbGxXV0o2Vms1UVpFeGhjVVZCU1FxTjhHNEgySXc5eTlxQgogICAgICAgICAgICA2c3BCejNXNnRDSGkzQ1ZJaFNYZEszS0FhSTVLRnJ0bVJRPT0KICAgICAgICAgICAgLS0tLS1FTkQgQUdFIEVOQ1JZUFRFRCBGSUxFLS0tLS0KICAgIGxhc3Rtb2RpZmllZDogIjIwMjYtMDEtMDFUMDA6MDA6MDBaIgogICAgbWFjOiBFTkNbQUVTMjU2X0dDTSxkYXRhOnh4PT0saXY6WVk9LHRhZzpBPSx0eXBlOnN0cl0KICAgIHBncDoKICAgICAgICAtIGNyZWF0ZWRfYXQ6ICIyMDI2LTAxLTAxVDAwOjAwOjAwWiIKICAgICAgICAgIGZwOiBGQkM3QjlFMkE0RjkyODlBQzBDMUQ0ODQzRDE2Q0VFNEEyNzM4MUI0CiAgICB1bmVuY3J5cHRlZF9zdWZmaXg6IF91bmVuY3J5cHRlZAogICAgdmVyc2lvbjogMy45LjAK").expect("base64"));
    }
}
