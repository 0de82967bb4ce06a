//! `pqscan rules list|test|lint|explain`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::args::{RuleFiles, RulesArgs, RulesCommand};
use super::explain::did_you_mean;
use super::{Outcome, counted};
use crate::knowledge::rules::entry::Entry;
use crate::knowledge::rules::{self, Problem, RuleText, lint};
use crate::knowledge::{Knowledge, LoadError, catalog, explain, policy};
use crate::scan::examples;

/// Runs the subcommand.
pub(super) fn run(args: &RulesArgs) -> Result<Outcome> {
    match &args.command {
        RulesCommand::List { rules, format } => list(rules, format == "md"),
        RulesCommand::Test { files, mutants } => {
            if *mutants {
                mutate(files)
            } else {
                test(files)
            }
        }
        RulesCommand::Lint { files } => lint_files(files),
        RulesCommand::Explain { id, rules } => say(id, rules),
    }
}

/// The files a command is about: what is named, else the built-in ones.
fn texts(files: &RuleFiles) -> Result<Vec<RuleText>> {
    let named: Vec<&PathBuf> = files.paths.iter().chain(&files.rules).collect();
    if named.is_empty() {
        return Ok(rules::embedded());
    }
    let mut texts = Vec::new();
    for path in named {
        texts.extend(rules::read(path).with_context(|| format!("cannot read {}", path.display()))?)
    }
    if texts.is_empty() {
        bail!("there is no rule file there")
    }
    Ok(texts)
}

/// Rules that hold the files at hand and, beside them, the built-in ones they do not replace.
fn knowledge(texts: &[RuleText]) -> Result<(Knowledge, Vec<Problem>), LoadError> {
    let mut all = texts.to_vec();
    all.extend(
        rules::embedded()
            .into_iter()
            .filter(|e| !texts.iter().any(|t| t.below == e.below)),
    );
    let (known, problems) = Knowledge::from_texts(&all)?;
    let own = problems
        .into_iter()
        .filter(|p| texts.iter().any(|t| t.shown == p.file))
        .collect();
    Ok((known, own))
}

fn test(files: &RuleFiles) -> Result<Outcome> {
    let texts = texts(files)?;
    let (known, problems) = knowledge(&texts)?;
    let outcome = examples::run(&texts, &known);
    let mut out = anstream::stdout().lock();
    for problem in problems
        .iter()
        .chain(&outcome.failures)
        .chain(&outcome.idle)
    {
        writeln!(out, "{problem}")?
    }
    let wrong = problems.len() + outcome.failures.len() + outcome.idle.len();
    let gaps = if outcome.gaps > 0 {
        format!(", {}", counted(outcome.gaps, "known gap"))
    } else {
        String::new()
    };
    writeln!(
        out,
        "{}, {}, {}{gaps}: {}",
        counted(texts.len(), "file"),
        counted(outcome.examples, "example"),
        counted(outcome.marks, "mark"),
        verdict(wrong)
    )?;
    Ok(if wrong == 0 {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn mutate(files: &RuleFiles) -> Result<Outcome> {
    let texts = texts(files)?;
    let failures = examples::run(&texts, &knowledge(&texts)?.0).failures;
    if let Some(first) = failures.first() {
        bail!("examples fail without a mutation, the first: {first}");
    }
    let (count, survivors) = examples::mutants(&texts)?;
    let mut out = anstream::stdout().lock();
    for survivor in &survivors {
        writeln!(out, "{}", survivor.problem)?
    }
    writeln!(
        out,
        "{}, {}: {} survived",
        counted(texts.len(), "file"),
        counted(count, "mutant"),
        survivors.len()
    )?;
    Ok(if survivors.is_empty() {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn lint_files(files: &RuleFiles) -> Result<Outcome> {
    let texts = texts(files)?;
    let (known, mut problems) = knowledge(&texts)?;
    problems.extend(lint::lint(&texts, &known.rules, &examples::line_comment));
    problems.extend(examples::run(&texts, &known).idle);
    let of_catalog = |message| Problem {
        file: "rules/catalog".to_owned(),
        line: 1,
        message,
    };
    problems.extend(catalog::lint(&known.catalog).into_iter().map(of_catalog));
    let of_policy = |(file, message)| Problem {
        file,
        line: 1,
        message,
    };
    problems.extend(
        policy::lint_embedded(&known.catalog)
            .into_iter()
            .map(of_policy),
    );
    problems.sort();
    problems.dedup();
    let mut out = anstream::stdout().lock();
    for problem in &problems {
        writeln!(out, "{problem}")?
    }
    writeln!(
        out,
        "{}: {}",
        counted(texts.len(), "file"),
        verdict(problems.len())
    )?;
    Ok(if problems.is_empty() {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn verdict(wrong: usize) -> String {
    match wrong {
        0 => "all is well".to_owned(),
        _ => counted(wrong, "problem"),
    }
}

fn list(own: &[PathBuf], markdown: bool) -> Result<Outcome> {
    let known = Knowledge::load(own)?;
    let mut out = anstream::stdout().lock();
    write_list(&known, markdown, &mut out)?;
    Ok(Outcome::Done)
}

/// The libraries, as a table: the README's support table is this text.
pub(crate) fn write_list(known: &Knowledge, markdown: bool, out: &mut dyn Write) -> io::Result<()> {
    let libraries = &known.rules.libraries;
    if markdown {
        let mut language = "";
        writeln!(out, "| Language | Libraries |\n|---|---|")?;
        for (i, library) in libraries.iter().enumerate() {
            if library.language != language {
                if i > 0 {
                    writeln!(out, " |")?
                }
                write!(out, "| {} | ", library.language)?;
                language = &library.language;
            } else {
                write!(out, ", ")?;
            }
            write!(out, "{}", library.title)?;
        }
        if !libraries.is_empty() {
            writeln!(out, " |")?
        }
        return Ok(());
    }
    let width = libraries.iter().map(|l| l.id.len()).max().unwrap_or(0);
    for (index, library) in libraries.iter().enumerate() {
        let names = known
            .rules
            .entries
            .iter()
            .filter(|e| e.library == index)
            .count();
        writeln!(
            out,
            "{:width$}  {:4} names  {}",
            library.id, names, library.title
        )?;
    }
    writeln!(
        out,
        "{} libraries; rules {}",
        libraries.len(),
        &known.hash[..16]
    )
}

fn say(id: &str, own: &[PathBuf]) -> Result<Outcome> {
    let known = Knowledge::load(own)?;
    let (library_id, api) = id.split_once('#').map_or((id, None), |(l, a)| (l, Some(a)));
    let Some(index) = known
        .rules
        .libraries
        .iter()
        .position(|l| l.id == library_id)
    else {
        let ids = known.rules.libraries.iter().map(|l| &*l.id);
        bail!(
            "no library `{library_id}`{}",
            did_you_mean(library_id, ids, 4)
        );
    };
    let library = &known.rules.libraries[index];
    let entries: Vec<&Entry> = known
        .rules
        .entries
        .iter()
        .filter(|e| e.library == index && api.is_none_or(|a| e.path == a))
        .collect();
    if entries.is_empty() {
        bail!("`{library_id}` has no entry `{}`", api.unwrap_or_default())
    }
    let mut out = anstream::stdout().lock();
    writeln!(out, "{} ({})", library.title, library.id)?;
    if let Some(package) = &library.package {
        writeln!(out, "package {package}")?
    }
    for address in &library.docs {
        writeln!(out, "read in {address}")?
    }
    writeln!(
        out,
        "looked for in files that hold {}\n",
        library
            .anchors
            .iter()
            .map(|a| format!("`{a}`"))
            .collect::<Vec<_>>()
            .join(" or ")
    )?;
    for entry in entries {
        writeln!(out, "{}", explain::entry_prose(entry))?
    }
    Ok(Outcome::Done)
}
