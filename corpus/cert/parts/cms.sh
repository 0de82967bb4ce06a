# PKCS #7 and CMS: certificates only, signed, enveloped, encrypted, digested, in DER, BER of indefinite length, PEM and mail
fresh cms
R="-signer $K/mail.crt -inkey $K/mail.key"; C="-signer $K/ecmail.crt -inkey $K/ecmail.key"
cat "$K/mail.crt" "$K/root.crt" >"$K/two.pem"
ssl crl2pkcs7 -nocrl -certfile "$K/two.pem" -out certs-only.p7b
ssl crl2pkcs7 -nocrl -certfile "$K/two.pem" -outform DER -out certs-only.p7c
ssl crl2pkcs7 -in "$F/request/crl-empty.pem" -certfile "$K/ecroot.crt" -outform DER -out certs-and-crl.p7b
ssl cms -sign -binary -in "$K/message" $R -md sha256 -nodetach -outform DER -out signed-rsa.p7m
ssl cms -sign -binary -in "$K/message" $R -md sha256 -outform DER -out detached-rsa.p7s
ssl cms -sign -binary -in "$K/message" $R -md sha384 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:48 -outform PEM -out detached-pss.pem
ssl cms -sign -binary -in "$K/message" $C -md sha256 -nodetach -outform PEM -out signed-ec.pem
ssl cms -sign -binary -in "$K/message" $C -md sha256 -nocerts -outform DER -out signed-without-certificates.der
ssl cms -sign -binary -in "$K/message" $R $C -md sha512 -nodetach -outform DER -out signed-by-two.der
ssl cms -sign -binary -in "$K/message" $R -md sha256 -nodetach -stream -outform DER -out signed-indefinite.der
ssl smime -sign -in "$K/message" $R -md sha256 -out signed-mail.eml
ssl smime -sign -in "$K/message" $R -md sha256 -nodetach -out signed-opaque-mail.eml
ssl cms -sign -in "$K/message" $C -md sha256 -subject "Signed with a curve" -from a@example.org -to b@example.org -out signed-ec-mail.eml
ssl smime -sign -binary -in "$K/message" $R -md sha1 -noattr -nodetach -outform DER -out pkcs7-sha1-no-attributes.p7
ssl cms -encrypt -binary -in "$K/message" -aes-256-cbc -outform DER -out enveloped-rsa-aes256.p7m "$K/mail.crt"
ssl cms -encrypt -binary -in "$K/message" -des3 -outform PEM -out enveloped-rsa-3des.pem "$K/mail.crt"
ssl cms -encrypt -binary -in "$K/message" -aes128 -outform DER -out enveloped-oaep.der -recip "$K/mail.crt" -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256
ssl cms -encrypt -binary -in "$K/message" -aes128 -outform DER -out enveloped-ecdh.der -recip "$K/ecmail.crt" -aes128-wrap
ssl cms -encrypt -binary -in "$K/message" -aes-256-gcm -outform DER -out authenveloped-gcm.der "$K/mail.crt"
ssl cms -encrypt -binary -stream -in "$K/message" -aes-128-cbc -outform DER -out enveloped-indefinite.der "$K/mail.crt"
ssl cms -encrypt -in "$K/message" -aes-256-cbc -out enveloped-mail.eml "$K/mail.crt"
ssl cms -encrypt -binary -in "$K/message" -aes-256-cbc -pwri_password password -outform DER -out enveloped-password.der
ssl cms -encrypt -binary -in "$K/message" -aes-256-cbc -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid 01 -outform DER -out enveloped-key-wrap.der
ssl cms -EncryptedData_encrypt -binary -in "$K/message" -aes128 -secretkey 000102030405060708090a0b0c0d0e0f -outform DER -out encrypted-data.der
ssl cms -digest_create -binary -in "$K/message" -md sha256 -outform DER -out digested.der
ssl cms -data_create -binary -in "$K/message" -outform DER -out data-only.der
# a time stamp, whose token is CMS
printf '[tsa]\ndefault_tsa=t\n[t]\nserial=%s/tsa.srl\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\ness_cert_id_alg=sha256\n' "$K" >"$K/tsa.cnf"; echo 01 >"$K/tsa.srl"
printf '[tsa]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n' >"$K/tsa.ext"
rsa tsa 2048; ssl req -new -config "$K/o.cnf" -key "$K/tsa.key" -subj /CN=tsa -out "$K/tsa.csr"
ssl x509 -req -in "$K/tsa.csr" -CA "$K/root.crt" -CAkey "$K/root.key" -days 364 -set_serial 0x2005 -extfile "$K/tsa.ext" -extensions tsa -sha256 -out "$K/tsa.crt"
ssl ts -query -data "$K/message" -sha256 -cert -no_nonce -out request.tsq
ssl ts -reply -config "$K/tsa.cnf" -queryfile request.tsq -signer "$K/tsa.crt" -inkey "$K/tsa.key" -out response.tsr
sed 's/PKCS7/PKCS #7 SIGNED DATA/' certs-only.p7b >certs-only-old-label.p7b
