//! The tree of a commit, asked for the paths that there are: folders that only the commit has are never read.

use std::collections::BTreeMap;

use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository};

/// Bytes of trees that are read for one commit. A million files have sixty million; a tree that stands for itself a thousand times over
/// takes no more.
const MAX_BYTES: usize = 256 << 20;

/// What a commit has at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// No file.
    Nothing,
    /// A file.
    Blob(ObjectId),
    /// A folder around the path is another repository, at this commit; so many bytes of the path lead to it.
    Submodule(ObjectId, usize),
}

/// What a folder of the commit is.
enum Folder {
    Tree(BTreeMap<Vec<u8>, (EntryKind, ObjectId)>),
    Submodule(ObjectId),
    Nothing,
}

/// A commit's tree, and the way to the path that was asked for last.
pub(super) struct Base<'r> {
    repository: &'r Repository,
    root: Folder,
    way: Vec<(Vec<u8>, Folder)>,
    bytes: usize,
}

impl<'r> Base<'r> {
    /// From the name of a tree.
    pub(super) fn new(repository: &'r Repository, tree: ObjectId) -> Result<Self, String> {
        let mut base = Self {
            repository,
            root: Folder::Nothing,
            way: Vec::new(),
            bytes: 0,
        };
        base.root = base.tree(tree)?;
        Ok(base)
    }

    /// What is stored at a path, with `/` between its parts. Cheap for paths in order.
    pub(super) fn find(&mut self, path: &[u8]) -> Result<Stored, String> {
        let mut parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        let Some(name) = parts.pop() else {
            return Ok(Stored::Nothing);
        };
        let same = self.way.iter().zip(&parts);
        let same = same.take_while(|((known, _), part)| known == *part);
        let same = same.count();
        self.way.truncate(same);
        for part in &parts[same..] {
            let next = match self.last() {
                Folder::Tree(entries) => match entries.get(*part) {
                    Some((EntryKind::Tree, id)) => {
                        let id = *id;
                        self.tree(id)?
                    }
                    Some((EntryKind::Commit, id)) => Folder::Submodule(*id),
                    _ => Folder::Nothing,
                },
                Folder::Submodule(_) | Folder::Nothing => Folder::Nothing,
            };
            self.way.push(((*part).to_owned(), next))
        }
        let mut end = 0;
        for (part, folder) in &self.way {
            end += part.len() + 1;
            if let Folder::Submodule(commit) = folder {
                return Ok(Stored::Submodule(*commit, end - 1));
            }
        }
        Ok(match self.last() {
            Folder::Tree(entries) => match entries.get(name) {
                Some((EntryKind::Blob | EntryKind::BlobExecutable, id)) => Stored::Blob(*id),
                _ => Stored::Nothing,
            },
            Folder::Submodule(_) | Folder::Nothing => Stored::Nothing,
        })
    }

    fn last(&self) -> &Folder {
        self.way.last().map_or(&self.root, |(_, folder)| folder)
    }

    fn tree(&mut self, id: ObjectId) -> Result<Folder, String> {
        let object = self
            .repository
            .find_object(id)
            .and_then(gix::Object::try_into_tree)
            .map_err(|error| error.to_string())?;
        self.bytes += object.data.len();
        if self.bytes > MAX_BYTES {
            return Err("its trees are too large".to_owned());
        }
        let mut entries = BTreeMap::new();
        for entry in TreeRefIter::from_bytes(&object.data, id.kind()) {
            let entry = entry.map_err(|_| format!("tree {id} is damaged"))?;
            let name = entry.filename.to_vec();
            entries.insert(name, (entry.mode.kind(), entry.oid.to_owned()));
        }
        Ok(Folder::Tree(entries))
    }
}
