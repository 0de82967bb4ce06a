//! Which key exchange groups are offered. Hybrid groups come first; the classical ones stay until every client is moved.

use rustls::crypto::aws_lc_rs::{self as lc, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};

static HYBRID_FIRST: &[&dyn SupportedKxGroup] = &[kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1];

pub fn hybrid() -> CryptoProvider {
    CryptoProvider {
        kx_groups: HYBRID_FIRST.to_vec(),
        ..lc::default_provider()
    }
}

pub fn classical() -> CryptoProvider {
    let mut provider = lc::default_provider();
    provider.kx_groups = vec![kx_group::X25519, kx_group::SECP384R1];
    provider
}
