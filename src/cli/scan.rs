//! `pqscan scan`, and the scan of `pqscan check`.

use std::env;
use std::fs::{self, File};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use super::args::{ScanArgs, Verbosity};
use super::check::Gates;
use super::outputs;
use super::planning::planning;
use super::progress::Bar;
use super::settings::Settings;
use super::{Outcome, bounded, counted, render};
use crate::detect::Passwords;
use crate::inventory::{self, Report};
use crate::knowledge::Knowledge;
use crate::model::SkipReason;
use crate::output::fit::harmless;
use crate::scan::{self, Caching, Chosen, Limits, Request, Selection};

/// Scans, writes what was asked for, and holds it against the gates.
pub(super) fn run(args: &ScanArgs, gates: Option<&Gates>, verbosity: Verbosity) -> Result<Outcome> {
    let begun = Instant::now();
    let outputs = outputs::outputs(&args.writing)?;
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
        cache: caching(args),
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
    tell_of_cache(&bar, verbosity, args.cache_dir.is_some());
    let mut found = found?;
    found.coverage.by_project.keys = settings.keys_of_project();
    found.coverage.by_project.is_ignored = args.no_project_config;
    // Before anything is folded.
    let kept = outputs::kept(&outputs, &found, &planning)?;
    let mut report = inventory::report_by(found, &known, timestamp, planning);
    report.found = kept;
    // The program is about to end: to give what it holds back piece by piece takes a while, and serves nobody.
    let (report, _known) = (ManuallyDrop::new(report), ManuallyDrop::new(known));
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
            if args.writing.show_skipped || verbosity == Verbosity::Verbose {
                let detail = match &*skip.detail {
                    "" => String::new(),
                    detail => format!(" ({detail})"),
                };
                let line = format!("{}: {}{detail}", skip.path, skip.reason.name());
                anstream::eprintln!("  {}", harmless(line.trim_end()))
            }
        }
        if args.even_nothing {
            let options =
                render::options(&args.writing, settings.spec_version.as_deref(), verbosity);
            for output in &outputs {
                outputs::write(output, &report, &options)?
            }
        }
        return Ok(if strict && gaps > 0 {
            Outcome::Incomplete
        } else {
            Outcome::Nothing
        });
    }
    let spec_version = settings.spec_version.as_deref();
    let mut options = render::options(&args.writing, spec_version, verbosity);
    options.elapsed = Some(begun.elapsed());
    let shown = settings.path.as_deref();
    let hyperlinks = args.writing.hyperlinks;
    render::render(&outputs, &report, &options, hyperlinks, shown, verbosity)?;
    let stdout_taken = outputs.iter().any(|output| output.file.is_none());
    let annotates = gates.is_some_and(|gates| gates.annotates);
    if annotates && !stdout_taken && verbosity > Verbosity::Quiet {
        outputs::write(&outputs::annotations(), &report, &options)?
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

/// Where results of earlier scans are kept: where the user says, or in the user's folder for such things. The scanned project has no say: its
/// settings know nothing of it.
fn caching(args: &ScanArgs) -> Option<Caching> {
    let folder = args.cache_dir.clone();
    Some(Caching {
        is_named: folder.is_some(),
        folder: folder.or_else(cache_of_user)?,
        size: args.cache_size,
        is_off: args.no_cache,
    })
}

/// Where the system wants programs to keep what can be made again; none where there is no such user.
fn cache_of_user() -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    if cfg!(windows) {
        return Some(folder("LOCALAPPDATA")?.join("pqscan").join("cache"));
    }
    // XDG Base Directory Specification 0.8: a path that is not absolute is to be ignored.
    if let Some(caches) = folder("XDG_CACHE_HOME") {
        return Some(caches.join("pqscan"));
    }
    let home = folder("HOME").filter(|home| home.is_dir())?;
    let caches = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    Some(home.join(caches).join("pqscan"))
}

/// Says why there was no cache to who named one, and to who wants to know what it was good for.
fn tell_of_cache(bar: &Bar, verbosity: Verbosity, is_named: bool) {
    let Some(used) = bar.cache_use() else {
        return;
    };
    let is_verbose = verbosity == Verbosity::Verbose;
    match &used.problem {
        Some(problem) if is_verbose || is_named && verbosity > Verbosity::Quiet => {
            anstream::eprintln!("pqscan: no cache: {}", harmless(problem))
        }
        None if is_verbose => anstream::eprintln!(
            "pqscan: cache: {} known, {} kept for the next scan",
            counted(usize::try_from(used.known).unwrap_or(usize::MAX), "file"),
            used.kept
        ),
        _ => {}
    }
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
    let mut selection = if settings.is_of_project {
        Selection::with_project(user, own, respect)?
    } else {
        let include = [own.include, user.include].concat();
        let exclude = [own.exclude, user.exclude].concat();
        Selection::new(&include, &exclude, respect)?
    };
    if let Some(path) = &args.entries_from {
        let shown = path.display();
        let list = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        let entries = list.split('\0').filter(|entry| !entry.is_empty());
        selection.entries = entries.map(str::to_owned).collect();
        if selection.entries.is_empty() {
            bail!("{shown} names nothing")
        }
    }
    Ok(selection)
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

/// How many files were skipped for such a reason.
fn skips(report: &Report, reason: impl Fn(SkipReason) -> bool) -> usize {
    usize::try_from(report.coverage.not_read(reason).files).unwrap_or(usize::MAX)
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
    let wanted = |reason: SkipReason| reason.is_gap() && reason != SkipReason::Unreadable;
    let not_read = report.coverage.not_read(wanted);
    not_read
        .by_reason
        .iter()
        .map(|(reason, number)| format!("; {number} not read: {reason}"))
        .collect()
}

/// Seconds since 1970: `SOURCE_DATE_EPOCH`, else now, else none where the output is to be reproducible.
fn timestamp(reproducible: bool) -> Result<Option<i64>> {
    if let Some(epoch) = env::var_os("SOURCE_DATE_EPOCH").filter(|v| !v.is_empty()) {
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
