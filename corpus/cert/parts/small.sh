# Formats of single tools: age, minisign, signify, WireGuard, TSS2, keytab, SOPS
fresh age
for n in one two; do rm -f "$K/age-$n"; age-keygen -o "$K/age-$n" 2>/dev/null; done
sed 's/^# created: .*/# created: 2026-01-01T00:00:00Z/' "$K/age-one" >identity.txt
age-keygen -y "$K/age-one" >recipient.txt
{ echo "# who may read"; age-keygen -y "$K/age-one"; age-keygen -y "$K/age-two"; cat "$K/ssh-ed25519.pub"; } >recipients.txt
r=$(age-keygen -y "$K/age-one"); r2=$(age-keygen -y "$K/age-two")
age -r "$r" -o x25519.age "$K/message"; age -a -r "$r" -r "$r2" -o two-recipients.age.asc "$K/message"
age -R "$K/ssh-ed25519.pub" -o to-ssh-ed25519.age "$K/message"; age -R "$K/ssh-rsa2048.pub" -o to-ssh-rsa.age "$K/message"
"$PY" "$here/parts/small.py" age
fresh minisign
rm -f "$K"/mini*; minisign -G -W -p "$K/mini.pub" -s "$K/mini.key" >/dev/null 2>&1 || true
[ -s "$K/mini.pub" ] && { cp "$K/mini.pub" minisign.pub; cp "$K/mini.key" minisign.key; cp "$K/message" "$K/m"; minisign -S -s "$K/mini.key" -m "$K/m" -x message.minisig >/dev/null; minisign -S -l -s "$K/mini.key" -m "$K/m" -x message-legacy.minisig >/dev/null 2>&1 || true; } || echo "no minisign key"
"$PY" "$here/parts/small.py" minisign
fresh signify
rm -f "$K"/sig.*; signify-openbsd -G -n -c "test key" -p "$K/sig.pub" -s "$K/sig.sec"; cp "$K/sig.pub" "$K/sig.sec" .; signify-openbsd -S -s sig.sec -m "$K/message" -x message.sig
fresh wireguard
w1=$(wg genkey); w2=$(wg genkey); psk=$(wg genpsk)
cat >wg0.conf <<C
[Interface]
Address = 10.9.0.1/24
ListenPort = 51820
PrivateKey = $w1

[Peer]
# with a key of its own for the pair
PublicKey = $(echo "$w2" | wg pubkey)
PresharedKey = $psk
AllowedIPs = 10.9.0.2/32
C
printf '[Interface]\nPrivateKey = <put yours here>\n[Peer]\nPublicKey = xxxx\n' >placeholder.conf
fresh tpm; "$PY" "$here/parts/small.py" tpm
fresh krb; "$PY" "$here/parts/small.py" keytab
fresh sops; "$PY" "$here/parts/small.py" sops
