//! Which function calls which: direct calls among the machine code, between places that the table of functions says.
//!
//! Where in the file code begins is not taken from the format, which for programs that were linked by others says it only through
//! relocations: it is where the calls fit. What calls through a pointer or an interface is not seen.

use memchr::memchr_iter;

use super::table::Table;
use crate::detect::binary::kind::Kind;

/// Bytes that are looked at to learn where code begins: there are thousands of calls among them.
const SAMPLE: usize = 8 << 20;
/// The pieces of it.
const PIECE: usize = 128 << 10;
/// Calls of a sample, at most.
const MAX_SAMPLED: usize = 1 << 19;
/// The most frequently called places that are tried.
const MOST_CALLED: usize = 24;
/// Functions of the runtime that are called from everywhere: every function begins with a call of the first, should its stack not suffice.
const LANDMARKS: [&str; 6] = [
    "runtime.morestack_noctxt",
    "runtime.morestack",
    "runtime.panicIndex",
    "runtime.newobject",
    "runtime.gcWriteBarrier1",
    "runtime.goPanicIndex",
];

/// Processors whose calls are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// x86 and x86-64: `E8` and a distance.
    X86,
    /// `BL` of AArch64.
    Arm64,
    /// `BL` of 32-bit ARM.
    Arm,
    /// `bl` of POWER, either byte order.
    Power { little: bool },
    /// `BRASL` of z/Architecture.
    S390x,
    /// `jal`, and `auipc` with `jalr`.
    RiscV,
    /// `bl` of LoongArch.
    Loong,
}

impl Code {
    /// Those that the header of a file allows. MIPS is not read: its calls say no distance but an address.
    pub(super) fn of(kind: Kind, bytes: &[u8]) -> &'static [Self] {
        let two = |at: usize, little: bool| {
            bytes.get(at..at.checked_add(2)?).map(|b| {
                let pair = [b[0], b[1]];
                if little {
                    u16::from_le_bytes(pair)
                } else {
                    u16::from_be_bytes(pair)
                }
            })
        };
        match kind {
            // `e_machine` of the System V ABI.
            Kind::Elf => {
                let little = bytes.get(5) == Some(&1);
                match two(18, little) {
                    Some(3 | 62) => &[Self::X86],
                    Some(183) => &[Self::Arm64],
                    Some(40) => &[Self::Arm],
                    Some(21) if little => &[Self::Power { little: true }],
                    Some(21) => &[Self::Power { little: false }],
                    Some(22) => &[Self::S390x],
                    Some(243) => &[Self::RiscV],
                    Some(258) => &[Self::Loong],
                    _ => &[],
                }
            }
            // `Machine` of the COFF header that `e_lfanew` leads to.
            Kind::Pe => {
                let header = bytes
                    .get(0x3c..0x40)
                    .map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
                match header.checked_add(4).and_then(|at| two(at, true)) {
                    Some(0x014c | 0x8664) => &[Self::X86],
                    Some(0xaa64) => &[Self::Arm64],
                    Some(0x01c4) => &[Self::Arm],
                    _ => &[],
                }
            }
            // `cputype` of `mach/machine.h`.
            Kind::MachO => match two(4, true) {
                Some(7) => &[Self::X86],
                Some(12) => &[Self::Arm64],
                _ => &[],
            },
            Kind::Fat => &[Self::X86, Self::Arm64],
            _ => &[],
        }
    }

    /// Tells the place of each call among `bytes[from..to]`, and the place that it leads to.
    fn each(self, bytes: &[u8], from: usize, to: usize, mut tell: impl FnMut(usize, i64)) {
        let Some(code) = bytes.get(from..to.min(bytes.len())) else {
            return;
        };
        if self == Self::X86 {
            for at in memchr_iter(0xe8, code) {
                if let Some(&[a, b, c, d]) = code.get(at + 1..at + 5) {
                    let distance = i64::from(i32::from_le_bytes([a, b, c, d]));
                    tell(from + at, (from + at + 5) as i64 + distance)
                }
            }
            return;
        }
        let step = if matches!(self, Self::S390x | Self::RiscV) {
            2
        } else {
            4
        };
        // Instructions lie at multiples of their width in the file as in memory.
        let skip = from.next_multiple_of(step) - from;
        let mut at = skip;
        while let Some(&[a, b, c, d]) = code.get(at..at + 4) {
            let place = (from + at) as i64;
            if let Some(distance) = self.distance([a, b, c, d], code.get(at + 4..at + 8)) {
                tell(from + at, place + distance)
            }
            at += step
        }
    }

    fn distance(self, word: [u8; 4], next: Option<&[u8]>) -> Option<i64> {
        let signed =
            |value: u32, bits: u32| i64::from((value << (32 - bits)) as i32 >> (32 - bits));
        let little = u32::from_le_bytes(word);
        match self {
            Self::X86 => None,
            Self::Arm64 => {
                (little >> 26 == 0b10_0101).then(|| signed(little & 0x03ff_ffff, 26) * 4)
            }
            Self::Arm => (little >> 24 == 0xeb).then(|| signed(little & 0x00ff_ffff, 24) * 4 + 8),
            Self::Power { little: order } => {
                let word = if order {
                    little
                } else {
                    u32::from_be_bytes(word)
                };
                (word & 0xfc00_0003 == 0x4800_0001).then(|| signed(word & 0x03ff_fffc, 26))
            }
            Self::S390x => {
                let rest = next?;
                (word[0] == 0xc0 && word[1] == 0xe5).then(|| {
                    i64::from(i32::from_be_bytes([word[2], word[3], rest[0], rest[1]])) * 2
                })
            }
            Self::RiscV => match little & 0xfff {
                // jal ra
                0x0ef => {
                    let value = (little >> 31) << 20
                        | ((little >> 12) & 0xff) << 12
                        | ((little >> 20) & 1) << 11
                        | ((little >> 21) & 0x3ff) << 1;
                    Some(signed(value, 21))
                }
                // auipc x, high; jalr ra, low(x)
                word if word & 0x7f == 0x17 => {
                    let next: [u8; 4] = next?.get(..4)?.try_into().ok()?;
                    let next = u32::from_le_bytes(next);
                    let same = (next >> 15) & 0x1f == (little >> 7) & 0x1f;
                    (next & 0x7fff == 0x00e7 && same).then(|| {
                        i64::from((little & 0xffff_f000) as i32) + i64::from(next as i32 >> 20)
                    })
                }
                _ => None,
            },
            Self::Loong => (little >> 26 == 0b01_0101)
                .then(|| signed((little & 0x3ff) << 16 | (little >> 10) & 0xffff, 26) * 4),
        }
    }

    /// Bytes of a call, or of its first half.
    pub(super) const fn width(self) -> u8 {
        match self {
            Self::X86 => 5,
            Self::S390x => 6,
            _ => 4,
        }
    }

    /// How far behind its entry a function may be entered: POWER's functions have a second entry behind the loading of their table of
    /// contents (ELFv2 ABI §2.3.2.1).
    const fn second_entry(self) -> Option<u64> {
        match self {
            Self::Power { .. } => Some(8),
            _ => None,
        }
    }
}

/// Where in the file the code of a table's functions lies: what an entry has to be added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) code: Code,
    /// File offset less entry; an address before Go 1.18, so that it may be negative.
    base: i64,
}

impl Place {
    /// Where the most calls lead to functions, if most calls do.
    pub(super) fn find(codes: &[Code], table: &Table<'_>) -> Option<Self> {
        codes.iter().find_map(|code| Self::fit(*code, table))
    }

    fn fit(code: Code, table: &Table<'_>) -> Option<Self> {
        let bytes = table.bytes();
        let pieces = (SAMPLE / PIECE).max(1);
        let stride = (bytes.len() / pieces).max(PIECE);
        let mut calls: Vec<(usize, i64)> = Vec::new();
        for from in (0..bytes.len()).step_by(stride).take(pieces + 1) {
            code.each(bytes, from, from + PIECE, |at, to| {
                if calls.len() < MAX_SAMPLED && to >= 0 {
                    calls.push((at, to))
                }
            })
        }
        let mut targets: Vec<i64> = calls.iter().map(|(_, to)| *to).collect();
        targets.sort_unstable();
        let mut counted: Vec<(usize, i64)> = targets
            .chunk_by(|a, b| a == b)
            .filter_map(|run| Some((run.len(), *run.first()?)))
            .collect();
        counted.sort_unstable_by(|a, b| b.cmp(a));
        counted.truncate(MOST_CALLED);
        let landmarks: Vec<u64> = table
            .functions
            .iter()
            .filter(|f| {
                table
                    .name_at(f.name)
                    .is_some_and(|n| LANDMARKS.contains(&n))
            })
            .take(LANDMARKS.len())
            .map(|f| f.entry)
            .collect();
        for (_, target) in counted {
            for entry in &landmarks {
                for second in [0, code.second_entry().unwrap_or(0)] {
                    let Ok(entry) = i64::try_from(entry.saturating_add(second)) else {
                        continue;
                    };
                    let place = Self {
                        code,
                        base: target - entry,
                    };
                    if place.holds(table, &calls) {
                        return Some(place);
                    }
                }
            }
        }
        None
    }

    /// Whether of the calls inside code most lead to entries. By chance hardly any would.
    fn holds(self, table: &Table<'_>, calls: &[(usize, i64)]) -> bool {
        let (mut inside, mut fit) = (0_usize, 0_usize);
        for (at, to) in calls {
            let (Some(from), Some(to)) = (self.distance(*at as i64), self.distance(*to)) else {
                continue;
            };
            if from >= table.end || to >= table.end {
                continue;
            }
            inside += 1;
            fit += usize::from(self.enters(table, to).is_some());
            // Nothing that has to be looked at in full to be refused.
            if inside == 200 && fit < 50 {
                return false;
            }
        }
        inside >= 20 && fit * 10 > inside * 6
    }

    /// The function that a call to a distance enters.
    fn enters(self, table: &Table<'_>, distance: u64) -> Option<usize> {
        let index = table.function_at(distance)?;
        let behind = distance - table.functions.get(index)?.entry;
        (behind == 0 || Some(behind) == self.code.second_entry()).then_some(index)
    }

    /// How an entry says a place in the file.
    pub(super) fn distance(self, at: i64) -> Option<u64> {
        u64::try_from(at.checked_sub(self.base)?).ok()
    }

    /// The place in the file of an entry.
    pub(super) fn offset(self, entry: u64) -> Option<u64> {
        u64::try_from(i64::try_from(entry).ok()?.checked_add(self.base)?).ok()
    }

    /// Tells each call that enters one of the functions: where it is, the function that it is in, the function that it enters.
    pub(super) fn each_call(
        self,
        table: &Table<'_>,
        wanted: &[bool],
        mut tell: impl FnMut(u64, usize, usize),
    ) {
        let (Some(first), Some(end)) = (table.functions.first(), self.offset(table.end)) else {
            return;
        };
        let Some(start) = self.offset(first.entry) else {
            return;
        };
        let cut = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        // Most calls lead elsewhere: only what lies between the first and the last that is wanted is looked up.
        let mut of_interest = table
            .functions
            .iter()
            .zip(wanted)
            .filter(|(_, w)| **w)
            .map(|(f, _)| f.entry);
        let Some(least) = of_interest.next() else {
            return;
        };
        let most = of_interest.next_back().unwrap_or(least).saturating_add(8);
        self.code
            .each(table.bytes(), cut(start), cut(end), |at, to| {
                let Some(to) = self.distance(to).filter(|to| (least..=most).contains(to)) else {
                    return;
                };
                let Some(enters) = self.enters(table, to) else {
                    return;
                };
                if wanted.get(enters) == Some(&true)
                    && let Some(from) = self.distance(at as i64)
                    && let Some(caller) = table.function_at(from)
                {
                    tell(at as u64, caller, enters)
                }
            })
    }
}
