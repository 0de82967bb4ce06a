//! The engine of pqscan: one artifact in, findings out. No threads, no walk, no output; the crate `pqscan` brings those.
//!
//! | floor | module | what |
//! |---|---|---|
//! | 2 | [`detect`] | one artifact in, findings out |
//! | 1 | [`knowledge`] | what the world's cryptography looks like: catalogue, spellings, rules; who wants what by when: policies |
//! | 0 | [`model`] | the vocabulary |
//!
//! It is a crate of its own so that it is built beside the libraries that the rest waits for, and not again when only the rest changes.

pub mod detect;
pub mod knowledge;
pub mod model;
