//! What the schema of CycloneDX does not check and consumers trip over, for anybody's CBOM: `pqscan cbom validate FILE`.
//!
//! One function a check, each independent of how the document was made. Nothing here asks our catalogue: a few expectations that every
//! reader can look up in the standards are written out, so that the lint is a second opinion on our own output too.
//! It does not validate against the schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

use super::registry;

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

/// Why a file cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum NotABom {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, and something else than a CycloneDX document.
    #[error("not a CycloneDX document: `bomFormat` is not \"CycloneDX\"")]
    OtherFormat,
}

/// Looks for everything that the schema does not check. No problem: an empty list. Sorted, errors first.
///
/// # Errors
/// When the bytes are not a CycloneDX document in JSON.
pub fn lint(json: &[u8]) -> Result<Vec<Problem>, NotABom> {
    let root: Value = serde_json::from_slice(json)?;
    if root.get("bomFormat").and_then(Value::as_str) != Some("CycloneDX") {
        return Err(NotABom::OtherFormat);
    }
    let document = Document::new(&root);
    let mut problems = Vec::new();
    for check in CHECKS {
        let mut found = Found {
            name: check.name,
            problems: &mut problems,
        };
        (check.run)(&document, &mut found);
    }
    problems.sort();
    problems.dedup();
    Ok(problems)
}

struct Check {
    name: &'static str,
    run: fn(&Document<'_>, &mut Found<'_>),
}

/// Every check. To add one: a function, its line, and a test that fails without it.
static CHECKS: &[Check] = &[
    Check {
        name: "spec-version",
        run: spec_version,
    },
    Check {
        name: "serial-number",
        run: serial_number,
    },
    Check {
        name: "metadata",
        run: metadata,
    },
    Check {
        name: "duplicate-ref",
        run: duplicate_ref,
    },
    Check {
        name: "dangling-ref",
        run: dangling_ref,
    },
    Check {
        name: "not-in-dependencies",
        run: not_in_dependencies,
    },
    Check {
        name: "duplicate-identity",
        run: duplicate_identity,
    },
    Check {
        name: "no-ref",
        run: no_ref,
    },
    Check {
        name: "asset-type",
        run: asset_type,
    },
    Check {
        name: "other-version",
        run: other_version,
    },
    Check {
        name: "unknown-family",
        run: unknown_family,
    },
    Check {
        name: "unknown-curve",
        run: unknown_curve,
    },
    Check {
        name: "no-primitive",
        run: no_primitive,
    },
    Check {
        name: "no-level",
        run: no_level,
    },
    Check {
        name: "impossible-level",
        run: impossible_level,
    },
    Check {
        name: "broken-level",
        run: broken_level,
    },
    Check {
        name: "wrong-level",
        run: wrong_level,
    },
    Check {
        name: "oid-form",
        run: oid_form,
    },
    Check {
        name: "wrong-oid",
        run: wrong_oid,
    },
    Check {
        name: "no-algorithm",
        run: no_algorithm,
    },
    Check {
        name: "unequal-refs",
        run: unequal_refs,
    },
    Check {
        name: "secret",
        run: secret,
    },
    Check {
        name: "no-occurrence",
        run: no_occurrence,
    },
    Check {
        name: "absolute-path",
        run: absolute_path,
    },
    Check {
        name: "date",
        run: date,
    },
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

/// A document, with its components in hand.
struct Document<'a> {
    root: &'a Value,
    version: &'a str,
    /// Every component below `components`, nested ones included.
    components: Vec<Component<'a>>,
}

#[derive(Clone, Copy)]
struct Component<'a> {
    value: &'a Value,
}

impl<'a> Document<'a> {
    fn new(root: &'a Value) -> Self {
        let mut components = Vec::new();
        let mut open: Vec<&Value> = items(root, "components").collect();
        open.reverse();
        while let Some(value) = open.pop() {
            components.push(Component { value });
            open.extend(items(value, "components"));
        }
        Self {
            root,
            version: root
                .get("specVersion")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            components,
        }
    }

    fn assets(&self) -> impl Iterator<Item = Component<'a>> + '_ {
        self.components
            .iter()
            .copied()
            .filter(|component| component.word("type") == "cryptographic-asset")
    }

    /// Components with algorithm properties, and those properties.
    fn algorithms(&self) -> impl Iterator<Item = (Component<'a>, &'a Value)> + '_ {
        self.assets().filter_map(|component| {
            Some((component, component.crypto()?.get("algorithmProperties")?))
        })
    }
}

impl<'a> Component<'a> {
    fn word(self, key: &str) -> &'a str {
        self.value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn crypto(self) -> Option<&'a Value> {
        self.value.get("cryptoProperties")
    }

    fn at(self) -> String {
        match self.word("bom-ref") {
            "" => self.word("name").to_owned(),
            reference => format!("{} ({reference})", self.word("name")),
        }
    }
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Every object in the document with its JSON pointer, outermost first.
fn objects(root: &Value) -> Vec<(String, &Map<String, Value>)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), root)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(map) => {
                open.extend(
                    map.iter()
                        .map(|(key, value)| (format!("{pointer}/{key}"), value)),
                );
                found.push((pointer, map));
            }
            Value::Array(list) => open.extend(
                list.iter()
                    .enumerate()
                    .map(|(n, value)| (format!("{pointer}/{n}"), value)),
            ),
            _ => {}
        }
    }
    found
}

fn spec_version(document: &Document<'_>, found: &mut Found<'_>) {
    if !["1.6", "1.7"].contains(&document.version) {
        found.error(
            "/specVersion",
            format!(
                "\"{}\" is not a version with cryptographic assets that this lint knows (1.6, 1.7)",
                document.version
            ),
        );
    }
}

fn serial_number(document: &Document<'_>, found: &mut Found<'_>) {
    let serial = word(document.root, "serialNumber");
    let uuid = serial.strip_prefix("urn:uuid:").unwrap_or_default();
    let groups: Vec<usize> = uuid.split('-').map(str::len).collect();
    let hex = uuid
        .bytes()
        .all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if groups != [8, 4, 4, 4, 12] || !hex {
        found.error("/serialNumber", "missing, or not `urn:uuid:` and a UUID in lower case: nothing can refer to this document");
    }
    if document
        .root
        .get("version")
        .and_then(Value::as_u64)
        .is_none_or(|version| version == 0)
    {
        found.error("/version", "missing, or not a number from 1");
    }
}

fn metadata(document: &Document<'_>, found: &mut Found<'_>) {
    let metadata = document.root.get("metadata").unwrap_or(&Value::Null);
    for (key, why) in [
        ("tools", "who made this document"),
        ("component", "what it describes"),
        ("lifecycles", "at which stage of the life cycle"),
    ] {
        if metadata.get(key).is_none() {
            found.warning(
                format!("/metadata/{key}"),
                format!("missing: nobody can tell {why}"),
            )
        }
    }
}

fn duplicate_ref(document: &Document<'_>, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for (pointer, object) in objects(document.root) {
        let Some(reference) = object.get("bom-ref").and_then(Value::as_str) else {
            continue;
        };
        if !seen.insert(reference) {
            found.error(
                pointer,
                format!("`bom-ref` \"{reference}\" is used more than once"),
            )
        }
    }
}

/// Keys whose value is a reference or a list of references, wherever they stand.
const REFERENCES: [&str; 12] = [
    "algorithmRef",
    "signatureAlgorithmRef",
    "subjectPublicKeyRef",
    "cryptoRefArray",
    "algorithms",
    "dependsOn",
    "provides",
    "assemblies",
    "encr",
    "prf",
    "integ",
    "auth",
];

fn dangling_ref(document: &Document<'_>, found: &mut Found<'_>) {
    let objects = objects(document.root);
    let known: BTreeSet<&str> = objects
        .iter()
        .filter_map(|(_, object)| object.get("bom-ref").and_then(Value::as_str))
        .collect();
    for (pointer, object) in objects {
        let related = pointer.contains("/relatedCryptographicAssets/")
            || is_child_of(&pointer, "dependencies");
        let mut keys: Vec<&str> = REFERENCES.to_vec();
        if related {
            keys.push("ref")
        }
        if pointer.contains("/identity") {
            keys.push("tools")
        }
        if is_child_of(&pointer, "compositions") {
            keys.push("dependencies")
        }
        for key in keys {
            let targets: Vec<&Value> = match object.get(key) {
                Some(Value::Array(list)) => list.iter().collect(),
                Some(other) => vec![other],
                None => continue,
            };
            for target in targets.into_iter().filter_map(Value::as_str) {
                if !target.starts_with("urn:cdx:") && !known.contains(target) {
                    found.error(
                        format!("{pointer}/{key}"),
                        format!("\"{target}\" refers to nothing in this document"),
                    );
                }
            }
        }
    }
}

/// Whether a pointer is `/<list>/<number>`.
fn is_child_of(pointer: &str, list: &str) -> bool {
    pointer
        .strip_prefix('/')
        .and_then(|rest| rest.strip_prefix(list))
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn not_in_dependencies(document: &Document<'_>, found: &mut Found<'_>) {
    let listed: BTreeSet<&str> = items(document.root, "dependencies")
        .map(|dependency| word(dependency, "ref"))
        .collect();
    for component in document
        .assets()
        .filter(|component| !listed.contains(component.word("bom-ref")))
    {
        found.warning(
            component.at(),
            "has no element in `dependencies`: whether it depends on something is not said",
        );
    }
}

fn duplicate_identity(document: &Document<'_>, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for component in &document.components {
        let identity = (
            component.word("group"),
            component.word("name"),
            component.word("version"),
            component.word("purl"),
        );
        if !seen.insert(identity) {
            found.error(component.at(), "another component has the same group, name and version: consumers merge them and lose one");
        }
    }
}

fn no_ref(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document
        .assets()
        .filter(|component| component.word("bom-ref").is_empty())
    {
        found.error(
            component.at(),
            "has no `bom-ref`: viewers refuse it, and nothing can refer to it",
        );
    }
}

/// The object that holds the properties of each type of asset.
const OBJECTS: [(&str, &str); 4] = [
    ("algorithm", "algorithmProperties"),
    ("certificate", "certificateProperties"),
    ("related-crypto-material", "relatedCryptoMaterialProperties"),
    ("protocol", "protocolProperties"),
];

fn asset_type(document: &Document<'_>, found: &mut Found<'_>) {
    for component in &document.components {
        let is_asset = component.word("type") == "cryptographic-asset";
        let Some(crypto) = component.crypto() else {
            if is_asset {
                found.error(
                    component.at(),
                    "is a cryptographic asset without `cryptoProperties`",
                )
            }
            continue;
        };
        if !is_asset {
            found.error(
                component.at(),
                format!(
                    "has `cryptoProperties` and is of type \"{}\"",
                    component.word("type")
                ),
            )
        }
        let of = word(crypto, "assetType");
        for (kind, object) in OBJECTS {
            match (crypto.get(object).is_some(), kind == of) {
                (true, false) => found.error(
                    component.at(),
                    format!("is of asset type \"{of}\" and has `{object}`"),
                ),
                (false, true) => found.warning(
                    component.at(),
                    format!(
                        "is of asset type \"{of}\" and has no `{object}`: consumers call it unknown"
                    ),
                ),
                _ => {}
            }
        }
    }
}

fn other_version(document: &Document<'_>, found: &mut Found<'_>) {
    if document.version != "1.6" {
        return;
    }
    let newer = [
        "algorithmFamily",
        "ellipticCurve",
        "relatedCryptographicAssets",
        "tlsGroups",
        "tlsSignatureSchemes",
    ];
    for component in document.assets() {
        for (_, object) in component.crypto().map(objects).unwrap_or_default() {
            for key in newer.into_iter().filter(|&key| object.contains_key(key)) {
                found.error(
                    component.at(),
                    format!("`{key}` came with 1.7, and this document is 1.6"),
                );
            }
            if object.get("primitive").and_then(Value::as_str) == Some("key-wrap") {
                found.error(
                    component.at(),
                    "the primitive `key-wrap` came with 1.7, and this document is 1.6",
                );
            }
        }
    }
}

fn unknown_family(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let Some(family) = algorithm.get("algorithmFamily").and_then(Value::as_str) else {
            continue;
        };
        if !registry::is_family(family) {
            found.error(
                component.at(),
                format!("algorithm family \"{family}\" is not in the registry of 1.7"),
            );
        } else if !registry::is_family_everywhere(family) {
            found.warning(component.at(), format!("algorithm family \"{family}\" is in one of the editions 1.7.0 and 1.7.1 only: validators with the other refuse it"));
        }
    }
}

fn unknown_curve(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let Some(curve) = algorithm.get("ellipticCurve").and_then(Value::as_str) else {
            continue;
        };
        if !registry::is_curve(curve) {
            found.error(component.at(), format!("curve \"{curve}\" is not in the registry of 1.7, which writes `nist/P-256`, `secg/secp256k1`, `other/Ed25519`"));
        }
    }
}

fn no_primitive(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        if algorithm.get("primitive").is_none() {
            found.warning(
                component.at(),
                "has no `primitive`: write `unknown` where it is not known",
            )
        }
    }
}

fn level(algorithm: &Value) -> Option<u64> {
    algorithm
        .get("nistQuantumSecurityLevel")
        .and_then(Value::as_u64)
}

fn no_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        if level(algorithm).is_some() {
            continue;
        }
        let name = component.word("name");
        if shor_breaks(name, algorithm) || expected_level(name, algorithm).is_some() {
            found.warning(
                component.at(),
                "has no `nistQuantumSecurityLevel`, though its name says enough to know it",
            );
        }
    }
}

fn impossible_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        if let Some(level) = level(algorithm).filter(|level| *level > 5) {
            found.error(component.at(), format!("has quantum security level {level}; NIST defines categories 1 to 5, and 0 stands for none"));
        }
        let classical = algorithm
            .get("classicalSecurityLevel")
            .and_then(Value::as_u64);
        if let Some(bits) = classical.filter(|bits| *bits > 1024) {
            found.error(
                component.at(),
                format!(
                    "has classical security level {bits}: that is a key size, not bits of security"
                ),
            );
        }
    }
}

fn broken_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let Some(level) = level(algorithm).filter(|level| *level > 0) else {
            continue;
        };
        if shor_breaks(component.word("name"), algorithm) {
            found.error(component.at(), format!("has quantum security level {level}, though Shor's algorithm breaks it: 0 is right"));
        }
    }
}

fn wrong_level(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let (Some(level), Some(expected)) = (
            level(algorithm),
            expected_level(component.word("name"), algorithm),
        ) else {
            continue;
        };
        // Above 5 is impossible whatever the algorithm, and says so itself.
        if level != expected && level <= 5 {
            found.error(component.at(), format!("has quantum security level {level}; its parameter set is in category {expected}"));
        }
    }
}

/// Whether the algorithm is one that Shor's algorithm breaks, by its registry family or by the first word of its name. Hybrids are not.
fn shor_breaks(name: &str, algorithm: &Value) -> bool {
    const FAMILIES: [&str; 18] = [
        "RSASSA-PKCS1",
        "RSASSA-PSS",
        "RSAES-PKCS1",
        "RSAES-OAEP",
        "EdDSA",
        "ECDSA",
        "ECIES",
        "MQV",
        "ElGamal",
        "DSA",
        "ECDH",
        "FFDH",
        "SRP",
        "J-PAKE",
        "SM2",
        "SM9",
        "X3DH",
        "BLS",
    ];
    const WORDS: [&str; 20] = [
        "RSA", "RSASSA", "RSAES", "ECDSA", "ECDH", "ECDHE", "ECIES", "ECMQV", "DSA", "DH", "DHE",
        "FFDH", "FFDHE", "X25519", "X448", "ED25519", "ED448", "EDDSA", "ELGAMAL", "EC",
    ];
    let plain = compact(name);
    if [
        "MLKEM",
        "MLDSA",
        "SLHDSA",
        "KYBER",
        "DILITHIUM",
        "SNTRUP",
        "FRODO",
        "HQC",
        "BIKE",
        "MCELIECE",
        "FALCON",
    ]
    .iter()
    .any(|pq| plain.contains(pq))
    {
        return false;
    }
    if word(algorithm, "primitive") == "combiner" {
        return false;
    }
    // A name that holds alternatives ("RSA or unknown") says nothing about the others.
    if name.contains(" or ") {
        return FAMILIES.contains(&word(algorithm, "algorithmFamily"));
    }
    let first = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    FAMILIES.contains(&word(algorithm, "algorithmFamily"))
        || WORDS.contains(&first.to_ascii_uppercase().as_str())
}

/// The NIST category of parameter sets that nobody disputes: AES by key length (the definition of categories 1, 3 and 5), FIPS 203, 204 and 205.
fn expected_level(name: &str, algorithm: &Value) -> Option<u64> {
    const SETS: [(&str, u64); 15] = [
        ("MLKEM512", 1),
        ("MLKEM768", 3),
        ("MLKEM1024", 5),
        ("MLDSA44", 2),
        ("MLDSA65", 3),
        ("MLDSA87", 5),
        ("SLHDSASHA2128", 1),
        ("SLHDSASHA2192", 3),
        ("SLHDSASHA2256", 5),
        ("SLHDSASHAKE128", 1),
        ("SLHDSASHAKE192", 3),
        ("SLHDSASHAKE256", 5),
        ("AES128", 1),
        ("AES192", 3),
        ("AES256", 5),
    ];
    if name.contains(" or ") {
        return None;
    }
    let plain = compact(name);
    if let Some((_, level)) = SETS.iter().find(|(set, _)| {
        plain
            .strip_prefix(set)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    }) {
        return Some(*level);
    }
    let set = compact(&format!(
        "{}{}",
        word(algorithm, "algorithmFamily"),
        word(algorithm, "parameterSetIdentifier")
    ));
    SETS.iter()
        .find(|(known, _)| set == *known)
        .map(|(_, level)| *level)
}

/// Letters and digits only, in upper case.
fn compact(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn oid_form(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        let Some(oid) = component
            .crypto()
            .and_then(|crypto| crypto.get("oid"))
            .and_then(Value::as_str)
        else {
            continue;
        };
        let arcs: Vec<&str> = oid.split('.').collect();
        if arcs.len() < 2
            || arcs
                .iter()
                .any(|arc| arc.is_empty() || !arc.bytes().all(|b| b.is_ascii_digit()))
        {
            found.warning(
                component.at(),
                format!("OID \"{oid}\" is not in the dotted form `1.2.840.113549.1.1.11`"),
            );
        }
    }
}

/// OIDs that are often given to the wrong algorithm, the official examples included, and what the name of their owner holds.
const OIDS: [(&str, &str); 30] = [
    ("2.16.840.1.101.3.4.4.1", "MLKEM512"),
    ("2.16.840.1.101.3.4.4.2", "MLKEM768"),
    ("2.16.840.1.101.3.4.4.3", "MLKEM1024"),
    ("2.16.840.1.101.3.4.3.17", "MLDSA44"),
    ("2.16.840.1.101.3.4.3.18", "MLDSA65"),
    ("2.16.840.1.101.3.4.3.19", "MLDSA87"),
    ("2.16.840.1.101.3.4.1.2", "AES128"),
    ("2.16.840.1.101.3.4.1.6", "AES128"),
    ("2.16.840.1.101.3.4.1.22", "AES192"),
    ("2.16.840.1.101.3.4.1.26", "AES192"),
    ("2.16.840.1.101.3.4.1.42", "AES256"),
    ("2.16.840.1.101.3.4.1.46", "AES256"),
    ("2.16.840.1.101.3.4.1.48", "AES256"),
    ("2.16.840.1.101.3.4.2.1", "SHA256"),
    ("2.16.840.1.101.3.4.2.2", "SHA384"),
    ("2.16.840.1.101.3.4.2.3", "SHA512"),
    ("2.16.840.1.101.3.4.2.8", "SHA3256"),
    ("1.3.14.3.2.26", "SHA1"),
    ("1.2.840.113549.2.5", "MD5"),
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.5", "SHA1"),
    ("1.2.840.113549.1.1.7", "OAEP"),
    ("1.2.840.113549.1.1.10", "PSS"),
    ("1.2.840.113549.1.1.11", "SHA256"),
    ("1.2.840.113549.1.1.12", "SHA384"),
    ("1.2.840.113549.1.1.13", "SHA512"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "ED25519"),
    ("1.3.101.113", "ED448"),
];

fn wrong_oid(document: &Document<'_>, found: &mut Found<'_>) {
    for (component, algorithm) in document.algorithms() {
        let oid = component
            .crypto()
            .map(|crypto| word(crypto, "oid"))
            .unwrap_or_default()
            .trim_start_matches("oid:");
        let Some((_, owner)) = OIDS.iter().find(|(known, _)| *known == oid) else {
            continue;
        };
        let told = compact(&format!(
            "{} {} {}",
            component.word("name"),
            word(algorithm, "algorithmFamily"),
            word(algorithm, "parameterSetIdentifier")
        ));
        // None of these belongs to a hybrid, whatever its parts are called.
        if !told.contains(owner) || word(algorithm, "primitive") == "combiner" {
            found.error(
                component.at(),
                format!("has OID {oid}, which belongs to {owner}"),
            );
        }
    }
}

fn no_algorithm(document: &Document<'_>, found: &mut Found<'_>) {
    const KEYS: [&str; 4] = ["key", "private-key", "public-key", "secret-key"];
    for component in document.assets() {
        let Some(crypto) = component.crypto() else {
            continue;
        };
        let properties = match word(crypto, "assetType") {
            "certificate" => crypto.get("certificateProperties"),
            "related-crypto-material" => crypto
                .get("relatedCryptoMaterialProperties")
                .filter(|material| KEYS.contains(&word(material, "type"))),
            _ => None,
        };
        let Some(properties) = properties else {
            continue;
        };
        let refers = [
            "algorithmRef",
            "signatureAlgorithmRef",
            "subjectPublicKeyRef",
        ]
        .iter()
        .any(|key| properties.get(key).is_some())
            || items(properties, "relatedCryptographicAssets")
                .next()
                .is_some();
        if !refers {
            found.warning(
                component.at(),
                "refers to no algorithm: consumers cannot tell whether it is safe",
            )
        }
    }
}

/// 1.7 deprecates some references and keeps them; where both forms are written, they must agree.
fn unequal_refs(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        for (_, object) in component.crypto().map(objects).unwrap_or_default() {
            let Some(Value::Array(related)) = object.get("relatedCryptographicAssets") else {
                continue;
            };
            let related: BTreeSet<&str> =
                related.iter().map(|related| word(related, "ref")).collect();
            for key in [
                "algorithmRef",
                "signatureAlgorithmRef",
                "subjectPublicKeyRef",
            ] {
                let Some(reference) = object.get(key).and_then(Value::as_str) else {
                    continue;
                };
                if !related.contains(reference) {
                    found.error(component.at(), format!("`{key}` is \"{reference}\", which `relatedCryptographicAssets` does not hold"));
                }
            }
        }
    }
}

fn secret(document: &Document<'_>, found: &mut Found<'_>) {
    const SECRETS: [&str; 9] = [
        "private-key",
        "secret-key",
        "key",
        "password",
        "credential",
        "token",
        "shared-secret",
        "seed",
        "unknown",
    ];
    for component in document.assets() {
        let Some(material) = component
            .crypto()
            .and_then(|crypto| crypto.get("relatedCryptoMaterialProperties"))
        else {
            continue;
        };
        if material.get("value").is_some() && SECRETS.contains(&word(material, "type")) {
            found.error(
                component.at(),
                format!(
                    "has a `value`, and is a {}: the secret itself is in this document",
                    word(material, "type")
                ),
            );
        }
    }
    for (pointer, object) in objects(document.root) {
        for (key, value) in object {
            let holds = value.as_str().is_some_and(|text| {
                text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----") && text.len() > 120
            });
            if holds {
                found.error(format!("{pointer}/{key}"), "holds a private key")
            }
        }
    }
}

fn occurrences(component: Component<'_>) -> impl Iterator<Item = &Value> {
    component
        .value
        .get("evidence")
        .into_iter()
        .flat_map(|evidence| items(evidence, "occurrences"))
}

fn no_occurrence(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        if occurrences(component).next().is_none() {
            found.warning(
                component.at(),
                "has no occurrence: nobody can tell where it is",
            )
        }
    }
}

fn absolute_path(document: &Document<'_>, found: &mut Found<'_>) {
    for component in document.assets() {
        for occurrence in occurrences(component) {
            let location = word(occurrence, "location");
            let drive = location.as_bytes().get(1) == Some(&b':')
                && location.as_bytes()[0].is_ascii_alphabetic();
            if drive || location.starts_with(['/', '\\', '~']) || location.starts_with("file:") {
                found.warning(component.at(), format!("location \"{location}\" is a path of one machine: viewers cannot link it, and it tells who scanned"));
            }
        }
    }
}

fn date(document: &Document<'_>, found: &mut Found<'_>) {
    const DATES: [&str; 11] = [
        "timestamp",
        "notValidBefore",
        "notValidAfter",
        "creationDate",
        "activationDate",
        "deactivationDate",
        "revocationDate",
        "destructionDate",
        "updateDate",
        "expirationDate",
        "modifiedDate",
    ];
    for (pointer, object) in objects(document.root) {
        let mut times: BTreeMap<&str, jiff::Timestamp> = BTreeMap::new();
        for key in DATES {
            let Some(text) = object.get(key).and_then(Value::as_str) else {
                continue;
            };
            match text.parse() {
                Ok(time) => {
                    times.insert(key, time);
                }
                Err(_) => found.error(
                    format!("{pointer}/{key}"),
                    format!("\"{text}\" is not a date and time of RFC 3339"),
                ),
            }
        }
        if let (Some(from), Some(to)) = (times.get("notValidBefore"), times.get("notValidAfter"))
            && from > to
        {
            found.error(pointer, "`notValidAfter` is before `notValidBefore`");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        let all: BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
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
