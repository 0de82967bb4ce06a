//! The words in which a migration is planned: what cryptography protects, what it is used for, and what only people know of a system.
//!
//! Closed sets. Dates, targets and weights are data (`rules/policy/`) or judgement (`inventory::assess`), not here.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is lost when a quantum computer breaks it. The two are never added up or compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Track {
    /// What was recorded or stored before is read then: key establishment and encryption.
    Confidentiality,
    /// What is accepted from then on may be forged: signatures, certificates, host keys.
    Authenticity,
}

impl Track {
    /// Both.
    pub const ALL: &[Self] = &[Self::Confidentiality, Self::Authenticity];

    /// The word in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confidentiality => "confidentiality",
            Self::Authenticity => "authenticity",
        }
    }
}

/// Defines a closed set of words: the enum, every value, the word of each, and back.
macro_rules! words {
    ($(#[$about:meta])* $set:ident { $($(#[$doc:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
        #[cfg_attr(feature = "schema", derive(JsonSchema))]
        pub enum $set { $($(#[$doc])* #[serde(rename = $word)] $value,)+ }

        impl $set {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// The word in rule files, settings and outputs.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $word),+ }
            }

            /// The value that a word stands for.
            pub fn from_name(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == word)
            }
        }
    };
}

words! {
    /// What an asset is used for, as far as it decides what takes its place.
    Purpose {
        /// The key exchange of TLS 1.3, DTLS 1.3 and QUIC, or of TLS where the version is not known.
        TlsKeyExchange = "tls-key-exchange",
        /// TLS 1.2 and below, RSA key exchange, static Diffie-Hellman: no post-quantum key exchange exists for them.
        OldTls = "old-tls",
        /// The key exchange of SSH.
        SshKeyExchange = "ssh-key-exchange",
        /// Host and user keys of SSH.
        SshKey = "ssh-key",
        /// The key exchange of IKE.
        IkeKeyExchange = "ike-key-exchange",
        /// Encryption to a public key: RSA-OAEP, ElGamal, ECIES.
        KeyTransport = "key-transport",
        /// Key agreement outside a known protocol.
        KeyAgreement = "key-agreement",
        /// JSON Web Encryption.
        JsonEncryption = "json-encryption",
        /// JSON Web Signatures and tokens.
        JsonSignature = "json-signature",
        /// Encryption in CMS and S/MIME.
        CmsEncryption = "cms-encryption",
        /// Signatures in CMS and S/MIME.
        CmsSignature = "cms-signature",
        /// OpenPGP, both its signatures and its encryption.
        OpenPgp = "openpgp",
        /// A certificate of a certification authority, or its key.
        CertificationAuthority = "certification-authority",
        /// A certificate of a server, client or person below a certification authority, or its key.
        LeafCertificate = "leaf-certificate",
        /// Signatures on code and packages.
        CodeSigning = "code-signing",
        /// Signatures on firmware and boot code that cannot be updated.
        FirmwareSigning = "firmware-signing",
        /// Signatures of DNSSEC.
        DnsSec = "dnssec",
        /// Signatures of no known form.
        Signature = "signature",
    }
}

impl Purpose {
    /// Whether what has this purpose can lose that: a key exchange is no signature. OpenPGP is both.
    pub const fn concerns(self, track: Track) -> bool {
        match self {
            Self::TlsKeyExchange
            | Self::OldTls
            | Self::SshKeyExchange
            | Self::IkeKeyExchange
            | Self::KeyTransport
            | Self::KeyAgreement
            | Self::JsonEncryption
            | Self::CmsEncryption => matches!(track, Track::Confidentiality),
            Self::OpenPgp => true,
            Self::SshKey
            | Self::JsonSignature
            | Self::CmsSignature
            | Self::CertificationAuthority
            | Self::LeafCertificate
            | Self::CodeSigning
            | Self::FirmwareSigning
            | Self::DnsSec
            | Self::Signature => matches!(track, Track::Authenticity),
        }
    }
}

words! {
    /// Who can reach what a system sends, receives or stores; the more can, the later in the list.
    Exposure {
        /// It stays on one machine.
        Local = "local",
        /// It is stored where others may copy it.
        AtRest = "at-rest",
        /// It crosses an own network.
        Internal = "internal",
        /// It crosses the internet.
        Internet = "internet",
    }
}

words! {
    /// How much depends on a system.
    Criticality {
        /// Little.
        Low = "low",
        /// Something.
        Medium = "medium",
        /// Much: a high-value asset, a high-impact system, critical infrastructure.
        High = "high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_for_its_value() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_name(purpose.name()), Some(*purpose));
        }
        assert_eq!(Exposure::from_name("internet"), Some(Exposure::Internet));
        assert!(Exposure::Internet > Exposure::Local);
        assert_eq!(Criticality::from_name("very high"), None);
    }
}
