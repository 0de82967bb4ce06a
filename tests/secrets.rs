//! Nothing private appears in any output: every private value of `corpus/cert/`, and every password, is looked for in what the program
//! prints and writes, as text, as hexadecimal, and as a digest.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use sha2::{Digest as _, Sha256};

/// Bytes of a private value in a row that nothing shows by chance.
const WINDOW: usize = 12;
/// Letters of base64 in a row, likewise.
const RUN: usize = 20;
/// The password that nobody guesses; the program is told it, so that it opens what it can.
const PASSWORD: &str = "correct horse 7";

/// What a place keeps private: its text, and what that decodes to.
#[derive(Default)]
struct Secrets {
    texts: BTreeSet<String>,
    windows: HashSet<[u8; WINDOW]>,
    digests: BTreeSet<String>,
}

impl Secrets {
    fn text(&mut self, text: &str) {
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/-_=".contains(c))) {
            if word.len() >= RUN {
                let cut = word.len().min(60);
                self.texts
                    .insert(word[..cut].trim_end_matches('=').to_owned());
            }
        }
    }

    fn bytes(&mut self, bytes: &[u8], encrypted: bool) {
        for window in bytes.windows(WINDOW) {
            // Zeros, and one byte among them, are what anything is filled up with.
            let is_filling = window.iter().filter(|byte| **byte != 0).count() <= 1;
            if !is_filling && let Ok(window) = window.try_into() {
                self.windows.insert(window);
            }
        }
        if !encrypted && bytes.len() >= 16 {
            let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
            self.digests.insert(digest);
        }
    }

    fn base64(&mut self, text: &str, encrypted: bool) {
        self.text(text);
        let letters: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '=')
            .map(|c| match c {
                '-' => '+',
                '_' => '/',
                c => c,
            })
            .collect();
        if let Ok(bytes) = data_encoding::BASE64_NOPAD.decode(letters.as_bytes()) {
            self.bytes(&bytes, encrypted)
        }
    }

    /// Everything private in a text.
    fn of_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(begin) = rest.find("-----BEGIN ") {
            rest = &rest[begin + 11..];
            let Some(end) = rest.find("-----END ") else {
                break;
            };
            let (block, after) = rest.split_at(end);
            rest = after;
            if let Some((label, body)) = block.split_once("-----")
                && label.contains("PRIVATE KEY")
            {
                let body: Vec<&str> = body
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.contains(':'))
                    .collect();
                let body = body.join("\n");
                if label.starts_with("PGP") {
                    // Its packets tell the fingerprint, which is public.
                    self.text(&body);
                } else {
                    let encrypted = label.contains("ENCRYPTED") || block.contains("ENCRYPTED");
                    self.base64(&body, encrypted);
                }
            }
        }
        for line in text.lines() {
            let private = [
                "PrivateKey",
                "PresharedKey",
                "PrivateExponent",
                "Prime1",
                "Prime2",
                "Exponent1",
                "Exponent2",
                "Coefficient",
            ];
            if let Some((name, value)) = line.split_once([':', '='])
                && private.contains(&name.trim())
            {
                self.base64(value.trim(), false)
            }
            if let Some(at) = line.find("AGE-SECRET-KEY-") {
                let word = line[at..].split_whitespace().next().unwrap_or_default();
                // What is left of the last hyphen says only what kind it is.
                let rest = &word[17.min(word.len())..];
                if rest.len() >= RUN {
                    self.texts.insert(rest.to_owned());
                }
            }
        }
        for member in ["d", "p", "q", "dp", "dq", "qi", "k", "priv"] {
            for form in [format!("\"{member}\":\""), format!("\"{member}\": \"")] {
                for (at, _) in text.match_indices(&form) {
                    let value = &text[at + form.len()..];
                    let value = value.split('"').next().unwrap_or_default();
                    self.base64(value, false)
                }
            }
        }
        if let Some(at) = text.find("Private-Lines:") {
            let lines: Vec<&str> = text[at..]
                .lines()
                .skip(1)
                .take_while(|line| !line.contains(':'))
                .collect();
            self.base64(&lines.join("\n"), text.contains("Encryption: aes"))
        }
        if text.starts_with("untrusted comment:") && text.contains("secret key") {
            self.base64(text.lines().nth(1).unwrap_or_default(), true)
        }
    }
}

fn files() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/cert/files")
}

fn collect(folder: &Path, secrets: &mut Secrets) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, secrets);
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        let name = path.to_string_lossy().into_owned();
        match std::str::from_utf8(&bytes) {
            Ok(text) => secrets.of_text(text),
            // Files that are one private key.
            Err(_) if name.contains("/private/") && !name.contains("spki") => {
                secrets.bytes(&bytes, name.contains("enc"))
            }
            Err(_) => {}
        }
    }
}

/// Everything that a scan with the password prints and writes.
fn outputs() -> Vec<(String, String)> {
    let work = tempfile::tempdir().expect("a folder");
    let passwords = work.path().join("passwords");
    fs::write(&passwords, format!("{PASSWORD}\n")).expect("written");
    let mut all = Vec::new();
    for (n, arguments) in [
        vec!["--all", "--explain", "--show-skipped", "-v"],
        vec!["-o", "json=OUT"],
        vec!["-o", "OUT.json"],
        vec!["-o", "OUT.json", "--spec-version", "1.6"],
        vec!["-o", "OUT.sarif", "-o", "gitlab=OUT.gitlab"],
    ]
    .into_iter()
    .enumerate()
    {
        let out = work.path().join(format!("out{n}"));
        let arguments = arguments
            .iter()
            .map(|argument| argument.replace("OUT", &out.to_string_lossy()));
        let run = Command::cargo_bin("pqscan")
            .expect("built")
            .arg("scan")
            .arg(files())
            .arg("--keystore-password-file")
            .arg(&passwords)
            .args(arguments)
            .output()
            .expect("runs");
        all.push((
            format!("standard output {n}"),
            String::from_utf8_lossy(&run.stdout).into_owned(),
        ));
        all.push((
            format!("standard error {n}"),
            String::from_utf8_lossy(&run.stderr).into_owned(),
        ));
    }
    for entry in fs::read_dir(work.path()).expect("readable") {
        let path = entry.expect("readable").path();
        if path != passwords {
            let text = fs::read_to_string(&path).expect("text");
            all.push((
                path.file_name()
                    .map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
                text,
            ))
        }
    }
    all
}

#[test]
fn no_output_shows_anything_private() {
    let mut secrets = Secrets::default();
    collect(&files(), &mut secrets);
    assert!(secrets.texts.len() > 300, "{}", secrets.texts.len());
    assert!(secrets.windows.len() > 10_000, "{}", secrets.windows.len());
    let outputs = outputs();
    assert!(
        outputs
            .iter()
            .filter(|(_, text)| text.len() > 100_000)
            .count()
            >= 4
    );
    for (name, text) in &outputs {
        check(&secrets, name, text)
    }
}

/// What a cache keeps of each file, read as `scan::cache` writes it.
fn kept(folder: &Path) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|ending| ending != "segment") {
            continue;
        }
        let bytes = fs::read(path).expect("readable");
        let number = |at: usize| {
            let bytes = bytes[at..at + 8].try_into().expect("eight");
            usize::try_from(u64::from_le_bytes(bytes)).expect("it fits")
        };
        let footer = bytes.len() - 56;
        let (index, entries) = (number(footer), number(footer + 8));
        for row in bytes[index..].chunks(52).take(entries) {
            let offset = u64::from_le_bytes(row[32..40].try_into().expect("eight")) as usize;
            let length = u32::from_le_bytes(row[40..44].try_into().expect("four")) as usize;
            if length == 0 {
                continue;
            }
            let value = &bytes[offset..offset + length];
            let whole = u32::from_le_bytes(value[16..20].try_into().expect("four")) as usize;
            let body = &value[20..];
            values.push(if body.len() == whole {
                body.to_vec()
            } else {
                zstd::bulk::decompress(body, whole).expect("zstd")
            })
        }
    }
    values
}

#[test]
fn no_cache_keeps_anything_private() {
    let mut secrets = Secrets::default();
    collect(&files(), &mut secrets);
    let cache = tempfile::tempdir().expect("a folder");
    let run = Command::cargo_bin("pqscan")
        .expect("built")
        .args(["scan", "-q", "-o", "text", "--cache-dir"])
        .arg(cache.path())
        .arg(files())
        .output()
        .expect("runs");
    assert!(run.status.success());
    let values = kept(cache.path());
    assert!(values.len() > 200, "{}", values.len());
    for value in &values {
        check(&secrets, "the cache", &String::from_utf8_lossy(value));
        for window in value.windows(WINDOW) {
            // Keys have comments, which are shown; words are looked for above. A key's own bytes are letters by chance, not all of them.
            let letters = window.iter().filter(|byte| (b' '..=b'~').contains(byte));
            let is_text = letters.count() + 2 >= WINDOW;
            let window: [u8; WINDOW] = window.try_into().expect("so long");
            assert!(is_text || !secrets.windows.contains(&window), "{window:?}");
        }
    }
}

fn check(secrets: &Secrets, name: &str, text: &str) {
    assert!(!text.contains(PASSWORD), "{name} shows a password");
    // One file has a password for its name.
    let text = &text.replace("aes256-changeit.p12", "");
    assert!(!text.contains("changeit"), "{name} shows a password");
    for digest in &secrets.digests {
        assert!(
            !text.contains(digest.as_str()),
            "{name} has a digest of a private value"
        );
    }
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    for run in text
        .split(|c: char| !is_letter(c))
        .filter(|run| run.len() >= RUN)
    {
        for secret in &secrets.texts {
            let piece = &secret[..secret.len().min(RUN)];
            assert!(!run.contains(piece), "{name} shows {piece}…");
        }
        let hex = run.len() >= 2 * WINDOW && run.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hex {
            let even = &run[..run.len() / 2 * 2];
            let bytes = data_encoding::HEXLOWER_PERMISSIVE
                .decode(even.as_bytes())
                .expect("hexadecimal");
            for window in bytes.windows(WINDOW) {
                let window: [u8; WINDOW] = window.try_into().expect("so long");
                assert!(!secrets.windows.contains(&window), "{name} shows {run}");
            }
        }
    }
}
