//! How long Dalvik's instructions are, where they lead, and which registers they write ("Dalvik bytecode" and "Dalvik executable
//! instruction formats" of the Android Open Source Project). Places are in units of two bytes.

use super::file::Bytes;

/// Where an instruction may lead.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    pub(super) jumps: Vec<usize>,
    pub(super) falls_through: bool,
    pub(super) ends: bool,
}

/// The instructions of a method.
#[derive(Clone, Copy)]
pub(super) struct Instructions<'d>(pub(super) &'d [u8]);

impl Instructions<'_> {
    /// A unit.
    pub(super) fn unit(self, at: usize) -> Option<u16> {
        Bytes(self.0).u2(at.checked_mul(2)?)
    }

    /// Two units.
    pub(super) fn double(self, at: usize) -> Option<u32> {
        Bytes(self.0).u4(at.checked_mul(2)?)
    }

    /// How many units there are.
    pub(super) fn len(self) -> usize {
        self.0.len() / 2
    }

    /// An instruction's code.
    pub(super) fn op(self, at: usize) -> Option<u8> {
        Some(self.unit(at)?.to_le_bytes()[0])
    }

    /// An instruction's length; of tables between instructions, theirs.
    pub(super) fn length(self, at: usize) -> Option<usize> {
        let first = self.unit(at)?;
        let count = || self.unit(at + 1).map(usize::from);
        let length = match first {
            0x0100 => count()?.checked_mul(2)?.checked_add(4)?,
            0x0200 => count()?.checked_mul(4)?.checked_add(2)?,
            0x0300 => {
                let size = usize::try_from(self.double(at + 2)?).ok()?;
                size.checked_mul(count()?)?.checked_add(1)? / 2 + 4
            }
            _ => match first.to_le_bytes()[0] {
                0x18 => 5,
                0xfa | 0xfb => 4,
                0x03
                | 0x06
                | 0x09
                | 0x14
                | 0x17
                | 0x1b
                | 0x24..=0x26
                | 0x2a..=0x2c
                | 0x6e..=0x72
                | 0x74..=0x78
                | 0xfc
                | 0xfd => 3,
                0x02
                | 0x05
                | 0x08
                | 0x13
                | 0x15
                | 0x16
                | 0x19
                | 0x1a
                | 0x1c
                | 0x1f
                | 0x20
                | 0x22
                | 0x23
                | 0x29
                | 0x2d..=0x3d
                | 0x44..=0x6d
                | 0x90..=0xaf
                | 0xd0..=0xe2
                | 0xfe
                | 0xff => 2,
                _ => 1,
            },
        };
        (at.checked_add(length)? <= self.len()).then_some(length)
    }

    /// Whether a table stands there and no instruction.
    pub(super) fn is_table(self, at: usize) -> bool {
        matches!(self.unit(at), Some(0x0100 | 0x0200 | 0x0300))
    }

    /// Where the instruction at a place leads.
    pub(super) fn ways(self, at: usize) -> Ways {
        let to = |offset: i64| {
            let place = i64::try_from(at).ok()?.checked_add(offset)?;
            usize::try_from(place).ok().filter(|to| *to < self.len())
        };
        let near = || self.unit(at + 1).map(|unit| i64::from(unit.cast_signed()));
        let far = || {
            self.double(at + 1)
                .map(|double| i64::from(double.cast_signed()))
        };
        let (jumps, falls_through, ends) = match self.op(at).unwrap_or_default() {
            0x28 => {
                let offset = self
                    .unit(at)
                    .map(|unit| unit.to_le_bytes()[1].cast_signed());
                (
                    Vec::from_iter(offset.and_then(|o| to(o.into()))),
                    false,
                    true,
                )
            }
            0x29 => (Vec::from_iter(near().and_then(to)), false, true),
            0x2a => (Vec::from_iter(far().and_then(to)), false, true),
            0x32..=0x3d => (Vec::from_iter(near().and_then(to)), true, true),
            0x2b | 0x2c => {
                let table = far().and_then(to);
                let jumps = table
                    .map(|table| self.switch(table, to))
                    .unwrap_or_default();
                (jumps, true, true)
            }
            0x0e..=0x11 | 0x27 => (Vec::new(), false, true),
            _ => (Vec::new(), true, false),
        };
        Ways {
            jumps,
            falls_through,
            ends,
        }
    }

    /// The ways of a switch, from its table.
    fn switch(self, table: usize, to: impl Fn(i64) -> Option<usize>) -> Vec<usize> {
        let Some(length) = self.length(table) else {
            return Vec::new();
        };
        let count = self.unit(table + 1).map_or(0, usize::from);
        let first = match self.unit(table) {
            Some(0x0100) => table + 4,
            Some(0x0200) => table + 2 + 2 * count,
            _ => return Vec::new(),
        };
        let offsets = (first..table + length).step_by(2).take(count);
        offsets
            .filter_map(|at| to(self.double(at)?.cast_signed().into()))
            .collect()
    }

    /// The register that an instruction writes, and whether it writes the next one, too.
    pub(super) fn written(self, at: usize) -> Option<(usize, bool)> {
        let op = self.op(at)?;
        let high = self.unit(at)?.to_le_bytes()[1];
        let wide = matches!(op, 0x04..=0x06 | 0x0b | 0x16..=0x19 | 0x45 | 0x53 | 0x61)
            || matches!(
                op,
                0x7d | 0x7e | 0x80 | 0x81 | 0x83 | 0x86 | 0x88 | 0x89 | 0x8b
            )
            || matches!(op, 0x9b..=0xa5 | 0xab..=0xaf | 0xbb..=0xc5 | 0xcb..=0xcf);
        let register = match op {
            // Two registers in one byte.
            0x01
            | 0x04
            | 0x07
            | 0x12
            | 0x20
            | 0x21
            | 0x23
            | 0x52..=0x58
            | 0x7b..=0x8f
            | 0xb0..=0xd7 => usize::from(high & 0x0f),
            0x03 | 0x06 | 0x09 => self.unit(at + 1)?.into(),
            0x02
            | 0x05
            | 0x08
            | 0x0a..=0x0d
            | 0x13..=0x1c
            | 0x1f
            | 0x22
            | 0x2d..=0x31
            | 0x44..=0x4a
            | 0x60..=0x66
            | 0x90..=0xaf
            | 0xd8..=0xe2
            | 0xfe
            | 0xff => high.into(),
            _ => return None,
        };
        Some((register, wide))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(units: &[u16]) -> Vec<u8> {
        units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
    }

    #[test]
    fn a_switch_leads_where_its_table_says() {
        // packed-switch v0, +4; return-void; a table of two ways
        let bytes = code(&[0x002b, 4, 0, 0x000e, 0x0100, 2, 0, 0, 3, 0, 3, 0]);
        let i = Instructions(&bytes);
        assert_eq!(i.length(0), Some(3));
        assert_eq!(i.ways(0).jumps, [3, 3]);
        assert_eq!(i.length(4), Some(8));
        assert!(i.is_table(4));
    }

    #[test]
    fn a_table_longer_than_the_code_is_none() {
        let bytes = code(&[0x0300, 8, 0xffff, 0xffff]);
        assert_eq!(Instructions(&bytes).length(0), None);
        let bytes = code(&[0x0100, 0xffff]);
        assert_eq!(Instructions(&bytes).length(0), None);
        assert_eq!(Instructions(&[]).length(0), None);
    }

    #[test]
    fn jumps_out_of_the_code_lead_nowhere() {
        let bytes = code(&[0x0029, 0x8000]);
        assert!(Instructions(&bytes).ways(0).jumps.is_empty());
    }
}
