//! Names of members, as outputs write them. A name is a label here and never a path that is opened.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A name, and what is odd about it.
pub(super) struct Label {
    pub(super) text: String,
    pub(super) odd: Option<&'static str>,
}

/// The longest name written in full; longer ones keep their beginning and their end.
const MAX_NAME: usize = 1024;

/// A name as outputs write it: with `/` between folders, without `./` in front; `!/`, which stands between an archive and its members,
/// is written `!%2F`, and bytes that are no UTF-8 as `%8F`, since nothing tells which encoding they are in.
pub(super) fn label(name: &[u8]) -> Label {
    let mut odd = None;
    let mut text = match std::str::from_utf8(name) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            odd = Some("not in UTF-8; bytes are written as %XX");
            escaped(name)
        }
    };
    if text.contains('\\') && !text.contains('/') {
        text = text.replace('\\', "/")
    }
    if text.contains(char::is_control) {
        odd = Some("holds control characters, written as %XX");
        text = text
            .chars()
            .map(|c| match c {
                c if c.is_control() => format!("%{:02X}", u32::from(c)),
                c => c.to_string(),
            })
            .collect()
    }
    if text.contains(turns_text) {
        odd = Some("holds characters that turn the direction of text")
    }
    if text.contains("!/") {
        odd = Some("holds `!/`, written `!%2F`");
        text = text.replace("!/", "!%2F")
    }
    while let Some(rest) = text.strip_prefix("./") {
        text = rest.trim_start_matches('/').to_owned()
    }
    let bytes = text.as_bytes();
    if text.starts_with('/') || bytes.get(1) == Some(&b':') && bytes[0].is_ascii_alphabetic() {
        odd = Some("absolute");
        text = text.trim_start_matches('/').to_owned();
    }
    if text.contains("//") || text.contains("/./") || text.ends_with("/.") {
        let parts = text.split('/').filter(|part| !matches!(*part, "" | "."));
        text = parts.collect::<Vec<_>>().join("/")
    }
    if text.split('/').any(|part| part == "..") {
        odd = Some("leads out of the archive")
    }
    if text.is_empty() {
        odd = Some("empty");
        text.push_str("%00");
    }
    if text.len() > MAX_NAME {
        odd = Some("longer than 1024 bytes; written in part");
        let start = text.floor_char_boundary(MAX_NAME / 2);
        let end = text.ceil_char_boundary(text.len() - MAX_NAME / 2);
        text = format!("{}…{}", &text[..start], &text[end..]);
    }
    Label { text, odd }
}

/// Whether a character makes what follows read in another direction (CVE-2021-42574).
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"))
        }
    }
    text
}

/// A number that two names share only if they are equal, but for one chance in 2^64. The keys are fixed, so that results are.
pub(in crate::scan) fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// Whether an archive with a member of this name is an office document: Office Open XML, or OpenDocument by the part that only it has.
pub(super) fn marks_document(name: &str) -> bool {
    matches!(
        name,
        "word/document.xml"
            | "xl/workbook.xml"
            | "ppt/presentation.xml"
            | "META-INF/documentsignatures.xml"
    )
}

/// Whether a part of an office document is its text or says how the parts hang together, and neither an embedded file nor a signature.
pub(super) fn is_text_of_document(name: &str) -> bool {
    let is_text = name.ends_with(".xml") || name.ends_with(".rels");
    is_text && !is_embedded(name)
}

fn is_embedded(name: &str) -> bool {
    name.contains("/embeddings/")
        || name.starts_with("_xmlsignatures/")
        || name.starts_with("META-INF/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &[u8]) -> String {
        label(name).text
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["keys.py", "a/b/c.jar", "dépôt/clés.py", "a b/c!d"] {
            let label = label(name.as_bytes());
            assert_eq!(label.text, name);
            assert_eq!(label.odd, None, "{name}");
        }
        assert_eq!(text(b"./usr/bin/x"), "usr/bin/x");
        assert_eq!(text(b"a\\b.py"), "a/b.py");
        assert_eq!(text(b"d/./e//f.py"), "d/e/f.py");
    }

    #[test]
    fn odd_names_are_told_and_cannot_imitate_a_place() {
        assert_eq!(text(b"/etc/passwd"), "etc/passwd");
        assert_eq!(text(b"x!/y.py"), "x!%2Fy.py");
        assert_eq!(text(b"\x83\x65.py"), "%83e.py");
        assert_eq!(text(b""), "%00");
        for name in [
            &b"/a"[..],
            b"../a",
            b"a/../b",
            b"C:\\x",
            b"x!/y",
            b"\xff",
            b"",
            b"a\0b",
        ] {
            assert!(label(name).odd.is_some(), "{name:?}");
        }
        assert!(text(&[b'a'; 70_000]).len() < 1100);
    }
}
