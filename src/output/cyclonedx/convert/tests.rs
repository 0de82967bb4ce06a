use serde_json::{Value, json};

use super::*;

const TO_1_6: Options = Options {
    to: Some(SpecVersion::V1_6),
    sort: false,
    drop_signature: false,
};
const TO_1_7: Options = Options {
    to: Some(SpecVersion::V1_7),
    ..TO_1_6
};

fn converted(document: &Value, options: Options) -> (Value, Tally) {
    convert(document.clone(), options).expect("it can be converted")
}

fn asset(name: &str, crypto: Value) -> Value {
    json!({ "type": "cryptographic-asset", "bom-ref": name, "name": name, "cryptoProperties": crypto })
}

/// Something of everything that came with 1.7.
fn newer() -> Value {
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX", "specVersion": "1.7", "version": 1,
        "metadata": {
            "component": { "type": "application", "bom-ref": "app", "name": "app", "isExternal": false },
            "distributionConstraints": { "tlp": "AMBER" },
        },
        "components": [
            asset("EC", json!({ "assetType": "algorithm", "algorithmProperties": {
                "primitive": "signature", "algorithmFamily": "ECDSA", "ellipticCurve": "nist/P-256" } })),
            asset("wrap", json!({ "assetType": "algorithm", "algorithmProperties": { "primitive": "key-wrap" } })),
            asset("cert", json!({ "assetType": "certificate", "certificateProperties": {
                "subjectName": "CN=example.org", "serialNumber": "07",
                "fingerprint": { "alg": "SHA-256", "content": "00".repeat(32) },
                "certificateState": [{ "state": "active" }],
                "certificateExtensions": [{ "commonExtensionName": "keyUsage", "commonExtensionValue": "digitalSignature" }],
                "relatedCryptographicAssets": [{ "type": "algorithm", "ref": "EC" }, { "type": "publicKey", "ref": "key" }] } })),
            asset("key", json!({ "assetType": "related-crypto-material", "relatedCryptoMaterialProperties": {
                "type": "public-key", "relatedCryptographicAssets": [{ "type": "algorithm", "ref": "EC" }] } })),
            asset("dtls", json!({ "assetType": "protocol", "protocolProperties": {
                "type": "dtls", "cipherSuites": [{ "name": "TLS_AES_128_GCM_SHA256", "tlsGroups": ["x25519"], "tlsSignatureSchemes": ["ed25519"] }],
                "relatedCryptographicAssets": [{ "type": "algorithm", "ref": "EC" }] } })),
            asset("ike", json!({ "assetType": "protocol", "protocolProperties": {
                "type": "ike", "ikev2TransformTypes": { "encr": [{ "name": "ENCR_AES_GCM_16", "keyLength": 256, "algorithm": "wrap" }], "ke": [{ "group": 31 }], "esn": true } } })),
            {
                "type": "library", "bom-ref": "lib", "name": "lib", "versionRange": "vers:npm/>=1",  "isExternal": true,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }, { "license": { "id": "BSD-3-Clause" } }],
                "hashes": [{ "alg": "Streebog-256", "content": "11".repeat(32) }, { "alg": "SHA-256", "content": "22".repeat(32) }],
                "externalReferences": [{ "type": "patent", "url": "https://example.org/p", "properties": [{ "name": "a", "value": "b" }] }],
                "components": [{ "type": "library", "bom-ref": "in/side", "name": "inside", "licenses": [{ "expression": "MIT", "expressionDetails": [{ "licenseIdentifier": "MIT" }] }] }],
            },
        ],
        "dependencies": [{ "ref": "app", "dependsOn": ["EC"] }],
        "citations": [{ "pointers": ["/components/0"], "timestamp": "2026-01-01T00:00:00Z", "attributedTo": "app" }],
    })
}

#[test]
fn what_1_6_lacks_goes_into_properties_and_comes_back() {
    let (old, tally) = converted(&newer(), TO_1_6);
    assert_eq!(tally.versions, ("1.7".to_owned(), "1.6"));
    let text = old.to_string();
    assert!(!text.contains("\"algorithmFamily\":"), "{text}");
    assert_eq!(
        old["components"][0]["cryptoProperties"]["algorithmProperties"],
        json!({ "primitive": "signature", "curve": "P-256" })
    );
    assert_eq!(
        old["components"][1]["cryptoProperties"]["algorithmProperties"]["primitive"],
        "other"
    );
    assert_eq!(
        old["components"][2]["cryptoProperties"]["certificateProperties"],
        json!({
        "subjectName": "CN=example.org", "signatureAlgorithmRef": "EC", "subjectPublicKeyRef": "key" })
    );
    assert_eq!(
        old["components"][3]["cryptoProperties"]["relatedCryptoMaterialProperties"],
        json!({ "type": "public-key", "algorithmRef": "EC" })
    );
    assert_eq!(
        old["components"][4]["cryptoProperties"]["protocolProperties"],
        json!({
        "type": "other", "cipherSuites": [{ "name": "TLS_AES_128_GCM_SHA256" }], "cryptoRefArray": ["EC"] })
    );
    assert_eq!(
        old["components"][5]["cryptoProperties"]["protocolProperties"]["ikev2TransformTypes"],
        json!({ "encr": ["wrap"], "ke": [], "esn": true })
    );
    assert_eq!(
        old["components"][6]["licenses"],
        json!([{ "license": { "name": "MIT OR Apache-2.0" } }, { "license": { "id": "BSD-3-Clause" } }])
    );
    assert_eq!(
        old["components"][6]["hashes"],
        json!([{ "alg": "SHA-256", "content": "22".repeat(32) }])
    );
    let (new, back) = converted(&old, TO_1_7);
    assert_eq!(new, newer());
    assert_eq!((back.restored, back.told), (tally.moved, 0));
}

#[test]
fn what_1_6_says_is_said_in_the_fields_of_1_7_too() {
    let old = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        asset("EC", json!({ "assetType": "algorithm", "algorithmProperties": { "primitive": "signature", "curve": "secp256r1" } })),
        asset("key", json!({ "assetType": "related-crypto-material", "relatedCryptoMaterialProperties": { "type": "key", "algorithmRef": "EC" } })),
        asset("tls", json!({ "assetType": "protocol", "protocolProperties": { "type": "tls", "cryptoRefArray": ["EC", "nowhere"] } })),
    ] });
    let (new, tally) = converted(&old, TO_1_7);
    assert_eq!(tally.told, 2);
    assert_eq!(
        new["components"][0]["cryptoProperties"]["algorithmProperties"],
        json!({ "primitive": "signature", "curve": "secp256r1", "ellipticCurve": "secg/secp256r1" })
    );
    assert_eq!(
        new["components"][1]["cryptoProperties"]["relatedCryptoMaterialProperties"]["relatedCryptographicAssets"],
        json!([{ "type": "algorithm", "ref": "EC" }])
    );
    assert!(
        new["components"][2]["cryptoProperties"]["protocolProperties"]
            .get("relatedCryptographicAssets")
            .is_none()
    );
    assert!(new.get("$schema").is_none());
}

#[test]
fn properties_of_strangers_lead_nowhere() {
    let property = |name: &str, value: &str| json!({ "name": name, "value": value });
    let hostile = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{
        "type": "library", "name": "a", "bom-ref": "a",
        "properties": [
            property("pqscan:1.7:", "1"), property("pqscan:1.7:/", "{"), property("pqscan:1.7:/x/y/z", "1"),
            property("pqscan:1.7:/bom-ref", "\"b\""), property("pqscan:1.6:/name", ""), property("pqscan:1.6:/a/b", ""),
        ] }] });
    let (new, tally) = converted(&hostile, TO_1_7);
    assert_eq!(tally.restored, 0);
    assert_eq!(new["components"], hostile["components"]);
}

#[test]
fn an_extension_of_1_4_becomes_1_6() {
    let old = json!({
        "$schema": "https://raw.githubusercontent.com/IBM/CBOM/main/bom-1.4-cbom-1.0.schema.json",
        "bomFormat": "CBOM", "specVersion": "1.4-cbom-1.0", "version": 1,
        "components": [
            { "type": "library", "bom-ref": "lib", "name": "lib" },
            { "type": "crypto-asset", "bom-ref": "aes", "name": "AES", "cryptoProperties": {
                "assetType": "algorithm", "nistQuantumSecurityLevel": 1, "oid": "2.16.840.1.101.3.4.1.6", "scanner": "s",
                "algorithmProperties": { "primitive": "blockcipher", "variant": "AES-128-GCM", "mode": "gcm",
                    "implementationLevel": "softwarePlainRam", "certificationLevel": "eal4", "cryptoFunctions": ["encrypt"] },
                "detectionContext": [{ "filePath": "a.c", "lineNumbers": [3, 5], "symbols": ["f"], "additionalContext": "x" }] } },
            { "type": "crypto-asset", "bom-ref": "iv", "name": "iv", "cryptoProperties": {
                "assetType": "relatedCryptoMaterial", "relatedCryptoMaterialProperties": { "relatedCryptoMaterialType": "initializationVector", "size": 96, "secured": true } } },
            { "type": "crypto-asset", "bom-ref": "cert", "name": "cert", "cryptoProperties": {
                "assetType": "certificate", "certificateProperties": { "subjectName": "CN=a", "notValidBefore": "yesterday", "notValidAfter": "2027-01-01T00:00:00Z", "certificateSignatureAlgorithm": "aes" } } },
            { "type": "crypto-asset", "bom-ref": "tls", "name": "tls", "cryptoProperties": {
                "assetType": "protocol", "protocolProperties": { "tlsCipherSuites": ["TLS_AES_128_GCM_SHA256"] } } },
        ],
        "dependencies": [
            { "ref": "lib", "dependsOn": ["aes"], "dependencyType": "implements" },
            { "ref": "lib", "dependsOn": ["iv"], "dependencyType": "uses" },
        ],
    });
    let (new, tally) = converted(&old, Options::default());
    assert_eq!(tally.versions, ("1.4-cbom-1.0".to_owned(), "1.6"));
    assert_eq!(new["bomFormat"], "CycloneDX");
    assert_eq!(
        new["$schema"],
        "http://cyclonedx.org/schema/bom-1.6.schema.json"
    );
    assert_eq!(
        new["components"][1],
        json!({
            "type": "cryptographic-asset", "bom-ref": "aes", "name": "AES-128-GCM",
            "cryptoProperties": { "assetType": "algorithm", "oid": "2.16.840.1.101.3.4.1.6", "algorithmProperties": {
                "primitive": "block-cipher", "mode": "gcm", "executionEnvironment": "software-plain-ram", "certificationLevel": ["cc-eal4"],
                "cryptoFunctions": ["encrypt"], "nistQuantumSecurityLevel": 1 } },
            "evidence": { "occurrences": [
                { "location": "a.c", "symbol": "f", "additionalContext": "x", "line": 3 },
                { "location": "a.c", "symbol": "f", "additionalContext": "x", "line": 5 } ] },
            "properties": [
                { "name": "pqscan:legacy:scanner", "value": "s" },
                { "name": "pqscan:legacy:variant", "value": "AES-128-GCM" },
                { "name": "pqscan:legacy:name", "value": "AES" } ],
        })
    );
    assert_eq!(
        new["components"][2]["cryptoProperties"],
        json!({ "assetType": "related-crypto-material", "relatedCryptoMaterialProperties": { "size": 96, "type": "initialization-vector" } })
    );
    assert_eq!(
        new["components"][3]["cryptoProperties"]["certificateProperties"],
        json!({ "subjectName": "CN=a", "notValidAfter": "2027-01-01T00:00:00Z", "signatureAlgorithmRef": "aes" })
    );
    assert_eq!(
        new["components"][4]["cryptoProperties"]["protocolProperties"],
        json!({ "cipherSuites": [{ "name": "TLS_AES_128_GCM_SHA256" }], "type": "tls" })
    );
    assert_eq!(
        new["dependencies"],
        json!([{ "ref": "lib", "provides": ["aes"], "dependsOn": ["iv"] }])
    );
}

#[test]
fn a_signed_document_is_refused_unless_its_signature_may_go() {
    let mut signed = newer();
    signed["signature"] = json!({ "algorithm": "ES256", "value": "x" });
    assert!(matches!(
        convert(signed.clone(), TO_1_6),
        Err(Refused::Signed)
    ));
    assert_eq!(converted(&signed, Options::default()).0, signed);
    let (new, tally) = converted(
        &signed,
        Options {
            drop_signature: true,
            ..TO_1_6
        },
    );
    assert!(new.get("signature").is_none());
    assert_eq!(tally.signatures_dropped, 1);
}

#[test]
fn order_is_that_of_the_content() {
    let one = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6",
        "components": [{ "type": "library", "name": "b" }, { "type": "library", "name": "a", "properties": [{ "name": "y", "value": "" }, { "name": "x", "value": "" }] }],
        "dependencies": [{ "ref": "b", "dependsOn": ["z", "y"] }, { "ref": "a" }] });
    let (sorted, _) = converted(
        &one,
        Options {
            sort: true,
            ..Options::default()
        },
    );
    assert_eq!(
        sorted,
        json!({ "bomFormat": "CycloneDX", "specVersion": "1.6",
        "components": [{ "type": "library", "name": "a", "properties": [{ "name": "x", "value": "" }, { "name": "y", "value": "" }] }, { "type": "library", "name": "b" }],
        "dependencies": [{ "ref": "a" }, { "ref": "b", "dependsOn": ["y", "z"] }] })
    );
    assert!(matches!(
        convert(
            newer(),
            Options {
                sort: true,
                ..Options::default()
            }
        ),
        Err(Refused::Cited)
    ));
}

#[test]
fn other_versions_are_refused() {
    let future = json!({ "bomFormat": "CycloneDX", "specVersion": "2.0" });
    assert_eq!(
        convert(future, TO_1_6)
            .expect_err("2.0 is not known")
            .to_string(),
        "it is of version \"2.0\" of CycloneDX; 1.2 to 1.7 can be converted, and IBM's CBOM 1.0"
    );
}
