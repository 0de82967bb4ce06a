//! Bytecode: classes, dex files, WebAssembly, compiled Python, .NET, and whatever else is told apart by its first bytes as a program for a virtual machine.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pqscan::knowledge::Knowledge;

mod machines;
mod panics;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

fuzz_target!(
    init: {
        panics::let_known_ones_pass();
        LazyLock::force(&KNOWN);
    },
    |bytes: &[u8]| machines::look(bytes, &KNOWN)
);
