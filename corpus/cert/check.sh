#!/bin/bash
# Asks other tools (openssl, ssh-keygen, gpg, keytool, jarsigner, apksigner, rpm, puttygen) what is in the files, compares it with expected.toml, and counts.
# OPENSSL_NEW names an OpenSSL of 3.5 or newer; without it the post-quantum files are left out.
cd "$(dirname "$0")" && exec "${PYTHON:-python3}" parts/check.py "$@"
