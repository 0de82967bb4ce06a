//! What the service is told from outside.

use jsonwebtoken::Algorithm;

/// How many bits a new signing key has; overridden per deployment.
pub const DEFAULT_KEY_BITS: usize = 2048;

pub const TOKEN_ALGORITHM: Algorithm = Algorithm::RS256;

pub struct Config {
    pub key_bits: usize,
    pub issuer: String,
}

impl Config {
    pub fn from_env() -> Self {
        let key_bits = std::env::var("TOKEN_KEY_BITS")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(DEFAULT_KEY_BITS);
        Self {
            key_bits,
            issuer: "https://login.example.com".to_owned(),
        }
    }
}
