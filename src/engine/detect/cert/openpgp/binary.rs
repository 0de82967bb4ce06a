//! Files of packets: keyrings, signatures and messages without armour, of any name. Packets have no magic number, so the first one must be
//! like a real one to its last byte.

use super::key::KeyPacket;
use super::message;
use super::packet::{Packet, Packets, tag};
use super::protection::Protection;
use super::signature::{OnePass, Signature};
use super::{MAX_DEPTH, MAX_UNPACKED, Walk, form, unpack};
use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Form, MAX_WHOLE};
use crate::knowledge::catalog::Catalog;
use crate::model::{Artifact, SkipReason};

/// A file of packets.
pub(in crate::detect::cert) struct Binary;

impl Form for Binary {
    fn is(&self, artifact: &Artifact, head: &[u8], length: u64) -> bool {
        // By far most files are text.
        if head.first().is_none_or(|first| first & 0x80 == 0) {
            return false;
        }
        let Some(packet) = Packets::of(head).next() else {
            return false;
        };
        if packet.is_cut && length <= head.len() as u64 {
            return is_named(artifact) && is_cut_signature(&packet);
        }
        may_begin(&packet)
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let length = bytes.len();
        let all = match bytes.read_at(0..length.min(MAX_WHOLE)) {
            Ok(all) => all,
            Err((reason, detail)) => {
                seen.skip(reason, detail);
                return true;
            }
        };
        let is_part = length > MAX_WHOLE;
        if is_named(seen.artifact)
            && Packets::of(all)
                .next()
                .is_some_and(|packet| is_cut_signature(&packet))
        {
            seen.stand_in_file(0..length);
            seen.skip(
                SkipReason::Damaged,
                "an OpenPGP signature that is broken off",
            );
            return true;
        }
        if !begins(all, is_part, 0, seen.catalog()) {
            return false;
        }
        let mut walk = Walk::new(form(seen.artifact), Some(0));
        let is_whole = walk.go(all, 0, seen);
        walk.finish(seen);
        seen.stand_in_file(0..length);
        if !walk.any {
            return false;
        }
        if !is_whole && !is_part {
            seen.skip(SkipReason::Damaged, "OpenPGP packets that are broken off")
        }
        true
    }
}

/// What signatures are called. Of a file with such a name even a part is read.
fn is_named(artifact: &Artifact) -> bool {
    matches!(
        &*artifact.extension(),
        "sig" | "sign" | "gpg" | "pgp" | "asc"
    )
}

/// Whether it is a signature whose numbers are broken off: of what it says of itself, all is there.
fn is_cut_signature(packet: &Packet<'_>) -> bool {
    packet.tag == tag::SIGNATURE
        && packet.is_cut
        && Signature::read(&packet.body).is_some_and(|signature| signature.is_sane_but_cut())
}

/// Whether a file may begin with the packet: its tag, version and the like.
fn may_begin(packet: &Packet<'_>) -> bool {
    let Some(first) = packet.body.first() else {
        return false;
    };
    match packet.tag {
        tag::PUBLIC_KEY | tag::SECRET_KEY => matches!(first, 2..=6),
        tag::SIGNATURE => matches!(first, 3..=6),
        tag::PKESK => matches!(first, 3 | 6),
        tag::SKESK => matches!(first, 4..=6),
        tag::ONE_PASS => matches!(first, 3 | 6),
        tag::COMPRESSED => matches!(first, 1..=3),
        tag::PROTECTED => *first == 2,
        tag::AEAD => *first == 1,
        tag::MARKER => packet.body.starts_with(b"PGP"),
        _ => false,
    }
}

/// Whether the first packet is real to its last byte, and another follows it or nothing.
fn begins(bytes: &[u8], is_part: bool, depth: usize, catalog: &Catalog) -> bool {
    let mut packets = Packets::of(bytes);
    let Some(mut first) = packets.next() else {
        return false;
    };
    if first.tag == tag::MARKER && &*first.body == b"PGP" {
        let Some(next) = packets.next() else {
            return false;
        };
        first = next
    }
    let next = packets.next().map(|packet| packet.tag);
    let follows = match (first.tag, next) {
        // Ways to a key lead to something that is encrypted.
        (tag::PKESK | tag::SKESK, next) => {
            matches!(next, Some(1 | 3 | 9 | 10 | 18 | 20 | 21))
        }
        (_, None) => packets.left() == 0,
        (_, Some(next)) => matches!(next, 1..=14 | 17..=21 | 60..=63),
    };
    let body = &*first.body;
    let is_sane = match first.tag {
        tag::PUBLIC_KEY => {
            KeyPacket::read(body, false).is_some_and(|key| key.is_sane(catalog) && !first.is_cut)
        }
        tag::SECRET_KEY => KeyPacket::read(body, true).is_some_and(|key| {
            let is_known = |p: &Protection| p.is_known();
            key.is_sane(catalog) && key.protection.as_ref().is_some_and(is_known)
        }),
        tag::SIGNATURE => {
            Signature::read(body).is_some_and(|signature| signature.is_sane()) && !first.is_cut
        }
        tag::ONE_PASS => OnePass::read(body).is_some_and(|pass| pass.is_sane()),
        tag::PKESK => message::is_sane_for_key(body),
        tag::SKESK => message::is_sane_with_password(body),
        tag::PROTECTED | tag::AEAD => message::is_sane_content(first.tag, body),
        tag::COMPRESSED => {
            depth < MAX_DEPTH
                && unpack(body, MAX_UNPACKED)
                    .is_some_and(|inner| begins_inside(&inner, depth, catalog))
        }
        _ => false,
    };
    is_sane && (follows || is_part)
}

/// What may be compressed: a message, which is a text at the least.
fn begins_inside(bytes: &[u8], depth: usize, catalog: &Catalog) -> bool {
    let is_text = Packets::of(bytes).next().is_some_and(|packet| {
        packet.tag == tag::LITERAL
            && matches!(
                packet.body.first(),
                Some(b'b' | b't' | b'u' | b'l' | b'1' | b'm')
            )
    });
    is_text || begins(bytes, true, depth + 1, catalog)
}
