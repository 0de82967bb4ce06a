//! One file of the walk, with everything in it. It is unpacked front to back on one thread, so that limits trip at the same place in every
//! run; what comes out is looked at on all threads. Whoever finishes the last part settles the whole.

use std::collections::{BTreeMap, HashMap};
use std::io::BufReader;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rayon::Scope;
use serde::{Deserialize, Serialize};

use super::cache::{Cache, Key};
use super::comments;
use super::file::{self, FileSource};
use super::image::{Images, Platform};
use super::look::{Claims, Looked, look_at_file};
use super::owners;
use super::unpack::limits::{Budget, Limits};
use super::unpack::{Sink, Unpacker};
use super::walk::{Entry, Selection};
use crate::detect::package::Record;
use crate::detect::{HEAD, Head, Means, Source as _};
use crate::model::{ArtifactKind, Coverage, InlineWaiver, Skip, SkipReason, interned};

/// Bytes of unpacked members that wait to be looked at, at most; beyond, whoever unpacks looks at them first.
const MAX_WAITING: u64 = 64 << 20;

/// What one file may say of packages, in memory: the databases of an image with a million files.
const MAX_RECORDS: u64 = 128 << 20;

/// What is repeated for members with several names, at most: an archive of a file with a million names is hostile.
const MAX_LINKED: usize = 20_000;

/// What all files of a scan share.
pub(super) struct Shared<'k> {
    pub(super) means: Means<'k>,
    pub(super) selection: &'k Selection,
    pub(super) limits: &'k Limits,
    pub(super) platforms: &'k [Platform],
    /// Whether archives are opened.
    pub(super) archives: bool,
    /// What earlier scans saw.
    pub(super) cache: Option<&'k Cache>,
    pub(super) collected: Mutex<Collected>,
    waiting: AtomicU64,
    large: Mutex<()>,
}

impl<'k> Shared<'k> {
    pub(super) fn new(
        means: Means<'k>,
        selection: &'k Selection,
        limits: &'k Limits,
        platforms: &'k [Platform],
        archives: bool,
        cache: Option<&'k Cache>,
    ) -> Self {
        Self {
            means,
            selection,
            limits,
            platforms,
            archives,
            cache,
            collected: Mutex::default(),
            waiting: AtomicU64::new(0),
            large: Mutex::default(),
        }
    }
}

/// What all files brought.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) looked: Vec<Looked>,
    pub(super) accepted: Vec<InlineWaiver>,
    pub(super) coverage: Coverage,
}

impl Collected {
    fn add(&mut self, looked: Vec<Looked>, counts: Counts) {
        let coverage = &mut self.coverage;
        coverage.archives += counts.archives;
        coverage.members += counts.members;
        coverage.bytes_unpacked += counts.unpacked;
        coverage.files_other += counts.passed;
        coverage.by_project.left_out += counts.left_out;
        for (form, number) in counts.forms {
            *coverage.by_form.entry(form).or_default() += number
        }
        for mut seen in looked {
            if let Some(bytes) = seen.searched {
                coverage.files_searched += 1;
                coverage.bytes_searched += bytes;
            }
            for (language, bytes) in &seen.parsed {
                coverage.files_parsed += 1;
                coverage.bytes_parsed += bytes;
                *coverage.by_language.entry(language).or_default() += 1;
            }
            coverage.skips.append(&mut seen.skips);
            coverage.by_project.comments_beyond += seen.comments_beyond;
            self.accepted.append(&mut seen.accepted);
            if !seen.findings.iter().all(Vec::is_empty)
                || !seen.records.is_empty()
                || !seen.binaries.is_empty()
            {
                self.looked.push(seen)
            }
        }
    }
}

/// What is counted of one file of the walk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    archives: u64,
    members: u64,
    unpacked: u64,
    /// Files of no form that anything reads.
    passed: u64,
    /// Members that the scanned project's own patterns left out.
    left_out: u64,
    #[serde(deserialize_with = "interned::counts")]
    forms: BTreeMap<interned::Static, u64>,
}

/// What parts of a file brought so far. The last one to let go of it settles it.
struct Job<'s> {
    shared: &'s Shared<'s>,
    looked: Mutex<Vec<Looked>>,
    rest: Mutex<Rest>,
}

/// What is known when all of a file is unpacked.
#[derive(Default)]
struct Rest {
    images: Images,
    counts: Counts,
    /// Members with two names.
    links: Vec<(Arc<str>, Arc<str>)>,
    /// By what it is kept.
    key: Option<Key>,
    /// Everything was known before.
    is_known: bool,
}

impl Job<'_> {
    fn push(&self, looked: Looked) {
        if let Ok(mut all) = self.looked.lock() {
            all.push(looked)
        }
    }

    fn settle(self) {
        let mut looked = self.looked.into_inner().unwrap_or_default();
        let Rest {
            images,
            counts,
            links,
            key,
            is_known,
        } = self.rest.into_inner().unwrap_or_default();
        if is_known {
            return;
        }
        // In the order of the file, whichever thread was first.
        looked.sort_by(|a, b| (&a.path, a.number).cmp(&(&b.path, b.number)));
        follow(&links, self.shared.selection, &mut looked);
        images.settle(self.shared.platforms, &mut looked);
        owners::attribute_members(&mut looked);
        if let (Some(cache), Some(key)) = (self.shared.cache, key) {
            cache.put(&key, &looked, &counts)
        }
        if let Ok(mut collected) = self.shared.collected.lock() {
            collected.add(looked, counts)
        }
    }
}

/// Looks at one file of the walk.
pub(super) fn run<'s>(found: &'s Entry, shared: &'s Shared<'s>, scope: &Scope<'s>) {
    let job = Arc::new(Job {
        shared,
        // Most files are one.
        looked: Mutex::new(Vec::with_capacity(1)),
        rest: Mutex::default(),
    });
    let mut part = Part {
        job: &job,
        scope,
        number: 0,
        counts: Counts::default(),
        links: Vec::new(),
        records: 0,
        key: None,
    };
    if let Err(error) = part.file(found) {
        part.skip(Skip::new(
            found.shown.clone(),
            SkipReason::Unreadable,
            error.to_string(),
        ))
    }
    let (counts, links, key) = (part.counts, part.links, part.key);
    if let Ok(mut rest) = job.rest.lock() {
        rest.counts = counts;
        rest.links = links;
        rest.key = key;
    }
    finish(job);
}

/// Repeats what was seen of members under their other names, and tells what cannot be: only what was looked at under the name that has
/// the bytes is known, and a name with another ending, or one that a pattern chose, asks for another look.
fn follow(links: &[(Arc<str>, Arc<str>)], selection: &Selection, looked: &mut Vec<Looked>) {
    let ending = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase())
    };
    let is_chosen = |path: &str| selection.includes(path) && !selection.excludes(path);
    // A link may lead to a link: what has the bytes is at the end.
    let mut ends: HashMap<&Arc<str>, &Arc<str>> = HashMap::new();
    let mut again: Vec<Looked> = Vec::new();
    let mut beyond = None;
    for (from, to) in links {
        let from = ends.get(from).copied().unwrap_or(from);
        ends.insert(to, from);
        if !is_chosen(to) {
            continue;
        }
        if ending(from) != ending(to) || !is_chosen(from) {
            if Claims::on(to, &[]).by_name {
                let detail = format!("hard link to {from}, which was not looked at so");
                let skip = Skip::new(to.clone(), SkipReason::Unsupported, detail);
                again.push(Looked::told(skip, 0))
            }
            continue;
        }
        let exact = looked.partition_point(|seen| seen.path < *from);
        let own = looked[exact..].iter().take_while(|seen| seen.path == *from);
        let inside = format!("{from}!/");
        let below = looked.partition_point(|seen| *seen.path < *inside);
        let below = looked[below..]
            .iter()
            .take_while(|seen| seen.path.starts_with(&inside));
        for seen in own.chain(below) {
            if again.len() >= MAX_LINKED {
                beyond.get_or_insert_with(|| to.clone());
                break;
            }
            let mut seen = seen.clone();
            seen.rename(from, to, &[]);
            seen.root = None;
            again.push(seen)
        }
    }
    if let Some(to) = beyond {
        let detail = format!("over {MAX_LINKED} members with several names");
        let skip = Skip::new(to, SkipReason::LimitMembers, detail);
        again.push(Looked::told(skip, 0))
    }
    looked.append(&mut again);
}

fn finish(job: Arc<Job<'_>>) {
    if let Some(job) = Arc::into_inner(job) {
        job.settle()
    }
}

/// The thread that reads the file.
struct Part<'p, 's> {
    job: &'p Arc<Job<'s>>,
    scope: &'p Scope<'s>,
    /// Members given out so far.
    number: u64,
    counts: Counts,
    links: Vec<(Arc<str>, Arc<str>)>,
    /// Bytes of what is known of packages.
    records: u64,
    /// By what it is kept, once all of it was read.
    key: Option<Key>,
}

impl<'s> Part<'_, 's> {
    fn file(&mut self, found: &Entry) -> std::io::Result<()> {
        if let Some(members) = &found.members {
            self.folder(found, members);
            return Ok(());
        }
        let shared = self.job.shared;
        let mut source = FileSource::open(&found.path)?;
        let _ = found.size.set(source.len());
        let head = match Head::read(&mut source) {
            Ok(head) => head,
            Err((_, detail)) => return Err(std::io::Error::other(detail)),
        };
        let is_archive = Unpacker::is_archive(&head, source.file());
        let claims = Claims::on(&found.shown, &head);
        let is_looked_at = (found.selected || claims.metadata) && claims.any();
        let opens = is_archive && shared.archives;
        // Of what nobody reads no more than its first bytes are read, and little more of an archive that stays closed.
        let cache = shared
            .cache
            .filter(|_| opens || is_looked_at && !is_archive);
        let hint = cache.map(|cache| cache.keys().of(found, source.len(), is_archive));
        let mut is_worth_keeping = opens;
        let mut key = None;
        let steady = cache.and_then(|_| source.steady(&head, is_archive));
        if let (Some(cache), Some(hint), Some(steady)) = (cache, &hint, &steady)
            && cache.may_know(hint)
        {
            key = hint.key(|hasher| source.hash(steady, hasher));
            if let Some((looked, counts)) = key.as_ref().and_then(|key| cache.get(key)) {
                // Settled when it was looked at.
                if let Ok(mut rest) = self.job.rest.lock() {
                    rest.is_known = true
                }
                if let Ok(mut collected) = shared.collected.lock() {
                    collected.add(looked, counts)
                }
                return Ok(());
            }
        }
        if found.selected || claims.metadata {
            if is_looked_at {
                let kind = if is_archive {
                    ArtifactKind::Archive
                } else {
                    ArtifactKind::File
                };
                let mut looked = Looked::at(found.shown.clone(), 0);
                // Whoever claims the file may not claim the archive.
                let asked = (!is_archive).then_some(claims);
                look_at_file(&mut source, kind, asked, &shared.means, &mut looked);
                if !is_archive && (claims.by_name || !looked.findings.iter().all(Vec::is_empty)) {
                    comments::collect(&mut source, &head, &mut looked)
                }
                is_worth_keeping |= cache.is_some_and(|cache| cache.is_worth_keeping(&looked));
                self.job.push(looked);
            } else {
                self.counts.passed += 1
            }
        }
        if opens {
            let budget = Budget::new(shared.limits, source.len());
            self.unpack(&budget, |unpacker| {
                unpacker.open_file(&found.shown, &head, source.file())
            })
        }
        if let (Some(hint), Some(steady)) = (&hint, &steady)
            && is_worth_keeping
        {
            let key = key.or_else(|| hint.key(|hasher| source.hash(steady, hasher)));
            self.key = key.filter(|_| source.is_still(steady))
        }
        Ok(())
    }

    /// A folder that is an image: the files are its members.
    fn folder(&mut self, found: &Entry, members: &[(String, std::path::PathBuf)]) {
        let budget = Budget::new(self.job.shared.limits, found.size());
        let mut unreadable = Vec::new();
        self.unpack(&budget, |unpacker| {
            unpacker.open_folder(&found.shown, |visit| {
                for (name, path) in members {
                    match file::open(path) {
                        Ok((file, _)) => {
                            visit(name, &mut BufReader::with_capacity(256 << 10, file))
                        }
                        Err(error) => unreadable.push((name, error)),
                    }
                }
            })
        });
        for (name, error) in unreadable {
            self.skip(Skip::new(
                format!("{}/{name}", found.shown).into(),
                SkipReason::Unreadable,
                error.to_string(),
            ))
        }
    }

    fn unpack(&mut self, budget: &Budget<'_>, open: impl FnOnce(&mut Unpacker<'_>)) {
        let shared = self.job.shared;
        let mut unpacker = Unpacker::new(self, budget, &shared.large);
        open(&mut unpacker);
        let images = unpacker.finish();
        self.counts.members = budget.members();
        self.counts.unpacked = budget.unpacked();
        if let Ok(mut rest) = self.job.rest.lock() {
            rest.images = images
        }
    }

    /// Keeps what a member says of packages, within what may be kept of one file.
    fn keep_records(&mut self, looked: &mut Looked) {
        let size: u64 = looked.records.iter().map(Record::size).sum();
        if self.records + size > MAX_RECORDS {
            looked.records.clear();
            looked.skips.push(Skip::new(
                looked.path.clone(),
                SkipReason::LimitMemory,
                "too much is said of packages",
            ));
            return;
        }
        self.records += size
    }

    fn look(job: &Job<'_>, path: Arc<str>, number: u64, bytes: &[u8]) -> Looked {
        let mut looked = Looked::at(path, number);
        look_at_file(
            &mut &*bytes,
            ArtifactKind::File,
            None,
            &job.shared.means,
            &mut looked,
        );
        looked
    }
}

impl Sink for Part<'_, '_> {
    fn wants(&self, path: &Arc<str>, head: &[u8]) -> bool {
        let claims = Claims::on(path, head);
        claims.metadata || claims.cryptography && self.job.shared.selection.includes(path)
    }

    fn leaves_out(&self, path: &str) -> bool {
        self.job.shared.selection.excludes(path)
    }

    fn take(&mut self, path: Arc<str>, bytes: Vec<u8>) {
        self.number += 1;
        let number = self.number;
        let shared = self.job.shared;
        let size = bytes.len() as u64;
        // In the order of the archive, so that what does not fit into memory is the same in every run.
        if Claims::on(&path, &bytes[..bytes.len().min(HEAD)]).metadata {
            let mut looked = Self::look(self.job, path, number, &bytes);
            self.keep_records(&mut looked);
            self.job.push(looked);
            return;
        }
        if shared.waiting.fetch_add(size, Ordering::Relaxed) + size > MAX_WAITING {
            shared.waiting.fetch_sub(size, Ordering::Relaxed);
            self.job.push(Self::look(self.job, path, number, &bytes));
            return;
        }
        let job = self.job.clone();
        self.scope.spawn(move |_| {
            job.push(Self::look(&job, path, number, &bytes));
            // Nothing above unwinds: detectors are fenced.
            job.shared.waiting.fetch_sub(size, Ordering::Relaxed);
            finish(job);
        });
    }

    fn archive(&mut self, path: &Arc<str>, mut bytes: &[u8]) {
        let head = &bytes[..bytes.len().min(HEAD)];
        let shared = self.job.shared;
        if !shared.selection.includes(path) || !Claims::on(path, head).cryptography {
            return;
        }
        self.number += 1;
        let mut looked = Looked::at(path.clone(), self.number);
        look_at_file(
            &mut bytes,
            ArtifactKind::Archive,
            None,
            &shared.means,
            &mut looked,
        );
        // It counts as an archive that was opened.
        looked.searched = None;
        self.keep_records(&mut looked);
        let is_silent = looked.findings.iter().all(Vec::is_empty)
            && looked.skips.is_empty()
            && looked.records.is_empty();
        if !is_silent {
            self.job.push(looked)
        }
    }

    fn linked(&mut self, from: Arc<str>, to: Arc<str>) {
        self.links.push((from, to))
    }

    fn pass(&mut self) {
        self.counts.passed += 1
    }

    fn left_out(&mut self, path: &str) {
        if self.job.shared.selection.project_leaves_out_member(path) {
            self.counts.left_out += 1
        }
    }

    fn opened(&mut self, form: &'static str) {
        self.counts.archives += 1;
        *self.counts.forms.entry(form).or_default() += 1
    }

    fn skip(&mut self, skip: Skip) {
        self.number += 1;
        self.job.push(Looked::told(skip, self.number))
    }

    fn package(&mut self, path: &Arc<str>, record: Record) {
        self.number += 1;
        let mut looked = Looked::at(path.clone(), self.number);
        looked.records.push(record);
        self.job.push(looked)
    }
}
