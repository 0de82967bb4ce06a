//! What constants there are, and what each proves. All of it is derived once, when the first binary is looked at.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::layout::{self, Laid, Layout};
use super::search::{Pattern, SHORTEST, Search};
use super::{ciphers, curves, digests, edwards, groups, lattices, signing};

/// Of each pattern, so many bytes at least are no filling and no repetition: chance does not make them in all the bytes there are.
const DISTINCT: usize = 13;

/// What a set of constants proves to be in a file.
pub(super) struct Subject {
    /// The algorithm, by catalogue name; several where the constants do not tell them apart.
    pub(super) algorithms: Vec<String>,
    /// Its curve or group.
    pub(super) parameter: Parameter,
    /// How many different constants make it certain.
    pub(super) enough: usize,
    /// What a person is told besides; may be empty.
    pub(super) note: &'static str,
}

/// The parameter that constants tell, by catalogue name; several where standards gave the same numbers several names.
pub(super) enum Parameter {
    None,
    Curve(Vec<String>),
    Group(Vec<String>),
    Digest(String),
}

/// A number, table or text.
pub(super) struct Constant {
    /// What its standard calls it.
    pub(super) name: String,
    /// The subjects that have it: one, or all that share it.
    pub(super) subjects: Vec<usize>,
}

/// Two constants that only one subject has both.
pub(super) struct Together {
    pub(super) constants: [usize; 2],
    pub(super) subject: usize,
}

/// What stands behind a pattern.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) constant: usize,
    pub(super) layout: Layout,
}

/// Everything that is searched for.
pub(super) struct Known {
    pub(super) subjects: Vec<Subject>,
    pub(super) constants: Vec<Constant>,
    /// Constants that others have too, each by itself; together they are one subject's.
    pub(super) together: Vec<Together>,
    pub(super) search: Search,
    /// By pattern.
    origins: Vec<Origin>,
}

/// Everything, once it was needed.
pub(super) static KNOWN: LazyLock<Known> = LazyLock::new(Known::derive);

impl Known {
    fn derive() -> Self {
        let mut collection = Collection::default();
        curves::collect(&mut collection);
        edwards::collect(&mut collection);
        groups::collect(&mut collection);
        lattices::collect(&mut collection);
        signing::collect(&mut collection);
        ciphers::collect(&mut collection);
        digests::collect(&mut collection);
        collection.finish()
    }

    /// What stands behind a pattern.
    pub(super) fn origin(&self, pattern: usize) -> Option<Origin> {
        self.origins.get(pattern).copied()
    }
}

/// Gathers what there is to know.
#[derive(Default)]
pub(super) struct Collection {
    subjects: Vec<Subject>,
    constants: Vec<Constant>,
    together: Vec<Together>,
    patterns: Vec<Pattern>,
    origins: Vec<Origin>,
    /// A pattern is of the first constant that has it.
    taken: HashMap<Vec<u8>, usize>,
}

impl Collection {
    /// Adds a subject: its number.
    pub(super) fn subject(&mut self, subject: Subject) -> usize {
        self.subjects.push(subject);
        self.subjects.len() - 1
    }

    /// An algorithm without parameters: one subject, however often it is asked for.
    pub(super) fn algorithm(&mut self, names: &[&str], enough: usize, note: &'static str) -> usize {
        let same = |subject: &Subject| {
            matches!(subject.parameter, Parameter::None) && subject.algorithms == names
        };
        if let Some(subject) = self.subjects.iter().position(same) {
            return subject;
        }
        self.subject(Subject {
            algorithms: names.iter().map(|name| (*name).to_owned()).collect(),
            parameter: Parameter::None,
            enough,
            note,
        })
    }

    /// Adds a constant: its number.
    pub(super) fn constant(&mut self, name: &str, subjects: &[usize]) -> usize {
        self.constants.push(Constant {
            name: name.to_owned(),
            subjects: subjects.to_vec(),
        });
        self.constants.len() - 1
    }

    /// Says that two constants together are proof.
    pub(super) fn together(&mut self, constants: [usize; 2], subject: usize) {
        self.together.push(Together { constants, subject })
    }

    /// Says that a constant is shared by another subject.
    pub(super) fn share(&mut self, constant: usize, subject: usize) {
        if let Some(constant) = self.constants.get_mut(constant)
            && !constant.subjects.contains(&subject)
        {
            constant.subjects.push(subject)
        }
    }

    /// Adds bytes by which a constant is known, where they are enough.
    pub(super) fn pattern(&mut self, constant: usize, laid: Laid) {
        let tells = layout::distinct(&laid) >= DISTINCT && laid.bytes.len() >= SHORTEST;
        if !tells || self.taken.contains_key(&laid.bytes) {
            return;
        }
        self.taken.insert(laid.bytes.clone(), constant);
        self.origins.push(Origin {
            constant,
            layout: laid.layout,
        });
        self.patterns.push(Pattern {
            bytes: laid.bytes,
            any_case: matches!(laid.layout, Layout::Hexadecimal | Layout::WideHexadecimal),
        });
    }

    fn finish(self) -> Known {
        Known {
            subjects: self.subjects,
            constants: self.constants,
            together: self.together,
            search: Search::new(self.patterns),
            origins: self.origins,
        }
    }
}
