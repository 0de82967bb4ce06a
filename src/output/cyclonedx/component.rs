//! One asset becomes one component. Here the model is mapped down to what each version of CycloneDX can say; what it cannot say, and
//! every judgement, goes into `pqscan:*` properties.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::objects::{certificate, material, related};
use super::registry;
use super::shape::{
    AlgorithmProperties, CipherSuite, Component, CryptoProperties, Evidence, Identity, Method,
    Occurrence, Property, ProtocolProperties,
};
use super::{TOOL_REF, clean};
use crate::inventory::{Assessment, InventoryAsset, packages};
use crate::model::{AssetKind, Facet, Operation, Origin, Scalar, Technique, Value, Words};
use crate::output::{Options, SpecVersion, band_name, class_name};

/// Most characters of a source line that go into an occurrence.
pub(super) const MAX_TEXT: usize = 240;
/// Most rule entries named as methods of one asset.
const MAX_METHODS: usize = 20;

/// Looks up the kind of the asset with an id.
pub(super) type Kinds<'a> = BTreeMap<&'a str, AssetKind>;

/// The component of an asset.
pub(super) fn component(
    asset: &InventoryAsset,
    assessment: Option<&Assessment>,
    kinds: &Kinds<'_>,
    options: &Options,
) -> Component {
    Component {
        kind: "cryptographic-asset",
        bom_ref: asset.id.to_string(),
        group: Some(asset_type(asset.asset.kind).to_owned()),
        name: asset.name.to_string(),
        description: Some(clean(&asset.asset.brief(), MAX_TEXT)),
        evidence: Some(evidence(asset, options)),
        crypto_properties: Some(crypto_properties(
            asset,
            assessment,
            kinds,
            options.spec_version,
        )),
        properties: properties(asset, assessment, options),
        ..Component::default()
    }
}

/// CycloneDX has four types of asset. A mention is an algorithm of which no use was seen.
const fn asset_type(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Algorithm | AssetKind::Mention => "algorithm",
        AssetKind::Key
        | AssetKind::Request
        | AssetKind::Crl
        | AssetKind::Keystore
        | AssetKind::Signature
        | AssetKind::Ciphertext => "related-crypto-material",
        AssetKind::Certificate => "certificate",
        AssetKind::Protocol => "protocol",
    }
}

fn crypto_properties(
    asset: &InventoryAsset,
    assessment: Option<&Assessment>,
    kinds: &Kinds<'_>,
    version: SpecVersion,
) -> CryptoProperties {
    let mut properties = CryptoProperties {
        asset_type: asset_type(asset.asset.kind),
        algorithm_properties: None,
        certificate_properties: None,
        related_crypto_material_properties: None,
        protocol_properties: None,
        oid: None,
    };
    match asset.asset.kind {
        AssetKind::Algorithm | AssetKind::Mention => {
            properties.algorithm_properties = Some(algorithm(asset, version));
            properties.oid.clone_from(&asset.known.oid);
        }
        AssetKind::Key
        | AssetKind::Request
        | AssetKind::Crl
        | AssetKind::Keystore
        | AssetKind::Signature
        | AssetKind::Ciphertext => {
            properties.related_crypto_material_properties = Some(material(asset, kinds, version))
        }
        AssetKind::Certificate => {
            properties.certificate_properties = Some(certificate(asset, assessment, kinds, version))
        }
        AssetKind::Protocol => properties.protocol_properties = Some(protocol(asset, version)),
    }
    properties
}

fn algorithm(asset: &InventoryAsset, version: SpecVersion) -> AlgorithmProperties {
    let known = &asset.known;
    // With several algorithms possible, a parameter may belong to one of them alone; it then stands in a property only.
    let ambiguous = asset
        .asset
        .facets
        .get(&Facet::Algorithm)
        .is_some_and(|value| value.scalars.len() > 1);
    let parameter = |facet| asset.asset.facets.get(&facet).filter(|_| !ambiguous);
    let curve = parameter(Facet::Curve).and_then(Value::single_name);
    let registered = known
        .registry_curve
        .clone()
        .filter(|curve| version >= SpecVersion::V1_7 && registry::is_curve(curve));
    AlgorithmProperties {
        primitive: primitive(known.primitive.unwrap_or("unknown"), version),
        algorithm_family: known.family.clone().filter(|family| {
            version >= SpecVersion::V1_7 && registry::is_family_everywhere(family)
        }),
        parameter_set_identifier: known.parameter_set.clone(),
        // 1.7 has a closed list for curves, and the free text of 1.6 for those outside of it.
        curve: curve
            .filter(|_| registered.is_none())
            .map(|curve| clean(curve, MAX_TEXT)),
        elliptic_curve: registered,
        mode: parameter(Facet::Mode).and_then(mode),
        padding: parameter(Facet::Padding).and_then(padding),
        crypto_functions: functions(&asset.asset.operations),
        classical_security_level: known.classical_bits,
        nist_quantum_security_level: known.nist_level,
    }
}

/// The primitives that both versions know; `key-wrap` came with 1.7.
fn primitive(word: &'static str, version: SpecVersion) -> &'static str {
    if word == "key-wrap" && version < SpecVersion::V1_7 {
        "other"
    } else {
        word
    }
}

/// `unknown` where the code has a mode and nobody can tell which; absent where it is one of several, which a property tells.
fn mode(value: &Value) -> Option<&'static str> {
    if value.is_unknown() {
        return Some("unknown");
    }
    Some(match value.single_name()? {
        "CBC" => "cbc",
        "CCM" => "ccm",
        "CFB" => "cfb",
        "CTR" => "ctr",
        "ECB" => "ecb",
        "GCM" => "gcm",
        "OFB" => "ofb",
        _ => "other",
    })
}

fn padding(value: &Value) -> Option<&'static str> {
    if value.is_unknown() {
        return Some("unknown");
    }
    Some(match value.single_name()? {
        "none" => return None,
        "PKCS1v15" => "pkcs1v15",
        "OAEP" => "oaep",
        "PKCS7" => "pkcs7",
        "PKCS5" => "pkcs5",
        "raw" => "raw",
        _ => "other",
    })
}

/// CycloneDX has no word for wrapping a key, which encrypts it, nor for agreement, which derives one.
fn functions(operations: &Words<Operation>) -> Vec<&'static str> {
    let words: BTreeSet<&'static str> = operations
        .iter()
        .filter_map(|operation| match operation {
            Operation::Keygen => Some("keygen"),
            Operation::Sign => Some("sign"),
            Operation::Verify => Some("verify"),
            Operation::Encrypt | Operation::Wrap => Some("encrypt"),
            Operation::Decrypt | Operation::Unwrap => Some("decrypt"),
            Operation::Agree | Operation::Derive => Some("keyderive"),
            Operation::Encapsulate => Some("encapsulate"),
            Operation::Decapsulate => Some("decapsulate"),
            Operation::Digest => Some("digest"),
            Operation::Mac => Some("tag"),
            Operation::Generate => Some("generate"),
            Operation::Import | Operation::Handshake => None,
        })
        .collect();
    if words.is_empty() {
        vec!["unknown"]
    } else {
        words.into_iter().collect()
    }
}

fn protocol(asset: &InventoryAsset, version: SpecVersion) -> ProtocolProperties {
    let list = |facet| match asset.asset.facets.get(&facet).and_then(Value::single) {
        Some(Scalar::List(names)) => names.iter().map(|name| clean(name, MAX_TEXT)).collect(),
        _ => Vec::new(),
    };
    let (groups, schemes) = if version >= SpecVersion::V1_7 {
        (list(Facet::Groups), list(Facet::SignatureSchemes))
    } else {
        (Vec::new(), Vec::new())
    };
    let mut cipher_suites: Vec<CipherSuite> = list(Facet::CipherSuites)
        .into_iter()
        .map(|name| {
            let algorithms = asset
                .suites
                .iter()
                .find(|suite| suite.name == name)
                .map(|suite| texts(&suite.algorithms))
                .unwrap_or_default();
            CipherSuite {
                name: Some(name),
                algorithms,
                ..CipherSuite::default()
            }
        })
        .collect();
    // Groups and schemes are settings of the connection. The schema knows them on a suite only: they go on each suite of the code, or on
    // one without a name where the code names none.
    if !(groups.is_empty() && schemes.is_empty()) {
        if cipher_suites.is_empty() {
            cipher_suites.push(CipherSuite::default())
        }
        for suite in &mut cipher_suites {
            suite.tls_groups.clone_from(&groups);
            suite.tls_signature_schemes.clone_from(&schemes);
        }
    }
    let name = asset
        .asset
        .facets
        .get(&Facet::Protocol)
        .and_then(Value::single_name)
        .unwrap_or_default();
    ProtocolProperties {
        kind: protocol_type(name, version),
        version: protocol_version(asset, name),
        cipher_suites,
        crypto_ref_array: texts(&asset.depends_on),
        related_cryptographic_assets: related(
            version,
            asset.depends_on.iter().map(|id| ("algorithm", id)),
        ),
    }
}

/// Shared texts, each for itself.
pub(super) fn texts(shared: &[Arc<str>]) -> Vec<String> {
    shared.iter().map(ToString::to_string).collect()
}

fn protocol_type(name: &str, version: SpecVersion) -> &'static str {
    let family = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match family {
        "TLS" | "SSL" => "tls",
        "SSH" => "ssh",
        "IKE" | "IKEv" => "ike",
        "IPsec" => "ipsec",
        "WPA" => "wpa",
        "DTLS" if version >= SpecVersion::V1_7 => "dtls",
        "QUIC" if version >= SpecVersion::V1_7 => "quic",
        "" => "unknown",
        _ => "other",
    }
}

/// The version, where the code leaves exactly one. `SSL3.0` keeps its letters: "3.0" alone would read as a TLS version.
fn protocol_version(asset: &InventoryAsset, name: &str) -> Option<String> {
    let bound = |facet| asset.asset.facets.get(&facet).and_then(Value::single_name);
    let exact = match (bound(Facet::MinVersion), bound(Facet::MaxVersion)) {
        (Some(lowest), Some(highest)) if lowest == highest => lowest,
        _ => name,
    };
    if exact.starts_with("SSL") && exact.len() > 3 {
        return Some(clean(exact, MAX_TEXT));
    }
    let digits = exact.trim_start_matches(|c: char| !c.is_ascii_digit());
    (!digits.is_empty()).then(|| clean(digits, MAX_TEXT))
}

fn evidence(asset: &InventoryAsset, options: &Options) -> Evidence {
    let confidence = asset.confidence().share();
    let mut entries: BTreeMap<(&str, Technique), f64> = BTreeMap::new();
    for occurrence in &asset.occurrences {
        let share = occurrence.confidence.share();
        entries
            .entry((&occurrence.entry, occurrence.technique))
            .and_modify(|best| *best = best.max(share))
            .or_insert(share);
    }
    Evidence {
        identity: vec![Identity {
            field: "name",
            confidence,
            concluded_value: asset.name.to_string(),
            methods: entries
                .into_iter()
                .take(MAX_METHODS)
                .map(|((entry, seen_by), confidence)| Method {
                    technique: technique(seen_by),
                    confidence,
                    value: clean(entry, MAX_TEXT),
                })
                .collect(),
            tools: vec![TOOL_REF.to_owned()],
        }],
        occurrences: asset
            .occurrences
            .iter()
            .take(options.max_occurrences)
            .map(|seen| occurrence(seen))
            .collect(),
    }
}

/// CycloneDX's word for a technique. For reading the encoding of the thing itself it has none.
fn technique(technique: Technique) -> &'static str {
    match technique {
        Technique::Encoding => "other",
        Technique::SourceCode => "source-code-analysis",
        Technique::Bytecode
        | Technique::FunctionNames
        | Technique::LinkedFunctions
        | Technique::Imports
        | Technique::Exports
        | Technique::Constants
        | Technique::SourcePaths
        | Technique::Strings => "binary-analysis",
    }
}

fn occurrence(occurrence: &crate::inventory::Occurrence) -> Occurrence {
    let in_text = occurrence.location.line > 0;
    let mut context = vec![occurrence.context.name().to_owned()];
    if !matches!(
        occurrence.technique,
        Technique::Encoding | Technique::SourceCode
    ) {
        context.push(format!(
            "{} by {}",
            occurrence.tier().name(),
            occurrence.technique.name()
        ))
    }
    if in_text {
        context.push(format!("column {}", occurrence.location.column))
    }
    context.extend(
        occurrence
            .function
            .as_ref()
            .map(|function| format!("in {}", clean(function, MAX_TEXT))),
    );
    let provenance = &occurrence.provenance;
    context.extend(
        provenance
            .packages
            .first()
            .map(|package| format!("package {}", clean(&packages::id(package), MAX_TEXT))),
    );
    if let Some(layer) = &provenance.layer {
        context.push(format!("layer {}", clean(&layer.digest, MAX_TEXT)));
        if let Some(instruction) = &layer.instruction {
            context.push(format!("made by {}", clean(instruction, MAX_TEXT)))
        }
    }
    context.push(clean(&occurrence.asset.brief(), MAX_TEXT));
    if !occurrence.text.is_empty() {
        context.push(clean(&occurrence.text, MAX_TEXT))
    }
    Occurrence {
        location: clean(&occurrence.location.path, usize::MAX),
        line: in_text.then_some(occurrence.location.line),
        offset: occurrence.location.span.start,
        symbol: clean(&occurrence.symbol, MAX_TEXT),
        additional_context: context.join("; "),
    }
}

fn properties(
    asset: &InventoryAsset,
    assessment: Option<&Assessment>,
    options: &Options,
) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut say = |name: &str, value: String| {
        properties.push(Property::new(["pqscan:", name].concat(), value))
    };
    if let Some(assessment) = assessment {
        let judged = assessment.main();
        say("priority", band_name(judged.band).to_owned());
        say("class", class_name(judged.class).to_owned());
        say("findingClass", judged.finding_class.name().to_owned());
        say("reason", judged.reason.clone());
        if let Some(replacement) = judged.replacement() {
            say("replacement", replacement)
        }
        if let Some(note) = &judged.note {
            say("replacementNote", note.clone())
        }
        for other in assessment.judgements().iter().skip(1) {
            let class = other.finding_class.name();
            say("also", format!("{} {class}", band_name(other.band)));
        }
        if let Some(score) = assessment.score() {
            say("track", score.track.name().to_owned());
            say("score", score.points.to_string());
            if let Some(due) = &score.deadline {
                say("deadline", format!("{} {}", due.policy, due.last_day));
            }
            for need in &score.needs_context {
                let (least, most) = (band_name(need.least.0), band_name(need.most.0));
                say("needsContext", format!("{} {least}-{most}", need.what));
            }
        }
    }
    say("kind", asset.asset.kind.name().to_owned());
    say("seen", asset.seen().to_owned());
    if asset.is_used() && asset.asset.object.is_none() {
        say("lifecycleStage", "implemented".to_owned())
    }
    super::objects::properties(asset, assessment, &mut say);
    if !asset.asset.operations.is_empty() {
        let names: Vec<&str> = asset
            .asset
            .operations
            .iter()
            .map(|operation| operation.name())
            .collect();
        say("operations", names.join(","));
    }
    for (facet, value) in &asset.asset.facets {
        parameter(asset, *facet, value, &mut say);
    }
    // Said here too, since neither 1.6 nor every edition of 1.7 has a place for it.
    if let Some(family) = &asset.known.family {
        say("family", family.clone())
    }
    say("contexts", contexts(asset));
    say("occurrences", asset.occurrences.len().to_string());
    if asset.occurrences.len() > options.max_occurrences {
        say("occurrencesWritten", options.max_occurrences.to_string())
    }
    for entry in asset
        .occurrences
        .iter()
        .map(|o| &*o.entry)
        .collect::<BTreeSet<_>>()
    {
        say("detectedBy", clean(entry, MAX_TEXT));
    }
    for library in asset
        .occurrences
        .iter()
        .map(|o| &*o.library)
        .filter(|library| !library.is_empty())
        .collect::<BTreeSet<_>>()
    {
        say("library", clean(library, MAX_TEXT));
    }
    for id in &asset.implied_by {
        say("impliedBy", id.to_string())
    }
    properties
}

/// A parameter's value or values, where they came from, and why it is not, or not wholly, known.
fn parameter(
    asset: &InventoryAsset,
    facet: Facet,
    value: &Value,
    say: &mut impl FnMut(&str, String),
) {
    let name = facet.name();
    if !value.is_unknown() {
        let mut alternatives: Vec<String> = value
            .scalars
            .keys()
            .map(|scalar| clean(&scalar.to_string(), usize::MAX))
            .collect();
        if value.open {
            alternatives.push("…".to_owned())
        }
        say(&format!("parameter:{name}"), alternatives.join("|"));
        let origins: BTreeSet<Origin> = asset
            .occurrences
            .iter()
            .filter_map(|occurrence| occurrence.asset.facets.get(&facet))
            .chain([value])
            .flat_map(|value| value.scalars.values().copied())
            .collect();
        say(
            &format!("origin:{name}"),
            origins
                .iter()
                .map(|origin| origin.name())
                .collect::<Vec<_>>()
                .join(","),
        );
    }
    if value.open {
        let reason = value.why.as_ref().map_or_else(
            || "not said".to_owned(),
            |why| {
                if why.detail.is_empty() {
                    why.kind.to_owned()
                } else {
                    format!("{}({})", why.kind, clean(&why.detail, MAX_TEXT))
                }
            },
        );
        say(&format!("unknown:{name}"), reason);
    }
}

/// `production 3, test 2`.
fn contexts(asset: &InventoryAsset) -> String {
    let mut count: BTreeMap<_, usize> = BTreeMap::new();
    for occurrence in &asset.occurrences {
        *count.entry(occurrence.context).or_default() += 1
    }
    count
        .iter()
        .map(|(context, count)| format!("{} {count}", context.name()))
        .collect::<Vec<_>>()
        .join(", ")
}
