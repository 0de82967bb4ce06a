"""Keys of security tokens (sk-...), written after PROTOCOL.u2f; the private half is only a handle, as on a real token."""
import base64, os, secrets
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives import serialization as s

st = lambda b: len(b).to_bytes(4, "big") + b


def write(name, kind, fields):
    pub = st(kind) + b"".join(map(st, fields)) + st(b"ssh:")
    open(name + ".pub", "w").write(f"{kind.decode()} {base64.b64encode(pub).decode()} token@example.org\n")
    check = secrets.token_bytes(4)
    priv = check * 2 + pub + b"\x01" + st(secrets.token_bytes(64)) + st(b"") + st(b"token@example.org")
    priv += bytes(range(1, 1 + -len(priv) % 8))
    blob = b"openssh-key-v1\0" + st(b"none") + st(b"none") + st(b"") + (1).to_bytes(4, "big") + st(pub) + st(priv)
    text = base64.b64encode(blob).decode()
    lines = "\n".join(text[i : i + 70] for i in range(0, len(text), 70))
    open(name, "w").write(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}\n-----END OPENSSH PRIVATE KEY-----\n")


raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(s.Encoding.Raw, s.PublicFormat.Raw)
write("id_ed25519_sk", b"sk-ssh-ed25519@openssh.com", [raw])
point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(s.Encoding.X962, s.PublicFormat.UncompressedPoint)
write("id_ecdsa_sk", b"sk-ecdsa-sha2-nistp256@openssh.com", [b"nistp256", point])
