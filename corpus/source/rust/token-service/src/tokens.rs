//! Issues and checks access tokens.

use crate::config::TOKEN_ALGORITHM;
use jsonwebtoken::{decode, encode, errors::Error, Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Claims {
    pub sub: String,
    pub exp: usize,
}

pub fn issue(claims: &Claims, pem: &[u8]) -> Result<String, Error> {
    let key = EncodingKey::from_rsa_pem(pem)?;
    encode(&Header::new(Algorithm::RS256), claims, &key)
}

pub fn check(token: &str, pem: &[u8]) -> Result<Claims, Error> {
    let key = DecodingKey::from_rsa_pem(pem)?;
    let mut validation = Validation::new(TOKEN_ALGORITHM);
    validation.set_issuer(&["https://login.example.com"]);
    decode::<Claims>(token, &key, &validation).map(|data| data.claims)
}

/// Sessions inside the cluster are signed with a shared secret.
pub fn issue_internal(claims: &Claims, secret: &[u8]) -> Result<String, Error> {
    encode(&Header::default(), claims, &EncodingKey::from_secret(secret))
}
