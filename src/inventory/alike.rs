//! Assets of one kind with the same parameters and operations. A hundred thousand keys are of a few kinds: what follows from these alone
//! is worked out once for each of them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::{Asset, AssetKind, Facets, Operation, Words};

/// Which assets are alike.
#[derive(Debug, Default)]
pub(super) struct Alike {
    by_hash: HashMap<u64, Vec<Sort>>,
    /// The last that were asked for, the very last first: to compare is faster than to hash.
    recent: [Option<Sort>; RECENT],
    all: Vec<Parameters>,
}

/// How many of the last are compared with.
const RECENT: usize = 6;

/// A sort of assets that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Sort(u32);

#[derive(Debug)]
struct Parameters {
    kind: AssetKind,
    facets: Facets,
    operations: Words<Operation>,
}

impl Parameters {
    fn are_of(&self, asset: &Asset) -> bool {
        self.kind == asset.kind
            && self.facets == asset.facets
            && self.operations == asset.operations
    }
}

impl Alike {
    /// The sort that an asset is of.
    pub(super) fn sort(&mut self, asset: &Asset) -> Sort {
        let is_it = |sort: &Option<Sort>| sort.is_some_and(|sort| self.is(sort, asset));
        let at = self.recent.iter().position(is_it);
        let sort = match at.and_then(|at| self.recent[at]) {
            Some(sort) => sort,
            None => self.look_up(asset),
        };
        self.recent[..=at.unwrap_or(RECENT - 1)].rotate_right(1);
        self.recent[0] = Some(sort);
        sort
    }

    fn is(&self, sort: Sort, asset: &Asset) -> bool {
        let parameters = self.all.get(sort.0 as usize);
        parameters.is_some_and(|parameters| parameters.are_of(asset))
    }

    fn look_up(&mut self, asset: &Asset) -> Sort {
        let mut hasher = DefaultHasher::new();
        (asset.kind, &asset.facets, &asset.operations).hash(&mut hasher);
        let sorts = self.by_hash.entry(hasher.finish()).or_default();
        let known = sorts.iter().copied().find(|sort| {
            let parameters = self.all.get(sort.0 as usize);
            parameters.is_some_and(|parameters| parameters.are_of(asset))
        });
        if let Some(sort) = known {
            return sort;
        }
        let sort = Sort(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        sorts.push(sort);
        self.all.push(Parameters {
            kind: asset.kind,
            facets: asset.facets.clone(),
            operations: asset.operations,
        });
        sort
    }

    /// Likewise, and lets the asset share its facets with all of its sort.
    pub(super) fn share(&mut self, asset: &mut Asset) -> Sort {
        let sort = self.sort(asset);
        if let Some(parameters) = self.all.get(sort.0 as usize) {
            asset.facets = parameters.facets.clone()
        }
        sort
    }
}

/// What follows from what assets of a sort have in common.
#[derive(Debug)]
pub(super) struct OfSort<T>(Vec<Option<T>>);

impl<T> Default for OfSort<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> OfSort<T> {
    /// What was worked out for a sort, where anything was.
    pub(super) fn get(&self, sort: Sort) -> Option<&T> {
        self.0.get(sort.0 as usize)?.as_ref()
    }

    /// Keeps what was worked out for a sort.
    pub(super) fn keep(&mut self, sort: Sort, worked_out: T) {
        let at = sort.0 as usize;
        if self.0.len() <= at {
            self.0.resize_with(at + 1, || None)
        }
        self.0[at] = Some(worked_out)
    }

    /// What was worked out for a sort, or is now.
    pub(super) fn get_or(&mut self, sort: Sort, work_out: impl FnOnce() -> T) -> T
    where
        T: Clone,
    {
        if let Some(known) = self.get(sort) {
            return known.clone();
        }
        let worked_out = work_out();
        self.keep(sort, worked_out.clone());
        worked_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facet, Origin, Value};

    fn key(bits: u64, operations: &[Operation]) -> Asset {
        Asset {
            facets: Facets::from([(Facet::KeyBits, Value::number(bits, Origin::Literal))]),
            operations: operations.iter().copied().collect(),
            ..Asset::new(AssetKind::Key)
        }
    }

    #[test]
    fn what_is_alike_is_of_one_sort_however_long_ago_it_was_seen() {
        let mut alike = Alike::default();
        let sorts: Vec<Sort> = (0..100).map(|bits| alike.sort(&key(bits, &[]))).collect();
        for (bits, sort) in (0..100).zip(&sorts) {
            assert_eq!(alike.share(&mut key(bits, &[])), *sort);
            assert!(!sorts.contains(&alike.sort(&key(bits, &[Operation::Sign]))));
        }
        let mut other = key(1, &[]);
        other.kind = AssetKind::Algorithm;
        assert!(!sorts.contains(&alike.sort(&other)));
    }

    #[test]
    fn what_follows_from_a_sort_is_worked_out_once() {
        let mut alike = Alike::default();
        let mut known = OfSort::default();
        let (one, other) = (alike.sort(&key(1, &[])), alike.sort(&key(2, &[])));
        assert_eq!(known.get_or(other, || "two"), "two");
        assert_eq!(known.get_or(one, || "one"), "one");
        assert_eq!(known.get_or(other, || "again"), "two");
    }
}
