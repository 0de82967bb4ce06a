//! Password storage, and the webhook signatures that share its secret handling.

use argon2::{password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString}, Argon2};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

type HmacSha256 = Hmac<Sha256>;

pub fn hash(password: &str, salt: &SaltString) -> argon2::password_hash::Result<String> {
    let hasher = Argon2::default();
    Ok(hasher.hash_password(password.as_bytes(), salt)?.to_string())
}

pub fn verify(password: &str, stored: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(stored) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

pub fn sign_webhook(secret: &[u8], body: &[u8]) -> Vec<u8> {
    let mut mac = HmacSha256::new_from_slice(secret).expect("any length");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

/// A fingerprint for logs, not a password hash.
pub fn fingerprint(value: &str) -> String {
    let digest = Sha256::digest(value.as_bytes());
    digest.iter().take(4).map(|b| format!("{b:02x}")).collect()
}
