//! What is known of algorithms, curves, groups, modes, paddings and protocols: names, aliases, OIDs, strength, verdicts.
//!
//! The facts stand in `rules/catalog/*.toml`, each with its source. Any file there may hold any of the tables
//! `[algorithm.NAME]`, `[curve.NAME]`, `[group.NAME]`, `[mode.NAME]`, `[padding.NAME]`, `[mgf.NAME]`, `[protocol.NAME]`.
//! This module holds no judgement (that is `inventory::assess`) and splits no texts (that is `knowledge::spelling`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::knowledge::embedded::RULE_FILES;
use crate::knowledge::policy::Policy;
use crate::knowledge::spelling::{self, Reading};
use crate::model::{Asset, Facet, Operation, Value};

/// The longest text that is looked up. The world's longest name has far fewer bytes; a longer text is not a name.
pub const MAX_NAME: usize = 128;

/// Why a catalogue file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Not the shape of a catalogue file.
    #[error("rules/{file}: {source}")]
    Shape {
        /// Below `rules/`.
        file: String,
        /// Line, column and what was expected.
        source: Box<toml::de::Error>,
    },
    /// Well formed, and says something impossible.
    #[error("rules/{file}: {message}")]
    Content {
        /// Below `rules/`.
        file: String,
        /// What.
        message: String,
    },
}

/// What an algorithm does, in CycloneDX's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the words themselves")]
pub enum Primitive {
    Drbg, Mac, BlockCipher, StreamCipher, Signature, Hash, Pke, Xof, Kdf, KeyAgree, Kem, Ae, Combiner, KeyWrap, Other,
    /// A key whose use is not known.
    Unknown,
}

impl Primitive {
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
    Factoring, DiscreteLog, EllipticCurve, Pairing, Lattice, Code, Hash, Symmetric, Multivariate, Isogeny, Composition, Other,
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
    /// What it does, where mode and use do not say more; see [`Catalog::primitive`].
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

/// How strong an asset is, as far as its parameters are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Strength {
    /// Bits against a classical computer.
    pub classical_bits: Option<u32>,
    /// NIST's category, 1 to 5; 0 where none is met.
    pub nist_level: Option<u8>,
}

/// What an OID names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OidMeaning<'a> {
    /// An algorithm with the parameters that the OID says, by catalogue name.
    Algorithm(&'a str, &'a BTreeMap<Facet, String>),
    /// A curve, by catalogue name.
    Curve(&'a str),
}

/// The catalogue.
#[derive(Debug, Default)]
pub struct Catalog {
    algorithms: Table<Algorithm>,
    curves: Table<Curve>,
    groups: Table<Group>,
    modes: Table<Word>,
    paddings: Table<Word>,
    mgfs: Table<Word>,
    protocols: Table<Protocol>,
    oids: BTreeMap<String, OidOwner>,
    policies: Vec<Policy>,
    /// Problems that loading tolerates and [`lint`] reports.
    clashes: Vec<String>,
}

#[derive(Debug)]
enum OidOwner {
    Algorithm { name: String, variant: usize },
    Curve(String),
}

/// Entries by canonical name, and every folded spelling of them.
#[derive(Debug)]
struct Table<T> {
    entries: BTreeMap<String, T>,
    names: BTreeMap<String, String>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), names: BTreeMap::new() }
    }
}

impl<T> Table<T> {
    fn get(&self, text: &str) -> Option<&T> {
        if text.len() > MAX_NAME { return None }
        self.folded(&fold(text))
    }

    fn folded(&self, folded: &str) -> Option<&T> {
        self.entries.get(self.names.get(folded)?)
    }
}

impl Catalog {
    /// The catalogue that the program was built with.
    pub fn embedded() -> Result<Self, CatalogError> {
        let ours = |path: &str| path.starts_with("catalog/") || path.starts_with("policy/");
        Self::from_files(RULE_FILES.iter().copied().filter(|(path, _)| ours(path)))
    }

    /// A catalogue from (path below `rules/`, text): `policy/…` holds deadlines, everything else entries.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CatalogError> {
        let mut catalog = Self::default();
        for (path, text) in files {
            let shape = |source| CatalogError::Shape { file: path.to_owned(), source: Box::new(source) };
            if path.starts_with("policy/") {
                catalog.policies.push(toml::from_str(text).map_err(shape)?);
            } else {
                catalog.add(path, toml::from_str(text).map_err(shape)?)?;
            }
        }
        catalog.inherit()?;
        catalog.index_oids();
        Ok(catalog)
    }

    /// The algorithm of that name or alias. Case, `-`, `_`, blanks, `/` and `.` do not matter.
    pub fn algorithm(&self, name_or_alias: &str) -> Option<&Algorithm> {
        self.algorithms.get(name_or_alias)
    }

    /// The curve of that name or alias.
    pub fn curve(&self, name_or_alias: &str) -> Option<&Curve> {
        self.curves.get(name_or_alias)
    }

    /// The key-exchange group of that name or alias.
    pub fn group(&self, name_or_alias: &str) -> Option<&Group> {
        self.groups.get(name_or_alias)
    }

    /// The block cipher mode of that name or alias.
    pub fn mode(&self, name_or_alias: &str) -> Option<&Word> {
        self.modes.get(name_or_alias)
    }

    /// The padding of that name or alias.
    pub fn padding(&self, name_or_alias: &str) -> Option<&Word> {
        self.paddings.get(name_or_alias)
    }

    /// The mask generation function of that name or alias.
    pub fn mgf(&self, name_or_alias: &str) -> Option<&Word> {
        self.mgfs.get(name_or_alias)
    }

    /// The protocol or version of that name or alias.
    pub fn protocol(&self, name_or_alias: &str) -> Option<&Protocol> {
        self.protocols.get(name_or_alias)
    }

    /// Every algorithm, by name.
    pub fn algorithms(&self) -> impl Iterator<Item = &Algorithm> {
        self.algorithms.entries.values()
    }

    /// Every curve, by name.
    pub fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.curves.entries.values()
    }

    /// Every group, by name.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.entries.values()
    }

    /// The deadlines that a first assessment cites: those of NIST.
    pub fn policy(&self) -> Option<&Policy> {
        self.policies.first()
    }

    /// The hash or extendable-output function of that name or alias.
    pub fn digest(&self, name_or_alias: &str) -> Option<&Algorithm> {
        self.algorithm(name_or_alias).filter(|a| matches!(a.primitive, Primitive::Hash | Primitive::Xof))
    }

    /// The one name that `text` stands for under a name-valued facet. Lists take one item. `None` where it is no such name.
    pub fn canonical(&self, facet: Facet, text: &str) -> Option<String> {
        let name = match facet {
            Facet::Algorithm => &self.algorithm(text)?.name,
            Facet::Curve => &self.curve(text)?.name,
            Facet::Group => &self.group(text)?.name,
            Facet::Digest | Facet::MgfDigest => &self.digest(text)?.name,
            Facet::Mgf => &self.mgf(text)?.name,
            Facet::Mode => &self.mode(text)?.name,
            Facet::Padding => &self.padding(text)?.name,
            Facet::Mac | Facet::Kdf => {
                let wanted = if facet == Facet::Mac { Primitive::Mac } else { Primitive::Kdf };
                &self.algorithm(text).filter(|a| a.primitive == wanted)?.name
            }
            Facet::Protocol | Facet::MinVersion | Facet::MaxVersion => &self.protocol(text)?.name,
            Facet::CipherSuites => return spelling::tls::suite(text),
            Facet::Groups => return spelling::tls::group(text, self),
            Facet::SignatureSchemes => return spelling::tls::scheme(text),
            Facet::Kex | Facet::HostKeys => return spelling::ssh::name(text),
            Facet::KeyBits | Facet::TagBits | Facet::SaltBits | Facet::Iterations => return None,
        };
        Some(name.clone())
    }

    /// All that `text` says under `facet` when it is a name or several run together: `AES_256_GCM` is an algorithm, a key
    /// size and a mode.
    pub fn reading(&self, facet: Facet, text: &str) -> Option<Reading> {
        spelling::name::read(text, facet, self)
    }

    /// Whether `narrow` is a case of `wide`, directly or through others. Nothing is a case of itself.
    pub fn specialises(&self, narrow: &str, wide: &str) -> bool {
        let Some(wide) = self.algorithm(wide) else { return false };
        let mut open: Vec<&str> = vec![narrow];
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            let Some(algorithm) = self.algorithm(name) else { continue };
            if !seen.insert(&algorithm.name) { continue }
            for wider in algorithm.specialises.iter().chain(&algorithm.uses) {
                if *wider == wide.name { return true }
                open.push(wider);
            }
        }
        false
    }

    /// The name of what a key is used for, where operations and padding decide it: RSA that signs with PSS is `RSASSA-PSS`.
    pub fn use_of(&self, key_algorithm: &str, operations: &BTreeSet<Operation>, padding: Option<&str>) -> Option<&'static str> {
        let key = self.algorithm(key_algorithm)?;
        let purpose = Purpose::of(operations)?;
        Some(match (key.name.as_str(), purpose, padding) {
            ("RSA", Purpose::Sign, Some("PKCS1v15")) => "RSASSA-PKCS1",
            ("RSA", Purpose::Sign, Some("PSS")) => "RSASSA-PSS",
            ("RSA", Purpose::Sign, Some("X931")) => "RSA-X931",
            ("RSA", Purpose::Encrypt, Some("PKCS1v15")) => "RSAES-PKCS1",
            ("RSA", Purpose::Encrypt, Some("OAEP")) => "RSAES-OAEP",
            ("RSA", Purpose::Encapsulate, _) => "RSA-KEM",
            ("EC", Purpose::Sign, _) => "ECDSA",
            ("EC", Purpose::Agree, _) => "ECDH",
            ("DH", Purpose::Agree, _) => "FFDH",
            ("SM2", Purpose::Sign, _) => "SM2-DSA",
            ("SM2", Purpose::Agree, _) => "SM2-KEX",
            ("SM2", Purpose::Encrypt, _) => "SM2-ENC",
            _ => return None,
        })
    }

    /// The facets that come with the name: `RSASSA-PSS` has padding `PSS`.
    pub fn implied(&self, algorithm: &str) -> &BTreeMap<Facet, String> {
        static NONE: BTreeMap<Facet, String> = BTreeMap::new();
        self.algorithm(algorithm).map_or(&NONE, |a| &a.implies)
    }

    /// What an OID names, matched exactly.
    pub fn by_oid(&self, oid: &str) -> Option<OidMeaning<'_>> {
        match self.oids.get(oid)? {
            OidOwner::Curve(name) => Some(OidMeaning::Curve(name)),
            OidOwner::Algorithm { name, variant } => {
                let oid = self.algorithms.entries.get(name)?.oids.get(*variant)?;
                Some(OidMeaning::Algorithm(name, &oid.facets))
            }
        }
    }

    /// The OID that is right for the asset's parameters; none where it depends on one that is not known.
    pub fn oid(&self, asset: &Asset) -> Option<&str> {
        let algorithm = self.algorithm(asset.algorithm()?)?;
        let fits = |oid: &&Oid| !oid.old && oid.facets.iter().all(|(facet, wanted)| shown(asset, *facet).as_ref() == Some(wanted));
        algorithm.oids.iter().filter(fits).max_by_key(|oid| oid.facets.len()).map(|oid| oid.oid.as_str())
    }

    /// What the asset does, with its mode taken into account: AES in GCM is `ae`, in KW `key-wrap`.
    pub fn primitive(&self, asset: &Asset) -> Primitive {
        let Some(algorithm) = asset.algorithm().and_then(|name| self.algorithm(name)) else { return Primitive::Unknown };
        let mode = asset.facets.get(&Facet::Mode).and_then(Value::single_name).and_then(|mode| self.mode(mode));
        match mode {
            Some(mode) if algorithm.primitive == Primitive::BlockCipher && mode.authenticated => Primitive::Ae,
            Some(mode) if algorithm.primitive == Primitive::BlockCipher && mode.key_wrap => Primitive::KeyWrap,
            _ => algorithm.primitive,
        }
    }

    /// How strong the asset is. A parameter that is not known leaves the answer out; what Shor's algorithm breaks has level 0.
    pub fn strength(&self, asset: &Asset) -> Strength {
        let Some(algorithm) = asset.algorithm().and_then(|name| self.algorithm(name)) else { return Strength::default() };
        let key_bits = asset.facets.get(&Facet::KeyBits).and_then(Value::single_number);
        Strength { classical_bits: self.classical_bits(algorithm, asset, key_bits), nist_level: nist_level(algorithm, key_bits) }
    }

    fn classical_bits(&self, algorithm: &Algorithm, asset: &Asset, key_bits: Option<u64>) -> Option<u32> {
        let named = |facet| asset.facets.get(&facet).and_then(Value::single_name);
        if let Some(bits) = algorithm.bits { return Some(bits) }
        if let Some(curve) = named(Facet::Curve) { return self.curve(curve)?.bits }
        if let Some(group) = named(Facet::Group) {
            let group = self.group(group)?;
            let of_curve = || self.curve(group.curve.as_deref()?)?.bits;
            return group.bits.or_else(of_curve);
        }
        algorithm.strength.range(..=key_bits?).next_back().map(|(_, bits)| *bits)
    }

    fn add(&mut self, path: &str, file: File) -> Result<(), CatalogError> {
        for (name, entry) in file.algorithm {
            let algorithm = entry.algorithm(name)
                .map_err(|message| CatalogError::Content { file: path.to_owned(), message })?;
            let (name, aliases) = (algorithm.name.clone(), algorithm.aliases.clone());
            insert(&mut self.algorithms, &mut self.clashes, "algorithm", name, &aliases, algorithm);
        }
        for (name, mut curve) in file.curve {
            curve.name.clone_from(&name);
            let aliases = curve.aliases.clone();
            insert(&mut self.curves, &mut self.clashes, "curve", name, &aliases, curve);
        }
        for (name, mut group) in file.group {
            group.name.clone_from(&name);
            let aliases = group.aliases.clone();
            insert(&mut self.groups, &mut self.clashes, "group", name, &aliases, group);
        }
        for (kind, words, table) in [
            ("mode", file.mode, &mut self.modes),
            ("padding", file.padding, &mut self.paddings),
            ("mgf", file.mgf, &mut self.mgfs),
        ] {
            for (name, mut word) in words {
                word.name.clone_from(&name);
                let aliases = word.aliases.clone();
                insert(table, &mut self.clashes, kind, name, &aliases, word);
            }
        }
        for (name, mut protocol) in file.protocol {
            protocol.name.clone_from(&name);
            let aliases = protocol.aliases.clone();
            insert(&mut self.protocols, &mut self.clashes, "protocol", name, &aliases, protocol);
        }
        Ok(())
    }

    /// What a use takes over from its key: strength, and the verdict's ground.
    fn inherit(&mut self) -> Result<(), CatalogError> {
        let missing = |name: &str, what: &str| CatalogError::Content {
            file: "catalog".to_owned(),
            message: format!("algorithm {name}: {what}"),
        };
        let keys: Vec<(String, String)> = self.algorithms()
            .filter_map(|a| Some((a.name.clone(), a.uses.clone()?)))
            .collect();
        for (name, key) in keys {
            let Some(key) = self.algorithms.entries.get(&key).cloned() else {
                return Err(missing(&name, "uses an algorithm that does not exist"));
            };
            if key.uses.is_some() { return Err(missing(&name, "uses an algorithm that uses another")) }
            let Some(algorithm) = self.algorithms.entries.get_mut(&name) else { continue };
            algorithm.based_on = key.based_on;
            algorithm.quantum = key.quantum;
            if algorithm.strength.is_empty() { algorithm.strength = key.strength }
            if algorithm.sizes.is_empty() { algorithm.sizes = key.sizes }
        }
        Ok(())
    }

    /// An OID that a use shares with its key stands for the key: it says no use.
    fn index_oids(&mut self) {
        let mut oids: BTreeMap<String, OidOwner> = BTreeMap::new();
        for algorithm in self.algorithms.entries.values() {
            for (variant, oid) in algorithm.oids.iter().enumerate() {
                let owner = OidOwner::Algorithm { name: algorithm.name.clone(), variant };
                match oids.get(&oid.oid) {
                    None => { oids.insert(oid.oid.clone(), owner); }
                    Some(OidOwner::Algorithm { name, .. }) if algorithm.uses.as_ref() == Some(name) => {}
                    Some(OidOwner::Algorithm { name, .. })
                        if self.algorithms.entries.get(name).is_some_and(|a| a.uses.as_ref() == Some(&algorithm.name)) =>
                    {
                        oids.insert(oid.oid.clone(), owner);
                    }
                    Some(_) => self.clashes.push(format!("OID {} names two things, one of them {}", oid.oid, algorithm.name)),
                }
            }
        }
        for curve in self.curves.entries.values() {
            for oid in &curve.oids {
                if oids.insert(oid.clone(), OidOwner::Curve(curve.name.clone())).is_some() {
                    self.clashes.push(format!("OID {oid} names two things, one of them {}", curve.name));
                }
            }
        }
        self.oids = oids;
    }
}

/// Case and the signs that the world sprinkles into names do not matter.
pub fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '/' | '.'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn insert<T>(table: &mut Table<T>, clashes: &mut Vec<String>, kind: &str, name: String, aliases: &[String], entry: T) {
    for spelling in aliases.iter().chain([&name]) {
        let folded = fold(spelling);
        match table.names.get(&folded) {
            Some(owner) if *owner != name => clashes.push(format!("{kind} `{spelling}` names both {owner} and {name}")),
            _ => { table.names.insert(folded, name.clone()); }
        }
    }
    if table.entries.insert(name.clone(), entry).is_some() {
        clashes.push(format!("{kind} {name} is said twice"));
    }
}

fn nist_level(algorithm: &Algorithm, key_bits: Option<u64>) -> Option<u8> {
    if algorithm.quantum == Quantum::Shor || algorithm.weak.is_some() { return Some(0) }
    algorithm.level.or_else(|| algorithm.levels.get(&key_bits?).copied())
}

/// A facet as it prints, where exactly one value is possible.
fn shown(asset: &Asset, facet: Facet) -> Option<String> {
    asset.facets.get(&facet)?.single().map(ToString::to_string)
}

/// What a key is used for, as far as the operations agree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose { Sign, Encrypt, Agree, Encapsulate }

impl Purpose {
    /// The one purpose; none where there are several or nothing but making and loading keys.
    fn of(operations: &BTreeSet<Operation>) -> Option<Self> {
        let mut purposes = operations.iter().filter_map(|operation| match operation {
            Operation::Sign | Operation::Verify => Some(Self::Sign),
            Operation::Encrypt | Operation::Decrypt | Operation::Wrap | Operation::Unwrap => Some(Self::Encrypt),
            Operation::Agree => Some(Self::Agree),
            Operation::Encapsulate | Operation::Decapsulate => Some(Self::Encapsulate),
            _ => None,
        });
        let first = purposes.next()?;
        purposes.all(|purpose| purpose == first).then_some(first)
    }
}

/// The shape of a catalogue file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    algorithm: BTreeMap<String, AlgorithmEntry>,
    #[serde(default)]
    curve: BTreeMap<String, Curve>,
    #[serde(default)]
    group: BTreeMap<String, Group>,
    #[serde(default)]
    mode: BTreeMap<String, Word>,
    #[serde(default)]
    padding: BTreeMap<String, Word>,
    #[serde(default)]
    mgf: BTreeMap<String, Word>,
    #[serde(default)]
    protocol: BTreeMap<String, Protocol>,
}

/// The shape of `[algorithm.NAME]`; what the fields mean stands at [`Algorithm`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AlgorithmEntry {
    what: String,
    primitive: Primitive,
    family: Option<String>,
    /// The version of the CycloneDX schema whose list has the family first.
    family_since: Option<String>,
    based_on: Option<Basis>,
    quantum: Option<Quantum>,
    weak: Option<String>,
    uses: Option<String>,
    #[serde(default)]
    specialises: Vec<String>,
    #[serde(default)]
    parts: Vec<String>,
    parameters: Option<String>,
    curve: Option<String>,
    #[serde(default)]
    sizes: Vec<u64>,
    bits: Option<u32>,
    level: Option<u8>,
    #[serde(default)]
    strength: BTreeMap<u64, u32>,
    #[serde(default)]
    levels: BTreeMap<u64, u8>,
    #[serde(default)]
    implies: BTreeMap<String, String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    oids: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    old_oids: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    replacement: Vec<String>,
    source: Vec<String>,
}

impl AlgorithmEntry {
    fn algorithm(self, name: String) -> Result<Algorithm, String> {
        let family_new_in_1_7_1 = match self.family_since.as_deref() {
            None => false,
            Some("1.7.1") => true,
            Some(other) => return Err(format!("algorithm {name}: family_since `{other}` is not 1.7.1")),
        };
        if self.uses.is_none() && (self.based_on.is_none() || self.quantum.is_none()) {
            return Err(format!("algorithm {name}: without `uses` it needs `based_on` and `quantum`"));
        }
        let named = |facets| named_facets(facets).map_err(|facet| format!("algorithm {name}: no facet is called `{facet}`"));
        let mut oids = Vec::new();
        for (old, list) in [(false, self.oids), (true, self.old_oids)] {
            for (oid, facets) in list {
                oids.push(Oid { oid, facets: named(facets)?, old });
            }
        }
        let implies = named(self.implies)?;
        Ok(Algorithm {
            what: self.what,
            primitive: self.primitive,
            family: self.family,
            family_new_in_1_7_1,
            // `inherit` replaces both where `uses` names a key.
            based_on: self.based_on.unwrap_or(Basis::Other),
            quantum: self.quantum.unwrap_or(Quantum::Unknown),
            weak: self.weak,
            uses: self.uses,
            specialises: self.specialises,
            parts: self.parts,
            parameters: self.parameters,
            curve: self.curve,
            sizes: self.sizes,
            bits: self.bits,
            level: self.level,
            strength: self.strength,
            levels: self.levels,
            implies,
            aliases: self.aliases,
            oids,
            replacement: self.replacement,
            source: self.source,
            name,
        })
    }
}

fn named_facets(facets: BTreeMap<String, String>) -> Result<BTreeMap<Facet, String>, String> {
    facets.into_iter().map(|(facet, value)| Ok((Facet::from_name(&facet).ok_or(facet)?, value))).collect()
}

/// What is wrong with the catalogue; nothing, if all is well.
pub fn lint(catalog: &Catalog) -> Vec<String> {
    let mut faults = catalog.clashes.clone();
    for algorithm in catalog.algorithms() {
        lint_algorithm(algorithm, catalog, &mut |fault| faults.push(format!("algorithm {}: {fault}", algorithm.name)));
    }
    for curve in catalog.curves() {
        if curve.source.is_empty() { faults.push(format!("curve {}: no source", curve.name)) }
        if curve.key.as_deref().is_some_and(|key| catalog.algorithm(key).is_none()) {
            faults.push(format!("curve {}: its key algorithm does not exist", curve.name));
        }
    }
    for group in catalog.groups() {
        if group.source.is_empty() { faults.push(format!("group {}: no source", group.name)) }
        if catalog.algorithm(&group.algorithm).is_none_or(|a| a.name != group.algorithm) {
            faults.push(format!("group {}: no algorithm is called `{}`", group.name, group.algorithm));
        }
        if group.curve.as_deref().is_some_and(|curve| catalog.curve(curve).is_none_or(|c| c.name != curve)) {
            faults.push(format!("group {}: its curve does not exist", group.name));
        }
    }
    faults
}

fn lint_algorithm(algorithm: &Algorithm, catalog: &Catalog, fault: &mut dyn FnMut(String)) {
    if algorithm.source.is_empty() { fault("no source".to_owned()) }
    if algorithm.what.is_empty() || algorithm.what.ends_with('.') { fault("`what` is one sentence without a full stop".to_owned()) }
    let links = algorithm.specialises.iter().chain(&algorithm.parts).chain(&algorithm.replacement).chain(&algorithm.uses);
    for name in links {
        if catalog.algorithm(name).is_none_or(|other| other.name != *name) { fault(format!("no algorithm is called `{name}`")) }
    }
    for name in &algorithm.replacement {
        if catalog.algorithm(name).is_some_and(|other| other.quantum == Quantum::Shor || other.weak.is_some()) {
            fault(format!("`{name}` is no better"));
        }
    }
    if algorithm.quantum == Quantum::Hybrid && algorithm.parts.len() != 2 { fault("a hybrid has two parts".to_owned()) }
    if algorithm.quantum == Quantum::Shor && (algorithm.level.is_some() || !algorithm.levels.is_empty()) {
        fault("what Shor's algorithm breaks has no level".to_owned());
    }
    if algorithm.level.into_iter().chain(algorithm.levels.values().copied()).any(|level| level > 5) {
        fault("NIST has five categories".to_owned());
    }
    if algorithm.curve.as_deref().is_some_and(|curve| catalog.curve(curve).is_none_or(|c| c.name != curve)) {
        fault("its curve does not exist".to_owned());
    }
    if algorithm.family.as_deref().is_some_and(|family| !FAMILIES.contains(&family)) {
        fault("its family is not in CycloneDX 1.7.1's list".to_owned());
    }
    for (facet, value) in algorithm.implies.iter().chain(algorithm.oids.iter().flat_map(|oid| &oid.facets)) {
        if !facet.is_number() && catalog.canonical(*facet, value).as_ref() != Some(value) {
            fault(format!("{} has no `{value}`", facet.name()));
        }
    }
    for oid in &algorithm.oids {
        if !oid.oid.split('.').all(|arc| arc.parse::<u64>().is_ok()) { fault(format!("`{}` is no OID", oid.oid)) }
    }
}

/// `algorithmFamiliesEnum` of CycloneDX's `cryptography-defs.schema.json` at tag 1.7.1.
static FAMILIES: &[&str] = &[
    "RSASSA-PKCS1", "RSASSA-PSS", "RSAES-PKCS1", "RSAES-OAEP", "EdDSA", "ECDSA", "ECIES", "HPKE", "MQV", "ElGamal", "DSA", "ECDH",
    "FFDH", "SRP", "J-PAKE", "SHA-1", "SHA-2", "SHA-3", "AES", "HKDF", "HMAC", "CMAC", "UMAC", "ChaCha", "Poly1305", "ChaCha20",
    "Salsa20", "RC4", "3DES", "DES", "IDEA", "RC2", "ML-DSA", "SLH-DSA", "XMSS", "LMS", "ML-KEM", "IKE-PRF", "GOST", "SM2", "SM3",
    "SM4", "SM9", "SEED", "ARIA", "CAMELLIA", "Twofish", "Blowfish", "Skipjack", "SP800-108", "BLAKE2", "BLAKE3", "X3DH", "BLS",
    "OPAQUE", "MILENAGE", "SPAKE2", "SPAKE2PLUS", "TUAK", "ZUC", "SNOW3G", "3GPP-XOR", "MD2", "MD4", "MD5", "RIPEMD", "Whirlpool",
    "Serpent", "CAST5", "CAST6", "RC5", "RC6", "HC", "RABBIT", "Ascon", "SipHash", "Argon2", "PBKDF1", "PBKDF2", "PBES1", "PBES2",
    "PBMAC1", "bcrypt", "scrypt", "yescrypt", "A5/1", "A5/2", "CMEA", "Fortuna", "Yarrow", "CTR_DRBG", "Hash_DRBG", "HMAC_DRBG",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AssetKind, Origin};

    fn catalog() -> Catalog {
        Catalog::embedded().expect("the embedded catalogue loads")
    }

    fn asset(algorithm: &str, names: &[(Facet, &str)], bits: Option<u64>) -> Asset {
        let mut asset = Asset::new(AssetKind::Algorithm);
        asset.facets.insert(Facet::Algorithm, Value::name(algorithm, Origin::Literal));
        for (facet, name) in names { asset.facets.insert(*facet, Value::name(*name, Origin::Literal)); }
        if let Some(bits) = bits { asset.facets.insert(Facet::KeyBits, Value::number(bits, Origin::Literal)); }
        asset
    }

    #[test]
    fn the_embedded_catalogue_has_no_faults() {
        let faults = lint(&catalog());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn aliases_lead_to_the_canonical_name() {
        let catalog = catalog();
        let canonical = |facet, text| catalog.canonical(facet, text).unwrap_or_default();
        assert_eq!(canonical(Facet::Curve, "prime256v1"), "P-256");
        assert_eq!(canonical(Facet::Curve, "NIST P-256"), "P-256");
        assert_eq!(canonical(Facet::Algorithm, "rsaEncryption"), "RSA");
        assert_eq!(canonical(Facet::Digest, "SHA2-256"), "SHA-256");
        assert_eq!(canonical(Facet::Digest, "AES"), "");
        assert_eq!(canonical(Facet::Group, "MODP group 14"), "modp14");
        assert_eq!(canonical(Facet::Groups, "P-256"), "secp256r1");
        assert_eq!(canonical(Facet::MinVersion, "TLSv1.2"), "TLS1.2");
        assert_eq!(canonical(Facet::Mac, "hmac"), "HMAC");
    }

    #[test]
    fn what_a_key_is_used_for_needs_operation_and_padding() {
        let catalog = catalog();
        let use_of = |key, operations: &[Operation], padding| catalog.use_of(key, &operations.iter().copied().collect(), padding);
        assert_eq!(use_of("RSA", &[Operation::Sign], Some("PSS")), Some("RSASSA-PSS"));
        assert_eq!(use_of("RSA", &[Operation::Sign], None), None);
        assert_eq!(use_of("RSA", &[Operation::Unwrap], Some("OAEP")), Some("RSAES-OAEP"));
        assert_eq!(use_of("RSA", &[Operation::Sign, Operation::Encrypt], Some("PKCS1v15")), None);
        assert_eq!(use_of("EC", &[Operation::Keygen, Operation::Verify], None), Some("ECDSA"));
        assert_eq!(use_of("EC", &[Operation::Keygen], None), None);
        assert_eq!(use_of("DH", &[Operation::Agree], None), Some("FFDH"));
        assert_eq!(use_of("X25519", &[Operation::Agree], None), None);
    }

    #[test]
    fn narrower_names_are_known() {
        let catalog = catalog();
        assert!(catalog.specialises("X25519", "XDH"));
        assert!(catalog.specialises("X25519", "EC"));
        assert!(catalog.specialises("RSASSA-PSS", "RSA"));
        assert!(catalog.specialises("ML-KEM-768", "ML-KEM"));
        assert!(!catalog.specialises("RSA", "RSASSA-PSS"));
        assert!(!catalog.specialises("RSA", "RSA"));
    }

    #[test]
    fn oids_fit_the_variant_or_are_left_out() {
        let catalog = catalog();
        let aes = asset("AES", &[(Facet::Mode, "GCM")], Some(256));
        assert_eq!(catalog.oid(&aes), Some("2.16.840.1.101.3.4.1.46"));
        assert_eq!(catalog.oid(&asset("AES", &[(Facet::Mode, "GCM")], None)), None);
        assert_eq!(catalog.oid(&asset("ECDSA", &[(Facet::Digest, "SHA-256")], None)), Some("1.2.840.10045.4.3.2"));
        assert_eq!(catalog.oid(&asset("ECDSA", &[], None)), None);
        assert_eq!(catalog.oid(&asset("ML-KEM-1024", &[], None)), Some("2.16.840.1.101.3.4.4.3"));
        assert!(matches!(catalog.by_oid("1.2.840.113549.1.1.1"), Some(OidMeaning::Algorithm("RSA", _))));
        assert!(matches!(catalog.by_oid("1.2.840.10045.3.1.7"), Some(OidMeaning::Curve("P-256"))));
    }

    #[test]
    fn strength_comes_from_real_parameters_only() {
        let catalog = catalog();
        let strength = |algorithm, names: &[(Facet, &str)], bits| {
            let found = catalog.strength(&asset(algorithm, names, bits));
            (found.classical_bits, found.nist_level)
        };
        assert_eq!(strength("RSA", &[], Some(2048)), (Some(112), Some(0)));
        assert_eq!(strength("RSASSA-PSS", &[], Some(4096)), (Some(152), Some(0)));
        assert_eq!(strength("RSA", &[], None), (None, Some(0)));
        assert_eq!(strength("RSA", &[], Some(512)), (None, Some(0)));
        assert_eq!(strength("ECDSA", &[(Facet::Curve, "P-384")], None), (Some(192), Some(0)));
        assert_eq!(strength("FFDH", &[(Facet::Group, "ffdhe3072")], None), (Some(128), Some(0)));
        assert_eq!(strength("AES", &[], Some(256)), (Some(256), Some(5)));
        assert_eq!(strength("AES", &[], None), (None, None));
        assert_eq!(strength("ML-DSA-44", &[], None), (Some(128), Some(2)));
        assert_eq!(strength("SHA-256", &[], None), (Some(128), Some(2)));
        assert_eq!(strength("X25519MLKEM768", &[], None), (None, Some(3)));
        assert_eq!(strength("MD5", &[], None), (None, Some(0)));
    }

    #[test]
    fn a_mode_changes_what_a_block_cipher_does() {
        let catalog = catalog();
        assert_eq!(catalog.primitive(&asset("AES", &[(Facet::Mode, "GCM")], None)), Primitive::Ae);
        assert_eq!(catalog.primitive(&asset("AES", &[(Facet::Mode, "KW")], None)), Primitive::KeyWrap);
        assert_eq!(catalog.primitive(&asset("AES", &[(Facet::Mode, "CBC")], None)), Primitive::BlockCipher);
        assert_eq!(catalog.primitive(&asset("RSA", &[], None)), Primitive::Unknown);
    }

    #[test]
    fn an_unknown_key_in_a_file_is_an_error_with_its_place() {
        let error = Catalog::from_files([("catalog/x.toml", "[algorithm.X]\nwaht = \"\"\n")]).expect_err("must fail");
        assert!(error.to_string().contains("catalog/x.toml"), "{error}");
        assert!(error.to_string().contains("waht"), "{error}");
    }
}
