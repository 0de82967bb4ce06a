//! Sealing of single records.

use aes_gcm::aead::{Aead, AeadCore, KeyInit, OsRng};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use chacha20poly1305::XChaCha20Poly1305;

#[derive(Debug)]
pub enum Error {
    Sealed,
    TooShort,
}

pub struct Sealer {
    cipher: Aes256Gcm,
}

impl Sealer {
    pub fn new(key: &[u8; 32]) -> Self {
        let key = Key::<Aes256Gcm>::from_slice(key);
        Self { cipher: Aes256Gcm::new(key) }
    }

    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
        let mut sealed = nonce.to_vec();
        sealed.extend(self.cipher.encrypt(&nonce, plain).map_err(|_| Error::Sealed)?);
        Ok(sealed)
    }

    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let (nonce, body) = sealed.split_at_checked(12).ok_or(Error::TooShort)?;
        self.cipher.decrypt(Nonce::from_slice(nonce), body).map_err(|_| Error::Sealed)
    }
}

/// Attachments are large and sealed with a longer nonce.
pub fn seal_attachment(key: &[u8], nonce: &[u8; 24], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| Error::TooShort)?;
    cipher.encrypt(nonce.into(), plain).map_err(|_| Error::Sealed)
}
