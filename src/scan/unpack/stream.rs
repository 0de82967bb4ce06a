//! Streams of one compressed whole: gzip, bzip2, xz, lzma, lzip, Zstandard, LZ4. What comes out may be anything, an archive among others.

use std::fmt;
use std::io::{self, BufRead, Read};

use liblzma::stream::Stream;

use super::read_up_to;

/// Streams in a row that nothing comes out of, at most: each costs a decoder, and neither the clock nor a ratio is asked where no byte comes.
const MAX_EMPTY: u32 = 1 << 16;

/// So many bytes tell whether another stream follows.
const LONGEST_MAGIC: usize = 4;

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
            Self::Zstd => bytes.starts_with(&[0x28, 0xb5, 0x2f]),
            Self::Lz4 => bytes.starts_with(&[4, 0x22, 0x4d]),
            Self::Lzma => false,
        }
    }

    /// Whether what follows a stream is a frame of Zstandard that holds nothing to unpack (RFC 8878 §3.1.2).
    fn is_skippable(self, bytes: &[u8]) -> bool {
        self == Self::Zstd
            && bytes.len() > 2
            && bytes[0] & 0xf0 == 0x50
            && bytes[1..3] == [0x2a, 0x4d]
    }

    /// A decoder of one stream.
    fn start<'r>(self, packed: Ahead<'r>, memory: u64) -> io::Result<Box<dyn Decoder<'r> + 'r>> {
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
trait Decoder<'r>: Read {
    fn behind(self: Box<Self>) -> Ahead<'r>;
}

impl<'r> Decoder<'r> for flate2::bufread::GzDecoder<Ahead<'r>> {
    fn behind(self: Box<Self>) -> Ahead<'r> {
        self.into_inner()
    }
}

impl<'r> Decoder<'r> for bzip2::bufread::BzDecoder<Ahead<'r>> {
    fn behind(self: Box<Self>) -> Ahead<'r> {
        self.into_inner()
    }
}

impl<'r> Decoder<'r> for liblzma::bufread::XzDecoder<Ahead<'r>> {
    fn behind(self: Box<Self>) -> Ahead<'r> {
        self.into_inner()
    }
}

impl<'r> Decoder<'r> for zstd::stream::read::Decoder<'_, Ahead<'r>> {
    fn behind(self: Box<Self>) -> Ahead<'r> {
        self.finish()
    }
}

impl<'r> Decoder<'r> for lz4_flex::frame::FrameDecoder<Ahead<'r>> {
    fn behind(self: Box<Self>) -> Ahead<'r> {
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
    let packed = Ahead {
        inner: Box::new(packed),
        buffer: vec![0; 64 << 10],
        begins: 0,
        ends: 0,
    };
    Ok(Box::new(Streams {
        compression,
        memory,
        decoder: Some(compression.start(packed, memory)?),
        empty: 0,
    }))
}

/// A buffer before packed bytes that shows the first ones of a stream wherever in the buffer they come to lie. What it reads from is asked
/// once a buffer, so that one set of decoders serves all of them.
struct Ahead<'r> {
    inner: Box<dyn Read + 'r>,
    buffer: Vec<u8>,
    begins: usize,
    ends: usize,
}

impl Ahead<'_> {
    /// What comes next: as many bytes as tell what it is, unless the end comes before.
    fn peek(&mut self) -> io::Result<&[u8]> {
        if self.ends - self.begins < LONGEST_MAGIC {
            self.buffer.copy_within(self.begins..self.ends, 0);
            self.ends -= self.begins;
            self.begins = 0;
            self.ends += read_up_to(&mut self.inner, &mut self.buffer[self.ends..LONGEST_MAGIC])?
        }
        Ok(&self.buffer[self.begins..self.ends])
    }
}

impl Read for Ahead<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Ahead<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.begins == self.ends {
            self.begins = 0;
            self.ends = 0;
            self.ends = self.inner.read(&mut self.buffer)?
        }
        Ok(&self.buffer[self.begins..self.ends])
    }

    fn consume(&mut self, bytes: usize) {
        self.begins = self.ends.min(self.begins + bytes)
    }
}

/// One stream after the other.
struct Streams<'r> {
    compression: Compression,
    memory: u64,
    decoder: Option<Box<dyn Decoder<'r> + 'r>>,
    /// Streams since the last byte came out.
    empty: u32,
}

impl Read for Streams<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let read = decoder.read(buf)?;
            if read > 0 {
                self.empty = 0;
            }
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            let Some(mut packed) = self.decoder.take().map(Decoder::behind) else {
                break;
            };
            let mut is_more = skip_zeros(&mut packed)?;
            // A decoder for each of them would cost more than a thousand times what its bytes do.
            while is_more && self.compression.is_skippable(packed.peek()?) {
                skip_frame(&mut packed)?;
                is_more = skip_zeros(&mut packed)?
            }
            if !is_more {
                break;
            }
            if !self.compression.begins(packed.peek()?) {
                return Err(io::Error::other(Trailing));
            }
            self.empty += 1;
            if self.empty > MAX_EMPTY {
                return Err(io::Error::other(format!(
                    "over {MAX_EMPTY} streams without a byte in them"
                )));
            }
            self.decoder = Some(self.compression.start(packed, self.memory)?);
        }
        Ok(0)
    }
}

/// Skips a frame that holds nothing to unpack: its magic number, its length, and so many bytes.
fn skip_frame(packed: &mut impl BufRead) -> io::Result<()> {
    let mut header = [0; 8];
    packed.read_exact(&mut header)?;
    let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
    let skipped = io::copy(&mut packed.by_ref().take(length.into()), &mut io::sink())?;
    if skipped < length.into() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
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

    fn unpacked(compression: Compression, packed: &[u8]) -> (Vec<u8>, io::Result<()>) {
        let mut bytes = Vec::new();
        let read = unpack(compression, packed, 1 << 27)
            .and_then(|mut stream| stream.read_to_end(&mut bytes))
            .map(|_| ());
        (bytes, read)
    }

    #[test]
    fn frames_to_be_skipped_cost_no_decoder() {
        let frame = |text: &[u8]| zstd::encode_all(text, 1).expect("to memory");
        let skipped = b"\x5f\x2a\x4d\x18\x02\0\0\0hi".repeat(1_000_000);
        let all = [
            &frame(b"one "),
            &skipped[..],
            &frame(b"two"),
            &skipped[..10],
        ]
        .concat();
        let (bytes, read) = unpacked(Compression::Zstd, &all);
        assert!(read.is_ok());
        assert_eq!(bytes, b"one two");
        let (_, read) = unpacked(Compression::Zstd, &all[..all.len() - 1]);
        assert!(read.is_err());
    }

    #[test]
    fn empty_streams_without_end_are_an_error() {
        let (bytes, read) = unpacked(
            Compression::Gzip,
            &[gzip(b"one"), gzip(b"").repeat(100_000)].concat(),
        );
        assert!(read.is_err());
        assert_eq!(bytes, b"one");
    }

    #[test]
    fn bytes_behind_an_lzma_stream_are_told() {
        let options = liblzma::stream::LzmaOptions::new_preset(1).expect("a preset");
        let encoder = Stream::new_lzma_encoder(&options).expect("an encoder");
        let mut packed = liblzma::write::XzEncoder::new_stream(Vec::new(), encoder);
        packed.write_all(b"one").expect("to memory");
        let mut packed = packed.finish().expect("to memory");
        packed.extend([0; 9]);
        assert!(unpacked(Compression::Lzma, &packed).1.is_ok());
        packed.push(1);
        let (bytes, read) = unpacked(Compression::Lzma, &packed);
        assert!(read.is_err_and(|error| is_trailing(&error)));
        assert_eq!(bytes, b"one");
    }
}
