//! Reads what people read: terminals, Markdown, tables, annotations.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{around, deceives};

/// Nothing in a terminal's text controls it but our own colours and links, nothing turns its direction, and no build server takes a part
/// of it for a command.
pub(crate) fn terminal(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let plain = without_own_sequences(text, &mut problems);
    for (at, _) in plain.match_indices(|c| deceives(c) && c != '\n').take(5) {
        problems.push(format!("a character that controls: {}", around(&plain, at)))
    }
    problems.extend(commands(&plain));
    problems
}

/// What GitHub (`::name::` at the beginning of a line, `##[name]` anywhere), Azure (`##vso[`) and TeamCity take for commands of the build
/// where it stands in what a step prints; and lines that only a text of the project begins.
fn commands(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for line in text.lines() {
        let start = line.trim_start();
        let is_command = start.strip_prefix("::").is_some_and(|rest| {
            let named = rest.starts_with(|c: char| c.is_ascii_alphabetic());
            named && rest.contains("::")
        });
        if is_command
            || ["##[", "##vso[", "##teamcity["]
                .iter()
                .any(|c| line.contains(c))
        {
            problems.push(format!("a command for a build server: {line:?}"))
        }
        if line.starts_with("hx06") || line.starts_with("FORGED") || line.starts_with("hx46") {
            problems.push(format!("a line of its own: {line:?}"))
        }
    }
    problems
}

/// Takes out SGR (`ESC [ … m`) and OSC 8 links to a file; whatever else begins with ESC stays and is a problem.
fn without_own_sequences(text: &str, problems: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.trim_start_matches('[');
        let end = digits.find(|c: char| !(c.is_ascii_digit() || c == ';'));
        if rest.starts_with('[') && end.is_some_and(|end| digits[end..].starts_with('m')) {
            rest = &digits[end.unwrap_or(0) + 1..];
            continue;
        }
        let link = rest.strip_prefix("]8;;").and_then(|rest| {
            let end = rest.find(['\u{1b}', '\u{7}', '\n'])?;
            let after = &rest[end..];
            let after = after
                .strip_prefix("\u{1b}\\")
                .or(after.strip_prefix('\u{7}'))?;
            Some((&rest[..end], after))
        });
        match link {
            Some((address, after)) => {
                let of_uri =
                    |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
                let is_ours = address.is_empty() || address.starts_with("file://");
                if !is_ours || !address.chars().all(of_uri) {
                    problems.push(format!("a link to {address:?}"))
                }
                rest = after;
            }
            None => out.push('\u{1b}'),
        }
    }
    out.push_str(rest);
    out
}

/// What Markdown becomes: elements, links and tables, as CommonMark and GitHub's extensions read them.
#[derive(Default)]
struct Read {
    /// Kinds of markup, HTML with its text.
    shapes: BTreeSet<String>,
    links: BTreeSet<String>,
    /// What stands outside of code.
    prose: Vec<String>,
    problems: Vec<String>,
}

fn read(text: &str) -> Read {
    let mut options = Options::empty();
    options.insert(Options::ENABLE_TABLES);
    options.insert(Options::ENABLE_STRIKETHROUGH);
    options.insert(Options::ENABLE_TASKLISTS);
    options.insert(Options::ENABLE_FOOTNOTES);
    options.insert(Options::ENABLE_GFM);
    let mut read = Read::default();
    let mut in_code = false;
    let mut prose = String::new();
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                read.shapes.insert(format!("html {}", html.trim()));
                prose.push(' ')
            }
            Event::Start(tag) => {
                match &tag {
                    Tag::Link { dest_url, .. } => {
                        read.links.insert(dest_url.to_string());
                    }
                    Tag::Image { dest_url, .. } => {
                        read.problems.push(format!("an image: {dest_url}"))
                    }
                    Tag::CodeBlock(_) => in_code = true,
                    _ => {}
                }
                let name = format!("{tag:?}");
                let name = name.split(['(', '{', ' ']).next().unwrap_or_default();
                read.shapes.insert(name.to_owned());
            }
            Event::End(tag) => {
                in_code &= tag != TagEnd::CodeBlock;
                let inline = matches!(
                    tag,
                    TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link
                );
                if !inline {
                    read.prose.push(std::mem::take(&mut prose))
                }
            }
            Event::Text(text) if !in_code => prose.push_str(&text),
            // What stands in a code span stands between its quotation marks, and touches nothing.
            Event::Code(_) => prose.push('\u{fffc}'),
            Event::SoftBreak | Event::HardBreak => prose.push('\n'),
            Event::Rule => {
                read.shapes.insert("Rule".to_owned());
            }
            Event::FootnoteReference(name) => read.problems.push(format!("a footnote {name}")),
            Event::TaskListMarker(_) => {
                read.shapes.insert("task".to_owned());
            }
            _ => {}
        }
    }
    read.prose.push(prose);
    read
}

/// What a forge makes of plain text: mentions, links, references to issues.
fn linked(prose: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let before = |at: usize| prose[..at].chars().next_back();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for (at, _) in prose.match_indices('@') {
        let next = prose[at + 1..].chars().next();
        if next.is_some_and(|c| c.is_ascii_alphanumeric())
            && !before(at).is_some_and(|c| is_word(c) || c == '`')
        {
            problems.push(format!("a mention: {}", around(prose, at)))
        }
    }
    for sign in ["http://", "https://", "www.", "javascript:"] {
        for (at, _) in prose
            .match_indices(sign)
            .filter(|(at, _)| prose[*at..].contains("hx"))
        {
            if sign != "javascript:" && !before(at).is_some_and(is_word) {
                problems.push(format!("a link by itself: {}", around(prose, at)))
            }
        }
    }
    for (at, _) in prose.match_indices('#') {
        let next = prose[at + 1..].chars().next();
        if next.is_some_and(|c| c.is_ascii_digit())
            && prose[at..].starts_with("#1 GH-1")
            && !before(at).is_some_and(is_word)
        {
            problems.push(format!("a reference to an issue: {}", around(prose, at)))
        }
    }
    problems
}

/// Markdown in which nothing is markup that only hostile text can have made: no HTML, image, footnote, or link.
pub(crate) fn inert(text: &str) -> Vec<String> {
    let mut read = read(text);
    for shape in &read.shapes {
        if let Some(html) = shape.strip_prefix("html ") {
            read.problems.push(format!("HTML: {html}"))
        }
    }
    for link in &read.links {
        if !link.starts_with("https://") || link.contains("hx") {
            read.problems.push(format!("a link to {link:?}"))
        }
    }
    read.problems
        .extend(read.prose.iter().flat_map(|prose| linked(prose)));
    read.problems
}

/// Markdown against what the same form makes of plain words.
pub(crate) fn markdown(hostile: &str, plain: &str) -> Vec<String> {
    let (mut read, usual) = (read(hostile), read(plain));
    for shape in read.shapes.difference(&usual.shapes) {
        read.problems.push(format!("{shape} is injected"))
    }
    for link in &read.links {
        let is_ours = link.starts_with('#') || link.starts_with("https://");
        if !is_ours
            || link.contains('<')
            || link.contains(".example.org") && !usual.links.contains(link)
        {
            read.problems.push(format!("a link to {link:?}"))
        }
    }
    read.problems
        .extend(read.prose.iter().flat_map(|prose| linked(prose)));
    for (at, _) in hostile.match_indices(|c| deceives(c) && c != '\n').take(5) {
        read.problems.push(format!(
            "a character that controls: {}",
            around(hostile, at)
        ))
    }
    // In a table a vertical bar ends a cell, in a code span too, unless it is escaped (GFM 0.29 §4.10).
    let bars = |line: &str| {
        line.replace("\\\\", "")
            .replace("\\|", "")
            .matches('|')
            .count()
    };
    let mut columns = None;
    for line in hostile.lines() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let number = bars(line);
        if *columns.get_or_insert(number) != number {
            read.problems
                .push(format!("a row with other cells: {line:?}"))
        }
    }
    for line in hostile.lines() {
        if line.starts_with("FORGED")
            || line.starts_with("# FORGED")
            || line.starts_with("| FORGED")
            || line.starts_with("hx46")
        {
            read.problems.push(format!("a line of its own: {line:?}"))
        }
    }
    read.problems
}

/// A table in which no spreadsheet finds a formula.
pub(crate) fn csv(hostile: &str, plain: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let rows = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let rows = reader.records().map(|row| row.expect("it is CSV"));
        rows.map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    };
    let (rows, usual) = (rows(hostile), rows(plain));
    let heading = rows.first().cloned().unwrap_or_default();
    if Some(&heading) != usual.first() {
        problems.push(format!("other columns: {heading:?}"))
    }
    for row in &rows {
        if row.len() != heading.len() {
            problems.push(format!("{} cells of {}: {row:?}", row.len(), heading.len()))
        }
        for cell in row {
            let is_number = cell.parse::<f64>().is_ok();
            let formula = cell.starts_with([
                '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '|', '%',
            ]);
            // Some spreadsheets take leading spaces away.
            let hidden = cell.trim_start().starts_with(['=', '+', '-', '@']);
            if (formula && !cell.starts_with(['|', '%']) || hidden) && !is_number {
                problems.push(format!("a formula: {cell:?}"))
            }
            if let Some(at) = cell.find(|c| deceives(c) && c != '\n') {
                problems.push(format!("a character that controls: {}", around(cell, at)))
            }
        }
    }
    problems
}

/// The commands for GitHub: as many as they should be, and each says what it is about and no more.
pub(crate) fn annotations(hostile: &str, plain: &str) -> Vec<String> {
    const KEYS: [&str; 6] = ["title", "file", "line", "endLine", "col", "endColumn"];
    let mut problems = Vec::new();
    let decoded = |text: &str| {
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%25", "%")
    };
    let lines = |text: &str, kind: &str| text.lines().filter(|line| line.starts_with(kind)).count();
    for kind in ["::error", "::warning", "::notice"] {
        let (number, usual) = (lines(hostile, kind), lines(plain, kind));
        // GitHub shows ten of each kind of a step; the totals may come beside.
        if number > 11 || number != usual {
            problems.push(format!("{number} of {kind}, and {usual} with plain words"))
        }
    }
    for line in hostile.lines() {
        let command = ["error", "warning", "notice"].into_iter().find_map(|kind| {
            let rest = line.strip_prefix("::")?.strip_prefix(kind)?;
            rest.starts_with([' ', ':']).then_some(rest)
        });
        let Some((properties, message)) = command.and_then(|rest| rest.split_once("::")) else {
            problems.push(format!("no annotation: {line:?}"));
            continue;
        };
        if !properties.contains("title=") {
            problems.push(format!("no annotation of ours: {line:?}"))
        }
        for property in properties.trim().split(',').filter(|p| !p.is_empty()) {
            let (key, value) = property.split_once('=').unwrap_or((property, ""));
            if !KEYS.contains(&key) {
                problems.push(format!("{key:?} of {line:?}"))
            }
            let is_number = value.parse::<u32>().is_ok();
            if ["line", "endLine", "col", "endColumn"].contains(&key) && !is_number {
                problems.push(format!("{property:?} is no number"))
            }
            if value.contains([':', ',']) || decoded(value).contains(deceives) {
                problems.push(format!("{property:?} is not escaped"))
            }
        }
        if decoded(message).contains(|c| deceives(c) && c != '\n') || message.contains("##[") {
            problems.push(format!("{message:?} is not harmless"))
        }
    }
    problems
}
