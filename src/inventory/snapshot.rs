//! A saved inventory, as far as it can be compared with another: the assets of a result or of a CBOM, whoever wrote it.
//!
//! What a document does not say is absent here. Reading documents is the work of `output`, which knows their shapes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fingerprint::{Fingerprint, Fingerprints, Snippet};
use super::{Band, InventoryAsset, Judgement, Report};
use crate::model::{Facet, FindingClass, Object, Value};

/// The assets of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What kind of document.
    pub form: Form,
    /// The tool that wrote it, with its version.
    pub tool: Option<String>,
    /// What was looked at.
    pub subject: Option<String>,
    /// The rules that it was made with.
    pub rules_hash: Option<String>,
    /// The assets.
    pub assets: Vec<Saved>,
}

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Our own result, or a report in hand.
    Result,
    /// A CBOM that we wrote: assets have our ids; of judgements it has only the most urgent.
    OwnCbom,
    /// A CBOM of another tool.
    OtherCbom,
}

impl Form {
    /// Every form.
    pub const ALL: &[Self] = &[Self::Result, Self::OwnCbom, Self::OtherCbom];

    /// Whether assets have ids of ours, by which they are the same in every document.
    pub const fn has_ids(self) -> bool {
        matches!(self, Self::Result | Self::OwnCbom)
    }
}

/// An asset of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its id, or how the document refers to it.
    pub id: Arc<str>,
    /// What it is called.
    pub name: Arc<str>,
    /// What kind of thing: our words, and for what we have none those of CycloneDX.
    pub kind: Arc<str>,
    /// The name of its algorithm or protocol without sizes and versions; empty where it is not known.
    pub family: Arc<str>,
    /// Whether it was read from its own encoding: a certificate, a key.
    pub is_object: bool,
    /// Whether only other assets of the document made it necessary.
    pub implied: bool,
    /// Its parameters by name, in words: `2048`, `P-256|P-384` (one of), `2048|…` (at least), `?env(BITS)` (unknown).
    pub parameters: BTreeMap<&'static str, String>,
    /// The parameter set, as CycloneDX writes it.
    pub parameter_set: Option<String>,
    /// What it was judged to be, the most urgent first.
    pub judgements: Vec<(FindingClass, Band)>,
    /// Where it was seen.
    pub places: Vec<Place>,
    /// Whether the document has not all of its places, so that one that is missing says nothing.
    pub is_cut: bool,
}

/// A place that shows an asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The path below what was looked at.
    pub path: Arc<str>,
    /// The line; 0 where there is none, or it is not said.
    pub line: u32,
    /// The column; 0 likewise.
    pub column: u32,
    /// The name called; may be empty.
    pub symbol: Arc<str>,
    /// The function that it stands in.
    pub function: Option<Arc<str>>,
    /// What it says.
    pub snippet: Option<Snippet>,
    /// The fingerprints of what was found there.
    pub fingerprints: Vec<Fingerprint>,
}

impl Snapshot {
    /// Of a report, as its JSON result would be read.
    pub fn of(report: &Report) -> Self {
        let assets = report.inventory.assets.iter().enumerate();
        Self {
            form: Form::Result,
            tool: Some(format!("pqscan {}", env!("CARGO_PKG_VERSION"))),
            subject: Some(report.subject.name.clone()),
            rules_hash: Some(report.rules_hash.clone()).filter(|hash| !hash.is_empty()),
            assets: assets
                .map(|(at, asset)| {
                    let judgements = report.assessment.get(at).map(|a| a.judgements());
                    Saved::of(asset, judgements.unwrap_or_default())
                })
                .collect(),
        }
    }

    /// Whether findings can be told by their fingerprints: not in a CBOM, nor in a result of a version that wrote none.
    pub fn has_fingerprints(&self) -> bool {
        let mut places = self.assets.iter().flat_map(|asset| &asset.places);
        self.form == Form::Result
            && (self.assets.is_empty() || places.any(|place| !place.fingerprints.is_empty()))
    }
}

impl Saved {
    /// An asset of a report, with what it is judged to be.
    pub fn of(asset: &InventoryAsset, judgements: &[Judgement]) -> Self {
        let prints = Fingerprints::of(asset);
        let mut parameters: BTreeMap<&'static str, String> = asset
            .asset
            .facets
            .iter()
            .map(|(facet, value)| (facet.name(), in_words(value)))
            .collect();
        if let Some(object) = asset.asset.object.as_deref() {
            of_object(object, &mut parameters);
        }
        let name = parameters
            .get(Facet::Algorithm.name())
            .or_else(|| parameters.get(Facet::Protocol.name()));
        Self {
            id: asset.id.clone(),
            name: asset.name.clone(),
            kind: asset.asset.kind.name().into(),
            family: family(asset.known.family.as_deref(), name.map(String::as_str)).into(),
            is_object: asset.asset.object.is_some(),
            implied: !asset.implied_by.is_empty(),
            parameters,
            parameter_set: asset.known.parameter_set.clone(),
            judgements: judgements
                .iter()
                .map(|j| (j.finding_class, j.band))
                .collect(),
            is_cut: false,
            places: asset
                .occurrences
                .iter()
                .enumerate()
                .map(|(at, place)| Place {
                    path: place.location.path.clone(),
                    line: place.location.line,
                    column: place.location.column,
                    symbol: place.symbol.clone(),
                    function: place.function.clone(),
                    snippet: prints.snippet(at),
                    fingerprints: {
                        let classes = judgements.iter().map(|judged| judged.finding_class);
                        let mut all: Vec<_> = classes.map(|class| prints.get(class, at)).collect();
                        all.sort_unstable();
                        all
                    },
                })
                .collect(),
        }
    }
}

/// A value in words, without where it came from.
fn in_words(value: &Value) -> String {
    words(
        value.scalars.keys().map(ToString::to_string),
        value.open,
        value.why.as_ref().map(|why| (why.kind, &*why.detail)),
    )
}

/// `2048`, `P-256|P-384` (one of), `2048|…` (at least), `?env(BITS)` (unknown).
pub fn words(
    values: impl Iterator<Item = String>,
    open: bool,
    why: Option<(&str, &str)>,
) -> String {
    let mut all: Vec<String> = values.collect();
    if all.is_empty() {
        return match why {
            Some((kind, "")) => format!("?{kind}"),
            Some((kind, detail)) => format!("?{kind}({detail})"),
            None => "?".to_owned(),
        };
    }
    if open {
        all.push("…".to_owned())
    }
    all.join("|")
}

/// What is said of an object beside its algorithm: what changes when it is renewed, and what may change of one and the same.
fn of_object(object: &Object, parameters: &mut BTreeMap<&'static str, String>) {
    let mut say = |name, value: String| {
        if !value.is_empty() {
            parameters.insert(name, value);
        }
    };
    match object {
        Object::Certificate(certificate) => {
            say("subject", certificate.subject.text.clone());
            say("issuer", certificate.issuer.text.clone());
            say("serial", certificate.serial.clone());
            say(
                "not_before",
                certificate.not_before.and_then(day).unwrap_or_default(),
            );
            say(
                "not_after",
                certificate.not_after.and_then(day).unwrap_or_default(),
            );
        }
        Object::Request(request) => say("subject", request.subject.text.clone()),
        Object::Crl(crl) => {
            say("issuer", crl.issuer.text.clone());
            say(
                "next_update",
                crl.next_update.and_then(day).unwrap_or_default(),
            );
        }
        Object::Key(key) => {
            let halves: Vec<&str> = key.halves.iter().map(|half| half.name()).collect();
            say("halves", halves.join("; "));
        }
        Object::Keystore(store) => say("opened", store.opened.name().to_owned()),
        Object::Signature(signature) => say("signer", signature.signer.clone().unwrap_or_default()),
        Object::Ciphertext(_) => {}
    }
}

/// The day of a time, as RFC 3339 begins. The end of time is the last day that four digits of a year can write.
pub fn day(seconds: i64) -> Option<String> {
    if seconds == i64::MAX {
        return Some("9999-12-31".to_owned());
    }
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.to_string().chars().take(10).collect())
}

/// A family of algorithms: the catalogue's, or else the name up to its sizes: `ML-KEM` of `ML-KEM-768`, `AES` of `AES-256-GCM`. Of one of
/// several, all of theirs; none of what is open or unknown.
pub fn family(known: Option<&str>, name: Option<&str>) -> String {
    let is_closed = |name: &&str| !name.starts_with('?') && !name.contains('…');
    let Some(name) = known.or(name.filter(is_closed)) else {
        return String::new();
    };
    let families: BTreeSet<String> = name.split('|').map(stem).collect();
    families.into_iter().collect::<Vec<_>>().join("|")
}

fn stem(name: &str) -> String {
    let mut family = String::new();
    for part in name.split(['-', '_', ' ']) {
        let stem = part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '/');
        if stem.is_empty() && !family.is_empty() {
            break;
        }
        if !family.is_empty() {
            family.push('-')
        }
        // A name that is digits from its beginning keeps them: there is nothing else of it.
        let kept = if stem.is_empty() { part } else { stem };
        family.push_str(&kept.to_ascii_lowercase());
        if kept.len() < part.len() {
            break;
        }
    }
    family
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_a_name_without_sizes() {
        let of = |name| family(None, Some(name));
        assert_eq!(of("RSA"), "rsa");
        assert_eq!(of("ML-KEM-768"), "ml-kem");
        assert_eq!(of("AES-256-GCM"), "aes");
        assert_eq!(of("AES256-GCM"), "aes");
        assert_eq!(of("SHA-512/256"), "sha");
        assert_eq!(of("TLS1.2"), "tls");
        assert_eq!(of("3DES"), "3des");
        assert_eq!(of("RSA-3072|ECDSA"), "ecdsa|rsa");
        assert_eq!(of("RSA|…"), "");
        assert_eq!(of("?parameter(alg)"), "");
        assert_eq!(family(Some("ML-DSA"), Some("?")), "ml-dsa");
        assert_eq!(family(None, None), "");
    }
}
