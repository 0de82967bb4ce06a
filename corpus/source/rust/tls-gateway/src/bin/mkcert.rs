//! Makes a certificate for a development machine.

use rcgen::{generate_simple_self_signed, CertifiedKey, KeyPair, PKCS_RSA_SHA256};

fn main() -> Result<(), rcgen::Error> {
    if std::env::args().any(|arg| arg == "--rsa") {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)?;
        println!("{}", key.serialize_pem());
        return Ok(());
    }
    let CertifiedKey { cert, key_pair } = generate_simple_self_signed(vec!["gateway.example.com".to_string()])?;
    println!("{}{}", cert.pem(), key_pair.serialize_pem());
    Ok(())
}
