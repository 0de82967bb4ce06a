//! What is known of algorithms, curves, groups, modes, paddings and protocols: names, aliases, OIDs, strength, verdicts.
//!
//! The facts stand in `rules/catalog/*.toml`, each with its source; `file` has their shape, `entries` what they mean. This
//! module answers questions about them. It holds no judgement (that is `inventory::assess`) and splits no texts (that is
//! `knowledge::spelling`).

mod advice;
mod entries;
mod file;
mod libraries;
mod lint;
mod listing;
mod version;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use crate::knowledge::embedded::RULE_FILES;
use crate::knowledge::spelling::{self, Reading};
use crate::model::{Asset, Facet, Facets, Operation, Origin, Value, Words};

pub use advice::{Advice, Wanted};
pub use entries::{Algorithm, Basis, Curve, Group, Oid, Primitive, Protocol, Quantum, Word};
pub use libraries::{Capability, Evidence, Has, Library};
pub use lint::lint;
pub use listing::library_table;
pub(in crate::knowledge) use listing::{lacks, versions, what};

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
    libraries: Table<Library>,
    /// Libraries by the ids of their rule files.
    library_rules: BTreeMap<String, String>,
    /// Libraries by what their package URLs say.
    library_packages: BTreeMap<String, String>,
    oids: HashMap<String, OidOwner>,
    /// Problems that loading tolerates and [`lint()`] reports.
    clashes: Vec<String>,
}

#[derive(Debug)]
enum OidOwner {
    Algorithm {
        name: String,
        variant: usize,
        /// What the OID says, once somebody asked.
        facets: OnceLock<Facets>,
    },
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
        Self {
            entries: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }
}

impl<T> Table<T> {
    fn get(&self, text: &str) -> Option<&T> {
        if text.len() > MAX_NAME {
            return None;
        }
        self.folded(&fold(text))
    }

    fn folded(&self, folded: &str) -> Option<&T> {
        self.entries.get(self.names.get(folded)?)
    }
}

impl Catalog {
    /// The catalogue that the program was built with.
    pub fn embedded() -> Result<Self, CatalogError> {
        let ours = RULE_FILES
            .iter()
            .filter(|(path, _)| path.starts_with("catalog/"));
        Self::from_files(ours.copied())
    }

    /// A catalogue from (path below `rules/`, text).
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CatalogError> {
        let mut catalog = Self::default();
        for (path, text) in files {
            let shape = |source| CatalogError::Shape {
                file: path.to_owned(),
                source: Box::new(source),
            };
            catalog.add(path, toml::from_str(text).map_err(shape)?)?;
        }
        catalog.inherit()?;
        catalog.index_oids();
        Ok(catalog)
    }

    /// The algorithm of that name or alias. Case, `-`, `_`, blanks, `/` and `.` do not matter.
    pub fn algorithm(&self, name_or_alias: &str) -> Option<&Algorithm> {
        self.algorithms.get(name_or_alias)
    }

    /// The algorithm one of whose parameter sets `folded` names, where the sets are too many to list.
    pub(in crate::knowledge) fn by_prefix(&self, folded: &str) -> Option<&Algorithm> {
        self.algorithms().find(|a| {
            a.prefixes.iter().any(|prefix| {
                let prefix = fold(prefix);
                folded.len() > prefix.len() && folded.starts_with(&prefix)
            })
        })
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

    /// The curve whose parameters have that digest; see [`Curve::domain`].
    pub fn curve_of_domain(&self, digest: &str) -> Option<&Curve> {
        self.curves()
            .find(|curve| curve.domain.as_deref() == Some(digest))
    }

    /// The finite-field group whose prime has that digest; see [`Group::prime`].
    pub fn group_of_prime(&self, digest: &str) -> Option<&Group> {
        self.groups()
            .find(|group| group.prime.as_deref() == Some(digest))
    }

    /// Every algorithm, by name.
    pub fn algorithms(&self) -> impl Iterator<Item = &Algorithm> {
        self.algorithms.entries.values()
    }

    /// Every curve, by name.
    pub fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.curves.entries.values()
    }

    /// Every protocol, by name.
    pub fn protocols(&self) -> impl Iterator<Item = &Protocol> {
        self.protocols.entries.values()
    }

    /// Every group, by name.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.entries.values()
    }

    /// The hash or extendable-output function of that name or alias.
    pub fn digest(&self, name_or_alias: &str) -> Option<&Algorithm> {
        self.algorithm(name_or_alias)
            .filter(|a| matches!(a.primitive, Primitive::Hash | Primitive::Xof))
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
                let wanted = if facet == Facet::Mac {
                    Primitive::Mac
                } else {
                    Primitive::Kdf
                };
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

    /// Whether `narrow` is a case of `wide`, directly or through others: an algorithm of an algorithm, a version of its
    /// protocol. Nothing is a case of itself.
    pub fn specialises(&self, narrow: &str, wide: &str) -> bool {
        let Some(wide) = self.algorithm(wide) else {
            return self.is_version(narrow, wide);
        };
        let mut open: Vec<&str> = vec![narrow];
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            let Some(algorithm) = self.algorithm(name) else {
                continue;
            };
            if !seen.insert(&algorithm.name) {
                continue;
            }
            for wider in algorithm.specialises.iter().chain(&algorithm.uses) {
                if *wider == wide.name {
                    return true;
                }
                open.push(wider);
            }
        }
        false
    }

    fn is_version(&self, version: &str, protocol: &str) -> bool {
        let of = self
            .protocol(version)
            .and_then(|version| version.of.as_ref());
        of.is_some() && of == self.protocol(protocol).map(|protocol| &protocol.name)
    }

    /// The name of what a key is used for, where operations and padding decide it: RSA that signs with PSS is `RSASSA-PSS`.
    pub fn use_of(
        &self,
        key_algorithm: &str,
        operations: &Words<Operation>,
        padding: Option<&str>,
    ) -> Option<&'static str> {
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

    /// The facets that the OID of an algorithm says, those that come with its name among them, matched exactly.
    pub fn facets_of_oid(&self, oid: &str) -> Option<&Facets> {
        let OidOwner::Algorithm {
            name,
            variant,
            facets,
        } = self.oids.get(oid)?
        else {
            return None;
        };
        let parameters = &self
            .algorithms
            .entries
            .get(name)?
            .oids
            .get(*variant)?
            .facets;
        Some(facets.get_or_init(|| {
            let mut facets = Facets::from([(Facet::Algorithm, Value::name(name, Origin::Literal))]);
            for (facet, text) in self.implied(name).iter().chain(parameters) {
                let value = if facet.is_number() {
                    match text.parse() {
                        Ok(number) => Value::number(number, Origin::Literal),
                        Err(_) => continue,
                    }
                } else {
                    Value::name(text, Origin::Literal)
                };
                facets.insert(*facet, value);
            }
            facets
        }))
    }

    /// What an OID names, matched exactly.
    pub fn by_oid(&self, oid: &str) -> Option<OidMeaning<'_>> {
        match self.oids.get(oid)? {
            OidOwner::Curve(name) => Some(OidMeaning::Curve(name)),
            OidOwner::Algorithm { name, variant, .. } => {
                let oid = self.algorithms.entries.get(name)?.oids.get(*variant)?;
                Some(OidMeaning::Algorithm(name, &oid.facets))
            }
        }
    }

    /// The OID that is right for the asset's parameters; none where it depends on one that is not known.
    pub fn oid(&self, asset: &Asset) -> Option<&str> {
        let algorithm = self.algorithm(asset.algorithm()?)?;
        let fits = |oid: &&Oid| {
            !oid.old
                && oid
                    .facets
                    .iter()
                    .all(|(facet, wanted)| shown(asset, *facet).as_ref() == Some(wanted))
        };
        algorithm
            .oids
            .iter()
            .filter(fits)
            .max_by_key(|oid| oid.facets.len())
            .map(|oid| oid.oid.as_str())
    }

    /// What the asset does, with its mode taken into account: AES in GCM is `ae`, in KW `key-wrap`.
    pub fn primitive(&self, asset: &Asset) -> Primitive {
        let Some(algorithm) = asset.algorithm().and_then(|name| self.algorithm(name)) else {
            return Primitive::Unknown;
        };
        let mode = asset
            .facets
            .get(&Facet::Mode)
            .and_then(Value::single_name)
            .and_then(|mode| self.mode(mode));
        match mode {
            Some(mode) if algorithm.primitive == Primitive::BlockCipher && mode.authenticated => {
                Primitive::Ae
            }
            Some(mode) if algorithm.primitive == Primitive::BlockCipher && mode.key_wrap => {
                Primitive::KeyWrap
            }
            _ => algorithm.primitive,
        }
    }

    /// How strong the asset is. A parameter that is not known leaves the answer out; what Shor's algorithm breaks has level 0.
    pub fn strength(&self, asset: &Asset) -> Strength {
        let Some(algorithm) = asset.algorithm().and_then(|name| self.algorithm(name)) else {
            return Strength::default();
        };
        let key_bits = asset
            .facets
            .get(&Facet::KeyBits)
            .and_then(Value::single_number);
        Strength {
            classical_bits: self.classical_bits(algorithm, asset, key_bits),
            nist_level: nist_level(algorithm, key_bits),
        }
    }

    fn classical_bits(
        &self,
        algorithm: &Algorithm,
        asset: &Asset,
        key_bits: Option<u64>,
    ) -> Option<u32> {
        let named = |facet| asset.facets.get(&facet).and_then(Value::single_name);
        if let Some(bits) = algorithm.bits {
            return Some(bits);
        }
        if let Some(curve) = named(Facet::Curve) {
            return self.curve(curve)?.bits;
        }
        if let Some(group) = named(Facet::Group) {
            let group = self.group(group)?;
            let of_curve = || self.curve(group.curve.as_deref()?)?.bits;
            return group.bits.or_else(of_curve);
        }
        algorithm
            .strength
            .range(..=key_bits?)
            .next_back()
            .map(|(_, bits)| *bits)
    }
}

/// Case and the signs that the world sprinkles into names do not matter.
pub fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '/' | '.'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn nist_level(algorithm: &Algorithm, key_bits: Option<u64>) -> Option<u8> {
    if algorithm.quantum == Quantum::Shor || algorithm.weak.is_some() {
        return Some(0);
    }
    algorithm
        .level
        .or_else(|| algorithm.levels.get(&key_bits?).copied())
}

/// A facet as it prints, where exactly one value is possible.
fn shown(asset: &Asset, facet: Facet) -> Option<String> {
    asset.facets.get(&facet)?.single().map(ToString::to_string)
}

/// What a key is used for, as far as the operations agree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Sign,
    Encrypt,
    Agree,
    Encapsulate,
}

impl Purpose {
    /// The one purpose; none where there are several or nothing but making and loading keys.
    fn of(operations: &Words<Operation>) -> Option<Self> {
        let mut purposes = operations.iter().filter_map(|operation| match operation {
            Operation::Sign | Operation::Verify => Some(Self::Sign),
            Operation::Encrypt | Operation::Decrypt | Operation::Wrap | Operation::Unwrap => {
                Some(Self::Encrypt)
            }
            Operation::Agree => Some(Self::Agree),
            Operation::Encapsulate | Operation::Decapsulate => Some(Self::Encapsulate),
            _ => None,
        });
        let first = purposes.next()?;
        purposes.all(|purpose| purpose == first).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AssetKind, Origin};

    fn catalog() -> Catalog {
        Catalog::embedded().expect("the embedded catalogue loads")
    }

    fn asset(algorithm: &str, names: &[(Facet, &str)], bits: Option<u64>) -> Asset {
        let mut asset = Asset::new(AssetKind::Algorithm);
        asset
            .facets
            .insert(Facet::Algorithm, Value::name(algorithm, Origin::Literal));
        for (facet, name) in names {
            asset
                .facets
                .insert(*facet, Value::name(*name, Origin::Literal));
        }
        if let Some(bits) = bits {
            asset
                .facets
                .insert(Facet::KeyBits, Value::number(bits, Origin::Literal));
        }
        asset
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
        let use_of = |key, operations: &[Operation], padding| {
            catalog.use_of(key, &operations.iter().copied().collect(), padding)
        };
        assert_eq!(
            use_of("RSA", &[Operation::Sign], Some("PSS")),
            Some("RSASSA-PSS")
        );
        assert_eq!(use_of("RSA", &[Operation::Sign], None), None);
        assert_eq!(
            use_of("RSA", &[Operation::Unwrap], Some("OAEP")),
            Some("RSAES-OAEP")
        );
        assert_eq!(
            use_of(
                "RSA",
                &[Operation::Sign, Operation::Encrypt],
                Some("PKCS1v15")
            ),
            None
        );
        assert_eq!(
            use_of("EC", &[Operation::Keygen, Operation::Verify], None),
            Some("ECDSA")
        );
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
        assert!(catalog.specialises("TLS1.3", "TLS"));
        assert!(!catalog.specialises("TLS1.3", "TLS1.2"));
        assert!(!catalog.specialises("TLS", "TLS"));
    }

    #[test]
    fn oids_fit_the_variant_or_are_left_out() {
        let catalog = catalog();
        let aes = asset("AES", &[(Facet::Mode, "GCM")], Some(256));
        assert_eq!(catalog.oid(&aes), Some("2.16.840.1.101.3.4.1.46"));
        assert_eq!(
            catalog.oid(&asset("AES", &[(Facet::Mode, "GCM")], None)),
            None
        );
        assert_eq!(
            catalog.oid(&asset("ECDSA", &[(Facet::Digest, "SHA-256")], None)),
            Some("1.2.840.10045.4.3.2")
        );
        assert_eq!(catalog.oid(&asset("ECDSA", &[], None)), None);
        assert_eq!(
            catalog.oid(&asset("ML-KEM-1024", &[], None)),
            Some("2.16.840.1.101.3.4.4.3")
        );
        assert!(matches!(
            catalog.by_oid("1.2.840.113549.1.1.1"),
            Some(OidMeaning::Algorithm("RSA", _))
        ));
        assert!(matches!(
            catalog.by_oid("1.2.840.10045.3.1.7"),
            Some(OidMeaning::Curve("P-256"))
        ));
    }

    #[test]
    fn strength_comes_from_real_parameters_only() {
        let catalog = catalog();
        let strength = |algorithm, names: &[(Facet, &str)], bits| {
            let found = catalog.strength(&asset(algorithm, names, bits));
            (found.classical_bits, found.nist_level)
        };
        assert_eq!(strength("RSA", &[], Some(2048)), (Some(112), Some(0)));
        assert_eq!(
            strength("RSASSA-PSS", &[], Some(4096)),
            (Some(152), Some(0))
        );
        assert_eq!(strength("RSA", &[], None), (None, Some(0)));
        assert_eq!(strength("RSA", &[], Some(512)), (None, Some(0)));
        assert_eq!(
            strength("ECDSA", &[(Facet::Curve, "P-384")], None),
            (Some(192), Some(0))
        );
        assert_eq!(
            strength("FFDH", &[(Facet::Group, "ffdhe3072")], None),
            (Some(128), Some(0))
        );
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
        assert_eq!(
            catalog.primitive(&asset("AES", &[(Facet::Mode, "GCM")], None)),
            Primitive::Ae
        );
        assert_eq!(
            catalog.primitive(&asset("AES", &[(Facet::Mode, "KW")], None)),
            Primitive::KeyWrap
        );
        assert_eq!(
            catalog.primitive(&asset("AES", &[(Facet::Mode, "CBC")], None)),
            Primitive::BlockCipher
        );
        assert_eq!(
            catalog.primitive(&asset("RSA", &[], None)),
            Primitive::Unknown
        );
    }
}
