//! Floor 1: what the world's cryptography looks like. Reads `rules/`, knows no file under scan.

pub mod catalog;
pub(crate) mod embedded;
pub mod spelling;
