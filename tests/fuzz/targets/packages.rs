//! Anything as metadata of a package: the first byte says under which path, the rest is the file.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pqscan::detect::package::Packages;
use pqscan::detect::{Detector, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context};

mod panics;
mod places;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

fuzz_target!(
    init: {
        panics::let_known_ones_pass();
        LazyLock::force(&KNOWN);
    },
    |bytes: &[u8]| {
        let Some((first, mut rest)) = bytes.split_first() else {
            return;
        };
        let (path, _) = places::PLACES[usize::from(*first) % places::PLACES.len()];
        let artifact = Artifact::file(path, Context::Production);
        assert!(Packages.claims(&artifact, rest), "{path} concerns a reader");
        let means = Means {
            known: &KNOWN,
            passwords: &Passwords::default(),
        };
        Packages.detect(&artifact, &mut rest, &means);
    }
);
