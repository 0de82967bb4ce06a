//! One artifact: every detector that claims it sees it, and what they hand on is looked at in turn.

use std::sync::Arc;

use super::context;
use super::unpack::fenced;
use crate::detect::package::Record;
use crate::detect::{DETECTORS, Detection, HEAD, Means, Source};
use crate::model::{
    Artifact, ArtifactKind, Binary, Context, Finding, InlineWaiver, Location, Package, Provenance,
    SharedProvenance, Skip, SkipReason,
};

/// What is told of a file of which a detector panicked.
pub(super) const GAVE_UP: &str = "a detector gave up";

/// Artifacts inside artifacts, at most: a script in a page is 1.
const MAX_EMBEDDING: usize = 6;

/// What was seen in one file, or member of an archive, and everything embedded in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Looked {
    pub(super) path: Arc<str>,
    /// Which of the members of its archive it was: several may have one name.
    pub(super) number: u64,
    /// Of each artifact, since findings count each other within theirs.
    pub(super) findings: Vec<Vec<Finding>>,
    pub(super) skips: Vec<Skip>,
    /// Bytes that were searched.
    pub(super) searched: Option<u64>,
    /// Language and bytes of what was parsed.
    pub(super) parsed: Vec<(&'static str, u64)>,
    /// What executables and libraries are.
    pub(super) binaries: Vec<Binary>,
    /// What it says of packages.
    pub(super) records: Vec<Record>,
    /// Comments that accept what was found.
    pub(super) accepted: Vec<InlineWaiver>,
    /// Such comments beyond the number that is kept.
    pub(super) comments_beyond: u64,
    /// In an image: the path in the file system that its layers make together.
    pub(super) root: Option<Arc<str>>,
    /// In several images that share a layer: the beginnings of its path in the others, in place of that in `root`.
    pub(super) other_roots: Vec<(String, String)>,
    /// No image shows it.
    pub(super) gone: bool,
    pub(super) provenance: SharedProvenance,
}

impl Looked {
    /// Something that was not, or not wholly, read, by itself.
    pub(super) fn told(skip: Skip, number: u64) -> Self {
        Self {
            path: skip.path.clone(),
            number,
            skips: vec![skip],
            ..Self::default()
        }
    }

    /// Adds packages around those that its findings are known to lie in.
    pub(super) fn provide(&mut self, packages: Vec<Arc<Package>>) {
        let mut provenance = Provenance::clone(&self.provenance);
        for package in packages {
            if !provenance.packages.contains(&package) {
                provenance.packages.push(package)
            }
        }
        if provenance == Provenance::default() {
            return;
        }
        self.provenance = provenance.into();
        for finding in self.findings.iter_mut().flatten() {
            finding.provenance = self.provenance.clone()
        }
    }

    pub(super) fn at(path: Arc<str>, number: u64) -> Self {
        Self {
            path,
            number,
            ..Self::default()
        }
    }

    /// Gives what is only told of it another path.
    pub(super) fn call(&mut self, path: Arc<str>) {
        for skip in &mut self.skips {
            skip.path = path.clone()
        }
        self.path = path;
    }

    /// Gives another beginning to every path in it: the one that people see, and for what it says of packages the first of `roots`, which
    /// are the file systems that it is part of.
    pub(super) fn rename(&mut self, from: &str, to: &str, roots: &[String]) {
        let first = roots.first().map_or(to, String::as_str);
        let renamed = |path: &Arc<str>, to: &str| {
            path.strip_prefix(from)
                .map(|rest| Arc::from(format!("{to}{rest}")))
        };
        self.root = renamed(self.root.as_ref().unwrap_or(&self.path), first);
        self.other_roots.extend(
            roots
                .iter()
                .skip(1)
                .map(|root| (first.to_owned(), root.clone())),
        );
        let rename = |location: &mut Location| {
            if let Some(path) = renamed(&location.path, to) {
                location.path = path
            }
        };
        for finding in self.findings.iter_mut().flatten() {
            rename(&mut finding.location);
            for evidence in &mut finding.evidence {
                rename(&mut evidence.location)
            }
        }
        for binary in &mut self.binaries {
            if let Some(path) = renamed(&binary.path, to) {
                binary.path = path
            }
        }
        for skip in &mut self.skips {
            if let Some(path) = renamed(&skip.path, to) {
                skip.path = path
            }
        }
        for record in &mut self.records {
            record.rename(|path| renamed(path, first))
        }
        if let Some(path) = renamed(&self.path, to) {
            self.path = path
        }
    }
}

/// What is there to be seen in a file of this path that begins with these bytes.
#[derive(Clone, Copy, Default)]
pub(super) struct Claims {
    /// A bit for each detector that claims it.
    detectors: u8,
    /// A detector looks for cryptography in it.
    pub(super) cryptography: bool,
    /// It says what package something is, whatever else is looked for.
    pub(super) metadata: bool,
    /// It is looked at because of its name.
    pub(super) by_name: bool,
}

impl Claims {
    /// Asks every detector once.
    pub(super) fn on(path: &Arc<str>, head: &[u8]) -> Self {
        Self::on_artifact(&Artifact::file(path.clone(), Context::Production), head)
    }

    fn on_artifact(artifact: &Artifact, head: &[u8]) -> Self {
        let mut claims = Self::default();
        for (at, detector) in (0..).zip(DETECTORS) {
            if !detector.claims(artifact, head) {
                continue;
            }
            claims.detectors |= 1 << at;
            claims.by_name |= detector.goes_by_name();
            if detector.looks_for_cryptography() {
                claims.cryptography = true
            } else {
                claims.metadata = true
            }
        }
        claims
    }

    /// Whether the detector at some place of the list looks at it.
    fn has(self, at: usize) -> bool {
        self.detectors >> at & 1 != 0
    }

    /// Whether any detector looks at it.
    pub(super) fn any(self) -> bool {
        self.cryptography || self.metadata
    }
}

/// Looks at a file. Where every detector was asked already, none is asked again.
pub(super) fn look_at_file(
    source: &mut dyn Source,
    kind: ArtifactKind,
    asked: Option<Claims>,
    means: &Means<'_>,
    looked: &mut Looked,
) {
    let mut artifact = Artifact::file(looked.path.clone(), context::of_path(&looked.path));
    artifact.kind = kind;
    // A detector that panics loses its file and nothing else.
    let seen = fenced(|| look_at(&mut artifact, source, asked, means, looked));
    if seen.is_none() {
        let path = looked.path.clone();
        looked
            .skips
            .push(Skip::new(path, SkipReason::Damaged, GAVE_UP))
    }
}

/// Lets every detector that claims the artifact see it, then looks at what they handed on.
fn look_at(
    artifact: &mut Artifact,
    source: &mut dyn Source,
    asked: Option<Claims>,
    means: &Means<'_>,
    looked: &mut Looked,
) {
    let head = match source.read_at(0..HEAD as u64) {
        Ok(head) => head,
        Err((reason, detail)) => {
            looked
                .skips
                .push(Skip::new(artifact.path.clone(), reason, detail));
            return;
        }
    };
    let claims = asked.unwrap_or_else(|| Claims::on_artifact(artifact, head));
    if artifact.context == Context::Production && context::is_generated(head) {
        artifact.context = Context::Generated
    }
    let mut claimed = false;
    for (at, detector) in DETECTORS.iter().enumerate() {
        if !claims.has(at) {
            continue;
        }
        // Of an archive, whose members are looked at by themselves, only the signatures around it are looked for.
        let whole = artifact.kind != ArtifactKind::Archive || detector.goes_by_name();
        claimed |= whole && detector.looks_for_cryptography();
        let Detection {
            findings,
            handed_on,
            skips,
            parsed,
            packages,
            binary,
            ..
        } = detector.detect(artifact, source, means);
        if !findings.is_empty() {
            if looked.findings.is_empty() {
                // Of most files one detector finds something.
                looked.findings.reserve_exact(1)
            }
            looked.findings.push(findings)
        }
        looked.skips.extend(skips);
        looked.parsed.extend(parsed);
        looked.records.extend(packages);
        looked.binaries.extend(binary);
        for mut inner in handed_on {
            let Some(bytes) = inner.bytes.take() else {
                continue;
            };
            if inner.depth > MAX_EMBEDDING {
                looked.skips.push(Skip::new(
                    inner.path,
                    SkipReason::TooDeep,
                    "embedded too deep",
                ));
                continue;
            }
            look_at(&mut inner, &mut &*bytes, None, means, looked);
        }
    }
    if claimed && artifact.depth == 0 {
        looked.searched = Some(source.len())
    }
}
