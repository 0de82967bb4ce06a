# Requests and revocation lists
fresh request
req() { local k=$1 n=$2; shift 2; ssl req -new -config "$K/o.cnf" -key "$K/$k.key" -subj "/CN=$n" "$@"; }
req rsa2048 csr-rsa -sha256 -out csr-rsa.pem
req p256 csr-ec -sha256 -outform DER -out csr-ec.der
req ed25519 csr-ed25519 -out csr-ed25519.csr
req rsa2048 csr-pss -sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48 -out csr-pss.p10
req p384 csr-san -sha384 -addext subjectAltName=DNS:a.example,DNS:b.example -out "$K/t.csr"; sed 's/CERTIFICATE REQUEST/NEW CERTIFICATE REQUEST/' "$K/t.csr" >csr-new.pem
ssl req -x509 -new -config "$K/o.cnf" -key "$K/p256.key" -subj "/CN=csr-x" -out /dev/null
mkdir -p "$K/ca"; : >"$K/ca/index.txt"; echo 01 >"$K/ca/crlnumber"
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s/ca/index.txt\ncrlnumber=%s/ca/crlnumber\ndefault_md=sha256\n' "$K" "$K" >"$K/ca.cnf"
ssl ca -config "$K/ca.cnf" -gencrl -keyfile "$K/ecroot.key" -cert "$K/ecroot.crt" -crldays 30 -out crl-empty.pem
printf 'R\t270101000000Z\t260101000000Z,keyCompromise\t2002\tunknown\t/CN=mail\nR\t270101000000Z\t260101000000Z\t2003\tunknown\t/CN=other\n' >"$K/ca/index.txt"
ssl ca -config "$K/ca.cnf" -gencrl -keyfile "$K/root.key" -cert "$K/root.crt" -crldays 30 -out "$K/t.crl"; openssl crl -in "$K/t.crl" -outform DER -out crl-two-entries.crl
ssl ca -config "$K/ca.cnf" -gencrl -keyfile "$K/root.key" -cert "$K/root.crt" -crldays 30 -md sha1 -out crl-sha1.pem
