//! How one sees that a name is that of a library, and not of another function that happens to be called so.

use super::described::Side;
use crate::detect::binary::kind::Kind;
use crate::model::binary::Role;

/// What is known of a library beside its rules.
pub(super) struct Library {
    /// The rule files of its interfaces.
    rules: &'static [&'static str],
    /// What the names of its files begin with, in lower case, without `lib`.
    files: &'static [&'static str],
    /// What only its names begin with: one such name, and the others are its own too.
    marks: &'static [&'static str],
    /// Before its names in a binary, where its header renames them.
    prefix: &'static str,
    /// Where it exists.
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    Kernel,
    Windows,
    Apple,
}

const PLAIN: Library = Library {
    rules: &[],
    files: &[],
    marks: &[],
    prefix: "",
    place: Place::Anywhere,
};

/// The libraries. File names are those that their build systems give, with what repackagers make of them (`libcrypto-1a2b3c4d.so.3`).
#[rustfmt::skip]
static LIBRARIES: &[Library] = &[
    Library {
        rules: &["c/openssl", "c/openssl-legacy", "c/openssl-tls"],
        // libeay32 and ssleay32 until 1.0.2, on Windows.
        files: &["crypto", "ssl", "eay32", "ssleay32", "boringssl", "crypto_boringssl", "aws-lc"],
        marks: &["EVP_", "BN_", "OPENSSL_", "BIO_", "X509_", "PEM_", "SSL_CTX_"],
        ..PLAIN
    },
    Library { rules: &["c/gnutls"], files: &["gnutls"], marks: &["gnutls_"], ..PLAIN },
    Library { rules: &["c/libgcrypt"], files: &["gcrypt"], marks: &["gcry_"], ..PLAIN },
    Library { rules: &["c/liboqs"], files: &["oqs"], marks: &["OQS_"], ..PLAIN },
    Library { rules: &["c/libsodium"], files: &["sodium"], marks: &["sodium_"], ..PLAIN },
    Library { rules: &["c/libssh"], files: &["ssh"], marks: &["ssh_pki_", "ssh_userauth_", "ssh_bind_"], ..PLAIN },
    Library { rules: &["c/libsecp256k1"], files: &["secp256k1"], marks: &["secp256k1_"], ..PLAIN },
    Library { rules: &["c/libtomcrypt"], files: &["tomcrypt"], marks: &["ltc_", "crypt_argchk", "find_cipher_"], ..PLAIN },
    Library { rules: &["c/libssh2"], files: &["ssh2"], marks: &["libssh2_"], ..PLAIN },
    Library { rules: &["c/mbedtls", "c/psa-crypto"], files: &["mbedcrypto", "mbedtls", "mbedx509", "tfpsacrypto"], marks: &["mbedtls_", "psa_crypto_"], ..PLAIN },
    Library { rules: &["c/micro-ecc"], files: &["uecc", "microecc", "tinycrypt"], marks: &["uECC_"], ..PLAIN },
    Library { rules: &["c/nettle"], files: &["nettle", "hogweed"], marks: &["nettle_"], prefix: "nettle_", ..PLAIN },
    Library { rules: &["c/nss"], files: &["nss3", "ssl3", "smime3", "freebl3", "freeblpriv3", "softokn3"], marks: &["PK11_", "SECKEY_", "NSS_"], ..PLAIN },
    Library { rules: &["c/pkcs11"], files: &["p11-kit", "softhsm2", "opensc"], marks: &["C_GetFunctionList"], ..PLAIN },
    Library { rules: &["c/wolfssl"], files: &["wolfssl", "wolfcrypt"], marks: &["wc_", "wolfSSL_", "wolfCrypt_"], ..PLAIN },
    Library { rules: &["c/botan"], files: &["botan"], marks: &["botan_", "_ZN5Botan", "_ZNK5Botan"], ..PLAIN },
    Library { rules: &["c/cryptopp"], files: &["cryptopp", "crypto++"], marks: &["_ZN8CryptoPP", "_ZNK8CryptoPP"], ..PLAIN },
    Library { rules: &["c/linux-crypto"], files: &[], marks: &["crypto_", "curve25519", "ecc_"], place: Place::Kernel, ..PLAIN },
    Library {
        rules: &["c/windows-cng"],
        files: &["bcrypt", "ncrypt", "crypt32", "advapi32", "cryptsp", "secur32", "sspicli", "bcryptprimitives"],
        marks: &["BCrypt", "NCrypt"],
        place: Place::Windows,
        ..PLAIN
    },
    Library {
        rules: &["c/apple-security"],
        // CommonCrypto is in the library of the system.
        files: &["security", "system.b", "commoncrypto"],
        marks: &["SecKey", "kSec", "CCCrypt", "CCHmac", "CC_SHA", "CC_MD5"],
        place: Place::Apple,
        ..PLAIN
    },
];

/// What was seen of each library in one binary.
pub(super) struct Presence {
    linked: Vec<bool>,
    marked: Vec<bool>,
}

/// How sure it is that a name is a library's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    /// The binary says so, or the library is inside of it.
    Surely,
    /// Nothing but the name says so, which is a name that nobody else is known to use.
    Probably,
}

impl Presence {
    pub(super) fn new() -> Self {
        let none = vec![false; LIBRARIES.len()];
        Self {
            linked: none.clone(),
            marked: none,
        }
    }

    /// Notes a name of any kind.
    pub(super) fn see(&mut self, name: &str) {
        let marked = self.marked.iter_mut().zip(LIBRARIES);
        for (is_marked, library) in marked.filter(|(is_marked, _)| !**is_marked) {
            *is_marked = library.marks.iter().any(|mark| name.starts_with(mark))
        }
    }

    /// Notes a library that is needed.
    pub(super) fn needs(&mut self, file: &str) {
        for (is_linked, library) in self.linked.iter_mut().zip(LIBRARIES) {
            *is_linked |= library.is_file(file)
        }
    }

    /// Whether a name that a rule file knows is that library's here; `None` where it is probably another's.
    pub(super) fn belongs(
        &self,
        rules: &str,
        name: &str,
        side: Side,
        from: Option<&str>,
    ) -> Option<Belongs> {
        let found = LIBRARIES
            .iter()
            .position(|library| library.rules.contains(&rules));
        let Some(number) = found else {
            // A user's own rules: their names are what they say.
            return Some(Belongs::Probably);
        };
        let library = LIBRARIES.get(number)?;
        let is_own = library.marks.iter().any(|mark| name.starts_with(mark));
        let is_linked = self.linked.get(number).copied().unwrap_or(false);
        let is_marked = self.marked.get(number).copied().unwrap_or(false);
        let is_sure = match (side, from) {
            (Side::Imported | Side::Named, Some(from)) => is_own || library.is_file(from),
            (Side::Imported | Side::Named, None) => is_own || is_linked,
            (Side::Exported | Side::Inside, _) => is_own || is_marked,
        };
        if is_sure {
            return Some(Belongs::Surely);
        }
        is_telling(name).then_some(Belongs::Probably)
    }
}

/// Whether rules of a file may be looked up in such a binary.
pub(super) fn exists(rules: &str, kind: Kind, role: Role) -> bool {
    let found = LIBRARIES
        .iter()
        .find(|library| library.rules.contains(&rules));
    let in_kernel = role == Role::KernelModule && kind == Kind::Elf;
    match found.map(|library| library.place) {
        Some(Place::Kernel) => in_kernel,
        Some(Place::Windows) => matches!(kind, Kind::Pe | Kind::Coff),
        Some(Place::Apple) => matches!(kind, Kind::MachO | Kind::Fat),
        Some(Place::Anywhere) => !in_kernel,
        None => true,
    }
}

/// Whether a file is of the library that a rule file is about.
pub(super) fn is_of(rules: &str, file: &str) -> bool {
    let mut libraries = LIBRARIES.iter();
    libraries.any(|library| library.rules.contains(&rules) && library.is_file(file))
}

/// Whether the names of a library are its own and nobody else's.
pub(super) fn has_marks(rules: &str) -> bool {
    let mut libraries = LIBRARIES.iter();
    libraries.any(|library| library.rules.contains(&rules) && !library.marks.is_empty())
}

/// What a rule file's names have before them in a binary.
pub(super) fn prefixed(rules: &str, path: &str, name: &str) -> bool {
    let found = LIBRARIES
        .iter()
        .find(|library| library.rules.contains(&rules));
    let prefix = found.map_or("", |library| library.prefix);
    path.starts_with(prefix) || name.starts_with(prefix)
}

/// The prefixes under which names of headers are in binaries.
pub(super) fn prefixes() -> impl Iterator<Item = &'static str> {
    let prefixes = LIBRARIES.iter().map(|library| library.prefix);
    prefixes.filter(|prefix| !prefix.is_empty())
}

impl Library {
    fn is_file(&self, file: &str) -> bool {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("lib").unwrap_or(&name);
        self.files.iter().any(|known| {
            let rest = name.strip_prefix(known);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic() || c == '+'))
        })
    }
}

/// Names that say which algorithm they are of. Short ones, and those of interfaces that every implementation has (`crypto_sign` is what a
/// submission to a competition calls its function), are anybody's.
fn is_telling(name: &str) -> bool {
    const ALGORITHMS: &[&str] = &["25519", "ed448", "x448", "p256", "secp256k1"];
    let has_words = name.contains('_') && name.len() >= 8;
    let is_common = ["crypto_", "C_", "ssh_", "tc_", "SSL_"]
        .iter()
        .any(|common| name.starts_with(common));
    has_words && (!is_common || ALGORITHMS.iter().any(|known| name.contains(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_library_s() {
        let openssl = &LIBRARIES[0];
        for file in [
            "libcrypto.so.3",
            "libcrypto-3-x64.dll",
            "libcrypto-1a2b3c4d.so.1.1",
            "LIBEAY32.dll",
            "@rpath/libssl.3.dylib",
        ] {
            assert!(openssl.is_file(file), "{file}")
        }
        for file in [
            "libcryptopp.so.8",
            "libcryptsetup.so.12",
            "libcrypto++.so",
            "libssl3.so",
            "crypt32.dll",
        ] {
            let is_nss = file == "libssl3.so";
            assert!(!openssl.is_file(file) || is_nss, "{file}")
        }
    }

    #[test]
    fn a_name_counts_where_its_library_is_seen() {
        let mut presence = Presence::new();
        let digest = |presence: &Presence, from| {
            presence.belongs("c/openssl-legacy", "MD5", Side::Imported, from)
        };
        assert_eq!(digest(&presence, None), None);
        presence.needs("libcrypto.so.3");
        assert_eq!(digest(&presence, None), Some(Belongs::Surely));
        assert_eq!(digest(&presence, Some("libmd.so.0")), None);
        let inside =
            |presence: &Presence, name| presence.belongs("c/libsodium", name, Side::Inside, None);
        assert_eq!(inside(&presence, "crypto_sign"), None);
        assert_eq!(
            inside(&presence, "crypto_sign_ed25519"),
            Some(Belongs::Probably)
        );
        presence.see("sodium_init");
        assert_eq!(inside(&presence, "crypto_sign"), Some(Belongs::Surely));
    }
}
