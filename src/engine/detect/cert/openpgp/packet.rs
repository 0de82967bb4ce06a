//! Packets (RFC 9580 §4): a tag, a length in one of five forms, and a body. Walked by hand: a length is an attacker's, and a body that
//! the parsers do not know is still worth its number.

use std::borrow::Cow;

/// Tags (RFC 9580 §5; 20 is LibrePGP's).
pub(super) mod tag {
    pub(in super::super) const PKESK: u8 = 1;
    pub(in super::super) const SIGNATURE: u8 = 2;
    pub(in super::super) const SKESK: u8 = 3;
    pub(in super::super) const ONE_PASS: u8 = 4;
    pub(in super::super) const SECRET_KEY: u8 = 5;
    pub(in super::super) const PUBLIC_KEY: u8 = 6;
    pub(in super::super) const SECRET_SUBKEY: u8 = 7;
    pub(in super::super) const COMPRESSED: u8 = 8;
    pub(in super::super) const ENCRYPTED: u8 = 9;
    pub(in super::super) const MARKER: u8 = 10;
    pub(in super::super) const LITERAL: u8 = 11;
    pub(in super::super) const USER_ID: u8 = 13;
    pub(in super::super) const PUBLIC_SUBKEY: u8 = 14;
    pub(in super::super) const PROTECTED: u8 = 18;
    pub(in super::super) const AEAD: u8 = 20;
}

/// One packet.
pub(super) struct Packet<'a> {
    pub(super) tag: u8,
    pub(super) body: Cow<'a, [u8]>,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The bytes end before the packet does.
    pub(super) is_cut: bool,
}

/// The packets of some bytes, up to the first that is none.
pub(super) struct Packets<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What stands here is no packet.
    pub(super) is_broken: bool,
}

impl<'a> Packets<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            is_broken: false,
        }
    }

    /// How many bytes were not read.
    pub(super) const fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn read(&mut self) -> Option<Packet<'a>> {
        let start = self.at;
        let mut reader = Reader::of(self.bytes.get(start..)?);
        let first = reader.byte()?;
        let (tag, length) = if first & 0x80 == 0 {
            return None;
        } else if first & 0x40 == 0 {
            let length = match first & 3 {
                0 => Length::Is(reader.number(1)?),
                1 => Length::Is(reader.number(2)?),
                2 => Length::Is(reader.number(4)?),
                _ => Length::Rest,
            };
            (first >> 2 & 0xf, length)
        } else {
            (first & 0x3f, new_length(&mut reader)?)
        };
        if tag == 0 {
            return None;
        }
        let (body, is_cut) = match length {
            Length::Rest => (Cow::Borrowed(reader.up_to(usize::MAX).0), false),
            Length::Is(length) => {
                let (part, is_cut) = reader.up_to(length);
                (Cow::Borrowed(part), is_cut)
            }
            Length::Part(length) => partial(&mut reader, length)?,
        };
        self.at = self.bytes.len() - reader.rest().len();
        Some(Packet {
            tag,
            body,
            start,
            end: self.at,
            is_cut,
        })
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        if self.is_broken || self.left() == 0 {
            return None;
        }
        let packet = self.read();
        self.is_broken = packet.is_none();
        packet
    }
}

enum Length {
    Is(usize),
    /// The body goes on after this part.
    Part(usize),
    /// All that there is.
    Rest,
}

/// RFC 9580 §4.2.1.
fn new_length(reader: &mut Reader<'_>) -> Option<Length> {
    Some(match reader.byte()? {
        short @ 0..192 => Length::Is(usize::from(short)),
        high @ 192..224 => {
            let low = usize::from(reader.byte()?);
            Length::Is(((usize::from(high) - 192) << 8) + low + 192)
        }
        255 => Length::Is(reader.number(4)?),
        power => Length::Part(1 << (power & 0x1f)),
    })
}

fn partial<'a>(reader: &mut Reader<'a>, first: usize) -> Option<(Cow<'a, [u8]>, bool)> {
    let (part, mut is_cut) = reader.up_to(first);
    let mut body = part.to_vec();
    while !is_cut {
        let (length, last) = match new_length(reader)? {
            Length::Is(length) => (length, true),
            Length::Part(length) => (length, false),
            Length::Rest => return None,
        };
        let (part, cut) = reader.up_to(length);
        body.extend_from_slice(part);
        is_cut = cut;
        if last {
            break;
        }
    }
    Some((Cow::Owned(body), is_cut))
}

/// Goes through the fields of a packet.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(part)
    }

    /// As many bytes as there are, and whether they are fewer.
    fn up_to(&mut self, length: usize) -> (&'a [u8], bool) {
        let is_cut = length > self.bytes.len();
        let (part, rest) = self.bytes.split_at(length.min(self.bytes.len()));
        self.bytes = rest;
        (part, is_cut)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    /// A number of so many bytes, four at most.
    pub(super) fn number(&mut self, bytes: usize) -> Option<usize> {
        let bytes = self.take(bytes)?;
        let number = bytes
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number).ok()
    }

    /// Bytes behind their number, which is of so many bytes.
    pub(super) fn counted(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(bytes)?;
        self.take(length)
    }

    /// A multiprecision integer (RFC 9580 §3.2) without leading zeros.
    pub(super) fn mpi(&mut self) -> Option<&'a [u8]> {
        let bits = self.number(2)?;
        let number = self.take(bits.div_ceil(8))?;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        number.get(zeros..)
    }
}
