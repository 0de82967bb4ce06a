//! The ways in which programs write numbers down: bytes in either order, texts, and limbs of any size.

use num_bigint::BigUint;

/// How a number or table is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    /// The most significant byte first.
    BigEndian,
    /// The least significant byte first; words of any size in that order are the same.
    LittleEndian,
    /// Words whose bytes are most significant first, the least significant word first: what the last is on such processors.
    SwappedWords,
    /// Text of base 16.
    Hexadecimal,
    /// The same in UTF-16.
    WideHexadecimal,
    /// Text of base 10.
    Decimal,
    /// Fewer bits to a word than it has room for.
    Limbs,
    /// The same with signs.
    SignedLimbs,
    /// Multiplied by a power of two, for Montgomery's reduction.
    Montgomery,
    /// The square of that power.
    MontgomerySquare,
    /// The numbers of a table, one behind the other.
    Table,
    /// The bytes of a text.
    Text,
    /// A beginning of an encoding.
    Encoding,
}

impl Layout {
    /// The words for it in what a person is shown.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BigEndian => "big-endian bytes",
            Self::LittleEndian => "little-endian bytes",
            Self::SwappedWords => "big-endian words, the lowest first",
            Self::Hexadecimal => "hexadecimal text",
            Self::WideHexadecimal => "hexadecimal text in UTF-16",
            Self::Decimal => "decimal text",
            Self::Limbs => "limbs",
            Self::SignedLimbs => "signed limbs",
            Self::Montgomery => "Montgomery form",
            Self::MontgomerySquare => "Montgomery's square",
            Self::Table => "table",
            Self::Text => "text",
            Self::Encoding => "encoding",
        }
    }

    /// Whether it is text, which documents have too.
    pub(super) const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Hexadecimal | Self::WideHexadecimal | Self::Decimal | Self::Text
        )
    }
}

/// Bytes in a layout.
pub(super) struct Laid {
    pub(super) bytes: Vec<u8>,
    pub(super) layout: Layout,
}

/// Takes bytes in a layout.
pub(super) type Take<'t> = dyn FnMut(Laid) + 't;

/// Words of a fixed number of bits each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// The bits of each that are used, by turns.
    pub(super) bits: &'static [u32],
    /// The bytes of each.
    pub(super) unit: usize,
}

impl Words {
    pub(super) const fn new(bits: &'static [u32], unit: usize) -> Self {
        Self { bits, unit }
    }

    /// How many hold this many bits, and the bits that they have room for.
    pub(super) fn room(&self, bits: u64) -> (usize, u64) {
        let (mut words, mut room) = (0, 0);
        for word in self.bits.iter().cycle() {
            if room >= bits {
                break;
            }
            (words, room) = (words + 1, room + u64::from(*word));
        }
        (words, room)
    }

    /// A number in these words, the lowest first.
    pub(super) fn digits(&self, number: &BigUint) -> Vec<u64> {
        let bytes = number.to_bytes_le();
        let (count, _) = self.room(number.bits());
        let mut from = 0;
        let mut digits = Vec::with_capacity(count);
        for bits in self.bits.iter().cycle().take(count) {
            digits.push((from..from + bits).rev().fold(0, |digit, bit| {
                let byte = bytes.get(bit as usize / 8).copied().unwrap_or(0);
                digit << 1 | u64::from(byte >> (bit % 8) & 1)
            }));
            from += bits;
        }
        digits
    }

    /// A number in these words, in both orders of their bytes.
    pub(super) fn lay(&self, number: &BigUint, layout: Layout, take: &mut Take<'_>) {
        let digits: Vec<i64> = self.digits(number).iter().map(|d| *d as i64).collect();
        lay_words(&digits, self.unit, layout, take)
    }
}

/// Words of so many bytes, in both orders of their bytes; without the zeros around all of it.
pub(super) fn lay_words(words: &[i64], unit: usize, layout: Layout, take: &mut Take<'_>) {
    let unit = unit.min(8);
    for swapped in [false, true] {
        if swapped && unit == 1 {
            break;
        }
        let mut bytes = Vec::with_capacity(words.len() * unit);
        for word in words {
            if swapped {
                bytes.extend_from_slice(&word.to_be_bytes()[8 - unit..])
            } else {
                bytes.extend_from_slice(&word.to_le_bytes()[..unit])
            }
        }
        let bytes = trimmed(&bytes).to_vec();
        take(Laid { bytes, layout })
    }
}

/// Digits of 15 bits in two bytes each: how Python's bytecode holds numbers (`Python/marshal.c`), and BearSSL's i15.
const PYTHON: Words = Words::new(&[15], 2);
/// Digits of 31 bits in four bytes each: BearSSL's i31.
const BEARSSL: Words = Words::new(&[31], 4);
const WORDS_64: Words = Words::new(&[64], 8);
const WORDS_32: Words = Words::new(&[32], 4);

/// A number in every layout that any number may have.
pub(super) fn lay_number(number: &BigUint, take: &mut Take<'_>) {
    lay_end(number, take);
    let bytes = number.to_str_radix(10).into_bytes();
    let layout = Layout::Decimal;
    take(Laid { bytes, layout });
}

/// The low end of a number in every layout that begins or ends there.
pub(super) fn lay_end(number: &BigUint, take: &mut Take<'_>) {
    lay_bytes(number, Layout::BigEndian, Layout::LittleEndian, take);
    let hexadecimal = number.to_str_radix(16);
    let wide = hexadecimal.encode_utf16().flat_map(u16::to_le_bytes);
    take(Laid {
        bytes: wide.collect(),
        layout: Layout::WideHexadecimal,
    });
    take(Laid {
        bytes: hexadecimal.into_bytes(),
        layout: Layout::Hexadecimal,
    });
    for words in [PYTHON, BEARSSL] {
        words.lay(number, Layout::Limbs, take)
    }
}

/// A number in Montgomery's form, as processors of either order hold it.
pub(super) fn lay_machine(number: &BigUint, layout: Layout, take: &mut Take<'_>) {
    let bytes = trimmed(&number.to_bytes_le()).to_vec();
    take(Laid { bytes, layout });
    for words in [WORDS_64, WORDS_32] {
        lay_swapped(number, &words, layout, take)
    }
}

fn lay_bytes(number: &BigUint, big: Layout, little: Layout, take: &mut Take<'_>) {
    let bytes = number.to_bytes_le();
    let bytes = trimmed(&bytes);
    take(Laid {
        bytes: bytes.to_vec(),
        layout: little,
    });
    take(Laid {
        bytes: bytes.iter().rev().copied().collect(),
        layout: big,
    });
    for words in [WORDS_64, WORDS_32] {
        lay_swapped(number, &words, Layout::SwappedWords, take)
    }
}

fn lay_swapped(number: &BigUint, words: &Words, layout: Layout, take: &mut Take<'_>) {
    let digits = words.digits(number);
    let swapped = digits
        .iter()
        .flat_map(|digit| digit.to_be_bytes().into_iter().skip(8 - words.unit));
    let bytes: Vec<u8> = swapped.collect();
    let bytes = trimmed(&bytes).to_vec();
    take(Laid { bytes, layout });
}

/// Without the zeros at both ends, which say nothing.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = bytes.get(zeros..).unwrap_or_default();
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    bytes.get(..bytes.len() - zeros).unwrap_or_default()
}

/// How many bytes of other data would have to be like these by chance: those that are no filling and no repetition, a character of a text by
/// what a digit tells.
pub(super) fn distinct(laid: &Laid) -> usize {
    let text = |bits: usize, unit: usize| {
        let digits = laid.bytes.iter().step_by(unit);
        let mut before = None;
        let mut told = 0;
        for digit in digits {
            if before != Some(digit) {
                told += bits
            }
            before = Some(digit)
        }
        told / 80
    };
    match laid.layout {
        Layout::Hexadecimal => text(40, 1),
        Layout::WideHexadecimal => text(40, 2),
        Layout::Decimal => text(33, 1),
        // A permutation or a text is known by its order.
        Layout::Table | Layout::Text | Layout::Encoding => laid.bytes.len(),
        _ => {
            let told = laid.bytes.iter().enumerate().filter(|(at, byte)| {
                let before = laid.bytes.get(at.saturating_sub(8)..*at);
                let repeated = before.is_some_and(|before| before.contains(byte));
                !matches!(byte, 0 | 0xff) && !repeated
            });
            told.count()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(hexadecimal: &str) -> BigUint {
        BigUint::parse_bytes(hexadecimal.as_bytes(), 16).expect("hexadecimal")
    }

    fn laid(lay: impl FnOnce(&mut Take<'_>)) -> Vec<(Vec<u8>, Layout)> {
        let mut all = Vec::new();
        lay(&mut |laid| all.push((laid.bytes, laid.layout)));
        all
    }

    #[test]
    fn a_number_is_laid_out_in_both_orders_and_as_text() {
        let all = laid(|take| lay_number(&number("123456789abcdef0011223344"), take));
        let has = |bytes: &[u8], layout| {
            assert!(
                all.iter().any(|(b, l)| b == bytes && *l == layout),
                "{layout:?}"
            )
        };
        has(
            &[
                1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 0x11, 0x22, 0x33, 0x44,
            ],
            Layout::BigEndian,
        );
        has(
            &[
                0x44, 0x33, 0x22, 0x11, 0, 0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 1,
            ],
            Layout::LittleEndian,
        );
        has(
            &[
                0x11, 0x22, 0x33, 0x44, 0xab, 0xcd, 0xef, 0, 0x23, 0x45, 0x67, 0x89, 0, 0, 0, 1,
            ],
            Layout::SwappedWords,
        );
        has(b"123456789abcdef0011223344", Layout::Hexadecimal);
        has(b"90144042682896311817909449540", Layout::Decimal);
    }

    #[test]
    fn limbs_have_the_bits_that_they_are_given() {
        let words = Words::new(&[26, 25], 4);
        let all = (BigUint::from(1u8) << 51) - 1u8;
        assert_eq!(words.digits(&all), [0x3ff_ffff, 0x1ff_ffff]);
        assert_eq!(words.room(255), (10, 255));
        assert_eq!(Words::new(&[52], 8).room(256), (5, 260));
        let bytes = laid(|take| words.lay(&number("1000004"), Layout::Limbs, take));
        assert_eq!(bytes[0].0, [4, 0, 0, 1]);
        assert_eq!(bytes[1].0, [1, 0, 0, 4]);
    }

    #[test]
    fn filling_and_repetition_tell_nothing() {
        let told = |bytes: &[u8], layout| {
            let bytes = bytes.to_vec();
            distinct(&Laid { bytes, layout })
        };
        assert_eq!(told(&[0xff; 32], Layout::BigEndian), 0);
        assert_eq!(told(&[7; 32], Layout::BigEndian), 1);
        assert_eq!(told(&[1, 2, 3, 0, 0xff, 4], Layout::BigEndian), 4);
        assert_eq!(
            told(b"0123456789abcdef0123456789abcdef", Layout::Hexadecimal),
            16
        );
        assert_eq!(
            told(b"ffffffffffffffffffffffffffffffff", Layout::Hexadecimal),
            0
        );
    }
}
