//! What is known of an asset, parameter by parameter, and where each value came from.
//!
//! A value is never guessed: it is one scalar (known), several (one of), an open set (at least these), or
//! unknown with the reason. This module does not know what any algorithm is.

mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Index;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::interned::{self, Static};

/// A parameter of an asset. The closed list of the rule format's roles that name a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// The catalogue name of an algorithm (`RSA`, `AES`, `ML-KEM-768`).
    Algorithm,
    /// A named elliptic curve, by catalogue name (`P-256`).
    Curve,
    /// A named finite-field or key-exchange group (`ffdhe2048`, `modp14`).
    Group,
    /// The digest that a signature, MAC, KDF or padding uses.
    Digest,
    /// The mask generation function of PSS or OAEP.
    Mgf,
    /// The digest inside the mask generation function.
    MgfDigest,
    /// The block cipher mode (`GCM`, `CBC`).
    Mode,
    /// The padding (`PKCS1v15`, `PSS`, `OAEP`, `PKCS7`, `none`, `raw`).
    Padding,
    /// The MAC inside a construction.
    Mac,
    /// The KDF inside a construction.
    Kdf,
    /// Key size in bits.
    KeyBits,
    /// Authentication tag size in bits.
    TagBits,
    /// Salt size in bits.
    SaltBits,
    /// Iteration count of a password-based derivation.
    Iterations,
    /// The protocol (`TLS`, `SSH`), or one of its versions where the code names exactly one (`TLS1.2`).
    Protocol,
    /// The lowest protocol version allowed.
    MinVersion,
    /// The highest protocol version allowed.
    MaxVersion,
    /// Cipher suites offered, in the order of the code.
    CipherSuites,
    /// Key exchange groups offered, in the order of the code.
    Groups,
    /// Signature schemes offered, in the order of the code.
    SignatureSchemes,
    /// SSH key exchange methods offered, in the order of the code.
    Kex,
    /// SSH host key algorithms offered, in the order of the code.
    HostKeys,
}

impl Facet {
    /// Every facet, in the order of the enum.
    pub const ALL: [Self; 22] = [
        Self::Algorithm,
        Self::Curve,
        Self::Group,
        Self::Digest,
        Self::Mgf,
        Self::MgfDigest,
        Self::Mode,
        Self::Padding,
        Self::Mac,
        Self::Kdf,
        Self::KeyBits,
        Self::TagBits,
        Self::SaltBits,
        Self::Iterations,
        Self::Protocol,
        Self::MinVersion,
        Self::MaxVersion,
        Self::CipherSuites,
        Self::Groups,
        Self::SignatureSchemes,
        Self::Kex,
        Self::HostKeys,
    ];

    /// The facet's name in rule files, marks and outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Algorithm => "algorithm",
            Self::Curve => "curve",
            Self::Group => "group",
            Self::Digest => "digest",
            Self::Mgf => "mgf",
            Self::MgfDigest => "mgf_digest",
            Self::Mode => "mode",
            Self::Padding => "padding",
            Self::Mac => "mac",
            Self::Kdf => "kdf",
            Self::KeyBits => "key_bits",
            Self::TagBits => "tag_bits",
            Self::SaltBits => "salt_bits",
            Self::Iterations => "iterations",
            Self::Protocol => "protocol",
            Self::MinVersion => "min_version",
            Self::MaxVersion => "max_version",
            Self::CipherSuites => "cipher_suites",
            Self::Groups => "groups",
            Self::SignatureSchemes => "signature_schemes",
            Self::Kex => "kex",
            Self::HostKeys => "host_keys",
        }
    }

    /// The facet of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.name() == name)
    }

    /// Whether its scalars are numbers.
    pub const fn is_number(self) -> bool {
        matches!(
            self,
            Self::KeyBits | Self::TagBits | Self::SaltBits | Self::Iterations
        )
    }

    /// Whether its scalars are lists in the order of the code.
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::CipherSuites | Self::Groups | Self::SignatureSchemes | Self::Kex | Self::HostKeys
        )
    }
}

/// One concrete value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// A number: bits or a count.
    Number(u64),
    /// A name from the catalogue, or for protocols and lists as its standard spells it.
    Name(String),
    /// Names in the order of the code.
    List(Vec<String>),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
            Self::List(names) => f.write_str(&names.join(",")),
        }
    }
}

/// Where a value came from, the nearest first: merging two equal values keeps the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Written at the place itself, or said by the API's own name.
    Literal,
    /// A constant, local or field of the same file.
    Constant,
    /// The algorithm has no other (Ed25519 is 256 bits), or it is the key's own.
    Implied,
    /// An argument of a caller in the same file.
    Caller,
    /// A configuration value.
    Config,
    /// The library's documented default, named by the rule or spelling.
    Default,
}

impl Origin {
    /// Every origin, the nearest first.
    pub const ALL: &[Self] = &[
        Self::Literal,
        Self::Constant,
        Self::Implied,
        Self::Caller,
        Self::Config,
        Self::Default,
    ];

    /// The word used in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Constant => "constant",
            Self::Implied => "implied",
            Self::Caller => "caller",
            Self::Config => "config",
            Self::Default => "default",
        }
    }

    /// The suffix in a mark; empty where the value is on the line itself or in reach of the eye.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Literal | Self::Constant | Self::Implied => "",
            Self::Caller => "@caller",
            Self::Config => "@config",
            Self::Default => "@default",
        }
    }
}

/// Why a value is unknown: a word, and the name that a person would look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Why {
    /// `parameter`, `env`, `config`, `call`, `field`, `name`, `index`, `unrecognised`, `limit` …
    #[serde(deserialize_with = "interned::one")]
    pub kind: Static,
    /// The parameter, variable or function that holds the answer. Never a secret's text.
    pub detail: String,
}

impl Why {
    /// A reason.
    pub fn new(kind: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.detail.is_empty() {
            write!(f, "?{}", self.kind)
        } else {
            write!(f, "?{}({})", self.kind, self.detail)
        }
    }
}

/// What is known of one parameter.
///
/// One scalar, closed: known. Several, closed: one of them. Open: at least these. No scalar: unknown, and `why` says why.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Value {
    /// The alternatives and where each came from.
    #[serde(with = "written::scalars")]
    pub scalars: BTreeMap<Scalar, Origin>,
    /// Other values are possible than those listed.
    pub open: bool,
    /// The reason, where nothing or not everything is known.
    pub why: Option<Why>,
}

impl Value {
    /// A known value.
    pub fn known(scalar: Scalar, origin: Origin) -> Self {
        Self {
            scalars: BTreeMap::from([(scalar, origin)]),
            open: false,
            why: None,
        }
    }

    /// A known name.
    pub fn name(name: impl Into<String>, origin: Origin) -> Self {
        Self::known(Scalar::Name(name.into()), origin)
    }

    /// A known number.
    pub fn number(number: u64, origin: Origin) -> Self {
        Self::known(Scalar::Number(number), origin)
    }

    /// An unknown value.
    pub fn unknown(why: Why) -> Self {
        Self {
            scalars: BTreeMap::new(),
            open: true,
            why: Some(why),
        }
    }

    /// The one scalar, if exactly one is possible.
    pub fn single(&self) -> Option<&Scalar> {
        if self.open || self.scalars.len() != 1 {
            return None;
        }
        self.scalars.keys().next()
    }

    /// The one name, if exactly one is possible.
    pub fn single_name(&self) -> Option<&str> {
        match self.single()? {
            Scalar::Name(name) => Some(name),
            Scalar::Number(_) | Scalar::List(_) => None,
        }
    }

    /// The one number, if exactly one is possible.
    pub fn single_number(&self) -> Option<u64> {
        match self.single()? {
            Scalar::Number(number) => Some(*number),
            Scalar::Name(_) | Scalar::List(_) => None,
        }
    }

    /// No alternative at all.
    pub fn is_unknown(&self) -> bool {
        self.scalars.is_empty()
    }

    /// Either this or that holds: the union of the alternatives.
    pub fn union(&mut self, other: Self) {
        for (scalar, origin) in other.scalars {
            self.scalars
                .entry(scalar)
                .and_modify(|o| *o = (*o).min(origin))
                .or_insert(origin);
        }
        self.open |= other.open;
        if self.why.is_none() {
            self.why = other.why
        }
    }

    /// The same value, each scalar said to come from at least as far as `origin`.
    pub fn from_origin(mut self, origin: Origin) -> Self {
        for o in self.scalars.values_mut() {
            *o = (*o).max(origin)
        }
        self
    }
}

/// `2048`, `P-256|P-384` (one of), `2048|…` (at least), `?parameter(bits)` (unknown); `@default`, `@caller`, `@config` after
/// a value that is not from the place itself.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scalars.is_empty() {
            return match &self.why {
                Some(why) => write!(f, "{why}"),
                None => f.write_str("?"),
            };
        }
        for (i, (scalar, origin)) in self.scalars.iter().enumerate() {
            if i > 0 {
                f.write_str("|")?
            }
            write!(f, "{scalar}{}", origin.mark())?;
        }
        if self.open {
            f.write_str("|…")?
        }
        Ok(())
    }
}

/// The facets of an asset or of a value, by facet.
///
/// A hundred thousand keys are of a few kinds: a copy shares the list with what it is copied from until one of both changes.
#[derive(Clone, Default)]
pub struct Facets {
    /// Sorted by facet, each at most once; nothing where there is none.
    list: Option<Arc<Vec<(Facet, Value)>>>,
}

impl Facets {
    /// Nothing known yet.
    pub const fn new() -> Self {
        Self { list: None }
    }

    fn list(&self) -> &[(Facet, Value)] {
        self.list.as_deref().map_or(&[], Vec::as_slice)
    }

    fn own(&mut self) -> &mut Vec<(Facet, Value)> {
        Arc::make_mut(self.list.get_or_insert_default())
    }

    fn position(&self, facet: Facet) -> Result<usize, usize> {
        // There are at most a handful: looking at each is faster than anything clever.
        let list = self.list();
        let at = list.iter().take_while(|(other, _)| *other < facet).count();
        match list.get(at) {
            Some((other, _)) if *other == facet => Ok(at),
            _ => Err(at),
        }
    }

    /// The value of a facet.
    pub fn get(&self, facet: &Facet) -> Option<&Value> {
        let at = self.position(*facet).ok()?;
        self.list().get(at).map(|(_, value)| value)
    }

    /// The value of a facet, to be changed.
    pub fn get_mut(&mut self, facet: &Facet) -> Option<&mut Value> {
        let at = self.position(*facet).ok()?;
        self.own().get_mut(at).map(|(_, value)| value)
    }

    /// Whether anything is said of a facet.
    pub fn contains_key(&self, facet: &Facet) -> bool {
        self.position(*facet).is_ok()
    }

    /// Says the value of a facet; what was said before.
    pub fn insert(&mut self, facet: Facet, value: Value) -> Option<Value> {
        match self.position(facet) {
            Ok(at) => Some(std::mem::replace(&mut self.own()[at].1, value)),
            Err(at) => {
                self.own().insert(at, (facet, value));
                None
            }
        }
    }

    /// The value of a facet, where nothing is said of it what is made now.
    pub fn get_or_insert_with(
        &mut self,
        facet: Facet,
        value: impl FnOnce() -> Value,
    ) -> &mut Value {
        let at = match self.position(facet) {
            Ok(at) => at,
            Err(at) => {
                self.own().insert(at, (facet, value()));
                at
            }
        };
        &mut self.own()[at].1
    }

    /// Takes back what was said of a facet.
    pub fn remove(&mut self, facet: &Facet) -> Option<Value> {
        let at = self.position(*facet).ok()?;
        let (_, value) = self.own().remove(at);
        self.forget_empty();
        Some(value)
    }

    /// Takes back what was said of the facets that `keep` does not want.
    pub fn retain(&mut self, mut keep: impl FnMut(&Facet, &mut Value) -> bool) {
        if !self.is_empty() {
            self.own().retain_mut(|(facet, value)| keep(facet, value));
            self.forget_empty();
        }
    }

    /// Whether one is an unchanged copy of the other.
    fn shares_with(&self, other: &Self) -> bool {
        match (&self.list, &other.list) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        }
    }

    fn forget_empty(&mut self) {
        if self.list().is_empty() {
            self.list = None
        }
    }

    /// Takes back all.
    pub fn clear(&mut self) {
        self.list = None
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// Of how many facets something is said.
    pub fn len(&self) -> usize {
        self.list().len()
    }

    /// Each facet and its value, by facet.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Facet, &Value)> + ExactSizeIterator {
        self.into_iter()
    }

    /// The facets.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Facet> + ExactSizeIterator {
        self.list().iter().map(|(facet, _)| facet)
    }

    /// The values, by facet.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.list().iter().map(|(_, value)| value)
    }

    /// The values, by facet, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let list = match &mut self.list {
            Some(list) => Arc::make_mut(list).as_mut_slice(),
            None => &mut [],
        };
        list.iter_mut().map(|(_, value)| value)
    }
}

impl Index<&Facet> for Facets {
    type Output = Value;

    /// # Panics
    /// Where nothing is said of the facet.
    fn index(&self, facet: &Facet) -> &Value {
        self.get(facet).expect("something is said of the facet")
    }
}

impl<'f> IntoIterator for &'f Facets {
    type Item = (&'f Facet, &'f Value);
    type IntoIter =
        std::iter::Map<std::slice::Iter<'f, (Facet, Value)>, fn(&'f (Facet, Value)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.list().iter().map(|(facet, value)| (facet, value))
    }
}

impl IntoIterator for Facets {
    type Item = (Facet, Value);
    type IntoIter = std::vec::IntoIter<(Facet, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.list
            .map(Arc::unwrap_or_clone)
            .unwrap_or_default()
            .into_iter()
    }
}

impl Extend<(Facet, Value)> for Facets {
    fn extend<T: IntoIterator<Item = (Facet, Value)>>(&mut self, more: T) {
        for (facet, value) in more {
            self.insert(facet, value);
        }
    }
}

impl FromIterator<(Facet, Value)> for Facets {
    fn from_iter<T: IntoIterator<Item = (Facet, Value)>>(all: T) -> Self {
        let mut facets = Self::new();
        facets.extend(all);
        facets
    }
}

impl<const N: usize> From<[(Facet, Value); N]> for Facets {
    fn from(all: [(Facet, Value); N]) -> Self {
        all.into_iter().collect()
    }
}

impl fmt::Debug for Facets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl PartialEq for Facets {
    fn eq(&self, other: &Self) -> bool {
        self.shares_with(other) || self.list() == other.list()
    }
}

impl Eq for Facets {}

impl PartialOrd for Facets {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Facets {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        if self.shares_with(other) {
            return std::cmp::Ordering::Equal;
        }
        self.list().cmp(other.list())
    }
}

impl Hash for Facets {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.list().hash(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u64) -> Value {
        Value::number(number, Origin::Literal)
    }

    #[test]
    fn what_is_written_is_read_also_a_list_of_one_that_is_told_as_a_name() {
        let groups = Value::name("P-256", Origin::Constant);
        let facets = Facets::from([(Facet::KeyBits, number(2048)), (Facet::Groups, groups)]);
        let written = serde_json::to_string(&facets).unwrap();
        let read: Facets = serde_json::from_str(&written).unwrap();
        assert_eq!(read, facets);
        let wrong = written.replace("2048", "\"2048\"");
        assert!(serde_json::from_str::<Facets>(&wrong).is_err());
    }

    #[test]
    fn a_copy_keeps_its_own_when_the_other_changes() {
        let mut facets = Facets::from([(Facet::KeyBits, number(2048))]);
        let copy = facets.clone();
        facets.insert(Facet::KeyBits, number(4096));
        facets.insert(Facet::Curve, Value::name("P-256", Origin::Literal));
        for value in facets.values_mut() {
            value.open = true
        }
        assert_eq!(copy, Facets::from([(Facet::KeyBits, number(2048))]));
        assert_eq!(
            facets.remove(&Facet::Curve).map(|value| value.open),
            Some(true)
        );
        assert_eq!(facets.len(), 1);
    }

    #[test]
    fn facets_are_in_the_order_of_the_enum_and_each_is_there_once() {
        let mut facets = Facets::new();
        for (at, facet) in Facet::ALL.into_iter().rev().chain(Facet::ALL).enumerate() {
            facets.insert(facet, number(at as u64));
        }
        assert!(facets.keys().eq(&Facet::ALL));
        let numbers = facets.values().map(|value| value.single_number());
        assert!(numbers.eq((22..44).map(Some)));
    }

    #[test]
    fn facets_that_lost_all_are_as_new_ones() {
        let mut facets = Facets::from([(Facet::KeyBits, number(1)), (Facet::TagBits, number(2))]);
        facets.remove(&Facet::TagBits);
        facets.retain(|_, _| false);
        assert_eq!(facets, Facets::new());
        assert_eq!(facets.cmp(&Facets::new()), std::cmp::Ordering::Equal);
        assert!(facets.is_empty() && facets.into_iter().next().is_none());
    }
}
