//! Trees that change at random, scanned under options that change at random: with a cache that has seen all that came before, each scan says
//! what it says without one.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::*;

/// Trees, each with a beginning of its own for chance.
const TREES: u64 = 4;
/// Changes to each.
const STEPS: usize = 24;
/// Files of the corpus that a tree begins with.
const FILES: usize = 36;
/// Longer files of the corpus are left out, for the time it takes.
const LONGEST: u64 = 48 << 10;

/// Numbers that look random and are the same in each run (xorshift64, Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Files of the corpus that are no hostile ones of gigabytes, by their paths.
fn corpus() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut waiting: Vec<_> = ["source", "cert/files", "reports", "binary"]
        .map(|name| root.join(name))
        .into();
    let mut all = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            let about = fs::symlink_metadata(&path).expect("there");
            if about.is_dir() {
                waiting.push(path)
            } else if about.is_file() && about.len() <= LONGEST {
                all.push(path)
            }
        }
    }
    all.sort();
    assert!(all.len() > 300, "{}", all.len());
    all
}

/// Where files lie, which decides how they are understood.
const FOLDERS: &[&str] = &[
    "",
    "src/",
    "src/deep/er/",
    "tests/",
    "vendor/lib/",
    "examples/",
    "docs/",
    "usr/lib/node_modules/p/",
    "usr/lib/python3/dist-packages/p/",
];
const ENDINGS: &[&str] = &[
    "py", "js", "java", "go", "rs", "c", "conf", "pem", "txt", "",
];

/// A tree and what lies in it.
struct Tree {
    folder: TempDir,
    files: BTreeMap<String, Vec<u8>>,
    chance: Chance,
    corpus: Vec<PathBuf>,
}

impl Tree {
    fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let packed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/since/packed.tar.gz");
        let mut tar = Vec::new();
        flate2::read::GzDecoder::new(File::open(packed).expect("readable"))
            .read_to_end(&mut tar)
            .expect("gzip");
        let mut archive = tar::Archive::new(&*tar);
        archive.unpack(folder.path()).expect("a tar");
        let mut tree = Self {
            folder,
            files: BTreeMap::new(),
            chance: Chance(0x9e37_79b9_7f4a_7c15 ^ (seed + 1)),
            corpus: corpus(),
        };
        for name in ["src/edit.py", "src/stay.py", "long.py"] {
            let bytes = fs::read(tree.folder.path().join(name)).expect("readable");
            tree.put(name.to_owned(), bytes)
        }
        for _ in 0..FILES {
            tree.add()
        }
        tree
    }

    fn put(&mut self, name: String, bytes: Vec<u8>) {
        write(&self.folder.path().join(&name), &bytes);
        self.files.insert(name, bytes);
    }

    fn remove(&mut self, name: &str) -> Vec<u8> {
        fs::remove_file(self.folder.path().join(name)).expect("removed");
        self.files.remove(name).expect("it was there")
    }

    /// The name of one of the files, if there are any.
    fn any(&mut self) -> String {
        let names: Vec<_> = self.files.keys().collect();
        self.chance.of(&names).to_string()
    }

    fn piece(&mut self) -> (String, Vec<u8>) {
        let path = self.chance.of(&self.corpus).clone();
        let name = path.file_name().expect("a name").to_string_lossy();
        (name.into_owned(), fs::read(&path).expect("readable"))
    }

    /// A name that nothing has, not even a folder.
    fn free(&mut self, name: &str) -> String {
        let folder = *self.chance.of(FOLDERS);
        let number = self.chance.below(1000);
        let wanted = format!("{folder}{name}");
        if self.folder.path().join(&wanted).exists() {
            format!("{folder}{number}-{name}")
        } else {
            wanted
        }
    }

    fn add(&mut self) {
        let (name, bytes) = self.piece();
        let name = self.free(&name);
        self.put(name, bytes)
    }

    fn archive(&mut self) {
        let mut members = Vec::new();
        for _ in 0..1 + self.chance.below(4) {
            let (name, bytes) = self.piece();
            let folder = *self.chance.of(FOLDERS);
            members.push((format!("{folder}{name}"), bytes))
        }
        if self.chance.below(2) == 0 {
            let inner: Vec<_> = members.iter().map(|(n, b)| (&**n, b.clone())).collect();
            members.push(("in/inner.zip".to_owned(), zip(&files(&inner))))
        }
        let members: Vec<_> = members.iter().map(|(n, b)| (&**n, b.clone())).collect();
        let (name, bytes) = match self.chance.below(3) {
            0 => ("a.zip", zip(&files(&members))),
            1 => ("a.tar", tar(&files(&members))),
            _ => ("a.tar.gz", gzip(&tar(&files(&members)))),
        };
        let name = self.free(name);
        self.put(name, bytes)
    }

    /// One change; what it was.
    fn change(&mut self) -> &'static str {
        match self.chance.below(11) {
            0 => {
                self.add();
                "add"
            }
            1 => {
                let name = self.any();
                self.remove(&name);
                "remove"
            }
            2 => {
                let name = self.any();
                let bytes = self.remove(&name);
                let ending = *self.chance.of(ENDINGS);
                let to = self.free(&format!("moved.{ending}"));
                self.put(to, bytes);
                "rename"
            }
            3 => {
                let (a, b) = (self.any(), self.any());
                let (of_a, of_b) = (self.files[&a].clone(), self.files[&b].clone());
                self.put(a, of_b);
                self.put(b, of_a);
                "swap"
            }
            4 => {
                let name = self.any();
                let mut bytes = self.files[&name].clone();
                if !bytes.is_empty() {
                    let at = self.chance.below(bytes.len());
                    bytes[at] ^= 1 << self.chance.below(8)
                }
                self.put(name, bytes);
                "flip"
            }
            5 => {
                let name = self.any();
                let mut bytes = self.files[&name].clone();
                bytes.truncate(self.chance.below(bytes.len() + 1));
                self.put(name, bytes);
                "cut"
            }
            6 => {
                let name = self.any();
                let mut bytes = self.files[&name].clone();
                bytes.extend(self.piece().1);
                self.put(name, bytes);
                "append"
            }
            7 => {
                let name = self.any();
                let bytes = self.files[&name].clone();
                let to = self.free("copy.py");
                self.put(to, bytes);
                "copy"
            }
            8 => {
                let version = self.chance.below(3);
                let text = format!(r#"{{"name":"p","version":"1.{version}.0"}}"#);
                let name = "usr/lib/node_modules/p/package.json";
                self.put(name.to_owned(), text.into_bytes());
                "package"
            }
            9 => {
                let name = self.any();
                let bits = 1024 + 8 * self.chance.below(200);
                self.put(name, python(bits as u32));
                "replace"
            }
            _ => {
                self.archive();
                "archive"
            }
        }
    }

    /// Options as they come.
    fn options(&mut self) -> Options {
        let mut chosen = Options {
            threads: *self.chance.of(&[1, 4]),
            archives: self.chance.below(5) > 0,
            depth: *self.chance.of(&[8, 8, 8, 1]),
            common: self.chance.below(6) > 0,
            other_rules: self.chance.below(8) == 0,
            is_named: self.chance.below(2) == 0,
            ..Options::default()
        };
        let patterns = [
            "*.py", "src", "in/**", "*.zip", "tests/**", "vendor", "*.js",
        ];
        match self.chance.below(6) {
            0 => chosen.include.push((*self.chance.of(&patterns)).into()),
            1 => chosen.exclude.push((*self.chance.of(&patterns)).into()),
            2 => chosen.since = Some((*self.chance.of(&["main", "HEAD", "v1"])).into()),
            3 => chosen.roots = vec!["src".to_owned(), "usr".to_owned()],
            _ => {}
        }
        chosen
    }
}

#[derive(Debug, Default)]
struct Options {
    threads: usize,
    archives: bool,
    depth: usize,
    common: bool,
    other_rules: bool,
    is_named: bool,
    include: Vec<String>,
    exclude: Vec<String>,
    since: Option<String>,
    roots: Vec<String>,
}

impl Options {
    fn request(&self, root: &Path, cache: Option<&Path>) -> Request {
        let below = self.roots.iter().map(|name| root.join(name));
        let below: Vec<_> = below.filter(|path| path.exists()).collect();
        let mut request = Request {
            roots: if below.is_empty() {
                vec![root.to_owned()]
            } else {
                below
            },
            selection: Selection::new(&self.include, &self.exclude, false).expect("patterns"),
            threads: self.threads,
            archives: self.archives,
            since: self.since.clone(),
            cache: cache.map(|folder| Caching {
                folder: folder.to_owned(),
                is_named: self.is_named,
                size: SIZE,
                is_off: false,
            }),
            ..Request::default()
        };
        request.limits.depth = self.depth;
        request.passwords.common = self.common;
        request
    }
}

#[test]
fn whatever_changes_a_scan_with_a_cache_says_what_one_without_says() {
    let (others, problems) = Knowledge::from_texts(&[]).expect("the catalogue");
    assert!(problems.is_empty());
    let (mut known, mut kept) = (0, 0);
    for seed in 0..TREES {
        let mut tree = Tree::new(seed);
        let cache = tempfile::tempdir().expect("a folder");
        for step in 0..STEPS {
            let what = tree.change();
            let options = tree.options();
            let rules = if options.other_rules {
                &others
            } else {
                &*KNOWN
            };
            let root = tree.folder.path();
            let (without, _) = scan_by(&options.request(root, None), rules);
            let (with, used) = scan_by(&options.request(root, Some(cache.path())), rules);
            let used = used.expect("it was asked for");
            assert_eq!(used.problem, None);
            (known, kept) = (known + used.known, kept + used.kept);
            assert!(
                without == with,
                "tree {seed}, step {step}, {what}, {options:?}: {:?}",
                without.lines().zip(with.lines()).find(|(a, b)| a != b)
            );
        }
    }
    // The cache was of use, and was not all there is.
    assert!(known > kept && kept > 100, "{known} {kept}");
}
