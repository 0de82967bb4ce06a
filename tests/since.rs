//! `--since`: what lies in files that a branch changed is reported, and nothing else; where that cannot be told, it is said. The
//! repositories are written here, without git, but for one that git packed (`since/README.md`).

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use pqscan::knowledge::Knowledge;
use pqscan::model::{Facet, Found};
use pqscan::scan::{self, Request, ScanError, SinceError};
use tempfile::TempDir;

#[path = "since/hostile.rs"]
mod hostile;
#[path = "since/outputs.rs"]
mod outputs;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

/// Code that makes a key of a size that tells the file.
fn rsa(bits: u32) -> String {
    format!(
        "from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(public_exponent=65537, key_size={bits})\n"
    )
}

/// A work tree with its repository.
struct Tree {
    folder: TempDir,
    repository: gix::Repository,
}

impl Tree {
    fn new() -> Self {
        Self::of(gix::hash::Kind::Sha1)
    }

    fn of(kind: gix::hash::Kind) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = init(folder.path(), kind);
        let tree = Self { folder, repository };
        tree.stand_on("main");
        tree
    }

    /// `main` with one commit of these files, and the branch `work` at it.
    fn with(files: &[(&str, u32)]) -> Self {
        let tree = Self::new();
        for (path, bits) in files {
            tree.write(path, &rsa(*bits))
        }
        let first = tree.commit("main", &[]);
        tree.branch("work", first);
        tree
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, path: &str) -> PathBuf {
        self.repository.git_dir().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        write(&self.root().join(path), text.as_bytes())
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).expect("removed")
    }

    /// Commits all that lies in the work tree, as the next of a branch.
    fn commit(&self, branch: &str, parents: &[ObjectId]) -> ObjectId {
        commit(&self.repository, self.root(), branch, parents)
    }

    /// Makes a branch and stands on it; the files stay as they are.
    fn branch(&self, name: &str, commit: ObjectId) {
        write(
            &self.git(&format!("refs/heads/{name}")),
            commit.to_string().as_bytes(),
        );
        self.stand_on(name)
    }

    fn stand_on(&self, name: &str) {
        write(
            &self.git("HEAD"),
            format!("ref: refs/heads/{name}\n").as_bytes(),
        )
    }

    fn changed(&self, rev: &str) -> Vec<(u64, String)> {
        sizes(&since(&[self.root()], rev).expect("it scans"))
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
    fs::write(path, bytes).expect("written");
}

fn init(folder: &Path, kind: gix::hash::Kind) -> gix::Repository {
    let options = gix::create::Options {
        object_hash: Some(kind),
        ..gix::create::Options::default()
    };
    let opened = gix::open::Options::isolated();
    let kind = gix::create::Kind::WithWorktree;
    gix::ThreadSafeRepository::init_opts(folder, kind, options, opened)
        .expect("a repository")
        .to_thread_local()
}

fn commit(
    repository: &gix::Repository,
    root: &Path,
    branch: &str,
    parents: &[ObjectId],
) -> ObjectId {
    let mut editor = repository
        .edit_tree(ObjectId::empty_tree(repository.object_hash()))
        .expect("a tree");
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.ends_with(".git") {
                continue;
            }
            let name = path.strip_prefix(root).expect("below").to_string_lossy();
            let name = name.replace('\\', "/");
            if path.join(".git").exists() {
                let inner = gix::open(&path).expect("a repository");
                let head = inner.head_id().expect("a commit").detach();
                editor
                    .upsert(name, EntryKind::Commit, head)
                    .expect("an entry");
            } else if path.is_dir() {
                waiting.push(path)
            } else {
                let bytes = fs::read(&path).expect("readable");
                let blob = repository.write_blob(bytes).expect("a blob").detach();
                editor
                    .upsert(name, EntryKind::Blob, blob)
                    .expect("an entry");
            }
        }
    }
    let tree = editor.write().expect("a tree").detach();
    let who = gix::actor::SignatureRef::from_bytes(b"A <a@example.com> 1700000000 +0000")
        .expect("a signature");
    let parents = parents.iter().copied();
    let commit = repository
        .new_commit_as(who, who, branch, tree, parents)
        .expect("a commit");
    write(
        &repository.common_dir().join(format!("refs/heads/{branch}")),
        commit.id.to_string().as_bytes(),
    );
    commit.id
}

/// Writes the index that git would have after a checkout of a commit long ago, with the work tree as it lies there.
fn index(repository: &gix::Repository, root: &Path, commit: ObjectId) {
    let tree = repository.find_commit(commit).expect("a commit");
    let tree = tree.tree_id().expect("a tree").detach();
    let mut index = repository.index_from_tree(&tree).expect("an index");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for (entry, path) in index.entries_mut_with_paths() {
        let path = root.join(path.to_string());
        let Ok(file) = fs::File::options().write(true).open(&path) else {
            continue;
        };
        file.set_modified(long_ago).expect("a time");
        let about = gix::index::fs::Metadata::from_path_no_follow(&path).expect("readable");
        entry.stat = gix::index::entry::Stat::from_fs(&about).expect("times");
    }
    index.write(Default::default()).expect("written");
}

fn since(roots: &[&Path], rev: &str) -> Result<Found, ScanError> {
    let request = Request {
        roots: roots.iter().map(|root| root.to_path_buf()).collect(),
        threads: 1,
        since: Some(rev.to_owned()),
        ..Request::default()
    };
    scan::scan(&request, &KNOWN, &scan::Unwatched)
}

fn refused(roots: &[&Path], rev: &str) -> SinceError {
    match since(roots, rev) {
        Err(ScanError::Since(error)) => error,
        other => panic!("it was not refused: {other:?}"),
    }
}

/// The sizes of the keys, and where they are made.
fn sizes(found: &Found) -> Vec<(u64, String)> {
    let mut sizes: Vec<_> = found
        .findings
        .iter()
        .flatten()
        .filter_map(|finding| {
            let bits = finding.asset.facets.get(&Facet::KeyBits)?.single_number()?;
            Some((bits, finding.location.path.to_string()))
        })
        .collect();
    sizes.sort();
    sizes
}

fn pairs(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
    let pairs = expected.iter();
    pairs
        .map(|(bits, path)| (*bits, (*path).to_owned()))
        .collect()
}

fn files(found: &Found) -> u64 {
    found.subject.since.as_ref().expect("it says so").files
}

#[test]
fn what_is_committed_changed_and_new_is_reported_and_nothing_else() {
    let tree = Tree::with(&[
        ("src/stay.py", 1024),
        ("src/committed.py", 2048),
        ("src/changed.py", 2056),
        ("gone.py", 3072),
        ("before.py", 4096),
    ]);
    let first = tree.repository.head_id().expect("a commit").detach();
    tree.write("src/committed.py", &rsa(2064));
    tree.commit("work", &[first]);
    tree.write("src/changed.py", &rsa(2072));
    tree.write("src/new.py", &rsa(2080));
    tree.remove("gone.py");
    fs::rename(tree.root().join("before.py"), tree.root().join("after.py")).expect("renamed");
    let found = since(&[tree.root()], "main").expect("it scans");
    assert_eq!(
        sizes(&found),
        pairs(&[
            (2064, "src/committed.py"),
            (2072, "src/changed.py"),
            (2080, "src/new.py"),
            (4096, "after.py"),
        ])
    );
    let told = found.subject.since.as_ref().expect("it says so");
    assert_eq!((told.rev.as_str(), told.files), ("main", 4));
    assert_eq!(told.commit, first.to_string());
    // All of it was read.
    assert_eq!(found.coverage.files_searched, 5);
}

#[test]
fn what_the_other_branch_did_meanwhile_is_not_a_change_of_this_one() {
    let tree = Tree::with(&[("a.py", 1024), ("b.py", 2048)]);
    let first = tree.repository.head_id().expect("a commit").detach();
    tree.write("a.py", &rsa(1032));
    tree.commit("main", &[first]);
    tree.write("a.py", &rsa(1024));
    tree.write("b.py", &rsa(2056));
    tree.commit("work", &[first]);
    assert_eq!(tree.changed("main"), pairs(&[(2056, "b.py")]));
    assert_eq!(tree.changed(&first.to_string()), pairs(&[(2056, "b.py")]));
    assert_eq!(tree.changed("HEAD~1"), pairs(&[(2056, "b.py")]));
    assert_eq!(tree.changed("HEAD"), []);
}

#[test]
fn ignored_files_are_no_change_unless_they_are_tracked() {
    let tree = Tree::with(&[("a.py", 1024)]);
    tree.write(".gitignore", "target/\n*.local.py\n");
    tree.write("target/a.py", &rsa(2048));
    tree.write("b.local.py", &rsa(3072));
    assert_eq!(tree.changed("main"), []);
    // Added all the same, as with `git add --force`.
    let first = tree.repository.head_id().expect("a commit").detach();
    let all = tree.commit("work", &[first]);
    assert_eq!(tree.changed("main"), [], "an index that has it not");
    index(&tree.repository, tree.root(), all);
    assert_eq!(
        tree.changed("main"),
        pairs(&[(2048, "target/a.py"), (3072, "b.local.py")])
    );
    // What the other branch has is compared, whatever is ignored now.
    assert_eq!(tree.changed("work"), []);
    tree.write("b.local.py", &rsa(3080));
    assert_eq!(tree.changed("work"), pairs(&[(3080, "b.local.py")]));
}

#[test]
fn the_index_saves_reading_a_file_but_never_hides_a_change() {
    let tree = Tree::with(&[("a.py", 1024), ("b.py", 2048)]);
    let first = tree.repository.head_id().expect("a commit").detach();
    // As after a checkout with a filter: other bytes than those stored, which git knows are the same.
    tree.write("a.py", &rsa(1032));
    index(&tree.repository, tree.root(), first);
    assert_eq!(tree.changed("main"), []);
    // As many bytes, and another time.
    tree.write("b.py", &rsa(2056));
    assert_eq!(tree.changed("main"), pairs(&[(2056, "b.py")]));
    // Written again as it was: read, and found to be the same.
    tree.write("b.py", &rsa(2048));
    assert_eq!(tree.changed("main"), []);
    // An index as old as its files says nothing of them.
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let file = fs::File::options().write(true).open(tree.git("index"));
    file.and_then(|file| file.set_modified(old))
        .expect("a time");
    assert_eq!(tree.changed("main"), pairs(&[(1032, "a.py")]));
}

#[test]
fn the_rest_of_a_split_index_says_what_is_tracked_and_no_more() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let first = tree.repository.head_id().expect("a commit").detach();
    tree.write(".gitignore", "*.local.py\n");
    tree.write("b.local.py", &rsa(2048));
    let second = tree.commit("work", &[first]);
    tree.write("a.py", &rsa(1032));
    index(&tree.repository, tree.root(), second);
    assert_eq!(tree.changed("main"), pairs(&[(2048, "b.local.py")]));
    let bytes = fs::read(tree.git("index")).expect("readable");
    let name = ObjectId::try_from(&bytes[bytes.len() - 20..]).expect("a name");
    fs::rename(tree.git("index"), tree.git(&format!("sharedindex.{name}"))).expect("renamed");
    let mut rest = b"DIRC\0\0\0\x02\0\0\0\0link\0\0\0\x14".to_vec();
    rest.extend(name.as_slice());
    rest.extend([0; 20]);
    write(&tree.git("index"), &rest);
    // Git sets its time anew with every use, so that it seems younger than a file that changed in the same second.
    assert_eq!(
        tree.changed("main"),
        pairs(&[(1032, "a.py"), (2048, "b.local.py")])
    );
    // Where it is gone nothing is known to be ignored.
    fs::remove_file(tree.git(&format!("sharedindex.{name}"))).expect("removed");
    tree.write("c.local.py", &rsa(3072));
    assert_eq!(
        tree.changed("main"),
        pairs(&[(1032, "a.py"), (2048, "b.local.py"), (3072, "c.local.py")])
    );
}

#[test]
fn other_line_endings_are_no_change() {
    let tree = Tree::with(&[("a.py", 1024), ("b.py", 2048)]);
    tree.write("a.py", &rsa(1024).replace('\n', "\r\n"));
    tree.write("b.py", &rsa(2056).replace('\n', "\r\n"));
    assert_eq!(tree.changed("main"), pairs(&[(2056, "b.py")]));
}

#[test]
fn members_of_an_archive_change_with_it() {
    let zipped = |bits: u32| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("in/a.py", zip::write::SimpleFileOptions::default())
            .expect("it starts");
        zip.write_all(rsa(bits).as_bytes()).expect("it takes bytes");
        zip.finish().expect("it ends").into_inner()
    };
    let tree = Tree::new();
    write(&tree.root().join("stay.zip"), &zipped(1024));
    write(&tree.root().join("lib/edit.zip"), &zipped(2048));
    let first = tree.commit("main", &[]);
    tree.branch("work", first);
    write(&tree.root().join("lib/edit.zip"), &zipped(2056));
    assert_eq!(
        tree.changed("main"),
        pairs(&[(2056, "lib/edit.zip!/in/a.py")])
    );
    let found = since(&[&tree.root().join("lib/edit.zip")], "main").expect("it scans");
    assert_eq!(sizes(&found), pairs(&[(2056, "edit.zip!/in/a.py")]));
}

#[test]
fn what_ships_a_changed_file_may_stand_in_one_that_did_not_change() {
    let tree = Tree::new();
    let told = "site-packages/keys-1.2.dist-info";
    tree.write("site-packages/keys/a.py", &rsa(1024));
    tree.write(
        &format!("{told}/METADATA"),
        "Metadata-Version: 2.1\nName: keys\nVersion: 1.2\n",
    );
    tree.write(&format!("{told}/RECORD"), "keys/a.py,,\n");
    let first = tree.commit("main", &[]);
    tree.branch("work", first);
    tree.write("site-packages/keys/a.py", &rsa(1032));
    let found = since(&[tree.root()], "main").expect("it scans");
    assert_eq!(files(&found), 1);
    let packages = &found.findings[0][0].provenance.packages;
    assert_eq!(packages[0].purl().as_deref(), Some("pkg:pypi/keys@1.2"));
}

#[test]
fn roots_may_be_any_part_of_the_work_tree() {
    let tree = Tree::with(&[("src/a.py", 1024), ("src/b.py", 2048), ("lib/c.py", 3072)]);
    for (path, bits) in [("src/a.py", 1032), ("lib/c.py", 3080)] {
        tree.write(path, &rsa(bits))
    }
    let at = |path: &str| tree.root().join(path);
    let scanned = |roots: &[&Path]| since(roots, "main").expect("it scans");
    assert_eq!(sizes(&scanned(&[&at("src")])), pairs(&[(1032, "a.py")]));
    assert_eq!(
        sizes(&scanned(&[&at("src/a.py")])),
        pairs(&[(1032, "a.py")])
    );
    assert_eq!(sizes(&scanned(&[&at("src/b.py")])), []);
    assert_eq!(
        sizes(&scanned(&[&at("src/../lib")])),
        pairs(&[(3080, "c.py")])
    );
    let both = scanned(&[&at("src"), &at("lib")]);
    assert_eq!(
        sizes(&both),
        pairs(&[(1032, "src/a.py"), (3080, "lib/c.py")])
    );
    assert_eq!(files(&both), 2);
}

#[test]
fn the_names_of_commits_may_be_longer() {
    let tree = Tree::of(gix::hash::Kind::Sha256);
    tree.write("a.py", &rsa(1024));
    tree.write("b.py", &rsa(2048));
    let first = tree.commit("main", &[]);
    tree.branch("work", first);
    index(&tree.repository, tree.root(), first);
    tree.write("b.py", &rsa(2056));
    let found = since(&[tree.root()], "main").expect("it scans");
    assert_eq!(sizes(&found), pairs(&[(2056, "b.py")]));
    assert_eq!(found.subject.since.expect("it says so").commit.len(), 64);
}

#[test]
fn a_linked_work_tree_is_compared_with_what_it_stands_on() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let first = tree.repository.head_id().expect("a commit").detach();
    let linked = tempfile::tempdir().expect("a folder");
    let own = tree.git("worktrees/linked");
    write(&own.join("HEAD"), format!("{first}\n").as_bytes());
    write(&own.join("commondir"), b"../..\n");
    let dot = linked.path().join(".git");
    write(
        &own.join("gitdir"),
        format!("{}\n", dot.display()).as_bytes(),
    );
    write(&dot, format!("gitdir: {}\n", own.display()).as_bytes());
    write(&linked.path().join("a.py"), rsa(1024).as_bytes());
    write(&linked.path().join("b.py"), rsa(2048).as_bytes());
    // A bare repository may have linked work trees.
    let config = fs::read_to_string(tree.git("config")).expect("readable");
    write(
        &tree.git("config"),
        config.replace("bare = false", "bare = true").as_bytes(),
    );
    let found = since(&[linked.path()], "main").expect("it scans");
    assert_eq!(sizes(&found), pairs(&[(2048, "b.py")]));
    assert!(matches!(
        refused(&[tree.root()], "main"),
        SinceError::Bare(_)
    ));
}

#[test]
fn a_submodule_is_compared_with_the_commit_that_it_was_at() {
    let tree = Tree::new();
    tree.write("a.py", &rsa(1024));
    let inner = tree.root().join("libs/inner");
    let submodule = init(&inner, gix::hash::Kind::Sha1);
    write(&submodule.git_dir().join("HEAD"), b"ref: refs/heads/main\n");
    write(&inner.join("same.py"), rsa(2048).as_bytes());
    write(&inner.join("sub/edit.py"), rsa(3072).as_bytes());
    let inside = commit(&submodule, &inner, "main", &[]);
    let first = tree.commit("main", &[]);
    tree.branch("work", first);
    assert_eq!(tree.changed("main"), []);
    // Changed, then committed there, then committed here.
    write(&inner.join("sub/edit.py"), rsa(3080).as_bytes());
    let expected = pairs(&[(3080, "libs/inner/sub/edit.py")]);
    assert_eq!(tree.changed("main"), expected);
    commit(&submodule, &inner, "main", &[inside]);
    assert_eq!(tree.changed("main"), expected);
    tree.commit("work", &[first]);
    assert_eq!(tree.changed("main"), expected);
    // Where it cannot be told, all of it counts.
    fs::remove_dir_all(inner.join(".git")).expect("removed");
    assert_eq!(
        tree.changed("main"),
        pairs(&[
            (2048, "libs/inner/same.py"),
            (3080, "libs/inner/sub/edit.py")
        ])
    );
}

#[test]
fn packed_objects_and_refs_and_annotated_tags_are_read() {
    let folder = packed();
    for rev in ["main", "v1", "v1^{commit}", "work~1"] {
        let found = since(&[folder.path()], rev).expect("it scans");
        assert_eq!(
            sizes(&found),
            pairs(&[(2056, "src/edit.py"), (3080, "long.py")]),
            "{rev}"
        );
    }
}

/// The repository that git packed.
fn packed() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes = fs::read(here.join("tests/since/packed.tar.gz")).expect("readable");
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(&*bytes)
        .read_to_end(&mut tar)
        .expect("gzip");
    tar::Archive::new(&*tar)
        .unpack(folder.path())
        .expect("a tar");
    folder
}

#[test]
fn what_cannot_be_told_is_refused_with_its_reason() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let root = tree.root();
    for rev in [
        "nope",
        "",
        ":a.py",
        "main:a.py",
        "HEAD^{tree}",
        "main..work",
        "HEAD~7",
        "-x",
    ] {
        let error = refused(&[root], rev);
        assert!(
            matches!(error, SinceError::NoRevision { .. }),
            "{rev}: {error}"
        );
    }
    let outside = tempfile::tempdir().expect("a folder");
    write(&outside.path().join("a.py"), b"");
    let error = refused(&[outside.path()], "main");
    assert!(matches!(error, SinceError::NoRepository(_)), "{error}");
    let error = refused(&[root, outside.path()], "main");
    assert!(matches!(error, SinceError::NoRepository(_)), "{error}");
    let other = Tree::with(&[("a.py", 1024)]);
    let error = refused(&[root, other.root()], "main");
    assert!(matches!(error, SinceError::Several(..)), "{error}");
    tree.stand_on("unborn");
    let error = refused(&[root], "main");
    assert!(matches!(error, SinceError::NoHead), "{error}");
}

#[test]
fn histories_that_do_not_meet_are_told_and_how_a_shallow_clone_is_mended() {
    let tree = Tree::with(&[("a.py", 1024)]);
    let first = tree.repository.head_id().expect("a commit").detach();
    tree.write("b.py", &rsa(2048));
    tree.commit("main", &[first]);
    tree.write("b.py", &rsa(2056));
    let work = tree.commit("work", &[first]);
    assert_eq!(tree.changed("main"), pairs(&[(2056, "b.py")]));
    let other = tree.commit("other", &[]);
    let error = refused(&[tree.root()], "other").to_string();
    assert!(error.contains("share no history"), "{error}");
    assert!(!error.contains("shallow"), "{error}");
    // A clone of depth 1 has the tips only.
    let first = first.to_string();
    fs::remove_file(tree.git(&format!("objects/{}/{}", &first[..2], &first[2..])))
        .expect("removed");
    write(
        &tree.git("shallow"),
        format!("{work}\n{other}\n").as_bytes(),
    );
    let error = refused(&[tree.root()], "main").to_string();
    for word in [
        "share no history",
        "git fetch --unshallow",
        "fetch-depth: 0",
    ] {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn the_same_question_has_the_same_answer() {
    let tree = Tree::with(&[("a.py", 1024), ("b/c.py", 2048), ("b/d.py", 3072)]);
    tree.write("b/c.py", &rsa(2056));
    tree.write("e.py", &rsa(4096));
    let answers: BTreeSet<String> = (0..4)
        .map(|threads| {
            let request = Request {
                roots: vec![tree.root().to_owned()],
                threads,
                since: Some("main".to_owned()),
                ..Request::default()
            };
            let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans");
            format!("{:?} {:?}", found.findings, found.subject)
        })
        .collect();
    assert_eq!(answers.len(), 1);
}
