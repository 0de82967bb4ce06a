//! Python's bytecode: what compiled modules do, in the words of the same rules as their source.
//!
//! A module is a tree of code objects ([`marshal`]). Their instructions ([`opcodes`], by version) are gone through block by block ([`flow`])
//! with expressions in place of values ([`lower`], [`machine`]), which gives the same facts as the source would. Of versions whose
//! instructions are not known, and of code that is too large, only the names of modules and of what is taken from them are told.

mod calls;
mod collections;
mod definitions;
mod flow;
mod imports;
mod lines;
mod lower;
mod machine;
mod marshal;
mod names;
mod opcodes;
mod version;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, HashSet};

use self::lower::Lowered;
use self::marshal::{Code, Id, Object, Objects};
use self::version::Version;
use super::Technique;
use super::kind::Kind;
use super::seen::{Seen, Sighting};
use crate::detect::Source;
use crate::detect::facts::matcher;
use crate::knowledge::rules::prefilter::Active;
use crate::model::{AssetKind, Confidence, SkipReason, Technique as How};

/// Larger modules are tables that were generated.
const MAX_READ: u64 = 16 << 20;
/// Longer texts are no names.
const LONGEST_NAME: usize = 256;
/// The folder of the rules.
const LANGUAGE: &str = "python";
/// The reason why a parameter is not known where only names are.
const WHY: &str = "bytecode";
/// Bytes of tables of lines that are gone through: each place has the table gone through from its front.
const MAX_LINES: usize = 1 << 30;
/// Modules, and names in them, that are looked up where only names are known.
const MAX_MODULES: usize = 256;
const MAX_NAMES: usize = 4000;

/// Compiled Python.
pub(super) struct Python;

impl Technique for Python {
    fn name(&self) -> &'static str {
        "Python bytecode"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind == Kind::Pyc
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let length = bytes.len();
        if length > MAX_READ {
            let told = format!("{length} bytes");
            return Err((SkipReason::TooLargeToParse, told));
        }
        let bytes = bytes.read_at(0..length)?;
        let prefilter = seen.known.prefilter(&[LANGUAGE]);
        let Some((version, start)) = Version::of(bytes) else {
            if !prefilter.worth_parsing(&prefilter.active(bytes)) {
                return Ok(());
            }
            let told = "compiled by a version of Python that is not known";
            return Err((SkipReason::Unsupported, told.to_owned()));
        };
        let damaged = |what: &str| (SkipReason::Damaged, what.to_owned());
        let read = marshal::read(bytes, start, version.minor);
        let (objects, module) = read.map_err(damaged)?;
        // In the file itself names have no ends: the byte behind one may be a letter.
        let active = prefilter.active(objects.texts(LONGEST_NAME).as_bytes());
        if !prefilter.worth_parsing(&active) {
            return Ok(());
        }
        let lowered = match version.released {
            true => lower::lower(bytes, &objects, module, version.minor),
            false => None,
        };
        let Some(lowered) = lowered else {
            by_names(&objects, seen);
            return Ok(());
        };
        if lowered.exhausted {
            seen.skip(SkipReason::Budget, "values beyond it are unknown")
        }
        let module = Module {
            bytes,
            objects: &objects,
            minor: version.minor,
            lines: Cell::new(MAX_LINES),
        };
        module.tell(&lowered, &active, seen);
        Ok(())
    }
}

/// Code object, line and columns.
type Written = (Id, u32, Option<(i64, i64)>);

/// A module whose facts are known.
struct Module<'m> {
    bytes: &'m [u8],
    objects: &'m Objects,
    minor: u8,
    /// Bytes of tables of lines that may still be gone through.
    lines: Cell<usize>,
}

impl Module<'_> {
    fn tell(&self, lowered: &Lowered, active: &Active, seen: &mut Seen<'_>) {
        let matches = matcher::matches(&lowered.facts, seen.known, active, &[]);
        if matches.exhausted {
            seen.skip(SkipReason::Budget, "values beyond it are unknown")
        }
        let mut added: HashMap<usize, usize> = HashMap::new();
        let mut places: HashMap<(Written, String, String), usize> = HashMap::new();
        let mut uses = Vec::new();
        for (index, found) in matches.found.into_iter().enumerate() {
            let Some(library) = seen.known.rules.libraries.get(found.library) else {
                continue;
            };
            let library = library.id.clone();
            let (at, text) = self.place(lowered, found.at);
            let twice = self
                .written(lowered, found.at)
                .map(|written| (written, found.symbol.clone(), found.asset.brief()));
            if let Some(number) = twice.as_ref().and_then(|twice| places.get(twice)) {
                added.insert(index, *number);
                continue;
            }
            let end = (at + 2).min(self.bytes.len() as u64);
            let sighting = Sighting {
                asset: found.asset,
                technique: How::Bytecode,
                confidence: found.confidence,
                at: at..end,
                entry: format!("{library}#{}", found.symbol),
                library,
                symbol: found.symbol,
                text,
                function: found.function,
            };
            let Some(number) = seen.add(sighting) else {
                break;
            };
            added.insert(index, number);
            places.extend(twice.map(|twice| (twice, number)));
            uses.extend(found.uses.into_iter().map(|used| (number, used)));
        }
        for (user, used) in uses {
            if let Some(used) = added.get(&used) {
                seen.uses(user, *used)
            }
        }
    }

    /// The line of an instruction; 0 where it is not said.
    fn line(&self, code: &Code, at: usize) -> u32 {
        match self.lines.get().checked_sub(code.lines.len()) {
            Some(left) => self.lines.set(left),
            None => return 0,
        }
        lines::line(self.bytes, code, at, self.minor)
    }

    /// Where an instruction was written, since the compiler writes some code twice: what stands after `finally`, the test of a loop. Until
    /// 3.8 it does not, and until 3.10 nobody tells two places of a line apart.
    fn written(&self, lowered: &Lowered, number: usize) -> Option<Written> {
        let (id, at) = lowered.places.get(number)?;
        let code = self.objects.code(*id)?;
        let line = self.line(code, *at);
        if line == 0 {
            return None;
        }
        let columns = lines::columns(self.bytes, code, *at, self.minor);
        let told = match self.minor {
            ..=8 => false,
            9 | 10 => true,
            _ => columns.is_some(),
        };
        told.then_some((*id, line, columns))
    }

    /// The byte of an instruction, and its place in the source: `keys.py:12`.
    fn place(&self, lowered: &Lowered, number: usize) -> (u64, String) {
        let Some((id, at)) = lowered.places.get(number) else {
            return (0, String::new());
        };
        let Some(code) = self.objects.code(*id) else {
            return (0, String::new());
        };
        let file = self.objects.text(code.file).unwrap_or_default();
        let file = file.rsplit(['/', '\\']).next().unwrap_or_default();
        let byte = self.bytes.len().min(code.instructions.start + at) as u64;
        let text = match self.line(code, *at) {
            0 => file.to_owned(),
            line => format!("{file}:{line}"),
        };
        (byte, text)
    }
}

/// Of code whose instructions are not known: modules that it names, and of what is in them what it names as well. That both stand in one
/// module is no proof that they belong together.
fn by_names(objects: &Objects, seen: &mut Seen<'_>) {
    let mut names = BTreeSet::new();
    let mut taken = BTreeSet::new();
    // Code of a hostile module shares its constants.
    let mut gone_through = HashSet::new();
    for object in &objects.all {
        let Object::Code(code) = object else { continue };
        let text = |id: &Id| Some(objects.name(*id)).filter(|name| !name.is_empty());
        names.extend(code.names.iter().filter_map(text));
        for constant in &code.constants {
            if !gone_through.insert(*constant) {
                continue;
            }
            let list = objects.list(*constant).unwrap_or_default();
            taken.extend(list.iter().filter_map(text))
        }
        if names.len() > MAX_NAMES {
            break;
        }
    }
    let modules: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| name.contains('.'))
        .collect();
    let mut paths: Vec<String> = modules.iter().map(|name| (*name).to_owned()).collect();
    for module in &modules {
        let inner = taken.iter().filter(|name| names.contains(*name));
        paths.extend(inner.map(|name| format!("{module}.{name}")));
        if paths.len() > MAX_MODULES {
            break;
        }
    }
    paths.extend(names.iter().map(|name| (*name).to_owned()));
    paths.truncate(MAX_MODULES);
    let mut told = BTreeSet::new();
    for module in paths {
        for name in names.iter().take(MAX_NAMES) {
            let path = format!("{module}.{name}");
            let Some((mut asset, entry)) = seen.known.rules.bare(LANGUAGE, &path, WHY) else {
                continue;
            };
            if !told.insert(path.clone()) {
                continue;
            }
            let Some(library) = seen.known.rules.libraries.get(entry.library) else {
                continue;
            };
            asset.kind = AssetKind::Mention;
            let sighting = Sighting {
                asset,
                technique: How::Strings,
                confidence: Confidence::Low,
                at: 0..0,
                library: library.id.clone(),
                entry: format!("{}#{}", library.id, entry.path),
                symbol: path,
                text: String::new(),
                function: None,
            };
            if seen.add(sighting).is_none() {
                return;
            }
        }
    }
}
