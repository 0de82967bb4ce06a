//! What the Go linker writes of a build: the version of Go, the modules with their versions, the settings. Old programs have it behind
//! pointers; there the list of modules is found by the marks around it.
//!
//! Layout: `debug/buildinfo` and `cmd/go/internal/modload` (`infoStart`, `infoEnd`) of the Go sources.

use std::ops::Range;

use memchr::memmem;

/// What begins the information.
pub(super) const MAGIC: &[u8] = b"\xff Go buildinf:";
/// What stands around the list of modules.
const START: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
const END: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
/// Longer than the lists of the largest programs, which have thousands of modules.
const MAX_LIST: usize = 4 << 20;
/// Modules of a list, at most.
const MAX_MODULES: usize = 20_000;
/// Places that look like the beginning.
const MAX_TRIED: usize = 64;

/// A module in a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Module<'a> {
    pub(super) path: &'a str,
    pub(super) version: &'a str,
    /// Where in the file its line begins.
    pub(super) at: usize,
}

/// The information.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Build<'a> {
    /// As the toolchain says it, `go1.27.3 X:boringcrypto`.
    pub(super) go: Option<&'a str>,
    /// Where it stands in the file.
    pub(super) at: usize,
    /// The package that was built.
    pub(super) main: Option<&'a str>,
    /// The modules, those in whose place others were built left out.
    pub(super) modules: Vec<Module<'a>>,
    settings: Vec<(&'a str, &'a str)>,
}

impl<'a> Build<'a> {
    /// The first that is in a file.
    pub(super) fn find(bytes: &'a [u8]) -> Option<Self> {
        let mut build = memmem::find_iter(bytes, MAGIC)
            .take(MAX_TRIED)
            .find_map(|at| Self::read(bytes, at));
        if build.as_ref().is_none_or(|build| build.modules.is_empty())
            && let Some(range) = marked(bytes)
        {
            build.get_or_insert_default().list(bytes, range)
        }
        build
    }

    /// Since Go 1.18, two texts behind the header: the version and the list.
    fn read(bytes: &'a [u8], at: usize) -> Option<Self> {
        let flags = *bytes.get(at + 15)?;
        if flags & 2 == 0 {
            return Some(Self {
                at,
                ..Self::default()
            });
        }
        let version = text(bytes, at.checked_add(32)?)?;
        let list = text(bytes, version.end)?;
        let go = std::str::from_utf8(bytes.get(version.clone())?).ok()?;
        let mut build = Self {
            go: Some(go),
            at: version.start,
            ..Self::default()
        };
        // Sixteen bytes of marks on either side.
        if list.len() >= 33 {
            build.list(bytes, list.start + 16..list.end - 16)
        }
        Some(build)
    }

    fn list(&mut self, bytes: &'a [u8], range: Range<usize>) {
        let mut at = range.start;
        let Some(list) = bytes.get(range).and_then(|b| std::str::from_utf8(b).ok()) else {
            return;
        };
        for line in list.split('\n') {
            let place = at;
            at += line.len() + 1;
            let mut words = line.split('\t');
            let (kind, path, version) = (words.next(), words.next(), words.next());
            match (kind, path) {
                (Some("path"), Some(path)) => self.main = Some(path),
                (Some("build"), Some(setting)) => {
                    if let Some((key, value)) = setting.split_once('=') {
                        self.settings.push((key, value))
                    }
                }
                (Some(kind @ ("mod" | "dep" | "=>")), Some(path)) => {
                    // What follows the arrow was built in place of what stands before it.
                    if kind == "=>" {
                        self.modules.pop();
                    }
                    if self.modules.len() < MAX_MODULES && !path.is_empty() {
                        let version = version.unwrap_or_default();
                        self.modules.push(Module {
                            path,
                            version,
                            at: place,
                        })
                    }
                }
                _ => {}
            }
        }
    }

    /// A setting of the build.
    pub(super) fn setting(&self, name: &str) -> Option<&'a str> {
        let found = self.settings.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.trim_matches('"'))
    }

    /// The toolchain's version, `1.27.3`; `None` for one that has no number.
    pub(super) fn go_version(&self) -> Option<&'a str> {
        let version = self.go?.split([' ', '-']).next()?.strip_prefix("go")?;
        let numbers = !version.is_empty()
            && version
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'.');
        (numbers && version.starts_with(|c: char| c.is_ascii_digit())).then_some(version)
    }

    /// The frozen module for FIPS 140-3 that was built in: `v1.0.0`. One that is not frozen is the toolchain's own.
    pub(super) fn fips_module(&self) -> Option<&'a str> {
        let version = self.setting("GOFIPS140")?;
        version.starts_with('v').then_some(version)
    }

    /// Whether BoringCrypto was built in.
    pub(super) fn is_boring(&self) -> bool {
        let tags = self.setting("-tags").unwrap_or_default();
        let experiments = self.setting("GOEXPERIMENT").unwrap_or_default();
        let told = self.go.unwrap_or_default();
        experiments.split(',').any(|word| word == "boringcrypto")
            || told.contains("X:boringcrypto")
            || tags.split([',', ' ']).any(|word| word == "boringcrypto")
    }
}

/// A text behind its length.
fn text(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (mut length, mut shift, mut at) = (0_usize, 0, at);
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            break;
        }
        shift += 7;
        if shift > 28 {
            return None;
        }
    }
    let end = at.checked_add(length)?;
    (length <= MAX_LIST && end <= bytes.len()).then_some(at..end)
}

/// The list between its marks.
fn marked(bytes: &[u8]) -> Option<Range<usize>> {
    let start = memmem::find(bytes, START)? + START.len();
    let rest = bytes.get(start..bytes.len().min(start.saturating_add(MAX_LIST)))?;
    Some(start..start + memmem::find(rest, END)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: &str, list: &str) -> Vec<u8> {
        let mut bytes = vec![0; 48];
        bytes.extend(MAGIC);
        bytes.extend([8, 2]);
        bytes.extend([0; 16]);
        bytes.push(version.len() as u8);
        bytes.extend(version.as_bytes());
        let length = list.len() + 32;
        bytes.extend([length as u8 | 0x80, (length >> 7) as u8]);
        bytes.extend(START);
        bytes.extend(list.as_bytes());
        bytes.extend(END);
        bytes
    }

    const LIST: &str = "path\texample.org/cmd/a\nmod\texample.org\t(devel)\t\n\
        dep\tgolang.org/x/crypto\tv0.31.0\th1:x=\n\
        dep\tgithub.com/a/b\tv1.0.0\n=>\tgithub.com/c/b\tv1.0.1\th1:y=\n\
        build\tGOFIPS140=v1.0.0\nbuild\t-tags=netgo,boringcrypto\n";

    #[test]
    fn the_modules_that_were_built_are_told_with_their_versions() {
        let bytes = file("go1.24.1 X:boringcrypto", LIST);
        let build = Build::find(&bytes).unwrap();
        assert_eq!(build.go_version(), Some("1.24.1"));
        assert_eq!(build.main, Some("example.org/cmd/a"));
        let modules: Vec<(&str, &str)> =
            build.modules.iter().map(|m| (m.path, m.version)).collect();
        assert_eq!(
            modules,
            [
                ("example.org", "(devel)"),
                ("golang.org/x/crypto", "v0.31.0"),
                ("github.com/c/b", "v1.0.1")
            ]
        );
        assert!(bytes[build.modules[1].at..].starts_with(b"dep\tgolang.org/x/crypto"));
        assert_eq!(build.fips_module(), Some("v1.0.0"));
        assert!(build.is_boring());
    }

    #[test]
    fn an_old_program_tells_its_modules_between_marks() {
        let mut bytes = vec![7; 100];
        bytes.extend(MAGIC);
        bytes.extend([8, 0]);
        bytes.extend([0x40; 16]);
        bytes.extend(START);
        bytes.extend(b"path\tx\ndep\tgolang.org/x/crypto\tv0.1.0\n");
        bytes.extend(END);
        let build = Build::find(&bytes).unwrap();
        assert_eq!(build.go_version(), None);
        assert_eq!(build.modules[0].version, "v0.1.0");
    }

    #[test]
    fn truncated_information_is_none_or_less() {
        let bytes = file("go1.24.1", LIST);
        for length in 0..bytes.len() {
            if let Some(build) = Build::find(&bytes[..length]) {
                assert!(build.modules.len() <= 3)
            }
        }
    }
}
