//! A fence around format readers and detectors: one that panics loses its archive or file, and nothing else.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static FENCES: Cell<usize> = const { Cell::new(0) };
}

/// Whether a panic of this thread would be caught, and told among what was not read: a program need not print it.
pub fn is_fenced() -> bool {
    FENCES.get() > 0
}

/// Runs one; `None` where it panicked. What it was changing must hold whatever of it was done.
pub(in crate::scan) fn within<T>(read: impl FnOnce() -> T) -> Option<T> {
    FENCES.set(FENCES.get() + 1);
    let read = catch_unwind(AssertUnwindSafe(read));
    FENCES.set(FENCES.get() - 1);
    read.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_at_the_fence() {
        assert_eq!(within(|| 1), Some(1));
        let caught = within(|| -> u8 {
            within(|| is_fenced().then_some(())).map_or(1, |_| panic!("a reader gives up"))
        });
        assert_eq!(caught, None);
        assert!(!is_fenced());
    }
}
