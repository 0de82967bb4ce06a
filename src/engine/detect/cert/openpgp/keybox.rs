//! GnuPG's keybox (`pubring.kbx`): OpenPGP keys and certificates in blobs (the comment in `kbx/keybox-blob.c`).

use super::Walk;
use super::packet::Reader;
use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Form, whole, x509};
use crate::model::{Artifact, SkipReason};

/// A keybox.
pub(in crate::detect::cert) struct KeyBox;

/// What a blob holds.
const OPENPGP: u8 = 2;
const X509: u8 = 3;

impl Form for KeyBox {
    fn is(&self, _artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        head.get(8..12) == Some(b"KBXf") && head.get(4) == Some(&1)
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        let mut at = 0usize;
        while let Some(length) = all.get(at..).and_then(|rest| Reader::of(rest).number(4)) {
            let blob = at.checked_add(length).and_then(|end| all.get(at..end));
            let Some(blob) = blob.filter(|blob| blob.len() >= 5) else {
                seen.stand_in_file(at as u64..all.len() as u64);
                seen.skip(SkipReason::Damaged, "a blob of the keybox is broken off");
                break;
            };
            if read_blob(blob, at as u64, seen).is_none() {
                seen.stand_in_file(at as u64..(at + length) as u64);
                seen.skip(SkipReason::Damaged, "a blob of the keybox cannot be read")
            }
            at += length;
        }
        true
    }
}

fn read_blob(blob: &[u8], at: u64, seen: &mut Seen<'_>) -> Option<()> {
    let mut reader = Reader::of(blob);
    reader.take(4)?;
    let kind = reader.byte()?;
    if !matches!(kind, OPENPGP | X509) {
        return Some(());
    }
    reader.take(3)?;
    let start = reader.number(4)?;
    let length = reader.number(4)?;
    let object = blob.get(start..start.checked_add(length)?)?;
    let base = at + start as u64;
    if kind == X509 {
        seen.stand_in_file(base..base + length as u64);
        return x509::certificate(object, seen).then_some(());
    }
    let mut walk = Walk::new("OpenPGP", Some(base));
    let is_whole = walk.go(object, 0, seen);
    walk.finish(seen);
    (is_whole && walk.any).then_some(())
}
