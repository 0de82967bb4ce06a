//! The JSON result of a scan, packed: what `pqscan report` reads, as zstd (RFC 8878).

use std::io::Read;

use super::{Error, Result};
use crate::output::saved::{self, Kept};

/// How hard zstd tries: results are written once, and read seldom.
const LEVEL: i32 = 9;

/// Packs a document. The same document gives the same bytes.
///
/// # Errors
/// When zstd cannot: it is out of memory.
pub fn pack(document: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(document, LEVEL).map_err(|error| Error::Unavailable(error.to_string()))
}

/// Unpacks a document of at most `most` bytes. `name` is what an error calls it.
///
/// # Errors
/// When it is no zstd, or larger.
pub fn unpack_document(name: &str, packed: &[u8], most: u64) -> Result<Vec<u8>> {
    let damaged = |why: String| Error::Damaged {
        path: name.to_owned(),
        why,
    };
    let decoder = zstd::stream::read::Decoder::with_buffer(packed);
    let mut decoder = decoder.map_err(|error| damaged(error.to_string()))?;
    // Of what a frame asks for more than this, no result was ever made.
    let window = decoder.window_log_max(MAX_WINDOW_LOG);
    window.map_err(|error| damaged(error.to_string()))?;
    let mut document = Vec::new();
    let mut bounded = decoder.take(most.saturating_add(1));
    bounded
        .read_to_end(&mut document)
        .map_err(|error| damaged(error.to_string()))?;
    if document.len() as u64 > most {
        return Err(damaged(format!("it unpacks to more than {most} bytes")));
    }
    Ok(document)
}

/// The window that a frame may ask for: 128 MiB, which is what decoders allow by default (RFC 8878 section 3.1.1.1.2 wants 8 MiB at least).
const MAX_WINDOW_LOG: u32 = 27;

/// Unpacks a result and reads it, to be rendered or judged again. `name` is what an error calls it.
///
/// # Errors
/// When it is no zstd, unpacks to more than [`saved::MAX_BYTES`], or is no result that this version reads.
pub fn unpack(name: &str, packed: &[u8]) -> Result<Kept> {
    let document = unpack_document(name, packed, saved::MAX_BYTES)?;
    saved::read_result(&document).map_err(|error| Error::Damaged {
        path: name.to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_as_it_was() {
        let document = b"{\"schema\":\"none\"}".repeat(1000);
        let packed = pack(&document).unwrap();
        assert!(packed.len() < document.len() / 10);
        assert_eq!(packed, pack(&document).unwrap());
        assert_eq!(
            unpack_document("it", &packed, 1 << 20).unwrap(),
            document.as_slice()
        );
    }

    #[test]
    fn a_document_that_unpacks_to_too_much_is_refused_before_it_is_in_memory() {
        // 64 MiB of nothing in a few kilobytes.
        let bomb = pack(&vec![0; 64 << 20]).unwrap();
        assert!(bomb.len() < 1 << 16);
        let error = unpack_document("it", &bomb, 1 << 20).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`it` is damaged: it unpacks to more than 1048576 bytes"
        );
        // Many frames are one document.
        let frames = bomb.repeat(4);
        assert!(unpack_document("it", &frames, 65 << 20).is_err());
    }

    #[test]
    fn what_is_no_result_is_said() {
        assert!(unpack("it", b"no zstd").is_err());
        let packed = pack(b"{\"schema\":\"pqscan/other/1\"}").unwrap();
        assert!(
            unpack("it", &packed)
                .unwrap_err()
                .to_string()
                .contains("neither a result")
        );
        let cut = &packed[..packed.len() - 3];
        assert!(unpack("it", cut).is_err());
    }
}
