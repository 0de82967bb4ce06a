//! Tar in its variants: v7, ustar, GNU, pax, sparse.

use super::{AFTER_PY, Case, KEYS_PY, OTHER_PY, case, gzip, noise};

const FILE: u8 = b'0';
const FOLDER: u8 = b'5';

/// A ustar header (POSIX.1-1988), sealed with its checksum.
fn header(name: &[u8], size: u64, kind: u8) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..107].copy_from_slice(b"0000644");
    header[108..115].copy_from_slice(b"0000000");
    header[116..123].copy_from_slice(b"0000000");
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[136..147].copy_from_slice(b"00000000000");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    seal(header)
}

fn seal(mut header: [u8; 512]) -> [u8; 512] {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// A header with some of its bytes replaced, and sealed again.
fn bent(header: [u8; 512], at: usize, with: &[u8]) -> [u8; 512] {
    let mut header = header;
    header[at..at + with.len()].copy_from_slice(with);
    seal(header)
}

fn padded(content: &[u8]) -> Vec<u8> {
    let mut out = content.to_vec();
    out.resize(content.len().next_multiple_of(512), 0);
    out
}

fn entry(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    [
        header(name, content.len() as u64, kind).to_vec(),
        padded(content),
    ]
    .concat()
}

pub(super) fn file(name: &str, content: &[u8]) -> Vec<u8> {
    entry(name.as_bytes(), FILE, content)
}

/// Only the header of a member; whoever presses the stream writes its zeros.
pub(super) fn zeros_header(size: u64) -> Vec<u8> {
    header(b"zeros.bin", size, FILE).to_vec()
}

fn link(name: &str, kind: u8, target: &str) -> Vec<u8> {
    bent(header(name.as_bytes(), 0, kind), 157, target.as_bytes()).to_vec()
}

/// With the two blocks of zeros that end an archive.
pub(super) fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 1024]].concat()
}

pub(super) fn keys() -> Vec<u8> {
    file("keys.py", KEYS_PY.as_bytes())
}

pub(super) fn after() -> Vec<u8> {
    file("after.py", AFTER_PY.as_bytes())
}

pub(super) fn other(name: &[u8]) -> Vec<u8> {
    entry(name, FILE, OTHER_PY.as_bytes())
}

pub(super) fn between(entries: &[Vec<u8>]) -> Vec<u8> {
    tar(&[&[keys()], entries, &[after()]].concat())
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = sizes();
    cases.extend(pax());
    cases.extend(kinds());
    cases.extend(names());
    cases.extend(ends());
    cases
}

/// One header whose size field is as given, nothing behind it.
fn sized(field: &[u8]) -> Vec<u8> {
    between(&[bent(header(b"sized.bin", 0, FILE), 124, field).to_vec()])
}

fn sizes() -> Vec<Case> {
    let mut v7 = bent(header(b"v7.py", OTHER_PY.len() as u64, 0), 257, &[0; 8]).to_vec();
    v7.extend(padded(OTHER_PY.as_bytes()));
    let mut spaced = bent(
        header(b"spaced.py", 0, FILE),
        124,
        format!("{:>10o} \0", OTHER_PY.len()).as_bytes(),
    )
    .to_vec();
    spaced.extend(padded(OTHER_PY.as_bytes()));
    let mut base256 = bent(
        header(b"base256.py", 0, FILE),
        124,
        &[&[0x80, 0, 0, 0][..], &(OTHER_PY.len() as u64).to_be_bytes()].concat(),
    )
    .to_vec();
    base256.extend(padded(OTHER_PY.as_bytes()));
    vec![
        case(
            "tar-base256-negative.tar",
            "A size of minus 512 in base 256: a reader does not step back, and it is damaged.",
            sized(&[
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0,
            ]),
        ),
        case(
            "tar-base256-huge.tar",
            "A size of 2^62 in base 256: nothing is added up that overflows, and it is damaged.",
            sized(&[0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]),
        ),
        case(
            "tar-base256-overflow.tar",
            "A size of 2^94 in base 256, more than 64 bits hold: it is damaged and not taken for nothing.",
            sized(&[0x80, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ),
        case(
            "tar-octal-junk.tar",
            "A size of zz9!: it is damaged.",
            sized(b"zz9!\0\0\0\0\0\0\0\0"),
        ),
        case(
            "tar-size-beyond-end.tar",
            "A size of 8 GiB in an archive of four kB: what there is, is not taken for the whole, and it is damaged.",
            sized(b"77777777777\0"),
        ),
        case(
            "tar-odd-corners.tar",
            "Members as v7 wrote them, with blanks about the size and with a small size in base 256: an ordinary archive, all of it read.",
            between(&[v7, spaced, base256]),
        ),
    ]
}

/// A pax record (POSIX.1-2001), whose length counts itself.
fn record(key: &str, value: &str) -> Vec<u8> {
    let bare = key.len() + value.len() + 3;
    let mut length = bare + 1;
    while length != bare + length.to_string().len() {
        length += 1;
    }
    format!("{length} {key}={value}\n").into_bytes()
}

fn pax_of(records: &[Vec<u8>]) -> Vec<u8> {
    entry(b"PaxHeaders/0", b'x', &records.concat())
}

fn pax() -> Vec<Case> {
    let mut grown = header(b"grown.py", 0, FILE).to_vec();
    grown.extend(padded(OTHER_PY.as_bytes()));
    let size = OTHER_PY.len().to_string();
    let mut sparse_map = padded(b"1\n0\n512\n");
    sparse_map.extend(padded(OTHER_PY.as_bytes()));
    vec![
        case(
            "tar-longname-1gib.tar",
            "A GNU long name of 1 GiB, declared and not there: no room is made for it, and it is damaged.",
            between(&[header(b"././@LongLink", 1 << 30, b'L').to_vec()]),
        ),
        case(
            "tar-longname-orphans.tar",
            "Three GNU long names and a long link before one member: the last of the names holds, or it is damaged; the member is read.",
            between(&[
                entry(b"././@LongLink", b'L', b"first.py\0"),
                entry(b"././@LongLink", b'K', b"nowhere\0"),
                entry(b"././@LongLink", b'L', b"second.py\0"),
                entry(b"././@LongLink", b'L', b"third.py\0"),
                other(b"short.py"),
            ]),
        ),
        case(
            "tar-pax-length-huge.tar",
            "A pax record that says it is 99999999999999999999 bytes long: it is damaged, the members are read.",
            between(&[
                entry(
                    b"PaxHeaders/0",
                    b'x',
                    b"99999999999999999999 path=long.py\n",
                ),
                other(b"plain.py"),
            ]),
        ),
        case(
            "tar-pax-size-override.tar",
            "The header says 0 bytes, the pax record before it the true size: an ordinary archive, all of it read.",
            between(&[pax_of(&[record("size", &size)]), grown]),
        ),
        case(
            "tar-pax-size-lie.tar",
            "A pax record that gives the next member 2^63 bytes: it is damaged.",
            between(&[
                pax_of(&[record("size", "9223372036854775808")]),
                other(b"plain.py"),
            ]),
        ),
        case(
            "tar-pax-path-dotdot.tar",
            "A pax record that renames the next member to ../../../a.py: it is read, under an odd name.",
            between(&[
                pax_of(&[record("path", "../../../a.py")]),
                other(b"plain.py"),
            ]),
        ),
        case(
            "tar-pax-path-nul.tar",
            "A pax record whose path holds a NUL and an escape: the member is read, under an odd name.",
            between(&[
                pax_of(&[record("path", "a.py\0\x1b[2J.txt")]),
                other(b"plain.py"),
            ]),
        ),
        case(
            "tar-pax-global-size.tar",
            "A global pax header that gives every member 1 TiB: it is damaged, what stands before it is read.",
            between(&[
                entry(b"PaxHeaders/g", b'g', &record("size", "1099511627776")),
                other(b"plain.py"),
            ]),
        ),
        case(
            "tar-sparse-1tib.tar",
            "A GNU sparse member of 1 TiB with 512 bytes of data: its holes are not written out.",
            between(&[sparse()]),
        ),
        case(
            "tar-pax-sparse-1tib.tar",
            "A pax sparse member (1.0) of 1 TiB with 512 bytes of data: its holes are not written out.",
            between(&[
                pax_of(&[
                    record("GNU.sparse.major", "1"),
                    record("GNU.sparse.minor", "0"),
                    record("GNU.sparse.name", "sparse.py"),
                    record("GNU.sparse.realsize", "1099511627776"),
                ]),
                entry(b"GNUSparseFile.0/sparse.py", FILE, &sparse_map),
            ]),
        ),
    ]
}

/// The old GNU format: a map in the header, of one piece of 512 bytes at 0 and an empty one at the end.
fn sparse() -> Vec<u8> {
    let mut header = header(b"sparse.py", 512, b'S');
    header[257..265].copy_from_slice(b"ustar  \0");
    let tib = b"\x80\0\0\0\0\0\x01\0\0\0\0\0";
    header[386..398].copy_from_slice(b"00000000000\0");
    header[398..410].copy_from_slice(b"00000001000\0");
    header[410..422].copy_from_slice(tib);
    header[422..434].copy_from_slice(b"00000000000\0");
    header[483..495].copy_from_slice(tib);
    [seal(header).to_vec(), padded(OTHER_PY.as_bytes())].concat()
}

fn kinds() -> Vec<Case> {
    vec![
        case(
            "tar-hardlink-self.tar",
            "A hard link to itself: it leads nowhere and is not a regular file.",
            between(&[link("self.py", b'1', "self.py")]),
        ),
        case(
            "tar-symlink-loop.tar",
            "Symbolic links that lead to each other, to the parent and to /etc/shadow: none is followed.",
            between(&[
                link("a.py", b'2', "b.py"),
                link("b.py", b'2', "a.py"),
                link("up", b'2', ".."),
                link("shadow.py", b'2', "/etc/shadow"),
                other(b"up/through.py"),
            ]),
        ),
        case(
            "tar-devices.tar",
            "A character device, a block device and a pipe: none is opened.",
            between(&[
                link("zero.py", b'3', ""),
                link("disk.py", b'4', ""),
                link("pipe.py", b'6', ""),
            ]),
        ),
        case(
            "tar-unknown-kind.tar",
            "A member of kind Q with content: POSIX says to treat it as a file; its size is stepped over at least.",
            between(&[entry(b"q.py", b'Q', OTHER_PY.as_bytes())]),
        ),
        case(
            "tar-directory-with-data.tar",
            "A folder with a size and a block of data: the next member is found.",
            between(&[entry(b"folder/", FOLDER, OTHER_PY.as_bytes())]),
        ),
        case(
            "tar-many-empty.tar.gz",
            "50,000 empty members: a reader goes through them or stops at its limit, in time.",
            gzip(&between(&many(50_000))),
        ),
    ]
}

fn many(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|i| header(format!("{i:x}").as_bytes(), 0, FILE).to_vec())
        .collect()
}

fn names() -> Vec<Case> {
    let prefixed = [
        bent(
            header(b"a.py", OTHER_PY.len() as u64, FILE),
            345,
            b"../../up",
        )
        .to_vec(),
        padded(OTHER_PY.as_bytes()),
    ]
    .concat();
    vec![
        case(
            "tar-absolute-name.tar",
            "A member named /etc/cron.d/a.py: nothing is written there; it is read, under an odd name.",
            between(&[other(b"/etc/cron.d/a.py")]),
        ),
        case(
            "tar-dotdot-name.tar",
            "Members named ../../../a.py, by the name and by the ustar prefix: they are read, under odd names.",
            between(&[other(b"../../../a.py"), prefixed]),
        ),
        case(
            "tar-latin1-name.tar",
            "A name in Latin-1, which tar does not forbid: the member is read.",
            between(&[other(b"m\xfcnzen.py")]),
        ),
        case(
            "tar-control-name.tar",
            "A name of escapes and line breaks: no such byte reaches an output as it is.",
            between(&[other(b"\x1b[31ma.py\r\n::error::b.py")]),
        ),
        case(
            "tar-empty-name.tar",
            "A member without a name: it is read, under an odd name.",
            between(&[other(b"")]),
        ),
        case(
            "tar-full-name.tar",
            "A name of exactly 100 bytes, without a NUL to end it: an ordinary archive, all of it read.",
            between(&[other(&[&[b'a'; 97][..], b".py"].concat())]),
        ),
        case(
            "tar-duplicate-names.tar",
            "Two members of one name and different content: both are read.",
            between(&[other(b"twin.py"), file("twin.py", KEYS_PY.as_bytes())]),
        ),
    ]
}

fn ends() -> Vec<Case> {
    let mut unsealed = header(b"middle.py", OTHER_PY.len() as u64, FILE).to_vec();
    unsealed[148..154].copy_from_slice(b"000000");
    unsealed.extend(padded(OTHER_PY.as_bytes()));
    let noisy = between(&[file("noise.bin", &noise(4096))]);
    let plain = between(&[other(b"middle.py")]);
    vec![
        case(
            "tar-checksum-wrong.tar",
            "The second of three headers has a wrong checksum: a reader looks for the next right one, and it is damaged.",
            between(&[unsealed]),
        ),
        case(
            "tar-cut-in-data.tar",
            "The file ends in the second member's data: the first is read, and it is damaged.",
            noisy[..2600].to_vec(),
        ),
        case(
            "tar-cut-in-header.tar",
            "The file ends in the second header: the first member is read, and it is damaged.",
            noisy[..1024 + 200].to_vec(),
        ),
        case(
            "tar-no-end-marker.tar",
            "The blocks of zeros are missing: all of it is read.",
            plain[..plain.len() - 1024].to_vec(),
        ),
        case(
            "tar-one-end-block.tar",
            "One block of zeros instead of two: all of it is read.",
            plain[..plain.len() - 512].to_vec(),
        ),
        case(
            "tar-lone-zero-block.tar",
            "One block of zeros between two members: two readers see two archives; what follows it is read or said.",
            between(&[vec![0; 512], other(b"middle.py")]),
        ),
        case(
            "tar-hidden-second.tar",
            "A second archive behind the end of the first: it is not passed over in silence.",
            [plain, tar(&[other(b"hidden.py")])].concat(),
        ),
        case(
            "tar-trailing-garbage.tar",
            "500 bytes of noise behind the end: all of it is read, and the trailing data said.",
            [between(&[]), noise(500)].concat(),
        ),
    ]
}
