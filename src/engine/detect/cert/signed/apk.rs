//! Signatures of Android packages, schemes v2, v3, v3.1 and v4
//! (<https://source.android.com/docs/security/features/apksigning/v2>, `/v3`, `/v3-1`, `/v4`), and the source stamp.

use super::{add, algorithm, unknown, with_digest};
use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Form, spki, x509};
use crate::model::object::Half;
use crate::model::{Artifact, Facet, Facets, Origin, SkipReason, Value};

const ENTRY: &str = "object/apk";
/// Signers, certificates and signatures of one block that are read.
const MAX_PARTS: usize = 100;
/// The signature of scheme v4 without its tree is no longer.
const MAX_IDSIG: u64 = 1 << 20;

/// Reads the pairs of identifier and value that the signing block consists of.
pub(super) fn pairs(bytes: &[u8], at: u64, seen: &mut Seen<'_>) {
    let mut fields = Fields(bytes);
    while !fields.0.is_empty() {
        let from = at + (bytes.len() - fields.0.len()) as u64;
        let Some(pair) = fields.long() else {
            seen.stand_in_file(from..at + bytes.len() as u64);
            seen.skip(SkipReason::Damaged, "an APK signing block is broken off");
            return;
        };
        let mut value = Fields(pair);
        seen.stand_in_file(from..from + 8 + pair.len() as u64);
        let read = match value.word() {
            Some(0x7109_871a) => signers(value, "APK v2", seen),
            Some(0xf053_68c0) => signers(value, "APK v3", seen),
            Some(0x1b93_ad61) => signers(value, "APK v3.1", seen),
            // The one signer of the older kind of stamp; the newer kind has a digest of each scheme, signed alike.
            Some(0x2b09_189e | 0x6dff_800d) => stamp(value, seen),
            _ => Some(()),
        };
        if read.is_none() {
            seen.skip(SkipReason::Damaged, "an APK signer that cannot be read")
        }
    }
}

/// Fields in little-endian order, most behind their length.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(part)
    }

    fn word(&mut self) -> Option<u32> {
        let (word, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*word))
    }

    /// Bytes behind a length of four bytes.
    fn part(&mut self) -> Option<&'a [u8]> {
        let length = self.word()?;
        self.take(usize::try_from(length).ok()?)
    }

    /// Bytes behind a length of eight bytes.
    fn long(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        self.take(usize::try_from(u64::from_le_bytes(*length)).ok()?)
    }

    /// The parts of a sequence behind its length.
    fn parts(&mut self) -> Option<Vec<&'a [u8]>> {
        let mut sequence = Self(self.part()?);
        let mut parts = Vec::new();
        while !sequence.0.is_empty() {
            let part = sequence.part()?;
            if parts.len() < MAX_PARTS {
                parts.push(part)
            }
        }
        Some(parts)
    }
}

fn signers(mut value: Fields<'_>, form: &'static str, seen: &mut Seen<'_>) -> Option<()> {
    for signer in value.parts()? {
        self::signer(Fields(signer), form, seen)?
    }
    Some(())
}

fn signer(mut signer: Fields<'_>, form: &'static str, seen: &mut Seen<'_>) -> Option<()> {
    let mut signed = Fields(signer.part()?);
    if form != "APK v2" {
        // The versions of Android that it is for.
        signer.take(8)?;
    }
    let signatures = signer.parts()?;
    let key = signer.part()?;
    signed.parts()?;
    let certificates: Vec<usize> = signed
        .parts()?
        .iter()
        .filter_map(|der| x509::read(der, seen))
        .collect();
    signatures_of(&signatures, key, &certificates, form, seen)?;
    if form != "APK v2" {
        signed.take(8)?;
        for attribute in signed.parts()? {
            let mut attribute = Fields(attribute);
            if attribute.word() == Some(0x3ba0_6f8c) {
                lineage(attribute, seen)?
            }
        }
    }
    Some(())
}

/// The signatures of one signer, by the key that its first certificate is about.
fn signatures_of(
    signatures: &[&[u8]],
    key: &[u8],
    certificates: &[usize],
    form: &'static str,
    seen: &mut Seen<'_>,
) -> Option<()> {
    let key = spki::read(key, seen.catalog());
    let signer = key.as_ref().map(|key| format!("key {}", key.fingerprint));
    // Each signature says its algorithm again beside the digests.
    let key = key
        .filter(|_| certificates.is_empty())
        .map(|key| seen.add(key.asset(Half::Public, form), ENTRY));
    for signature in signatures {
        let facets = by_number(Fields(signature).word()?, seen);
        let own = add(facets, signer.as_deref(), form, ENTRY, seen);
        for used in certificates.iter().take(1).copied().chain(key) {
            seen.uses(own, used)
        }
    }
    Some(())
}

/// Keys that the signing key was changed from, each signed by the one before it.
fn lineage(mut levels: Fields<'_>, seen: &mut Seen<'_>) -> Option<()> {
    levels.word()?;
    let mut read = 0;
    while !levels.0.is_empty() && read < MAX_PARTS {
        let mut level = Fields(levels.part()?);
        let certificate = Fields(level.part()?).part()?;
        x509::read(certificate, seen);
        read += 1;
    }
    Some(())
}

/// The stamp of who distributes it: a certificate and signatures over the digests of the other schemes.
fn stamp(mut value: Fields<'_>, seen: &mut Seen<'_>) -> Option<()> {
    let mut stamp = Fields(value.part()?);
    let certificates: Vec<usize> = x509::read(stamp.part()?, seen).into_iter().collect();
    let mut rest = Fields(stamp.part()?);
    // The older kind lists signatures; the newer one lists them for each scheme.
    while !rest.0.is_empty() {
        let signature = rest.part()?;
        let number = Fields(signature).word()?;
        if by_number(number, seen)
            .get(&Facet::Algorithm)
            .is_some_and(Value::is_unknown)
        {
            let mut scheme = Fields(signature);
            scheme.word()?;
            for signature in scheme.parts()? {
                let facets = by_number(Fields(signature).word()?, seen);
                let own = add(facets, None, "APK source stamp", ENTRY, seen);
                certificates.iter().for_each(|used| seen.uses(own, *used));
            }
            continue;
        }
        let facets = by_number(number, seen);
        let own = add(facets, None, "APK source stamp", ENTRY, seen);
        certificates.iter().for_each(|used| seen.uses(own, *used));
    }
    Some(())
}

/// Signature algorithm identifiers of the schemes.
fn by_number(number: u32, seen: &Seen<'_>) -> Facets {
    let pss = |digest: &str, salt| {
        let mut facets = with_digest("RSASSA-PSS", digest, seen);
        facets.insert(Facet::MgfDigest, Value::name(digest, Origin::Literal));
        facets.insert(Facet::SaltBits, Value::number(salt, Origin::Literal));
        facets
    };
    match number {
        0x0101 => pss("SHA-256", 256),
        0x0102 => pss("SHA-512", 512),
        // Those of the second hundreds sign the root of a verity tree.
        0x0103 | 0x0421 => with_digest("RSASSA-PKCS1", "SHA-256", seen),
        0x0104 => with_digest("RSASSA-PKCS1", "SHA-512", seen),
        0x0201 | 0x0423 => with_digest("ECDSA", "SHA-256", seen),
        0x0202 => with_digest("ECDSA", "SHA-512", seen),
        0x0301 | 0x0425 => with_digest("DSA", "SHA-256", seen),
        number => unknown("apk", format!("signature algorithm {number:#06x}")),
    }
}

/// The signature of scheme v4, beside the package: `app.apk.idsig`.
pub(in crate::detect::cert) struct Idsig;

impl Form for Idsig {
    fn is(&self, artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        artifact.extension() == "idsig" && head.starts_with(&[2, 0, 0, 0])
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let Ok(all) = bytes.read_at(0..MAX_IDSIG) else {
            return false;
        };
        seen.stand_in_file(0..all.len() as u64);
        if idsig(Fields(all), seen).is_none() {
            seen.skip(
                SkipReason::Damaged,
                "an APK v4 signature that cannot be read",
            )
        }
        true
    }
}

fn idsig(mut file: Fields<'_>, seen: &mut Seen<'_>) -> Option<()> {
    file.word()?;
    let mut hashing = Fields(file.part()?);
    let tree = hashing.word()?;
    let mut signing = Fields(file.part()?);
    signing.part()?;
    let certificate = x509::read(signing.part()?, seen);
    signing.part()?;
    let key = spki::read(signing.part()?, seen.catalog());
    let signer = key.map(|key| format!("key {}", key.fingerprint));
    let mut facets = by_number(signing.word()?, seen);
    signing.part()?;
    if tree != 1 {
        facets.extend(unknown("apk", format!("hash algorithm {tree}")))
    }
    let own = add(facets, signer.as_deref(), "APK v4", ENTRY, seen);
    if let Some(certificate) = certificate {
        seen.uses(own, certificate)
    }
    if tree == 1 {
        let tree = algorithm("SHA-256", seen);
        let asset = crate::model::Asset {
            facets: tree,
            operations: [crate::model::Operation::Digest].into(),
            ..crate::model::Asset::new(crate::model::AssetKind::Algorithm)
        };
        let tree = seen.add(asset, ENTRY);
        seen.uses(own, tree)
    }
    Some(())
}
