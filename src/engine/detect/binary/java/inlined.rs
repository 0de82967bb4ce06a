//! Constants of libraries that compilers copy into the code that uses them (JLS §13.1): a source says `Cipher.ENCRYPT_MODE`, its
//! bytecode says 1. Where a parameter takes nothing else, the value is given its name back.

use super::Constant;

/// A parameter whose values are constants of a class.
struct Named {
    class: &'static str,
    method: &'static str,
    parameter: usize,
    constants: &'static Constants,
}

/// A class's constants.
struct Constants {
    of: &'static str,
    values: Values,
}

/// The values and their names.
enum Values {
    Numbers(&'static [(i128, &'static str)]),
    Texts(&'static [(&'static str, &'static str)]),
}

// Constant field values of java.base, as the JDK's API documentation lists them.
static CIPHER_MODES: Constants = Constants {
    of: "javax.crypto.Cipher",
    values: Values::Numbers(&[
        (1, "ENCRYPT_MODE"),
        (2, "DECRYPT_MODE"),
        (3, "WRAP_MODE"),
        (4, "UNWRAP_MODE"),
    ]),
};

static CIPHER_KEYS: Constants = Constants {
    of: "javax.crypto.Cipher",
    values: Values::Numbers(&[(1, "PUBLIC_KEY"), (2, "PRIVATE_KEY"), (3, "SECRET_KEY")]),
};

// RFC 9106 §3.1 numbers the variants; the names are Bouncy Castle's.
static ARGON2: Constants = Constants {
    of: "org.bouncycastle.crypto.params.Argon2Parameters",
    values: Values::Numbers(&[(0, "ARGON2_d"), (1, "ARGON2_i"), (2, "ARGON2_id")]),
};

// The names are Bouncy Castle's for the numbers of RFC 9580 §9.1, §9.3 and §9.5.
static PGP_PUBLIC_KEYS: Constants = Constants {
    of: "org.bouncycastle.bcpg.PublicKeyAlgorithmTags",
    values: Values::Numbers(&[
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
    ]),
};

static PGP_CIPHERS: Constants = Constants {
    of: "org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags",
    values: Values::Numbers(&[
        (1, "IDEA"),
        (2, "TRIPLE_DES"),
        (3, "CAST5"),
        (4, "BLOWFISH"),
        (7, "AES_128"),
        (8, "AES_192"),
        (9, "AES_256"),
        (10, "TWOFISH"),
    ]),
};

static PGP_DIGESTS: Constants = Constants {
    of: "org.bouncycastle.bcpg.HashAlgorithmTags",
    values: Values::Numbers(&[
        (1, "MD5"),
        (2, "SHA1"),
        (3, "RIPEMD160"),
        (8, "SHA256"),
        (9, "SHA384"),
        (10, "SHA512"),
        (11, "SHA224"),
    ]),
};

/// What the identifiers of XML Signature begin with.
const W3C: &str = "http://www.w3.org/";

// Identifiers of XML Signature 1.1 §6 and RFC 9231, and the names that the JDK's documentation has for them; without what all of
// them begin with.
static XML_SIGNATURES: Constants = Constants {
    of: "javax.xml.crypto.dsig.SignatureMethod",
    values: Values::Texts(&[
        ("2000/09/xmldsig#dsa-sha1", "DSA_SHA1"),
        ("2009/xmldsig11#dsa-sha256", "DSA_SHA256"),
        ("2000/09/xmldsig#rsa-sha1", "RSA_SHA1"),
        ("2001/04/xmldsig-more#rsa-sha224", "RSA_SHA224"),
        ("2001/04/xmldsig-more#rsa-sha256", "RSA_SHA256"),
        ("2001/04/xmldsig-more#rsa-sha384", "RSA_SHA384"),
        ("2001/04/xmldsig-more#rsa-sha512", "RSA_SHA512"),
        ("2007/05/xmldsig-more#sha1-rsa-MGF1", "SHA1_RSA_MGF1"),
        ("2007/05/xmldsig-more#sha224-rsa-MGF1", "SHA224_RSA_MGF1"),
        ("2007/05/xmldsig-more#sha256-rsa-MGF1", "SHA256_RSA_MGF1"),
        ("2007/05/xmldsig-more#sha384-rsa-MGF1", "SHA384_RSA_MGF1"),
        ("2007/05/xmldsig-more#sha512-rsa-MGF1", "SHA512_RSA_MGF1"),
        ("2001/04/xmldsig-more#ecdsa-sha1", "ECDSA_SHA1"),
        ("2001/04/xmldsig-more#ecdsa-sha224", "ECDSA_SHA224"),
        ("2001/04/xmldsig-more#ecdsa-sha256", "ECDSA_SHA256"),
        ("2001/04/xmldsig-more#ecdsa-sha384", "ECDSA_SHA384"),
        ("2001/04/xmldsig-more#ecdsa-sha512", "ECDSA_SHA512"),
        ("2000/09/xmldsig#hmac-sha1", "HMAC_SHA1"),
        ("2001/04/xmldsig-more#hmac-sha224", "HMAC_SHA224"),
        ("2001/04/xmldsig-more#hmac-sha256", "HMAC_SHA256"),
        ("2001/04/xmldsig-more#hmac-sha384", "HMAC_SHA384"),
        ("2001/04/xmldsig-more#hmac-sha512", "HMAC_SHA512"),
        ("2007/05/xmldsig-more#rsa-pss", "RSA_PSS"),
    ]),
};

static XML_DIGESTS: Constants = Constants {
    of: "javax.xml.crypto.dsig.DigestMethod",
    values: Values::Texts(&[
        ("2000/09/xmldsig#sha1", "SHA1"),
        ("2001/04/xmldsig-more#sha224", "SHA224"),
        ("2001/04/xmlenc#sha256", "SHA256"),
        ("2001/04/xmldsig-more#sha384", "SHA384"),
        ("2001/04/xmlenc#sha512", "SHA512"),
        ("2001/04/xmlenc#ripemd160", "RIPEMD160"),
        ("2007/05/xmldsig-more#sha3-224", "SHA3_224"),
        ("2007/05/xmldsig-more#sha3-256", "SHA3_256"),
        ("2007/05/xmldsig-more#sha3-384", "SHA3_384"),
        ("2007/05/xmldsig-more#sha3-512", "SHA3_512"),
    ]),
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
    Named {
        class: "javax/xml/crypto/dsig/XMLSignatureFactory",
        method: "newSignatureMethod",
        parameter: 0,
        constants: &XML_SIGNATURES,
    },
    Named {
        class: "javax/xml/crypto/dsig/XMLSignatureFactory",
        method: "newDigestMethod",
        parameter: 0,
        constants: &XML_DIGESTS,
    },
    Named {
        class: "org/bouncycastle/crypto/params/Argon2Parameters$Builder",
        method: "<init>",
        parameter: 0,
        constants: &ARGON2,
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

/// The class and the name of the constant that a value is as an argument; nothing where it is no such constant.
pub(super) fn name_of(
    class: &str,
    method: &str,
    parameter: usize,
    value: &Constant,
) -> Option<(&'static str, &'static str)> {
    let named = NAMED
        .iter()
        .find(|n| n.class == class && n.method == method && n.parameter == parameter)?;
    let name = match (&named.constants.values, value) {
        (Values::Numbers(names), Constant::Int(number)) => {
            names.iter().find(|(value, _)| value == number)?.1
        }
        (Values::Texts(names), Constant::Text(text)) => {
            let text = text.strip_prefix(W3C)?;
            names.iter().find(|(value, _)| *value == text)?.1
        }
        _ => return None,
    };
    Some((named.constants.of, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_name_back_only_where_it_is_a_constant() {
        let cipher = |parameter, number| {
            let number = Constant::Int(number);
            name_of("javax/crypto/Cipher", "init", parameter, &number)
        };
        assert_eq!(cipher(0, 2), Some(("javax.crypto.Cipher", "DECRYPT_MODE")));
        assert_eq!(cipher(0, 7), None);
        assert_eq!(cipher(1, 2), None);
        let digest = |text: &str| {
            let text = Constant::Text(text.to_owned());
            let class = "javax/xml/crypto/dsig/XMLSignatureFactory";
            name_of(class, "newDigestMethod", 0, &text)
        };
        assert_eq!(
            digest("http://www.w3.org/2001/04/xmlenc#sha512"),
            Some(("javax.xml.crypto.dsig.DigestMethod", "SHA512"))
        );
        assert_eq!(digest("2001/04/xmlenc#sha512"), None);
    }
}
