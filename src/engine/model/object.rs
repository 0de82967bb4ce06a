//! What lies in files as a thing of its own: certificates, keys, keystores, signatures. Only what may be shown: never a private value.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use super::interned::{self, Static};
use super::words::{Word, Words};

/// A SHA-256 digest that tells one object from every other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// 64 hexadecimal digits in lower case.
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

/// 64 hexadecimal digits in lower case.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        let none = || D::Error::custom("no SHA-256 digest in 64 hexadecimal digits");
        bytes.map(Self).ok_or_else(none)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// What an asset is that was read from its own encoding, beside the parameters that its facets tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Object {
    /// A certificate.
    Certificate(Box<Certificate>),
    /// A certification request.
    Request(Request),
    /// A certificate revocation list.
    Crl(Crl),
    /// Key material.
    Key(Key),
    /// A container of keys and certificates.
    Keystore(Keystore),
    /// A signature over something else.
    Signature(Signature),
    /// Something encrypted for a key or with a password.
    Ciphertext(Ciphertext),
}

impl Object {
    /// What makes it this object, whatever the place: two with the same text are the same object.
    pub fn identity(&self) -> String {
        let (lead, fingerprint) = match self {
            Self::Certificate(certificate) => ("", certificate.fingerprint),
            Self::Request(request) => ("", request.fingerprint),
            Self::Crl(crl) => ("", crl.fingerprint),
            Self::Key(key) => match key.id {
                KeyId::Spki(fingerprint) => ("spki ", fingerprint),
                KeyId::Itself(fingerprint, _) => ("itself ", fingerprint),
            },
            Self::Keystore(store) => ("", store.fingerprint),
            Self::Signature(signature) => {
                let signer = signature.signer.as_deref().unwrap_or_default();
                return [signature.form, "\n", signer].concat();
            }
            Self::Ciphertext(ciphertext) => return ciphertext.form.to_owned(),
        };
        let mut identity = String::with_capacity(80);
        identity.push_str(lead);
        data_encoding::HEXLOWER.encode_append(&fingerprint.0, &mut identity);
        identity
    }

    /// Whether its identity says all, so that its parameters are the same wherever it lies. Signatures and ciphertexts are many; those of
    /// one signer and one way to sign are one asset.
    pub const fn says_all(&self) -> bool {
        !matches!(self, Self::Signature(_) | Self::Ciphertext(_))
    }

    /// Adds what another place of the same object shows. The result is the same in whatever order places come.
    pub fn absorb(&mut self, other: &Self) {
        match (self, other) {
            (Self::Key(key), Self::Key(other)) => {
                key.halves.extend(&other.halves);
                for form in &other.forms {
                    if let Err(at) = key.forms.binary_search(form) {
                        key.forms.insert(at, form)
                    }
                }
                key.labels.extend(other.labels.iter().cloned());
            }
            (own, other) => {
                if *own > *other {
                    *own = other.clone()
                }
            }
        }
    }

    /// The format that it is written in: `X.509`, `PKCS#8`, `OpenSSH`; of a key the first of several.
    pub fn form(&self) -> &'static str {
        match self {
            Self::Certificate(certificate) => certificate.form,
            Self::Request(_) => "PKCS#10",
            Self::Crl(_) => "X.509 CRL",
            Self::Key(key) => key.forms.first().copied().unwrap_or_default(),
            Self::Keystore(store) => store.form,
            Self::Signature(signature) => signature.form,
            Self::Ciphertext(ciphertext) => ciphertext.form,
        }
    }
}

/// Who a certificate is about or from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// As RFC 4514 writes it, shortened where it is long.
    pub text: String,
    /// The first half of the SHA-256 of its encoding: equal encodings are equal names.
    pub id: [u8; 16],
}

/// A certificate: RFC 5280, or the form of OpenSSH. What most of them have one or two of stands in it without memory of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Certificate {
    /// `X.509` or `OpenSSH`.
    #[serde(deserialize_with = "interned::one")]
    pub form: Static,
    /// SHA-256 of its whole encoding (the DER; OpenSSH: the decoded blob).
    pub fingerprint: Fingerprint,
    /// Who it is about.
    pub subject: Name,
    /// Who signed it.
    pub issuer: Name,
    /// Hexadecimal, in lower case, two digits a byte; a negative one begins with `-`.
    pub serial: String,
    /// Seconds since 1970; `None` where it cannot be read, or is without beginning.
    pub not_before: Option<i64>,
    /// Seconds since 1970; `None` where it cannot be read. `i64::MAX` where it never ends (99991231235959Z: RFC 5280 §4.1.2.5).
    pub not_after: Option<i64>,
    /// SHA-256 of the public key's SubjectPublicKeyInfo.
    pub key: Option<Fingerprint>,
    /// Whether it says that it may sign certificates; `None` where it says nothing (a certificate before version 3).
    pub ca: Option<bool>,
    /// How many CAs may stand below it.
    pub path_length: Option<u32>,
    /// What the key is for, as RFC 5280 §4.2.1.3 names the bits.
    #[serde(deserialize_with = "interned::list")]
    pub key_usage: SmallVec<[Static; 2]>,
    /// What the key is for: `serverAuth`, or an OID.
    pub extended_key_usage: SmallVec<[Cow<'static, str>; 2]>,
    /// Other names of the subject, with their kind: `DNS:example.org`; only the first of very many.
    pub alternative_names: SmallVec<[String; 1]>,
    /// How many of those there are.
    pub alternative_name_count: u32,
    /// The identifier that it gives its own key.
    pub key_id: Option<SmallVec<[u8; 20]>>,
    /// The identifier of the key that signed it.
    pub issuer_key_id: Option<SmallVec<[u8; 20]>>,
    /// What is wrong with it, or could not be read.
    pub notes: Vec<String>,
}

impl Certificate {
    /// One of which nothing is known yet but what tells it from others.
    pub fn new(form: &'static str, fingerprint: Fingerprint) -> Self {
        Self {
            form,
            fingerprint,
            subject: Name::default(),
            issuer: Name::default(),
            serial: String::new(),
            not_before: None,
            not_after: None,
            key: None,
            ca: None,
            path_length: None,
            key_usage: SmallVec::new(),
            extended_key_usage: SmallVec::new(),
            alternative_names: SmallVec::new(),
            alternative_name_count: 0,
            key_id: None,
            issuer_key_id: None,
            notes: Vec::new(),
        }
    }

    /// Whether it names itself as its issuer, and no key identifier speaks against it. Signatures are not verified.
    pub fn is_self_signed(&self) -> bool {
        self.form == "X.509"
            && self.subject.id == self.issuer.id
            && match (&self.key_id, &self.issuer_key_id) {
                (Some(own), Some(issuer)) => own == issuer,
                _ => true,
            }
    }

    /// `root`, `CA`, `leaf`, or `None` where it does not say.
    pub fn role(&self) -> Option<&'static str> {
        match (self.ca, self.is_self_signed()) {
            (Some(true), true) => Some("root"),
            (Some(true), false) => Some("CA"),
            (Some(false), _) => Some("leaf"),
            (None, _) => None,
        }
    }
}

/// A certification request (RFC 2986).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Request {
    /// SHA-256 of the DER.
    pub fingerprint: Fingerprint,
    /// Who asks.
    pub subject: Name,
    /// SHA-256 of the public key's SubjectPublicKeyInfo.
    pub key: Option<Fingerprint>,
}

/// A certificate revocation list (RFC 5280 §5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Crl {
    /// SHA-256 of the DER.
    pub fingerprint: Fingerprint,
    /// Who signed it.
    pub issuer: Name,
    /// Seconds since 1970.
    pub this_update: Option<i64>,
    /// Seconds since 1970; `None` where it does not say.
    pub next_update: Option<i64>,
    /// How many certificates it revokes.
    pub entries: u64,
}

/// How a place shows a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Half {
    /// The public half.
    Public,
    /// The private half, for whoever reads the file.
    Private,
    /// The private half behind a password or another key.
    EncryptedPrivate,
    /// A key that both sides share.
    Secret,
    /// Likewise, behind a password or another key.
    EncryptedSecret,
}

impl Half {
    /// Every half.
    pub const ALL: &[Self] = &[
        Self::Public,
        Self::Private,
        Self::EncryptedPrivate,
        Self::Secret,
        Self::EncryptedSecret,
    ];

    /// The word in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::EncryptedPrivate => "private, encrypted",
            Self::Secret => "secret",
            Self::EncryptedSecret => "secret, encrypted",
        }
    }
}

impl Word for Half {
    const LIST: &'static [Self] = &[
        Self::Public,
        Self::Private,
        Self::EncryptedPrivate,
        Self::Secret,
        Self::EncryptedSecret,
    ];

    fn place(self) -> usize {
        self as usize
    }
}

/// What tells a key from other keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyId {
    /// SHA-256 of its SubjectPublicKeyInfo (DER), the same for the private half, the public half and certificates.
    Spki(Fingerprint),
    /// SHA-256 of what is public of it (an encrypted blob, a public value in another form), and why its SubjectPublicKeyInfo is not known.
    /// Never a digest of a private value that is in plain sight.
    Itself(
        Fingerprint,
        #[serde(deserialize_with = "interned::one")] Static,
    ),
}

/// Key material.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Which key.
    pub id: KeyId,
    /// What places show of it.
    pub halves: Words<Half>,
    /// The formats that it is written in, each once and sorted: `PKCS#8`, `OpenSSH`, `X.509`.
    #[serde(deserialize_with = "interned::list")]
    pub forms: SmallVec<[Static; 1]>,
    /// What it is called: an alias, a comment, a user id, a host.
    pub labels: BTreeSet<String>,
}

/// A container of keys and certificates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Keystore {
    /// `PKCS#12`, `JKS`, `JCEKS`, `BCFKS` …
    #[serde(deserialize_with = "interned::one")]
    pub form: Static,
    /// SHA-256 of the file.
    pub fingerprint: Fingerprint,
    /// How it was read.
    pub opened: Opened,
    /// How many entries were seen.
    pub entries: u32,
}

/// How a container was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opened {
    /// Nothing in it is behind a password.
    Open,
    /// With no password, or one that everybody knows. Which is not told.
    CommonPassword,
    /// With a password that the user gave.
    GivenPassword,
    /// Not, or only what stands outside of its encryption.
    Locked,
}

impl Opened {
    /// Every way.
    pub const ALL: &[Self] = &[
        Self::Open,
        Self::CommonPassword,
        Self::GivenPassword,
        Self::Locked,
    ];

    /// The words in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::CommonPassword => "opened with a common password",
            Self::GivenPassword => "opened with a given password",
            Self::Locked => "locked",
        }
    }
}

/// A signature over something else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// `CMS`, `OpenPGP`, `JAR`, `APK v2` …
    #[serde(deserialize_with = "interned::one")]
    pub form: Static,
    /// Who signed, as the signature says: a subject or issuer with serial number, a key identifier.
    pub signer: Option<String>,
}

/// Something encrypted for a key or with a password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ciphertext {
    /// `CMS`, `OpenPGP`, `age`, `SOPS` …
    #[serde(deserialize_with = "interned::one")]
    pub form: Static,
    /// How many can read it.
    pub recipients: u32,
}
