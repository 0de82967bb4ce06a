//! 7z, with the compressions that the crate reads; solid blocks are read in one go.

use std::io::{Read, SeekFrom};
use std::ops::ControlFlow;

use sevenz_rust2::{Archive, BlockDecoder, Error, Password};

use super::limits::Packed;
use super::{Broken, Members, ReadSeek};
use crate::model::SkipReason;

/// What an archive begins with.
pub(super) const MAGIC: &[u8] = &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c];
/// The directory, unpacked, at most, in KiB: that of 100,000 files with long names has 10 MiB. It becomes some ten times that in memory.
const MAX_DIRECTORY_KIB: usize = 16 << 10;
/// Archives of other tools put an unreadable block (another compression, a password) beside readable ones.
const KIB: u64 = 1 << 10;

/// Reads every member.
pub(super) fn read(input: &mut dyn ReadSeek, members: &mut dyn Members) -> Result<(), Broken> {
    let mut input = input;
    let password = Password::empty();
    input.seek(SeekFrom::Start(0))?;
    let archive = match Archive::read_with_memory_limit(&mut input, &password, MAX_DIRECTORY_KIB) {
        Ok(archive) => archive,
        Err(error) => return unreadable(&error, members),
    };
    let memory = usize::try_from(members.limits().decoder_bytes / KIB).unwrap_or(usize::MAX);
    for block in 0..archive.blocks.len() {
        let first = archive.stream_map.block_first_file_index[block];
        let decoder =
            BlockDecoder::new_with_memory_limit(1, memory, block, &archive, &password, &mut input);
        if decoder.entry_count() == 0 {
            continue;
        }
        if archive.is_file_encrypted(first) {
            for entry in decoder.entries() {
                if entry.has_stream
                    && members
                        .unread(entry.name.as_bytes(), SkipReason::Encrypted, "")
                        .is_break()
                {
                    return Ok(());
                }
            }
            continue;
        }
        let mut stop = false;
        let read = decoder.for_each_entries(&mut |entry, data| {
            if entry.is_directory || entry.is_anti_item {
                return Ok(true);
            }
            stop = visit(entry, data, members).is_break();
            if !stop {
                // The crate would unpack what was left unread as well, and nobody would count it.
                let drained = members.drain(Packed::Unknown, data);
                stop = members.is_over();
                if !stop {
                    drained?
                }
            }
            Ok(!stop)
        });
        if stop || members.is_over() {
            return Ok(());
        }
        if let Err(error) = read {
            unreadable(&error, members)?
        }
    }
    Ok(())
}

fn visit(
    entry: &sevenz_rust2::ArchiveEntry,
    data: &mut dyn Read,
    members: &mut dyn Members,
) -> ControlFlow<()> {
    // The high half of the attributes is the mode, where a Unix tool wrote them.
    let mode = entry.windows_attributes >> 16;
    if mode & 0o170_000 == 0o120_000 {
        let mut target = Vec::new();
        return match data.take(4096).read_to_end(&mut target) {
            Ok(_) => members.link(entry.name.as_bytes(), &target),
            Err(_) => members.unread(entry.name.as_bytes(), SkipReason::NotAFile, "link"),
        };
    }
    members.file(entry.name.as_bytes(), Some(Packed::Unknown), data)
}

/// A block or directory that cannot be read does not end the others.
fn unreadable(error: &Error, members: &mut dyn Members) -> Result<(), Broken> {
    let text = match error {
        // The crate writes these two as it would for debugging.
        Error::Other(text) => text.to_string(),
        Error::Io(error, _) | Error::MaybeBadPassword(error) => error.to_string(),
        error => error.to_string(),
    };
    match error {
        Error::PasswordRequired => members.note(SkipReason::Encrypted, "names and members"),
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => {
            members.note(SkipReason::Encrypted, "names and members")
        }
        Error::MaxMemLimited { actaul_kb, .. } => members.note(
            SkipReason::LimitMemory,
            &format!("a decoder would need {actaul_kb} KiB"),
        ),
        Error::UnsupportedCompressionMethod(method) => {
            members.note(SkipReason::Unsupported, &format!("compression {method}"))
        }
        Error::Unsupported(what) => members.note(SkipReason::Unsupported, what),
        Error::UnsupportedVersion { .. } | Error::ExternalUnsupported => {
            members.note(SkipReason::Unsupported, &text)
        }
        _ => return Err(Broken::new(text)),
    }
    Ok(())
}
