//! Numbers that must not drift apart.

use std::time::Duration;

pub(crate) const KEY_LEN: usize = 32;
pub(crate) const ROUNDS: u32 = 310_000;
pub(crate) const LOCK_AFTER: Duration = Duration::from_secs(300);
