# PuTTY key files, versions 2 and 3
fresh putty
pg() { puttygen "$@" -q 2>>"$K/log"; }
printf 'password\n' >"$K/pw1"; printf 'correct horse 7\n' >"$K/pw2"; : >"$K/pw0"
pg "$K/ssh-rsa2048" -O private -o rsa-v3.ppk -C rsa --new-passphrase "$K/pw0"
pg "$K/ssh-ed25519" -O private -o ed25519-v3-locked.ppk -C ed --new-passphrase "$K/pw2" --ppk-param kdf=argon2id,memory=64,passes=2,parallelism=1
pg "$K/ssh-p256" -O private -o ecdsa-v2.ppk -C ec --new-passphrase "$K/pw0" --ppk-param version=2
pg "$K/ssh-dsa" -O private -o dsa-v2-password.ppk -C dsa --new-passphrase "$K/pw1" --ppk-param version=2
pg "$K/ssh-p521" -O private -o ecdsa-p521-v3-argon2i.ppk -C p521 --new-passphrase "$K/pw1" --ppk-param kdf=argon2i,memory=64,passes=2,parallelism=1
pg -t ed448 -O private -o ed448-v3.ppk -C ed448 --new-passphrase "$K/pw0"
