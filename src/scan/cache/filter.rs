//! Which keys cannot be in a segment, in a byte a key: a Bloom filter of blocks, each as large as a line of a processor's cache (Putze,
//! Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007). It knows of keys what is known before a file is read: how they
//! begin, which is a hash already.

use super::key::BEGIN;

/// Bytes of a block.
const BLOCK: usize = 64;
/// Keys for which a block is made: a byte each.
const KEYS: usize = BLOCK;
/// Bits that a key sets; about 1 key in 40 that is not there seems to be.
const BITS: usize = 6;
/// Bits of a number that names a bit of a block.
const NAME: usize = 9;

/// Bytes of a filter for so many keys.
pub(super) fn size(keys: usize) -> usize {
    keys.div_ceil(KEYS).max(1) * BLOCK
}

/// A filter, of [`size`] bytes.
pub(super) struct Filter(Vec<u8>);

impl Filter {
    /// As it was written.
    pub(super) fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes of one for the keys that begin so, of which there are so many.
    pub(super) fn of(begins: impl Iterator<Item = [u8; BEGIN]>, number: usize) -> Vec<u8> {
        let mut filter = vec![0; size(number)];
        for begin in begins {
            let block = block(begin, filter.len());
            let block = &mut filter[block..block + BLOCK];
            for bit in bits(begin) {
                block[bit / 8] |= 1 << (bit % 8)
            }
        }
        filter
    }

    /// False where no key that begins so is there; true mostly where one is.
    pub(super) fn may_hold(&self, begin: [u8; BEGIN]) -> bool {
        let block = block(begin, self.0.len());
        let block = &self.0[block..block + BLOCK];
        bits(begin).all(|bit| block[bit / 8] >> (bit % 8) & 1 != 0)
    }
}

/// Where the block of a key is.
fn block(begin: [u8; BEGIN], size: usize) -> usize {
    let blocks = (size / BLOCK) as u128;
    // Spread evenly, without a division.
    let at = (u128::from(u64::from_le_bytes(begin)) * blocks) >> u64::BITS;
    at as usize * BLOCK
}

fn bits(begin: [u8; BEGIN]) -> impl Iterator<Item = usize> {
    // An odd number without pattern (the golden ratio's) mixes what chose the block, so that keys of a block differ in their bits.
    let mixed = u64::from_le_bytes(begin).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (1..=BITS).map(move |bit| (mixed >> (64 - bit * NAME)) as usize % (BLOCK * 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> [u8; BEGIN] {
        let hash = blake3::hash(&number.to_le_bytes());
        *hash.as_bytes().first_chunk().unwrap()
    }

    #[test]
    fn a_key_that_is_there_is_never_denied_and_one_that_is_not_mostly_is() {
        for number in [1, 63, 64, 65, 10_000] {
            let keys: Vec<_> = (0..number).map(key).collect();
            let bytes = Filter::of(keys.iter().copied(), keys.len());
            assert_eq!(bytes.len(), size(keys.len()));
            let filter = Filter::from(bytes);
            assert!(keys.iter().all(|key| filter.may_hold(*key)));
            let wrong = (0..10_000).filter(|n| filter.may_hold(key(1_000_000 + n)));
            let wrong = wrong.count();
            assert!(wrong < 500, "{wrong} of 10000 with {number} keys");
        }
    }
}
