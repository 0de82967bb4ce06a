//! The commit and remote of a work tree, read from git's own files. Runs nothing, follows nothing out of `.git`.
//!
//! What changed since a commit is told by `changed`, which needs the objects too, and reads those with a library.

mod base;
mod blob;
mod changed;
mod ignored;
mod index;
mod open;

use std::fs;
use std::path::{Path, PathBuf};

pub use changed::SinceError;
pub(super) use changed::changed;

/// Larger files are not what git writes there.
const MAX_BYTES: u64 = 1 << 20;

/// What a work tree says of itself.
#[derive(Debug, Default)]
pub(super) struct Git {
    pub(super) commit: Option<String>,
    pub(super) remote: Option<String>,
}

/// Reads `.git` in the root itself.
pub(super) fn read(root: &Path) -> Git {
    let Some(folder) = git_folder(root) else {
        return Git::default();
    };
    Git {
        commit: commit(&folder),
        remote: remote(&folder),
    }
}

/// The commit at the head of a branch, or the one that HEAD names, in a repository on this machine, bare or with a work tree: read from its
/// files, nothing is run. `None` where those do not say it: its refs are a reftable, or the branch has no commit yet.
pub fn head(repository: &Path, branch: Option<&str>) -> Option<String> {
    let folder = git_folder(repository).unwrap_or_else(|| repository.to_owned());
    match branch {
        Some(branch) => named(&folder, &format!("refs/heads/{branch}")),
        None => commit(&folder),
    }
}

fn git_folder(root: &Path) -> Option<PathBuf> {
    let dot = root.join(".git");
    let about = fs::symlink_metadata(&dot).ok()?;
    about.is_dir().then_some(dot)
}

fn small(path: &Path) -> Option<String> {
    // A link leads elsewhere, and opening a pipe waits for ever.
    let about = fs::symlink_metadata(path).ok()?;
    if !about.is_file() || about.len() > MAX_BYTES {
        return None;
    }
    fs::read_to_string(path).ok()
}

fn commit(folder: &Path) -> Option<String> {
    let head = small(&folder.join("HEAD"))?;
    let head = head.trim();
    let Some(name) = head.strip_prefix("ref: ") else {
        return object_id(head);
    };
    named(folder, name)
}

/// The commit that a ref names.
fn named(folder: &Path, name: &str) -> Option<String> {
    if name.contains("..") || name.starts_with('/') {
        return None;
    }
    if let Some(id) = small(&folder.join(name)) {
        return object_id(id.trim());
    }
    let packed = small(&folder.join("packed-refs"))?;
    packed.lines().find_map(|line| {
        line.strip_suffix(name)?
            .strip_suffix(' ')
            .and_then(object_id)
    })
}

fn object_id(text: &str) -> Option<String> {
    let fine =
        (text.len() == 40 || text.len() == 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    fine.then(|| text.to_ascii_lowercase())
}

/// `origin`'s address, without the user and password that it may hold.
fn remote(folder: &Path) -> Option<String> {
    let config = small(&folder.join("config"))?;
    let mut in_origin = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            in_origin = line == "[remote \"origin\"]"
        }
        if !in_origin {
            continue;
        }
        if let Some(url) = line
            .strip_prefix("url")
            .and_then(|rest| rest.trim_start().strip_prefix('='))
        {
            return without_credentials(url.trim());
        }
    }
    None
}

fn without_credentials(url: &str) -> Option<String> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return short_form(url);
    };
    if !matches!(scheme, "https" | "http" | "ssh" | "git") {
        return None;
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Some(format!("{scheme}://{host}/{path}"))
}

/// `git@example.com:a/b.git`, which is `ssh://example.com/a/b.git`; a path has a slash before the colon, or a drive.
fn short_form(url: &str) -> Option<String> {
    let (host, path) = url.split_once(':')?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let path = path.trim_start_matches('/');
    if host.len() < 2 || host.contains(['/', '\\']) || path.is_empty() {
        return None;
    }
    Some(format!("ssh://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_leave() {
        assert_eq!(
            without_credentials("https://user:token@example.com/a/b.git").as_deref(),
            Some("https://example.com/a/b.git")
        );
        assert_eq!(
            without_credentials("git@example.com:a/b.git").as_deref(),
            Some("ssh://example.com/a/b.git")
        );
        for path in ["/srv/git/a.git", "../a.git", "./a:b", "C:\\git\\a", "a.git"] {
            assert_eq!(without_credentials(path), None, "{path}");
        }
    }
}
