//! pqscan.

pub mod cli;
pub mod detect;
pub mod inventory;
pub mod knowledge;
pub mod model;
pub mod output;
pub mod scan;
