//! Which program this is: a hash of its executable, which tells sources, libraries and build apart as no version number does.
//!
//! The folder remembers the hash of a file by its place on the disk and the times of its last changes, so that not every scan reads forty
//! megabytes for it.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};
use std::{env, process};

use blake3::{Hash, Hasher};

use super::segment::{UNFINISHED, create};

/// How the files that remember it are called.
pub(super) const ENDING: &str = "program";

/// Bytes of such a file: the hash, and one of that and of the executable's place and times.
const SIZE: usize = 64;

/// Systems tell the time of a change in steps; after one that is younger than this, another could not be told from it.
const STEP: Duration = Duration::from_secs(2);

/// The hash of the running program; the same as long as it runs.
pub(super) fn hash(folder: &Path) -> Result<Hash, String> {
    static RUNNING: OnceLock<Result<Hash, String>> = OnceLock::new();
    let of_running = || running(folder).map_err(|error| format!("the program: {error}"));
    RUNNING.get_or_init(of_running).clone()
}

fn running(folder: &Path) -> io::Result<Hash> {
    // The file that runs, even when another one lies in its place by now.
    let (program, path) = match File::open("/proc/self/exe") {
        Ok(program) => (program, PathBuf::new()),
        Err(_) => {
            let path = env::current_exe()?;
            (File::open(&path)?, path)
        }
    };
    let state = state(&program.metadata()?, &path);
    let place = state.as_ref().map(|state| {
        let name = blake3::hash(state.as_bytes()).to_hex();
        folder.join(&name[..32]).with_extension(ENDING)
    });
    if let (Some(state), Some(place)) = (&state, &place)
        && let Some(known) = remembered(state, place)
    {
        return Ok(known);
    }
    let mut hasher = Hasher::new();
    hasher.update_reader(program)?;
    let hash = hasher.finalize();
    if let (Some(state), Some(place)) = (&state, &place) {
        // Another scan has to read it all again.
        let _ = remember(state, place, hash);
    }
    Ok(hash)
}

/// What tells that a file is still the one it was; `None` where a change could go unseen.
fn state(about: &Metadata, path: &Path) -> Option<String> {
    let modified = about.modified().ok()?;
    let now = SystemTime::now();
    let is_settled = |then: SystemTime| now.duration_since(then).is_ok_and(|age| age >= STEP);
    let modified_at = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    is_settled(modified).then_some(())?;
    #[cfg(unix)]
    let more = {
        use std::os::unix::fs::MetadataExt as _;
        let seconds = Duration::from_secs(u64::try_from(about.ctime()).ok()?);
        is_settled(SystemTime::UNIX_EPOCH + seconds).then_some(())?;
        (about.dev(), about.ino(), about.ctime(), about.ctime_nsec())
    };
    #[cfg(not(unix))]
    let more = about.created().ok()?;
    let length = about.len();
    Some(format!("{length} {modified_at:?} {more:?} {path:?}"))
}

fn check(state: &str, hash: &[u8]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(b"pqscan program 1\n").update(hash);
    hasher.update(state.as_bytes()).finalize()
}

fn remembered(state: &str, place: &Path) -> Option<Hash> {
    let about = fs::symlink_metadata(place).ok()?;
    (about.is_file() && about.len() == SIZE as u64).then_some(())?;
    let bytes: [u8; SIZE] = fs::read(place).ok()?.try_into().ok()?;
    let (hash, whole) = bytes.split_first_chunk::<32>()?;
    (check(state, hash).as_bytes()[..] == *whole).then(|| Hash::from_bytes(*hash))
}

fn remember(state: &str, place: &Path, hash: Hash) -> io::Result<()> {
    let unfinished = place.with_extension(format!("{}.{UNFINISHED}", process::id()));
    let write = || {
        let mut file = create(&unfinished)?;
        file.write_all(hash.as_bytes())?;
        file.write_all(check(state, hash.as_bytes()).as_bytes())?;
        fs::rename(&unfinished, place)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&unfinished);
    })
}
