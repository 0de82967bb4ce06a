//! `os-release`: which distribution a root file system is of (<https://www.freedesktop.org/software/systemd/man/latest/os-release.html>).
//! Package databases do not say it, and package URLs ask for it.

use super::place::Place;
use super::records::Records;
use super::{MAX_METADATA, Reader, Unread, is_word, text};
use crate::detect::Source;

/// Where the file stands; distributions link the first to the second.
const PATHS: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// The reader.
pub(super) struct OsRelease;

impl Reader for OsRelease {
    fn concerns(&self, place: &Place<'_>) -> bool {
        root(place).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        if let (Some(root), Some(id)) = (root(place), id(&text)) {
            records.system(root, id)
        }
        Ok(())
    }
}

fn root<'a>(place: &Place<'a>) -> Option<&'a str> {
    PATHS.iter().find_map(|path| place.before(path))
}

/// The value of `ID`, which is lower case and may stand in quotes.
fn id(text: &str) -> Option<&str> {
    let value = text.lines().find_map(|line| line.strip_prefix("ID="))?;
    let value = value.trim().trim_matches(['"', '\'']);
    let well_formed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    (is_word(value) && value.chars().all(well_formed)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::Record;
    use super::super::tests::look;
    use super::*;

    #[test]
    fn the_distribution_is_the_id() {
        assert_eq!(id("NAME=\"Debian GNU/Linux\"\nID=debian\n"), Some("debian"));
        assert_eq!(id("ID=\"rhel\"\nVERSION_ID=9\n"), Some("rhel"));
        for wrong in ["", "VERSION_ID=9", "ID=", "ID=$(id)", "ID=Debian GNU"] {
            assert_eq!(id(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn it_is_that_of_its_root() {
        let (records, skips) = look("image.tar!/usr/lib/os-release", b"ID=alpine\n");
        assert_eq!(skips, []);
        let system = Record::System {
            root: "image.tar!/".into(),
            distribution: "alpine".to_owned(),
        };
        assert_eq!(records, [system]);
        assert_eq!(look("etc/os-release.d/x", b"ID=alpine\n").0, []);
    }
}
