//! `-o`: which forms go where.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};

use super::args::WritingArgs;
use crate::inventory::Report;
use crate::inventory::planning::Planning;
use crate::model::Found;
use crate::output::{FORMATS, Format, Options, format as form, saved};

/// One output of a run.
pub(super) struct Output {
    pub(super) format: &'static dyn Format,
    /// `None` is stdout.
    pub(super) file: Option<PathBuf>,
}

/// Reads every `-o` and `--format`.
pub(super) fn outputs(args: &WritingArgs) -> Result<Vec<Output>> {
    let values = &args.output;
    let default = args
        .format
        .as_deref()
        .map(|name| form(name).ok_or_else(|| unknown_form(name)))
        .transpose()?;
    let mut outputs = Vec::new();
    for value in values {
        outputs.push(output(value, default)?)
    }
    if values.is_empty()
        && let Some(format) = default
    {
        outputs.push(Output { format, file: None })
    }
    if outputs.iter().filter(|o| o.file.is_none()).count() > 1 {
        bail!("only one output can go to stdout")
    }
    let mut written = BTreeSet::new();
    for file in outputs.iter().filter_map(|output| output.file.as_deref()) {
        if !written.insert(whole(file)) {
            bail!("{} is written twice", file.display());
        }
    }
    Ok(outputs)
}

/// A file's whole path, however it is spelled.
fn whole(file: &Path) -> PathBuf {
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let folder = whole.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    }
}

/// What a result is rendered from again, where any output holds it.
pub(super) fn kept(
    outputs: &[Output],
    found: &Found,
    planning: &Planning,
) -> Result<Option<Box<str>>> {
    let mut formats = outputs.iter().map(|output| output.format);
    let wanted = formats.any(|format| format.keeps_found());
    Ok(wanted.then(|| saved::keep(found, planning)).transpose()?)
}

/// Annotations of GitHub Actions, which reads them from stdout.
pub(super) fn annotations() -> Output {
    Output {
        format: &crate::output::github::GitHub,
        file: None,
    }
}

fn output(value: &str, default: Option<&'static dyn Format>) -> Result<Output> {
    if let Some((name, file)) = value.split_once('=')
        && let Some(format) = form(name)
    {
        if file.is_empty() {
            bail!("`{value}` names no file; `-` is stdout")
        }
        return Ok(Output {
            format,
            file: place(file),
        });
    }
    if let Some(format) = default {
        return Ok(Output {
            format,
            file: place(value),
        });
    }
    // A word before `=` is meant as a form: a file of such a name is written as FORM=FILE or by --format.
    if let Some((name, _)) = value.split_once('=')
        && !name.contains(['/', '\\', '.'])
    {
        return Err(unknown_form(name));
    }
    if let Some(format) = by_ending(value, form) {
        return Ok(Output {
            format,
            file: place(value),
        });
    }
    if let Some(format) = form(value) {
        return Ok(Output { format, file: None });
    }
    Err(match value.split_once('=') {
        Some((name, _)) => unknown_form(name),
        None => anyhow!(
            "`{value}` has no known ending and is no form; write FORM=FILE with one of {}",
            names()
        ),
    })
}

/// The form that a file name's ending means, the longest that is known: `x.sarif.json` is SARIF, `x.cdx.json` what `.json` is.
pub(super) fn by_ending<T>(file: &str, form: impl Fn(&str) -> Option<T>) -> Option<T> {
    let name = Path::new(file).file_name()?.to_string_lossy();
    let name = name.to_ascii_lowercase();
    let dots = name.match_indices('.').map(|(at, _)| at);
    dots.filter(|at| *at > 0).find_map(|at| form(&name[at..]))
}

/// A file; `-` is stdout.
pub(super) fn place(file: &str) -> Option<PathBuf> {
    if file == "-" {
        None
    } else {
        Some(PathBuf::from(file))
    }
}

fn unknown_form(name: &str) -> anyhow::Error {
    anyhow!("`{name}` is no form; there are {}", names())
}

fn names() -> String {
    FORMATS
        .iter()
        .map(|f| f.name())
        .collect::<Vec<_>>()
        .join(", ")
}

/// What was written, but for a reader that has seen enough (`| head`): the other outputs and the gate stand all the same.
pub(super) fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints what is for people. Colour is written as the terminal wants it; where only links are welcome, nothing takes them away again.
pub(super) fn print(text: &[u8], to_stderr: bool, options: &Options) -> io::Result<()> {
    let as_it_is = options.links.is_some() && !options.color;
    match (to_stderr, as_it_is) {
        (false, false) => anstream::stdout().lock().write_all(text),
        (true, false) => anstream::stderr().lock().write_all(text),
        (false, true) => io::stdout().lock().write_all(text),
        (true, true) => io::stderr().lock().write_all(text),
    }
}

/// Writes one output as it is made; a file is replaced only by a whole one.
pub(super) fn write(output: &Output, report: &Report, options: &Options) -> Result<()> {
    if output.file.is_none() && output.format.is_for_people() {
        let mut text = Vec::new();
        output.format.write(report, options, &mut text)?;
        return Ok(unless_closed(print(&text, false, options))?);
    }
    put(output.file.as_deref(), |to| {
        output.format.write(report, options, to)
    })
}

/// Writes to a file, which is replaced only by a whole one, or to stdout.
pub(super) fn put(
    file: Option<&Path>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let Some(file) = file else {
        let stdout = io::stdout().lock();
        unless_closed(stream(fill, stdout).map(drop))?;
        return Ok(());
    };
    let failed = || format!("cannot write {}", file.display());
    if file.exists() && !file.is_file() {
        let device = fs::OpenOptions::new().write(true).open(file);
        let written = device.and_then(|to| stream(fill, to).map(drop));
        return written.with_context(failed);
    }
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    // A rest of a run that was stopped goes; a link of that name is not written through.
    if fs::symlink_metadata(&partial).is_ok() {
        fs::remove_file(&partial).with_context(failed)?;
    }
    let created = fs::File::create_new(&partial).with_context(failed)?;
    let written = stream(fill, created)
        .and_then(|whole| {
            drop(whole);
            fs::rename(&partial, file)
        })
        .with_context(failed);
    if written.is_err() {
        // What stands there is what stood there before; the reason that is told is the first one.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 16;

/// Writes through a buffer, and gives back what was written to once everything is.
fn stream<W: Write>(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>, to: W) -> io::Result<W> {
    let mut to = BufWriter::with_capacity(BUFFER, to);
    fill(&mut to)?;
    let mut to = to.into_inner().map_err(|failed| failed.into_error())?;
    // Stdout keeps a last line back that has no end.
    to.flush()?;
    Ok(to)
}
