# Keys by themselves: PKCS #8, PKCS #1, SEC 1, DSA, DH, SPKI; plain and encrypted
fresh private
L="-provider legacy -provider default"
openssl pkey -in "$K/rsa2048.key" -out pkcs8-rsa.pem;     openssl pkey -in "$K/rsa2048.key" -outform DER -out "$K/t"; openssl pkcs8 -topk8 -nocrypt -in "$K/rsa2048.key" -outform DER -out pkcs8-rsa.der
openssl pkcs8 -topk8 -nocrypt -in "$K/p256.key" -out pkcs8-ec.pem;   openssl pkcs8 -topk8 -nocrypt -in "$K/p384.key" -outform DER -out pkcs8-ec.der
openssl pkcs8 -topk8 -nocrypt -in "$K/ed25519.key" -out pkcs8-ed25519.key; raw ed448 ED448; cp "$K/ed448.key" pkcs8-ed448.pem
raw x25519p X25519; cp "$K/x25519p.key" pkcs8-x25519.pem; raw x448p X448; openssl pkey -in "$K/x448p.key" -outform DER -out pkcs8-x448.der
ssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -pkeyopt dsa_paramgen_q_bits:160 -out "$K/dsap"; ssl genpkey -paramfile "$K/dsap" -out "$K/dsa1024.key"
openssl pkcs8 -topk8 -nocrypt -in "$K/dsa1024.key" -out pkcs8-dsa.pem
ssl genpkey -algorithm DH -pkeyopt group:ffdhe3072 -out "$K/dh3072.key"; cp "$K/dh3072.key" pkcs8-dh-ffdhe3072.pem
ssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pkcs8-rsa-pss.pem
openssl pkcs8 -topk8 -nocrypt -in <(ssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit) -outform DER -out pkcs8-ec-explicit.der

p8() { local out=$1 pass=$2; shift 2; ssl pkcs8 -topk8 -in "$K/p256.key" -passout "pass:$pass" "$@" -out "$out"; }
p8 enc-aes256-sha256.pem "correct horse 7" -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 10000
p8 enc-aes128-sha1.der   "correct horse 7" -v2 aes-128-cbc -v2prf hmacWithSHA1 -iter 2048 -outform DER
p8 enc-aes192-sha512.pem "changeit" -v2 aes-192-cbc -v2prf hmacWithSHA512 -iter 2048
p8 enc-empty-password.pem "" -v2 aes-256-cbc -iter 2048 || true
p8 enc-3des.pem          "password" -v2 des3 -v2prf hmacWithSHA1 -iter 2048
p8 enc-scrypt.pem        "correct horse 7" -scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 1
p8 enc-pbes1-md5-des.pem "changeit" $L -v1 PBE-MD5-DES -iter 2048
p8 enc-pbes1-sha1-des.der "changeit" $L -v1 PBE-SHA1-DES -iter 2048 -outform DER
p8 enc-pbes1-3des.pem    "changeit" $L -v1 PBE-SHA1-3DES -iter 2048
p8 enc-pbes1-rc2-40.pem  "changeit" $L -v1 PBE-SHA1-RC2-40 -iter 2048
p8 enc-pbes1-rc2-128.pem "correct horse 7" $L -v1 PBE-SHA1-RC2-128 -iter 2048
p8 enc-pbes1-rc4-128.pem "correct horse 7" $L -v1 PBE-SHA1-RC4-128 -iter 2048
p8 enc-rc2-pbes2.pem     "changeit" $L -v2 rc2-cbc -v2prf hmacWithSHA1 -iter 2048

openssl rsa -traditional -in "$K/rsa2048.key" -out pkcs1.pem 2>/dev/null
openssl rsa -traditional -in "$K/rsa2048.key" -outform DER -out pkcs1.der 2>/dev/null
openssl rsa -in "$K/rsa2048.key" -RSAPublicKey_out -out pkcs1-public.pem 2>/dev/null
openssl rsa -in "$K/rsa2048.key" -RSAPublicKey_out -outform DER -out pkcs1-public.der 2>/dev/null
rsa rsa512 512; openssl rsa -traditional -in "$K/rsa512.key" -out pkcs1-512.pem 2>/dev/null
ssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3 -out "$K/multi.key"; openssl rsa -traditional -in "$K/multi.key" -out pkcs1-three-primes.pem 2>/dev/null
for c in aes128 aes256 des3; do ssl rsa -traditional -in "$K/rsa2048.key" -$c -passout pass:password -out dek-rsa-$c.pem; done
ssl rsa $L -traditional -in "$K/rsa2048.key" -des -passout pass:password -out dek-rsa-des.pem
ssl ec -in "$K/p256.key" -aes256 -passout "pass:correct horse 7" -out dek-ec-aes256.pem
openssl ec -in "$K/p256.key" -out sec1.pem 2>/dev/null; openssl ec -in "$K/p384.key" -outform DER -out sec1.der 2>/dev/null
openssl ec -in "$K/p256.key" -no_public -out sec1-without-public.pem 2>/dev/null
ssl ecparam -name secp384r1 -genkey -out sec1-with-parameters.pem
ssl ecparam -name brainpoolP320r1 -genkey -noout -out sec1-brainpool.pem
ssl ecparam -name secp521r1 -out ec-parameters-only.pem
ssl dsa -in "$K/dsa1024.key" -out dsa.pem
ssl dsaparam -in "$K/dsap" -out dsa-parameters.pem
ssl dhparam -out dh-512.pem -2 512; ssl dhparam -outform DER -out dh-1024.der -2 1024
ssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out dh-ffdhe2048.pem
ssl genpkey -genparam -algorithm DH -pkeyopt group:modp_2048 -out dh-modp2048.pem
ssl genpkey -genparam -algorithm DHX -pkeyopt dh_rfc5114:2 -out dhx-rfc5114.pem

for k in rsa2048 p256 ed25519 ed448 x25519p dsa1024 dh3072; do openssl pkey -in "$K/$k.key" -pubout -out spki-$k.pem; done
for k in rsa2048 p384 x448p; do openssl pkey -in "$K/$k.key" -pubout -outform DER -out spki-$k.der; done
{ cat pkcs8-ec.pem spki-p256.pem; } >pair.pem
{ cat pkcs1.pem; cat pkcs8-rsa.pem; } >same-key-two-forms.pem
certtool --generate-privkey --key-type ecdsa --curve secp384r1 --outfile gnutls-with-text.pem 2>>"$K/log"
ssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out pkcs8-sm2.pem
"$PY" "$here/parts/private.py"
ssl pkcs8 -topk8 -in "$K/rsa2048.key" -passout "pass:correct horse 7" -v2 aes-256-cbc -iter 600000 -out enc-rsa-600000.pem
ssl pkcs8 -topk8 -in "$K/p256.key" -passout "pass:changeit" -v2 camellia-256-cbc -iter 2048 -out enc-camellia.pem
ssl pkcs8 -topk8 -in "$K/p256.key" -passout "pass:changeit" -v2 aria-128-cbc -iter 2048 -out enc-aria.pem
{ cat dh-ffdhe2048.pem sec1-with-parameters.pem "$K/ecroot.crt" enc-3des.pem "$F/request/csr-ed25519.csr" "$F/request/crl-empty.pem" spki-rsa2048.pem; } >everything.pem
