//! The schemes that an artifact may be signed with, behind one trait.

use ed25519_dalek::{Signer as _, SigningKey as EdKey, Verifier as _, VerifyingKey as EdPublic};
use p256::ecdsa::{signature::{Signer as _, Verifier as _}, Signature, SigningKey, VerifyingKey};
use rand_core::OsRng;

pub trait Scheme {
    fn name(&self) -> &'static str;
    fn sign(&self, artifact: &[u8]) -> Vec<u8>;
}

pub struct Edwards {
    key: EdKey,
}

pub struct Nist {
    key: SigningKey,
}

impl Edwards {
    pub fn fresh() -> Self {
        Self { key: EdKey::generate(&mut OsRng) }
    }

    pub fn restore(seed: &[u8; 32]) -> Self {
        Edwards { key: EdKey::from_bytes(seed) }
    }

    pub fn public(&self) -> EdPublic {
        self.key.verifying_key()
    }
}

impl Nist {
    pub fn fresh() -> Self {
        let key = SigningKey::random(&mut OsRng);
        Self { key }
    }
}

impl Scheme for Edwards {
    fn name(&self) -> &'static str {
        "ed25519"
    }

    fn sign(&self, artifact: &[u8]) -> Vec<u8> {
        self.key.sign(artifact).to_bytes().to_vec()
    }
}

impl Scheme for Nist {
    fn name(&self) -> &'static str {
        "ecdsa-p256"
    }

    fn sign(&self, artifact: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(artifact);
        signature.to_der().as_bytes().to_vec()
    }
}

pub fn verify_nist(point: &[u8], artifact: &[u8], signature: &Signature) -> bool {
    VerifyingKey::from_sec1_bytes(point)
        .and_then(|key| key.verify(artifact, signature))
        .is_ok()
}

pub fn verify_edwards(public: &[u8; 32], artifact: &[u8], signature: &ed25519_dalek::Signature) -> bool {
    match EdPublic::from_bytes(public) {
        Ok(key) => key.verify(artifact, signature).is_ok(),
        Err(_) => false,
    }
}
