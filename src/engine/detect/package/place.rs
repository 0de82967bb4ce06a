//! Where a file lies: the part of its path inside the innermost archive, and the archives around it.

/// The place of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The whole path.
    path: &'a str,
    /// Where the path of the innermost archive ends.
    archive: Option<usize>,
    /// Where the part inside the innermost archive begins.
    inside: usize,
    /// Where the file's own name begins: every kind of metadata asks for it.
    name: usize,
}

impl<'a> Place<'a> {
    /// The place that a path names.
    pub(super) fn of(path: &'a str) -> Self {
        let archive = memchr::memmem::rfind(path.as_bytes(), b"!/");
        let mut inside = archive.map_or(0, |at| at + 2);
        // Tools that write tar archives by hand call the root `.`.
        while path[inside..].starts_with("./") {
            inside += 2;
        }
        let name = path[inside..]
            .rfind('/')
            .map_or(inside, |at| inside + at + 1);
        Self {
            path,
            archive,
            inside,
            name,
        }
    }

    /// The path inside the innermost archive; all of it for a plain file.
    pub(super) fn inside(&self) -> &'a str {
        &self.path[self.inside..]
    }

    /// The innermost archive.
    pub(super) fn container(&self) -> Option<Self> {
        self.archive.map(|end| Self::of(&self.path[..end]))
    }

    /// The file's own name.
    pub(super) fn name(&self) -> &'a str {
        &self.path[self.name..]
    }

    /// The name without its extension.
    pub(super) fn stem(&self) -> &'a str {
        let name = self.name();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Whether the name ends in one of these, whatever the case.
    pub(super) fn ends_in(&self, endings: &[&str]) -> bool {
        let name = self.name().as_bytes();
        endings.iter().any(|ending| {
            name.len() > ending.len()
                && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
        })
    }

    /// Whether the innermost archive's name ends in one of these.
    pub(super) fn in_archive(&self, endings: &[&str]) -> bool {
        self.container()
            .is_some_and(|archive| archive.ends_in(endings))
    }

    /// What stands before this end of the path, which is whole folders: empty, or ends in `/`.
    pub(super) fn before(&self, end: &str) -> Option<&'a str> {
        self.path
            .strip_suffix(end)
            .filter(|root| root.is_empty() || root.ends_with('/'))
    }

    /// The path up to the file's name: empty, or ends in `/`.
    pub(super) fn folder(&self) -> &'a str {
        &self.path[..self.name]
    }

    /// The names of the innermost folders in the same archive, the innermost first.
    pub(super) fn folders(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.inside().rsplit('/').skip(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_archive_counts() {
        let place = Place::of("dir/x.deb!/control.tar.xz!/./control");
        assert_eq!(place.inside(), "control");
        assert_eq!(place.name(), "control");
        assert_eq!(place.folder(), "dir/x.deb!/control.tar.xz!/./");
        let tar = place.container().unwrap();
        assert_eq!(tar.inside(), "control.tar.xz");
        assert_eq!(tar.stem(), "control.tar");
        assert!(tar.in_archive(&[".deb"]));
        assert_eq!(tar.container().unwrap().inside(), "dir/x.deb");
        assert!(tar.container().unwrap().container().is_none());
    }

    #[test]
    fn what_stands_before_is_whole_folders() {
        let before = |path: &'static str| Place::of(path).before("var/lib/dpkg/status");
        assert_eq!(before("var/lib/dpkg/status"), Some(""));
        assert_eq!(before("rootfs/var/lib/dpkg/status"), Some("rootfs/"));
        assert_eq!(before("l.tar!/var/lib/dpkg/status"), Some("l.tar!/"));
        assert_eq!(before("myvar/lib/dpkg/status"), None);
    }

    #[test]
    fn an_ending_needs_a_name_before_it() {
        assert!(Place::of("a/B.DEB").ends_in(&[".deb"]));
        assert!(!Place::of("a/.deb").ends_in(&[".deb"]));
        assert!(!Place::of("").ends_in(&[".deb"]));
    }
}
