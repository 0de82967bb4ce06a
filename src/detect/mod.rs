//! Floor 2: one artifact in, findings out. No threads, no file system, no printing.

pub mod facts;
pub mod source;
