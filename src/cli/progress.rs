//! A progress bar for long scans: on a terminal, never when piped, never in CI.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{Verbosity, When};
use super::screen::in_ci;
use crate::scan::{CacheUse, Watcher};

/// Redraws a second: enough for the eye.
const REDRAWS: u8 = 10;

/// The bar, and what was told at the end.
pub(super) struct Bar(ProgressBar, Mutex<Option<CacheUse>>);

impl Bar {
    /// A bar on stderr, or none.
    pub(super) fn new(when: When, verbosity: Verbosity) -> Self {
        let shown = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                std::io::stderr().is_terminal() && !in_ci() && verbosity > Verbosity::Quiet
            }
        };
        let target = if shown {
            ProgressDrawTarget::stderr_with_hz(REDRAWS)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} files  {elapsed}")
        {
            bar.set_style(style)
        }
        if shown {
            bar.enable_steady_tick(Duration::from_millis(200))
        }
        Self(bar, Mutex::default())
    }

    /// What the cache was good for, once that is known.
    pub(super) fn cache_use(&self) -> Option<CacheUse> {
        self.1.lock().ok()?.clone()
    }

    /// Takes it away.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Watcher for Bar {
    fn progress(&self, done: u64, known: u64) {
        self.0.set_length(known);
        self.0.set_position(done);
    }

    fn cached(&self, cache: &CacheUse) {
        if let Ok(mut used) = self.1.lock() {
            *used = Some(cache.clone())
        }
    }
}
