//! Two inventories compared, and what is new against a saved one.

pub mod baseline;

pub use self::baseline::Known;
