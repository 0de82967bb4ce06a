//! Password-based encryption and MACs: PBES1, PBES2, PBMAC1 (RFC 8018, RFC 9579), scrypt (RFC 7914) and the schemes of PKCS #12 (RFC 7292
//! appendix C), as the algorithms that they are made of.

use super::der::Node;
use super::seen::Seen;

/// Adds what an AlgorithmIdentifier of a password-based scheme is made of, a KDF and a cipher or MAC, at the place that is stood at. Their
/// numbers, for what is protected so to refer to.
pub(super) fn scheme(_identifier: &Node<'_>, _seen: &mut Seen<'_>) -> Vec<usize> {
    Vec::new()
}
