//! Which files are worth parsing, and for which libraries: a search for the rules' anchors over the bytes.
//!
//! Parsing costs sixty times what this search costs, so it decides the speed of a scan. It never decides what is true:
//! an anchor is a literal that every use of the library must hold.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Rules;

/// The libraries whose anchors a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Active(Vec<u64>);

impl Active {
    /// Whether the library is among them.
    pub fn contains(&self, library: usize) -> bool {
        self.0
            .get(library / 64)
            .is_some_and(|word| word & (1 << (library % 64)) != 0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn insert(&mut self, library: usize) {
        let word = library / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0)
        }
        self.0[word] |= 1 << (library % 64);
    }

    /// Adds the other's libraries.
    pub fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0)
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more
        }
    }
}

/// Rule folders of languages without name spaces: a library's names begin with a prefix, and so may its anchors.
const PREFIXED: &[&str] = &["c"];

/// The search for the anchors of some languages' libraries.
#[derive(Debug)]
pub struct Prefilter {
    automaton: Option<AhoCorasick>,
    /// Libraries by pattern.
    libraries: Vec<Vec<usize>>,
    /// Libraries that only say where values come from: no reason to parse a file by themselves.
    supporting: Active,
    whole_words: bool,
    longest: usize,
}

impl Prefilter {
    /// A search for the libraries of these rule folders.
    pub fn new(rules: &Rules, folders: &[&str]) -> Self {
        let mut patterns: Vec<&str> = Vec::new();
        let mut libraries: Vec<Vec<usize>> = Vec::new();
        for (index, library) in rules.libraries.iter().enumerate() {
            if !folders.contains(&library.language.as_str()) {
                continue;
            }
            for anchor in library.anchors.iter().filter(|a| !a.is_empty()) {
                match patterns.iter().position(|p| p == anchor) {
                    Some(known) => libraries[known].push(index),
                    None => {
                        patterns.push(anchor);
                        libraries.push(vec![index]);
                    }
                }
            }
        }
        // The kind and match kind are said because the defaults differ by threefold in speed.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .ok();
        let longest = patterns.iter().map(|p| p.len()).max().unwrap_or(0);
        let mut supporting = Active::default();
        for index in (0..rules.libraries.len()).filter(|i| rules.is_supporting(*i)) {
            supporting.insert(index)
        }
        let whole_words = !folders.iter().any(|f| PREFIXED.contains(f));
        Self {
            automaton: if patterns.is_empty() { None } else { automaton },
            libraries,
            supporting,
            whole_words,
            longest,
        }
    }

    /// The longest anchor, in bytes: what windows over a large file must overlap by, and one byte more.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Whether the libraries are reason enough to parse.
    pub fn worth_parsing(&self, active: &Active) -> bool {
        active
            .0
            .iter()
            .enumerate()
            .any(|(i, word)| word & !self.supporting.0.get(i).copied().unwrap_or(0) != 0)
    }

    /// The libraries whose anchors the bytes hold. An anchor that starts with a letter or digit counts only at the start of a
    /// word, and one that ends with one (where names have no prefixes) only at the end of a word.
    pub fn active(&self, bytes: &[u8]) -> Active {
        let mut active = Active::default();
        let Some(automaton) = &self.automaton else {
            return active;
        };
        for found in automaton.find_overlapping_iter(bytes) {
            let start = found.start();
            if is_word(bytes[start]) && start > 0 && is_word(bytes[start - 1]) {
                continue;
            }
            let end = found.end();
            if self.whole_words
                && bytes[end - 1].is_ascii_alphanumeric()
                && bytes.get(end).is_some_and(|b| is_word(*b))
            {
                continue;
            }
            for &library in &self.libraries[found.pattern().as_usize()] {
                active.insert(library)
            }
        }
        active
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
