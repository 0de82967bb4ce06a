//! Pages and components: finds the scripts in HTML, Vue and Svelte files and hands them on. Reads no markup beyond that.

use std::ops::Range;
use std::sync::Arc;

use super::{Detection, Detector, Means, Source};
use crate::model::{Artifact, ArtifactKind, SkipReason};

/// Larger pages are left alone.
const MAX_BYTES: u64 = 8 << 20;
/// More scripts than any page has.
const MAX_SCRIPTS: usize = 1000;

/// The detector.
pub struct Markup;

impl Detector for Markup {
    fn claims(&self, artifact: &Artifact, _head: &[u8]) -> bool {
        matches!(
            &*artifact.extension(),
            "html" | "htm" | "xhtml" | "vue" | "svelte"
        )
    }

    fn detect(&self, artifact: &Artifact, bytes: &mut dyn Source, _means: &Means<'_>) -> Detection {
        let mut detection = Detection::default();
        let length = bytes.len();
        if length > MAX_BYTES {
            detection.skip(
                &artifact.path,
                SkipReason::TooLargeToParse,
                format!("{length} bytes"),
            );
            return detection;
        }
        let text = match bytes.read_at(0..length) {
            Ok(text) => text,
            Err((reason, detail)) => {
                detection.skip(&artifact.path, reason, detail);
                return detection;
            }
        };
        for (range, extension) in scripts(text) {
            detection.handed_on.push(Artifact {
                path: format!("{}!/script.{extension}", artifact.path).into(),
                kind: ArtifactKind::Script,
                offset: range.start,
                host: Some((artifact.path.clone(), lines_before(text, range.start))),
                bytes: Some(Arc::from(&text[range])),
                depth: artifact.depth + 1,
                context: artifact.context,
            });
        }
        detection
    }
}

fn lines_before(text: &[u8], at: usize) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', &text[..at]).count()).unwrap_or(u32::MAX)
}

/// The bodies of `<script>` elements that hold JavaScript or TypeScript.
fn scripts(text: &[u8]) -> Vec<(Range<usize>, &'static str)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = memchr::memmem::find(&lower[from..], b"<script") {
        let tag = from + open + b"<script".len();
        let Some(close) = memchr::memchr(b'>', &lower[tag..]) else {
            break;
        };
        let attributes = String::from_utf8_lossy(&lower[tag..tag + close]).into_owned();
        let body = tag + close + 1;
        let end =
            memchr::memmem::find(&lower[body..], b"</script").map_or(lower.len(), |end| body + end);
        from = end;
        if attributes.ends_with('/') {
            continue;
        }
        if let Some(extension) = script_language(&attributes)
            && !lower[body..end].trim_ascii().is_empty()
        {
            found.push((body..end, extension))
        }
        if found.len() >= MAX_SCRIPTS {
            break;
        }
    }
    found
}

/// The file name ending of the language that a script's attributes name; none for data blocks and templates.
fn script_language(attributes: &str) -> Option<&'static str> {
    let value = |name: &str| {
        let at = attributes.find(name)? + name.len();
        let rest = attributes[at..]
            .trim_start()
            .trim_start_matches(['"', '\'']);
        Some(rest.split(['"', '\'', ' ', '>']).next().unwrap_or_default())
    };
    match (value("lang="), value("type=")) {
        (Some("ts" | "typescript"), _) => Some("ts"),
        (Some("tsx"), _) => Some("tsx"),
        (
            _,
            None
            | Some(
                ""
                | "module"
                | "text/javascript"
                | "application/javascript"
                | "text/babel"
                | "text/jsx",
            ),
        ) => Some("js"),
        (_, Some("text/typescript")) => Some("ts"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_handed_on_with_their_offset_and_language() {
        let page = b"<html><SCRIPT type='module'>let a = 1;</SCRIPT><script type=\"application/json\">{}</script><script lang=\"ts\">let b: number;</script>";
        let found = scripts(page);
        assert_eq!(found.len(), 2);
        assert_eq!(&page[found[0].0.clone()], b"let a = 1;");
        assert_eq!(found[1].1, "ts");
    }

    #[test]
    fn an_unclosed_script_ends_with_the_page() {
        assert_eq!(scripts(b"<script>x").len(), 1);
        assert_eq!(scripts(b"<script").len(), 0);
    }
}
