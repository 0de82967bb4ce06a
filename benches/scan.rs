//! How fast: MB/s of the whole pipeline and of each stage, the share of files and bytes that the prefilter lets through.
//!
//! `cargo bench` measures the corpus, repeated to a size worth timing; `cargo bench -- PATH` measures a tree of yours.
//! Absolute figures depend on the machine: compare the ratios of one run.

#![allow(clippy::print_stdout, reason = "the figures are what a bench is for")]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pqscan::detect::source::{Language, language_of};
use pqscan::inventory;
use pqscan::knowledge::Knowledge;
use pqscan::output::{FORMATS, Options};
use pqscan::scan::{self, Caching, Request, snippet};

/// Each stage is repeated until it took this long.
const LONG_ENOUGH: Duration = Duration::from_millis(700);

struct Piece {
    language: &'static dyn Language,
    extension: String,
    text: String,
}

fn main() {
    let tree = std::env::args()
        .skip(1)
        .find(|a| !a.starts_with('-'))
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/source"));
    let begun = Instant::now();
    let known = Knowledge::load(&[]).expect("the rules are right");
    println!(
        "load rules and catalogue    {:8.1} ms   {} libraries, {} names",
        ms(begun.elapsed()),
        known.rules.libraries.len(),
        known.rules.entries.len()
    );

    let mut pieces = Vec::new();
    collect(&tree, &mut pieces);
    let bytes: usize = pieces.iter().map(|p| p.text.len()).sum();
    println!("{} source files, {:.2} MB", pieces.len(), mb(bytes));

    let passing: Vec<&Piece> = pieces
        .iter()
        .filter(|p| {
            !known
                .prefilter(p.language.rule_folders())
                .active(p.text.as_bytes())
                .is_empty()
        })
        .collect();
    let passing_bytes: usize = passing.iter().map(|p| p.text.len()).sum();
    println!(
        "prefilter lets through      {:7.1} % of the files, {:.1} % of the bytes",
        percent(passing.len(), pieces.len()),
        percent(passing_bytes, bytes)
    );

    let read = time(|| {
        pieces
            .iter()
            .map(|p| p.text.bytes().fold(0_u8, u8::wrapping_add))
            .fold(0, u8::wrapping_add)
    });
    let prefilter = time(|| {
        pieces
            .iter()
            .filter(|p| {
                known
                    .prefilter(p.language.rule_folders())
                    .active(p.text.as_bytes())
                    .is_empty()
            })
            .count()
    });
    let parse = time(|| passing.iter().filter(|p| parse(p).is_some()).count());
    let whole = time(|| {
        passing
            .iter()
            .map(|p| snippet(&p.text, &p.extension, &known).findings.len())
            .sum::<usize>()
    });
    for (stage, took, size) in [
        ("sum of bytes (reference)", read, bytes),
        ("prefilter", prefilter, bytes),
        ("parse", parse, passing_bytes),
        ("prefilter, parse, match", whole, passing_bytes),
    ] {
        println!(
            "{stage:<27} {:8.1} MB/s   {:6.2} x parse",
            mb(size) / took.as_secs_f64(),
            (took.as_secs_f64() / size.max(1) as f64)
                / (parse.as_secs_f64() / passing_bytes.max(1) as f64)
        );
    }
    for threads in [1, 2] {
        let request = Request {
            roots: vec![tree.clone()],
            threads,
            ..Request::default()
        };
        let took = time(|| {
            scan::scan(&request, &known, &scan::Unwatched)
                .map(|s| s.findings.len())
                .unwrap_or_default()
        });
        println!(
            "scan, {threads} thread{}              {:8.1} MB/s",
            if threads == 1 { " " } else { "s" },
            mb(bytes) / took.as_secs_f64()
        );
    }
    cache(&tree, &known, bytes);
    let request = Request {
        roots: vec![tree],
        ..Request::default()
    };
    let report = inventory::report(
        scan::scan(&request, &known, &scan::Unwatched).expect("readable"),
        &known,
        None,
    );
    for format in FORMATS {
        let took = time(|| {
            let mut out = Vec::new();
            format
                .write(&report, &Options::default(), &mut out)
                .expect("memory");
            out.len()
        });
        println!(
            "write {:<21} {:8.2} ms   {} assets",
            format.name(),
            ms(took),
            report.inventory.assets.len()
        );
    }
}

/// What the cache costs a scan that finds nothing in it, and what it saves one that finds everything; by turns, and the fastest of each, so
/// that whatever else the machine does meets all of them.
fn cache(tree: &Path, known: &Knowledge, bytes: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let once = |folder: Option<PathBuf>| {
        let request = Request {
            roots: vec![tree.to_owned()],
            threads: 1,
            cache: folder.map(|folder| Caching {
                folder,
                is_named: true,
                size: 1 << 30,
                is_off: false,
            }),
            ..Request::default()
        };
        let begun = Instant::now();
        black_box(scan::scan(&request, known, &scan::Unwatched).expect("readable"));
        begun.elapsed()
    };
    let full = folder.path().join("full");
    once(Some(full.clone()));
    let [mut without, mut first, mut second] = [Duration::MAX; 3];
    let begun = Instant::now();
    for run in 0.. {
        let empty = folder.path().join(run.to_string());
        without = without.min(once(None));
        first = first.min(once(Some(empty.clone())));
        second = second.min(once(Some(full.clone())));
        fs::remove_dir_all(empty).expect("it was made");
        if run >= 4 && begun.elapsed() > 4 * LONG_ENOUGH {
            break;
        }
    }
    for (what, took) in [
        ("no cache", without),
        ("empty cache", first),
        ("full cache", second),
    ] {
        println!(
            "scan, {what:<21} {:8.1} MB/s   {:6.3} x no cache",
            mb(bytes) / took.as_secs_f64(),
            took.as_secs_f64() / without.as_secs_f64()
        );
    }
}

fn collect(path: &Path, pieces: &mut Vec<Piece>) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = fs::read_dir(path)
            .expect("readable")
            .filter_map(|e| e.ok().map(|e| e.path()))
            .collect();
        entries.sort();
        for entry in entries.iter().filter(|e| !e.is_symlink()) {
            collect(entry, pieces)
        }
        return;
    }
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    if let (Some(language), Ok(text)) = (language_of(&extension), fs::read_to_string(path)) {
        pieces.push(Piece {
            language,
            extension,
            text,
        })
    }
}

fn parse(piece: &Piece) -> Option<tree_sitter::Tree> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&piece.language.grammar()).ok()?;
    parser.parse(&piece.text, None)
}

/// The shortest of the runs.
fn time<T>(mut work: impl FnMut() -> T) -> Duration {
    let begun = Instant::now();
    let mut best = Duration::MAX;
    while begun.elapsed() < LONG_ENOUGH || best == Duration::MAX {
        let one = Instant::now();
        black_box(work());
        best = best.min(one.elapsed());
    }
    best
}

fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}
