//! Zip and what is zip beneath: jars, wheels.

use std::cmp::Reverse;

use super::{
    AFTER_PY, Case, KEYS_PY, LAST_BLOCK, MIB, OTHER_PY, case, crc_of, crc_of_zeros, deflate,
    deflate_zeros, noise, quine,
};

/// APPNOTE 4.4.4: bit 0.
const ENCRYPTED: u16 = 1;
/// APPNOTE 4.4.4: bit 3, the sizes follow the data.
const DESCRIPTOR: u16 = 1 << 3;
/// APPNOTE 4.4.4: bit 11.
const UTF8: u16 = 1 << 11;

/// A member as both headers tell of it; what they say need not be true.
#[derive(Clone)]
pub(super) struct Member {
    name: Vec<u8>,
    /// What the local header says instead.
    local_name: Option<Vec<u8>>,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u32,
    unpacked: u32,
    extra: Vec<u8>,
    mode: u32,
    data: Vec<u8>,
    /// A data descriptor.
    tail: Vec<u8>,
}

pub(super) fn stored(name: &[u8], content: &[u8]) -> Member {
    Member {
        name: name.to_vec(),
        local_name: None,
        flags: 0,
        method: 0,
        crc: crc_of(content).sum(),
        packed: content.len() as u32,
        unpacked: content.len() as u32,
        extra: Vec::new(),
        mode: 0o100_644,
        data: content.to_vec(),
        tail: Vec::new(),
    }
}

pub(super) fn deflated(name: &[u8], content: &[u8]) -> Member {
    let data = deflate(content);
    Member {
        method: 8,
        packed: data.len() as u32,
        data,
        ..stored(name, content)
    }
}

fn zeros(name: &[u8], mib: usize) -> Member {
    let data = [deflate_zeros(mib), LAST_BLOCK.to_vec()].concat();
    Member {
        method: 8,
        crc: crc_of_zeros(mib * MIB).sum(),
        packed: data.len() as u32,
        unpacked: (mib * MIB) as u32,
        data,
        ..stored(name, b"")
    }
}

fn keys() -> Member {
    deflated(b"keys.py", KEYS_PY.as_bytes())
}

fn after() -> Member {
    deflated(b"after.py", AFTER_PY.as_bytes())
}

fn other(name: &[u8]) -> Member {
    deflated(name, OTHER_PY.as_bytes())
}

/// The end record's fields, before a case bends them.
struct End {
    count: u16,
    size: u32,
    offset: u32,
    comment: Vec<u8>,
}

#[derive(Default)]
struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u64,
}

impl Zip {
    fn of(members: &[Member]) -> Self {
        let mut zip = Self::default();
        for member in members {
            zip.put(member);
        }
        zip
    }

    fn put(&mut self, member: &Member) {
        self.list(member, self.bytes.len());
        self.bytes.extend(local(member));
        self.bytes.extend(&member.data);
        self.bytes.extend(&member.tail);
    }

    /// Only the entry in the directory: who reads it finds the data at `offset`.
    fn list(&mut self, member: &Member, offset: usize) {
        let made_by_unix = 3 << 8 | 20_u16;
        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(made_by_unix.to_le_bytes());
        fields(&mut self.directory, member, member.name.len(), false);
        self.directory.extend([0; 6]); // comment, disk, internal attributes
        self.directory.extend((member.mode << 16).to_le_bytes());
        self.directory.extend((offset as u32).to_le_bytes());
        self.directory.extend(&member.name);
        self.directory.extend(&member.extra);
        self.count += 1;
    }

    fn end(self) -> Vec<u8> {
        self.end_with(|_| ())
    }

    fn end_with(self, bend: impl FnOnce(&mut End)) -> Vec<u8> {
        let mut end = End {
            count: self.count as u16,
            size: self.directory.len() as u32,
            offset: self.bytes.len() as u32,
            comment: Vec::new(),
        };
        bend(&mut end);
        [self.bytes, self.directory, record(&end)].concat()
    }

    /// APPNOTE 4.3.14 and 4.3.15, with a count of its own.
    fn end_64(self, count: u64) -> Vec<u8> {
        let offset = self.bytes.len() as u64;
        let size = self.directory.len() as u64;
        let mut out = [self.bytes, self.directory].concat();
        out.extend(b"PK\x06\x06");
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [count, count, size, offset] {
            out.extend(number.to_le_bytes());
        }
        out.extend(b"PK\x06\x07\0\0\0\0");
        out.extend((offset + size).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        out.extend(record(&End {
            count: u16::MAX,
            size: u32::MAX,
            offset: u32::MAX,
            comment: Vec::new(),
        }));
        out
    }
}

/// APPNOTE 4.3.16.
fn record(end: &End) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend(end.count.to_le_bytes());
    out.extend(end.count.to_le_bytes());
    out.extend(end.size.to_le_bytes());
    out.extend(end.offset.to_le_bytes());
    out.extend((end.comment.len() as u16).to_le_bytes());
    out.extend(&end.comment);
    out
}

/// APPNOTE 4.3.7.
fn local(member: &Member) -> Vec<u8> {
    let name = member.local_name.as_ref().unwrap_or(&member.name);
    let mut out = b"PK\x03\x04".to_vec();
    fields(&mut out, member, name.len(), member.flags & DESCRIPTOR != 0);
    out.extend(name);
    out.extend(&member.extra);
    out
}

/// What the local header and the directory both have: from "version needed" to the length of the extra field.
fn fields(out: &mut Vec<u8>, member: &Member, name_length: usize, sizes_follow: bool) {
    let version: u16 = if member.extra.is_empty() { 20 } else { 45 };
    let first_of_1980 = 0x0021_0000_u32;
    out.extend(version.to_le_bytes());
    out.extend(member.flags.to_le_bytes());
    out.extend(member.method.to_le_bytes());
    out.extend(first_of_1980.to_le_bytes());
    for field in [member.crc, member.packed, member.unpacked] {
        out.extend(if sizes_follow { 0 } else { field }.to_le_bytes());
    }
    out.extend((name_length as u16).to_le_bytes());
    out.extend((member.extra.len() as u16).to_le_bytes());
}

pub(super) fn zip(members: &[Member]) -> Vec<u8> {
    Zip::of(members).end()
}

pub(super) fn between(members: &[Member]) -> Vec<u8> {
    zip(&[&[keys()], members, &[after()]].concat())
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = bombs();
    cases.extend(members());
    cases.extend(names());
    cases.extend(ends());
    cases.extend(cuts());
    cases
}

fn bombs() -> Vec<Case> {
    vec![
        case(
            "zip-42.zip",
            "Sixteen zips of sixteen zips, five deep, each innermost member 4095 MiB of zeros: a reader stops at a limit and says which.",
            forty_two(),
        ),
        case(
            "zip-bomb.zip",
            "One member of 512 MiB of zeros at a thousand to one: it is cut off at a limit, its neighbours are read.",
            between(&[zeros(b"zeros.py", 512)]),
        ),
        case(
            "zip-overlap-full.zip",
            "A thousand entries that all lead to the same 10 MiB: a reader sees that they share bytes and does not unpack them a thousand times.",
            full_overlap(),
        ),
        case(
            "zip-overlap-quoted.zip",
            "250 entries, each of which quotes the next one's header in a stored block and runs on into its data (David Fifield's construction): 2.4 GiB from a few kB, refused as overlapping.",
            quoted_overlap(),
        ),
        case(
            "zip-deep-64.zip",
            "A zip in a zip, sixty-four deep: a reader stops at its depth and reads the neighbours at the top.",
            between(&[deep(64)]),
        ),
        case(
            "zip-quine.zip",
            "A zip that holds itself, byte for byte, without end: a reader stops at its depth and reads the neighbours.",
            quine(),
        ),
        case(
            "zip-many-empty.zip",
            "A zip of 100,000 empty members inside a zip: a reader goes through them or stops at its limit, in time.",
            between(&[deflated(b"many.zip", &many(100_000))]),
        ),
        case(
            "zip-size-lie.zip",
            "A member that declares 10 bytes and unpacks to 50 MiB: no more is unpacked than the limits allow, and it is damaged.",
            between(&[Member {
                unpacked: 10,
                ..zeros(b"small.py", 50)
            }]),
        ),
    ]
}

fn forty_two() -> Vec<u8> {
    let mut level = zip(&[zeros(b"0.dll", 4095)]);
    for depth in 0..5 {
        let one = deflated(b"", &level);
        let sixteen: Vec<Member> = (0..16)
            .map(|i| Member {
                name: format!("lib {i:x}.zip").into_bytes(),
                ..one.clone()
            })
            .collect();
        level = if depth == 4 {
            between(&sixteen)
        } else {
            zip(&sixteen)
        };
    }
    level
}

fn full_overlap() -> Vec<u8> {
    let mut zip = Zip::of(&[keys()]);
    let kernel = zeros(b"0", 10);
    let at = zip.bytes.len();
    zip.put(&kernel);
    for _ in 1..1000 {
        zip.list(&kernel, at);
    }
    zip.put(&after());
    zip.end()
}

fn quoted_overlap() -> Vec<u8> {
    let mut members = vec![zeros(b"000", 10)];
    let mut sum = crc_of_zeros(10 * MIB);
    let mut tail = members[0].data.clone();
    for i in 1..250 {
        let next = &members[i - 1];
        let header = local(next);
        let length = header.len() as u16;
        let mut crc = crc_of(&header);
        crc.combine(&sum);
        sum = crc;
        let block = [
            &[0][..],
            &length.to_le_bytes(),
            &(!length).to_le_bytes(),
            &header,
        ]
        .concat();
        tail.splice(0..0, block);
        members.push(Member {
            name: format!("{i:03}").into_bytes(),
            crc: sum.sum(),
            packed: tail.len() as u32,
            unpacked: next.unpacked + u32::from(length),
            data: Vec::new(),
            ..next.clone()
        });
    }
    let mut zip = Zip::of(&[keys()]);
    let mut at = zip.bytes.len();
    for member in members.iter().rev() {
        zip.list(member, at);
        at += local(member).len() + 5;
    }
    let first = &members[249];
    zip.bytes.extend(local(first));
    zip.bytes.extend(tail);
    zip.put(&after());
    zip.end()
}

/// Keys, itself and after. Its checksum is a sum of the bits of the checksum that it holds (CRC-32 is affine), so the one that
/// is its own is the solution of 32 equations, if they have one; the comment differs until they have.
fn quine() -> Vec<u8> {
    (0..100)
        .find_map(|salt| {
            let sum = |held: u32| crc_of(&quine_holding(held, salt)).sum();
            let base = sum(0);
            let changes: Vec<u32> = (0..32).map(|bit| sum(1 << bit) ^ base ^ 1 << bit).collect();
            combination(&changes, base).map(|held| quine_holding(held, salt))
        })
        .expect("about a third of all comments has a solution")
}

fn quine_holding(crc: u32, salt: u8) -> Vec<u8> {
    let parts = |inner: usize, whole: usize| {
        let mut zip = Zip::of(&[keys()]);
        zip.put(&Member {
            method: 8,
            crc,
            packed: inner as u32,
            unpacked: whole as u32,
            ..stored(b"quine.zip", b"")
        });
        let start = zip.bytes.len();
        zip.bytes.resize(start + inner, 0);
        zip.put(&after());
        let all = zip.end_with(|end| end.comment = format!("{salt:02}").into_bytes());
        (all[..start].to_vec(), all[start + inner..].to_vec())
    };
    let (prefix, suffix) = parts(0, 0);
    let inner = quine::length(prefix.len(), suffix.len());
    let (prefix, suffix) = parts(inner, prefix.len() + inner + suffix.len());
    let stream = quine::stream(&prefix, &suffix);
    [prefix, stream, suffix].concat()
}

/// Which of 32 words add up, without carry, to the wanted one: bit by bit, Gauss.
fn combination(words: &[u32], wanted: u32) -> Option<u32> {
    let mut rows: Vec<(u32, u32)> = Vec::new();
    let reduce = |rows: &[(u32, u32)], mut word: u32, mut used: u32| {
        for (row, by) in rows {
            if word ^ row < word {
                word ^= row;
                used ^= by;
            }
        }
        (word, used)
    };
    for (bit, word) in words.iter().enumerate() {
        let (rest, used) = reduce(&rows, *word, 1 << bit);
        if rest != 0 {
            rows.push((rest, used));
            rows.sort_by_key(|row| Reverse(row.0));
        }
    }
    let (rest, used) = reduce(&rows, wanted, 0);
    (rest == 0).then_some(used)
}

fn deep(levels: usize) -> Member {
    (0..levels).fold(other(b"deepest.py"), |inner, _| {
        deflated(b"inner.zip", &zip(&[inner]))
    })
}

fn many(count: u64) -> Vec<u8> {
    let mut zip = Zip::default();
    for i in 0..count {
        zip.put(&stored(format!("{i:x}").as_bytes(), b""));
    }
    zip.end_64(count)
}

fn members() -> Vec<Case> {
    let plain = stored(b"plain.py", OTHER_PY.as_bytes());
    let sealed = Member {
        flags: ENCRYPTED,
        packed: 512,
        data: noise(512),
        ..other(b"sealed.py")
    };
    // APPNOTE 4.5: AE-2 of WinZip, 256 bits, deflate beneath.
    let aes = Member {
        method: 99,
        crc: 0,
        extra: vec![0x01, 0x99, 7, 0, 2, 0, b'A', b'E', 3, 8, 0],
        ..sealed.clone()
    };
    vec![
        case(
            "zip-encrypted.zip",
            "A member under the old encryption: it is named as encrypted, its neighbours are read.",
            between(std::slice::from_ref(&sealed)),
        ),
        case(
            "zip-aes.zip",
            "A member under WinZip's AES, method 99: it is named as encrypted, its neighbours are read.",
            between(&[aes]),
        ),
        case(
            "zip-method-255.zip",
            "A member of a method that nobody has defined: it is unsupported, its neighbours are read.",
            between(&[Member {
                method: 255,
                ..plain.clone()
            }]),
        ),
        case(
            "zip-crc-wrong.zip",
            "A whole member whose checksum is another's: it is damaged.",
            between(&[Member {
                crc: 0xdead_beef,
                ..other(b"wrong.py")
            }]),
        ),
        case(
            "zip-stored-beyond-end.zip",
            "A stored member that declares 16 MiB in an archive of one kB: it is damaged, and the directory still leads to the next.",
            between(&[Member {
                packed: 16 << 20,
                unpacked: 16 << 20,
                ..plain.clone()
            }]),
        ),
        case(
            "zip-deflate-junk.zip",
            "A member whose deflate stream opens with the reserved block type: it is damaged.",
            between(&[Member {
                data: vec![0xff; 64],
                packed: 64,
                ..other(b"junk.py")
            }]),
        ),
        case(
            "zip-descriptors.zip",
            "Members whose sizes follow the data, with and without the signature and in 64 bits, deflated and stored: an ordinary archive, all of it read.",
            zip(&[
                described(keys(), KEYS_PY.len(), true, false),
                described(other(b"bare.py"), OTHER_PY.len(), false, false),
                described(plain.clone(), OTHER_PY.len(), true, false),
                described(
                    Member {
                        name: b"wide.py".to_vec(),
                        ..zip64(&other(b""))
                    },
                    OTHER_PY.len(),
                    true,
                    true,
                ),
                described(after(), AFTER_PY.len(), false, false),
            ]),
        ),
        case(
            "zip-symlink.zip",
            "A symbolic link to /etc/passwd: it is not followed and not a regular file.",
            between(&[Member {
                mode: 0o120_777,
                ..stored(b"link.py", b"/etc/passwd")
            }]),
        ),
        case(
            "zip-64-small.zip",
            "The 64-bit fields, used where nobody needs them: an ordinary archive, all of it read.",
            Zip::of(&[zip64(&keys()), zip64(&plain), zip64(&after())]).end_64(3),
        ),
        case(
            "zip-extra-short.zip",
            "An extra field whose length runs past its end, and a 64-bit field too short for what it stands for: the members with plain sizes are read, the other is damaged.",
            between(&[
                Member {
                    extra: vec![0x99, 0x99, 0xff, 0xff, 0],
                    ..other(b"long.py")
                },
                Member {
                    extra: vec![1, 0, 4, 0, 1, 2, 3, 4],
                    packed: u32::MAX,
                    unpacked: u32::MAX,
                    ..other(b"short.py")
                },
            ]),
        ),
    ]
}

/// APPNOTE 4.3.9: with or without a signature, of 32 or 64 bits.
fn described(member: Member, length: usize, signed: bool, wide: bool) -> Member {
    let mut tail = if signed {
        b"PK\x07\x08".to_vec()
    } else {
        Vec::new()
    };
    tail.extend(member.crc.to_le_bytes());
    let packed = member.data.len() as u64;
    for size in [packed, length as u64] {
        tail.extend(&size.to_le_bytes()[..if wide { 8 } else { 4 }]);
    }
    Member {
        flags: member.flags | DESCRIPTOR,
        tail,
        ..member
    }
}

/// APPNOTE 4.5.3.
fn zip64(member: &Member) -> Member {
    let mut extra = vec![1, 0, 16, 0];
    extra.extend(u64::from(member.unpacked).to_le_bytes());
    extra.extend(u64::from(member.packed).to_le_bytes());
    Member {
        packed: u32::MAX,
        unpacked: u32::MAX,
        extra,
        ..member.clone()
    }
}

fn names() -> Vec<Case> {
    let named = |name: &[u8]| between(&[other(name)]);
    let utf8 = |name: &[u8]| {
        between(&[Member {
            flags: UTF8,
            ..other(name)
        }])
    };
    vec![
        case(
            "zip-absolute-name.zip",
            "A member named /etc/cron.d/a.py: nothing is written there; it is read, under an odd name.",
            named(b"/etc/cron.d/a.py"),
        ),
        case(
            "zip-dotdot-name.zip",
            "A member named ../../../a.py: it is read, under an odd name.",
            named(b"../../../a.py"),
        ),
        case(
            "zip-windows-names.zip",
            "Members with a drive, backslashes, a share and a device for a name: they are read, under odd names.",
            between(
                &[
                    &br"C:\Windows\a.py"[..],
                    br"..\..\b.py",
                    br"\\server\share\c.py",
                    b"CON",
                    b"d.py:stream",
                ]
                .map(other),
            ),
        ),
        case(
            "zip-separator-name.zip",
            "A member named inner.zip!/a.py, which looks like a member of a member: it is read and cannot be taken for that.",
            named(b"inner.zip!/a.py"),
        ),
        case(
            "zip-nul-name.zip",
            "A member named a.py NUL .txt: it is read, under an odd name that keeps both halves.",
            named(b"a.py\0.txt"),
        ),
        case(
            "zip-ansi-name.zip",
            "A name that clears a terminal and sets its title: no such byte reaches an output as it is.",
            named(b"\x1b[2J\x1b]0;owned\x07a.py\r\nb.py"),
        ),
        case(
            "zip-bidi-name.zip",
            "A name that a right-to-left override shows backwards: it is shown so that it cannot mislead.",
            utf8("a\u{202e}yp.exe\u{2066}.py".as_bytes()),
        ),
        case(
            "zip-cp437-name.zip",
            "A name in code page 437, as DOS wrote it: an ordinary archive, all of it read.",
            named(b"m\x81nzen\x9b.py"),
        ),
        case(
            "zip-shift-jis-name.zip",
            "A name in Shift JIS with a backslash for its second byte, without a flag: the member is read.",
            named(b"\x95\x5c\x8e\xa6.py"),
        ),
        case(
            "zip-utf8-lie-name.zip",
            "A name that is flagged as UTF-8 and is not: the member is read, under an odd name.",
            utf8(b"\xff\xfe\xc0\xaf.py"),
        ),
        case(
            "zip-empty-name.zip",
            "A member without a name: it is read, under an odd name.",
            named(b""),
        ),
        case(
            "zip-long-name.zip",
            "A name of 65,535 bytes, the most there can be: it is read, and what is shown of the name is short.",
            named(&[&vec![b'a'; 65_532][..], b".py"].concat()),
        ),
        case(
            "zip-duplicate-names.zip",
            "Two members of one name and different content: both are read.",
            between(&[other(b"twin.py"), deflated(b"twin.py", KEYS_PY.as_bytes())]),
        ),
        case(
            "zip-local-name-differs.zip",
            "The directory calls a member safe.txt, its own header run.py: it is read, and the difference is said.",
            between(&[Member {
                local_name: Some(b"run.py".to_vec()),
                ..other(b"safe.txt")
            }]),
        ),
        case(
            "zip-directory-with-data.zip",
            "A name that ends in a slash, with content: the content is read or the name is odd.",
            named(b"folder.py/"),
        ),
    ]
}

fn ordinary() -> Zip {
    Zip::of(&[keys(), other(b"middle.py"), after()])
}

fn ends() -> Vec<Case> {
    let stub = b"#!/bin/sh\nunzip -q \"$0\" && exit 0\n";
    vec![
        case(
            "zip-count-too-large.zip",
            "The end record counts 60,000 members where there are three: the three are read, and it is damaged.",
            ordinary().end_with(|end| end.count = 60_000),
        ),
        case(
            "zip-count-too-small.zip",
            "The end record counts one member where the directory has three: the three are read, and it is damaged.",
            ordinary().end_with(|end| end.count = 1),
        ),
        case(
            "zip-64-count-lie.zip",
            "A 64-bit end record counts 2^40 members where there are three: no room is made for them, and it is damaged.",
            ordinary().end_64(1 << 40),
        ),
        case(
            "zip-directory-beyond-end.zip",
            "The directory is said to begin at 2 GiB: the members are found by their own headers, and it is damaged.",
            ordinary().end_with(|end| end.offset = 1 << 31),
        ),
        case(
            "zip-directory-size-wrong.zip",
            "The directory is said to take seven bytes: the members are found all the same, and it is damaged.",
            ordinary().end_with(|end| end.size = 7),
        ),
        case(
            "zip-comment-with-end.zip",
            "The comment holds an end record whose own comment runs past the file: it is passed over and the true one used.",
            ordinary().end_with(|end| {
                let mut fake = record(&End {
                    count: 0,
                    size: 0,
                    offset: 0,
                    comment: Vec::new(),
                });
                fake.splice(20..22, [0xff, 0x7f]);
                end.comment = fake;
            }),
        ),
        case(
            "zip-two-ends.zip",
            "The comment holds a second directory and end record, as right as the first, that list another member: two readers see two archives, so it is said that something is hidden.",
            two_ends(),
        ),
        case(
            "zip-unlisted-member.zip",
            "A whole member stands between two others and is not in the directory: the bytes are not passed over in silence.",
            unlisted(),
        ),
        case(
            "zip-prefix-stub.zip",
            "A shell script before the archive, offsets counted from the archive: an ordinary self-extractor, all of it read.",
            [&stub[..], &ordinary().end()].concat(),
        ),
        case(
            "zip-prefix-stub-adjusted.zip",
            "A shell script before the archive, offsets counted from the file: an ordinary self-extractor, all of it read.",
            stub_adjusted(stub),
        ),
        case(
            "zip-trailing-garbage.zip",
            "500 bytes of noise after the archive: all of it is read, and the trailing data said.",
            [ordinary().end(), noise(500)].concat(),
        ),
        case(
            "zip-empty.zip",
            "An end record and nothing else: an archive without members, nothing to say.",
            Zip::default().end(),
        ),
    ]
}

fn two_ends() -> Vec<u8> {
    let first = ordinary();
    let inner_at = first.bytes.len() + first.directory.len() + 22;
    let shown = stored(b"shown.txt", b"nothing to see");
    let mut second = Zip::default();
    second.list(&shown, inner_at);
    let body = [local(&shown), shown.data].concat();
    let tail = record(&End {
        count: 1,
        size: second.directory.len() as u32,
        offset: (inner_at + body.len()) as u32,
        comment: Vec::new(),
    });
    first.end_with(|end| end.comment = [body, second.directory, tail].concat())
}

fn unlisted() -> Vec<u8> {
    let mut zip = Zip::of(&[keys()]);
    let hidden = other(b"hidden.py");
    zip.bytes.extend(local(&hidden));
    zip.bytes.extend(hidden.data);
    zip.put(&after());
    zip.end()
}

fn stub_adjusted(stub: &[u8]) -> Vec<u8> {
    let mut zip = Zip {
        bytes: stub.to_vec(),
        ..Zip::default()
    };
    for member in [keys(), other(b"middle.py"), after()] {
        zip.put(&member);
    }
    zip.end()
}

fn cuts() -> Vec<Case> {
    let noisy = || Zip::of(&[keys(), deflated(b"noise.bin", &noise(4096)), after()]);
    let whole = noisy().end();
    let directory = noisy().bytes.len();
    let end = whole.len() - 22;
    let cut = |at: usize| whole[..at].to_vec();
    vec![
        case(
            "zip-cut-in-data.zip",
            "The file ends inside the second member: the first is found by its own header, and it is damaged.",
            cut(2048),
        ),
        case(
            "zip-cut-in-directory.zip",
            "The file ends inside the directory: every member is whole and found by its own header, and it is damaged.",
            cut(directory + 60),
        ),
        case(
            "zip-cut-before-end.zip",
            "The end record is missing: every member is whole and found, and it is damaged.",
            cut(end),
        ),
        case(
            "zip-cut-in-end.zip",
            "The file ends inside the end record: every member is whole and found, and it is damaged.",
            cut(end + 10),
        ),
        case(
            "zip-cut-in-first-header.zip",
            "The file ends in its first header: there is nothing to find, and it is damaged.",
            cut(20),
        ),
    ]
}
