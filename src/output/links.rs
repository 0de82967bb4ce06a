//! Hyperlinks of terminals (OSC 8, <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>): a place opens its file.
//!
//! Whatever a path holds, nothing of it reaches the terminal but letters, digits and `-._~/%`: every other byte is percent-encoded
//! (RFC 3986 §2.1), so that no name ends the sequence or begins another.

use std::fmt::Write as _;

/// Longer addresses are cut by terminals, and then lead elsewhere.
const MAX_ADDRESS: usize = 2000;

/// From where files are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The machine's name, by which a terminal knows whether the file is its own; empty where it is not known.
    host: String,
    /// The folder that the user stands in, absolute.
    folder: String,
}

impl Links {
    /// Links of a machine, from the folder that the user stands in.
    pub fn new(host: &str, folder: &str) -> Self {
        // A name that is none is worse than no name.
        let is_name = host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        Self {
            host: if is_name { host } else { "" }.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// The address of a path from where the user stands: of the archive, where it lies in one. `None` where it would be too long.
    fn address(&self, path: &str) -> Option<String> {
        let file = path.split_once("!/").map_or(path, |(file, _)| file);
        let is_absolute = file.starts_with('/') || file.get(1..3) == Some(":\\");
        let whole = match is_absolute {
            true => file.to_owned(),
            false => format!("{}/{file}", self.folder.trim_end_matches(['/', '\\'])),
        };
        let whole = match cfg!(windows) {
            true => whole.replace('\\', "/"),
            false => whole,
        };
        let mut address = format!("file://{}", self.host);
        if !whole.starts_with('/') {
            address.push('/')
        }
        for byte in whole.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    address.push(char::from(byte))
                }
                // Writing to a String cannot fail.
                _ => {
                    let _ = write!(address, "%{byte:02X}");
                }
            }
        }
        (address.len() <= MAX_ADDRESS).then_some(address)
    }

    /// A text that opens a path. The text is the caller's to make harmless.
    pub(in crate::output) fn link(&self, path: &str, text: &str) -> String {
        match self.address(path) {
            Some(address) => format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            None => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new("desk", "/home/me/work")
    }

    #[test]
    fn a_path_is_linked_from_where_the_user_stands() {
        let address = |path| links().address(path);
        assert_eq!(
            address("app/src/keys.py").as_deref(),
            Some("file://desk/home/me/work/app/src/keys.py")
        );
        assert_eq!(
            address("/etc/ssl/a b.pem").as_deref(),
            Some("file://desk/etc/ssl/a%20b.pem")
        );
        assert_eq!(
            address("app.war!/WEB-INF/lib/keys.jar!/Keys.class").as_deref(),
            Some("file://desk/home/me/work/app.war")
        );
    }

    #[test]
    fn no_name_ends_the_sequence_or_begins_another() {
        let path = "a\u{1b}\\\u{1b}]8;;http://example.org\u{7}\u{9b}\u{202e}%ü?#;\r\n";
        let linked = links().link(path, "a");
        let inside = linked
            .strip_prefix("\u{1b}]8;;")
            .and_then(|rest| rest.strip_suffix("\u{1b}\\a\u{1b}]8;;\u{1b}\\"))
            .expect("one link and nothing else");
        assert!(inside.starts_with("file://desk/home/me/work/a%1B%5C%1B%5D8%3B%3Bhttp%3A"));
        assert!(
            inside.bytes().all(|byte| byte.is_ascii_graphic()),
            "{inside}"
        );
        assert!(!inside.contains(';'), "{inside}");
    }

    #[test]
    fn a_path_that_is_too_long_is_no_link() {
        let long = "a/".repeat(MAX_ADDRESS);
        assert_eq!(links().link(&long, "a"), "a");
    }

    #[test]
    fn a_machine_with_an_odd_name_has_none() {
        let links = Links::new("a\u{1b}]8;;b", "/");
        assert_eq!(links.address("x").as_deref(), Some("file:///x"));
    }
}
