# Damaged files, and what can still be said of them
fresh broken
good() { cat "$K/ecmail.crt"; }; other() { cat "$K/ecroot.crt"; }
openssl x509 -in "$K/root.crt" -outform DER -out "$K/root.der"
head -c 500 "$K/root.der" >truncated.der
head -c 100 "$K/root.der" >truncated-early.crt
{ other | sed -n '1,4p'; echo '-----END CERTIFICATE-----'; } >truncated.pem
{ other | sed '3s/[A-Za-z]\{4\}/!$%&/'; } >wrong-base64.pem
other | sed '$d' >begin-without-end.pem
{ good; other | sed '$d'; } >good-then-no-end.pem
{ good; printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'; other; } >good-broken-good.pem
{ good | sed '$d'; other; } >begin-within-begin.pem
{ good | sed 's/END CERTIFICATE/END PUBLIC KEY/'; other; } >end-differs.pem
other | sed '1d' >end-without-begin.pem
{ cat "$K/root.der"; printf 'trailing bytes'; } >trailing-bytes.der
{ printf 'leading'; cat "$K/root.der"; } >leading-bytes.der
cat "$K/root.der" "$F/x509/ec-p521.der" >two-ders.der
openssl pkcs8 -topk8 -nocrypt -in "$K/p256.key" | sed 's/PRIVATE KEY/CERTIFICATE/' >label-lies.pem
openssl pkcs8 -topk8 -nocrypt -in "$K/p256.key" | sed 's/PRIVATE KEY/EC PRIVATE KEY/' >label-lies-a-little.pem
head -c 200 "$F/ssh/id_ed25519" >openssh-truncated
{ cut -c1-60 "$F/ssh/id_ed25519.pub"; cat "$F/ssh/id_p384.pub"; } >authorized_keys
head -c 300 "$F/pgp/public-rsa.asc" >pgp-truncated.asc
sed 's/^=..../=AAAA/' "$F/pgp/public-ed25519.gpg" >/dev/null
sed 's/^=[A-Za-z0-9+\/]\{4\}$/=AAAA/' "$F/pgp/public-secp256k1.asc" >pgp-wrong-checksum.asc
head -c 500 "$F/pgp/public-rsa1024.gpg" >pgp-truncated.gpg
head -c 300 "$F/cms/signed-rsa.p7m" >cms-truncated.p7m
"$PY" "$here/parts/broken.py"
{ head -c 100 "$F/signed/module-rsa.ko"; printf '\0\0\2\0\0\0\0\0\377\377\377\0~Module signature appended~\n'; } >module-length-lies.ko
head -c 120 "$F/putty/rsa-v3.ppk" >putty-truncated.ppk
head -c 200 "$F/pgp/detached-rsa.sig" >pgp-signature-truncated.sig
sed '2s/.\{10\}$//' "$F/age/x25519.age" >/dev/null; head -c 60 "$F/age/x25519.age" >age-truncated.age
head -c 20 "$F/krb/host.keytab" >keytab-truncated.keytab
{ good; tr -d '\n' <"$F/private/pkcs8-ec.pem"; echo; other; } >one-line-key-between.pem
sed 's/"n": "\([^"]*\)"/"n": "\1!"/' "$F/jose/rsa-public.jwk" >jwk-bad-base64.json
sed 's/"y": "\([^"]\{10\}\)[^"]*"/"y": "\1"/' "$F/jose/ec-p256-public.json" >jwk-short-coordinate.json
head -c 300 "$F/jose/rsa-private.json" >jwk-truncated.json
"$PY" - <<'P'
import random, zipfile
z = zipfile.ZipFile("jar-with-noise-for-signature.jar", "w"); z.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF"), "Manifest-Version: 1.0\n\n"); z.writestr(zipfile.ZipInfo("META-INF/SIGNER.RSA"), random.Random(8).randbytes(200)); z.close()
P
