//! Facts against rules.
