//! What the scan itself brought, before anything of it was folded or judged: the `found` of a result, which `pqscan report` reads.
//!
//! It is for pqscan alone, and no part of what the schema promises: another version of the program may write it in another way, and says so
//! by its number. Texts, assets and origins of places are written once and named by their number; so that a place is a row of numbers.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::inventory::planning::Planning;
use crate::inventory::{Library, Rules};
use crate::model::{
    Asset, Binary, Confidence, Context, Coverage, Evidence, Finding, Found, InlineWaiver, Location,
    Provenance, SharedProvenance, Subject, Technique,
};
use crate::output::saved::NotRead;

/// The number of the form.
const VERSION: u32 = 1;
/// Rows name so many bytes of texts and assets for each byte of the document, at most: scans come to ten or so.
const MOST_NAMED: u64 = 256;
/// Uses of other findings for each finding, at most: each is work in every place that follows it.
const MOST_USES: usize = 16;
/// And so many more: a short document may name its texts often.
const SHORT: u64 = 1 << 20;

/// What a scan brought and what was decided before it was judged.
#[derive(Debug)]
pub struct Kept {
    /// What the scan brought.
    pub found: Found,
    /// What was decided.
    pub planning: Planning,
    /// When, in seconds since 1970, where that is told.
    pub timestamp: Option<i64>,
    /// The rules of the scan.
    pub rules: Rules,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundOut<'a> {
    version: u32,
    subject: &'a Subject,
    planning: &'a Planning,
    coverage: &'a Coverage,
    accepted: &'a [InlineWaiver],
    binaries: &'a [Binary],
    texts: Vec<&'a str>,
    assets: Vec<&'a Asset>,
    provenances: Vec<&'a Provenance>,
    artifacts: Vec<Vec<Row>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundIn<'a> {
    subject: Subject,
    planning: Planning,
    coverage: Coverage,
    accepted: Vec<InlineWaiver>,
    binaries: Vec<Binary>,
    #[serde(borrow)]
    texts: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    assets: Vec<&'a RawValue>,
    provenances: Vec<Provenance>,
    artifacts: Vec<Vec<Row>>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    version: u32,
}

/// A finding. Written as a list, in this order.
#[derive(Serialize, Deserialize)]
struct Row(
    /// Its asset.
    usize,
    Spot,
    /// The text of its line.
    usize,
    /// Its library.
    usize,
    /// Its entry.
    usize,
    /// Its symbol.
    usize,
    /// The function that it stands in.
    Option<usize>,
    Technique,
    Confidence,
    Context,
    /// Its evidence: where, and by which entry.
    Vec<(Spot, usize)>,
    /// The findings of the artifact that it uses.
    Vec<usize>,
    /// What ships it.
    usize,
);

/// A place: the path, line, column, and the first and the last byte.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Spot(usize, u32, u32, u64, u64);

/// Things that are written once, by the order in which they were met.
struct Table<'a, T: ?Sized> {
    all: Vec<&'a T>,
    numbers: HashMap<&'a T, usize>,
}

impl<'a, T: ?Sized + Eq + Hash> Table<'a, T> {
    fn new() -> Self {
        Self {
            all: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    fn number(&mut self, one: &'a T) -> usize {
        *self.numbers.entry(one).or_insert_with(|| {
            self.all.push(one);
            self.all.len() - 1
        })
    }
}

/// What a result is to keep, as one line of JSON.
///
/// # Errors
/// None that data of the model can lead to.
pub fn keep(found: &Found, planning: &Planning) -> Result<Box<str>, serde_json::Error> {
    let mut texts = Table::new();
    let mut assets = Table::new();
    let mut provenances = Table::new();
    let mut artifacts = Vec::with_capacity(found.findings.len());
    for artifact in &found.findings {
        let mut rows = Vec::with_capacity(artifact.len());
        for finding in artifact {
            let evidence = finding.evidence.iter();
            let evidence =
                evidence.map(|e| (spot(&e.location, &mut texts), texts.number(&e.entry)));
            let evidence = evidence.collect();
            rows.push(Row(
                assets.number(&finding.asset),
                spot(&finding.location, &mut texts),
                texts.number(&finding.text),
                texts.number(&finding.library),
                texts.number(&finding.entry),
                texts.number(&finding.symbol),
                finding.function.as_deref().map(|name| texts.number(name)),
                finding.technique,
                finding.confidence,
                finding.context,
                evidence,
                finding.uses.clone(),
                provenances.number(&*finding.provenance),
            ))
        }
        artifacts.push(rows)
    }
    let document = FoundOut {
        version: VERSION,
        subject: &found.subject,
        planning,
        coverage: &found.coverage,
        accepted: &found.accepted,
        binaries: &found.binaries,
        texts: texts.all,
        assets: assets.all,
        provenances: provenances.all,
        artifacts,
    };
    serde_json::to_string(&document).map(String::into_boxed_str)
}

fn spot<'a>(location: &'a Location, texts: &mut Table<'a, str>) -> Spot {
    Spot(
        texts.number(&location.path),
        location.line,
        location.column,
        location.span.start,
        location.span.end,
    )
}

/// A kept text as part of a document.
pub(super) fn raw(kept: &str) -> Option<&RawValue> {
    serde_json::from_str(kept).ok()
}

/// A result, as far as it is rendered again from.
#[derive(Deserialize)]
struct ResultIn<'a> {
    #[serde(default)]
    tool: ToolIn,
    #[serde(default)]
    timestamp: Option<Timestamp>,
    #[serde(default)]
    libraries: BTreeMap<String, Library>,
    #[serde(borrow)]
    found: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolIn {
    #[serde(default)]
    rules_hash: String,
}

/// Reads a result.
///
/// # Errors
/// When it keeps nothing, or what another version kept, or what no scan brings.
pub(in crate::output) fn read(document: &[u8]) -> Result<Kept, NotRead> {
    let result: ResultIn<'_> = serde_json::from_slice(document)?;
    let text = result.found.ok_or(NotRead::Bare)?.get();
    let Version { version } = serde_json::from_str(text)?;
    if version != VERSION {
        return Err(NotRead::Found);
    }
    let document: FoundIn<'_> = serde_json::from_str(text)?;
    let assets = document.assets.into_iter().map(|asset| {
        let text = asset.get();
        Ok((serde_json::from_str(text)?, text.len() as u64))
    });
    let mut tables = Tables {
        texts: document.texts.into_iter().map(Arc::from).collect(),
        assets: assets.collect::<Result<_, NotRead>>()?,
        provenances: document.provenances.into_iter().map(Into::into).collect(),
        left: (text.len() as u64 + SHORT).saturating_mul(MOST_NAMED),
    };
    let rows = document.artifacts.iter().flatten();
    let (rows, uses) = rows.fold((0_usize, 0_usize), |(rows, uses), row| {
        (rows + 1, uses.saturating_add(row.11.len()))
    });
    if uses > rows.saturating_mul(MOST_USES) {
        return Err(NotRead::Numbers);
    }
    let rows = document.artifacts.into_iter();
    let artifact = |rows: Vec<Row>| -> Result<Vec<Finding>, NotRead> {
        let number = rows.len();
        let findings = rows.into_iter().enumerate();
        findings
            .map(|(own, row)| tables.finding(row, own, number))
            .collect()
    };
    let findings: Result<Vec<Vec<Finding>>, NotRead> = rows.map(artifact).collect();
    Ok(Kept {
        found: Found {
            findings: findings?,
            binaries: document.binaries,
            accepted: document.accepted,
            coverage: document.coverage,
            subject: Subject {
                // Where it lay is nobody's business but of who scanned it.
                shown: document.subject.name.clone(),
                ..document.subject
            },
        },
        planning: document.planning,
        timestamp: result.timestamp.map(Timestamp::as_second),
        rules: Rules {
            hash: result.tool.rules_hash,
            libraries: result.libraries,
        },
    })
}

struct Tables {
    texts: Vec<Arc<str>>,
    /// With how long each is in the document.
    assets: Vec<(Asset, u64)>,
    provenances: Vec<SharedProvenance>,
    /// Bytes of texts and assets that rows may still name: each naming of a long one is work, and a row is short.
    left: u64,
}

impl Tables {
    /// The finding of a row.
    fn finding(&mut self, row: Row, own: usize, number: usize) -> Result<Finding, NotRead> {
        let Row(asset, at, line, library, entry, symbol, function, technique, ..) = row;
        let Row(.., confidence, context, evidence, uses, provenance) = row;
        if uses.iter().any(|used| *used >= number || *used == own) {
            return Err(NotRead::Numbers);
        }
        let told = |(at, entry)| {
            let (location, entry) = (self.location(at)?, self.text(entry)?);
            Ok(Evidence { location, entry })
        };
        let evidence: Result<_, NotRead> = evidence.into_iter().map(told).collect();
        let provenance = self.provenances.get(provenance).cloned();
        Ok(Finding {
            provenance: provenance.ok_or(NotRead::Numbers)?,
            asset: self.asset(asset)?,
            location: self.location(at)?,
            text: self.text(line)?,
            library: self.text(library)?,
            entry: self.text(entry)?,
            symbol: self.text(symbol)?,
            function: function.map(|name| self.text(name)).transpose()?,
            technique,
            confidence,
            context,
            evidence: evidence?,
            uses,
        })
    }

    fn asset(&mut self, number: usize) -> Result<Asset, NotRead> {
        let (asset, length) = self.assets.get(number).ok_or(NotRead::Numbers)?;
        self.left = left(self.left, *length)?;
        Ok(asset.clone())
    }

    fn text(&mut self, number: usize) -> Result<Arc<str>, NotRead> {
        let text = self.texts.get(number).ok_or(NotRead::Numbers)?;
        self.left = left(self.left, text.len() as u64)?;
        Ok(text.clone())
    }

    fn location(
        &mut self,
        Spot(path, line, column, start, end): Spot,
    ) -> Result<Location, NotRead> {
        Ok(Location {
            path: self.text(path)?,
            line,
            column,
            span: crate::model::artifact::Range64 { start, end },
        })
    }
}

fn left(before: u64, named: u64) -> Result<u64, NotRead> {
    before.checked_sub(named).ok_or(NotRead::Named)
}
