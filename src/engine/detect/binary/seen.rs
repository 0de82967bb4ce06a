//! What the techniques saw in one binary.

use std::ops::Range;

use super::kind::Kind;
use crate::detect::{Detection, Means};
use crate::knowledge::Knowledge;
use crate::model::artifact::Range64;
use crate::model::binary::{Part, Role};
use crate::model::{
    Artifact, Asset, Binary, Confidence, Context, Finding, Location, SharedProvenance, Skip,
    SkipReason, Technique,
};

/// Findings of one file, at most: no real library comes near it.
const MAX_FINDINGS: usize = 100_000;
/// Libraries that were built into one file, at most.
const MAX_PARTS: usize = 2_000;
/// Characters of a text that are shown.
const MAX_SHOWN: usize = 160;

/// An asset as a technique saw it.
pub(super) struct Sighting {
    /// What was seen.
    pub(super) asset: Asset,
    /// How.
    pub(super) technique: Technique,
    /// How sure the technique is.
    pub(super) confidence: Confidence,
    /// Where in the file, in bytes; `0..0` where it is a fact of the whole file.
    pub(super) at: Range<u64>,
    /// The rule library that knows it, `c/openssl`; empty where it was no library.
    pub(super) library: String,
    /// What saw it: the rule entry, or `binary/` and the technique's file.
    pub(super) entry: String,
    /// The name that was seen, as the binary has it.
    pub(super) symbol: String,
    /// What a person is shown of the place: a constant's name and layout, a call with its arguments. Cleaned and cut here.
    pub(super) text: String,
    /// The function that it stands in, where that is known.
    pub(super) function: Option<String>,
}

/// What was seen so far, and what the techniques tell each other.
pub(super) struct Seen<'a> {
    pub(super) artifact: &'a Artifact,
    pub(super) known: &'a Knowledge,
    pub(super) kind: Kind,
    /// Production, test, vendored …: the artifact's, unless a technique learns better.
    pub(super) context: Context,
    /// The binary as a component; techniques fill in what they learn. `None` for bytecode that is a part of something else.
    pub(super) binary: Option<Binary>,
    /// Byte ranges that hold signatures over the binary, which say nothing of what its code does: no technique looks there.
    pub(super) signatures: Vec<Range<u64>>,
    /// The language whose runtime is linked, where that brings constants that no code of the program may use.
    pub(super) runtime: Option<&'static str>,
    findings: Vec<Finding>,
    skips: Vec<Skip>,
    full: bool,
}

impl<'a> Seen<'a> {
    pub(super) fn new(artifact: &'a Artifact, means: &Means<'a>, kind: Kind) -> Self {
        Self {
            artifact,
            known: means.known,
            kind,
            context: artifact.context,
            binary: None,
            signatures: Vec::new(),
            runtime: None,
            findings: Vec::new(),
            skips: Vec::new(),
            full: false,
        }
    }

    /// Adds what was seen. The number by which others refer to it; `None` where there is no room for more.
    pub(super) fn add(&mut self, sighting: Sighting) -> Option<usize> {
        if self.findings.len() >= MAX_FINDINGS {
            if !self.full {
                self.full = true;
                self.skip(
                    SkipReason::Budget,
                    format!("more than {MAX_FINDINGS} findings"),
                );
            }
            return None;
        }
        let Sighting {
            at,
            text,
            mut asset,
            ..
        } = sighting;
        if sighting.technique == Technique::Exports {
            // What others may give to a function is no parameter of what it can do.
            asset.facets.retain(|_, value| !value.is_unknown());
        }
        self.findings.push(Finding {
            asset,
            location: Location {
                path: self.artifact.path.clone(),
                line: 0,
                column: 0,
                span: Range64 {
                    start: at.start,
                    end: at.end,
                },
            },
            text: shown(&text).into(),
            library: sighting.library.into(),
            entry: sighting.entry.into(),
            symbol: shown(&sighting.symbol).into(),
            function: sighting.function.map(|name| shown(&name).into()),
            technique: sighting.technique,
            confidence: sighting.confidence,
            context: self.context,
            evidence: Vec::new(),
            uses: Vec::new(),
            provenance: SharedProvenance::default(),
        });
        Some(self.findings.len() - 1)
    }

    /// Says that one finding uses another: a signature its key.
    pub(super) fn uses(&mut self, user: usize, used: usize) {
        if user != used
            && used < self.findings.len()
            && let Some(finding) = self.findings.get_mut(user)
        {
            finding.uses.push(used)
        }
    }

    /// Adds a library that was built in, if it is not known yet.
    pub(super) fn part(&mut self, part: Part) {
        let (path, format) = (&self.artifact.path, self.kind.name());
        let context = self.artifact.context;
        let binary = self
            .binary
            .get_or_insert_with(|| Binary::new(path.clone(), format, Role::Program, context));
        let known = |other: &Part| other.name == part.name && other.version == part.version;
        if binary.parts.len() < MAX_PARTS && !binary.parts.iter().any(known) {
            binary.parts.push(part)
        }
    }

    /// Says that something was not read.
    pub(super) fn skip(&mut self, reason: SkipReason, detail: impl Into<String>) {
        self.skips
            .push(Skip::new(self.artifact.path.clone(), reason, detail));
    }

    /// Whether anything was seen that is worth telling what binary it is.
    pub(super) fn is_of_interest(&self) -> bool {
        let parts = self.binary.as_ref().is_some_and(|b| !b.parts.is_empty());
        parts || !self.findings.is_empty()
    }

    pub(super) fn finish(mut self) -> Detection {
        // What needs nothing and is needed by nobody leads nowhere.
        let leads = |binary: &Binary| !binary.needs.is_empty() || binary.role == Role::Library;
        let interesting = self.is_of_interest();
        self.binary = self.binary.filter(|binary| interesting || leads(binary));
        Detection {
            findings: self.findings,
            skips: self.skips,
            binary: self.binary,
            ..Detection::default()
        }
    }
}

/// Names and texts of a binary are whatever its maker wrote: what is shown has no control characters and an end.
fn shown(text: &str) -> String {
    let clean = text.chars().filter(|c| !c.is_control());
    clean.take(MAX_SHOWN).collect()
}
