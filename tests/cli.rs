//! The command line: help, exit codes, messages, outputs. The environment is scrubbed, so that a desk and CI see the same.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

const RSA: &str = "from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n";

fn pqscan() -> Command {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .env("NO_COLOR", "1");
    command
}

fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("keys.py"), RSA).expect("writable");
    fs::create_dir(folder.path().join("tests")).expect("writable");
    fs::write(
        folder.path().join("tests/test_keys.py"),
        "import hashlib\nhashlib.md5(b'').hexdigest()\n",
    )
    .expect("writable");
    folder
}

fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it runs");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).expect("it was written")).expect("JSON")
}

/// A zip of one file.
fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default())
        .expect("it starts");
    zip.write_all(bytes).expect("it takes bytes");
    zip.finish().expect("it ends").into_inner()
}

#[test]
fn help_names_every_command_and_every_exit_code() {
    let (code, out, _) = run(pqscan().arg("--help"));
    assert_eq!(code, 0);
    insta::assert_snapshot!(out);
    let (_, scan, _) = run(pqscan().args(["scan", "--help"]));
    insta::assert_snapshot!(scan);
}

#[test]
fn a_scan_prints_a_report_and_exits_with_0() {
    let folder = project();
    let (code, out, err) = run(pqscan().arg("scan").arg(folder.path()));
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("RSA-2048") && out.contains("keys.py:2:7"),
        "{out}"
    );
    assert!(err.is_empty(), "{err}");
}

#[test]
fn quiet_prints_nothing_but_errors() {
    let folder = project();
    let (code, out, err) = run(pqscan()
        .args(["scan", "--quiet"])
        .arg(folder.path())
        .args(["-o"])
        .arg(folder.path().join("a.json")));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    let (code, _, err) = run(pqscan().args(["scan", "--quiet", "no-such-folder"]));
    assert_eq!(code, 2);
    assert!(err.contains("no-such-folder"), "{err}");
}

#[test]
fn outputs_go_where_they_are_sent_in_the_form_that_was_asked_for() {
    let folder = project();
    let at = |name: &str| folder.path().join(name);
    let (code, _, err) = run(pqscan().current_dir(folder.path()).args([
        "scan",
        ".",
        "-o",
        "cdx=bom.json",
        "-o",
        "json=all.json",
        "-o",
        "plain.json",
    ]));
    assert_eq!(code, 0, "{err}");
    assert_eq!(json(&at("bom.json"))["specVersion"], "1.7");
    assert_eq!(json(&at("all.json"))["schema"], "pqscan/result/1");
    assert_eq!(json(&at("plain.json"))["bomFormat"], "CycloneDX");
    let (code, _, err) = run(pqscan().current_dir(folder.path()).args([
        "scan",
        ".",
        "-o",
        "a.v1.cdx.json",
        "-o",
        "b.SARIF.json",
        "-o",
        "c.v1.sarif",
        "-o",
        "gitlab=d.json",
    ]));
    assert_eq!(code, 0, "{err}");
    assert_eq!(json(&at("a.v1.cdx.json"))["bomFormat"], "CycloneDX");
    assert_eq!(json(&at("b.SARIF.json"))["version"], "2.1.0");
    assert_eq!(json(&at("c.v1.sarif"))["version"], "2.1.0");
    assert_eq!(json(&at("d.json"))["scan"]["type"], "sast");
    let (code, _, _) = run(pqscan().current_dir(folder.path()).args([
        "scan",
        ".",
        "--format",
        "cyclonedx",
        "--spec-version",
        "1.6",
        "-o",
        "old.bom",
    ]));
    assert_eq!(code, 0);
    assert_eq!(json(&at("old.bom"))["specVersion"], "1.6");
    assert!(fs::read_dir(folder.path()).expect("readable").all(|e| {
        !e.expect("readable")
            .file_name()
            .to_string_lossy()
            .ends_with(".partial")
    }));
}

#[test]
fn what_is_for_people_goes_to_stderr_when_a_machine_has_stdout() {
    let folder = project();
    for form in [
        vec!["-o", "cyclonedx"],
        vec!["--format", "json"],
        vec!["-o", "cdx=-"],
    ] {
        let (code, out, err) = run(pqscan().arg("scan").arg(folder.path()).args(&form));
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON and nothing else");
        assert!(err.contains("RSA-2048"), "{err}");
    }
}

/// Each of these is a report for people, which takes the place of the other.
#[test]
fn a_plan_stands_for_the_report() {
    let folder = project();
    for form in ["plan", "plan-md"] {
        let scan = ["scan", "--format", form];
        let (code, out, err) = run(pqscan().args(scan).arg(folder.path()));
        assert_eq!((code, &*err), (0, ""), "{form}");
        assert!(out.contains("Plan for "), "{out}");
    }
}

#[test]
fn two_outputs_cannot_have_stdout_or_one_file() {
    let folder = project();
    for outputs in [
        vec!["-o", "json", "-o", "cdx=-"],
        vec!["-o", "a.json", "-o", "json=a.json"],
        vec!["-o", "a.json", "-o", "csv=./a.json"],
        vec!["-o", "tests/a.json", "-o", "csv=tests/../tests/a.json"],
    ] {
        let (code, _, err) = run(pqscan()
            .current_dir(folder.path())
            .args(["scan", "."])
            .args(&outputs));
        assert_eq!(code, 2, "{err}");
        assert!(!folder.path().join("a.json").exists());
    }
}

#[test]
fn unknown_forms_and_endings_are_refused_with_what_there_is() {
    for output in ["nonsense", "rtf=a.rtf", "a.xyz"] {
        let (code, _, err) = run(pqscan().args(["scan", ".", "-o", output]));
        assert_eq!(code, 2);
        assert!(err.contains("cyclonedx"), "{err}");
    }
}

#[test]
fn check_fails_the_gate_with_1_and_passes_with_0() {
    let folder = project();
    let (code, _, err) = run(pqscan()
        .args(["check", "--fail-on", "P4"])
        .arg(folder.path()));
    assert_eq!(code, 1);
    assert!(err.contains("the gate failed"), "{err}");
    let clean = tempfile::tempdir().expect("a folder");
    fs::write(clean.path().join("a.py"), "print(1)\n").expect("writable");
    let (code, _, err) = run(pqscan()
        .args(["check", "--fail-on", "low"])
        .arg(clean.path()));
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = run(pqscan()
        .args(["check", "--fail-on", "P9"])
        .arg(clean.path()));
    assert_eq!(code, 2, "{err}");
}

#[test]
fn nothing_to_scan_is_4_and_a_missing_root_is_2() {
    let empty = tempfile::tempdir().expect("a folder");
    assert_eq!(run(pqscan().arg("scan").arg(empty.path())).0, 4);
    assert_eq!(run(pqscan().args(["scan", "no-such-folder"])).0, 2);
    assert_eq!(
        run(pqscan().args(["scan", "https://example.com/a.git"])).0,
        2
    );
}

#[test]
fn an_archive_with_a_password_is_nothing_to_scan_and_said_to_be_encrypted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut zip = zipped("keys.py", RSA.as_bytes());
    // Bit 0 of the flags says that a member is encrypted (APPNOTE 4.4.4), in both of its headers.
    for (magic, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let header = zip.windows(4).position(|bytes| bytes == magic);
        zip[header.expect("it is there") + flags] |= 1;
    }
    let file = folder.path().join("keys.zip");
    fs::write(&file, zip).expect("writable");
    for root in [&*file, folder.path()] {
        let (code, out, err) = run(pqscan().arg("scan").arg(root));
        assert_eq!((code, out.as_str()), (4, ""), "{err}");
        assert!(
            err.contains("nothing to scan") && err.contains("encrypted"),
            "{err}"
        );
        let (code, _, err) = run(pqscan().args(["scan", "--strict"]).arg(root));
        assert_eq!(code, 3, "{err}");
        assert!(err.contains("encrypted"), "{err}");
    }
    let (_, _, err) = run(pqscan().args(["scan", "--show-skipped"]).arg(&file));
    assert!(err.contains("keys.zip!/keys.py: "), "{err}");
}

#[test]
fn without_archives_what_they_hold_is_not_looked_at() {
    let folder = project();
    fs::write(
        folder.path().join("more.zip"),
        zipped("more.py", RSA.as_bytes()),
    )
    .expect("writable");
    let scan = |more: &[&str]| {
        run(pqscan()
            .args(["scan", "--format", "json"])
            .args(more)
            .arg(folder.path()))
    };
    let (code, out, err) = scan(&[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("more.zip!/more.py"), "{out}");
    let (code, out, err) = scan(&["--no-archives"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("keys.py") && !out.contains("more.zip!"),
        "{out}"
    );
    let (code, _, err) = run(pqscan()
        .args(["scan", "--no-archives"])
        .arg(folder.path().join("more.zip")));
    assert_eq!(code, 4, "{err}");
}

#[test]
fn a_platform_or_a_size_that_is_none_is_refused() {
    let folder = project();
    for (flag, value, wanted) in [
        ("--platform", "linux", "--platform"),
        ("--platform", "", "--platform"),
        ("--max-unpacked", "10X", "500M or 64G"),
        ("--max-unpacked", "-1", "500M or 64G"),
        ("--max-unpacked", "99999999999T", "500M or 64G"),
    ] {
        let (code, out, err) = run(pqscan()
            .arg("scan")
            .arg(format!("{flag}={value}"))
            .arg(folder.path()));
        assert_eq!((code, out.as_str()), (2, ""), "{flag} {value}: {err}");
        assert!(err.contains(wanted), "{err}");
    }
}

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let sum = sha2::Sha256::digest(bytes);
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn tarred(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, name, &**bytes)
            .expect("memory takes it");
    }
    archive.into_inner().expect("memory takes it")
}

#[test]
fn a_digest_is_short_in_the_terminal_and_whole_in_json() {
    use serde_json::json;
    let layer = tarred(&[("app/keys.py".to_owned(), RSA.into())]);
    let hex = digest(&layer);
    let mut files = vec![(
        "oci-layout".to_owned(),
        br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
    )];
    let mut blob = |kind: &str, bytes: Vec<u8>| {
        let (hex, size) = (digest(&bytes), bytes.len());
        files.push((format!("blobs/sha256/{hex}"), bytes));
        let kind = format!("application/vnd.oci.image.{kind}");
        json!({"mediaType": kind, "digest": format!("sha256:{hex}"), "size": size})
    };
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{hex}")]},
        "history": [{"created_by": "COPY app /app"}],
    });
    let config = blob("config.v1+json", config.to_string().into());
    let layer = blob("layer.v1.tar", layer);
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": [layer]});
    let manifest = blob("manifest.v1+json", manifest.to_string().into());
    let index = json!({"schemaVersion": 2, "manifests": [manifest]});
    files.push(("index.json".to_owned(), index.to_string().into()));
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("image.tar"), tarred(&files)).expect("writable");

    let (code, out, err) = run(pqscan()
        .args(["scan", "--all", "-o", "json=all.json", "."])
        .current_dir(folder.path()));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("…!/app/keys.py:2:7"), "{out}");
    assert!(out.contains(&hex[..12]) && !out.contains(&hex), "{out}");
    assert!(out.contains("COPY app /app"), "{out}");
    let result = json(&folder.path().join("all.json"));
    let place = &result["assets"][0]["occurrences"][0];
    let path = place["path"].as_str().expect("a path");
    assert!(path.starts_with("image.tar!/"), "{path}");
    assert!(path.ends_with(&format!("{hex}!/app/keys.py")), "{path}");
    assert_eq!(place["layer"]["digest"], format!("sha256:{hex}"));
}

#[test]
fn strict_makes_what_was_not_read_an_error() {
    let folder = project();
    let mut large = String::from("import hashlib\n");
    large.push_str(&"x = 1\n".repeat(800_000));
    fs::write(folder.path().join("large.py"), large).expect("writable");
    let (code, out, _) = run(pqscan().args(["scan", "--show-skipped"]).arg(folder.path()));
    assert_eq!(code, 0);
    assert!(
        out.contains("large.py") && out.contains("too large"),
        "{out}"
    );
    assert_eq!(
        run(pqscan().args(["scan", "--strict"]).arg(folder.path())).0,
        3
    );
}

#[test]
fn include_and_exclude_narrow_what_is_looked_at() {
    let folder = project();
    let (_, out, _) = run(pqscan()
        .args(["scan", "--exclude", "tests/**", "--format", "json"])
        .arg(folder.path()));
    assert!(
        out.contains("keys.py") && !out.contains("test_keys.py"),
        "{out}"
    );
    let (_, out, _) = run(pqscan()
        .args(["scan", "--include", "test_*.py", "--format", "json"])
        .arg(folder.path()));
    assert!(
        !out.contains("\"keys.py\"") && out.contains("test_keys.py"),
        "{out}"
    );
    assert_eq!(
        run(pqscan()
            .args(["scan", "--include", "a{b"])
            .arg(folder.path()))
        .0,
        2
    );
}

#[test]
fn settings_are_read_at_the_root_and_a_misspelt_key_has_a_suggestion() {
    let folder = project();
    fs::write(
        folder.path().join("pqscan.toml"),
        "exclude = [\"tests\"]\nspec-version = \"1.6\"\n",
    )
    .expect("writable");
    let (code, out, _) = run(pqscan()
        .arg("scan")
        .arg(folder.path())
        .args(["-o", "cyclonedx"]));
    assert_eq!(code, 0);
    assert!(
        out.contains("\"1.6\"") && !out.contains("test_keys.py"),
        "{out}"
    );
    let (_, out, _) = run(pqscan()
        .args(["scan", "--no-project-config"])
        .arg(folder.path())
        .args(["-o", "cyclonedx"]));
    assert!(out.contains("\"1.7\"") && out.contains("test_keys.py"));
    fs::write(folder.path().join("pqscan.toml"), "exlude = []\n").expect("writable");
    let (code, _, err) = run(pqscan().arg("scan").arg(folder.path()));
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `exclude`"), "{err}");
}

#[test]
fn no_depth_is_asked_for_that_the_stack_does_not_hold() {
    let folder = project();
    let settings = folder.path().join("pqscan.toml");
    for depth in ["0", "65", "100000", "-1", "deep"] {
        let (code, _, err) = run(pqscan()
            .arg("scan")
            .arg(folder.path())
            .arg(format!("--max-depth={depth}")));
        assert_eq!(code, 2, "{depth}");
        assert!(err.contains("from 1 to 64"), "{err}");
    }
    for depth in ["0", "65", "100000"] {
        fs::write(&settings, format!("max-depth = {depth}\n")).expect("writable");
        let (code, _, err) = run(pqscan().arg("scan").arg(folder.path()));
        assert_eq!(code, 2, "{depth}");
        assert!(
            err.contains("max-depth") && err.contains("from 1 to 64"),
            "{err}"
        );
    }
    // As deep as may be asked for is as deep as works.
    let mut nested = zipped("keys.py", RSA.as_bytes());
    for _ in 1..64 {
        nested = zipped("inner.zip", &nested);
    }
    fs::write(&settings, "max-depth = 64\n").expect("writable");
    fs::write(folder.path().join("nested.zip"), &nested).expect("writable");
    fs::write(
        folder.path().join("deeper.zip"),
        zipped("inner.zip", &nested),
    )
    .expect("writable");
    let (code, out, err) = run(pqscan()
        .args(["scan", "--format", "json"])
        .arg(folder.path()));
    assert_eq!(code, 0, "{err}");
    let way = "!/inner.zip".repeat(63);
    assert!(
        out.contains(&format!("\"nested.zip{way}!/keys.py\"")),
        "{err}"
    );
    assert!(
        !out.contains("\"deeper.zip!/inner.zip!/inner.zip{way}"),
        "{err}"
    );
    assert_eq!(
        run(pqscan().args(["scan", "--strict"]).arg(folder.path())).0,
        3
    );
}

#[test]
fn the_same_input_gives_the_same_bytes_at_any_number_of_threads() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/source");
    for form in ["cyclonedx", "json"] {
        let outputs: Vec<String> = ["1", "2", "8"]
            .iter()
            .map(|n| run(pqscan().args(["scan", corpus, "-q", "-j", n, "-o", form])).1)
            .collect();
        assert!(outputs[0].len() > 1000);
        assert!(
            outputs.windows(2).all(|w| w[0] == w[1]),
            "{form} differs between numbers of threads"
        );
    }
}

#[test]
fn rules_of_ones_own_are_used_linted_and_tested_by_the_same_commands() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules/python");
    fs::create_dir_all(&rules).expect("writable");
    let rule = r#"schema   = 1
language = "python"
library  = "house-crypto"
title    = "The house's own wrapper"
docs     = ["https://example.com/house-crypto"]
anchors  = ["house_crypto"]

[[asset]]
api       = "house_crypto.new_key(bits)"
asset     = "key"
algorithm = "RSA"
operation = "keygen"
args.bits = "key_bits"

[[example]]
name = "the wrapper makes an RSA key"
code = '''
import house_crypto
house_crypto.new_key(3072)  #~ key RSA key_bits=3072 op=keygen
'''

[[example]]
name = "a module of that name from elsewhere is silent"
code = '''
from other import house_crypto
house_crypto.new_key(3072)
'''
"#;
    fs::write(rules.join("house-crypto.toml"), rule).expect("writable");
    let (code, out, err) = run(pqscan()
        .args(["rules", "test"])
        .arg(folder.path().join("rules")));
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = run(pqscan()
        .args(["rules", "lint", "--rules"])
        .arg(folder.path().join("rules")));
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = run(pqscan()
        .args(["rules", "test", "--mutants"])
        .arg(folder.path().join("rules")));
    assert_eq!(code, 0, "{out}{err}");
    fs::write(
        folder.path().join("app.py"),
        "import house_crypto\nhouse_crypto.new_key(4096)\n",
    )
    .expect("writable");
    let (code, out, _) = run(pqscan()
        .args(["scan", "--all", "--rules"])
        .arg(folder.path().join("rules"))
        .arg(folder.path().join("app.py")));
    assert_eq!(code, 0);
    assert!(out.contains("RSA-4096"), "{out}");
    fs::write(
        rules.join("house-crypto.toml"),
        rule.replace("key_bits\"", "key_bitz\""),
    )
    .expect("writable");
    let (code, _, err) = run(pqscan()
        .args(["scan", "--rules"])
        .arg(folder.path().join("rules"))
        .arg(folder.path().join("app.py")));
    assert_eq!(code, 2);
    assert!(
        err.contains("house-crypto.toml:8") && err.contains("key_bitz"),
        "{err}"
    );
}

#[test]
fn algorithms_and_rules_are_explained() {
    let (code, out, _) = run(pqscan().args(["explain", "rsa"]));
    assert_eq!(code, 0);
    assert!(out.contains("RSA") && out.contains("ML-KEM"), "{out}");
    let (code, _, err) = run(pqscan().args(["explain", "RSAA"]));
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `RSA`"), "{err}");
    let (code, out, _) = run(pqscan().args(["rules", "explain", "java/jca"]));
    assert_eq!(code, 0);
    assert!(
        out.contains("java.security.KeyPairGenerator.getInstance"),
        "{out}"
    );
    assert_eq!(run(pqscan().args(["rules", "explain", "java/jcaa"])).0, 2);
    let (code, out, _) = run(pqscan().args(["rules", "list"]));
    assert_eq!(code, 0);
    assert!(out.contains("c/openssl"), "{out}");
}

#[test]
fn a_cbom_is_validated() {
    let folder = project();
    let bom = folder.path().join("bom.json");
    run(pqscan()
        .args(["scan", "-q"])
        .arg(folder.path())
        .arg("-o")
        .arg(&bom));
    let (code, out, _) = run(pqscan().args(["cbom", "validate"]).arg(&bom));
    assert_eq!(code, 0, "{out}");
    let mut broken = json(&bom);
    let twin = broken["components"][0].clone();
    broken["components"]
        .as_array_mut()
        .expect("a list")
        .push(twin);
    fs::write(&bom, broken.to_string()).expect("writable");
    let (code, out, _) = run(pqscan().args(["cbom", "validate"]).arg(&bom));
    assert_eq!(code, 1, "{out}");
    fs::write(&bom, "{").expect("writable");
    assert_eq!(run(pqscan().args(["cbom", "validate"]).arg(&bom)).0, 2);
}

#[test]
fn secrets_are_in_no_output() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.py"), "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\nc = AESGCM(b\"correct horse battery staple 1234\")\nPEM = \"\"\"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHRoaXMgaXMgbm90IGEgcmVhbCBrZXkgYXQgYWxs\n-----END PRIVATE KEY-----\"\"\"\n").expect("writable");
    for form in ["cyclonedx", "json", "text"] {
        let (code, out, _) = run(pqscan()
            .args(["scan", "-v", "--explain"])
            .arg(folder.path())
            .args(["-o", form]));
        assert_eq!(code, 0);
        assert!(out.contains("AES"), "{out}");
        assert!(
            !out.contains("horse") && !out.contains("MC4CAQAw"),
            "{form}: {out}"
        );
    }
}

#[test]
fn a_script_in_a_page_is_found_at_the_page_s_own_line() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("index.html"),
        "<html>\n<body>\n<script>\ncrypto.subtle.digest('SHA-256', data);\n</script>\n",
    )
    .expect("writable");
    let (code, out, _) = run(pqscan().args(["scan", "--all"]).arg(folder.path()));
    assert_eq!(code, 0);
    assert!(out.contains("index.html:4:1"), "{out}");
}

#[test]
fn files_as_roots_and_folders_named_twice_have_true_places() {
    let folder = project();
    let scan = |roots: &[&str]| {
        let (code, out, err) = run(pqscan()
            .current_dir(folder.path())
            .args(["scan", "--all"])
            .args(roots));
        assert_eq!(code, 0, "{err}");
        out
    };
    let out = scan(&["keys.py", "tests/test_keys.py"]);
    assert!(
        out.contains(" keys.py:2:7") && out.contains(" tests/test_keys.py:2:1"),
        "{out}"
    );
    let out = scan(&[".", "./tests"]);
    assert!(out.contains("(2 files,"), "{out}");
}

#[cfg(unix)]
#[test]
fn a_failed_root_is_named_once_with_its_reason() {
    let (_, _, err) = run(pqscan().args(["scan", "no-such-folder"]));
    assert_eq!(err.matches("No such file").count(), 1, "{err}");
    let (code, _, err) = run(pqscan().args(["scan", "/dev/null"]));
    assert_eq!(code, 2, "{err}");
}

#[test]
fn the_command_line_wins_over_the_settings() {
    let folder = project();
    let mut large = String::from("import hashlib\n");
    large.push_str(&"x = 1\n".repeat(800_000));
    fs::write(folder.path().join("large.py"), large).expect("writable");
    fs::write(folder.path().join("pqscan.toml"), "strict = true\n").expect("writable");
    let code = |flag: &[&str]| run(pqscan().arg("scan").args(flag).arg(folder.path())).0;
    assert_eq!(code(&[]), 3);
    assert_eq!(code(&["--strict=false"]), 0);
}

#[test]
fn a_rule_file_with_the_id_of_a_built_in_one_takes_its_place() {
    let rules = tempfile::tempdir().expect("a folder");
    let (code, _, err) = run(pqscan()
        .args(["rules", "list", "--rules"])
        .arg(rules.path()));
    assert_eq!(code, 2, "no rule file is there");
    assert!(err.contains("no rule file"), "{err}");
    fs::create_dir(rules.path().join("python")).expect("writable");
    let own = "schema = 1\nlanguage = \"python\"\nlibrary = \"rsa\"\ntitle = \"Mine\"\ndocs = [\"https://example.com\"]\nanchors = [\"rsa\"]\n";
    fs::write(rules.path().join("python/rsa.toml"), own).expect("writable");
    let (code, out, err) = run(pqscan()
        .args(["rules", "list", "--rules"])
        .arg(rules.path()));
    assert_eq!(code, 0, "{err}");
    let listed: Vec<&str> = out
        .lines()
        .filter(|l| l.starts_with("python/rsa "))
        .collect();
    assert_eq!(listed.len(), 1, "{out}");
    assert!(listed[0].ends_with("Mine"), "{out}");
}

/// Patterns of the scanned tree that go deeper than the stack.
#[test]
fn braces_by_the_hundred_thousand_end_no_scan() {
    let deep = format!("{}a{}", "{".repeat(100_000), "}".repeat(100_000));
    let folder = project();
    fs::write(folder.path().join("CODEOWNERS"), format!("{deep} @a\n")).expect("writable");
    let (code, out, err) = run(pqscan().arg("scan").arg(folder.path()));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("RSA-2048"), "{out}");

    fs::write(folder.path().join(".gitignore"), format!("{deep}\n")).expect("writable");
    let respectful = ["scan", "--respect-gitignore"];
    let (code, out, err) = run(pqscan().args(respectful).arg(folder.path()));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("RSA-2048"), "{out}");

    for settings in [
        format!("exclude = [\"{deep}\"]\n"),
        format!("[[context]]\npaths = [\"{deep}\"]\nshelf-life = 1\n"),
    ] {
        fs::write(folder.path().join("pqscan.toml"), settings).expect("writable");
        let (code, _, err) = run(pqscan().arg("scan").arg(folder.path()));
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("is no pattern") && err.len() < 1_000, "{err}");
    }
}

#[test]
fn a_project_s_own_settings_name_no_files_of_others() {
    let outside = tempfile::tempdir().expect("a folder");
    let secret = outside.path().join("secret.toml");
    fs::write(&secret, "PASSWORD=correct-horse\n").expect("writable");
    let folder = project();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&secret, folder.path().join("link.toml")).expect("a link");
    let named = secret.display().to_string();
    for key in ["policy-file", "rules"] {
        let files = [&*named, "../../etc/hostname", "link.toml", "/dev/zero"];
        for file in files.into_iter().filter(|_| cfg!(unix)) {
            let settings = format!("{key} = [\"{file}\"]\n");
            fs::write(folder.path().join("pqscan.toml"), settings).expect("writable");
            let (code, out, err) = run(pqscan().arg("scan").arg(folder.path()));
            assert_eq!(code, 2, "{key} {file}: {err}");
            assert!(!format!("{out}{err}").contains("correct-horse"), "{err}");
        }
    }
    // What the user names may lie anywhere.
    fs::remove_file(folder.path().join("pqscan.toml")).expect("it is there");
    let (code, _, err) = run(pqscan()
        .args(["scan", "--policy-file", &named])
        .arg(folder.path()));
    assert_eq!(code, 2);
    assert_eq!(err.matches("TOML parse error").count(), 1, "{err}");
}

#[test]
fn settings_have_so_many_contexts_and_no_more() {
    let folder = project();
    let context = "[[context]]\npaths = [\"a\"]\nshelf-life = 1\n";
    fs::write(folder.path().join("pqscan.toml"), context.repeat(10_000)).expect("writable");
    let (code, _, err) = run(pqscan().arg("scan").arg(folder.path()));
    assert_eq!(code, 2);
    assert!(err.contains("contexts"), "{err}");
}

/// A purpose is said of a place, and many things are in a place.
#[test]
fn a_purpose_of_signatures_gives_what_encrypts_no_signature_to_move_to() {
    let folder = project();
    let cipher = "from cryptography.hazmat.primitives.asymmetric import padding\n\
        sealed = key.public_key().encrypt(b'', padding.OAEP(mgf=None, algorithm=None, label=None))\n";
    fs::write(folder.path().join("keys.py"), format!("{RSA}{cipher}")).expect("writable");
    let settings = "[[context]]\npaths = [\"*.py\"]\npurpose = \"firmware-signing\"\n";
    fs::write(folder.path().join("pqscan.toml"), settings).expect("writable");
    let (_, out, _) = run(pqscan().arg("scan").arg(folder.path()));
    assert!(out.contains("[rsa-key-transport]: RSAES-OAEP"), "{out}");
    assert!(
        out.contains("ML-KEM-768") && !out.contains("ML-DSA"),
        "{out}"
    );
}

#[test]
fn where_nothing_is_assumed_nothing_is_said_of_it() {
    let folder = project();
    let (_, out, _) = run(pqscan().arg("scan").arg(folder.path()));
    assert!(out.contains(" Assumed  "), "{out}");
    fs::remove_file(folder.path().join("keys.py")).expect("it is there");
    let (_, out, _) = run(pqscan().arg("scan").arg(folder.path()));
    assert!(out.contains("MD5") && !out.contains("Assumed"), "{out}");
}
