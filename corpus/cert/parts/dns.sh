# DNSSEC: key files, a signed zone, an anchor
fresh dnssec; rm -f "$K"/Kexample*
n() { dnssec-keygen -q -K . -a "$@" -P 20260101000000 -A 20260101000000 example.org 2>>"$K/log"; }
for a in "RSASHA256 -b 2048:rsasha256" "ECDSAP256SHA256:ecdsap256" "ECDSAP384SHA384:ecdsap384" "ED25519:ed25519" "ED448:ed448" "RSASHA1 -b 1024:rsasha1"; do
  k=$(n ${a%:*}) || { echo "no ${a%:*}"; continue; }
  sed '/^;/s/ (.*//; /^; This is/s/keyid [0-9]*,/key,/' "$k.key" >"${a#*:}.key"; cp "$k.private" "${a#*:}.private"; chmod 644 "${a#*:}.private"
  [ "${a#*:}" != ecdsap256 ] || { cp "$k.key" "$k.private" "$K/"; zsk=$k; }
  rm "$k.key" "$k.private"
done
ksk=$(cd "$K" && dnssec-keygen -q -K . -a ECDSAP256SHA256 -f KSK -P 20260101000000 -A 20260101000000 example.org)
{ printf '$TTL 3600\n@ IN SOA ns.example.org. admin.example.org. 1 3600 600 86400 600\n@ IN NS ns.example.org.\nns IN A 192.0.2.1\n'; cat "$K/$zsk.key" "$K/$ksk.key"; } >"$K/zone"
(cd "$K" && dnssec-signzone -q -K . -S -s 20260101000000 -e 20360101000000 -o example.org -f signed -n 1 zone >/dev/null 2>&1)
cp "$K/signed" example.org.zone.signed
grep -h DNSKEY "$K/$ksk.key" | sed 's/.*DNSKEY \([0-9]* [0-9]* [0-9]*\) \(.*\)/trust-anchors {\n    example.org. static-key \1 "\2";\n};/' >bind.keys
rm -f "$K"/Kexample*
