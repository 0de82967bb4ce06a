//! OpenPGP (RFC 9580, and RFC 4880, RFC 9980 and LibrePGP where they differ): keys and keyrings, signatures, encrypted messages; in armour
//! in the middle of any text, or as files of packets.
//!
//! Read by a walk of our own and not by a library: what is wanted are the public numbers, the algorithms and how a private half is
//! protected, also of versions and algorithms that no library takes; and the private half itself is to be read by nobody.

mod binary;
mod block;
mod key;
mod keybox;
mod message;
mod names;
mod packet;
mod protection;
mod signature;
mod stored;

use std::io::Read as _;
use std::ops::Range;
use std::sync::Arc;

use self::block::KeyBlock;
use self::message::Ways;
use self::packet::{Packet, Packets, tag};
use self::signature::{OnePass, Signature};
use super::pem::Block;
use super::seen::Seen;
use crate::model::object::Signature as Signed;
use crate::model::{Artifact, Asset, AssetKind, Facets, Object, Operation, SkipReason};

pub(super) use self::binary::Binary;
pub(super) use self::keybox::KeyBox;
pub(super) use self::stored::StoredKey;

/// The name of this reader.
const ENTRY: &str = "object/openpgp";
/// Messages in compressed packets in compressed packets, at most.
const MAX_DEPTH: usize = 3;
/// Bytes that a compressed packet is unpacked to: what stands before the text of a message, and what stands behind a short one.
const MAX_UNPACKED: u64 = 16 << 20;
/// Likewise of all compressed packets together.
const MAX_UNPACKED_IN_ALL: u64 = 64 << 20;
/// What each of them counts for at least.
const MIN_UNPACKED: u64 = 64 << 10;
/// Announced signatures that wait for theirs.
const MAX_ANNOUNCED: usize = 1000;

/// Reads the content of an armoured block; `false` where it is not what its label says.
pub(super) fn armoured(block: &Block<'_>, seen: &mut Seen<'_>) -> bool {
    let is_packet = block.bytes.first().is_some_and(|first| first & 0x80 != 0);
    if block.label == "PGP ARMORED FILE" && !is_packet {
        // `gpg --enarmor` puts anything into armour: keys of the agent, for instance.
        stored::read(&block.bytes, seen);
        return true;
    }
    read(&block.bytes, form(seen.artifact), seen)
}

/// Reads packets at the place that is stood at; `false` where there are none. `form` says what they are part of (`OpenPGP`, `rpm`).
pub(super) fn read(bytes: &[u8], form: &'static str, seen: &mut Seen<'_>) -> bool {
    let mut walk = Walk::new(form, None);
    let is_whole = walk.go(bytes, 0, seen);
    walk.finish(seen);
    if walk.any && !is_whole {
        seen.skip(SkipReason::Damaged, "OpenPGP packets that are broken off")
    }
    walk.any
}

/// What a signature is part of.
fn form(artifact: &Artifact) -> &'static str {
    // The members in which debsigs and dpkg-sig keep the signatures of a Debian package.
    if artifact.inner_path().starts_with("_gpg") && artifact.path.contains("!/") {
        "deb"
    } else {
        "OpenPGP"
    }
}

/// A walk through packets that belong together.
struct Walk {
    form: &'static str,
    /// Where the bytes begin in the file, if places in them are places in the file.
    base: Option<u64>,
    /// Whether anything was found.
    any: bool,
    block: Option<KeyBlock>,
    ways: Ways,
    announced: Vec<(Facets, Option<String>)>,
    /// Bytes that may still be unpacked.
    left: u64,
    /// Why some packet was not read.
    unread: Option<&'static str>,
}

impl Walk {
    fn new(form: &'static str, base: Option<u64>) -> Self {
        Self {
            form,
            base,
            any: false,
            block: None,
            ways: Ways::default(),
            announced: Vec::new(),
            left: MAX_UNPACKED_IN_ALL,
            unread: None,
        }
    }

    /// Goes through all packets; whether they end where the bytes do.
    fn go(&mut self, bytes: &[u8], depth: usize, seen: &mut Seen<'_>) -> bool {
        let mut packets = Packets::of(bytes);
        let mut is_cut = false;
        for packet in packets.by_ref() {
            is_cut |= packet.is_cut;
            self.packet(&packet, depth, seen);
        }
        !packets.is_broken && !is_cut
    }

    fn packet(&mut self, packet: &Packet<'_>, depth: usize, seen: &mut Seen<'_>) {
        match packet.tag {
            tag::PUBLIC_KEY | tag::SECRET_KEY => {
                self.end_block(seen);
                let place = self.place(packet);
                let mut block = KeyBlock::default();
                block.key(packet, place, seen);
                self.block = Some(block);
            }
            tag::PUBLIC_SUBKEY | tag::SECRET_SUBKEY => {
                let place = self.place(packet);
                let block = self.block.get_or_insert_default();
                block.key(packet, place, seen)
            }
            tag::USER_ID => {
                if let Some(block) = &mut self.block {
                    block.user_id(&packet.body)
                }
            }
            tag::SIGNATURE => match (&mut self.block, Signature::read(&packet.body)) {
                // Certifications are part of the key.
                (Some(block), Some(signature)) => {
                    let place = self
                        .base
                        .map(|base| base + packet.start as u64..base + packet.end as u64);
                    block.signature(signature, place, seen)
                }
                (Some(_), None) => {}
                (None, signature) => self.signature(packet, signature, seen),
            },
            tag::ONE_PASS => {
                self.end_block(seen);
                if let Some(pass) = OnePass::read(&packet.body)
                    && self.announced.len() < MAX_ANNOUNCED
                {
                    self.announced
                        .push((pass.facets(seen.catalog()), pass.signer))
                }
            }
            tag::PKESK | tag::SKESK => {
                self.end_block(seen);
                if !self.ways.note(packet, seen) {
                    self.unread = Some("a session key of an unknown version")
                }
            }
            tag::PROTECTED | tag::AEAD | tag::ENCRYPTED => {
                self.end_block(seen);
                self.stand(packet, seen);
                std::mem::take(&mut self.ways).add(Some(packet), self.form, seen);
                self.any = true;
            }
            tag::COMPRESSED => {
                self.end_block(seen);
                self.compressed(packet, depth, seen)
            }
            tag::LITERAL => self.end_block(seen),
            _ => {}
        }
    }

    fn signature(
        &mut self,
        packet: &Packet<'_>,
        signature: Option<Signature<'_>>,
        seen: &mut Seen<'_>,
    ) {
        self.announced.pop();
        match signature {
            Some(signature) => {
                self.stand(packet, seen);
                let facets = signature.facets(seen.catalog());
                add_signature(facets, signature.signer, self.form, seen);
                self.any = true;
            }
            None => self.unread = Some("a signature that cannot be read"),
        }
    }

    fn compressed(&mut self, packet: &Packet<'_>, depth: usize, seen: &mut Seen<'_>) {
        let most = self.left.min(MAX_UNPACKED);
        // Unpacking costs something even where nothing comes out.
        self.left = self.left.saturating_sub(MIN_UNPACKED);
        let Some(inner) = unpack(&packet.body, most).filter(|_| depth < MAX_DEPTH) else {
            self.unread = Some("a compressed message that cannot be unpacked");
            return;
        };
        self.left = self.left.saturating_sub(inner.len() as u64);
        self.stand(packet, seen);
        // The places are inside of what was compressed.
        let base = self.base.take();
        self.go(&inner, depth + 1, seen);
        self.settle(seen);
        self.base = base;
    }

    /// Ends the walk: what waits for more will not get it.
    fn finish(&mut self, seen: &mut Seen<'_>) {
        self.settle(seen);
        if !self.ways.is_empty() {
            std::mem::take(&mut self.ways).add(None, self.form, seen);
            self.any = true;
        }
        // Without anything that was read, it is nothing of the kind.
        if let Some(why) = self.unread.filter(|_| self.any) {
            seen.skip(SkipReason::Unsupported, why)
        }
    }

    fn settle(&mut self, seen: &mut Seen<'_>) {
        self.end_block(seen);
        for (facets, signer) in std::mem::take(&mut self.announced) {
            add_signature(facets, signer, self.form, seen);
            self.any = true;
        }
    }

    fn end_block(&mut self, seen: &mut Seen<'_>) {
        if let Some(block) = self.block.take() {
            self.any |= block.add(seen)
        }
    }

    fn place(&self, packet: &Packet<'_>) -> Option<Range<u64>> {
        let base = self.base?;
        Some(base + packet.start as u64..base + packet.end as u64)
    }

    fn stand(&self, packet: &Packet<'_>, seen: &mut Seen<'_>) {
        if let Some(place) = self.place(packet) {
            seen.stand_in_file(place)
        }
    }
}

fn add_signature(
    facets: Facets,
    signer: Option<String>,
    form: &'static str,
    seen: &mut Seen<'_>,
) -> usize {
    let object = Object::Signature(Signed { form, signer });
    let asset = Asset {
        facets,
        operations: [Operation::Verify].into(),
        object: Some(Arc::new(object)),
        ..Asset::new(AssetKind::Signature)
    };
    seen.add(asset, ENTRY)
}

/// Unpacks the body of a compressed packet (RFC 9580 §5.6, §9.4) as far as is wanted.
fn unpack(body: &[u8], most: u64) -> Option<Vec<u8>> {
    let (algorithm, packed) = body.split_first()?;
    let mut unpacked = Vec::new();
    // What came out before an error is looked at all the same.
    let _ = match algorithm {
        0 => packed.take(most).read_to_end(&mut unpacked),
        1 => flate2::read::DeflateDecoder::new(packed)
            .take(most)
            .read_to_end(&mut unpacked),
        2 => flate2::read::ZlibDecoder::new(packed)
            .take(most)
            .read_to_end(&mut unpacked),
        3 => bzip2::read::BzDecoder::new(packed)
            .take(most)
            .read_to_end(&mut unpacked),
        _ => return None,
    };
    (!unpacked.is_empty()).then_some(unpacked)
}

#[cfg(test)]
mod tests;
