from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from ca.authority import Authority


def test_self_signed():
    authority = Authority("Test Root", generate_private_key(SECP256R1()))
    cert = authority.self_signed()
    assert cert.issuer == cert.subject
