//! Lists, clones and folders of artefacts.

use std::fs;
use std::path::Path;

use pqscan::fleet::repository::Origin;

use crate::stub::{Machine, found, left_out, names};

fn file(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("writable")).expect("it works");
    fs::write(path, text).expect("writable")
}

/// What git makes of a folder (gitrepository-layout(5)).
fn git(folder: &Path, head: &str) {
    file(&folder.join("HEAD"), head);
    fs::create_dir_all(folder.join("objects")).expect("writable");
    fs::create_dir_all(folder.join("refs/heads")).expect("writable");
}

/// The folder as an address.
fn address(path: &Path) -> String {
    url::Url::from_file_path(path)
        .expect("absolute")
        .to_string()
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

#[test]
fn a_list_is_in_the_settings_and_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("repositories.txt");
    file(
        &list,
        "# ours\nhttps://git.example.org/team/shop.git\n\n  git@git.example.org:team/api.git # by SSH\nhttps://git.example.org/team/legacy\nhttps://git.example.org/Team2/x y\n",
    );
    let text = format!(
        "[[target]]\nkind = \"list\"\nurls = [\"ssh://git@git.example.org/team/shop\", \"https://git.example.org/web.git\"]\nfile = {}\nexclude = [\"legacy\"]\nbranch = \"main\"",
        quoted(&list)
    );
    let found = found(&text, &Machine::with(&[]));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(
        names(&found),
        [
            "git.example.org/Team2/x%20y",
            "git.example.org/team/api",
            "git.example.org/team/shop",
            "git.example.org/web"
        ]
    );
    assert_eq!(
        left_out(&found),
        [("git.example.org/team/legacy", "`exclude` has `legacy`")]
    );
    // The first that names it counts.
    assert_eq!(
        found.repositories[2].url,
        "ssh://git@git.example.org/team/shop"
    );
    assert_eq!(
        found.repositories[1].url,
        "git@git.example.org:team/api.git"
    );
    let owners: Vec<&str> = found
        .repositories
        .iter()
        .map(|repository| repository.owner.as_str())
        .collect();
    assert_eq!(owners, ["Team2", "team", "team", ""]);
    assert!(
        found
            .repositories
            .iter()
            .all(|repository| repository.origin == Origin::Git
                && repository.branch.as_deref() == Some("main"))
    );
}

#[test]
fn entries_that_are_none_are_named_by_their_line_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    file(
        &list,
        "https://git.example.org/a/b\nhttps://me:hunter2@git.example.org/a/c\next::sh -c hunter2% x\n--upload-pack=hunter2\nhttp://git.example.org/hunter2\n",
    );
    let text = format!("[[target]]\nkind = \"list\"\nfile = {}", quoted(&list));
    let found = found(&text, &Machine::with(&[]));
    assert_eq!(names(&found), ["git.example.org/a/b"]);
    let reasons: Vec<&str> = found
        .problems
        .iter()
        .map(|problem| problem.failure.reason.as_str())
        .collect();
    assert_eq!(reasons.len(), 4);
    assert!(
        reasons[0].contains("line 2: it holds credentials") && reasons[0].contains("`token-env`"),
        "{}",
        reasons[0]
    );
    assert!(
        reasons[3].contains("line 5: it is unencrypted"),
        "{}",
        reasons[3]
    );
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    // The repository is there, only not so.
    assert!(found.problems[0].covers("git.example.org/a/c"));
}

#[test]
fn a_list_that_is_not_there_says_nothing_about_what_is_gone() {
    let text = "[[target]]\nkind = \"list\"\nfile = \"not/there\"";
    let found = found(text, &Machine::with(&[]));
    assert!(found.problems[0].covers("git.example.org/a/b"));
    assert!(found.problems[0].failure.reason.contains("cannot be read"));
}

#[test]
fn clones_are_found_bare_or_not_and_not_inside_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(&root.join("shop/.git"), "ref: refs/heads/main\n");
    git(
        &root.join("shop/vendor/inner/.git"),
        "ref: refs/heads/main\n",
    );
    git(&root.join("team/our api.git"), "ref: refs/heads/trunk\n");
    git(
        &root.join("a/b/c/deep.git"),
        "0123456789abcdef0123456789abcdef01234567\n",
    );
    git(&root.join("a/b/c/d/deeper.git"), "ref: refs/heads/main\n");
    file(&root.join("apart/.git"), "gitdir: /srv/kept/apart\n");
    file(
        &root.join("worktree/.git"),
        "gitdir: /srv/git/shop/.git/worktrees/worktree\n",
    );
    file(&root.join("no-repository/.git"), "something else\n");
    file(&root.join("no-git/HEAD"), "ref: refs/heads/main\n");
    let text = format!(
        "[[target]]\nkind = \"clones\"\nfolders = [{}]",
        quoted(root)
    );
    let found = found(&text, &Machine::with(&[]));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let base = address(root);
    assert_eq!(
        names(&found),
        [
            format!("{base}/a/b/c/deep.git"),
            format!("{base}/apart"),
            format!("{base}/shop"),
            format!("{base}/team/our%20api.git"),
        ]
    );
    assert_eq!(
        left_out(&found),
        [(
            format!("{base}/worktree").as_str(),
            "it is a worktree of another repository"
        )]
    );
    let of = |at: usize| {
        (
            found.repositories[at].owner.as_str(),
            found.repositories[at].branch.as_deref(),
        )
    };
    assert_eq!(
        [of(0), of(1), of(2), of(3)],
        [
            ("a/b/c", None),
            ("", None),
            ("", Some("main")),
            ("team", Some("trunk")),
        ]
    );
    assert_eq!(found.repositories[2].url, found.repositories[2].name);
}

#[test]
fn a_folder_of_clones_may_be_one_and_has_one_name_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    git(&root.join("shop/.git"), "ref: refs/heads/main\n");
    fs::create_dir(root.join("other")).unwrap();
    let name = address(&root.join("shop"));
    for path in ["shop", "shop/", "./shop/.", "other/../shop"] {
        let text = format!(
            "[[target]]\nkind = \"clones\"\nfolders = [{}]\ndepth = 1",
            quoted(&root.join(path))
        );
        assert_eq!(
            names(&found(&text, &Machine::with(&[]))),
            [name.as_str()],
            "{path}"
        );
    }
}

#[test]
#[cfg(unix)]
fn links_are_not_followed() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    git(
        &elsewhere.path().join("shop/.git"),
        "ref: refs/heads/main\n",
    );
    let root = folder.path();
    std::os::unix::fs::symlink(elsewhere.path(), root.join("link")).unwrap();
    std::os::unix::fs::symlink(root, root.join("circle")).unwrap();
    fs::create_dir(root.join("odd")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("shop/.git"), root.join("odd/.git")).unwrap();
    let text = format!(
        "[[target]]\nkind = \"clones\"\nfolders = [{}]\ndepth = 16",
        quoted(root)
    );
    let found = found(&text, &Machine::with(&[]));
    assert!(names(&found).is_empty(), "{:?}", names(&found));
    assert!(found.problems.is_empty());
}

#[test]
#[cfg(unix)]
fn folders_with_odd_names_have_harmless_ones() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"\x1b[2J\xff\n");
    git(
        &folder.path().join(odd).join(".git"),
        "ref: refs/heads/main\n",
    );
    let text = format!(
        "[[target]]\nkind = \"clones\"\nfolders = [{}]",
        quoted(folder.path())
    );
    let found = found(&text, &Machine::with(&[]));
    assert_eq!(
        names(&found),
        [format!("file://{}/%1B[2J%FF%0A", folder.path().display())]
    );
}

#[test]
fn a_folder_that_is_not_there_is_a_problem_of_what_is_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    for kind in ["clones", "artefacts"] {
        let text = format!(
            "[[target]]\nkind = \"{kind}\"\nfolders = [{}]",
            quoted(&gone)
        );
        let found = found(&text, &Machine::with(&[]));
        let [problem] = found.problems.as_slice() else {
            panic!("{:?}", found.problems)
        };
        let scheme = if kind == "clones" {
            "file:"
        } else {
            "artefacts:"
        };
        let named = |path: &str| address(&folder.path().join(path)).replacen("file:", scheme, 1);
        assert!(problem.covers(&named("gone/shop")), "{problem:?}");
        assert!(!problem.covers(&named("other")), "{problem:?}");
    }
}

#[test]
fn artefacts_are_a_folder_or_each_folder_in_it() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        "builds/shop-1.2/shop.jar",
        "builds/api/api.bin",
        "builds/tmp/x",
    ] {
        file(&folder.path().join(path), "x")
    }
    let builds = folder.path().join("builds");
    let base = address(&builds).replacen("file:", "artefacts:", 1);

    let text = format!(
        "[[target]]\nkind = \"artefacts\"\nfolders = [{}]",
        quoted(&builds)
    );
    let whole = found(&text, &Machine::with(&[]));
    assert_eq!(names(&whole), [base.as_str()]);
    assert_eq!(whole.repositories[0].url, builds.display().to_string());
    assert_eq!(whole.repositories[0].origin, Origin::Artefacts);

    let text = format!("{text}\neach-child = true\nexclude = [\"tmp\"]");
    let each = found(&text, &Machine::with(&[]));
    assert_eq!(
        names(&each),
        [format!("{base}/api"), format!("{base}/shop-1.2")]
    );
    assert_eq!(
        left_out(&each),
        [(format!("{base}/tmp").as_str(), "`exclude` has `tmp`")]
    );
}

#[test]
fn what_one_target_wants_another_does_not_leave_out() {
    let text = "[[target]]\nkind = \"list\"\nurls = [\"https://git.example.org/a/b\"]\nexclude = [\"b\"]\n[[target]]\nkind = \"list\"\nurls = [\"git@git.example.org:a/b.git\"]";
    let found = found(text, &Machine::with(&[]));
    assert_eq!(names(&found), ["git.example.org/a/b"]);
    assert!(found.left_out.is_empty());
}
