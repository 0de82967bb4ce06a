//! What a worker starts, it starts through this: a process that sets limits on itself, which the program inherits, and that ends the whole
//! group when the worker is gone.
//!
//! Between `fork` and `exec` only unsafe code could set limits; and a worker that is killed cannot end anything. So `pqscan` itself stands
//! between the two (a hidden command), waits for the program, and looks every now and then whether the worker is still its parent.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

/// The hidden command.
pub const COMMAND: &str = "guard";

/// What is added to the number of the signal that ended the program, as shells do it. Git ends with 128 and 129 by itself.
const BY_SIGNAL: i32 = 128;

/// What the program may cost. Where something is missing, it is not limited.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// Bytes of private memory that a process may write to (`RLIMIT_DATA`), on Linux.
    pub memory: Option<u64>,
    /// Seconds of CPU time of a process, all its threads together.
    pub cpu: Option<u64>,
    /// Bytes of each file that is written.
    pub file_size: Option<u64>,
    /// The process that started this: when it is gone, the group is killed.
    pub parent: Option<u32>,
}

impl Guard {
    /// A program that runs within these limits, with an empty environment but for what finds programs. Its arguments are still to come.
    #[cfg(unix)]
    pub(super) fn command(&self, pqscan: &Path, program: &Path) -> Command {
        let mut command = Command::new(pqscan);
        command
            .arg(COMMAND)
            .args(self.flags())
            .arg("--")
            .arg(program);
        bare(command)
    }

    /// A program with an empty environment but for what finds programs. Its arguments are still to come.
    #[cfg(not(unix))]
    pub(super) fn command(&self, _pqscan: &Path, program: &Path) -> Command {
        bare(Command::new(program))
    }

    #[cfg(unix)]
    fn flags(&self) -> Vec<OsString> {
        let flag = |name: &str, value: Option<u64>| value.map(|v| format!("--{name}={v}").into());
        [
            flag("memory", self.memory),
            flag("cpu", self.cpu),
            flag("file-size", self.file_size),
            flag("parent", self.parent.map(u64::from)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Sets the limits, runs the program to its end, and gives its exit code, or 128 and the number of the signal that ended it.
    ///
    /// # Errors
    /// When a limit cannot be set or the program cannot be started.
    #[cfg(unix)]
    pub fn run(&self, program: &[OsString]) -> io::Result<u8> {
        use std::os::unix::process::ExitStatusExt as _;

        let [program, args @ ..] = program else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        self.limit()?;
        if let Some(parent) = self.parent {
            std::thread::Builder::new()
                .stack_size(64 << 10)
                .spawn(move || end_with(parent))?;
        }
        let status = Command::new(program).args(args).spawn()?.wait()?;
        let code = match status.signal() {
            Some(signal) => BY_SIGNAL + signal,
            None => status.code().unwrap_or(BY_SIGNAL),
        };
        Ok(u8::try_from(code).unwrap_or(u8::MAX))
    }

    /// There is nothing to stand between here.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(unix))]
    pub fn run(&self, _program: &[OsString]) -> io::Result<u8> {
        Err(io::ErrorKind::Unsupported.into())
    }

    #[cfg(unix)]
    fn limit(&self) -> io::Result<()> {
        use rustix::process::Resource;

        // Where the machine runs out of memory, the child goes and not the worker; not everywhere may a process say so.
        #[cfg(target_os = "linux")]
        if self.parent.is_some() {
            let _ = std::fs::write("/proc/self/oom_score_adj", "500");
        }
        // Memory of a scan may hold keys.
        set(Resource::Core, 0, 0)?;
        if let Some(seconds) = self.cpu {
            // The first ends it with a signal that says why, the second in any case.
            set(Resource::Cpu, seconds, seconds.saturating_add(5))?
        }
        if let Some(bytes) = self.file_size {
            set(Resource::Fsize, bytes, bytes)?
        }
        // Not the address space: the allocator reserves far more of that than it uses, for each thread.
        #[cfg(target_os = "linux")]
        if let Some(bytes) = self.memory {
            set(Resource::Data, bytes, bytes)?
        }
        Ok(())
    }
}

/// The signal that an exit code stands for.
#[cfg(unix)]
pub(super) fn signal(code: i32) -> Option<i32> {
    let number = code - BY_SIGNAL;
    (2..=64).contains(&number).then_some(number)
}

/// Kills the group that this process leads, once the parent is another one.
#[cfg(unix)]
fn end_with(parent: u32) {
    use rustix::process::{
        Signal, getpgrp, getpid, getppid, kill_current_process_group, kill_process,
    };

    let is_there = || getppid().and_then(|p| u32::try_from(p.as_raw_nonzero().get()).ok());
    while is_there() == Some(parent) {
        std::thread::sleep(std::time::Duration::from_millis(100))
    }
    let _ = if getpgrp() == getpid() {
        kill_current_process_group(Signal::KILL)
    } else {
        // Somebody started this by hand; the group is not ours.
        kill_process(getpid(), Signal::KILL)
    };
}

fn bare(mut command: Command) -> Command {
    command.env_clear();
    // Windows finds its own libraries by the second.
    for name in ["PATH", "SystemRoot"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Sets a limit, or the nearest that is allowed.
#[cfg(unix)]
fn set(resource: rustix::process::Resource, soft: u64, hard: u64) -> io::Result<()> {
    use rustix::process::{Rlimit, getrlimit, setrlimit};

    let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let limit = Rlimit {
        current: Some(soft.min(most)),
        maximum: Some(hard.min(most)),
    };
    Ok(setrlimit(resource, limit)?)
}
