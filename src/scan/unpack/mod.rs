//! Archives, packages and images: what is inside is given out member by member, through as many layers as there are.
//!
//! Format readers are libraries (one file a format here); the way through the layers, the limits and the names are ours. Archives that are
//! read front to back are never held; one that needs its directory first is read from the file, or, inside another archive, from memory
//! within a limit. Nothing is written to disk, nothing is executed, and what was not read is told with its reason.
//!
//! Not here: what the members hold (`look`), which layer of an image counts (`image`), and which package a place belongs to (`owners`).

mod ar;
mod cpio;
mod digest;
pub(super) mod limits;
mod name;
mod rpm;
mod sevenz;
mod sniff;
mod squashfs;
mod stream;
mod tar;
mod zip;

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};

use self::limits::{Budget, Counted, Limits, Meter, Packed, Trip};
use self::sniff::{Form, Reads};
use super::image::{Images, Listing};
use crate::detect::package::{Owns, Record};
use crate::model::{Package, Skip, SkipReason};

pub(super) use self::name::hash;

/// The first bytes of a member that decide what it is.
pub(super) const HEAD: usize = 4096;
/// Places named for one reason and one archive; beyond, their number is.
const MAX_NAMED: usize = 50;
/// Only one file at a time may hold more than this in memory, so that the limit on what is held does not multiply with the threads.
const LARGE: u64 = 32 << 20;

/// Bytes that can be read back and forth.
pub(super) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Why an archive could not be read to its end.
#[derive(Debug)]
pub(super) struct Broken {
    reason: SkipReason,
    detail: String,
}

impl Broken {
    fn new(detail: impl Into<String>) -> Self {
        Self {
            reason: SkipReason::Damaged,
            detail: detail.into(),
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        let reason = if stream::is_trailing(&error) {
            SkipReason::TrailingData
        } else if stream::needs_memory(&error) {
            SkipReason::LimitMemory
        } else {
            SkipReason::Damaged
        };
        Self {
            reason,
            detail: error.to_string(),
        }
    }
}

impl From<rawzip::Error> for Broken {
    fn from(error: rawzip::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// What a format reader gives its members to. `Break` means that nothing more is wanted.
trait Members {
    fn limits(&self) -> &Limits;
    /// Whether a limit has ended the whole file.
    fn is_over(&self) -> bool;
    /// A regular file. `packed` says how its bytes are accounted where reading them unpacks something; whatever is left unread is the
    /// format reader's to skip.
    fn file(
        &mut self,
        name: &[u8],
        packed: Option<Packed<'static>>,
        data: &mut dyn Read,
    ) -> ControlFlow<()>;
    /// A symbolic link.
    fn link(&mut self, name: &[u8], target: &[u8]) -> ControlFlow<()>;
    /// Another name of a member.
    fn hard_link(&mut self, name: &[u8], target: &[u8]) -> ControlFlow<()>;
    /// A member that is not read.
    fn unread(&mut self, name: &[u8], reason: SkipReason, detail: &str) -> ControlFlow<()>;
    /// A member that is read, and whose name says more than one thing.
    fn odd_name(&mut self, name: &[u8], detail: &str);
    /// Something about the archive itself.
    fn note(&mut self, reason: SkipReason, detail: &str);
    /// The package that the archive is.
    fn package(&mut self, package: Package);
    /// The archive goes on in another form: the payload of a package, what follows in an initramfs.
    fn more(&mut self, rest: &mut dyn Read) -> Result<(), Broken>;
}

/// What unpacking a file gives out.
pub(super) trait Sink {
    /// Whether something looks at an artifact of this path that begins with these bytes.
    fn wants(&self, path: &Arc<str>, head: &[u8]) -> bool;
    /// Whether the user wants this path, inside of an archive, left out.
    fn leaves_out(&self, path: &str) -> bool;
    /// A member that is wanted.
    fn take(&mut self, path: Arc<str>, bytes: Vec<u8>);
    /// A member with two names: what was seen under one is there under the other.
    fn linked(&mut self, from: Arc<str>, to: Arc<str>);
    /// A member that nothing looks at.
    fn pass(&mut self);
    /// An archive was opened.
    fn opened(&mut self, form: &'static str);
    /// Something was not, or not wholly, read.
    fn skip(&mut self, skip: Skip);
    /// What an archive says of the package it is.
    fn package(&mut self, path: &Arc<str>, record: Record);
}

/// Gives out every member of an archive in memory, with its path, through all layers; what was not read is returned. `name` is what the
/// archive is called.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let mut archive = tar::Builder::new(Vec::new());
/// let mut header = tar::Header::new_gnu();
/// header.set_size(5);
/// archive.append_data(&mut header, "a/keys.txt", &b"hello"[..])?;
/// let archive = archive.into_inner()?;
///
/// let mut seen = Vec::new();
/// let skips = pqscan::scan::members("x.tar", &archive, &Default::default(), &mut |path, bytes| {
///     seen.push((path.to_owned(), bytes.len()))
/// });
/// assert_eq!(seen, [("x.tar!/a/keys.txt".to_owned(), 5)]);
/// assert!(skips.is_empty());
/// # Ok(())
/// # }
/// ```
pub fn members(
    name: &str,
    archive: &[u8],
    limits: &Limits,
    each: &mut dyn FnMut(&str, &[u8]),
) -> Vec<Skip> {
    let mut sink = Everything {
        each,
        skips: Vec::new(),
    };
    let budget = Budget::new(limits, archive.len() as u64);
    let large = Mutex::default();
    let mut unpacker = Unpacker::new(&mut sink, &budget, &large);
    let head = &archive[..archive.len().min(HEAD)];
    let mut file = Cursor::new(archive);
    if Unpacker::is_archive(head, &mut file) {
        unpacker.open_file(&name.into(), head, &mut file)
    }
    unpacker.finish();
    sink.skips
}

/// Wants every member.
struct Everything<'e> {
    each: &'e mut dyn FnMut(&str, &[u8]),
    skips: Vec<Skip>,
}

impl Sink for Everything<'_> {
    fn wants(&self, _path: &Arc<str>, _head: &[u8]) -> bool {
        true
    }

    fn leaves_out(&self, _path: &str) -> bool {
        false
    }

    fn take(&mut self, path: Arc<str>, bytes: Vec<u8>) {
        (self.each)(&path, &bytes)
    }

    fn linked(&mut self, _from: Arc<str>, _to: Arc<str>) {}

    fn pass(&mut self) {}

    fn opened(&mut self, _form: &'static str) {}

    fn skip(&mut self, skip: Skip) {
        self.skips.push(skip)
    }

    fn package(&mut self, _path: &Arc<str>, _record: Record) {}
}

/// The way through the layers of one file.
pub(super) struct Unpacker<'a> {
    sink: &'a mut dyn Sink,
    budget: &'a Budget<'a>,
    /// Taken by whoever holds much memory.
    large: &'a Mutex<()>,
    guard: Option<MutexGuard<'a, ()>>,
    images: Images,
    told_over: bool,
}

/// Where an artifact lies.
#[derive(Clone)]
struct Place {
    path: Arc<str>,
    /// Archives around it.
    depth: usize,
    /// The archive that it is a direct member of and its name in there, if that may be an image.
    image: Option<(Arc<str>, String)>,
    /// Whether the user wants it left out: then it is only read as a document of an image.
    left_out: bool,
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(
        sink: &'a mut dyn Sink,
        budget: &'a Budget<'a>,
        large: &'a Mutex<()>,
    ) -> Self {
        Self {
            sink,
            budget,
            large,
            guard: None,
            images: Images::default(),
            told_over: false,
        }
    }

    /// Whether a file that begins with these bytes holds others, or only ends in an archive.
    pub(super) fn is_archive(head: &[u8], file: &mut dyn ReadSeek) -> bool {
        sniff::form(head).is_some() || may_end_in_zip(head) && zip::ends_in_zip(file)
    }

    /// Opens a file of the walk.
    pub(super) fn open_file(&mut self, path: &Arc<str>, head: &[u8], file: &mut dyn ReadSeek) {
        let Some(form) = sniff::form(head).or_else(sniff::zip) else {
            return;
        };
        let place = Place {
            path: path.clone(),
            depth: 0,
            image: None,
            left_out: false,
        };
        match form.reads {
            Reads::Random(read) => {
                self.open(&place, form.name, None, |members| read(file, members))
            }
            _ => {
                if let Err(error) = file.rewind() {
                    self.stopped(&place.path, error);
                    return;
                }
                let mut file = io::BufReader::with_capacity(256 << 10, file);
                self.enter(&place, form, &mut file)
            }
        }
    }

    /// Opens a folder that is an image: its files are members like those of an archive.
    pub(super) fn open_folder(
        &mut self,
        path: &Arc<str>,
        mut each: impl FnMut(&mut dyn FnMut(&str, &mut dyn Read)),
    ) {
        let place = Place {
            path: path.clone(),
            depth: 0,
            image: None,
            left_out: false,
        };
        self.open(&place, "oci layout", None, |members| {
            each(&mut |name, data| {
                let _ = members.file(name.as_bytes(), None, data);
            });
            Ok(())
        })
    }

    /// What was learnt of images, when all is read.
    pub(super) fn finish(self) -> Images {
        self.images
    }

    /// Looks at an artifact inside an archive: goes on into it if it is one, gives it out if it is wanted.
    fn look(&mut self, place: &Place, data: &mut dyn Read) {
        let mut head = vec![0; HEAD];
        let (read, failure) = fill(data, &mut head);
        head.truncate(read);
        // What comes after an error is not asked for.
        let mut rest: Box<dyn Read + '_> = match failure {
            None => Box::new(Cursor::new(&head).chain(data)),
            Some(error) => {
                self.stopped(&place.path, error);
                Box::new(Cursor::new(&head))
            }
        };
        if let Some((archive, name)) = &place.image
            && self.images.is_document(name, &head)
        {
            if let Some(bytes) = self.hold(&place.path, &mut rest) {
                self.images.document(archive, name, &bytes);
                self.leaf(&place.path, &head, &mut Cursor::new(bytes));
                self.release();
            }
            return;
        }
        if place.left_out {
            return;
        }
        match sniff::form(&head) {
            Some(form) => self.enter(place, form, &mut rest),
            None if may_end_in_zip(&head) && named_like_zip(&place.path) => {
                self.perhaps_zip(place, &head, &mut rest)
            }
            None => self.leaf(&place.path, &head, &mut rest),
        }
    }

    fn leaf(&mut self, path: &Arc<str>, head: &[u8], data: &mut dyn Read) {
        if self.sink.leaves_out(path) || !self.sink.wants(path, head) {
            self.sink.pass();
            return;
        }
        let Some(bytes) = self.hold(path, data) else {
            return;
        };
        self.sink.take(path.clone(), bytes);
        self.release();
    }

    /// A program or script whose last bytes may be those of an archive, inside another archive.
    fn perhaps_zip(&mut self, place: &Place, head: &[u8], data: &mut dyn Read) {
        let Some(bytes) = self.hold(&place.path, data) else {
            return;
        };
        let mut bytes = Cursor::new(bytes);
        if zip::ends_in_zip(&mut bytes) {
            self.open(place, "zip", None, |members| zip::read(&mut bytes, members));
        }
        let bytes = bytes.into_inner();
        if self.sink.wants(&place.path, head) {
            self.sink.take(place.path.clone(), bytes)
        } else {
            self.sink.pass()
        }
        self.release();
    }

    fn enter(&mut self, place: &Place, form: &'static Form, data: &mut dyn Read) {
        match form.reads {
            Reads::Stream(compression) => self.stream(place, form.name, compression, data),
            Reads::Forward(read) => self.open(place, form.name, place.image.clone(), |members| {
                read(data, members)
            }),
            Reads::Random(read) => {
                if place.depth >= self.budget.limits.depth {
                    self.too_deep(&place.path);
                    return;
                }
                let Some(bytes) = self.hold(&place.path, data) else {
                    return;
                };
                let held = bytes.len() as u64;
                self.budget.hold(held);
                let mut bytes = Cursor::new(bytes);
                self.open(place, form.name, None, |members| read(&mut bytes, members));
                self.budget.release(held);
                self.release();
            }
            Reads::Not => self.skip(&place.path, SkipReason::Unsupported, form.name),
        }
    }

    /// One compressed stream. A tar in it is opened under the same name, anything else is its one member.
    fn stream(
        &mut self,
        place: &Place,
        name: &'static str,
        compression: stream::Compression,
        packed: &mut dyn Read,
    ) {
        if place.depth >= self.budget.limits.depth {
            self.too_deep(&place.path);
            return;
        }
        let count = Cell::new(0);
        let packed = Counted::new(packed, &count);
        let memory = self.budget.limits.decoder_bytes;
        let unpacked = match stream::unpack(compression, packed, memory) {
            Ok(unpacked) => unpacked,
            Err(error) => {
                self.stopped(&place.path, error);
                return;
            }
        };
        let mut unpacked = Meter::of_stream(unpacked, Packed::SoFar(&count), self.budget);
        let mut head = vec![0; HEAD];
        let (read, failure) = fill(&mut unpacked, &mut head);
        head.truncate(read);
        let form = sniff::form(&head);
        if read == 0 {
            self.sink.opened(name);
        } else if let (
            None,
            Some(
                form @ Form {
                    reads: Reads::Forward(_),
                    ..
                },
            ),
        ) = (&failure, form)
        {
            let mut rest = Cursor::new(&head).chain(&mut unpacked);
            self.enter(place, form, &mut rest);
        } else {
            self.sink.opened(name);
            unpacked.is_one_member();
            let inner = Place {
                path: format!("{}!/{}", place.path, stream::inner_name(&place.path)).into(),
                depth: place.depth + 1,
                image: None,
                left_out: false,
            };
            if let Err(trip) = self.budget.member() {
                self.over(&inner.path, &trip)
            } else if failure.is_some() {
                // Told below; what came out before is looked at.
                self.look(&inner, &mut Cursor::new(&head))
            } else {
                self.look(&inner, &mut Cursor::new(&head).chain(&mut unpacked))
            }
        }
        let trip = unpacked.tripped();
        drop(unpacked);
        if let Some(trip) = trip {
            self.skip(&place.path, trip.reason, &trip.detail)
        } else if let Some(error) = failure {
            self.stopped(&place.path, error)
        }
    }

    /// Reads the members of an archive, behind a fence: a reader that panics loses its archive and nothing else.
    fn open(
        &mut self,
        place: &Place,
        form: &'static str,
        layer: Option<(Arc<str>, String)>,
        read: impl FnOnce(&mut Level<'_, 'a>) -> Result<(), Broken>,
    ) {
        if place.depth >= self.budget.limits.depth {
            self.too_deep(&place.path);
            return;
        }
        self.sink.opened(form);
        let layer = layer.filter(|(_, name)| Images::is_layer_name(name));
        let mut level = Level {
            path: place.path.clone(),
            depth: place.depth + 1,
            may_be_image: matches!(form, "tar" | "zip" | "7z" | "squashfs" | "oci layout"),
            is_document: false,
            listing: layer.is_some().then(Listing::default),
            names: HashSet::new(),
            told: BTreeMap::new(),
            continued: 0,
            up: self,
        };
        let ended = catch_unwind(AssertUnwindSafe(|| read(&mut level)));
        let Level { told, listing, .. } = level;
        if let (Some((archive, name)), Some(listing)) = (layer, listing) {
            self.images.layer(&archive, &name, listing)
        }
        for (reason, told) in told {
            if told > MAX_NAMED {
                let more = format!("{} more members", told - MAX_NAMED);
                self.skip(&place.path, reason, &more)
            }
        }
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(why)) => self.failed(&place.path, &why),
            Err(_) => self.failed(&place.path, &Broken::new("its reader gave up")),
        }
    }

    /// Reads an artifact into memory; `None` where it is larger than may be held. [`Unpacker::release`] ends the holding.
    fn hold(&mut self, path: &Arc<str>, data: &mut dyn Read) -> Option<Vec<u8>> {
        let most = self.budget.can_hold();
        let mut bytes = Vec::new();
        let mut failure = None;
        for limit in [LARGE.min(most), most] {
            let room = limit + 1 - (bytes.len() as u64).min(limit + 1);
            if let Err(error) = data.take(room).read_to_end(&mut bytes) {
                failure = Some(error);
                break;
            }
            if bytes.len() as u64 <= limit {
                break;
            }
            if self.guard.is_none() {
                // A poisoned lock only says that somebody panicked while holding it.
                self.guard = Some(self.large.lock().unwrap_or_else(|e| e.into_inner()));
            }
        }
        if let Some(error) = failure {
            self.stopped(path, error)
        }
        if bytes.len() as u64 > most {
            self.skip(
                path,
                SkipReason::LimitMemory,
                &format!("over {most} bytes to be held"),
            );
            self.release();
            return None;
        }
        Some(bytes)
    }

    fn release(&mut self) {
        if self.budget.can_hold() + LARGE >= self.budget.limits.held_bytes {
            self.guard = None
        }
    }

    /// A stream ended early: by a limit, which is reported where it tripped, or because it is damaged.
    fn stopped(&mut self, path: &Arc<str>, error: io::Error) {
        self.failed(path, &Broken::from(error))
    }

    fn failed(&mut self, path: &Arc<str>, why: &Broken) {
        if let Some(trip) = self.budget.over() {
            self.over(path, &trip)
        } else if why.reason != SkipReason::Damaged || !self.budget.is_tripping() {
            self.skip(path, why.reason, &why.detail)
        }
    }

    fn too_deep(&mut self, path: &Arc<str>) {
        let detail = format!(
            "over {} archives inside each other",
            self.budget.limits.depth
        );
        self.skip(path, SkipReason::LimitDepth, &detail)
    }

    /// A limit of the whole file tripped: told once, where it did.
    fn over(&mut self, path: &Arc<str>, trip: &Trip) {
        if !self.told_over {
            self.told_over = true;
            self.skip(
                path,
                trip.reason,
                &format!("{}; nothing behind it was read", trip.detail),
            )
        }
    }

    fn skip(&mut self, path: &Arc<str>, reason: SkipReason, detail: &str) {
        self.sink.skip(Skip::new(path.clone(), reason, detail))
    }
}

/// One archive under way.
struct Level<'u, 'a> {
    up: &'u mut Unpacker<'a>,
    path: Arc<str>,
    depth: usize,
    may_be_image: bool,
    /// An office document: of its parts, only what is embedded counts.
    is_document: bool,
    /// If this may be a layer of an image: what there is in it.
    listing: Option<Listing>,
    /// Hashes of the names so far.
    names: HashSet<u64>,
    /// How often each reason was told.
    told: BTreeMap<SkipReason, usize>,
    /// How often the archive went on in another form.
    continued: usize,
}

impl Level<'_, '_> {
    /// Notes a member; its name as outputs write it.
    fn member(&mut self, name: &[u8]) -> Result<String, ControlFlow<()>> {
        if let Err(trip) = self.up.budget.member() {
            let path = self.path.clone();
            self.up.over(&path, &trip);
            return Err(ControlFlow::Break(()));
        }
        let name::Label { text, odd } = name::label(name);
        if let Some(listing) = &mut self.listing
            && listing.add(&text)
        {
            self.tell(&text, SkipReason::OddName, "a whiteout of no name")
        }
        if self.may_be_image {
            self.up.images.member(&self.path, &text)
        }
        if let Some(odd) = odd {
            self.tell(&text, SkipReason::OddName, odd)
        }
        if !self.names.insert(hash(&text)) {
            self.tell(
                &text,
                SkipReason::OddName,
                "occurs more than once; all were read",
            )
        }
        Ok(text)
    }

    fn inside(&self, name: &str) -> Arc<str> {
        format!("{}!/{name}", self.path).into()
    }

    fn tell(&mut self, name: &str, reason: SkipReason, detail: &str) {
        let told = self.told.entry(reason).or_default();
        *told += 1;
        if *told <= MAX_NAMED {
            let path = self.inside(name);
            self.up.skip(&path, reason, detail)
        }
    }

    fn go_on(&self) -> ControlFlow<()> {
        if self.up.budget.is_over() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

impl Members for Level<'_, '_> {
    fn limits(&self) -> &Limits {
        self.up.budget.limits
    }

    fn is_over(&self) -> bool {
        self.up.budget.is_over()
    }

    fn file(
        &mut self,
        name: &[u8],
        packed: Option<Packed<'static>>,
        data: &mut dyn Read,
    ) -> ControlFlow<()> {
        let name = match self.member(name) {
            Ok(name) => name,
            Err(end) => return end,
        };
        let path = self.inside(&name);
        let left_out = self.up.sink.leaves_out(&path);
        if left_out && !(self.may_be_image && Images::is_document_name(&name)) {
            return self.go_on();
        }
        self.is_document |= name::marks_document(&name);
        if self.is_document && !name::is_embedded(&name) {
            self.up.sink.pass();
            return self.go_on();
        }
        let digest = self.may_be_image.then(|| digest::stated(&name)).flatten();
        let place = Place {
            image: self.may_be_image.then(|| (self.path.clone(), name)),
            path,
            depth: self.depth,
            left_out,
        };
        match packed {
            None if digest.is_some() && !left_out => {
                let mut data = digest::Sha256Of::new(data);
                self.up.look(&place, &mut data);
                if data.finish() != digest && !self.up.budget.is_tripping() {
                    self.up.failed(
                        &place.path,
                        &Broken::new("its bytes are not those that its digest names"),
                    )
                }
            }
            packed => {
                let packed = packed.unwrap_or(Packed::Stored);
                let mut data = Meter::new(data, packed, self.up.budget);
                self.up.look(&place, &mut data);
                if let Some(trip) = data.tripped() {
                    self.up.skip(&place.path, trip.reason, &trip.detail)
                }
            }
        }
        self.go_on()
    }

    fn link(&mut self, name: &[u8], target: &[u8]) -> ControlFlow<()> {
        let name = match self.member(name) {
            Ok(name) => name,
            Err(end) => return end,
        };
        if self.may_be_image && Images::is_layer_name(&name) {
            let target = String::from_utf8_lossy(target).into_owned();
            self.up.images.link(&self.path, &name, target)
        }
        self.tell(&name, SkipReason::NotAFile, "link");
        self.go_on()
    }

    fn hard_link(&mut self, name: &[u8], target: &[u8]) -> ControlFlow<()> {
        let target = name::label(target).text;
        let is_there = self.names.contains(&hash(&target));
        let name = match self.member(name) {
            Ok(name) => name,
            Err(end) => return end,
        };
        if is_there {
            let (from, to) = (self.inside(&target), self.inside(&name));
            if !self.up.sink.leaves_out(&to) {
                self.up.sink.linked(from, to)
            }
        } else {
            let detail = format!("hard link to {target}, which is not before it");
            self.tell(&name, SkipReason::NotAFile, &detail)
        }
        self.go_on()
    }

    fn unread(&mut self, name: &[u8], reason: SkipReason, detail: &str) -> ControlFlow<()> {
        let name = match self.member(name) {
            Ok(name) => name,
            Err(end) => return end,
        };
        if reason != SkipReason::Damaged || !self.up.budget.is_tripping() {
            self.tell(&name, reason, detail)
        }
        self.go_on()
    }

    fn odd_name(&mut self, name: &[u8], detail: &str) {
        let name = name::label(name).text;
        self.tell(&name, SkipReason::OddName, detail)
    }

    fn note(&mut self, reason: SkipReason, detail: &str) {
        let path = self.path.clone();
        self.up.skip(&path, reason, detail)
    }

    fn package(&mut self, package: Package) {
        let record = Record::Itself {
            package,
            owns: Owns::Folder(format!("{}!/", self.path).into()),
            rank: 0,
        };
        let path = self.path.clone();
        self.up.sink.package(&path, record)
    }

    fn more(&mut self, rest: &mut dyn Read) -> Result<(), Broken> {
        self.continued += 1;
        if self.continued > self.up.budget.limits.depth {
            let path = self.path.clone();
            self.up.too_deep(&path);
            return Ok(());
        }
        let mut head = vec![0; HEAD];
        let read = read_up_to(rest, &mut head)?;
        head.truncate(read);
        if read == 0 {
            return Ok(());
        }
        let mut rest = Cursor::new(&head).chain(rest);
        let Some(form) = sniff::form(&head) else {
            self.note(SkipReason::TrailingData, "bytes of no known form");
            return Ok(());
        };
        match form.reads {
            Reads::Forward(read) => read(&mut rest, self),
            Reads::Stream(compression) => {
                let count = Cell::new(0);
                let packed = Counted::new(rest, &count);
                let budget = self.up.budget;
                let unpacked = stream::unpack(compression, packed, budget.limits.decoder_bytes)?;
                let mut unpacked = Meter::of_stream(unpacked, Packed::SoFar(&count), budget);
                let read = self.more(&mut unpacked);
                if let Some(trip) = unpacked.tripped() {
                    self.note(trip.reason, &trip.detail);
                    return Ok(());
                }
                read
            }
            Reads::Random(_) | Reads::Not => {
                self.note(SkipReason::Unsupported, form.name);
                Ok(())
            }
        }
    }
}

/// Programs and scripts are followed by an archive at times: installers, Python zipapps, executable jars.
fn may_end_in_zip(head: &[u8]) -> bool {
    [&b"#!"[..], b"MZ", b"\x7fELF"]
        .iter()
        .any(|start| head.starts_with(start))
}

/// Inside an archive, only what is called so is read for the archive at its end.
fn named_like_zip(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["jar", "war", "ear", "pyz", "pex", "par", "exe"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// Fills a buffer as far as there are bytes; an error that came before it was full stands beside what came before it.
fn fill(data: &mut dyn Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match data.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

/// Reads so many bytes and drops them; how many there were.
fn discard(data: &mut dyn Read, bytes: u64) -> io::Result<u64> {
    let mut buffer = [0; 8 << 10];
    let mut left = bytes;
    while left > 0 {
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        match fill(data, &mut buffer[..most]) {
            (0, None) => break,
            (read, None) => left -= read as u64,
            (_, Some(error)) => return Err(error),
        }
    }
    Ok(bytes - left)
}

/// Fills a buffer as far as there are bytes.
fn read_up_to(data: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    match fill(data, buffer) {
        (read, None) => Ok(read),
        (_, Some(error)) => Err(error),
    }
}
