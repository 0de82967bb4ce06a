//! The report as one HTML page for people: no network, opens from a mail, reads without its script.
//!
//! Every row is written as HTML. A small script adds search, filters, sorting and the details of a row, from data that lies in the page
//! beside it. Everything that comes from the scan is escaped where it is written, and what controls or deceives is made visible.

mod accepted;
mod appendix;
mod breakdown;
pub(crate) mod chart;
mod coverage;
mod data;
mod deadlines;
mod facets;
mod files;
mod forge;
mod lists;
mod matrix;
mod objects;
mod overview;
pub(crate) mod page;
pub(crate) mod sheet;
mod work;

use std::io;

use super::{Format, Options};
use crate::inventory::Report;

/// Rows, and places, that are written where nobody says how many.
pub const MAX_FINDINGS: usize = 20_000;

/// `--format html`.
#[derive(Debug)]
pub struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[".html", ".htm"]
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        page::write(report, options, to)
    }
}
