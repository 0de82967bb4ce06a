"""Files that no command at hand makes, written byte by byte after their formats' public descriptions."""
import base64, hashlib, os, secrets, subprocess, sys
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives import hashes

K = os.environ["K"]


def put(name, data):
    open(name, "wb").write(data if isinstance(data, bytes) else data.encode())


def bech32(hrp, data):
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{b:08b}" for b in data)
    bits += "0" * (-len(bits) % 5)
    words = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]

    def mod(values):
        c = 1
        for v in values:
            top = c >> 25
            c = (c & 0x1FFFFFF) << 5 ^ v
            for k, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                c ^= g if top >> k & 1 else 0
        return c

    want = mod([ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp] + words + [0] * 6) ^ 1
    return hrp + "1" + "".join(alphabet[w] for w in words + [want >> 5 * (5 - k) & 31 for k in range(6)])


def b64(x):
    return base64.b64encode(x).rstrip(b"=").decode()


def age_file(stanzas, file_key, text):
    head = "age-encryption.org/v1\n" + "".join(stanzas) + "---"
    derive = lambda salt, info: HKDF(hashes.SHA256(), 32, salt, info).derive(file_key)
    import hmac

    mac = hmac.new(derive(b"", b"header"), head.encode(), "sha256").digest()
    nonce = secrets.token_bytes(16)
    body = ChaCha20Poly1305(derive(nonce, b"payload")).encrypt(b"\0" * 11 + b"\1", text, None)
    return (head + " " + b64(mac) + "\n").encode() + nonce + body


def age():
    key, salt = secrets.token_bytes(16), secrets.token_bytes(16)
    wrap = hashlib.scrypt(b"password", salt=b"age-encryption.org/v1/scrypt" + salt, n=1 << 10, r=8, p=1, dklen=32)
    body = ChaCha20Poly1305(wrap).encrypt(b"\0" * 12, key, None)
    put("passphrase.age", age_file([f"-> scrypt {b64(salt)} 10\n{b64(body)}\n"], key, b"A short message."))
    # age 1.3: X25519 together with ML-KEM-768
    from cryptography.hazmat.primitives.asymmetric import mlkem

    pub = mlkem.MLKEM768PrivateKey.generate().public_key().public_bytes_raw() + x25519.X25519PrivateKey.generate().public_key().public_bytes_raw()
    put("recipient-hybrid.txt", bech32("age1pq", pub) + "\n")
    put("identity-hybrid.txt", "# a post-quantum identity\n" + bech32("age-secret-key-pq-", secrets.token_bytes(32)).upper() + "\n")
    put("none-too-short.txt", "age1qqqq is how a recipient begins, AGE-SECRET-KEY-1 how an identity does\n")


def minisign():
    put("locked.key", None or locked_minisign())
    put("none-comment-only.pub", "untrusted comment: minisign public key 0000000000000000\n")


def locked_minisign():
    k = ed25519.Ed25519PrivateKey.generate()
    kid, seed, pub = secrets.token_bytes(8), k.private_bytes_raw(), k.public_key().public_bytes_raw()
    body = kid + seed + pub
    check = hashlib.blake2b(b"Ed" + body, digest_size=32).digest()
    salt, ops, mem = secrets.token_bytes(32), 33554432, 1073741824
    stream = secrets.token_bytes(len(body + check))  # the password is forgotten: so nobody needs to derive this
    sealed = bytes(a ^ b for a, b in zip(body + check, stream))
    blob = b"EdScB2" + salt + ops.to_bytes(8, "little") + mem.to_bytes(8, "little") + sealed
    return "untrusted comment: minisign encrypted secret key\n" + base64.b64encode(blob).decode() + "\n"


# ---- DER
def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")) + body


def oid(text):
    a, b, *rest = map(int, text.split("."))
    out = b""
    for v in [a * 40 + b] + rest:
        c = bytes([v & 127])
        while v := v >> 7:
            c = bytes([v & 127 | 128]) + c
        out += c
    return tlv(6, out)


integer = lambda n: tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))
seq = lambda *p: tlv(0x30, *p)
pem = lambda name, der: f"-----BEGIN {name}-----\n" + "\n".join(base64.b64encode(der).decode()[i : i + 64] for i in range(0, len(base64.b64encode(der)), 64)) + f"\n-----END {name}-----\n"


def tpm():
    u16, u32 = (lambda n: n.to_bytes(2, "big")), (lambda n: n.to_bytes(4, "big"))
    b2 = lambda b: u16(len(b)) + b
    n = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n.to_bytes(256, "big")
    # TPMT_PUBLIC: type RSA, name SHA-256, attributes, no policy, no symmetric, no scheme, 2048 bits, exponent by default, modulus
    public = u16(1) + u16(0xB) + u32(0x00060072) + b2(b"") + u16(0x10) + u16(0x10) + u16(2048) + u32(0) + b2(n)
    put("tss2-rsa.pem", pem("TSS2 PRIVATE KEY", tss2(public)))
    q = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    # type ECC, curve NIST P-256 (3), no KDF
    public = u16(0x23) + u16(0xB) + u32(0x00060072) + b2(b"") + u16(0x10) + u16(0x10) + u16(3) + u16(0x10) + b2(q.x.to_bytes(32, "big")) + b2(q.y.to_bytes(32, "big"))
    put("tss2-ec.pem", pem("TSS2 PRIVATE KEY", tss2(public)))
    put("tss2-ec.der", tss2(public))


def tss2(public):
    sealed = secrets.token_bytes(190)  # what only the TPM can open
    b2 = lambda b: len(b).to_bytes(2, "big") + b
    return seq(oid("2.23.133.10.1.3"), tlv(0xA0, tlv(1, b"\xff")), integer(0x40000001), tlv(4, b2(public)), tlv(4, b2(sealed)))


def keytab():
    def entry(realm, parts, kind, size):
        s = lambda t: len(t).to_bytes(2, "big") + t
        body = len(parts).to_bytes(2, "big") + s(realm) + b"".join(map(s, parts)) + (1).to_bytes(4, "big") + (1767225600).to_bytes(4, "big") + b"\2"
        body += kind.to_bytes(2, "big") + s(secrets.token_bytes(size)) + (2).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + body

    host = (b"EXAMPLE.ORG", [b"host", b"server.example.org"])
    put("host.keytab", b"\5\2" + entry(*host, 18, 32) + entry(*host, 17, 16))
    put("old.keytab", b"\5\2" + entry(*host, 23, 16) + entry(*host, 16, 24) + entry(*host, 3, 8))
    put("deleted-entry.keytab", b"\5\2" + (-20 & 0xFFFFFFFF).to_bytes(4, "big") + bytes(20) + entry(*host, 20, 32))
    put("none-magic-only.keytab", b"\5\2")


def sops():
    recipient = subprocess.run(["age-keygen", "-y", K + "/age-one"], capture_output=True, text=True).stdout.strip()
    data = secrets.token_bytes(32)
    wrapped = subprocess.run(["age", "-a", "-r", recipient], input=data, capture_output=True).stdout.decode()

    def enc(text, kind="str"):
        iv = secrets.token_bytes(32)
        c = AESGCM(data).encrypt(iv, text.encode(), b"")
        return f"ENC[AES256_GCM,data:{base64.b64encode(c[:-16]).decode()},iv:{base64.b64encode(iv).decode()},tag:{base64.b64encode(c[-16:]).decode()},type:{kind}]"

    block = "".join("            " + line + "\n" for line in wrapped.strip().splitlines())
    put("secrets.yaml", f"""database:
    user: {enc("app")}
    password: {enc("hunter2")}
sops:
    kms: []
    gcp_kms: []
    azure_kv: []
    hc_vault: []
    age:
        - recipient: {recipient}
          enc: |
{block}    lastmodified: "2026-01-01T00:00:00Z"
    mac: {enc("0" * 128)}
    pgp: []
    unencrypted_suffix: _unencrypted
    version: 3.9.4
""")
    import json

    put("secrets.json", json.dumps({"token": enc("t"), "sops": {"age": [{"recipient": recipient, "enc": wrapped}], "lastmodified": "2026-01-01T00:00:00Z", "mac": enc("0" * 128), "version": "3.9.4"}}, indent=1) + "\n")


if __name__ == "__main__":
    {"age": age, "minisign": minisign, "tpm": tpm, "keytab": keytab, "sops": sops}[sys.argv[1]]()
