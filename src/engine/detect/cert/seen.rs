//! What the readers of one artifact saw, and where they stand while they see it.

use std::ops::Range;
use std::sync::Arc;

use super::pbe::open::Work;
use crate::detect::{Detection, Means, Passwords};
use crate::knowledge::catalog::Catalog;
use crate::model::artifact::Range64;
use crate::model::object::Half;
use crate::model::{
    Artifact, Asset, AssetKind, Confidence, Finding, Fingerprint, Location, Object,
    SharedProvenance, Skip, SkipReason, Technique,
};

/// Findings of one file, at most: a file that is nothing but tiny keys is hostile.
const MAX_FINDINGS: usize = 1_000_000;
/// Skips of one file, at most; the rest are counted in the last.
const MAX_SKIPS: usize = 100;
/// Encodings in encodings.
const MAX_HELD: u32 = 3;
/// Characters of a line that are shown.
const MAX_SHOWN: usize = 160;
/// What may be computed for one file, in microseconds of a slow machine: ordinary files need a thousandth of it.
const MAX_COMPUTED: u64 = 20_000_000;

/// What was seen so far, and the place that readers stand at.
pub(super) struct Seen<'a> {
    pub(super) artifact: &'a Artifact,
    means: &'a Means<'a>,
    findings: Vec<Finding>,
    skips: Vec<Skip>,
    more_skips: u64,
    /// The place that the next finding has, and the text that is shown of it.
    here: Location,
    shown: Arc<str>,
    /// What was shown last: blocks in one file begin alike.
    last_shown: Arc<str>,
    /// The words that findings repeat.
    words: Vec<(&'static str, Arc<str>)>,
    lines: Lines,
    full: bool,
    /// What was computed so far.
    computed: u64,
    /// Whether what is read now was behind a password in the file: a private key that a reader sees was not in plain sight.
    pub(super) behind_password: bool,
    /// What may still be spent on passwords.
    pub(super) work: Work,
    /// How many encodings deep readers are in what stands at one place: their own places mean nothing outside.
    held: u32,
    /// What of the file was read where something said that it lies: the search does not read it again.
    read: Vec<Range<u64>>,
}

/// Counts lines forward through a file that is seen in windows.
#[derive(Default)]
struct Lines {
    /// Whether the file has no lines.
    binary: bool,
    /// Where the window begins in the file, and the line that holds its first byte.
    base: u64,
    base_line: u32,
    /// Bytes of the file before the window's first, and for each of the window's: a text in UTF-16 is seen in UTF-8.
    before: u64,
    unit: u64,
    /// Where in the window the count stands, in which line, and where that line begins.
    at: usize,
    line: u32,
    start: usize,
}

impl<'a> Seen<'a> {
    pub(super) fn new(artifact: &'a Artifact, means: &'a Means<'a>) -> Self {
        Self {
            artifact,
            means,
            findings: Vec::new(),
            skips: Vec::new(),
            more_skips: 0,
            here: Location {
                path: artifact.path.clone(),
                line: 0,
                column: 0,
                span: Range64 { start: 0, end: 0 },
            },
            shown: Arc::default(),
            last_shown: Arc::default(),
            words: Vec::new(),
            lines: Lines {
                base_line: 1,
                line: 1,
                unit: 1,
                ..Lines::default()
            },
            full: false,
            computed: 0,
            behind_password: false,
            work: Work::default(),
            held: 0,
            read: Vec::new(),
        }
    }

    /// Asks to compute something that takes so many microseconds: a public key from a private one. `false` where this file has had more
    /// than its share.
    pub(super) fn spend(&mut self, microseconds: u64) -> bool {
        self.computed = self.computed.saturating_add(microseconds);
        self.computed <= MAX_COMPUTED
    }

    /// Takes the last finding back if `entry` made it and it ends where this place begins: what stands here says all of it, and more.
    pub(super) fn supersede(&mut self, entry: &str) -> Option<Asset> {
        let start = self.here.span.start;
        let beside = |finding: &mut Finding| {
            let end = finding.location.span.end;
            *finding.entry == *entry && end <= start && start - end <= 4
        };
        self.findings.pop_if(beside).map(|finding| finding.asset)
    }

    /// The place that is stood at.
    pub(super) fn place(&self) -> &Location {
        &self.here
    }

    pub(super) fn finish(mut self) -> Detection {
        if self.more_skips > 0 {
            let more = Skip::more(
                self.artifact.path.clone(),
                SkipReason::Damaged,
                self.more_skips,
            );
            self.skips.push(Skip {
                detail: format!("{} more places", self.more_skips),
                ..more
            });
        }
        Detection {
            findings: self.findings,
            skips: self.skips,
            ..Detection::default()
        }
    }

    pub(super) fn catalog(&self) -> &'a Catalog {
        &self.means.known.catalog
    }

    pub(super) fn passwords(&self) -> &'a Passwords {
        self.means.passwords
    }

    /// Stays at the place that is stood at while something is read that was encoded there. `None` where encodings are nested too deep.
    pub(super) fn hold<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.held >= MAX_HELD {
            self.skip(SkipReason::LimitDepth, "encoded again and again");
            return None;
        }
        self.held += 1;
        let result = read(self);
        self.held -= 1;
        Some(result)
    }

    /// Stands at a range of the file as a whole, which has no lines.
    pub(super) fn stand_in_file(&mut self, span: Range<u64>) {
        if self.held > 0 {
            return;
        }
        self.here = Location {
            path: self.artifact.path.clone(),
            line: 0,
            column: 0,
            span: Range64 {
                start: span.start,
                end: span.end,
            },
        };
        self.shown = Arc::default();
    }

    /// Says that all of a range of the file was read.
    pub(super) fn has_read(&mut self, span: Range<u64>) {
        if self.held == 0 {
            self.read.push(span)
        }
    }

    /// Where what was read already ends, if a place of the window is in it.
    pub(super) fn end_of_read(&self, at: usize) -> Option<usize> {
        if self.held > 0 || self.read.is_empty() {
            return None;
        }
        let place = self.lines.base + at as u64;
        let read = self.read.iter().find(|read| read.contains(&place))?;
        usize::try_from(read.end - self.lines.base).ok()
    }

    /// Stands at a range of a window that was entered. Windows are gone through front to back, with short steps back.
    pub(super) fn stand(&mut self, window: &[u8], span: Range<usize>) {
        if self.held > 0 {
            return;
        }
        let lines = &self.lines;
        let byte = |at: usize| lines.base + lines.before + lines.unit * at as u64;
        self.here.span = Range64 {
            start: byte(span.start),
            end: byte(span.end),
        };
        self.shown = Arc::default();
        if self.lines.binary {
            (self.here.line, self.here.column) = (0, 0);
            return;
        }
        let start = self.lines.go_to(window, span.start);
        self.here.line = self.lines.line;
        self.here.column = u32::try_from(span.start - start + 1).unwrap_or(u32::MAX);
    }

    /// Shows a part of the window as the text of the place: a header, never what may be secret.
    pub(super) fn show(&mut self, text: &[u8]) {
        if self.held > 0 {
            return;
        }
        let text = &text[..text.len().min(4 * MAX_SHOWN)];
        if text.trim_ascii() != self.last_shown.as_bytes() || !text.is_ascii() {
            self.last_shown = shown(text);
        }
        self.shown = self.last_shown.clone();
    }

    /// Enters the window that begins at `base`; `passed` lines end between the last window's beginning and this one's.
    pub(super) fn enter(&mut self, base: u64, passed: usize, binary: bool) {
        if self.held > 0 {
            return;
        }
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        let lines = &mut self.lines;
        lines.binary = binary;
        lines.base = base;
        lines.base_line = lines.base_line.saturating_add(passed);
        (lines.at, lines.line, lines.start) = (0, lines.base_line, 0);
    }

    /// Says that the window is a file in UTF-16 with a byte order mark, written in ASCII: every byte of it is two of the file.
    pub(super) fn in_utf16(&mut self) {
        (self.lines.before, self.lines.unit) = (2, 2);
    }

    /// Adds an asset at the place that is stood at; `entry` names the reader. The number by which others refer to it.
    pub(super) fn add(&mut self, mut asset: Asset, entry: &'static str) -> usize {
        if self.findings.len() >= MAX_FINDINGS {
            if !self.full {
                self.full = true;
                self.skip(
                    SkipReason::Budget,
                    format!("more than {MAX_FINDINGS} keys and certificates"),
                );
            }
            return usize::MAX;
        }
        if self.behind_password {
            seal(&mut asset)
        }
        let symbol = self.word(asset.object.as_deref().map_or("", Object::form));
        let entry = self.word(entry);
        if self.findings.is_empty() {
            // A certificate and its key are all that many files hold.
            self.findings.reserve_exact(2)
        }
        self.findings.push(Finding {
            asset,
            location: self.here.clone(),
            text: self.shown.clone(),
            library: Arc::default(),
            entry,
            symbol,
            function: None,
            technique: Technique::Encoding,
            confidence: Confidence::High,
            context: self.artifact.context,
            evidence: Vec::new(),
            uses: Vec::new(),
            provenance: SharedProvenance::default(),
        });
        self.findings.len() - 1
    }

    fn word(&mut self, word: &'static str) -> Arc<str> {
        if let Some((_, shared)) = self.words.iter().find(|(known, _)| *known == word) {
            return shared.clone();
        }
        let shared: Arc<str> = word.into();
        self.words.push((word, shared.clone()));
        shared
    }

    /// Says that one finding refers to another: a certificate to its key, a keystore to its entries.
    pub(super) fn uses(&mut self, user: usize, used: usize) {
        if user != used
            && used < self.findings.len()
            && let Some(finding) = self.findings.get_mut(user)
        {
            finding.uses.push(used)
        }
    }

    /// Says what a key is called, where the finding is one.
    pub(super) fn label(&mut self, finding: usize, label: &str) {
        let label: String = label
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_SHOWN)
            .collect();
        let object = self
            .findings
            .get_mut(finding)
            .and_then(|finding| finding.asset.object.as_mut());
        if let Some(object) = object
            && matches!(**object, Object::Key(_))
            && !label.is_empty()
            && let Object::Key(key) = Arc::make_mut(object)
        {
            key.labels.insert(label);
        }
    }

    /// Says what the key of a certificate is called.
    pub(super) fn label_key_of(&mut self, certificate: usize, label: &str) {
        if let Some(key) = self.key_of(certificate) {
            self.label(key, label)
        }
    }

    /// The key that a certificate is about, where it could be read.
    pub(super) fn key_of(&self, certificate: usize) -> Option<usize> {
        let mut used = self.findings.get(certificate)?.uses.iter().copied();
        used.find(|used| {
            self.asset(*used)
                .is_some_and(|asset| asset.kind == AssetKind::Key)
        })
    }

    /// What tells something secret from other things, where nothing of itself may: where it lies, and what surrounds it.
    pub(super) fn place_of(&self, around: &[&[u8]]) -> Fingerprint {
        let place = format!("{}\n{}\n", self.here.path, self.here.span.start);
        super::spki::fingerprint(&[place.as_bytes(), &around.join(&b'\n')].concat())
    }

    /// The asset of a finding.
    pub(super) fn asset(&self, finding: usize) -> Option<&Asset> {
        self.findings.get(finding).map(|finding| &finding.asset)
    }

    /// How many findings there are so far: what is added from here on belongs to what is being read.
    pub(super) fn count(&self) -> usize {
        self.findings.len()
    }

    /// Says that something was not read, at the place that is stood at.
    pub(super) fn skip(&mut self, reason: SkipReason, detail: impl Into<String>) {
        if self.skips.len() >= MAX_SKIPS {
            self.more_skips += 1;
            return;
        }
        let detail: String = detail.into();
        let place = if self.here.line > 0 {
            format!("line {}: {detail}", self.here.line)
        } else if self.here.span.start > 0 {
            format!("at byte {}: {detail}", self.here.span.start)
        } else {
            detail
        };
        self.skips
            .push(Skip::new(self.artifact.path.clone(), reason, place));
    }
}

/// A text without what surrounds it, what controls a terminal, and what is too much.
fn shown(text: &[u8]) -> Arc<str> {
    let plain = text.trim_ascii();
    let is_plain = plain.len() <= MAX_SHOWN && plain.iter().all(|b| matches!(b, b' '..=b'~'));
    match std::str::from_utf8(plain) {
        Ok(plain) if is_plain => plain.into(),
        _ => {
            let text = String::from_utf8_lossy(text);
            let shown = text.trim().chars().filter(|c| !c.is_control());
            shown.take(MAX_SHOWN).collect::<String>().into()
        }
    }
}

/// What is private or secret was encrypted where it lies.
fn seal(asset: &mut Asset) {
    if let Some(object) = &mut asset.object
        && let Object::Key(key) = Arc::make_mut(object)
    {
        for (open, sealed) in [
            (Half::Private, Half::EncryptedPrivate),
            (Half::Secret, Half::EncryptedSecret),
        ] {
            if key.halves.remove(&open) {
                key.halves.insert(sealed);
            }
        }
    }
}

impl Lines {
    /// Counts to a byte of the window; where its line begins.
    fn go_to(&mut self, window: &[u8], at: usize) -> usize {
        let at = at.min(window.len());
        if at < self.at {
            let back = memchr::memchr_iter(b'\n', &window[at..self.at]).count();
            if back > 0 {
                let back = u32::try_from(back).unwrap_or(u32::MAX);
                self.line = self.line.saturating_sub(back);
                self.start = memchr::memrchr(b'\n', &window[..at]).map_or(0, |end| end + 1);
            }
            self.at = at;
        }
        for newline in memchr::memchr_iter(b'\n', &window[self.at..at]) {
            self.line = self.line.saturating_add(1);
            self.start = self.at + newline + 1;
        }
        self.at = at;
        // The byte order mark takes no column.
        let marked = self.base == 0 && self.start == 0 && window.starts_with(b"\xef\xbb\xbf");
        if marked { at.min(3) } else { self.start }
    }
}
