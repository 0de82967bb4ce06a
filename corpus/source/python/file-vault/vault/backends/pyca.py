from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from .base import Backend


class GcmBackend(Backend):
    def encrypt(self, key, nonce, data):
        return AESGCM(key).encrypt(nonce, data, None)

    def decrypt(self, key, nonce, data):
        return AESGCM(key).decrypt(nonce, data, None)


class ChaChaBackend(Backend):
    def _aead(self, key):
        return ChaCha20Poly1305(key)

    def encrypt(self, key, nonce, data):
        return self._aead(key).encrypt(nonce, data, None)

    def decrypt(self, key, nonce, data):
        return self._aead(key).decrypt(nonce, data, None)


class LegacyBackend(Backend):
    """Version 1: CBC without authentication. Read only."""

    nonce_bytes = 16

    def encrypt(self, key, nonce, data):
        raise NotImplementedError("version 1 is read only")

    def decrypt(self, key, nonce, data):
        decryptor = Cipher(algorithms.AES(key), modes.CBC(nonce)).decryptor()
        return decryptor.update(data) + decryptor.finalize()
