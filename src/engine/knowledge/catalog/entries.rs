//! What one entry of the catalogue says. Data only.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::Facet;

/// What an algorithm does, in CycloneDX's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the words themselves")]
pub enum Primitive {
    Drbg,
    Mac,
    BlockCipher,
    StreamCipher,
    Signature,
    Hash,
    Pke,
    Xof,
    Kdf,
    KeyAgree,
    Kem,
    Ae,
    Combiner,
    KeyWrap,
    Other,
    /// A key whose use is not known.
    Unknown,
}

impl Primitive {
    /// Every primitive.
    pub const ALL: &[Self] = &[
        Self::Drbg,
        Self::Mac,
        Self::BlockCipher,
        Self::StreamCipher,
        Self::Signature,
        Self::Hash,
        Self::Pke,
        Self::Xof,
        Self::Kdf,
        Self::KeyAgree,
        Self::Kem,
        Self::Ae,
        Self::Combiner,
        Self::KeyWrap,
        Self::Other,
        Self::Unknown,
    ];

    /// The word of CycloneDX 1.7. `key-wrap` is new there; 1.6 says `other`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drbg => "drbg",
            Self::Mac => "mac",
            Self::BlockCipher => "block-cipher",
            Self::StreamCipher => "stream-cipher",
            Self::Signature => "signature",
            Self::Hash => "hash",
            Self::Pke => "pke",
            Self::Xof => "xof",
            Self::Kdf => "kdf",
            Self::KeyAgree => "key-agree",
            Self::Kem => "kem",
            Self::Ae => "ae",
            Self::Combiner => "combiner",
            Self::KeyWrap => "key-wrap",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// What a quantum computer does to an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantum {
    /// Shor's algorithm breaks it at any size.
    Shor,
    /// Grover's search at best: no reason to replace it.
    Fine,
    /// Public-key, and made to withstand quantum computers.
    PostQuantum,
    /// A classical and a post-quantum algorithm together.
    Hybrid,
    /// Depends on parts that the name does not say, or is not settled.
    Unknown,
}

/// The problem or primitive that an algorithm's safety rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the words themselves")]
pub enum Basis {
    Factoring,
    DiscreteLog,
    EllipticCurve,
    Pairing,
    Lattice,
    Code,
    Hash,
    Symmetric,
    Multivariate,
    Isogeny,
    Composition,
    Other,
}

impl Basis {
    /// The words for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Factoring => "factoring",
            Self::DiscreteLog => "discrete logarithms in a finite field",
            Self::EllipticCurve => "discrete logarithms on an elliptic curve",
            Self::Pairing => "discrete logarithms on pairing-friendly curves",
            Self::Lattice => "lattice problems",
            Self::Code => "decoding of error-correcting codes",
            Self::Hash => "hash functions",
            Self::Symmetric => "symmetric primitives",
            Self::Multivariate => "multivariate equations",
            Self::Isogeny => "isogenies of elliptic curves",
            Self::Composition => "its parts",
            Self::Other => "other things",
        }
    }
}

/// An OID and the parameters it stands for; none means whatever the parameters are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oid {
    /// Dotted.
    pub oid: String,
    /// Facet and value, as the value prints.
    pub facets: BTreeMap<Facet, String>,
    /// Read where it is found, never written.
    pub old: bool,
}

/// All that is known of one algorithm.
#[derive(Debug, Clone)]
pub struct Algorithm {
    /// The canonical name.
    pub name: String,
    /// One sentence: what it is.
    pub what: String,
    /// What it does, where mode and use do not say more; see [`Catalog::primitive`](super::Catalog::primitive).
    pub primitive: Primitive,
    /// CycloneDX's `algorithmFamily`, where its list has one.
    pub family: Option<String>,
    /// The family came with the list of 1.7.1 and fails validation against 1.7.0.
    pub family_new_in_1_7_1: bool,
    /// The problem it rests on.
    pub based_on: Basis,
    /// What a quantum computer does to it.
    pub quantum: Quantum,
    /// Why nobody should use it, whatever the computer and the size; `None` where that is not so.
    pub weak: Option<String>,
    /// The key algorithm whose strength and verdict it takes over (`RSASSA-PSS` uses `RSA`).
    pub uses: Option<String>,
    /// The wider names that this one is a case of.
    pub specialises: Vec<String>,
    /// A hybrid's parts.
    pub parts: Vec<String>,
    /// CycloneDX's `parameterSetIdentifier`, where the name says it (`768`, `SHA2-128s`).
    pub parameters: Option<String>,
    /// The curve that the name implies (`Edwards25519`).
    pub curve: Option<String>,
    /// Sizes that a name may carry (`AES256`).
    pub sizes: Vec<u64>,
    /// Classical strength in bits, where it does not depend on a size.
    pub bits: Option<u32>,
    /// NIST's category, likewise.
    pub level: Option<u8>,
    /// Classical strength by size in bits: that of the largest size not above the key's.
    pub strength: BTreeMap<u64, u32>,
    /// NIST's category by exact size.
    pub levels: BTreeMap<u64, u8>,
    /// Facets that come with the name.
    pub implies: BTreeMap<Facet, String>,
    /// The world's other spellings.
    pub aliases: Vec<String>,
    /// What the names of further parameter sets begin with: `XMSS-SHA2_` is followed by height and length.
    pub prefixes: Vec<String>,
    /// Object identifiers.
    pub oids: Vec<Oid>,
    /// What to use instead, by catalogue name.
    pub replacement: Vec<String>,
    /// Where the facts stand.
    pub source: Vec<String>,
}

/// A named elliptic curve.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// The canonical name.
    #[serde(skip)]
    pub name: String,
    /// One sentence.
    pub what: String,
    /// CycloneDX's `ellipticCurve`, where its list has the curve: `nist/P-256`.
    #[serde(rename = "cyclonedx")]
    pub family: Option<String>,
    /// Classical strength in bits, where there is one figure.
    pub bits: Option<u32>,
    /// Bits of the field.
    pub field: u32,
    /// Weierstrass, Montgomery, Edwards or TwistedEdwards.
    pub form: String,
    /// The key algorithm, where the curve alone decides it (`X25519`).
    pub key: Option<String>,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Object identifiers.
    #[serde(default)]
    pub oids: Vec<String>,
    /// SHA-256 of what explicit parameters say of it: field, `a`, `b`, order and the base point's `x`, each as a number without leading
    /// zeros behind its length in two bytes. Of a binary field that is its polynomial.
    pub domain: Option<String>,
    /// Where the facts stand.
    pub source: Vec<String>,
}

/// A named key-exchange group.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The protocol's identifier.
    #[serde(skip)]
    pub name: String,
    /// One sentence.
    pub what: String,
    /// The algorithm that it is a group of: `ECDH`, `FFDH`, `X25519`, a hybrid, a KEM.
    pub algorithm: String,
    /// The curve, if any.
    pub curve: Option<String>,
    /// Bits of the prime of a finite-field group.
    pub size: Option<u64>,
    /// Classical strength in bits of a finite-field group; a curve has its own.
    pub bits: Option<u32>,
    /// The code point of TLS.
    pub tls: Option<u16>,
    /// SHA-256 of the prime of a finite-field group, as a number without leading zeros.
    pub prime: Option<String>,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where the facts stand.
    pub source: Vec<String>,
}

/// A mode, a padding or a mask generation function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The canonical name.
    #[serde(skip)]
    pub name: String,
    /// One sentence.
    pub what: String,
    /// The word of CycloneDX 1.6 and 1.7; `other` where they have none.
    #[serde(default = "other")]
    pub cyclonedx: String,
    /// A mode that authenticates too.
    #[serde(default)]
    pub authenticated: bool,
    /// A mode that wraps keys.
    #[serde(default)]
    pub key_wrap: bool,
    /// Why nobody should use it.
    pub weak: Option<String>,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
}

fn other() -> String {
    "other".to_owned()
}

/// A protocol, or one version of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The canonical name: `TLS`, `TLS1.2`.
    #[serde(skip)]
    pub name: String,
    /// One sentence.
    pub what: String,
    /// The protocol that this is a version of.
    pub of: Option<String>,
    /// The version, bare.
    pub version: Option<String>,
    /// CycloneDX's protocol type (1.7); `other` where it has none.
    #[serde(default = "other")]
    pub cyclonedx: String,
    /// Why nobody should use it.
    pub weak: Option<String>,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where the facts stand.
    pub source: Vec<String>,
}
