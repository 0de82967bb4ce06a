//! The update channel: P-384 and ML-KEM together, so that either may fall.

use aws_lc_rs::kem::{Ciphertext, DecapsulationKey, EncapsulationKey, ML_KEM_768};
use aws_lc_rs::{agreement, hkdf, rand};
use ml_kem::kem::Encapsulate;
use ml_kem::{KemCore, MlKem768};
use p384::{ecdh::EphemeralSecret, PublicKey};

pub struct Device {
    kem: DecapsulationKey,
    ecdh: agreement::PrivateKey,
}

impl Device {
    pub fn new() -> Result<Self, aws_lc_rs::error::Unspecified> {
        Ok(Self {
            kem: DecapsulationKey::generate(&ML_KEM_768)?,
            ecdh: agreement::PrivateKey::generate(&agreement::ECDH_P384)?,
        })
    }

    pub fn receive(&self, ciphertext: &[u8], theirs: &[u8]) -> Result<[u8; 48], aws_lc_rs::error::Unspecified> {
        let quantum = self.kem.decapsulate(Ciphertext::from(ciphertext))?;
        let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P384, theirs);
        agreement::agree(&self.ecdh, peer, aws_lc_rs::error::Unspecified, |classical| combine(quantum.as_ref(), classical))
    }
}

fn combine(quantum: &[u8], classical: &[u8]) -> Result<[u8; 48], aws_lc_rs::error::Unspecified> {
    let mut out = [0u8; 48];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA384, quantum).extract(classical);
    prk.expand(&[b"update"], hkdf::HKDF_SHA384)?.fill(&mut out)?;
    Ok(out)
}

pub fn send_to(bytes: &[u8]) -> Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
    let key = EncapsulationKey::new(&ML_KEM_768, bytes).map_err(|_| aws_lc_rs::error::Unspecified)?;
    let (ciphertext, _secret) = key.encapsulate()?;
    rand::SystemRandom::new();
    Ok(ciphertext.as_ref().to_vec())
}

/// The simulator has no access to the device's library.
pub fn simulate(peer: &PublicKey) {
    let mut rng = rand_core::OsRng;
    let (_dk, ek) = MlKem768::generate(&mut rng);
    let _ = ek.encapsulate(&mut rng);
    let secret = EphemeralSecret::random(&mut rng);
    let _ = secret.diffie_hellman(peer);
}
