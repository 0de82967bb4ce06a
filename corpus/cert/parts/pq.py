"""Post-quantum keys that OpenSSL does not make: composites, hash-based with state, draft numbers from before the standards."""
import os, secrets, sys
sys.path.insert(0, os.path.dirname(__file__))
from small import integer, oid, pem, put, seq, tlv
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem

bits = lambda b: tlv(3, b"\0" + b)
spki = lambda o, key: seq(seq(oid(o)), bits(key))
utf8 = lambda t: tlv(12, t.encode())
name = lambda cn: seq(tlv(0x31, seq(oid("2.5.4.3"), utf8(cn))))


def certificate(cn, alg, key, sign, serial=0x1001):
    a = seq(oid(alg))
    when = seq(tlv(23, b"260101000000Z"), tlv(23, b"351230000000Z"))
    ca = tlv(0xA3, seq(seq(oid("2.5.29.19"), tlv(1, b"\xff"), tlv(4, seq(tlv(1, b"\xff"))))))
    tbs = seq(tlv(0xA0, integer(2)), integer(serial), a, name(cn), when, name(cn), key, ca)
    return seq(tbs, a, bits(sign(tbs)))


# id-MLDSA44-Ed25519-SHA512 and id-MLDSA65-ECDSA-P256-SHA512: keys and signatures are the parts one after the other
COMPOSITE = b"CompositeAlgorithmSignatures2025"
def composite(label, digest, ml, other):
    def sign(m):
        h = hashes.Hash(digest); h.update(m)
        text = COMPOSITE + label + b"\0" + h.finalize()
        return ml.sign(text, label) + other(text)
    return sign


ml, ed = mldsa.MLDSA44PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
key = spki("1.3.6.1.5.5.7.6.39", ml.public_key().public_bytes_raw() + ed.public_key().public_bytes_raw())
put("composite-mldsa44-ed25519.der", certificate("composite-mldsa44-ed25519", "1.3.6.1.5.5.7.6.39", key, composite(b"COMPSIG-MLDSA44-Ed25519-SHA512", hashes.SHA512(), ml, ed.sign)))
ml, p = mldsa.MLDSA65PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
point = p.public_key().public_bytes(s.Encoding.X962, s.PublicFormat.UncompressedPoint)
key = spki("1.3.6.1.5.5.7.6.45", ml.public_key().public_bytes_raw() + point)
put("composite-mldsa65-p256.pem", pem("CERTIFICATE", certificate("composite-mldsa65-p256", "1.3.6.1.5.5.7.6.45", key, composite(b"COMPSIG-MLDSA65-ECDSA-P256-SHA512", hashes.SHA512(), ml, lambda m: p.sign(m, ec.ECDSA(hashes.SHA256()))))))
put("spki-composite-mldsa65-p256.pem", pem("PUBLIC KEY", key))

# HSS/LMS, RFC 9802: the key is the octets of RFC 8554, without a wrapping
u32 = lambda n: n.to_bytes(4, "big")
put("spki-hss-lms.pem", pem("PUBLIC KEY", spki("1.2.840.113549.1.9.16.3.17", u32(1) + u32(5) + u32(4) + secrets.token_bytes(16) + secrets.token_bytes(32))))
put("spki-xmss.pem", pem("PUBLIC KEY", spki("1.3.6.1.5.5.7.6.34", u32(1) + secrets.token_bytes(64))))
put("spki-xmssmt.der", spki("1.3.6.1.5.5.7.6.35", u32(1) + secrets.token_bytes(64)))
# Dilithium 3 of round 3, the number used before FIPS 204
put("spki-dilithium3.pem", pem("PUBLIC KEY", spki("1.3.6.1.4.1.2.267.12.6.5", secrets.token_bytes(1952))))
# Falcon 512, the number used by the Open Quantum Safe project
put("spki-falcon512.pem", pem("PUBLIC KEY", spki("1.3.9999.3.11", b"\x09" + secrets.token_bytes(896))))
# ML-KEM-768 together with X25519
from cryptography.hazmat.primitives.asymmetric import x25519
put("spki-composite-mlkem768-x25519.pem", pem("PUBLIC KEY", spki("1.3.6.1.5.5.7.6.58", mlkem.MLKEM768PrivateKey.generate().public_key().public_bytes_raw() + x25519.X25519PrivateKey.generate().public_key().public_bytes_raw())))
# X.509 of 2019: a second key and a second signature in extensions
p, ml = ec.generate_private_key(ec.SECP256R1()), mldsa.MLDSA44PrivateKey.generate()
key = p.public_key().public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
ext = lambda o, v: seq(oid(o), tlv(4, v))
exts = [seq(oid("2.5.29.19"), tlv(1, b"\xff"), tlv(4, seq(tlv(1, b"\xff")))), ext("2.5.29.72", spki("2.16.840.1.101.3.4.3.17", ml.public_key().public_bytes_raw())), ext("2.5.29.73", seq(oid("2.16.840.1.101.3.4.3.17")))]
a, n = seq(oid("1.2.840.10045.4.3.2")), name("two-signatures")
body = lambda more, alg: seq(tlv(0xA0, integer(2)), integer(0x1001), alg, n, seq(tlv(23, b"260101000000Z"), tlv(23, b"351230000000Z")), n, key, tlv(0xA3, seq(*exts, *more)))
tbs = body([ext("2.5.29.74", bits(ml.sign(body([], b""))))], a)
put("two-signatures.der", seq(tbs, a, bits(p.sign(tbs, ec.ECDSA(hashes.SHA256())))))
