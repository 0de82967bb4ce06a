"""The signing key: read from disk, or made at first start."""
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .settings import PRIVATE_KEY_FILE, RSA_BITS

DEV_BITS = 2048


def _new_key(bits: int = DEV_BITS) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def signing_key(path: str = PRIVATE_KEY_FILE, passphrase: bytes | None = None):
    file = Path(path)
    if file.exists():
        return serialization.load_pem_private_key(file.read_bytes(), password=passphrase)
    key = _new_key(RSA_BITS)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return key


def development_key():
    return _new_key()
