//! A report is shown and written: to every output that was asked for, and to whoever sits before the terminal.

use std::path::Path;

use anyhow::Result;

use super::args::{Verbosity, When, WritingArgs};
use super::outputs::{self, Output};
use super::screen::Screen;
use crate::inventory::Report;
use crate::output::text::Text;
use crate::output::{Format as _, Options, SpecVersion};

/// How to write, as the flags say, and the settings where they do not.
pub(super) fn options(
    args: &WritingArgs,
    spec_version: Option<&str>,
    verbosity: Verbosity,
) -> Options {
    let version = args.spec_version.as_deref().or(spec_version);
    let version = version.and_then(SpecVersion::from_name);
    let is_verbose = verbosity == Verbosity::Verbose;
    Options {
        spec_version: version.unwrap_or_default(),
        max_occurrences: args.max_occurrences,
        max_findings: args.max_findings,
        sarif_max: args.sarif_max,
        all: args.all || is_verbose,
        show_skipped: args.show_skipped || is_verbose,
        explain: args.explain,
        ..Options::default()
    }
}

/// Writes every output, and tells people.
pub(super) fn render(
    outputs: &[Output],
    report: &Report,
    options: &Options,
    hyperlinks: When,
    settings: Option<&Path>,
    verbosity: Verbosity,
) -> Result<()> {
    for output in outputs {
        match output.file.is_none() && output.format.is_for_people() {
            true => {
                let options = on_screen(options, Screen::of(false, hyperlinks));
                outputs::write(output, report, &options)?
            }
            false => outputs::write(output, report, options)?,
        }
    }
    if verbosity > Verbosity::Quiet {
        tell(outputs, report, options, settings, hyperlinks)?
    }
    Ok(())
}

/// The report for people: on stdout, or on stderr where stdout belongs to a machine; not at all where stdout has another for people.
fn tell(
    outputs: &[Output],
    report: &Report,
    options: &Options,
    settings: Option<&Path>,
    hyperlinks: When,
) -> Result<()> {
    let mut to_stdout = outputs.iter().filter(|output| output.file.is_none());
    if to_stdout.any(|output| output.format.is_for_people()) {
        return Ok(());
    }
    let stdout_taken = outputs.iter().any(|output| output.file.is_none());
    let options = on_screen(options, Screen::of(stdout_taken, hyperlinks));
    let mut text = Vec::new();
    if let Some(path) = settings {
        text.extend(format!("settings from {}\n", path.display()).into_bytes())
    }
    Text.write(report, &options, &mut text)?;
    for output in outputs {
        if let Some(file) = &output.file {
            let line = format!("wrote {} ({})\n", file.display(), output.format.name());
            text.extend(line.into_bytes())
        }
    }
    outputs::unless_closed(outputs::print(&text, stdout_taken, &options))?;
    Ok(())
}

/// The same as a stream can show it.
pub(super) fn on_screen(options: &Options, screen: Screen) -> Options {
    Options {
        color: screen.color,
        links: screen.links,
        width: screen.width,
        ..options.clone()
    }
}
