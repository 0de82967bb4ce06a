//! The hostile corpus: archives, streams, packages and images that lie, loop, burst or hide, made from rules on every run.
//!
//! Nothing here is kept as a file, reads a clock or rolls dice: the same bytes come out each time. It makes the bytes only;
//! what a right reader says of each is in `expected.toml`, by hand. Include this file with `#[path]`; the modules below stand
//! beside it. Libraries press the ordinary streams; whatever is broken is written byte by byte.

use flate2::{Compress, Compression, Crc, FlushCompress};

mod images;
mod packages;
mod quine;
mod streams;
mod tars;
mod zips;

/// One archive.
pub(crate) struct Case {
    /// The name of the file to scan, with the ending that its kind has.
    pub(crate) name: &'static str,
    /// What it is, and what a reader must do.
    pub(crate) about: &'static str,
    /// The file.
    pub(crate) bytes: Vec<u8>,
}

/// The ordinary member `keys.py`, before what is hostile.
pub(crate) const KEYS_PY: &str = "\
from cryptography.hazmat.primitives.asymmetric import rsa

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
";

/// The ordinary member `after.py`, after what is hostile.
pub(crate) const AFTER_PY: &str = "\
from cryptography.hazmat.primitives.asymmetric import rsa

late = rsa.generate_private_key(public_exponent=65537, key_size=3072)
";

/// What the hostile members hold where they hold something to find.
const OTHER_PY: &str = "\
from cryptography.hazmat.primitives.asymmetric import rsa

other = rsa.generate_private_key(public_exponent=65537, key_size=4096)
";

/// Every case, by format.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = zips::cases();
    cases.extend(tars::cases());
    cases.extend(streams::cases());
    cases.extend(packages::cases());
    cases.extend(images::cases());
    cases
}

fn case(name: &'static str, about: &'static str, bytes: Vec<u8>) -> Case {
    Case { name, about, bytes }
}

const MIB: usize = 1 << 20;

/// Bytes that no compressor shortens, the same every time (Knuth's MMIX generator).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as u8
    })
    .take(length)
    .collect()
}

fn crc_of(bytes: &[u8]) -> Crc {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc
}

/// The checksum of so many zeros, by doubling instead of reading them.
fn crc_of_zeros(count: usize) -> Crc {
    let (mut sum, mut power) = (Crc::new(), crc_of(&[0]));
    let mut left = count;
    while left > 0 {
        if left & 1 == 1 {
            sum.combine(&power);
        }
        left >>= 1;
        if left > 0 {
            let mut same = Crc::new();
            same.combine(&power);
            power.combine(&same);
        }
    }
    sum
}

/// RFC 1951 §3.2.4: an empty last block.
const LAST_BLOCK: [u8; 5] = [1, 0, 0, 0xff, 0xff];

/// A piece of a deflate stream that ends on a byte, looks back at nothing before it and is not the last: pieces can be
/// strung together.
fn deflate_piece(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 100 + 1024);
    Compress::new(Compression::new(6), false)
        .compress_vec(bytes, &mut out, FlushCompress::Full)
        .expect("there is room for all of it");
    out
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    [deflate_piece(bytes), LAST_BLOCK.to_vec()].concat()
}

/// So many MiB of zeros as pieces of a deflate stream, about 1 kB each.
fn deflate_zeros(mib: usize) -> Vec<u8> {
    deflate_piece(&vec![0; MIB]).repeat(mib)
}

/// RFC 1952: one gzip member around a deflate stream, without name or time.
fn gzip_around(deflated: &[u8], crc: u32, length: u32) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    out.extend(deflated);
    out.extend(crc.to_le_bytes());
    out.extend(length.to_le_bytes());
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_around(&deflate(bytes), crc_of(bytes).sum(), bytes.len() as u32)
}
