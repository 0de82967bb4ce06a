//! The signatures of new devices: ML-DSA for images, SLH-DSA for the root that can never be replaced.

use fips204::ml_dsa_65;
use fips204::traits::{SerDes, Signer, Verifier};
use fips205::slh_dsa_sha2_128s as root;
use fips205::traits::Signer as _;

pub struct ImageSigner {
    key: ml_dsa_65::PrivateKey,
}

impl ImageSigner {
    pub fn generate() -> Result<(ml_dsa_65::PublicKey, Self), &'static str> {
        let (public, key) = ml_dsa_65::try_keygen()?;
        Ok((public, Self { key }))
    }

    pub fn sign(&self, image: &[u8]) -> Result<Vec<u8>, &'static str> {
        Ok(self.key.try_sign(image, b"image")?.to_vec())
    }
}

pub fn verify_image(public: [u8; ml_dsa_65::PK_LEN], image: &[u8], sig: &[u8; ml_dsa_65::SIG_LEN]) -> bool {
    let Ok(key) = ml_dsa_65::PublicKey::try_from_bytes(public) else { return false };
    key.verify(image, sig, b"image")
}

pub fn endorse(image_key: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (_public, secret) = root::try_keygen()?;
    Ok(secret.try_sign(image_key, &[], true)?.to_vec())
}
