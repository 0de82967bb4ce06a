//! Container images: what `docker save` writes, and OCI layouts. Layers lie on each other; what a later one replaces or deletes is not there.
//!
//! An image's documents may stand behind its layers, and layers in any order. So every layer is read as it comes, and what counts is decided
//! afterwards: the results of files that no selected image still shows are dropped, the others name the layer that brought them.
//!
//! From the files alone: no daemon, no registry.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use super::look::Looked;
use crate::detect::package::{Owns, Record};
use crate::model::{Layer, Package, Provenance, Skip, SkipReason};

/// The largest document of an image: a configuration with thousands of history entries has 1 MB. Read, one takes some ten times that.
const MAX_DOCUMENT: usize = 4 << 20;
/// Bytes of all documents of one file.
const MAX_DOCUMENT_BYTES: usize = 16 << 20;
/// The longest target of a link between layers.
const MAX_TARGET: usize = 4096;
/// Documents kept, at most: an index of all platforms of an image has some 30.
const MAX_DOCUMENTS: usize = 4096;
/// Indexes inside indexes.
const MAX_INDEXES: usize = 4;
/// Contradictions of one archive that are told.
const MAX_PROBLEMS: usize = 50;
/// Images in one archive, at most.
const MAX_IMAGES: usize = 1024;

/// What a file is called by which another one hides it: OCI image layer specification, whiteouts.
const WHITEOUT: &str = ".wh.";
/// Hides everything that lower layers have in its folder.
const OPAQUE: &str = ".wh..wh..opq";

/// A platform, as image indexes and `--platform` write it: `linux/amd64`, `linux/arm/v7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform(String);

impl Platform {
    /// The platform of that name.
    ///
    /// # Errors
    /// When it is none: the words say how one is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        if !(2..=3).contains(&parts.len()) || parts.iter().any(|part| part.is_empty()) {
            return Err("OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, as in linux/arm64".to_owned());
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// `linux/arm` takes `linux/arm/v7` too.
    fn takes(&self, platform: &str) -> bool {
        platform == self.0
            || platform
                .strip_prefix(&self.0)
                .is_some_and(|rest| rest.starts_with('/'))
    }
}

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

/// Where `blobs/` begins in a name.
fn blobs(name: &str) -> Option<usize> {
    if name.starts_with("blobs/") {
        return Some(0);
    }
    name.find("/blobs/").map(|at| at + 1)
}

/// The documents, as far as they are of interest; what else they hold is ignored, and what they lack is absent.
#[derive(Debug)]
enum Parsed {
    /// `manifest.json` of `docker save`.
    Saved(Vec<SavedImage>),
    /// An image index or an image manifest: one shape with both lists.
    Manifest(Manifest),
    /// An image configuration.
    Config(Config),
    /// Called like one, and none of them.
    Other,
}

impl Parsed {
    fn read(name: &str, bytes: &[u8]) -> Option<Self> {
        if name == "manifest.json" {
            return serde_json::from_slice(bytes).ok().map(Self::Saved);
        }
        // A configuration has neither list; a manifest has neither history nor diff_ids.
        let manifest: Option<Manifest> = serde_json::from_slice(bytes).ok();
        if let Some(manifest) = manifest
            && !(manifest.manifests.is_empty() && manifest.layers.is_empty())
        {
            return Some(Self::Manifest(manifest));
        }
        let config: Config = serde_json::from_slice(bytes).ok()?;
        (!config.rootfs.diff_ids.is_empty()).then_some(Self::Config(config))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SavedImage {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    config: Option<Descriptor>,
}

#[derive(Debug, Deserialize)]
struct Descriptor {
    digest: String,
    platform: Option<DescribedPlatform>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct DescribedPlatform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Config {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    #[serde(default)]
    rootfs: RootFs,
    #[serde(default)]
    history: Vec<History>,
}

#[derive(Debug, Default, Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct History {
    created_by: Option<String>,
    #[serde(default)]
    empty_layer: bool,
}

/// What there is in a layer. Paths are kept as hashes: only the paths of results are ever looked up.
#[derive(Debug, Default)]
pub(super) struct Listing {
    files: HashSet<u64>,
    /// What whiteouts name.
    hidden: HashSet<u64>,
    /// Folders whose lower content is hidden; the root is `""`.
    opaque: HashSet<u64>,
    /// Folders that something lies in.
    folders: HashSet<u64>,
}

impl Listing {
    /// Notes a member: anything but a folder.
    ///
    /// Whether it hides something that has no name.
    pub(super) fn add(&mut self, path: &str) -> bool {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        for (at, _) in path.match_indices('/') {
            self.folders.insert(hash(&path[..at]));
        }
        if name == OPAQUE {
            self.opaque.insert(hash(folder));
        } else if let Some(hidden) = name.strip_prefix(WHITEOUT) {
            if matches!(hidden, "" | "." | "..") {
                return true;
            }
            let path = if folder.is_empty() {
                hidden.to_owned()
            } else {
                format!("{folder}/{hidden}")
            };
            self.hidden.insert(hash(&path));
        } else {
            self.files.insert(hash(path));
        }
        false
    }

    /// Whether a file of a lower layer is no longer there on top of this one.
    fn hides(&self, path: &str) -> bool {
        let here = hash(path);
        let same = [&self.files, &self.folders, &self.hidden];
        if same.iter().any(|names| names.contains(&here)) {
            return true;
        }
        let mut folder = path;
        loop {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            let above = hash(folder);
            // A folder that became a file or a link hides what it held.
            if self.opaque.contains(&above)
                || self.hidden.contains(&above)
                || (!folder.is_empty() && self.files.contains(&above))
            {
                return true;
            }
            if folder.is_empty() {
                return false;
            }
        }
    }
}

fn hash(path: &str) -> u64 {
    super::unpack::hash(path)
}

impl Images {
    /// Whether a direct member of an archive has a name that documents of images have.
    pub(super) fn is_document_name(name: &str) -> bool {
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
        let fits = bytes.len() <= MAX_DOCUMENT && self.bytes + bytes.len() <= MAX_DOCUMENT_BYTES;
        if fits {
            self.bytes += bytes.len()
        }
        let parsed = fits.then(|| Parsed::read(&spot.name, bytes)).flatten();
        let leads = matches!(&*spot.name, "manifest.json" | "index.json");
        if let Some(parsed) = parsed.or(leads.then_some(Parsed::Other)) {
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
        if Self::is_layer_name(name) && self.present.len() < MAX_DOCUMENTS {
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
        let bases: BTreeSet<&Arc<str>> = self.layers.keys().map(|spot| &spot.base).collect();
        if bases.is_empty() {
            return;
        }
        looked.sort_by(|a, b| a.path.cmp(&b.path));
        let mut told = Vec::new();
        // Backwards, so that an image in a layer of an image is settled while its path is the one it was read under.
        for base in bases.into_iter().rev() {
            let mut problems = Vec::new();
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
                    .map(|detail| Looked {
                        skips: vec![Skip::new(archive.clone(), SkipReason::Damaged, detail)],
                        ..Looked::at(archive.clone(), 0)
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
        for seen in looked {
            let Some((member, path)) = seen
                .path
                .strip_prefix(&**base)
                .and_then(|inside| inside.split_once("!/"))
            else {
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
                    Some((number, self.shown(base, image, member, file)?))
                })
                .collect();
            let is_whiteout = file
                .rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with(WHITEOUT));
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
                seen.provenance = Arc::new(Provenance {
                    packages: Vec::new(),
                    layer: Some(Arc::new(Layer {
                        digest: layer.digest.clone(),
                        instruction: layer.instruction.clone(),
                    })),
                })
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

    /// The layer by which a selected image shows a file that a member holds.
    fn shown<'i>(
        &self,
        base: &Arc<str>,
        image: &'i Image,
        member: &str,
        file: &str,
    ) -> Option<&'i ImageLayer> {
        // A layer that comes twice brings back what was deleted between.
        let at = image.layers.iter().rposition(|l| l.member == member)?;
        let hidden = image.layers[at + 1..].iter().any(|above| {
            let spot = Spot {
                base: base.clone(),
                name: above.member.clone(),
            };
            self.layers
                .get(&spot)
                .is_some_and(|listing| listing.hides(file))
        });
        (image.selected && !hidden).then_some(&image.layers[at])
    }

    fn images(
        &self,
        base: &Arc<str>,
        platforms: &[Platform],
        problems: &mut Vec<String>,
    ) -> Vec<Image> {
        let here = Spot {
            base: base.clone(),
            name: String::new(),
        };
        let of_layout = self.of_layout(&here, problems);
        let mut images = if of_layout.is_empty() {
            self.of_saved(&here, problems)
        } else {
            of_layout
        };
        images.truncate(MAX_IMAGES);
        for image in &mut images {
            image.selected = platforms.is_empty()
                || image
                    .platform
                    .as_ref()
                    .is_none_or(|platform| platforms.iter().any(|wanted| wanted.takes(platform)))
        }
        let selected = images.iter().filter(|image| image.selected);
        for layer in selected.flat_map(|image| &image.layers) {
            if !self.present.contains(&here.named(&layer.member)) {
                problems.push(format!("layer {} is not there", layer.digest))
            }
        }
        images
    }

    fn document_named(&self, here: &Spot, name: &str) -> Option<&Parsed> {
        self.documents.get(&here.named(name))
    }

    fn blob(&self, here: &Spot, digest: &str) -> Option<&Parsed> {
        self.document_named(here, &blob_name(digest)?)
    }

    /// The images of `index.json` and the indexes below it.
    fn of_layout(&self, here: &Spot, problems: &mut Vec<String>) -> Vec<Image> {
        let mut images = Vec::new();
        match self.document_named(here, "index.json") {
            Some(Parsed::Manifest(index)) => {
                let mut around = Vec::new();
                self.of_index(here, index, &mut around, &mut images, problems)
            }
            Some(_) => problems.push("index.json is no image index".to_owned()),
            None => {}
        }
        images
    }

    fn of_index(
        &self,
        here: &Spot,
        index: &Manifest,
        around: &mut Vec<String>,
        images: &mut Vec<Image>,
        problems: &mut Vec<String>,
    ) {
        for descriptor in &index.manifests {
            let attestation = descriptor
                .annotations
                .contains_key("vnd.docker.reference.type");
            if attestation || images.len() >= MAX_IMAGES {
                continue;
            }
            let digest = &descriptor.digest;
            let manifest = match self.blob(here, digest) {
                Some(Parsed::Manifest(manifest)) => manifest,
                Some(_) => continue,
                // Of a multi-platform image, often only some platforms were stored.
                None if descriptor.platform.is_some() && is_digest(digest) => continue,
                None => {
                    problems.push(format!("manifest {digest:?} is not there"));
                    continue;
                }
            };
            if !manifest.manifests.is_empty() {
                if around.contains(digest) || around.len() >= MAX_INDEXES {
                    problems.push(format!("index {digest} inside itself, or too deep"));
                    continue;
                }
                around.push(digest.clone());
                self.of_index(here, manifest, around, images, problems);
                around.pop();
                continue;
            }
            let config = manifest
                .config
                .as_ref()
                .and_then(|config| self.blob(here, &config.digest));
            let config = match config {
                Some(Parsed::Config(config)) => Some(config),
                _ => {
                    problems.push(format!(
                        "configuration of {digest} is not there, or is none"
                    ));
                    None
                }
            };
            let instructions = instructions(config, manifest.layers.len());
            let layers: Vec<ImageLayer> = manifest
                .layers
                .iter()
                .zip(instructions)
                .filter_map(|(layer, instruction)| {
                    Some(ImageLayer {
                        member: self.target(here, blob_name(&layer.digest)?),
                        digest: layer.digest.clone(),
                        instruction,
                    })
                })
                .collect();
            // The annotation of the specification is often a tag alone, which names nothing.
            let name = descriptor
                .annotations
                .get("io.containerd.image.name")
                .or_else(|| {
                    descriptor
                        .annotations
                        .get("org.opencontainers.image.ref.name")
                        .filter(|name| name.contains([':', '/']))
                });
            images.push(Image {
                platform: descriptor
                    .platform
                    .as_ref()
                    .map(|p| platform(&p.os, &p.architecture, p.variant.as_deref()))
                    .or_else(|| config.and_then(platform_of)),
                package: name.and_then(|name| package(name)),
                layers,
                selected: true,
            });
        }
    }

    /// The images of `manifest.json`, as `docker save` writes it.
    fn of_saved(&self, here: &Spot, problems: &mut Vec<String>) -> Vec<Image> {
        let saved = match self.document_named(here, "manifest.json") {
            Some(Parsed::Saved(saved)) => saved,
            Some(_) => {
                problems.push("manifest.json is no list of images".to_owned());
                return Vec::new();
            }
            None => return Vec::new(),
        };
        saved
            .iter()
            .map(|image| {
                let config = match self.document_named(here, &image.config) {
                    Some(Parsed::Config(config)) => Some(config),
                    _ => {
                        let name = &image.config;
                        problems.push(format!("configuration {name:?} is not there, or is none"));
                        None
                    }
                };
                let diff_ids = config
                    .map(|config| config.rootfs.diff_ids.as_slice())
                    .filter(|ids| ids.len() == image.layers.len())
                    .unwrap_or_default();
                let layers = image
                    .layers
                    .iter()
                    .zip(instructions(config, image.layers.len()))
                    .enumerate()
                    .map(|(number, (member, instruction))| ImageLayer {
                        member: self.target(here, member.clone()),
                        digest: diff_ids
                            .get(number)
                            .filter(|id| is_digest(id))
                            .cloned()
                            .unwrap_or_else(|| member.clone()),
                        instruction,
                    })
                    .collect();
                Image {
                    platform: config.and_then(platform_of),
                    package: image
                        .repo_tags
                        .iter()
                        .flatten()
                        .next()
                        .and_then(|name| package(name)),
                    layers,
                    selected: true,
                }
            })
            .collect()
    }

    /// The member that a name stands for, through a link such as `../ID/layer.tar`.
    fn target(&self, here: &Spot, name: String) -> String {
        let Some(link) = self.links.get(&here.named(&name)) else {
            return name;
        };
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in link.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        parts.join("/")
    }
}

/// One image of an archive.
#[derive(Debug)]
struct Image {
    platform: Option<String>,
    package: Option<Package>,
    /// From the lowest to the highest.
    layers: Vec<ImageLayer>,
    selected: bool,
}

#[derive(Debug)]
struct ImageLayer {
    member: String,
    digest: String,
    instruction: Option<String>,
}

/// The instruction of each layer: history entries that made one, where there are as many as layers.
fn instructions(config: Option<&Config>, layers: usize) -> Vec<Option<String>> {
    let made: Vec<Option<String>> = config
        .map(|config| config.history.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|entry| !entry.empty_layer)
        .map(|entry| entry.created_by.clone())
        .collect();
    if made.len() == layers {
        made
    } else {
        vec![None; layers]
    }
}

/// `blobs/sha256/HEX`, for a digest that is one.
fn blob_name(digest: &str) -> Option<String> {
    let (algorithm, hex) = digest.split_once(':')?;
    is_digest(digest).then(|| format!("blobs/{algorithm}/{hex}"))
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty()
            && algorithm.bytes().all(|b| b.is_ascii_alphanumeric())
            && hex.len() >= 32
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn platform_of(config: &Config) -> Option<String> {
    let variant = config.variant.as_deref();
    Some(platform(
        config.os.as_deref()?,
        config.architecture.as_deref()?,
        variant,
    ))
}

fn platform(os: &str, architecture: &str, variant: Option<&str>) -> String {
    let mut text = format!("{os}/{architecture}");
    if let Some(variant) = variant.filter(|variant| !variant.is_empty()) {
        text = format!("{text}/{variant}")
    }
    text.to_ascii_lowercase()
}

/// The package of an image's name, `registry.example/team/app:1.2`.
fn package(name: &str) -> Option<Package> {
    let (path, tag) = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag.to_owned())),
        _ => (name, None),
    };
    let (namespace, name) = match path.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name),
        None => (None, path),
    };
    let plain =
        |text: &str| !text.is_empty() && text.len() < 256 && !text.contains(char::is_control);
    (plain(name) && plain(path) && tag.as_deref().is_none_or(plain)).then(|| Package {
        kind: "docker",
        namespace,
        name: name.to_owned(),
        version: tag,
        arch: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_hides_what_it_replaces_deletes_and_covers() {
        let mut listing = Listing::default();
        for path in [
            "etc/ssl.py",
            "opt/.wh.old",
            "srv/app/.wh..wh..opq",
            "lib",
            ".wh.",
        ] {
            listing.add(path);
        }
        for hidden in [
            "etc/ssl.py",
            "opt/old",
            "opt/old/a/b.py",
            "srv/app/x.py",
            "srv/app/y/z.py",
            "lib/a.py",
        ] {
            assert!(listing.hides(hidden), "{hidden}");
        }
        assert!(listing.hides("srv"), "a file that became a folder");
        for shown in ["etc/ssl.pyc", "opt/older", "srv/app.py", "usr/lib/a.py"] {
            assert!(!listing.hides(shown), "{shown}");
        }
        let mut root = Listing::default();
        root.add(".wh..wh..opq");
        assert!(root.hides("a.py") && root.hides("a/b.py"));
    }

    #[test]
    fn platforms_are_taken_by_their_parts() {
        let arm = Platform::parse("linux/arm").expect("a platform");
        assert!(arm.takes("linux/arm") && arm.takes("linux/arm/v7"));
        assert!(!arm.takes("linux/arm64"));
        assert!(Platform::parse("linux").is_err());
        assert!(Platform::parse("linux//v7").is_err());
    }

    #[test]
    fn an_image_is_named_by_its_tag() {
        let app = package("registry.example:5000/team/app:1.2").expect("a name");
        assert_eq!(app.namespace.as_deref(), Some("registry.example:5000/team"));
        assert_eq!(
            (app.name.as_str(), app.version.as_deref()),
            ("app", Some("1.2"))
        );
        assert_eq!(package("debian").expect("a name").version, None);
        assert_eq!(package(""), None);
    }

    #[test]
    fn digests_that_are_none_name_no_blob() {
        assert_eq!(blob_name("sha256:../../etc"), None);
        assert_eq!(blob_name("sha256"), None);
        let hex = "a".repeat(64);
        assert_eq!(
            blob_name(&format!("sha256:{hex}")),
            Some(format!("blobs/sha256/{hex}"))
        );
    }
}
