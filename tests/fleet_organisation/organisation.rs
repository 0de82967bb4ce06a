//! An organisation of bare repositories on this machine, made from a seed: the same seed and number give the same commits.
//!
//! Sizes are skewed as they are in the field: most repositories have 1 to 20 files, some 60, a few 500, one in five hundred 3,000. Three of
//! ten files are of the project's corpus (one in three of them word for word, as vendored code is; the others with a line of their own), the
//! others are code without cryptography. Some repositories hold a certificate or a key. Some are broken: empty, a damaged pack, a HEAD that
//! names no branch. Some are forks of another: the same commit, or the same tree under another commit. Some hold one huge file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use super::numbers::Numbers;

/// Repositories that are written at once.
const WRITERS: usize = 8;

/// What a repository is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// So many files.
    Plain(u64),
    /// Ten files, and one of so many bytes.
    Huge(usize),
    /// The same commit as an earlier repository's.
    ForkOfCommit(usize),
    /// The same tree as an earlier repository's, under another commit.
    ForkOfTree(usize),
    /// No commit.
    Empty,
    /// A pack with other bytes in its middle.
    Damaged,
    /// A HEAD that names no branch.
    NoHead,
}

impl Kind {
    /// What cannot be scanned. What is empty is left out.
    pub(crate) fn is_broken(self) -> bool {
        matches!(self, Self::Damaged | Self::NoHead)
    }
}

/// The organisation on disk.
pub(crate) struct Organisation {
    /// The folder with all of it.
    pub(crate) root: PathBuf,
    pub(crate) kinds: Vec<Kind>,
    /// Files that were written, forks counted too.
    pub(crate) files: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    seed: u64,
    bodies: Bodies,
}

/// What files are made of.
struct Bodies {
    /// Code: ending, text.
    code: Vec<(String, String)>,
    /// Certificates and keys: name, content.
    keys: Vec<(String, Vec<u8>)>,
}

impl Bodies {
    fn read() -> Self {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut files = Vec::new();
        collect(&corpus.join("source"), &mut files);
        collect(&corpus.join("audit/before"), &mut files);
        collect(&corpus.join("cert/files"), &mut files);
        files.sort();
        let (mut code, mut keys) = (Vec::new(), Vec::new());
        for file in files {
            let Some(ending) = file.extension().and_then(|e| e.to_str()) else {
                continue;
            };
            let content = fs::read(&file).unwrap();
            match ending {
                "c" | "go" | "java" | "js" | "py" | "rs" | "ts" => {
                    if let Ok(text) = String::from_utf8(content) {
                        code.push((ending.to_owned(), text))
                    }
                }
                "pem" | "der" | "crt" | "pub" => {
                    let name = file.file_name().unwrap().to_str().unwrap();
                    keys.push((name.to_owned(), content))
                }
                _ => {}
            }
        }
        assert!(code.len() > 100 && keys.len() > 20, "the corpus is there");
        Self { code, keys }
    }

    /// A file's path and content.
    fn file(&self, number: u64, numbers: &mut Numbers) -> (String, Vec<u8>) {
        let folder = ["src", "lib", "internal/store", "cmd/tool", "web/api"];
        let folder = pick(numbers, &folder);
        let (ending, text) = pick(numbers, &self.code);
        let word = numbers.below(1_000_000);
        let body = match numbers.below(10) {
            0 => text.clone(),
            1 | 2 => match ending.as_str() {
                "py" => format!("{text}\n# revision {word}\n"),
                _ => format!("{text}\n// revision {word}\n"),
            },
            _ => plain(ending, word),
        };
        (format!("{folder}/m{number}.{ending}"), body.into_bytes())
    }
}

/// One of them.
fn pick<'a, T>(numbers: &mut Numbers, from: &'a [T]) -> &'a T {
    &from[usize::try_from(numbers.below(from.len() as u64)).unwrap()]
}

/// Code that has nothing to do with cryptography.
fn plain(ending: &str, word: u64) -> String {
    let mut text = String::new();
    for line in 0..20 + word % 60 {
        text += &match ending {
            "py" => {
                format!("def step_{word}_{line}(value):\n    return value * {line} + {word}\n\n")
            }
            "go" if line == 0 => format!("package m{word}\n\n"),
            "go" => format!("func step{line}(value int) int {{ return value*{line} + {word} }}\n"),
            "js" | "ts" => {
                format!("export const step{line} = (value) => value * {line} + {word};\n")
            }
            "rs" => {
                format!("pub fn step_{line}(value: u64) -> u64 {{ value * {line} + {word} }}\n")
            }
            "java" if line == 0 => {
                format!("class Steps{word} {{\n    static int start() {{ return {word}; }}\n}}\n")
            }
            "java" => format!(
                "class Step{word}x{line} {{ int of(int value) {{ return value * {line} + {word}; }} }}\n"
            ),
            _ => format!("int step_{line}(int value) {{ return value * {line} + {word}; }}\n"),
        };
    }
    text
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), files)
        } else {
            files.push(entry.path())
        }
    }
}

/// What the repository with that number is, among so many. The first few show every kind, whatever their number.
fn kind(index: usize, many: usize, numbers: &mut Numbers) -> Kind {
    let huge = if many > 100 { 24 << 20 } else { 2 << 20 };
    let part = numbers.below(1_000);
    let earlier = usize::try_from(numbers.next() % (index.max(1) as u64)).unwrap();
    match (index, part) {
        (3, _) => Kind::Empty,
        (4, _) => Kind::Damaged,
        (5, _) => Kind::NoHead,
        (6, _) => Kind::Huge(huge),
        (7, _) => Kind::Plain(60),
        (8, _) => Kind::ForkOfCommit(0),
        (9, _) => Kind::ForkOfTree(1),
        (10, _) if many > 100 => Kind::Plain(3_000),
        (..3, _) => Kind::Plain(2 + 3 * index as u64),
        (_, 0..3) => Kind::Empty,
        (_, 3..6) => Kind::Damaged,
        (_, 6..9) => Kind::NoHead,
        (_, 9..12) => Kind::Huge(huge),
        (_, 12..52) => Kind::ForkOfCommit(earlier),
        (_, 52..92) => Kind::ForkOfTree(earlier),
        (_, 92..94) if many > 100 => Kind::Plain(3_000),
        (_, 94..104) if many > 100 => Kind::Plain(500),
        (_, 104..154) => Kind::Plain(60),
        _ => Kind::Plain(1 + numbers.below(20)),
    }
}

impl Organisation {
    /// Makes one of so many repositories in a folder that is not there yet.
    pub(crate) fn make(root: &Path, many: usize, seed: u64) -> Self {
        let mut numbers = Numbers(seed);
        let mut kinds: Vec<Kind> = Vec::with_capacity(many);
        for index in 0..many {
            let mut one = kind(index, many, &mut numbers);
            // Forks of forks and of what is broken are forks of what has files.
            while let Kind::ForkOfCommit(of) | Kind::ForkOfTree(of) = one {
                match kinds[of] {
                    Kind::Plain(_) | Kind::Huge(_) => break,
                    _ => one = Kind::ForkOfTree(of.saturating_sub(1)),
                }
            }
            kinds.push(one);
        }
        fs::create_dir_all(root).unwrap();
        let mut all = Self {
            root: root.canonicalize().unwrap(),
            kinds,
            files: 0,
            bytes: 0,
            seed,
            bodies: Bodies::read(),
        };
        // Most of the time is the start of processes.
        let (next, files, bytes) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= many {
                            break;
                        }
                        let wrote = all.write(index, 0);
                        files.fetch_add(wrote.0, Ordering::Relaxed);
                        bytes.fetch_add(wrote.1, Ordering::Relaxed);
                    }
                });
            }
        });
        all.files = files.into_inner();
        all.bytes = bytes.into_inner();
        all
    }

    /// Where a repository is.
    pub(crate) fn path(&self, index: usize) -> PathBuf {
        let team = ["billing", "identity", "platform", "web"][index % 4];
        self.root.join(team).join(format!("r{index:05}.git"))
    }

    /// A commit on top of a repository: one file is new.
    pub(crate) fn change(&mut self, index: usize) {
        assert!(matches!(self.kinds[index], Kind::Plain(_)));
        self.write(index, 1);
    }

    /// Writes a repository, or a commit on top of it. Gives files and bytes.
    fn write(&self, index: usize, revision: u64) -> (u64, u64) {
        let path = self.path(index);
        if revision == 0 {
            init(&path);
        }
        let kind = self.kinds[index];
        let (of, message) = match kind {
            Kind::Empty => return (0, 0),
            Kind::ForkOfTree(of) => (of, format!("fork {index}")),
            Kind::ForkOfCommit(of) => (of, format!("revision {revision}")),
            _ => (index, format!("revision {revision}")),
        };
        let mut numbers = Numbers(self.seed ^ (of as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut stream = Vec::new();
        let when = 1_767_225_600 + revision * 86_400;
        let header = format!(
            "commit refs/heads/main\ncommitter Example <example@example.org> {when} +0000\ndata {}\n{message}\n",
            message.len()
        );
        stream.extend_from_slice(header.as_bytes());
        let mut wrote = (0, 0);
        let mut put = |path: &str, content: &[u8]| {
            stream.extend_from_slice(
                format!("M 100644 inline {path}\ndata {}\n", content.len()).as_bytes(),
            );
            stream.extend_from_slice(content);
            stream.push(b'\n');
            wrote.0 += 1;
            wrote.1 += content.len() as u64;
        };
        if revision > 0 {
            let text = format!(
                "from hashlib import sha3_384\nVALUE = sha3_384(b\"{revision}\").hexdigest()\n"
            );
            put("tools/added.py", text.as_bytes());
        } else {
            let (files, huge) = match self.kinds[of] {
                Kind::Plain(files) => (files, 0),
                Kind::Huge(bytes) => (10, bytes),
                _ => (3, 0),
            };
            put("README.md", format!("# r{of}\n\nAn example.\n").as_bytes());
            for number in 0..files {
                let (path, content) = self.bodies.file(number, &mut numbers);
                put(&path, &content)
            }
            if numbers.below(4) == 0 {
                let (name, content) = pick(&mut numbers, &self.bodies.keys);
                put(&format!("deploy/{name}"), content)
            }
            if huge > 0 {
                let row = "2026-01-01T00:00:00Z;a row of an export that somebody committed;42\n";
                put("data/export.csv", row.repeat(huge / row.len()).as_bytes())
            }
        }
        if revision > 0 {
            let at = stream.windows(2).position(|w| w == b"\nM").unwrap() + 1;
            stream.splice(at..at, *b"from refs/heads/main^0\n");
        }
        import(&path, &stream);
        match kind {
            Kind::Damaged => damage(&path),
            Kind::NoHead => fs::write(path.join("HEAD"), "ref: refs/heads/away\n").unwrap(),
            _ => {}
        }
        wrote
    }
}

/// An empty bare repository (gitrepository-layout(5)), without asking git.
fn init(path: &Path) {
    for folder in ["objects/pack", "refs/heads"] {
        fs::create_dir_all(path.join(folder)).unwrap()
    }
    fs::write(path.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    let config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
    fs::write(path.join("config"), config).unwrap();
}

fn import(path: &Path, stream: &[u8]) {
    let mut child = Command::new("git")
        .arg("--git-dir")
        .arg(path)
        .args(["-c", "fastimport.unpackLimit=0", "-c", "core.fsync=none"])
        .args([
            "-c",
            "pack.threads=1",
            "fast-import",
            "--quiet",
            "--date-format=raw",
        ])
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .spawn()
        .expect("git runs");
    child.stdin.take().unwrap().write_all(stream).unwrap();
    assert!(child.wait().unwrap().success(), "git fast-import");
}

/// Other bytes in the middle of every pack.
fn damage(path: &Path) {
    for entry in fs::read_dir(path.join("objects/pack")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|e| e == "pack") {
            let mut bytes = fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            let to = (middle + 64).min(bytes.len());
            bytes[middle..to].iter_mut().for_each(|byte| *byte ^= 0xa5);
            // Git writes packs that nobody may write to.
            fs::remove_file(&file).unwrap();
            fs::write(&file, bytes).unwrap()
        }
    }
}
