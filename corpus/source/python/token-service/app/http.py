"""The TLS side of the service."""
import ssl

CIPHERS = ":".join(["ECDHE+AESGCM", "ECDHE+CHACHA20", "!aNULL"])


def server_context(certificate, key, *, strict=True):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3 if strict else ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.load_cert_chain(certificate, key)
    return context
