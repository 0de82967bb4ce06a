"""Tokens: issued with the service's key, accepted from the gateway too."""
import datetime as dt

import jwt
from jwt import InvalidTokenError

from . import settings
from .keys import signing_key

LEGACY_SECRET_ALG = "HS256"


class TokenIssuer:
    algorithm = settings.JWT_ALGORITHM

    def __init__(self, key=None, lifetime=settings.JWT_LIFETIME):
        self.key = key or signing_key()
        self.lifetime = dt.timedelta(seconds=lifetime)

    def issue(self, subject, **claims):
        now = dt.datetime.now(dt.timezone.utc)
        payload = {"sub": subject, "iat": now, "exp": now + self.lifetime, **claims}
        return jwt.encode(payload, self.key, algorithm=self.algorithm)

    def check(self, token):
        return jwt.decode(token, self.key.public_key(), algorithms=settings.ACCEPTED)


def check_legacy(token, secret):
    """Tokens of the old gateway; to be removed once it is gone."""
    try:
        return jwt.decode(token, secret, [LEGACY_SECRET_ALG])
    except InvalidTokenError:
        return None


def peek(token):
    return jwt.decode(token, options={"verify_signature": False})
