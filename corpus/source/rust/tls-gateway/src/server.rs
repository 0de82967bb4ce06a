//! The listening side.

use crate::provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{server::WantsServerCert, ConfigBuilder, ServerConfig};
use std::{fs::File, io::BufReader, sync::Arc};

pub fn config(cert: &str, key: &str) -> Result<ServerConfig, Box<dyn std::error::Error>> {
    let chain: Vec<CertificateDer<'static>> = rustls_pemfile::certs(&mut BufReader::new(File::open(cert)?)).collect::<Result<_, _>>()?;
    let key: PrivateKeyDer<'static> = rustls_pemfile::private_key(&mut BufReader::new(File::open(key)?))?.ok_or("no key")?;
    Ok(builder()?.with_single_cert(chain, key)?)
}

fn builder() -> Result<ConfigBuilder<ServerConfig, WantsServerCert>, rustls::Error> {
    let crypto = Arc::new(provider::hybrid());
    let builder = ServerConfig::builder_with_provider(crypto).with_protocol_versions(&[&rustls::version::TLS13])?;
    Ok(builder.with_no_client_auth())
}

/// For the health check that is still spoken to by old monitors.
pub fn legacy() -> ServerConfig {
    ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS12])
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::server::ResolvesServerCertUsingSni::new()))
}
