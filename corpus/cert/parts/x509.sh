# X.509 certificates: algorithms and sizes, then names, dates, numbers and wrappings
fresh x509
rsa rsa-1024-md5 1024;     self rsa-1024-md5 -md5 -out rsa-1024-md5.pem
rsa rsa-1024-sha1 1024;    self rsa-1024-sha1 -sha1 -outform DER -out rsa-1024-sha1.der
rsa rsa-2048-sha256 2048;  self rsa-2048-sha256 -sha256 -out rsa-2048-sha256.pem
rsa rsa-3072-sha384 3072;  self rsa-3072-sha384 -sha384 -out rsa-3072-sha384.crt
rsa rsa-4096-sha512 4096;  self rsa-4096-sha512 -sha512 -outform DER -out rsa-4096-sha512.cer
for d in sha224 sha512-256 sha3-256 rmd160; do cp "$K/rsa-2048-sha256.key" "$K/rsa-2048-$d.key"; self rsa-2048-$d -$d -outform DER -out rsa-2048-$d.der; done

pss() { local n=$1 d=$2 salt=$3; shift 3; cp "$K/rsa-2048-sha256.key" "$K/$n.key"; self "$n" -"$d" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:"$salt" "$@"; }
pss pss-sha256-salt32 sha256 32 -out pss-sha256-salt32.pem
pss pss-sha384-salt48 sha384 48 -outform DER -out pss-sha384-salt48.der
pss pss-sha512-salt20 sha512 20 -outform DER -out pss-sha512-salt20.der
pss pss-sha256-salt0 sha256 0 -outform DER -out pss-sha256-salt0.der
pss pss-sha1 sha1 20 -outform DER -out pss-sha1.der
pss pss-sha256-mgf-sha1 sha256 32 -sigopt rsa_mgf1_md:sha1 -outform DER -out pss-sha256-mgf-sha1.der
ssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out "$K/pss-key-open.key"
self pss-key-open -sha256 -outform DER -out pss-key-open.der
ssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48 -out "$K/pss-key-bound.key"
self pss-key-bound -sha384 -outform DER -out pss-key-bound.der

ec ec-p192 prime192v1;  self ec-p192 -sha1 -outform DER -out ec-p192.der
ec ec-p224 secp224r1;   self ec-p224 -sha224 -outform DER -out ec-p224.der
ec ec-p256 P-256;       self ec-p256 -sha256 -out ec-p256.pem
ec ec-p384 P-384;       self ec-p384 -sha384 -out ec-p384.pem
ec ec-p521 P-521;       self ec-p521 -sha512 -outform DER -out ec-p521.der
cp "$K/ec-p256.key" "$K/ec-p256-sha3.key"; self ec-p256-sha3 -sha3-384 -outform DER -out ec-p256-sha3.der
for c in secp256k1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 brainpoolP256t1; do ec ec-$c $c; self ec-$c -sha256 -outform DER -out ec-$c.der; done
ec ec-sect283k1 sect283k1; self ec-sect283k1 -sha256 -outform DER -out ec-sect283k1.der
ec ec-sect233r1 sect233r1; self ec-sect233r1 -sha256 -outform DER -out ec-sect233r1.der
ssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out "$K/ec-explicit-p256.key"
self ec-explicit-p256 -sha256 -outform DER -out ec-explicit-p256.der
ssl pkey -in "$K/ec-p256.key" -ec_conv_form compressed -out "$K/ec-compressed.key"
self ec-compressed -sha256 -outform DER -out ec-compressed.der

ssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -pkeyopt dsa_paramgen_q_bits:160 -out "$K/dsa1024.par"
ssl genpkey -paramfile "$K/dsa1024.par" -out "$K/dsa-1024-sha1.key"; self dsa-1024-sha1 -sha1 -outform DER -out dsa-1024-sha1.der
ssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 -pkeyopt dsa_paramgen_q_bits:256 -out "$K/dsa2048.par"
ssl genpkey -paramfile "$K/dsa2048.par" -out "$K/dsa-2048-sha256.key"; self dsa-2048-sha256 -sha256 -out dsa-2048-sha256.pem

raw ed25519-self ED25519; self ed25519-self -out ed25519-self.pem
raw ed448-self ED448;     self ed448-self -out ed448-self.pem

# a subject key that cannot sign: its certificate is made from the public key alone
raw x25519 X25519; ssl pkey -in "$K/x25519.key" -pubout -out "$K/x25519.pub"
raw x448 X448;     ssl pkey -in "$K/x448.key" -pubout -out "$K/x448.pub"
ssl genpkey -algorithm DH -pkeyopt group:ffdhe2048 -out "$K/dh.key"; ssl pkey -in "$K/dh.key" -pubout -out "$K/dh.pub"
for k in x25519 x448 dh; do
  ssl req -new -config "$K/o.cnf" -key "$K/p256.key" -subj "/CN=$k-subject" -out "$K/t.csr"
  ssl x509 -req -in "$K/t.csr" -force_pubkey "$K/$k.pub" -CA "$K/ecroot.crt" -CAkey "$K/ecroot.key" -days 364 -set_serial 0x2003 -extfile "$K/o.cnf" -extensions leaf -outform DER -out $k-subject.der
done

# versions, numbers, dates, names
cp "$K/p256.key" "$K/v1.key"; ssl req -new -config "$K/o.cnf" -key "$K/v1.key" -subj /CN=v1 -out "$K/v1.csr"
ssl x509 -req -in "$K/v1.csr" -signkey "$K/v1.key" -sha256 -days 3650 -set_serial 0x11 -out v1.pem
for n in negative-serial long-serial zero-serial expired last-second far-future empty-subject leaf-200-names long-name; do cp "$K/p256.key" "$K/$n.key"; done
serial=-5 self negative-serial -sha256 -outform DER -out negative-serial.der
serial=0 self zero-serial -sha256 -outform DER -out zero-serial.der
serial=0x7fa1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3 self long-serial -sha256 -outform DER -out long-serial.der
at "1999-06-01 12:00:00" openssl req -x509 -new -config "$K/o.cnf" -key "$K/expired.key" -subj /CN=expired -days 365 -set_serial 0x1001 -sha256 -out expired.pem
days=36525 self far-future -sha256 -outform DER -out far-future.der
names=$(for i in $(seq 1 200); do printf 'DNS:host-%03d.example.org,' "$i"; done)
self leaf-200-names -extensions none -addext "subjectAltName=${names%,}" -addext basicConstraints=CA:FALSE -sha256 -outform DER -out leaf-200-names.der
"$PY" "$here/parts/x509.py"

# wrappings and names of files
cp rsa-2048-sha256.pem no-extension; cp ec-p256.pem certificate.txt
ssl x509 -in ec-p384.pem -outform DER -out certificate.bin; cp certificate.bin der-without-extension
ssl x509 -in ec-p384.pem -outform DER -out der-named.pem
{ ssl x509 -in rsa-2048-sha256.pem -noout -text; cat rsa-2048-sha256.pem; } >text-before.pem
sed 's/$/\r/' ec-p256.pem >crlf.pem
tr '\n' '\r' <ec-p384.pem >cr-only.pem
ssl x509 -in ec-p256.pem -trustout -addtrust serverAuth -setalias "our root" -out trusted.pem
sed 's/CERTIFICATE/X509 CERTIFICATE/' ec-p256.pem >x509-certificate.pem
{ echo "# bundle of two"; cat ec-p256.pem; echo; echo "Second: P-384"; cat ec-p384.pem; echo "# end"; } >two-with-text.pem
{ cat ec-p256.pem ec-p256.pem; } >twice-the-same.pem
{ cat ec-p256.pem; openssl pkey -in "$K/ec-p256.key"; } >certificate-and-its-key.pem
{ printf '\xef\xbb\xbf'; cat ec-p256.pem; } >byte-order-mark.pem
iconv -f UTF-8 -t UTF-16 ec-p256.pem >utf-16.pem
{ printf -- '-----BEGIN CERTIFICATE-----\n'; openssl x509 -in ec-p256.pem -outform DER | base64 -w0; printf '\n-----END CERTIFICATE-----\n'; } >one-long-line.pem
openssl x509 -in ec-p256.pem -outform DER | base64 -w64 >bare-base64.cer
openssl x509 -in ec-p256.pem -outform DER | base64 -w64 | sed '1i-----BEGIN CERTIFICATE-----' | sed '$a-----END CERTIFICATE-----' | sed 's/^/> /' >quoted-mail.txt

# more algorithms and shapes
rsa rsa-512 512; self rsa-512 -sha1 -outform DER -out rsa-512-sha1.der
rsa rsa-1000 1000; self rsa-1000 -sha256 -outform DER -out rsa-1000-sha256.der
ssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3 -out "$K/rsa-exponent-3.key"; self rsa-exponent-3 -sha256 -outform DER -out rsa-exponent-3.der
ssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out "$K/sm2.key"; self sm2 -sm3 -sigopt distid:1234567812345678 -outform DER -out sm2.der
cp "$K/ec-p256.key" "$K/ec-p256-sha1.key"; self ec-p256-sha1 -sha1 -outform DER -out ec-p256-sha1.der
cp "$K/dsa-2048-sha256.key" "$K/dsa-2048-sha3.key"; self dsa-2048-sha3 -sha3-256 -outform DER -out dsa-2048-sha3.der
for n in secp160r1 brainpoolP160r1 secp112r1 prime239v1; do ec ec-$n $n; self ec-$n -sha256 -outform DER -out ec-$n.der; done
ssl pkey -in "$K/rsa2048.key" -pubout -out "$K/rsa2048.pub"
ssl req -new -config "$K/o.cnf" -key "$K/p256.key" -subj /CN=rsa-by-ec -out "$K/t.csr"; ssl x509 -req -in "$K/t.csr" -force_pubkey "$K/rsa2048.pub" -CA "$K/ecroot.crt" -CAkey "$K/ecroot.key" -days 364 -set_serial 0x2003 -extfile "$K/o.cnf" -extensions leaf -sha384 -outform DER -out rsa-by-ec.der
awk 'NR>1 && !/-----/ {print $0 "   "; print ""; next} {print}' ec-p256.pem >blank-lines-inside.pem
{ head -1 ec-p256.pem; sed '1d;$d' ec-p256.pem | tr -d '\n' | fold -w 76; echo; tail -1 ec-p256.pem; } >wide-lines.pem
{ head -1 ec-p256.pem; printf 'Subject: somebody\nX-Long: folded\n line\n\n'; sed 1d ec-p256.pem; } >headers-inside.pem
sed 's/^/    /' ec-p256.pem >indented.pem
{ for i in $(seq 40); do cat ec-p256.pem; done; cat ec-p384.pem; } >forty-times-and-one.pem
