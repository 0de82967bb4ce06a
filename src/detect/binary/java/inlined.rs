//! Constants of libraries that compilers copy into the code that uses them (JLS §13.1): a source says `Cipher.ENCRYPT_MODE`, its
//! bytecode says 1. Where a parameter takes nothing else, the number is given its name back.

/// A parameter whose numbers are constants of a class.
struct Named {
    class: &'static str,
    method: &'static str,
    parameter: usize,
    constants: &'static Constants,
}

/// A class's constants.
struct Constants {
    of: &'static str,
    names: &'static [(i128, &'static str)],
}

// Constant field values of java.base, as the JDK's API documentation lists them.
static CIPHER_MODES: Constants = Constants {
    of: "javax.crypto.Cipher",
    names: &[
        (1, "ENCRYPT_MODE"),
        (2, "DECRYPT_MODE"),
        (3, "WRAP_MODE"),
        (4, "UNWRAP_MODE"),
    ],
};

static CIPHER_KEYS: Constants = Constants {
    of: "javax.crypto.Cipher",
    names: &[(1, "PUBLIC_KEY"), (2, "PRIVATE_KEY"), (3, "SECRET_KEY")],
};

// The names are Bouncy Castle's for the numbers of RFC 9580 §9.1, §9.3 and §9.5.
static PGP_PUBLIC_KEYS: Constants = Constants {
    of: "org.bouncycastle.bcpg.PublicKeyAlgorithmTags",
    names: &[
        (1, "RSA_GENERAL"),
        (2, "RSA_ENCRYPT"),
        (3, "RSA_SIGN"),
        (16, "ELGAMAL_ENCRYPT"),
        (17, "DSA"),
        (18, "ECDH"),
        (19, "ECDSA"),
        (22, "EDDSA_LEGACY"),
        (25, "X25519"),
        (26, "X448"),
        (27, "Ed25519"),
        (28, "Ed448"),
    ],
};

static PGP_CIPHERS: Constants = Constants {
    of: "org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags",
    names: &[
        (1, "IDEA"),
        (2, "TRIPLE_DES"),
        (3, "CAST5"),
        (4, "BLOWFISH"),
        (7, "AES_128"),
        (8, "AES_192"),
        (9, "AES_256"),
        (10, "TWOFISH"),
    ],
};

static PGP_DIGESTS: Constants = Constants {
    of: "org.bouncycastle.bcpg.HashAlgorithmTags",
    names: &[
        (1, "MD5"),
        (2, "SHA1"),
        (3, "RIPEMD160"),
        (8, "SHA256"),
        (9, "SHA384"),
        (10, "SHA512"),
        (11, "SHA224"),
    ],
};

/// The constructors of Bouncy Castle's OpenPGP operators take numbers, whatever the operator.
macro_rules! constructor {
    ($class:literal, $parameter:literal, $constants:ident) => {
        Named {
            class: concat!("org/bouncycastle/openpgp/operator/", $class),
            method: "<init>",
            parameter: $parameter,
            constants: &$constants,
        }
    };
}

static NAMED: &[Named] = &[
    Named {
        class: "javax/crypto/Cipher",
        method: "init",
        parameter: 0,
        constants: &CIPHER_MODES,
    },
    Named {
        class: "javax/crypto/Cipher",
        method: "unwrap",
        parameter: 2,
        constants: &CIPHER_KEYS,
    },
    constructor!("jcajce/JcaPGPKeyPair", 0, PGP_PUBLIC_KEYS),
    constructor!("bc/BcPGPKeyPair", 0, PGP_PUBLIC_KEYS),
    constructor!("jcajce/JcaPGPContentSignerBuilder", 0, PGP_PUBLIC_KEYS),
    constructor!("bc/BcPGPContentSignerBuilder", 0, PGP_PUBLIC_KEYS),
    constructor!("jcajce/JcaPGPContentSignerBuilder", 1, PGP_DIGESTS),
    constructor!("bc/BcPGPContentSignerBuilder", 1, PGP_DIGESTS),
    constructor!("jcajce/JcePGPDataEncryptorBuilder", 0, PGP_CIPHERS),
    constructor!("bc/BcPGPDataEncryptorBuilder", 0, PGP_CIPHERS),
];

/// The class and the name of the constant that a number is as an argument; nothing where the number is no such constant.
pub(super) fn name_of(
    class: &str,
    method: &str,
    parameter: usize,
    number: i128,
) -> Option<(&'static str, &'static str)> {
    let named = NAMED
        .iter()
        .find(|n| n.class == class && n.method == method && n.parameter == parameter)?;
    let names = named.constants.names;
    let (_, name) = names.iter().find(|(value, _)| *value == number)?;
    Some((named.constants.of, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_name_back_only_where_it_is_a_constant() {
        let cipher = |parameter, number| name_of("javax/crypto/Cipher", "init", parameter, number);
        assert_eq!(cipher(0, 2), Some(("javax.crypto.Cipher", "DECRYPT_MODE")));
        assert_eq!(cipher(0, 7), None);
        assert_eq!(cipher(1, 2), None);
    }
}
