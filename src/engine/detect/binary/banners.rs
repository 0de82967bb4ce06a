//! The version texts that libraries of cryptography carry inside themselves: which library was built in, and which version.
//!
//! A text counts only in the exact form of its own library, and only where the library itself is in the file. Programs that were
//! compiled against OpenSSL carry its version text too and link the real one, which may be another: so OpenSSL and its kin must show a
//! second text that only the library has, and no library counts that the file wants loaded. What a version could do is not said here.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::OnceLock;

use super::kind::Kind;
use super::seen::Seen;
use super::{Technique, WINDOW};
use crate::detect::Source;
use crate::model::SkipReason;
use crate::model::binary::{Binary, Part, Role};

/// Bytes that are read with each window from the next, so that a text is never cut: the longest one.
const OVERLAP: u64 = 256;
/// Bytes of a text after what it begins with.
const LONGEST: usize = 160;
/// Parts that are told of one file.
const MAX_PARTS: usize = 64;

/// A text that tells a library.
struct Banner {
    /// What it begins with.
    begins: &'static str,
    /// Whether it has to stand at the beginning of a text, after a byte that is none of a text.
    alone: bool,
    /// What follows the version.
    then: Then,
    /// The library, as its project spells it, and its name in a purl.
    library: (&'static str, &'static str),
    /// What else must be in the file.
    besides: Option<Witness>,
    /// What the names of its shared libraries begin with: a file that needs one of them has it not inside.
    shared: &'static [&'static str],
}

/// What follows the version in a text.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing: the text ends.
    End,
    /// A day, as OpenSSL writes it, or nothing.
    Date,
    /// This.
    Text(&'static str),
    /// The text ends, or goes on after a blank.
    EndOrBlank,
    /// No version at all: the text is complete.
    NoVersion,
}

/// Texts that only a library itself has, and no program that was compiled against it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Witness {
    /// Where OpenSSL and its kin look for their configuration (`OpenSSL_version(OPENSSL_DIR)`, crypto/cversion.c).
    OpensslDir,
}

const WITNESSES: [(Witness, &str); 1] = [(Witness::OpensslDir, "OPENSSLDIR: ")];

const OPENSSL: &[&str] = &[
    "libcrypto",
    "libssl",
    "libeay",
    "ssleay",
    "crypto.dll",
    "ssl.dll",
];

/// The texts, each as its library has it; where it was seen stands beside it.
static BANNERS: &[Banner] = &[
    // "OpenSSL 3.0.22 25 Aug 2026", "OpenSSL 1.1.1w  11 Sep 2023", "OpenSSL 1.0.2k-fips  26 Jan 2017" (OPENSSL_VERSION_TEXT, opensslv.h)
    Banner {
        begins: "OpenSSL ",
        alone: true,
        then: Then::Date,
        library: ("OpenSSL", "openssl"),
        besides: Some(Witness::OpensslDir),
        shared: OPENSSL,
    },
    // "LibreSSL 3.8.2" (LIBRESSL_VERSION_TEXT, opensslv.h)
    Banner {
        begins: "LibreSSL ",
        alone: true,
        then: Then::End,
        library: ("LibreSSL", "libressl"),
        besides: Some(Witness::OpensslDir),
        shared: OPENSSL,
    },
    // "AWS-LC 5.12.0", "AWS-LC FIPS 2.0.0" (AWSLC_VERSION_STRING with crypto/crypto.c)
    Banner {
        begins: "AWS-LC ",
        alone: true,
        then: Then::End,
        library: ("AWS-LC", "aws-lc"),
        besides: Some(Witness::OpensslDir),
        shared: OPENSSL,
    },
    Banner {
        begins: "AWS-LC FIPS ",
        alone: true,
        then: Then::End,
        library: ("AWS-LC", "aws-lc"),
        besides: Some(Witness::OpensslDir),
        shared: OPENSSL,
    },
    // BoringSSL has no versions: OpenSSL_version() says its name (crypto/crypto.cc).
    Banner {
        begins: "BoringSSL",
        alone: true,
        then: Then::NoVersion,
        library: ("BoringSSL", "boringssl"),
        besides: Some(Witness::OpensslDir),
        shared: OPENSSL,
    },
    // "wolfSSL 5.5.4" (wolfSSL_OpenSSL_version, src/ssl.c)
    Banner {
        begins: "wolfSSL ",
        alone: true,
        then: Then::End,
        library: ("wolfSSL", "wolfssl"),
        besides: None,
        shared: &["libwolfssl", "wolfssl"],
    },
    // "mbed TLS 2.28.3", "Mbed TLS 3.6.2" (MBEDTLS_VERSION_STRING_FULL, version.h)
    Banner {
        begins: "mbed TLS ",
        alone: true,
        then: Then::End,
        library: ("Mbed TLS", "mbedtls"),
        besides: None,
        shared: &["libmbed", "mbed"],
    },
    Banner {
        begins: "Mbed TLS ",
        alone: true,
        then: Then::End,
        library: ("Mbed TLS", "mbedtls"),
        besides: None,
        shared: &["libmbed", "mbed"],
    },
    Banner {
        begins: "PolarSSL ",
        alone: true,
        then: Then::End,
        library: ("PolarSSL", "polarssl"),
        besides: None,
        shared: &["libpolarssl", "polarssl"],
    },
    // "This is Libgcrypt 1.10.1 - The GNU Crypto Library" (src/global.c)
    Banner {
        begins: "This is Libgcrypt ",
        alone: false,
        then: Then::Text(" - The GNU Crypto Library"),
        library: ("Libgcrypt", "libgcrypt"),
        besides: None,
        shared: &["libgcrypt"],
    },
    // "Enabled GnuTLS 3.7.9 logging..." (lib/global.c)
    Banner {
        begins: "Enabled GnuTLS ",
        alone: false,
        then: Then::Text(" logging..."),
        library: ("GnuTLS", "gnutls"),
        besides: None,
        shared: &["libgnutls"],
    },
    // "Version: NSS 3.87.1 Basic ECC" (lib/*/…ver.c), in each of its libraries
    Banner {
        begins: "Version: NSS ",
        alone: false,
        then: Then::EndOrBlank,
        library: ("NSS", "nss"),
        besides: None,
        shared: &[],
    },
    // "Botan 2.19.3 (unreleased, revision unknown, distribution Debian)" (utils/version.cpp)
    Banner {
        begins: "Botan ",
        alone: true,
        then: Then::Text(" ("),
        library: ("Botan", "botan"),
        besides: None,
        shared: &["libbotan", "botan"],
    },
    // "LibTomCrypt 1.18.2 (www.libtom.net)" (misc/crypt/crypt.c)
    Banner {
        begins: "LibTomCrypt ",
        alone: false,
        then: Then::Text(" (www.libtom.net)"),
        library: ("LibTomCrypt", "libtomcrypt"),
        besides: None,
        shared: &["libtomcrypt"],
    },
    // "SSH-2.0-libssh_0.10.6" (CLIENT_BANNER_SSH2, src/client.c)
    Banner {
        begins: "SSH-2.0-libssh_",
        alone: true,
        then: Then::End,
        library: ("libssh", "libssh"),
        besides: None,
        shared: &["libssh.", "libssh-"],
    },
    // "SSH-2.0-libssh2_1.10.0" (LIBSSH2_SSH_DEFAULT_BANNER, libssh2.h)
    Banner {
        begins: "SSH-2.0-libssh2_",
        alone: true,
        then: Then::End,
        library: ("libssh2", "libssh2"),
        besides: None,
        shared: &["libssh2"],
    },
    // "OpenSSH_9.2p1", "OpenSSH_9.2p1 Debian-2+deb12u10" (version.h)
    Banner {
        begins: "OpenSSH_",
        alone: true,
        then: Then::EndOrBlank,
        library: ("OpenSSH", "openssh"),
        besides: None,
        shared: &[],
    },
    // "SSH-2.0-dropbear_2022.83" (LOCAL_IDENT, sysoptions.h)
    Banner {
        begins: "SSH-2.0-dropbear_",
        alone: true,
        then: Then::EndOrBlank,
        library: ("Dropbear", "dropbear"),
        besides: None,
        shared: &[],
    },
];

/// The technique.
pub(super) struct Banners;

impl Technique for Banners {
    fn name(&self) -> &'static str {
        "version banners"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind.is_native() || matches!(kind, Kind::Wasm | Kind::Raw)
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let found = Found::of(bytes)?;
        let needs = seen.binary.as_ref().map_or(&[][..], |b| &b.needs);
        let parts: Vec<Part> = found.told(needs).collect();
        if parts.is_empty() {
            return Ok(());
        }
        let (artifact, kind) = (seen.artifact, seen.kind);
        let binary = seen.binary.get_or_insert_with(|| {
            let path = artifact.path.clone();
            Binary::new(path, kind.name(), Role::Blob, artifact.context)
        });
        for part in parts {
            let same = |p: &Part| p.name == part.name && p.version == part.version;
            if !binary.parts.iter().any(same) {
                binary.parts.push(part)
            }
        }
        Ok(())
    }
}

/// What one file holds.
#[derive(Default)]
struct Found {
    /// Which banner, its version, and where it stands.
    versions: Vec<(usize, Option<String>, u64)>,
    witnesses: Vec<Witness>,
}

impl Found {
    fn of(bytes: &mut dyn Source) -> Result<Self, (SkipReason, String)> {
        let mut found = Self::default();
        let Some(search) = search() else {
            return Ok(found);
        };
        let mut from = 0;
        while from < bytes.len() {
            // The byte before a window says whether a text begins there.
            let start = from.saturating_sub(1);
            let window = bytes.read_at(start..from.saturating_add(WINDOW + OVERLAP))?;
            for hit in search.find_iter(window) {
                let begins = start + hit.start() as u64;
                if begins < from || begins >= from + WINDOW {
                    continue;
                }
                found.hear(hit.pattern().as_usize(), window, hit.start(), begins)
            }
            from += WINDOW;
        }
        Ok(found)
    }

    /// Takes a text that begins at a byte of a window.
    fn hear(&mut self, pattern: usize, window: &[u8], at: usize, offset: u64) {
        let Some(banner) = BANNERS.get(pattern) else {
            let witness = pattern.checked_sub(BANNERS.len());
            if let Some((witness, _)) = witness.and_then(|index| WITNESSES.get(index))
                && !self.witnesses.contains(witness)
            {
                self.witnesses.push(*witness)
            }
            return;
        };
        let before = at.checked_sub(1).and_then(|before| window.get(before));
        if banner.alone && before.is_some_and(|byte| is_text(*byte)) {
            return;
        }
        let rest = window.get(at + banner.begins.len()..).unwrap_or_default();
        let Some(version) = banner.version(rest.get(..LONGEST).unwrap_or(rest)) else {
            return;
        };
        // "9.2" beside "9.2p1" is the same version, said with less.
        let shorter = |one: &Option<String>, other: &Option<String>| match (one, other) {
            // But 3.0.2 is no beginning of 3.0.22.
            (Some(one), Some(other)) => other
                .strip_prefix(one.as_str())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())),
            (one, _) => one.is_none(),
        };
        for (known, told, at) in &mut self.versions {
            if BANNERS[*known].library != banner.library {
                continue;
            }
            if shorter(&version, told) {
                return;
            }
            if shorter(told, &version) {
                (*told, *at) = (version, offset);
                return;
            }
        }
        if self.versions.len() < MAX_PARTS {
            self.versions.push((pattern, version, offset))
        }
    }

    /// What is built in, in a file that needs these libraries.
    fn told(self, needs: &[String]) -> impl Iterator<Item = Part> {
        let Self {
            versions,
            witnesses,
        } = self;
        let needed = |banner: &Banner| {
            needs.iter().any(|library| {
                let library = library.rsplit(['/', '\\']).next().unwrap_or(library);
                let library = library.to_ascii_lowercase();
                banner.shared.iter().any(|s| library.starts_with(s))
            })
        };
        let keep: Vec<bool> = versions
            .iter()
            .map(|(index, _, _)| {
                let banner = &BANNERS[*index];
                let besides = banner.besides.is_none_or(|w| witnesses.contains(&w));
                besides && !needed(banner)
            })
            .collect();
        let kept = versions.into_iter().zip(keep).filter(|(_, keep)| *keep);
        kept.map(|((index, version, at), _)| {
            let (name, purl) = BANNERS[index].library;
            Part {
                name: name.to_owned(),
                purl: Some(match &version {
                    Some(version) => format!("pkg:generic/{purl}@{}", version.replace('+', "%2B")),
                    None => format!("pkg:generic/{purl}"),
                }),
                version,
                told_by: "version banner",
                at,
            }
        })
    }
}

impl Banner {
    /// The version that a text states, where the text is of the banner's form to its end.
    fn version(&self, rest: &[u8]) -> Option<Option<String>> {
        if let Then::NoVersion = self.then {
            return ends(rest).then_some(None);
        }
        let length = version_length(rest)?;
        let (version, rest) = rest.split_at_checked(length)?;
        let fits = match self.then {
            Then::End => ends(rest),
            Then::EndOrBlank => ends(rest) || rest.starts_with(b" "),
            Then::Text(text) => rest.starts_with(text.as_bytes()),
            Then::Date => is_date(rest),
            Then::NoVersion => false,
        };
        if !fits {
            return None;
        }
        let version = std::str::from_utf8(version).ok()?;
        Some(Some(version.to_owned()))
    }
}

/// How long a version is at the beginning of a text: two to four numbers, then letters, or a suffix after `-` or `+`.
fn version_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let mut at = 0;
    let mut numbers = 0;
    loop {
        let length = digits(at);
        if !(1..=4).contains(&length) {
            return None;
        }
        at += length;
        numbers += 1;
        if numbers == 4 || text.get(at) != Some(&b'.') {
            break;
        }
        at += 1;
    }
    if numbers < 2 {
        return None;
    }
    // 1.1.1w, 1.0.2zh, 9.2p1
    let tail = text.get(at..).unwrap_or_default();
    let letters = tail.iter().take_while(|b| b.is_ascii_alphanumeric());
    let letters = letters.count();
    if letters > 4 {
        return None;
    }
    at += letters;
    // -fips, -alpha1, -dev, +quic1
    if let Some(b'-' | b'+') = text.get(at) {
        let suffix = text.get(at + 1..).unwrap_or_default();
        let allowed = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'.' | b'-' | b'+');
        let length = suffix.iter().take_while(allowed).count();
        if !(1..=24).contains(&length) {
            return None;
        }
        at += 1 + length;
    }
    Some(at)
}

/// What follows OpenSSL's version: a day, a month and a year, before them perhaps `FIPS`; `xx XXX xxxx` or nothing in versions under
/// development. Then the text ends.
fn is_date(rest: &[u8]) -> bool {
    let end = rest.iter().position(|b| *b == 0);
    let Some(text) = end.and_then(|end| rest.get(..end)) else {
        return false;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = text.split_ascii_whitespace().peekable();
    words.next_if_eq(&"FIPS");
    match [words.next(), words.next(), words.next(), words.next()] {
        [None, None, None, None] => true,
        [Some("xx"), Some("XXX"), Some("xxxx"), None] => true,
        [Some(day), Some(month), Some(year), None] => {
            matches!(day.parse(), Ok(1..=31_u8))
                && MONTHS.contains(&month)
                && matches!(year.parse(), Ok(1998..=2100_u16))
        }
        _ => false,
    }
}

/// Whether a text ends here: C's do with a zero.
fn ends(rest: &[u8]) -> bool {
    matches!(rest.first(), Some(0 | b'\n' | b'\r')) && rest.iter().take(3).any(|b| *b == 0)
}

fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' ' || byte >= 0x80
}

fn search() -> Option<&'static AhoCorasick> {
    static SEARCH: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    SEARCH
        .get_or_init(|| {
            let begins = BANNERS.iter().map(|banner| banner.begins);
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(begins.chain(WITNESSES.iter().map(|(_, text)| *text)))
                .ok()
        })
        .as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &[u8], needs: &[&str]) -> Vec<String> {
        let mut bytes = text;
        let needs: Vec<String> = needs.iter().map(|n| (*n).to_owned()).collect();
        let found = Found::of(&mut bytes).unwrap();
        found
            .told(&needs)
            .map(|part| format!("{} at {}", part.purl.unwrap(), part.at))
            .collect()
    }

    #[test]
    fn a_version_that_begins_like_another_is_another() {
        let both = b"\0mbed TLS 2.28.2\0mbed TLS 2.28.22\0";
        assert_eq!(
            told(both, &[]),
            [
                "pkg:generic/mbedtls@2.28.2 at 1",
                "pkg:generic/mbedtls@2.28.22 at 17"
            ]
        );
    }

    #[test]
    fn a_library_tells_its_version() {
        let library = b"\0OpenSSL 3.0.22 25 Aug 2026\0OPENSSLDIR: \"/usr/lib/ssl\"\0";
        assert_eq!(told(library, &[]), ["pkg:generic/openssl@3.0.22 at 1"]);
        for (text, purl) in [
            (
                &b"\0OpenSSL 1.1.1w  11 Sep 2023\0OPENSSLDIR: "[..],
                "openssl@1.1.1w",
            ),
            (
                b"\0OpenSSL 1.0.2k-fips  26 Jan 2017\0OPENSSLDIR: ",
                "openssl@1.0.2k-fips",
            ),
            (
                b"\0OpenSSL 3.1.4+quic 24 Oct 2023\0OPENSSLDIR: ",
                "openssl@3.1.4%2Bquic",
            ),
            (b"\0OpenSSL 3.6.0-dev \0OPENSSLDIR: ", "openssl@3.6.0-dev"),
            (b"\0LibreSSL 3.8.2\0OPENSSLDIR: ", "libressl@3.8.2"),
            (b"\0AWS-LC FIPS 2.0.0\0OPENSSLDIR: n/a", "aws-lc@2.0.0"),
            (b"\0BoringSSL\0OPENSSLDIR: n/a", "boringssl"),
            (b"\0wolfSSL 5.5.4\0", "wolfssl@5.5.4"),
            (b"\0mbed TLS 2.28.3\0", "mbedtls@2.28.3"),
            (
                b"\n\nThis is Libgcrypt 1.10.1 - The GNU Crypto Library\n",
                "libgcrypt@1.10.1",
            ),
            (b"\0Version: NSS 3.87.1 Basic ECC\0", "nss@3.87.1"),
            (
                b"\0Botan 2.19.3 (unreleased, revision unknown)\0",
                "botan@2.19.3",
            ),
            (
                b"-LibTomCrypt 1.18.2 (www.libtom.net)\n",
                "libtomcrypt@1.18.2",
            ),
            (b"\0SSH-2.0-libssh_0.10.6\0", "libssh@0.10.6"),
            (b"\0SSH-2.0-libssh2_1.10.0\0", "libssh2@1.10.0"),
            (
                b"\0OpenSSH_9.2\0OpenSSH_9.2p1 Debian-2+deb12u10\0",
                "openssh@9.2p1",
            ),
            (b"\0SSH-2.0-dropbear_2022.83\r\n\0", "dropbear@2022.83"),
        ] {
            let found = told(text, &[]);
            let purl = format!("pkg:generic/{purl} at ");
            assert!(found.len() == 1 && found[0].starts_with(&purl), "{found:?}");
        }
    }

    #[test]
    fn a_program_that_was_compiled_against_a_library_has_it_not_inside() {
        assert!(told(b"\0OpenSSL 3.0.9 30 May 2023\0", &["libcrypto.so.3"]).is_empty());
        assert!(told(b"\0OpenSSL 3.0.9 30 May 2023\0", &[]).is_empty());
        assert!(told(b"\0mbed TLS 2.28.3\0", &["libmbedcrypto.so.7"]).is_empty());
        assert!(told(b"\0SSH-2.0-libssh2_1.10.0\0", &["/opt/libssh2.dylib"]).is_empty());
        assert!(!told(b"\0SSH-2.0-libssh_0.10.6\0", &["libssh2.so.1"]).is_empty());
    }

    #[test]
    fn a_sentence_about_a_version_tells_nothing() {
        for text in [
            "\0OpenSSL 1.0.1 is too old\0OPENSSLDIR: ",
            "\0needs OpenSSL 3.0.2 15 Mar 2022\0OPENSSLDIR: ",
            "\0OpenSSL 3.0.2 15 Mar 2022, or newer\0OPENSSLDIR: ",
            "\0OpenSSL 3.0+ builds\0OPENSSLDIR: ",
            "\0OpenSSH_7.4*\0",
            "\0OpenSSH_2.*,OpenSSH_3.0*\0",
            "\0wolfSSL 5.5.4 or newer\0",
            "\0mbed TLS %s\0",
            "\0This is Libgcrypt 1.10.1 and more\0",
            "\0SSH-2.0-libssh_\0",
            "\0BoringSSL does not\0OPENSSLDIR: ",
            "\0AWS-LC FIPS failure caused by:\0OPENSSLDIR: ",
            "\0wolfSSL 12345.1\0",
            "\0wolfSSL 5\0",
        ] {
            assert!(told(text.as_bytes(), &[]).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_text_across_two_windows_is_found_once() {
        for shift in 0..24 {
            let mut bytes = vec![0; WINDOW as usize - shift];
            bytes.extend(b"wolfSSL 5.5.4\0");
            bytes.resize(WINDOW as usize * 2, 0);
            let at = WINDOW as usize - shift;
            let expected = format!("pkg:generic/wolfssl@5.5.4 at {at}");
            assert_eq!(told(&bytes, &[]), [expected]);
        }
    }
}
