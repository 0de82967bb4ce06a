"""Settings of the service. Everything that a deployment may change comes from the environment."""
import os

JWT_ALGORITHM = os.environ.get("JWT_ALGORITHM", "RS256")
JWT_LIFETIME = int(os.getenv("JWT_LIFETIME", "900"))
PRIVATE_KEY_FILE = os.environ["PRIVATE_KEY_FILE"]
RSA_BITS = 3072
ACCEPTED = ["RS256", "PS256"]
PBKDF2_ROUNDS = 310_000
