"""A tiny HS256-only token library, copied in for the command line tool."""
import base64
import hashlib
import hmac
import json


def _b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def encode(payload, key, algorithm="HS256"):
    if algorithm != "HS256":
        raise ValueError("only HS256")
    head = _b64(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    body = _b64(json.dumps(payload).encode())
    mac = hmac.new(key, head + b"." + body, hashlib.sha256).digest()
    return b".".join([head, body, _b64(mac)])
