import hashlib


def name(path: bytes) -> str:
    return hashlib.md5(path).hexdigest()


def folder(path: bytes) -> str:
    return hashlib.md5(path).hexdigest()[:2]
