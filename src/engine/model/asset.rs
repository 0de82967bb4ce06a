//! What a finding is about: an algorithm in use, a key, a certificate, a protocol; and the one-line form that marks use.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::facets::{Facet, Facets};
use super::object::Object;
use super::words::{Word, Words};

/// The kinds of asset: algorithms, protocols, what lies in files as an object, and a mention: a name or value seen whose use was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssetKind {
    /// An algorithm in use.
    Algorithm,
    /// Key material: generated, imported or used.
    Key,
    /// A certificate.
    Certificate,
    /// A certification request.
    Request,
    /// A certificate revocation list.
    Crl,
    /// A container of keys and certificates.
    Keystore,
    /// A signature over something else.
    Signature,
    /// Something encrypted for a key or with a password.
    Ciphertext,
    /// A protocol and its settings.
    Protocol,
    /// An algorithm, curve or digest that is named, with no use of it seen.
    Mention,
}

impl AssetKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Algorithm,
        Self::Key,
        Self::Certificate,
        Self::Request,
        Self::Crl,
        Self::Keystore,
        Self::Signature,
        Self::Ciphertext,
        Self::Protocol,
        Self::Mention,
    ];

    /// The word in rule files, marks and outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Certificate => "certificate",
            Self::Request => "request",
            Self::Crl => "crl",
            Self::Keystore => "keystore",
            Self::Signature => "signature",
            Self::Ciphertext => "ciphertext",
            Self::Protocol => "protocol",
            Self::Mention => "mention",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether code can show it, so that a rule may name it. The others are read from their own encoding.
    pub const fn is_in_code(self) -> bool {
        matches!(
            self,
            Self::Algorithm | Self::Key | Self::Certificate | Self::Protocol
        )
    }
}

/// What is done with an asset. A closed list; see the rule format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the words themselves")]
pub enum Operation {
    Keygen,
    Import,
    Sign,
    Verify,
    Encrypt,
    Decrypt,
    Wrap,
    Unwrap,
    Agree,
    Encapsulate,
    Decapsulate,
    Derive,
    Digest,
    Mac,
    Generate,
    Handshake,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 16] = [
        Self::Keygen,
        Self::Import,
        Self::Sign,
        Self::Verify,
        Self::Encrypt,
        Self::Decrypt,
        Self::Wrap,
        Self::Unwrap,
        Self::Agree,
        Self::Encapsulate,
        Self::Decapsulate,
        Self::Derive,
        Self::Digest,
        Self::Mac,
        Self::Generate,
        Self::Handshake,
    ];

    /// The word in rule files, marks and outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keygen => "keygen",
            Self::Import => "import",
            Self::Sign => "sign",
            Self::Verify => "verify",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::Wrap => "wrap",
            Self::Unwrap => "unwrap",
            Self::Agree => "agree",
            Self::Encapsulate => "encapsulate",
            Self::Decapsulate => "decapsulate",
            Self::Derive => "derive",
            Self::Digest => "digest",
            Self::Mac => "mac",
            Self::Generate => "generate",
            Self::Handshake => "handshake",
        }
    }

    /// The operation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }
}

impl Word for Operation {
    const LIST: &'static [Self] = &Self::ALL;

    fn place(self) -> usize {
        self as usize
    }
}

/// How sure the engine is that the code does what the finding says. Never from a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Named, with no use of it seen.
    Low,
    /// A name reached through a wildcard import or a global C name.
    Medium,
    /// A call whose full name is certain.
    High,
}

impl Confidence {
    /// Every degree, the least first.
    pub const ALL: &[Self] = &[Self::Low, Self::Medium, Self::High];

    /// As a share, for consumers that want a number.
    pub const fn share(self) -> f64 {
        match self {
            Self::Low => 0.4,
            Self::Medium => 0.8,
            Self::High => 0.95,
        }
    }

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One asset as one place shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Asset {
    /// What kind of thing.
    pub kind: AssetKind,
    /// Its parameters.
    pub facets: Facets,
    /// What is done with it.
    pub operations: Words<Operation>,
    /// What it is, where it was read from its own encoding.
    pub object: Option<Arc<Object>>,
}

impl Asset {
    /// An asset with nothing known yet.
    pub fn new(kind: AssetKind) -> Self {
        Self {
            kind,
            facets: Facets::new(),
            operations: Words::new(),
            object: None,
        }
    }

    /// The algorithm's catalogue name, if exactly one is possible.
    pub fn algorithm(&self) -> Option<&str> {
        self.facets.get(&Facet::Algorithm)?.single_name()
    }

    /// What it is made of, without its parameters: the algorithm, or else the protocol; if exactly one is possible.
    pub fn made_of(&self) -> Option<&str> {
        let protocol = || self.facets.get(&Facet::Protocol)?.single_name();
        self.algorithm().or_else(protocol)
    }

    /// The one-line form used in marks, logs and reports: kind, algorithm (or protocol), then `facet=value` by name.
    pub fn brief(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        let lead = if self.kind == AssetKind::Protocol {
            Facet::Protocol
        } else {
            Facet::Algorithm
        };
        match self.facets.get(&lead) {
            Some(value) if value.is_unknown() => write!(f, " {}={value}", lead.name())?,
            Some(value) => write!(f, " {value}")?,
            None => {}
        }
        let mut rest: Vec<(&str, String)> = self
            .facets
            .iter()
            .filter(|(facet, _)| **facet != lead)
            .map(|(facet, value)| (facet.name(), value.to_string()))
            .collect();
        if !self.operations.is_empty() {
            let names: Vec<&str> = self.operations.iter().map(|o| o.name()).collect();
            rest.push(("op", names.join("+")));
        }
        rest.sort();
        for (name, value) in rest {
            write!(f, " {name}={value}")?
        }
        Ok(())
    }
}
