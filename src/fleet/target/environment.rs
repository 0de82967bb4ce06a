//! What targets need of the machine beside the network: variables and the time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Variables and the time. Tests have one of their own.
pub trait Environment {
    /// The value of an environment variable; none where it is not set, empty, or not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// Seconds since 1970-01-01 UTC, for forges that say until when to wait.
    fn now(&self) -> u64;

    /// Lets time pass, before something is tried again.
    fn wait(&self, time: Duration);
}

/// Those of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Process;

impl Environment for Process {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs())
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time)
    }
}
