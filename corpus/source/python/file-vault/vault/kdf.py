"""From a password to a key."""
import os

try:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
except ImportError:  # before version 44
    Argon2id = None
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KEY_BYTES = 256 // 8
PARAMS = dict(n=2 ** 15, r=8, p=1)


def derive(password: bytes, salt: bytes, version: int) -> bytes:
    if version == 1:
        kdf = PBKDF2HMAC(algorithm=hashes.SHA1(), length=16, salt=salt, iterations=10_000)
    elif version == 2:
        kdf = Scrypt(salt=salt, length=KEY_BYTES, **PARAMS)
    else:
        kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=2, lanes=4, memory_cost=64 * 1024)
    return kdf.derive(password)


def new_salt() -> bytes:
    return os.urandom(16)
