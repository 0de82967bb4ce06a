//! The side that talks to upstreams, of which some need other libraries.

use native_tls::{Protocol, TlsConnector};
use openssl::ssl::{SslConnector, SslMethod, SslVersion};

const GROUPS: &str = "X25519MLKEM768:X25519:P-256";

pub fn partner() -> Result<SslConnector, openssl::error::ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    builder.set_groups_list(GROUPS)?;
    Ok(builder.build())
}

pub fn printer() -> native_tls::Result<TlsConnector> {
    TlsConnector::builder()
        .min_protocol_version(Some(Protocol::Tlsv10))
        .danger_accept_invalid_certs(true)
        .build()
}
