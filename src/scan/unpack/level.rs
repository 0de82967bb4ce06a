//! One archive under way: its members get their names and places, and what the format reader tells is told of them.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::limits::{Counted, Limits, Meter, Packed};
use super::name::hash;
use super::sniff::{self, Reads};
use super::unpacker::{Place, Unpacker};
use super::{Broken, HEAD, Members, digest, name, read_up_to, stream};
use crate::detect::package::{Owns, Record};
use crate::model::{Package, SkipReason};
use crate::scan::image::{Images, Listing};

/// One archive under way.
pub(super) struct Level<'u, 'a> {
    up: &'u mut Unpacker<'a>,
    path: Arc<str>,
    depth: usize,
    may_be_image: bool,
    is_zip: bool,
    /// An office document: its text is none of anybody's code.
    is_document: bool,
    /// If this may be a layer of an image: what there is in it.
    listing: Option<Listing>,
    /// Hashes of the names so far.
    names: HashSet<u64>,
    /// How often the archive went on in another form.
    continued: usize,
}

impl<'u, 'a> Level<'u, 'a> {
    pub(super) fn new(
        up: &'u mut Unpacker<'a>,
        place: &Place,
        form: &'static str,
        is_layer: bool,
    ) -> Self {
        Self {
            path: place.path.clone(),
            depth: place.depth + 1,
            may_be_image: matches!(form, "tar" | "zip" | "7z" | "squashfs" | "oci layout"),
            is_zip: form == "zip",
            is_document: false,
            listing: is_layer.then(Listing::default),
            names: HashSet::new(),
            continued: 0,
            up,
        }
    }

    /// What there is in a layer.
    pub(super) fn close(self) -> Option<Listing> {
        self.listing
    }

    /// Notes a member; its name as outputs write it.
    fn member(&mut self, name: &[u8]) -> Result<String, ControlFlow<()>> {
        if let Err(trip) = self.up.budget.member() {
            let path = self.path.clone();
            self.up.over(&path, &trip);
            return Err(ControlFlow::Break(()));
        }
        let name::Label { text, odd } = name::label(name);
        if let Some(listing) = &mut self.listing
            && self.up.images.list(listing, &text)
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
        let path = self.inside(name);
        self.up.skip(&path, reason, detail)
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
            self.up.sink.left_out(&path);
            return self.go_on();
        }
        self.is_document |= self.is_zip && name::marks_document(&name);
        if self.is_document && name::is_text_of_document(&name) {
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
        let packed = packed.unwrap_or(Packed::Stored);
        let mut data = Meter::new(data, packed, self.up.budget);
        match digest {
            Some(digest) if !left_out => {
                let mut data = digest::Sha256Of::new(&mut data);
                self.up.look(&place, &mut data);
                if data.finish() != Some(digest) && !self.up.budget.is_tripping() {
                    self.up.failed(
                        &place.path,
                        &Broken::new("its bytes are not those that its digest names"),
                    )
                }
            }
            _ => self.up.look(&place, &mut data),
        }
        if let Some(trip) = data.tripped() {
            self.up.skip(&place.path, trip.reason, &trip.detail)
        }
        self.go_on()
    }

    fn folder(&mut self, name: &[u8]) {
        if let Some(listing) = &mut self.listing {
            let name = name::label(name).text;
            self.up
                .images
                .list_folder(listing, name.trim_end_matches('/'))
        }
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

    fn drain(&mut self, packed: Packed<'static>, data: &mut dyn Read) -> io::Result<()> {
        let drained = io::copy(
            &mut Meter::of_stream(data, packed, self.up.budget),
            &mut io::sink(),
        );
        if let Some(trip) = self.up.budget.over() {
            let path = self.path.clone();
            self.up.over(&path, &trip)
        }
        drained.map(|_| ())
    }
}
