//! Signs: ECDSA over P-256.
use p256::ecdsa::{Signature, SigningKey, signature::Signer};

fn main() {
    let key = SigningKey::from_slice(&[7; 32]).expect("a scalar");
    let signature: Signature = key.sign(b"text");
    println!("{}", signature.to_bytes().len());
}
