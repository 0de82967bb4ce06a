"""Signs the night's pay-outs, and hands them to the bank."""

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .store import keep

KEY_BITS = 2048


def rotate(statement: bytes) -> bytes:
    """A new key each year, and the first signature by it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    keep(key)
    return key.sign(
        statement,
        padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32),
        hashes.SHA256(),
    )


def checksum(batch: bytes) -> str:
    # pqscan: accept weak-hash until 2027-03-31 because the bank's file format wants MD5
    return hashlib.md5(batch).hexdigest()
