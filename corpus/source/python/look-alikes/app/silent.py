"""Nothing here is cryptography: rsa.generate_private_key(65537, 512), hashlib.md5(b"")."""
import rsa_lib as rsa
from rsa_lib import generate_private_key

# from cryptography.hazmat.primitives.asymmetric import rsa
# key = rsa.generate_private_key(65537, 1024)
HELP = "call hashlib.new('md5') or jwt.encode(payload, key, algorithm='none')"
EXAMPLE = """
from Crypto.PublicKey import RSA
key = RSA.generate(1024)
"""


class hashlib:
    @staticmethod
    def md5(data):
        return sum(data) % 256


class AES:
    MODE_ECB = 1

    @classmethod
    def new(cls, key, mode):
        return cls()

    def encrypt(self, data):
        return data


def f(data):
    rsa.newkeys(1024)
    generate_private_key(65537, 512)
    hashlib.md5(data)
    AES.new(b"k" * 16, AES.MODE_ECB).encrypt(data)
    ssl = {"PROTOCOL_TLSv1": 1}
    return ssl["PROTOCOL_TLSv1"], rsa.encrypt(data, None)
