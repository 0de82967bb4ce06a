//! The document of the libraries says what the table of the libraries says.

use std::fs;

use pqscan::knowledge::catalog::{Catalog, library_table};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/libraries.md");
const BEGIN: &str = "<!-- checked by tests/libraries.rs -->\n";
const END: &str = "<!-- /libraries -->";

/// With `PQSCAN_WRITE_DOCS=1` it writes the table instead.
#[test]
fn the_document_shows_the_table_of_libraries() {
    let table = library_table(&Catalog::embedded().expect("the catalogue loads"));
    let document = fs::read_to_string(DOCUMENT).expect("docs/libraries.md");
    let (before, rest) = document.split_once(BEGIN).expect("the marker");
    let (written, after) = rest.split_once(END).expect("the marker");
    if std::env::var_os("PQSCAN_WRITE_DOCS").is_some() {
        let text = format!("{before}{BEGIN}\n{table}\n{END}{after}");
        fs::write(DOCUMENT, text).expect("docs/libraries.md can be written");
    } else {
        assert_eq!(
            written.trim(),
            table.trim(),
            "PQSCAN_WRITE_DOCS=1 cargo test --test libraries puts it right"
        );
    }
}
