//! Accepted risks: who accepts which judgement, why, and until when. From the settings (`[[waiver]]`) and from comments in the code.
//!
//! A waiver accepts a judgement, which is an asset at a place for a finding class; it changes no band and hides nothing. `register` holds
//! waivers against a report; what a gate makes of that is said in `gate`.

mod comment;
mod matches;
mod register;

use std::sync::Arc;

use globset::{Glob, GlobBuilder};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::register::{Accepted, Entry, ProjectAccepts, Register, State, accepted_by_project};
pub(super) use self::register::{Ground, counts, register};
use super::fingerprint::Fingerprint;
use crate::model::{FindingClass, pattern};

/// Waivers in one settings file, at most: more are no list that a person looks after.
pub const MAX_WRITTEN: usize = 1_000;

/// Patterns in one waiver, at most, and bytes in one pattern.
const MAX_PATTERNS: usize = 50;
const MAX_PATTERN: usize = 300;

/// What every fingerprint begins with: of a comment's words this tells them from classes.
const FINGERPRINT: &str = "pq1:";

/// Where a waiver is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In a settings file.
    Settings {
        /// The file's name.
        file: Arc<str>,
        /// Which one it is, from 1.
        number: usize,
    },
    /// In a comment.
    Comment {
        /// The file's path.
        path: Arc<str>,
        /// The comment's line.
        line: u32,
        /// The line that it is about.
        covers: u32,
    },
}

impl Place {
    /// `pqscan.toml#2`, `src/wrap.py:88`: unique among the waivers of a report.
    pub fn id(&self) -> String {
        match self {
            Self::Settings { file, number } => format!("{file}#{number}"),
            Self::Comment { path, line, .. } => format!("{path}:{line}"),
        }
    }
}

/// Whether the scanned project or the user says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The scanned project: its own settings, or a comment in its code.
    Project,
    /// Whoever runs the scan, by a settings file that they named.
    User,
}

impl By {
    /// Both.
    pub const ALL: &[Self] = &[Self::Project, Self::User];

    /// The word in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::User => "user",
        }
    }
}

/// A waiver as it is written, before anything of it is checked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Written {
    /// Which judgements, by their fingerprints.
    pub fingerprints: Vec<String>,
    /// Of which finding classes.
    pub classes: Vec<String>,
    /// At which paths, by patterns.
    pub paths: Vec<String>,
    /// Of which assets, by id or name.
    pub assets: Vec<String>,
    /// Why it is accepted.
    pub reason: Option<String>,
    /// Who accepts it.
    pub owner: Option<String>,
    /// The last day on which it is.
    pub until: Option<String>,
    /// Where it is looked after.
    pub ticket: Option<String>,
}

/// A waiver, whether it can count or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Waiver {
    /// Where it is written.
    pub place: Place,
    /// Who says it.
    pub by: By,
    /// As it is written.
    pub written: Written,
    /// Of which finding classes; any where there are none.
    pub classes: Vec<FindingClass>,
    /// Which findings; any where there are none.
    fingerprints: Vec<Fingerprint>,
    /// At which paths; any where it says none.
    paths: Vec<Glob>,
    /// The folder that its paths are below, where that is not the root.
    below: Option<Arc<str>>,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// Why it cannot count, in a few words each.
    pub problems: Vec<String>,
}

/// What is kept of a waiver: all that it is made of.
type Kept = (Place, By, Written, Option<Arc<str>>);

impl From<Kept> for Waiver {
    fn from((place, by, written, below): Kept) -> Self {
        let mut waiver = Self::new(place, by, written);
        if let Some(folder) = below {
            waiver.narrow(folder)
        }
        waiver
    }
}

impl From<Waiver> for Kept {
    fn from(waiver: Waiver) -> Self {
        (waiver.place, waiver.by, waiver.written, waiver.below)
    }
}

impl Waiver {
    /// Checks what is written. A waiver that cannot count says why.
    pub fn new(place: Place, by: By, written: Written) -> Self {
        let mut problems = Vec::new();
        let classes = classes(&written.classes, &mut problems);
        let paths = paths(&written.paths, &mut problems);
        let mut fingerprints = Vec::new();
        for text in &written.fingerprints {
            match Fingerprint::parse(text.trim()) {
                Some(fingerprint) => fingerprints.push(fingerprint),
                None => problems.push(format!("`{}` is no fingerprint", shortly(text))),
            }
        }
        let is_about_anything = !(written.fingerprints.is_empty()
            && written.classes.is_empty()
            && written.paths.is_empty()
            && written.assets.is_empty());
        if !is_about_anything {
            problems.push("it does not say what it accepts".to_owned())
        }
        let until = until(written.until.as_deref(), &mut problems);
        let is_said = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        if !is_said(&written.reason) {
            problems.push("no reason".to_owned())
        }
        // The owner of a comment is whoever owns the file.
        if !is_said(&written.owner) && matches!(place, Place::Settings { .. }) {
            problems.push("no owner".to_owned())
        }
        Self {
            place,
            by,
            written,
            classes,
            fingerprints,
            paths,
            below: None,
            until,
            problems,
        }
    }

    /// The same where its root is a folder of a larger one: it is about nothing else there.
    pub fn beneath(mut self, folder: &str) -> Self {
        if let Place::Settings { file, .. } = &mut self.place {
            *file = format!("{folder}/{file}").into()
        }
        let whole = match self.below.take() {
            Some(inner) => {
                self.paths = paths(&self.written.paths, &mut Vec::new());
                format!("{folder}/{inner}").into()
            }
            None => folder.into(),
        };
        self.narrow(whole);
        self
    }

    /// Takes the root of its paths for a folder.
    fn narrow(&mut self, folder: Arc<str>) {
        if self.paths.is_empty() {
            self.paths.extend(glob("**"))
        }
        let escaped = globset::escape(&folder);
        let narrowed = self.paths.iter();
        let narrowed = narrowed.filter_map(|path| glob(&format!("{escaped}/{}", path.glob())));
        self.paths = narrowed.collect();
        if self.paths.is_empty() {
            // Without any it would be about every place.
            self.problems
                .push("its paths are none below their folder".to_owned())
        }
        self.below = Some(folder);
    }

    /// Why it is accepted; empty where that is not said.
    pub fn reason(&self) -> &str {
        self.written.reason.as_deref().unwrap_or_default().trim()
    }

    /// What it is about, in a few words: `weak-hash in legacy/**`.
    pub fn about(&self) -> String {
        let mut parts = Vec::new();
        let written = &self.written;
        if !written.classes.is_empty() {
            parts.push(written.classes.join(", "))
        }
        if !written.assets.is_empty() {
            parts.push(format!("of {}", written.assets.join(", ")))
        }
        if !written.paths.is_empty() {
            parts.push(format!("in {}", written.paths.join(", ")))
        }
        if !written.fingerprints.is_empty() {
            parts.push(written.fingerprints.join(", "))
        }
        if parts.is_empty() {
            parts.push("nothing".to_owned())
        }
        parts.join(" ")
    }
}

fn classes(names: &[String], problems: &mut Vec<String>) -> Vec<FindingClass> {
    let mut classes = Vec::new();
    for name in names {
        match FindingClass::from_name(name.trim()) {
            Some(class) => classes.push(class),
            None => problems.push(unknown_class(name)),
        }
    }
    classes
}

/// ``unknown class `x`; did you mean `y`?``
pub(crate) fn unknown_class(name: &str) -> String {
    let name = shortly(name);
    let nearest = FindingClass::ALL
        .iter()
        .map(|class| {
            (
                strsim::damerau_levenshtein(&name, class.name()),
                class.name(),
            )
        })
        .min()
        .filter(|(distance, _)| *distance <= 4);
    match nearest {
        Some((_, class)) => format!("unknown class `{name}`; did you mean `{class}`?"),
        None => format!("unknown class `{name}`"),
    }
}

fn paths(patterns: &[String], problems: &mut Vec<String>) -> Vec<Glob> {
    if patterns.len() > MAX_PATTERNS {
        problems.push(format!("over {MAX_PATTERNS} patterns"));
        return Vec::new();
    }
    let mut globs = Vec::new();
    for pattern in patterns {
        match globs_of(pattern) {
            Some(of_pattern) => globs.extend(of_pattern),
            None => problems.push(format!("`{}` is no pattern", shortly(pattern))),
        }
    }
    globs
}

/// A pattern as gitignore writes them: without a slash it matches a name anywhere, with one a path below the root, and both whatever lies
/// below. An exclamation mark would take away what another pattern gives, and whoever reads the register sees no order.
fn globs_of(pattern: &str) -> Option<Vec<Glob>> {
    let pattern = pattern.trim();
    if pattern.len() > MAX_PATTERN
        || !pattern::is_plausible(pattern)
        || pattern.starts_with(['!', '#'])
    {
        return None;
    }
    let whole = pattern.strip_prefix("./").unwrap_or(pattern);
    let whole = whole.trim_end_matches('/');
    let plain = whole.trim_start_matches('/');
    if plain.is_empty() {
        return None;
    }
    let plain = if whole.contains('/') {
        plain.to_owned()
    } else {
        format!("**/{plain}")
    };
    let below = (!plain.ends_with("/**")).then(|| format!("{plain}/**"));
    let all = [Some(plain), below];
    all.iter().flatten().map(|text| glob(text)).collect()
}

fn glob(text: &str) -> Option<Glob> {
    GlobBuilder::new(text).literal_separator(true).build().ok()
}

fn until(text: Option<&str>, problems: &mut Vec<String>) -> Option<Date> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        problems.push("no date: `until` with the last day on which it counts".to_owned());
        return None;
    };
    let date = (text.len() == "2027-06-30".len())
        .then(|| text.parse().ok())
        .flatten();
    if date.is_none() {
        problems.push(format!("`{}` is no date such as 2027-06-30", shortly(text)))
    }
    date
}

/// A word of somebody else's in a message.
fn shortly(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Written {
        Written {
            classes: vec!["weak-hash".to_owned()],
            reason: Some("a checksum".to_owned()),
            owner: Some("@team".to_owned()),
            until: Some("2027-06-30".to_owned()),
            ..Written::default()
        }
    }

    fn in_settings(written: Written) -> Waiver {
        let file = "pqscan.toml".into();
        Waiver::new(Place::Settings { file, number: 1 }, By::Project, written)
    }

    #[test]
    fn a_waiver_says_what_is_wrong_with_it() {
        assert!(in_settings(written()).problems.is_empty());
        let problem = |change: &dyn Fn(&mut Written)| {
            let mut written = written();
            change(&mut written);
            in_settings(written).problems.join("; ")
        };
        assert_eq!(problem(&|w| w.reason = Some(" ".to_owned())), "no reason");
        assert_eq!(problem(&|w| w.owner = None), "no owner");
        assert!(problem(&|w| w.until = None).starts_with("no date"));
        assert!(problem(&|w| w.until = Some("2027-02-30".to_owned())).contains("is no date"));
        assert!(problem(&|w| w.until = Some("2027-06-30T00:00".to_owned())).contains("is no date"));
        assert_eq!(
            problem(&|w| w.classes = vec!["weak-hsh".to_owned()]),
            "unknown class `weak-hsh`; did you mean `weak-hash`?"
        );
        assert!(problem(&|w| w.classes.clear()).contains("what it accepts"));
        assert!(problem(&|w| w.paths = vec!["!a".to_owned()]).contains("is no pattern"));
        assert!(problem(&|w| w.fingerprints = vec!["1".to_owned()]).contains("is no fingerprint"));
    }

    #[test]
    fn a_path_is_meant_as_gitignore_means_it() {
        let at = |pattern: &str, path: &str| {
            let globs = globs_of(pattern).expect("a pattern");
            globs
                .iter()
                .any(|glob| glob.compile_matcher().is_match(path))
        };
        assert!(at("legacy", "legacy/a/b.py"));
        assert!(at("legacy/", "a/legacy/b.py"));
        assert!(at("legacy/**", "legacy/a/b.py"));
        assert!(at("*.pem", "a/key.pem"));
        assert!(at("/lib/app.jar", "lib/app.jar"));
        assert!(at("/lib", "lib/a"));
        assert!(!at("/lib", "a/lib/a"));
        assert!(!at("lib/*.py", "lib/a/b.py"));
        assert!(!at("legacy/b.py", "other/legacy/b.py"));
        for none in ["", "/", "!a", "a[", &"a".repeat(1000)] {
            assert!(globs_of(none).is_none(), "{none}");
        }
    }
}
