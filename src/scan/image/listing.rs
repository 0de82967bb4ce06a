//! What there is in a layer, and what it hides of those below (OCI image layer specification, whiteouts).

use std::collections::HashSet;

use crate::scan::unpack::hash;

/// What a file is called by which another one hides it.
pub(super) const WHITEOUT: &str = ".wh.";
/// Hides everything that lower layers have in its folder.
const OPAQUE: &str = ".wh..wh..opq";

/// What there is in a layer. Paths are kept as hashes: only the paths of results are ever looked up.
#[derive(Debug, Default)]
pub(in crate::scan) struct Listing {
    files: HashSet<u64>,
    /// What whiteouts name.
    hidden: HashSet<u64>,
    /// Folders whose lower content is hidden; the root is `""`.
    opaque: HashSet<u64>,
    /// Folders that something lies in.
    folders: HashSet<u64>,
}

impl Listing {
    /// Notes a member: anything but a folder. Whether it hides something that has no name.
    pub(super) fn add(&mut self, path: &str) -> bool {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.add_folder(folder);
        if name == OPAQUE {
            self.opaque.insert(hash(folder));
        } else if let Some(hidden) = name.strip_prefix(WHITEOUT) {
            if matches!(hidden, "" | "." | "..") {
                return true;
            }
            let path = if folder.is_empty() {
                hidden.to_owned()
            } else {
                format!("{folder}/{hidden}")
            };
            self.hidden.insert(hash(&path));
        } else {
            self.files.insert(hash(path));
        }
        false
    }

    /// Notes a folder, and those it lies in.
    pub(super) fn add_folder(&mut self, folder: &str) {
        let mut folder = folder;
        // One that is known lies in ones that are known.
        while !folder.is_empty() && self.folders.insert(hash(folder)) {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    }

    /// How many names it holds.
    pub(super) fn len(&self) -> usize {
        self.files.len() + self.hidden.len() + self.opaque.len() + self.folders.len()
    }

    /// Whether a file of a lower layer is no longer there on top of this one.
    pub(super) fn hides(&self, path: &str) -> bool {
        let here = hash(path);
        let same = [&self.files, &self.folders, &self.hidden];
        if same.iter().any(|names| names.contains(&here)) {
            return true;
        }
        let mut folder = path;
        loop {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            let above = hash(folder);
            // A folder that became a file or a link hides what it held.
            if self.opaque.contains(&above)
                || self.hidden.contains(&above)
                || (!folder.is_empty() && self.files.contains(&above))
            {
                return true;
            }
            if folder.is_empty() {
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_hides_what_it_replaces_deletes_and_covers() {
        let mut listing = Listing::default();
        for path in [
            "etc/ssl.py",
            "opt/.wh.old",
            "srv/app/.wh..wh..opq",
            "lib",
            ".wh.",
        ] {
            listing.add(path);
        }
        for hidden in [
            "etc/ssl.py",
            "opt/old",
            "opt/old/a/b.py",
            "srv/app/x.py",
            "srv/app/y/z.py",
            "lib/a.py",
        ] {
            assert!(listing.hides(hidden), "{hidden}");
        }
        assert!(listing.hides("srv"), "a file that became a folder");
        for shown in ["etc/ssl.pyc", "opt/older", "srv/app.py", "usr/lib/a.py"] {
            assert!(!listing.hides(shown), "{shown}");
        }
        let mut root = Listing::default();
        root.add(".wh..wh..opq");
        assert!(root.hides("a.py") && root.hides("a/b.py"));
    }
}
