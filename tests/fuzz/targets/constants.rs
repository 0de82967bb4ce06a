//! Curves, groups, tables and texts among any bytes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pqscan::knowledge::Knowledge;

mod built_in;
mod panics;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

fuzz_target!(
    init: {
        panics::let_known_ones_pass();
        LazyLock::force(&KNOWN);
    },
    |bytes: &[u8]| built_in::look(bytes, &KNOWN)
);
