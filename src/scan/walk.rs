//! Which files there are: everything below the roots but `.git`. Links are not followed out of a root.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};
use std::{fs, io};

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;

use super::ScanError;
use super::image::Images;
use crate::model::{Skip, SkipReason, pattern};

/// What to look at below the roots.
#[derive(Debug, Default)]
pub struct Selection {
    patterns: Patterns,
    /// Those that do not come from the scanned project, where some do.
    of_user: Option<Patterns>,
    /// What stands before the paths below each of several roots, told by the walk: patterns are about what comes after.
    prefixes: RwLock<Vec<String>>,
    /// The patterns as they were written, one a line, and whose they are.
    written: String,
    /// Leave out what git ignores.
    pub respect_gitignore: bool,
    /// Look only into these files and folders, by their paths below a root as results show them; everything where there are none.
    pub entries: BTreeSet<String>,
}

/// A pattern that is none.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is no pattern: {message}")]
pub struct PatternError {
    pattern: String,
    message: String,
}

impl Selection {
    /// From patterns as gitignore writes them: without a slash they match a name anywhere, with one a path below the root.
    ///
    /// # Errors
    /// When a pattern is none.
    pub fn new(
        include: &[String],
        exclude: &[String],
        respect_gitignore: bool,
    ) -> Result<Self, PatternError> {
        Ok(Self {
            patterns: Patterns::new(include, exclude)?,
            of_user: None,
            prefixes: RwLock::default(),
            written: written(Chosen { include, exclude }),
            respect_gitignore,
            entries: BTreeSet::new(),
        })
    }

    /// From patterns of the user and of the scanned project's own settings. They add up; what only the project leaves out is counted.
    ///
    /// # Errors
    /// When a pattern is none.
    pub fn with_project(
        user: Chosen<'_>,
        project: Chosen<'_>,
        respect_gitignore: bool,
    ) -> Result<Self, PatternError> {
        let both = |user: &[String], project: &[String]| [project, user].concat();
        let include = both(user.include, project.include);
        let exclude = both(user.exclude, project.exclude);
        let mut selection = Self::new(&include, &exclude, respect_gitignore)?;
        if !(project.include.is_empty() && project.exclude.is_empty()) {
            selection.of_user = Some(Patterns::new(user.include, user.exclude)?);
            selection.written += &written(user);
        }
        Ok(selection)
    }

    /// All that decides which members of archives are looked at, as a text: two that differ in it may differ in that.
    pub(super) fn told(&self) -> String {
        let prefixes = self.prefixes.read();
        format!("{}{:?}", self.written, prefixes.as_deref())
    }

    /// Whether a member of an archive is left out, by its whole path or by that within the archive. Where roots lie in each other, it has
    /// to be under each: the walk brings what one of them has.
    pub(super) fn excludes(&self, path: &str) -> bool {
        self.excluded(&self.patterns, path)
    }

    /// Whether a member of an archive is to be looked at. It is if the archive is.
    pub(super) fn includes(&self, path: &str) -> bool {
        self.included(&self.patterns, path)
    }

    /// Whether a member of an archive is left out by the scanned project alone.
    pub(super) fn project_leaves_out_member(&self, path: &str) -> bool {
        self.of_user.as_ref().is_some_and(|of_user| {
            let taken = |patterns| !self.excluded(patterns, path) && self.included(patterns, path);
            taken(of_user) && !taken(&self.patterns)
        })
    }

    /// Whether a file, by its path below its root, is left out by the scanned project alone.
    fn project_leaves_out(&self, below: &str) -> bool {
        self.of_user.as_ref().is_some_and(|of_user| {
            let taken = |patterns: &Patterns| !patterns.exclude(below) && patterns.include(below);
            taken(of_user) && !taken(&self.patterns)
        })
    }

    fn excluded(&self, patterns: &Patterns, path: &str) -> bool {
        patterns.exclude.is_some() && !self.under_any_root(path, |below| !patterns.exclude(below))
    }

    fn included(&self, patterns: &Patterns, path: &str) -> bool {
        patterns.include.is_none() || self.under_any_root(path, |below| patterns.include(below))
    }

    /// Whether under some root that a path may lie in `is_so` holds of what comes after the root.
    fn under_any_root(&self, path: &str, is_so: impl Fn(&str) -> bool) -> bool {
        let Ok(prefixes) = self.prefixes.read() else {
            return is_so(path);
        };
        let mut below = prefixes
            .iter()
            .filter_map(|prefix| below(path, prefix))
            .peekable();
        if below.peek().is_none() {
            return is_so(path);
        }
        below.any(is_so)
    }
}

/// Patterns as somebody wrote them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chosen<'p> {
    /// What to look at; everything where there are none.
    pub include: &'p [String],
    /// What to leave out.
    pub exclude: &'p [String],
}

/// Patterns so that other ones are another text.
fn written(chosen: Chosen<'_>) -> String {
    format!("{chosen:?}\n")
}

/// What to look at and what to leave out, by paths below a root.
#[derive(Debug, Default)]
struct Patterns {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
}

impl Patterns {
    fn new(include: &[String], exclude: &[String]) -> Result<Self, PatternError> {
        Ok(Self {
            include: globs(include)?,
            exclude: globs(exclude)?,
        })
    }

    fn exclude(&self, path: &str) -> bool {
        self.exclude.as_ref().is_some_and(|set| {
            is_match(set, path)
                || path
                    .rsplit_once("!/")
                    .is_some_and(|(_, inner)| set.is_match(inner))
        })
    }

    fn include(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|set| {
            let mut rest = path;
            loop {
                if is_match(set, rest) {
                    return true;
                }
                match rest.rsplit_once("!/") {
                    Some((_, inner)) if set.is_match(inner) => return true,
                    Some((outer, _)) => rest = outer,
                    None => return false,
                }
            }
        })
    }
}

/// What comes after a root. One that is an image itself has its members behind a `!/`.
fn below<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    path.strip_prefix(prefix).or_else(|| {
        path.strip_prefix(prefix.strip_suffix('/')?)?
            .strip_prefix("!/")
    })
}

/// A folder that is an image has a `!/` behind it, where the user sees a `/`.
fn is_match(set: &GlobSet, path: &str) -> bool {
    set.is_match(path)
        || path
            .split_once("!/")
            .is_some_and(|(folder, rest)| set.is_match(format!("{folder}/{rest}")))
}

fn globs(patterns: &[String]) -> Result<Option<GlobSet>, PatternError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let wrong = |error: globset::Error| PatternError {
            pattern: pattern.clone(),
            message: error.kind().to_string(),
        };
        if !pattern::is_plausible(pattern) {
            return Err(PatternError {
                pattern: pattern.chars().take(60).chain(['…']).collect(),
                message: "it is too long, or nests too deep".to_owned(),
            });
        }
        let plain = pattern.trim_start_matches("./").trim_end_matches('/');
        let anywhere = if plain.contains('/') {
            plain.to_owned()
        } else {
            format!("**/{plain}")
        };
        set.add(Glob::new(&anywhere).map_err(wrong)?);
        set.add(Glob::new(&format!("{anywhere}/**")).map_err(wrong)?);
    }
    set.build().map(Some).map_err(|error| PatternError {
        pattern: patterns.join(" "),
        message: error.to_string(),
    })
}

/// A file to look at.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it is.
    pub(super) path: PathBuf,
    /// How it is called in results: below the root, with `/`.
    pub(super) shown: Arc<str>,
    /// Bytes, once somebody asked: whoever opens the file is told by the way.
    pub(super) size: OnceLock<u64>,
    /// Whether it is to be looked at; if not, only what it may hold as an archive is.
    pub(super) selected: bool,
    /// Whether a pattern leaves it out, unless it is part of an image.
    pub(super) left_out: bool,
    /// For a folder that is an image: its files, by their paths below it.
    pub(super) members: Option<Vec<(String, PathBuf)>>,
}

impl Entry {
    /// Bytes; none where the system does not tell.
    pub(super) fn size(&self) -> u64 {
        let ask = || fs::symlink_metadata(&self.path).map_or(0, |about| about.len());
        *self.size.get_or_init(ask)
    }
}

/// What a walk brings.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) files: Vec<Entry>,
    pub(super) skips: Vec<Skip>,
    /// Files that the scanned project's own patterns left out.
    pub(super) left_out: u64,
}

/// Walks the roots. With several, what they are called is put before the paths. `own` is a folder of the program itself: it comes and goes
/// with scans, and is no part of what is scanned.
pub(super) fn walk(
    roots: &[PathBuf],
    selection: &Selection,
    own: Option<&Path>,
) -> Result<Walk, ScanError> {
    let mut walk = Walk::default();
    let above = above(roots);
    let own = own.and_then(|folder| folder.canonicalize().ok());
    let mut prefixes = Vec::new();
    for root in roots {
        let about = fs::metadata(root).map_err(|source| ScanError::Root {
            path: root.clone(),
            source,
        })?;
        if about.is_dir() {
            fs::read_dir(root).map_err(|source| ScanError::Root {
                path: root.clone(),
                source,
            })?;
        } else if !about.is_file() {
            return Err(ScanError::Root {
                path: root.clone(),
                source: io::Error::other("it is neither a file nor a folder"),
            });
        }
        let prefix = if roots.len() > 1 {
            let folder = match root.parent() {
                Some(parent) if about.is_file() => parent,
                _ => root,
            };
            prefix(folder.strip_prefix(&above).unwrap_or(folder))
        } else {
            String::new()
        };
        walk_root(root, &prefix, selection, own.as_deref(), &mut walk);
        prefixes.push(prefix);
    }
    prefixes.sort();
    prefixes.dedup();
    if let [root] = roots
        && ["index.json", "oci-layout"]
            .iter()
            .all(|name| walk.files.iter().any(|entry| &*entry.shown == *name))
        && let Ok(full) = root.canonicalize()
    {
        // Its members have its name before them, which is no part of a path below it.
        prefixes = vec![name_of(&full) + "!/"]
    }
    if let Ok(mut known) = selection.prefixes.write() {
        *known = prefixes
    }
    walk.files.sort_by(|a, b| a.shown.cmp(&b.shown));
    // A file of two roots is looked at if it is under one of them, whichever was named first.
    walk.files.dedup_by(|again, first| {
        let same = again.shown == first.shown;
        if same {
            first.selected |= again.selected;
            first.left_out &= again.left_out;
        }
        same
    });
    Ok(walk)
}

/// Makes one entry of the files of each folder that is an OCI image layout; one in another is an image of its own. `name` is what a root that is one is called.
pub(super) fn gather_layouts(walk: &mut Walk, name: &str) {
    let folders: Vec<String> = walk
        .files
        .iter()
        .filter_map(|entry| entry.shown.strip_suffix("oci-layout"))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .filter(|folder| {
            let index = format!("{folder}index.json");
            let found = walk.files.binary_search_by(|e| (*e.shown).cmp(&index));
            found.is_ok()
        })
        .map(str::to_owned)
        .collect();
    if folders.is_empty() {
        return;
    }
    let mut layouts: BTreeMap<String, Vec<Entry>> = folders
        .into_iter()
        .map(|folder| (folder, Vec::new()))
        .collect();
    for entry in std::mem::take(&mut walk.files) {
        let folder = around(&layouts, &entry.shown).map(str::len);
        match folder.and_then(|end| layouts.get_mut(&entry.shown[..end])) {
            Some(inside) => inside.push(entry),
            None => walk.files.push(entry),
        }
    }
    for (folder, inside) in layouts {
        if inside.iter().all(|entry| entry.left_out) {
            continue;
        }
        let shown = match folder.trim_end_matches('/') {
            "" => name,
            folder => folder,
        };
        walk.files.push(Entry {
            path: PathBuf::new(),
            shown: shown.into(),
            size: OnceLock::from(inside.iter().map(Entry::size).sum::<u64>()),
            selected: false,
            left_out: false,
            members: Some(
                inside
                    .into_iter()
                    .map(|entry| (entry.shown[folder.len()..].to_owned(), entry.path))
                    .collect(),
            ),
        });
    }
    walk.files.sort_by(|a, b| a.shown.cmp(&b.shown));
}

/// The innermost of these folders that a file lies in.
fn around<'l>(layouts: &'l BTreeMap<String, Vec<Entry>>, file: &str) -> Option<&'l str> {
    let folders = file.rmatch_indices('/').map(|(at, _)| &file[..=at]);
    folders
        .chain([""])
        .find_map(|folder| layouts.get_key_value(folder))
        .map(|(folder, _)| folder.as_str())
}

fn walk_root(
    root: &Path,
    prefix: &str,
    selection: &Selection,
    own: Option<&Path>,
    walk: &mut Walk,
) {
    let own = own.map(Path::to_owned);
    let is_own = move |entry: &ignore::DirEntry| {
        own.as_ref().is_some_and(|own| {
            entry.depth() > 0
                && own.file_name() == Some(entry.file_name())
                && entry.file_type().is_some_and(|kind| kind.is_dir())
                && entry.path().canonicalize().is_ok_and(|full| full == *own)
        })
    };
    // The walk opens ignore files by itself, and would wait for ever at a pipe of that name.
    let respect_gitignore = selection.respect_gitignore && !has_odd_ignore_file(root);
    if selection.respect_gitignore && !respect_gitignore {
        walk.skips.push(Skip::new(
            format!("{prefix}.gitignore").into(),
            SkipReason::NotAFile,
            "an ignore file is no regular file, or no list of patterns; none was respected",
        ));
    }
    let (top, entries) = (root.to_owned(), selection.entries.clone());
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .follow_links(false)
        .git_ignore(respect_gitignore)
        .git_exclude(respect_gitignore)
        .require_git(false)
        .filter_entry(move |entry| {
            let is_wanted =
                || below_root(entry.path(), &top).is_none_or(|below| is_entry(&entries, &below));
            entry.file_name() != ".git" && (entries.is_empty() || is_wanted()) && !is_own(entry)
        });
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = root_relative(root, prefix, &error.to_string());
                walk.skips.push(Skip::new(
                    path.into(),
                    SkipReason::Unreadable,
                    plain_message(&error),
                ));
                continue;
            }
        };
        let below = below_root(entry.path(), root).unwrap_or_else(|| name_of(root));
        let shown: Arc<str> = if prefix.is_empty() {
            below.as_str().into()
        } else {
            format!("{prefix}{below}").into()
        };
        let Some(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            continue;
        }
        // Patterns are about what is looked at: an image is understood by its documents all the same.
        let left_out = selection.patterns.exclude(&below);
        let selected = !left_out && selection.patterns.include(&below);
        if !selected && kind.is_file() && selection.project_leaves_out(&below) {
            walk.left_out += 1
        }
        if left_out && !Images::is_document_name(&below) && !below.ends_with("oci-layout") {
            continue;
        }
        if entry.depth() > 0 && !kind.is_file() {
            if !selected {
                continue;
            }
            let detail = if kind.is_symlink() {
                "link"
            } else {
                "device, socket or pipe"
            };
            walk.skips
                .push(Skip::new(shown, SkipReason::NotAFile, detail));
            continue;
        }
        walk.files.push(Entry {
            path: entry.into_path(),
            shown,
            size: OnceLock::new(),
            selected,
            left_out,
            members: None,
        });
    }
}

/// The path below the root of what a walk of the root met; `None` for the root itself.
fn below_root(path: &Path, root: &Path) -> Option<String> {
    let below = path.strip_prefix(root).unwrap_or(path);
    (!below.as_os_str().is_empty()).then(|| slashes(below))
}

/// Whether a path below the root is one of the entries, lies in one, or leads to one.
fn is_entry(entries: &BTreeSet<String>, below: &str) -> bool {
    let leads = || {
        let folder = format!("{below}/");
        let next = entries.range(folder.clone()..).next();
        next.is_some_and(|entry| entry.starts_with(&folder))
    };
    let lies = || {
        let mut ends = below.match_indices('/').map(|(at, _)| at);
        ends.any(|end| entries.contains(&below[..end]))
    };
    entries.contains(below) || lies() || leads()
}

/// What stands before the paths below one of several roots: empty, or ends in `/`. `./api` and `api` are one folder.
fn prefix(root: &Path) -> String {
    let named: PathBuf = root
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    let named = slashes(&named);
    if named.is_empty() || named.ends_with('/') {
        named
    } else {
        named + "/"
    }
}

/// Larger files are no lists of patterns.
const MAX_IGNORE_FILE: u64 = 1 << 20;

/// Whether some ignore file below the root is a link, a pipe or a device, or holds what nobody writes.
fn has_odd_ignore_file(root: &Path) -> bool {
    let lines_are_odd = |path: &Path| {
        let text = fs::read(path).unwrap_or_default();
        !String::from_utf8_lossy(&text)
            .lines()
            .all(pattern::is_plausible)
    };
    let odd = |path: &Path| {
        fs::symlink_metadata(path).is_ok_and(|about| {
            !about.is_file() || about.len() > MAX_IGNORE_FILE || lines_are_odd(path)
        })
    };
    let below = WalkBuilder::new(root)
        .standard_filters(false)
        .follow_links(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build()
        .filter_map(Result::ok)
        .any(|entry| entry.file_name() == ".gitignore" && odd(entry.path()));
    let parents = root
        .canonicalize()
        .is_ok_and(|full| full.ancestors().any(|p| odd(&p.join(".gitignore"))));
    below || parents || odd(&root.join(".git/info/exclude"))
}

/// Messages of the walk name the path in full; what is shown is below the root.
fn root_relative(root: &Path, prefix: &str, message: &str) -> String {
    let root = root.display().to_string();
    let path = message
        .split(": ")
        .find(|part| part.starts_with(&root))
        .unwrap_or(&root);
    format!(
        "{prefix}{}",
        path.strip_prefix(&root)
            .unwrap_or(path)
            .trim_start_matches('/')
    )
}

fn plain_message(error: &ignore::Error) -> String {
    error
        .io_error()
        .map_or_else(|| "walk failed".to_owned(), |e| e.kind().to_string())
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_else(|| slashes(path))
}

/// The folder that several absolute roots share, which is no part of a result: it tells about the machine, not about what was scanned.
fn above(roots: &[PathBuf]) -> PathBuf {
    let mut parents = roots.iter().map(|root| {
        root.parent()
            .filter(|_| root.is_absolute())
            .unwrap_or(Path::new(""))
    });
    let first = parents.next().unwrap_or(Path::new(""));
    parents.fold(first.to_owned(), |shared, parent| {
        shared
            .components()
            .zip(parent.components())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a)
            .collect()
    })
}

/// What stands before the paths of a walk of these roots, as the user wrote it.
pub(super) fn base(roots: &[PathBuf]) -> String {
    let folder = match roots {
        [root] if root.is_file() => root.parent().unwrap_or(Path::new("")).to_owned(),
        [root] if root == Path::new(".") => PathBuf::new(),
        [root] => root.clone(),
        several => above(several),
    };
    let folder = slashes(&folder);
    if folder.is_empty() || folder.ends_with('/') {
        folder
    } else {
        folder + "/"
    }
}

/// What stands before the name of a root that is one archive, as the user wrote it.
pub(super) fn base_of_archive(root: &Path) -> String {
    let folder = match root.file_name() {
        Some(_) => slashes(root.parent().unwrap_or(Path::new(""))),
        None => slashes(&root.join(".."))
            .trim_start_matches("./")
            .to_owned(),
    };
    if folder.is_empty() || folder.ends_with('/') {
        folder
    } else {
        folder + "/"
    }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(roots: &[&str]) -> Vec<PathBuf> {
        roots.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn what_stands_before_a_path_opens_it() {
        assert_eq!(base(&paths(&["."])), "");
        assert_eq!(base(&paths(&["./payments/"])), "./payments/");
        assert_eq!(base(&paths(&["../payments"])), "../payments/");
        assert_eq!(base(&paths(&["src", "lib"])), "");
        assert_eq!(base(&paths(&["src/lib.rs"])), "src/");
        assert_eq!(base(&paths(&["src/lib.rs", "src/main.rs"])), "");
    }

    #[test]
    fn one_folder_has_one_name() {
        assert_eq!(prefix(Path::new(".")), "");
        assert_eq!(prefix(Path::new("./api/")), "api/");
        assert_eq!(prefix(Path::new("../api")), "../api/");
    }

    #[cfg(unix)]
    #[test]
    fn what_several_absolute_roots_share_is_no_part_of_a_result() {
        let roots = paths(&["/srv/shop/api", "/srv/shop/lib"]);
        assert_eq!(above(&roots), Path::new("/srv/shop"));
        assert_eq!(base(&roots), "/srv/shop/");
        assert_eq!(above(&paths(&["/srv/shop", "lib"])), Path::new(""));
    }
}
