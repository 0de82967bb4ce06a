//! Certificates in the middle of other bytes: the data of a program, a database, a capture.

use super::der::{Node, tag};
use super::seen::Seen;
use super::{Anchor, x509};

/// version `[0] EXPLICIT 2`, then the tag of the serial number: every certificate of version 3 has it behind two headers.
const VERSION: &[u8] = b"\xa0\x03\x02\x01\x02\x02";

/// The anchor.
pub(super) struct Embedded;

impl Anchor for Embedded {
    fn patterns(&self) -> &'static [&'static [u8]] {
        &[VERSION]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let inner = header_before(text, at)?;
        let start = header_before(text, inner)?;
        let (whole, _) = Node::of_said_length(text.get(start..)?)?;
        let (signed, rest) = Node::of_said_length(whole.body)?;
        let (identifier, rest) = Node::of_said_length(rest)?;
        let (signature, _) = Node::of_said_length(rest)?;
        let shaped = signed.is(tag::SEQUENCE)
            && is_identifier(&identifier)
            && signature.is(tag::BIT_STRING)
            && is_content(&signed);
        if !shaped {
            return None;
        }
        let end = start + whole.whole.len();
        seen.stand(text, start..end);
        x509::certificate(whole.whole, seen).then_some(end)
    }
}

/// Whether a TBSCertificate goes on as one to its validity: what does is read and passed over, and what does not costs no more than a look
/// at its headers. Many may begin in the same bytes.
fn is_content(signed: &Node<'_>) -> bool {
    let mut rest = signed.body;
    let mut next = || {
        let (node, after) = Node::of_said_length(rest)?;
        rest = after;
        Some(node)
    };
    let shape = (next(), next(), next(), next(), next());
    let (Some(_version), Some(serial), Some(identifier), Some(issuer), Some(validity)) = shape
    else {
        return false;
    };
    serial.is(tag::INTEGER)
        && is_identifier(&identifier)
        && issuer.is(tag::SEQUENCE)
        && validity.is(tag::SEQUENCE)
}

fn is_identifier(node: &Node<'_>) -> bool {
    let oid = Node::of_said_length(node.body);
    node.is(tag::SEQUENCE) && oid.is_some_and(|(oid, _)| oid.is(tag::OID))
}

/// Where the header of a SEQUENCE begins whose content begins at `at`.
fn header_before(text: &[u8], at: usize) -> Option<usize> {
    [(4, 0x82), (3, 0x81), (5, 0x83)]
        .into_iter()
        .find_map(|(length, form)| {
            let start = at.checked_sub(length)?;
            text.get(start..)?
                .starts_with(&[0x30, form])
                .then_some(start)
        })
}

#[cfg(test)]
mod tests {
    use super::super::der::{write, write_oid};
    use super::super::parts::tests::seen;
    use super::*;

    #[test]
    fn many_that_share_one_issuer_and_go_wrong_cost_little() {
        // Five thousand headers, whose serial numbers all reach to one long name, behind which there is no validity.
        let identifier = write(0x30, &write_oid("1.2.840.113549.1.1.11").expect("an OID"));
        let part = write(
            0x31,
            &write(
                0x30,
                &[write_oid("2.5.4.3").expect("an OID"), write(12, b"a")].concat(),
            ),
        );
        let name = write(0x30, &part.repeat(40_000));
        let content = [&identifier[..], &name, &[5, 0].repeat(20)].concat();
        let tail = [identifier, write(3, &[0, 1])].concat();
        let long = |tag: u8, length: usize| {
            let bytes = length.to_be_bytes();
            [&[tag, 0x83], &bytes[5..]].concat()
        };
        let count = 5000;
        let mut bytes = Vec::new();
        for number in 0..count {
            let jump = (count - 1 - number) * 20;
            let signed = 10 + jump + content.len();
            bytes.extend(long(0x30, 5 + signed + tail.len()));
            bytes.extend(long(0x30, signed));
            bytes.extend(&VERSION[..5]);
            bytes.extend(long(2, jump));
        }
        bytes.extend(content);
        bytes.extend(tail);
        let began = std::time::Instant::now();
        assert!(seen("x", &bytes).is_empty());
        assert!(began.elapsed().as_secs() < 5);
    }
}
