//! What nothing names any more is removed, and what a crash left half done.
//!
//! A worker writes an object before the database names it. So nothing goes that is younger than [`LEAST_AGE`], whatever the caller asks; objects
//! that somebody is about to rely on are written anew before they are that old ([`super::RENEW_AFTER`]); and each is looked at again right before
//! it goes. What has no name of ours is never touched.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, TryStreamExt};

use super::layout::{FOLDERS, Kind};
use super::manifest::{self, cover};
use super::{Error, Object, Result, Store, plain};

/// Younger objects stay: a day. Between the writing of an object and its commit there must be less than this, less [`super::RENEW_AFTER`].
pub const LEAST_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// How to remove.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Now, in seconds since 1970, by a clock that fits the store's.
    pub now: i64,
    /// How old an object must be; less than [`LEAST_AGE`] is [`LEAST_AGE`].
    pub older_than: Duration,
    /// Only tells what would be removed.
    pub dry_run: bool,
}

/// Why an object is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No kept key names it.
    Forgotten,
    /// What it holds is in a part.
    Merged,
    /// A write that was cut off left it.
    Leftover,
}

impl Why {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forgotten => "no key that is kept names it",
            Self::Merged => "a part holds it",
            Self::Leftover => "left by a write that was cut off",
        }
    }
}

/// What was done, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retained {
    /// Objects that are kept because a key or part names them.
    pub kept: u64,
    /// Objects that could go and are too young.
    pub young: u64,
    /// Objects that have no name of ours, or parts whose list of keys is missing or damaged: never touched.
    pub foreign: u64,
    /// Objects that were removed.
    pub removed: u64,
    /// How many bytes those had.
    pub bytes: u64,
}

/// How many objects are looked at and removed at once.
const AT_ONCE: usize = 16;

/// Removes what none of the kept content keys names. `each` is told every object that goes, with why.
///
/// # Errors
/// When the store fails. What was removed before is removed; done again, it goes on.
pub async fn retain(
    store: &Store,
    keep: &BTreeSet<String>,
    rule: &Rule,
    mut each: impl FnMut(&Object, Why),
) -> Result<Retained> {
    let age = rule.older_than.max(LEAST_AGE).as_secs().cast_signed();
    let before = rule.now.saturating_sub(age);
    let (parts, odd) = manifest::parts(store).await?;
    // A part counts for what it holds once every reader must have seen it.
    let (old, young): (Vec<_>, Vec<_>) = parts.into_iter().partition(|p| p.modified < before);
    let from = cover(&old, |key| keep.contains(key));
    let needed: BTreeSet<&str> = from
        .values()
        .filter_map(|at| old.get(*at))
        .map(|part| part.path.as_str())
        .collect();
    let parts = || old.iter().chain(&young);
    let with_part: BTreeSet<&str> = parts().map(|part| part.manifest.as_str()).collect();
    let odd: BTreeSet<&str> = odd.iter().map(String::as_str).collect();

    let judge = |object: &Object| -> Verdict {
        let unless = |is_kept: bool| match is_kept {
            true => Verdict::Keep,
            false => Verdict::Remove(Why::Forgotten),
        };
        match Kind::of(&object.path) {
            None => Verdict::Foreign,
            Some(Kind::Current) => Verdict::Keep,
            Some(Kind::Result(key) | Kind::Cbom(key)) => unless(keep.contains(&key)),
            Some(Kind::Segment(key)) if from.contains_key(key.as_str()) => {
                Verdict::Remove(Why::Merged)
            }
            Some(Kind::Segment(key)) => unless(keep.contains(&key)),
            Some(Kind::Part { .. }) if odd.contains(object.path.as_str()) => Verdict::Foreign,
            Some(Kind::Part { .. }) if needed.contains(object.path.as_str()) => Verdict::Keep,
            Some(Kind::Part { .. }) => {
                let own = parts().find(|part| part.path == object.path);
                let keys = own.into_iter().flat_map(|part| &part.keys);
                match keys.into_iter().any(|(key, _)| keep.contains(key)) {
                    true => Verdict::Remove(Why::Merged),
                    false => Verdict::Remove(Why::Forgotten),
                }
            }
            // That of a part goes with the part.
            Some(Kind::Manifest { month, hash }) => {
                let part = super::layout::part(&month, &hash);
                let has_part = with_part.contains(object.path.as_str()) || odd.contains(&*part);
                match has_part {
                    true => Verdict::Keep,
                    false => Verdict::Remove(Why::Leftover),
                }
            }
        }
    };
    let mut done = Retained::default();
    let judged = store.list("").map_ok(|object| {
        let verdict = judge(&object);
        let is_old = object.modified < before;
        async move {
            match verdict {
                Verdict::Keep => Ok((object, Outcome::Kept)),
                Verdict::Foreign => Ok((object, Outcome::Foreign)),
                Verdict::Remove(_) if !is_old => Ok((object, Outcome::Young)),
                Verdict::Remove(why) => remove(store, object, why, rule.dry_run).await,
            }
        }
    });
    let mut outcomes = judged.try_buffer_unordered(AT_ONCE).boxed();
    while let Some((object, outcome)) = outcomes.try_next().await? {
        match outcome {
            Outcome::Kept => done.kept += 1,
            Outcome::Young => done.young += 1,
            Outcome::Foreign => done.foreign += 1,
            Outcome::Removed(why) => {
                done.removed += 1;
                done.bytes += object.bytes;
                each(&object, why)
            }
        }
    }
    drop(outcomes);
    for object in leftovers(store, before)? {
        if !rule.dry_run
            && let Some(folder) = store.folder()
        {
            gone(
                std::fs::remove_file(folder.join(&object.path)),
                &object.path,
            )?
        }
        done.removed += 1;
        done.bytes += object.bytes;
        each(&object, Why::Leftover)
    }
    Ok(done)
}

/// What is to become of an object.
enum Verdict {
    Keep,
    Foreign,
    Remove(Why),
}

/// What became of it.
enum Outcome {
    Kept,
    Foreign,
    Young,
    Removed(Why),
}

async fn remove(
    store: &Store,
    object: Object,
    why: Why,
    dry_run: bool,
) -> Result<(Object, Outcome)> {
    if !dry_run {
        // Somebody may rely on it since the list was made.
        match store.head(&object.path).await? {
            Some(now) if now.modified != object.modified => return Ok((object, Outcome::Young)),
            _ => store.delete(&object.path).await?,
        }
        if let Some(Kind::Part { month, hash }) = Kind::of(&object.path) {
            store
                .delete(&super::layout::manifest(&month, &hash))
                .await?
        }
    }
    Ok((object, Outcome::Removed(why)))
}

/// Files that hold a write to a folder before it has its name (`NAME#1`): lists do not show them.
fn leftovers(store: &Store, before: i64) -> Result<Vec<Object>> {
    let mut found = Vec::new();
    let Some(root) = store.folder() else {
        return Ok(found);
    };
    for folder in FOLDERS {
        for middle in entries(&root.join(folder))? {
            for file in entries(&root.join(folder).join(&middle))? {
                let path = [folder, &middle, &file].join("/");
                if is_staged(&path) {
                    look(root, path, before, &mut found)?
                }
            }
        }
    }
    for file in entries(root)?.into_iter().filter(|path| is_staged(path)) {
        look(root, file, before, &mut found)?
    }
    Ok(found)
}

/// Whether a name is one of ours with a number behind it.
fn is_staged(path: &str) -> bool {
    path.rsplit_once('#').is_some_and(|(name, number)| {
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && Kind::of(name).is_some()
    })
}

fn look(root: &Path, path: String, before: i64, found: &mut Vec<Object>) -> Result<()> {
    let metadata = match std::fs::symlink_metadata(root.join(&path)) {
        Ok(metadata) => metadata,
        Err(error) => return gone(Err(error), &path),
    };
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map(|d| d.as_secs());
    let modified = metadata.modified().ok().and_then(|time| seconds(time).ok());
    let modified = modified.and_then(|seconds| i64::try_from(seconds).ok());
    if let Some(modified) = modified.filter(|at| metadata.is_file() && *at < before) {
        found.push(Object {
            path,
            bytes: metadata.len(),
            modified,
        })
    }
    Ok(())
}

/// The names in a folder, sorted; none where there is no such folder.
fn entries(folder: &Path) -> Result<Vec<String>> {
    let shown = || folder.display().to_string();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => return Ok(Vec::new()),
        Err(error) => return gone(Err(error), &shown()).map(|()| Vec::new()),
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// That something is not there any more is no error.
fn gone(result: std::io::Result<()>, path: &str) -> Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::Denied(plain(&format!("`{path}`: {error}")))),
    }
}
