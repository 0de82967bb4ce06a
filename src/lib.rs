//! pqscan.

pub mod detect;
pub mod model;
