//! Source code: a literal prefilter decides what is parsed, a language lowers it to facts, the matcher finds assets in them.

pub(crate) mod lower;

mod c;
mod csharp;
mod go;
mod java;
mod javascript;
mod python;
mod rust;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::facts::{Facts, matcher};
use super::place::Lines;
use super::{Detection, Detector, Means, Source};
use crate::knowledge::Knowledge;
use crate::knowledge::rules::prefilter::Active;
use crate::model::{Artifact, Context, Evidence, Finding, SharedProvenance, SkipReason, Technique};

/// Larger sources are searched and not parsed: they are generated tables, and a tree takes some fifteen times a file's size.
pub const MAX_PARSED: u64 = 4 << 20;
/// Sources are searched in windows of this size when they are too large to be parsed.
const WINDOW: u64 = 1 << 20;
/// A safety net for grammars on hostile input; ordinary files of the largest size take a second.
const MAX_PARSE_TIME: Duration = Duration::from_secs(20);

/// A programming language: which files are its own, how they are parsed, and how a tree becomes facts.
pub trait Language: Sync {
    /// The name, as reports write it.
    fn name(&self) -> &'static str;
    /// The folders of `rules/` that apply to it.
    fn rule_folders(&self) -> &'static [&'static str];
    /// File name extensions in lower case, without the dot.
    fn extensions(&self) -> &'static [&'static str];
    /// The grammar.
    fn grammar(&self) -> tree_sitter::Language;
    /// What starts a comment that goes to the end of the line; marks in examples stand in those.
    fn line_comment(&self) -> &'static str;
    /// What the tree says. `text` may hold bytes that are not UTF-8: offsets must stay true.
    fn lower(&self, tree: &Tree, text: &[u8]) -> Facts;
}

/// Every language; the first whose extensions match takes a file.
pub static LANGUAGES: &[&dyn Language] = &[
    &c::C,
    &c::Cpp,
    &csharp::CSharp,
    &go::Go,
    &java::Java,
    &javascript::JavaScript,
    &javascript::TypeScript,
    &javascript::Tsx,
    &python::Python,
    &rust::Rust,
];

/// The language of a file name's extension.
pub fn language_of(extension: &str) -> Option<&'static dyn Language> {
    LANGUAGES
        .iter()
        .copied()
        .find(|language| language.extensions().contains(&extension))
}

/// The detector for source code.
pub struct SourceCode;

impl Detector for SourceCode {
    fn claims(&self, artifact: &Artifact, _head: &[u8]) -> bool {
        language_of(&artifact.extension()).is_some()
    }

    fn detect(&self, artifact: &Artifact, bytes: &mut dyn Source, means: &Means<'_>) -> Detection {
        let known = means.known;
        let mut detection = Detection::default();
        let Some(language) = language_of(&artifact.extension()) else {
            return detection;
        };
        let length = bytes.len();
        let active = match search(language, bytes, known) {
            Ok(active) => active,
            Err((reason, detail)) => {
                detection.skip(&artifact.path, reason, detail);
                return detection;
            }
        };
        if !known
            .prefilter(language.rule_folders())
            .worth_parsing(&active)
        {
            return detection;
        }
        if length > MAX_PARSED {
            detection.skip(
                &artifact.path,
                SkipReason::TooLargeToParse,
                format!("{length} bytes"),
            );
            return detection;
        }
        match bytes.read_at(0..length) {
            Ok(text) => look(language, artifact, text, &active, known, &mut detection),
            Err((reason, detail)) => detection.skip(&artifact.path, reason, detail),
        }
        detection
    }
}

/// Which libraries' anchors a source holds.
fn search(
    language: &dyn Language,
    bytes: &mut dyn Source,
    known: &Knowledge,
) -> Result<Active, (SkipReason, String)> {
    let prefilter = known.prefilter(language.rule_folders());
    let length = bytes.len();
    if length <= MAX_PARSED {
        return Ok(prefilter.active(bytes.read_at(0..length)?));
    }
    let mut active = Active::default();
    let overlap = prefilter.longest() as u64 + 1;
    let mut from = 0;
    while from < length {
        active.extend(&prefilter.active(bytes.read_at(from..from + WINDOW + overlap)?));
        from += WINDOW;
    }
    Ok(active)
}

fn look(
    language: &dyn Language,
    artifact: &Artifact,
    text: &[u8],
    active: &Active,
    known: &Knowledge,
    detection: &mut Detection,
) {
    // A tree over UTF-16 or binary bytes is noise; a stray null in a comment is not.
    if text.iter().take(4096).filter(|b| **b == 0).count() > 16 {
        detection.skip(&artifact.path, SkipReason::NotText, "");
        return;
    }
    let Some(tree) = parse(language, text) else {
        detection.skip(
            &artifact.path,
            SkipReason::TimedOut,
            format!("{} s", MAX_PARSE_TIME.as_secs()),
        );
        return;
    };
    detection.parsed = Some((language.name(), text.len() as u64));
    let facts = language.lower(&tree, text);
    if facts.errors > 0 {
        detection.skip(
            &artifact.path,
            SkipReason::PartlyParsed,
            match facts.errors {
                1 => "1 syntax error".to_owned(),
                errors => format!("{errors} syntax errors"),
            },
        )
    }
    if facts.too_deep {
        detection.skip(
            &artifact.path,
            SkipReason::TooDeep,
            format!("over {} levels", lower::MAX_DEPTH),
        )
    }
    let matches = matcher::matches(&facts, known, active, text);
    if matches.exhausted {
        detection.skip(
            &artifact.path,
            SkipReason::Budget,
            "values beyond it are unknown",
        )
    }
    detection.exercised.extend(matches.exercised);
    let mut secrets = matches.secrets;
    secrets.extend(facts.embedded.iter().cloned());
    let lines = Lines::new(text, artifact);
    for found in matches.found {
        let library = &known.rules.libraries[found.library];
        let test = facts.tests.iter().any(|range| range.contains(&found.at));
        detection.findings.push(Finding {
            text: lines.shown(found.at, &secrets).into(),
            location: lines.location(found.at..found.end),
            library: library.id.as_str().into(),
            entry: format!("{}#{}", library.id, found.symbol).into(),
            symbol: found.symbol.into(),
            function: found.function.map(Arc::from),
            technique: Technique::SourceCode,
            confidence: found.confidence,
            context: if test && artifact.context == Context::Production {
                Context::Test
            } else {
                artifact.context
            },
            evidence: found
                .evidence
                .into_iter()
                .map(|(at, end, library, symbol)| Evidence {
                    location: lines.location(at..end),
                    entry: format!("{}#{symbol}", known.rules.libraries[library].id).into(),
                })
                .collect(),
            asset: found.asset,
            uses: found.uses,
            provenance: SharedProvenance::default(),
        });
    }
}

/// What a language's lowering says of a piece of code: for the lowerings' own tests.
#[cfg(test)]
fn facts_of(language: &dyn Language, code: &str) -> Facts {
    let tree = parse(language, code.as_bytes()).expect("the grammar parses");
    language.lower(&tree, code.as_bytes())
}

fn parse(language: &dyn Language, text: &[u8]) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).ok()?;
    let start = Instant::now();
    let mut watch = |_: &ParseState| {
        if start.elapsed() > MAX_PARSE_TIME {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut read = |at: usize, _| text.get(at..).unwrap_or_default();
    parser.parse_with_options(
        &mut read,
        None,
        Some(ParseOptions::new().progress_callback(&mut watch)),
    )
}
