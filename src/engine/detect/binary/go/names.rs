//! How linkers spell the names of Go's functions, and how the rules spell them.

use std::borrow::Cow;

/// A function's name in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// The import path, `golang.org/x/crypto/ssh`; without the `vendor/` of the standard library, of whatever module it is a copy.
    pub(super) package: Cow<'a, str>,
    /// The type that it is a method of, without its star and its type arguments.
    pub(super) receiver: Option<&'a str>,
    /// The function, without type arguments; of a function inside another, the outer one's name and its own.
    pub(super) function: &'a str,
    /// Whether it is the copy in the standard library, and no module of the program.
    pub(super) is_copied: bool,
}

impl<'a> Name<'a> {
    /// Reads one: `crypto/rsa.(*PrivateKey).Sign`, `gopkg.in/square/go-jose%2ev2.NewSigner`, `slices.SortFunc[go.shape.[]int]`.
    pub(super) fn of(written: &'a str) -> Option<Self> {
        // A type argument has slashes and dots of its own.
        let plain = written.split('[').next().unwrap_or(written);
        let tail = plain.rfind('/').map_or(0, |slash| slash + 1);
        let dot = tail + plain.get(tail..)?.find('.')?;
        let (path, rest) = (plain.get(..dot)?, written.get(dot + 1..)?);
        let (is_copied, path) = match path.strip_prefix("vendor/") {
            Some(path) => (true, path),
            None => (
                false,
                path.rsplit_once("/vendor/").map_or(path, |(_, path)| path),
            ),
        };
        let (receiver, function) = match rest.strip_prefix('(') {
            Some(method) => {
                let (receiver, function) = method.split_once(')')?;
                (
                    Some(receiver.trim_start_matches('*')),
                    function.strip_prefix('.')?,
                )
            }
            None => (None, rest),
        };
        let without = |text: &'a str| text.split('[').next().unwrap_or(text);
        let (receiver, mut function) = (receiver.map(without), without(function));
        for ending in [".abi0", ".abiinternal"] {
            function = function.strip_suffix(ending).unwrap_or(function)
        }
        let usable = !path.is_empty() && !function.is_empty() && receiver != Some("");
        usable.then(|| Self {
            package: unescaped(path),
            receiver,
            function,
            is_copied,
        })
    }

    /// The name that rules use: without a major version, `github.com/golang-jwt/jwt.Parser.Parse`.
    pub(super) fn path(&self) -> String {
        let package = without_major(&self.package);
        match self.receiver {
            Some(receiver) => format!("{package}.{receiver}.{}", self.function),
            None => format!("{package}.{}", self.function),
        }
    }

    /// Whether it came with the toolchain, or is one of the Go project's own additions: what is in there, programs reach through it and do
    /// not choose themselves. The first element of every other import path has a dot, but for a program's own, `main`, and those of
    /// organisations that give none to their modules.
    pub(super) fn is_of_go(&self) -> bool {
        let first = self.package.split('/').next().unwrap_or_default();
        self.is_copied
            || self.package.starts_with("golang.org/x/")
            || STANDARD.binary_search(&first).is_ok()
    }
}

/// First elements of import paths of the standard library and the runtime, of Go 1.0 to 1.27 (`go list std`); sorted.
static STANDARD: &[&str] = &[
    "archive",
    "arena",
    "bufio",
    "builtin",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "uuid",
    "weak",
];

/// An import path without the ending of a major version, as `Name::path` has it.
pub(super) fn without_major(path: &str) -> &str {
    match path.rsplit_once("/v") {
        Some((before, digits))
            if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            before
        }
        _ => path,
    }
}

/// Dots in the last element of a path, and whatever is no plain character, are written `%2e` (`cmd/internal/objabi.PathToPrefix`).
fn unescaped(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default()
            }
            _ => {
                bytes.push(*first);
                rest = after
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(written: &str) -> String {
        Name::of(written).unwrap().path()
    }

    #[test]
    fn a_method_stands_on_its_type_as_in_the_rules() {
        assert_eq!(
            path("crypto/rsa.(*PrivateKey).Sign"),
            "crypto/rsa.PrivateKey.Sign"
        );
        assert_eq!(
            path("crypto/ed25519.PrivateKey.Sign"),
            "crypto/ed25519.PrivateKey.Sign"
        );
        assert_eq!(path("main.main.func1"), "main.main.func1");
    }

    #[test]
    fn type_arguments_versions_and_escapes_are_left_out() {
        assert_eq!(
            path("crypto/hkdf.Expand[go.shape.interface { Sum([]uint8) []uint8 }]"),
            "crypto/hkdf.Expand"
        );
        assert_eq!(
            path("github.com/golang-jwt/jwt/v5.(*Parser).Parse"),
            "github.com/golang-jwt/jwt.Parser.Parse"
        );
        assert_eq!(
            path("gopkg.in/square/go-jose%2ev2.NewSigner"),
            "gopkg.in/square/go-jose.v2.NewSigner"
        );
        assert_eq!(
            path("example.org/x.(*Set[go.shape.string]).Add"),
            "example.org/x.Set.Add"
        );
        assert_eq!(path("runtime.memmove.abi0"), "runtime.memmove");
    }

    #[test]
    fn a_copy_of_a_package_is_the_package() {
        let copy = Name::of("vendor/golang.org/x/crypto/chacha20.(*Cipher).XORKeyStream").unwrap();
        assert_eq!(copy.package, "golang.org/x/crypto/chacha20");
        assert!(copy.is_of_go());
        let theirs = Name::of("k8s.io/kubernetes/vendor/github.com/a/b.C").unwrap();
        assert_eq!(theirs.path(), "github.com/a/b.C");
        assert!(!theirs.is_of_go());
    }

    #[test]
    fn what_comes_with_the_toolchain_is_told_apart() {
        assert!(STANDARD.is_sorted());
        for (name, of_go) in [
            ("main.main", false),
            ("crypto/tls.(*Conn).Handshake", true),
            ("golang.org/x/crypto/ssh.Dial", true),
            ("github.com/spf13/cobra.(*Command).Execute", false),
            ("acme/crypto/rsa.Sign", false),
        ] {
            assert_eq!(Name::of(name).unwrap().is_of_go(), of_go, "{name}")
        }
    }

    #[test]
    fn what_is_no_name_is_none() {
        for written in [
            "",
            "go:buildid",
            "type:.eq.",
            "(",
            "a.(",
            "a.(*).b",
            "a.(*b)",
            "%",
        ] {
            if let Some(name) = Name::of(written) {
                assert!(!name.path().is_empty())
            }
        }
        assert_eq!(Name::of("_cgo_init"), None);
    }
}
