//! Signing keys: made once, kept on disk, rotated by hand.

use crate::config::Config;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::RsaPrivateKey;

pub enum SigningKey {
    Rsa(RsaPrivateKey),
    Ec(PKey<Private>),
}

pub fn generate(config: &Config) -> rsa::Result<RsaPrivateKey> {
    RsaPrivateKey::new(&mut rand::thread_rng(), config.key_bits)
}

pub fn generate_backup() -> Result<PKey<Private>, openssl::error::ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::SECP384R1)?;
    let key = EcKey::generate(&group)?;
    PKey::from_ec_key(key)
}

pub fn load(pem: &str) -> Result<RsaPrivateKey, rsa::pkcs8::Error> {
    RsaPrivateKey::from_pkcs8_pem(pem)
}

pub fn store(key: &RsaPrivateKey) -> String {
    key.to_pkcs8_pem(LineEnding::LF).expect("encodes").to_string()
}
