//! Certificates, keys, keystores and signatures, wherever they lie and however they are wrapped.
//!
//! Two ways lead to them. A file that *is* one (DER, a keystore, a keyring) is recognised by its first bytes or its name and read by a
//! `Form`. Everything else is searched once, front to back, for `Anchor`s: the few byte sequences with which something begins that
//! stands in the middle of other things (`-----BEGIN`, `ssh-ed25519 AAAA`, the version field of a certificate). Both end in the same
//! readers, one file a format, which say what they saw to `Seen`.
//!
//! The formats are parsed by libraries where there are such. What is read is public: of a private key its kind, its size and its public
//! half. No private value leaves a reader, as text, as bytes or as a digest.

mod age;
mod algorithm;
mod anchors;
mod attribute;
mod base64;
mod bouncycastle;
mod cms;
mod crl;
mod der;
mod derive;
mod dnssec;
mod embedded;
mod encoded;
mod explicit;
mod hexadecimal;
mod jks;
mod jwk;
mod keys;
mod keytab;
mod minisign;
mod openpgp;
mod parts;
mod passwords;
mod pbe;
mod pem;
mod pkcs12;
mod putty;
mod request;
mod seen;
mod signed;
mod sops;
mod spki;
mod ssh;
mod wireguard;
mod wrapping;
mod x509;

use smallvec::SmallVec;

use self::seen::Seen;
use super::{Detection, Detector, HEAD, Means, Source};
use crate::model::{Artifact, ArtifactKind, SkipReason};

/// The largest file that a form reads as a whole.
const MAX_WHOLE: u64 = 64 << 20;

/// A file that is one object, or a container of them.
trait Form: Sync {
    /// Whether the file is of this form: from its path and first bytes.
    fn is(&self, artifact: &Artifact, head: &[u8], length: u64) -> bool;
    /// Reads it. `false` where it turned out to be something else, so that it is searched like any other file.
    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool;
}

/// Every form, the more certain ones first.
static FORMS: &[&dyn Form] = &[
    &signed::Jar,
    &jks::Jks,
    &bouncycastle::Bks,
    &pkcs12::Cut,
    &cms::Cut,
    &encoded::Der,
    &openpgp::KeyBox,
    &openpgp::StoredKey,
    &openpgp::Binary,
    &signed::Zip,
    &signed::Rpm,
    &signed::Idsig,
    &signed::Json,
    &signed::Authenticode,
    &signed::CodeSignature,
    &keytab::Keytab,
    &keytab::Ssh1,
];

/// Something that stands in the middle of other things.
trait Anchor: Sync {
    /// The byte sequences that it begins with, or that stand close to its beginning.
    fn patterns(&self) -> &'static [&'static [u8]];
    /// Reads what stands around `at`, where one of the patterns was found in `text`; the end of what was read, or `None` where it is
    /// nothing of the kind. Everything that belongs to it is in `text`, or it is too long to be taken for one.
    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize>;
    /// Whether it is certain that all that belongs to it is in `text`, of which more may follow.
    fn is_whole(&self, _text: &[u8], _at: usize) -> bool {
        false
    }
}

/// Every anchor. Where two patterns are found at one place, the first stands. All together have at most 64 patterns: up to that many are
/// searched for in vectors, at some ten times the speed of more.
static ANCHORS: &[&dyn Anchor] = &[
    &pem::Pem,
    &embedded::Embedded,
    &signed::Module,
    &signed::Authenticated,
    &signed::Mime,
    &ssh::Lines,
    &putty::Putty,
    &jwk::Jwk,
    &age::Age,
    &minisign::Minisign,
    &wireguard::WireGuard,
    &dnssec::Records,
    &dnssec::Private,
    &sops::Sops,
    &base64::Base64,
    &hexadecimal::Hexadecimal,
];

/// The detector.
pub struct Material;

impl Detector for Material {
    fn claims(&self, artifact: &Artifact, _head: &[u8]) -> bool {
        // Scripts in pages are seen with their pages.
        matches!(artifact.kind, ArtifactKind::File | ArtifactKind::Archive)
    }

    fn goes_by_name(&self) -> bool {
        false
    }

    fn detect(&self, artifact: &Artifact, bytes: &mut dyn Source, means: &Means<'_>) -> Detection {
        let mut seen = Seen::new(artifact, means);
        let length = bytes.len();
        let forms: SmallVec<[&dyn Form; 4]> = match bytes.read_at(0..HEAD as u64) {
            Ok(head) => {
                let forms = FORMS.iter().copied();
                forms
                    .filter(|form| form.is(artifact, head, length))
                    .collect()
            }
            Err((reason, detail)) => {
                seen.skip(reason, detail);
                return seen.finish();
            }
        };
        if forms.iter().any(|form| form.read(bytes, &mut seen)) {
            return seen.finish();
        }
        // The members of an archive are artifacts of their own.
        if artifact.kind == ArtifactKind::File {
            anchors::search(bytes, &mut seen);
        }
        seen.finish()
    }
}

/// Reads bytes that were encoded at the place that is stood at, like a file of their own; whether there was anything in them.
fn decoded(bytes: &[u8], seen: &mut Seen<'_>) -> bool {
    let before = seen.count();
    seen.hold(|seen| {
        let artifact = seen.artifact;
        let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
        let length = bytes.len() as u64;
        let form = FORMS
            .iter()
            .any(|form| form.is(artifact, head, length) && form.read(&mut &*bytes, seen));
        if !form {
            anchors::search_decoded(bytes, seen)
        }
    });
    seen.count() > before
}

/// All bytes of a file that is small enough; what it is not is told.
fn whole<'b>(bytes: &'b mut dyn Source, seen: &mut Seen<'_>) -> Option<&'b [u8]> {
    let length = bytes.len();
    if length > MAX_WHOLE {
        seen.skip(SkipReason::TooLargeToParse, format!("{length} bytes"));
        return None;
    }
    match bytes.read_at(0..length) {
        Ok(all) => Some(all),
        Err((reason, detail)) => {
            seen.skip(reason, detail);
            None
        }
    }
}
