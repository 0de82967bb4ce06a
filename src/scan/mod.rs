//! Floor 3: many artifacts. The only place with threads and, but for rules and settings, the only one that opens files.
//!
//! `walk` says which files there are; `job` takes one of them through its stages: `unpack` opens it if it is an archive, `look` shows each
//! artifact to the detectors, `image` decides which layer's files are there, `owners` which package a place belongs to.
//!
//! Nothing that stands in a scanned file can fail a scan: what was not read becomes a [`Skip`](crate::model::Skip), and skips are counted.

mod cache;
mod comments;
pub mod context;
pub mod examples;
mod file;
mod git;
mod image;
mod job;
mod look;
mod owners;
mod unpack;
mod walk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::detect::source::SourceCode;
use crate::detect::{Detection, Detector as _, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Context, Finding, Found, Subject};

pub use cache::{CacheUse, Caching};
pub use git::{SinceError, head};
pub use image::Platform;
pub use unpack::limits::Limits;
pub use unpack::{is_fenced, members};
pub use walk::{Chosen, PatternError, Selection};

/// Stack of a thread, in bytes: lowering and resolving are recursive within their own limits, and unoptimised builds have large frames.
pub(crate) const STACK: usize = 32 << 20;

/// What to scan, and how.
#[derive(Debug)]
pub struct Request {
    /// Files and folders.
    pub roots: Vec<PathBuf>,
    /// What to look at below them.
    pub selection: Selection,
    /// Threads; 0 is one a core.
    pub threads: usize,
    /// Whether archives, packages and images are opened.
    pub archives: bool,
    /// What unpacking one file may cost.
    pub limits: Limits,
    /// The platforms of multi-platform images that count; all if empty.
    pub platforms: Vec<Platform>,
    /// What keystores are tried with.
    pub passwords: Passwords,
    /// Keep only what lies in files that changed since `HEAD` left this revision of the repository around the roots.
    pub since: Option<String>,
    /// Where results of earlier scans are kept; none are where a password is given, since what it opens is nobody's who does not have it.
    pub cache: Option<Caching>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            roots: Vec::new(),
            selection: Selection::default(),
            threads: 0,
            archives: true,
            limits: Limits::default(),
            platforms: Vec::new(),
            passwords: Passwords::default(),
            since: None,
            cache: None,
        }
    }
}

/// Something that keeps count while a scan runs.
pub trait Watcher: Sync {
    /// So many files are done, of so many known.
    fn progress(&self, done: u64, known: u64);
    /// What the cache was good for, where one was asked for.
    fn cached(&self, _cache: &CacheUse) {}
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
    /// It cannot be told what changed.
    #[error(transparent)]
    Since(#[from] SinceError),
    /// The threads could not be started.
    #[error("cannot start threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Walks the roots and looks at everything below them.
///
/// # Errors
/// When a root cannot be read at all, or it cannot be told what changed.
pub fn scan(
    request: &Request,
    known: &Knowledge,
    watcher: &dyn Watcher,
) -> Result<Found, ScanError> {
    let mut walk = walk::walk(
        &request.roots,
        &request.selection,
        request.cache.as_ref().map(|caching| &*caching.folder),
    )?;
    let mut subject = subject(&request.roots);
    if request.archives {
        walk::gather_layouts(&mut walk, &subject.name);
        if let ([root], [only]) = (&request.roots[..], &walk.files[..])
            && only.members.is_some()
            && *only.shown == *subject.name
        {
            // The root itself is the archive: places in it begin with its name.
            subject.base = walk::base_of_archive(root)
        }
    }
    walk.files.retain(|entry| !entry.left_out);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.threads)
        .stack_size(STACK)
        .build()?;
    let changed = match &request.since {
        Some(rev) => Some(pool.install(|| git::changed(&request.roots, rev, &walk.files))?),
        None => None,
    };
    subject.since = changed.as_ref().map(|changed| changed.since.clone());
    let done = AtomicU64::new(0);
    let total = walk.files.len() as u64;
    let means = Means {
        known,
        passwords: &request.passwords,
    };
    let wanted = request.cache.as_ref();
    let cache = wanted.filter(|caching| {
        !caching.is_off
            && request.passwords.given.is_empty()
            && !caching.is_unwanted(&request.roots)
    });
    let cache = cache.map(|caching| {
        let options = cache::Options {
            rules: &known.hash,
            common_passwords: request.passwords.common,
            archives: request.archives,
            limits: &request.limits,
            platforms: &request.platforms,
            selection: &request.selection,
        };
        cache::Cache::open(caching, &options)
    });
    let (cache, problem) = match cache.transpose() {
        Ok(cache) => (cache, None),
        Err(problem) => (None, Some(problem)),
    };
    let shared = job::Shared::new(
        means,
        &request.selection,
        &request.limits,
        &request.platforms,
        request.archives,
        cache.as_ref(),
    );
    pool.scope(|scope| {
        walk.files.par_iter().for_each(|found| {
            job::run(found, &shared, scope);
            watcher.progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        });
    });
    let job::Collected {
        mut looked,
        mut accepted,
        mut coverage,
    } = shared.collected.into_inner().unwrap_or_default();
    match (cache, problem) {
        (Some(cache), _) => watcher.cached(&cache.finish()),
        (None, Some(problem)) => watcher.cached(&CacheUse {
            problem: Some(problem),
            ..CacheUse::default()
        }),
        (None, None) => {}
    }
    looked.sort_by(|a, b| (&a.path, a.number).cmp(&(&b.path, b.number)));
    coverage.skips.extend(owners::within_memory(&mut looked));
    owners::attribute_files(&mut looked);
    let files = || walk.files.iter().filter(|f| f.selected);
    coverage.files_seen = files().count() as u64 + coverage.members;
    coverage.bytes_seen = walk.files.iter().map(walk::Entry::size).sum();
    coverage.by_project.left_out += walk.left_out;
    coverage.by_project.comments_beyond += comments::keep(&mut accepted);
    coverage.skips.extend(walk.skips);
    coverage.skips.sort();
    coverage.skips.dedup();
    // Not before: what a file that changed uses may stand in others, and what ships it too.
    if let Some(changed) = &changed {
        looked.retain(|seen| changed.holds(&seen.path))
    }
    let binaries = looked
        .iter_mut()
        .flat_map(|seen| std::mem::take(&mut seen.binaries))
        .collect();
    Ok(Found {
        binaries,
        findings: looked
            .into_iter()
            .flat_map(|seen| seen.findings)
            .filter(|findings| !findings.is_empty())
            .collect(),
        accepted,
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
        ..Subject::default()
    }
}

/// What a piece of code shows: for examples and tests. `extension` says the language.
pub fn snippet(code: &str, extension: &str, known: &Knowledge) -> Detection {
    let artifact = Artifact::file(format!("example.{extension}"), Context::Production);
    let means = Means {
        known,
        passwords: &Passwords::default(),
    };
    SourceCode.detect(&artifact, &mut code.as_bytes(), &means)
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
