# OpenPGP: keys, key rings, signatures, messages, by GnuPG at a fixed time
fresh pgp
G=$(mktemp -d); chmod 700 "$G"
g() { gpg --homedir "$G" --batch --yes --no-tty --quiet --pinentry-mode loopback --passphrase "${pass-}" --faked-system-time 20260101T000000 "$@" 2>>"$K/log"; }
key() { # NAME PRIMARY SUBKEY EXPIRY
  g --quick-generate-key "$1 <$1@example.org>" "$2" cert,sign "${4:-never}"
  local fpr; fpr=$(gpg --homedir "$G" --batch --with-colons --list-keys "$1@example.org" 2>/dev/null | awk -F: '/^fpr/{print $10; exit}')
  [ -z "$3" ] || g --quick-add-key "$fpr" "$3" encr "${4:-never}"
}
key rsa rsa3072 rsa3072; key small rsa1024 rsa1024; key dsa dsa2048 elg2048; key curve ed25519 cv25519 20280101T000000; key nist nistp256 nistp384; key bp brainpoolP256r1 brainpoolP512r1; key k1 secp256k1 ""
pass="correct horse 7" key locked ed25519 cv25519
g --armor --export rsa@example.org >public-rsa.asc
g --export curve@example.org >public-ed25519.gpg
g --armor --export dsa@example.org >public-dsa-elgamal.asc
g --export nist@example.org >public-nist.pgp
g --armor --export bp@example.org >public-brainpool.asc
g --armor --export k1@example.org >public-secp256k1.asc
g --export small@example.org >public-rsa1024.gpg
g --armor --export-secret-keys curve@example.org >secret-ed25519.asc
g --export-secret-keys rsa@example.org >secret-rsa.gpg
g --armor --export-secret-keys dsa@example.org >secret-dsa-elgamal.asc
pass="correct horse 7" g --armor --export-secret-keys locked@example.org >secret-locked.asc
g --export curve@example.org nist@example.org rsa@example.org >ring-of-three.gpg
g --export-options export-minimal --no-emit-version --armor --comment "a comment" --export curve@example.org >public-with-comment.asc
g -u rsa@example.org --digest-algo SHA512 --detach-sign -o detached-rsa.sig "$K/message"
g -u curve@example.org --digest-algo SHA256 --armor --detach-sign -o detached-ed25519.asc "$K/message"
g -u dsa@example.org --digest-algo SHA256 --armor --detach-sign -o detached-dsa.asc "$K/message"
g -u nist@example.org --digest-algo SHA384 --clearsign -o clearsigned.txt "$K/message"
g -u rsa@example.org --digest-algo SHA1 --sign --compress-algo none -o signed-sha1.gpg "$K/message"
g -u rsa@example.org --digest-algo SHA256 --sign --compress-algo zip -o signed-compressed.gpg "$K/message"
g --trust-model always -r rsa@example.org --cipher-algo AES256 --encrypt -o encrypted-rsa.gpg "$K/message"
g --trust-model always -r curve@example.org --armor --encrypt -o encrypted-cv25519.asc "$K/message"
g --trust-model always -r dsa@example.org -r nist@example.org --encrypt -o encrypted-two.gpg "$K/message"
pass=password g --cipher-algo AES256 --s2k-digest-algo SHA256 --s2k-count 65536 --symmetric -o symmetric.gpg "$K/message"
pass=password g --cipher-algo 3DES --s2k-digest-algo SHA1 --s2k-count 65536 --armor --symmetric -o symmetric-3des.asc "$K/message"
gpgconf --homedir "$G" --kill gpg-agent; rm -rf "$G"
