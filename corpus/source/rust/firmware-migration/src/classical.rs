//! The signatures that devices in the field understand. To be removed when the last of them is replaced.

use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, RsaKeyPair, UnparsedPublicKey};

static BOOT_ALGORITHM: &EcdsaSigningAlgorithm = &signature::ECDSA_P384_SHA384_FIXED_SIGNING;

pub fn boot_key(pkcs8: &[u8]) -> Result<EcdsaKeyPair, ring::error::KeyRejected> {
    EcdsaKeyPair::from_pkcs8(BOOT_ALGORITHM, pkcs8, &SystemRandom::new())
}

pub fn sign_boot(key: &EcdsaKeyPair, image: &[u8]) -> Vec<u8> {
    let rng = SystemRandom::new();
    key.sign(&rng, image).expect("signs").as_ref().to_vec()
}

pub fn sign_oldest(pkcs8: &[u8], image: &[u8]) -> Option<Vec<u8>> {
    let key = RsaKeyPair::from_pkcs8(pkcs8).ok()?;
    let mut out = vec![0; key.public().modulus_len()];
    key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), image, &mut out).ok()?;
    Some(out)
}

pub fn verify(generation: u8, public: &[u8], image: &[u8], sig: &[u8]) -> bool {
    let algorithm: &'static dyn signature::VerificationAlgorithm = match generation {
        1 => &signature::RSA_PKCS1_2048_8192_SHA256,
        2 => &signature::ECDSA_P384_SHA384_FIXED,
        _ => return false,
    };
    UnparsedPublicKey::new(algorithm, public).verify(image, sig).is_ok()
}
