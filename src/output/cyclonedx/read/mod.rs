//! The reader of CBOMs, ours and those of other tools: CycloneDX 1.6 and 1.7, and the extension of 1.4 that went before them (IBM's CBOM
//! 1.0: `crypto-asset`, `variant`, `detectionContext`).
//!
//! Ours have in properties what CycloneDX has no field for. Of others, only what the standard's fields say is taken. Components inside of
//! components count; what is no cryptographic asset does not.

mod own;
mod places;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::own::Properties;
use self::places::{Detected, Seen};
use crate::inventory::snapshot::{Form, Saved, Snapshot, family};
use crate::model::{AssetKind, Facet};
use crate::output::lenient::{Keep, Kept, Plain};

/// Most assets and places together.
const MAX_ASSETS: usize = 16_000_000;
/// Most properties of a component, tools of a document.
const MAX_PROPERTIES: usize = 1_000_000;

#[derive(Deserialize)]
struct BomIn<'a> {
    #[serde(default, borrow)]
    metadata: Option<MetadataIn<'a>>,
    #[serde(default)]
    components: Kept<Component>,
}

#[derive(Deserialize)]
struct MetadataIn<'a> {
    #[serde(default)]
    tools: ToolsIn,
    #[serde(default, borrow)]
    component: Option<NamedIn<'a>>,
    #[serde(default)]
    properties: Kept<Property>,
}

#[derive(Deserialize)]
pub(in crate::output) struct NamedIn<'a> {
    #[serde(default, borrow)]
    name: Plain<'a>,
    #[serde(default, borrow)]
    version: Plain<'a>,
}

/// Reads a CBOM.
pub(in crate::output) fn read(document: &[u8]) -> Result<Snapshot, serde_json::Error> {
    let bom: BomIn<'_> = serde_json::from_slice(document)?;
    let (tools, subject, properties) = match bom.metadata {
        Some(metadata) => (
            metadata.tools.0,
            metadata
                .component
                .and_then(|component| component.name.text()),
            metadata.properties.0,
        ),
        None => (Vec::new(), None, Vec::new()),
    };
    let ours = tools.iter().any(|tool| tool.starts_with("pqscan "));
    let components = bom.components.0;
    let is_own = ours && components.iter().all(|component| component.is_own);
    let rules_hash = properties.into_iter().find_map(|property| match property {
        Property { name, value } if name == "pqscan:rulesHash" => Some(value),
        _ => None,
    });
    Ok(Snapshot {
        form: if is_own {
            Form::OwnCbom
        } else {
            Form::OtherCbom
        },
        tool: tools.into_iter().next(),
        subject: subject.map(Cow::into_owned),
        rules_hash: rules_hash.filter(|_| is_own),
        assets: components
            .into_iter()
            .map(|component| component.saved)
            .collect(),
    })
}

/// The tools with their versions: a list in old documents, components in newer ones.
#[derive(Default)]
struct ToolsIn(Vec<String>);

impl<'de> Deserialize<'de> for ToolsIn {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = ToolsIn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("tools")
            }

            fn visit_unit<E: Error>(self) -> Result<ToolsIn, E> {
                Ok(ToolsIn::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ToolsIn, A::Error> {
                let mut tools = Vec::new();
                while let Some(tool) = items.next_element::<NamedIn<'de>>()? {
                    if tools.len() < MAX_TOOLS {
                        Keep::keep(tool, &mut tools).map_err(A::Error::custom)?
                    }
                }
                Ok(ToolsIn(tools.into_iter().map(|Tool(tool)| tool).collect()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ToolsIn, A::Error> {
                let mut tools = Vec::new();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    if key == "components" {
                        let components: Kept<Tool> = map.next_value()?;
                        tools.extend(components.0.into_iter().map(|Tool(tool)| tool))
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(ToolsIn(tools))
            }
        }
        from.deserialize_any(Either)
    }
}

/// Most tools that are looked at.
const MAX_TOOLS: usize = 1000;

struct Tool(String);

impl<'de> Keep<'de> for Tool {
    type Raw = NamedIn<'de>;
    const MAX: usize = MAX_TOOLS;

    fn keep(raw: NamedIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        to.extend(raw.name.some().map(|name| {
            let version = raw.version.text().unwrap_or_default();
            Self([&*name, " ", &*version].concat().trim_end().to_owned())
        }));
        Ok(())
    }
}

/// A property of ours.
struct Property {
    name: String,
    value: String,
}

#[derive(Deserialize)]
pub(in crate::output) struct PropertyIn<'a> {
    #[serde(default, borrow)]
    name: Plain<'a>,
    #[serde(default, borrow)]
    value: Plain<'a>,
}

impl<'de> Keep<'de> for Property {
    type Raw = PropertyIn<'de>;
    const MAX: usize = MAX_PROPERTIES;

    fn keep(raw: PropertyIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        if let (Some(name), Some(value)) = (raw.name.text(), raw.value.text())
            && name.starts_with("pqscan:")
        {
            to.push(Self {
                name: name.into_owned(),
                value: value.into_owned(),
            })
        }
        Ok(())
    }
}

/// An asset, and whether we wrote it.
struct Component {
    saved: Saved,
    is_own: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::output) struct ComponentIn<'a> {
    #[serde(default, borrow, rename = "bom-ref")]
    bom_ref: Plain<'a>,
    #[serde(default, borrow)]
    name: Plain<'a>,
    #[serde(default, borrow)]
    crypto_properties: Option<Box<CryptoIn<'a>>>,
    #[serde(default)]
    evidence: Option<EvidenceIn>,
    #[serde(default)]
    properties: Kept<Property>,
    #[serde(default)]
    components: Kept<Component>,
}

#[derive(Deserialize)]
struct EvidenceIn {
    #[serde(default)]
    occurrences: Kept<Seen>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CryptoIn<'a> {
    #[serde(default, borrow)]
    asset_type: Plain<'a>,
    #[serde(default, borrow)]
    algorithm_properties: Option<AlgorithmIn<'a>>,
    #[serde(default, borrow)]
    certificate_properties: Option<CertificateIn<'a>>,
    #[serde(default, borrow)]
    related_crypto_material_properties: Option<MaterialIn<'a>>,
    #[serde(default, borrow)]
    protocol_properties: Option<ProtocolIn<'a>>,
    #[serde(default)]
    detection_context: Kept<Detected>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AlgorithmIn<'a> {
    #[serde(default, borrow)]
    primitive: Plain<'a>,
    #[serde(default, borrow)]
    algorithm_family: Plain<'a>,
    #[serde(default, borrow)]
    parameter_set_identifier: Plain<'a>,
    #[serde(default, borrow)]
    variant: Plain<'a>,
    #[serde(default, borrow)]
    curve: Plain<'a>,
    #[serde(default, borrow)]
    elliptic_curve: Plain<'a>,
    #[serde(default, borrow)]
    mode: Plain<'a>,
    #[serde(default, borrow)]
    padding: Plain<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateIn<'a> {
    #[serde(default, borrow)]
    serial_number: Plain<'a>,
    #[serde(default, borrow)]
    subject_name: Plain<'a>,
    #[serde(default, borrow)]
    issuer_name: Plain<'a>,
    #[serde(default, borrow)]
    not_valid_before: Plain<'a>,
    #[serde(default, borrow)]
    not_valid_after: Plain<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaterialIn<'a> {
    #[serde(default, borrow, rename = "type")]
    kind: Plain<'a>,
    #[serde(default, borrow)]
    related_crypto_material_type: Plain<'a>,
    #[serde(default, borrow)]
    size: Plain<'a>,
    #[serde(default, borrow)]
    format: Plain<'a>,
}

#[derive(Deserialize)]
struct ProtocolIn<'a> {
    #[serde(default, borrow, rename = "type")]
    kind: Plain<'a>,
    #[serde(default, borrow)]
    version: Plain<'a>,
}

impl<'de> Keep<'de> for Component {
    type Raw = ComponentIn<'de>;
    const MAX: usize = MAX_ASSETS;

    fn keep(raw: ComponentIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        let inside = raw.components.0;
        if let Some(crypto) = raw.crypto_properties {
            let Some(name) = raw.name.some() else {
                return Err("a cryptographic asset without `name`".to_owned());
            };
            let places = raw.evidence.map(|evidence| evidence.occurrences.0);
            let properties = Properties::of(raw.properties.0);
            let id = raw.bom_ref.text().unwrap_or_default();
            let is_own = id.starts_with("crypto/") && properties.first("pqscan:kind").is_some();
            let mut saved = other(id, name, *crypto);
            let places = places.unwrap_or_default();
            saved
                .places
                .extend(places.into_iter().map(|Seen(place)| place));
            if is_own {
                properties.say(&mut saved)
            } else {
                // What others write as context is not told apart as ours is.
                for place in &mut saved.places {
                    place.function = None
                }
            }
            to.push(Self { saved, is_own })
        }
        to.extend(inside);
        Ok(())
    }

    fn weight(&self) -> usize {
        1 + self.saved.places.len()
    }
}

/// An asset as the standard's fields tell it.
fn other(id: Cow<'_, str>, name: Cow<'_, str>, crypto: CryptoIn<'_>) -> Saved {
    let mut parameters = BTreeMap::new();
    let mut say = |name: &'static str, plain: Plain<'_>| {
        if let Some(text) = plain.some() {
            parameters.insert(name, text.into_owned());
        }
    };
    let mut parameter_set = None;
    let mut known = None;
    let mut kind = kind(crypto.asset_type.some().as_deref().unwrap_or_default());
    let mut is_object = false;
    if let Some(algorithm) = crypto.algorithm_properties {
        say("primitive", algorithm.primitive);
        say(Facet::Curve.name(), algorithm.curve);
        say(Facet::Curve.name(), algorithm.elliptic_curve);
        say(Facet::Mode.name(), algorithm.mode);
        say(Facet::Padding.name(), algorithm.padding);
        say("variant", algorithm.variant);
        parameter_set = algorithm.parameter_set_identifier.some();
        known = algorithm.algorithm_family.some();
    }
    if let Some(certificate) = crypto.certificate_properties {
        is_object = true;
        say("serial", certificate.serial_number);
        say("subject", certificate.subject_name);
        say("issuer", certificate.issuer_name);
        say("not_before", day(certificate.not_valid_before));
        say("not_after", day(certificate.not_valid_after));
    }
    if let Some(material) = crypto.related_crypto_material_properties {
        let word = material
            .kind
            .some()
            .or(material.related_crypto_material_type.some());
        kind = material_kind(word.as_deref().unwrap_or("other"));
        say("type", word.map_or(Plain::Nothing, Plain::Text));
        say(Facet::KeyBits.name(), material.size);
        say("format", material.format);
    }
    if let Some(protocol) = crypto.protocol_properties {
        say("type", protocol.kind);
        say("version", protocol.version);
    }
    if let Some(set) = &parameter_set {
        parameters.insert("parameter_set", set.clone().into_owned());
    }
    Saved {
        id: id.into(),
        family: family(known.as_deref(), Some(&name)).into(),
        name: name.into(),
        kind,
        is_object,
        implied: false,
        parameters,
        parameter_set: parameter_set.map(Cow::into_owned),
        judgements: Vec::new(),
        is_cut: false,
        places: crypto
            .detection_context
            .0
            .into_iter()
            .map(|Detected(place)| place)
            .collect(),
    }
}

/// The day of a time.
fn day(time: Plain<'_>) -> Plain<'_> {
    match time.text() {
        Some(time) => Plain::Text(time.chars().take(10).collect()),
        None => Plain::Nothing,
    }
}

/// The kind that a type of asset is, in our words where we have one.
fn kind(asset_type: &str) -> Arc<str> {
    match asset_type {
        "relatedCryptoMaterial" | "related-crypto-material" => "other".into(),
        known => known.into(),
    }
}

/// Likewise for what CycloneDX calls related material.
fn material_kind(word: &str) -> Arc<str> {
    match word {
        "private-key" | "public-key" | "secret-key" | "key" | "privateKey" | "publicKey"
        | "secretKey" => AssetKind::Key.name().into(),
        word => word.into(),
    }
}
