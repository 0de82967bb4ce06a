//! Places by patterns, as gitignore and CODEOWNERS write them. No file is read here.

use std::collections::BTreeMap;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::{Deserialize, Serialize};

use crate::model::pattern;

/// More lines are no list of owners that a person keeps; those beyond are not read.
pub const MAX_LINES: usize = 5_000;
/// Longer lines name no owners of anything.
const MAX_LINE: usize = 8_192;
/// More own nothing together; those beyond are not kept.
pub const MAX_OWNERS: usize = 50;

/// A pattern that is none.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is no pattern: {message}")]
pub struct PatternError {
    pattern: String,
    message: String,
}

/// Some places of a scanned root: a pattern without a slash matches a name anywhere, with one a path below the root, and both whatever
/// lies below.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Places {
    patterns: Vec<String>,
    matcher: Gitignore,
}

impl TryFrom<Vec<String>> for Places {
    type Error = PatternError;

    fn try_from(patterns: Vec<String>) -> Result<Self, PatternError> {
        Self::of(&patterns)
    }
}

impl From<Places> for Vec<String> {
    fn from(places: Places) -> Self {
        places.patterns
    }
}

impl Places {
    /// Those that match any of the patterns.
    ///
    /// # Errors
    /// When a pattern is none.
    pub fn of(patterns: &[String]) -> Result<Self, PatternError> {
        let mut builder = GitignoreBuilder::new("");
        for pattern in patterns {
            add(&mut builder, pattern)?;
        }
        Ok(Self {
            patterns: patterns.to_vec(),
            matcher: build(&builder)?,
        })
    }

    /// Whether a path is one of them; what lies in an archive lies where the archive does.
    pub fn contain(&self, path: &str) -> bool {
        let path = Path::new(outer(path));
        let matched = self.matcher.matched_path_or_any_parents(path, false);
        matched.is_ignore()
    }
}

/// Who owns which places.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(
    from = "Vec<(String, Vec<String>)>",
    into = "Vec<(String, Vec<String>)>"
)]
pub struct Owners {
    patterns: Option<Gitignore>,
    /// By pattern: its last line, and what that says.
    lines: BTreeMap<String, Line>,
}

#[derive(Debug, Clone)]
struct Line {
    number: usize,
    /// `docs/*` owns the files of a folder, not those of the folders in it.
    is_shallow: bool,
    owners: Vec<String>,
}

/// Patterns and whom they name, in order.
impl From<Vec<(String, Vec<String>)>> for Owners {
    fn from(all: Vec<(String, Vec<String>)>) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let mut lines = BTreeMap::new();
        for (number, (pattern, mut owners)) in all.into_iter().take(MAX_LINES).enumerate() {
            owners.truncate(MAX_OWNERS);
            own(&mut builder, &mut lines, number, pattern, owners)
        }
        Self {
            patterns: build(&builder).ok(),
            lines,
        }
    }
}

impl From<Owners> for Vec<(String, Vec<String>)> {
    fn from(owners: Owners) -> Self {
        let mut lines: Vec<(String, Line)> = owners.lines.into_iter().collect();
        lines.sort_by_key(|(_, line)| line.number);
        let lines = lines.into_iter();
        lines
            .map(|(pattern, line)| (pattern, line.owners))
            .collect()
    }
}

/// Adds a line of a CODEOWNERS file; one that cannot be read says nothing.
fn own(
    builder: &mut GitignoreBuilder,
    lines: &mut BTreeMap<String, Line>,
    number: usize,
    pattern: String,
    owners: Vec<String>,
) {
    // An exclamation mark has no meaning there.
    if pattern.starts_with('!') || add(builder, &pattern).is_err() {
        return;
    }
    let line = Line {
        number,
        is_shallow: pattern.ends_with("/*"),
        owners,
    };
    lines.insert(pattern, line);
}

impl Owners {
    /// From the text of a CODEOWNERS file, as GitHub, GitLab and Bitbucket read it; a line that cannot be read says nothing.
    ///
    /// Sections (GitLab) give their owners to the lines that name none.
    pub fn parse(text: &str) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let mut lines = BTreeMap::new();
        let mut of_section: Vec<String> = Vec::new();
        for (number, line) in text.lines().take(MAX_LINES).enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') || line.len() > MAX_LINE {
                continue;
            }
            if let Some(owners) = section(line) {
                of_section = owners;
                continue;
            }
            let mut words = words(line);
            let Some(pattern) = words.next() else {
                continue;
            };
            let mut owners: Vec<String> = words.take(MAX_OWNERS).collect();
            if owners.is_empty() {
                owners = of_section.clone()
            }
            own(&mut builder, &mut lines, number, pattern, owners)
        }
        Self {
            patterns: build(&builder).ok(),
            lines,
        }
    }

    /// Who owns a path: whom the last line names that matches it.
    pub fn of(&self, path: &str) -> &[String] {
        let Some(patterns) = &self.patterns else {
            return &[];
        };
        let path = Path::new(outer(path));
        let line = |path: &Path, is_folder: bool| match patterns.matched(path, is_folder) {
            Match::Ignore(glob) => self.lines.get(glob.original()),
            Match::None | Match::Whitelist(_) => None,
        };
        let folders = path.ancestors().skip(1);
        let folders = folders
            .filter(|folder| !folder.as_os_str().is_empty())
            .filter_map(|folder| line(folder, true))
            .filter(|line| !line.is_shallow);
        line(path, false)
            .into_iter()
            .chain(folders)
            .max_by_key(|line| line.number)
            .map_or(&[], |line| &line.owners)
    }
}

fn add(builder: &mut GitignoreBuilder, pattern: &str) -> Result<(), PatternError> {
    if !pattern::is_plausible(pattern) {
        return Err(PatternError {
            pattern: pattern.chars().take(60).chain(['…']).collect(),
            message: "it is too long, or nests too deep".to_owned(),
        });
    }
    builder
        .add_line(None, pattern)
        .map(|_| ())
        .map_err(|error| PatternError {
            pattern: pattern.to_owned(),
            message: error.to_string(),
        })
}

fn build(builder: &GitignoreBuilder) -> Result<Gitignore, PatternError> {
    builder.build().map_err(|error| PatternError {
        pattern: String::new(),
        message: error.to_string(),
    })
}

/// What lies in an archive lies where the archive does.
fn outer(path: &str) -> &str {
    path.split_once("!/")
        .map_or(path, |(outer, _)| outer)
        .trim_start_matches('/')
}

/// The owners of a section's head: `[Docs][2] @writers`, `^[Docs]`.
fn section(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (_, mut rest) = rest.split_once(']')?;
    if let Some(number) = rest.strip_prefix('[') {
        rest = number.split_once(']')?.1;
    }
    // A pattern may begin with a set of characters: what follows it is not a blank.
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    Some(words(rest).take(MAX_OWNERS).collect())
}

/// The words of a line up to a comment; a backslash keeps the blank that follows in its word.
fn words(line: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut escaped = false;
    for c in line.chars() {
        match c {
            _ if escaped => {
                if let Some(word) = words.last_mut() {
                    // What gitignore itself wants escaped stays so.
                    if !c.is_whitespace() {
                        word.push('\\')
                    }
                    word.push(c)
                }
                escaped = false;
            }
            '\\' => escaped = true,
            '#' if words.last().is_some_and(String::is_empty) => break,
            c if c.is_whitespace() => words.push(String::new()),
            c => {
                if let Some(word) = words.last_mut() {
                    word.push(c)
                }
            }
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_what_lies_below() {
        let places = |pattern: &str| Places::of(&[pattern.to_owned()]).unwrap();
        assert!(places("services/payments").contain("services/payments/src/A.java"));
        assert!(places("services/payments/**").contain("services/payments/src/A.java"));
        assert!(places("*.pem").contain("a/b/key.pem"));
        assert!(places("lib").contain("lib/app.jar!/A.class"));
        assert!(!places("services/payments").contain("other/services/payments/A.java"));
        assert!(Places::of(&["a{b".to_owned()]).is_err());
    }

    #[test]
    fn what_nests_too_deep_is_no_pattern_and_ends_nothing() {
        let deep = format!("{}a{}", "{".repeat(100_000), "}".repeat(100_000));
        let error = Places::of(std::slice::from_ref(&deep)).expect_err("it is none");
        assert!(error.to_string().len() < 300, "{error}");
        let owners = Owners::parse(&format!("* @all\n{deep} @nobody\n"));
        assert_eq!(owners.of("a"), ["@all"]);
    }

    #[test]
    fn the_last_line_that_matches_names_the_owner() {
        let owners = Owners::parse(
            "# everything\n\
             *       @all\n\
             *.js    @front  # inline comment\n\
             /apps/  @apps\n\
             docs/*  docs@example.com\n\
             /apps/free\n\
             my\\ file @blank\n",
        );
        let of = |path| owners.of(path).join(" ");
        assert_eq!(of("README"), "@all");
        assert_eq!(of("src/x.js"), "@front");
        assert_eq!(of("apps/x.js"), "@apps");
        assert_eq!(of("docs/a.md"), "docs@example.com");
        assert_eq!(of("docs/build/a.md"), "@all");
        assert_eq!(of("apps/free/x.js"), "");
        assert_eq!(of("my file"), "@blank");
    }

    #[test]
    fn a_place_has_so_many_owners_and_no_more() {
        let crowd = |number: usize| format!("* {}\n", "@a ".repeat(number));
        assert_eq!(Owners::parse(&crowd(60)).of("a").len(), MAX_OWNERS);
        assert!(Owners::parse(&crowd(100_000)).of("a").is_empty());
    }

    #[test]
    fn a_section_owns_what_its_lines_do_not_give_away() {
        let owners = Owners::parse("[Docs][2] @writers\n*.md\nREADME.md @lead\n^[Rest]\n*.txt\n");
        assert_eq!(owners.of("a.md"), ["@writers"]);
        assert_eq!(owners.of("README.md"), ["@lead"]);
        assert!(owners.of("a.txt").is_empty());
    }
}
