# A root, an intermediate and a leaf, in one file and in several; bundles
fresh chain
ec chain-root P-384; ec chain-middle P-256; rsa chain-leaf 2048
serial=1 self chain-root -sha384 -out root.pem
cp root.pem "$K/chain-root.crt"
issue chain-root chain-middle ca -sha384; issue chain-middle chain-leaf leaf -sha256
cp "$K/chain-middle.crt" middle.pem; openssl x509 -in "$K/chain-leaf.crt" -outform DER -out leaf.der
{ cat "$K/chain-leaf.crt"; cat middle.pem root.pem; } >fullchain.pem
{ openssl pkey -in "$K/chain-leaf.key"; cat fullchain.pem; } >haproxy.pem
