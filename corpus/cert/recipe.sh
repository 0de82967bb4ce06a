#!/bin/bash
# Makes every file below files/ anew. What each is, and how to look at it, is said in README.md; what must be found in it, in expected.toml.
#   ./recipe.sh                  all parts
#   ./recipe.sh x509 ssh         these parts only (their folders are emptied first)
# The keys are thrown away: they protect nothing, and never will.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
here=$(cd "$(dirname "$0")" && pwd)
F=$here/files
K=${WORK:-$(mktemp -d)}          # keys and intermediate files, not kept
PY=${PYTHON:-python3}            # needs `cryptography` 46 or newer
NEW=${OPENSSL_NEW:-openssl}      # an OpenSSL of 3.5 or newer, for post-quantum keys and PBMAC1
mkdir -p "$F" "$K"
export F K PY NEW here

# The clock stands still for OpenSSL, so that dates in certificates are the same on each run.
faketime=$(ls /usr/lib/*/faketime/libfaketime.so.1 | head -1)
at()  { local when=$1; shift; LD_PRELOAD=$faketime FAKETIME="$when" "$@"; }
now() { at "2026-01-01 00:00:00" "$@"; }
ssl() { now openssl "$@" 2>>"$K/log"; }
new() { now "$NEW" "$@" 2>>"$K/log"; }

cat >"$K/o.cnf" <<'C'
[req]
distinguished_name = dn
x509_extensions = ca
string_mask = utf8only
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
[mail]
basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment, keyAgreement
extendedKeyUsage = emailProtection
[code]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = codeSigning
[none]
C

# self NAME [options]: a self-signed certificate CN=NAME of the key $K/NAME.key, valid 2026-01-01 to 2035-12-30, serial 1001
self() { local n=$1; shift; ssl req -x509 -new -config "$K/o.cnf" -key "$K/$n.key" -subj "/CN=$n" -set_serial "${serial:-0x1001}" -days "${days:-3650}" "$@"; }
rsa()  { ssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:"$2" -out "$K/$1.key"; }
ec()   { ssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:"$2" -pkeyopt ec_param_enc:named_curve -out "$K/$1.key"; }
raw()  { ssl genpkey -algorithm "$2" -out "$K/$1.key"; }
# issue ISSUER NAME EXTENSIONS [options]: a certificate CN=NAME of the key $K/NAME.key by $K/ISSUER.{key,crt}, valid until 2026-12-31
issue() {
  local by=$1 n=$2 ext=$3; shift 3
  ssl req -new -config "$K/o.cnf" -key "$K/$n.key" -subj "/CN=$n" -out "$K/$n.csr"
  ssl x509 -req -in "$K/$n.csr" -CA "$K/$by.crt" -CAkey "$K/$by.key" -days 364 -set_serial 0x2002 -extfile "$K/o.cnf" -extensions "$ext" "$@" -out "$K/$n.crt"
}
fresh() { rm -rf "${F:?}/$1"; mkdir -p "$F/$1"; cd "$F/$1"; }
der() { openssl pkey -in "$1" -outform DER; }

all="base x509 chain request cms pkcs12 private java ssh putty pgp jose small dns pq embedded signed negative broken"
parts=${*:-$all}
[ -e "$K/base.done" ] || parts="base ${parts/base/}"
for part in $parts; do echo "$part"; . "$here/parts/$part.sh"; done
cd "$here"; du -sh files; find files -type f | wc -l
