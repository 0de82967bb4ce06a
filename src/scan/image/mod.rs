//! Container images: what `docker save` writes, and OCI layouts. Layers lie on each other; what a later one replaces or deletes is not there.
//!
//! An image's documents may stand behind its layers, and layers in any order. So every layer is read as it comes, and what counts is decided
//! afterwards: the results of files that no selected image still shows are dropped, the others name the layer that brought them.
//!
//! From the files alone: no daemon, no registry.

mod documents;
mod listing;
mod platform;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use self::documents::{Image, ImageLayer, Parsed};
use super::look::Looked;
use crate::detect::package::{Owns, Record};
use crate::model::{Layer, Provenance, Skip, SkipReason};

pub(super) use self::listing::Listing;
pub use self::platform::Platform;

/// Names in all layers of one file, of 16 bytes each: an image with a million files has a third of them.
const MAX_LISTED: usize = 4 << 20;
/// Names of members that may be layers, for the same reason.
const MAX_PRESENT: usize = 200_000;
/// Bytes of all documents of one file.
const MAX_DOCUMENT_BYTES: usize = 16 << 20;
/// The longest target of a link between layers.
const MAX_TARGET: usize = 4096;
/// Documents kept, at most: an index of all platforms of an image has some 30.
const MAX_DOCUMENTS: usize = 4096;
/// Contradictions of one archive that are told.
const MAX_PROBLEMS: usize = 50;

/// What unpacking one file of the walk showed of images.
#[derive(Debug, Default)]
pub(super) struct Images {
    documents: BTreeMap<Spot, Parsed>,
    layers: BTreeMap<Spot, Listing>,
    links: BTreeMap<Spot, String>,
    /// Members with names that layers have, whatever they hold: an empty layer has no listing.
    present: BTreeSet<Spot>,
    /// Bytes of the documents.
    bytes: usize,
    /// Names in the listings of all layers.
    listed: usize,
}

impl Images {
    /// The largest document of an image: a configuration with thousands of history entries has 1 MB. Read, one takes some ten times that.
    pub(super) const LARGEST_DOCUMENT: usize = 4 << 20;

    /// Notes a member of a layer. Whether it is a whiteout of no name.
    pub(super) fn list(&mut self, listing: &mut Listing, path: &str) -> bool {
        self.listing(listing, |listing| listing.add(path))
            .unwrap_or(false)
    }

    /// Notes a folder of a layer.
    pub(super) fn list_folder(&mut self, listing: &mut Listing, path: &str) {
        self.listing(listing, |listing| listing.add_folder(path));
    }

    fn listing<T>(
        &mut self,
        listing: &mut Listing,
        add: impl FnOnce(&mut Listing) -> T,
    ) -> Option<T> {
        if self.is_full() {
            return None;
        }
        let before = listing.len();
        let added = add(listing);
        self.listed += listing.len() - before;
        Some(added)
    }

    /// Whether no more can be noted of what there is in layers.
    pub(super) fn is_full(&self) -> bool {
        self.listed >= MAX_LISTED
    }

    /// Whether a direct member of an archive has a name that documents of images have.
    pub(super) fn is_document_name(name: &str) -> bool {
        let file = name.rsplit('/').next().unwrap_or(name);
        // So call go-containerregistry and the tools built on it the configuration.
        if file
            .strip_prefix("sha256:")
            .is_some_and(|hex| hex.len() == 64)
        {
            return true;
        }
        let Some(stem) = name.strip_suffix(".json") else {
            return blobs(name).is_some();
        };
        let file = stem.rsplit('/').next().unwrap_or(stem);
        file.len() == stem.len() || matches!(file, "manifest" | "index") || file.len() == 64
    }

    /// Whether something that begins so may be one.
    pub(super) fn is_document(&self, name: &str, head: &[u8]) -> bool {
        Self::is_document_name(name)
            && self.documents.len() < MAX_DOCUMENTS
            && matches!(head.trim_ascii_start().first(), Some(b'{' | b'['))
    }

    /// Reads a document.
    pub(super) fn document(&mut self, archive: &str, name: &str, bytes: &[u8]) {
        let spot = Spot::of(archive, name);
        let fits =
            bytes.len() <= Self::LARGEST_DOCUMENT && self.bytes + bytes.len() <= MAX_DOCUMENT_BYTES;
        if fits {
            self.bytes += bytes.len()
        }
        let parsed = fits.then(|| Parsed::read(&spot.name, bytes)).flatten();
        if let Some(parsed) = parsed.or(leads(&spot.name).then_some(Parsed::Other)) {
            self.documents.insert(spot, parsed);
        }
    }

    /// Whether a direct member of an archive has a name that layers have: a blob, `ID/layer.tar`, `DIGEST.tar`.
    pub(super) fn is_layer_name(name: &str) -> bool {
        let file = name.rsplit('/').next().unwrap_or(name);
        blobs(name).is_some()
            || name.ends_with("/layer.tar")
            || file
                .split_once('.')
                .is_some_and(|(stem, ending)| stem.len() == 64 && ending.starts_with("tar"))
    }

    /// Notes a direct member of an archive.
    pub(super) fn member(&mut self, archive: &str, name: &str) {
        if Self::is_layer_name(name) && self.present.len() < MAX_PRESENT {
            self.present.insert(Spot::of(archive, name));
        }
    }

    pub(super) fn layer(&mut self, archive: &str, name: &str, listing: Listing) {
        self.layers.insert(Spot::of(archive, name), listing);
    }

    /// `docker save` writes a layer that it has written before as a link.
    pub(super) fn link(&mut self, archive: &str, name: &str, target: String) {
        if self.links.len() < MAX_DOCUMENTS && target.len() <= MAX_TARGET {
            self.links.insert(Spot::of(archive, name), target);
        }
    }

    /// Drops what no selected image shows, and names the layer of what is left.
    pub(super) fn settle(self, platforms: &[Platform], looked: &mut Vec<Looked>) {
        let led = self
            .documents
            .iter()
            .filter(|(spot, parsed)| leads(&spot.name) && !matches!(parsed, Parsed::Other));
        let bases: BTreeSet<&Arc<str>> = self
            .layers
            .keys()
            .chain(led.map(|(spot, _)| spot))
            .map(|spot| &spot.base)
            .collect();
        if bases.is_empty() {
            return;
        }
        looked.sort_by(|a, b| a.path.cmp(&b.path));
        let mut told = Vec::new();
        // Backwards, so that an image in a layer of an image is settled while its path is the one it was read under.
        for base in bases.into_iter().rev() {
            let mut problems: Vec<(SkipReason, String)> = Vec::new();
            let images = self.images(base, platforms, &mut problems);
            let archive: Arc<str> = base.trim_end_matches('/').trim_end_matches('!').into();
            if !images.is_empty() {
                let from = looked.partition_point(|seen| *seen.path < **base);
                let to =
                    from + looked[from..].partition_point(|seen| seen.path.starts_with(&**base));
                let own = self.settle_images(base, &images, &mut looked[from..to]);
                told.extend(own.map(|record| Looked {
                    records: vec![record],
                    ..Looked::at(archive.clone(), 0)
                }));
            }
            problems.sort();
            problems.dedup();
            told.extend(
                problems
                    .into_iter()
                    .take(MAX_PROBLEMS)
                    .map(|(reason, detail)| {
                        Looked::told(Skip::new(archive.clone(), reason, detail), 0)
                    }),
            );
        }
        looked.retain(|seen| !seen.gone);
        looked.append(&mut told);
    }

    /// Settles what lies below one base; what owns all of it.
    fn settle_images(
        &self,
        base: &Arc<str>,
        images: &[Image],
        looked: &mut [Looked],
    ) -> Option<Record> {
        let known: BTreeSet<&str> = images
            .iter()
            .flat_map(|image| image.layers.iter().map(|layer| layer.member.as_str()))
            .collect();
        let mut selected = images.iter().filter(|image| image.selected);
        let (first, another) = (selected.next(), selected.next());
        let listings: Vec<Vec<Option<&Listing>>> = images
            .iter()
            .map(|image| self.listings(base, image))
            .collect();
        for (number, path) in replaced(looked) {
            looked[number].gone |= path
                .strip_prefix(&**base)
                .and_then(|inside| inside.split_once("!/"))
                .is_some_and(|(member, _)| known.contains(member))
        }
        for seen in looked {
            let Some(inside) = seen.path.strip_prefix(&**base) else {
                continue;
            };
            let Some((member, path)) = inside.split_once("!/") else {
                // What is told of a layer that no selected image has is nobody's gap.
                let selected = images.iter().filter(|image| image.selected);
                if known.contains(inside) {
                    let mut layers = selected.flat_map(|image| &image.layers);
                    match layers.find(|layer| layer.member == inside) {
                        Some(layer) => seen.call(format!("{base}{}", layer.digest).into()),
                        None => seen.gone = true,
                    }
                }
                continue;
            };
            if !known.contains(member) {
                continue;
            }
            // What lies in an archive of a layer is there if the archive is.
            let file = path.split_once("!/").map_or(path, |(file, _)| file);
            let shown: Vec<(usize, &ImageLayer)> = images
                .iter()
                .enumerate()
                .filter_map(|(number, image)| {
                    Some((number, shown(image, &listings[number], member, file)?))
                })
                .collect();
            let is_whiteout = file
                .rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with(listing::WHITEOUT));
            let Some((_, layer)) = shown
                .first()
                .filter(|_| !is_whiteout || !seen.skips.is_empty())
            else {
                seen.gone = true;
                continue;
            };
            let roots: Vec<String> = shown
                .iter()
                .map(|(number, _)| match another {
                    None => base.to_string(),
                    Some(_) => format!("{base}image {number}!/"),
                })
                .collect();
            let from = format!("{base}{member}!/");
            seen.rename(&from, &format!("{base}{}!/", layer.digest), &roots);
            // Of an image in an image, the inner layer brought it.
            if seen.provenance.layer.is_none() {
                let brought_by = Provenance {
                    packages: Vec::new(),
                    layer: Some(Arc::new(Layer {
                        digest: layer.digest.clone(),
                        instruction: layer.instruction.clone(),
                    })),
                };
                seen.provenance = brought_by.into()
            }
        }
        match (first, another) {
            (Some(image), None) => image.package.clone().map(|package| Record::Itself {
                package,
                owns: Owns::Folder(base.clone()),
                rank: 0,
            }),
            _ => None,
        }
    }

    /// The listings of an image's layers, those that have one.
    fn listings(&self, base: &Arc<str>, image: &Image) -> Vec<Option<&Listing>> {
        let spot = |layer: &ImageLayer| Spot {
            base: base.clone(),
            name: layer.member.clone(),
        };
        image
            .layers
            .iter()
            .map(|layer| self.layers.get(&spot(layer)))
            .collect()
    }
}

/// The layer by which a selected image shows a file that a member holds.
fn shown<'i>(
    image: &'i Image,
    listings: &[Option<&Listing>],
    member: &str,
    file: &str,
) -> Option<&'i ImageLayer> {
    if !image.selected {
        return None;
    }
    // A layer that comes twice brings back what was deleted between.
    let at = image.layers.iter().rposition(|l| l.member == member)?;
    let mut above = listings[at + 1..].iter().flatten();
    (!above.any(|listing| listing.hides(file))).then_some(&image.layers[at])
}

/// Of members of one name in one archive, the last is there when a layer is unpacked: the numbers and paths of the others.
fn replaced(looked: &[Looked]) -> Vec<(usize, Arc<str>)> {
    let is_file = |seen: &Looked| seen.searched.is_some() || !seen.records.is_empty();
    let mut last: HashMap<&str, (u64, usize)> = HashMap::new();
    let mut replaced = Vec::new();
    for (at, seen) in looked.iter().enumerate().filter(|(_, seen)| is_file(seen)) {
        let (number, place) = *last
            .entry(&seen.path)
            .and_modify(|(number, place)| {
                if seen.number > *number {
                    replaced.push((*place, seen.path.clone()));
                    (*number, *place) = (seen.number, at)
                }
            })
            .or_insert((seen.number, at));
        if place != at && number > seen.number {
            replaced.push((at, seen.path.clone()))
        }
    }
    replaced
}

/// Where a part of an image lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    /// What stands before the names that an image's documents use: an archive or a folder in one, `x.tar!/` or `x.tar!/images/app/`.
    base: Arc<str>,
    /// The name in there, `blobs/sha256/…`.
    name: String,
}

impl Spot {
    fn of(archive: &str, name: &str) -> Self {
        let folder = if let Some(at) = blobs(name) {
            &name[..at]
        } else {
            let file = name.strip_suffix("/layer.tar").unwrap_or(name);
            &name[..file.rfind('/').map_or(0, |at| at + 1)]
        };
        Self {
            base: format!("{archive}!/{folder}").into(),
            name: name[folder.len()..].to_owned(),
        }
    }

    fn named(&self, name: &str) -> Self {
        Self {
            base: self.base.clone(),
            name: name.to_owned(),
        }
    }
}

/// Whether a document is where an image begins.
fn leads(name: &str) -> bool {
    matches!(name, "manifest.json" | "index.json")
}

/// Where `blobs/` begins in a name.
fn blobs(name: &str) -> Option<usize> {
    if name.starts_with("blobs/") {
        return Some(0);
    }
    name.find("/blobs/").map(|at| at + 1)
}
