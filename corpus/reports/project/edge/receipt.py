from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def receipt(text: bytes) -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.sign(text)
