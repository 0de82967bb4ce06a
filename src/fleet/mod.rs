//! Floor 5: many repositories over time. Where they are, which of them changed, scanning them on one machine or many, what is remembered of
//! each, and where the organisation stands.
//!
//! A **repository** ([`repository`]) is found by a **target** and becomes a **task** ([`task`]) where its head has not been scanned by this
//! engine, these rules and these settings. A worker clones it and scans it in a child process; what comes out is an object under its
//! **content key**, written once and never changed. The database remembers repositories, runs, which results are current, and roll-ups of
//! assets. Policies and dates are not part of a key: they are applied when an [`organisation::Organisation`] is reported.

pub mod export;
pub mod failure;
pub mod organisation;
mod queue;
pub mod report;
pub mod repository;
pub mod rollup;
pub mod run;
pub mod serve;
pub mod settings;
pub mod shards;
pub mod state;
pub mod store;
pub mod target;
pub mod task;
pub mod work;
pub mod worker;
