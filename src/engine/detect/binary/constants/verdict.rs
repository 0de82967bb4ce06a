//! From constants that were seen to what they prove: the fewest subjects that explain them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::known::{Constant, Together};
use super::layout::Layout;

/// Where a constant was seen.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// The first place, in the file.
    pub(super) at: Range<u64>,
    /// Every layout it was seen in.
    pub(super) layouts: BTreeSet<Layout>,
}

/// Constants that were seen, by number.
pub(super) type Hits = BTreeMap<usize, Hit>;

/// What a set of constants proves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The subject; several where the constants that were seen do not tell them apart.
    pub(super) subjects: Vec<usize>,
    /// Those constants.
    pub(super) constants: Vec<usize>,
}

/// What was seen, each subject once.
///
/// A constant that only one subject has proves it, and so do two that only it has both. Those that several share are explained by what is
/// proved already, and else by the subject that shares most of them.
pub(super) fn verdicts(hits: &Hits, constants: &[Constant], together: &[Together]) -> Vec<Verdict> {
    let subjects_of = |constant: &usize| {
        let constant = constants.get(*constant);
        constant.map_or(&[][..], |constant| constant.subjects.as_slice())
    };
    let mut held: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for constant in hits.keys() {
        for subject in subjects_of(constant) {
            held.entry(*subject).or_default().push(*constant)
        }
    }
    let mut proved: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    let mut open: BTreeSet<usize> = hits.keys().copied().collect();
    let sole = hits
        .keys()
        .filter_map(|constant| match subjects_of(constant) {
            [subject] => Some(*subject),
            _ => None,
        });
    let both = together
        .iter()
        .filter(|both| {
            both.constants
                .iter()
                .all(|constant| hits.contains_key(constant))
        })
        .map(|both| both.subject);
    let mut next: BTreeSet<usize> = sole.chain(both).collect();
    loop {
        for subject in &next {
            let all = held.get(subject).cloned().unwrap_or_default();
            for constant in &all {
                open.remove(constant);
            }
            proved.insert(vec![*subject], all);
        }
        // Of what is left, the subject that has most; each round explains at least one constant.
        let mut left: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for constant in &open {
            for subject in subjects_of(constant) {
                left.entry(*subject).or_default().push(*constant)
            }
        }
        let Some(most) = left.values().map(Vec::len).max() else {
            break;
        };
        let mut alike: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (subject, explained) in left {
            if explained.len() == most {
                alike.entry(explained).or_default().push(subject)
            }
        }
        next = BTreeSet::new();
        for (explained, subjects) in alike {
            for constant in &explained {
                open.remove(constant);
            }
            match subjects.as_slice() {
                [subject] => {
                    next.insert(*subject);
                }
                _ => {
                    proved.insert(subjects, explained);
                }
            }
        }
    }
    let verdicts = proved.into_iter().map(|(subjects, constants)| Verdict {
        subjects,
        constants,
    });
    verdicts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(constants: &[usize]) -> Hits {
        let hit = Hit {
            at: 0..16,
            layouts: BTreeSet::new(),
        };
        constants.iter().map(|c| (*c, hit.clone())).collect()
    }

    fn constants(subjects: &[&[usize]]) -> Vec<Constant> {
        let constants = subjects.iter().map(|subjects| Constant {
            name: String::new(),
            subjects: subjects.to_vec(),
        });
        constants.collect()
    }

    fn told(hits: &[usize], all: &[Constant]) -> Vec<(Vec<usize>, Vec<usize>)> {
        told_of(hits, all, &[])
    }

    fn told_of(
        hits: &[usize],
        all: &[Constant],
        together: &[Together],
    ) -> Vec<(Vec<usize>, Vec<usize>)> {
        let verdicts = verdicts(&seen(hits), all, together);
        verdicts
            .into_iter()
            .map(|verdict| (verdict.subjects, verdict.constants))
            .collect()
    }

    #[test]
    fn a_shared_constant_is_explained_by_what_is_proved() {
        // A random curve and its twist: the order, and a coefficient of each.
        let all = constants(&[&[0, 1], &[0], &[1]]);
        assert_eq!(told(&[0, 1], &all), [(vec![0], vec![0, 1])]);
        assert_eq!(
            told(&[0, 1, 2], &all),
            [(vec![0], vec![0, 1]), (vec![1], vec![0, 2])]
        );
    }

    #[test]
    fn what_is_not_told_apart_is_said_to_be_one_of_both() {
        let all = constants(&[&[0, 1], &[0, 1], &[0]]);
        assert_eq!(told(&[0, 1], &all), [(vec![0, 1], vec![0, 1])]);
    }

    #[test]
    fn the_subject_that_explains_most_is_it() {
        // What SHA-256 adds, which SHA-224 adds too, and its beginning, which BLAKE2s has too.
        let all = constants(&[&[0, 1], &[0, 2], &[2, 3]]);
        assert_eq!(told(&[0, 1], &all), [(vec![0], vec![0, 1])]);
        assert_eq!(told(&[0], &all), [(vec![0, 1], vec![0])]);
        assert_eq!(
            told(&[0, 1, 2], &all),
            [(vec![0], vec![0, 1]), (vec![2], vec![1, 2])]
        );
    }

    #[test]
    fn two_that_only_one_subject_has_both_prove_it() {
        // The same, and the beginning of SHA-224, which explains what it adds.
        let all = constants(&[&[0, 1], &[0, 2], &[1]]);
        let together = [Together {
            constants: [0, 1],
            subject: 0,
        }];
        assert_eq!(
            told_of(&[0, 1, 2], &all, &together),
            [(vec![0], vec![0, 1]), (vec![1], vec![0, 2])]
        );
        assert_eq!(told_of(&[0, 2], &all, &together), [(vec![1], vec![0, 2])]);
    }

    #[test]
    fn nothing_seen_proves_nothing() {
        assert_eq!(told(&[], &constants(&[&[0]])), []);
    }
}
