"""Certificates and keys that are well formed and yet wrong: unknown numbers, dates that do not exist, sizes that do not fit."""
import os, secrets, sys
sys.path.insert(0, os.path.dirname(__file__))
from small import integer, oid, pem, put, seq, tlv
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, rsa

bits = lambda b: tlv(3, b"\0" + b)
name = lambda cn: seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(12, cn.encode()))))
k = ec.generate_private_key(ec.SECP256R1())
spki = k.public_key().public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
ECDSA = seq(oid("1.2.840.10045.4.3.2"))


def certificate(cn, key=spki, alg=ECDSA, inner=None, when=(tlv(23, b"260101000000Z"), tlv(23, b"351230000000Z")), version=2, sig=None, extra=b""):
    head = tlv(0xA0, integer(version)) if version is not None else b""
    tbs = seq(head, integer(0x1001), inner or alg, name(cn), seq(*when), name(cn), key, extra)
    return seq(tbs, alg, bits(sig if sig is not None else k.sign(tbs, ec.ECDSA(hashes.SHA256()))))


put("unknown-signature-algorithm.der", certificate("unknown-signature", alg=seq(oid("1.3.6.1.4.1.99999.1.2.3"))))
put("unknown-key-algorithm.der", certificate("unknown-key", key=seq(seq(oid("1.3.6.1.4.1.99999.4.5")), bits(secrets.token_bytes(40)))))
put("unknown-key.pem", pem("PUBLIC KEY", seq(seq(oid("1.3.6.1.4.1.99999.4.5")), bits(secrets.token_bytes(40)))))
put("unknown-private-key.pem", pem("PRIVATE KEY", seq(integer(0), seq(oid("1.3.6.1.4.1.99999.4.6")), tlv(4, secrets.token_bytes(32)))))
put("unknown-curve.der", certificate("unknown-curve", key=seq(seq(oid("1.2.840.10045.2.1"), oid("1.3.6.1.4.1.99999.7")), bits(b"\4" + secrets.token_bytes(64)))))
put("dates-invalid.der", certificate("dates-invalid", when=(tlv(23, b"261301000000Z"), tlv(23, b"269945996199Z"))))
put("dates-letters.der", certificate("dates-letters", when=(tlv(23, b"yesterday...Z"), tlv(23, b"tomorrow....Z"))))
put("dates-reversed.der", certificate("dates-reversed", when=(tlv(23, b"351230000000Z"), tlv(23, b"260101000000Z"))))
put("date-without-seconds.der", certificate("date-without-seconds", when=(tlv(23, b"2601010000Z"), tlv(23, b"3512300000Z"))))
put("date-with-offset.der", certificate("date-with-offset", when=(tlv(23, b"260101000000+0100"), tlv(23, b"351230000000+0100"))))
put("version-nine.der", certificate("version-nine", version=8))
put("empty-signature.der", certificate("empty-signature", sig=b""))
put("algorithms-differ.der", certificate("algorithms-differ", inner=seq(oid("1.2.840.10045.4.3.3"))))
put("exponent-one.der", certificate("exponent-one", key=seq(seq(oid("1.2.840.113549.1.1.1"), b"\5\0"), bits(seq(integer(rsa.generate_private_key(65537, 2048).public_key().public_numbers().n), integer(1))))))
put("point-too-short.der", certificate("point-too-short", key=seq(seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bits(b"\4" + secrets.token_bytes(40)))))
put("rsa-key-no-numbers.pem", pem("PUBLIC KEY", seq(seq(oid("1.2.840.113549.1.1.1"), b"\5\0"), bits(b"garbage"))))
put("pss-broken-parameters.der", certificate("pss-broken", alg=seq(oid("1.2.840.113549.1.1.10"), integer(5))))
# lengths that promise more than there is
put("length-lies.der", b"\x30\x84\x7f\xff\xff\xff" + certificate("x")[4:])
put("length-not-minimal.der", (lambda c: b"\x30\x83\x00" + (len(c) - 4).to_bytes(2, "big") + c[4:])(certificate("length-not-minimal")))
