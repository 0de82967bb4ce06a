//! A project whose every name, text and label tries to become something else in a report: markup, a link, a command for a terminal or a
//! build server, a formula, a line of its own.
//!
//! Made anew on every run, since git cannot hold such names everywhere; nothing here reads a clock or rolls dice. It is made in two
//! manners: as it is meant, and with a plain word in the place of each hostile text, so that a form can be held against itself: what the
//! first has and the second has not was injected. Include this file with `#[path]`.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// How the project is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With every hostile text.
    Hostile,
    /// With a plain word in the place of each.
    Plain,
}

/// The texts. Each holds `hx` and its number, by which it is found in what was written; `hx06` begins a line, and `FORGED` too.
const TEXTS: &[&str] = &[
    "<script>hx00()</script>",
    "</script><script>hx01()//",
    "\"><img src=x onerror=hx02()>",
    "' onmouseover='hx03()' x='",
    "]]>hx04<![CDATA[",
    "--><b>hx05</b><!--",
    "a\nhx06\n\nFORGED\n# FORGED\n\n| FORGED | b |\n|---|---|\n::error::FORGED\n",
    "\u{1b}[31mhx07\u{1b}[2J\u{1b}[H",
    "\u{1b}]8;;https://hx08.example.org\u{7}hx08\u{1b}]8;;\u{7}\u{1b}]0;hx08\u{7}",
    "hx09\u{202e}yp.txt",
    "\u{2066}hx10\u{2069}\u{2067}",
    "hx11\u{200b}\u{200d}\u{feff}\u{2060}x",
    "=cmd|' /C calc'!A0 hx12",
    "+1+cmd|' /C calc'!hx13",
    "@SUM(1+hx14)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!hx15",
    "\t=hx16",
    "\r=hx17",
    "a|b|hx18|c|d",
    "`hx19`` ```",
    "@everyone hx20 @octocat @org/team",
    "](javascript:hx21())[x](javascript:hx21())[x]:",
    "![hx22](https://hx22.example.org/x.png)",
    "::error::hx23",
    "::stop-commands::hx24",
    "##[error]hx25",
    "##vso[task.setvariable variable=hx26]x",
    "hx27%0A%0D::warning::x%25",
    "hx28\u{2028}x\u{2029}x",
    "&lt;b&gt;hx29&amp;&#60;b&#62;",
    "{{hx30}} ${hx30} {% hx30 %} {0}",
    "https://hx31.example.org www.hx31.example.org <https://hx31.example.org> #1 GH-1",
    "\\\");hx32();('",
    "~~hx33~~ **b** _i_ <!-- x --> ==x==",
    "\u{9b}31mhx34\u{9b}2J",
    "hx35\u{85}x",
    "\u{fffe}\u{ffff}\u{1}\u{c}\u{b}hx36",
    "＝hx37＋",
    "javascript:hx38()",
    "hx39 <details open><summary>x</summary>",
    "<style>*{display:none}/*hx40*/</style>",
    "<svg/onload=hx41()>",
    "&#x3c;script&#x3e;hx42()",
    "##teamcity[buildStatus text='hx43']",
    " hx44 ",
    "%68%78hx45%2e%2e%2f?q#f",
    "```\nhx46\n```",
    "\u{7f}hx47\u{8}\u{8}",
];

/// How many texts there are.
pub(crate) const NUMBER: usize = TEXTS.len();

/// Every text as it is written in what can hold it whole.
pub(crate) fn texts(manner: Manner) -> Vec<String> {
    (0..NUMBER).map(|number| text(manner, number)).collect()
}

fn text(manner: Manner, number: usize) -> String {
    match manner {
        Manner::Hostile => TEXTS[number].to_owned(),
        Manner::Plain => mark(number),
    }
}

/// What every text of that number holds.
pub(crate) fn mark(number: usize) -> String {
    format!("hx{number:02}")
}

/// As the name of a file can have it: 255 bytes at most, and no slash.
fn name(text: &str) -> String {
    text.replace('/', "\u{2044}")
}

/// As a line of code can have it.
fn line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// As a string literal between quotation marks can have it, in the languages below.
fn literal(text: &str) -> String {
    line(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// 4,000 characters with nowhere to break, as a name.
fn long(manner: Manner) -> String {
    match manner {
        Manner::Hostile => format!("long{}", "<b>ä".repeat(999)),
        Manner::Plain => "long".to_owned(),
    }
}

/// Writes the project into an empty folder.
pub(crate) fn write(to: &Path, manner: Manner) {
    for (number, text) in texts(manner).iter().enumerate() {
        sources(&to.join("src").join(name(text)), text, number);
        certificates(&to.join("pki"), text, number);
        packages(&to.join("web/node_modules"), text, number);
    }
    let long = long(manner);
    sources(&to.join("long"), &long, NUMBER);
    certificates(&to.join("pki"), &long, NUMBER);
    deep(to, manner);
    no_text(to, manner);
    keys(&to.join("pki"), manner);
    archive(&to.join("lib"), manner);
    binaries(&to.join("bin"), manner);
    people(to, manner);
    git(to, manner);
}

fn put(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    fs::write(path, bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// One source of each language, with the text wherever one can stand. Each makes an RSA key, digests with MD5, and takes one algorithm
/// from a variable and one that nobody knows.
fn sources(folder: &Path, text: &str, number: usize) {
    let (line, literal) = (line(text), literal(text));
    put(
        &folder.join(format!(
            "{}.py",
            name(&text.chars().take(20).collect::<String>())
        )),
        format!(
            "import hashlib, os\nfrom cryptography.hazmat.primitives.asymmetric import rsa\n\n\
             key = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # {line}\n\
             old = hashlib.md5(b\"{literal}\")  # pqscan: accept weak-hash until 2027-06-30 by {line} because {line}\n\
             other = hashlib.new(os.environ[\"{literal}\"])\n\
             odd = hashlib.new(\"{literal}\")\n"
        ),
    );
    if (8..NUMBER).contains(&number) {
        return;
    }
    put(
        &folder.join("A.java"),
        format!(
            "import java.security.*;\nimport javax.crypto.*;\nclass A {{\n  void a() throws Exception {{\n    \
             KeyPairGenerator g = KeyPairGenerator.getInstance(\"RSA\"); g.initialize(2048); // {line}\n    \
             Cipher.getInstance(\"{literal}/GCM/NoPadding\"); // {line}\n    \
             MessageDigest.getInstance(System.getProperty(\"{literal}\")); // {line}\n  }}\n}}\n"
        ),
    );
    put(
        &folder.join("a.go"),
        format!(
            "package a\n\nimport (\n\t\"crypto/md5\"\n\t\"crypto/rand\"\n\t\"crypto/rsa\"\n)\n\nfunc a() {{\n\t\
             rsa.GenerateKey(rand.Reader, 2048) // {line}\n\tmd5.Sum([]byte(\"{literal}\")) // {line}\n}}\n"
        ),
    );
    put(
        &folder.join("a.js"),
        format!(
            "const crypto = require('crypto');\nclass A {{\n  \"{literal}\"() {{\n    \
             crypto.generateKeyPairSync('rsa', {{ modulusLength: 2048 }}); // {line}\n    \
             crypto.createHash(\"{literal}\"); // {line}\n    \
             crypto.createHash(process.env[\"{literal}\"]); // {line}\n  }}\n}}\n"
        ),
    );
    put(
        &folder.join("a.c"),
        format!(
            "#include <openssl/evp.h>\n#include <openssl/rsa.h>\nvoid a(RSA *r, BIGNUM *e) {{\n  \
             RSA_generate_key_ex(r, 2048, e, 0); /* {line} */\n  EVP_get_digestbyname(\"{literal}\"); // {line}\n}}\n"
        ),
    );
    put(
        &folder.join("A.cs"),
        format!(
            "using System.Security.Cryptography;\nclass A {{\n  void B() {{\n    \
             var r = RSA.Create(2048); // {line}\n    var h = HashAlgorithm.Create(\"{literal}\"); // {line}\n  }}\n}}\n"
        ),
    );
    put(
        &folder.join("a.rs"),
        format!(
            "use rsa::RsaPrivateKey;\nfn a(rng: &mut rand::rngs::OsRng) {{\n    \
             let _ = RsaPrivateKey::new(rng, 2048); // {line}\n}}\n"
        ),
    );
}

/// A path of almost 4,000 bytes.
fn deep(to: &Path, manner: Manner) {
    let (part, times) = match manner {
        Manner::Hostile => (format!("<b>deep{}", "x".repeat(230)), 14),
        Manner::Plain => ("deep".to_owned(), 2),
    };
    let mut folder = to.to_owned();
    for _ in 0..times {
        folder.push(&part)
    }
    put(
        &folder.join("deep.py"),
        "import hashlib\nhashlib.md5(b'')\n",
    );
}

/// Names that are no UTF-8.
fn no_text(to: &Path, manner: Manner) {
    let name: &[u8] = match manner {
        Manner::Hostile => b"bytes\xff\xfe\x80<b>\xc3.py",
        Manner::Plain => b"bytes.py",
    };
    let code = "import hashlib\nhashlib.md5(b'')\n";
    put(&to.join("src").join(OsStr::from_bytes(name)), code);
}

/// Packages of npm, which say their names themselves.
fn packages(to: &Path, text: &str, number: usize) {
    let folder = to.join(format!("p{number:02}"));
    let json = serde_json::json!({ "name": text, "version": format!("1.0.0-{text}") });
    put(&folder.join("package.json"), json.to_string());
    put(
        &folder.join("index.js"),
        "const crypto = require('crypto');\ncrypto.createHash('md5');\n",
    );
}

/// What lies in a jar, and a Debian package that is called something else.
fn archive(to: &Path, manner: Manner) {
    fs::create_dir_all(to).expect("it can be made");
    let file = fs::File::create(to.join("a.jar")).expect("it can be made");
    let mut jar = zip::ZipWriter::new(file);
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (number, text) in texts(manner).iter().enumerate() {
        let member = format!("{number:02}{}.py", name(text));
        jar.start_file(member, stored).expect("it is written");
        jar.write_all(b"import hashlib\nhashlib.md5(b'')\n")
            .expect("it is written");
    }
    jar.finish().expect("it is written");
    // Neither a zip nor anything else: what is said of it names it.
    for (number, text) in texts(manner).iter().enumerate() {
        put(
            &to.join(format!("{number:02}{}.zip", name(text))),
            b"PK\x03\x04 and no more",
        );
    }
}

/// A library whose own name and needs are hostile: those of the corpus with as many bytes.
fn binaries(to: &Path, manner: Manner) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/binary/native/files");
    let original = fs::read(root.join("parts/libacme.so.1")).expect("readable");
    let own_name = b"libacme.so.1";
    let names: &[&[u8; 12]] = match manner {
        Manner::Hostile => &[
            b"<b>hx00</b>x",
            b"\"><i o=hx02>",
            b"=1+cmd|hx12!",
            b"\x1b[31mhx07\x1b[m",
            b"@a|`hx19`[x]",
            b"::error::hxx",
        ],
        Manner::Plain => &[b"libplain.so."],
    };
    for (number, name) in names.iter().enumerate() {
        let mut bytes = original.clone();
        let mut replaced = 0;
        for start in 0..bytes.len() - own_name.len() {
            if &bytes[start..start + own_name.len()] == own_name {
                bytes[start..start + own_name.len()].copy_from_slice(*name);
                replaced += 1;
            }
        }
        assert!(replaced > 0, "the library of the corpus has another name");
        put(&to.join(format!("b{number}.so")), bytes);
    }
}

/// What people say of the project: who owns what, what is accepted and why, what a file cannot tell.
fn people(to: &Path, manner: Manner) {
    let mut owners = String::from("* @everyone\n");
    let mut settings = toml::Table::new();
    let (mut contexts, mut waivers) = (Vec::new(), Vec::new());
    for (number, text) in texts(manner).iter().enumerate() {
        // An owner is one word.
        let word: String = line(text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join("\\ ");
        owners.push_str(&format!(
            "/web/node_modules/p{number:02}/ {word} @x{word} {word}@example.org\n"
        ));
        let mut context = toml::Table::new();
        context.insert("paths".into(), vec![format!("pki/c{number:02}.pem")].into());
        context.insert("owner".into(), text.clone().into());
        contexts.push(toml::Value::Table(context));
        let mut waiver = toml::Table::new();
        for (key, value) in [
            ("class", "weak-hash"),
            ("path", &format!("web/node_modules/p{number:02}/**")),
            ("reason", text),
            ("owner", text),
            ("ticket", text),
        ] {
            waiver.insert(key.into(), value.into());
        }
        // Every third has expired.
        let until = if number % 3 == 0 {
            "2026-06-30"
        } else {
            "2027-06-30"
        };
        waiver.insert("until".into(), until.into());
        waivers.push(toml::Value::Table(waiver));
    }
    // Wrong ones: what is wrong is said with their words.
    for text in texts(manner) {
        let mut waiver = toml::Table::new();
        for key in ["class", "fingerprint", "asset", "path", "until"] {
            waiver.insert(key.into(), text.clone().into());
        }
        waivers.push(toml::Value::Table(waiver));
    }
    settings.insert("context".into(), contexts.into());
    settings.insert("waiver".into(), waivers.into());
    put(&to.join("CODEOWNERS"), owners);
    put(
        &to.join("pqscan.toml"),
        toml::to_string(&settings).expect("it is TOML"),
    );
}

/// A policy whose words are hostile, for `--policy-file`.
pub(crate) fn policy(manner: Manner) -> String {
    let plain = |text: &'static str| match manner {
        Manner::Hostile => text,
        Manner::Plain => "plain 2026",
    };
    format!(
        "schema = 1\nid = \"hostile\"\ntitle = '''{}'''\ndocument = '''{}'''\nversion = '''{}'''\nsection = '''{}'''\ndate = \"2026-01-01\"\n\
         binding = \"binding\"\nevidence = \"primary\"\nscope = '''{}'''\nsource = ['''{}''', '''{}''']\nlast_verified = \"2026-11-01\"\n\
         [[deadline]]\nconcerns = [\"key-establishment\"]\nends = \"disallowed\"\nlast_day = \"2030-12-31\"\nsection = '''{}'''\n\
         [[target]]\nfor = [\"key-transport\", \"key-agreement\"]\nuse = [\"ML-KEM-768\"]\nnote = '''{}'''\nsource = '''{}'''\n\
         [hybrids]\nposition = \"allowed\"\nwords = '''{}'''\n",
        plain("<script>hx50()</script> | @everyone"),
        plain("![hx51](https://hx51.example.org/x.png) [x](javascript:hx51())"),
        plain("=hx52|`x`"),
        plain("\u{a7}1 @everyone"),
        plain("::error::hx53 ##vso[x]"),
        plain("javascript:hx54()"),
        plain("https://hx55.example.org/\"><script>"),
        plain("</script>hx56"),
        plain("<img src=x onerror=hx57()>"),
        plain("](javascript:hx58())"),
        plain("</title><b>hx59"),
    )
}

/// A work tree of git whose remote has a password and a path that breaks out.
fn git(to: &Path, manner: Manner) {
    let path = match manner {
        Manner::Hostile => "a\"><script>hx60()</script>/`|@b](javascript:x).git",
        Manner::Plain => "a/b.git",
    };
    put(&to.join(".git/HEAD"), "ref: refs/heads/main\n");
    put(&to.join(".git/refs/heads/main"), "1".repeat(40) + "\n");
    put(
        &to.join(".git/config"),
        format!(
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://somebody:hx61password@example.org/{path}\n"
        ),
    );
}

// ---- certificates and keys. None of them was ever worth anything: their numbers are digests of their names.

/// Bytes that depend on a word only.
fn digits(word: &str, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut count = 0_u32;
    while bytes.len() < length {
        bytes.extend(Sha256::digest(format!("{word}{count}")));
        count += 1;
    }
    bytes.truncate(length);
    bytes
}

/// An odd number of 2,048 bits.
fn modulus(word: &str) -> Vec<u8> {
    let mut bytes = digits(word, 256);
    bytes[0] |= 0x80;
    bytes[255] |= 1;
    bytes
}

/// A value of DER (X.690 §8.1).
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        length @ ..128 => out.push(length as u8),
        length @ 128..256 => out.extend([0x81, length as u8]),
        length => {
            out.push(0x82);
            out.extend(u16::try_from(length).expect("it is small").to_be_bytes())
        }
    }
    out.extend(content);
    out
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// CN and O, as UTF-8.
fn dn(text: &str) -> Vec<u8> {
    let attribute = |last: u8| {
        let kind = tlv(0x06, &[0x55, 0x04, last]);
        tlv(0x31, &sequence(&[kind, tlv(0x0c, text.as_bytes())]))
    };
    sequence(&[attribute(3), attribute(10)])
}

/// A certificate (RFC 5280 §4.1) whose signature is none.
fn certificate(subject: &str, number: usize) -> Vec<u8> {
    let sha256_with_rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    let rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let null = tlv(0x05, &[]);
    let signed = sequence(&[tlv(0x06, &sha256_with_rsa), null.clone()]);
    let mut value = vec![0];
    value.extend(modulus(&format!("certificate {number}")));
    let key = sequence(&[tlv(0x02, &value), tlv(0x02, &[1, 0, 1])]);
    let bits = |bytes: &[u8]| tlv(0x03, &[&[0], bytes].concat());
    let spki = sequence(&[sequence(&[tlv(0x06, &rsa), null]), bits(&key)]);
    let names = [
        tlv(0x82, subject.as_bytes()),
        tlv(0x81, format!("{subject}@example.org").as_bytes()),
        tlv(0x86, format!("javascript:{subject}").as_bytes()),
    ];
    let san = sequence(&[tlv(0x06, &[0x55, 0x1d, 0x11]), tlv(0x04, &sequence(&names))]);
    let validity = sequence(&[tlv(0x17, b"250101000000Z"), tlv(0x17, b"400101000000Z")]);
    let tbs = sequence(&[
        tlv(0xa0, &tlv(0x02, &[2])),
        tlv(0x02, &[1, number as u8]),
        signed.clone(),
        dn(&format!("{subject} CA")),
        validity,
        dn(subject),
        spki,
        tlv(0xa3, &sequence(&[san])),
    ]);
    sequence(&[tbs, signed, bits(&digits("signature", 256))])
}

fn certificates(folder: &Path, text: &str, number: usize) {
    let der = certificate(text, number);
    let lines = data_encoding::BASE64.encode(&der);
    let lines: Vec<&str> = lines
        .as_bytes()
        .chunks(64)
        .map(|chunk| std::str::from_utf8(chunk).expect("letters"))
        .collect();
    put(
        &folder.join(format!("c{number:02}.pem")),
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        ),
    );
}

/// Keys whose labels are hostile: of SSH, OpenPGP and a Java key store.
fn keys(folder: &Path, manner: Manner) {
    let mut authorized = String::new();
    for (number, text) in texts(manner).iter().enumerate() {
        let mut blob = Vec::new();
        let mut value = vec![0];
        value.extend(modulus(&format!("ssh {number}")));
        for part in [&b"ssh-rsa"[..], &[1, 0, 1], &value] {
            blob.extend(
                u32::try_from(part.len())
                    .expect("it is small")
                    .to_be_bytes(),
            );
            blob.extend(part);
        }
        let blob = data_encoding::BASE64.encode(&blob);
        authorized.push_str(&format!("ssh-rsa {blob} {}\n", line(text)));
        put(
            &folder.join(format!("u{number:02}.pgp")),
            openpgp(text, number),
        );
    }
    put(&folder.join("authorized_keys"), authorized);
    put(&folder.join("trust.jks"), jks(manner));
}

/// A public key with its user (RFC 4880 §5.5.2, §5.11).
fn openpgp(user: &str, number: usize) -> Vec<u8> {
    let packet = |tag: u8, body: &[u8]| {
        let mut out = vec![0xc0 | tag, 0xff];
        out.extend(
            u32::try_from(body.len())
                .expect("it is small")
                .to_be_bytes(),
        );
        out.extend(body);
        out
    };
    let mut key = vec![4, 0x60, 0, 0, 0, 1];
    key.extend(2048_u16.to_be_bytes());
    key.extend(modulus(&format!("openpgp {number}")));
    key.extend([0, 17, 1, 0, 1]);
    [packet(6, &key), packet(13, user.as_bytes())].concat()
}

/// A key store with a trusted certificate under each alias; its password is `changeit`.
fn jks(manner: Manner) -> Vec<u8> {
    let mut out = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2];
    out.extend(u32::try_from(NUMBER).expect("it is small").to_be_bytes());
    let sized = |out: &mut Vec<u8>, text: &str| {
        out.extend(
            u16::try_from(text.len())
                .expect("it is small")
                .to_be_bytes(),
        );
        out.extend(text.as_bytes())
    };
    for (number, text) in texts(manner).iter().enumerate() {
        out.extend(2_u32.to_be_bytes());
        sized(&mut out, text);
        out.extend(1_700_000_000_000_u64.to_be_bytes());
        sized(&mut out, "X.509");
        let der = certificate(text, 100 + number);
        out.extend(u32::try_from(der.len()).expect("it is small").to_be_bytes());
        out.extend(der);
    }
    let mut digest = Sha1::new();
    for unit in "changeit".encode_utf16() {
        digest.update(unit.to_be_bytes())
    }
    digest.update(b"Mighty Aphrodite");
    digest.update(&out);
    out.extend(digest.finalize());
    out
}
