//! Anything as an archive: every format reader, the way through the layers, the names and the limits.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pqscan::scan::{Limits, members};

mod panics;
mod repair;

/// Smaller than the default, so that a limit trips before the fuzzer's own patience ends.
fn limits() -> Limits {
    Limits {
        depth: 4,
        members: 10_000,
        member_bytes: 16 << 20,
        total_bytes: 64 << 20,
        ratio: 1000,
        held_bytes: 16 << 20,
        decoder_bytes: 32 << 20,
        time: Duration::from_secs(10),
    }
}

fuzz_target!(
    init: panics::let_known_ones_pass(),
    |bytes: &[u8]| {
        look(bytes);
        if let Some(repaired) = repair::repaired(bytes) {
            look(&repaired)
        }
    }
);

fn look(bytes: &[u8]) {
    let limits = limits();
    let mut most = 0;
    let skips = members("fuzz.jar", bytes, &limits, &mut |path, member| {
        assert!(path.starts_with("fuzz.jar!/"), "{path:?} is outside");
        assert!(
            !path.chars().any(char::is_control),
            "{path:?} holds a control"
        );
        most = most.max(member.len() as u64);
    });
    assert!(most <= limits.held_bytes, "{most} bytes were held");
    for skip in skips {
        assert!(
            skip.path.starts_with("fuzz.jar"),
            "{:?} is outside",
            skip.path
        );
    }
}
