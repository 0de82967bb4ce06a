//! Names and values for facts.
