//! Method bodies (ECMA-335 §II.25.4) and their instructions (§III).

use std::ops::Range;

use super::bytes::{slice, u8_at, u16_at, u32_at, u64_at};

/// Exception clauses of one method that are read.
const MAX_CLAUSES: usize = 256;
/// Sections of exception clauses of one method that are read.
const MAX_SECTIONS: usize = 16;

/// A method's body.
pub(super) struct Body<'a> {
    /// Where the code begins in the file.
    pub(super) at: usize,
    pub(super) code: &'a [u8],
    /// The token of the locals' signature; 0 for none.
    pub(super) locals: u32,
    pub(super) clauses: Vec<Clause>,
}

/// What guards a part of a method.
pub(super) struct Clause {
    pub(super) guarded: Range<usize>,
    pub(super) handler: usize,
    pub(super) filter: Option<usize>,
    /// Whether the handler begins with the exception on the stack.
    pub(super) catches: bool,
}

impl<'a> Body<'a> {
    /// Reads the body that begins at an offset of the file.
    pub(super) fn read(bytes: &'a [u8], at: usize) -> Option<Self> {
        let first = u8_at(bytes, at)?;
        if first & 3 == 2 {
            let code = slice(bytes, at + 1, usize::from(first >> 2))?;
            return Some(Self {
                at: at + 1,
                code,
                locals: 0,
                clauses: Vec::new(),
            });
        }
        if first & 3 != 3 {
            return None;
        }
        let flags = u16_at(bytes, at)?;
        let header = usize::from(flags >> 12) * 4;
        let size = u32_at(bytes, at.checked_add(4)?)? as usize;
        let locals = u32_at(bytes, at.checked_add(8)?)?;
        let start = at.checked_add(header)?;
        let code = slice(bytes, start, size)?;
        let clauses = if flags & 8 != 0 {
            clauses(bytes, start.checked_add(size)?.checked_add(3)? & !3)
        } else {
            Vec::new()
        };
        Some(Self {
            at: start,
            code,
            locals,
            clauses,
        })
    }
}

fn clauses(bytes: &[u8], at: usize) -> Vec<Clause> {
    let mut found = Vec::new();
    let mut at = at;
    for _ in 0..MAX_SECTIONS {
        let Some(header) = u32_at(bytes, at) else {
            break;
        };
        let fat = header & 0x40 != 0;
        let size = (header >> 8 & if fat { 0x00ff_ffff } else { 0xff }) as usize;
        let width = if fat { 24 } else { 12 };
        let count = size.saturating_sub(4) / width;
        if header & 1 != 0 {
            for index in 0..count.min(MAX_CLAUSES - found.len().min(MAX_CLAUSES)) {
                let Some(row) = slice(bytes, at + 4 + index * width, width) else {
                    return found;
                };
                found.extend(clause(row, fat));
            }
        }
        if header & 0x80 == 0 || size < 4 {
            break;
        }
        at = (at + size + 3) & !3;
    }
    found
}

fn clause(row: &[u8], fat: bool) -> Option<Clause> {
    let (kind, start, length, handler, filter) = if fat {
        (
            u32_at(row, 0)?,
            u32_at(row, 4)? as usize,
            u32_at(row, 8)? as usize,
            u32_at(row, 12)? as usize,
            u32_at(row, 20)? as usize,
        )
    } else {
        (
            u32::from(u16_at(row, 0)?),
            usize::from(u16_at(row, 2)?),
            usize::from(u8_at(row, 4)?),
            usize::from(u16_at(row, 5)?),
            u32_at(row, 8)? as usize,
        )
    };
    Some(Clause {
        guarded: start..start.checked_add(length)?,
        handler,
        filter: (kind & 1 != 0).then_some(filter),
        catches: kind & 6 == 0,
    })
}

/// What an instruction carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    Nothing,
    Number(i64),
    Token(u32),
    /// Offsets in the code that it may go to.
    Targets(Vec<usize>),
}

/// An instruction.
#[derive(Debug, Clone)]
pub(super) struct Instruction {
    /// Offset in the code.
    pub(super) at: usize,
    pub(super) end: usize,
    /// The opcode, with `0xfe00` for those of two bytes.
    pub(super) op: u16,
    pub(super) operand: Operand,
}

/// Goes through code instruction by instruction; ends where there is none.
pub(super) struct Instructions<'a> {
    code: &'a [u8],
    at: usize,
}

impl<'a> Instructions<'a> {
    pub(super) fn of(code: &'a [u8]) -> Self {
        Self { code, at: 0 }
    }

    fn read(&mut self) -> Option<Instruction> {
        let start = self.at;
        let mut op = u16::from(u8_at(self.code, start)?);
        let mut at = start + 1;
        if op == 0xfe {
            op = 0xfe00 | u16::from(u8_at(self.code, at)?);
            at += 1;
        }
        let code = self.code;
        let (operand, end) = match op {
            0x0e..=0x13 | 0xfe12 | 0xfe19 => (Operand::Number(u8_at(code, at)?.into()), at + 1),
            0x1f => (Operand::Number((u8_at(code, at)? as i8).into()), at + 1),
            0x20 => (Operand::Number((u32_at(code, at)? as i32).into()), at + 4),
            0x21 => (Operand::Number(u64_at(code, at)? as i64), at + 8),
            0x22 => (Operand::Nothing, at + 4),
            0x23 => (Operand::Nothing, at + 8),
            0x27..=0x29
            | 0x6f..=0x75
            | 0x79
            | 0x7b..=0x81
            | 0x8c
            | 0x8d
            | 0x8f
            | 0xa3..=0xa5
            | 0xc2
            | 0xc6
            | 0xd0
            | 0xfe06
            | 0xfe07
            | 0xfe15
            | 0xfe16
            | 0xfe1c => (Operand::Token(u32_at(code, at)?), at + 4),
            0x2b..=0x37 | 0xde => {
                let by = i64::from(u8_at(code, at)? as i8);
                (
                    Operand::Targets(target(at + 1, by).into_iter().collect()),
                    at + 1,
                )
            }
            0x38..=0x44 | 0xdd => {
                let by = i64::from(u32_at(code, at)? as i32);
                (
                    Operand::Targets(target(at + 4, by).into_iter().collect()),
                    at + 4,
                )
            }
            0x45 => {
                let count = u32_at(code, at)? as usize;
                let table = slice(code, at + 4, count.checked_mul(4)?)?;
                let end = at + 4 + table.len();
                let offsets = table.as_chunks::<4>().0.iter();
                let targets = offsets
                    .filter_map(|by| target(end, i32::from_le_bytes(*by).into()))
                    .collect();
                (Operand::Targets(targets), end)
            }
            0xfe09..=0xfe0e => (Operand::Number(u16_at(code, at)?.into()), at + 2),
            _ => (Operand::Nothing, at),
        };
        if end > code.len() {
            return None;
        }
        self.at = end;
        Some(Instruction {
            at: start,
            end,
            op,
            operand,
        })
    }
}

fn target(from: usize, by: i64) -> Option<usize> {
    usize::try_from(i64::try_from(from).ok()?.checked_add(by)?).ok()
}

impl Iterator for Instructions<'_> {
    type Item = Instruction;

    fn next(&mut self) -> Option<Instruction> {
        self.read()
    }
}
