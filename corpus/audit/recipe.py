#!/usr/bin/env python3
"""Makes the certificates, keys and binaries of before/ anew. Needs `cryptography` 42 or newer.

Every key is made here, protects nothing and is published with the corpus. Names, serial numbers and dates are the same on each run.
"""

import datetime as time
import pathlib
import shutil

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = pathlib.Path(__file__).parent
TO = HERE / "before"


def day(text):
    return time.datetime.fromisoformat(text).replace(tzinfo=time.timezone.utc)


def name(text):
    parts = [(NameOID.ORGANIZATION_NAME, "Tallyhouse"), (NameOID.COMMON_NAME, text)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def certificate(subject, key, by, serial, begins, ends, ca=None, digest=hashes.SHA256()):
    """`by` is the issuer's name and key; `ca`, how many may follow it."""
    issuer, signer = by
    others = ["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"]
    use = dict.fromkeys(others, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(day(begins))
        .not_valid_after(day(ends))
        .add_extension(x509.BasicConstraints(ca=ca is not None, path_length=ca), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=ca is None,
                key_cert_sign=ca is not None,
                crl_sign=ca is not None,
                **use,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if ca is None:
        host = subject.lower().replace(" ", "-") + ".tally.example"
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(signer, digest)


def keep(path, data):
    path = TO / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def pem(found):
    return found.public_bytes(serialization.Encoding.PEM)


def private(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def new_rsa(bits):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


root, middle = new_rsa(4096), new_rsa(3072)
by_root, by_middle = ("Tally Root", root), ("Tally Issuing", middle)
keep("infra/ca/root.pem", pem(certificate("Tally Root", root, by_root, 1, "2021-03-01", "2041-03-01", 1, hashes.SHA384())))
keep("infra/ca/issuing.pem", pem(certificate("Tally Issuing", middle, by_root, 2, "2023-03-01", "2033-03-01", 0, hashes.SHA384())))

gateway = ec.generate_private_key(ec.SECP256R1())
keep("infra/tls/gateway.pem", pem(certificate("Gateway", gateway, by_middle, 16, "2026-10-15", "2027-01-13")))
keep("infra/tls/gateway.key", private(gateway))
keep("infra/tls/archive.pem", pem(certificate("Archive", new_rsa(2048), by_middle, 17, "2026-11-01", "2036-10-29")))
keep("infra/tls/old-api.pem", pem(certificate("Old API", new_rsa(2048), by_middle, 9, "2023-06-01", "2024-06-01")))

host = ed25519.Ed25519PrivateKey.generate().public_key()
line = host.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
keep("infra/ssh/ssh_host_ed25519_key.pub", line + b" bastion.tally.example\n")

keep("tests/fixtures/simulator.key", private(new_rsa(2048)))

partner = ec.generate_private_key(ec.SECP256R1())
shown = certificate("Partner", partner, ("Partner", partner), 1, "2026-01-01", "2028-01-01")
locked = serialization.BestAvailableEncryption(b"nobody guesses this 9")
keep("services/ledger/src/main/resources/partner.p12", pkcs12.serialize_key_and_certificates(b"partner", partner, shown, None, locked))

# Boot code of no known format, with a library inside that says its version, as OpenSSL's crypto/cversion.c does.
code = bytes((n * 167 + 13) % 251 for n in range(1024))
texts = b'\0OpenSSL 1.0.2k-fips  26 Jan 2017\0OPENSSLDIR: "/usr/lib/ssl"\0'
keep("tools/terminal/boot/loader.bin", b"\x7fTLY" + code + texts + code[::-1])

# A program that agrees on keys with OpenSSL's ECDH; its source is corpus/binary/native/src.
native = HERE.parent / "binary/native/files/amd64/openssl-ecdh"
(TO / "tools/terminal/bin").mkdir(parents=True, exist_ok=True)
shutil.copyfile(native, TO / "tools/terminal/bin/enroll")
