//! A program that runs in a process group of its own, for so long, and is ended whole.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use super::guard;

/// The end of what a program says on stderr that is kept.
const TAIL: usize = 16 << 10;
/// How long to wait for the rest of what it says, once it ended.
const GRACE: Duration = Duration::from_secs(2);
/// How often to see whether it ended, at least.
const GLANCE: Duration = Duration::from_millis(40);

/// Takes what a program writes on stdout; says whether it wants more.
pub(super) trait Sink: Send + 'static {
    fn take(&mut self, bytes: &[u8]) -> bool;
}

/// Keeps so many bytes, and wants no more.
#[derive(Debug)]
pub(super) struct Keep {
    pub(super) bytes: Vec<u8>,
    most: usize,
}

impl Keep {
    pub(super) fn of(most: usize) -> Self {
        Self {
            bytes: Vec::new(),
            most,
        }
    }
}

impl Sink for Keep {
    fn take(&mut self, bytes: &[u8]) -> bool {
        let room = self.most.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        bytes.len() <= room
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With this code.
    Exited(i32),
    /// By this signal, which was not ours.
    Signal(i32),
    /// Its time was over.
    Wall,
    /// Somebody wants everything to end.
    Stopped,
    /// The watch did not like what it saw.
    Watched,
    /// The sink wants no more.
    Enough,
}

/// A program that has ended.
#[derive(Debug)]
pub(super) struct Ended<S> {
    pub(super) end: End,
    /// What took its stdout.
    pub(super) sink: S,
    /// The last of its stderr.
    pub(super) said: Vec<u8>,
    pub(super) took: Duration,
}

/// Within what a program runs.
pub(super) struct Within<'w> {
    pub(super) wall: Duration,
    pub(super) stopped: &'w AtomicBool,
    /// Looks on from time to time; ends the program where it says `false`.
    pub(super) watch: Option<&'w mut dyn FnMut() -> bool>,
}

/// Runs it to its end. Nothing of its group is left afterwards.
pub(super) fn run<S: Sink>(
    mut command: Command,
    sink: S,
    within: Within<'_>,
) -> io::Result<Ended<S>> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    let begun = Instant::now();
    let mut group = Group(command.spawn()?);
    let said = Arc::new(Mutex::new(Vec::new()));
    let has_enough = Arc::new(AtomicBool::new(false));
    let out = group.0.stdout.take().map(|stdout| {
        let has_enough = has_enough.clone();
        reader(move || drain(stdout, sink, &has_enough))
    });
    let err = group.0.stderr.take().map(|stderr| {
        let said = said.clone();
        reader(move || tail(stderr, &said))
    });
    let end = wait(&mut group.0, begun, &has_enough, within);
    // Also what it left behind: while it is not reaped, its number is nobody else's.
    group.kill();
    let status = group.0.wait()?;
    group.reap();
    let end = match end {
        Some(end) => end,
        None => of_status(status),
    };
    let sink = match out {
        Some(out) => rest(&out)?,
        None => return Err(io::Error::other("no stdout")),
    };
    if let Some(err) = err {
        // Something outside of the group may still hold the pipe: what was said so far is there.
        let _ = rest(&err);
    }
    let said = said.lock().map(|s| s.clone()).unwrap_or_default();
    Ok(Ended {
        end: match end {
            End::Exited(_) | End::Signal(_) if has_enough.load(Ordering::Relaxed) => End::Enough,
            end => end,
        },
        sink,
        said,
        took: begun.elapsed(),
    })
}

/// A process group, killed and reaped whatever happens.
struct Group(Child);

impl Group {
    #[cfg(unix)]
    fn kill(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};

        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    /// Reaps what was left to us of the group. That is where we are the first process of a container: orphans of others are ours then.
    #[cfg(unix)]
    fn reap(&self) {
        use rustix::process::{Pid, WaitOptions, waitpgid};

        let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) else {
            return;
        };
        // They were killed: they need a moment, and no more.
        for _ in 0..1000 {
            match waitpgid(pid, WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                Ok(None) => thread::sleep(Duration::from_millis(1)),
                Err(_) => return,
            }
        }
    }

    #[cfg(not(unix))]
    fn reap(&self) {}

    #[cfg(not(unix))]
    fn kill(&mut self) {
        let _ = self.0.kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // After it was reaped, its number may be another's.
        if matches!(self.0.try_wait(), Ok(None)) {
            self.kill();
            let _ = self.0.wait();
        }
    }
}

/// Waits until it ended by itself (`None`) or has to.
fn wait(
    child: &mut Child,
    begun: Instant,
    has_enough: &AtomicBool,
    mut within: Within<'_>,
) -> Option<End> {
    let mut pause = Duration::from_millis(1);
    let mut next_look = Duration::from_millis(200);
    loop {
        if has_ended(child) {
            return None;
        }
        if has_enough.load(Ordering::Relaxed) {
            return Some(End::Enough);
        }
        if within.stopped.load(Ordering::Relaxed) {
            return Some(End::Stopped);
        }
        let elapsed = begun.elapsed();
        if elapsed >= within.wall {
            return Some(End::Wall);
        }
        if elapsed >= next_look
            && let Some(watch) = &mut within.watch
        {
            let before = Instant::now();
            if !watch() {
                return Some(End::Watched);
            }
            // A look at a large folder takes its time: a tenth of it, at most.
            let cost = before.elapsed();
            next_look = begun.elapsed() + (cost * 10).max(Duration::from_millis(200));
        }
        thread::sleep(pause.min(within.wall.saturating_sub(elapsed)));
        pause = (pause * 2).min(GLANCE);
    }
}

/// Whether it has ended; it stays unreaped.
#[cfg(unix)]
fn has_ended(child: &mut Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return true;
    };
    let how = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(pid), how), Ok(None))
}

#[cfg(not(unix))]
fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

fn of_status(status: std::process::ExitStatus) -> End {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return End::Signal(signal);
        }
        if let Some(signal) = status.code().and_then(guard::signal) {
            return End::Signal(signal);
        }
    }
    End::Exited(status.code().unwrap_or(-1))
}

fn reader<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (done, receiver) = channel();
    thread::spawn(move || {
        // Nobody listens any more where waiting was given up.
        let _ = done.send(read());
    });
    receiver
}

fn rest<T>(receiver: &Receiver<T>) -> io::Result<T> {
    receiver.recv_timeout(GRACE).map_err(|error| match error {
        RecvTimeoutError::Timeout => io::ErrorKind::TimedOut.into(),
        RecvTimeoutError::Disconnected => io::Error::other("a reader ended"),
    })
}

fn drain<S: Sink>(mut from: impl Read, mut sink: S, has_enough: &AtomicBool) -> S {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !sink.take(&buffer[..read]) {
            has_enough.store(true, Ordering::Relaxed);
            break;
        }
    }
    sink
}

fn tail(mut from: impl Read, said: &Mutex<Vec<u8>>) {
    let mut buffer = vec![0; 4 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if let Ok(mut said) = said.lock() {
            said.extend_from_slice(&buffer[..read]);
            let over = said.len().saturating_sub(TAIL);
            said.drain(..over);
        }
    }
}
