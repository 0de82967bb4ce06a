//! Folders of clones: every git repository below them, bare or not. Links are not followed, and nothing is looked for inside of one.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::address;
use super::filter::Filter;
use super::settings::Clones;
use super::{Found, Problem};
use crate::fleet::failure::Failure;
use crate::fleet::repository::{Origin, Repository};
use crate::output::fit::harmless;

/// Folders that are looked into: enough for 100,000 clones, and an end for `/`.
const MAX_FOLDERS: usize = 1_000_000;
/// The file `HEAD` is a line.
const MAX_HEAD: u64 = 4 << 10;

/// What the folders have.
pub(super) fn find(clones: &Clones, say: &dyn Fn(&str), found: &mut Found) {
    // The settings have been checked.
    let Ok(filter) = Filter::new(&clones.include, &clones.exclude) else {
        return;
    };
    for folder in &clones.folders {
        let shown = harmless(&folder.display().to_string());
        let mut search = Search {
            clones,
            filter: &filter,
            label: format!("clones: {shown}"),
            left: MAX_FOLDERS,
            count: 0,
            found,
        };
        match absolute(folder) {
            Ok(root) => search.walk(&root, &root, clones.depth()),
            Err(error) => search.problem(
                None,
                &format!("{shown} is no folder that can be read: {}", error.kind()),
            ),
        }
        let count = search.count;
        say(&format!("clones: {shown}: {count} repositories"))
    }
}

/// Without `.` and `..`, so that names do not depend on how the folder is written. Links in it stay: whoever points one elsewhere moves no
/// repository.
pub(super) fn absolute(folder: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(folder)?;
    let leads_back = path
        .components()
        .any(|part| part == std::path::Component::ParentDir);
    let path = if leads_back {
        path.canonicalize()?
    } else {
        path.components().collect()
    };
    // It is there, and a folder.
    fs::read_dir(&path)?;
    Ok(path)
}

struct Search<'a> {
    clones: &'a Clones,
    filter: &'a Filter,
    label: String,
    left: usize,
    count: usize,
    found: &'a mut Found,
}

impl Search<'_> {
    fn walk(&mut self, root: &Path, folder: &Path, depth: u8) {
        match git_folder(folder) {
            Ok(Some(git)) => return self.add(root, folder, &git),
            Ok(None) => {}
            Err(error) => {
                let shown = harmless(&folder.display().to_string());
                return self.problem(
                    Some(folder),
                    &format!("{shown} cannot be read: {}", error.kind()),
                );
            }
        }
        if depth == 0 {
            return;
        }
        let children = match children(folder) {
            Ok(children) => children,
            Err(error) => {
                let shown = harmless(&folder.display().to_string());
                return self.problem(
                    Some(folder),
                    &format!("{shown} cannot be read: {}", error.kind()),
                );
            }
        };
        for child in children {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            if self.left == 0 {
                return self.problem(
                    Some(root),
                    &format!(
                        "there are more than {MAX_FOLDERS} folders below; not all were looked into"
                    ),
                );
            }
            self.walk(root, &child, depth - 1)
        }
    }

    fn add(&mut self, root: &Path, folder: &Path, git: &Git) {
        self.count += 1;
        let own = match git {
            Git::Here(git) => head(git),
            Git::Elsewhere | Git::Worktree => None,
        };
        let address = match address::local(folder) {
            Ok(address) => address,
            Err(why) => return self.problem(Some(folder), why),
        };
        let owner = folder
            .parent()
            .and_then(|parent| parent.strip_prefix(root).ok())
            .map(|owner| harmless(&owner.to_string_lossy()).replace('\\', "/"));
        let repository = Repository {
            name: address.name,
            url: address.url,
            origin: Origin::Git,
            owner: owner.unwrap_or_default(),
            branch: self.clones.branch.clone().or(own),
            commit: None,
            archived: false,
            fork: false,
            kilobytes: None,
        };
        let reason = match git {
            Git::Worktree => Some("it is a worktree of another repository".to_owned()),
            Git::Here(_) | Git::Elsewhere => self.filter.leaves_out(&repository.name),
        };
        self.found.add(repository, reason)
    }

    fn problem(&mut self, folder: Option<&Path>, why: &str) {
        let named = folder
            .or_else(|| self.clones.folders.first().map(PathBuf::as_path))
            .and_then(|folder| std::path::absolute(folder).ok());
        let scope = named
            .and_then(|folder| address::local(&folder).ok())
            .map(|address| address.name);
        self.found.problems.push(Problem {
            target: self.label.clone(),
            scope: vec![scope.unwrap_or_default()],
            failure: Failure::permanent(why),
        })
    }
}

/// The folders in a folder, by name; links are none.
pub(super) fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            children.push(entry.path())
        }
    }
    children.sort();
    Ok(children)
}

/// How a folder is a repository.
enum Git {
    /// What belongs to it is kept in this folder.
    Here(PathBuf),
    /// What belongs to it is kept somewhere else.
    Elsewhere,
    /// What belongs to it belongs to another repository too (git-worktree(1)).
    Worktree,
}

/// How a folder is a repository (gitrepository-layout(5)): by `.git` in it, or itself.
fn git_folder(folder: &Path) -> io::Result<Option<Git>> {
    let inner = folder.join(".git");
    match fs::symlink_metadata(&inner) {
        Ok(found) if found.is_dir() && is_git(&inner) => return Ok(Some(Git::Here(inner))),
        Ok(found) if found.is_file() => {
            let mut text = Vec::new();
            fs::File::open(&inner)?
                .take(MAX_HEAD)
                .read_to_end(&mut text)?;
            if let Some(place) = text.strip_prefix(b"gitdir: ") {
                let place = String::from_utf8_lossy(place).replace('\\', "/");
                let is_worktree = place.trim_end().rsplit('/').nth(1) == Some("worktrees");
                return Ok(Some(if is_worktree {
                    Git::Worktree
                } else {
                    Git::Elsewhere
                }));
            }
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(is_git(folder).then(|| Git::Here(folder.to_owned())))
}

fn is_git(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// The branch that is checked out, or the default one of a bare repository.
fn head(git: &Path) -> Option<String> {
    let mut text = String::new();
    fs::File::open(git.join("HEAD"))
        .ok()?
        .take(MAX_HEAD)
        .read_to_string(&mut text)
        .ok()?;
    let branch = text.trim_end().strip_prefix("ref: refs/heads/")?;
    address::is_branch(branch).then(|| branch.to_owned())
}
