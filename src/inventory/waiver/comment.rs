//! What a comment says: `accept CLASS until DATE [by OWNER] because REASON`.

use super::{By, FINGERPRINT, Place, Waiver, Written};
use crate::model::InlineWaiver;

/// What ends a comment on its own line.
const ENDS: [&str; 4] = ["*/}", "*/", "-->", "#}"];

impl Waiver {
    /// Of a comment. Its words may come in any order but for the reason, which is all that follows `because`.
    pub fn comment(comment: &InlineWaiver) -> Self {
        let mut text = comment.text.trim();
        for end in ENDS {
            text = text.strip_suffix(end).unwrap_or(text).trim_end()
        }
        let (before, reason) = split_at_word(text, "because");
        let mut written = Written {
            reason: reason.map(str::to_owned),
            ..Written::default()
        };
        let mut words = before
            .split([' ', '\t', ','])
            .filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            match word {
                "until" => written.until = words.next().map(str::to_owned),
                "by" => written.owner = words.next().map(str::to_owned),
                word if word.starts_with(FINGERPRINT) => written.fingerprints.push(word.to_owned()),
                word => written.classes.push(word.to_owned()),
            }
        }
        let place = Place::Comment {
            path: comment.path.clone(),
            line: comment.line,
            covers: comment.covers,
        };
        Self::new(place, By::Project, written)
    }
}

/// What stands before a word and after it.
fn split_at_word<'t>(text: &'t str, word: &str) -> (&'t str, Option<&'t str>) {
    let is_whole = |at: &usize| {
        let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let after = text[at + word.len()..].trim_start_matches([':', ',']);
        is_blank(text[..*at].chars().next_back()) && is_blank(after.chars().next())
    };
    match text.match_indices(word).map(|(at, _)| at).find(is_whole) {
        Some(at) => {
            let after = text[at + word.len()..].trim_start_matches([':', ',']);
            (&text[..at], Some(after.trim()))
        }
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FindingClass;

    fn read(text: &str) -> Waiver {
        Waiver::comment(&InlineWaiver {
            path: "a.py".into(),
            line: 3,
            covers: 4,
            text: text.into(),
        })
    }

    #[test]
    fn a_comment_says_class_day_owner_and_reason() {
        let waiver =
            read("rsa-key-transport until 2027-06-30 by @keys because the HSM has no ML-KEM */");
        assert!(waiver.problems.is_empty(), "{:?}", waiver.problems);
        assert_eq!(waiver.classes, [FindingClass::RsaKeyTransport]);
        assert_eq!(waiver.until.unwrap().to_string(), "2027-06-30");
        assert_eq!(waiver.written.owner.as_deref(), Some("@keys"));
        assert_eq!(waiver.reason(), "the HSM has no ML-KEM");
        assert_eq!(waiver.place.id(), "a.py:3");
        let several = read("weak-hash, weak-mac until 2027-06-30 because: of old files -->");
        assert_eq!(several.classes.len(), 2);
        assert_eq!(several.reason(), "of old files");
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(read("weak-hash until 2027-06-30").problems, ["no reason"]);
        assert!(read("weak-hash because old").problems[0].starts_with("no date"));
        assert!(read("until 2027-06-30 because old").problems[0].contains("what it accepts"));
        assert!(read("").problems.len() >= 3);
        // Words that belong to nothing are not passed over.
        assert!(read("weak-hash until June because old").problems[0].contains("no date"));
        assert!(
            read("the weak-hash until 2027-06-30 because old").problems[0]
                .contains("unknown class `the`")
        );
    }
}
