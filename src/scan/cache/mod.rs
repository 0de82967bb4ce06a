//! What files brought in earlier scans, so that a file that is as it was is not looked at again.
//!
//! One entry is one file of the walk, with everything in it. Its key is a hash of all that decides what the file brings (`key`): the program
//! itself, the rules, the options, what the file is called, its bytes. Its value is what the scan would get from looking (`entry`). Each scan
//! writes what it had to look at into a segment of its own (`segment`) and puts it in its place when it is whole; `store` keeps the folder
//! within bounds. So scans do not wait for each other, and one that is killed leaves nothing that counts.
//!
//! Nothing that goes wrong here fails a scan or changes what it says: what cannot be read, or is not what it should be, is not there.

mod entry;
mod filter;
mod key;
mod program;
mod segment;
mod store;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::job::Counts;
use super::look::Looked;
use crate::model::SkipReason;

pub(super) use self::key::{Hint, Key, Keys, Options};
use self::segment::{Segment, Writer};

/// Where results of earlier scans are kept, and how much of them.
#[derive(Debug, Clone)]
pub struct Caching {
    /// The folder. Who can write to it decides what scans that use it report.
    pub folder: PathBuf,
    /// Somebody chose it: everything is kept, and hashed for it, though that takes some hundredths of a first scan. In one that nobody chose,
    /// only what was dear to look at is kept; and it is not used where others can write to it, or where it lies below what is scanned.
    pub is_named: bool,
    /// Bytes, at most; the running scan may have as many beside them while it runs.
    pub size: u64,
    /// Nothing is read there or written. The folder is no part of what is scanned all the same, as with a scan that uses it.
    pub is_off: bool,
}

impl Caching {
    /// Whether it lies below what is scanned, and nobody said that it should: what is scanned is not written to.
    pub(super) fn is_unwanted(&self, roots: &[PathBuf]) -> bool {
        // It may not be there yet.
        let full = self.folder.ancestors().find_map(|above| {
            let rest = self.folder.strip_prefix(above).ok()?;
            Some(above.canonicalize().ok()?.join(rest))
        });
        let full = full.unwrap_or_else(|| self.folder.clone());
        let is_in = |root: &PathBuf| root.canonicalize().is_ok_and(|root| full.starts_with(root));
        !self.is_named && roots.iter().any(is_in)
    }
}

/// What the cache was good for in a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Files that were not looked at again.
    pub known: u64,
    /// Files that were looked at, and are known from now on.
    pub kept: u64,
    /// Why there was none, or why nothing was kept.
    pub problem: Option<String>,
}

/// The open cache of a scan.
pub(super) struct Cache {
    keys: Keys,
    caching: Caching,
    segments: Vec<Segment>,
    writer: Mutex<Writer>,
    known: AtomicU64,
    kept: AtomicU64,
}

impl Cache {
    /// Opens the folder, and makes it where there is none; why that cannot be.
    pub(super) fn open(caching: &Caching, options: &Options<'_>) -> Result<Self, String> {
        let folder = &caching.folder;
        store::make(caching).map_err(|error| format!("{}: {error}", folder.display()))?;
        let keys = Keys::new(&program::hash(folder)?, options);
        Ok(Self {
            segments: store::open(folder, keys.engine()),
            writer: Mutex::new(Writer::new(
                folder.clone(),
                keys.engine(),
                caching.size,
                None,
            )),
            keys,
            caching: caching.clone(),
            known: AtomicU64::new(0),
            kept: AtomicU64::new(0),
        })
    }

    /// What keys are made of.
    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether a file may be known, by all but its bytes.
    pub(super) fn may_know(&self, hint: &Hint) -> bool {
        let mut segments = self.segments.iter();
        segments.any(|segment| segment.may_hold(*hint.begin()))
    }

    /// Whether a file is kept that was looked at and brought this. What was only searched is found again about as fast as it is hashed.
    pub(super) fn is_worth_keeping(&self, looked: &Looked) -> bool {
        self.caching.is_named
            || !looked.parsed.is_empty()
            || !looked.skips.is_empty()
            || !looked.findings.iter().all(Vec::is_empty)
    }

    /// What a file brought.
    pub(super) fn get(&self, key: &Key) -> Option<(Vec<Looked>, Counts)> {
        let value = self.segments.iter().find_map(|segment| segment.get(key));
        let kept = value.and_then(|value| match &*value {
            [] => Some((vec![key.nothing()], Counts::default())),
            bytes => entry::read(bytes),
        });
        if kept.is_some() {
            self.known.fetch_add(1, Ordering::Relaxed);
        }
        kept
    }

    /// Keeps what a file brought, if it would bring it again.
    pub(super) fn put(&self, key: &Key, looked: &[Looked], counts: &Counts) {
        if !looked.iter().all(is_lasting) {
            return;
        }
        let value = if *looked == [key.nothing()] && *counts == Counts::default() {
            Vec::new()
        } else {
            match entry::write(looked, counts) {
                Some(value) => value,
                None => return,
            }
        };
        if let Some(packed) = segment::pack(key, &value)
            && let Ok(mut writer) = self.writer.lock()
        {
            writer.add(key.hash(), &packed);
            self.kept.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Puts what was kept in its place, and drops what is beyond the bounds.
    pub(super) fn finish(self) -> CacheUse {
        let problem = match self.writer.into_inner() {
            Ok(writer) => {
                let engine = self.keys.engine();
                store::finish(&self.caching, engine, self.segments, writer).err()
            }
            Err(_) => None,
        };
        CacheUse {
            known: self.known.into_inner(),
            kept: self.kept.into_inner(),
            problem: problem.map(|error| format!("{}: {error}", self.caching.folder.display())),
        }
    }
}

/// Whether what was seen is so because of the file, and not of the day: a file may be readable tomorrow, a machine faster.
fn is_lasting(looked: &Looked) -> bool {
    looked.skips.iter().all(|skip| match skip.reason {
        SkipReason::Unreadable | SkipReason::TimedOut | SkipReason::LimitTime => false,
        SkipReason::Damaged => skip.detail != super::look::GAVE_UP,
        _ => true,
    })
}
