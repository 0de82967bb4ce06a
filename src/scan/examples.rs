//! Runs the examples of rule files: `rules test`, and `rules test --mutants`.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{by_line, snippet};
use crate::detect::source::{LANGUAGES, language_of};
use crate::knowledge::rules::example::Marks;
use crate::knowledge::rules::{Problem, RuleText, embedded, lint, parse};
use crate::knowledge::{Knowledge, LoadError};

/// What running examples brought.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Examples run.
    pub examples: usize,
    /// Marks in them.
    pub marks: usize,
    /// Known gaps in them.
    pub gaps: usize,
    /// What differs.
    pub failures: Vec<Problem>,
    /// Entries and symbols that no example exercises.
    pub idle: Vec<Problem>,
}

/// The line comment of the language that reads a rule folder.
pub fn line_comment(folder: &str) -> Option<&'static str> {
    LANGUAGES
        .iter()
        .find(|l| l.rule_folders().first() == Some(&folder))
        .map(|l| l.line_comment())
}

/// The file name ending of a rule folder's examples, unless they say another.
fn extension_of(folder: &str) -> Option<&'static str> {
    LANGUAGES
        .iter()
        .find(|l| l.rule_folders().first() == Some(&folder))
        .and_then(|l| l.extensions().first().copied())
}

/// Runs every example of `texts` against rules that hold `texts` among others.
pub fn run(texts: &[RuleText], known: &Knowledge) -> Outcome {
    let mut outcome = Outcome::default();
    let parts: Vec<(Outcome, BTreeSet<(usize, usize)>)> =
        texts.par_iter().map(|text| run_file(text, known)).collect();
    let mut exercised = BTreeSet::new();
    for (part, entries) in parts {
        outcome.examples += part.examples;
        outcome.marks += part.marks;
        outcome.gaps += part.gaps;
        outcome.failures.extend(part.failures);
        exercised.extend(entries);
    }
    outcome.idle = idle(texts, known, &exercised);
    outcome.failures.sort();
    outcome
}

fn run_file(text: &RuleText, known: &Knowledge) -> (Outcome, BTreeSet<(usize, usize)>) {
    let mut outcome = Outcome::default();
    let mut exercised = BTreeSet::new();
    let Ok(file) = parse(text) else {
        return (outcome, exercised);
    };
    for example in &file.example {
        let at = example.span().start;
        let example = example.get_ref();
        let extension = example
            .extension
            .as_deref()
            .or_else(|| extension_of(&file.language))
            .unwrap_or_default();
        let Some(language) = language_of(extension) else {
            outcome.failures.push(Problem::at(
                text,
                at,
                format!("no language reads `.{extension}`"),
            ));
            continue;
        };
        let marks = Marks::read(&example.code, language.line_comment());
        outcome.examples += 1;
        outcome.marks += marks.expected.values().map(Vec::len).sum::<usize>();
        outcome.gaps += marks.gaps.values().map(Vec::len).sum::<usize>();
        let detection = snippet(&example.code, extension, known);
        for skip in &detection.skips {
            let message = format!(
                "the example `{}`: {} {}",
                example.name,
                skip.reason.name(),
                skip.detail
            );
            if skip.reason != crate::model::SkipReason::Unsupported {
                outcome.failures.push(Problem::at(text, at, message))
            }
        }
        for difference in marks.compare(&by_line(&detection.findings)) {
            outcome.failures.push(Problem::at(
                text,
                at,
                format!("the example `{}`, {difference}", example.name),
            ));
        }
        exercised.extend(detection.exercised);
    }
    (outcome, exercised)
}

/// Entries and symbols of these files that took part in nothing.
fn idle(
    texts: &[RuleText],
    known: &Knowledge,
    exercised: &BTreeSet<(usize, usize)>,
) -> Vec<Problem> {
    let rules = &known.rules;
    let mut problems = Vec::new();
    let text_of = |library: usize| {
        texts
            .iter()
            .find(|t| t.below == format!("{}.toml", rules.libraries[library].id))
    };
    let mut seen = BTreeSet::new();
    for entry in &rules.entries {
        if exercised.contains(&(entry.library, entry.at))
            || !seen.insert((entry.library, entry.at))
            || entry.from.is_some()
        {
            continue;
        }
        if let Some(text) = text_of(entry.library) {
            problems.push(Problem::at(
                text,
                entry.at,
                format!("no example exercises `{}`", entry.path),
            ));
        }
    }
    problems.sort();
    problems
}

/// A fact that can be dropped from a rule file without any example noticing.
#[derive(Debug)]
pub struct Survivor {
    /// Where, and the line.
    pub problem: Problem,
}

/// Drops each fact of each file in turn; gives how many there were, and those that no example notices.
///
/// # Errors
/// When the catalogue inside the binary is broken.
pub fn mutants(texts: &[RuleText]) -> Result<(usize, Vec<Survivor>), LoadError> {
    let mut count = 0;
    let mut survivors = Vec::new();
    for text in texts {
        let lines = lint::droppable_lines(text);
        count += lines.len();
        // Examples may use other libraries of the language.
        let folder = |t: &RuleText| t.below.split('/').next().map(str::to_owned);
        let mut beside: Vec<RuleText> = texts
            .iter()
            .filter(|t| t.below != text.below && folder(t) == folder(text))
            .cloned()
            .collect();
        let named: Vec<String> = beside.iter().map(|b| b.below.clone()).collect();
        beside.extend(embedded().into_iter().filter(|t| {
            t.below != text.below && folder(t) == folder(text) && !named.contains(&t.below)
        }));
        let found: Vec<Survivor> = lines
            .par_iter()
            .filter_map(|line| survives(text, &beside, *line))
            .collect();
        survivors.extend(found);
    }
    survivors.sort_by(|a, b| a.problem.cmp(&b.problem));
    Ok((count, survivors))
}

fn survives(text: &RuleText, beside: &[RuleText], dropped: usize) -> Option<Survivor> {
    let kept: Vec<&str> = text
        .text
        .lines()
        .enumerate()
        .map(|(i, line)| if i == dropped { "" } else { line })
        .collect();
    let mutant = RuleText {
        text: kept.join("\n") + "\n",
        ..text.clone()
    };
    let mut all: Vec<RuleText> = beside.to_vec();
    all.push(mutant.clone());
    let (known, _) = Knowledge::from_texts(&all).ok()?;
    let (outcome, _) = run_file(&mutant, &known);
    if !outcome.failures.is_empty() {
        return None;
    }
    let line = text.text.lines().nth(dropped).unwrap_or_default().trim();
    Some(Survivor {
        problem: Problem {
            file: text.shown.clone(),
            line: dropped + 1,
            message: format!("no example notices when this is dropped: {line}"),
        },
    })
}
