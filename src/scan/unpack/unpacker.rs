//! The way through the layers of one file: what an artifact is, whether to go on into it, and what to give out.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard};

use super::level::Level;
use super::limits::{Budget, Counted, Meter, Packed, Trip};
use super::sniff::{self, Form, Reads};
use super::{Broken, HEAD, Members, ReadSeek, Sink, fence, fill, hash, stream, zip};
use crate::model::{Skip, SkipReason};
use crate::scan::image::Images;

/// Places named for one reason and one archive; beyond, their number is.
const MAX_NAMED: usize = 50;
/// Only one file at a time may hold more than this in memory, so that the limit on what is held does not multiply with the threads.
const LARGE: u64 = 32 << 20;
/// Bytes at the beginning of a package inside an archive that are looked at as such: the header with its signatures.
const PACKAGE_START: usize = 1 << 20;

/// The way through the layers of one file.
pub(in crate::scan) struct Unpacker<'a> {
    pub(super) sink: &'a mut dyn Sink,
    pub(super) budget: &'a Budget<'a>,
    /// Taken by whoever holds much memory.
    large: &'a Mutex<()>,
    guard: Option<MutexGuard<'a, ()>>,
    pub(super) images: Images,
    told_over: bool,
    /// What the file is called.
    path: Arc<str>,
    /// How often each reason was told of an archive; the archive, once not every place is named.
    told: BTreeMap<(u64, SkipReason), (usize, Arc<str>)>,
}

/// Where an artifact lies.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) path: Arc<str>,
    /// Archives around it.
    pub(super) depth: usize,
    /// The archive that it is a direct member of and its name in there, if that may be an image.
    pub(super) image: Option<(Arc<str>, String)>,
    /// Whether the user wants it left out: then it is only read as a document of an image.
    pub(super) left_out: bool,
}

impl Place {
    /// That of a file, or folder, of the walk.
    fn of_file(path: &Arc<str>) -> Self {
        Self {
            path: path.clone(),
            depth: 0,
            image: None,
            left_out: false,
        }
    }
}

impl<'a> Unpacker<'a> {
    pub(in crate::scan) fn new(
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
            path: "".into(),
            told: BTreeMap::new(),
        }
    }

    /// Whether a file that begins with these bytes holds others, or only ends in an archive.
    pub(in crate::scan) fn is_archive(head: &[u8], file: &mut dyn ReadSeek) -> bool {
        sniff::form(head).is_some() || may_end_in_zip(head) && zip::ends_in_zip(file)
    }

    /// Opens a file of the walk.
    pub(in crate::scan) fn open_file(
        &mut self,
        path: &Arc<str>,
        head: &[u8],
        file: &mut dyn ReadSeek,
    ) {
        self.path = path.clone();
        let Some(form) = sniff::form(head).or_else(sniff::zip) else {
            return;
        };
        let place = Place::of_file(path);
        match form.reads {
            Reads::Random(read) => {
                self.open(&place, form.name, None, |members| read(file, members))
            }
            _ => {
                if let Err(error) = file.rewind() {
                    self.stopped(&place.path, error);
                    return;
                }
                let mut file = BufReader::with_capacity(256 << 10, file);
                match form.reads {
                    // Its own bytes were looked at as those of a file.
                    Reads::Forward(read) => {
                        self.open(&place, form.name, None, |members| read(&mut file, members))
                    }
                    _ => self.enter(&place, form, &mut file),
                }
            }
        }
    }

    /// Opens a folder that is an image: its files are members like those of an archive.
    pub(in crate::scan) fn open_folder(
        &mut self,
        path: &Arc<str>,
        mut each: impl FnMut(&mut dyn FnMut(&str, &mut dyn Read)),
    ) {
        self.path = path.clone();
        let place = Place::of_file(path);
        self.open(&place, "oci layout", None, |members| {
            each(&mut |name, data| {
                let _ = members.file(name.as_bytes(), None, data);
            });
            Ok(())
        })
    }

    /// What was learnt of images, when all is read.
    pub(in crate::scan) fn finish(self) -> Images {
        for ((_, reason), (number, archive)) in self.told {
            if number > MAX_NAMED {
                let more = (number - MAX_NAMED) as u64;
                self.sink.skip(Skip::more(archive, reason, more))
            }
        }
        if self.images.is_full() {
            let detail = "too many names in layers: what they hide may be shown";
            let path = self.path.clone();
            self.sink
                .skip(Skip::new(path, SkipReason::LimitMemory, detail))
        }
        self.images
    }

    /// Looks at an artifact inside an archive: goes on into it if it is one, gives it out if it is wanted.
    pub(super) fn look(&mut self, place: &Place, data: &mut dyn Read) {
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
            // A document is small; what is larger is none, and goes the way of others.
            let mut bytes = Vec::new();
            let most = Images::LARGEST_DOCUMENT as u64 + 1;
            let failure = (&mut rest).take(most).read_to_end(&mut bytes).err();
            self.images.document(archive, name, &bytes);
            match failure {
                Some(error) => {
                    self.stopped(&place.path, error);
                    self.leaf(&place.path, &head, &mut Cursor::new(bytes))
                }
                None => self.leaf(&place.path, &head, &mut Cursor::new(bytes).chain(rest)),
            }
            return;
        }
        if place.left_out {
            return;
        }
        match sniff::form(&head) {
            Some(form) => self.enter(place, form, &mut rest),
            None if may_end_in_zip(&head)
                && (head.starts_with(b"#!") || named_like_zip(&place.path)) =>
            {
                self.perhaps_zip(place, &head, &mut rest)
            }
            None => self.leaf(&place.path, &head, &mut rest),
        }
    }

    fn leaf(&mut self, path: &Arc<str>, head: &[u8], data: &mut dyn Read) {
        if self.sink.leaves_out(path) || !self.sink.wants(path, head) {
            self.sink.left_out(path);
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
        let held = bytes.len() as u64;
        let mut bytes = Cursor::new(bytes);
        if zip::ends_in_zip(&mut bytes) {
            self.budget.hold(held);
            self.open(place, "zip", None, |members| zip::read(&mut bytes, members));
            self.budget.release(held);
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
            Reads::Forward(read) if form.name == "rpm" => {
                let mut start = vec![0; PACKAGE_START];
                let (length, failure) = fill(data, &mut start);
                start.truncate(length);
                self.sink.archive(&place.path, &start);
                self.open(place, form.name, None, |members| match failure {
                    None => read(&mut start.as_slice().chain(data), members),
                    Some(error) => read(&mut start.as_slice(), members).and(Err(error.into())),
                })
            }
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
                if form.name == "zip" {
                    self.sink.archive(&place.path, &bytes)
                }
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
        let mut level = Level::new(self, place, form, layer.is_some());
        let ended = fence::within(|| read(&mut level));
        let listing = level.close();
        if let (Some((archive, name)), Some(listing)) = (layer, listing) {
            self.images.layer(&archive, &name, listing)
        }
        match ended {
            Some(Ok(())) => {}
            Some(Err(why)) => self.failed(&place.path, &why),
            None => self.failed(&place.path, &Broken::new("its reader gave up")),
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

    pub(super) fn failed(&mut self, path: &Arc<str>, why: &Broken) {
        if let Some(trip) = self.budget.over() {
            self.over(path, &trip)
        } else if why.reason != SkipReason::Damaged || !self.budget.is_tripping() {
            self.skip(path, why.reason, &why.detail)
        }
    }

    pub(super) fn too_deep(&mut self, path: &Arc<str>) {
        let detail = format!(
            "over {} archives inside each other",
            self.budget.limits.depth
        );
        self.skip(path, SkipReason::LimitDepth, &detail)
    }

    /// A limit of the whole file tripped: told once, where it did.
    pub(super) fn over(&mut self, path: &Arc<str>, trip: &Trip) {
        if !self.told_over {
            self.told_over = true;
            self.skip(
                path,
                trip.reason,
                &format!("{}; nothing behind it was read", trip.detail),
            )
        }
    }

    /// Tells what was not read: by its place for the first of a reason and an archive, then by number.
    pub(super) fn skip(&mut self, path: &Arc<str>, reason: SkipReason, detail: &str) {
        let archive = path.rsplit_once("!/").map_or("", |(archive, _)| archive);
        let told = self.told.entry((hash(archive), reason)).or_default();
        told.0 += 1;
        if told.0 > MAX_NAMED {
            if told.1.is_empty() {
                told.1 = archive.into()
            }
            return;
        }
        self.sink.skip(Skip::new(path.clone(), reason, detail))
    }
}

/// Programs and scripts are followed by an archive at times: installers, Python zipapps, executable jars.
fn may_end_in_zip(head: &[u8]) -> bool {
    [&b"#!"[..], b"MZ", b"\x7fELF"]
        .iter()
        .any(|start| head.starts_with(start))
}

/// Inside an archive, programs are read to their end for an archive there only if they are called so.
fn named_like_zip(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["jar", "war", "ear", "pyz", "pex", "par", "exe"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}
