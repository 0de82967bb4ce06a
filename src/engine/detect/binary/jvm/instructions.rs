//! How long the instructions of the virtual machine are, and where they lead (JVMS §6.5).

use super::bytes::Bytes;

/// Where an instruction may lead.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    /// Places of the code that it jumps to.
    pub(super) jumps: Vec<usize>,
    /// Whether the next instruction may follow.
    pub(super) falls_through: bool,
    /// Whether it ends a block, even where it leads to the next instruction only.
    pub(super) ends: bool,
}

/// An instruction's length; nothing where there is no such instruction or it does not fit.
pub(super) fn length(code: &[u8], at: usize) -> Option<usize> {
    let b = Bytes(code);
    let operands = match b.u1(at)? {
        0x10 | 0x12 | 0x15..=0x19 | 0x36..=0x3a | 0xa9 | 0xbc => 1,
        0x11
        | 0x13
        | 0x14
        | 0x84
        | 0x99..=0xa8
        | 0xb2..=0xb8
        | 0xbb
        | 0xbd
        | 0xc0
        | 0xc1
        | 0xc6
        | 0xc7 => 2,
        0xc5 => 3,
        0xb9 | 0xba | 0xc8 | 0xc9 => 4,
        0xc4 => match b.u1(at + 1)? {
            0x84 => 5,
            _ => 3,
        },
        0xaa => {
            let table = table(at);
            let (low, high) = (b.i4(table + 4)?, b.i4(table + 8)?);
            let count = usize::try_from(i64::from(high) - i64::from(low) + 1).ok()?;
            (table + 12).checked_add(count.checked_mul(4)?)? - at - 1
        }
        0xab => {
            let table = table(at);
            let count = usize::try_from(b.i4(table + 4)?).ok()?;
            (table + 8).checked_add(count.checked_mul(8)?)? - at - 1
        }
        0x00..=0xc9 => 0,
        _ => return None,
    };
    b.range(at, 1 + operands)?;
    Some(1 + operands)
}

/// Where the operands of a switch stand: at the next multiple of four.
fn table(at: usize) -> usize {
    (at + 4) & !3
}

/// Where the instruction at a place, of that length, leads.
pub(super) fn ways(code: &[u8], at: usize, length: usize) -> Ways {
    let b = Bytes(code);
    let near = || b.u2(at + 1).map(|offset| i64::from(offset.cast_signed()));
    let far = || b.i4(at + 1).map(i64::from);
    let to = |offset: Option<i64>| {
        let place = i64::try_from(at).ok()?.checked_add(offset?)?;
        usize::try_from(place).ok().filter(|to| *to < code.len())
    };
    let (jumps, falls_through, ends) = match b.u1(at).unwrap_or_default() {
        0x99..=0xa6 | 0xc6 | 0xc7 => (Vec::from_iter(to(near())), true, true),
        0xa7 => (Vec::from_iter(to(near())), false, true),
        // A subroutine comes back behind its call.
        0xa8 => (Vec::from_iter(to(near())), true, true),
        0xc8 => (Vec::from_iter(to(far())), false, true),
        0xc9 => (Vec::from_iter(to(far())), true, true),
        0xaa => {
            let table = table(at);
            let offsets = std::iter::once(table).chain((table + 12..at + length).step_by(4));
            let jumps = offsets.filter_map(|place| to(b.i4(place).map(i64::from)));
            (jumps.collect(), false, true)
        }
        0xab => {
            let table = table(at);
            let offsets = std::iter::once(table).chain((table + 12..at + length).step_by(8));
            let jumps = offsets.filter_map(|place| to(b.i4(place).map(i64::from)));
            (jumps.collect(), false, true)
        }
        0xa9 | 0xac..=0xb1 | 0xbf => (Vec::new(), false, true),
        _ => (Vec::new(), true, false),
    };
    Ways {
        jumps,
        falls_through,
        ends,
    }
}

/// The local that an instruction writes, and whether it takes two places.
pub(super) fn written(code: &[u8], at: usize) -> Option<(usize, bool)> {
    let b = Bytes(code);
    let wide_of = |kind: u8| matches!(kind, 1 | 3);
    match b.u1(at)? {
        op @ 0x36..=0x3a => Some((usize::from(b.u1(at + 1)?), wide_of(op - 0x36))),
        op @ 0x3b..=0x4e => Some((usize::from((op - 0x3b) % 4), wide_of((op - 0x3b) / 4))),
        0x84 => Some((usize::from(b.u1(at + 1)?), false)),
        0xc4 => match b.u1(at + 1)? {
            op @ 0x36..=0x3a => Some((usize::from(b.u2(at + 2)?), wide_of(op - 0x36))),
            0x84 => Some((usize::from(b.u2(at + 2)?), false)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_have_their_lengths() {
        assert_eq!(length(&[0x12, 1], 0), Some(2));
        assert_eq!(length(&[0x12], 0), None);
        assert_eq!(length(&[0xc4, 0x84, 0, 1, 0, 1], 0), Some(6));
        assert_eq!(length(&[0xff], 0), None);
        let mut switch = vec![0x00, 0xaa, 0, 0];
        switch.extend([0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]);
        assert_eq!(length(&switch, 1), Some(23));
        assert_eq!(ways(&switch, 1, 23).jumps, [10, 4, 5]);
    }

    #[test]
    fn a_switch_of_more_ways_than_bytes_is_none() {
        let mut switch = vec![0xaa, 0, 0, 0, 0, 0, 0, 0];
        switch.extend(i32::MIN.to_be_bytes());
        switch.extend(i32::MAX.to_be_bytes());
        assert_eq!(length(&switch, 0), None);
        let mut switch = vec![0xab, 0, 0, 0, 0, 0, 0, 0];
        switch.extend((-1_i32).to_be_bytes());
        assert_eq!(length(&switch, 0), None);
    }

    #[test]
    fn jumps_out_of_the_code_lead_nowhere() {
        assert!(ways(&[0xa7, 0xff, 0xf0], 0, 3).jumps.is_empty());
        assert!(ways(&[0xa7, 0x7f, 0xff], 0, 3).jumps.is_empty());
    }
}
