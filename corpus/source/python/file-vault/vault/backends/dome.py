"""For machines without a compiler: PyCryptodome, under either of its names."""
try:
    from Cryptodome.Cipher import AES
    from Cryptodome.Hash import SHA256
    from Cryptodome.PublicKey import RSA
    from Cryptodome.Cipher import PKCS1_OAEP
except ImportError:
    from Crypto.Cipher import AES
    from Crypto.Hash import SHA256
    from Crypto.PublicKey import RSA
    from Crypto.Cipher import PKCS1_OAEP

from .base import Backend


class DomeBackend(Backend):
    mode = AES.MODE_GCM

    def encrypt(self, key, nonce, data):
        cipher = AES.new(key, self.mode, nonce=nonce)
        text, tag = cipher.encrypt_and_digest(data)
        return text + tag

    def decrypt(self, key, nonce, data):
        cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
        return cipher.decrypt_and_verify(data[:-16], data[-16:])


def wrap_for(recipient_pem: str, key: bytes) -> bytes:
    recipient = RSA.import_key(recipient_pem)
    return PKCS1_OAEP.new(recipient, hashAlgo=SHA256).encrypt(key)


def new_identity() -> bytes:
    return RSA.generate(2048).export_key(passphrase="", pkcs=8)
