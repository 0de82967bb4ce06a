//! The lines of code that the page shows, each once, by file: what a place links to, and where the owner of a file reads what is in it.

use std::collections::{BTreeMap, HashMap};

use askama::Template;

use super::forge::Forge;
use super::sheet::{Sheet, clean, named, path};
use crate::model::Location;
use crate::output::fit::{columns, counted, cut};

/// Most columns of a line of code.
const MAX_LINE: usize = 240;
/// Most columns of the name of an asset beside a line.
const MAX_NAME: usize = 22;
/// Columns of a place in a row, from which on its first folders are left out: the line that it links to has the whole.
const MAX_PLACE: usize = 44;

/// Every file with a place that is shown.
pub(super) struct Files<'a> {
    /// By path.
    files: Vec<File<'a>>,
    numbers: HashMap<&'a str, usize>,
}

struct File<'a> {
    path: &'a str,
    lines: BTreeMap<(u32, u64), Line<'a>>,
}

#[derive(Default)]
struct Line<'a> {
    text: &'a str,
    /// Rows that it shows, and their assets' names.
    shows: Vec<(usize, &'a str)>,
}

/// Lines are told by their number; where a file has none, by bytes.
fn key(location: &Location) -> (u32, u64) {
    match location.line {
        0 => (0, location.span.start),
        line => (line, 0),
    }
}

impl<'a> Files<'a> {
    /// Of the places that a sheet shows.
    pub(super) fn of(sheet: &Sheet<'a>) -> Self {
        let mut files: BTreeMap<&str, BTreeMap<(u32, u64), Line<'_>>> = BTreeMap::new();
        for (number, places) in &sheet.places {
            let Some(anchor) = sheet.anchor(*number) else {
                continue;
            };
            let asset = sheet.report.inventory.assets.get(*number);
            let name: &str = asset.map(|asset| &*asset.name).unwrap_or_default();
            for place in places {
                let lines = files.entry(&place.location.path).or_default();
                let line = lines.entry(key(&place.location)).or_default();
                if line.text.is_empty() {
                    line.text = match &*place.text {
                        "" => &place.symbol,
                        text => text,
                    }
                }
                // The places of an asset come together.
                if line.shows.last() != Some(&(anchor, name)) {
                    line.shows.push((anchor, name))
                }
            }
        }
        let numbers = files.keys().enumerate();
        Self {
            numbers: numbers.map(|(number, path)| (*path, number)).collect(),
            files: files
                .into_iter()
                .map(|(path, lines)| File { path, lines })
                .collect(),
        }
    }

    /// The number of a file, if it is on the page.
    pub(super) fn number(&self, path: &str) -> Option<usize> {
        self.numbers.get(path).copied()
    }

    /// The anchor of a place's line, if it is on the page.
    pub(super) fn anchor(&self, location: &Location) -> Option<String> {
        let number = self.number(&location.path)?;
        let key = key(location);
        self.files[number].lines.get(&key)?;
        Some(anchor(number, key))
    }
}

fn anchor(file: usize, key: (u32, u64)) -> String {
    match key {
        (0, byte) => format!("f{file}.b{byte}"),
        (line, _) => format!("f{file}.{line}"),
    }
}

/// `src/wrap.py:88`.
pub(super) fn place(location: &Location) -> String {
    let path = path(&location.path);
    match (location.line, location.span.start) {
        (0, 0) => path,
        (0, byte) => format!("{path} at byte {byte}"),
        (line, _) => format!("{path}:{line}"),
    }
}

/// The same without the first folders, where it is long: `…/wrap.py:88`.
pub(super) fn shortly(location: &Location) -> String {
    let place = place(location);
    if columns(&place) <= MAX_PLACE {
        return place;
    }
    let slashes = place.match_indices('/').skip(1).map(|(at, _)| at);
    let mut tails = slashes.map(|at| &place[at..]);
    let fitting = tails.find(|tail| columns(tail) < MAX_PLACE);
    let last = || place.rfind('/').filter(|at| *at > 0).map(|at| &place[at..]);
    match fitting.or_else(last) {
        Some(tail) => format!("…{tail}"),
        None => place,
    }
}

/// Text between tags: quotes, of which code is full, need no escape there.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

/// The section.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="files">
<h2 id="files-h">Files and lines of code</h2>
<p>{{ said }} Each line stands once, with the assets that it shows. Secrets in lines were replaced when they were read.</p>
{% for file in files -%}
<details id=f{{ loop.index0 }}><summary>{{ file.path }} <small>{{ file.size }}</small></summary>
{%- if let Some(url) = file.url %}<p><a href="{{ url }}" rel="noreferrer">Open in the repository</a></p>{% endif %}<ol>
{%- for line in file.lines %}
<li id={{ line.id }}{% if line.number > 0 %} value={{ line.number }}{% else %} class=byte{% endif %}><code>{{ line.text|safe }}</code>
{%- for (anchor, name) in line.shows %} <a href=#r{{ anchor }}>{{ name }}</a>{% endfor %}
{%- endfor %}</ol></details>
{% endfor -%}
</section>"##
)]
pub(super) struct Section {
    said: String,
    files: Vec<FileView>,
}

struct FileView {
    path: String,
    size: usize,
    url: Option<String>,
    lines: Vec<LineView>,
}

struct LineView {
    id: String,
    number: u32,
    /// Escaped by [`escaped`].
    text: String,
    shows: Vec<(usize, String)>,
}

impl Section {
    pub(super) fn of(files: &Files<'_>, forge: Option<&Forge>) -> Self {
        let lines: usize = files.files.iter().map(|file| file.lines.len()).sum();
        let views = files.files.iter().enumerate().map(|(number, file)| {
            let lines = file.lines.iter().map(|(key, line)| LineView {
                id: anchor(number, *key),
                number: key.0,
                text: escaped(&line_text(key.1, line.text)),
                shows: line
                    .shows
                    .iter()
                    .map(|(anchor, name)| (*anchor, cut(&clean(name), MAX_NAME)))
                    .collect(),
            });
            FileView {
                path: path(file.path),
                size: file.lines.len(),
                url: forge.map(|forge| forge.file(file.path)),
                lines: lines.collect(),
            }
        });
        Self {
            said: format!(
                "{} in {}.",
                counted(lines as u64, "line"),
                counted(files.files.len() as u64, "file")
            ),
            files: views.collect(),
        }
    }
}

fn line_text(byte: u64, text: &str) -> String {
    let text = cut(&clean(text), MAX_LINE);
    match (byte, text.as_str()) {
        (0, "") => "(the file itself)".to_owned(),
        (0, _) => text,
        (byte, "") => format!("byte {byte}"),
        (byte, _) => format!("byte {byte}: {}", named(&text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::artifact::Range64;

    #[test]
    fn a_long_place_keeps_its_end() {
        let place = |path: &str| {
            shortly(&Location {
                path: path.into(),
                line: 8,
                column: 1,
                span: Range64 { start: 1, end: 2 },
            })
        };
        assert_eq!(place("src/wrap.py"), "src/wrap.py:8");
        assert_eq!(
            place("services/payments/src/main/java/org/example/Wrapper.java"),
            "…/src/main/java/org/example/Wrapper.java:8"
        );
        let long = "x".repeat(60);
        assert_eq!(place(&format!("a/b/{long}")), format!("…/{long}:8"));
        assert_eq!(place(&long), format!("{long}:8"));
    }

    #[test]
    fn code_between_tags_is_text() {
        assert_eq!(escaped("a<b>\"&'"), "a&lt;b&gt;\"&amp;'");
    }
}
