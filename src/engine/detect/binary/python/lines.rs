//! Which line of the source an instruction came from.

use super::marshal::Code;

/// The line of the instruction at a byte of the code; 0 where it is not said.
pub(super) fn line(bytes: &[u8], code: &Code, at: usize, minor: u8) -> u32 {
    let table = bytes.get(code.lines.clone()).unwrap_or_default();
    let line = match minor {
        ..=9 => by_steps(table, code.first_line, at),
        10 => by_ranges(table, code.first_line, at),
        _ => by_entries(table, code.first_line, at),
    };
    line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}

/// The columns of the instruction at a byte of the code, where the version tells them.
pub(super) fn columns(bytes: &[u8], code: &Code, at: usize, minor: u8) -> Option<(i64, i64)> {
    if minor < 11 {
        return None;
    }
    let mut byte = 0;
    let mut rest = bytes.get(code.lines.clone())?;
    while let Some((&head, after)) = rest.split_first() {
        byte += (usize::from(head & 7) + 1) * 2;
        if byte > at {
            let byte = |index: usize| after.get(index).map(|byte| i64::from(*byte));
            return match (head >> 3) & 15 {
                code @ 0..=9 => {
                    let start = i64::from(code) * 8 + (byte(0)? >> 4);
                    Some((start, start + (byte(0)? & 15)))
                }
                10..=12 => Some((byte(0)?, byte(1)?)),
                14 => {
                    // Behind two numbers of lines. What they are is no matter, as long as it is the same.
                    let mut numbers = after.split_inclusive(|byte| byte & 64 == 0).skip(2);
                    Some((signed(numbers.next()?), signed(numbers.next()?)))
                }
                _ => None,
            };
        }
        let next = after.iter().position(|byte| byte & 0x80 != 0);
        rest = after.get(next?..)?;
    }
    None
}

/// Until 3.9: steps of the byte and of the line (`Objects/lnotab_notes.txt`).
fn by_steps(table: &[u8], first: i64, at: usize) -> Option<i64> {
    let (mut byte, mut line) = (0, first);
    for step in table.chunks_exact(2) {
        byte += usize::from(step[0]);
        if byte > at {
            break;
        }
        line += i64::from(step[1].cast_signed());
    }
    Some(line)
}

/// In 3.10: how many bytes each line takes (PEP 626).
fn by_ranges(table: &[u8], first: i64, at: usize) -> Option<i64> {
    let (mut byte, mut line) = (0, first);
    for range in table.chunks_exact(2) {
        let step = range[1].cast_signed();
        let none = step == i8::MIN;
        if !none {
            line += i64::from(step);
        }
        byte += usize::from(range[0]);
        if byte > at {
            return (!none).then_some(line);
        }
    }
    None
}

/// Since 3.11: entries of places (`Objects/locations.md`).
fn by_entries(table: &[u8], first: i64, at: usize) -> Option<i64> {
    let (mut byte, mut line) = (0, first);
    let mut rest = table;
    while let Some((&head, after)) = rest.split_first() {
        let code = (head >> 3) & 15;
        byte += (usize::from(head & 7) + 1) * 2;
        let step = match code {
            13 | 14 => signed(after),
            11 => 1,
            12 => 2,
            _ => 0,
        };
        line = line.saturating_add(step);
        if byte > at {
            return (code != 15).then_some(line);
        }
        // The first byte of an entry alone has bit 7.
        let next = after.iter().position(|byte| byte & 0x80 != 0);
        rest = after.get(next?..).unwrap_or_default();
    }
    None
}

/// Six bits a byte, the least first; the lowest bit is the sign.
fn signed(bytes: &[u8]) -> i64 {
    let mut value = 0_u32;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 63) << (6 * index);
        if byte & 64 == 0 {
            break;
        }
    }
    match value & 1 {
        0 => i64::from(value >> 1),
        _ => -i64::from(value >> 1),
    }
}
