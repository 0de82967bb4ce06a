//! Thousands of patterns, found in one pass at the speed of memory.
//!
//! Every pattern is longer than two windows of eight bytes less one, so wherever it lies, one window at a multiple of eight lies wholly in it.
//! Only those are looked at: folded to one letter case, hashed, and asked for in a bitmap that is small enough for a processor's cache.
//! What passes is looked up by the window itself, and then compared in full.

/// Bytes that are looked at together, and the distance from one look to the next.
const STEP: usize = 8;
/// Every window is of one pattern only where it is at least this long.
pub(super) const SHORTEST: usize = 2 * STEP - 1;
/// Words of the bitmap: 256 kB, of which some two in a hundred bits are set.
const WORDS: usize = 1 << 15;
/// The bit that tells capital letters from small ones, in every byte.
const CASE: u64 = 0x2020_2020_2020_2020;
/// Windows that fill whole files: no pattern is to be looked up for their sake.
const COMMON: [u64; 5] = [
    0,
    u64::MAX,
    0x9090_9090_9090_9090,
    0xcccc_cccc_cccc_cccc,
    0x2020_2020_2020_2020,
];

/// What is searched for.
pub(super) struct Pattern {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether letters match whatever their case.
    pub(super) any_case: bool,
}

/// A window that patterns have, and which.
#[derive(Clone, Copy, Default)]
struct Slot {
    window: u64,
    first: u32,
    count: u32,
}

/// The patterns, ready.
pub(super) struct Search {
    patterns: Vec<Pattern>,
    sieve: Box<[u64; WORDS]>,
    multiplier: u64,
    slots: Vec<Slot>,
    /// Pattern, and where in it the window lies; those of one window together.
    places: Vec<(u32, u32)>,
    longest: usize,
}

impl Search {
    /// Prepares a search; patterns that are too short to be found are never found.
    pub(super) fn new(patterns: Vec<Pattern>) -> Self {
        let mut windows = Vec::with_capacity(patterns.len() * STEP);
        for (number, pattern) in (0u32..).zip(&patterns) {
            if pattern.bytes.len() < SHORTEST {
                continue;
            }
            let rarity = rarity(&pattern.bytes);
            for residue in 0..STEP {
                if let Some((window, at)) = rarest(&pattern.bytes, &rarity, residue) {
                    windows.push((window, number, at))
                }
            }
        }
        windows.sort_unstable();
        let multiplier = multiplier(&windows);
        let mut sieve = Box::new([0; WORDS]);
        let mut slots = vec![Slot::default(); (windows.len() * 2).next_power_of_two()];
        let mut first = 0;
        for same in windows.chunk_by(|one, other| one.0 == other.0) {
            let window = same[0].0;
            let hash = window.wrapping_mul(multiplier);
            sieve[word(hash)] |= 1 << bit(hash);
            let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
            let mut at = slot(hash, slots.len());
            while slots[at].count > 0 {
                at = (at + 1) % slots.len()
            }
            slots[at] = Slot {
                window,
                first,
                count,
            };
            first += count;
        }
        Self {
            longest: patterns.iter().map(|p| p.bytes.len()).max().unwrap_or(0),
            patterns,
            sieve,
            multiplier,
            slots,
            places: windows.into_iter().map(|(_, p, at)| (p, at)).collect(),
        }
    }

    /// How long the longest pattern is.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// How many patterns are compared where a window was met, at most: what the worst file costs.
    #[cfg(test)]
    pub(super) fn crowd(&self) -> u32 {
        self.slots.iter().map(|slot| slot.count).max().unwrap_or(0)
    }

    /// A pattern.
    pub(super) fn pattern(&self, number: usize) -> Option<&Pattern> {
        self.patterns.get(number)
    }

    /// Tells each place where a pattern begins, by its number. A pattern may be told several times at one place.
    pub(super) fn find(&self, bytes: &[u8], found: &mut dyn FnMut(usize, usize)) {
        let (windows, _) = bytes.as_chunks::<STEP>();
        let (eights, rest) = windows.as_chunks::<8>();
        let mut at = 0;
        for eight in eights {
            let mut hits = 0u64;
            for window in eight {
                hits = hits << 1 | self.passes(u64::from_le_bytes(*window))
            }
            while hits != 0 {
                // The last window is the lowest bit.
                let nth = 7 - hits.trailing_zeros() as usize;
                self.look(bytes, at + nth * STEP, found);
                hits &= hits - 1;
            }
            at += 8 * STEP;
        }
        for window in rest {
            if self.passes(u64::from_le_bytes(*window)) != 0 {
                self.look(bytes, at, found)
            }
            at += STEP;
        }
    }

    /// 1 where a window may be of a pattern.
    #[inline(always)]
    fn passes(&self, window: u64) -> u64 {
        let hash = (window | CASE).wrapping_mul(self.multiplier);
        self.sieve[word(hash)] >> bit(hash) & 1
    }

    /// Compares with every pattern that has the window at this place.
    fn look(&self, bytes: &[u8], at: usize, found: &mut dyn FnMut(usize, usize)) {
        let Some(window) = bytes.get(at..at + STEP).and_then(|w| w.try_into().ok()) else {
            return;
        };
        let window = u64::from_le_bytes(window) | CASE;
        let mut slot = slot(window.wrapping_mul(self.multiplier), self.slots.len());
        // Half of the slots are empty, so this ends.
        let same = loop {
            match self.slots.get(slot) {
                Some(held) if held.count > 0 && held.window != window => {
                    slot = (slot + 1) % self.slots.len()
                }
                Some(held) => break held.first as usize..(held.first + held.count) as usize,
                None => return,
            }
        };
        for (number, within) in self.places.get(same).unwrap_or_default() {
            let number = *number as usize;
            let Some(begin) = at.checked_sub(*within as usize) else {
                continue;
            };
            let Some(pattern) = self.patterns.get(number) else {
                continue;
            };
            if let Some(there) = bytes.get(begin..begin + pattern.bytes.len())
                && pattern.is(there)
            {
                found(number, begin)
            }
        }
    }
}

impl Pattern {
    fn is(&self, there: &[u8]) -> bool {
        if self.any_case {
            self.bytes.eq_ignore_ascii_case(there)
        } else {
            self.bytes == there
        }
    }
}

#[inline(always)]
fn word(hash: u64) -> usize {
    (hash >> 49) as usize
}

#[inline(always)]
fn bit(hash: u64) -> u64 {
    hash >> 43 & 63
}

/// Where a window is looked up: `slots` is a power of two.
fn slot(hash: u64, slots: usize) -> usize {
    (hash >> 20) as usize & (slots - 1)
}

/// A multiplier that keeps what fills whole files out of the bitmap: odd, and of no pattern, as any good one is.
fn multiplier(windows: &[(u64, u32, u32)]) -> u64 {
    let mut multiplier: u64 = 0x9e37_79b9_7f4a_7c15;
    for _ in 0..32 {
        let place = |window: u64| (window | CASE).wrapping_mul(multiplier) >> 43;
        let mut common = COMMON.map(place);
        common.sort_unstable();
        if !windows
            .iter()
            .any(|(window, _, _)| common.binary_search(&place(*window)).is_ok())
        {
            break;
        }
        multiplier = multiplier.wrapping_mul(0xd134_2543_de82_ef95) | 1;
    }
    multiplier
}

/// Of the windows at places of one residue, that which other data has least likely, folded, and its place.
fn rarest(bytes: &[u8], rarity: &[u32], residue: usize) -> Option<(u64, u32)> {
    let starts = (residue..bytes.len().saturating_sub(STEP - 1)).step_by(STEP);
    // Of equal ones the first.
    let rare = |at: &usize| rarity[at + STEP] - rarity[*at];
    let at = starts.rev().max_by_key(rare)?;
    let window = bytes.get(at..at + STEP)?.try_into().ok()?;
    Some((u64::from_le_bytes(window) | CASE, u32::try_from(at).ok()?))
}

/// How many bytes before each place, and at the end, are neither filling nor like one of the four before; those of no text count twice.
fn rarity(bytes: &[u8]) -> Vec<u32> {
    let mut sums = Vec::with_capacity(bytes.len() + 1);
    let mut sum = 0;
    sums.push(sum);
    for (at, byte) in bytes.iter().enumerate() {
        let before = bytes.get(at.saturating_sub(4)..at).unwrap_or_default();
        if !matches!(byte, 0 | 0xff | b' ') && !before.contains(byte) {
            sum += if byte.is_ascii() { 1 } else { 2 }
        }
        sums.push(sum)
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(search: &Search, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        search.find(bytes, &mut |number, at| places.push((number, at)));
        places.sort_unstable();
        places.dedup();
        places
    }

    fn search(patterns: &[(&[u8], bool)]) -> Search {
        let patterns = patterns.iter().map(|(bytes, any_case)| Pattern {
            bytes: bytes.to_vec(),
            any_case: *any_case,
        });
        Search::new(patterns.collect())
    }

    #[test]
    fn a_pattern_is_found_wherever_it_lies() {
        let pattern: Vec<u8> = (100..115).collect();
        let search = search(&[(&pattern, false)]);
        for before in 0..200 {
            let mut bytes = vec![0; before];
            bytes.extend(&pattern);
            assert_eq!(places(&search, &bytes), [(0, before)]);
            bytes.extend([0; 70]);
            assert_eq!(places(&search, &bytes), [(0, before)]);
            bytes[before + 14] ^= 1;
            assert_eq!(places(&search, &bytes), []);
        }
    }

    #[test]
    fn a_pattern_that_is_cut_off_is_not_found() {
        let pattern: Vec<u8> = (1..41).collect();
        let search = search(&[(&pattern, false)]);
        for cut in 1..40 {
            assert_eq!(places(&search, &pattern[cut..]), []);
            assert_eq!(places(&search, &pattern[..40 - cut]), []);
        }
    }

    #[test]
    fn only_texts_match_whatever_their_case() {
        let search = search(&[
            (b"5ac635d8aa3a93e7b3ebbd55", true),
            (b"exact bytes as they are", false),
        ]);
        assert_eq!(places(&search, b"..5AC635d8aA3A93E7B3EBBD55"), [(0, 2)]);
        assert_eq!(places(&search, b"exact bytes as they are"), [(1, 0)]);
        assert_eq!(places(&search, b"Exact bytes as they are"), []);
    }

    #[test]
    fn patterns_that_share_a_window_are_all_found() {
        let long: Vec<u8> = (50..90).collect();
        let search = search(&[(&long, false), (&long[..20], false), (&long[..20], true)]);
        assert_eq!(places(&search, &long), [(0, 0), (1, 0), (2, 0)]);
    }

    #[test]
    fn what_fills_whole_files_is_not_looked_up() {
        let search = search(&[(&[7; 40], false), (&(0..40).collect::<Vec<u8>>(), false)]);
        for window in COMMON {
            assert_eq!(search.passes(window), 0, "{window:x}");
        }
        assert_eq!(places(&search, &[0; 4096]), []);
    }
}
