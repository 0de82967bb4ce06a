"""The receipt that the new partner's gateway asks for."""

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher


def receipt(key: RSAPrivateKey, batch: bytes) -> bytes:
    return key.sign(batch, padding.PKCS1v15(), hashes.SHA1())


def hidden(secret: bytes, batch: bytes) -> bytes:
    return Cipher(ARC4(secret), mode=None).encryptor().update(batch)
