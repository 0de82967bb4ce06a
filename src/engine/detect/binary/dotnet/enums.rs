//! Enums that code passes as numbers while another assembly holds their names: those of the class library, and of libraries that rules know.
//! The numbers are those of learn.microsoft.com/dotnet/api, page by page.

/// An enum: its qualified name, whether its members are joined, and its members.
type Enum = (&'static str, bool, &'static [(i64, &'static str)]);

static ENUMS: &[Enum] = &[
    (
        "System.Security.Cryptography.CipherMode",
        false,
        &[(1, "CBC"), (2, "ECB"), (3, "OFB"), (4, "CFB"), (5, "CTS")],
    ),
    (
        "System.Security.Cryptography.PaddingMode",
        false,
        &[
            (1, "None"),
            (2, "PKCS7"),
            (3, "Zeros"),
            (4, "ANSIX923"),
            (5, "ISO10126"),
        ],
    ),
    (
        "System.Security.Cryptography.RSASignaturePaddingMode",
        false,
        &[(0, "Pkcs1"), (1, "Pss")],
    ),
    (
        "System.Security.Authentication.SslProtocols",
        true,
        &[
            (0, "None"),
            (12, "Ssl2"),
            (48, "Ssl3"),
            (192, "Tls"),
            (240, "Default"),
            (768, "Tls11"),
            (3072, "Tls12"),
            (12288, "Tls13"),
        ],
    ),
    (
        "System.Net.SecurityProtocolType",
        true,
        &[
            (0, "SystemDefault"),
            (48, "Ssl3"),
            (192, "Tls"),
            (768, "Tls11"),
            (3072, "Tls12"),
            (12288, "Tls13"),
        ],
    ),
    (
        "System.Net.Security.EncryptionPolicy",
        false,
        &[
            (0, "RequireEncryption"),
            (1, "AllowNoEncryption"),
            (2, "NoEncryption"),
        ],
    ),
    (
        "System.Net.Security.TlsCipherSuite",
        false,
        &[
            (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
            (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
            (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
            (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
            (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
            (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
            (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
            (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
            (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
            (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
            (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
            (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
            (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
            (0x1301, "TLS_AES_128_GCM_SHA256"),
            (0x1302, "TLS_AES_256_GCM_SHA384"),
            (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
            (0x1304, "TLS_AES_128_CCM_SHA256"),
            (0x1305, "TLS_AES_128_CCM_8_SHA256"),
            (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
            (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
            (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
            (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
            (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
            (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
            (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
            (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
            (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
            (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
            (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
            (0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
        ],
    ),
    // github.com/dvsekhvalnov/jose-jwt, jose-jwt/JWT.cs. Its JweAlgorithm got members in the middle, so that a number says nothing.
    (
        "Jose.JwsAlgorithm",
        false,
        &[
            (0, "none"),
            (1, "HS256"),
            (2, "HS384"),
            (3, "HS512"),
            (4, "RS256"),
            (5, "RS384"),
            (6, "RS512"),
            (7, "PS256"),
            (8, "PS384"),
            (9, "PS512"),
            (10, "ES256"),
            (11, "ES384"),
            (12, "ES512"),
        ],
    ),
];

/// The members that a number of an enum stands for; `None` where the enum or the number is not known.
pub(super) fn members(name: &str, number: i64) -> Option<Vec<&'static str>> {
    let (_, joined, members) = ENUMS.iter().find(|(known, ..)| *known == name)?;
    if let Some((_, member)) = members.iter().find(|(value, _)| *value == number) {
        return Some(vec![member]);
    }
    if !joined || number <= 0 {
        return None;
    }
    let mut left = number;
    let mut found = Vec::new();
    // `Default` is two of the others.
    for (value, member) in members
        .iter()
        .filter(|(value, name)| *value > 0 && *name != "Default")
    {
        if number & value == *value {
            left &= !value;
            found.push(*member);
        }
    }
    (left == 0).then_some(found)
}

/// Whether the members of an enum are known.
pub(super) fn is_known(name: &str) -> bool {
    ENUMS.iter().any(|(known, ..)| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_members_are_told_one_by_one() {
        let ssl = "System.Security.Authentication.SslProtocols";
        assert_eq!(members(ssl, 3072), Some(vec!["Tls12"]));
        assert_eq!(members(ssl, 15360), Some(vec!["Tls12", "Tls13"]));
        assert_eq!(members(ssl, 1), None);
        assert_eq!(
            members("System.Security.Cryptography.CipherMode", 3 | 4),
            None
        );
        assert!(is_known(ssl) && !is_known("System.DayOfWeek"));
    }
}
