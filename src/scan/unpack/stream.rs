//! Streams of one compressed whole: gzip, bzip2, xz, lzma, lzip, Zstandard, LZ4. What comes out may be anything, an archive among others.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use liblzma::stream::Stream;

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

impl Compression {
    /// Whether what follows a stream begins another one.
    fn begins(self, bytes: &[u8]) -> bool {
        match self {
            Self::Gzip => bytes.starts_with(&[0x1f, 0x8b]),
            Self::Bzip2 => bytes.starts_with(b"BZh"),
            Self::Xz => bytes.starts_with(&[0xfd, b'7', b'z']),
            Self::Lzip => bytes.starts_with(b"LZIP"),
            Self::Zstd => {
                bytes.starts_with(&[0x28, 0xb5, 0x2f])
                    || (bytes.len() > 2 && bytes[0] & 0xf0 == 0x50 && bytes[1..3] == [0x2a, 0x4d])
            }
            Self::Lz4 => bytes.starts_with(&[4, 0x22, 0x4d]),
            Self::Lzma => false,
        }
    }

    /// A decoder of one stream.
    fn start<'r, R: BufRead + 'r>(
        self,
        packed: R,
        memory: u64,
    ) -> io::Result<Box<dyn Decoder<R> + 'r>> {
        let lzma =
            |stream: Result<Stream, liblzma::stream::Error>| stream.map_err(io::Error::other);
        Ok(match self {
            Self::Gzip => Box::new(flate2::bufread::GzDecoder::new(packed)),
            Self::Bzip2 => Box::new(bzip2::bufread::BzDecoder::new(packed)),
            Self::Xz => Box::new(liblzma::bufread::XzDecoder::new_stream(
                packed,
                lzma(Stream::new_stream_decoder(memory, 0))?,
            )),
            Self::Lzma => Box::new(liblzma::bufread::XzDecoder::new_stream(
                packed,
                lzma(Stream::new_lzma_decoder(memory))?,
            )),
            Self::Lzip => Box::new(liblzma::bufread::XzDecoder::new_stream(
                packed,
                lzma(Stream::new_lzip_decoder(memory, 0))?,
            )),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?.single_frame();
                decoder.window_log_max(memory.max(1).ilog2())?;
                Box::new(decoder)
            }
            Self::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
        })
    }
}

/// A decoder of one stream, which gives back what lies behind it.
trait Decoder<R>: Read {
    fn behind(self: Box<Self>) -> R;
}

impl<R: BufRead> Decoder<R> for flate2::bufread::GzDecoder<R> {
    fn behind(self: Box<Self>) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Decoder<R> for bzip2::bufread::BzDecoder<R> {
    fn behind(self: Box<Self>) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Decoder<R> for liblzma::bufread::XzDecoder<R> {
    fn behind(self: Box<Self>) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Decoder<R> for zstd::stream::read::Decoder<'_, R> {
    fn behind(self: Box<Self>) -> R {
        self.finish()
    }
}

impl<R: BufRead> Decoder<R> for lz4_flex::frame::FrameDecoder<R> {
    fn behind(self: Box<Self>) -> R {
        self.into_inner()
    }
}

/// Unpacks a stream. Streams that follow each other count as one, as their own tools have it; where something else follows, all of the
/// stream is given out before the error [`Trailing`].
///
/// # Errors
/// When the decoder cannot be set up, or would need more memory than `memory` bytes.
pub(super) fn unpack<'r>(
    compression: Compression,
    packed: impl Read + 'r,
    memory: u64,
) -> io::Result<Box<dyn Read + 'r>> {
    let packed = BufReader::with_capacity(64 << 10, packed);
    Ok(Box::new(Streams {
        compression,
        memory,
        decoder: Some(compression.start(packed, memory)?),
    }))
}

/// One stream after the other.
struct Streams<'r, R> {
    compression: Compression,
    memory: u64,
    decoder: Option<Box<dyn Decoder<R> + 'r>>,
}

impl<'r, R: BufRead + 'r> Read for Streams<'r, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let read = decoder.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            let Some(mut packed) = self.decoder.take().map(Decoder::behind) else {
                break;
            };
            // A single stream by its format: what is behind it is none of its business.
            if self.compression == Compression::Lzma {
                break;
            }
            if !skip_zeros(&mut packed)? {
                break;
            }
            if !self.compression.begins(packed.fill_buf()?) {
                return Err(io::Error::other(Trailing));
            }
            self.decoder = Some(self.compression.start(packed, self.memory)?);
        }
        Ok(0)
    }
}

/// Skips padding; whether anything is left.
fn skip_zeros(packed: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = packed.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        match bytes.iter().position(|byte| *byte != 0) {
            Some(at) => {
                packed.consume(at);
                return Ok(true);
            }
            None => {
                let all = bytes.len();
                packed.consume(all)
            }
        }
    }
}

/// Bytes of another kind follow a stream that was read to its end.
#[derive(Debug)]
pub(super) struct Trailing;

impl fmt::Display for Trailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes behind the end of the stream")
    }
}

impl std::error::Error for Trailing {}

/// Whether an error says that bytes of another kind follow a stream.
pub(super) fn is_trailing(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Trailing>())
}

/// Whether a decoder failed because it would need more memory than it may take.
pub(super) fn needs_memory(error: &io::Error) -> bool {
    let limit = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<liblzma::stream::Error>());
    matches!(limit, Some(liblzma::stream::Error::MemLimit))
        || error.to_string().contains("too much memory")
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
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_compressed_file_names_what_it_holds() {
        assert_eq!(inner_name("a/keys.py.gz"), "keys.py");
        assert_eq!(inner_name("image.TGZ"), "image.tar");
        assert_eq!(inner_name("dump"), "dump");
        assert_eq!(inner_name(".gz"), ".gz");
        assert_eq!(inner_name("x!/metadata.gz"), "metadata");
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("to memory");
        encoder.finish().expect("to memory")
    }

    #[test]
    fn streams_that_follow_each_other_are_one_and_other_bytes_are_told() {
        let both = [gzip(b"one "), vec![0; 40], gzip(b"two")].concat();
        let mut text = String::new();
        unpack(Compression::Gzip, &both[..], 1 << 20)
            .and_then(|mut stream| stream.read_to_string(&mut text))
            .expect("two streams");
        assert_eq!(text, "one two");

        let behind = [gzip(b"one"), b"garbage".to_vec()].concat();
        let mut bytes = Vec::new();
        let error = unpack(Compression::Gzip, &behind[..], 1 << 20)
            .and_then(|mut stream| stream.read_to_end(&mut bytes))
            .expect_err("garbage");
        assert!(is_trailing(&error));
        assert_eq!(bytes, b"one");
    }
}
