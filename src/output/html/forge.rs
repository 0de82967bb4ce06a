//! Addresses of files in public forges, at the commit that was scanned.

/// A forge whose addresses are known, and a repository and commit there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forge {
    /// What stands before a path; ends in `/`.
    pub(super) base: String,
    /// What stands between a path and the number of a line.
    pub(super) line: &'static str,
    /// The address of the commit.
    pub(super) commit: String,
}

/// Public forges: what stands between the repository and the commit for a file, and for the commit itself, and before a line.
const FORGES: [(&str, &str, &str, &str); 4] = [
    ("github.com", "blob", "commit", "#L"),
    ("gitlab.com", "-/blob", "-/commit", "#L"),
    ("bitbucket.org", "src", "commits", "#lines-"),
    ("codeberg.org", "src/commit", "commit", "#L"),
];

impl Forge {
    /// Of a remote as git has it; `None` for what is not reached by https or ssh, and for other hosts: an address is never made up.
    pub(super) fn of(remote: &str, commit: &str) -> Option<Self> {
        let rest = remote
            .strip_prefix("https://")
            .or_else(|| remote.strip_prefix("ssh://"))?;
        let (host, path) = rest.split_once('/')?;
        let (_, blob, commits, line) = FORGES.iter().find(|(known, ..)| *known == host)?;
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        let is_name = |part: &str| !part.is_empty() && part != "." && part != "..";
        let is_commit = !commit.is_empty() && commit.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_commit
            || !path.contains('/')
            || !path.chars().all(is_plain)
            || !path.split('/').all(is_name)
        {
            return None;
        }
        Some(Self {
            base: format!("https://{host}/{path}/{blob}/{commit}/"),
            line,
            commit: format!("https://{host}/{path}/{commits}/{commit}"),
        })
    }

    /// The address of a file; of an archive where the path is of a member.
    pub(super) fn file(&self, path: &str) -> String {
        let path = path.split("!/").next().unwrap_or_default();
        let mut address = self.base.clone();
        for byte in path.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                    address.push(char::from(byte))
                }
                byte => address.push_str(&format!("%{byte:02X}")),
            }
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_forges_have_addresses() {
        let forge = |remote: &str| Forge::of(remote, "0123abcd").map(|forge| forge.base);
        assert_eq!(
            forge("https://github.com/example/app.git").as_deref(),
            Some("https://github.com/example/app/blob/0123abcd/")
        );
        assert_eq!(
            forge("ssh://gitlab.com/example/group/app.git").as_deref(),
            Some("https://gitlab.com/example/group/app/-/blob/0123abcd/")
        );
        assert_eq!(
            forge("https://codeberg.org/example/app").as_deref(),
            Some("https://codeberg.org/example/app/src/commit/0123abcd/")
        );
        assert_eq!(forge("https://git.example.org/example/app"), None);
        assert_eq!(forge("https://github.com.example.org/a/b"), None);
        assert_eq!(forge("https://github.com/a/b\"onclick=x"), None);
        assert_eq!(forge("https://github.com/a/../b"), None);
        assert_eq!(forge("javascript:alert(1)"), None);
        assert_eq!(Forge::of("https://github.com/a/b", "HEAD"), None);
    }

    #[test]
    fn a_path_cannot_leave_its_address() {
        let forge = Forge::of("https://github.com/example/app", "0123abcd").unwrap();
        assert_eq!(
            forge.file("a b/#c?\"<.rs"),
            "https://github.com/example/app/blob/0123abcd/a%20b/%23c%3F%22%3C.rs"
        );
        assert_eq!(
            forge.file("lib/x.jar!/a/B.class"),
            "https://github.com/example/app/blob/0123abcd/lib/x.jar"
        );
    }
}
