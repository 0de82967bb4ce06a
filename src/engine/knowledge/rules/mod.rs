//! The rules: API models, one file a library. Read from the binary itself and from the user's own folders.

mod bare;
mod compile;
pub mod entry;
pub mod example;
pub mod file;
pub mod lint;
pub mod prefilter;
pub mod signature;

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::knowledge::catalog::Catalog;
use entry::{Entry, Library, Symbol};
use file::RuleFile;

/// A rule file's text and where it is from.
#[derive(Debug, Clone)]
pub struct RuleText {
    /// Shown in messages: `rules/java/jca.toml`, or the user's own path.
    pub shown: String,
    /// Folder and file below the rules' root: `java/jca.toml`.
    pub below: String,
    /// The text.
    pub text: String,
    /// Whether it is inside the binary.
    pub is_built_in: bool,
}

/// Something wrong in a rule file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// First line is 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// A problem at a byte of a file.
    pub fn at(text: &RuleText, byte: usize, message: impl Into<String>) -> Self {
        let line = text
            .text
            .as_bytes()
            .iter()
            .take(byte)
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        Self {
            file: text.shown.clone(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Every library known in this run.
#[derive(Debug, Default)]
pub struct Rules {
    /// The libraries.
    pub libraries: Vec<Library>,
    /// The entries, in the order of their files.
    pub entries: Vec<Entry>,
    by_name: HashMap<String, Vec<usize>>,
    symbols: HashMap<String, Vec<Symbol>>,
    /// Qualified names on which methods or properties are known.
    types: std::collections::HashSet<String>,
    /// Prefixes of other names of the same package.
    same_as: Vec<(String, String)>,
    into_names: std::collections::HashSet<String>,
}

impl Rules {
    /// Reads and compiles rule files; problems do not stop what is right.
    pub fn compile(texts: &[RuleText], catalog: &Catalog) -> (Self, Vec<Problem>) {
        let mut rules = Self::default();
        let mut problems = Vec::new();
        let mut readings = compile::Readings::of(catalog);
        for text in texts {
            match parse_part(text, before_examples(text)) {
                Ok(file) => compile::compile(text, &file, &mut readings, &mut rules, &mut problems),
                Err(problem) => problems.push(problem),
            }
        }
        problems.sort();
        problems.dedup();
        (rules, problems)
    }

    fn add(&mut self, entry: Entry) {
        if entry.into.is_some() {
            self.into_names
                .insert(entry.path.rsplit('.').next().unwrap_or_default().to_owned());
        }
        if let Some((ty, _)) = entry.path.rsplit_once('.')
            && !self.types.contains(ty)
        {
            self.types.insert(ty.to_owned());
        }
        self.by_name
            .entry(entry.path.clone())
            .or_default()
            .push(self.entries.len());
        self.entries.push(entry);
    }

    /// The entries of a qualified name, in the order of trial.
    pub fn named(&self, path: &str) -> impl Iterator<Item = &Entry> {
        self.numbered(path).map(|(_, entry)| entry)
    }

    /// The same with their indices.
    pub fn numbered(&self, path: &str) -> impl Iterator<Item = (usize, &Entry)> {
        self.by_name
            .get(path)
            .into_iter()
            .flatten()
            .map(|&i| (i, &self.entries[i]))
    }

    /// What a qualified name denotes, by library.
    pub fn symbols(&self, path: &str) -> &[Symbol] {
        self.symbols.get(path).map_or(&[], Vec::as_slice)
    }

    /// Every symbol's name, with what it denotes.
    pub fn all_symbols(&self) -> impl Iterator<Item = (&String, &Symbol)> {
        self.symbols
            .iter()
            .flat_map(|(name, list)| list.iter().map(move |s| (name, s)))
    }

    /// Whether a library only says where values come from (the environment, a configuration).
    pub fn is_supporting(&self, library: usize) -> bool {
        let tells = |e: &Entry| {
            e.kind != entry::EntryKind::Value
                || !e.is.is_empty()
                || e.args
                    .iter()
                    .any(|a| !a.roles.contains(&entry::Role::Fallback))
        };
        !self
            .entries
            .iter()
            .any(|e| e.library == library && e.from.is_none() && tells(e))
            && !self.all_symbols().any(|(_, s)| s.library == library)
    }

    /// Whether something is known of that type or module.
    pub fn knows_type(&self, path: &str) -> bool {
        self.types.contains(path)
    }

    /// The name that entries are written with, for a package that lives under several.
    pub fn canonical(&self, path: &str) -> String {
        self.same_as
            .iter()
            .find_map(|(from, to)| {
                let rest = path.strip_prefix(from.as_str())?;
                (rest.is_empty() || rest.starts_with(['.', '/'])).then(|| format!("{to}{rest}"))
            })
            .unwrap_or_else(|| path.to_owned())
    }

    /// Whether some call whose last name this is binds one of its arguments.
    pub fn binds_argument(&self, last_name: &str) -> bool {
        self.into_names.contains(last_name)
    }
}

/// Parses one file.
///
/// # Errors
/// The first thing that is wrong with its form.
pub fn parse(text: &RuleText) -> Result<RuleFile, Problem> {
    parse_part(text, &text.text)
}

/// What stands before the examples, of a file of ours: they are two fifths of the text, and in ours nothing else comes behind them.
fn before_examples(text: &RuleText) -> &str {
    let examples = text.text.find("\n[[example]]").filter(|_| text.is_built_in);
    examples.map_or(&text.text, |at| &text.text[..at])
}

fn parse_part(text: &RuleText, part: &str) -> Result<RuleFile, Problem> {
    toml::from_str(part).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Problem::at(text, at, error.message().to_owned())
    })
}

/// The rule files inside the binary, without the catalogue and the policies.
pub fn embedded() -> Vec<RuleText> {
    crate::knowledge::embedded::RULE_FILES
        .iter()
        .filter(|(path, _)| !path.starts_with("catalog/") && !path.starts_with("policy/"))
        .map(|(path, text)| RuleText {
            shown: format!("rules/{path}"),
            below: (*path).to_owned(),
            text: (*text).to_owned(),
            is_built_in: true,
        })
        .collect()
}

/// The rule files at a path: a file, a language's folder, or a folder of such folders. Sorted.
///
/// # Errors
/// Those of the file system.
pub fn read(path: &Path) -> io::Result<Vec<RuleText>> {
    let mut texts = Vec::new();
    collect(path, &mut texts)?;
    texts.sort_by(|a, b| a.shown.cmp(&b.shown));
    Ok(texts)
}

fn collect(path: &Path, texts: &mut Vec<RuleText>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?.path();
            let catalog = entry.is_dir()
                && entry
                    .file_name()
                    .is_some_and(|n| n == "catalog" || n == "policy");
            if !catalog && (entry.is_dir() || entry.extension().is_some_and(|e| e == "toml")) {
                collect(&entry, texts)?
            }
        }
        return Ok(());
    }
    let name = |p: Option<&Path>| {
        p.and_then(Path::file_name)
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let full = path.canonicalize()?;
    let below = format!("{}/{}", name(full.parent()), name(Some(&full)));
    texts.push(RuleText {
        shown: path.display().to_string(),
        below,
        text: fs::read_to_string(path)?,
        is_built_in: false,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_examples_stands_behind_the_first_one() {
        for text in embedded() {
            let mut whole = parse(&text).expect("a rule file");
            let part = parse_part(&text, before_examples(&text)).expect("a rule file");
            assert!(!whole.example.is_empty(), "{}", text.shown);
            whole.example.clear();
            assert_eq!(format!("{part:?}"), format!("{whole:?}"), "{}", text.shown);
        }
    }
}
