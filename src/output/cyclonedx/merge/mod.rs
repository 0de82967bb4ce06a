//! `pqscan cbom merge`: cryptographic assets join an inventory of software (an SBOM) that another tool made.
//!
//! * What the SBOM says stays as it is and where it is, whoever wrote it: lists only get longer. Its version of the specification rises
//!   where cryptographic assets need a newer one, and its `version` by one, since it is another document now.
//! * A component of a CBOM that the SBOM has is found by package URL (exactly; then without qualifiers, or without a version where one of
//!   the two has none, if that leaves one), by its file, or by group, name and version; it is not added a second time, and what is said of
//!   it twice and differently goes into properties `pqscan:merge:*`.
//! * An asset belongs to the component in which it was seen: by the edges of the CBOM, and by places that lie in the folder or file of a
//!   component. Else the subject of the SBOM uses it.
//! * Assets that are in both are joined (`join`). Nothing that was read is lost, but for signatures, and those only when asked for.

mod edges;
mod index;
mod join;
mod link;
mod parts;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sha2::Digest as _;

use self::index::{By, Index, Position, identity};
use self::join::{Asset, fold, is_same, names};
use self::parts::{
    any_asset, component_at, component_mut, component_ref, defined_in, free, head, note_reference,
    numbered, other_bytes,
};
use super::document::{self, NotABom, Version, bom_link, is_asset, objects, say, word};
use super::refs;
use super::serial::Serial;
use crate::output::fit::{cut, harmless};

/// Most columns of a name in a message.
const MAX_NAME: usize = 60;
/// Most assets of one name that another of this name is compared with.
const MAX_NAMESAKES: usize = 200;

/// A document as it was read.
#[derive(Debug, Clone)]
pub struct Source {
    bom: Map<String, Value>,
    /// SHA-256 of the file, hexadecimal.
    hash: String,
}

impl Source {
    /// Reads a document; one of the extension of 1.4 becomes one of 1.6.
    ///
    /// # Errors
    /// When it is no CycloneDX document that can be read.
    pub fn read(json: &[u8]) -> Result<Self, NotABom> {
        let mut document = document::read(json)?;
        if document::is_legacy(&document) {
            super::convert::modern(&mut document);
        }
        let Value::Object(bom) = document else {
            return Err(NotABom::OtherFormat);
        };
        let hash = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(json));
        Ok(Self { bom, hash })
    }
}

/// How to merge.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Refer to the CBOMs instead of taking them up.
    pub link: bool,
    /// Leave out signatures that would no longer hold.
    pub drop_signature: bool,
    /// The folder that the paths in the SBOM begin with, where they do not begin at what was scanned.
    pub root: Option<String>,
}

/// Why documents cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Of a version that has no JSON or that came later.
    #[error("{which} is of version \"{version}\" of CycloneDX; 1.2 to 1.7 can be merged")]
    Version {
        /// `the SBOM`, `CBOM 2`
        which: String,
        /// As it is written.
        version: String,
    },
    /// Signed, and no longer the same.
    #[error(
        "{0} is signed, and the signature would not hold for what it becomes; --drop-signature leaves it out"
    )]
    Signed(String),
    /// Nothing can refer to it.
    #[error("{0} has no serial number, by which it could be referred to")]
    NoSerial(String),
}

/// What was done, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Assets that the SBOM did not have.
    pub assets_added: usize,
    /// Assets that were there already.
    pub assets_joined: usize,
    /// Other components that the SBOM did not have.
    pub software_added: usize,
    /// Other components recognised by package URL.
    pub by_purl: usize,
    /// By package URL without qualifiers or without a version.
    pub by_plain_purl: usize,
    /// By the file that they are.
    pub by_path: usize,
    /// By group, name and version.
    pub by_name: usize,
    /// `bom-ref`s that were taken, and got another name.
    pub renamed: usize,
    /// Assets that a component of software other than the subject uses or provides.
    pub assets_of_components: usize,
    /// Of those, the ones that only a place told.
    pub assets_by_place: usize,
    /// Assets that nothing but the subject uses or provides.
    pub assets_of_subject: usize,
    /// Assets that no software uses or provides: named or implied only.
    pub assets_of_nothing: usize,
    /// Signatures that were left out.
    pub signatures_dropped: usize,
    /// References to a CBOM or to a part of one.
    pub links: usize,
    /// The version of the specification before and after, where it rose.
    pub lifted: Option<(&'static str, &'static str)>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
}

/// A merged document.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The document.
    pub document: Value,
    /// What was done.
    pub tally: Tally,
    /// For each CBOM, what its parts are called in the result, where that is something else.
    pub names: Vec<BTreeMap<String, String>>,
}

/// Merges CBOMs into an SBOM.
///
/// # Errors
/// When one of them is of an unknown version, or signed, or cannot be referred to.
pub fn merge(sbom: Source, cboms: Vec<Source>, options: &Options) -> Result<Merged, Refused> {
    let before = version(&sbom, "the SBOM")?;
    let mut after = before;
    let called = |number: usize| match cboms.len() {
        1 => "the CBOM".to_owned(),
        _ => format!("CBOM {}", number + 1),
    };
    for (number, cbom) in cboms.iter().enumerate() {
        let needed = version(cbom, &called(number))?;
        if !options.link {
            let has_assets = any_asset(&cbom.bom);
            after = after
                .max(needed)
                .max(if has_assets { Version::V1_6 } else { needed });
        }
    }
    let mut work = Work {
        root: sbom.bom.clone(),
        options,
        tally: Tally::default(),
        names: Vec::new(),
    };
    work.drop_signature("the SBOM")?;
    for (number, cbom) in cboms.iter().enumerate() {
        let called = called(number);
        if options.link {
            work.link(cbom, &called)?
        } else {
            work.take(cbom, &called)?
        }
    }
    work.finish(sbom.bom, before, after)
}

fn version(source: &Source, which: &str) -> Result<Version, Refused> {
    // No need of a copy: `specVersion` is all that is asked for.
    let mut head = Map::new();
    if let Some(version) = source.bom.get("specVersion") {
        head.insert("specVersion".to_owned(), version.clone());
    }
    let head = Value::Object(head);
    Version::of(&head).ok_or_else(|| Refused::Version {
        which: which.to_owned(),
        version: document::version_shown(&head),
    })
}

/// Where each component of a CBOM, by its indices, goes in the SBOM, for those that the SBOM has.
type Matches = BTreeMap<Vec<usize>, Position>;

struct Work<'a> {
    root: Map<String, Value>,
    options: &'a Options,
    tally: Tally,
    names: Vec<BTreeMap<String, String>>,
}

impl Work<'_> {
    /// A signature of the whole document does not outlive a change of it.
    fn drop_signature(&mut self, called: &str) -> Result<(), Refused> {
        if self.root.contains_key("signature") {
            if !self.options.drop_signature {
                return Err(Refused::Signed(called.to_owned()));
            }
            self.root.shift_remove("signature");
            self.tally.signatures_dropped += 1
        }
        Ok(())
    }

    /// A component of the document, to be changed: one that is signed may not be.
    fn component(&mut self, at: &Position) -> Result<Option<&mut Map<String, Value>>, Refused> {
        let Some(component) = component_mut(&mut self.root, at) else {
            return Ok(None);
        };
        if component.contains_key("signature") {
            if !self.options.drop_signature {
                let name = cut(&harmless(word(component, "name")), MAX_NAME);
                return Err(Refused::Signed(format!("the component {name}")));
            }
            component.shift_remove("signature");
            self.tally.signatures_dropped += 1
        }
        Ok(Some(component))
    }

    /// The `bom-ref` of a component; it gets one where it has none.
    fn reference(
        &mut self,
        at: &Position,
        taken: &mut BTreeSet<String>,
    ) -> Result<Option<String>, Refused> {
        let Some(component) = component_mut(&mut self.root, at) else {
            return Ok(None);
        };
        let reference = word(component, "bom-ref");
        if !reference.is_empty() {
            return Ok(Some(reference.to_owned()));
        }
        let wished = [
            word(component, "purl"),
            word(component, "name"),
            "component",
        ];
        let wished = wished.into_iter().find(|text| !text.is_empty());
        let reference = free(wished.unwrap_or_default(), "", taken);
        taken.insert(reference.clone());
        if let Some(component) = self.component(at)? {
            component.insert("bom-ref".to_owned(), reference.clone().into());
        }
        Ok(Some(reference))
    }

    /// Takes up a CBOM.
    fn take(&mut self, cbom: &Source, called: &str) -> Result<(), Refused> {
        let source = format!(
            "{} SHA-256 {}",
            bom_link(&Value::Object(head(&cbom.bom)))
                .as_deref()
                .unwrap_or("no serial number"),
            cbom.hash
        );
        if self.has_source(&source) {
            self.tally
                .notes
                .push(format!("{called} was merged before, and is left as it is"));
            self.names.push(BTreeMap::new());
            return Ok(());
        }
        let mut bom = cbom.bom.clone();
        if bom.contains_key("signature") {
            if !self.options.drop_signature {
                return Err(Refused::Signed(called.to_owned()));
            }
            bom.shift_remove("signature");
            self.tally.signatures_dropped += 1
        }

        // What each part will be called, before anything moves.
        let root = self.options.root.as_deref();
        let index = Index::new(&self.root, root);
        let mut taken = BTreeSet::new();
        defined_in(&self.root, &mut taken);
        let mut renames: BTreeMap<String, String> = BTreeMap::new();
        let mut matches = Matches::new();
        self.find(&bom, &index, &mut matches);
        if component_ref(&self.root, &Position::root()).is_some() {
            self.reference(&Position::root(), &mut taken)?;
        }
        let subject = self.subject(&bom, &index, &mut taken, &mut renames)?;
        for (path, position) in &matches {
            let reference = self.reference(position, &mut taken)?;
            let own = component_at(&bom, path).map(|component| word(component, "bom-ref"));
            if let (Some(reference), Some(own)) = (reference, own)
                && !own.is_empty()
            {
                renames.insert(own.to_owned(), reference);
            }
        }
        if let (Some(Value::Object(into)), Some(Value::Object(from))) =
            (self.root.get("metadata"), bom.get("metadata"))
        {
            rest::tools_in_common(into, from, &mut renames)
        }
        let mut theirs = BTreeSet::new();
        defined_in(&bom, &mut theirs);
        let mut all: BTreeSet<String> = taken.union(&theirs).cloned().collect();
        for reference in &theirs {
            if taken.contains(reference) && !renames.contains_key(reference) {
                let other = free(reference, &cbom.hash, &all);
                all.insert(other.clone());
                renames.insert(reference.clone(), other);
                self.tally.renamed += 1
            }
        }
        let original = bom.clone();
        let mut renamed = Value::Object(bom);
        refs::rename(&mut renamed, &renames);
        let Value::Object(mut bom) = renamed else {
            return Ok(());
        };

        // Components.
        let list = match bom.shift_remove("components") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let mut assets = Vec::new();
        let mut moved = Vec::new();
        for (number, component) in list.into_iter().enumerate() {
            let mut path = vec![number];
            let added = self.place(
                component,
                &original,
                &mut path,
                &matches,
                &index,
                &mut assets,
            )?;
            moved.push(match added {
                Some(component) => self.push(component),
                None => None,
            });
        }
        if let Some(subject) = subject {
            self.take_subject(&mut bom, &original, &subject)?
        }

        // What it says of itself, its subject where the SBOM has none.
        let metadata = bom.shift_remove("metadata");
        let into = self
            .root
            .entry("metadata")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(into) = into {
            if let Some(Value::Object(metadata)) = metadata {
                rest::metadata(into, metadata)
            }
            say(into, "pqscan:merge:source", source.into())
        }
        // Edges.
        let own = match bom.shift_remove("dependencies") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        self.edges(own, &assets, &index, &mut all)?;

        rest::others(&mut self.root, bom, &moved);
        renames.retain(|from, to| from != to);
        self.names.push(renames);
        Ok(())
    }

    fn has_source(&self, source: &str) -> bool {
        let metadata = self.root.get("metadata").and_then(Value::as_object);
        metadata.is_some_and(|metadata| {
            objects(metadata, "properties").any(|property| {
                word(property, "name") == "pqscan:merge:source" && word(property, "value") == source
            })
        })
    }

    /// Looks for the components of a CBOM in the SBOM.
    fn find(&mut self, bom: &Map<String, Value>, index: &Index, matches: &mut Matches) {
        let ours = names(&self.root);
        let theirs = names(bom);
        let root = self.options.root.as_deref();
        let mut open: Vec<(Vec<usize>, &Map<String, Value>)> = numbered(bom, &[]);
        let mut used: BTreeSet<Position> = BTreeSet::new();
        while let Some((path, component)) = open.pop() {
            open.extend(numbered(component, &path));
            let position = if is_asset(component) {
                index
                    .assets(&identity(component))
                    .take(MAX_NAMESAKES)
                    .find(|position| {
                        let there = component_ref(&self.root, position);
                        there.is_some_and(|there| {
                            is_same(
                                Asset {
                                    component: there,
                                    names: &ours,
                                },
                                Asset {
                                    component,
                                    names: &theirs,
                                },
                            )
                        })
                    })
                    .cloned()
            } else {
                let found = index.software(component, root).filter(|(position, by)| {
                    // Other bytes are another file, at whatever place.
                    let there = component_ref(&self.root, position);
                    *by == By::Purl || !there.is_some_and(|there| other_bytes(there, component))
                });
                if let Some((_, by)) = found {
                    match by {
                        By::Purl => self.tally.by_purl += 1,
                        By::PlainPurl => self.tally.by_plain_purl += 1,
                        By::Path => self.tally.by_path += 1,
                        By::Name => self.tally.by_name += 1,
                    }
                }
                found.map(|(position, _)| position.clone())
            };
            let Some(position) = position else { continue };
            if is_asset(component) {
                // Two assets of one document are two, whatever they are called.
                if !used.insert(position.clone()) {
                    continue;
                }
                self.tally.assets_joined += 1
            }
            matches.insert(path, position);
        }
    }

    /// What the CBOM is about, in the SBOM: a component of it, or else its subject. Its position, if it has one there.
    fn subject(
        &mut self,
        bom: &Map<String, Value>,
        index: &Index,
        taken: &mut BTreeSet<String>,
        renames: &mut BTreeMap<String, String>,
    ) -> Result<Option<Position>, Refused> {
        let metadata = bom.get("metadata").and_then(Value::as_object);
        let Some(Value::Object(subject)) = metadata.and_then(|m| m.get("component")) else {
            return Ok(None);
        };
        let shown = cut(&harmless(word(subject, "name")), MAX_NAME);
        let found = index.software(subject, self.options.root.as_deref());
        let position = match found {
            Some((position, _)) => position.clone(),
            None if component_ref(&self.root, &Position::root()).is_some() => Position::root(),
            None => {
                self.tally.notes.push(format!(
                    "the SBOM does not say what it is about: the CBOM's subject \"{shown}\" is that now"
                ));
                return Ok(None);
            }
        };
        let there = component_ref(&self.root, &position);
        let name = there.map(|there| cut(&harmless(word(there, "name")), MAX_NAME));
        if let Some(name) = name
            && name != shown
        {
            self.tally.notes.push(format!(
                "the CBOM is about \"{shown}\", and is taken to be about \"{name}\""
            ))
        }
        let own = word(subject, "bom-ref").to_owned();
        let reference = self.reference(&position, taken)?;
        if let Some(reference) = reference
            && !own.is_empty()
        {
            renames.insert(own, reference);
        }
        Ok(Some(position))
    }

    /// The subject of a CBOM becomes the SBOM's, or is folded into what it is there.
    fn take_subject(
        &mut self,
        bom: &mut Map<String, Value>,
        original: &Map<String, Value>,
        position: &Position,
    ) -> Result<(), Refused> {
        let metadata = bom.get_mut("metadata").and_then(Value::as_object_mut);
        let subject = metadata.and_then(|metadata| metadata.shift_remove("component"));
        let original = original
            .get("metadata")
            .and_then(|m| m.get("component")?.as_object());
        let (Some(Value::Object(mut subject)), Some(original)) = (subject, original) else {
            return Ok(());
        };
        let inside = subject.shift_remove("components");
        note_reference(&mut subject, word(original, "bom-ref"));
        if let Some(component) = self.component(position)? {
            fold(component, subject);
            if let Some(Value::Array(inside)) = inside {
                let mut left = Vec::new();
                let key = "components".to_owned();
                // Parts of the subject, which nothing looked for in the SBOM.
                match component.get_mut(&key) {
                    Some(Value::Array(list)) => document::union(list, inside),
                    _ => join::join(
                        component,
                        key.clone(),
                        Value::Array(inside),
                        &key,
                        &mut left,
                    ),
                }
            }
        }
        Ok(())
    }

    /// Puts a component where it belongs. What comes back is to be added where the caller is: the SBOM does not have it.
    fn place(
        &mut self,
        component: Value,
        original: &Map<String, Value>,
        path: &mut Vec<usize>,
        matches: &Matches,
        index: &Index,
        assets: &mut Vec<Map<String, Value>>,
    ) -> Result<Option<Value>, Refused> {
        let Value::Object(mut component) = component else {
            return Ok(Some(component));
        };
        let inside = match component.get_mut("components") {
            Some(Value::Array(list)) => std::mem::take(list),
            _ => Vec::new(),
        };
        let has_inside = !inside.is_empty();
        let mut kept = Vec::new();
        for (number, part) in inside.into_iter().enumerate() {
            path.push(number);
            kept.extend(self.place(part, original, path, matches, index, assets)?);
            path.pop();
        }
        if let Some(was) = component_at(original, path) {
            let is_moved = matches.contains_key(path);
            self.drop_part_signature(&mut component, was, is_moved)?;
            note_reference(&mut component, word(was, "bom-ref"))
        }
        if is_asset(&component) {
            assets.push(component.clone())
        }
        if let Some(position) = matches.get(path) {
            component.shift_remove("components");
            if let Some(there) = self.component(position)? {
                fold(there, component);
                if !kept.is_empty()
                    && let Value::Array(list) = there
                        .entry("components")
                        .or_insert_with(|| Value::Array(Vec::new()))
                {
                    list.extend(kept)
                }
            }
            return Ok(None);
        }
        if has_inside {
            component.insert("components".to_owned(), Value::Array(kept));
        }
        if is_asset(&component) {
            self.tally.assets_added += 1;
            // Consumers make one of what has equal group, name and version.
            if index.is_taken(&identity(&component)) {
                let hash = blake3::hash(Value::Object(component.clone()).to_string().as_bytes());
                let name = word(&component, "name").to_owned();
                let other = format!("{name} ({})", &hash.to_hex()[..8]);
                component.insert("name".to_owned(), other.into());
                say(&mut component, "pqscan:merge:name", name.into())
            }
        } else {
            self.tally.software_added += 1
        }
        Ok(Some(Value::Object(component)))
    }

    /// The signature of a component that came with a CBOM holds only for what it was there.
    fn drop_part_signature(
        &mut self,
        component: &mut Map<String, Value>,
        was: &Map<String, Value>,
        is_folded: bool,
    ) -> Result<(), Refused> {
        if !component.contains_key("signature") {
            return Ok(());
        }
        let differs = |(key, value): (&String, &Value)| {
            key != "components" && component.get(key) != Some(value)
        };
        if !is_folded && !was.contains_key("components") && !was.iter().any(differs) {
            return Ok(());
        }
        if !self.options.drop_signature {
            let name = cut(&harmless(word(component, "name")), MAX_NAME);
            return Err(Refused::Signed(format!("the component {name}")));
        }
        component.shift_remove("signature");
        self.tally.signatures_dropped += 1;
        Ok(())
    }

    /// Adds a component to the document; its index.
    fn push(&mut self, component: Value) -> Option<usize> {
        let list = self
            .root
            .entry("components")
            .or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(list) = list else {
            return None;
        };
        list.push(component);
        Some(list.len() - 1)
    }

    /// The document with its head, and what was done.
    fn finish(
        mut self,
        before: Map<String, Value>,
        from: Version,
        to: Version,
    ) -> Result<Merged, Refused> {
        if self.root != before {
            if to > from {
                to.set(&mut self.root);
                self.tally.lifted = Some((from.name(), to.name()))
            }
            // Another document: the next version of the same, or one that says what it is made of.
            if self.root.contains_key("serialNumber") {
                let version = self
                    .root
                    .get("version")
                    .and_then(Value::as_u64)
                    .unwrap_or(1);
                self.root
                    .insert("version".to_owned(), version.saturating_add(1).into());
            } else {
                let content = Value::Object(self.root.clone()).to_string();
                self.root
                    .insert("serialNumber".to_owned(), Serial::of(&content).into());
                self.root.entry("version").or_insert_with(|| 1.into());
            }
        }
        Ok(Merged {
            document: Value::Object(self.root),
            tally: self.tally,
            names: self.names,
        })
    }
}
