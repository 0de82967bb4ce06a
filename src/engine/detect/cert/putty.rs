//! Private keys of PuTTY, versions 1 to 3 (PuTTY manual, appendix C): the public half is in the open.

use super::seen::Seen;
use super::{Anchor, parts, ssh};
use crate::model::object::Half;
use crate::model::{Facet, SkipReason};

/// Lines of a key at most; RSA of 16384 bits has some 250.
const MAX_LINES: usize = 2000;

/// What the first line begins with, before the version.
const NAME: &[u8] = b"PuTTY-User-Key-File-";

/// The anchor.
pub(super) struct Putty;

/// What a file says, private lines aside.
#[derive(Default)]
struct File {
    encryption: String,
    comment: String,
    public: Vec<u8>,
    kdf: String,
    passes: Option<u64>,
    salt: Option<u64>,
}

impl Anchor for Putty {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[NAME]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let (first, mut next) = parts::line(text, at);
        // Of several in one line the last is read, if any: so no line is read twice.
        if memchr::memmem::rfind(first, NAME) != Some(0) {
            return None;
        }
        let first = std::str::from_utf8(first).ok()?;
        let (version, name) = first
            .strip_prefix("PuTTY-User-Key-File-")?
            .split_once(": ")?;
        let version: u32 = version.parse().ok()?;
        let mut file = File::default();
        let mut ended = false;
        for _ in 0..MAX_LINES {
            let (line, after) = parts::line(text, next);
            if next >= text.len() {
                break;
            }
            if memchr::memmem::find(line, NAME).is_some() {
                break;
            }
            let Some((field, value)) = field(line) else {
                break;
            };
            next = after;
            match field {
                "Encryption" => file.encryption = value.to_owned(),
                "Comment" => file.comment = value.to_owned(),
                "Key-Derivation" => file.kdf = value.to_owned(),
                "Argon2-Passes" => file.passes = value.parse().ok(),
                "Argon2-Salt" => file.salt = Some(value.len() as u64 * 4),
                "Public-Lines" => {
                    let (base64, after) = lines(text, next, value);
                    file.public = base64;
                    next = after;
                }
                "Private-Lines" => next = lines(text, next, value).1,
                "Private-MAC" | "Private-Hash" => {
                    ended = true;
                    break;
                }
                _ => {}
            }
        }
        let blob = parts::base64(&file.public)?;
        if blob.is_empty() {
            return None;
        }
        seen.stand(text, at..next);
        seen.show(first.as_bytes());
        let Some((_, key)) = ssh::public(&blob, seen.catalog()) else {
            seen.skip(SkipReason::Damaged, format!("{} key", parts::clean(name)));
            return Some(next);
        };
        if file.encryption.is_empty() {
            let what = "PuTTY key that does not say whether it is encrypted";
            seen.skip(SkipReason::Damaged, what);
            return Some(next);
        }
        if !ended {
            seen.skip(SkipReason::Damaged, "PuTTY key without its end")
        }
        let encrypted = file.encryption != "none";
        let half = if encrypted {
            Half::EncryptedPrivate
        } else {
            Half::Private
        };
        let asset = parts::labelled(key.asset(half, "PuTTY"), &file.comment);
        let own = seen.add(asset, "object/putty");
        if encrypted {
            protection(version, &file, own, seen)
        }
        Some(next)
    }
}

/// The KDF, the cipher and the MAC.
fn protection(version: u32, file: &File, own: usize, seen: &mut Seen<'_>) {
    let catalog = seen.catalog();
    let named = |name: &str| parts::named(name, catalog);
    let kdf = match file.kdf.as_str() {
        // Before version 3 it is two digests of the password.
        "" => named("SHA-1"),
        "Argon2id" | "Argon2i" | "Argon2d" => {
            let mut facets = named(&file.kdf);
            if let Some(passes) = file.passes {
                facets = parts::with(facets, Facet::Iterations, passes)
            }
            if let Some(salt) = file.salt {
                facets = parts::with(facets, Facet::SaltBits, salt)
            }
            facets
        }
        other => parts::unnamed(other),
    };
    let cipher = match file.encryption.as_str() {
        "aes256-cbc" => {
            let facets = parts::with(named("AES"), Facet::KeyBits, 256);
            parts::with_name(facets, Facet::Mode, "CBC")
        }
        other => parts::unnamed(other),
    };
    let digest = if version >= 3 { "SHA-256" } else { "SHA-1" };
    let mac = parts::with_name(named("HMAC"), Facet::Digest, digest);
    // Version 1 has a bare digest in place of a MAC.
    let all = [Some(kdf), Some(cipher), (version > 1).then_some(mac)];
    for facets in all.into_iter().flatten() {
        let part = seen.add(parts::algorithm(facets), "object/putty");
        seen.uses(own, part)
    }
}

/// `Name: value`.
fn field(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line.get(..line.len().min(1024))?).ok()?;
    let (name, value) = line.split_once(':')?;
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        .then_some((name, value.trim()))
}

/// So many lines of base64, and where the next begins.
fn lines(text: &[u8], mut at: usize, count: &str) -> (Vec<u8>, usize) {
    let count = count.parse::<usize>().unwrap_or(0).min(MAX_LINES);
    let mut base64 = Vec::new();
    for _ in 0..count {
        let (line, next) = parts::line(text, at);
        let plain = line
            .iter()
            .all(|byte| parts::is_base64(*byte) || *byte == b'=');
        if line.is_empty() || line.len() > 128 || !plain {
            break;
        }
        base64.extend_from_slice(line);
        at = next;
    }
    (base64, at)
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::{seen, survives};

    #[test]
    fn an_open_key_and_locked_ones_of_both_versions() {
        assert_eq!(
            seen(
                "ed.ppk",
                "PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: alice@example.org
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7W
JYrL
Private-Lines: 1
AAAAIKltBiWTFUSdHS0JxqnCCerWAw6CoZDLOQoxYTyD8zl0
Private-MAC: d603978fc90114539add594c66303ceede46754fff60aa99fda43b14f95affa6
"
                .as_bytes()
            ),
            [r#"1: key algorithm=Ed25519 (private) "alice@example.org" 8774c6bd8fdc"#,]
        );
        assert_eq!(
            seen(
                "edenc.ppk",
                "PuTTY-User-Key-File-3: ssh-ed25519
Encryption: aes256-cbc
Comment: alice@example.org
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7W
JYrL
Key-Derivation: Argon2id
Argon2-Memory: 1024
Argon2-Passes: 2
Argon2-Parallelism: 1
Argon2-Salt: d5120edf38f3bce1ca53b84d97966c27
Private-Lines: 1
r2KkxOdu/4yA5COrVuhoNVKLZGwGpsjqzlEhNTMIWitTmHdtNnBTmS6LLKyRDiyy
Private-MAC: 4c4fc2f033ce1352b72b7374df28f0cdc4a357232b6d433de601977ae291d157
"
                .as_bytes()
            ),
            [
                r#"1: key algorithm=Ed25519 (private, encrypted) "alice@example.org" 8774c6bd8fdc uses 3"#,
                "1: algorithm algorithm=Argon2id salt_bits=128 iterations=2",
                "1: algorithm algorithm=AES mode=CBC key_bits=256",
                "1: algorithm algorithm=HMAC digest=SHA-256",
            ]
        );
    }

    #[test]
    fn what_is_not_said_to_be_encrypted_is_not_called_so() {
        let key = "PuTTY-User-Key-File-3: ssh-ed25519
Comment: a
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIFQYihF226cOBnrjwkY1tKKthrMg/ElwBJMQy+7W
JYrL
Private-Lines: 1
AAAAIKltBiWTFUSdHS0JxqnCCerWAw6CoZDLOQoxYTyD8zl0
Private-MAC: d603978fc90114539add594c66303ceede46754fff60aa99fda43b14f95affa6
";
        assert_eq!(
            seen("ed.ppk", key.as_bytes()),
            ["skip damaged: line 1: PuTTY key that does not say whether it is encrypted"]
        );
    }

    #[test]
    fn anything_may_be_damaged() {
        survives("x", &data_encoding::BASE64.decode(b"UHVUVFktVXNlci1LZXktRmlsZS0zOiBzc2gtZWQyNTUxOQpFbmNyeXB0aW9uOiBhZXMyNTYtY2JjCkNvbW1lbnQ6IGFsaWNlQGV4YW1wbGUub3JnClB1YmxpYy1MaW5lczogMgpBQUFBQzNOemFDMWxaREkxTlRFNUFBQUFJRlFZaWhGMjI2Y09CbnJqd2tZMXRLS3Rock1nL0Vsd0JKTVF5KzdXCkpZckwKS2V5LURlcml2YXRpb246IEFyZ29uMmlkCkFyZ29uMi1NZW1vcnk6IDEwMjQKQXJnb24yLVBhc3NlczogMgpBcmdvbjItUGFyYWxsZWxpc206IDEKQXJnb24yLVNhbHQ6IGQ1MTIwZWRmMzhmM2JjZTFjYTUzYjg0ZDk3OTY2YzI3ClByaXZhdGUtTGluZXM6IDEKcjJLa3hPZHUvNHlBNUNPclZ1aG9OVktMWkd3R3BzanF6bEVoTlRNSVdpdFRtSGR0Tm5CVG1TNkxMS3lSRGl5eQpQcml2YXRlLU1BQzogNGM0ZmMyZjAzM2NlMTM1MmI3MmI3Mzc0ZGYyOGYwY2RjNGEzNTcyMzJiNmQ0MzNkZTYwMTk3N2FlMjkxZDE1Nwo=").expect("base64"));
    }
}
