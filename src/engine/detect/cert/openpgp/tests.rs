//! Samples are of throw-away keys, by GnuPG 2.2.40; of version 6, those of RFC 9580 appendix A.

use std::sync::LazyLock;

use super::*;
use crate::detect::cert::Material;
use crate::detect::{Detector as _, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, Context, Finding};

/// `gpg --export`: fingerprint A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1.
const CURVE: &str = "mDMEaVW5ABYJKwYBBAHaRw8BAQdAjXcGINMv4O1FAkmRdqQEG6pB8DRqXKeeKFGy8hRkijW0GWN1cnZlIDxjdXJ2ZUBleGFtcGxlLm9yZz6IkAQTFggAOBYhBKf9beDi4WNZCttuL3/lxr3B7mzxBQJpVbkAAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEH/lxr3B7mzx9rAA/j6wocnLrurUoA6nHNITeWNehltU7AHUkW/YOQcYkWxOAPkBM9TgkWDW1saP3cCT4if9Zdzxg6bPvud0ll/fxSFsDbg4BGlVuQASCisGAQQBl1UBBQEBB0Ct+XMf1mTMrqj2XpaoT7ruFZyN1l0yqhx2u0/vXmKNJQMBCAeIeAQYFggAIBYhBKf9beDi4WNZCttuL3/lxr3B7mzxBQJpVbkAAhsMAAoJEH/lxr3B7mzxCU0A/1wlxSRFUFv4gj9k12KgLFbTpSLRb9z0/bmO7yAFEYzgAQDo7YsDmxhX0NJXCj0Y1ldj8gmXsgruJqufn6BmZV7VBA==";
const DSA: &str = "mQGiBGlVuQARBACnUTLbOw+t1V6nB35uK5WQDrionxJRBrq/c6NlNUarq3XiKTYvqe0JSq1TU/QBoOkPLcWDL+SJNDkQP61jgo1uCF+K6lQoXoOgCgsyLImSwwBcoThJHu9eJ37vdCdouqckArHeAzJkFJaC++WDaaHvw0qYA8Ru9kg8B6rFRIrAOwCgyv6KKcuOSkrAtRa2Hovm1EJS3s8D/i9VWf7Gjr8TYY4SMP4kd/WEmvSL+pa8ALFD+bYsfBNn/Wz3yBfFzuNIIIPBUK3H79OfWx0us5dTGeVMINnYtVnYoF9WGDEM5+OEGG+8fwMXcujewJmIOlaaVB6W33tA5zKVqjuJC6l/0YnEnmK3UDHBERslxPIcGCfk85XrmEbbA/9UvI2wV4PsCYf85yvV5ODD6H0j06VxDmQeMYhaL5cj8+kVOaxnpfJ7mYPgY5dV6KwNTYixUITzAWbz+dSMADh72hoWhq3Fnt7s+AtQ/JfhvdXDefGrBtctyu8DtFfc8vgy+hghfYY2di1K1nwbKcmFfuKf1h2wjo3DWR1WY4YE4rQVZHNhIDxkc2FAZXhhbXBsZS5vcmc+iHgEExECADgWIQQcT3FdqX0kCQhAnqLnlQ62/mq+7gUCaVW5AAIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRDnlQ62/mq+7hmAAKC0EWT6/QL3kDxXPloITDfJEk+heACbBXfi2USXQ3jC+pBneQ7xWkHV+RK5AQ0EaVW5ABAEALjZRP1Qd9Ih1nnRkZPlVc7s5YjcTuldrbDeKNYzG9WHzNdzqXZ6JeIvqY8SDe8ok598CkuFmPjlrUNeN3lMgtrO3j4JkD2X0hsxxBWxOCK0wIB5mJJnEMHYWi39O2uJOVaQweq6e2CwyXYQ6CLrt4f72Jloz4I5A/rh9VyJvQJXAAMFA/4lpBKAQ1USoVqGgwvKCYcXOPcsqMvRDQhB86ghlTjco8lQtLaRs1ZaJJg5FrKa+buOJ99eaPQi6x9zpPuxe7wpLmIR5HWloBKy/0wGxOGu2clt+83KsWaANePHRTWh6hnP1RGiIC/TYsswhLNzC6UZYV+dkWHBht+cZHs/pP0tl4hgBBgRAgAgFiEEHE9xXal9JAkIQJ6i55UOtv5qvu4FAmlVuQACGwwACgkQ55UOtv5qvu7sugCcC6oWj8FTxUDW59corFS9g7hS0/wAnRlrjOfuQW1AZ5XFahHb5unC05db";
const NIST: &str = "mFIEaVW5ABMIKoZIzj0DAQcCAwTxKQbJ3Y7SFxYHvk6V4QoTSS4QYSeb7ZKLJwjndurUOXvjg8SuWhhofFufT6ALfvMc6GicU05W+d25qzoU6LEmtBduaXN0IDxuaXN0QGV4YW1wbGUub3JnPoiQBBMTCAA4FiEE8Vlz9V3BoBGylwS11f4TFUT8vUIFAmlVuQACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ1f4TFUT8vUJ6yQEAnZ17b8cTEnYVGFIFy5C0OQ3KKKianHKkS4Xy0T/3sYQA/imjhTpCpT2LR50dFhIWyy7WJDr0N/nfvYMJ318YqUUDuHMEaVW5ABIFK4EEACIDAwQKYHLMdIiwB+NKaaS0rN0TbowQXu3qhdkgtk8I5rgh3wTPkAIYvqGF2N9rYc25fwV8fvliMjMZy8vtZb6Bhy41UmztT2uq8GOknYKiRsWMYfbBFrm/rSwnwx8AZeX/YQMDAQkIiHgEGBMIACAWIQTxWXP1XcGgEbKXBLXV/hMVRPy9QgUCaVW5AAIbDAAKCRDV/hMVRPy9QjUrAP9izl0adLhselXXy4ymwNwpZ+3ioBQhwtY1Ffo+p0lDZwD/SnSUDUadEnv9Qt3jWpEQTb0OnpiPZhI1n1/F87QjVpI=";
/// `--export-secret-subkeys`: the primary key is not there.
const DUMMY: &str = "lDsEaVW5ABYJKwYBBAHaRw8BAQdAjXcGINMv4O1FAkmRdqQEG6pB8DRqXKeeKFGy8hRkijX/AGUAR05VAbQZY3VydmUgPGN1cnZlQGV4YW1wbGUub3JnPoiQBBMWCAA4FiEEp/1t4OLhY1kK224vf+XGvcHubPEFAmlVuQACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQf+XGvcHubPH2sAD+PrChycuu6tSgDqcc0hN5Y16GW1TsAdSRb9g5BxiRbE4A+QEz1OCRYNbWxo/dwJPiJ/1l3PGDps++53SWX9/FIWwNnF0EaVW5ABIKKwYBBAGXVQEFAQEHQK35cx/WZMyuqPZelqhPuu4VnI3WXTKqHHa7T+9eYo0lAwEIBwAA/1tpSQKJTYKV7HsoPqOslWD2nDRBSxKNt/6uyhHr05IYEKOIeAQYFggAIBYhBKf9beDi4WNZCttuL3/lxr3B7mzxBQJpVbkAAhsMAAoJEH/lxr3B7mzxCU0A/1wlxSRFUFv4gj9k12KgLFbTpSLRb9z0/bmO7yAFEYzgAQDo7YsDmxhX0NJXCj0Y1ldj8gmXsgruJqufn6BmZV7VBA==";
const ZLIB: &str = "owJ4nJvAy8zAIVb/9Njeg+9yPjKu4UpizM0M3cmQkcnV0cHCIMbBYCCmyLL8b+6DRw+TI7lu5+nD1LIygdQJySSXFpWlOqRWJOYW5KTq5RelM3BxCsAUzXzIyLB08QQF4/yZ8z6tvBYj0mK5S4Xl5AOG7FmW3Zybn3y8pHeA4b83e4aoy8XznhpmSSsmdXIetjl/SyZ34Y+uudkrrr0Kmc0CAHQ2SWM=";
const RSA_SIGNATURE: &str = "iMQEAAEKAC4WIQSomiEVL8X3OWqywAvJ/cEDJCc/kQUCaVW5ABAccnNhQGV4YW1wbGUub3JnAAoJEMn9wQMkJz+RhqED/j9rMqGQzaZ+m/xwShjwxe2dtW3p4nff+k5L2433rRBS8JPFBGvKJ46rSui4JN8Fdr6VkY3qeWXreGxPbfju/+mKSc6iRAYYoHyOowL5nD/MzUZAyb0B2h/w+3V9DK8NYYNYA2uBXnZ66g7pYHH9H6zpZnh/hLdCCRlKECfHpi0T";
const ENCRYPTED: &str = "hF4DU8GEQnhl1RoSAQdAuP6ewmR9xeRAZwLuGa+upFWAfS8Zd406KDDQe92iO0Iwsc/JWnbiZtVyp6umwqwM7J8ILmiCdkotIDMDUNnj7Wh2p4B1/uELMKHk28eKeXlZhQEOA5Ch68ihidwGEAP9FwwgYCrN5aW094zlGugBUoMcrkxac6KoELNO44mJrONdaf/DAr2bb6Qkj0a23TLbhx5B8iTiGqPvviOjQGsJGwq8UChTD31/Q2ZTWGCcLgLtDL2bxbaxi718RJNLlrwQXSnf7/HYHR6uA6S1XoLkDlo1WRAWs0Ac+iVvkHNSmnwD/i+PShsm8aeytfUwhtEtnYAy9yMtuEG6Ztc8oLBbIFZEfIlh1Y1wtUsvi4t3KCPogEF9v64/RTzfSRgsm//DrABd5GkauVQECG1coDNo0ctqxAxekGradb3jd2j/PqbvRRSExfioY4Up13tqBX/xIdrzXiVKB3ipZGtE+vJ53cux0j8BhUu/zq7GJ+f2lqTGT+YxNj6zNYLl2CCmSBVzsdAmocKyppJ764RwD4HkilZo28J8gV23IMVdIcs/1qdj9Ys=";
const SYMMETRIC: &str = "jA0ECQMInHjF1Ihb7UZg0jkB8EOiZmXVvoGiWhN2XOcdQRSHEmP0PnaqRv+tF1sgcaKocMGAMTHW+9EnHTHv7OSqdkJAL5kyJSM=";
const CLEARSIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA384\n\nhi\n-----BEGIN PGP SIGNATURE-----\n\niIcEARMJAC8WIQTxWXP1XcGgEbKXBLXV/hMVRPy9QgUCaVW5ABEcbmlzdEBleGFt\ncGxlLm9yZwAKCRDV/hMVRPy9QgY2AP4wKKR10Qf96debBGNFZcEBIkr7Fe6hadWv\nSI74tQ5DVAEAuJmqb2ALhIAnm6zd8PLe7QYCxycWA19FbEHstIBc+cY=\n=OjrJ\n-----END PGP SIGNATURE-----\n";
/// The primary key of `NIST` as the agent stores it.
const STORED: &str = r##"Created: 20260101T000000
Key: (private-key (ecc (curve "NIST P-256")(q
  #04F12906C9DD8ED2171607BE4E95E10A13492E1061279BED928B2708E776EAD4397B
 E383C4AE5A18687C5B9F4FA00B7EF31CE8689C534E56F9DDB9AB3A14E8B126#)(d
  #00F323E982153FFB46705F6ECE0DD9D02AA46B8E25F6B3A021B208197D991D7051#)
 ))
"##;
/// Appendix A.3.
const V6: &str = "xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYfGwoAAABCBYJjh3/jAwsJBwUVCg4IDAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lwgyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaEQsiPlR4zxP/TP7mhfVEe7XWPxtnMUMtf15OyA51YBM4qBmOHf+MZAAAAIIaTJINn+eUBXbki+PSAld2nhJh/LVmFsS+60WyvXkQ1wpsGGBsKAAAALAWCY4d/4wKbDCIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJAAAAAAQBIKbpGG2dWTX8j+VjFM21J0hqWlEg+bdiojWnKfA5AQpWUWtnNwDEM0g12vYxoWM8Y81W+bHBw805I8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUrk0mXubZvyl4GBg==";
/// The first packet of appendix A.5: the same key, behind a password.
const V6_LOCKED: &str = "xYIGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laP9JgkCFARdb9ccngltHraRe25uHuyuAQQVtKipJ0+r5jL4dacGWSAheCWPpITYiyfyIOPS3gIDyg8f7strd1OB4+LZsUhcIjOMpVHgmiY/IutJkulneoBY";

fn bytes(base64: &str) -> Vec<u8> {
    data_encoding::BASE64.decode(base64.as_bytes()).unwrap()
}

fn means() -> Means<'static> {
    static KNOWN: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[]).unwrap());
    static PASSWORDS: LazyLock<Passwords> = LazyLock::new(Passwords::default);
    Means {
        known: &KNOWN,
        passwords: &PASSWORDS,
    }
}

fn look(path: &str, mut bytes: &[u8]) -> Vec<String> {
    let means = means();
    let artifact = Artifact::file(path, Context::Production);
    let detection = Material.detect(&artifact, &mut bytes, &means);
    let mut lines: Vec<String> = detection.findings.iter().map(shown).collect();
    lines.extend(
        detection
            .skips
            .iter()
            .map(|skip| format!("skip {}: {}", skip.reason.name(), skip.detail)),
    );
    lines
}

fn shown(finding: &Finding) -> String {
    let asset = &finding.asset;
    let object = match asset.object.as_deref() {
        Some(Object::Key(key)) => {
            let halves: Vec<_> = key.halves.iter().map(|half| half.name()).collect();
            let labels: Vec<_> = key.labels.iter().map(String::as_str).collect();
            format!(" [{}; {}]", halves.join(", "), labels.join(", "))
        }
        Some(Object::Signature(signature)) => format!(
            " [{} by {}]",
            signature.form,
            signature.signer.as_deref().unwrap_or("?")
        ),
        Some(Object::Ciphertext(text)) => format!(" [{} for {}]", text.form, text.recipients),
        _ => String::new(),
    };
    let uses = match finding.uses.len() {
        0 => String::new(),
        some => format!(" uses {some}"),
    };
    format!("{}{object}{uses}", asset.brief())
}

fn id(path: &str, mut bytes: &[u8]) -> Vec<String> {
    let means = means();
    let artifact = Artifact::file(path, Context::Production);
    let detection = Material.detect(&artifact, &mut bytes, &means);
    let objects = detection
        .findings
        .iter()
        .filter_map(|finding| finding.asset.object.as_deref());
    objects.map(Object::identity).collect()
}

#[test]
fn a_key_has_its_subkeys_user_ids_and_fingerprint() {
    assert_eq!(
        look("ring", &bytes(CURVE)),
        [
            "key Ed25519 op=verify [public; A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1, curve <curve@example.org>]",
            "key X25519 op=agree [public; 941EF70023E052532901E8A853C184427865D51A, curve <curve@example.org>]",
            "signature Ed25519 digest=SHA-256 op=verify [OpenPGP by A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1] uses 1",
            "signature Ed25519 digest=SHA-256 op=verify [OpenPGP by A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1] uses 1",
        ]
    );
}

#[test]
fn old_algorithms_have_their_sizes() {
    assert_eq!(
        look("dsa.gpg", &bytes(DSA)),
        [
            "key DSA key_bits=1024 op=verify [public; 1C4F715DA97D240908409EA2E7950EB6FE6ABEEE, dsa <dsa@example.org>]",
            "key ElGamal key_bits=1024 op=encrypt [public; A3DFB03CB236BCEC60A5B71190A1EBC8A189DC06, dsa <dsa@example.org>]",
            "signature DSA digest=SHA-1 op=verify [OpenPGP by 1C4F715DA97D240908409EA2E7950EB6FE6ABEEE] uses 1",
            "signature DSA digest=SHA-1 op=verify [OpenPGP by 1C4F715DA97D240908409EA2E7950EB6FE6ABEEE] uses 1",
        ]
    );
    assert_eq!(
        look("nist.gpg", &bytes(NIST)),
        [
            "key EC curve=P-256 op=verify [public; F15973F55DC1A011B29704B5D5FE131544FCBD42, nist <nist@example.org>]",
            "key EC curve=P-384 op=agree [public; 4B8711E3FF09E2AE5215BAD0E9AD4C7DA679D861, nist <nist@example.org>]",
            "signature ECDSA digest=SHA-256 op=verify [OpenPGP by F15973F55DC1A011B29704B5D5FE131544FCBD42] uses 1",
            "signature ECDSA digest=SHA-256 op=verify [OpenPGP by F15973F55DC1A011B29704B5D5FE131544FCBD42] uses 1",
        ]
    );
}

#[test]
fn a_primary_key_that_is_elsewhere_has_no_private_half() {
    assert_eq!(
        look("dummy.gpg", &bytes(DUMMY)),
        [
            "key Ed25519 op=verify [public; A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1, curve <curve@example.org>]",
            "key X25519 op=agree [private; 941EF70023E052532901E8A853C184427865D51A, curve <curve@example.org>]",
            "signature Ed25519 digest=SHA-256 op=verify [OpenPGP by A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1] uses 1",
            "signature Ed25519 digest=SHA-256 op=verify [OpenPGP by A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1] uses 1",
        ]
    );
}

#[test]
fn version_6_is_read() {
    assert_eq!(
        look("v6.pgp", &bytes(V6)),
        [
            "key Ed25519 op=verify [public; CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9]",
            "key X25519 op=agree [public; 12C83F1E706F6308FE151A417743A1F033790E93E9978488D1DB378DA9930885]",
            "signature Ed25519 digest=SHA-512 op=verify [OpenPGP by CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9] uses 1",
            "signature Ed25519 digest=SHA-512 op=verify [OpenPGP by CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9] uses 1",
        ]
    );
    assert_eq!(
        look("v6-locked.pgp", &bytes(V6_LOCKED)),
        [
            "key Ed25519 [private, encrypted; CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9] uses 2",
            "algorithm Argon2id iterations=1 op=derive salt_bits=128",
            "algorithm AES key_bits=256 mode=OCB op=decrypt",
        ]
    );
}

#[test]
fn a_signature_says_who_and_how() {
    assert_eq!(
        look("m.sig", &bytes(RSA_SIGNATURE)),
        [
            "signature RSASSA-PKCS1 digest=SHA-512 op=verify padding=PKCS1v15 [OpenPGP by A89A21152FC5F7396AB2C00BC9FDC10324273F91]",
        ]
    );
    assert_eq!(
        look("m.gpg", &bytes(ZLIB)),
        [
            "signature Ed25519 digest=SHA-256 op=verify [OpenPGP by A7FD6DE0E2E163590ADB6E2F7FE5C6BDC1EE6CF1]",
        ]
    );
    assert_eq!(
        look("m.asc", CLEARSIGNED.as_bytes()),
        [
            "signature ECDSA digest=SHA-384 op=verify [OpenPGP by F15973F55DC1A011B29704B5D5FE131544FCBD42]",
        ]
    );
}

#[test]
fn a_message_says_for_whom_and_how() {
    assert_eq!(
        look("m.gpg", &bytes(ENCRYPTED)),
        [
            "ciphertext algorithm=?encrypted(session key) op=encrypt [OpenPGP for 2] uses 2",
            "algorithm ECDH op=encrypt",
            "algorithm ElGamal op=encrypt",
        ]
    );
    assert_eq!(
        look("m.gpg", &bytes(SYMMETRIC)),
        [
            "ciphertext AES key_bits=256 mode=CFB op=encrypt [OpenPGP for 1] uses 2",
            "algorithm AES key_bits=256 mode=CFB op=encrypt",
            "algorithm OpenPGP-S2K digest=SHA-256 iterations=65536 op=derive salt_bits=64",
        ]
    );
}

#[test]
fn a_key_of_the_agent_is_the_key_of_the_ring() {
    assert_eq!(
        look("private-keys-v1.d/X.key", STORED.as_bytes()),
        ["key EC curve=P-256 [private; ]"]
    );
    assert_eq!(
        id("X.key", STORED.as_bytes())[0],
        id("nist.gpg", &bytes(NIST))[0]
    );
}

#[test]
fn a_key_of_the_agent_is_read_in_armour() {
    let hex = |text: &str| data_encoding::HEXUPPER.decode(text.as_bytes()).unwrap();
    let mut key = b"(11:private-key(3:ecc(5:curve10:NIST P-256)(1:q65:".to_vec();
    key.extend(hex("04F12906C9DD8ED2171607BE4E95E10A13492E1061279BED928B2708E776EAD4397BE383C4AE5A18687C5B9F4FA00B7EF31CE8689C534E56F9DDB9AB3A14E8B126"));
    key.extend(b")(1:d4:\x01\x02\x03\x04)))");
    let armoured = |key: &[u8]| {
        let base64 = data_encoding::BASE64.encode(key);
        let armoured = format!(
            "-----BEGIN PGP ARMORED FILE-----\nComment: x\n\n{base64}\n=AAAA\n-----END PGP ARMORED FILE-----\n"
        );
        look("k.asc", armoured.as_bytes())
    };
    assert_eq!(armoured(&key), ["key EC curve=P-256 [private; ]"]);
    // Armour says nothing of what is in it.
    assert_eq!(
        armoured(&b"the quick brown fox jumps over the lazy dog ".repeat(3)),
        [""; 0]
    );
}

#[test]
fn what_others_sign_of_a_key_is_not_told() {
    let mut ring = bytes(CURVE);
    let own = look("ring", &ring);
    let signature = |kind: u8| {
        let mut signature = bytes(RSA_SIGNATURE);
        signature[3] = kind;
        signature
    };
    ring.extend(signature(0x10));
    ring.extend(signature(0x13));
    assert_eq!(look("ring", &ring), own);
}

#[test]
fn armour_is_read_whatever_its_checksum() {
    let armoured = |sum: &str| {
        format!(
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{NIST}\n{sum}-----END PGP PUBLIC KEY BLOCK-----\n"
        )
    };
    let whole = look("ring", &bytes(NIST));
    assert_eq!(look("k.asc", armoured("=AAAA\n").as_bytes()), whole);
    assert_eq!(look("k.asc", armoured("").as_bytes()), whole);
}

#[test]
fn a_signature_that_is_broken_off_is_told() {
    let whole = bytes(RSA_SIGNATURE);
    for length in [70, 100, whole.len() - 1] {
        assert_eq!(
            look("m.sig", &whole[..length]),
            ["skip damaged: an OpenPGP signature that is broken off"]
        );
        assert_eq!(look("m.bin", &whole[..length]), [""; 0]);
    }
}

#[test]
fn a_keybox_holds_what_its_blobs_hold() {
    let key = bytes(CURVE);
    let mut all = b"\0\0\0\x20\x01\x01\0\0KBXf".to_vec();
    all.resize(32, 0);
    all.extend((key.len() as u32 + 16).to_be_bytes());
    all.extend([2, 1, 0, 0]);
    all.extend(16u32.to_be_bytes());
    all.extend((key.len() as u32).to_be_bytes());
    all.extend(&key);
    assert_eq!(look("pubring.kbx", &all), look("ring", &key));
    all.truncate(100);
    assert_eq!(
        look("pubring.kbx", &all),
        ["skip damaged: at byte 32: a blob of the keybox is broken off"]
    );
}

#[test]
fn unknown_numbers_are_told_as_numbers() {
    let key = [&[0xc6, 10, 4, 0, 0, 0, 0, 99][..], &[1, 2, 3, 4]].concat();
    let armoured = format!(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{}\n-----END PGP PUBLIC KEY BLOCK-----\n",
        data_encoding::BASE64.encode(&key)
    );
    assert_eq!(
        look("k.asc", armoured.as_bytes())[..1],
        [
            "key algorithm=?openpgp(public-key algorithm 99) [public; 4BD8CE1531B8DE7ACBAAFB739E33E12FD54C8E76]"
        ]
    );
    // In a file of packets, nothing says that it is one.
    assert_eq!(look("k.gpg", &key), [""; 0]);
}

#[test]
fn an_unknown_secret_key_is_never_told_by_its_private_numbers() {
    let secret = |last: u8| {
        let key = [&[0xc5, 10, 4, 0, 0, 0, 0, 99][..], &[1, 2, 3, last]].concat();
        format!(
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{}\n-----END PGP PRIVATE KEY BLOCK-----\n",
            data_encoding::BASE64.encode(&key)
        )
    };
    assert_eq!(
        id("k.asc", secret(4).as_bytes()),
        id("k.asc", secret(5).as_bytes())
    );
    assert_eq!(id("k.asc", secret(4).as_bytes()).len(), 1);
}

#[test]
fn a_broken_ring_gives_what_is_whole() {
    let whole = bytes(NIST);
    let lines = look("ring.gpg", &whole[..whole.len() - 10]);
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert_eq!(
        lines[4],
        "skip damaged: OpenPGP packets that are broken off"
    );
}

#[test]
fn bytes_at_random_are_no_packets() {
    let mut state = 1u64;
    for _ in 0..3000 {
        let bytes: Vec<u8> = (0..600)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) as u8
            })
            .collect();
        for first in [
            0x99, 0xc6, 0x95, 0x89, 0xc2, 0x85, 0xc1, 0x8c, 0xa3, 0xc8, 0xd2,
        ] {
            for version in [3, 4, 6] {
                let mut bytes = bytes.clone();
                bytes[..3].copy_from_slice(&[first, 1, 0x0d]);
                bytes[3] = version;
                assert_eq!(look("x.bin", &bytes), [""; 0]);
            }
        }
    }
}

#[test]
fn survives() {
    for sample in [CURVE, DSA, DUMMY, V6, V6_LOCKED, ZLIB, ENCRYPTED, SYMMETRIC] {
        let whole = bytes(sample);
        let means = means();
        let artifact = Artifact::file("x", Context::Production);
        let read = |bytes: &[u8]| {
            let mut seen = Seen::new(&artifact, &means);
            read(bytes, "OpenPGP", &mut seen);
            Material.detect(&artifact, &mut &*bytes, &means);
        };
        for length in 0..whole.len() {
            read(&whole[..length]);
            let mut flipped = whole.clone();
            for bit in [0x01, 0x80, 0xff] {
                flipped[length] ^= bit;
                read(&flipped);
            }
        }
    }
    for length in 0..STORED.len() {
        let mut flipped = STORED.as_bytes().to_vec();
        look("x.key", &flipped[..length]);
        flipped[length] ^= 0x11;
        look("x.key", &flipped);
    }
}
