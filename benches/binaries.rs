//! How fast binaries are gone through: the search for constants by itself, and everything, beside a search for as many random patterns.
//!
//! `cargo bench --bench binaries` measures `/usr/lib`; `cargo bench --bench binaries -- PATH` a folder or file of yours. Bytes are read by
//! range, as a scan does. The reference is Aho and Corasick's automaton over 6,000 random texts of 16 bytes, from the library that ripgrep
//! takes for many literals; where `rg` is installed, `rg -c -F -f` with the same ones is measured too.
//! Absolute figures depend on the machine: compare the ratios of one run.

#![allow(clippy::print_stdout, reason = "the figures are what a bench is for")]

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aho_corasick::AhoCorasick;
use pqscan::detect::binary::{Binaries, constants_alone};
use pqscan::detect::{Detector, Means, Passwords, Source};
use pqscan::knowledge::Knowledge;
use pqscan::model::{Artifact, Context, SkipReason};

mod clock;

/// Patterns of the reference, about as many as there are of constants.
const PATTERNS: usize = 6000;
/// Bytes that are read at once.
const WINDOW: u64 = 1 << 20;

/// A file, read by range.
struct Ranged {
    file: File,
    length: u64,
    held: Vec<u8>,
}

impl Source for Ranged {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&mut self, range: Range<u64>) -> Result<&[u8], (SkipReason, String)> {
        let end = range.end.min(self.length);
        let length = end.saturating_sub(range.start);
        self.held.resize(length as usize, 0);
        self.file
            .seek(SeekFrom::Start(range.start))
            .and_then(|_| self.file.read_exact(&mut self.held))
            .map_err(|error| (SkipReason::Unreadable, error.to_string()))?;
        Ok(&self.held)
    }
}

fn main() {
    let root = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'))
        .unwrap_or_else(|| "/usr/lib".to_owned());
    let known = Knowledge::load(&[]).expect("the rules are right");
    let passwords = Passwords::default();
    let means = Means {
        known: &known,
        passwords: &passwords,
    };

    let mut all = Vec::new();
    collect(Path::new(&root), &mut all);
    let mut files: Vec<(Artifact, PathBuf, u64)> = Vec::new();
    for path in all {
        let artifact = Artifact::file(path.to_string_lossy(), Context::Production);
        let Some(mut bytes) = open(&path) else {
            continue;
        };
        let length = bytes.length;
        let Ok(head) = bytes.read_at(0..4096) else {
            continue;
        };
        if Binaries.claims(&artifact, head) {
            files.push((artifact, path, length))
        }
    }
    let size: u64 = files.iter().map(|(_, _, length)| length).sum();
    println!("{root}: {} binaries, {:.1} MB", files.len(), mb(size));

    let (cost, _) = clock::time(|| {
        let mut nothing: &[u8] = b"\x7fELF";
        let artifact = Artifact::file("nothing", Context::Production);
        constants_alone(&artifact, &mut nothing, &means)
            .findings
            .len()
    });
    println!("patterns, once           {:8.0} ms", cost * 1e3);

    // Once for the page cache.
    pass(&files, &mut |bytes, _| read(bytes));
    let patterns = patterns();
    let automaton = AhoCorasick::new(&patterns).expect("they are few");
    let reference = pass(&files, &mut |bytes, _| {
        let mut at = 0;
        let mut found = 0;
        while at < bytes.length {
            let Ok(window) = bytes.read_at(at..at + WINDOW) else {
                break;
            };
            found += automaton.find_iter(window).count();
            at += WINDOW
        }
        found
    });
    let reading = pass(&files, &mut |bytes, _| read(bytes));
    let constants = pass(&files, &mut |bytes, artifact| {
        constants_alone(artifact, bytes, &means).findings.len()
    });
    let everything = pass(&files, &mut |bytes, artifact| {
        Binaries.detect(artifact, bytes, &means).findings.len()
    });
    for (what, (processor, clock)) in [
        ("reading", reading),
        ("random patterns", reference),
        ("constants", constants),
        ("everything", everything),
    ] {
        println!(
            "{what:<24} {processor:8.2} s of processor time, {clock:6.2} s   {:8.0} MB/s   {:6.2} x the random patterns",
            mb(size) / processor,
            processor / reference.0
        );
    }
    ripgrep(&files, &patterns);
}

/// Lets something look at every file: processor time and the clock's.
fn pass(
    files: &[(Artifact, PathBuf, u64)],
    look: &mut dyn FnMut(&mut Ranged, &Artifact) -> usize,
) -> (f64, f64) {
    let mut found = 0;
    let took = clock::time(|| {
        for (artifact, path, _) in files {
            if let Some(mut bytes) = open(path) {
                found += look(&mut bytes, artifact)
            }
        }
        found
    });
    (took.0.max(0.01), took.1)
}

fn read(bytes: &mut Ranged) -> usize {
    let mut at = 0;
    let mut zeros = 0;
    while at < bytes.length {
        let Ok(window) = bytes.read_at(at..at + WINDOW) else {
            break;
        };
        zeros += usize::from(window.first() == Some(&0));
        at += WINDOW
    }
    zeros
}

/// The same of ripgrep, by the clock: its processor time is its own.
fn ripgrep(files: &[(Artifact, PathBuf, u64)], patterns: &[Vec<u8>]) {
    let list = std::env::temp_dir().join("pqscan-bench-patterns");
    let text: Vec<u8> = patterns
        .iter()
        .flat_map(|p| [p, &b"\n"[..]].concat())
        .collect();
    if fs::write(&list, text).is_err() {
        return;
    }
    let ((_, clock), ran) = {
        let mut ran = true;
        let took = clock::time(|| {
            for few in files.chunks(1000) {
                let status = Command::new("rg")
                    .args(["-c", "-F", "-a", "-j", "1", "-f"])
                    .arg(&list)
                    .args(few.iter().map(|(_, path, _)| path))
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
                // It says 1 where it found nothing.
                ran &= status.is_ok_and(|status| status.code().is_some_and(|code| code < 2))
            }
        });
        (took, ran)
    };
    if ran {
        println!("rg -c -F, one thread              {clock:6.2} s")
    } else {
        println!("rg is not installed")
    }
    // It is of no use to anybody.
    let _ = fs::remove_file(list);
}

/// Random texts: ripgrep takes no other patterns from a file.
fn patterns() -> Vec<Vec<u8>> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    let mut pattern = || -> Vec<u8> {
        std::iter::repeat_with(&mut byte)
            .filter(u8::is_ascii_graphic)
            .take(16)
            .collect()
    };
    (0..PATTERNS).map(|_| pattern()).collect()
}

fn open(path: &Path) -> Option<Ranged> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    Some(Ranged {
        file,
        length,
        held: Vec::new(),
    })
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(about) = fs::symlink_metadata(path) else {
        return;
    };
    if about.is_dir() {
        let Ok(entries) = fs::read_dir(path) else {
            return;
        };
        let mut entries: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        entries.sort();
        for entry in entries {
            collect(&entry, files)
        }
    } else if about.is_file() {
        files.push(path.to_owned())
    }
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
