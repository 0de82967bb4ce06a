//! Streams of one compressed whole: gzip, bzip2, xz, lzma, lzip, Zstandard, LZ4. What comes out may be anything, an archive among others.

use std::io::{self, BufReader, Read};

use liblzma::stream::{CONCATENATED, Stream};

/// A compression that holds one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Lzip,
    Zstd,
    Lz4,
}

/// Unpacks a stream. Streams that follow each other count as one, as their own tools have it.
///
/// # Errors
/// When the decoder cannot be set up, or would need more memory than `memory` bytes.
pub(super) fn unpack<'r>(
    compression: Compression,
    packed: impl Read + 'r,
    memory: u64,
) -> io::Result<Box<dyn Read + 'r>> {
    let packed = BufReader::with_capacity(64 << 10, packed);
    Ok(match compression {
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
        Compression::Xz => lzma_family(Stream::new_stream_decoder(memory, CONCATENATED), packed)?,
        Compression::Lzma => lzma_family(Stream::new_lzma_decoder(memory), packed)?,
        Compression::Lzip => lzma_family(Stream::new_lzip_decoder(memory, CONCATENATED), packed)?,
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(memory.ilog2())?;
            Box::new(decoder)
        }
        Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
    })
}

fn lzma_family<'r>(
    stream: Result<Stream, liblzma::stream::Error>,
    packed: impl io::BufRead + 'r,
) -> io::Result<Box<dyn Read + 'r>> {
    let stream = stream.map_err(io::Error::other)?;
    Ok(Box::new(liblzma::bufread::XzDecoder::new_stream(
        packed, stream,
    )))
}

/// Whether a decoder failed because it would need more memory than it may take.
pub(super) fn needs_memory(error: &io::Error) -> bool {
    let text = error.to_string();
    matches!(
        error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<liblzma::stream::Error>()),
        Some(liblzma::stream::Error::MemLimit)
    ) || text.contains("too much memory")
}

/// The name of what a compressed file holds, from its own: `keys.py.gz` holds `keys.py`, `image.tgz` `image.tar`. A name without a known
/// ending stays as it is.
pub(super) fn inner_name(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let lower = file.to_ascii_lowercase();
    for (ending, instead) in [
        (".tgz", ".tar"),
        (".tbz2", ".tar"),
        (".tbz", ".tar"),
        (".txz", ".tar"),
        (".tlz", ".tar"),
        (".tzst", ".tar"),
        (".svgz", ".svg"),
        (".gz", ""),
        (".bz2", ""),
        (".xz", ""),
        (".lzma", ""),
        (".lz", ""),
        (".zst", ""),
        (".lz4", ""),
    ] {
        if lower.len() > ending.len() && lower.ends_with(ending) {
            // The ending is ASCII, so that the cut is at a character.
            return format!("{}{instead}", &file[..file.len() - ending.len()]);
        }
    }
    file.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_file_names_what_it_holds() {
        assert_eq!(inner_name("a/keys.py.gz"), "keys.py");
        assert_eq!(inner_name("image.TGZ"), "image.tar");
        assert_eq!(inner_name("dump"), "dump");
        assert_eq!(inner_name(".gz"), ".gz");
        assert_eq!(inner_name("x!/metadata.gz"), "metadata");
    }
}
