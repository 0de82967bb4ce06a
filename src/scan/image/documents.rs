//! The documents of images: which there are, of which layers each consists, and which instruction made a layer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::{Images, MAX_PRESENT, Platform, Spot};
use crate::model::{Package, SkipReason};

/// Indexes inside indexes.
const MAX_INDEXES: usize = 4;
/// Layers of an image, at most; runtimes take some 500.
const MAX_LAYERS: usize = 1024;
/// Layers of all images of one archive, at most: each file is looked up in all that lie above its own.
const MAX_ALL_LAYERS: usize = 8192;
/// Images in one archive, at most.
const MAX_IMAGES: usize = 1024;

/// The documents, as far as they are of interest; what else they hold is ignored, and what they lack is absent.
#[derive(Debug)]
pub(super) enum Parsed {
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
    /// Reads a document; what it is shows in what it holds.
    pub(super) fn read(name: &str, bytes: &[u8]) -> Option<Self> {
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
pub(super) struct SavedImage {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    config: Option<Descriptor>,
    #[serde(rename = "artifactType")]
    artifact_type: Option<String>,
}

impl Manifest {
    /// Whether it is that of an image, and not of a chart or an attestation that is stored beside one.
    fn is_image(&self) -> bool {
        const CONFIGS: [&str; 2] = [
            "application/vnd.oci.image.config.v1+json",
            "application/vnd.docker.container.image.v1+json",
        ];
        let config = self.config.as_ref().and_then(|c| c.media_type.as_deref());
        self.artifact_type.is_none() && config.is_none_or(|kind| CONFIGS.contains(&kind))
    }
}

#[derive(Debug, Deserialize)]
struct Descriptor {
    digest: String,
    #[serde(rename = "mediaType")]
    media_type: Option<String>,
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
pub(super) struct Config {
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

impl Images {
    /// The images that the documents below one base describe, and what contradicts itself in them.
    pub(super) fn images(
        &self,
        base: &Arc<str>,
        platforms: &[Platform],
        problems: &mut Vec<(SkipReason, String)>,
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
        let mut layers = 0;
        let fit = images.iter().take(MAX_IMAGES).take_while(|image| {
            layers += image.layers.len();
            layers <= MAX_ALL_LAYERS
        });
        let fit = fit.count();
        if fit < images.len() {
            let detail = format!("only {fit} of {} images are told apart", images.len());
            problems.push((SkipReason::LimitMembers, detail));
            images.truncate(fit)
        }
        for image in &mut images {
            image.selected = platforms.is_empty()
                || image
                    .platform
                    .as_ref()
                    .is_none_or(|platform| platforms.iter().any(|wanted| wanted.takes(platform)))
        }
        if !images.is_empty() && !images.iter().any(|image| image.selected) {
            let platforms: BTreeSet<&str> = images
                .iter()
                .filter_map(|image| image.platform.as_deref())
                .collect();
            let platforms = platforms.into_iter().collect::<Vec<_>>().join(", ");
            problems.push((SkipReason::NoSuchPlatform, format!("there is {platforms}")))
        }
        let selected = images.iter().filter(|image| image.selected);
        for layer in selected.flat_map(|image| &image.layers) {
            let is_there = self.present.len() >= MAX_PRESENT
                || self.present.contains(&here.named(&layer.member));
            if !is_there {
                problems.push(damaged(format!("layer {} is not there", layer.digest)))
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
    fn of_layout(&self, here: &Spot, problems: &mut Vec<(SkipReason, String)>) -> Vec<Image> {
        let mut images = Vec::new();
        match self.document_named(here, "index.json") {
            Some(Parsed::Manifest(index)) => {
                let mut around = Vec::new();
                self.of_index(here, index, &mut around, &mut images, problems)
            }
            Some(_) => problems.push(damaged("index.json is no image index".to_owned())),
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
        problems: &mut Vec<(SkipReason, String)>,
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
                    problems.push(damaged(format!("manifest {digest:?} is not there")));
                    continue;
                }
            };
            if !manifest.manifests.is_empty() {
                if around.contains(digest) || around.len() >= MAX_INDEXES {
                    problems.push(damaged(format!(
                        "index {digest} inside itself, or too deep"
                    )));
                    continue;
                }
                around.push(digest.clone());
                self.of_index(here, manifest, around, images, problems);
                around.pop();
                continue;
            }
            if !manifest.is_image() || images.iter().any(|image| image.digest == *digest) {
                continue;
            }
            if manifest.layers.len() > MAX_LAYERS {
                let detail = format!("{digest} has {} layers", manifest.layers.len());
                problems.push((SkipReason::LimitMembers, detail))
            }
            let config = manifest
                .config
                .as_ref()
                .and_then(|config| self.blob(here, &config.digest));
            let config = match config {
                Some(Parsed::Config(config)) => Some(config),
                _ => {
                    problems.push(damaged(format!(
                        "configuration of {digest} is not there, or is none"
                    )));
                    None
                }
            };
            let instructions = instructions(config, manifest.layers.len());
            let layers: Vec<ImageLayer> = manifest
                .layers
                .iter()
                .take(MAX_LAYERS)
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
                digest: digest.clone(),
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
    fn of_saved(&self, here: &Spot, problems: &mut Vec<(SkipReason, String)>) -> Vec<Image> {
        let saved = match self.document_named(here, "manifest.json") {
            Some(Parsed::Saved(saved)) => saved,
            Some(_) => {
                problems.push(damaged("manifest.json is no list of images".to_owned()));
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
                        problems.push(damaged(format!(
                            "configuration {name:?} is not there, or is none"
                        )));
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
                    .take(MAX_LAYERS)
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
                    digest: String::new(),
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
pub(super) struct Image {
    /// Of its manifest; empty where it has none.
    pub(super) digest: String,
    pub(super) platform: Option<String>,
    pub(super) package: Option<Package>,
    /// From the lowest to the highest.
    pub(super) layers: Vec<ImageLayer>,
    pub(super) selected: bool,
}

#[derive(Debug)]
pub(super) struct ImageLayer {
    pub(super) member: String,
    pub(super) digest: String,
    pub(super) instruction: Option<String>,
}

fn damaged(detail: impl Into<String>) -> (SkipReason, String) {
    (SkipReason::Damaged, detail.into())
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
