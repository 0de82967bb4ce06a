//! Where an asset was seen: the occurrences of the standard, ours with their context, and those of the extension that went before it.

use std::sync::Arc;

use serde::Deserialize;

use super::MAX_ASSETS;
use crate::inventory::snapshot::Place;
use crate::output::lenient::{Keep, Kept, Plain};

/// Most functions are shorter.
const MAX_NAME: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::output) struct OccurrenceIn<'a> {
    #[serde(default, borrow)]
    location: Plain<'a>,
    #[serde(default, borrow)]
    line: Plain<'a>,
    #[serde(default, borrow)]
    symbol: Plain<'a>,
    #[serde(default, borrow)]
    additional_context: Plain<'a>,
}

/// Where an asset was seen.
pub(super) struct Seen(pub(super) Place);

impl<'de> Keep<'de> for Seen {
    type Raw = OccurrenceIn<'de>;
    const MAX: usize = MAX_ASSETS;

    fn keep(raw: OccurrenceIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        let Some(path) = raw.location.some() else {
            return Ok(());
        };
        let context = raw.additional_context.text().unwrap_or_default();
        to.push(Self(Place {
            path: path.into(),
            line: number(&raw.line),
            column: column(&context).unwrap_or_default(),
            symbol: raw.symbol.text().unwrap_or_default().into(),
            function: function(&context).map(Arc::from),
            snippet: None,
            fingerprints: Vec::new(),
        }));
        Ok(())
    }
}

fn number(plain: &Plain<'_>) -> u32 {
    let number = plain.number().and_then(|number| u32::try_from(number).ok());
    number.unwrap_or_default()
}

/// What we write about a place, in this order: context, technique, column, function, and then what comes from elsewhere.
fn own_context(context: &str) -> impl Iterator<Item = &str> {
    let mut pieces = context.split("; ");
    let first = pieces.next();
    let ours = |piece: &&str| {
        piece.starts_with("column ") || piece.starts_with("in ") || piece.contains(" by ")
    };
    first.into_iter().chain(pieces.take(3).take_while(ours))
}

fn column(context: &str) -> Option<u32> {
    own_context(context).find_map(|piece| piece.strip_prefix("column ")?.parse().ok())
}

fn function(context: &str) -> Option<&str> {
    let function = own_context(context).find_map(|piece| piece.strip_prefix("in "))?;
    (function.len() <= MAX_NAME).then_some(function)
}

/// Where the extension of 1.4 says that an asset was seen.
pub(super) struct Detected(pub(super) Place);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::output) struct DetectedIn<'a> {
    #[serde(default, borrow)]
    file_path: Plain<'a>,
    #[serde(default)]
    line_numbers: Kept<Line>,
    #[serde(default, borrow)]
    symbols: Plain<'a>,
}

struct Line(u32);

impl<'de> Keep<'de> for Line {
    type Raw = Plain<'de>;
    const MAX: usize = MAX_ASSETS;

    fn keep(raw: Plain<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        to.push(Self(number(&raw)));
        Ok(())
    }
}

impl<'de> Keep<'de> for Detected {
    type Raw = DetectedIn<'de>;
    const MAX: usize = MAX_ASSETS;

    fn keep(raw: DetectedIn<'de>, to: &mut Vec<Self>) -> Result<(), String> {
        let Some(path) = raw.file_path.some().map(Arc::<str>::from) else {
            return Ok(());
        };
        let mut symbols = raw.symbols.texts();
        let symbol: Arc<str> = if symbols.len() == 1 {
            symbols.remove(0).into()
        } else {
            Arc::default()
        };
        let mut lines: Vec<u32> = raw.line_numbers.0.iter().map(|Line(line)| *line).collect();
        if lines.is_empty() {
            lines.push(0)
        }
        to.extend(lines.into_iter().map(|line| {
            Self(Place {
                path: path.clone(),
                line,
                column: 0,
                symbol: symbol.clone(),
                function: None,
                snippet: None,
                fingerprints: Vec::new(),
            })
        }));
        Ok(())
    }
}
