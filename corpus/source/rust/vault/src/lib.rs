//! A vault for small secrets.
pub mod seal;
pub mod unlock;
mod params;

pub use seal::Sealer;

pub fn locks_after() -> std::time::Duration {
    params::LOCK_AFTER
}
