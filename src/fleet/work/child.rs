//! A scan in a child process, and what its end means.

use std::fs;
use std::path::Path;

use super::git::seconds;
use super::guard::Guard;
use super::process::{self, End, Ended, Keep, Within};
use super::{Checkout, Scanned, Worker, own_trouble, said, sized};
use crate::fleet::failure::Failure;
use crate::scan::STACK;

/// What a scan says when there was nothing to scan.
const NOTHING: i32 = 4;
/// What it says when `--strict` was among the owner's flags and something was not read: the result says what.
const INCOMPLETE: i32 = 3;

/// Scans these entries, or everything.
pub(super) fn scan(
    worker: &Worker,
    checkout: &Checkout,
    entries: &[String],
) -> Result<Scanned, Failure> {
    let how = &worker.how;
    let folder = worker
        .scratch
        .folder()
        .map_err(|e| own_trouble("cannot make a folder for the result", &e))?;
    let result = folder.path().join("result.json");
    let cbom = folder.path().join("cbom.json");
    let guard = Guard {
        memory: Some(how.limits.memory.saturating_add(stacks(how.threads))),
        cpu: Some(how.limits.cpu.as_secs().max(1)),
        file_size: Some(how.limits.output_bytes),
        parent: Some(std::process::id()),
    };
    let mut command = guard.command(&how.program, &how.program);
    command.arg("scan").args(&how.scan_args);
    command.args(["--quiet", "--color=never", "--progress=never"]);
    command.arg("--even-nothing");
    if !how.trust_projects {
        command.arg("--no-project-config");
    }
    if how.threads > 0 {
        command.arg(format!("--threads={}", how.threads));
    }
    if !entries.is_empty() {
        let list = folder.path().join("entries");
        fs::write(&list, entries.join("\0"))
            .map_err(|e| own_trouble("cannot write the list of entries", &e))?;
        command.arg("--entries-from").arg(list);
    }
    // The scratch folder's path is UTF-8.
    command.arg("-o").arg(format!("json={}", result.display()));
    command
        .arg("-o")
        .arg(format!("cyclonedx={}", cbom.display()));
    // What is scanned is named by its folder's name alone: the same wherever the clone lies.
    let (within, name) = match (checkout.dir.parent(), checkout.dir.file_name()) {
        (Some(parent), Some(name)) => (parent, Path::new(".").join(name)),
        _ => (checkout.dir.as_path(), Path::new(".").to_owned()),
    };
    command
        .arg("--")
        .arg(name)
        .current_dir(within)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("TMPDIR", folder.path())
        .env("SOURCE_DATE_EPOCH", how.epoch.to_string());
    if let Some(cache) = &how.cache {
        command.env("PQSCAN_CACHE_DIR", cache);
    }
    let limits = Within {
        wall: how.limits.wall,
        stopped: &worker.stopped,
        watch: None,
    };
    let ended = process::run(command, Keep::of(4 << 10), limits)
        .map_err(|error| own_trouble("cannot start the scan", &error))?;
    let is_empty = match ended.end {
        End::Exited(0 | INCOMPLETE) => false,
        End::Exited(NOTHING) => true,
        _ => return Err(failure(worker, &ended)),
    };
    for file in [&result, &cbom] {
        if !fs::metadata(file).is_ok_and(|about| about.len() > 0) {
            return Err(Failure::poison("the scan ended well and wrote no result"));
        }
    }
    Ok(Scanned {
        result,
        cbom,
        is_empty,
        took: ended.took,
        _folder: folder,
    })
}

/// What the stacks of so many threads reserve. The system counts them whole, however little of them is used.
fn stacks(threads: usize) -> u64 {
    let threads = match threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    threads.saturating_mul(STACK) as u64
}

/// What the end of a scan without a result means.
fn failure(worker: &Worker, ended: &Ended<Keep>) -> Failure {
    let limits = &worker.how.limits;
    let said = String::from_utf8_lossy(&ended.said);
    let hide = [format!("{}/", worker.scratch.path().display())];
    let line = said::line(&said, &hide);
    let memory = || {
        Failure::poison(format!(
            "the scan needs more memory than the limit of {}",
            sized(limits.memory)
        ))
    };
    let lower = said.to_lowercase();
    let lacks_memory = [
        "memory allocation of",
        "cannot allocate memory",
        "out of memory",
        "failed to allocate",
        "allocation failed",
        "cannot start threads",
    ]
    .iter()
    .any(|needle| lower.contains(needle));
    match ended.end {
        End::Wall => Failure::poison(format!(
            "the scan took longer than the limit of {}",
            seconds(limits.wall)
        )),
        End::Stopped => Failure::transient("stopped"),
        End::Signal(24) => Failure::poison(format!(
            "the scan used more CPU time than the limit of {}",
            seconds(limits.cpu)
        )),
        End::Signal(25) => Failure::poison(format!(
            "the scan wrote more than the limit of {} into a file",
            sized(limits.output_bytes)
        )),
        End::Signal(6) | End::Exited(101 | 2) if lacks_memory => memory(),
        End::Signal(6) if said.contains("overflowed its stack") => {
            Failure::poison("the scan crashed: its stack was too small")
        }
        // The system's own choice where memory is short, or somebody's.
        End::Signal(9) => Failure::poison(
            "the scan was killed (SIGKILL), as the system does where memory is short",
        ),
        // Somebody wants this machine to rest.
        End::Signal(2 | 15) => Failure::transient("the scan was told to end"),
        End::Signal(number) => {
            Failure::poison(format!("the scan crashed with signal {}", name(number)))
        }
        End::Exited(101) => Failure::poison(format!("the scan crashed: {line}")),
        End::Exited(_) if lower.contains("no space left") || lower.contains("quota exceeded") => {
            Failure::transient(line)
        }
        End::Exited(_) => Failure::permanent(line),
        End::Watched | End::Enough => Failure::poison("the scan says more than it should"),
    }
}

/// What signals are called that end a program which goes wrong; the same numbers on every system that this runs on, but for `SIGBUS`.
fn name(number: i32) -> String {
    let name = match number {
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 | 10 => "SIGBUS",
        8 => "SIGFPE",
        11 => "SIGSEGV",
        31 => "SIGSYS",
        _ => return number.to_string(),
    };
    format!("{number} ({name})")
}
