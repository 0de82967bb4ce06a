import os
import sys
from enum import Enum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa


class Level(Enum):
    LOW = 2048
    HIGH = 4096


class Digest(Enum):
    OLD = hashes.SHA1()
    NEW = hashes.SHA256()


class Signer:
    digest = Digest.NEW

    def __init__(self, size=Level.LOW.value):
        self.key = rsa.generate_private_key(65537, size)

    def sign(self, data):
        return self.key.sign(data, padding.PKCS1v15(), self.digest.value)


def choose(argv=sys.argv):
    size = Level.HIGH.value
    if "--fast" in argv:
        size = int(os.environ.get("BITS", "1024"))
    if os.environ.get("CURVE"):
        return ec.generate_private_key(getattr(ec, os.environ["CURVE"])())
    return rsa.generate_private_key(65537, size)


def strong():
    return Signer(Level.HIGH.value)


def loop():
    found = None
    for bits in (1024, 2048, 3072):
        found = rsa.generate_private_key(65537, bits)
    return found


def match(kind, data, key: rsa.RSAPrivateKey):
    match kind:
        case "pss":
            pad = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        case "v15":
            pad = padding.PKCS1v15()
        case _:
            raise ValueError(kind)
    return key.sign(data, pad, hashes.SHA256())
