//! Walks through ASN.1 by its tags: DER, and BER where it was written so. The libraries that know a structure come first; this is for what
//! they leave unread, and for what is broken.

use std::fmt::Write as _;

use x509_parser::asn1_rs::{Any, Class, FromBer, Header, Length, Oid};

/// Deeper nesting is not walked.
const MAX_DEPTH: usize = 24;

/// Tags of the universal class.
pub(super) mod tag {
    pub(in crate::detect::cert) const INTEGER: u32 = 2;
    pub(in crate::detect::cert) const BIT_STRING: u32 = 3;
    pub(in crate::detect::cert) const OCTET_STRING: u32 = 4;
    pub(in crate::detect::cert) const OID: u32 = 6;
    pub(in crate::detect::cert) const SEQUENCE: u32 = 16;
    pub(in crate::detect::cert) const SET: u32 = 17;
}

/// One element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    /// Whether the tag is of the universal class.
    universal: bool,
    /// Whether it is of the context class, `[0]`.
    context: bool,
    tag: u32,
    /// What is between its header and its end.
    pub(super) body: &'a [u8],
    /// Header and body.
    pub(super) whole: &'a [u8],
}

impl<'a> Node<'a> {
    /// The first element of some bytes, and what follows it.
    pub(super) fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        Self::plain(bytes).or_else(|| Self::of_any_form(bytes))
    }

    /// An element as nearly all are: a tag of one byte, and a length of at most three that says where it ends.
    fn plain(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (identifier, length, rest) = match bytes {
            [identifier, length @ 0..=0x7f, rest @ ..] => (identifier, usize::from(*length), rest),
            [identifier, 0x81, length, rest @ ..] => (identifier, usize::from(*length), rest),
            [identifier, 0x82, high, low, rest @ ..] => {
                let length = u16::from_be_bytes([*high, *low]);
                (identifier, usize::from(length), rest)
            }
            _ => return None,
        };
        let (body, rest) = rest.split_at_checked(length)?;
        let tag = u32::from(identifier & 0x1f);
        let node = Self {
            universal: identifier >> 6 == 0,
            context: identifier >> 6 == 2,
            tag,
            body,
            whole: &bytes[..bytes.len() - rest.len()],
        };
        (tag != 0x1f).then_some((node, rest))
    }

    fn of_any_form(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (rest, any) = Any::from_ber(bytes).ok()?;
        let class = any.header.class();
        let node = Self {
            universal: class == Class::Universal,
            context: class == Class::ContextSpecific,
            tag: any.header.tag().0,
            body: any.data,
            whole: &bytes[..bytes.len() - rest.len()],
        };
        Some((node, rest))
    }

    /// Likewise, if it says how long it is: to find the end of one that does not costs as much as is in it. For places that anybody may
    /// announce many times over.
    pub(super) fn of_said_length(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        match bytes {
            [tag, length, ..] if tag & 0x1f != 0x1f && *length != 0x80 => Self::first(bytes),
            _ => None,
        }
    }

    /// The first element of some bytes even if its end is missing: then its content is what there is, and nothing follows it.
    pub(super) fn first_of_cut(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        if let Some(found) = Self::first(bytes) {
            return Some(found);
        }
        let (body, header) = Header::from_ber(bytes).ok()?;
        let Length::Definite(length) = header.length() else {
            return None;
        };
        let node = Self {
            universal: header.class() == Class::Universal,
            context: header.class() == Class::ContextSpecific,
            tag: header.tag().0,
            body,
            whole: bytes,
        };
        (length > body.len()).then_some((node, &bytes[bytes.len()..]))
    }

    /// The one element that the bytes are, if nothing follows it.
    pub(super) fn only(bytes: &'a [u8]) -> Option<Self> {
        Self::first(bytes)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(node, _)| node)
    }

    /// Whether it has this tag of the universal class.
    pub(super) fn is(&self, tag: u32) -> bool {
        self.universal && self.tag == tag
    }

    /// Whether it is `[number]`.
    pub(super) fn is_context(&self, number: u32) -> bool {
        self.context && self.tag == number
    }

    /// The elements in it, up to the first that is broken.
    pub(super) fn children(&self) -> Children<'a> {
        Children { rest: self.body }
    }

    /// The element at some place in it.
    pub(super) fn child(&self, index: usize) -> Option<Self> {
        self.children().nth(index)
    }

    /// An OID in dotted form.
    pub(super) fn oid(&self) -> Option<String> {
        (self.is(tag::OID) && !self.body.is_empty() && self.body.len() <= 64)
            .then(|| dotted(self.body))
    }

    /// The bytes of a number without leading zeros; `None` for what is no number, or a negative one.
    pub(super) fn unsigned(&self) -> Option<&'a [u8]> {
        self.magnitude()
            .filter(|_| self.body.first().is_some_and(|first| first & 0x80 == 0))
    }

    /// The bytes of a number whose sign is not looked at: old programs wrote moduli without the zero that makes them positive, and every
    /// reader takes them as they were meant.
    pub(super) fn magnitude(&self) -> Option<&'a [u8]> {
        if !self.is(tag::INTEGER) || self.body.is_empty() {
            return None;
        }
        let zeros = self.body.iter().take_while(|byte| **byte == 0).count();
        Some(&self.body[zeros..])
    }

    /// A small number.
    pub(super) fn small(&self) -> Option<u64> {
        let bytes = self.unsigned()?;
        (bytes.len() <= 8).then(|| {
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        })
    }

    /// The whole bytes of a bit string.
    pub(super) fn bits(&self) -> Option<&'a [u8]> {
        self.is(tag::BIT_STRING)
            .then(|| self.body.split_first().map(|(_, bytes)| bytes))
            .flatten()
    }

    /// An octet string; one in pieces (BER) is put together.
    pub(super) fn octets(&self) -> Option<Vec<u8>> {
        let mut joined = Vec::new();
        (self.is(tag::OCTET_STRING) || self.context).then_some(())?;
        self.gather(&mut joined, 0)?;
        Some(joined)
    }

    fn gather(&self, joined: &mut Vec<u8>, depth: usize) -> Option<()> {
        let constructed = self.whole.first()? & 0x20 != 0;
        if !constructed {
            joined.extend_from_slice(self.body);
            return Some(());
        }
        if depth > MAX_DEPTH {
            return None;
        }
        self.children()
            .try_for_each(|piece| piece.gather(joined, depth + 1))
    }
}

/// The elements of a constructed one.
#[derive(Debug, Clone)]
pub(super) struct Children<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let (node, rest) = Node::first(self.rest)?;
        self.rest = rest;
        Some(node)
    }
}

/// The dotted form of an OID, as the library writes it, which takes its time for numbers of any size.
pub(super) fn dotted(oid: &[u8]) -> String {
    let mut out = String::with_capacity(48);
    let (first, rest) = match oid {
        [first, rest @ ..] if !rest.is_empty() => (*first, rest),
        _ => return Oid::new(oid.into()).to_id_string(),
    };
    decimal(u64::from(first / 40), &mut out);
    out.push('.');
    decimal(u64::from(first % 40), &mut out);
    for arc in rest.split_inclusive(|byte| byte & 0x80 == 0) {
        if arc.len() > 9 {
            return Oid::new(oid.into()).to_id_string();
        }
        let number = arc
            .iter()
            .fold(0, |number: u64, byte| number << 7 | u64::from(byte & 0x7f));
        out.push('.');
        decimal(number, &mut out);
    }
    out
}

/// Writes a number. Most in OIDs have one digit, and to format these takes longer than all else that is done with an OID.
fn decimal(number: u64, out: &mut String) {
    match u8::try_from(number) {
        Ok(digit @ 0..=9) => out.push(char::from(b'0' + digit)),
        _ => {
            let _ = write!(out, "{number}");
        }
    }
}

/// Where a SEQUENCE of more than 255 bytes ends, as its header says, and what is in it so far.
pub(super) fn declared(head: &[u8]) -> Option<(u64, &[u8])> {
    match head {
        [0x30, 0x82, high, low, rest @ ..] => {
            Some((4 + u64::from(u16::from_be_bytes([*high, *low])), rest))
        }
        [0x30, 0x83, a, b, c, rest @ ..] => {
            Some((5 + u64::from(u32::from_be_bytes([0, *a, *b, *c])), rest))
        }
        _ => None,
    }
}

/// Bits of a number that is given without leading zeros.
pub(super) fn bit_length(number: &[u8]) -> u64 {
    number.first().map_or(0, |first| {
        (number.len() as u64) * 8 - u64::from(first.leading_zeros())
    })
}

/// Writes an element: its tag in one byte, its length in the shortest form.
pub(super) fn write(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 6);
    begin(tag, body.len(), &mut out);
    out.extend_from_slice(body);
    out
}

/// Writes what stands before the content of an element.
pub(super) fn begin(tag: u8, length: usize, out: &mut Vec<u8>) {
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8)
    } else {
        let bytes = length.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        out.push(0x80 | (bytes.len() - zeros) as u8);
        out.extend_from_slice(&bytes[zeros..]);
    }
}

/// How long an element with so much content is.
pub(super) const fn length_with_header(length: usize) -> usize {
    let bits = usize::BITS - length.leading_zeros();
    2 + length
        + if length < 0x80 {
            0
        } else {
            bits.div_ceil(8) as usize
        }
}

/// How long the content of a number without a sign is, and the number without leading zeros.
fn content_of_unsigned(number: &[u8]) -> (usize, &[u8]) {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[zeros..];
    let needs_zero = number.first().is_none_or(|first| first & 0x80 != 0);
    (number.len() + usize::from(needs_zero), number)
}

/// How long the element of a number without a sign is.
pub(super) fn length_of_unsigned(number: &[u8]) -> usize {
    length_with_header(content_of_unsigned(number).0)
}

/// Writes a number that is given by its bytes without a sign behind what is there.
pub(super) fn append_unsigned(number: &[u8], out: &mut Vec<u8>) {
    let (length, number) = content_of_unsigned(number);
    begin(0x02, length, out);
    out.resize(out.len() + length - number.len(), 0);
    out.extend_from_slice(number);
}

/// Writes a number that is given by its bytes without a sign.
pub(super) fn write_unsigned(number: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(length_of_unsigned(number));
    append_unsigned(number, &mut out);
    out
}

/// The encoding of an OID in dotted form; `None` where it is none.
pub(super) fn write_oid(dotted: &str) -> Option<Vec<u8>> {
    let arcs: Vec<u64> = dotted
        .split('.')
        .map(|arc| arc.parse().ok())
        .collect::<Option<_>>()?;
    let oid = Oid::from(&arcs).ok()?;
    Some(write(0x06, oid.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_read_as_the_library_reads_it() {
        let mut elements: Vec<Vec<u8>> = Vec::new();
        for seed in 0..3000_u32 {
            let noise = blake3::hash(&seed.to_be_bytes());
            let [tag, kind, length, rest @ ..] = noise.as_bytes();
            let head = match kind % 8 {
                0..=2 => vec![*tag, length % 40],
                3 => vec![*tag, 0x81, length % 40],
                4 => vec![*tag, 0x82, 0, length % 40],
                5 => vec![tag | 0x20, 0x80],
                6 => vec![*tag, 0x84, 0, 0, 0, length % 40],
                _ => vec![*tag, *length],
            };
            elements.push([&head[..], rest].concat());
            elements.push(head);
        }
        for element in elements {
            let theirs = Any::from_ber(&element).ok();
            let ours = Node::first(&element);
            let told = |(node, rest): (Node<'_>, &[u8])| {
                let classes = (node.universal, node.context, node.tag);
                (
                    classes,
                    node.body.to_vec(),
                    node.whole.to_vec(),
                    rest.to_vec(),
                )
            };
            let theirs = theirs.map(|(rest, any)| {
                let class = any.header.class();
                let classes = (
                    class == Class::Universal,
                    class == Class::ContextSpecific,
                    any.header.tag().0,
                );
                let whole = element[..element.len() - rest.len()].to_vec();
                (classes, any.data.to_vec(), whole, rest.to_vec())
            });
            assert_eq!(ours.map(told), theirs, "{element:02x?}");
        }
    }

    #[test]
    fn an_oid_is_written_as_the_library_writes_it() {
        let mut oids: Vec<Vec<u8>> = vec![
            vec![0],
            vec![0x2a],
            vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11],
            vec![0x88, 0x37, 3],
            vec![0x2a, 0x80, 3, 0x86],
            [&[0x60][..], &[0xff; 9], &[0x7f, 1]].concat(),
            [&[0x69][..], &[0x81; 8], &[1]].concat(),
        ];
        for seed in 0..2000_u32 {
            let noise = blake3::hash(&seed.to_be_bytes());
            let length = 1 + seed as usize % 24;
            oids.push(noise.as_bytes()[..length].to_vec());
        }
        for oid in oids {
            let theirs = Oid::new(oid.as_slice().into()).to_id_string();
            assert_eq!(dotted(&oid), theirs, "{oid:02x?}");
        }
    }
}
