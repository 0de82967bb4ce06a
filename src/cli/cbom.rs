//! `pqscan cbom validate`, `merge` and `convert`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::args::{ConvertArgs, MergeArgs, ValidateArgs, Verbosity};
use super::{Outcome, bounded, counted, outputs};
use crate::output::SpecVersion;
use crate::output::cyclonedx::convert::{self, table};
use crate::output::cyclonedx::lint::{self, Severity};
use crate::output::cyclonedx::{document, merge};
use crate::output::fit::harmless;

/// Prints what is wrong with a CBOM.
pub(super) fn validate(args: &ValidateArgs) -> Result<Outcome> {
    let bytes = bounded::document(&args.file, document::MAX_BYTES)?;
    let problems = lint::lint(&bytes).with_context(|| no_json(&args.file))?;
    let mut out = anstream::stdout().lock();
    for problem in &problems {
        // Words of a document of strangers stand in it.
        writeln!(out, "{}", harmless(&problem.to_string()))?
    }
    let errors = problems
        .iter()
        .filter(|p| p.severity == Severity::Error)
        .count();
    let verdict = match (errors, problems.len() - errors) {
        (0, 0) => "all is well".to_owned(),
        (0, warnings) => format!("no error, warnings: {warnings}"),
        (errors, warnings) => format!("errors: {errors}, warnings: {warnings}"),
    };
    let file = args.file.display().to_string();
    writeln!(out, "{}: {verdict}", harmless(&file))?;
    Ok(if errors == 0 {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

/// Puts CBOMs into an SBOM, and says what became of what.
pub(super) fn merge(args: &MergeArgs, verbosity: Verbosity) -> Result<Outcome> {
    let files = std::iter::once(&args.sbom).chain(&args.cboms);
    bounded::one_from_stdin(files, "documents")?;
    let source = |file: &Path| -> Result<merge::Source> {
        merge::Source::read(&bounded::document(file, document::MAX_BYTES)?)
            .with_context(|| no_json(file))
    };
    let sbom = source(&args.sbom)?;
    let cboms = args.cboms.iter().map(|cbom| source(cbom));
    let cboms = cboms.collect::<Result<Vec<_>>>()?;
    let options = merge::Options {
        link: args.link,
        drop_signature: args.drop_signature,
        root: args.sbom_root.clone(),
    };
    let merged = merge::merge(sbom, cboms, &options)?;
    let bytes = document::write(&merged.document, args.compact)?;
    outputs::put(target(args.output.as_deref()), |to| to.write_all(&bytes))?;
    if verbosity != Verbosity::Quiet {
        for line in told(&merged.tally, args.link) {
            anstream::eprintln!("{}", harmless(&line))
        }
    }
    Ok(Outcome::Done)
}

/// What was done, for a person.
fn told(tally: &merge::Tally, is_link: bool) -> Vec<String> {
    let mut lines = tally.notes.clone();
    if is_link {
        lines.push(format!("{} by BOM-Link", counted(tally.links, "reference")));
    } else {
        lines.push(format!(
            "assets: {} added, {} joined with what was there",
            tally.assets_added, tally.assets_joined
        ));
        let found = [
            (tally.by_purl, "by package URL"),
            (
                tally.by_plain_purl,
                "by package URL without version or qualifiers",
            ),
            (tally.by_path, "by file"),
            (tally.by_name, "by name and version"),
        ];
        let found = found
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, how)| format!("{number} found {how}"));
        let added = format!("{} added", tally.software_added);
        let all: Vec<String> = std::iter::once(added).chain(found).collect();
        lines.push(format!("other components: {}", all.join(", ")));
    }
    let mut placed = vec![format!(
        "{} of components, {} of them by place",
        tally.assets_of_components, tally.assets_by_place
    )];
    placed.push(format!("{} of the subject alone", tally.assets_of_subject));
    if tally.assets_of_nothing > 0 {
        placed.push(format!(
            "{} of none (named or implied only)",
            tally.assets_of_nothing
        ))
    }
    lines.push(format!("whose the assets are: {}", placed.join(", ")));
    if tally.renamed > 0 {
        lines.push(format!(
            "{} renamed: it was taken",
            counted(tally.renamed, "bom-ref")
        ))
    }
    if tally.signatures_dropped > 0 {
        lines.push(format!(
            "{} left out",
            counted(tally.signatures_dropped, "signature")
        ))
    }
    if let Some((from, to)) = tally.lifted {
        lines.push(format!(
            "CycloneDX {from} became {to}, which has what was added"
        ))
    }
    lines
}

/// Writes a document in another form, and says what became of what.
pub(super) fn convert(args: &ConvertArgs, verbosity: Verbosity) -> Result<Outcome> {
    let document = document::read(&bounded::document(&args.file, document::MAX_BYTES)?)
        .with_context(|| no_json(&args.file))?;
    let options = convert::Options {
        to: args
            .spec_version
            .as_deref()
            .and_then(SpecVersion::from_name),
        sort: args.sort,
        drop_signature: args.drop_signature,
    };
    let (document, tally) = convert::convert(document, options)
        .with_context(|| format!("{} cannot be converted", args.file.display()))?;
    let form = match &*args.format {
        "csv" => Some(table::Form::Csv),
        "jsonl" => Some(table::Form::JsonLines),
        _ => None,
    };
    let mut lines = Vec::new();
    let bytes = match form {
        None => document::write(&document, args.compact)?,
        Some(form) => {
            let mut bytes = Vec::new();
            let rows = table::write(&document, form, &mut bytes)?;
            lines.push(counted(rows, "asset"));
            bytes
        }
    };
    outputs::put(target(args.output.as_deref()), |to| to.write_all(&bytes))?;
    let (from, to) = &tally.versions;
    if from != to {
        lines.push(format!("CycloneDX {from} became {to}"))
    }
    for (number, what) in [
        (
            tally.moved,
            "went into properties, since this version has no place for it",
        ),
        (tally.restored, "came back out of properties"),
        (tally.told, "of this version told by what was there"),
    ] {
        if number > 0 {
            lines.push(format!("{} {what}", counted(number, "field")))
        }
    }
    if tally.signatures_dropped > 0 {
        lines.push(format!(
            "{} left out",
            counted(tally.signatures_dropped, "signature")
        ))
    }
    if verbosity != Verbosity::Quiet {
        for line in lines {
            anstream::eprintln!("{}", harmless(&line))
        }
    }
    Ok(Outcome::Done)
}

/// A file, if it is one; `-` is stdout.
fn target(file: Option<&Path>) -> Option<&Path> {
    file.filter(|file| file.as_os_str() != "-")
}

fn no_json(file: &Path) -> String {
    format!("{} is no CycloneDX JSON", file.display())
}
