"""Records under the session key."""
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass
class Channel:
    key: bytes
    counter: int = 0
    _aead: AESGCM = field(init=False)

    def __post_init__(self):
        self._aead = AESGCM(self.key)

    def seal(self, data: bytes) -> bytes:
        self.counter += 1
        return self._aead.encrypt(self.counter.to_bytes(12, "big"), data, None)

    def open(self, number: int, data: bytes) -> bytes:
        return self._aead.decrypt(number.to_bytes(12, "big"), data, None)
