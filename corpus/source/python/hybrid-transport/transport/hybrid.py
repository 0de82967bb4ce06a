"""X25519 and ML-KEM-768 together: breaking one of them is not enough."""
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

try:
    from cryptography.hazmat.primitives.asymmetric import mlkem
except ImportError:
    mlkem = None
import oqs

LABEL = b"bus/1"
KEM = "ML-KEM-768"
SESSION_KEY = 32


def combine(classic: bytes, pq: bytes, transcript: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=SESSION_KEY, salt=transcript, info=LABEL).derive(classic + pq)


class Initiator:
    def __init__(self):
        self._share = X25519PrivateKey.generate()
        self._kem = mlkem.MLKEM768PrivateKey.generate() if mlkem else None
        self._oqs = None if mlkem else oqs.KeyEncapsulation(KEM)

    def hello(self) -> bytes:
        if self._kem:
            public = self._kem.public_key().public_bytes_raw()
        else:
            public = self._oqs.generate_keypair()
        return self._share.public_key().public_bytes_raw() + public

    def finish(self, answer: bytes) -> bytes:
        peer, ciphertext = X25519PublicKey.from_public_bytes(answer[:32]), answer[32:]
        classic = self._share.exchange(peer)
        if self._kem:
            pq = self._kem.decapsulate(ciphertext)
        else:
            pq = self._oqs.decap_secret(ciphertext)
        return combine(classic, pq, answer)


def respond(hello: bytes) -> tuple[bytes, bytes]:
    share = X25519PrivateKey.generate()
    classic = share.exchange(X25519PublicKey.from_public_bytes(hello[:32]))
    with oqs.KeyEncapsulation(KEM) as kem:
        ciphertext, pq = kem.encap_secret(hello[32:])
    answer = share.public_key().public_bytes_raw() + ciphertext
    return answer, combine(classic, pq, answer)
