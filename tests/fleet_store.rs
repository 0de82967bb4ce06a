//! The store of a fleet: objects that are whole or not there, segments that say what the report says, compaction that counts nothing twice, and
//! retention that takes nothing that is needed.
#![cfg(feature = "fleet")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use futures_util::TryStreamExt;
use pqscan::fleet::repository::{Origin, Repository};
use pqscan::fleet::store::compact::{Compacted, Plan, compact};
use pqscan::fleet::store::retain::{LEAST_AGE, Retained, Rule, Why, retain};
use pqscan::fleet::store::segment::{self, COLUMNS, Limits, Moment, Reader, Row, Whose};
use pqscan::fleet::store::{Error, Put, Store, current, layout, result};
use pqscan::fleet::task::Engine;
use pqscan::inventory::{self, Report};
use pqscan::knowledge::Knowledge;
use pqscan::model::{
    Asset, AssetKind, Confidence, Context, Facet, Finding, Found, Location, Origin as From,
    Technique, Value,
};
use pqscan::output::{self, Options};
use pqscan::scan::{self, Request};
use tempfile::TempDir;

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    (folder, store)
}

fn open(folder: &Path) -> Store {
    Store::open(folder.to_str().expect("Unicode")).expect("a store")
}

async fn paths(store: &Store, prefix: &str) -> Vec<String> {
    let objects: Vec<_> = store.list(prefix).try_collect().await.expect("a list");
    let mut paths: Vec<String> = objects.into_iter().map(|object| object.path).collect();
    paths.sort();
    paths
}

fn key(number: usize) -> String {
    blake3::hash(&number.to_le_bytes()).to_hex()[..32].to_owned()
}

fn repository(name: &str) -> Repository {
    Repository {
        name: name.to_owned(),
        url: format!("https://{name}.git"),
        origin: Origin::Github,
        owner: "example".to_owned(),
        branch: None,
        commit: None,
        archived: false,
        fork: false,
        kilobytes: None,
    }
}

fn engine() -> Engine {
    Engine {
        version: "0.1.0".to_owned(),
        rules: "ru1e5".to_owned(),
        settings: "none".to_owned(),
    }
}

fn corpus(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("corpus").join(name)
}

const RSA: &str = "from cryptography.hazmat.primitives.asymmetric import rsa\n\ndef make(bits):\n    return rsa.generate_private_key(public_exponent=65537, key_size=2048)\n";
const UNKNOWN: &str = "from cryptography.hazmat.primitives.asymmetric import rsa\n\ndef make(bits):\n    return rsa.generate_private_key(public_exponent=65537, key_size=bits)\n";
const MD5: &str = "import hashlib\nhashlib.md5(b'a').hexdigest()\n";

/// A project: a key that is made, one of an unknown size, a digest in a test, a certificate, and a file with a name that no table should break at.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("writable");
        fs::write(path, bytes).expect("writable");
    };
    write("src/keys.py", RSA.as_bytes());
    write("src/any.py", UNKNOWN.as_bytes());
    write("tests/test_sum.py", MD5.as_bytes());
    write("=cmd|' /C calc'!A0,\"\u{202e}.py", MD5.as_bytes());
    let certificate = fs::read(corpus("cert/files/x509/rsa-2048-sha256.pem")).expect("readable");
    write("etc/server.pem", &certificate);
    folder
}

fn scanned(root: &Path) -> Report {
    let known = Knowledge::load(&[]).expect("the rules load");
    let request = Request {
        roots: vec![root.to_owned()],
        ..Request::default()
    };
    let found = scan::scan(&request, &known, &scan::Unwatched).expect("it scans");
    inventory::report(found, &known, None)
}

fn segment_of(report: &Report, name: &str, key: &str) -> Vec<u8> {
    let (repository, engine) = (repository(name), engine());
    let whose = Whose {
        key,
        repository: &repository,
        commit: Some("c0ffee"),
        engine: &engine,
    };
    segment::of(report, &whose).expect("a segment")
}

/// A report of so many places: in turn a key of 2048 bits and AES, in files of a hundred.
fn made(places: usize) -> Report {
    let known = Knowledge::load(&[]).expect("the rules load");
    let mut key = Asset::new(AssetKind::Key);
    key.facets.extend([
        (Facet::Algorithm, Value::name("RSA", From::Literal)),
        (Facet::KeyBits, Value::number(2048, From::Literal)),
    ]);
    let mut cipher = Asset::new(AssetKind::Algorithm);
    cipher
        .facets
        .extend([(Facet::Algorithm, Value::name("AES", From::Literal))]);
    let findings = (0..places).map(|number| {
        let at = number as u64 % 100;
        Finding {
            asset: [&key, &cipher][number % 2].clone(),
            location: Location {
                path: format!("src/file{:06}.py", number / 100).into(),
                line: at as u32 + 1,
                column: 1,
                span: (at as usize * 10..at as usize * 10 + 5).into(),
            },
            text: "made".into(),
            library: "python/made".into(),
            entry: "python/made#api".into(),
            symbol: "api".into(),
            function: None,
            technique: Technique::SourceCode,
            confidence: Confidence::High,
            context: Context::Production,
            evidence: Vec::new(),
            uses: Vec::new(),
            provenance: Default::default(),
        }
    });
    let found = Found {
        findings: findings.map(|finding| vec![finding]).collect(),
        ..Found::default()
    };
    inventory::report(found, &known, None)
}

fn seen(rows: &[Row]) -> Vec<&Row> {
    rows.iter().filter(|row| &*row.seen != "implied").collect()
}

#[test]
fn a_segment_says_what_is_in_the_files() {
    let project = project();
    let report = scanned(project.path());
    let bytes = segment_of(&report, "github.com/example/shop", &key(1));
    let rows = segment::read(bytes.clone()).expect("it reads");

    // Each place of each asset once.
    let places: usize = report
        .inventory
        .assets
        .iter()
        .map(|a| a.occurrences.len())
        .sum();
    assert_eq!(rows.len(), places);
    let order: Vec<_> = rows.iter().map(|r| (&r.path, r.line, r.col)).collect();
    assert!(order.is_sorted());

    let at = |path: &str| -> Vec<&Row> {
        let rows = seen(&rows).into_iter();
        rows.filter(|row| &*row.path == path).collect()
    };
    let [made] = at("src/keys.py")[..] else {
        panic!("one key")
    };
    assert_eq!(&*made.key, key(1));
    assert_eq!(&*made.repository, "github.com/example/shop");
    // b3sum of the name, its first half.
    let id = &blake3::hash(b"github.com/example/shop").to_hex()[..32];
    assert_eq!(&*made.repository_id, id);
    assert_eq!(made.owner.as_deref(), Some("example"));
    assert_eq!(made.commit_id.as_deref(), Some("c0ffee"));
    assert_eq!((&*made.engine, &*made.rules), ("0.1.0", "ru1e5"));
    assert_eq!((&*made.kind, &*made.seen), ("key", "used"));
    assert_eq!(made.algorithm.as_deref(), Some("RSA"));
    assert_eq!(made.key_bits, Some(2048));
    assert_eq!(made.nist_level, Some(0));
    assert_eq!(made.operations.as_deref(), Some("keygen"));
    assert_eq!((made.line, made.col), (Some(4), Some(12)));
    assert_eq!(made.in_function.as_deref(), Some("make"));
    assert_eq!(&*made.context, "production");
    assert_eq!(&*made.language, "python");
    assert_eq!(&*made.tier, "calls");
    assert_eq!(&*made.technique, "source code");
    assert_eq!(made.unresolved, None);
    assert_eq!(made.not_after, None);

    let [any] = at("src/any.py")[..] else {
        panic!("one key")
    };
    assert_eq!(any.key_bits, None);
    assert_eq!(any.unresolved.as_deref(), Some("key_bits"));

    let [sum] = at("tests/test_sum.py")[..] else {
        panic!("one digest")
    };
    assert_eq!(sum.algorithm.as_deref(), Some("MD5"));
    assert_eq!(&*sum.context, "test");
    // Text is as it is: who shows it makes it harmless.
    assert_eq!(at("=cmd|' /C calc'!A0,\"\u{202e}.py").len(), 1);

    // By `openssl x509 -text` and `openssl pkey -pubin -outform DER | sha256sum`.
    let lies = at("etc/server.pem");
    let certificate = lies.iter().find(|row| &*row.kind == "certificate");
    let certificate = certificate.expect("the certificate");
    assert_eq!(certificate.subject.as_deref(), Some("CN=rsa-2048-sha256"));
    assert_eq!(certificate.certificate_role.as_deref(), Some("root"));
    assert_eq!(certificate.form.as_deref(), Some("X.509"));
    let seconds = |text: &str| {
        let time: jiff::Timestamp = text.parse().expect("a time");
        Some(Moment(time.as_millisecond()))
    };
    assert_eq!(certificate.not_before, seconds(NOT_BEFORE));
    assert_eq!(certificate.not_after, seconds("2035-12-30T00:00:00Z"));
    assert_eq!(certificate.sha256.as_deref(), Some(CERTIFICATE_SHA256));
    let public = lies
        .iter()
        .find(|row| &*row.kind == "key")
        .expect("its key");
    assert_eq!(public.key_halves.as_deref(), Some("public"));
    assert_eq!(public.sha256.as_deref(), Some(KEY_SHA256));

    // The same again, the same bytes.
    let again = segment_of(&scanned(project.path()), "github.com/example/shop", &key(1));
    assert_eq!(bytes, again);
}

const NOT_BEFORE: &str = "2026-01-01T00:00:00Z";
const CERTIFICATE_SHA256: &str = "6f491ca037e2eb2d06c65dd274537a119ee9243bbde3b7c8726b79b9852f0a76";
const KEY_SHA256: &str = "a135cbea2e1ed0eb83885a2994e2d21e8013f8cbed2237862619e1e3bf1adecb";

#[test]
fn a_report_without_findings_is_a_segment_without_rows() {
    let bytes = segment_of(&Report::default(), "github.com/example/empty", &key(1));
    assert_eq!(segment::read(bytes).expect("it reads"), []);
}

#[test]
fn a_segment_of_many_places_is_read_group_by_group() {
    // More than the rows of a group.
    let report = made(150_000);
    let bytes = segment_of(&report, "github.com/example/large", &key(1));
    let rows = segment::read(bytes.clone()).expect("it reads");
    let seen = seen(&rows);
    assert_eq!(seen.len(), 150_000);
    let keys = seen.iter().filter(|row| row.key_bits == Some(2048));
    assert_eq!(keys.count(), 75_000);
    assert_eq!(&*seen[149_999].path, "src/file001499.py");
    assert_eq!(seen[149_999].line, Some(100));

    let reader = Reader::new(bytes.clone().into(), Limits::default()).expect("it opens");
    assert!(reader.groups() > 2);
    assert_eq!(reader.rows(), rows.len() as u64);
    let too_few = Limits {
        rows: 100_000,
        ..Limits::default()
    };
    let error = Reader::new(bytes.clone().into(), too_few).unwrap_err();
    assert_eq!(error.to_string(), "too many rows");
    let too_small = Limits {
        unpacked: 100_000,
        ..Limits::default()
    };
    let reader = Reader::new(bytes.into(), too_small).expect("it opens");
    let error = reader.group(0).unwrap_err();
    assert_eq!(error.to_string(), "a row group unpacks to too much");
}

/// The fleet does this among other things on threads that take turns.
#[test]
fn what_the_store_does_can_be_done_on_any_thread() {
    fn sent<T: Send>(it: T) -> T {
        it
    }
    let (_folder, store) = store();
    let (current, keep, plan) = (BTreeMap::new(), BTreeSet::new(), Plan::of("2027-01"));
    let done = wait(sent(compact(&store, &current, &plan))).unwrap();
    assert_eq!(done, Compacted::default());
    let done = wait(sent(retain(&store, &keep, &rule(0), |_, _| {}))).unwrap();
    assert_eq!(done, Retained::default());
    wait(sent(store.put_new("current.parquet", "x"))).unwrap();
}

/// Whoever can write to the store can make a file of any bytes: none brings the reader down.
#[test]
fn damaged_segments_are_refused_or_read_and_never_more() {
    let bytes = segment_of(
        &scanned(project().path()),
        "github.com/example/shop",
        &key(1),
    );
    let whole = segment::read(bytes.clone()).expect("it reads").len();
    for end in (0..bytes.len()).step_by(97) {
        assert!(segment::read(bytes[..end].to_vec()).is_err(), "{end}");
    }
    let (mut refused, mut tried) = (0, 0);
    for (first, flip) in [(0, 0x01), (2, 0x80), (4, 0xff)] {
        for at in (first..bytes.len()).step_by(5) {
            tried += 1;
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            match segment::read(damaged) {
                Ok(rows) => assert_eq!(rows.len(), whole, "{at}"),
                Err(_) => refused += 1,
            }
        }
    }
    // Many bytes count; those of statistics and of columns' sizes that we do not look at do not.
    assert!(refused * 3 > tried, "{refused} of {tried}");
    for none in [&b""[..], b"PAR1", b"PAR1PAR1", b"PAR1\xff\xff\xff\xffPAR1"] {
        assert!(segment::read(none.to_vec()).is_err());
    }
}

#[test]
fn objects_are_written_once_and_found_again() {
    let (folder, store) = store();
    wait(async {
        let path = layout::result(&key(1));
        assert!(!store.exists(&path).await.unwrap());
        assert_eq!(store.put_new(&path, "first").await.unwrap(), Put::New);
        assert_eq!(store.put_new(&path, "second").await.unwrap(), Put::Existed);
        assert_eq!(&*store.get(&path, 5).await.unwrap(), b"first");
        let large = store.get(&path, 4).await.unwrap_err();
        assert!(matches!(
            large,
            Error::TooLarge {
                bytes: 5,
                most: 4,
                ..
            }
        ));
        assert_eq!(fs::read(folder.path().join(&path)).unwrap(), b"first");
        store.replace("current.parquet", "a").await.unwrap();
        store.replace("current.parquet", "b").await.unwrap();
        assert_eq!(&*store.get("current.parquet", 9).await.unwrap(), b"b");
        assert_eq!(
            paths(&store, "").await,
            ["current.parquet".to_owned(), path.clone()]
        );
        assert_eq!(paths(&store, "result").await, [path.as_str()]);
        assert_eq!(paths(&store, "segment").await, [""; 0]);
        store.delete(&path).await.unwrap();
        store.delete(&path).await.unwrap();
        let missing = store.get(&path, 9).await.unwrap_err();
        assert!(matches!(missing, Error::Missing(_)));
        for path in ["../outside", "result/../../outside", "/../outside"] {
            assert!(store.put_new(path, "x").await.is_err(), "{path}");
        }
        assert!(!folder.path().parent().unwrap().join("outside").exists());
    });
    // The address of a folder as a URL is the same store.
    let url = format!("file://{}", folder.path().display());
    let same = Store::open(&url).expect("a store");
    assert_eq!(wait(paths(&same, "")), ["current.parquet"]);
}

#[test]
fn what_is_no_store_is_said() {
    let wrong = |address: &str| Store::open(address).unwrap_err().to_string();
    assert!(wrong("").contains("the name is empty"));
    assert!(wrong("ftp://example.org/a").contains("known are file, s3, gs, az and abfss"));
    assert!(wrong("file://server/a").contains("three slashes"));
    let (folder, _) = store();
    fs::write(folder.path().join("file"), "").unwrap();
    let file = folder.path().join("file");
    assert!(matches!(
        Store::open(file.to_str().unwrap()),
        Err(Error::Denied(_) | Error::Address(_))
    ));
    // Nothing of a password comes back.
    for address in ["ftp://me:secret@example.org/a", "s3://me:secret@box/a"] {
        assert!(!wrong(address).contains("secret"), "{}", wrong(address));
    }
}

#[cfg(not(feature = "fleet-shared"))]
#[test]
fn a_store_that_is_not_built_in_names_the_feature() {
    for address in [
        "s3://box/a",
        "gs://box/a",
        "az://box/a",
        "abfss://c@a.dfs.core.windows.net/a",
    ] {
        let error = Store::open(address).unwrap_err();
        assert!(matches!(error, Error::Feature(_)), "{address}");
        assert!(error.to_string().contains("`fleet-shared`"));
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_no_passing_trouble() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = store();
    let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    // Root writes anywhere.
    let is_root = fs::write(folder.path().join("probe"), "").is_ok();
    let put = wait(store.put_new(&layout::result(&key(1)), "x"));
    mode(0o755);
    if !is_root {
        assert!(matches!(put, Err(Error::Denied(_))), "{put:?}");
    }
    // A file where a folder should be is one for everybody.
    fs::write(folder.path().join("segment"), "").unwrap();
    let put = wait(store.put_new(&layout::segment(&key(1)), "x"));
    assert!(put.is_err());
}

#[test]
fn of_many_who_write_the_same_one_does() {
    let (folder, _) = store();
    let folder = folder.path();
    let news: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let store = open(folder);
                    wait(async {
                        let mut news = 0;
                        for number in 0..50 {
                            let path = layout::result(&key(number));
                            let put = store.put_new(&path, vec![7; 10_000]).await.unwrap();
                            news += usize::from(put == Put::New);
                        }
                        news
                    })
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(news, 50);
    let store = open(folder);
    let objects: Vec<_> = wait(store.list("").try_collect()).unwrap();
    assert_eq!(objects.len(), 50);
    assert!(objects.iter().all(|object| object.bytes == 10_000));
}

#[test]
fn ten_thousand_objects_are_listed() {
    let (_folder, store) = store();
    wait(async {
        for number in 0..10_000 {
            // Straight to the disk: 10,000 times two flushes take minutes.
            let path = store.folder().unwrap().join(layout::segment(&key(number)));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let listed = paths(&store, "segment").await;
        let mut wanted: Vec<String> = (0..10_000).map(|n| layout::segment(&key(n))).collect();
        wanted.sort();
        assert_eq!(listed, wanted);
        // Those of a folder alone.
        let some: Vec<_> = wanted
            .iter()
            .filter(|p| p.starts_with("segment/3f/"))
            .collect();
        assert!(!some.is_empty());
        assert_eq!(
            paths(&store, "segment/3f").await.iter().collect::<Vec<_>>(),
            some
        );
    });
}

/// Not a test by itself: what the next one kills.
#[test]
#[ignore = "the process that another test kills"]
fn a_writer_that_is_killed() {
    let Ok(folder) = std::env::var("PQSCAN_TEST_STORE") else {
        return;
    };
    let store = open(Path::new(&folder));
    wait(async {
        for number in 0.. {
            let bytes = vec![number as u8; 4 << 20];
            store
                .put_new(&layout::result(&key(number)), bytes)
                .await
                .unwrap();
        }
    })
}

#[test]
fn a_writer_that_is_killed_leaves_whole_objects_and_what_retention_removes() {
    let (folder, store) = store();
    let objects = || -> Vec<_> { wait(store.list("result").try_collect()).unwrap() };
    for round in 0..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "a_writer_that_is_killed"])
            .env("PQSCAN_TEST_STORE", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(150 + 37 * round));
        // On a slow machine the first object takes longer than that; one that never comes is missed below.
        let begun = Instant::now();
        while round == 5 && objects().is_empty() && begun.elapsed() < Duration::from_secs(120) {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::sleep(Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // One for certain, wherever the others were killed.
    let staged = folder
        .path()
        .join(format!("{}#1", layout::segment(&key(1))));
    fs::create_dir_all(staged.parent().unwrap()).unwrap();
    fs::write(&staged, "half").unwrap();
    // Not ours, whatever it looks like.
    fs::write(folder.path().join("notes#1"), "mine").unwrap();

    let before = objects();
    assert!(!before.is_empty());
    for object in &before {
        let bytes = wait(store.get(&object.path, u64::MAX)).unwrap();
        assert_eq!(bytes.len(), 4 << 20);
        assert!(bytes.iter().all(|byte| *byte == bytes[0]));
    }
    let keep: BTreeSet<String> = (0..10_000).map(key).collect();
    let mut told = Vec::new();
    let soon = rule(0);
    wait(retain(&store, &keep, &soon, |object, why| {
        told.push((object.path.clone(), why))
    }))
    .unwrap();
    assert_eq!(told, [], "all of it is young");
    let later = rule(2);
    wait(retain(&store, &keep, &later, |object, why| {
        told.push((object.path.clone(), why))
    }))
    .unwrap();
    assert!(
        told.iter()
            .all(|(path, why)| *why == Why::Leftover && path.contains('#'))
    );
    assert!(!staged.exists());
    assert!(folder.path().join("notes#1").exists());
    assert_eq!(objects().len(), before.len());
}

/// As if so many days had passed.
fn rule(days: u64) -> Rule {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after 1970");
    Rule {
        now: (now.as_secs() + days * 24 * 3600 + 60) as i64,
        older_than: Duration::ZERO,
        dry_run: false,
    }
}

#[test]
fn retention_takes_what_no_kept_key_names_and_nothing_else() {
    let (folder, store) = store();
    wait(async {
        let repository = repository("github.com/example/shop").id();
        for number in 0..4 {
            let key = key(number);
            store
                .put_new(&layout::result(&key), "result")
                .await
                .unwrap();
            store
                .put_new(&layout::segment(&key), "segment")
                .await
                .unwrap();
            store
                .put_new(&layout::cbom(&repository, &key), "cbom")
                .await
                .unwrap();
        }
        store.put_new("current.parquet", "current").await.unwrap();
        store.put_new("somebody/else.txt", "foreign").await.unwrap();
        store
            .put_new("result/ff/not-a-key.json.zst", "foreign")
            .await
            .unwrap();
        let keep: BTreeSet<String> = [key(1), key(3)].into();

        let young = retain(&store, &keep, &rule(0), |_, _| {}).await.unwrap();
        let counted = Retained {
            kept: 7,
            young: 6,
            foreign: 2,
            removed: 0,
            bytes: 0,
        };
        assert_eq!(young, counted);

        let dry = Rule {
            dry_run: true,
            ..rule(2)
        };
        let mut told = Vec::new();
        let would = retain(&store, &keep, &dry, |object, why| {
            told.push((object.path.clone(), why))
        });
        let would = would.await.unwrap();
        let counted = Retained {
            kept: 7,
            young: 0,
            foreign: 2,
            removed: 6,
            bytes: 34,
        };
        assert_eq!(would, counted);
        told.sort_by(|a, b| a.0.cmp(&b.0));
        let mut wanted: Vec<_> = [key(0), key(2)]
            .iter()
            .flat_map(|k| {
                [
                    layout::result(k),
                    layout::segment(k),
                    layout::cbom(&repository, k),
                ]
            })
            .map(|path| (path, Why::Forgotten))
            .collect();
        wanted.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(told, wanted);
        assert_eq!(paths(&store, "").await.len(), 15);

        let done = retain(&store, &keep, &rule(2), |_, _| {}).await.unwrap();
        assert_eq!(done, counted);
        assert_eq!(paths(&store, "").await.len(), 9);
        assert!(store.exists(&layout::result(&key(1))).await.unwrap());
        let again = retain(&store, &keep, &rule(2), |_, _| {}).await.unwrap();
        assert_eq!((again.removed, again.kept), (0, 7));
    });
    assert!(folder.path().join("somebody/else.txt").exists());
}

/// A worker finds the object of an older run and commits its key, while retention, which does not know of that yet, is about to look.
#[test]
fn an_old_object_that_somebody_relies_on_is_young_again() {
    let (folder, store) = store();
    let old = |path: &str| {
        let file = fs::File::options()
            .append(true)
            .open(folder.path().join(path))
            .unwrap();
        let long_ago = SystemTime::now() - LEAST_AGE * 3;
        file.set_modified(long_ago).unwrap();
    };
    wait(async {
        let (found, written, forgotten) = (key(1), key(2), key(3));
        for key in [&found, &written, &forgotten] {
            let path = layout::result(key);
            store.put_new(&path, "facts").await.unwrap();
            old(&path);
        }
        assert!(store.claim(&layout::result(&found)).await.unwrap());
        assert!(!store.claim(&layout::result(&key(4))).await.unwrap());
        let put = store
            .put_new(&layout::result(&written), "facts")
            .await
            .unwrap();
        assert_eq!(put, Put::Existed);
        let done = retain(&store, &BTreeSet::new(), &rule(0), |_, _| {})
            .await
            .unwrap();
        assert_eq!((done.removed, done.young), (1, 2));
        assert!(!store.exists(&layout::result(&forgotten)).await.unwrap());
        assert_eq!(
            &*store.get(&layout::result(&found), 9).await.unwrap(),
            b"facts"
        );
    });
}

/// Repositories `r0`… with so many places each; the number is also that of the key.
async fn fill(
    store: &Store,
    numbers: std::ops::Range<usize>,
    places: usize,
) -> BTreeMap<String, String> {
    let report = made(places);
    let mut current = BTreeMap::new();
    for number in numbers {
        let name = format!("github.com/example/r{number}");
        let bytes = segment_of(&report, &name, &key(number));
        store
            .put_new(&layout::segment(&key(number)), bytes)
            .await
            .expect("it is there");
        current.insert(key(number), name);
    }
    current
}

/// Rows by key, each key from one file, as the documented query has it.
async fn rows_by_key(store: &Store) -> BTreeMap<String, usize> {
    let mut by_file: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for path in paths(store, "").await {
        if path.ends_with(".parquet") && path != layout::CURRENT {
            let bytes = store.get(&path, u64::MAX).await.expect("it is there");
            for row in segment::read(bytes).expect("it is there") {
                let files = by_file.entry(row.key.to_string()).or_default();
                *files.entry(path.clone()).or_default() += 1;
            }
        }
    }
    by_file
        .into_iter()
        .map(|(key, files)| {
            let counts: BTreeSet<usize> = files.values().copied().collect();
            assert_eq!(counts.len(), 1, "every file has all rows of a key");
            (key, counts.into_iter().next().expect("it is there"))
        })
        .collect()
}

#[test]
fn compaction_counts_nothing_twice_at_any_moment() {
    let (_folder, store) = store();
    wait(async {
        let mut current = fill(&store, 0..20, 40).await;
        let before = rows_by_key(&store).await;
        assert_eq!(before.len(), 20);
        // A key that is in the database and not here.
        current.insert(key(99), "github.com/example/gone".to_owned());

        let plan = Plan {
            month: "2027-01".to_owned(),
            bytes: 10_000_000,
        };
        let done = compact(&store, &current, &plan).await.unwrap();
        assert_eq!((done.keys, done.missing, done.parts.len()), (20, 1, 1));
        assert_eq!(done.rows, before.values().sum::<usize>() as u64);
        assert_eq!(done.damaged, [""; 0]);
        // Written, nothing removed yet.
        assert_eq!(rows_by_key(&store).await, before);
        assert_eq!(paths(&store, "segment").await.len(), 20);
        let again = compact(&store, &current, &plan).await.unwrap();
        assert_eq!(
            again,
            Compacted {
                missing: 1,
                ..Compacted::default()
            }
        );

        // Sorted by repository.
        let rows = segment::read(store.get(&done.parts[0], u64::MAX).await.unwrap()).unwrap();
        let names: Vec<_> = rows.iter().map(|row| row.repository.clone()).collect();
        assert!(names.is_sorted());

        // A day later the segments go.
        let keep: BTreeSet<String> = current.keys().cloned().collect();
        let soon = retain(&store, &keep, &rule(0), |_, _| {}).await.unwrap();
        assert_eq!(soon.removed, 0);
        let mut whys = BTreeMap::new();
        retain(&store, &keep, &rule(2), |_, why| {
            *whys.entry(why.name()).or_insert(0) += 1
        })
        .await
        .unwrap();
        assert_eq!(whys, BTreeMap::from([("a part holds it", 20)]));
        assert_eq!(rows_by_key(&store).await, before);
        assert_eq!(paths(&store, "segment").await, [""; 0]);
        let again = compact(&store, &current, &plan).await.unwrap();
        assert_eq!(
            again,
            Compacted {
                missing: 1,
                ..Compacted::default()
            }
        );

        // Half of the repositories and more change: what is left of the part is merged with what is new.
        let new = fill(&store, 20..32, 40).await;
        current.retain(|key, _| !(0..12).map(self::key).any(|old| old == *key));
        current.extend(new);
        current.remove(&key(99));
        let done = compact(&store, &current, &plan).await.unwrap();
        assert_eq!((done.keys, done.merged, done.parts.len()), (20, 1, 1));
        let keep: BTreeSet<String> = current.keys().cloned().collect();
        retain(&store, &keep, &rule(4), |_, _| {}).await.unwrap();
        let after = rows_by_key(&store).await;
        assert_eq!(
            after.keys().collect::<Vec<_>>(),
            keep.iter().collect::<Vec<_>>()
        );
        assert!(after.values().all(|rows| *rows == before[&key(0)]));
        // One part and its list of keys.
        assert_eq!(paths(&store, "").await.len(), 2);
    });
}

#[test]
fn a_compaction_that_is_cut_short_is_begun_again() {
    let (_folder, store) = store();
    wait(async {
        let current = fill(&store, 0..6, 40).await;
        let before = rows_by_key(&store).await;
        // Each key in a part of its own; then the process dies after some.
        let single = Plan {
            month: "2027-01".to_owned(),
            bytes: 1,
        };
        let some: BTreeMap<_, _> = current.clone().into_iter().take(3).collect();
        assert_eq!(
            compact(&store, &some, &single).await.unwrap().parts.len(),
            3
        );
        // A list of keys without its part, as a crash between the two leaves it.
        let orphan = layout::manifest("2027-01", &key(77));
        store.put_new(&orphan, "pqscan keys 1\n").await.unwrap();
        assert_eq!(rows_by_key(&store).await, before);

        let plan = Plan {
            month: "2027-02".to_owned(),
            bytes: 10_000_000,
        };
        let done = compact(&store, &current, &plan).await.unwrap();
        assert_eq!((done.keys, done.merged, done.parts.len()), (6, 3, 1));
        assert_eq!(rows_by_key(&store).await, before);
        let keep: BTreeSet<String> = current.keys().cloned().collect();
        retain(&store, &keep, &rule(2), |_, _| {}).await.unwrap();
        assert_eq!(rows_by_key(&store).await, before);
        assert!(!store.exists(&orphan).await.unwrap());
        assert_eq!(paths(&store, "").await.len(), 2);
    });
}

#[test]
fn what_cannot_be_read_is_said_and_left() {
    let (folder, store) = store();
    wait(async {
        let current = fill(&store, 0..3, 40).await;
        let damaged = layout::segment(&key(1));
        fs::write(folder.path().join(&damaged), "PAR1 no more PAR1").unwrap();
        // One under the name of another.
        let moved = layout::segment(&key(2));
        fs::copy(
            folder.path().join(layout::segment(&key(0))),
            folder.path().join(&moved),
        )
        .unwrap();
        let plan = Plan::of("2027-01");
        let done = compact(&store, &current, &plan).await.unwrap();
        assert_eq!(done.keys, 1);
        let mut said = done.damaged.clone();
        said.sort();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.iter().any(|line| line.starts_with(&damaged)));
        assert!(
            said.iter()
                .any(|line| *line == format!("{moved}: rows of another content key"))
        );
        // A part whose list of keys was lost is nobody's, and stays.
        store
            .delete(&done.parts[0].replace(".parquet", ".keys"))
            .await
            .unwrap();
        let kept = retain(&store, &BTreeSet::new(), &rule(2), |_, _| {})
            .await
            .unwrap();
        assert_eq!((kept.foreign, kept.removed), (1, 3));
        assert!(
            compact(&store, &current, &Plan::of("January"))
                .await
                .is_err()
        );
    });
}

#[test]
fn a_result_comes_back_from_the_store_as_it_was() {
    let project = project();
    let known = Knowledge::load(&[]).expect("the rules load");
    let request = Request {
        roots: vec![project.path().to_owned()],
        ..Request::default()
    };
    let found = scan::scan(&request, &known, &scan::Unwatched).expect("it scans");
    let planning = inventory::planning::Planning::usual(&known.policies, None);
    let kept = output::saved::keep(&found, &planning).expect("it is kept");
    let findings = found.findings.clone();
    let mut report = inventory::report(found, &known, None);
    report.found = Some(kept);
    let mut document = Vec::new();
    let json = output::format("json").expect("a form");
    json.write(&report, &Options::default(), &mut document)
        .unwrap();

    let (_folder, store) = store();
    let path = layout::result(&key(1));
    let packed = result::pack(&document).unwrap();
    assert!(packed.len() * 3 < document.len());
    wait(store.put_new(&path, packed)).unwrap();
    let back = wait(store.get(&path, u64::MAX)).unwrap();
    let back = result::unpack(&path, &back).expect("it reads");
    assert_eq!(back.found.findings, findings);
}

#[test]
fn the_documentation_has_every_column() {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fleet-store.md"));
    let page = page.expect("readable");
    let table = |heading: &str| -> Vec<String> {
        let (_, rest) = page.split_once(heading).expect("the heading");
        rest.lines()
            .skip_while(|line| !line.starts_with('|'))
            .take_while(|line| line.starts_with('|'))
            .skip(2)
            .map(str::to_owned)
            .collect()
    };
    let ours: Vec<String> = COLUMNS
        .iter()
        .map(|column| {
            let always = if column.is_required { "yes" } else { "" };
            format!(
                "| `{}` | {} | {always} | {} |",
                column.name,
                column.kind.name(),
                column.says
            )
        })
        .collect();
    assert_eq!(table("## The columns"), ours);
    let current: Vec<String> = current::COLUMNS
        .iter()
        .map(|(name, says)| format!("| `{name}` | {says} |"))
        .collect();
    assert_eq!(table("## Which keys are current"), current);
}

/// DuckDB, pyarrow and polars read what was written, and count and see the same.
#[test]
#[ignore = "needs Python with duckdb, pyarrow and polars: `.ci/run` installs them"]
fn other_readers_see_the_same() {
    let python = std::env::var("PQSCAN_READERS_PYTHON")
        .unwrap_or_else(|_| "target/readers/bin/python".to_owned());
    let (folder, store) = store();
    let keys = wait(async {
        let project = project();
        let report = scanned(project.path());
        let name = "github.com/example/shop";
        let own = segment_of(&report, name, &key(1000));
        store
            .put_new(&layout::segment(&key(1000)), own)
            .await
            .unwrap();
        let mut current = fill(&store, 0..30, 200).await;
        current.insert(key(1000), name.to_owned());
        // An older scan of a repository, which does not count any more.
        fill(&store, 500..501, 200).await;
        // Some of it in parts, and still in segments.
        let some: BTreeMap<_, _> = current.clone().into_iter().take(16).collect();
        compact(&store, &some, &Plan::of("2027-01")).await.unwrap();
        let entries: Vec<_> = current
            .iter()
            .map(|(key, name)| current::Entry {
                repository: name.clone(),
                key: key.clone(),
                repository_id: repository(name).id(),
                owner: "example".to_owned(),
                commit: "c0ffee".to_owned(),
                scanned_at: 1_795_392_000,
            })
            .collect();
        current::put(&store, &entries).await.unwrap();
        current
    });
    // 200 places in each of 30 repositories, and what `project` has: 2 keys, 2 digests, a certificate and its key.
    assert_eq!(keys.len(), 31);
    let page = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new(python)
        .arg(page.join("tests/fleet_store/read.py"))
        .arg(folder.path())
        .arg(page.join("docs/fleet-store.md"))
        .status()
        .expect("Python runs");
    assert!(status.success());
}

/// Not a test by itself: what the next one runs with the environment that tells where the bucket is.
#[cfg(feature = "fleet-shared")]
#[test]
#[ignore = "the process that another test starts"]
fn in_a_bucket() {
    let Ok(address) = std::env::var("PQSCAN_TEST_BUCKET") else {
        return;
    };
    let store = Store::open(&address).expect("a store");
    assert_eq!(store.folder(), None);
    wait(async {
        let path = layout::result(&key(1));
        assert!(!store.exists(&path).await.unwrap());
        assert_eq!(store.put_new(&path, "first").await.unwrap(), Put::New);
        assert_eq!(store.put_new(&path, "second").await.unwrap(), Put::Existed);
        assert_eq!(&*store.get(&path, 5).await.unwrap(), b"first");
        assert!(store.claim(&path).await.unwrap());
        let error = store.get(&layout::result(&key(2)), 5).await.unwrap_err();
        assert!(matches!(error, Error::Missing(_)));
        store.delete(&path).await.unwrap();
        store.delete(&path).await.unwrap();

        let current = fill(&store, 0..1200, 4).await;
        assert_eq!(paths(&store, "segment").await.len(), 1200);
        let before = rows_by_key(&store).await;
        let done = compact(&store, &current, &Plan::of("2027-01"))
            .await
            .unwrap();
        assert_eq!((done.keys, done.parts.len()), (1200, 1));
        let keep: BTreeSet<String> = current.keys().cloned().collect();
        let done = retain(&store, &keep, &rule(2), |_, _| {}).await.unwrap();
        assert_eq!(done.removed, 1200);
        assert_eq!(rows_by_key(&store).await, before);
        assert_eq!(paths(&store, "").await.len(), 2);
    });
    // A bucket that is not there, and one that we may not see.
    let other = Store::open("s3://no-such-bucket/a").expect("a store");
    let put = wait(other.put_new(&layout::result(&key(1)), "x"));
    assert!(matches!(put, Err(Error::Missing(_))), "{put:?}");
}

/// Against moto, which speaks as S3 does.
#[cfg(feature = "fleet-shared")]
#[test]
#[ignore = "needs Python with moto: `.ci/run` installs it"]
fn a_bucket_is_a_store() {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    let python = std::env::var("PQSCAN_READERS_PYTHON")
        .unwrap_or_else(|_| "target/readers/bin/python".to_owned());
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut server = Command::new(python)
        .args([
            "-m",
            "moto.server",
            "-H",
            "127.0.0.1",
            "-p",
            &port.to_string(),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Python runs");
    let made = (0..300).any(|_| {
        std::thread::sleep(Duration::from_millis(200));
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
            return false;
        };
        let request = "PUT /box HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let mut answer = String::new();
        stream.write_all(request.as_bytes()).is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.starts_with("HTTP/1.1 200")
    });
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "in_a_bucket", "--nocapture"])
        .env("PQSCAN_TEST_BUCKET", "s3://box/some/prefix")
        .env("AWS_ENDPOINT", format!("http://127.0.0.1:{port}"))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "somebody")
        .env("AWS_SECRET_ACCESS_KEY", "something")
        // Names that are not ours are not looked at.
        .env("TOKEN", "wrong")
        .env("ENDPOINT", "http://127.0.0.1:1")
        .env("BUCKET", "wrong")
        .status();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(made, "no server");
    assert!(status.unwrap().success());
}
