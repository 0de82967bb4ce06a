import pytest
from cryptography.fernet import Fernet

from vault.box import seal, unseal


@pytest.fixture
def other_token():
    return Fernet(Fernet.generate_key()).encrypt(b"x")


def test_round_trip():
    assert unseal(b"pw", seal(b"pw", b"data")) == b"data"


def test_other_formats_are_refused(other_token):
    with pytest.raises(ValueError):
        unseal(b"pw", other_token)
