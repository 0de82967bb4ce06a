//! The program itself: its flags, what it leaves when it is killed, and that nothing private is in what it keeps.

use std::process::{Child, Command, Stdio};

use super::*;

/// A scan that writes its result to a file.
fn program(root: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pqscan"));
    command
        .arg("scan")
        .arg(root)
        .args(["--reproducible", "-q", "-o"])
        .arg(format!("json={}", out.display()))
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn ended(mut child: Child) {
    let _ = child.wait().expect("it ends");
}

fn result(command: &mut Command, out: &Path) -> Vec<u8> {
    let status = command.status().expect("it runs");
    assert!(status.success(), "{status}");
    fs::read(out).expect("a result")
}

#[test]
fn flags_say_where_and_whether() {
    let folder = tree();
    let work = tempfile::tempdir().expect("a folder");
    let out = work.path().join("out.json");
    let home = work.path().join("home");
    fs::create_dir(&home).expect("a folder");
    let is_empty = |folder: &Path| fs::read_dir(folder).expect("a folder").next().is_none();
    let at_home = || {
        let mut command = program(folder.path(), &out);
        command.env("HOME", &home);
        command
    };
    let without = result(at_home().arg("--no-cache"), &out);
    assert_eq!(result(at_home().env("PQSCAN_NO_CACHE", "1"), &out), without);
    assert!(is_empty(&home));
    let named = work.path().join("named");
    let variable = || {
        let mut command = at_home();
        command.env("PQSCAN_CACHE_DIR", &named);
        command
    };
    assert_eq!(result(variable().arg("--no-cache"), &out), without);
    assert!(!named.exists());
    for _ in 0..2 {
        assert_eq!(result(&mut variable(), &out), without);
        assert_eq!(segments(&named).len(), 1);
    }
    assert!(is_empty(&home));
    // The scanned project has no say.
    write(
        &folder.path().join("pqscan.toml"),
        b"cache-dir = \"/tmp\"\n",
    );
    assert!(!at_home().status().expect("it runs").success());
}

#[cfg(unix)]
#[test]
fn without_a_flag_it_is_in_the_users_folder_for_caches() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tree();
    let work = tempfile::tempdir().expect("a folder");
    let out = work.path().join("out.json");
    let home = work.path().join("home");
    fs::create_dir(&home).expect("a folder");
    let mut plain = program(folder.path(), &out);
    let without = result(plain.arg("--no-cache"), &out);
    let at_home = || {
        let mut command = program(folder.path(), &out);
        command.env("HOME", &home);
        command
    };
    // No home, or one that is not there: no cache, and no word of it.
    assert_eq!(result(&mut program(folder.path(), &out), &out), without);
    let gone = work.path().join("gone");
    let mut nowhere = program(folder.path(), &out);
    assert_eq!(result(nowhere.env("HOME", &gone), &out), without);
    assert!(!gone.exists());
    let cache = if cfg!(target_os = "macos") {
        home.join("Library/Caches/pqscan")
    } else {
        home.join(".cache/pqscan")
    };
    for _ in 0..2 {
        assert_eq!(result(&mut at_home(), &out), without);
        assert_eq!(segments(&cache).len(), 1);
    }
    // Where XDG says, unless that depends on where one stands.
    let caches = work.path().join("xdg");
    let mut elsewhere = at_home();
    assert_eq!(
        result(elsewhere.env("XDG_CACHE_HOME", &caches), &out),
        without
    );
    assert_eq!(segments(&caches.join("pqscan")).len(), 1);
    let mut relative = at_home();
    relative.env("XDG_CACHE_HOME", "xdg").current_dir(&work);
    fs::remove_dir_all(&caches).expect("removed");
    assert_eq!(result(&mut relative, &out), without);
    assert!(!caches.exists());
    // Not where others could put words into its mouth; only who asks hears of it.
    let shared = fs::Permissions::from_mode(0o777);
    fs::set_permissions(&cache, shared).expect("permissions");
    fs::remove_file(&segments(&cache)[0]).expect("removed");
    for (flag, is_told) in [("-v", true), ("--progress=never", false)] {
        let mut told = Command::new(env!("CARGO_BIN_EXE_pqscan"));
        told.env_clear().env("HOME", &home).arg("scan").arg(flag);
        let told = told.arg(folder.path()).output().expect("it runs");
        assert!(told.status.success());
        let told = String::from_utf8(told.stderr).expect("text");
        assert_eq!(told.contains("others can write to it"), is_told, "{told}");
    }
    assert_eq!(result(&mut at_home(), &out), without);
    assert_eq!(segments(&cache), Vec::<PathBuf>::new());
}

#[cfg(unix)]
#[test]
fn what_is_scanned_is_not_written_to() {
    let work = tempfile::tempdir().expect("a folder");
    let out = work.path().join("out.json");
    let home = work.path().join("home");
    write(&home.join("a.py"), &python(2048));
    let mut scan = program(&home, &out);
    scan.env("HOME", &home);
    result(&mut scan, &out);
    let names: Vec<_> = all(&home);
    assert_eq!(names, [home.join("a.py")]);
    // Unless it is named.
    let named = home.join("deep/cache");
    scan.arg("--cache-dir").arg(&named);
    result(&mut scan, &out);
    assert_eq!(segments(&named).len(), 1);
}

#[test]
#[ignore = "takes a minute"]
fn scans_that_are_killed_leave_nothing_that_counts() {
    let work = tempfile::tempdir().expect("a folder");
    let out = work.path().join("out.json");
    let cache = work.path().join("cache");
    let root = certificates();
    let without = result(program(&root, &out).arg("--no-cache"), &out);
    let with = || {
        let mut command = program(&root, &out);
        command.arg("--cache-dir").arg(&cache);
        command
    };
    let begun = std::time::Instant::now();
    assert_eq!(result(&mut with(), &out), without);
    let whole = begun.elapsed();
    fs::remove_dir_all(&cache).expect("removed");
    for round in 0..20 {
        let mut child = with().spawn().expect("it runs");
        std::thread::sleep(whole.mul_f64(f64::from(round) / 20.0 + 0.05));
        // It may have ended by itself.
        let _ = child.kill();
        ended(child);
    }
    for _ in 0..2 {
        assert_eq!(result(&mut with(), &out), without);
    }
    // Two at a time, into files of their own.
    let other = work.path().join("other.json");
    let mut second = program(&root, &other);
    let second = second.arg("--cache-dir").arg(&cache).spawn();
    assert_eq!(result(&mut with(), &out), without);
    ended(second.expect("it runs"));
    assert_eq!(fs::read(&other).expect("a result"), without);
}
