//! From a passphrase, or from another device, to the key of the vault.

use crate::params::{KEY_LEN, ROUNDS};
use hkdf::Hkdf;
use pbkdf2::pbkdf2_hmac;
use sha2::{Sha256, Sha512};
use x25519_dalek::{EphemeralSecret, PublicKey, StaticSecret};

const OLD_ROUNDS: u32 = 10_000;

pub fn from_passphrase(passphrase: &str, salt: &[u8], version: u8) -> [u8; KEY_LEN] {
    let mut key = [0u8; KEY_LEN];
    match version {
        1 => pbkdf2_hmac::<Sha256>(passphrase.as_bytes(), salt, OLD_ROUNDS, &mut key),
        _ => pbkdf2_hmac::<Sha512>(passphrase.as_bytes(), salt, ROUNDS, &mut key),
    }
    key
}

pub struct Pairing {
    secret: StaticSecret,
}

impl Pairing {
    pub fn new() -> Self {
        Self { secret: StaticSecret::random_from_rng(rand_core::OsRng) }
    }

    pub fn finish(&self, theirs: &PublicKey) -> [u8; 32] {
        let shared = self.secret.diffie_hellman(theirs);
        expand(shared.as_bytes())
    }
}

pub fn pair_once(theirs: &PublicKey) -> (PublicKey, [u8; 32]) {
    let secret = EphemeralSecret::random_from_rng(rand_core::OsRng);
    let public = PublicKey::from(&secret);
    (public, expand(secret.diffie_hellman(theirs).as_bytes()))
}

fn expand(shared: &[u8]) -> [u8; 32] {
    let mut out = [0u8; 32];
    let hk = Hkdf::<Sha256>::new(Some(b"vault pairing"), shared);
    hk.expand(b"v1", &mut out).expect("32 bytes fit");
    out
}
