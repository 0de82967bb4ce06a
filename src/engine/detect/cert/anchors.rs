//! The search through a file for what stands in the middle of other things.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::seen::Seen;
use super::{ANCHORS, Anchor};
use crate::detect::Source;

/// Bytes of a file that are searched at once.
const WINDOW: usize = 16 << 20;
/// What stands in the middle of other things is not longer: the largest revocation lists in the wild have some ten MB.
const MAX_OBJECT: usize = 12 << 20;
/// What stands before a pattern that belongs to it is not longer.
const MAX_BEFORE: usize = 32 << 10;
/// Bytes in which a text has no zero.
const BINARY_HEAD: usize = 8 << 10;

struct Patterns {
    searcher: AhoCorasick,
    /// By pattern, the anchor that it is of.
    owners: Vec<&'static dyn Anchor>,
    longest: usize,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let patterns: Vec<(&'static [u8], &'static dyn Anchor)> = ANCHORS
        .iter()
        .flat_map(|anchor| anchor.patterns().iter().map(|pattern| (*pattern, *anchor)))
        .collect();
    let searcher = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(patterns.iter().map(|(pattern, _)| pattern))
        .ok()?;
    Some(Patterns {
        searcher,
        longest: patterns
            .iter()
            .map(|(pattern, _)| <[u8]>::len(pattern))
            .max()
            .unwrap_or(1),
        owners: patterns.into_iter().map(|(_, anchor)| anchor).collect(),
    })
});

/// Searches all of a file, in windows of which each is dropped before the next is read.
pub(super) fn search(bytes: &mut dyn Source, seen: &mut Seen<'_>) {
    let Some(patterns) = &*PATTERNS else { return };
    let length = bytes.len();
    if let Some(text) = utf16(bytes) {
        seen.enter(0, 0, false);
        if text.is_ascii() {
            seen.in_utf16()
        }
        search_window(&text, true, patterns, seen);
        return;
    }
    let mut base = 0;
    let mut passed = 0;
    let mut binary = None;
    loop {
        let window = match bytes.read_at(base..base.saturating_add(WINDOW as u64)) {
            Ok(window) => window,
            Err((reason, detail)) => {
                seen.skip(reason, detail);
                return;
            }
        };
        if window.is_empty() {
            return;
        }
        let binary = *binary.get_or_insert_with(|| {
            memchr::memchr(0, &window[..window.len().min(BINARY_HEAD)]).is_some()
        });
        let last = base + window.len() as u64 >= length;
        seen.enter(base, passed, binary);
        let next = search_window(window, last, patterns, seen);
        if last {
            return;
        }
        passed = memchr::memchr_iter(b'\n', &window[..next]).count();
        base += next as u64;
    }
}

/// Searches what was encoded at the place that is stood at.
pub(super) fn search_decoded(text: &[u8], seen: &mut Seen<'_>) {
    if let Some(patterns) = &*PATTERNS {
        search_window(text, true, patterns, seen);
    }
}

/// A file in UTF-16 with a byte order mark, in UTF-8: what Windows exports is so now and then.
fn utf16(bytes: &mut dyn Source) -> Option<Vec<u8>> {
    let length = bytes.len();
    let unit: fn([u8; 2]) -> u16 = match bytes.read_at(0..2).ok()? {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    if length > WINDOW as u64 {
        return None;
    }
    let all = bytes.read_at(2..length).ok()?;
    let units = all.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some(text.into_bytes())
}

/// Searches a window; where the next one begins. What begins so close to the end that it may not be whole is left to the next.
fn search_window(window: &[u8], last: bool, patterns: &Patterns, seen: &mut Seen<'_>) -> usize {
    // What a pattern announces may begin before it: a header, or the signature that a trailer is behind.
    let margin = patterns.longest + MAX_BEFORE;
    let mut read_until = 0;
    let mut at = 0;
    while let Some(found) = patterns
        .searcher
        .find(Input::new(window).range(at.min(window.len())..))
    {
        at = found.start() + 1;
        if found.start() < read_until {
            continue;
        }
        if let Some(end) = seen.end_of_read(found.start()) {
            read_until = end.min(window.len());
            at = at.max(read_until);
            continue;
        }
        let from = found.start().saturating_sub(margin).max(read_until);
        let owner = patterns.owners[found.pattern().as_usize()];
        let is_near_end = !last && window.len() - found.start() < MAX_OBJECT;
        if is_near_end && from > 0 && !owner.is_whole(window, found.start()) {
            return from;
        }
        if let Some(end) = owner.read(window, found.start(), seen) {
            read_until = end.min(window.len());
            at = at.max(read_until);
        }
    }
    window.len().saturating_sub(margin).max(read_until).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_few_enough_for_a_search_in_vectors() {
        let patterns = PATTERNS.as_ref().expect("the patterns fit");
        assert!(patterns.owners.len() <= 64);
    }
}
