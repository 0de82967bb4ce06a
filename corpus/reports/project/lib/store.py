from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def lock(text: bytes, nonce: bytes) -> bytes:
    key = AESGCM.generate_key(bit_length=256)
    return AESGCM(key).encrypt(nonce, text, None)
