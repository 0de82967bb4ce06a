//! A report becomes rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::{Moment, Row};
use super::write::Writer;
use super::{GROUP, NotRead};
use crate::fleet::repository::Repository;
use crate::fleet::task::Engine;
use crate::inventory::{InventoryAsset, Occurrence, Report, packages};
use crate::model::object::KeyId;
use crate::model::{Facet, Object, Scalar, Value};

/// What a report is of.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The content key.
    pub key: &'a str,
    /// The repository.
    pub repository: &'a Repository,
    /// The commit that was scanned, in hexadecimal.
    pub commit: Option<&'a str>,
    /// What scanned it.
    pub engine: &'a Engine,
}

/// The segment of a report. The same report gives the same bytes.
///
/// # Errors
/// When Parquet refuses: a text of more than 2 GiB.
pub fn of(report: &Report, whose: &Whose<'_>) -> Result<Vec<u8>, NotRead> {
    let mut writer = Writer::new()?;
    let mut places: Vec<(&InventoryAsset, &Occurrence)> = report
        .inventory
        .assets
        .iter()
        .flat_map(|asset| asset.occurrences.iter().map(move |place| (asset, &**place)))
        .collect();
    // Places are in order by path, line, column and bytes; ids are unique, and the same asset has each place once.
    places.sort_by(|(asset, place), (other, at)| {
        let order = place.location.cmp(&at.location);
        order.then_with(|| (&asset.id, *place).cmp(&(&other.id, *at)))
    });
    let mut words = Words::default();
    let own = own(whose, &mut words);
    for chunk in places.chunks(GROUP) {
        // What is the same at all places of an asset is made once a chunk.
        let mut alike: BTreeMap<&str, Row> = BTreeMap::new();
        for (asset, place) in chunk {
            let row = alike
                .entry(&asset.id)
                .or_insert_with(|| of_asset(own.clone(), asset, &mut words));
            writer.push(at_place(row.clone(), asset, place, &mut words))?
        }
    }
    writer.finish()
}

/// Words that rows share.
#[derive(Default)]
struct Words {
    all: BTreeMap<Box<str>, Arc<str>>,
}

impl Words {
    fn get(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.all.get(word) {
            return known.clone();
        }
        let shared: Arc<str> = word.into();
        self.all.insert(word.into(), shared.clone());
        shared
    }

    /// `None` for what says nothing.
    fn some(&mut self, word: &str) -> Option<Arc<str>> {
        (!word.is_empty()).then(|| self.get(word))
    }
}

fn own(whose: &Whose<'_>, words: &mut Words) -> Row {
    Row {
        key: words.get(whose.key),
        repository_id: words.get(&whose.repository.id()),
        repository: words.get(&whose.repository.name),
        owner: words.some(&whose.repository.owner),
        commit_id: whose.commit.map(|commit| words.get(commit)),
        engine: words.get(&whose.engine.version),
        rules: words.get(&whose.engine.rules),
        ..Row::empty(&words.get(""))
    }
}

/// Alternatives without where they came from; nothing where none is known.
fn alternatives(value: Option<&Value>) -> Option<String> {
    let scalars = value?.scalars.keys().map(Scalar::to_string);
    let all = scalars.collect::<Vec<_>>().join("|");
    (!all.is_empty()).then_some(all)
}

/// What all places of an asset have in common.
fn of_asset(row: Row, asset: &InventoryAsset, words: &mut Words) -> Row {
    let facets = &asset.asset.facets;
    let facet = |facet| alternatives(facets.get(&facet)).map(|text| Arc::from(&*text));
    let number = |number: Option<u32>| number.and_then(|n| i32::try_from(n).ok());
    let key_bits = facets
        .get(&Facet::KeyBits)
        .and_then(Value::single_number)
        .and_then(|bits| i32::try_from(bits).ok());
    let unresolved: Vec<&str> = asset.unresolved().map(|(facet, _)| facet.name()).collect();
    let known = &asset.known;
    let row = Row {
        algorithm: facet(Facet::Algorithm),
        curve: facet(Facet::Curve),
        dh_group: facet(Facet::Group),
        cipher_mode: facet(Facet::Mode),
        padding: facet(Facet::Padding),
        digest: facet(Facet::Digest),
        protocol: facet(Facet::Protocol),
        min_version: facet(Facet::MinVersion),
        max_version: facet(Facet::MaxVersion),
        asset_id: asset.id.clone(),
        asset: asset.name.clone(),
        kind: words.get(asset.asset.kind.name()),
        seen: words.get(asset.seen()),
        family: known.family.as_deref().map(|family| words.get(family)),
        primitive: known.primitive.map(|primitive| words.get(primitive)),
        key_bits,
        parameter_set: known.parameter_set.as_deref().map(|set| words.get(set)),
        unresolved: words.some(&unresolved.join(" ")),
        oid: known.oid.as_deref().map(|oid| words.get(oid)),
        classical_bits: number(known.classical_bits),
        nist_level: known.nist_level.map(i32::from),
        ..row
    };
    match asset.asset.object.as_deref() {
        Some(object) => of_object(row, object, words),
        None => row,
    }
}

/// What an object says of itself.
fn of_object(row: Row, object: &Object, words: &mut Words) -> Row {
    let mut row = Row {
        form: words.some(object.form()),
        ..row
    };
    let sha256 = match object {
        Object::Certificate(certificate) => {
            row.subject = words.some(&certificate.subject.text);
            row.issuer = words.some(&certificate.issuer.text);
            row.certificate_role = certificate.role().map(|role| words.get(role));
            row.not_before = certificate.not_before.and_then(Moment::of);
            row.not_after = certificate.not_after.and_then(Moment::of);
            Some(certificate.fingerprint)
        }
        Object::Request(request) => {
            row.subject = words.some(&request.subject.text);
            Some(request.fingerprint)
        }
        Object::Crl(crl) => {
            row.issuer = words.some(&crl.issuer.text);
            Some(crl.fingerprint)
        }
        Object::Key(key) => {
            let halves: Vec<&str> = key.halves.iter().map(|half| half.name()).collect();
            row.key_halves = words.some(&halves.join("; "));
            match key.id {
                KeyId::Spki(fingerprint) => Some(fingerprint),
                KeyId::Itself(..) => None,
            }
        }
        Object::Keystore(store) => Some(store.fingerprint),
        Object::Signature(_) | Object::Ciphertext(_) => None,
    };
    row.sha256 = sha256.map(|sha256| Arc::from(&*sha256.hex()));
    row
}

/// What a place adds.
fn at_place(row: Row, asset: &InventoryAsset, place: &Occurrence, words: &mut Words) -> Row {
    let operations: Vec<&str> = place.asset.operations.iter().map(|o| o.name()).collect();
    let location = &place.location;
    let known = |number: u32| i32::try_from(number).ok().filter(|number| *number > 0);
    let package = place.provenance.packages.first();
    let layer = place.provenance.layer.as_deref();
    let language = place
        .library
        .split_once('/')
        .map_or(&*place.library, |l| l.0);
    // What is implied does at the place nothing of its own.
    let is_implied = !asset.implied_by.is_empty();
    Row {
        operations: match is_implied {
            true => None,
            false => words.some(&operations.join(" ")),
        },
        brief: words.get(&place.asset.brief()),
        path: location.path.clone(),
        line: known(location.line),
        col: known(location.column),
        byte_offset: i64::try_from(location.span.start).ok(),
        in_function: place.function.clone(),
        symbol: (!place.symbol.is_empty()).then(|| place.symbol.clone()),
        context: words.get(place.context.name()),
        language: words.get(language),
        library: place.library.clone(),
        detected_by: place.entry.clone(),
        tier: words.get(place.tier().name()),
        technique: words.get(place.technique.name()),
        confidence: words.get(place.confidence.name()),
        package: package.map(|package| words.get(&packages::id(package))),
        layer: layer.map(|layer| words.get(&layer.digest)),
        ..row
    }
}
