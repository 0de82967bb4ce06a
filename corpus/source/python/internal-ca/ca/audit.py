"""Looks for certificates that must be replaced."""
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

WEAK = {
    SignatureAlgorithmOID.RSA_WITH_MD5,
    SignatureAlgorithmOID.RSA_WITH_SHA1,
}


def verdict(pem: bytes) -> str:
    cert = x509.load_pem_x509_certificate(pem)
    key = cert.public_key()
    if cert.signature_algorithm_oid in WEAK:
        return "weak signature"
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048:
        return "short RSA"
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA"
    if isinstance(key, (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey)):
        return "classic"
    return "fine"


def check_chain(leaf: x509.Certificate, issuer: x509.Certificate) -> None:
    leaf.verify_directly_issued_by(issuer)
