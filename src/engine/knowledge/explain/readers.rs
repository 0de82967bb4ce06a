//! The pages of what sees an asset without a rule: readers of encodings, and of what compilers leave in binaries. Outputs name them as
//! `object/x509` or `binary/constants`, where another place names a rule entry.

use super::page::Page;

/// A reader.
pub(super) struct Reader {
    /// As outputs have it.
    pub(super) id: &'static str,
    /// What it reads.
    reads: &'static str,
    /// What it says of that.
    says: &'static str,
    /// Where the form is described.
    source: &'static str,
}

const KEY: &str = "The key with its algorithm and size or curve, which half lies there, and whether it is encrypted. \
    The private value is in no output.";
const CERTIFICATE: &str = "The certificate with subject, issuer, validity and use, the key in it, and what it is signed with.";
const SIGNED: &str = "What the signature is made with, and the certificate or key of who signed where it is there. \
    Signatures are not verified.";
const PARAMETERS: &str =
    "A group or set of parameters, named where it is a standard's, with its size.";

#[rustfmt::skip]
pub(super) const READERS: &[Reader] = &[
    reader("object/age", "A file encrypted with age, or a key of it", "The recipients and how the file key is wrapped for each; of a key its half.", "age-encryption.org/v1; C2SP, age.md"),
    reader("object/apk", "The signing block of an Android package: schemes v2, v3, v3.1, v4 and the source stamp", SIGNED, "https://source.android.com/docs/security/features/apksigning/v2"),
    reader("object/bouncycastle", "A keystore of Bouncy Castle: BKS, UBER or BCFKS", "What protects it, and its entries as far as they can be opened.", "BcKeyStoreSpi and BcFKSKeyStoreSpi in the sources of Bouncy Castle"),
    reader("object/cms", "A message in CMS or PKCS #7: signed, enveloped, encrypted, authenticated or time-stamped, S/MIME among them", "What it is signed or encrypted with, for whom, and the certificates in it. Signatures are not verified.", "RFC 5652; RFC 8551; RFC 3161"),
    reader("object/code-signature", "The code signature of a program for Apple's systems", SIGNED, "<Kernel/kern/cs_blobs.h>"),
    reader("object/crl", "A certificate revocation list", "Its issuer, its days, how many entries it has, and what it is signed with.", "RFC 5280 §5"),
    reader("object/dh", "Diffie-Hellman parameters, in DER or PEM", PARAMETERS, "PKCS #3; RFC 3526; RFC 7919"),
    reader("object/dnssec", "Records of DNSSEC with keys and signatures (DNSKEY, CDNSKEY, KEY, RRSIG), and the private keys of BIND", "The key with its algorithm, or what a record is signed or made with.", "RFC 4034; the registry DNS Security Algorithm Numbers"),
    reader("object/dsa", "A DSA key in its traditional form, or DSA parameters", KEY, "the DSA key of OpenSSL; FIPS 186-4"),
    reader("object/dsse", "A DSSE envelope", "That something is signed, and by which key identifier. The envelope does not say with which algorithm.", "https://github.com/secure-systems-lab/dsse/blob/master/envelope.md"),
    reader("object/ec", "Parameters of an elliptic curve, in DER or PEM", PARAMETERS, "RFC 5480 §2.1.1; SEC 1 appendix C.2"),
    reader("object/in-toto", "Metadata of in-toto and TUF: signed statements, and the keys that later ones are signed by", SIGNED, "https://github.com/in-toto/specification; https://theupdateframework.github.io/specification/latest/"),
    reader("object/jks", "A keystore of Java: JKS or JCEKS", "How its entries are protected, and the certificates and keys in it as far as they can be read.", "OpenJDK, sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore"),
    reader("object/jwk", "A JSON Web Key, or a set of them", KEY, "RFC 7517; RFC 7518; RFC 8037; RFC 9964"),
    reader("object/keytab", "A Kerberos keytab", "Its principals with the type of each key. The keys are in no output.", "MIT Kerberos, Keytab file format; RFC 3961; RFC 3962; RFC 8009"),
    reader("object/minisign", "A key or signature of minisign or of OpenBSD's signify", "An Ed25519 key, how its private half is protected, or what a signature is made with.", "minisign(1); signify(1) of OpenBSD"),
    reader("object/module-signature", "The signature that is appended to a kernel module, a kernel or firmware", SIGNED, "include/linux/module_signature.h in the sources of Linux"),
    reader("object/openpgp", "Keys, signatures and messages of OpenPGP, binary or armoured, and GnuPG's key boxes", "Keys with algorithm and size, what signatures are made with, whom a message is encrypted for and how.", "RFC 9580; RFC 4880; RFC 9980"),
    reader("object/openssh", "Keys, certificates and signatures of SSH: private keys, .pub files, authorized_keys, known_hosts, RFC 4716, SSHSIG", KEY, "PROTOCOL.key, PROTOCOL.certkeys and PROTOCOL.sshsig in the sources of OpenSSH; RFC 4253"),
    reader("object/pbe", "The password-based encryption or integrity of a key or keystore", "Key derivation with its iterations, cipher and MAC.", "RFC 8018; RFC 9579; RFC 7914; RFC 7292 appendix C"),
    reader("object/pem", "The encryption that a PEM header describes (DEK-Info) around a traditional private key", "The cipher, and the key derivation, which is MD5 in one round.", "RFC 1421 §4.6.1.3; OpenSSL, PEM_read(3)"),
    reader("object/pkcs1", "An RSA key in its traditional form", KEY, "RFC 8017 appendix A.1"),
    reader("object/pkcs10", "A certification request", "Whom it is about, the key in it, and what it is signed with.", "RFC 2986"),
    reader("object/pkcs12", "A keystore in PKCS #12", "What protects it, and the certificates and keys in it as far as it can be opened.", "RFC 7292; RFC 9579"),
    reader("object/pkcs8", "A private key in PKCS #8, encrypted or not", KEY, "RFC 5958; RFC 5208"),
    reader("object/putty", "A private key of PuTTY (.ppk)", KEY, "PuTTY User Manual, appendix C"),
    reader("object/rpm", "The signatures in an RPM package, of the package and of its files", SIGNED, "https://rpm-software-management.github.io/rpm/manual/format_v4.html"),
    reader("object/sec1", "A private key on an elliptic curve in its traditional form", KEY, "RFC 5915"),
    reader("object/sigstore", "A bundle of Sigstore, or a signature of cosign with its certificate", SIGNED, "https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto"),
    reader("object/sops", "A file whose values are encrypted with SOPS", "How the data key is protected and for whom, and what the values are encrypted with.", "the documentation of SOPS"),
    reader("object/spkac", "A signed public key and challenge, as browsers made them", "The key in it, and what it is signed with.", "SPKAC, of the keygen element of HTML"),
    reader("object/spki", "A public key by itself, in DER or PEM", KEY, "RFC 5280 §4.1.2.7; RFC 5480; RFC 8410"),
    reader("object/tss2", "A key of a TPM 2.0 (TSS2 PRIVATE KEY)", KEY, "draft-bottomley-tpm2-keys; TPM 2.0 Library, Part 2"),
    reader("object/wireguard", "The keys in a configuration of WireGuard", "X25519 keys and pre-shared secrets. Private values are in no output.", "wg(8); systemd.netdev(5)"),
    reader("object/x509", "An X.509 certificate, in DER or PEM, by itself or inside of something else", CERTIFICATE, "RFC 5280"),
    reader("object/x509-attribute", "An attribute certificate: what somebody may do, signed, without a key", "Holder, issuer, validity, and what it is signed with.", "RFC 5755"),
    reader("binary/constants", "Constants of an algorithm among the bytes of a binary: curves, groups, tables", "That code or data of the algorithm is in there. Whether anything uses it is not seen.", "the standards of the algorithms: docs/binaries.md"),
    reader("binary/kernel-module", "The algorithms that a module of the Linux kernel registers, or asks the kernel for", "Which algorithms, by the names under which the kernel knows them.", "MODULE_ALIAS_CRYPTO in the sources of Linux"),
    reader("binary/object-texts", "Texts of a program that describe keys and signatures to libgcrypt", "Which algorithm they name. That they are used is not seen.", "libgcrypt manual, Used S-expressions"),
    reader("binary/rust", "The crates that are compiled into a program in Rust, by the list of cargo auditable or by the paths of source files", "The crate with its version, and its algorithm where it has one only. Who calls it is not seen.", "https://github.com/rust-secure-code/cargo-auditable"),
];

const fn reader(
    id: &'static str,
    reads: &'static str,
    says: &'static str,
    source: &'static str,
) -> Reader {
    Reader {
        id,
        reads,
        says,
        source,
    }
}

/// The page of a reader.
pub(super) fn page(reader: &Reader) -> String {
    let mut page = Page::new(reader.id);
    page.section(
        "What it is",
        "No rule, but a reader of the scanner itself; outputs name it where another place names the rule entry that saw it.",
    );
    page.section("What it reads", &format!("{}.", reader.reads));
    page.section("What it says of that", reader.says);
    page.section("Sources", reader.source);
    page.text
}
