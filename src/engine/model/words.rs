//! Sets of the words of a closed list, such as what is done with an asset: one number, which costs nothing to copy and to compare.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A word of a closed list of at most sixteen.
pub trait Word: Copy + Ord + fmt::Debug + 'static {
    /// Every word, in their order.
    const LIST: &'static [Self];
    /// Its place in the list.
    fn place(self) -> usize;
}

/// A set of words. It is used like a `BTreeSet`.
pub struct Words<W> {
    /// A bit for each place of the list.
    bits: u16,
    of: PhantomData<W>,
}

impl<W: Word> Words<W> {
    /// None.
    pub const fn new() -> Self {
        Self {
            bits: 0,
            of: PhantomData,
        }
    }

    fn bit(word: W) -> u16 {
        u32::try_from(word.place())
            .ok()
            .and_then(|place| 1_u16.checked_shl(place))
            .unwrap_or_default()
    }

    /// Adds one; whether it is new.
    pub fn insert(&mut self, word: W) -> bool {
        let is_new = !self.contains(&word);
        self.bits |= Self::bit(word);
        is_new
    }

    /// Takes one out; whether it was there.
    pub fn remove(&mut self, word: &W) -> bool {
        let was_there = self.contains(word);
        self.bits &= !Self::bit(*word);
        was_there
    }

    /// Takes out those that `keep` does not want.
    pub fn retain(&mut self, mut keep: impl FnMut(&W) -> bool) {
        for word in *self {
            if !keep(&word) {
                self.remove(&word);
            }
        }
    }

    /// Takes out all.
    pub fn clear(&mut self) {
        self.bits = 0
    }

    /// Whether one is there.
    pub fn contains(&self, word: &W) -> bool {
        self.bits & Self::bit(*word) != 0
    }

    /// Whether none is there.
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.bits.count_ones() as usize
    }

    /// Each in the order of the list.
    pub fn iter(&self) -> Iter<'_, W> {
        Iter(*self, PhantomData)
    }
}

/// The words of a set, in the order of the list.
pub struct Iter<'w, W>(Words<W>, PhantomData<&'w W>);

impl<'w, W: Word> Iterator for Iter<'w, W> {
    type Item = &'w W;

    fn next(&mut self) -> Option<&'w W> {
        let word = W::LIST.get(self.0.bits.trailing_zeros() as usize)?;
        self.0.remove(word);
        Some(word)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl<W: Word> ExactSizeIterator for Iter<'_, W> {}

/// The words themselves.
pub struct IntoIter<W: 'static>(Iter<'static, W>);

impl<W: Word> Iterator for IntoIter<W> {
    type Item = W;

    fn next(&mut self) -> Option<W> {
        self.0.next().copied()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<W: Word> ExactSizeIterator for IntoIter<W> {}

impl<W: Word> IntoIterator for Words<W> {
    type Item = W;
    type IntoIter = IntoIter<W>;

    fn into_iter(self) -> IntoIter<W> {
        IntoIter(Iter(self, PhantomData))
    }
}

impl<'w, W: Word> IntoIterator for &'w Words<W> {
    type Item = &'w W;
    type IntoIter = Iter<'w, W>;

    fn into_iter(self) -> Iter<'w, W> {
        self.iter()
    }
}

impl<W: Word> Extend<W> for Words<W> {
    fn extend<T: IntoIterator<Item = W>>(&mut self, more: T) {
        for word in more {
            self.insert(word);
        }
    }
}

impl<'w, W: Word> Extend<&'w W> for Words<W> {
    fn extend<T: IntoIterator<Item = &'w W>>(&mut self, more: T) {
        self.extend(more.into_iter().copied())
    }
}

impl<W: Word> FromIterator<W> for Words<W> {
    fn from_iter<T: IntoIterator<Item = W>>(all: T) -> Self {
        let mut words = Self::new();
        words.extend(all);
        words
    }
}

impl<W: Word, const N: usize> From<[W; N]> for Words<W> {
    fn from(all: [W; N]) -> Self {
        all.into_iter().collect()
    }
}

/// As a list of words.
impl<W: Word + Serialize> Serialize for Words<W> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self)
    }
}

impl<'de, W: Word + Deserialize<'de>> Deserialize<'de> for Words<W> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Vec::<W>::deserialize(from)?.into_iter().collect())
    }
}

impl<W> Clone for Words<W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Words<W> {}

impl<W: Word> Default for Words<W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<W: Word> fmt::Debug for Words<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<W> PartialEq for Words<W> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<W> Eq for Words<W> {}

impl<W: Word> PartialOrd for Words<W> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// As lists of words are ordered.
impl<W: Word> Ord for Words<W> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<W> Hash for Words<W> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits.hash(state)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Operation;
    use crate::model::object::Half;

    #[test]
    fn every_word_has_a_place_of_its_own() {
        fn check<W: Word>() {
            let places = W::LIST.iter().map(|word| word.place());
            assert!(places.eq(0..W::LIST.len()));
            assert!(W::LIST.len() <= 16 && W::LIST.is_sorted());
        }
        check::<Operation>();
        check::<Half>();
    }

    #[test]
    fn a_set_of_words_is_used_and_ordered_like_any_other_set() {
        let some = |bits: usize| {
            let chosen =
                move |(n, word): (usize, &Operation)| (bits >> n & 1 == 1).then_some(*word);
            Operation::ALL.iter().enumerate().filter_map(chosen)
        };
        // Of each three words, all subsets.
        for first in 0..Operation::ALL.len() - 2 {
            for (own, other) in (0..64).map(|n| ((n & 7) << first, (n >> 3) << first)) {
                let (words, others): (Words<_>, Words<_>) =
                    (some(own).collect(), some(other).collect());
                let (set, sets): (BTreeSet<_>, BTreeSet<_>) =
                    (some(own).collect(), some(other).collect());
                assert_eq!(words.cmp(&others), set.cmp(&sets));
                assert!(words.iter().eq(&set) && words.into_iter().eq(set.clone()));
                assert_eq!(words.len(), set.len());
                let mut both = words;
                both.extend(&others);
                assert!(both.iter().eq(set.union(&sets)));
                both.retain(|word| !others.contains(word));
                assert!(both.iter().eq(set.difference(&sets)));
                assert_eq!(format!("{words:?}"), format!("{set:?}"));
            }
        }
        let mut words = Words::from([Half::Public]);
        assert!(!words.insert(Half::Public) && words.insert(Half::Private));
        assert!(words.remove(&Half::Public) && !words.remove(&Half::Public));
        words.clear();
        assert!(words.is_empty() && words == Words::new());
    }
}
