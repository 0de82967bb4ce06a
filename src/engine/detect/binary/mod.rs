//! Executables, libraries, objects and bytecode: what cryptography is inside, by evidence that holds without running anything.
//!
//! A binary is told apart by its first bytes (`kind`). Then each technique that can read its kind looks by itself, one folder a
//! technique, and says what it saw to `seen`: the object file first, since it knows where signatures lie that are no part of the code.
//! Certificates, keys and signatures inside binaries are `cert`'s, which searches every file.

mod banners;
mod bytecode;
mod constants;
mod dex;
mod dotnet;
mod go;
mod java;
mod jvm;
mod kind;
mod object;
mod packed;
mod python;
mod rust;
mod seen;
mod wasm;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

pub use self::constants::constants_alone;
use self::kind::Kind;
use self::seen::Seen;
use super::{Detection, Detector, HEAD, Means, Source};
use crate::model::{Artifact, ArtifactKind, Fingerprint, SkipReason};

/// The largest file that a technique may ask for as a whole.
const MAX_WHOLE: u64 = 256 << 20;
/// Bytes that are read at once where a file is gone through from front to back.
const WINDOW: u64 = 1 << 20;

/// One way to look into a binary.
trait Technique: Sync {
    /// The words for it in the reason of a skip.
    fn name(&self) -> &'static str;
    /// Whether it can read files of the kind.
    fn reads(&self, kind: Kind) -> bool;
    /// Looks.
    ///
    /// # Errors
    /// When the file, or what of it the technique needs, cannot be read: why.
    fn look(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>)
    -> Result<(), (SkipReason, String)>;
}

/// Every technique, in the order in which they look: first those that say what binary it is, since others add to that.
static TECHNIQUES: &[&dyn Technique] = &[
    &object::Objects,
    &wasm::Wasm,
    &go::Go,
    &rust::Rust,
    &jvm::Jvm,
    &dex::Dalvik,
    &dotnet::DotNet,
    &python::Python,
    &banners::Banners,
    &packed::Packed,
    &constants::Constants,
];

/// The detector.
pub struct Binaries;

impl Detector for Binaries {
    fn claims(&self, artifact: &Artifact, head: &[u8]) -> bool {
        artifact.kind == ArtifactKind::File && Kind::of(head).is_some()
    }

    fn goes_by_name(&self) -> bool {
        false
    }

    fn detect(&self, artifact: &Artifact, bytes: &mut dyn Source, means: &Means<'_>) -> Detection {
        let mut detection = Detection::default();
        let kind = match bytes.read_at(0..HEAD as u64) {
            Ok(head) => Kind::of(head),
            Err((reason, detail)) => {
                detection.skip(&artifact.path, reason, detail);
                return detection;
            }
        };
        let Some(kind) = kind else { return detection };
        let mut seen = Seen::new(artifact, means, kind);
        for technique in TECHNIQUES.iter().filter(|t| t.reads(kind)) {
            // Whatever a technique cannot stand takes nothing from the others.
            let looked = catch_unwind(AssertUnwindSafe(|| technique.look(bytes, &mut seen)));
            let told = match looked {
                Ok(Ok(())) => continue,
                Ok(Err((reason, detail))) => (reason, detail),
                Err(_) => (SkipReason::Damaged, "the reader gave up".to_owned()),
            };
            seen.skip(told.0, format!("{}: {}", technique.name(), told.1));
        }
        if seen.binary.is_some()
            && seen.is_of_interest()
            && let Ok(digest) = digest(bytes)
            && let Some(binary) = &mut seen.binary
        {
            binary.sha256 = Some(digest)
        }
        seen.finish()
    }
}

/// All bytes of a file that is small enough.
fn whole(bytes: &mut dyn Source) -> Result<&[u8], (SkipReason, String)> {
    let length = bytes.len();
    if length > MAX_WHOLE {
        return Err((SkipReason::TooLargeToParse, format!("{length} bytes")));
    }
    bytes.read_at(0..length)
}

/// SHA-256 of a file.
fn digest(bytes: &mut dyn Source) -> Result<Fingerprint, (SkipReason, String)> {
    let mut digest = Sha256::new();
    let mut at = 0;
    while at < bytes.len() {
        let read = bytes.read_at(at..at + WINDOW)?;
        if read.is_empty() {
            break;
        }
        at += read.len() as u64;
        digest.update(read);
    }
    Ok(Fingerprint(digest.finalize().into()))
}
