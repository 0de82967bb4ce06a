"""Cryptography that does not look like it."""
import hashlib as h
import importlib
from functools import partial
from cryptography.hazmat.primitives import hashes as hs, asymmetric
from cryptography.hazmat.primitives.asymmetric import ec as curve_stuff
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as make

NAMES = ["sha" + "1", "md%d" % 5, "sha{}".format(384)]
PREFIX = "sha3"
BITS = {"small": 512 << 1, "large": 2 ** 12}
MAKERS = {"rsa": make, "ec": curve_stuff.generate_private_key}
f = make
sha = getattr(h, "sha" + "256")


def hashes(data, pick):
    out = [h.new(NAMES[0], data), h.new(NAMES[1]), h.new(f"{PREFIX}_256", data)]
    out.append(h.new(NAMES[pick], data))
    out.append(sha(data))
    out.append(importlib.import_module("hashlib").sha224(data))
    out.append(__import__("hashlib").blake2s(data))
    for name in NAMES:
        out.append(h.new(name, data))
    return out


def keys(size):
    yield f(65537, BITS["small"])
    yield make(65537, BITS[size])
    yield MAKERS["ec"](curve_stuff.SECP256K1())
    quick = partial(make, 65537)
    yield quick(3072)
    yield (lambda bits: make(public_exponent=65537, key_size=bits))(2048)
    options = {"public_exponent": 65537, "key_size": 8192}
    yield make(**options)
    arguments = (65537, 7680)
    yield make(*arguments)
    yield asymmetric.rsa.generate_private_key(65537, 2048)


def shadowed(make, hs):
    """The parameters hide the imports."""
    make(65537, 512)
    hs.SHA1()


def digest(data):
    ctx = hs.Hash(hs.SHA256())
    ctx.update(data)
    return ctx.finalize()
