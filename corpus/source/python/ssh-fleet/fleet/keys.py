import io

import paramiko

RSA_SIZE = 1024 * 4


def make_host_key(kind="ecdsa"):
    if kind == "rsa":
        return paramiko.RSAKey.generate(bits=RSA_SIZE)
    return paramiko.ECDSAKey.generate(bits=256)


def read_key(text, passphrase=None):
    file = io.StringIO(text)
    for cls in (paramiko.RSAKey, paramiko.ECDSAKey, paramiko.Ed25519Key):
        try:
            return cls.from_private_key(file, password=passphrase)
        except paramiko.SSHException:
            file.seek(0)
    raise ValueError("no key")
