"""What a backend must do."""
from abc import ABC, abstractmethod


class Backend(ABC):
    nonce_bytes = 12

    @abstractmethod
    def encrypt(self, key: bytes, nonce: bytes, data: bytes) -> bytes: ...

    @abstractmethod
    def decrypt(self, key: bytes, nonce: bytes, data: bytes) -> bytes: ...
