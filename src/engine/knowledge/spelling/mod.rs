//! How texts name algorithms: one small pure function for each of the world's ways.
//!
//! A spelling says what the text says and no more. A default that a library applies to a text that leaves something out
//! (JCA's `"AES"` is ECB) is the spelling's knowledge and carries `Origin::Default`.

use crate::knowledge::catalog::{Catalog, MAX_NAME};
use crate::model::{Facet, Facets, Operation, Origin, Scalar, Value};

pub mod jca;
pub mod jose;
pub mod name;
pub mod openssl;
pub mod pgp;
pub mod ssh;
pub mod tls;
pub mod webcrypto;

/// The longest list that is taken apart; the rest of a longer text is not read.
const MAX_LIST: usize = 512;

/// What a text says, facet by facet; and operations where it says those (`"RSA_SIGN"`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The facets.
    pub facets: Facets,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// A way to write names.
pub trait Spelling: Sync {
    /// The word in rule files.
    fn name(&self) -> &'static str;
    /// All that `text` says when it is given for `role`; `None` where it is not one of this spelling's names.
    fn read(&self, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading>;
    /// The names in a text that is a list, each as its standard spells it, in order. Unknown names stay as written.
    fn list(&self, text: &str, role: Facet, catalog: &Catalog) -> Vec<String>;
}

/// Every spelling.
pub static SPELLINGS: &[&dyn Spelling] = &[
    &jca::Cipher,
    &jca::Jca,
    &jose::Jose,
    &name::Name,
    &openssl::CipherList,
    &openssl::OpenSsl,
    &pgp::Pgp,
    &ssh::Ssh,
    &tls::Tls,
    &webcrypto::WebCrypto,
];

/// The spelling of that name.
pub fn spelling(name: &str) -> Option<&'static dyn Spelling> {
    SPELLINGS
        .iter()
        .copied()
        .find(|spelling| spelling.name() == name)
}

impl Reading {
    /// One facet with one name.
    fn of(facet: Facet, name: impl Into<String>) -> Self {
        Self::default().with(facet, name)
    }

    /// An algorithm and what comes with its name.
    fn algorithm(name: &str, catalog: &Catalog) -> Self {
        Self::of(Facet::Algorithm, name).implied(name, catalog)
    }

    fn with(mut self, facet: Facet, name: impl Into<String>) -> Self {
        self.facets
            .insert(facet, Value::name(name, Origin::Literal));
        self
    }

    fn with_default(mut self, facet: Facet, name: impl Into<String>) -> Self {
        self.facets
            .insert(facet, Value::name(name, Origin::Default));
        self
    }

    fn with_number(mut self, facet: Facet, number: u64) -> Self {
        self.facets
            .insert(facet, Value::number(number, Origin::Literal));
        self
    }

    fn implied(mut self, algorithm: &str, catalog: &Catalog) -> Self {
        for (facet, name) in catalog.implied(algorithm) {
            self.facets
                .get_or_insert_with(*facet, || Value::name(name.clone(), Origin::Implied));
        }
        self
    }

    fn name_of(&self, facet: Facet) -> Option<&str> {
        self.facets.get(&facet)?.single_name()
    }
}

/// A text under a role for which one word is one value, the same in every spelling: a curve, a digest, a mode, a number.
/// `None` for [`Facet::Algorithm`], which each spelling reads its own way.
fn word(text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
    if role == Facet::Algorithm || text.len() > MAX_NAME {
        return None;
    }
    if role.is_number() {
        return text
            .trim()
            .parse()
            .ok()
            .map(|number| Reading::default().with_number(role, number));
    }
    if role.is_list() {
        return None;
    }
    catalog
        .canonical(role, text)
        .map(|name| Reading::of(role, name))
        .or_else(|| key_type(text, role, catalog))
}

/// `Ed25519` where a curve is asked for (`crv` of a JWK) says more than the curve: the key's algorithm. And `ffdhe2048`
/// there (OpenSSL's parameter `group`) says that it is no curve.
fn key_type(text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
    if role != Facet::Curve {
        return None;
    }
    if let Some(group) = catalog
        .group(text)
        .filter(|group| group.algorithm == "FFDH")
    {
        return Some(Reading::of(Facet::Group, &group.name));
    }
    let found = catalog.algorithm(text)?;
    (found.curve.is_some()
        && found
            .specialises
            .iter()
            .any(|wider| wider == "XDH" || wider == "EdDSA"))
    .then(|| Reading::algorithm(&found.name, catalog))
}

/// A list-valued role: what `list` makes of the text, if it makes anything of it.
fn listed(spelling: &dyn Spelling, text: &str, role: Facet, catalog: &Catalog) -> Option<Reading> {
    let names = spelling.list(text, role, catalog);
    if names.is_empty() {
        return None;
    }
    let mut reading = Reading::default();
    reading
        .facets
        .insert(role, Value::known(Scalar::List(names), Origin::Literal));
    Some(reading)
}

/// The items of a list, cut at any of `separators`, trimmed, without the empty ones.
fn items<'a>(text: &'a str, separators: &'a [char]) -> impl Iterator<Item = &'a str> {
    text.split(separators)
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .take(MAX_LIST)
}

#[cfg(test)]
pub(in crate::knowledge) mod tests {
    use super::*;

    pub(in crate::knowledge) fn catalog() -> Catalog {
        Catalog::embedded().expect("the embedded catalogue loads")
    }

    /// The facets in the order of the enum, then the operations; `-` for nothing.
    pub(in crate::knowledge) fn shown(reading: Option<Reading>) -> String {
        let Some(reading) = reading else {
            return "-".to_owned();
        };
        let mut parts: Vec<String> = reading
            .facets
            .iter()
            .map(|(facet, value)| format!("{}={value}", facet.name()))
            .collect();
        if !reading.operations.is_empty() {
            parts.push(format!(
                "op={}",
                reading
                    .operations
                    .iter()
                    .map(|o| o.name())
                    .collect::<Vec<_>>()
                    .join("+")
            ));
        }
        parts.join(" ")
    }

    #[test]
    fn every_spelling_has_its_own_name() {
        let mut names: Vec<&str> = SPELLINGS.iter().map(|s| s.name()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for name in [
            "jca",
            "openssl",
            "openssl-cipher-list",
            "tls",
            "ssh",
            "jose",
            "webcrypto",
            "pgp",
            "name",
        ] {
            assert!(spelling(name).is_some(), "{name}");
        }
    }

    #[test]
    fn strange_texts_are_no_names_and_do_no_harm() {
        let catalog = catalog();
        let long = "AES/".repeat(50_000);
        let withs = "with".repeat(30);
        let texts = [
            long.as_str(),
            withs.as_str(),
            "",
            " ",
            "\u{0}\u{1}",
            "AES\u{0}",
            "ÄES-256",
            "sha256\u{1f600}withRSA",
            "////",
            "::,,",
            "/GCM/",
            "1111111111111111111111111111111111111111",
            "é",
            "with",
            "-",
            "SHA256with",
            "withRSA",
            "AES_",
            "_",
            "RSA/",
            "HmacSHA",
        ];
        for spelling in SPELLINGS {
            for role in Facet::ALL {
                for text in texts {
                    let reading = spelling.read(text, role, &catalog);
                    assert!(
                        role.is_list() || reading.is_none() || text.len() < 64,
                        "{} {text:.40}",
                        spelling.name()
                    );
                    let _ = spelling.list(text, role, &catalog);
                }
            }
        }
    }

    /// Pieces of real names, so that random texts come near them.
    fn pieces() -> impl proptest::strategy::Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            "AES",
            "RSA",
            "SHA",
            "256",
            "with",
            "And",
            "/",
            "-",
            "_",
            "GCM",
            "Hmac",
            "PBE",
            "OAEPWith",
            "MGF1Padding",
            "ECDHE",
            ":",
            ",",
            "!",
            "@",
            "TLS_",
            "_WITH_",
            "ecdsa-sha2-",
            "nistp256",
            "diffie-hellman-group",
            "\u{130}",
            "é",
            "\u{0}",
            "k",
            "1",
            " ",
        ]);
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    use proptest::strategy::Strategy as _;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
        #[test]
        fn no_text_makes_a_spelling_panic(text in pieces(), any in ".{0,40}") {
            static CATALOG: std::sync::LazyLock<Catalog> = std::sync::LazyLock::new(catalog);
            for spelling in SPELLINGS {
                for role in [Facet::Algorithm, Facet::Digest, Facet::Curve, Facet::Mac, Facet::CipherSuites, Facet::SignatureSchemes] {
                    for text in [&text, &any] {
                        let _ = spelling.read(text, role, &CATALOG);
                        let _ = spelling.list(text, role, &CATALOG);
                    }
                }
            }
        }
    }
}
