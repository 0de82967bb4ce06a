"""Password hashes, three generations of them."""
import hashlib
import hmac
import secrets

import bcrypt

from .settings import PBKDF2_ROUNDS

SCHEME = "pbkdf2_sha256"


def store(password: str) -> str:
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, PBKDF2_ROUNDS)
    return f"{SCHEME}${PBKDF2_ROUNDS}${salt.hex()}${digest.hex()}"


def verify(password: str, stored: str) -> bool:
    if stored.startswith("$2b$"):
        return bcrypt.checkpw(password.encode(), stored.encode())
    if stored.startswith("md5$"):
        _, salt, digest = stored.split("$")
        return hmac.compare_digest(hashlib.md5((salt + password).encode()).hexdigest(), digest)
    _, rounds, salt, digest = stored.split("$")
    again = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), int(rounds))
    return hmac.compare_digest(again.hex(), digest)
