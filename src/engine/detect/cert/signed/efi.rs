//! Authenticated variables and capsules of UEFI (UEFI specification §8.2.2, `WIN_CERTIFICATE_UEFI_GUID`): a CMS that leaves out the
//! envelope of its type at times.

use crate::detect::cert::der::{Node, tag, write, write_oid};
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Anchor, cms};
use crate::model::SkipReason;

/// Before the identifier: a length, a revision and a type.
const BEFORE: usize = 8;
const AFTER: usize = 16;
/// A certificate table of more bytes is none.
const MAX_LENGTH: usize = 1 << 20;
/// id-signedData.
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";

/// The identifier of what is signed by a CMS.
pub(in crate::detect::cert) struct Authenticated;

impl Anchor for Authenticated {
    fn patterns(&self) -> &'static [&'static [u8]] {
        // Revision 2, WIN_CERT_TYPE_EFI_GUID and EFI_CERT_TYPE_PKCS7_GUID.
        &[b"\x00\x02\xf1\x0e\x9d\xd2\xaf\x4a\xdf\x68\xee\x49\x8a\xa9\x34\x7d\x37\x56\x65\xa7"]
    }

    fn read(&self, text: &[u8], at: usize, seen: &mut Seen<'_>) -> Option<usize> {
        let start = at.checked_sub(4)?;
        let length = u32::from_le_bytes(*text.get(start..at)?.first_chunk::<4>()?);
        let length = usize::try_from(length)
            .ok()
            .filter(|length| (BEFORE + AFTER..=MAX_LENGTH).contains(length))?;
        let data = text.get(start + BEFORE + AFTER..start + length)?;
        let (whole, _) = Node::of_said_length(data).filter(|(whole, _)| whole.is(tag::SEQUENCE))?;
        seen.stand(text, start..start + length);
        let read = if whole.child(0)?.is(tag::OID) {
            cms::read(whole.whole, "UEFI", seen)
        } else {
            let inner = [write_oid(SIGNED_DATA)?, write(0xa0, whole.whole)].concat();
            cms::read(&write(0x30, &inner), "UEFI", seen)
        };
        if read.is_none() {
            seen.skip(SkipReason::Damaged, "a signature of UEFI that is no CMS")
        }
        Some(start + length)
    }
}
