//! Where reports of an organisation go, and answers of the database.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};

use super::super::args::When;
use super::super::outputs::{by_ending, place, print, put, unless_closed};
use super::super::render::on_screen;
use super::super::screen::Screen;
use super::args::QueryForm;
use crate::fleet::organisation::Organisation;
use crate::fleet::report::{FORMS, Form, Options, form};
use crate::fleet::state::{State, Table};
use crate::output::csv;
use crate::output::fit::harmless;

/// One output.
pub(super) struct Output {
    form: &'static dyn Form,
    /// `None` is stdout.
    file: Option<PathBuf>,
}

impl Output {
    /// Whether it goes to stdout.
    pub(super) fn is_stdout(&self) -> bool {
        self.file.is_none()
    }
}

/// Reads every `-o`.
pub(super) fn outputs(values: &[String]) -> Result<Vec<Output>> {
    let outputs = values.iter().map(|value| output(value));
    let outputs: Vec<Output> = outputs.collect::<Result<_>>()?;
    if outputs
        .iter()
        .filter(|output| output.file.is_none())
        .count()
        > 1
    {
        bail!("only one output can go to stdout")
    }
    Ok(outputs)
}

fn output(value: &str) -> Result<Output> {
    if let Some((word, file)) = value.split_once('=')
        && let Some(form) = form(word)
    {
        if file.is_empty() {
            bail!("`{value}` names no file; `-` is stdout")
        }
        return Ok(Output {
            form,
            file: place(file),
        });
    }
    if let Some(form) = form(value) {
        return Ok(Output { form, file: None });
    }
    match by_ending(value, form) {
        Some(form) => Ok(Output {
            form,
            file: place(value),
        }),
        None => {
            let names: Vec<&str> = FORMS.iter().map(|form| form.name()).collect();
            Err(anyhow!(
                "`{value}` is no form and has no known ending; write FORM=FILE with one of {}",
                names.join(", ")
            ))
        }
    }
}

/// Rows of lists for programs: all of them.
const WHOLE: u32 = 10_000_000;

/// Where an organisation stands, asked for once for each number of rows: of a large one the database needs longer for it than the forms do.
pub(super) struct Standing<'a> {
    state: &'a State,
    name: &'a str,
    asked: BTreeMap<u32, Organisation>,
}

impl<'a> Standing<'a> {
    /// Of the organisation of that name.
    pub(super) fn of(state: &'a State, name: &'a str) -> Self {
        Self {
            state,
            name,
            asked: BTreeMap::new(),
        }
    }

    /// With so many rows of each list.
    pub(super) async fn with_rows(&mut self, rows: u32) -> Result<&Organisation> {
        Ok(match self.asked.entry(rows) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.state.organisation(self.name, rows).await?),
        })
    }
}

/// Writes every output, with so many rows of each list in those for people.
pub(super) async fn write(
    outputs: &[Output],
    standing: &mut Standing<'_>,
    rows: u32,
) -> Result<()> {
    for output in outputs {
        let rows = if output.form.is_whole() { WHOLE } else { rows };
        let organisation = standing.with_rows(rows).await?;
        match (&output.file, output.form.is_for_people()) {
            (None, true) => {
                let screen = Screen::of(false, When::Auto);
                let options = on_screen(&Options::default(), screen);
                let mut text = Vec::new();
                output.form.write(organisation, &options, &mut text)?;
                unless_closed(print(&text, false, &options))?
            }
            (file, _) => put(file.as_deref(), |to| {
                output.form.write(organisation, &Options::default(), to)
            })?,
        }
    }
    Ok(())
}

/// Writes an answer of the database to stdout.
pub(super) fn table(table: &Table, form: QueryForm) -> Result<()> {
    put(None, |to| match form {
        QueryForm::Table => columns(table, to),
        QueryForm::Csv => csv(table, to),
        QueryForm::Jsonl => lines(table, to),
    })
}

fn columns(table: &Table, to: &mut dyn Write) -> io::Result<()> {
    let shown = |value: &Option<String>| value.as_deref().map_or_else(|| "-".to_owned(), harmless);
    let rows: Vec<Vec<String>> =
        std::iter::once(table.columns.iter().map(|c| harmless(c)).collect())
            .chain(table.rows.iter().map(|row| row.iter().map(shown).collect()))
            .collect();
    let mut widths = vec![0; table.columns.len()];
    for row in &rows {
        for (width, value) in widths.iter_mut().zip(row) {
            *width = (*width).max(value.chars().count())
        }
    }
    for row in &rows {
        let mut line = String::new();
        for (value, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{value:width$}  "));
        }
        writeln!(to, "{}", line.trim_end())?;
    }
    Ok(())
}

fn csv(table: &Table, to: &mut dyn Write) -> io::Result<()> {
    let mut written = csv::Table::new(to);
    written.row(&table.columns)?;
    for row in &table.rows {
        written.row(row.iter().map(|value| cell(value.as_deref())))?;
    }
    written.end()
}

/// A number stays one, whatever its sign; any other value is text.
fn cell(value: Option<&str>) -> String {
    let value = value.unwrap_or_default();
    match value.parse::<f64>() {
        Ok(_) if !value.starts_with('+') => value.to_owned(),
        _ => csv::cell(value),
    }
}

fn lines(table: &Table, to: &mut dyn Write) -> io::Result<()> {
    for row in &table.rows {
        writeln!(to, "{}", table.object(row))?;
    }
    Ok(())
}
