//! The promises of plans.
