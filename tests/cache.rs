//! A scan with a cache says, byte for byte, what a scan without one says: whether the cache is empty, full, from before a change, damaged,
//! or in use by others.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, SystemTime};

use pqscan::inventory;
use pqscan::knowledge::Knowledge;
use pqscan::output::{FORMATS, Options};
use pqscan::scan::{self, CacheUse, Caching, Limits, Platform, Request, Selection, Watcher};
use tempfile::TempDir;

use build::{Image, docker_save, files, gzip, java, javascript, oci, python, rust, tar, zip};

#[path = "archives/build.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod build;
#[path = "cache/mutations.rs"]
mod mutations;
#[path = "cache/processes.rs"]
mod processes;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

/// Room enough.
const SIZE: u64 = 64 << 20;

/// Hears what the cache was good for.
#[derive(Default)]
struct Heard(Mutex<Option<CacheUse>>);

impl Watcher for Heard {
    fn progress(&self, _done: u64, _known: u64) {}

    fn cached(&self, cache: &CacheUse) {
        *self.0.lock().expect("one thread") = Some(cache.clone())
    }
}

/// What a scan wrote, and what the cache was good for.
fn scan_by(request: &Request, known: &Knowledge) -> (String, Option<CacheUse>) {
    let heard = Heard::default();
    let found = scan::scan(request, known, &heard).expect("it scans");
    let mut all = format!("{found:#?}\n");
    let report = inventory::report(found, known, None);
    for name in ["json", "cyclonedx"] {
        let format = FORMATS.iter().find(|format| format.name() == name);
        let mut out = Vec::new();
        let format = format.expect("a form");
        let written = format.write(&report, &Options::default(), &mut out);
        written.expect("memory");
        all += &String::from_utf8(out).expect("text");
    }
    (all, heard.0.into_inner().expect("one thread"))
}

/// The same request with a cache.
fn cached(request: &Request, folder: &Path, size: u64) -> Request {
    Request {
        roots: request.roots.clone(),
        selection: Selection::default(),
        threads: request.threads,
        archives: request.archives,
        limits: request.limits.clone(),
        platforms: request.platforms.clone(),
        passwords: request.passwords.clone(),
        since: request.since.clone(),
        cache: Some(Caching {
            folder: folder.to_owned(),
            is_named: true,
            size,
            is_off: false,
        }),
    }
}

/// Scans without and with a cache, and says how many files were known and how many are from now on.
fn compare(request: &Request, folder: &Path) -> (u64, u64) {
    let (without, none) = scan_by(request, &KNOWN);
    assert_eq!(none, None);
    let (with, used) = scan_by(&cached(request, folder, SIZE), &KNOWN);
    same(&without, &with);
    let used = used.expect("it was asked for");
    assert_eq!(used.problem, None);
    (used.known, used.kept)
}

/// Two texts that are long are not printed.
fn same(without: &str, with: &str) {
    if without == with {
        return;
    }
    let mut lines = without.lines().zip(with.lines());
    let differing = lines.find(|(a, b)| a != b);
    panic!("with a cache something else is said: {differing:?}")
}

fn over(root: &Path) -> Request {
    Request {
        roots: vec![root.to_owned()],
        ..Request::default()
    }
}

/// Writes a file as if long ago: what changed just now is not kept, since a change after it could not be told.
fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
    fs::write(path, bytes).expect("written");
    let file = File::options().write(true).open(path).expect("writable");
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    file.set_modified(long_ago).expect("a time")
}

fn certificates() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/cert/files")
}

/// An image of two layers, of which the second hides a file of the first.
fn image() -> Image {
    Image::new(&[
        files(&[("app/a.py", python(1024)), ("app/b.py", python(1536))]),
        files(&[("app/.wh.b.py", Vec::new()), ("app/c.js", javascript(2048))]),
    ])
}

/// A tree with a file of every kind that takes its own way through a scan.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str, bytes: &[u8]| write(&folder.path().join(name), bytes);
    at("src/a.py", &python(2048));
    at("src/Keys.java", &java(3072));
    at("src/tests/keys.rs", &rust(1024));
    at("src/plain.py", b"print('nothing')\n");
    at("notes.bin", &[0, 159, 1, 2, 3, 254]);
    at("empty.py", b"");
    at(
        "src/accepted.py",
        format!(
            "# pqscan: accept rsa-key-transport until 2030-01-01 because it is a test\n{}",
            String::from_utf8_lossy(&python(4096))
        )
        .as_bytes(),
    );
    let mut long = b"# a file that is longer than what is held at once\n".repeat(40_000);
    long.extend(python(8192));
    at("src/long.py", &long);
    let inner = zip(&files(&[("in/b.py", python(1280))]));
    let outer = tar(&files(&[
        ("x/inner.zip", inner),
        ("x/a.js", javascript(1792)),
        (
            "x/usr/lib/node_modules/p/package.json",
            br#"{"name":"p","version":"1.2.3"}"#.to_vec(),
        ),
        ("x/usr/lib/node_modules/p/k.js", javascript(1152)),
    ]));
    at("lib/outer.tar.gz", &gzip(&outer));
    at(
        "lib/broken.zip",
        &zip(&files(&[("b.py", python(1280))]))[..40],
    );
    at("images/saved.tar", &docker_save(&image(), Some("shop:1")));
    at("images/oci.tar", &tar(&oci(&image(), gzip)));
    for (name, bytes) in oci(&image(), gzip) {
        at(&format!("layout/{name}"), &bytes)
    }
    let library = std::env::current_exe().expect("it runs");
    let program = fs::read(library).expect("readable");
    at("bin/program", &program[..program.len().min(3 << 20)]);
    folder
}

#[test]
fn a_scan_says_the_same_with_an_empty_and_with_a_full_cache() {
    let folder = tree();
    for threads in [1, 4] {
        let cache = tempfile::tempdir().expect("a folder");
        let request = Request {
            threads,
            ..over(folder.path())
        };
        let (known, kept) = compare(&request, cache.path());
        assert_eq!(known, 0);
        assert!(kept >= 12, "{kept}");
        // The other number of threads reads what this one wrote.
        for threads in [threads, 5 - threads] {
            let request = Request {
                threads,
                ..over(folder.path())
            };
            assert_eq!(compare(&request, cache.path()), (kept, 0));
        }
    }
}

#[test]
fn certificates_and_keys_are_the_same_from_the_cache() {
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(&certificates());
    let (known, kept) = compare(&request, cache.path());
    assert_eq!(known, 0);
    let (known, again) = compare(&request, cache.path());
    // Files of a checkout of this second are read again, if they are archives or long.
    assert!(known > 200 && again < 10, "{known} of {kept}, {again}");
}

#[test]
fn only_what_changed_is_looked_at_again() {
    let folder = tree();
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    let (_, all) = compare(&request, cache.path());
    write(&folder.path().join("src/a.py"), &python(1024));
    assert_eq!(compare(&request, cache.path()), (all - 1, 1));
    // As it was before: that is still known.
    write(&folder.path().join("src/a.py"), &python(2048));
    assert_eq!(compare(&request, cache.path()), (all, 0));
    // Moved: what is said of a file depends on where it lies.
    let to = folder.path().join("src/tests/a.py");
    fs::rename(folder.path().join("src/a.py"), to).expect("moved");
    assert_eq!(compare(&request, cache.path()), (all - 1, 1));
    // One that is as long as before, at the time of before.
    write(
        &folder.path().join("lib/outer.tar.gz"),
        &gzip(&tar(&files(&[("a.py", python(1024))]))),
    );
    assert_eq!(compare(&request, cache.path()), (all - 1, 1));
    fs::remove_file(folder.path().join("lib/outer.tar.gz")).expect("removed");
    assert_eq!(compare(&request, cache.path()), (all - 1, 0));
}

#[test]
fn a_folder_that_nobody_named_keeps_what_was_dear_to_look_at() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.py"), &python(2048));
    write(&folder.path().join("plain.py"), b"print('nothing')\n");
    write(&folder.path().join("plain.txt"), b"nothing");
    let archive = zip(&files(&[("plain.py", b"print('nothing')\n".to_vec())]));
    write(&folder.path().join("plain.zip"), &archive);
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    let (without, _) = scan_by(&request, &KNOWN);
    let by = |is_named| {
        let mut request = cached(&request, cache.path(), SIZE);
        if let Some(caching) = &mut request.cache {
            caching.is_named = is_named
        }
        let (with, used) = scan_by(&request, &KNOWN);
        same(&without, &with);
        let used = used.expect("one");
        (used.known, used.kept)
    };
    // A key, and an archive, whatever is in it.
    assert_eq!(by(false), (0, 2));
    assert_eq!(by(false), (2, 0));
    // The two that are searched only.
    assert_eq!(by(true), (2, 2));
    assert_eq!(by(true), (4, 0));
    assert_eq!(by(false), (4, 0));
}

#[test]
fn other_options_are_other_entries() {
    let folder = tree();
    let cache = tempfile::tempdir().expect("a folder");
    let plain = || over(folder.path());
    let (_, all) = compare(&plain(), cache.path());
    let closed = Request {
        archives: false,
        ..plain()
    };
    assert_eq!(compare(&closed, cache.path()).0, 0);
    let shallow = Request {
        limits: Limits {
            depth: 1,
            ..Limits::default()
        },
        ..plain()
    };
    let (known, again) = compare(&shallow, cache.path());
    assert!(
        known > 0 && again > 0 && known + again == all,
        "{known} {again}"
    );
    let arm = Request {
        platforms: vec![Platform::parse("linux/arm64").expect("a platform")],
        ..plain()
    };
    let (known, again) = compare(&arm, cache.path());
    assert!(
        known > 0 && again > 0 && known + again == all,
        "{known} {again}"
    );
    let mut uncommon = plain();
    uncommon.passwords.common = false;
    assert_eq!(compare(&uncommon, cache.path()), (0, all));
    // With everything in it, each of them is still right.
    for request in [plain(), closed, shallow, arm, uncommon] {
        assert_eq!(compare(&request, cache.path()).1, 0);
    }
}

#[test]
fn patterns_decide_what_is_seen_of_archives() {
    let folder = tree();
    let cache = tempfile::tempdir().expect("a folder");
    compare(&over(folder.path()), cache.path());
    for (include, exclude) in [
        (vec![], vec!["*.js".to_owned()]),
        (vec!["*.py".to_owned()], vec![]),
        (vec!["lib/**".to_owned()], vec!["inner.zip".to_owned()]),
        (vec![], vec!["src".to_owned()]),
    ] {
        for _ in 0..2 {
            let select = || Selection::new(&include, &exclude, false).expect("patterns");
            let without = Request {
                selection: select(),
                ..over(folder.path())
            };
            let with = Request {
                selection: select(),
                ..cached(&without, cache.path(), SIZE)
            };
            same(&scan_by(&without, &KNOWN).0, &scan_by(&with, &KNOWN).0);
        }
    }
}

#[test]
fn several_roots_are_other_paths() {
    let folder = tree();
    let cache = tempfile::tempdir().expect("a folder");
    for roots in [
        vec!["src", "lib"],
        vec!["lib"],
        vec!["lib", "images", "layout"],
        vec!["layout"],
    ] {
        let roots = roots.iter().map(|name| folder.path().join(name));
        let request = Request {
            roots: roots.collect(),
            ..Request::default()
        };
        compare(&request, cache.path());
        assert_eq!(compare(&request, cache.path()).1, 0);
    }
}

#[test]
fn other_rules_are_other_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.py"), &python(2048));
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    assert_eq!(compare(&request, cache.path()), (0, 1));
    let (none, problems) = Knowledge::from_texts(&[]).expect("the catalogue");
    assert!(problems.is_empty());
    let (without, _) = scan_by(&request, &none);
    let (with, used) = scan_by(&cached(&request, cache.path(), SIZE), &none);
    same(&without, &with);
    assert_eq!(used.expect("one").known, 0);
    assert_ne!(without, scan_by(&request, &KNOWN).0);
}

#[test]
fn passwords_leave_no_trace() {
    let folder = tree();
    let cache = tempfile::tempdir().expect("a folder");
    let mut request = over(folder.path());
    request.passwords.given.push("correct horse 7".to_owned());
    let (_, used) = scan_by(&cached(&request, cache.path(), SIZE), &KNOWN);
    assert_eq!(used, None);
    assert_eq!(fs::read_dir(cache.path()).expect("a folder").count(), 0);
}

/// The segments of a cache.
fn segments(cache: &Path) -> Vec<PathBuf> {
    let mut all = all(cache);
    all.retain(|path| path.extension().is_some_and(|ending| ending == "segment"));
    all
}

/// The files of a cache.
fn all(cache: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(cache).expect("a folder");
    let mut all: Vec<_> = entries.map(|e| e.expect("readable").path()).collect();
    all.sort();
    all
}

#[test]
fn what_is_damaged_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.py"), &python(2048));
    write(&folder.path().join("b.py"), b"print('nothing')\n");
    let archive = zip(&files(&[
        ("b.py", python(1280)),
        ("c.js", javascript(1792)),
    ]));
    write(&folder.path().join("c.zip"), &archive);
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    let (without, _) = scan_by(&request, &KNOWN);
    assert_eq!(compare(&request, cache.path()), (0, 3));
    let [path] = &segments(cache.path())[..] else {
        panic!("one segment")
    };
    let whole = fs::read(path).expect("readable");
    let mut damaged: Vec<Vec<u8>> = Vec::new();
    for at in (0..whole.len()).step_by(7) {
        let mut other = whole.clone();
        other[at] ^= 0x41;
        damaged.push(other)
    }
    for length in (0..whole.len()).step_by(41) {
        damaged.push(whole[..length].to_vec())
    }
    damaged.push([&whole[..], b"more"].concat());
    damaged.push(vec![0xff; 4096]);
    let with = cached(&request, cache.path(), SIZE);
    let mut misses = 0;
    for bytes in damaged {
        for path in segments(cache.path()) {
            fs::remove_file(path).expect("removed")
        }
        fs::write(path, bytes).expect("written");
        let (said, used) = scan_by(&with, &KNOWN);
        same(&without, &said);
        misses += used.expect("one").kept
    }
    assert!(misses > 100, "{misses}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.py"), &python(2048));
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    compare(&request, cache.path());
    let [path] = &segments(cache.path())[..] else {
        panic!("one segment")
    };
    let elsewhere = folder.path().with_extension("elsewhere");
    fs::rename(path, &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, path).expect("a link");
    fs::create_dir(cache.path().join("folder.segment")).expect("a folder");
    std::os::unix::fs::symlink("/dev/zero", cache.path().join("zero.segment")).expect("a link");
    assert_eq!(compare(&request, cache.path()), (0, 1));
    fs::remove_file(elsewhere).expect("removed")
}

#[test]
fn a_cache_that_cannot_be_is_done_without() {
    let folder = tree();
    let file = folder.path().join("src/a.py");
    let request = over(folder.path());
    let (without, _) = scan_by(&request, &KNOWN);
    for place in [file.clone(), file.join("below")] {
        let (with, used) = scan_by(&cached(&request, &place, SIZE), &KNOWN);
        same(&without, &with);
        assert!(used.expect("one").problem.is_some());
    }
}

#[test]
fn the_size_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = tempfile::tempdir().expect("a folder");
    let size = 6_000;
    for round in 0..30 {
        for file in 0..8 {
            let name = format!("{file}.py");
            write(&folder.path().join(name), &python(1024 + round * 8 + file));
        }
        let request = over(folder.path());
        let (without, _) = scan_by(&request, &KNOWN);
        let (with, _) = scan_by(&cached(&request, cache.path(), size), &KNOWN);
        same(&without, &with);
        let bytes: u64 = segments(cache.path())
            .iter()
            .map(|path| fs::metadata(path).expect("there").len())
            .sum();
        assert!(bytes <= size, "{bytes}");
        assert!(bytes > 0);
    }
    let (_, used) = scan_by(&cached(&over(folder.path()), cache.path(), 0), &KNOWN);
    assert_eq!(used.expect("one").problem, None);
    assert_eq!(segments(cache.path()), Vec::<PathBuf>::new());
}

#[test]
fn many_small_segments_become_few() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    for file in 0..40 {
        write(
            &folder.path().join(format!("{file}.py")),
            &python(1024 + file),
        );
        let (_, used) = scan_by(&cached(&request, cache.path(), SIZE), &KNOWN);
        let used = used.expect("one");
        // Nothing that was known is lost when segments are made one.
        assert_eq!((used.known, used.kept), (u64::from(file), 1));
        // Eight of a kind are made one.
        assert!(segments(cache.path()).len() < 16);
    }
    assert_eq!(compare(&request, cache.path()), (40, 0));
}

#[test]
fn thousands_of_segments_become_few() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    let file = |number: u32| {
        let name = format!("{number}.py");
        write(&folder.path().join(name), &python(1024 + number))
    };
    file(0);
    compare(&request, cache.path());
    let [first] = &segments(cache.path())[..] else {
        panic!("one segment")
    };
    for number in 1..2_000 {
        let name = first.file_name().expect("a name").to_string_lossy();
        let copy = cache
            .path()
            .join(format!("{}{number:04}.segment", &name[..20]));
        fs::copy(first, copy).expect("copied");
    }
    assert_eq!(segments(cache.path()).len(), 2_000);
    // Nothing is written, so nothing is made one; and no more files are open than a process may have.
    assert_eq!(compare(&request, cache.path()), (1, 0));
    assert_eq!(segments(cache.path()).len(), 2_000);
    for number in 1..4 {
        file(number);
        assert_eq!(compare(&request, cache.path()), (u64::from(number), 1));
    }
    let left = segments(cache.path()).len();
    assert!(left < 16, "{left}");
}

#[test]
fn what_is_abandoned_is_taken_away_and_what_is_foreign_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.py"), &python(2048));
    let cache = tempfile::tempdir().expect("a folder");
    let old = SystemTime::now() - Duration::from_secs(40 * 24 * 3600);
    for name in ["a.tmp", "b.segment", "notes.txt"] {
        let path = cache.path().join(name);
        let file = File::create(path).expect("a file");
        file.set_modified(old).expect("a time")
    }
    fs::write(cache.path().join("running.tmp"), b"").expect("written");
    compare(&over(folder.path()), cache.path());
    let names: Vec<String> = all(cache.path())
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .filter(|name| ["a.tmp", "b.segment", "notes.txt", "running.tmp"].contains(&&**name))
        .collect();
    assert_eq!(names, ["notes.txt", "running.tmp"]);
}

#[test]
fn scans_at_the_same_time_do_not_disturb_each_other() {
    let folder = tree();
    let cache = tempfile::tempdir().expect("a folder");
    let request = over(folder.path());
    let (without, _) = scan_by(&request, &KNOWN);
    for _ in 0..2 {
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let with = cached(&request, cache.path(), SIZE);
                    same(&without, &scan_by(&with, &KNOWN).0)
                });
            }
        })
    }
    assert_eq!(compare(&request, cache.path()).1, 0);
}

#[test]
fn the_cache_is_no_part_of_what_is_scanned() {
    let folder = tree();
    let cache = folder.path().join("src/.cache/pqscan");
    let (without, _) = scan_by(&over(folder.path()), &KNOWN);
    let with = cached(&over(folder.path()), &cache, SIZE);
    for _ in 0..2 {
        same(&without, &scan_by(&with, &KNOWN).0)
    }
    write(&cache.join("a.py"), &python(2048));
    let mut off = with;
    if let Some(caching) = &mut off.cache {
        caching.is_off = true
    }
    same(&without, &scan_by(&off, &KNOWN).0);
    // Unless it is what was to be scanned.
    let root = Request {
        roots: vec![cache],
        ..off
    };
    assert!(scan_by(&root, &KNOWN).0.contains("a.py"));
}

#[cfg(unix)]
#[test]
fn the_folder_is_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.py"), &python(2048));
    let parent = tempfile::tempdir().expect("a folder");
    let cache = parent.path().join("deep/er");
    compare(&over(folder.path()), &cache);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&cache), 0o700);
    for path in all(&cache) {
        assert_eq!(mode(&path), 0o600, "{}", path.display())
    }
}
