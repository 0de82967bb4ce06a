//! Class files: a constant pool decides whether a class has to do with cryptography, and the code of those that do is lowered to
//! the facts that its source would give.
//!
//! Annotations, generic signatures and modules are not read.

mod bytes;
mod class;
mod instructions;
mod method;
mod pool;
#[cfg(test)]
mod tests;

use self::class::ClassFile;
use self::pool::Pool;
use super::java::{Lowering, Place, report};
use super::kind::Kind;
use super::seen::Seen;
use super::{Technique, whole};
use crate::detect::Source;
use crate::model::{Context, SkipReason};

/// Larger classes are none that a compiler wrote: no method is longer than 65,535 bytes, no pool than as many entries.
const MAX_CLASS: u64 = 64 << 20;

/// Annotations of methods that make a class test code (JUnit 3 to 5, TestNG).
const TEST_CLASSES: [&str; 4] = [
    "Lorg/junit/",
    "Lorg/testng/",
    "junit/framework/",
    "org/junit/",
];

/// The technique.
pub(super) struct Jvm;

impl Technique for Jvm {
    fn name(&self) -> &'static str {
        "class file"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind == Kind::Class
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        if bytes.len() > MAX_CLASS {
            return Err((
                SkipReason::TooLargeToParse,
                format!("{} bytes", bytes.len()),
            ));
        }
        let bytes = whole(bytes)?;
        let damaged = |what: &str| (SkipReason::Damaged, what.to_owned());
        let (pool, at) = Pool::read(bytes).ok_or_else(|| damaged("constant pool"))?;
        let known = seen.known;
        let prefilter = known.prefilter(&["java"]);
        let active = prefilter.active(&pool.used_names());
        if !prefilter.worth_parsing(&active) {
            return Ok(());
        }
        let file = ClassFile::read(bytes, pool, at).ok_or_else(|| damaged("declarations"))?;
        let mut l = Lowering::new(&known.rules, vec![file.head.clone()]);
        let mut places = Vec::new();
        let mut unread = 0;
        for (index, code) in file.codes.iter().enumerate() {
            let Some(code) = code else { continue };
            if method::lower(&file, bytes, 0, index, code, &mut l).is_err() {
                unread += 1;
            }
            places.push(Place {
                at: code.range.start,
                line: 0,
                source: 0,
            });
            places.extend(code.lines.iter().map(|(at, line)| Place {
                at: code.range.start.saturating_add(*at),
                line: *line,
                source: 0,
            }));
        }
        if unread > 0 {
            seen.skip(
                SkipReason::Budget,
                format!("{unread} methods too large to follow"),
            );
        }
        places.sort_by_key(|place| place.at);
        let is_test = file
            .pool
            .has_name(|name| TEST_CLASSES.iter().any(|test| name.starts_with(test)));
        if is_test && seen.context == Context::Production {
            seen.context = Context::Test;
        }
        let sources: Vec<String> = file.source.into_iter().collect();
        if report(&l.facts, &active, &places, &sources, seen) {
            seen.skip(SkipReason::Budget, "values beyond it are unknown");
        }
        Ok(())
    }
}
