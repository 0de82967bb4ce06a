//! Signs build artifacts.
pub mod manifest;
pub mod scheme;

#[cfg(test)]
mod tests {
    use super::scheme::{Edwards, Scheme};

    #[test]
    fn a_signature_has_64_bytes() {
        assert_eq!(Edwards::fresh().sign(b"artifact").len(), 64);
    }
}
