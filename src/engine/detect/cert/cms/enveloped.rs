//! EnvelopedData (RFC 5652 §6), AuthEnvelopedData (RFC 5083) and SignedAndEnvelopedData (RFC 2315 §11).

use super::{ciphertext, content_cipher, recipient};
use crate::detect::cert::algorithm;
use crate::detect::cert::der::{Node, tag};
use crate::detect::cert::seen::Seen;

/// Reads the content of one; the finding that stands for it.
pub(super) fn read(data: &Node<'_>, form: &'static str, seen: &mut Seen<'_>) -> Option<usize> {
    let recipients = data.children().find(|node| node.is(tag::SET))?;
    // encryptedContentInfo: an OID, an AlgorithmIdentifier, the ciphertext.
    let identifier = data.children().find_map(|node| {
        let of_content = node.is(tag::SEQUENCE) && node.child(0)?.is(tag::OID);
        of_content.then(|| node.child(1).filter(algorithm::is_identifier))?
    });
    let (count, mut used) = recipient::read_all(&recipients, seen);
    if let Some(identifier) = identifier {
        used.extend(content_cipher(&identifier, seen))
    }
    Some(ciphertext(form, count, used, seen))
}
