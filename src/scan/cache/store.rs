//! The folder of segments: within its bounds, without what nobody uses, and not in too many pieces.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Caching;
use super::key::ENGINE;
use super::program;
use super::segment::{ENDING, Segment, UNFINISHED, Writer, of_engine};

/// Segments that are open at once, the latest first: a process may not have many files, and each takes up to 1.1 MiB of memory.
const MAX_OPEN: usize = 64;
/// Segments shorter than this are of the first tier; in each further one they are up to [`TIER`] times as long.
const SHORT: u64 = 64 << 10;
const TIER: u64 = 8;
/// Longer ones, of no tier, are left as they are.
const TIERS: usize = 4;
/// So many segments of a tier are made one, which is then mostly of the next: what is kept is written again once a tier.
const MANY: usize = 8;
/// Segments made one at a time.
const MAX_MERGED: usize = 1_000;
/// A segment that was of no use for so long is dropped: mostly those of other versions.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);
/// That a segment was used is noted if the last note is older.
const NOTED: Duration = Duration::from_secs(3600);
/// A segment that was being written and was not touched for so long is of a scan that was killed.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);
/// Files looked at in the folder, at most.
const MAX_FILES: usize = 20_000;
/// Held by whoever makes segments one, so that not all do so at once.
const LOCK: &str = "lock";

/// Makes the folder, for the user alone.
pub(super) fn make(caching: &Caching) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&caching.folder)?;
    #[cfg(unix)]
    if !caching.is_named {
        let about = fs::metadata(&caching.folder)?;
        // Whoever named it may have shared it among people that trust each other.
        if std::os::unix::fs::MetadataExt::mode(&about) & 0o022 != 0 {
            return Err(io::Error::other("others can write to it"));
        }
    }
    Ok(())
}

/// A file of the folder.
struct Piece {
    path: PathBuf,
    length: u64,
    modified: SystemTime,
}

/// The files of the folder whose names begin and end so, the latest first. What else lies there is nobody's.
fn pieces(folder: &Path, beginning: &str, ending: &str) -> Vec<Piece> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(MAX_FILES);
    let mut pieces: Vec<Piece> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name();
            let (own, its) = name.to_str()?.rsplit_once('.')?;
            (its == ending && own.starts_with(beginning)).then_some(())?;
            // Asks nothing of a link but what it is itself.
            let about = entry.metadata().ok()?;
            about.is_file().then_some(())?;
            Some(Piece {
                length: about.len(),
                modified: about.modified().ok()?,
                path: entry.path(),
            })
        })
        .collect();
    pieces.sort_by(|a, b| (b.modified, &a.path).cmp(&(a.modified, &b.path)));
    pieces
}

/// Opens the segments of this program.
pub(super) fn open(folder: &Path, engine: [u8; ENGINE]) -> Vec<Segment> {
    pieces(folder, &of_engine(engine), ENDING)
        .iter()
        .filter_map(|piece| Segment::open(&piece.path, engine))
        .take(MAX_OPEN)
        .collect()
}

/// Ends a scan: puts what it wrote in its place, and keeps the folder within its bounds.
pub(super) fn finish(
    caching: &Caching,
    engine: [u8; ENGINE],
    segments: Vec<Segment>,
    writer: Writer,
) -> io::Result<()> {
    let now = SystemTime::now();
    for segment in &segments {
        if segment.is_used() && age(now, segment.modified) > NOTED {
            // One that cannot be touched is taken for one that is not used, and is read until it is dropped.
            let file = File::options().append(true).open(&segment.path);
            let _ = file.and_then(|file| file.set_modified(now));
        }
    }
    // Where files that are open cannot be taken away.
    drop(segments);
    let has_written = writer.finish()?;
    tidy(caching, now);
    if has_written {
        merge(caching, engine)?
    }
    Ok(())
}

fn age(now: SystemTime, then: SystemTime) -> Duration {
    now.duration_since(then).unwrap_or_default()
}

/// Takes away what is old, and what is beyond the size. Another scan that reads it has it open, or looks again.
fn tidy(caching: &Caching, now: SystemTime) {
    let mut size = 0_u64;
    for piece in pieces(&caching.folder, "", ENDING) {
        size = size.saturating_add(piece.length);
        if size > caching.size || age(now, piece.modified) > UNUSED {
            size = size.saturating_sub(piece.length);
            // Another scan may have taken it away.
            let _ = fs::remove_file(&piece.path);
        }
    }
    for (ending, most) in [(UNFINISHED, ABANDONED), (program::ENDING, UNUSED)] {
        for piece in pieces(&caching.folder, "", ending) {
            if age(now, piece.modified) > most {
                let _ = fs::remove_file(&piece.path);
            }
        }
    }
}

/// Makes one of the segments of each tier in which there are many, unless somebody else is at it.
fn merge(caching: &Caching, engine: [u8; ENGINE]) -> io::Result<()> {
    let own = of_engine(engine);
    let is_many = |tiers: &Tiers| tiers.values().any(|pieces| pieces.len() >= MANY);
    if !is_many(&tiers(pieces(&caching.folder, &own, ENDING))) {
        return Ok(());
    }
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(caching.folder.join(LOCK))?;
    // Let go of when the file is closed, or the process killed. Where there are no locks, some work is done twice.
    if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(());
    }
    for tier in 0..TIERS {
        // Again, since somebody may have been at it, and one of this tier may come from the one before.
        let mut tiers = tiers(pieces(&caching.folder, &own, ENDING));
        let pieces = tiers.remove(&tier).unwrap_or_default();
        if pieces.len() >= MANY {
            merge_these(caching, engine, &pieces)?
        }
    }
    Ok(())
}

/// Pieces by their tier.
type Tiers = BTreeMap<usize, Vec<Piece>>;

fn tiers(pieces: Vec<Piece>) -> Tiers {
    let mut tiers = Tiers::new();
    for piece in pieces {
        let mut most = SHORT;
        let mut tier = 0;
        while piece.length >= most {
            most = most.saturating_mul(TIER);
            tier += 1
        }
        tiers.entry(tier).or_default().push(piece)
    }
    tiers.retain(|tier, _| *tier < TIERS);
    tiers
}

fn merge_these(caching: &Caching, engine: [u8; ENGINE], pieces: &[Piece]) -> io::Result<()> {
    // What comes of them was used when the last of them was.
    let used = pieces.iter().map(|piece| piece.modified).max();
    let mut writer = Writer::new(caching.folder.clone(), engine, caching.size, used);
    let mut room = caching.size / 4;
    let mut merged = Vec::new();
    // From the oldest, so that what is left over is the latest.
    for piece in pieces.iter().rev().take(MAX_MERGED) {
        let Some(rest) = room.checked_sub(piece.length) else {
            break;
        };
        room = rest;
        // What cannot be read is of no use to anybody.
        if let Some(segment) = Segment::open(&piece.path, engine) {
            segment.copy(&mut writer)
        }
        merged.push(piece)
    }
    writer.finish()?;
    for piece in merged {
        let _ = fs::remove_file(&piece.path);
    }
    Ok(())
}
