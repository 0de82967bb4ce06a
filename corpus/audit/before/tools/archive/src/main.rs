//! Makes the key that the yearly archive is encrypted to.

use sequoia_openpgp::cert::prelude::{CertBuilder, CipherSuite};

fn main() -> sequoia_openpgp::Result<()> {
    let (cert, _revocation) = CertBuilder::general_purpose(Some("archive@tally.example"))
        .set_cipher_suite(CipherSuite::RSA4k)
        .generate()?;
    println!("{}", cert.fingerprint());
    Ok(())
}
