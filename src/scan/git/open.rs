//! Opening the repository around a path, which may have been made to harm: what stands in it is looked over before a library opens it.
//!
//! A pipe or a device in place of a file would be waited for, and a file without end be read into memory. Nothing of a repository's own
//! configuration is believed beyond how its objects are named: no other configuration is read, no environment, and nothing is run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gix::Repository;

use super::small;

/// Entries of a `.git` folder that are looked over; more is no repository that anybody works in.
const MAX_ENTRIES: usize = 8_000_000;

/// The largest file outside of the objects that may be read as a whole.
const MAX_FILE: u64 = 256 << 20;

/// Object folders that borrow from each other.
const MAX_ALTERNATES: usize = 64;

/// What one object may take of memory; a folder of a million files has a tree half as large.
const OPTIONS: &str = "gitoxide.objects.allocLimit=64M";

/// What lies in `.git` and is not read here: other repositories, large files, programs.
const PASSED: &[&str] = &["modules", "lfs", "annex", "hooks"];

/// The folder around a path, or the path itself, that has a `.git`.
pub(super) fn work_tree(full: &Path) -> Option<PathBuf> {
    full.ancestors()
        .find(|folder| fs::symlink_metadata(folder.join(".git")).is_ok())
        .map(Path::to_owned)
}

/// Opens the repository of a work tree; if not, says why.
pub(super) fn open(work_tree: &Path) -> Result<Repository, String> {
    let folder = folder(&work_tree.join(".git")).ok_or("its `.git` leads to no folder")?;
    let common = match small(&folder.join("commondir")) {
        Some(shared) => folder.join(shared.trim_end()),
        None => folder.clone(),
    };
    if common.join("reftable").is_dir() {
        return Err("its refs are a reftable, which this version does not read".to_owned());
    }
    let mut look = Look::default();
    look.over(&folder)?;
    if common != folder {
        look.over(&common)?
    }
    look.alternates(&common.join("objects"))?;
    gix::open::Options::isolated()
        .with(gix::sec::Trust::Reduced)
        .open_path_as_is(true)
        .config_overrides([OPTIONS])
        .open(folder)
        .map(|shared| shared.to_thread_local())
        .map_err(|error| error.to_string())
}

/// Where `.git` leads: itself, or for a linked work tree or a submodule the folder that it names.
fn folder(dot: &Path) -> Option<PathBuf> {
    if fs::metadata(dot).ok()?.is_dir() {
        return Some(dot.to_owned());
    }
    let named = small(dot)?;
    let named = named.strip_prefix("gitdir: ")?.trim_end();
    let folder = dot.parent()?.join(named);
    fs::metadata(&folder).ok()?.is_dir().then_some(folder)
}

/// What was looked over so far.
#[derive(Default)]
struct Look {
    entries: usize,
    folders: BTreeSet<PathBuf>,
    objects: BTreeSet<PathBuf>,
}

impl Look {
    /// Whether all below a `.git` folder, or one of objects, is a file that can be read.
    fn over(&mut self, root: &Path) -> Result<(), String> {
        let mut waiting = vec![(root.to_owned(), 0, root.ends_with("objects"))];
        while let Some((folder, depth, objects)) = waiting.pop() {
            let Ok(full) = folder.canonicalize() else {
                continue;
            };
            // Links may lead back.
            if !self.folders.insert(full) {
                continue;
            }
            let Ok(entries) = fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries.filter_map(Result::ok) {
                self.entries += 1;
                if self.entries > MAX_ENTRIES {
                    return Err("there is too much in its `.git`".to_owned());
                }
                let path = entry.path();
                // What leads nowhere cannot be opened.
                let Ok(about) = fs::metadata(&path) else {
                    continue;
                };
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if about.is_dir() {
                    if depth > 0 || !PASSED.contains(&&*name) {
                        waiting.push((path, depth + 1, objects || name == "objects"))
                    }
                    continue;
                }
                if !about.is_file() && !is_socket(&about) {
                    return Err(format!("`{name}` in its `.git` is no file"));
                }
                // The index is read by ourselves, and objects by their parts.
                let is_index = name.starts_with("index") || name.starts_with("sharedindex.");
                if about.len() > MAX_FILE && !objects && !is_index {
                    return Err(format!("`{name}` in its `.git` is too large"));
                }
            }
        }
        Ok(())
    }

    /// The same of every folder of objects that one borrows from.
    fn alternates(&mut self, objects: &Path) -> Result<(), String> {
        let mut waiting = vec![objects.to_owned()];
        while let Some(folder) = waiting.pop() {
            let Ok(full) = folder.canonicalize() else {
                continue;
            };
            if !self.objects.insert(full) {
                continue;
            }
            if self.objects.len() > MAX_ALTERNATES {
                return Err("it borrows objects from too many others".to_owned());
            }
            self.over(&folder)?;
            let list = folder.join("info/alternates");
            if fs::symlink_metadata(&list).is_err() {
                continue;
            }
            let list = small(&list).ok_or("its list of alternates is too large, or no file")?;
            let borrowed = gix::odb::alternate::parse(list.as_bytes())
                .map_err(|_| "its list of alternates cannot be read")?;
            // The library resolves all of them against the first.
            waiting.extend(borrowed.iter().map(|path| objects.join(path)))
        }
        Ok(())
    }
}

/// Git leaves one there that a monitor of files listens at; opening it fails at once.
#[cfg(unix)]
fn is_socket(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    about.file_type().is_socket()
}

#[cfg(not(unix))]
fn is_socket(_about: &fs::Metadata) -> bool {
    false
}
