"""What kinds of keys this authority makes."""
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, rsa


@dataclass(frozen=True)
class Profile:
    name: str
    days: int
    digest: hashes.HashAlgorithm | None


SERVER = Profile("server", 90, hashes.SHA256())
ROOT = Profile("root", 3650, hashes.SHA384())
PQ_ROOT = Profile("pq-root", 3650, None)

CURVES = {
    "p256": ec.SECP256R1,
    "p384": ec.SECP384R1,
    "p521": ec.SECP521R1,
}


def make_key(kind: str, size: int = 4096):
    if kind == "rsa":
        return rsa.generate_private_key(65537, size)
    if kind == "mldsa65":
        return mldsa.MLDSA65PrivateKey.generate()
    if kind == "mldsa87":
        return mldsa.MLDSA87PrivateKey.generate()
    return ec.generate_private_key(CURVES[kind]())
