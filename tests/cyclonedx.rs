//! The CBOM is what consumers need: valid by the official validator, clean by our own lint, equal for equal input, and nothing in it is lost
//! by a consumer that merges components or looks at levels only.
//!
//! One report is made by hand, with every kind of asset and value and with hostile texts; one is that of a scan of `corpus/`. The official validator is the Python library of
//! CycloneDX, installed into `target/` by the test itself; without Python the validation is skipped and says so, except where `CI=true`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use pqscan::inventory::{Assessment, Band, Class, Judgement, Library, Report, merge::merge};
use pqscan::knowledge::{Knowledge, catalog::Catalog};
use pqscan::model::artifact::Range64;
use pqscan::model::binary::{Binary, Part, Role};
use pqscan::model::{
    Asset, AssetKind, Confidence, Context, Coverage, Evidence, Facet, Finding, FindingClass,
    Fingerprint, Found, Layer, Location, Operation, Origin, Package, Provenance, Scalar, Skip,
    SkipReason, Subject, Technique, Value, Why,
};
use pqscan::output::{self, Options, SpecVersion, cyclonedx::lint};
use pqscan::scan::{self, Request};
use serde_json::Value as Json;

/// More places than are written for one asset.
const MANY: u32 = 2500;

fn name(text: &str) -> Value {
    Value::name(text, Origin::Literal)
}

fn bits(number: u64) -> Value {
    Value::number(number, Origin::Constant)
}

fn one_of(names: &[&str]) -> Value {
    let mut value = Value::default();
    for text in names {
        value.union(name(text))
    }
    value
}

fn list(names: &[&str]) -> Value {
    Value::known(
        Scalar::List(names.iter().map(ToString::to_string).collect()),
        Origin::Literal,
    )
}

fn asset(kind: AssetKind, facets: &[(Facet, Value)], operations: &[Operation]) -> Asset {
    Asset {
        kind,
        facets: facets.iter().cloned().collect(),
        operations: operations.iter().copied().collect(),
        object: None,
    }
}

/// Text as an attacker would write it: control characters, direction overrides, markup, a terminal's escapes, quotes, and much of it.
fn hostile() -> String {
    format!(
        "\u{1b}[31m\u{202e}\u{0}\"'<script>&amp;\\\n\r\t@{{}}[]();|`$(id) é漢字🔑 {}",
        "x".repeat(3000)
    )
}

/// One asset of every kind, with every kind of value.
fn assets() -> Vec<Asset> {
    use Facet::{
        Algorithm, CipherSuites, Curve, Digest, Group, Groups, HostKeys, Iterations, Kex, KeyBits,
        MaxVersion, Mgf, MgfDigest, MinVersion, Mode, Padding, Protocol, SaltBits,
        SignatureSchemes, TagBits,
    };
    use Operation::{
        Agree, Decrypt, Derive, Digest as Hash, Encapsulate, Encrypt, Handshake, Import, Keygen,
        Mac, Sign, Unwrap, Verify, Wrap,
    };
    let algorithm = |facets: &[(Facet, Value)], operations: &[Operation]| {
        asset(AssetKind::Algorithm, facets, operations)
    };
    let key = |facets: &[(Facet, Value)], operations: &[Operation]| {
        asset(AssetKind::Key, facets, operations)
    };
    let protocol = |facets: &[(Facet, Value)]| asset(AssetKind::Protocol, facets, &[Handshake]);
    let mention = |facets: &[(Facet, Value)]| asset(AssetKind::Mention, facets, &[]);
    let mut open_size = bits(2048);
    open_size.open = true;
    open_size.why = Some(Why::new("parameter", "bits"));
    vec![
        algorithm(&[(Algorithm, name("SHA-256"))], &[Hash]),
        algorithm(
            &[
                (Algorithm, name("AES")),
                (KeyBits, bits(256)),
                (Mode, name("GCM")),
                (TagBits, bits(128)),
            ],
            &[Encrypt, Decrypt],
        ),
        algorithm(
            &[
                (Algorithm, name("AES")),
                (KeyBits, bits(128)),
                (Mode, name("CBC")),
                (Padding, name("PKCS7")),
            ],
            &[Encrypt],
        ),
        algorithm(
            &[(Algorithm, name("AES")), (Mode, name("KWP"))],
            &[Wrap, Unwrap],
        ),
        algorithm(
            &[
                (Algorithm, name("AES")),
                (Mode, Value::unknown(Why::new("parameter", "mode"))),
            ],
            &[Encrypt],
        ),
        algorithm(
            &[(Algorithm, name("3DES")), (Mode, name("ECB"))],
            &[Encrypt],
        ),
        algorithm(
            &[(Algorithm, name("HMAC")), (Digest, name("SHA-256"))],
            &[Mac],
        ),
        algorithm(
            &[
                (Algorithm, name("PBKDF2")),
                (Digest, name("SHA-1")),
                (Iterations, bits(1000)),
                (SaltBits, bits(64)),
            ],
            &[Derive],
        ),
        algorithm(
            &[
                (Algorithm, name("RSASSA-PKCS1")),
                (Padding, name("PKCS1v15")),
                (Digest, one_of(&["SHA-1", "SHA-256"])),
            ],
            &[Sign],
        ),
        algorithm(
            &[
                (Algorithm, name("RSASSA-PSS")),
                (Padding, name("PSS")),
                (Digest, name("SHA-256")),
                (KeyBits, bits(3072)),
            ],
            &[Verify],
        ),
        algorithm(
            &[
                (Algorithm, name("RSAES-OAEP")),
                (Padding, name("OAEP")),
                (Digest, name("SHA-256")),
                (Mgf, name("MGF1")),
                (MgfDigest, name("SHA-1")),
            ],
            &[Encrypt],
        ),
        algorithm(&[(Algorithm, name("RSA"))], &[Sign]),
        algorithm(
            &[
                (Algorithm, name("ECDSA")),
                (Curve, name("P-256")),
                (Digest, name("SHA-256")),
            ],
            &[Sign],
        ),
        algorithm(
            &[
                (Algorithm, name("ECDSA")),
                (Curve, one_of(&["P-256", "P-384", "secp256k1"])),
            ],
            &[Sign],
        ),
        algorithm(
            &[(Algorithm, name("FFDH")), (Group, name("ffdhe2048"))],
            &[Agree],
        ),
        algorithm(&[(Algorithm, name("ML-KEM-768"))], &[Encapsulate]),
        algorithm(
            &[(Algorithm, Value::unknown(Why::new("env", "SIGN_ALG")))],
            &[Sign],
        ),
        algorithm(
            &[(
                Algorithm,
                Value::unknown(Why::new("unrecognised", hostile())),
            )],
            &[],
        ),
        algorithm(
            &[(Algorithm, name("an algorithm of which nobody has heard"))],
            &[Encrypt],
        ),
        algorithm(&[(Algorithm, one_of(&["RSA", "EC"]))], &[Sign]),
        key(
            &[
                (Algorithm, name("RSA")),
                (KeyBits, Value::number(2048, Origin::Default)),
            ],
            &[Keygen],
        ),
        key(&[(Algorithm, name("RSA")), (KeyBits, open_size)], &[Keygen]),
        key(
            &[
                (Algorithm, name("RSA")),
                (KeyBits, Value::unknown(Why::new("call", "size"))),
            ],
            &[Import],
        ),
        key(
            &[(Algorithm, name("EC")), (Curve, name("brainpoolP256r1"))],
            &[Keygen],
        ),
        key(
            &[
                (Algorithm, name("EC")),
                (Curve, Value::unknown(Why::new("config", hostile()))),
            ],
            &[Keygen],
        ),
        key(&[(Algorithm, name("X25519"))], &[Keygen, Agree]),
        key(&[(Algorithm, name("Ed25519"))], &[Verify]),
        key(&[(Algorithm, name("AES")), (KeyBits, bits(256))], &[Keygen]),
        key(&[(Algorithm, name("ML-DSA-65"))], &[Keygen]),
        key(&[(Algorithm, name("X25519MLKEM768"))], &[Keygen]),
        key(
            &[(Algorithm, Value::unknown(Why::new("parameter", "alg")))],
            &[Keygen],
        ),
        asset(AssetKind::Certificate, &[], &[Import]),
        asset(
            AssetKind::Certificate,
            &[
                (Algorithm, name("ECDSA")),
                (Curve, name("P-384")),
                (Digest, name("SHA-384")),
            ],
            &[Sign],
        ),
        protocol(&[
            (Protocol, name("TLS")),
            (MinVersion, name("TLS1.2")),
            (Groups, list(&["X25519MLKEM768", "secp256r1", "ffdhe2048"])),
            (
                CipherSuites,
                list(&[
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    &hostile(),
                ]),
            ),
            (
                SignatureSchemes,
                list(&["ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"]),
            ),
        ]),
        protocol(&[
            (Protocol, name("TLS")),
            (MinVersion, name("TLS1.3")),
            (MaxVersion, name("TLS1.3")),
            (Groups, list(&["X25519"])),
        ]),
        protocol(&[(Protocol, name("SSL3.0"))]),
        protocol(&[(Protocol, name("DTLS1.2"))]),
        protocol(&[
            (Protocol, name("SSH")),
            (
                Kex,
                list(&[
                    "sntrup761x25519-sha512@openssh.com",
                    "diffie-hellman-group14-sha256",
                ]),
            ),
            (HostKeys, list(&["ssh-ed25519", "rsa-sha2-256"])),
        ]),
        protocol(&[(Protocol, Value::unknown(Why::new("name", "PROTO")))]),
        mention(&[(Algorithm, name("AES")), (Mode, name("CTR"))]),
        mention(&[(Curve, name("P-521"))]),
        mention(&[(Digest, name("MD5"))]),
        mention(&[(Mode, name("GCM"))]),
    ]
}

fn finding(asset: Asset, line: u32) -> Finding {
    let location = Location {
        path: format!("src/{}/a\n\"b\" \u{202e}.java", line % 7).into(),
        line,
        column: 1 + line % 40,
        span: Range64 {
            start: u64::from(line) * 80,
            end: u64::from(line) * 80 + 12,
        },
    };
    Finding {
        evidence: vec![Evidence {
            location: location.clone(),
            entry: "java/jca#java.security.KeyPairGenerator.initialize".into(),
        }],
        asset,
        location,
        text: if line.is_multiple_of(5) {
            hostile().into()
        } else {
            "KeyPairGenerator.getInstance(\"RSA\")".into()
        },
        library: if line.is_multiple_of(2) {
            "java/jca".into()
        } else {
            "c/openssl".into()
        },
        entry: "java/jca#java.security.KeyPairGenerator.getInstance".into(),
        symbol: "java.security.KeyPairGenerator.getInstance".into(),
        function: (line.is_multiple_of(3)).then(|| hostile().into()),
        technique: Technique::SourceCode,
        confidence: if line.is_multiple_of(4) {
            Confidence::Medium
        } else {
            Confidence::High
        },
        context: if line.is_multiple_of(6) {
            Context::Test
        } else {
            Context::Production
        },
        uses: Vec::new(),
        provenance: Default::default(),
    }
}

/// Everything, in groups of one; and a group in which a signature uses a key.
fn findings() -> Vec<Vec<Finding>> {
    let mut groups: Vec<Vec<Finding>> = assets()
        .into_iter()
        .zip(1..)
        .map(|(asset, line)| vec![finding(asset, line)])
        .collect();
    let key = asset(
        AssetKind::Key,
        &[
            (Facet::Algorithm, name("EC")),
            (Facet::Curve, name("P-256")),
        ],
        &[Operation::Keygen],
    );
    let certificate = asset(
        AssetKind::Certificate,
        &[(Facet::Algorithm, name("Ed25519"))],
        &[Operation::Sign],
    );
    let signature = asset(
        AssetKind::Algorithm,
        &[
            (Facet::Algorithm, name("ECDSA")),
            (Facet::Curve, name("P-256")),
            (Facet::Digest, name("SHA-384")),
        ],
        &[Operation::Sign],
    );
    groups.push(vec![
        finding(key, 5000),
        Finding {
            uses: vec![0],
            ..finding(signature, 5001)
        },
        Finding {
            uses: vec![0],
            ..finding(certificate, 5002)
        },
    ]);
    let many = asset(
        AssetKind::Algorithm,
        &[(Facet::Algorithm, name("MD5"))],
        &[Operation::Digest],
    );
    groups.extend((10_000..10_000 + MANY).map(|line| vec![finding(many.clone(), line)]));
    groups
}

fn report(findings: Vec<Vec<Finding>>) -> Report {
    let catalog = Catalog::embedded().expect("the catalogue loads");
    let inventory = merge(findings, &catalog);
    let assessment = inventory
        .assets
        .iter()
        .enumerate()
        .map(|(n, _)| {
            let class = [
                Class::KeyEstablishment,
                Class::Signature,
                Class::QuantumBroken,
                Class::Weak,
                Class::PostQuantum,
                Class::Fine,
            ][n % 6];
            let band = [Band::P0, Band::P1, Band::P2, Band::P3, Band::P4][n % 5];
            let reason = "because of what it is";
            let judged = Judgement::new(class, band, FindingClass::RsaKeyTransport, reason);
            let replacement = n.is_multiple_of(2).then(|| "ML-KEM-768".to_owned());
            Arc::new(Assessment::new(judged.replaced_by(replacement), []))
        })
        .collect();
    Report {
        subject: Subject {
            name: "payments".to_owned(),
            shown: "./payments".to_owned(),
            base: "./payments/".to_owned(),
            commit: Some("3f9c2e1d0a7b4c5e6f708192a3b4c5d6e7f80912".to_owned()),
            remote: Some("git@example.com:payments/core.git".into()),
            ..Subject::default()
        },
        inventory,
        assessment,
        packages: Vec::new(),
        binaries: Vec::new(),
        libraries: BTreeMap::from([(
            "java/jca".to_owned(),
            Library {
                title: hostile(),
                package: Some("pkg:maven/org.example/provider".to_owned()),
                speaks: None,
            },
        )]),
        coverage: Coverage {
            files_seen: 6477,
            skips: vec![Skip {
                path: "big\u{1b}.java".into(),
                reason: SkipReason::TooLargeToParse,
                detail: hostile(),
                number: 1,
            }],
            by_language: BTreeMap::from([("java", 12)]),
            ..Coverage::default()
        },
        rules_hash: blake3::hash(b"rules").to_hex().to_string(),
        timestamp: Some(1_790_000_000),
        ..Report::default()
    }
}

fn nothing() -> Report {
    Report::default()
}

fn package(
    kind: &'static str,
    namespace: Option<&str>,
    name: &str,
    version: Option<&str>,
) -> Arc<Package> {
    Arc::new(Package {
        kind,
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
        version: version.map(str::to_owned),
        arch: (kind == "deb").then(|| "amd64".to_owned()),
    })
}

/// Places in packages: a jar in a Debian package in an image, packages that have no package URL, and names that differ only where they are
/// cut or cannot be shown.
fn packaged() -> Report {
    let image = || package("docker", Some("example"), "shop", Some("1.2"));
    let debian = || package("deb", Some("debian"), "libcodec-java", Some("1:2.0-1"));
    let jar = |name: &str| package("maven", None, name, Some("1.0"));
    let long = "x".repeat(1200);
    let chains = vec![
        vec![
            package("maven", Some("org.example"), "codec", Some("2.0")),
            debian(),
            image(),
        ],
        vec![jar("nameless"), debian(), image()],
        vec![debian(), image()],
        vec![image()],
        vec![jar(&hostile()), image()],
        vec![jar(&format!("{long}-a"))],
        vec![jar(&format!("{long}-b"))],
        vec![jar("a\u{202d}b")],
        vec![jar("a\u{202e}b")],
        vec![package("npm", Some("@\"<\u{202e}>"), &hostile(), None)],
        vec![package("npm", Some("@noble"), "curves", Some("1.9.4"))],
        // The same in the image: then it is inside of neither.
        vec![
            package("npm", Some("@noble"), "curves", Some("1.9.4")),
            image(),
        ],
        vec![],
    ];
    let findings = chains
        .into_iter()
        .zip(20_000..)
        .map(|(packages, line): (Vec<Arc<Package>>, u32)| {
            let size = asset(
                AssetKind::Key,
                &[
                    (Facet::Algorithm, name("RSA")),
                    (Facet::KeyBits, bits(u64::from(line))),
                ],
                &[Operation::Keygen],
            );
            let layer = packages.last().filter(|last| last.kind == "docker");
            let layer = layer.map(|_| {
                Arc::new(Layer {
                    digest: if line.is_multiple_of(2) {
                        format!("sha256:{}", "0123456789abcdef".repeat(4))
                    } else {
                        hostile()
                    },
                    instruction: Some(hostile()),
                })
            });
            vec![Finding {
                provenance: Provenance { packages, layer }.into(),
                ..finding(size, line)
            }]
        })
        .collect();
    let known = Knowledge::load(&[]).expect("the embedded rules load");
    let found = Found {
        findings,
        ..Found::default()
    };
    pqscan::inventory::report(found, &known, None)
}

/// A program that signs with a library of the scan, with another built into it, and names that nobody should print.
fn compiled() -> Report {
    let binary = |path: &str, role, needs: &[&str]| {
        let mut binary = Binary::new(path.into(), "ELF", role, Context::Production);
        binary.architectures = vec!["x86-64", "aarch64"];
        binary.needs = needs.iter().map(|&needed| needed.to_owned()).collect();
        binary
    };
    let mut program = binary("bin/sign", Role::Program, &["libkeys.so.1", "libc.so.6"]);
    program.sha256 = Some(Fingerprint([0xab; 32]));
    program.build_id = Some("0123456789abcdef".to_owned());
    program.version = Some(hostile());
    program.parts = vec![
        Part {
            name: "OpenSSL".to_owned(),
            version: Some("3.5.1".to_owned()),
            purl: Some("pkg:generic/openssl@3.5.1".to_owned()),
            told_by: "version banner",
            at: 4096,
        },
        Part {
            name: hostile(),
            version: None,
            purl: None,
            told_by: "path of a source file",
            at: 0,
        },
    ];
    let mut library = binary("lib/libkeys.so.1.2", Role::Library, &[]);
    library.name = Some("libkeys.so.1".to_owned());
    let idle = binary("bin/idle", Role::Program, &["libkeys.so.1"]);
    let seen = |asset, path: &str, technique| Finding {
        location: Location {
            path: path.into(),
            line: 0,
            column: 0,
            span: Range64 { start: 64, end: 80 },
        },
        technique,
        library: "c/openssl".into(),
        entry: "c/openssl#ECDSA_sign".into(),
        ..finding(asset, 1)
    };
    let signature = asset(
        AssetKind::Algorithm,
        &[(Facet::Algorithm, name("ECDSA"))],
        &[Operation::Sign],
    );
    let curve = asset(
        AssetKind::Algorithm,
        &[
            (Facet::Algorithm, name("EC")),
            (Facet::Curve, name("P-256")),
        ],
        &[],
    );
    let known = Knowledge::load(&[]).expect("the embedded rules load");
    let found = Found {
        findings: vec![
            vec![seen(signature.clone(), "bin/sign", Technique::Imports)],
            vec![
                seen(signature, "lib/libkeys.so.1.2", Technique::Exports),
                seen(curve, "lib/libkeys.so.1.2", Technique::Constants),
            ],
        ],
        binaries: vec![idle, program, library],
        ..Found::default()
    };
    pqscan::inventory::report(found, &known, None)
}

/// What a scan of the projects in `corpus/` brings.
fn corpus(threads: usize) -> Report {
    let known = Knowledge::load(&[]).expect("the embedded rules load");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/source");
    let found = scan::scan(
        &Request {
            roots: vec![root],
            threads,
            ..Request::default()
        },
        &known,
        &scan::Unwatched,
    )
    .expect("the corpus can be scanned");
    pqscan::inventory::report(found, &known, None)
}

fn written(form: &str, report: &Report, options: &Options) -> Vec<u8> {
    let mut bytes = Vec::new();
    output::format(form)
        .expect("the form exists")
        .write(report, options, &mut bytes)
        .expect("memory takes it");
    bytes
}

fn cbom(report: &Report, spec_version: SpecVersion) -> Vec<u8> {
    written(
        "cyclonedx",
        report,
        &Options {
            spec_version,
            ..Options::default()
        },
    )
}

fn parsed(report: &Report, version: SpecVersion) -> Json {
    serde_json::from_slice(&cbom(report, version)).expect("the CBOM is JSON")
}

const VERSIONS: [SpecVersion; 2] = [SpecVersion::V1_6, SpecVersion::V1_7];

/// Components that are cryptographic assets.
fn components(bom: &Json) -> impl Iterator<Item = &Json> {
    bom["components"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|component| component["type"] == "cryptographic-asset")
}

fn property<'a>(component: &'a Json, name: &str) -> Option<&'a str> {
    component["properties"]
        .as_array()?
        .iter()
        .find(|property| property["name"] == name)?["value"]
        .as_str()
}

#[test]
fn a_binary_depends_on_what_it_uses_and_provides_what_it_implements() {
    let report = compiled();
    let bom = parsed(&report, SpecVersion::V1_7);
    let id = |name: &str| {
        let found = components(&bom).find(|component| component["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))["bom-ref"].clone()
    };
    let dependency = |reference: &str| {
        let all = bom["dependencies"].as_array().expect("a list");
        let found = all.iter().find(|dependency| dependency["ref"] == reference);
        found.unwrap_or_else(|| panic!("no {reference}")).clone()
    };
    let lists = |value: &Json, wanted: &Json| value.as_array().is_some_and(|v| v.contains(wanted));
    let (signature, curve) = (id("ECDSA"), id("EC-P-256"));
    let library = Json::from("binary/lib/libkeys.so.1.2");

    let program = dependency("binary/bin/sign");
    assert!(lists(&program["dependsOn"], &signature));
    assert!(lists(&program["dependsOn"], &library));
    assert!(lists(&program["dependsOn"], &"part/OpenSSL@3.5.1".into()));
    assert!(!lists(&program["provides"], &signature));
    let provider = dependency("binary/lib/libkeys.so.1.2");
    assert!(lists(&provider["provides"], &signature));
    assert!(lists(&provider["provides"], &curve));

    // What nobody was seen to use is no concern of the subject, and not urgent.
    let subject = dependency("subject");
    assert!(lists(&subject["dependsOn"], &signature));
    assert!(!lists(&subject["dependsOn"], &curve));
    let provided = components(&bom)
        .find(|c| c["bom-ref"] == curve)
        .expect("it is there");
    assert_eq!(property(provided, "pqscan:seen"), Some("provided"));
    assert_eq!(property(provided, "pqscan:priority"), Some("P3"));

    let all = bom["components"].as_array().expect("a list");
    let file = |name: &str| {
        let found = all.iter().find(|component| component["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(
        property(file("idle"), "pqscan:binary:through"),
        Some("lib/libkeys.so.1.2")
    );
    let part = "OpenSSL 3.5.1 (version banner at byte 4096); has ML-KEM, ML-DSA, SLH-DSA";
    let properties = file("sign")["properties"].as_array().expect("a list");
    assert!(properties.iter().any(|property| property["value"] == part));
    assert_eq!(file("sign")["hashes"][0]["content"], "ab".repeat(32));
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "a person must see that the validator did not run"
)]
fn the_official_validator_accepts_every_kind_of_output() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cyclonedx");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let mut files = Vec::new();
    for (what, report) in [
        ("everything", report(findings())),
        ("nothing", nothing()),
        ("corpus", corpus(0)),
        ("packages", packaged()),
        ("compiled", compiled()),
    ] {
        for version in VERSIONS {
            let path = folder.join(format!("{what}-{}.json", version.name()));
            fs::write(&path, cbom(&report, version)).expect("the target folder can be written");
            files.push((path, version));
        }
    }
    let ci = env::var("CI").is_ok_and(|value| value == "true");
    match python() {
        Ok(python) => validate(&python, &files),
        Err(why) if ci => panic!("the official validator cannot be run: {why}"),
        Err(why) => eprintln!("skipped: {why}"),
    }
}

/// A Python that has the validator, installed where this test keeps it.
fn python() -> Result<PathBuf, String> {
    let system = ["python3", "python"]
        .into_iter()
        .find(|python| {
            Command::new(python)
                .arg("--version")
                .output()
                .is_ok_and(|output| output.status.success())
        })
        .ok_or("no python3")?;
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venv");
    let python = if cfg!(windows) {
        venv.join("Scripts/python.exe")
    } else {
        venv.join("bin/python")
    };
    let run = |program: &Path, args: &[&str]| {
        let output = Command::new(program)
            .args(args)
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    };
    if run(
        &python,
        &["-c", "import cyclonedx.validation.json, jsonschema"],
    )
    .is_ok()
    {
        return Ok(python);
    }
    run(Path::new(system), &["-m", "venv", &venv.to_string_lossy()])?;
    run(
        &python,
        &[
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "cyclonedx-python-lib[validation]",
        ],
    )?;
    Ok(python)
}

fn validate(python: &Path, files: &[(PathBuf, SpecVersion)]) {
    const SCRIPT: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
bad = False
for argument in sys.argv[1:]:
    version, path = argument.split(':', 1)
    validator = JsonStrictValidator(SchemaVersion.from_version(version))
    error = validator.validate_str(open(path, encoding='utf-8').read())
    if error:
        bad = True
        print(path, str(error)[:2000])
sys.exit(bad)
";
    let arguments = files
        .iter()
        .map(|(path, version)| format!("{}:{}", version.name(), path.display()));
    let output = Command::new(python)
        .arg("-c")
        .arg(SCRIPT)
        .args(arguments)
        .output()
        .expect("Python runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn our_own_lint_finds_nothing() {
    for version in VERSIONS {
        let problems = lint::lint(&cbom(&report(findings()), version)).expect("it is a CBOM");
        assert_eq!(problems, []);
        assert_eq!(
            lint::lint(&cbom(&nothing(), version)).expect("it is a CBOM"),
            []
        );
        assert_eq!(
            lint::lint(&cbom(&corpus(0), version)).expect("it is a CBOM"),
            []
        );
        assert_eq!(
            lint::lint(&cbom(&packaged(), version)).expect("it is a CBOM"),
            []
        );
        assert_eq!(
            lint::lint(&cbom(&compiled(), version)).expect("it is a CBOM"),
            []
        );
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let (one, many) = (corpus(1), corpus(8));
    assert!(
        one.inventory.assets.len() > 50,
        "the corpus holds {} assets",
        one.inventory.assets.len()
    );
    assert!(
        cbom(&one, SpecVersion::V1_7) == cbom(&many, SpecVersion::V1_7),
        "the CBOM depends on the threads"
    );
    assert!(
        written("json", &one, &Options::default()) == written("json", &many, &Options::default()),
        "the result depends on the threads"
    );
}

#[test]
fn equal_input_gives_equal_bytes_in_any_order() {
    let mut reversed = findings();
    reversed.reverse();
    let (one, other) = (report(findings()), report(reversed));
    for version in VERSIONS {
        assert_eq!(cbom(&one, version), cbom(&one, version));
        assert!(
            cbom(&one, version) == cbom(&other, version),
            "the order of findings shows in the CBOM"
        );
    }
    assert!(
        written("json", &one, &Options::default()) == written("json", &other, &Options::default()),
        "the order of findings shows in the result"
    );
}

#[test]
fn the_serial_number_is_that_of_the_content_and_not_of_the_time() {
    let mut later = report(findings());
    later.timestamp = Some(1_800_000_000);
    let mut other = report(findings());
    other.inventory.assets.truncate(3);
    let serial = |report: &Report| parsed(report, SpecVersion::V1_7)["serialNumber"].clone();
    assert_eq!(serial(&report(findings())), serial(&later));
    assert_ne!(serial(&later), serial(&other));
}

/// Dependency-Track identifies a component by group, name and version (and purl, cpe, swid, which an asset has not).
#[test]
fn a_consumer_that_merges_equal_group_name_and_version_loses_nothing() {
    for version in VERSIONS {
        let bom = parsed(&report(findings()), version);
        let mut seen = BTreeSet::new();
        for component in bom["components"].as_array().expect("a list") {
            let identity = ["group", "name", "version"]
                .map(|key| component[key].as_str().unwrap_or_default().to_owned());
            // Another consumer cuts names at the first '@'.
            assert!(!identity[1].contains('@'), "{identity:?}");
            assert!(seen.insert(identity.clone()), "{identity:?} is twice");
        }
    }
}

/// What the CBOMkit viewer's compliance check asks of a component; one `Unknown` makes it call the whole document not compliant.
#[derive(Debug, PartialEq, Eq)]
enum Compliance {
    Safe,
    NotSafe,
    NotApplicable,
    Unknown,
}

fn compliance(component: &Json) -> Compliance {
    let algorithm = &component["cryptoProperties"]["algorithmProperties"];
    if algorithm["nistQuantumSecurityLevel"]
        .as_u64()
        .is_some_and(|level| level > 0)
    {
        return Compliance::Safe;
    }
    let name = component["name"]
        .as_str()
        .unwrap_or_default()
        .to_lowercase();
    match algorithm["primitive"].as_str() {
        None => Compliance::Unknown,
        Some(_)
            if ["ml-kem", "ml-dsa", "slh-dsa", "kyber"]
                .iter()
                .any(|safe| name.contains(safe)) =>
        {
            Compliance::Safe
        }
        Some("signature" | "key-agree" | "kem" | "pke") => Compliance::NotSafe,
        Some("unknown" | "other") => Compliance::Unknown,
        Some(_) => Compliance::NotApplicable,
    }
}

#[test]
fn a_viewer_knows_every_algorithm_that_the_code_names_and_uses() {
    for version in VERSIONS {
        let bom = parsed(&report(findings()), version);
        let expect = |wanted: &str| {
            let component = components(&bom)
                .find(|component| component["name"] == wanted)
                .unwrap_or_else(|| panic!("no {wanted}"));
            compliance(component)
        };
        assert_eq!(expect("ML-KEM-768"), Compliance::Safe);
        assert_eq!(expect("X25519MLKEM768"), Compliance::Safe);
        assert_eq!(expect("AES-256-GCM (tag bits 128)"), Compliance::Safe);
        assert_eq!(expect("ECDSA-P-256-SHA-256"), Compliance::NotSafe);
        assert_eq!(
            expect("RSA"),
            Compliance::NotSafe,
            "it signs, so it is a signature"
        );
        assert_eq!(expect("3DES-ECB"), Compliance::NotApplicable);
        assert_eq!(
            expect("unknown algorithm (env SIGN_ALG)"),
            Compliance::Unknown,
            "nothing is guessed"
        );
    }
}

#[test]
fn every_key_refers_to_an_algorithm_with_primitive_and_broken_ones_have_level_zero() {
    let bom = parsed(&report(findings()), SpecVersion::V1_7);
    let by_ref: BTreeMap<&str, &Json> = components(&bom)
        .filter_map(|component| Some((component["bom-ref"].as_str()?, component)))
        .collect();
    let mut keys = 0;
    for component in components(&bom) {
        let material = &component["cryptoProperties"]["relatedCryptoMaterialProperties"];
        if material.is_null() {
            continue;
        }
        keys += 1;
        assert!(material.get("value").is_none());
        let algorithm = by_ref[material["algorithmRef"].as_str().expect("a reference")];
        let properties = &algorithm["cryptoProperties"]["algorithmProperties"];
        assert!(properties["primitive"].is_string(), "{algorithm}");
        assert_eq!(
            material["relatedCryptographicAssets"][0]["ref"],
            material["algorithmRef"]
        );
        let name = algorithm["name"].as_str().unwrap_or_default();
        if name.starts_with("RSA") || name.starts_with("EC") {
            assert_eq!(properties["nistQuantumSecurityLevel"], 0, "{name}")
        }
    }
    assert!(keys > 8, "{keys} keys");
}

#[test]
fn keys_have_the_type_that_the_code_shows() {
    let bom = parsed(&report(findings()), SpecVersion::V1_7);
    let kind = |wanted: &str| {
        let key = components(&bom)
            .find(|component| component["name"] == wanted)
            .unwrap_or_else(|| panic!("no {wanted}"));
        key["cryptoProperties"]["relatedCryptoMaterialProperties"]["type"].clone()
    };
    assert_eq!(kind("RSA-2048 key"), "private-key");
    assert_eq!(kind("Ed25519 key"), "public-key");
    assert_eq!(kind("AES-256 key"), "secret-key");
    assert_eq!(kind("RSA (key bits unknown, call size) key"), "key");
    assert_eq!(kind("unknown algorithm (parameter alg) key"), "key");
}

#[test]
fn occurrences_are_capped_and_their_true_number_is_said() {
    let bom = parsed(&report(findings()), SpecVersion::V1_7);
    let md5 = components(&bom)
        .find(|component| component["name"] == "MD5")
        .expect("it was found");
    assert_eq!(
        md5["evidence"]["occurrences"].as_array().map(Vec::len),
        Some(Options::default().max_occurrences)
    );
    assert_eq!(
        property(md5, "pqscan:occurrences"),
        Some(MANY.to_string().as_str())
    );
    assert!(property(md5, "pqscan:occurrencesWritten").is_some());
}

#[test]
fn a_parameter_says_where_it_came_from_or_why_it_is_unknown() {
    let bom = parsed(&report(findings()), SpecVersion::V1_7);
    let of = |wanted: &str| {
        components(&bom)
            .find(|component| component["name"] == wanted)
            .unwrap_or_else(|| panic!("no {wanted}"))
    };
    let key = of("RSA-2048 key");
    assert_eq!(property(key, "pqscan:parameter:key_bits"), Some("2048"));
    assert_eq!(property(key, "pqscan:origin:key_bits"), Some("default"));
    assert_eq!(
        property(
            of("unknown algorithm (env SIGN_ALG)"),
            "pqscan:unknown:algorithm"
        ),
        Some("env(SIGN_ALG)")
    );
    let open = of("RSA (key bits 2048 or unknown, parameter bits) key");
    assert_eq!(property(open, "pqscan:parameter:key_bits"), Some("2048|…"));
    assert_eq!(
        open["cryptoProperties"]["relatedCryptoMaterialProperties"].get("size"),
        None,
        "one of several sizes is no size"
    );
}

#[test]
fn the_subject_depends_on_what_is_used_and_libraries_provide_it() {
    let bom = parsed(&report(findings()), SpecVersion::V1_7);
    let edges = |from: &str, kind: &str| -> BTreeSet<String> {
        let element = bom["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|dependency| dependency["ref"] == from);
        let list = element
            .and_then(|element| element.get(kind))
            .and_then(Json::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .map(ToOwned::to_owned)
            .collect()
    };
    let used = edges("subject", "dependsOn");
    for component in components(&bom) {
        let reference = component["bom-ref"].as_str().expect("a reference");
        assert_eq!(
            used.contains(reference),
            property(component, "pqscan:seen") == Some("used"),
            "{reference}"
        );
    }
    assert!(used.contains("library/java/jca"));
    assert!(!edges("library/java/jca", "provides").is_empty());
}

/// Components, with those inside of them, and the reference of the one around each.
fn nested<'a>(components: &'a Json, around: Option<&'a str>, to: &mut Vec<Nested<'a>>) {
    for component in components.as_array().into_iter().flatten() {
        to.push(Nested { component, around });
        nested(&component["components"], component["bom-ref"].as_str(), to);
    }
}

struct Nested<'a> {
    component: &'a Json,
    around: Option<&'a str>,
}

#[test]
fn a_package_is_inside_of_the_one_that_it_came_with_and_depends_on_what_is_used_in_it() {
    let report = packaged();
    for version in VERSIONS {
        let bom = parsed(&report, version);
        let mut all = Vec::new();
        nested(&bom["components"], None, &mut all);
        let mut refs = BTreeSet::new();
        for Nested { component, .. } in &all {
            let reference = component["bom-ref"].as_str().expect("a reference");
            assert!(refs.insert(reference), "{reference} is twice");
        }
        let edges: BTreeMap<&str, BTreeSet<&str>> = bom["dependencies"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|element| {
                let to = element["dependsOn"].as_array().into_iter().flatten();
                (
                    element["ref"].as_str().expect("a reference"),
                    to.filter_map(Json::as_str).collect(),
                )
            })
            .collect();
        assert_eq!(
            edges.len(),
            bom["dependencies"].as_array().map_or(0, Vec::len),
            "an element is twice"
        );
        assert!(edges.values().flatten().all(|to| refs.contains(to)));
        let packages: Vec<&Nested<'_>> = all
            .iter()
            .filter(|n| property(n.component, "pqscan:packageType").is_some())
            .collect();
        assert_eq!(packages.len(), report.packages.len());
        assert_eq!(packages.len(), 11);
        for package in packages {
            let reference = package.component["bom-ref"].as_str().expect("a reference");
            assert!(edges.contains_key(reference), "{reference} has no element");
            let around = package.around.unwrap_or("subject");
            assert!(edges[around].contains(reference), "{around} {reference}");
        }

        let image = "package/pkg:docker/example/shop@1.2";
        let debian = "package/pkg:deb/debian/libcodec-java@1:2.0-1?arch=amd64";
        let around = |reference: &str| {
            all.iter()
                .find(|n| n.component["bom-ref"] == reference)
                .unwrap_or_else(|| panic!("no {reference} in {refs:?}"))
                .around
        };
        assert_eq!(
            around("package/pkg:maven/org.example/codec@2.0"),
            Some(debian)
        );
        assert_eq!(around("package/maven/nameless@1.0"), Some(debian));
        assert_eq!(around(debian), Some(image));
        assert_eq!(around(image), None);
        assert_eq!(around("package/pkg:npm/%40noble/curves@1.9.4"), None);
    }
}

#[test]
fn the_place_of_an_asset_names_its_package_and_layer() {
    let report = packaged();
    let bom = parsed(&report, SpecVersion::V1_7);
    let elements = bom["dependencies"].as_array().expect("a list");
    let place = |line: u32| {
        let holder = components(&bom).find(|component| {
            let places = component["evidence"]["occurrences"].as_array();
            // The algorithm that the key implies has the key's place.
            let used = property(component, "pqscan:seen") == Some("used");
            used && places.into_iter().flatten().any(|p| p["line"] == line)
        });
        let holder = holder.unwrap_or_else(|| panic!("nothing at {line}"));
        let context = holder["evidence"]["occurrences"][0]["additionalContext"]
            .as_str()
            .expect("text");
        (holder["bom-ref"].clone(), context)
    };
    for (line, package) in [
        (20_000, "pkg:maven/org.example/codec@2.0"),
        (20_001, "maven/nameless@1.0"),
        (20_002, "pkg:deb/debian/libcodec-java@1:2.0-1?arch=amd64"),
        (20_003, "pkg:docker/example/shop@1.2"),
        (20_010, "pkg:npm/%40noble/curves@1.9.4"),
    ] {
        let (asset, context) = place(line);
        assert!(
            context.contains(&format!("; package {package}; ")),
            "{context}"
        );
        let element = elements
            .iter()
            .find(|element| element["ref"] == format!("package/{package}"))
            .unwrap_or_else(|| panic!("no element of {package}"));
        let used = element["dependsOn"].as_array().expect("a list");
        assert!(used.contains(&asset), "{package} does not use {asset}");
    }
    let (_, context) = place(20_000);
    assert!(context.contains("; layer sha256:0123"), "{context}");
    assert!(context.contains("; made by \u{fffd}"), "{context}");
    let (_, context) = place(20_012);
    assert!(!context.contains("; package "), "{context}");
}

#[test]
fn what_was_not_looked_at_is_said() {
    let bom = parsed(&report(findings()), SpecVersion::V1_7);
    assert_eq!(bom["compositions"][0]["aggregate"], "incomplete");
    assert!(property(&bom["metadata"], "pqscan:coverage:notLookedAt").is_some());
    assert_eq!(
        property(&bom["metadata"], "pqscan:coverage:skipped"),
        Some("1")
    );
    assert_eq!(bom["metadata"]["lifecycles"][0]["phase"], "pre-build");
    assert_eq!(
        bom["metadata"]["component"]["externalReferences"][0]["url"],
        "ssh://git@example.com/payments/core.git"
    );
    assert_eq!(
        parsed(&nothing(), SpecVersion::V1_7)["compositions"][0]["aggregate"],
        "incomplete_first_party_only"
    );
}

#[test]
fn no_output_holds_a_character_that_controls_a_terminal() {
    let report = report(findings());
    let options = Options {
        all: true,
        show_skipped: true,
        explain: true,
        ..Options::default()
    };
    let packaged = packaged();
    for (form, report) in [
        ("text", &report),
        ("cyclonedx", &report),
        ("text", &packaged),
        ("cyclonedx", &packaged),
    ] {
        let text = String::from_utf8(written(form, report, &options)).expect("it is text");
        let bad = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(bad, None, "in {form}");
        assert!(
            !text.contains("\\u001b") && !text.contains("\\u0000"),
            "in {form}"
        );
    }
}

#[test]
fn every_property_is_explained() {
    let docs = include_str!("../docs/cbom.md");
    let bom = parsed(&report(findings()), SpecVersion::V1_7);
    let all = components(&bom)
        .chain([&bom["metadata"]])
        .flat_map(|holder| holder["properties"].as_array().into_iter().flatten());
    let names: BTreeSet<&str> = all
        .filter_map(|property| property["name"].as_str())
        .collect();
    for name in names {
        // A family of properties is explained once, by the part that its members share.
        let word = name.split(':').take(2).collect::<Vec<_>>().join(":");
        assert!(docs.contains(&word), "docs/cbom.md does not explain {name}");
    }
}

#[test]
fn the_json_result_names_its_schema_and_leaves_nothing_out() {
    let report = report(findings());
    let result: Json =
        serde_json::from_slice(&written("json", &report, &Options::default())).expect("it is JSON");
    assert_eq!(result["schema"], "pqscan/result/1");
    assert_eq!(
        result["assets"].as_array().map(Vec::len),
        Some(report.inventory.assets.len())
    );
    let md5 = result["assets"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|asset| asset["name"] == "MD5")
        .expect("it was found");
    assert_eq!(
        md5["occurrences"].as_array().map(Vec::len),
        Some(MANY as usize)
    );
    assert!(md5["occurrences"][0]["path"].is_string() && md5["occurrences"][0]["is"].is_string());
}

#[test]
fn the_text_report_keeps_to_the_width_of_the_terminal() {
    let report = report(findings());
    for width in [60, 80, 100] {
        let options = Options {
            width: Some(width),
            ..Options::default()
        };
        let text = String::from_utf8(written("text", &report, &options)).expect("it is text");
        // Excerpts and their marks; a line with a path is kept whole so that it can be clicked.
        for line in text.lines().filter(|line| {
            line.trim_start_matches(|c: char| c.is_ascii_digit())
                .starts_with(" |")
        }) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}
