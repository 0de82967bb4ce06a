"""Issues certificates, requests and revocation lists."""
from __future__ import annotations

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID

from .profiles import ROOT, make_key

ONE_DAY = datetime.timedelta(days=1)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


class Authority:
    def __init__(self, common_name: str, key, digest=hashes.SHA256()):
        self.name = _name(common_name)
        self.key = key
        self._digest = digest

    def _builder(self, subject, public_key, days):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - ONE_DAY)
            .not_valid_after(now + days * ONE_DAY)
        )

    def self_signed(self):
        builder = self._builder(self.name, self.key.public_key(), ROOT.days)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return builder.sign(self.key, self._digest)

    def issue(self, csr: x509.CertificateSigningRequest, days=90):
        builder = self._builder(csr.subject, csr.public_key(), days)
        return builder.sign(private_key=self.key, algorithm=hashes.SHA256())

    def issue_pss(self, csr, days=90):
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
        return self._builder(csr.subject, csr.public_key(), days).sign(self.key, hashes.SHA256(), rsa_padding=pss)

    def revoke(self, serials):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(now).next_update(now + ONE_DAY)
        for serial in serials:
            revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
            builder = builder.add_revoked_certificate(revoked)
        return builder.sign(private_key=self.key, algorithm=hashes.SHA512())


def request(common_name: str, kind: str = "p256"):
    key = make_key(kind)
    csr = x509.CertificateSigningRequestBuilder().subject_name(_name(common_name)).sign(key, hashes.SHA256())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem, csr


def load(cert_file, key_file, password=None):
    with open(cert_file, "rb") as f:
        cert = x509.load_pem_x509_certificate(f.read())
    with open(key_file, "rb") as f:
        key = serialization.load_pem_private_key(f.read(), password)
    print("fingerprint", cert.fingerprint(hashes.SHA1()).hex())
    return cert, key
