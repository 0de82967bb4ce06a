//! Anything as a binary that has constants: what holds whatever bytes it is made of.

use pqscan::detect::binary::constants_alone;
use pqscan::detect::{Detection, Means, Passwords};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context, Finding};

/// Findings of one file, at most: one for each algorithm, curve, group and digest that there is.
const MOST: usize = 250;
/// What makes it a program, and what parts it from what follows.
const BEGIN: &[u8] = b"\x7fELF\0\0\0\0\0\0\0\0";

/// The first byte says how far the rest is moved: wherever constants lie, they are the same.
pub(crate) fn look(bytes: &[u8], known: &Knowledge) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let moved = usize::from(*first);
    let here = looked(&[BEGIN, rest].concat(), known);
    let there = looked(&[BEGIN, &vec![0; moved], rest].concat(), known);
    is_bounded(&here, BEGIN.len() + rest.len());
    assert_eq!(here.findings.len(), there.findings.len());
    for (here, there) in here.findings.iter().zip(&there.findings) {
        assert_eq!(told(here), told(there));
        let spans = [here, there].map(|finding| finding.location.span);
        assert_eq!(spans[0].start + moved as u64, spans[1].start);
        assert_eq!(spans[0].end + moved as u64, spans[1].end);
    }
}

fn looked(bytes: &[u8], known: &Knowledge) -> Detection {
    let artifact = Artifact::file("x", Context::Production);
    let passwords = Passwords {
        common: false,
        given: Vec::new(),
    };
    let means = Means {
        known,
        passwords: &passwords,
    };
    constants_alone(&artifact, &mut { bytes }, &means)
}

fn told(finding: &Finding) -> (String, &str, &str) {
    let asset = format!("{} {:?}", finding.asset, finding.confidence);
    (asset, &finding.text, &finding.symbol)
}

fn is_bounded(detection: &Detection, length: usize) {
    let findings = &detection.findings;
    assert!(findings.len() <= MOST, "{} findings", findings.len());
    assert!(detection.skips.is_empty(), "{:?}", detection.skips);
    for finding in findings {
        let span = finding.location.span;
        assert!(span.start >= 12 && span.start + 15 <= span.end && span.end <= length as u64);
        assert!(finding.text.chars().count() <= 160);
    }
}
