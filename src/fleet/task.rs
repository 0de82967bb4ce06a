//! A unit of work, and the key of what comes out of it.

use serde::{Deserialize, Serialize};

use super::repository::Repository;

/// What, beside the files, decides what a scan finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// The version of pqscan.
    pub version: String,
    /// blake3 of the rules, hexadecimal.
    pub rules: String,
    /// blake3 of the settings that decide what is read, hexadecimal: no policy, date or context is among them.
    pub settings: String,
}

/// A repository, or a part of one, to be scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// What to scan; its `commit` is what is scanned, where it is known.
    pub repository: Repository,
    /// The entries of its tree that belong to the task, as paths from its root; none: all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<String>,
    /// By what.
    pub engine: Engine,
}

impl Task {
    /// Of a whole repository.
    pub fn whole(repository: Repository, engine: Engine) -> Self {
        Self {
            repository,
            entries: Vec::new(),
            engine,
        }
    }

    /// The same head, part and engine give the same id: 32 hexadecimal digits.
    pub fn id(&self) -> String {
        let commit = self.repository.commit.as_deref().unwrap_or_default();
        self.hash("task", commit)
    }

    /// The key of what comes out, once the tree is known: the same tree, part and engine give the same key, whatever the commit.
    pub fn content_key(&self, tree: &str) -> String {
        self.hash("content", tree)
    }

    fn hash(&self, domain: &str, content: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut add = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        add(domain);
        add(&self.repository.name);
        add(content);
        add(&self.engine.version);
        add(&self.engine.rules);
        add(&self.engine.settings);
        for entry in &self.entries {
            add(entry)
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}
