//! Object files: what they are, what they need, which functions they take from others and offer, and where signatures over them lie.
//!
//! Each format has a reader that fills in one description and tells every symbol. Readers take headers and tables by range out of a file of
//! any size, and trust no number in it; of the crate `goblin` they use the names of the formats' numbers, not its parsers, which want the
//! whole file in memory. What the names mean is said by the rules for C ([`symbols`]).

mod bytes;
mod coff;
mod described;
mod elf;
mod libraries;
mod macho;
mod names;
mod pe;
mod registered;
mod symbols;
mod texts;

use self::bytes::Bytes;
use self::described::{Described, Symbols};
use self::symbols::Names;
use super::Technique;
use super::kind::Kind;
use super::seen::Seen;
use crate::detect::Source;
use crate::model::{Binary, SkipReason};

/// Object files and what their tables say.
pub(super) struct Objects;

impl Technique for Objects {
    fn name(&self) -> &'static str {
        "object file"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind.is_native()
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let known = seen.known;
        let mut names = Names::new(known);
        let mut object = Bytes::new(bytes);
        let described = parts(&mut object, seen.kind, &mut names);
        if let Some(failed) = object.failed() {
            return Err(failed);
        }
        let mut described = described.map_err(|what| (SkipReason::Unsupported, what))?;
        for gap in std::mem::take(&mut described.gaps) {
            seen.skip(SkipReason::Damaged, gap)
        }
        seen.signatures.append(&mut described.signatures);
        let texts = std::mem::take(&mut described.texts);
        let told = texts::read(bytes, &texts, &names, seen);
        names.tell(&described, seen);
        registered::tell(&described, seen);
        seen.binary = Some(binary(described, seen));
        told
    }
}

/// Reads the file, each part of it if it has several.
fn parts(
    bytes: &mut Bytes<'_>,
    kind: Kind,
    symbols: &mut dyn Symbols,
) -> Result<Described, String> {
    if kind != Kind::Fat {
        return read(bytes, kind, symbols);
    }
    let mut whole: Option<Described> = None;
    let mut failed = None;
    for (at, size) in macho::parts(bytes)? {
        let there = bytes.within(at..at.saturating_add(size));
        match macho::read(bytes, symbols) {
            Ok(mut part) => {
                if there < size {
                    part.gap("a part for one processor is cut off")
                }
                match &mut whole {
                    Some(whole) => whole.join(part),
                    None => whole = Some(part),
                }
            }
            Err(what) => failed = Some(what),
        }
    }
    whole.ok_or(failed.unwrap_or_else(|| "no part can be read".to_owned()))
}

fn read(bytes: &mut Bytes<'_>, kind: Kind, symbols: &mut dyn Symbols) -> Result<Described, String> {
    match kind {
        Kind::Elf => elf::read(bytes, symbols),
        Kind::Pe => pe::read(bytes, symbols),
        Kind::Coff => coff::read(bytes, symbols),
        _ => macho::read(bytes, symbols),
    }
}

/// The binary as a component.
fn binary(described: Described, seen: &Seen<'_>) -> Binary {
    Binary {
        architectures: described.architectures,
        name: described.name,
        version: described.version,
        build_id: described.build_id,
        needs: described.needs,
        search_paths: described.search_paths,
        ..Binary::new(
            seen.artifact.path.clone(),
            seen.kind.name(),
            described.role,
            seen.artifact.context,
        )
    }
}

#[cfg(test)]
mod tests;
