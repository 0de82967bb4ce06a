//! SSH's names of key exchanges, host keys, ciphers and MACs (IANA "SSH Protocol Parameters" and OpenSSH's own).

use crate::knowledge::catalog::{Catalog, MAX_NAME};
use crate::model::Facet;

use super::{Reading, Spelling, items, listed, name as any_name, word};

/// The spelling `ssh`.
pub struct Ssh;

impl Spelling for Ssh {
    fn name(&self) -> &'static str {
        "ssh"
    }

    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
        if role.is_list() {
            return listed(self, text, role, catalog);
        }
        if text.len() > MAX_NAME {
            return None;
        }
        if role == Facet::Algorithm {
            return algorithm(text.trim(), catalog);
        }
        word(text, role, catalog)
    }

    fn list(&self, text: &str, _role: Facet, _catalog: &Catalog) -> Vec<String> {
        items(text, &[',', ' ']).map(str::to_owned).collect()
    }
}

/// A name as the standard spells it: in lower case already, since SSH compares byte by byte.
pub(in crate::knowledge) fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let sound = !text.is_empty()
        && text.len() <= MAX_NAME
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    sound.then(|| text.to_owned())
}

fn algorithm(text: &str, catalog: &Catalog) -> Option<Reading> {
    key_exchange(text, catalog)
        .or_else(|| host_key(text, catalog))
        .or_else(|| mac(text, catalog))
        .or_else(|| cipher(text, catalog))
}

fn key_exchange(text: &str, catalog: &Catalog) -> Option<Reading> {
    if let Some(found) = catalog.algorithm(text).filter(|a| !a.parts.is_empty()) {
        return Some(Reading::algorithm(&found.name, catalog));
    }
    let bare = text.split('@').next()?;
    if let Some(curve) = bare.strip_prefix("ecdh-sha2-") {
        let curve = catalog.curve(curve)?;
        // RFC 5656 §6.2.1 ties the digest to the curve's size.
        let digest = match curve.field {
            0..=256 => "SHA-256",
            257..=384 => "SHA-384",
            _ => "SHA-512",
        };
        return Some(
            Reading::of(Facet::Algorithm, "ECDH")
                .with(Facet::Curve, &curve.name)
                .with(Facet::Digest, digest),
        );
    }
    if let Some(digest) = bare.strip_prefix("curve25519-") {
        return digested("X25519", digest, catalog);
    }
    if let Some(digest) = bare.strip_prefix("curve448-") {
        return digested("X448", digest, catalog);
    }
    let rest = bare.strip_prefix("diffie-hellman-")?;
    if let Some(digest) = rest.strip_prefix("group-exchange-") {
        return digested("FFDH", digest, catalog);
    }
    let (group, digest) = rest.strip_prefix("group")?.split_once('-')?;
    // Group 1 of SSH is Oakley group 2 (RFC 4253 §8.1).
    let group = if group == "1" {
        "modp2".to_owned()
    } else {
        format!("modp{group}")
    };
    Some(digested("FFDH", digest, catalog)?.with(Facet::Group, &catalog.group(&group)?.name))
}

fn digested(algorithm: &str, digest: &str, catalog: &Catalog) -> Option<Reading> {
    Some(
        Reading::of(Facet::Algorithm, algorithm).with(Facet::Digest, &catalog.digest(digest)?.name),
    )
}

fn host_key(text: &str, catalog: &Catalog) -> Option<Reading> {
    let bare = text.split('@').next()?;
    let bare = bare
        .strip_suffix("-cert-v01")
        .or_else(|| bare.strip_suffix("-cert-v00"))
        .unwrap_or(bare);
    let bare = bare.strip_prefix("sk-").unwrap_or(bare);
    if let Some(curve) = bare.strip_prefix("ecdsa-sha2-") {
        return Some(
            Reading::of(Facet::Algorithm, "EC").with(Facet::Curve, &catalog.curve(curve)?.name),
        );
    }
    Some(match bare {
        "ssh-rsa" => Reading::of(Facet::Algorithm, "RSA"),
        "rsa-sha2-256" => {
            Reading::algorithm("RSASSA-PKCS1", catalog).with(Facet::Digest, "SHA-256")
        }
        "rsa-sha2-512" => {
            Reading::algorithm("RSASSA-PKCS1", catalog).with(Facet::Digest, "SHA-512")
        }
        "ssh-dss" => Reading::of(Facet::Algorithm, "DSA"),
        "ssh-ed25519" => Reading::of(Facet::Algorithm, "Ed25519"),
        "ssh-ed448" => Reading::of(Facet::Algorithm, "Ed448"),
        _ => return None,
    })
}

fn mac(text: &str, catalog: &Catalog) -> Option<Reading> {
    let bare = text.split('@').next()?;
    let bare = bare.strip_suffix("-etm").unwrap_or(bare);
    if bare.starts_with("umac-") {
        return Some(Reading::of(Facet::Algorithm, "UMAC"));
    }
    let digest = bare.strip_prefix("hmac-")?;
    let digest = digest.strip_suffix("-96").unwrap_or(digest);
    digested("HMAC", digest, catalog)
}

fn cipher(text: &str, catalog: &Catalog) -> Option<Reading> {
    let bare = text.split('@').next()?;
    let known = [
        "aes", "3des", "blowfish", "cast128", "arcfour", "chacha20", "twofish", "serpent", "idea",
        "des", "camellia",
    ];
    known
        .iter()
        .any(|cipher| bare.starts_with(cipher))
        .then(|| any_name::algorithm(bare, catalog))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::spelling::tests::{catalog, shown};

    #[test]
    fn every_kind_of_name() {
        let catalog = catalog();
        let read = |text| shown(Ssh.read(text, Facet::Algorithm, &catalog));
        assert_eq!(
            read("mlkem768x25519-sha256"),
            "algorithm=mlkem768x25519-sha256"
        );
        assert_eq!(
            read("sntrup761x25519-sha512@openssh.com"),
            "algorithm=sntrup761x25519-sha512"
        );
        assert_eq!(
            read("curve25519-sha256@libssh.org"),
            "algorithm=X25519 digest=SHA-256"
        );
        assert_eq!(
            read("ecdh-sha2-nistp384"),
            "algorithm=ECDH curve=P-384 digest=SHA-384"
        );
        assert_eq!(
            read("diffie-hellman-group14-sha256"),
            "algorithm=FFDH group=modp14 digest=SHA-256"
        );
        assert_eq!(
            read("diffie-hellman-group1-sha1"),
            "algorithm=FFDH group=modp2 digest=SHA-1"
        );
        assert_eq!(
            read("diffie-hellman-group-exchange-sha256"),
            "algorithm=FFDH digest=SHA-256"
        );
        assert_eq!(read("ssh-rsa"), "algorithm=RSA");
        assert_eq!(
            read("rsa-sha2-512-cert-v01@openssh.com"),
            "algorithm=RSASSA-PKCS1 digest=SHA-512 padding=PKCS1v15"
        );
        assert_eq!(read("ecdsa-sha2-nistp256"), "algorithm=EC curve=P-256");
        assert_eq!(read("sk-ssh-ed25519@openssh.com"), "algorithm=Ed25519");
        assert_eq!(
            read("hmac-sha2-256-etm@openssh.com"),
            "algorithm=HMAC digest=SHA-256"
        );
        assert_eq!(read("hmac-md5-96"), "algorithm=HMAC digest=MD5");
        assert_eq!(
            read("aes128-gcm@openssh.com"),
            "algorithm=AES mode=GCM key_bits=128"
        );
        assert_eq!(read("3des-cbc"), "algorithm=3DES mode=CBC");
        assert_eq!(
            read("chacha20-poly1305@openssh.com"),
            "algorithm=ChaCha20-Poly1305"
        );
        assert_eq!(read("none"), "-");
        let kex = Ssh.list("curve25519-sha256,ecdh-sha2-nistp256", Facet::Kex, &catalog);
        assert_eq!(kex, ["curve25519-sha256", "ecdh-sha2-nistp256"]);
    }
}
