# Post-quantum keys, certificates and signatures; needs OpenSSL 3.5 or newer as OPENSSL_NEW
fresh pq
pk() { new genpkey -algorithm "$1" -out "$K/$2.key" "${@:3}"; }
nself() { local n=$1; shift; new req -x509 -new -config "$K/o.cnf" -key "$K/$n.key" -subj "/CN=$n" -set_serial 0x1001 -days 3650 "$@"; }
for l in 44 65 87; do pk ML-DSA-$l ml-dsa-$l; nself ml-dsa-$l -out ml-dsa-$l.pem; done
new x509 -in ml-dsa-44.pem -outform DER -out ml-dsa-44.der
for k in 512 768 1024; do
  pk ML-KEM-$k ml-kem-$k
  new pkey -in "$K/ml-kem-$k.key" -pubout -out spki-ml-kem-$k.pem
done
new req -new -config "$K/o.cnf" -key "$K/p256.key" -subj /CN=ml-kem-subject -out "$K/t.csr"; new pkey -in "$K/ml-kem-768.key" -pubout -out "$K/kem.pub"
new x509 -req -in "$K/t.csr" -force_pubkey "$K/kem.pub" -CA ml-dsa-65.pem -CAkey "$K/ml-dsa-65.key" -days 364 -set_serial 0x2004 -extfile "$K/o.cnf" -extensions leaf -outform DER -out ml-kem-768-by-ml-dsa-65.der
pk SLH-DSA-SHA2-128s slh-sha2-128s; nself slh-sha2-128s -outform DER -out slh-dsa-sha2-128s.der
pk SLH-DSA-SHAKE-128f slh-shake-128f; nself slh-shake-128f -outform DER -out slh-dsa-shake-128f.der
for s in SHA2-128f SHA2-192s SHA2-256f SHAKE-128s SHAKE-192f SHAKE-256s; do pk SLH-DSA-$s slh; new pkey -in "$K/slh.key" -pubout -out spki-slh-dsa-$(echo $s | tr A-Z a-z).pem; done
new pkey -in "$K/slh-sha2-128s.key" -out pkcs8-slh-dsa-sha2-128s.pem
for f in seed-only priv-only seed-priv; do
  new pkey -in "$K/ml-dsa-44.key" -provparam ml-dsa.output_formats=$f -out pkcs8-ml-dsa-44-$f.pem
  new pkey -in "$K/ml-kem-512.key" -provparam ml-kem.output_formats=$f -out pkcs8-ml-kem-512-$f.pem
done
new pkey -in "$K/ml-dsa-65.key" -provparam ml-dsa.output_formats=seed-only -outform DER -out pkcs8-ml-dsa-65.der
new pkey -in "$K/ml-dsa-87.key" -pubout -outform DER -out spki-ml-dsa-87.der
new pkcs8 -topk8 -in "$K/ml-dsa-44.key" -passout pass:password -v2 aes-256-cbc -iter 2048 -out "$K/t"; new pkey -in "$K/ml-dsa-44.key" -provparam ml-dsa.output_formats=seed-only -aes-256-cbc -passout pass:password -out enc-ml-dsa-44.pem
new req -new -config "$K/o.cnf" -key "$K/ml-dsa-44.key" -subj /CN=csr-ml-dsa-44 -outform DER -out csr-ml-dsa-44.der
cp ml-dsa-44.pem "$K/ml-dsa-44.crt"
new cms -sign -binary -in "$K/message" -signer "$K/ml-dsa-44.crt" -inkey "$K/ml-dsa-44.key" -md sha512 -nocerts -outform DER -out cms-ml-dsa-44.der || rm -f cms-ml-dsa-44.der
"$NEW" pkcs12 -export -inkey "$K/ml-dsa-44.key" -in "$K/ml-dsa-44.crt" -iter 2048 -passout pass:changeit -out ml-dsa-44.p12
new cms -encrypt -binary -in "$K/message" -aes-256-cbc -outform DER -out enveloped-ml-kem-768.der -recip ml-kem-768-by-ml-dsa-65.der || rm -f enveloped-ml-kem-768.der
"$PY" "$here/parts/pq.py"
