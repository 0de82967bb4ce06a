//! Many small segments become a few large parts, which readers of Parquet want: sorted by repository, some 128 MB each.
//!
//! Nothing is removed here. A part is written after its manifest and at once; from then on its keys are in two places, and
//! [`super::retain`] removes the segments, and the parts that were merged, once the new part is old enough for no reader to have missed it. So a
//! compaction may end anywhere and be begun again, and two at once only write the same twice. Readers count a key from one file alone:
//! `docs/fleet-store.md` has the query.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures_util::TryStreamExt;

use super::layout::{self, Kind};
use super::manifest::{self, Held, cover};
use super::segment::{Limits, NotRead, Reader, Row, Writer};
use super::{Error, Result, Store, plain};

/// How to compact.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The folder of the parts: `2027-01`.
    pub month: String,
    /// How large a part is to be, in bytes: the keys of one are whole, so that it may be larger.
    pub bytes: u64,
}

impl Plan {
    /// Parts of 128 MB.
    pub fn of(month: impl Into<String>) -> Self {
        Self {
            month: month.into(),
            bytes: 128_000_000,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The parts that were written.
    pub parts: Vec<String>,
    /// How many content keys are in them.
    pub keys: u64,
    /// How many rows.
    pub rows: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many parts were merged into them.
    pub merged: u64,
    /// How many current keys have no findings in the store, neither as a segment nor in a part.
    pub missing: u64,
    /// Objects that could not be read, and why; what is in them was left where it is.
    pub damaged: Vec<String>,
}

/// Most bytes of a segment or part.
const MAX_BYTES: u64 = 4 << 30;
/// Most parts that are merged at once: they are in memory.
const MAX_MERGED: usize = 4;

/// Where the rows of a key are.
#[derive(Debug, Clone, Copy)]
enum Where {
    Segment,
    Part(usize),
}

/// Merges the segments of the current content keys, and parts that are small or half forgotten. `current` tells for each current key the name of
/// its repository. Done again, it does nothing.
///
/// # Errors
/// When the store fails, or the month is none. What was written before is whole, and stays.
pub async fn compact(
    store: &Store,
    current: &BTreeMap<String, String>,
    plan: &Plan,
) -> Result<Compacted> {
    if !layout::is_month(&plan.month) {
        return Err(Error::Address(format!(
            "`{}` is no month like 2027-01",
            plain(&plan.month)
        )));
    }
    let mut done = Compacted::default();
    let mut segments = BTreeSet::new();
    let mut objects = store.list("segment");
    while let Some(object) = objects.try_next().await? {
        if let Some(Kind::Segment(key)) = Kind::of(&object.path)
            && current.contains_key(&key)
        {
            segments.insert(key);
        }
    }
    // Each pass merges some parts; what it could not read is not tried again.
    let mut unread = BTreeSet::new();
    loop {
        let pass = Pass::new(store, current, &segments, &mut unread, plan).await?;
        done.missing = pass.missing;
        if pass.is_idle() {
            return Ok(done);
        }
        done.merged += pass.dissolved.len() as u64;
        pass.run(&mut done).await?;
    }
}

/// One pass: what is to be merged.
struct Pass<'a> {
    store: &'a Store,
    plan: &'a Plan,
    parts: Vec<Held>,
    /// Which of the parts are merged.
    dissolved: BTreeSet<usize>,
    /// Repository, key, where: in the order of the new parts.
    sources: Vec<(&'a str, &'a str, Where)>,
    missing: u64,
    has_segments: bool,
    unread: &'a mut BTreeSet<String>,
}

impl<'a> Pass<'a> {
    async fn new(
        store: &'a Store,
        current: &'a BTreeMap<String, String>,
        segments: &BTreeSet<String>,
        unread: &'a mut BTreeSet<String>,
        plan: &'a Plan,
    ) -> Result<Pass<'a>> {
        let (parts, _) = manifest::parts(store).await?;
        let from = cover(&parts, |key| current.contains_key(key));
        // How many rows and keys of each part are taken from there.
        let mut live = vec![0_u64; parts.len()];
        for (at, part) in parts.iter().enumerate() {
            let own = part.keys.iter();
            let own = own.filter(|(key, _)| from.get(key.as_str()) == Some(&at));
            if let Some(live) = live.get_mut(at) {
                *live = own.map(|(_, rows)| rows + 1).sum()
            }
        }
        let used = || {
            let parts = parts.iter().zip(&live).enumerate();
            parts.filter(|(_, (part, live))| **live > 0 && !unread.contains(&part.path))
        };
        let is_half_forgotten =
            |part: &Held, live: u64| live * 2 < part.rows() + part.keys.len() as u64;
        let (stale, rest): (Vec<_>, Vec<_>) =
            used().partition(|(_, (part, live))| is_half_forgotten(part, **live));
        let small = rest
            .iter()
            .filter(|(_, (part, _))| part.bytes < plan.bytes / 2);
        let mut candidates: Vec<_> = stale.iter().chain(small).collect();
        candidates.sort_by_key(|(at, (part, live))| {
            let rank = !is_half_forgotten(part, **live);
            (rank, part.bytes, &part.path, *at)
        });
        let mut dissolved: BTreeSet<usize> = candidates
            .iter()
            .take(MAX_MERGED)
            .map(|(at, _)| *at)
            .collect();

        let (mut sources, mut missing, mut has_segments) = (Vec::new(), 0, false);
        for (key, repository) in current {
            match from.get(key.as_str()) {
                Some(at) if dissolved.contains(at) => {
                    sources.push((repository.as_str(), key.as_str(), Where::Part(*at)))
                }
                Some(_) => {}
                None if unread.contains(&layout::segment(key)) => {}
                None if segments.contains(key) => {
                    has_segments = true;
                    sources.push((repository.as_str(), key.as_str(), Where::Segment))
                }
                None => missing += 1,
            }
        }
        let has_stale = stale.iter().any(|(at, _)| dissolved.contains(at));
        // One that is small alone cannot be helped.
        if !has_segments && !has_stale && dissolved.len() < 2 {
            dissolved.clear();
            sources.clear();
        }
        sources.sort_by_key(|(repository, key, _)| (*repository, *key));
        Ok(Pass {
            store,
            plan,
            parts,
            dissolved,
            sources,
            missing,
            has_segments,
            unread,
        })
    }

    fn is_idle(&self) -> bool {
        self.dissolved.is_empty() && !self.has_segments
    }

    async fn run(self, done: &mut Compacted) -> Result<()> {
        let mut open: BTreeMap<usize, Open> = BTreeMap::new();
        for at in &self.dissolved {
            let Some(part) = self.parts.get(*at) else {
                continue;
            };
            match open_part(self.store, part).await? {
                Ok(one) => {
                    open.insert(*at, one);
                }
                Err(why) => {
                    done.damaged.push(format!("{}: {why}", part.path));
                    self.unread.insert(part.path.clone());
                }
            }
        }
        let mut builder = Builder::new(self.store, self.plan)?;
        for (_, key, from) in &self.sources {
            let (path, rows) = match from {
                Where::Segment => {
                    let path = layout::segment(key);
                    let bytes = match self.store.get(&path, MAX_BYTES).await {
                        Ok(bytes) => bytes,
                        Err(error @ (Error::Missing(_) | Error::TooLarge { .. })) => {
                            done.damaged.push(error.to_string());
                            self.unread.insert(path);
                            continue;
                        }
                        Err(error) => return Err(error),
                    };
                    (path, builder.add_segment(key, bytes))
                }
                Where::Part(at) => {
                    let Some(part) = open.get_mut(at) else {
                        continue;
                    };
                    (part.path.clone(), builder.add_range(key, part))
                }
            };
            match rows {
                Ok(()) => {}
                Err(Stop::Damaged(why)) => {
                    done.damaged.push(format!("{path}: {why}"));
                    self.unread.insert(path);
                }
                Err(Stop::Failed(error)) => return Err(error),
            }
            if builder.is_full() {
                builder.close(done).await?
            }
        }
        builder.close(done).await
    }
}

/// Why the rows of a key were not added.
enum Stop {
    /// Where they are is damaged; nothing of them was added.
    Damaged(NotRead),
    /// The part cannot be written.
    Failed(Error),
}

/// A part that is merged.
struct Open {
    path: String,
    reader: Reader,
    /// For each key the number of its first row and of its rows.
    ranges: BTreeMap<String, (u64, u64)>,
    /// The row group that was read last.
    last: Option<(usize, Vec<Row>)>,
}

async fn open_part(store: &Store, part: &Held) -> Result<std::result::Result<Open, String>> {
    let bytes = match store.get(&part.path, MAX_BYTES).await {
        Ok(bytes) => bytes,
        Err(error @ (Error::Missing(_) | Error::TooLarge { .. })) => {
            return Ok(Err(error.to_string()));
        }
        Err(error) => return Err(error),
    };
    let reader = match Reader::new(bytes, Limits::default()) {
        Ok(reader) => reader,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if reader.rows() != part.rows() {
        return Ok(Err("it has other rows than its list of keys".to_owned()));
    }
    let mut ranges = BTreeMap::new();
    let mut first = 0;
    for (key, rows) in &part.keys {
        ranges.insert(key.clone(), (first, *rows));
        first += rows;
    }
    Ok(Ok(Open {
        path: part.path.clone(),
        reader,
        ranges,
        last: None,
    }))
}

impl Open {
    /// The rows of a range that lie in a row group, which begins with the row of that number.
    fn rows(
        &mut self,
        group: usize,
        begins: u64,
        range: (u64, u64),
    ) -> std::result::Result<&[Row], NotRead> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != group) {
            self.last = Some((group, self.reader.group(group)?));
        }
        let rows = self.last.as_ref().map_or(&[][..], |(_, rows)| rows);
        let (first, number) = range;
        let within = |row: u64| usize::try_from(row.saturating_sub(begins)).unwrap_or(usize::MAX);
        let end = within(first + number).min(rows.len());
        Ok(rows.get(within(first).min(end)..end).unwrap_or_default())
    }
}

/// A part that grows.
struct Builder<'a> {
    store: &'a Store,
    plan: &'a Plan,
    writer: Writer,
    keys: Vec<(String, u64)>,
}

impl<'a> Builder<'a> {
    fn new(store: &'a Store, plan: &'a Plan) -> Result<Self> {
        Ok(Self {
            store,
            plan,
            writer: Writer::new().map_err(failed)?,
            keys: Vec::new(),
        })
    }

    fn is_full(&self) -> bool {
        self.writer.bytes() as u64 >= self.plan.bytes
    }

    fn push(&mut self, rows: impl IntoIterator<Item = Row>) -> std::result::Result<(), Stop> {
        for row in rows {
            self.writer
                .push(row)
                .map_err(|error| Stop::Failed(failed(error)))?
        }
        Ok(())
    }

    fn add_segment(&mut self, key: &str, bytes: Bytes) -> std::result::Result<(), Stop> {
        let reader = Reader::new(bytes, Limits::default()).map_err(Stop::Damaged)?;
        // Half of a key in a part would be worse than none, so all of it is read before any of it is written.
        if reader.groups() == 1 {
            let rows = own(key, reader.group(0)).map_err(Stop::Damaged)?;
            self.push(rows)?
        } else {
            for group in 0..reader.groups() {
                own(key, reader.group(group)).map_err(Stop::Damaged)?;
            }
            for group in 0..reader.groups() {
                let rows = own(key, reader.group(group)).map_err(Stop::Damaged)?;
                self.push(rows)?
            }
        }
        self.keys.push((key.to_owned(), reader.rows()));
        Ok(())
    }

    fn add_range(&mut self, key: &str, part: &mut Open) -> std::result::Result<(), Stop> {
        let Some(range) = part.ranges.get(key).copied() else {
            return Err(Stop::Damaged(NotRead::new("it lost a key")));
        };
        let (first, number) = range;
        let mut groups = Vec::new();
        let mut begins = 0;
        for group in 0..part.reader.groups() {
            let rows = part.reader.rows_of(group);
            if begins < first + number && first < begins + rows {
                groups.push((group, begins))
            }
            begins += rows;
        }
        let is_one = groups.len() == 1;
        for look in [true, false] {
            for (group, begins) in &groups {
                let rows = part.rows(*group, *begins, range);
                let rows = rows.and_then(|rows| own(key, Ok(rows.to_vec())));
                let rows = rows.map_err(Stop::Damaged)?;
                if is_one || !look {
                    self.push(rows)?
                }
            }
            if is_one {
                break;
            }
        }
        self.keys.push((key.to_owned(), number));
        Ok(())
    }

    /// Writes the part, if anything is in it, and begins the next.
    async fn close(&mut self, done: &mut Compacted) -> Result<()> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let writer = std::mem::replace(&mut self.writer, Writer::new().map_err(failed)?);
        let keys = std::mem::take(&mut self.keys);
        let rows = writer.rows();
        let bytes = writer.finish().map_err(failed)?;
        let (text, hash) = manifest::write(&keys);
        let path = layout::part(&self.plan.month, &hash);
        let manifest = layout::manifest(&self.plan.month, &hash);
        self.store.put_new(&manifest, text.into_bytes()).await?;
        done.keys += keys.len() as u64;
        done.rows += rows;
        done.bytes += bytes.len() as u64;
        self.store.put_new(&path, bytes).await?;
        done.parts.push(path);
        Ok(())
    }
}

fn failed(error: NotRead) -> Error {
    Error::Damaged {
        path: "a new part".to_owned(),
        why: error.to_string(),
    }
}

/// Rows, if all of them are of that key.
fn own(
    key: &str,
    rows: std::result::Result<Vec<Row>, NotRead>,
) -> std::result::Result<Vec<Row>, NotRead> {
    let rows = rows?;
    match rows.iter().all(|row| &*row.key == key) {
        true => Ok(rows),
        false => Err(NotRead::new("rows of another content key")),
    }
}
