//! Compressed streams: gzip, bzip2, xz, zstd, lz4.

use std::io::Write;

use super::{
    Case, LAST_BLOCK, MIB, case, crc_of, crc_of_zeros, deflate, deflate_piece, deflate_zeros, gzip,
    gzip_around, noise, tars,
};

/// In blocks of 100 kB, so that what stands before a fault is a block of its own.
fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("level 1 exists");
    encoder
        .include_checksum(true)
        .expect("it can be switched on");
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// In blocks of 64 KiB that do not look back, with a checksum.
fn lz4(bytes: &[u8]) -> Vec<u8> {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let info = FrameInfo::new()
        .block_size(BlockSize::Max64KB)
        .block_mode(BlockMode::Independent)
        .content_checksum(true);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = bombs();
    cases.extend(greedy());
    cases.extend(broken());
    cases.extend(joined());
    cases
}

fn bombs() -> Vec<Case> {
    let head = tars::keys();
    let tail = tars::tar(&[tars::after()]);
    let zeros = tars::zeros_header(512 * MIB as u64);
    let head = [head, zeros].concat();
    let mut sum = crc_of(&head);
    sum.combine(&crc_of_zeros(512 * MIB));
    sum.combine(&crc_of(&tail));
    let length = (head.len() + 512 * MIB + tail.len()) as u32;
    let deflated = [deflate_piece(&head), deflate_zeros(512), deflate(&tail)].concat();
    vec![
        case(
            "gzip-bomb.py.gz",
            "1 GiB of zeros at a thousand to one: a reader stops at a limit and says which.",
            gzip_around(
                &[deflate_zeros(1024), LAST_BLOCK.to_vec()].concat(),
                crc_of_zeros(1024 * MIB).sum(),
                1 << 30,
            ),
        ),
        case(
            "gzip-bomb-twice.py.gz.gz",
            "2 GiB of zeros, pressed twice: a few kB that no single ratio gives away; a reader stops at a limit and says which.",
            gzip(&gzip_around(
                &[deflate_zeros(2048), LAST_BLOCK.to_vec()].concat(),
                crc_of_zeros(2048 * MIB).sum(),
                1 << 31,
            )),
        ),
        case(
            "bzip2-bomb.py.bz2",
            "4 GiB of zeros in 512 streams, one behind the other: a reader stops at a limit and says which.",
            bzip2(&vec![0; 8 * MIB]).repeat(512),
        ),
        case(
            "xz-bomb.py.xz",
            "4 GiB of zeros in 128 streams, one behind the other: a reader stops at a limit and says which.",
            xz(&vec![0; 32 * MIB]).repeat(128),
        ),
        case(
            "zstd-bomb.py.zst",
            "8 GiB of zeros in 65,536 blocks of four bytes each: a reader stops at a limit and says which.",
            zstd_zeros(65_536),
        ),
        case(
            "lz4-bomb.py.lz4",
            "384 MiB of zeros, at the 250 to one that lz4 can do: it is read, or a reader stops at a limit and says which.",
            lz4_zeros(96),
        ),
        case(
            "tar-bomb.tar.gz",
            "A tar whose second member is 512 MiB of zeros at a thousand to one: the first is read, then a reader stops at a limit or goes on behind it.",
            gzip_around(&deflated, sum.sum(), length),
        ),
        case(
            "gzip-200-layers.gz",
            "A tar in 200 layers of gzip: a reader stops at its depth.",
            (0..200).fold(tars::between(&[]), |inner, _| gzip(&inner)),
        ),
    ]
}

/// RFC 8878 §3.1.1: a frame of run-length blocks, 128 KiB of zeros each.
fn zstd_zeros(blocks: usize) -> Vec<u8> {
    let run_of_128_kib = 0x2_0000_u32 << 3 | 1 << 1;
    let mut block = run_of_128_kib.to_le_bytes()[..3].to_vec();
    block.push(0);
    let mut out = zstd_head(17);
    out.extend(block.repeat(blocks - 1));
    block[0] |= 1;
    out.extend(block);
    out
}

/// RFC 8878 §3.1.1.1: a frame header that says nothing but how large a window the frame needs, as a power of two.
fn zstd_head(window_log: u8) -> Vec<u8> {
    [&[0x28, 0xb5, 0x2f, 0xfd, 0][..], &[(window_log - 10) << 3]].concat()
}

/// A frame of 4 MiB of zeros, as often as asked: the format allows frames one behind the other.
fn lz4_zeros(frames: usize) -> Vec<u8> {
    use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
    let info = FrameInfo::new().block_size(BlockSize::Max4MB);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder
        .write_all(&vec![0; 4 * MIB])
        .expect("memory takes it");
    encoder.finish().expect("memory takes it").repeat(frames)
}

/// Streams that ask for far more memory than they need.
fn greedy() -> Vec<Case> {
    let tar = tars::between(&[]);
    let mut window = zstd_head(31);
    let raw_last = (tar.len() as u32) << 3 | 1;
    window.extend(&raw_last.to_le_bytes()[..3]);
    window.extend(&tar);
    vec![
        case(
            "zstd-window-2g.tar.zst",
            "A frame of three kB that asks for a window of 2 GiB: no room is made for it; it is read without or refused for memory.",
            window,
        ),
        case(
            "xz-dictionary-1536m.tar.xz",
            "A stream of one kB that asks for a dictionary of 1.5 GiB: no room is made for it; it is read without or refused for memory.",
            xz_asking(&tar, 37),
        ),
    ]
}

/// The xz file format 1.2.1, §3.1 and §5.3.1: the block header's one filter is LZMA2, whose property is the size of the dictionary.
fn xz_asking(bytes: &[u8], property: u8) -> Vec<u8> {
    let mut out = xz(bytes);
    let header = 12..12 + (usize::from(out[12]) + 1) * 4;
    let sum = header.end - 4;
    let filter = header
        .clone()
        .find(|at| out[*at..*at + 2] == [0x21, 1])
        .expect("liblzma writes an LZMA2 filter");
    out[filter + 2] = property;
    let crc = crc_of(&out[header.start..sum]).sum();
    out[sum..sum + 4].copy_from_slice(&crc.to_le_bytes());
    out
}

/// Streams around a tar of keys, noise and after, cut in the middle or with sixteen bytes flipped there.
fn broken() -> Vec<Case> {
    let tar = tars::between(&[tars::file("noise.bin", &noise(300_000))]);
    let cut = |stream: Vec<u8>| stream[..stream.len() / 2].to_vec();
    let corrupt = |mut stream: Vec<u8>| {
        let middle = stream.len() / 2;
        for byte in &mut stream[middle..middle + 16] {
            *byte ^= 0x55;
        }
        stream
    };
    let cut_about =
        "A stream that ends in the middle: the member before is read, and it is damaged.";
    let corrupt_about = "A stream with sixteen bytes flipped in the middle: the member before is read, and it is damaged.";
    vec![
        case("gzip-cut.tar.gz", cut_about, cut(gzip(&tar))),
        case("bzip2-cut.tar.bz2", cut_about, cut(bzip2(&tar))),
        case("xz-cut.tar.xz", cut_about, cut(xz(&tar))),
        case("zstd-cut.tar.zst", cut_about, cut(zstd(&tar))),
        case("lz4-cut.tar.lz4", cut_about, cut(lz4(&tar))),
        case("gzip-corrupt.tar.gz", corrupt_about, corrupt(gzip(&tar))),
        case("bzip2-corrupt.tar.bz2", corrupt_about, corrupt(bzip2(&tar))),
        case("xz-corrupt.tar.xz", corrupt_about, corrupt(xz(&tar))),
        case("zstd-corrupt.tar.zst", corrupt_about, corrupt(zstd(&tar))),
        case("lz4-corrupt.tar.lz4", corrupt_about, corrupt(lz4(&tar))),
    ]
}

fn joined() -> Vec<Case> {
    let tar = tars::between(&[tars::other(b"middle.py")]);
    let (one, two) = tar.split_at(1300);
    let good = gzip(&tar);
    let end = good.len();
    let mut crc_wrong = good.clone();
    crc_wrong[end - 8] ^= 1;
    let mut length_wrong = good.clone();
    length_wrong[end - 1] ^= 0x40;
    let mut bad_extra = good.clone();
    bad_extra[3] = 4;
    bad_extra.splice(10..10, [0xff, 0xff]);
    let skippable = [
        &b"\x50\x2a\x4d\x18\x04\0\0\0skip"[..],
        &zstd(one),
        &zstd(two),
    ]
    .concat();
    vec![
        case(
            "gzip-concatenated.tar.gz",
            "A tar in two gzip members, cut inside a tar member: an ordinary stream, all of it read.",
            [gzip(one), gzip(two)].concat(),
        ),
        case(
            "bzip2-concatenated.tar.bz2",
            "A tar in two bzip2 streams: an ordinary stream, all of it read.",
            [bzip2(one), bzip2(two)].concat(),
        ),
        case(
            "xz-concatenated.tar.xz",
            "A tar in two xz streams with padding between them: an ordinary stream, all of it read.",
            [xz(one), vec![0; 8], xz(two)].concat(),
        ),
        case(
            "zstd-concatenated.tar.zst",
            "A skippable frame and a tar in two frames: an ordinary stream, all of it read.",
            skippable,
        ),
        case(
            "lz4-concatenated.tar.lz4",
            "A tar in two lz4 frames: an ordinary stream, all of it read.",
            [lz4(one), lz4(two)].concat(),
        ),
        case(
            "gzip-trailing-garbage.tar.gz",
            "Noise behind the stream: all of it is read, and the trailing data said.",
            [good.clone(), noise(500)].concat(),
        ),
        case(
            "xz-trailing-garbage.tar.xz",
            "Noise behind the stream: all of it is read, and the trailing data said.",
            [xz(&tar), noise(500)].concat(),
        ),
        case(
            "gzip-crc-wrong.tar.gz",
            "The checksum at the end is wrong: all of it is read, and it is damaged.",
            crc_wrong,
        ),
        case(
            "gzip-length-wrong.tar.gz",
            "The length at the end is wrong by a GiB: all of it is read, and it is damaged.",
            length_wrong,
        ),
        case(
            "gzip-extra-beyond-end.tar.gz",
            "An extra field of 65,535 bytes in a header of less: it is damaged.",
            bad_extra,
        ),
        case(
            "gzip-header-only.gz",
            "Ten bytes of header and no more: it is damaged.",
            good[..10].to_vec(),
        ),
    ]
}
