//! Signatures, and the packets that announce them (RFC 9580 §5.2, §5.4).

use super::names;
use super::packet::Reader;
use crate::knowledge::catalog::Catalog;
use crate::model::Facets;

/// A signature: over a document, or over a key.
pub(super) struct Signature<'a> {
    /// What it is over.
    kind: u8,
    algorithm: u8,
    digest: u8,
    /// The fingerprint or key identifier that it names.
    pub(super) signer: Option<String>,
    /// What the key that it is over may be used for.
    pub(super) key_flags: Option<u8>,
    numbers: &'a [u8],
}

impl<'a> Signature<'a> {
    /// Reads the body of a signature packet; `None` where it is none.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::of(body);
        let version = reader.byte()?;
        match version {
            2 | 3 => {
                let hashed = reader.counted(1).filter(|hashed| hashed.len() == 5)?;
                let signer = hex(reader.take(8)?);
                let algorithm = reader.byte()?;
                let digest = reader.byte()?;
                reader.take(2)?;
                Some(Self {
                    kind: *hashed.first()?,
                    algorithm,
                    digest,
                    signer,
                    key_flags: None,
                    numbers: reader.rest(),
                })
            }
            4..=6 => {
                let kind = reader.byte()?;
                let algorithm = reader.byte()?;
                let digest = reader.byte()?;
                let size = if version == 6 { 4 } else { 2 };
                let mut told = Told::default();
                told.read(reader.counted(size)?)?;
                // What is not signed may be anybody's: it only fills what is missing.
                told.read(reader.counted(size)?)?;
                reader.take(2)?;
                if version == 6 {
                    reader.counted(1)?;
                }
                Some(Self {
                    kind,
                    algorithm,
                    digest,
                    signer: told.fingerprint.or(told.key_id),
                    key_flags: told.key_flags,
                    numbers: reader.rest(),
                })
            }
            _ => None,
        }
    }

    /// Whether it says something of a key or its user ids (RFC 9580 §5.2.1); back-signatures stand inside of others.
    pub(super) const fn is_over_key(&self) -> bool {
        matches!(self.kind, 0x10..=0x13 | 0x18 | 0x1f | 0x20 | 0x28 | 0x30)
    }

    /// Whether all that a signature should have is there but the numbers at its end, which are broken off.
    pub(super) fn is_sane_but_cut(&self) -> bool {
        self.is_known() && self.signer.is_some()
    }

    /// How it is made.
    pub(super) fn facets(&self, catalog: &Catalog) -> Facets {
        let r = Reader::of(self.numbers).mpi();
        names::signing(self.algorithm, self.digest, r, catalog)
    }

    /// Whether it is so much like a signature that it is none by accident: all numbers are known, and it ends where its last one does.
    pub(super) fn is_sane(&self) -> bool {
        let mut reader = Reader::of(self.numbers);
        let numbers = match self.algorithm {
            1 | 3 => 1,
            17 | 19 | 20 | 22 => 2,
            _ => 0,
        };
        let all = (0..numbers).all(|_| reader.mpi().is_some_and(|number| !number.is_empty()));
        self.is_known() && all && (numbers > 0) == reader.is_empty()
    }

    const fn is_known(&self) -> bool {
        names::is_public_key(self.algorithm)
            && names::is_digest(self.digest)
            && matches!(self.kind, 0..=2 | 0x10..=0x13 | 0x18 | 0x19 | 0x1f | 0x20 | 0x28 | 0x30 | 0x40 | 0x50)
    }
}

/// What subpackets say.
#[derive(Default)]
struct Told {
    fingerprint: Option<String>,
    key_id: Option<String>,
    key_flags: Option<u8>,
}

impl Told {
    fn read(&mut self, bytes: &[u8]) -> Option<()> {
        let mut reader = Reader::of(bytes);
        while !reader.is_empty() {
            let length = match reader.byte()? {
                short @ 0..192 => usize::from(short),
                255 => reader.number(4)?,
                high => ((usize::from(high) - 192) << 8) + usize::from(reader.byte()?) + 192,
            };
            let body = reader.take(length)?;
            // The highest bit says that it must be understood.
            match body.split_first().map(|(kind, rest)| (kind & 0x7f, rest)) {
                Some((16, id)) if id.len() == 8 && self.key_id.is_none() => self.key_id = hex(id),
                Some((33, [_, fingerprint @ ..]))
                    if self.fingerprint.is_none() && matches!(fingerprint.len(), 20 | 32) =>
                {
                    self.fingerprint = hex(fingerprint)
                }
                Some((27, [flags, ..])) if self.key_flags.is_none() => {
                    self.key_flags = Some(*flags)
                }
                _ => {}
            }
        }
        Some(())
    }
}

/// A one-pass signature: what the signature at the end of a message will be.
pub(super) struct OnePass {
    algorithm: u8,
    digest: u8,
    pub(super) signer: Option<String>,
    is_sane: bool,
}

impl OnePass {
    /// Reads the body of a packet; `None` where it is none.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::of(body);
        let version = reader.byte().filter(|version| matches!(version, 3 | 6))?;
        let kind = reader.byte()?;
        let digest = reader.byte()?;
        let algorithm = reader.byte()?;
        let signer = if version == 6 {
            reader.counted(1)?;
            hex(reader.take(32)?)
        } else {
            hex(reader.take(8)?)
        };
        let nested = reader.byte()?;
        Some(Self {
            algorithm,
            digest,
            signer,
            is_sane: reader.is_empty() && nested <= 1 && kind <= 1,
        })
    }

    /// How the signature will be made.
    pub(super) fn facets(&self, catalog: &Catalog) -> Facets {
        names::signing(self.algorithm, self.digest, None, catalog)
    }

    /// Whether it is so much like one that it is none by accident.
    pub(super) const fn is_sane(&self) -> bool {
        self.is_sane && names::is_public_key(self.algorithm) && names::is_digest(self.digest)
    }
}

/// An identifier as people compare it; that of nobody is zero.
pub(super) fn hex(id: &[u8]) -> Option<String> {
    id.iter()
        .any(|byte| *byte != 0)
        .then(|| data_encoding::HEXUPPER.encode(id))
}
