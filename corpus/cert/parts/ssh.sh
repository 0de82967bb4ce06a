# OpenSSH: private and public keys, lists of keys, certificates, RFC 4716
fresh ssh
kg() { ssh-keygen -q "$@"; }
mk() { rm -f "$K/ssh-$1" "$K/ssh-$1.pub"; local n=$1; shift; kg -f "$K/ssh-$n" -N "" -C "$n@example.org" "$@"; }
mk rsa2048 -t rsa -b 2048; mk rsa3072 -t rsa -b 3072; mk dsa -t dsa; mk p256 -t ecdsa -b 256; mk p384 -t ecdsa -b 384; mk p521 -t ecdsa -b 521; mk ed25519 -t ed25519
for k in rsa2048 dsa p256 p521 ed25519; do cp "$K/ssh-$k" id_$k; done
for k in rsa3072 dsa p384 ed25519; do cp "$K/ssh-$k.pub" id_$k.pub; done
kg -f "$K/enc1" -t ed25519 -N "correct horse 7" -C locked -a 16 <<<y >/dev/null 2>&1 || true; mv "$K/enc1" id_locked; rm -f "$K/enc1.pub"
kg -f "$K/enc2" -t rsa -b 2048 -N "changeit" -C changeit -a 4 -Z aes256-gcm@openssh.com; mv "$K/enc2" id_rsa_gcm; rm -f "$K/enc2.pub"
kg -f "$K/enc3" -t ecdsa -N "password" -C p -a 2 -Z chacha20-poly1305@openssh.com; mv "$K/enc3" id_ecdsa_chacha; rm -f "$K/enc3.pub"
cp "$K/ssh-rsa2048" "$K/t"; chmod 600 "$K/t"; kg -p -m PEM -N "" -f "$K/t" >/dev/null; mv "$K/t" id_rsa_pkcs1
"$PY" "$here/parts/ssh.py"
for k in rsa2048 ed25519; do kg -e -f "$K/ssh-$k.pub" | sed "s/ by [^\"]*/ by ssh-keygen/" >rfc4716-$k.pub; done
p() { cut -d' ' -f1,2 "$K/ssh-$1.pub"; }
{
  echo "# people"; cat "$K/ssh-ed25519.pub"; echo
  echo "from=\"10.0.0.*,*.example.org\",command=\"/usr/bin/backup \\\"now\\\"\",no-pty $(p rsa3072) backup key"
  echo "  $(p p256)"
  echo "restrict,environment=\"A=ssh-rsa AAAA\" $(p p384) odd option"
  echo "#$(p dsa) commented out"
} >authorized_keys
mk ca -t ed25519; mk hostca -t ecdsa -b 384
{
  echo "host.example.org,10.1.2.3 $(p ed25519)"; echo "[git.example.org]:2222 $(p rsa2048)"
  echo "@cert-authority *.example.org $(p hostca) the CA"; echo "@revoked bad.example.org $(p dsa)"
} >known_hosts
printf 'a.example.org %s\nb.example.org %s\n' "$(p p256)" "$(p rsa3072)" >"$K/kh"; kg -H -f "$K/kh" >/dev/null 2>&1; cp "$K/kh" known_hosts_hashed
cert() { local k=$1 out=$2; shift 2; cp "$K/ssh-$k.pub" "$K/c.pub"; rm -f "$K/c-cert.pub"; kg "$@" "$K/c.pub" 2>/dev/null; mv "$K/c-cert.pub" "$out"; }
cert ed25519 user-cert.pub -s "$K/ssh-ca" -I alice -n alice -z 7 -V 20260101000000Z:20261231000000Z
cert rsa2048 user-cert-forever.pub -s "$K/ssh-ca" -I forever -n root -z 8 -V always:forever
cert p256 host-cert.pub -s "$K/ssh-hostca" -h -I host -n host.example.org -z 9 -V 20260101000000Z:20270101000000Z
mk rsaca -t rsa -b 2048
cert p384 host-cert-rsa-sha512.pub -s "$K/ssh-rsaca" -t rsa-sha2-512 -h -I h2 -n h2.example.org -z 10 -V 20260101000000Z:20270101000000Z
cert dsa user-cert-sha1.pub -s "$K/ssh-rsaca" -t ssh-rsa -I old -n old -z 11 -V 20260101000000Z:20270101000000Z
cp "$K/message" "$K/m"; kg -Y sign -f "$K/ssh-ed25519" -n file "$K/m" 2>/dev/null; mv "$K/m.sig" signature-ed25519.sig
kg -Y sign -f "$K/ssh-rsa2048" -n git "$K/m" 2>/dev/null; mv "$K/m.sig" signature-rsa.sig
printf 'alice@example.org namespaces="file,git" %s\n' "$(p ed25519)" >allowed_signers
{ echo "cert-authority,principals=\"ops\" $(p ca) users' CA"; echo "no-agent-forwarding ssh-rsa AAAAB3Nz broken"; printf '%s\r\n' "$(p ed25519)"; } >authorized_keys2
