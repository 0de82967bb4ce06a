//! What the schema of CycloneDX does not check and consumers trip over, for anybody's CBOM: `pqscan cbom validate FILE`.
//!
//! One function a check, each independent of how the document was made. Nothing here asks our catalogue: a few expectations that every
//! reader can look up in the standards are written out, so that the lint is a second opinion on our own output too.
//! It does not validate against the schema.

mod algorithms;
mod bom;
mod places;
mod structure;

use std::fmt;

use self::bom::Document;
pub use super::document::NotABom;

/// Something wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The check that found it, kebab-case.
    pub check: &'static str,
    /// The component's name and `bom-ref`, or a JSON pointer.
    pub at: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The document says something that is false, contradicts itself, or leaks.
    Error,
    /// A consumer will get less out of the document than it could.
    Warning,
}

impl Severity {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}[{}] {}: {}",
            self.severity.name(),
            self.check,
            self.at,
            self.message
        )
    }
}

/// Looks for everything that the schema does not check. No problem: an empty list. Sorted, errors first.
///
/// # Errors
/// When the bytes are not a CycloneDX document in JSON.
pub fn lint(json: &[u8]) -> Result<Vec<Problem>, NotABom> {
    let root = super::document::read(json)?;
    let document = Document::new(&root);
    let mut problems = Vec::new();
    for (name, check) in CHECKS {
        let mut found = Found {
            name,
            problems: &mut problems,
        };
        check(&document, &mut found);
    }
    problems.sort();
    problems.dedup();
    Ok(problems)
}

/// Looks for one fault.
type Check = fn(&Document<'_>, &mut Found<'_>);

/// Every check. To add one: a function, its line, and a test that fails without it.
static CHECKS: &[(&str, Check)] = &[
    ("spec-version", structure::spec_version),
    ("serial-number", structure::serial_number),
    ("metadata", structure::metadata),
    ("duplicate-ref", structure::duplicate_ref),
    ("dangling-ref", structure::dangling_ref),
    ("not-in-dependencies", structure::not_in_dependencies),
    ("duplicate-identity", structure::duplicate_identity),
    ("no-ref", structure::no_ref),
    ("asset-type", structure::asset_type),
    ("other-version", structure::other_version),
    ("unknown-family", algorithms::unknown_family),
    ("unknown-curve", algorithms::unknown_curve),
    ("no-primitive", algorithms::no_primitive),
    ("no-level", algorithms::no_level),
    ("impossible-level", algorithms::impossible_level),
    ("broken-level", algorithms::broken_level),
    ("wrong-level", algorithms::wrong_level),
    ("oid-form", algorithms::oid_form),
    ("wrong-oid", algorithms::wrong_oid),
    ("no-algorithm", structure::no_algorithm),
    ("unequal-refs", structure::unequal_refs),
    ("secret", places::secret),
    ("no-occurrence", places::no_occurrence),
    ("absolute-path", places::absolute_path),
    ("date", places::date),
];

struct Found<'a> {
    name: &'static str,
    problems: &'a mut Vec<Problem>,
}

impl Found<'_> {
    fn error(&mut self, at: impl Into<String>, message: impl Into<String>) {
        self.add(Severity::Error, at.into(), message.into());
    }

    fn warning(&mut self, at: impl Into<String>, message: impl Into<String>) {
        self.add(Severity::Warning, at.into(), message.into());
    }

    fn add(&mut self, severity: Severity, at: String, message: String) {
        self.problems.push(Problem {
            severity,
            check: self.name,
            at,
            message,
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use std::collections::BTreeSet;

    use super::algorithms::{expected_level, shor_breaks};
    use super::*;

    /// A document in which nothing is wrong: an algorithm, a key, a certificate and a protocol.
    fn good() -> Value {
        let occurrence = json!({ "occurrences": [{ "location": "src/a.rs", "line": 1 }] });
        let component = |name: &str, crypto: Value| json!({ "type": "cryptographic-asset", "bom-ref": name, "group": "x", "name": name, "evidence": occurrence, "cryptoProperties": crypto });
        json!({
            "bomFormat": "CycloneDX", "specVersion": "1.7", "version": 1,
            "serialNumber": "urn:uuid:0b5c2a54-8f0e-5d43-9f0f-9a3a0d3d0e11",
            "metadata": {
                "timestamp": "2026-11-23T00:00:00Z",
                "lifecycles": [{ "phase": "pre-build" }],
                "tools": { "components": [{ "type": "application", "bom-ref": "tool", "name": "t" }] },
                "component": { "type": "application", "bom-ref": "subject", "name": "s" },
            },
            "components": [
                component("AES-256-GCM", json!({ "assetType": "algorithm", "oid": "2.16.840.1.101.3.4.1.46", "algorithmProperties": {
                    "primitive": "ae", "algorithmFamily": "AES", "parameterSetIdentifier": "256",
                    "classicalSecurityLevel": 256, "nistQuantumSecurityLevel": 5 } })),
                component("ECDSA-P-256", json!({ "assetType": "algorithm", "algorithmProperties": {
                    "primitive": "signature", "algorithmFamily": "ECDSA", "ellipticCurve": "nist/P-256", "nistQuantumSecurityLevel": 0 } })),
                component("EC key", json!({ "assetType": "related-crypto-material", "relatedCryptoMaterialProperties": {
                    "type": "private-key", "algorithmRef": "ECDSA-P-256",
                    "relatedCryptographicAssets": [{ "type": "algorithm", "ref": "ECDSA-P-256" }] } })),
                component("cert", json!({ "assetType": "certificate", "certificateProperties": {
                    "notValidBefore": "2026-01-01T00:00:00Z", "notValidAfter": "2027-01-01T00:00:00Z",
                    "signatureAlgorithmRef": "ECDSA-P-256" } })),
                component("TLS", json!({ "assetType": "protocol", "protocolProperties": {
                    "type": "tls", "cipherSuites": [{ "name": "TLS_AES_256_GCM_SHA384", "algorithms": ["AES-256-GCM"] }] } })),
            ],
            "dependencies": [
                { "ref": "subject", "dependsOn": ["TLS", "cert"] }, { "ref": "AES-256-GCM" }, { "ref": "ECDSA-P-256" },
                { "ref": "EC key", "dependsOn": ["ECDSA-P-256"] }, { "ref": "cert" }, { "ref": "TLS" },
            ],
            "compositions": [{ "aggregate": "incomplete", "assemblies": ["subject"] }],
        })
    }

    /// The checks that a document fails, each once.
    fn checks(document: &Value) -> Vec<&'static str> {
        let problems = lint(document.to_string().as_bytes()).expect("it is a CycloneDX document");
        problems
            .into_iter()
            .map(|problem| problem.check)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    #[test]
    fn a_good_document_has_no_problem() {
        assert_eq!(
            lint(good().to_string().as_bytes()).expect("it is a CycloneDX document"),
            []
        );
    }

    #[test]
    fn what_is_no_cbom_is_told_apart() {
        assert!(matches!(lint(b"{"), Err(NotABom::Json(_))));
        assert!(matches!(lint(b"[1]"), Err(NotABom::OtherFormat)));
        assert!(matches!(
            lint(br#"{"bomFormat":"SPDX"}"#),
            Err(NotABom::OtherFormat)
        ));
    }

    /// For each check, a pointer into the good document and what stands there instead (null takes it away); it then fails
    /// that check alone, or those that are named.
    #[test]
    fn each_check_finds_its_own_fault_and_no_other() {
        let algorithm = "/components/0/cryptoProperties/algorithmProperties";
        let signature = "/components/1/cryptoProperties/algorithmProperties";
        let cases: Vec<(&[&str], String, Value)> = vec![
            (&["spec-version"], "/specVersion".into(), json!("1.5")),
            (
                &["serial-number"],
                "/serialNumber".into(),
                json!("urn:uuid:ABCDEF00-0000-0000-0000-000000000000"),
            ),
            (&["serial-number"], "/version".into(), json!(0)),
            (&["metadata"], "/metadata/tools".into(), Value::Null),
            (&["dangling-ref"], "/metadata/component".into(), json!({})),
            (
                &["duplicate-ref"],
                "/metadata/tools/components/0/bom-ref".into(),
                json!("subject"),
            ),
            (
                &["dangling-ref"],
                "/dependencies/0/dependsOn/0".into(),
                json!("nobody"),
            ),
            (
                &["dangling-ref"],
                "/compositions/0/assemblies/0".into(),
                json!("nobody"),
            ),
            (
                &["dangling-ref"],
                "/components/4/cryptoProperties/protocolProperties/cipherSuites/0/algorithms/0"
                    .into(),
                json!("nobody"),
            ),
            (
                &["not-in-dependencies"],
                "/dependencies/1/ref".into(),
                json!("subject"),
            ),
            (
                &["duplicate-identity"],
                "/components/0/name".into(),
                json!("cert"),
            ),
            (
                &["dangling-ref", "no-ref", "not-in-dependencies"],
                "/components/0/bom-ref".into(),
                Value::Null,
            ),
            (
                &["asset-type"],
                "/components/3/cryptoProperties/assetType".into(),
                json!("protocol"),
            ),
            (
                &["asset-type"],
                "/components/3/type".into(),
                json!("library"),
            ),
            (
                &["asset-type"],
                "/components/3/cryptoProperties".into(),
                Value::Null,
            ),
            (&["other-version"], "/specVersion".into(), json!("1.6")),
            (
                &["unknown-family"],
                format!("{signature}/algorithmFamily"),
                json!("RSA"),
            ),
            (
                &["unknown-family"],
                format!("{algorithm}/algorithmFamily"),
                json!("SM4"),
            ),
            (
                &["unknown-curve"],
                format!("{signature}/ellipticCurve"),
                json!("P-256"),
            ),
            (
                &["no-primitive"],
                format!("{algorithm}/primitive"),
                Value::Null,
            ),
            (
                &["no-level"],
                format!("{algorithm}/nistQuantumSecurityLevel"),
                Value::Null,
            ),
            (
                &["no-level"],
                format!("{signature}/nistQuantumSecurityLevel"),
                Value::Null,
            ),
            (
                &["impossible-level"],
                format!("{algorithm}/nistQuantumSecurityLevel"),
                json!(6),
            ),
            (
                &["impossible-level"],
                format!("{algorithm}/classicalSecurityLevel"),
                json!(2048),
            ),
            (
                &["broken-level"],
                format!("{signature}/nistQuantumSecurityLevel"),
                json!(1),
            ),
            (
                &["wrong-level"],
                format!("{algorithm}/nistQuantumSecurityLevel"),
                json!(1),
            ),
            (
                &["oid-form"],
                "/components/0/cryptoProperties/oid".into(),
                json!("oid:2.16.840.1.101.3.4.1.46"),
            ),
            (
                &["wrong-oid"],
                "/components/0/cryptoProperties/oid".into(),
                json!("2.16.840.1.101.3.4.4.3"),
            ),
            (
                &["no-algorithm"],
                "/components/3/cryptoProperties/certificateProperties/signatureAlgorithmRef".into(),
                Value::Null,
            ),
            (
                &["unequal-refs"],
                "/components/2/cryptoProperties/relatedCryptoMaterialProperties/algorithmRef"
                    .into(),
                json!("cert"),
            ),
            (
                &["secret"],
                "/components/2/cryptoProperties/relatedCryptoMaterialProperties/value".into(),
                json!("MIIE"),
            ),
            (
                &["secret"],
                "/components/2/description".into(),
                json!(format!("-----BEGIN PRIVATE KEY-----{}", "A".repeat(120))),
            ),
            (
                &["no-occurrence"],
                "/components/0/evidence".into(),
                Value::Null,
            ),
            (
                &["absolute-path"],
                "/components/0/evidence/occurrences/0/location".into(),
                json!("C:\\src\\a.rs"),
            ),
            (&["date"], "/metadata/timestamp".into(), json!("yesterday")),
            (
                &["date"],
                "/components/3/cryptoProperties/certificateProperties/notValidAfter".into(),
                json!("2025-01-01T00:00:00Z"),
            ),
        ];
        for (expected, pointer, value) in &cases {
            let mut document = good();
            set(&mut document, pointer, value.clone());
            assert_eq!(checks(&document), *expected, "{pointer} = {value}");
        }
        let tried: BTreeSet<&str> = cases
            .iter()
            .flat_map(|(expected, ..)| expected.iter().copied())
            .collect();
        let all: BTreeSet<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
        assert_eq!(tried, all, "every check has a case");
    }

    fn set(document: &mut Value, pointer: &str, value: Value) {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = document.pointer_mut(parent).expect("the parent exists");
        match (parent, value) {
            (Value::Array(list), value) => list[key.parse::<usize>().expect("an index")] = value,
            (Value::Object(map), Value::Null) => {
                map.shift_remove(key).expect("it was there");
            }
            (Value::Object(map), value) => {
                map.insert(key.to_owned(), value);
            }
            _ => unreachable!("only lists and objects have members"),
        }
    }

    #[test]
    fn the_errors_of_the_official_examples_are_found() {
        let mut document = good();
        set(&mut document, "/components/0/name", json!("ML-KEM-1024"));
        set(
            &mut document,
            "/components/0/cryptoProperties",
            json!({
            "assetType": "algorithm", "oid": "2.16.840.1.101.3.4.1.48",
            "algorithmProperties": { "primitive": "kem", "parameterSetIdentifier": "1024", "nistQuantumSecurityLevel": 5 } }),
        );
        assert_eq!(checks(&document), ["wrong-oid"]);
        set(&mut document, "/components/0/name", json!("ML-DSA-44"));
        set(
            &mut document,
            "/components/0/cryptoProperties",
            json!({
            "assetType": "algorithm", "algorithmProperties": { "primitive": "signature", "nistQuantumSecurityLevel": 1 } }),
        );
        assert_eq!(checks(&document), ["wrong-level"]);
        set(&mut document, "/components/0/name", json!("X25519MLKEM768"));
        set(
            &mut document,
            "/components/0/cryptoProperties",
            json!({
            "assetType": "algorithm", "oid": "1.3.101.110",
            "algorithmProperties": { "primitive": "combiner", "nistQuantumSecurityLevel": 3 } }),
        );
        assert_eq!(checks(&document), ["wrong-oid"]);
    }

    #[test]
    fn hybrids_and_post_quantum_names_are_not_called_broken() {
        for name in [
            "X25519MLKEM768",
            "ML-DSA-65",
            "RSA-3072-ML-DSA-65",
            "sntrup761x25519-sha512",
            "RSA or unknown",
        ] {
            assert!(!shor_breaks(name, &Value::Null), "{name}");
        }
        for name in ["RSA-2048", "EC-P-256", "x25519", "ECDH-P-256", "DH"] {
            assert!(shor_breaks(name, &Value::Null), "{name}");
        }
    }

    #[test]
    fn parameter_sets_are_not_mistaken_for_longer_ones() {
        assert_eq!(expected_level("ML-KEM-1024", &Value::Null), Some(5));
        assert_eq!(expected_level("AES-1280", &Value::Null), None);
        assert_eq!(expected_level("SLH-DSA-SHA2-128s", &Value::Null), Some(1));
    }
}
