//! Folders, files and the assets in them, for a terminal: where the cryptography lies. What does not fit is counted, never dropped in
//! silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use anstyle::Style;

use super::table::summary;
use super::{Page, band_style};
use crate::inventory::{Band, Occurrence, Report};
use crate::output::fit::{columns, counted, cut, cut_front, grouped, harmless};
use crate::output::rows::{Row, Totals};
use crate::output::words::short_digests;
use crate::output::{Format, Options, band_name};

/// Most lines below the root unless all are asked for.
const MAX_LINES: usize = 100;
/// Most places of an asset that are named in a line.
const MAX_PLACES: usize = 3;
/// Least columns of a name that has numbers beside it.
const MIN_NAME: usize = 12;
/// Deeper folders are shown as one name: a path is no deeper than people look.
const MAX_DEPTH: usize = 32;

/// `--format tree`.
#[derive(Debug)]
pub struct Tree;

impl Format for Tree {
    fn name(&self) -> &'static str {
        "tree"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, options: &Options, to: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::new(report, options);
        page.tree();
        to.write_all(page.out.as_bytes())
    }
}

/// A folder or a file.
#[derive(Default)]
struct Node<'a> {
    below: BTreeMap<&'a str, Self>,
    /// Rows by number, with their places in this file.
    here: BTreeMap<usize, Vec<&'a Occurrence>>,
    /// Rows here and below.
    assets: BTreeSet<usize>,
    places: usize,
    /// The most urgent of them.
    band: Option<Band>,
}

impl<'a> Node<'a> {
    fn add(&mut self, path: &[&'a str], number: usize, band: Band, occurrence: &'a Occurrence) {
        self.assets.insert(number);
        self.places += 1;
        self.band = Some(self.band.map_or(band, |own| own.min(band)));
        match path {
            [] => self.here.entry(number).or_default().push(occurrence),
            [name, rest @ ..] => {
                let below = self.below.entry(name).or_default();
                below.add(rest, number, band, occurrence)
            }
        }
    }
}

/// What became of a folder.
struct Written {
    lines: usize,
    /// Whether something was left out.
    is_cut: bool,
}

/// A path in at most [`MAX_DEPTH`] names.
fn names(path: &str) -> Vec<&str> {
    path.splitn(MAX_DEPTH, '/').collect()
}

impl<'a> Page<'a> {
    fn tree(&mut self) {
        let main: Vec<Row<'a>> = self.rows.iter().copied().filter(Row::is_main).collect();
        let mut root = Node::default();
        for (number, row) in main.iter().enumerate() {
            for occurrence in &row.asset.occurrences {
                let path = names(&occurrence.location.path);
                root.add(&path, number, row.judged.band, occurrence)
            }
        }
        let totals = Totals::of(&self.rows);
        let name = cut(&harmless(&self.report.subject.shown), self.width);
        let name = self.paint(Style::new().bold(), &name);
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(self.out, "{name}");
        let lines = match self.options.all {
            true => usize::MAX,
            false => MAX_LINES,
        };
        let written = self.children(&root, "", lines, &main);
        for line in crate::output::fit::wrapped(&summary(&totals), self.width) {
            let _ = writeln!(self.out, "{line}");
        }
        if written.is_cut {
            let _ = writeln!(self.out, "Shown in part; --all shows every file");
        }
    }

    /// What lies in a folder or file, in at most so many lines.
    fn children(
        &mut self,
        node: &Node<'a>,
        indent: &str,
        lines: usize,
        rows: &[Row<'a>],
    ) -> Written {
        let mut below: Vec<(String, &Node<'a>)> = node.below.iter().map(collapsed).collect();
        below.sort_by(|(a, x), (b, y)| (x.band, a).cmp(&(y.band, b)));
        let here: Vec<(&usize, &Vec<&Occurrence>)> = node.here.iter().collect();
        let total = here.len() + below.len();
        // A line is kept for saying how many more there are. That by itself says no more than the folder's or file's own line.
        let shown = match total > lines {
            true => lines.saturating_sub(1),
            false => total,
        };
        let says_more = shown > 0 && shown < total;
        let mut written = Written {
            lines: shown + usize::from(says_more),
            is_cut: shown < total,
        };
        for at in 0..shown {
            let (branch, more) = match at + 1 == total {
                true => ("└── ", "    "),
                false => ("├── ", "│   "),
            };
            if let Some((number, places)) = here.get(at) {
                if let Some(row) = rows.get(**number) {
                    self.asset_line(row, places, &format!("{indent}{branch}"))
                }
                continue;
            }
            let Some((name, child)) = below.get(at - here.len()) else {
                continue;
            };
            if let Some((row, places)) = only_asset(child, rows) {
                self.file_line(name, row, places, &format!("{indent}{branch}"));
                continue;
            }
            self.node_line(name, child, &format!("{indent}{branch}"));
            // Each gets its share of the lines that are left; what one does not need is the others'.
            let share = match lines {
                usize::MAX => usize::MAX,
                lines => lines.saturating_sub(written.lines).div_ceil(shown - at),
            };
            let inside = self.children(child, &format!("{indent}{more}"), share, rows);
            written.lines += inside.lines;
            written.is_cut |= inside.is_cut;
        }
        if says_more {
            let rest = grouped((total - shown) as u64);
            let branch = self.fit_indent(&format!("{indent}└── "));
            // Writing to a String cannot fail.
            let _ = writeln!(self.out, "{branch}… {rest} more");
        }
        written
    }

    /// `├── src  P0  3 assets, 12 places`.
    fn node_line(&mut self, name: &str, node: &Node<'a>, indent: &str) {
        let is_file = node.below.is_empty();
        let slash = if is_file { "" } else { "/" };
        let said = format!(
            "{}, {}",
            counted(node.assets.len() as u64, "asset"),
            counted(node.places as u64, "place")
        );
        let band = node.band.unwrap_or(Band::P4);
        let indent = self.fit_indent(indent);
        let left = self.width.saturating_sub(columns(&indent) + 4);
        let (room, said) = match left.saturating_sub(columns(&said) + 2) {
            // A name says more than a number.
            0..MIN_NAME => (left, String::new()),
            room => (room, format!("  {said}")),
        };
        let name = cut(&format!("{}{slash}", short_digests(&harmless(name))), room);
        let shown = match node.here.values().next().and_then(|places| places.first()) {
            Some(occurrence) if is_file => self.linked(&occurrence.location, &name),
            _ => name,
        };
        let band = self.paint(band_style(band), band_name(band));
        let _ = writeln!(self.out, "{indent}{shown}  {band}{said}");
    }

    /// A file with one asset, in one line: `├── keys.py  P3  RSA-2048 key [quantum-broken-key], 1 place: 88:18`.
    fn file_line(&mut self, name: &str, row: &Row<'a>, places: &[&Occurrence], indent: &str) {
        let said = format!(
            "{} [{}], {}: {}",
            harmless(&row.asset.name),
            row.judged.finding_class.name(),
            counted(places.len() as u64, "place"),
            positions(places)
        );
        let name = short_digests(&harmless(name));
        let indent = self.fit_indent(indent);
        let left = self.width.saturating_sub(columns(&indent) + 6);
        // A name says more than what follows, but which asset it is says more than the rest of a long name.
        let room = left.saturating_sub(columns(&said)).max(left / 2);
        let name = cut(&name, room);
        let said = cut(&said, left.saturating_sub(columns(&name)));
        let shown = match places.first() {
            Some(occurrence) => self.linked(&occurrence.location, &name),
            None => name,
        };
        let band = self.paint(band_style(row.judged.band), band_name(row.judged.band));
        let _ = writeln!(self.out, "{indent}{shown}  {band}  {said}");
    }

    /// The branches before a name, of which the last are shown where all would leave no room for it.
    fn fit_indent(&self, indent: &str) -> String {
        cut_front(indent, self.width / 2)
    }

    /// `│   └── P0 RSA-2048 key [quantum-broken-key] 88:18, 91:5 and 2 more`.
    fn asset_line(&mut self, row: &Row<'a>, places: &[&Occurrence], indent: &str) {
        let text = format!(
            "{} [{}] {}",
            harmless(&row.asset.name),
            row.judged.finding_class.name(),
            positions(places)
        );
        let indent = self.fit_indent(indent);
        let room = self.width.saturating_sub(columns(&indent) + 3);
        let band = self.paint(band_style(row.judged.band), band_name(row.judged.band));
        let _ = writeln!(self.out, "{indent}{band} {}", cut(&text, room));
    }
}

/// The asset and its places, of a file that has no other.
fn only_asset<'n, 'a>(
    node: &'n Node<'a>,
    rows: &'n [Row<'a>],
) -> Option<(&'n Row<'a>, &'n [&'a Occurrence])> {
    let mut here = node.here.iter();
    match (here.next(), here.next(), node.below.is_empty()) {
        (Some((number, places)), None, true) => Some((rows.get(*number)?, places)),
        _ => None,
    }
}

/// `88:18, 91:5, 93:1 and 2 more`.
fn positions(places: &[&Occurrence]) -> String {
    let shown = places.iter().take(MAX_PLACES).map(|occurrence| {
        let location = &occurrence.location;
        match (location.line, location.span.start) {
            (0, start) => format!("byte {start}"),
            (line, _) => format!("{line}:{}", location.column),
        }
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(MAX_PLACES) {
        0 => shown,
        more => format!("{shown} and {} more", grouped(more as u64)),
    }
}

/// Folders with nothing but one folder in them, as one: `src/main/java`.
fn collapsed<'a, 'n>((name, node): (&&'a str, &'n Node<'a>)) -> (String, &'n Node<'a>) {
    let (mut name, mut node) = ((*name).to_owned(), node);
    while node.here.is_empty()
        && let [(only, below)] = &node.below.iter().collect::<Vec<_>>()[..]
        && !below.below.is_empty()
    {
        name = format!("{name}/{only}");
        node = below;
    }
    (name, node)
}
