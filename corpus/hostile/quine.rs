//! A deflate stream that unpacks to itself and what stands around it: Russ Cox, "Zip Files All The Way Down" (2010), with
//! lengths in bytes. It knows nothing of the archive around it.

/// The length of a stored block's header, of what `write` and `NOTHING` take.
const HEADER: usize = 5;
/// The lengths of the instructions that repeat the prefix, the 30 bytes before, and the suffix. For the middle part to come
/// out even, the first is twice the second less one header, and the second and a header are half of those 30 bytes.
const PREFIX: usize = 15;
const MIDDLE: usize = 10;
const SUFFIX: usize = 15;
const SPAN: usize = 30;

/// An empty stored block, RFC 1951 §3.2.4.
const NOTHING: [u8; HEADER] = [0, 0, 0, 0xff, 0xff];

/// How long `stream` is.
pub(super) fn length(prefix: usize, suffix: usize) -> usize {
    stream(&vec![0; prefix], &vec![0; suffix]).len()
}

/// What unpacks to `prefix`, itself and `suffix`. Each line writes what the lines before it left unwritten.
pub(super) fn stream(prefix: &[u8], suffix: &[u8]) -> Vec<u8> {
    let first = write(prefix.len() + HEADER);
    let again = repeat(prefix.len() + HEADER, PREFIX, false);
    let (one, tiny, span) = (write(PREFIX), write(HEADER), write(SPAN));
    let middle = repeat(SPAN, MIDDLE, false);
    let last = write(SUFFIX + suffix.len());
    let close = repeat(SUFFIX + suffix.len(), SUFFIX, true);
    [
        &[&first, prefix, &first].concat()[..],
        &again,
        &[&one[..], &again].concat(),
        &[tiny, one].concat(),
        &[&span[..], &again, &tiny, &one, &span].concat(),
        &middle,
        &[&span[..], &middle, &span, &middle, &span].concat(),
        &middle,
        &[&span[..], &middle, &NOTHING, &NOTHING, &NOTHING, &last].concat(),
        &middle,
        &[NOTHING; 3].concat(),
        &[&last[..], &close, suffix].concat(),
        &close,
    ]
    .concat()
}

/// One less than RFC 1951 §3.2.5 allows: the longest match has a code apart.
const LONGEST: usize = 257;

/// The header of a stored block: the next `count` bytes are written as they are.
fn write(count: usize) -> [u8; HEADER] {
    let [low, high] = (count as u16).to_le_bytes();
    [0, low, high, !low, !high]
}

/// Repeats the last `count` bytes in an instruction of `size` bytes: matches in a block of fixed codes, empty blocks of fixed
/// codes until the size is right, and an empty stored block that ends on a byte.
fn repeat(count: usize, size: usize, last: bool) -> Vec<u8> {
    for (short, empty) in
        (3..=LONGEST.min(count)).flat_map(|short| (0..12).map(move |empty| (short, empty)))
    {
        let left = count.saturating_sub(short);
        if matches!(left % LONGEST, 1 | 2) {
            continue; // no match is as short
        }
        let mut bits = Bits::default();
        bits.put(0b010, 3);
        bits.matching(short, count);
        for at in (0..left).step_by(LONGEST) {
            bits.matching(LONGEST.min(left - at), count);
        }
        bits.put(0, 7);
        for _ in 0..empty {
            bits.put(0b010, 10);
        }
        bits.put(u32::from(last), 3);
        let out = [bits.bytes, NOTHING[1..].to_vec()].concat();
        if out.len() == size {
            return out;
        }
    }
    panic!("{count} bytes cannot be repeated in {size}")
}

/// RFC 1951 §3.1.1: the first bit is the lowest.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            self.bytes[self.used / 8] |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    /// A Huffman code, whose first bit is the highest.
    fn code(&mut self, value: u32, count: usize) {
        self.put(value.reverse_bits() >> (32 - count), count);
    }

    /// RFC 1951 §3.2.5 and §3.2.6: a length of 3 to 257 and a distance.
    fn matching(&mut self, length: usize, distance: usize) {
        let over = (length - 3) as u32;
        let extra = (over | 4).ilog2() - 2;
        let symbol = 257 + 4 * extra + (over >> extra);
        if symbol < 280 {
            self.code(symbol - 256, 7);
        } else {
            self.code(symbol - 280 + 0b1100_0000, 8);
        }
        self.put(over, extra as usize);
        let over = (distance - 1) as u32;
        let extra = (over | 2).ilog2() - 1;
        self.code(2 * extra + (over >> extra), 5);
        self.put(over, extra as usize);
    }
}
