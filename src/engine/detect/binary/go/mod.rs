//! Programs in Go: what they were built from, and what of the public packages of cryptography they were linked with, by the names that the
//! runtime needs, stripped or not, for any system.
//!
//! A linked function is one that some code of the program reaches. Whose code that is, is told apart ([`uses`]): what nothing but the
//! standard library calls, came with HTTPS. Packages below `crypto/internal` are never evidence: their self-tests alone bring in curves.

mod build;
mod calls;
mod inline;
mod names;
mod parts;
mod table;
#[cfg(test)]
mod tests;
mod uses;

use memchr::memmem;

use self::build::Build;
use super::kind::Kind;
use super::seen::Seen;
use super::{Technique, whole};
use crate::detect::Source;
use crate::model::SkipReason;

/// The technique.
pub(super) struct Go;

impl Technique for Go {
    fn name(&self) -> &'static str {
        "Go"
    }

    fn reads(&self, kind: Kind) -> bool {
        kind.is_native()
    }

    fn look(
        &self,
        bytes: &mut dyn Source,
        seen: &mut Seen<'_>,
    ) -> Result<(), (SkipReason, String)> {
        let bytes = whole(bytes)?;
        let build = Build::find(bytes);
        // Every function of every program begins with a call of it, so that its name is in every table of names.
        if build.is_none() && memmem::find(bytes, b"runtime.morestack").is_none() {
            return Ok(());
        }
        let tables = table::find(bytes);
        if build.is_none() && tables.is_empty() {
            return Ok(());
        }
        seen.runtime = Some("Go");
        if let Some(build) = &build {
            parts::add(build, seen)
        }
        for table in &tables {
            parts::add_toolchain(table.names.start, seen);
            uses::add(table, bytes, seen)
        }
        if tables.is_empty() {
            let reason = "the table of functions was not found".to_owned();
            return Err((SkipReason::Damaged, reason));
        }
        Ok(())
    }
}
