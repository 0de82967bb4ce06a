//! The names of functions as compilers, linkers and builds disguise them, brought back to how a header writes them.

/// Before the names of a library that was built to live beside another copy of itself.
static PREFIXES: &[&str] = &[
    // BoringSSL inside Swift's packages, and ring before it had versions.
    "CNIOBoringSSL_",
    "CCryptoBoringSSL_",
    "GFp_",
    // The functions that CFFI writes around those of a library.
    "_cffi_d_",
    "_cffi_f_",
    // What a linker calls in place of a function (`--wrap`), and the function itself.
    "__wrap_",
    "__real_",
    // The kernel's exports, in objects that are not linked yet.
    "__ksymtab_",
];
/// The same, with the version of the package behind it: `aws_lc_0_29_0_`, `ring_core_0_17_14__`.
static VERSIONED: &[&str] = &["aws_lc_fips_", "aws_lc_", "ring_core_"];
/// Namespaces of libraries for C++ that rules know.
static NAMESPACES: &[&str] = &["Botan", "CryptoPP"];

/// The first reading of a name that `is_known`.
pub(super) fn find<T>(name: &str, mut is_known: impl FnMut(&str) -> Option<T>) -> Option<T> {
    let name = undecorated(name);
    if let Some(found) = is_known(name) {
        return Some(found);
    }
    if name.starts_with("_Z") || name.starts_with('?') {
        return of_cpp(name).and_then(|path| is_known(&path));
    }
    if let Some(inner) = without_prefix(name)
        && let Some(found) = is_known(inner)
    {
        return Some(found);
    }
    None
}

/// Without the version of a symbol (`RSA_new@OPENSSL_3.0.0`), and without the size of arguments that old calling conventions of Windows
/// append (`_RSA_new@0`).
fn undecorated(name: &str) -> &str {
    let Some((before, after)) = name
        .trim_start_matches('@')
        .split_once('@')
        .filter(|(before, _)| !before.is_empty() && !before.starts_with('?'))
    else {
        return name;
    };
    let is_size = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
    match before.strip_prefix('_') {
        Some(plain) if is_size => plain,
        _ => before,
    }
}

fn without_prefix(name: &str) -> Option<&str> {
    if let Some(inner) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        return Some(inner);
    }
    let rest = VERSIONED
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))?;
    let inner = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    (inner.len() < rest.len() && !inner.is_empty()).then_some(inner)
}

/// The path of a function of C++ in a namespace that rules know, with dots; a constructor is its class.
fn of_cpp(name: &str) -> Option<String> {
    let parts = match name.strip_prefix("_Z") {
        Some(mangled) => of_itanium(mangled)?,
        None => of_microsoft(name.strip_prefix('?')?)?,
    };
    let is_ours = NAMESPACES.contains(parts.first()?);
    (is_ours && parts.len() > 1).then(|| parts.join("."))
}

/// `N5Botan14RSA_PrivateKeyC1E…`: nested names, each behind its length (Itanium C++ ABI §5.1).
fn of_itanium(mangled: &str) -> Option<Vec<&str>> {
    let mut rest = mangled
        .strip_prefix('N')?
        .trim_start_matches(['K', 'V', 'r']);
    let mut parts = Vec::new();
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (length, after) = rest.split_at_checked(digits)?;
        if length.is_empty() {
            // The end, or a constructor; destructors, operators and arguments of templates tell nothing.
            let is_call = ["E", "C1", "C2", "C3"]
                .iter()
                .any(|end| after.starts_with(end));
            return is_call.then_some(parts);
        }
        let (part, after) = after.split_at_checked(length.parse().ok()?)?;
        if parts.is_empty() && !NAMESPACES.contains(&part) {
            return None;
        }
        parts.push(part);
        rest = after
    }
}

/// `?sign@PK_Signer@Botan@@…`, and `??0RSA_PrivateKey@Botan@@…` for a constructor: the innermost name first.
fn of_microsoft(mangled: &str) -> Option<Vec<&str>> {
    let (names, _) = mangled.split_once("@@")?;
    let names = names.strip_prefix("?0").unwrap_or(names);
    let mut parts: Vec<&str> = names.split('@').collect();
    parts.reverse();
    let is_plain = |part: &&str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    parts.iter().all(is_plain).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(name: &str, known: &str) -> bool {
        find(name, |path| (path == known).then_some(())).is_some()
    }

    #[test]
    fn a_name_is_known_under_every_disguise() {
        for (name, known) in [
            ("RSA_new", "RSA_new"),
            ("RSA_new@OPENSSL_3.0.0", "RSA_new"),
            ("RSA_new@@OPENSSL_3.0.0", "RSA_new"),
            ("_wc_RsaSSL_Sign@24", "wc_RsaSSL_Sign"),
            ("@BCryptHash@8", "BCryptHash"),
            ("aws_lc_0_29_0_EVP_sha256", "EVP_sha256"),
            ("aws_lc_fips_0_13_7_RSA_new", "RSA_new"),
            (
                "ring_core_0_17_14__x25519_ge_frombytes_vartime",
                "x25519_ge_frombytes_vartime",
            ),
            ("_cffi_d_RSA_new", "RSA_new"),
            (
                "_ZN5Botan14RSA_PrivateKeyC1ERNS_21RandomNumberGeneratorEmm",
                "Botan.RSA_PrivateKey",
            ),
            (
                "_ZNK5Botan10Public_Key9algo_nameEv",
                "Botan.Public_Key.algo_name",
            ),
            (
                "??0RSA_PrivateKey@Botan@@QEAA@AEAVRandomNumberGenerator@1@_K1@Z",
                "Botan.RSA_PrivateKey",
            ),
        ] {
            assert!(reading(name, known), "{name}")
        }
    }

    #[test]
    fn other_names_stay_what_they_are() {
        for (name, known) in [
            ("my_RSA_new", "RSA_new"),
            ("aws_lc_RSA_new", "RSA_new"),
            ("_ZN3foo7RSA_newEv", "RSA_new"),
            ("_ZN3foo7RSA_newEv", "foo.RSA_new"),
            ("_ZN5Botan14RSA_PrivateKeyD0Ev", "Botan.RSA_PrivateKey"),
            ("_ZN99Botan", "Botan"),
            ("_ZN5Bot", "Bot"),
            ("RSA_newer@1", "RSA_new"),
            ("@", ""),
        ] {
            assert!(!reading(name, known) || name == "@", "{name}")
        }
    }
}
