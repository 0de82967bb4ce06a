//! Packages and what they are made of: ar and deb, cpio, rpm, 7z, squashfs, and the metadata that package managers leave.

use super::{
    AFTER_PY, Case, KEYS_PY, LAST_BLOCK, MIB, OTHER_PY, case, crc_of, crc_of_zeros, deflate_zeros,
    gzip, noise, tars, zips,
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = ars();
    cases.extend(cpios());
    cases.extend(rpms());
    cases.extend(sevens());
    cases.extend(squashes());
    cases.extend(metadata());
    cases
}

/// ar(5): a header of sixty bytes, data on even offsets.
fn ar_entry(name: &str, size: u64, data: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
        0, 0, 0, 100_644
    )
    .into_bytes();
    out.extend(data);
    if data.len() % 2 == 1 {
        out.push(b'\n');
    }
    out
}

fn ar_file(name: &str, data: &[u8]) -> Vec<u8> {
    ar_entry(name, data.len() as u64, data)
}

fn ar(entries: &[Vec<u8>]) -> Vec<u8> {
    [b"!<arch>\n".to_vec(), entries.concat()].concat()
}

fn ar_between(entries: &[Vec<u8>]) -> Vec<u8> {
    let keys = ar_file("keys.py/", KEYS_PY.as_bytes());
    let after = ar_file("after.py/", AFTER_PY.as_bytes());
    ar(&[&[keys], entries, &[after]].concat())
}

fn ars() -> Vec<Case> {
    let text = OTHER_PY.as_bytes();
    let noisy = ar_between(&[ar_file("noise.bin/", &noise(4096))]);
    let data = |name: &str, text: &str| {
        ar_file(
            "data.tar.gz",
            &gzip(&tars::tar(&[tars::file(name, text.as_bytes())])),
        )
    };
    let control = gzip(&tars::tar(&[tars::file(
        "./control",
        b"Package: two-data\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: two data members\n",
    )]));
    vec![
        case(
            "ar-size-lie.a",
            "A member that declares 9,999,999,999 bytes: what stands before it is read, and it is damaged.",
            ar_between(&[ar_entry("lie.py/", 9_999_999_999, text)]),
        ),
        case(
            "ar-size-junk.a",
            "A member whose size is no number: what stands before it is read, and it is damaged.",
            ar_between(&[ar_size_junk(text)]),
        ),
        case(
            "ar-longname-out-of-range.a",
            "A member whose name stands at 99,999 in a table of ten bytes: it is read, under an odd name or as damaged.",
            ar_between(&[ar_file("//", b"short.py/\n"), ar_file("/99999", text)]),
        ),
        case(
            "ar-bsd-name-lie.a",
            "A BSD member whose name is said to be longer than the member: it is damaged, and the next is read.",
            ar_between(&[ar_file("#1/9999", text)]),
        ),
        case(
            "ar-thin.a",
            "A thin archive, whose members are files elsewhere: none is opened, and that is said.",
            [
                &b"!<thin>\n"[..],
                &ar_file("//", b"../../etc/passwd/\n"),
                &ar_entry("/0", 1000, b""),
            ]
            .concat(),
        ),
        case(
            "ar-cut.a",
            "The file ends in the second member: the first is read, and it is damaged.",
            noisy[..2048].to_vec(),
        ),
        case(
            "deb-two-data.deb",
            "A Debian package with two members data.tar.gz, of which dpkg unpacks the first: both are read.",
            ar(&[
                ar_file("debian-binary", b"2.0\n"),
                ar_file("control.tar.gz", &control),
                data("./usr/lib/two/keys.py", KEYS_PY),
                data("./usr/lib/two/after.py", AFTER_PY),
            ]),
        ),
        case(
            "deb-data-first.deb",
            "A Debian package whose data comes before its version, with a member of a name that no one knows: everything in it is read.",
            ar(&[
                data("./usr/lib/two/keys.py", KEYS_PY),
                ar_file("_gpgorigin", &noise(64)),
                ar_file("control.tar.gz", &control),
                data("./usr/lib/two/after.py", AFTER_PY),
                ar_file("debian-binary", b"2.0\n"),
            ]),
        ),
    ]
}

fn ar_size_junk(text: &[u8]) -> Vec<u8> {
    let mut entry = ar_file("junk.py/", text);
    entry[48..58].copy_from_slice(b"-1e9      ");
    entry
}

/// The "newc" format of cpio(5): thirteen numbers of eight hexadecimal digits; name and data end on fours.
fn cpio_entry(name: &[u8], size: u32, name_length: u32, data: &[u8]) -> Vec<u8> {
    let mut out = b"070701".to_vec();
    for number in [1, 0o100_644, 0, 0, 1, 0, size, 0, 0, 0, 0, name_length, 0] {
        out.extend(format!("{number:08x}").into_bytes());
    }
    out.extend(name);
    out.push(0);
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(data);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn cpio_file(name: &[u8], data: &[u8]) -> Vec<u8> {
    cpio_entry(name, data.len() as u32, name.len() as u32 + 1, data)
}

fn cpio(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), cpio_file(b"TRAILER!!!", b"")].concat()
}

fn cpio_between(entries: &[Vec<u8>]) -> Vec<u8> {
    let keys = cpio_file(b"keys.py", KEYS_PY.as_bytes());
    let after = cpio_file(b"after.py", AFTER_PY.as_bytes());
    cpio(&[&[keys], entries, &[after]].concat())
}

fn cpios() -> Vec<Case> {
    let text = OTHER_PY.as_bytes();
    let length = text.len() as u32;
    let whole = cpio_between(&[cpio_file(b"middle.py", text)]);
    let trailer = cpio_file(b"TRAILER!!!", b"").len();
    let mut junk = cpio_file(b"junk.py", text);
    junk[54..62].copy_from_slice(b"+0x-zz!!");
    vec![
        case(
            "cpio-name-size-ffffffff.cpio",
            "A member whose name is 4 GiB long: what stands before it is read, and it is damaged.",
            cpio_between(&[cpio_entry(b"name.py", length, u32::MAX, text)]),
        ),
        case(
            "cpio-name-size-zero.cpio",
            "A member whose name takes no byte, not even its NUL: it is damaged or read under an odd name, without an overflow.",
            cpio_between(&[cpio_entry(b"\0", length, 0, text)]),
        ),
        case(
            "cpio-file-size-ffffffff.cpio",
            "A member that declares 4 GiB: what stands before it is read, and it is damaged.",
            cpio_between(&[cpio_entry(b"size.py", u32::MAX, 8, text)]),
        ),
        case(
            "cpio-non-hex.cpio",
            "A member whose size is no hexadecimal number: what stands before it is read, and it is damaged.",
            cpio_between(&[junk]),
        ),
        case(
            "cpio-no-trailer.cpio",
            "The trailer is missing: all of it is read, and it is damaged.",
            whole[..whole.len() - trailer].to_vec(),
        ),
        case(
            "cpio-latin1-name.cpio",
            "A name in Latin-1, which cpio does not forbid: the member is read.",
            cpio_between(&[cpio_file(b"m\xfcnzen.py", text)]),
        ),
        case(
            "cpio-dotdot-name.cpio",
            "Members named ../../a.py and /etc/b.py: they are read, under odd names.",
            cpio_between(&[
                cpio_file(b"../../a.py", text),
                cpio_file(b"/etc/b.py", text),
            ]),
        ),
        case(
            "cpio-two-archives.cpio",
            "Two archives one behind the other with zeros between, as an initramfs is made: all of it is read.",
            [
                cpio(&[cpio_file(b"keys.py", KEYS_PY.as_bytes())]),
                vec![0; 512],
                cpio(&[cpio_file(b"after.py", AFTER_PY.as_bytes())]),
            ]
            .concat(),
        ),
        case(
            "cpio-cut.cpio",
            "The file ends in the second member: the first is read, and it is damaged.",
            cpio_between(&[cpio_file(b"noise.bin", &noise(4096))])[..2048].to_vec(),
        ),
    ]
}

/// RPM file format V4, "Header Structure": index entries of tag, type, offset and count, then the store. The first entry is
/// the region, whose last sixteen bytes in the store point back over the index.
fn rpm_header(region: u32, tags: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let binary = 7;
    let entry = |numbers: [u32; 4]| numbers.map(u32::to_be_bytes).concat();
    let (mut index, mut store) = (Vec::new(), Vec::new());
    for (tag, kind, value) in tags {
        index.extend(entry([*tag, *kind, store.len() as u32, 1]));
        store.extend(*value);
    }
    let count = tags.len() as u32 + 1;
    let region_entry = entry([region, binary, store.len() as u32, 16]);
    store.extend(entry([region, binary, (count * 16).wrapping_neg(), 16]));
    let mut out = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
    out.extend(count.to_be_bytes());
    out.extend((store.len() as u32).to_be_bytes());
    [out, region_entry, index, store].concat()
}

/// Where a package's header begins: behind the lead and the signature header, which ends on an eight.
const RPM_HEADER: usize = 96 + 72;
/// Where the entry of the name stands in it.
const RPM_NAME: usize = 16 + 16;

/// A package without signatures: lead, a signature header of a size only, header, payload.
fn rpm(compressor: &str, bend: impl FnOnce(&mut Vec<u8>), payload: &[u8]) -> Vec<u8> {
    let mut lead = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 255];
    lead.extend(b"hostile-1.0-1");
    lead.resize(76, 0);
    lead.extend([0, 1, 0, 5]);
    lead.resize(96, 0);
    let (number, string) = (4, 6);
    let compressor = [compressor.as_bytes(), &[0]].concat();
    let mut header = rpm_header(
        63,
        &[
            (1000, string, b"hostile\0"),
            (1001, string, b"1.0\0"),
            (1002, string, b"1\0"),
            (1021, string, b"linux\0"),
            (1022, string, b"noarch\0"),
            (1124, string, b"cpio\0"),
            (1125, string, &compressor),
            (1126, string, b"9\0"),
        ],
    );
    bend(&mut header);
    let size = (header.len() + payload.len()) as u32;
    let mut start = [lead, rpm_header(62, &[(1000, number, &size.to_be_bytes())])].concat();
    start.resize(RPM_HEADER, 0);
    [&start, &header, payload].concat()
}

fn rpms() -> Vec<Case> {
    let payload = gzip(&cpio_between(&[]));
    let noisy = gzip(&cpio_between(&[cpio_file(b"./noise.bin", &noise(100_000))]));
    let at = |offset: usize, value: u32| {
        move |header: &mut Vec<u8>| {
            header[offset..offset + 4].copy_from_slice(&value.to_be_bytes());
        }
    };
    let plain = rpm("gzip", |_| (), &payload);
    vec![
        case(
            "rpm-unsigned.rpm",
            "A small package without signatures: nothing is wrong with it, all of it is read.",
            plain.clone(),
        ),
        case(
            "rpm-index-count-lie.rpm",
            "A header of 2^32-1 index entries: no room is made for them, and it is damaged.",
            rpm("gzip", at(8, u32::MAX), &payload),
        ),
        case(
            "rpm-store-size-lie.rpm",
            "A header whose store takes 2^32-1 bytes: no room is made for it, and it is damaged.",
            rpm("gzip", at(12, u32::MAX), &payload),
        ),
        case(
            "rpm-offset-out-of-range.rpm",
            "The package's name stands at 2^31-1 in a store of sixty bytes: it has none, the payload is read, and it is damaged.",
            rpm("gzip", at(RPM_NAME + 8, 0x7fff_ffff), &payload),
        ),
        case(
            "rpm-string-count-lie.rpm",
            "The name is an array of 2^32-1 strings: no room is made for them, the payload is read, and it is damaged.",
            rpm(
                "gzip",
                |header| {
                    header[RPM_NAME + 4..RPM_NAME + 8].copy_from_slice(&8_u32.to_be_bytes());
                    header[RPM_NAME + 12..RPM_NAME + 16].copy_from_slice(&u32::MAX.to_be_bytes());
                },
                &payload,
            ),
        ),
        case(
            "rpm-payload-cut.rpm",
            "The file ends in the payload: what stands before is read, and it is damaged.",
            rpm("gzip", |_| (), &noisy[..noisy.len() / 2]),
        ),
        case(
            "rpm-payload-missing.rpm",
            "The file ends where the payload would begin: it is damaged.",
            plain[..plain.len() - payload.len()].to_vec(),
        ),
        case(
            "rpm-cut-in-header.rpm",
            "The file ends in the header's index: it is damaged.",
            plain[..RPM_HEADER + 40].to_vec(),
        ),
        case(
            "rpm-unknown-compressor.rpm",
            "A payload of noise that is said to be pressed with quux: it is unsupported.",
            rpm("quux", |_| (), &noise(2000)),
        ),
        case(
            "rpm-compressor-lie.rpm",
            "A gzip payload that is said to be zstd: the bytes decide, or it is damaged.",
            rpm("zstd", |_| (), &payload),
        ),
    ]
}

/// 7zFormat.txt, "UINT64": the ones at the top of the first byte count the bytes that follow.
fn seven_number(value: u64) -> Vec<u8> {
    if value < 0x80 {
        return vec![value as u8];
    }
    [&[0xff][..], &value.to_le_bytes()].concat()
}

struct Packed {
    name: &'static str,
    /// "Coder": the flags, the method's id.
    coder: &'static [u8],
    data: Vec<u8>,
    crc: u32,
    unpacked: u64,
}

const COPY: &[u8] = &[1, 0];
const DEFLATE: &[u8] = &[3, 4, 1, 8];
/// With one byte of attributes: 2^19 rounds, no salt.
const AES: &[u8] = &[0x24, 6, 0xf1, 7, 1, 1, 0x13];

fn copied(name: &'static str, text: &str) -> Packed {
    Packed {
        name,
        coder: COPY,
        data: text.as_bytes().to_vec(),
        crc: crc_of(text.as_bytes()).sum(),
        unpacked: text.len() as u64,
    }
}

/// 7zFormat.txt, "Header": one folder for each file.
fn seven_header(files: &[Packed]) -> Vec<u8> {
    let count = seven_number(files.len() as u64);
    let mut out = vec![1, 4, 6, 0];
    out.extend(&count);
    out.push(9);
    for file in files {
        out.extend(seven_number(file.data.len() as u64));
    }
    out.extend([0, 7, 0x0b]);
    out.extend(&count);
    out.push(0);
    for file in files {
        out.push(1);
        out.extend(file.coder);
    }
    out.push(0x0c);
    for file in files {
        out.extend(seven_number(file.unpacked));
    }
    out.extend([0, 8, 0x0a, 1]);
    for file in files {
        out.extend(file.crc.to_le_bytes());
    }
    out.extend([0, 0, 5]);
    out.extend(&count);
    let mut names = vec![0];
    for file in files {
        names.extend(
            file.name
                .encode_utf16()
                .chain([0])
                .flat_map(u16::to_le_bytes),
        );
    }
    out.push(0x11);
    out.extend(seven_number(names.len() as u64));
    out.extend(names);
    out.extend([0, 0]);
    out
}

/// 7zFormat.txt, "SignatureHeader", with whatever it says of the header.
fn seven_start(offset: u64, size: u64, crc: u32) -> Vec<u8> {
    let mut start = offset.to_le_bytes().to_vec();
    start.extend(size.to_le_bytes());
    start.extend(crc.to_le_bytes());
    let mut out = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
    out.extend(crc_of(&start).sum().to_le_bytes());
    out.extend(start);
    out
}

fn seven_with(files: &[Packed], header: &[u8]) -> Vec<u8> {
    let data: Vec<u8> = files.iter().flat_map(|f| f.data.clone()).collect();
    let start = seven_start(data.len() as u64, header.len() as u64, crc_of(header).sum());
    [&start, &data, header].concat()
}

fn seven_between(file: Packed) -> Vec<u8> {
    let files = [
        copied("keys.py", KEYS_PY),
        file,
        copied("after.py", AFTER_PY),
    ];
    seven_with(&files, &seven_header(&files))
}

fn sevens() -> Vec<Case> {
    let middle = || copied("middle.py", OTHER_PY);
    let whole = seven_between(middle());
    let mut crc_wrong = whole.clone();
    let last = crc_wrong.len() - 1;
    crc_wrong[last] ^= 1;
    let mut start_crc_wrong = whole.clone();
    start_crc_wrong[8] ^= 1;
    let end = whole.len() as u64;
    let beyond = |offset: u64, size: u64| [&seven_start(offset, size, 0), &whole[32..]].concat();
    let files = [copied("keys.py", KEYS_PY)];
    let mut many = vec![1, 5];
    many.extend(seven_number(1 << 40));
    many.extend([0, 0]);
    let zeros = [deflate_zeros(256), LAST_BLOCK.to_vec()].concat();
    vec![
        case(
            "7z-plain.7z",
            "A small archive: nothing is wrong with it, all of it is read.",
            whole.clone(),
        ),
        case(
            "7z-cut.7z",
            "The file ends before its header, which stands last: it is damaged.",
            whole[..200].to_vec(),
        ),
        case(
            "7z-header-crc.7z",
            "One bit of the header is flipped: it is damaged.",
            crc_wrong,
        ),
        case(
            "7z-start-crc.7z",
            "The checksum of the start header is wrong: it is damaged.",
            start_crc_wrong,
        ),
        case(
            "7z-start-beyond-end.7z",
            "The header is said to begin at 2^62: it is damaged, and nothing is added up that overflows.",
            beyond(1 << 62, 100),
        ),
        case(
            "7z-header-huge.7z",
            "The header is said to take 2^40 bytes: no room is made for it, and it is damaged.",
            beyond(end - 132, 1 << 40),
        ),
        case(
            "7z-unpacked-lie.7z",
            "A member of ninety bytes, copied as it is, that is said to unpack to 2^40: no room is made for it, and it is damaged.",
            seven_between(Packed {
                unpacked: 1 << 40,
                ..middle()
            }),
        ),
        case(
            "7z-crc-wrong.7z",
            "A whole member whose checksum is another's: it is damaged, its neighbours are read.",
            seven_between(Packed {
                crc: 0xdead_beef,
                ..middle()
            }),
        ),
        case(
            "7z-file-count-lie.7z",
            "A header of 2^40 files that names none: no room is made for them, and it is damaged.",
            seven_with(&files, &many),
        ),
        case(
            "7z-encrypted.7z",
            "A member under AES between two that are not: it is named as encrypted, its neighbours are read.",
            seven_between(Packed {
                coder: AES,
                data: noise(144),
                ..middle()
            }),
        ),
        case(
            "7z-unknown-method.7z",
            "A member of a method that nobody has defined: it is unsupported, its neighbours are read.",
            seven_between(Packed {
                coder: &[3, 0x7f, 0x7f, 0x7f],
                ..middle()
            }),
        ),
        case(
            "7z-bomb.7z",
            "A member of 256 MiB of zeros at a thousand to one between two others: it is cut off at a limit or read, its neighbours are read.",
            seven_between(Packed {
                name: "zeros.bin",
                coder: DEFLATE,
                data: zeros,
                crc: crc_of_zeros(256 * MIB).sum(),
                unpacked: 256 << 20,
            }),
        ),
        case(
            "7z-dotdot-name.7z",
            "A member named ../../a.py: it is read, under an odd name.",
            seven_between(copied("../../a.py", OTHER_PY)),
        ),
    ]
}

/// The superblock of squashfs 4.0, of 96 bytes, in an image of so many.
fn squashfs(block_size: u32, block_log: u16, tables: u64, length: usize) -> Vec<u8> {
    let mut out = b"hsqs".to_vec();
    for number in [1, 0, block_size, 0] {
        out.extend(u32::to_le_bytes(number));
    }
    for number in [1, block_log, 0, 1, 4, 0] {
        out.extend(u16::to_le_bytes(number));
    }
    let none = u64::MAX;
    for number in [0, length as u64, tables, none, tables, tables, tables, none] {
        out.extend(number.to_le_bytes());
    }
    out.resize(length, 0);
    out
}

/// A packed block of a table: zeros.
fn squashed(zeros: usize) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &vec![0; zeros]).expect("to memory");
    let packed = encoder.finish().expect("to memory");
    [&(packed.len() as u16).to_le_bytes()[..], &packed].concat()
}

/// An image whose table of directories has these blocks, and whose other tables are empty.
fn squashed_directories(blocks: &[u8]) -> Vec<u8> {
    let end = 96 + blocks.len();
    let mut out = squashfs(131_072, 17, 96, 96);
    out[40..48].copy_from_slice(&(end as u64 + 8).to_le_bytes());
    out[48..56].copy_from_slice(&(end as u64).to_le_bytes());
    out[80..88].copy_from_slice(&u64::MAX.to_le_bytes());
    out.extend(blocks);
    out.extend((end as u64).to_le_bytes());
    out
}

fn squashes() -> Vec<Case> {
    let mut many = squashfs(131_072, 17, 96, 4096);
    many[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    many[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
    many[26..28].copy_from_slice(&u16::MAX.to_le_bytes());
    let mut unknown = squashfs(131_072, 17, 96, 4096);
    unknown[20] = 99;
    // A block of 8 KiB of zeros, ten thousand times over.
    let block = squashed(8 << 10);
    let bomb = squashed_directories(&block.repeat(10_000));
    // One block of an MiB of zeros.
    let burst = squashed_directories(&squashed(1 << 20));
    // The end of the file system lies in front of its directories.
    let mut used = bomb.clone();
    used[40..48].copy_from_slice(&97_u64.to_le_bytes());
    vec![
        case(
            "squashfs-tables-beyond-end.squashfs",
            "Every table is said to begin at 2^63: it is damaged, and nothing is added up that overflows.",
            squashfs(131_072, 17, 1 << 63, 4096),
        ),
        case(
            "squashfs-zero-block-size.squashfs",
            "Blocks of no byte: nothing is divided by it, and it is damaged.",
            squashfs(0, 0, 96, 4096),
        ),
        case(
            "squashfs-block-log-lie.squashfs",
            "Blocks of 2^65535 bytes by the logarithm: nothing is shifted by it, and it is damaged.",
            squashfs(131_072, u16::MAX, 96, 4096),
        ),
        case(
            "squashfs-counts-huge.squashfs",
            "2^32-1 inodes and fragments in four kB: no room is made for them, and it is damaged.",
            many,
        ),
        case(
            "squashfs-unknown-compressor.squashfs",
            "Pressed with method 99: it is unsupported or damaged.",
            unknown,
        ),
        case(
            "squashfs-cut.squashfs",
            "The file ends in the superblock: it is damaged.",
            squashfs(131_072, 17, 96, 4096)[..50].to_vec(),
        ),
        case(
            "squashfs-table-bomb.squashfs",
            "A table of directories of 80 MiB of zeros in 400 kB: it is not unpacked into memory, and the limit is said.",
            bomb,
        ),
        case(
            "squashfs-block-burst.squashfs",
            "A block of a table that unpacks to an MiB where 8 KiB are the most: it is damaged.",
            burst,
        ),
        case(
            "squashfs-table-behind-used.squashfs",
            "97 bytes used, and a table that ends behind them: it is damaged, and nothing behind them is read.",
            used,
        ),
    ]
}

/// Files that package managers leave, broken in ways that only their reader notices.
fn metadata() -> Vec<Case> {
    let manifest = format!(
        "Manifest-Version: 1.0\r\nImplementation-Title: {}\r\n",
        "all on one line, and no end to it ".repeat(300_000)
    );
    let deep = format!(
        "{{\"name\":\"deep\",\"version\":\"1.0.0\",\"dependencies\":{}1{}}}",
        "{\"a\":".repeat(100_000),
        "}".repeat(100_000)
    );
    let metadata =
        "Metadata-Version: 2.1\nName: \x1b[2Jodd\x07\u{202e}name\0\nVersion: 1.0\x1b[0m\n";
    let status = "no field, no colon, no end, ".repeat(40_000);
    let installed = "V:1.0-r0\nA:x86_64\nL:MIT\n\nP:\nV:\n\n:\n\nF:usr/lib\nR:\n\n";
    vec![
        case(
            "manifest-10mb-line.jar",
            "A META-INF/MANIFEST.MF of one line of 10 MB: its neighbours are read, in time.",
            zips::between(&[zips::deflated(b"META-INF/MANIFEST.MF", manifest.as_bytes())]),
        ),
        case(
            "package-json-deep.zip",
            "A package.json nested 100,000 deep: no stack runs out, its neighbours are read.",
            zips::between(&[zips::deflated(
                b"node_modules/deep/package.json",
                deep.as_bytes(),
            )]),
        ),
        case(
            "wheel-control-name.whl",
            "A wheel whose METADATA names it with escapes, a NUL and an override: no such byte reaches an output as it is.",
            zips::between(&[zips::stored(
                b"odd-1.0.dist-info/METADATA",
                metadata.as_bytes(),
            )]),
        ),
        case(
            "dpkg-status-long-line.tar.gz",
            "A var/lib/dpkg/status of one line of 1 MB without a field: its neighbours are read, in time.",
            gzip(&tars::between(&[tars::file(
                "var/lib/dpkg/status",
                status.as_bytes(),
            )])),
        ),
        case(
            "apk-db-nameless.tar",
            "An apk database whose packages have no name: none is made up, its neighbours are read.",
            tars::between(&[tars::file("lib/apk/db/installed", installed.as_bytes())]),
        ),
    ]
}
