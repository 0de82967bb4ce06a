//! Floor 3: many artifacts. The only place with threads and, but for rules and settings, the only one that opens files.
//!
//! Nothing that stands in a scanned file can fail a scan: what was not read becomes a [`Skip`], and skips are counted.

pub mod context;
pub mod examples;
mod file;
mod git;
mod walk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::detect::source::language_of;
use crate::detect::{DETECTORS, Detection, Source};
use crate::knowledge::Knowledge;
use crate::model::{
    Artifact, ArtifactKind, Context, Coverage, Finding, Found, Skip, SkipReason, Subject,
};

pub use walk::{PatternError, Selection};

/// Artifacts inside artifacts, at most: a script in a page holding a PEM block is 2.
const MAX_EMBEDDING: usize = 6;
/// The first bytes of a file that detectors may decide on.
const HEAD: u64 = 4096;
/// Stack of a worker: lowering and resolving are recursive within their own limits, and unoptimised builds have large frames.
const STACK: usize = 32 << 20;

/// What to scan, and how.
#[derive(Debug, Default)]
pub struct Request {
    /// Files and folders.
    pub roots: Vec<PathBuf>,
    /// What to look at below them.
    pub selection: Selection,
    /// Threads; 0 is one a core.
    pub threads: usize,
}

/// Something that keeps count while a scan runs.
pub trait Watcher: Sync {
    /// So many files are done, of so many known.
    fn progress(&self, done: u64, known: u64);
}

/// Nobody watches.
pub struct Unwatched;

impl Watcher for Unwatched {
    fn progress(&self, _done: u64, _known: u64) {}
}

/// Why a scan could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A root does not exist or cannot be read.
    #[error("cannot read {}", path.display())]
    Root {
        /// The root.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The threads could not be started.
    #[error("cannot start threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Walks the roots and looks at everything below them.
///
/// # Errors
/// When a root cannot be read at all.
pub fn scan(
    request: &Request,
    known: &Knowledge,
    watcher: &dyn Watcher,
) -> Result<Found, ScanError> {
    let walk = walk::walk(&request.roots, &request.selection)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.threads)
        .stack_size(STACK)
        .build()?;
    let done = AtomicU64::new(0);
    let total = walk.files.len() as u64;
    let collected = Mutex::new(Collected::default());
    pool.install(|| {
        walk.files.par_iter().for_each(|found| {
            let looked = look_at_file(found, known);
            if let Ok(mut all) = collected.lock() {
                all.add(looked)
            }
            watcher.progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        });
    });
    let Collected {
        mut looked,
        mut coverage,
    } = collected.into_inner().unwrap_or_default();
    looked.sort_by(|a, b| a.0.cmp(&b.0));
    coverage.files_seen = total;
    coverage.bytes_seen = walk.files.iter().map(|f| f.size).sum();
    coverage.skips.extend(walk.skips);
    coverage.skips.sort();
    coverage.skips.dedup();
    let subject = subject(&request.roots);
    Ok(Found {
        findings: looked
            .into_iter()
            .map(|(_, findings)| findings)
            .filter(|f| !f.is_empty())
            .collect(),
        coverage,
        subject,
    })
}

fn subject(roots: &[PathBuf]) -> Subject {
    let shown = roots
        .iter()
        .map(|r| r.display().to_string())
        .collect::<Vec<_>>()
        .join(" ");
    let first = roots
        .first()
        .map(PathBuf::as_path)
        .unwrap_or(Path::new("."));
    let name = first
        .canonicalize()
        .ok()
        .and_then(|full| full.file_name().map(|n| n.to_string_lossy().into_owned()))
        .unwrap_or_else(|| shown.clone());
    let git = git::read(first);
    Subject {
        name,
        shown,
        base: walk::base(roots),
        commit: git.commit,
        remote: git.remote.map(Arc::from),
    }
}

/// What was seen in one file and everything embedded in it.
#[derive(Default)]
struct Looked {
    path: Arc<str>,
    findings: Vec<Vec<Finding>>,
    skips: Vec<Skip>,
    searched: Option<u64>,
    parsed: Vec<(&'static str, u64)>,
}

/// A file's path, and the number of a part embedded in it.
type Part = (Arc<str>, usize);

#[derive(Default)]
struct Collected {
    /// By file, and by part of it.
    looked: Vec<(Part, Vec<Finding>)>,
    coverage: Coverage,
}

impl Collected {
    fn add(&mut self, looked: Looked) {
        let coverage = &mut self.coverage;
        match looked.searched {
            Some(bytes) => {
                coverage.files_searched += 1;
                coverage.bytes_searched += bytes;
            }
            None => coverage.files_other += 1,
        }
        for (language, bytes) in &looked.parsed {
            coverage.files_parsed += 1;
            coverage.bytes_parsed += bytes;
            *coverage.by_language.entry(language).or_default() += 1;
        }
        coverage.skips.extend(looked.skips);
        for (i, findings) in looked.findings.into_iter().enumerate() {
            if !findings.is_empty() {
                self.looked.push(((looked.path.clone(), i), findings))
            }
        }
    }
}

fn look_at_file(found: &walk::Entry, known: &Knowledge) -> Looked {
    let mut looked = Looked {
        path: found.shown.clone(),
        ..Looked::default()
    };
    let mut artifact = Artifact::file(found.shown.clone(), context::of_path(&found.shown));
    let mut source = match file::FileSource::open(&found.path) {
        Ok(source) => source,
        Err(error) => {
            looked.skips.push(Skip {
                path: found.shown.clone(),
                reason: SkipReason::Unreadable,
                detail: error.to_string(),
            });
            return looked;
        }
    };
    look_at(&mut artifact, &mut source, known, &mut looked);
    looked
}

/// Lets every detector that claims the artifact see it, then looks at what they handed on.
fn look_at(
    artifact: &mut Artifact,
    source: &mut dyn Source,
    known: &Knowledge,
    looked: &mut Looked,
) {
    let head = match source.read_at(0..HEAD) {
        Ok(head) => head.to_vec(),
        Err((reason, detail)) => {
            looked.skips.push(Skip {
                path: artifact.path.clone(),
                reason,
                detail,
            });
            return;
        }
    };
    if artifact.context == Context::Production && context::is_generated(&head) {
        artifact.context = Context::Generated
    }
    let mut claimed = false;
    for detector in DETECTORS {
        if !detector.claims(artifact, &head) {
            continue;
        }
        claimed = true;
        let Detection {
            findings,
            handed_on,
            skips,
            parsed,
            ..
        } = detector.detect(artifact, source, known);
        looked.findings.push(findings);
        looked.skips.extend(skips);
        looked.parsed.extend(parsed);
        for mut inner in handed_on {
            let Some(bytes) = inner.bytes.take() else {
                continue;
            };
            if inner.depth > MAX_EMBEDDING {
                looked.skips.push(Skip {
                    path: inner.path,
                    reason: SkipReason::TooDeep,
                    detail: "embedded too deep".to_owned(),
                });
                continue;
            }
            look_at(&mut inner, &mut &*bytes, known, looked);
        }
    }
    if claimed && artifact.depth == 0 {
        looked.searched = Some(source.len())
    }
    if !claimed && artifact.kind == ArtifactKind::Pem {
        looked.skips.push(Skip {
            path: artifact.path.clone(),
            reason: SkipReason::Unsupported,
            detail: "PEM block in a text".to_owned(),
        });
    }
}

/// What a piece of code shows: for examples and tests. `extension` says the language.
pub fn snippet(code: &str, extension: &str, known: &Knowledge) -> Detection {
    if language_of(extension).is_none() {
        return Detection::default();
    }
    let artifact = Artifact::file(format!("example.{extension}"), Context::Production);
    let mut detection = Detection::default();
    for detector in DETECTORS {
        let mut bytes = code.as_bytes();
        if detector.claims(&artifact, bytes) {
            detection = detector.detect(&artifact, &mut bytes, known)
        }
    }
    detection
}

/// What was found, by line, in the form of marks.
pub fn by_line(findings: &[Finding]) -> BTreeMap<u32, Vec<String>> {
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for finding in findings {
        lines
            .entry(finding.location.line)
            .or_default()
            .push(finding.asset.brief())
    }
    lines
}
