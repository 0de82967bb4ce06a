import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from app.tokens import TokenIssuer


def test_round_trip():
    key = rsa.generate_private_key(65537, 1024)
    issuer = TokenIssuer(key)
    token = issuer.issue("alice")
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    assert issuer.check(token)["sub"] == "alice"
