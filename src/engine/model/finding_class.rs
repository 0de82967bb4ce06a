//! The finding classes: what SARIF, `explain`, waivers and gates name. A closed list.
//!
//! A class says what is wrong in one way that one kind of change mends; which rule saw it, how urgent it is and what replaces it are said
//! beside it.

/// Defines the list: the enum, every class, its name, its title and what it means.
macro_rules! classes {
    ($($value:ident = $name:literal, $title:literal, $means:literal;)+) => {
        /// A finding class.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingClass { $(#[doc = $title] $value,)+ }

        impl FindingClass {
            /// Every one, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// Kebab-case, the name everywhere: `rsa-key-transport`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $name),+ }
            }

            /// What it is, in a few words without a full stop.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$value => $title),+ }
            }

            /// Why it matters and what mends it, in sentences.
            pub const fn means(self) -> &'static str {
                match self { $(Self::$value => $means),+ }
            }
        }
    };
}

classes! {
    RsaKeyTransport = "rsa-key-transport",
        "RSA encryption or key transport, broken by a quantum computer",
        "What is encrypted to an RSA key can be recorded or copied today and decrypted once Shor's algorithm runs, whatever the key's size. Move to a key encapsulation (ML-KEM), and encrypt again what has to stay secret for long.";
    EcdhKeyAgreement = "ecdh-key-agreement",
        "Elliptic-curve key agreement, broken by a quantum computer",
        "Sessions recorded today can be decrypted once Shor's algorithm runs, on every curve. Move to a hybrid of the same curve with ML-KEM, or to ML-KEM.";
    DhKeyAgreement = "dh-key-agreement",
        "Finite-field key agreement, broken by a quantum computer",
        "Sessions recorded today can be decrypted once Shor's algorithm runs, in every group. Move to a hybrid with ML-KEM, or to ML-KEM.";
    ClassicalKeyEstablishment = "classical-key-establishment",
        "Key establishment or encryption, broken by a quantum computer",
        "It rests on factoring or discrete logarithms, which Shor's algorithm solves: what it protects today is read then. Move to ML-KEM, alone or in a hybrid.";
    ClassicalProtocol = "classical-protocol",
        "A protocol without post-quantum key exchange",
        "Every session can be recorded today and decrypted with a quantum computer. Offer the protocol's hybrid key exchange; TLS has one from version 1.3 on only.";
    ClassicalFallback = "classical-fallback",
        "A protocol with post-quantum key exchange that accepts classical key exchange too",
        "A session that falls back can be recorded today and decrypted with a quantum computer. Take the classical groups away once every peer has the hybrid.";
    RsaSignature = "rsa-signature",
        "RSA signature, broken by a quantum computer",
        "From the day of a quantum computer on, anybody can sign in the key's name. Move to ML-DSA or SLH-DSA; let whoever verifies learn the new algorithm before whoever signs uses it.";
    EcdsaSignature = "ecdsa-signature",
        "ECDSA signature, broken by a quantum computer",
        "From the day of a quantum computer on, anybody can sign in the key's name, on every curve. Move to ML-DSA or SLH-DSA; let whoever verifies learn the new algorithm before whoever signs uses it.";
    EddsaSignature = "eddsa-signature",
        "EdDSA signature, broken by a quantum computer",
        "Ed25519 and Ed448 are discrete-logarithm signatures as ECDSA is: forged from the day of a quantum computer on. Move to ML-DSA or SLH-DSA.";
    DsaSignature = "dsa-signature",
        "DSA signature, broken by a quantum computer",
        "Forged from the day of a quantum computer on, and no longer approved for new signatures (FIPS 186-5). Move to ML-DSA or SLH-DSA.";
    ClassicalSignature = "classical-signature",
        "Signature, broken by a quantum computer",
        "It rests on factoring or discrete logarithms, which Shor's algorithm solves: forged from then on. Move to ML-DSA or SLH-DSA.";
    CertificateOutlivesDeadline = "certificate-outlives-deadline",
        "A certificate that is valid beyond a deadline for its algorithm",
        "It has to be replaced before it expires. Plan its successor now; a certification authority comes before what it has signed.";
    QuantumBrokenKey = "quantum-broken-key",
        "Public-key cryptography of unseen use, broken by a quantum computer",
        "A quantum computer breaks it; whether it protects secrets (urgent now) or signatures (urgent later) was not seen. Find out what it is for.";
    PrivateKeyInRepository = "private-key-in-repository",
        "A private key in a repository or in something that is shipped",
        "Whoever has a copy has the key: take it as known to others. Replace the key, revoke what was signed with it, and keep its successor out of the history.";
    ShortKey = "short-key",
        "A key too short for today's computers",
        "Under 112 bits of strength, which NIST has asked for since 2014 (SP 800-131A). No quantum computer is needed.";
    WeakSignatureDigest = "weak-signature-digest",
        "A signature over a broken hash",
        "Whoever finds a collision moves a signature to another text: MD5 and SHA-1 collide. Sign over SHA-256 or stronger now, and with ML-DSA when the signature moves to post-quantum algorithms.";
    WeakHash = "weak-hash",
        "A broken hash",
        "Collisions are found in practice. Where security rests on it, use SHA-256 or stronger.";
    WeakMac = "weak-mac",
        "A MAC on a broken hash",
        "No forgery is known, but new designs must not use it (RFC 6151). Use HMAC with SHA-256.";
    WeakCipher = "weak-cipher",
        "A broken cipher",
        "It is broken or too short today. Use AES.";
    WeakMode = "weak-mode",
        "A cipher mode that shows its plaintext's patterns",
        "Equal blocks of plaintext give equal blocks of ciphertext. Use an authenticated mode such as GCM.";
    WeakPadding = "weak-padding",
        "RSA without padding",
        "Plain RSA can be computed with. Use OAEP to encrypt and PSS to sign, and plan the move away from RSA.";
    WeakPasswordHash = "weak-password-hash",
        "Password hashing or derivation that is searched quickly",
        "Guessing is cheap. Use Argon2, scrypt, or PBKDF2 with enough iterations.";
    WeakRandom = "weak-random",
        "A random generator that can be predicted",
        "Keys and tokens from it can be computed. Use the operating system's generator.";
    WeakProtocol = "weak-protocol",
        "A forbidden protocol version",
        "It is broken or retired by its own standards body. Ask for a current version.";
    WeakCipherSuite = "weak-cipher-suite",
        "A broken cipher suite is offered",
        "A peer or an attacker may choose it. Take it out of the list.";
    WeakKeyExchange = "weak-key-exchange",
        "A key exchange too weak for today's computers is offered",
        "Under 112 bits of strength. Take it out of the list.";
    WeakSignatureScheme = "weak-signature-scheme",
        "Signatures over a broken hash are accepted",
        "SHA-1 collides. Take it out of the list.";
    WeakAlgorithm = "weak-algorithm",
        "A broken algorithm",
        "It is broken by today's computers. Replace it.";
    UnresolvedAlgorithm = "unresolved-algorithm",
        "The algorithm is not in the code",
        "It comes from a parameter, a configuration or another program. Somebody must look where it is decided.";
    LockedKeystore = "locked-keystore",
        "A keystore that could not be opened",
        "Nobody knows what is in it. Give its password with --keystore-password-file.";
    UnresolvedProtocol = "unresolved-protocol",
        "The protocol's key exchange is not in the code",
        "The library's or platform's default decides whether it is post-quantum. See which version runs.";
    PostQuantum = "post-quantum",
        "Post-quantum or hybrid cryptography",
        "Made to withstand quantum computers. Nothing to do.";
    PreStandardPostQuantum = "pre-standard-post-quantum",
        "Post-quantum cryptography from before its standard",
        "Not compatible with the standard. Move to the standard's algorithm.";
    NotAllowedByPolicy = "not-allowed-by-policy",
        "Not among what a chosen policy allows",
        "No quantum computer known of breaks it; a policy that was chosen asks for other algorithms or parameter sets.";
    QuantumBrokenCapability = "quantum-broken-capability",
        "An implementation of public-key cryptography that a quantum computer breaks; no use seen",
        "It is there for others to use. Whoever uses it is judged where the use is.";
    WeakCapability = "weak-capability",
        "An implementation of something weak; no use seen",
        "It is there for others to use. Whoever uses it is judged where the use is.";
    NotAffected = "not-affected",
        "Not affected by quantum computers",
        "Symmetric cryptography and hashes keep enough strength. Nothing to do.";
}

impl FindingClass {
    /// The class of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_texts_are_sentences() {
        let names: BTreeSet<&str> = FindingClass::ALL.iter().map(|class| class.name()).collect();
        assert_eq!(names.len(), FindingClass::ALL.len());
        for class in FindingClass::ALL {
            assert_eq!(FindingClass::from_name(class.name()), Some(*class));
            assert!(!class.title().ends_with('.'), "{}", class.name());
            assert!(class.means().ends_with('.'), "{}", class.name());
        }
    }
}
