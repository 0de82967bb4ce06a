//! A `.git` that was made to harm: an answer or a refusal, soon, and no panic.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gix::ObjectId;
use pqscan::scan::{ScanError, SinceError};

use super::{Tree, index, packed, pairs, refused, rsa, since, write};

/// Far more than any of these takes, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(120);

fn soon<T>(ask: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let answer = ask();
    assert!(begun.elapsed() < PATIENCE, "took {:?}", begun.elapsed());
    answer
}

/// Every file below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                waiting.push(path)
            } else {
                files.push(path)
            }
        }
    }
    files.sort();
    files
}

/// Changes every file of a `.git` in many ways, one at a time, and asks each time.
fn damaged(root: &Path) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut refusals = 0;
    for path in below(&root.join(".git")) {
        let whole = fs::read(&path).expect("readable");
        // Git writes objects that nobody may change.
        fs::remove_file(&path).expect("removed");
        for round in 0..12 {
            let mut bytes = whole.clone();
            match round {
                0 => bytes.clear(),
                1 => bytes.truncate(next(whole.len())),
                2 => bytes.extend([0xff; 40]),
                3 => bytes.iter_mut().for_each(|byte| *byte = !*byte),
                _ => {
                    for _ in 0..=next(3) {
                        let at = next(bytes.len());
                        if let Some(byte) = bytes.get_mut(at) {
                            *byte ^= 1 << next(8)
                        }
                    }
                }
            }
            write(&path, &bytes);
            match soon(|| since(&[root], "main")) {
                Ok(_) => {}
                Err(ScanError::Since(_)) => refusals += 1,
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
        write(&path, &whole);
    }
    assert!(refusals > 0, "nothing was damaged");
}

#[test]
fn a_damaged_repository_is_refused_or_read() {
    let tree = Tree::with(&[("a.py", 1024), ("b/c.py", 2048)]);
    let first = tree.repository.head_id().expect("a commit").detach();
    index(&tree.repository, tree.root(), first);
    // Samples that nobody reads.
    let _ = fs::remove_dir_all(tree.git("hooks"));
    damaged(tree.root());
}

#[test]
fn a_damaged_pack_is_refused_or_read() {
    damaged(packed().path());
}

#[cfg(unix)]
#[test]
fn nothing_waits_for_a_pipe() {
    for name in [
        "HEAD",
        "config",
        "index",
        "packed-refs",
        "refs/heads/main",
        "info/exclude",
        "commondir",
        "objects/info/alternates",
        "shallow",
    ] {
        let tree = Tree::with(&[("a.py", 1024)]);
        let path = tree.git(name);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        pipe(&path);
        let error = soon(|| refused(&[tree.root()], "main"));
        assert!(
            matches!(error, SinceError::Unreadable(..)),
            "{name}: {error}"
        );
    }
    // What git ignores it would have told: nothing is ignored.
    let tree = Tree::with(&[("a.py", 1024)]);
    tree.write("b.py", &rsa(2048));
    pipe(&tree.root().join(".gitignore"));
    assert_eq!(soon(|| tree.changed("main")), pairs(&[(2048, "b.py")]));
    // Borrowed objects are looked over too.
    let tree = Tree::with(&[("a.py", 1024)]);
    let other = tempfile::tempdir().expect("a folder");
    fs::create_dir(other.path().join("ab")).expect("a folder");
    pipe(&other.path().join("ab/cd"));
    write(
        &tree.git("objects/info/alternates"),
        format!("{}\n", other.path().display()).as_bytes(),
    );
    let error = refused(&[tree.root()], "main");
    assert!(error.to_string().contains("is no file"), "{error}");
}

#[cfg(unix)]
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_files_without_end_are_not_followed() {
    let tree = Tree::with(&[("a.py", 1024)]);
    std::os::unix::fs::symlink("..", tree.git("refs/heads/round")).expect("a link");
    write(&tree.git("objects/info/alternates"), b".\n../objects\n");
    soon(|| {
        since(&[tree.root()], "main")
            .map(|_| ())
            .unwrap_or_default()
    });
    std::os::unix::fs::symlink("/dev/zero", tree.git("refs/heads/zero")).expect("a link");
    let error = soon(|| refused(&[tree.root()], "zero"));
    assert!(matches!(error, SinceError::Unreadable(..)), "{error}");
    fs::remove_file(tree.git("refs/heads/zero")).expect("removed");
    let sparse = fs::File::create(tree.git("packed-refs")).expect("written");
    sparse.set_len(1 << 40).expect("it is long");
    let error = soon(|| refused(&[tree.root()], "main"));
    assert!(error.to_string().contains("too large"), "{error}");
}

#[test]
fn a_small_index_of_long_paths_takes_no_memory() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let mut bytes = b"DIRC\0\0\0\x04".to_vec();
    let number = 100_000u32;
    bytes.extend(number.to_be_bytes());
    for entry in 0..number {
        bytes.extend([0; 62]);
        bytes.push(0);
        if entry == 0 {
            bytes.extend([b'a'; 60_000])
        }
        bytes.push(0);
    }
    bytes.extend([0; 20]);
    write(&tree.git("index"), &bytes);
    assert_eq!(soon(|| tree.changed("main")), []);
}

#[test]
fn an_index_with_caches_as_deep_as_it_is_long_is_read() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let caches = b"\0-1 1\n".repeat(200_000);
    let mut bytes = b"DIRC\0\0\0\x02\0\0\0\0TREE".to_vec();
    bytes.extend((caches.len() as u32).to_be_bytes());
    bytes.extend(caches);
    bytes.extend([0; 20]);
    write(&tree.git("index"), &bytes);
    assert_eq!(soon(|| tree.changed("main")), []);
}

#[test]
fn a_tree_that_holds_itself_ends_where_the_files_end() {
    let tree = Tree::new();
    // Nothing is named after its content here: an object file is what its name says.
    let own = ObjectId::from_hex(b"1111111111111111111111111111111111111111").expect("a name");
    let mut bytes = b"40000 d\0".to_vec();
    bytes.extend(own.as_slice());
    let body = [format!("tree {}\0", bytes.len()).as_bytes(), &bytes].concat();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
    std::io::Write::write_all(&mut packed, &body).expect("it takes bytes");
    let packed = packed.finish().expect("it ends");
    write(
        &tree.git("objects/11/11111111111111111111111111111111111111"),
        &packed,
    );
    let who = gix::actor::SignatureRef::from_bytes(b"A <a@example.com> 1700000000 +0000")
        .expect("a signature");
    let commit = tree
        .repository
        .new_commit_as(who, who, "round", own, None::<ObjectId>)
        .expect("a commit");
    tree.branch("main", commit.id);
    let deep = "d/".repeat(200) + "a.py";
    tree.write(&deep, &rsa(1024));
    let found = soon(|| tree.changed("main"));
    assert_eq!(found, pairs(&[(1024, &deep)]));
}
