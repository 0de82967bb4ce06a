#!/bin/sh
grep -l -e '-----BEGIN OPENSSH PRIVATE KEY-----' -e '-----BEGIN PGP PRIVATE KEY BLOCK-----' "$@"
sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' "$1"
