//! The objects of CycloneDX 1.6 and 1.7 that pqscan writes, field by field as the schema names them, and nothing that it does not write.
//!
//! Which version a field belongs to is decided where the field is filled, not here: an absent field is not written.

use serde::Serialize;

/// The document. Its long lists are made while they are written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bom<Components, Dependencies> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) bom_format: &'static str,
    pub(super) spec_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) serial_number: Option<String>,
    pub(super) version: u32,
    pub(super) metadata: Metadata,
    pub(super) components: Components,
    pub(super) dependencies: Dependencies,
    pub(super) compositions: Vec<Composition>,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<String>,
    pub(super) lifecycles: Vec<Lifecycle>,
    pub(super) tools: Tools,
    pub(super) component: Component,
    pub(super) properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub(super) struct Lifecycle {
    pub(super) phase: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Tools {
    pub(super) components: Vec<Component>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Component {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(rename = "bom-ref")]
    pub(super) bom_ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) external_references: Vec<ExternalReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) components: Vec<Self>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crypto_properties: Option<CryptoProperties>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub(super) struct Hash {
    pub(super) alg: &'static str,
    pub(super) content: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ExternalReference {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) url: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) value: String,
}

impl Property {
    pub(super) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Evidence {
    pub(super) identity: Vec<Identity>,
    pub(super) occurrences: Vec<Occurrence>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    pub(super) field: &'static str,
    pub(super) confidence: f64,
    pub(super) concluded_value: String,
    pub(super) methods: Vec<Method>,
    pub(super) tools: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Method {
    pub(super) technique: &'static str,
    pub(super) confidence: f64,
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Occurrence {
    pub(super) location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    pub(super) offset: u64,
    pub(super) symbol: String,
    pub(super) additional_context: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CryptoProperties {
    pub(super) asset_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) algorithm_properties: Option<AlgorithmProperties>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certificate_properties: Option<CertificateProperties>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) related_crypto_material_properties: Option<MaterialProperties>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) protocol_properties: Option<ProtocolProperties>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oid: Option<String>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlgorithmProperties {
    pub(super) primitive: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) algorithm_family: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parameter_set_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) curve: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) elliptic_curve: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) padding: Option<&'static str>,
    pub(super) crypto_functions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) classical_security_level: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nist_quantum_security_level: Option<u8>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CertificateProperties {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) serial_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_valid_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_valid_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature_algorithm_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject_public_key_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certificate_format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) certificate_state: Vec<State>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) certificate_extensions: Vec<Extension>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_cryptographic_assets: Vec<Related>,
}

#[derive(Debug, Serialize)]
pub(super) struct State {
    pub(super) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extension {
    pub(super) common_extension_name: &'static str,
    pub(super) common_extension_value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MaterialProperties {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) algorithm_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secured_by: Option<SecuredBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_cryptographic_assets: Vec<Related>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecuredBy {
    pub(super) mechanism: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) algorithm_ref: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProtocolProperties {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cipher_suites: Vec<CipherSuite>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) crypto_ref_array: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_cryptographic_assets: Vec<Related>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CipherSuite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) algorithms: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tls_groups: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tls_signature_schemes: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Related {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(rename = "ref")]
    pub(super) reference: String,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    #[serde(rename = "ref")]
    pub(super) reference: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) depends_on: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) provides: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Composition {
    pub(super) aggregate: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) assemblies: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dependencies: Vec<String>,
}
