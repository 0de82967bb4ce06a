"""The second signature of the transition: every manifest is signed with ECDSA and with ML-DSA."""
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa


class DualSigner:
    def __init__(self):
        self._classic = ec.generate_private_key(ec.SECP384R1())
        self._pq = mldsa.MLDSA65PrivateKey.generate()

    def sign(self, manifest: bytes) -> tuple[bytes, bytes]:
        classic = self._classic.sign(manifest, ec.ECDSA(hashes.SHA384()))
        return classic, self._pq.sign(manifest, b"manifest-v2")


def verify(manifest, signatures, classic: ec.EllipticCurvePublicKey, pq: mldsa.MLDSA65PublicKey):
    classic.verify(signatures[0], manifest, ec.ECDSA(hashes.SHA384()))
    pq.verify(signatures[1], manifest, b"manifest-v2")
