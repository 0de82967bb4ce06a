//! Every form of output of one scan, written by the program as a user has it written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use pqscan::output::FORMATS;

/// 2026-11-23, the day that everything is judged on.
pub(crate) const TODAY: &str = "1795392000";

/// What a run wrote.
pub(crate) struct Written {
    /// By the name of the form.
    pub(crate) forms: BTreeMap<&'static str, String>,
    #[allow(dead_code, reason = "likewise")]
    pub(crate) stdout: String,
    #[allow(dead_code, reason = "not every test that includes this looks at it")]
    pub(crate) stderr: String,
}

/// The program, in an environment that says nothing.
pub(crate) fn pqscan() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("pqscan"));
    for name in [
        "CI",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
    ] {
        command.env_remove(name);
    }
    command
        .env("SOURCE_DATE_EPOCH", TODAY)
        .env("PQSCAN_NO_CACHE", "1");
    command
}

/// Scans once and writes each of [`FORMATS`].
pub(crate) fn written(root: &Path, arguments: &[&str]) -> Written {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut command = pqscan();
    command.arg("scan").args(arguments);
    for format in FORMATS {
        let name = format.name();
        command.arg("-o");
        command.arg(format!("{name}={}", folder.path().join(name).display()));
    }
    let run = command.arg(root).output().expect("it runs");
    let stderr = String::from_utf8(run.stderr).expect("stderr is UTF-8");
    assert!(run.status.success(), "{:?}: {stderr}", run.status);
    let read = |name: &'static str| {
        let bytes = fs::read(folder.path().join(name)).expect("it was written");
        let text = String::from_utf8(bytes).unwrap_or_else(|e| panic!("{name} is no UTF-8: {e}"));
        (name, text)
    };
    Written {
        forms: FORMATS.iter().map(|format| read(format.name())).collect(),
        stdout: String::from_utf8(run.stdout).expect("stdout is UTF-8"),
        stderr,
    }
}
