"""JSON Web Keys of every kind, after RFC 7517, 7518, 8037; look-alikes that are none."""
import base64, hashlib, json, os, secrets
from cryptography import x509
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, ed448, rsa, x25519

b = lambda x: base64.urlsafe_b64encode(x).rstrip(b"=").decode()
i = lambda n, size=None: b(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


def rsa_key(bits, private):
    k = rsa.generate_private_key(65537, bits)
    p = k.private_numbers()
    out = {"kty": "RSA", "n": i(p.public_numbers.n), "e": i(65537)}
    if private:
        out |= {"d": i(p.d), "p": i(p.p), "q": i(p.q), "dp": i(p.dmp1), "dq": i(p.dmq1), "qi": i(p.iqmp)}
    return out


def ec_key(curve, name, private):
    k = ec.generate_private_key(curve())
    p, size = k.private_numbers(), (curve.key_size + 7) // 8
    out = {"kty": "EC", "crv": name, "x": i(p.public_numbers.x, size), "y": i(p.public_numbers.y, size)}
    return out | ({"d": i(p.private_value, size)} if private else {})


def okp(kind, name, private):
    k = kind.generate()
    out = {"kty": "OKP", "crv": name, "x": b(k.public_key().public_bytes_raw())}
    return out | ({"d": b(k.private_bytes_raw())} if private else {})


def put(name, value, **how):
    open(name, "w").write(json.dumps(value, **how) + "\n")


put("rsa-public.jwk", rsa_key(2048, False) | {"use": "sig", "alg": "RS256", "kid": "a"})
put("rsa-private.json", rsa_key(3072, True), indent=2)
put("ec-p256-public.json", ec_key(ec.SECP256R1, "P-256", False) | {"alg": "ES256"})
put("ec-p521-private.jwk", ec_key(ec.SECP521R1, "P-521", True))
put("ec-secp256k1.json", ec_key(ec.SECP256K1, "secp256k1", False), indent=4)
put("okp-ed25519-private.json", okp(ed25519.Ed25519PrivateKey, "Ed25519", True))
put("okp-x25519-public.json", okp(x25519.X25519PrivateKey, "X25519", False))
put("okp-ed448-public.json", okp(ed448.Ed448PrivateKey, "Ed448", False))
put("oct-256.json", {"kty": "oct", "k": b(secrets.token_bytes(32)), "alg": "HS256"})
put("jwks.json", {"keys": [rsa_key(2048, False) | {"kid": "1"}, ec_key(ec.SECP384R1, "P-384", False) | {"kid": "2"}, okp(ed25519.Ed25519PrivateKey, "Ed25519", False) | {"kid": "3"}]}, indent=2)
put("jwks-private-one-line.json", {"keys": [ec_key(ec.SECP256R1, "P-256", True), {"kty": "oct", "k": b(secrets.token_bytes(64))}]}, separators=(",", ":"))
cert = x509.load_pem_x509_certificate(open(os.environ["K"] + "/ecmail.crt", "rb").read())
n = cert.public_key().public_numbers()
put("jwk-with-x5c.json", {"kty": "EC", "crv": "P-256", "x": i(n.x, 32), "y": i(n.y, 32), "x5c": [base64.b64encode(cert.public_bytes(s.Encoding.DER)).decode()],
    "x5t#S256": b(hashlib.sha256(cert.public_bytes(s.Encoding.DER)).digest())}, indent=2)
put("nested-in-config.json", {"name": "service", "auth": {"issuer": "https://id.example.org", "signing": {"key": ec_key(ec.SECP256R1, "P-256", False)}}}, indent=2)
try:
    from cryptography.hazmat.primitives.asymmetric import mldsa
    k = mldsa.MLDSA44PrivateKey.generate()
    put("akp-ml-dsa-44.json", {"kty": "AKP", "alg": "ML-DSA-44", "pub": b(k.public_key().public_bytes_raw())})
    put("akp-ml-dsa-65-private.json", {"kty": "AKP", "alg": "ML-DSA-65", "pub": b((k := mldsa.MLDSA65PrivateKey.generate()).public_key().public_bytes_raw()), "priv": b(k.private_bytes_raw())})
except ImportError:
    print("no ML-DSA here: two files are left out")
put("none-kty-is-a-word.json", {"kty": "Kitty", "crv": "curved", "x": 12, "y": [1, 2]})
put("none-kty-described.json", {"properties": {"kty": {"type": "string", "enum": ["RSA", "EC", "OKP", "oct"]}, "n": {"type": "string"}, "e": {"type": "string"}}}, indent=2)
put("none-placeholder.json", {"kty": "RSA", "n": "<modulus>", "e": "AQAB"})
put("none-empty-set.json", {"keys": []})
