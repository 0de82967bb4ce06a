# PKCS #12
fresh pkcs12
E="-inkey $K/ecmail.key -in $K/ecmail.crt -name entry"; X="-export $E -iter 2048"
ssl pkcs12 $X -passout pass:changeit -out aes256-changeit.p12
ssl pkcs12 $X -passout pass: -out aes256-empty-password.pfx
ssl pkcs12 $X -passout pass:password -certfile "$K/ecroot.crt" -out with-issuer.p12
ssl pkcs12 $X -passout "pass:correct horse 7" -out locked.p12
ssl pkcs12 $X -legacy -passout pass:changeit -out legacy-rc2-3des.p12
ssl pkcs12 $X -legacy -passout "pass:correct horse 7" -out legacy-locked.pfx
ssl pkcs12 $X -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -passout pass:changeit -out all-3des.p12
ssl pkcs12 $X -keypbe AES-128-CBC -certpbe NONE -macalg sha384 -passout pass:changeit -out open-certificate.p12
ssl pkcs12 $X -keypbe NONE -certpbe NONE -nomac -passout pass: -out nothing-encrypted.p12
ssl pkcs12 $X -nomac -passout pass:changeit -out no-mac.p12
ssl pkcs12 -export -nokeys -in "$K/ecroot.crt" -iter 2048 -passout pass:changeit -out certificate-only.p12
ssl pkcs12 -export -nokeys -in "$K/ecroot.crt" -certpbe NONE -nomac -passout pass: -out certificate-only-open.p12
ssl pkcs12 -export -in "$K/rsa2048.key" -nocerts -iter 2048 -passout pass:changeit -out key-only.p12
ssl pkcs12 -export -inkey "$K/mail.key" -in "$K/mail.crt" -iter 1 -passout pass:password -out one-iteration-named.dat
openssl base64 -in aes256-changeit.p12 -out base64.txt
[ "$NEW" = openssl ] || new pkcs12 $X -pbmac1_pbkdf2 -pbmac1_pbkdf2_md sha512 -macalg sha256 -passout pass:changeit -out pbmac1.p12
head -c 400 aes256-changeit.p12 >truncated.p12
openssl pkcs12 -in aes256-changeit.p12 -passin pass:changeit -nodes -out dump.pem 2>/dev/null
openssl pkcs12 -in aes256-changeit.p12 -passin pass:changeit -passout pass:password -out dump-encrypted.pem 2>/dev/null
certtool --load-privkey "$K/ecmail.key" --load-certificate "$K/ecmail.crt" --to-p12 --p12-name entry --password changeit --pkcs-cipher aes-256 --outder --outfile gnutls.p12 2>>"$K/log"
d=$(mktemp -d); certutil -N -d "sql:$d" --empty-password 2>>"$K/log"; pk12util -i aes256-changeit.p12 -d "sql:$d" -W changeit -K "" >>"$K/log" 2>&1
pk12util -o nss.p12 -n entry -d "sql:$d" -W changeit -K "" >>"$K/log" 2>&1; rm -r "$d"
