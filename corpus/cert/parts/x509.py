"""Certificates with names and dates that the command line cannot give."""
import datetime as dt, os
from cryptography import x509
from cryptography.x509.name import _ASN1Type as T
from cryptography.x509.oid import NameOID as N
from cryptography.hazmat.primitives import hashes, serialization as s

key = s.load_pem_private_key(open(os.environ["K"] + "/p256.key", "rb").read(), None)
when = dt.datetime(2026, 1, 1)


def make(file, name, until=dt.datetime(2035, 12, 30), since=when, ext=(), issuer=None):
    b = x509.CertificateBuilder().subject_name(name).issuer_name(issuer or name).public_key(key.public_key()).serial_number(0x1001)
    b = b.not_valid_before(since).not_valid_after(until).add_extension(x509.BasicConstraints(True, None), True)
    for e, critical in ext:
        b = b.add_extension(e, critical)
    open(file, "wb").write(b.sign(key, hashes.SHA256()).public_bytes(s.Encoding.DER))


cn = lambda t, kind=T.UTF8String: x509.NameAttribute(N.COMMON_NAME, t, kind)
make("last-second.der", x509.Name([cn("last-second")]), until=dt.datetime(9999, 12, 31, 23, 59, 59))
make("old-century.der", x509.Name([cn("old-century")]), since=dt.datetime(1950, 1, 1), until=dt.datetime(1951, 1, 1))
make("utf8-name.der", x509.Name([cn("Jürgen Groß"), x509.NameAttribute(N.ORGANIZATION_NAME, "Müller, Söhne + Co", T.UTF8String)][::-1]))
make("bmp-name.der", x509.Name([cn("Ελλάδα", T.BMPString)]))
make("teletex-name.der", x509.Name([cn("plain", T.T61String)]))
make("multi-valued-name.der", x509.Name([x509.RelativeDistinguishedName([cn("multi"), x509.NameAttribute(N.USER_ID, "u1", T.UTF8String)])]))
make("many-part-name.der", x509.Name([x509.NameAttribute(N.COUNTRY_NAME, "DE"), x509.NameAttribute(N.STATE_OR_PROVINCE_NAME, "Bayern"),
     x509.NameAttribute(N.LOCALITY_NAME, "Nürnberg"), x509.NameAttribute(N.ORGANIZATION_NAME, "Test #1"), x509.NameAttribute(N.ORGANIZATIONAL_UNIT_NAME, "  spaces "), cn("many-part")]))
make("control-in-name.der", x509.Name([cn("red \x1b[31malert\x07")]))
make("empty-subject.der", x509.Name([]), issuer=x509.Name([cn("somebody")]), ext=[(x509.SubjectAlternativeName([x509.DNSName("only.example.org")]), True)])
