//! What a person sees on a terminal: the table, the tree, the overview of a big scan, and hyperlinks. Nothing is wider than the terminal,
//! and no name of what is scanned gets control of it.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use assert_cmd::Command;
use pqscan::inventory::{Report, report};
use pqscan::knowledge::Knowledge;
use pqscan::output::{Links, Options, format};
use pqscan::scan::{self, Request};
use tempfile::TempDir;

static KNOWN: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[]).expect("it loads"));

const RSA: &str = "from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n";
const MD5: &str = "import hashlib\nhashlib.md5(b'').hexdigest()\n";

/// Three files in two folders; one of them with a name in Chinese.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in [
        ("src/keys.py", RSA),
        ("src/漢字/etag.py", MD5),
        ("tests/test_etag.py", &format!("{MD5}hashlib.md5(b'a')\n")),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    folder
}

fn scanned(root: &Path) -> Report {
    let request = Request {
        roots: vec![root.to_owned()],
        ..Request::default()
    };
    let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans");
    let mut report = report(found, &KNOWN, Some(1_700_000_000));
    // The folder has another name every time.
    report.subject.shown = "project".to_owned();
    report.subject.base = "project/".to_owned();
    report
}

fn shown(report: &Report, form: &str, options: &Options) -> String {
    let mut out = Vec::new();
    let form = format(form).expect("a form");
    form.write(report, options, &mut out).expect("it writes");
    String::from_utf8(out).expect("UTF-8")
}

fn wide(columns: usize) -> Options {
    Options {
        width: Some(columns),
        ..Options::default()
    }
}

/// Columns of a line, with the ideographs that these tests have.
fn columns(line: &str) -> usize {
    line.chars()
        .map(|c| {
            if ('\u{2e80}'..='\u{9fff}').contains(&c) {
                2
            } else {
                1
            }
        })
        .sum()
}

#[test]
fn a_table_has_a_row_for_each_asset() {
    let folder = project();
    let table = shown(&scanned(folder.path()), "table", &wide(100));
    insta::assert_snapshot!(table);
}

#[test]
fn a_tree_has_folders_files_and_assets() {
    let folder = project();
    let tree = shown(&scanned(folder.path()), "tree", &wide(80));
    insta::assert_snapshot!(tree);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let report = scanned(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/audit"));
    let folder = project();
    let small = scanned(folder.path());
    for width in [40, 80, 120] {
        for form in ["table", "tree"] {
            for report in [&report, &small] {
                let options = Options {
                    all: true,
                    ..wide(width)
                };
                for options in [options, wide(width)] {
                    for line in shown(report, form, &options).lines() {
                        assert!(
                            columns(line) <= width || is_place(form, line, width),
                            "{width}: {line}"
                        );
                    }
                }
            }
        }
    }
}

/// Whether a line of a table is wider because of its place only, which stands whole at its end.
fn is_place(form: &str, line: &str, width: usize) -> bool {
    let Some((before, place)) = line.rsplit_once("  ") else {
        return false;
    };
    form == "table" && line.starts_with('P') && !place.contains('…') && columns(before) < width
}

/// Enough findings for an overview.
fn big() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for n in 0..40 {
        let path = folder.path().join(format!("module{n}"));
        fs::create_dir(&path).expect("writable");
        let calls = "hashlib.md5(b'').digest()\nhashlib.sha1(b'').digest()\n".repeat(30);
        let key = format!("{RSA}{}", RSA.replace("2048", &(1024 + n).to_string()));
        fs::write(path.join("tag.py"), format!("import hashlib\n{calls}")).expect("writable");
        fs::write(path.join("keys.py"), key).expect("writable");
    }
    folder
}

#[test]
fn the_report_of_a_big_scan_fits_a_screen_and_says_how_to_see_more() {
    let folder = big();
    let report = scanned(folder.path());
    let text = shown(&report, "text", &wide(100));
    let lines = text.lines().count();
    assert!(lines <= 40, "{lines} lines:\n{text}");
    let places: usize = report
        .inventory
        .assets
        .iter()
        .filter(|asset| asset.implied_by.is_empty())
        .map(|asset| asset.occurrences.len())
        .sum();
    assert!(places > 2_000, "{places}");
    assert!(
        text.contains("--all") && text.contains("--format table"),
        "{text}"
    );
    // What is not shown is counted: an asset is either in a row of the most urgent or among the rest.
    let rows = text.lines().filter(|line| {
        line.starts_with("P0  ") || line.starts_with("P1  ") || line.starts_with("P2  ")
    });
    let rows = rows.count();
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix("… ")?.split_once(" more of P0 to P2"))
        .map_or(0, |(number, _)| {
            number.replace(',', "").parse::<usize>().expect("a number")
        });
    let whole = shown(
        &report,
        "text",
        &Options {
            all: true,
            ..wide(100)
        },
    );
    let urgent = whole.lines().filter(|line| {
        ["P0[", "P1[", "P2["]
            .iter()
            .any(|head| line.starts_with(head))
    });
    assert_eq!(rows + rest, urgent.count(), "{text}");
    // Where everything is shown, the totals stand at the end once more.
    let end: Vec<&str> = whole.lines().rev().take(12).collect();
    assert!(
        end.iter().any(|line| line.starts_with("In all: ")),
        "{end:?}"
    );
}

#[test]
fn an_overview_with_everything_in_it_fits_a_screen_too() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policies: Vec<&str> = KNOWN.policies.iter().map(|p| p.id.as_str()).collect();
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .current_dir(root)
        .args(["scan", "corpus", "--no-project-config", "--policy"])
        .arg(policies.join(","));
    let (text, _) = output(&mut command);
    let lines = text.lines().count();
    assert!(lines <= 40, "{lines} lines:\n{text}");
    for part in [
        "Not read: ",
        "Policies ",
        "Objects ",
        "Binaries ",
        "Plan ",
        "Parameters that the code does not show: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_table_and_a_tree_that_are_cut_say_of_how_much() {
    let folder = big();
    for n in 0..120 {
        let key = RSA.replace("2048", &(3000 + n).to_string());
        fs::write(folder.path().join(format!("own{n}.py")), key).expect("writable");
    }
    let report = scanned(folder.path());
    let assets = report.inventory.assets.iter();
    let assets = assets.filter(|asset| asset.implied_by.is_empty()).count();
    let table = shown(&report, "table", &wide(100));
    assert!(
        table.contains(&format!("100 of {assets} assets")),
        "{table}"
    );
    assert_eq!(
        table.lines().filter(|line| line.starts_with('P')).count(),
        100
    );
    let tree = shown(&report, "tree", &wide(100));
    assert!(tree.contains(&format!("{assets} assets in ")), "{tree}");
    assert!(tree.contains("Shown in part; --all"), "{tree}");
    assert!(tree.lines().count() <= 110, "{tree}");
    let all = Options {
        all: true,
        ..wide(100)
    };
    let table = shown(&report, "table", &all);
    assert_eq!(
        table.lines().filter(|line| line.starts_with('P')).count(),
        assets
    );
    let tree = shown(&report, "tree", &all);
    assert!(!tree.contains("…") && tree.contains("own119.py"), "{tree}");
}

#[cfg(unix)]
#[test]
fn a_hostile_name_controls_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "a\u{1b}]8;;http:example.org\u{7}\u{1b}[31m\u{202e}\n%.py";
    fs::write(folder.path().join(name), RSA).expect("writable");
    let report = scanned(folder.path());
    let linked = Options {
        links: Some(Links::new("desk", "/home/me")),
        ..wide(80)
    };
    for form in ["text", "table", "tree"] {
        let plain = shown(&report, form, &wide(80));
        assert!(
            plain.chars().all(|c| c == '\n' || !c.is_control()),
            "{form}: {plain:?}"
        );
        assert!(!plain.contains('\u{202e}'), "{form}");
        // Of links nothing but our own sequences: each begins with a file's address or ends one.
        let with = shown(&report, form, &linked);
        let mut opened = 0;
        for rest in with.split('\u{1b}').skip(1) {
            let ours = rest.starts_with("]8;;file://desk/home/me/project/a%1B%5D8%3B%3B")
                || rest == "]8;;"
                || rest.starts_with('\\');
            assert!(ours, "{form}: {rest:?}");
            opened += usize::from(rest.starts_with("]8;;file:"));
        }
        assert!(opened > 0, "{form}: {with:?}");
    }
}

fn pqscan(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .current_dir(folder)
        .args(["scan", "."]);
    command
}

fn output(command: &mut Command) -> (String, String) {
    let output = command.output().expect("it runs");
    assert!(output.status.success());
    (
        String::from_utf8(output.stdout).expect("UTF-8"),
        String::from_utf8(output.stderr).expect("UTF-8"),
    )
}

#[test]
fn colour_and_links_are_for_those_who_can_see_them() {
    let folder = project();
    let folder = folder.path();
    let link = "\u{1b}]8;;file://";
    let red = "\u{1b}[3";
    let (plain, _) = output(&mut pqscan(folder));
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let (forced, _) = output(pqscan(folder).env("CLICOLOR_FORCE", "1"));
    assert!(forced.contains(red) && !forced.contains(link), "{forced:?}");
    let (always, _) = output(
        pqscan(folder)
            .arg("--hyperlinks=always")
            .env("NO_COLOR", "1"),
    );
    assert!(always.contains(link) && !always.contains(red), "{always:?}");
    for form in ["table", "tree"] {
        let (text, err) = output(pqscan(folder).args([
            "--format",
            form,
            "--hyperlinks=always",
            "--color=always",
        ]));
        assert!(text.contains(link) && text.contains(red), "{text:?}");
        assert!(err.is_empty(), "the report for people is the {form}: {err}");
    }
    // A file that is written is for nobody's terminal.
    let (_, _) =
        output(pqscan(folder).args(["-o", "table=t.txt", "--color=always", "--hyperlinks=always"]));
    let written = fs::read_to_string(folder.join("t.txt")).expect("written");
    assert!(
        written.contains("RSA-2048") && !written.contains('\u{1b}'),
        "{written:?}"
    );
}

#[test]
fn the_width_that_somebody_says_is_kept_to() {
    let folder = project();
    let (text, _) = output(
        pqscan(folder.path())
            .args(["--format", "table"])
            .env("COLUMNS", "50"),
    );
    let fits = |line: &str| columns(line) <= 50 || is_place("table", line, 50);
    assert!(text.lines().all(fits), "{text}");
    let (quiet, err) = output(pqscan(folder.path()).args(["-q", "--format", "table"]));
    assert!(quiet.contains("RSA-2048 key") && err.is_empty(), "{quiet}");
}
