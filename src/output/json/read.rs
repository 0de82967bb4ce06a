//! The reader of our own result, as far as inventories are compared.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use crate::inventory::Band;
use crate::inventory::fingerprint::{Fingerprint, Snippet};
use crate::inventory::snapshot::{Form, Place, Saved, Snapshot, family, words};
use crate::model::{Facet, FindingClass};
use crate::output::band_of;
use crate::output::lenient::{Keep, Kept, Plain};

/// Most assets and places together.
const MAX_ASSETS: usize = 16_000_000;
/// Most judgements of an asset, values of a parameter, halves of a key.
const MAX_FEW: usize = 10_000;

#[derive(Deserialize)]
struct DocumentIn<'a> {
    #[serde(default, borrow)]
    tool: Option<ToolIn<'a>>,
    #[serde(default, borrow)]
    subject: Option<SubjectIn<'a>>,
    #[serde(default)]
    assets: Kept<Saved>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolIn<'a> {
    #[serde(default, borrow)]
    name: Plain<'a>,
    #[serde(default, borrow)]
    version: Plain<'a>,
    #[serde(default, borrow)]
    rules_hash: Plain<'a>,
}

#[derive(Deserialize)]
struct SubjectIn<'a> {
    #[serde(default, borrow)]
    name: Plain<'a>,
}

/// Reads a result.
pub(in crate::output) fn read(document: &[u8]) -> Result<Snapshot, serde_json::Error> {
    let document: DocumentIn<'_> = serde_json::from_slice(document)?;
    let (tool, rules_hash) = match document.tool {
        Some(tool) => (
            tool.name.some().map(|name| match tool.version.some() {
                Some(version) => format!("{name} {version}"),
                None => name.into_owned(),
            }),
            tool.rules_hash.some().map(Cow::into_owned),
        ),
        None => (None, None),
    };
    Ok(Snapshot {
        form: Form::Result,
        tool,
        subject: document
            .subject
            .and_then(|subject| subject.name.text())
            .map(Cow::into_owned),
        rules_hash,
        assets: document.assets.0,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::output) struct AssetIn<'a> {
    #[serde(default, borrow)]
    id: Plain<'a>,
    #[serde(default, borrow)]
    name: Plain<'a>,
    #[serde(default, borrow)]
    kind: Plain<'a>,
    #[serde(default, borrow)]
    seen: Plain<'a>,
    #[serde(default)]
    parameters: ParametersIn,
    #[serde(default, borrow)]
    known: Option<KnownIn<'a>>,
    #[serde(default, borrow)]
    assessment: Option<AssessmentIn<'a>>,
    #[serde(default, borrow)]
    object: Option<ObjectIn<'a>>,
    #[serde(default)]
    occurrences: Kept<Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KnownIn<'a> {
    #[serde(default, borrow)]
    family: Plain<'a>,
    #[serde(default, borrow)]
    parameter_set: Plain<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssessmentIn<'a> {
    #[serde(default, borrow)]
    priority: Plain<'a>,
    #[serde(default, borrow)]
    finding_class: Plain<'a>,
    #[serde(default)]
    also: Kept<(FindingClass, Band)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::output) struct JudgementIn<'a> {
    #[serde(default, borrow)]
    priority: Plain<'a>,
    #[serde(default, borrow)]
    finding_class: Plain<'a>,
}

impl<'de> Keep<'de> for (FindingClass, Band) {
    type Raw = JudgementIn<'de>;
    const MAX: usize = MAX_FEW;

    /// A class that this version does not know counts for nothing.
    fn keep(raw: JudgementIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        let class = raw.finding_class.text();
        let class = class.as_deref().and_then(FindingClass::from_name);
        let band = raw.priority.text().as_deref().and_then(band_of);
        to.extend(class.zip(band));
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObjectIn<'a> {
    #[serde(default, borrow)]
    subject: Plain<'a>,
    #[serde(default, borrow)]
    issuer: Plain<'a>,
    #[serde(default, borrow)]
    serial: Plain<'a>,
    #[serde(default, borrow)]
    not_before: Plain<'a>,
    #[serde(default, borrow)]
    not_after: Plain<'a>,
    #[serde(default, borrow)]
    next_update: Plain<'a>,
    #[serde(default, borrow)]
    halves: Plain<'a>,
    #[serde(default, borrow)]
    opened: Plain<'a>,
    #[serde(default, borrow)]
    signer: Plain<'a>,
}

impl ObjectIn<'_> {
    fn say(self, parameters: &mut BTreeMap<&'static str, String>) {
        let day = |time: Option<Cow<'_, str>>| time.map(|time| time.chars().take(10).collect());
        let text = |plain: Plain<'_>| plain.text().map(Cow::into_owned);
        let said = [
            ("subject", text(self.subject)),
            ("issuer", text(self.issuer)),
            ("serial", text(self.serial)),
            ("not_before", day(self.not_before.text())),
            ("not_after", day(self.not_after.text())),
            ("next_update", day(self.next_update.text())),
            ("halves", Some(self.halves.texts().join("; "))),
            ("opened", text(self.opened)),
            ("signer", text(self.signer)),
        ];
        let said = said.into_iter().filter_map(|(name, value)| {
            let value = value.filter(|value: &String| !value.is_empty())?;
            Some((name, value))
        });
        parameters.extend(said);
    }
}

impl<'de> Keep<'de> for Saved {
    type Raw = AssetIn<'de>;
    const MAX: usize = MAX_ASSETS;

    fn keep(raw: AssetIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        let wanted = |plain: Plain<'de>, what: &str| {
            let text = plain.some().map(Arc::<str>::from);
            text.ok_or_else(|| format!("an asset without `{what}`"))
        };
        let (id, name, kind) = (
            wanted(raw.id, "id")?,
            wanted(raw.name, "name")?,
            wanted(raw.kind, "kind")?,
        );
        let mut parameters = raw.parameters.0;
        let is_object = raw.object.is_some();
        if let Some(object) = raw.object {
            object.say(&mut parameters)
        }
        let (known, parameter_set) = match raw.known {
            Some(known) => (known.family.text(), known.parameter_set.text()),
            None => (None, None),
        };
        let called = parameters
            .get(Facet::Algorithm.name())
            .or_else(|| parameters.get(Facet::Protocol.name()));
        let family = family(known.as_deref(), called.map(String::as_str)).into();
        let mut judgements = Vec::new();
        if let Some(assessment) = raw.assessment {
            let main = JudgementIn {
                priority: assessment.priority,
                finding_class: assessment.finding_class,
            };
            Keep::keep(main, &mut judgements)?;
            judgements.extend(assessment.also.0);
        }
        let mut places = raw.occurrences.0;
        if is_object {
            for place in &mut places {
                place.snippet = None
            }
        }
        to.push(Self {
            id,
            name,
            kind,
            family,
            is_object,
            implied: raw.seen.text().as_deref() == Some("implied"),
            parameters,
            parameter_set: parameter_set.map(Cow::into_owned),
            judgements,
            places,
            is_cut: false,
        });
        Ok(())
    }

    fn weight(&self) -> usize {
        1 + self.places.len()
    }
}

/// Parameters by name, in words; those that this version does not know are left out.
#[derive(Default)]
struct ParametersIn(BTreeMap<&'static str, String>);

impl<'de> Deserialize<'de> for ParametersIn {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = ParametersIn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("parameters by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParametersIn, A::Error> {
                let mut parameters = BTreeMap::new();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    let Some(facet) = Facet::from_name(&name) else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value: ValueIn<'de> = map.next_value()?;
                    parameters.insert(facet.name(), value.in_words());
                }
                Ok(ParametersIn(parameters))
            }
        }
        from.deserialize_map(Fields)
    }
}

#[derive(Deserialize)]
struct ValueIn<'a> {
    #[serde(default)]
    values: Kept<ScalarText>,
    #[serde(default)]
    open: bool,
    #[serde(default, borrow)]
    why: Option<WhyIn<'a>>,
}

#[derive(Deserialize)]
struct WhyIn<'a> {
    #[serde(default, borrow)]
    kind: Plain<'a>,
    #[serde(default, borrow)]
    detail: Plain<'a>,
}

impl ValueIn<'_> {
    fn in_words(self) -> String {
        let why = self.why.map(|why| {
            let text = |plain: Plain<'_>| plain.text().unwrap_or_default().into_owned();
            (text(why.kind), text(why.detail))
        });
        words(
            self.values.0.into_iter().map(|scalar| scalar.0),
            self.open,
            why.as_ref().map(|(kind, detail)| (&**kind, &**detail)),
        )
    }
}

/// A value as text.
struct ScalarText(String);

#[derive(Deserialize)]
struct ScalarIn<'a> {
    #[serde(default, borrow)]
    value: Plain<'a>,
}

impl<'de> Keep<'de> for ScalarText {
    type Raw = ScalarIn<'de>;
    const MAX: usize = MAX_FEW;

    fn keep(raw: ScalarIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        to.push(Self(raw.value.texts().join(",")));
        Ok(())
    }
}

#[derive(Deserialize)]
pub(in crate::output) struct OccurrenceIn<'a> {
    #[serde(default, borrow)]
    path: Plain<'a>,
    #[serde(default, borrow)]
    line: Plain<'a>,
    #[serde(default, borrow)]
    column: Plain<'a>,
    #[serde(default, borrow)]
    text: Plain<'a>,
    #[serde(default, borrow)]
    symbol: Plain<'a>,
    #[serde(default, borrow)]
    function: Plain<'a>,
    #[serde(default)]
    fingerprints: FingerprintsIn,
}

impl<'de> Keep<'de> for Place {
    type Raw = OccurrenceIn<'de>;
    const MAX: usize = MAX_ASSETS;

    fn keep(raw: OccurrenceIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        let path = raw.path.some().ok_or("an occurrence without `path`")?;
        let number = |plain: Plain<'_>| {
            let number = plain.number().and_then(|number| u32::try_from(number).ok());
            number.unwrap_or_default()
        };
        let symbol = raw.symbol.text().unwrap_or_default();
        let text = raw.text.text().unwrap_or_default();
        to.push(Self {
            path: path.into(),
            line: number(raw.line),
            column: number(raw.column),
            snippet: Some(Snippet::of(&text, &symbol)),
            symbol: symbol.into(),
            function: raw.function.text().map(Arc::from),
            fingerprints: raw.fingerprints.0,
        });
        Ok(())
    }
}

/// The fingerprints of a place, sorted; those of versions that this one does not know are left out.
#[derive(Default)]
struct FingerprintsIn(Vec<Fingerprint>);

impl<'de> Deserialize<'de> for FingerprintsIn {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = FingerprintsIn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fingerprints by finding class")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FingerprintsIn, A::Error> {
                let mut all = Vec::new();
                while let Some((_, value)) = map.next_entry::<IgnoredAny, Plain<'de>>()? {
                    let text = value.text();
                    all.extend(text.as_deref().and_then(Fingerprint::parse));
                    if all.len() > MAX_FEW {
                        return Err(A::Error::custom("too many fingerprints of one place"));
                    }
                }
                all.sort_unstable();
                all.shrink_to_fit();
                Ok(FingerprintsIn(all))
            }
        }
        from.deserialize_map(Fields)
    }
}
