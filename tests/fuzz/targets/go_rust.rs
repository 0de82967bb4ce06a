//! Programs in Go and Rust: build information, tables of functions, trees of inlined calls, lists and paths of crates.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pqscan::knowledge::Knowledge;

mod panics;
mod programs;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

fuzz_target!(
    init: {
        panics::let_known_ones_pass();
        LazyLock::force(&KNOWN);
    },
    |bytes: &[u8]| programs::look(bytes, &KNOWN)
);
