"""Long-term identities: Ed25519 now, SLH-DSA for what must last."""
import oqs
from nacl.signing import SigningKey, VerifyKey

ARCHIVE = "SLH_DSA_PURE_SHA2_128S"


def new_identity() -> SigningKey:
    return SigningKey.generate()


def sign(identity: SigningKey, message: bytes) -> bytes:
    return identity.sign(message).signature


def check(raw: bytes, message: bytes, signature: bytes) -> bool:
    VerifyKey(raw).verify(message, signature)
    return True


def seal_archive(message: bytes) -> tuple[bytes, bytes]:
    with oqs.Signature(ARCHIVE) as signer:
        public = signer.generate_keypair()
        return public, signer.sign(message)
