//! What an organisation's state is written as: a page for people, tables, JSON, Markdown, text, metrics, and what is new.
//!
//! Pure functions from an [`Organisation`] to bytes: no clock, no network, no files. Names, paths and reasons in it come from repositories
//! and from other machines; each form makes them harmless in its own way. `docs/fleet-report.md` describes all of them.

pub mod csv;
mod figures;
pub mod html;
pub mod json;
pub mod markdown;
pub mod news;
pub mod openmetrics;
pub mod text;

use std::io;

use super::organisation::Organisation;
pub use crate::output::Options;

/// A form of an organisation's report.
pub trait Form: Sync {
    /// The word before `=` in `-o FORM=FILE`.
    fn name(&self) -> &'static str;
    /// Other words for it, and file name endings that mean it.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }
    /// Whether it is for programs and written from whole lists: who fills the organisation for it leaves no row out. The other forms
    /// show as many rows as they are given, up to limits of their own, and say how many there are.
    fn is_whole(&self) -> bool {
        false
    }
    /// Whether it is what a person reads on a terminal, in colour and as wide as that.
    fn is_for_people(&self) -> bool {
        false
    }
    /// Writes the report.
    ///
    /// # Errors
    /// Those of the writer.
    fn write(
        &self,
        organisation: &Organisation,
        options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()>;
}

/// Every form. To add one: a file here and its line.
pub static FORMS: &[&dyn Form] = &[
    &html::Html,
    &json::Json,
    &markdown::Markdown,
    &text::Text,
    &openmetrics::OpenMetrics,
    &news::News,
    &csv::REPOSITORIES,
    &csv::OWNERS,
    &csv::HEAT,
    &csv::TREND,
    &csv::DEADLINES,
    &csv::NEW,
    &csv::GONE,
    &csv::CERTIFICATES,
    &csv::SHARED_KEYS,
    &csv::FAILURES,
];

/// The form that a word or a file name's ending means.
pub fn form(word: &str) -> Option<&'static dyn Form> {
    let mut forms = FORMS.iter().copied();
    forms.find(|form| form.name() == word || form.aliases().contains(&word))
}
