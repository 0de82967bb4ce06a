//! The organisation's page for people: one file that loads nothing and reads without its script, in the look of the repository report.
//!
//! Every row is written as HTML; a small script adds search, filters and sorting. Text from repositories is escaped where it is written,
//! and what controls or deceives is made visible.

mod appendix;
mod coverage;
mod deadlines;
mod heat;
mod lists;
mod overview;
mod page;
mod table;
mod trend;

use std::io;

use super::{Form, Options};
use crate::fleet::organisation::Organisation;

/// Most rows of a list.
pub const MAX_ROWS: usize = 1_000;

/// `-o html=FILE`.
#[derive(Debug)]
pub struct Html;

impl Form for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".html", ".htm"]
    }

    fn write(
        &self,
        organisation: &Organisation,
        _options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        page::write(organisation, to)
    }
}
