//! The pair of an APK signing block is apksigner's, the certificate is of the same throw-away key; containers are put together here.

use std::sync::LazyLock;

use crate::detect::cert::Material;
use crate::detect::{Detector as _, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::{Artifact, ArtifactKind, Context, Finding, Object};

/// `apksigner sign`, scheme v2: identifier and value, behind their length.
const APK_V2: &str = "iwIAAAAAAAAahwlxgwIAAH8CAADEAQAALAAAACgAAAABAgAAIAAAAGjI/JqLjl4UN/uZS5gP8Ii0GhuQ9kzjny9GL1mKjMOwiAEAAIQBAAAwggGAMIIBJ6ADAgECAgIgAjAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZlY3Jvb3QwHhcNMjYwMTAxMDAwMDAwWhcNMjYxMjMxMDAwMDAwWjARMQ8wDQYDVQQDDAZlY2NvZGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATxSFDvpcevnHzS1SRZFbnH55QL7i+5z33Dsek6ttWw+ZiDD4QiEX1sI/LVOQb2me5WtrgYGK0jluRk1gzAnwG0o28wbTAJBgNVHRMEAjAAMAsGA1UdDwQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAzAdBgNVHQ4EFgQUCgbQi1ueaR5AY9X4D7o99xYZaJYwHwYDVR0jBBgwFoAUnU0Gg0Wo39VAY5ItElSEkfLkFPQwCgYIKoZIzj0EAwIDRwAwRAIgHpRyqdLD42lPJ1tdk92iGRhpkqhwf/v0dzHrFo5NM+cCIHV8SBpBQna0OPRsCwZUqkidRN2kNJnOgtiWprSAvQFuAAAAAAAAAABUAAAAUAAAAAECAABIAAAAMEYCIQDMsSQJzJukbYuCgaKMHoFvJ6a7ja123Yt4iGWZxzA+0AIhALl1OL2ZUKrqPGFv1kmV4TZ1pPTEQTYHOWfM1nW2yMBQWwAAADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPFIUO+lx6+cfNLVJFkVucfnlAvuL7nPfcOx6Tq21bD5mIMPhCIRfWwj8tU5BvaZ7la2uBgYrSOW5GTWDMCfAbQ=";
/// The certificate of its key.
const CERTIFICATE: &str = "MIIBgDCCASegAwIBAgICIAIwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGZWNyb290MB4XDTI2MDEwMTAwMDAwMFoXDTI2MTIzMTAwMDAwMFowETEPMA0GA1UEAwwGZWNjb2RlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8UhQ76XHr5x80tUkWRW5x+eUC+4vuc99w7HpOrbVsPmYgw+EIhF9bCPy1TkG9pnuVra4GBitI5bkZNYMwJ8BtKNvMG0wCQYDVR0TBAIwADALBgNVHQ8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwMwHQYDVR0OBBYEFAoG0ItbnmkeQGPV+A+6PfcWGWiWMB8GA1UdIwQYMBaAFJ1NBoNFqN/VQGOSLRJUhJHy5BT0MAoGCCqGSM49BAMCA0cAMEQCIB6UcqnSw+NpTydbXZPdohkYaZKocH/79Hcx6xaOTTPnAiB1fEgaQUJ2tDj0bAsGVKpInUTdpDSZzoLYlqa0gL0Bbg==";
/// `gpg --detach-sign --digest-algo SHA512`
const RSA_SIGNATURE: &str = "iMQEAAEKAC4WIQSomiEVL8X3OWqywAvJ/cEDJCc/kQUCaVW5ABAccnNhQGV4YW1wbGUub3JnAAoJEMn9wQMkJz+RhqED/j9rMqGQzaZ+m/xwShjwxe2dtW3p4nff+k5L2433rRBS8JPFBGvKJ46rSui4JN8Fdr6VkY3qeWXreGxPbfju/+mKSc6iRAYYoHyOowL5nD/MzUZAyb0B2h/w+3V9DK8NYYNYA2uBXnZ66g7pYHH9H6zpZnh/hLdCCRlKECfHpi0T";

fn means() -> Means<'static> {
    static KNOWN: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[]).unwrap());
    static PASSWORDS: LazyLock<Passwords> = LazyLock::new(Passwords::default);
    Means {
        known: &KNOWN,
        passwords: &PASSWORDS,
    }
}

fn look(path: &str, kind: ArtifactKind, mut bytes: &[u8]) -> Vec<String> {
    let mut artifact = Artifact::file(path, Context::Production);
    artifact.kind = kind;
    let detection = Material.detect(&artifact, &mut bytes, &means());
    let mut lines: Vec<String> = detection.findings.iter().map(shown).collect();
    lines.extend(
        detection
            .skips
            .iter()
            .map(|skip| format!("skip {}: {}", skip.reason.name(), skip.detail)),
    );
    lines
}

fn file(path: &str, bytes: &[u8]) -> Vec<String> {
    look(path, ArtifactKind::File, bytes)
}

fn shown(finding: &Finding) -> String {
    let asset = &finding.asset;
    let signature = match asset.object.as_deref() {
        Some(Object::Signature(signature)) => format!(
            " [{} by {}]",
            signature.form,
            signature.signer.as_deref().unwrap_or("?")
        ),
        _ => String::new(),
    };
    let uses = match finding.uses.len() {
        0 => String::new(),
        some => format!(" uses {some}"),
    };
    format!("{}{signature}{uses}", asset.brief())
}

fn base64(text: &str) -> Vec<u8> {
    data_encoding::BASE64.decode(text.as_bytes()).unwrap()
}

/// A zip without members whose signing block holds one pair.
fn apk(pair: &[u8], comment: &[u8]) -> Vec<u8> {
    let mut zip = b"PK\x03\x04".to_vec();
    if !pair.is_empty() {
        let size = (pair.len() as u64 + 24).to_le_bytes();
        zip.extend(size);
        zip.extend(pair);
        zip.extend(size);
        zip.extend(b"APK Sig Block 42");
    }
    let directory = zip.len() as u32;
    zip.extend(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0");
    zip.extend(directory.to_le_bytes());
    zip.extend((comment.len() as u16).to_le_bytes());
    zip.extend(comment);
    zip
}

#[test]
fn a_package_says_who_signed_its_block() {
    let zip = apk(&base64(APK_V2), b"");
    assert_eq!(
        look("app.apk", ArtifactKind::Archive, &zip),
        [
            "certificate ECDSA digest=SHA-256 op=verify uses 1",
            "key EC curve=P-256 op=verify",
            "signature ECDSA digest=SHA-256 op=verify [APK v2 by key 05eec91940fe6b36673555c32bd697cec2f3550043d95e81c2afde896004c4ab] uses 1",
        ]
    );
}

#[test]
fn a_block_that_is_broken_is_told() {
    let pair = base64(APK_V2);
    let mut short = pair.clone();
    short.truncate(pair.len() - 30);
    assert_eq!(
        look("app.apk", ArtifactKind::Archive, &apk(&short, b"")),
        ["skip damaged: at byte 12: an APK signing block is broken off"]
    );
    assert_eq!(
        look("x.zip", ArtifactKind::Archive, &apk(b"", b"hi")),
        [""; 0]
    );
}

#[test]
fn every_truncation_of_a_package_survives() {
    let zip = apk(&base64(APK_V2), b"");
    for length in 0..zip.len() {
        look("app.apk", ArtifactKind::Archive, &zip[..length]);
        let mut flipped = zip.clone();
        flipped[length] ^= 0xff;
        look("app.apk", ArtifactKind::Archive, &flipped);
    }
}

/// Tags as (number, type, count, bytes).
fn rpm(tags: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut data: Vec<u8> = Vec::new();
    for (tag, kind, count, bytes) in tags {
        for word in [*tag, *kind, data.len() as u32, *count] {
            table.extend(word.to_be_bytes())
        }
        data.extend(*bytes);
    }
    let mut rpm = vec![0xed, 0xab, 0xee, 0xdb];
    rpm.resize(96, 0);
    rpm.extend([0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0]);
    rpm.extend((tags.len() as u32).to_be_bytes());
    rpm.extend((data.len() as u32).to_be_bytes());
    rpm.extend(table);
    rpm.extend(data);
    rpm
}

#[test]
fn an_rpm_says_who_signed_it() {
    let signature = base64(RSA_SIGNATURE);
    let text = format!("{RSA_SIGNATURE}\0");
    let ima = b"030204aabbccdd0008\x00030204aabbccdd0009\0";
    let package = rpm(&[
        (268, 7, signature.len() as u32, &signature),
        (278, 8, 1, text.as_bytes()),
        (274, 8, 2, ima),
        (1000, 4, 1, &[0, 0, 0, 1]),
    ]);
    let line = "signature RSASSA-PKCS1 digest=SHA-512 op=verify padding=PKCS1v15 [rpm by A89A21152FC5F7396AB2C00BC9FDC10324273F91]";
    assert_eq!(
        look("x.rpm", ArtifactKind::Archive, &package),
        [
            line,
            line,
            "signature algorithm=?key(of the signer) digest=SHA-256 op=verify [IMA by key aabbccdd]",
        ]
    );
    assert_eq!(
        look("x.rpm", ArtifactKind::Archive, &package[..200]),
        ["skip damaged: at byte 112: the header of signatures is broken off"]
    );
    let odd = rpm(&[(268, 7, 20, &[0; 20])]);
    assert_eq!(
        look("x.rpm", ArtifactKind::Archive, &odd),
        ["skip damaged: at byte 128: a signature that is no OpenPGP"]
    );
}

#[test]
fn a_module_of_old_says_who_signed_it() {
    let mut module = b"\x7fELF code".to_vec();
    module.extend(b"Fedora kernel signing key");
    module.extend([1, 2, 3, 4]);
    module.extend([0xaa; 32]);
    module.extend([1, 4, 1, 25, 4, 0, 0, 0, 0, 0, 0, 32]);
    module.extend(b"~Module signature appended~\n");
    assert_eq!(
        file("x.ko", &module),
        [
            "signature RSASSA-PKCS1 digest=SHA-256 op=verify padding=PKCS1v15 [kernel module by Fedora kernel signing key]"
        ]
    );
    // A kernel holds the line as a constant.
    assert_eq!(
        file(
            "vmlinux",
            b"\x7fELF \0\0~Module signature appended~\n\0text"
        ),
        [""; 0]
    );
}

#[test]
fn envelopes_in_json_are_read_wherever_they_are() {
    let envelope = r#"{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"k1","sig":"AAAA"}]}"#;
    let line =
        "signature algorithm=?unsaid(the envelope names no algorithm) op=verify [DSSE by k1]";
    assert_eq!(file("a.json", envelope.as_bytes()), [line]);
    let lines = format!("{envelope}\n{envelope}\n");
    assert_eq!(file("a.jsonl", lines.as_bytes()), [line, line]);
    let bundle = format!(
        r#"{{"attestations":[{{"bundle":{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"certificate":{{"rawBytes":"{CERTIFICATE}"}},"tlogEntries":[{{"logId":{{"keyId":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}}}]}},"dsseEnvelope":{envelope}}}}}]}}"#
    );
    assert_eq!(
        file("bundle.json", bundle.as_bytes()),
        [
            "certificate ECDSA digest=SHA-256 op=verify uses 1",
            "key EC curve=P-256 op=verify",
            "signature ECDSA op=verify [DSSE by k1] uses 1",
            "signature algorithm=?unsaid(the log's key) op=verify [transparency log by key 0000000000000000000000000000000000000000000000000000000000000000]",
        ]
    );
    assert_eq!(
        file(
            "package.json",
            br#"{"name":"x","signatures":[{"keyid":"k","sig":"s"}]}"#
        ),
        [""; 0]
    );
    let message = format!(
        r#"{{"verificationMaterial":{{"certificate":{{"rawBytes":"{CERTIFICATE}"}}}},"messageSignature":{{"messageDigest":{{"algorithm":"SHA2_384","digest":""}},"signature":"AA=="}}}}"#
    );
    assert_eq!(
        file("x.sigstore", message.as_bytes())[2..],
        ["signature ECDSA digest=SHA-384 op=verify [Sigstore by ?] uses 1"]
    );
}

#[test]
fn metadata_says_the_schemes_of_its_keys() {
    let root = r#"{"signed":{"_type":"root","keys":{"ab":{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"}}}},"signatures":[{"keyid":"ab","sig":"00"},{"keyid":"cd","sig":"00"}]}"#;
    assert_eq!(
        file("root.json", root.as_bytes()),
        [
            "key Ed25519",
            "signature Ed25519 op=verify [TUF by key ab]",
            "signature algorithm=?unsaid(the metadata names no algorithm) op=verify [TUF by key cd]",
        ]
    );
}

#[test]
fn mentions_of_types_are_no_messages() {
    let prose = "Use application/pkcs7-mime for it.\n\nContent-Type: application/pkcs7-mime\n\nhello base64\n";
    assert_eq!(file("a.txt", prose.as_bytes()), [""; 0]);
    // What is announced as a CMS, and is none.
    let mail = format!(
        "Subject: x\nContent-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64\n\n{}\n\n",
        "MIIB".repeat(19)
    );
    assert_eq!(
        file("a.eml", mail.as_bytes()),
        ["skip damaged: line 2: an S/MIME part that is no CMS"]
    );
}

#[test]
fn what_stands_in_json_has_its_line() {
    let lines = |bundle: String| -> Vec<String> {
        let seen = crate::detect::cert::parts::tests::seen("x.sigstore.json", bundle.as_bytes());
        seen.iter()
            .map(|line| {
                line.split_whitespace()
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    };
    // In the order of protobuf's writer, and slashes as PHP writes them.
    let certificate = CERTIFICATE.replace('/', "\\/");
    let bundle = format!(
        "{{\n\"messageSignature\": {{\n\"signature\": \"AAEC/w==\"\n}},\n\"verificationMaterial\": {{\"x509CertificateChain\": {{\"certificates\": [\n{{\"rawBytes\":\n\"{certificate}\"}}]}}}}}}\n"
    );
    assert_eq!(lines(bundle), ["7: certificate", "7: key", "3: signature"]);
    let envelope =
        r#"{"payload":"e30=","payloadType":"a","signatures":[{"keyid":"k1","sig":"SIGN"}]}"#;
    assert_eq!(
        lines(format!(
            "{envelope}\n{}\n",
            envelope.replace("SIGN", "SEAL")
        )),
        ["1: signature", "2: signature"]
    );
    let twice = format!("{envelope}\n{envelope}\n");
    assert_eq!(lines(twice), ["1: signature", "2: signature"]);
}

#[test]
fn a_signature_block_that_is_none_is_told() {
    let noise = [0x33; 200];
    assert_eq!(
        file("a.jar!/META-INF/SIGNER.RSA", &noise),
        ["skip damaged: a signature block that is no CMS"]
    );
    // Outside of archives, a name is not enough.
    assert_eq!(file("META-INF/SIGNER.RSA", &noise), [""; 0]);
    assert_eq!(file("a.jar!/META-INF/SIGNER.SF", &noise), [""; 0]);
}

#[test]
fn a_module_whose_signature_is_longer_than_the_file_is_damaged() {
    let module = |about: [u8; 12]| {
        let mut module = b"\x7fELF code".to_vec();
        module.extend(about);
        module.extend(b"~Module signature appended~\n");
        file("x.ko", &module)
    };
    let damaged = ["skip damaged: at byte 21: an appended signature without its beginning"];
    assert_eq!(
        module([0, 0, 2, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff]),
        damaged
    );
    assert_eq!(module([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0]), damaged);
    assert_eq!(module([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]), [""; 0]);
    assert_eq!(
        module([9, 0, 2, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff]),
        [""; 0]
    );
}
