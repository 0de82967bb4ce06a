//! `pqscan scan`, and the scan of `pqscan check`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use super::args::{ScanArgs, Verbosity};
use super::check::Gates;
use super::outputs::{self, Output};
use super::planning::planning;
use super::progress::Bar;
use super::settings::Settings;
use super::{Outcome, bounded, counted};
use crate::detect::Passwords;
use crate::inventory::{self, Report};
use crate::knowledge::Knowledge;
use crate::model::SkipReason;
use crate::output::text::harmless;
use crate::output::{Format as _, Options, SpecVersion};
use crate::scan::{self, Chosen, Limits, Request, Selection};

/// Scans, writes what was asked for, and holds it against the gates.
pub(super) fn run(args: &ScanArgs, gates: Option<&Gates>, verbosity: Verbosity) -> Result<Outcome> {
    let begun = Instant::now();
    let outputs = outputs::outputs(&args.output, args.format.as_deref())?;
    for path in args.paths.iter().map(|p| p.to_string_lossy()) {
        if path.contains("://") || path.starts_with("image:") {
            bail!("`{path}`: only files and folders can be scanned by this version")
        }
    }
    let root = args.paths.first().filter(|path| path.is_dir());
    let root = root.map(|path| path.as_path());
    let own = root.filter(|_| !args.no_project_config);
    let settings = Settings::read(args.config.as_deref(), own)?;
    let rules: Vec<_> = settings.rules.iter().chain(&args.rules).cloned().collect();
    let known = Knowledge::load(&rules)?;
    let request = Request {
        roots: args.paths.clone(),
        selection: selection(args, &settings)?,
        threads: args.threads.unwrap_or(0),
        archives: !(args.no_archives || settings.no_archives),
        limits: limits(args, &settings),
        platforms: settings
            .platform
            .iter()
            .chain(&args.platform)
            .cloned()
            .collect(),
        passwords: passwords(args, &settings)?,
        since: args.since.clone(),
    };
    let timestamp = timestamp(args.reproducible)?;
    let planned = |settings: &Settings, root: Option<&Path>| {
        planning(&args.planning, settings, root, &known, timestamp)
    };
    let mut planning = planned(&settings, root)?;
    if settings.project_plans() {
        planning.without_project = Some(Box::new(planned(&Settings::default(), None)?));
    }
    planning.waivers = settings.waivers();
    planning.ignore_comments = args.no_project_config;
    if let Some(gates) = gates {
        gates.choose(&mut planning, &known)?
    }
    let bar = Bar::new(args.progress, verbosity);
    let found = scan::scan(&request, &known, &bar);
    bar.finish();
    let mut found = found?;
    found.coverage.by_project.keys = settings.keys_of_project();
    found.coverage.by_project.is_ignored = args.no_project_config;
    let report = inventory::report_by(found, &known, timestamp, planning);
    let strict = args.strict.unwrap_or(settings.strict);
    // That nothing changed is an answer.
    let unchanged = report.subject.since.as_ref();
    let unchanged = unchanged.is_some_and(|since| since.files == 0);
    if report.coverage.files_searched == 0 && !unchanged {
        let closed = skips(&report, |reason| reason == SkipReason::Unreadable);
        let gaps = skips(&report, SkipReason::is_gap);
        anstream::eprintln!(
            "pqscan: nothing to scan: {}{}",
            none_read(report.coverage.files_seen as usize, closed),
            other_gaps(&report)
        );
        for skip in &report.coverage.skips {
            if args.show_skipped || verbosity == Verbosity::Verbose {
                let detail = match &*skip.detail {
                    "" => String::new(),
                    detail => format!(" ({detail})"),
                };
                let line = format!("{}: {}{detail}", skip.path, skip.reason.name());
                anstream::eprintln!("  {}", harmless(line.trim_end()))
            }
        }
        return Ok(if strict && gaps > 0 {
            Outcome::Incomplete
        } else {
            Outcome::Nothing
        });
    }
    let version = args
        .spec_version
        .as_deref()
        .or(settings.spec_version.as_deref())
        .and_then(SpecVersion::from_name)
        .unwrap_or_default();
    let mut options = Options {
        spec_version: version,
        max_occurrences: args.max_occurrences,
        color: false,
        width: None,
        all: args.all || verbosity == Verbosity::Verbose,
        show_skipped: args.show_skipped || verbosity == Verbosity::Verbose,
        explain: args.explain,
        elapsed: Some(begun.elapsed()),
    };
    for output in &outputs {
        outputs::write(output, &report, &options)?
    }
    if verbosity > Verbosity::Quiet {
        tell(&outputs, &report, &mut options, settings.path.as_deref())?
    }
    if let Some(gates) = gates
        && !gates.pass(&report, verbosity)
    {
        return Ok(Outcome::Failed);
    }
    let gaps = skips(&report, SkipReason::is_gap);
    if gaps > 0 && strict {
        let were = if gaps == 1 {
            "1 file was"
        } else {
            &format!("{gaps} files were")
        };
        anstream::eprintln!(
            "pqscan: incomplete: {were} not wholly read (--show-skipped lists what)"
        );
        return Ok(Outcome::Incomplete);
    }
    Ok(Outcome::Done)
}

/// What is looked at, as the user and the settings say; what the scanned project's own settings leave out is told.
fn selection(args: &ScanArgs, settings: &Settings) -> Result<Selection> {
    let respect = settings.respect_gitignore || args.respect_gitignore;
    let own = Chosen {
        include: &settings.include,
        exclude: &settings.exclude,
    };
    let user = Chosen {
        include: &args.include,
        exclude: &args.exclude,
    };
    if settings.is_of_project {
        return Ok(Selection::with_project(user, own, respect)?);
    }
    let include = [own.include, user.include].concat();
    let exclude = [own.exclude, user.exclude].concat();
    Ok(Selection::new(&include, &exclude, respect)?)
}

/// Larger files are no lists of passwords.
const MAX_PASSWORD_FILE: u64 = 1 << 20;

/// What keystores are tried with. The files are named on the command line only: a tree that is scanned must not point to others.
fn passwords(args: &ScanArgs, settings: &Settings) -> Result<Passwords> {
    let mut given = Vec::new();
    for path in &args.keystore_password_file {
        let shown = path.display();
        let bytes = File::open(path)
            .and_then(|file| bounded::read(file, MAX_PASSWORD_FILE))
            .with_context(|| format!("cannot read the passwords in {shown}"))?;
        let Some(bytes) = bytes else {
            bail!("{shown} is too large for a list of passwords")
        };
        // What is wrong with a text that is secret is not shown.
        let text = String::from_utf8(bytes)
            .ok()
            .with_context(|| format!("{shown} is not UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        given.extend(text.lines().filter(|l| !l.is_empty()).map(str::to_owned));
    }
    Ok(Passwords {
        common: !(args.no_default_passwords || settings.no_default_passwords),
        given,
    })
}

/// The limits of unpacking, with what the user set.
fn limits(args: &ScanArgs, settings: &Settings) -> Limits {
    let mut limits = Limits::default();
    if let Some(depth) = args.max_depth.or(settings.max_depth) {
        limits.depth = depth
    }
    if let Some(bytes) = args.max_unpacked.or(settings.max_unpacked) {
        limits.total_bytes = bytes;
        limits.member_bytes = bytes;
    }
    if let Some(ratio) = args.max_ratio.or(settings.max_ratio) {
        limits.ratio = ratio
    }
    limits
}

/// How many places were skipped for such a reason.
fn skips(report: &Report, reason: impl Fn(SkipReason) -> bool) -> usize {
    let skips = report.coverage.skips.iter();
    let numbers = skips
        .filter(|skip| reason(skip.reason))
        .map(|skip| skip.number);
    usize::try_from(numbers.sum::<u64>()).unwrap_or(usize::MAX)
}

/// Why nothing was searched.
fn none_read(seen: usize, closed: usize) -> String {
    match (seen, closed) {
        (0, 0) => "no files".to_owned(),
        (_, 0) => format!(
            "{}, none of a form that this version reads",
            counted(seen, "file")
        ),
        (_, 1) => format!("{}; 1 path could not be read", counted(seen, "file")),
        _ => format!(
            "{}; {closed} paths could not be read",
            counted(seen, "file")
        ),
    }
}

/// `; 113 not read: encrypted`: what else was in the way, by reason.
fn other_gaps(report: &Report) -> String {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for skip in &report.coverage.skips {
        if skip.reason.is_gap() && skip.reason != SkipReason::Unreadable {
            *reasons.entry(skip.reason.name()).or_default() += skip.number
        }
    }
    reasons
        .iter()
        .map(|(reason, number)| format!("; {number} not read: {reason}"))
        .collect()
}

/// The report for people: on stdout, or on stderr where stdout belongs to a machine; not at all where the text form was asked for.
fn tell(
    outputs: &[Output],
    report: &Report,
    options: &mut Options,
    settings: Option<&Path>,
) -> Result<()> {
    if outputs
        .iter()
        .any(|o| o.format.name() == "text" && o.file.is_none())
    {
        return Ok(());
    }
    let stdout_taken = outputs.iter().any(|o| o.file.is_none());
    let choice = anstream::ColorChoice::global();
    let terminal = if stdout_taken {
        std::io::stderr().is_terminal()
    } else {
        std::io::stdout().is_terminal()
    };
    options.width = if terminal {
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
    } else {
        None
    };
    options.color = choice == anstream::ColorChoice::Always
        || (terminal && choice == anstream::ColorChoice::Auto);
    let mut text = Vec::new();
    if let Some(path) = settings {
        text.extend(format!("settings from {}\n", path.display()).into_bytes())
    }
    crate::output::text::Text.write(report, options, &mut text)?;
    for output in outputs {
        if let Some(file) = &output.file {
            text.extend(
                format!("wrote {} ({})\n", file.display(), output.format.name()).into_bytes(),
            )
        }
    }
    use std::io::Write as _;
    outputs::unless_closed(if stdout_taken {
        anstream::stderr().lock().write_all(&text)
    } else {
        anstream::stdout().lock().write_all(&text)
    })?;
    Ok(())
}

/// Seconds since 1970: `SOURCE_DATE_EPOCH`, else now, else none where the output is to be reproducible.
fn timestamp(reproducible: bool) -> Result<Option<i64>> {
    if let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|v| !v.is_empty()) {
        let text = epoch.to_string_lossy().into_owned();
        let seconds: i64 = text
            .parse()
            .with_context(|| format!("SOURCE_DATE_EPOCH is no number of seconds: `{text}`"))?;
        return Ok(Some(seconds));
    }
    Ok(if reproducible {
        None
    } else {
        Some(jiff::Timestamp::now().as_second())
    })
}
