//! `--since`: which files of a walk differ from what the work tree held where its branch left another.
//!
//! Compared are the files as they lie there, so that what is committed, staged, changed and new counts alike. A file counts whose content
//! is another, or which the commit did not have, unless git ignores it. Where it cannot be told, a file counts. Nothing is run: filters
//! that git would apply to a file, it is compared without, unless the index already knows that it is the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::BStr;
use gix::{ObjectId, Repository};
use rayon::prelude::*;

use super::base::{Base, Stored};
use super::ignored::Ignored;
use super::{blob, index, open};
use crate::model::Since;
use crate::scan::unpack::fenced;
use crate::scan::walk::Entry;

/// Submodules in submodules.
const MAX_DEPTH: usize = 8;

/// Why it cannot be told what changed.
#[derive(Debug, thiserror::Error)]
pub enum SinceError {
    /// A root lies in no work tree of git.
    #[error("cannot tell what changed: {} lies in no work tree of git", .0.display())]
    NoRepository(PathBuf),
    /// Roots lie in several.
    #[error(
        "cannot tell what changed in several repositories at once ({} and {}): scan them one by one",
        .0.display(), .1.display()
    )]
    Several(PathBuf, PathBuf),
    /// The repository, or what of it is needed, cannot be read.
    #[error("cannot read the repository of {}: {}", .0.display(), .1)]
    Unreadable(PathBuf, String),
    /// The repository has no work tree.
    #[error("cannot tell what changed: the repository of {} is bare", .0.display())]
    Bare(PathBuf),
    /// There is no such revision.
    #[error("`{rev}` is no commit that this repository has{}", hint(*.shallow))]
    NoRevision {
        /// What was asked for.
        rev: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// Nothing was committed yet.
    #[error("cannot tell what changed: HEAD has no commit yet")]
    NoHead,
    /// The histories do not meet.
    #[error("`{rev}` and HEAD share no history in this repository{}", hint(*.shallow))]
    NoMergeBase {
        /// What was asked for.
        rev: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
}

fn hint(shallow: bool) -> &'static str {
    if shallow {
        ": it is a shallow clone; `git fetch --unshallow` brings the rest (where CI checks out: fetch-depth: 0)"
    } else {
        "; a branch of a remote may have to be fetched first"
    }
}

/// What changed.
pub(in crate::scan) struct Changed {
    pub(in crate::scan) since: Since,
    /// How the files are called in results.
    files: BTreeSet<Arc<str>>,
}

impl Changed {
    /// Whether something at this path changed: a file, or whatever lies in an archive that did.
    pub(in crate::scan) fn holds(&self, path: &str) -> bool {
        let inside = path.match_indices("!/").map(|(at, _)| &path[..at]);
        inside.chain([path]).any(|file| self.files.contains(file))
    }
}

/// Asks the repository around the roots which of the files of a walk changed since the commit where `HEAD` left `rev`.
pub(in crate::scan) fn changed(
    roots: &[PathBuf],
    rev: &str,
    entries: &[Entry],
) -> Result<Changed, SinceError> {
    let (work_tree, full) = work_tree(roots)?;
    let mut files = Vec::new();
    let mut numbers = BTreeSet::new();
    for (number, entry) in entries.iter().enumerate() {
        // A folder that is an image is made of files.
        let members = entry.members.iter().flatten().map(|(_, path)| path);
        let own = entry.members.is_none().then_some(&entry.path);
        for path in own.into_iter().chain(members) {
            match File::new(number, path, &full, &work_tree) {
                Some(file) => files.push(file),
                None => {
                    numbers.insert(number);
                }
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let found = fenced(|| since(&work_tree, rev, &files)).unwrap_or_else(|| {
        let why = "it is damaged".to_owned();
        Err(SinceError::Unreadable(work_tree.clone(), why))
    });
    let (commit, differing) = found?;
    numbers.extend(differing);
    let changed = || numbers.iter().map(|number| &entries[*number]);
    let looked_at = changed().filter(|entry| entry.selected || entry.members.is_some());
    Ok(Changed {
        since: Since {
            rev: rev.to_owned(),
            commit: commit.to_string(),
            files: looked_at.count() as u64,
        },
        files: changed().map(|entry| entry.shown.clone()).collect(),
    })
}

/// Each root, and its whole path.
type Roots<'r> = Vec<(&'r Path, PathBuf)>;

/// The one work tree that all roots lie in.
fn work_tree(roots: &[PathBuf]) -> Result<(PathBuf, Roots<'_>), SinceError> {
    let mut found: Option<PathBuf> = None;
    let mut full = Vec::new();
    for root in roots {
        let unreadable =
            |error: std::io::Error| SinceError::Unreadable(root.clone(), error.to_string());
        let path = root.canonicalize().map_err(unreadable)?;
        let around =
            open::work_tree(&path).ok_or_else(|| SinceError::NoRepository(root.clone()))?;
        match &found {
            Some(first) if *first != around => {
                return Err(SinceError::Several(first.clone(), around));
            }
            _ => found = Some(around),
        }
        full.push((root.as_path(), path))
    }
    match found {
        Some(work_tree) => Ok((work_tree, full)),
        None => Err(SinceError::NoRepository(PathBuf::from("."))),
    }
}

/// A file of the walk.
#[derive(Clone)]
struct File {
    /// Its place in the walk.
    number: usize,
    /// Below the work tree, as git writes it.
    name: Vec<u8>,
    full: PathBuf,
}

impl File {
    /// `None` where git could not name it.
    fn new(number: usize, path: &Path, roots: &Roots<'_>, tree: &Path) -> Option<Self> {
        let full = roots.iter().find_map(|(root, full)| {
            let below = path.strip_prefix(root).ok()?;
            Some(if below.as_os_str().is_empty() {
                full.clone()
            } else {
                full.join(below)
            })
        })?;
        let below = full.strip_prefix(tree).ok()?;
        let name = gix::path::into_bstr(below).ok()?;
        let name = gix::path::to_unix_separators_on_windows(name);
        Some(Self {
            number,
            name: name.to_vec(),
            full,
        })
    }
}

/// The commit where the branch left, and the numbers of what changed since.
fn since(
    work_tree: &Path,
    rev: &str,
    files: &[File],
) -> Result<(ObjectId, BTreeSet<usize>), SinceError> {
    let unreadable = |why: String| {
        // It may quote what stands in the repository.
        let plain = why.replace(|c: char| c.is_control(), " ");
        SinceError::Unreadable(work_tree.to_owned(), plain)
    };
    let repository = open::open(work_tree).map_err(unreadable)?;
    // Beside a bare repository there may be linked work trees, and what they have is a file.
    if repository.is_bare() && work_tree.join(".git").is_dir() {
        return Err(SinceError::Bare(work_tree.to_owned()));
    }
    let shallow = repository.is_shallow().unwrap_or(false);
    let head = repository
        .head()
        .map_err(|error| unreadable(error.to_string()))?;
    if head.is_unborn() {
        return Err(SinceError::NoHead);
    }
    let head = head
        .into_peeled_id()
        .map_err(|error| unreadable(error.to_string()))?;
    let other = revision(&repository, rev).ok_or_else(|| SinceError::NoRevision {
        rev: rev.to_owned(),
        shallow,
    })?;
    // A commit-graph only makes it faster.
    let cache = repository.commit_graph_if_enabled().ok().flatten();
    let mut graph = repository.revision_graph(cache.as_ref());
    let commit = repository
        .merge_base_with_graph(head.detach(), other, &mut graph)
        .map_err(|error| unreadable(error.to_string()))?
        .ok_or_else(|| SinceError::NoMergeBase {
            rev: rev.to_owned(),
            shallow,
        })?
        .detach();
    let tree = tree(&repository, commit).map_err(unreadable)?;
    let changed = differing(&repository, work_tree, tree, files, 0).map_err(unreadable)?;
    Ok((commit, changed))
}

/// The commit that a revision names. What asks for the index, by a colon at the start, names none.
fn revision(repository: &Repository, rev: &str) -> Option<ObjectId> {
    if rev.is_empty() || rev.starts_with(':') {
        return None;
    }
    let id = repository.rev_parse_single(BStr::new(rev)).ok()?;
    let commit = id.object().ok()?.peel_to_commit().ok()?;
    Some(commit.id)
}

fn tree(repository: &Repository, commit: ObjectId) -> Result<ObjectId, String> {
    let commit = repository
        .find_object(commit)
        .and_then(gix::Object::try_into_commit)
        .map_err(|error| error.to_string())?;
    let tree = commit.tree_id().map_err(|error| error.to_string())?;
    Ok(tree.detach())
}

/// The numbers of the files that are not as in a tree. The files are in order.
fn differing(
    repository: &Repository,
    work_tree: &Path,
    tree: ObjectId,
    files: &[File],
    depth: usize,
) -> Result<BTreeSet<usize>, String> {
    let mut base = Base::new(repository, tree)?;
    let mut stored: Vec<(&File, Option<ObjectId>)> = Vec::new();
    let mut changed = BTreeSet::new();
    let mut submodules: BTreeMap<&[u8], (ObjectId, Vec<File>)> = BTreeMap::new();
    for file in files {
        match base.find(&file.name)? {
            Stored::Nothing => stored.push((file, None)),
            Stored::Blob(id) => stored.push((file, Some(id))),
            Stored::Submodule(commit, end) => {
                let (folder, below) = file.name.split_at(end);
                let inside = submodules
                    .entry(folder)
                    .or_insert_with(|| (commit, Vec::new()));
                inside.1.push(File {
                    name: below[1..].to_owned(),
                    ..file.clone()
                })
            }
        }
    }
    drop(base);
    for (folder, (commit, inside)) in submodules {
        let differ = gix::path::from_bstr(BStr::new(folder))
            .ok()
            .and_then(|path| submodule(&work_tree.join(path), commit, &inside, depth + 1));
        match differ {
            Some(numbers) => changed.extend(numbers),
            None => changed.extend(inside.iter().map(|file| file.number)),
        }
    }
    let names: HashSet<&[u8]> = stored.iter().map(|(file, _)| &*file.name).collect();
    let mut tracked: HashMap<&[u8], index::Entry> = HashMap::new();
    let read = index::read(
        repository.git_dir(),
        repository.object_hash(),
        &mut |path, entry| {
            if let Some(name) = names.get(path) {
                // The first part of a split index is the newer one.
                tracked.entry(name).or_insert(entry);
            }
        },
    );
    let mut ignored = Ignored::new(work_tree, repository.common_dir());
    let mut compared = Vec::new();
    for (file, blob) in stored {
        let known = tracked.get(&*file.name);
        match blob {
            Some(blob) => compared.push((file, blob, known)),
            None => {
                let is_new = known.is_some() || read.is_err();
                if is_new || !ignored.is(&file.full) {
                    changed.insert(file.number);
                }
            }
        }
    }
    changed.par_extend(
        compared
            .into_par_iter()
            .filter(|(file, blob, known)| !is_same(&file.full, *blob, *known))
            .map(|(file, ..)| file.number),
    );
    Ok(changed)
}

fn is_same(path: &Path, blob: ObjectId, known: Option<&index::Entry>) -> bool {
    match known {
        Some(entry) if entry.is_of(path) => entry.id == blob,
        _ => blob::is(path, blob).unwrap_or(false),
    }
}

/// What changed in a submodule since the commit that it was at. `None` where that cannot be told.
fn submodule(
    work_tree: &Path,
    commit: ObjectId,
    files: &[File],
    depth: usize,
) -> Option<BTreeSet<usize>> {
    if depth > MAX_DEPTH || open::work_tree(work_tree)? != work_tree {
        return None;
    }
    let repository = open::open(work_tree).ok()?;
    let tree = tree(&repository, commit).ok()?;
    differing(&repository, work_tree, tree, files, depth).ok()
}
