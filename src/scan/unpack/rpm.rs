//! rpm packages: a header that names the package, and a payload, which is a cpio in a compressed stream.

use std::io::Read;

use super::{Broken, HEAD, Members, read_up_to, sniff};
use crate::detect::package::rpm;
use crate::model::SkipReason;

/// What a package begins with.
pub(super) const MAGIC: &[u8] = &[0xed, 0xab, 0xee, 0xdb];

/// Reads every member of the payload. What the payload is, its bytes tell, not the header.
pub(super) fn read(input: &mut dyn Read, members: &mut dyn Members) -> Result<(), Broken> {
    let opened = rpm::open(input).map_err(|(_, detail)| Broken::new(detail))?;
    match opened.package {
        Some(package) => members.package(package),
        None => members.note(SkipReason::Damaged, "the header names no package"),
    }
    let mut head = vec![0; HEAD];
    let read = read_up_to(input, &mut head)?;
    head.truncate(read);
    if head.is_empty() {
        return Err(Broken::new("ends before its payload"));
    }
    if sniff::form(&head).is_none() {
        let payload = format!("payload: {} in {}", opened.format, opened.compressor);
        members.note(SkipReason::Unsupported, &payload);
        return Ok(());
    }
    members.more(&mut head.chain(input))
}
