#!/usr/bin/env python3
"""Makes a token for local tries; uses the vendored library, not PyJWT."""
import sys

from third_party import tinyjwt as jwt

if __name__ == "__main__":
    print(jwt.encode({"sub": sys.argv[1]}, b"local", algorithm="HS256").decode())
