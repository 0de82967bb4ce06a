//! The work on one task: a clone, a scan of it in a child process, and what came of it.
//!
//! Everything runs in process groups of its own, within limits, below a scratch folder that is removed whatever happens. Nothing is asked of
//! the user, nothing of the user's settings for git counts, and no credential stands in an argument, a file, or a message. Nothing here
//! knows of queues or databases. All functions block.

mod artefacts;
mod child;
mod git;
pub mod guard;
mod parts;
mod process;
mod said;
mod scratch;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::failure::Failure;
use super::repository::{Origin, Repository};

use scratch::{Folder, Scratch};

/// How tasks are worked on: the same for all of them.
#[derive(Debug, Clone)]
pub struct How {
    /// pqscan itself.
    pub program: PathBuf,
    /// Flags of `pqscan scan` that the owner of the fleet set: no paths to scan, no outputs. Files in them are named absolutely, for the
    /// child's folder is another one.
    pub scan_args: Vec<OsString>,
    /// Whether a project's own settings and comments may leave out or accept anything.
    pub trust_projects: bool,
    /// A folder for clones and results: several workers may have the same.
    pub scratch: PathBuf,
    /// The cache of findings that all children share.
    pub cache: Option<PathBuf>,
    /// Files of certificate authorities (PEM), each for what lies below an address: git trusts them there in the place of the built-in ones.
    pub authorities: Vec<(String, PathBuf)>,
    /// What a task may cost.
    pub limits: Limits,
    /// The time that results bear, in seconds since 1970: the same on every machine.
    pub epoch: i64,
    /// Threads of a scan; 0 is one a core.
    pub threads: usize,
}

/// What a task may cost. Memory, CPU time and the size of files are limits that the system holds on Linux; elsewhere time alone is limited,
/// and the folder's size while cloning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory that a process may write to; of a scan, beside the stacks of its threads.
    pub memory: u64,
    /// CPU time of a scan, all threads together.
    pub cpu: Duration,
    /// Time of a scan.
    pub wall: Duration,
    /// Time of each step of a clone that waits for others.
    pub clone_wall: Duration,
    /// Bytes that a clone takes on disk: what was fetched and the files together.
    pub clone_bytes: u64,
    /// Files of a clone.
    pub clone_files: u64,
    /// Bytes of each file that a scan writes.
    pub output_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 4 << 30,
            cpu: Duration::from_secs(2 * 3600),
            wall: Duration::from_secs(3600),
            clone_wall: Duration::from_secs(1800),
            clone_bytes: 20 << 30,
            clone_files: 2_000_000,
            output_bytes: 4 << 30,
        }
    }
}

/// What a forge lets somebody in with. Shows itself to nobody.
#[derive(Clone)]
pub struct Credential {
    /// The name beside the token: `x-access-token`, `oauth2`, or empty.
    pub user: String,
    /// The token.
    pub secret: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(***)")
    }
}

/// What can be scanned: a clone, which is removed with this, or a folder where it stands.
#[derive(Debug)]
pub struct Checkout {
    /// The folder; its name is the end of the repository's name.
    pub dir: PathBuf,
    /// The commit, in hexadecimal; empty for artefacts.
    pub commit: String,
    /// Git's id of the tree; for artefacts a blake3 over paths and contents. Hexadecimal.
    pub tree: String,
    /// Files that it holds.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    _folder: Option<Folder>,
}

impl Checkout {
    /// These entries (none: the whole tree) in two parts of about one size, each sorted. A folder that stands alone falls into what it holds,
    /// so entries may be paths with `/`. `None` for a single file, or where there is nothing.
    pub fn halves(&self, entries: &[String]) -> Option<(Vec<String>, Vec<String>)> {
        parts::halves(&self.dir, entries)
    }
}

/// What a scan brought. The files are removed with this.
#[derive(Debug)]
pub struct Scanned {
    /// The result as JSON, with what it is rendered from again.
    pub result: PathBuf,
    /// The CBOM, in CycloneDX.
    pub cbom: PathBuf,
    /// Nothing in it was of a form that is read: the result holds what was not read, and no finding.
    pub is_empty: bool,
    /// How long it took.
    pub took: Duration,
    _folder: Folder,
}

/// Why no work can be done at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The scratch folder cannot be used.
    #[error("cannot use the scratch folder {}: {source}", path.display())]
    Scratch {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Settings of a file and distrust of projects exclude each other.
    #[error(
        "`--config` cannot be among the flags of the scan unless projects are trusted; its keys are flags too"
    )]
    Config,
}

/// One that works: holds its part of the scratch folder as long as it lives.
#[derive(Debug)]
pub struct Worker {
    how: How,
    scratch: Scratch,
    stopped: AtomicBool,
}

impl Worker {
    /// Takes a part of the scratch folder, and removes what workers of this machine left there that were killed.
    ///
    /// # Errors
    /// When the scratch folder cannot be used, or the flags cannot be.
    pub fn open(how: How) -> Result<Self, OpenError> {
        let is_config = |arg: &OsString| {
            let arg = arg.to_string_lossy();
            arg == "--config" || arg.starts_with("--config=")
        };
        if !how.trust_projects && how.scan_args.iter().any(is_config) {
            return Err(OpenError::Config);
        }
        let scratch = Scratch::open(&how.scratch).map_err(|source| OpenError::Scratch {
            path: how.scratch.clone(),
            source,
        })?;
        git::write_config(scratch.path()).map_err(|source| OpenError::Scratch {
            path: how.scratch.clone(),
            source,
        })?;
        Ok(Self {
            how,
            scratch,
            stopped: AtomicBool::new(false),
        })
    }

    /// Ends what runs, from another thread: it fails as what may pass.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed)
    }

    /// Whether it was asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// The commit at the head of the repository's branch, by `git ls-remote`; an empty repository has none.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn head(
        &self,
        repository: &Repository,
        credential: Option<&Credential>,
    ) -> Result<Option<String>, Failure> {
        git::Remote::new(self, repository, credential)?.head()
    }

    /// Clones the repository at the commit that it names, or at the head of its branch where that commit is gone. Artefacts stay where they
    /// are.
    ///
    /// # Errors
    /// When it cannot be cloned, or not within the limits.
    pub fn checkout(
        &self,
        repository: &Repository,
        credential: Option<&Credential>,
    ) -> Result<Checkout, Failure> {
        if repository.origin == Origin::Artefacts {
            return artefacts::checkout(Path::new(&repository.url));
        }
        git::Remote::new(self, repository, credential)?.checkout()
    }

    /// Scans these entries of a checkout, or all of it where there are none. What has nothing to scan has an empty result.
    ///
    /// # Errors
    /// When the scan crashed, used up a limit, or could not begin.
    pub fn scan(&self, checkout: &Checkout, entries: &[String]) -> Result<Scanned, Failure> {
        child::scan(self, checkout, entries)
    }
}

/// What went wrong with files of our own: disks become free again.
fn own_trouble(what: &str, error: &io::Error) -> Failure {
    Failure::transient(format!("{what}: {}", error.kind()))
}

/// `12 B`, `4 MiB`, for messages about limits.
fn sized(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}
