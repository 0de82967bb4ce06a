//! Crates by the paths of their source files, which stand beside the messages of panics: code of the crate that may panic is compiled in.
//! Only paths in the places where Cargo and those who package keep sources count: any other text may have a name and a number.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Places of a file that are looked at, at most.
const MAX_PATHS: usize = 1 << 20;
/// The longest name of a folder that is read.
const MAX_FOLDER: usize = 160;

/// How sources lie below an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    /// A folder for the registry, then `name-version`: Cargo's own.
    Registry,
    /// `name-version`: Debian's `/usr/share/cargo/registry`.
    Versioned,
    /// `name`, or `name-version` where there are several: `cargo vendor`. `src` has to follow.
    Vendored,
    /// The repository's folder, the revision's, then what the repository has: Cargo's own for what comes from Git.
    Checkout,
}

/// Each with `/` and with `\`.
static ANCHORS: &[(&str, Below)] = &[
    ("/registry/src/", Below::Registry),
    ("\\registry\\src\\", Below::Registry),
    ("/cargo/registry/", Below::Versioned),
    ("/git/checkouts/", Below::Checkout),
    ("\\git\\checkouts\\", Below::Checkout),
    ("/vendor/", Below::Vendored),
    ("\\vendor\\", Below::Vendored),
];

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let anchors = ANCHORS.iter().map(|(anchor, _)| anchor);
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst);
    builder.build(anchors).ok()
});

/// A crate whose source a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crate<'a> {
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
    /// The path from its anchor on, in bytes of the file.
    pub(super) at: Range<usize>,
}

/// Tells each path of a crate's source.
pub(super) fn each<'a>(bytes: &'a [u8], mut tell: impl FnMut(Crate<'a>)) {
    let Some(search) = &*SEARCH else {
        return;
    };
    for found in search.find_iter(bytes).take(MAX_PATHS) {
        let Some((_, below)) = ANCHORS.get(found.pattern().as_usize()) else {
            continue;
        };
        if let Some(seen) = read(bytes, found.range(), *below) {
            tell(seen)
        }
    }
}

fn read(bytes: &[u8], anchor: Range<usize>, below: Below) -> Option<Crate<'_>> {
    let mut at = anchor.end;
    match below {
        Below::Checkout => return checkout(bytes, anchor),
        Below::Registry => at += folder(bytes, at)?.len() + 1,
        // Cargo's own again, in a home that is called `cargo`: `/usr/local/cargo/registry/src/`.
        Below::Versioned if folder(bytes, at) == Some("src") => {
            at += 4;
            at += folder(bytes, at)?.len() + 1
        }
        Below::Versioned | Below::Vendored => {}
    }
    let own = folder(bytes, at)?;
    let end = at + own.len();
    let (name, version) = match versioned(own) {
        Some((name, version)) => (name, Some(version)),
        None if below == Below::Vendored => (own, None),
        None => return None,
    };
    // Go and others have such folders, too: only what is a source file of Rust by its place counts.
    if below == Below::Vendored {
        let next = bytes.get(end + 1..end + 5)?;
        if next != b"src/" && next != b"src\\" || !is_rust(bytes, end) {
            return None;
        }
    }
    is_name(name).then_some(Crate {
        name,
        version,
        at: anchor.start..end,
    })
}

/// What came from Git: the repository's name where it is one crate, else the name of the folder that has the sources.
fn checkout(bytes: &[u8], anchor: Range<usize>) -> Option<Crate<'_>> {
    let repository = folder(bytes, anchor.end)?;
    let revision_at = anchor.end + repository.len() + 1;
    let member_at = revision_at + folder(bytes, revision_at)?.len() + 1;
    let member = folder(bytes, member_at)?;
    let after = member_at + member.len() + 1;
    let (name, end) = match member {
        "src" => (repository.rsplit_once('-')?.0, member_at - 1),
        _ if folder(bytes, after) == Some("src") => (member, after - 1),
        _ => return None,
    };
    let at = anchor.start..end;
    (is_name(name) && is_rust(bytes, end)).then_some(Crate {
        name,
        version: None,
        at,
    })
}

/// The name of a folder that begins here, without the separator behind it.
fn folder(bytes: &[u8], at: usize) -> Option<&str> {
    let rest = bytes.get(at..bytes.len().min(at.checked_add(MAX_FOLDER)?))?;
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(byte);
    let end = rest.iter().position(|byte| !allowed(byte))?;
    let separated = matches!(rest.get(end), Some(b'/' | b'\\')) && end > 0;
    separated.then(|| std::str::from_utf8(rest.get(..end)?).ok())?
}

/// Whether the path ends as the name of a source file.
fn is_rust(bytes: &[u8], at: usize) -> bool {
    let rest = bytes
        .get(at..bytes.len().min(at + 2 * MAX_FOLDER))
        .unwrap_or_default();
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_/\\".contains(byte);
    let end = rest
        .iter()
        .position(|byte| !allowed(byte))
        .unwrap_or(rest.len());
    rest.get(end..end + 3) == Some(b".rs")
}

/// A name and a version, at the first hyphen behind which there is a version: `sha-1-0.10.1`, `p256-0.14.0-rc.1`.
fn versioned(folder: &str) -> Option<(&str, &str)> {
    folder.match_indices('-').find_map(|(at, _)| {
        let version = folder.get(at + 1..)?;
        is_version(version).then_some((folder.get(..at)?, version))
    })
}

/// Three numbers, and what SemVer 2.0 lets follow them.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| {
        !part.is_empty() && part.len() < 10 && part.bytes().all(|b| b.is_ascii_digit())
    };
    core.split('.').count() == 3 && core.split('.').all(number)
}

/// What the registry takes as a name.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(text: &str) -> Vec<(String, Option<String>)> {
        let mut found = Vec::new();
        each(text.as_bytes(), |c| {
            found.push((c.name.to_owned(), c.version.map(str::to_owned)))
        });
        found
    }

    fn one(text: &str) -> Option<(String, Option<String>)> {
        let found = crates(text);
        assert!(found.len() <= 1);
        found.into_iter().next()
    }

    #[test]
    fn a_path_where_sources_are_kept_names_a_crate() {
        for (text, name, version) in [
            (
                "called/home/a/.cargo/registry/src/index-19/ring-0.17.14/src/aead.rs",
                "ring",
                "0.17.14",
            ),
            (
                "C:\\Users\\a\\.cargo\\registry\\src\\index-19\\sha-1-0.10.1\\src\\lib.rs",
                "sha-1",
                "0.10.1",
            ),
            (
                "len/usr/share/cargo/registry/sequoia-openpgp-1.12.0/src/crypto/aead.rsx",
                "sequoia-openpgp",
                "1.12.0",
            ),
            (
                "/usr/local/cargo/registry/src/github.com-1ecc6299db9ec823/p256-0.14.0-rc.1/src/lib.rs",
                "p256",
                "0.14.0-rc.1",
            ),
            ("/x/vendor/rsa-0.9.6/src/key.rs", "rsa", "0.9.6"),
            (
                "/registry/src/x/openssl-src-300.5.4+3.5.4/src/lib.rs",
                "openssl-src",
                "300.5.4+3.5.4",
            ),
        ] {
            assert_eq!(
                one(text),
                Some((name.to_owned(), Some(version.to_owned()))),
                "{text}"
            )
        }
        assert_eq!(
            one("/x/vendor/ring/src/aead.rs"),
            Some(("ring".to_owned(), None))
        );
    }

    #[test]
    fn other_texts_name_none() {
        for text in [
            "string-0.7.14/src/lib.rs",
            "/build/openssl-3.0.15/crypto/ec/ec_lib.c",
            "/registry/src/ring-0.17.14",
            "/registry/src/x/ring-0.17/src/lib.rs",
            "/go/vendor/ring/src/aead.go",
            "/vendor/ring/lib.rs",
            "/vendor/golang.org/x/crypto/ssh/client.go",
            "/registry/src//ring-0.17.14/src",
        ] {
            assert_eq!(one(text), None, "{text}")
        }
    }

    #[test]
    fn a_path_that_is_cut_off_is_none() {
        let path = b"/registry/src/index/ring-0.17.14/src/aead.rs";
        for length in 0..path.len() {
            each(&path[..length], |c| assert_eq!(c.name, "ring"));
        }
    }
}
