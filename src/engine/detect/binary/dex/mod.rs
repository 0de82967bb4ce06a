//! Dex files, Android's bytecode: the classes whose code uses what the rules know are lowered to the facts that their source would
//! give, an outermost class with those in it.
//!
//! What a device makes of dex files (odex, vdex, compact dex) is not read, nor are annotations.

mod class;
mod debug;
mod file;
mod instructions;
mod method;

use std::collections::BTreeMap;

use self::class::{Code, Declared};
use self::file::{ClassDef, Dex};
use self::instructions::Instructions;
use super::java::{Lowering, Place, dotted, outermost, report};
use super::kind::Kind;
use super::seen::Seen;
use super::{Technique, whole};
use crate::detect::Source;
use crate::knowledge::rules::prefilter::{Active, Prefilter};
use crate::model::SkipReason;

/// Work for each byte of a file: what large files of real programs need is a tenth.
const WORK_PER_BYTE: usize = 32;
/// Bytes of names and texts that the declarations of one group hold, in sum.
const MAX_HELD: usize = 64 << 20;
/// Outermost classes of one file that may need more steps than there are for one, before it is given up.
const MAX_EXHAUSTED: usize = 16;
/// Dex files in one container.
const MAX_CONTAINED: usize = 256;

/// The technique.
pub(super) struct Dalvik;

impl Technique for Dalvik {
    fn name(&self) -> &'static str {
        "dex file"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind == Kind::Dex
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let bytes = whole(bytes)?;
        let version = bytes.get(4..7).unwrap_or_default();
        if !matches!(version, b"035" | b"037" | b"038" | b"039" | b"040" | b"041") {
            let version = String::from_utf8_lossy(version).into_owned();
            return Err((SkipReason::Unsupported, format!("dex version {version}")));
        }
        // A file whose numbers are big-endian is defined and never seen.
        if bytes.get(0x28..0x2c) != Some(&[0x78, 0x56, 0x34, 0x12]) {
            return Err((SkipReason::Unsupported, "byte order".to_owned()));
        }
        let mut at = 0;
        let mut left = Left {
            work: bytes.len().saturating_mul(WORK_PER_BYTE),
            ..Left::default()
        };
        for _ in 0..MAX_CONTAINED {
            let damaged = || (SkipReason::Damaged, "header".to_owned());
            let dex = Dex::read(bytes, at).ok_or_else(damaged)?;
            one(&dex, &mut left, seen);
            // From version 41 on, several share one file.
            let next = dex.end;
            if version != b"041" || next <= at || next >= bytes.len() {
                break;
            }
            at = next;
        }
        left.tell(seen);
        Ok(())
    }
}

/// What of a file the rules know.
struct Known {
    active: Active,
    types: Vec<bool>,
    methods: Vec<bool>,
    fields: Vec<bool>,
}

/// Looks at one dex file.
fn one(dex: &Dex<'_>, left: &mut Left, seen: &mut Seen<'_>) {
    // Those of a hostile container share their tables.
    left.spend(dex.type_count() + dex.method_count() + dex.field_count() + dex.class_count());
    if left.work == 0 {
        return;
    }
    let knowledge = seen.known;
    let prefilter = knowledge.prefilter(&["java"]);
    let known = known(dex, prefilter);
    if !prefilter.worth_parsing(&known.active) {
        return;
    }
    let mut groups: BTreeMap<&str, (Vec<ClassDef>, bool)> = BTreeMap::new();
    for index in 0..dex.class_count() {
        let Some(class) = dex.class(index) else { break };
        let Some(name) = dex.class_name(class.class) else {
            continue;
        };
        let Some(methods) = class::methods(dex, &class, left.work) else {
            continue;
        };
        left.spend(methods.len());
        let group = groups.entry(outermost(name)).or_default();
        group.0.push(class);
        for (_, _, code) in methods {
            if group.1 {
                break;
            }
            if let Some(code) = Code::read(dex, code) {
                left.spend(code.units);
                group.1 |= left.work > 0 && uses_known(Instructions(code.bytes(dex)), &known);
            }
        }
    }
    for (classes, uses) in groups.into_values() {
        if uses && left.work > 0 && left.exhausted < MAX_EXHAUSTED {
            group(dex, &classes, &known.active, left, seen);
        }
    }
}

/// What is left of the limits of one file, and what had to be left out.
#[derive(Default)]
struct Left {
    work: usize,
    exhausted: usize,
    unread: usize,
}

impl Left {
    fn spend(&mut self, work: usize) {
        self.work = self.work.saturating_sub(work);
    }

    /// Says what was left out.
    fn tell(&self, seen: &mut Seen<'_>) {
        if self.work == 0 || self.exhausted >= MAX_EXHAUSTED {
            seen.skip(SkipReason::Budget, "classes beyond it were not read");
        } else if self.exhausted > 0 {
            seen.skip(SkipReason::Budget, "values beyond it are unknown");
        }
        if self.unread > 0 {
            let unread = self.unread;
            seen.skip(
                SkipReason::Budget,
                format!("{unread} methods too large to follow"),
            );
        }
    }
}

/// Which types, methods and fields are of libraries that the rules know.
fn known(dex: &Dex<'_>, prefilter: &Prefilter) -> Known {
    let mut active = Active::default();
    let mut is_known = |name: &str| {
        let found = prefilter.active(name.as_bytes());
        active.extend(&found);
        prefilter.worth_parsing(&found)
    };
    let types: Vec<bool> = (0..dex.type_count())
        .map(|index| {
            dex.class_name(index)
                .is_some_and(|name| is_known(&dotted(name)))
        })
        .collect();
    let of = |class: Option<usize>| class.and_then(|c| types.get(c)).is_some_and(|known| *known);
    let methods = (0..dex.method_count())
        .map(|index| {
            let class = dex.method_class(index);
            if of(class) {
                return true;
            }
            // Methods without a package in their rules' anchors: `System.getenv`.
            let lang = class.and_then(|class| dex.class_name(class));
            lang.filter(|class| class.starts_with("java/lang/"))
                .zip(dex.method_name(index))
                .is_some_and(|(class, name)| is_known(&format!("{}.{name}", dotted(class))))
        })
        .collect();
    let fields = (0..dex.field_count()).map(|index| of(dex.field_class(index)));
    Known {
        fields: fields.collect(),
        methods,
        types,
        active,
    }
}

/// Whether code calls, reads or makes something that the rules know.
fn uses_known(code: Instructions<'_>, known: &Known) -> bool {
    let is = |list: &[bool], index: Option<u16>| {
        index.and_then(|index| list.get(usize::from(index))) == Some(&true)
    };
    let mut at = 0;
    while let Some(length) = code.length(at) {
        let operand = code.unit(at + 1);
        let uses = match code.op(at) {
            Some(0x6e..=0x72 | 0x74..=0x78) => is(&known.methods, operand),
            Some(0x60..=0x66) => is(&known.fields, operand),
            Some(0x22) => is(&known.types, operand),
            _ => false,
        };
        if uses && !code.is_table(at) {
            return true;
        }
        at += length;
    }
    false
}

/// Lowers classes that belong together.
fn group(
    dex: &Dex<'_>,
    classes: &[ClassDef],
    active: &Active,
    left: &mut Left,
    seen: &mut Seen<'_>,
) {
    let mut declared: Vec<Declared> = Vec::new();
    let mut room = MAX_HELD;
    for class in classes {
        if let Some(one) = class::declared(dex, class, left.work.min(room)) {
            left.spend(one.held);
            room = room.saturating_sub(one.held);
            left.spend(one.head.methods.len() + one.head.fields.len());
            declared.push(one);
        }
    }
    let heads = declared.iter().map(|one| one.head.clone()).collect();
    let mut l = Lowering::new(&seen.known.rules, heads);
    let mut places = Vec::new();
    let mut sources = Vec::new();
    for (class, one) in declared.into_iter().enumerate() {
        for (index, code) in one.codes.iter().enumerate() {
            let Some(code) = code else { continue };
            left.spend(code.units + code.tries);
            if left.work == 0 || method::lower(dex, class, index, code, &mut l).is_err() {
                left.unread += 1;
                continue;
            }
            let source = sources.len();
            places.push(Place {
                at: code.at,
                line: 0,
                source,
            });
            let lines = method::lines(dex, code).into_iter();
            places.extend(lines.map(|(unit, line)| Place {
                at: code.instructions + 2 * unit,
                line,
                source,
            }));
        }
        sources.push(one.source.unwrap_or_default());
    }
    left.spend(l.spent());
    places.sort_by_key(|place| place.at);
    if report(&l.facts, active, &places, &sources, seen) {
        left.exhausted += 1;
    }
}
