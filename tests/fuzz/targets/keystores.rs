//! Keystores of Java and Bouncy Castle, and of Kerberos.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pqscan::knowledge::Knowledge;

mod material;
mod panics;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

fuzz_target!(
    init: {
        panics::let_known_ones_pass();
        LazyLock::force(&KNOWN);
    },
    |bytes: &[u8]| material::look("keystores", bytes, &KNOWN)
);
