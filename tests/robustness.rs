//! Nothing that stands in a file can make a scan panic, hang or fail: truncated, mutated, binary, deeply nested and minified
//! sources of every language.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pqscan::detect::source::LANGUAGES;
use pqscan::knowledge::Knowledge;
use pqscan::model::SkipReason;
use pqscan::scan::{self, Request, snippet};
use proptest::prelude::*;

/// No piece of hostile input may take longer, in an unoptimised build on a slow machine. A hang is what this catches.
const PATIENCE: Duration = Duration::from_secs(60);

fn known() -> Knowledge {
    Knowledge::load(&[]).expect("the rules are right")
}

/// Runs on a stack as large as a scan's.
fn on_a_worker(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(32 << 20)
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no panic");
}

fn corpus_files() -> Vec<PathBuf> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder)
            .expect("readable")
            .map(|e| e.expect("readable").path())
        {
            if entry.is_dir() {
                collect(&entry, files)
            } else {
                files.push(entry)
            }
        }
    }
    let mut files = Vec::new();
    collect(
        &PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/source"),
        &mut files,
    );
    files.sort();
    assert!(files.len() > 30, "the corpus was not found");
    files
}

/// A small generator with a fixed seed: the same bits flip in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|e| e.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[test]
fn truncated_sources_give_what_they_can() {
    on_a_worker(|| {
        let known = known();
        for path in corpus_files().iter().step_by(3) {
            let text = String::from_utf8_lossy(&fs::read(path).expect("readable")).into_owned();
            for cut in 1..12 {
                let at = text.floor_char_boundary(text.len() * cut / 12);
                snippet(&text[..at], &extension(path), &known);
            }
        }
    });
}

#[test]
fn flipped_bits_do_no_harm() {
    on_a_worker(|| {
        let known = known();
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        for path in corpus_files().iter().step_by(3) {
            let bytes = fs::read(path).expect("readable");
            for _ in 0..6 {
                let mut mutated = bytes.clone();
                for _ in 0..16 {
                    let at = dice.roll(mutated.len());
                    if let Some(byte) = mutated.get_mut(at) {
                        *byte ^= 1 << dice.roll(8)
                    }
                }
                snippet(&String::from_utf8_lossy(&mutated), &extension(path), &known);
            }
        }
    });
}

/// A source of each language that nests something a hundred thousand levels deep, with an anchor so that it is parsed.
fn deep(extension: &str, open: &str, close: &str) -> String {
    let head = match extension {
        "py" => "from cryptography.hazmat.primitives.asymmetric import rsa\nx = ",
        "go" => "package p\nimport \"crypto/rsa\"\nvar x = ",
        "java" => "import java.security.KeyPairGenerator; class C { Object x = ",
        "cs" => "using System.Security.Cryptography; class C { object x = ",
        "rs" => "use ring::signature; fn f() { let x = ",
        "c" | "cc" => "#include <openssl/evp.h>\nint x = ",
        _ => "import crypto from 'crypto'; const x = ",
    };
    format!("{head}{}1{}", open.repeat(100_000), close.repeat(100_000))
}

#[test]
fn deep_nesting_is_cut_and_said() {
    on_a_worker(|| {
        let known = known();
        for language in LANGUAGES {
            let extension = language.extensions()[0];
            for (open, close) in [
                ("(", ")"),
                ("[", "]"),
                ("{", "}"),
                ("f(", ")"),
                ("-", ""),
                ("a.b(", ")"),
                ("\"a\" + ", ""),
                ("x ? ", " : 1"),
            ] {
                let begun = Instant::now();
                let detection = snippet(&deep(extension, open, close), extension, &known);
                assert!(
                    begun.elapsed() < PATIENCE,
                    "{extension} with {open:?} took {:?}",
                    begun.elapsed()
                );
                assert!(detection.findings.len() < 100_000);
            }
            let detection = snippet(&deep(extension, "f(", ")"), extension, &known);
            assert!(
                detection.skips.iter().any(|s| matches!(
                    s.reason,
                    SkipReason::TooDeep | SkipReason::PartlyParsed | SkipReason::TimedOut
                )),
                "{extension}: nesting was not reported"
            );
        }
    });
}

#[test]
fn values_that_depend_on_themselves_end() {
    on_a_worker(|| {
        let known = known();
        let mut code = String::from("from cryptography.hazmat.primitives.asymmetric import rsa\n");
        for i in 0..400 {
            code += &format!(
                "def f{i}(a, b=1):\n    x = f{}(a + b, x{i}) + f{}(b)\n    return x if a else f{i}(x)\n",
                (i + 1) % 400,
                (i + 7) % 400
            )
        }
        code += "rsa.generate_private_key(65537, f0(1))\n";
        let begun = Instant::now();
        let detection = snippet(&code, "py", &known);
        assert!(begun.elapsed() < PATIENCE, "took {:?}", begun.elapsed());
        assert_eq!(detection.findings.len(), 1);
    });
}

#[test]
fn long_tables_and_many_alternatives_stay_bounded() {
    on_a_worker(|| {
        let known = known();
        let table: Vec<String> = (0..20_000).map(|i| format!("\"a{i}\"")).collect();
        let code = format!(
            "import hashlib\nT = [{}]\nfor x in T:\n    for y in T:\n        for z in T:\n            hashlib.new(x + y + z)\n",
            table.join(", ")
        );
        let begun = Instant::now();
        snippet(&code, "py", &known);
        assert!(begun.elapsed() < PATIENCE, "took {:?}", begun.elapsed());
    });
}

#[test]
fn minified_code_is_read_within_its_budget() {
    on_a_worker(|| {
        let known = known();
        let piece = "function a(b,c){var d=require(\"crypto\").createHash(\"sha256\");return d.update(b+c).digest(\"hex\")}var e=[1,2,3].map(function(f){return a(f,f)});";
        let code = piece.repeat(4_000);
        let begun = Instant::now();
        let detection = snippet(&code, "js", &known);
        assert!(begun.elapsed() < PATIENCE, "took {:?}", begun.elapsed());
        assert!(
            detection.findings.len() == 4_000,
            "{} found",
            detection.findings.len()
        );
        assert!(
            detection.findings.iter().all(|f| f.text.len() < 1_000),
            "a line of megabytes was quoted whole"
        );
    });
}

#[test]
fn binary_files_under_source_names_are_skipped_with_a_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = b"openssl/evp.h crypto java.security ".to_vec();
    bytes.extend((0..100_000_u32).flat_map(|i| (i.wrapping_mul(2_654_435_761)).to_le_bytes()));
    bytes.extend([0; 1000]);
    bytes.splice(40..40, [0; 64]);
    for name in ["a.c", "a.py", "a.js", "A.java", "a.go", "a.rs"] {
        fs::write(folder.path().join(name), &bytes).expect("writable")
    }
    let request = Request {
        roots: vec![folder.path().to_owned()],
        ..Request::default()
    };
    let scan = scan::scan(&request, &known(), &scan::Unwatched).expect("the scan is made");
    assert_eq!(scan.coverage.files_seen, 6);
    assert!(
        scan.coverage
            .skips
            .iter()
            .any(|s| s.reason == SkipReason::NotText)
    );
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(
        outside.path().join("secret.py"),
        "import hashlib\nhashlib.md5()\n",
    )
    .expect("writable");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).expect("a link");
    std::os::unix::fs::symlink("loop", folder.path().join("loop")).expect("a link");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.py")).expect("a link");
    fs::write(folder.path().join("own.py"), "import hashlib\n").expect("writable");
    let request = Request {
        roots: vec![folder.path().to_owned()],
        ..Request::default()
    };
    let scan = scan::scan(&request, &known(), &scan::Unwatched).expect("the scan is made");
    assert_eq!(scan.coverage.files_seen, 1);
    assert!(scan.findings.is_empty());
    assert_eq!(
        scan.coverage
            .skips
            .iter()
            .filter(|s| s.reason == SkipReason::NotAFile)
            .count(),
        3
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_for_an_ignore_file_stops_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("own.py"),
        "import hashlib\nhashlib.md5()\n",
    )
    .expect("writable");
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join(".gitignore"))
        .status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let request = Request {
        roots: vec![folder.path().to_owned()],
        selection: scan::Selection::new(&[], &[], true).expect("no pattern"),
        ..Request::default()
    };
    let found = scan::scan(&request, &known(), &scan::Unwatched).expect("the scan is made");
    assert_eq!(found.findings.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_text_after_an_anchor_is_survived(text in ".{0,400}", which in 0..9_usize) {
        let extension = LANGUAGES[which].extensions()[0];
        let head = "import crypto openssl/evp.h java.security cryptography ring ";
        thread_local!(static KNOWN: Knowledge = known());
        KNOWN.with(|known| { snippet(&format!("{head}{text}"), extension, known); });
    }
}
