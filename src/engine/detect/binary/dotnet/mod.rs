//! .NET assemblies: what their code calls, lowered to the same facts as C# source, so that `rules/csharp` serves both.
//!
//! A PE file with a CLI header holds metadata (names, types, signatures) and method bodies in an intermediate language (ECMA-335), also
//! where machine code was added to it (ReadyToRun, mixed mode). The names alone decide whether a file is looked into: one without a
//! rule's anchor among them is never lowered. Types that name nothing the rules know are not lowered either.
//! What machine code an assembly has is left to the object file's technique; native AOT has no metadata and is a program like any other.

mod bundle;
mod bytes;
mod calls;
mod code;
mod enums;
mod execution;
mod metadata;
mod pe;
mod report;
mod signature;
mod tables;
mod unit;

use super::kind::Kind;
use super::seen::Seen;
use super::{Source, Technique, whole};
use crate::knowledge::rules::prefilter::Active;
use crate::model::SkipReason;

use self::metadata::Metadata;
use self::pe::Image;
use self::unit::{Assembly, MAX_UNIT};

/// The folder of rules that serves managed code, whatever language it was written in.
const FOLDER: &str = "csharp";

/// The technique.
pub(super) struct DotNet;

impl Technique for DotNet {
    fn name(&self) -> &'static str {
        ".NET"
    }

    fn reads(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Pe | Kind::Elf | Kind::MachO)
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        if seen.kind == Kind::Pe && has_cli_header(bytes.read_at(0..4096)?) {
            return look_into(whole(bytes)?, 0, seen);
        }
        bundle::look(bytes, seen)
    }
}

/// Whether the data directory names managed code, as far as the first bytes hold it.
fn has_cli_header(head: &[u8]) -> bool {
    let directory = || {
        let pe = bytes::u32_at(head, 0x3c)? as usize;
        let magic = bytes::u16_at(head, pe.checked_add(24)?)?;
        let begin = if magic == 0x20b { 112 } else { 96 };
        bytes::u32_at(head, pe.checked_add(24 + begin + 14 * 8)?)
    };
    directory().is_some_and(|address| address != 0)
}

/// Looks into an assembly that begins at `base` in the file.
fn look_into(bytes: &[u8], base: usize, seen: &mut Seen<'_>) -> Result<(), (SkipReason, String)> {
    let damaged = || (SkipReason::Damaged, "metadata".to_owned());
    let Some(image) = Image::read(bytes).ok_or_else(damaged)? else {
        return Ok(());
    };
    let root = bytes.get(image.metadata.clone()).ok_or_else(damaged)?;
    let metadata = Metadata::read(root).ok_or_else(damaged)?;
    if base == 0
        && let Some(binary) = &mut seen.binary
        && let Some((name, version)) = metadata.assembly()
    {
        binary.name = Some(name.to_owned());
        binary.version = Some(version);
    }
    let known = seen.known;
    let prefilter = known.prefilter(&[FOLDER]);
    let active: Active = prefilter.active(metadata.strings);
    if !prefilter.worth_parsing(&active) {
        return Ok(());
    }
    let assembly = Assembly::new(image, metadata, &known.rules, base);
    let mut whole = true;
    let mut large = Vec::new();
    for unit in assembly.units() {
        match assembly.lower(&unit) {
            Some(facts) => whole &= report::report(&facts, &active, seen),
            None => large.extend(unit.first().copied()),
        }
    }
    if let Some(first) = large.first() {
        let name = assembly.metadata.type_name((tables::TYPE_DEF, *first));
        let others = match large.len() {
            1 => String::new(),
            count => format!(" and {} other types", count - 1),
        };
        seen.skip(
            SkipReason::Budget,
            format!(".NET: {name}{others}: more than {MAX_UNIT} bytes of code each"),
        );
    }
    if !whole || assembly.is_exhausted() {
        seen.skip(
            SkipReason::Budget,
            ".NET: code and values beyond it are unknown",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
