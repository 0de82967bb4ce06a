"""PKCS #8 of version 2, with the public half, and with attributes: RFC 5958."""
import os, sys
sys.path.insert(0, os.path.dirname(__file__))
from small import integer, oid, pem, put, seq, tlv
from cryptography.hazmat.primitives.asymmetric import ed25519

k = ed25519.Ed25519PrivateKey.generate()
inner = tlv(4, tlv(4, k.private_bytes_raw()))
put("pkcs8-v2-with-public.pem", pem("PRIVATE KEY", seq(integer(1), seq(oid("1.3.101.112")), inner, tlv(0x81, b"\0" + k.public_key().public_bytes_raw()))))
name = tlv(0xA0, seq(oid("1.2.840.113549.1.9.20"), tlv(0x31, tlv(30, "key".encode("utf-16-be")))))
put("pkcs8-with-attributes.der", seq(integer(0), seq(oid("1.3.101.112")), inner, name))
