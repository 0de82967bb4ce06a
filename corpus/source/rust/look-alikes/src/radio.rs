//! Uses the module `rsa` of this project, and a crate whose name only begins like another's.

use crate::rsa::{self, RsaPrivateKey};
use game_ring::signature::Ed25519KeyPair;

// The old code was: openssl::rsa::Rsa::generate(1024).unwrap()
pub fn bands() -> usize {
    let mut source = 7;
    let key = RsaPrivateKey::new(&mut source, 2048);
    let other = rsa::RsaPrivateKey::new(&mut source, 4096);
    let text = "ring::signature::Ed25519KeyPair::generate_pkcs8(&rng)";
    let _pair = Ed25519KeyPair::generate_pkcs8(&source);
    key.band + other.band + text.len() + rsa::generate(512) as usize
}

/* MessageDigest::md5() is forbidden here, see the policy. */
pub fn policy() -> Vec<&'static str> {
    vec!["MD5", "SHA1", "RSA-1024", "DES-EDE3-CBC"]
}
