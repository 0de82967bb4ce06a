//! Floor 1: what the world's cryptography looks like. Reads `rules/`, knows no file under scan.

pub mod catalog;
pub(crate) mod embedded;
mod evidence;
pub mod explain;
pub mod policy;
pub mod rules;
pub mod spelling;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

use catalog::Catalog;
use policy::Policy;
use rules::prefilter::Prefilter;
use rules::{Problem, RuleText, Rules};

/// Catalogue and rules, loaded once and shared.
#[derive(Debug)]
pub struct Knowledge {
    /// The algorithms.
    pub catalog: Catalog,
    /// The libraries.
    pub rules: Rules,
    /// The built-in policies, by id.
    pub policies: Vec<Policy>,
    /// blake3 of everything that was loaded, hexadecimal.
    pub hash: String,
    prefilters: BTreeMap<String, OnceLock<Prefilter>>,
}

/// Why knowledge could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The catalogue inside the binary is broken.
    #[error(transparent)]
    Catalog(#[from] catalog::CatalogError),
    /// A policy inside the binary is broken.
    #[error(transparent)]
    Policy(#[from] policy::PolicyError),
    /// A user's rule folder cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Rule files have mistakes.
    #[error("{} in the rules, the first: {}", count(problems.len()), problems[0])]
    Rules {
        /// All of them; at least one.
        problems: Vec<Problem>,
    },
}

fn count(problems: usize) -> String {
    if problems == 1 {
        "one mistake".to_owned()
    } else {
        format!("{problems} mistakes")
    }
}

impl Knowledge {
    /// The rules inside the binary, and the user's own; a file of the user's with the id of a built-in one takes its place.
    ///
    /// # Errors
    /// When a user's folder cannot be read, or any rule file has a mistake.
    pub fn load(user: &[PathBuf]) -> Result<Self, LoadError> {
        let mut own = Vec::new();
        for path in user {
            let unreadable = |source| LoadError::Unreadable {
                path: path.clone(),
                source,
            };
            let files = rules::read(path).map_err(unreadable)?;
            if files.is_empty() {
                return Err(unreadable(io::Error::other("there is no rule file there")));
            }
            own.extend(files)
        }
        let mut texts = rules::embedded();
        texts.retain(|built_in| !own.iter().any(|o| o.below == built_in.below));
        texts.extend(own);
        let (knowledge, problems) = Self::from_texts(&texts)?;
        if problems.is_empty() {
            Ok(knowledge)
        } else {
            Err(LoadError::Rules { problems })
        }
    }

    /// Just these rule files, mistakes and all.
    ///
    /// # Errors
    /// When the catalogue inside the binary is broken.
    pub fn from_texts(texts: &[RuleText]) -> Result<(Self, Vec<Problem>), LoadError> {
        let catalog = Catalog::embedded()?;
        let policies = Policy::embedded()?;
        let (rules, problems) = Rules::compile(texts, &catalog);
        let mut hasher = blake3::Hasher::new();
        let fixed = embedded::RULE_FILES
            .iter()
            .filter(|(path, _)| path.starts_with("catalog/") || path.starts_with("policy/"));
        for (path, text) in fixed
            .copied()
            .chain(texts.iter().map(|t| (t.below.as_str(), t.text.as_str())))
        {
            hasher
                .update(path.as_bytes())
                .update(&[0])
                .update(text.as_bytes())
                .update(&[0]);
        }
        let hash = hasher.finalize().to_hex().to_string();
        let prefilters = rules
            .libraries
            .iter()
            .map(|l| (l.language.clone(), OnceLock::new()))
            .collect();
        Ok((
            Self {
                catalog,
                rules,
                policies,
                hash,
                prefilters,
            },
            problems,
        ))
    }

    /// The anchors' search for a language's rule folders; `language` is the first of them.
    pub fn prefilter(&self, folders: &[&'static str]) -> &Prefilter {
        static NONE: OnceLock<Prefilter> = OnceLock::new();
        match folders.first().and_then(|f| self.prefilters.get(*f)) {
            Some(cell) => cell.get_or_init(|| Prefilter::new(&self.rules, folders)),
            None => NONE.get_or_init(|| Prefilter::new(&Rules::default(), &[])),
        }
    }
}
