# Keys and certificates that other parts use
rsa rsa2048 2048; ec p256 P-256; ec p384 P-384; raw ed25519 ED25519
rsa root 2048;  self root -sha256 -out "$K/root.crt"
ec ecroot P-256; self ecroot -sha256 -out "$K/ecroot.crt"
rsa mail 2048;  issue root mail mail -sha256
ec ecmail P-256; issue ecroot ecmail mail -sha256
rsa code 2048;  issue root code code -sha256
ec eccode P-256; issue ecroot eccode code -sha256
printf 'A short message.\r\n' >"$K/message"
touch "$K/base.done"
