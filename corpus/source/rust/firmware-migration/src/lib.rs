//! Firmware signing and update channels on their way to post-quantum algorithms.
pub mod channel;
pub mod classical;
pub mod quantum;
