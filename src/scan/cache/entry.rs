//! A value: what one file brought, as bytes and back, in the wire format of `postcard`: fields one after another, without names.
//!
//! Texts that findings share are written once and named by their number. What is written is read again before it is kept, and compared: a
//! value that does not come back as it was is not kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use super::segment::MAX_VALUE;
use crate::detect::package::Record;
use crate::model::artifact::Range64;
use crate::model::interned::interned;
use crate::model::{
    Asset, Binary, Confidence, Context, Evidence, Finding, InlineWaiver, Location, Provenance,
    SharedProvenance, Skip, Technique,
};
use crate::scan::job::Counts;
use crate::scan::look::Looked;

/// What one file of the walk brought.
#[derive(Serialize, Deserialize)]
struct Whole<'a> {
    texts: Vec<Cow<'a, str>>,
    seen: Vec<Seen<'a>>,
    counts: Cow<'a, Counts>,
}

/// One [`Looked`].
#[derive(Serialize, Deserialize)]
struct Seen<'a> {
    path: usize,
    number: u64,
    findings: Vec<Vec<Row<'a>>>,
    skips: Cow<'a, [Skip]>,
    searched: Option<u64>,
    parsed: Vec<(Cow<'a, str>, u64)>,
    binaries: Cow<'a, [Binary]>,
    records: Cow<'a, [Record]>,
    accepted: Cow<'a, [InlineWaiver]>,
    comments_beyond: u64,
    root: Option<usize>,
    other_roots: Cow<'a, [(String, String)]>,
    provenance: Cow<'a, Provenance>,
}

/// A finding.
#[derive(Serialize, Deserialize)]
struct Row<'a> {
    asset: Cow<'a, Asset>,
    spot: Spot,
    text: usize,
    library: usize,
    entry: usize,
    symbol: usize,
    function: Option<usize>,
    technique: Technique,
    confidence: Confidence,
    context: Context,
    evidence: Vec<(Spot, usize)>,
    uses: Vec<usize>,
    /// Whether what ships it is known.
    is_provided: bool,
}

/// A place: the path, line, column, and the first and the last byte.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Spot(usize, u32, u32, u64, u64);

/// What was seen of a file, as bytes; `None` where they would not say the same.
pub(super) fn write(looked: &[Looked], counts: &Counts) -> Option<Vec<u8>> {
    let mut texts = Texts::default();
    let seen = looked.iter().map(|seen| texts.seen(seen));
    let whole = Whole {
        seen: seen.collect::<Option<_>>()?,
        texts: texts.all.into_iter().map(Cow::Borrowed).collect(),
        counts: Cow::Borrowed(counts),
    };
    let bytes = postcard::serialize_with_flavor(&whole, Bounded(Vec::new())).ok()?;
    let (again, counted) = read(&bytes)?;
    (again == looked && counted == *counts).then_some(bytes)
}

/// Bytes that end where a value would be too long to be kept.
struct Bounded(Vec<u8>);

impl Flavor for Bounded {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        if self.0.len() + bytes.len() > MAX_VALUE {
            return Err(postcard::Error::SerializeBufferFull);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

/// What was seen of a file; `None` where the bytes do not say so.
pub(super) fn read(bytes: &[u8]) -> Option<(Vec<Looked>, Counts)> {
    let whole: Whole<'_> = postcard::from_bytes(bytes).ok()?;
    let texts: Vec<Arc<str>> = whole.texts.into_iter().map(Arc::from).collect();
    let seen = whole.seen.into_iter().map(|seen| looked(seen, &texts));
    Some((seen.collect::<Option<_>>()?, whole.counts.into_owned()))
}

/// Texts, by the order in which they were met.
#[derive(Default)]
struct Texts<'a> {
    all: Vec<&'a str>,
    numbers: HashMap<&'a str, usize>,
}

impl<'a> Texts<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        *self.numbers.entry(text).or_insert_with(|| {
            self.all.push(text);
            self.all.len() - 1
        })
    }

    fn spot(&mut self, location: &'a Location) -> Spot {
        let Range64 { start, end } = location.span;
        let path = self.number(&location.path);
        Spot(path, location.line, location.column, start, end)
    }

    /// `None` for what no file of a walk brings when it is settled.
    fn seen(&mut self, seen: &'a Looked) -> Option<Seen<'a>> {
        if seen.gone {
            return None;
        }
        let mut findings = Vec::with_capacity(seen.findings.len());
        for artifact in &seen.findings {
            let rows = artifact
                .iter()
                .map(|finding| self.row(finding, &seen.provenance));
            findings.push(rows.collect::<Option<_>>()?)
        }
        let parsed = seen.parsed.iter();
        Some(Seen {
            path: self.number(&seen.path),
            number: seen.number,
            findings,
            skips: Cow::Borrowed(&seen.skips),
            searched: seen.searched,
            parsed: parsed
                .map(|(language, bytes)| (Cow::Borrowed(*language), *bytes))
                .collect(),
            binaries: Cow::Borrowed(&seen.binaries),
            records: Cow::Borrowed(&seen.records),
            accepted: Cow::Borrowed(&seen.accepted),
            comments_beyond: seen.comments_beyond,
            root: seen.root.as_deref().map(|root| self.number(root)),
            other_roots: Cow::Borrowed(&seen.other_roots),
            provenance: Cow::Borrowed(&seen.provenance),
        })
    }

    fn row(&mut self, finding: &'a Finding, provenance: &Provenance) -> Option<Row<'a>> {
        let is_provided = *finding.provenance == *provenance;
        if !is_provided && *finding.provenance != Provenance::default() {
            return None;
        }
        let evidence = finding.evidence.iter();
        Some(Row {
            asset: Cow::Borrowed(&finding.asset),
            spot: self.spot(&finding.location),
            text: self.number(&finding.text),
            library: self.number(&finding.library),
            entry: self.number(&finding.entry),
            symbol: self.number(&finding.symbol),
            function: finding.function.as_deref().map(|name| self.number(name)),
            technique: finding.technique,
            confidence: finding.confidence,
            context: finding.context,
            evidence: evidence
                .map(|evidence| (self.spot(&evidence.location), self.number(&evidence.entry)))
                .collect(),
            uses: finding.uses.clone(),
            is_provided,
        })
    }
}

fn looked(seen: Seen<'_>, texts: &[Arc<str>]) -> Option<Looked> {
    let provenance = seen.provenance.into_owned().into();
    let mut findings = Vec::with_capacity(seen.findings.len());
    for rows in seen.findings {
        let number = rows.len();
        let artifact = rows
            .into_iter()
            .map(|row| finding(row, number, texts, &provenance));
        findings.push(artifact.collect::<Option<_>>()?)
    }
    let parsed = seen.parsed.into_iter();
    Some(Looked {
        path: texts.get(seen.path)?.clone(),
        number: seen.number,
        findings,
        skips: seen.skips.into_owned(),
        searched: seen.searched,
        parsed: parsed
            .map(|(language, bytes)| Some((interned(&language)?, bytes)))
            .collect::<Option<_>>()?,
        binaries: seen.binaries.into_owned(),
        records: seen.records.into_owned(),
        accepted: seen.accepted.into_owned(),
        comments_beyond: seen.comments_beyond,
        root: match seen.root {
            Some(root) => Some(texts.get(root)?.clone()),
            None => None,
        },
        other_roots: seen.other_roots.into_owned(),
        gone: false,
        provenance,
    })
}

/// The finding of a row among so many; `None` where a number of it leads nowhere.
fn finding(
    row: Row<'_>,
    number: usize,
    texts: &[Arc<str>],
    provenance: &SharedProvenance,
) -> Option<Finding> {
    let text = |number: usize| texts.get(number).cloned();
    if row.uses.iter().any(|used| *used >= number) {
        return None;
    }
    let evidence = row.evidence.into_iter().map(|(spot, entry)| {
        Some(Evidence {
            location: location(spot, texts)?,
            entry: texts.get(entry)?.clone(),
        })
    });
    Some(Finding {
        asset: row.asset.into_owned(),
        location: location(row.spot, texts)?,
        text: text(row.text)?,
        library: text(row.library)?,
        entry: text(row.entry)?,
        symbol: text(row.symbol)?,
        function: match row.function {
            Some(name) => Some(text(name)?),
            None => None,
        },
        technique: row.technique,
        confidence: row.confidence,
        context: row.context,
        evidence: evidence.collect::<Option<_>>()?,
        uses: row.uses,
        provenance: if row.is_provided {
            provenance.clone()
        } else {
            SharedProvenance::default()
        },
    })
}

fn location(Spot(path, line, column, start, end): Spot, texts: &[Arc<str>]) -> Option<Location> {
    Some(Location {
        path: texts.get(path)?.clone(),
        line,
        column,
        span: Range64 { start, end },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Passwords;
    use crate::knowledge::Knowledge;
    use crate::model::SkipReason;
    use crate::scan::look::look_at_file;

    fn looked() -> Vec<Looked> {
        let known = Knowledge::load(&[]).unwrap();
        let means = crate::detect::Means {
            known: &known,
            passwords: &Passwords::default(),
        };
        let code = b"from cryptography.hazmat.primitives.asymmetric import rsa\nsize = 2048\nkey = rsa.generate_private_key(65537, size)\n";
        let mut looked = Looked::at("a.py".into(), 3);
        let kind = crate::model::ArtifactKind::File;
        look_at_file(&mut &code[..], kind, None, &means, &mut looked);
        assert_eq!(looked.findings.iter().flatten().count(), 1);
        let told = Skip::new("b.py".into(), SkipReason::Budget, "so much");
        vec![looked, Looked::told(told, 4)]
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let looked = looked();
        let bytes = write(&looked, &Counts::default()).unwrap();
        assert_eq!(read(&bytes), Some((looked, Counts::default())));
    }

    #[test]
    fn what_ships_only_some_of_a_file_is_not_kept() {
        let mut looked = looked();
        let layer = crate::model::Layer {
            digest: "sha256:00".to_owned(),
            instruction: None,
        };
        let layer = Provenance {
            layer: Some(Arc::new(layer)),
            ..Provenance::default()
        };
        looked[0].provenance = layer.clone().into();
        // Its findings do not know of it yet.
        let bytes = write(&looked, &Counts::default()).unwrap();
        assert_eq!(read(&bytes).unwrap().0, looked);
        looked[0].provenance = SharedProvenance::default();
        looked[0].findings[0][0].provenance = layer.into();
        assert_eq!(write(&looked, &Counts::default()), None);
    }

    #[test]
    fn damaged_bytes_say_something_or_nothing_and_take_no_memory() {
        let bytes = write(&looked(), &Counts::default()).unwrap();
        for at in 0..bytes.len() {
            read(&bytes[..at]);
            for byte in [0x00, 0x01, 0x02, 0x7f, 0x80, 0xc0, 0xfe, 0xff] {
                let mut other = bytes.clone();
                other[at] = byte;
                read(&other);
            }
        }
        // Longer lists and texts than there is memory.
        assert_eq!(read(&vec![0xff; 1 << 20]), None);
        assert_eq!(read(&vec![0x7f; 1 << 20]), None);
    }
}
