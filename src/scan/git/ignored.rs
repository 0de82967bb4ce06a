//! Which untracked files git ignores: what the `.gitignore` files of the work tree and `info/exclude` say.
//!
//! Not what a user's own configuration says for all repositories: the same tree gives the same result on every machine. Where an ignore
//! file cannot be read, what it would ignore is not ignored.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::small;
use crate::model::pattern;

/// Patterns kept at a time, by their folders.
const MAX_KEPT: usize = 4096;

/// Answers for one work tree.
pub(super) struct Ignored {
    work_tree: PathBuf,
    /// What `info/exclude` says.
    exclude: Gitignore,
    /// What the `.gitignore` of a folder says, where there is one.
    patterns: HashMap<PathBuf, Option<Gitignore>>,
    /// Whether a folder, or one around it, is ignored.
    folders: HashMap<PathBuf, bool>,
}

impl Ignored {
    pub(super) fn new(work_tree: &Path, common: &Path) -> Self {
        let exclude = patterns(work_tree, &common.join("info/exclude"));
        Self {
            work_tree: work_tree.to_owned(),
            exclude: exclude.unwrap_or_else(Gitignore::empty),
            patterns: HashMap::new(),
            folders: HashMap::new(),
        }
    }

    /// Whether a file is ignored; its whole path.
    pub(super) fn is(&mut self, file: &Path) -> bool {
        if self.patterns.len() > MAX_KEPT || self.folders.len() > MAX_KEPT {
            self.patterns.clear();
            self.folders.clear()
        }
        let around = |file: &Path| file.parent().map(Path::to_owned);
        let folder = around(file).filter(|folder| folder.starts_with(&self.work_tree));
        folder.is_some_and(|folder| self.is_folder(&folder)) || self.is_matched(file, false)
    }

    /// Nothing in an ignored folder is looked at again, whatever it says itself.
    fn is_folder(&mut self, folder: &Path) -> bool {
        if let Some(known) = self.folders.get(folder) {
            return *known;
        }
        let below = folder.strip_prefix(&self.work_tree).unwrap_or(folder);
        let mut at = self.work_tree.clone();
        let mut ignored = false;
        for part in below.components() {
            at.push(part);
            ignored = ignored
                || match self.folders.get(&at) {
                    Some(known) => *known,
                    None => self.is_matched(&at, true),
                };
            self.folders.insert(at.clone(), ignored);
        }
        ignored
    }

    /// The innermost ignore file that says anything of a path decides.
    fn is_matched(&mut self, path: &Path, is_folder: bool) -> bool {
        for folder in path.ancestors().skip(1) {
            if !folder.starts_with(&self.work_tree) {
                break;
            }
            if !self.patterns.contains_key(folder) {
                let read = patterns(folder, &folder.join(".gitignore"));
                self.patterns.insert(folder.to_owned(), read);
            }
            if let Some(Some(patterns)) = self.patterns.get(folder) {
                let says = patterns.matched(path, is_folder);
                if !says.is_none() {
                    return says.is_ignore();
                }
            }
        }
        self.exclude.matched(path, is_folder).is_ignore()
    }
}

/// What an ignore file says of paths below a folder. As git does it, one that is a link is not read.
fn patterns(folder: &Path, file: &Path) -> Option<Gitignore> {
    let text = small(file)?;
    let mut builder = GitignoreBuilder::new(folder);
    let lines = text.trim_start_matches('\u{feff}').lines();
    for line in lines.filter(|line| pattern::is_plausible(line)) {
        // A line that is no pattern ignores nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn ignore_files_are_read_as_git_reads_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir_all(root.join("app/build")).expect("writable");
        fs::create_dir_all(root.join(".git/info")).expect("writable");
        fs::write(root.join(".gitignore"), "*.pem\n/target/\n!keep.pem\n").expect("writable");
        fs::write(root.join("app/.gitignore"), "!*.pem\nbuild/\n").expect("writable");
        // Too late: the folder is ignored already.
        fs::write(root.join("app/build/.gitignore"), "!*\n").expect("writable");
        // Deeper than the stack: no pattern.
        let deep = "{".repeat(100_000) + "a" + &"}".repeat(100_000);
        fs::write(root.join(".git/info/exclude"), deep + "\nnotes.txt\n").expect("writable");
        let mut ignored = Ignored::new(root, &root.join(".git"));
        for (path, expected) in [
            ("a.pem", true),
            ("keep.pem", false),
            ("other/a.pem", true),
            ("app/a.pem", false),
            ("target/a.py", true),
            ("app/target/a.py", false),
            ("app/build/a.py", true),
            ("app/build/sub/a.py", true),
            ("app/notes.txt", true),
            ("a.py", false),
        ] {
            assert_eq!(ignored.is(&root.join(path)), expected, "{path}");
        }
    }
}
