"""The file format: magic, version, salt, nonce, ciphertext."""
import os
import struct

from . import kdf
from .backends.pyca import ChaChaBackend, GcmBackend, LegacyBackend

BACKENDS = {1: LegacyBackend, 2: GcmBackend, 3: ChaChaBackend}
CURRENT = max(BACKENDS)


def seal(password: bytes, data: bytes) -> bytes:
    backend = BACKENDS[CURRENT]()
    salt, nonce = kdf.new_salt(), os.urandom(backend.nonce_bytes)
    key = kdf.derive(password, salt, CURRENT)
    return struct.pack(">4sB", b"VLT1", CURRENT) + salt + nonce + backend.encrypt(key, nonce, data)


def unseal(password: bytes, blob: bytes) -> bytes:
    magic, version = struct.unpack(">4sB", blob[:5])
    if magic != b"VLT1":
        raise ValueError("not a vault")
    backend = BACKENDS[version]()
    salt, rest = blob[5:21], blob[21:]
    key = kdf.derive(password, salt, version)
    return backend.decrypt(key, rest[: backend.nonce_bytes], rest[backend.nonce_bytes :])
