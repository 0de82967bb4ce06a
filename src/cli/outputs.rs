//! `-o`: which forms go where.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::inventory::Report;
use crate::output::{FORMATS, Format, Options, format as form};

/// One output of a run.
pub(super) struct Output {
    pub(super) format: &'static dyn Format,
    /// `None` is stdout.
    pub(super) file: Option<PathBuf>,
}

/// Reads every `-o` and `--format`.
pub(super) fn outputs(values: &[String], format: Option<&str>) -> Result<Vec<Output>> {
    let default = format
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
    for (i, output) in outputs.iter().enumerate() {
        if let Some(file) = &output.file
            && outputs[..i].iter().any(|o| o.file.as_ref() == Some(file))
        {
            bail!("{} is written twice", file.display());
        }
    }
    Ok(outputs)
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
    let ending = Path::new(value)
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    if let Some(format) = ending.and_then(|e| form(&format!(".{e}"))) {
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

fn place(file: &str) -> Option<PathBuf> {
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

/// Writes one output; a file is replaced only by a whole one.
pub(super) fn write(output: &Output, report: &Report, options: &Options) -> Result<()> {
    let mut bytes = Vec::new();
    output.format.write(report, options, &mut bytes)?;
    match &output.file {
        None => {
            let mut stdout = io::stdout().lock();
            unless_closed(stdout.write_all(&bytes).and_then(|()| stdout.flush()))?;
        }
        Some(file) => {
            let failed = || format!("cannot write {}", file.display());
            let mut partial = file.clone().into_os_string();
            partial.push(".partial");
            if file.exists() && !file.is_file() {
                return fs::write(file, &bytes).with_context(failed);
            }
            // A rest of a run that was stopped goes; a link of that name is not written through.
            if fs::symlink_metadata(&partial).is_ok() {
                fs::remove_file(&partial).with_context(failed)?;
            }
            let mut created = fs::File::create_new(&partial).with_context(failed)?;
            created.write_all(&bytes).with_context(failed)?;
            drop(created);
            fs::rename(&partial, file).with_context(failed)?;
        }
    }
    Ok(())
}
